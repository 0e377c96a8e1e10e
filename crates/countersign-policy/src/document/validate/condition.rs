//! The condition block: operators, keys and how they fit together.

use std::collections::HashSet;

use super::operator::Operators;
use super::source::Source;
use super::{Report, ShapeErrors, shown, value};
use crate::condition::{Comparison, ConditionOperator, SetOperator};
use crate::document::{ConditionEntry, Statement, Version};
use crate::request::context_key::{self, Arity, ContextKey, KeyType, SetBy};

/// Checks the condition block; yields the operator of each entry, in order, where it is one.
pub(super) fn check<'d>(
    statement: &'d Statement,
    operators: &mut Operators<'d>,
    version: Version,
    source: &Source<'_>,
    shape: &ShapeErrors,
    report: &mut Report,
) -> Vec<Option<ConditionOperator>> {
    for operator in &statement.keyless_operators {
        if operators.read(operator, report).is_some() {
            let message = format!("`{}` holds no condition key: it restricts nothing", shown(&operator.value));
            report.warning(operator.span, message, "name a condition key and its values, or remove the operator");
        }
    }
    let mut keys = HashSet::with_capacity(statement.conditions.len());
    let mut read = Vec::with_capacity(statement.conditions.len());
    for entry in &statement.conditions {
        if !keys.insert((entry.operator.span.start, entry.key.value.to_ascii_lowercase())) {
            repeated_key(entry, report);
        }
        if entry.values.is_empty() && !shape.any_inside(entry.span) {
            no_values(entry, report);
        }
        mixed_types(entry, source, report);
        let operator = operators.read(&entry.operator, report);
        if let Some(operator) = operator {
            let key = context_key::lookup(&entry.key.value);
            if let Some(key) = key {
                set_operator(entry, operator, key, report);
                key_type(entry, operator, key, report);
            }
            null(entry, operator, report);
            several_booleans(entry, operator, report);
            value::check(entry, operator, version, report);
        }
        read.push(operator);
    }
    read
}

/// Key names fold case, so the same key can stand twice (rule C3; AA "Duplicate keys with different case").
fn repeated_key(entry: &ConditionEntry, report: &mut Report) {
    let (key, operator) = (shown(&entry.key.value), shown(&entry.operator.value));
    let message = format!("condition key `{key}` stands under `{operator}` already, in another letter case");
    report.error(entry.key.span, message, "key names ignore letter case: put all values into one list");
}

/// An empty value list (rule C7; AA "Empty array condition").
fn no_values(entry: &ConditionEntry, report: &mut Report) {
    let message = format!("condition key `{}` has no values", shown(&entry.key.value));
    report.warning(entry.key.span, message, "name at least one value; to ask whether a key is there, use `Null`");
}

/// Values of one JSON type (rule C1; AA "Invalid condition data type").
fn mixed_types(entry: &ConditionEntry, source: &Source<'_>, report: &mut Report) {
    let mut values = entry.values.iter();
    let Some(first) = values.next().and_then(|value| source.json_type(value.span)) else { return };
    let other = values.find_map(|value| {
        source.json_type(value.span).filter(|json_type| *json_type != first).map(|json_type| (value.span, json_type))
    });
    if let Some((span, json_type)) = other {
        let message = format!("a {json_type} stands in a list that starts with a {first}");
        report.warning(span, message, "write all values as strings: IAM may refuse a list of several JSON types");
    }
}

