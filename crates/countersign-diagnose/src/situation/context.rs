//! The condition keys of the call: which are there, which are not, and which nobody can say.

use std::collections::BTreeSet;

use countersign_policy::condition::variable;
use countersign_policy::document::{ConditionEntry, PolicyDocument};
use countersign_policy::request::context_key::{self, SetBy};
use countersign_policy::request::{CallerKind, RequestContext};

use super::Situation;
use crate::call::{Name, Operation, Parameter};
use crate::evidence::Sent;

/// Works out the context, and which of the keys that the policies ask for are open.
pub(super) fn fill(situation: &mut Situation<'_>) {
    let facts = &situation.evidence.facts;
    let mut context = situation.caller.as_ref().map(RequestContext::for_caller).unwrap_or_default();
    context.set("aws:SecureTransport", ["true"]);
    context.set("aws:ViaAWSService", ["false"]);
    let sent = [
        ("sts:ExternalId", &situation.external_id),
        ("sts:RoleSessionName", &situation.session_name),
        ("sts:SourceIdentity", &facts.source_identity),
    ];
    for (key, sent) in sent {
        if let Some(value) = sent.value() {
            context.set(key, [value]);
        }
    }
    tags(situation, &mut context);
    if let Some(provider) = situation.provider_host() {
        for (claim, values) in facts.token_claims.iter().filter(|(_, values)| !values.is_empty()) {
            context.set(format!("{provider}:{claim}"), values.clone());
        }
    }
    // Of a call that is made again, the time is known.
    if let Some(now) = situation.evidence.now {
        context.set("aws:CurrentTime", [now.to_string()]);
        context.set("aws:EpochTime", [now.seconds().to_string()]);
    }
    for (key, values) in &facts.keys {
        context.set(key.clone(), values.clone());
    }
    for key in &facts.absent_keys {
        context.remove(key);
    }
    let mut looked_at = BTreeSet::new();
    let mut open = BTreeSet::new();
    for key in situation.evidence.policies().flat_map(|policy| asked(&policy.document)) {
        let folded = key.to_ascii_lowercase();
        if looked_at.insert(folded.clone()) && context.get(&key).is_none() && is_open(situation, &key) {
            open.insert(folded);
        }
    }
    situation.context = context;
    situation.open = open;
}

/// Session tags, as far as they are known: `Key=Value` lines or words about them.
fn tags(situation: &Situation<'_>, context: &mut RequestContext) {
    if !situation.actions.iter().any(|action| action == "sts:TagSession") {
        return;
    }
    for (key, value) in known_pairs(situation).flatten() {
        context.set(format!("aws:RequestTag/{key}"), [value]);
    }
    if let Some(pairs) = situation.known_tags() {
        context.set("aws:TagKeys", pairs.iter().map(|(key, _)| *key));
    }
}

/// What is said of the session tags, piece by piece: a key and its value, or words about them, which tell of no tag.
fn known_pairs<'s>(situation: &'s Situation<'_>) -> impl Iterator<Item = Option<(&'s str, &'s str)>> {
    let of_call = match situation.call().map(|call| call.parameter(Name::Tags)) {
        Some(Parameter::Known { value, .. }) => Some(value.as_str()),
        _ => None,
    };
    let text = of_call.or(situation.evidence.facts.session_tags.as_deref()).unwrap_or_default();
    let is_key = |key: &str| !key.is_empty() && !key.contains([' ', '(']);
    let pieces = text.split(['\n', ',']).map(str::trim).filter(|piece| !piece.is_empty());
    pieces.map(move |piece| piece.split_once('=').filter(|(key, _)| is_key(key)))
}

/// The keys a policy asks for: of conditions, and in variables.
pub(super) fn asked(document: &PolicyDocument) -> Vec<String> {
    document.statements.iter().flat_map(|statement| &statement.conditions).flat_map(asked_by).collect()
}

/// The keys that a condition asks for: its own, and those of variables.
pub(super) fn asked_by(entry: &ConditionEntry) -> Vec<String> {
    let mut keys = vec![entry.key.value.to_string()];
    for value in entry.values.iter().filter_map(|value| value.value.known()) {
        keys.extend(value.match_indices("${").filter_map(|(at, _)| match variable::parse(value.get(at..)?) {
            Ok((variable::Reference::Variable(variable), _)) => Some(variable.key.to_string()),
            Ok((variable::Reference::Escape(_), _)) | Err(_) => None,
        }));
    }
    keys
}

