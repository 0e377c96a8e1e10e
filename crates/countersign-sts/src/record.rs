//! What is known of a call once it is answered: for logs, for the page of decisions, for trails.
//!
//! A record keeps what came in and went out as it was, which costs no copy, and gives it out without secrets: neither its
//! methods nor its `Debug` show a token, a one-time code or a secret key.

use core::net::IpAddr;
use std::borrow::Cow;
use std::cell::RefCell;
use std::fmt;

use countersign_policy::account::AccountId;
use countersign_policy::assumptions::AssumptionSet;
use countersign_policy::condition::date::Moment;
use countersign_policy::evaluate::Decision;
use countersign_policy::evaluate::assume_role::{AssumeRoleDecision, LayerTrace};
use countersign_policy::request::{Caller, CallerKind};

use crate::protocol::{ApiError, Element, Parameters, Value};
use crate::signature::Session;
use crate::world::Principal;
use crate::{Request, trail};

/// A call and its answer.
#[derive(Clone, PartialEq)]
pub struct Record {
    /// When it came.
    pub time: Moment,
    /// The id that the client was told.
    pub request_id: String,
    /// The API: `sts` or `iam`.
    pub service: &'static str,
    /// The operation; `None` when the call names none that exists.
    pub operation: Option<&'static str>,
    /// The region it was signed for; `None` when the signature was not read.
    pub region: Option<String>,
    /// Where it came from.
    pub source_ip: Option<IpAddr>,
    /// Which program says to have made it.
    pub user_agent: Option<String>,
    /// The host that the client called.
    pub host: Option<String>,
    /// The decision, when the policies were asked.
    pub decided: Option<Decided>,
    pub(crate) signer: Option<Signer>,
    pub(crate) parameters: Parameters,
    /// As far as a trail has it.
    pub(crate) result: Vec<Element>,
    pub(crate) event_key: [u8; 32],
    pub(crate) error: Option<ApiError>,
}

/// A decision with what it was about: the client sees AWS's text alone.
#[derive(Debug, Clone, PartialEq)]
pub struct Decided {
    /// Who called, and the context keys of the call.
    pub request: countersign_policy::request::Request,
    /// What the policies said, with the trace of each.
    pub decision: AssumeRoleDecision,
    /// Whether the role exists.
    pub role: RoleFound,
}

impl Decided {
    /// What the caller's own side says of a request; `role` is the resource it acts on.
    pub(crate) fn by_caller_side(
        request: countersign_policy::request::Request,
        decision: Decision,
        layers: Vec<LayerTrace>,
    ) -> Self {
        let actions = vec![(request.action.clone(), decision)];
        let assumptions =
            layers.iter().fold(AssumptionSet::default(), |used, layer| used.union(layer.evaluation.assumptions));
        let trust = Decision::ImplicitDeny;
        let decision = AssumeRoleDecision { decision, trust, actions, layers, refusal: None, assumptions };
        Self { request, decision, role: RoleFound::NotSought }
    }
}

/// Whether the role of a call exists. Clients cannot tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RoleFound {
    /// It does.
    Yes,
    /// It does not: the call is decided as if its trust policy were empty.
    No,
    /// The call assumes no role: what is called the role of its request is the resource that it acts on.
    NotSought,
}

/// Who signed a call.
#[derive(Clone, PartialEq)]
pub(crate) struct Signer {
    pub(crate) caller: Caller,
    pub(crate) account: AccountId,
    pub(crate) access_key_id: String,
    /// Set when the credentials are temporary.
    pub(crate) session: Option<Session>,
}

/// What becomes known of a call while it is answered.
#[derive(Default)]
pub(crate) struct Seen {
    pub(crate) operation: Option<&'static str>,
    pub(crate) region: Option<String>,
    pub(crate) signer: Option<Signer>,
    pub(crate) decided: RefCell<Option<Decided>>,
}

/// What the answer to a call was made of.
pub(crate) struct Answered {
    pub(crate) service: &'static str,
    pub(crate) parameters: Parameters,
    pub(crate) result: Vec<Element>,
    pub(crate) error: Option<ApiError>,
}

/// Parameters whose values are secrets, by the end of their names.
const SECRETS: &[&str] = &[
    "AuthenticationCode1",
    "AuthenticationCode2",
    "ContextAssertion",
    "EncodedMessage",
    "Password",
    "PrivateKey",
    "SAMLAssertion",
    "Signature",
    "TokenCode",
    "Token",
];

/// Stands where a secret stood.
const HIDDEN: &str = "HIDDEN_DUE_TO_SECURITY_REASONS";

impl Record {
    pub(crate) fn new(
        request: &Request<'_>,
        now: Moment,
        request_id: &str,
        seen: Seen,
        answered: Answered,
        event_key: [u8; 32],
    ) -> Self {
        Self {
            time: now,
            request_id: request_id.to_owned(),
            service: answered.service,
            operation: seen.operation,
            region: seen.region,
            source_ip: request.source_ip.as_ref().map(IpAddr::to_canonical),
            user_agent: request.header("user-agent").map(Into::into),
            host: request.header("host").map(Into::into),
            decided: seen.decided.into_inner(),
            signer: seen.signer,
            parameters: answered.parameters,
            result: if trail::has_result(seen.operation, &answered.result) { answered.result } else { Vec::new() },
            event_key,
            error: answered.error,
        }
    }

    /// Who signed the call, once its signature was found good.
    #[must_use]
    pub fn caller(&self) -> Option<&Caller> {
        self.signer.as_ref().map(|signer| &signer.caller)
    }

