//! Every kind of change to a trust policy in every language that one is written in: the patch is as written down, what stands
//! beside the change stays, and the policy read again allows the call.
//!
//! `tests/trust/cases.json` has the denials, `tests/trust/patches.diff` the patches of each;
//! `SNAPSHOTS=overwrite cargo test -p countersign --test trust` writes down what came out.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]
#![cfg(test)]

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Map, Value};

const ERROR: &str = "User: arn:aws:sts::999988887777:assumed-role/Collector/run-1 is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::111122223333:role/A";

/// A policy's one statement in a language.
type Render = fn(&Value) -> String;

const LANGUAGES: [(&str, Render); 6] = [
    ("trust.json", json),
    ("object.tf", object),
    ("block.tf", block),
    ("heredoc.tf", heredoc),
    ("template.yaml", template_yaml),
    ("template.json", template_json),
];

fn policy(statement: &Value) -> Value {
    let mut policy = Map::new();
    policy.insert("Version".to_owned(), "2012-10-17".into());
    policy.insert("Statement".to_owned(), Value::Array(vec![statement.clone()]));
    Value::Object(policy)
}

fn json(statement: &Value) -> String {
    serde_json::to_string_pretty(&policy(statement)).unwrap() + "\n"
}

fn heredoc(statement: &Value) -> String {
    let text = json(statement);
    format!(
        "resource \"aws_iam_role\" \"a\" {{\n  name               = \"A\"\n  assume_role_policy = <<EOT\n{text}EOT\n}}\n"
    )
}

fn object(statement: &Value) -> String {
    let text = in_hcl(&policy(statement), 1);
    format!(
        "# The vendor's role.\nresource \"aws_iam_role\" \"a\" {{\n  name               = \"A\"\n  assume_role_policy = jsonencode({text}) # as agreed\n}}\n"
    )
}

fn in_hcl(value: &Value, depth: usize) -> String {
    let margin = "  ".repeat(depth);
    match value {
        Value::Object(members) => {
            let word = |key: &str| match key.chars().all(|c| c.is_ascii_alphanumeric()) {
                true => key.to_owned(),
                false => format!("\"{key}\""),
            };
            let lines: String = members
                .iter()
                .map(|(key, value)| format!("{margin}  {} = {}\n", word(key), in_hcl(value, depth + 1)))
                .collect();
            format!("{{\n{lines}{margin}}}")
        }
        Value::Array(values) => {
            let values: Vec<String> = values.iter().map(|value| in_hcl(value, depth)).collect();
            format!("[{}]", values.join(", "))
        }
        other => other.to_string(),
    }
}

fn list(value: &Value) -> Vec<&Value> {
    value.as_array().map_or_else(|| vec![value], |values| values.iter().collect())
}

fn block(statement: &Value) -> String {
    let quoted = |value: &Value| list(value).iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    let mut out = "data \"aws_iam_policy_document\" \"a\" {\n  statement {\n".to_owned();
    let _ = writeln!(out, "    actions = [{}]", quoted(&statement["Action"]));
    for (kind, names) in statement["Principal"].as_object().unwrap() {
        let _ = write!(
            out,
            "\n    principals {{\n      type        = \"{kind}\"\n      identifiers = [{}]\n    }}\n",
            quoted(names)
        );
    }
    for (test, keys) in statement.get("Condition").and_then(Value::as_object).into_iter().flatten() {
        for (key, values) in keys.as_object().unwrap() {
            let _ = write!(
                out,
                "\n    condition {{\n      test     = \"{test}\"\n      variable = \"{key}\"\n      values   = [{}]\n    }}\n",
                quoted(values)
            );
        }
    }
    out + "  }\n}\n\nresource \"aws_iam_role\" \"a\" {\n  name               = \"A\"\n  assume_role_policy = data.aws_iam_policy_document.a.json\n}\n"
}

