//! The causes that fit, confirmed by the evaluator and in order, and how sure that makes the answer.

use std::cmp::Reverse;

use countersign_policy::condition::variable::{self, Reference};
use countersign_policy::document::{Effect, Version};
use countersign_policy::evaluate::Decision;
use countersign_policy::evaluate::assume_role::Layer;

use crate::cause::{CAUSES, Cause, Finding, Proof, Side, Status, ruled_out};
use crate::diagnosis::Verdict;
use crate::quoted::{quoted, quoted_list};
use crate::repair::{Change, Repair};
use crate::situation::{Situation, State, StatementView, Test, Whole};

/// What comes of a situation.
pub(crate) struct Judged {
    /// Most likely first.
    pub(crate) found: Vec<Found>,
    pub(crate) outcome: Outcome,
    pub(crate) status: Verdict,
}

/// Looks for every cause, tries what they claim, and ranks them.
pub(crate) fn judge(situation: &Situation<'_>) -> Judged {
    let mut found = findings(situation);
    if situation.is_service_linked() {
        found.iter_mut().for_each(keep_trust);
    }
    // Of what is not the role that is meant, policies tell nothing.
    let is_misnamed = |finding: &Finding| {
        finding.status == Status::Proved
            && finding.proof == Proof::Text
            && finding.key.as_deref().is_some_and(|key| key.starts_with("RoleArn"))
    };
    if found.iter().any(|(_, _, finding)| is_misnamed(finding)) {
        found.retain(|(_, _, finding)| finding.proof == Proof::Text);
    }
    // What was given is not what AWS asked: nothing can be proved with it but what no policy is needed for.
    if let Some((id, finding)) = ruled_out(situation) {
        found.retain(|(_, _, finding)| finding.status == Status::Proved && finding.proof == Proof::Text);
        let place = CAUSES.iter().position(|cause| cause.id == id);
        found.extend(place.and_then(|place| Some((place, *CAUSES.get(place)?, finding))));
    }
    let mut outcome = confirm(situation, &mut found);
    if situation.refused().is_some() {
        doubt(situation, &mut found, &mut outcome);
    }
    // Beside what is proved, what merely was not ruled out only distracts.
    if found.iter().any(|(_, _, finding)| finding.status == Status::Proved) {
        found.retain(|(_, _, finding)| finding.status != Status::Consistent || finding.statement.is_some());
    }
    if found.is_empty() && !situation.evidence.is_empty() {
        found.extend(unexplained(&outcome));
    }
    found.sort_by_key(|(place, _, finding)| (finding.status, Reverse(finding.rank), *place));
    let status = match found.first().map(|(_, _, finding)| finding.status) {
        _ if situation.evidence.is_empty() => Verdict::None,
        None => Verdict::None,
        Some(Status::Proved) => Verdict::Proved,
        Some(Status::Contradicted) => Verdict::Contradicted,
        Some(Status::Consistent) if outcome.allowed_by_all && found.iter().all(|(_, _, finding)| finding.rank < 30) => {
            Verdict::Contradicted
        }
        Some(Status::Consistent) => Verdict::Consistent,
    };
    Judged { found, outcome, status }
}

/// Where the evaluator says that the call is denied and no cause says why: the kind of policy that it is denied by.
fn unexplained(outcome: &Outcome) -> Option<Found> {
    outcome.before.filter(|before| *before != Decision::Allowed)?;
    let decided = outcome.whole.as_ref()?.decide();
    let (denied, _) = decided.actions.iter().find(|(_, decision)| *decision != Decision::Allowed)?;
    let asked = || decided.layers.iter().filter(|trace| trace.action == *denied);
    let says = |layer, decision| asked().any(|trace| trace.layer == layer && trace.evaluation.decision == decision);
    // Of the caller's policies, one that allows is enough.
    let is_enough = says(Layer::Identity, Decision::Allowed) && !says(Layer::Identity, Decision::ExplicitDeny);
    let refuses = |layer: Layer| !(layer == Layer::Identity && is_enough);
    let trace = asked().find(|trace| trace.evaluation.decision != Decision::Allowed && refuses(trace.layer))?;
    let explicit = trace.evaluation.decision == Decision::ExplicitDeny;
    let (id, what) = match trace.layer {
        Layer::Trust if explicit => ("trust-explicit-deny", "the trust policy"),
        Layer::Trust => ("trust-condition-not-met", "the trust policy"),
        Layer::Identity if explicit => ("identity-explicit-deny", "the caller's policies"),
        Layer::Identity => ("identity-allow-missing", "the caller's policies"),
        Layer::PermissionsBoundary => ("permissions-boundary", "the permissions boundary"),
        Layer::Session => ("session-policy", "the session policy"),
        Layer::Scp => ("scp-deny", "a service control policy"),
        Layer::Rcp => ("rcp-deny", "a resource control policy"),
    };
    let place = CAUSES.iter().position(|cause| cause.id == id)?;
    let does = if explicit { "denies" } else { "does not allow" };
    let message = format!("{what} {does} {} to this caller as things are known", trace.action);
    let advice = "compare each statement for this action with the call: who calls, the action, and every condition";
    Some((place, *CAUSES.get(place)?, Finding::consistent(10, message, Repair::advice(advice)).about("Statement")))
}

