//! How fast one decision, one reading and one proof are: `cargo bench --bench policy`.

#![allow(clippy::unwrap_used, missing_docs, reason = "a benchmark fails by panicking, and its names say what it times")]

use countersign_policy::condition::date::Moment;
use countersign_policy::document::{Limits, PolicyDocument, validate};
use countersign_policy::evaluate::{AttachedTo, Decision, Policy, evaluate};
use countersign_policy::prove::{Prover, Setting, compare, exposure, external_id, who};
use countersign_policy::request::{Caller, Request, RequestContext};
use divan::counter::{BytesCount, ItemsCount};
use divan::{Bencher, black_box};

const ONE_STATEMENT: &str = r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow",
"Principal": {"AWS": "arn:aws:iam::999988887777:root"}, "Action": "sts:AssumeRole",
"Condition": {"StringEquals": {"sts:ExternalId": "tenant-7f2"}}}]}"#;

/// About 1 KB, as vendors' manuals and their customers' additions make it.
const TYPICAL: &str = r#"{
  "Version": "2012-10-17",
  "Statement": [
    {
      "Sid": "Vendor",
      "Effect": "Allow",
      "Principal": {"AWS": ["arn:aws:iam::999988887777:root", "arn:aws:iam::666666666666:role/Collector"]},
      "Action": ["sts:AssumeRole", "sts:TagSession"],
      "Condition": {
        "StringEquals": {"sts:ExternalId": ["c7e0a2f4-5b1d-4e83-9a66-3f0d8b7e21c5", "e41b9d70-82cf-4a36-b5e8-6d20f97a13bc"]},
        "IpAddress": {"aws:SourceIp": ["203.0.113.0/24", "198.51.100.0/24"]}
      }
    },
    {
      "Sid": "Admins",
      "Effect": "Allow",
      "Principal": {"AWS": "arn:aws:iam::111111111111:role/Admin"},
      "Action": "sts:AssumeRole",
      "Condition": {"Bool": {"aws:MultiFactorAuthPresent": "true"}}
    },
    {
      "Sid": "Expired",
      "Effect": "Deny",
      "Principal": "*",
      "Action": "sts:*",
      "Condition": {"DateGreaterThan": {"aws:CurrentTime": "2027-01-01T00:00:00Z"}}
    }
  ]
}"#;

fn main() {
    divan::main();
}

fn setting() -> Setting {
    Setting::for_role("arn:aws:iam::111111111111:role/Role", Moment::from_seconds(1_790_000_000))
}

fn request(external_id: &str) -> Request {
    let caller = Caller::parse("arn:aws:sts::999988887777:assumed-role/Collector/s1").unwrap();
    let mut context = RequestContext::for_caller(&caller);
    context.set("sts:ExternalId", [external_id]);
    context.set("sts:RoleSessionName", ["s1"]);
    context.set("aws:SourceIp", ["203.0.113.9"]);
    context.set("aws:CurrentTime", ["2026-09-21T14:13:20Z"]);
    Request { caller, action: "sts:AssumeRole".into(), role: "arn:aws:iam::111111111111:role/Role".into(), context }
}

/// One decision on a compiled policy, and how many of them a core makes in a second.
#[divan::bench_group(sample_count = 200, sample_size = 10_000, counters = [ItemsCount::new(1usize)])]
mod decide {
    use super::{Bencher, Decision, ONE_STATEMENT, Policy, PolicyDocument, TYPICAL, black_box, request};

    fn decide(bencher: Bencher<'_, '_>, text: &str, external_id: &str, expected: Decision) {
        let (policy, request) = (Policy::trust(&PolicyDocument::parse(text)), request(external_id));
        assert_eq!(policy.decide(&request), expected);
        bencher.bench_local(|| black_box(&policy).decide(black_box(&request)));
    }

    #[divan::bench]
    fn one_statement_allowed(bencher: Bencher<'_, '_>) {
        decide(bencher, ONE_STATEMENT, "tenant-7f2", Decision::Allowed);
    }

    #[divan::bench]
    fn one_statement_denied(bencher: Bencher<'_, '_>) {
        decide(bencher, ONE_STATEMENT, "tenant-7f3", Decision::ImplicitDeny);
    }

    #[divan::bench]
    fn three_statements_allowed(bencher: Bencher<'_, '_>) {
        decide(bencher, TYPICAL, "e41b9d70-82cf-4a36-b5e8-6d20f97a13bc", Decision::Allowed);
    }
}

#[divan::bench]
fn explain_three_statements(bencher: Bencher<'_, '_>) {
    let (document, request) = (PolicyDocument::parse(TYPICAL), request("c7e0a2f4-5b1d-4e83-9a66-3f0d8b7e21c5"));
    bencher.bench_local(|| evaluate(black_box(&document), black_box(&request), AttachedTo::Role, Default::default()));
}

#[divan::bench(counters = [BytesCount::of_str(TYPICAL)])]
fn parse_and_compile_1_kb() -> Policy {
    Policy::trust(&PolicyDocument::parse(black_box(TYPICAL)))
}

#[divan::bench]
fn validate_1_kb(bencher: Bencher<'_, '_>) {
    let document = PolicyDocument::parse(TYPICAL);
    bencher.bench_local(|| validate(black_box(&document), black_box(TYPICAL), Limits::default()));
}

/// Proofs, compiling included: a prover answers for one policy.
#[divan::bench_group]
mod prove {
    use super::{
        Bencher, ONE_STATEMENT, PolicyDocument, Prover, TYPICAL, black_box, compare, exposure, external_id, setting,
        who,
    };

    #[divan::bench(args = ["one_statement", "typical"])]
    fn the_external_id(bencher: Bencher<'_, '_>, which: &str) {
        let (document, setting) = (document(which), setting());
        bencher.bench_local(|| external_id(&Prover::new(black_box(&document), &setting)));
    }

    #[divan::bench(args = ["one_statement", "typical"])]
    fn the_exposure(bencher: Bencher<'_, '_>, which: &str) {
        let (document, setting) = (document(which), setting());
        bencher.bench_local(|| exposure(black_box(&document), &setting));
    }

    #[divan::bench(args = ["one_statement", "typical"])]
    fn who_gets_in(bencher: Bencher<'_, '_>, which: &str) {
        let (document, setting) = (document(which), setting());
        bencher.bench_local(|| who(&Prover::new(black_box(&document), &setting)));
    }

    #[divan::bench]
    fn compare_one_statement_with_typical(bencher: Bencher<'_, '_>) {
        let (before, after, setting) = (document("one_statement"), document("typical"), setting());
        bencher.bench_local(|| compare(black_box(&before), black_box(&after), &setting));
    }

    fn document(which: &str) -> PolicyDocument {
        PolicyDocument::parse(if which == "typical" { TYPICAL } else { ONE_STATEMENT })
    }
}
