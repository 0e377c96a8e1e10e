//! A guard that is there or not, depending on a value the input leaves open.

use super::leak::{external_id_condition, leaks_of_worst};
use super::{Audit, Check, Report, Reporter};
use crate::examine::Examined;
use crate::finding::{Confidence, Persona, Severity};

pub(super) static AUDIT: Audit = Audit {
    id: "optional-external-id",
    summary: "the ExternalId condition vanishes when a variable or parameter is not set",
    page: include_str!("optional_external_id.md"),
    severity: Severity::High,
    confidence: Confidence::High,
    persona: Persona::Regular,
    check: Check::Role(check),
};

const HELP: &str = "make the value required (no default, not nullable) and the condition unconditional";

/// Where it is the party that is there or not.
const HELP_UNGUARDED: &str = "require the id the third party chose for you, StringEquals on sts:ExternalId; if the account is yours, declare it with --own";

fn check(examined: &Examined, reporter: &mut Reporter<'_>) {
    if examined.open_when.is_empty() {
        return;
    }
    let leaks = leaks_of_worst(examined);
    let first = leaks.first();
    let who = first.map_or_else(|| "a third party".to_owned(), |leak| leak.who(examined));
    let when = examined.open_when.join(", or when ");
    let message = format!("`{}` is open when {when}: {who} needs no ExternalId then", examined.role.name);
    let span = first.map_or(examined.role.trust.span, |leak| leak.span);
    let request = first.map(|leak| &*leak.request).or(examined.exposed.witness.as_deref());
    let help = if is_ever_guarded(examined) { HELP } else { HELP_UNGUARDED };
    reporter.report(Report::new(span, message, help).witness(request));
}

/// Whether the policy asks for an `ExternalId`, decided one way or the other.
fn is_ever_guarded(examined: &Examined) -> bool {
    let alternatives = examined.role.alternatives.iter().map(|alternative| &alternative.trust);
    let mut statements = std::iter::once(&examined.role.trust).chain(alternatives).flat_map(|trust| &trust.statements);
    statements.any(|statement| external_id_condition(statement).is_some())
}
