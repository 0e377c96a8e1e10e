//! The calls of a program: entry points, and the parameters that reach each of them.

use std::collections::BTreeSet;

use super::entry::{Added, EntryPoint, Positions, parameter};
use super::form::Form;
use super::program::{Program, Setter};
use super::tree::Id;
use super::uses;
use crate::call::{Name, Operation};

/// More calls than this are not looked for in one text.
const SITES: usize = 64;
/// How deep records may be put together of others.
const NESTING: usize = 4;
/// How long a chain of calls may be.
const LINKS: usize = 256;

/// A call to STS in a program.
pub(super) struct Site {
    pub(super) entry: &'static EntryPoint,
    /// The call of the entry point.
    pub(super) at: Id,
    /// The parameters, in the order they are found; of those that repeat the last counts.
    pub(super) entries: Vec<Entry>,
    /// Records and arguments whose content is not in the text: they may hold any parameter.
    pub(super) hidden: Vec<Id>,
    /// What is hidden may have replaced what is told.
    pub(super) is_changed: bool,
    /// The record that [`EntryPoint::under`] names.
    pub(super) nested: Option<Id>,
    /// A function among the arguments: it may set what it likes.
    pub(super) function: Option<Id>,
    /// The last of the chain of calls behind the entry point that sets a parameter.
    pub(super) last_link: Option<Id>,
}

/// A parameter of a [`Site`].
#[derive(Debug, Clone)]
pub(super) struct Entry {
    pub(super) name: Name,
    pub(super) value: Id,
    pub(super) way: Way,
}

/// How a parameter reaches its call.
#[derive(Debug, Clone)]
pub(super) enum Way {
    /// By its place among the arguments.
    Position,
    /// As `key: value` in a record or among arguments.
    Pair {
        /// What holds it.
        container: Id,
        /// The pair.
        pair: Id,
        /// The key.
        key: Id,
    },
    /// By a call behind the entry point.
    Link,
    /// By an assignment or a setter.
    Setter(Setter),
    /// By an assignment that is not always run.
    Perhaps(Setter),
}

impl Site {
    /// A record of configuration.
    pub(super) fn of_record(entry: &'static EntryPoint, at: Id, entries: Vec<Entry>) -> Self {
        Self {
            entry,
            at,
            entries,
            hidden: Vec::new(),
            is_changed: false,
            nested: None,
            function: None,
            last_link: None,
        }
    }

    /// The entry that counts for a parameter.
    pub(super) fn entry(&self, name: Name) -> Option<&Entry> {
        self.entries.iter().rfind(|entry| entry.name == name)
    }
}

/// Finds the calls of a program, in the order they stand.
pub(super) fn find(program: &Program<'_>) -> Vec<Site> {
    let mut sites: Vec<Site> = Vec::new();
    let mut claimed = BTreeSet::new();
    let hook = uses::hook(program);
    for id in program.tree.all() {
        if sites.len() == SITES {
            break;
        }
        let Some(entry) = entry_point(program, id) else { continue };
        let Some(mut site) = read(program, entry, id) else { continue };
        site.may_change(hook);
        // The request of a call is a site of its own when it is made elsewhere; here the call has told all.
        let is_new = site.entries.iter().any(|entry| !claimed.contains(&entry.value));
        if is_new || site.entries.is_empty() {
            claimed.extend(site.entries.iter().map(|entry| entry.value));
            sites.push(site);
        }
    }
    sites
}

