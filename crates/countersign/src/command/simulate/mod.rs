//! `countersign simulate`: one call against a role, decided and explained.

mod args;
mod json;
mod report;

pub(crate) use args::Args;

use countersign_policy::assumptions::Assumptions;
use countersign_policy::document::PolicyDocument;
use countersign_policy::evaluate::Decision;
use countersign_policy::evaluate::assume_role::{
    AssumeRoleDecision, CallerSide, Chaining, Layer, SessionRequest, assume_role,
};
use countersign_policy::request::{CallerKind, Request};

use super::Exit;
use crate::call::RoleArn;
use crate::cli::Format;
use crate::output;
use crate::policy_file::PolicyFile;

/// A policy that allows everything, for a caller whose policies were not given.
const ALLOW_ALL: &str = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}"#;

/// The question, with every policy that has a say, and the answer.
struct Simulation {
    policies: Policies,
    request: Request,
    assumptions: Assumptions,
    decided: AssumeRoleDecision,
    /// What was taken for granted because no option said it.
    notes: Vec<String>,
}

/// The policies as given, layer by layer.
struct Policies {
    trust: PolicyFile,
    identity: Vec<PolicyFile>,
    boundary: Vec<PolicyFile>,
    session: Vec<PolicyFile>,
    scps: Vec<Vec<PolicyFile>>,
    rcps: Vec<Vec<PolicyFile>>,
}

/// Decides the call and prints why.
///
/// # Errors
/// When a file cannot be read or holds no policy, or STS would refuse the call before any policy is asked.
pub(crate) fn run(args: Args) -> anyhow::Result<Exit> {
    let format = args.format;
    let simulation = simulate(args)?;
    match format {
        Format::Text => {
            output::talk(&report::problems(&simulation));
            output::answer(&report::text(&simulation))?;
        }
        Format::Json => output::answer_json(&json::answer(&simulation))?,
    }
    Ok(match simulation.decided.decision {
        Decision::Allowed => Exit::Clean,
        Decision::ExplicitDeny | Decision::ImplicitDeny => Exit::Findings,
    })
}

fn simulate(args: Args) -> anyhow::Result<Simulation> {
    let policies = Policies::read(&args)?;
    let assumptions = args.assume.iter().fold(Assumptions::default(), |sum, assumption| sum.with_other(*assumption));
    let mut notes = Vec::new();
    let session = session_request(&args, &policies.trust);
    let mut call = args.into_call();
    if call.role.is_none() {
        call.role = role_of_file(&policies.trust, &mut notes);
    }
    let role_given = call.role.is_some();
    let request = call.request()?;
    if !role_given {
        notes.push(format!("no --role given: the role is taken to be {}", request.role));
    }
    let side = policies.caller_side(&request, &mut notes);
    let decided = assume_role(&policies.trust.document, &request, &side, &session, assumptions);
    Ok(Simulation { policies, request, assumptions, decided, notes })
}

fn session_request(args: &Args, trust: &PolicyFile) -> SessionRequest {
    let from_file = || trust.role.as_ref().and_then(|role| role.max_session_duration);
    let chained = matches!(args.caller.kind(), CallerKind::RoleSession(_)) && !args.instance_role;
    SessionRequest {
        duration_seconds: args.duration,
        max_session_duration: args.max_session_duration.or_else(from_file),
        role_chaining: if chained { Chaining::Yes } else { Chaining::No },
    }
}

/// The role that `aws iam get-role` named.
fn role_of_file(trust: &PolicyFile, notes: &mut Vec<String>) -> Option<RoleArn> {
    let arn = trust.role.as_ref()?.arn.parse::<RoleArn>().ok()?;
    notes.push(format!("no --role given: the role is the one in {}, {arn}", trust.input.name));
    Some(arn)
}

impl Policies {
    fn read(args: &Args) -> anyhow::Result<Self> {
        let all = |paths: &[std::path::PathBuf]| -> anyhow::Result<Vec<PolicyFile>> {
            paths.iter().map(|path| Ok(PolicyFile::read(path)?)).collect()
        };
        let levels = |levels: &[args::Level]| -> anyhow::Result<Vec<Vec<PolicyFile>>> {
            levels.iter().map(|level| all(&level.0)).collect()
        };
        Ok(Self {
            trust: PolicyFile::read(&args.trust)?,
            identity: all(&args.identity)?,
            boundary: all(args.boundary.as_slice())?,
            session: all(&args.session_policy)?,
            scps: levels(&args.scp)?,
            rcps: levels(&args.rcp)?,
        })
    }

    /// The caller's side of the decision; what it takes for granted is noted.
    fn caller_side(&self, request: &Request, notes: &mut Vec<String>) -> CallerSide {
        let documents = |files: &[PolicyFile]| files.iter().map(|file| file.document.clone()).collect::<Vec<_>>();
        let mut identity = documents(&self.identity);
        let has_policies = request.caller.home().is_some();
        if has_policies && identity.is_empty() {
            identity.push(PolicyDocument::parse(ALLOW_ALL));
            notes.push("caller side not given (--identity): assumed to allow".to_owned());
        }
        let ignored = !(self.identity.is_empty() && self.boundary.is_empty() && self.session.is_empty());
        if !has_policies && ignored {
            notes.push(format!("{} has no policies of its own: those given have no say", request.caller));
        }
        CallerSide {
            identity,
            boundary: documents(&self.boundary).pop(),
            session: documents(&self.session),
            scps: self.scps.iter().map(|level| documents(level)).collect(),
            rcps: self.rcps.iter().map(|level| documents(level)).collect(),
        }
    }

    /// The file behind the `nth` policy that was asked in a layer; none when it was assumed.
    fn file(&self, layer: Layer, nth: usize) -> Option<&PolicyFile> {
        match layer {
            Layer::Trust => Some(&self.trust),
            Layer::Identity => self.identity.get(nth),
            Layer::PermissionsBoundary => self.boundary.get(nth),
            Layer::Session => self.session.get(nth),
            Layer::Scp => self.scps.iter().flatten().nth(nth),
            Layer::Rcp => self.rcps.iter().flatten().nth(nth),
        }
    }

    /// Every file but the trust policy's, in the order of the layers.
    fn others(&self) -> impl Iterator<Item = &PolicyFile> {
        let of_caller = self.identity.iter().chain(&self.boundary).chain(&self.session);
        of_caller.chain(self.scps.iter().chain(&self.rcps).flatten())
    }
}
