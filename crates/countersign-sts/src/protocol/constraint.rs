//! What the parameters of an API may be: lengths, and sets of characters with the texts that AWS has for them.

use unicode_properties::{GeneralCategoryGroup, UnicodeGeneralCategory as _};

/// What a text may be. Lengths are in characters.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Constraint {
    pub(crate) pattern: Option<&'static Pattern>,
    pub(crate) least: usize,
    pub(crate) most: usize,
}

/// What the characters of a text may be.
#[derive(Debug)]
pub(crate) struct Pattern {
    /// The regular expression that AWS prints.
    pub(super) text: &'static str,
    accepts: Accepts,
    /// IAM refuses some names in its own words, once all constraints hold.
    pub(super) complaint: Option<&'static str>,
}

#[derive(Debug)]
enum Accepts {
    /// Each character; the empty text when the expression ends in `*`.
    Characters(fn(char) -> bool),
    Texts(fn(&str) -> bool),
}

fn is_word(character: char) -> bool {
    character.is_ascii_alphanumeric() || character == '_'
}

fn is_in_name(character: char) -> bool {
    is_word(character) || "+=,.@-".contains(character)
}

fn is_in_tag(character: char) -> bool {
    use GeneralCategoryGroup::{Letter, Number, Separator};
    // Most tags are ASCII, which needs no table.
    character.is_ascii_alphanumeric()
        || "_.:/=+-@".contains(character)
        || matches!(character.general_category_group(), Letter | Number | Separator)
}

fn is_path(text: &str) -> bool {
    let inner = text.strip_prefix('/').and_then(|rest| rest.strip_suffix('/'));
    text == "/" || inner.is_some_and(|inner| !inner.is_empty() && inner.chars().all(|c| ('!'..='~').contains(&c)))
}

fn is_path_prefix(text: &str) -> bool {
    text.strip_prefix('/').is_some_and(|rest| rest.chars().all(|c| ('!'..='\u{7F}').contains(&c)))
}

fn is_policy_path(text: &str) -> bool {
    let inner = text.strip_suffix('/').map(|inner| inner.strip_prefix('/'));
    let part = |part: &str| !part.is_empty() && part.chars().all(is_in_name);
    text == "/" || inner.flatten().is_some_and(|inner| inner.split('/').all(part))
}

fn is_account_alias(text: &str) -> bool {
    let in_alias = |character: char| character.is_ascii_lowercase() || character.is_ascii_digit() || character == '-';
    text.chars().all(in_alias) && !text.starts_with('-') && !text.ends_with('-') && !text.contains("--")
}

