//! Nothing in the repository names a developer's machine or a package registry's host.

use anyhow::Result;

use super::Problem;
use crate::repo::Repo;

/// Folders of somebody's machine. Written in two parts, so that this file names none.
const MACHINE_FOLDERS: &[&str] =
    &[concat!("/", "home/"), concat!("/", "root/"), concat!("/", "work/"), concat!("/", "Users/")];

const REGISTRY_HOSTS: &[&str] = &[
    concat!("crates", ".io"),
    concat!("pypi", ".org"),
    concat!("pythonhosted", ".org"),
    concat!("registry.npmjs", ".org"),
    concat!("proxy.golang", ".org"),
    concat!("rubygems", ".org"),
    concat!("repo.maven.apache", ".org"),
];

/// How every lock file names the default registry.
const LOCK_FILE_SOURCE: &str = concat!("registry+https://github.com/rust-lang/", "crates", ".io-index");

pub(super) fn check(repo: &Repo) -> Result<Vec<Problem>> {
    let mut problems = Vec::new();
    for file in &repo.files {
        let Some(text) = repo.text(file)? else {
            continue;
        };
        for (at, line) in text.lines().enumerate() {
            problems.extend(scan(file, at + 1, line));
        }
    }
    Ok(problems)
}

fn scan(file: &str, number: usize, line: &str) -> Option<Problem> {
    if let Some(folder) = MACHINE_FOLDERS.iter().find(|f| is_absolute(line, f)) {
        return Some(Problem::new(
            file,
            number,
            format!("a path of one machine, under `{folder}`"),
            "write the path from the root of the repository, or make it an argument",
        ));
    }
    if file.ends_with("Cargo.lock") && line.contains(LOCK_FILE_SOURCE) {
        return None;
    }
    let host = REGISTRY_HOSTS.iter().find(|host| line.contains(**host))?;
    Some(Problem::new(
        file,
        number,
        format!("the host of a package registry, `{host}`"),
        "name the package alone: where packages come from is the machine's configuration",
    ))
}

/// Whether the folder stands at the start of a path, not inside one such as `docs/work/`.
fn is_absolute(line: &str, folder: &str) -> bool {
    line.match_indices(folder).any(|(at, _)| {
        let before = line.get(..at).and_then(|text| text.chars().next_back());
        !before.is_some_and(|c| c.is_alphanumeric() || "._-*}~>)".contains(c))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn machine_paths_are_found() {
        for folder in MACHINE_FOLDERS {
            for line in [format!("{folder}x"), format!("cd {folder}x"), format!("\"file://{folder}x\"")] {
                assert!(scan("a", 1, &line).is_some(), "{line}");
            }
        }
    }

    #[test]
    fn paths_inside_a_path_are_not_machine_paths() {
        for folder in MACHINE_FOLDERS {
            let url = format!("https://docs.example{folder}x and ../a{folder}x");
            assert!(scan("a", 1, &url).is_none(), "{url}");
        }
    }

    #[test]
    fn registries_are_found() {
        for host in REGISTRY_HOSTS {
            let line = format!("see https://index.{host}/x");
            assert!(scan("a", 1, &line).is_some(), "{line}");
        }
        assert!(scan("a", 1, "see https://docs.aws.amazon.com/").is_none());
    }

    #[test]
    fn only_a_lock_file_may_name_the_default_registry() {
        let line = format!("source = \"{LOCK_FILE_SOURCE}\"");
        assert!(scan("Cargo.lock", 1, &line).is_none());
        assert!(scan("notes.md", 1, &line).is_some());
    }
}
