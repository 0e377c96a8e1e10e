//! The value of an expression.

use std::collections::HashSet;

use hcl_edit::Span as _;
use hcl_edit::expr::{Expression, ForExpr, Object, ObjectKey};

use countersign_policy::document::{Node, Text, Value as Tree};

use super::block::{Attribute, Source};
use super::conversion::{plain, to_text};
use super::evaluator::{Binding, Evaluator, Fault, Outcome, Scope, wrong};
use super::functions::{is_spread, same_text};
use super::reference::spread;
use super::value::{Entry, Kind, Value};

impl Evaluator<'_> {
    pub(super) fn attribute_value(&self, attribute: &Attribute, scope: &Scope<'_>) -> Outcome {
        let scope = scope.at(attribute);
        match &attribute.value {
            Source::Hcl(expression) => self.evaluate(expression, &scope),
            Source::Json(node) => self.json_value(node, &scope),
        }
    }

    /// The value of JSON in a `.tf.json` file: its strings are templates.
    fn json_value(&self, node: &Node, scope: &Scope<'_>) -> Outcome {
        self.nested(|| {
            let kind = match &node.value {
                Tree::Null => Kind::Null,
                Tree::Bool(truth) => Kind::Bool(*truth),
                Tree::Number(spelling) => Kind::Number(spelling.parse().unwrap_or(0.0)),
                Tree::String(text) => return self.json_string(text.lossy(), node, scope),
                Tree::Array(nodes) => {
                    Kind::List(nodes.iter().map(|node| self.json_value(node, scope)).collect::<Outcome<_>>()?)
                }
                Tree::Object(members) => {
                    let mut entries = Vec::with_capacity(members.len());
                    for member in members {
                        let key =
                            Node { span: member.key_span, value: Tree::String(Text::literal(member.key.clone())) };
                        let key = to_text(&self.json_value(&key, scope)?).unwrap_or_default();
                        let value = self.json_value(&member.value, scope)?;
                        put(&mut entries, Entry { key, key_span: member.key_span, value });
                    }
                    Kind::Map(entries)
                }
            };
            Ok(Value::new(kind, node.span))
        })
    }

    pub(super) fn evaluate(&self, expression: &Expression, scope: &Scope<'_>) -> Outcome {
        self.nested(|| self.evaluate_here(expression, scope))
    }

    fn evaluate_here(&self, expression: &Expression, scope: &Scope<'_>) -> Outcome {
        let span = scope.span(expression.span());
        let kind = match expression {
            Expression::Null(_) => Kind::Null,
            Expression::Bool(truth) => Kind::Bool(*truth.value()),
            Expression::Number(number) => Kind::Number(number.value().as_f64().unwrap_or(0.0)),
            Expression::String(text) => return Ok(self.quoted(text.value(), span, scope)),
            Expression::Array(array) => {
                Kind::List(array.iter().map(|element| self.evaluate(element, scope)).collect::<Outcome<_>>()?)
            }
            Expression::Object(object) => self.object(object, scope)?,
            Expression::StringTemplate(template) => return self.string_template(template, span, scope),
            Expression::HeredocTemplate(heredoc) => return self.heredoc(heredoc, span, scope),
            Expression::Parenthesis(inner) => return self.evaluate(inner.inner(), scope),
            Expression::Variable(name) => return self.name(name.as_str(), span, scope),
            Expression::Conditional(conditional) => {
                let test = self.evaluate(&conditional.cond_expr, scope)?;
                return match self.truth(&test)? {
                    Some(true) => self.evaluate(&conditional.true_expr, scope),
                    Some(false) => self.evaluate(&conditional.false_expr, scope),
                    None => {
                        let yes = self.evaluate(&conditional.true_expr, scope)?;
                        let no = self.evaluate(&conditional.false_expr, scope)?;
                        Ok(if yes.kind == no.kind { yes } else { Value::unknown(unknown_name(&test), span) })
                    }
                };
            }
            Expression::FuncCall(call) => return self.function(call, span, scope),
            Expression::Traversal(traversal) => return self.traversal(traversal, span, scope),
            Expression::UnaryOp(operation) => return self.unary(operation, span, scope),
            Expression::BinaryOp(operation) => return self.binary(operation, span, scope),
            Expression::ForExpr(each) => return self.comprehension(each, span, scope),
        };
        Ok(Value::new(kind, span))
    }

    fn object(&self, object: &Object, scope: &Scope<'_>) -> Outcome<Kind> {
        let mut entries = Vec::with_capacity(object.len());
        let mut seen = HashSet::new();
        for (key, value) in object.iter() {
            let key_span = scope.span(key.span());
            let key = match key {
                ObjectKey::Ident(name) => Text::literal(name.as_str()),
                ObjectKey::Expression(Expression::Variable(name)) => Text::literal(name.as_str()),
                ObjectKey::Expression(expression) => {
                    let key = self.settle(self.evaluate(expression, scope)?);
                    to_text(&key).map_err(|message| Fault::Wrong { span: key_span, message })?
                }
            };
            let value = self.evaluate(value.expr(), scope)?;
            // It may be a key that is there, whose value it then replaces.
            if key.known().is_none() {
                self.step(u64::try_from(entries.len()).unwrap_or(u64::MAX) / 16)?;
                if entries.iter().any(|earlier: &Entry| same_text(&earlier.key, &key).is_none()) {
                    let name = unknown_name(&Value::text(key, key_span));
                    return Ok(Value::unknown(name, key_span).kind);
                }
            }
            let is_new = seen.insert(key.display());
            let entry = Entry { key, key_span, value };
            // Most objects have no key twice, and some have many keys.
            if is_new {
                entries.push(entry);
            } else {
                put(&mut entries, entry);
            }
        }
        Ok(Kind::Map(entries))
    }

    fn comprehension(&self, each: &ForExpr, span: countersign_policy::document::Span, scope: &Scope<'_>) -> Outcome {
        let collection = self.settle(self.evaluate(&each.intro.collection_expr, scope)?);
        let Some(elements) = elements(&collection) else {
            return match &collection.kind {
                Kind::Unknown(unknown) if each.key_expr.is_none() => {
                    // One element stands for any number of them; whether it is left out is not known either.
                    let element = spread(Value::unknown(unknown.name.clone(), span));
                    let key = Value::unknown(format!("{} key", unknown.name), span);
                    let outer = Binding {
                        name: each.intro.key_var.as_ref().map_or("", |name| name.as_str()),
                        value: &key,
                        next: scope.bindings,
                    };
                    let inner = Binding { name: each.intro.value_var.as_str(), value: &element, next: Some(&outer) };
                    let value = self.evaluate(&each.value_expr, &Scope { bindings: Some(&inner), ..*scope })?;
                    let has_spread = matches!(&value.kind, Kind::String(text) if text.holes().iter().any(|hole| hole.name.ends_with("[*]")));
                    let value = if has_spread { value } else { spread(Value::unknown(unknown.name.clone(), span)) };
                    Ok(Value::new(Kind::List(vec![value]), span))
                }
                Kind::Unknown(unknown) => Ok(Value::unknown(unknown.name.clone(), span)),
                _ => wrong(collection.span, format!("`for` is over a list or a map, not {}", collection.kind_name())),
            };
        };
        if each.key_expr.is_some()
            && let Some((_, spread)) = elements.iter().find(|(_, element)| is_spread(element))
        {
            return Ok(Value::unknown(plain(&unknown_name(spread)), span));
        }
        let key_name = each.intro.key_var.as_ref().map_or("", |name| name.as_str());
        let value_name = each.intro.value_var.as_str();
        let (mut values, mut entries): (Vec<Value>, Vec<Entry>) = (Vec::new(), Vec::new());
        for (key, element) in elements {
            self.step(1)?;
            let outer = Binding { name: key_name, value: &key, next: scope.bindings };
            let inner = Binding { name: value_name, value: &element, next: Some(&outer) };
            let scope = Scope { bindings: Some(&inner), ..*scope };
            if let Some(condition) = &each.cond {
                let test = self.evaluate(&condition.expr, &scope)?;
                match self.truth(&test)? {
                    Some(true) => {}
                    Some(false) => continue,
                    None => return Ok(Value::unknown(unknown_name(&test), span)),
                }
            }
            let value = self.evaluate(&each.value_expr, &scope)?;
            let Some(key) = &each.key_expr else {
                // What stands for any number of elements yields any number of them.
                let is_one = !is_spread(&element) || is_spread(&value);
                values.push(if is_one { value } else { spread(Value::unknown(unknown_name(&element), span)) });
                continue;
            };
            let key = self.settle(self.evaluate(key, &scope)?);
            let key_span = key.span;
            let key = to_text(&key).map_err(|message| Fault::Wrong { span: key_span, message })?;
            if !each.grouping {
                put(&mut entries, Entry { key, key_span, value });
                continue;
            }
            let value_span = value.span;
            match entries.iter_mut().find(|entry| entry.key == key).map(|entry| &mut entry.value.kind) {
                Some(Kind::List(group)) => group.push(value),
                _ => {
                    let value = Value::new(Kind::List(vec![value]), value_span);
                    entries.push(Entry { key, key_span, value });
                }
            }
        }
        let kind = if each.key_expr.is_some() { Kind::Map(entries) } else { Kind::List(values) };
        Ok(Value::new(kind, span))
    }
}

