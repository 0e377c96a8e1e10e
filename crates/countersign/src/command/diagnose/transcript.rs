//! The command above the error, where both were copied from a terminal.

use countersign_diagnose::call::Name;
use countersign_diagnose::evidence::RequestText;
use countersign_diagnose::message;

use super::gather::read_request;

/// What shells write before a command: prompts, and what `set -x` puts there.
const PROMPTS: [&str; 6] = ["$ ", "# ", "% ", "> ", "+ ", "❯ "];
/// What a command starts with, for which the error is.
const COMMAND: &str = "aws sts assume-role ";

/// The only command of a paste that assumes a role, if it is for the role of its last error. Of two nobody knows which one the
/// error is of.
pub(super) fn command(text: &str) -> Option<RequestText> {
    let denied = message::read(text).pop()?.resource?;
    let mut lines = text.lines();
    let mut found = None;
    while let Some(line) = lines.next() {
        let Some(start) = typed(line) else { continue };
        if found.is_some() {
            return None;
        }
        let mut command = start.to_owned();
        while command.ends_with('\\') {
            command.push('\n');
            command.push_str(lines.next()?);
        }
        command.push('\n');
        found = Some(command);
    }
    let request = read_request("command", Some("cli"), &found?);
    let is_of_error = |request: &RequestText| match request.calls.as_slice() {
        [call] => call.known(Name::RoleArn) == denied.known(),
        _ => false,
    };
    Some(request).filter(|request| denied.known().is_some() && is_of_error(request))
}

/// The command in a line, without its prompt.
fn typed(line: &str) -> Option<&str> {
    let line = line.trim_end();
    let behind = PROMPTS.iter().filter_map(|prompt| line.split_once(prompt)).map(|(_, command)| command.trim_start());
    std::iter::once(line.trim_start()).chain(behind).find(|command| command.starts_with(COMMAND))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ERROR: &str = "An error occurred (AccessDenied) when calling the AssumeRole operation: User: arn:aws:iam::999988887777:user/ann is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::111122223333:role/VendorAccess\n";
    const CALL: &str =
        "aws sts assume-role --role-arn arn:aws:iam::111122223333:role/VendorAccess --role-session-name s";

    fn found(paste: &str) -> Option<String> {
        command(paste).map(|request| request.text.trim_end().to_owned())
    }

    #[test]
    fn the_command_of_the_error_is_found_behind_any_prompt() {
        for prompt in ["", "$ ", "ann@laptop:~/work$ ", "[root@ip-10-0-0-1 ~]# ", "+ "] {
            assert_eq!(found(&format!("{prompt}{CALL}\n\n{ERROR}")).as_deref(), Some(CALL), "{prompt}");
        }
        let lines = format!("$ {}\n{ERROR}", CALL.replace(" --role-s", " \\\n    --role-s"));
        assert_eq!(found(&lines).unwrap().lines().count(), 2);
    }

    #[test]
    fn a_command_that_may_be_of_another_error_is_not_taken() {
        for paste in [
            format!("$ {CALL}\n$ {CALL} --external-id a\n{ERROR}"),
            format!("$ {}\n{ERROR}", CALL.replace("VendorAccess", "Other")),
            format!("$ {}\n{ERROR}", CALL.replace("arn:aws:iam::111122223333:role/VendorAccess", "\"$ROLE\"")),
            format!("run {CALL} as root\n{ERROR}"),
            format!("$ {CALL}\n{}", ERROR.replace("111122223333", "***")),
            format!("$ {CALL}\n"),
        ] {
            assert_eq!(found(&paste), None, "{paste}");
        }
    }
}
