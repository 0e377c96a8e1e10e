//! Web identity tokens: JWTs as OpenID Connect providers issue them, and as STS issues them itself. Taken apart, verified, and read as the condition
//! keys and session attributes that AWS makes of their claims.

mod claims;
mod key;
mod outbound;
mod token;

pub(crate) use key::{KeySet, Unverified};
pub(crate) use outbound::{Algorithm, OutboundKeys};
pub(crate) use token::Token;
