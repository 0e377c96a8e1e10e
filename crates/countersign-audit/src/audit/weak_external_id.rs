//! An ExternalId others can guess or also have.

use countersign_policy::prove::ExternalIdVerdict;

use super::leak::external_id_condition;
use super::{Audit, Check, Report, Reporter};
use crate::examine::Examined;
use crate::finding::{Confidence, Persona, Severity};

pub(super) static AUDIT: Audit = Audit {
    id: "weak-external-id",
    summary: "the required ExternalId is an account id, a name, a placeholder, short or sequential",
    page: include_str!("weak_external_id.md"),
    severity: Severity::Low,
    confidence: Confidence::Medium,
    persona: Persona::Regular,
    check: Check::Role(check),
};

fn check(examined: &Examined, reporter: &mut Reporter<'_>) {
    let role_name = examined.role.role_name.as_ref().unwrap_or(&examined.role.name);
    let mut judged: Vec<&str> = Vec::new();
    for (_, verdict) in &examined.exposed.deputies {
        let ExternalIdVerdict::Bound { ids, request } = verdict else { continue };
        for id in ids {
            let (false, Some(reason)) = (judged.contains(&id.as_str()), weakness(id, role_name)) else {
                continue;
            };
            judged.push(id);
            let conditions = examined.exposed.document.statements.iter().filter_map(external_id_condition);
            let value = conditions.flat_map(|entry| &entry.values).find(|value| value.value.known() == Some(id));
            let Some(value) = value else { continue };
            let message = format!("the ExternalId `{id}` of `{}` is {reason}", examined.role.name);
            let help = "ask the third party for an id it makes unique for you, such as a UUID; customers must not be able to choose it";
            reporter.report(Report::new(value.span, message, help).witness(Some(request)));
        }
    }
}

/// Words people leave in from examples.
const PLACEHOLDERS: &[&str] = &[
    "example",
    "placeholder",
    "changeme",
    "replaceme",
    "yourexternalid",
    "myexternalid",
    "externalid",
    "test",
    "testing",
    "demo",
    "secret",
    "password",
    "todo",
    "tbd",
    "none",
    "null",
    "default",
    "unique",
    "uniqueid",
    "customer",
    "tenant",
    "company",
    "dummy",
    "sample",
    "foo",
    "bar",
    "abc",
    "xyz",
];

/// Why an id binds badly, or `None`.
///
/// What counts is that the id is unique to this customer and that the third party chose it; names and counters are signs
/// that it is not (semantics reference §6, auditing §3.6).
fn weakness(id: &str, role: &str) -> Option<&'static str> {
    let plain: String = id.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect();
    let role: String = role.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect();
    let letters = plain.trim_end_matches(|c: char| c.is_ascii_digit());
    let digits = plain.len() - letters.len();
    let all_digits = letters.is_empty();
    if id.len() == 12 && all_digits && id.bytes().all(|byte| byte.is_ascii_digit()) {
        return Some("an AWS account id, which everybody the customer works with knows");
    }
    if PLACEHOLDERS.contains(&plain.as_str()) || (digits <= 4 && PLACEHOLDERS.contains(&letters)) {
        return Some("a placeholder that other customers may have left in too");
    }
    if !plain.is_empty() && plain.bytes().all(|byte| Some(&byte) == plain.as_bytes().first()) {
        return Some("one character repeated");
    }
    if all_digits {
        return Some("a plain number: the next customer's is easy to guess");
    }
    if !role.is_empty() && plain == role {
        return Some("the role's own name");
    }
    if id.len() < 8 {
        return Some("short");
    }
    // Words, perhaps with a counter behind them: `acme-corp`, `customer-0042`.
    if digits <= 6
        && letters.len() > 2
        && letters.bytes().all(|byte| byte.is_ascii_lowercase())
        && !looks_random(letters)
    {
        return Some(if digits == 0 {
            "a name, which somebody else may choose too"
        } else {
            "a name with a counter: the next customer's is easy to guess"
        });
    }
    None
}

/// Letters that are no words: hardly a vowel, or a long run of consonants.
fn looks_random(letters: &str) -> bool {
    let vowels = letters.bytes().filter(|byte| b"aeiouy".contains(byte)).count();
    let longest = letters.split(|c| "aeiouy".contains(c)).map(str::len).max().unwrap_or(0);
    vowels * 6 < letters.len() || longest > 5
}

#[cfg(test)]
mod tests {
    use super::weakness;

    #[test]
    fn identifiers_that_bind_are_left_alone() {
        for id in
            ["0b9d7c52-3e14-4f86-b5a1-7c2e90d4f318", "tenant-7f2", "c7e0a2f45b1d4e83", "dd_9xKq27LmPz", "org-2f8a91"]
        {
            assert_eq!(weakness(id, "VendorAccess"), None, "{id}");
        }
    }

    #[test]
    fn identifiers_that_others_may_have_are_told() {
        for id in [
            "111122223333",
            "12345",
            "changeme",
            "change-me",
            "test123",
            "customer-0042",
            "acme-corp",
            "v1",
            "VendorAccess",
            "aaaaaaaaaaaa",
        ] {
            assert!(weakness(id, "VendorAccess").is_some(), "{id}");
        }
    }
}
