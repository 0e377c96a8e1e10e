//! Whether two values are equal, as far as that can be told.

use countersign_policy::document::Text;

use super::super::conversion::json_text;
use super::super::value::{Kind, Value};
use super::call::is_spread;
use super::string::{ends_with, starts_with};

/// Whether two values are equal, whatever their unknown parts are; `None` when it depends on them.
pub(in super::super) fn same(one: &Value, other: &Value) -> Option<bool> {
    match (&one.kind, &other.kind) {
        (Kind::Unknown(one), Kind::Unknown(other)) if one.name == other.name => Some(true),
        (Kind::Unknown(unknown), Kind::String(text)) | (Kind::String(text), Kind::Unknown(unknown)) => {
            (text.hole() == Some(&unknown.name)).then_some(true)
        }
        (Kind::Unknown(_), _) | (_, Kind::Unknown(_)) => None,
        (Kind::Null, Kind::Null) => Some(true),
        (Kind::Bool(one), Kind::Bool(other)) => Some(one == other),
        (Kind::Number(one), Kind::Number(other)) => Some(one == other),
        (Kind::String(one), Kind::String(other)) => same_text(one, other),
        (Kind::Json(one), Kind::Json(other)) => same_text(&json_text(one), &json_text(other)),
        (Kind::Json(json), Kind::String(text)) | (Kind::String(text), Kind::Json(json)) => {
            same_text(&json_text(json), text)
        }
        (Kind::List(ones), Kind::List(others)) => {
            if ones.len() != others.len() {
                let open = |value: &Value| matches!(value.kind, Kind::Unknown(_)) || is_spread(value);
                return (!ones.iter().chain(others).any(open)).then_some(false);
            }
            all(ones.iter().zip(others).map(|(one, other)| same(one, other)))
        }
        (Kind::Map(ones), Kind::Map(others)) => {
            if ones.iter().chain(others).any(|entry| entry.key.known().is_none()) {
                return (one == other).then_some(true);
            }
            if ones.len() != others.len() {
                return Some(false);
            }
            all(ones.iter().map(|entry| match others.iter().find(|other| other.key == entry.key) {
                Some(other) => same(&entry.value, &other.value),
                None => Some(false),
            }))
        }
        _ => Some(false),
    }
}

fn all(told: impl Iterator<Item = Option<bool>>) -> Option<bool> {
    let told: Vec<Option<bool>> = told.collect();
    if told.contains(&Some(false)) { Some(false) } else { (!told.contains(&None)).then_some(true) }
}

/// Whether two texts are equal, whatever fills their holes.
pub(in super::super) fn same_text(one: &Text, other: &Text) -> Option<bool> {
    if one == other {
        return Some(true);
    }
    match (one.known(), other.known()) {
        (Some(_), Some(_)) => Some(false),
        (Some(known), None) => differs_at_ends(other, known),
        (None, Some(known)) => differs_at_ends(one, known),
        (None, None) => {
            let start =
                |text: &Text| text.holes().first().and_then(|hole| text.lossy().get(..hole.at)).map(str::to_owned);
            let end = |text: &Text| text.holes().last().and_then(|hole| text.lossy().get(hole.at..)).map(str::to_owned);
            let differs = |one: Option<String>, other: Option<String>, fits: fn(&str, &str) -> bool| {
                let (one, other) = (one.unwrap_or_default(), other.unwrap_or_default());
                !fits(&one, &other) && !fits(&other, &one)
            };
            let starts = differs(start(one), start(other), |one, other| one.starts_with(other));
            let ends = differs(end(one), end(other), |one, other| one.ends_with(other));
            (starts || ends).then_some(false)
        }
    }
}

/// `Some(false)` when the known start or end of a text is not that of `known`.
fn differs_at_ends(text: &Text, known: &str) -> Option<bool> {
    let too_long = text.lossy().len() > known.len();
    let told = |told: Option<bool>| told == Some(false);
    (too_long || told(starts_with(text, known)) || told(ends_with(text, known))).then_some(false)
}
