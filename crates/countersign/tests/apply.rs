//! `diagnose --apply` and `fix` on files: what is written, what is left alone, and what undoes it.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]
#![cfg(test)]

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join("apply").join(name);
        let _ = std::fs::remove_dir_all(&path);
        std::fs::create_dir_all(&path).unwrap();
        let folder = Self(path);
        folder.write("error.txt", ERROR.as_bytes());
        folder.write("trust.json", TRUST.as_bytes());
        folder.write("collect.py", CALL.as_bytes());
        folder
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    fn write(&self, name: &str, bytes: &[u8]) {
        std::fs::write(self.path(name), bytes).unwrap();
    }

    fn read(&self, name: &str) -> Vec<u8> {
        std::fs::read(self.path(name)).unwrap()
    }

    /// Exit code and what was printed.
    fn run(&self, line: &str, stdin: &[u8]) -> (i32, String) {
        let mut command = Command::new(env!("CARGO_BIN_EXE_countersign"));
        command.args(line.split(' ')).current_dir(&self.0).env("COUNTERSIGN_JOURNAL", self.0.join("journal.jsonl"));
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        child.stdin.take().unwrap().write_all(stdin).unwrap();
        let output = child.wait_with_output().unwrap();
        let text = String::from_utf8(output.stdout).unwrap() + &String::from_utf8(output.stderr).unwrap();
        (output.status.code().unwrap(), text)
    }

    /// The exit code and what was printed, when nothing may change.
    fn refused(&self, line: &str, stdin: &[u8]) -> String {
        let before = self.all();
        let (code, text) = self.run(line, stdin);
        assert_eq!(code, 1, "{text}");
        assert_eq!(self.all(), before, "{text}");
        text
    }

    /// Every file and what it holds.
    fn all(&self) -> Vec<(PathBuf, Vec<u8>)> {
        let mut files: Vec<PathBuf> = std::fs::read_dir(&self.0).unwrap().map(|entry| entry.unwrap().path()).collect();
        files.sort();
        files.retain(|path| path.is_file());
        files.into_iter().map(|path| (path.clone(), std::fs::read(path).unwrap())).collect()
    }

    /// Makes a patch with a real tool.
    fn patch(&self, tool: &[&str], patch: &str) {
        let mut command = Command::new(tool[0]);
        command
            .args(&tool[1..])
            .current_dir(&self.0)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        child.stdin.take().unwrap().write_all(patch.as_bytes()).unwrap();
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success(), "{tool:?}: {output:?}\n{patch}");
    }
}

const TOOLS: [&[&str]; 2] = [&["git", "apply", "-"], &["patch", "-p1", "--binary"]];

const ERROR: &str = "An error occurred (AccessDenied) when calling the AssumeRole operation: User: arn:aws:sts::999988887777:assumed-role/Collector/run-1 is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::111122223333:role/VendorAccess\n";

const TRUST: &str = r#"{
  "Version": "2012-10-17",
  "Statement": [
    {
      "Effect": "Allow",
      "Principal": { "AWS": "arn:aws:iam::999988887777:root" },
      "Action": "sts:AssumeRole",
      "Condition": { "StringEquals": { "sts:ExternalId": "tenant-7f2" } }
    }
  ]
}
"#;

const CALL: &str = "import boto3\n\nreply = boto3.client(\"sts\").assume_role(\n    RoleArn=\"arn:aws:iam::111122223333:role/VendorAccess\",\n    RoleSessionName=\"run-1\",\n)\n";

const FIX: &str = "fix error.txt --trust trust.json --call collect.py";

/// What stands behind the word on how to undo it.
fn undo(text: &str) -> &str {
    text.split_once(" with this\n\n").unwrap_or_else(|| panic!("{text}")).1
}

#[test]
fn what_is_fixed_is_allowed_and_can_be_undone() {
    for tool in TOOLS {
        let folder = Folder::new(&format!("undone-{}", tool[0]));
        // `--apply` is what `fix` does anyway.
        let (code, text) = folder.run(&format!("{FIX} --apply"), b"");
        assert_eq!(code, 0, "{text}");
        assert!(text.contains("what was given allows the call now"), "{text}");
        assert_eq!(folder.read("collect.py"), CALL.replace("\n)", "\n    ExternalId=\"tenant-7f2\",\n)").as_bytes());
        assert_eq!(folder.read("trust.json"), TRUST.as_bytes());
        let (code, again) = folder.run(FIX, b"");
        assert_eq!(
            (code, again.starts_with("nothing to change: what was given allows the call\n")),
            (0, true),
            "{again}"
        );
        assert_eq!(folder.run(&FIX.replace("fix", "diagnose"), b"").0, 1);
        folder.patch(tool, undo(&text));
        assert_eq!(folder.read("collect.py"), CALL.as_bytes());
    }
}

