//! What reports promise: which comments accept which findings, what a fingerprint stands on, the shape of SARIF, and that
//! nothing a user wrote breaks out of a format.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test fails by panicking"
)]

mod baseline;
mod escape;
mod ignore;
mod sarif;
mod selection;

use countersign_audit::examine::{Examined, Options, examine};
use countersign_audit::report::{Report, Selection};
use countersign_audit::role::Role;
use countersign_audit::source::SourceFile;
use countersign_policy::condition::date::Moment;
use countersign_policy::document::{PolicyDocument, Span};

/// A trust policy that lies in a file between lines that say `POLICY`, as a role of this name.
fn role(path: &str, name: &str, text: &str) -> Examined {
    let start = text.find("POLICY\n").unwrap() + "POLICY\n".len();
    let end = text.rfind("POLICY").unwrap();
    // Blanks in front keep the policy's places those of the file.
    let policy = " ".repeat(start) + &text[start..end];
    let source = SourceFile::new(path, text.to_owned());
    let whole = Span::new(text.find("resource").unwrap_or(0), text.len());
    let role = Role::new(name.to_owned(), PolicyDocument::parse(&policy), whole, source.into());
    examine(role, &Options::at(Moment::from_seconds(1_790_000_000)))
}

fn report(roles: Vec<Examined>) -> Report {
    Report::new(roles, Vec::new(), &Selection::default())
}

/// A file with one role that anybody can assume.
fn public(name: &str, sid: &str) -> Examined {
    let policy = serde_json::json!({"Version": "2012-10-17", "Statement": [
        {"Sid": sid, "Effect": "Allow", "Principal": "*", "Action": "sts:AssumeRole"},
        {"Effect": "Allow", "Principal": {"AWS": "999988887777"}, "Action": "sts:AssumeRole"},
    ]});
    role("infra/main.tf", name, &format!("resource \"x\" {{\n<<POLICY\n{policy:#}\nPOLICY\n}}\n"))
}
