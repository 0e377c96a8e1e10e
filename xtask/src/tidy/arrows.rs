//! Who may depend on whom, what a library must not depend on, and the names nothing may have.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use super::{Problem, line_where};
use crate::repo::{Repo, cargo};

/// Each crate and the crates of this workspace it may depend on.
const ARROWS: &[(&str, &[&str])] = &[
    ("countersign-policy", &[]),
    ("countersign-audit", &["countersign-policy"]),
    ("countersign-diagnose", &["countersign-policy"]),
    ("countersign-sts", &["countersign-policy"]),
    ("countersign-trail", &["countersign-policy"]),
    ("countersign-broker", &["countersign-policy"]),
    (
        "countersign",
        &["countersign-policy", "countersign-audit", "countersign-diagnose", "countersign-sts", "countersign-trail"],
    ),
    ("xtask", &[]),
];

/// Names that say nothing about what is inside.
const EMPTY_NAMES: &[&str] = &["common", "core", "utils", "types"];

/// Crates that do I/O, start threads, read a clock or make random numbers.
const IMPURE: &[&str] = &[
    "async-std",
    "dirs",
    "fastrand",
    "getrandom",
    "hyper",
    "ignore",
    "mio",
    "notify",
    "rand",
    "rand_core",
    "rayon",
    "reqwest",
    "smol",
    "socket2",
    "tempfile",
    "tokio",
    "ureq",
    "walkdir",
];

/// Crates for programs, whose errors and output a library must not choose.
const FOR_PROGRAMS: &[&str] = &["anstream", "anyhow", "clap"];

pub(super) fn check(repo: &Repo) -> Result<Vec<Problem>> {
    let mut problems = file_names(&repo.files);
    let output = Command::new(cargo())
        .args(["metadata", "--format-version", "1", "--no-deps", "--offline"])
        .current_dir(&repo.root)
        .output()
        .context("run cargo metadata")?;
    ensure!(output.status.success(), "cargo metadata: {}", String::from_utf8_lossy(&output.stderr).trim());
    let metadata: Value = serde_json::from_slice(&output.stdout)?;
    for package in packages(&metadata) {
        let manifest = Path::new(&package.manifest)
            .strip_prefix(&repo.root)
            .unwrap_or(Path::new(&package.manifest))
            .to_string_lossy()
            .replace('\\', "/");
        let text = repo.text(&manifest)?.unwrap_or_default();
        for (name, what, help) in package.faults() {
            let line = line_where(&text, |line| names_in_toml(line, &name));
            problems.push(Problem::new(&manifest, line, what, help));
        }
    }
    Ok(problems)
}

struct Package {
    name: String,
    manifest: String,
    dependencies: Vec<Dependency>,
}

struct Dependency {
    name: String,
    ships: bool,
    optional: bool,
}

/// The packages in the output of `cargo metadata`.
fn packages(metadata: &Value) -> Vec<Package> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
    list(metadata.get("packages").unwrap_or(&Value::Null))
        .iter()
        .map(|package| Package {
            name: text(&package["name"]),
            manifest: text(&package["manifest_path"]),
            dependencies: list(&package["dependencies"])
                .iter()
                .map(|dependency| Dependency {
                    name: text(&dependency["name"]),
                    ships: dependency["kind"].is_null(),
                    optional: dependency["optional"] == true,
                })
                .collect(),
        })
        .collect()
}

impl Package {
    /// What is wrong, as the word to look for in the manifest, the fault, and what to do.
    fn faults(&self) -> Vec<(String, String, String)> {
        let mut faults = Vec::new();
        let name = &self.name;
        let last_word = name.rsplit('-').next().unwrap_or_default();
        if EMPTY_NAMES.contains(&last_word) {
            faults.push((
                "name".to_owned(),
                format!("crate `{name}` is named after nothing"),
                "name it after the question it answers".to_owned(),
            ));
        }
        let Some((_, allowed)) = ARROWS.iter().find(|(known, _)| known == name) else {
            faults.push((
                "name".to_owned(),
                format!("crate `{name}` has no place in the architecture"),
                "draw its arrows in ARCHITECTURE.md and in xtask/src/tidy/arrows.rs".to_owned(),
            ));
            return faults;
        };
        for dependency in &self.dependencies {
            let other = &dependency.name;
            let ours = ARROWS.iter().any(|(known, _)| known == other);
            if ours && other != name && !allowed.contains(&other.as_str()) {
                faults.push((
                    other.clone(),
                    format!("`{name}` must not depend on `{other}`"),
                    "put what both need into countersign-policy, or let the command line hand it \
                     over"
                        .to_owned(),
                ));
            }
            // The STS endpoint's socket is a feature; everywhere else a feature is no excuse.
            let shell = dependency.optional && name == "countersign-sts";
            if !super::purity::is_pure(name) || !dependency.ships || shell {
                continue;
            }
            if IMPURE.contains(&other.as_str()) {
                faults.push((
                    other.clone(),
                    format!("`{name}` does no I/O, but depends on `{other}`"),
                    "do this in the crate `countersign` and pass the result in".to_owned(),
                ));
            }
            if FOR_PROGRAMS.contains(&other.as_str()) {
                faults.push((
                    other.clone(),
                    format!("`{name}` is a library, but depends on `{other}`"),
                    "use `thiserror` here; errors and output are worded by the crate \
                     `countersign`"
                        .to_owned(),
                ));
            }
        }
        faults
    }
}

