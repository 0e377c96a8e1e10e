//! The compiled form of a policy: everything that does not depend on the request, worked out once.

use ipnet::IpNet;

use super::principal::Principal;
use crate::assumptions::{Assumption, AssumptionSet};
use crate::condition::arn::ArnPattern;
use crate::condition::date::Moment;
use crate::condition::numeric::Decimal;
use crate::condition::string::{Template, Variables, Wildcards};
use crate::condition::{Comparison, ConditionOperator, Sense, SetOperator, binary, boolean, date, ip_address};
use crate::document::{ConditionEntry, Effect, PatternElement, Polarity, PolicyDocument, Statement, Version};
use crate::request::context_key;

/// A policy ready to be asked. It keeps indices into the document for traces, and no other tie to it.
#[derive(Debug, Clone)]
pub struct Policy {
    pub(crate) statements: Vec<CompiledStatement>,
    pub(crate) attached_to: AttachedTo,
    touches: AssumptionSet,
}

/// What a policy is attached to; it decides which elements a statement must have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AttachedTo {
    /// The role: a statement without `Principal` covers nobody; the resource is the role itself.
    Role,
    /// A caller, session, organization unit or account: no `Principal`, and a statement needs a `Resource`.
    Identity,
}

/// A statement, compiled.
#[derive(Debug, Clone)]
pub(crate) struct CompiledStatement {
    pub(crate) effect: Effect,
    /// AND-ed elements of OR-ed entries.
    pub(crate) principals: Vec<(Polarity, Vec<Principal>)>,
    pub(crate) actions: Vec<(Polarity, Vec<Template>)>,
    pub(crate) resources: Vec<(Polarity, Vec<Template>)>,
    pub(crate) conditions: Vec<Condition>,
    /// A part IAM refuses or this model cannot read.
    pub(crate) unreadable: bool,
}

/// One operator on one key, compiled.
#[derive(Debug, Clone)]
pub(crate) struct Condition {
    /// The operator; for a name that is right but for its letter case, the one meant.
    pub(crate) operator: Option<ConditionOperator>,
    /// The name's letter case is wrong.
    pub(crate) misspelt: bool,
    pub(crate) key: Box<str>,
    pub(crate) multivalued: bool,
    /// The operator's type is not the key's ([`Assumption::TypeClash`]).
    pub(crate) type_clash: bool,
    pub(crate) values: Values,
}

/// The values of a condition, read as its operator reads them. `None`: the text does not parse, and matches nothing.
#[derive(Debug, Clone)]
pub(crate) enum Values {
    Strings(Vec<Template>),
    Arns(Vec<ArnPattern>),
    Numbers(Vec<Option<Box<str>>>),
    Dates(Vec<Option<Moment>>),
    Bools(Vec<(Option<bool>, Template)>),
    Ranges(Vec<Option<IpNet>>),
    Binaries(Vec<Option<Vec<u8>>>),
    /// The operator is unknown.
    Unreadable,
}

impl Values {
    pub(crate) fn len(&self) -> usize {
        match self {
            Self::Strings(values) => values.len(),
            Self::Arns(values) => values.len(),
            Self::Numbers(values) => values.len(),
            Self::Dates(values) => values.len(),
            Self::Bools(values) => values.len(),
            Self::Ranges(values) => values.len(),
            Self::Binaries(values) => values.len(),
            Self::Unreadable => 0,
        }
    }
}

impl Policy {
    /// Compiles a trust policy. Holes match nothing: instantiate the document first when it has any.
    #[must_use]
    pub fn trust(document: &PolicyDocument) -> Self {
        Self::compile(document, AttachedTo::Role)
    }

    /// Compiles an identity policy, permissions boundary, session policy, SCP or RCP.
    #[must_use]
    pub fn identity(document: &PolicyDocument) -> Self {
        Self::compile(document, AttachedTo::Identity)
    }

    fn compile(document: &PolicyDocument, attached_to: AttachedTo) -> Self {
        let variables = match document.version {
            Version::V2012 => Variables::Substitute,
            Version::V2008 | Version::Absent | Version::Invalid => Variables::Literal,
        };
        let mut compiler = Compiler { variables, touches: AssumptionSet::default() };
        let statements = document.statements.iter().map(|statement| compiler.statement(statement)).collect();
        Self { statements, attached_to, touches: compiler.touches }
    }

