//! Comments that accept a finding where it stands: `countersign: ignore[audit-id, other-id] reason`.
//!
//! A comment covers the findings whose place it shares a line with. Alone on its line, it also covers the next line that is
//! not just a comment. What counts as a finding's place is the stretch it points at, the first line of its statement, and
//! the first line of its role; so a comment above a role accepts for the whole role.

use std::cell::Cell;
use std::collections::{BTreeSet, HashMap};
use std::ops::RangeInclusive;

use countersign_policy::document::{LineIndex, Span};
use countersign_policy::similar::distance;

use crate::audit::{AUDITS, by_id};
use crate::comment::{CommentSyntax, comments};
use crate::examine::Examined;
use crate::finding::Finding;
use crate::fingerprint::statement_at;
use crate::source::{InputProblem, ProblemSeverity, SourceFile, SourceMap};

/// What every such comment says, and hardly any other text.
const MARK: &str = "countersign:";

/// A comment that accepts findings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ignore {
    /// The audits, as written.
    pub ids: Vec<String>,
    /// Why, if it says so.
    pub reason: Option<String>,
    /// The directive in the file.
    pub span: Span,
    /// The lines of the comment.
    pub lines: RangeInclusive<usize>,
    /// The line below, when the comment stands alone.
    pub above: Option<usize>,
}

impl Ignore {
    fn covers(&self, lines: &RangeInclusive<usize>) -> bool {
        let shares = self.lines.start() <= lines.end() && lines.start() <= self.lines.end();
        shares || self.above == Some(*lines.start())
    }
}

/// The comments of a text that accept findings.
#[must_use]
pub fn ignores(text: &str, syntax: CommentSyntax) -> Vec<Ignore> {
    if !text.contains(MARK) {
        return Vec::new();
    }
    let index = LineIndex::new(text);
    let comments: Vec<Placed> =
        comments(text, syntax).into_iter().map(|span| Placed::new(text, &index, span)).collect();
    // From the last to the first: the line below a run of comments is the line below its last.
    let mut below: HashMap<usize, usize> = HashMap::new();
    for comment in comments.iter().rev().filter(|comment| comment.is_alone) {
        let next = comment.last + 1;
        below.insert(comment.first, below.get(&next).copied().unwrap_or(next));
    }
    comments.iter().flat_map(|comment| comment.ignores(text, below.get(&comment.first).copied())).collect()
}

/// A comment and its lines.
struct Placed {
    span: Span,
    first: usize,
    last: usize,
    /// Nothing else is on its lines.
    is_alone: bool,
}

impl Placed {
    fn new(text: &str, index: &LineIndex, span: Span) -> Self {
        let line = |offset| index.position(text, offset).line;
        let before = text.get(..span.start as usize).unwrap_or_default().trim_end_matches([' ', '\t']);
        let after = text.get(span.end as usize..).unwrap_or_default().trim_start_matches([' ', '\t', '\r']);
        let is_alone = (before.is_empty() || before.ends_with('\n')) && (after.is_empty() || after.starts_with('\n'));
        Self { span, first: line(span.start), last: line(span.end.max(span.start + 1) - 1), is_alone }
    }

    fn ignores(&self, text: &str, below: Option<usize>) -> Vec<Ignore> {
        let comment = text.get(self.span.start as usize..self.span.end as usize).unwrap_or_default();
        let mut start_of_line = self.span.start as usize;
        let mut ignores = Vec::new();
        for line in comment.split_inclusive('\n') {
            let found = line.find(MARK).and_then(|at| Some((at, line.get(at..)?.trim_end())));
            let found = found.map(|(at, words)| (at, words.strip_suffix("*/").unwrap_or(words).trim_end()));
            if let Some((at, words)) = found
                && let Some((ids, reason)) = directive(words)
            {
                let start = start_of_line + at;
                let span = Span::new(start, start + words.len());
                let above = below.filter(|_| self.is_alone);
                ignores.push(Ignore { ids, reason, span, lines: self.first..=self.last, above });
            }
            start_of_line += line.len();
        }
        ignores
    }
}

