//! The form for programs: a list of cases that say everything, in the format of `corpus/`.

use std::rc::Rc;

use countersign_policy::document::{DuplicateKeys, Node, PolicyDocument, Value};
use countersign_policy::evaluate::Decision;
use countersign_policy::request::{Caller, CallerKind, Request, RequestContext};

use super::case::{Asks, Case, Expectation, TrustPolicy};
use super::file::identity;
use super::report::Report;
use crate::read::Input;
use countersign_audit::node_reader::NodeReader;

const CASE: &[&str] =
    &["id", "policy", "request", "expected", "identity", "final_expected", "why", "source", "confidence"];
const REQUEST: &[&str] = &["principal", "principal_type", "action", "resource", "context"];

/// Runs the cases of a list.
pub(super) fn run(input: &Input, cases: &[Node], report: &mut Report) {
    for node in cases {
        let mut reader = NodeReader::default();
        match case(node, &mut reader) {
            Some(case) if reader.problems.is_empty() => report.case(input, &case),
            _ => report.malformed(input, &reader.problems),
        }
    }
}

fn case(node: &Node, reader: &mut NodeReader) -> Option<Case> {
    let members = reader.members(node, "a case", CASE)?;
    let id = reader.required(members, "the case", "id").and_then(|node| reader.text(node, "id"));
    let policy = reader.required(members, "the case", "policy").and_then(|node| policy(node, reader));
    let request = reader.required(members, "the case", "request").and_then(|node| request(node, reader));
    let expected = reader.required(members, "the case", "expected").and_then(|node| expectation(node, reader));
    let side = members.get("identity").map(|node| identity(node, None, reader));
    let final_expected = members.get("final_expected").map(|node| (node, expectation(node, reader)));
    if let (Some((node, _)), None) = (final_expected, &side) {
        let help = "add \"identity\": \"allow\", \"none\", \"deny\", a policy or a list of policies";
        reader.error(node.span, "`final_expected` needs `identity`", Some(help));
    }
    let call = side.map(|side| (side, final_expected.and_then(|(_, expected)| expected)));
    let asks = Asks::TrustPolicy { expected: expected?, call };
    Some(Case { id: id?, span: node.span, trust: Rc::new(TrustPolicy::Inline(policy?)), request: request?, asks })
}

fn policy(node: &Node, reader: &mut NodeReader) -> Option<PolicyDocument> {
    if !matches!(node.value, Value::Object(_)) {
        reader.error(node.span, format!("`policy` is an object, not {}", node.kind_name()), None);
        return None;
    }
    // What is wrong inside is what the case is about.
    Some(PolicyDocument::from_node(node, DuplicateKeys::default()))
}

fn request(node: &Node, reader: &mut NodeReader) -> Option<Request> {
    let members = reader.members(node, "a request", REQUEST)?;
    let caller = reader.required(members, "the request", "principal").and_then(|node| {
        let kind = members.get("principal_type").map(|node| (node, reader.text(node, "principal_type")));
        match kind {
            None | Some((_, None)) => reader.parsed(node, "principal", Caller::parse),
            Some((kind_node, Some(kind))) => match kind.as_str() {
                "AWS" => reader.parsed(node, "principal", aws_caller),
                "Service" => reader.text(node, "principal").map(|name| Caller::service(&name)),
                "Federated" => reader.text(node, "principal").map(|name| Caller::federated(&name)),
                _ => {
                    reader.error(kind_node.span, format!("unknown principal type `{kind}`"), Some(PRINCIPAL_TYPES));
                    None
                }
            },
        }
    });
    let action = reader.required(members, "the request", "action").and_then(|node| reader.text(node, "action"));
    let role = reader.required(members, "the request", "resource").and_then(|node| reader.text(node, "resource"));
    let context = reader.required(members, "the request", "context").map(|node| {
        let entries = reader.entries(node, "context").iter();
        entries.map(|member| (member.key.as_ref(), reader.texts(&member.value, &member.key))).collect()
    });
    let context: Option<RequestContext> = context;
    Some(Request { caller: caller?, action: action?, role: role?, context: context? })
}

const PRINCIPAL_TYPES: &str = "the types are AWS, Service and Federated";

/// A caller with an account of its own.
fn aws_caller(text: &str) -> Result<Caller, String> {
    let caller = Caller::parse(text).map_err(|error| error.to_string())?;
    match caller.kind() {
        CallerKind::Root(_) | CallerKind::User(_) | CallerKind::RoleSession(_) | CallerKind::FederatedUser(_) => {
            Ok(caller)
        }
        CallerKind::Service | CallerKind::Federated | CallerKind::Anonymous => {
            Err(format!("`{text}` is not a user, role or session: its principal_type is Service or Federated"))
        }
    }
}

fn expectation(node: &Node, reader: &mut NodeReader) -> Option<Expectation> {
    reader.parsed(node, "expected", |text| match text {
        "Allow" => Ok(Expectation::Exactly(Decision::Allowed)),
        "ImplicitDeny" => Ok(Expectation::Exactly(Decision::ImplicitDeny)),
        "ExplicitDeny" => Ok(Expectation::Exactly(Decision::ExplicitDeny)),
        _ => Err(format!("unknown decision `{text}`: write Allow, ImplicitDeny or ExplicitDeny")),
    })
}
