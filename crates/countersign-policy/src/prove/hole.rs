//! Values that are not in the input: a verdict for every value they could have.
//!
//! In the principals of an Allow, and as the one value a key has to equal, a few values stand for all: an account that is
//! nobody's, those the policy mentions, a text it does not mention. The verdict is taken for each. Everywhere else the
//! statement is taken at its two extremes, with the condition always met and never met. Where the answers agree they
//! hold for every value; where they do not, the verdict depends on the holes named.

use std::collections::{BTreeMap, BTreeSet};

use super::class::{mentioned_accounts, unmentioned_account};
use super::setting::Setting;
use crate::account::AccountId;
use crate::condition::{Comparison, ConditionOperator, Sense};
use crate::document::{
    ConditionEntry, Effect, PatternElement, Polarity, PolicyDocument, PrincipalElement, PrincipalEntry, PrincipalKind,
    Spanned, Statement, Text, text_of_key,
};
use crate::request::context_key::{self, SetBy};

/// What each hole stands for.
pub type Assignment = BTreeMap<Box<str>, String>;

/// Most combinations that are tried.
const MAX_ASSIGNMENTS: usize = 64;

/// The holes in principals: a party whose identity is not in the input, taken for a third party.
#[must_use]
pub fn holes_in_principals(document: &PolicyDocument) -> BTreeSet<Box<str>> {
    let elements = document.statements.iter().flat_map(|statement| &statement.principals);
    elements
        .flat_map(|element| &element.entries)
        .flat_map(|entry| entry.value.holes())
        .map(|hole| hole.name.clone())
        .collect()
}

/// Assignments that stand for every value of the holes, or `None` when there are too many to try.
#[must_use]
pub fn assignments(document: &PolicyDocument, setting: &Setting) -> Option<Vec<Assignment>> {
    let mut all = vec![Assignment::new()];
    for (at, name) in document.holes().into_iter().enumerate() {
        let values = representatives(document, &name, at, setting);
        if all.len() * values.len() > MAX_ASSIGNMENTS {
            return None;
        }
        all = all
            .iter()
            .flat_map(|assignment| {
                values.iter().map(|value| {
                    let mut longer = assignment.clone();
                    longer.insert(name.clone(), value.clone());
                    longer
                })
            })
            .collect();
    }
    Some(all)
}

/// Of several answers for several assignments, the holes whose value alone changes the answer; all of them when no single
/// one does.
#[must_use]
pub fn deciding<T: PartialEq>(answers: &[(Assignment, T)]) -> Vec<Box<str>> {
    let mut names = BTreeSet::new();
    for (at, (assignment, answer)) in answers.iter().enumerate() {
        for (other, other_answer) in answers.iter().skip(at + 1) {
            // What one of them leaves open is as the other has it.
            let mut differing =
                assignment.iter().filter(|(name, value)| other.get(*name).is_some_and(|it| it != *value));
            if let (Some((name, _)), None, true) = (differing.next(), differing.next(), answer != other_answer) {
                names.insert(name.clone());
            }
        }
    }
    if names.is_empty() && answers.windows(2).any(|pair| matches!(pair, [(_, a), (_, b)] if a != b)) {
        names.extend(answers.iter().flat_map(|(assignment, _)| assignment.keys().cloned()));
    }
    names.into_iter().collect()
}

/// The two extremes of a document whose holes decide conditions: every such condition as favourable to callers as it can
/// be, and as unfavourable.
#[derive(Debug)]
pub(crate) struct Extremes {
    /// Whoever could get in does.
    pub(crate) upper: PolicyDocument,
    /// Whoever could be kept out is.
    pub(crate) lower: PolicyDocument,
    /// The holes in those conditions.
    pub(crate) holes: BTreeSet<Box<str>>,
}

