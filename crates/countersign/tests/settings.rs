//! Where `countersign audit` finds its configuration, and what ends a run.

#![cfg(test)]

use std::fs;
use std::path::PathBuf;
use std::process::Command;

const POLICY: &str = r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Principal": {"AWS": "999988887777"}, "Action": "sts:AssumeRole"}}"#;
const OWN: &str = "own-accounts = [\"999988887777\"]\n";

/// A folder that is gone when the test is over.
struct Folder(PathBuf);

impl Folder {
    fn new(test: &str, files: &[(&str, &str)]) -> Self {
        let folder = std::env::temp_dir().join(format!("countersign-settings-{test}-{}", std::process::id()));
        for (name, text) in files {
            let path = folder.join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        Self(folder)
    }

    /// The exit code of an audit, and what it printed.
    fn audit(&self, args: &[&str]) -> (i32, String) {
        let mut command = Command::new(env!("CARGO_BIN_EXE_countersign"));
        let output = command.arg("audit").args(args).current_dir(&self.0).output().unwrap();
        let text = [output.stdout, output.stderr].concat();
        (output.status.code().unwrap(), String::from_utf8(text).unwrap())
    }

    fn exposure(&self, args: &[&str]) -> &'static str {
        let text = self.audit(args).1;
        ["1 role (1 owned)", "1 role (1 open)"].into_iter().find(|words| text.contains(words)).expect(&text)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

#[test]
fn the_nearest_configuration_of_the_repository_counts() {
    let folder = Folder::new(
        "nearest",
        &[
            ("countersign.toml", OWN),
            ("a/b/role.json", POLICY),
            ("c/countersign.toml", ""),
            ("c/role.json", POLICY),
            ("repository/.git/HEAD", ""),
            ("repository/a/role.json", POLICY),
        ],
    );
    assert_eq!(folder.exposure(&["a"]), "1 role (1 owned)");
    assert_eq!(folder.exposure(&["a/b/role.json"]), "1 role (1 owned)");
    assert_eq!(folder.exposure(&["c"]), "1 role (1 open)");
    assert_eq!(folder.exposure(&["repository/a"]), "1 role (1 open)", "outside of the repository");
    assert_eq!(folder.exposure(&["--config", "countersign.toml", "c"]), "1 role (1 owned)");
    assert_eq!(folder.exposure(&["--no-config", "a"]), "1 role (1 open)");
}

#[test]
fn flags_add_to_accounts_and_override_minima() {
    let folder = Folder::new(
        "merge",
        &[
            ("countersign.toml", "own-accounts = [\"111122223333\"]\nmin-severity = \"critical\""),
            ("role.json", POLICY),
        ],
    );
    let (code, text) = folder.audit(&["role.json"]);
    assert!(code == 0 && text.contains("1 suppressed") && text.contains("open "), "{text}");
    assert_eq!(folder.audit(&["--min-severity", "low", "role.json"]).0, 1);
    assert_eq!(folder.exposure(&["--own", "999988887777", "role.json"]), "1 role (1 owned)");
}

#[test]
fn parameters_of_templates_have_the_values_given() {
    let template = r#"
Parameters: {Trusted: {Type: String}}
Resources:
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Version: "2012-10-17"
        Statement: [{Effect: Allow, Principal: {AWS: !Ref Trusted}, Action: "sts:AssumeRole"}]
"#;
    let given = "own-accounts = [\"111122223333\"]\n[cloudformation.parameters]\nTrusted = ";
    let folder = Folder::new(
        "given",
        &[
            ("a.yaml", template),
            ("ours.toml", &format!("{given}\"111122223333\"")),
            ("theirs.toml", &format!("{given}\"999988887777\"")),
        ],
    );
    assert!(folder.audit(&["a.yaml"]).1.contains("depends on Trusted"));
    assert_eq!(folder.exposure(&["--config", "ours.toml", "a.yaml"]), "1 role (1 owned)");
    assert_eq!(folder.exposure(&["--config", "theirs.toml", "a.yaml"]), "1 role (1 open)");
}

#[test]
fn what_is_meant_as_settings_and_is_none_ends_the_run() {
    let folder = Folder::new(
        "broken",
        &[
            ("role.json", POLICY),
            ("map.yaml", "name: x\n"),
            ("bad.yaml", "- [\n"),
            ("empty.yaml", "# none\n"),
            ("bad.toml", "="),
        ],
    );
    for args in [
        ["--vendors", "map.yaml"],
        ["--vendors", "bad.yaml"],
        ["--vendors", "empty.yaml"],
        ["--vendors", "missing.yaml"],
        ["--config", "bad.toml"],
        ["--config", "missing.toml"],
    ] {
        let (code, text) = folder.audit(&[&args[..], &["role.json"]].concat());
        assert!(code == 2 && !text.contains("1 role"), "{args:?}: {text}");
        assert!(text.contains(args[1].trim_start_matches("--")), "{args:?}: {text}");
    }
}