/// `ForAllValues` on a key with one value lets its absence through, and a key with many needs a set operator (rules K5,
/// K7; `reference_policies_single-vs-multi-valued-condition-keys`, AA "ForAllValues with single valued key", "Missing
/// qualifier").
fn set_operator(entry: &ConditionEntry, operator: ConditionOperator, key: ContextKey, report: &mut Report) {
    if operator.comparison == Comparison::Null {
        return;
    }
    let (name, spelled) = (shown(&entry.key.value), &entry.operator.value);
    match (operator.set, key.arity) {
        (Some(SetOperator::ForAllValues), Arity::Single) if is_surely_single(entry, key) => {
            let message = format!("`ForAllValues` on `{name}`, which has one value, is true when the key is absent");
            report.warning(entry.operator.span, message, "remove `ForAllValues:`");
        }
        (None, Arity::Multi) => {
            let message = format!("`{name}` can hold several values, and `{spelled}` has no set operator");
            let help = format!("write `ForAnyValue:{spelled}`, or `ForAllValues:{spelled}` with a `Null` check");
            report.warning(entry.operator.span, message, help);
        }
        (Some(SetOperator::ForAllValues), Arity::Single)
        | (Some(SetOperator::ForAllValues | SetOperator::ForAnyValue), Arity::Multi)
        | (Some(SetOperator::ForAnyValue) | None, Arity::Single) => {}
    }
}

/// Of a provider's claims only `sub` is known to be one value; `aud` is what the provider makes it (AA "Confirm audience
/// claim type").
fn is_surely_single(entry: &ConditionEntry, key: ContextKey) -> bool {
    let is_subject = || context_key::oidc_claim(&entry.key.value).is_some_and(|(_, claim)| claim == "sub");
    key.set_by != SetBy::Oidc || is_subject()
}

/// The operator compares what the key holds (AA "Type mismatch"). Text operators compare anything; tags and claims may
/// hold anything.
fn key_type(entry: &ConditionEntry, operator: ConditionOperator, key: ContextKey, report: &mut Report) {
    let (compares, fits): (&str, &[KeyType]) = match operator.comparison {
        Comparison::StringEquals | Comparison::StringEqualsIgnoreCase | Comparison::StringLike | Comparison::Null => {
            return;
        }
        Comparison::Arn => ("ARNs", &[KeyType::Arn]),
        Comparison::Numeric(_) => ("numbers", &[KeyType::Numeric, KeyType::Date]),
        Comparison::Date(_) => ("dates", &[KeyType::Date]),
        Comparison::Bool => ("booleans", &[KeyType::Bool]),
        Comparison::Binary => ("bytes", &[]),
        Comparison::IpAddress => ("addresses", &[KeyType::IpAddress]),
    };
    let holds_anything = key.name.ends_with('/')
        || matches!(key.set_by, SetBy::Oidc | SetBy::Saml | SetBy::CallerAttribute | SetBy::Sometimes);
    if fits.contains(&key.key_type) || (holds_anything && key.key_type == KeyType::String) {
        return;
    }
    let (holds, family) = match key.key_type {
        KeyType::String => ("text", "String"),
        KeyType::Arn => ("an ARN", "Arn"),
        KeyType::Numeric => ("a number", "Numeric"),
        KeyType::Date => ("a date", "Date"),
        KeyType::Bool => ("a boolean", "Bool"),
        KeyType::IpAddress => ("an address", "IpAddress"),
    };
    let spelled = &entry.operator.value;
    let message = format!("`{spelled}` compares {compares}, and `{}` holds {holds}", shown(&entry.key.value));
    report.warning(entry.operator.span, message, format!("use a `{family}` operator"));
}

/// `Null` decides nothing under a set operator (AA "Null with qualifier").
fn null(entry: &ConditionEntry, operator: ConditionOperator, report: &mut Report) {
    let always = match operator.set {
        Some(SetOperator::ForAllValues) if operator.comparison == Comparison::Null => "true",
        Some(SetOperator::ForAnyValue) if operator.comparison == Comparison::Null => "false",
        _ => return,
    };
    report.warning(entry.operator.span, format!("`{}` is always {always}", entry.operator.value), "write `Null` alone");
}

/// `true` and `false` in one list ask for nothing (AA "Invalid condition multiple Boolean").
fn several_booleans(entry: &ConditionEntry, operator: ConditionOperator, report: &mut Report) {
    if let (Comparison::Bool | Comparison::Null, Some(second)) = (operator.comparison, entry.values.get(1)) {
        let message = format!("`{}` has more than one value", entry.operator.value);
        report.warning(second.span, message, "keep the one that is meant");
    }
}
