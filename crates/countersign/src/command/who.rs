//! `countersign who`: every class of principal that can assume a role, and what each must send.

use std::fmt::Write as _;
use std::path::PathBuf;

use countersign_audit::finding::Witness;
use countersign_audit::report::{call, inert, sent};
use countersign_policy::account::AccountId;
use countersign_policy::condition::date::Moment;
use countersign_policy::evaluate::Grant;
use countersign_policy::prove::{Access, CallerClass, Prover, Who, who};
use serde::Serialize;

use super::{Exit, TrustPolicy, audit, trust_setting};
use crate::cli::Format;
use crate::diagnostic::Diagnostic;
use crate::output;

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
    #[arg(long, value_name = "TIME", value_parser = audit::moment)]
    now: Option<Moment>,
}

#[derive(Serialize)]
struct Document<'a> {
    schema: &'static str,
    access: Vec<Entry>,
    unknown: Vec<Unknown>,
    problems: &'a [Diagnostic],
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
    /// Null when it may be anybody.
    principal: Option<String>,
    why: String,
}

/// Answers.
///
/// # Errors
/// When the file cannot be read or stdout cannot be written to.
pub(crate) fn run(args: &Args) -> anyhow::Result<Exit> {
    let policy = TrustPolicy::read(&args.file)?;
    let setting = trust_setting(&policy.file, args.account, audit::now(args.now));
    let answer = who(&Prover::new(&policy.file.document, &setting));
    match args.format {
        Format::Text => {
            policy.tell_problems();
            output::answer(&text(&answer, policy.unread.as_deref()))?;
        }
        Format::Json => output::answer_json(&json(&answer, &policy))?,
    }
    Ok(if answer.unknown.is_empty() && policy.unread.is_none() { Exit::Clean } else { Exit::Unanswered })
}

fn json<'a>(answer: &Who, policy: &'a TrustPolicy) -> Document<'a> {
    let entry = |access: &Access| Entry {
        principal: access.class.to_string(),
        grant: access.grant,
        action: access.request.action.clone(),
        requires: access.required.iter().cloned().collect(),
        witness: Witness::from(access.request.as_ref()),
    };
    let unknown =
        |(class, why): &(CallerClass, String)| Unknown { principal: Some(class.to_string()), why: why.clone() };
    let unread = policy.unread.iter().map(|why| Unknown { principal: None, why: why.clone() });
    Document {
        schema: "countersign.who/1",
        access: answer.access.iter().map(entry).collect(),
        unknown: answer.unknown.iter().map(unknown).chain(unread).collect(),
        problems: &policy.problems,
    }
}

fn text(answer: &Who, unread: Option<&str>) -> String {
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
            let _ = writeln!(out, "  must have {}, such as `{}`", inert(key), inert(&values.join(", ")));
        }
        let witness = Witness::from(access.request.as_ref());
        if access.required.is_empty() {
            let sends_nothing = witness.external_id.is_none() && sent(&witness).is_empty();
            let needs =
                if sends_nothing { "needs to send nothing" } else { "there is no key that every call must have" };
            let _ = writeln!(out, "  {needs}");
        }
        let _ = writeln!(out, "  for example: {}", inert(&call(&witness)));
    }
    for (class, why) in &answer.unknown {
        let _ = writeln!(out, "{}\n  not known: {}", inert(&describe(class)), inert(why));
    }
    if let Some(why) = unread {
        let _ = writeln!(out, "anybody else\n  not known: {}", inert(why));
    } else if answer.access.is_empty() && answer.unknown.is_empty() {
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
