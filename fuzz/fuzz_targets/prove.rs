//! What a proof shows gets in, and a policy does not differ from itself.
#![no_main]

use countersign_fuzz::{grammar, policy};
use countersign_policy::assumptions::Assumptions;
use countersign_policy::document::PolicyDocument;
use countersign_policy::evaluate::assume_role::{for_action, needed_actions};
use countersign_policy::evaluate::{Decision, Policy};
use countersign_policy::prove::{Difference, Exposed, Exposure, ExternalIdVerdict, Prover, compare, exposure, who};
use countersign_policy::request::Request;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    let (text, mut choices) = policy(input);
    let document = PolicyDocument::parse(&text);
    let setting = grammar::setting(&mut choices);

    let exposed = exposure(&document, &setting);
    let filled = Policy::trust(&exposed.document);
    for request in witnesses(&exposed) {
        assert!(gets_in(&filled, request, setting.assumptions), "refused: {request:#?}\n{text}");
    }
    // The witness of an unknown exposure may need the other reading it depends on.
    if let (Some(witness), true) = (&exposed.witness, exposed.exposure != Exposure::Unknown) {
        assert!(gets_in(&filled, witness, setting.assumptions), "refused: {witness:#?}\n{text}");
    }
    assert!(exposed.exposure != Exposure::Unknown || !exposed.depends_on.is_empty(), "unknown, and not why\n{text}");

    let compiled = Policy::trust(&document);
    for access in who(&Prover::new(&document, &setting)).access {
        assert!(gets_in(&compiled, &access.request, setting.assumptions), "refused: {access:#?}\n{text}");
    }

    let comparison = compare(&document, &document, &setting);
    for difference in [comparison.gained, comparison.lost] {
        assert!(!matches!(difference, Difference::Request(_)), "differs from itself: {difference:#?}\n{text}");
    }
});

/// Whether the trust policy allows every action the call needs.
fn gets_in(policy: &Policy, request: &Request, assumptions: Assumptions) -> bool {
    let allowed = |action: &str| {
        policy.decide_assuming(&for_action(request, action, assumptions), assumptions).decision == Decision::Allowed
    };
    needed_actions(request).into_iter().all(allowed)
}

fn witnesses(exposed: &Exposed) -> Vec<&Request> {
    let deputies = exposed.deputies.iter().flat_map(|(_, verdict)| match verdict {
        ExternalIdVerdict::Bound { request, .. } => vec![&**request],
        ExternalIdVerdict::Open { without_id, unlisted_id, .. } => {
            without_id.iter().chain(unlisted_id).map(|request| &**request).collect()
        }
        ExternalIdVerdict::Unassumable | ExternalIdVerdict::Unknown { .. } => Vec::new(),
    });
    let services = exposed.services.iter().filter_map(|(_, verdict)| verdict.request());
    let federated = exposed.federated.iter().filter_map(|(_, verdict)| verdict.request());
    deputies.chain(services).chain(federated).chain(exposed.owned.as_deref()).collect()
}
