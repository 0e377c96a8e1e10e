//! What `countersign audit` makes of files and folders, and that text and JSON say the same.

#![cfg(test)]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};

const POLICY: &str = r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Principal": {"AWS": "999988887777"}, "Action": "sts:AssumeRole"}}"#;

/// A folder that is gone when the test is over.
struct Folder(PathBuf);

impl Folder {
    fn new(test: &str) -> Self {
        let path = std::env::temp_dir().join(format!("countersign-{test}-{}", std::process::id()));
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn write(&self, name: &str, text: impl AsRef<[u8]>) {
        let path = self.0.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// The exit code, stdout and stderr.
fn audit(folder: &Path, args: &[&str]) -> (i32, String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_countersign"));
    let output = command.arg("audit").args(args).current_dir(folder).output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
}

fn report(folder: &Path, args: &[&str]) -> (i32, Value) {
    let (code, stdout, _) = audit(folder, &[&["--format", "json"], args].concat());
    (code, serde_json::from_str(&stdout).unwrap())
}

/// The files that roles came from.
fn sources(report: &Value) -> Vec<&str> {
    report["roles"].as_array().unwrap().iter().map(|role| role["source"]["path"].as_str().unwrap()).collect()
}

#[test]
fn gitignore_counts_inside_and_outside_of_a_repository() {
    let folder = Folder::new("gitignore");
    for name in ["b/kept.json", "a.json", "b/draft.json", ".hidden.json", ".hidden/a.json"] {
        folder.write(name, POLICY);
    }
    folder.write(".gitignore", "draft.json\n");
    let (_, outside) = report(&folder.0, &["."]);
    assert_eq!(sources(&outside), ["a.json", "b/kept.json"]);
    fs::create_dir(folder.0.join(".git")).unwrap();
    let (_, below) = report(&folder.0, &["b"]);
    assert_eq!(sources(&below), ["b/kept.json"], "what the repository's root says counts below it");
    let (_, named) = report(&folder.0, &["b/draft.json", ".hidden.json", ".hidden"]);
    assert_eq!(sources(&named), ["b/draft.json", ".hidden.json", ".hidden/a.json"], "what is named is read");
}

#[cfg(unix)]
#[test]
fn links_to_files_are_read_and_links_to_folders_are_not() {
    use std::os::unix::fs::symlink;
    let (folder, elsewhere) = (Folder::new("links"), Folder::new("linked"));
    elsewhere.write("role.json", POLICY);
    symlink(elsewhere.0.join("role.json"), folder.0.join("role.json")).unwrap();
    symlink(&elsewhere.0, folder.0.join("folder")).unwrap();
    symlink(".", folder.0.join("circle")).unwrap();
    symlink("itself", folder.0.join("itself")).unwrap();
    symlink("nowhere", folder.0.join("dangling.json")).unwrap();
    let (code, report) = report(&folder.0, &["."]);
    assert_eq!((code, sources(&report)), (1, vec!["role.json"]), "{report}");
}

#[cfg(unix)]
#[test]
fn what_cannot_be_opened_is_named_and_the_rest_is_audited() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = Folder::new("closed");
    for name in ["good.json", "closed.json", "closed/role.json"] {
        folder.write(name, POLICY);
    }
    let set = |name: &str, mode| fs::set_permissions(folder.0.join(name), fs::Permissions::from_mode(mode)).unwrap();
    set("closed.json", 0o000);
    set("closed", 0o000);
    // Nothing is closed to root.
    let is_closed = fs::File::open(folder.0.join("closed.json")).is_err();
    let (code, report) = report(&folder.0, &["."]);
    set("closed", 0o700);
    let paths: Vec<_> = report["problems"].as_array().unwrap().iter().map(|problem| &problem["path"]).collect();
    if is_closed {
        assert_eq!(
            (code, sources(&report), paths),
            (2, vec!["good.json"], vec![&json!("closed"), &json!("closed.json")])
        );
    } else {
        assert_eq!((code, sources(&report).len(), paths.len()), (1, 3, 0));
    }
}

#[test]
fn a_file_is_read_once() {
    let folder = Folder::new("once");
    folder.write("a.json", POLICY);
    folder.write("notes.json", r#"{"a": 1}"#);
    let (code, report) = report(&folder.0, &[".", "a.json", "./a.json", ".", "notes.json"]);
    assert_eq!(sources(&report), ["a.json"]);
    assert_eq!((code, &report["problems"][0]["message"]), (2, &json!("no trust policy in this file")), "named counts");
}

#[test]
fn what_other_programs_keep_in_folders_is_passed_over() {
    let folder = Folder::new("others");
    folder.write("role.json", POLICY);
    let bucket = r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "*"}}"#;
    let others: [(&str, &[u8]); 9] = [
        ("rbac.json", br#"{"Role": {"name": "x"}, "Roles": ["a"]}"#),
        ("query.json", br#"{"Statement": "SELECT 1"}"#),
        ("settings.json", b"{\n  // a comment\n}"),
        ("README.md", b"```json\n{\"Statement\": []}\n```\n"),
        ("empty.json", b""),
        ("image.bin", &[0, 159, 146, 150]),
        ("cut.gz", &[0x1f, 0x8b, 8, 0]),
        ("list.json", b"[1, 2, 3]"),
        ("bucket.json", bucket.as_bytes()),
    ];
    for (name, bytes) in others {
        folder.write(name, bytes);
    }
    let (code, report) = report(&folder.0, &["."]);
    assert_eq!((code, sources(&report)), (1, vec!["role.json"]), "{report}");
    let severities: Vec<_> =
        report["problems"].as_array().unwrap().iter().map(|problem| &problem["severity"]).collect();
    assert_eq!(severities, [&json!("note")], "the bucket's policy is of another kind, and said to be so");
    // What may have been meant as a policy is not.
    folder.write("cut.json", POLICY.split_at(100).0);
    folder.write("latin1.json", POLICY.replace("2012", "2012\u{ff}").chars().map(|c| c as u8).collect::<Vec<u8>>());
    let (code, stdout, stderr) = audit(&folder.0, &["."]);
    assert_eq!(code, 2);
    assert!(stderr.contains("--> cut.json:1:") && stderr.contains("--> latin1.json:1:18"), "{stderr}");
    assert!(stdout.contains("2 errors"), "{stdout}");
}

#[test]
fn colour_is_as_asked_for() {
    let folder = Folder::new("colour");
    folder.write("a.json", POLICY);
    assert!(audit(&folder.0, &["--color", "always", "a.json"]).1.contains("\u{1b}[1m"));
    assert!(!audit(&folder.0, &["a.json"]).1.contains('\u{1b}'));
}

fn assert_keys(value: &Value, keys: &[&str]) {
    let found: BTreeSet<&str> = value.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(found, keys.iter().copied().collect(), "{value}");
}

fn assert_shape(report: &Value) {
    let list = |key: &str| report[key].as_array().unwrap().iter();
    let witness = |owner: &Value| {
        if !owner["witness"].is_null() {
            let keys = ["principal", "action", "role", "external_id", "also_needs", "context"];
            assert_keys(&owner["witness"], &keys);
        }
    };
    assert_keys(report, &["schema", "roles", "findings", "suppressed", "problems"]);
    for role in list("roles") {
        let keys = ["name", "arn", "account", "source", "exposure", "depends_on", "deputies", "witness"];
        assert_keys(role, &keys);
        assert_keys(&role["source"], &["path", "line", "column"]);
        for deputy in role["deputies"].as_array().unwrap() {
            assert_keys(deputy, &["principal", "account", "vendor", "external_id"]);
            assert_keys(&deputy["external_id"], &["required", "accepted"]);
        }
        witness(role);
    }
    let keys = [
        "id",
        "severity",
        "confidence",
        "role",
        "message",
        "help",
        "location",
        "attack",
        "likelihood",
        "blast_radius",
        "witness",
        "fix",
    ];
    for finding in list("findings") {
        assert_keys(finding, &keys);
    }
    for suppressed in list("suppressed") {
        assert_keys(suppressed, &[&keys[..], &["suppressed_by", "reason"]].concat());
    }
    for finding in list("findings").chain(list("suppressed")) {
        assert_keys(&finding["location"], &["path", "line", "column", "end_line", "end_column"]);
        witness(finding);
        if !finding["fix"].is_null() {
            assert_keys(&finding["fix"], &["title", "safety", "edits"]);
            finding["fix"]["edits"]
                .as_array()
                .unwrap()
                .iter()
                .for_each(|edit| assert_keys(edit, &["location", "text"]));
        }
    }
    for problem in list("problems") {
        assert_keys(problem, &["path", "line", "column", "severity", "message", "help"]);
        assert!(problem["line"].as_u64() > Some(0) && problem["column"].as_u64() > Some(0), "{problem}");
    }
}

#[test]
fn json_has_the_documented_members_and_text_says_the_same() {
    let here = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cmd");
    let examples = "../../../../examples";
    let inputs = [
        examples,
        ".",
        "damaged-account.json",
        "broken.json",
        "contested.json",
        "misspelt.json",
        "truncated.json",
        "missing",
        "policies",
    ];
    for input in inputs {
        let (code, report) = report(&here, &[input]);
        assert_shape(&report);
        let (text_code, stdout, stderr) = audit(&here, &[input, "--verbose"]);
        assert_eq!(code, text_code, "{input}");
        let (findings, problems) = (report["findings"].as_array().unwrap(), report["problems"].as_array().unwrap());
        let expected = match problems.iter().any(|problem| problem["severity"] == "error") {
            true => 2,
            false => i32::from(!findings.is_empty()),
        };
        assert_eq!(code, expected, "{input}");
        for (place, said, text) in findings
            .iter()
            .map(|finding| (&finding["location"], finding, &stdout))
            .chain(problems.iter().map(|problem| (problem, problem, &stderr)))
        {
            let place = format!("--> {}:{}:{}\n", place["path"].as_str().unwrap(), place["line"], place["column"]);
            let words = ["message", "help"].map(|key| said[key].as_str().unwrap_or_default());
            assert!(text.contains(&place) && words.iter().all(|word| text.contains(word)), "{input}: {said}\n{text}");
        }
        assert_eq!(stdout.lines().filter(|line| line.contains("]: ")).count(), findings.len(), "{input}");
    }
}

#[test]
fn the_exit_code_is_the_same_in_every_format() {
    let folder = Folder::new("formats");
    folder.write("a.json", POLICY);
    folder.write("cut.json", POLICY.split_at(100).0);
    for format in ["text", "json", "sarif", "github", "markdown", "html"] {
        let code = |args: &[&str]| audit(&folder.0, &[&["--format", format], args].concat()).0;
        assert_eq!(code(&["a.json"]), 1, "{format}");
        assert_eq!(code(&["a.json", "--own", "999988887777", "--min-severity", "medium"]), 0, "{format}");
        assert_eq!(code(&["a.json", "--exit-zero"]), 0, "{format}");
        assert_eq!(code(&["a.json", "cut.json", "--exit-zero"]), 2, "{format}: what was not read is not accepted");
    }
}

#[test]
fn a_baseline_holds_wherever_the_audit_starts() {
    let folder = Folder::new("baseline");
    fs::create_dir_all(folder.0.join(".git")).unwrap();
    folder.write("infra/a.json", POLICY);
    let (code, _, stderr) = audit(&folder.0, &["--write-baseline", "accepted.json", "infra"]);
    assert_eq!((code, stderr.as_str()), (0, "wrote 1 finding to accepted.json\n"));
    let below = folder.0.join("infra");
    assert_eq!(audit(&below, &["--baseline", "../accepted.json", "."]).0, 0);
    // Moved down and told otherwise, it is the same finding.
    folder.write(
        "infra/a.json",
        POLICY
            .replace("\"Statement\"", "\n\n\"Statement\"")
            .replace("\"Effect\": \"Allow\", ", "")
            .replace("}}", ", \"Effect\": \"Allow\"}}"),
    );
    let (code, moved) = report(&below, &["--baseline", "../accepted.json", "a.json"]);
    assert_eq!((code, &moved["suppressed"][0]["suppressed_by"]), (0, &json!("baseline")), "{moved}");
    // In another file it is another one.
    folder.write("infra/b.json", POLICY);
    assert_eq!(audit(&below, &["--baseline", "../accepted.json", "."]).0, 1);
    let (code, _, stderr) = audit(&below, &["--baseline", "a.json", "."]);
    assert!(code == 2 && stderr.contains("not a baseline"), "{stderr}");
}

#[test]
fn what_several_modules_make_of_a_module_is_told_once() {
    let folder = Folder::new("callers");
    let role = "resource \"aws_iam_role\" \"r\" {\n  assume_role_policy = jsonencode({\n    Version   = \"2012-10-17\"\n    Statement = [{ Effect = \"Allow\", Action = \"sts:AssumeRole\", Principal = { AWS = \"999988887777\" } }]\n  })\n}\n";
    folder.write("role/main.tf", role);
    for example in ["one", "two"] {
        folder.write(&format!("{example}/main.tf"), "module \"m\" {\n  source = \"../role\"\n}\n");
    }
    let (_, report) = report(&folder.0, &["."]);
    assert_eq!(sources(&report), ["role/main.tf", "role/main.tf"]);
    assert_eq!(report["findings"].as_array().unwrap().len(), 1, "{report:#}");
}

#[test]
fn what_a_module_reads_is_audited_where_it_uses_it() {
    let folder = Folder::new("templates");
    let policy = POLICY.replace("999988887777", "${vendor}");
    folder.write("trust.json.tpl", &policy);
    folder.write("unused.json.tpl", policy.replace("\"2012-10-17\"", "${version}"));
    let resource = "resource \"aws_iam_role\" \"r\" {\n  assume_role_policy = templatefile(\"${path.module}/trust.json.tpl\", { vendor = \"999988887777\" })\n}\n";
    folder.write("main.tf", resource);
    folder.write("README.md", "[![badge](badge.svg)](here)\n\n    \"Statement\"\n");
    let (code, report) = report(&folder.0, &["."]);
    let names = report["roles"].as_array().unwrap().iter().map(|role| &role["name"]);
    assert_eq!((code, names.collect::<Vec<_>>()), (1, vec![&json!("aws_iam_role.r")]), "{report:#}");
    let (code, _, stderr) = audit(&folder.0, &["."]);
    assert_eq!((code, stderr.as_str()), (1, ""), "a template that nothing uses is no error");
}
