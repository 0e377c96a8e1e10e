//! What a simulation prints for people: the reason first and the trace below it.

use std::collections::HashMap;
use std::fmt::Write as _;

use countersign_policy::assumptions::{Assumption, Assumptions};
use countersign_policy::evaluate::Decision;
use countersign_policy::evaluate::assume_role::{Layer, LayerTrace};
use countersign_policy::request::context_key::{self, SetBy};

use super::Simulation;
use crate::diagnostic::{self, Diagnostic};
use crate::output::{self, inert, quoted};
use crate::policy_file::PolicyFile;
use crate::{reason, trace};

impl Simulation {
    /// Every policy that was asked, with the file it came from. What was assumed is left out.
    pub(super) fn layers(&self) -> impl Iterator<Item = (&LayerTrace, &PolicyFile)> {
        let mut asked: HashMap<(&str, Layer), usize> = HashMap::new();
        self.decided.layers.iter().filter_map(move |trace| {
            let nth = asked.entry((&trace.action, trace.layer)).or_default();
            *nth += 1;
            Some((trace, self.policies.file(trace.layer, *nth - 1)?))
        })
    }

    /// What is wrong with each file.
    pub(super) fn problems(&self) -> impl Iterator<Item = (&PolicyFile, Vec<Diagnostic>)> {
        let trust = &self.policies.trust;
        let others = self.policies.others().map(|file| (file, file.shape_problems()));
        std::iter::once((trust, trust.trust_problems())).chain(others)
    }

    pub(super) fn readings(&self) -> impl Iterator<Item = (Assumption, &'static str)> {
        self.decided.assumptions.iter().map(|assumption| (assumption, reading(assumption, self.assumptions)))
    }
}

fn reading(assumption: Assumption, assumptions: Assumptions) -> &'static str {
    match assumption.other_reading() {
        Some(other) if assumptions.takes_other(assumption) => other,
        _ => assumption.default_reading(),
    }
}

/// What is wrong with the policies, file by file.
pub(super) fn problems(simulation: &Simulation) -> String {
    simulation.problems().map(|(file, problems)| diagnostic::list(&problems, &file.input.name)).collect()
}

/// The answer for people.
pub(super) fn text(simulation: &Simulation) -> String {
    let decided = &simulation.decided;
    let reason = reason::of_call(decided, &simulation.request);
    let mut text = format!("{}: {}\n", trace::decision(decided.decision), inert(&reason.text));
    let (label, plain) = (output::NOTE.render(), output::NOTE.render_reset());
    for help in help(&reason, simulation) {
        let _ = writeln!(text, " {label}help:{plain} {}", inert(&help));
    }
    for note in &simulation.notes {
        let _ = writeln!(text, " {label}note:{plain} {}", inert(note));
    }
    for (layer, file) in simulation.layers() {
        let _ = write!(text, "\n{}", trace::layer(layer, |span| Some(file.place(span))));
    }
    let readings: Vec<_> = simulation.readings().collect();
    if !readings.is_empty() {
        text += "\nassumptions, where AWS does not say\n";
        for (assumption, reading) in readings {
            let _ = writeln!(text, "  {assumption}: {reading}");
        }
    }
    text
}

/// What to try next, in the words of the command line.
pub(super) fn help(reason: &reason::Reason, simulation: &Simulation) -> Vec<String> {
    let decided = &simulation.decided;
    let denies = |trace: &LayerTrace| trace.evaluation.decision == Decision::ExplicitDeny;
    let silent_scp = decided.decision == Decision::ExplicitDeny && !decided.layers.iter().any(denies);
    let scp = silent_scp.then(|| {
        "where FullAWSAccess is attached to the level too, give both: --scp FullAWSAccess.json,FILE".to_owned()
    });
    reason.absent_key.as_deref().map(|key| absent(key, &simulation.request.action)).into_iter().chain(scp).collect()
}

/// How the call could send a key it did not send.
fn absent(key: &str, action: &str) -> String {
    let Some(row) = context_key::lookup(key) else {
        return match context_key::nearest(key) {
            Some(near) => format!("AWS has no key {}; {} may be meant", quoted(key), quoted(near)),
            None => format!("AWS documents no key {}", quoted(key)),
        };
    };
    match row.set_by {
        SetBy::ExternalId if !action.eq_ignore_ascii_case("sts:AssumeRole") => {
            format!("{action} cannot send an ExternalId; only sts:AssumeRole can")
        }
        SetBy::ExternalId => "send it with --external-id".to_owned(),
        SetBy::SourceIdentity => "send it with --source-identity".to_owned(),
        SetBy::SessionTags => "send it with --tag KEY=VALUE or --transitive-tag".to_owned(),
        SetBy::NotHere => format!("AWS never sends {} in this call", quoted(key)),
        SetBy::Clock | SetBy::Always => {
            format!("AWS always sends {}; say what the call sends with --context {key}=VALUE", quoted(key))
        }
        SetBy::SessionName
        | SetBy::SessionContext
        | SetBy::Caller
        | SetBy::CallerAttribute
        | SetBy::Organization
        | SetBy::Mfa
        | SetBy::Network
        | SetBy::Sometimes
        | SetBy::ServiceSource
        | SetBy::ServicePrincipal
        | SetBy::RoleTags
        | SetBy::RoleProperty
        | SetBy::Saml
        | SetBy::Oidc => format!("if the real call has it, say so with --context {key}=VALUE"),
    }
}
