//! What a diagnosis prints so that its outcome can be recorded later: the problem, the cause and the repair, in one word.

use std::fmt;
use std::str::FromStr;

use super::fingerprint::Fingerprint;
use crate::cause::{self, Cause};
use crate::repair::FixKind;

/// `1-3f2a1b9c04d7/external-id-missing/send-external-id`. The last part may be left out.
#[derive(Debug, Clone)]
pub struct Reference {
    /// The problem.
    pub fingerprint: Fingerprint,
    /// The cause.
    pub cause: &'static Cause,
    /// What is changed.
    pub fix: Option<FixKind>,
}

/// The text is no reference.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ReferenceError {
    /// The form is another.
    #[error("not FINGERPRINT/CAUSE, as `countersign diagnose` prints it: 1-3f2a1b9c04d7/external-id-missing")]
    Form,
    /// No cause of that name.
    #[error("no cause of this version stands behind the fingerprint")]
    Cause,
    /// No repair of that name.
    #[error("no kind of repair of this version stands behind the cause")]
    Fix,
}

impl FromStr for Reference {
    type Err = ReferenceError;

    fn from_str(text: &str) -> Result<Self, ReferenceError> {
        let mut parts = text.split('/');
        let fingerprint = parts.next().and_then(|part| part.parse().ok()).ok_or(ReferenceError::Form)?;
        let cause = cause::find(parts.next().ok_or(ReferenceError::Form)?).ok_or(ReferenceError::Cause)?;
        let fix = parts.next().map(|name| FixKind::find(name).ok_or(ReferenceError::Fix)).transpose()?;
        if parts.next().is_some() {
            return Err(ReferenceError::Form);
        }
        Ok(Self { fingerprint, cause, fix })
    }
}

impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.fingerprint, self.cause.id)?;
        match self.fix {
            Some(fix) => write!(f, "/{}", fix.name()),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reference_is_read_as_it_is_printed() {
        for text in ["1-3f2a1b9c04d7/external-id-missing/send-external-id", "1-3f2a1b9c04d7/mfa-missing"] {
            assert_eq!(text.parse::<Reference>().unwrap().to_string(), text);
        }
    }

    #[test]
    fn what_is_none_is_refused() {
        for (text, error) in [
            ("external-id-missing", ReferenceError::Form),
            ("1-3f2a1b9c04d7", ReferenceError::Form),
            ("1-3f2a1b9c04d7/sunspots", ReferenceError::Cause),
            ("1-3f2a1b9c04d7/mfa-missing/wait", ReferenceError::Fix),
            ("1-3f2a1b9c04d7/mfa-missing/by-hand/x", ReferenceError::Form),
        ] {
            assert_eq!(text.parse::<Reference>().unwrap_err(), error, "{text}");
        }
    }
}
