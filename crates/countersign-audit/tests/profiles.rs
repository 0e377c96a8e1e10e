//! `tests/profiles`: a config and a credentials file, read together, and every finding and problem they have.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test fails by panicking"
)]

use std::sync::Arc;

use countersign_audit::audit::run_callers;
use countersign_audit::caller;
use countersign_audit::config::Config;
use countersign_audit::examine::Options;
use countersign_audit::input::aws_profile;
use countersign_audit::source::SourceFile;
use countersign_audit::third_party::ThirdParties;
use countersign_audit::vendor::Vendors;
use countersign_policy::condition::date::Moment;

fn findings(files: &[SourceFile]) -> Vec<String> {
    let mut options = Options::at(Moment::from_seconds(1_790_000_000));
    options.own_accounts.insert("111122223333".parse().unwrap());
    options.third_parties = Arc::new(ThirdParties::new(Vendors::built_in(), &Config::default()));
    let profiles = aws_profile::read(files);
    let callers: Vec<_> = profiles.callers.into_iter().map(|caller| caller::examine(caller, &options)).collect();
    let findings = run_callers(&callers).into_iter().map(|finding| {
        let place = &finding.location;
        let confidence = format!("{:?}", finding.confidence).to_lowercase();
        format!("{}:{}:{} {confidence} {}", place.path, place.line, place.column, finding.message)
    });
    let problems = profiles.problems.iter();
    let problems = problems
        .map(|problem| format!("{}:{}:{} problem {}", problem.path, problem.line, problem.column, problem.message));
    findings.chain(problems).collect()
}

#[test]
fn profiles_that_send_no_external_id_are_found() {
    let file = |name, text: &str| SourceFile::new(name, text.to_owned());
    let files =
        [file("config", include_str!("profiles/config")), file("credentials", include_str!("profiles/credentials"))];
    let expected: Vec<&str> = include_str!("profiles/expected").lines().collect();
    assert_eq!(findings(&files), expected, "\n{}\n", findings(&files).join("\n"));
}

#[test]
fn line_ends_of_windows_are_no_part_of_a_value() {
    let text = include_str!("profiles/config").replace('\n', "\r\n");
    let found = findings(&[SourceFile::new("config", text)]);
    assert!(found[0].contains("role/Default` of account 999988887777"), "{found:?}");
}
