//! A local AWS STS and IAM endpoint that answers as AWS would: real signatures, real trust policies, AWS's error texts.
//!
//! [`Endpoint::respond`] is the whole server as a function: a request and the time in, a response out. It does no I/O,
//! starts no thread and reads neither clock nor randomness. The feature `server` puts a socket in front of it,
//! the feature `sdk` clients of the AWS SDK for Rust.
//! Access is decided by `countersign-policy` and by nothing else.
//!
//! ```
//! use countersign_policy::condition::date::Moment;
//! use countersign_sts::{Endpoint, Request, Strictness, World};
//!
//! let endpoint = Endpoint::new(World::new(Strictness::OutOfTheBox), [7; 32]);
//! let unsigned = Request {
//!     method: "POST",
//!     target: "/",
//!     headers: &[("host", b"127.0.0.1")],
//!     body: b"Action=GetCallerIdentity&Version=2011-06-15",
//!     source_ip: None,
//! };
//! let response = endpoint.respond(&unsigned, Moment::from_seconds(1_795_000_000));
//! assert_eq!(response.status, 403);
//! assert!(response.body.contains("<Code>MissingAuthenticationToken</Code>"));
//! ```

mod authorization_message;
mod code_uses;
mod connection;
pub mod decisions;
mod endpoint;
mod iam;
mod journal;
mod key_uses;
mod protocol;
mod record;
mod request;
mod saml;
#[cfg(feature = "sdk")]
pub mod sdk;
#[cfg(feature = "server")]
pub mod server;
mod service;
mod signature;
mod sts;
mod tag_rules;
pub mod trail;
mod web_identity;
mod world;

pub use endpoint::{Endpoint, Response};
pub use journal::{Journal, JournalError};
pub use protocol::{ApiError, ErrorCode, Fault};
pub use record::{Decided, Record, RoleFound};
pub use request::Request;
pub use world::{
    AccessKey, Account, AssertionEncryption, Change, DEFAULT_MAX_SESSION_DURATION, DeclarationError, Edit, Entity,
    FullAccess, Group, Guardrails, InstanceProfile, KeyOwner, KeyStatus, LoginProfile, ManagedPolicy, Member,
    MfaDevice, Named, Names, Notation, OidcProvider, Organization, PasswordPolicy, Policy, PolicyVersion, PrivateKey,
    Role, SamlProvider, Settings, Strictness, Switch, Unit, User, World,
};
