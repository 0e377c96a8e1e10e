//! The verdict: which causes fit, what the evaluator says with and without their repairs.

use countersign_policy::document::Span;
use countersign_policy::evaluate::Decision;
use serde::Serialize;

use crate::call::Name;
use crate::cause::{Cause, Finding, Side, Status};
use crate::evidence::{Evidence, Guard};
use crate::journal::Fingerprint;
use crate::message::{self, Claim, Denial, Elsewhere, PolicyLayer};
use crate::place::{Place, places};
use crate::question::{self, Question};
use crate::quoted::argument;
use crate::repair::{Change, FixKind, Part, Patch, Plan};
use crate::risk::{Grants, Risk, RoleRisk};
use crate::situation::Situation;
use crate::verdict::{Judged, Outcome, judge};

/// The schema of [`Diagnosis`] as JSON.
pub const SCHEMA: &str = "countersign.diagnosis/1";

/// What the members of the JSON are, for people.
pub const PAGE: &str = include_str!("diagnosis.md");

/// What is known about a denial.
#[derive(Debug, Clone, Serialize)]
pub struct Diagnosis {
    /// [`SCHEMA`].
    pub schema: &'static str,
    /// How sure the first cause is.
    pub status: Verdict,
    /// The causes that fit, most likely first; then those that only seem to.
    pub causes: Vec<Diagnosed>,
    /// What comes of the call as it is, where that could be decided.
    pub before: Option<Decision>,
    /// What comes of it with the repairs of the proved causes, where that could be decided.
    pub after: Option<Decision>,
    /// The same two, if the open condition keys are as the call needs them.
    #[serde(skip)]
    pub if_open: (Option<Decision>, Option<Decision>),
    /// What the evidence says about the call.
    pub call: CallFacts,
    /// What decides and is not known: condition keys of which nobody says what the call has; `caller`, where it depends on who
    /// calls and nobody says that; and words of [`Self::not_given`], for guard rails that were told of without their text.
    /// [`Self::before`] and [`Self::after`] hold whatever the condition keys are; the rest they take to be as the call needs it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub open: Vec<String>,
    /// What was not given and can still deny, in the order to check.
    pub not_given: Vec<&'static str>,
    /// The one question whose answer tells most of the causes apart; none when a cause is proved.
    pub question: Option<Question>,
    /// What tells why the message and what was given contradict each other, in the order to find out.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub checks: Vec<String>,
    /// What the evidence cannot show.
    pub notes: Vec<String>,
    /// Guesses that tools printed beside the denial, and what they are worth.
    pub claims: Vec<Claim>,
    /// The problem as the journal knows it.
    #[serde(skip)]
    pub fingerprint: Fingerprint,
    /// What has to change for the call to get through, where that is proved.
    #[serde(skip)]
    pub plan: Option<Plan>,
}

impl Diagnosis {
    /// Whether what was given allows the call, whatever else is true of it.
    #[must_use]
    pub fn is_allowed(&self) -> bool {
        self.before == Some(Decision::Allowed) && self.open.is_empty()
    }
}

/// How sure an answer is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// The evidence shows the denial, and shows it gone with the change.
    Proved,
    /// Causes fit, ranked.
    Consistent,
    /// What was given cannot give this denial.
    Contradicted,
    /// There is nothing to go on.
    None,
}

/// One cause that fits.
#[derive(Debug, Clone, Serialize)]
pub struct Diagnosed {
    /// The cause's name.
    pub id: &'static str,
    /// How sure.
    pub status: Status,
    /// Who has to change something.
    pub side: Side,
    /// The statement of the trust policy, from 0.
    pub statement: Option<usize>,
    /// The condition key or element that fails.
    pub key: Option<String>,
    /// What is asked for.
    pub required: Option<String>,
    /// The same, one by one.
    #[serde(skip)]
    pub required_values: Vec<String>,
    /// What was sent.
    pub sent: Option<String>,
    /// What is wrong, in a sentence.
    pub message: String,
    /// The repair.
    pub fix: Fix,
    /// The one command or fact that tells this cause from the next.
    pub separate_by: Option<String>,
    /// How long the repair takes.
    pub time: &'static str,
    /// What it means for the security of the role.
    pub risk: Risk,
    /// Where the values stand in the texts that were given.
    #[serde(skip)]
    pub places: Vec<Place>,
    /// Where in the trust policy.
    #[serde(skip)]
    pub span: Option<Span>,
    /// The change of a text that the diff shows.
    #[serde(skip)]
    pub patch: Option<Patch>,
    /// What kind of change the repair is.
    #[serde(skip)]
    pub kind: FixKind,
}

