//! `responseElements`: the result of a call as the log has it.

use countersign_policy::condition::date::Moment;
use jiff::Timestamp;
use serde_json::{Map, Value as Json};

use super::{is_read, lower_first};
use crate::Record;
use crate::protocol::{Element, Value};

/// What the log never has. Session tokens it has: without their secret key they are of no use.
const SECRETS: &[&str] =
    &["Base32StringSeed", "Password", "QRCodePNG", "SecretAccessKey", "ServicePassword", "WebIdentityToken"];

/// The log has had the sizes of tokens since 2026; no public event shows in which form.
const UNSEEN: &[&str] = &["SessionTokenSize", "SessionTokenUtilization"];

/// Whether the log has the result of an operation: not where it only reads, unless what it reads is credentials.
pub(crate) fn has_result(operation: Option<&str>, result: &[Element]) -> bool {
    let issues = result.iter().any(|element| element.name == "Credentials");
    issues || operation.is_some_and(|operation| !is_read(operation))
}

/// The result, without secrets.
pub(super) fn of(record: &Record) -> Map<String, Json> {
    members(&record.result)
}

fn members(elements: &[Element]) -> Map<String, Json> {
    let open = elements.iter().filter(|element| !SECRETS.contains(&element.name) && !UNSEEN.contains(&element.name));
    open.map(|element| (lower_first(element.name), json(&element.value))).collect()
}

fn json(value: &Value) -> Json {
    match value {
        Value::Text(text) => Json::from(text.as_str()),
        Value::Number(number) => Json::from(*number),
        Value::Boolean(truth) => Json::from(*truth),
        Value::Time(moment) => Json::from(printed(*moment)),
        Value::Structure(elements) => members(elements).into(),
        Value::List(values) => values.iter().map(json).collect::<Vec<_>>().into(),
        Value::Map(entries) => {
            entries.iter().map(|(key, value)| (key.clone(), json(value))).collect::<Map<_, _>>().into()
        }
    }
}

/// The log prints dates for people: `Nov 22, 2026, 4:25:00 AM`.
fn printed(moment: Moment) -> String {
    match Timestamp::from_second(moment.seconds()) {
        Ok(time) => time.strftime("%b %-d, %Y, %-I:%M:%S %p").to_string(),
        Err(_) => moment.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use countersign_policy::condition::date;

    #[test]
    fn dates_are_printed_as_in_the_log() {
        for (text, expected) in [
            ("2026-11-22T04:25:00Z", "Nov 22, 2026, 4:25:00 AM"),
            ("2026-01-02T00:00:09Z", "Jan 2, 2026, 12:00:09 AM"),
            ("2026-07-31T12:59:59Z", "Jul 31, 2026, 12:59:59 PM"),
        ] {
            assert_eq!(printed(date::parse(text).unwrap()), expected);
        }
    }
}
