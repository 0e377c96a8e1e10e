//! EnableOutboundWebIdentityFederation, DisableOutboundWebIdentityFederation and GetOutboundWebIdentityFederationInfo:
//! whether the account's principals get tokens from STS's GetWebIdentityToken.

use super::{changed, settings};
use crate::iam::permission::ask;
use crate::iam::{reading, writing};
use crate::protocol::{ApiError, Element, ErrorCode};
use crate::service::{Call, Operation, Written};
use crate::world::{Change, Settings, Switch};

pub(in crate::iam) static ENABLE: Operation = writing("EnableOutboundWebIdentityFederation", enable);
pub(in crate::iam) static DISABLE: Operation = writing("DisableOutboundWebIdentityFederation", disable);
pub(in crate::iam) static GET: Operation = reading("GetOutboundWebIdentityFederationInfo", get);

fn enable(call: &Call<'_>) -> Result<Written, ApiError> {
    ask(call, "iam:EnableOutboundWebIdentityFederation", "*".to_owned()).allowed()?;
    if is_on(call) {
        let text = "Outbound web identity federation is already enabled for this account.";
        return Err(ApiError::new(ErrorCode::FeatureEnabled, text));
    }
    Ok(Written { result: vec![issuer(call)], changes: switched(call, Switch::On) })
}

fn disable(call: &Call<'_>) -> Result<Written, ApiError> {
    ask(call, "iam:DisableOutboundWebIdentityFederation", "*".to_owned()).allowed()?;
    refuse_off(call)?;
    Ok(Written { result: Vec::new(), changes: switched(call, Switch::Off) })
}

fn get(call: &Call<'_>) -> Result<Vec<Element>, ApiError> {
    ask(call, "iam:GetOutboundWebIdentityFederationInfo", "*".to_owned()).allowed()?;
    refuse_off(call)?;
    Ok(vec![issuer(call), Element::boolean("JwtVendingEnabled", true)])
}

fn is_on(call: &Call<'_>) -> bool {
    settings(call).outbound_web_identity_federation == Switch::On
}

/// AWS documents the code, and not the text.
fn refuse_off(call: &Call<'_>) -> Result<(), ApiError> {
    let text = "Outbound web identity federation is not enabled for this account.";
    is_on(call).then_some(()).ok_or_else(|| ApiError::new(ErrorCode::FeatureDisabled, text))
}

fn switched(call: &Call<'_>, outbound_web_identity_federation: Switch) -> Vec<Change> {
    changed(call, Settings { outbound_web_identity_federation, ..settings(call) })
}

fn issuer(call: &Call<'_>) -> Element {
    Element::leaf("IssuerIdentifier", call.outbound.issuer(call.principal.account))
}
