//! The subcommands. Each has an `Args` struct, whose doc comments are its help, and a `run`.

use std::path::Path;
use std::process::ExitCode;

use countersign_audit::input::other_kind;
use countersign_policy::account::AccountId;
use countersign_policy::condition::date::Moment;
use countersign_policy::prove::Setting;

use crate::diagnostic::{self, Diagnostic};
use crate::output;
use crate::policy_file::PolicyFile;

pub(crate) mod audit;
pub(crate) mod compare;
pub(crate) mod completions;
pub(crate) mod diagnose;
pub(crate) mod explain;
pub(crate) mod fix;
pub(crate) mod init;
pub(crate) mod journal;
pub(crate) mod redact;
pub(crate) mod simulate;
pub(crate) mod sts;
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

/// A trust policy to prove something about.
struct TrustPolicy {
    file: PolicyFile,
    /// What IAM would refuse in it.
    problems: Vec<Diagnostic>,
    /// Why no answer about it is complete, if parts of it could not be read.
    unread: Option<String>,
}

impl TrustPolicy {
    /// Reads the policy in the file at `path`.
    ///
    /// # Errors
    /// When the file holds none.
    fn read(path: &Path) -> anyhow::Result<Self> {
        let file = PolicyFile::read(path)?;
        if let Some(problem) = other_kind(&file.document) {
            return Err(Box::new(Diagnostic::embedded(&file.input, file.embedding, &problem)).into());
        }
        let problems = file.trust_problems().into_iter().filter(Diagnostic::is_error).collect();
        let statements = file.document.statements.iter().enumerate();
        let mut unread: Vec<String> = statements
            .filter_map(|(at, statement)| {
                let unreadable = statement.unreadable.as_ref()?;
                Some(format!("{} of {} cannot be read: {}", statement.label(at), file.input.name, unreadable.what))
            })
            .collect();
        if file.document.has_duplicate_keys() {
            unread.push(format!("{} repeats a key, and readers differ on which one counts", file.input.name));
        }
        if file.document.statements.is_empty() {
            unread.push(format!("{} has no statement that can be read", file.input.name));
        }
        Ok(Self { file, problems, unread: (!unread.is_empty()).then(|| unread.join("; ")) })
    }

    /// Says on the side what IAM would refuse.
    fn tell_problems(&self) {
        output::talk(&diagnostic::list(&self.problems, &self.file.input.name));
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
