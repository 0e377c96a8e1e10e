//! Web identity tokens: JWTs as OpenID Connect providers issue them. Taken apart, verified, and read as the condition
//! keys and session attributes that AWS makes of their claims.

mod claims;
mod key;
mod token;

pub(crate) use key::{KeySet, Unverified};
pub(crate) use token::Token;
