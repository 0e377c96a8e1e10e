//! Markdown for comments on pull requests.
//!
//! What the user wrote stands in code spans, or with every character that Markdown or GitHub reads as markup, mention,
//! reference or link taken apart: a role's name can do nothing to the page it is shown on.

use std::fmt::Write as _;

use super::excerpt::inert;
use super::{Judged, Report, words};
use crate::source::ProblemSeverity;

/// Finds the comment again, to update it.
const MARK: &str = "<!-- countersign audit -->";

/// How much of each is shown; a comment on GitHub has at most 65,536 characters.
const FINDINGS: usize = 50;
const ROLES: usize = 50;
const PROBLEMS: usize = 10;
const LENGTH: usize = 60_000;

/// The report as Markdown.
#[must_use]
pub fn markdown(report: &Report) -> String {
    let mut out = format!("{MARK}\n## countersign audit\n\n{}\n", prose(&words::summary(report)));
    let mut live: Vec<&Judged> = report.live().collect();
    live.sort_by_key(|judged| std::cmp::Reverse(judged.finding.severity));
    let blocks = live.iter().map(|judged| finding(report, judged));
    section(&mut out, "", blocks, FINDINGS, "finding");
    let mut roles: Vec<_> = report.roles.iter().collect();
    roles.sort_by_key(|examined| examined.exposed.exposure);
    roles.retain(|examined| examined.exposed.exposure <= countersign_policy::prove::Exposure::Guarded);
    let rows = roles.iter().map(|examined| {
        let location = examined.role.sources.location(examined.role.span);
        let cells = [
            examined.exposed.exposure.to_string(),
            cell(&code(&examined.role.name)),
            cell(&prose(&words::who(examined))),
            cell(&code(&format!("{}:{}", report.root.relative(&location.path), location.line))),
        ];
        format!("| {} |\n", cells.join(" | "))
    });
    let header = "\n| exposure | role | who gets in | place |\n| --- | --- | --- | --- |\n";
    section(&mut out, header, rows, ROLES, "role");
    let mut problems: Vec<_> = report.problems.iter().collect();
    problems.sort_by_key(|problem| std::cmp::Reverse(problem.severity));
    let items = problems.into_iter().filter(|problem| problem.severity > ProblemSeverity::Note).map(|problem| {
        let place = code(&format!("{}:{}", report.root.relative(&problem.path), problem.line));
        format!("* {}: {} {place}\n", words::word(problem.severity), prose(&problem.message))
    });
    section(&mut out, "\n### Problems\n\n", items, PROBLEMS, "problem");
    out
}

/// Adds as many blocks as may be shown, and says how many are not.
fn section(out: &mut String, header: &str, blocks: impl Iterator<Item = String>, most: usize, what: &str) {
    let (mut shown, mut hidden) = (0, 0);
    for block in blocks {
        let header = if shown == 0 { header } else { "" };
        if shown == most || hidden > 0 || out.len() + header.len() + block.len() > LENGTH {
            hidden += 1;
            continue;
        }
        out.push_str(header);
        out.push_str(&block);
        shown += 1;
    }
    if hidden > 0 {
        let _ =
            writeln!(out, "\nand {} that this comment has no room for", words::plural(hidden, &format!("more {what}")));
    }
}

fn finding(report: &Report, judged: &Judged) -> String {
    let finding = &judged.finding;
    let place = format!("{}:{}", report.root.relative(&finding.location.path), finding.location.line);
    // What is said comes behind words of ours: at the start of a line it could be a list or a heading.
    let mut out = format!(
        "\n**{}**: {}\n`{}` in {}\n\n",
        words::word(finding.severity),
        prose(&finding.message),
        finding.id,
        code(&place),
    );
    for (label, text) in words::notes(finding) {
        let _ = writeln!(out, "* {label}: {}", prose(&text));
    }
    out
}

/// Text as a code span, in which nothing is markup.
fn code(text: &str) -> String {
    let text = inert(text);
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest + 1);
    let blank = text.trim().is_empty();
    let pad = if blank || !text.starts_with(['`', ' ']) && !text.ends_with(['`', ' ']) { "" } else { " " };
    if text.is_empty() { String::new() } else { format!("{fence}{pad}{text}{pad}{fence}") }
}

/// A message: what stands between backticks as code, the rest as plain text. A backtick of the user's only moves what is
/// which.
fn prose(text: &str) -> String {
    let pieces: Vec<&str> = text.split('`').collect();
    let last = pieces.len() - 1;
    let mut out = String::new();
    for (at, piece) in pieces.into_iter().enumerate() {
        let is_code = at % 2 == 1 && at < last;
        match is_code && !piece.trim().is_empty() {
            true => out.push_str(&code(piece)),
            false if is_code => out.push_str(&format!("&#96;{}&#96;", plain(piece))),
            false if at % 2 == 1 => out.push_str(&format!("&#96;{}", plain(piece))),
            false => out.push_str(&plain(piece)),
        }
    }
    out
}

