//! A call under evaluation: its arguments as what the function wants them to be.

use countersign_policy::document::{Span, Text};

use super::super::conversion::{SPREAD, json_text, number_of_text, number_text, to_text};
use super::super::value::{Entry, Kind, Unknown, Value};

/// Names longer than this are cut, and told apart by a hash.
const LONGEST_NAME: usize = 160;

/// The most that a call yields of what grows faster than its arguments, in bytes or values.
pub(super) const LARGEST: usize = 4 << 20;

/// A function's name and arguments.
pub(in super::super) struct Call<'a> {
    pub(super) name: &'a str,
    pub(super) arguments: &'a [Value],
    pub(super) span: Span,
}

impl<'a> Call<'a> {
    pub(super) fn yields(&self, kind: Kind) -> Value {
        Value { kind, span: self.span }
    }

    /// The value of the call, of which nothing can be told.
    pub(super) fn unknown(&self) -> Value {
        Value::unknown(self.shown(), self.span)
    }

    /// The call as it is written, with the values of its arguments.
    pub(super) fn shown(&self) -> String {
        let arguments: Vec<String> = self.arguments.iter().map(show).collect();
        shorten(format!("{}({})", self.name, arguments.join(", ")))
    }

    /// The unknown that comes of calling the function on another first argument.
    pub(super) fn of_hole(&self, hole: &str) -> String {
        let rest = self.arguments.iter().skip(1).map(show);
        let arguments: Vec<String> = [hole.to_owned()].into_iter().chain(rest).collect();
        shorten(format!("{}({})", self.name, arguments.join(", ")))
    }

    /// Refuses what is too large to work out: so many times something of that size.
    pub(super) fn bounded(&self, times: usize, size: usize) -> Result<(), String> {
        match times.checked_mul(size) {
            Some(total) if total <= LARGEST => Ok(()),
            _ => Err(format!("`{}` yields more than {LARGEST} bytes, which is more than is worked out", self.name)),
        }
    }

    pub(super) fn argument(&self, at: usize) -> Result<&'a Value, String> {
        self.arguments.get(at).ok_or_else(|| format!("`{}` is called with {at} arguments", self.name))
    }

    pub(super) fn span_of(&self, at: usize) -> Span {
        self.arguments.get(at).map_or(self.span, |argument| argument.span)
    }

    fn wants(&self, wanted: &str, given: &Value) -> String {
        format!("`{}` wants {wanted}, not {}", self.name, given.kind_name())
    }

    /// Text; what is not in the input is a hole.
    pub(super) fn text(&self, at: usize) -> Result<Text, String> {
        let argument = self.argument(at)?;
        to_text(argument).map_err(|_| self.wants("text", argument))
    }

    /// Text that has to be known in full for the function to be worked out.
    pub(super) fn known_text(&self, at: usize) -> Result<Option<String>, String> {
        Ok(self.text(at)?.known().map(str::to_owned))
    }

    /// The elements of a list, `None` when it is not in the input.
    pub(super) fn list(&self, at: usize) -> Result<Option<&'a [Value]>, String> {
        let argument = self.argument(at)?;
        match &argument.kind {
            Kind::List(values) => Ok(Some(values)),
            Kind::Unknown(_) => Ok(None),
            _ => Err(self.wants("a list", argument)),
        }
    }

    /// The elements of a list of which it is known how many there are.
    pub(super) fn counted_list(&self, at: usize) -> Result<Option<&'a [Value]>, String> {
        Ok(self.list(at)?.filter(|values| !values.iter().any(is_spread)))
    }

    /// The entries of a map, `None` when it is not in the input.
    pub(super) fn map(&self, at: usize) -> Result<Option<&'a [Entry]>, String> {
        let argument = self.argument(at)?;
        match &argument.kind {
            Kind::Map(entries) => Ok(Some(entries)),
            Kind::Unknown(_) => Ok(None),
            _ => Err(self.wants("a map", argument)),
        }
    }

    /// A number, `None` when it is not in the input.
    pub(super) fn number(&self, at: usize) -> Result<Option<f64>, String> {
        number(self.argument(at)?).map_err(|value| self.wants("a number", value))
    }

    /// A number that counts something.
    pub(super) fn count(&self, at: usize) -> Result<Option<usize>, String> {
        let Some(number) = self.number(at)? else { return Ok(None) };
        let refused =
            || format!("`{}` wants a whole number that is not negative, not {}", self.name, number_text(number));
        count(number).map(Some).ok_or_else(refused)
    }

    /// The elements of every list together, `None` when one is not in the input.
    pub(super) fn lists(&self) -> Result<Option<Vec<&'a [Value]>>, String> {
        (0..self.arguments.len()).map(|at| self.list(at)).collect()
    }
}

