//! How long proofs take over the corpus, and over policies made to be hard: `cargo bench --bench corpus`.
//!
//! Prints the median, 99th percentile and maximum of `external_id` over `corpus/exposure`, then one line per policy of
//! [`adversarial`] with the time and peak memory of `exposure`. Ends with exit code 1 when a goal is missed.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "a benchmark fails by panicking")]

mod adversarial;

use std::hint::black_box;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use countersign_policy::condition::date::Moment;
use countersign_policy::document::PolicyDocument;
use countersign_policy::prove::{Comparison, Difference, Prover, Setting, compare, exposure, external_id, who};
use serde_json::Value;

/// Proofs per policy of the corpus; the fastest counts, so that the other work of the machine does not.
const REPEATS: usize = 20;

const MEDIAN: Duration = Duration::from_micros(50);
const P99: Duration = Duration::from_millis(1);
const HARD: Duration = Duration::from_millis(200);
const HARD_MIB: f64 = 256.0;

fn main() -> ExitCode {
    // `cargo test --benches` only wants to know that it runs.
    let quick = !std::env::args().any(|argument| argument == "--bench");
    let repeats = if quick { 1 } else { REPEATS };
    let corpus = over_the_corpus(repeats);
    let hard = over_the_hard(quick);
    if quick || (corpus && hard) { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn setting(account: &str) -> Setting {
    Setting::for_role(&format!("arn:aws:iam::{account}:role/Role"), Moment::from_seconds(1_790_000_000))
}

fn fastest(repeats: usize, mut run: impl FnMut()) -> Duration {
    let time = |run: &mut dyn FnMut()| {
        let start = Instant::now();
        run();
        start.elapsed()
    };
    (0..repeats).map(|_| time(&mut run)).min().unwrap()
}

/// A named proof.
type Timed = (&'static str, fn(&PolicyDocument, &Setting));

fn over_the_corpus(repeats: usize) -> bool {
    let cases = cases();
    let proofs: [Timed; 2] = [
        ("external_id", |document, setting| drop(black_box(external_id(&Prover::new(document, setting))))),
        ("exposure", |document, setting| drop(black_box(exposure(document, setting)))),
    ];
    let mut met = true;
    println!("{} policies of corpus/exposure, {repeats} runs each, the fastest counts", cases.len());
    for (name, proof) in proofs {
        let mut times: Vec<(Duration, &str)> = cases
            .iter()
            .map(|(id, document, setting)| (fastest(repeats, || proof(document, setting)), id.as_str()))
            .collect();
        times.sort_unstable();
        let at = |hundredth: usize| times[(times.len() * hundredth / 100).min(times.len() - 1)].0;
        let (slowest, id) = times[times.len() - 1];
        println!("  {name:<12} median {:>9.1?}  p99 {:>9.1?}  max {slowest:>9.1?} ({id})", at(50), at(99));
        met &= name != "external_id" || (at(50) < MEDIAN && at(99) < P99);
    }
    verdict(&format!("external_id: median under {MEDIAN:?}, p99 under {P99:?}"), met);
    met
}

fn verdict(goal: &str, met: bool) {
    println!("goal: {goal}: {}\n", if met { "met" } else { "MISSED" });
}

fn cases() -> Vec<(String, PolicyDocument, Setting)> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../corpus/exposure");
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|file| file.extension().is_some_and(|extension| extension == "json"));
    files.sort();
    let mut cases = Vec::new();
    for file in files {
        let Value::Array(array) = serde_json::from_str(&std::fs::read_to_string(&file).unwrap()).unwrap() else {
            panic!("{} is not a list", file.display())
        };
        cases.extend(array.into_iter().map(|case| {
            let mut setting = setting(case["account"].as_str().unwrap_or_default());
            let own = case["own"].as_array().into_iter().flatten().filter_map(Value::as_str);
            setting.own_accounts.extend(own.map(|id| id.parse::<countersign_policy::account::AccountId>().unwrap()));
            (case["id"].to_string(), PolicyDocument::parse(&case["policy"].to_string()), setting)
        }));
    }
    cases
}

fn over_the_hard(quick: bool) -> bool {
    println!("hard policies: bytes, exposure, milliseconds of exposure / who / compare with itself, peak MiB");
    let setting = setting("111111111111");
    let (mut slowest, mut largest) = (Duration::ZERO, 0.0f64);
    for hard in adversarial::policies() {
        assert!(hard.text.len() <= adversarial::MAX_BYTES, "{}: {} bytes", hard.name, hard.text.len());
        let document = PolicyDocument::parse(&hard.text);
        assert!(
            !document.statements.is_empty() && document.problems.is_empty(),
            "{}: {:?}",
            hard.name,
            document.problems
        );
        if quick {
            continue;
        }
        reset_peak();
        let mut exposed = None;
        let time = fastest(2, || exposed = Some(exposure(&document, &setting)));
        let peak = peak_mib();
        let exposed = exposed.unwrap();
        let of_who = fastest(1, || drop(black_box(who(&Prover::new(&document, &setting)))));
        let mut itself = None;
        let of_compare = fastest(1, || itself = Some(compare(&document, &document, &setting)));
        let why = exposed.depends_on.first().map_or(String::new(), |why| format!(": {why}"));
        let why: String = why.chars().take(48).collect();
        println!(
            "  {:<42} {:>5}  {:>7.1} {:>7.1} {:>7.1} {:>8}  {}{why}; compare {}",
            hard.name,
            hard.text.len(),
            milliseconds(time),
            milliseconds(of_who),
            milliseconds(of_compare),
            peak.map_or_else(|| "?".to_owned(), |mib| format!("{mib:.1}")),
            exposed.exposure,
            nothing(&itself.unwrap()),
        );
        slowest = slowest.max(time);
        largest = largest.max(peak.unwrap_or_default());
    }
    let met = slowest <= HARD && largest <= HARD_MIB;
    println!("  slowest {slowest:.1?}, largest {largest:.1} MiB");
    verdict(&format!("exposure of any policy of 8 KB within {HARD:?} and {HARD_MIB} MiB"), met);
    met
}

fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

fn nothing(comparison: &Comparison) -> &'static str {
    match &comparison.gained {
        Difference::None => "exact",
        Difference::Unknown { .. } => "unknown",
        Difference::Request(_) => panic!("a policy does not differ from itself"),
    }
}

/// Linux only: elsewhere the peak is not told.
fn reset_peak() {
    let _unsupported = std::fs::write("/proc/self/clear_refs", "5");
}

/// The most memory the process had resident since [`reset_peak`].
fn peak_mib() -> Option<f64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    Some(line.split_whitespace().next()?.parse::<f64>().ok()? / 1024.0)
}
