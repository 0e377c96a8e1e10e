//! The roles of other inputs as roles of a world: what `countersign audit` reads, the endpoint can serve.

use std::collections::BTreeMap;
use std::path::PathBuf;

use anyhow::Context as _;
use countersign_audit::examine::{Examined, Options};
use countersign_audit::permissions::{PermissionPolicy, PolicyContent};
use countersign_audit::report;
use countersign_audit::role::Role as Read;
use countersign_audit::source::ProblemSeverity;
use countersign_policy::account::AccountId;
use countersign_policy::arn::Arn;
use countersign_sts::{Change, DEFAULT_MAX_SESSION_DURATION, Edit, Entity, ManagedPolicy, Policy, Role, World};

use crate::command::audit::{self, GivenArgs, Wanted};
use crate::diagnostic::Diagnostic;
use crate::output::{self, inert};

/// Where roles come from, besides the world that is declared.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Roles of other inputs")]
pub(super) struct ImportArgs {
    /// A file or folder whose roles exist too: Terraform, CloudFormation, `aws iam` output, whatever `audit` reads; repeatable.
    #[arg(long = "from", value_name = "PATH")]
    paths: Vec<PathBuf>,

    /// The account of roles whose input does not say.
    #[arg(long, value_name = "ACCOUNT", requires = "paths")]
    account: Option<AccountId>,

    #[command(flatten)]
    given: GivenArgs,
}

impl ImportArgs {
    /// Adds the roles to the world. What cannot be taken over is told.
    ///
    /// # Errors
    /// When nothing could be taken over.
    pub(super) fn add_to(&self, world: &mut World) -> anyhow::Result<()> {
        if self.paths.is_empty() {
            return Ok(());
        }
        let mut options = Options::at(audit::now(None));
        options.account = self.account;
        let given = self.given.over(&Default::default());
        let wanted = Wanted { paths: &self.paths, input: Default::default(), given: &given, options: &options };
        let gathered = audit::gather(&wanted, &BTreeMap::new());
        for problem in gathered.problems.iter().filter(|problem| problem.severity != ProblemSeverity::Note) {
            output::talk(&(report::problem(problem) + "\n"));
        }
        let (mut taken, count) = (0, gathered.roles.len());
        for examined in gathered.roles {
            let name = examined.role.name.clone();
            match role(examined) {
                Ok(changes) => {
                    changes.into_iter().for_each(|change| world.apply(change));
                    taken += 1;
                }
                Err(why) => {
                    output::talk(&format!("warning: the role `{}` is left out: {}\n", inert(&name), inert(&why)))
                }
            }
        }
        world.settle();
        if taken > 0 {
            output::talk(&format!("{taken} of {count} roles taken over\n"));
        } else {
            let help = "`countersign audit` says what is read in these files".to_owned();
            let nothing = Diagnostic::error("none of the inputs holds a role that can be served", Some(help));
            return Err(Box::new(nothing)).context("--from");
        }
        Ok(())
    }
}

/// A role of the world with what belongs to it, or why it cannot be one.
fn role(examined: Examined) -> Result<Vec<Change>, String> {
    let Examined { role: read, account, .. } = examined;
    let account = account.ok_or("its account is not in the input: give it with --account")?;
    let trust_policy = trust_policy(&read)?;
    let arn = read.arn.as_deref().and_then(Arn::parse);
    let named = arn.and_then(|arn| arn.kind_path_name());
    let name = match named {
        Some((_, _, name)) => name.to_owned(),
        None => read.role_name.clone().unwrap_or_else(|| own_name(&read.name)),
    };
    if name.is_empty() || name.len() > 64 || !name.chars().all(|c| c.is_ascii_alphanumeric() || "+=,.@_-".contains(c)) {
        return Err(format!("`{name}` cannot be the name of a role"));
    }
    let path = match named {
        Some((_, "", _)) => "/".to_owned(),
        Some((_, path, _)) => format!("/{path}/"),
        None => read.path.clone().unwrap_or_else(|| "/".to_owned()),
    };
    if !path.starts_with('/') || !path.ends_with('/') {
        return Err(format!("its path `{path}` does not begin and end with `/`"));
    }
    let mut entity = Entity { name, path, ..Entity::default() };
    entity.tags = read.tags.clone().unwrap_or_default().into_iter().collect();
    for policy in &read.permissions.policies {
        match permission(policy) {
            Ok(Permission::Inline(document)) => {
                entity.inline.insert(policy.name.to_string(), document);
            }
            Ok(Permission::Attached(arn)) => entity.attached.push(arn),
            Err(why) => {
                let name = inert(&read.name);
                output::talk(&format!(
                    "warning: the role `{name}` does not have all its permissions: {}\n",
                    inert(&why)
                ));
            }
        }
    }
    let mut changes = Vec::new();
    if let Some(boundary) = &read.permissions.boundary {
        entity.boundary = Some(match permission(boundary)? {
            Permission::Attached(arn) => arn,
            Permission::Inline(document) => {
                // Its own name may be that of another policy.
                let name = format!("{}-boundary", entity.name);
                let policy = ManagedPolicy::declared(account, &name, document);
                changes.push(Change::Policy(account, Edit::put(policy)));
                format!("arn:aws:iam::{account}:policy/{name}")
            }
        });
    }
    let max_session_duration = read.max_session_duration.unwrap_or(DEFAULT_MAX_SESSION_DURATION);
    let role = Role { entity, trust_policy, description: None, max_session_duration };
    changes.push(Change::Role(account, Edit::put(role)));
    Ok(changes)
}

fn trust_policy(read: &Read) -> Result<Policy, String> {
    if let Some(choice) = read.given.first() {
        return Err(format!("it depends on `{}`", choice.subject));
    }
    if let Some(hole) = read.trust.holes().first() {
        return Err(format!("it depends on `{hole}`: give it with --var or --parameter"));
    }
    let text = read.trust.to_json().filter(|_| !read.unreadable && read.more_alternatives.is_none());
    text.map(|text| Policy::new(&text)).ok_or_else(|| "its trust policy could not be understood".to_owned())
}

/// `Deploy` of `aws_iam_role.Deploy`, of `Deploy.json`, of a role that has no other name.
fn own_name(name: &str) -> String {
    let name = name.rsplit('/').next().unwrap_or(name);
    let name = name.strip_suffix(".json").or_else(|| name.strip_suffix(".yaml")).unwrap_or(name);
    name.rsplit('.').next().unwrap_or(name).to_owned()
}

enum Permission {
    Inline(Policy),
    Attached(String),
}

fn permission(policy: &PermissionPolicy) -> Result<Permission, String> {
    let undecided = |value: &str| format!("its policy `{}` depends on `{value}`", policy.name);
    let document = match &policy.content {
        PolicyContent::Unknown(value) => return Err(undecided(value)),
        PolicyContent::Managed(arn) => {
            let known = arn.known().map(str::to_owned);
            return known.map(Permission::Attached).ok_or_else(|| undecided(&arn.display()));
        }
        PolicyContent::Document(document) => document.to_json(),
        PolicyContent::Written(written) => written.document().to_json(),
    };
    let text = document.ok_or_else(|| format!("its policy `{}` could not be understood", policy.name))?;
    Ok(Permission::Inline(Policy::new(&text)))
}
