//! A policy or template before it is written in a language: the same tree as JSON, YAML and HCL.

use countersign_policy::document::{Node, Value};

use crate::Choices;

/// A tree without a language.
#[derive(Debug, Clone)]
pub enum Tree {
    /// A string.
    Text(String),
    /// Something that stands without quotes in every language: a number, `true`, an expression of HCL's.
    Bare(String),
    /// A function of `CloudFormation`'s, by the name of its short form.
    Call(&'static str, Box<Tree>),
    /// An array.
    List(Vec<Tree>),
    /// An object; keys may repeat.
    Map(Vec<(String, Tree)>),
}

/// How a tree is laid out.
#[derive(Debug, Clone, Copy)]
pub struct Layout {
    /// Blanks per level, or everything on one line.
    step: Option<usize>,
    /// Whether lists and calls are as short as the language allows.
    short: bool,
    newline: &'static str,
}

impl Layout {
    /// One of them.
    pub fn chosen(choices: &mut Choices<'_>) -> Self {
        let step = choices.one_of(&[Some(2), Some(2), Some(4), None]);
        Self { step, short: choices.below(2) == 1, newline: choices.one_of(&["\n", "\n", "\n", "\r\n"]) }
    }

    /// The same on one line.
    pub fn flow(self) -> Self {
        Self { step: None, ..self }
    }

    fn margin(self, depth: usize) -> String {
        match self.step {
            Some(step) => format!("{}{}", self.newline, " ".repeat(step * depth)),
            None => " ".to_owned(),
        }
    }
}

/// A map from pairs.
pub fn map<const N: usize>(members: [(&str, Tree); N]) -> Tree {
    Tree::Map(members.into_iter().map(|(key, tree)| (key.to_owned(), tree)).collect())
}

/// A string.
pub fn text(text: &str) -> Tree {
    Tree::Text(text.to_owned())
}

impl Tree {
    /// The tree of a JSON text; nothing when it is none.
    pub fn of_json(json: &str) -> Option<Self> {
        countersign_policy::document::parse_json(json, 64).ok().map(|node| Self::of_node(&node))
    }

    fn of_node(node: &Node) -> Self {
        match &node.value {
            Value::Null => Self::Bare("null".to_owned()),
            Value::Bool(value) => Self::Bare(value.to_string()),
            Value::Number(number) => Self::Bare(number.to_string()),
            Value::String(_) => Self::Text(node.as_str().unwrap_or_default().to_owned()),
            Value::Array(nodes) => Self::List(nodes.iter().map(Self::of_node).collect()),
            Value::Object(members) => {
                let member = |member: &countersign_policy::document::Member| {
                    (member.key.to_string(), Self::of_node(&member.value))
                };
                Self::Map(members.iter().map(member).collect())
            }
        }
    }

    /// The values of a key, or the tree itself when it is no list.
    pub fn items(&self) -> Vec<&Tree> {
        match self {
            Self::List(items) => items.iter().collect(),
            one => vec![one],
        }
    }

    /// The members of a map.
    pub fn members(&self) -> &[(String, Tree)] {
        if let Self::Map(members) = self { members } else { &[] }
    }

    /// As JSON.
    pub fn json(&self, layout: Layout, depth: usize) -> String {
        match self {
            Self::Text(text) => quoted(text),
            Self::Bare(bare) => bare.clone(),
            Self::Call(name, argument) => format!("{{\"{}\": {}}}", long(name), argument.json(layout, depth)),
            Self::List(items) => {
                let items: Vec<String> = items.iter().map(|item| item.json(layout, depth + 1)).collect();
                braced(layout, depth, ["[", ",", "]"], &items)
            }
            Self::Map(members) => {
                let member =
                    |(key, tree): &(String, Self)| format!("{}: {}", quoted(key), tree.json(layout, depth + 1));
                let members: Vec<String> = members.iter().map(member).collect();
                braced(layout, depth, ["{", ",", "}"], &members)
            }
        }
    }

    /// As an expression of HCL's.
    pub fn hcl(&self, layout: Layout, depth: usize) -> String {
        match self {
            Self::Text(text) => quoted(text).replace("${", "$${").replace("%{", "%%{"),
            Self::Bare(bare) => bare.clone(),
            Self::Call(_, argument) => argument.hcl(layout, depth),
            Self::List(items) => {
                let items: Vec<String> = items.iter().map(|item| item.hcl(layout, depth + 1)).collect();
                braced(layout, depth, ["[", ",", "]"], &items)
            }
            Self::Map(members) => {
                let is_word = |key: &str| !key.is_empty() && key.bytes().all(|byte| byte.is_ascii_alphabetic());
                let key = |key: &str| if layout.short && is_word(key) { key.to_owned() } else { quoted(key) };
                let member = |(name, tree): &(String, Self)| {
                    let name = key(name).replace("${", "$${");
                    let equals = if layout.short { " =" } else { ":" };
                    format!("{name}{equals} {}", tree.hcl(layout, depth + 1))
                };
                let members: Vec<String> = members.iter().map(member).collect();
                let comma = if layout.short && layout.step.is_some() { "" } else { "," };
                braced(layout, depth, ["{", comma, "}"], &members)
            }
        }
    }

