//! A source file is one idea, and one idea fits into about 500 lines.

use anyhow::Result;

use super::Problem;
use crate::repo::Repo;

const MOST_LINES: usize = 600;

pub(super) fn check(repo: &Repo) -> Result<Vec<Problem>> {
    let mut problems = Vec::new();
    for file in repo.files.iter().filter(|file| file.ends_with(".rs")) {
        let text = repo.text(file)?.unwrap_or_default();
        problems.extend(too_long(file, &text));
    }
    Ok(problems)
}

fn too_long(file: &str, text: &str) -> Option<Problem> {
    let lines = text.lines().count();
    (lines > MOST_LINES).then(|| {
        Problem::new(
            file,
            lines,
            format!("the file has {lines} lines, more than {MOST_LINES}"),
            "split it where one idea ends and the next begins",
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_limit_is_allowed_and_one_more_is_not() {
        assert!(too_long("a.rs", &"x\n".repeat(MOST_LINES)).is_none());
        assert!(too_long("a.rs", &"x\n".repeat(MOST_LINES + 1)).is_some());
    }
}
