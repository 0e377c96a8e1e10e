//! The evidence, from files, stdin and options.

use std::io::IsTerminal as _;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use countersign_audit::role::Role;
use countersign_diagnose::call::Name;
use countersign_diagnose::evidence::{Guard, PolicyText, RequestText, Sent};
use countersign_diagnose::{Evidence, Part, message};
use countersign_policy::document::{Embedding, MAX_POLICY_BYTES, PolicyDocument, Severity};

use super::args::Given;
use super::{mistaken, template, trail, transcript};
use crate::command::audit;
use crate::diagnostic::Diagnostic;
use crate::output::{self, inert};
use crate::policy_file::PolicyFile;
use crate::read;

/// The most bytes of a pasted error, a script or a bundle.
const TEXT_BYTES: u64 = 16 << 20;
/// The most bytes of all policies together: a caller's have far fewer, and each is evaluated several times.
const POLICIES_BYTES: usize = 4 << 20;
/// What takes more.
const TOO_LARGE: &str =
    "a long log is read with `--watch -` from a pipe, CloudTrail's files with --event; or cut out the error";
/// How long the text of a call is parsed: one that was made to vex a parser costs it minutes.
const PARSING: Duration = Duration::from_secs(2);

/// The time that a text may take.
struct Patience {
    end: Instant,
    is_over: bool,
}

impl Patience {
    fn start() -> Self {
        Self { end: Instant::now() + PARSING, is_over: false }
    }

