//! Every case of `corpus/exposure` through the prover: exposure and accepted ExternalIds. What it finds is confirmed by
//! the evaluator.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test fails by panicking"
)]

mod corpus;

use countersign_policy::condition::date::Moment;
use countersign_policy::document::PolicyDocument;
use countersign_policy::evaluate::{Decision, Policy};
use countersign_policy::prove::{ExternalIdVerdict, Setting, exposure};
use serde_json::{Value, json};

fn setting(case: &Value) -> Setting {
    let account = case["account"].as_str();
    let text = case["policy"].to_string();
    let partition = partition(&text);
    let role = format!("arn:{partition}:iam::{}:role/Role", account.unwrap_or(""));
    let mut setting = Setting::for_role(&role, Moment::from_seconds(1_790_000_000));
    setting.own_accounts.extend(
        case["own"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .map(|id| id.parse::<countersign_policy::account::AccountId>().unwrap()),
    );
    setting
}

/// A role whose partition is not known has that of its principals.
fn partition(policy: &str) -> &str {
    let from = policy.find("\"arn:").map_or("", |at| &policy[at + 5..]);
    from.split(':').next().filter(|partition| partition.starts_with("aws")).unwrap_or("aws")
}

#[test]
fn every_case_is_as_exposed_as_expected() {
    let (mut wrong, mut run) = (Vec::new(), 0);
    for (file, case) in corpus::cases("exposure") {
        run += 1;
        let id = case["id"].as_str().unwrap_or("?");
        let setting = setting(&case);
        let document = PolicyDocument::parse(&case["policy"].to_string());
        let exposed = exposure(&document, &setting);
        if let Some(witness) = &exposed.witness
            && exposed.depends_on.is_empty()
        {
            assert_eq!(Policy::trust(&exposed.document).decide(witness), Decision::Allowed, "{id}: {witness:?}");
        }
        let expected = &case["expected"];
        if expected["exposure"] != json!(exposed.exposure.to_string()) {
            wrong.push(format!(
                "{file} {id}: expected {}, got {} {:?} {}",
                expected["exposure"], exposed.exposure, exposed.depends_on, case["why"]
            ));
            continue;
        }
        for wanted in expected["external_id"].as_array().into_iter().flatten() {
            let found = exposed.deputies.iter().find(|(deputy, _)| json!(deputy.name()) == wanted["principal"]);
            let (required, accepted) = match found.map(|(_, verdict)| verdict) {
                Some(ExternalIdVerdict::Bound { ids, .. }) => (true, ids.clone()),
                Some(ExternalIdVerdict::Open { accepted, .. }) => {
                    (!accepted.omitted, accepted.ids.iter().chain(&accepted.patterns).cloned().collect())
                }
                Some(ExternalIdVerdict::Unassumable | ExternalIdVerdict::Unknown { .. }) | None => (false, vec![]),
            };
            let mut wanted_ids: Vec<String> = serde_json::from_value(wanted["accepted"].clone()).unwrap_or_default();
            let mut accepted = accepted;
            wanted_ids.sort();
            accepted.sort();
            if json!(required) != wanted["required"] || accepted != wanted_ids {
                wrong.push(format!(
                    "{file} {id}: {wanted} but required {required}, accepted {accepted:?} {}",
                    case["why"]
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{} of {run} wrong:\n{}", wrong.len(), wrong.join("\n"));
}
