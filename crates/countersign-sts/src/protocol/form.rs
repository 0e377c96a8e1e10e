//! Decodes forms and query strings. What is ambiguous is refused: two readers of one request must not see two calls.

use std::collections::BTreeMap;

use percent_encoding::percent_decode_str;

use super::{ApiError, ErrorCode};

/// The parameters of a request, by their full names such as `Tags.member.1.Key`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Parameters {
    values: BTreeMap<String, String>,
}

impl Parameters {
    /// The parameters of a query string and a form body together. Each may occur once.
    pub(crate) fn decode(query: &str, body: &[u8]) -> Result<Self, ApiError> {
        let body = std::str::from_utf8(body).map_err(|_| malformed("the body is not UTF-8"))?;
        let mut values = BTreeMap::new();
        for (name, value) in decode_pairs(query)?.into_iter().chain(decode_pairs(body)?) {
            if values.contains_key(&name) {
                return Err(malformed(&format!("the parameter {name} occurs twice")));
            }
            values.insert(name, value);
        }
        Ok(Self { values })
    }

    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.values.get(name).map(String::as_str)
    }

    /// Every parameter, by its name.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.values.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// The prefixes of a list's members, `Name.member.1` first. Numbers order them and may leave gaps.
    pub(crate) fn members(&self, list: &str) -> Result<Vec<String>, ApiError> {
        let prefix = format!("{list}.member.");
        let mut numbers = Vec::new();
        for name in self.values.range(prefix.clone()..).map(|(name, _)| name) {
            let Some(rest) = name.strip_prefix(&prefix) else { break };
            let number = rest.split('.').next().unwrap_or_default();
            let parsed: Option<u32> = number.parse().ok().filter(|_| !number.starts_with(['0', '+']));
            numbers.push(parsed.ok_or_else(|| malformed(&format!("{name} is not a member of a list")))?);
        }
        numbers.sort_unstable();
        numbers.dedup();
        Ok(numbers.into_iter().map(|number| format!("{prefix}{number}")).collect())
    }
}

/// The decoded names and values of `a=b&c=d`, in order. A name without `=` has an empty value.
pub(crate) fn decode_pairs(text: &str) -> Result<Vec<(String, String)>, ApiError> {
    let pairs = text.split('&').filter(|pair| !pair.is_empty());
    pairs
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            Ok((decode(name)?, decode(value)?))
        })
        .collect()
}

/// Both `+` and `%20` are a blank: SDKs differ.
fn decode(text: &str) -> Result<String, ApiError> {
    if !text.bytes().any(|byte| matches!(byte, b'%' | b'+')) {
        return Ok(text.to_owned());
    }
    let escapes = text.split('%').skip(1);
    let is_escape = |rest: &str| rest.bytes().take(2).filter(u8::is_ascii_hexdigit).count() == 2;
    if !escapes.into_iter().all(is_escape) {
        return Err(malformed("a `%` is not followed by two hexadecimal digits"));
    }
    let spaced = text.replace('+', " ");
    let decoded = percent_decode_str(&spaced).decode_utf8().map_err(|_| malformed("a parameter is not UTF-8"))?;
    Ok(decoded.into_owned())
}

fn malformed(what: &str) -> ApiError {
    ApiError::new(ErrorCode::MalformedQueryString, format!("The query string contains a syntax error: {what}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decoded(body: &str) -> Result<Parameters, ApiError> {
        Parameters::decode("", body.as_bytes())
    }

    #[test]
    fn both_spellings_of_a_blank_are_read() {
        let parameters = decoded("a=x+y&b=x%20y&c=x%2By&d=&e").unwrap();
        let values: Vec<_> = ["a", "b", "c", "d", "e", "f"].iter().map(|name| parameters.get(name)).collect();
        assert_eq!(values, [Some("x y"), Some("x y"), Some("x+y"), Some(""), Some(""), None]);
    }

    #[test]
    fn ambiguous_forms_are_refused() {
        for bad in ["a=%", "a=%4", "a=%zz", "a=%ff", "a=1&a=1", "a=1&%61=2"] {
            assert_eq!(decoded(bad).unwrap_err().code, ErrorCode::MalformedQueryString, "{bad}");
        }
        assert!(Parameters::decode("a=1", b"a=1").is_err());
        assert!(Parameters::decode("", b"a=\xff").is_err());
    }

    #[test]
    fn members_come_in_the_order_of_their_numbers() {
        let parameters =
            decoded("L.member.10=c&L.member.2.Key=b&L.member.2.Value=b&L.member.1=a&Lx.member.1=z").unwrap();
        assert_eq!(parameters.members("L").unwrap(), ["L.member.1", "L.member.2", "L.member.10"]);
        assert!(parameters.members("M").unwrap().is_empty());
        for bad in ["L.member.0=a", "L.member.01=a", "L.member.=a", "L.member.+1=a", "L.member.x=a"] {
            assert!(decoded(bad).unwrap().members("L").is_err(), "{bad}");
        }
    }
}
