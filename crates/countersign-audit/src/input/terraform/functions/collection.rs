//! Functions on lists.

use countersign_policy::document::Text;

use super::super::conversion::to_text;
use super::super::value::{Kind, Unknown, Value};
use super::call::{count, is_spread, spread};
use super::equality::same;
use super::{ANY, Call, Function, Outcome, function};

pub(super) const FUNCTIONS: &[Function] = &[
    function("alltrue", 1, 1, |call| truths(call, true)),
    function("anytrue", 1, 1, |call| truths(call, false)),
    function("chunklist", 2, 2, chunk),
    function("coalesce", 1, ANY, coalesce),
    function("coalescelist", 1, ANY, coalesce_list),
    function("compact", 1, 1, compact),
    function("concat", 1, ANY, concat),
    function("contains", 2, 2, contains),
    function("distinct", 1, 1, distinct),
    function("element", 2, 2, element),
    function("flatten", 1, 1, flatten),
    function("index", 2, 2, index),
    function("length", 1, 1, length),
    function("matchkeys", 3, 3, match_keys),
    function("one", 1, 1, one),
    function("range", 1, 3, range),
    function("reverse", 1, 1, reverse),
    function("slice", 3, 3, slice),
    function("sort", 1, 1, sort),
];

/// As many as Terraform's own `range` yields.
const LONGEST_RANGE: usize = 1024;

fn concat(call: &Call<'_>) -> Outcome {
    if let [only] = call.arguments {
        return Ok(only.clone());
    }
    let mut all = Vec::new();
    for (at, argument) in call.arguments.iter().enumerate() {
        match call.list(at)? {
            Some(values) => all.extend_from_slice(values),
            None => all.push(spread(argument)),
        }
    }
    Ok(call.yields(Kind::List(all)))
}

fn flatten(call: &Call<'_>) -> Outcome {
    let Some(values) = call.list(0)? else { return Ok(call.unknown()) };
    let mut flat = Vec::new();
    flatten_into(values, &mut flat);
    Ok(Value::new(Kind::List(flat), call.span_of(0)))
}

fn flatten_into(values: &[Value], flat: &mut Vec<Value>) {
    for value in values {
        match &value.kind {
            Kind::List(values) => flatten_into(values, flat),
            // A list, for all that is known.
            Kind::Unknown(_) => flat.push(spread(value)),
            _ => flat.push(value.clone()),
        }
    }
}

fn compact(call: &Call<'_>) -> Outcome {
    let Some(values) = call.list(0)? else { return Ok(call.unknown()) };
    let mut kept = Vec::new();
    for value in values {
        match &value.kind {
            Kind::Null => {}
            // May be left out.
            Kind::Unknown(_) => kept.push(spread(value)),
            Kind::Json(_) => kept.push(value.clone()),
            _ => {
                let text = to_text(value).map_err(|_| format!("`compact` is given {}", value.kind_name()))?;
                if text.known() != Some("") {
                    kept.push(Value::text(text, value.span));
                }
            }
        }
    }
    Ok(Value::new(Kind::List(kept), call.span_of(0)))
}

/// Whether a value is null or empty text, if that can be told.
fn is_unset(value: &Value) -> Option<bool> {
    match &value.kind {
        Kind::Null => Some(true),
        Kind::Unknown(_) => None,
        Kind::String(text) if text.known().is_none() && text.lossy().is_empty() => None,
        Kind::String(text) => Some(text.known() == Some("")),
        _ => Some(false),
    }
}

fn coalesce(call: &Call<'_>) -> Outcome {
    first_set(call, is_unset)
}

fn coalesce_list(call: &Call<'_>) -> Outcome {
    first_set(call, |value| match &value.kind {
        Kind::List(values) if values.iter().all(is_spread) && !values.is_empty() => None,
        Kind::List(values) => Some(values.is_empty()),
        _ => is_unset(value),
    })
}

fn first_set(call: &Call<'_>, is_unset: fn(&Value) -> Option<bool>) -> Outcome {
    let mut left = call.arguments.iter().filter(|value| is_unset(value) != Some(true));
    match (left.next(), left.next()) {
        (Some(first), None) => Ok(first.clone()),
        (Some(first), Some(_)) if is_unset(first) == Some(false) => Ok(first.clone()),
        (Some(_), Some(_)) => Ok(call.unknown()),
        (None, _) => Err(format!("`{}` is called with nothing that is set", call.name)),
    }
}