/// Text in which nothing is markup, mention, reference or link.
fn plain(text: &str) -> String {
    // A space without width, only where the platform would read on: copied text stays what it was.
    const APART: &str = "&#8203;";
    let text = inert(text);
    let mut out = String::new();
    let mut before = '\0';
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        let next = rest.peek().copied().unwrap_or('\0');
        if matches!(c, '\\' | '`' | '*' | '_' | '~' | '[' | ']' | '<' | '>' | '&' | '!' | '|' | '$' | '#' | '@') {
            let _ = write!(out, "&#{};", u32::from(c));
        } else {
            out.push(c);
        }
        let starts_more = match c {
            '@' => true,
            '#' => next.is_ascii_digit(),
            // `GH-1`
            '-' => next.is_ascii_digit() && before.eq_ignore_ascii_case(&'h'),
            ':' => next == '/',
            'w' | 'W' => next == '.',
            _ => false,
        };
        if starts_more {
            out.push_str(APART);
        }
        before = c;
    }
    out
}

/// Inline Markdown inside of a table.
fn cell(inline: &str) -> String {
    inline.replace('|', "\\|")
}

#[cfg(test)]
mod tests {
    use pulldown_cmark::{Event, Options, Parser, Tag};

    use super::*;

    const NASTY: &[&str] = &[
        "`x` @someone #12 GH-1 a@b.c https://e.example www.e.example",
        "``` `` ` a` [x](http://e.example) ![i](j) <img src=x onerror=y> &lt; <!-- -->",
        "**b** _i_ ~~s~~ | cell \\| more\nline\n# title\n> quote\n* item",
        "`<script>` ``@someone`` `a|b` `",
        "\u{202e}\u{200b}`",
        "$$x$$ :+1: [^1] [x] 1. <https://e.example>",
        "```",
        "` `",
        "",
    ];

    /// What a reader of Markdown makes of it, as one paragraph: all text, and the text outside of code.
    fn read(markdown: &str) -> (String, String) {
        let (mut all, mut outside) = (String::new(), String::new());
        let options = Options::all().difference(Options::ENABLE_SMART_PUNCTUATION);
        for event in Parser::new_ext(&format!("x{markdown}"), options) {
            match event {
                Event::Start(Tag::Paragraph) | Event::End(_) => {}
                Event::Text(text) => {
                    all.push_str(&text);
                    outside.push_str(&text);
                }
                Event::Code(text) => all.push_str(&text),
                other => panic!("{markdown} is read as {other:?}"),
            }
        }
        (all, outside)
    }

    #[test]
    fn what_the_user_wrote_is_text_and_nothing_else() {
        for nasty in NASTY {
            let (_, outside) = read(&prose(nasty));
            for more in ["@s", "@b", "#1", "GH-1", "://", "www."] {
                assert!(!outside.contains(more), "{nasty}: {outside}");
            }
            let (all, outside) = read(&code(nasty));
            assert_eq!((all.trim_start_matches('x').trim(), outside.as_str()), (inert(nasty).trim(), "x"), "{nasty}");
        }
    }

    #[test]
    fn nothing_of_it_is_lost() {
        for nasty in NASTY {
            let (all, _) = read(&prose(nasty));
            let letters = |text: &str| text.replace(['`', '\u{200b}'], "");
            assert_eq!(letters(&all), letters(&format!("x{}", inert(nasty))));
        }
    }

    #[test]
    fn cells_stay_cells() {
        for nasty in NASTY {
            let table = format!("| a | b |\n| --- | --- |\n| {} | {} |\n", cell(&code(nasty)), cell(&prose(nasty)));
            let cells = Parser::new_ext(&table, Options::ENABLE_TABLES)
                .filter(|event| matches!(event, Event::Start(Tag::TableCell)))
                .count();
            assert_eq!(cells, 4, "{table}");
        }
    }

    #[test]
    fn what_has_no_room_is_counted() {
        let mut out = String::new();
        section(&mut out, "h\n", ["a\n", "b\n", "c\n"].map(str::to_owned).into_iter(), 2, "role");
        assert_eq!(out, "h\na\nb\n\nand 1 more role that this comment has no room for\n");
        let mut out = "x".repeat(LENGTH);
        section(&mut out, "h", std::iter::once("a".to_owned()), 2, "role");
        assert!(out.ends_with("x\nand 1 more role that this comment has no room for\n"));
    }
}
