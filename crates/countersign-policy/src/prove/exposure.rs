//! One word for a role: the worst that its trust policy lets happen, proved.

use std::fmt;

use serde::Serialize;

use super::class::CallerClass;
use super::external_id::{Deputy, ExternalIdVerdict, external_id};
use super::federated_subject::{FederatedVerdict, federated_subject};
use super::hole;
use super::prover::{Extras, Prover};
use super::search::Answer;
use super::service_deputy::{ServiceVerdict, service_deputy};
use super::setting::Setting;
use crate::assumptions::Assumption;
use crate::document::{PolicyDocument, Statement, Text};
use crate::evaluate::Principal;
use crate::request::Request;
use crate::request::context_key::{self, SetBy};

/// How exposed a role is, worst first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Exposure {
    /// Any AWS account gets in.
    Public,
    /// A third-party account gets in with ExternalId omitted, or with one not bound to a finite list.
    Open,
    /// It depends on something that is not in the input, or on a contested reading.
    Unknown,
    /// Third parties need one of finitely many ExternalIds.
    Guarded,
    /// Identity providers.
    Federated,
    /// AWS services.
    Service,
    /// Only the owner's own accounts.
    Owned,
    /// Nobody.
    Unassumable,
}

impl fmt::Display for Exposure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Public => "public",
            Self::Open => "open",
            Self::Unknown => "unknown",
            Self::Guarded => "guarded",
            Self::Federated => "federated",
            Self::Service => "service",
            Self::Owned => "owned",
            Self::Unassumable => "unassumable",
        })
    }
}

/// The exposure with everything it rests on.
#[derive(Debug, Clone, PartialEq)]
pub struct Exposed {
    /// The word.
    pub exposure: Exposure,
    /// What would have to be known: holes, assumptions, limits of the proof. Principals that are not in the input are
    /// named here too, whatever the exposure.
    pub depends_on: Vec<String>,
    /// Third parties, with the ExternalIds they can use.
    pub deputies: Vec<(Deputy, ExternalIdVerdict)>,
    /// Service principals.
    pub services: Vec<(String, ServiceVerdict)>,
    /// Identity providers.
    pub federated: Vec<(String, FederatedVerdict)>,
    /// A call by the owner's own accounts that is allowed.
    pub owned: Option<Box<Request>>,
    /// A call that shows the exposure.
    pub witness: Option<Box<Request>>,
    /// The document the rest speaks of: the input with its holes filled by the values that make it worst.
    pub document: PolicyDocument,
    /// The assumptions the policy touches.
    pub assumed: Vec<Assumption>,
    /// The contested readings that decide whether third parties get in, and the third parties under the other reading.
    pub contested: Vec<(Assumption, Vec<(Deputy, ExternalIdVerdict)>)>,
}

/// More statements do not fit into the 131072 characters IAM takes.
const MAX_STATEMENTS: usize = 2_500;

/// The readings a proof asks again under, because the default alone must not make a role safe.
const CONTESTED: &[Assumption] = &[
    Assumption::ForAnyValueIfExistsAbsent,
    Assumption::PlainOperatorOnSet,
    Assumption::UnparsableNegated,
    Assumption::EmptyListNegated,
    Assumption::EmptyListPositive,
    Assumption::TypeClash,
    Assumption::VariablesInBool,
    Assumption::RoleNameCase,
    Assumption::EmptyStringIsNull,
    Assumption::AwsStarCoversServices,
    Assumption::ExternalIdInTagSession,
    Assumption::OperatorCase,
    Assumption::Unreadable,
    Assumption::UnknownKeyAbsent,
];

