//! Signs web identity tokens with the keys of `keys.json`, so that their times follow the clock of the calls.

use std::collections::BTreeMap;

use data_encoding::BASE64URL_NOPAD;
use p256::ecdsa::signature::{SignatureEncoding as _, Signer as _};
use rsa::pkcs1v15::SigningKey;
use rsa::{BoxedUint, RsaPrivateKey};
use serde::Deserialize;
use serde_json::{Map, Value};
use sha2::{Sha256, Sha384, Sha512};

/// A token to sign.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Jwt {
    /// The id of the key that signs.
    key: String,
    alg: String,
    /// The id in the header, when it is another than the key's; `""` for none.
    kid: Option<String>,
    /// Numbers of `exp`, `nbf` and `iat` are seconds from the call's time.
    claims: Map<String, Value>,
}

#[derive(Deserialize)]
struct Keys {
    keys: Vec<BTreeMap<String, String>>,
}

impl Jwt {
    pub(crate) fn sign(&self, now: i64) -> String {
        let mut claims = self.claims.clone();
        for time in ["exp", "nbf", "iat"] {
            if let Some(seconds) = claims.get(time).and_then(Value::as_i64) {
                claims.insert(time.to_owned(), (now + seconds).into());
            }
        }
        let kid = self.kid.as_ref().unwrap_or(&self.key);
        let kid = if kid.is_empty() { String::new() } else { format!(r#","kid":"{kid}""#) };
        let header = format!(r#"{{"alg":"{}"{kid}}}"#, self.alg);
        let signed = format!("{}.{}", encode(header.as_bytes()), encode(Value::Object(claims).to_string().as_bytes()));
        let signature = sign(&self.key, &self.alg, signed.as_bytes());
        format!("{signed}.{}", encode(&signature))
    }
}

fn sign(kid: &str, alg: &str, message: &[u8]) -> Vec<u8> {
    let keys: Keys = serde_json::from_str(include_str!("keys.json")).unwrap();
    let key = keys.keys.into_iter().find(|key| key["kid"] == kid).unwrap_or_else(|| panic!("no key {kid}"));
    let bytes = |member: &str| BASE64URL_NOPAD.decode(key[member].as_bytes()).unwrap();
    let rsa = || {
        let number = |member: &str| BoxedUint::from_be_slice_vartime(&bytes(member));
        RsaPrivateKey::from_components(number("n"), number("e"), number("d"), vec![number("p"), number("q")]).unwrap()
    };
    match alg {
        "RS256" => SigningKey::<Sha256>::new(rsa()).sign(message).to_vec(),
        "RS384" => SigningKey::<Sha384>::new(rsa()).sign(message).to_vec(),
        "RS512" => SigningKey::<Sha512>::new(rsa()).sign(message).to_vec(),
        "ES256" => {
            let signature: p256::ecdsa::Signature =
                p256::ecdsa::SigningKey::from_slice(&bytes("d")).unwrap().sign(message);
            signature.to_vec()
        }
        "ES384" => {
            let signature: p384::ecdsa::Signature =
                p384::ecdsa::SigningKey::from_slice(&bytes("d")).unwrap().sign(message);
            signature.to_vec()
        }
        // Algorithms that prove nothing have something in the place of a signature.
        _ => b"none".to_vec(),
    }
}

fn encode(bytes: &[u8]) -> String {
    BASE64URL_NOPAD.encode(bytes)
}
