//! Every audit's page is its test: the fences marked `bad` must be found by the page's audit, those marked `good` must
//! not, and the exposures must be as the fences say.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test fails by panicking"
)]

use std::sync::Arc;

use countersign_audit::audit::{AUDITS, run, run_callers};
use countersign_audit::caller;
use countersign_audit::config;
use countersign_audit::examine::{Examined, Options, examine};
use countersign_audit::finding::Finding;
use countersign_audit::input::{Given, InMemory, Named, aws_profile, read, terraform};
use countersign_audit::source::SourceFile;
use countersign_audit::third_party::ThirdParties;
use countersign_audit::vendor::Vendors;
use countersign_policy::condition::date::Moment;
use countersign_policy::document::PolicyDocument;

struct Fence<'p> {
    line: usize,
    words: Vec<&'p str>,
    text: String,
}

fn fences(page: &str) -> Vec<Fence<'_>> {
    let mut fences = Vec::new();
    let mut open: Option<Fence<'_>> = None;
    for (at, line) in page.lines().enumerate() {
        match (&mut open, line.strip_prefix("```")) {
            (None, Some(info)) => {
                open = Some(Fence { line: at + 1, words: info.split_whitespace().collect(), text: String::new() })
            }
            (Some(_), Some(_)) => fences.extend(open.take()),
            (Some(fence), None) => {
                fence.text.push_str(line);
                fence.text.push('\n');
            }
            (None, None) => {}
        }
    }
    fences
}

impl Fence<'_> {
    fn word(&self, key: &str) -> Option<&str> {
        self.words.iter().find_map(|word| word.strip_prefix(key)?.strip_prefix('='))
    }

    fn audit(&self) -> (Vec<Examined>, Vec<Finding>) {
        let options = self.options();
        if self.words.first() == Some(&"ini") {
            let profiles = aws_profile::read(&[SourceFile::new("page.ini", self.text.clone())]);
            assert_eq!(profiles.problems, []);
            let callers: Vec<_> =
                profiles.callers.into_iter().map(|caller| caller::examine(caller, &options)).collect();
            return (Vec::new(), run_callers(&callers));
        }
        let name = match self.words.first() {
            Some(&"hcl") => "page.tf",
            Some(&"yaml") => "page.yaml",
            _ => "page.json",
        };
        audit(name, &self.text, &options)
    }

    fn options(&self) -> Options {
        let mut options = Options::at(Moment::from_seconds(1_790_000_000));
        options.account = self.word("account").map(|account| account.parse().unwrap());
        let own = self.word("own").into_iter().flat_map(|own| own.split(','));
        options
            .own_accounts
            .extend(own.map(|account| account.parse::<countersign_policy::account::AccountId>().unwrap()));
        if let Some(allowed) = self.word("allowed") {
            let allowed: Vec<String> = allowed.split(',').map(|vendor| format!("{vendor:?}")).collect();
            let text = format!("[[role]]\nname = \"*\"\nvendors = [{}]", allowed.join(", "));
            let (config, problems) = config::read(&text, &Vendors::built_in(), options.now);
            assert_eq!(problems, [], "{text}");
            options.third_parties = Arc::new(ThirdParties::new(Vendors::built_in(), &config));
        }
        options
    }
}

fn audit(name: &str, text: &str, options: &Options) -> (Vec<Examined>, Vec<Finding>) {
    let reading = if name.ends_with(".tf") {
        let files = InMemory([(name.to_owned(), text.into())].into());
        terraform::read_root(".", None, &files, &Given::default())
    } else {
        read(name, text.as_bytes(), Named::ByUser)
    };
    let roles: Vec<Examined> = reading.roles.into_iter().map(|role| examine(role, options)).collect();
    let findings = run(&roles);
    (roles, findings)
}

/// A policy as the trust policy of a role in every format there is, with the lines that come before it; `None` where the
/// format holds it on one line.
fn in_every_format(policy: &str) -> Vec<(&'static str, String, Option<usize>)> {
    let hcl = policy.replace("${", "$${").replace("%{", "%%{");
    let indented: String = policy.lines().map(|line| format!("          {line}\n")).collect();
    let string = serde_json::to_string(policy).unwrap();
    let plan = format!(
        r#"{{"format_version": "1.2", "planned_values": {{"root_module": {{"resources": [{{"address": "aws_iam_role.page", "mode": "managed", "type": "aws_iam_role", "name": "page", "values": {{"name": "page", "assume_role_policy": {string}}}}}]}}}}}}"#
    );
    let head = "resource \"aws_iam_role\" \"page\" {\n  name = \"page\"\n  assume_role_policy = ";
    let json = r#"{"Resources": {"page": {"Type": "AWS::IAM::Role", "Properties": {"RoleName": "page", "AssumeRolePolicyDocument":"#;
    let yaml = "Resources:\n  page:\n    Type: AWS::IAM::Role\n    Properties:\n      RoleName: page\n      AssumeRolePolicyDocument:\n";
    let answer = r#"{"Role": {"RoleName": "page", "AssumeRolePolicyDocument":"#;
    vec![
        ("heredoc.tf", format!("{head}<<EOF\n{hcl}EOF\n}}\n"), Some(3)),
        ("jsonencode.tf", format!("{head}jsonencode(\n{hcl})\n}}\n"), Some(3)),
        ("template.json", format!("{json}\n{policy}}}}}}}}}"), Some(1)),
        ("template.yaml", format!("{yaml}{indented}"), Some(6)),
        ("text-in-template.yaml", format!("{yaml}        |\n{indented}").replace(":\n        |", ": |"), Some(6)),
        ("get-role.json", format!("{answer}\n{policy}}}}}"), Some(1)),
        ("plan.json", plan, None),
    ]
}

