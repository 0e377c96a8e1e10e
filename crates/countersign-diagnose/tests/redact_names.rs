//! Names made of words that mean something elsewhere, in every place where a name can stand: none survives there, and all around
//! it stays as it is.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "helpers outside of #[test] functions are test code all the same"
)]

use countersign_diagnose::Evidence;
use countersign_diagnose::redact::{Key, Law, redact, redact_text, restore};

const NAMES: [&str; 18] = [
    "external-id",
    "Allow",
    "role",
    "sts",
    "true",
    "StringEquals",
    "Principal",
    "test",
    "null",
    "default",
    "Admin",
    "admin",
    "vendor-access",
    "cross-account-role",
    "AssumeRole",
    "Statement",
    "Effect_user",
    "account.id",
];

/// Texts with `@@` for a name and `⏎` for a line break.
const PLACES: &str = include_str!("redact_places.txt");

#[test]
fn a_name_is_hidden_where_it_stands_and_nothing_else_is() {
    let mut wrong = Vec::new();
    let mut tried = 0;
    for place in PLACES.lines() {
        let place = place.replace('⏎', "\n");
        let (before, behind) = place.split_once("@@").unwrap();
        for name in NAMES {
            let is_free = match name {
                // AWS's own name of a profile.
                "default" => before.contains("rofile "),
                // No host and no session is called so.
                "Effect_user" | "account.id" => before.contains("https"),
                _ => false,
            };
            if is_free {
                continue;
            }
            tried += 1;
            let text = format!("{before}{name}{behind}");
            let mut key = Key::new([4; 32]);
            let hidden = redact_text(&text, &mut key);
            let middle = hidden.strip_prefix(before).and_then(|rest| rest.strip_suffix(behind));
            let shape = |text: &str| text.chars().map(|c| c.is_alphanumeric()).collect::<Vec<_>>();
            // Of a name with words of somebody's own, those are hidden that say whose it is.
            let is_hidden = |text: &str| match name {
                "vendor-access" => !text.contains("vendor"),
                "cross-account-role" => !text.contains("cross"),
                _ => !text.split(['-', '_', '.']).any(|word| name.split(['-', '_', '.']).any(|own| own == word)),
            };
            match middle {
                Some(middle) if shape(middle) == shape(name) && is_hidden(middle) => {}
                _ => wrong.push(format!("{text}\n    {hidden}")),
            }
            if restore(&hidden, &key) != text {
                wrong.push(format!("{text}\n    comes back as {}", restore(&hidden, &key)));
            }
            if redact_text(&hidden, &mut key) != hidden {
                wrong.push(format!("{text}\n    is hidden again as {}", redact_text(&hidden, &mut key)));
            }
        }
    }
    assert!(tried > 900, "{tried}");
    assert!(wrong.is_empty(), "{} wrong of {tried}:\n{}", wrong.len(), wrong.join("\n"));
}