/// Sets a key of a map.
pub(super) fn put(entries: &mut Vec<Entry>, entry: Entry) {
    match entries.iter_mut().find(|earlier| earlier.key == entry.key) {
        Some(earlier) => *earlier = entry,
        None => entries.push(entry),
    }
}

/// The elements of a collection with their keys; `None` when it is none.
pub(super) fn elements(collection: &Value) -> Option<Vec<(Value, Value)>> {
    match &collection.kind {
        Kind::List(values) => {
            let number = |nth: usize| Kind::Number(u32::try_from(nth).unwrap_or(u32::MAX).into());
            let keyed =
                values.iter().enumerate().map(|(nth, value)| (Value::new(number(nth), value.span), value.clone()));
            Some(keyed.collect())
        }
        Kind::Map(entries) => {
            let mut sorted: Vec<&Entry> = entries.iter().collect();
            sorted.sort_by(|one, other| one.key.lossy().cmp(other.key.lossy()));
            let keyed = |entry: &Entry| (Value::text(entry.key.clone(), entry.key_span), entry.value.clone());
            Some(sorted.into_iter().map(keyed).collect())
        }
        _ => None,
    }
}

/// What a value that is not in the input is called.
pub(super) fn unknown_name(value: &Value) -> Box<str> {
    match &value.kind {
        Kind::Unknown(unknown) => unknown.name.clone(),
        Kind::String(text) => text.holes().first().map_or_else(|| "a value".into(), |hole| hole.name.clone()),
        _ => "a value".into(),
    }
}
