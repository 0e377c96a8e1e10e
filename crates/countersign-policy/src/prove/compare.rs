//! What does a change of the policy let in, and what does it shut out?

use super::class::CallerClass;
use super::prover::{Extras, Prover};
use super::search::{Answer, Scope, Wish};
use super::setting::Setting;
use crate::document::PolicyDocument;
use crate::evaluate::{Policy, Principal};
use crate::request::{Request, TRUST_ACTIONS};

/// Both directions of a change.
#[derive(Debug, Clone, PartialEq)]
pub struct Comparison {
    /// Requests the new policy allows and the old one does not.
    pub gained: Difference,
    /// Requests the old policy allows and the new one does not.
    pub lost: Difference,
}

/// One direction.
#[derive(Debug, Clone, PartialEq)]
pub enum Difference {
    /// There is no such request.
    None,
    /// This is one.
    Request(Box<Request>),
    /// The proof cannot say.
    Unknown {
        /// Why.
        why: String,
    },
}

/// Compares two trust policies over all callers and all actions a trust policy can speak about.
#[must_use]
pub fn compare(before: &PolicyDocument, after: &PolicyDocument, setting: &Setting) -> Comparison {
    Comparison { gained: gained(before, after, setting), lost: difference(after, before, setting) }
}

/// What the second policy lets in that the first does not: of [`compare`] the half that most changes are judged by.
#[must_use]
pub fn gained(before: &PolicyDocument, after: &PolicyDocument, setting: &Setting) -> Difference {
    difference(before, after, setting)
}

fn difference(less: &PolicyDocument, more: &PolicyDocument, setting: &Setting) -> Difference {
    let less = Prover::new(less, setting);
    let prover = Prover::new(more, setting).and(&less).with_members();

    let goals: [(&Policy, Wish); 2] = [(&prover.policy, Wish::Allows), (&less.policy, Wish::DoesNotAllow)];
    let mut unknown = None;
    for class in classes(&prover) {
        for action in actions(&class) {
            match prover.search(&class, action, &goals, Scope::Action, &Extras::new()) {
                Answer::Request(request, _) => return Difference::Request(request),
                Answer::Unknown(why) => unknown = unknown.or(Some(why)),
                Answer::Impossible => {}
            }
        }
    }
    unknown.map_or(Difference::None, |why| Difference::Unknown { why })
}

/// Every class the policy can let in.
pub(crate) fn classes(prover: &Prover<'_>) -> Vec<CallerClass> {
    let own_partition = prover.setting.partition();
    let mut classes: Vec<CallerClass> = Vec::new();
    let mut add = |class: CallerClass| {
        if !classes.contains(&class) {
            classes.push(class);
        }
    };
    for entry in prover.allowed_entries() {
        match entry {
            Principal::Account { partition, account } => {
                let partition = partition.as_deref().unwrap_or(own_partition);
                prover.classes_of_account(partition, *account).into_iter().for_each(&mut add);
            }
            Principal::Role { .. } | Principal::User(_) | Principal::RoleSession(_) | Principal::FederatedUser(_) => {
                prover.with_sessions(entry).into_iter().for_each(&mut add);
            }
            Principal::Everyone
            | Principal::AwsStar
            | Principal::Service(_)
            | Principal::Federated(_)
            | Principal::UniqueId(_)
            | Principal::Invalid(_) => {}
        }
    }
    if prover.names_everyone() {
        for account in &prover.known {
            prover.classes_of_account(own_partition, *account).into_iter().for_each(&mut add);
        }
        for organization in prover.own_organizations.iter().chain(&prover.other_organizations) {
            add(CallerClass::Organization { partition: own_partition.to_owned(), organization: organization.clone() });
        }
        add(CallerClass::AnyAccount { partition: own_partition.to_owned() });
    }
    prover.services().into_iter().map(CallerClass::Service).for_each(&mut add);
    prover.providers().into_iter().map(CallerClass::Federated).for_each(&mut add);
    classes
}

fn actions(class: &CallerClass) -> Vec<&'static str> {
    let entries = Prover::entry_actions(class);
    let companions = ["sts:TagSession", "sts:SetSourceIdentity", "sts:SetContext"];
    TRUST_ACTIONS.into_iter().filter(|action| entries.contains(action) || companions.contains(action)).collect()
}
