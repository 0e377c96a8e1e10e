//! A text in one language: what its names are bound to, and what its expressions are worth where the text says so.
//!
//! A name has a value when its function, or the nearest function around it that binds the name, binds it once, to something
//! that has a value. Parameters, loops and patterns bind without a value. Whatever is bound twice is unknown: which of
//! the two runs first is not for us to guess.

use std::borrow::Cow;
use std::collections::HashMap;

use super::entry::parameter;
use super::form::{Form, Language, Piece, Scoping};
use super::tree::{Id, Tree};
use crate::call::Name;

/// How many steps may lead from an expression to its value.
const STEPS: usize = 200;
/// How many functions around a name are looked at.
const SCOPES: usize = 32;
/// How many names a pattern may bind.
const NAMES: usize = 256;

/// What an expression is worth.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::call) enum Worth {
    /// This text, which stands at the node.
    Text(String, Id),
    /// `None`, `null`, `nil`: not sent.
    Nothing(Id),
    /// The text does not say.
    Unknown,
}

/// A parameter set after the fact: `o.ExternalID = …`, `request.setExternalId(…)`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Setter {
    /// Which parameter.
    pub(super) name: Name,
    /// The statement, or the call.
    pub(super) at: Id,
    /// The variable it is set on.
    pub(super) object: String,
    /// Where the parameter's name stands.
    pub(super) spelt: Id,
    /// What it is set to.
    pub(super) value: Id,
    scope: Id,
}

/// Where a name is bound, and to what if the text says.
type Binding = (Id, Option<Id>);

/// A text with its names.
pub(in crate::call) struct Program<'t> {
    pub(in crate::call) tree: &'t Tree<'t>,
    pub(super) language: &'static Language,
    /// The function around each function.
    around: HashMap<Id, Id>,
    /// By function and name: where it is bound, and to what.
    bindings: HashMap<(Id, Cow<'t, str>), Vec<Binding>>,
    setters: HashMap<String, Vec<Setter>>,
    /// The call made on the result of a call.
    links: HashMap<Id, Id>,
}

impl<'t> Program<'t> {
    pub(in crate::call) fn new(tree: &'t Tree<'t>, language: &'static Language) -> Self {
        let mut program = Self {
            tree,
            language,
            around: HashMap::new(),
            bindings: HashMap::new(),
            setters: HashMap::new(),
            links: HashMap::new(),
        };
        let mut open = vec![tree.root()];
        for id in tree.all() {
            while open.len() > 1 && open.last().is_some_and(|function| !tree.is_within(id, *function)) {
                open.pop();
            }
            let scope = open.last().copied().unwrap_or(tree.root());
            match program.form(id) {
                Form::Function => {
                    program.around.insert(id, scope);
                    open.push(id);
                    for field in ["parameter", "parameters"] {
                        program.bind_parameters(id, tree.field(id, field));
                    }
                }
                Form::Bind { target, value } => {
                    program.bind(scope, id, target, value);
                    program.reach_out(scope, id, target);
                }
                Form::Define { name, value } => {
                    program.bindings.entry((tree.root(), Cow::Owned(name))).or_default().push((id, Some(value)));
                }
                Form::Call { name, receiver: Some(receiver), arguments, .. } => {
                    program.links.insert(program.bare(receiver), id);
                    program.note_setter(scope, id, name, receiver, arguments);
                }
                _ => {}
            }
        }
        program
    }

