//! What AWS Config records: snapshots, histories and single items of roles.
//!
//! The role lies in `configuration`, an object in some exports and its JSON text in others, and in that the trust policy is
//! percent-encoded.

use countersign_policy::document::{MAX_NESTING, Node, Problem, Severity, Value, decode_policy_text, parse_json};

use super::Reader;
use super::trust_policy::{Described, Policy, moved};
use crate::permissions::Permissions;

const ROLE: &str = "AWS::IAM::Role";
const POLICY: &str = "assumeRolePolicyDocument";

/// What items lie in: snapshots and `get-resource-config-history`, `batch-get-resource-config`, notifications.
const ENVELOPES: [&str; 3] = ["configurationItems", "baseConfigurationItems", "configurationItem"];

/// Whether an object is an item, or has some in it.
pub(super) fn is_one(node: &Node) -> bool {
    is_item(node) || ENVELOPES.iter().any(|key| node.get(key).is_some())
}

fn is_item(node: &Node) -> bool {
    node.get("resourceType").is_some() && node.get("configuration").is_some()
}

impl Reader<'_> {
    pub(super) fn config_items(&mut self, node: &Node) {
        if is_item(node) {
            return self.config_item(node);
        }
        for items in ENVELOPES.iter().filter_map(|key| node.get(key)) {
            match &items.value {
                Value::Array(items) => items.iter().for_each(|item| self.config_item(item)),
                _ => self.config_item(items),
            }
        }
    }

    fn config_item(&mut self, item: &Node) {
        let text = |node: &Node, key: &str| node.get(key).and_then(Node::as_str).map(str::to_owned);
        let is_deleted =
            text(item, "configurationItemStatus").is_some_and(|status| status.starts_with("ResourceDeleted"));
        if text(item, "resourceType").as_deref() != Some(ROLE) || is_deleted {
            return;
        }
        let given = item.get("configuration");
        let parsed =
            given.and_then(|given| Some(parse_json(given.as_str()?, MAX_NESTING).map(|tree| moved(tree, given.span))));
        let configuration = match &parsed {
            Some(Ok(tree)) => Some(tree),
            Some(Err(_)) => None,
            None => given,
        };
        let place = item.get("resourceType").map_or(item.span, |node| node.span);
        let of_role = |key: &str| configuration.and_then(|configuration| text(configuration, key));
        let name = of_role("roleName").or_else(|| text(item, "resourceName")).unwrap_or_else(|| "role".to_owned());
        let arn = of_role("arn").or_else(|| text(item, "ARN")).or_else(|| text(item, "arn"));
        let policy = match (&parsed, configuration.and_then(|configuration| configuration.get(POLICY))) {
            (Some(Err(problem)), _) => {
                Err(Problem { span: given.map_or(place, |given| given.span), ..problem.clone() })
            }
            (_, None) => Err(Problem {
                severity: Severity::Error,
                span: place,
                message: format!("there is no `{POLICY}`"),
                help: Some("advanced queries leave it out; export the configuration items themselves".to_owned()),
            }),
            (None, Some(policy)) => self.policy(policy),
            // A string inside a string: every part stands where the outer one does.
            (Some(Ok(_)), Some(policy)) => match policy.as_str() {
                None => Ok(Policy::of_tree(policy.clone())),
                Some(encoded) => parse_json(&decode_policy_text(encoded).0, MAX_NESTING)
                    .map(|tree| Policy::of_tree(moved(tree, policy.span)))
                    .map_err(|problem| Problem { span: policy.span, ..problem }),
            },
        };
        let tags = item.get("tags").and_then(tags);
        self.add(Described { name, arn, tags, permissions: Permissions::not_said() }, place, policy);
    }
}

/// Tags, as an object or as a list of pairs, unless some are not strings: then none is known.
fn tags(node: &Node) -> Option<Vec<(String, String)>> {
    let text = |node: Option<&Node>| node.and_then(Node::as_str).map(str::to_owned);
    match &node.value {
        Value::Object(members) => {
            members.iter().map(|member| Some((member.key.to_string(), text(Some(&member.value))?))).collect()
        }
        Value::Array(pairs) => pairs
            .iter()
            .map(|pair| Some((text(pair.get("key").or(pair.get("tag")))?, text(pair.get("value"))?)))
            .collect(),
        _ => None,
    }
}
