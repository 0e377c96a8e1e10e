//! `parameter-malformed`

use super::{Cause, Finding, Side};
use crate::message::Says;
use crate::repair::Repair;
use crate::situation::Situation;

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
            (format!("`{parameter}` breaks the pattern or the length that STS asks for"), parameter.clone(), value.clone())
        }
        Says::UnknownParameter { parameter } if !parameter.eq_ignore_ascii_case("ExternalId") => {
            (format!("the operation has no parameter `{parameter}`"), parameter.clone(), None)
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
    Some(Finding::told(message, Repair::advice(advice)).about(key).asking(None::<String>, sent.as_deref()))
}
