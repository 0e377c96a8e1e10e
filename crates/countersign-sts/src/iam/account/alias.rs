//! CreateAccountAlias, DeleteAccountAlias and ListAccountAliases. An account has one alias at most: another one takes its
//! place.

use super::{changed, settings};
use crate::iam::permission::ask;
use crate::iam::{already_exists, no_such_entity, reading, writing};
use crate::protocol::{ApiError, Checks, Constraint, Element, Page, Pattern, Value};
use crate::service::{Call, Operation, Written};
use crate::world::Settings;

pub(in crate::iam) static CREATE: Operation = writing("CreateAccountAlias", create);
pub(in crate::iam) static DELETE: Operation = writing("DeleteAccountAlias", delete);
pub(in crate::iam) static LIST: Operation = reading("ListAccountAliases", list);

const ALIAS: Constraint = Constraint { pattern: Some(&Pattern::ACCOUNT_ALIAS), least: 3, most: 63 };

fn read<'p>(call: &Call<'p>) -> Result<&'p str, ApiError> {
    let mut checks = Checks::without_values(call.parameters);
    let alias = checks.required("AccountAlias", ALIAS);
    checks.finish().map(|()| alias)
}

fn create(call: &Call<'_>) -> Result<Written, ApiError> {
    let alias = read(call)?;
    ask(call, "iam:CreateAccountAlias", "*".to_owned()).allowed()?;
    if call.world.has_alias(alias) {
        return Err(already_exists(format!("The account alias {alias} already exists.")));
    }
    let settings = Settings { alias: Some(alias.to_owned()), ..settings(call) };
    Ok(Written { result: Vec::new(), changes: changed(call, settings) })
}

fn delete(call: &Call<'_>) -> Result<Written, ApiError> {
    let alias = read(call)?;
    ask(call, "iam:DeleteAccountAlias", "*".to_owned()).allowed()?;
    let settings = settings(call);
    if settings.alias.as_deref() != Some(alias) {
        return Err(no_such_entity(format!("The account alias {alias} cannot be found.")));
    }
    Ok(Written { result: Vec::new(), changes: changed(call, Settings { alias: None, ..settings }) })
}

fn list(call: &Call<'_>) -> Result<Vec<Element>, ApiError> {
    let mut checks = Checks::without_values(call.parameters);
    let page = Page::read(&mut checks)?;
    checks.finish()?;
    ask(call, "iam:ListAccountAliases", "*".to_owned()).allowed()?;
    let alias = settings(call).alias;
    Ok(page.cut(alias.iter().map(|alias| (alias, alias))).elements("AccountAliases", Value::text))
}
