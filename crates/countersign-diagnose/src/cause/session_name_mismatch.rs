//! `session-name-mismatch`

use super::{Cause, Finding, Side};
use crate::call::{Name, Operation, Parameter};
use crate::cause::finding::listed;
use crate::repair::{Change, Repair};
use crate::situation::{Situation, StatementView, Test};
use crate::quoted::quoted;

pub(super) static CAUSE: Cause = Cause {
    id: "session-name-mismatch",
    summary: "the session's name is not the one the role asks for",
    page: include_str!("session_name_mismatch.md"),
    side: Side::Request,
    time: "minutes",
    situation: Some(examine),
    condition: Some(recognise),
};

const ADVICE: &str = "set the session name (role_session_name, --role-session-name, RoleSessionName) to what the policy binds it to; \
                      do not loosen it to `*` where it tells tenants or people apart";

const NAMED: &str = "the session name that the call sends: the debug output of the tool shows the request";

fn examine(situation: &Situation<'_>) -> Option<Finding> {
    let unnamed = match situation.call() {
        Some(call) => call.known(Name::RoleSessionName).is_none(),
        None => situation.evidence.request.as_ref().is_some_and(|request| !request.text.contains("session_name")),
    };
    if !unnamed || !situation.guesses_at_trust() || situation.operation != Operation::AssumeRole {
        return None;
    }
    let person = situation.is_person();
    let message = "the role may bind the session's name, and the tool makes one up";
    let finding = Finding::consistent(if person { 61 } else { 22 }, message, Repair::advice(ADVICE)).about("sts:RoleSessionName");
    Some(finding.asking(None::<String>, Some("a name the tool makes up")).separated_by(situation.get_role()))
}

fn recognise(situation: &Situation<'_>, statement: &StatementView, test: &Test) -> Option<Finding> {
    if !test.key.eq_ignore_ascii_case("sts:RoleSessionName") {
        return None;
    }
    let sent = test.sent.as_ref().and_then(|sent| sent.first());
    let made_up = match situation.call().map(|call| call.parameter(Name::RoleSessionName)) {
        Some(Parameter::Implied { pattern }) => Some(situation.made_up(pattern).unwrap_or(pattern)),
        _ => None,
    };
    let message = match (sent, made_up) {
        (Some(sent), None) => format!("the policy asks for the session name {}, and {sent} is sent", listed(&test.required), sent = quoted(&sent)),
        (_, Some(pattern)) => format!("the policy asks for the session name {}, and the tool sends {pattern} unless told otherwise", listed(&test.required), pattern = quoted(&pattern)),
        (None, None) => format!("the policy asks for the session name {}, and which one is sent is not known", listed(&test.required)),
    };
    let wanted = situation.satisfying(statement.index, test).and_then(|values| values.into_iter().next());
    let Some(wanted) = wanted else {
        let has_variable = test.required.iter().any(|value| value.contains("${"));
        let message = if has_variable { format!("{message}; a variable in it has no value for this caller") } else { message };
        // Whatever else tests the name knows less of it.
        let finding = Finding::consistent(72, message, Repair::advice(ADVICE)).at(statement, test);
        return Some(finding.separated_by(NAMED));
    };
    let change = Change::Send { parameter: Name::RoleSessionName, key: "sts:RoleSessionName", value: Some(wanted) };
    let finding = Finding::proved(message, Repair::new(ADVICE, change)).ranked(72).at(statement, test);
    let finding = finding.separated_by(NAMED);
    Some(Finding { sent: made_up.map(str::to_owned).filter(|_| sent.is_some()).or(finding.sent), ..finding })
}