/// The ids of findings with their lines.
fn found(findings: &[Finding], lines_before: Option<usize>) -> Vec<(&'static str, Option<usize>)> {
    // What a policy on its own is judged by besides: its size, and what its text looks like.
    let of_text = ["malformed-trust-policy"];
    let mut found: Vec<_> = findings
        .iter()
        .filter(|finding| !of_text.contains(&finding.id))
        .map(|finding| (finding.id, lines_before.map(|before| finding.location.line - before)))
        .collect();
    found.sort();
    found
}

#[test]
fn the_same_policy_is_the_same_in_every_format() {
    let (mut wrong, mut compared) = (Vec::new(), 0);
    for audited in AUDITS {
        for fence in fences(audited.page).iter().filter(|fence| fence.words.first() == Some(&"json")) {
            let Ok(policy) = serde_json::from_str::<serde_json::Value>(&fence.text) else { continue };
            let repeats = PolicyDocument::parse(&fence.text).has_duplicate_keys();
            if repeats || !policy.as_object().is_some_and(|policy| policy.contains_key("Statement")) {
                continue;
            }
            let options = fence.options();
            let (roles, findings) = audit("page.json", &fence.text, &options);
            let [role] = roles.as_slice() else { continue };
            for (name, text, lines_before) in in_every_format(&fence.text) {
                compared += 1;
                let place = format!("{}.md:{} as {name}", audited.id, fence.line);
                let (others, other_findings) = audit(name, &text, &options);
                let [other] = others.as_slice() else {
                    wrong.push(format!("{place}: {} roles", others.len()));
                    continue;
                };
                if other.exposed.exposure != role.exposed.exposure {
                    let (is, was) = (other.exposed.exposure, role.exposed.exposure);
                    wrong.push(format!("{place}: {is} {:?}, not {was}", other.exposed.depends_on));
                }
                let (is, was) = (found(&other_findings, lines_before), found(&findings, lines_before.map(|_| 0)));
                if is != was {
                    wrong.push(format!("{place}: found {is:?}, not {was:?}"));
                }
            }
        }
    }
    assert!(compared > 500, "only {compared}");
    assert!(wrong.is_empty(), "{} wrong of {compared}:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn every_page_is_true() {
    let (mut wrong, mut run_fences) = (Vec::new(), 0);
    for audit in AUDITS {
        let (mut bad, mut good) = (0, 0);
        for fence in fences(audit.page) {
            let expects_finding = match fence.words.get(1) {
                Some(&"bad") => true,
                Some(&"good") => false,
                _ => continue,
            };
            run_fences += 1;
            *(if expects_finding { &mut bad } else { &mut good }) += 1;
            let place = format!("{}.md:{}", audit.id, fence.line);
            let (roles, findings) = fence.audit();
            let own: Vec<_> = findings.iter().filter(|finding| finding.id == audit.id).collect();
            if own.is_empty() == expects_finding {
                let found: Vec<_> =
                    findings.iter().map(|finding| format!("{}: {}", finding.id, finding.message)).collect();
                wrong.push(format!(
                    "{place}: expected {}, found {found:?}",
                    if expects_finding { "a finding" } else { "none" }
                ));
            }
            if let (Some(expected), Some(role)) = (fence.word("exposure"), roles.first())
                && expected != role.exposed.exposure.to_string()
            {
                wrong.push(format!(
                    "{place}: exposure {} {:?}, expected {expected}",
                    role.exposed.exposure, role.exposed.depends_on
                ));
            }
            if let (Some(line), Some(finding)) = (fence.word("line"), own.first())
                && line != finding.location.line.to_string()
            {
                wrong.push(format!("{place}: points at line {}, expected {line}", finding.location.line));
            }
        }
        if bad == 0 || good == 0 {
            wrong.push(format!("{}.md needs a bad and a good example", audit.id));
        }
    }
    assert!(wrong.is_empty(), "{} wrong in {run_fences} fences:\n{}", wrong.len(), wrong.join("\n"));
}
