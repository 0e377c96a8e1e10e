//! Variables: who sets them, what they are when nobody does, and their types.

use std::rc::Rc;

use countersign_policy::document::{Node, Span, Value as Tree, parse_json};
use hcl_edit::expr::{Expression, FuncCall, ObjectKey};

use super::block::{Attribute, Block, Source};
use super::conversion::{number_of_text, to_text};
use super::evaluator::{Evaluator, Instance, Mode, Outcome, Repetition, Scope, wrong};
use super::folder::{join, read_assignments};
use super::parse::parse_expression;
use super::value::{Entry, Kind, Unknown, Value};
use crate::input::Given;

/// How the user gives a value.
#[derive(Debug)]
pub(super) enum Assigned {
    /// On the command line, or in the configuration.
    Typed(String),
    /// In a variable file.
    Written(Attribute),
}

impl Evaluator<'_> {
    /// Reads what sets the root's variables; what comes later wins.
    pub(super) fn assign(&mut self, given: &Given) {
        let names = self.files.list(&self.root);
        let automatic = |name: &&String| name.ends_with(".auto.tfvars") || name.ends_with(".auto.tfvars.json");
        let usual = ["terraform.tfvars", "terraform.tfvars.json"].map(str::to_owned);
        let own = usual.iter().filter(|name| names.contains(name)).chain(names.iter().filter(automatic));
        let own = own.map(|name| join(&self.root, name));
        for path in own.chain(given.variable_files.iter().cloned()).collect::<Vec<_>>() {
            let written = read_assignments(&path, self.files, &mut self.library.borrow_mut());
            let named = written.into_iter().map(|attribute| (attribute.name.clone(), Assigned::Written(attribute)));
            self.assigned.extend(named);
        }
        let typed = given.variables.iter().map(|(name, value)| (name.as_str().into(), Assigned::Typed(value.clone())));
        self.assigned.extend(typed);
    }

    /// Whether a variable's value stands nowhere: it comes from the command line, or nobody sets it.
    pub(super) fn has_no_text(&self, instance: &Instance, name: &str, span: Span) -> bool {
        let is_typed = instance.call.is_none() && matches!(self.assigned.get(name), Some(Assigned::Typed(_)));
        is_typed || instance.folder.variables.get(name).is_some_and(|block| block.span == span)
    }

    pub(super) fn variable(&self, instance: &Rc<Instance>, name: &str, span: Span) -> Outcome {
        let address = format!("{}var.{name}", instance.address);
        let Some(block) = instance.folder.variables.get(name) else {
            return wrong(span, format!("there is no variable `{name}`"));
        };
        self.once(&address, span, || self.variable_here(instance, block, name, &address))
    }

    fn variable_here(&self, instance: &Rc<Instance>, block: &Block, name: &str, address: &str) -> Outcome {
        let scope = Scope::of(instance, &Repetition::Single);
        let kind = block.attribute("type").and_then(type_of);
        let set = match &instance.call {
            Some(call) => {
                let caller = &call.caller;
                let block = caller.folder.modules.get(&call.name);
                let argument = block.and_then(|block| block.attribute(name));
                argument.map(|argument| self.attribute_value(argument, &Scope::of(caller, &call.repetition)))
            }
            None => self.assigned.get(name).map(|assigned| match assigned {
                Assigned::Written(attribute) => self.attribute_value(attribute, &scope),
                Assigned::Typed(text) => self.typed(text, kind.as_ref(), block.span, &scope),
            }),
        };
        let default = || block.attribute("default").map(|default| self.attribute_value(default, &scope));
        let is_nullable = match block.attribute("nullable").map(|nullable| &nullable.value) {
            Some(Source::Hcl(value)) => value.as_bool() != Some(false),
            Some(Source::Json(node)) => node.value != Tree::Bool(false),
            None => true,
        };
        if !is_nullable {
            self.refuse_null(address);
        }
        if let Some(set) = set {
            let set = set?;
            return match default() {
                Some(default) if matches!(set.kind, Kind::Null) && !is_nullable => {
                    self.typed_as(default?, kind.as_ref(), &scope)
                }
                _ => self.typed_as(set, kind.as_ref(), &scope),
            };
        }
        let Some(default) = default() else { return Ok(Value::unknown(address, block.span)) };
        let default = self.typed_as(default?, kind.as_ref(), &scope)?;
        let says_unset = match &default.kind {
            Kind::Null => true,
            Kind::String(text) => text.known() == Some(""),
            Kind::List(values) => values.is_empty(),
            // An object of optional attributes none of which is set.
            Kind::Map(entries) => entries.iter().all(|entry| entry.value.kind == Kind::Null),
            _ => false,
        };
        // Whoever calls a module has had the chance to set its variables.
        if !says_unset || instance.call.is_some() || self.mode() == Mode::Defaults {
            return Ok(default);
        }
        let span = default.span;
        Ok(Value::new(Kind::Unknown(Unknown { name: address.into(), unset: Some(Box::new(default)) }), span))
    }

    /// A value from the command line: an expression, unless the variable is text.
    fn typed(&self, text: &str, kind: Option<&Expression>, span: Span, scope: &Scope<'_>) -> Outcome {
        let is_text = kind.is_none_or(|kind| matches!(kind.as_variable(), Some(name) if name.as_str() == "string"));
        let expression: Option<Expression> = if is_text { None } else { parse_expression(text).ok() };
        match expression {
            Some(expression) => self.evaluate(&expression, &Scope { place: Some(span), ..*scope }),
            None => Ok(Value::text(text.into(), span)),
        }
    }

    /// The value as the type makes it.
    fn typed_as(&self, value: Value, kind: Option<&Expression>, scope: &Scope<'_>) -> Outcome {
        let Some(kind) = kind else { return Ok(value) };
        self.nested(|| match kind {
            Expression::Variable(name) => Ok(scalar(value, name.as_str())),
            Expression::FuncCall(constructor) => self.constructed(value, constructor, scope),
            _ => Ok(value),
        })
    }

    fn constructed(&self, value: Value, constructor: &FuncCall, scope: &Scope<'_>) -> Outcome {
        let of = constructor.args.iter().next();
        let span = value.span;
        let kind = match (constructor.name.name.as_str(), value.kind) {
            ("list" | "set", Kind::List(values)) => {
                let typed = values.into_iter().map(|value| self.typed_as(value, of, scope));
                let mut values: Vec<Value> = typed.collect::<Outcome<_>>()?;
                if constructor.name.name.as_str() == "set" {
                    let mut kept: Vec<Value> = Vec::with_capacity(values.len());
                    for value in values.drain(..) {
                        self.step(u64::try_from(kept.len()).unwrap_or(u64::MAX) / 16)?;
                        if !kept.iter().any(|known| known.kind == value.kind) {
                            kept.push(value);
                        }
                    }
                    values = kept;
                }
                Kind::List(values)
            }
            ("map", Kind::Map(entries)) => {
                let typed = |entry: Entry| Ok(Entry { value: self.typed_as(entry.value, of, scope)?, ..entry });
                Kind::Map(entries.into_iter().map(typed).collect::<Outcome<_>>()?)
            }
            ("object", Kind::Map(entries)) => self.object_of_type(entries, of, span, scope)?,
            ("optional", kind) => return self.typed_as(Value { kind, span }, of, scope),
            (_, kind) => kind,
        };
        Ok(Value { kind, span })
    }

    fn object_of_type(
        &self,
        mut entries: Vec<Entry>,
        of: Option<&Expression>,
        span: Span,
        scope: &Scope<'_>,
    ) -> Outcome<Kind> {
        let Some(Expression::Object(attributes)) = of else { return Ok(Kind::Map(entries)) };
        for (key, attribute) in attributes.iter() {
            let key = match key {
                ObjectKey::Ident(name) => name.as_str(),
                ObjectKey::Expression(expression) => match (expression.as_variable(), expression.as_str()) {
                    (Some(name), _) => name.as_str(),
                    (None, Some(name)) => name,
                    (None, None) => continue,
                },
            };
            let kind = attribute.expr();
            let optional = kind.as_func_call().filter(|call| call.name.name.as_str() == "optional");
            let default = optional.and_then(|call| call.args.get(1));
            let at = entries.iter().position(|entry| entry.key.known() == Some(key));
            let is_set = at.and_then(|at| entries.get(at)).is_some_and(|entry| entry.value.kind != Kind::Null);
            let value = match (at.and_then(|at| entries.get(at)), optional, default) {
                (Some(entry), ..) if is_set => entry.value.clone(),
                (_, Some(_), Some(default)) => self.evaluate(default, scope)?,
                (_, Some(_), None) => Value::new(Kind::Null, span),
                (Some(entry), None, _) => entry.value.clone(),
                (None, None, _) => return wrong(span, format!("the object has no attribute `{key}`")),
            };
            let value = self.typed_as(value, Some(kind), scope)?;
            match at.and_then(|at| entries.get_mut(at)) {
                Some(entry) => entry.value = value,
                None => entries.push(Entry { key: key.into(), key_span: value.span, value }),
            }
        }
        Ok(Kind::Map(entries))
    }
}

