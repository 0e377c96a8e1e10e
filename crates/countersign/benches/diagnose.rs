//! How long `countersign diagnose` takes from the start of the process: `cargo bench --bench diagnose`.
//!
//! Pastes of 10 KB, alone and with a policy and the code of the call, in each format; and CloudTrail files of 100 MB: calls to
//! many services with refused ones among them, packed and not, and one of refused calls alone.
//! Prints wall time, and for trails peak memory (Linux only); ends with exit code 1 when the fastest run of one misses its goal.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a benchmark fails by panicking")]

use std::fmt::Write as _;
use std::fs::File;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::time::{Duration, Instant};

const PASTE_GOAL: Duration = Duration::from_millis(50);
const TRAIL_GOAL: Duration = Duration::from_secs(3);
const TRAIL_GOAL_MIB: f64 = 64.0;

const DENIED: &str = "An error occurred (AccessDenied) when calling the AssumeRole operation: User: \
    arn:aws:sts::111122223333:assumed-role/Collector/s1 is not authorized to perform: sts:AssumeRole on resource: \
    arn:aws:iam::444455556666:role/VendorAccess\n";
const POLICY: &str = r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole",
  "Principal": {"AWS": "arn:aws:iam::111122223333:role/Collector"},
  "Condition": {"StringEquals": {"sts:ExternalId": "tenant-7f2"}}}]}"#;
/// A file's name, its ordinary text, and its call.
const CALLS: [(&str, &str, &str); 4] = [
    (
        "call.py",
        "def page(a, b=1):\n    return {'x': [a, b]}\n\n",
        "sts.assume_role(\n    RoleArn='arn:aws:iam::444455556666:role/VendorAccess',\n    RoleSessionName='s1',\n)\n",
    ),
    (
        "call.ts",
        "export function page(a: number, b = 1): { x: number[] } {\n  return { x: [a, b] };\n}\n",
        "await client.send(new AssumeRoleCommand({\n  RoleArn: 'arn:aws:iam::444455556666:role/VendorAccess',\n  RoleSessionName: 's1',\n}));\n",
    ),
    (
        "call.sh",
        "page() {\n  local a=\"$1\"\n  echo \"${a}\" | grep -v x >> /tmp/log\n}\n",
        "aws sts assume-role --role-arn arn:aws:iam::444455556666:role/VendorAccess \\\n  --role-session-name s1\n",
    ),
    // Nobody says what it is.
    (
        "call.txt",
        "def page(a, b=1):\n    return {'x': [a, b]}\n\n",
        "sts.assume_role(RoleArn='arn:aws:iam::444455556666:role/VendorAccess', RoleSessionName='s1')\n",
    ),
];

