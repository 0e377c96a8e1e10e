//! `countersign sts`: a local STS and IAM endpoint that refuses what AWS would refuse.

mod import;
mod log;
mod observe;
mod tls;
mod trail;
mod world;

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use countersign_sts::Strictness;
use countersign_sts::server::Server;

use super::Exit;
use crate::diagnostic::Diagnostic;
use crate::output;
use observe::ObserveArgs;
use tls::{TlsArgs, TrustFile};
use world::WorldArgs;

const EXAMPLES: &str = "\
Examples:
  countersign sts --world world.toml --log
  countersign sts --from infrastructure/ --account 111122223333 --state world.state
  countersign sts --port 0 --print-env > env &     then, once it says where it listens: . ./env

Any SDK and the aws CLI use it once AWS_ENDPOINT_URL_STS and AWS_ENDPOINT_URL_IAM are set. An access key id of 12 digits with the
secret `test` is the user `admin` of that account.

Exit status: 0 ended by a signal, 2 could not start.";

/// Serve a local STS and IAM endpoint that enforces trust policies as AWS would, for tests.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    /// The port; 0 is any free one.
    #[arg(long, default_value_t = 4566)]
    port: u16,

    /// The address to listen at. The endpoint is a fake: keep it on the loopback interface.
    #[arg(long, value_name = "ADDRESS", default_value_t = IpAddr::V4(Ipv4Addr::LOCALHOST))]
    listen: IpAddr,

    /// Print variables for a shell, once it listens.
    #[arg(long)]
    print_env: bool,

    #[command(flatten)]
    world: WorldArgs,

    #[command(flatten)]
    tls: TlsArgs,

    #[command(flatten)]
    observe: ObserveArgs,
}

/// Serves until it is told to end.
///
/// # Errors
/// When the world cannot be read or the address not be bound.
pub(crate) fn run(args: &Args) -> anyhow::Result<Exit> {
    let endpoint = args.world.endpoint()?;
    let (observer, scribe) = args.observe.start()?;
    let address = SocketAddr::new(args.listen, args.port);
    let server = Server::bind(address, endpoint, observer).map_err(|error| {
        let help = "choose another with --port, or any free one with --port 0".to_owned();
        Box::new(Diagnostic::error(format!("cannot listen at {address}: {}", error.kind()), Some(help)))
    })?;
    if !args.listen.is_loopback() {
        output::talk("warning: others on the network can reach this endpoint, whose credentials are no secret\n");
    }
    let address = server.address()?;
    let url = format!("{}://{address}", args.tls.scheme());
    let (server, trust) = args.tls.secure(server, address)?;
    let trusted = trust.as_ref().map(TrustFile::variables).unwrap_or_default();
    if args.print_env {
        output::answer_plain(&(variables(&url, args.world.strictness()) + &trusted))?;
    } else if !trusted.is_empty() {
        output::talk(&format!("listening at {url}\n{trusted}"));
    } else {
        output::talk(&format!("listening at {url}\n"));
    }
    let ended = server.run();
    scribe.finish();
    ended?;
    Ok(Exit::Clean)
}

/// For `eval`, with credentials where some work without a declaration.
fn variables(url: &str, strictness: Strictness) -> String {
    let endpoint = format!("export AWS_ENDPOINT_URL_STS={url}\nexport AWS_ENDPOINT_URL_IAM={url}\n");
    match strictness {
        Strictness::Strict => endpoint,
        Strictness::OutOfTheBox => format!(
            "{endpoint}export AWS_ACCESS_KEY_ID=111111111111\nexport AWS_SECRET_ACCESS_KEY=test\n\
             export AWS_DEFAULT_REGION=us-east-1\n"
        ),
    }
}
