//! HCL texts to trees, within bounds. The parser itself bounds nesting; its time is quadratic in the members of one object.

use countersign_policy::document::Span;
use hcl_edit::expr::Expression;
use hcl_edit::structure::Body;
use hcl_edit::template::Template;

use super::block::{Block, hcl_blocks};
use crate::source::{InputProblem, ProblemSeverity, SourceFile};

/// Most members of one object.
const MAX_MEMBERS: usize = 2_000;
/// Most blocks of one file that are named when they cannot be read.
const MOST_NAMED: usize = 20;
/// The blocks a file may hold; one at the start of a line starts anew.
const BLOCKS: &[&str] = &[
    "resource",
    "data",
    "module",
    "variable",
    "output",
    "locals",
    "provider",
    "terraform",
    "moved",
    "import",
    "check",
];

/// Why a text is not read, and where.
#[derive(Debug)]
pub(super) struct Refusal {
    pub(super) at: usize,
    pub(super) message: String,
}

impl Refusal {
    fn of(error: &hcl_edit::parser::Error) -> Self {
        let message = error.message().to_lowercase().replace('\n', "; ");
        Self { at: error.location().offset(), message: format!("not HCL: {message}") }
    }

    /// The problem it is in a file, in which the text starts at `start`. `lost` says what nobody reads now.
    pub(super) fn in_file(&self, file: &SourceFile, start: usize, lost: &str) -> InputProblem {
        let at = start.saturating_add(self.at);
        let help = Some(format!("mend what stands here; {lost}"));
        let place = Span::new(at, at.saturating_add(1));
        InputProblem::at(file, place, ProblemSeverity::Error, self.message.clone(), help)
    }
}

pub(super) fn parse_body(text: &str) -> Result<Body, Refusal> {
    bounded(text)?;
    hcl_edit::parser::parse_body(text).map_err(|error| Refusal::of(&error))
}

pub(super) fn parse_template(text: &str) -> Result<Template, Refusal> {
    bounded(text)?;
    hcl_edit::parser::parse_template(text).map_err(|error| Refusal::of(&error))
}

pub(super) fn parse_expression(text: &str) -> Result<Expression, Refusal> {
    bounded(text)?;
    hcl_edit::parser::parse_expr(text).map_err(|error| Refusal::of(&error))
}

/// The blocks of a file. Where the file as a whole is not HCL, each block is read on its own.
pub(super) fn parse_blocks(file: &SourceFile, base: u32, nth: usize, problems: &mut Vec<InputProblem>) -> Vec<Block> {
    if let Ok(body) = parse_body(file.text()) {
        return hcl_blocks(body, base, nth);
    }
    let starts_block = |line: &str| {
        BLOCKS.iter().any(|kind| line.strip_prefix(kind).is_some_and(|rest| rest.starts_with([' ', '{', '"', '\t'])))
    };
    let (mut starts, mut at) = (vec![0], 0);
    for line in file.text().split_inclusive('\n') {
        if at > 0 && starts_block(line) {
            starts.push(at);
        }
        at += line.len();
    }
    let ends = starts.iter().skip(1).copied().chain([at]);
    let (mut blocks, mut named) = (Vec::new(), 0);
    for (start, end) in starts.iter().copied().zip(ends) {
        match parse_body(file.text().get(start..end).unwrap_or_default()) {
            Ok(body) => {
                let base = base.saturating_add(u32::try_from(start).unwrap_or(u32::MAX));
                blocks.extend(hcl_blocks(body, base, nth));
            }
            Err(refusal) => {
                named += 1;
                if named <= MOST_NAMED {
                    problems.push(refusal.in_file(file, start, "this block is not audited"));
                }
            }
        }
    }
    blocks
}

/// Refuses texts in which some pair of brackets may hold too many members. What stands in strings counts too: that is
/// coarse, and no text people write comes near.
fn bounded(text: &str) -> Result<(), Refusal> {
    let mut open: Vec<(usize, usize)> = Vec::new();
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'{' => open.push((at, 0)),
            b'}' => {
                open.pop();
            }
            b'=' | b':' => {
                let Some((start, members)) = open.last_mut() else { continue };
                *members += 1;
                if *members > MAX_MEMBERS {
                    let message = format!("more than {MAX_MEMBERS} members between these brackets");
                    return Err(Refusal { at: *start, message });
                }
            }
            _ => {}
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_object_of_too_many_members_is_refused_before_it_is_parsed() {
        let object =
            |members: usize| format!("x = {{{}}}", (0..members).map(|nth| format!("k{nth}=1\n")).collect::<String>());
        assert!(parse_body(&object(MAX_MEMBERS)).is_ok());
        assert_eq!(parse_body(&object(MAX_MEMBERS + 1)).unwrap_err().at, 4);
        let many_blocks = "b {\n a = 1\n}\n".repeat(MAX_MEMBERS);
        assert!(parse_body(&many_blocks).is_ok());
    }
}
