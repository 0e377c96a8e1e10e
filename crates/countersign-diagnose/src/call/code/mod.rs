//! Calls in source code, and in configuration that is a language of its own.
//!
//! A language is a value: its grammar, what its nodes mean in words common to all ([`form`]), and what makes a call
//! ([`entry`]). The rest is the same for all of them: what names are bound to ([`program`]), which parameters reach a call
//! ([`site`]), and where each is written ([`insert`]) and taken out ([`remove`]).

pub(super) mod bash;
pub(super) mod command;
mod csharp;
pub(super) mod entry;
mod form;
mod go;
mod go_package;
mod hcl;
mod insert;
mod java;
mod javascript;
mod layout;
pub(super) mod letters;
mod php;
pub(super) mod program;
mod provider;
mod python;
pub(super) mod record;
mod remove;
mod ruby;
mod rust;
mod script;
mod shape;
mod site;
mod tags;
pub(super) mod tree;
mod uses;
mod workflow;
mod yaml;

use std::collections::BTreeMap;

use countersign_policy::document::Span;

use self::form::Language;
use self::program::{Program, Worth};
use self::site::{Site, Way};
use self::tree::{Patience, Tree};
use super::slot::{removals, slots};
use super::{Call, Name, Parameter, Reading, Style};
use crate::edit::Edit;

/// Reads a text in one language.
pub(super) fn read(text: &str, style: Style, patience: Patience<'_>) -> Option<Reading> {
    let reading = read_whole(text, style, patience)?;
    if !reading.calls.is_empty() || reading.errors == 0 {
        return Some(reading);
    }
    // What people paste often ends too early.
    let closed = format!("{text}{}", missing_brackets(text));
    let calls = read_whole(&closed, style, patience)?.calls;
    Some(Reading { calls: calls.into_iter().map(|call| cut_off(call, text)).collect(), ..reading })
}

/// A call of a text that was closed: what goes over its end is not known, and not written to.
fn cut_off(mut call: Call, text: &str) -> Call {
    let end = Span::new(text.len(), 0).start;
    call.span.end = call.span.end.min(end);
    call.parameters.retain(|_, parameter| match parameter {
        Parameter::Known { span, .. } | Parameter::Unknown { span, .. } => span.start < end,
        Parameter::Implied { .. } | Parameter::Absent => true,
    });
    for parameter in call.parameters.values_mut() {
        if let Parameter::Known { span, .. } | Parameter::Unknown { span, .. } = parameter
            && span.end > end
        {
            let span = Span { start: span.start, end };
            let expression = text.get(span.start as usize..).unwrap_or_default().to_owned();
            *parameter = Parameter::Unknown { expression, span };
        }
    }
    // What was cut off may have sent one.
    let rest = Parameter::Unknown { expression: String::new(), span: Span { start: end, end } };
    call.parameters.entry(Name::ExternalId).or_insert(rest);
    let is_inside = |edit: &Edit| edit.span.end <= end;
    call.slots.retain(|_, slot| slot.span.end <= end && slot.also.iter().all(is_inside));
    call.removals.retain(|_, edits| edits.iter().all(is_inside));
    call
}

fn read_whole(text: &str, style: Style, patience: Patience<'_>) -> Option<Reading> {
    let language = language(text, style)?;
    let has_entry = language.entry_points.iter().any(|entry| text.contains(entry.name));
    if !has_entry && !text.contains(command::OPERATION) {
        // Nothing here makes a call, in whatever way it is parsed.
        return Some(Reading { style, calls: Vec::new(), errors: 0 });
    }
    let tree = Tree::parse(text, (language.grammar)(), patience)?;
    let program = Program::new(&tree, language);
    let mut calls: Vec<Call> = site::find(&program).iter().map(|site| call(&program, site, style)).collect();
    calls.extend(provider::calls(&program, style));
    calls.extend(command::calls(&program, style, patience));
    if text.contains(command::OPERATION) {
        calls.extend(script::calls(&program, style, patience));
    }
    calls.sort_by_key(|call| call.span);
    Some(Reading { style, calls, errors: tree.errors() })
}

/// The brackets that a text opens and does not close, as they close; those in strings and comments are counted too.
fn missing_brackets(text: &str) -> String {
    let mut open = Vec::new();
    for c in text.chars() {
        match c {
            '(' => open.push(')'),
            '[' => open.push(']'),
            '{' => open.push('}'),
            _ if open.last() == Some(&c) => {
                open.pop();
            }
            _ => {}
        }
    }
    // Deeper than any code.
    open.truncate(256);
    open.into_iter().rev().collect()
}

