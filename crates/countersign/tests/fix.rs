//! `audit --fix` on files: what is written, and what is left alone.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]
#![cfg(test)]

use std::path::{Path, PathBuf};
use std::process::Command;

struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join("fix").join(name);
        let _ = std::fs::remove_dir_all(&path);
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn write(&self, name: &str, text: &str) {
        std::fs::write(self.0.join(name), text).unwrap();
    }

    fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.0.join(name)).unwrap()
    }

    /// Exit code, stdout and stderr of an audit there.
    fn audit(&self, arguments: &[&str]) -> (i32, String, String) {
        let mut command = Command::new(env!("CARGO_BIN_EXE_countersign"));
        let output = command.arg("audit").args(arguments).current_dir(&self.0).output().unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
    }
}

const ROLE: &str = r#"resource "aws_iam_role" "vendor" {
  name = "vendor"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { AWS = "arn:aws:iam::999988887777:root" }
      Action    = "sts:AssumeRole"
    }]
  })
}
"#;

const POLICY: &str = r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"AWS": "999988887777"}, "Action": "sts:AssumeRole", "Condition": {"StringEqualsIfExists": {"sts:ExternalId": "0b9d7c52-3e14-4f86-b5a1-7c2e90d4f318"}}}]}"#;

#[test]
fn what_is_fixed_is_clean_the_next_time() {
    let folder = Folder::new("clean");
    folder.write("main.tf", ROLE);
    folder.write("trust.json", POLICY);
    let (code, _, stderr) = folder.audit(&["--fix", "."]);
    assert_eq!((code, stderr.trim()), (0, "fixed 2 findings in 2 files"));
    assert_eq!(folder.read("trust.json"), POLICY.replace("IfExists", ""));
    assert!(folder.read("main.tf").contains("\"sts:ExternalId\" = var.external_id"));
    assert_eq!(folder.audit(&["."]).0, 0);
    assert_eq!(std::fs::read_dir(&folder.0).unwrap().count(), 2, "nothing is left lying about");
}

#[test]
fn a_difference_is_shown_and_not_made() {
    let folder = Folder::new("diff");
    folder.write("main.tf", ROLE);
    let (code, stdout, _) = folder.audit(&["--diff", "main.tf"]);
    assert_eq!(code, 1);
    assert!(stdout.starts_with("--- a/main.tf\n+++ b/main.tf\n@@ "), "{stdout}");
    assert_eq!(folder.read("main.tf"), ROLE);
}

#[test]
fn a_byte_order_mark_stays_and_is_in_the_patch() {
    let folder = Folder::new("mark");
    let marked = format!("\u{feff}{POLICY}");
    folder.write("trust.json", &marked);
    assert!(folder.audit(&["--diff", "trust.json"]).1.contains("\n-\u{feff}{"));
    let (code, _, stderr) = folder.audit(&["--fix", "trust.json"]);
    assert_eq!((code, stderr.trim()), (0, "fixed 1 finding in 1 file"));
    assert_eq!(folder.read("trust.json"), marked.replace("IfExists", ""));
}

#[test]
fn a_file_that_is_no_plain_text_is_held_back_and_the_others_are_fixed() {
    let folder = Folder::new("utf16");
    let utf16: Vec<u8> = format!("\u{feff}{POLICY}").encode_utf16().flat_map(u16::to_le_bytes).collect();
    std::fs::write(folder.0.join("a.json"), &utf16).unwrap();
    folder.write("b.json", POLICY);
    let (code, stdout, stderr) = folder.audit(&["--fix", "."]);
    assert_eq!(code, 1, "{stdout}");
    assert!(stderr.contains("held back: it is UTF-16") && stderr.ends_with("fixed 1 finding in 1 file\n"), "{stderr}");
    assert_eq!(std::fs::read(folder.0.join("a.json")).unwrap(), utf16);
    assert_eq!(folder.read("b.json"), POLICY.replace("IfExists", ""));
}

#[test]
fn stdin_is_reported_and_not_written() {
    let folder = Folder::new("stdin");
    folder.write("trust.json", POLICY);
    let stdin = || std::fs::File::open(folder.0.join("trust.json")).unwrap();
    let audit = |argument: &str| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_countersign"));
        command.args(["audit", argument, "-"]).stdin(stdin()).output().unwrap()
    };
    let fixed = audit("--fix");
    assert_eq!(fixed.status.code(), Some(1));
    assert!(String::from_utf8(fixed.stdout).unwrap().contains("error[external-id-if-exists]"));
    assert!(String::from_utf8(fixed.stderr).unwrap().contains("held back"));
    assert!(String::from_utf8(audit("--diff").stdout).unwrap().starts_with("--- a/<stdin>\n"));
}

