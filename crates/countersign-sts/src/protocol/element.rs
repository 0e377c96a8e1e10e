//! What answers are made of, before it is known whether they are written as XML or as JSON.

use countersign_policy::condition::date::Moment;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// All but the unreserved characters of RFC 3986: a blank becomes `%20`, since some clients do not read `+` as one.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// A member of a structure: its name and what it holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Element {
    pub(crate) name: &'static str,
    pub(crate) value: Value,
}

/// What a member of an answer holds. JSON tells the kinds apart, XML does not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Value {
    Text(String),
    Number(u64),
    Boolean(bool),
    /// A date in XML, seconds since the epoch in JSON.
    Time(Moment),
    Structure(Vec<Element>),
    /// `<member>`s in XML.
    List(Vec<Value>),
    /// `<entry>`s of a `<key>` and a `<value>` in XML.
    Map(Vec<(String, Value)>),
}

impl Value {
    pub(crate) fn text(text: impl ToString) -> Self {
        Self::Text(text.to_string())
    }
}

impl Element {
    pub(crate) fn leaf(name: &'static str, text: impl ToString) -> Self {
        Self { name, value: Value::text(text) }
    }

    pub(crate) fn number(name: &'static str, number: impl TryInto<u64>) -> Self {
        Self { name, value: Value::Number(number.try_into().unwrap_or(u64::MAX)) }
    }

    pub(crate) fn boolean(name: &'static str, truth: bool) -> Self {
        Self { name, value: Value::Boolean(truth) }
    }

    pub(crate) fn time(name: &'static str, moment: Moment) -> Self {
        Self { name, value: Value::Time(moment) }
    }

    /// A policy document, which answers hold percent-encoded.
    pub(crate) fn document(name: &'static str, text: &str) -> Self {
        Self::leaf(name, utf8_percent_encode(text, RESERVED))
    }

    pub(crate) fn parent(name: &'static str, members: Vec<Self>) -> Self {
        Self { name, value: Value::Structure(members) }
    }

    pub(crate) fn list(name: &'static str, members: impl IntoIterator<Item = Value>) -> Self {
        Self { name, value: Value::List(members.into_iter().collect()) }
    }

    /// A list of texts.
    pub(crate) fn texts(name: &'static str, texts: impl IntoIterator<Item = impl ToString>) -> Self {
        Self::list(name, texts.into_iter().map(Value::text))
    }

    pub(crate) fn map(name: &'static str, entries: impl IntoIterator<Item = (String, Value)>) -> Self {
        Self { name, value: Value::Map(entries.into_iter().collect()) }
    }

    /// `Tags`, as every operation of IAM shows them.
    pub(crate) fn tags<'t>(name: &'static str, tags: impl IntoIterator<Item = (&'t String, &'t String)>) -> Self {
        let tag = |(key, value)| Value::Structure(vec![Self::leaf("Key", key), Self::leaf("Value", value)]);
        Self::list(name, tags.into_iter().map(tag))
    }
}
