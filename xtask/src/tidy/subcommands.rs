//! The README and `countersign --help` name the same subcommands.

use std::collections::BTreeSet;
use std::process::Command;

use anyhow::{Context, Result};

use super::{Problem, line_where};
use crate::repo::{Repo, cargo};

const MANIFEST: &str = "crates/countersign/Cargo.toml";
const README: &str = "README.md";
const ROW: &str = "| `countersign ";

pub(super) fn check(repo: &Repo) -> Result<Vec<Problem>> {
    if !repo.has(MANIFEST) {
        return Ok(Vec::new());
    }
    if !repo.has(README) {
        let help = "write one with a table whose rows start with | `countersign NAME";
        return Ok(vec![Problem::new(README, 1, "there is no README", help)]);
    }
    let output = Command::new(cargo())
        .args(["run", "-q", "-p", "countersign", "--", "--help"])
        .current_dir(&repo.root)
        .output()
        .context("run countersign --help")?;
    if !output.status.success() {
        return Ok(vec![Problem::new(
            MANIFEST,
            1,
            "`cargo run -q -p countersign -- --help` failed",
            "run it to see why",
        )]);
    }
    let help = String::from_utf8_lossy(&output.stdout);
    let readme = repo.text(README)?.unwrap_or_default();
    Ok(differences(&in_help(&help), &readme))
}

fn differences(offered: &BTreeSet<&str>, readme: &str) -> Vec<Problem> {
    let named = in_readme(readme);
    let table = line_where(readme, |line| line.starts_with(ROW));
    let missing = offered.difference(&named).map(|name| {
        Problem::new(
            README,
            table,
            format!("subcommand `{name}` is not in the table"),
            format!("add a row that starts with {ROW}{name}"),
        )
    });
    let invented = named.difference(offered).map(|name| {
        let line = line_where(readme, |line| row_name(line) == Some(name));
        Problem::new(
            README,
            line,
            format!("`countersign --help` knows no subcommand `{name}`"),
            "delete the row, or add the subcommand",
        )
    });
    missing.chain(invented).collect()
}

/// The names in the `Commands:` block of clap's help, without `help` itself.
fn in_help(help: &str) -> BTreeSet<&str> {
    help.lines()
        .skip_while(|line| *line != "Commands:")
        .skip(1)
        .take_while(|line| line.is_empty() || line.starts_with(' '))
        .filter_map(|line| {
            let entry = line.strip_prefix("  ").filter(|e| !e.starts_with(' '))?;
            entry.split_whitespace().next()
        })
        .filter(|name| *name != "help")
        .collect()
}

/// The names in the README's rows.
fn in_readme(readme: &str) -> BTreeSet<&str> {
    readme.lines().filter_map(row_name).collect()
}

fn row_name(line: &str) -> Option<&str> {
    let rest = line.strip_prefix(ROW)?;
    rest.split([' ', '`']).next().filter(|name| !name.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    const HELP: &str = "Exact answers\n\nUsage: countersign <COMMAND>\n\nCommands:\n  \
        audit     Find what is wrong\n            in every role\n  who       Who gets in\n  \
        help      Print this\n\nOptions:\n  -h, --help  Print help\n";

    #[test]
    fn help_names_its_subcommands() {
        assert_eq!(in_help(HELP), BTreeSet::from(["audit", "who"]));
        assert!(in_help("Usage: countersign\n").is_empty());
    }

    #[test]
    fn the_readme_names_them_in_rows() {
        let readme = "Run `countersign nothing`.\n\n| command | use |\n| --- | --- |\n\
                      | `countersign audit PATH…` | x |\n| `countersign who` | y |\n";
        assert_eq!(in_readme(readme), BTreeSet::from(["audit", "who"]));
        assert!(differences(&in_help(HELP), readme).is_empty());
    }

    #[test]
    fn both_directions_are_reported() {
        let readme = "# countersign\n| `countersign audit` |\n| `countersign fly` |\n";
        let problems = differences(&in_help(HELP), readme);
        let found: Vec<_> = problems.iter().map(|p| (p.line, p.what.as_str())).collect();
        assert_eq!(
            found,
            [(2, "subcommand `who` is not in the table"), (3, "`countersign --help` knows no subcommand `fly`"),]
        );
    }
}
