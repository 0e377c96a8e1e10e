//! What a template leaves open, decided one way at a time.
//!
//! A condition that hangs on a value not in the input (`var.external_id == null`, a parameter without default) has two
//! outcomes. The reader of a template asks [`Decisions::decide`] at each such place and goes on with the answer; it is run
//! once for every combination of answers that it comes to ask for, so that each run sees one policy and no alternatives.

use crate::role::Choice;

/// Most combinations that are tried.
pub(super) const MAX_COMBINATIONS: usize = 32;

/// Something to decide. The same `key` gets the same answer throughout a run.
#[derive(Debug, Clone)]
pub(super) struct Question {
    /// The condition, written the same way wherever it stands: `var.external_id == null`.
    pub(super) key: String,
    /// What would have to be known: `var.external_id`.
    pub(super) subject: String,
    /// How the condition reads after "when": `var.external_id is null`.
    pub(super) yes: String,
    /// The same of its opposite: `var.external_id is not null`.
    pub(super) no: String,
    /// What is taken to be so first: what a user who sets nothing gets.
    pub(super) first: bool,
}

#[derive(Debug)]
struct Decision {
    question: Question,
    answer: bool,
}

/// The answers of one run.
#[derive(Debug, Default)]
pub(super) struct Decisions {
    made: Vec<Decision>,
}

impl Decisions {
    /// Whether the condition holds, in this run.
    pub(super) fn decide(&mut self, question: Question) -> bool {
        if let Some(decision) = self.made.iter().find(|decision| decision.question.key == question.key) {
            return decision.answer;
        }
        let answer = question.first;
        self.made.push(Decision { question, answer });
        answer
    }

    /// What was decided.
    pub(super) fn given(&self) -> Vec<Choice> {
        let choice = |Decision { question, answer }: &Decision| Choice {
            subject: question.subject.clone(),
            decided: if *answer { question.yes.clone() } else { question.no.clone() },
        };
        self.made.iter().map(choice).collect()
    }

    /// The decisions of the next run: the last that has not had both answers gets its other one.
    fn next(mut self) -> Option<Self> {
        while let Some(last) = self.made.pop() {
            if last.answer == last.question.first {
                self.made.push(Decision { answer: !last.answer, ..last });
                return Some(self);
            }
        }
        None
    }
}

/// What every run yields, with what was decided in it, and whether there was no more to decide.
pub(super) fn every_way<T>(mut run: impl FnMut(&mut Decisions) -> T) -> (Vec<(Vec<Choice>, T)>, bool) {
    let mut outcomes = Vec::new();
    let mut decisions = Some(Decisions::default());
    while let Some(mut current) = decisions {
        if outcomes.len() == MAX_COMBINATIONS {
            return (outcomes, false);
        }
        let outcome = run(&mut current);
        outcomes.push((current.given(), outcome));
        decisions = current.next();
    }
    (outcomes, true)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn question(key: &str) -> Question {
        Question {
            key: key.into(),
            subject: key.into(),
            yes: format!("{key} is null"),
            no: format!("{key} is not null"),
            first: true,
        }
    }

    #[test]
    fn every_combination_that_is_asked_for_is_tried_once() {
        let (outcomes, all) = every_way(|decisions| {
            let a = decisions.decide(question("a"));
            // Only asked for when a is not null, and the same however often.
            let b = !a && decisions.decide(question("b")) && decisions.decide(question("b"));
            (a, b)
        });
        assert!(all);
        let answers: Vec<(bool, bool)> = outcomes.iter().map(|(_, answer)| *answer).collect();
        assert_eq!(answers, [(true, false), (false, true), (false, false)]);
        let words: Vec<&str> = outcomes.last().unwrap().0.iter().map(|choice| choice.decided.as_str()).collect();
        assert_eq!(words, ["a is not null", "b is not null"]);
    }

    #[test]
    fn too_many_combinations_are_said_to_be() {
        let (outcomes, all) =
            every_way(|decisions| (0..6).filter(|nth| decisions.decide(question(&nth.to_string()))).count());
        assert_eq!((outcomes.len(), all), (MAX_COMBINATIONS, false));
    }
}
