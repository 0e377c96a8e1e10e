//! JSON Web Key Sets (RFC 7517), and signatures by their keys (RFC 7518).
//!
//! The algorithms are those that AWS documents for web identity tokens. A token without a key id is tried with every key
//! that its algorithm fits, as AWS leaves open.

use data_encoding::BASE64URL_NOPAD;
use rsa::signature::Verifier as _;
use rsa::{BoxedUint, RsaPublicKey, pkcs1v15};
use serde::Deserialize;
use serde_json::Value;
use sha2::{Sha256, Sha384, Sha512};

use super::Token;

/// The keys of an issuer.
pub(crate) struct KeySet(Vec<Key>);

/// A public key, still as text.
#[derive(Deserialize)]
struct Key {
    kty: String,
    #[serde(default)]
    kid: Option<String>,
    #[serde(default, rename = "use")]
    usage: Option<String>,
    #[serde(default)]
    alg: Option<String>,
    #[serde(default)]
    n: String,
    #[serde(default)]
    e: String,
    #[serde(default)]
    crv: String,
    #[serde(default)]
    x: String,
    #[serde(default)]
    y: String,
}

/// Why a signature is not verified.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unverified {
    /// The algorithm is not one that AWS takes.
    Algorithm,
    /// No key of the set is the token's.
    NoKey,
    /// The signature is not by the key.
    Signature,
}

/// The algorithms that AWS takes: the key type each needs, and the curve.
const ALGORITHMS: [(&str, &str, &str); 6] = [
    ("RS256", "RSA", ""),
    ("RS384", "RSA", ""),
    ("RS512", "RSA", ""),
    ("ES256", "EC", "P-256"),
    ("ES384", "EC", "P-384"),
    ("ES512", "EC", "P-521"),
];

impl KeySet {
    /// Reads a key set. Keys that cannot be read are left out, as the RFC asks; a text that is no key set has no keys.
    pub(crate) fn read(text: &str) -> Self {
        let set: Value = serde_json::from_str(text).unwrap_or_default();
        let keys = set.get("keys").and_then(Value::as_array).cloned().unwrap_or_default();
        Self(keys.into_iter().filter_map(|key| serde_json::from_value(key).ok()).collect())
    }

    /// Whether the token is signed by one of the keys.
    pub(crate) fn verify(&self, token: &Token<'_>) -> Result<(), Unverified> {
        let algorithm = token.header.alg.as_str();
        let Some((_, kty, crv)) = ALGORITHMS.iter().find(|(name, _, _)| *name == algorithm) else {
            return Err(Unverified::Algorithm);
        };
        let named = |key: &&Key| token.header.kid.is_none() || token.header.kid == key.kid;
        let fits = |key: &&Key| {
            let same = |stated: &Option<String>, wanted: &str| stated.as_deref().is_none_or(|stated| stated == wanted);
            key.kty == *kty && key.crv == *crv && same(&key.alg, algorithm) && same(&key.usage, "sig")
        };
        let mut keys = self.0.iter().filter(named).filter(fits).peekable();
        if keys.peek().is_none() {
            return Err(Unverified::NoKey);
        }
        if keys.any(|key| key.verifies(token).is_some()) { Ok(()) } else { Err(Unverified::Signature) }
    }
}

impl Key {
    fn verifies(&self, token: &Token<'_>) -> Option<()> {
        let (message, signature) = (token.signed.as_bytes(), token.signature.as_slice());
        match token.header.alg.as_str() {
            "RS256" => pkcs1v15::VerifyingKey::<Sha256>::new(self.rsa()?).verify(message, &rsa(signature)?).ok(),
            "RS384" => pkcs1v15::VerifyingKey::<Sha384>::new(self.rsa()?).verify(message, &rsa(signature)?).ok(),
            "RS512" => pkcs1v15::VerifyingKey::<Sha512>::new(self.rsa()?).verify(message, &rsa(signature)?).ok(),
            "ES256" => {
                let signature = p256::ecdsa::Signature::from_slice(signature).ok()?;
                p256::ecdsa::VerifyingKey::from_sec1_bytes(&self.point(32)?).ok()?.verify(message, &signature).ok()
            }
            "ES384" => {
                let signature = p384::ecdsa::Signature::from_slice(signature).ok()?;
                p384::ecdsa::VerifyingKey::from_sec1_bytes(&self.point(48)?).ok()?.verify(message, &signature).ok()
            }
            "ES512" => {
                let signature = p521::ecdsa::Signature::from_slice(signature).ok()?;
                p521::ecdsa::VerifyingKey::from_sec1_bytes(&self.point(66)?).ok()?.verify(message, &signature).ok()
            }
            _ => None,
        }
    }

