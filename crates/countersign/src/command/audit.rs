//! `countersign audit`: prove what the trust policies in files and folders let happen, and say what is wrong.

use std::io::IsTerminal as _;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use countersign_audit::examine::{Examined, Options, examine};
use countersign_audit::input::{self, Named, Reading};
use countersign_audit::report::{self, Report, Verbosity};
use countersign_audit::source::{InputProblem, ProblemSeverity};
use countersign_policy::account::AccountId;
use countersign_policy::condition::date::{self, Moment};
use rayon::prelude::*;

use super::Exit;
use crate::cli::Format;
use crate::{output, read};

const EXAMPLES: &str = "\
Examples:
  countersign audit trust.json
  countersign audit --own 111122223333 policies/
  aws iam get-account-authorization-details | countersign audit -
  countersign audit --format json account.json.gz > report.json

Exit status: 0 no findings, 1 findings, 2 something could not be read (the rest is still audited).";

/// Largest file that is read, before and after decompression.
const MAX_BYTES: u64 = 1 << 30;

/// Prove what trust policies let happen, role by role, and show a call that gets in where one does.
///
/// Reads raw trust policies and what `aws iam get-role`, `list-roles` and `get-account-authorization-details` print, plain
/// or gzip. In a folder, files that hold no policy are passed over; .gitignore is respected.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    /// Files and folders; `-` is stdin.
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,

    /// The account of roles whose ARN is not in the input (a trust policy on its own does not say).
    #[arg(long, value_name = "ACCOUNT")]
    account: Option<AccountId>,

    /// Further accounts (12 digits) or organizations (o-…) of yours, which are no third parties.
    #[arg(long, value_name = "ACCOUNT|ORG", value_delimiter = ',')]
    own: Vec<String>,

    /// How the answer is printed.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,

    /// Prove from this time on (RFC 3339) instead of the present; grants that expired before it allow nothing.
    #[arg(long, value_name = "TIME")]
    now: Option<String>,

    /// The quota `Role trust policy length` of the account, in characters.
    #[arg(long, value_name = "CHARACTERS", default_value_t = 2048)]
    trust_policy_quota: usize,

    /// List every role, and count the files that hold no policy.
    #[arg(long, short)]
    verbose: bool,
}

/// Audits.
///
/// # Errors
/// When an option makes no sense or stdout cannot be written to. Input that cannot be read is part of the answer.
pub(crate) fn run(args: &Args) -> anyhow::Result<Exit> {
    let options = options(args)?;
    let mut inputs = Inputs::default();
    for path in &args.paths {
        inputs.collect(path);
    }
    let readings: Vec<(Named, Result<Reading, InputProblem>)> =
        inputs.files.par_iter().map(|(path, named)| (*named, read_file(path, *named))).collect();
    let (mut roles, mut problems, mut passed_over) = (Vec::new(), inputs.problems, 0usize);
    for (named, reading) in readings {
        match reading {
            Ok(reading) => {
                if reading.roles.is_empty() && reading.problems.is_empty() && named == Named::InFolder {
                    passed_over += 1;
                }
                roles.extend(reading.roles);
                problems.extend(reading.problems);
            }
            Err(problem) => problems.push(problem),
        }
    }
    let examined: Vec<Examined> = roles.into_par_iter().map(|role| examine(role, &options)).collect();
    let report = Report::new(examined, problems);
    print(args, &report, passed_over)?;
    Ok(match (report.is_incomplete(), report.findings.is_empty()) {
        (true, _) => Exit::Unanswered,
        (false, false) => Exit::Findings,
        (false, true) => Exit::Clean,
    })
}

/// What the options say about the owner.
fn options(args: &Args) -> anyhow::Result<Options> {
    let mut options = Options::at(now(args.now.as_deref())?);
    options.account = args.account;
    options.limits.quota = args.trust_policy_quota;
    for own in &args.own {
        if own.starts_with("o-") {
            options.own_organizations.insert(own.clone());
        } else {
            let account =
                own.parse().with_context(|| "--own takes account ids and organization ids (o-…)".to_owned())?;
            options.own_accounts.insert(account);
        }
    }
    Ok(options)
}

/// The present, or the time the user gave.
///
/// # Errors
/// When the text is no time.
pub(super) fn now(given: Option<&str>) -> anyhow::Result<Moment> {
    match given {
        Some(text) => {
            date::parse(text).with_context(|| format!("--now: `{text}` is not a time such as 2026-01-31T12:00:00Z"))
        }
        None => {
            let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
            Ok(Moment::from_seconds(i64::try_from(since.as_secs()).unwrap_or(i64::MAX)))
        }
    }
}

/// The files to read, in a stable order.
#[derive(Default)]
struct Inputs {
    files: Vec<(PathBuf, Named)>,
    problems: Vec<InputProblem>,
}

impl Inputs {
    fn collect(&mut self, path: &Path) {
        if path == Path::new("-") || !path.is_dir() {
            self.files.push((path.to_owned(), Named::ByUser));
            return;
        }
        let before = self.files.len();
        let walk = ignore::WalkBuilder::new(path).sort_by_file_path(Path::cmp).build();
        for entry in walk {
            match entry {
                Ok(entry) if entry.file_type().is_some_and(|kind| kind.is_file()) => {
                    self.files.push((entry.into_path(), Named::InFolder))
                }
                Ok(_) => {}
                Err(error) => {
                    let help = "it was passed over; check its permissions";
                    let problem = InputProblem::of_file(
                        &path.display().to_string(),
                        ProblemSeverity::Error,
                        format!("cannot walk the folder: {error}"),
                        help,
                    );
                    self.problems.push(problem);
                }
            }
        }
        if self.files.len() == before && self.problems.is_empty() {
            let help = "name a folder with trust policies in it, or a file";
            self.problems.push(InputProblem::of_file(
                &path.display().to_string(),
                ProblemSeverity::Error,
                "the folder holds no files",
                help,
            ));
        }
    }
}

fn read_file(path: &Path, named: Named) -> Result<Reading, InputProblem> {
    let (name, bytes) = read::bytes(path, MAX_BYTES).map_err(|diagnostic| {
        let name = path.display().to_string();
        InputProblem::of_file(
            &name,
            ProblemSeverity::Error,
            diagnostic.message.clone(),
            diagnostic.help.as_deref().unwrap_or("check the file"),
        )
    })?;
    Ok(input::read(&name, &bytes, named))
}

fn print(args: &Args, report: &Report, passed_over: usize) -> anyhow::Result<()> {
    match args.format {
        Format::Json => {
            let mut json = Vec::new();
            report::json(report, &mut json)?;
            json.push(b'\n');
            output::answer(&String::from_utf8_lossy(&json))?;
        }
        Format::Text => {
            for problem in &report.problems {
                output::talk(&(report::problem(problem) + "\n"));
            }
            let colour = if std::io::stdout().is_terminal() { report::Colour::Ansi } else { report::Colour::Plain };
            let verbosity = if args.verbose { Verbosity::Verbose } else { Verbosity::Normal };
            output::answer(&report::text(report, colour, verbosity))?;
            if args.verbose {
                output::talk(&format!("{passed_over} files in folders hold no policy\n"));
            }
        }
    }
    Ok(())
}
