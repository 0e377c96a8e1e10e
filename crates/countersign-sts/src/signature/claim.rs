//! The parts of a signature, as the `Authorization` header or the query string of a presigned URL has them.

use std::borrow::Cow;

use countersign_policy::condition::date::Moment;

use super::time;
use crate::Request;
use crate::protocol::{ApiError, ErrorCode, decode_pairs};

const ALGORITHM: &str = "AWS4-HMAC-SHA256";
const LONGEST_EXPIRY_SECONDS: i64 = 604_800;

/// What a request says about its signature.
#[derive(Debug)]
pub(super) struct Claim {
    pub(super) form: Form,
    pub(super) access_key_id: String,
    pub(super) date: String,
    pub(super) region: String,
    pub(super) service: String,
    terminator: String,
    /// Lower case, in the order given.
    pub(super) signed_headers: Vec<String>,
    pub(super) signature: String,
    pub(super) timestamp: String,
    pub(super) signed_at: Moment,
    pub(super) session_token: Option<String>,
}

/// Where the signature stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// In the `Authorization` header.
    Header,
    /// In the query string of a presigned URL.
    Presigned { expires_seconds: i64 },
}

/// The parts as found, each of which may be missing.
#[derive(Default)]
struct Parts {
    credential: Option<String>,
    signed_headers: Option<String>,
    signature: Option<String>,
    timestamp: Option<String>,
}

impl Claim {
    pub(super) fn read(request: &Request<'_>) -> Result<Self, ApiError> {
        let owned = |name: &str| request.header(name).map(Cow::into_owned);
        if let Some(header) = request.header("authorization") {
            return Self::from_header(&header, owned("x-amz-date"), owned("x-amz-security-token"));
        }
        let query = decode_pairs(request.query())?;
        let from_query = |name: &str| query.iter().find(|(key, _)| key == name).map(|(_, value)| value.clone());
        let Some(algorithm) = from_query("X-Amz-Algorithm") else {
            return Err(ApiError::new(
                ErrorCode::MissingAuthenticationToken,
                "Request is missing Authentication Token",
            ));
        };
        if algorithm != ALGORITHM {
            return Err(incomplete(format!("AWS query-string parameters must include 'X-Amz-Algorithm' {ALGORITHM}.")));
        }
        let parts = Parts {
            credential: from_query("X-Amz-Credential"),
            signed_headers: from_query("X-Amz-SignedHeaders"),
            signature: from_query("X-Amz-Signature"),
            timestamp: from_query("X-Amz-Date"),
        };
        let missing = |name: &str| format!("AWS query-string parameters must include '{name}'.");
        let names = ["X-Amz-Credential", "X-Amz-Signature", "X-Amz-SignedHeaders", "X-Amz-Date"];
        let expires: Option<i64> = from_query("X-Amz-Expires").and_then(|seconds| seconds.parse().ok());
        let Some(expires_seconds) = expires.filter(|seconds| (1..=LONGEST_EXPIRY_SECONDS).contains(seconds)) else {
            return Err(incomplete(format!(
                "X-Amz-Expires must be a number of seconds from 1 to {LONGEST_EXPIRY_SECONDS}."
            )));
        };
        let token = from_query("X-Amz-Security-Token");
        Self::from_parts(Form::Presigned { expires_seconds }, parts, token, &names.map(missing))
    }

