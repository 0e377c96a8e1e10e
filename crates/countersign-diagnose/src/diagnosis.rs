//! The verdict: which causes fit, what the evaluator says with and without their repairs.

use std::cmp::Reverse;

use countersign_policy::document::Span;
use countersign_policy::evaluate::Decision;
use serde::Serialize;

use crate::cause::{CAUSES, Cause, Finding, Proof, Side, Status};
use crate::evidence::Evidence;
use crate::message::{Claim, Denial};
use crate::repair::{Change, Patch};
use crate::situation::{Situation, State};

/// The schema of [`Diagnosis`] as JSON.
pub const SCHEMA: &str = "countersign.diagnosis/1";

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
    /// What comes of it with the repairs of the proved causes.
    pub after: Option<Decision>,
    /// What the evidence says about the call.
    pub call: CallFacts,
    /// What was not given and can still deny, in the order to check.
    pub not_given: Vec<&'static str>,
    /// What the evidence cannot show.
    pub notes: Vec<String>,
    /// Guesses that tools printed beside the denial, and what they are worth.
    pub claims: Vec<Claim>,
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
    /// Where in the trust policy.
    #[serde(skip)]
    pub span: Option<Span>,
    /// The change of a text that the diff shows.
    #[serde(skip)]
    pub patch: Option<Patch>,
}

/// A repair.
#[derive(Debug, Clone, Serialize)]
pub struct Fix {
    /// What to do.
    pub text: String,
    /// The change as a unified diff, where it is one of a text that was given.
    pub diff: Option<String>,
    /// It lets in nobody but the caller it is for, and holds no placeholder.
    pub safe: bool,
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
    let mut found = findings(&situation);
    let outcome = confirm(&situation, &mut found);
    // Beside what is proved, what merely was not ruled out only distracts.
    if found.iter().any(|(_, _, finding)| finding.status == Status::Proved) {
        found.retain(|(_, _, finding)| finding.status != Status::Consistent || finding.statement.is_some());
    }
    found.sort_by_key(|(place, _, finding)| (finding.status, Reverse(finding.rank), *place));
    let causes: Vec<Diagnosed> =
        found.iter().map(|(_, cause, finding)| diagnosed(&situation, cause, finding)).collect();
    let not_given = not_given(&situation);
    let status = match causes.first().map(|cause| cause.status) {
        _ if evidence.is_empty() => Verdict::None,
        None => Verdict::None,
        Some(Status::Proved) => Verdict::Proved,
        Some(Status::Contradicted) => Verdict::Contradicted,
        Some(Status::Consistent) if outcome.allowed_by_all && found.iter().all(|(_, _, finding)| finding.rank < 30) => {
            Verdict::Contradicted
        }
        Some(Status::Consistent) => Verdict::Consistent,
    };
    let causes = if status == Verdict::None { Vec::new() } else { causes };
    Diagnosis {
        schema: SCHEMA,
        status,
        causes,
        before: outcome.before,
        after: outcome.after,
        call: facts(&situation),
        not_given,
        notes: evidence.notes.clone(),
        claims: situation.denials.iter().flat_map(|denial| denial.claims.clone()).collect(),
    }
}