    /// The caller's account.
    #[must_use]
    pub fn account(&self) -> Option<AccountId> {
        self.signer.as_ref().map(|signer| signer.account)
    }

    /// The access key that signed the call.
    #[must_use]
    pub fn access_key_id(&self) -> Option<&str> {
        self.signer.as_ref().map(|signer| signer.access_key_id.as_str())
    }

    /// The error's code on the wire.
    #[must_use]
    pub fn error_code(&self) -> Option<&'static str> {
        self.error.as_ref().map(|error| error.code.name())
    }

    /// The parameters by their full names such as `Tags.member.1.Key`, but for those that are secrets.
    pub fn parameters(&self) -> impl Iterator<Item = (&str, &str)> {
        self.parameters.iter().filter(|(name, _)| !is_secret(name))
    }

    /// The error's code and text, when the call was refused. AWS's texts repeat what was sent: where that is a secret,
    /// this text does not.
    #[must_use]
    pub fn error(&self) -> Option<(&'static str, Cow<'_, str>)> {
        let error = self.error.as_ref()?;
        let mut message = Cow::Borrowed(error.message.as_str());
        for (_, secret) in self.parameters.iter().filter(|(name, value)| is_secret(name) && !value.is_empty()) {
            if message.contains(secret) {
                message = Cow::Owned(message.replace(secret, HIDDEN));
            }
        }
        Some((error.code.name(), message))
    }
}

impl Record {
    /// About how many bytes it takes. What a client can make large is counted; the rest is taken as a kilobyte.
    #[must_use]
    pub fn weight(&self) -> usize {
        const ENTRY: usize = 64;
        let parameters = self.parameters.iter().map(|(name, value)| ENTRY + name.len() + value.len());
        let message = self.error.as_ref().map_or(0, |error| error.message.len());
        let agent = self.user_agent.as_ref().map_or(0, String::len);
        let context = self.decided.iter().flat_map(|decided| decided.request.context.iter());
        let context = context.map(|(key, values)| ENTRY + key.len() + texts(values));
        let layers = self.decided.iter().flat_map(|decided| &decided.decision.layers);
        let statements = layers.flat_map(|layer| &layer.evaluation.statements);
        let conditions = statements.map(|statement| {
            let conditions = statement.conditions.iter();
            let texts = conditions
                .map(|condition| 2 * ENTRY + texts(&condition.required) + condition.sent.as_deref().map_or(0, texts));
            2 * ENTRY + texts.sum::<usize>()
        });
        let result = members(&self.result);
        1024 + message + agent + result + parameters.chain(context).chain(conditions).sum::<usize>()
    }

    /// The same call, when it is too large to be kept whole.
    pub(crate) fn without_bulk(&self) -> Self {
        let cut = |text: &str| text.chars().take(1024).collect();
        // Without the parameters it would no longer be known what is secret in the text.
        let error = self.error.as_ref().zip(self.error());
        let error = error.map(|(error, (_, text))| ApiError { code: error.code, message: cut(&text) });
        Self {
            parameters: Parameters::default(),
            result: Vec::new(),
            decided: None,
            user_agent: self.user_agent.as_deref().map(cut),
            error,
            ..self.clone()
        }
    }
}

fn members(elements: &[Element]) -> usize {
    fn weight(value: &Value) -> usize {
        match value {
            Value::Text(text) => text.len(),
            Value::Number(_) | Value::Boolean(_) | Value::Time(_) => 0,
            Value::Structure(elements) => members(elements),
            Value::List(values) => values.iter().map(|value| size_of::<Value>() + weight(value)).sum(),
            Value::Map(entries) => entries.iter().map(|(key, value)| 64 + key.len() + weight(value)).sum(),
        }
    }
    elements.iter().map(|element| size_of::<Element>() + weight(&element.value)).sum()
}

fn texts(values: &[String]) -> usize {
    values.iter().map(|value| size_of::<String>() + value.len()).sum()
}

/// Whether a parameter's value is a secret.
fn is_secret(name: &str) -> bool {
    let ends = |secret: &&str| {
        let start = name.len().checked_sub(secret.len());
        start.and_then(|start| name.get(start..)).is_some_and(|end| end.eq_ignore_ascii_case(secret))
    };
    SECRETS.iter().any(ends)
}

impl fmt::Debug for Record {
    /// Without parameters and result, which may hold secrets.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Record")
            .field("time", &self.time)
            .field("request_id", &self.request_id)
            .field("operation", &self.operation)
            .field("caller", &self.caller())
            .field("error", &self.error())
            .field("decided", &self.decided)
            .finish_non_exhaustive()
    }
}

impl Signer {
    /// Who `principal` is; `None` for calls that nobody signs.
    pub(crate) fn of(principal: Principal, access_key_id: String) -> Option<Self> {
        let Principal { caller, account, session, .. } = principal;
        let signed = *caller.kind() != CallerKind::Anonymous;
        signed.then_some(Self { caller, account, access_key_id, session })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_known_by_their_names() {
        for secret in [
            "TokenCode",
            "tokencode",
            "WebIdentityToken",
            "TradeInToken",
            "SAMLAssertion",
            "ProvidedContexts.member.2.ContextAssertion",
            "NewPassword",
            "X-Amz-Security-Token",
            "X-Amz-Signature",
            "AuthenticationCode2",
        ] {
            assert!(is_secret(secret), "{secret}");
        }
        for open in
            ["ExternalId", "SerialNumber", "RoleSessionName", "MinimumSessionTokenSize", "Tags.member.1.Key", "€"]
        {
            assert!(!is_secret(open), "{open}");
        }
    }
}