#[test]
fn line_ends_and_marks_stay_and_are_undone() {
    let crlf = CALL.replace('\n', "\r\n");
    let marked = format!("\u{feff}{CALL}");
    let unended = CALL.trim_end().to_owned();
    for (name, before) in [("crlf", crlf), ("mark", marked), ("unended", unended)] {
        for tool in TOOLS {
            let folder = Folder::new(&format!("{name}-{}", tool[0]));
            folder.write("collect.py", before.as_bytes());
            let (_, shown) = folder.run(&format!("{FIX} --diff"), b"");
            let (code, text) = folder.run(FIX, b"");
            assert_eq!(code, 0, "{text}");
            let made = folder.read("collect.py");
            folder.write("collect.py", before.as_bytes());
            folder.patch(tool, &shown);
            assert_eq!(folder.read("collect.py"), made, "the patch that is shown is the change that is made");
            let after = String::from_utf8(folder.read("collect.py")).unwrap();
            let kept: Vec<&str> = after.split_inclusive('\n').filter(|line| !line.contains("ExternalId")).collect();
            assert_eq!(kept.concat(), before);
            assert_eq!(after.matches('\r').count(), if name == "crlf" { after.matches('\n').count() } else { 0 });
            folder.patch(tool, undo(&text));
            assert_eq!(folder.read("collect.py"), before.as_bytes());
        }
    }
}

#[test]
fn the_patch_that_undoes_it_goes_to_a_file_that_is_not_there() {
    let folder = Folder::new("reverse");
    let (code, text) = folder.run(&format!("{FIX} --reverse-patch undo.patch"), b"");
    assert_eq!((code, text.contains(" with undo.patch\n")), (0, true), "{text}");
    let patch = String::from_utf8(folder.read("undo.patch")).unwrap();
    folder.patch(TOOLS[0], &patch);
    assert_eq!(folder.read("collect.py"), CALL.as_bytes());
    assert!(
        folder.refused(&format!("{FIX} --reverse-patch undo.patch"), b"").contains("name a file that is not there")
    );
}

#[test]
fn a_file_that_cannot_be_written_as_it_was_read_is_left_alone() {
    let folder = Folder::new("left");
    let utf16: Vec<u8> = format!("\u{feff}{CALL}").encode_utf16().flat_map(u16::to_le_bytes).collect();
    folder.write("collect.py", &utf16);
    assert!(folder.refused(FIX, b"").contains("it is UTF-16"));
    folder.write("collect.py", CALL.as_bytes());
    let mut permissions = std::fs::metadata(folder.path("collect.py")).unwrap().permissions();
    permissions.set_readonly(true);
    std::fs::set_permissions(folder.path("collect.py"), permissions).unwrap();
    assert!(folder.refused(FIX, b"").contains("it is read-only"));
    let text = folder.refused("fix error.txt --trust trust.json --call - --call-kind python", CALL.as_bytes());
    assert!(text.contains("+    ExternalId=\"tenant-7f2\","), "{text}");
    assert!(text.contains("the call came from stdin"), "{text}");
}

#[cfg(unix)]
#[test]
fn a_link_stays_one_and_the_patch_names_the_file() {
    let folder = Folder::new("link");
    std::fs::create_dir(folder.path("code")).unwrap();
    folder.write("code/real.py", CALL.as_bytes());
    std::os::unix::fs::symlink("code/real.py", folder.path("link.py")).unwrap();
    let (code, text) = folder.run(&FIX.replace("collect.py", "link.py"), b"");
    assert_eq!(code, 0, "{text}");
    assert!(folder.path("link.py").is_symlink());
    assert!(text.contains("written: code/real.py\n"), "{text}");
    folder.patch(TOOLS[1], undo(&text));
    assert_eq!(folder.read("code/real.py"), CALL.as_bytes());
}

#[cfg(unix)]
#[test]
fn a_file_with_other_names_is_left_alone() {
    let folder = Folder::new("names");
    folder.write("collect.py", CALL.as_bytes());
    std::fs::hard_link(folder.path("collect.py"), folder.path("same.py")).unwrap();
    assert!(folder.refused(FIX, b"").contains("it has several names (hard links)"));
    assert_eq!(folder.read("same.py"), CALL.as_bytes());
    std::fs::remove_file(folder.path("same.py")).unwrap();
    assert_eq!(folder.run(FIX, b"").0, 0);
}

