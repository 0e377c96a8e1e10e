//! What is known about a call besides its texts and policies.

/// Whether a value was sent, as far as anybody knows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Sent {
    /// This value.
    Value(String),
    /// None.
    Nothing,
    /// Nobody says.
    #[default]
    Unknown,
}

impl Sent {
    /// The value, when one was sent and is known.
    #[must_use]
    pub fn value(&self) -> Option<&str> {
        match self {
            Self::Value(value) => Some(value),
            Self::Nothing | Self::Unknown => None,
        }
    }

    /// This, or what `other` says where this says nothing.
    #[must_use]
    pub fn or_else(self, other: impl FnOnce() -> Self) -> Self {
        if self == Self::Unknown { other() } else { self }
    }
}

/// Single facts.
#[derive(Debug, Clone, Default)]
pub struct Facts {
    /// The ExternalId that was sent.
    pub external_id: Sent,
    /// The session name that was sent.
    pub session_name: Sent,
    /// The source identity, sent or inherited.
    pub source_identity: Sent,
    /// Session tags are passed; `None` when nobody says. The text is as it was given.
    pub session_tags: Option<String>,
    /// The claims of the web identity token.
    pub token_claims: Vec<(String, Vec<String>)>,
    /// Condition keys of the call.
    pub keys: Vec<(String, Vec<String>)>,
    /// Condition keys that the call does not have.
    pub absent_keys: Vec<String>,
    /// How long ago the role or its policy was written.
    pub role_age_seconds: Option<u64>,
    /// The role's `MaxSessionDuration`.
    pub max_session_duration: Option<u32>,
    /// The `DurationSeconds` that was asked for.
    pub duration_seconds: Option<u32>,
    /// The caller's credentials come from a role or from `GetSessionToken`.
    pub chained: Option<bool>,
    /// Whether the role exists, where somebody looked.
    pub role_exists: Option<bool>,
    /// Who was meant to call.
    pub intended_caller: Option<String>,
    /// The region of the STS endpoint.
    pub region: Option<String>,
    /// What was said in a member this reader has no place for.
    pub remarks: Vec<(String, String)>,
}

impl Facts {
    /// The values of a condition key that somebody gave.
    #[must_use]
    pub fn key(&self, key: &str) -> Option<&[String]> {
        self.keys.iter().find(|(name, _)| name.eq_ignore_ascii_case(key)).map(|(_, values)| values.as_slice())
    }

    /// The values of a token's claim.
    #[must_use]
    pub fn claim(&self, claim: &str) -> Option<&[String]> {
        self.token_claims.iter().find(|(name, _)| name == claim).map(|(_, values)| values.as_slice())
    }
}