    /// How many statements it has.
    #[must_use]
    pub fn statement_count(&self) -> usize {
        self.statements.len()
    }

    /// The assumptions a decision on this policy could rest on, for calls that can be made (a single-valued key that is
    /// sent several values rests on `PlainOperatorOnSet` besides).
    #[must_use]
    pub fn touches(&self) -> AssumptionSet {
        self.touches
    }
}

struct Compiler {
    variables: Variables,
    touches: AssumptionSet,
}

impl Compiler {
    fn statement(&mut self, statement: &Statement) -> CompiledStatement {
        let principals: Vec<(Polarity, Vec<Principal>)> = statement
            .principals
            .iter()
            .map(|element| (element.polarity, element.entries.iter().map(Principal::compile).collect()))
            .collect();
        for principal in principals.iter().flat_map(|(_, entries)| entries) {
            match principal {
                Principal::AwsStar => self.touches.insert(Assumption::AwsStarCoversServices),
                Principal::Role { .. } => self.touches.insert(Assumption::RoleNameCase),
                Principal::UniqueId(_) => self.touches.insert(Assumption::UniqueIdIsOrphan),
                Principal::Everyone
                | Principal::Account { .. }
                | Principal::User(_)
                | Principal::RoleSession(_)
                | Principal::FederatedUser(_)
                | Principal::Service(_)
                | Principal::Federated(_)
                | Principal::Invalid(_) => {}
            }
        }
        let conditions: Vec<Condition> = statement.conditions.iter().map(|entry| self.condition(entry)).collect();
        let unreadable = statement.unreadable.is_some() || !statement.undecided.is_empty();
        if unreadable {
            self.touches.insert(Assumption::Unreadable);
        }
        CompiledStatement {
            effect: statement.effect.as_ref().map_or(Effect::Allow, |effect| effect.value),
            principals,
            actions: statement.actions.iter().map(|element| patterns(element, Variables::Literal)).collect(),
            resources: statement.resources.iter().map(|element| patterns(element, self.variables)).collect(),
            conditions,
            unreadable,
        }
    }

    fn condition(&mut self, entry: &ConditionEntry) -> Condition {
        let exact = ConditionOperator::parse(&entry.operator.value).ok();
        let operator = exact.or_else(|| ConditionOperator::parse_folded(&entry.operator.value));
        match (exact, operator) {
            (Some(_), _) => {}
            (None, Some(_)) => self.touches.insert(Assumption::OperatorCase),
            (None, None) => self.touches.insert(Assumption::Unreadable),
        }
        let known: Vec<&str> = entry.values.iter().filter_map(|value| value.value.known()).collect();
        let strings = |wildcards| known.iter().map(|text| Template::compile(text, wildcards, self.variables)).collect();
        let values = match operator.map(|operator| operator.comparison) {
            None => Values::Unreadable,
            Some(Comparison::StringEquals | Comparison::StringEqualsIgnoreCase) => {
                Values::Strings(strings(Wildcards::Literal))
            }
            Some(Comparison::StringLike) => Values::Strings(strings(Wildcards::Match)),
            Some(Comparison::Arn) => Values::Arns(strings(Wildcards::Match).iter().map(ArnPattern::compile).collect()),
            Some(Comparison::Numeric(_)) => {
                Values::Numbers(known.iter().map(|text| Decimal::parse(text).map(|_| (*text).into())).collect())
            }
            Some(Comparison::Date(_)) => Values::Dates(known.iter().map(|text| date::parse(text)).collect()),
            Some(Comparison::Bool | Comparison::Null) => {
                let template = |text: &str| Template::compile(text, Wildcards::Literal, self.variables);
                Values::Bools(known.iter().map(|text| (boolean::parse(text), template(text))).collect())
            }
            Some(Comparison::IpAddress) => {
                Values::Ranges(known.iter().map(|text| ip_address::parse_range(text)).collect())
            }
            Some(Comparison::Binary) => Values::Binaries(known.iter().map(|text| binary::parse(text)).collect()),
        };
        let condition = Condition {
            operator,
            misspelt: exact.is_none(),
            key: entry.key.value.clone(),
            multivalued: context_key::is_multivalued(&entry.key.value),
            type_clash: entry.key.value.eq_ignore_ascii_case("sts:ExternalId")
                && operator.is_some_and(|operator| match operator.comparison {
                    Comparison::Arn | Comparison::Date(_) | Comparison::IpAddress | Comparison::Bool => true,
                    Comparison::StringEquals
                    | Comparison::StringEqualsIgnoreCase
                    | Comparison::StringLike
                    | Comparison::Numeric(_)
                    | Comparison::Binary
                    | Comparison::Null => false,
                }),
            values,
        };
        self.note_assumptions(&condition, entry);
        condition
    }

