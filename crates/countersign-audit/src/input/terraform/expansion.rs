//! How many instances a block has: `count` and `for_each`.

use std::rc::Rc;

use countersign_policy::document::{Span, Text};

use super::block::{Attribute, Block};
use super::conversion::to_text;
use super::evaluator::{Evaluator, Fault, Instance, Mode, Outcome, Repetition, Scope};
use super::expression::{elements, unknown_name};
use super::operation::number;
use super::value::{Kind, Value};
use crate::source::ProblemSeverity;

/// Most instances of one block.
const MAX_INSTANCES: usize = 1_000;

/// The instances of a block.
#[derive(Debug)]
pub(super) enum Expansion {
    One,
    Counted(usize),
    Keyed(Vec<(Text, Repetition)>),
    /// One stands for all; the name is of what is not known.
    Symbolic(Box<str>),
}

impl Expansion {
    /// Every instance: what follows the block's address, and its values of `each` and `count`.
    pub(super) fn instances(&self) -> Vec<(String, Repetition)> {
        match self {
            Self::One => vec![(String::new(), Repetition::Single)],
            Self::Counted(count) => (0..*count).map(|nth| (format!("[{nth}]"), Repetition::Count(nth))).collect(),
            Self::Keyed(keys) => {
                let each =
                    |(key, repetition): &(Text, Repetition)| (format!("[\"{}\"]", key.display()), repetition.clone());
                keys.iter().map(each).collect()
            }
            Self::Symbolic(of) => vec![(String::new(), Repetition::Symbolic(of.clone()))],
        }
    }
}

impl Evaluator<'_> {
    /// The instances of a block, worked out once.
    pub(super) fn expansion(&self, instance: &Rc<Instance>, block: &Block, address: &str) -> Rc<Expansion> {
        if let Some(known) = self.expansions.borrow().get(address) {
            return Rc::clone(known);
        }
        let repeat = block.attribute("count").or_else(|| block.attribute("for_each"));
        let expansion = match repeat {
            None => Expansion::One,
            Some(attribute) => match self.in_mode(Mode::Defaults, || self.expand(instance, attribute)) {
                Ok(expansion) => expansion,
                Err(fault) => {
                    let (span, message) = match fault {
                        Fault::Wrong { span, message } => (span, message),
                        Fault::Spent(message) => (attribute.name_span, message.to_owned()),
                    };
                    let message = format!("`{}` of `{address}` cannot be worked out: {message}", attribute.name);
                    let help = "one instance is audited, with whatever differs between instances unknown";
                    self.problem(span, ProblemSeverity::Warning, message, help);
                    Expansion::Symbolic(format!("{address}[*]").into())
                }
            },
        };
        let expansion = Rc::new(expansion);
        self.expansions.borrow_mut().insert(address.to_owned(), Rc::clone(&expansion));
        expansion
    }

    fn expand(&self, instance: &Rc<Instance>, attribute: &Attribute) -> Outcome<Expansion> {
        let value = self.attribute_value(attribute, &Scope::of(instance, &Repetition::Single))?;
        let value = self.settle(value);
        let too_many = |count: String, span: Span| {
            let message = format!("{count} instances; at most {MAX_INSTANCES} are told apart");
            Err(Fault::Wrong { span, message })
        };
        if matches!(value.kind, Kind::Unknown(_)) {
            return Ok(Expansion::Symbolic(unknown_name(&value)));
        }
        if &*attribute.name == "count" {
            let count = match &value.kind {
                Kind::Bool(truth) => Some(f64::from(u8::from(*truth))),
                _ => number(&value),
            };
            let Some(count) = count else { return Ok(Expansion::Symbolic(unknown_name(&value))) };
            if count > 1_000.0 {
                return too_many(count.to_string(), value.span);
            }
            // Bounded above; what is below nothing is nothing.
            return Ok(Expansion::Counted((0..MAX_INSTANCES).take_while(|nth| (*nth as f64) < count).count()));
        }
        let mut keys = Vec::new();
        match (&value.kind, elements(&value)) {
            (Kind::List(values), _) if values.len() > MAX_INSTANCES => {
                return too_many(values.len().to_string(), value.span);
            }
            (Kind::Map(entries), _) if entries.len() > MAX_INSTANCES => {
                return too_many(entries.len().to_string(), value.span);
            }
            (Kind::List(values), _) => {
                for element in values {
                    let key = to_text(element).map_err(|message| Fault::Wrong { span: element.span, message })?;
                    let repetition = Repetition::Each { key: element.clone(), value: element.clone() };
                    if !keys.iter().any(|(known, _)| *known == key) {
                        keys.push((key, repetition));
                    }
                }
                keys.sort_by(|(one, _), (other, _)| one.lossy().cmp(other.lossy()));
            }
            (_, Some(elements)) => {
                for (key, value) in elements {
                    let text = to_text(&key).unwrap_or_default();
                    keys.push((text, Repetition::Each { key, value }));
                }
            }
            _ => {
                let message = format!("`for_each` is a set or a map, not {}", value.kind_name());
                return Err(Fault::Wrong { span: value.span, message });
            }
        }
        Ok(Expansion::Keyed(keys))
    }

    /// What a name of a block with several instances refers to, each made by `one` from what follows its address.
    pub(super) fn instances(
        &self,
        expansion: &Expansion,
        span: Span,
        mut one: impl FnMut(&str, Repetition) -> Value,
    ) -> Outcome {
        let instances = expansion.instances();
        self.step(u64::try_from(instances.len()).unwrap_or(u64::MAX))?;
        let kind =
            match expansion {
                Expansion::One | Expansion::Symbolic(_) => {
                    let only = instances.into_iter().next();
                    return Ok(only.map_or_else(|| Value::new(Kind::Null, span), |(suffix, each)| one(&suffix, each)));
                }
                Expansion::Counted(_) => {
                    Kind::List(instances.into_iter().map(|(suffix, repetition)| one(&suffix, repetition)).collect())
                }
                Expansion::Keyed(keys) => {
                    let entries = keys.iter().zip(instances).map(|((key, _), (suffix, repetition))| {
                        super::value::Entry { key: key.clone(), key_span: span, value: one(&suffix, repetition) }
                    });
                    Kind::Map(entries.collect())
                }
            };
        Ok(Value::new(kind, span))
    }
}
