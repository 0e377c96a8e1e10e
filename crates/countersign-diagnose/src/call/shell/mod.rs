//! Command lines, and the scripts around them.

pub(super) mod aws;
mod nested;
pub(super) mod options;

use super::code::program::Program;
use super::code::tree::{Patience, Tree};
use super::{Reading, Style, code};

/// Reads a command line, a script, or what a terminal showed.
pub(super) fn read(text: &str, patience: Patience<'_>) -> Option<Reading> {
    let plain = without_prompts(text);
    let tree = Tree::parse_in_ascii(&plain, (code::bash::LANGUAGE.grammar)(), patience)?;
    let program = Program::new(&tree, &code::bash::LANGUAGE);
    let mut calls = aws::calls(&program, text, patience);
    let nested = nested::calls(&tree, &plain, &calls, patience);
    if !nested.is_empty() {
        // A command that only takes a profile is not the one that fails.
        calls.retain(|call| call.tool != "shared-config");
        calls.extend(nested);
        calls.sort_by_key(|call| call.span);
    }
    Some(Reading { style: Style::Shell, calls, errors: tree.errors() })
}

/// The text with blanks in place of prompts, and the line continuations of other shells as those of POSIX. No byte moves.
fn without_prompts(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for line in text.split_inclusive('\n') {
        let body = line.trim_end_matches(['\n', '\r']);
        let ending = line.get(body.len()..).unwrap_or_default();
        let prompt = prompt(body);
        out.extend(std::iter::repeat_n(' ', prompt));
        let rest = body.get(prompt..).unwrap_or_default();
        // PowerShell's and cmd's.
        let (rest, is_continued) =
            match rest.strip_suffix([' ', '\t']).map_or(rest, |_| rest).strip_suffix(['`', '^', '\\']) {
                Some(head) => (head, true),
                None => (rest, false),
            };
        out.push_str(rest);
        match (is_continued, ending) {
            (true, "\r\n") => out.push_str(" \\\n"),
            (true, ending) => {
                out.push('\\');
                out.push_str(ending);
            }
            (false, "\r\n") => out.push_str(" \n"),
            (false, ending) => out.push_str(ending),
        }
    }
    out
}

/// How many bytes of a line are a prompt: `$ `, `> `, `user@host:~$ `, `PS C:\> `.
fn prompt(line: &str) -> usize {
    let blanks = line.len() - line.trim_start().len();
    let text = line.get(blanks..).unwrap_or_default();
    let text = text.strip_prefix("PS ").unwrap_or(text);
    let Some((head, rest)) = text.split_once(' ') else { return 0 };
    let is_prompt = match head {
        "$" | "%" | ">" | "❯" | "➜" => true,
        _ => {
            let names_place = head.contains(['@', ':', '~', '\\']) && !head.contains(['=', '"', '\'', '(', '{']);
            names_place && head.ends_with(['$', '#', '%', '>'])
        }
    };
    if is_prompt && head.is_ascii() { line.len() - rest.len() } else { 0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prompts_become_blanks_and_no_byte_moves() {
        let cases = [
            ("$ aws s3 ls", "  aws s3 ls"),
            ("alex@box:~/x$ aws s3 ls", "              aws s3 ls"),
            ("PS C:\\> aws sts `\n  x", "        aws sts \\\n  x"),
            ("aws sts ^\r\n  x\r\n", "aws sts  \\\n  x \n"),
            ("aws sts \\\r\n  x", "aws sts  \\\n  x"),
            ("ROLE=a:b$ x", "ROLE=a:b$ x"),
            ("echo > file", "echo > file"),
        ];
        for (text, expected) in cases {
            assert_eq!(without_prompts(text), expected);
            assert_eq!(expected.len(), text.len());
        }
    }
}
