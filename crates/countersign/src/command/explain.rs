//! `countersign explain`: the page of an audit.

use countersign_audit::audit::{AUDITS, by_id};
use countersign_audit::report::readable_page;
use countersign_audit::suppress::suggestion;

use super::Exit;
use crate::diagnostic::Diagnostic;
use crate::output;

const EXAMPLES: &str = "\
Examples:
  countersign explain
  countersign explain external-id-if-exists
  countersign explain severity";

/// Explain an audit: what it finds, why it matters, how to fix it. Without an id, list them all.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    /// The audit, as findings name it, e.g. external-id-if-exists; or `severity`, for how findings are rated.
    #[arg(value_name = "AUDIT-ID")]
    audit: Option<String>,
}

/// Prints the page, or the list.
///
/// # Errors
/// When there is no such audit.
pub(crate) fn run(args: &Args) -> anyhow::Result<Exit> {
    let Some(id) = &args.audit else {
        let lines: Vec<String> = AUDITS.iter().map(|audit| format!("{:<30} {}\n", audit.id, audit.summary)).collect();
        output::answer(&lines.concat())?;
        return Ok(Exit::Clean);
    };
    if id == "severity" {
        output::answer(&readable_page(countersign_audit::severity::PAGE))?;
        return Ok(Exit::Clean);
    }
    let Some(audit) = by_id(id) else {
        let message = format!("there is no audit `{id}`");
        return Err(Box::new(Diagnostic::error(message, Some(suggestion(id)))).into());
    };
    output::answer(&readable_page(audit.page))?;
    Ok(Exit::Clean)
}
