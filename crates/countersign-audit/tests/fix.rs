//! Every file in `tests/fix` has findings that can be mended. The file with all fixes made is `….fixed.…` beside it;
//! `SNAPSHOTS=overwrite` writes it anew. The fixed text parses, its findings are gone, and what a safe fix changes lets in
//! nobody who was kept out before.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test fails by panicking"
)]

use std::path::{Path, PathBuf};

use countersign_audit::audit::run;
use countersign_audit::examine::{Examined, Options, examine};
use countersign_audit::finding::Finding;
use countersign_audit::fix::{Edit, Safety, apply};
use countersign_audit::input::{Given, InMemory, Named, Reading, read, terraform};
use countersign_policy::condition::date::Moment;
use countersign_policy::prove::{Difference, Setting, compare};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fix")
}

fn cases() -> Vec<PathBuf> {
    let files = std::fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap().path());
    let mut cases: Vec<PathBuf> = files.filter(|path| !path.to_string_lossy().contains(".fixed.")).collect();
    cases.sort();
    cases
}

fn audit(name: &str, text: &str) -> (Vec<Examined>, Vec<Finding>) {
    let mut options = Options::at(Moment::from_seconds(1_790_000_000));
    options.account = Some("111111111111".parse().unwrap());
    let is_policy = name.ends_with(".json") && !text.contains("Resources");
    options.external_id = is_policy.then(|| "0b9d7c52-3e14-4f86-b5a1-7c2e90d4f318".to_owned());
    let Reading { roles, problems, .. } = if name.ends_with(".tf") {
        let files = InMemory([(name.to_owned(), text.into())].into());
        terraform::read_root(".", None, &files, &Given::default())
    } else {
        read(name, text.as_bytes(), Named::ByUser)
    };
    assert!(problems.is_empty(), "{name}: {problems:?}\n{text}");
    let roles: Vec<Examined> = roles.into_iter().map(|role| examine(role, &options)).collect();
    let findings = run(&roles);
    (roles, findings)
}

/// The text with the fixes of one degree made, and the ids of what they mend.
fn mend(name: &str, text: &str, wanted: Option<Safety>) -> (String, Vec<&'static str>) {
    let (_, findings) = audit(name, text);
    let fixes = findings.iter().filter_map(|finding| Some((finding.id, finding.fix.as_ref()?)));
    let fixes: Vec<_> = fixes.filter(|(_, fix)| wanted.is_none_or(|wanted| fix.safety == wanted)).collect();
    let edits: Vec<Edit> = fixes.iter().flat_map(|(_, fix)| &fix.edits).map(|one| one.edit.clone()).collect();
    (apply(text, &edits).expect("edits of one file do not overlap"), fixes.iter().map(|(id, _)| *id).collect())
}

#[test]
fn fixes_are_as_written_and_mend_what_was_found() {
    let mut wrong = Vec::new();
    for path in cases() {
        let name = path.file_name().unwrap().to_str().unwrap();
        let text = std::fs::read_to_string(&path).unwrap();
        let (fixed, mended) = mend(name, &text, None);
        assert!(!mended.is_empty(), "{name}: nothing to fix");
        let (stem, extension) = name.rsplit_once('.').unwrap();
        let expected = folder().join(format!("{stem}.fixed.{extension}"));
        if std::env::var_os("SNAPSHOTS").is_some_and(|value| value == "overwrite") {
            std::fs::write(&expected, &fixed).unwrap();
        }
        if std::fs::read_to_string(&expected).ok().as_deref() != Some(&fixed) {
            wrong.push(format!("{name}: fixed text is not that of {}:\n{fixed}", expected.display()));
            continue;
        }
        let (_, left) = audit(name, &fixed);
        let left: Vec<_> = left.iter().filter(|finding| mended.contains(&finding.id)).collect();
        if !left.is_empty() {
            wrong.push(format!("{name}: still found: {:?}", left.iter().map(|one| &one.message).collect::<Vec<_>>()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Each file in `tests/fix_refused` has findings, but gives no hold for an edit that would mend them.
#[test]
fn what_gives_no_hold_is_left_alone() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fix_refused");
    for path in std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
        let name = path.file_name().unwrap().to_str().unwrap();
        let (_, findings) = audit(name, &std::fs::read_to_string(&path).unwrap());
        assert!(!findings.is_empty(), "{name}: nothing found");
        let fixes: Vec<_> = findings.iter().filter_map(|finding| finding.fix.as_ref()).collect();
        assert!(fixes.is_empty(), "{name}: {fixes:?}");
    }
}

#[test]
fn a_safe_fix_lets_in_nobody_new() {
    let mut compared = 0;
    for path in cases() {
        let name = path.file_name().unwrap().to_str().unwrap();
        let text = std::fs::read_to_string(&path).unwrap();
        let (fixed, mended) = mend(name, &text, Some(Safety::Safe));
        if mended.is_empty() {
            continue;
        }
        let (before, after) = (audit(name, &text).0, audit(name, &fixed).0);
        assert_eq!(before.len(), after.len(), "{name}");
        for (before, after) in before.iter().zip(&after) {
            let setting = Setting::for_role("arn:aws:iam::111111111111:role/Role", Moment::from_seconds(1_790_000_000));
            let gained = compare(&before.role.trust, &after.role.trust, &setting).gained;
            assert_eq!(gained, Difference::None, "{name}");
            compared += 1;
        }
    }
    assert!(compared > 5, "only {compared} roles compared");
}

/// Where Terraform or OpenTofu is installed, its formatter has nothing to change about what we write.
#[test]
fn the_formatter_agrees() {
    let tool = ["terraform", "tofu"].into_iter().find(|tool| {
        std::process::Command::new(tool).arg("version").output().is_ok_and(|output| output.status.success())
    });
    let Some(tool) = tool else { return };
    let fixed = std::fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap().path());
    for path in fixed.filter(|path| path.to_string_lossy().ends_with(".fixed.tf")) {
        let output = std::process::Command::new(tool).args(["fmt", "-check", "-diff"]).arg(&path).output().unwrap();
        assert!(output.status.success(), "{}: {}", path.display(), String::from_utf8_lossy(&output.stdout));
    }
}
