//! A JWT taken apart (RFC 7515, RFC 7519). Nothing of it is true before its signature is verified.

use data_encoding::BASE64URL_NOPAD;
use serde::Deserialize;
use serde_json::{Map, Value};

/// A signed JWT.
pub(crate) struct Token<'t> {
    pub(crate) header: Header,
    pub(crate) claims: Map<String, Value>,
    /// What is signed.
    pub(crate) signed: &'t str,
    pub(crate) signature: Vec<u8>,
}

/// The members of a token's header that matter here.
#[derive(Debug, Deserialize)]
pub(crate) struct Header {
    pub(crate) alg: String,
    #[serde(default)]
    pub(crate) kid: Option<String>,
    /// Extensions that a reader must know. None are known here.
    #[serde(default)]
    crit: Option<Value>,
}

impl<'t> Token<'t> {
    /// Takes a token apart; `None` when it is not three parts of base64 with objects in the first two.
    pub(crate) fn read(text: &'t str) -> Option<Self> {
        let (signed, signature) = text.rsplit_once('.')?;
        let (header, claims) = signed.split_once('.')?;
        let decode = |part: &str| BASE64URL_NOPAD.decode(part.as_bytes()).ok();
        let header: Header = serde_json::from_slice(&decode(header)?).ok()?;
        let claims = serde_json::from_slice(&decode(claims)?).ok()?;
        let signature = decode(signature)?;
        header.crit.is_none().then_some(Self { header, claims, signed, signature })
    }

    /// A claim that is a text.
    pub(crate) fn text(&self, claim: &str) -> Option<&str> {
        self.claims.get(claim)?.as_str()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token(header: &str, claims: &str) -> String {
        let encode = |text: &str| BASE64URL_NOPAD.encode(text.as_bytes());
        format!("{}.{}.{}", encode(header), encode(claims), encode("signature"))
    }

    #[test]
    fn a_token_is_three_parts() {
        let text = token(r#"{"alg":"RS256","kid":"k","typ":"JWT"}"#, r#"{"iss":"https://idp.example","n":1}"#);
        let token = Token::read(&text).unwrap();
        assert_eq!((token.header.alg.as_str(), token.header.kid.as_deref()), ("RS256", Some("k")));
        assert_eq!((token.text("iss"), token.text("n"), token.text("sub")), (Some("https://idp.example"), None, None));
        assert!(text.starts_with(token.signed) && token.signature == b"signature");
    }

    #[test]
    fn other_texts_are_no_tokens() {
        let good = token(r#"{"alg":"RS256"}"#, "{}");
        assert!(Token::read(&good).is_some());
        let broken = [
            String::new(),
            "..".into(),
            "a.b".into(),
            format!("{good}."),
            format!("{good}="),
            good.replace('.', ""),
            token("{}", "{}"),
            token(r#"{"alg":1}"#, "{}"),
            token(r#"{"alg":"RS256"}"#, "[]"),
            token(r#"{"alg":"RS256"}"#, "{"),
            token(r#"{"alg":"RS256","crit":["b64"]}"#, "{}"),
        ];
        for text in broken {
            assert!(Token::read(&text).is_none(), "{text}");
        }
    }
}
