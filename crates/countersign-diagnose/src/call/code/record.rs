//! Configuration that names a role: a record, and what it is in.

use super::entry::{EntryPoint, parameter};
use super::form::{Form, Language};
use super::program::Program;
use super::shape::{SHAPES, Shape};
use super::site::{Entry, Site, Way};
use super::tree::{Id, Patience, Tree};
use super::{call, yaml};
use crate::call::{Call, Name, Reading, Style};

/// More calls than this are not looked for in one text.
const CALLS: usize = 64;
/// How many nodes lie between a record and its name.
const HEIGHT: usize = 12;

/// Reads JSON.
pub(in crate::call) fn read_json(text: &str, patience: Patience<'_>) -> Option<Reading> {
    let tree = Tree::parse(text, (yaml::JSON.grammar)(), patience)?;
    Some(read(&tree, &yaml::JSON, Style::Json, patience))
}

/// Reads YAML.
pub(in crate::call) fn read_yaml(text: &str, patience: Patience<'_>) -> Reading {
    read(&yaml::parse(text), &yaml::YAML, Style::Yaml, patience)
}

fn read(tree: &Tree<'_>, language: &'static Language, style: Style, patience: Patience<'_>) -> Reading {
    let program = Program::new(tree, language);
    let mut calls = of_records(&program, style);
    calls.extend(super::workflow::calls(&program, patience));
    calls.extend(super::command::calls(&program, style, patience));
    calls.sort_by_key(|call| call.span);
    Reading { style, calls, errors: tree.errors() }
}

/// The records that name a role.
pub(super) fn of_records(program: &Program<'_>, style: Style) -> Vec<Call> {
    let records = program.tree.all().filter(|id| program.form(*id) == Form::Record);
    let sites = records.filter_map(|record| site(program, record));
    sites.take(CALLS).map(|site| call(program, &site, style)).collect()
}

fn site(program: &Program<'_>, record: Id) -> Option<Site> {
    let tree = program.tree;
    let pairs: Vec<_> = tree
        .named(record)
        .filter_map(|pair| match program.form(pair) {
            Form::Pair { key, name, value } => Some((pair, key, name, value)),
            _ => None,
        })
        .collect();
    let has = |key: &str| pairs.iter().any(|(_, this, ..)| this == key);
    // A step of a workflow has rules of its own.
    if has("role-to-assume") {
        return None;
    }
    let around = name_of(program, record);
    let is_of = |shape: &&Shape| {
        let is_within = shape.within.is_none_or(|within| around.as_deref() == Some(within));
        is_within && has(shape.role) && shape.beside.is_none_or(has)
    };
    let shape = SHAPES.iter().find(is_of);
    let entry = shape.map_or(&UNKNOWN, |shape| &shape.entry);
    let mut entries = Vec::new();
    for (pair, key, name, value) in pairs {
        let parameter = match shape {
            Some(shape) if shape.role == key => Some(Name::RoleArn),
            Some(shape) if shape.external_id == Some(&*key) => Some(Name::ExternalId),
            _ => parameter(&key),
        };
        let way = Way::Pair { container: record, pair, key: name };
        entries.extend(parameter.map(|parameter| Entry { name: parameter, value, way }));
    }
    let names_role = entries.iter().any(|entry| entry.name == Name::RoleArn);
    names_role.then(|| Site::of_record(entry, record, entries))
}

/// A tool that is not known: an ExternalId that is there can be corrected, but none be added.
static UNKNOWN: EntryPoint = EntryPoint::assume_role("", "configuration").keys(&[]);

/// The key that a record, or the list it is in, is the value of.
fn name_of(program: &Program<'_>, record: Id) -> Option<String> {
    let mut above = std::iter::successors(program.tree.parent(record), |id| program.tree.parent(*id)).take(HEIGHT);
    above.find_map(|id| match program.form(id) {
        Form::Pair { key, .. } => Some(key.into_owned()),
        _ => None,
    })
}
