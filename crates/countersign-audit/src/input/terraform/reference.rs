//! What names refer to: variables, locals, resources, modules, and what is behind their dots and brackets.

use std::rc::Rc;

use countersign_policy::document::{Span, Text};
use hcl_edit::expr::{Expression, Traversal, TraversalOperator};

use super::conversion::to_text;
use super::evaluator::{Evaluator, Fault, Instance, Mode, Outcome, Repetition, Scope, wrong};
use super::functions::is_spread;
use super::operation::number;
use super::value::{Entry, Kind, Unknown, Value};

/// What a value that is referred to as a whole stands for: its attributes are worked out when they are asked for.
#[derive(Debug, Clone)]
pub(super) enum Handle {
    Resource(Rc<Referred>),
    Module(Rc<Instance>),
}

/// An instance of a resource or data source.
#[derive(Debug)]
pub(super) struct Referred {
    pub(super) instance: Rc<Instance>,
    pub(super) is_data: bool,
    pub(super) kind: Box<str>,
    pub(super) name: Box<str>,
    pub(super) repetition: Repetition,
    pub(super) address: String,
}

impl Evaluator<'_> {
    /// A name on its own.
    pub(super) fn name(&self, name: &str, span: Span, scope: &Scope<'_>) -> Outcome {
        match scope.bound(name) {
            Some(value) => Ok(value.clone()),
            None => wrong(span, format!("`{name}` is not defined here")),
        }
    }

    pub(super) fn traversal(&self, traversal: &Traversal, span: Span, scope: &Scope<'_>) -> Outcome {
        let operators: Vec<&TraversalOperator> = traversal.operators.iter().map(|operator| operator.value()).collect();
        let Expression::Variable(root) = &traversal.expr else {
            let value = self.evaluate(&traversal.expr, scope)?;
            return self.follow(value, &operators, span, scope);
        };
        let root = root.as_str();
        if let Some(value) = scope.bound(root) {
            return self.follow(value.clone(), &operators, span, scope);
        }
        let name = |nth: usize| match operators.get(nth) {
            Some(TraversalOperator::GetAttr(name)) => Some(name.as_str()),
            _ => None,
        };
        let Some(first) = name(0) else { return wrong(span, format!("`{root}` is not defined here")) };
        let instance = scope.instance;
        let (value, used) = match root {
            "var" => (self.variable(instance, first, span)?, 1),
            "local" => (self.local(instance, first, span)?, 1),
            "each" | "count" => (repeated(scope.repetition, root, first, span)?, 1),
            "path" => (self.path(instance, first, span), 1),
            "terraform" | "self" | "ephemeral" => (Value::unknown(format!("{root}.{first}"), span), 1),
            "module" => (self.module(instance, first, span)?, 1),
            "data" => match name(1) {
                Some(second) => (self.resource(instance, true, (first, second), span)?, 2),
                None => return wrong(span, "`data` needs a type and a name"),
            },
            kind => (self.resource(instance, false, (kind, first), span)?, 1),
        };
        let value = self.follow(value, operators.get(used..).unwrap_or_default(), span, scope)?;
        // What has no text of its own is edited where it is used.
        let is_here = match (root, &value.kind) {
            ("var", _) => self.has_no_text(instance, first, value.span),
            ("local" | "module" | "each", _) => false,
            (_, kind) => matches!(kind, Kind::Unknown(_) | Kind::String(_)),
        };
        Ok(if is_here { value.at(span) } else { value })
    }

    fn local(&self, instance: &Rc<Instance>, name: &str, span: Span) -> Outcome {
        let Some(local) = instance.folder.locals.get(name) else {
            return wrong(span, format!("there is no local value `{name}`"));
        };
        let address = format!("{}local.{name}", instance.address);
        self.once(&address, span, || self.attribute_value(local, &Scope::of(instance, &Repetition::Single)))
    }

    fn path(&self, instance: &Rc<Instance>, name: &str, span: Span) -> Value {
        match name {
            "module" => Value::text(instance.path.as_str().into(), span),
            "root" | "cwd" => Value::text(".".into(), span),
            _ => Value::unknown(format!("path.{name}"), span),
        }
    }

    /// The value behind dots and brackets.
    fn follow(&self, mut value: Value, operators: &[&TraversalOperator], span: Span, scope: &Scope<'_>) -> Outcome {
        for (nth, operator) in operators.iter().enumerate() {
            self.step(1)?;
            let rest = operators.get(nth + 1..).unwrap_or_default();
            value = match operator {
                TraversalOperator::GetAttr(name) => self.member(value, name.as_str(), span)?,
                TraversalOperator::Index(index) => {
                    let index = self.settle(self.evaluate(index, scope)?);
                    self.element(value, &index, span)?
                }
                TraversalOperator::LegacyIndex(index) => {
                    let index = u32::try_from(*index.value()).unwrap_or(u32::MAX);
                    self.element(value, &Value::new(Kind::Number(index.into()), span), span)?
                }
                TraversalOperator::FullSplat(_) => return self.splat(value, rest, span, scope),
                TraversalOperator::AttrSplat(_) => {
                    let is_attribute =
                        |operator: &&&TraversalOperator| matches!(operator, TraversalOperator::GetAttr(_));
                    let attributes = rest.iter().take_while(is_attribute).count();
                    let (of_each, after) = rest.split_at(attributes);
                    let values = self.splat(value, of_each, span, scope)?;
                    return self.follow(values, after, span, scope);
                }
            };
        }
        Ok(value)
    }

    fn splat(&self, value: Value, operators: &[&TraversalOperator], span: Span, scope: &Scope<'_>) -> Outcome {
        let value = self.settle(value);
        let values = match value.kind {
            Kind::List(values) => values,
            Kind::Null => Vec::new(),
            Kind::Unknown(ref unknown) if self.is_no_list(&unknown.name, scope) && self.mode() == Mode::EveryWay => {
                let is_null = self.is_equal(unknown, &Value::new(Kind::Null, span));
                if is_null { Vec::new() } else { vec![Value::unknown(unknown.name.clone(), span)] }
            }
            Kind::Unknown(ref unknown) if !self.handles.borrow().contains_key(&*unknown.name) => {
                let each = Value::unknown(format!("{}[*]", unknown.name), span);
                let element = self.nested(|| self.follow(each, operators, span, scope))?;
                return Ok(Value::new(Kind::List(vec![spread(element)]), span));
            }
            _ => vec![value],
        };
        let followed = values.into_iter().map(|value| {
            let is_any = is_spread(&value);
            let followed = self.nested(|| self.follow(value, operators, span, scope))?;
            Ok(if is_any { spread(followed) } else { followed })
        });
        Ok(Value::new(Kind::List(followed.collect::<Outcome<_>>()?), span))
    }

    /// Whether a name is a variable's whose type says that it is one value.
    fn is_no_list(&self, name: &str, scope: &Scope<'_>) -> bool {
        let variable = name.strip_prefix(&*scope.instance.address).and_then(|name| name.strip_prefix("var."));
        let block = variable.and_then(|variable| scope.instance.folder.variables.get(variable));
        let kind = block.and_then(|block| block.attribute("type")).and_then(super::variable::type_of);
        kind.is_some_and(|kind| {
            matches!(kind.as_variable().map(|kind| kind.as_str()), Some("string" | "number" | "bool"))
        })
    }

    /// An attribute of an object.
    fn member(&self, value: Value, name: &str, span: Span) -> Outcome {
        let value = self.settle(value);
        match value.kind {
            // It may be one whose key is not in the input.
            Kind::Map(entries) if !has(&entries, name) && entries.iter().any(|entry| entry.key.known().is_none()) => {
                Ok(self.open(span))
            }
            Kind::Map(entries) => match entries.into_iter().find(|entry| entry.key.known() == Some(name)) {
                Some(entry) => Ok(entry.value),
                None => wrong(span, format!("the object has no attribute `{name}`")),
            },
            Kind::Unknown(Unknown { name: of, .. }) => {
                let handle = self.handles.borrow().get(&*of).cloned();
                match handle {
                    Some(Handle::Resource(referred)) => self.resource_attribute(&referred, name, span),
                    Some(Handle::Module(module)) => self.module_output(&module, name, span),
                    None => Ok(Value::unknown(format!("{of}.{name}"), span)),
                }
            }
            _ => wrong(span, format!("{} has no attribute `{name}`", value.kind_name())),
        }
    }

    /// An element of a list or map.
    fn element(&self, value: Value, index: &Value, span: Span) -> Outcome {
        let value = self.settle(value);
        match value.kind {
            Kind::List(values) => {
                let Some(at) = number(index) else { return Ok(self.open(span)) };
                let at = Text::literal(at.to_string());
                let at: Option<usize> = at.known().and_then(|at| at.parse().ok());
                // Nobody knows where what stands behind any number of elements is.
                if at.is_some_and(|at| values.iter().take(at.saturating_add(1)).any(is_spread)) {
                    return Ok(self.open(span));
                }
                // An element may stand for all instances of what is made nobody knows how often.
                let is_open = values.iter().any(|value| matches!(value.kind, Kind::Unknown(_)));
                match at.and_then(|at| values.into_iter().nth(at)) {
                    Some(value) => Ok(value),
                    None if is_open => Ok(self.open(span)),
                    None => wrong(span, "the list has no such element"),
                }
            }
            Kind::Map(entries) => {
                let key = to_text(index).map_err(|message| Fault::Wrong { span, message })?;
                let is_open = entries.iter().any(|entry| entry.key.known().is_none());
                match entries.into_iter().find(|entry| entry.key == key) {
                    Some(entry) => Ok(entry.value),
                    None if is_open || key.known().is_none() => Ok(self.open(span)),
                    None => wrong(span, format!("the map has no element `{}`", key.display())),
                }
            }
            Kind::Unknown(Unknown { ref name, .. }) => {
                if self.handles.borrow().contains_key(&**name) {
                    // The one instance that stands for all.
                    return Ok(value);
                }
                let index = to_text(index).unwrap_or_default();
                let index = match number(&Value::text(index.clone(), span)) {
                    Some(_) => index.display(),
                    None => format!("\"{}\"", index.display()),
                };
                Ok(Value::unknown(format!("{name}[{index}]"), span))
            }
            _ => wrong(span, format!("{} has no elements", value.kind_name())),
        }
    }
}