/// The extremes, or `None` when a few values stand for all that any hole can be: in the principals of an Allow, and as the
/// one value a key has to equal.
pub(crate) fn extremes(document: &PolicyDocument) -> Option<Extremes> {
    let mut holes = BTreeSet::new();
    let (mut upper, mut lower) = (document.clone(), document.clone());
    (upper.statements, lower.statements) = (Vec::new(), Vec::new());
    let mut note = |texts: &mut dyn Iterator<Item = &Text>| {
        let found: Vec<Box<str>> = texts.flat_map(Text::holes).map(|hole| hole.name.clone()).collect();
        let any = !found.is_empty();
        holes.extend(found);
        any
    };
    for statement in &document.statements {
        let allows = statement.effect.as_ref().is_none_or(|effect| effect.value == Effect::Allow);
        let patterns = statement.actions.iter().chain(&statement.resources).flat_map(|element| &element.patterns);
        let actions = note(&mut patterns.map(|pattern| &pattern.value));
        let judged = statement.principals.iter().filter(|element| !allows || element.polarity == Polarity::Excepted);
        let principals = note(&mut judged.flat_map(|element| &element.entries).map(|entry| &entry.value));
        let deciding = |entry: &&ConditionEntry| !stands_for_itself(document, statement, allows, entry);
        let conditions = statement.conditions.iter().filter(deciding);
        let conditions = note(&mut conditions.flat_map(|entry| &entry.values).map(|value| &value.value));
        let undecided: Vec<Text> =
            statement.undecided.iter().map(|name| Text::default().with_hole(name.value.clone())).collect();
        let undecided = note(&mut undecided.iter());
        if !(actions || principals || conditions || undecided) {
            upper.statements.push(statement.clone());
            lower.statements.push(statement.clone());
            continue;
        }
        // The statement as it applies most: with the conditions as wide as they can be, to every action, to everyone.
        let mut most = statement.clone();
        most.undecided.clear();
        let widest =
            |entry: &ConditionEntry| match stands_for_itself(document, statement, allows, entry) || !has_hole(entry) {
                true => Some(entry.clone()),
                false => widened(entry),
            };
        most.conditions = statement.conditions.iter().filter_map(widest).collect();
        let holed = |texts: &[Spanned<Text>]| texts.iter().any(|text| !text.value.holes().is_empty());
        most.actions.retain(|element| !holed(&element.patterns));
        most.resources.retain(|element| !holed(&element.patterns));
        if most.actions.is_empty() {
            let span = statement.span;
            let patterns = vec![Spanned { value: Text::literal("sts:*"), span }];
            most.actions.push(PatternElement { polarity: Polarity::Listed, key_span: span, patterns });
        }
        if principals {
            let span = statement.span;
            let everyone = PrincipalEntry { kind: PrincipalKind::Everyone, value: Text::literal("*"), span };
            most.principals =
                vec![PrincipalElement { polarity: Polarity::Listed, key_span: span, entries: vec![everyone] }];
        }
        if allows {
            upper.statements.push(most);
        } else {
            lower.statements.push(most);
        }
    }
    (!holes.is_empty()).then_some(Extremes { upper, lower, holes })
}

/// A condition that every value of its holes implies: the parts that are in the input, with anything between them. `None`
/// where nothing is left to ask.
fn widened(entry: &ConditionEntry) -> Option<ConditionEntry> {
    let mut operator = ConditionOperator::parse(&entry.operator.value).ok()?;
    if operator.sense == Sense::Negated || entry.key.value.contains('⟨') {
        return None;
    }
    let is_literal = |value: &Text| !value.lossy().contains(['*', '?']);
    match operator.comparison {
        // A hole inside one part of an ARN stays inside it; where parts are missing, it may hold several.
        Comparison::Arn if !entry.values.iter().all(|value| value.value.lossy().matches(':').count() >= ARN_COLONS) => {
            operator.comparison = Comparison::StringLike;
        }
        Comparison::Arn | Comparison::StringLike => {}
        Comparison::StringEquals if entry.values.iter().all(|value| is_literal(&value.value)) => {
            operator.comparison = Comparison::StringLike;
        }
        Comparison::StringEquals
        | Comparison::StringEqualsIgnoreCase
        | Comparison::Numeric(_)
        | Comparison::Date(_)
        | Comparison::Bool
        | Comparison::Binary
        | Comparison::IpAddress
        | Comparison::Null => return None,
    }
    let mut widened = entry.clone();
    widened.operator.value = operator.to_string().into();
    for value in &mut widened.values {
        value.value = value.value.resolve(|_| Some("*".to_owned()));
    }
    Some(widened)
}

/// Colons in an ARN.
const ARN_COLONS: usize = 5;

fn has_hole(entry: &ConditionEntry) -> bool {
    entry.values.iter().any(|value| !value.value.holes().is_empty())
}

