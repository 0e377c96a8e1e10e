//! Tokens that STS itself issues: GetWebIdentityToken.
//!
//! AWS has an issuer for each account, with keys of its own. Here the issuers of an endpoint differ and share their keys,
//! which follow from the endpoint's key: making an RSA key takes a while, so that it is made when it is first needed.

use std::sync::OnceLock;

use core::convert::Infallible;

use countersign_policy::account::AccountId;
use data_encoding::BASE64URL_NOPAD;
use hmac::Mac as _;
use p384::ecdsa::signature::{SignatureEncoding as _, Signer as _};
use rsa::rand_core::{TryCryptoRng, TryRng};
use rsa::traits::PublicKeyParts as _;
use rsa::{RsaPrivateKey, pkcs1v15};
use serde_json::{Value, json};
use sha2::Sha256;

use crate::signature::keyed;
use crate::world::uuid;

const RSA_BITS: usize = 2048;

/// How a token is signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Algorithm {
    /// RSA with SHA-256.
    Rs256,
    /// ECDSA on P-384 with SHA-384.
    Es384,
}

/// The keys that an endpoint signs tokens with.
pub(crate) struct OutboundKeys {
    seed: [u8; 32],
    rsa: OnceLock<Option<RsaPrivateKey>>,
}

impl Algorithm {
    fn name(self) -> &'static str {
        match self {
            Self::Rs256 => "RS256",
            Self::Es384 => "ES384",
        }
    }
}

impl OutboundKeys {
    pub(crate) fn new(seed: [u8; 32]) -> Self {
        Self { seed, rsa: OnceLock::new() }
    }

    /// The issuer of an account's tokens.
    pub(crate) fn issuer(&self, account: AccountId) -> String {
        let id = uuid(&keyed(&self.seed, &format!("issuer {account}")).finalize().into_bytes());
        format!("https://{id}.tokens.sts.global.api.aws")
    }

    /// A signed token of these claims.
    pub(crate) fn sign(&self, algorithm: Algorithm, claims: &Value) -> Option<String> {
        let header = json!({"alg": algorithm.name(), "kid": self.key_id(algorithm), "typ": "JWT"});
        let encode = |part: &Value| BASE64URL_NOPAD.encode(part.to_string().as_bytes());
        let signed = format!("{}.{}", encode(&header), encode(claims));
        let signature = match algorithm {
            Algorithm::Rs256 => {
                pkcs1v15::SigningKey::<Sha256>::new(self.rsa()?.clone()).sign(signed.as_bytes()).to_vec()
            }
            Algorithm::Es384 => {
                let signature: p384::ecdsa::Signature = self.es384()?.sign(signed.as_bytes());
                signature.to_vec()
            }
        };
        Some(format!("{signed}.{}", BASE64URL_NOPAD.encode(&signature)))
    }

    /// The public keys, as a JSON Web Key Set.
    pub(crate) fn key_set(&self) -> Option<Value> {
        let rsa = self.rsa()?.to_public_key();
        let number = |number: &rsa::BoxedUint| BASE64URL_NOPAD.encode(&number.to_be_bytes_trimmed_vartime());
        let point = self.es384()?.verifying_key().to_sec1_point(false);
        let coordinate = |bytes: Option<&_>| bytes.map(|bytes: &p384::FieldBytes| BASE64URL_NOPAD.encode(bytes));
        let kid = |algorithm| self.key_id(algorithm);
        Some(json!({"keys": [
            {"kty": "RSA", "use": "sig", "alg": "RS256", "kid": kid(Algorithm::Rs256), "n": number(rsa.n()), "e": number(rsa.e())},
            {"kty": "EC", "use": "sig", "alg": "ES384", "kid": kid(Algorithm::Es384), "crv": "P-384",
             "x": coordinate(point.x())?, "y": coordinate(point.y())?},
        ]}))
    }

    fn key_id(&self, algorithm: Algorithm) -> String {
        uuid(&keyed(&self.seed, algorithm.name()).finalize().into_bytes())
    }

    fn es384(&self) -> Option<p384::ecdsa::SigningKey> {
        let mut bytes = Stream::new(&self.seed, "ES384");
        // All but one in 2^190 texts of 48 bytes are a key.
        p384::ecdsa::SigningKey::from_slice(&std::array::from_fn::<u8, 48, _>(|_| bytes.next_byte())).ok()
    }

    fn rsa(&self) -> Option<&RsaPrivateKey> {
        self.rsa.get_or_init(|| RsaPrivateKey::new(&mut Stream::new(&self.seed, "RS256"), RSA_BITS).ok()).as_ref()
    }
}

/// Bytes that follow from a key: HMAC-SHA256 of a counter.
struct Stream<'k> {
    key: &'k [u8; 32],
    purpose: &'static str,
    block: [u8; 32],
    used: usize,
    count: u64,
}

impl<'k> Stream<'k> {
    fn new(key: &'k [u8; 32], purpose: &'static str) -> Self {
        Self { key, purpose, block: [0; 32], used: 32, count: 0 }
    }

    fn next_byte(&mut self) -> u8 {
        if self.used == self.block.len() {
            self.block = keyed(self.key, &format!("{} {}", self.purpose, self.count)).finalize().into_bytes().into();
            (self.used, self.count) = (0, self.count + 1);
        }
        let byte = self.block.get(self.used).copied().unwrap_or_default();
        self.used += 1;
        byte
    }
}

impl TryRng for Stream<'_> {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        Ok(u32::from_be_bytes(std::array::from_fn(|_| self.next_byte())))
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        Ok(u64::from_be_bytes(std::array::from_fn(|_| self.next_byte())))
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        bytes.fill_with(|| self.next_byte());
        Ok(())
    }
}

impl TryCryptoRng for Stream<'_> {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web_identity::{KeySet, Token};

    #[test]
    fn tokens_verify_against_the_keys_of_their_own_endpoint_only() {
        let (own, other) = (OutboundKeys::new([7; 32]), OutboundKeys::new([8; 32]));
        let (keys, others) = (own.key_set().unwrap().to_string(), other.key_set().unwrap().to_string());
        for algorithm in [Algorithm::Rs256, Algorithm::Es384] {
            let text = own.sign(algorithm, &json!({"sub": "s"})).unwrap();
            let token = Token::read(&text).unwrap();
            assert_eq!(KeySet::read(&keys).verify(&token), Ok(()));
            assert!(KeySet::read(&others).verify(&token).is_err());
            let again = OutboundKeys::new([7; 32]).sign(algorithm, &json!({"sub": "s"}));
            assert_eq!(again.as_deref(), Some(text.as_str()));
        }
    }
}
