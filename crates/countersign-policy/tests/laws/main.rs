//! Laws that evaluator, prover, reader and pattern algebra obey on random input.
//!
//! Each test's name states its law. [`policy`] makes trust policies out of few accounts, names and ids, so that their
//! parts collide; [`call`] makes calls that could really be made against them. A failure prints the smallest policy
//! that breaks the law. Seeds are fixed; to look further than a usual run does:
//! `LAWS_CASES=100 LAWS_SEED=7 cargo test --test laws` (a hundred times the cases, another seed).
#![cfg(test)]
#![allow(clippy::explicit_auto_deref, reason = "without the star the type of the list is inferred as unsized")]

mod access;
mod call;
mod difference;
mod hole;
mod policy;
mod proof;
mod reading;
mod readings;
mod words;

use proptest::test_runner::{Config, RngSeed};

/// How many cases to run; the same ones every time.
fn cases(count: u32) -> Config {
    let setting = |name: &str, default: u64| std::env::var(name).map_or(default, |text| text.parse().expect(name));
    Config {
        cases: count * u32::try_from(setting("LAWS_CASES", 1)).expect("LAWS_CASES"),
        rng_seed: RngSeed::Fixed(setting("LAWS_SEED", 0x7f2)),
        failure_persistence: None,
        max_shrink_iters: 20_000,
        ..Config::default()
    }
}
