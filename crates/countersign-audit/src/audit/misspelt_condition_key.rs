//! A condition key that no call carries.

use countersign_policy::request::context_key::{lookup, nearest};

use super::{Audit, Check, Report, Reporter};
use crate::examine::Examined;
use crate::finding::{Confidence, Persona, Severity};

pub(super) static AUDIT: Audit = Audit {
    id: "misspelt-condition-key",
    summary: "a condition key is not one AWS knows",
    page: include_str!("misspelt_condition_key.md"),
    severity: Severity::Medium,
    confidence: Confidence::High,
    persona: Persona::Regular,
    check: Check::Role(check),
};

fn check(examined: &Examined, reporter: &mut Reporter<'_>) {
    for entry in examined.exposed.document.statements.iter().flat_map(|statement| &statement.conditions) {
        let key = &entry.key.value;
        // Of a key that is not in the input in full, nobody knows how it is spelled.
        if lookup(key).is_some() || key.contains('⟨') {
            continue;
        }
        let closed = key
            .split_once(':')
            .is_none_or(|(prefix, _)| ["sts", "saml"].iter().any(|known| known.eq_ignore_ascii_case(prefix)));
        let (message, help) = match (nearest(key), closed) {
            (Some(meant), _) => (
                format!("`{key}` is not a condition key, so it is never present; did you mean `{meant}`?"),
                format!("write `{meant}`: IAM accepts unknown keys, and then the condition never holds, or always does"),
            ),
            (None, true) => (
                format!("`{key}` is not a condition key, so it is never present"),
                "look the key up in the IAM User Guide: IAM accepts unknown keys, and then the condition never holds, or always does".to_owned(),
            ),
            (None, false) => continue,
        };
        reporter.report(Report::new(entry.key.span, message, help));
    }
}
