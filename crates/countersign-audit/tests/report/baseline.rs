use countersign_audit::baseline::Baseline;
use countersign_audit::report::{Report, Standing};
use countersign_audit::source_root::SourceRoot;

use super::{report, role};

const HEAD: &str = "resource \"x\" {\n<<POLICY\n";

fn fingerprints(policy: &str) -> Vec<String> {
    let report = report(vec![role("a.tf", "vendor", &format!("{HEAD}{policy}\nPOLICY\n"))]);
    let found = report.findings.iter().filter(|judged| judged.finding.id == "missing-external-id");
    found.map(|judged| judged.fingerprint.clone()).collect()
}

const FIRST: &str = r#"{"Statement": [{"Effect": "Allow", "Principal": {"AWS": ["999988887777", "222222222222"]}, "Action": ["sts:AssumeRole", "sts:TagSession"]}]}"#;

#[test]
fn a_fingerprint_stands_on_what_the_statement_says_and_not_on_how() {
    let prints = fingerprints(FIRST);
    assert_eq!(prints.len(), 2);
    assert_ne!(prints[0], prints[1], "another principal");
    let moved = "\n\n{\"Version\": \"2012-10-17\",\n \"Statement\": [\n{\"Effect\": \"Deny\", \"Principal\": {\"AWS\": \"333333333333\"}, \"Action\": \"sts:AssumeRole\"},\n{\"Action\": [\"sts:TagSession\", \"sts:AssumeRole\"],\n \"Principal\": {\"AWS\": [\"222222222222\", \"999988887777\"]}, \"Effect\": \"Allow\"}]}";
    let mut moved = fingerprints(moved);
    moved.reverse();
    assert_eq!(moved, prints, "lines, order and other statements do not matter");
    let other = FIRST.replace(r#", "sts:TagSession""#, "");
    assert!(fingerprints(&other).iter().all(|print| !prints.contains(print)), "another statement");
}

#[test]
fn true_duplicates_are_told_apart() {
    let statement = r#"{"Effect": "Allow", "Principal": {"AWS": "999988887777"}, "Action": "sts:AssumeRole"}"#;
    let twins = || {
        let policy = format!("{HEAD}{{\"Statement\": [{statement}]}}\nPOLICY\n");
        let role = || role("a.tf", "vendor", &policy);
        report(vec![role(), role()])
    };
    let prints = |report: &Report| report.findings.iter().map(|judged| judged.fingerprint.clone()).collect::<Vec<_>>();
    let (first, second) = (prints(&twins()), prints(&twins()));
    assert_eq!(first, second);
    assert_eq!(first.iter().collect::<std::collections::BTreeSet<_>>().len(), first.len(), "{first:?}");
}

#[test]
fn role_and_file_count_and_the_working_folder_does_not() {
    let text = format!("{HEAD}{FIRST}\nPOLICY\n");
    let print = |path: &str, name: &str, root: SourceRoot| {
        let selection = countersign_audit::report::Selection { root, ..Default::default() };
        let report = Report::new(vec![role(path, name, &text)], Vec::new(), &selection);
        report.findings[0].fingerprint.clone()
    };
    let root = || SourceRoot::new("/repo", "/repo");
    let print_of = print("infra/a.tf", "vendor", root());
    assert_eq!(print("a.tf", "vendor", SourceRoot::new("/repo", "/repo/infra")), print_of);
    assert_ne!(print("infra/b.tf", "vendor", root()), print_of);
    assert_ne!(print("infra/a.tf", "other", root()), print_of);
}

#[test]
fn what_the_baseline_accepts_does_not_count_and_what_is_new_does() {
    let old = || role("a.tf", "old", &format!("{HEAD}{FIRST}\nPOLICY\n"));
    let new = || role("b.tf", "new", &format!("{HEAD}{FIRST}\nPOLICY\n"));
    let baseline = Baseline::read(&report(vec![old()]).baseline().text().unwrap()).unwrap();
    let mut both = report(vec![old(), new()]);
    both.compare(&baseline);
    assert!(both.live().all(|judged| judged.finding.role == "new"));
    let (accepted, counted) =
        (both.findings.iter().filter(|judged| judged.standing == Standing::Baselined).count(), both.live().count());
    assert_eq!((accepted, counted), (baseline.len(), baseline.len()));
    assert!(both.absent.is_empty());
    let mut gone = report(vec![new()]);
    gone.compare(&baseline);
    assert!(!gone.absent.is_empty() && gone.absent.iter().all(|entry| entry.role == "old"));
}
