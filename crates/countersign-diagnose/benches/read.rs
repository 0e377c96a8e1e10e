//! How fast evidence is read and a cause is found: `cargo bench -p countersign-diagnose`.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    missing_docs,
    reason = "a benchmark fails by panicking, and its names say what it times"
)]

use countersign_diagnose::call::{Style, read};
use countersign_diagnose::evidence::RequestText;
use countersign_diagnose::trail::{Trail, Wanted};
use countersign_diagnose::{Evidence, diagnose, message};
use divan::counter::BytesCount;
use divan::{Bencher, black_box};

/// As much as people paste.
const PASTE: usize = 10_000;

const DENIED: &str = "An error occurred (AccessDenied) when calling the AssumeRole operation: User: \
    arn:aws:sts::111122223333:assumed-role/Collector/s1 is not authorized to perform: sts:AssumeRole on resource: \
    arn:aws:iam::444455556666:role/VendorAccess";
const LOG: &str = "2026-08-01T10:00:00Z INFO collector: fetching page 17 of inventory, took 12 ms, status 200 OK\n";
const POLICY: &str = r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole",
  "Principal": {"AWS": "arn:aws:iam::111122223333:role/Collector"},
  "Condition": {"StringEquals": {"sts:ExternalId": "tenant-7f2"}}}]}"#;

/// A language, its ordinary code, and its call.
const CALLS: [(&str, Style, &str, &str); 11] = [
    (
        "shell",
        Style::Shell,
        "grep -v \"$1\" /tmp/log | sort > out.txt\n",
        "aws sts assume-role --role-arn arn:aws:iam::444455556666:role/VendorAccess --role-session-name s1\n",
    ),
    (
        "profile",
        Style::Profile,
        "[profile a]\nregion = eu-west-1\n",
        "[profile v]\nrole_arn = arn:aws:iam::444455556666:role/VendorAccess\nsource_profile = a\n",
    ),
    (
        "python",
        Style::Python,
        "def page(a, b=1):\n    return {'x': [a, b], 'y': \"text\"}\n\n",
        "sts.assume_role(RoleArn='arn:aws:iam::444455556666:role/VendorAccess', RoleSessionName='s1')\n",
    ),
    (
        "typescript",
        Style::TypeScript,
        "export function page(a: number, b = 1): { x: number[] } {\n  return { x: [a, b] };\n}\n",
        "await client.send(new AssumeRoleCommand({ RoleArn: 'arn:aws:iam::444455556666:role/VendorAccess', RoleSessionName: 's1' }));\n",
    ),
    (
        "go",
        Style::Go,
        "func page(a int, b int) []int {\n\treturn []int{a, b}\n}\n",
        "var in = &sts.AssumeRoleInput{RoleArn: aws.String(\"arn:aws:iam::444455556666:role/VendorAccess\"), RoleSessionName: aws.String(\"s1\")}\n",
    ),
    (
        "java",
        Style::Java,
        "class Page {\n  int[] of(int a, int b) { return new int[] {a, b}; }\n}\n",
        "class Call {\n  Object c = AssumeRoleRequest.builder().roleArn(\"arn:aws:iam::444455556666:role/VendorAccess\").roleSessionName(\"s1\").build();\n}\n",
    ),
    (
        "rust",
        Style::Rust,
        "fn page(a: u32, b: u32) -> [u32; 2] {\n    [a, b]\n}\n",
        "fn call() { client.assume_role().role_arn(\"arn:aws:iam::444455556666:role/VendorAccess\").role_session_name(\"s1\").send(); }\n",
    ),
    (
        "csharp",
        Style::CSharp,
        "class Page { int[] Of(int a, int b) { return new[] { a, b }; } }\n",
        "class Call { object C = new AssumeRoleRequest { RoleArn = \"arn:aws:iam::444455556666:role/VendorAccess\", RoleSessionName = \"s1\" }; }\n",
    ),
    (
        "ruby",
        Style::Ruby,
        "def page(a, b = 1)\n  { x: [a, b], y: 'text' }\nend\n",
        "sts.assume_role(role_arn: 'arn:aws:iam::444455556666:role/VendorAccess', role_session_name: 's1')\n",
    ),
    (
        "hcl",
        Style::Hcl,
        "locals {\n  a = [1, 2]\n}\n",
        "provider \"aws\" {\n  assume_role {\n    role_arn = \"arn:aws:iam::444455556666:role/VendorAccess\"\n  }\n}\n",
    ),
    (
        "yaml",
        Style::Yaml,
        "- name: page\n  run: make x\n",
        "- uses: aws-actions/configure-aws-credentials@v4\n  with:\n    role-to-assume: arn:aws:iam::444455556666:role/VendorAccess\n",
    ),
];

