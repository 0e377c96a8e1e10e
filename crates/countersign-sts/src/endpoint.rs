//! One request in, one response out.

use std::borrow::Cow;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use countersign_policy::condition::date::Moment;
use data_encoding::BASE64;

use crate::code_uses::CodeUses;
use crate::journal::{Journal, JournalError};
use crate::key_uses::KeyUses;
use crate::protocol::{ApiError, Element, ErrorCode, Format, Parameters};
use crate::record::{Answered, Record, Seen, Signer};
use crate::service::{self, Auth, Call, Operation, Run, Service, Written};
use crate::signature::{Signed, TokenKey};
use crate::web_identity::OutboundKeys;
use crate::world::{Change, Mint, Principal, Strictness, World};
use crate::{Request, signature};

/// The endpoint: a world, and the key that its ids, secrets and session tokens are made with.
pub struct Endpoint {
    world: RwLock<World>,
    journal: Option<Box<dyn Journal>>,
    /// The path it stands at, without a slash at the end.
    base: String,
    mint: Mint,
    token_key: TokenKey,
    outbound: OutboundKeys,
    key_uses: KeyUses,
    code_uses: CodeUses,
    /// Makes the ids of events; there when calls are recorded.
    event_key: Option<[u8; 32]>,
    /// How far the world's clock is ahead of the callers', in seconds.
    ahead: AtomicI64,
}

