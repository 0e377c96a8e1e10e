//! Proving one role: its trust policy under what is known of its owner.

use std::collections::BTreeSet;
use std::sync::{Arc, OnceLock};

use countersign_policy::account::AccountId;
use countersign_policy::assumptions::{Assumption, Assumptions};
use countersign_policy::condition::date::Moment;
use countersign_policy::document::{ConditionEntry, Limits, PolicyDocument, Problem, Severity, Statement, validate};
use countersign_policy::prove::{
    Difference, Exposed, Exposure, ProofLimits, Setting, compare, deciding, exposure, partition_of,
};

use countersign_policy::request::Request;

use crate::reach::{Reach, reach};
use crate::role::{Alternative, Choice, Role};
use crate::symbol;
use crate::third_party::ThirdParties;

/// What the user says about the roles.
#[derive(Debug, Clone)]
pub struct Options {
    /// The account of roles whose ARN is not in the input.
    pub account: Option<AccountId>,
    /// Further accounts of the same owner.
    pub own_accounts: BTreeSet<AccountId>,
    /// The owner's organizations; when empty, those that conditions name count as own.
    pub own_organizations: BTreeSet<String>,
    /// What is known of third parties.
    pub third_parties: Arc<ThirdParties>,
    /// The user's readings of what AWS leaves open.
    pub assumptions: Assumptions,
    /// The time to prove from: grants that expired before it allow nothing.
    pub now: Moment,
    /// Size limits of trust policies.
    pub limits: Limits,
    /// How far proofs search.
    pub proof: ProofLimits,
    /// The `ExternalId` that fixes put into policies, where they take no variable.
    pub external_id: Option<String>,
}

impl Options {
    /// Nothing known but the time.
    #[must_use]
    pub fn at(now: Moment) -> Self {
        Self {
            account: None,
            own_accounts: BTreeSet::new(),
            own_organizations: BTreeSet::new(),
            third_parties: Arc::default(),
            assumptions: Assumptions::default(),
            now,
            limits: Limits::default(),
            proof: ProofLimits::default(),
            external_id: None,
        }
    }
}

/// A role with what was proved about it.
#[derive(Debug, Clone)]
pub struct Examined {
    /// The role.
    pub role: Role,
    /// Its account, as the input or the user says.
    pub account: Option<AccountId>,
    /// The accounts that count as the owner's.
    pub own_accounts: BTreeSet<AccountId>,
    /// What is known of third parties.
    pub third_parties: Arc<ThirdParties>,
    /// The readings it was proved by.
    pub assumptions: Assumptions,
    /// What was proved.
    pub exposed: Exposed,
    /// What a plan newly lets in, if it replaces the role's policy.
    pub widened: Option<Widened>,
    /// When the role lets third parties in, if that hangs on a decision the input leaves open: `var.external_id is null`.
    pub open_when: Vec<String>,
    /// What IAM refuses or warns about.
    pub problems: Vec<Problem>,
    /// The `ExternalId` that fixes are to demand, if the user gave one.
    pub external_id: Option<String>,
    reach: OnceLock<Reach>,
}

impl Examined {
    /// What the role's permissions lead to.
    #[must_use]
    pub fn reach(&self) -> &Reach {
        self.reach.get_or_init(|| reach(&self.role.permissions))
    }

    /// What the input does not have of the values that the role's policy asks these keys for, and the conditions that may
    /// stand in it or not.
    pub(crate) fn unknown_values(&self, keys: &[&str]) -> Vec<String> {
        let alternatives = self.role.alternatives.iter().map(|alternative| &alternative.trust);
        let statements = std::iter::once(&self.role.trust).chain(alternatives).flat_map(|trust| &trust.statements);
        let mut names = BTreeSet::new();
        for statement in statements {
            names.extend(statement.undecided.iter().map(|name| name.value.to_string()));
            let is_meant = |entry: &&ConditionEntry| keys.iter().any(|key| entry.key.value.eq_ignore_ascii_case(key));
            let values = statement.conditions.iter().filter(is_meant).flat_map(|entry| &entry.values);
            names.extend(values.flat_map(|value| value.value.holes()).map(|hole| hole.name.to_string()));
        }
        names.into_iter().collect()
    }
}

