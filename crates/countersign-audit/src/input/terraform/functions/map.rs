//! Functions on maps.

use super::super::conversion::to_text;
use super::super::value::{Entry, Kind, Value};
use super::collection::texts;
use super::equality::same_text;
use super::{ANY, Call, Function, Outcome, function};

pub(super) const FUNCTIONS: &[Function] = &[
    function("keys", 1, 1, keys),
    function("lookup", 2, 3, lookup),
    function("merge", 0, ANY, merge),
    function("tomap", 1, 1, to_map),
    function("values", 1, 1, values),
    function("zipmap", 2, 2, zip),
];

/// Later entries replace earlier ones of their key, in the earlier place.
fn merge(call: &Call<'_>) -> Outcome {
    let given: Vec<usize> = (0..call.arguments.len())
        .filter(|at| !matches!(call.arguments.get(*at).map(|value| &value.kind), Some(Kind::Null)))
        .collect();
    if let ([only], Some(value)) = (given.as_slice(), given.first().and_then(|at| call.arguments.get(*at))) {
        return call.map(*only).map(|_| value.clone());
    }
    let mut merged: Vec<Entry> = Vec::new();
    for at in given {
        // Any key of what came before may be replaced, and any may be added.
        let Some(entries) = call.map(at)? else { return Ok(call.unknown()) };
        for entry in entries {
            let mut same = merged.iter_mut().map(|earlier| (same_text(&earlier.key, &entry.key), earlier));
            match same.find(|(same, _)| *same != Some(false)) {
                Some((Some(true), earlier)) => *earlier = entry.clone(),
                Some(_) => return Ok(call.unknown()),
                None => merged.push(entry.clone()),
            }
        }
    }
    Ok(call.yields(Kind::Map(merged)))
}

fn lookup(call: &Call<'_>) -> Outcome {
    let (Some(entries), Some(key)) = (call.map(0)?, call.known_text(1)?) else { return Ok(call.unknown()) };
    let key = key.as_str().into();
    let mut told = entries.iter().map(|entry| (same_text(&entry.key, &key), entry));
    match told.find(|(same, _)| *same != Some(false)) {
        Some((Some(true), entry)) => Ok(entry.value.clone()),
        Some(_) => Ok(call.unknown()),
        None => match call.arguments.get(2) {
            Some(default) => Ok(default.clone()),
            None => Err(format!("`lookup` finds no key `{}`", key.display())),
        },
    }
}

/// The entries in the order of their keys, in which Terraform goes through a map.
fn in_order(entries: &[Entry]) -> Vec<&Entry> {
    let mut sorted: Vec<&Entry> = entries.iter().collect();
    sorted.sort_by_cached_key(|entry| (entry.key.known().is_none(), entry.key.display()));
    sorted
}

fn keys(call: &Call<'_>) -> Outcome {
    let Some(entries) = call.map(0)? else { return Ok(call.unknown()) };
    let keys = in_order(entries).into_iter().map(|entry| Value::text(entry.key.clone(), entry.key_span));
    Ok(call.yields(Kind::List(keys.collect())))
}

fn values(call: &Call<'_>) -> Outcome {
    let Some(entries) = call.map(0)? else { return Ok(call.unknown()) };
    Ok(call.yields(Kind::List(in_order(entries).into_iter().map(|entry| entry.value.clone()).collect())))
}

fn zip(call: &Call<'_>) -> Outcome {
    let (Some(keys), Some(values)) = (call.counted_list(0)?, call.counted_list(1)?) else { return Ok(call.unknown()) };
    if keys.len() != values.len() {
        return Err(format!("`zipmap` is called with {} keys and {} values", keys.len(), values.len()));
    }
    let names = texts(keys).ok_or("`zipmap` is given keys that are not text")?;
    let mut entries: Vec<Entry> = Vec::with_capacity(keys.len());
    for ((name, key), value) in names.into_iter().zip(keys).zip(values) {
        let entry = Entry { key: name, key_span: key.span, value: value.clone() };
        let mut same = entries.iter_mut().map(|earlier| (same_text(&earlier.key, &entry.key), earlier));
        match same.find(|(same, _)| *same != Some(false)) {
            Some((Some(true), earlier)) => *earlier = entry,
            Some(_) => return Ok(call.unknown()),
            None => entries.push(entry),
        }
    }
    Ok(call.yields(Kind::Map(entries)))
}

fn to_map(call: &Call<'_>) -> Outcome {
    let argument = call.argument(0)?;
    if matches!(argument.kind, Kind::Null) {
        return Ok(argument.clone());
    }
    let Some(entries) = call.map(0)? else { return Ok(argument.clone()) };
    // The values of a map are of one type, and text if there is text among them.
    let is = |wanted: fn(&Kind) -> bool| entries.iter().any(|entry| wanted(&entry.value.kind));
    let mixed =
        is(|kind| matches!(kind, Kind::String(_))) && is(|kind| matches!(kind, Kind::Bool(_) | Kind::Number(_)));
    if !mixed {
        return Ok(argument.clone());
    }
    let as_text = |entry: &Entry| {
        let value = match &entry.value.kind {
            Kind::Bool(_) | Kind::Number(_) => Value::text(to_text(&entry.value)?, entry.value.span),
            _ => entry.value.clone(),
        };
        Ok(Entry { value, ..entry.clone() })
    };
    let entries: Result<Vec<Entry>, String> = entries.iter().map(as_text).collect();
    Ok(Value::new(Kind::Map(entries?), argument.span))
}
