//! `countersign explain`: the page of an audit.

use countersign_audit::audit::{AUDITS, Audit, by_id};
use countersign_policy::similar::distance;

use super::Exit;
use crate::diagnostic::Diagnostic;
use crate::output;

const EXAMPLES: &str = "\
Examples:
  countersign explain
  countersign explain external-id-if-exists";

/// Explain an audit: what it finds, why it matters, how to fix it. Without an id, list them all.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    /// The audit, as findings name it, e.g. external-id-if-exists.
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
    let Some(audit) = by_id(id) else {
        let distance = |audit: &&Audit| distance(audit.id, id);
        let nearest = AUDITS.iter().copied().min_by_key(distance).filter(|audit| distance(audit) <= id.len() / 2);
        let hint = nearest.map_or(String::new(), |audit| format!("did you mean `{}`? ", audit.id));
        let help = format!("{hint}`countersign explain` lists them all");
        return Err(Box::new(Diagnostic::error(format!("there is no audit `{id}`"), Some(help))).into());
    };
    output::answer(&readable(audit.page))?;
    Ok(Exit::Clean)
}

/// The page without the words that make its examples tests.
fn readable(page: &str) -> String {
    let mut text = String::new();
    for line in page.lines() {
        let words: Vec<&str> = line.strip_prefix("```").unwrap_or_default().split_whitespace().collect();
        match words.as_slice() {
            ["json", verdict @ ("bad" | "good"), ..] => text.push_str(&format!("```json ({verdict})\n")),
            _ => {
                text.push_str(line);
                text.push('\n');
            }
        }
    }
    text
}
