//! The refused calls of one record.

use std::fmt;

use memchr::memmem;
use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::Value;

use crate::evidence::{Event, RequestParameters, UserIdentity};

/// How often events may be wrapped into each other.
const MOST_WRAPPERS: usize = 8;

/// The refused calls of a record. A record that cannot be about one is not read.
pub(super) fn refusals(text: &[u8]) -> serde_json::Result<Vec<Event>> {
    refusals_in(text, 0)
}

fn refusals_in(text: &[u8], depth: usize) -> serde_json::Result<Vec<Event>> {
    // A letter of the name can be written in no other way than `\u0065`.
    if memmem::find(text, b"errorCode").is_none() && memmem::find(text, br"\u").is_none() {
        return Ok(Vec::new());
    }
    let mut found = Vec::new();
    let mut deserializer = serde_json::Deserializer::from_slice(text);
    deserializer.deserialize_any(Reader { found: &mut found, depth })?;
    deserializer.end()?;
    Ok(found)
}

/// Reads a value, and gathers the refusals in it.
struct Reader<'f> {
    found: &'f mut Vec<Event>,
    depth: usize,
}

impl<'de> serde::de::DeserializeSeed<'de> for Reader<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        match self.depth < MOST_WRAPPERS {
            true => deserializer.deserialize_any(self),
            false => IgnoredAny::deserialize(deserializer).map(|_| ()),
        }
    }
}

impl<'de> Visitor<'de> for Reader<'_> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a CloudTrail event")
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    /// An event as a text, as `lookup-events` and log groups have it. Texts of other kinds are no events.
    fn visit_str<E>(self, text: &str) -> Result<(), E> {
        if self.depth < MOST_WRAPPERS && text.trim_start().starts_with('{') {
            self.found.extend(refusals_in(text.as_bytes(), self.depth + 1).unwrap_or_default());
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<(), A::Error> {
        while elements.next_element_seed(Reader { found: &mut *self.found, depth: self.depth + 1 })?.is_some() {}
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<(), A::Error> {
        let mut event = Event::default();
        while let Some(key) = members.next_key::<String>()? {
            match key.as_str() {
                // An event as EventBridge sends it, in the file of a trail, or as a text.
                "detail" | "Records" | "Events" | "events" | "logEvents" | "CloudTrailEvent" | "message"
                | "@message" => {
                    members.next_value_seed(Reader { found: &mut *self.found, depth: self.depth + 1 })?;
                }
                "eventName" => event.event_name = text(members.next_value()?).unwrap_or_default(),
                "eventTime" => event.event_time = text(members.next_value()?).unwrap_or_default(),
                "awsRegion" => event.aws_region = text(members.next_value()?),
                "errorCode" => event.error_code = text(members.next_value()?),
                "errorMessage" => event.error_message = text(members.next_value()?),
                "sourceIPAddress" => event.source_ip_address = text(members.next_value()?),
                "vpcEndpointId" => event.vpc_endpoint_id = text(members.next_value()?),
                "requestID" => event.request_id = text(members.next_value()?),
                "userIdentity" => event.user_identity = identity(members.next_value()?),
                "requestParameters" => event.request_parameters = parameters(members.next_value()?),
                _ => {
                    members.next_value::<IgnoredAny>()?;
                }
            }
        }
        self.found.extend(Some(event).filter(Event::is_refusal));
        Ok(())
    }
}

fn text(value: Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => None,
    }
}

fn identity(value: Value) -> Option<UserIdentity> {
    let Value::Object(mut members) = value else { return None };
    let mut member = |name: &str| members.remove(name).and_then(text);
    Some(UserIdentity {
        r#type: member("type").unwrap_or_default(),
        arn: member("arn"),
        invoked_by: member("invokedBy"),
        user_name: member("userName"),
    })
}

/// `null` in denials.
fn parameters(value: Value) -> Option<RequestParameters> {
    let Value::Object(mut members) = value else { return None };
    let duration = members.remove("durationSeconds");
    let duration = duration.and_then(|value| match value {
        Value::String(text) => text.parse().ok(),
        value => value.as_u64().and_then(|seconds| u32::try_from(seconds).ok()),
    });
    let mut member = |name: &str| members.remove(name).and_then(text);
    Some(RequestParameters {
        role_arn: member("roleArn"),
        role_session_name: member("roleSessionName"),
        external_id: member("externalId"),
        duration_seconds: duration,
    })
}
