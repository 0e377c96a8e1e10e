//! Enough of a Rust lexer to tell code from prose, for checks that look for a word.

use std::collections::BTreeSet;

const TEST_ATTRIBUTE: &str = "#[cfg(test)]";

/// The source with comments, strings and character literals blanked out. Every line keeps its
/// number.
pub(crate) fn code_only(source: &str) -> String {
    let mut lexer = Lexer { rest: source, code: String::with_capacity(source.len()) };
    while let Some(next) = lexer.rest.chars().next() {
        let length = lexer.literal_or_comment();
        match length {
            Some(length) => lexer.blank(length),
            None => lexer.keep(next),
        }
    }
    lexer.code
}

struct Lexer<'a> {
    rest: &'a str,
    code: String,
}

impl Lexer<'_> {
    fn keep(&mut self, character: char) {
        self.code.push(character);
        self.rest = self.rest.get(character.len_utf8()..).unwrap_or_default();
    }

    fn blank(&mut self, length: usize) {
        let (blanked, rest) = self.rest.split_at_checked(length).unwrap_or((self.rest, ""));
        let spaces = blanked.chars().map(|c| if c == '\n' { '\n' } else { ' ' });
        self.code.extend(spaces);
        self.rest = rest;
    }

    /// How many bytes of what comes next are not code, if it begins with such a thing.
    fn literal_or_comment(&self) -> Option<usize> {
        let rest = self.rest;
        if rest.starts_with("//") {
            return Some(rest.find('\n').unwrap_or(rest.len()));
        }
        if rest.starts_with("/*") {
            return Some(block_comment(rest));
        }
        if rest.starts_with('"') {
            return Some(1 + quoted(rest.get(1..)?, '"'));
        }
        if rest.starts_with('\'') {
            return character_literal(rest);
        }
        let before = self.code.chars().next_back();
        if rest.starts_with(['r', 'b', 'c']) && !before.is_some_and(is_word) {
            return raw_string(rest);
        }
        None
    }
}

fn block_comment(rest: &str) -> usize {
    let mut depth = 0_usize;
    let mut at = 0;
    while let Some(tail) = rest.get(at..).filter(|tail| !tail.is_empty()) {
        if tail.starts_with("/*") {
            depth += 1;
            at += 2;
        } else if tail.starts_with("*/") {
            depth -= 1;
            at += 2;
            if depth == 0 {
                return at;
            }
        } else {
            at += tail.chars().next().map_or(1, char::len_utf8);
        }
    }
    rest.len()
}

/// Bytes up to and with the closing quote, where a backslash escapes what follows it.
fn quoted(body: &str, quote: char) -> usize {
    let mut escaped = false;
    for (at, character) in body.char_indices() {
        if escaped {
            escaped = false;
        } else if character == '\\' {
            escaped = true;
        } else if character == quote {
            return at + character.len_utf8();
        }
    }
    body.len()
}

/// `'x'` or `'\n'`, but not the lifetime `'x`.
fn character_literal(rest: &str) -> Option<usize> {
    let body = rest.get(1..)?;
    let mut characters = body.chars();
    let first = characters.next()?;
    if first == '\\' || characters.next() == Some('\'') {
        return Some(1 + quoted(body, '\''));
    }
    None
}

/// `r"…"`, `r#"…"#`, `br"…"`, `cr"…"`, but not the raw identifier `r#type`.
fn raw_string(rest: &str) -> Option<usize> {
    let body = rest.strip_prefix(['b', 'c']).unwrap_or(rest);
    let body = body.strip_prefix('r')?;
    let opened = body.trim_start_matches('#');
    let hashes = body.len() - opened.len();
    let content = opened.strip_prefix('"')?;
    let close = format!("\"{}", "#".repeat(hashes));
    let prefix = rest.len() - content.len();
    Some(match content.find(&close) {
        Some(at) => prefix + at + close.len(),
        None => rest.len(),
    })
}

/// Code (see [`code_only`]) with every item under `#[cfg(test)]` blanked out too.
pub(crate) fn without_tests(code: &str) -> String {
    if code.contains("#![cfg(test)]") {
        return code.chars().filter(|c| *c == '\n').collect();
    }
    let mut kept = String::with_capacity(code.len());
    let mut rest = code;
    while let Some((before, after)) = rest.split_once(TEST_ATTRIBUTE) {
        kept.push_str(before);
        let (item, tail) = after.split_at_checked(item_length(after)).unwrap_or((after, ""));
        kept.extend(item.chars().filter(|c| *c == '\n'));
        rest = tail;
    }
    kept.push_str(rest);
    kept
}

/// The modules in other files that code declares under `#[cfg(test)]`.
pub(crate) fn test_modules(code: &str) -> BTreeSet<&str> {
    code.split(TEST_ATTRIBUTE)
        .skip(1)
        .filter_map(|after| {
            let item = after.get(..item_length(after))?.trim();
            let name = item.strip_suffix(';')?.rsplit_once("mod ")?.1;
            name.chars().all(is_word).then_some(name)
        })
        .collect()
}

