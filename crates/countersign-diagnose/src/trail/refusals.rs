//! The refusals of a trail, summed up: the one that is meant, and how many others there are of whom to what.

use std::collections::BTreeMap;

use countersign_policy::condition::date::{self, Moment};

use crate::evidence::Event;
use crate::message;

/// The most pairs of caller and role that are told apart.
const MOST_GROUPS: usize = 1_024;

/// Which refusals are meant.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wanted {
    /// The role: its ARN or its name.
    pub role: Option<String>,
    /// Who called: a principal's ARN, for a session also that of its role.
    pub caller: Option<String>,
}

/// Refusals with one caller and one role.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// Who called, for a session without its name; `None` when the events do not say.
    pub caller: Option<String>,
    /// The role; `None` when the events do not say.
    pub role: Option<String>,
    /// How many.
    pub count: usize,
    /// The `eventTime` of the last; empty where that is the refusal that is meant.
    pub last: String,
}

/// What is kept of a trail's refusals, whatever their number.
#[derive(Debug, Clone, Default)]
pub struct Refusals {
    wanted: Wanted,
    chosen: Option<Chosen>,
    groups: BTreeMap<(Option<String>, Option<String>), Tally>,
    /// Refusals of pairs that are not told apart any more.
    beyond: usize,
    total: usize,
}

#[derive(Debug, Clone)]
struct Chosen {
    rank: (Fit, Option<Moment>),
    pair: (Option<String>, Option<String>),
    event: Event,
}

/// How well a refusal fits what is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Fit {
    /// It does not say.
    Perhaps,
    Yes,
}

#[derive(Debug, Clone)]
struct Tally {
    count: usize,
    last: (Option<Moment>, String),
}

impl Refusals {
    /// Nothing yet.
    pub(super) fn new(wanted: Wanted) -> Self {
        Self { wanted, ..Self::default() }
    }

    /// Takes in one refusal. Of those that fit, the last by its time counts; of two at one time, the later in the files.
    pub(super) fn add(&mut self, event: Event) {
        self.total += 1;
        let (caller, role) = parties(&event);
        let fit = self.wanted.fit(caller.as_deref(), role.as_deref());
        let moment = date::parse(&event.event_time);
        let pair = (caller.map(|caller| without_session(&caller)), role);
        self.count(&pair, moment, &event.event_time);
        let rank = fit.map(|fit| (fit, moment));
        if let Some(rank) = rank
            && self.chosen.as_ref().is_none_or(|chosen| chosen.rank <= rank)
        {
            self.chosen = Some(Chosen { rank, pair, event });
        }
    }

    fn count(&mut self, pair: &(Option<String>, Option<String>), moment: Option<Moment>, time: &str) {
        if let Some(tally) = self.groups.get_mut(pair) {
            tally.count += 1;
            if tally.last.0 <= moment {
                tally.last = (moment, time.to_owned());
            }
        } else if self.groups.len() < MOST_GROUPS {
            self.groups.insert(pair.clone(), Tally { count: 1, last: (moment, time.to_owned()) });
        } else {
            self.beyond += 1;
        }
    }

    /// The refusal that is meant: of those that fit, the last.
    #[must_use]
    pub fn chosen(&self) -> Option<&Event> {
        self.chosen.as_ref().map(|chosen| &chosen.event)
    }

    /// How many there are in all.
    #[must_use]
    pub fn total(&self) -> usize {
        self.total
    }

    /// The others by caller and role, the most frequent first. The group of the one that is meant has one less.
    #[must_use]
    pub fn others(&self) -> Vec<Group> {
        let meant = self.chosen.as_ref().map(|chosen| &chosen.pair);
        let groups = self.groups.iter().map(|(pair, tally)| Group {
            caller: pair.0.clone(),
            role: pair.1.clone(),
            count: tally.count - usize::from(meant == Some(pair)),
            last: if meant == Some(pair) { String::new() } else { tally.last.1.clone() },
        });
        let mut groups: Vec<Group> = groups.filter(|group| group.count > 0).collect();
        groups.sort_by_key(|group| std::cmp::Reverse(group.count));
        groups
    }

    /// How many are of callers and roles that [`Self::others`] does not have: a thousand pairs are told apart.
    #[must_use]
    pub fn beyond(&self) -> usize {
        let meant = self.chosen.as_ref().is_some_and(|chosen| !self.groups.contains_key(&chosen.pair));
        self.beyond - usize::from(meant)
    }
}

impl Wanted {
    /// `None` when it is another role's or another caller's refusal.
    fn fit(&self, caller: Option<&str>, role: Option<&str>) -> Option<Fit> {
        let of_role = fits(self.role.as_deref(), role, is_called)?;
        let of_caller = fits(self.caller.as_deref(), caller, is_principal)?;
        Some(of_role.min(of_caller))
    }
}

fn fits(wanted: Option<&str>, found: Option<&str>, is: fn(&str, &str) -> bool) -> Option<Fit> {
    match (wanted, found) {
        (None, _) => Some(Fit::Yes),
        (Some(_), None) => Some(Fit::Perhaps),
        (Some(wanted), Some(found)) => is(wanted, found).then_some(Fit::Yes),
    }
}

/// Whether a role has this ARN, or this name.
fn is_called(wanted: &str, role: &str) -> bool {
    if wanted.starts_with("arn:") { wanted == role } else { role.rsplit('/').next() == Some(wanted) }
}

/// Whether the caller has this ARN, or is a session of the role that has it.
fn is_principal(wanted: &str, caller: &str) -> bool {
    wanted == caller || (is_role(wanted) && without_session(caller) == without_path(wanted))
}

fn is_role(arn: &str) -> bool {
    arn.split(':').nth(5).is_some_and(|resource| resource.starts_with("role/"))
}

/// The ARN of a session's role, without the path that a session does not show; other callers as they are.
fn without_session(caller: &str) -> String {
    let parts: Vec<&str> = caller.splitn(6, ':').collect();
    let [arn, partition, "sts", region, account, resource] = parts.as_slice() else { return caller.to_owned() };
    let role = resource.strip_prefix("assumed-role/").and_then(|rest| rest.split('/').next());
    role.map_or_else(|| caller.to_owned(), |role| format!("{arn}:{partition}:iam:{region}:{account}:role/{role}"))
}

fn without_path(role: &str) -> String {
    match (role.split_once(":role/"), role.rsplit_once('/')) {
        (Some((start, _)), Some((_, name))) => format!("{start}:role/{name}"),
        _ => role.to_owned(),
    }
}

/// Who called and for which role: as the event's own members say, or its message.
fn parties(event: &Event) -> (Option<String>, Option<String>) {
    let identity = event.user_identity.as_ref();
    let caller = identity.and_then(|identity| identity.arn.clone().or_else(|| identity.invoked_by.clone()));
    let role = event.request_parameters.as_ref().and_then(|sent| sent.role_arn.clone());
    let Some(message) = event.error_message.as_deref().filter(|_| caller.is_none() || role.is_none()) else {
        return (caller, role);
    };
    let said = message::parties(message);
    let known = |found: Option<message::Found>| found.and_then(|found| found.known().map(str::to_owned));
    (caller.or_else(|| known(said.0)), role.or_else(|| known(said.1)))
}
