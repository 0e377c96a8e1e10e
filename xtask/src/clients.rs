//! Real clients against the endpoint: the AWS SDKs and the aws CLI, with the tests in `integrations/`.
//!
//! What they need beyond cargo is installed under `target/clients`, once for each state of the files that name it. Where packages
//! come from is the configuration of pip and npm on this machine.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;

use crate::browser;
use crate::repo::{cargo, root};

const PYTHON_PACKAGES: &str = "integrations/requirements.txt";
const PYTEST_PLUGIN: &str = "integrations/pytest";
const JEST_HELPER: &str = "integrations/jest";

/// The programs that setup installed, and the endpoint they are to be run against.
pub(crate) struct Clients {
    python: PathBuf,
    node_modules: PathBuf,
    folder: PathBuf,
}

/// How many tests passed and how many did not.
pub(crate) type Counts = (u64, u64);

impl Clients {
    /// Installs what is not there yet, and says so.
    pub(crate) fn install() -> Result<Clients> {
        let folder = target()?.join("clients");
        let clients = Clients { python: folder.join("python"), node_modules: folder.join("node/node_modules"), folder };
        clients.install_python()?;
        clients.install_node()?;
        browser::install();
        Ok(clients)
    }

    fn install_python(&self) -> Result<()> {
        let root = root()?;
        let plugin = root.join(PYTEST_PLUGIN);
        // The plugin is installed as a link to its folder.
        let wanted = [
            fs::read_to_string(root.join(PYTHON_PACKAGES))?,
            fs::read_to_string(plugin.join("pyproject.toml"))?,
            plugin.display().to_string(),
        ]
        .concat();
        let stamp = self.python.join("installed");
        if is_there(&stamp, &wanted, "Python packages") {
            return Ok(());
        }
        say(&format!("setup: installing {PYTHON_PACKAGES} into {}", self.python.display()));
        let folder = self.python.as_os_str();
        let help = "install Python 3.10 or newer, with its module venv";
        run(Command::new("python3").args(["-m", "venv", "--clear"]).arg(folder), help)?;
        let pip = |arguments: &[&str]| {
            let mut command = Command::new(self.program("python"));
            command.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check"]).args(arguments);
            command.current_dir(&root);
            run(&mut command, "see what pip says; it needs a package index, as its configuration names one")
        };
        pip(&["--requirement", PYTHON_PACKAGES])?;
        pip(&["--no-deps", "--no-build-isolation", "--editable", PYTEST_PLUGIN])?;
        fs::write(stamp, wanted)?;
        Ok(())
    }

    fn install_node(&self) -> Result<()> {
        let wanted = fs::read_to_string(root()?.join(JEST_HELPER).join("package.json"))?;
        let folder = self.folder.join("node");
        let stamp = folder.join("installed");
        if is_there(&stamp, &wanted, "Node packages") {
            return Ok(());
        }
        say(&format!("setup: installing the packages of {JEST_HELPER} into {}", folder.display()));
        fs::create_dir_all(&folder)?;
        fs::write(folder.join("package.json"), &wanted)?;
        let quiet = ["--no-audit", "--no-fund", "--no-package-lock", "--ignore-scripts", "--loglevel=error"];
        let mut command = Command::new("npm");
        command.arg("install").args(quiet).current_dir(&folder);
        run(
            &mut command,
            "install Node 20 or newer with npm; it needs a package registry, as its configuration names one",
        )?;
        fs::write(stamp, wanted)?;
        Ok(())
    }

    /// Runs the tests with boto3 and the aws CLI.
    pub(crate) fn pytest(&self, endpoint: &Path) -> Result<Counts> {
        let mut command = Command::new(self.program("python"));
        command.args(["-m", "pytest", "--quiet", "--color=no"]).current_dir(root()?.join(PYTEST_PLUGIN));
        // Calls in TypeScript are checked with its own compiler.
        command.env("COUNTERSIGN", endpoint).env("NODE_PATH", &self.node_modules);
        command.env("PYTHONDONTWRITEBYTECODE", "1").stdout(Stdio::piped());
        let output = command.stderr(Stdio::inherit()).output().context("run pytest")?;
        io::stdout().write_all(&output.stdout)?;
        let counts = pytest_counts(&String::from_utf8_lossy(&output.stdout));
        Ok(counted(counts, output.status.success()))
    }