    fn note_assumptions(&mut self, condition: &Condition, entry: &ConditionEntry) {
        let Some(operator) = condition.operator else { return };
        let mut touch = |assumption| self.touches.insert(assumption);
        if operator.set == Some(SetOperator::ForAnyValue) && operator.if_exists {
            touch(Assumption::ForAnyValueIfExistsAbsent);
        }
        if operator.set.is_none() && condition.multivalued && operator.comparison != Comparison::Null {
            touch(Assumption::PlainOperatorOnSet);
        }
        let numeric_or_date = matches!(operator.comparison, Comparison::Numeric(_) | Comparison::Date(_));
        if numeric_or_date && operator.sense == Sense::Negated {
            touch(Assumption::UnparsableNegated);
        }
        if condition.type_clash {
            touch(Assumption::TypeClash);
        }
        if condition.values.len() == 0 {
            match operator.sense {
                Sense::Negated => touch(Assumption::EmptyListNegated),
                Sense::Positive if operator.is_plain() => touch(Assumption::EmptyListPositive),
                Sense::Positive => {}
            }
        }
        if let (Comparison::Bool, Values::Bools(values)) = (operator.comparison, &condition.values)
            && values.iter().any(|(_, template)| template.variables().next().is_some())
        {
            touch(Assumption::VariablesInBool);
        }
        if operator.comparison == Comparison::Null {
            touch(Assumption::EmptyStringIsNull);
        }
        if entry.key.value.eq_ignore_ascii_case("sts:ExternalId") {
            touch(Assumption::ExternalIdInTagSession);
        }
        if context_key::lookup(&entry.key.value).is_none() {
            touch(Assumption::UnknownKeyAbsent);
        }
        if operator.comparison == Comparison::StringEqualsIgnoreCase
            && entry.values.iter().any(|value| !value.value.lossy().is_ascii())
        {
            touch(Assumption::IgnoreCaseIsAscii);
        }
    }
}

fn patterns(element: &PatternElement, variables: Variables) -> (Polarity, Vec<Template>) {
    let known = element.patterns.iter().filter_map(|pattern| pattern.value.known());
    (element.polarity, known.map(|text| Template::compile(text, Wildcards::Match, variables)).collect())
}

impl Condition {
    /// The policy variables in its values.
    pub(crate) fn variables(&self) -> impl Iterator<Item = &crate::condition::variable::Variable> {
        self.templates().flat_map(Template::variables)
    }

    /// The variables that are a whole value on their own.
    pub(crate) fn sole_variables(&self) -> impl Iterator<Item = &crate::condition::variable::Variable> {
        self.templates().filter_map(|template| match template.tokens() {
            [crate::condition::string::Token::Variable(variable)] => Some(variable),
            _ => None,
        })
    }

    fn templates(&self) -> impl Iterator<Item = &Template> {
        let (strings, arns): (&[Template], &[ArnPattern]) = match &self.values {
            Values::Strings(templates) => (templates, &[]),
            Values::Arns(patterns) => (&[], patterns),
            Values::Numbers(_)
            | Values::Dates(_)
            | Values::Bools(_)
            | Values::Ranges(_)
            | Values::Binaries(_)
            | Values::Unreadable => (&[], &[]),
        };
        strings.iter().chain(arns.iter().filter_map(ArnPattern::segments).flatten())
    }
}