/// A whole number that is not negative.
pub(super) fn count(number: f64) -> Option<usize> {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "checked to be a small whole number")]
    let count = number as usize;
    (number.fract() == 0.0 && (0.0..1e9).contains(&number)).then_some(count)
}

/// The number a value is, `None` when it is not in the input, and the value itself when it is none.
pub(super) fn number(value: &Value) -> Result<Option<f64>, &Value> {
    match &value.kind {
        Kind::Number(number) => Ok(Some(*number)),
        Kind::Unknown(_) => Ok(None),
        Kind::String(text) => match text.known() {
            Some(text) => number_of_text(text).map(Some).ok_or(value),
            None => Ok(None),
        },
        _ => Err(value),
    }
}

/// An unknown list among the elements of another.
pub(super) fn spread(value: &Value) -> Value {
    match &value.kind {
        Kind::Unknown(Unknown { name, .. }) if !name.ends_with(SPREAD) => {
            Value::unknown(format!("{name}{SPREAD}"), value.span)
        }
        _ => value.clone(),
    }
}

/// Whether a value among the elements of a list may be any number of them.
pub(in super::super) fn is_spread(value: &Value) -> bool {
    match &value.kind {
        Kind::Unknown(unknown) => unknown.name.ends_with(SPREAD),
        Kind::String(text) => text.holes().iter().any(|hole| hole.name.ends_with(SPREAD)),
        _ => false,
    }
}

/// How large a value is: its values, and the bytes of its texts.
pub(super) fn weight(value: &Value) -> usize {
    1 + match &value.kind {
        Kind::String(text) => text.lossy().len(),
        Kind::List(values) => values.iter().map(weight).sum(),
        Kind::Map(entries) => entries.iter().map(|entry| entry.key.lossy().len() + weight(&entry.value)).sum(),
        Kind::Json(node) => json_text(node).lossy().len(),
        Kind::Null | Kind::Bool(_) | Kind::Number(_) | Kind::Unknown(_) => 0,
    }
}

/// A value as an expression.
fn show(value: &Value) -> String {
    match &value.kind {
        Kind::Null => "null".to_owned(),
        Kind::Bool(truth) => truth.to_string(),
        Kind::Number(number) => number_text(*number),
        Kind::String(text) => show_text(text),
        Kind::Json(node) => show_text(&json_text(node)),
        Kind::List(values) => format!("[{}]", values.iter().map(show).collect::<Vec<_>>().join(", ")),
        Kind::Map(entries) => {
            let entry = |entry: &Entry| format!("{} = {}", show_text(&entry.key), show(&entry.value));
            format!("{{{}}}", entries.iter().map(entry).collect::<Vec<_>>().join(", "))
        }
        Kind::Unknown(unknown) => unknown.name.to_string(),
    }
}

pub(super) fn show_text(text: &Text) -> String {
    match text.hole() {
        Some(name) => name.to_owned(),
        None => format!("\"{}\"", text.fill(|hole| format!("${{{}}}", hole.name))),
    }
}

fn shorten(name: String) -> String {
    if name.len() <= LONGEST_NAME {
        return name;
    }
    // FNV-1a.
    let hash = name
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
    let kept: String = name.chars().take(LONGEST_NAME / 2).collect();
    format!("{kept}… #{hash:016x})")
}
