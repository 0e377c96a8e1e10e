//! The options of `countersign diagnose`.

use std::path::PathBuf;

use clap::ValueEnum;

use crate::command::journal::Remember;

const EXAMPLES: &str = "\
Examples:
  The error as it appears, and the trust policy of the role:
    aws sts assume-role --role-arn $ROLE --role-session-name s 2>&1 \\
      | countersign diagnose --trust role.json

  The code that made the call as well, so that the answer is a patch for it:
    countersign diagnose error.txt --trust role.json --call collect.py

  Denials as they come, out of a log or a stream:
    kubectl logs -f deploy/collector | countersign diagnose --watch - --trust role.json

  Everything in one file:
    countersign diagnose --case case.json --format json

  The change alone, for `patch`; or made in the files at once:
    countersign diagnose error.txt --trust role.json --call collect.py --diff | patch -p1
    countersign diagnose error.txt --trust role.json --call collect.py --apply

Exit status: 0 the cause is proved, or everything given allows the call, 1 causes
only fit, 2 nothing to go on or a file could not be read. With --apply: 0 the
change is made and what was given allows the call now, 1 nothing is changed, 2 as
before. With --diff: 0 the patch is all it takes, 1 something stands in its way.";

/// Say why a role was not given, and what to change.
///
/// Takes what there is: the error as it was printed, a CloudTrail event, the trust policy, the caller's policies, the
/// command or code that made the call. What is missing makes an answer less sure, and the answer says what would make it
/// sure. A cause is proved when the evaluator denies the call as given and allows it with the repair.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    #[command(flatten)]
    pub(super) given: Given,

    /// Follow a log as it grows, or stdin for `-`, and diagnose each denial in it once; Ctrl-C ends.
    ///
    /// As `tail -F` does, it starts behind what the file holds already, waits for a file that is not there yet, and goes on
    /// when the file is rotated or cut. The other files that are given are read again when they change. Denials that
    /// repeat are counted. The exit status is that of the last answer; 0 when there was none.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["error", "case", "event", "apply", "diff"])]
    pub(super) watch: Option<PathBuf>,

    /// Ask nothing, also on a terminal.
    #[arg(long)]
    pub(super) no_input: bool,

    /// Make the change in the files it was read from, as `countersign fix` does.
    #[arg(long, conflicts_with_all = ["redact", "key"], help_heading = "The change")]
    pub(super) apply: bool,

    #[command(flatten)]
    pub(super) making: Making,

    #[command(flatten)]
    pub(super) remember: Remember,

    /// How the answer is printed. Markdown is for others to read, and so redacted unless --no-redact is given.
    #[arg(long, value_enum, default_value_t = AnswerFormat::Text)]
    pub(super) format: AnswerFormat,

    #[command(flatten)]
    pub(super) sharing: super::share::Sharing,
}

/// How a change is made.
#[derive(Debug, clap::Args)]
pub(crate) struct Making {
    /// Print the change as a patch and nothing else, and change nothing: `patch -p1` and `git apply` take it from a pipe.
    #[arg(long, help_heading = "The change")]
    pub(super) diff: bool,

    /// Make a change that somebody has to decide about, since it lets in somebody new.
    #[arg(long, help_heading = "The change")]
    pub(super) accept_decision: bool,

    /// The ExternalId to send, where nothing that was given says which.
    #[arg(long, value_name = "ID", help_heading = "The change")]
    pub(super) set_external_id: Option<String>,

    /// Write the changed policy to this new file, where it cannot be written back: one that is not there yet, or that came
    /// from stdin, from a bundle, or from what AWS printed.
    #[arg(long, value_name = "FILE", help_heading = "The change")]
    pub(super) write_to: Option<PathBuf>,

    /// Write the patch that undoes the change to this new file instead of printing it; Markdown that is redacted needs it.
    #[arg(long, value_name = "FILE", help_heading = "The change")]
    pub(super) reverse_patch: Option<PathBuf>,
}