    fn ask(&mut self) -> ControlFlow<()> {
        self.is_over |= Instant::now() > self.end;
        if self.is_over { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }

    fn tell(&self, name: &str) {
        if self.is_over {
            let name = inert(name);
            output::talk(&format!("warning: the call in `{name}` was not read to its end: parsing took too long\n"));
        }
    }
}

/// Reads everything that is given.
///
/// # Errors
/// When a file cannot be read or holds nothing of what it is given as.
pub(super) fn evidence(args: &Given) -> anyhow::Result<Evidence> {
    let mut evidence = gathered(args, error_text(args)?)?;
    if let (None, None, Some(text)) = (&evidence.request, &args.case, &evidence.error_text) {
        evidence.request = transcript::command(text);
    }
    let notes = [unread_error(&evidence, args), unused_name(&evidence, args)];
    evidence.notes.extend(notes.into_iter().flatten());
    Ok(evidence)
}

/// That the pasted text told nothing.
fn unread_error(evidence: &Evidence, args: &Given) -> Option<String> {
    let text = evidence.error_text.as_ref().filter(|_| args.case.is_none())?;
    let is_nothing = message::read(text).is_empty();
    is_nothing.then(|| "no error of STS or IAM is in the text that was given as one".to_owned())
}

/// A role's name that chose nothing: of a policy on its own it says no account.
fn unused_name(evidence: &Evidence, args: &Given) -> Option<String> {
    let wanted = args.role.as_deref().filter(|role| !role.starts_with("arn:") && args.event.is_empty())?;
    evidence.trust.as_ref().filter(|trust| trust.pieces.is_empty() && evidence.role.is_none())?;
    match countersign_diagnose::diagnose(evidence).call.role {
        None => Some("--role gives a name, and nothing says whose account it is: give the role's ARN".to_owned()),
        Some(arn) if template::last(&arn) == template::last(wanted) => None,
        Some(_) => Some("--role names another role than the call: the answer is about the call's".to_owned()),
    }
}

/// Reads everything but the error's own text.
///
/// # Errors
/// When a file cannot be read or holds nothing of what it is given as.
pub(super) fn besides_error(args: &Given) -> anyhow::Result<Evidence> {
    gathered(args, None)
}

fn gathered(args: &Given, error: Option<String>) -> anyhow::Result<Evidence> {
    let mut evidence = match &args.case {
        Some(path) => {
            let input = read::read(path, TEXT_BYTES)?;
            let mut patience = Patience::start();
            let read = Evidence::from_case_while(&input.text, &mut || patience.ask());
            patience.tell(&input.name);
            read.map_err(|error| {
                let help =
                    "write a JSON object with any of error_text, trust_policy, request, caller, target_role, context";
                Box::new(Diagnostic::error(format!("{}: {error}", input.name), Some(help.to_owned())))
            })?
        }
        None => Evidence::default(),
    };
    evidence.now = Some(audit::now(None));
    if let Some(text) = error {
        add_error(&mut evidence, args, text);
    }
    trail::add(&mut evidence, args)?;
    if let Some(path) = &args.trust {
        trust(&mut evidence, path, args.role.as_deref())?;
    }
    if let Some(role) = args.role.as_ref().filter(|role| role.starts_with("arn:")) {
        evidence.role = Some(role.clone());
    }
    mistaken::caller(args)?;
    evidence.caller = args.caller.clone().or(evidence.caller);
    if let Some(path) = &args.call {
        evidence.request = Some(request(path, args)?);
    }
    if let Some(id) = &args.external_id {
        evidence.facts.external_id = Sent::Value(id.clone());
    }
    if args.no_external_id {
        evidence.facts.external_id = Sent::Nothing;
    }
    for path in &args.identity {
        let file = PolicyFile::read(path)?;
        mistaken::identity(&file)?;
        evidence.identity.push(text_of(file));
    }
    let guard = |path: &Path| -> anyhow::Result<Guard> {
        let file = readable(PolicyFile::read(path)?)?;
        mistaken::guard(&file)?;
        Ok(Guard::Policy(Box::new(text_of(file))))
    };
    let one = |path: &Option<std::path::PathBuf>| path.as_deref().map(guard).transpose();
    evidence.boundary = one(&args.boundary)?.or(evidence.boundary);
    evidence.session = one(&args.session_policy)?.or(evidence.session);
    evidence.vpc_endpoint = one(&args.vpc_endpoint_policy)?.or(evidence.vpc_endpoint);
    for path in &args.scp {
        evidence.scps.push(guard(path)?);
    }
    for path in &args.rcp {
        evidence.rcps.push(guard(path)?);
    }
    are_policies_bounded(&evidence)?;
    Ok(evidence)
}

/// Refuses policies that nobody has: one of which nothing was read because of its length, and many that are long together.
fn are_policies_bounded(evidence: &Evidence) -> Result<(), Box<Diagnostic>> {
    if let Some(long) = evidence.policies().find(|policy| policy.text.len() > MAX_POLICY_BYTES) {
        was_read(&long.document)?;
    }
    let lengths = evidence.policies().map(|policy| policy.document.span);
    let length: usize = lengths.map(|span| (span.end - span.start) as usize).sum();
    if length > POLICIES_BYTES {
        let message = format!("the policies have {length} bytes together; the limit is {POLICIES_BYTES}");
        let help = "give those that the caller and the role have: IAM takes 6144 characters in each";
        return Err(Box::new(Diagnostic::error(message, Some(help.to_owned()))));
    }
    Ok(())
}

/// Of a policy in which not one statement was read, nothing that is said would be true.
fn was_read(document: &PolicyDocument) -> Result<(), Box<Diagnostic>> {
    let worst = document.problems.iter().find(|problem| problem.severity == Severity::Error);
    match worst.filter(|_| document.statements.is_empty()) {
        Some(problem) => Err(Box::new(Diagnostic::error(problem.message.clone(), problem.help.clone()))),
        None => Ok(()),
    }
}

/// Reads a part of the evidence again, after it was changed.
///
/// # Errors
/// As [`evidence`].
pub(super) fn read_again(evidence: &mut Evidence, part: Part, path: &Path, args: &Given) -> anyhow::Result<()> {
    match part {
        Part::Trust => trust(evidence, path, args.role.as_deref())?,
        Part::NewIdentity => evidence.identity.push(policy(path)?),
        Part::Identity => {
            let changed = policy(path)?;
            evidence.identity.splice(..1, [changed]);
        }
        Part::Call => {
            let changed = request(path, args)?;
            // What was said of the call was said of the one that failed.
            let says = |name: Name| changed.calls.iter().any(|call| call.known(name).is_some());
            if says(Name::ExternalId) {
                evidence.facts.external_id = Sent::Unknown;
            }
            if says(Name::RoleSessionName) {
                evidence.facts.session_name = Sent::Unknown;
            }
            if says(Name::DurationSeconds) {
                evidence.facts.duration_seconds = None;
            }
            evidence.request = Some(changed);
        }
    }
    Ok(())
}

/// The pasted error: a file, or stdin when it is named, or when something is piped in and nothing else is read from it.
fn error_text(args: &Given) -> anyhow::Result<Option<String>> {
    let stdin = Path::new("-");
    let files = [&args.case, &args.trust, &args.call];
    let taken = files.into_iter().flatten().chain(&args.event).any(|path| path == stdin);
    let path = match &args.error {
        Some(path) => path.as_path(),
        None if args.case.is_none() && args.event.is_empty() && !taken && !std::io::stdin().is_terminal() => stdin,
        None => return Ok(None),
    };
    let input = read::log(path, TEXT_BYTES, TOO_LARGE)?;
    // A pipe with nothing in it is nothing given; a file was meant.
    if path != stdin || !input.text.trim().is_empty() {
        mistaken::error(&input.name, &input.text)?;
    }
    Ok((!input.text.trim().is_empty()).then_some(input.text))
}

/// The files that are given besides the error's text.
pub(super) fn files(args: &Given) -> Vec<PathBuf> {
    let single = [&args.case, &args.trust, &args.call, &args.boundary, &args.session_policy, &args.vpc_endpoint_policy];
    let several = args.event.iter().chain(&args.identity).chain(&args.scp).chain(&args.rcp);
    let stdin = Path::new("-");
    single.into_iter().flatten().chain(several).filter(|path| *path != stdin).cloned().collect()
}

/// What the error's text is called.
pub(super) fn error_name(args: &Given) -> String {
    match (&args.error, &args.case) {
        (None, Some(case)) => format!("error_text in {}", read::name(case)),
        (error, _) => read::name(error.as_deref().unwrap_or(Path::new("-"))),
    }
}

/// Adds a text that was pasted or came in: it may be the event itself.
pub(super) fn add_error(evidence: &mut Evidence, args: &Given, text: String) {
    if !trail::add_text(evidence, args, &text) {
        evidence.error_text = Some(text);
    }
}

pub(super) fn policy(path: &Path) -> anyhow::Result<PolicyText> {
    Ok(text_of(readable(PolicyFile::read(path)?)?))
}

/// A policy of which at least a statement was read: without one, nothing that is said of it would be true.
fn readable(file: PolicyFile) -> Result<PolicyFile, Box<Diagnostic>> {
    let worst = file.shape_problems().into_iter().find(Diagnostic::is_error);
    match worst.filter(|_| file.document.statements.is_empty()) {
        Some(problem) => Err(Box::new(problem)),
        None => Ok(file),
    }
}

/// A policy that was pasted, and what a diff calls it.
pub(super) fn pasted_policy(name: &str, text: String) -> anyhow::Result<PolicyText> {
    Ok(text_of(readable(PolicyFile::from_input(read::Input::new(name, text))?)?))
}

/// The policy with the text its spans are about.
fn text_of(file: PolicyFile) -> PolicyText {
    let text = file.own_text().to_owned();
    match file.embedding {
        // A wrapper is not the policy's.
        Embedding::Direct if !file.is_whole() => {
            let span = file.document.span;
            let own = text.get(span.start as usize..span.end as usize).unwrap_or_default().to_owned();
            PolicyText::new(file.input.name, own)
        }
        _ => PolicyText { text, document: file.document, ..PolicyText::new(file.input.name, "") },
    }
}

/// The trust policy out of a file that holds one, or of the role called `wanted` out of one that holds several.
pub(super) fn trust(evidence: &mut Evidence, path: &Path, wanted: Option<&str>) -> anyhow::Result<()> {
    if path.is_dir()
        && let Some(role) = template::role(path, None, wanted)?
    {
        return take_role(evidence, path, &role);
    }
    let input = read::read(path, TEXT_BYTES)?;
    let single = PolicyFile::from_input(read::Input::new(input.name.clone(), input.text.clone()));
    let refusal = match single {
        Ok(file) => {
            mistaken::trust(&file)?;
            if let Some(role) = &file.role {
                template::only(&input.name, &role.arn, wanted)?;
                evidence.role.get_or_insert_with(|| role.arn.clone());
                evidence.facts.max_session_duration = evidence.facts.max_session_duration.or(role.max_session_duration);
            }
            evidence.trust = Some(text_of(readable(file)?));
            return Ok(());
        }
        Err(refusal) => refusal,
    };
    let Some(role) = template::role(path, Some(&input.text), wanted)? else {
        return Err(mistaken::trust_text(&input.name, &input.text).unwrap_or_else(|| refusal.into()));
    };
    take_role(evidence, path, &role)
}

fn take_role(evidence: &mut Evidence, path: &Path, role: &Role) -> anyhow::Result<()> {
    was_read(&role.trust)?;
    evidence.role = evidence.role.take().or_else(|| role.arn.clone());
    evidence.facts.max_session_duration = evidence.facts.max_session_duration.or(role.max_session_duration);
    evidence.trust = Some(template::policy_text(path, role));
    Ok(())
}

/// A text with calls in it, read as long as is worth waiting for.
pub(crate) fn read_request(name: &str, kind: Option<&str>, text: &str) -> RequestText {
    let mut patience = Patience::start();
    let request = RequestText::read_while(name, kind, text, &mut || patience.ask());
    patience.tell(&request.name);
    request
}

/// What made the call; its kind is what its name says.
fn request(path: &Path, args: &Given) -> anyhow::Result<RequestText> {
    let input = read::read(path, TEXT_BYTES)?;
    let extension = path.extension().and_then(|extension| extension.to_str());
    let named = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    mistaken::call_kind(args.call_kind.as_deref())?;
    let kind = match (&args.call_kind, extension) {
        (Some(kind), _) => Some(kind.as_str()),
        (None, None) if matches!(named, "config" | "credentials") => Some("ini"),
        (None, Some(extension)) if RequestText::reads(extension) => Some(extension),
        (None, _) => None,
    };
    let mut request = read_request(&input.name, kind, &input.text);
    if request.calls.is_empty() {
        mistaken::call(&input.name, &input.text)?;
    }
    if let Some(profile) = &args.profile {
        request.calls.retain(|call| call.profile.as_deref() == Some(profile));
        if request.calls.is_empty() {
            let help = "the profile needs a role_arn; without --profile every profile of the file is looked at";
            let message = format!("no profile `{profile}` that assumes a role in {}", request.name);
            return Err(Box::new(Diagnostic::error(message, Some(help.to_owned()))).into());
        }
    }
    Ok(request)
}