    /// As YAML over lines, up to where the layout wants one line. Starts where a value does, behind a colon or a dash.
    pub fn yaml(&self, layout: Layout, depth: usize) -> String {
        let Some(step) = layout.step else { return self.yaml_flow(layout) };
        let margin = format!("{}{}", layout.newline, " ".repeat(step * depth));
        match self {
            Self::List(items) if !items.is_empty() => items
                .iter()
                .map(|item| format!("{margin}-{}", behind(item.yaml(layout, depth + 1), layout, step * (depth + 1))))
                .collect(),
            Self::Map(members) if !members.is_empty() => {
                let member =
                    |(key, tree): &(String, Self)| format!("{margin}{}:{}", word(key), tree.yaml(layout, depth + 1));
                members.iter().map(member).collect()
            }
            Self::Call(name, argument) if layout.short => format!(" !{name}{}", argument.yaml(layout, depth)),
            Self::Call(name, argument) => format!("{margin}{}:{}", long(name), argument.yaml(layout, depth + 1)),
            _ => self.yaml_flow(layout),
        }
    }

    fn yaml_flow(&self, layout: Layout) -> String {
        match self {
            Self::Text(text) => format!(" {}", if layout.short { word(text) } else { quoted(text) }),
            Self::Bare(bare) => format!(" {bare}"),
            Self::Call(name, argument) if layout.short => format!(" !{name}{}", argument.yaml_flow(layout)),
            Self::Call(name, argument) => format!(" {{\"{}\":{}}}", long(name), argument.yaml_flow(layout)),
            Self::List(items) => {
                let items: Vec<String> = items.iter().map(|item| item.yaml_flow(layout)).collect();
                format!(" [{}]", items.join(","))
            }
            Self::Map(members) => {
                let member = |(key, tree): &(String, Self)| format!("{}:{}", word(key), tree.yaml_flow(layout));
                let members: Vec<String> = members.iter().map(member).collect();
                format!(" {{{}}}", members.join(", "))
            }
        }
    }
}

/// A map in a list starts beside the dash, or below it.
fn behind(item: String, layout: Layout, width: usize) -> String {
    let margin = format!("{}{}", layout.newline, " ".repeat(width));
    match item.strip_prefix(&margin) {
        Some(rest) if width >= 2 && !rest.starts_with('-') => {
            format!("{}{rest}", " ".repeat(layout.step.unwrap_or(2) - 1))
        }
        _ => item,
    }
}

fn braced(layout: Layout, depth: usize, [open, comma, close]: [&str; 3], items: &[String]) -> String {
    if items.is_empty() {
        return format!("{open}{close}");
    }
    let lines = Layout { step: layout.step.filter(|_| !(layout.short && items.len() == 1)), ..layout };
    let comma = if lines.step.is_none() { "," } else { comma };
    let comma = if open == "[" { "," } else { comma };
    let between = format!("{comma}{}", lines.margin(depth + 1));
    format!("{open}{}{}{}{close}", lines.margin(depth + 1), items.join(&between), lines.margin(depth))
}

fn long(name: &str) -> String {
    if ["Ref", "Condition"].contains(&name) { name.to_owned() } else { format!("Fn::{name}") }
}

fn quoted(text: &str) -> String {
    serde_json::to_string(text).expect("strings are JSON")
}

/// Without quotes where YAML reads the same.
fn word(text: &str) -> String {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_./".contains(&byte);
    let has_colon = text.split_once(':').is_some_and(|(_, rest)| !rest.is_empty() && !rest.starts_with(' '));
    let rest = text.replace(':', "");
    let starts = text.as_bytes().first().is_some_and(u8::is_ascii_alphabetic);
    let is_word = !["true", "false", "null", "yes", "no", "on", "off", "y", "n"].contains(&&*text.to_lowercase());
    let colons_inside = !text.contains(':') || (has_colon && !text.ends_with(':'));
    if starts && is_word && colons_inside && rest.bytes().all(is_plain) { text.to_owned() } else { quoted(text) }
}
