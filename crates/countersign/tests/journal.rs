//! The journal's file: nothing that was written is lost, and nothing in it stands in the way or reaches the screen.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]
#![cfg(test)]

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

use countersign_diagnose::cause::CAUSES;

const ID: &str = "1-3f2a1b9c04d7/external-id-missing/send-external-id";

/// A folder of its own, whose `state` is the user's folder for state.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join("journal").join(name);
        let _ = std::fs::remove_dir_all(&path);
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_countersign"));
        command.args(arguments).current_dir(&self.0).env_clear().env("XDG_STATE_HOME", self.0.join("state"));
        command.stdin(Stdio::null());
        command
    }

    fn run(&self, arguments: &[&str]) -> Run {
        self.command(arguments).output().unwrap().into()
    }

    fn spawn(&self, arguments: &[&str]) -> Child {
        self.command(arguments).stdout(Stdio::null()).spawn().unwrap()
    }

    fn journal(&self) -> PathBuf {
        self.0.join("state/countersign/journal.jsonl")
    }

    fn lines(&self) -> Vec<String> {
        std::fs::read_to_string(self.journal()).unwrap().lines().map(str::to_owned).collect()
    }

    fn write(&self, name: &str, text: &str) {
        std::fs::write(self.0.join(name), text).unwrap();
    }
}

#[derive(Debug)]
struct Run {
    code: Option<i32>,
    stdout: String,
    stderr: String,
}

impl From<Output> for Run {
    fn from(output: Output) -> Self {
        let text = |bytes| String::from_utf8(bytes).unwrap();
        Self { code: output.status.code(), stdout: text(output.stdout), stderr: text(output.stderr) }
    }
}

/// A diagnosis whose cause is proved.
const DENIED: [&str; 5] = ["diagnose", "--case", "case.json", "--format", "text"];
const CASE: &str = r#"{
  "caller": "arn:aws:sts::111122223333:assumed-role/Collector/s1",
  "trust_policy": {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole",
    "Principal": {"AWS": "arn:aws:iam::111122223333:role/Collector"},
    "Condition": {"StringEquals": {"sts:ExternalId": "tenant-7f2"}}}]},
  "request": {"kind": "cli", "text": "aws sts assume-role --role-arn arn:aws:iam::444455556666:role/VendorAccess --role-session-name s1"}
}"#;

#[test]
fn a_diagnosis_writes_nothing_unless_it_is_asked_to() {
    let folder = Folder::new("asked");
    folder.write("case.json", CASE);
    assert_eq!(folder.run(&DENIED).code, Some(0));
    assert!(!folder.0.join("state").exists());
    let mut arguments = DENIED.to_vec();
    arguments.push("--worked");
    let run = folder.run(&arguments);
    assert_eq!((run.code, run.stderr.as_str()), (Some(0), "recorded: external-id-missing worked (user's word)\n"));
    assert_eq!(folder.lines().len(), 1);
    for value in ["111122223333", "444455556666", "Collector", "VendorAccess", "tenant-7f2", "arn:", "s1\""] {
        assert!(!folder.lines().concat().contains(value), "{value}");
    }
    let run = folder.run(&DENIED);
    assert!(
        run.stdout.contains("recorded here before\n  external-id-missing, user's word: worked 1, failed 0 (n = 1)\n")
    );
}

const TRUST: &str = r#"{
  "Version": "2012-10-17",
  "Statement": [{
    "Effect": "Allow",
    "Principal": { "AWS": "arn:aws:iam::111122223333:role/Collector" },
    "Action": "sts:AssumeRole",
    "Condition": { "StringEquals": { "sts:ExternalId": "tenant-7f2" } }
  }]
}
"#;
const COMMAND: &str =
    "aws sts assume-role --role-arn arn:aws:iam::444455556666:role/VendorAccess --role-session-name s1\n";
const CALLER: &str = "arn:aws:sts::111122223333:assumed-role/Collector/s1";

/// Runs `countersign fix` and then the journal.
fn fixed(name: &str, trust: &str, arguments: &[&str]) -> (Run, String) {
    let folder = Folder::new(name);
    folder.write("role.json", trust);
    folder.write("call.sh", COMMAND);
    let all = [arguments, &["--trust", "role.json", "--call", "call.sh", "--caller", CALLER]].concat();
    let run = folder.run(&all);
    let journal = folder.run(&["journal"]);
    assert_eq!((journal.code, journal.stderr.as_str()), (Some(0), ""));
    (run, journal.stdout)
}

