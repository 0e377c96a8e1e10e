//! Which ExternalIds does the role accept from each deputy? (semantics reference §7.1)
//!
//! Every other key is chosen freely: a vendor's role name, address or MFA is the same for all of its customers and binds
//! none of them.

use std::collections::HashMap;

use super::class::{CallerClass, principal_text};
use super::domain::EXTERNAL_ID;
use super::pattern::{CharSet, Pattern, Wildcard};
use super::prover::{Extras, Prover};
use super::search::Answer;
use super::value::{Extra, Presence};
use crate::account::AccountId;
use crate::condition::Comparison;
use crate::condition::string::{Case, Template};
use crate::evaluate::{Principal, Values};
use crate::request::Request;

/// A party outside the role owner's accounts that the policy lets in, or names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Deputy {
    /// An account; `spelled` as the policy does.
    Account {
        /// As in the policy; for accounts that only a condition names, the root ARN.
        spelled: String,
        /// The account.
        account: AccountId,
        /// Its partition.
        partition: String,
    },
    /// A user, role or session.
    Principal(Principal),
    /// The members of an organization that is not the owner's.
    Organization(String),
    /// A principal whose account is not in the input: a third party until it is known.
    NotInInput {
        /// The principal with its holes shown.
        spelled: String,
    },
    /// Any AWS account.
    Public,
}

impl Deputy {
    /// How reports name it.
    #[must_use]
    pub fn name(&self) -> String {
        match self {
            Self::Account { spelled, .. } => spelled.clone(),
            Self::Principal(principal) => principal_text(principal),
            Self::Organization(id) => id.clone(),
            Self::NotInInput { spelled } => spelled.clone(),
            Self::Public => "*".to_owned(),
        }
    }

    /// Its account, where it has one.
    #[must_use]
    pub fn account(&self) -> Option<AccountId> {
        match self {
            Self::Account { account, .. } => Some(*account),
            Self::Principal(principal) => CallerClass::Named(principal.clone()).account(),
            Self::Organization(_) | Self::NotInInput { .. } | Self::Public => None,
        }
    }
}

/// The set of accepted ExternalIds.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AcceptedIds {
    /// A call without ExternalId is accepted.
    pub omitted: bool,
    /// The finitely many accepted values; exact when there are no `patterns`.
    pub ids: Vec<String>,
    /// Patterns in `StringLike` notation that cover what else is accepted (`*`: anything).
    pub patterns: Vec<String>,
}

/// The answer for one deputy.
#[derive(Debug, Clone, PartialEq)]
pub enum ExternalIdVerdict {
    /// One of these ids is required.
    Bound {
        /// The accepted ids, never empty.
        ids: Vec<String>,
        /// A call with the first of them that is allowed.
        request: Box<Request>,
    },
    /// Accepted without an id, or with one that is not bound to a finite list in the policy.
    Open {
        /// What is accepted.
        accepted: AcceptedIds,
        /// A call without ExternalId that is allowed.
        without_id: Option<Box<Request>>,
        /// A call with an ExternalId the policy does not list that is allowed.
        unlisted_id: Option<Box<Request>>,
    },
    /// The deputy cannot assume the role.
    Unassumable,
    /// The proof cannot say.
    Unknown {
        /// Why.
        why: String,
    },
}

impl ExternalIdVerdict {
    /// A call that is allowed: the counterexample to being bound, or one with an accepted id.
    #[must_use]
    pub fn request(&self) -> Option<&Request> {
        match self {
            Self::Open { without_id, unlisted_id, .. } => without_id.as_deref().or(unlisted_id.as_deref()),
            Self::Bound { request, .. } => Some(request),
            Self::Unassumable | Self::Unknown { .. } => None,
        }
    }

    /// The accepted ids.
    pub(crate) fn ids_mut(&mut self) -> &mut [String] {
        match self {
            Self::Bound { ids, .. } => ids,
            Self::Open { accepted, .. } => &mut accepted.ids,
            Self::Unassumable | Self::Unknown { .. } => &mut [],
        }
    }
}

