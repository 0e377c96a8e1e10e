//! What the APIs on this port have in common: operations by name, and what an operation is given.

use std::cell::RefCell;

use countersign_policy::condition::date::Moment;

use crate::code_uses::CodeUses;
use crate::key_uses::KeyUses;
use crate::protocol::{ApiError, Element, Parameters};
use crate::record::Decided;
use crate::signature::TokenKey;
use crate::web_identity::OutboundKeys;
use crate::world::{Change, Mint, Principal, World};
use crate::{Request, iam, sts};

/// Every service that is spoken here.
static SERVICES: &[&Service] = &[&sts::SERVICE, &iam::SERVICE];

/// One API.
#[derive(Debug)]
pub(crate) struct Service {
    /// Its name in signatures.
    pub(crate) signing_name: &'static str,
    pub(crate) version: &'static str,
    pub(crate) namespace: &'static str,
    pub(crate) operations: &'static [&'static Operation],
}

/// One operation of an API.
#[derive(Debug)]
pub(crate) struct Operation {
    pub(crate) name: &'static str,
    pub(crate) auth: Auth,
    pub(crate) run: Run,
}

/// How an operation answers a call: with what goes into the result.
#[derive(Debug)]
pub(crate) enum Run {
    /// It leaves the world as it is.
    Read(fn(&Call<'_>) -> Result<Vec<Element>, ApiError>),
    /// It says what changes. The endpoint keeps the changes and makes them before the client hears of them.
    Write(fn(&Call<'_>) -> Result<Written, ApiError>),
}

/// What a write comes to.
#[derive(Debug, Default)]
pub(crate) struct Written {
    pub(crate) result: Vec<Element>,
    pub(crate) changes: Vec<Change>,
}

/// Whether the calls of an operation are signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Auth {
    /// By the caller, whom the call then has as its principal.
    Signed,
    /// Not at all: the call proves who it is for by what it carries. A signature that comes along is not looked at.
    Unsigned,
}

/// A call to an operation, with all that it may use.
pub(crate) struct Call<'c> {
    pub(crate) request: &'c Request<'c>,
    pub(crate) parameters: &'c Parameters,
    pub(crate) principal: &'c Principal,
    pub(crate) region: &'c str,
    pub(crate) world: &'c World,
    pub(crate) mint: &'c Mint,
    pub(crate) token_key: &'c TokenKey,
    pub(crate) outbound: &'c OutboundKeys,
    pub(crate) key_uses: &'c KeyUses,
    pub(crate) code_uses: &'c CodeUses,
    pub(crate) now: Moment,
    /// What was decided on the way, for the operator.
    pub(crate) decided: &'c RefCell<Option<Decided>>,
}

/// The service of a call: the one of its API version, or else the one it is signed for, or the first.
pub(crate) fn of_call(version: Option<&str>, signed_for: Option<&str>) -> &'static Service {
    let of_version = SERVICES.iter().find(|service| Some(service.version) == version);
    let signed = || SERVICES.iter().find(|service| Some(service.signing_name) == signed_for);
    of_version.or_else(signed).copied().unwrap_or(&sts::SERVICE)
}

impl Service {
    pub(crate) fn operation(&self, name: &str) -> Option<&'static Operation> {
        self.operations.iter().find(|operation| operation.name == name).copied()
    }
}
