//! Functions on text.

use countersign_policy::document::Text;

use super::super::conversion::{Piece, Pieces, pieces, to_text};
use super::super::value::{Kind, Value};
use super::call::{is_spread, show_text};
use super::{ANY, Call, Function, Outcome, function};
use crate::symbol::{OWN_ACCOUNT, OWN_ORGANIZATION, OWN_PARTITION, URL_SUFFIX};

pub(super) const FUNCTIONS: &[Function] = &[
    function("basename", 1, 1, |call| whole(call, |path| split_path(path).1.to_owned())),
    function("chomp", 1, 1, |call| trim_ends(call, Ends::Right, |each| matches!(each, '\n' | '\r'))),
    function("dirname", 1, 1, |call| whole(call, |path| split_path(path).0.to_owned())),
    function("endswith", 2, 2, |call| tell(call, ends_with)),
    function("indent", 2, 2, indent),
    function("join", 1, ANY, join),
    function("lower", 1, 1, |call| by_piece(call, str::to_lowercase)),
    function("replace", 3, 3, replace),
    function("split", 2, 2, split),
    function("startswith", 2, 2, |call| tell(call, starts_with)),
    function("strcontains", 2, 2, |call| tell(call, holds)),
    function("strrev", 1, 1, |call| whole(call, |text| text.chars().rev().collect())),
    function("substr", 3, 3, substr),
    function("title", 1, 1, |call| whole(call, title)),
    function("trim", 2, 2, trim),
    function("trimprefix", 2, 2, trim_prefix),
    function("trimspace", 1, 1, |call| trim_ends(call, Ends::Both, char::is_whitespace)),
    function("trimsuffix", 2, 2, trim_suffix),
    function("upper", 1, 1, |call| by_piece(call, str::to_uppercase)),
];

/// Whether a hole is one of the owner's values: lower case, and without separators.
fn is_symbol(name: &str) -> bool {
    matches!(name, OWN_ACCOUNT | OWN_ORGANIZATION | OWN_PARTITION | URL_SUFFIX)
}

/// What works on each part of a text by itself.
fn by_piece(call: &Call<'_>, change: fn(&str) -> String) -> Outcome {
    let text = call.text(0)?;
    let mut out = Pieces::default();
    for piece in pieces(&text) {
        match piece {
            Piece::Literal(literal) => out.literal(&change(literal)),
            Piece::Hole(name) if call.name == "lower" && is_symbol(name) => out.hole(name),
            Piece::Hole(name) => out.hole(&call.of_hole(name)),
        }
    }
    Ok(whole_hole_is_unknown(call, out.finish()))
}

/// A result that is a hole only is an unknown, if the argument was one.
fn whole_hole_is_unknown(call: &Call<'_>, text: Text) -> Value {
    let span = call.span_of(0);
    match (text.hole(), call.arguments.first().map(|argument| &argument.kind)) {
        (Some(name), Some(Kind::Unknown(_))) => Value::unknown(name, span),
        _ => Value::text(text, span),
    }
}

/// What has to see the whole text.
fn whole(call: &Call<'_>, change: fn(&str) -> String) -> Outcome {
    Ok(match call.known_text(0)? {
        Some(text) => Value::text(Text::literal(change(&text)), call.span_of(0)),
        None => call.unknown(),
    })
}

/// The folder of a path and its last part. `.` is the folder of a path that names none.
fn split_path(path: &str) -> (&str, &str) {
    let trimmed = path.trim_end_matches('/');
    match trimmed.rsplit_once('/') {
        _ if path.is_empty() => (".", "."),
        _ if trimmed.is_empty() => ("/", "/"),
        // Of `a/b/` the folder is `a/b`.
        Some((_, last)) if trimmed.len() < path.len() => (trimmed, last),
        Some(("", last)) => ("/", last),
        Some((folder, last)) => (folder.trim_end_matches('/'), last),
        None if trimmed.len() < path.len() => (trimmed, trimmed),
        None => (".", trimmed),
    }
}

