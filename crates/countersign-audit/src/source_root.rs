//! The folder that paths are told from, so that a file has one name wherever the audit is started.

/// The root of the repository, and where in it the paths that were typed start.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SourceRoot {
    root: Vec<String>,
    working: Vec<String>,
}

impl SourceRoot {
    /// The root and the working folder, both absolute.
    #[must_use]
    pub fn new(root: &str, working: &str) -> Self {
        Self { root: parts(Vec::new(), root), working: parts(Vec::new(), working) }
    }

    /// The path from the root, with forward slashes; a path outside of it stays absolute. `<stdin>` is no path.
    #[must_use]
    pub fn relative(&self, path: &str) -> String {
        if path == "<stdin>" {
            return path.to_owned();
        }
        let start = if is_absolute(path) { Vec::new() } else { self.working.clone() };
        let parts = parts(start, path);
        match parts.strip_prefix(self.root.as_slice()) {
            Some(inside) if !is_absolute(path) || !self.root.is_empty() => inside.join("/"),
            _ => format!("/{}", parts.join("/")),
        }
    }
}

/// `/a`, `\a` and `C:\a`.
fn is_absolute(path: &str) -> bool {
    path.starts_with(['/', '\\']) || matches!(path.as_bytes(), [drive, b':', ..] if drive.is_ascii_alphabetic())
}

/// The folders of a path with `.` and `..` resolved as far as they can be.
fn parts(mut parts: Vec<String>, path: &str) -> Vec<String> {
    let separators: &[char] = if path.contains('/') && !path.contains(":\\") { &['/'] } else { &['/', '\\'] };
    for part in path.split(separators) {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| last != "..") => {
                parts.pop();
            }
            part => parts.push(part.to_owned()),
        }
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::SourceRoot;

    #[test]
    fn a_file_has_one_name() {
        let root = SourceRoot::new("/repo", "/repo/infra");
        for path in ["a/x.tf", "./a/x.tf", "a/../a/x.tf", "/repo/infra/a/x.tf", "../infra/a/x.tf"] {
            assert_eq!(root.relative(path), "infra/a/x.tf", "{path}");
        }
        assert_eq!(root.relative("../../else/x.tf"), "/else/x.tf");
        assert_eq!(root.relative("<stdin>"), "<stdin>");
    }

    #[test]
    fn backslashes_become_slashes() {
        let root = SourceRoot::new(r"C:\repo", r"C:\repo\infra");
        assert_eq!(root.relative(r"a\x.tf"), "infra/a/x.tf");
        assert_eq!(root.relative(r"C:\repo\x.tf"), "x.tf");
    }

    #[test]
    fn without_a_root_paths_stay() {
        let root = SourceRoot::default();
        assert_eq!((root.relative("./a.json"), root.relative("/a.json")), ("a.json".into(), "/a.json".into()));
        assert_eq!(root.relative("../a.json"), "../a.json");
    }
}
