//! One context key: is there a value (or an absence) that makes its conditions come out as wanted?
//!
//! Text conditions become sets of strings and are searched exactly. Numbers, dates, addresses, booleans and bytes are
//! decided on the finitely many values their conditions can tell apart. Where the two kinds meet on one key and no value
//! is found, the answer is "cannot say", never "no".

mod candidates;

pub use candidates::UNROUTABLE;

use super::domain::{Domain, Words};
use super::pattern::{Budget, CharSet, Found, Pattern, Wildcard, WordQuery};
use crate::assumptions::{Assumption, Assumptions};
use crate::condition::string::Case;
use crate::condition::variable::Variable;
use crate::condition::{Comparison, Sense, SetOperator, numeric::Decimal};
use crate::document::Effect;
use crate::evaluate::{AttachedTo, Condition, Matcher, Values};
use crate::request::context_key::Arity;
use crate::request::{Caller, Request, RequestContext};

/// A condition that has to come out one way.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Wanted<'a> {
    pub(crate) condition: &'a Condition,
    pub(crate) effect: Effect,
    pub(crate) holds: bool,
    pub(crate) lift: Lift,
}

/// A key that is a part of `aws:PrincipalArn` speaks about that part of the ARN.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Lift {
    /// The key's own value.
    None,
    /// `aws:PrincipalAccount` inside the ARN.
    Account,
    /// `aws:username` inside the ARN.
    UserName,
}

impl Lift {
    /// The ARNs whose part matches.
    fn patterns(self, part: &Pattern) -> Vec<Pattern> {
        match self {
            Self::None => vec![part.clone()],
            Self::Account => vec![lift_account(part)],
            Self::UserName => lift_user_name(part).to_vec(),
        }
    }

    /// The part of an ARN.
    pub(crate) fn part(self, arn: &str) -> String {
        match self {
            Self::None => arn.to_owned(),
            Self::Account => arn.split(':').nth(4).unwrap_or_default().to_owned(),
            Self::UserName => arn.rsplit('/').next().unwrap_or_default().to_owned(),
        }
    }
}

/// Limits on a key that do not come from a condition.
#[derive(Debug, Clone, Default)]
pub(crate) struct Extra {
    pub(crate) presence: Option<Presence>,
    /// The value matches none of these.
    pub(crate) outside: Vec<Pattern>,
    /// The value matches one of each.
    pub(crate) inside: Vec<Vec<Pattern>>,
    /// The value has at least so many characters.
    pub(crate) min_length: usize,
    /// The limits contradict each other.
    pub(crate) contradictory: bool,
}

impl Extra {
    /// Both limits.
    pub(crate) fn and(mut self, other: &Self) -> Self {
        let differ = matches!((self.presence, other.presence), (Some(a), Some(b)) if a != b);
        self.contradictory |= other.contradictory || differ;
        self.presence = other.presence.or(self.presence);
        self.outside.extend(other.outside.iter().cloned());
        self.inside.extend(other.inside.iter().cloned());
        self.min_length = self.min_length.max(other.min_length);
        self
    }

    /// The limits on a part of the ARN as limits on the ARN.
    pub(crate) fn lifted(mut self, lift: Lift) -> Self {
        if lift == Lift::None {
            return self;
        }
        self.inside.push(vec![Pattern::default().then_some(CharSet::ANY, self.min_length).then_run(CharSet::ANY)]);
        let outside = self.outside.iter().flat_map(|pattern| lift.patterns(pattern)).collect();
        let inside =
            self.inside.iter().map(|union| union.iter().flat_map(|pattern| lift.patterns(pattern)).collect()).collect();
        Self { outside, inside, min_length: 0, ..self }
    }

    /// The key is there and has exactly this value.
    pub(crate) fn exactly(value: &str) -> Self {
        Self { presence: Some(Presence::Present), inside: vec![vec![Pattern::literal(value)]], ..Self::default() }
    }
}

/// Whether a key has to be there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Presence {
    Absent,
    Present,
}

/// The state of a key in a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Chosen {
    Absent,
    Values(Vec<String>),
}

impl Chosen {
    /// How much a request has to send for it.
    pub(crate) fn cost(&self) -> usize {
        match self {
            Self::Absent => 0,
            Self::Values(values) => values.iter().map(|value| value.chars().count() + 1).sum(),
        }
    }

    pub(crate) fn single(&self) -> Option<&str> {
        match self {
            Self::Values(values) => match values.as_slice() {
                [value] => Some(value),
                _ => None,
            },
            Self::Absent => None,
        }
    }
}

