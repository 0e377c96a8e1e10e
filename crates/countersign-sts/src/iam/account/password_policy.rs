//! GetAccountPasswordPolicy, UpdateAccountPasswordPolicy and DeleteAccountPasswordPolicy.

use super::{changed, settings};
use crate::iam::permission::ask;
use crate::iam::{no_such_entity, reading, writing};
use crate::protocol::{ApiError, Checks, Element};
use crate::service::{Call, Operation, Written};
use crate::world::{PasswordPolicy, Settings};

pub(in crate::iam) static GET: Operation = reading("GetAccountPasswordPolicy", get);
pub(in crate::iam) static UPDATE: Operation = writing("UpdateAccountPasswordPolicy", update);
pub(in crate::iam) static DELETE: Operation = writing("DeleteAccountPasswordPolicy", delete);

const DEFAULT_LENGTH: u32 = 6;

fn found(call: &Call<'_>) -> Result<PasswordPolicy, ApiError> {
    let account = call.principal.account;
    let absent = || no_such_entity(format!("The Password Policy with domain name {account} cannot be found."));
    settings(call).password_policy.ok_or_else(absent)
}

fn get(call: &Call<'_>) -> Result<Vec<Element>, ApiError> {
    ask(call, "iam:GetAccountPasswordPolicy", "*".to_owned()).allowed()?;
    let policy = found(call)?;
    let mut members = vec![
        Element::number("MinimumPasswordLength", policy.minimum_length),
        Element::boolean("RequireSymbols", policy.require_symbols),
        Element::boolean("RequireNumbers", policy.require_numbers),
        Element::boolean("RequireUppercaseCharacters", policy.require_uppercase),
        Element::boolean("RequireLowercaseCharacters", policy.require_lowercase),
        Element::boolean("AllowUsersToChangePassword", policy.users_may_change),
        Element::boolean("ExpirePasswords", policy.max_age.is_some()),
    ];
    members.extend(policy.max_age.map(|days| Element::number("MaxPasswordAge", days)));
    members.extend(policy.reuse_prevention.map(|count| Element::number("PasswordReusePrevention", count)));
    members.extend(policy.hard_expiry.map(|hard| Element::boolean("HardExpiry", hard)));
    Ok(vec![Element::parent("PasswordPolicy", members)])
}

/// What a call leaves out goes back to its default, as AWS documents.
fn update(call: &Call<'_>) -> Result<Written, ApiError> {
    let mut checks = Checks::without_values(call.parameters);
    let policy = PasswordPolicy {
        minimum_length: checks.integer("MinimumPasswordLength", 6, 128)?.unwrap_or(DEFAULT_LENGTH),
        require_symbols: checks.boolean("RequireSymbols")?.unwrap_or_default(),
        require_numbers: checks.boolean("RequireNumbers")?.unwrap_or_default(),
        require_uppercase: checks.boolean("RequireUppercaseCharacters")?.unwrap_or_default(),
        require_lowercase: checks.boolean("RequireLowercaseCharacters")?.unwrap_or_default(),
        users_may_change: checks.boolean("AllowUsersToChangePassword")?.unwrap_or_default(),
        max_age: checks.integer("MaxPasswordAge", 1, 1095)?,
        reuse_prevention: checks.integer("PasswordReusePrevention", 1, 24)?,
        hard_expiry: checks.boolean("HardExpiry")?,
    };
    checks.finish()?;
    ask(call, "iam:UpdateAccountPasswordPolicy", "*".to_owned()).allowed()?;
    let settings = Settings { password_policy: Some(policy), ..settings(call) };
    Ok(Written { result: Vec::new(), changes: changed(call, settings) })
}

fn delete(call: &Call<'_>) -> Result<Written, ApiError> {
    ask(call, "iam:DeleteAccountPasswordPolicy", "*".to_owned()).allowed()?;
    found(call)?;
    let settings = Settings { password_policy: None, ..settings(call) };
    Ok(Written { result: Vec::new(), changes: changed(call, settings) })
}
