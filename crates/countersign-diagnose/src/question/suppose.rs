//! The answers a question can get, as evidence that could be.

use countersign_policy::request::context_key::{self, SetBy};

use super::Topic;
use crate::call::Operation;
use crate::evidence::{Evidence, Guard, PolicyText, Sent};
use crate::message::PolicyLayer;
use crate::repair::policy_edit::json_string;
use crate::situation::{Situation, StatementView, Test};

/// The evidence with an answer put in.
pub(super) struct Supposition {
    pub(super) answer: String,
    pub(super) evidence: Evidence,
}

/// A kind of policy that limits a call: its name, what a person calls it, and the cause that it makes.
struct Limit {
    layer: PolicyLayer,
    name: &'static str,
    what: &'static str,
    cause: &'static str,
}

const LIMITS: [Limit; 5] = [
    Limit {
        layer: PolicyLayer::PermissionsBoundary,
        name: "permissions-boundary",
        what: "a permissions boundary on the caller",
        cause: "permissions-boundary",
    },
    Limit {
        layer: PolicyLayer::Session,
        name: "session-policy",
        what: "a session policy on the caller's session",
        cause: "session-policy",
    },
    Limit {
        layer: PolicyLayer::Scp,
        name: "service-control-policy",
        what: "a service control policy over the caller's account",
        cause: "scp-deny",
    },
    Limit {
        layer: PolicyLayer::Rcp,
        name: "resource-control-policy",
        what: "a resource control policy over the role's account",
        cause: "rcp-deny",
    },
    Limit {
        layer: PolicyLayer::VpcEndpoint,
        name: "vpc-endpoint-policy",
        what: "a policy of a VPC endpoint that the call goes through",
        cause: "vpce-policy",
    },
];

fn row(layer: PolicyLayer) -> Option<&'static Limit> {
    LIMITS.iter().find(|limit| limit.layer == layer)
}

/// The name of a kind of policy.
pub(super) fn name(layer: PolicyLayer) -> &'static str {
    row(layer).map_or("policy", |limit| limit.name)
}

/// What a person calls a kind of policy.
pub(super) fn what(layer: PolicyLayer) -> &'static str {
    row(layer).map_or("such a policy", |limit| limit.what)
}

/// The cause that such a policy makes.
pub(super) fn cause_of(layer: PolicyLayer) -> Option<&'static str> {
    row(layer).map(|limit| limit.cause)
}

/// How many open keys of a statement are asked about: as many conditions are looked into.
const MOST_KEYS: usize = 32;

/// Everything that can be asked.
pub(super) fn topics(situation: &Situation<'_>) -> Vec<Topic> {
    let mut topics = vec![Topic::ExternalId, Topic::Caller, Topic::TrustPolicy, Topic::IdentityPolicy, Topic::RoleAge];
    let open = asked(situation).flat_map(StatementView::open);
    for test in open.take(MOST_KEYS) {
        let topic = Topic::Key(test.key.clone());
        let askable = context_key::lookup(&test.key).is_some_and(|row| row.set_by != SetBy::ExternalId);
        if askable && !topics.contains(&topic) {
            topics.push(topic);
        }
    }
    topics.extend(LIMITS.iter().map(|kind| Topic::Limit(kind.layer)));
    topics
}

/// The answers that a question can get; fewer than two when it is none.
pub(super) fn answers(situation: &Situation<'_>, topic: &Topic) -> Vec<Supposition> {
    match topic {
        Topic::ExternalId => external_id(situation),
        Topic::Caller => caller(situation),
        Topic::TrustPolicy => trust(situation),
        Topic::IdentityPolicy => identity(situation),
        Topic::RoleAge => role_age(situation),
        Topic::Key(key) => open_key(situation, key),
        Topic::Limit(layer) => limit(situation, *layer),
    }
}