/// An HTTP response, and what only the operator sees.
#[derive(Debug, Clone, PartialEq)]
pub struct Response {
    /// The HTTP status.
    pub status: u16,
    /// What goes with the body: its type, and the ids that AWS repeats.
    pub headers: Vec<(&'static str, Cow<'static, str>)>,
    /// XML, or JSON for clients that accept it.
    pub body: String,
    /// The id in the body and the headers.
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
        let outbound = OutboundKeys::new(mint.derived_key("web identity tokens"));
        Self {
            world: RwLock::new(world),
            journal: None,
            base: String::new(),
            mint,
            token_key,
            outbound,
            key_uses: KeyUses::default(),
            code_uses: CodeUses::default(),
            event_key: None,
            ahead: AtomicI64::new(0),
        }
    }

    /// The same endpoint, whose responses come with a record of the call.
    #[must_use]
    pub fn recording(mut self) -> Self {
        self.event_key = Some(self.mint.derived_key("events"));
        self
    }

    /// Tells apart the ids that endpoints of one key hand out: each run of a server has another number.
    #[must_use]
    pub fn of_run(mut self, run: u64) -> Self {
        self.mint = self.mint.of_run(run);
        self
    }

    /// The endpoint keeps its changes in `journal`.
    #[must_use]
    pub fn with_journal(mut self, journal: Box<dyn Journal>) -> Self {
        self.journal = Some(journal);
        self
    }

    /// Another endpoint, that stands at a path such as `/w/name` in place of `/`. Its credentials are good there alone.
    #[must_use]
    pub fn beside(&self, world: World, base: impl Into<String>) -> Self {
        let endpoint = Self { base: base.into(), ..Self::new(world, self.mint.fresh_key()) };
        if self.event_key.is_some() { endpoint.recording() } else { endpoint }
    }

    /// Whether undeclared credentials work.
    #[must_use]
    pub fn strictness(&self) -> Strictness {
        self.world.read().unwrap_or_else(PoisonError::into_inner).strictness()
    }

    /// The world as it is now.
    #[must_use]
    pub fn world(&self) -> World {
        self.world.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The keys that tokens of GetWebIdentityToken are verified with, a JSON Web Key Set. AWS publishes them at the
    /// issuer's URL; an endpoint has the same for all of its issuers.
    #[must_use]
    pub fn web_identity_key_set(&self) -> String {
        self.outbound.key_set().unwrap_or_default().to_string()
    }

    pub(crate) fn seal_message(&self, message: &str) -> String {
        self.token_key.seal_message(message, self.mint.nonce())
    }

    /// Puts another world in place of this one, and its clock back to the callers'. What was used before is forgotten.
    ///
    /// # Errors
    /// [`JournalError`] when the journal does not keep it; then the world stays as it was. A journal keeps changes and
    /// not whole worlds, so that endpoints with one refuse.
    pub fn replace_world(&self, world: World) -> Result<(), JournalError> {
        if self.journal.is_some() {
            return Err(JournalError("a world that is saved cannot be replaced".into()));
        }
        *self.world.write().unwrap_or_else(PoisonError::into_inner) = world;
        self.ahead.store(0, Ordering::Relaxed);
        self.key_uses.forget();
        self.code_uses.forget();
        Ok(())
    }

    /// Moves the world's clock on: sessions end, and what policies say of dates comes true. Signatures are still checked
    /// at the time that [`Endpoint::respond`] is given, since clients sign by a clock that nobody moves.
    pub fn advance(&self, seconds: u32) {
        let later = |ahead: i64| Some(ahead.saturating_add(i64::from(seconds)));
        let _ = self.ahead.fetch_update(Ordering::Relaxed, Ordering::Relaxed, later);
    }

    /// Answers a request.
    #[must_use]
    pub fn respond(&self, request: &Request<'_>, now: Moment) -> Response {
        let callers_now = now;
        let now = now.plus_seconds(self.ahead.load(Ordering::Relaxed));
        let request_id = self.mint.request_id();
        let mut seen = Seen::default();
        let decoded = Parameters::decode(request.query(), request.body);
        let version = decoded.as_ref().ok().and_then(|known| known.get("Version"));
        let service = service::of_call(version, signature::service(request));
        let (parameters, answer) = match decoded {
            Ok(parameters) => {
                let answer = self.answer(service, request, &parameters, [callers_now, now], &mut seen);
                (parameters, answer)
            }
            Err(error) => (Parameters::default(), Err(error)),
        };
        let format = Format::accepted(request.header("accept").as_deref());
        let (status, result, error, body) = match answer {
            Ok((operation, result)) => {
                let body = format.success(operation.name, service.namespace, &request_id, &result);
                (200, result, None, body)
            }
            Err(error) => {
                let body = format.failure(&error, service.namespace, &request_id);
                (error.code.status(), Vec::new(), Some(error), body)
            }
        };
        let record = self.event_key.map(|event_key| {
            let answered = Answered { service: service.signing_name, parameters, result, error: error.clone() };
            Arc::new(Record::new(request, now, &request_id, seen, answered, event_key))
        });
        let mut headers =
            vec![("content-type", format.content_type().into()), ("x-amzn-requestid", request_id.clone().into())];
        if service.signing_name == "sts" {
            let extended = extended_request_id(signature::region(request), now, &request_id);
            headers.push(("x-amz-sts-extended-request-id", extended.into()));
        }
        Response { status, headers, body, request_id, error, record }
    }

    fn answer(
        &self,
        service: &Service,
        request: &Request<'_>,
        parameters: &Parameters,
        [callers_now, now]: [Moment; 2],
        seen: &mut Seen,
    ) -> Result<(&'static Operation, Vec<Element>), ApiError> {
        let path = request.path().strip_prefix(self.base.as_str());
        if !matches!(path, Some("/" | "")) || !matches!(request.method, "GET" | "POST") {
            let text = "The API is at the path /, by GET or POST";
            return Err(ApiError::new(ErrorCode::UnknownOperationException, text));
        }
        let operation = named(service, parameters)?;
        seen.operation = Some(operation.name);
        let signed = match operation.auth {
            Auth::Signed => Some(Signed::read(request, service.signing_name, callers_now)?),
            Auth::Unsigned => None,
        };
        let region = match &signed {
            Some(signed) => signed.region().to_owned(),
            None => request.host_region().unwrap_or_else(|| "us-east-1".to_owned()),
        };
        let mut run = |world: &World, run: &dyn Fn(&Call<'_>) -> Result<Written, ApiError>| {
            let principal = match &signed {
                Some(signed) => self.authenticate(world, signed, now)?,
                None => Principal::anonymous(),
            };
            let Self { mint, token_key, outbound, key_uses, code_uses, .. } = self;
            let (region, decided) = (region.as_str(), &seen.decided);
            let call = Call {
                request,
                parameters,
                principal: &principal,
                region,
                world,
                mint,
                token_key,
                outbound,
                key_uses,
                code_uses,
                now,
                decided,
            };
            let written = run(&call);
            let key = signed.as_ref().and_then(|signed| world.access_key(signed.access_key_id()));
            if let Some(key) = key {
                key_uses.note(&key.id, now, service.signing_name, region);
            }
            seen.signer = signed.as_ref().and_then(|signed| Signer::of(principal, signed.access_key_id().to_owned()));
            seen.region = Some(region.to_owned());
            written
        };
        let result = match operation.run {
            Run::Read(read) => {
                let world = self.world.read().unwrap_or_else(PoisonError::into_inner);
                run(&world, &|call| Ok(Written { result: read(call)?, changes: Vec::new() }))?.result
            }
            Run::Write(write) => {
                let mut world = self.world.write().unwrap_or_else(PoisonError::into_inner);
                let Written { result, changes } = run(&world, &write)?;
                self.keep(&changes)?;
                changes.into_iter().for_each(|change| world.apply(change));
                result
            }
        };
        Ok((operation, result))
    }

    fn keep(&self, changes: &[Change]) -> Result<(), ApiError> {
        match &self.journal {
            Some(journal) if !changes.is_empty() => {
                let failed = |error: JournalError| ApiError::new(ErrorCode::ServiceFailure, error.to_string());
                journal.keep(changes).map_err(failed)
            }
            Some(_) | None => Ok(()),
        }
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

/// What STS sends beside the request id. AWS does not document it; its form is that of live ones.
fn extended_request_id(region: &str, now: Moment, request_id: &str) -> String {
    let id = request_id.split('-').next().unwrap_or_default();
    BASE64.encode(format!("1:{region}:S:{}000:R:{id}", now.seconds()).as_bytes())
}
