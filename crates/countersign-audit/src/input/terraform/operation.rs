//! Operators, and what they decide when a value is not in the input.

use countersign_policy::document::Span;
use hcl_edit::expr::{BinaryOp, BinaryOperator, UnaryOp, UnaryOperator};

use super::conversion::{number_of_text, number_text};
use super::evaluator::{Evaluator, Mode, Outcome, Scope, wrong};
use super::functions::same;
use super::value::{Entry, Kind, Unknown, Value};
use crate::input::decisions::Question;

impl Evaluator<'_> {
    /// A value that is one thing or another depending on whether a variable is set: what it is in this run.
    pub(super) fn settle(&self, value: Value) -> Value {
        let Kind::Unknown(unknown) = &value.kind else { return value };
        if let Some(narrowed) = self.narrowed(&unknown.name) {
            return narrowed.at(value.span);
        }
        let Some(unset) = &unknown.unset else { return value };
        if self.mode() == Mode::Defaults {
            return (**unset).clone();
        }
        if self.is_equal(unknown, unset) {
            return (**unset).clone();
        }
        Value::unknown(unknown.name.clone(), value.span)
    }

    /// The same of everything in it.
    pub(super) fn settle_deep(&self, value: Value) -> Value {
        let value = self.settle(value);
        let kind = match value.kind {
            Kind::List(values) => Kind::List(values.into_iter().map(|value| self.settle_deep(value)).collect()),
            Kind::Map(entries) => {
                let settled = |entry: Entry| Entry { value: self.settle_deep(entry.value), ..entry };
                Kind::Map(entries.into_iter().map(settled).collect())
            }
            kind => kind,
        };
        Value { kind, span: value.span }
    }

    /// Decides whether something unknown is a known value.
    pub(super) fn is_equal(&self, unknown: &Unknown, known: &Value) -> bool {
        let name = &unknown.name;
        let is_unset = unknown.unset.as_ref().is_some_and(|unset| same(unset, known) == Some(true));
        let (key, what) = match &known.kind {
            Kind::Null => (format!("{name} == null"), "null".to_owned()),
            Kind::String(text) if text.known() == Some("") => (format!("{name} == \"\""), "empty".to_owned()),
            Kind::List(_) | Kind::Map(_) => (format!("length({name}) == 0"), "empty".to_owned()),
            _ => (format!("{name} == {}", spelled(known)), spelled(known)),
        };
        if matches!(known.kind, Kind::Null) && self.is_never_null(name) {
            return false;
        }
        let is_empty = what == "empty";
        if is_empty && self.is_filled(name) {
            return false;
        }
        let answer = self.decide(Question {
            key,
            subject: name.to_string(),
            yes: format!("{name} is {what}"),
            no: format!("{name} is not {what}"),
            first: is_unset,
        });
        if answer {
            self.narrow(name, known.clone());
        } else if is_unset {
            self.narrow(name, Value::unknown(name.clone(), known.span));
        }
        if is_empty && !answer {
            self.fill(name);
        }
        answer
    }

    /// Whether a condition holds; `None` when that is left open.
    pub(super) fn truth(&self, test: &Value) -> Outcome<Option<bool>> {
        let test = self.settle(test.clone());
        match &test.kind {
            Kind::Bool(truth) => Ok(Some(*truth)),
            Kind::String(text) if text.known() == Some("true") => Ok(Some(true)),
            Kind::String(text) if text.known() == Some("false") => Ok(Some(false)),
            Kind::Unknown(_) if self.mode() == Mode::Defaults => Ok(None),
            Kind::Unknown(Unknown { name, .. }) => {
                let answer = self.decide(Question {
                    key: name.to_string(),
                    subject: name.to_string(),
                    yes: format!("{name} is true"),
                    no: format!("{name} is false"),
                    first: false,
                });
                self.narrow(name, Value::new(Kind::Bool(answer), test.span));
                Ok(Some(answer))
            }
            _ => wrong(test.span, format!("a condition is true or false, not {}", test.kind_name())),
        }
    }

    pub(super) fn unary(&self, operation: &UnaryOp, span: Span, scope: &Scope<'_>) -> Outcome {
        let operand = self.evaluate(&operation.expr, scope)?;
        match operation.operator.value() {
            UnaryOperator::Not => Ok(match self.truth(&operand)? {
                Some(truth) => Value::new(Kind::Bool(!truth), span),
                None => self.open(span),
            }),
            UnaryOperator::Neg => match number(&self.settle(operand.clone())) {
                Some(number) => Ok(Value::new(Kind::Number(-number), span)),
                None => Ok(self.open(span)),
            },
        }
    }

    pub(super) fn binary(&self, operation: &BinaryOp, span: Span, scope: &Scope<'_>) -> Outcome {
        let left = self.evaluate(&operation.lhs_expr, scope)?;
        let operator = *operation.operator.value();
        let bool = |truth: bool| Ok(Value::new(Kind::Bool(truth), span));
        match operator {
            BinaryOperator::And | BinaryOperator::Or => {
                let decides = operator == BinaryOperator::Or;
                let first = self.truth(&left)?;
                if first == Some(decides) {
                    return bool(decides);
                }
                let right = self.evaluate(&operation.rhs_expr, scope)?;
                match (first, self.truth(&right)?) {
                    (_, Some(truth)) if truth == decides => bool(decides),
                    (Some(_), Some(_)) => bool(!decides),
                    _ => Ok(self.open(span)),
                }
            }
            BinaryOperator::Eq | BinaryOperator::NotEq => {
                let right = self.evaluate(&operation.rhs_expr, scope)?;
                let counted = self.counts(operator, &left, &right);
                if let Some(truth) = counted {
                    return bool(truth);
                }
                match self.equal(left.clone(), right.clone())? {
                    Some(equal) => bool(equal == (operator == BinaryOperator::Eq)),
                    None => Ok(self.compared(operator, &left, &right, span)),
                }
            }
            _ => {
                let right = self.settle(self.evaluate(&operation.rhs_expr, scope)?);
                let left = self.settle(left);
                let (Some(one), Some(other)) = (number(&left), number(&right)) else {
                    if let Some(truth) = self.counts(operator, &left, &right) {
                        return bool(truth);
                    }
                    let open = |value: &Value| !value.is_known();
                    if open(&left) || open(&right) {
                        return Ok(self.compared(operator, &left, &right, span));
                    }
                    return wrong(span, "an operand is not a number");
                };
                arithmetic(operator, one, other, span)
            }
        }
    }

    /// Whether `length(x) > 0` and its like hold: that is whether `x` is empty.
    fn counts(&self, operator: BinaryOperator, left: &Value, right: &Value) -> Option<bool> {
        let (Kind::Unknown(unknown), Some(limit)) = (&left.kind, number(right)) else { return None };
        let of = unknown.name.strip_prefix("length(")?.strip_suffix(')')?;
        // A list of nothing but any number of elements is as empty as what they come from.
        let only = of.strip_prefix('[').and_then(|of| of.strip_suffix("[*]]")).filter(|only| !only.contains(", "));
        let of = only.unwrap_or(of);
        let when_empty = match operator {
            BinaryOperator::Eq | BinaryOperator::LessEq if limit == 0.0 => true,
            BinaryOperator::NotEq | BinaryOperator::Greater if limit == 0.0 => false,
            BinaryOperator::Less if limit == 1.0 => true,
            BinaryOperator::GreaterEq if limit == 1.0 => false,
            _ => return None,
        };
        if self.mode() == Mode::Defaults {
            return None;
        }
        Some(self.is_empty(of) == when_empty)
    }

    /// Decides whether a list, map or text that is not in the input is empty.
    pub(super) fn is_empty(&self, of: &str) -> bool {
        if self.is_filled(of) {
            return false;
        }
        let answer = self.decide(Question {
            key: format!("length({of}) == 0"),
            subject: of.to_owned(),
            yes: format!("{of} is empty"),
            no: format!("{of} is not empty"),
            first: false,
        });
        if !answer {
            self.fill(of);
        }
        answer
    }

    /// Whether two values are equal; what hangs on a value that is not in the input is decided.
    fn equal(&self, left: Value, right: Value) -> Outcome<Option<bool>> {
        let narrowed = |value: Value| match &value.kind {
            Kind::Unknown(unknown) => self.narrowed(&unknown.name).map_or(value.clone(), |now| now.at(value.span)),
            _ => value,
        };
        let (left, right) = (narrowed(left), narrowed(right));
        if let Some(told) = same(&left, &right) {
            return Ok(Some(told));
        }
        if self.mode() == Mode::Defaults {
            return Ok(None);
        }
        match (&left.kind, &right.kind) {
            (Kind::Unknown(unknown), _) if right.is_known() => Ok(Some(self.is_equal(unknown, &right))),
            (_, Kind::Unknown(unknown)) if left.is_known() => Ok(Some(self.is_equal(unknown, &left))),
            _ => Ok(None),
        }
    }

    /// A comparison that is not decided, named after what is compared: the same text may compare other things elsewhere.
    fn compared(&self, operator: BinaryOperator, left: &Value, right: &Value, span: Span) -> Value {
        let side = |value: &Value| match &value.kind {
            Kind::Unknown(unknown) => Some(unknown.name.to_string()),
            Kind::Json(_) | Kind::List(_) | Kind::Map(_) => None,
            _ => Some(spelled(value)),
        };
        match (side(left), side(right)) {
            (Some(left), Some(right)) => Value::unknown(format!("{left} {} {right}", operator.as_str()), span),
            _ => self.open(span),
        }
    }

    /// What is not known, named after how it is written.
    pub(super) fn open(&self, span: Span) -> Value {
        let text = self.library.borrow().text_at(span).split_whitespace().collect::<Vec<_>>().join(" ");
        let text: String = text.chars().take(80).collect();
        Value::unknown(text, span)
    }
}

