//! A text that makes the call, and the calls in it.

use core::ops::ControlFlow;

use crate::call::{self, Call, Name, Reading, Style};
use crate::edit::Edit;

/// A text that makes the call, and the calls in it.
#[derive(Debug, Clone)]
pub struct RequestText {
    /// What a diff calls it.
    pub name: String,
    /// The text.
    pub text: String,
    /// The calls that were found in it.
    pub calls: Vec<Call>,
}

/// What texts are called, and what they can be written in.
const KINDS: &[(&str, &[Style])] = &[
    ("cli", &[Style::Shell]),
    ("shell", &[Style::Shell]),
    ("bash", &[Style::Shell]),
    ("sh", &[Style::Shell]),
    ("makefile", &[Style::Shell]),
    ("mk", &[Style::Shell]),
    ("dockerfile", &[Style::Shell]),
    ("jenkinsfile", &[Style::Shell]),
    ("groovy", &[Style::Shell]),
    ("ini", &[Style::Profile]),
    ("profile", &[Style::Profile]),
    ("config", &[Style::Profile, Style::Properties]),
    ("python", &[Style::Python]),
    ("py", &[Style::Python]),
    ("javascript", &[Style::JavaScript, Style::TypeScript]),
    ("js", &[Style::JavaScript, Style::TypeScript]),
    ("typescript", &[Style::TypeScript]),
    ("ts", &[Style::TypeScript]),
    ("go", &[Style::Go]),
    ("java", &[Style::Java]),
    ("kotlin", &[Style::Java]),
    ("rust", &[Style::Rust]),
    ("rs", &[Style::Rust]),
    ("csharp", &[Style::CSharp]),
    ("cs", &[Style::CSharp]),
    ("dotnet", &[Style::CSharp]),
    ("ruby", &[Style::Ruby]),
    ("rb", &[Style::Ruby]),
    ("php", &[Style::Php]),
    ("hcl", &[Style::Hcl]),
    ("tf", &[Style::Hcl]),
    ("terraform", &[Style::Hcl]),
    ("yaml", &[Style::Yaml]),
    ("yml", &[Style::Yaml]),
    ("github-actions", &[Style::Yaml]),
    ("kubernetes", &[Style::Yaml]),
    ("json", &[Style::Json]),
    ("properties", &[Style::Properties]),
];

/// What a text can be written in when nobody says: languages before formats, since formats take much for theirs.
const ANY: &[Style] = &[
    Style::Python,
    Style::TypeScript,
    Style::Go,
    Style::Java,
    Style::Rust,
    Style::CSharp,
    Style::Ruby,
    Style::Php,
    Style::Hcl,
    Style::Profile,
    Style::Json,
    Style::Yaml,
    Style::Shell,
    Style::Properties,
];

impl RequestText {
    /// Reads a text of a kind (`cli`, `ini`, `python`, a file's extension …); without one the kind is found out.
    #[must_use]
    pub fn new(name: impl Into<String>, kind: Option<&str>, text: impl Into<String>) -> Self {
        Self::read_while(name, kind, text, &mut || ControlFlow::Continue(()))
    }

    /// The same, as long as `patience` lasts ([`call::read_while`]): no calls are found in a text that is given up.
    #[must_use]
    pub fn read_while(
        name: impl Into<String>,
        kind: Option<&str>,
        text: impl Into<String>,
        patience: &mut dyn FnMut() -> ControlFlow<()>,
    ) -> Self {
        let text = text.into();
        let calls = calls_in(kind, &text, patience);
        Self { name: name.into(), text, calls }
    }

    /// Whether texts of the kind are read.
    #[must_use]
    pub fn reads(kind: &str) -> bool {
        KINDS.iter().any(|(name, _)| name.eq_ignore_ascii_case(kind))
    }

