//! What has to change for the call to get through, as one: the changes of one cause or of several, made together.

use countersign_policy::document::Amendment;

use super::{Change, Part, Patch};
use crate::cause::{Finding, Proof, Status};
use crate::edit::Edit;
use crate::situation::{Situation, Whole};

/// The changes that let the call through: all of them, or it stays denied.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    /// The causes they are of, as places in [`Diagnosis::causes`](crate::Diagnosis::causes).
    pub causes: Vec<usize>,
    /// The texts that change.
    pub patches: Vec<Patch>,
    /// The causes among them whose change is not one of a text that was given.
    pub by_hand: Vec<usize>,
    /// What somebody has to decide about the changes together, where each of them alone needs no decision.
    pub decide: Option<String>,
    /// Why the text of the trust policy cannot be changed, where that is known.
    pub held_back: Option<String>,
}

impl Plan {
    /// The patch that a cause has a part in.
    pub(crate) fn patch(&self, cause: usize, part: Part) -> Option<&Patch> {
        let patch = self.patches.iter().find(|patch| patch.part == part)?;
        (self.causes.contains(&cause) && !self.by_hand.contains(&cause)).then_some(patch)
    }

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
        // One of them alone may be no policy yet.
        let (mut amendments, mut of_trust): (Vec<Amendment>, Vec<usize>) = (Vec::new(), Vec::new());
        let mut edits: Vec<(Part, Vec<Edit>)> = Vec::new();
        for place in &causes {
            let change = found.get(*place).map(|finding| &finding.repair.change)?;
            if let Change::Trust { amendments: new, .. } = change {
                amendments.extend(new.iter().cloned());
                of_trust.push(*place);
                continue;
            }
            match change.edits(situation).filter(|_| change.is_proposal()) {
                None => by_hand.push(*place),
                Some((part, new)) => match edits.iter_mut().find(|(other, _)| *other == part) {
                    Some((_, edits)) => edits.extend(new),
                    None => edits.push((part, new)),
                },
            }
        }
        let mut patches = Vec::new();
        // Changes that let in nobody new one by one may do so together.
        let whom = causes.iter().filter_map(|place| match &found.get(*place)?.repair.change {
            Change::Trust { intended, .. } => Some(intended.clone()),
            _ => None,
        });
        let together = |intended| Change::Trust { amendments: amendments.clone(), intended };
        let only_intended =
            of_trust.len() < 2 || whom.clone().any(|whom| together(whom).grants_only_intended(situation));
        match Patch::of_trust(&amendments, situation) {
            Some(patch) => patches.push(patch),
            None => by_hand.extend(of_trust),
        }
        for (part, edits) in edits {
            patches.push(Patch::of(part, &edits, situation)?);
        }
        let decide = (!only_intended)
            .then(|| "whether all those are meant to get in whom the changes let in together".to_owned());
        Some(Self { causes, patches, by_hand, decide, held_back: None })
    }
}

#[cfg(test)]
mod tests {
    use crate::{Evidence, diagnose};

    /// The subject is asked for under `aud`, and the audience under `sub`.
    fn swapped(subject: &str) -> Evidence {
        let host = "token.actions.githubusercontent.com";
        let bundle = serde_json::json!({
            "error_text": "Could not assume role with OIDC: Not authorized to perform sts:AssumeRoleWithWebIdentity",
            "target_role": "arn:aws:iam::444455556666:role/ci",
            "trust_policy": {"Version": "2012-10-17", "Statement": [{
                "Effect": "Allow",
                "Principal": {"Federated": format!("arn:aws:iam::444455556666:oidc-provider/{host}")},
                "Action": "sts:AssumeRoleWithWebIdentity",
                "Condition": {"StringLike": {format!("{host}:sub"): "sts.amazonaws.com", format!("{host}:aud"): subject}},
            }]},
            "context": {"token_claims": {
                "iss": format!("https://{host}"), "sub": "repo:acme/shop:ref:refs/heads/main", "aud": "sts.amazonaws.com"
            }},
        });
        Evidence::from_case(&bundle.to_string()).unwrap()
    }

    #[test]
    fn keys_that_are_swapped_are_one_patch() {
        let plan = diagnose(&swapped("repo:acme/shop:*")).plan.unwrap();
        assert_eq!((plan.causes.len(), plan.patches.len(), plan.by_hand.len()), (1, 1, 0));
        assert_eq!(plan.decide, None);
        let trust = &plan.patches[0].after;
        assert!(
            trust.contains(r#":sub":"repo:acme/shop:*""#) && trust.contains(r#":aud":"sts.amazonaws.com""#),
            "{trust}"
        );
    }

    #[test]
    fn no_condition_is_lost_when_two_are_written_at_one_key() {
        let plan = diagnose(&swapped("repo:other/shop:*")).plan;
        assert!(plan.is_none_or(|plan| plan.patches.is_empty() || plan.patches[0].after.contains(":sub\":\"repo:")));
    }
}
