//! How one change of a policy moves access, call by call, and the evaluator's two paths.

use countersign_policy::assumptions::Assumptions;
use countersign_policy::evaluate::{AttachedTo, Decision, Policy, evaluate};
use countersign_policy::prove::Setting;
use proptest::prelude::*;

use super::call::{Calls, Dice};
use super::cases;
use super::policy::{Statement, TrustPolicy, condition, policy, setting, statement};
use super::proof::shown;
use super::readings::readings;

const CALLS: usize = 60;

/// For random calls: allowed by `less` implies allowed by `more`.
fn is_within(
    less: &TrustPolicy,
    more: &TrustPolicy,
    setting: &Setting,
    readings: Assumptions,
    seed: u64,
) -> Result<(), TestCaseError> {
    let (small, large) = (Policy::trust(&less.document()), Policy::trust(&more.document()));
    let longer = if less.statements.len() > more.statements.len() { less } else { more };
    let calls = Calls::new(longer, setting);
    let mut dice = Dice::new(seed);
    for _ in 0..CALLS {
        let request = calls.roll(&mut dice).request;
        let allows = |policy: &Policy| policy.decide_assuming(&request, readings).decision == Decision::Allowed;
        prop_assert!(
            !allows(&small) || allows(&large),
            "{:?} allows and {:?} does not:\n{}",
            less,
            more,
            shown(&request)
        );
    }
    Ok(())
}

fn without_condition(policy: &TrustPolicy, effect: &str, at: usize) -> Option<TrustPolicy> {
    let mut changed = policy.clone();
    let statements = changed
        .statements
        .iter_mut()
        .filter(|statement| statement.effect == effect && !statement.conditions.is_empty());
    let mut statements: Vec<&mut Statement> = statements.collect();
    let count = statements.len();
    let statement = statements.get_mut(at.checked_rem(count)?)?;
    let place = at % statement.conditions.len();
    // One operator and key may stand twice and are then printed as one.
    let (operator, key) = (statement.conditions[place].operator.clone(), statement.conditions[place].key.clone());
    statement.conditions.retain(|condition| condition.operator != operator || condition.key != key);
    Some(changed)
}

