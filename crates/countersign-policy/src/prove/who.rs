//! Who can assume the role, and what must each of them send?

use super::class::CallerClass;
use super::compare::classes;
use super::prover::{Extras, Prover};
use super::search::Answer;
use super::value::{Extra, Presence};
use crate::assumptions::Assumptions;
use crate::evaluate::Grant;
use crate::request::Request;
use crate::request::context_key::{self, SetBy};

/// One class of principal that can assume the role.
#[derive(Debug, Clone, PartialEq)]
pub struct Access {
    /// The class.
    pub class: CallerClass,
    /// How the policy grants: to the account (which must delegate with an identity policy), the role, or directly.
    pub grant: Option<Grant>,
    /// The shortest call that is allowed.
    pub request: Box<Request>,
    /// The keys without which no call of this class is allowed, with the value in `request`.
    pub required: Vec<(String, Vec<String>)>,
}

/// The answer: who gets in, and of whom the proof cannot say.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Who {
    /// The classes that get in.
    pub access: Vec<Access>,
    /// The classes that may, and why that is not known.
    pub unknown: Vec<(CallerClass, String)>,
}

/// Every class of principal that can assume the role, each with its shortest call.
#[must_use]
pub fn who(prover: &Prover<'_>) -> Who {
    let prover = &prover.with_members();
    let mut who = Who::default();
    for class in classes(prover) {
        for action in Prover::entry_actions(&class) {
            match prover.find(&class, action, &Extras::new()) {
                Answer::Request(request, _) => {
                    let grant = prover.policy.decide_assuming(&request, Assumptions::default()).grant;
                    let required = required(prover, &class, action, &request);
                    who.access.push(Access { class: class.clone(), grant, request, required });
                }
                Answer::Unknown(why) => who.unknown.push((class.clone(), why)),
                Answer::Impossible => {}
            }
        }
    }
    who
}

/// The keys a caller has a say in and cannot leave out.
fn required(prover: &Prover<'_>, class: &CallerClass, action: &str, request: &Request) -> Vec<(String, Vec<String>)> {
    let conditions = prover.policy.statements.iter().flat_map(|statement| &statement.conditions);
    let mut keys: Vec<&str> = Vec::new();
    for condition in conditions {
        let caller_says = context_key::lookup(&condition.key).is_none_or(|row| row.set_by != SetBy::Caller);
        if caller_says && !keys.iter().any(|key| key.eq_ignore_ascii_case(&condition.key)) {
            keys.push(&condition.key);
        }
    }
    let cannot_miss = |key: &&str| {
        let absent = Extra { presence: Some(Presence::Absent), ..Extra::default() };
        matches!(prover.find(class, action, &Extras::from([((*key).to_owned(), absent)])), Answer::Impossible)
    };
    keys.into_iter()
        .filter_map(|key| Some((key, request.context.get(key)?)))
        .filter(|(key, _)| cannot_miss(key))
        .map(|(key, values)| (key.to_owned(), values.to_vec()))
        .collect()
}
