//! The options of `countersign simulate`.

use std::path::PathBuf;

use clap::builder::{PossibleValue, TypedValueParser as _};
use countersign_policy::assumptions::Assumption;
use countersign_policy::request::Caller;

use crate::call::{Call, ExternalId, Refused, RoleArn, SessionName};
use crate::cli::Format;

const EXAMPLES: &str = "\
Examples:
  A vendor's call without the ExternalId it was given:
    countersign simulate --trust trust.json --caller arn:aws:iam::999988887777:role/Collector

  The same call with it, the role as AWS has it:
    aws iam get-role --role-name VendorAccess > role.json
    countersign simulate --trust role.json --external-id tenant-7f2 \\
      --caller arn:aws:iam::999988887777:role/Collector

  A pipeline that signs in with OIDC:
    idp=token.actions.githubusercontent.com
    countersign simulate --trust trust.json \\
      --caller arn:aws:iam::111122223333:oidc-provider/$idp \\
      --context $idp:aud=sts.amazonaws.com \\
      --context $idp:sub=repo:acme/shop:ref:refs/heads/main

  A call that every layer has a say in:
    countersign simulate --trust trust.json --caller arn:aws:iam::999988887777:user/ann \\
      --identity ann.json --scp FullAWSAccess.json,region.json --tag Project=blue

Exit status: 0 allowed, 1 denied, 2 could not answer.";

/// Decide one call to assume a role, and say why.
///
/// Asks the trust policy, the caller's policies and the guardrails for every action the call needs (sts:TagSession when it
/// passes tags, sts:SetSourceIdentity when it passes a source identity), and prints what every statement did.
///
/// A policy file holds the policy as JSON, as a JSON string, URL-encoded, or as the AWS CLI prints it (`aws iam get-role`,
/// `get-policy-version`, `get-role-policy`). `-` reads it from stdin; gzip is undone.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    /// The trust policy of the role.
    #[arg(long, value_name = "FILE")]
    pub(super) trust: PathBuf,

    /// Who calls: the ARN of a user, role, role session or identity provider, or a service such as ec2.amazonaws.com.
    #[arg(long, value_name = "ARN", value_parser = Caller::parse)]
    pub(super) caller: Caller,

    /// The role [default: the one in `aws iam get-role` output, else one in another account than the caller's].
    #[arg(long, value_name = "ARN", value_parser = str::parse::<RoleArn>, help_heading = "The call")]
    pub(super) role: Option<RoleArn>,

    /// The ExternalId the call sends.
    #[arg(long, value_name = "ID", value_parser = str::parse::<ExternalId>, help_heading = "The call")]
    pub(super) external_id: Option<ExternalId>,

    /// The action [default: sts:AssumeRole; for a provider sts:AssumeRoleWithWebIdentity or sts:AssumeRoleWithSAML].
    #[arg(long, value_name = "ACTION", help_heading = "The call")]
    pub(super) action: Option<String>,

    /// A condition key of the call; repeat it for several values, `KEY=` is an empty value.
    ///
    /// The caller's own keys (aws:PrincipalArn, aws:PrincipalAccount …), sts:RoleSessionName, aws:SecureTransport=true and
    /// aws:ViaAWSService=false are set already; what is given here replaces them. Nothing else is: give aws:SourceIp,
    /// aws:CurrentTime, aws:PrincipalOrgID … where the policy asks for them.
    #[arg(long, value_name = "KEY=VALUE", value_parser = key_value, help_heading = "The call")]
    pub(super) context: Vec<(String, String)>,

    /// The RoleSessionName [default: countersign].
    #[arg(long, value_name = "NAME", value_parser = session_name, help_heading = "The call")]
    pub(super) session_name: Option<SessionName>,

    /// The SourceIdentity.
    #[arg(long, value_name = "NAME", value_parser = source_identity, help_heading = "The call")]
    pub(super) source_identity: Option<SessionName>,

    /// A session tag; repeatable.
    #[arg(long, value_name = "KEY=VALUE", value_parser = key_value, help_heading = "The call")]
    pub(super) tag: Vec<(String, String)>,

    /// The key of a session tag that is passed on along a chain; repeatable.
    #[arg(long, value_name = "KEY", help_heading = "The call")]
    pub(super) transitive_tag: Vec<String>,

    /// DurationSeconds.
    #[arg(long, value_name = "SECONDS", help_heading = "The call")]
    pub(super) duration: Option<u32>,

    /// The role's MaxSessionDuration [default: from `aws iam get-role` output, else 3600].
    #[arg(long, value_name = "SECONDS", help_heading = "The call",
          value_parser = clap::value_parser!(u32).range(3600..=43200))]
    pub(super) max_session_duration: Option<u32>,

    /// The calling role session is that of an EC2 instance, which does not count as role chaining.
    #[arg(long, help_heading = "The call")]
    pub(super) instance_role: bool,

    /// An identity policy of the caller; repeatable. Without any, the caller's side is assumed to allow.
    #[arg(long, value_name = "FILE", help_heading = "The other policies")]
    pub(super) identity: Vec<PathBuf>,

    /// The caller's permissions boundary.
    #[arg(long, value_name = "FILE", help_heading = "The other policies")]
    pub(super) boundary: Option<PathBuf>,

    /// A session policy of the calling session; repeatable.
    #[arg(long, value_name = "FILE", help_heading = "The other policies")]
    pub(super) session_policy: Vec<PathBuf>,

    /// The service control policies of one level over the caller's account; repeat it for every level.
    ///
    /// All policies attached to one level (root, organizational unit, account) go together, separated by commas. A level
    /// without an Allow denies, so give FullAWSAccess too where it is attached.
    #[arg(long, value_name = "FILE[,FILE…]", value_parser = level, help_heading = "The other policies")]
    pub(super) scp: Vec<Level>,

    /// The resource control policies of one level over the role's account; repeat it for every level.
    #[arg(long, value_name = "FILE[,FILE…]", value_parser = level, help_heading = "The other policies")]
    pub(super) rcp: Vec<Level>,

    /// Take the other reading of a point AWS does not document; repeatable.
    #[arg(long, value_name = "NAME", value_parser = assumption(), hide_short_help = true)]
    pub(super) assume: Vec<Assumption>,

    /// How the answer is printed.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(super) format: Format,
}

