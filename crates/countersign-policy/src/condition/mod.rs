//! Condition operators: their names, and one file per family for what they compare.
//!
//! The skeleton around a comparison (absent keys, `IfExists`, set operators, negation) is in
//! [`crate::evaluate`]; here is only "does this one value match that one".

pub mod arn;
pub mod binary;
pub mod boolean;
pub mod date;
pub mod ip_address;
pub mod numeric;
pub mod string;
pub mod variable;

use std::cmp::Ordering;
use std::fmt;

/// What an operator compares, without negation, `IfExists` or set prefix.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Comparison {
    /// `StringEquals`
    StringEquals,
    /// `StringEqualsIgnoreCase`
    StringEqualsIgnoreCase,
    /// `StringLike`
    StringLike,
    /// `ArnEquals` and `ArnLike`, which behave alike.
    Arn,
    /// `Numeric…`: the value compared with the policy's number is in this relation.
    Numeric(Relation),
    /// `Date…`
    Date(Relation),
    /// `Bool`
    Bool,
    /// `BinaryEquals`
    Binary,
    /// `IpAddress`
    IpAddress,
    /// `Null`
    Null,
}

/// The order relations of numeric and date operators.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Relation {
    /// `…Equals`
    Equals,
    /// `…LessThan`
    LessThan,
    /// `…LessThanEquals`
    LessThanEquals,
    /// `…GreaterThan`
    GreaterThan,
    /// `…GreaterThanEquals`
    GreaterThanEquals,
}

impl Relation {
    /// Whether `sent` stands in this relation to what the policy requires.
    #[must_use]
    pub fn holds(self, sent_to_required: Ordering) -> bool {
        match self {
            Self::Equals => sent_to_required.is_eq(),
            Self::LessThan => sent_to_required.is_lt(),
            Self::LessThanEquals => sent_to_required.is_le(),
            Self::GreaterThan => sent_to_required.is_gt(),
            Self::GreaterThanEquals => sent_to_required.is_ge(),
        }
    }
}

/// Whether the operator asks for a match or for its absence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Sense {
    /// True if any required value matches.
    Positive,
    /// True if no required value matches (NOR, rule K8), and on an absent key (rule K1).
    Negated,
}

/// The set operators.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SetOperator {
    /// `ForAllValues:` – true on an absent key (rule K5).
    ForAllValues,
    /// `ForAnyValue:` – false on an absent key (rule K6).
    ForAnyValue,
}

/// A condition operator, taken apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ConditionOperator {
    /// What is compared.
    pub comparison: Comparison,
    /// Plain or negated.
    pub sense: Sense,
    /// Ends in `IfExists` (rule K2).
    pub if_exists: bool,
    /// Starts with a set operator.
    pub set: Option<SetOperator>,
}

/// Base names, in AWS's spelling.
const BASES: [(&str, Comparison, Sense); 27] = {
    use Comparison::{
        Arn, Binary, Bool, Date, IpAddress, Null, Numeric, StringEquals, StringEqualsIgnoreCase, StringLike,
    };
    use Relation::{Equals, GreaterThan, GreaterThanEquals, LessThan, LessThanEquals};
    use Sense::{Negated, Positive};
    [
        ("StringEquals", StringEquals, Positive),
        ("StringNotEquals", StringEquals, Negated),
        ("StringEqualsIgnoreCase", StringEqualsIgnoreCase, Positive),
        ("StringNotEqualsIgnoreCase", StringEqualsIgnoreCase, Negated),
        ("StringLike", StringLike, Positive),
        ("StringNotLike", StringLike, Negated),
        ("ArnEquals", Arn, Positive),
        ("ArnNotEquals", Arn, Negated),
        ("ArnLike", Arn, Positive),
        ("ArnNotLike", Arn, Negated),
        ("NumericEquals", Numeric(Equals), Positive),
        ("NumericNotEquals", Numeric(Equals), Negated),
        ("NumericLessThan", Numeric(LessThan), Positive),
        ("NumericLessThanEquals", Numeric(LessThanEquals), Positive),
        ("NumericGreaterThan", Numeric(GreaterThan), Positive),
        ("NumericGreaterThanEquals", Numeric(GreaterThanEquals), Positive),
        ("DateEquals", Date(Equals), Positive),
        ("DateNotEquals", Date(Equals), Negated),
        ("DateLessThan", Date(LessThan), Positive),
        ("DateLessThanEquals", Date(LessThanEquals), Positive),
        ("DateGreaterThan", Date(GreaterThan), Positive),
        ("DateGreaterThanEquals", Date(GreaterThanEquals), Positive),
        ("Bool", Bool, Positive),
        ("BinaryEquals", Binary, Positive),
        ("IpAddress", IpAddress, Positive),
        ("NotIpAddress", IpAddress, Negated),
        ("Null", Null, Positive),
    ]
};

