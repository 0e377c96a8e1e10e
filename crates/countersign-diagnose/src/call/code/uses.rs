//! What may change a parameter object between where it is made and where it is sent: a function that is given it, a method
//! that is not known, another name for it, a handler of the client.

use super::form::Form;
use super::program::Program;
use super::site::always_runs;
use super::tree::Id;
use crate::call::code::entry::parameter;

/// Methods that change nothing they are called on, but return what is made of it, or send it.
const READERS: &[&str] = &[
    "Build", "build", "clone", "copy", "dup", "entries", "equals", "get", "hashCode", "items", "keys", "send",
    "toString", "to_h", "to_s", "values",
];
/// Functions that only show or measure what they are given, or send it.
const TAKERS: &[&str] = &[
    "Printf",
    "Println",
    "WriteLine",
    "console",
    "debug",
    "dumps",
    "error",
    "format",
    "info",
    "inspect",
    "len",
    "log",
    "pprint",
    "print",
    "print_r",
    "printf",
    "println",
    "puts",
    "repr",
    "send",
    "sizeof",
    "stringify",
    "var_dump",
    "warn",
];
/// What puts code between a client's call and what it sends, in any of the languages.
const HOOKS: &[&str] = &[
    "APIOptions",
    "BeforeRequestEvent",
    "PushBack",
    "PushFront",
    "addExecutionInterceptor",
    "add_plugin",
    "customizeRequests",
    "executionInterceptors",
    "getHandlerList",
    "interceptor",
    "middlewareStack",
    "mutate_request",
    "withRequestHandlers",
];
/// How many nodes may lie between a name and what uses it.
const HEIGHT: usize = 16;
/// How long a chain of calls may be.
const LINKS: usize = 256;

/// The first use of the variable bound at `at` that may change what it holds before `call` is made, or before it is last sent.
pub(super) fn change(program: &Program<'_>, variable: &str, at: Id, call: Id) -> Option<Id> {
    let tree = program.tree;
    if !matches!(program.form(at), Form::Bind { .. }) {
        return None;
    }
    let scope = program.scope_of(at, variable);
    let is_own = |id: &Id| {
        let is_named = match program.form(*id) {
            Form::Name(name) => name == variable,
            Form::Member { .. } => tree.text(*id) == variable,
            _ => false,
        };
        is_named && program.scope_of(*id, variable) == scope
    };
    let is_same_function = |id: Id| program.function_of(id) == program.function_of(at);
    let uses: Vec<Id> = tree.all().filter(is_own).filter(|id| *id > at && !is_target_of(program, *id, at)).collect();
    // What comes after it was sent changes nothing; what another function does, may come before.
    let end =
        if !tree.is_within(call, at) { Some(call) } else { uses.iter().rfind(|id| is_sent(program, **id)).copied() };
    let is_before = |id: &Id| end.is_none_or(|end| *id <= end) || !is_same_function(*id);
    uses.into_iter()
        .filter(is_before)
        .filter(|id| !tree.is_within(*id, call))
        .find(|id| may_change(program, *id, variable, at, is_same_function(*id)))
}

fn is_target_of(program: &Program<'_>, id: Id, at: Id) -> bool {
    matches!(program.form(at), Form::Bind { target, .. } if program.tree.is_within(id, target))
}

/// Whether a member gets a value.
fn is_target(program: &Program<'_>, member: Id) -> bool {
    let Some(parent) = program.tree.parent(member) else { return false };
    matches!(program.form(parent), Form::Bind { target, .. } if program.tree.is_within(member, target))
}

fn is_entry(program: &Program<'_>, name: &str) -> bool {
    program.language.entry_points.iter().any(|entry| entry.name == name)
        || name.to_ascii_lowercase().replace('_', "").starts_with("assumerole")
}

/// Whether the variable is given to the call that is sent.
fn is_sent(program: &Program<'_>, id: Id) -> bool {
    let mut above = std::iter::successors(program.tree.parent(id), |id| program.tree.parent(*id)).take(HEIGHT);
    above.any(|id| matches!(program.form(id), Form::Call { name, .. } if name == "send" || is_entry(program, name)))
}

fn may_change(program: &Program<'_>, id: Id, variable: &str, at: Id, is_same_function: bool) -> bool {
    let tree = program.tree;
    if let Some(call) = program.link(id) {
        return !(reads(program, call) || (is_same_function && sets(program, call)));
    }
    let mut below = id;
    for _ in 0..HEIGHT {
        let Some(parent) = tree.parent(below) else { return false };
        let kind = tree.kind(parent);
        match program.form(parent) {
            Form::Same(_) => {}
            Form::Bind { target, .. } if tree.is_within(id, target) => {
                return match program.form(program.bare(target)) {
                    // Its own binding again: not for sure, or made of itself.
                    Form::Name(_) => !always_runs(program, parent, at) || mentions(program, parent, target, variable),
                    Form::Member { .. } => !is_same_function,
                    _ => true,
                };
            }
            // Another name for it.
            Form::Bind { .. } | Form::Function => return true,
            // What is set in its own function is read with it.
            Form::Member { .. } if is_target(program, parent) => return !is_same_function,
            Form::Member { .. } | Form::Template(_) | Form::Splat(_) => return false,
            Form::Pair { .. } | Form::Record => {}
            Form::Call { name, .. } => return !(TAKERS.contains(&name) || is_entry(program, name)),
            _ if kind.contains("array") || kind.contains("list_literal") => return true,
            _ if kind.contains("subscript") || kind.contains("element") || kind.contains("index") => {}
            _ if kind.contains("argument") || kind == "list" || kind == "tuple" => {}
            _ => return false,
        }
        below = parent;
    }
    true
}

/// Whether the calls of a chain are known to change nothing.
fn reads(program: &Program<'_>, call: Id) -> bool {
    matches!(program.form(call), Form::Call { name, .. } if READERS.contains(&name) || is_entry(program, name))
}

/// Whether the calls of a chain are setters that are read, up to one that changes nothing.
fn sets(program: &Program<'_>, call: Id) -> bool {
    let mut chain = std::iter::successors(Some(call), |call| program.link(*call)).take(LINKS);
    chain.all(|call| match program.form(call) {
        Form::Call { name, arguments: Some(arguments), .. } => {
            reads(program, call) || (parameter(name).is_some() && program.tree.named(arguments).count() == 1)
        }
        _ => false,
    })
}

/// Whether a binding is made of what its variable held before.
fn mentions(program: &Program<'_>, binding: Id, target: Id, variable: &str) -> bool {
    let tree = program.tree;
    let is_sum = tree.kind(binding).contains("augmented") || tree.kind(binding).contains("compound");
    let is_own = |id: Id| matches!(program.form(id), Form::Name(name) if name == variable);
    is_sum || tree.subtree(binding).any(|id| !tree.is_within(id, target) && is_own(id))
}

/// What puts code between the program's calls and what they send.
pub(super) fn hook(program: &Program<'_>) -> Option<Id> {
    let tree = program.tree;
    tree.all().find(|id| match program.form(*id) {
        Form::Call { name, receiver, .. } => {
            let is_of_events = receiver.is_some_and(|receiver| {
                let text = tree.text(receiver);
                text == "events" || text.ends_with(".events") || text.ends_with("event_system")
            });
            HOOKS.contains(&name) || (is_of_events && (name == "on" || name.starts_with("register")))
        }
        Form::Member { name, .. } => HOOKS.contains(&&*name),
        _ => false,
    })
}
