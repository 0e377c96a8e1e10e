//! `max-session-duration`

use super::{Cause, Finding, Side};
use crate::message::Says;
use crate::repair::{Change, Repair};
use crate::situation::Situation;
use crate::quoted::argument;

pub(super) static CAUSE: Cause = Cause {
    id: "max-session-duration",
    summary: "more seconds are asked for than the role gives",
    page: include_str!("max_session_duration.md"),
    side: Side::Request,
    time: "minutes",
    situation: Some(examine),
    condition: None,
};

fn examine(situation: &Situation<'_>) -> Option<Finding> {
    let asked = situation.duration();
    let maximum = situation.evidence.facts.max_session_duration;
    let too_long = asked.zip(maximum).is_some_and(|(asked, maximum)| asked > maximum);
    let told = matches!(situation.says(), Some(Says::MaxSessionDuration));
    // STS has a text of its own for it, so a denial it calls AccessDenied is another one.
    let is_hidden = situation.is_plain_denial() && !matches!(situation.says(), Some(Says::NotAuthorized));
    if !(told || too_long && is_hidden) {
        return None;
    }
    let advice = match maximum {
        Some(maximum) => format!("ask for at most {maximum} seconds, or raise the role's MaxSessionDuration (3600 to 43200)"),
        None => "ask for less, or raise the role's MaxSessionDuration (3600 to 43200; 3600 unless somebody changed it)".to_owned(),
    };
    // No role gives less than an hour.
    let change = Change::Seconds(maximum.unwrap_or(3_600));
    let message = "the call asks for a longer session than the role's MaxSessionDuration";
    let required = maximum.map(|maximum| format!("at most {maximum}"));
    let sent = asked.map(|asked| asked.to_string());
    let finding = Finding::told(message, Repair::new(advice, change)).about("DurationSeconds").asking(required, sent.as_deref());
    let command = format!("aws iam get-role --role-name {} --query Role.MaxSessionDuration", argument(situation.role_name()));
    Some(if told { finding.ranked(95) } else { finding }.separated_by(command))
}
