//! Writes answers as JSON, for clients that accept it.

use serde_json::{Map, Value as Json, json};

use super::{Element, Value};

/// A structure as an object.
pub(super) fn object(members: &[Element]) -> Json {
    Json::Object(members.iter().map(|member| (member.name.to_owned(), value(&member.value))).collect())
}

fn value(value_of: &Value) -> Json {
    match value_of {
        Value::Text(text) => json!(text),
        Value::Number(number) => json!(number),
        Value::Boolean(truth) => json!(truth),
        Value::Time(moment) => json!(moment.seconds()),
        Value::Structure(members) => object(members),
        Value::List(members) => members.iter().map(value).collect(),
        Value::Map(entries) => {
            let entries = entries.iter().map(|(key, held)| (key.clone(), value(held)));
            Json::Object(entries.collect::<Map<_, _>>())
        }
    }
}