fn main() -> ExitCode {
    // `cargo test --benches` only wants to know that it runs.
    let quick = !std::env::args().any(|argument| argument == "--bench");
    let (bytes, runs) = if quick { (100_000, 1) } else { (100_000_000, 7) };
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("diagnose");
    std::fs::create_dir_all(&folder).unwrap();
    let file = |name: &str, text: &str| -> PathBuf {
        let path = folder.join(name);
        std::fs::write(&path, text).unwrap();
        path
    };
    let log = "2026-08-01T10:00:00Z INFO collector: fetching page 17 of inventory, took 12 ms, status 200 OK\n";
    let error = file("error.txt", &filled(log, DENIED)).display().to_string();
    let trust = file("trust.json", POLICY).display().to_string();
    let mut met = true;
    met &= time("paste", &[&error], PASTE_GOAL, runs);
    met &= time("paste and policy", &[&error, "--trust", &trust], PASTE_GOAL, runs);
    for (name, unit, call) in CALLS {
        let call = file(name, &filled(unit, call)).display().to_string();
        for format in ["text", "json", "markdown"] {
            let arguments = [error.as_str(), "--trust", &trust, "--call", &call, "--format", format];
            met &= time(&format!("paste, policy and {name}, {format}"), &arguments, PASTE_GOAL, runs);
        }
    }
    let (mixed, refused) = (trail(bytes, 20), trail(bytes, 1));
    let packed = folder.join("trail.json.gz");
    let mut gzip = flate2::write::GzEncoder::new(File::create(&packed).unwrap(), flate2::Compression::default());
    gzip.write_all(mixed.as_bytes()).unwrap();
    gzip.finish().unwrap();
    for path in [file("trail.json", &mixed), packed, file("refused.json", &refused)] {
        let name = path.file_name().unwrap().display().to_string();
        met &= time(&name, &["--event", &path.display().to_string()], TRAIL_GOAL, runs);
    }
    if met || quick { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn filled(unit: &str, end: &str) -> String {
    unit.repeat((10_000 - end.len()) / unit.len()) + end
}

/// Runs it, prints the fastest run and the most memory, and says whether that is good enough.
fn time(name: &str, arguments: &[&str], goal: Duration, runs: usize) -> bool {
    let (mut best, mut mib) = (Duration::MAX, 0.0_f64);
    for _ in 0..runs {
        let start = Instant::now();
        let mut child = Command::new(env!("CARGO_BIN_EXE_countersign"))
            .arg("diagnose")
            .args(arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        if goal == TRAIL_GOAL {
            mib = mib.max(peak(&mut child));
        }
        assert!(matches!(child.wait().unwrap().code(), Some(0 | 1)), "{name}");
        best = best.min(start.elapsed());
    }
    let memory = if mib > 0.0 { format!(", {mib:.0} MiB") } else { String::new() };
    println!("{name}: {best:.1?}{memory}; the goal is {goal:?}");
    best <= goal && mib <= TRAIL_GOAL_MIB
}

/// The most memory in use until it ends.
fn peak(child: &mut std::process::Child) -> f64 {
    let status = format!("/proc/{}/status", child.id());
    let mut kib = 0_u32;
    while child.try_wait().unwrap().is_none() {
        let text = std::fs::read_to_string(&status).unwrap_or_default();
        let peak = text.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap_or_default();
        kib = kib.max(peak.trim().trim_end_matches(" kB").parse().unwrap_or_default());
        std::thread::sleep(Duration::from_millis(2));
    }
    f64::from(kib) / 1024.0
}

/// A file of CloudTrail's in which every so-manieth call is a refused AssumeRole.
fn trail(bytes: usize, every: usize) -> String {
    let mut text = "{\"Records\":[".to_owned();
    let mut nth = 0_usize;
    while text.len() < bytes {
        let comma = if nth == 0 { "" } else { "," };
        let caller = format!("arn:aws:sts::111122223333:assumed-role/Collector-{}/i-{nth:017x}", nth % 13);
        let time = format!("2026-08-{:02}T{:02}:{:02}:{:02}Z", nth % 28 + 1, nth % 24, nth % 60, nth % 59);
        let scattered = nth.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let outcome = if nth.is_multiple_of(every) {
            format!(
                r#""eventName":"AssumeRole","errorCode":"AccessDenied","errorMessage":"User: {caller} is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::444455556666:role/Vendor{}","requestParameters":null,"#,
                nth % 7
            )
        } else {
            format!(
                r#""eventName":"GetObject","requestParameters":{{"bucketName":"example-{}","key":"a/b/{scattered:016x} \"q\" {{x}}.json","filter":{{"x":[1,2,3]}}}},"#,
                nth % 100
            )
        };
        write!(
            text,
            r#"{comma}{{"eventVersion":"1.11","userIdentity":{{"type":"AssumedRole","principalId":"AROAEXAMPLE:i-{nth:017x}","arn":"{caller}","accountId":"111122223333","accessKeyId":"ASIA{scattered:016X}","sessionContext":{{"sessionIssuer":{{"type":"Role","arn":"arn:aws:iam::111122223333:role/Collector","userName":"Collector"}},"attributes":{{"creationDate":"2026-08-01T09:00:00Z","mfaAuthenticated":"false"}}}}}},"eventTime":"{time}","eventSource":"example.amazonaws.com","awsRegion":"eu-west-1","sourceIPAddress":"192.0.2.{}","userAgent":"aws-sdk-go-v2/1.30.3 os/linux lang/go#1.22.5 md/GOOS#linux md/GOARCH#amd64",{outcome}"responseElements":null,"requestID":"{scattered:032x}","eventID":"{nth:032x}","readOnly":true,"eventType":"AwsApiCall","managementEvent":true,"recipientAccountId":"111122223333","eventCategory":"Management","tlsDetails":{{"tlsVersion":"TLSv1.3","cipherSuite":"TLS_AES_128_GCM_SHA256"}}}}"#,
            nth % 250
        )
        .unwrap();
        nth += 1;
    }
    text + "]}"
}
