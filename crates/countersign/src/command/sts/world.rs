//! What exists when the endpoint starts: declared, taken from other inputs, or kept from the last run.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use countersign_sts::server::state::{self, Origin, StateError};
use countersign_sts::{Endpoint, Notation, Strictness, World};

use super::import::ImportArgs;
use crate::diagnostic::{Diagnostic, Place};
use crate::output::{self, inert};
use crate::read;

/// The most bytes a world may have.
const WORLD_BYTES: u64 = 64 << 20;

/// Where the world comes from.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "What exists")]
pub(super) struct WorldArgs {
    /// A file with the organizations, accounts, users, keys and roles that exist: TOML when it ends in .toml, else JSON.
    #[arg(long, value_name = "FILE")]
    world: Option<PathBuf>,

    /// Keep the world in this file: what is written through IAM's API is there after a restart, and sessions stay good.
    #[arg(long, value_name = "FILE")]
    state: Option<PathBuf>,

    /// Let in declared access keys only.
    #[arg(long)]
    strict: bool,

    #[command(flatten)]
    import: ImportArgs,
}

impl WorldArgs {
    /// Whether undeclared credentials work.
    pub(super) fn strictness(&self) -> Strictness {
        if self.strict { Strictness::Strict } else { Strictness::OutOfTheBox }
    }

    /// The endpoint over the world.
    ///
    /// # Errors
    /// When a file cannot be read, or holds something else.
    pub(super) fn endpoint(&self) -> anyhow::Result<Endpoint> {
        let mut key = [0; 32];
        getrandom::fill(&mut key).context("cannot make a key")?;
        let mut world = match &self.world {
            Some(path) => declared(path, self.strictness())?,
            None => World::new(self.strictness()),
        };
        self.import.add_to(&mut world)?;
        let Some(path) = &self.state else { return Ok(Endpoint::new(world, key)) };
        let is_given = world != World::new(self.strictness());
        let (endpoint, origin) =
            state::keep(path, world, key, self.strictness()).map_err(|error| unusable(path, &error))?;
        if origin == Origin::Kept && is_given {
            let path = inert(&path.display().to_string()).into_owned();
            output::talk(&format!("warning: `{path}` has a world already: the one that is given does not count\n"));
        }
        Ok(endpoint)
    }
}

fn declared(path: &Path, strictness: Strictness) -> anyhow::Result<World> {
    let input = read::read(path, WORLD_BYTES)?;
    let is_toml = path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("toml"));
    let notation = if is_toml { Notation::Toml } else { Notation::Json };
    World::declared(&input.text, notation, strictness).map_err(|error| {
        let mut diagnostic = Diagnostic::error(error.to_string(), None);
        diagnostic.place = Some(Place::file(input.name));
        Box::new(diagnostic).into()
    })
}

fn unusable(path: &Path, error: &StateError) -> anyhow::Error {
    let name = path.display().to_string();
    let (message, help) = match error {
        StateError::Io(error) => {
            (format!("cannot keep the world: {}", error.kind()), "check the path and its permissions")
        }
        StateError::Busy => (error.to_string(), "end the other endpoint, or name another file"),
        StateError::Line { line, .. } => (format!("line {line}: {error}"), "restore the file, or name another"),
        _ => (error.to_string(), "name another file: this one is left as it is"),
    };
    let mut diagnostic = Diagnostic::error(message, Some(help.to_owned()));
    diagnostic.place = Some(Place::file(name));
    Box::new(diagnostic).into()
}
