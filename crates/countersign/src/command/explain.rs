//! `countersign explain`: the page of an audit, of a cause of a denial, or of a scale.

use countersign_audit::audit::{AUDITS, by_id};
use countersign_audit::report::readable_page;
use countersign_audit::suppress::suggestion;
use countersign_diagnose::cause::{self, CAUSES};
use countersign_diagnose::{diagnosis, risk};

use super::Exit;
use crate::diagnostic::Diagnostic;
use crate::output;

const EXAMPLES: &str = "\
Examples:
  countersign explain
  countersign explain external-id-if-exists
  countersign explain external-id-missing
  countersign explain severity";

/// Explain an audit or a cause of a denial: what it means, what shows it, what to do. Without an id, list them all.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    /// The audit or the cause, as findings and diagnoses name it; or one of the pages severity, risk, diagnosis.
    #[arg(value_name = "ID")]
    id: Option<String>,
}

/// Pages about what answers have in common.
const PAGES: [(&str, &str, &str); 3] = [
    ("severity", "how findings of the audit are rated", countersign_audit::severity::PAGE),
    ("risk", "how the causes of a denial are rated", risk::PAGE),
    ("diagnosis", "the members of a diagnosis as JSON", diagnosis::PAGE),
];

/// Prints the page, or the list.
///
/// # Errors
/// When there is nothing of that name.
pub(crate) fn run(args: &Args) -> anyhow::Result<Exit> {
    let Some(id) = &args.id else {
        output::answer(&list())?;
        return Ok(Exit::Clean);
    };
    let shared = PAGES.iter().find(|(name, ..)| name == id).map(|(.., page)| *page);
    let page = shared.or_else(|| by_id(id).map(|audit| audit.page)).or_else(|| cause::find(id).map(|cause| cause.page));
    let Some(page) = page else {
        let message = format!("there is no audit or cause `{id}`");
        return Err(Box::new(Diagnostic::error(message, Some(nearest(id)))).into());
    };
    output::answer(&readable_page(page))?;
    Ok(Exit::Clean)
}

fn list() -> String {
    let rows = |rows: &mut dyn Iterator<Item = (&'static str, &'static str)>| -> String {
        rows.map(|(id, summary)| format!("{id:<32} {summary}\n")).collect()
    };
    let (bold, end) = (output::BOLD, format!("{:#}", output::BOLD));
    format!(
        "{bold}audits{end}\n{}\n{bold}causes of a denial{end}\n{}\n{bold}pages{end}\n{}",
        rows(&mut AUDITS.iter().map(|audit| (audit.id, audit.summary))),
        rows(&mut CAUSES.iter().map(|cause| (cause.id, cause.summary))),
        rows(&mut PAGES.iter().map(|(id, summary, _)| (*id, *summary))),
    )
}

/// What may have been meant.
fn nearest(id: &str) -> String {
    let id = id.to_ascii_lowercase().replace('_', "-");
    let id = id.as_str();
    let ratio = |other: &str| similar::TextDiff::from_chars(id, other).ratio();
    let causes = CAUSES.iter().map(|cause| (ratio(cause.id), cause.id));
    let audits = AUDITS.iter().map(|audit| ratio(audit.id));
    let best = causes.max_by(|(a, _), (b, _)| a.total_cmp(b));
    match best {
        Some((likeness, cause)) if likeness > 0.7 && audits.into_iter().all(|other| other <= likeness) => {
            format!("did you mean `{cause}`?")
        }
        _ => suggestion(id),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_stands_for_one_page() {
        let mut names: Vec<&str> = AUDITS.iter().map(|audit| audit.id).collect();
        names.extend(CAUSES.iter().map(|cause| cause.id));
        names.extend(PAGES.iter().map(|(id, ..)| *id));
        let count = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), count);
    }
}