fn title(text: &str) -> String {
    let mut start = true;
    let capital = |each: char| {
        let upper = std::mem::replace(&mut start, !(each.is_alphanumeric() || matches!(each, '_' | '\'')));
        if upper { each.to_uppercase().collect::<String>() } else { each.to_string() }
    };
    text.chars().map(capital).collect()
}

fn join(call: &Call<'_>) -> Outcome {
    let separator = call.text(0)?;
    let mut elements: Vec<&Value> = Vec::new();
    for at in 1..call.arguments.len() {
        let Some(values) = call.list(at)? else { return Ok(call.unknown()) };
        elements.extend(values);
    }
    // An element more or less is a separator more or less.
    if elements.iter().any(|value| is_spread(value)) {
        return Ok(call.unknown());
    }
    call.bounded(elements.len(), separator.lossy().len())?;
    let mut out = Pieces::default();
    for (nth, value) in elements.into_iter().enumerate() {
        if nth > 0 {
            out.text(&separator);
        }
        out.text(&to_text(value).map_err(|_| format!("`join` is given {} to join", value.kind_name()))?);
    }
    Ok(Value::text(out.finish(), call.span))
}

fn split(call: &Call<'_>) -> Outcome {
    let (Some(separator), text) = (call.known_text(0)?, call.text(1)?) else { return Ok(call.unknown()) };
    let opaque = text.holes().iter().any(|hole| !is_symbol(&hole.name));
    if opaque || separator.is_empty() && text.known().is_none() {
        return Ok(call.unknown());
    }
    let span = call.span_of(1);
    if separator.is_empty() {
        let letters = text.lossy().chars().map(|each| Value::text(Text::literal(each.to_string()), span));
        return Ok(call.yields(Kind::List(letters.collect())));
    }
    let (mut parts, mut part) = (Vec::new(), Pieces::default());
    for piece in pieces(&text) {
        match piece {
            Piece::Hole(name) => part.hole(name),
            Piece::Literal(literal) => {
                for (nth, stretch) in literal.split(&*separator).enumerate() {
                    if nth > 0 {
                        parts.push(Value::text(std::mem::take(&mut part).finish(), span));
                    }
                    part.literal(stretch);
                }
            }
        }
    }
    parts.push(Value::text(part.finish(), span));
    Ok(call.yields(Kind::List(parts)))
}

fn replace(call: &Call<'_>) -> Outcome {
    let (text, new) = (call.text(0)?, call.text(2)?);
    let Some(old) = call.known_text(1)? else { return Ok(call.unknown()) };
    if let Some(pattern) = old.strip_prefix('/').and_then(|rest| rest.strip_suffix('/')) {
        return super::regex::replace(call, &text, pattern, &new);
    }
    if !stays_within_pieces(&text, &old) {
        return Ok(call.unknown());
    }
    call.bounded(text.lossy().matches(&*old).count(), new.lossy().len())?;
    let mut out = Pieces::default();
    for piece in pieces(&text) {
        match piece {
            Piece::Hole(name) if is_symbol(name) && !old.chars().all(char::is_alphanumeric) => out.hole(name),
            Piece::Hole(name) => out.hole(&call.of_hole(name)),
            Piece::Literal(literal) => {
                for (nth, stretch) in literal.split(&*old).enumerate() {
                    if nth > 0 {
                        out.text(&new);
                    }
                    out.literal(stretch);
                }
            }
        }
    }
    Ok(whole_hole_is_unknown(call, out.finish()))
}