    pub(super) fn form(&self, id: Id) -> Form<'t> {
        (self.language.form)(self.tree, id)
    }

    /// Parameters that are no more than a name or a pattern; others bind for themselves. `x => …` has no list around its
    /// one parameter.
    fn bind_parameters(&mut self, function: Id, list: Option<Id>) {
        let Some(list) = list else { return };
        let is_lone = matches!(self.form(list), Form::Name(_));
        let given: Vec<Id> = if is_lone { vec![list] } else { self.tree.named(list).collect() };
        for parameter in given {
            if matches!(self.form(parameter), Form::Name(_) | Form::Other) {
                self.bind(function, parameter, parameter, None);
            }
        }
    }

    fn bind(&mut self, scope: Id, at: Id, target: Id, value: Option<Id>) {
        let root = self.tree.root();
        match self.form(self.bare(target)) {
            Form::Name(name) => self.bindings.entry((scope, name)).or_default().push((at, value)),
            // A word that names a variable only because of what its command does.
            Form::Bind { target: itself, .. } if itself == target => {
                let name = Cow::Borrowed(self.tree.text(target));
                self.bindings.entry((scope, name)).or_default().push((at, value));
            }
            Form::Member { object, name, at: spelt } => {
                let key = Cow::Borrowed(self.tree.text(target));
                self.bindings.entry((root, key)).or_default().push((at, value));
                if let (Some(name), Some(value)) = (parameter(&name), value) {
                    let object = self.tree.text(object).to_owned();
                    let setter = Setter { name, at, object: object.clone(), spelt, value, scope };
                    self.setters.entry(object).or_default().push(setter);
                }
            }
            _ => {
                for id in self.tree.subtree(target).take(NAMES) {
                    if let Form::Name(name) = self.form(id) {
                        self.bindings.entry((scope, name)).or_default().push((at, None));
                    }
                }
            }
        }
    }

    /// An assignment may be to a name of a function around: what that is worth is then not known.
    fn reach_out(&mut self, scope: Id, at: Id, target: Id) {
        let kind = self.tree.kind(at);
        let assigns = kind.contains("assign") || kind.starts_with("update");
        if self.language.scoping == Scoping::Function || !assigns {
            return;
        }
        let Form::Name(name) = self.form(self.bare(target)) else { return };
        let outer: Vec<Id> = std::iter::successors(self.around.get(&scope).copied(), |id| self.around.get(id).copied())
            .take(SCOPES)
            .collect();
        for scope in outer {
            self.bindings.entry((scope, name.clone())).or_default().push((at, None));
        }
    }

    fn note_setter(&mut self, scope: Id, at: Id, called: &str, receiver: Id, arguments: Option<Id>) {
        let (Some(name), Some(arguments)) = (parameter(called), arguments) else { return };
        let mut given = self.tree.named(arguments);
        let (Some(value), None) = (given.next(), given.next()) else { return };
        drop(given);
        // `q.roleArn(…).externalId(…)`: the variable stands at the root of the chain.
        let mut object = receiver;
        for _ in 0..SCOPES {
            match self.form(self.bare(object)) {
                Form::Call { receiver: Some(next), .. } => object = next,
                Form::Name(_) | Form::Member { .. } => {
                    let object = self.tree.text(object).to_owned();
                    let setter = Setter { name, at, object: object.clone(), spelt: at, value, scope };
                    self.setters.entry(object).or_default().push(setter);
                    return;
                }
                _ => return,
            }
        }
    }

    /// The node behind parentheses, casts and the like.
    pub(super) fn bare(&self, id: Id) -> Id {
        let mut id = id;
        for _ in 0..SCOPES {
            match self.form(id) {
                Form::Same(inner) => id = inner,
                _ => break,
            }
        }
        id
    }

    /// The call made on the result of this one.
    pub(super) fn link(&self, id: Id) -> Option<Id> {
        self.links.get(&id).copied()
    }

    /// The functions around a node, the innermost first, and the text as a whole.
    fn scopes(&self, id: Id) -> impl Iterator<Item = Id> + '_ {
        let above = std::iter::successors(self.tree.parent(id), |id| self.tree.parent(*id)).take(1_000);
        let root = self.tree.root();
        let inner = above.into_iter().find(|id| self.around.contains_key(id)).unwrap_or(root);
        let outer = std::iter::successors(Some(inner), |scope| self.around.get(scope).copied());
        outer.take(SCOPES)
    }

    /// The function that a node stands in.
    pub(super) fn function_of(&self, id: Id) -> Id {
        self.scopes(id).next().unwrap_or(self.tree.root())
    }

    /// The function whose name it is that stands at `id`.
    pub(super) fn scope_of(&self, id: Id, name: &str) -> Option<Id> {
        let mut scopes = self.scopes(id).chain([self.tree.root()]);
        scopes.find(|scope| self.bindings.contains_key(&(*scope, Cow::Borrowed(name))))
    }

    /// Where the name that stands at `id` is bound, if that is one place, and to what.
    pub(super) fn binding(&self, id: Id, name: &str) -> Option<Binding> {
        let key = Cow::Borrowed(name);
        let mut scopes = self.scopes(id).chain([self.tree.root()]);
        let bound = scopes.find_map(|scope| self.bindings.get(&(scope, key.clone())))?;
        let [only] = bound.as_slice() else { return None };
        Some(*only)
    }

    /// What an expression is worth.
    pub(in crate::call) fn worth(&self, id: Id) -> Worth {
        let mut steps = STEPS;
        self.worth_within(id, &mut steps, SCOPES)
    }

    fn worth_within(&self, id: Id, steps: &mut usize, depth: usize) -> Worth {
        *steps = steps.saturating_sub(1);
        let Some(depth) = depth.checked_sub(1).filter(|_| *steps > 0) else { return Worth::Unknown };
        let id = self.bare(id);
        match self.form(id) {
            Form::Text(text) => Worth::Text(text.into_owned(), id),
            Form::Nothing => Worth::Nothing(id),
            Form::Template(pieces) => {
                let mut all = String::new();
                for piece in pieces {
                    match piece {
                        Piece::Text(text) => all.push_str(&text),
                        Piece::Value(value) => match self.worth_within(value, steps, depth) {
                            Worth::Text(text, _) => all.push_str(&text),
                            Worth::Nothing(_) | Worth::Unknown => return Worth::Unknown,
                        },
                    }
                    // No parameter of STS is longer.
                    if all.len() > 1 << 16 {
                        return Worth::Unknown;
                    }
                }
                Worth::Text(all, id)
            }
            Form::Name(name) => self.worth_of_name(id, &name, steps, depth),
            Form::Pair { key, value, .. } if value == id => self.worth_of_name(id, &key, steps, depth),
            Form::Member { .. } => self.worth_of_name(id, self.tree.text(id), steps, depth),
            _ => Worth::Unknown,
        }
    }

    fn worth_of_name(&self, id: Id, name: &str, steps: &mut usize, depth: usize) -> Worth {
        match self.binding(id, name) {
            Some((_, Some(value))) => self.worth_within(value, steps, depth),
            Some((_, None)) | None => Worth::Unknown,
        }
    }

    /// What a name is worth at a node.
    pub(in crate::call) fn worth_of(&self, name: &str, at: Id) -> Option<String> {
        let mut steps = STEPS;
        match self.worth_of_name(at, name, &mut steps, SCOPES) {
            Worth::Text(text, _) => Some(text),
            Worth::Nothing(_) | Worth::Unknown => None,
        }
    }

    /// The expression that an expression stands for: itself, or what its name is bound to; with the name and the binding.
    pub(super) fn expression(&self, id: Id) -> (Id, Option<(String, Id)>) {
        let mut id = self.bare(id);
        let mut bound = None;
        for _ in 0..8 {
            let name = match self.form(id) {
                Form::Name(name) => name,
                Form::Member { .. } => Cow::Borrowed(self.tree.text(id)),
                Form::Pair { key, value, .. } if value == id => key,
                _ => break,
            };
            let Some((at, Some(value))) = self.binding(id, &name) else { break };
            bound = Some((name.into_owned(), at));
            id = self.bare(value);
        }
        (id, bound)
    }

    /// What is set on a variable after it was bound at `at`, up to where its function binds it again.
    pub(super) fn set_on(&self, variable: &str, at: Id) -> Vec<Setter> {
        let scope = self.scopes(at).next().unwrap_or(self.tree.root());
        let bound = self.bindings.get(&(scope, Cow::Borrowed(variable)));
        let again = bound.into_iter().flatten().map(|(at, _)| *at).find(|other| *other > at);
        let setters = self.setters.get(variable).into_iter().flatten();
        let after = setters.filter(|setter| setter.scope == scope && setter.at > at);
        after.filter(|setter| again.is_none_or(|again| setter.at < again)).cloned().collect()
    }

    /// What a function sets on its parameters.
    pub(super) fn set_within(&self, function: Id) -> Vec<Setter> {
        let is_parameter =
            |setter: &&Setter| self.bindings.contains_key(&(function, Cow::Borrowed(setter.object.as_str())));
        let mut set: Vec<Setter> = Vec::new();
        for setters in self.setters.values() {
            set.extend(setters.iter().filter(|setter| setter.scope == function).filter(is_parameter).cloned());
        }
        set.sort_by_key(|setter| setter.at);
        set
    }
}
