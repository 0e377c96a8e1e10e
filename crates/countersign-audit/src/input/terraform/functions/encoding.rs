//! JSON, YAML, Base64 and URLs.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use countersign_policy::document::{MAX_NESTING, Text, parse_json};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

use super::super::conversion::{of_node, to_node};
use super::super::value::{Kind, Value};
use super::yaml::parse_yaml;
use super::{Call, Function, Outcome, function, moved};

pub(super) const FUNCTIONS: &[Function] = &[
    function("base64decode", 1, 1, base64_decode),
    function("base64encode", 1, 1, base64_encode),
    function("jsondecode", 1, 1, json_decode),
    function("jsonencode", 1, 1, json_encode),
    function("urldecode", 1, 1, url_decode),
    function("urlencode", 1, 1, url_encode),
    function("yamldecode", 1, 1, yaml_decode),
];

/// What Go's `QueryEscape` leaves as it is.
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

fn json_encode(call: &Call<'_>) -> Outcome {
    let argument = call.argument(0)?;
    Ok(Value::new(Kind::Json(Box::new(to_node(argument))), argument.span))
}

fn json_decode(call: &Call<'_>) -> Outcome {
    let argument = call.argument(0)?;
    if let Kind::Json(node) = &argument.kind {
        return Ok(of_node(node));
    }
    let Some(text) = call.known_text(0)? else { return Ok(call.unknown()) };
    let node = parse_json(&text, MAX_NESTING).map_err(|problem| problem.message)?;
    Ok(of_node(&moved(node, argument.span)))
}

fn yaml_decode(call: &Call<'_>) -> Outcome {
    let argument = call.argument(0)?;
    // JSON is YAML.
    if let Kind::Json(node) = &argument.kind {
        return Ok(of_node(node));
    }
    let Some(text) = call.known_text(0)? else { return Ok(call.unknown()) };
    parse_yaml(&text, argument.span)
}

fn base64_encode(call: &Call<'_>) -> Outcome {
    let Some(text) = call.known_text(0)? else { return Ok(call.unknown()) };
    Ok(Value::text(Text::literal(STANDARD.encode(text)), call.span_of(0)))
}

fn base64_decode(call: &Call<'_>) -> Outcome {
    let Some(text) = call.known_text(0)? else { return Ok(call.unknown()) };
    let bytes = STANDARD.decode(&text).map_err(|_| "`base64decode` is given text that is not Base64".to_owned())?;
    let text = String::from_utf8(bytes).map_err(|_| "`base64decode` yields what is not UTF-8 text".to_owned())?;
    Ok(Value::text(Text::literal(text), call.span_of(0)))
}

fn url_encode(call: &Call<'_>) -> Outcome {
    let Some(text) = call.known_text(0)? else { return Ok(call.unknown()) };
    let encoded = utf8_percent_encode(&text, ESCAPED).to_string().replace("%20", "+");
    Ok(Value::text(Text::literal(encoded), call.span_of(0)))
}

fn url_decode(call: &Call<'_>) -> Outcome {
    let Some(text) = call.known_text(0)? else { return Ok(call.unknown()) };
    let spaced = text.replace('+', " ");
    let decoded = percent_decode_str(&spaced).decode_utf8();
    let decoded = decoded.map_err(|_| "`urldecode` yields what is not UTF-8 text".to_owned())?;
    Ok(Value::text(Text::literal(decoded), call.span_of(0)))
}
