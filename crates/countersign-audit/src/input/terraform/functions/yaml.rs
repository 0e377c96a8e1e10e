//! YAML as `yamldecode` reads it: plain scalars get the types of the core schema, and of YAML 1.1 booleans only `true` and
//! `false` in their three spellings.

use std::collections::HashMap;

use countersign_policy::document::{MAX_NESTING, Span, Text};
use granit_parser::{Event, Options, Parser, ScalarStyle, Tag};

use super::super::conversion::to_text;
use super::super::value::{Entry, Kind, Value};
use super::Outcome;
use super::call::weight;

/// The most that aliases may add, in values and bytes of text.
const MOST_ALIASED: usize = 1 << 20;

/// The one document of a text. Every part stands at `span`.
pub(super) fn parse_yaml(text: &str, span: Span) -> Outcome {
    let mut options = Options::default();
    options.set_emit_comments(false);
    let mut builder = Builder { span, root: None, open: Vec::new(), anchors: HashMap::new(), aliased: 0 };
    for event in Parser::new_from_str_with_options(text, options) {
        let (event, _) = event.map_err(|error| format!("not YAML: {}", error.info()))?;
        builder.event(event)?;
    }
    Ok(builder.root.unwrap_or(Value { kind: Kind::Null, span }))
}

struct Builder {
    span: Span,
    root: Option<Value>,
    open: Vec<Open>,
    anchors: HashMap<usize, Value>,
    aliased: usize,
}

/// A collection whose end has not come yet.
struct Open {
    anchor: usize,
    contents: Contents,
}

enum Contents {
    List(Vec<Value>),
    Map { entries: Vec<Entry>, key: Option<Text> },
}

impl Builder {
    fn event(&mut self, event: Event<'_>) -> Result<(), String> {
        match event {
            Event::Scalar(text, style, anchor, tag) => {
                let kind = match tag.as_deref() {
                    None => scalar(&text, style),
                    Some(tag) if tag.is_yaml_core_schema() && tag.original().ends_with("str") => {
                        Kind::String(Text::literal(&*text))
                    }
                    Some(tag) => return Err(unknown_tag(tag)),
                };
                self.finish(Value { kind, span: self.span }, anchor)
            }
            Event::SequenceStart(_, anchor, tag) => self.start(Contents::List(Vec::new()), anchor, tag.as_deref()),
            Event::MappingStart(_, anchor, tag) => {
                self.start(Contents::Map { entries: Vec::new(), key: None }, anchor, tag.as_deref())
            }
            Event::SequenceEnd | Event::MappingEnd => {
                let Some(open) = self.open.pop() else { return Ok(()) };
                let kind = match open.contents {
                    Contents::List(values) => Kind::List(values),
                    Contents::Map { entries, .. } => Kind::Map(entries),
                };
                self.finish(Value { kind, span: self.span }, open.anchor)
            }
            Event::Alias(id) => {
                let value = self.anchors.get(&id).cloned().ok_or("an alias inside its own anchor")?;
                self.aliased += weight(&value);
                if self.aliased > MOST_ALIASED || self.open.len() + height(&value) > MAX_NESTING {
                    return Err("aliases make this YAML too large".to_owned());
                }
                self.attach(value)
            }
            _ => Ok(()),
        }
    }

    fn start(&mut self, contents: Contents, anchor: usize, tag: Option<&Tag>) -> Result<(), String> {
        if let Some(tag) = tag.filter(|tag| !tag.is_yaml_core_schema()) {
            return Err(unknown_tag(tag));
        }
        if self.open.len() >= MAX_NESTING {
            return Err(format!("YAML that nests deeper than {MAX_NESTING} levels"));
        }
        self.open.push(Open { anchor, contents });
        Ok(())
    }

    fn finish(&mut self, value: Value, anchor: usize) -> Result<(), String> {
        if anchor != 0 {
            self.anchors.insert(anchor, value.clone());
        }
        self.attach(value)
    }

    fn attach(&mut self, value: Value) -> Result<(), String> {
        let span = self.span;
        match self.open.last_mut().map(|open| &mut open.contents) {
            None if self.root.is_some() => return Err("`yamldecode` reads one document only".to_owned()),
            None => self.root = Some(value),
            Some(Contents::List(values)) => values.push(value),
            Some(Contents::Map { entries, key }) => match key.take() {
                None => *key = Some(to_text(&value).map_err(|_| "a key that is not text".to_owned())?),
                Some(key) if key.known() == Some("<<") => return Err("merge keys are not worked out".to_owned()),
                Some(key) if entries.iter().any(|entry| entry.key == key) => {
                    return Err(format!("the key `{}` twice", key.display()));
                }
                Some(key) => entries.push(Entry { key, key_span: span, value }),
            },
        }
        Ok(())
    }
}

fn unknown_tag(tag: &Tag) -> String {
    format!("the YAML tag `{}`", tag.original())
}

fn scalar(text: &str, style: ScalarStyle) -> Kind {
    if style != ScalarStyle::Plain {
        return Kind::String(Text::literal(text));
    }
    match text {
        "" | "~" | "null" | "Null" | "NULL" => Kind::Null,
        "true" | "True" | "TRUE" => Kind::Bool(true),
        "false" | "False" | "FALSE" => Kind::Bool(false),
        _ => number(text).map_or_else(|| Kind::String(Text::literal(text)), Kind::Number),
    }
}

/// The number a plain scalar is: decimal, hexadecimal, or octal by a leading zero as in YAML 1.1.
fn number(text: &str) -> Option<f64> {
    let digits = text.trim_start_matches(['+', '-']);
    let sign = if text.starts_with('-') { -1.0 } else { 1.0 };
    #[expect(clippy::cast_precision_loss, reason = "as exact as a number of Terraform's is here")]
    let radix = |digits: &str, radix| i64::from_str_radix(digits, radix).ok().map(|number| number as f64 * sign);
    if text.len() - digits.len() > 1 || !digits.starts_with(|first: char| first.is_ascii_digit() || first == '.') {
        return None;
    }
    if let Some(hexadecimal) = digits.strip_prefix("0x") {
        return radix(hexadecimal, 16);
    }
    let octal = digits.strip_prefix("0o").or_else(|| digits.strip_prefix('0'));
    if let Some(octal) = octal.filter(|octal| !octal.is_empty() && octal.chars().all(|each| each.is_digit(8))) {
        return radix(octal, 8);
    }
    let is_part = |each: char| each.is_ascii_digit() || matches!(each, '.' | 'e' | 'E' | '+' | '-');
    digits
        .parse()
        .ok()
        .filter(|number: &f64| digits.chars().all(is_part) && number.is_finite())
        .map(|number| number * sign)
}

fn height(value: &Value) -> usize {
    children(value).map(|child| height(child) + 1).max().unwrap_or(0)
}

fn children(value: &Value) -> Box<dyn Iterator<Item = &Value> + '_> {
    match &value.kind {
        Kind::List(values) => Box::new(values.iter()),
        Kind::Map(entries) => Box::new(entries.iter().map(|entry| &entry.value)),
        _ => Box::new(std::iter::empty()),
    }
}
