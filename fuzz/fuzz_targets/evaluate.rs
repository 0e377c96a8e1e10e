//! The fast path decides as the explained one does, a Deny wins, and no statement applies against its trace.
#![no_main]

use countersign_fuzz::{Choices, grammar, policy};
use countersign_policy::assumptions::Assumption;
use countersign_policy::document::{Effect, PolicyDocument};
use countersign_policy::evaluate::{AttachedTo, Decision, Policy, evaluate};
use libfuzzer_sys::fuzz_target;

/// Calls per input: one policy, several choices of call.
const CALLS: usize = 4;

fuzz_target!(|input: &[u8]| {
    let (text, mut choices) = policy(input);
    let document = PolicyDocument::parse(&text);
    for call in 0..CALLS {
        // Raw text has no choices of its own: its bytes are taken again, from elsewhere.
        let mut again = Choices::new(input.get(call..).unwrap_or_default());
        let choices = if call == 0 { &mut choices } else { &mut again };
        let (request, assumptions) = (grammar::request(choices), grammar::assumptions(choices));
        for attached_to in [AttachedTo::Role, AttachedTo::Identity] {
            let compiled = match attached_to {
                AttachedTo::Role => Policy::trust(&document),
                AttachedTo::Identity => Policy::identity(&document),
            };
            let fast = compiled.decide_assuming(&request, assumptions);
            let explained = evaluate(&document, &request, attached_to, assumptions);
            assert_eq!((fast.decision, fast.grant), (explained.decision, explained.grant), "{text}\n{request:?}");
            let applies =
                |effect| explained.statements.iter().any(|statement| statement.applies && statement.effect == effect);
            let expected = match (applies(Effect::Deny), applies(Effect::Allow)) {
                (true, _) => Decision::ExplicitDeny,
                (false, true) => Decision::Allowed,
                (false, false) => Decision::ImplicitDeny,
            };
            assert_eq!(fast.decision, expected, "{text}\n{request:?}");
            // Several values of a key that has one are a call nobody can make.
            let foreseen =
                |assumption| assumption == Assumption::PlainOperatorOnSet || compiled.touches().contains(assumption);
            let untouched: Vec<_> = fast.used.iter().filter(|assumption| !foreseen(*assumption)).collect();
            assert!(untouched.is_empty(), "used but not foreseen: {untouched:?}\n{text}\n{request:?}");
            // A reading that played no part decides nothing.
            if fast.used.iter().next().is_none() {
                assert_eq!(fast, compiled.decide_assuming(&request, Default::default()), "{text}\n{request:?}");
            }
        }
    }
});
