//! A StringLike on aws:SourceArn whose wildcard crosses colons.

use countersign_policy::document::{Effect, Span};
use countersign_policy::evaluate::{AttachedTo, evaluate};
use countersign_policy::prove::ServiceVerdict;
use countersign_policy::request::Request;

use super::{Audit, Check, Report, Reporter};
use crate::examine::Examined;
use crate::finding::{Confidence, Persona, Severity};

pub(super) static AUDIT: Audit = Audit {
    id: "source-arn-over-match",
    summary: "a wildcard under StringLike on aws:SourceArn also matches ARNs of other accounts",
    page: include_str!("source_arn_over_match.md"),
    severity: Severity::Medium,
    confidence: Confidence::High,
    persona: Persona::Regular,
    check: Check::Role(check),
};

fn check(examined: &Examined, reporter: &mut Reporter<'_>) {
    for (service, verdict) in &examined.exposed.services {
        let ServiceVerdict::Unbound { request } = verdict else { continue };
        let Some(span) = over_match(examined, request) else { continue };
        let sent = request.context.get("aws:SourceArn").and_then(<[String]>::first).cloned().unwrap_or_default();
        let message =
            format!("the pattern on aws:SourceArn lets `{service}` assume `{}` for `{sent}`", examined.role.name);
        let help = "use ArnLike, whose wildcards stay inside their segment, or add StringEquals on aws:SourceAccount";
        reporter.report(Report::new(span, message, help).witness(Some(request)));
    }
}

/// The value of a `StringLike` on `aws:SourceArn` that let a foreign ARN through because a wildcard stands before the end
/// of the account segment.
pub(super) fn over_match(examined: &Examined, request: &Request) -> Option<Span> {
    let document = &examined.exposed.document;
    request.context.get("aws:SourceArn")?;
    if !examined.unknown_values(&["aws:SourceArn"]).is_empty() {
        return None;
    }
    let traces = evaluate(document, request, AttachedTo::Role, examined.assumptions).statements;
    let applying = traces.iter().find(|trace| trace.applies && trace.effect == Effect::Allow)?;
    let statements = document.statements.iter().enumerate();
    let relevant = statements.filter(|(at, statement)| {
        *at == applying.index || statement.effect.as_ref().is_some_and(|effect| effect.value == Effect::Deny)
    });
    let conditions = relevant.flat_map(|(_, statement)| &statement.conditions);
    let like = conditions.filter(|entry| {
        entry.key.value.eq_ignore_ascii_case("aws:SourceArn")
            && entry.operator.value.contains("Like")
            && entry.operator.value.contains("String")
    });
    let early = |text: &str| {
        let head: Vec<&str> = text.splitn(6, ':').collect();
        head.iter().take(5).any(|segment| segment.contains(['*', '?']))
    };
    // A bare wildcard names no account: that is no scope at all rather than one that is missed.
    let names_an_account = |text: &str| {
        text.split(':').any(|segment| segment.len() == 12 && segment.bytes().all(|byte| byte.is_ascii_digit()))
    };
    like.flat_map(|entry| &entry.values)
        .find(|value| early(value.value.lossy()) && names_an_account(value.value.lossy()))
        .map(|value| value.span)
}