fn suppose(situation: &Situation<'_>, answer: impl Into<String>, put: impl FnOnce(&mut Evidence)) -> Supposition {
    let mut evidence = situation.evidence.clone();
    put(&mut evidence);
    Supposition { answer: answer.into(), evidence }
}

/// The test of a statement that may let the call in, which is open on `key`.
fn open_test<'s>(situation: &'s Situation<'_>, key: &str) -> Option<(usize, &'s Test)> {
    asked(situation).find_map(|statement| {
        let test = statement.open().find(|test| test.key.eq_ignore_ascii_case(key))?;
        Some((statement.index, test))
    })
}

/// The statements that may let the call in together.
fn asked<'s>(situation: &'s Situation<'_>) -> impl Iterator<Item = &'s StatementView> {
    let meant = situation.meant();
    let companions = if meant.is_some() { situation.companions() } else { Vec::new() };
    meant.into_iter().chain(companions)
}

fn external_id(situation: &Situation<'_>) -> Vec<Supposition> {
    if situation.external_id != Sent::Unknown || situation.operation != Operation::AssumeRole || situation.is_service()
    {
        return Vec::new();
    }
    let send = |value: &str| {
        let sent = Sent::Value(value.to_owned());
        move |evidence: &mut Evidence| evidence.facts.external_id = sent
    };
    let mut answers = vec![suppose(situation, "none", |evidence| evidence.facts.external_id = Sent::Nothing)];
    if situation.evidence.trust.is_none() {
        answers.push(suppose(situation, "any", send("tenant")));
        return answers;
    }
    let Some((statement, test)) = open_test(situation, "sts:ExternalId") else { return Vec::new() };
    if let Some(value) = situation.satisfying(statement, test).and_then(|values| values.into_iter().next()) {
        answers.push(suppose(situation, format!("`{value}`"), send(&value)));
        answers.push(suppose(situation, "another", send(&format!("not-{value}"))));
    }
    answers
}

fn caller(situation: &Situation<'_>) -> Vec<Supposition> {
    if situation.caller.is_some() || situation.operation != Operation::AssumeRole {
        return Vec::new();
    }
    let be = |caller: String| move |evidence: &mut Evidence| evidence.caller = Some(caller);
    let mut answers = Vec::new();
    for principal in situation.principals().iter().take(3) {
        let arn = match principal.text.strip_suffix(":root") {
            Some(account) => format!("{account}:role/somebody"),
            None if principal.text.len() == 12 => format!("arn:aws:iam::{}:role/somebody", principal.text),
            None if principal.text.starts_with("arn:") => principal.text.to_owned(),
            None => continue,
        };
        answers.push(suppose(situation, format!("`{}`", principal.text), be(arn)));
    }
    answers.push(suppose(situation, "somebody else", be("arn:aws:iam::000000000000:role/somebody-else".to_owned())));
    answers
}