#[test]
fn what_a_repair_came_to_is_recorded_as_the_evaluator_sees_it() {
    for arguments in [&["fix"][..], &["diagnose", "--apply"]] {
        let (run, journal) = fixed("fix", TRUST, arguments);
        assert_eq!((run.code, run.stderr.as_str()), (Some(0), "recorded: external-id-missing worked (mechanical)\n"));
        assert!(journal.contains("  external-id-missing, mechanical: worked 1, failed 0 (n = 1)\n"), "{journal}");
    }
}

#[test]
fn a_repair_whose_outcome_hangs_on_what_nobody_knows_did_not_work_yet() {
    let condition = r#""StringEquals": { "sts:ExternalId": "tenant-7f2" }"#;
    let trust =
        TRUST.replace(condition, &format!(r#"{condition}, "IpAddress": {{ "aws:SourceIp": "203.0.113.0/24" }}"#));
    let (run, journal) = fixed("fix-open", &trust, &["fix"]);
    assert_eq!((run.code, run.stderr.as_str()), (Some(0), "recorded: external-id-missing unknown (mechanical)\n"));
    assert!(journal.contains("mechanical: worked 0, failed 0, unknown 1 (n = 1)\n"), "{journal}");
}

#[test]
fn a_change_that_is_only_shown_is_not_recorded() {
    let (run, journal) = fixed("fix-shown", TRUST, &["fix", "--diff"]);
    assert!(run.code == Some(0) && run.stdout.contains("+++ b/") && run.stderr.is_empty(), "{run:?}");
    assert!(journal.starts_with("nothing is recorded in "), "{journal}");
}

#[test]
#[cfg(unix)]
fn the_journal_is_its_owners_alone() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = Folder::new("mode");
    assert_eq!(folder.run(&["journal", "--worked", ID]).code, Some(0));
    let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&folder.journal()), 0o600);
    assert_eq!(mode(folder.journal().parent().unwrap()), 0o700);
}

#[test]
fn many_at_once_lose_nothing() {
    let folder = Folder::new("many");
    let ids: Vec<String> = CAUSES.iter().map(|cause| format!("1-3f2a1b9c04d7/{}", cause.id)).collect();
    let children: Vec<Child> = ids.iter().map(|id| folder.spawn(&["journal", "--worked", id])).collect();
    for mut child in children {
        assert!(child.wait().unwrap().success());
    }
    let lines = folder.lines();
    assert_eq!(lines.len(), ids.len());
    let run = folder.run(&["journal"]);
    assert_eq!((run.stdout.matches("worked 1").count(), run.stderr.as_str()), (ids.len(), ""));
}

#[test]
fn a_line_that_was_cut_off_loses_neither_what_stands_before_nor_what_comes_after() {
    let folder = Folder::new("torn");
    for time in ["2026-03-04T05:06:07Z", "2026-03-04T05:06:08Z"] {
        assert_eq!(folder.run(&["journal", "--worked", ID, "--now", time]).code, Some(0));
    }
    let whole = std::fs::read(folder.journal()).unwrap();
    std::fs::write(folder.journal(), whole.get(..whole.len() - 30).unwrap()).unwrap();
    let run = folder.run(&["journal"]);
    assert!(run.stdout.contains("worked 1, failed 0 (n = 1)"), "{run:?}");
    assert!(run.stderr.contains(":2 is no entry: the last line was cut off while it was written"), "{run:?}");
    assert_eq!(folder.run(&["journal", "--failed", ID]).code, Some(0));
    let run = folder.run(&["journal"]);
    assert!(run.stdout.contains("worked 1, failed 1 (n = 2)"), "{run:?}");
    assert_eq!((folder.lines().len(), run.code), (3, Some(0)));
}

#[test]
fn a_journal_that_cannot_be_used_breaks_no_diagnosis() {
    let folder = Folder::new("unusable");
    folder.write("case.json", CASE);
    folder.write("a-file", "");
    for journal in [".", "a-file/below", "no/such/folder/journal.jsonl"] {
        let mut arguments = DENIED.to_vec();
        arguments.extend(["--worked", "--journal", journal]);
        let run = folder.run(&arguments);
        assert_eq!(run.code, Some(0), "{run:?}");
        assert!(run.stdout.starts_with("error[external-id-missing]: "), "{run:?}");
        assert!(run.stderr.contains("warning: nothing was recorded"), "{run:?}");
        assert_eq!(folder.run(&["journal", "--worked", ID, "--journal", journal]).code, Some(2));
    }
    let mut nowhere = folder.command(&DENIED);
    nowhere.env_remove("XDG_STATE_HOME");
    let run = Run::from(nowhere.output().unwrap());
    assert_eq!((run.code, run.stderr.as_str()), (Some(0), ""));
}

