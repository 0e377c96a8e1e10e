//! The form of the case files.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::saml::Saml;
use crate::token::Jwt;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct File {
    /// The API of the calls that name none.
    #[serde(default)]
    pub(crate) service: Service,
    pub(crate) world: Box<RawValue>,
    #[serde(default)]
    pub(crate) strict: bool,
    pub(crate) calls: Vec<Call>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Call {
    /// What the call shows.
    pub(crate) fact: String,
    pub(crate) service: Option<Service>,
    /// `id secret` of a key, a 12-digit account, or a kept session. Unsigned when absent.
    #[serde(rename = "as")]
    pub(crate) signer: Option<String>,
    /// Sends the token of this kept session in place of the signer's own.
    pub(crate) token_of: Option<String>,
    pub(crate) region: Option<String>,
    #[serde(default)]
    pub(crate) after: i64,
    /// How far the signer's clock is ahead, in seconds.
    #[serde(default)]
    pub(crate) clock_off: i64,
    #[serde(default)]
    pub(crate) send: BTreeMap<String, Sent>,
    pub(crate) raw: Option<Raw>,
    pub(crate) keep: Option<String>,
    /// Texts of the answer for later calls, by the names they are saved under.
    #[serde(default)]
    pub(crate) save: BTreeMap<String, String>,
    pub(crate) answer: Answer,
}

/// The API that is called.
#[derive(Deserialize, Clone, Copy, Default)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Service {
    #[default]
    Sts,
    Iam,
}

impl Service {
    pub(crate) fn signing_name(self) -> &'static str {
        match self {
            Self::Sts => "sts",
            Self::Iam => "iam",
        }
    }

    pub(crate) fn version(self) -> &'static str {
        match self {
            Self::Sts => "2011-06-15",
            Self::Iam => "2010-05-08",
        }
    }
}

/// The value of a parameter.
#[derive(Deserialize)]
#[serde(untagged)]
pub(crate) enum Sent {
    /// As it stands; `repeat 7` for seven characters.
    Text(String),
    /// A signed token.
    Jwt { jwt: Jwt },
    /// A SAML response, in base64.
    Saml { saml: Saml },
    /// A JSON document.
    Document(serde_json::Value),
}

/// A text of an answer.
#[derive(Deserialize, Debug)]
#[serde(untagged)]
pub(crate) enum Told {
    Text(String),
    /// A JSON document, however it is written.
    Document(serde_json::Value),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Raw {
    #[serde(default = "get")]
    pub(crate) method: String,
    #[serde(default = "root")]
    pub(crate) target: String,
    #[serde(default)]
    pub(crate) headers: BTreeMap<String, String>,
    #[serde(default)]
    pub(crate) body: String,
    /// Makes the target: a presigned URL.
    pub(crate) presign: Option<Presign>,
    /// Seconds between signing and sending.
    #[serde(default)]
    pub(crate) delay: i64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Presign {
    #[serde(rename = "as")]
    pub(crate) signer: String,
    pub(crate) query: BTreeMap<String, String>,
    pub(crate) expires: i64,
}

#[derive(Deserialize)]
#[serde(untagged)]
pub(crate) enum Answer {
    Error {
        error: String,
        status: u16,
        message: String,
    },
    Result {
        result: BTreeMap<String, Told>,
        #[serde(default)]
        absent: Vec<String>,
    },
}

fn get() -> String {
    "GET".to_owned()
}

fn root() -> String {
    "/".to_owned()
}