fn arithmetic(operator: BinaryOperator, one: f64, other: f64, span: Span) -> Outcome {
    let kind = match operator {
        BinaryOperator::Plus => Kind::Number(one + other),
        BinaryOperator::Minus => Kind::Number(one - other),
        BinaryOperator::Mul => Kind::Number(one * other),
        BinaryOperator::Div | BinaryOperator::Mod if other == 0.0 => return wrong(span, "division by zero"),
        BinaryOperator::Div => Kind::Number(one / other),
        BinaryOperator::Mod => Kind::Number(one % other),
        BinaryOperator::Less => Kind::Bool(one < other),
        BinaryOperator::LessEq => Kind::Bool(one <= other),
        BinaryOperator::Greater => Kind::Bool(one > other),
        BinaryOperator::GreaterEq => Kind::Bool(one >= other),
        BinaryOperator::Eq | BinaryOperator::NotEq | BinaryOperator::And | BinaryOperator::Or => {
            return wrong(span, "not an operator of numbers");
        }
    };
    Ok(Value::new(kind, span))
}

pub(super) fn number(value: &Value) -> Option<f64> {
    match &value.kind {
        Kind::Number(number) => Some(*number),
        Kind::String(text) => number_of_text(text.known()?),
        _ => None,
    }
}

/// A known value as a user would write it.
fn spelled(value: &Value) -> String {
    match &value.kind {
        Kind::Null => "null".to_owned(),
        Kind::Bool(truth) => truth.to_string(),
        Kind::Number(number) => number_text(*number),
        Kind::String(text) => format!("\"{}\"", text.display()),
        Kind::Json(_) | Kind::List(_) | Kind::Map(_) | Kind::Unknown(_) => "that".to_owned(),
    }
}