type Found = (usize, &'static Cause, Finding);

fn findings(situation: &Situation<'_>) -> Vec<Found> {
    let mut found = Vec::new();
    for (place, cause) in CAUSES.iter().copied().enumerate() {
        found.extend(cause.situation.and_then(|look| look(situation)).map(|finding| (place, cause, finding)));
    }
    let plain = situation.is_plain_denial()
        && situation.blames().is_none_or(|layer| layer == crate::message::PolicyLayer::Trust);
    // A principal that has to be mended first does not hide what else the statement asks for.
    let mends_principal = found.iter().any(|(_, _, finding)| {
        finding.status == Status::Proved
            && finding.proof == Proof::Evaluator
            && finding.key.as_deref().is_some_and(|key| key.starts_with("Principal"))
    });
    let nearest = || situation.nearest().filter(|statement| mends_principal && statement.main_action);
    let Some(statement) = situation.meant().or_else(nearest).filter(|_| plain) else { return found };
    for test in statement.tests.iter().filter(|test| test.state != State::Holds) {
        let recognise = |(place, cause): (usize, &&'static Cause)| {
            let finding = cause.condition?(situation, statement, test)?;
            Some((place, *cause, finding))
        };
        // What explains a condition best; of two that do it equally well, the first of the catalogue.
        let candidates = CAUSES.iter().enumerate().filter_map(recognise);
        let best = candidates.min_by_key(|(place, _, finding)| (Reverse(finding.rank), *place));
        // One finding may explain several conditions.
        let is_known = |new: &Found| {
            found.iter().any(|(place, _, old): &Found| *place == new.0 && old.span.is_some() && old.span == new.2.span)
        };
        if let Some(best) = best.filter(|best| !is_known(best)) {
            found.push(best);
        }
    }
    found
}

/// What the evaluator said.
struct Outcome {
    before: Option<Decision>,
    after: Option<Decision>,
    /// A trust policy and what else is needed were given, and all of it allows the call.
    allowed_by_all: bool,
}

/// Tries what causes claim: the call must be denied, and allowed with the changes; each change must be needed.
fn confirm(situation: &Situation<'_>, found: &mut [Found]) -> Outcome {
    let index = situation.nearest().map(|statement| statement.index);
    let given = situation.evidence.trust.is_some() || !situation.evidence.identity.is_empty();
    let given = (given || evidence_limits(situation)) && !situation.is_write;
    let whole = situation.favouring(index).filter(|_| given);
    let before = whole.as_ref().map(|whole| whole.decide().decision);
    let claims: Vec<usize> =
        places(found, |finding| finding.status == Status::Proved && finding.proof == Proof::Evaluator);
    let mut after = None;
    if let Some(whole) = &whole {
        let with = |places: &[usize]| {
            let changes: Vec<&Change> = places
                .iter()
                .filter_map(|place| found.get(*place))
                .flat_map(|(_, _, finding)| std::iter::once(&finding.repair.change).chain(&finding.repair.with))
                .collect();
            Change::make(&changes, whole, situation).is_some_and(|changed| changed.is_allowed())
        };
        let denied = before != Some(Decision::Allowed);
        let together = denied && !claims.is_empty() && with(&claims);
        let mut confirmed = Vec::new();
        for place in &claims {
            let others: Vec<usize> = claims.iter().copied().filter(|other| other != place).collect();
            let needed = together && !with(&others);
            if needed || denied && with(&[*place]) {
                confirmed.push(*place);
            }
        }
        after = (!confirmed.is_empty()).then_some(Decision::Allowed);
        // What AWS's text proved is tried as well, where there is something to try.
        let told = places(found, |finding| finding.status == Status::Proved && finding.proof == Proof::Text);
        if after.is_none() && denied && told.iter().any(|place| with(&[*place])) {
            after = Some(Decision::Allowed);
        }
        demote(found, &claims, &confirmed);
    } else {
        demote(found, &claims, &[]);
    }
    let allowed_by_all = situation.trust_allows() == Some(true)
        && situation.open.is_empty()
        && (!situation.evidence.identity.is_empty() || !situation.needs_identity())
        && before == Some(Decision::Allowed);
    Outcome { before, after, allowed_by_all }
}

/// Whether a policy that limits the call was given.
fn evidence_limits(situation: &Situation<'_>) -> bool {
    let evidence = situation.evidence;
    let single = [&evidence.boundary, &evidence.session, &evidence.vpc_endpoint].into_iter().flatten();
    single.chain(&evidence.scps).chain(&evidence.rcps).any(|guard| guard.policy().is_some())
}

fn places(found: &[Found], wanted: impl Fn(&Finding) -> bool) -> Vec<usize> {
    found.iter().enumerate().filter(|(_, (_, _, finding))| wanted(finding)).map(|(place, _)| place).collect()
}

/// What the evaluator does not confirm is no more than consistent.
fn demote(found: &mut [Found], claims: &[usize], confirmed: &[usize]) {
    for place in claims.iter().filter(|place| !confirmed.contains(place)) {
        if let Some((_, _, finding)) = found.get_mut(*place) {
            finding.status = Status::Consistent;
        }
    }
}

fn diagnosed(situation: &Situation<'_>, cause: &Cause, finding: &Finding) -> Diagnosed {
    let patch = if finding.status == Status::Contradicted { None } else { finding.repair.change.diff(situation) };
    let safe = finding.repair.change.is_proposal()
        && !finding.repair.needs_decision
        && finding.status == Status::Proved
        && finding.repair.change.grants_only_intended(situation);
    Diagnosed {
        id: cause.id,
        status: finding.status,
        side: finding.side.unwrap_or(cause.side),
        statement: finding.statement,
        key: finding.key.clone(),
        required: (!finding.required.is_empty()).then(|| finding.required.join(", ")),
        sent: finding.sent.clone(),
        message: finding.message.clone(),
        fix: Fix { text: finding.repair.advice.clone(), diff: patch.as_ref().map(Patch::unified), safe },
        separate_by: finding.separate_by.as_deref().map(|command| filled_in(situation, command)),
        time: cause.time,
        span: finding.span,
        patch,
    }
}

/// A command with the caller and the role it is about.
fn filled_in(situation: &Situation<'_>, command: &str) -> String {
    let account = |arn: Option<crate::situation::ArnText<'_>>| arn.and_then(|arn| arn.account).map(str::to_owned);
    let values = [
        ("CALLER-ACCOUNT", account(situation.caller_arn())),
        ("ROLE-ACCOUNT", account(situation.role_arn())),
        ("CALLER", situation.caller_principal()),
        (" ROLE", situation.role_text.as_ref().map(|role| format!(" {role}"))),
    ];
    let fill = |text: String, (name, value): (&str, Option<String>)| match value {
        Some(value) => text.replace(name, &value),
        None => text,
    };
    values.into_iter().fold(command.to_owned(), fill)
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

/// What can still deny, in the order to check.
fn not_given(situation: &Situation<'_>) -> Vec<&'static str> {
    let evidence = situation.evidence;
    let rows = [
        (evidence.trust.is_none(), "trust-policy"),
        (evidence.identity.is_empty() && situation.needs_identity(), "identity-policy"),
        (evidence.boundary.is_none(), "permissions-boundary"),
        (evidence.session.is_none(), "session-policy"),
        (evidence.scps.is_empty(), "service-control-policy"),
        (evidence.rcps.is_empty(), "resource-control-policy"),
        (evidence.vpc_endpoint.is_none(), "vpc-endpoint-policy"),
        (evidence.facts.role_age_seconds.is_none(), "propagation-delay"),
    ];
    rows.into_iter().filter(|(missing, _)| *missing).map(|(_, name)| name).collect()
}
