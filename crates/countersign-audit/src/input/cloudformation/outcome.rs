//! What a role may be, by the decisions that make a difference.

use crate::role::Choice;

/// Leaves out decisions that change nothing. `outcomes` are those of [`every_way`](crate::input::decisions::every_way):
/// two that agree up to a decision differ in that one.
pub(super) fn settled<T: PartialEq>(outcomes: Vec<(Vec<Choice>, T)>) -> Vec<(Vec<Choice>, T)> {
    let outcomes = outcomes.into_iter().map(|(given, outcome)| Branch { given, kept: Vec::new(), outcome }).collect();
    let in_order = |mut kept: Vec<Choice>| {
        kept.reverse();
        kept
    };
    settle(outcomes, 0).into_iter().map(|branch| (in_order(branch.kept), branch.outcome)).collect()
}

struct Branch<T> {
    given: Vec<Choice>,
    /// Of those, the ones that matter, last first.
    kept: Vec<Choice>,
    outcome: T,
}

fn settle<T: PartialEq>(branches: Vec<Branch<T>>, level: usize) -> Vec<Branch<T>> {
    let Some(choice) = branches.first().and_then(|branch| branch.given.get(level)).cloned() else { return branches };
    let is_so = |branch: &Branch<T>| branch.given.get(level) == Some(&choice);
    let (yes, no): (Vec<_>, Vec<_>) = branches.into_iter().partition(is_so);
    let (yes, no) = (settle(yes, level + 1), settle(no, level + 1));
    let alike =
        yes.len() == no.len() && yes.iter().zip(&no).all(|(yes, no)| yes.outcome == no.outcome && yes.kept == no.kept);
    if alike || no.is_empty() {
        return yes;
    }
    if yes.is_empty() {
        return no;
    }
    let decided = |mut branch: Branch<T>| {
        branch.kept.extend(branch.given.get(level).cloned());
        branch
    };
    yes.into_iter().chain(no).map(decided).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::decisions::{Question, every_way};

    #[test]
    fn only_decisions_that_change_something_are_left() {
        let question = |key: &str| Question {
            key: key.into(),
            subject: key.into(),
            yes: format!("{key} holds"),
            no: format!("{key} does not"),
            first: true,
        };
        let (outcomes, _) = every_way(|decisions| {
            let idle = decisions.decide(question("idle"));
            let a = decisions.decide(question("a"));
            let b = a && decisions.decide(question("b"));
            let _ = idle && decisions.decide(question("more"));
            (a, b)
        });
        let words: Vec<(String, (bool, bool))> = settled(outcomes)
            .into_iter()
            .map(|(given, outcome)| {
                (given.into_iter().map(|choice| choice.decided).collect::<Vec<_>>().join(", "), outcome)
            })
            .collect();
        let expected = [
            ("a holds, b holds", (true, true)),
            ("a holds, b does not", (true, false)),
            ("a does not", (false, false)),
        ];
        assert_eq!(words, expected.map(|(words, outcome)| (words.to_owned(), outcome)));
    }
}
