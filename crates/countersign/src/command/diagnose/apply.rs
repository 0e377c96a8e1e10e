//! The proved change made in the files it was read from: all of it, or nothing and a word on why.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use countersign_diagnose::diagnosis::{Diagnosed, Diagnosis};
use countersign_diagnose::{Evidence, FixKind, Part, Patch, Plan, diagnose};
use countersign_policy::evaluate::Decision;

use super::args::{Given, Making};
use super::attach;
use super::gather;
use super::report::if_open;
use crate::mended::{Mended, write_all};
use crate::output::{inert, quoted};
use crate::policy_file::PolicyFile;
use crate::read;

/// What came of it.
#[derive(Debug)]
pub(super) enum Made {
    /// Nothing is written.
    Refused {
        reasons: Vec<Reason>,
        /// What would have changed.
        patch: String,
    },
    /// There is nothing to change: what was given allows the call.
    NotNeeded { not_given: Vec<&'static str> },
    /// Nothing is written, since only the patch is wanted.
    Shown(Shown),
    /// The files are changed.
    Written(Written),
}

/// Why nothing is written.
#[derive(Debug)]
pub(super) struct Reason {
    pub(super) message: String,
    pub(super) help: String,
}

/// A patch for whoever makes the change.
#[derive(Debug)]
pub(super) struct Shown {
    pub(super) patch: String,
    /// Where to run `patch -p1`, where that is not here.
    pub(super) folder: Option<String>,
    /// What stands in the way of making the change as the patch has it.
    pub(super) reasons: Vec<Reason>,
}

/// What was written.
#[derive(Debug)]
pub(super) struct Written {
    pub(super) files: Vec<String>,
    pub(super) patch: String,
    pub(super) undo: Undo,
    /// The diagnosis of what is there now.
    pub(super) after: Box<Diagnosis>,
    /// What is left to do outside of the files.
    pub(super) left: Vec<String>,
}

/// How to undo it.
#[derive(Debug)]
pub(super) struct Undo {
    pub(super) patch: String,
    /// Where the patch was put.
    pub(super) file: Option<String>,
    /// Where to run `patch -p1`, where that is not here.
    pub(super) folder: Option<String>,
}

fn reason(message: impl Into<String>, help: impl Into<String>) -> Reason {
    Reason { message: message.into(), help: help.into() }
}

/// Makes the change that the diagnosis proves. What was diagnosed once it was written, whether it stayed or not, is `seen`.
pub(super) fn make(
    given: &Given,
    making: &Making,
    evidence: &Evidence,
    diagnosis: &Diagnosis,
    seen: &mut Option<Diagnosis>,
) -> Made {
    let Some(plan) = &diagnosis.plan else {
        if diagnosis.is_allowed() {
            return Made::NotNeeded { not_given: diagnosis.not_given.clone() };
        }
        return Made::Refused { reasons: vec![nothing_proved(diagnosis, making)], patch: String::new() };
    };
    let as_read = || plan.patches.iter().map(Patch::unified).collect::<String>();
    let refused = |reasons: Vec<Reason>| Made::Refused { reasons, patch: as_read() };
    let mut reasons = undecided(plan, diagnosis, making);
    let (files, unwritable) = files(plan, evidence, given, making);
    let is_writable = unwritable.is_empty();
    reasons.extend(unwritable);
    if making.diff {
        // A patch is for whoever decides.
        let (folder, names) = relative(&files);
        let exact = || files.iter().zip(&names).map(|(file, name)| file.patch_as(name)).collect();
        let patch: String = if is_writable { exact() } else { as_read() };
        return if patch.is_empty() { refused(reasons) } else { Made::Shown(Shown { patch, folder, reasons }) };
    }
    if !reasons.is_empty() {
        return refused(reasons);
    }
    let undo = match Undo::of(&files, making) {
        Ok(undo) => undo,
        Err(why) => return refused(vec![why]),
    };
    let all: Vec<&Mended> = files.iter().collect();
    if let Err((path, why)) = write_all(&all) {
        undo.forget();
        return refused(vec![reason(format!("{} cannot be written: {why}", quoted(&path)), "no file is changed")]);
    }
    let after = again(given, making, evidence, plan);
    *seen = after.as_ref().ok().cloned();
    match after {
        Ok(after) if after.if_open.0.is_none_or(|decision| decision == Decision::Allowed) => {
            let names = relative(&files).1;
            let changed = plan.patches.iter().zip(files.iter().zip(&names));
            // A text that was read from somewhere else is shown as it changed, not as a file that is new.
            let patch = changed.map(|(patch, (file, name))| match file.is_new() && !patch.before.is_empty() {
                true => patch.unified(),
                false => file.patch_as(name),
            });
            let patch = patch.collect();
            let left = plan
                .patches
                .iter()
                .zip(&files)
                .filter_map(|(patch, file)| attach::to_do(patch, file, evidence, diagnosis));
            Made::Written(Written { files: names, patch, undo, left: left.collect(), after: Box::new(after) })
        }
        outcome => {
            let why = match outcome {
                Ok(_) => "the call would still be denied".to_owned(),
                Err(error) => error.to_string(),
            };
            let kept: Vec<String> = files.iter().filter_map(|file| file.undo().err()).collect();
            let help = match kept.first() {
                None => "the files are as they were".to_owned(),
                Some(kept) => format!("the files could not be put back: {kept}"),
            };
            if kept.is_empty() {
                undo.forget();
            }
            refused(vec![reason(format!("read again, the change does not help: {why}"), help)])
        }
    }
}

fn nothing_proved(diagnosis: &Diagnosis, making: &Making) -> Reason {
    if let (Some(id), Some(first)) = (&making.set_external_id, diagnosis.causes.first()) {
        let message = format!("the call is not let in with the ExternalId {} either", quoted(id));
        return reason(message, inert(&first.message));
    }
    if diagnosis.if_open.0 == Some(Decision::Allowed) {
        let message =
            format!("what was given allows the call only{}", if_open(&diagnosis.open).trim_start_matches(','));
        let command = diagnosis.causes.iter().find_map(|cause| cause.separate_by.as_deref()).unwrap_or_default();
        return reason(message, inert(command));
    }
    let command = diagnosis.causes.iter().find_map(|cause| cause.separate_by.as_deref());
    let help = match command {
        Some(command) => inert(command).into_owned(),
        None => "give --trust, --call and the error as it was printed".to_owned(),
    };
    reason("no cause is proved, and a guess changes no file", help)
}

/// What stands in the way besides the files.
fn undecided(plan: &Plan, diagnosis: &Diagnosis, making: &Making) -> Vec<Reason> {
    let cause = |place: &usize| diagnosis.causes.get(*place);
    let by_hand = |cause: &Diagnosed| {
        let held_back = plan.held_back.clone().filter(|_| cause.kind == FixKind::EditTrustPolicy);
        let message = held_back.unwrap_or_else(|| "the change is none of a file that was given".to_owned());
        reason(format!("{}: {message}", cause.id), inert(&cause.fix.text).into_owned())
    };
    let mut reasons: Vec<Reason> = plan.by_hand.iter().filter_map(cause).map(by_hand).collect();
    if let Some(decide) = plan.decide.as_deref().filter(|_| !making.accept_decision) {
        let help = "with --accept-decision the change is made";
        reasons.push(reason(format!("somebody has to decide {decide}"), help));
    }
    for cause in plan.causes.iter().filter_map(cause) {
        if let Some(command) = &cause.fix.find {
            let option = match cause.kind {
                FixKind::SendExternalId => "give it with --set-external-id",
                _ => "make the change by hand",
            };
            let help = format!("{option}; to find it: {}", inert(command));
            reasons.push(reason(format!("{}: the value to send is not known", cause.id), help));
        }
        let Some(decide) = cause.fix.decide.as_deref().filter(|_| !making.accept_decision) else { continue };
        let help = "with --accept-decision the change is made";
        reasons.push(reason(format!("{}: somebody has to decide {}", cause.id, inert(decide)), help));
    }
    reasons
}

/// The files with the changes made, or why they cannot be written.
fn files(plan: &Plan, evidence: &Evidence, given: &Given, making: &Making) -> (Vec<Mended>, Vec<Reason>) {
    let (mut files, mut reasons) = (Vec::new(), Vec::new());
    for patch in &plan.patches {
        let made = match (place(patch, evidence, given), &making.write_to) {
            (Ok(path), _) => {
                let name = read::name(&path);
                Mended::of_file(&name, &patch.before, patch.after.clone()).map_err(|why| {
                    reason(
                        format!("{} cannot be written: {why}", quoted(&name)),
                        "make the change by hand, as the patch has it",
                    )
                })
            }
            (Err(_), Some(path)) => {
                let name = read::name(path);
                Mended::new_file(&name, patch.after.clone()).map_err(|why| {
                    reason(format!("{} cannot be written: {why}", quoted(&name)), "name a file that is not there")
                })
            }
            (Err(why), None) => Err(why),
        };
        match made {
            Ok(file) if files.iter().any(|other: &Mended| other.target() == file.target()) => {
                let message = format!("two changes are meant for {}", quoted(file.path()));
                reasons.push(reason(message, "make them by hand, as the patches have them"));
            }
            Ok(file) => files.push(file),
            Err(why) => reasons.push(why),
        }
    }
    (files, reasons)
}

/// The file that a text is the whole of.
fn place(patch: &Patch, evidence: &Evidence, given: &Given) -> Result<PathBuf, Reason> {
    let named = match patch.part {
        Part::Trust => given.trust.as_ref(),
        Part::Call => given.call.as_ref(),
        Part::Identity => given.identity.first().filter(|path| read::name(path) == patch.name),
        Part::NewIdentity => {
            let help = "--write-to FILE writes it, for you to attach to the caller";
            return Err(reason("the change is a new policy, which is in no file yet", help));
        }
    };
    let by_hand = "make the change there, as the patch has it; --write-to FILE writes the whole of the changed text to a new file";
    if patch.part == Part::Call && given.call.is_none() && given.case.is_none() {
        return Err(reason("the call is a command that was typed", "give it again as the patch has it"));
    }
    let Some(path) = named else {
        let inside = given.case.as_deref().map_or("what was read".to_owned(), read::name);
        return Err(reason(format!("{} stands inside of {}", quoted(&patch.name), quoted(&inside)), by_hand));
    };
    if path == Path::new("-") {
        return Err(reason(format!("{} came from stdin", describe(patch.part)), by_hand));
    }
    let is_template = evidence.trust.as_ref().is_some_and(|trust| !trust.pieces.is_empty());
    if patch.part == Part::Trust && is_template {
        // Of the module's files the one that changes.
        return Ok(PathBuf::from(&patch.name));
    }
    let is_policy = matches!(patch.part, Part::Trust | Part::Identity);
    if is_policy && !PolicyFile::read(path).is_ok_and(|file| file.is_whole()) {
        let message = format!("{} is what a tool printed: writing to it changes no policy", quoted(&read::name(path)));
        return Err(reason(message, "--write-to FILE writes the changed policy to a new file, for you to hand to AWS"));
    }
    Ok(path.clone())
}

fn describe(part: Part) -> &'static str {
    match part {
        Part::Trust => "the trust policy",
        Part::Identity | Part::NewIdentity => "the caller's policy",
        Part::Call => "the call",
    }
}