proptest! {
    #![proptest_config(cases(500))]

    #[test]
    fn the_fast_path_decides_as_the_explained_one(policy in policy(), setting in setting(), readings in readings(), seed: u64) {
        let document = policy.document();
        let compiled = Policy::trust(&document);
        let calls = Calls::new(&policy, &setting);
        let mut dice = Dice::new(seed);
        for _ in 0..CALLS {
            let request = calls.roll(&mut dice).request;
            let fast = compiled.decide_assuming(&request, readings);
            let explained = evaluate(&document, &request, AttachedTo::Role, readings);
            prop_assert_eq!((fast.decision, fast.grant), (explained.decision, explained.grant), "{}", shown(&request));
            // The fast one stops early, so it can only have used fewer.
            let missing: Vec<_> = fast.used.iter().filter(|assumption| !explained.assumptions.contains(*assumption)).collect();
            prop_assert!(missing.is_empty(), "{:?}", missing);
        }
    }

    #[test]
    fn a_reading_that_was_not_used_does_not_matter(policy in policy(), setting in setting(), readings in readings(), seed: u64) {
        let compiled = Policy::trust(&policy.document());
        let calls = Calls::new(&policy, &setting);
        let mut dice = Dice::new(seed);
        for _ in 0..CALLS {
            let request = calls.roll(&mut dice).request;
            let outcome = compiled.decide_assuming(&request, Assumptions::default());
            let explained = evaluate(&policy.document(), &request, AttachedTo::Role, Assumptions::default());
            let used = outcome.used.union(explained.assumptions);
            if countersign_policy::assumptions::Assumption::ALL.iter().any(|assumption| readings.takes_other(*assumption) && used.contains(*assumption)) {
                continue;
            }
            prop_assert_eq!(compiled.decide_assuming(&request, readings).decision, outcome.decision, "{}", shown(&request));
        }
    }

    #[test]
    fn a_deny_never_allows_more(policy in policy(), deny in statement(Just("Deny")), setting in setting(), readings in readings(), seed: u64) {
        is_within(&policy.with(deny), &policy, &setting, readings, seed)?;
    }

    #[test]
    fn an_allow_never_shuts_out(policy in policy(), allow in statement(Just("Allow")), setting in setting(), readings in readings(), seed: u64) {
        is_within(&policy, &policy.with(allow), &setting, readings, seed)?;
    }

    #[test]
    fn an_allow_without_one_of_its_conditions_allows_no_less(policy in policy(), at: usize, setting in setting(), readings in readings(), seed: u64) {
        if let Some(looser) = without_condition(&policy, "Allow", at) {
            is_within(&policy, &looser, &setting, readings, seed)?;
        }
    }

    #[test]
    fn a_deny_without_one_of_its_conditions_allows_no_more(policy in policy(), at: usize, setting in setting(), readings in readings(), seed: u64) {
        if let Some(stricter) = without_condition(&policy, "Deny", at) {
            is_within(&stricter, &policy, &setting, readings, seed)?;
        }
    }

    #[test]
    fn the_order_of_statements_does_not_matter(policy in policy(), setting in setting(), readings in readings(), seed: u64) {
        let mut reversed = policy.clone();
        reversed.statements.reverse();
        is_within(&policy, &reversed, &setting, readings, seed)?;
        is_within(&reversed, &policy, &setting, readings, seed)?;
    }

    #[test]
    fn a_condition_and_its_negation_part_the_calls(mut policy in policy(), condition in condition(), setting in setting(), seed: u64) {
        // Allow if C or Deny if C: exactly one applies, for operators that AWS has in both senses, on a key that is present.
        let Some(negated) = negation(&condition.operator) else { return Ok(()) };
        policy.statements.truncate(1);
        let [statement] = policy.statements.as_mut_slice() else { return Ok(()) };
        statement.conditions = vec![condition.clone()];
        let mut opposite = policy.clone();
        opposite.statements[0].conditions[0].operator = negated;
        let (one, other) = (Policy::trust(&policy.document()), Policy::trust(&opposite.document()));
        statement_is_readable(&policy)?;
        let calls = Calls::new(&policy, &setting);
        let mut dice = Dice::new(seed);
        let mut bare = policy.clone();
        bare.statements[0].conditions.clear();
        let bare = Policy::trust(&bare.document());
        for _ in 0..CALLS {
            let request = calls.roll(&mut dice).request;
            let allows = |policy: &Policy| policy.decide(&request) == Decision::Allowed;
            let single = request.context.get(&condition.key).is_some_and(|values| values.len() == 1);
            if !single || countersign_policy::request::context_key::is_multivalued(&condition.key) || condition.values.is_empty() {
                continue;
            }
            prop_assert_eq!(allows(&bare), allows(&one) != allows(&other) , "{}", shown(&request));
            prop_assert!(!(allows(&one) && allows(&other)));
        }
    }
}

fn negation(operator: &str) -> Option<String> {
    let bare = operator.strip_suffix("IfExists").unwrap_or(operator);
    let bare = bare.split(':').next_back().unwrap_or(bare);
    ["StringEquals", "StringEqualsIgnoreCase", "StringLike", "ArnLike", "ArnEquals", "IpAddress"].contains(&bare).then(
        || match bare {
            "IpAddress" => operator.replace("IpAddress", "NotIpAddress"),
            _ => operator.replace("String", "StringNot").replace("Arn", "ArnNot"),
        },
    )
}

fn statement_is_readable(policy: &TrustPolicy) -> Result<(), TestCaseError> {
    prop_assert!(policy.document().statements.iter().all(|statement| statement.unreadable.is_none()));
    Ok(())
}
