//! The operations of IAM: a folder per kind of entity, a file per operation or per few small ones that belong together.
//!
//! An operation reads its parameters under their constraints, asks whether the caller may ([`permission`]), looks at what
//! is there, and says what changes. An entity without permission is not told apart from one that is not there.

mod access_key;
mod account;
mod group;
mod holder;
mod identity_policy;
mod inline_policy;
mod instance_profile;
mod mfa_device;
mod oidc_provider;
mod permission;
mod policy;
mod role;
mod saml_provider;
mod simulation;
mod tags;
mod user;

use crate::protocol::{ApiError, Element, ErrorCode};
use crate::service::{Auth, Call, Operation, Run, Service, Written};
use crate::world::Account;

pub(crate) static SERVICE: Service = Service {
    signing_name: "iam",
    version: "2010-05-08",
    namespace: "https://iam.amazonaws.com/doc/2010-05-08/",
    operations: &[
        // The account.
        &account::alias::CREATE,
        &account::alias::DELETE,
        &account::alias::LIST,
        &account::authorization_details::OPERATION,
        &account::get_account_summary::OPERATION,
        &account::organization_features::DISABLE_CREDENTIALS,
        &account::organization_features::DISABLE_SESSIONS,
        &account::organization_features::ENABLE_CREDENTIALS,
        &account::organization_features::ENABLE_SESSIONS,
        &account::organization_features::LIST,
        &account::outbound_web_identity::DISABLE,
        &account::outbound_web_identity::ENABLE,
        &account::outbound_web_identity::GET,
        &account::password_policy::DELETE,
        &account::password_policy::GET,
        &account::password_policy::UPDATE,
        &account::web_identity_federation::DISABLE,
        &account::web_identity_federation::ENABLE,
        &account::web_identity_federation::INFO,
        // Simulation.
        &simulation::SIMULATE_CUSTOM_POLICY,
        &simulation::SIMULATE_PRINCIPAL_POLICY,
        &simulation::context_keys::FOR_CUSTOM_POLICY,
        &simulation::context_keys::FOR_PRINCIPAL_POLICY,
        // Inline policies.
        &inline_policy::DELETE_GROUP_POLICY,
        &inline_policy::DELETE_ROLE_POLICY,
        &inline_policy::DELETE_USER_POLICY,
        &inline_policy::GET_GROUP_POLICY,
        &inline_policy::GET_ROLE_POLICY,
        &inline_policy::GET_USER_POLICY,
        &inline_policy::LIST_GROUP_POLICIES,
        &inline_policy::LIST_ROLE_POLICIES,
        &inline_policy::LIST_USER_POLICIES,
        &inline_policy::PUT_GROUP_POLICY,
        &inline_policy::PUT_ROLE_POLICY,
        &inline_policy::PUT_USER_POLICY,
        // Users.
        &user::create_user::OPERATION,
        &user::delete_user::OPERATION,
        &user::get_user::OPERATION,
        &user::list_groups_for_user::OPERATION,
        &user::list_users::OPERATION,
        &user::login_profile::CREATE,
        &user::login_profile::DELETE,
        &user::login_profile::GET,
        &user::login_profile::UPDATE,
        &user::other_credentials::SERVICE_SPECIFIC_CREDENTIALS,
        &user::other_credentials::SIGNING_CERTIFICATES,
        &user::other_credentials::SSH_PUBLIC_KEYS,
        &user::permissions_boundary::DELETE,
        &user::permissions_boundary::PUT,
        &user::tags::LIST_USER_TAGS,
        &user::tags::TAG_USER,
        &user::tags::UNTAG_USER,
        &user::update_user::OPERATION,
        // Groups.
        &group::create_group::OPERATION,
        &group::delete_group::OPERATION,
        &group::get_group::OPERATION,
        &group::list_groups::OPERATION,
        &group::membership::ADD_USER_TO_GROUP,
        &group::membership::REMOVE_USER_FROM_GROUP,
        &group::update_group::OPERATION,
        // Access keys.
        &access_key::create_access_key::OPERATION,
        &access_key::delete_access_key::OPERATION,
        &access_key::get_access_key_last_used::OPERATION,
        &access_key::list_access_keys::OPERATION,
        &access_key::update_access_key::OPERATION,
        // MFA devices.
        &mfa_device::create_virtual_mfa_device::OPERATION,
        &mfa_device::delete_virtual_mfa_device::OPERATION,
        &mfa_device::enabling::DEACTIVATE_MFA_DEVICE,
        &mfa_device::enabling::ENABLE_MFA_DEVICE,
        &mfa_device::enabling::RESYNC_MFA_DEVICE,
        &mfa_device::get_mfa_device::OPERATION,
        &mfa_device::list_mfa_devices::OPERATION,
        &mfa_device::list_virtual_mfa_devices::OPERATION,
        &mfa_device::tags::LIST_MFA_DEVICE_TAGS,
        &mfa_device::tags::TAG_MFA_DEVICE,
        &mfa_device::tags::UNTAG_MFA_DEVICE,
        // Identity providers.
        &oidc_provider::client_ids::ADD,
        &oidc_provider::client_ids::REMOVE,
        &oidc_provider::create_open_id_connect_provider::OPERATION,
        &oidc_provider::delete_open_id_connect_provider::OPERATION,
        &oidc_provider::get_open_id_connect_provider::OPERATION,
        &oidc_provider::list_open_id_connect_providers::OPERATION,
        &oidc_provider::tags::LIST,
        &oidc_provider::tags::TAG,
        &oidc_provider::tags::UNTAG,
        &oidc_provider::thumbprints::OPERATION,
        &saml_provider::create_saml_provider::OPERATION,
        &saml_provider::delete_saml_provider::OPERATION,
        &saml_provider::get_saml_provider::OPERATION,
        &saml_provider::list_saml_providers::OPERATION,
        &saml_provider::tags::LIST,
        &saml_provider::tags::TAG,
        &saml_provider::tags::UNTAG,
        &saml_provider::update_saml_provider::OPERATION,
        // Instance profiles.
        &instance_profile::create_instance_profile::OPERATION,
        &instance_profile::delete_instance_profile::OPERATION,
        &instance_profile::get_instance_profile::OPERATION,
        &instance_profile::lists::ALL,
        &instance_profile::lists::FOR_ROLE,
        &instance_profile::role::ADD,
        &instance_profile::role::REMOVE,
        &instance_profile::tags::LIST,
        &instance_profile::tags::TAG,
        &instance_profile::tags::UNTAG,
        // Managed policies.
        &policy::attachment::ATTACH_TO_GROUP,
        &policy::attachment::ATTACH_TO_ROLE,
        &policy::attachment::ATTACH_TO_USER,
        &policy::attachment::DETACH_FROM_GROUP,
        &policy::attachment::DETACH_FROM_ROLE,
        &policy::attachment::DETACH_FROM_USER,
        &policy::attachment::LIST_OF_GROUP,
        &policy::attachment::LIST_OF_ROLE,
        &policy::attachment::LIST_OF_USER,
        &policy::create_policy::OPERATION,
        &policy::create_policy_version::OPERATION,
        &policy::default_version::SET,
        &policy::delete_policy::OPERATION,
        &policy::entities::LIST,
        &policy::get_policy::OPERATION,
        &policy::list_policies::OPERATION,
        &policy::tags::LIST,
        &policy::tags::TAG,
        &policy::tags::UNTAG,
        &policy::versions::DELETE,
        &policy::versions::GET,
        &policy::versions::LIST,
        // Roles.
        &role::create_role::OPERATION,
        &role::delete_role::OPERATION,
        &role::get_role::OPERATION,
        &role::list_roles::OPERATION,
        &role::permissions_boundary::DELETE,
        &role::permissions_boundary::PUT,
        &role::service_linked::CREATE,
        &role::service_linked::DELETE,
        &role::service_linked::DELETION_STATUS,
        &role::tags::LIST,
        &role::tags::TAG,
        &role::tags::UNTAG,
        &role::update_assume_role_policy::OPERATION,
        &role::update_role::DESCRIPTION,
        &role::update_role::OPERATION,
    ],
};