fn contains(call: &Call<'_>) -> Outcome {
    let (Some(values), wanted) = (call.list(0)?, call.argument(1)?) else { return Ok(call.unknown()) };
    let told: Vec<Option<bool>> =
        values.iter().map(|value| if is_spread(value) { None } else { same(value, wanted) }).collect();
    Ok(if told.contains(&Some(true)) {
        call.yields(Kind::Bool(true))
    } else if told.contains(&None) {
        call.unknown()
    } else {
        call.yields(Kind::Bool(false))
    })
}

fn distinct(call: &Call<'_>) -> Outcome {
    let Some(values) = call.list(0)? else { return Ok(call.unknown()) };
    Ok(Value::new(Kind::List(unique(values)), call.span_of(0)))
}

/// The values without those that are surely there already.
pub(super) fn unique(values: &[Value]) -> Vec<Value> {
    let mut kept: Vec<Value> = Vec::with_capacity(values.len());
    let mut texts = std::collections::HashSet::new();
    for value in values {
        let repeats = match &value.kind {
            Kind::String(text) if text.known().is_some() => !texts.insert(text.lossy()),
            _ => kept.iter().any(|earlier| same(earlier, value) == Some(true)),
        };
        if !repeats {
            kept.push(value.clone());
        }
    }
    kept
}

fn element(call: &Call<'_>) -> Outcome {
    let (Some(values), Some(at)) = (call.counted_list(0)?, call.number(1)?) else { return Ok(call.unknown()) };
    if values.is_empty() {
        return Err("`element` is called with an empty list".to_owned());
    }
    // Around the list, from either end.
    let place = u32::try_from(values.len()).ok().and_then(|length| count(at.rem_euclid(f64::from(length))));
    let place = place.ok_or("`element` wants a whole number")?;
    Ok(values.get(place).cloned().unwrap_or_else(|| call.unknown()))
}

fn index(call: &Call<'_>) -> Outcome {
    let (Some(values), wanted) = (call.counted_list(0)?, call.argument(1)?) else { return Ok(call.unknown()) };
    for (at, value) in values.iter().enumerate() {
        match same(value, wanted) {
            Some(true) => return Ok(call.yields(count_of(at))),
            Some(false) => {}
            None => return Ok(call.unknown()),
        }
    }
    Err("`index` finds no such element".to_owned())
}

fn count_of(count: usize) -> Kind {
    Kind::Number(u32::try_from(count).map_or(f64::MAX, f64::from))
}

fn length(call: &Call<'_>) -> Outcome {
    let argument = call.argument(0)?;
    let count = match &argument.kind {
        Kind::List(values) if values.iter().any(is_spread) => return Ok(call.unknown()),
        Kind::List(values) => values.len(),
        Kind::Map(entries) => entries.len(),
        Kind::Unknown(_) => return Ok(call.unknown()),
        Kind::Json(_) | Kind::String(_) | Kind::Number(_) | Kind::Bool(_) => match call.known_text(0)? {
            Some(text) => text.chars().count(),
            None => return Ok(call.unknown()),
        },
        Kind::Null => return Err("`length` wants a list, a map or text, not null".to_owned()),
    };
    Ok(call.yields(count_of(count)))
}

fn one(call: &Call<'_>) -> Outcome {
    match call.argument(0)?.kind {
        Kind::Null => return Ok(call.yields(Kind::Null)),
        Kind::Unknown(Unknown { .. }) => return Ok(call.unknown()),
        _ => {}
    }
    match call.list(0)? {
        Some([]) => Ok(call.yields(Kind::Null)),
        Some([only]) if !is_spread(only) => Ok(only.clone()),
        Some(values) if values.iter().any(is_spread) => Ok(call.unknown()),
        Some(_) => Err("`one` is called with a list of more than one element".to_owned()),
        None => Ok(call.unknown()),
    }
}

fn reverse(call: &Call<'_>) -> Outcome {
    let Some(values) = call.list(0)? else { return Ok(call.unknown()) };
    Ok(Value::new(Kind::List(values.iter().rev().cloned().collect()), call.span_of(0)))
}

fn sort(call: &Call<'_>) -> Outcome {
    let Some(values) = call.list(0)? else { return Ok(call.unknown()) };
    let texts: Result<Vec<Value>, String> = values
        .iter()
        .map(|value| match &value.kind {
            Kind::Unknown(_) => Ok(value.clone()),
            _ => Ok(Value::text(to_text(value)?, value.span)),
        })
        .collect();
    let sorted = sorted(texts?);
    // Where an unknown one goes is not known, and so no element has a place.
    let placed = sorted.iter().all(Value::is_known) || sorted.len() == 1;
    let elements = sorted.into_iter().map(|value| if placed { value } else { unplaced(value) });
    Ok(Value::new(Kind::List(elements.collect()), call.span_of(0)))
}

