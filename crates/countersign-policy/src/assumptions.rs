//! What AWS leaves undocumented or contested, in one place: each point has a name, a default reading and, where one is
//! known, another reading.
//!
//! The evaluator answers by the readings in [`Assumptions`] and its trace names those it used. The auditor never calls a
//! role safe on a default reading alone: it asks again under the other one (see semantics reference §8).

use std::fmt;

macro_rules! assumptions {
    ($($(#[doc = $doc:literal])* $variant:ident $name:literal $default:literal $other:expr, $rule:literal;)*) => {
        /// A named point of AWS's behaviour that its documentation does not settle.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum Assumption { $($(#[doc = $doc])* $variant,)* }

        impl Assumption {
            /// Every assumption, in order.
            pub const ALL: &[Self] = &[$(Self::$variant,)*];

            /// The name, as reports and configuration spell it.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }

            /// The reading used unless told otherwise.
            #[must_use]
            pub fn default_reading(self) -> &'static str {
                match self { $(Self::$variant => $default,)* }
            }

            /// The other reading somebody holds, if the evaluator can take it.
            #[must_use]
            pub fn other_reading(self) -> Option<&'static str> {
                match self { $(Self::$variant => $other,)* }
            }

            /// The rule of the semantics reference.
            #[must_use]
            pub fn rule(self) -> &'static str {
                match self { $(Self::$variant => $rule,)* }
            }
        }
    };
}

assumptions! {
    /// `ForAnyValue:…IfExists` on an absent key.
    ForAnyValueIfExistsAbsent "for-any-value-if-exists-absent"
        "`ForAnyValue:…IfExists` is false when the key is absent" Some("it is true, as `IfExists` alone would be"), "§3.1";
    /// A plain operator on a key that holds a set.
    PlainOperatorOnSet "plain-operator-on-set"
        "an operator without `ForAllValues` or `ForAnyValue` never matches a multivalued key" Some("it matches if any value does"), "§3.1";
    /// A number or date that does not parse, under a negated operator.
    UnparsableNegated "unparsable-negated"
        "a negated numeric or date operator is true when a side does not parse" Some("it is false"), "§3.2";
    /// `{"AWS": "*"}` and service principals.
    AwsStarCoversServices "aws-star-covers-services"
        "`{\"AWS\": \"*\"}` does not cover AWS service principals" Some("it does, as `\"*\"` does"), "P16";
    /// A negated operator with an empty value list.
    EmptyListNegated "empty-list-negated"
        "a negated operator with no values is true" Some("it is never true"), "C7";
    /// A positive operator with an empty value list.
    EmptyListPositive "empty-list-positive"
        "a plain positive operator with no values is never true on a present key" Some("it does not restrict"), "C7";
    /// ARN, date, address and boolean operators on an ExternalId.
    TypeClash "type-clash"
        "an ARN, date, address or boolean operator on `sts:ExternalId` compares the text as its own type" Some("it never matches"), "§6.3";
    /// Variables under `Bool`.
    VariablesInBool "variables-in-bool"
        "policy variables are not substituted under `Bool`" Some("they are"), "§3.2";
    /// Letter case of role names in principals.
    RoleNameCase "role-name-case"
        "a role principal matches its sessions whatever the letter case of the name" Some("the case must agree"), "P13";
    /// `sts:ExternalId` while `sts:TagSession` is decided.
    ExternalIdInTagSession "external-id-in-companion-actions"
        "`sts:ExternalId` is in the context when sts:TagSession, sts:SetSourceIdentity and sts:SetContext are decided" Some("it is absent there"), "D16";
    /// Empty strings and `Null`.
    EmptyStringIsNull "empty-string-is-null"
        "`Null` counts an empty string as absent" Some("it counts it as present"), "K4";
    /// Spelling of operator names.
    OperatorCase "operator-case"
        "operator names are case-sensitive: in another spelling they never let an Allow match and always let a Deny match" Some("names fold case"), "C4";
    /// Parts of a statement that could not be read.
    Unreadable "unreadable-statement"
        "a statement with a part this tool cannot read grants nothing, and denies if it is a Deny" Some("it grants, or does not deny"), "§9.3";
    /// Keys nobody knows.
    UnknownKeyAbsent "unknown-key-absent"
        "a condition key AWS does not document is never present" Some("a caller can cause it to be present"), "C5";
    /// Escapes under the 2008 language.
    EscapeUnder2008 "escape-under-2008"
        "under Version 2008-10-17 the `*` inside `${*}` is a wildcard" None, "G3";
    /// Dates without a zone.
    DateWithoutZone "date-without-zone" "a date without a zone is UTC" None, "§3.2";
    /// Letter case of booleans.
    BoolCase "bool-case" "`Bool` ignores letter case" None, "§3.2";
    /// ARNs that are too short.
    ShortArn "short-arn" "a text with fewer than six colon-separated segments matches no ARN operator" None, "§3.2";
    /// Case folding beyond ASCII.
    IgnoreCaseIsAscii "ignore-case-is-ascii" "`StringEqualsIgnoreCase` folds ASCII letters only" None, "§3.2";
    /// Text that came from a variable.
    SubstitutedTextIsLiteral "substituted-text-is-literal"
        "text from a policy variable is literal: no wildcard, no further variable, no new ARN segment" None, "V6, V7, V9";
    /// Unique ids in policies as read.
    UniqueIdIsOrphan "unique-id-is-orphan"
        "a bare `AIDA…` or `AROA…` principal is what is left of a deleted principal, and matches nobody" None, "P9";
    /// Organization ids in conditions.
    OrganizationIsOwn "organization-is-own"
        "an organization id a condition names is the role owner's own, unless own organizations are declared" None, "auditing §3.3 C6";
    /// Source accounts in conditions, when the role's account is not known.
    SourceAccountIsOwn "source-account-is-own"
        "an account id a service principal's condition names is the role owner's own, when the role's account is not known" None, "§7.3";
    /// What a hole stands for.
    HoleIsPlainText "hole-is-plain-text"
        "a value that is not in the input holds no policy variable" None, "auditing §6";
}