/// What is in hand about a denial.
#[derive(Debug, clap::Args)]
pub(crate) struct Given {
    /// A file with the error as it was printed, and the command above it if you like; `-` or nothing is stdin, if something is
    /// piped in.
    #[arg(value_name = "FILE")]
    pub(super) error: Option<PathBuf>,

    /// An evidence bundle: a JSON object with any of operation, error_text, trust_policy, identity_policy, request, caller,
    /// target_role, context.
    #[arg(long, value_name = "FILE")]
    pub(super) case: Option<PathBuf>,

    /// A CloudTrail event, a trail's file, or a folder of them; gzip is undone; repeatable. Of several refusals the last
    /// counts, of those that fit --role and --caller if they are given.
    #[arg(long, value_name = "PATH")]
    pub(super) event: Vec<PathBuf>,

    /// The role's trust policy: JSON, what `aws iam get-role` prints, or a file or Terraform folder that `countersign audit`
    /// reads, with --role.
    #[arg(long, value_name = "FILE", help_heading = "The role")]
    pub(super) trust: Option<PathBuf>,

    /// The role: its ARN, or of several in --trust its name.
    #[arg(long, value_name = "ARN", value_parser = copied, help_heading = "The role")]
    pub(super) role: Option<String>,

    /// Who calls, or was meant to.
    #[arg(long, value_name = "ARN", value_parser = copied, help_heading = "The call")]
    pub(super) caller: Option<String>,

    /// What made the call: a script, source code, a profile, configuration.
    #[arg(long, value_name = "FILE", help_heading = "The call")]
    pub(super) call: Option<PathBuf>,

    /// What --call is written in, where its name does not say: cli, ini, python, typescript, go, java, hcl, yaml …
    #[arg(long, value_name = "KIND", requires = "call", help_heading = "The call")]
    pub(super) call_kind: Option<String>,

    /// The profile that was used, of those in --call.
    #[arg(long, value_name = "NAME", requires = "call", help_heading = "The call")]
    pub(super) profile: Option<String>,

    /// The ExternalId that was sent.
    #[arg(long, value_name = "ID", help_heading = "The call")]
    pub(super) external_id: Option<String>,

    /// No ExternalId was sent.
    #[arg(long, conflicts_with = "external_id", help_heading = "The call")]
    pub(super) no_external_id: bool,

    /// An identity policy of the caller; repeatable.
    #[arg(long, value_name = "FILE", help_heading = "The other policies")]
    pub(super) identity: Vec<PathBuf>,

    /// The caller's permissions boundary.
    #[arg(long, value_name = "FILE", help_heading = "The other policies")]
    pub(super) boundary: Option<PathBuf>,

    /// The session policy of the calling session.
    #[arg(long, value_name = "FILE", help_heading = "The other policies")]
    pub(super) session_policy: Option<PathBuf>,

    /// A service control policy over the caller's account; repeatable.
    #[arg(long, value_name = "FILE", help_heading = "The other policies")]
    pub(super) scp: Vec<PathBuf>,

    /// A resource control policy over the role's account; repeatable.
    #[arg(long, value_name = "FILE", help_heading = "The other policies")]
    pub(super) rcp: Vec<PathBuf>,

    /// The policy of the VPC endpoint that the call goes through.
    #[arg(long, value_name = "FILE", help_heading = "The other policies")]
    pub(super) vpc_endpoint_policy: Option<PathBuf>,
}

/// A name as it was copied: no ARN has blanks or quotes around it, and what it is copied from has.
#[expect(clippy::unnecessary_wraps, reason = "as the parser of an option has to be")]
fn copied(text: &str) -> Result<String, std::convert::Infallible> {
    Ok(text.trim_matches([' ', '\t', '\r', '\n', '"', '\'', ',']).to_owned())
}

/// How an answer is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum AnswerFormat {
    /// For people.
    Text,
    /// For programs: one JSON document, stable in shape.
    Json,
    /// For an issue or a chat.
    Markdown,
}
