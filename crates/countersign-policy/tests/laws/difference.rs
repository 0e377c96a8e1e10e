//! `compare` against `evaluate`.

use countersign_policy::evaluate::{Decision, Policy};
use countersign_policy::prove::{Comparison, Difference, Setting, compare};
use countersign_policy::request::Request;
use proptest::prelude::*;

use super::call::{Calls, Dice};
use super::cases;
use super::policy::{TrustPolicy, condition, policy, setting, statement};
use super::proof::shown;

const CALLS: usize = 120;

fn allows(policy: &TrustPolicy, request: &Request) -> bool {
    Policy::trust(&policy.document()).decide(request) == Decision::Allowed
}

fn finds_nothing(difference: &Difference) -> Result<(), TestCaseError> {
    match difference {
        Difference::None | Difference::Unknown { .. } => Ok(()),
        Difference::Request(request) => Err(TestCaseError::fail(format!("found\n{}", shown(request)))),
    }
}

fn compared(before: &TrustPolicy, after: &TrustPolicy, setting: &Setting) -> Comparison {
    compare(&before.document(), &after.document(), setting)
}

/// A policy and one that differs from it a little.
fn change() -> impl Strategy<Value = (TrustPolicy, TrustPolicy)> {
    let effect = prop_oneof![Just("Allow"), Just("Deny")];
    (policy(), statement(effect), condition(), 0usize..4, any::<usize>()).prop_map(
        |(before, added, condition, kind, at)| {
            let mut after = before.clone();
            let at = at % after.statements.len();
            match kind {
                0 => after = before.with(added),
                1 => after.statements[at].conditions.push(condition),
                2 => after.statements[at].conditions.clear(),
                _ => after.statements[at] = added,
            }
            (before, after)
        },
    )
}

proptest! {
    #![proptest_config(cases(200))]

    #[test]
    fn a_policy_does_not_differ_from_itself(policy in policy(), setting in setting()) {
        let comparison = compared(&policy, &policy, &setting);
        finds_nothing(&comparison.gained)?;
        finds_nothing(&comparison.lost)?;
    }

    #[test]
    fn what_is_found_is_allowed_by_one_and_not_by_the_other((before, after) in change(), setting in setting()) {
        let Comparison { gained, lost } = compared(&before, &after, &setting);
        if let Difference::Request(request) = &gained {
            prop_assert!(allows(&after, request) && !allows(&before, request), "{}", shown(request));
        }
        if let Difference::Request(request) = &lost {
            prop_assert!(allows(&before, request) && !allows(&after, request), "{}", shown(request));
        }
    }

    #[test]
    fn a_change_that_lets_a_call_in_is_found((before, after) in change(), setting in setting(), seed: u64) {
        let Comparison { gained, lost } = compared(&before, &after, &setting);
        for calls in [Calls::new(&before, &setting), Calls::new(&after, &setting)] {
            let mut dice = Dice::new(seed);
            for _ in 0..CALLS {
                let mut request = calls.roll(&mut dice).request;
                if dice.one_in(5) {
                    request.action = (*dice.pick(&["sts:TagSession", "sts:SetSourceIdentity", "sts:SetContext"])).to_owned();
                }
                let (was, is) = (allows(&before, &request), allows(&after, &request));
                prop_assert!(was || !is || gained != Difference::None, "{:?} lets in\n{}", after, shown(&request));
                prop_assert!(!was || is || lost != Difference::None, "{:?} shuts out\n{}", after, shown(&request));
            }
        }
    }

    #[test]
    fn a_deny_gains_nothing_and_an_allow_loses_nothing(policy in policy(), deny in statement(Just("Deny")), allow in statement(Just("Allow")), setting in setting()) {
        finds_nothing(&compared(&policy, &policy.with(deny), &setting).gained)?;
        finds_nothing(&compared(&policy, &policy.with(allow), &setting).lost)?;
    }
}
