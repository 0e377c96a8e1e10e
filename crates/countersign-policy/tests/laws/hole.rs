//! Values that are not in the input: what is said of a policy with holes holds for every value.

use countersign_policy::document::{DuplicateKeys, Node, PolicyDocument, Text, Value, parse_json};
use countersign_policy::prove::{Exposure, exposure};
use proptest::prelude::*;
use proptest::sample::select;

use super::cases;
use super::policy::{Principal, TrustPolicy, policy, setting};

/// Stands for a hole in the JSON of a policy.
const MARK: char = '\u{2205}';

/// Turns the marks of every string into holes: `∅0` is the hole `h0`.
fn dig(node: &mut Node) {
    match &mut node.value {
        Value::String(text) if text.lossy().contains(MARK) => {
            let mut parts = text.lossy().split(MARK);
            let mut dug = Text::literal(parts.next().unwrap_or_default());
            for part in parts {
                let (name, rest) = part.split_at(1);
                dug = dug.with_hole(format!("h{name}")).with_literal(rest);
            }
            *text = dug;
        }
        Value::Array(elements) => elements.iter_mut().for_each(dig),
        Value::Object(members) => members.iter_mut().for_each(|member| dig(&mut member.value)),
        Value::String(_) | Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

fn document(policy: &TrustPolicy) -> PolicyDocument {
    let mut node = parse_json(&policy.json().to_string(), 64).expect("JSON");
    dig(&mut node);
    PolicyDocument::from_node(&node, DuplicateKeys::default())
}

/// Where a hole goes: a condition value, in part or as a whole, or a principal.
#[derive(Debug, Clone, Copy)]
enum Place {
    Value(usize),
    ValueTail(usize),
    Principal(usize),
    PrincipalAccount(usize),
}

fn with_hole(policy: &TrustPolicy, place: Place, name: usize) -> TrustPolicy {
    let mut policy = policy.clone();
    let mark = format!("{MARK}{name}");
    let mut values: Vec<&mut String> = Vec::new();
    let mut principals: Vec<&mut (&'static str, String)> = Vec::new();
    for statement in &mut policy.statements {
        values.extend(statement.conditions.iter_mut().flat_map(|condition| &mut condition.values));
        match &mut statement.principal {
            Principal::Everyone => {}
            Principal::Listed(entries) | Principal::Excepted(entries) => principals.extend(entries),
        }
    }
    match place {
        Place::Value(at) if !values.is_empty() => {
            let at = at % values.len();
            *values[at] = mark;
        }
        Place::ValueTail(at) if !values.is_empty() => {
            let at = at % values.len();
            let head: String = values[at].chars().take_while(|c| *c != MARK && *c != '$').take(2).collect();
            *values[at] = format!("{head}{mark}");
        }
        Place::Principal(at) if !principals.is_empty() => {
            let at = at % principals.len();
            if principals[at].0 == "AWS" {
                principals[at].1 = mark;
            }
        }
        Place::PrincipalAccount(at) if !principals.is_empty() => {
            let at = at % principals.len();
            if principals[at].0 == "AWS" {
                principals[at].1 = format!("arn:aws:iam::{mark}:root");
            }
        }
        Place::Value(_) | Place::ValueTail(_) | Place::Principal(_) | Place::PrincipalAccount(_) => {}
    }
    policy
}

fn place() -> impl Strategy<Value = Place> {
    prop_oneof![
        4 => any::<usize>().prop_map(Place::Value),
        1 => any::<usize>().prop_map(Place::ValueTail),
        1 => any::<usize>().prop_map(Place::Principal),
        1 => any::<usize>().prop_map(Place::PrincipalAccount),
    ]
}

/// What a hole may stand for; in a principal only what names one party.
fn fillings(policy: &TrustPolicy, name: usize) -> Vec<String> {
    let mark = format!("{MARK}{name}");
    let principal = policy.principals().into_iter().find(|(_, text)| text.contains(&mark)).map(|(_, text)| text);
    let accounts = ["999988887777", "666666666666", "222233334444", "111111111111"];
    match principal {
        Some(text) if text == mark => {
            accounts.iter().flat_map(|id| [(*id).to_owned(), format!("arn:aws:iam::{id}:role/Collector")]).collect()
        }
        Some(_) => accounts.map(str::to_owned).to_vec(),
        None => {
            let own = policy.conditions().flat_map(|condition| condition.values.clone());
            let usual = [
                "v1",
                "*",
                "",
                "true",
                "false",
                "x",
                "999988887777",
                "111111111111",
                "arn:aws:iam::999988887777:role/Collector",
                "o-acmeacme01",
                "o-foreign0001",
                "0",
                "3600",
                "2030-01-01T00:00:00Z",
                "2000-01-01T00:00:00Z",
                "0.0.0.0/0",
                "198.51.100.1/32",
                "a",
                "t",
            ];
            own.filter(|text| !text.contains([MARK, '$'])).chain(usual.map(str::to_owned)).collect()
        }
    }
}

proptest! {
    #![proptest_config(cases(600))]

    #[test]
    fn a_document_without_holes_stays_as_it_is(policy in policy()) {
        let document = policy.document();
        prop_assert!(document.holes().is_empty());
        prop_assert_eq!(document.instantiate(|_| "v1".to_owned()), document);
    }

    #[test]
    fn no_value_of_a_hole_is_worse_than_what_was_said(policy in policy(), places in proptest::collection::vec(place(), 1..3), same_hole: bool, setting in setting(), picks: [usize; 6]) {
        let mut holed = policy;
        for (at, place) in places.iter().enumerate() {
            holed = with_hole(&holed, *place, if same_hole { 0 } else { at });
        }
        let document = document(&holed);
        let said = exposure(&document, &setting);
        if said.exposure <= Exposure::Unknown {
            return Ok(());
        }
        let holes: Vec<Box<str>> = document.holes().into_iter().collect();
        for pick in picks {
            let value = |name: &str| {
                let at: usize = name.get(1..).unwrap_or_default().parse().expect("a number");
                let fillings = fillings(&holed, at);
                fillings[pick.rotate_left(u32::try_from(at * 7).expect("small")) % fillings.len()].clone()
            };
            let filled = document.instantiate(value);
            let exposed = exposure(&filled, &setting);
            let values: Vec<(String, String)> = holes.iter().map(|name| (name.to_string(), value(name))).collect();
            prop_assert!(
                exposed.exposure >= said.exposure || exposed.exposure == Exposure::Unknown,
                "said {} {:?}, but {} with {:?}", said.exposure, said.depends_on, exposed.exposure, values
            );
        }
    }

    #[test]
    fn every_hole_is_named(policy in policy(), place in place(), name in select(&[0usize, 3][..])) {
        let holed = with_hole(&policy, place, name);
        let marked = holed.json().to_string().contains(MARK);
        let holes: Vec<Box<str>> = document(&holed).holes().into_iter().collect();
        let expected: Vec<Box<str>> = if marked { vec![format!("h{name}").into()] } else { Vec::new() };
        prop_assert_eq!(holes, expected);
    }
}
