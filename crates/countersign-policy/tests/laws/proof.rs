//! `prove` against `evaluate`: what gets in was admitted, and what is shown gets in.

use countersign_policy::assumptions::Assumptions;
use countersign_policy::condition::string::{Case, NoVariables, Template, Variables, Wildcards};
use countersign_policy::document::PolicyDocument;
use countersign_policy::evaluate::{Policy, Principal};
use countersign_policy::prove::class::principal_text;
use countersign_policy::prove::{
    AcceptedIds, Access, CallerClass, Deputy, Exposed, Exposure, ExternalIdVerdict, FederatedVerdict, Prover,
    ServiceVerdict, Setting, exposure, external_id, federated_subject, service_deputy, who,
};
use countersign_policy::request::Request;
use proptest::prelude::*;

use super::call::{Call, Calls, Dice, Party, gets_in};
use super::cases;
use super::policy::{TrustPolicy, policy, setting};
use super::readings::readings;

/// Calls tried against each policy.
const CALLS: usize = 250;

/// What a proof says, to be held against calls.
struct Proved {
    deputies: Vec<(Deputy, ExternalIdVerdict)>,
    services: Vec<(String, ServiceVerdict)>,
    federated: Vec<(String, FederatedVerdict)>,
    exposure: Option<Exposure>,
    /// The exposure names something it depends on.
    in_doubt: bool,
    /// Some condition compares ExternalIds without letter case, so `ids` stand for all their spellings.
    folds: bool,
}

impl Proved {
    /// Why the call, which is allowed, contradicts the proof.
    fn contradiction(&self, call: &Call) -> Option<String> {
        match call.party {
            Party::Vendor | Party::Stranger => self.third_party(call),
            Party::Own => self.worse_than(Exposure::Owned),
            Party::Service => {
                let own = self.services.iter().find(|(name, _)| name == call.request.caller.name());
                match own {
                    Some((_, ServiceVerdict::Unassumable)) => Some("the service is said not to get in".into()),
                    _ => self.worse_than(Exposure::Service),
                }
            }
            Party::Federated => {
                let own = self.federated.iter().find(|(name, _)| name == call.request.caller.name());
                match own {
                    Some((_, FederatedVerdict::Unassumable)) => Some("the provider is said not to get in".into()),
                    _ => self.worse_than(Exposure::Federated),
                }
            }
        }
    }

    fn worse_than(&self, least: Exposure) -> Option<String> {
        let exposure = self.exposure?;
        (exposure > least).then(|| format!("exposure is {exposure}, yet this is at least {least}"))
    }

    fn third_party(&self, call: &Call) -> Option<String> {
        let home = call.request.caller.home()?;
        // Members of an organization the policy names are a party of their own.
        let of_named_organization = call.party == Party::Stranger
            && self
                .deputies
                .iter()
                .any(|(deputy, _)| matches!(deputy, Deputy::Organization(id) if is_member(&call.request, id)));
        let covering = self.deputies.iter().filter(|(deputy, _)| match deputy {
            Deputy::Account { account, partition, .. } => *account == home.account && *partition == home.partition,
            Deputy::Principal(principal) => self.is_the(principal, &call.request),
            Deputy::NotInInput { .. } => false,
            Deputy::Organization(id) => of_named_organization && is_member(&call.request, id),
            Deputy::Public => call.party == Party::Stranger && !of_named_organization,
        });
        let mut nobody = true;
        for (deputy, verdict) in covering {
            nobody = false;
            if let Some(why) = self.rejects(verdict, call.external_id()) {
                return Some(format!("{}: {why}", deputy.name()));
            }
        }
        if nobody && self.exposure != Some(Exposure::Unknown) {
            return Some("no deputy covers the caller".into());
        }
        let public = call.party == Party::Stranger && !of_named_organization;
        self.worse_than(if public { Exposure::Unknown } else { Exposure::Guarded }).or_else(|| {
            (public && self.exposure == Some(Exposure::Open) && !self.in_doubt)
                .then(|| "anybody gets in, yet exposure is open".into())
        })
    }

    /// Whether the caller is the principal. A session that is a deputy itself is not one of its role's others.
    fn is_the(&self, principal: &Principal, request: &Request) -> bool {
        let caller = &request.caller;
        match principal {
            Principal::Role { .. } => {
                caller.principal_arn() == Some(principal_text(principal))
                    && !self.deputies.iter().any(|(deputy, _)| deputy.name() == caller.name())
            }
            Principal::User(arn) | Principal::RoleSession(arn) | Principal::FederatedUser(arn) => caller.name() == arn,
            _ => false,
        }
    }