/// Trust policies that would each make another cause the right one, and the answer that there is no such role.
fn trust(situation: &Situation<'_>) -> Vec<Supposition> {
    if !situation.guesses_at_trust() {
        return Vec::new();
    }
    let principal = situation.as_principal().unwrap_or_else(|| "\"*\"".to_owned());
    let action = situation.actions.first().map_or("sts:AssumeRole", String::as_str);
    let all: Vec<String> = situation.actions.iter().map(|action| json_string(action)).collect();
    let all = format!("[{}]", all.join(","));
    let statement = |principal: &str, actions: &str, condition: &str| {
        format!(r#"{{"Effect":"Allow","Principal":{principal},"Action":{actions}{condition}}}"#)
    };
    let policy =
        |statements: &str| PolicyText::new("", format!(r#"{{"Version":"2012-10-17","Statement":[{statements}]}}"#));
    let with = |answer: &str, text: String| {
        let policy = policy(&text);
        suppose(situation, answer, |evidence| evidence.trust = Some(policy))
    };
    let asking = |operator: &str, key: &str, value: &str| {
        statement(&principal, &all, &format!(r#","Condition":{{"{operator}":{{"{key}":"{value}"}}}}"#))
    };
    let is_federated =
        matches!(situation.operation, Operation::AssumeRoleWithWebIdentity | Operation::AssumeRoleWithSaml);
    let (other, service, provider) = (
        r#"{"AWS":"arn:aws:iam::000000000000:role/somebody-else"}"#,
        r#"{"Service":"another.amazonaws.com"}"#,
        r#"{"Federated":"arn:aws:iam::000000000000:oidc-provider/another.example"}"#,
    );
    let stranger = match () {
        () if is_federated => provider,
        () if situation.is_service() => service,
        () => other,
    };
    let mut answers = vec![
        suppose(situation, "there is no such role", |evidence| evidence.facts.role_exists = Some(false)),
        with("it lets the caller in", statement(&principal, &all, "")),
        with("it names somebody else", statement(stranger, &all, "")),
        with(
            "it denies the caller",
            statement(&principal, &all, "") + r#",{"Effect":"Deny","Principal":"*","Action":"sts:*"}"#,
        ),
    ];
    if situation.operation == Operation::AssumeRole && !situation.is_service() {
        answers.push(with("it asks for an ExternalId", asking("StringEquals", "sts:ExternalId", "tenant-of-the-role")));
        answers.push(with("it asks for MFA", asking("Bool", "aws:MultiFactorAuthPresent", "true")));
        answers.push(with(
            "it asks for a session name",
            asking("StringLike", "sts:RoleSessionName", "name-of-the-role-*"),
        ));
    }
    if let (true, Some(host)) = (is_federated, situation.caller.as_ref().map(|caller| caller.name())) {
        let host = host.split_once(":oidc-provider/").map_or(host, |(_, host)| host);
        answers.push(with("it asks for another subject", asking("StringEquals", &format!("{host}:sub"), "another")));
    }
    if situation.actions.len() > 1 {
        answers.push(with("it allows only the main action", statement(&principal, &json_string(action), "")));
    }
    answers
}

fn identity(situation: &Situation<'_>) -> Vec<Supposition> {
    let here = situation.may_be(PolicyLayer::Identity) && situation.needs_identity() && situation.caller.is_some();
    let (Some(role), true) = (&situation.role_text, here && situation.evidence.identity.is_empty()) else {
        return Vec::new();
    };
    let all: Vec<String> = situation.actions.iter().map(|action| json_string(action)).collect();
    let with = |answer: &str, effect: &str, actions: &str, resource: &str| {
        let resource = json_string(resource);
        let text = format!(
            r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"{effect}","Action":{actions},"Resource":{resource}}}]}}"#
        );
        let policy = PolicyText::new("", text);
        suppose(situation, answer, |evidence| evidence.identity.push(policy))
    };
    let all = format!("[{}]", all.join(","));
    vec![
        with("it allows the call", "Allow", &all, role),
        with("it allows it on another role", "Allow", &all, "arn:aws:iam::000000000000:role/another"),
        with("it does not speak of it", "Allow", "\"s3:GetObject\"", "*"),
        with("it denies the call", "Deny", &all, "*"),
    ]
}

fn limit(situation: &Situation<'_>, layer: PolicyLayer) -> Vec<Supposition> {
    let evidence = situation.evidence;
    let given = match layer {
        PolicyLayer::PermissionsBoundary => evidence.boundary.is_some(),
        PolicyLayer::Session => evidence.session.is_some(),
        PolicyLayer::VpcEndpoint => evidence.vpc_endpoint.is_some(),
        PolicyLayer::Scp => !evidence.scps.is_empty(),
        PolicyLayer::Rcp => !evidence.rcps.is_empty(),
        PolicyLayer::Trust | PolicyLayer::Identity => true,
    };
    if given || !situation.may_be(layer) {
        return Vec::new();
    }
    let with = |answer: &str, effect: &str| {
        let text = format!(
            r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"{effect}","Principal":"*","Action":"*","Resource":"*"}}]}}"#
        );
        let text = if layer == PolicyLayer::Rcp { text } else { text.replace("\"Principal\":\"*\",", "") };
        let guard = Guard::Policy(Box::new(PolicyText::new("", text)));
        suppose(situation, answer, |evidence| put_guard(evidence, layer, guard))
    };
    vec![with("there is none, or it allows the call", "Allow"), with("it denies the call", "Deny")]
}