/// Only who may give files away can see it: everybody else's are their own before and after.
#[cfg(unix)]
#[test]
fn a_file_stays_its_owners() {
    use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, chown};

    let folder = Folder::new("owner");
    folder.write("collect.py", CALL.as_bytes());
    let path = folder.path("collect.py");
    let given = chown(&path, Some(1234), Some(2345)).is_ok();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o640)).unwrap();
    let of = |there: std::fs::Metadata| (there.uid(), there.gid(), there.mode() & 0o7777);
    let before = of(std::fs::metadata(&path).unwrap());
    assert_eq!(before.0 == 1234, given);
    assert_eq!(folder.run(FIX, b"").0, 0);
    assert_ne!(folder.read("collect.py"), CALL.as_bytes());
    assert_eq!(of(std::fs::metadata(&path).unwrap()), before);
}

#[test]
fn two_proved_causes_are_repaired_together_or_not_at_all() {
    let folder = Folder::new("two");
    // The caller lacks a permission, and the call the id.
    let identity =
        r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:GetObject","Resource":"*"}]}"#;
    folder.write("identity.json", identity.as_bytes());
    let line = format!("{FIX} --identity identity.json");
    let (code, text) = folder.run(&format!("{line} --diff"), b"");
    assert_eq!((code, folder.read("identity.json")), (0, identity.as_bytes().to_vec()), "{text}");
    assert!(text.starts_with("--- a/collect.py\n"), "{text}");
    assert!(text.contains("--- a/identity.json\n"), "{text}");
    let mut permissions = std::fs::metadata(folder.path("identity.json")).unwrap().permissions();
    permissions.set_readonly(true);
    std::fs::set_permissions(folder.path("identity.json"), permissions.clone()).unwrap();
    assert!(folder.refused(&line, b"").contains("`identity.json` cannot be written: it is read-only"));
    #[allow(clippy::permissions_set_readonly_false, reason = "a file of this test")]
    permissions.set_readonly(false);
    std::fs::set_permissions(folder.path("identity.json"), permissions).unwrap();
    let (code, done) = folder.run(&line, b"");
    assert_eq!(code, 0, "{done}");
    assert!(
        String::from_utf8(folder.read("identity.json"))
            .unwrap()
            .contains("arn:aws:iam::111122223333:role/VendorAccess")
    );
    folder.patch(TOOLS[0], undo(&done));
    assert_eq!((folder.read("identity.json"), folder.read("collect.py")), (identity.into(), CALL.into()));
    // The patch that --diff prints is the change that is made.
    folder.patch(TOOLS[0], &text);
    assert_eq!(folder.run(&line, b"").0, 0);
}

#[test]
fn what_somebody_has_to_decide_waits_for_them() {
    let folder = Folder::new("decide");
    folder.write("trust.json", TRUST.replace("999988887777", "444455556666").as_bytes());
    folder.write("collect.py", CALL.replace("\n)", "\n    ExternalId=\"tenant-7f2\",\n)").as_bytes());
    let text = folder.refused(FIX, b"");
    assert!(
        text.contains(
            "somebody has to decide whether `arn:aws:sts::999988887777:assumed-role/Collector/run-1` is meant"
        ),
        "{text}"
    );
    let (code, text) = folder.run(&format!("{FIX} --accept-decision"), b"");
    assert_eq!(code, 0, "{text}");
    assert!(String::from_utf8(folder.read("trust.json")).unwrap().contains("arn:aws:iam::999988887777:role/Collector"));
}

#[test]
fn a_value_that_nobody_gave_is_asked_for() {
    let folder = Folder::new("value");
    folder.write("trust.json", TRUST.replace("StringEquals", "StringLike").replace("7f2", "*").as_bytes());
    let text = folder.refused(FIX, b"");
    assert!(text.contains("+    ExternalId=\"<EXTERNAL-ID>\","), "{text}");
    assert!(text.contains("give it with --set-external-id; to find it: aws cloudtrail lookup-events"), "{text}");
    // Not even a decision puts a placeholder into a file.
    folder.refused(&format!("{FIX} --accept-decision"), b"");
    assert!(
        folder.refused(&format!("{FIX} --set-external-id acme"), b"").contains("not let in with the ExternalId `acme`")
    );
    let (code, text) = folder.run(&format!("{FIX} --set-external-id tenant-9"), b"");
    assert_eq!(code, 0, "{text}");
    assert!(String::from_utf8(folder.read("collect.py")).unwrap().contains("ExternalId=\"tenant-9\""));
}

