//! What the tests of calls share: the styles with the names of their files, and files kept as they come out.

use std::path::{Path, PathBuf};

use countersign_diagnose::call::Style;

/// Every style, by the name of its files.
pub(crate) const STYLES: &[(&str, Style)] = &[
    ("csharp", Style::CSharp),
    ("go", Style::Go),
    ("hcl", Style::Hcl),
    ("java", Style::Java),
    ("javascript", Style::JavaScript),
    ("json", Style::Json),
    ("php", Style::Php),
    ("profile", Style::Profile),
    ("properties", Style::Properties),
    ("python", Style::Python),
    ("ruby", Style::Ruby),
    ("rust", Style::Rust),
    ("shell", Style::Shell),
    ("typescript", Style::TypeScript),
    ("yaml", Style::Yaml),
];

/// The file of a style in a folder of `tests`.
#[allow(dead_code, reason = "the matrix finds its files itself")]
pub(crate) fn file(folder: &str, style: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests").join(folder).join(format!("{style}.txt"))
}

/// Compares what came out with what the file holds, or writes it there where `BLESS` is set.
pub(crate) fn keep(path: &Path, found: &str, wrong: &mut Vec<String>) {
    if std::env::var_os("BLESS").is_some() {
        return std::fs::write(path, found).expect("a file of this repository");
    }
    let text = std::fs::read_to_string(path).expect("a file of this repository");
    if found != text {
        let line = found.lines().zip(text.lines()).position(|(found, text)| found != text).unwrap_or(0);
        let of = |text: &str| text.lines().skip(line.saturating_sub(3)).take(8).collect::<Vec<_>>().join("\n");
        let name = path.file_name().unwrap_or_default().display();
        wrong.push(format!("{name}:{}:\nfound:\n{}\nexpected:\n{}", line + 1, of(found), of(&text)));
    }
}
