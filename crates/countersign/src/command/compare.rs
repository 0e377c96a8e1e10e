//! `countersign compare`: what does a change of a trust policy let in, and what does it shut out?

use std::path::PathBuf;

use countersign_audit::finding::Witness;
use countersign_audit::report::{call, inert};
use countersign_policy::account::AccountId;
use countersign_policy::prove::{Difference, compare};
use serde::Serialize;

use super::{Exit, audit, trust_setting};
use crate::cli::Format;
use crate::output;
use crate::policy_file::PolicyFile;

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
    #[arg(long, value_name = "TIME")]
    now: Option<String>,
}

#[derive(Serialize)]
struct Document {
    schema: &'static str,
    gained: Direction,
    lost: Direction,
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
    let old = PolicyFile::read(&args.old).map_err(|diagnostic| *diagnostic)?;
    let new = PolicyFile::read(&args.new).map_err(|diagnostic| *diagnostic)?;
    for file in [&old, &new] {
        file.shape_problems().iter().for_each(|problem| output::talk(&problem.render()));
    }
    let setting = trust_setting(&new, args.account, audit::now(args.now.as_deref())?);
    let comparison = compare(&old.document, &new.document, &setting);
    match args.format {
        Format::Text => {
            output::answer(&text("newly allowed", "nothing new is allowed", &comparison.gained))?;
            output::answer(&text("no longer allowed", "nothing that was allowed is lost", &comparison.lost))?;
        }
        Format::Json => {
            let document = Document {
                schema: "countersign.compare/1",
                gained: direction(&comparison.gained),
                lost: direction(&comparison.lost),
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
