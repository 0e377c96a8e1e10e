//! `countersign test`: what a policy must and must not allow, kept as data.

mod case;
mod file;
mod full;
mod report;
mod terse;

use std::path::PathBuf;

use super::Exit;
use crate::cli::Format;
use crate::read;

use report::Report;

/// The most bytes a test file may have.
const TEST_FILE_BYTES: u64 = 64 << 20;

const HELP: &str = "\
A test file for people (YAML):
  policy: trust.json        # beside this file; JSON, or what `aws iam get-role` prints; or inline
  role: arn:aws:iam::111122223333:role/VendorAccess
  defaults:
    caller: arn:aws:iam::999988887777:role/Collector
    external_id: tenant-7f2
  tests:
    - name: the vendor gets in with our id
      expect: allow
    - name: nobody gets in without it
      external_id: null
      expect: deny
    - name: another customer's id does not do
      external_id: tenant-666
      expect: implicit-deny

  name              what the test is called
  expect            allow, deny, implicit-deny or explicit-deny: what comes of the call as a
                    whole, with every action it needs
  caller            the ARN of a user, role, role session or provider, or a service
  external_id, session_name, source_identity, action, role
                    parameters of the call
  tags, context     maps; a test's entries add to those of `defaults`, null takes one away
  transitive_tags   a list of tag keys
  identity          the caller's own policies: allow (the default), none, deny, a file, a policy,
                    or a list of files and policies

  Every value is text as it is written: 012345678901 keeps its zero. Several such documents,
  separated by `---`, may share a file.

A test file for programs (JSON) is a list of cases:
  {\"id\": …, \"policy\": {…}, \"expected\": \"Allow\" | \"ImplicitDeny\" | \"ExplicitDeny\",
   \"request\": {\"principal\": …, \"principal_type\": \"AWS\" | \"Service\" | \"Federated\",
               \"action\": …, \"resource\": …, \"context\": {KEY: [VALUE, …]}},
   \"identity\": \"allow\" | \"none\" | \"deny\" | {…} | […], \"final_expected\": …}
  The context is complete as given. `expected` is what the trust policy alone says,
  `final_expected` what comes of the call as a whole.

Examples:
  countersign test tests.yaml
  countersign test corpus/evaluation/*.json
  countersign test --format json tests.yaml > results.json

Exit status: 0 all passed, 1 some failed, 2 something could not be read (the rest still ran).";

/// Run unit tests of policies.
///
/// Prints the cases that fail, each with what every statement did, and a summary.
#[derive(Debug, clap::Args)]
#[command(after_long_help = HELP, after_help = "See --help for what a test file looks like.")]
pub(crate) struct Args {
    /// Test files, YAML or JSON; `-` is stdin.
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,

    /// How the results are printed.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

/// Runs every case of every file.
///
/// # Errors
/// When stdout cannot be written to; what cannot be read is part of the answer.
pub(crate) fn run(args: Args) -> anyhow::Result<Exit> {
    let mut report = Report::new(args.format);
    for path in &args.files {
        match read::read(path, TEST_FILE_BYTES) {
            Ok(input) => file::run(&input, path.parent(), &mut report),
            Err(diagnostic) => report.unanswered(*diagnostic),
        }
    }
    report.print()?;
    Ok(report.exit())
}
