//! `oidc-sub-mismatch`

use countersign_policy::document::Amendment;
use super::{Cause, Finding, Side};
use countersign_policy::request::context_key;

use crate::call::Operation;
use crate::cause::finding::listed;
use crate::repair::{Change, Repair};
use crate::situation::{Situation, StatementView, Test};
use crate::quoted::quoted;

pub(super) static CAUSE: Cause = Cause {
    id: "oidc-sub-mismatch",
    summary: "the token's subject is not the one that is trusted",
    page: include_str!("oidc_sub_mismatch.md"),
    side: Side::Trust,
    time: "minutes",
    situation: Some(examine),
    condition: Some(recognise),
};

fn examine(situation: &Situation<'_>) -> Option<Finding> {
    let web = situation.operation == Operation::AssumeRoleWithWebIdentity && situation.guesses_at_trust();
    let sub = situation.evidence.facts.claim("sub").and_then(<[String]>::first);
    web.then(|| {
        let message = "the trust policy may ask for another `sub` than the token has: letter case, `environment:` for `ref:`, a \
                       namespace or a service account's name";
        let finding = Finding::consistent(60, message, Repair::advice(ADVICE)).about("sub");
        finding.asking(None::<String>, sub.map(String::as_str)).separated_by(situation.get_role())
    })
}

const ADVICE: &str = "ask for the `sub` that is really issued, as narrow as it can be; never for a whole organization";

const BESIDE: &str = "decide whether this subject is to get in: another branch, environment or repository is another one. It is \
                      listed beside the old one, which comes out once nobody has it; never trust a whole organization";

fn recognise(situation: &Situation<'_>, statement: &StatementView, test: &Test) -> Option<Finding> {
    let (_, claim) = context_key::oidc_claim(&test.key)?;
    if !claim.eq_ignore_ascii_case("sub") || situation.operation != Operation::AssumeRoleWithWebIdentity {
        return None;
    }
    let trust = situation.evidence.trust.as_ref()?;
    let entry = trust.document.statements.get(statement.index)?.conditions.get(test.index)?;
    let Some(sent) = test.sent.as_ref().and_then(|sent| sent.first()) else {
        let message = format!("the policy asks for the subject {}, and which one the token has is not known", listed(&test.required));
        let finding = Finding::consistent(66, message, Repair::advice(ADVICE)).at(statement, test);
        return Some(finding.separated_by("the token's `sub`: decode the part between its dots as base64"));
    };
    let nearest = entry.values.iter().filter(|value| value.value.known().is_some()).max_by_key(|value| {
        common_prefix(value.value.lossy(), sent)
    })?;
    let required = nearest.value.lossy();
    let narrow = narrowed(required, sent);
    let message = format!("the policy asks for the subject {required}, and the token has {sent}: {}", difference(required, sent), required = quoted(&required), sent = quoted(&sent));
    let intended = situation.intended();
    // A name in another letter case is nobody's; any other subject may be one that gets in today.
    let misspelt = is_misspelt(required, &narrow);
    let amendment = if misspelt {
        Amendment::write(nearest.span, required, &narrow)
    } else {
        Amendment::AddValue { statement: statement.index, condition: test.index, value: narrow.clone() }
    };
    let change = Change::Trust { amendments: vec![amendment], intended };
    // Another branch, another kind of job or another repository is somebody's decision.
    let advice = if misspelt { ADVICE } else { BESIDE };
    let repair = Repair { needs_decision: !(misspelt && sent.starts_with("repo:")), ..Repair::new(advice, change) };
    let finding = Finding::proved(message, repair).ranked(73).at(statement, test);
    Some(Finding { span: Some(nearest.span), ..finding })
}

fn common_prefix(a: &str, b: &str) -> usize {
    a.bytes().zip(b.bytes()).take_while(|(a, b)| a.eq_ignore_ascii_case(b)).count()
}

/// Whether two subjects differ in the letter case of names that have one right spelling: those of a GitHub owner and its
/// repository, where the rest is the same, and those of Kubernetes. Branches, tags and environments have any.
fn is_misspelt(required: &str, sent: &str) -> bool {
    let rest = |subject: &str| subject.splitn(3, ':').nth(2).map(str::to_owned);
    let has_one_spelling = match sent.starts_with("repo:") {
        true => required.starts_with("repo:") && rest(required) == rest(sent),
        false => sent.starts_with("system:serviceaccount:"),
    };
    has_one_spelling && required != sent && required.eq_ignore_ascii_case(sent)
}

/// The subject that was sent, with the pattern's last `*` where all before it is the same but for letter case.
fn narrowed(required: &str, sent: &str) -> String {
    let kept = required.strip_suffix('*').filter(|head| !head.contains(['*', '?'])).and_then(|head| sent.get(..head.len()).filter(|same| same.eq_ignore_ascii_case(head)));
    kept.map_or_else(|| sent.to_owned(), |head| format!("{head}*"))
}

fn difference(required: &str, sent: &str) -> &'static str {
    let folded = narrowed(required, sent);
    if sent.starts_with("repo:") && !required.contains('@') && without_ids(sent).starts_with(required.trim_end_matches('*')) {
        return "GitHub puts the ids of owner and repository into the subjects of repositories made since July 2026, and of those that asked for it";
    }
    let context = |text: &str| text.split(':').nth(2).map(str::to_owned);
    if folded.eq_ignore_ascii_case(required) {
        "letter case counts"
    } else if sent.starts_with("repo:") && context(required) != context(sent) && required.split(':').nth(1) == sent.split(':').nth(1) {
        "a job with an environment, a tag or a pull request has another subject than one on a branch"
    } else if sent.starts_with("system:serviceaccount:") {
        "the namespace or the name of the service account differs"
    } else {
        "it is another subject"
    }
}

/// `repo:owner@1/name@2:…` without the numbers.
fn without_ids(subject: &str) -> String {
    let mut parts = subject.splitn(3, ':');
    let (kind, repository, context) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default(), parts.next());
    let plain: Vec<&str> = repository.split('/').map(|part| part.split('@').next().unwrap_or(part)).collect();
    let tail = context.map(|context| format!(":{context}")).unwrap_or_default();
    format!("{kind}:{}{tail}", plain.join("/"))
}
