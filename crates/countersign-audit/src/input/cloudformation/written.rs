//! A tree as JSON text, which may have holes.

use countersign_policy::document::{Node, Text, Value};

use super::resolve::Pieces;

/// The JSON of a node. Holes stay holes in its strings.
pub(super) fn json(node: &Node) -> Text {
    let mut pieces = Pieces::default();
    write(node, &mut pieces);
    pieces.finish()
}

fn write(node: &Node, out: &mut Pieces) {
    match &node.value {
        Value::Null => out.push_str("null"),
        Value::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
        Value::Number(spelling) => out.push_str(spelling),
        Value::String(text) => string(text, out),
        Value::Array(nodes) => {
            out.push_str("[");
            for (nth, node) in nodes.iter().enumerate() {
                out.push_str(if nth > 0 { "," } else { "" });
                write(node, out);
            }
            out.push_str("]");
        }
        Value::Object(members) => {
            out.push_str("{");
            for (nth, member) in members.iter().enumerate() {
                out.push_str(if nth > 0 { "," } else { "" });
                string(&Text::literal(member.key.clone()), out);
                out.push_str(":");
                write(&member.value, out);
            }
            out.push_str("}");
        }
    }
}

fn string(text: &Text, out: &mut Pieces) {
    out.push_str("\"");
    let mut from = 0;
    for hole in text.holes() {
        escaped(text.lossy().get(from..hole.at).unwrap_or_default(), out);
        out.push(&Text::default().with_hole(hole.name.clone()));
        from = hole.at;
    }
    escaped(text.lossy().get(from..).unwrap_or_default(), out);
    out.push_str("\"");
}

fn escaped(text: &str, out: &mut Pieces) {
    let mut written = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '"' | '\\' => written.extend(['\\', letter]),
            '\u{0}'..'\u{20}' => written.push_str(&format!("\\u{:04x}", u32::from(letter))),
            _ => written.push(letter),
        }
    }
    out.push_str(&written);
}