/// The verdict for every deputy the policy lets in or names.
#[must_use]
pub fn external_id(prover: &Prover<'_>) -> Vec<(Deputy, ExternalIdVerdict)> {
    let listed = Listed::of(prover);
    // Accounts that the same statements cover, in a policy that asks nothing about who calls, are accepted alike.
    let mut alike: HashMap<Vec<bool>, Vec<String>> = HashMap::new();
    let verdicts = deputies(prover).into_iter().map(|deputy| {
        let classes = classes(prover, &deputy);
        let coverage = match (&deputy, classes.as_slice()) {
            (Deputy::Account { .. }, [class]) => prover.coverage(class),
            _ => None,
        };
        let candidates = match coverage.as_ref().and_then(|coverage| alike.get(coverage)) {
            Some(ids) => Candidates::Accepted(ids),
            None => Candidates::Listed,
        };
        let verdict = external_id_of(prover, &listed, &classes, candidates);
        if let (Some(coverage), ExternalIdVerdict::Bound { ids, .. }) = (coverage, &verdict) {
            alike.entry(coverage).or_insert_with(|| ids.clone());
        }
        (deputy, verdict)
    });
    verdicts.collect()
}

/// Which ids to ask about.
enum Candidates<'i> {
    /// Every id the policy writes.
    Listed,
    /// These are known to be accepted from a deputy just like this one; one call shows it.
    Accepted(&'i [String]),
}

/// The deputies of a policy: foreign principals of its Allow statements, everyone if it names everyone, and then also the
/// accounts its conditions name.
#[must_use]
pub fn deputies(prover: &Prover<'_>) -> Vec<Deputy> {
    let partition = prover.setting.partition();
    let mut deputies: Vec<Deputy> = Vec::new();
    for entry in prover.allowed_entries() {
        let deputy = match entry {
            Principal::Account { partition: written, account } => Deputy::Account {
                spelled: principal_text(entry),
                account: *account,
                partition: written.as_deref().unwrap_or(partition).to_owned(),
            },
            Principal::Role { .. } | Principal::User(_) | Principal::RoleSession(_) | Principal::FederatedUser(_) => {
                Deputy::Principal(entry.clone())
            }
            Principal::Everyone
            | Principal::AwsStar
            | Principal::Service(_)
            | Principal::Federated(_)
            | Principal::UniqueId(_)
            | Principal::Invalid(_) => continue,
        };
        deputies.push(deputy);
    }
    if prover.names_everyone() {
        for account in &prover.mentioned {
            let spelled = format!("arn:{partition}:iam::{account}:root");
            deputies.push(Deputy::Account { spelled, account: *account, partition: partition.to_owned() });
        }
        deputies.extend(prover.other_organizations.iter().cloned().map(Deputy::Organization));
        deputies.push(Deputy::Public);
    }
    let mut kept: Vec<Deputy> = Vec::new();
    for deputy in deputies {
        let own = deputy.account().is_some_and(|account| prover.is_own(account));
        let same = |other: &Deputy| match (other, &deputy) {
            (Deputy::Account { account: a, partition: p, .. }, Deputy::Account { account: b, partition: q, .. }) => {
                a == b && p == q
            }
            _ => *other == deputy,
        };
        if !own && !kept.iter().any(same) {
            kept.push(deputy);
        }
    }
    kept
}

fn classes(prover: &Prover<'_>, deputy: &Deputy) -> Vec<CallerClass> {
    match deputy {
        Deputy::Account { account, partition, .. } => prover.classes_of_account(partition, *account),
        Deputy::Principal(principal) => prover.with_sessions(principal),
        Deputy::Organization(organization) => vec![CallerClass::Organization {
            partition: prover.setting.partition().to_owned(),
            organization: organization.clone(),
        }],
        // Holes are filled before anything is proved.
        Deputy::NotInInput { .. } => Vec::new(),
        Deputy::Public => vec![CallerClass::AnyAccount { partition: prover.setting.partition().to_owned() }],
    }
}