/// Whether no occurrence of `wanted` can lie across the border of a hole, whatever fills the holes.
fn stays_within_pieces(text: &Text, wanted: &str) -> bool {
    if text.known().is_some() {
        return true;
    }
    let ends_like_start = |literal: &str| starts_of(wanted).any(|start| literal.ends_with(start));
    let starts_like_end = |literal: &str| ends_of(wanted).any(|end| literal.starts_with(end));
    let pieces = pieces(text);
    let borders = pieces.windows(2).all(|pair| match pair {
        [Piece::Literal(literal), Piece::Hole(_)] => !ends_like_start(literal),
        [Piece::Hole(_), Piece::Literal(literal)] => !starts_like_end(literal),
        // One character cannot lie in two holes.
        _ => wanted.chars().nth(1).is_none(),
    });
    // A hole may end in the start of it, and the next one go on after the literal in between.
    let between = pieces.windows(3).all(|three| match three {
        [Piece::Hole(_), Piece::Literal(literal), Piece::Hole(_)] => !wanted.contains(literal),
        _ => true,
    });
    !wanted.is_empty() && borders && between
}

/// The beginnings of a text that are neither empty nor all of it.
fn starts_of(text: &str) -> impl Iterator<Item = &str> {
    text.char_indices().skip(1).filter_map(|(at, _)| text.get(..at))
}

/// The ends of a text that are neither empty nor all of it.
fn ends_of(text: &str) -> impl Iterator<Item = &str> {
    text.char_indices().skip(1).filter_map(|(at, _)| text.get(at..))
}

fn substr(call: &Call<'_>) -> Outcome {
    let text = call.text(0)?;
    let (Some(offset), Some(length)) = (call.number(1)?, call.number(2)?) else { return Ok(call.unknown()) };
    let known = match pieces(&text).as_slice() {
        [] => "",
        [Piece::Literal(literal), ..] => literal,
        [Piece::Hole(_), ..] => return Ok(call.unknown()),
    };
    let characters = known.chars().count();
    if text.known().is_none() && (offset < 0.0 || length < 0.0 || offset + length > f64_of(characters)) {
        return Ok(call.unknown());
    }
    let offset = if offset < 0.0 { f64_of(characters) + offset } else { offset };
    let position = |(at, _): &(usize, char)| f64_of(*at);
    let wanted = known
        .chars()
        .enumerate()
        .filter(|each| position(each) >= offset && (length < 0.0 || position(each) < offset + length));
    Ok(Value::text(Text::literal(wanted.map(|(_, each)| each).collect::<String>()), call.span_of(0)))
}

fn f64_of(count: usize) -> f64 {
    u32::try_from(count).map_or(f64::INFINITY, f64::from)
}

#[derive(Clone, Copy, PartialEq)]
enum Ends {
    Both,
    Right,
}

fn trim(call: &Call<'_>) -> Outcome {
    let Some(cut) = call.known_text(1)? else { return Ok(call.unknown()) };
    trim_ends(call, Ends::Both, |each| cut.contains(each))
}

fn trim_ends(call: &Call<'_>, ends: Ends, is_cut: impl Fn(char) -> bool) -> Outcome {
    // Blanks around a tree's text are nothing.
    if let (Some(json @ Value { kind: Kind::Json(_), .. }), "trimspace" | "chomp") = (call.arguments.first(), call.name)
    {
        return Ok(json.clone());
    }
    let text = call.text(0)?;
    let mut parts = pieces(&text);
    if ends == Ends::Both {
        if let Some(Piece::Literal(first)) = parts.first_mut() {
            *first = first.trim_start_matches(&is_cut);
        }
        parts.retain(|piece| *piece != Piece::Literal(""));
    }
    if let Some(Piece::Literal(last)) = parts.last_mut() {
        *last = last.trim_end_matches(&is_cut);
    }
    parts.retain(|piece| *piece != Piece::Literal(""));
    let open = |piece: Option<&Piece<'_>>| matches!(piece, Some(Piece::Hole(name)) if !is_symbol(name));
    if ends == Ends::Both && open(parts.first()) || open(parts.last()) {
        return Ok(call.unknown());
    }
    let mut out = Pieces::default();
    for piece in parts {
        match piece {
            Piece::Literal(literal) => out.literal(literal),
            Piece::Hole(name) => out.hole(name),
        }
    }
    Ok(Value::text(out.finish(), call.span_of(0)))
}