/// Why a name is not an operator.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum OperatorError {
    /// No such operator; [`ConditionOperator::nearest`] may know what was meant.
    #[error("unknown condition operator `{name}`")]
    Unknown {
        /// As spelled.
        name: String,
    },
    /// `Null` takes no `IfExists` (AWS: Null with if exists).
    #[error("`Null` cannot take `IfExists`")]
    NullIfExists,
}

impl ConditionOperator {
    /// Parses an operator by its exact spelling (rule C4).
    ///
    /// # Errors
    /// [`OperatorError`] when there is no such operator.
    pub fn parse(name: &str) -> Result<Self, OperatorError> {
        let (set, rest) = match name.split_once(':') {
            Some(("ForAllValues", rest)) => (Some(SetOperator::ForAllValues), rest),
            Some(("ForAnyValue", rest)) => (Some(SetOperator::ForAnyValue), rest),
            _ => (None, name),
        };
        let (base, if_exists) = match rest.strip_suffix("IfExists") {
            Some(base) => (base, true),
            None => (rest, false),
        };
        match BASES.iter().find(|(spelling, ..)| *spelling == base) {
            Some((_, Comparison::Null, _)) if if_exists => Err(OperatorError::NullIfExists),
            Some((_, comparison, sense)) => Ok(Self { comparison: *comparison, sense: *sense, if_exists, set }),
            None => Err(OperatorError::Unknown { name: name.to_owned() }),
        }
    }

    /// Neither a set operator nor `IfExists`.
    #[must_use]
    pub fn is_plain(&self) -> bool {
        self.set.is_none() && !self.if_exists
    }

    /// The operator a name stands for if letter case does not count.
    #[must_use]
    pub fn parse_folded(name: &str) -> Option<Self> {
        spellings(name.len(), name.len())
            .find(|candidate| candidate.eq_ignore_ascii_case(name))
            .and_then(|name| Self::parse(&name).ok())
    }

    /// The operator meant by a name that differs only in case, or by a few slips.
    #[must_use]
    pub fn nearest(name: &str) -> Option<String> {
        const SLIPS: usize = 3;
        let spelled = name.to_ascii_lowercase();
        spellings(name.len().saturating_sub(SLIPS), name.len() + SLIPS)
            .map(|candidate| (crate::similar::distance(&spelled, &candidate.to_ascii_lowercase()), candidate))
            .min_by_key(|(distance, _)| *distance)
            .filter(|(distance, _)| *distance <= SLIPS)
            .map(|(_, candidate)| candidate)
    }
}

/// Every operator name whose length lies between the two.
fn spellings(shortest: usize, longest: usize) -> impl Iterator<Item = String> {
    let parts =
        ["", "ForAllValues:", "ForAnyValue:"].into_iter().flat_map(|set| ["", "IfExists"].map(|suffix| (set, suffix)));
    let names = parts.flat_map(|(set, suffix)| BASES.iter().map(move |(base, ..)| (set, *base, suffix)));
    names
        .filter(move |(set, base, suffix)| (shortest..=longest).contains(&(set.len() + base.len() + suffix.len())))
        .map(|(set, base, suffix)| format!("{set}{base}{suffix}"))
        .filter(|name| !name.ends_with("NullIfExists"))
}

impl fmt::Display for ConditionOperator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let found = BASES.iter().find(|(_, comparison, sense)| (*comparison, *sense) == (self.comparison, self.sense));
        let set = match self.set {
            None => "",
            Some(SetOperator::ForAllValues) => "ForAllValues:",
            Some(SetOperator::ForAnyValue) => "ForAnyValue:",
        };
        let base = found.map_or("", |(name, ..)| name);
        write!(f, "{set}{base}{}", if self.if_exists { "IfExists" } else { "" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_operator_parses_and_prints_as_spelled() {
        for (base, ..) in BASES {
            for prefix in ["", "ForAllValues:", "ForAnyValue:"] {
                let name = format!("{prefix}{base}");
                let printed = ConditionOperator::parse(&name).unwrap().to_string();
                // ArnLike and ArnEquals are one operator.
                assert_eq!(
                    printed.replace("ArnEquals", "ArnLike").replace("ArnNotEquals", "ArnNotLike"),
                    name.replace("ArnEquals", "ArnLike").replace("ArnNotEquals", "ArnNotLike")
                );
            }
        }
    }

    #[test]
    fn slips_are_errors_with_a_suggestion() {
        assert_eq!(ConditionOperator::parse("NullIfExists"), Err(OperatorError::NullIfExists));
        for (slip, meant) in [
            ("stringEquals", "StringEquals"),
            ("StringLikeIfExist", "StringLikeIfExists"),
            ("ForAnyValues:StringLike", "ForAnyValue:StringLike"),
        ] {
            assert!(matches!(ConditionOperator::parse(slip), Err(OperatorError::Unknown { .. })), "{slip}");
            assert_eq!(ConditionOperator::nearest(slip).as_deref(), Some(meant));
        }
        assert_eq!(ConditionOperator::nearest("CompletelyDifferent"), None);
    }
}
