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
        if self.words.first() == Some(&"ini") {
            let profiles = aws_profile::read(&[SourceFile::new("page.ini", self.text.clone())]);
            assert_eq!(profiles.problems, []);
            let callers: Vec<_> =
                profiles.callers.into_iter().map(|caller| caller::examine(caller, &options)).collect();
            return (Vec::new(), run_callers(&callers));
        }
        let reading = match self.words.first() {
            Some(&"hcl") => {
                let files = InMemory([("main.tf".to_owned(), self.text.as_str().into())].into());
                terraform::read_root(".", None, &files, &Given::default())
            }
            Some(&"yaml") => read("page.yaml", self.text.as_bytes(), Named::ByUser),
            _ => read("page.json", self.text.as_bytes(), Named::ByUser),
        };
        let roles: Vec<Examined> = reading.roles.into_iter().map(|role| examine(role, &options)).collect();
        let findings = run(&roles);
        (roles, findings)
    }
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