/// Proves the role's exposure and validates its policy.
#[must_use]
pub fn examine(mut role: Role, options: &Options) -> Examined {
    let account = role.account.or(options.account);
    let own = account.map(|account| account.to_string());
    let unsaid = own.is_none() && policies(&mut role).any(|policy| symbol::names_own_account(policy));
    let own = own.as_deref();
    policies(&mut role).for_each(|policy| *policy = symbol::fill(policy, own, options));
    let mut setting = setting(&role, account, options);
    if unsaid {
        setting.own_accounts.extend(symbol::UNSAID_ACCOUNT.parse::<AccountId>());
    }
    let Proof { mut exposed, open_when, assumptions } = prove_by_readings(&role, &setting);
    let is_error = |problem: &Problem| problem.severity == Severity::Error;
    let unread = |statement: &Statement| statement.unreadable.as_ref().is_some_and(|part| part.hole.is_none());
    let misread = role.trust.statements.iter().any(unread)
        || role.trust.statements.is_empty() && role.trust.problems.iter().any(is_error);
    // What was not understood might let anybody in.
    if misread && exposed.exposure > Exposure::Unknown {
        exposed.exposure = Exposure::Unknown;
        exposed.witness = None;
        exposed.depends_on.push("a policy text that can be read".to_owned());
    }
    // What could not be read is not for IAM to refuse.
    let problems = match role.unreadable {
        true => Vec::new(),
        false => validate(&role.trust, role.policy_text(), options.limits),
    };
    // What is only wrong until a value is set is not wrong with the template.
    let problems: Vec<Problem> =
        problems.into_iter().filter(|problem| is_wrong_either_way(problem, &role, options)).collect();
    let external_id = options.external_id.clone();
    let third_parties = Arc::clone(&options.third_parties);
    let widened = widened(&role, &setting);
    let own_accounts = setting.own_accounts;
    let reach = OnceLock::new();
    let examined = Examined {
        role,
        account,
        own_accounts,
        third_parties,
        assumptions,
        exposed,
        widened,
        open_when,
        problems,
        external_id,
        reach,
    };
    // Findings ask for it one after the other, roles are examined in parallel. Other roles seldom have one.
    if examined.exposed.exposure <= Exposure::Unknown {
        let _ = examined.reach();
    }
    examined
}

/// A change that lets in callers who were kept out before.
#[derive(Debug, Clone)]
pub struct Widened {
    /// A call that is newly allowed.
    pub request: Box<Request>,
    /// The exposure before the change.
    pub before: Exposure,
}

/// What the role newly lets in, if its policy replaces another one.
fn widened(role: &Role, setting: &Setting) -> Option<Widened> {
    let before = role.before.as_ref()?;
    let Difference::Request(request) = compare(before, &role.trust, setting).gained else { return None };
    Some(Widened { request, before: exposure(before, setting).exposure })
}

/// Whether IAM finds something at that place however the role's policy is decided.
fn is_wrong_either_way(problem: &Problem, role: &Role, options: &Options) -> bool {
    role.alternatives.iter().all(|alternative| {
        let problems = validate(&alternative.trust, role.policy_text(), options.limits);
        problems.iter().any(|other| other.span == problem.span)
    })
}

struct Proof {
    exposed: Exposed,
    open_when: Vec<String>,
    assumptions: Assumptions,
}

fn prove(role: &Role, setting: &Setting) -> Proof {
    let mut exposed = exposure(&role.trust, setting);
    let open_when = weigh_alternatives(role, setting, &mut exposed);
    Proof { exposed, open_when, assumptions: setting.assumptions }
}

/// Proves by the user's readings. Where the default ones are worse, the user's choice does not make the role safe: it is
/// unknown.
fn prove_by_readings(role: &Role, setting: &Setting) -> Proof {
    let proof = prove(role, setting);
    if setting.assumptions == Assumptions::default() || proof.exposed.exposure <= Exposure::Unknown {
        return proof;
    }
    let mut by_default = prove(role, &Setting { assumptions: Assumptions::default(), ..setting.clone() });
    if by_default.exposed.exposure > Exposure::Unknown {
        return proof;
    }
    by_default.exposed.exposure = Exposure::Unknown;
    let chosen = Assumption::ALL.iter().filter(|assumption| setting.assumptions.takes_other(**assumption));
    by_default.exposed.depends_on.extend(chosen.map(|assumption| format!("the configured reading of {assumption}")));
    by_default
}