/// A repair.
#[derive(Debug, Clone, Serialize)]
pub struct Fix {
    /// What to do.
    pub text: String,
    /// The change as a unified diff, where it is one of a text that was given.
    pub diff: Option<String>,
    /// It lets in nobody but the caller it is for, which was checked, and holds no placeholder.
    pub safe: bool,
    /// What somebody has to decide before it is made, where it is proved and not safe.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decide: Option<String>,
    /// What tells the value that the diff has a placeholder for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub find: Option<String>,
}

/// What the evidence says about the call.
#[derive(Debug, Clone, Default, Serialize)]
pub struct CallFacts {
    /// The action the call needs, its own first.
    pub actions: Vec<String>,
    /// Who called.
    pub caller: Option<String>,
    /// The role.
    pub role: Option<String>,
    /// The error's code.
    pub code: Option<String>,
    /// The request id.
    pub request_id: Option<String>,
    /// How many denials the text held.
    pub denials: usize,
}

/// Diagnoses a denial.
#[must_use]
pub fn diagnose(evidence: &Evidence) -> Diagnosis {
    let situation = Situation::new(evidence);
    let Judged { found, outcome, status } = judge(&situation);
    let role = RoleRisk::of(&situation);
    let ordered: Vec<&Finding> = found.iter().map(|(_, _, finding)| finding).collect();
    let plan = Plan::of(&ordered, outcome.whole.as_ref(), &situation).filter(|_| status == Verdict::Proved);
    // Of changes that are made together, each alone may let nobody in.
    let together =
        plan.iter().flat_map(|plan| &plan.causes).filter_map(|place| Some(&ordered.get(*place)?.repair.change));
    let together: Vec<&Change> = together.collect();
    let diagnosed =
        |(cause, finding): (&Cause, &Finding)| diagnosed(&situation, &role, (&outcome, &together), (cause, finding));
    let mut causes: Vec<Diagnosed> = found.iter().map(|(_, cause, finding)| diagnosed((cause, finding))).collect();
    for (place, cause) in causes.iter_mut().enumerate().filter(|(_, cause)| cause.patch.is_none()) {
        // What is no policy on its own is shown with what goes with it.
        let with = plan.as_ref().filter(|_| cause.kind == FixKind::EditTrustPolicy);
        cause.patch = with.and_then(|plan| plan.patch(place, Part::Trust)).cloned();
        cause.fix.diff = cause.patch.as_ref().map(Patch::unified);
    }
    let not_given = not_given(&situation);
    let question = match status {
        Verdict::Consistent | Verdict::Contradicted => question::choose(&situation, &found, &[]),
        Verdict::Proved | Verdict::None => None,
    };
    // What would be asked is what separates the first cause from the others.
    if let (Some(first), Some(question)) = (causes.first_mut(), &question) {
        first.separate_by = Some(question.command.clone().unwrap_or_else(|| question.text.clone()));
    }
    let checks = ordered.first().filter(|_| status == Verdict::Contradicted).map(|finding| &finding.checks);
    let checks = checks.into_iter().flatten().map(|check| filled_in(&situation, check)).collect();
    let causes = if status == Verdict::None { Vec::new() } else { causes };
    let fingerprint = Fingerprint::of(&situation, &causes, &outcome);
    Diagnosis {
        schema: SCHEMA,
        status,
        causes,
        before: outcome.decided.before,
        after: outcome.decided.after,
        if_open: (outcome.before, outcome.after),
        call: facts(&situation),
        open: open(&situation, &outcome),
        not_given,
        checks,
        notes: notes(&situation),
        question,
        claims: situation.denials.iter().flat_map(|denial| denial.claims.clone()).collect(),
        fingerprint,
        plan,
    }
}

