//! One request in, one response out.

use std::cell::RefCell;
use std::sync::{PoisonError, RwLock};

use countersign_policy::condition::date::Moment;
use countersign_policy::evaluate::assume_role::AssumeRoleDecision;

use crate::protocol::{self, ApiError, Element, ErrorCode, Parameters};
use crate::service::{self, Auth, Call, Operation, Service};
use crate::signature::{Signed, TokenKey};
use crate::world::{Mint, Principal, World};
use crate::{Request, signature};

/// The endpoint: a world, and the key that its ids, secrets and session tokens are made with.
pub struct Endpoint {
    world: RwLock<World>,
    mint: Mint,
    token_key: TokenKey,
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
    /// The decision, when the policies were asked.
    pub decided: Option<Decided>,
}

/// A decision with what it was about, for logs: the client sees AWS's text alone.
#[derive(Debug, Clone, PartialEq)]
pub struct Decided {
    /// Who called, and the context keys of the call.
    pub request: countersign_policy::request::Request,
    /// What the policies said, with the trace of each.
    pub decision: AssumeRoleDecision,
    /// Whether the role exists.
    pub role: RoleFound,
}

/// Whether the role of a call exists. Clients cannot tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RoleFound {
    /// It does.
    Yes,
    /// It does not: the call is decided as if its trust policy were empty.
    No,
}

impl Endpoint {
    /// An endpoint over `world`. Ids, secrets and session tokens follow from `key`: tokens of one endpoint are good at
    /// another with the same key, and two endpoints with one key hand out the same ids.
    #[must_use]
    pub fn new(world: World, key: [u8; 32]) -> Self {
        let mint = Mint::new(key);
        let token_key = TokenKey::new(&mint.derived_key("session tokens"));
        Self { world: RwLock::new(world), mint, token_key }
    }

    /// Answers a request.
    #[must_use]
    pub fn respond(&self, request: &Request<'_>, now: Moment) -> Response {
        let request_id = self.mint.request_id();
        let decided = RefCell::new(None);
        let parameters = Parameters::decode(request.query(), request.body);
        let service = service::of_version(parameters.as_ref().ok().and_then(|known| known.get("Version")));
        let answer = parameters.and_then(|parameters| self.answer(service, request, &parameters, now, &decided));
        let (status, error, body) = match answer {
            Ok((operation, result)) => {
                (200, None, protocol::success(operation.name, service.namespace, &request_id, &result))
            }
            Err(error) => {
                let body = protocol::failure(&error, service.namespace, &request_id);
                (error.code.status(), Some(error), body)
            }
        };
        Response { status, body, request_id, error, decided: decided.into_inner() }
    }

    fn answer(
        &self,
        service: &Service,
        request: &Request<'_>,
        parameters: &Parameters,
        now: Moment,
        decided: &RefCell<Option<Decided>>,
    ) -> Result<(&'static Operation, Vec<Element>), ApiError> {
        if request.path() != "/" || !matches!(request.method, "GET" | "POST") {
            let text = "The API is at the path /, by GET or POST";
            return Err(ApiError::new(ErrorCode::UnknownOperationException, text));
        }
        let operation = named(service, parameters)?;
        let world = self.world.read().unwrap_or_else(PoisonError::into_inner);
        let (principal, region) = match operation.auth {
            Auth::Signed => {
                let signed = Signed::read(request, service.signing_name, now)?;
                (self.authenticate(&world, &signed, now)?, signed.region().to_owned())
            }
            Auth::Unsigned => (Principal::anonymous(), request.host_region().unwrap_or_else(|| "us-east-1".to_owned())),
        };
        let call = Call {
            request,
            parameters,
            principal: &principal,
            region: &region,
            world: &world,
            mint: &self.mint,
            token_key: &self.token_key,
            now,
            decided,
        };
        Ok((operation, (operation.respond)(&call)?))
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