const SERVICE_LINKED: &str = "leave the trust policy: the role is linked to an AWS service, AWS writes its trust policy and nobody can edit it; only \
                              that service assumes the role. Make a role of your own for this caller";

/// Of a role that is linked to a service, no change of the trust policy is proposed: it is tried all the same.
fn keep_trust((_, cause, finding): &mut Found) {
    if let Change::Trust { amendments, .. } = &mut finding.repair.change {
        finding.repair.change = Change::TrustOfService(std::mem::take(amendments));
    } else if finding.side.unwrap_or(cause.side) != Side::Trust {
        return;
    }
    finding.repair.advice = SERVICE_LINKED.to_owned();
    finding.side = Some(Side::Request);
}

/// What was shown with a trust policy that IAM refuses was not shown of the role, and no change is offered that leaves it so.
fn doubt(situation: &Situation<'_>, found: &mut [Found], outcome: &mut Outcome) {
    for (_, _, finding) in found {
        if finding.status == Status::Proved && finding.proof == Proof::Evaluator {
            finding.status = Status::Consistent;
        }
        let stays =
            matches!(&finding.repair.change, Change::Trust { amendments, .. } if !situation.mends_refused(amendments));
        if stays {
            finding.repair.change = Change::Nothing;
        }
    }
    // The fingerprint is that of what was given, as it always was.
    (outcome.before, outcome.after, outcome.decided) = (None, None, Decided::default());
}

/// A cause's place in the catalogue, the cause, and what it says.
pub(crate) type Found = (usize, &'static Cause, Finding);

/// How many conditions of a statement are looked into. The trust policies that IAM takes have room for fewer that fail.
const MOST_TESTS: usize = 32;

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
    recognised(situation, statement, &mut found);
    // What passes tags needs more than the main action, which another statement may give.
    for companion in situation.companions() {
        recognised(situation, companion, &mut found);
    }
    // Another statement that is as near is another way in, of which the caller may be meant to take either.
    let away = |view: &StatementView| view.tests.iter().filter(|test| test.state != State::Holds).count();
    let nearest_away = away(statement);
    let is_another = |view: &&StatementView| {
        view.index != statement.index
            && view.effect == Effect::Allow
            && view.readable
            && view.main_action
            && view.principal == statement.principal
            && (1..=nearest_away).contains(&away(view))
    };
    let mut others = Vec::new();
    for view in situation.statements.iter().filter(is_another).take(MOST_OTHERS) {
        recognised(situation, view, &mut others);
    }
    let lowest = found.iter().filter(|(_, _, finding)| finding.statement == Some(statement.index));
    let lowest = lowest.map(|(_, _, finding)| finding.rank).min().unwrap_or(60).saturating_sub(1);
    for (place, cause, mut finding) in others {
        // What asks for the same of somebody else tells nothing new.
        if found.iter().all(|(known, _, _)| *known != place) {
            finding.status = finding.status.max(Status::Consistent);
            finding.rank = finding.rank.min(lowest);
            found.push((place, cause, finding));
        }
    }
    found
}

/// How many statements besides the nearest are looked into.
const MOST_OTHERS: usize = 4;

/// The causes of the conditions of a statement that do not hold, beside what was found already.
fn recognised(situation: &Situation<'_>, statement: &StatementView, found: &mut Vec<Found>) {
    for test in statement.tests.iter().filter(|test| test.state != State::Holds).take(MOST_TESTS) {
        let recognise = |(place, cause): (usize, &&'static Cause)| {
            let finding = cause.condition?(situation, statement, test)?;
            Some((place, *cause, finding))
        };
        // What explains a condition best; of two that do it equally well, the first of the catalogue.
        let candidates = CAUSES.iter().enumerate().filter_map(recognise);
        let best = candidates.min_by_key(|(place, _, finding)| (Reverse(finding.rank), *place));
        let best = best.map(|(place, cause, finding)| (place, cause, literal_variable(situation, test, finding)));
        // One finding may explain several conditions.
        let is_known = |new: &Found| {
            found.iter().any(|(place, _, old): &Found| *place == new.0 && old.span.is_some() && old.span == new.2.span)
        };
        if let Some(best) = best.filter(|best| !is_known(best)) {
            found.push(best);
        }
    }
}

