//! `countersign audit`: prove what the trust policies in files and folders let happen, and say what is wrong.

mod disk;
mod files;
mod fix;
mod gather;
mod given;
mod profiles;
mod progress;
mod selection;
pub(crate) mod settings;

use std::cell::Cell;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use countersign_audit::config::FILE_NAME;
use countersign_audit::examine::Options;
use countersign_audit::report::{self, Report, Verbosity};
use countersign_audit::source::{InputProblem, ProblemSeverity};
use countersign_policy::account::AccountId;
use countersign_policy::condition::date::{self, Moment};

use super::Exit;
use crate::diagnostic::{self, Diagnostic};
use crate::output;
use crate::read;
use fix::{FixArgs, Overlay};
pub(super) use gather::{InputFormat, Wanted, gather, roles};
pub(super) use given::GivenArgs;
use selection::SelectionArgs;
use settings::{Settings, SettingsArgs};

const EXAMPLES: &str = "\
Examples:
  countersign audit trust.json
  countersign audit --own 111122223333 policies/
  aws iam get-account-authorization-details | countersign audit -
  countersign audit --fix --diff infrastructure/
  countersign audit --format sarif . > countersign.sarif
  countersign audit --format html account.json.gz > report.html
  countersign audit --write-baseline baseline.json . && countersign audit --baseline baseline.json .

Exit status, whatever the format: 0 no findings that count, 1 findings, 2 something could not be
read (the rest is still audited). What a comment, the baseline or an option suppresses does not
count.";

/// Prove what trust policies let happen, role by role, and show a call that gets in where one does.
///
/// Reads trust policies, what `aws iam get-role`, `list-roles` and `get-account-authorization-details` print, Terraform
/// modules, plans and states, and CloudFormation templates, plain or gzip. In a folder, files that hold no policy are passed
/// over, and so are hidden files, links to folders and what .gitignore excludes.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    /// Files and folders; `-` is stdin.
    #[arg(required_unless_present = "profiles", value_name = "PATH")]
    paths: Vec<PathBuf>,

    /// The account of roles whose ARN is not in the input (a trust policy on its own does not say).
    #[arg(long, value_name = "ACCOUNT")]
    account: Option<AccountId>,

    /// Further accounts (12 digits) or organizations (o-…) of yours, which are no third parties.
    #[arg(long, value_name = "ACCOUNT|ORG", value_delimiter = ',')]
    own: Vec<Own>,

    #[command(flatten)]
    settings: SettingsArgs,

    /// Also audit the profiles in this file of the AWS CLI's (~/.aws/config, ~/.aws/credentials): those that assume a third
    /// party's role without an ExternalId; repeatable.
    #[arg(long, value_name = "FILE")]
    profiles: Vec<PathBuf>,

    /// How the answer is printed.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,

    /// Show for each role the statements and values its verdict rests on.
    #[arg(long)]
    explain: bool,

    /// Prove from this time on (RFC 3339) instead of the present; grants that expired before it allow nothing.
    #[arg(long, value_name = "TIME", value_parser = moment)]
    now: Option<Moment>,

    /// The quota `Role trust policy length` of the account, in characters.
    #[arg(long, value_name = "CHARACTERS", default_value_t = 2048)]
    trust_policy_quota: usize,

    /// List every role, and count the files in folders that hold no policy.
    #[arg(long, short)]
    verbose: bool,

    /// What the files are; what they look like does not count then.
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT", hide_default_value = true)]
    input: InputFormat,

    #[command(flatten)]
    given: GivenArgs,

    #[command(flatten)]
    fix: FixArgs,

    #[command(flatten)]
    selection: SelectionArgs,
}

/// How the answer is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    /// For people at a terminal.
    Text,
    /// For programs: one JSON document, stable in shape.
    Json,
    /// For code scanning: SARIF 2.1.0.
    Sarif,
    /// For GitHub Actions: annotations at the lines of a pull request.
    Github,
    /// For a comment on a pull request.
    Markdown,
    /// For people in a browser: one page with a picture of who can assume what, without anything to load.
    Html,
}

/// An account or an organization of the user's.
#[derive(Debug, Clone)]
enum Own {
    Account(AccountId),
    Organization(String),
}

impl std::str::FromStr for Own {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.starts_with("o-") {
            return Ok(Self::Organization(text.to_owned()));
        }
        text.parse().map(Self::Account).map_err(|_| "write 12 digits for an account, o-… for an organization")
    }
}