#[test]
fn what_cannot_be_fixed_keeps_nothing_else_from_it() {
    let folder = Folder::new("beside");
    let excluding = r#", {"Effect": "Allow", "Principal": {"AWS": "999988887777"}, "Action": "sts:AssumeRole", "Condition": {"StringNotEquals": {"sts:ExternalId": "none"}}}]}"#;
    folder.write("trust.json", &POLICY.replace("]}", excluding));
    let (code, stdout, stderr) = folder.audit(&["--fix", "trust.json"]);
    assert_eq!((code, stderr.trim()), (1, "fixed 1 finding in 1 file"), "{stdout}");
    assert_eq!(folder.read("trust.json"), POLICY.replace("]}", excluding).replace("IfExists", ""));
}

#[test]
fn a_policy_on_its_own_needs_the_id() {
    let folder = Folder::new("id");
    folder.write("trust.json", &POLICY.replace(", \"Condition\": {\"StringEqualsIfExists\": {\"sts:ExternalId\": \"0b9d7c52-3e14-4f86-b5a1-7c2e90d4f318\"}}", ""));
    let (code, _, stderr) = folder.audit(&["--fix", "trust.json"]);
    assert_eq!((code, stderr.trim()), (1, "fixed 0 findings in 0 files"));
    let (code, _, stderr) =
        folder.audit(&["--fix", "--external-id", "0b9d7c52-3e14-4f86-b5a1-7c2e90d4f318", "trust.json"]);
    assert_eq!((code, stderr.trim()), (0, "fixed 1 finding in 1 file"));
}

#[test]
fn placeholders_are_for_those_who_ask_for_them() {
    let folder = Folder::new("placeholders");
    folder.write("main.tf", &ROLE.replace("999988887777", "111122223333"));
    let own = ["--account", "111122223333"];
    assert_eq!(folder.audit(&[&own[..], &["--fix", "main.tf"]].concat()).2.trim(), "fixed 0 findings in 0 files");
    assert_eq!(folder.audit(&[&own[..], &["--fix=all", "main.tf"]].concat()).2.trim(), "fixed 1 finding in 1 file");
    assert!(folder.read("main.tf").contains(":role/REPLACE-WITH-THE-ROLE"));
}

#[test]
fn a_fix_keeps_out_nobody_it_does_not_mean() {
    let folder = Folder::new("others");
    let aws = r#"AWS = "arn:aws:iam::999988887777:root""#;
    let beside_a_service = ROLE.replace(aws, &format!("{aws}, Service = \"lambda.amazonaws.com\""));
    let vanishing = r#"variable "guard" {
  default = false
}

resource "aws_iam_role" "vendor" {
  name               = "vendor"
  assume_role_policy = data.aws_iam_policy_document.vendor.json
}

data "aws_iam_policy_document" "vendor" {
  statement {
    actions = ["sts:AssumeRole"]
    principals {
      type        = "AWS"
      identifiers = ["999988887777"]
    }
    dynamic "condition" {
      for_each = var.guard ? ["0b9d7c52-3e14-4f86-b5a1-7c2e90d4f318"] : []
      content {
        test     = "StringEquals"
        variable = "sts:ExternalId"
        values   = [condition.value]
      }
    }
  }
}
"#;
    let two_from_one = vanishing
        .replace(
            "  statement {\n",
            "  dynamic \"statement\" {\n    for_each = [\"999988887777\", \"111122223333\"]\n    content {\n",
        )
        .replace("[\"999988887777\"]\n    }", "[statement.value]\n    }")
        .replace("    dynamic \"condition\" {", "    }\n    /*")
        .replace("      }\n    }\n  }\n}\n", "*/\n  }\n}\n");
    for text in [&beside_a_service, vanishing, &two_from_one] {
        folder.write("main.tf", text);
        let (code, stdout, stderr) = folder.audit(&["--fix=all", "--account", "111122223333", "main.tf"]);
        assert_eq!((code, stderr.trim()), (1, "fixed 0 findings in 0 files"), "{text}{stdout}");
        assert_eq!(folder.read("main.tf"), text);
    }
}