/// The audits and the reason of `countersign: ignore[…] …`. Without brackets there are no audits.
fn directive(text: &str) -> Option<(Vec<String>, Option<String>)> {
    let rest = text.strip_prefix(MARK)?.trim_start().strip_prefix("ignore")?;
    let Some((ids, reason)) = rest.trim_start().strip_prefix('[').and_then(|list| list.split_once(']')) else {
        // `countersign: ignored until …` is prose.
        let is_word = rest.starts_with(|c: char| c.is_alphanumeric() || c == '_' || c == '-');
        return (!is_word).then_some((Vec::new(), None));
    };
    let ids = ids.split(',').map(str::trim).filter(|id| !id.is_empty()).map(str::to_owned).collect();
    let reason = reason.trim().trim_start_matches([':', '-', '–', '—']).trim();
    Some((ids, (!reason.is_empty()).then(|| reason.to_owned())))
}

/// The files of the roles. Those of a template share one list, which is gone through once.
pub(crate) fn files(roles: &[Examined]) -> impl Iterator<Item = &SourceFile> {
    let maps = roles.iter().map(|examined| &examined.role.sources);
    let mut last: Option<&SourceMap> = None;
    let fresh = maps.filter(move |map| !last.replace(map).is_some_and(|last| last.is(map)));
    fresh.flat_map(SourceMap::files)
}

/// The ignores of every file that roles came from.
pub(crate) struct Ignores<'r> {
    files: HashMap<&'r str, Vec<Listed<'r>>>,
}

struct Listed<'r> {
    ignore: Ignore,
    file: &'r SourceFile,
    used: Cell<BTreeSet<&'static str>>,
}

impl<'r> Ignores<'r> {
    pub(crate) fn of(roles: &'r [Examined]) -> Self {
        let mut listed: HashMap<&str, Vec<Listed<'_>>> = HashMap::new();
        for file in files(roles) {
            listed.entry(file.path()).or_insert_with(|| {
                let syntax = CommentSyntax::of(file.path(), file.text());
                let found = syntax.map(|syntax| ignores(file.text(), syntax)).unwrap_or_default();
                found.into_iter().map(|ignore| Listed { ignore, file, used: Cell::default() }).collect()
            });
        }
        listed.retain(|_, ignores| !ignores.is_empty());
        Self { files: listed }
    }

    /// The comment that accepts the finding.
    pub(crate) fn accepting(&self, finding: &Finding, examined: &Examined) -> Option<&Ignore> {
        if self.files.is_empty() {
            return None;
        }
        let role = &examined.role;
        let first_line = |span: Span| {
            let location = role.sources.location(span);
            (location.path, location.line..=location.line)
        };
        let location = &finding.location;
        let statement = statement_at(examined, finding.policy_span).map(|statement| role.locate(statement.span));
        let mut places = vec![(location.path.clone(), location.line..=location.end_line), first_line(role.span)];
        places.extend(statement.map(first_line));
        let mut accepting = None;
        for (path, lines) in places {
            let listed = self.files.get(path.as_str()).into_iter().flatten();
            for listed in listed.filter(|listed| listed.ignore.covers(&lines)) {
                if listed.ignore.ids.iter().any(|id| id == finding.id) {
                    let mut used = listed.used.take();
                    used.insert(finding.id);
                    listed.used.set(used);
                    accepting = accepting.or(Some(&listed.ignore));
                }
            }
        }
        accepting
    }

    /// What is wrong with the comments themselves, once every finding has been asked about.
    pub(crate) fn problems(&self) -> Vec<InputProblem> {
        self.files.values().flatten().flat_map(Listed::problems).collect()
    }
}