    /// Runs the tests with the SDK for JavaScript.
    pub(crate) fn jest(&self, endpoint: &Path) -> Result<Counts> {
        let report = self.folder.join("jest.json");
        let mut command = Command::new("node");
        command.arg(self.node_modules.join("jest/bin/jest.js")).arg("--outputFile").arg(&report);
        // A test that failed may have left a program running, which would hold Jest; a busy machine is no failure.
        command.args(["--ci", "--json", "--forceExit", "--testTimeout", "120000"]);
        command
            .env("COUNTERSIGN", endpoint)
            .env("NODE_PATH", &self.node_modules)
            .env("NODE_NO_WARNINGS", "1")
            .stdout(Stdio::null());
        let status = command.current_dir(root()?.join(JEST_HELPER)).status().context("run node")?;
        let counts = fs::read_to_string(&report).ok().and_then(|report| jest_counts(&report));
        let _ = fs::remove_file(&report);
        Ok(counted(counts, status.success()))
    }

    fn program(&self, name: &str) -> PathBuf {
        let folder = if cfg!(windows) { "Scripts" } else { "bin" };
        self.python.join(folder).join(name)
    }
}

/// Builds the program and says where it is.
pub(crate) fn endpoint() -> Result<PathBuf> {
    let arguments = ["build", "--package", "countersign", "--message-format", "json-render-diagnostics"];
    let output = Command::new(cargo())
        .args(arguments)
        .current_dir(root()?)
        .stderr(Stdio::inherit())
        .output()
        .context("run cargo")?;
    ensure!(output.status.success(), "the program does not build");
    let messages = String::from_utf8_lossy(&output.stdout);
    let program = messages
        .lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok())
        .find_map(|message| message.get("executable")?.as_str().map(PathBuf::from));
    program.context("cargo names no program")
}

/// Where cargo builds.
fn target() -> Result<PathBuf> {
    let root = root()?;
    Ok(std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), |folder| root.join(folder)))
}

fn is_there(stamp: &Path, wanted: &str, what: &str) -> bool {
    let there = fs::read_to_string(stamp).is_ok_and(|installed| installed == wanted);
    if there {
        say(&format!("setup: {what} are there"));
    }
    there
}

fn run(command: &mut Command, help: &str) -> Result<()> {
    let name = command.get_program().to_string_lossy().into_owned();
    match command.stdout(Stdio::null()).status() {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => bail!("`{name}` failed: {status}\n help: {help}"),
        Err(error) => bail!("cannot run `{name}`: {error}\n help: {help}"),
    }
}

fn say(text: &str) {
    eprintln!("{text}");
}

/// A run that says nothing, or ends badly without naming a failure, is one failure.
fn counted(counts: Option<Counts>, success: bool) -> Counts {
    match counts {
        Some((passed, 0)) if !success || passed == 0 => (passed, 1),
        Some(counts) => counts,
        None => (0, 1),
    }
}

/// Passed and failed, from pytest's last line: `1 failed, 3 passed, 1 error in 0.12s`. A skipped test is none that passed.
fn pytest_counts(output: &str) -> Option<Counts> {
    let (summary, _) = output.lines().rev().find_map(|line| line.rsplit_once(" in "))?;
    let mut counts = (0, 0);
    for part in summary.split(", ") {
        let (count, outcome) = part.split_once(' ')?;
        let count: u64 = count.parse().ok()?;
        match outcome {
            "passed" => counts.0 += count,
            "failed" | "error" | "errors" | "skipped" => counts.1 += count,
            _ => {}
        }
    }
    Some(counts)
}

/// Passed and failed, from Jest's report. A file that does not load is a failure.
fn jest_counts(report: &str) -> Option<Counts> {
    let report: Value = serde_json::from_str(report).ok()?;
    let count = |name: &str| report.get(name)?.as_u64();
    let failed = [count("numFailedTests")?, count("numPendingTests")?, count("numRuntimeErrorTestSuites")?];
    Some((count("numPassedTests")?, failed.iter().sum()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_of_pytest_are_counted() {
        assert_eq!(pytest_counts("....\n4 passed in 0.10s\n"), Some((4, 0)));
        let red = "FAILED a\n2 failed, 3 passed, 1 skipped, 4 warnings, 1 error in 62.10s (0:01:02)\n";
        assert_eq!(pytest_counts(red), Some((3, 4)));
        assert_eq!(pytest_counts("no tests ran in 0.00s\n"), None);
        assert_eq!(pytest_counts("ImportError\n"), None);
    }

    #[test]
    fn results_of_jest_are_counted() {
        let report = r#"{"numPassedTests":3,"numFailedTests":1,"numPendingTests":0,"numRuntimeErrorTestSuites":1}"#;
        assert_eq!(jest_counts(report), Some((3, 2)));
        assert_eq!(jest_counts("{}"), None);
    }

    #[test]
    fn a_run_without_a_result_has_failed() {
        assert_eq!(counted(None, true), (0, 1));
        assert_eq!(counted(Some((0, 0)), true), (0, 1));
        assert_eq!(counted(Some((3, 0)), false), (3, 1));
        assert_eq!(counted(Some((3, 2)), false), (3, 2));
        assert_eq!(counted(Some((3, 0)), true), (3, 0));
    }
}
