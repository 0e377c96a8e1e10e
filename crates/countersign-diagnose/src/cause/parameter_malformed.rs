//! `parameter-malformed`

use super::{Cause, Finding, Side};
use crate::call::Name;
use crate::message::Says;
use crate::repair::{Change, Repair};
use crate::situation::Situation;
use crate::quoted::quoted;

pub(super) static CAUSE: Cause = Cause {
    id: "parameter-malformed",
    summary: "a parameter is none that STS takes",
    page: include_str!("parameter_malformed.md"),
    side: Side::Request,
    time: "minutes",
    situation: Some(examine),
    condition: None,
};

fn examine(situation: &Situation<'_>) -> Option<Finding> {
    let (message, key, sent) = match situation.says()? {
        Says::Constraint { parameter, value } if !parameter.eq_ignore_ascii_case("ExternalId") && !parameter.is_empty() => {
            (format!("{parameter} breaks the pattern or the length that STS asks for", parameter = quoted(&parameter)), parameter.clone(), value.clone())
        }
        Says::UnknownParameter { parameter } if !parameter.eq_ignore_ascii_case("ExternalId") => {
            (format!("the operation has no parameter {parameter}", parameter = quoted(&parameter)), parameter.clone(), None)
        }
        Says::Tags => ("the session tags break a rule of STS's".to_owned(), "Tags".to_owned(), None),
        Says::MalformedPolicy if !situation.is_write => {
            ("STS could not take the session policy that the call passes".to_owned(), "Policy".to_owned(), None)
        }
        Says::PackedPolicyTooLarge => {
            ("session policies and tags together are larger than STS packs".to_owned(), "Policy".to_owned(), None)
        }
        _ => return None,
    };
    let advice = "mend the parameter where the call is made; no policy was asked yet";
    let change = match situation.says()? {
        Says::Constraint { .. } => mended(situation, &key, sent.as_deref()),
        Says::UnknownParameter { .. } => Name::find(&key).map(|name| Change::send(name, None)),
        // A session without its policy may do more.
        _ => None,
    };
    let repair = change.map_or_else(|| Repair::advice(advice), |change| Repair::new(advice, change));
    Some(Finding::told(message, repair).about(key).asking(None::<String>, sent.as_deref()))
}

/// The value as STS takes it, where that follows from the one that was sent: seconds within the limits, a name without the
/// characters that no name can have.
fn mended(situation: &Situation<'_>, parameter: &str, sent: Option<&str>) -> Option<Change> {
    let name = Name::find(parameter)?;
    let of_call = situation.call().and_then(|call| call.known(name));
    let sent = sent.or(of_call)?;
    match name {
        Name::DurationSeconds => {
            let seconds: u32 = sent.parse().ok()?;
            let allowed = seconds.clamp(900, 43_200);
            (allowed != seconds).then_some(Change::Seconds(allowed))
        }
        Name::RoleSessionName | Name::SourceIdentity => {
            let fits = |c: char| c.is_ascii_alphanumeric() || "_+=,.@-".contains(c);
            let fitting: String = sent.trim().chars().map(|c| if fits(c) { c } else { '-' }).take(64).collect();
            (fitting.len() >= 2 && fitting != sent).then(|| Change::send(name, Some(fitting)))
        }
        _ => None,
    }
}