/// Whether one value stands for all the holes of a condition can be: an Allow asks a key that callers choose freely to
/// equal it, and neither the rest of the statement nor a Deny asks about that key. Other Allows only add to what gets in.
fn stands_for_itself(document: &PolicyDocument, statement: &Statement, allows: bool, entry: &ConditionEntry) -> bool {
    if !has_hole(entry) {
        return true;
    }
    let exact = ConditionOperator::parse(&entry.operator.value).is_ok_and(|operator| {
        let equals = matches!(operator.comparison, Comparison::StringEquals | Comparison::StringEqualsIgnoreCase);
        equals && operator.sense == Sense::Positive
    });
    let free = context_key::lookup(&entry.key.value).is_some_and(|row| {
        matches!(
            row.set_by,
            SetBy::ExternalId
                | SetBy::SessionName
                | SetBy::SourceIdentity
                | SetBy::SessionTags
                | SetBy::Oidc
                | SetBy::Saml
                | SetBy::ServiceSource
        )
    });
    let asks = |of: &Statement| {
        of.conditions.iter().filter(|other| other.key.value.eq_ignore_ascii_case(&entry.key.value)).count()
    };
    let denies = |of: &&Statement| of.effect.as_ref().is_some_and(|effect| effect.value == Effect::Deny);
    let denied = document.statements.iter().filter(denies).any(|of| asks(of) > 0);
    allows && exact && free && !denied && asks(statement) == 1
}

fn representatives(document: &PolicyDocument, name: &str, at: usize, setting: &Setting) -> Vec<String> {
    let mut mentioned = mentioned_accounts(document);
    // A party that is not in the input counts as a third party.
    let in_policy: Vec<AccountId> =
        mentioned.iter().copied().filter(|account| !setting.own_accounts.contains(account)).collect();
    mentioned.extend(&setting.own_accounts);
    for _ in 0..at {
        mentioned.insert(unmentioned_account(&mentioned));
    }
    let stranger = unmentioned_account(&mentioned).to_string();
    let has = |text: &Text| text.holes().iter().any(|hole| &*hole.name == name);
    let partition = setting.partition();
    let mut values: Vec<String> = Vec::new();
    let mut add = |value: String| {
        if !values.contains(&value) {
            values.push(value);
        }
    };
    let mut in_principal = false;
    for entry in
        document.statements.iter().flat_map(|statement| &statement.principals).flat_map(|element| &element.entries)
    {
        if !has(&entry.value) {
            continue;
        }
        in_principal = true;
        let at = entry.value.holes().iter().find(|hole| &*hole.name == name).map_or(0, |hole| hole.at);
        let before = entry.value.lossy().get(..at).unwrap_or_default();
        match (entry.kind, before) {
            (PrincipalKind::Service, "") => add("service.amazonaws.com".to_owned()),
            (PrincipalKind::Federated, "") => provider_candidates(document, setting).into_iter().for_each(&mut add),
            // The partition, the account, or a name, by what stands before the hole.
            (_, "arn:") => add(partition.to_owned()),
            (PrincipalKind::Federated, before) if before.ends_with(":oidc-provider/") => {
                providers(document).into_iter().for_each(&mut add);
            }
            (_, before) if before.ends_with("iam::") || before.ends_with("sts::") => {
                add(stranger.clone());
                in_policy.iter().for_each(|account| add(account.to_string()));
            }
            (_, "") => {
                add(format!("arn:{partition}:iam::{stranger}:root"));
                in_policy.iter().for_each(|account| add(format!("arn:{partition}:iam::{account}:root")));
            }
            _ => add("name".to_owned()),
        }
    }
    for entry in document.statements.iter().flat_map(|statement| &statement.conditions) {
        if in_principal || !entry.values.iter().any(|value| has(&value.value)) {
            continue;
        }
        if entry.key.value.eq_ignore_ascii_case("aws:SourceAccount") {
            add(stranger.clone());
            setting.own_accounts.iter().take(1).for_each(|own| add(own.to_string()));
        } else if entry.key.value.eq_ignore_ascii_case("aws:SourceArn") {
            add(format!("arn:{partition}:service:us-east-1:{stranger}:resource"));
        } else {
            add(stand_in(document, name, at));
        }
    }
    // The issuer in a key is that of the provider, as far as anybody knows.
    for statement in document.statements.iter().filter(|_| !in_principal) {
        let mut keys = statement.conditions.iter().map(|entry| text_of_key(&entry.key.value));
        if keys.any(|key| has(&key) && key.holes().first().is_some_and(|hole| hole.at == 0)) {
            let arns = statement.principals.iter().flat_map(|element| &element.entries).map(|entry| &entry.value);
            let named = arns.filter_map(|arn| arn.known()?.split_once(":oidc-provider/"));
            let mut issuers: Vec<&str> = named.map(|(_, issuer)| issuer).collect();
            if issuers.is_empty() {
                issuers.push(UNKNOWN_ISSUER);
            }
            issuers.into_iter().for_each(|issuer| add(issuer.to_owned()));
        }
    }
    if values.is_empty() {
        values.push(stand_in(document, name, at));
    }
    values
}

