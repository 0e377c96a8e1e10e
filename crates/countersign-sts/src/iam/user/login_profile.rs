//! CreateLoginProfile, GetLoginProfile, UpdateLoginProfile and DeleteLoginProfile: that a user has a password.

use countersign_policy::condition::date::Moment;

use super::{ask_on, found, meant, put};
use crate::iam::{account, already_exists, no_such_entity, reading, writing};
use crate::protocol::{ApiError, Checks, Constraint, Element, ErrorCode, Pattern};
use crate::service::{Call, Operation, Written};
use crate::world::{KeyOwner, LoginProfile, PasswordPolicy, User};

pub(in crate::iam) static CREATE: Operation = writing("CreateLoginProfile", create);
pub(in crate::iam) static GET: Operation = reading("GetLoginProfile", get);
pub(in crate::iam) static UPDATE: Operation = writing("UpdateLoginProfile", update);
pub(in crate::iam) static DELETE: Operation = writing("DeleteLoginProfile", delete);

const PASSWORD: Constraint = Constraint { pattern: Some(&Pattern::POLICY), least: 1, most: 128 };
/// What AWS documents for accounts without a policy of their own: eight characters of three kinds.
const DEFAULT_LENGTH: usize = 8;
const DEFAULT_KINDS: usize = 3;

/// The user that a call names, or its caller. The root user's password is no login profile.
fn user_named(call: &Call<'_>, name: Option<&str>) -> Result<String, ApiError> {
    match meant(call, name)? {
        KeyOwner::User(_, name) => Ok(name),
        KeyOwner::Root(_) => Err(absent("root")),
    }
}

fn create(call: &Call<'_>) -> Result<Written, ApiError> {
    let mut checks = Checks::without_values(call.parameters);
    let name = checks.optional("UserName", Constraint::NAME_64);
    let password = checks.required_secret("Password", PASSWORD);
    let reset_required = checks.boolean("PasswordResetRequired")?.unwrap_or_default();
    checks.finish()?;
    let name = user_named(call, name)?;
    ask_on(call, "iam:CreateLoginProfile", &name).allowed()?;
    let mut user = User::clone(&*found(call, &name)?);
    if user.login_profile.is_some() {
        return Err(already_exists(format!("Login Profile for user {} already exists.", user.entity.name)));
    }
    check(call, password)?;
    let profile = LoginProfile { created: call.now.seconds(), reset_required };
    let result = vec![shape(&user, &profile)];
    user.login_profile = Some(profile);
    Ok(Written { result, ..put(call, user) })
}

fn get(call: &Call<'_>) -> Result<Vec<Element>, ApiError> {
    let mut checks = Checks::without_values(call.parameters);
    let name = checks.optional("UserName", Constraint::NAME_64);
    checks.finish()?;
    let name = user_named(call, name)?;
    ask_on(call, "iam:GetLoginProfile", &name).allowed()?;
    let user = found(call, &name)?;
    let profile = user.login_profile.as_ref().ok_or_else(|| absent(&name))?;
    Ok(vec![shape(&user, profile)])
}

fn update(call: &Call<'_>) -> Result<Written, ApiError> {
    let mut checks = Checks::without_values(call.parameters);
    let name = checks.required("UserName", Constraint::NAME_64);
    let has_password = call.parameters.get("Password").is_some();
    let password = has_password.then(|| checks.required_secret("Password", PASSWORD));
    let reset_required = checks.boolean("PasswordResetRequired")?;
    checks.finish()?;
    ask_on(call, "iam:UpdateLoginProfile", name).allowed()?;
    let mut user = User::clone(&*found(call, name)?);
    let profile = user.login_profile.as_mut().ok_or_else(|| absent(name))?;
    password.map_or(Ok(()), |password| check(call, password))?;
    profile.reset_required = reset_required.unwrap_or(profile.reset_required);
    Ok(put(call, user))
}

fn delete(call: &Call<'_>) -> Result<Written, ApiError> {
    let mut checks = Checks::without_values(call.parameters);
    let name = checks.optional("UserName", Constraint::NAME_64);
    checks.finish()?;
    let name = user_named(call, name)?;
    ask_on(call, "iam:DeleteLoginProfile", &name).allowed()?;
    let mut user = User::clone(&*found(call, &name)?);
    user.login_profile.take().ok_or_else(|| absent(&name))?;
    Ok(put(call, user))
}

fn shape(user: &User, profile: &LoginProfile) -> Element {
    Element::parent(
        "LoginProfile",
        vec![
            Element::leaf("UserName", &user.entity.name),
            Element::time("CreateDate", Moment::from_seconds(profile.created)),
            Element::boolean("PasswordResetRequired", profile.reset_required),
        ],
    )
}

fn absent(name: &str) -> ApiError {
    no_such_entity(format!("Login Profile for User {name} cannot be found."))
}

/// Refuses passwords that the account's policy does not take.
fn check(call: &Call<'_>, password: &str) -> Result<(), ApiError> {
    let policy = account(call).and_then(|account| account.settings.password_policy.as_ref());
    let text = "Password does not conform to the account password policy.";
    conforms(password, policy).then_some(()).ok_or_else(|| ApiError::new(ErrorCode::PasswordPolicyViolation, text))
}

fn conforms(password: &str, policy: Option<&PasswordPolicy>) -> bool {
    let has = |kind: fn(&char) -> bool| password.chars().any(|character| kind(&character));
    let (upper, lower) = (has(char::is_ascii_uppercase), has(char::is_ascii_lowercase));
    let (digit, symbol) = (has(char::is_ascii_digit), has(|character| !character.is_ascii_alphanumeric()));
    let length = password.chars().count();
    match policy {
        None => {
            let kinds = [upper, lower, digit, symbol].into_iter().filter(|has| *has).count();
            length >= DEFAULT_LENGTH && kinds >= DEFAULT_KINDS
        }
        Some(policy) => {
            let wanted = [
                (policy.require_uppercase, upper),
                (policy.require_lowercase, lower),
                (policy.require_numbers, digit),
                (policy.require_symbols, symbol),
            ];
            length >= usize::try_from(policy.minimum_length).unwrap_or(usize::MAX)
                && wanted.into_iter().all(|(required, has)| has || !required)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_has_what_the_policy_wants() {
        let default = |password| conforms(password, None);
        assert!(default("Passw0rd") && default("pass-w0rd") && default("PASS-WORd"));
        assert!(!default("Passw0r") && !default("password1") && !default("PASSWORD-"));
        let policy = PasswordPolicy {
            minimum_length: 6,
            require_symbols: true,
            require_numbers: true,
            require_uppercase: true,
            require_lowercase: true,
            users_may_change: false,
            max_age: None,
            reuse_prevention: None,
            hard_expiry: None,
        };
        let strict = |password| conforms(password, Some(&policy));
        assert!(strict("aB3-xx"));
        for weak in ["aB3-x", "ab3-xx", "AB3-XX", "aBc-xx", "aB3xxx"] {
            assert!(!strict(weak), "{weak}");
        }
        let lax = PasswordPolicy { require_symbols: false, require_uppercase: false, ..policy };
        assert!(conforms("ab3xxx", Some(&lax)));
    }
}
