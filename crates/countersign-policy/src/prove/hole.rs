//! Values that are not in the input: a verdict for every value they could have.
//!
//! A hole's value matters only through what it is compared with, so a few values stand for all: an account that is
//! nobody's, the owner's own, a text the policy does not mention, and, where wildcards are read, `*`. The verdict is
//! taken for each; if they agree it holds for every value, and if not it depends on the holes named.

use std::collections::{BTreeMap, BTreeSet};

use super::class::{mentioned_accounts, unmentioned_account};
use super::setting::Setting;
use crate::document::{PolicyDocument, PrincipalKind, Text};

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
            let mut differing = assignment.iter().filter(|(name, value)| other.get(*name) != Some(value));
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

fn representatives(document: &PolicyDocument, name: &str, at: usize, setting: &Setting) -> Vec<String> {
    let mut mentioned = mentioned_accounts(document);
    mentioned.extend(&setting.own_accounts);
    for _ in 0..at {
        mentioned.insert(unmentioned_account(&mentioned));
    }
    let stranger = unmentioned_account(&mentioned).to_string();
    let has = |text: &Text| text.holes().iter().any(|hole| &*hole.name == name);
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
        let whole = entry.value.lossy().is_empty();
        add(match (entry.kind, whole) {
            (PrincipalKind::Service, true) => "service.amazonaws.com".to_owned(),
            (PrincipalKind::Federated, true) => {
                format!("arn:{}:iam::{stranger}:oidc-provider/example.com", setting.partition())
            }
            (_, true) => format!("arn:{}:iam::{stranger}:root", setting.partition()),
            // The partition, the account, or a name, by what stands before the hole.
            (_, false) => match entry.value.lossy().get(..entry.value.holes().first().map_or(0, |hole| hole.at)) {
                Some("arn:") => setting.partition().to_owned(),
                Some(before) if before.ends_with("iam::") || before.ends_with("sts::") => stranger.clone(),
                Some("") => format!("arn:{}:iam::{stranger}:root", setting.partition()),
                _ => "name".to_owned(),
            },
        });
    }
    for entry in document.statements.iter().flat_map(|statement| &statement.conditions) {
        if !entry.values.iter().any(|value| has(&value.value)) {
            continue;
        }
        let operator = entry.operator.value.to_ascii_lowercase();
        let key = entry.key.value.to_ascii_lowercase();
        let about = |parts: &[&str]| parts.iter().any(|part| key.contains(part));
        if !in_principal {
            add(if about(&["account"]) { stranger.clone() } else { format!("hole-value-{at}") });
            if about(&["account", "arn"]) {
                add(stranger.clone());
                setting.own_accounts.iter().take(1).for_each(|own| add(own.to_string()));
            }
        }
        if operator.contains("like") || operator.contains("arn") {
            add("*".to_owned());
        }
        if operator.contains("bool") || operator.contains("null") {
            add("true".to_owned());
            add("false".to_owned());
        }
        if operator.contains("numeric") {
            add("0".to_owned());
            add("999999999".to_owned());
        }
        if operator.contains("date") {
            add("1970-01-01T00:00:00Z".to_owned());
            add("9999-01-01T00:00:00Z".to_owned());
        }
        if operator.contains("ipaddress") {
            add("0.0.0.0/0".to_owned());
            add("192.0.2.1/32".to_owned());
        }
    }
    if values.is_empty() {
        values.push(format!("hole-value-{at}"));
    }
    values
}

#[cfg(test)]
mod tests {
    use super::*;

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
