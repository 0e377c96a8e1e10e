//! `audit --fix`: applies what the findings propose, after auditing the result.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use countersign_audit::examine::Examined;
use countersign_audit::finding::Finding;
use countersign_audit::fix::{Edit, Safety, apply};
use countersign_audit::report::Report;
use countersign_audit::source::{InputProblem, ProblemSeverity};
use countersign_policy::document::Span;

use crate::mended::{Mended, is_stdin};
use crate::output;

/// The flags.
#[derive(Debug, Clone, Default, clap::Args)]
pub(crate) struct FixArgs {
    /// Apply fixes to the files: those that grant nothing new and mend what was found, or all of them, with their
    /// placeholders.
    #[arg(long, value_enum, num_args = 0..=1, require_equals = true, default_missing_value = "safe", value_name = "WHICH")]
    fix: Option<Which>,

    /// Show what `--fix` would change, as a patch, and change nothing.
    #[arg(long)]
    pub(super) diff: bool,

    /// The ExternalId that fixes demand; templates get a variable or parameter without it.
    #[arg(long, value_name = "ID")]
    pub(super) external_id: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Which {
    /// Those that grant nothing new and mend what was found.
    Safe,
    /// Also those that hold placeholders, or may keep out somebody who should get in.
    All,
}

/// New texts of files, by the names that reports call them.
pub(super) type Overlay = BTreeMap<String, Arc<str>>;

/// A file with its fixes made, and what was found there and should be gone.
struct Repaired {
    file: Mended,
    findings: Vec<Found>,
}

/// What a finding is about, however lines move.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Found {
    audit: &'static str,
    role: String,
    statement: Option<usize>,
}

impl Found {
    fn of(report: &Report, finding: &Finding) -> Self {
        let role = finding.role_index.and_then(|at| report.roles.get(at));
        let inside = |span: Span| span.start <= finding.policy_span.start && finding.policy_span.end <= span.end;
        let statement = role
            .and_then(|examined| examined.role.trust.statements.iter().position(|statement| inside(statement.span)));
        Self { audit: finding.id, role: finding.role.clone(), statement }
    }
}

/// How often each is found.
fn counts(findings: impl Iterator<Item = Found>) -> HashMap<Found, usize> {
    let mut counts = HashMap::new();
    findings.for_each(|found| *counts.entry(found).or_default() += 1);
    counts
}

/// A report as it is looked up.
struct Looked<'r> {
    report: &'r Report,
    counts: HashMap<Found, usize>,
    roles: HashMap<&'r str, &'r Examined>,
}

impl<'r> Looked<'r> {
    fn at(report: &'r Report) -> Self {
        let counts = counts(report.live().map(|judged| Found::of(report, &judged.finding)));
        let roles = report.roles.iter().rev().map(|examined| (name(examined), examined)).collect();
        Self { report, counts, roles }
    }

    fn count(&self, found: &Found) -> usize {
        self.counts.get(found).copied().unwrap_or_default()
    }
}

impl FixArgs {
    pub(super) fn is_wanted(&self) -> bool {
        self.fix.is_some() || self.diff
    }

    /// Makes the fixes of the report, audits the result with `audit`, and keeps those files whose result is as it should
    /// be. Writes them, or shows the difference. Yields the report on what is there now.
    ///
    /// # Errors
    /// When stdout cannot be written to. A file that cannot be written is a problem of the report.
    pub(super) fn mend(&self, report: Report, audit: impl Fn(&Overlay) -> Report) -> anyhow::Result<Report> {
        let mut files = self.repaired(&report);
        let mut after = audit(&overlay(&files));
        let looked = (Looked::at(&report), Looked::at(&after));
        let failures: Vec<(String, String)> = files
            .iter()
            .filter_map(|(path, repaired)| Some((path.clone(), failure(path, repaired, &looked.0, &looked.1)?)))
            .collect();
        drop(looked);
        for (path, why) in &failures {
            files.remove(path);
            hold_back(path, why);
        }
        if !failures.is_empty() {
            after = audit(&overlay(&files));
        }
        if self.diff {
            for repaired in files.values() {
                output::answer_plain(&repaired.file.patch())?;
            }
            return Ok(report);
        }
        let written = |repaired: &Repaired| repaired.file.write().err();
        let unwritten: Vec<(String, String)> =
            files.iter().filter_map(|(path, repaired)| Some((path.clone(), written(repaired)?))).collect();
        if !unwritten.is_empty() {
            files.retain(|path, _| unwritten.iter().all(|(unwritten, _)| unwritten != path));
            after = audit(&overlay(&files));
        }
        let help = "check the permissions of the file and its folder, and run again";
        let problem = |(path, why): &(String, String)| {
            InputProblem::of_file(path, ProblemSeverity::Error, format!("cannot write the fixes: {why}"), help)
        };
        after.problems.extend(unwritten.iter().map(problem));
        let fixed: usize = files.values().map(|repaired| repaired.findings.len()).sum();
        let plural = |count: usize, word: &str| format!("{count} {word}{}", if count == 1 { "" } else { "s" });
        output::talk(&format!("fixed {} in {}\n", plural(fixed, "finding"), plural(files.len(), "file")));
        Ok(after)
    }

