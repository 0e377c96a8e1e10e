//! Calls: what is about expressions and files is worked out here, what is about values in [`functions`](super::functions).

use countersign_policy::document::{Span, Text};
use hcl_edit::expr::FuncCall;

use super::conversion::to_text;
use super::evaluator::{Binding, Evaluator, Fault, Mode, Outcome, Scope, wrong};
use super::folder::resolve;
use super::functions::{asks_if_set, call};
use super::value::{Entry, Kind, Value};
use crate::input::decisions::Question;

impl Evaluator<'_> {
    pub(super) fn function(&self, function: &FuncCall, span: Span, scope: &Scope<'_>) -> Outcome {
        let namespace = function.name.namespace.first().map_or("core", |namespace| namespace.as_str());
        if namespace != "core" {
            return Ok(self.open(span));
        }
        match function.name.name.as_str() {
            "try" => {
                let last = function.args.len().saturating_sub(1);
                for (nth, argument) in function.args.iter().enumerate() {
                    match self.evaluate(argument, scope) {
                        Err(Fault::Wrong { .. }) => {}
                        Ok(value) if nth < last && self.is_missing(&value) => {}
                        outcome => return outcome,
                    }
                }
                wrong(span, "no argument of `try` has a value")
            }
            "can" => {
                let argument = function.args.iter().next().map(|argument| self.evaluate(argument, scope));
                match argument {
                    Some(Err(Fault::Wrong { .. })) | None => Ok(Value::new(Kind::Bool(false), span)),
                    Some(Err(spent)) => Err(spent),
                    Some(Ok(Value { kind: Kind::Unknown(unknown), .. })) if may_fail(&unknown.name) => {
                        Ok(self.open(span))
                    }
                    Some(Ok(_)) => Ok(Value::new(Kind::Bool(true), span)),
                }
            }
            name => {
                let arguments = self.arguments(function, scope)?;
                let Some(arguments) = arguments else { return Ok(self.open(span)) };
                self.call(name, arguments, span, scope)
            }
        }
    }

    /// Decides whether a list or an object cannot be made, for something in it that may not be there.
    fn is_missing(&self, value: &Value) -> bool {
        let wanted = match &value.kind {
            Kind::List(_) | Kind::Map(_) if self.mode() == Mode::EveryWay => what_may_fail(value),
            _ => None,
        };
        wanted.is_some_and(|name| {
            !self.decide(Question {
                key: format!("can({name})"),
                subject: name.to_owned(),
                yes: format!("{name} is there"),
                no: format!("{name} is not there"),
                first: true,
            })
        })
    }

    /// The arguments; `None` when it is not known how many there are.
    fn arguments(&self, function: &FuncCall, scope: &Scope<'_>) -> Outcome<Option<Vec<Value>>> {
        let mut arguments = Vec::with_capacity(function.args.len());
        for argument in function.args.iter() {
            arguments.push(self.settle(self.evaluate(argument, scope)?));
        }
        if function.args.expand_final()
            && let Some(last) = arguments.pop()
        {
            match last.kind {
                Kind::List(values) => arguments.extend(values.into_iter().map(|value| self.settle(value))),
                Kind::Unknown(_) => return Ok(None),
                _ => return wrong(last.span, format!("`...` is for lists, not {}", last.kind_name())),
            }
        }
        let name = function.name.name.as_str();
        if asks_if_set(name) || name == "jsonencode" {
            arguments = arguments.into_iter().map(|argument| self.settle_deep(argument)).collect();
        }
        Ok(Some(arguments))
    }

    fn call(&self, name: &str, arguments: Vec<Value>, span: Span, scope: &Scope<'_>) -> Outcome {
        let size: usize = arguments.iter().map(length).sum();
        self.step(u64::try_from(size).unwrap_or(u64::MAX))?;
        match name {
            "file" | "templatefile" | "fileexists" | "filebase64" | "fileset" | "abspath" | "pathexpand" => {
                self.file_function(name, &arguments, span, scope)
            }
            "templatestring" => Ok(self.open(span)),
            _ => match keeps_policy(name, &arguments).map(Ok).or_else(|| call(name, &arguments, span)) {
                Some(Ok(value)) => {
                    self.step(u64::try_from(length(&value)).unwrap_or(u64::MAX))?;
                    Ok(value)
                }
                Some(Err(message)) => wrong(span, message),
                None => Ok(self.open(span)),
            },
        }
    }

    fn file_function(&self, name: &str, arguments: &[Value], span: Span, scope: &Scope<'_>) -> Outcome {
        let path = arguments.first().map(to_text).and_then(Result::ok);
        let Some(path) = path.as_ref().and_then(Text::known) else { return Ok(self.open(span)) };
        let path = resolve(&self.root, path);
        match (name, arguments.get(1)) {
            ("file", _) => Ok(match self.open_file(&path, span) {
                Some((text, base)) => self.whole_file(&text, base, span),
                None => self.open(span),
            }),
            ("templatefile", Some(Value { kind: Kind::Map(entries), .. })) => match self.open_file(&path, span) {
                Some((text, base)) => with_bindings(entries, None, &mut |bindings| {
                    self.nested(|| self.template_file(&text, base, span, &Scope { bindings, ..*scope }))
                }),
                None => Ok(self.open(span)),
            },
            ("fileexists", _) => Ok(Value::new(Kind::Bool(self.files.read(&path).is_ok()), span)),
            _ => Ok(self.open(span)),
        }
    }
}

