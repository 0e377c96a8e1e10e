//! What IAM refuses when a trust policy is written. The policy core's catalogue says whether it is refused; here it gets
//! IAM's words.
//!
//! Two of its warnings are refusals here. An action that no call to assume a role asks for is refused by IAM, as its text
//! for a misspelt one says. A service principal that does not look like one is no service that IAM knows. The principal
//! `"*"` is taken: AWS's pages disagree. Accounts all exist, whether this world has anything in them or not.

use countersign_policy::arn::Arn;
use countersign_policy::condition::string::{Case, NoVariables, Template, Variables, Wildcards};
use countersign_policy::document::{
    Effect, Limits, Node, Polarity, PrincipalEntry, PrincipalKind, Problem, Severity, Statement, Value, Version,
    is_service_principal, parse_json, validate,
};
use countersign_policy::request::TRUST_ACTIONS;
use serde::de::IgnoredAny;

use crate::iam::{identity_policy, limit_exceeded};
use crate::protocol::{ApiError, ErrorCode};
use crate::service::Call;
use crate::world::Policy;

/// Characters without white space.
const QUOTA: usize = 2048;
const ELEMENTS: [&str; 3] = ["Version", "Id", "Statement"];
const STATEMENT_ELEMENTS: [&str; 9] =
    ["Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction", "Resource", "NotResource", "Condition"];

/// Reads a trust policy, or says what IAM says of it. It comes back as IAM keeps it: users and roles as their ids.
pub(in crate::iam) fn read(call: &Call<'_>, text: &str) -> Result<Policy, ApiError> {
    let policy = Policy::new(text);
    form(text, &policy)?;
    let limits = Limits { quota: Limits::default().max_characters, ..Limits::default() };
    let mut problems = validate(policy.document(), text, limits);
    problems.retain(|problem| problem.severity == Severity::Error);
    for statement in &policy.document().statements {
        elements(statement, text)?;
        actions(statement)?;
        principals(call, statement, &problems)?;
    }
    if !problems.is_empty() {
        return malformed("Syntax errors in policy.");
    }
    if identity_policy::size(text) > QUOTA {
        return Err(limit_exceeded(format!("Cannot exceed quota for ACLSizePerRole: {QUOTA}")));
    }
    call.world.with_unique_ids(&policy).or_else(|absent| invalid_principal("AWS", &absent.0))
}

/// The document: that it is JSON, its elements and its version.
fn form(text: &str, policy: &Policy) -> Result<(), ApiError> {
    let tree = parse_json(text, countersign_policy::document::MAX_NESTING).ok();
    let (Ok(IgnoredAny), Some(Node { value: Value::Object(members), .. })) = (serde_json::from_str(text), &tree) else {
        return malformed("This policy contains invalid Json");
    };
    if let Some(unknown) = members.iter().find(|member| !ELEMENTS.contains(&&*member.key)) {
        return malformed(&format!("Unknown field {}", unknown.key));
    }
    let statements = members.iter().filter(|member| &*member.key == "Statement");
    let nodes = statements.flat_map(|member| match &member.value.value {
        Value::Array(nodes) => nodes.as_slice(),
        _ => std::slice::from_ref(&member.value),
    });
    for node in nodes {
        let Value::Object(members) = &node.value else { return malformed("Syntax errors in policy.") };
        if let Some(unknown) = members.iter().find(|member| !STATEMENT_ELEMENTS.contains(&&*member.key)) {
            return malformed(&format!("Unknown field {}", unknown.key));
        }
    }
    let document = policy.document();
    if document.version == Version::Invalid {
        return malformed("The policy must contain a valid version string");
    }
    if document.statements.is_empty() {
        return malformed("Could not parse the policy: Statement is empty!");
    }
    if identity_policy::has_repeated_sid(document) {
        return malformed("The Statement Ids in the policy are not unique");
    }
    Ok(())
}

