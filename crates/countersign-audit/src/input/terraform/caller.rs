//! What assumes roles: providers and backends.

use std::rc::Rc;

use countersign_policy::document::{Span, Text};

use super::block::{Attribute, Block};
use super::conversion::to_text;
use super::evaluator::{Evaluator, Instance, Repetition, Scope};
use super::value::{Entry, Kind, Value};
use crate::caller::Caller;
use crate::source::SourceMap;

/// A caller whose place is in the run's files.
#[derive(Debug)]
pub(super) struct Found {
    name: String,
    role: Text,
    external_id: Option<Text>,
    span: Span,
}

impl Found {
    pub(super) fn placed(self, sources: &SourceMap) -> Caller {
        let Self { name, role, external_id, span } = self;
        Caller { name, role, external_id, span, sources: sources.clone() }
    }
}

impl Evaluator<'_> {
    /// Notes what the providers and the backend of a module assume.
    pub(super) fn note_callers(&self, instance: &Rc<Instance>) {
        for block in &instance.folder.settings {
            match (&*block.kind, block.label(0)) {
                ("provider", "aws" | "awscc") => {
                    let alias = block.attribute("alias").and_then(|alias| self.known_value(alias, instance));
                    let alias =
                        alias.and_then(|alias| to_text(&alias).ok()).map(|alias| format!(".{}", alias.display()));
                    let name = format!("provider `{}{}`", block.label(0), alias.unwrap_or_default());
                    self.assumed(&name, block, instance);
                }
                ("terraform", _) => {
                    for backend in block.nested_labelled("backend", "s3") {
                        self.assumed("backend `s3`", &backend, instance);
                    }
                }
                _ => {}
            }
        }
    }

    /// Notes the roles that a block assumes: in `assume_role`, as a block or an object, or, as backends did, in itself.
    fn assumed(&self, name: &str, block: &Block, instance: &Rc<Instance>) {
        for assume in block.nested("assume_role").iter().chain([block]) {
            let value = |name: &str| self.known_value(assume.attribute(name)?, instance);
            self.note_caller(name, value("role_arn"), value("external_id"));
        }
        let object = block.attribute("assume_role").and_then(|object| self.known_value(object, instance));
        if let Some(Value { kind: Kind::Map(entries), .. }) = object {
            let value = |name: &str| {
                let entry = entries.iter().find(|entry: &&Entry| entry.key.known() == Some(name))?;
                Some(self.settle(entry.value.clone()))
            };
            self.note_caller(name, value("role_arn"), value("external_id"));
        }
    }

    fn note_caller(&self, name: &str, role: Option<Value>, external_id: Option<Value>) {
        let Some(role) = role else { return };
        let Ok(text) = to_text(&role) else { return };
        let external_id = external_id.and_then(|id| to_text(&id).ok()).filter(|id| id.known() != Some(""));
        let found = Found { name: name.to_owned(), role: text, external_id, span: role.span };
        let mut callers = self.callers.borrow_mut();
        // A tree of JSON has a block as an attribute too.
        if !callers.iter().any(|known| known.span == found.span && known.name == found.name) {
            callers.push(found);
        }
    }

    fn known_value(&self, attribute: &Attribute, instance: &Rc<Instance>) -> Option<Value> {
        self.start();
        let value = self.attribute_value(attribute, &Scope::of(instance, &Repetition::Single)).ok()?;
        Some(self.settle(value)).filter(|value| value.kind != Kind::Null)
    }
}
