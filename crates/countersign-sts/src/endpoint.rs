//! One request in, one response out.

use std::sync::{Arc, PoisonError, RwLock};

use countersign_policy::condition::date::Moment;

use crate::protocol::{self, ApiError, Element, ErrorCode, Parameters};
use crate::record::{Answered, Record, Seen, Signer};
use crate::service::{self, Call, Operation, Service};
use crate::signature::{Signed, TokenKey};
use crate::world::{Mint, Principal, World};
use crate::{Request, signature};

/// The endpoint: a world, and the key that its ids, secrets and session tokens are made with.
pub struct Endpoint {
    world: RwLock<World>,
    mint: Mint,
    token_key: TokenKey,
    /// Makes the ids of events; there when calls are recorded.
    event_key: Option<[u8; 32]>,
}

/// An HTTP response, and what only the operator sees.
#[derive(Debug, Clone, PartialEq)]
pub struct Response {
    /// The HTTP status.
    pub status: u16,
    /// XML.
    pub body: String,
    /// The id in the body, which the header `x-amzn-requestid` repeats.
    pub request_id: String,
    /// The error, when the call was refused.
    pub error: Option<ApiError>,
    /// What only the operator sees, when the endpoint is [`Endpoint::recording`].
    pub record: Option<Arc<Record>>,
}

impl Endpoint {
    /// An endpoint over `world`. Ids, secrets and session tokens follow from `key`: tokens of one endpoint are good at
    /// another with the same key, and two endpoints with one key hand out the same ids.
    #[must_use]
    pub fn new(world: World, key: [u8; 32]) -> Self {
        let mint = Mint::new(key);
        let token_key = TokenKey::new(&mint.derived_key("session tokens"));
        Self { world: RwLock::new(world), mint, token_key, event_key: None }
    }

    /// The same endpoint, whose responses come with a record of the call.
    #[must_use]
    pub fn recording(mut self) -> Self {
        self.event_key = Some(self.mint.derived_key("events"));
        self
    }

    /// Answers a request.
    #[must_use]
    pub fn respond(&self, request: &Request<'_>, now: Moment) -> Response {
        let request_id = self.mint.request_id();
        let mut seen = Seen::default();
        let decoded = Parameters::decode(request.query(), request.body);
        let service = service::of_version(decoded.as_ref().ok().and_then(|known| known.get("Version")));
        let (parameters, answer) = match decoded {
            Ok(parameters) => {
                let answer = self.answer(service, request, &parameters, now, &mut seen);
                (parameters, answer)
            }
            Err(error) => (Parameters::default(), Err(error)),
        };
        let (status, result, error, body) = match answer {
            Ok((operation, result)) => {
                let body = protocol::success(operation.name, service.namespace, &request_id, &result);
                (200, result, None, body)
            }
            Err(error) => {
                let body = protocol::failure(&error, service.namespace, &request_id);
                (error.code.status(), Vec::new(), Some(error), body)
            }
        };
        let record = self.event_key.map(|event_key| {
            let answered = Answered { service: service.signing_name, parameters, result, error: error.clone() };
            Arc::new(Record::new(request, now, &request_id, seen, answered, event_key))
        });
        Response { status, body, request_id, error, record }
    }

    fn answer(
        &self,
        service: &Service,
        request: &Request<'_>,
        parameters: &Parameters,
        now: Moment,
        seen: &mut Seen,
    ) -> Result<(&'static Operation, Vec<Element>), ApiError> {
        if request.path() != "/" || !matches!(request.method, "GET" | "POST") {
            let text = "The API is at the path /, by GET or POST";
            return Err(ApiError::new(ErrorCode::UnknownOperationException, text));
        }
        let operation = named(service, parameters)?;
        seen.operation = Some(operation.name);
        let world = self.world.read().unwrap_or_else(PoisonError::into_inner);
        let signed = Signed::read(request, service.signing_name, now)?;
        let principal = self.authenticate(&world, &signed, now)?;
        let call = Call {
            request,
            parameters,
            principal: &principal,
            region: signed.region(),
            world: &world,
            mint: &self.mint,
            token_key: &self.token_key,
            now,
            decided: &seen.decided,
        };
        let answer = (operation.respond)(&call);
        let (access_key_id, region) = signed.into_scope();
        seen.signer = Signer::of(principal, access_key_id);
        seen.region = Some(region);
        Ok((operation, answer?))
    }

    /// Who signed the request, once key, token and signature are found good.
    fn authenticate(&self, world: &World, signed: &Signed<'_>, now: Moment) -> Result<Principal, ApiError> {
        // AWS ends the sentence for an unknown key, and does not for a bad token.
        let refused = |text| ApiError::new(ErrorCode::InvalidClientTokenId, text);
        let unknown_key = || refused("The security token included in the request is invalid.");
        let bad_token = || refused("The security token included in the request is invalid");
        let key_id = signed.access_key_id();
        let Some(token) = signed.session_token() else {
            let (secret, owner) = world.usable_key(key_id).ok_or_else(unknown_key)?;
            signed.verify(secret)?;
            return world.owner(&owner).ok_or_else(unknown_key);
        };
        let session: signature::Session = self.token_key.open(token).ok_or_else(bad_token)?;
        if session.access_key_id != key_id {
            return Err(bad_token());
        }
        signed.verify(&self.mint.secret(key_id))?;
        if session.expires <= now.seconds() {
            let text = "The security token included in the request is expired";
            return Err(ApiError::new(ErrorCode::ExpiredToken, text));
        }
        world.session_principal(session).ok_or_else(bad_token)
    }
}

/// The operation that the parameters name.
fn named(service: &Service, parameters: &Parameters) -> Result<&'static Operation, ApiError> {
    let version = parameters.get("Version").unwrap_or("NO_VERSION_SPECIFIED");
    let action = parameters.get("Action").unwrap_or_default();
    let known = service.operation(action).filter(|_| version == service.version);
    known.ok_or_else(|| {
        ApiError::new(ErrorCode::InvalidAction, format!("Could not find operation {action} for version {version}"))
    })
}