fn external_id_of(
    prover: &Prover<'_>,
    listed: &Listed,
    classes: &[CallerClass],
    candidates: Candidates<'_>,
) -> ExternalIdVerdict {
    let ask = |extra: Extra| any_class(prover, classes, extra);
    let without = ask(Extra { presence: Some(Presence::Absent), ..Extra::default() });
    let unlisted =
        ask(Extra { presence: Some(Presence::Present), outside: listed.excluded.clone(), ..Extra::default() });
    let mut ids = Vec::new();
    let mut first = None;
    let mut unknown = None;
    if let (Candidates::Accepted(known), Answer::Impossible, Answer::Impossible) = (&candidates, &without, &unlisted)
        && let Some(id) = known.first()
        && let Answer::Request(request, _) = ask(Extra::exactly(id))
    {
        return ExternalIdVerdict::Bound { ids: known.to_vec(), request };
    }
    for (id, folds) in &listed.ids {
        let within = |pattern: Pattern| {
            ask(Extra { presence: Some(Presence::Present), inside: vec![vec![pattern]], ..Extra::default() })
        };
        let as_written = within(Pattern::literal(id));
        let answer = match (&as_written, folds) {
            // Another letter case of it may be accepted.
            (Answer::Impossible, true) => within(Pattern::default().then_folded(id)),
            _ => as_written,
        };
        match answer {
            Answer::Request(request, _) => {
                // The id as it is accepted, which may be another letter case of what is written.
                let sent = request.context.get("sts:ExternalId").and_then(<[String]>::first);
                ids.push(sent.unwrap_or(id).clone());
                first.get_or_insert(request);
            }
            Answer::Impossible => {}
            Answer::Unknown(why) => unknown = Some(why),
        }
    }
    let request = |answer: Answer| match answer {
        Answer::Request(request, _) => Some(request),
        Answer::Impossible | Answer::Unknown(_) => None,
    };
    match (without, unlisted) {
        (Answer::Impossible, Answer::Impossible) => match (unknown, first) {
            (Some(why), _) => ExternalIdVerdict::Unknown { why },
            (None, None) => ExternalIdVerdict::Unassumable,
            (None, Some(request)) => ExternalIdVerdict::Bound { ids, request },
        },
        (Answer::Unknown(why), Answer::Impossible | Answer::Unknown(_))
        | (Answer::Impossible, Answer::Unknown(why)) => ExternalIdVerdict::Unknown { why },
        (without, unlisted) => {
            let may_omit = without != Answer::Impossible;
            let unsure = matches!(without, Answer::Unknown(_)) || matches!(unlisted, Answer::Unknown(_));
            let (without_id, unlisted_id) = (request(without), request(unlisted));
            if unsure {
                // What is not known counts as accepted.
                let accepted = AcceptedIds { omitted: may_omit, ids: Vec::new(), patterns: vec!["*".to_owned()] };
                return ExternalIdVerdict::Open { accepted, without_id, unlisted_id };
            }
            let patterns = if unlisted_id.is_some() { cover(prover, classes, listed, &mut ids) } else { Vec::new() };
            let accepted = AcceptedIds { omitted: without_id.is_some(), ids, patterns };
            ExternalIdVerdict::Open { accepted, without_id, unlisted_id }
        }
    }
}

fn any_class(prover: &Prover<'_>, classes: &[CallerClass], extra: Extra) -> Answer {
    let extras = Extras::from([("sts:ExternalId".to_owned(), extra)]);
    let mut unknown = None;
    for class in classes {
        match prover.find(class, "sts:AssumeRole", &extras) {
            found @ Answer::Request(..) => return found,
            Answer::Unknown(why) => unknown = unknown.or(Some(why)),
            Answer::Impossible => {}
        }
    }
    unknown.map_or(Answer::Impossible, Answer::Unknown)
}

/// The ids the policy writes out, and the patterns it writes.
pub(super) struct Listed {
    /// Each with whether its operator ignores letter case.
    ids: Vec<(String, bool)>,
    /// The ids as patterns, in any letter case where the operator ignores it.
    pub(super) excluded: Vec<Pattern>,
    patterns: Vec<(String, Pattern)>,
}

