//! How long `countersign audit` takes over an account with 10,000 roles, as a process: `cargo bench --bench account_dump`.
//!
//! The account is generated: vendors with and without ids, services, an identity provider, own accounts and an organization;
//! inline policies, managed policies of the account's and of AWS's.
//! Prints wall time and peak memory (Linux only) per run; ends with exit code 1 when the fastest run misses a goal.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a benchmark fails by panicking")]

use std::fs::File;
use std::process::{Child, Command, ExitCode, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

const ROLES: usize = 10_000;
/// Customer managed policies of the account.
const MANAGED: usize = 300;
const GOAL: Duration = Duration::from_secs(1);
const GOAL_MIB: f64 = 300.0;

fn main() -> ExitCode {
    // `cargo test --benches` only wants to know that it runs.
    let quick = !std::env::args().any(|argument| argument == "--bench");
    let (roles, runs) = if quick { (20, 1) } else { (ROLES, 7) };
    let path = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("account.json");
    let dump = json!({
        "RoleDetailList": (0..roles).map(role).collect::<Vec<_>>(),
        "Policies": (0..MANAGED).map(managed).collect::<Vec<_>>(),
        "IsTruncated": false,
    });
    serde_json::to_writer_pretty(File::create(&path).unwrap(), &dump).unwrap();
    println!("{roles} roles, {:.1} MB", std::fs::metadata(&path).unwrap().len() as f64 / 1e6);
    let (mut best, mut worst_mib) = (Duration::MAX, 0.0_f64);
    for format in ["json", "text"].into_iter().cycle().take(runs * 2) {
        let start = Instant::now();
        let mut audit = Command::new(env!("CARGO_BIN_EXE_countersign"))
            .args(["audit", "--format", format])
            .arg(&path)
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        let mib = wait(&mut audit);
        let took = start.elapsed();
        println!("{format}: {took:>8.1?} {mib:>6.0} MiB");
        best = best.min(took);
        worst_mib = worst_mib.max(mib);
    }
    let missed = !quick && (best > GOAL || worst_mib > GOAL_MIB);
    if missed { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}

/// Waits for the end, and says how much memory was in use at most.
fn wait(audit: &mut Child) -> f64 {
    let status = format!("/proc/{}/status", audit.id());
    let mut kib = 0_u32;
    while audit.try_wait().unwrap().is_none() {
        let text = std::fs::read_to_string(&status).unwrap_or_default();
        let peak = text.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap_or_default();
        kib = kib.max(peak.trim().trim_end_matches(" kB").parse().unwrap_or_default());
        std::thread::sleep(Duration::from_millis(2));
    }
    f64::from(kib) / 1024.0
}

fn role(nth: usize) -> Value {
    let vendor = json!({ "AWS": format!("arn:aws:iam::{:012}:root", 444_455_556_666 + nth % 400) });
    let bound = |operator: &str, id: String| json!({ operator: { "sts:ExternalId": id } });
    let (action, principal, condition) = match nth % 10 {
        0..=3 => ("sts:AssumeRole", vendor, bound("StringEquals", format!("{nth:08x}-4d08-4f6a-93ce-1a5f70d8e236"))),
        4 => ("sts:AssumeRole", vendor, json!({})),
        5 => ("sts:AssumeRole", vendor, bound("StringEqualsIfExists", format!("id-{nth}"))),
        6 => ("sts:AssumeRole", json!({ "Service": "lambda.amazonaws.com" }), json!({})),
        7 => {
            let provider = "arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com";
            let claims = json!({
                "StringEquals": { "token.actions.githubusercontent.com:aud": "sts.amazonaws.com" },
                "StringLike": { "token.actions.githubusercontent.com:sub": format!("repo:example/app{nth}:*") },
            });
            ("sts:AssumeRoleWithWebIdentity", json!({ "Federated": provider }), claims)
        }
        8 => ("sts:AssumeRole", json!({ "AWS": "arn:aws:iam::111122223333:root" }), json!({})),
        _ => {
            let member = json!({
                "StringEquals": { "aws:PrincipalOrgID": "o-abcdefghij" },
                "ArnLike": { "aws:PrincipalArn": "arn:aws:iam::*:role/deploy*" },
            });
            ("sts:AssumeRole", json!({ "AWS": "*" }), member)
        }
    };
    let mut statement = json!({ "Effect": "Allow", "Principal": principal, "Action": action });
    if condition.as_object().is_some_and(|operators| !operators.is_empty()) {
        statement["Condition"] = condition;
    }
    let name = format!("role-{nth}");
    let inline: Vec<Value> = (0..nth % 3).map(|at| inline(nth + at)).collect();
    let attached: Vec<Value> = (0..nth % 4).map(|at| attached(nth * 7 + at)).collect();
    json!({
        "Path": "/",
        "RoleName": name,
        "RoleId": format!("AROA{nth:017}"),
        "Arn": format!("arn:aws:iam::111122223333:role/{name}"),
        "CreateDate": "2026-01-31T12:00:00+00:00",
        "AssumeRolePolicyDocument": { "Version": "2012-10-17", "Statement": [statement] },
        "InstanceProfileList": [],
        "RolePolicyList": inline,
        "AttachedManagedPolicies": attached,
        "Tags": [{ "Key": "team", "Value": format!("team-{}", nth % 17) }],
    })
}

/// The statement of a policy, and what it may do.
fn permissions(nth: usize) -> Value {
    let actions = match nth % 8 {
        0 => json!(["s3:GetObject", "s3:ListBucket"]),
        1 => json!(["dynamodb:GetItem", "dynamodb:Query", "dynamodb:PutItem"]),
        2 => json!(["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"]),
        3 => json!("ec2:Describe*"),
        4 => json!(["iam:PassRole", "lambda:CreateFunction", "lambda:InvokeFunction"]),
        5 => json!(["secretsmanager:GetSecretValue", "kms:Decrypt"]),
        6 => json!(["sqs:*", "sns:Publish"]),
        _ => json!(["cloudwatch:Get*", "cloudwatch:List*", "tag:GetResources"]),
    };
    let resource = match nth % 3 {
        0 => json!("*"),
        _ => json!([format!("arn:aws:s3:::bucket-{nth}"), format!("arn:aws:s3:::bucket-{nth}/*")]),
    };
    json!({ "Version": "2012-10-17", "Statement": [{ "Sid": "Use", "Effect": "Allow", "Action": actions, "Resource": resource }] })
}

fn inline(nth: usize) -> Value {
    json!({ "PolicyName": format!("use-{nth}"), "PolicyDocument": permissions(nth) })
}

/// The ARN of a policy, every other time one of AWS's.
fn attached(nth: usize) -> Value {
    let (name, arn) = match nth % 6 {
        0 => ("ReadOnlyAccess".to_owned(), "arn:aws:iam::aws:policy/ReadOnlyAccess".to_owned()),
        2 => ("AmazonS3FullAccess".to_owned(), "arn:aws:iam::aws:policy/AmazonS3FullAccess".to_owned()),
        4 => ("SecurityAudit".to_owned(), "arn:aws:iam::aws:policy/SecurityAudit".to_owned()),
        _ => (format!("managed-{}", nth % MANAGED), managed_arn(nth % MANAGED)),
    };
    json!({ "PolicyName": name, "PolicyArn": arn })
}

fn managed_arn(nth: usize) -> String {
    format!("arn:aws:iam::111122223333:policy/managed-{nth}")
}

fn managed(nth: usize) -> Value {
    let version =
        |id: &str, is_default| json!({ "VersionId": id, "IsDefaultVersion": is_default, "Document": permissions(nth) });
    json!({
        "PolicyName": format!("managed-{nth}"),
        "Arn": managed_arn(nth),
        "DefaultVersionId": "v2",
        "PolicyVersionList": [version("v2", true), version("v1", false)],
    })
}