fn template_json(statement: &Value) -> String {
    let mut out = serde_json::to_string_pretty(&serde_json::json!({ "Resources": { "A": {
        "Type": "AWS::IAM::Role",
        "Properties": { "AssumeRolePolicyDocument": policy(statement), "RoleName": "A" }
    } } }))
    .unwrap();
    out.push('\n');
    out
}

fn template_yaml(statement: &Value) -> String {
    let mut out = "# The vendor's role.\nResources:\n  A:\n    Type: AWS::IAM::Role\n    Properties:\n      RoleName: A\n      AssumeRolePolicyDocument:\n        Version: '2012-10-17'\n        Statement:\n          - ".to_owned();
    let mut members = String::new();
    in_yaml(statement, 12, &mut members);
    out.push_str(members.trim_start());
    out
}

fn in_yaml(value: &Value, margin: usize, out: &mut String) {
    let blanks = " ".repeat(margin);
    for (key, value) in value.as_object().unwrap() {
        match value {
            Value::Object(_) => {
                let _ = writeln!(out, "{blanks}{key}:");
                in_yaml(value, margin + 2, out);
            }
            Value::Array(values) => {
                let _ = writeln!(out, "{blanks}{key}:");
                values.iter().for_each(|value| {
                    let _ = writeln!(out, "{blanks}  - {}", value.as_str().unwrap());
                });
            }
            other => {
                let _ = writeln!(out, "{blanks}{key}: {}", other.as_str().unwrap());
            }
        }
    }
}

fn folder() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/trust"))
}

/// What the case says besides its policy, as a bundle.
fn evidence(case: &Value) -> Value {
    let mut bundle = serde_json::json!({ "error_text": case.get("error").and_then(Value::as_str).unwrap_or(ERROR) });
    if let Some(claims) = case.get("claims") {
        let mut claims = claims.clone();
        claims["iss"] = "https://token.actions.githubusercontent.com".into();
        bundle = serde_json::json!({
            "error_text": "Could not assume role with OIDC: Not authorized to perform sts:AssumeRoleWithWebIdentity",
            "target_role": "arn:aws:iam::111122223333:role/A",
            "context": { "token_claims": claims }
        });
    }
    if let Some(caller) = case.get("caller") {
        bundle["caller"] = caller.clone();
    }
    bundle
}

fn run(folder: &Path, command: &str, name: &str, options: &str) -> (i32, String) {
    let mut line = vec![command, "--case", "case.json", "--trust", name];
    line.extend(options.split_whitespace());
    let output = Command::new(env!("CARGO_BIN_EXE_countersign"))
        .env("COUNTERSIGN_JOURNAL", folder.join("journal.jsonl"))
        .args(line)
        .current_dir(folder)
        .output()
        .unwrap();
    (
        output.status.code().unwrap(),
        String::from_utf8(output.stdout).unwrap() + &String::from_utf8(output.stderr).unwrap(),
    )
}

/// A folder with the case's evidence and its policy in one language.
fn laid_out(case: &Value, at: usize, name: &str, text: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("trust").join(format!("{at}-{name}"));
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("case.json"), evidence(case).to_string()).unwrap();
    std::fs::write(folder.join(name), text).unwrap();
    folder
}

fn is_subsequence(part: &str, of: &str) -> bool {
    let mut rest = of.chars();
    part.chars().all(|c| rest.any(|other| other == c))
}

