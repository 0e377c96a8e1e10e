//! `Action`, `NotAction` and the forbidden `Resource`.

use super::source::Source;
use super::{Report, shown};
use crate::condition::string::{Case, NoVariables, Template, Variables, Wildcards};
use crate::document::{PatternElement, Polarity, Spanned, Statement, Text};

/// The actions a trust policy decides (rule A3; service authorization data of STS).
const TRUST_ACTIONS: [&str; 6] = [
    "sts:AssumeRole",
    "sts:AssumeRoleWithSAML",
    "sts:AssumeRoleWithWebIdentity",
    "sts:TagSession",
    "sts:SetSourceIdentity",
    "sts:SetContext",
];

/// The other actions of STS, which no trust policy decides.
const OTHER_ACTIONS: [&str; 9] = [
    "sts:AssumeRoot",
    "sts:DecodeAuthorizationMessage",
    "sts:GetAccessKeyInfo",
    "sts:GetCallerIdentity",
    "sts:GetDelegatedAccessToken",
    "sts:GetFederationToken",
    "sts:GetServiceBearerToken",
    "sts:GetSessionToken",
    "sts:GetWebIdentityToken",
];

/// Checks `Action`, `NotAction` and `Resource`; yields the trust actions the statement covers.
pub(super) fn check(statement: &Statement, source: &Source<'_>, report: &mut Report) -> Vec<&'static str> {
    elements(statement, source, report);
    resources(statement, report);
    let mut covered = TRUST_ACTIONS.to_vec();
    for element in &statement.actions {
        let templates: Vec<Template> =
            element.patterns.iter().filter_map(|pattern| pattern_template(pattern, element.polarity, report)).collect();
        let listed = |action: &&'static str| templates.iter().any(|template| matches(template, action));
        covered.retain(|action| listed(action) == (element.polarity == Polarity::Listed));
    }
    if statement.actions.is_empty() { Vec::new() } else { covered }
}

/// Exactly one of `Action` and `NotAction` (rule G11; AA "Missing action", "Unsupported element combination").
fn elements(statement: &Statement, source: &Source<'_>, report: &mut Report) {
    let misspelt = statement.unreadable.as_ref().is_some_and(|part| source.names(part.span, "Action"));
    if statement.actions.is_empty() && statement.has_elements() && !misspelt {
        // The reader says the same of statements that are well-formed otherwise.
        let help = "add \"Action\": \"sts:AssumeRole\"";
        report.error(statement.span, "missing required element `Action`", help);
    }
    for element in statement.actions.iter().skip(1) {
        let help = "keep one of the two: `Action` lists what is covered, `NotAction` what is left out";
        report.error(element.key_span, "`Action` and `NotAction` stand in one statement", help);
    }
}

/// A trust policy names no resource: it is the role's own (rule G10; AA "Role trust policy syntax error resource").
fn resources(statement: &Statement, report: &mut Report) {
    for PatternElement { polarity, key_span, .. } in &statement.resources {
        let name = match polarity {
            Polarity::Listed => "Resource",
            Polarity::Excepted => "NotResource",
        };
        let help = "remove it: a trust policy applies to the role it is attached to";
        report.error(*key_span, format!("`{name}` is forbidden in a trust policy"), help);
    }
}

/// Actions start with `sts:` and hold no variable (rules A1, A2, V8; `reference_policies_elements_action`, AA "Variable
/// unsupported in element", "Invalid action").
fn pattern_template(pattern: &Spanned<Text>, polarity: Polarity, report: &mut Report) -> Option<Template> {
    let text = pattern.value.known()?;
    let template = Template::compile(text, Wildcards::Match, Variables::Literal);
    if text.contains("${") {
        let message = format!("action `{}` holds a policy variable", shown(text));
        report.error(pattern.span, message, "name the action in full; variables work in condition values only");
        return Some(template);
    }
    let service =
        text.split_once(':').map(|(service, _)| service).filter(|service| service.eq_ignore_ascii_case("sts"));
    let Some(service) = service else {
        let message = match text {
            "" => "empty action".to_owned(),
            _ => format!("`{}` is no `sts:` action", shown(text)),
        };
        let meant = nearest(&format!("sts:{}", shown(text))).unwrap_or("sts:AssumeRole");
        let help = format!("write `{meant}`: a trust policy may only name STS AssumeRole actions");
        report.error(pattern.span, message, help);
        return Some(template);
    };
    if service != "sts" {
        let help = "write `sts:`: AWS does not document whether case counts when the policy is written";
        report.warning(pattern.span, format!("action `{}` is not spelled with `sts:`", shown(text)), help);
    }
    if !TRUST_ACTIONS.iter().any(|action| matches(&template, action)) {
        without_effect(pattern, text, &template, polarity, report);
    }
    Some(template)
}

/// An action that no call to assume a role asks for (rules A3, A5).
fn without_effect(pattern: &Spanned<Text>, text: &str, template: &Template, polarity: Polarity, report: &mut Report) {
    let does_nothing = match polarity {
        Polarity::Listed => "covers nothing a trust policy decides",
        Polarity::Excepted => "leaves out nothing a trust policy decides",
    };
    let message = if OTHER_ACTIONS.iter().any(|action| matches(template, action)) {
        format!("`{}` {does_nothing}", shown(text))
    } else {
        format!("`{}` is no STS action: it {does_nothing}", shown(text))
    };
    let help = match nearest(text) {
        Some(meant) => format!("write `{meant}`"),
        None => format!("the actions that count are {}", TRUST_ACTIONS.map(|action| format!("`{action}`")).join(", ")),
    };
    report.warning(pattern.span, message, help);
}

fn matches(template: &Template, action: &str) -> bool {
    template.matches(action, Case::IgnoreAscii, &NoVariables)
}

/// The trust action a name is a slip of.
fn nearest(text: &str) -> Option<&'static str> {
    const MOST_EDITS: usize = 3;
    let text = text.trim();
    let near = TRUST_ACTIONS.iter().filter(|action| action.len().abs_diff(text.len()) <= MOST_EDITS);
    let folded = |name: &str| name.to_ascii_lowercase();
    near.map(|action| (crate::similar::distance(&folded(text), &folded(action)), *action))
        .filter(|(distance, _)| *distance <= MOST_EDITS)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, action)| action)
}