/// A denial in which a name stands in one of the parts of the evidence.
fn bundle(part: &str, name: &str) -> serde_json::Value {
    let or = |wanted: &str, other: &'static str| if part == wanted { name.to_owned() } else { other.to_owned() };
    let role = format!("arn:aws:iam::111122223333:role/{}/{}", or("path", "zpath"), or("role", "zrole"));
    let caller =
        format!("arn:aws:sts::444455556666:assumed-role/{}/{}", or("caller", "zcaller"), or("session", "zsession"));
    serde_json::json!({
        "error_text": format!("User: {caller} is not authorized to perform: sts:AssumeRole on resource: {role}"),
        "caller": caller,
        "target_role": role,
        "trust_policy": {"Version": "2012-10-17", "Statement": {
            "Sid": "Vendor",
            "Effect": "Allow",
            "Principal": {"AWS": format!("arn:aws:iam::444455556666:role/{}", or("caller", "zcaller"))},
            "Action": "sts:AssumeRole",
            "Condition": {"StringEquals": {
                "sts:ExternalId": or("external id", "zexternal"),
                "sts:SourceIdentity": or("identity", "zidentity"),
                format!("aws:PrincipalTag/{}", or("tag key", "zkey")): or("tag", "ztag"),
            }},
        }},
        "identity_policy": {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": role}},
        "request": {"kind": "python", "text": format!(
            "ID = \"{}\"\nclient.assume_role(RoleArn=\"{role}\", RoleSessionName=\"{}\", ExternalId=ID)\n",
            or("sent", "zexternal"), or("name", "zname"))},
        "context": {
            "source_identity": or("identity", "zidentity"),
            format!("aws:PrincipalTag/{}", or("tag key", "zkey")): or("tag", "ztag"),
        },
    })
}

#[test]
fn no_name_of_such_words_is_left_in_any_part_of_the_evidence() {
    let parts = ["role", "path", "caller", "session", "external id", "sent", "identity", "tag key", "tag", "name"];
    let mut wrong = Vec::new();
    for (part, name) in parts.into_iter().flat_map(|part| NAMES.map(|name| (part, name))) {
        let text = bundle(part, name).to_string();
        let evidence = Evidence::from_case(&text).unwrap();
        let mut key = Key::new([7; 32]);
        let redacted = redact(&evidence, &mut key);
        if redacted.law == Law::Broken {
            wrong.push(format!("{part} {name}: the law is broken"));
        }
        let hidden = redacted.evidence;
        // With another name in its place, the same text has the same words around it.
        let trust = hidden.trust.unwrap();
        let is_valid = trust.document.problems.is_empty() && trust.text.contains(r#""Effect":"Allow""#);
        if !is_valid || !trust.text.contains(r#""Action":"sts:AssumeRole""#) {
            wrong.push(format!("{part} {name}: {}", trust.text));
        }
        let request = hidden.request.unwrap();
        let values = trust.document.statements.iter().flat_map(|statement| &statement.conditions);
        let mut said: Vec<String> =
            values.clone().flat_map(|entry| &entry.values).map(|value| value.value.display()).collect();
        said.extend(values.map(|entry| entry.key.value.rsplit('/').next().unwrap().to_owned()));
        said.extend(request.text.split('"').skip(1).step_by(2).map(str::to_owned));
        said.extend(hidden.caller.into_iter().chain(hidden.role).chain([hidden.error_text.unwrap()]));
        said.push(format!("/{}", hidden.facts.source_identity.value().unwrap()));
        said.extend(hidden.facts.keys.iter().flat_map(|(key, values)| [key.clone(), format!("/{}", values[0])]));
        let is_left =
            |text: &String| text == name || text.split(['/', ' ', '\n']).skip(1).any(|segment| segment == name);
        if let Some(left) = said.iter().find(|text| is_left(text)) {
            wrong.push(format!("{part} {name}: {left}"));
        }
    }
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn keys_of_the_older_schema_are_read_and_newer_ones_refused() {
    let text = "arn:aws:iam::111122223333:role/admin of acme.internal";
    let mut key = Key::new([3; 32]);
    let hidden = redact_text(text, &mut key);
    assert_eq!(restore(&hidden, &Key::from_json(&key.to_json()).unwrap()), text);
    let mut old: serde_json::Value = serde_json::from_str(&key.to_json()).unwrap();
    old["schema"] = "countersign.redaction/1".into();
    assert!(old.as_object_mut().unwrap().remove("placed").is_some());
    let mut old = Key::from_json(&old.to_string()).unwrap();
    assert!(restore(&hidden, &old).contains("111122223333"));
    // It grows into one of the newer schema, with the pseudonyms that it had.
    let again = redact_text(text, &mut old);
    assert_eq!(restore(&again, &old), text);
    assert_eq!(again.split_once("role/").unwrap().0, hidden.split_once("role/").unwrap().0);
    let newer = key.to_json().replace("redaction/2", "redaction/3");
    assert!(Key::from_json(&newer).unwrap_err().to_string().contains("redaction/3"));
}
