//! How bad something is, in AWS Security Hub's words. What each of them stands for is said by who rates: an audit, a diagnosis.

use std::fmt;

use serde::Serialize;

/// How bad it is, from the least to the worst.
///
/// [Security Hub's labels](https://docs.aws.amazon.com/securityhub/1.0/APIReference/API_Severity.html).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Worth knowing, and no more.
    Informational,
    /// Does not endanger the account by itself.
    Low,
    /// Should be mended.
    Medium,
    /// Lets somebody in who should not be.
    High,
    /// Lets anybody in.
    Critical,
}

impl Severity {
    /// Every severity and the word for it.
    pub const WORDS: &[(&str, Self)] = &[
        ("informational", Self::Informational),
        ("low", Self::Low),
        ("medium", Self::Medium),
        ("high", Self::High),
        ("critical", Self::Critical),
    ];
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let word = Self::WORDS.iter().find(|(_, severity)| severity == self);
        f.write_str(word.map_or("", |(word, _)| word))
    }
}
