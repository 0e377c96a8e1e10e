//! Two values one above the other, with what differs marked and what cannot be seen named.

use similar::{Algorithm, DiffOp, capture_diff_slices};

/// A character of a value as it is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Glyph {
    /// What is shown: the character, or its name where it cannot be seen or tells nothing apart: `U+200B`, `\n`, `␠`.
    /// Empty where only the other value has a character.
    pub shown: String,
    /// Whether the other value has something else here.
    pub differs: bool,
}

/// No ExternalId has more than 1224 characters; of a longer text the beginning is compared.
const LONGEST: usize = 1300;

/// The two values, character by character; glyphs at the same place of both lists belong above each other.
///
/// ```
/// # use countersign_diagnose::external_id::compare;
/// let (required, sent) = compare("a-b", "a-b\u{200b}");
/// assert_eq!(required.len(), sent.len());
/// assert_eq!(sent.last().map(|glyph| (glyph.shown.as_str(), glyph.differs)), Some(("U+200B", true)));
/// ```
#[must_use]
pub fn compare(required: &str, sent: &str) -> (Vec<Glyph>, Vec<Glyph>) {
    let chars = |text: &str| text.chars().take(LONGEST).collect::<Vec<char>>();
    let (required, sent) = (chars(required), chars(sent));
    let mut lines = (Vec::new(), Vec::new());
    for op in capture_diff_slices(Algorithm::Myers, &required, &sent) {
        let (old, new) = (op.old_range(), op.new_range());
        let differs = !matches!(op, DiffOp::Equal { .. });
        let glyphs = |chars: Option<&[char]>, length: usize| -> Vec<Glyph> {
            let shown = chars
                .unwrap_or_default()
                .iter()
                .map(|c| Glyph { shown: if differs { name(*c) } else { same(*c) }, differs });
            let empty = || Glyph { shown: String::new(), differs };
            shown.chain(std::iter::repeat_with(empty)).take(length).collect()
        };
        let length = old.len().max(new.len());
        lines.0.extend(glyphs(required.get(old), length));
        lines.1.extend(glyphs(sent.get(new), length));
    }
    lines
}

/// A character that both have.
fn same(c: char) -> String {
    if c == ' ' { c.to_string() } else { name(c) }
}

/// A character, or its name.
fn name(c: char) -> String {
    match c {
        '\n' => "\\n".to_owned(),
        '\r' => "\\r".to_owned(),
        '\t' => "\\t".to_owned(),
        ' ' => "␠".to_owned(),
        ' '..='~' => c.to_string(),
        // Beyond ASCII nothing can be sent, and what looks like ASCII is most often what is wrong.
        c => format!("U+{:04X}", u32::from(c)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(glyphs: &[Glyph]) -> String {
        let one = |glyph: &Glyph| match (glyph.differs, glyph.shown.as_str()) {
            (true, "") => "_".to_owned(),
            (true, shown) => format!("<{shown}>"),
            (false, shown) => shown.to_owned(),
        };
        glyphs.iter().map(one).collect()
    }

    #[test]
    fn what_differs_stands_above_each_other_and_is_named() {
        for (required, sent, above, below) in [
            ("tenant-7F2", "tenant-7f2", "tenant-7<F>2", "tenant-7<f>2"),
            ("tenant", "tenant\n", "tenant_", "tenant<\\n>"),
            ("tenant", " tenant", "_tenant", "<␠>tenant"),
            ("a b", "a b", "a b", "a b"),
            ("te\u{200b}nant", "tenant", "te<U+200B>nant", "te_nant"),
            ("a-b", "a\u{2013}b", "a<->b", "a<U+2013>b"),
            ("", "x", "_", "<x>"),
        ] {
            let (first, second) = compare(required, sent);
            assert_eq!((shown(&first).as_str(), shown(&second).as_str()), (above, below));
            assert_eq!(first.len(), second.len());
        }
    }
}
