//! GetContextKeysForCustomPolicy and GetContextKeysForPrincipalPolicy: the condition keys that policies ask for, in
//! conditions and in variables.

use countersign_policy::condition::variable::{self, Reference};
use countersign_policy::document::PolicyDocument;

use super::caller::Simulated;
use super::input::documents;
use crate::iam::permission::ask;
use crate::iam::reading;
use crate::protocol::{ApiError, Checks, Constraint, Element};
use crate::service::{Call, Operation};

pub(in crate::iam) static FOR_CUSTOM_POLICY: Operation = reading("GetContextKeysForCustomPolicy", for_custom_policy);
pub(in crate::iam) static FOR_PRINCIPAL_POLICY: Operation =
    reading("GetContextKeysForPrincipalPolicy", for_principal_policy);

fn for_custom_policy(call: &Call<'_>) -> Result<Vec<Element>, ApiError> {
    let mut checks = Checks::without_values(call.parameters);
    let texts = checks.required_texts("PolicyInputList", usize::MAX, Constraint::DOCUMENT)?;
    checks.finish()?;
    ask(call, "iam:GetContextKeysForCustomPolicy", "*".to_owned()).allowed()?;
    let policies = documents("PolicyInputList", &texts)?;
    Ok(vec![Element::texts("ContextKeyNames", of(policies.iter().map(|policy| &*policy.document)))])
}

fn for_principal_policy(call: &Call<'_>) -> Result<Vec<Element>, ApiError> {
    let mut checks = Checks::without_values(call.parameters);
    let source = checks.required("PolicySourceArn", Constraint::ARN);
    let texts = checks.texts("PolicyInputList", usize::MAX, Constraint::DOCUMENT)?;
    checks.finish()?;
    ask(call, "iam:GetContextKeysForPrincipalPolicy", source.to_owned()).allowed()?;
    let sent = documents("PolicyInputList", &texts)?;
    let own = Simulated::of_source(call, source)?.identity;
    let policies = own.iter().chain(&sent);
    Ok(vec![Element::texts("ContextKeyNames", of(policies.map(|policy| &*policy.document)))])
}

/// The keys, each once and spelt as it is first; in the order of their names.
pub(super) fn of<'d>(policies: impl Iterator<Item = &'d PolicyDocument>) -> Vec<String> {
    let mut keys: Vec<String> = Vec::new();
    let mut add = |key: &str| {
        if !keys.iter().any(|known| known.eq_ignore_ascii_case(key)) {
            keys.push(key.to_owned());
        }
    };
    for statement in policies.flat_map(|policy| &policy.statements) {
        for entry in &statement.conditions {
            add(&entry.key.value);
            entry.values.iter().filter_map(|value| value.value.known()).for_each(|text| variables(text, &mut add));
        }
        let patterns = statement.resources.iter().flat_map(|element| &element.patterns);
        patterns.filter_map(|pattern| pattern.value.known()).for_each(|text| variables(text, &mut add));
    }
    keys.sort_by_key(|key| key.to_ascii_lowercase());
    keys
}

fn variables(text: &str, add: &mut impl FnMut(&str)) {
    let mut rest = text;
    while let Some(at) = rest.find("${") {
        let reference = rest.get(at..).unwrap_or_default();
        rest = match variable::parse(reference) {
            Ok((Reference::Variable(variable), after)) => {
                add(&variable.key);
                after
            }
            Ok((Reference::Escape(_), after)) => after,
            Err(_) => reference.get(2..).unwrap_or_default(),
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_in_conditions_and_variables() {
        let policy = PolicyDocument::parse(
            r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:*",
                "Resource":["arn:aws:s3:::b/${aws:username}/${*}/${broken","arn:aws:s3:::${aws:PrincipalTag/t, 'x'}"],
                "Condition":{"StringLike":{"aws:SourceIp":"1","sts:ExternalId":["${AWS:UserName}","${aws:userid}"]}}}}"#,
        );
        let keys = ["aws:PrincipalTag/t", "aws:SourceIp", "aws:userid", "aws:username", "sts:ExternalId"];
        assert_eq!(
            of([&policy].into_iter()).iter().map(|key| key.to_lowercase()).collect::<Vec<_>>(),
            keys.map(str::to_lowercase)
        );
    }
}
