//! What can be typed: the definition that parsing, `--help` and completions derive from.

use clap::{Parser, Subcommand, ValueEnum};

use crate::command::{
    Exit, audit, compare, completions, diagnose, explain, fix, init, journal, redact, simulate, sts, test, who,
};

const EXAMPLES: &str = "\
Examples:
  Which roles can third parties assume without the ExternalId they should need?
    aws iam get-account-authorization-details | countersign audit -

  Would this vendor's call be allowed, and why?
    countersign simulate --trust trust.json --external-id tenant-7f2 \\
      --caller arn:aws:iam::999988887777:role/Collector

  Keep what a role must and must not allow beside its policy, and check it in CI:
    countersign test tests.yaml

Exit status: 0 allowed or clean, 1 denied or findings, 2 could not answer.";

/// Find, prove and fix confused-deputy holes in AWS IAM role trust policies.
#[derive(Debug, Parser)]
#[command(version, about, after_help = EXAMPLES, max_term_width = 100, disable_help_subcommand = true)]
pub(crate) struct Cli {
    /// When to use colour.
    #[arg(long, global = true, value_enum, value_name = "WHEN", default_value_t = Color::Auto, hide_possible_values = true,
          help = "When to use colour: auto, always or never")]
    pub(crate) color: Color,

    #[command(subcommand)]
    pub(crate) command: Command,
}

/// The subcommands, each in its file under `command/`.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Audit(Box<audit::Args>),
    Init(init::Args),
    Simulate(Box<simulate::Args>),
    Diagnose(Box<diagnose::Args>),
    Fix(Box<fix::Args>),
    Journal(journal::Args),
    Redact(redact::Args),
    Test(test::Args),
    Who(who::Args),
    Compare(compare::Args),
    Sts(Box<sts::Args>),
    Explain(explain::Args),
    Completions(completions::Args),
}

impl Command {
    /// Runs the subcommand.
    ///
    /// # Errors
    /// Why it could not answer.
    pub(crate) fn run(self) -> anyhow::Result<Exit> {
        match self {
            Self::Audit(args) => audit::run(&args),
            Self::Init(args) => init::run(&args),
            Self::Simulate(args) => simulate::run(*args),
            Self::Diagnose(args) => diagnose::run(&args),
            Self::Fix(args) => fix::run(&args),
            Self::Journal(args) => journal::run(&args),
            Self::Redact(args) => redact::run(&args),
            Self::Test(args) => test::run(args),
            Self::Who(args) => who::run(&args),
            Self::Compare(args) => compare::run(&args),
            Self::Sts(args) => sts::run(&args),
            Self::Explain(args) => explain::run(&args),
            Self::Completions(args) => completions::run(&args),
        }
    }
}

/// When to use colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Color {
    /// On a terminal, unless `NO_COLOR` is set.
    Auto,
    Always,
    Never,
}

impl Color {
    /// Makes the choice count for everything that is printed.
    pub(crate) fn apply(self) {
        let choice = match self {
            Self::Auto => anstream::ColorChoice::Auto,
            Self::Always => anstream::ColorChoice::Always,
            Self::Never => anstream::ColorChoice::Never,
        };
        choice.write_global();
    }
}

/// How an answer is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people.
    Text,
    /// For programs: one JSON document, stable in shape.
    Json,
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    #[test]
    fn the_definition_is_sound() {
        super::Cli::command().debug_assert();
    }
}
