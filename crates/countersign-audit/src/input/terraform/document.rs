//! The blocks of an `aws_iam_policy_document`, evaluated.

use countersign_policy::document::Span;

use super::block::Block;
use super::conversion::plain;
use super::evaluator::{Binding, Evaluator, Fault, Mode, Outcome, Scope, wrong};
use super::expression::{elements, unknown_name};
use super::functions::is_spread;
use super::policy_document::{ConditionBlock, PolicyBlock, PrincipalsBlock, Refusal, StatementBlock, policy_of};
use super::reference::{Referred, spread};
use super::value::{Kind, Value};

/// What is done with a block; the name is of what it hangs on how many there are, where that is not known.
type PerBlock<'r> = dyn FnMut(&Block, &Scope<'_>, Option<Box<str>>) -> Outcome<()> + 'r;

impl Evaluator<'_> {
    /// The policy that a data source yields.
    pub(super) fn policy_document(&self, referred: &Referred, block: &Block) -> Outcome {
        let scope = referred.scope();
        let address = format!("{}data.{}.{}", referred.instance.address, referred.kind, referred.name);
        self.used.borrow_mut().insert(address);
        let mut statements = Vec::new();
        self.each_block(block, "statement", &scope, &mut |block, scope, undecided| {
            statements.push(match undecided {
                Some(name) => StatementBlock { span: block.span, undecided: Some(name), ..StatementBlock::default() },
                None => self.statement(block, scope)?,
            });
            Ok(())
        })?;
        let policy = PolicyBlock {
            version: self.argument(block, "version", &scope)?,
            policy_id: self.argument(block, "policy_id", &scope)?,
            statements,
            sources: self.documents(block, "source_policy_documents", &scope)?,
            overrides: self.documents(block, "override_policy_documents", &scope)?,
            span: block.span,
        };
        match policy_of(&policy) {
            Ok(node) => Ok(Value::new(Kind::Json(Box::new(node)), block.span)),
            Err(Refusal { span, message }) => wrong(span, message),
        }
    }

    /// Which documents there are, is what the defaults say; what is in them, is every way.
    fn documents(&self, block: &Block, name: &str, scope: &Scope<'_>) -> Outcome<Vec<Value>> {
        let Some(attribute) = block.attribute(name) else { return Ok(Vec::new()) };
        let list =
            self.in_mode(Mode::Defaults, || self.attribute_value(attribute, scope).map(|list| self.settle_deep(list)))?;
        match list.kind {
            Kind::List(documents) => Ok(documents),
            Kind::Null => Ok(Vec::new()),
            Kind::Unknown(_) => Ok(vec![list]),
            _ => wrong(list.span, format!("`{name}` is a list, not {}", list.kind_name())),
        }
    }

    fn argument(&self, block: &Block, name: &str, scope: &Scope<'_>) -> Outcome<Option<Value>> {
        let Some(attribute) = block.attribute(name) else { return Ok(None) };
        self.attribute_value(attribute, scope).map(|value| Some(self.settle_deep(value)))
    }

    fn statement(&self, block: &Block, scope: &Scope<'_>) -> Outcome<StatementBlock> {
        let mut statement = StatementBlock {
            sid: self.argument(block, "sid", scope)?,
            effect: self.argument(block, "effect", scope)?,
            actions: self.argument(block, "actions", scope)?,
            not_actions: self.argument(block, "not_actions", scope)?,
            resources: self.argument(block, "resources", scope)?,
            not_resources: self.argument(block, "not_resources", scope)?,
            span: block.whole,
            ..StatementBlock::default()
        };
        let mut undecided = None;
        for (kind, list) in
            [("principals", &mut statement.principals), ("not_principals", &mut statement.not_principals)]
        {
            self.each_block(block, kind, scope, &mut |block, scope, of| {
                undecided = undecided.take().or(of);
                let kind = self.required(block, "type", scope)?;
                let identifiers = self.required(block, "identifiers", scope)?;
                list.push(PrincipalsBlock { kind, identifiers, span: block.span });
                Ok(())
            })?;
        }
        // Whom an `Allow` may name is judged as if it did; whom a `Deny` may name is not kept out by that.
        let effect = statement.effect.as_ref().map(|effect| &effect.kind);
        if undecided.is_some() && !matches!(effect, None | Some(Kind::Null)) && !is_text(effect, "Allow") {
            return Ok(StatementBlock { span: block.whole, undecided, ..StatementBlock::default() });
        }
        let conditions = &mut statement.conditions;
        self.each_block(block, "condition", scope, &mut |block, scope, _| {
            conditions.push(ConditionBlock {
                test: self.required(block, "test", scope)?,
                variable: self.required(block, "variable", scope)?,
                values: self.required(block, "values", scope)?,
                span: block.span,
            });
            Ok(())
        })?;
        Ok(statement)
    }

    fn required(&self, block: &Block, name: &str, scope: &Scope<'_>) -> Outcome {
        match self.argument(block, name, scope)? {
            Some(value) => Ok(value),
            None => wrong(block.span, format!("`{}` needs `{name}`", block.kind)),
        }
    }

    /// Every block of a kind, those that `dynamic` ones stand for among them. Of how many it is not known, one stands for
    /// all, and `run` is told what that hangs on.
    fn each_block(&self, block: &Block, kind: &str, scope: &Scope<'_>, run: &mut PerBlock<'_>) -> Outcome<()> {
        for nested in block.nested(kind) {
            self.step(1)?;
            if &*nested.kind != "dynamic" {
                run(&nested, scope, None)?;
                continue;
            }
            let content = nested.blocks.iter().find(|block| &*block.kind == "content");
            let (Some(content), Some(for_each)) = (content, nested.attribute("for_each")) else {
                return wrong(nested.span, "a dynamic block needs `for_each` and `content`");
            };
            let content = Block { kind: kind.into(), span: nested.span, ..content.clone() };
            let is_guard = kind == "condition";
            let mode = if is_guard { self.mode() } else { Mode::Defaults };
            let collection =
                self.in_mode(mode, || self.attribute_value(for_each, scope).map(|collection| self.settle(collection)))?;
            let iterator = nested.attribute("iterator").and_then(|iterator| match &iterator.value {
                super::block::Source::Hcl(expression) => expression.as_variable().map(|name| name.as_str().to_owned()),
                super::block::Source::Json(node) => node.as_str().map(str::to_owned),
            });
            let name = iterator.as_deref().unwrap_or(kind);
            match elements(&collection) {
                Some(elements) => {
                    for (key, value) in elements {
                        self.step(1)?;
                        // One that stands for any number of them, none among these.
                        let of = is_spread(&value).then(|| Box::from(plain(&unknown_name(&value))));
                        if is_guard
                            && self.mode() == Mode::EveryWay
                            && of.as_deref().is_some_and(|of| self.is_empty(of))
                        {
                            continue;
                        }
                        with_iterator(name, key, value, scope, &mut |scope| run(&content, scope, of.clone()))?;
                    }
                }
                None => {
                    let of = match &collection.kind {
                        Kind::Unknown(_) => unknown_name(&collection),
                        _ => {
                            let message = format!("`for_each` is a list or a map, not {}", collection.kind_name());
                            return Err(Fault::Wrong { span: collection.span, message });
                        }
                    };
                    if is_guard && self.mode() == Mode::EveryWay && self.is_empty(&of) {
                        continue;
                    }
                    let value = spread(collection.clone());
                    let key = Value::unknown(format!("{of} key"), collection.span);
                    with_iterator(name, key, value, scope, &mut |scope| run(&content, scope, Some(of.clone())))?;
                }
            }
        }
        Ok(())
    }
}

fn is_text(kind: Option<&Kind>, wanted: &str) -> bool {
    matches!(kind, Some(Kind::String(text)) if text.known() == Some(wanted))
}

/// Runs something with `NAME.key` and `NAME.value`.
fn with_iterator(
    name: &str,
    key: Value,
    value: Value,
    scope: &Scope<'_>,
    run: &mut dyn FnMut(&Scope<'_>) -> Outcome<()>,
) -> Outcome<()> {
    let span: Span = value.span;
    let entry = |name: &str, value: Value| super::value::Entry { key: name.into(), key_span: span, value };
    let iterator = Value::new(Kind::Map(vec![entry("key", key), entry("value", value)]), span);
    let binding = Binding { name, value: &iterator, next: scope.bindings };
    run(&Scope { bindings: Some(&binding), ..*scope })
}
