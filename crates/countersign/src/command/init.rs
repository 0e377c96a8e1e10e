//! `countersign init`: a first configuration from what an audit sees.

use std::collections::BTreeMap;
use std::fs::OpenOptions;
use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};

use countersign_audit::config::{FILE_NAME, start};
use countersign_audit::examine::Options;
use countersign_audit::input::Given;
use countersign_audit::third_party::ThirdParties;
use countersign_audit::vendor::Vendors;
use countersign_policy::account::AccountId;
use countersign_policy::condition::date::Moment;

use super::{Exit, audit};
use crate::diagnostic::Diagnostic;
use crate::output::{self, inert};

const EXAMPLES: &str = "\
Examples:
  countersign init
  countersign init policies/
  aws iam get-account-authorization-details | countersign init -";

/// Write a first countersign.toml, with what an audit sees: your accounts, the third parties that get in, and settings to
/// take over.
///
/// It stands in the audited folder, or in the current one when a file or stdin is audited.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    /// What to audit: a folder, a file, or `-` for stdin.
    #[arg(default_value = ".", value_name = "PATH")]
    path: PathBuf,

    /// The account of roles whose ARN is not in the input.
    #[arg(long, value_name = "ACCOUNT")]
    account: Option<AccountId>,

    /// Overwrite a countersign.toml that is there.
    #[arg(long)]
    force: bool,

    /// The time from which partners are known, instead of the present (RFC 3339).
    #[arg(long, value_name = "TIME", value_parser = audit::moment, hide_short_help = true)]
    now: Option<Moment>,
}

/// Writes the file.
///
/// # Errors
/// When there is one, or it cannot be written.
pub(crate) fn run(args: &Args) -> anyhow::Result<Exit> {
    let folder = if args.path.is_dir() { args.path.as_path() } else { Path::new("") };
    let target = folder.strip_prefix(".").unwrap_or(folder).join(FILE_NAME);
    let name = target.display().to_string();
    if !args.force && target.exists() {
        return Err(exists(&name));
    }
    let mut options = Options::at(audit::now(args.now));
    options.account = args.account;
    options.third_parties = ThirdParties::new(Vendors::built_in(), &Default::default()).into();
    let gathered = audit::gather(
        &audit::Wanted {
            paths: std::slice::from_ref(&args.path),
            input: Default::default(),
            given: &Given::default(),
            options: &options,
        },
        &BTreeMap::new(),
    );
    let text = start(&gathered.roles, options.now);
    let mut open = OpenOptions::new();
    if args.force {
        open.create(true).truncate(true)
    } else {
        open.create_new(true)
    };
    let written = open.write(true).open(&target).and_then(|mut file| file.write_all(text.as_bytes()));
    match written {
        Ok(()) => {}
        Err(error) if error.kind() == ErrorKind::AlreadyExists => return Err(exists(&name)),
        Err(error) => {
            let help = Some("check the permissions of its folder".to_owned());
            let message = format!("cannot write `{name}`: {}", error.kind());
            return Err(Box::new(Diagnostic::error(message, help)).into());
        }
    }
    let roles = match gathered.roles.len() {
        1 => "1 role".to_owned(),
        count => format!("{count} roles"),
    };
    output::answer(&format!("wrote {} from {roles}; read it, and take over what fits\n", inert(&name)))?;
    if !gathered.problems.is_empty() {
        output::talk("not everything could be read as it stands; `countersign audit` says what\n");
    }
    Ok(Exit::Clean)
}

fn exists(name: &str) -> anyhow::Error {
    let help = "edit it, or overwrite it with --force".to_owned();
    Box::new(Diagnostic::error(format!("`{name}` is there already"), Some(help))).into()
}
