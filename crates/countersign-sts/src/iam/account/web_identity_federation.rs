//! EnableOutboundWebIdentityFederation, DisableOutboundWebIdentityFederation and GetOutboundWebIdentityFederationInfo:
//! whether principals of the account get web identity tokens from STS.

use super::{changed, settings};
use crate::iam::permission::ask;
use crate::iam::{reading, writing};
use crate::protocol::{ApiError, Element, ErrorCode};
use crate::service::{Call, Operation, Written};
use crate::world::{Settings, Switch};

pub(in crate::iam) static ENABLE: Operation = writing("EnableOutboundWebIdentityFederation", enable);
pub(in crate::iam) static DISABLE: Operation = writing("DisableOutboundWebIdentityFederation", disable);
pub(in crate::iam) static INFO: Operation = reading("GetOutboundWebIdentityFederationInfo", info);

fn enable(call: &Call<'_>) -> Result<Written, ApiError> {
    ask(call, "iam:EnableOutboundWebIdentityFederation", "*".to_owned()).allowed()?;
    let settings = settings(call);
    if settings.outbound_web_identity_federation == Switch::On {
        let text = "Outbound web identity federation is already enabled for this account.";
        return Err(ApiError::new(ErrorCode::FeatureEnabled, text));
    }
    let settings = Settings { outbound_web_identity_federation: Switch::On, ..settings };
    Ok(Written { result: vec![issuer(call)], changes: changed(call, settings) })
}

fn disable(call: &Call<'_>) -> Result<Written, ApiError> {
    ask(call, "iam:DisableOutboundWebIdentityFederation", "*".to_owned()).allowed()?;
    let settings = Settings { outbound_web_identity_federation: Switch::Off, ..enabled(call)? };
    Ok(Written { result: Vec::new(), changes: changed(call, settings) })
}

fn info(call: &Call<'_>) -> Result<Vec<Element>, ApiError> {
    ask(call, "iam:GetOutboundWebIdentityFederationInfo", "*".to_owned()).allowed()?;
    enabled(call)?;
    Ok(vec![issuer(call), Element::boolean("JwtVendingEnabled", true)])
}

fn issuer(call: &Call<'_>) -> Element {
    Element::leaf("IssuerIdentifier", call.outbound.issuer(call.principal.account))
}

fn enabled(call: &Call<'_>) -> Result<Settings, ApiError> {
    let settings = settings(call);
    match settings.outbound_web_identity_federation {
        Switch::On => Ok(settings),
        Switch::Off => {
            let text = "Outbound web identity federation is not enabled for this account.";
            Err(ApiError::new(ErrorCode::FeatureDisabled, text))
        }
    }
}
