//! What a simulation prints for programs: `countersign.simulate/1`.

use std::collections::BTreeMap;

use countersign_policy::evaluate::assume_role::Layer;
use countersign_policy::evaluate::{Decision, StatementTrace};
use serde::Serialize;

use super::{Simulation, report};
use crate::diagnostic::Diagnostic;
use crate::reason;

/// The answer for programs, `countersign.simulate/1`.
#[derive(Serialize)]
pub(super) struct Answer<'s> {
    schema: &'static str,
    decision: Decision,
    reason: String,
    help: Vec<String>,
    notes: &'s [String],
    request: AnswerRequest<'s>,
    trust: Decision,
    actions: Vec<AnswerAction<'s>>,
    refusal: Option<String>,
    layers: Vec<AnswerLayer<'s>>,
    assumptions: Vec<AnswerAssumption>,
    problems: Vec<Diagnostic>,
}

#[derive(Serialize)]
struct AnswerRequest<'s> {
    caller: &'s str,
    action: &'s str,
    role: &'s str,
    context: BTreeMap<&'s str, &'s [String]>,
}

#[derive(Serialize)]
struct AnswerAction<'s> {
    action: &'s str,
    decision: Decision,
}

#[derive(Serialize)]
struct AnswerLayer<'s> {
    layer: Layer,
    document: usize,
    path: &'s str,
    action: &'s str,
    decision: Decision,
    statements: &'s [StatementTrace],
}

#[derive(Serialize)]
struct AnswerAssumption {
    name: &'static str,
    reading: &'static str,
}

/// What a program is told.
pub(super) fn answer(simulation: &Simulation) -> Answer<'_> {
    let Simulation { decided, request, .. } = simulation;
    let reason = reason::of_call(decided, request);
    Answer {
        schema: "countersign.simulate/1",
        decision: decided.decision,
        help: report::help(&reason, simulation),
        reason: reason.text,
        notes: &simulation.notes,
        request: AnswerRequest {
            caller: request.caller.name(),
            action: &request.action,
            role: &request.role,
            context: request.context.iter().collect(),
        },
        trust: decided.trust,
        actions: decided
            .actions
            .iter()
            .map(|(action, decision)| AnswerAction { action, decision: *decision })
            .collect(),
        refusal: decided.refusal.as_ref().map(ToString::to_string),
        layers: simulation
            .layers()
            .map(|(trace, file)| AnswerLayer {
                layer: trace.layer,
                document: trace.document,
                path: &file.input.name,
                action: &trace.action,
                decision: trace.evaluation.decision,
                statements: &trace.evaluation.statements,
            })
            .collect(),
        assumptions: simulation
            .readings()
            .map(|(assumption, reading)| AnswerAssumption { name: assumption.name(), reading })
            .collect(),
        problems: simulation.problems().flat_map(|(_, problems)| problems).collect(),
    }
}
