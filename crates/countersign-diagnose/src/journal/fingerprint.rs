//! The fingerprint of a problem: the same for everybody who has the problem, and made of nothing that names one of them.

use std::fmt;
use std::str::FromStr;

use serde::{Serialize, Serializer};
use sha2::{Digest as _, Sha256};

use super::structure::Structure;
use crate::cause::Status;
use crate::diagnosis::Diagnosed;
use crate::situation::Situation;
use countersign_policy::evaluate::Decision;

/// The way fingerprints are made now. Another way gets the next number, so that the two are never taken for each other.
pub const FINGERPRINT_VERSION: u16 = 1;

/// Bytes of the hash that are kept: among a million problems two share a fingerprint with a chance of 1 in 500.
const KEPT: usize = 6;
/// The most digits that a later version may keep.
const MOST_DIGITS: usize = 64;

/// A problem's fingerprint: `1-3f2a1b9c04d7`, the version and a hash.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fingerprint(String);

/// The text is no fingerprint.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a fingerprint is a number, a hyphen and at least {} hexadecimal digits", 2 * KEPT)]
pub struct FingerprintError;

impl Fingerprint {
    /// The fingerprint of a problem with these causes, and what was given decides about the call as it is.
    ///
    /// Of the causes only those that are proved count: what merely fits is ranked by this version's lights, and the next
    /// version shall find what this one learnt.
    pub(crate) fn of(situation: &Situation<'_>, causes: &[Diagnosed], before: Option<Decision>) -> Self {
        let proved = causes.iter().filter(|cause| cause.status == Status::Proved).map(|cause| cause.id);
        Self::hash(&Structure::of(situation, proved, before))
    }

    fn hash(structure: &Structure) -> Self {
        let mut hash = Sha256::new();
        hash.update(format!("countersign.fingerprint/{FINGERPRINT_VERSION}\n"));
        for line in structure.lines() {
            hash.update(line);
            hash.update("\n");
        }
        Self(format!("{FINGERPRINT_VERSION}-{}", hex(&hash.finalize(), KEPT)))
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The first bytes in hexadecimal digits.
pub(super) fn hex(bytes: &[u8], kept: usize) -> String {
    bytes.iter().take(kept).map(|byte| format!("{byte:02x}")).collect()
}

impl FromStr for Fingerprint {
    type Err = FingerprintError;

    fn from_str(text: &str) -> Result<Self, FingerprintError> {
        let (version, digits) = text.split_once('-').ok_or(FingerprintError)?;
        let is_number = (1..=3).contains(&version.len())
            && version.bytes().all(|b| b.is_ascii_digit())
            && !version.starts_with('0');
        let is_hash = (2 * KEPT..=MOST_DIGITS).contains(&digits.len())
            && digits.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
        if is_number && is_hash { Ok(Self(text.to_owned())) } else { Err(FingerprintError) }
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Serialize for Fingerprint {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fingerprint_is_a_version_and_a_hash_and_nothing_else() {
        for good in ["1-3f2a1b9c04d7", "12-000000000000abcd"] {
            assert_eq!(good.parse::<Fingerprint>().unwrap().to_string(), good);
        }
        for bad in [
            "",
            "1-",
            "3f2a1b9c04d7",
            "0-3f2a1b9c04d7",
            "1-3f2a1b9c04d",
            "1-3F2A1B9C04D7",
            "1-3f2a1b9c04d7 ",
            "1-111122223333\u{1b}",
        ] {
            assert!(bad.parse::<Fingerprint>().is_err(), "{bad}");
        }
    }
}
