//! Session tokens: the session itself, sealed. Nothing is kept on the server, so sessions cost no memory and outlive a
//! restart with the same key.

use aes_gcm_siv::aead::{Aead as _, KeyInit as _};
use aes_gcm_siv::{Aes256GcmSiv, Key, Nonce};
use data_encoding::{BASE64, BASE64URL_NOPAD};
use serde::{Deserialize, Serialize};

/// How live tokens begin: `IQoJb3JpZ2luX2Vj` in base64.
const PREFIX: &[u8] = b"!\n\x09origin_ec";
const NONCE_BYTES: usize = 12;
/// What the member takes that holds the filler: `,"z":""`.
const FILLER_MEMBER: usize = 7;
/// What a message begins with, so that a session is no message.
const MESSAGE: &str = "message ";

/// A session: whatever of the past its credentials have to carry along.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(crate) struct Session {
    /// The access key the token belongs to.
    #[serde(rename = "k")]
    pub(crate) access_key_id: String,
    #[serde(rename = "p")]
    pub(crate) principal: SessionPrincipal,
    /// In seconds since the epoch.
    #[serde(rename = "i")]
    pub(crate) issued: i64,
    /// In seconds since the epoch.
    #[serde(rename = "e")]
    pub(crate) expires: i64,
    /// When the user of a GetSessionToken session showed an MFA code, in seconds since the epoch.
    #[serde(rename = "m", default, skip_serializing_if = "Option::is_none")]
    pub(crate) mfa_at: Option<i64>,
    #[serde(rename = "t", default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) tags: Vec<SessionTag>,
    #[serde(rename = "s", default, skip_serializing_if = "Option::is_none")]
    pub(crate) source_identity: Option<String>,
    /// The inline session policy.
    #[serde(rename = "y", default, skip_serializing_if = "Option::is_none")]
    pub(crate) policy: Option<String>,
    #[serde(rename = "a", default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) policy_arns: Vec<String>,
    /// Condition keys that later calls of the session have, beside those that follow from the rest.
    #[serde(rename = "c", default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) carried: Vec<(String, Vec<String>)>,
    /// Nothing, so that the token is larger.
    #[serde(rename = "z", default, skip_serializing_if = "String::is_empty")]
    pub(crate) filler: String,
}

/// Whose session it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum SessionPrincipal {
    /// GetSessionToken by a root user.
    #[serde(rename = "o")]
    Root { partition: String, account: String },
    /// GetSessionToken by a user.
    #[serde(rename = "u")]
    User { id: String },
    /// AssumeRoot, of a member account.
    #[serde(rename = "t")]
    AssumedRoot { partition: String, account: String },
    /// GetFederationToken.
    #[serde(rename = "f")]
    FederatedUser {
        partition: String,
        account: String,
        name: String,
        /// Whose permissions it shares; `None` for those of the root user.
        user: Option<FederatingUser>,
    },
    /// A session of a role; the path is `""` or `a/b`.
    #[serde(rename = "r")]
    Role { partition: String, account: String, path: String, name: String, id: String, session_name: String },
}

impl Default for SessionPrincipal {
    /// Nobody: no account has this name.
    fn default() -> Self {
        Self::Root { partition: String::new(), account: String::new() }
    }
}

/// The user that a federated user has its permissions from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct FederatingUser {
    pub(crate) arn: String,
    pub(crate) id: String,
}

/// A session tag.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct SessionTag {
    #[serde(rename = "k")]
    pub(crate) key: String,
    #[serde(rename = "v")]
    pub(crate) value: String,
    /// Whether the next session of a chain has it too.
    #[serde(rename = "t")]
    pub(crate) transitive: bool,
}

/// What seals tokens and opens them again.
#[derive(Clone)]
pub(crate) struct TokenKey(Aes256GcmSiv);

impl TokenKey {
    pub(crate) fn new(key: &[u8; 32]) -> Self {
        Self(Aes256GcmSiv::new(&Key::<Aes256GcmSiv>::from(*key)))
    }

    /// A token of at least so many bytes for `session`. Equal nonces are harmless: they show that two sessions are equal,
    /// and nothing else.
    pub(crate) fn seal(&self, session: &Session, nonce: [u8; NONCE_BYTES], least: usize) -> String {
        let seal = |session: &Session| {
            let sealed = self.encrypt(&serde_json::to_vec(session).unwrap_or_default(), nonce);
            [PREFIX, &nonce, &sealed].concat()
        };
        let mut bytes = seal(session);
        // Three bytes are four characters.
        let missing = (least.div_ceil(4) * 3).saturating_sub(bytes.len());
        if missing > 0 {
            let filler = "z".repeat(missing.saturating_sub(FILLER_MEMBER).max(1));
            bytes = seal(&Session { filler, ..session.clone() });
        }
        BASE64.encode(&bytes)
    }