    fn rsa(&self) -> Option<RsaPublicKey> {
        let number = |text: &str| Some(BoxedUint::from_be_slice_vartime(&decode(text)?));
        RsaPublicKey::new(number(&self.n)?, number(&self.e)?).ok()
    }

    /// The point, uncompressed, in the form of SEC 1.
    fn point(&self, length: usize) -> Option<Vec<u8>> {
        let (x, y) = (decode(&self.x)?, decode(&self.y)?);
        (x.len() == length && y.len() == length).then(|| [&[4], x.as_slice(), &y].concat())
    }
}

fn rsa(signature: &[u8]) -> Option<pkcs1v15::Signature> {
    pkcs1v15::Signature::try_from(signature).ok()
}

fn decode(text: &str) -> Option<Vec<u8>> {
    BASE64URL_NOPAD.decode(text.as_bytes()).ok().filter(|bytes| !bytes.is_empty())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    /// Keys, and a token by each algorithm, made with another library.
    #[derive(Deserialize)]
    struct Vectors {
        jwks: Value,
        tokens: BTreeMap<String, String>,
    }

    fn vectors() -> Vectors {
        serde_json::from_str(include_str!("vectors.json")).unwrap()
    }

    fn verify(jwks: &Value, token: &str) -> Result<(), Unverified> {
        KeySet::read(&jwks.to_string()).verify(&Token::read(token).unwrap())
    }

    #[test]
    fn every_algorithm_of_aws_is_verified_and_a_changed_token_is_not() {
        let Vectors { jwks, tokens } = vectors();
        let names: Vec<&str> = tokens.keys().map(String::as_str).collect();
        assert_eq!(names, ["ES256", "ES384", "ES512", "RS256", "RS384", "RS512"]);
        for (name, token) in &tokens {
            assert_eq!(verify(&jwks, token), Ok(()), "{name}");
            let (signed, signature) = token.rsplit_once('.').unwrap();
            let (header, _) = signed.split_once('.').unwrap();
            let other_claims = BASE64URL_NOPAD.encode(br#"{"sub":"other"}"#);
            for forged in
                [format!("{header}.{other_claims}.{signature}"), format!("{signed}.AAAA"), format!("{signed}.")]
            {
                assert_eq!(verify(&jwks, &forged), Err(Unverified::Signature), "{name}");
            }
        }
    }

    #[test]
    fn a_key_is_used_for_its_own_id_algorithm_and_purpose_only() {
        let Vectors { jwks, tokens } = vectors();
        let changed = |member: &str, value: &str| {
            let mut jwks = jwks.clone();
            for key in jwks["keys"].as_array_mut().unwrap() {
                key[member] = value.into();
            }
            jwks
        };
        for (member, value) in [("kid", "other"), ("alg", "RS384"), ("use", "enc"), ("kty", "oct"), ("kty", "EC")] {
            assert_eq!(verify(&changed(member, value), &tokens["RS256"]), Err(Unverified::NoKey), "{member}");
        }
        for (member, value) in [("n", ""), ("n", "AQAB"), ("n", "!"), ("e", "Ag"), ("e", "")] {
            assert_eq!(verify(&changed(member, value), &tokens["RS256"]), Err(Unverified::Signature), "{member}");
        }
        for (member, value) in [("x", ""), ("x", "AQAB"), ("y", "!")] {
            assert_eq!(verify(&changed(member, value), &tokens["ES256"]), Err(Unverified::Signature), "{member}");
        }
    }

    #[test]
    fn algorithms_that_prove_nothing_are_refused() {
        let Vectors { jwks, tokens } = vectors();
        for algorithm in ["none", "HS256", "PS256", "EdDSA", "rs256", ""] {
            let header = BASE64URL_NOPAD.encode(format!(r#"{{"alg":"{algorithm}"}}"#).as_bytes());
            let (_, rest) = tokens["RS256"].split_once('.').unwrap();
            assert_eq!(verify(&jwks, &format!("{header}.{rest}")), Err(Unverified::Algorithm), "{algorithm}");
        }
    }

    #[test]
    fn what_is_no_key_set_has_no_keys() {
        let token = &vectors().tokens["RS256"];
        for text in ["", "{}", r#"{"keys":{}}"#, r#"{"keys":[1,{"kid":"a"},{"kty":7}]}"#, "[]"] {
            assert_eq!(KeySet::read(text).verify(&Token::read(token).unwrap()), Err(Unverified::NoKey), "{text}");
        }
    }
}