fn names_in_toml(line: &str, name: &str) -> bool {
    line.trim_start().strip_prefix(name).is_some_and(|rest| rest.starts_with([' ', '.', '=']))
}

/// Source files and folders with a name from [`EMPTY_NAMES`].
fn file_names(files: &[String]) -> Vec<Problem> {
    files
        .iter()
        .filter_map(|file| {
            let (_, inside) = file.strip_prefix("crates/")?.split_once("/src/")?;
            let name = inside
                .split('/')
                .map(|part| part.strip_suffix(".rs").unwrap_or(part))
                .find(|part| EMPTY_NAMES.contains(part))?;
            Some(Problem::new(
                file,
                1,
                format!("module `{name}` is named after nothing"),
                "name it after what is inside, or move each part to where it is used",
            ))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn faults(name: &str, dependencies: &[(&str, Option<&str>, bool)]) -> Vec<String> {
        let dependencies: Vec<Value> = dependencies
            .iter()
            .map(|(name, kind, optional)| json!({"name": name, "kind": kind, "optional": optional}))
            .collect();
        let metadata = json!({"packages": [
            {"name": name, "manifest_path": "Cargo.toml", "dependencies": dependencies}
        ]});
        let package = packages(&metadata).remove(0);
        package.faults().into_iter().map(|(_, what, _)| what).collect()
    }

    #[test]
    fn arrows_that_point_down_are_fine() {
        assert!(faults("countersign-audit", &[("countersign-policy", None, false)]).is_empty());
        let all = [("countersign-policy", None, false), ("countersign-audit", None, false), ("rayon", None, false)];
        assert!(faults("countersign", &all).is_empty());
    }

    #[test]
    fn siblings_and_upward_arrows_are_refused_even_in_tests() {
        let up = faults("countersign-policy", &[("countersign-audit", None, false)]);
        assert_eq!(up, ["`countersign-policy` must not depend on `countersign-audit`"]);
        let sibling = [("countersign-sts", Some("dev"), false)];
        assert_eq!(faults("countersign-audit", &sibling).len(), 1);
    }

    #[test]
    fn a_pure_crate_may_be_impure_in_its_tests_only() {
        assert_eq!(faults("countersign-policy", &[("rand", None, false)]).len(), 1);
        assert_eq!(faults("countersign-policy", &[("rand", None, true)]).len(), 1);
        assert_eq!(faults("countersign-audit", &[("anyhow", None, false)]).len(), 1);
        assert!(faults("countersign-policy", &[("rand", Some("dev"), false)]).is_empty());
    }

    #[test]
    fn the_endpoint_may_have_its_socket_behind_a_feature() {
        assert!(faults("countersign-sts", &[("tokio", None, true)]).is_empty());
        assert_eq!(faults("countersign-sts", &[("tokio", None, false)]).len(), 1);
    }

    #[test]
    fn crates_have_a_place_and_a_name() {
        assert_eq!(faults("countersign-graph", &[]).len(), 1);
        assert_eq!(faults("countersign-core", &[]).len(), 2);
        let files = ["crates/countersign/src/utils.rs", "crates/countersign/src/coreutils.rs"];
        assert_eq!(file_names(&files.map(str::to_owned)).len(), 1);
    }

    #[test]
    fn a_dependency_is_found_in_each_way_to_write_it() {
        for line in ["rand = \"1\"", "rand.workspace = true", "rand={}"] {
            assert!(names_in_toml(line, "rand"), "{line}");
        }
        assert!(!names_in_toml("rand_core = \"1\"", "rand"));
    }
}