/// The exposure of a role with this trust policy: over every value of its holes and every contested reading it touches.
#[must_use]
pub fn exposure(document: &PolicyDocument, setting: &Setting) -> Exposed {
    if document.statements.len() > MAX_STATEMENTS {
        let nothing = PolicyDocument { span: document.span, ..PolicyDocument::default() };
        let mut exposed = exposure(&nothing, setting);
        exposed.exposure = Exposure::Unknown;
        exposed.depends_on =
            vec![format!("limit: the policy has {} statements, and IAM takes none so long", document.statements.len())];
        return exposed;
    }
    let missing = |statement: &Statement| statement.unreadable.as_ref().and_then(|unreadable| unreadable.hole.clone());
    if document.statements.iter().any(|statement| missing(statement).is_some()) {
        // Such a statement may let anybody in, or nobody.
        let mut rest = document.clone();
        rest.statements.retain(|statement| missing(statement).is_none());
        let mut exposed = exposure(&rest, setting);
        exposed.witness = exposed.witness.filter(|_| exposed.exposure <= Exposure::Open);
        exposed.exposure = Exposure::Unknown;
        exposed.depends_on.extend(document.statements.iter().filter_map(missing).map(Into::into));
        exposed.depends_on.sort_unstable();
        exposed.depends_on.dedup();
        return exposed;
    }
    if let Some(extremes) = hole::extremes(document) {
        let mut exposed = exposure(&extremes.upper, setting);
        let least = exposure(&extremes.lower, setting).exposure;
        // What no value of the holes makes worse than this is known well enough.
        if least != exposed.exposure && exposed.exposure <= Exposure::Unknown {
            let open_either_way = least.max(exposed.exposure) <= Exposure::Open;
            exposed.exposure = if open_either_way { Exposure::Open } else { Exposure::Unknown };
            exposed.depends_on.extend(extremes.holes.iter().map(ToString::to_string));
            exposed.depends_on.sort_unstable();
            exposed.depends_on.dedup();
        }
        return exposed;
    }
    let strangers = hole::holes_in_principals(document);
    let Some(assignments) = hole::assignments(document, setting) else {
        let mut exposed = over_readings(&document.instantiate(|_| String::new()), setting);
        exposed.exposure = exposed.exposure.min(Exposure::Unknown);
        exposed.depends_on = document.holes().iter().map(ToString::to_string).collect();
        exposed.document = document.clone();
        return exposed;
    };
    let mut answers: Vec<(hole::Assignment, Exposed)> = assignments
        .into_iter()
        .map(|assignment| {
            let filled = document.instantiate(|name| assignment.get(name).cloned().unwrap_or_default());
            let exposed = over_readings(&filled, setting);
            (assignment, exposed)
        })
        .collect();
    let exposures: Vec<(hole::Assignment, Exposure)> =
        answers.iter().map(|(assignment, exposed)| (assignment.clone(), exposed.exposure)).collect();
    let deciding = hole::deciding(&exposures);
    let worst = answers.iter().enumerate().min_by_key(|(_, (_, exposed))| exposed.exposure).map_or(0, |(at, _)| at);
    let (_, mut exposed) = answers.swap_remove(worst);
    let harmless = |exposure: &Exposure| *exposure > Exposure::Unknown;
    if exposures.iter().any(|(_, exposure)| harmless(exposure))
        && exposures.iter().any(|(_, exposure)| !harmless(exposure))
    {
        exposed.exposure = Exposure::Unknown;
    }
    name_strangers(&mut exposed, document);
    name_ids(&mut exposed, document);
    exposed.depends_on.extend(deciding.iter().chain(&strangers).map(ToString::to_string));
    exposed.depends_on.sort_unstable();
    exposed.depends_on.dedup();
    exposed
}

/// Gives deputies that stand for a value not in the input their spelling in the input.
fn name_strangers(exposed: &mut Exposed, document: &PolicyDocument) {
    let entries = |document: &'_ PolicyDocument| {
        let statements = document.statements.clone();
        statements
            .into_iter()
            .flat_map(|statement| statement.principals)
            .flat_map(|element| element.entries)
            .collect::<Vec<_>>()
    };
    let pairs = entries(document).into_iter().zip(entries(&exposed.document));
    for (written, filled) in pairs.filter(|(written, _)| !written.value.holes().is_empty()) {
        let strangers =
            exposed.deputies.iter_mut().chain(exposed.contested.iter_mut().flat_map(|(_, deputies)| deputies));
        for (deputy, _) in strangers {
            if filled.value.known() == Some(deputy.name().as_str()) {
                *deputy = Deputy::NotInInput { spelled: written.value.display() };
            }
        }
    }
}