/// Diagnoses again, with the changed texts as they are in their files now.
fn again(given: &Given, making: &Making, evidence: &Evidence, plan: &Plan) -> anyhow::Result<Diagnosis> {
    let as_read = evidence;
    let mut evidence = as_read.clone();
    for patch in &plan.patches {
        let path = match (place(patch, as_read, given), &making.write_to) {
            // A template is read from where it starts.
            (Ok(path), _) => given.trust.clone().filter(|_| patch.part == Part::Trust).unwrap_or(path),
            (Err(_), Some(path)) => path.clone(),
            (Err(why), None) => anyhow::bail!(why.message),
        };
        gather::read_again(&mut evidence, patch.part, &path, given)?;
    }
    Ok(diagnose(&evidence))
}

impl Undo {
    /// The reverse patch, put where it is wanted.
    fn of(files: &[Mended], making: &Making) -> Result<Self, Reason> {
        let (folder, names) = relative(files);
        let patch: String = files.iter().zip(&names).map(|(file, name)| file.reverse(name)).collect();
        let Some(path) = &making.reverse_patch else {
            if is_printable(&patch) {
                return Ok(Self { patch, file: None, folder });
            }
            let message = "the patch that undoes the change holds characters that no terminal shows as they are";
            return Err(reason(message, "name a file for it with --reverse-patch"));
        };
        let name = read::name(path);
        let open = fs::OpenOptions::new().write(true).create_new(true).open(path);
        let written = open.and_then(|mut file| file.write_all(patch.as_bytes()));
        written.map_err(|error| {
            let message = format!("the reverse patch cannot be written to {}: {}", quoted(&name), error.kind());
            reason(message, "name a file that is not there")
        })?;
        Ok(Self { patch, file: Some(name), folder })
    }