fn has(entries: &[Entry], name: &str) -> bool {
    entries.iter().any(|entry| entry.key.known() == Some(name))
}

/// The element that stands for any number of them.
pub(super) fn spread(value: Value) -> Value {
    match &value.kind {
        Kind::Unknown(unknown) if !unknown.name.ends_with("[*]") => {
            Value::unknown(format!("{}[*]", unknown.name), value.span)
        }
        _ => value,
    }
}

/// `each.key`, `each.value`, `count.index`.
fn repeated(repetition: &Repetition, root: &str, name: &str, span: Span) -> Outcome {
    match (repetition, root, name) {
        (Repetition::Count(nth), "count", "index") => {
            Ok(Value::new(Kind::Number(u32::try_from(*nth).unwrap_or(u32::MAX).into()), span))
        }
        (Repetition::Each { key, .. }, "each", "key") => Ok(key.clone()),
        (Repetition::Each { value, .. }, "each", "value") => Ok(value.clone()),
        (Repetition::Symbolic(of), "each", "value") => Ok(Value::unknown(format!("{of}[each.key]"), span)),
        (Repetition::Symbolic(_), ..) => Ok(Value::unknown(format!("{root}.{name}"), span)),
        _ => wrong(span, format!("`{root}.{name}` has no value here")),
    }
}