/// Garbage, and the null device, which holds nothing and keeps nothing.
#[test]
#[cfg(unix)]
fn what_is_no_journal_is_read_as_far_as_it_is_one() {
    let folder = Folder::new("garbage");
    folder.write("case.json", CASE);
    std::fs::write(folder.0.join("garbage"), b"\x00\xff\x1b[2J\n{\"schema\":\n\n").unwrap();
    let run = folder.run(&["journal", "--journal", "garbage"]);
    assert_eq!(run.code, Some(0));
    assert!(run.stderr.contains("garbage:1 is no entry") && !run.stderr.contains('\u{1b}'), "{run:?}");
    folder.write("role.json", TRUST);
    folder.write("call.sh", COMMAND);
    let fix = ["fix", "--trust", "role.json", "--call", "call.sh", "--caller", CALLER];
    for arguments in [&DENIED[..], &fix] {
        let mut null = folder.command(arguments);
        let run = Run::from(null.env("COUNTERSIGN_JOURNAL", "/dev/null").output().unwrap());
        assert_eq!((run.code, run.stderr.as_str()), (Some(0), ""));
    }
    assert_eq!(folder.run(&["journal", "--worked", ID, "--journal", "/dev/null"]).code, Some(2));
}

#[test]
fn entries_go_to_somebody_else_and_come_back_once() {
    let (ours, theirs) = (Folder::new("ours"), Folder::new("theirs"));
    for time in ["2026-03-04T05:06:07Z", "2026-03-04T05:06:08Z"] {
        assert_eq!(ours.run(&["journal", "--worked", ID, "--now", time]).code, Some(0));
    }
    let bundle = ours.0.join("bundle.json");
    let bundle = bundle.to_str().unwrap();
    assert_eq!(ours.run(&["journal", "export", bundle]).code, Some(0));
    assert_eq!(ours.run(&["journal", "export", bundle]).code, Some(2), "it was overwritten");
    assert_eq!(theirs.run(&["journal", "import", bundle]).stdout, "2 new, 0 known already, 0 refused\n");
    assert_eq!(theirs.run(&["journal", "import", bundle]).stdout, "0 new, 2 known already, 0 refused\n");
    assert_eq!(theirs.run(&["journal", "--failed", ID]).code, Some(0));
    let run = theirs.run(&["journal"]);
    assert!(run.stdout.contains("  external-id-missing, user's word: worked 0, failed 1 (n = 1)\n"), "{run:?}");
    assert!(
        run.stdout.contains("unverified\n    external-id-missing, user's word: worked 2, failed 0 (n = 2)\n"),
        "{run:?}"
    );
    // What they have from us is not theirs to tell.
    let back = theirs.0.join("back.json");
    let back = back.to_str().unwrap();
    assert_eq!(theirs.run(&["journal", "export", back]).stdout, format!("wrote 1 entry to {back}\n"));
    assert_eq!(ours.run(&["journal", "import", back]).stdout, "1 new, 0 known already, 0 refused\n");
    // A journal as it is has them all.
    let journal = theirs.journal();
    assert_eq!(
        ours.run(&["journal", "import", journal.to_str().unwrap()]).stdout,
        "0 new, 3 known already, 0 refused\n"
    );
}

#[test]
fn what_a_stranger_wrote_never_reaches_the_screen() {
    let folder = Folder::new("hostile");
    let hostile = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cmd/journal/hostile.json");
    let text = std::fs::read_to_string(hostile).unwrap();
    let run = folder.run(&["journal", "import", hostile]);
    assert_eq!((run.code, run.stdout.as_str()), (Some(1), "2 new, 0 known already, 5 refused\n"));
    let kept = std::fs::read_to_string(folder.journal()).unwrap();
    let fingerprint = "1-5d18cd53e6e7";
    let mut shown = run.stdout + &run.stderr + &folder.run(&["journal", "import", hostile]).stderr;
    shown += &folder.run(&["journal", "export"]).stdout;
    for arguments in [&["journal"][..], &["journal", "show", fingerprint]] {
        for format in ["text", "json"] {
            let run = folder.run(&[arguments, &["--format", format]].concat());
            shown += &(run.stdout + &run.stderr);
        }
    }
    for words in ["ignore", "Ignore", "evil", "curl", "paste", "\u{1b}", "\\u001b", "second statement", "just text"] {
        assert!(text.contains(words) || words == "\u{1b}", "the bundle has no `{words}`");
        assert!(!shown.contains(words), "`{words}` in {shown}");
    }
    // What no entry has is not even kept.
    assert!(!kept.contains("note") && !kept.contains("\\u001b"), "{kept}");
    assert!(shown.contains("causes this version does not know, user's word: worked 1, failed 0"), "{shown}");
}

