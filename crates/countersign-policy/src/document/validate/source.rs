//! The text a policy was read from: its size and its characters.

use super::{Limits, Report};
use crate::document::{PolicyDocument, Severity, Span, Spanned, Statement, Text};

/// The text of a document and the part of it that is the policy.
pub(super) struct Source<'t> {
    text: &'t str,
    /// The policy, with the white space around it where it is alone in the text.
    policy: &'t str,
    /// Where the policy starts in the text.
    start: usize,
    /// Whether the policy is JSON here, and not YAML or what else templates are written in.
    is_json: bool,
}

const BYTE_ORDER_MARK: char = '\u{feff}';
const WHITE_SPACE: [char; 4] = [' ', '\t', '\r', '\n'];

impl<'t> Source<'t> {
    pub(super) fn new(document: &PolicyDocument, text: &'t str) -> Self {
        let (start, end) = (document.span.start as usize, document.span.end as usize);
        let around = |c: char| c == BYTE_ORDER_MARK || WHITE_SPACE.contains(&c);
        let alone = |outside: Option<&str>| outside.is_some_and(|outside| outside.chars().all(around));
        let (policy, start) = match text.get(start..end) {
            None | Some("") => (text, 0),
            Some(_) if alone(text.get(..start)) && alone(text.get(end..)) => (text, 0),
            Some(inside) => (inside, start),
        };
        Self { text, policy, start, is_json: policy.trim_start_matches(around).starts_with('{') }
    }

    /// Whether the text at `span` is the name of this element, in any letter case.
    pub(super) fn names(&self, span: Span, element: &str) -> bool {
        let text = self.text.get(span.start as usize..span.end as usize).unwrap_or_default();
        text.trim_matches('"').eq_ignore_ascii_case(element)
    }

    /// The JSON type of the value at `span`; `None` where the text is not JSON.
    pub(super) fn json_type(&self, span: Span) -> Option<&'static str> {
        let first = self.text.as_bytes().get(span.start as usize).filter(|_| self.is_json)?;
        match first {
            b'"' => Some("string"),
            b't' | b'f' => Some("boolean"),
            b'-' | b'0'..=b'9' => Some("number"),
            _ => None,
        }
    }

    /// Size and characters.
    pub(super) fn check(&self, document: &PolicyDocument, limits: Limits, report: &mut Report) {
        if !self.is_json {
            decoded_characters(document, report);
            return;
        }
        self.size(limits, report);
        self.characters(document.span != Span::default(), report);
    }

    fn span(&self, at: usize, length: usize) -> Span {
        Span::new(self.start + at, self.start + at + length)
    }

    /// The API takes so many characters, the account's quota so many without white space (rule G9;
    /// `reference_iam-quotas`, AA "Policy size exceeds role trust policy quota").
    fn size(&self, limits: Limits, report: &mut Report) {
        let (mut characters, mut counted) = (0, 0);
        let (mut past_api, mut past_quota) = (None, None);
        for (at, character) in self.policy.char_indices() {
            let place = self.span(at, character.len_utf8());
            characters += 1;
            if characters == limits.max_characters.saturating_add(1) {
                past_api = Some(place);
            }
            if !WHITE_SPACE.contains(&character) {
                counted += 1;
                if counted == limits.quota.saturating_add(1) {
                    past_quota = Some(place);
                }
            }
        }
        if let Some(place) = past_api {
            let message = format!("{characters} characters are more than the {} IAM takes", limits.max_characters);
            report.error(place, message, "shorten the policy; here white space counts");
        }
        if let Some(place) = past_quota {
            let message = format!(
                "{counted} characters without white space exceed the quota `Role trust policy length` of {}",
                limits.quota
            );
            let help = "shorten the policy, or ask AWS in Service Quotas for more: the quota is adjustable";
            report.error(place, message, help);
        }
    }

    /// Tab, line feed, carriage return and U+0020 to U+00FF are allowed (rule G7; `reference_iam-quotas`, pattern of
    /// `policyDocumentType`). Whether the rule looks at escapes too is not documented: those are warnings. Of each
    /// string the first character is told.
    ///
    /// The JSON reader takes more for white space than JSON does; what it lets through is told here.
    fn characters(&self, is_read: bool, report: &mut Report) {
        let (mut in_string, mut told) = (false, None);
        let mut characters = self.policy.char_indices();
        while let Some((at, character)) = characters.next() {
            let place = self.span(at, character.len_utf8());
            if let Some(length) = comment(self.policy, at).filter(|_| !in_string) {
                if is_read {
                    let help = "take it away before the policy is sent: JSON has no comments, and IAM takes none";
                    report.warning(self.span(at, length), "a comment is not JSON", help);
                }
                while characters.clone().next().is_some_and(|(next, _)| next < at + length) {
                    characters.next();
                }
            } else if character == '"' {
                (in_string, told) = (!in_string, None);
            } else if character == '\\' && in_string {
                let escape = self.policy.get(at..).and_then(escaped);
                if let Some((code, spelling)) = escape
                    && !is_allowed(code)
                    && told < Some(Severity::Warning)
                {
                    let message = format!("escape `{spelling}` stands for a character outside U+0020 to U+00FF");
                    let help = "write it with other characters: whether IAM takes the escape is not documented";
                    report.warning(self.span(at, spelling.len()), message, help);
                    told = Some(Severity::Warning);
                }
                characters.next();
            } else if told == Some(Severity::Error) {
                continue;
            } else if !is_allowed(u32::from(character)) {
                told = Some(Severity::Error);
                report.error(place, not_allowed(character), not_allowed_help(character));
            } else if is_read && in_string && character < ' ' {
                told = Some(Severity::Error);
                let message = format!("not JSON: {} stands unescaped in a string", code_point(character));
                report.error(place, message, format!("write `{}`", character.escape_default()));
            } else if is_read && !in_string && !character.is_ascii() {
                told = Some(Severity::Error);
                let message = format!("not JSON: {} is no JSON white space", code_point(character));
                report.error(place, message, "use plain blanks between elements");
            }
        }
    }
}

