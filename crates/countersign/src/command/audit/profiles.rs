//! The profiles of the AWS CLI that `--profiles` names.

use std::path::PathBuf;

use countersign_audit::caller::{self, ExaminedCaller};
use countersign_audit::examine::Options;
use countersign_audit::input::aws_profile;
use countersign_audit::source::{InputProblem, ProblemSeverity, SourceFile};

use crate::read;

const MAX_BYTES: u64 = 16 << 20;

/// The profiles that assume a role. All files make up one set of profiles, as they do for the CLI.
pub(super) fn read(paths: &[PathBuf], options: &Options, problems: &mut Vec<InputProblem>) -> Vec<ExaminedCaller> {
    let mut files = Vec::new();
    for path in paths {
        match read::read(path, MAX_BYTES) {
            Ok(input) => files.push(SourceFile::new(&input.name, input.text)),
            Err(diagnostic) => {
                let help = diagnostic.help.as_deref().unwrap_or("its profiles were not audited");
                let error = ProblemSeverity::Error;
                problems.push(InputProblem::of_file(&read::name(path), error, &diagnostic.message, help));
            }
        }
    }
    let profiles = aws_profile::read(&files);
    problems.extend(profiles.problems);
    profiles.callers.into_iter().map(|caller| caller::examine(caller, options)).collect()
}
