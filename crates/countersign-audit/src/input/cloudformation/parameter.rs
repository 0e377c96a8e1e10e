//! Parameters: what is known of their values.

use std::collections::HashMap;

use countersign_policy::document::{Node, Span, Text, Value};

use super::resolve::{Resolver, text_node};
use crate::input::decisions::Question;
use crate::role::DefaultValue;

/// The most values that are tried one by one.
pub(super) const MAX_VALUES: usize = 8;
/// The most combinations of values that are tried in one role, conditions aside.
const MAX_VALUE_COMBINATIONS: usize = 16;

/// A parameter of a template.
pub(super) struct Parameter<'t> {
    pub(super) is_list: bool,
    /// Its values, when they are known.
    value: Option<Text>,
    /// Where its default is written, when that is its value.
    default: Option<Span>,
    /// Its default says that it is not set.
    is_unset: bool,
    /// All it may be, where the template says.
    allowed: Vec<&'t str>,
    min_length: usize,
}

/// What one run has decided about the parameters that are not known.
#[derive(Default)]
pub(super) struct Chosen {
    values: HashMap<String, String>,
    /// What they are not.
    others: HashMap<String, Vec<String>>,
    combinations: usize,
}

impl Chosen {
    /// What a parameter or a value of AWS's was decided to be.
    pub(super) fn value(&self, name: &str) -> Option<&str> {
        self.values.get(name).map(String::as_str)
    }
}

impl<'t> Parameter<'t> {
    pub(super) fn new(node: &'t Node, given: Option<&Text>) -> Self {
        let kind = node.get("Type").and_then(Node::as_str).unwrap_or_default();
        // Its value is the name of what holds the value.
        let is_stored = kind.starts_with("AWS::SSM::Parameter::Value<");
        let is_list = kind == "CommaDelimitedList" || kind.contains("List<");
        let is_secret = matches!(node.get("NoEcho").map(spelled), Some(Some("true")));
        let default = node.get("Default").and_then(spelled);
        let value = match given {
            // What is said in secret is not to be printed.
            Some(_) if is_stored || is_secret => None,
            Some(given) => Some(given.clone()),
            None => default.filter(|default| !is_stored && !default.is_empty()).map(Text::literal),
        };
        let is_default = given.is_none() && value.is_some() && !is_list;
        let allowed = node.get("AllowedValues").and_then(Node::as_array).unwrap_or_default();
        let min_length = node.get("MinLength").and_then(spelled).and_then(|length| length.parse().ok());
        Self {
            is_list,
            is_unset: given.is_none() && !is_stored && default.is_some_and(str::is_empty),
            default: node.get("Default").map(|node| node.span).filter(|_| is_default),
            value,
            allowed: allowed.iter().filter_map(spelled).collect(),
            min_length: min_length.unwrap_or(0),
        }
    }

    /// Its elements, when it is a list and known.
    pub(super) fn elements(&self) -> Option<Vec<Text>> {
        let value = self.value.as_ref().filter(|_| self.is_list)?;
        let known = value.known()?;
        Some(known.split(',').map(|element| Text::literal(element.trim())).collect())
    }

    pub(super) fn value(&self) -> Option<&Text> {
        self.value.as_ref()
    }

    fn may_be(&self, value: &str) -> bool {
        value.len() >= self.min_length
            && (self.allowed.is_empty() || self.allowed.contains(&value) || self.is_unset && value.is_empty())
    }
}

/// A scalar as it is written.
pub(super) fn spelled(node: &Node) -> Option<&str> {
    match &node.value {
        Value::String(text) => text.known(),
        Value::Number(spelling) => Some(spelling),
        Value::Bool(value) => Some(if *value { "true" } else { "false" }),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

impl<'t> Resolver<'t, '_> {
    /// The value of a parameter, at the place that refers to it.
    pub(super) fn parameter(&mut self, name: &str, place: Span) -> Option<Node> {
        let template = self.template;
        let parameter = template.parameters.get(name)?;
        if let Some(elements) = parameter.elements() {
            let nodes = elements.into_iter().map(|element| text_node(place, element)).collect();
            return Some(Node { span: place, value: Value::Array(nodes) });
        }
        if let Some(value) = &parameter.value {
            if let Some(literal) = parameter.default {
                self.defaults.push(DefaultValue { name: name.to_owned(), place, literal });
            }
            return Some(text_node(place, value.clone()));
        }
        if let Some(value) = self.chosen.values.get(name) {
            return Some(text_node(place, Text::literal(value.as_str())));
        }
        if parameter.is_unset && self.is_equal(name, "") {
            return Some(text_node(place, Text::default()));
        }
        let allowed: Vec<String> = parameter.allowed.iter().map(|value| (*value).to_owned()).collect();
        let value = self.one_of(name, &allowed).map_or_else(|| Text::default().with_hole(name), Text::literal);
        Some(text_node(place, value))
    }

    /// Which of a few values a parameter has; `None` when there are too many to try each.
    pub(super) fn one_of(&mut self, name: &str, values: &[String]) -> Option<String> {
        if let Some(value) = self.chosen.values.get(name) {
            return Some(value.clone());
        }
        let possible: Vec<&String> = values.iter().filter(|value| self.may_equal(name, value)).collect();
        let (last, others) = possible.split_last()?;
        let combinations = self.chosen.combinations.max(1) * possible.len();
        if possible.len() > MAX_VALUES || combinations > MAX_VALUE_COMBINATIONS {
            return None;
        }
        self.chosen.combinations = combinations;
        let chosen = others.iter().find(|value| self.is_equal(name, value)).unwrap_or(last).to_string();
        self.chosen.values.insert(name.to_owned(), chosen.clone());
        Some(chosen)
    }

    /// Whether a parameter, or a value that AWS sets, may still be this in this run.
    pub(super) fn may_equal(&self, name: &str, value: &str) -> bool {
        let is_excluded =
            || self.chosen.others.get(name).is_some_and(|others| others.iter().any(|other| other == value));
        match self.chosen.values.get(name) {
            Some(chosen) => chosen == value,
            None => {
                self.template.parameters.get(name).is_none_or(|parameter| parameter.may_be(value)) && !is_excluded()
            }
        }
    }

    /// Whether a parameter whose value is not known, or a value that AWS sets, is this.
    pub(super) fn is_equal(&mut self, name: &str, value: &str) -> bool {
        if self.chosen.values.contains_key(name) || !self.may_equal(name, value) {
            return self.may_equal(name, value);
        }
        let parameter = self.template.parameters.get(name);
        let what = if parameter.is_some() { format!("parameter `{name}`") } else { format!("`{name}`") };
        let is = self.decisions.decide(Question {
            key: format!("{name} == {value}"),
            subject: name.to_owned(),
            yes: format!("{what} is '{value}'"),
            no: format!("{what} is not '{value}'"),
            first: value.is_empty() && parameter.is_some_and(|parameter| parameter.is_unset),
        });
        // A list that is this text when it is joined may be any of several lists.
        if is && parameter.is_some_and(|parameter| parameter.is_list) && !value.is_empty() {
            return true;
        }
        if is {
            self.chosen.values.insert(name.to_owned(), value.to_owned());
        } else {
            self.chosen.others.entry(name.to_owned()).or_default().push(value.to_owned());
        }
        is
    }
}