    fn from_header(header: &str, date: Option<String>, token: Option<String>) -> Result<Self, ApiError> {
        let (algorithm, rest) = header.trim().split_once(' ').unwrap_or((header.trim(), ""));
        if algorithm != ALGORITHM {
            return Err(incomplete(format!("Authorization header requires the algorithm {ALGORITHM}.")));
        }
        let mut parts = Parts { timestamp: date, ..Parts::default() };
        for part in rest.split(',').map(str::trim) {
            let slot = match part.split_once('=') {
                Some(("Credential", value)) => (&mut parts.credential, value),
                Some(("SignedHeaders", value)) => (&mut parts.signed_headers, value),
                Some(("Signature", value)) => (&mut parts.signature, value),
                Some(_) | None => continue,
            };
            if slot.0.replace(slot.1.to_owned()).is_some() {
                return Err(incomplete("Authorization header has a parameter twice.".to_owned()));
            }
        }
        let missing = |name: &str| format!("Authorization header requires '{name}' parameter.");
        let [credential, signature, headers] = ["Credential", "Signature", "SignedHeaders"].map(missing);
        let date = "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header.".to_owned();
        Self::from_parts(Form::Header, parts, token, &[credential, signature, headers, date])
    }

    /// `missing` says what to tell when the credential, signature, signed headers or time are not there.
    fn from_parts(form: Form, parts: Parts, token: Option<String>, missing: &[String; 4]) -> Result<Self, ApiError> {
        let Parts { credential, signed_headers, signature, timestamp } = parts;
        let given = [&credential, &signature, &signed_headers, &timestamp];
        let absent: Vec<&str> =
            given.iter().zip(missing).filter(|(part, _)| part.is_none()).map(|(_, text)| text.as_str()).collect();
        let (Some(credential), Some(signed_headers), Some(signature), Some(timestamp)) =
            (credential, signed_headers, signature, timestamp)
        else {
            return Err(incomplete(absent.join(" ")));
        };
        // An access key id holds no slash, and neither does what follows it.
        let scope: Vec<&str> = credential.split('/').collect();
        let [access_key_id, date, region, service, terminator] = scope.as_slice() else {
            return Err(incomplete(format!(
                "Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got '{credential}'"
            )));
        };
        let Some(signed_at) = time::parse(&timestamp) else {
            return Err(incomplete(format!(
                "Date must be in ISO-8601 'basic format'. Got '{timestamp}'. See http://en.wikipedia.org/wiki/ISO_8601"
            )));
        };
        let signed_headers: Vec<String> = signed_headers.split(';').map(str::to_ascii_lowercase).collect();
        if !signed_headers.iter().any(|name| name == "host") {
            let text = "'Host' must be a 'SignedHeader' in the AWS Authorization.";
            return Err(ApiError::new(ErrorCode::SignatureDoesNotMatch, text));
        }
        Ok(Self {
            form,
            access_key_id: (*access_key_id).to_owned(),
            date: (*date).to_owned(),
            region: (*region).to_owned(),
            service: (*service).to_owned(),
            terminator: (*terminator).to_owned(),
            signed_headers,
            signature,
            timestamp,
            signed_at,
            session_token: token,
        })
    }

    /// Every fault of the scope in one message.
    pub(super) fn check_scope(&self, service: &str) -> Result<(), ApiError> {
        let mut faults = String::new();
        if self.region.is_empty() {
            faults += "Credential should be scoped to a valid region, not ''. ";
        }
        if self.service != service {
            faults += &format!("Credential should be scoped to correct service: '{service}'. ");
        }
        if self.terminator != "aws4_request" {
            let terminator = &self.terminator;
            faults +=
                &format!("Credential should be scoped with a valid terminator: 'aws4_request', not '{terminator}'. ");
        }
        let day = self.timestamp.get(..8).unwrap_or_default();
        if self.date != day {
            let (date, timestamp) = (&self.date, &self.timestamp);
            faults += &format!(
                "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '{date}' != '{day}', from '{timestamp}'. "
            );
        }
        if faults.is_empty() { Ok(()) } else { Err(ApiError::new(ErrorCode::SignatureDoesNotMatch, faults)) }
    }

    pub(super) fn scope(&self) -> String {
        format!("{}/{}/{}/{}", self.date, self.region, self.service, self.terminator)
    }

    pub(super) fn signs(&self, header: &str) -> bool {
        self.signed_headers.iter().any(|name| name == header)
    }
}

fn incomplete(message: String) -> ApiError {
    ApiError::new(ErrorCode::IncompleteSignature, message)
}