/// An element of a list in which nothing has a certain place.
fn unplaced(value: Value) -> Value {
    spread(&value)
}

/// The texts in the order of their bytes, the unknown ones last.
pub(super) fn sorted(mut values: Vec<Value>) -> Vec<Value> {
    let key = |value: &Value| match &value.kind {
        Kind::String(text) => (text.known().is_none(), text.display()),
        Kind::Unknown(unknown) => (true, unknown.name.to_string()),
        _ => (false, String::new()),
    };
    values.sort_by_cached_key(key);
    values
}

fn slice(call: &Call<'_>) -> Outcome {
    let (Some(values), Some(from), Some(to)) = (call.counted_list(0)?, call.count(1)?, call.count(2)?) else {
        return Ok(call.unknown());
    };
    let part = values.get(from..to).ok_or("`slice` reaches past the end of the list")?;
    Ok(Value::new(Kind::List(part.to_vec()), call.span_of(0)))
}

fn chunk(call: &Call<'_>) -> Outcome {
    let (Some(values), Some(size)) = (call.counted_list(0)?, call.count(1)?) else { return Ok(call.unknown()) };
    let size = if size == 0 { values.len().max(1) } else { size };
    let chunks = values.chunks(size).map(|chunk| Value::new(Kind::List(chunk.to_vec()), call.span));
    Ok(call.yields(Kind::List(chunks.collect())))
}

fn range(call: &Call<'_>) -> Outcome {
    let numbers: Option<Vec<f64>> =
        (0..call.arguments.len()).map(|at| call.number(at)).collect::<Result<Option<_>, _>>()?;
    let (start, limit, step) = match numbers.as_deref() {
        None | Some([]) => return Ok(call.unknown()),
        Some([limit]) => (0.0, *limit, if *limit < 0.0 { -1.0 } else { 1.0 }),
        Some([start, limit]) => (*start, *limit, if limit < start { -1.0 } else { 1.0 }),
        Some([start, limit, step, ..]) => (*start, *limit, *step),
    };
    if step == 0.0 {
        return Err("`range` is called with a step of 0".to_owned());
    }
    let (mut numbers, mut at) = (Vec::new(), start);
    while if step > 0.0 { at < limit } else { at > limit } {
        if numbers.len() == LONGEST_RANGE {
            return Err(format!("`range` yields more than {LONGEST_RANGE} numbers"));
        }
        numbers.push(call.yields(Kind::Number(at)));
        at += step;
    }
    Ok(call.yields(Kind::List(numbers)))
}

fn match_keys(call: &Call<'_>) -> Outcome {
    let (Some(values), Some(keys), Some(wanted)) = (call.counted_list(0)?, call.counted_list(1)?, call.list(2)?) else {
        return Ok(call.unknown());
    };
    let mut kept = Vec::new();
    for (value, key) in values.iter().zip(keys) {
        let told: Vec<Option<bool>> = wanted.iter().map(|wanted| same(key, wanted)).collect();
        if told.contains(&Some(true)) {
            kept.push(value.clone());
        } else if told.contains(&None) {
            return Ok(call.unknown());
        }
    }
    Ok(call.yields(Kind::List(kept)))
}

/// `alltrue` (of which `all` is true) and `anytrue`.
fn truths(call: &Call<'_>, neutral: bool) -> Outcome {
    let Some(values) = call.list(0)? else { return Ok(call.unknown()) };
    let mut open = false;
    for value in values {
        let truth = match &value.kind {
            Kind::Bool(truth) => Some(*truth),
            Kind::String(text) if text.known() == Some("true") => Some(true),
            Kind::String(text) if text.known() == Some("false") => Some(false),
            Kind::Null => Some(false),
            Kind::Unknown(_) => None,
            _ => return Err(format!("`{}` is given {}", call.name, value.kind_name())),
        };
        open |= truth.is_none();
        if truth == Some(!neutral) {
            return Ok(call.yields(Kind::Bool(!neutral)));
        }
    }
    Ok(if open { call.unknown() } else { call.yields(Kind::Bool(neutral)) })
}

/// The text of every element, for keys; `None` when one is not text.
pub(super) fn texts(values: &[Value]) -> Option<Vec<Text>> {
    values.iter().map(|value| to_text(value).ok()).collect()
}
