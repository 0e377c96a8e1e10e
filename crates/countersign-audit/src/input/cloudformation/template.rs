//! The parts of a template by name.

use std::cell::Cell;
use std::collections::{BTreeMap, HashMap};

use countersign_policy::document::{Member, Node, Span, Text, Value};

use super::foreach;
use super::parameter::Parameter;
use super::problems::Problems;
use crate::source::SourceFile;

/// A template, and what is given for its parameters.
pub(super) struct Template<'t> {
    pub(super) file: &'t SourceFile,
    pub(super) parameters: HashMap<&'t str, Parameter<'t>>,
    pub(super) conditions: HashMap<&'t str, &'t Node>,
    pub(super) mappings: Option<&'t Node>,
    pub(super) globals: Option<&'t Node>,
    /// A macro that is not one of AWS's: it may make anything of the template.
    pub(super) macro_name: Option<&'t str>,
    pub(super) resources: Vec<Resource<'t>>,
    by_name: HashMap<Box<str>, usize>,
    /// What evaluations may still produce.
    left: Cell<usize>,
}

/// What evaluations of a whole file may produce: every role in every way it can be, and then some.
const OUTPUT: usize = 32 << 20;
const OUTPUT_PER_BYTE: usize = 64;

/// One resource. In an `Fn::ForEach` there is one for every element.
pub(super) struct Resource<'t> {
    pub(super) name: Box<str>,
    pub(super) kind: &'t str,
    /// Its logical id in the file.
    pub(super) header: Span,
    pub(super) node: &'t Node,
    /// What the identifiers of the loops around it stand for.
    pub(super) bindings: Bindings,
}

/// Identifiers of `Fn::ForEach` and their values.
pub(super) type Bindings = Vec<(Box<str>, Text)>;

impl<'t> Template<'t> {
    pub(super) fn new(
        file: &'t SourceFile,
        tree: &'t Node,
        given: &BTreeMap<String, Text>,
        problems: &mut Problems,
    ) -> Self {
        let mut template = Self {
            file,
            parameters: section(tree, "Parameters")
                .map(|member| (&*member.key, Parameter::new(&member.value, given.get(&*member.key))))
                .collect(),
            conditions: section(tree, "Conditions").map(|member| (&*member.key, &member.value)).collect(),
            mappings: tree.get("Mappings"),
            globals: tree.get("Globals"),
            macro_name: tree.get("Transform").and_then(macro_name),
            resources: Vec::new(),
            by_name: HashMap::new(),
            left: Cell::new(OUTPUT.saturating_add(file.text().len().saturating_mul(OUTPUT_PER_BYTE))),
        };
        let members = tree.get("Resources").map(members).unwrap_or_default();
        let resources = foreach::resources(&template, members, problems);
        for (at, resource) in resources.iter().enumerate() {
            if template.by_name.insert(resource.name.clone(), at).is_some() {
                let help = "CloudFormation takes one of the two: give each its own name";
                let message = format!("duplicate logical id `{}`", resource.name);
                problems.error(file, resource.header, message, help);
            }
        }
        template.resources = resources;
        template
    }

    pub(super) fn resource(&self, name: &str) -> Option<&Resource<'t>> {
        self.by_name.get(name).and_then(|at| self.resources.get(*at))
    }

    pub(super) fn spend(&self, amount: usize) {
        self.left.set(self.left.get().saturating_sub(amount));
    }

    pub(super) fn is_spent(&self) -> bool {
        self.left.get() == 0
    }

    /// Whether a `${name}` would mean something in this template.
    pub(super) fn knows(&self, name: &str) -> bool {
        let head = name.split('.').next().unwrap_or(name);
        name.starts_with("AWS::") || self.parameters.contains_key(head) || self.by_name.contains_key(head)
    }
}

impl<'t> Resource<'t> {
    pub(super) fn property(&self, name: &str) -> Option<&'t Node> {
        self.node.get("Properties")?.get(name)
    }

    /// What reports call it: where the CDK says which construct it is, that construct.
    pub(super) fn address(&self) -> String {
        let path = self.node.get("Metadata").and_then(|metadata| metadata.get("aws:cdk:path")?.as_str());
        match path {
            Some(path) => path.strip_suffix("/Resource").unwrap_or(path).to_owned(),
            None => self.name.to_string(),
        }
    }
}

fn macro_name(transform: &Node) -> Option<&str> {
    let all = transform.as_array().unwrap_or(std::slice::from_ref(transform));
    let mut names = all.iter().filter_map(|name| name.as_str().or_else(|| name.get("Name")?.as_str()));
    names.find(|name| !name.starts_with("AWS::"))
}

fn section<'t>(tree: &'t Node, name: &str) -> impl Iterator<Item = &'t Member> {
    tree.get(name).map(members).unwrap_or_default().iter()
}

/// The members of an object, none of anything else.
pub(super) fn members(node: &Node) -> &[Member] {
    match &node.value {
        Value::Object(members) => members,
        _ => &[],
    }
}
