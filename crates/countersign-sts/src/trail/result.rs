//! `responseElements`: the result of a call as the log has it.

use countersign_policy::condition::date;
use jiff::Timestamp;
use serde_json::{Map, Value};

use super::{is_read, lower_first, typed};
use crate::Record;
use crate::protocol::Element;

/// What the log never has. Session tokens it has: without their secret key they are of no use.
const SECRETS: &[&str] =
    &["Base32StringSeed", "Password", "QRCodePNG", "SecretAccessKey", "ServicePassword", "WebIdentityToken"];

/// The result, but for calls that only read: theirs is in the log only when it is credentials.
pub(super) fn of(record: &Record) -> Map<String, Value> {
    let issues = record.result.iter().any(|element| name(element) == "Credentials");
    if record.operation.is_none_or(is_read) && !issues {
        return Map::new();
    }
    members(&record.result)
}

fn members(elements: &[Element]) -> Map<String, Value> {
    let open = elements.iter().filter(|element| !SECRETS.contains(&name(element)));
    open.map(|element| (lower_first(name(element)), value(element))).collect()
}

fn name(element: &Element) -> &'static str {
    match element {
        Element::Leaf(name, _) | Element::Parent(name, _) => name,
    }
}

fn value(element: &Element) -> Value {
    match element {
        Element::Leaf(name, text) if is_date(name) => Value::from(printed(text).unwrap_or_else(|| text.clone())),
        Element::Leaf(name, text) => typed(&lower_first(name), text),
        Element::Parent(_, parts) if !parts.is_empty() && parts.iter().all(|part| name(part) == "member") => {
            parts.iter().map(value).collect::<Vec<_>>().into()
        }
        Element::Parent(_, parts) => members(parts).into(),
    }
}

fn is_date(name: &str) -> bool {
    name.ends_with("Date") || ["Expiration", "ValidUntil"].contains(&name)
}

/// The log prints dates for people: `Nov 22, 2026, 4:25:00 AM`.
fn printed(text: &str) -> Option<String> {
    let time = Timestamp::from_second(date::parse(text)?.seconds()).ok()?;
    Some(time.strftime("%b %-d, %Y, %-I:%M:%S %p").to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_printed_as_in_the_log() {
        for (text, expected) in [
            ("2026-11-22T04:25:00Z", "Nov 22, 2026, 4:25:00 AM"),
            ("2026-01-02T00:00:09Z", "Jan 2, 2026, 12:00:09 AM"),
            ("2026-07-31T12:59:59Z", "Jul 31, 2026, 12:59:59 PM"),
        ] {
            assert_eq!(printed(text).as_deref(), Some(expected));
        }
        assert_eq!(printed("soon"), None);
    }
}
