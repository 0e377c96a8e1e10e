//! What IAM does for a whole organization: the operations that enable, disable and list it.
//!
//! Who may call them is documented, the texts of the refusals are not. IAM's trusted access in the organization is taken
//! as given. Sessions of root users are what AssumeRoot asks for; the management of their credentials is kept and shown.

use crate::iam::permission::ask;
use crate::iam::{reading, writing};
use crate::protocol::{ApiError, Element, ErrorCode};
use crate::service::{Call, Operation, Written};
use crate::world::{Change, Edit, Organization, Switch};

pub(in crate::iam) static LIST: Operation = reading("ListOrganizationsFeatures", list);
pub(in crate::iam) static ENABLE_CREDENTIALS: Operation =
    writing("EnableOrganizationsRootCredentialsManagement", enable_credentials);
pub(in crate::iam) static DISABLE_CREDENTIALS: Operation =
    writing("DisableOrganizationsRootCredentialsManagement", disable_credentials);
pub(in crate::iam) static ENABLE_SESSIONS: Operation = writing("EnableOrganizationsRootSessions", enable_sessions);
pub(in crate::iam) static DISABLE_SESSIONS: Operation = writing("DisableOrganizationsRootSessions", disable_sessions);

fn list(call: &Call<'_>) -> Result<Vec<Element>, ApiError> {
    ask(call, "iam:ListOrganizationsFeatures", "*".to_owned()).allowed()?;
    administered(call).map(features)
}

fn enable_credentials(call: &Call<'_>) -> Result<Written, ApiError> {
    ask(call, "iam:EnableOrganizationsRootCredentialsManagement", "*".to_owned()).allowed()?;
    let organization = managed(call)?.clone();
    Ok(written(Organization { root_credentials_management: Switch::On, ..organization }))
}

fn disable_credentials(call: &Call<'_>) -> Result<Written, ApiError> {
    ask(call, "iam:DisableOrganizationsRootCredentialsManagement", "*".to_owned()).allowed()?;
    let organization = administered(call)?.clone();
    Ok(written(Organization { root_credentials_management: Switch::Off, ..organization }))
}

fn enable_sessions(call: &Call<'_>) -> Result<Written, ApiError> {
    ask(call, "iam:EnableOrganizationsRootSessions", "*".to_owned()).allowed()?;
    let organization = managed(call)?.clone();
    Ok(written(Organization { root_sessions: Switch::On, ..organization }))
}

fn disable_sessions(call: &Call<'_>) -> Result<Written, ApiError> {
    ask(call, "iam:DisableOrganizationsRootSessions", "*".to_owned()).allowed()?;
    let organization = administered(call)?.clone();
    Ok(written(Organization { root_sessions: Switch::Off, ..organization }))
}

/// The caller's organization, when the caller's account administers IAM for it.
fn administered<'c>(call: &Call<'c>) -> Result<&'c Organization, ApiError> {
    let account = call.principal.account;
    let none = || {
        let text = "No organization is associated with your account.";
        ApiError::new(ErrorCode::OrganizationNotFoundException, text)
    };
    let organization = call.world.membership(account).ok_or_else(none)?.organization;
    if organization.administers_iam(account) {
        return Ok(organization);
    }
    let text = "Your account is not the management account or a delegated administrator of the organization.";
    Err(ApiError::new(ErrorCode::AccountNotManagementOrDelegatedAdministratorException, text))
}

/// The same for what the management account alone may do.
fn managed<'c>(call: &Call<'c>) -> Result<&'c Organization, ApiError> {
    let organization = administered(call)?;
    if organization.management_account == call.principal.account {
        return Ok(organization);
    }
    let text = "Your account is not the management account of the organization.";
    Err(ApiError::new(ErrorCode::CallerIsNotManagementAccountException, text))
}

fn written(organization: Organization) -> Written {
    Written { result: features(&organization), changes: vec![Change::Organization(Edit::put(organization))] }
}

fn features(organization: &Organization) -> Vec<Element> {
    let switches = [
        ("RootCredentialsManagement", organization.root_credentials_management),
        ("RootSessions", organization.root_sessions),
    ];
    let enabled = switches.into_iter().filter(|(_, switch)| *switch == Switch::On);
    let enabled = Element::texts("EnabledFeatures", enabled.map(|(name, _)| name));
    vec![Element::leaf("OrganizationId", &organization.id), enabled]
}
