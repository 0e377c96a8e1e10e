//! Functions that take a regular expression. Terraform's syntax is RE2's, which is this crate's but for rarities.

use countersign_policy::document::Text;
use regex_lite::{Captures, Regex, RegexBuilder};

use super::super::value::{Entry, Kind, Value};
use super::call::LARGEST;
use super::{Call, Function, Outcome, function};

pub(super) const FUNCTIONS: &[Function] = &[function("regex", 2, 2, find), function("regexall", 2, 2, find_all)];

/// What a compiled expression may take, in bytes.
const LARGEST_REGEX: usize = 1 << 18;

/// The expression, `None` when this crate does not take it.
fn compile(pattern: &str) -> Option<Regex> {
    RegexBuilder::new(pattern).size_limit(LARGEST_REGEX).build().ok()
}

/// `replace` with an expression between slashes.
pub(super) fn replace(call: &Call<'_>, text: &Text, pattern: &str, new: &Text) -> Outcome {
    let (Some(text), Some(new), Some(regex)) = (text.known(), new.known(), compile(pattern)) else {
        return Ok(call.unknown());
    };
    let mut left = LARGEST;
    let replaced = regex.replace_all(text, |found: &Captures<'_>| {
        let mut expanded = String::new();
        if left > 0 {
            found.expand(new, &mut expanded);
        }
        left = left.saturating_sub(expanded.len());
        expanded
    });
    call.bounded(1, if left == 0 { usize::MAX } else { 0 })?;
    Ok(Value::text(Text::literal(replaced), call.span_of(0)))
}

fn find(call: &Call<'_>) -> Outcome {
    let (Some(pattern), Some(text)) = (call.known_text(0)?, call.known_text(1)?) else { return Ok(call.unknown()) };
    let Some(regex) = compile(&pattern) else { return Ok(call.unknown()) };
    let found = regex.captures(&text).ok_or("`regex` finds nothing that matches")?;
    Ok(captured(call, &regex, &found))
}

fn find_all(call: &Call<'_>) -> Outcome {
    let (Some(pattern), Some(text)) = (call.known_text(0)?, call.known_text(1)?) else { return Ok(call.unknown()) };
    let Some(regex) = compile(&pattern) else { return Ok(call.unknown()) };
    let found = regex.captures_iter(&text).map(|found| captured(call, &regex, &found));
    Ok(call.yields(Kind::List(found.collect())))
}

/// The match, or its groups if it has any: a map if they have names, else a list.
fn captured(call: &Call<'_>, regex: &Regex, found: &Captures<'_>) -> Value {
    let span = call.span_of(1);
    let group = |at: usize| match found.get(at) {
        Some(group) => Value::text(Text::literal(group.as_str()), span),
        None => Value::new(Kind::Null, span),
    };
    let names: Vec<(usize, &str)> =
        regex.capture_names().enumerate().filter_map(|(at, name)| Some((at, name?))).collect();
    if !names.is_empty() {
        let entry = |(at, name): (usize, &str)| Entry { key: Text::literal(name), key_span: span, value: group(at) };
        return call.yields(Kind::Map(names.into_iter().map(entry).collect()));
    }
    match found.len() {
        1 => group(0),
        groups => call.yields(Kind::List((1..groups).map(group).collect())),
    }
}