/// Gives accepted ids that stand for a value not in the input their spelling in the input.
fn name_ids(exposed: &mut Exposed, document: &PolicyDocument) {
    fn values(document: &PolicyDocument) -> impl Iterator<Item = &Text> {
        let entries = document.statements.iter().flat_map(|statement| &statement.conditions);
        entries.flat_map(|entry| &entry.values).map(|value| &value.value)
    }
    let pairs: Vec<(String, String)> = values(document)
        .zip(values(&exposed.document))
        .filter(|(written, _)| !written.holes().is_empty())
        .filter_map(|(written, filled)| Some((filled.known()?.to_owned(), written.display())))
        .collect();
    let deputies = exposed.deputies.iter_mut().chain(exposed.contested.iter_mut().flat_map(|(_, deputies)| deputies));
    for id in deputies.flat_map(|(_, verdict)| verdict.ids_mut()) {
        if let Some((_, spelled)) = pairs.iter().find(|(filled, _)| filled == id) {
            id.clone_from(spelled);
        }
    }
}

/// The exposure under the default readings; `unknown` when another reading makes it worse.
fn over_readings(document: &PolicyDocument, setting: &Setting) -> Exposed {
    let prover = Prover::new(document, setting);
    let mut exposed = one_reading(&prover, document);
    let touches = prover.policy.touches();
    exposed.assumed = touches.iter().collect();
    let default = exposed.exposure;
    let relevant: Vec<Assumption> = CONTESTED
        .iter()
        .copied()
        .filter(|assumption| touches.contains(*assumption))
        .filter(|assumption| *assumption != Assumption::ExternalIdInTagSession || speaks_of_companions(&prover))
        .collect();
    // Each reading by itself, then all of them together.
    let mut readings: Vec<Vec<Assumption>> = relevant.iter().map(|assumption| vec![*assumption]).collect();
    if relevant.len() > 1 {
        readings.push(relevant);
    }
    // All readings together may cost about as much as the default one.
    let mut steps = setting.limits.steps;
    for reading in readings {
        if default == Exposure::Unknown || exposed.exposure == Exposure::Unknown && reading.len() > 1 {
            break;
        }
        let assumptions = reading.iter().fold(setting.assumptions, |all, assumption| all.with_other(*assumption));
        let mut other = Setting { assumptions, ..setting.clone() };
        other.limits.steps = (steps / 2).max(1);
        let prover = Prover::new(document, &other);
        let otherwise = one_reading(&prover, document);
        steps = steps.saturating_sub(other.limits.steps.saturating_sub(prover.steps_left()));
        let lets_in = |exposure: Exposure| exposure <= Exposure::Open;
        let same = otherwise.exposure == default || (lets_in(default) && lets_in(otherwise.exposure));
        if same {
            continue;
        }
        exposed.exposure = Exposure::Unknown;
        exposed.depends_on.extend(reading.iter().map(|assumption| format!("assumption {assumption}")));
        exposed.witness = exposed.witness.filter(|_| lets_in(default)).or(otherwise.witness);
        if let Some(assumption) = reading.first() {
            exposed.contested.push((*assumption, otherwise.deputies));
        }
    }
    exposed
}

fn speaks_of_companions(prover: &Prover<'_>) -> bool {
    let conditions = prover.policy.statements.iter().flat_map(|statement| &statement.conditions);
    conditions.filter_map(|condition| context_key::lookup(&condition.key)).any(|row| {
        matches!(row.set_by, SetBy::SessionTags | SetBy::SessionContext | SetBy::SourceIdentity)
            || row.name == "aws:SourceIdentity"
    })
}

