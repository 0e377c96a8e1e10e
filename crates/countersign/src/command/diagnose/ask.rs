//! Asking: on a terminal, the one question that separates the causes that are left; again, while answers help.

mod terminal;

use std::io::IsTerminal as _;
use std::path::PathBuf;

use countersign_diagnose::diagnosis::{Diagnosis, Verdict};
use countersign_diagnose::question::{Answer, Form, Question, Topic, next};
use countersign_diagnose::{Evidence, diagnose, message};

use self::terminal::{Left, Terminal};
use super::args::{AnswerFormat, Args, Given};
use super::{gather, report};
use crate::output::{self, BOLD, NOTE, inert};

/// The most questions of one run.
const QUESTIONS: usize = 4;
/// How often one question is put when what comes is no answer.
const TRIES: usize = 3;

/// Whether there is somebody to ask: at a terminal, for an answer that people read, and not in CI.
pub(super) fn is_possible(args: &Args) -> bool {
    let in_ci = std::env::var_os("CI").is_some_and(|value| !value.is_empty() && value != "false");
    args.format == AnswerFormat::Text
        && !args.no_input
        && !in_ci
        && std::io::stdin().is_terminal()
        && std::io::stdout().is_terminal()
}

/// Puts what was answered into the evidence. Ctrl-D and Ctrl-C end the questions.
///
/// # Errors
/// When signals cannot be listened to.
pub(super) fn ask(evidence: &mut Evidence, given: &Given) -> anyhow::Result<()> {
    let diagnosis = diagnose(evidence);
    if diagnosis.question.is_none() && !evidence.is_empty() {
        return Ok(());
    }
    let mut terminal = Terminal::open()?;
    if evidence.is_empty() && error(evidence, given, &mut terminal).is_err() {
        return Ok(());
    }
    let mut asked: Vec<Topic> = Vec::new();
    while asked.len() < QUESTIONS {
        let Some(question) = next(evidence, &asked) else { break };
        if put(evidence, &question, &mut terminal).is_err() {
            break;
        }
        asked.push(question.topic);
    }
    output::talk("\n");
    Ok(())
}

/// Asks for the error itself, when nothing is given.
fn error(evidence: &mut Evidence, given: &Given, terminal: &mut Terminal) -> Result<(), Left> {
    let hint = "end with an empty line; Ctrl-D leaves, --help tells what else can be given";
    output::talk(&format!("{BOLD}paste the error as it was printed{BOLD:#}\n  {NOTE}{hint}{NOTE:#}\n"));
    let mut text = String::new();
    let mut blank = 0;
    // An error may have empty lines in it: where nothing was recognised yet, one of them is not its end.
    while blank < 2 && (blank == 0 || message::read(&text).is_empty()) {
        let line = terminal.line(if text.is_empty() { "> " } else { "" })?;
        blank = if line.trim().is_empty() { blank + 1 } else { 0 };
        text.push_str(&line);
        text.push('\n');
    }
    if !text.trim().is_empty() {
        gather::add_error(evidence, given, text);
    }
    Ok(())
}

/// Puts one question until it is answered, given up, or left.
fn put(evidence: &mut Evidence, question: &Question, terminal: &mut Terminal) -> Result<(), Left> {
    output::talk(&format!("\n{}", standing(&diagnose(evidence))));
    output::talk(&format!("{BOLD}? {}{BOLD:#}\n", inert(&question.text)));
    if let Some(command) = &question.command {
        output::talk(&format!("  {NOTE}tells:{NOTE:#} {}\n", inert(command)));
    }
    output::talk(&format!("  {NOTE}{}{NOTE:#}\n", legend(&question.topic)));
    for _ in 0..TRIES {
        let taken = match reply(question, terminal)? {
            Reply::Unknown => return Ok(()),
            Reply::Answer(answer) => question.topic.put(evidence, answer).map_err(anyhow::Error::from),
            Reply::File(path) if question.topic == Topic::TrustPolicy => {
                let role = evidence.role.clone();
                gather::trust(evidence, &path, role.as_deref())
            }
            Reply::File(path) => {
                gather::policy(&path).and_then(|policy| Ok(question.topic.put(evidence, Answer::Policy(policy))?))
            }
            Reply::Pasted(text) => gather::pasted_policy(policy_name(&question.topic), text)
                .and_then(|policy| Ok(question.topic.put(evidence, Answer::Policy(policy))?)),
        };
        match taken {
            Ok(()) => return Ok(()),
            Err(error) => crate::diagnostic::report(&error),
        }
    }
    Ok(())
}

