//! The evaluator: one request against one policy (rules D1, D2 and §3.1 of the semantics reference).
//!
//! [`Policy::decide`] is the hot path: it works on the compiled form, stops early and allocates nothing.
//! [`evaluate`] runs the same code without stopping and writes down what every element did.

pub mod assume_role;
mod caller_side;
mod compile;
mod deciding;
mod principal;
mod trace;

pub use caller_side::{Owner, by_caller_side, with_resource_policy};
pub use compile::{AttachedTo, Policy};
pub(crate) use compile::{CompiledStatement, Condition, Values};
pub use principal::{Grant, InvalidPrincipal, Principal};
pub use trace::{ConditionTrace, ElementTrace, Evaluation, StatementTrace, evaluate};

use crate::assumptions::{Assumption, AssumptionSet, Assumptions};
use crate::condition::numeric::Decimal;
use crate::condition::string::{Case, Lookup, NoVariables, Template};
use crate::condition::variable::Variable;
use crate::condition::{Comparison, ConditionOperator, Sense, SetOperator, binary, boolean, date, ip_address};
use crate::document::{Effect, Polarity};
use crate::request::{Request, RequestContext, context_key};

/// What a policy says of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize)]
pub enum Decision {
    /// An Allow applies and no Deny does.
    Allowed,
    /// A Deny applies.
    ExplicitDeny,
    /// Nothing applies.
    ImplicitDeny,
}

impl Policy {
    /// Decides by the default readings of all assumptions.
    #[must_use]
    pub fn decide(&self, request: &Request) -> Decision {
        self.decide_assuming(request, Assumptions::default()).decision
    }

    /// Decides, and tells how the request was granted and which assumptions the answer rests on. Allocates nothing.
    #[must_use]
    pub fn decide_assuming(&self, request: &Request, assumptions: Assumptions) -> Outcome {
        let mut matcher = Matcher::new(request, assumptions, self.attached_to);
        let mut grant = None;
        for statement in &self.statements {
            let Some(applied) = matcher.applies(statement) else { continue };
            match statement.effect {
                Effect::Deny => return Outcome { decision: Decision::ExplicitDeny, grant: None, used: matcher.used },
                Effect::Allow => grant = grant.max(Some(applied)),
            }
        }
        let decision = if grant.is_some() { Decision::Allowed } else { Decision::ImplicitDeny };
        Outcome { decision, grant, used: matcher.used }
    }
}

/// A decision with what the caller's side needs to know about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Outcome {
    /// The decision.
    pub decision: Decision,
    /// The strongest way an applying Allow covers the caller.
    pub grant: Option<Grant>,
    /// The assumptions that played a part.
    pub used: AssumptionSet,
}

/// Matches the parts of statements against one request.
pub(crate) struct Matcher<'r> {
    request: &'r Request,
    role_partition: &'r str,
    assumptions: Assumptions,
    attached_to: AttachedTo,
    pub(crate) used: AssumptionSet,
}

/// Substitutes policy variables: single-valued keys that are present (rule V1).
struct FromContext<'r>(&'r RequestContext);

impl Lookup for FromContext<'_> {
    fn value(&self, variable: &Variable) -> Option<&str> {
        if context_key::is_multivalued(&variable.key) {
            return None;
        }
        match self.0.get(&variable.key)? {
            [value] => Some(value),
            _ => None,
        }
    }
}

impl<'r> Matcher<'r> {
    pub(crate) fn new(request: &'r Request, assumptions: Assumptions, attached_to: AttachedTo) -> Self {
        let stated = request.role.split(':').nth(1).filter(|partition| !partition.is_empty());
        // A resource that is no ARN, such as `*`, is where the caller is.
        let home = || request.caller.home().map_or("aws", |home| home.partition.as_str());
        let role_partition = stated.unwrap_or_else(home);
        Self { request, role_partition, assumptions, attached_to, used: AssumptionSet::default() }
    }

    /// How the statement covers the request, or `None` when it does not apply.
    fn applies(&mut self, statement: &CompiledStatement) -> Option<Grant> {
        if statement.unreadable && !self.takes_unreadable(statement.effect) {
            return None;
        }
        if !self.actions(statement) || !self.resources(statement) {
            return None;
        }
        let grant = self.principals(statement)?;
        for condition in &statement.conditions {
            if !self.condition(condition, statement.effect) {
                return None;
            }
        }
        Some(grant)
    }

    /// Whether what cannot be read counts as met: for a Deny it does, for an Allow it does not; under the other reading
    /// the reverse, so that the two bracket whatever AWS would do.
    pub(crate) fn takes_unreadable(&mut self, effect: Effect) -> bool {
        self.used.insert(Assumption::Unreadable);
        (effect == Effect::Deny) != self.assumptions.takes_other(Assumption::Unreadable)
    }

