//! What the call sends, changed: tried on the request, and written to the text of the call.

use countersign_policy::request::Request;

use super::Change;
use crate::call::{Name, Style};
use crate::edit::Edit;
use crate::situation::Situation;

/// What stands for a code, which is not for files.
const CODE: &str = "<CODE>";

impl Change {
    /// The call sends a value for a parameter, or none.
    pub(crate) fn send(parameter: Name, value: Option<String>) -> Self {
        let key = match parameter {
            Name::ExternalId => "sts:ExternalId",
            Name::RoleSessionName => "sts:RoleSessionName",
            Name::SourceIdentity => "sts:SourceIdentity",
            Name::RoleArn
            | Name::DurationSeconds
            | Name::SerialNumber
            | Name::TokenCode
            | Name::Tags
            | Name::TransitiveTagKeys
            | Name::SessionPolicy
            | Name::Region
            | Name::WebIdentityToken => "",
        };
        Self::Send { parameter, key, value }
    }
}

/// Makes the request one that sends a value, or none. `None` when what comes of it cannot be told: of another role than the
/// one that was named, the policies were not given.
pub(super) fn make(
    situation: &Situation<'_>,
    request: &mut Request,
    (parameter, key): (Name, &str),
    value: Option<&str>,
) -> Option<()> {
    match (parameter, value) {
        (Name::RoleArn, Some(role)) => {
            situation.evidence.role.as_deref().filter(|named| *named == role)?.clone_into(&mut request.role);
        }
        (Name::Tags, None) => {
            let is_tag = |key: &&str| {
                let key = key.to_ascii_lowercase();
                key.starts_with("aws:requesttag/") || key == "aws:tagkeys" || key == "sts:transitivetagkeys"
            };
            let keys: Vec<String> =
                request.context.iter().map(|(key, _)| key).filter(is_tag).map(str::to_owned).collect();
            keys.iter().for_each(|key| request.context.remove(key));
        }
        // No condition key tells of it.
        _ if key.is_empty() => {}
        (_, Some(value)) => request.context.set(key, [value]),
        (_, None) => request.context.remove(key),
    }
    Some(())
}

/// The edits of the text that makes the call.
pub(super) fn edits(situation: &Situation<'_>, parameter: Name, value: Option<&str>) -> Option<Vec<Edit>> {
    let call = situation.call().filter(|call| situation.may_be_denied(call))?;
    match (parameter, value) {
        // A profile's tool asks for the code; every other call needs it beside the device.
        (Name::SerialNumber, Some(device)) if call.style != Style::Profile => {
            call.slots.get(&parameter)?.write_both(device, call.slots.get(&Name::TokenCode)?, CODE)
        }
        _ => situation.evidence.request.as_ref()?.edits(call, parameter, value),
    }
}
