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
}
