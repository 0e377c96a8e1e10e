//! What of a problem goes into its fingerprint: kinds, AWS's own words and relations. No name, account, id or other value.
//!
//! Every word below is one of this program or one that AWS owns. What somebody made up is told by its kind, so that two
//! parties with the same problem have the same structure.

use countersign_policy::arn::Arn;
use countersign_policy::condition::ConditionOperator;
use countersign_policy::document::{Effect, Polarity, PrincipalEntry, PrincipalKind, Statement};
use countersign_policy::evaluate::Decision;
use countersign_policy::request::CallerKind;
use countersign_policy::request::context_key::{lookup, oidc_claim};

use crate::capability;
use crate::evidence::{Guard, Sent};
use crate::external_id;
use crate::message::{KNOWN_CODES, Says};
use crate::situation::{ArnText, Situation, State, StatementView, Test};

/// The structure as lines, in a fixed order.
pub(super) struct Structure(Vec<String>);

impl Structure {
    pub(super) fn of(
        situation: &Situation<'_>,
        proved: impl Iterator<Item = &'static str>,
        before: Option<Decision>,
    ) -> Self {
        let mut lines = message(situation);
        lines.extend(parties(situation));
        lines.extend(situation.nearest().map(|nearest| statement(situation, nearest)));
        lines.extend(situation.nearest().into_iter().flat_map(tests));
        lines.extend(call(situation));
        lines.push(format!("given {}", given(situation).join(" ")));
        let mut proved: Vec<&str> = proved.collect();
        proved.sort_unstable();
        lines.push(format!("proved {}", proved.join(" ")));
        lines.push(format!("before {before:?}"));
        Self(lines)
    }

    pub(super) fn lines(&self) -> &[String] {
        &self.0
    }
}

/// What the error says, and who printed it.
fn message(situation: &Situation<'_>) -> Vec<String> {
    let operation = format!("operation {:?} write={}", situation.operation, situation.is_write);
    let Some(denial) = &situation.denial else { return vec![operation] };
    let code = denial.code.as_ref().map(|code| known(KNOWN_CODES, &code.text));
    let action = denial.action.as_ref().map(|action| known(ACTIONS, &action.text));
    let reason = denial.reason.as_ref().map(|reason| (reason.layer, reason.explicit, reason.policy_arn.is_some()));
    vec![
        operation,
        format!("says {} printer={:?}", sentence(&denial.says), denial.printer),
        format!("code {code:?} action {action:?} reason {reason:?} denies={}", denial.denies),
        format!("named caller={} role={}", denial.caller.is_some(), denial.resource.is_some()),
    ]
}

/// Actions that a message about a role can name.
const ACTIONS: &[&str] = &[
    "sts:AssumeRole",
    "sts:AssumeRoleWithWebIdentity",
    "sts:AssumeRoleWithSAML",
    "sts:TagSession",
    "sts:SetSourceIdentity",
    "sts:SetContext",
];

/// Parameters that a message can find fault with.
const PARAMETERS: &[&str] = &[
    "roleArn",
    "roleSessionName",
    "externalId",
    "durationSeconds",
    "policy",
    "policyArns",
    "tags",
    "transitiveTagKeys",
    "serialNumber",
    "tokenCode",
    "sourceIdentity",
    "webIdentityToken",
    "providerId",
    "principalArn",
    "sAMLAssertion",
];