fn diagnosed(
    situation: &Situation<'_>,
    role: &RoleRisk,
    (outcome, together): (&Outcome, &[&Change]),
    (cause, finding): (&Cause, &Finding),
) -> Diagnosed {
    let patch = if finding.status == Status::Contradicted { None } else { finding.repair.change.diff(situation) };
    let grants = finding.repair.change.grants(situation);
    let change = &finding.repair.change;
    let is_made = change.is_proposal() && finding.status == Status::Proved;
    let find = finding.repair.find.as_deref().filter(|_| patch.is_some()).map(|command| filled_in(situation, command));
    // A placeholder is no value, whether there is a text to write it to or not.
    let has_value = finding.repair.find.is_none();
    let after = outcome.after.filter(|_| !outcome.needs_caller);
    // To send what the role asks for gives nobody anything, whatever else decides.
    let edits_policy = matches!(change, Change::Trust { .. } | Change::Identity(_) | Change::NewIdentity(_));
    let hangs = edits_policy && outcome.hangs_on_open();
    let is_meant = !finding.repair.needs_decision && !hangs;
    let safe = is_made && is_meant && has_value && change.is_checked(together, situation, after);
    let decide = (is_made && !safe && has_value).then(|| match hangs && !finding.repair.needs_decision {
        true => HANGS.to_owned(),
        false => decision(situation, (change, together), (grants, after)),
    });
    Diagnosed {
        id: cause.id,
        status: finding.status,
        side: finding.side.unwrap_or(cause.side),
        statement: finding.statement,
        key: finding.key.clone(),
        required: (!finding.required.is_empty()).then(|| finding.required.join(", ")),
        required_values: finding.required.clone(),
        sent: finding.sent.clone(),
        message: finding.message.clone(),
        fix: Fix { text: finding.repair.advice.clone(), diff: patch.as_ref().map(Patch::unified), safe, decide, find },
        separate_by: finding.separate_by.as_deref().map(|command| filled_in(situation, command)),
        time: cause.time,
        risk: role.rate(finding, grants),
        places: places(situation, finding),
        span: finding.span,
        kind: finding.repair.change.kind(),
        patch,
    }
}

const HANGS: &str = "whether the call has the condition keys that are open: the change alone may not let it in";

/// What somebody has to decide before a change is made.
fn decision(
    situation: &Situation<'_>,
    (change, together): (&Change, &[&Change]),
    (grants, after): (Grants, Option<Decision>),
) -> String {
    let caller = situation.caller_text.as_deref().unwrap_or("the caller");
    match (change, grants) {
        (Change::Trust { .. }, Grants::Others(_)) if situation.provable_trust().is_none() => {
            format!(
                "whether the change lets in anybody besides `{caller}`: the trust policy is too long for that to be proved"
            )
        }
        (Change::Trust { .. }, Grants::Others(besides)) => {
            let besides = besides.map(|besides| format!(": {besides}")).unwrap_or_default();
            format!("whether all those are meant to get in whom the change lets in besides `{caller}`{besides}")
        }
        (Change::Trust { .. }, Grants::Intended) if !change.lets_somebody_in(together, situation) => {
            "whether the change helps: no call can be shown that the trust policy allows with it and not without"
                .to_owned()
        }
        (Change::Trust { .. }, Grants::Intended) => {
            format!("whether `{caller}` is meant to get in with what it sends: a stranger would be denied just so")
        }
        (Change::Send { parameter: Name::RoleArn, .. }, _) => {
            "whether that is the role that is meant: no policy of it was asked whether it lets the caller in".to_owned()
        }
        (Change::Identity(_) | Change::NewIdentity(_), _) => {
            "whether the caller is meant to do on this role all that the statement allows".to_owned()
        }
        (_, _) if after.is_none() => "whether the value is right: no policy was asked about it".to_owned(),
        _ => "which value is right: this one only fits the policy".to_owned(),
    }
}