/// Bytes up to the `;` or the `}` that ends the item which begins here.
fn item_length(code: &str) -> usize {
    let mut round_or_square = 0_usize;
    let mut curly = 0_usize;
    for (at, character) in code.char_indices() {
        match character {
            '(' | '[' => round_or_square += 1,
            ')' | ']' => round_or_square = round_or_square.saturating_sub(1),
            '{' => curly += 1,
            '}' => curly = curly.saturating_sub(1),
            _ => {}
        }
        let closed = curly == 0 && round_or_square == 0;
        if closed && matches!(character, ';' | '}') {
            return at + 1;
        }
    }
    code.len()
}

/// Whether `word` stands in the line by itself: `std::fs` does in `std::fs::read`, not in
/// `std::fsync`.
pub(crate) fn has_word(line: &str, word: &str) -> bool {
    line.match_indices(word).any(|(at, _)| {
        let before = line.get(..at).and_then(|text| text.chars().next_back());
        let after = line.get(at + word.len()..).and_then(|text| text.chars().next());
        let runs_on = word.ends_with(is_word) && after.is_some_and(is_word);
        !(before.is_some_and(is_word) || runs_on)
    })
}

/// The modules that `use std::{…}` names first: `fs` and `io` in `use std::{fs, io::Read}`, each
/// with the number of its line.
pub(crate) fn std_groups(code: &str) -> Vec<(usize, &str)> {
    const OPEN: &str = "std::{";
    let mut members = Vec::new();
    for (at, _) in code.match_indices(OPEN) {
        let start = at + OPEN.len();
        let group = code.get(start..).unwrap_or_default();
        let mut depth = 1_usize;
        let mut member = 0;
        for (end, character) in group.char_indices() {
            match character {
                '{' => depth += 1,
                '}' => depth -= 1,
                _ => {}
            }
            let ends = (depth == 1 && character == ',') || depth == 0;
            if ends {
                let text = group.get(member..end).unwrap_or_default();
                let name = text.trim().split(|c| !is_word(c)).next();
                let blank = text.len() - text.trim_start().len();
                let before = code.get(..start + member + blank).unwrap_or_default();
                let line = 1 + before.matches('\n').count();
                members.extend(name.filter(|n| !n.is_empty()).map(|n| (line, n)));
                member = end + 1;
            }
            if depth == 0 {
                break;
            }
        }
    }
    members
}

fn is_word(character: char) -> bool {
    character.is_alphanumeric() || character == '_'
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_and_literals_are_not_code() {
        let source = "a(); // std::fs\n/* x /* std::fs */ std::fs */ b(\"std::fs \\\" std::fs\");\n";
        let code = code_only(source);
        assert!(!code.contains("std::fs"), "{code}");
        assert!(code.contains("a();") && code.contains("b("), "{code}");
        assert_eq!(code.lines().count(), source.lines().count());
    }

    #[test]
    fn raw_strings_end_at_their_own_hashes() {
        let code = code_only("x(r#\"one \" std::fs\"#); y(br\"std::fs\"); let r#type = z;");
        assert!(!code.contains("std::fs"), "{code}");
        assert!(code.contains("y(") && code.contains("= z;"), "{code}");
    }

    #[test]
    fn lifetimes_do_not_open_a_literal() {
        let code = code_only("fn f<'a>(x: &'a str) { g('\"', '\\'', 'é'); std::fs::read(x) }");
        assert!(code.contains("std::fs::read(x)"), "{code}");
        assert!(!code.contains('"'), "{code}");
    }

    #[test]
    fn test_items_are_left_out_and_the_rest_stays() {
        let code = "#[cfg(test)]\nuse a::{b, c};\nfn keep() {}\n\
                    #[cfg(test)]\nfn f(x: [u8; 2]) { gone() }\n\
                    #[cfg(test)]\nmod tests {\n    fn t() { gone() }\n}\nfn after() {}\n";
        let rest = without_tests(code);
        assert!(!rest.contains("gone"), "{rest}");
        assert!(rest.contains("fn keep()"), "{rest}");
        assert!(rest.contains("fn after()"), "{rest}");
        assert_eq!(rest.lines().count(), code.lines().count());
    }

    #[test]
    fn test_modules_in_other_files_are_named() {
        let code = "#[cfg(test)]\nmod laws;\nmod real;\n#[cfg(test)]\nmod tests { mod inner; }\n";
        assert_eq!(test_modules(code), BTreeSet::from(["laws"]));
    }

    #[test]
    fn words_have_edges() {
        assert!(has_word("use std::fs::File;", "std::fs"));
        assert!(has_word("println!(x)", "println!"));
        assert!(!has_word("std::fsync()", "std::fs"));
        assert!(!has_word("eprintln!(x)", "println!"));
        assert!(!has_word("operand::new()", "rand::"));
    }

    #[test]
    fn groups_name_their_modules_with_lines() {
        let code = "use std::{\n    collections::{BTreeMap, fs},\n    fs::File,\n    env,\n};\n";
        assert_eq!(std_groups(code), [(2, "collections"), (3, "fs"), (4, "env")]);
    }
}