fn trim_prefix(call: &Call<'_>) -> Outcome {
    let (text, Some(prefix)) = (call.text(0)?, call.known_text(1)?) else { return Ok(call.unknown()) };
    let span = call.span_of(0);
    match starts_with(&text, &prefix) {
        None => Ok(call.unknown()),
        Some(false) => Ok(Value::text(text, span)),
        Some(true) => {
            let mut out = Pieces::default();
            for (nth, piece) in pieces(&text).into_iter().enumerate() {
                match piece {
                    Piece::Literal(first) if nth == 0 => out.literal(first.strip_prefix(&*prefix).unwrap_or(first)),
                    Piece::Literal(literal) => out.literal(literal),
                    Piece::Hole(name) => out.hole(name),
                }
            }
            Ok(Value::text(out.finish(), span))
        }
    }
}

fn trim_suffix(call: &Call<'_>) -> Outcome {
    let (text, Some(suffix)) = (call.text(0)?, call.known_text(1)?) else { return Ok(call.unknown()) };
    let span = call.span_of(0);
    match ends_with(&text, &suffix) {
        None => Ok(call.unknown()),
        Some(false) => Ok(Value::text(text, span)),
        Some(true) => {
            let parts = pieces(&text);
            let last = parts.len().saturating_sub(1);
            let mut out = Pieces::default();
            for (nth, piece) in parts.into_iter().enumerate() {
                match piece {
                    Piece::Literal(end) if nth == last => out.literal(end.strip_suffix(&*suffix).unwrap_or(end)),
                    Piece::Literal(literal) => out.literal(literal),
                    Piece::Hole(name) => out.hole(name),
                }
            }
            Ok(Value::text(out.finish(), span))
        }
    }
}

fn tell(call: &Call<'_>, test: fn(&Text, &str) -> Option<bool>) -> Outcome {
    let (text, Some(wanted)) = (call.text(0)?, call.known_text(1)?) else { return Ok(call.unknown()) };
    Ok(test(&text, &wanted).map_or_else(|| call.unknown(), |told| call.yields(Kind::Bool(told))))
}

/// Whether a text starts with another, if that can be told.
pub(super) fn starts_with(text: &Text, prefix: &str) -> Option<bool> {
    let known = text.holes().first().map_or(text.lossy().len(), |hole| hole.at);
    let start = text.lossy().get(..known).unwrap_or_default();
    if start.starts_with(prefix) {
        return Some(true);
    }
    (text.known().is_some() || !prefix.starts_with(start)).then_some(false)
}

/// Whether a text ends with another, if that can be told.
pub(super) fn ends_with(text: &Text, suffix: &str) -> Option<bool> {
    let known = text.holes().last().map_or(0, |hole| hole.at);
    let end = text.lossy().get(known..).unwrap_or_default();
    if end.ends_with(suffix) {
        return Some(true);
    }
    (text.known().is_some() || !suffix.ends_with(end)).then_some(false)
}

fn holds(text: &Text, wanted: &str) -> Option<bool> {
    let holds = |piece: &Piece<'_>| matches!(piece, Piece::Literal(literal) if literal.contains(wanted));
    match pieces(text).iter().any(holds) || wanted.is_empty() {
        true => Some(true),
        false => text.known().is_some().then_some(false),
    }
}

fn indent(call: &Call<'_>) -> Outcome {
    let Some(width) = call.count(0)? else { return Ok(call.unknown()) };
    // In JSON text, line breaks stand between tokens only.
    if let Some(json @ Value { kind: Kind::Json(_), .. }) = call.arguments.get(1) {
        return Ok(json.clone());
    }
    let Some(text) = call.known_text(1)? else { return Ok(call.unknown()) };
    call.bounded(text.matches('\n').count(), width)?;
    let indented = text.replace('\n', &format!("\n{}", " ".repeat(width)));
    Ok(Value::text(Text::literal(indented), call.span_of(1)))
}

/// The text quoted, as `%q` does.
pub(super) fn quote(text: &str) -> String {
    show_text(&Text::literal(text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")))
}
