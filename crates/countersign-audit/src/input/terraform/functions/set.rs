//! Functions on sets, and conversions between types.

use super::super::conversion::{number_of_text, to_text};
use super::super::value::{Kind, Value};
use super::call::{is_spread, weight};
use super::collection::{sorted, unique};
use super::equality::same;
use super::{ANY, Call, Function, Outcome, function};

pub(super) const FUNCTIONS: &[Function] = &[
    function("ephemeralasnull", 1, 1, as_it_is),
    function("nonsensitive", 1, 1, as_it_is),
    function("sensitive", 1, 1, as_it_is),
    function("setintersection", 1, ANY, intersection),
    function("setproduct", 1, ANY, product),
    function("setsubtract", 2, 2, subtract),
    function("setunion", 1, ANY, union),
    function("tobool", 1, 1, to_bool),
    function("tolist", 1, 1, to_list),
    function("tonumber", 1, 1, to_number),
    function("toset", 1, 1, to_set),
    function("tostring", 1, 1, to_string),
];

/// The most elements of a product.
const LARGEST_PRODUCT: usize = 10_000;

fn as_it_is(call: &Call<'_>) -> Outcome {
    call.argument(0).cloned()
}

/// Null and what is not in the input are themselves in every type.
fn converts_to_itself(value: &Value) -> bool {
    matches!(value.kind, Kind::Null | Kind::Unknown(_))
}

fn to_string(call: &Call<'_>) -> Outcome {
    let argument = call.argument(0)?;
    if converts_to_itself(argument) || matches!(argument.kind, Kind::Json(_)) {
        return Ok(argument.clone());
    }
    Ok(Value::text(call.text(0)?, argument.span))
}

fn to_number(call: &Call<'_>) -> Outcome {
    let argument = call.argument(0)?;
    if converts_to_itself(argument) {
        return Ok(argument.clone());
    }
    if matches!(argument.kind, Kind::Bool(_)) {
        return Err("`tonumber` wants a number, not a boolean".to_owned());
    }
    let Some(text) = call.known_text(0)? else { return Ok(call.unknown()) };
    let number = number_of_text(&text).ok_or_else(|| format!("`{text}` is not a number"))?;
    Ok(Value::new(Kind::Number(number), argument.span))
}

fn to_bool(call: &Call<'_>) -> Outcome {
    let argument = call.argument(0)?;
    if converts_to_itself(argument) {
        return Ok(argument.clone());
    }
    if matches!(argument.kind, Kind::Number(_)) {
        return Err("`tobool` wants a boolean, not a number".to_owned());
    }
    match call.known_text(0)?.as_deref() {
        Some("true") => Ok(Value::new(Kind::Bool(true), argument.span)),
        Some("false") => Ok(Value::new(Kind::Bool(false), argument.span)),
        Some(text) => Err(format!("`{text}` is not a boolean")),
        None => Ok(call.unknown()),
    }
}

/// The elements of a list are of one type, and text if there is text among them.
fn unified(values: &[Value]) -> Result<Vec<Value>, String> {
    let is = |wanted: fn(&Kind) -> bool| values.iter().any(|value| wanted(&value.kind));
    let mixed =
        is(|kind| matches!(kind, Kind::String(_))) && is(|kind| matches!(kind, Kind::Bool(_) | Kind::Number(_)));
    let as_text = |value: &Value| match &value.kind {
        Kind::Bool(_) | Kind::Number(_) if mixed => Ok(Value::text(to_text(value)?, value.span)),
        _ => Ok(value.clone()),
    };
    values.iter().map(as_text).collect()
}

fn to_list(call: &Call<'_>) -> Outcome {
    let argument = call.argument(0)?;
    if converts_to_itself(argument) {
        return Ok(argument.clone());
    }
    let Some(values) = call.list(0)? else { return Ok(call.unknown()) };
    Ok(Value::new(Kind::List(unified(values)?), argument.span))
}

fn to_set(call: &Call<'_>) -> Outcome {
    let argument = call.argument(0)?;
    if converts_to_itself(argument) {
        return Ok(argument.clone());
    }
    let Some(values) = call.list(0)? else { return Ok(call.unknown()) };
    Ok(Value::new(Kind::List(set(&unified(values)?)), argument.span))
}

/// Values as a set, in the order in which Terraform goes through one.
fn set(values: &[Value]) -> Vec<Value> {
    let kept = unique(values);
    let is_text = |value: &Value| matches!(value.kind, Kind::String(_) | Kind::Unknown(_));
    if kept.iter().all(is_text) { sorted(kept) } else { kept }
}

fn union(call: &Call<'_>) -> Outcome {
    let mut all = Vec::new();
    for (at, argument) in call.arguments.iter().enumerate() {
        match call.list(at)? {
            Some(values) => all.extend_from_slice(values),
            None => all.push(super::call::spread(argument)),
        }
    }
    Ok(call.yields(Kind::List(set(&all))))
}

/// Whether a value is in a set, if that can be told.
fn is_in(value: &Value, values: &[Value]) -> Option<bool> {
    let told = || values.iter().map(|other| if is_spread(other) { None } else { same(value, other) });
    if told().any(|told| told == Some(true)) {
        return Some(true);
    }
    told().all(|told| told == Some(false)).then_some(false)
}

fn intersection(call: &Call<'_>) -> Outcome {
    let Some(lists) = call.lists()? else { return Ok(call.unknown()) };
    let Some((first, rest)) = lists.split_first() else { return Ok(call.unknown()) };
    let mut kept = Vec::new();
    for value in *first {
        let told: Vec<Option<bool>> = rest.iter().map(|values| is_in(value, values)).collect();
        if told.contains(&Some(false)) {
            continue;
        }
        if told.contains(&None) {
            return Ok(call.unknown());
        }
        kept.push(value.clone());
    }
    Ok(call.yields(Kind::List(set(&kept))))
}

fn subtract(call: &Call<'_>) -> Outcome {
    let (Some(values), Some(without)) = (call.list(0)?, call.list(1)?) else { return Ok(call.unknown()) };
    let mut kept = Vec::new();
    for value in values {
        match is_in(value, without) {
            Some(true) => {}
            Some(false) => kept.push(value.clone()),
            None => return Ok(call.unknown()),
        }
    }
    Ok(call.yields(Kind::List(set(&kept))))
}

fn product(call: &Call<'_>) -> Outcome {
    let Some(lists) = call.lists()? else { return Ok(call.unknown()) };
    if lists.iter().any(|values| values.iter().any(is_spread)) {
        return Ok(call.unknown());
    }
    let size = lists.iter().try_fold(1_usize, |size, values| size.checked_mul(values.len()));
    if size.is_none_or(|size| size > LARGEST_PRODUCT) {
        return Err(format!("`setproduct` yields more than {LARGEST_PRODUCT} elements, which is more than is tried"));
    }
    let heaviest = |values: &&[Value]| values.iter().map(weight).max().unwrap_or(0);
    call.bounded(size.unwrap_or(0), lists.iter().map(heaviest).sum())?;
    let mut rows: Vec<Vec<Value>> = vec![Vec::new()];
    for values in lists {
        let longer = |row: &Vec<Value>| {
            let row = row.clone();
            values.iter().map(move |value| row.iter().chain([value]).cloned().collect::<Vec<Value>>())
        };
        rows = rows.iter().flat_map(longer).collect();
    }
    let rows = rows.into_iter().map(|row| call.yields(Kind::List(row)));
    Ok(call.yields(Kind::List(rows.collect())))
}
