//! Policies inside a declaration: as an object, or as its JSON text in a string.

use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::Value;

/// The JSON text of a value. Members keep their order, and those that stand twice stand twice: what is wrong with a policy
/// must not get lost on the way to its checks.
#[derive(Debug, Clone)]
pub(super) struct PolicyText(pub(super) String);

impl<'de> Deserialize<'de> for PolicyText {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Json(text) = Json::deserialize(deserializer)?;
        // A string holds the policy's text.
        match serde_json::from_str::<Value>(&text) {
            Ok(Value::String(inner)) => Ok(Self(inner)),
            _ => Ok(Self(text)),
        }
    }
}

struct Json(String);

impl<'de> Deserialize<'de> for Json {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(AnyValue)
    }
}

struct AnyValue;

fn scalar<E>(value: impl Into<Value>) -> Result<Json, E> {
    Ok(Json(value.into().to_string()))
}

impl<'de> Visitor<'de> for AnyValue {
    type Value = Json;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a policy")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Json, E> {
        scalar(value)
    }

    fn visit_i64<E>(self, value: i64) -> Result<Json, E> {
        scalar(value)
    }

    fn visit_u64<E>(self, value: u64) -> Result<Json, E> {
        scalar(value)
    }

    fn visit_f64<E>(self, value: f64) -> Result<Json, E> {
        scalar(value)
    }

    fn visit_str<E>(self, value: &str) -> Result<Json, E> {
        scalar(value)
    }

    fn visit_unit<E>(self) -> Result<Json, E> {
        scalar(Value::Null)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut values: A) -> Result<Json, A::Error> {
        let mut texts = Vec::new();
        while let Some(Json(text)) = values.next_element()? {
            texts.push(text);
        }
        Ok(Json(format!("[{}]", texts.join(","))))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Json, A::Error> {
        let mut texts = Vec::new();
        while let Some((key, Json(text))) = members.next_entry::<String, Json>()? {
            texts.push(format!("{}:{text}", Value::from(key)));
        }
        Ok(Json(format!("{{{}}}", texts.join(","))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_policy_keeps_its_order_and_its_mistakes() {
        let text = r#"{"b":[1,true,null,"x\"\n"],"a":{},"a":2.5}"#;
        assert_eq!(serde_json::from_str::<PolicyText>(text).unwrap().0, text);
        let inside = serde_json::to_string(text).unwrap();
        assert_eq!(serde_json::from_str::<PolicyText>(&inside).unwrap().0, text);
        assert_eq!(
            toml::from_str::<std::collections::BTreeMap<String, PolicyText>>("p = '{ }'").unwrap()["p"].0,
            "{ }"
        );
    }
}