/// The word as AWS spells it, when it is one of AWS's.
fn known(words: &[&'static str], word: &str) -> &'static str {
    words.iter().find(|known| known.eq_ignore_ascii_case(word)).copied().unwrap_or("another")
}

fn sentence(says: &Says) -> String {
    match says {
        Says::Constraint { parameter, value } => {
            format!("constraint {} value={}", known(PARAMETERS, parameter), value.is_some())
        }
        Says::UnknownParameter { parameter } => format!("unknown-parameter {}", known(PARAMETERS, parameter)),
        Says::InvalidArn(arn) => format!("invalid-arn told={}", arn.is_some()),
        Says::NoProvider { issuer } => format!("no-provider told={}", issuer.is_some()),
        Says::InvalidPrincipal { principal } => {
            format!("invalid-principal {:?}", principal.as_deref().map(|text| aws_principal(text)))
        }
        plain => format!("{plain:?}"),
    }
}

/// Who calls whom.
fn parties(situation: &Situation<'_>) -> Vec<String> {
    let kind = situation.caller.as_ref().map(|caller| match caller.kind() {
        CallerKind::Root(_) => "root",
        CallerKind::User(_) => "user",
        CallerKind::RoleSession(_) => "role-session",
        CallerKind::FederatedUser(_) => "federated-user",
        CallerKind::Service => service(caller.name()),
        CallerKind::Federated => provider(caller.name()),
        CallerKind::Anonymous => "anonymous",
    });
    let partition = |arn: Option<ArnText<'_>>| arn.map(|arn| arn.partition.to_owned());
    let same_partition = partition(situation.caller_arn()) == partition(situation.role_arn());
    vec![
        format!("caller {kind:?} across={:?} itself={}", situation.is_cross_account(), situation.is_self()),
        format!(
            "role {} same-partition={same_partition}",
            situation.role_arn().map_or("unnamed", |arn| resource(&arn))
        ),
        format!("other-identity {}", situation.other_identity().is_some()),
    ]
}

fn resource(arn: &ArnText<'_>) -> &'static str {
    match (arn.service, arn.resource.split_once('/').map(|(kind, _)| kind)) {
        ("iam", Some("role")) => "role",
        ("sts", Some("assumed-role")) => "session",
        ("iam", Some("user")) => "user",
        _ => "another",
    }
}

/// The statement that comes nearest to letting the call in.
fn statement(situation: &Situation<'_>, view: &StatementView) -> String {
    let document = situation.evidence.trust.as_ref().map(|trust| &trust.document);
    let written = document.and_then(|document| document.statements.get(view.index));
    let mut uncovered: Vec<&str> = view.uncovered.iter().map(|action| known(ACTIONS, action)).collect();
    uncovered.sort_unstable();
    format!(
        "statement {:?} principal {:?} {} main-action={} uncovered {} denies={}",
        view.effect,
        view.principal,
        written.map(principals).unwrap_or_default().join(" "),
        view.main_action,
        uncovered.join(" "),
        situation.statements.iter().any(|statement| statement.effect == Effect::Deny),
    )
}

/// The kinds of principal, each once.
fn principals(statement: &Statement) -> Vec<String> {
    let elements = statement.principals.iter();
    let mut kinds: Vec<String> = elements
        .flat_map(|element| {
            let negated = if element.polarity == Polarity::Listed { "" } else { "not:" };
            element.entries.iter().map(move |entry| format!("{negated}{}", principal(entry)))
        })
        .collect();
    kinds.sort_unstable();
    kinds.dedup();
    kinds
}

fn principal(entry: &PrincipalEntry) -> String {
    let Some(text) = entry.value.known() else { return format!("{:?}:variable", entry.kind) };
    let kind = match entry.kind {
        PrincipalKind::Everyone => "everyone",
        PrincipalKind::Aws => aws_principal(text),
        PrincipalKind::Service => service(text),
        PrincipalKind::Federated => provider(text),
        PrincipalKind::CanonicalUser => "canonical-user",
    };
    format!("{:?}:{kind}", entry.kind)
}

fn aws_principal(text: &str) -> &'static str {
    if text == "*" {
        return "everyone";
    }
    if text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit()) {
        return "account";
    }
    let Some(arn) = Arn::parse(text) else {
        return match text.get(..4) {
            Some("AROA") => "role-id",
            Some("AIDA") => "user-id",
            _ => "another",
        };
    };
    match arn.resource.split_once('/').map_or(arn.resource, |(kind, _)| kind) {
        "root" => "account",
        "role" => "role",
        "user" => "user",
        "assumed-role" => "session",
        "federated-user" => "federated-user",
        "group" => "group",
        _ => "another",
    }
}

/// A service's principal is AWS's word, but anybody can write one that does not exist: only whether it looks like one counts.
fn service(text: &str) -> &'static str {
    if text.ends_with(".amazonaws.com") || text.ends_with(".amazonaws.com.cn") { "service" } else { "no-service" }
}