fn is_version_id(text: &str) -> bool {
    let (number, rest) = text.strip_prefix('v').map_or(("", None), |rest| match rest.split_once('.') {
        Some((number, suffix)) => (number, Some(suffix)),
        None => (rest, None),
    });
    !number.is_empty()
        && !number.starts_with('0')
        && number.bytes().all(|byte| byte.is_ascii_digit())
        && rest.is_none_or(|rest| rest.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-'))
}

impl Pattern {
    pub(crate) const NAME: Self = Self::of(r"[\w+=,.@-]*", is_in_name);
    pub(crate) const WORD: Self = Self::of(r"[\w]*", is_word);
    pub(crate) const DIGITS: Self = Self::of(r"[\d]*", |c| c.is_ascii_digit());
    /// The same where IAM reads a code.
    pub(crate) const AUTHENTICATION_CODE: Self = Self::of(r"[\d]+", |c| c.is_ascii_digit());
    pub(crate) const EXTERNAL_ID: Self = Self::of(r"[\w+=,.@:\/-]*", |c| is_in_name(c) || ":/".contains(c));
    pub(crate) const SERIAL_NUMBER: Self = Self::of(r"[\w+=/:,.@-]*", |c| is_in_name(c) || ":/".contains(c));
    /// The same where IAM reads it, which has no empty one.
    pub(crate) const DEVICE_SERIAL_NUMBER: Self = Self::of(r"[\w+=/:,.@-]+", |c| is_in_name(c) || ":/".contains(c));
    pub(crate) const POLICY: Self =
        Self::of(r"[\u0009\u000A\u000D\u0020-\u00FF]+", |c| matches!(c, '\t' | '\n' | '\r' | '\u{20}'..='\u{FF}'));
    pub(crate) const ARN: Self = Self::of(
        r"[\u0009\u000A\u000D\u0020-\u007E\u0085\u00A0-\uD7FF\uE000-\uFFFD\u10000-\u10FFFF]+",
        |c| matches!(c, '\t' | '\n' | '\r' | '\u{20}'..='\u{7E}' | '\u{85}' | '\u{A0}'..='\u{D7FF}' | '\u{E000}'..='\u{FFFD}' | '\u{10000}'..),
    );
    pub(crate) const TAG_KEY: Self = Self::of(r"[\p{L}\p{Z}\p{N}_.:/=+\-@]+", is_in_tag);
    pub(crate) const TAG_VALUE: Self = Self::of(r"[\p{L}\p{Z}\p{N}_.:/=+\-@]*", is_in_tag);
    /// The names of IAM's entities.
    pub(crate) const ENTITY_NAME: Self = Self::of(r"[\w+=,.@-]+", is_in_name)
        .saying("It must contain only alphanumeric characters and/or the following: +=,.@_-");
    pub(crate) const PATH: Self = Self::of_text(r"(\u002F)|(\u002F[\u0021-\u007E]+\u002F)", is_path)
        .saying("It must begin and end with / and contain only alphanumeric characters and/or / characters.");
    pub(crate) const PATH_PREFIX: Self = Self::of_text(r"\u002F[\u0021-\u007F]*", is_path_prefix)
        .saying("It must begin with the / character and contain only alphanumeric characters and/or / characters.");
    /// The paths of managed policies.
    pub(crate) const POLICY_PATH: Self = Self::of_text(r"((/[A-Za-z0-9\.,\+@=_-]+)*)/", is_policy_path)
        .saying("It must begin and end with / and contain only alphanumeric characters and/or / characters.");
    /// What roles say of themselves.
    pub(crate) const DESCRIPTION: Self = Self::of(
        r"[\u0009\u000A\u000D\u0020-\u007E\u00A1-\u00FF]*",
        |c| matches!(c, '\t' | '\n' | '\r' | '\u{20}'..='\u{7E}' | '\u{A1}'..='\u{FF}'),
    );
    pub(crate) const VERSION_ID: Self = Self::of_text(r"v[1-9][0-9]*(\.[A-Za-z0-9-]*)?", is_version_id);
    pub(crate) const ACCESS_KEY_ID: Self = Self::of(r"[\w]+", is_word);
    pub(crate) const SAML_PROVIDER_NAME: Self = Self::of(r"[\w._-]+", |c| is_word(c) || ".-".contains(c));
    pub(crate) const PRIVATE_KEY_ID: Self = Self::of(r"[A-Z0-9]+", |c| c.is_ascii_uppercase() || c.is_ascii_digit());
    pub(crate) const ACCOUNT_ALIAS: Self = Self::of_text("^[a-z0-9]([a-z0-9]|-(?!-)){1,61}[a-z0-9]$", is_account_alias);
    pub(crate) const MARKER: Self = Self::of(r"[\u0020-\u00FF]+", |c| matches!(c, '\u{20}'..='\u{FF}'));

    const fn of(text: &'static str, accepts: fn(char) -> bool) -> Self {
        Self { text, accepts: Accepts::Characters(accepts), complaint: None }
    }

    const fn of_text(text: &'static str, accepts: fn(&str) -> bool) -> Self {
        Self { text, accepts: Accepts::Texts(accepts), complaint: None }
    }

    const fn saying(self, complaint: &'static str) -> Self {
        Self { text: self.text, accepts: self.accepts, complaint: Some(complaint) }
    }

    pub(super) fn matches(&self, text: &str) -> bool {
        match self.accepts {
            Accepts::Characters(accepts) => text.chars().all(accepts) && !(text.is_empty() && self.text.ends_with('+')),
            Accepts::Texts(accepts) => accepts(text),
        }
    }
}

impl Constraint {
    /// Whether a text that was not sent as a parameter satisfies it.
    pub(crate) fn admits(&self, text: &str) -> bool {
        let length = text.chars().count();
        (self.least..=self.most).contains(&length) && self.pattern.is_none_or(|pattern| pattern.matches(text))
    }

    pub(crate) const ARN: Self = Self { pattern: Some(&Pattern::ARN), least: 20, most: 2048 };
    pub(crate) const TAG_KEY: Self = Self { pattern: Some(&Pattern::TAG_KEY), least: 1, most: 128 };
    pub(crate) const TAG_VALUE: Self = Self { pattern: Some(&Pattern::TAG_VALUE), least: 0, most: 256 };
    /// Roles, and users where they are made.
    pub(crate) const NAME_64: Self = Self { pattern: Some(&Pattern::ENTITY_NAME), least: 1, most: 64 };
    /// Groups, policies, instance profiles, and users that exist.
    pub(crate) const NAME_128: Self = Self { pattern: Some(&Pattern::ENTITY_NAME), least: 1, most: 128 };
    pub(crate) const PATH: Self = Self { pattern: Some(&Pattern::PATH), least: 1, most: 512 };
    pub(crate) const PATH_PREFIX: Self = Self { pattern: Some(&Pattern::PATH_PREFIX), least: 1, most: 512 };
    pub(crate) const POLICY_PATH: Self = Self { pattern: Some(&Pattern::POLICY_PATH), least: 1, most: 512 };
    /// A policy in a request to IAM.
    pub(crate) const DOCUMENT: Self = Self { pattern: Some(&Pattern::POLICY), least: 1, most: 131_072 };
    pub(crate) const ROLE_DESCRIPTION: Self = Self { pattern: Some(&Pattern::DESCRIPTION), least: 0, most: 1000 };
    pub(crate) const POLICY_DESCRIPTION: Self = Self { pattern: None, least: 0, most: 1000 };
    pub(crate) const VERSION_ID: Self = Self { pattern: Some(&Pattern::VERSION_ID), least: 0, most: usize::MAX };
    pub(crate) const ACCESS_KEY_ID: Self = Self { pattern: Some(&Pattern::ACCESS_KEY_ID), least: 16, most: 128 };
    /// AWS's markers have 320 characters at most; ours are as long as a key makes them.
    pub(crate) const MARKER: Self = Self { pattern: Some(&Pattern::MARKER), least: 1, most: usize::MAX };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_take_letters_of_every_script_but_no_symbols() {
        let accepts = |value: &str| Pattern::TAG_VALUE.matches(value);
        assert!(accepts("größe 値 Ⅳ_.:/=+-@") && accepts(""));
        assert!(!accepts("a*") && !accepts("a\u{301}") && !accepts("a\tb"));
        assert!(!Pattern::TAG_KEY.matches(""));
    }

    #[test]
    fn whole_texts_match_as_their_expressions_do() {
        let cases: [(&Pattern, &[&str], &[&str]); 4] = [
            (&Pattern::PATH, &["/", "/a/", "/a/b!~/", "///"], &["", "a", "/a", "a/", "//", "/a b/", "/\u{7F}/", "/é/"]),
            (&Pattern::POLICY_PATH, &["/", "/a/", "/a/b=_-/"], &["", "a", "/a", "//", "/a//b/", "/a!/"]),
            (&Pattern::PATH_PREFIX, &["/", "/a", "//", "/a/\u{7F}"], &["", "a/", "/a b"]),
            (
                &Pattern::VERSION_ID,
                &["v1", "v10", "v1.", "v2.a-9"],
                &["", "v", "v0", "v01", "1", "v1.a.b", "v1_", "v.1"],
            ),
        ];
        for (pattern, good, bad) in cases {
            for text in good {
                assert!(pattern.matches(text), "{text} {pattern:?}");
            }
            for text in bad {
                assert!(!pattern.matches(text), "{text} {pattern:?}");
            }
        }
    }
}
