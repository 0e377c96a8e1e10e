//! Which findings count: the options that hold some back, and the baseline's file.

use std::path::{Path, PathBuf};

use countersign_audit::baseline::Baseline;
use countersign_audit::config::Config;
use countersign_audit::finding::{Confidence, Persona, Severity};
use countersign_audit::report::{Report, Selection};
use countersign_audit::source_root::SourceRoot;

use crate::diagnostic::{Diagnostic, Place};
use crate::{output, read};

/// The largest baseline that is read.
const MAX_BYTES: u64 = 64 << 20;

/// Which findings count.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Which findings count")]
pub(super) struct SelectionArgs {
    /// Leave out findings that are less severe.
    #[arg(long, value_name = "SEVERITY", value_parser = severity,
          help = "Leave out findings that are less severe: informational, low, medium, high or critical")]
    min_severity: Option<Severity>,

    /// Leave out findings that are less sure.
    #[arg(long, value_name = "CONFIDENCE", value_parser = confidence,
          help = "Leave out findings that are less sure: low, medium or high")]
    min_confidence: Option<Confidence>,

    /// For whom: regular, pedantic (also what the input takes from elsewhere) or auditor (also what is seldom a risk).
    #[arg(long, value_name = "PERSONA", value_parser = persona, default_value = "regular")]
    persona: Persona,

    /// Do not count the findings in this file.
    #[arg(long, value_name = "FILE")]
    baseline: Option<PathBuf>,

    /// Write the findings to this file, as a baseline, and count none of them.
    #[arg(long, value_name = "FILE", conflicts_with = "baseline")]
    write_baseline: Option<PathBuf>,

    /// Exit with 0 although there are findings; what cannot be read still makes it 2.
    #[arg(long)]
    pub(super) exit_zero: bool,
}

/// What the options ask for.
pub(super) struct Chosen {
    pub(super) wanted: Selection,
    pub(super) baseline: Option<Baseline>,
}

impl SelectionArgs {
    /// Takes the options, what they leave out from the configuration, and reads the baseline.
    ///
    /// # Errors
    /// When the baseline cannot be read.
    pub(super) fn read(&self, paths: &[PathBuf], config: &Config) -> anyhow::Result<Chosen> {
        let wanted = Selection {
            persona: self.persona,
            min_severity: self.min_severity.or(config.min_severity).unwrap_or(Severity::Informational),
            min_confidence: self.min_confidence.or(config.min_confidence).unwrap_or(Confidence::Low),
            disabled: config.disabled.clone(),
            root: source_root(paths),
        };
        Ok(Chosen { wanted, baseline: self.baseline.as_deref().map(read_baseline).transpose()? })
    }

    /// Takes what the baseline accepts out of what counts; one that is to be written accepts everything.
    ///
    /// # Errors
    /// When it cannot be written.
    pub(super) fn compare(&self, report: &mut Report, mut baseline: Option<Baseline>) -> anyhow::Result<()> {
        if let Some(path) = &self.write_baseline {
            let written = report.baseline();
            std::fs::write(path, written.text()?).map_err(|error| {
                let message = format!("cannot write the baseline `{}`: {}", path.display(), error.kind());
                Box::new(Diagnostic::error(message, Some("check the folder and its permissions".to_owned())))
            })?;
            let findings = if written.len() == 1 { "1 finding" } else { &format!("{} findings", written.len()) };
            output::talk(&format!("wrote {findings} to {}\n", output::inert(&read::name(path))));
            baseline = Some(written);
        }
        if let Some(baseline) = baseline {
            report.compare(&baseline);
        }
        Ok(())
    }
}

fn read_baseline(path: &Path) -> anyhow::Result<Baseline> {
    let input = read::read(path, MAX_BYTES)?;
    Baseline::read(&input.text).map_err(|error| {
        let mut message = error.to_string();
        if let Some(source) = std::error::Error::source(&error) {
            message.push_str(&format!(": {source}"));
        }
        let mut diagnostic = Diagnostic::error(
            message,
            Some("write it anew with --write-baseline, and look at the difference".to_owned()),
        );
        diagnostic.place = Some(Place::file(&input.name));
        Box::new(diagnostic).into()
    })
}

/// The root of the repository that the working folder lies in, or else the first path; without one, the working folder.
fn source_root(paths: &[PathBuf]) -> SourceRoot {
    let Ok(working) = std::env::current_dir() else { return SourceRoot::default() };
    let repository = |folder: &Path| folder.ancestors().find(|folder| folder.join(".git").exists()).map(Path::to_owned);
    let of_path = || paths.first().and_then(|path| std::path::absolute(path).ok()).and_then(|path| repository(&path));
    let root = repository(&working).or_else(of_path).unwrap_or_else(|| working.clone());
    SourceRoot::new(&root.to_string_lossy(), &working.to_string_lossy())
}

/// Reads one of a few words.
fn one_of<T: Copy>(text: &str, words: &[(&str, T)]) -> Result<T, String> {
    let known = words.iter().find(|(word, _)| *word == text).map(|(_, value)| *value);
    known.ok_or_else(|| {
        let all: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
        format!("write one of {}", all.join(", "))
    })
}

fn severity(text: &str) -> Result<Severity, String> {
    one_of(text, Severity::WORDS)
}

fn confidence(text: &str) -> Result<Confidence, String> {
    one_of(text, Confidence::WORDS)
}

fn persona(text: &str) -> Result<Persona, String> {
    one_of(text, &[("regular", Persona::Regular), ("pedantic", Persona::Pedantic), ("auditor", Persona::Auditor)])
}
