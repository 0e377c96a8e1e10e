//! Writes XML laid out as AWS lays it out: two spaces a level, a line an element.

use std::borrow::Cow;

use super::{Element, Value};

/// Credentials with their session token fit.
const USUAL_BYTES: usize = 2048;

/// A document being written.
#[derive(Debug, Default)]
pub(crate) struct Xml {
    text: String,
    depth: usize,
}

impl Xml {
    /// A whole document whose root is `name` in `namespace`.
    pub(crate) fn document(name: &str, namespace: &str, content: impl FnOnce(&mut Self)) -> String {
        let mut xml = Self { text: String::with_capacity(USUAL_BYTES), depth: 0 };
        xml.line(&["<", name, " xmlns=\"", namespace, "\">"]);
        xml.close(name, content);
        xml.text
    }

    /// An element of elements.
    pub(crate) fn parent(&mut self, name: &str, content: impl FnOnce(&mut Self)) {
        self.line(&["<", name, ">"]);
        self.close(name, content);
    }

    /// An element of text.
    pub(crate) fn leaf(&mut self, name: &str, text: impl AsRef<str>) {
        self.line(&["<", name, ">", &escape(text.as_ref()), "</", name, ">"]);
    }

    /// An element of nothing.
    pub(crate) fn empty(&mut self, name: &str) {
        self.line(&["<", name, "/>"]);
    }

    /// Elements that were made before.
    pub(crate) fn elements(&mut self, elements: &[Element]) {
        for element in elements {
            self.value(element.name, &element.value);
        }
    }

    fn value(&mut self, name: &str, value: &Value) {
        match value {
            Value::Text(text) => self.leaf(name, text),
            Value::Number(number) => self.leaf(name, number.to_string()),
            Value::Boolean(truth) => self.leaf(name, if *truth { "true" } else { "false" }),
            Value::Time(moment) => self.leaf(name, moment.to_string()),
            Value::Structure(members) if members.is_empty() => self.empty(name),
            Value::List(members) if members.is_empty() => self.empty(name),
            Value::Map(entries) if entries.is_empty() => self.empty(name),
            Value::Structure(members) => self.parent(name, |xml| xml.elements(members)),
            Value::List(members) => self.parent(name, |xml| {
                for member in members {
                    xml.value("member", member);
                }
            }),
            Value::Map(entries) => self.parent(name, |xml| {
                for (key, value) in entries {
                    xml.parent("entry", |xml| {
                        xml.leaf("key", key);
                        xml.value("value", value);
                    });
                }
            }),
        }
    }

    /// What an element that is open holds, and its end.
    fn close(&mut self, name: &str, content: impl FnOnce(&mut Self)) {
        self.depth += 1;
        content(self);
        self.depth -= 1;
        self.line(&["</", name, ">"]);
    }

    fn line(&mut self, parts: &[&str]) {
        self.text.extend(std::iter::repeat_n("  ", self.depth));
        parts.iter().for_each(|part| self.text.push_str(part));
        self.text.push('\n');
    }
}

/// Errors repeat what a client sent, which may hold anything: what XML 1.0 cannot hold becomes U+FFFD.
fn escape(text: &str) -> Cow<'_, str> {
    let is_plain = |byte: &u8| matches!(byte, b' '..=b'~') && !matches!(byte, b'&' | b'<' | b'>' | b'"');
    if text.as_bytes().iter().all(is_plain) {
        return Cow::Borrowed(text);
    }
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\r' => escaped.push_str("&#xD;"),
            '\t' | '\n' | '\u{20}'..='\u{FFFD}' | '\u{10000}'.. => escaped.push(character),
            _ => escaped.push('\u{FFFD}'),
        }
    }
    Cow::Owned(escaped)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_cannot_leave_its_element() {
        let text = Xml::document("A", "urn:x", |xml| xml.leaf("B", "</B>&\u{1}\r\u{FFFF}"));
        assert_eq!(text, "<A xmlns=\"urn:x\">\n  <B>&lt;/B&gt;&amp;\u{FFFD}&#xD;\u{FFFD}</B>\n</A>\n");
    }
}