fn policies(role: &mut Role) -> impl Iterator<Item = &mut PolicyDocument> {
    std::iter::once(&mut role.trust).chain(role.alternatives.iter_mut().map(|alternative| &mut alternative.trust))
}

/// Takes the worst of what the role is when what the input leaves open is decided one way or the other. Says when it
/// lets third parties in that other decisions keep out.
fn weigh_alternatives(role: &Role, setting: &Setting, exposed: &mut Exposed) -> Vec<String> {
    let lets_in = |exposure: Exposure| exposure <= Exposure::Open;
    let mut all: Vec<(&[Choice], Exposure)> = vec![(&role.given, exposed.exposure)];
    for Alternative { given, trust } in &role.alternatives {
        let mut otherwise = match elsewhere(role, trust, setting) {
            Some(setting) => exposure(trust, &setting),
            None => exposure(trust, setting),
        };
        all.push((given, otherwise.exposure));
        if otherwise.exposure < exposed.exposure {
            std::mem::swap(exposed, &mut otherwise);
        }
        exposed.depends_on.extend(otherwise.depends_on);
    }
    let differ = all.iter().any(|(_, exposure)| lets_in(*exposure) != lets_in(exposed.exposure));
    let mut open_when = Vec::new();
    if differ || exposed.exposure == Exposure::Unknown {
        // Of the things to know, those that alone change the answer.
        let answers = all.iter().map(|(given, exposure)| {
            let given = given.iter().map(|choice| (choice.subject.as_str().into(), choice.decided.clone()));
            (given.collect(), (lets_in(*exposure), (!differ).then_some(*exposure)))
        });
        let deciding = deciding(&answers.collect::<Vec<_>>());
        exposed.depends_on.extend(deciding.iter().map(ToString::to_string));
    }
    if differ {
        exposed.exposure = Exposure::Unknown;
        let open = all.iter().filter(|(_, exposure)| lets_in(*exposure)).map(|(given, _)| given);
        open_when = open.map(|given| in_words(given, &exposed.depends_on)).collect();
        open_when.sort_unstable();
        open_when.dedup();
    }
    if let Some(why) = &role.more_alternatives
        && exposed.exposure > Exposure::Open
    {
        exposed.exposure = Exposure::Unknown;
        exposed.depends_on.push(why.clone());
    }
    exposed.depends_on.sort_unstable();
    exposed.depends_on.dedup();
    open_when
}

/// "`var.a` is null and `var.b` is set", of those choices that matter.
fn in_words(given: &[Choice], subjects: &[String]) -> String {
    let matters = given.iter().filter(|choice| subjects.contains(&choice.subject));
    let words: Vec<&str> = matters.map(|choice| choice.decided.as_str()).collect();
    words.join(" and ")
}

/// The setting in the partition the policy speaks of, where that is another one and the input does not say which it is.
fn elsewhere(role: &Role, trust: &PolicyDocument, setting: &Setting) -> Option<Setting> {
    let mut parts = setting.role_arn.splitn(3, ':').skip(1);
    let (known, rest) = (parts.next()?, parts.next()?);
    let partition = partition_of(trust);
    let is_elsewhere = role.arn.is_none() && partition != known;
    is_elsewhere.then(|| Setting { role_arn: format!("arn:{partition}:{rest}"), ..setting.clone() })
}

fn setting(role: &Role, account: Option<AccountId>, options: &Options) -> Setting {
    let in_account = account.map(|account| account.to_string()).unwrap_or_default();
    let arn = role.arn.clone().unwrap_or_else(|| {
        format!(
            "arn:{}:iam::{in_account}:role/{}",
            partition_of(&role.trust),
            role.role_name.as_ref().unwrap_or(&role.name)
        )
    });
    let mut setting = Setting::for_role(&arn, options.now);
    setting.own_accounts.extend(account);
    setting.own_accounts.extend(&options.own_accounts);
    setting.own_organizations.clone_from(&options.own_organizations);
    setting.assumptions = options.assumptions;
    setting.role_tags.clone_from(&role.tags);
    setting.limits = options.proof;
    setting
}