/// The elements that a statement of a trust policy has, and has not.
fn elements(statement: &Statement, text: &str) -> Result<(), ApiError> {
    if let Some(resource) = statement.resources.first() {
        let name = match resource.polarity {
            Polarity::Listed => "Resource",
            Polarity::Excepted => "NotResource",
        };
        return malformed(&format!("Has prohibited field {name}"));
    }
    if statement.principals.iter().any(|element| element.polarity == Polarity::Excepted) {
        let effect = statement.effect.as_ref().map(|effect| effect.value);
        return malformed(match effect {
            Some(Effect::Allow) => "Allow with NotPrincipal is not allowed.",
            Some(Effect::Deny) | None => "AssumeRole policy must not contain NotPrincipal field.",
        });
    }
    let source = text.get(statement.span.start as usize..statement.span.end as usize).unwrap_or_default();
    let has = |name: &str| serde_json::from_str::<serde_json::Value>(source).is_ok_and(|tree| tree.get(name).is_some());
    for required in ["Effect", "Principal"] {
        if !has(required) {
            return malformed(&format!("Missing required field {required}"));
        }
    }
    if statement.actions.is_empty() && !has("Action") && !has("NotAction") {
        return malformed("Missing required field Action");
    }
    if statement.effect.is_none() {
        let tree: Option<serde_json::Value> = serde_json::from_str(source).ok();
        let effect = tree.as_ref().and_then(|tree| tree.get("Effect")).and_then(|effect| effect.as_str());
        return malformed(&format!("Invalid effect: {}", effect.unwrap_or_default()));
    }
    let is_empty = |entries: &Vec<PrincipalEntry>| entries.is_empty();
    if statement.unreadable.is_none() && statement.principals.iter().any(|element| is_empty(&element.entries)) {
        return malformed("Missing required field Principal cannot be empty!");
    }
    Ok(())
}

/// Every action covers one that a trust policy decides.
fn actions(statement: &Statement) -> Result<(), ApiError> {
    let assumes = |action: &str| {
        let template = Template::compile(action, Wildcards::Match, Variables::Literal);
        let is_sts = action.get(..4).is_some_and(|service| service.eq_ignore_ascii_case("sts:"));
        is_sts && TRUST_ACTIONS.iter().any(|known| template.matches(known, Case::IgnoreAscii, &NoVariables))
    };
    let listed = statement.actions.iter().flat_map(|element| &element.patterns);
    match listed.filter_map(|action| action.value.known()).find(|action| !assumes(action)) {
        Some(_) => malformed("AssumeRole policy may only specify STS AssumeRole actions."),
        None => Ok(()),
    }
}

fn principals(call: &Call<'_>, statement: &Statement, problems: &[Problem]) -> Result<(), ApiError> {
    let partition = call.world.partition(call.principal.account);
    for entry in statement.principals.iter().flat_map(|element| &element.entries) {
        let text = entry.value.lossy();
        // They are sorted by place.
        let at = problems.binary_search_by_key(&entry.span, |problem| problem.span);
        let problem = at.ok().and_then(|at| problems.get(at));
        match (entry.kind, problem) {
            (PrincipalKind::Everyone, _) => {}
            (PrincipalKind::CanonicalUser, _) => return invalid_principal("CANONICAL_USER", text),
            (PrincipalKind::Service, None) if is_service_principal(text) => {}
            (PrincipalKind::Service, _) => return invalid_principal("SERVICE", text),
            (PrincipalKind::Federated, Some(_)) if !is_provider(text) => {
                return malformed("Federated principals must be valid domain names or SAML metadata ARNs");
            }
            // The provider is shared, and the condition that AWS asks for is not there. Its text is not known.
            (PrincipalKind::Federated, Some(problem)) => return malformed(&sentence(&problem.message)),
            (PrincipalKind::Aws, Some(_)) => return invalid_principal("AWS", text),
            // Partitions know nothing of each other's accounts.
            (PrincipalKind::Aws, None) if Arn::parse(text).is_some_and(|arn| arn.partition != partition) => {
                return invalid_principal("AWS", text);
            }
            (PrincipalKind::Federated | PrincipalKind::Aws, None) => {}
        }
    }
    Ok(())
}

fn is_provider(text: &str) -> bool {
    let is_kind = |kind: &str| matches!(kind, "oidc-provider" | "saml-provider");
    match Arn::parse(text) {
        Some(arn) => arn.account_id().is_some() && arn.resource.split_once('/').is_some_and(|(kind, _)| is_kind(kind)),
        None => text.contains('.'),
    }
}

fn sentence(message: &str) -> String {
    let mut characters = message.chars();
    let first = characters.next().map(|first| first.to_ascii_uppercase());
    first.into_iter().chain(characters).filter(|character| *character != '`').collect()
}

fn invalid_principal<T>(kind: &str, text: &str) -> Result<T, ApiError> {
    malformed(&format!("Invalid principal in policy: \"{kind}\":\"{text}\""))
}

fn malformed<T>(text: &str) -> Result<T, ApiError> {
    Err(ApiError::new(ErrorCode::MalformedPolicyDocument, text))
}