/// A policy variable that is plain text, since the policy's version knows none (IAM User Guide, "IAM policy elements:
/// Variables and tags"): whatever the value lacks otherwise, that is what fails.
fn literal_variable(situation: &Situation<'_>, test: &Test, finding: Finding) -> Finding {
    let version = situation.evidence.trust.as_ref().map(|trust| trust.document.version);
    let is_old = matches!(version, Some(Version::V2008 | Version::Absent));
    let has_variable = |value: &String| {
        value.find("${").and_then(|at| value.get(at..)).is_some_and(|from| {
            matches!(variable::parse(from), Ok((Reference::Variable(variable), _)) if variable.key.contains(':'))
        })
    };
    let is_literal = !test.required.is_empty() && test.required.iter().all(has_variable) && test.sent.is_some();
    if !is_old || !is_literal || test.state != State::Fails {
        return finding;
    }
    let statement = finding.statement.map(|index| format!("statement {} asks", index + 1)).unwrap_or_default();
    let message = format!(
        "{statement} for {} in {} as it is written: a policy variable has a value only in a policy of Version 2012-10-17, and this \
         one has {}; the call has {}",
        quoted_list(&test.required),
        quoted(&test.key),
        if version == Some(Version::Absent) { "no Version" } else { "an older one" },
        quoted_list(test.sent.as_deref().unwrap_or_default())
    );
    let advice = "have the role's owner decide whether the policy gets Version 2012-10-17: it changes the meaning of every `${…}` in it";
    Finding {
        status: Status::Consistent,
        message,
        repair: Repair::advice(advice).decided_by_owner(),
        side: Some(Side::Trust),
        separate_by: Some(situation.get_role()),
        ..finding
    }
}

/// What the evaluator said.
pub(crate) struct Outcome {
    /// As things are.
    pub(crate) before: Option<Decision>,
    /// The same without what AWS's message says of policies that were not given.
    pub(crate) by_given: Option<Decision>,
    /// With the changes.
    pub(crate) after: Option<Decision>,
    /// The same two, where they are so whatever the open keys are.
    pub(crate) decided: Decided,
    /// The statement of the trust policy that open keys favour.
    pub(crate) favoured: Option<usize>,
    /// A trust policy and what else is needed were given, and all of it allows the call.
    allowed_by_all: bool,
    /// Nobody says who called, and what comes of it depends on that.
    pub(crate) needs_caller: bool,
    /// The causes that the evaluator confirms of somebody whom the policy is for, be it the caller or not.
    pub(crate) shown: Vec<&'static str>,
    /// The call that the evaluator was asked about.
    pub(crate) whole: Option<Whole>,
}

/// What the evaluator said, and no open key can change.
#[derive(Default)]
pub(crate) struct Decided {
    pub(crate) before: Option<Decision>,
    pub(crate) after: Option<Decision>,
}

impl Outcome {
    /// Whether the changes help only if open keys are as the call needs them.
    pub(crate) fn hangs_on_open(&self) -> bool {
        self.after.is_some() && self.decided.after != self.after
    }
}