/// What in a value may not be there.
fn what_may_fail(value: &Value) -> Option<&str> {
    match &value.kind {
        Kind::Unknown(unknown) => may_fail(&unknown.name).then_some(&unknown.name),
        Kind::String(text) => text.holes().iter().map(|hole| &*hole.name).find(|name| may_fail(name)),
        Kind::List(values) => values.iter().find_map(what_may_fail),
        Kind::Map(entries) => entries.iter().find_map(|entry| what_may_fail(&entry.value)),
        Kind::Null | Kind::Bool(_) | Kind::Number(_) | Kind::Json(_) => None,
    }
}

/// Whether something unknown is a part of a value that may have no such part, or comes of a function that may refuse.
fn may_fail(name: &str) -> bool {
    if name.contains(['(', '[', '{', ' ']) {
        return true;
    }
    let in_root = name.rfind("var.").and_then(|at| name.get(at..)).unwrap_or(name);
    let parts = match in_root.split('.').next() {
        Some("var" | "each" | "count") => 2,
        Some("data") => 4,
        _ => 3,
    };
    in_root.split('.').count() > parts
}

/// What a function yields that leaves a policy's text as it is: the policy, each part with its place.
fn keeps_policy(name: &str, arguments: &[Value]) -> Option<Value> {
    let is_policy = |value: &Value| matches!(value.kind, Kind::Json(_));
    match (name, arguments) {
        ("tostring" | "trimspace" | "chomp" | "trim", [only, ..]) if is_policy(only) => Some(only.clone()),
        ("join", [_, Value { kind: Kind::List(values), .. }]) => match values.as_slice() {
            [only] if is_policy(only) => Some(only.clone()),
            _ => None,
        },
        ("compact", [Value { kind: Kind::List(values), span }]) if values.iter().any(is_policy) => {
            let is_something = |value: &&Value| match &value.kind {
                Kind::Null => false,
                Kind::String(text) => text.known() != Some(""),
                _ => true,
            };
            Some(Value::new(Kind::List(values.iter().filter(is_something).cloned().collect()), *span))
        }
        _ => None,
    }
}

/// Runs something with every entry of a map as a name.
fn with_bindings(
    entries: &[Entry],
    next: Option<&Binding<'_>>,
    run: &mut dyn FnMut(Option<&Binding<'_>>) -> Outcome,
) -> Outcome {
    // Names come in a chain that lives on the stack.
    match entries {
        [] => run(next),
        [.., last] if entries.len() > 100 => wrong(last.key_span, "more than 100 template variables"),
        [first, rest @ ..] => {
            let binding = Binding { name: first.key.lossy(), value: &first.value, next };
            with_bindings(rest, Some(&binding), run)
        }
    }
}

/// How much there is of a value, on its outer level.
fn length(value: &Value) -> usize {
    match &value.kind {
        Kind::String(text) => text.lossy().len() / 64,
        Kind::List(values) => values.len(),
        Kind::Map(entries) => entries.len(),
        Kind::Json(_) | Kind::Null | Kind::Bool(_) | Kind::Number(_) | Kind::Unknown(_) => 1,
    }
}