/// An operation that reads. Every call to IAM is signed.
const fn reading(name: &'static str, read: fn(&Call<'_>) -> Result<Vec<Element>, ApiError>) -> Operation {
    Operation { name, auth: Auth::Signed, run: Run::Read(read) }
}

/// An operation that changes the world.
const fn writing(name: &'static str, write: fn(&Call<'_>) -> Result<Written, ApiError>) -> Operation {
    Operation { name, auth: Auth::Signed, run: Run::Write(write) }
}

/// The account that a call is about, which is its caller's; `None` when there is nothing in it.
fn account<'c>(call: &Call<'c>) -> Option<&'c Account> {
    call.world.account(call.principal.account)
}

/// The ARN of something in the caller's account, such as `arn:aws:iam::111122223333:role/a/R`.
fn arn(call: &Call<'_>, kind: &str, path: &str, name: &str) -> String {
    let account = call.principal.account;
    crate::world::entity_arn(call.world.partition(account), account, kind, path, name)
}

fn no_such_entity(text: impl Into<String>) -> ApiError {
    ApiError::new(ErrorCode::NoSuchEntity, text)
}

fn already_exists(text: impl Into<String>) -> ApiError {
    ApiError::new(ErrorCode::EntityAlreadyExists, text)
}

fn limit_exceeded(text: impl Into<String>) -> ApiError {
    ApiError::new(ErrorCode::LimitExceeded, text)
}

fn delete_conflict(text: impl Into<String>) -> ApiError {
    ApiError::new(ErrorCode::DeleteConflict, text)
}