    /// `AIDA…` or `AROA…`: as the caller carries it, or as `aws:userid` says.
    fn unique_id(&self) -> Option<&'r str> {
        let request = self.request;
        let from_context = || match request.context.get("aws:userid") {
            Some([id]) => id.split(':').next(),
            _ => None,
        };
        request.caller.unique_id().or_else(from_context)
    }

    pub(crate) fn actions(&self, statement: &CompiledStatement) -> bool {
        let action = self.request.action.as_str();
        let matches = |pattern: &Template| pattern.matches(action, Case::IgnoreAscii, &NoVariables);
        !statement.actions.is_empty()
            && statement.actions.iter().all(|(polarity, patterns)| agrees(*polarity, patterns.iter().any(matches)))
    }

    pub(crate) fn resources(&self, statement: &CompiledStatement) -> bool {
        let lookup = FromContext(&self.request.context);
        let matches = |pattern: &Template| pattern.matches(&self.request.role, Case::Sensitive, &lookup);
        if self.attached_to == AttachedTo::Identity && statement.resources.is_empty() {
            return false;
        }
        statement.resources.iter().all(|(polarity, patterns)| agrees(*polarity, patterns.iter().any(matches)))
    }

    pub(crate) fn principals(&mut self, statement: &CompiledStatement) -> Option<Grant> {
        if self.attached_to == AttachedTo::Role && statement.principals.is_empty() {
            return None;
        }
        // Delegation never leaves a partition (rule P14), whatever a statement says.
        if self.request.caller.home().is_some_and(|home| home.partition != self.role_partition) {
            return None;
        }
        let identified = principal::Identified {
            caller: &self.request.caller,
            unique_id: self.unique_id(),
            role_partition: self.role_partition,
        };
        let mut weakest = Some(Grant::Direct);
        for (polarity, entries) in &statement.principals {
            let covered =
                entries.iter().filter_map(|entry| entry.grant(&identified, self.assumptions, &mut self.used)).max();
            let grant = match polarity {
                Polarity::Listed => covered,
                Polarity::Excepted => covered.is_none().then_some(Grant::Direct),
            };
            weakest = weakest.min(grant);
        }
        weakest
    }

    /// Whether a condition holds. An unknown operator fails closed: never for an Allow, always for a Deny.
    pub(crate) fn condition(&mut self, condition: &Condition, effect: Effect) -> bool {
        let Some(operator) = condition.operator else { return self.takes_unreadable(effect) };
        if condition.misspelt {
            self.used.insert(Assumption::OperatorCase);
            if !self.assumptions.takes_other(Assumption::OperatorCase) {
                return effect == Effect::Deny;
            }
        }
        let sent = self.request.context.get(&condition.key);
        if operator.comparison == Comparison::Null {
            return self.null(operator, condition, sent);
        }
        let Some(sent) = sent else { return self.absent(operator) };
        match operator.set {
            Some(SetOperator::ForAllValues) => sent.iter().all(|value| self.test(operator, condition, value)),
            Some(SetOperator::ForAnyValue) if sent.is_empty() => self.absent(operator),
            Some(SetOperator::ForAnyValue) => sent.iter().any(|value| self.test(operator, condition, value)),
            None => match sent {
                [] => self.absent(operator),
                [value] if !condition.multivalued => self.test(operator, condition, value),
                values => {
                    self.used.insert(Assumption::PlainOperatorOnSet);
                    let other = self.assumptions.takes_other(Assumption::PlainOperatorOnSet);
                    other && values.iter().any(|value| self.test(operator, condition, value))
                }
            },
        }
    }

    /// The value of an operator on an absent key (rules K1, K2, K5, K6).
    fn absent(&mut self, operator: ConditionOperator) -> bool {
        match operator.set {
            Some(SetOperator::ForAllValues) => true,
            Some(SetOperator::ForAnyValue) if operator.if_exists => {
                self.used.insert(Assumption::ForAnyValueIfExistsAbsent);
                self.assumptions.takes_other(Assumption::ForAnyValueIfExistsAbsent)
            }
            Some(SetOperator::ForAnyValue) => false,
            None => operator.if_exists || operator.sense == Sense::Negated,
        }
    }

    /// `Null` (rule K4). Under a set operator it tests nothing: always true for all, always false for any.
    fn null(&mut self, operator: ConditionOperator, condition: &Condition, sent: Option<&[String]>) -> bool {
        match operator.set {
            Some(SetOperator::ForAllValues) => return true,
            Some(SetOperator::ForAnyValue) => return false,
            None => {}
        }
        let only_empty = sent.is_some_and(|values| !values.is_empty() && values.iter().all(String::is_empty));
        if only_empty {
            self.used.insert(Assumption::EmptyStringIsNull);
        }
        let counts_empty = !self.assumptions.takes_other(Assumption::EmptyStringIsNull);
        let is_null = sent.is_none_or(<[String]>::is_empty) || (only_empty && counts_empty);
        let Values::Bools(values) = &condition.values else { return false };
        // Whatever is not the text `true` asks for presence.
        values.iter().any(|(value, _)| (*value == Some(true)) == is_null)
    }

    /// The operator on one value: any required value matches, or none does (rule K8).
    pub(crate) fn test(&mut self, operator: ConditionOperator, condition: &Condition, sent: &str) -> bool {
        if condition.values.len() == 0 {
            return match operator.sense {
                Sense::Positive if !operator.is_plain() => false,
                Sense::Positive => {
                    self.used.insert(Assumption::EmptyListPositive);
                    self.assumptions.takes_other(Assumption::EmptyListPositive)
                }
                Sense::Negated => {
                    self.used.insert(Assumption::EmptyListNegated);
                    !self.assumptions.takes_other(Assumption::EmptyListNegated)
                }
            };
        }
        if condition.type_clash {
            self.used.insert(Assumption::TypeClash);
            if self.assumptions.takes_other(Assumption::TypeClash) {
                return operator.sense == Sense::Negated;
            }
        }
        let matched = self.any_value_matches(operator.comparison, &condition.values, sent);
        match (operator.sense, matched) {
            (Sense::Positive, Match::Yes) | (Sense::Negated, Match::No) => true,
            (Sense::Positive, Match::No | Match::Unparsable) | (Sense::Negated, Match::Yes) => false,
            (Sense::Negated, Match::Unparsable) => {
                self.used.insert(Assumption::UnparsableNegated);
                !self.assumptions.takes_other(Assumption::UnparsableNegated)
            }
        }
    }

    fn any_value_matches(&mut self, comparison: Comparison, values: &Values, sent: &str) -> Match {
        let lookup = FromContext(&self.request.context);
        match values {
            Values::Strings(templates) => {
                let case = match comparison {
                    Comparison::StringEqualsIgnoreCase => Case::IgnoreAscii,
                    _ => Case::Sensitive,
                };
                Match::from(templates.iter().any(|template| template.matches(sent, case, &lookup)))
            }
            Values::Arns(patterns) => Match::from(patterns.iter().any(|pattern| pattern.matches(sent, &lookup))),
            Values::Numbers(numbers) => {
                let (Comparison::Numeric(relation), Some(sent)) = (comparison, Decimal::parse(sent)) else {
                    return Match::Unparsable;
                };
                let required = numbers.iter().map(|number| number.as_deref().and_then(Decimal::parse));
                any_or_unparsable(required.map(|number| number.map(|number| relation.holds(sent.compare(&number)))))
            }
            Values::Dates(dates) => {
                let (Comparison::Date(relation), Some(sent)) = (comparison, date::parse(sent)) else {
                    return Match::Unparsable;
                };
                any_or_unparsable(
                    dates.iter().map(|required| required.map(|required| relation.holds(sent.cmp(&required)))),
                )
            }
            Values::Bools(bools) => {
                let sent = boolean::parse(sent);
                let substitute = self.assumptions.takes_other(Assumption::VariablesInBool);
                Match::from(
                    sent.is_some()
                        && bools.iter().any(|(value, template)| match value {
                            Some(value) => sent == Some(*value),
                            None => {
                                substitute
                                    && ["true", "false"].into_iter().any(|text| {
                                        boolean::parse(text) == sent
                                            && template.matches(text, Case::IgnoreAscii, &lookup)
                                    })
                            }
                        }),
                )
            }
            Values::Ranges(ranges) => {
                Match::from(ranges.iter().flatten().any(|range| ip_address::contains(range, sent)))
            }
            Values::Binaries(binaries) => {
                Match::from(binaries.iter().flatten().any(|required| binary::equals(required, sent)))
            }
            Values::Unreadable => Match::No,
        }
    }
}

/// Whether any required value matches, or why that cannot be said.
enum Match {
    Yes,
    No,
    /// A side is not a number or date, and no other value matched.
    Unparsable,
}

impl From<bool> for Match {
    fn from(matched: bool) -> Self {
        if matched { Self::Yes } else { Self::No }
    }
}

fn any_or_unparsable(matches: impl Iterator<Item = Option<bool>>) -> Match {
    let mut found = Match::No;
    for matched in matches {
        match matched {
            Some(true) => return Match::Yes,
            Some(false) => {}
            None => found = Match::Unparsable,
        }
    }
    found
}

fn agrees(polarity: Polarity, listed: bool) -> bool {
    match polarity {
        Polarity::Listed => listed,
        Polarity::Excepted => !listed,
    }
}