/// The policies attached to one level of an organization.
#[derive(Debug, Clone)]
pub(super) struct Level(pub(super) Vec<PathBuf>);

impl Args {
    /// The call the options describe.
    pub(super) fn into_call(self) -> Call {
        let mut context: Vec<(String, Vec<String>)> = Vec::new();
        for (key, value) in self.context {
            match context.iter_mut().find(|(known, _)| known.eq_ignore_ascii_case(&key)) {
                Some((_, values)) => values.push(value),
                None => context.push((key, vec![value])),
            }
        }
        Call {
            action: self.action,
            role: self.role,
            external_id: self.external_id,
            session_name: self.session_name,
            source_identity: self.source_identity,
            tags: self.tag,
            transitive_tags: self.transitive_tag,
            context,
            ..Call::of(self.caller)
        }
    }
}

fn key_value(text: &str) -> Result<(String, String), &'static str> {
    match text.split_once('=') {
        Some((key, value)) if !key.is_empty() => Ok((key.to_owned(), value.to_owned())),
        _ => Err("write KEY=VALUE"),
    }
}

fn session_name(text: &str) -> Result<SessionName, Refused> {
    SessionName::parse("RoleSessionName", text)
}

fn source_identity(text: &str) -> Result<SessionName, Refused> {
    SessionName::parse("SourceIdentity", text)
}

fn level(text: &str) -> Result<Level, &'static str> {
    let paths: Vec<PathBuf> = text.split(',').map(PathBuf::from).collect();
    if paths.iter().any(|path| path.as_os_str().is_empty()) { Err("a file name is empty") } else { Ok(Level(paths)) }
}

/// Takes the names of the assumptions that have another reading, and shows those readings in the help.
fn assumption() -> impl clap::builder::TypedValueParser<Value = Assumption> {
    let values = Assumption::ALL.iter().filter_map(|assumption| {
        let other = assumption.other_reading()?;
        let help = format!("{other}, where by default {}", assumption.default_reading());
        Some(PossibleValue::new(assumption.name()).help(help))
    });
    clap::builder::PossibleValuesParser::new(values).try_map(|name| {
        let found = Assumption::ALL.iter().find(|assumption| assumption.name() == name);
        found.copied().ok_or("no such assumption")
    })
}