/// Puts a policy that limits to the evidence.
pub(super) fn put_guard(evidence: &mut Evidence, layer: PolicyLayer, guard: Guard) {
    match layer {
        PolicyLayer::PermissionsBoundary => evidence.boundary = Some(guard),
        PolicyLayer::Session => evidence.session = Some(guard),
        PolicyLayer::VpcEndpoint => evidence.vpc_endpoint = Some(guard),
        PolicyLayer::Scp => evidence.scps.push(guard),
        PolicyLayer::Rcp => evidence.rcps.push(guard),
        PolicyLayer::Trust | PolicyLayer::Identity => {}
    }
}

fn role_age(situation: &Situation<'_>) -> Vec<Supposition> {
    if situation.evidence.facts.role_age_seconds.is_some() {
        return Vec::new();
    }
    let aged = |seconds: u64| move |evidence: &mut Evidence| evidence.facts.role_age_seconds = Some(seconds);
    vec![suppose(situation, "yes", aged(JUST_NOW)), suppose(situation, "no", aged(LONG_AGO))]
}

/// Seconds that count as just written.
pub(super) const JUST_NOW: u64 = 30;
/// Seconds after which a policy counts everywhere.
pub(super) const LONG_AGO: u64 = 86_400;

/// A key that the statement meant for the caller asks for and nobody knows.
fn open_key(situation: &Situation<'_>, key: &str) -> Vec<Supposition> {
    let Some((statement, test)) = open_test(situation, key) else { return Vec::new() };
    let have = |value: String| {
        let key = test.key.clone();
        move |evidence: &mut Evidence| evidence.facts.keys.push((key, vec![value]))
    };
    let mut answers = vec![suppose(situation, "none", |evidence| evidence.facts.absent_keys.push(test.key.clone()))];
    if let Some(value) = situation.satisfying(statement, test).and_then(|values| values.into_iter().next()) {
        let other = match value.as_str() {
            "true" => "false".to_owned(),
            "false" => "true".to_owned(),
            value if value.parse::<i64>().is_ok() => "0".to_owned(),
            value if value.contains('.') && test.operator.to_ascii_lowercase().contains("ipaddress") => {
                "192.0.2.1".to_owned()
            }
            value => format!("not-{value}"),
        };
        answers.push(suppose(situation, format!("`{value}`"), have(value)));
        answers.push(suppose(situation, "another", have(other)));
    }
    answers
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use super::*;

    #[test]
    fn of_many_open_keys_some_are_asked_about() {
        let mut keys = String::new();
        for nth in 0..3 * MOST_KEYS {
            write!(keys, r#","aws:PrincipalTag/k{nth}":"v""#).unwrap();
        }
        let bundle = format!(
            r#"{{"error_text": "User: arn:aws:iam::111122223333:user/ann is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::444455556666:role/V",
            "trust_policy": {{"Version": "2012-10-17", "Statement": [{{"Effect": "Allow", "Action": "sts:AssumeRole",
            "Principal": {{"AWS": "arn:aws:iam::111122223333:user/ann"}}, "Condition": {{"StringEquals": {{"aws:PrincipalTag/k":"v"{keys}}}}}}}]}}}}"#
        );
        let evidence = Evidence::from_case(&bundle).unwrap();
        let topics = topics(&Situation::new(&evidence));
        assert_eq!(topics.iter().filter(|topic| matches!(topic, Topic::Key(_))).count(), MOST_KEYS);
    }
}