    /// The session in a token that this key sealed.
    pub(crate) fn open(&self, token: &str) -> Option<Session> {
        let bytes = BASE64.decode(token.as_bytes()).ok()?;
        let session: Session = serde_json::from_slice(&self.decrypt(bytes.strip_prefix(PREFIX)?)?).ok()?;
        Some(Session { filler: String::new(), ..session })
    }

    /// Encodes a message about an authorization, as AWS does for those who may not read it.
    pub(crate) fn seal_message(&self, message: &str, nonce: [u8; NONCE_BYTES]) -> String {
        let sealed = self.encrypt(format!("{MESSAGE}{message}").as_bytes(), nonce);
        BASE64URL_NOPAD.encode(&[nonce.as_slice(), &sealed].concat())
    }

    /// The message that this key encoded.
    pub(crate) fn open_message(&self, encoded: &str) -> Option<String> {
        let plain = self.decrypt(&BASE64URL_NOPAD.decode(encoded.as_bytes()).ok()?)?;
        String::from_utf8(plain).ok()?.strip_prefix(MESSAGE).map(str::to_owned)
    }

    fn encrypt(&self, plain: &[u8], nonce: [u8; NONCE_BYTES]) -> Vec<u8> {
        #[expect(clippy::expect_used, reason = "sealing fails above 64 GiB only")]
        self.0.encrypt(&Nonce::from(nonce), plain).expect("a small text")
    }

    fn decrypt(&self, bytes: &[u8]) -> Option<Vec<u8>> {
        let (nonce, sealed) = bytes.split_first_chunk::<NONCE_BYTES>()?;
        self.0.decrypt(&Nonce::from(*nonce), sealed).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn session() -> Session {
        Session {
            access_key_id: "ASIARZPUZDIKMUFK7GIT".into(),
            principal: SessionPrincipal::Root { partition: "aws".into(), account: "123456789012".into() },
            issued: 0,
            expires: 900,
            mfa_at: Some(0),
            tags: vec![SessionTag { key: "a".into(), value: "b".into(), transitive: true }],
            source_identity: None,
            ..Session::default()
        }
    }

    #[test]
    fn a_token_is_as_large_as_asked_for() {
        let key = TokenKey::new(&[7; 32]);
        for least in [1, 1000, 1001, 1002, 1003, 4096] {
            let token = key.seal(&session(), [1; 12], least);
            assert!(token.len() >= least && token.len() < least.max(400) + 16, "{least}: {}", token.len());
            assert_eq!(key.open(&token), Some(session()));
        }
    }

    #[test]
    fn messages_and_sessions_are_not_taken_for_each_other() {
        let key = TokenKey::new(&[7; 32]);
        let message = key.seal_message("{}", [1; 12]);
        assert_eq!(key.open_message(&message).as_deref(), Some("{}"));
        assert_eq!(TokenKey::new(&[8; 32]).open_message(&message), None);
        let token = BASE64.decode(key.seal(&session(), [1; 12], 0).as_bytes()).unwrap();
        assert_eq!(key.open_message(&BASE64URL_NOPAD.encode(&token[PREFIX.len()..])), None);
        assert_eq!(key.open_message(""), None);
    }

    #[test]
    fn a_token_holds_its_session_for_its_own_key_only() {
        let key = TokenKey::new(&[7; 32]);
        let token = key.seal(&session(), [1; 12], 0);
        assert!(token.starts_with("IQoJb3JpZ2luX2Vj"));
        assert_eq!(key.open(&token), Some(session()));
        assert_eq!(TokenKey::new(&[8; 32]).open(&token), None);
    }

    #[test]
    fn a_changed_token_is_no_token() {
        let key = TokenKey::new(&[7; 32]);
        let token = key.seal(&session(), [1; 12], 0);
        for at in 0..token.len() {
            let mut changed = token.clone().into_bytes();
            changed[at] = if changed[at] == b'A' { b'B' } else { b'A' };
            assert_eq!(key.open(std::str::from_utf8(&changed).unwrap()), None, "{at}");
        }
        assert_eq!(key.open(""), None);
    }
}
