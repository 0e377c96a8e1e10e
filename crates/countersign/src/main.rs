//! The `countersign` command line. Everything that reads a file, prints, or decides an exit code is in this crate.

mod call;
mod cli;
mod command;
mod diagnostic;
mod mended;
mod output;
mod policy_file;
mod read;
mod reason;
mod trace;
mod yaml;

use std::process::ExitCode;

use clap::Parser as _;

/// Reading an account is a million small allocations, on every core at once.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let cli = cli::Cli::parse();
    cli.color.apply();
    match cli.command.run() {
        Ok(exit) => exit.into(),
        Err(error) => {
            diagnostic::report(&error);
            command::Exit::Unanswered.into()
        }
    }
}