/// Whether nobody can say if the call has the key. It is not in the context.
fn is_open(situation: &Situation<'_>, key: &str) -> bool {
    let facts = &situation.evidence.facts;
    if facts.absent_keys.iter().any(|absent| absent.eq_ignore_ascii_case(key)) {
        return false;
    }
    // No key that AWS documents: never there.
    let Some(row) = context_key::lookup(key) else { return false };
    let federated = situation.caller.as_ref().map(|caller| matches!(caller.kind(), CallerKind::Federated));
    match row.set_by {
        SetBy::NotHere => false,
        SetBy::ExternalId => situation.external_id == Sent::Unknown && !situation.is_service(),
        SetBy::SessionName => true,
        SetBy::SourceIdentity => situation.actions.iter().any(|action| action == "sts:SetSourceIdentity"),
        SetBy::SessionTags => {
            let passes = situation.actions.iter().any(|action| action == "sts:TagSession");
            passes && situation.known_tags().is_none()
        }
        SetBy::SessionContext => situation.actions.iter().any(|action| action == "sts:SetContext"),
        SetBy::Oidc => {
            // Of a token whose issuer nobody knows, any provider's claims may be.
            let own = situation.caller.is_none()
                || situation
                    .provider_host()
                    .zip(context_key::oidc_claim(key))
                    .is_some_and(|(host, (provider, _))| host.eq_ignore_ascii_case(provider));
            let claim = context_key::oidc_claim(key).map_or(key, |(_, claim)| claim);
            situation.operation == Operation::AssumeRoleWithWebIdentity && own && !lacks_claim(situation, claim)
        }
        SetBy::Saml => situation.operation == Operation::AssumeRoleWithSaml,
        SetBy::ServiceSource => situation.is_service(),
        SetBy::Caller => situation.caller.is_none() || key.eq_ignore_ascii_case("aws:userid"),
        SetBy::ServicePrincipal => situation.caller.is_none(),
        SetBy::Mfa => is_mfa_open(situation),
        SetBy::Organization | SetBy::CallerAttribute => federated != Some(true) && !situation.is_service(),
        SetBy::Network | SetBy::Clock | SetBy::Always | SetBy::Sometimes | SetBy::RoleTags | SetBy::RoleProperty => {
            true
        }
    }
}

/// What every token has: OpenID Connect asks for it.
const STANDARD_CLAIMS: [&str; 3] = ["aud", "iss", "sub"];

/// Whether the token is known not to have a claim: it was given as null. Of a claim that nobody gives, nobody says anything.
fn lacks_claim(situation: &Situation<'_>, claim: &str) -> bool {
    let is_said = |(name, values): &(String, Vec<String>)| name.eq_ignore_ascii_case(claim) && values.is_empty();
    let is_standard = STANDARD_CLAIMS.iter().any(|standard| standard.eq_ignore_ascii_case(claim));
    !is_standard && situation.evidence.facts.token_claims.iter().any(is_said)
}

/// MFA can be there for people: with a code in the call, or from an earlier `GetSessionToken`. Machines never have it.
///
/// Assumed: a call that is shown without a device, by a user of whom nobody says that the keys are a session's, is made
/// with long-term keys, which have no MFA key at all. `mfa-missing` says so where it rests on this.
fn is_mfa_open(situation: &Situation<'_>) -> bool {
    let Some(caller) = &situation.caller else { return true };
    match caller.kind() {
        CallerKind::User(_) if situation.is_chained() => true,
        CallerKind::User(_) => match situation.call() {
            Some(call) => *call.parameter(Name::SerialNumber) != Parameter::Absent,
            None => situation.evidence.request.is_none(),
        },
        CallerKind::RoleSession(_) => !situation.is_machine(),
        CallerKind::Root(_) | CallerKind::FederatedUser(_) => true,
        CallerKind::Service | CallerKind::Federated | CallerKind::Anonymous => false,
    }
}

/// How the names of sessions start that tools make up.
pub(crate) const MACHINES: [&str; 7] =
    ["botocore-session-", "aws-sdk-", "AWSCodeBuild-", "GitHubActions", "aws-go-sdk-", "eks-", "AWSCLI-Session"];

impl Situation<'_> {
    /// The provider of the token as condition keys name it.
    pub(crate) fn provider_host(&self) -> Option<&str> {
        let caller = self.caller.as_ref()?;
        if !matches!(caller.kind(), CallerKind::Federated) {
            return None;
        }
        let name = caller.name();
        Some(name.split_once(":oidc-provider/").map_or(name, |(_, host)| host))
    }

    /// The call's session tags, where each of them is known.
    fn known_tags(&self) -> Option<Vec<(&str, &str)>> {
        let tags: Vec<_> = known_pairs(self).collect::<Option<_>>()?;
        (!tags.is_empty()).then_some(tags)
    }

    /// Whether the caller is a session that no person is behind: an instance, a function, a task, a service account.
    pub(crate) fn is_machine(&self) -> bool {
        let Some(session) = self.caller_arn().and_then(|arn| arn.session_name()) else { return self.is_service() };
        let is_hex = |text: &str| text.len() >= 8 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        session.strip_prefix("i-").is_some_and(|id| !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_hexdigit()))
            || is_hex(session)
            || MACHINES.iter().any(|prefix| session.starts_with(prefix))
            || session.len() >= 16 && session.bytes().all(|byte| byte.is_ascii_digit())
    }

    /// Whether the session's name is that of a person: an address, or a name that a directory gives.
    pub(crate) fn is_person(&self) -> bool {
        self.caller_arn().and_then(|arn| arn.session_name()).is_some_and(|session| session.contains('@'))
    }
}
