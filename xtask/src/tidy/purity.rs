//! Libraries do no I/O, start no thread and read neither clock nor randomness: bytes, the time and
//! ids come in as arguments.
//!
//! This looks for words in code, without resolving names: `use std as s` would slip through.

use anyhow::Result;

use super::Problem;
use crate::repo::Repo;
use crate::rust_source::{code_only, has_word, std_groups, test_modules, without_tests};

const PURE: &[&str] = &["countersign-policy", "countersign-audit", "countersign-diagnose", "countersign-sts"];

/// The one place in a pure crate that may open a socket.
const SHELL: &str = "crates/countersign-sts/src/server";

const PASS_IT_IN: &str = "take it as an argument; the crate `countersign` does the I/O and reads the clock";
const RETURN_IT: &str = "return it as a value; the crate `countersign` prints";

/// A word and what to do instead.
const FORBIDDEN: &[(&str, &str)] = &[
    ("std::env", PASS_IT_IN),
    ("std::fs", PASS_IT_IN),
    ("std::net", "use the address types of `core::net`; the crate `countersign` opens sockets"),
    ("std::process", PASS_IT_IN),
    ("std::thread", "stay on one thread; the crate `countersign` runs files in parallel"),
    ("SystemTime", PASS_IT_IN),
    ("Instant::now", PASS_IT_IN),
    ("Timestamp::now", PASS_IT_IN),
    ("Zoned::now", PASS_IT_IN),
    ("fastrand", PASS_IT_IN),
    ("getrandom", PASS_IT_IN),
    ("rand::", PASS_IT_IN),
    ("io::stdin", PASS_IT_IN),
    ("io::stdout", RETURN_IT),
    ("io::stderr", RETURN_IT),
    ("print!", RETURN_IT),
    ("println!", RETURN_IT),
    ("eprint!", RETURN_IT),
    ("eprintln!", RETURN_IT),
];

pub(super) fn is_pure(package: &str) -> bool {
    PURE.contains(&package)
}

pub(super) fn check(repo: &Repo) -> Result<Vec<Problem>> {
    let mut sources = Vec::new();
    let mut tests = Vec::new();
    for package in PURE {
        let folder = format!("crates/{package}/src/");
        for file in repo.files_under(&folder) {
            if !file.ends_with(".rs") || file.starts_with(SHELL) {
                continue;
            }
            let code = code_only(&repo.text(file)?.unwrap_or_default());
            let home = module_folder(file);
            tests.extend(test_modules(&code).iter().map(|name| format!("{home}/{name}")));
            sources.push((file.to_owned(), code));
        }
    }
    let is_test = |file: &str| {
        tests
            .iter()
            .any(|module| file.strip_prefix(module.as_str()).is_some_and(|rest| rest == ".rs" || rest.starts_with('/')))
    };
    Ok(sources
        .iter()
        .filter(|(file, _)| !is_test(file))
        .flat_map(|(file, code)| scan(file, &without_tests(code)))
        .collect())
}

/// The folder in which the modules lie that a source file declares.
fn module_folder(file: &str) -> &str {
    let stem = file.strip_suffix(".rs").unwrap_or(file);
    match stem.rsplit_once('/') {
        Some((folder, "mod" | "lib" | "main")) => folder,
        _ => stem,
    }
}

fn scan(file: &str, code: &str) -> Vec<Problem> {
    let words = code.lines().enumerate().flat_map(|(at, line)| {
        FORBIDDEN.iter().filter(move |(word, _)| has_word(line, word)).map(move |(word, help)| (at + 1, *word, *help))
    });
    let groups = std_groups(code).into_iter().flat_map(|(line, name)| {
        FORBIDDEN
            .iter()
            .filter(move |(word, _)| word.strip_prefix("std::") == Some(name))
            .map(move |(word, help)| (line, *word, *help))
    });
    words
        .chain(groups)
        .map(|(line, word, help)| Problem::new(file, line, format!("`{word}` in a library without I/O"), help))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(source: &str) -> Vec<usize> {
        scan("a.rs", &without_tests(&code_only(source))).iter().map(|problem| problem.line).collect()
    }

    #[test]
    fn every_forbidden_word_is_found() {
        for (word, _) in FORBIDDEN {
            assert!(!lines(&format!("fn f() {{\n    {word}();\n}}\n")).is_empty(), "{word}");
        }
    }

    #[test]
    fn grouped_imports_are_found() {
        assert_eq!(lines("use std::{\n    fmt,\n    fs::File,\n};\n"), [3]);
    }

    #[test]
    fn prose_tests_and_pure_code_are_left_alone() {
        let source = "//! Not `std::fs`.\nuse core::net::IpAddr;\nuse std::fmt;\n\
                      const HELP: &str = \"std::fs println!\";\n\
                      /// `SystemTime` would be wrong.\nfn operand::new() {}\n\
                      #[cfg(test)]\nmod tests {\n    use std::fs;\n}\n";
        assert!(lines(source).is_empty(), "{:?}", lines(source));
    }

    #[test]
    fn modules_lie_beside_mod_and_under_others() {
        assert_eq!(module_folder("crates/a/src/lib.rs"), "crates/a/src");
        assert_eq!(module_folder("crates/a/src/x/mod.rs"), "crates/a/src/x");
        assert_eq!(module_folder("crates/a/src/x.rs"), "crates/a/src/x");
    }
}