impl Listed {
    pub(super) fn of(prover: &Prover<'_>) -> Self {
        let mut listed = Self { ids: Vec::new(), excluded: Vec::new(), patterns: Vec::new() };
        for condition in prover.policy.statements.iter().flat_map(|statement| &statement.conditions) {
            if !condition.key.eq_ignore_ascii_case("sts:ExternalId") {
                continue;
            }
            let folds =
                condition.operator.is_some_and(|operator| operator.comparison == Comparison::StringEqualsIgnoreCase);
            match &condition.values {
                Values::Strings(templates) => templates.iter().for_each(|template| listed.add(template, folds)),
                Values::Arns(arns) => arns
                    .iter()
                    .filter_map(crate::condition::arn::ArnPattern::as_literal)
                    .for_each(|id| listed.add_id(&id, false)),
                Values::Binaries(binaries) => {
                    use base64::Engine as _;
                    let spelled =
                        binaries.iter().flatten().map(|bytes| base64::engine::general_purpose::STANDARD.encode(bytes));
                    spelled.for_each(|id| listed.add_id(&id, false));
                }
                // `Bool` accepts two words in any letter case; the others have endless spellings.
                Values::Numbers(_) | Values::Dates(_) | Values::Bools(_) | Values::Ranges(_) | Values::Unreadable => {}
            }
        }
        listed
    }

    fn add(&mut self, template: &Template, folds: bool) {
        if let Some(id) = template.as_literal() {
            self.add_id(id, folds);
            return;
        }
        let mut no_variables = |_: &crate::condition::variable::Variable| None;
        let Some(pattern) =
            Pattern::from_template(template, Case::Sensitive, Wildcard(CharSet::ANY), &mut no_variables)
        else {
            return;
        };
        let text: String = template
            .tokens()
            .iter()
            .map(|token| match token {
                crate::condition::string::Token::Literal(text) => text.as_str(),
                crate::condition::string::Token::AnyOne => "?",
                crate::condition::string::Token::AnyRun | crate::condition::string::Token::Variable(_) => "*",
            })
            .collect();
        if !self.patterns.iter().any(|(known, _)| *known == text) {
            self.patterns.push((text, pattern));
        }
    }

    fn add_id(&mut self, id: &str, folds: bool) {
        match self.ids.iter_mut().find(|(known, _)| known == id) {
            Some((_, any_case)) => *any_case |= folds,
            None => self.ids.push((id.to_owned(), folds)),
        }
        let excluded = if folds { Pattern::default().then_folded(id) } else { Pattern::literal(id) };
        if !self.excluded.contains(&excluded) {
            self.excluded.push(excluded);
        }
    }
}

/// Patterns that cover the accepted ids the policy does not list. Ids that follow from the caller are found one by one
/// while they are few.
fn cover(prover: &Prover<'_>, classes: &[CallerClass], listed: &Listed, ids: &mut Vec<String>) -> Vec<String> {
    let legal = vec![vec![Pattern::default().then_run(EXTERNAL_ID)]];
    let beyond = |more: &[Pattern]| {
        let outside = listed.excluded.iter().chain(more).cloned().collect();
        any_class(
            prover,
            classes,
            Extra { presence: Some(Presence::Present), outside, inside: legal.clone(), ..Extra::default() },
        )
    };
    let all_patterns: Vec<Pattern> = listed.patterns.iter().map(|(_, pattern)| pattern.clone()).collect();
    if !matches!(beyond(&all_patterns), Answer::Impossible) {
        let mut few = Vec::new();
        for _ in 0..3 {
            let found: Vec<Pattern> = few.iter().map(|id: &String| Pattern::literal(id)).collect();
            match beyond(&found) {
                Answer::Request(request, _) => match request.context.get("sts:ExternalId") {
                    Some([id]) => few.push(id.clone()),
                    _ => break,
                },
                Answer::Impossible => {
                    ids.extend(few);
                    return Vec::new();
                }
                Answer::Unknown(_) => break,
            }
        }
        ids.clear();
        return vec!["*".to_owned()];
    }
    let accepted = |pattern: &Pattern| {
        let extra = Extra {
            presence: Some(Presence::Present),
            outside: listed.excluded.clone(),
            inside: vec![vec![pattern.clone()]],
            ..Extra::default()
        };
        !matches!(any_class(prover, classes, extra), Answer::Impossible)
    };
    let mut patterns: Vec<String> =
        listed.patterns.iter().filter(|(_, pattern)| accepted(pattern)).map(|(text, _)| text.clone()).collect();
    patterns.sort_unstable();
    ids.retain(|id| !listed.patterns.iter().any(|(text, pattern)| patterns.contains(text) && pattern.matches(id)));
    patterns
}