#[test]
fn every_change_is_written_in_every_language() {
    let cases: Vec<Value> =
        serde_json::from_str(&std::fs::read_to_string(folder().join("cases.json")).unwrap()).unwrap();
    let mut patches = String::new();
    let mut wrong = Vec::new();
    for (at, case) in cases.iter().enumerate() {
        let options = case.get("options").and_then(Value::as_str).unwrap_or_default();
        for (name, render) in LANGUAGES {
            let text = render(&case["statement"]);
            let folder = laid_out(case, at, name, &text);
            let label = format!("{} in {name}", case["name"].as_str().unwrap());
            let (_, diagnosis) = run(&folder, "diagnose", name, &format!("{options} --format json"));
            let diagnosis: Value = serde_json::from_str(&diagnosis).unwrap_or_else(|_| panic!("{label}: {diagnosis}"));
            if diagnosis["causes"][0]["id"] != case["cause"] {
                wrong.push(format!("{label}: {}", diagnosis["causes"][0]["id"]));
            }
            let (code, diff) = run(&folder, "fix", name, &format!("{options} --diff"));
            let _ = write!(patches, "# {label}\n{diff}\n");
            // The trust policy lets in only whom it is for, whatever language it is written in.
            let is_safe = !options.contains("--accept-decision");
            if code != 0 || diagnosis["causes"][0]["fix"]["safe"] != is_safe {
                wrong.push(format!("{label}: {diff}{}", diagnosis["causes"][0]["fix"]["decide"]));
                continue;
            }
            let (code, said) = run(&folder, "fix", name, options);
            if code != 0 || !said.contains("what was given allows the call now") {
                wrong.push(format!("{label}: {said}"));
                continue;
            }
            let changed = std::fs::read_to_string(folder.join(name)).unwrap();
            // The change and nothing else: whatever was taken out and put in stands in the patch.
            let out = |mark: char| -> String {
                let lines = diff
                    .lines()
                    .filter(|line| line.starts_with(mark) && !line.starts_with("---") && !line.starts_with("+++"));
                lines.map(|line| line.get(1..).unwrap().to_owned() + "\n").collect()
            };
            assert!(is_subsequence(&out('-'), &text) && is_subsequence(&out('+'), &changed), "{label}");
            assert_eq!(changed.len() + out('-').len(), text.len() + out('+').len(), "{label}");
            let (_, again) = run(&folder, "diagnose", name, &format!("{options} --format json"));
            let again: Value = serde_json::from_str(&again).unwrap();
            if again["before"] != "Allowed" {
                wrong.push(format!("{label}: then {}", again["before"]));
            }
        }
    }
    let expected = folder().join("patches.diff");
    if std::env::var_os("SNAPSHOTS").is_some_and(|value| value == "overwrite") {
        std::fs::write(&expected, &patches).unwrap();
    }
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
    let written = std::fs::read_to_string(&expected).unwrap();
    let differs = written.split("\n# ").zip(patches.split("\n# ")).find(|(written, found)| written != found);
    assert!(written == patches, "{differs:#?}");
}

const ROLE: &str = r#"resource "aws_iam_role" "a" {
  name = "A"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { AWS = local.vendor } # who
      Action    = "sts:AssumeRole"
      Condition = { StringEquals = { "sts:ExternalId" = var.external_id } }
    }]
  })
}
"#;

const VALUES: &str = "variable \"external_id\" {\r\n  default = \"tenant-7f2\" # from the vendor\r\n}\r\nlocals {\r\n  vendor = \"arn:aws:iam::999988887777:role/Collector\"\r\n}\r\n";

/// What comes of the files of a module when the call sends another ExternalId: the exit code, the values' file, what was said.
fn with_another_id(name: &str, role: &str, values: &str) -> (i32, String, String) {
    let folder = laid_out(&serde_json::json!({}), 0, name, role);
    std::fs::write(folder.join("values.tf"), values).unwrap();
    let options = "--external-id tenant-9a1 --accept-decision --role aws_iam_role.a";
    let (code, said) = run(&folder, "fix", name, options);
    assert_eq!(std::fs::read_to_string(folder.join(name)).unwrap(), role);
    (code, std::fs::read_to_string(folder.join("values.tf")).unwrap(), said)
}

#[test]
fn a_value_is_changed_where_it_is_written() {
    let (code, values, said) = with_another_id("values-there.tf", ROLE, VALUES);
    assert_eq!((code, values), (0, VALUES.replace("tenant-7f2", "tenant-9a1")), "{said}");
    assert!(said.contains("written: values.tf") && said.contains("left to do: terraform plan"), "{said}");
}