impl Listed<'_> {
    fn problems(&self) -> Vec<InputProblem> {
        let warn = |message: String, help: String| {
            InputProblem::at(self.file, self.ignore.span, ProblemSeverity::Warning, message, Some(help))
        };
        if self.ignore.ids.is_empty() {
            let help = "write `countersign: ignore[audit-id] reason`; `countersign explain` lists the audits";
            return vec![warn("this ignore names no audit".to_owned(), help.to_owned())];
        }
        let used = self.used.take();
        let mut problems = Vec::new();
        for id in &self.ignore.ids {
            if by_id(id).is_none() {
                problems.push(warn(format!("there is no audit `{id}`"), suggestion(id)));
            } else if !used.contains(id.as_str()) {
                let help =
                    "remove it, or move it to the line of the finding, its statement or its role, or right above";
                problems.push(warn(format!("nothing to ignore here: `{id}` finds nothing"), help.to_owned()));
            }
        }
        self.used.set(used);
        problems
    }
}

/// What somebody who wrote this audit id may have meant.
#[must_use]
pub fn suggestion(id: &str) -> String {
    let distance = |id_of: &str| distance(id_of, id);
    let nearest = AUDITS.iter().map(|audit| audit.id).min_by_key(|audit| distance(audit));
    let hint = nearest.filter(|audit| distance(audit) <= id.len() / 2);
    let hint = hint.map_or(String::new(), |audit| format!("did you mean `{audit}`? "));
    format!("{hint}`countersign explain` lists them all")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The audits, the reason, the lines, and the line below.
    type Found = (Vec<String>, Option<String>, RangeInclusive<usize>, Option<usize>);

    fn found(text: &str) -> Vec<Found> {
        let ignores = ignores(text, CommentSyntax::Hcl);
        ignores.into_iter().map(|ignore| (ignore.ids, ignore.reason, ignore.lines, ignore.above)).collect()
    }

    fn owned(ids: &[&str]) -> Vec<String> {
        ids.iter().map(|id| (*id).to_owned()).collect()
    }

    #[test]
    fn directives_are_read() {
        let text = "a = 1 # tfsec:x countersign: ignore[public-trust,weak-external-id]: known to us \n\
                    b = \"countersign: ignore[no]\"\n// countersign:ignore [ a ]\n/* countersign: ignore[b] why */\nc = 1";
        let expected = [
            (owned(&["public-trust", "weak-external-id"]), Some("known to us".to_owned()), 1..=1, None),
            (owned(&["a"]), None, 3..=3, Some(5)),
            (owned(&["b"]), Some("why".to_owned()), 4..=4, Some(5)),
        ];
        assert_eq!(found(text), expected);
    }

    #[test]
    fn an_ignore_without_audits_is_told_from_prose() {
        assert_eq!(found("# countersign: ignore\n")[0].0, owned(&[]));
        assert_eq!(found("# countersign: ignore all of it\n")[0].0, owned(&[]));
        assert_eq!(found("# countersign: ignored here\n# what countersign: does\n"), []);
    }

    #[test]
    fn the_span_is_the_directive() {
        let text = "/*\n * countersign: ignore[é] x  \n */";
        let [ignore] = ignores(text, CommentSyntax::Hcl).try_into().unwrap();
        assert_eq!(text.get(ignore.span.start as usize..ignore.span.end as usize), Some("countersign: ignore[é] x"));
        assert_eq!((ignore.lines, ignore.above), (1..=3, Some(4)));
    }

    #[test]
    fn many_comments_take_linear_time() {
        // Quadratic time would be minutes.
        let stacked = "# countersign: ignore[a]\n".repeat(20_000);
        assert!(found(&stacked).iter().all(|(.., above)| *above == Some(20_001)));
        let on_one_line = "/* countersign: ignore[a] */".repeat(20_000);
        assert_eq!(found(&on_one_line).len(), 20_000);
        assert_eq!(found(&format!("# {}", "countersign: ".repeat(100_000))).len(), 0);
    }

    #[test]
    fn ids_near_an_audit_get_a_suggestion() {
        assert!(suggestion("missing-externalid").starts_with("did you mean `missing-external-id`?"));
        assert!(suggestion("x").starts_with("`countersign explain`"));
    }
}
