//! Trust policies that no role here has: a policy document that a module hands out, or gives to a module that is not in the
//! input. Each is audited like a role of that name.

use std::rc::Rc;

use countersign_policy::document::{Effect, PolicyDocument};

use super::block::Block;
use super::evaluator::{Evaluator, Fault, Instance};
use super::reference::Referred;
use crate::role::Role;

const DOCUMENT: &str = "aws_iam_policy_document";

impl Evaluator<'_> {
    /// The trust policies among the policy documents of a module that no role has asked for.
    pub(super) fn stray_documents(&self, instance: &Rc<Instance>, only: Option<&[String]>, roles: &mut Vec<Role>) {
        let folder = Rc::clone(instance).folder.clone();
        for ((kind, name), block) in folder.data.iter().filter(|((kind, _), _)| **kind == *DOCUMENT) {
            let address = format!("{}data.{kind}.{name}", instance.address);
            let is_used = self.used.borrow().contains(&address);
            if is_used || !folder.is_wanted(block, only) || !self.may_be_trust_policy(block) {
                continue;
            }
            // What is for a role that is not made, or that takes another one as things are, is not handed out.
            if self.is_named_in(name, folder.resources.values().chain(folder.data.values())) {
                continue;
            }
            self.start();
            for (suffix, repetition) in self.expansion(instance, block, &address).instances() {
                if self.is_spent() {
                    return;
                }
                let address = format!("{address}{suffix}");
                let (kind, name) = (kind.clone(), name.clone());
                let referred =
                    Referred { instance: Rc::clone(instance), is_data: true, kind, name, repetition, address };
                let outcomes = self.every_way(|| match self.policy_document(&referred, block) {
                    Ok(value) => self.policy_node(value),
                    Err(Fault::Wrong { span, message }) => Err((span, message, None)),
                    Err(Fault::Spent(message)) => Err((block.span, message.to_owned(), None)),
                });
                let role = self.with_policy(&referred, block, outcomes);
                if is_trust_policy(&role.trust) {
                    roles.push(role);
                }
            }
        }
    }

    /// Whether one of the blocks names the document.
    fn is_named_in<'b>(&self, document: &str, mut blocks: impl Iterator<Item = &'b Block>) -> bool {
        let name = format!("{DOCUMENT}.{document}");
        let goes_on = |c: char| c.is_alphanumeric() || c == '_' || c == '-';
        blocks.any(|block| {
            let library = self.library.borrow();
            let mut after = library.text_at(block.whole).split(&name).skip(1);
            after.any(|rest| !rest.starts_with(goes_on))
        })
    }

    /// Whether it names principals and an action of STS's, by the look of it.
    fn may_be_trust_policy(&self, block: &Block) -> bool {
        let names_principals = |statement: &Block| {
            let content = statement.blocks.iter().find(|block| &*block.kind == "content").unwrap_or(statement);
            !content.nested("principals").is_empty()
        };
        let text = self.library.borrow().text_at(block.whole).to_ascii_lowercase();
        text.contains("sts:assume") && block.nested("statement").iter().any(names_principals)
    }
}

/// Whether some statement lets a principal assume a role.
fn is_trust_policy(policy: &PolicyDocument) -> bool {
    policy.statements.iter().any(|statement| {
        let allows = statement.effect.as_ref().is_some_and(|effect| effect.value == Effect::Allow);
        let mut actions = statement.actions.iter().flat_map(|element| &element.patterns);
        let assumes = actions.any(|action| action.value.lossy().to_ascii_lowercase().starts_with("sts:assume"));
        allows && assumes && !statement.principals.is_empty() && statement.resources.is_empty()
    })
}
