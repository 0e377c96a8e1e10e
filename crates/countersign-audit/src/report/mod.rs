//! Reports: what an audit found, and one file per format that prints it, all with the words of `words`.

mod excerpt;
mod explain;
mod github;
mod html;
mod json;
mod markdown;
mod message;
mod sarif;
mod statements;
mod text;
mod words;

pub use excerpt::{Excerpt, inert};
pub use explain::explain;
pub use github::github;
pub use html::html;
pub use json::{json, json_line, json_text};
pub use markdown::markdown;
pub use message::{BAD, BOLD, Level, Message, NOTE, WARN, marked};
pub use sarif::{readable_page, sarif};
pub use text::{Verbosity, problem, summary, text};
pub use words::{call, sent};

use countersign_policy::prove::Exposure;

use crate::baseline::{Baseline, Entry};
use crate::caller::ExaminedCaller;
use crate::config::Disabled;
use crate::examine::Examined;
use crate::finding::{Confidence, Finding, Persona, Severity};
use crate::fingerprint::fingerprints;
use crate::role::Role;
use crate::source::{InputProblem, ProblemSeverity};
use crate::source_root::SourceRoot;
use crate::suppress::Ignores;

/// Which findings the user wants to hear of.
#[derive(Debug, Clone)]
pub struct Selection {
    /// Who asks.
    pub persona: Persona,
    /// The least severity.
    pub min_severity: Severity,
    /// The least confidence.
    pub min_confidence: Confidence,
    /// The audits that are switched off.
    pub disabled: Vec<Disabled>,
    /// Where paths are told from.
    pub root: SourceRoot,
}

impl Default for Selection {
    fn default() -> Self {
        Self {
            persona: Persona::Regular,
            min_severity: Severity::Informational,
            min_confidence: Confidence::Low,
            disabled: Vec::new(),
            root: SourceRoot::default(),
        }
    }
}

/// A finding, and whether it counts.
#[derive(Debug, Clone)]
pub struct Judged {
    /// The finding.
    pub finding: Finding,
    /// What it is known by from run to run.
    pub fingerprint: String,
    /// Whether it counts.
    pub standing: Standing,
}

/// Whether a finding counts, and why not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// It counts.
    Live,
    /// A comment in the source accepts it.
    Ignored {
        /// Why, if the comment says.
        reason: Option<String>,
    },
    /// The configuration switches its audit off.
    Disabled {
        /// Why.
        reason: String,
    },
    /// The baseline accepts it.
    Baselined,
    /// It is less severe than asked for.
    BelowSeverity,
    /// It is less sure than asked for.
    BelowConfidence,
    /// It is for a persona that was not asked for.
    ForPersona(Persona),
}

/// Everything an audit has to say.
#[derive(Debug, Default)]
pub struct Report {
    /// The roles, in the order they were read.
    pub roles: Vec<Examined>,
    /// Those who assume roles, in the order they were read.
    pub callers: Vec<ExaminedCaller>,
    /// What is wrong with them, counted or not.
    pub findings: Vec<Judged>,
    /// What could not be read.
    pub problems: Vec<InputProblem>,
    /// What the baseline accepts and is gone.
    pub absent: Vec<Entry>,
    /// Whether findings were compared with a baseline.
    pub has_baseline: bool,
    /// Where paths are told from, in formats that other programs read.
    pub root: SourceRoot,
}

impl Report {
    /// Runs every audit over the roles and judges which findings count.
    #[must_use]
    pub fn new(roles: Vec<Examined>, mut problems: Vec<InputProblem>, selection: &Selection) -> Self {
        let found = crate::audit::run(&roles);
        let prints = fingerprints(&roles, &found, &selection.root);
        let ignores = Ignores::of(&roles);
        let findings: Vec<Judged> = found
            .into_iter()
            .zip(prints)
            .map(|(finding, fingerprint)| {
                let role = finding.role_index.and_then(|at| roles.get(at));
                let standing = match role.and_then(|role| ignores.accepting(&finding, role)) {
                    Some(ignore) => Standing::Ignored { reason: ignore.reason.clone() },
                    None => selection.standing(&finding, role.map(|examined| &examined.role)),
                };
                Judged { finding, fingerprint, standing }
            })
            .collect();
        problems.extend(ignores.problems());
        problems.sort_by(|a, b| (&a.path, a.line, a.column, &a.message).cmp(&(&b.path, b.line, b.column, &b.message)));
        problems.dedup();
        drop(ignores);
        Self { roles, findings, problems, root: selection.root.clone(), ..Self::default() }
    }

    /// Runs the audits of callers too.
    #[must_use]
    pub fn with_callers(mut self, callers: Vec<ExaminedCaller>, selection: &Selection) -> Self {
        let found = crate::audit::run_callers(&callers);
        let prints = fingerprints(&[], &found, &selection.root);
        self.findings.extend(found.into_iter().zip(prints).map(|(finding, fingerprint)| {
            let standing = selection.standing(&finding, None);
            Judged { finding, fingerprint, standing }
        }));
        self.callers.extend(callers);
        self
    }

    /// A baseline that accepts everything that counts.
    #[must_use]
    pub fn baseline(&self) -> Baseline {
        let accepted =
            self.findings.iter().filter(|judged| matches!(judged.standing, Standing::Live | Standing::Baselined));
        let entry = |judged: &Judged| Entry {
            path: self.root.relative(&judged.finding.location.path),
            role: judged.finding.role.clone(),
            id: judged.finding.id.to_owned(),
            fingerprint: judged.fingerprint.clone(),
        };
        accepted.map(entry).collect()
    }

    /// Takes what the baseline accepts out of what counts, and names what is gone from it.
    pub fn compare(&mut self, baseline: &Baseline) {
        self.has_baseline = true;
        self.absent = baseline.absent(self.findings.iter().map(|judged| judged.fingerprint.as_str()));
        for judged in &mut self.findings {
            if judged.standing == Standing::Live && baseline.accepts(&judged.fingerprint) {
                judged.standing = Standing::Baselined;
            }
        }
    }

    /// The findings that count.
    pub fn live(&self) -> impl Iterator<Item = &Judged> {
        self.findings.iter().filter(|judged| judged.standing == Standing::Live)
    }

    /// Whether something could not be read.
    #[must_use]
    pub fn is_incomplete(&self) -> bool {
        self.problems.iter().any(|problem| problem.severity == ProblemSeverity::Error)
    }

    /// How many roles have each exposure, worst first.
    #[must_use]
    pub fn counts(&self) -> Vec<(Exposure, usize)> {
        let mut exposures: Vec<Exposure> = self.roles.iter().map(|role| role.exposed.exposure).collect();
        exposures.sort_unstable();
        exposures.chunk_by(|a, b| a == b).filter_map(|chunk| Some((*chunk.first()?, chunk.len()))).collect()
    }
}

impl Selection {
    fn standing(&self, finding: &Finding, role: Option<&Role>) -> Standing {
        if let Some(disabled) = self.disabled.iter().find(|disabled| disabled.covers(finding.id, role)) {
            Standing::Disabled { reason: disabled.reason.clone() }
        } else if finding.persona > self.persona {
            Standing::ForPersona(finding.persona)
        } else if finding.severity < self.min_severity {
            Standing::BelowSeverity
        } else if finding.confidence < self.min_confidence {
            Standing::BelowConfidence
        } else {
            Standing::Live
        }
    }
}
