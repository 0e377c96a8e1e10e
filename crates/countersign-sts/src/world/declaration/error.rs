//! What can be wrong with a declaration.

use countersign_policy::account::{AccountId, AccountIdError};
use countersign_policy::document::LineIndex;

/// Why a declared world cannot be.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DeclarationError {
    /// The text is not JSON of the form.
    #[error("the world cannot be read: {0}")]
    Json(#[from] serde_json::Error),
    /// The text is not TOML of the form.
    #[error("the world cannot be read: {message} at line {line} column {column}")]
    Toml {
        /// What is wrong.
        message: String,
        /// Counted from 1.
        line: usize,
        /// In characters, counted from 1.
        column: usize,
    },
    /// A key of `accounts` is not an account id.
    #[error(transparent)]
    Account(#[from] AccountIdError),
    /// IAM would refuse a policy.
    #[error("{place}: {problem}")]
    Policy {
        /// Whose policy it is.
        place: String,
        /// What is wrong with it.
        problem: String,
    },
    /// A managed policy stands under an ARN that cannot be its own.
    #[error("`{arn}` is not the ARN of a policy of account `{account}` or of AWS")]
    PolicyArn {
        /// What was declared.
        arn: String,
        /// The account it was declared in.
        account: AccountId,
    },
    /// A path is not `/` or `/…/`.
    #[error("{place}: the path `{path}` does not begin and end with `/`")]
    Path {
        /// Whose path it is.
        place: String,
        /// The path.
        path: String,
    },
    /// The seed of an MFA device is not base32.
    #[error("{place}: the seed of the MFA device `{serial_number}` is not base32")]
    Seed {
        /// The user.
        place: String,
        /// The device.
        serial_number: String,
    },
    /// `max-session-duration` is out of bounds.
    #[error("{place}: max-session-duration `{seconds}` is not from 3600 to 43200")]
    Duration {
        /// The role.
        place: String,
        /// What was declared.
        seconds: u32,
    },
}

impl DeclarationError {
    pub(super) fn toml(error: &toml::de::Error, text: &str) -> Self {
        let start = error.span().map_or(0, |span| span.start);
        let position = LineIndex::new(text).position(text, u32::try_from(start).unwrap_or(u32::MAX));
        Self::Toml { message: error.message().to_owned(), line: position.line, column: position.column }
    }
}