/// How long the comment is that starts there.
fn comment(text: &str, at: usize) -> Option<usize> {
    let rest = text.get(at..)?;
    if rest.starts_with("//") {
        Some(rest.find('\n').unwrap_or(rest.len()))
    } else if rest.starts_with("/*") {
        Some(rest.find("*/").map_or(rest.len(), |end| end + 2))
    } else {
        None
    }
}

/// The same rule for policies whose own text is not JSON: on the strings as they were read.
fn decoded_characters(document: &PolicyDocument, report: &mut Report) {
    for statement in &document.statements {
        for (text, span) in texts(statement) {
            if let Some(character) = text.chars().find(|character| !is_allowed(u32::from(*character))) {
                report.error(span, not_allowed(character), not_allowed_help(character));
            }
        }
    }
}

fn texts(statement: &Statement) -> impl Iterator<Item = (&str, Span)> {
    fn place(text: &Spanned<Text>) -> (&str, Span) {
        (text.value.lossy(), text.span)
    }
    let principals = statement.principals.iter().flat_map(|element| &element.entries);
    let patterns = statement.actions.iter().chain(&statement.resources).flat_map(|element| &element.patterns);
    let conditions = statement.conditions.iter().flat_map(|entry| {
        // What is not in the input of a key is judged by nobody.
        let key = if entry.key.value.contains('⟨') { "" } else { &*entry.key.value };
        let names = [(&*entry.operator.value, entry.operator.span), (key, entry.key.span)];
        names.into_iter().chain(entry.values.iter().map(place))
    });
    let sid = statement.sid.iter().map(place);
    sid.chain(principals.map(|entry| (entry.value.lossy(), entry.span))).chain(patterns.map(place)).chain(conditions)
}

fn is_allowed(code: u32) -> bool {
    matches!(code, 0x09 | 0x0a | 0x0d | 0x20..=0xff)
}

/// The character an escape at the start of `text` stands for, with the escape.
fn escaped(text: &str) -> Option<(u32, &str)> {
    let code = match text.as_bytes().get(1)? {
        b'b' => 0x08,
        b'f' => 0x0c,
        b'u' => return Some((u32::from_str_radix(text.get(2..6)?, 16).ok()?, text.get(..6)?)),
        _ => return None,
    };
    Some((code, text.get(..2)?))
}

fn code_point(character: char) -> String {
    format!("U+{:04X}", u32::from(character))
}

fn not_allowed(character: char) -> String {
    let code = code_point(character);
    match character {
        BYTE_ORDER_MARK => format!("a byte-order mark ({code}) is no character of a policy"),
        _ if character.is_control() => format!("control character {code} is no character of a policy"),
        _ => format!("`{character}` ({code}) is no character of a policy"),
    }
}

fn not_allowed_help(character: char) -> &'static str {
    match character {
        BYTE_ORDER_MARK => "save the text as UTF-8 without a byte-order mark",
        _ => "IAM takes U+0020 to U+00FF, tab, line feed and carriage return: replace it",
    }
}
