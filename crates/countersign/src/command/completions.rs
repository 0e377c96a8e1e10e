//! `countersign completions`: a script that lets a shell complete the command line.

use clap::CommandFactory as _;

use super::Exit;
use crate::{cli, output};

const EXAMPLES: &str = "\
Examples:
  countersign completions bash > ~/.local/share/bash-completion/completions/countersign
  countersign completions zsh > ~/.zfunc/_countersign";

/// Print the completion script of a shell.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    /// The shell.
    shell: clap_complete::Shell,
}

/// Prints the script.
///
/// # Errors
/// When stdout cannot be written to.
pub(crate) fn run(args: &Args) -> anyhow::Result<Exit> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut cli::Cli::command(), "countersign", &mut script);
    output::answer(&String::from_utf8_lossy(&script))?;
    Ok(Exit::Clean)
}