    fn rejects(&self, verdict: &ExternalIdVerdict, sent: Option<&str>) -> Option<String> {
        let listed = |ids: &[String]| {
            sent.is_some_and(|sent| {
                ids.iter().any(|id| if self.folds { id.eq_ignore_ascii_case(sent) } else { id == sent })
            })
        };
        let admitted = match verdict {
            ExternalIdVerdict::Unknown { .. } => true,
            ExternalIdVerdict::Unassumable => false,
            ExternalIdVerdict::Bound { ids, .. } => listed(ids),
            ExternalIdVerdict::Open { accepted: AcceptedIds { omitted, ids, patterns }, .. } => match sent {
                None => *omitted,
                Some(sent) => listed(ids) || patterns.iter().any(|pattern| like(pattern, sent)),
            },
        };
        (!admitted).then(|| format!("ExternalId {sent:?} is allowed but not admitted by {verdict:?}"))
    }
}

fn is_member(request: &Request, organization: &str) -> bool {
    request.context.get("aws:PrincipalOrgID").is_some_and(|ids| ids.iter().any(|id| id == organization))
}

fn like(pattern: &str, text: &str) -> bool {
    Template::compile(pattern, Wildcards::Match, Variables::Literal).matches(text, Case::Sensitive, &NoVariables)
}

fn folds(policy: &TrustPolicy) -> bool {
    policy.conditions().any(|condition| condition.operator.contains("IgnoreCase"))
}

/// Calls of `seed` that are allowed and contradict `proved`.
fn contradiction(policy: &TrustPolicy, setting: &Setting, seed: u64, proved: &Proved) -> Option<String> {
    let compiled = Policy::trust(&policy.document());
    let calls = Calls::new(policy, setting);
    let mut dice = Dice::new(seed);
    for _ in 0..CALLS {
        let call = calls.roll(&mut dice);
        if gets_in(&compiled, &call.request, setting.assumptions)
            && let Some(why) = proved.contradiction(&call)
        {
            return Some(format!("{why}\n{}", shown(&call.request)));
        }
    }
    None
}

pub(crate) fn shown(request: &Request) -> String {
    let keys: Vec<String> = request.context.iter().map(|(key, values)| format!("  {key} = {values:?}")).collect();
    format!("{} {}\n{}", request.action, request.caller, keys.join("\n"))
}

fn witnesses(exposed: &Exposed) -> Vec<&Request> {
    let deputies = exposed.deputies.iter().flat_map(|(_, verdict)| of_external_id(verdict));
    let services = exposed.services.iter().filter_map(|(_, verdict)| verdict.request());
    let federated = exposed.federated.iter().filter_map(|(_, verdict)| verdict.request());
    deputies.chain(services).chain(federated).chain(exposed.owned.as_deref()).collect()
}

fn of_external_id(verdict: &ExternalIdVerdict) -> Vec<&Request> {
    match verdict {
        ExternalIdVerdict::Bound { request, .. } => vec![request],
        ExternalIdVerdict::Open { without_id, unlisted_id, .. } => {
            without_id.iter().chain(unlisted_id).map(|request| &**request).collect()
        }
        ExternalIdVerdict::Unassumable | ExternalIdVerdict::Unknown { .. } => Vec::new(),
    }
}

fn assert_gets_in(document: &PolicyDocument, request: &Request, assumptions: Assumptions) -> Result<(), TestCaseError> {
    prop_assert!(gets_in(&Policy::trust(document), request, assumptions), "this is refused:\n{}", shown(request));
    Ok(())
}

