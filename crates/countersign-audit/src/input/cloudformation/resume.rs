//! Templates in YAML with a mistake in one resource: the others are read.

use std::borrow::Cow;

use countersign_policy::document::{Node, Problem};

use super::yaml::{self, Parsed};

/// How often a text is read again without the resource that has the mistake, and up to which size.
const MAX_MISTAKES: usize = 8;
const MAX_BYTES: usize = 4 << 20;

/// Reads a text; a resource with a mistake is left out. Places stay those of the text.
pub(super) fn parse(text: &str) -> Parsed {
    let mut parsed = yaml::parse(text);
    let mut problems = Vec::new();
    let mut left = Cow::Borrowed(text);
    while let Some(at) = parsed.stopped.filter(|_| problems.len() < MAX_MISTAKES && text.len() <= MAX_BYTES) {
        let Some(without) = parsed.documents.last().and_then(|tree| without_resource(&left, tree, at)) else { break };
        let next = yaml::parse(&without);
        // Nothing is won when the mistake is somewhere else.
        if next.stopped.is_some_and(|next| next <= at) {
            break;
        }
        let told = parsed.problems.pop().map(|problem| Problem { help: Some(HELP.to_owned()), ..problem });
        problems.extend(told);
        (left, parsed) = (Cow::Owned(without), next);
    }
    problems.append(&mut parsed.problems);
    Parsed { problems, ..parsed }
}

const HELP: &str = "fix the YAML syntax here; what stands here is not audited, the other resources are";

/// The text with blanks in place of the resource in which `at` lies.
fn without_resource(text: &str, tree: &Node, at: usize) -> Option<String> {
    let resources = super::template::members(tree.get("Resources")?);
    let first = resources.first()?.key_span.start as usize;
    let indent = first - text.get(..first)?.rfind('\n')? - 1;
    let start = text.get(first..)?.lines().scan(first, |next, line| {
        let start = *next;
        *next += line.len() + 1;
        Some((start, line))
    });
    // The first line starts after its indentation.
    let is_resource = |(start, line): &(usize, &str)| *start == first || indent_of(line) <= Some(indent);
    let mut starts = start.filter(is_resource).filter(|(_, line)| indent_of(line).is_some()).map(|(start, _)| start);
    let mut from = starts.next()?;
    let to = starts.by_ref().find(|start| {
        let is_after = *start > at;
        if !is_after {
            from = *start;
        }
        is_after
    });
    let to = to.unwrap_or(text.len());
    let blank: String = text.get(from..to)?.bytes().map(|byte| if byte == b'\n' { '\n' } else { ' ' }).collect();
    Some([text.get(..from)?, &blank, text.get(to..)?].concat())
}

/// How far a line is indented; blank lines and comments are not.
fn indent_of(line: &str) -> Option<usize> {
    let content = line.trim_start_matches(' ');
    let is_content = !content.trim().is_empty() && !content.starts_with('#');
    is_content.then(|| line.len() - content.len())
}
