//! Web identity tokens: JWTs as OpenID Connect providers issue them.

mod token;

pub(crate) use token::Token;