#[test]
fn what_another_role_says_too_stays() {
    let other = ROLE.replace("\"a\"", "\"b\"");
    let (code, values, said) = with_another_id("values-shared.tf", &format!("{ROLE}{other}"), VALUES);
    assert_eq!((code, values.as_str()), (1, VALUES));
    assert!(
        said.contains("`aws_iam_role.b` is written with the same text, and would let the caller in, too"),
        "{said}"
    );
}

#[test]
fn a_value_that_is_written_elsewhere_becomes_no_list() {
    let values = VALUES.replace("role/Collector", "role/Other").replace("7f2", "9a1");
    let (code, after, said) = with_another_id("values-list.tf", ROLE, &values);
    assert_eq!((code, after), (1, values));
    assert!(said.contains("what has to change is no literal in the statement"), "{said}");
}

const TEMPLATE: &str = r#"Parameters:
  ExternalId:
    Type: String
    Default: tenant-7f2 # from the vendor
Resources:
  A:
    Type: AWS::IAM::Role
    Properties:
      RoleName: A
      AssumeRolePolicyDocument:
        Version: '2012-10-17'
        Statement:
          - Effect: Allow
            Principal:
              AWS: arn:aws:iam::999988887777:role/Collector
            Action: sts:AssumeRole
            Condition:
              StringEquals:
                sts:ExternalId: !Ref ExternalId
"#;

/// What comes of a template when the call sends another ExternalId: the exit code, the template, what was said.
fn template_with_another_id(name: &str, template: &str) -> (i32, String, String) {
    let folder = laid_out(&serde_json::json!({}), 0, name, template);
    let (_, before) = run(&folder, "diagnose", name, "--external-id tenant-9a1 --role A");
    let (code, said) = run(&folder, "fix", name, "--external-id tenant-9a1 --accept-decision --role A");
    (code, std::fs::read_to_string(folder.join(name)).unwrap(), before + &said)
}

#[test]
fn the_default_of_a_parameter_is_changed_where_it_is_written() {
    let (code, after, said) = template_with_another_id("default.yaml", TEMPLATE);
    assert_eq!((code, after), (0, TEMPLATE.replace("tenant-7f2", "tenant-9a1")), "{said}");
    let note = said.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(
        note.contains("read with the default of `ExternalId`; a stack may have been given another value, and keeps it"),
        "{said}"
    );
    let json = r#"{
  "Parameters": {"ExternalId": {"Type": "String", "Default": "tenant-7f2"}},
  "Resources": {"A": {"Type": "AWS::IAM::Role", "Properties": {"RoleName": "A", "AssumeRolePolicyDocument": {
    "Version": "2012-10-17",
    "Statement": [{
      "Effect": "Allow",
      "Principal": {"AWS": "arn:aws:iam::999988887777:role/Collector"},
      "Action": "sts:AssumeRole",
      "Condition": {"StringEquals": {"sts:ExternalId": {"Ref": "ExternalId"}}}
    }]
  }}}}
}
"#;
    let (code, after, said) = template_with_another_id("default.json", json);
    assert_eq!((code, after), (0, json.replace("tenant-7f2", "tenant-9a1")), "{said}");
}

#[test]
fn a_default_that_another_role_asks_for_too_stays() {
    let (_, role) = TEMPLATE.split_once("Resources:\n").unwrap();
    let shared = format!("{TEMPLATE}{}", role.replace("  A:\n", "  B:\n").replace("RoleName: A", "RoleName: B"));
    let (code, after, said) = template_with_another_id("default-shared.yaml", &shared);
    assert_eq!((code, after.as_str()), (1, shared.as_str()), "{said}");
}

#[test]
fn a_value_that_a_default_is_only_a_part_of_stays() {
    let part = TEMPLATE.replace("!Ref ExternalId", "!Sub 'acme-${ExternalId}'");
    let (code, after, said) = template_with_another_id("default-part.yaml", &part);
    assert_eq!((code, after.as_str()), (1, part.as_str()), "{said}");
}