/// What came back.
enum Reply {
    Unknown,
    Answer(Answer),
    File(PathBuf),
    Pasted(String),
}

fn reply(question: &Question, terminal: &mut Terminal) -> Result<Reply, Left> {
    let line = terminal.line("> ")?;
    let said = line.trim();
    if said == "?" {
        return Ok(Reply::Unknown);
    }
    Ok(match question.topic.form() {
        Form::Value if line.is_empty() || said == "none" => Reply::Answer(Answer::Nothing),
        Form::Value => Reply::Answer(Answer::Text(line)),
        Form::Identity | Form::YesNo | Form::Policy if said.is_empty() => Reply::Unknown,
        Form::YesNo => Reply::Answer(Answer::Text(line)),
        Form::Identity if said.starts_with('{') => Reply::Answer(Answer::Text(terminal.json(line)?)),
        Form::Identity => Reply::Answer(Answer::Text(line)),
        Form::Policy if said == "none" => Reply::Answer(Answer::Nothing),
        Form::Policy if said.starts_with(['{', '[']) => Reply::Pasted(terminal.json(line)?),
        Form::Policy => match file(said) {
            Some(path) => Reply::File(path),
            None => Reply::Answer(Answer::Text(line)),
        },
    })
}

/// A file that is there, with `~/` and quotes as a shell would take them.
fn file(said: &str) -> Option<PathBuf> {
    let said = said.trim_matches(['"', '\'']);
    let path = match said.strip_prefix("~/").zip(std::env::var_os("HOME")) {
        Some((rest, home)) => PathBuf::from(home).join(rest),
        None => PathBuf::from(said),
    };
    path.is_file().then_some(path)
}

fn policy_name(topic: &Topic) -> &'static str {
    match topic {
        Topic::TrustPolicy => "trust-policy.json",
        Topic::IdentityPolicy => "identity-policy.json",
        Topic::ExternalId | Topic::Caller | Topic::RoleAge | Topic::Key(_) | Topic::Limit(_) => "policy.json",
    }
}

fn legend(topic: &Topic) -> &'static str {
    match (topic.form(), topic) {
        (Form::Value, Topic::ExternalId) => "the value as it was sent; Enter: none was sent; ?: not known",
        (Form::Value, _) => "the value; Enter: the call had none; ?: not known",
        (Form::Identity, _) => "an ARN, or what the command prints; Enter: not known",
        (Form::YesNo, _) => "y or n; Enter: not known",
        (Form::Policy, Topic::TrustPolicy) => "a file name, or paste it; none: there is no such role; Enter: not known",
        (Form::Policy, _) => "a file name, or paste it; none: there is none; Enter: not known",
    }
}

/// How things stand, in a line.
fn standing(diagnosis: &Diagnosis) -> String {
    match (diagnosis.causes.first(), diagnosis.status) {
        (Some(first), Verdict::Consistent | Verdict::Contradicted) if diagnosis.causes.len() > 1 => {
            let others = match diagnosis.causes.len() - 1 {
                1 => "1 other cause".to_owned(),
                count => format!("{count} other causes"),
            };
            format!("{} ({others} possible)\n", report::in_a_line(diagnosis.status, first))
        }
        (Some(first), status) => report::in_a_line(status, first) + "\n",
        (None, _) => String::new(),
    }
}
