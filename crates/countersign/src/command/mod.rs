//! The subcommands. Each has an `Args` struct, whose doc comments are its help, and a `run`.

use std::process::ExitCode;

use countersign_policy::account::AccountId;
use countersign_policy::condition::date::Moment;
use countersign_policy::prove::Setting;

use crate::policy_file::PolicyFile;

pub(crate) mod audit;
pub(crate) mod compare;
pub(crate) mod completions;
pub(crate) mod explain;
pub(crate) mod simulate;
pub(crate) mod test;
pub(crate) mod who;

/// How a command ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exit {
    /// Clean, allowed, proved, passed.
    Clean = 0,
    /// Findings, denied, refuted, failed.
    Findings = 1,
    /// Something could not be read or decided.
    Unanswered = 2,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

/// The setting of a proof about one policy file: its role's ARN where it has one, or a role in `account`.
fn trust_setting(file: &PolicyFile, account: Option<AccountId>, now: Moment) -> Setting {
    let in_account = account.map(|account| account.to_string()).unwrap_or_default();
    let partition = countersign_policy::prove::partition_of(&file.document);
    let arn = match &file.role {
        Some(role) => role.arn.clone(),
        None => format!("arn:{partition}:iam::{in_account}:role/role"),
    };
    let mut setting = Setting::for_role(&arn, now);
    setting.own_accounts.extend(account);
    setting
}
