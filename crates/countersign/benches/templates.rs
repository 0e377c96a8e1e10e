//! How long `countersign audit` takes over Terraform files and CloudFormation templates, as a process:
//! `cargo bench -p countersign --bench templates`.
//!
//! The inputs are generated. Prints wall time and peak memory (Linux only), and ends with exit code 1 when a goal is missed.
//! With `PEER=checkov` in the environment Checkov is installed into a virtual environment under the target folder, and its
//! checks of trust policies run over the same files.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a benchmark fails by panicking")]

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitCode, Stdio};
use std::time::{Duration, Instant};

/// One-role files of a Terraform case.
const FILES: usize = 1000;
const TERRAFORM_MIB: f64 = 150.0;
/// How many times faster than Checkov.
const RATIO: f64 = 100.0;
/// The larger of two templates, in bytes, and the time for it.
const TEMPLATE: usize = 50_000_000;
const TEMPLATE_GOAL: Duration = Duration::from_secs(5);
/// How much longer ten times the input may take.
const LINEAR: f64 = 15.0;

fn main() -> ExitCode {
    // `cargo test --benches` only wants to know that it runs.
    let quick = !std::env::args().any(|argument| argument == "--bench");
    let (files, template, runs) = if quick { (10, 100_000, 1) } else { (FILES, TEMPLATE, 5) };
    let root = Path::new(env!("CARGO_TARGET_TMPDIR")).join("templates");
    let _ = fs::remove_dir_all(&root);
    let peer = std::env::var("PEER").is_ok_and(|peer| peer == "checkov").then(|| install_checkov(&root));
    let mut missed = Vec::new();
    for (name, folders) in [("folders", true), ("one-folder", false)] {
        let folder = root.join(name);
        terraform(&folder, files, folders);
        let ours = best(&format!("{files} Terraform files, {name}"), runs, || audit(&folder));
        if ours.mib > TERRAFORM_MIB {
            missed.push(format!("{name}: {:.0} MiB", ours.mib));
        }
        if let Some(checkov) = &peer {
            let theirs = best(&format!("{name}, Checkov"), 1, || peer_command(checkov, &folder));
            let ratio = theirs.took.as_secs_f64() / ours.took.as_secs_f64();
            println!("{name}: {ratio:.0} times faster");
            if ratio < RATIO {
                missed.push(format!("{name}: {ratio:.0} times faster than Checkov"));
            }
        }
    }
    for (extension, write) in [("yaml", yaml as fn(&mut String, usize)), ("json", json)] {
        let mut times = [template / 10, template].into_iter().map(|bytes| {
            let path = root.join(format!("{bytes}.{extension}"));
            fs::write(&path, cloudformation(extension, bytes, write)).unwrap();
            best(&format!("CloudFormation, {extension}, {:.1} MB", bytes as f64 / 1e6), runs.min(3), || audit(&path))
                .took
        });
        let (small, large) = (times.next().unwrap_or_default(), times.next().unwrap_or_default());
        let growth = large.as_secs_f64() / small.as_secs_f64();
        println!("{extension}: {growth:.1} times as long for ten times the input");
        if large > TEMPLATE_GOAL || growth > LINEAR {
            missed.push(format!("{extension}: {large:.1?}, {growth:.1} times as long for ten times the input"));
        }
    }
    missed.iter().for_each(|goal| println!("missed: {goal}"));
    if quick || missed.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// One run of a command.
struct Run {
    took: Duration,
    mib: f64,
}

/// The fastest run, with the most memory of any.
fn best(name: &str, runs: usize, command: impl Fn() -> Command) -> Run {
    let mut best = Run { took: Duration::MAX, mib: 0.0 };
    for _ in 0..runs {
        let start = Instant::now();
        let mut child = command().stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        let mib = wait(&mut child);
        let took = start.elapsed();
        println!("{name}: {took:>8.1?} {mib:>6.0} MiB");
        best = Run { took: best.took.min(took), mib: best.mib.max(mib) };
    }
    best
}

/// Waits for the end, and says how much memory was in use at most.
fn wait(child: &mut Child) -> f64 {
    let status = format!("/proc/{}/status", child.id());
    let mut kib = 0_u32;
    while child.try_wait().unwrap().is_none() {
        let text = fs::read_to_string(&status).unwrap_or_default();
        let peak = text.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap_or_default();
        kib = kib.max(peak.trim().trim_end_matches(" kB").parse().unwrap_or_default());
        std::thread::sleep(Duration::from_millis(1));
    }
    f64::from(kib) / 1024.0
}

fn audit(path: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_countersign"));
    command.arg("audit").arg(path);
    command
}

fn install_checkov(root: &Path) -> PathBuf {
    let environment = root.parent().unwrap().join("checkov");
    let checkov = environment.join("bin/checkov");
    if !checkov.exists() {
        let run = |program: &Path, arguments: &[&str]| {
            let status = Command::new(program).args(arguments).stdout(Stdio::null()).status().unwrap();
            assert!(status.success(), "{} {arguments:?}: {status}", program.display());
        };
        run(Path::new("python3"), &["-m", "venv", environment.to_str().unwrap()]);
        run(&environment.join("bin/pip"), &["install", "--quiet", "checkov"]);
    }
    checkov
}

fn peer_command(checkov: &Path, folder: &Path) -> Command {
    let mut command = Command::new(checkov);
    command.args(["-c", "CKV_AWS_60,CKV_AWS_61", "--compact", "--quiet", "-d"]).arg(folder);
    command
}

/// One file with one role each, as people write them: a document, an object, a heredoc.
fn terraform(root: &Path, files: usize, folders: bool) {
    for nth in 0..files {
        let folder = if folders { root.join(format!("service-{nth}")) } else { root.to_owned() };
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join(format!("role-{nth}.tf")), terraform_role(nth)).unwrap();
    }
}