proptest! {
    #![proptest_config(cases(500))]

    #[test]
    fn whoever_gets_in_was_admitted_by_the_exposure(policy in policy(), setting in setting(), seed: u64) {
        let exposed = exposure(&policy.document(), &setting);
        let proved = Proved {
            deputies: exposed.deputies.clone(),
            services: exposed.services.clone(),
            federated: exposed.federated.clone(),
            exposure: Some(exposed.exposure),
            in_doubt: !exposed.depends_on.is_empty(),
            folds: folds(&policy),
        };
        if let Some(why) = contradiction(&policy, &setting, seed, &proved) {
            prop_assert!(false, "{why}\n{} {:?}", exposed.exposure, exposed.depends_on);
        }
    }

    #[test]
    fn whoever_gets_in_under_other_readings_was_admitted_under_them(policy in policy(), mut setting in setting(), readings in readings(), seed: u64) {
        setting.assumptions = readings;
        let document = policy.document();
        let prover = Prover::new(&document, &setting);
        let proved = Proved {
            deputies: external_id(&prover),
            services: service_deputy(&prover),
            federated: federated_subject(&prover),
            exposure: None,
            in_doubt: false,
            folds: folds(&policy),
        };
        if let Some(why) = contradiction(&policy, &setting, seed, &proved) {
            prop_assert!(false, "{why}");
        }
    }

    #[test]
    fn every_request_that_is_shown_gets_in(policy in policy(), mut setting in setting(), readings in readings()) {
        setting.assumptions = readings;
        let document = policy.document();
        let exposed = exposure(&document, &setting);
        for request in witnesses(&exposed) {
            assert_gets_in(&document, request, readings)?;
        }
        // The witness of an unknown exposure may need the other reading it depends on.
        if let (Some(witness), true) = (&exposed.witness, exposed.exposure != Exposure::Unknown) {
            assert_gets_in(&document, witness, readings)?;
        }
        for access in who(&Prover::new(&document, &setting)).access {
            assert_gets_in(&document, &access.request, readings)?;
            for (key, values) in &access.required {
                prop_assert_eq!(access.request.context.get(key), Some(values.as_slice()));
            }
        }
    }

    #[test]
    fn a_counterexample_to_being_bound_is_one(policy in policy(), setting in setting()) {
        let document = policy.document();
        let listed: Vec<&String> = policy
            .conditions()
            .filter(|condition| condition.key.eq_ignore_ascii_case("sts:ExternalId"))
            .flat_map(|condition| &condition.values)
            .collect();
        for (deputy, verdict) in external_id(&Prover::new(&document, &setting)) {
            let sent = |request: &Request| request.context.get("sts:ExternalId").map(|values| values[0].clone());
            match &verdict {
                ExternalIdVerdict::Open { without_id, unlisted_id, accepted } => {
                    prop_assert!(accepted.omitted || without_id.is_none());
                    if let Some(request) = without_id {
                        prop_assert_eq!(sent(request), None);
                    }
                    if let Some(request) = unlisted_id {
                        let sent = sent(request).expect("an ExternalId");
                        prop_assert!(!listed.contains(&&sent), "{} is listed", sent);
                    }
                }
                ExternalIdVerdict::Bound { ids, request } => {
                    let sent = sent(request).expect("an ExternalId");
                    prop_assert!(ids.iter().any(|id| id.eq_ignore_ascii_case(&sent)), "{} is not in {:?}", sent, ids);
                }
                ExternalIdVerdict::Unassumable | ExternalIdVerdict::Unknown { .. } => {}
            }
            if let (Some(request), Some(account)) = (verdict.request(), deputy.account()) {
                prop_assert_eq!(request.caller.home().map(|home| home.account), Some(account));
            }
        }
    }

    #[test]
    fn who_names_everybody_who_gets_in(policy in policy(), setting in setting(), seed: u64) {
        let document = policy.document();
        let who = who(&Prover::new(&document, &setting));
        if !who.unknown.is_empty() {
            return Ok(());
        }
        let compiled = Policy::trust(&document);
        let calls = Calls::new(&policy, &setting);
        let mut dice = Dice::new(seed);
        for _ in 0..CALLS {
            let call = calls.roll(&mut dice);
            if !gets_in(&compiled, &call.request, setting.assumptions) {
                continue;
            }
            let home = call.request.caller.home();
            let is_of = |access: &Access| match (&access.class, call.party) {
                (CallerClass::Service(_), Party::Service) | (CallerClass::Federated(_), Party::Federated) => true,
                (CallerClass::Organization { .. }, Party::Own) => true,
                (CallerClass::Organization { organization, .. }, Party::Stranger) => is_member(&call.request, organization),
                (CallerClass::AnyAccount { .. }, Party::Stranger) => true,
                (CallerClass::Account { .. } | CallerClass::Named(_), _) => access.request.caller.home() == home,
                _ => false,
            };
            prop_assert!(who.access.iter().any(is_of), "not named:\n{}", shown(&call.request));
        }
    }
}