fn one_reading(prover: &Prover<'_>, document: &PolicyDocument) -> Exposed {
    let deputies = external_id(prover);
    let services = service_deputy(prover);
    let federated = federated_subject(prover);
    let mut unknown: Vec<String> = Vec::new();
    let by_owner = match owned(prover) {
        Answer::Impossible => owned_through_organization(prover, document, &deputies),
        other => other,
    };
    let owned = match by_owner {
        Answer::Request(request, _) => Some(request),
        Answer::Impossible => None,
        Answer::Unknown(why) => {
            unknown.push(why);
            None
        }
    };
    let mut exposure = Exposure::Unassumable;
    let mut witness: Option<Box<Request>> = None;
    let mut worst = |candidate: Exposure, request: Option<&Request>| {
        if candidate < exposure {
            exposure = candidate;
            witness = request.cloned().map(Box::new);
        }
    };
    for (deputy, verdict) in &deputies {
        let public = *deputy == Deputy::Public;
        match verdict {
            ExternalIdVerdict::Open { .. } => {
                worst(if public { Exposure::Public } else { Exposure::Open }, verdict.request())
            }
            ExternalIdVerdict::Bound { .. } => {
                worst(if public { Exposure::Public } else { Exposure::Guarded }, verdict.request())
            }
            ExternalIdVerdict::Unknown { why } => unknown.push(why.clone()),
            ExternalIdVerdict::Unassumable => {}
        }
    }
    for (_, verdict) in &federated {
        match verdict {
            FederatedVerdict::Bound { .. } | FederatedVerdict::Unbound { .. } => {
                worst(Exposure::Federated, verdict.request())
            }
            FederatedVerdict::Unknown { why } => unknown.push(why.clone()),
            FederatedVerdict::Unassumable => {}
        }
    }
    for (_, verdict) in &services {
        match verdict {
            ServiceVerdict::Bound { .. } | ServiceVerdict::Unbound { .. } => {
                worst(Exposure::Service, verdict.request())
            }
            ServiceVerdict::Unknown { why } => unknown.push(why.clone()),
            ServiceVerdict::Unassumable => {}
        }
    }
    if let Some(request) = &owned {
        worst(Exposure::Owned, Some(request));
    }
    if !unknown.is_empty() && exposure > Exposure::Unknown {
        exposure = Exposure::Unknown;
    }
    if exposure == Exposure::Unknown {
        unknown.extend(role_facts(prover));
    } else if exposure <= Exposure::Open
        && let tags = role_facts(prover)
        && !tags.is_empty()
    {
        // Who gets in hangs on the role's own tags, which no caller chooses.
        exposure = Exposure::Unknown;
        unknown.extend(tags);
    }
    unknown.sort_unstable();
    unknown.dedup();
    Exposed {
        exposure,
        depends_on: unknown,
        deputies,
        services,
        federated,
        owned,
        witness,
        document: document.clone(),
        assumed: Vec::new(),
        contested: Vec::new(),
    }
}

/// The conditions on facts about the role that are not known: its tags, when the input does not list them, and its
/// organization.
fn role_facts(prover: &Prover<'_>) -> Vec<String> {
    let conditions = prover.policy.statements.iter().flat_map(|statement| &statement.conditions);
    let unknown = conditions.filter(|condition| match context_key::lookup(&condition.key).map(|row| row.set_by) {
        Some(SetBy::RoleTags) => prover.setting.role_tags.is_none(),
        Some(SetBy::RoleProperty) => true,
        _ => false,
    });
    unknown.map(|condition| format!("the role's `{}`", condition.key)).collect()
}

/// A call by the owner's own accounts or organization that is allowed.
fn owned(prover: &Prover<'_>) -> Answer {
    let partition = prover.setting.partition();
    let mut classes = Vec::new();
    let own_accounts = prover.allowed_entries().into_iter().filter_map(|entry| match entry {
        Principal::Account { partition: written, account } if prover.is_own(*account) => {
            Some(prover.classes_of_account(written.as_deref().unwrap_or(partition), *account))
        }
        Principal::Role { .. } | Principal::User(_) | Principal::RoleSession(_) | Principal::FederatedUser(_) => {
            let class = CallerClass::Named(entry.clone());
            class.account().is_some_and(|account| prover.is_own(account)).then(|| vec![class])
        }
        _ => None,
    });
    classes.extend(own_accounts.flatten());
    if prover.names_everyone() {
        for account in &prover.setting.own_accounts {
            classes.extend(prover.classes_of_account(partition, *account));
        }
        classes.extend(prover.own_organizations.iter().map(|organization| CallerClass::Organization {
            partition: partition.to_owned(),
            organization: organization.clone(),
        }));
    }
    first(prover, classes)
}

