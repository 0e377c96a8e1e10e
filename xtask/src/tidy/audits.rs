//! An audit is a source file, a page of the same name, and one line in the list.

use std::collections::BTreeSet;

use anyhow::Result;

use super::{Problem, line_where};
use crate::repo::Repo;
use crate::rust_source::code_only;

const FOLDER: &str = "crates/countersign-audit/src/audit/";
const LIST: &str = "crates/countersign-audit/src/audit/mod.rs";

pub(super) fn check(repo: &Repo) -> Result<Vec<Problem>> {
    if !repo.has(LIST) {
        return Ok(Vec::new());
    }
    let code = code_only(&repo.text(LIST)?.unwrap_or_default());
    let Some(audits) = listed(&code) else {
        return Ok(vec![Problem::new(
            LIST,
            1,
            "there is no list `AUDITS`",
            "write `AUDITS: &[&Audit] = &[&my_audit::AUDIT, …];`",
        )]);
    };
    let mut problems = Vec::new();
    for audit in &audits {
        let line = line_where(&code, |line| line.contains(&format!("{audit}::AUDIT")));
        for file in [format!("{FOLDER}{audit}.rs"), format!("{FOLDER}{audit}.md")] {
            if !repo.has(&file) {
                problems.push(Problem::new(
                    LIST,
                    line,
                    format!("audit `{audit}` has no file `{file}`"),
                    "an audit is my_audit.rs and my_audit.md; the page is also its test",
                ));
            }
        }
    }
    for page in repo.files_under(FOLDER) {
        let Some(stem) = page_stem(page) else {
            continue;
        };
        if !audits.contains(stem) {
            problems.push(Problem::new(
                page,
                1,
                "this page belongs to no listed audit",
                format!("add `&{stem}::AUDIT,` to `AUDITS` in {LIST}, or delete the page"),
            ));
        }
        let text = repo.text(page)?.unwrap_or_default();
        problems.extend(title(page, stem, &text));
    }
    Ok(problems)
}

/// The modules in `AUDITS: … = &[&my_audit::AUDIT, …];`, or `None` where there is no such list.
fn listed(code: &str) -> Option<BTreeSet<&str>> {
    let (_, declaration) = code.split_once("static AUDITS").or_else(|| code.split_once("const AUDITS"))?;
    let (_, value) = declaration.split_once('=')?;
    let (list, _) = value.split_once(';')?;
    let audits =
        list.split([',', '[', ']']).filter_map(|entry| entry.trim().strip_prefix('&')?.strip_suffix("::AUDIT"));
    Some(audits.collect())
}

fn page_stem(file: &str) -> Option<&str> {
    let stem = file.strip_prefix(FOLDER)?.strip_suffix(".md")?;
    (!stem.contains('/')).then_some(stem)
}

fn title(page: &str, stem: &str, text: &str) -> Option<Problem> {
    let expected = format!("# {}", stem.replace('_', "-"));
    let first = text.lines().next().unwrap_or_default();
    (first != expected).then(|| {
        Problem::new(page, 1, format!("the first line is `{first}`, not the audit's id"), format!("write `{expected}`"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_read_whole_and_nothing_beside_it() {
        let code = "mod a;\npub static AUDITS: &[&Audit] = &[\n    &a::AUDIT,\n    &b_c::AUDIT,\n];\n\
                    static OTHER: &[&Audit] = &[&d::AUDIT];\n";
        assert_eq!(listed(code), Some(BTreeSet::from(["a", "b_c"])));
        let sized = "const AUDITS: [&Audit; 1] = [&a::AUDIT];";
        assert_eq!(listed(sized), Some(BTreeSet::from(["a"])));
    }

    #[test]
    fn a_file_without_a_list_has_none() {
        assert_eq!(listed("mod a;\n"), None);
    }

    #[test]
    fn the_title_is_the_id() {
        assert_eq!(title("p.md", "any_principal", "# any-principal\n\ntext"), None);
        assert!(title("p.md", "any_principal", "# Any principal\n").is_some());
        assert!(title("p.md", "any_principal", "").is_some());
    }

    #[test]
    fn pages_are_the_markdown_files_of_the_folder() {
        assert_eq!(page_stem(&format!("{FOLDER}my_audit.md")), Some("my_audit"));
        assert_eq!(page_stem(&format!("{FOLDER}my_audit.rs")), None);
        assert_eq!(page_stem(&format!("{FOLDER}notes/a.md")), None);
    }
}