    /// What [`RequestText::reads`], without other spellings: one name for each language or format.
    pub fn kinds() -> impl Iterator<Item = &'static str> {
        let mut known: Vec<&[Style]> = Vec::new();
        KINDS.iter().filter_map(move |(name, styles)| {
            let new = !known.contains(styles);
            known.push(styles);
            new.then_some(*name)
        })
    }

    /// The edits with which a call of this text sends `value` for a parameter, or, without one, leaves it out.
    pub(crate) fn edits(&self, call: &Call, parameter: Name, value: Option<&str>) -> Option<Vec<Edit>> {
        match value {
            Some(value) => call.slots.get(&parameter)?.write(value),
            None => call.removals.get(&parameter).cloned(),
        }
    }
}

/// The language of a script with a `#!` line, and of commands as they are typed.
fn first_line_tells(text: &str) -> Option<Style> {
    let line = text.lines().map(str::trim).find(|line| !line.is_empty())?;
    let Some(interpreter) = line.strip_prefix("#!") else {
        let command = line.strip_prefix("$ ").unwrap_or(line);
        return ["aws ", "export AWS_"].iter().any(|start| command.starts_with(start)).then_some(Style::Shell);
    };
    // `#!/usr/bin/env -S python3.12 -u`
    let words = interpreter.split([' ', '\t', '/']).filter(|word| !word.is_empty());
    let names = words.map(|word| word.trim_end_matches(|c: char| c.is_ascii_digit() || c == '.'));
    let mut styles = names.filter_map(|name| match name {
        "sh" | "bash" | "zsh" | "dash" | "ksh" | "ash" => Some(Style::Shell),
        "python" | "pypy" => Some(Style::Python),
        "node" => Some(Style::JavaScript),
        "ruby" => Some(Style::Ruby),
        "php" => Some(Style::Php),
        _ => None,
    });
    styles.next()
}

/// The calls of the reading that fits best: it has calls, and few places that are not of its language.
fn calls_in(kind: Option<&str>, text: &str, patience: &mut dyn FnMut() -> ControlFlow<()>) -> Vec<Call> {
    let named = kind.and_then(|kind| KINDS.iter().find(|(name, _)| name.eq_ignore_ascii_case(kind)));
    let styles = match (named, kind) {
        (Some((_, styles)), _) => *styles,
        // A kind that nothing here reads is not taken for another.
        (None, Some(_)) => &[],
        (None, None) => {
            // Who reads a script says so in its first line: no other language has to be tried.
            let told = first_line_tells(text).and_then(|style| call::read_while(text, style, patience));
            if let Some(reading) = told.filter(|reading| !reading.calls.is_empty()) {
                return reading.calls;
            }
            ANY
        }
    };
    let mut best: Option<Reading> = None;
    for style in styles {
        let Some(reading) = call::read_while(text, *style, patience) else { continue };
        let is_better = best.as_ref().is_none_or(|best| reading.errors < best.errors);
        if is_better && !reading.calls.is_empty() {
            let fits = reading.errors == 0;
            best = Some(reading);
            if fits {
                break;
            }
        }
    }
    best.map(|reading| reading.calls).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_line_may_tell_the_language() {
        for (text, style) in [
            ("#!/bin/bash\nset -e\n", Some(Style::Shell)),
            ("\n#!/usr/bin/env -S python3.12 -u\n", Some(Style::Python)),
            ("#!/usr/bin/node\n", Some(Style::JavaScript)),
            ("#!/usr/bin/perl\n", None),
            ("$ aws sts assume-role --role-arn x\n", Some(Style::Shell)),
            ("export AWS_PROFILE=vendor\naws s3 ls\n", Some(Style::Shell)),
            ("export const role = 1;\n", None),
            ("aws = boto3.client(\"sts\")\n", Some(Style::Shell)),
            ("", None),
        ] {
            assert_eq!(first_line_tells(text), style, "{text}");
        }
        // What has no call in the language that it looks like is read in the others.
        let python = "aws = boto3.client(\"sts\")\naws.assume_role(RoleArn=\"arn:aws:iam::444455556666:role/R\", RoleSessionName=\"s\")\n";
        let calls = RequestText::new("call", None, python).calls;
        assert_eq!(calls.iter().map(|call| call.style).collect::<Vec<_>>(), [Style::Python]);
    }
}