fn first(prover: &Prover<'_>, classes: Vec<CallerClass>) -> Answer {
    let mut unknown = None;
    for class in classes {
        match prover.find(&class, "sts:AssumeRole", &Extras::new()) {
            found @ Answer::Request(..) => return found,
            Answer::Unknown(why) => unknown = unknown.or(Some(why)),
            Answer::Impossible => {}
        }
    }
    unknown.map_or(Answer::Impossible, Answer::Unknown)
}

/// A call by a named party that only gets in as a member of one of the owner's organizations.
fn owned_through_organization(
    prover: &Prover<'_>,
    document: &PolicyDocument,
    deputies: &[(Deputy, ExternalIdVerdict)],
) -> Answer {
    if prover.own_organizations.is_empty() {
        return Answer::Impossible;
    }
    let partition = prover.setting.partition();
    for (deputy, verdict) in deputies {
        let (ExternalIdVerdict::Unassumable, Some(account)) = (verdict, deputy.account()) else { continue };
        let mut setting = prover.setting.clone();
        setting.own_accounts.insert(account);
        let member = Prover::new(document, &setting);
        let classes = match deputy {
            Deputy::Principal(principal) => vec![CallerClass::Named(principal.clone())],
            Deputy::Account { .. } | Deputy::Organization(_) | Deputy::NotInInput { .. } | Deputy::Public => {
                member.classes_of_account(partition, account)
            }
        };
        match first(&member, classes) {
            Answer::Impossible => {}
            other => return other,
        }
    }
    Answer::Impossible
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::condition::date::Moment;
    use crate::document::{Spanned, Text};

    fn document(principal: Text, operator: &str, value: Text) -> PolicyDocument {
        let text = format!(
            r#"{{"Version":"2012-10-17","Statement":{{"Effect":"Allow","Principal":{{"AWS":"x"}},"Action":"sts:AssumeRole",
            "Condition":{{"{operator}":{{"sts:ExternalId":"y"}}}}}}}}"#
        );
        let mut document = PolicyDocument::parse(&text);
        for statement in &mut document.statements {
            statement
                .principals
                .iter_mut()
                .flat_map(|element| &mut element.entries)
                .for_each(|entry| entry.value = principal.clone());
            for entry in &mut statement.conditions {
                let span = entry.span;
                entry.values = vec![Spanned { value: value.clone(), span }];
            }
        }
        document
    }

    fn exposed(document: &PolicyDocument) -> (Exposure, Vec<String>) {
        let setting = Setting::for_role("arn:aws:iam::111111111111:role/R", Moment::from_seconds(1_790_000_000));
        let exposed = exposure(document, &setting);
        (exposed.exposure, exposed.depends_on)
    }

    #[test]
    fn an_unknown_value_under_an_exact_operator_guards() {
        let hole = Text::default().with_hole("random_uuid.id");
        let (exposure, _) = exposed(&document("999988887777".into(), "StringEquals", hole.clone()));
        assert_eq!(exposure, Exposure::Guarded);
        let (exposure, depends_on) = exposed(&document("999988887777".into(), "StringLike", hole.clone()));
        assert_eq!((exposure, depends_on), (Exposure::Unknown, vec!["random_uuid.id".to_owned()]));
        assert_eq!(exposed(&document("999988887777".into(), "StringEqualsIfExists", hole)).0, Exposure::Open);
    }

    #[test]
    fn an_unknown_principal_is_a_third_party_and_is_named() {
        let vendor = Text::literal("arn:aws:iam::").with_hole("var.vendor").with_literal(":root");
        let document = document(vendor, "StringLike", "*".into());
        let (exposure_word, depends_on) = exposed(&document);
        assert_eq!((exposure_word, depends_on), (Exposure::Open, vec!["var.vendor".to_owned()]));
        let setting = Setting::for_role("arn:aws:iam::111111111111:role/R", Moment::from_seconds(1_790_000_000));
        let names: Vec<String> =
            exposure(&document, &setting).deputies.iter().map(|(deputy, _)| deputy.name()).collect();
        assert_eq!(names, ["arn:aws:iam::⟨var.vendor⟩:root"]);
    }
}