/// A `type`; JSON writes it in a string.
pub(super) fn type_of(attribute: &Attribute) -> Option<Expression> {
    match &attribute.value {
        Source::Hcl(expression) => Some((**expression).clone()),
        Source::Json(Node { value: Tree::String(text), .. }) => parse_expression(text.known()?).ok(),
        Source::Json(_) => None,
    }
}

fn scalar(value: Value, kind: &str) -> Value {
    let converted = match (kind, &value.kind) {
        ("string", Kind::Number(_) | Kind::Bool(_)) => to_text(&value).ok().map(Kind::String),
        ("number", Kind::String(text)) => text.known().and_then(number_of_text).map(Kind::Number),
        ("bool", Kind::String(text)) => match text.known() {
            Some("true") => Some(Kind::Bool(true)),
            Some("false") => Some(Kind::Bool(false)),
            _ => None,
        },
        _ => None,
    };
    match converted {
        Some(kind) => Value { kind, span: value.span },
        None => value,
    }
}

/// The calls of modules that `terraform init` has fetched, and the folder of each.
pub(super) fn installed_modules(root: &str, files: &dyn crate::input::Files) -> Vec<(String, String)> {
    let Ok(text) = files.read(&join(root, ".terraform/modules/modules.json")) else { return Vec::new() };
    let Ok(listing) = parse_json(&text, 8) else { return Vec::new() };
    let modules = listing.get("Modules").and_then(Node::as_array).unwrap_or_default().iter();
    let text = |node: &Node, key: &str| node.get(key).and_then(Node::as_str).map(str::to_owned);
    modules.filter_map(|module| Some((text(module, "Key")?, text(module, "Dir")?))).collect()
}
