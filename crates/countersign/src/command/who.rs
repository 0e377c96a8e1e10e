//! `countersign who`: every class of principal that can assume a role, and what each must send.

use std::fmt::Write as _;
use std::path::PathBuf;

use countersign_audit::finding::Witness;
use countersign_audit::report::inert;
use countersign_policy::account::AccountId;
use countersign_policy::evaluate::Grant;
use countersign_policy::prove::{Access, CallerClass, Prover, Who, who};
use serde::Serialize;

use super::{Exit, audit, trust_setting};
use crate::cli::Format;
use crate::output;
use crate::policy_file::PolicyFile;

const EXAMPLES: &str = "\
Examples:
  countersign who trust.json
  aws iam get-role --role-name Audit | countersign who -

Exit status: 0 answered, 2 could not answer in full.";

/// List every class of principal that can assume the role, and what each must send.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    /// The trust policy: raw, URL-encoded, or the output of `aws iam get-role`; `-` is stdin.
    file: PathBuf,

    /// The role's account, when the input does not say.
    #[arg(long, value_name = "ACCOUNT")]
    account: Option<AccountId>,

    /// How the answer is printed.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,

    /// Answer for this time on (RFC 3339) instead of the present.
    #[arg(long, value_name = "TIME")]
    now: Option<String>,
}

#[derive(Serialize)]
struct Document {
    schema: &'static str,
    access: Vec<Entry>,
    unknown: Vec<Unknown>,
}

#[derive(Serialize)]
struct Entry {
    principal: String,
    grant: Option<Grant>,
    action: String,
    requires: std::collections::BTreeMap<String, Vec<String>>,
    witness: Witness,
}

#[derive(Serialize)]
struct Unknown {
    principal: String,
    why: String,
}

/// Answers.
///
/// # Errors
/// When the file cannot be read or stdout cannot be written to.
pub(crate) fn run(args: &Args) -> anyhow::Result<Exit> {
    let file = PolicyFile::read(&args.file).map_err(|diagnostic| *diagnostic)?;
    file.shape_problems().iter().for_each(|problem| output::talk(&problem.render()));
    let setting = trust_setting(&file, args.account, audit::now(args.now.as_deref())?);
    let answer = who(&Prover::new(&file.document, &setting));
    match args.format {
        Format::Text => output::answer(&text(&answer))?,
        Format::Json => output::answer_json(&json(&answer))?,
    }
    Ok(if answer.unknown.is_empty() { Exit::Clean } else { Exit::Unanswered })
}

fn json(answer: &Who) -> Document {
    let entry = |access: &Access| Entry {
        principal: access.class.to_string(),
        grant: access.grant,
        action: access.request.action.clone(),
        requires: access.required.iter().cloned().collect(),
        witness: Witness::from(access.request.as_ref()),
    };
    let unknown = |(class, why): &(CallerClass, String)| Unknown { principal: class.to_string(), why: why.clone() };
    Document {
        schema: "countersign.who/1",
        access: answer.access.iter().map(entry).collect(),
        unknown: answer.unknown.iter().map(unknown).collect(),
    }
}

fn text(answer: &Who) -> String {
    let mut out = String::new();
    for access in &answer.access {
        let _ = writeln!(out, "{}", inert(&describe(&access.class)));
        let how = match access.grant {
            Some(Grant::Account) => "trusted as an account: its own policies decide which of its principals",
            Some(Grant::Role) => "named as a role: every session of it",
            Some(Grant::Direct) | None => "let in directly",
        };
        let _ = writeln!(out, "  {how}, by {}", access.request.action);
        for (key, values) in &access.required {
            let _ = writeln!(out, "  must have {} (for example `{}`)", inert(key), inert(&values.join(", ")));
        }
        if access.required.is_empty() {
            let _ = writeln!(out, "  needs to send nothing in particular");
        }
    }
    for (class, why) in &answer.unknown {
        let _ = writeln!(out, "{}\n  not known: {}", inert(&describe(class)), inert(why));
    }
    if answer.access.is_empty() && answer.unknown.is_empty() {
        out.push_str("nobody can assume this role\n");
    }
    out
}

fn describe(class: &CallerClass) -> String {
    match class {
        CallerClass::Named(_) => class.to_string(),
        CallerClass::Account { account, .. } => format!("principals of account {account}"),
        CallerClass::AnyAccount { .. } => "principals of any AWS account".to_owned(),
        CallerClass::Organization { organization, .. } => format!("principals of organization {organization}"),
        CallerClass::Service(name) => format!("AWS service {name}"),
        CallerClass::Federated(provider) => format!("identity provider {provider}"),
    }
}