#[test]
fn a_problem_is_found_by_as_much_of_its_fingerprint_as_tells_it_from_others() {
    let folder = Folder::new("prefix");
    for id in ["1-3f2a1b9c04d7/mfa-missing", "1-3f2affffffff/mfa-missing", "1-3f2a1b9c04d7aa/mfa-missing"] {
        assert_eq!(folder.run(&["journal", "--failed", id]).code, Some(0));
    }
    for found in ["1-3f2af", "1-3f2affffffff", "1-3f2affffffff/mfa-missing/by-hand", "1-3f2a1b9c04d7"] {
        let run = folder.run(&["journal", "show", found]);
        assert_eq!((run.code, run.stdout.lines().count()), (Some(0), 2), "{found}: {run:?}");
    }
    for (wanted, message) in [
        ("1-3f2a1", "2 fingerprints start with `1-3f2a1`"),
        ("2-", "nothing is recorded for `2-`"),
        ("", "nothing is recorded for ``"),
    ] {
        let run = folder.run(&["journal", "show", wanted]);
        assert!(run.code == Some(2) && run.stderr.contains(message), "{run:?}");
    }
}

#[test]
fn programs_get_counts_entries_and_what_came_of_an_import() {
    let folder = Folder::new("json");
    let colleague = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cmd/journal/colleague.json");
    let json = |arguments: &[&str]| -> serde_json::Value {
        serde_json::from_str(&folder.run(&[arguments, &["--format", "json"]].concat()).stdout).unwrap()
    };
    let imported = json(&["journal", "import", colleague]);
    assert_eq!(
        (&imported["new"], &imported["known"], &imported["refused"]),
        (&4.into(), &0.into(), &serde_json::json!([]))
    );
    let counts = json(&["journal"]);
    assert_eq!(
        (&counts["problems"][0]["unverified"][0], &counts["problems"][0]["own"]),
        (
            &serde_json::json!({
                "cause": "external-id-missing",
                "mechanical": {"n": 1, "worked": 1, "failed": 0, "unknown": 0},
                "user": {"n": 2, "worked": 1, "failed": 1, "unknown": 0},
            }),
            &serde_json::json!([])
        )
    );
    let entries = json(&["journal", "show", "1-5d18"]);
    let first = &entries["unverified"][0];
    assert_eq!((&first["cause"], &first["outcome"], &first["version"]), (&().into(), &"worked".into(), &().into()));
}

#[test]
fn a_bundle_beyond_all_measure_is_refused() {
    let folder = Folder::new("large");
    folder.write("large.json", &" ".repeat((32 << 20) + 1));
    let run = folder.run(&["journal", "import", "large.json"]);
    assert_eq!(run.code, Some(2));
    assert!(run.stderr.contains("is larger than 32 MiB"), "{run:?}");
    let deep = format!("{{\"schema\":\"countersign.journal-bundle/1\",\"entries\":{}", "[".repeat(100_000));
    folder.write("deep.json", &deep);
    let run = folder.run(&["journal", "import", "deep.json"]);
    assert_eq!((run.code, run.stdout.as_str()), (Some(2), "0 new, 0 known already, 1 refused\n"));
}

#[test]
fn nothing_is_added_to_what_is_no_journal() {
    let folder = Folder::new("other");
    for text in
        ["{\n  \"Version\": \"2012-10-17\"\n}\n", "export A=1", "{\"schema\":\"countersign.journal-bundle/1\"}\n"]
    {
        folder.write("other", text);
        let run = folder.run(&["journal", "--journal", "other", "--worked", ID]);
        assert_eq!(run.code, Some(2), "{run:?}");
        assert!(run.stderr.contains("`other`: what it holds is no journal"), "{run:?}");
        assert_eq!(std::fs::read_to_string(folder.0.join("other")).unwrap(), text);
    }
    folder.write("other", "");
    assert_eq!(folder.run(&["journal", "--journal", "other", "--worked", ID]).code, Some(0));
    assert_eq!(folder.run(&["journal", "--journal", "other", "--failed", ID]).code, Some(0));
}

#[cfg(unix)]
#[test]
fn a_link_is_followed_to_a_journal_and_to_nothing_else() {
    let folder = Folder::new("links");
    folder.write("profile", "export A=1\n");
    std::os::unix::fs::symlink("profile", folder.0.join("link")).unwrap();
    let run = folder.run(&["journal", "--journal", "link", "--worked", ID]);
    assert_eq!(run.code, Some(2), "{run:?}");
    assert_eq!(std::fs::read_to_string(folder.0.join("profile")).unwrap(), "export A=1\n");
    assert_eq!(folder.run(&["journal", "--journal", "own", "--worked", ID]).code, Some(0));
    std::os::unix::fs::symlink("own", folder.0.join("other")).unwrap();
    assert_eq!(folder.run(&["journal", "--journal", "other", "--failed", ID]).code, Some(0));
    assert_eq!(std::fs::read_to_string(folder.0.join("own")).unwrap().lines().count(), 2);
}