impl fmt::Display for Assumption {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The readings in force: the default of every [`Assumption`] but those told otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash)]
pub struct Assumptions {
    other: u32,
}

/// A set of assumptions, e.g. those a decision rested on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash)]
pub struct AssumptionSet {
    bits: u32,
}

fn bit(assumption: Assumption) -> u32 {
    1 << (assumption as u32)
}

impl Assumptions {
    /// These readings, with the other reading of `assumption`.
    #[must_use]
    pub fn with_other(mut self, assumption: Assumption) -> Self {
        self.other |= bit(assumption);
        self
    }

    /// Whether the other reading of `assumption` is in force.
    #[must_use]
    pub fn takes_other(&self, assumption: Assumption) -> bool {
        self.other & bit(assumption) != 0
    }
}

impl AssumptionSet {
    /// Adds one.
    pub fn insert(&mut self, assumption: Assumption) {
        self.bits |= bit(assumption);
    }

    /// Whether it is in the set.
    #[must_use]
    pub fn contains(&self, assumption: Assumption) -> bool {
        self.bits & bit(assumption) != 0
    }

    /// The members, in order.
    pub fn iter(self) -> impl Iterator<Item = Assumption> {
        Assumption::ALL.iter().copied().filter(move |assumption| self.contains(*assumption))
    }

    /// Both sets together.
    #[must_use]
    pub fn union(self, other: Self) -> Self {
        Self { bits: self.bits | other.bits }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique_and_fit_the_set() {
        let names: std::collections::BTreeSet<_> = Assumption::ALL.iter().map(|assumption| assumption.name()).collect();
        assert_eq!(names.len(), Assumption::ALL.len());
        assert!(Assumption::ALL.len() <= 32);
    }
}
