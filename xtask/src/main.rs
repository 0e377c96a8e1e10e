//! All automation of this repository: `cargo xtask test` is what the README and CI call,
//! `cargo xtask tidy` holds the layout that ARCHITECTURE.md promises.

mod browser;
mod clients;
mod repo;
mod rust_source;
mod test;
mod tidy;

use std::process::ExitCode;

const USAGE: &str = "\
Usage: cargo xtask <COMMAND>

Commands:
  test     Format, lints, all tests and doctests, real clients, documentation, tidy; ends with `N passed, N failed`
  clients  Only the tests with real clients: boto3, the aws CLI, the SDK for JavaScript
  tidy     The layout only: crate arrows, purity, audits, README, file sizes, stray paths";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let outcome = match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["test"] => test::run(),
        ["clients"] => test::run_clients(),
        ["tidy"] => tidy::run(),
        ["help" | "--help" | "-h"] => {
            println!("{USAGE}");
            return ExitCode::SUCCESS;
        }
        _ => {
            eprintln!("{USAGE}");
            return ExitCode::from(2);
        }
    };
    match outcome {
        Ok(Outcome::Clean) => ExitCode::SUCCESS,
        Ok(Outcome::Failed) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::from(2)
        }
    }
}

/// What a command found. That it could not look at all is an `Err`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Outcome {
    Clean,
    Failed,
}