fn language(text: &str, style: Style) -> Option<&'static Language> {
    Some(match style {
        Style::Python => &python::LANGUAGE,
        Style::JavaScript => &javascript::JAVASCRIPT,
        Style::TypeScript => &javascript::TYPESCRIPT,
        Style::Go => &go::LANGUAGE,
        Style::Java => &java::LANGUAGE,
        Style::Rust => &rust::LANGUAGE,
        Style::CSharp => &csharp::LANGUAGE,
        Style::Ruby => &ruby::LANGUAGE,
        Style::Php if text.contains("<?") => &php::LANGUAGE,
        Style::Php => &php::FRAGMENT,
        Style::Hcl => &hcl::LANGUAGE,
        Style::Shell | Style::Profile | Style::Yaml | Style::Json | Style::Properties => return None,
    })
}

fn call(program: &Program<'_>, site: &Site, style: Style) -> Call {
    let tree = program.tree;
    let mut parameters = BTreeMap::new();
    for entry in &site.entries {
        let span = tree.span(entry.value);
        let unknown = || Parameter::Unknown { expression: tree.text(entry.value).to_owned(), span };
        let parameter = match program.worth(entry.value) {
            _ if matches!(entry.way, Way::Perhaps(_)) || site.is_changed => unknown(),
            Worth::Text(value, at) => Parameter::Known { value, span: tree.span(at) },
            Worth::Nothing(_) => Parameter::Absent,
            Worth::Unknown if entry.name == Name::Tags => tags::read(program, entry.value).unwrap_or_else(unknown),
            Worth::Unknown => unknown(),
        };
        let parameter =
            if entry.name == Name::DurationSeconds { seconds(parameter, tree.text(entry.value)) } else { parameter };
        match parameter {
            Parameter::Absent => parameters.remove(&entry.name),
            parameter => parameters.insert(entry.name, parameter),
        };
    }
    if let Some(hidden) = site.hidden.first() {
        let span = tree.span(*hidden);
        for name in [Name::RoleArn, Name::RoleSessionName, Name::ExternalId] {
            let expression = tree.text(*hidden).to_owned();
            parameters.entry(name).or_insert(Parameter::Unknown { expression, span });
        }
    }
    if let Some(pattern) = site.entry.session {
        parameters.entry(Name::RoleSessionName).or_insert(Parameter::Implied { pattern });
    }
    Call {
        style,
        operation: site.entry.operation,
        tool: site.entry.tool,
        span: extent(program, site),
        parameters,
        source: None,
        profile: None,
        device: None,
        chained: None,
        slots: slots(|name| {
            let slot = insert::slot(program, site, name)?;
            if style == Style::Go { go_package::complete(program, slot) } else { Some(slot) }
        }),
        removals: removals(|name| remove::removal(program, site, name)),
    }
}

/// A duration in seconds; `1h` is one too.
fn seconds(parameter: Parameter, expression: &str) -> Parameter {
    let Parameter::Known { value, span } = parameter else { return parameter };
    let of = |digits: &str, unit: u64| Some(digits.parse::<u64>().ok()?.checked_mul(unit)?.to_string());
    let known = match value.chars().last() {
        Some('h') => of(value.trim_end_matches('h'), 3_600),
        Some('m') => of(value.trim_end_matches('m'), 60),
        Some('s') => of(value.trim_end_matches('s'), 1),
        _ => of(&value.replace('_', ""), 1),
    };
    match known {
        Some(value) => Parameter::Known { value, span },
        None => Parameter::Unknown { expression: expression.to_owned(), span },
    }
}

/// From the first to the last byte of a call and what is set on it.
fn extent(program: &Program<'_>, site: &Site) -> Span {
    let tree = program.tree;
    let last_link = site.last_link.map(|link| tree.span(link).end);
    let setters = site.entries.iter().filter_map(|entry| match &entry.way {
        Way::Setter(setter) | Way::Perhaps(setter) => Some(tree.span(setter.at).end),
        Way::Position | Way::Pair { .. } | Way::Link => None,
    });
    let Span { start, end } = tree.span(site.at);
    Span { start, end: setters.chain(last_link).fold(end, u32::max) }
}
