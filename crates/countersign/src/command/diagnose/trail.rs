//! The refused call out of CloudTrail's files: named ones, and those of folders, as `aws s3 sync` brings them.

use std::path::{Path, PathBuf};

use countersign_audit::report::{Level, Message};
use countersign_diagnose::Evidence;
use countersign_diagnose::trail::{Group, Problems, Refusals, Trail, Wanted};
use countersign_policy::document::Severity;

use super::args::Given;
use crate::diagnostic::Diagnostic;
use crate::output::{self, quoted};
use crate::read;

/// How many problems of a file are told.
const TOLD: usize = 3;
/// How many of the other refusals are named.
const NAMED: usize = 5;
/// How the names of files with events end in a folder.
const ENDINGS: [&str; 5] = ["json", "gz", "jsonl", "ndjson", "log"];

/// Adds the refused call that `--event` is about.
///
/// # Errors
/// When a file cannot be read, or no refusal is in any.
pub(super) fn add(evidence: &mut Evidence, args: &Given) -> anyhow::Result<()> {
    if args.event.is_empty() {
        return Ok(());
    }
    let wanted = wanted(args);
    let mut trail = Trail::new(wanted.clone());
    for path in files(&args.event) {
        let trouble = read::pieces(&path, &mut |piece| trail.feed(piece))?;
        tell(&read::name(&path), &trail.end());
        if let Some(trouble) = trouble {
            output::talk(&Diagnostic { severity: Severity::Warning, ..*trouble }.render());
        }
    }
    if take(evidence, trail.refusals()) {
        return Ok(());
    }
    let names: Vec<String> = args.event.iter().map(|path| read::name(path)).collect();
    Err(Box::new(nothing(&names.join(", "), &wanted, trail.refusals())).into())
}

/// Adds the refused call out of a pasted text; whether there was one.
pub(super) fn add_text(evidence: &mut Evidence, args: &Given, text: &str) -> bool {
    if !text.trim_start().starts_with(['{', '[']) {
        return false;
    }
    let mut trail = Trail::new(wanted(args));
    trail.feed(text.as_bytes());
    take(evidence, trail.refusals())
}

fn wanted(args: &Given) -> Wanted {
    Wanted { role: args.role.clone(), caller: args.caller.clone() }
}

/// The files that are named, and those in the folders that are.
fn files(paths: &[PathBuf]) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for path in paths {
        if path == Path::new("-") || !path.is_dir() {
            files.push(path.clone());
            continue;
        }
        let walk = ignore::WalkBuilder::new(path).standard_filters(false).sort_by_file_path(Path::cmp).build();
        for entry in walk {
            match entry {
                Ok(entry) if entry.file_type().is_some_and(|kind| kind.is_file()) => {
                    files.extend(Some(entry.into_path()).filter(|path| is_trail(path)));
                }
                Ok(_) => {}
                Err(error) => warn(&read::name(path), &format!("not all of it can be read: {error}")),
            }
        }
    }
    files
}

fn is_trail(path: &Path) -> bool {
    let ending = path.extension().and_then(|ending| ending.to_str()).unwrap_or_default();
    ENDINGS.iter().any(|known| ending.eq_ignore_ascii_case(known))
}

/// Takes the refusal that is meant, and says which others there are.
fn take(evidence: &mut Evidence, refusals: &Refusals) -> bool {
    let Some(event) = refusals.chosen() else { return false };
    evidence.add_event(event);
    if refusals.total() > 1 {
        let time = Some(event.event_time.as_str()).filter(|time| !time.is_empty()).unwrap_or("an unknown time");
        evidence.notes.push(format!(
            "this is about the refusal of {time}, one of {}; --role and --caller choose among them",
            refusals.total()
        ));
        evidence.notes.extend(others(refusals).into_iter().map(|line| format!("refused as well: {line}")));
    }
    true
}

/// The other refusals, one line for each pair of caller and role.
fn others(refusals: &Refusals) -> Vec<String> {
    let groups = refusals.others();
    let mut lines: Vec<String> = groups.iter().take(NAMED).map(line).collect();
    let rest = groups.iter().skip(NAMED).map(|group| group.count).sum::<usize>() + refusals.beyond();
    lines.extend((rest > 0).then(|| format!("{rest} of other callers or roles")));
    lines
}

fn line(group: &Group) -> String {
    let or_unknown = |name: &Option<String>| name.as_deref().map_or_else(|| "an unknown name".to_owned(), quoted);
    let times = if group.count == 1 { "once".to_owned() } else { format!("{} times", group.count) };
    let last = if group.last.is_empty() { String::new() } else { format!(", last {}", group.last) };
    format!("{} for {}, {times}{last}", or_unknown(&group.caller), or_unknown(&group.role))
}

fn nothing(names: &str, wanted: &Wanted, refusals: &Refusals) -> Diagnostic {
    if refusals.total() == 0 {
        let help =
            "events of refused calls have an errorCode; the owner of a role sees no denied calls of other accounts";
        return Diagnostic::error(format!("no refused AssumeRole in {names}"), Some(help.to_owned()));
    }
    let of_role = wanted.role.iter().map(|role| format!("for {}", quoted(role)));
    let of_caller = wanted.caller.iter().map(|caller| format!("of {}", quoted(caller)));
    let meant: Vec<String> = of_role.chain(of_caller).collect();
    let message = format!("none of the {} refused calls in {names} is {}", refusals.total(), meant.join(" "));
    Diagnostic::error(message, Some(format!("there are {}", others(refusals).join("; "))))
}

/// Says what is wrong with a file.
fn tell(name: &str, problems: &Problems) {
    for problem in problems.first.iter().take(TOLD) {
        let place = Some((name, Some(problem.position)));
        let message =
            Message { level: Level::Warning, id: None, text: &problem.message, place, excerpt: None, notes: &[] };
        output::talk(&message.render());
    }
    let rest = problems.count.saturating_sub(TOLD);
    if rest > 0 {
        warn(name, &format!("{rest} more places are damaged"));
    }
}

fn warn(name: &str, text: &str) {
    let place = Some((name, None));
    output::talk(&Message { level: Level::Warning, id: None, text, place, excerpt: None, notes: &[] }.render());
}