/// Audits.
///
/// # Errors
/// When stdout cannot be written to. Input that cannot be read is part of the answer.
pub(crate) fn run(args: &Args) -> anyhow::Result<Exit> {
    if args.explain && args.format != Format::Text {
        let help = "leave out one of `--explain` and `--format`";
        return Err(Box::new(Diagnostic::error("`--explain` is for text", Some(help.to_owned()))).into());
    }
    let mut options = options(args);
    let mut settings = match Settings::load(&args.settings, &args.paths, options.now) {
        Ok(settings) => settings,
        Err(mistakes) => {
            output::talk(&diagnostic::list(&mistakes, FILE_NAME));
            return Ok(Exit::Unanswered);
        }
    };
    settings.apply(&mut options);
    let selection = args.selection.read(&args.paths, &settings.config)?;
    let given = args.given.over(&settings.config.given);
    let wanted = Wanted { paths: &args.paths, input: args.input, given: &given, options: &options };
    let callers = profiles::read(&args.profiles, &options, &mut settings.problems);
    let passed_over = Cell::new(None);
    let stdin = stdin_to_keep(args)?;
    let audit = |overlay: &Overlay| {
        let overlay = stdin.iter().chain(overlay).map(|(path, text)| (path.clone(), Arc::clone(text))).collect();
        let mut gathered = gather(&wanted, &overlay);
        gathered.problems.extend(settings.problems.iter().cloned());
        passed_over.set(gathered.passed_over);
        let report = Report::new(gathered.roles, gathered.problems, &selection.wanted);
        let callers = callers.iter().cloned().chain(gathered.callers).collect();
        report.with_callers(callers, &selection.wanted)
    };
    let mut report = audit(&Overlay::new());
    args.selection.compare(&mut report, selection.baseline)?;
    if args.fix.is_wanted() {
        report = args.fix.mend(report, audit)?;
    }
    if !args.fix.diff {
        print(args, &report)?;
    }
    if let (true, Some(passed_over)) = (args.verbose, passed_over.get()) {
        let files = if passed_over == 1 { "1 file holds" } else { &format!("{passed_over} files hold") };
        output::talk(&format!("passed over in folders: {files} no policy\n"));
    }
    let exit = match report.live().next() {
        _ if report.is_incomplete() => Exit::Unanswered,
        Some(_) if !args.selection.exit_zero => Exit::Findings,
        Some(_) | None => Exit::Clean,
    };
    // The process ends here: handing the trees of ten thousand roles back piece by piece is time nobody needs.
    std::mem::forget(report);
    Ok(exit)
}

/// What stdin holds, where it is read twice: before and after a fix.
fn stdin_to_keep(args: &Args) -> anyhow::Result<Overlay> {
    let stdin = args.paths.iter().find(|path| args.fix.is_wanted() && *path == Path::new("-"));
    let read = stdin.map(|path| read::read(path, gather::MAX_BYTES)).transpose()?;
    Ok(read.into_iter().map(|input| (input.name, input.text.into())).collect())
}

/// What the options say about the owner.
fn options(args: &Args) -> Options {
    let mut options = Options::at(now(args.now));
    options.account = args.account;
    options.external_id.clone_from(&args.fix.external_id);
    options.limits.quota = args.trust_policy_quota;
    for own in &args.own {
        match own {
            Own::Account(account) => options.own_accounts.insert(*account),
            Own::Organization(organization) => options.own_organizations.insert(organization.clone()),
        };
    }
    options
}

/// The time the user gave, or the present.
pub(super) fn now(given: Option<Moment>) -> Moment {
    given.unwrap_or_else(|| {
        let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
        Moment::from_seconds(i64::try_from(since.as_secs()).unwrap_or(i64::MAX))
    })
}

/// Reads what the user typed as a time.
///
/// # Errors
/// When it is none.
pub(super) fn moment(text: &str) -> Result<Moment, &'static str> {
    date::parse(text).ok_or("write a time such as 2026-01-31T12:00:00Z")
}

fn print(args: &Args, report: &Report) -> anyhow::Result<()> {
    match args.format {
        Format::Text => {
            // Of policies of other kinds a repository may have hundreds.
            let is_told = |problem: &&InputProblem| args.verbose || problem.severity != ProblemSeverity::Note;
            report.problems.iter().filter(is_told).for_each(|problem| output::talk(&(report::problem(problem) + "\n")));
            let verbosity = if args.verbose { Verbosity::Verbose } else { Verbosity::Normal };
            let text = if args.explain { report::explain(report) } else { report::text(report, verbosity) };
            output::answer(&text)?;
        }
        Format::Json => output::answer_plain(&report::json(report)?)?,
        Format::Sarif => output::answer_plain(&report::sarif(report)?)?,
        Format::Github => output::answer_plain(&report::github(report))?,
        Format::Markdown => output::answer_plain(&report::markdown(report))?,
        Format::Html => output::answer_plain(&report::html(report))?,
    }
    Ok(())
}
