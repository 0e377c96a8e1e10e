//! Where the characters of a scalar stand in the file: a policy or a template inside a text is read, and what is found in
//! it is to be shown where it was written.

use countersign_policy::document::{Member, Node, Span, Value};

/// The place of every byte of `decoded`, the content of the scalar at `outer` of `file`.
///
/// Blanks are not told apart: a block scalar loses its indentation, a folded one its line breaks. Where the rest does not
/// agree with the file, every byte stands at the whole scalar.
pub(super) fn places(file: &str, outer: Span, decoded: &str) -> Vec<Span> {
    let written = file.get(outer.start as usize..outer.end as usize).unwrap_or_default();
    aligned(written, outer.start, decoded).unwrap_or_else(|| vec![outer; decoded.len()])
}

fn aligned(written: &str, base: u32, decoded: &str) -> Option<Vec<Span>> {
    let (style, mut at) = match written.as_bytes().first()? {
        b'"' => (Style::Escaped, 1),
        b'\'' => (Style::Doubled, 1),
        // The content of a block starts on its second line.
        b'|' | b'>' => (Style::Bare, written.find('\n')? + 1),
        _ => (Style::Bare, 0),
    };
    let mut places = Vec::with_capacity(decoded.len());
    for letter in decoded.chars() {
        let (start, end) = if letter.is_whitespace() {
            (at, at + 1)
        } else {
            at = style.past_blanks(written, at)?;
            let end = style.past(written, at, letter)?;
            (std::mem::replace(&mut at, end), end)
        };
        let place = Span::new(base as usize + start, base as usize + end);
        places.extend(std::iter::repeat_n(place, letter.len_utf8()));
    }
    Some(places)
}

/// How a scalar is written.
#[derive(Clone, Copy)]
enum Style {
    /// Without escapes.
    Bare,
    /// In single quotes: `''` is a quote.
    Doubled,
    /// In double quotes, as in JSON.
    Escaped,
}

impl Style {
    /// The next place with something that is no blank, written as such or as an escape.
    fn past_blanks(self, written: &str, mut at: usize) -> Option<usize> {
        loop {
            let mut rest = written.get(at..)?.chars();
            match rest.next()? {
                blank if blank.is_whitespace() => at += blank.len_utf8(),
                '\\' if matches!(self, Self::Escaped)
                    && matches!(rest.next()?, 'n' | 't' | 'r' | ' ' | '\n' | '\r') =>
                {
                    at += 2;
                }
                _ => return Some(at),
            }
        }
    }

    /// Where `letter`, which stands at `at`, ends; `None` when something else stands there.
    fn past(self, written: &str, at: usize, letter: char) -> Option<usize> {
        let rest = written.get(at..)?;
        if let (Self::Doubled, '\'') = (self, letter) {
            return rest.starts_with("''").then_some(at + 2);
        }
        let Some(escape) = rest.strip_prefix('\\').filter(|_| matches!(self, Self::Escaped)) else {
            return rest.starts_with(letter).then(|| at + letter.len_utf8());
        };
        let width = match escape.chars().next()? {
            'u' if letter.len_utf16() == 2 => 12,
            'u' => 6,
            'x' => 4,
            'U' => 10,
            meant @ ('"' | '\\' | '/') if meant != letter => return None,
            _ => 2,
        };
        Some(at + width)
    }
}

/// Moves every place in a tree.
pub(super) fn moved(node: &mut Node, to: &impl Fn(Span) -> Span) {
    node.span = to(node.span);
    match &mut node.value {
        Value::Array(nodes) => nodes.iter_mut().for_each(|node| moved(node, to)),
        Value::Object(members) => {
            for Member { key_span, value, .. } in members {
                *key_span = to(*key_span);
                moved(value, to);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// The places of a stretch of bytes as one.
pub(super) fn joined(places: &[Span], span: Span) -> Span {
    let stretch = places.get(span.start as usize..(span.end as usize).min(places.len())).unwrap_or_default();
    match (stretch.first(), stretch.last()) {
        (Some(first), Some(last)) => Span { start: first.start, end: last.end.max(first.end) },
        _ => {
            let next = places.get(span.start as usize).map(|place| place.start);
            let at = next.or_else(|| places.last().map(|place| place.end)).unwrap_or_default();
            Span { start: at, end: at }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(file: &str, outer: Span, decoded: &str, wanted: &str) -> Option<String> {
        let start = decoded.find(wanted)?;
        let place = joined(&places(file, outer, decoded), Span::new(start, start + wanted.len()));
        file.get(place.start as usize..place.end as usize).map(str::to_owned)
    }

    #[test]
    fn every_style_of_scalar_is_followed() {
        let block = "a: |\n    {\n      \"b\": 1\n    }\n";
        let outer = Span::new(3, block.trim_end().len());
        assert_eq!(written(block, outer, "{\n  \"b\": 1\n}\n", "\"b\"").as_deref(), Some("\"b\""));
        let json = r#"{"a": "{\"b\":\n \"\u00e9c\"}"}"#;
        let outer = Span::new(6, json.len() - 1);
        assert_eq!(written(json, outer, "{\"b\":\n \"éc\"}", "\"éc\"").as_deref(), Some(r#"\"\u00e9c\""#));
        let quoted = "'it''s {b}'";
        assert_eq!(written(quoted, Span::new(0, quoted.len()), "it's {b}", "{b}").as_deref(), Some("{b}"));
        let folded = "a: >-\n  {b:\n  c}";
        assert_eq!(written(folded, Span::new(3, folded.len()), "{b: c}", "c}").as_deref(), Some("c}"));
    }

    #[test]
    fn what_does_not_agree_stands_at_the_whole() {
        assert_eq!(written("a: xyz", Span::new(3, 6), "xqz", "q").as_deref(), Some("xyz"));
    }
}
