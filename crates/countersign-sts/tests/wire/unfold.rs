//! Opens what answers hold in one text: the claims of a token, and a decoded message.

use std::collections::BTreeMap;

use data_encoding::BASE64URL_NOPAD;
use serde_json::Value;

/// Adds what stands in tokens and messages to the fields: `WebIdentityToken/sub`, `DecodedMessage/context/action`.
pub(crate) fn unfold(fields: &mut BTreeMap<String, String>) {
    if let Some(token) = fields.get("WebIdentityToken") {
        let claims = token.split('.').nth(1).unwrap();
        let claims = BASE64URL_NOPAD.decode(claims.as_bytes()).unwrap();
        add("WebIdentityToken", &serde_json::from_slice(&claims).unwrap(), fields);
    }
    if let Some(message) = fields.get("DecodedMessage") {
        add("DecodedMessage", &serde_json::from_str(message).unwrap(), fields);
    }
}

fn add(path: &str, value: &Value, fields: &mut BTreeMap<String, String>) {
    match value {
        Value::Object(members) => {
            members.iter().for_each(|(name, value)| add(&format!("{path}/{name}"), value, fields));
        }
        Value::Array(values) => {
            values.iter().enumerate().for_each(|(at, value)| add(&format!("{path}/{}", at + 1), value, fields));
        }
        Value::String(text) => {
            fields.insert(path.to_owned(), text.clone());
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {
            fields.insert(path.to_owned(), value.to_string());
        }
    }
}