fn main() {
    divan::main();
}

fn filled(unit: &str, end: &str, size: usize) -> String {
    unit.repeat(size.saturating_sub(end.len()) / unit.len()) + end
}

fn paste() -> String {
    filled(LOG, DENIED, PASTE)
}

#[divan::bench]
fn a_paste(bencher: Bencher<'_, '_>) {
    let text = paste();
    assert_eq!(message::read(&text).len(), 1);
    bencher.counter(BytesCount::of_str(&text)).bench_local(|| message::read(black_box(&text)));
}

#[divan::bench(args = CALLS.map(|(name, ..)| name))]
fn a_call(bencher: Bencher<'_, '_>, name: &str) {
    let (_, style, unit, end) = CALLS.into_iter().find(|(other, ..)| *other == name).unwrap();
    let text = filled(unit, end, PASTE);
    assert_eq!(read(&text, style).unwrap().calls.len(), 1, "{name}");
    bencher.counter(BytesCount::of_str(&text)).bench_local(|| read(black_box(&text), style));
}

/// Nobody says what the call is written in.
#[divan::bench(args = CALLS.map(|(name, ..)| name))]
fn a_call_of_an_unknown_kind(bencher: Bencher<'_, '_>, name: &str) {
    let (_, _, unit, end) = CALLS.into_iter().find(|(other, ..)| *other == name).unwrap();
    let text = filled(unit, end, PASTE);
    bencher.counter(BytesCount::of_str(&text)).bench_local(|| RequestText::new("call", None, black_box(text.as_str())));
}

/// From the texts to the proved cause, with the patch of a call.
#[divan::bench]
fn a_diagnosis(bencher: Bencher<'_, '_>) {
    let call = filled(CALLS[2].2, CALLS[2].3, PASTE);
    let bundle = serde_json::json!({
        "error_text": paste(), "trust_policy": POLICY, "request": {"kind": "python", "text": call},
    });
    let bundle = bundle.to_string();
    let diagnosis = diagnose(&Evidence::from_case(&bundle).unwrap());
    assert!(diagnosis.causes[0].fix.diff.is_some());
    bencher.bench_local(|| diagnose(&Evidence::from_case(black_box(&bundle)).unwrap()));
}

/// A trail of calls to other services, and one in which every call was a refused one.
#[divan::bench(args = ["ordinary", "refused"])]
fn a_trail(bencher: Bencher<'_, '_>, kind: &str) {
    let other = r#"{"eventVersion":"1.11","userIdentity":{"type":"AssumedRole","arn":"arn:aws:sts::111122223333:assumed-role/Collector/s1"},"eventTime":"2026-08-01T10:00:00Z","eventName":"GetObject","requestParameters":{"bucketName":"example","key":"a/\"b\".json"},"responseElements":null,"resources":[{"type":"AWS::S3::Object","ARN":"arn:aws:s3:::example/x"}]},"#;
    let refused = format!(
        r#"{{"eventVersion":"1.11","eventTime":"2026-08-01T10:00:00Z","eventName":"AssumeRole","errorCode":"AccessDenied","errorMessage":"{DENIED}","requestParameters":null}}"#
    );
    let unit = if kind == "refused" { format!("{refused},") } else { other.to_owned() };
    let text = format!(r#"{{"Records":[{}{refused}]}}"#, filled(&unit, "", 1 << 20));
    bencher.counter(BytesCount::of_str(&text)).bench_local(|| {
        let mut trail = Trail::new(Wanted::default());
        trail.feed(black_box(text.as_bytes()));
        assert!(trail.end().is_empty() && trail.refusals().chosen().is_some());
    });
}
