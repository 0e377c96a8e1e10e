//! Condition values: do they read as their operator reads them, and are their variables well-formed.

use super::{Report, shown};
use crate::condition::numeric::Decimal;
use crate::condition::variable::{self, Reference};
use crate::condition::{Comparison, ConditionOperator, binary, boolean, date, ip_address};
use crate::document::{ConditionEntry, Span, Version};
use crate::request::context_key;

/// A value as messages speak of it.
struct Given<'e> {
    text: &'e str,
    span: Span,
    /// The operator as spelled.
    operator: &'e str,
}

/// Checks every value of an entry. Values with unknown parts are passed over.
pub(super) fn check(entry: &ConditionEntry, operator: ConditionOperator, version: Version, report: &mut Report) {
    for value in &entry.values {
        let Some(text) = value.value.known() else { continue };
        let given = Given { text, span: value.span, operator: &entry.operator.value };
        match operator.comparison {
            Comparison::StringEquals | Comparison::StringEqualsIgnoreCase => {
                literal_wildcard(&given, report);
                variables(&given, version, report);
            }
            Comparison::StringLike => variables(&given, version, report),
            Comparison::Arn => {
                arn(&given, report);
                variables(&given, version, report);
            }
            Comparison::Numeric(_) => {
                typed(&given, Decimal::parse(text).is_some(), "an integer or a decimal, such as `3600`", report);
            }
            Comparison::Date(_) => {
                typed(&given, date::parse(text).is_some(), "an ISO 8601 date, such as `2026-01-31T00:00:00Z`", report);
            }
            Comparison::Bool | Comparison::Null => {
                typed(&given, boolean::parse(text).is_some(), "`true` or `false`", report);
            }
            Comparison::Binary => typed(&given, binary::parse(text).is_some(), "the bytes in base64", report),
            Comparison::IpAddress => {
                let range = ip_address::parse_range(text);
                typed(&given, range.is_some(), "a CIDR range, such as `203.0.113.0/24`", report);
            }
        }
    }
}

/// Values of typed operators parse (AA "Type mismatch Boolean", "… date", "… IP range", "… number", "… string") and hold
/// no variable (AA "Invalid variable for operator").
fn typed(given: &Given<'_>, parses: bool, wanted: &str, report: &mut Report) {
    let Given { text, span, operator } = *given;
    if parses {
        return;
    }
    if text.contains("${") {
        let message = format!("`{operator}` does not substitute the policy variable in `{}`", shown(text));
        report.warning(span, message, format!("write {wanted}; variables work under String and Arn operators"));
    } else {
        let message = format!("`{}` is no value `{operator}` can compare", shown(text));
        report.warning(span, message, format!("write {wanted}"));
    }
}

/// Fewer than six segments match no ARN (table of §3.2; `reference_policies_elements_condition_operators`).
fn arn(given: &Given<'_>, report: &mut Report) {
    let Given { text, span, operator } = *given;
    if text.splitn(6, ':').count() < 6 && !text.contains("${") {
        let message = format!("`{}` has fewer than six ARN segments: `{operator}` cannot match it", shown(text));
        report.warning(span, message, "write all segments: `arn:partition:service:region:account:resource`");
    }
}

/// A `*` under an operator that compares letter by letter (AA "Wildcard without like operator").
fn literal_wildcard(given: &Given<'_>, report: &mut Report) {
    let Given { text, span, operator } = *given;
    if text.split("${*}").any(|part| part.contains('*')) {
        let message = format!("the `*` in `{}` is no wildcard under `{operator}`", shown(text));
        report.warning(span, message, "use `StringLike` if a wildcard is meant");
    }
}

/// Variables are well-formed, of single-valued keys, and under Version 2012-10-17 (rules V1, V5, G2;
/// `reference_policies_variables`, AA "Missing brace in variable", "Missing quote in variable", "Unsupported space in
/// variable", "Empty variable", "Variable unsupported in version"). Access Analyzer calls all of it an error; that IAM
/// refuses it is not documented.
fn variables(given: &Given<'_>, version: Version, report: &mut Report) {
    let Given { text, span, .. } = *given;
    let mut rest = text;
    while let Some((_, after)) = rest.split_once("${") {
        let from = rest.len() - after.len() - 2;
        let parsed = variable::parse(rest.get(from..).unwrap_or_default());
        match version {
            Version::V2012 => {}
            Version::Absent | Version::V2008 | Version::Invalid => {
                if parsed.is_ok() {
                    let message = format!("the policy variable in `{}` is plain text under this version", shown(text));
                    report.warning(span, message, "set \"Version\": \"2012-10-17\", which knows policy variables");
                    return;
                }
                rest = after;
                continue;
            }
        }
        match parsed {
            Ok((reference, after)) => {
                if let Reference::Variable(variable) = reference
                    && context_key::is_multivalued(&variable.key)
                {
                    let message =
                        format!("`{}` can hold several values: `${{…}}` has no value then", shown(&variable.key));
                    report.warning(span, message, "use a single-valued key as variable");
                }
                rest = after;
            }
            Err(what) => {
                let help = "write `${key}` or `${key, 'default'}`; a plain dollar sign before a brace is `${$}`";
                report.warning(span, format!("{what} in `{}`", shown(text)), help);
                return;
            }
        }
    }
}
