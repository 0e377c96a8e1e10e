//! The string-pattern algebra against naive enumeration, and its matcher against the evaluator's.

use countersign_policy::condition::arn::ArnPattern;
use countersign_policy::condition::string::{Case, NoVariables, Template, Variables, Wildcards};
use countersign_policy::prove::pattern::{Budget, CharSet, Found, Pattern, Wildcard, WordQuery};
use proptest::collection::vec;
use proptest::prelude::*;

use super::cases;

/// Every character the patterns below name, in both cases, and one they do not.
const ALPHABET: [char; 6] = ['a', 'A', 'b', 'B', ':', 'z'];
/// Longest word that is enumerated.
const LONGEST: usize = 5;

fn every_word() -> Vec<String> {
    let mut words = vec![String::new()];
    let mut level = words.clone();
    for _ in 0..LONGEST {
        level = level.iter().flat_map(|word| ALPHABET.iter().map(move |c| format!("{word}{c}"))).collect();
        words.extend(level.iter().cloned());
    }
    words
}

fn template(text: &str) -> Template {
    Template::compile(text, Wildcards::Match, Variables::Literal)
}

fn from_template(text: &str, case: Case) -> Pattern {
    let mut no_variables = |_: &_| None;
    Pattern::from_template(&template(text), case, Wildcard(CharSet::ANY), &mut no_variables).expect("no variables")
}

/// What an author writes, and what the prover builds on top.
fn pattern() -> impl Strategy<Value = Pattern> {
    let text = || proptest::string::string_regex("[ab:*?]{0,5}").expect("a regex");
    let arn = proptest::string::string_regex("[ab*?]{0,1}(:[ab*?]{0,1}){4,6}").expect("a regex");
    let charset = CharSet::of(b"ab");
    prop_oneof![
        8 => text().prop_map(|text| from_template(&text, Case::Sensitive)),
        2 => text().prop_map(|text| from_template(&text, Case::IgnoreAscii)),
        1 => arn.prop_filter_map("an ARN", |text| Pattern::from_arn(&ArnPattern::compile(&template(&text)), &mut |_| None)),
        1 => text().prop_map(move |text| Pattern::default().then_run(charset).then_pattern(&from_template(&text, Case::Sensitive))),
        1 => text().prop_map(move |text| from_template(&text, Case::Sensitive).then_some(charset, 1).then_run(CharSet::NOT_COLON)),
        1 => text().prop_map(|text| from_template(&text, Case::Sensitive).without_in_wildcards(b':')),
    ]
}

proptest! {
    #![proptest_config(cases(1500))]

    #[test]
    fn the_shortest_word_is_as_short_as_enumeration_finds(
        inside in vec(vec(pattern(), 1..3), 0..3),
        outside in vec(pattern(), 0..4),
        min_length in 0usize..4,
        bound in proptest::option::of(0usize..6),
    ) {
        thread_local!(static WORDS: Vec<String> = every_word());
        let naive = WORDS.with(|words| {
            let is_in = |word: &str| {
                word.chars().count() >= min_length
                    && bound.is_none_or(|bound| word.chars().count() <= bound)
                    && inside.iter().all(|union| union.iter().any(|pattern| pattern.matches(word)))
                    && !outside.iter().any(|pattern| pattern.matches(word))
            };
            words.iter().find(|word| is_in(word)).cloned()
        });
        let query = WordQuery {
            inside: inside.iter().map(Vec::as_slice).collect(),
            outside: outside.iter().collect(),
            min_length,
            max_length: bound.unwrap_or(1224),
        };
        match query.shortest(&mut Budget::new(u64::MAX)) {
            Found::Word(word) => {
                let length = word.chars().count();
                prop_assert!(inside.iter().all(|union| union.iter().any(|pattern| pattern.matches(&word))), "{word} is outside");
                prop_assert!(!outside.iter().any(|pattern| pattern.matches(&word)), "{word} is excluded");
                prop_assert!(length >= min_length && bound.is_none_or(|bound| length <= bound));
                match naive {
                    Some(naive) => prop_assert_eq!(naive.chars().count(), length, "{} is as short", naive),
                    None => prop_assert!(length > LONGEST, "{word} was not enumerated"),
                }
            }
            Found::Nothing => prop_assert_eq!(naive, None),
            Found::Limit => prop_assert!(false, "an endless budget ran out"),
        }
    }

    #[test]
    fn a_budget_that_runs_out_is_told(inside in vec(vec(pattern(), 1..3), 1..3), outside in vec(pattern(), 0..4), steps in 1u64..200) {
        let query = WordQuery { inside: inside.iter().map(Vec::as_slice).collect(), outside: outside.iter().collect(), min_length: 0, max_length: 1224 };
        let exact = query.shortest(&mut Budget::new(u64::MAX));
        let found = query.shortest(&mut Budget::new(steps));
        prop_assert!(found == exact || found == Found::Limit, "{found:?} but {exact:?}");
    }

    #[test]
    fn a_pattern_matches_what_its_template_matches(text in "[abAé:*?]{0,8}", word in "[abAé:z]{0,8}", folds: bool) {
        let case = if folds { Case::IgnoreAscii } else { Case::Sensitive };
        prop_assert_eq!(from_template(&text, case).matches(&word), template(&text).matches(&word, case, &NoVariables));
    }

    #[test]
    fn an_arn_pattern_matches_what_the_evaluator_matches(text in "[ab*?]{0,2}(:[ab*?]{0,2}){4,6}", word in "[ab]{0,2}(:[ab]{0,2}){4,6}") {
        let arn = ArnPattern::compile(&template(&text));
        let matches = Pattern::from_arn(&arn, &mut |_| None).is_some_and(|pattern| pattern.matches(&word));
        prop_assert_eq!(matches, arn.matches(&word, &NoVariables));
    }

    #[test]
    fn the_evaluators_matcher_agrees_with_the_definition(text in "[ab*?]{0,8}", word in "[abz]{0,8}") {
        prop_assert_eq!(template(&text).matches(&word, Case::Sensitive, &NoVariables), naive(text.as_bytes(), word.as_bytes()));
    }
}

/// Wildcards by their definition.
fn naive(pattern: &[u8], word: &[u8]) -> bool {
    match (pattern, word) {
        ([], word) => word.is_empty(),
        ([b'*', rest @ ..], word) => (0..=word.len()).any(|skipped| naive(rest, &word[skipped..])),
        ([b'?', rest @ ..], [_, tail @ ..]) => naive(rest, tail),
        ([c, rest @ ..], [d, tail @ ..]) => c == d && naive(rest, tail),
        (_, []) => false,
    }
}
