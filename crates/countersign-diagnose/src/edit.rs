//! Changes to a text: spans of it and what replaces them. The rest stays as it is, byte for byte.

use countersign_policy::document::Span;

/// One replacement. An empty span inserts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edit {
    /// What is replaced.
    pub span: Span,
    /// What takes its place.
    pub text: String,
}

impl Edit {
    /// Replaces `span`.
    #[must_use]
    pub fn replace(span: Span, text: impl Into<String>) -> Self {
        Self { span, text: text.into() }
    }

    /// Inserts before byte `at`.
    #[must_use]
    pub fn insert(at: usize, text: impl Into<String>) -> Self {
        Self { span: Span::new(at, at), text: text.into() }
    }
}

/// `source` with all edits made, or `None` when they overlap or do not lie in it.
#[must_use]
pub fn apply(source: &str, edits: &[Edit]) -> Option<String> {
    let mut ordered: Vec<&Edit> = edits.iter().collect();
    ordered.sort_by_key(|edit| edit.span);
    let mut out = String::with_capacity(source.len() + 64);
    let mut from = 0;
    for edit in ordered {
        let (start, end) = (edit.span.start as usize, edit.span.end as usize);
        out.push_str(source.get(from..start)?);
        source.get(start..end)?;
        out.push_str(&edit.text);
        from = end;
    }
    out.push_str(source.get(from..)?);
    Some(out)
}

/// The difference between what a file holds, as `git apply` and `patch -p1` take it: exact, so that whoever shows it to people
/// makes it inert first. A file that is not there has no text.
#[must_use]
pub fn difference(path: &str, before: Option<&str>, after: Option<&str>) -> String {
    // As both tools count lines: nothing but a line feed ends one.
    let lines = |text: Option<&str>| -> Vec<String> {
        text.unwrap_or_default().split_inclusive('\n').map(str::to_owned).collect()
    };
    let (old, new) = (lines(before), lines(after));
    let (old, new): (Vec<&str>, Vec<&str>) =
        (old.iter().map(String::as_str).collect(), new.iter().map(String::as_str).collect());
    let name = |side: &str, text: Option<&str>| text.map_or("/dev/null".to_owned(), |_| header(side, path));
    let diff = similar::TextDiff::configure().newline_terminated(true).diff_slices(&old, &new);
    diff.unified_diff().context_radius(3).header(&name("a/", before), &name("b/", after)).to_string()
}

/// A path as git writes it into a patch: in quotes where it holds what would end the line or the name. A tab ends a name
/// with blanks in it.
fn header(side: &str, path: &str) -> String {
    let is_odd = |c: char| c.is_ascii_control() || matches!(c, '"' | '\\');
    if path.contains(is_odd) {
        let escaped = |c: char| match c {
            '"' | '\\' => format!("\\{c}"),
            c if c.is_ascii_control() => format!("\\{:03o}", u32::from(c)),
            c => c.to_string(),
        };
        return format!("\"{side}{}\"", path.chars().map(escaped).collect::<String>());
    }
    let end = if path.contains(' ') { "\t" } else { "" };
    format!("{side}{path}{end}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edits_apply_in_the_order_of_their_places() {
        let edits = [Edit::replace(Span::new(4, 5), "C"), Edit::insert(0, "> ")];
        assert_eq!(apply("a b c d", &edits).as_deref(), Some("> a b C d"));
    }

    #[test]
    fn edits_that_overlap_or_leave_the_text_are_refused() {
        assert_eq!(apply("abcd", &[Edit::replace(Span::new(0, 3), ""), Edit::replace(Span::new(2, 4), "")]), None);
        assert_eq!(apply("ab", &[Edit::insert(3, "x")]), None);
        assert_eq!(apply("é", &[Edit::insert(1, "x")]), None);
    }

    #[test]
    fn a_patch_names_files_as_git_does() {
        assert_eq!(header("a/", "é/main.tf"), "a/é/main.tf");
        assert_eq!(header("a/", "my role.tf"), "a/my role.tf\t");
        assert_eq!(header("b/", "a\n\"b\"\\.tf"), r#""b/a\012\"b\"\\.tf""#);
    }

    #[test]
    fn nothing_but_a_line_feed_ends_a_line_of_a_patch() {
        let patch = difference("a.py", Some("x\ry\n"), Some("x\rz\n"));
        assert_eq!(patch, "--- a/a.py\n+++ b/a.py\n@@ -1 +1 @@\n-x\ry\n+x\rz\n");
    }
}
