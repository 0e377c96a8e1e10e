//! `countersign sts`: a local STS endpoint that refuses what AWS would refuse.

use std::fmt::Write as _;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use countersign_policy::evaluate::Decision;
use countersign_sts::server::{Observer, Server};
use countersign_sts::{Decided, Endpoint, Notation, Record, RoleFound, Strictness, World};

use super::Exit;
use crate::diagnostic::{Diagnostic, Place};
use crate::output::{self, inert};
use crate::{read, reason, trace};

const EXAMPLES: &str = "\
Examples:
  countersign sts --world world.json --log
  countersign sts --port 0 --print-env > env &     then, once it says where it listens: . ./env

Any SDK and the aws CLI use it once AWS_ENDPOINT_URL_STS is set. An access key id of 12 digits with the
secret `test` is the user `admin` of that account.

Exit status: 0 ended by a signal, 2 could not start.";

/// The most bytes a world may have.
const WORLD_BYTES: u64 = 64 << 20;

/// Serve a local STS endpoint that enforces trust policies as AWS would, for tests.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    /// The port; 0 is any free one.
    #[arg(long, default_value_t = 4566)]
    port: u16,

    /// The address to listen at. The endpoint is a fake: keep it on the loopback interface.
    #[arg(long, value_name = "ADDRESS", default_value_t = IpAddr::V4(Ipv4Addr::LOCALHOST))]
    listen: IpAddr,

    /// A file with the organizations, accounts, users, keys and roles that exist: TOML when it ends in .toml, else JSON.
    #[arg(long, value_name = "FILE")]
    world: Option<PathBuf>,

    /// Print variables for a shell, once it listens.
    #[arg(long)]
    print_env: bool,

    /// Let in declared access keys only.
    #[arg(long)]
    strict: bool,

    /// Say on stderr what was refused, and why: the client sees only AWS's text.
    #[arg(long)]
    log: bool,
}

/// Serves until it is told to end.
///
/// # Errors
/// When the world cannot be read or the address not be bound.
pub(crate) fn run(args: &Args) -> anyhow::Result<Exit> {
    let strictness = if args.strict { Strictness::Strict } else { Strictness::OutOfTheBox };
    let world = match &args.world {
        Some(path) => declared(path, strictness)?,
        None => World::new(strictness),
    };
    let mut key = [0; 32];
    getrandom::fill(&mut key).context("cannot make a key")?;
    let observer: Observer = if args.log { Box::new(|record| output::talk(&line(record))) } else { Box::new(|_| {}) };
    let address = SocketAddr::new(args.listen, args.port);
    let server = Server::bind(address, Endpoint::new(world, key), observer).map_err(|error| {
        let help = "choose another with --port, or any free one with --port 0".to_owned();
        Box::new(Diagnostic::error(format!("cannot listen at {address}: {}", error.kind()), Some(help)))
    })?;
    if !args.listen.is_loopback() {
        output::talk("warning: others on the network can reach this endpoint, whose credentials are no secret\n");
    }
    let url = format!("http://{}", server.address()?);
    if args.print_env {
        output::answer_plain(&variables(&url, strictness))?;
    } else {
        output::talk(&format!("listening at {url}\n"));
    }
    server.run()?;
    Ok(Exit::Clean)
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

/// For `eval`, with credentials where some work without a declaration.
fn variables(url: &str, strictness: Strictness) -> String {
    let endpoint = format!("export AWS_ENDPOINT_URL_STS={url}\n");
    match strictness {
        Strictness::Strict => endpoint,
        Strictness::OutOfTheBox => format!(
            "{endpoint}export AWS_ACCESS_KEY_ID=111111111111\nexport AWS_SECRET_ACCESS_KEY=test\n\
             export AWS_DEFAULT_REGION=us-east-1\n"
        ),
    }
}

/// What an operator wants to know of a refusal; nothing of an answer.
fn line(record: &Record) -> String {
    let Some((code, message)) = record.error() else { return String::new() };
    let mut text = format!("{code}: {}\n", inert(&message));
    if let Some(decided) = &record.decided {
        explain(&mut text, decided);
    }
    text
}

fn explain(text: &mut String, decided: &Decided) {
    let Decided { request, decision, role } = decided;
    if *role == RoleFound::No {
        let _ = writeln!(text, "  there is no role {}", inert(&request.role));
        return;
    }
    let _ = writeln!(text, "  {}", inert(&reason::of_call(decision, request).text));
    for layer in decision.layers.iter().filter(|layer| layer.evaluation.decision != Decision::Allowed) {
        for line in trace::layer(layer, |_| None).lines() {
            let _ = writeln!(text, "  {line}");
        }
    }
}