#[test]
fn what_stands_in_a_bundle_or_a_dump_goes_to_a_file_of_its_own() {
    let folder = Folder::new("inside");
    let wrong = TRUST.replace("tenant-7f2", "tenant-7f2\\n");
    let error = ERROR.trim_end();
    let call = "aws sts assume-role --role-arn arn:aws:iam::111122223333:role/VendorAccess --role-session-name r --external-id tenant-7f2";
    let bundle = format!(
        r#"{{"error_text": "{error}", "trust_policy": {wrong}, "request": {{"kind": "cli", "text": "{call}"}}}}"#
    );
    folder.write("case.json", bundle.as_bytes());
    let text = folder.refused("fix --case case.json", b"");
    assert!(text.contains("`trust-policy.json` stands inside of `case.json`"), "{text}");
    assert!(
        text.contains("-      \"Condition\": { \"StringEquals\": { \"sts:ExternalId\": \"tenant-7f2\\n\" } }"),
        "{text}"
    );
    let dump = format!(
        r#"{{"Role": {{"RoleName": "VendorAccess", "Arn": "arn:aws:iam::111122223333:role/VendorAccess", "AssumeRolePolicyDocument": {wrong}}}}}"#
    );
    folder.write("get-role.json", dump.as_bytes());
    folder.write("call.sh", call.as_bytes());
    let line = "fix error.txt --trust get-role.json --call call.sh";
    assert!(
        folder.refused(line, b"").contains("`get-role.json` is what a tool printed: writing to it changes no policy")
    );
    let (code, text) = folder.run(&format!("{line} --write-to new.json"), b"");
    assert_eq!(code, 0, "{text}");
    assert!(
        text.contains(
            "left to do: aws iam update-assume-role-policy --role-name VendorAccess --policy-document file://new.json"
        ),
        "{text}"
    );
    assert_eq!((folder.read("new.json"), folder.read("get-role.json")), (TRUST.trim_end().into(), dump.into()));
    folder.patch(TOOLS[1], undo(&text));
    assert!(!folder.path("new.json").exists());
    folder.write("new.json", b"mine");
    assert!(folder.refused(&format!("{line} --write-to new.json"), b"").contains("it is there already"));
}

#[test]
fn a_policy_that_is_not_there_is_written_where_it_is_wanted() {
    let folder = Folder::new("new");
    let error = ERROR.trim_end().to_owned() + " because no identity-based policy allows the sts:AssumeRole action\n";
    folder.write("error.txt", error.as_bytes());
    let text = folder.refused("fix error.txt", b"");
    assert!(text.contains("the change is a new policy, which is in no file yet"), "{text}");
    let (code, text) = folder.run("fix error.txt --write-to assume.json", b"");
    assert_eq!(code, 0, "{text}");
    assert!(text.contains("left to do: aws iam put-role-policy --role-name Collector --policy-name Assume-VendorAccess --policy-document file://assume.json"), "{text}");
    assert!(
        String::from_utf8(folder.read("assume.json"))
            .unwrap()
            .contains("\"Resource\": \"arn:aws:iam::111122223333:role/VendorAccess\"")
    );
}

#[test]
fn what_the_evaluator_saw_is_in_the_journal() {
    let folder = Folder::new("journal");
    let (_, text) = folder.run(FIX, b"");
    assert!(text.contains("recorded: external-id-missing worked (mechanical)"), "{text}");
    let kept = String::from_utf8(folder.read("journal.jsonl")).unwrap();
    assert_eq!((kept.lines().count(), kept.contains("VendorAccess")), (1, false), "{kept}");
    folder.run(FIX, b"");
    assert_eq!(folder.read("journal.jsonl"), kept.as_bytes());
}

#[test]
fn programs_get_the_change_and_what_undoes_it() {
    let folder = Folder::new("json");
    let (code, text) = folder.run(&format!("{} --apply --format json", FIX.replace("fix", "diagnose")), b"");
    // What is said on the side comes behind it.
    let answer = text.split("\nrecorded: ").next().unwrap();
    let answer: serde_json::Value = serde_json::from_str(answer).unwrap();
    assert_eq!(code, 0);
    assert_eq!(
        (&answer["schema"], &answer["change"]["written"], &answer["change"]["now"]),
        (&"countersign.diagnosis/1".into(), &true.into(), &"Allowed".into())
    );
    assert_eq!(answer["change"]["files"], serde_json::json!(["collect.py"]));
    folder.patch(TOOLS[0], answer["change"]["reverse"].as_str().unwrap());
    assert_eq!(folder.read("collect.py"), CALL.as_bytes());
}