    fn wants(&self, finding: &Finding) -> bool {
        finding.fix.as_ref().is_some_and(|fix| fix.safety == Safety::Safe || self.fix == Some(Which::All))
    }

    fn repaired(&self, report: &Report) -> BTreeMap<String, Repaired> {
        let mut edits: BTreeMap<&str, (Vec<Edit>, Vec<&Finding>)> = BTreeMap::new();
        for finding in report.live().map(|judged| &judged.finding).filter(|finding| self.wants(finding)) {
            let of_fix = finding.fix.iter().flat_map(|fix| &fix.edits);
            let Some(path) = of_fix.clone().next().map(|one| one.location.path.as_str()) else { continue };
            let (made, findings) = edits.entry(path).or_default();
            let new: Vec<Edit> = of_fix.map(|one| one.edit.clone()).filter(|edit| !made.contains(edit)).collect();
            // Of fixes that want the same place the first is made; the next run makes the other.
            if new.iter().all(|edit| !made.iter().any(|other| overlap(edit, other))) {
                made.extend(new);
                findings.push(finding);
            }
        }
        let sources = report.roles.iter().flat_map(|examined| examined.role.sources.files());
        let texts: BTreeMap<&str, &str> = sources.map(|file| (file.path(), file.text())).collect();
        let repair = |(path, (edits, findings)): (&str, (Vec<Edit>, Vec<&Finding>))| {
            let before: &str = texts.get(path)?;
            let after = apply(before, &edits)?;
            let file = if self.diff && is_stdin(path) {
                Mended::of_stdin(path, before, after)
            } else {
                Mended::of_file(path, before, after).map_err(|why| hold_back(path, why)).ok()?
            };
            let findings = findings.into_iter().map(|finding| Found::of(report, finding)).collect();
            Some((path.to_owned(), Repaired { file, findings }))
        };
        edits.into_iter().filter_map(repair).collect()
    }
}

fn hold_back(path: &str, why: &str) {
    let message = format!("the fixes of this file are held back: {why}");
    let problem = InputProblem::of_file(path, ProblemSeverity::Warning, message, "mend it by hand");
    output::talk(&(countersign_audit::report::problem(&problem) + "\n"));
}

/// Two insertions at one place are one after the other; whether that is what is meant nobody knows.
fn overlap(a: &Edit, b: &Edit) -> bool {
    let same_place = a.span.start == b.span.start && a.span.end == b.span.end;
    same_place || (a.span.start < b.span.end && b.span.start < a.span.end)
}

fn overlay(files: &BTreeMap<String, Repaired>) -> Overlay {
    files.iter().map(|(path, repaired)| (path.clone(), Arc::clone(&repaired.file.after))).collect()
}

/// Why the fixed file is not as it should be.
fn failure(path: &str, repaired: &Repaired, before: &Looked<'_>, after: &Looked<'_>) -> Option<String> {
    let broken = after.report.problems.iter().find(|problem| {
        problem.path == path && problem.severity == ProblemSeverity::Error && !before.report.problems.contains(problem)
    });
    if let Some(problem) = broken {
        return Some(format!("it could not be read any more: {}", problem.message));
    }
    // The same may be found in a statement that gives no hold for a fix.
    let gone = counts(repaired.findings.iter().cloned());
    let is_left =
        |wanted: &&Found| after.count(wanted) + gone.get(wanted).copied().unwrap_or_default() > before.count(wanted);
    if let Some(Found { audit, role, .. }) = repaired.findings.iter().find(is_left) {
        return Some(format!("`{audit}` is still found in `{role}`"));
    }
    let mut roles = before.report.roles.iter().filter(|role| role.role.sources.files().any(|file| file.path() == path));
    roles.find_map(|role| {
        let Some(now) = after.roles.get(name(role)) else { return Some(format!("`{}` is gone", role.role.name)) };
        let is_worse = now.exposed.exposure < role.exposed.exposure;
        is_worse.then(|| format!("`{}` would be {}", role.role.name, now.exposed.exposure))
    })
}

fn name(examined: &Examined) -> &str {
    &examined.role.name
}
