//! Which provider, and so which account, a resource is about.

use super::block::{Block, Source};
use super::evaluator::{Evaluator, Instance};
use hcl_edit::expr::{Expression, ObjectKey, TraversalOperator};

/// The provider a block without `provider` has.
const DEFAULT: &str = "aws";

impl Evaluator<'_> {
    /// What the root module calls the provider of a block.
    pub(super) fn provider_of(&self, instance: &Instance, block: &Block) -> String {
        let named = block.attribute("provider").and_then(|attribute| written(&attribute.value));
        in_root(instance, named.unwrap_or_else(|| DEFAULT.to_owned()))
    }

    /// Takes the provider of a block as the owner's, for what is worked out next.
    pub(super) fn for_provider_of(&self, instance: &Instance, block: &Block) {
        let provider = self.provider_of(instance, block);
        self.provider.replace(provider);
    }
}

fn in_root(instance: &Instance, name: String) -> String {
    let Some(call) = &instance.call else { return name };
    let block = call.caller.folder.modules.get(&call.name);
    let passed = block.and_then(|block| block.attribute("providers")).and_then(|providers| match &providers.value {
        Source::Hcl(expression) => expression.as_object().and_then(|object| {
            let is_name = |key: &ObjectKey| match key {
                ObjectKey::Ident(key) => key.as_str() == name,
                ObjectKey::Expression(key) => spelled(key).as_deref() == Some(&name),
            };
            object.iter().find(|(key, _)| is_name(key)).and_then(|(_, value)| spelled(value.expr()))
        }),
        Source::Json(node) => node.get(&name).and_then(|name| name.as_str()).map(str::to_owned),
    });
    in_root(&call.caller, passed.unwrap_or(name))
}

fn written(value: &Source) -> Option<String> {
    match value {
        Source::Hcl(expression) => spelled(expression),
        Source::Json(node) => node.as_str().map(str::to_owned),
    }
}

/// `aws`, `aws.peer`.
fn spelled(expression: &Expression) -> Option<String> {
    match expression {
        Expression::Variable(name) => Some(name.as_str().to_owned()),
        Expression::String(name) => Some(name.value().clone()),
        Expression::Traversal(traversal) => {
            let mut name = spelled(&traversal.expr)?;
            for operator in &traversal.operators {
                if let TraversalOperator::GetAttr(part) = operator.value() {
                    name = format!("{name}.{}", part.as_str());
                }
            }
            Some(name)
        }
        _ => None,
    }
}

/// Whether Terraform leaves an argument of a resource as it finds it.
pub(super) fn is_left_alone(block: &Block, argument: &str) -> bool {
    let lifecycle = block.blocks.iter().find(|block| &*block.kind == "lifecycle");
    let ignored = lifecycle.and_then(|lifecycle| lifecycle.attribute("ignore_changes"));
    let is_it = |name: Option<&str>| name.is_some_and(|name| name == argument || name == "all");
    match ignored.map(|ignored| &ignored.value) {
        Some(Source::Hcl(expression)) => match &**expression {
            Expression::Array(names) => names.iter().any(|name| is_it(spelled(name).as_deref())),
            all => is_it(spelled(all).as_deref()),
        },
        Some(Source::Json(node)) => {
            node.as_array().unwrap_or(std::slice::from_ref(node)).iter().any(|name| is_it(name.as_str()))
        }
        None => false,
    }
}