fn terraform_role(nth: usize) -> String {
    let account = 444_455_556_666 + nth % 400;
    let statement = format!(
        r#"{{ Effect = "Allow", Action = "sts:AssumeRole", Principal = {{ AWS = "arn:aws:iam::{account}:root" }}, Condition = {{ StringEquals = {{ "sts:ExternalId" = var.external_id_{nth} }} }} }}"#
    );
    let (before, policy) = match nth % 4 {
        0 => (
            format!(
                r#"data "aws_iam_policy_document" "trust_{nth}" {{
  statement {{
    actions = ["sts:AssumeRole"]
    principals {{
      type        = "AWS"
      identifiers = ["arn:aws:iam::{account}:root"]
    }}
    condition {{
      test     = "StringEquals"
      variable = "sts:ExternalId"
      values   = [var.external_id_{nth}]
    }}
  }}
}}

"#
            ),
            format!("data.aws_iam_policy_document.trust_{nth}.json"),
        ),
        1 => (String::new(), format!("jsonencode({{ Version = \"2012-10-17\", Statement = [{statement}] }})")),
        2 => (
            String::new(),
            format!(
                "<<-EOT\n    {{\"Version\": \"2012-10-17\", \"Statement\": [{{\"Effect\": \"Allow\", \"Action\": \"sts:AssumeRole\", \"Principal\": {{\"AWS\": \"{account}\"}}}}]}}\n  EOT"
            ),
        ),
        _ => (
            format!("locals {{\n  service_{nth} = \"lambda.amazonaws.com\"\n}}\n\n"),
            format!(
                "jsonencode({{ Statement = [{{ Effect = \"Allow\", Action = \"sts:AssumeRole\", Principal = {{ Service = local.service_{nth} }} }}] }})"
            ),
        ),
    };
    format!(
        r#"variable "external_id_{nth}" {{
  type        = string
  description = "The id the vendor gave us"
}}

{before}resource "aws_iam_role" "role_{nth}" {{
  name               = "service-{nth}"
  assume_role_policy = {policy}
  tags = {{
    team = "team-{}"
  }}
}}

resource "aws_iam_role_policy" "read_{nth}" {{
  role   = aws_iam_role.role_{nth}.id
  policy = jsonencode({{
    Version   = "2012-10-17"
    Statement = [{{ Effect = "Allow", Action = ["s3:GetObject", "s3:ListBucket"], Resource = "*" }}]
  }})
}}
"#,
        nth % 17
    )
}

/// A template of about that size.
fn cloudformation(extension: &str, bytes: usize, role: fn(&mut String, usize)) -> String {
    let mut text = match extension {
        "yaml" => {
            "AWSTemplateFormatVersion: \"2010-09-09\"\nParameters:\n  ExternalId:\n    Type: String\nResources:\n"
        }
        _ => "{\n  \"Parameters\": {\"ExternalId\": {\"Type\": \"String\"}},\n  \"Resources\": {\n",
    }
    .to_owned();
    let mut nth = 0;
    while text.len() < bytes {
        if extension == "json" && nth > 0 {
            text.push_str(",\n");
        }
        role(&mut text, nth);
        nth += 1;
    }
    if extension == "json" {
        text.push_str("\n  }\n}\n");
    }
    text
}

fn yaml(text: &mut String, nth: usize) {
    let account = 444_455_556_666 + nth % 400;
    let principal = match nth % 3 {
        0 => format!("AWS: !Sub arn:${{AWS::Partition}}:iam::{account}:root"),
        1 => format!("AWS: \"{account}\""),
        _ => "Service: lambda.amazonaws.com".to_owned(),
    };
    write!(
        text,
        r#"  Role{nth}:
    Type: AWS::IAM::Role
    Properties:
      RoleName: !Sub "${{AWS::StackName}}-{nth}"
      AssumeRolePolicyDocument:
        Version: "2012-10-17"
        Statement:
          - Effect: Allow
            Principal:
              {principal}
            Action: sts:AssumeRole
            Condition:
              StringEquals:
                sts:ExternalId: !Ref ExternalId
      Policies:
        - PolicyName: read
          PolicyDocument:
            Version: "2012-10-17"
            Statement:
              - Effect: Allow
                Action: [s3:GetObject, s3:ListBucket]
                Resource: "*"
  Bucket{nth}:
    Type: AWS::S3::Bucket
    Properties:
      BucketName: !Join ["-", [data, !Ref AWS::AccountId, "{nth}"]]
      Tags:
        - Key: team
          Value: team-{}
"#,
        nth % 17
    )
    .unwrap();
}

fn json(text: &mut String, nth: usize) {
    let account = 444_455_556_666 + nth % 400;
    let role = serde_json::json!({
        "Type": "AWS::IAM::Role",
        "Properties": {
            "AssumeRolePolicyDocument": { "Statement": [{
                "Effect": "Allow",
                "Principal": { "AWS": { "Fn::Join": ["", ["arn:", { "Ref": "AWS::Partition" }, format!(":iam::{account}:root")]] } },
                "Action": "sts:AssumeRole",
                "Condition": { "StringEquals": { "sts:ExternalId": { "Ref": "ExternalId" } } },
            }] },
            "ManagedPolicyArns": ["arn:aws:iam::aws:policy/ReadOnlyAccess"],
        },
        "Metadata": { "aws:cdk:path": format!("Stack/Role{nth}/Resource") },
    });
    write!(text, "    \"Role{nth}\": {role:#}").unwrap();
}