fn entry_point(program: &Program<'_>, id: Id) -> Option<&'static EntryPoint> {
    let Form::Call { name, receiver, .. } = program.form(id) else { return None };
    // `AssumeRoleRequest.builder()`, `Aws::AssumeRoleCredentials.new(…)`: the class is what counts.
    let class = receiver.filter(|_| matches!(name, "builder" | "new" | "create" | "Builder"));
    let name = class.map_or(name, |class| super::form::last_name(program.tree.text(class)));
    program.language.entry_points.iter().find(|entry| entry.name == name)
}

fn read(program: &Program<'_>, entry: &'static EntryPoint, at: Id) -> Option<Site> {
    let Form::Call { arguments, record, receiver, .. } = program.form(at) else { return None };
    let (entries, hidden) = (Vec::new(), Vec::new());
    let mut site =
        Site { entry, at, entries, hidden, is_changed: false, nested: None, function: None, last_link: None };
    for (nth, argument) in arguments.into_iter().flat_map(|list| program.tree.named(list)).enumerate() {
        let name = match nth {
            _ if entry.positions.role == Some(nth) => Name::RoleArn,
            _ if entry.positions.session == Some(nth) => Name::RoleSessionName,
            _ => continue,
        };
        if !matches!(program.form(argument), Form::Pair { .. } | Form::Splat(_)) {
            site.entries.push(Entry { name, value: argument, way: Way::Position });
        }
    }
    // `assumeRole(params)` may be anybody's function; `sts.assumeRole(params)` is a client's.
    let lone = arguments.filter(|list| program.tree.named(*list).count() == 1 || receiver.is_some());
    for list in arguments.into_iter().chain(record) {
        site.gather(program, list, NESTING);
    }
    if let Some(list) = arguments {
        for (nth, argument) in program.tree.named(list).enumerate() {
            if is_positional(program, argument) {
                site.gather_argument(program, argument, entry.positions.may_be_request(nth, lone.is_some()));
            }
        }
    }
    site.follow_links(program);
    site.follow_variable(program);
    let is_told = !site.entries.is_empty() || (!site.hidden.is_empty() && receiver.is_some());
    is_told.then_some(site)
}

impl Positions {
    /// Whether the argument at a place may hold the parameters that have names: behind those that have none.
    fn may_be_request(self, nth: usize, by_default: bool) -> bool {
        self.role.map_or(by_default, |role| nth > self.session.unwrap_or(role).max(role))
    }
}

fn is_positional(program: &Program<'_>, argument: Id) -> bool {
    !matches!(program.form(argument), Form::Pair { .. } | Form::Splat(_))
}

impl Site {
    /// The pairs of a container.
    fn gather(&mut self, program: &Program<'_>, container: Id, depth: usize) {
        let Some(depth) = depth.checked_sub(1) else { return };
        for child in program.tree.named(container) {
            match program.form(child) {
                Form::Pair { key, name, value } => {
                    let way = Way::Pair { container, pair: child, key: name };
                    if let Some(name) = parameter(&key).filter(|_| self.entry.takes(&key)) {
                        self.entries.push(Entry { name, value, way });
                    } else if self.entry.under == Some(&*key) {
                        let (record, _) = program.expression(value);
                        self.nested = Some(record).filter(|record| program.form(*record) == Form::Record);
                        self.gather_record(program, value, depth);
                    }
                }
                Form::Splat(other) => self.gather_record(program, other, depth),
                _ => {}
            }
        }
    }

    /// The pairs of the record that an expression stands for, and what is set on its variable.
    fn gather_record(&mut self, program: &Program<'_>, expression: Id, depth: usize) {
        let (record, bound) = program.expression(expression);
        match program.form(record) {
            Form::Record => self.gather(program, record, depth),
            Form::Call { arguments, record: Some(braces), .. } => {
                self.gather(program, braces, depth);
                if let Some(arguments) = arguments {
                    self.gather(program, arguments, depth);
                }
            }
            // `dict(RoleArn=…)`
            Form::Call { name: "dict", arguments: Some(arguments), .. } => self.gather(program, arguments, depth),
            _ => {
                self.hidden.push(expression);
                return;
            }
        }
        if let Some((variable, at)) = bound {
            self.take(program, program.set_on(&variable, at));
            self.may_change(uses::change(program, &variable, at, self.at));
        }
    }

    fn gather_argument(&mut self, program: &Program<'_>, argument: Id, may_be_request: bool) {
        let (expression, _) = program.expression(argument);
        match program.form(expression) {
            Form::Record => self.gather_record(program, argument, NESTING),
            Form::Call { record: Some(_), .. } => self.gather_record(program, argument, NESTING),
            Form::Function => {
                self.function = Some(expression);
                self.take(program, program.set_within(expression));
            }
            // A request, or options, that come from elsewhere.
            Form::Name(_) | Form::Member { .. } if may_be_request => {
                self.hidden.push(argument);
            }
            // What is made of a record: `[…] + $more`, `merge([…], $more)`.
            Form::Call { .. } | Form::Other if may_be_request && is_made_of_record(program, expression) => {
                self.hidden.push(argument);
            }
            _ => {}
        }
    }

    /// Something may have set, replaced or taken out any parameter.
    fn may_change(&mut self, by: Option<Id>) {
        self.is_changed |= by.is_some();
        self.hidden.extend(by);
    }

    fn take(&mut self, program: &Program<'_>, setters: Vec<Setter>) {
        for setter in setters {
            let (name, value) = (setter.name, setter.value);
            let is_chained = setter.spelt == setter.at
                && !program
                    .tree
                    .parent(setter.at)
                    .is_some_and(|parent| program.tree.kind(parent).ends_with("statement"));
            let way = match always_runs(program, setter.at, self.at) {
                false => Way::Perhaps(setter),
                // `r -> r.roleArn(…).roleSessionName(…)`
                true if is_chained => {
                    // The last call of a chain starts first in the tree.
                    self.last_link = Some(self.last_link.map_or(setter.at, |last| last.min(setter.at)));
                    Way::Link
                }
                true => Way::Setter(setter),
            };
            self.entries.push(Entry { name, value, way });
        }
    }

    /// `….roleArn(…).externalId(…)`
    fn follow_links(&mut self, program: &Program<'_>) {
        let mut at = self.at;
        for _ in 0..LINKS {
            let Some(link) = program.link(at) else { return };
            at = link;
            let Form::Call { name, arguments: Some(arguments), .. } = program.form(link) else { continue };
            if let (Some(name), Some(value)) = (parameter(name), program.tree.named(arguments).next()) {
                self.entries.push(Entry { name, value, way: Way::Link });
                self.last_link = Some(link);
            }
        }
    }

    /// Whether what is made is sent later: a request or its builder, and not an answer or credentials.
    fn makes_request(&self, program: &Program<'_>) -> bool {
        let is_request = ["Request", "Input", "Command"].iter().any(|end| self.entry.name.ends_with(end));
        let mut chain = std::iter::successors(program.link(self.at), |link| program.link(*link)).take(LINKS);
        let ends = |link| matches!(program.form(link), Form::Call { name: "build" | "send" | "customize", .. });
        (is_request || self.entry.added == Added::Link) && !chain.any(ends)
    }

    /// `request = new …; request.setExternalId(…)`
    fn follow_variable(&mut self, program: &Program<'_>) {
        let mut at = self.at;
        for _ in 0..LINKS {
            let Some(parent) = program.tree.parent(at) else { return };
            let kind = program.tree.kind(parent);
            match program.form(parent) {
                Form::Bind { target, value } if value.is_none_or(|value| program.tree.is_within(self.at, value)) => {
                    if let Form::Name(variable) = program.form(program.bare(target)) {
                        self.take(program, program.set_on(&variable, parent));
                        if self.makes_request(program) {
                            self.may_change(uses::change(program, &variable, parent, self.at));
                        }
                    }
                    return;
                }
                // The value of a chain is that of its last call.
                Form::Call { receiver: Some(receiver), .. } if program.tree.is_within(self.at, receiver) => {}
                Form::Bind { .. } | Form::Call { .. } | Form::Function | Form::Pair { .. } | Form::Record => return,
                _ if kind.contains("argument") || kind.ends_with("statement") || kind.ends_with("block") => return,
                _ => {}
            }
            at = parent;
        }
    }
}

/// Whether an expression has a record in it, or the name of one, and makes no request of its own.
fn is_made_of_record(program: &Program<'_>, expression: Id) -> bool {
    let mut inside = program.tree.subtree(expression);
    let is_record = |id: Id| program.form(program.expression(id).0) == Form::Record;
    program.tree.subtree(expression).all(|id| entry_point(program, id).is_none()) && inside.any(is_record)
}

/// Whether a statement is run whenever the call is: no branch or loop stands around the one and not the other.
pub(super) fn always_runs(program: &Program<'_>, statement: Id, call: Id) -> bool {
    let above = std::iter::successors(program.tree.parent(statement), |id| program.tree.parent(*id)).take(LINKS);
    let mut own = above.take_while(|id| !program.tree.is_within(call, *id));
    !own.any(|id| {
        let kind = program.tree.kind(id);
        let branches = [
            "if",
            "else",
            "elif",
            "for",
            "while",
            "switch",
            "case",
            "catch",
            "except",
            "match",
            "when",
            "unless",
            "conditional",
        ];
        branches.iter().any(|branch| kind.split('_').any(|word| word == *branch))
    })
}

impl EntryPoint {
    /// Whether a key is one of its own. boto3's parameters have AWS's names; `role_arn=` is somebody's helper function.
    fn takes(&self, key: &str) -> bool {
        let is_of_boto3 = self.tool == "boto3" && self.operation != Operation::SwitchRole;
        !is_of_boto3 || key.starts_with(|c: char| c.is_ascii_uppercase())
    }
}