/// Tries what causes claim: the call must be denied, and allowed with the changes; each change must be needed.
fn confirm(situation: &Situation<'_>, found: &mut [Found]) -> Outcome {
    let claims: Vec<usize> =
        places(found, |finding| finding.status == Status::Proved && finding.proof == Proof::Evaluator);
    let index = favoured(situation, found, &claims);
    // Services and tokens have no policies of their own: what was given is somebody else's.
    let has_policies = !situation.is_service() && !situation.is_federated();
    let given = situation.evidence.trust.is_some() || has_policies && !situation.evidence.identity.is_empty();
    let given = (given || evidence_limits(situation)) && !situation.is_write;
    let mut whole = situation.favouring(index).filter(|_| given);
    let by_given = whole.as_ref().map(|whole| whole.decide().decision);
    let mut before = by_given;
    if let (Some(whole), Some(reason)) = (&mut whole, situation.blames_unseen()) {
        whole.take_word(reason);
        before = Some(whole.decide().decision);
    }
    let mut plain = situation.plain().filter(|_| given);
    if let (Some(plain), Some(reason)) = (&mut plain, situation.blames_unseen()) {
        plain.take_word(reason);
    }
    let decide = |whole: Option<&Whole>| whole.and_then(|whole| situation.decided(whole));
    let mut decided = Decided { before: decide(plain.as_ref()), after: None };
    let mut after = None;
    let is_unnamed = situation.caller.is_none() && whole.is_some();
    let mut needs_caller = is_unnamed;
    let mut shown = Vec::new();
    if let Some(whole) = &whole {
        let with = |places: &[usize]| {
            let changes: Vec<&Change> = changes(found, places).collect();
            Change::make(&changes, whole, situation).is_some_and(|changed| changed.is_allowed())
        };
        // A Deny that the message names is not what lacks here: it stands in something that was not given.
        let is_another = situation.names_deny() && before != Some(Decision::ExplicitDeny);
        let denied = before != Some(Decision::Allowed) && !is_another;
        // Where nobody says who called, the change has to help everybody.
        let lets_in_all = || {
            let changes: Vec<&Change> = changes(found, &claims).collect();
            Change::make(&changes, whole, situation).is_some_and(|changed| situation.lets_in_everybody(&changed))
        };
        needs_caller = is_unnamed && !(situation.denies_everybody() && (claims.is_empty() || lets_in_all()));
        let together = denied && !claims.is_empty() && with(&claims);
        let mut confirmed = Vec::new();
        for place in &claims {
            let others: Vec<usize> = claims.iter().copied().filter(|other| other != place).collect();
            let needed = together && !with(&others);
            if needed || denied && with(&[*place]) {
                confirmed.push(*place);
            }
        }
        let ids = confirmed.iter().filter_map(|place| found.get(*place)).map(|(_, cause, _)| cause.id);
        shown.extend(ids);
        if needs_caller {
            confirmed.clear();
        }
        after = (!confirmed.is_empty()).then_some(Decision::Allowed);
        // What AWS's text proved is tried as well, where there is something to try.
        let told = places(found, |finding| finding.status == Status::Proved && finding.proof == Proof::Text);
        let helps = told.into_iter().find(|place| after.is_none() && denied && with(&[*place]));
        let made = if helps.is_some() { helps.as_slice() } else { confirmed.as_slice() };
        if helps.is_some() {
            after = Some(Decision::Allowed);
        }
        if let (Some(plain), Some(_)) = (&plain, after) {
            let changes: Vec<&Change> = changes(found, made).collect();
            decided.after = decide(Change::make(&changes, plain, situation).as_ref());
        }
        demote(found, &claims, &confirmed);
    } else {
        demote(found, &claims, &[]);
    }
    let allowed_by_all = situation.caller.is_some()
        && situation.untold().is_empty()
        && situation.trust_allows() == Some(true)
        && situation.open.is_empty()
        && (!situation.evidence.identity.is_empty() || !situation.needs_identity())
        && before == Some(Decision::Allowed);
    Outcome { before, by_given, after, decided, favoured: index, allowed_by_all, needs_caller, shown, whole }
}

/// What findings change.
fn changes<'f>(found: &'f [Found], places: &'f [usize]) -> impl Iterator<Item = &'f Change> {
    let findings = places.iter().filter_map(|place| found.get(*place));
    findings.flat_map(|(_, _, finding)| std::iter::once(&finding.repair.change).chain(&finding.repair.with))
}

/// The statement that open keys are to favour: the one that would let the call in once it is mended, else the nearest.
fn favoured(situation: &Situation<'_>, found: &[Found], claims: &[usize]) -> Option<usize> {
    let claimed = claims.iter().filter_map(|place| found.get(*place)).filter_map(|(_, _, finding)| {
        let view = situation.statements.iter().find(|view| Some(view.index) == finding.statement)?;
        (view.effect == Effect::Allow).then_some((finding.rank, view.index))
    });
    let claimed = claimed.max_by_key(|(rank, _)| *rank).map(|(_, index)| index);
    claimed.or_else(|| situation.nearest().map(|statement| statement.index))
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

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use super::*;
    use crate::evidence::Evidence;

    #[test]
    fn of_many_failing_conditions_some_are_looked_into() {
        let mut keys = String::new();
        for nth in 0..3 * MOST_TESTS {
            write!(keys, r#","aws:RequestTag/k{nth}":"v""#).unwrap();
        }
        let bundle = format!(
            r#"{{"error_text": "User: arn:aws:iam::111122223333:user/ann is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::444455556666:role/V",
            "trust_policy": {{"Version": "2012-10-17", "Statement": [{{"Effect": "Allow", "Action": "sts:*",
            "Principal": {{"AWS": "arn:aws:iam::111122223333:user/ann"}}, "Condition": {{"StringEquals": {{"aws:RequestTag/k":"v"{keys}}}}}}}]}},
            "context": {{"session_tags": "k=w"}}}}"#
        );
        let evidence = Evidence::from_case(&bundle).unwrap();
        let situation = Situation::new(&evidence);
        assert_eq!(situation.statements[0].failing().count(), 3 * MOST_TESTS + 1);
        let found = judge(&situation).found;
        assert_eq!(found.iter().filter(|(_, cause, _)| cause.condition.is_some()).count(), MOST_TESTS);
    }
}