fn provider(text: &str) -> &'static str {
    let path = Arn::parse(text).map(|arn| arn.resource);
    match path.and_then(|path| path.split_once('/')).map(|(kind, _)| kind) {
        Some("oidc-provider") => "oidc-provider",
        Some("saml-provider") => "saml-provider",
        Some(_) => "another",
        None => "web-identity",
    }
}

/// The conditions of the statement, in an order that does not depend on how they stand.
fn tests(view: &StatementView) -> Vec<String> {
    let mut tests: Vec<String> = view.tests.iter().map(test).collect();
    tests.sort_unstable();
    tests
}

fn test(test: &Test) -> String {
    let operator = if ConditionOperator::parse(&test.operator).is_ok() { test.operator.as_str() } else { "another" };
    let any = |wanted: fn(&str) -> bool| test.required.iter().any(|value| wanted(value));
    format!(
        "test {operator} {} {:?} sent={} several={} wildcard={} variable={} {:?}",
        key(&test.key),
        test.state,
        test.sent.is_some(),
        test.required.len() > 1,
        any(|value| value.contains(['*', '?'])),
        any(|value| value.contains("${")),
        difference(test),
    )
}

/// AWS's keys by name, families and providers by their kind.
fn key(key: &str) -> String {
    if let Some((_, claim)) = oidc_claim(key) {
        return format!("oidc:{}", known(&["sub", "aud", "azp", "amr", "oaud"], claim));
    }
    match lookup(key) {
        Some(row) if !row.name.is_empty() => row.name.to_owned(),
        _ => format!("{}:another", known(&["aws", "sts", "iam", "saml"], key.split(':').next().unwrap_or_default())),
    }
}

/// How the ExternalId that was sent differs from the nearest of those that are asked for.
fn difference(test: &Test) -> Option<external_id::DifferenceClass> {
    if !test.key.eq_ignore_ascii_case("sts:ExternalId") || test.state != State::Fails {
        return None;
    }
    let sent = test.sent.as_ref()?.first()?;
    external_id::nearest(test.required.iter().map(String::as_str), sent).map(|(_, class)| class)
}

/// What makes the call.
fn call(situation: &Situation<'_>) -> Vec<String> {
    let sent = |sent: &Sent| match sent {
        Sent::Value(_) => "value",
        Sent::Nothing => "nothing",
        Sent::Unknown => "unknown",
    };
    let call = situation.call();
    let tool = call.map(|call| call.tool).or_else(|| capability::of(situation).map(|row| row.tool));
    vec![
        format!("call {:?} {tool:?} chained={:?}", call.map(|call| call.style), call.and_then(|call| call.chained)),
        format!("external-id {} needs {}", sent(&situation.external_id), situation.actions.join(" ")),
    ]
}

/// Which evidence there is.
fn given(situation: &Situation<'_>) -> Vec<&'static str> {
    let evidence = situation.evidence;
    let guard = |guard: Option<&Guard>| guard.map(|guard| guard.policy().is_some());
    let rows = [
        ("error", evidence.error_text.is_some()),
        ("trust", evidence.trust.is_some()),
        ("identity", !evidence.identity.is_empty()),
        ("boundary", guard(evidence.boundary.as_ref()) == Some(true)),
        ("boundary-mentioned", guard(evidence.boundary.as_ref()) == Some(false)),
        ("session", guard(evidence.session.as_ref()) == Some(true)),
        ("session-mentioned", guard(evidence.session.as_ref()) == Some(false)),
        ("scp", guard(evidence.scps.first()) == Some(true)),
        ("scp-mentioned", guard(evidence.scps.first()) == Some(false)),
        ("rcp", guard(evidence.rcps.first()) == Some(true)),
        ("rcp-mentioned", guard(evidence.rcps.first()) == Some(false)),
        ("endpoint", guard(evidence.vpc_endpoint.as_ref()) == Some(true)),
        ("endpoint-mentioned", guard(evidence.vpc_endpoint.as_ref()) == Some(false)),
        ("call", evidence.request.is_some()),
        ("caller", situation.caller_text.is_some()),
        ("role", situation.role_text.is_some()),
    ];
    rows.into_iter().filter(|(_, given)| *given).map(|(name, _)| name).collect()
}