    /// Nothing was changed, and nothing is there to be undone.
    fn forget(&self) {
        if let Some(file) = &self.file {
            let _ = fs::remove_file(file);
        }
    }
}

/// Tabs and the ends of lines are part of a patch; anything else that a terminal would act on has no place on one.
pub(super) fn is_printable(patch: &str) -> bool {
    patch.split('\n').all(|line| {
        let line = line.strip_suffix('\r').unwrap_or(line).replace('\t', "");
        inert(&line) == line
    })
}

/// What a patch calls the files, and the folder to run `patch -p1` in, where that is not this one. Neither `git apply` nor
/// `patch` follows links or leaves its folder.
fn relative(files: &[Mended]) -> (Option<String>, Vec<String>) {
    let targets: Vec<PathBuf> = files.iter().map(Mended::target).collect();
    let here = std::env::current_dir().and_then(|here| here.canonicalize()).unwrap_or_default();
    let holds_all = |folder: &&Path| targets.iter().all(|target| target.starts_with(folder));
    let first = targets.first().and_then(|target| target.parent()).unwrap_or(&here);
    let folder = Some(here.as_path()).filter(holds_all).or_else(|| first.ancestors().find(|folder| holds_all(folder)));
    let folder = folder.unwrap_or(&here);
    let name = |target: &PathBuf| target.strip_prefix(folder).unwrap_or(target).display().to_string();
    let elsewhere = (folder != here).then(|| folder.display().to_string());
    (elsewhere, targets.iter().map(name).collect())
}