/// The answer for one key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Solved {
    /// The cheapest way.
    Chosen(Chosen),
    /// There is none.
    Impossible,
    /// This search cannot say.
    CannotSay(&'static str),
    /// The budget ran out.
    Limit,
}

/// Finds the text a policy variable stands for; `None` when it has no value.
pub(crate) type Resolve<'r> = dyn Fn(&Variable) -> Option<String> + 'r;

pub(crate) struct KeyQuestion<'a> {
    pub(crate) key: &'a str,
    pub(crate) domain: &'a Domain,
    pub(crate) wanted: &'a [Wanted<'a>],
    pub(crate) extra: &'a Extra,
    pub(crate) assumptions: Assumptions,
    pub(crate) resolve: &'a Resolve<'a>,
}

impl KeyQuestion<'_> {
    pub(crate) fn solve(&self, budget: &mut Budget) -> Solved {
        if self.extra.contradictory {
            return Solved::Impossible;
        }
        if self.domain.optional && self.extra.presence != Some(Presence::Present) && self.absence_works() {
            return Solved::Chosen(Chosen::Absent);
        }
        match (&self.domain.words, self.extra.presence) {
            (Some(words), None | Some(Presence::Present)) => self.present(words, budget),
            (None, _) | (_, Some(Presence::Absent)) => Solved::Impossible,
        }
    }

    /// What the text conditions ask of a present value.
    pub(crate) fn text_limits(&self) -> Extra {
        let mut limits = Extra::default();
        for wanted in self.wanted {
            let Requirement::Every(test) = self.requirement(wanted) else { continue };
            match self.text_set(&test) {
                Some(TextSet { union, inside: true }) => limits.inside.push(union),
                Some(TextSet { union, inside: false }) => limits.outside.extend(union),
                None => {}
            }
        }
        limits
    }

    fn absence_works(&self) -> bool {
        let request = request_with("", None);
        let mut matcher = Matcher::new(&request, self.assumptions, AttachedTo::Role);
        self.wanted.iter().all(|wanted| matcher.condition(wanted.condition, wanted.effect) == wanted.holds)
    }

    fn present(&self, words: &Words, budget: &mut Budget) -> Solved {
        let mut words = words.clone();
        let asks_for_null = |wanted: &Wanted<'_>| {
            wanted.condition.operator.is_some_and(|operator| operator.comparison == Comparison::Null)
        };
        // `Null` counts an empty text as absent, so a present value has a character.
        if let (Words::Text { min, .. }, true) = (&mut words, self.wanted.iter().any(asks_for_null)) {
            *min = (*min).max(1);
        }
        let words = &words;
        let mut every = Vec::new();
        let mut some = Vec::new();
        for wanted in self.wanted {
            match self.requirement(wanted) {
                Requirement::Met => {}
                Requirement::Impossible => return Solved::Impossible,
                Requirement::Every(test) => every.push(test),
                Requirement::Some(test) => some.push(test),
            }
        }
        if self.domain.arity == Arity::Single {
            every.append(&mut some);
        }
        let rounds: Vec<Option<ValueTest<'_>>> =
            if some.is_empty() { vec![None] } else { some.into_iter().map(Some).collect() };
        let mut values = Vec::new();
        for witness in rounds {
            let tests: Vec<ValueTest<'_>> = every.iter().copied().chain(witness).collect();
            match self.one_value(words, &tests, budget) {
                Solved::Chosen(Chosen::Values(mut found)) => values.append(&mut found),
                other => return other,
            }
        }
        values.sort_unstable();
        values.dedup();
        Solved::Chosen(Chosen::Values(values))
    }

    /// What a condition asks of a present key's values.
    fn requirement<'w>(&self, wanted: &Wanted<'w>) -> Requirement<'w> {
        let constant = |value: bool| if value == wanted.holds { Requirement::Met } else { Requirement::Impossible };
        let condition = wanted.condition;
        let Some(operator) = condition.operator else {
            return constant((wanted.effect == Effect::Deny) != self.assumptions.takes_other(Assumption::Unreadable));
        };
        if condition.misspelt && !self.assumptions.takes_other(Assumption::OperatorCase) {
            return constant(wanted.effect == Effect::Deny);
        }
        if operator.comparison == Comparison::Null {
            let Values::Bools(values) = &condition.values else { return constant(false) };
            return constant(match operator.set {
                Some(SetOperator::ForAllValues) => true,
                Some(SetOperator::ForAnyValue) => false,
                None => values.iter().any(|(value, _)| *value != Some(true)),
            });
        }
        let test = |passes| ValueTest { condition, passes, lift: wanted.lift };
        if condition.type_clash && condition.values.len() > 0 && self.assumptions.takes_other(Assumption::TypeClash) {
            return constant(operator.sense == Sense::Negated);
        }
        match (operator.set, wanted.holds) {
            (Some(SetOperator::ForAllValues), true) => Requirement::Every(test(true)),
            (Some(SetOperator::ForAllValues), false) => Requirement::Some(test(false)),
            (Some(SetOperator::ForAnyValue), true) => Requirement::Some(test(true)),
            (Some(SetOperator::ForAnyValue), false) => Requirement::Every(test(false)),
            (None, holds) if self.domain.arity == Arity::Multi => {
                match (self.assumptions.takes_other(Assumption::PlainOperatorOnSet), holds) {
                    (false, holds) => constant_requirement(!holds),
                    (true, true) => Requirement::Some(test(true)),
                    (true, false) => Requirement::Every(test(false)),
                }
            }
            (None, holds) => Requirement::Every(test(holds)),
        }
    }

    /// The shortest value that passes all tests.
    fn one_value(&self, words: &Words, tests: &[ValueTest<'_>], budget: &mut Budget) -> Solved {
        let mut sets = TextSets::default();
        let mut others: Vec<&ValueTest<'_>> = Vec::new();
        for test in tests {
            if self.mentions_itself(test) {
                return Solved::CannotSay("a condition compares the key with a text that contains it");
            }
            match self.text_set(test) {
                Some(TextSet { union, inside: true }) if union.is_empty() => return Solved::Impossible,
                Some(TextSet { union, inside: true }) => sets.inside.push(union),
                Some(TextSet { union, inside: false }) => sets.outside.extend(union),
                None => others.push(test),
            }
        }
        sets.inside.extend(self.extra.inside.iter().cloned());
        sets.outside.extend(self.extra.outside.iter().cloned());
        let text_only = others.is_empty();
        if others.iter().any(|test| test.can_never_pass()) {
            return Solved::Impossible;
        }
        if others.iter().any(|test| test.lift != Lift::None || self.substitutes_in_bool(test)) {
            return Solved::CannotSay(MIXED);
        }
        match words {
            Words::Text { patterns, excluded, min, max } => {
                let query = sets.query(Some(patterns), excluded, (*min).max(self.extra.min_length), *max);
                let finite: Option<Vec<String>> = patterns.iter().map(Pattern::as_literal).collect();
                if let (Some(candidates), false) = (finite, text_only) {
                    return self.pick(candidates, &others, |word| query.admits(word), budget);
                }
                if text_only {
                    // A text the domain spells out is what people know: prefer it to an equally short one.
                    let spelled = patterns.iter().filter_map(Pattern::as_literal).find(|word| query.admits(word));
                    if let (Some(word), true) = (spelled, patterns.len() < 8) {
                        return Solved::Chosen(Chosen::Values(vec![word]));
                    }
                    return match query.shortest(budget) {
                        Found::Word(word) => Solved::Chosen(Chosen::Values(vec![word])),
                        Found::Nothing => Solved::Impossible,
                        Found::Limit => Solved::Limit,
                    };
                }
                let shortest = match query.shortest(budget) {
                    Found::Word(word) => word,
                    Found::Nothing => return Solved::Impossible,
                    Found::Limit => return Solved::Limit,
                };
                let mut candidates = candidates::of(&others);
                candidates.push(shortest);
                let admitted = |word: &str| query.admits(word);
                match self.pick(candidates, &others, admitted, budget) {
                    // A number has endless spellings; only some were tried.
                    Solved::Impossible => Solved::CannotSay(MIXED),
                    other => other,
                }
            }
            Words::Bool => self.typed(vec!["true".into(), "false".into()], &sets, &others, Complete::Yes, budget),
            Words::Number => {
                let mut candidates = vec!["0".to_owned(), "1".to_owned()];
                candidates.extend(candidates::of(&others));
                candidates.retain(|text| Decimal::parse(text).is_some() && !text.starts_with('-'));
                let complete = complete_if(
                    sets.is_empty() && others.iter().all(|test| matches!(test.comparison(), Comparison::Numeric(_))),
                );
                self.typed(candidates, &sets, &others, complete, budget)
            }
            Words::Date { from } => {
                let mut moments = vec![*from];
                for test in &others {
                    if let Values::Dates(dates) = &test.condition.values {
                        for date in dates.iter().flatten() {
                            moments.extend(candidates::around(*date));
                        }
                    }
                }
                moments.retain(|moment| moment >= from);
                moments.sort_unstable();
                let candidates = moments.iter().map(ToString::to_string).collect();
                let complete = complete_if(
                    sets.is_empty() && others.iter().all(|test| matches!(test.comparison(), Comparison::Date(_))),
                );
                self.typed(candidates, &sets, &others, complete, budget)
            }
            Words::IpAddress { public } => {
                let mut candidates = vec!["198.51.100.1".to_owned(), "0.0.0.0".to_owned(), "::".to_owned()];
                candidates.extend(candidates::of(&others));
                candidates.extend(sets.literals());
                candidates.extend(candidates::past_private_ranges());
                candidates.retain(|text| match text.parse() {
                    Ok(address) => !(*public && candidates::is_private(address)),
                    Err(_) => false,
                });
                let complete = complete_if(
                    sets.is_empty() && others.iter().all(|test| test.comparison() == Comparison::IpAddress),
                );
                self.typed(candidates, &sets, &others, complete, budget)
            }
        }
    }

    fn typed(
        &self,
        candidates: Vec<String>,
        sets: &TextSets,
        others: &[&ValueTest<'_>],
        complete: Complete,
        budget: &mut Budget,
    ) -> Solved {
        let query = sets.query(None, &[], 0, usize::MAX);
        match (self.pick(candidates, others, |word| query.admits(word), budget), complete) {
            (Solved::Impossible, Complete::No) => Solved::CannotSay(MIXED),
            (solved, _) => solved,
        }
    }

    fn pick(
        &self,
        mut candidates: Vec<String>,
        others: &[&ValueTest<'_>],
        admitted: impl Fn(&str) -> bool,
        budget: &mut Budget,
    ) -> Solved {
        candidates.sort_by_key(|text| text.chars().count());
        for word in candidates {
            if !budget.spend(10 + others.len() * 4) {
                return Solved::Limit;
            }
            if admitted(&word) && others.iter().all(|test| self.passes(test, &word)) {
                return Solved::Chosen(Chosen::Values(vec![word]));
            }
        }
        Solved::Impossible
    }

    fn passes(&self, test: &ValueTest<'_>, word: &str) -> bool {
        let request = request_with(&test.condition.key, Some(word));
        let mut matcher = Matcher::new(&request, self.assumptions, AttachedTo::Role);
        test.condition.operator.is_some_and(|operator| matcher.test(operator, test.condition, word) == test.passes)
    }

    fn substitutes_in_bool(&self, test: &ValueTest<'_>) -> bool {
        let Values::Bools(values) = &test.condition.values else { return false };
        let variables = values.iter().any(|(_, template)| template.variables().next().is_some());
        variables && self.assumptions.takes_other(Assumption::VariablesInBool)
    }

    /// A value contains the key's own variable beside other text.
    fn mentions_itself(&self, test: &ValueTest<'_>) -> bool {
        let own = |variable: &&Variable| variable.key.eq_ignore_ascii_case(self.key);
        test.condition.variables().filter(own).count() != test.condition.sole_variables().filter(own).count()
    }

    /// The strings that make a text condition's test come out as wanted, or `None` when it is not about text.
    fn text_set(&self, test: &ValueTest<'_>) -> Option<TextSet> {
        let operator = test.condition.operator?;
        let mut variable =
            |variable: &Variable| (self.resolve)(variable).or_else(|| variable.default.as_deref().map(str::to_owned));
        let case = match operator.comparison {
            Comparison::StringEqualsIgnoreCase => Case::IgnoreAscii,
            _ => Case::Sensitive,
        };
        let mut union: Vec<Pattern> = match &test.condition.values {
            Values::Strings(templates) => templates
                .iter()
                .filter_map(|template| Pattern::from_template(template, case, Wildcard(CharSet::ANY), &mut variable))
                .collect(),
            Values::Arns(patterns) => patterns.iter().filter_map(|arn| Pattern::from_arn(arn, &mut variable)).collect(),
            Values::Numbers(_)
            | Values::Dates(_)
            | Values::Bools(_)
            | Values::Ranges(_)
            | Values::Binaries(_)
            | Values::Unreadable => return None,
        };
        // `${key}` alone, compared with the key itself, matches whatever is sent.
        if test.condition.sole_variables().any(|variable| variable.key.eq_ignore_ascii_case(self.key)) {
            union.push(Pattern::any());
        }
        if test.condition.values.len() == 0 {
            // No values: positive never, negated always – or the reverse under the other readings.
            let passes = match operator.sense {
                Sense::Positive => operator.is_plain() && self.assumptions.takes_other(Assumption::EmptyListPositive),
                Sense::Negated => !self.assumptions.takes_other(Assumption::EmptyListNegated),
            };
            let union = if passes == test.passes { vec![Pattern::any()] } else { Vec::new() };
            return Some(TextSet { union, inside: true });
        }
        union = union.iter().flat_map(|pattern| test.lift.patterns(pattern)).collect();
        Some(TextSet { union, inside: (operator.sense == Sense::Positive) == test.passes })
    }
}

const MIXED: &str = "operators of different families test the same key";

#[derive(Clone, Copy, PartialEq, Eq)]
enum Complete {
    Yes,
    No,
}

fn complete_if(yes: bool) -> Complete {
    if yes { Complete::Yes } else { Complete::No }
}

/// One value of a condition's key has to pass, or fail, its comparison.
#[derive(Clone, Copy)]
struct ValueTest<'a> {
    condition: &'a Condition,
    passes: bool,
    lift: Lift,
}

impl ValueTest<'_> {
    fn comparison(&self) -> Comparison {
        self.condition.operator.map_or(Comparison::Null, |operator| operator.comparison)
    }

    /// A positive operator has to match, and none of its values parses.
    fn can_never_pass(&self) -> bool {
        let none_parses = match &self.condition.values {
            Values::Numbers(values) => values.iter().all(Option::is_none),
            Values::Dates(values) => values.iter().all(Option::is_none),
            Values::Ranges(values) => values.iter().all(Option::is_none),
            Values::Binaries(values) => values.iter().all(Option::is_none),
            Values::Strings(_) | Values::Arns(_) | Values::Bools(_) | Values::Unreadable => false,
        };
        let positive = self.condition.operator.is_some_and(|operator| operator.sense == Sense::Positive);
        none_parses && positive && self.passes && self.condition.values.len() > 0
    }
}

