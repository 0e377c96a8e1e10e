//! What has to change for the call to get through, as one: the changes of one cause or of several, made together.

use super::{Change, Part, Patch};
use crate::cause::{Finding, Proof, Status};
use crate::situation::{Situation, Whole};

/// The changes that let the call through: all of them, or it stays denied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// The causes they are of, as places in [`Diagnosis::causes`](crate::Diagnosis::causes).
    pub causes: Vec<usize>,
    /// The texts that change.
    pub patches: Vec<Patch>,
    /// The causes among them whose change is not one of a text that was given.
    pub by_hand: Vec<usize>,
}

impl Plan {
    /// The change of the first cause, which has to be proved, and of those proved ones that it takes besides. `whole` is the
    /// call that the evaluator was asked about, where it was.
    pub(crate) fn of(found: &[&Finding], whole: Option<&Whole>, situation: &Situation<'_>) -> Option<Self> {
        let first = found.first().filter(|finding| finding.status == Status::Proved)?;
        let changes = |places: &[usize]| -> Vec<&Change> {
            let findings = places.iter().filter_map(|place| found.get(*place));
            findings.flat_map(|finding| std::iter::once(&finding.repair.change).chain(&finding.repair.with)).collect()
        };
        let lets_in = |places: &[usize]| {
            whole.is_some_and(|whole| {
                Change::make(&changes(places), whole, situation).is_some_and(|changed| changed.is_allowed())
            })
        };
        let mut causes = vec![0];
        let proved = found.iter().enumerate().skip(1).filter(|(_, finding)| finding.status == Status::Proved);
        for (place, _) in proved {
            if lets_in(&causes) {
                break;
            }
            causes.push(place);
        }
        if lets_in(&causes) {
            for place in causes.clone().into_iter().skip(1) {
                let others: Vec<usize> = causes.iter().copied().filter(|other| *other != place).collect();
                if lets_in(&others) {
                    causes = others;
                }
            }
        } else if first.proof == Proof::Text {
            // What AWS's text says needs no evaluator.
            causes = vec![0];
        } else {
            return None;
        }
        let mut by_hand = Vec::new();
        let mut edits: Vec<(Part, Vec<crate::edit::Edit>)> = Vec::new();
        for place in &causes {
            let change = found.get(*place).map(|finding| &finding.repair.change)?;
            match change.edits(situation).filter(|_| change.is_proposal()) {
                None => by_hand.push(*place),
                Some((part, new)) => match edits.iter_mut().find(|(other, _)| *other == part) {
                    Some((_, edits)) => edits.extend(new),
                    None => edits.push((part, new)),
                },
            }
        }
        let patches =
            edits.into_iter().map(|(part, edits)| Patch::of(part, edits, situation)).collect::<Option<_>>()?;
        Some(Self { causes, patches, by_hand })
    }
}
