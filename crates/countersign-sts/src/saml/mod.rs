//! SAML 2.0: responses of identity providers, and the metadata that providers are made of.
//!
//! **XML signatures are not verified.** The crates for them need a C library or bring more than a hundred others, and
//! hand-written XML signature code is how service providers get broken. So everybody who can reach the endpoint can write
//! an assertion. Everything else that AWS documents is checked. Encrypted assertions are not read.

mod attribute;
mod metadata;
mod response;

pub(crate) use attribute::condition_key;
pub(crate) use metadata::{Metadata, entity_id};
pub(crate) use response::{Assertion, Confirmation};
