//! The operations of STS, a file each.

mod assume_role;
mod assume_role_with_saml;
mod assume_role_with_web_identity;
mod assume_root;
mod credentials;
mod decode_authorization_message;
mod get_access_key_info;
mod get_caller_identity;
mod get_delegated_access_token;
mod get_federation_token;
mod get_session_token;
mod get_web_identity_token;
mod mfa;
mod permission;
mod role_session;
mod session_policy;
mod session_tags;

use crate::connection;
use crate::service::Service;

pub(crate) static SERVICE: Service = Service {
    signing_name: "sts",
    version: "2011-06-15",
    namespace: "https://sts.amazonaws.com/doc/2011-06-15/",
    operations: &[
        &assume_role::OPERATION,
        &assume_role_with_saml::OPERATION,
        &assume_role_with_web_identity::OPERATION,
        &assume_root::OPERATION,
        &decode_authorization_message::OPERATION,
        &get_access_key_info::OPERATION,
        &get_caller_identity::OPERATION,
        &get_delegated_access_token::OPERATION,
        &get_federation_token::OPERATION,
        &get_session_token::OPERATION,
        &get_web_identity_token::OPERATION,
    ],
};
