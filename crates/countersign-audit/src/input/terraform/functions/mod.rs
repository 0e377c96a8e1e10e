//! Terraform's functions, on values of which parts may be unknown.
//!
//! Each yields what holds whatever the unknown parts turn out to be: `join` leaves a hole where one stood, `length` of a list
//! does not ask what its elements are, and what cannot be told at all is an unknown named after the call. Equal calls
//! have equal names, and others have other names, so that two unknowns of one name are one value.
//!
//! `try`, `can` and whatever reads files are the evaluator's: they are about expressions, not values.

mod call;
mod collection;
mod encoding;
mod equality;
mod format;
mod map;
mod numeric;
mod regex;
mod set;
mod string;
#[cfg(test)]
mod tests;
mod yaml;

use countersign_policy::document::Span;

use super::value::{Kind, Unknown, Value};
pub(super) use crate::input::trust_policy::moved;
use call::Call;
pub(super) use call::is_spread;
pub(super) use equality::{same, same_text};

/// What a call yields, or why Terraform refuses it.
pub(super) type Outcome = Result<Value, String>;

/// A function: its name, how many arguments it takes, and what it does.
struct Function {
    name: &'static str,
    least: usize,
    most: usize,
    run: fn(&Call<'_>) -> Outcome,
}

const ANY: usize = usize::MAX;

const fn function(name: &'static str, least: usize, most: usize, run: fn(&Call<'_>) -> Outcome) -> Function {
    Function { name, least, most, run }
}

/// Calls a function. `None`: there is none of that name here. `span` is the call's place.
pub(super) fn call(name: &str, arguments: &[Value], span: Span) -> Option<Outcome> {
    let name = name.strip_prefix("core::").unwrap_or(name);
    let Some(function) = tables().find(|function| function.name == name) else {
        return UNDECIDED.contains(&name).then(|| Ok(Call { name, arguments, span }.unknown()));
    };
    if arguments.len() < function.least || arguments.len() > function.most {
        return Some(Err(format!("`{name}` is called with {} arguments", arguments.len())));
    }
    let outcome = (function.run)(&Call { name, arguments, span });
    Some(outcome.map(|value| with_unset(function, arguments, value, span)))
}

/// Whether what the function yields hangs on which of its arguments are set at all: the evaluator decides that first,
/// for every [`Unknown`] with an `unset` among the arguments and their elements.
pub(super) fn asks_if_set(name: &str) -> bool {
    matches!(name, "coalesce" | "coalescelist" | "compact" | "concat" | "flatten" | "merge" | "one" | "setunion")
}

fn tables() -> impl Iterator<Item = &'static Function> {
    let tables: [&'static [Function]; 8] = [
        string::FUNCTIONS,
        format::FUNCTIONS,
        regex::FUNCTIONS,
        collection::FUNCTIONS,
        map::FUNCTIONS,
        set::FUNCTIONS,
        encoding::FUNCTIONS,
        numeric::FUNCTIONS,
    ];
    tables.into_iter().flatten()
}

/// What these yield is not worked out, or is another thing each time.
const UNDECIDED: &[&str] = &[
    "base64gzip",
    "base64sha256",
    "base64sha512",
    "bcrypt",
    "cidrhost",
    "cidrnetmask",
    "cidrsubnet",
    "cidrsubnets",
    "csvdecode",
    "formatdate",
    "issensitive",
    "md5",
    "plantimestamp",
    "rsadecrypt",
    "sha1",
    "sha256",
    "sha512",
    "textdecodebase64",
    "textencodebase64",
    "timeadd",
    "timecmp",
    "timestamp",
    "transpose",
    "type",
    "uuid",
    "uuidv5",
    "yamlencode",
];

/// An unknown that comes of variables nobody sets is, while they are unset, what the function makes of that.
fn with_unset(function: &Function, arguments: &[Value], value: Value, span: Span) -> Value {
    let Kind::Unknown(Unknown { name, unset: None }) = &value.kind else { return value };
    let unset: Option<Vec<Value>> = arguments.iter().map(while_unset).collect();
    let call = unset.as_ref().map(|arguments| Call { name: function.name, arguments, span });
    // Not an error yet: the evaluator may never ask for it.
    let unset = call.and_then(|call| (function.run)(&call).ok()).filter(Value::is_known).map(Box::new);
    Value { kind: Kind::Unknown(Unknown { name: name.clone(), unset }), ..value }
}

/// The value when no variable in it is set, if it is known then.
fn while_unset(value: &Value) -> Option<Value> {
    let kind = match &value.kind {
        Kind::Unknown(unknown) => return unknown.unset.as_deref().cloned(),
        Kind::List(values) => Kind::List(values.iter().map(while_unset).collect::<Option<_>>()?),
        Kind::Map(entries) => Kind::Map(
            entries
                .iter()
                .map(|entry| Some(super::value::Entry { value: while_unset(&entry.value)?, ..entry.clone() }))
                .collect::<Option<_>>()?,
        ),
        _ => return value.is_known().then(|| value.clone()),
    };
    Some(Value { kind, span: value.span })
}
