//! The browser that the operator's page is tested in.

use std::process::{Command, Stdio};

/// As `integrations/jest/tests/browser.js` looks for it.
const NAMES: [&str; 5] = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"];

/// Installs Chromium where there is no browser and a package manager may be asked, and says so. Where that does not do,
/// the tests of the page fail and say what to install.
pub(crate) fn install() {
    if std::env::var_os("COUNTERSIGN_BROWSER").is_some() || NAMES.into_iter().any(is_there) {
        return;
    }
    if !is_there("apt-get") {
        eprintln!("setup: there is no Chromium, and no apt-get to install it with");
        return;
    }
    eprintln!("setup: installing chromium with apt-get");
    for arguments in [&["update"][..], &["install", "--yes", "--no-install-recommends", "chromium"]] {
        let mut apt = Command::new("apt-get");
        apt.args(arguments).env("DEBIAN_FRONTEND", "noninteractive").stdout(Stdio::null());
        if !apt.status().is_ok_and(|status| status.success()) {
            eprintln!("setup: `apt-get {}` failed", arguments.join(" "));
        }
    }
}

fn is_there(program: &str) -> bool {
    let mut command = Command::new(program);
    command.arg("--version").stdout(Stdio::null()).stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}