enum Requirement<'a> {
    /// Whatever the values.
    Met,
    Impossible,
    Every(ValueTest<'a>),
    Some(ValueTest<'a>),
}

fn constant_requirement<'a>(met: bool) -> Requirement<'a> {
    if met { Requirement::Met } else { Requirement::Impossible }
}

struct TextSet {
    union: Vec<Pattern>,
    inside: bool,
}

#[derive(Default)]
struct TextSets {
    inside: Vec<Vec<Pattern>>,
    outside: Vec<Pattern>,
}

impl TextSets {
    fn is_empty(&self) -> bool {
        self.inside.is_empty() && self.outside.is_empty()
    }

    fn literals(&self) -> Vec<String> {
        self.inside.iter().flatten().filter_map(Pattern::as_literal).collect()
    }

    fn query<'a>(
        &'a self,
        shape: Option<&'a [Pattern]>,
        excluded: &'a [Pattern],
        min: usize,
        max: usize,
    ) -> WordQuery<'a> {
        WordQuery {
            inside: shape.into_iter().chain(self.inside.iter().map(Vec::as_slice)).collect(),
            outside: self.outside.iter().chain(excluded).collect(),
            min_length: min,
            max_length: max,
        }
    }
}

const ARN_HEAD: CharSet = CharSet::NOT_COLON;

fn before_account() -> Pattern {
    let segment = |pattern: Pattern| pattern.then(":").then_run(ARN_HEAD);
    segment(segment(segment(Pattern::literal("arn")))).then(":")
}

fn lift_account(account: &Pattern) -> Pattern {
    before_account().then_pattern(&account.without_in_wildcards(b':')).then(":").then_run(CharSet::ANY)
}

fn lift_user_name(name: &Pattern) -> [Pattern; 2] {
    let name = name.without_in_wildcards(b'/');
    let head = before_account().then_run(ARN_HEAD).then(":user/");
    [head.clone().then_pattern(&name), head.then_run(CharSet::ANY).then("/").then_pattern(&name)]
}

fn request_with(key: &str, value: Option<&str>) -> Request {
    let context: RequestContext = value.into_iter().map(|value| (key, [value])).collect();
    Request { caller: Caller::anonymous(), action: String::new(), role: String::new(), context }
}
