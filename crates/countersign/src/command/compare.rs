//! `countersign compare`: what does a change of a trust policy let in, and what does it shut out?

use std::path::PathBuf;

use countersign_audit::finding::Witness;
use countersign_audit::report::{call, inert};
use countersign_policy::account::AccountId;
use countersign_policy::condition::date::Moment;
use countersign_policy::prove::{Difference, compare};
use serde::Serialize;

use super::{Exit, TrustPolicy, audit, trust_setting};
use crate::cli::Format;
use crate::diagnostic::Diagnostic;
use crate::output;

const EXAMPLES: &str = "\
Examples:
  countersign compare before.json after.json
  git show HEAD:trust.json | countersign compare - trust.json

Exit status: 0 nothing new is allowed, 1 something is, 2 could not answer.";

/// Compare two trust policies: a request the new one allows and the old one does not, and the other way round.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    /// The trust policy before the change; `-` is stdin.
    old: PathBuf,

    /// The trust policy after it.
    new: PathBuf,

    /// The role's account, when the input does not say.
    #[arg(long, value_name = "ACCOUNT")]
    account: Option<AccountId>,

    /// How the answer is printed.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,

    /// Compare for this time on (RFC 3339) instead of the present.
    #[arg(long, value_name = "TIME", value_parser = audit::moment)]
    now: Option<Moment>,
}

#[derive(Serialize)]
struct Document<'a> {
    schema: &'static str,
    gained: Direction,
    lost: Direction,
    problems: Vec<&'a Diagnostic>,
}

#[derive(Serialize)]
struct Direction {
    /// `none`, `some` or `unknown`.
    access: &'static str,
    witness: Option<Witness>,
    why: Option<String>,
}

/// Compares.
///
/// # Errors
/// When a file cannot be read or stdout cannot be written to.
pub(crate) fn run(args: &Args) -> anyhow::Result<Exit> {
    let old = TrustPolicy::read(&args.old)?;
    let new = TrustPolicy::read(&args.new)?;
    let setting = trust_setting(&new.file, args.account, audit::now(args.now));
    let mut comparison = compare(&old.file.document, &new.file.document, &setting);
    let unread: Vec<String> = [&old, &new].into_iter().filter_map(|policy| policy.unread.clone()).collect();
    for difference in [&mut comparison.gained, &mut comparison.lost] {
        if *difference == Difference::None && !unread.is_empty() {
            *difference = Difference::Unknown { why: unread.join("; ") };
        }
    }
    match args.format {
        Format::Text => {
            old.tell_problems();
            new.tell_problems();
            let gained = text("newly allowed", "nothing new is allowed", &comparison.gained);
            let lost = text("no longer allowed", "nothing that was allowed is lost", &comparison.lost);
            output::answer(&(gained + &lost))?;
        }
        Format::Json => {
            let document = Document {
                schema: "countersign.compare/1",
                gained: direction(&comparison.gained),
                lost: direction(&comparison.lost),
                problems: old.problems.iter().chain(&new.problems).collect(),
            };
            output::answer_json(&document)?;
        }
    }
    Ok(match comparison.gained {
        Difference::None => Exit::Clean,
        Difference::Request(_) => Exit::Findings,
        Difference::Unknown { .. } => Exit::Unanswered,
    })
}

fn text(some: &str, none: &str, difference: &Difference) -> String {
    match difference {
        Difference::None => format!("{none}\n"),
        Difference::Request(request) => format!("{some}: {}\n", inert(&call(&Witness::from(request.as_ref())))),
        Difference::Unknown { why } => format!("{some}: not known ({})\n", inert(why)),
    }
}

fn direction(difference: &Difference) -> Direction {
    let (access, witness, why) = match difference {
        Difference::None => ("none", None, None),
        Difference::Request(request) => ("some", Some(Witness::from(request.as_ref())), None),
        Difference::Unknown { why } => ("unknown", None, Some(why.clone())),
    };
    Direction { access, witness, why }
}
