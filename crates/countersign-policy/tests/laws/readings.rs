//! Random readings of what AWS leaves undocumented.

use countersign_policy::assumptions::{Assumption, Assumptions};
use proptest::prelude::*;

pub(crate) fn readings() -> impl Strategy<Value = Assumptions> {
    let contested: Vec<Assumption> =
        Assumption::ALL.iter().copied().filter(|assumption| assumption.other_reading().is_some()).collect();
    let few = proptest::sample::subsequence(contested.clone(), 0..=3);
    let all = proptest::sample::subsequence(contested.clone(), 0..=contested.len());
    prop_oneof![3 => few, 1 => all]
        .prop_map(|taken| taken.into_iter().fold(Assumptions::default(), Assumptions::with_other))
}