/// A text that no other part of the policy has: the name, where an `ExternalId` or a session name may look like that.
fn stand_in(document: &PolicyDocument, name: &str, at: usize) -> String {
    let is_free = |text: &str| {
        let entries = document.statements.iter().flat_map(|statement| &statement.conditions);
        !entries.flat_map(|entry| &entry.values).any(|value| value.value.lossy().contains(text))
    };
    let is_plain = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_.:-".contains(&byte));
    if is_plain && (2..=48).contains(&name.len()) && is_free(name) {
        name.to_owned()
    } else {
        format!("hole-value-{at}")
    }
}

/// Stands for an issuer that is not in the input.
const UNKNOWN_ISSUER: &str = "provider.example.com";

/// The issuers whose claims the conditions ask about, or one that nobody names.
fn providers(document: &PolicyDocument) -> Vec<String> {
    let keys = document.statements.iter().flat_map(|statement| &statement.conditions).map(|entry| &*entry.key.value);
    let mut issuers: Vec<String> = keys
        .filter_map(|key| match text_of_key(key).known() {
            None => Some(UNKNOWN_ISSUER),
            Some(_) if context_key::lookup(key).map(|row| row.set_by) == Some(SetBy::Oidc) => {
                context_key::oidc_claim(key).map(|(issuer, _)| issuer)
            }
            Some(_) => None,
        })
        .map(str::to_owned)
        .collect();
    issuers.sort_unstable();
    issuers.dedup();
    if issuers.is_empty() {
        issuers.push(UNKNOWN_ISSUER.to_owned());
    }
    issuers
}

/// Providers whose claims the conditions ask about, or any.
fn provider_candidates(document: &PolicyDocument, setting: &Setting) -> Vec<String> {
    let account = setting.role_arn.split(':').nth(4).unwrap_or_default();
    let arn = |kind: &str, name: &str| format!("arn:{}:iam::{account}:{kind}/{name}", setting.partition());
    let asks = |set_by: SetBy| {
        let mut keys = document.statements.iter().flat_map(|statement| &statement.conditions);
        keys.any(|entry| context_key::lookup(&entry.key.value).map(|row| row.set_by) == Some(set_by))
    };
    let saml = asks(SetBy::Saml).then(|| arn("saml-provider", "provider"));
    let issuers = providers(document).into_iter().map(|issuer| arn("oidc-provider", &issuer));
    match saml {
        Some(saml) if providers(document) == [UNKNOWN_ISSUER] => vec![saml],
        Some(saml) => issuers.chain([saml]).collect(),
        None if providers(document) == [UNKNOWN_ISSUER] && !has_key_holes(document) => {
            issuers.chain([arn("saml-provider", "provider")]).collect()
        }
        None => issuers.collect(),
    }
}

fn has_key_holes(document: &PolicyDocument) -> bool {
    let mut conditions = document.statements.iter().flat_map(|statement| &statement.conditions);
    conditions.any(|entry| text_of_key(&entry.key.value).known().is_none())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_an_answer_leaves_open_is_no_difference() {
        let of = |pairs: &[(&str, &str)]| {
            pairs.iter().map(|(name, value)| ((*name).into(), (*value).to_owned())).collect::<Assignment>()
        };
        let answers =
            [(of(&[("a", "no"), ("b", "no")]), 1), (of(&[("a", "no"), ("b", "yes")]), 0), (of(&[("a", "yes")]), 0)];
        assert_eq!(deciding(&answers), ["a".into(), "b".into()]);
    }

    #[test]
    fn the_deciding_hole_is_named() {
        let assignment = |a: &str, b: &str| Assignment::from([("a".into(), a.to_owned()), ("b".into(), b.to_owned())]);
        let answers = [
            (assignment("1", "1"), 1),
            (assignment("1", "2"), 1),
            (assignment("2", "1"), 2),
            (assignment("2", "2"), 2),
        ];
        assert_eq!(deciding(&answers), ["a".into()]);
    }
}