/// A command with the caller and the role it is about.
pub(crate) fn filled_in(situation: &Situation<'_>, command: &str) -> String {
    let account = |arn: Option<crate::situation::ArnText<'_>>| arn.and_then(|arn| arn.account).map(str::to_owned);
    let value = |name: &str| match name {
        "CALLER-ACCOUNT" => account(situation.caller_arn()),
        "ROLE-ACCOUNT" => account(situation.role_arn()),
        "CALLER" => situation.caller_principal(),
        "ROLE" => situation.role_text.clone(),
        "CALLER-NAME" => situation.caller_arn().and_then(|arn| arn.role_name()).map(str::to_owned),
        "REGION" => situation.region(),
        _ => None,
    };
    let words = command.split(' ').map(|word| {
        let name = word.trim_end_matches([')', ',', ';', ':']);
        let value = value(name).map(|value| argument(&value) + word.get(name.len()..).unwrap_or_default());
        value.unwrap_or_else(|| word.to_owned())
    });
    words.collect::<Vec<_>>().join(" ")
}

fn facts(situation: &Situation<'_>) -> CallFacts {
    let of = |part: fn(&Denial) -> &Option<crate::message::Found>| {
        situation.denial.as_ref().and_then(|denial| part(denial).as_ref()).map(|found| found.text.clone())
    };
    CallFacts {
        actions: situation.actions.clone(),
        caller: situation
            .caller_text
            .clone()
            .or_else(|| situation.caller.as_ref().map(|caller| caller.name().to_owned())),
        role: situation.role_text.clone(),
        code: of(|denial| &denial.code),
        request_id: of(|denial| &denial.request_id),
        denials: situation.denials.len(),
    }
}

/// What decides and is not known, in the words of [`Diagnosis::open`].
fn open(situation: &Situation<'_>, outcome: &Outcome) -> Vec<String> {
    let caller = outcome.needs_caller.then(|| "caller".to_owned());
    let untold = situation.untold().into_iter().map(|layer| question::name(layer).to_owned());
    situation
        .open_keys(outcome.favoured.filter(|_| outcome.hangs_on_open()))
        .into_iter()
        .chain(caller)
        .chain(untold)
        .collect()
}

/// What the evidence cannot show, and that it is about something else.
fn notes(situation: &Situation<'_>) -> Vec<String> {
    let evidence = situation.evidence;
    let text = evidence.error_text.as_deref().filter(|_| situation.denials.is_empty());
    let elsewhere = text.and_then(message::elsewhere).map(|elsewhere| match elsewhere {
        Elsewhere::PassRole => {
            "what is denied is to hand a role to a service (iam:PassRole): the policies of whoever called decide that, and no \
             trust policy; it never works across accounts"
        }
        Elsewhere::Another => {
            "what is denied is an action of another service, not to assume a role: no trust policy decides it"
        }
    });
    let elsewhere = elsewhere.map(str::to_owned);
    let refused = situation.refused_note();
    refused.into_iter().chain(evidence.notes.iter().cloned()).chain(elsewhere).chain(situation.unproved()).collect()
}

/// What can still deny, in the order to check.
fn not_given(situation: &Situation<'_>) -> Vec<&'static str> {
    let evidence = situation.evidence;
    // What is only told in words is not evaluated.
    fn unread<'g>(guards: impl IntoIterator<Item = &'g Guard>) -> bool {
        let mut policies = guards.into_iter().map(|guard| guard.policy().is_some()).peekable();
        policies.peek().is_none() || policies.any(|is_policy| !is_policy)
    }
    let has_policies =
        situation.needs_identity() || situation.caller.as_ref().is_some_and(|caller| caller.home().is_some());
    // Services and tokens are no identities of an account: what limits those has no say about them. A service calls from
    // nobody's network.
    let has_home = situation.is_bound_by(PolicyLayer::PermissionsBoundary) && !situation.is_federated();
    let rows = [
        (evidence.trust.is_none(), "trust-policy"),
        // Where no Allow is needed there, a Deny counts all the same.
        (evidence.identity.is_empty() && has_policies, "identity-policy"),
        (has_home && unread(&evidence.boundary), "permissions-boundary"),
        (has_home && unread(&evidence.scps), "service-control-policy"),
        (unread(&evidence.rcps), "resource-control-policy"),
        (has_home && unread(&evidence.session), "session-policy"),
        (!situation.is_service() && unread(&evidence.vpc_endpoint), "vpc-endpoint-policy"),
        (evidence.facts.role_age_seconds.is_none(), "propagation-delay"),
    ];
    rows.into_iter().filter(|(missing, _)| *missing).map(|(_, name)| name).collect()
}
