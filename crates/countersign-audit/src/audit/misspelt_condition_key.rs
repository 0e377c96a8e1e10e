//! A condition key that no call carries.

use countersign_policy::request::context_key::{lookup, nearest};

use super::{Audit, Check, Report, Reporter};
use crate::examine::Examined;
use crate::finding::{Confidence, Severity};

pub(super) static AUDIT: Audit = Audit {
    id: "misspelt-condition-key",
    summary: "a condition key is not one AWS knows",
    page: include_str!("misspelt_condition_key.md"),
    severity: Severity::Medium,
    confidence: Confidence::High,
    check: Check::Role(check),
};

fn check(examined: &Examined, reporter: &mut Reporter<'_>) {
    for entry in examined.exposed.document.statements.iter().flat_map(|statement| &statement.conditions) {
        let key = &entry.key.value;
        if lookup(key).is_some() {
            continue;
        }
        let Some(meant) = nearest(key) else { continue };
        let message = format!("`{key}` is not a condition key, so it is never present; did you mean `{meant}`?");
        let help = format!("write `{meant}`: IAM accepts unknown keys, and then the condition never holds, or always does");
        reporter.report(Report::new(entry.key.span, message, help));
    }
}
