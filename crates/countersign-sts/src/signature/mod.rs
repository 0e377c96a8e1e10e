//! Who signed a request: Signature Version 4 in its header and its presigned form, and session tokens.
//!
//! The texts are AWS's. Any region is accepted, because clients sign for their own region whatever endpoint they are
//! pointed at; service, date, terminator, clock and signature are checked as AWS checks them.

mod canonical;
mod claim;
mod session_token;
mod time;

use countersign_policy::condition::date::Moment;
use data_encoding::HEXLOWER;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::{Digest as _, Sha256};

pub(crate) use self::session_token::{FederatingUser, Session, SessionPrincipal, SessionTag, TokenKey};

use self::canonical::Rules;
use self::claim::{Claim, Form};
use crate::Request;
use crate::protocol::{ApiError, ErrorCode};

/// How far a clock may be off.
const SKEW_MINUTES: i64 = 15;

const MISMATCH: &str = "The request signature we calculated does not match the signature you provided. Check your AWS \
                        Secret Access Key and signing method. Consult the service documentation for details.";

/// What a request says of its signer, before the signature is checked.
pub(crate) struct Signed<'r> {
    request: &'r Request<'r>,
    claim: Claim,
}

impl<'r> Signed<'r> {
    /// Reads the signature's parts, and checks all that needs no secret: scope, date and clock.
    pub(crate) fn read(request: &'r Request<'r>, service: &str, now: Moment) -> Result<Self, ApiError> {
        let claim = Claim::read(request)?;
        claim.check_scope(service)?;
        check_clock(&claim, now)?;
        Ok(Self { request, claim })
    }

    pub(crate) fn access_key_id(&self) -> &str {
        &self.claim.access_key_id
    }

    pub(crate) fn region(&self) -> &str {
        &self.claim.region
    }

    pub(crate) fn session_token(&self) -> Option<&str> {
        self.claim.session_token.as_deref()
    }

    /// Checks the signature, in constant time, against the secret of the access key.
    pub(crate) fn verify(&self, secret: &str) -> Result<(), ApiError> {
        self.verify_by(secret, Rules::default())
    }

    fn verify_by(&self, secret: &str, rules: Rules) -> Result<(), ApiError> {
        let mismatch = || ApiError::new(ErrorCode::SignatureDoesNotMatch, MISMATCH);
        let body_hash = HEXLOWER.encode(&Sha256::digest(self.request.body));
        let sent_hash = self.request.header("x-amz-content-sha256");
        if self.claim.signs("x-amz-content-sha256") && sent_hash.as_deref() != Some(&body_hash) {
            return Err(mismatch());
        }
        let canonical = canonical::request(self.request, &self.claim, &body_hash, rules)?;
        let to_sign = format!(
            "AWS4-HMAC-SHA256\n{}\n{}\n{}",
            self.claim.timestamp,
            self.claim.scope(),
            HEXLOWER.encode(&Sha256::digest(canonical))
        );
        let scope = [self.claim.date.as_str(), &self.claim.region, &self.claim.service, "aws4_request"];
        let [date, rest @ ..] = scope;
        let first = keyed(format!("AWS4{secret}").as_bytes(), date).finalize().into_bytes();
        let key = rest.iter().fold(first, |key, part| keyed(&key, part).finalize().into_bytes());
        let signature = HEXLOWER.decode(self.claim.signature.as_bytes()).map_err(|_| mismatch())?;
        keyed(&key, &to_sign).verify_slice(&signature).map_err(|_| mismatch())
    }
}

/// The region that a request says it is signed for, or the first that AWS had: nothing is checked.
pub(crate) fn region<'r>(request: &'r Request<'_>) -> &'r str {
    scope_part(request, 2).unwrap_or("us-east-1")
}

/// The service that a request says it is signed for: nothing is checked.
pub(crate) fn service<'r>(request: &'r Request<'_>) -> Option<&'r str> {
    scope_part(request, 3)
}

/// A part of the credential: the key's id is 0, then come date, region and service.
fn scope_part<'r>(request: &'r Request<'_>, part: usize) -> Option<&'r str> {
    let header = request.headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("authorization"));
    let header = header.and_then(|(_, value)| std::str::from_utf8(value).ok());
    let scope = match header {
        Some(header) => {
            header.split_once("Credential=").map(|(_, rest)| rest.split('/')).and_then(|mut parts| parts.nth(part))
        }
        None => {
            let credential = request.query().split_once("X-Amz-Credential=").map(|(_, rest)| rest);
            credential.and_then(|rest| rest.split('&').next()).and_then(|scope| scope.split("%2F").nth(part))
        }
    };
    scope.filter(|part| !part.is_empty())
}

/// An HMAC-SHA256 that has read `message`.
pub(crate) fn keyed(key: &[u8], message: &str) -> Hmac<Sha256> {
    #[expect(clippy::expect_used, reason = "HMAC takes keys of every length")]
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("a key of any length");
    mac.update(message.as_bytes());
    mac
}

fn check_clock(claim: &Claim, now: Moment) -> Result<(), ApiError> {
    let late_minutes = match claim.form {
        Form::Header => SKEW_MINUTES,
        Form::Presigned { expires_seconds } => expires_seconds.div_euclid(60),
    };
    let late_seconds = match claim.form {
        Form::Header => SKEW_MINUTES * 60,
        Form::Presigned { expires_seconds } => expires_seconds,
    };
    let shown = time::stamp;
    let (earliest, latest) = (now.plus_seconds(-late_seconds), now.plus_seconds(SKEW_MINUTES * 60));
    let refused = |text: String| Err(ApiError::new(ErrorCode::SignatureDoesNotMatch, text));
    if claim.signed_at < earliest {
        let (signed, earliest, now) = (&claim.timestamp, shown(earliest), shown(now));
        return refused(format!(
            "Signature expired: {signed} is now earlier than {earliest} ({now} - {late_minutes} min.)"
        ));
    }
    if claim.signed_at > latest {
        let (signed, latest, now) = (&claim.timestamp, shown(latest), shown(now));
        return refused(format!(
            "Signature not yet current: {signed} is still later than {latest} ({now} + {SKEW_MINUTES} min.)"
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests;
#[cfg(test)]
mod vectors;
