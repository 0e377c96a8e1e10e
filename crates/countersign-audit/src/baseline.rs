//! The findings that were there when a team began, and that fail no run: a small sorted file of fingerprints.

use std::collections::{BTreeSet, HashSet};

use serde::{Deserialize, Serialize};

const SCHEMA: &str = "countersign.baseline/1";

/// Findings that are accepted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Baseline {
    entries: BTreeSet<Entry>,
    fingerprints: HashSet<String>,
}

/// One of them. The fingerprint says which, the rest is for people.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// The file, from the root of the repository.
    pub path: String,
    /// The role.
    pub role: String,
    /// The audit.
    pub id: String,
    /// As [`crate::fingerprint`] makes it.
    pub fingerprint: String,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    schema: String,
    findings: Vec<Entry>,
}

/// Why a text is no baseline.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BaselineError {
    /// It is not JSON of the right shape.
    #[error("not a baseline")]
    Shape(#[from] serde_json::Error),
    /// It was written by another version.
    #[error("the schema is `{0}`, not `{SCHEMA}`")]
    Schema(String),
}

impl Baseline {
    /// Reads what [`Baseline::text`] wrote.
    ///
    /// # Errors
    /// When it did not.
    pub fn read(text: &str) -> Result<Self, BaselineError> {
        let document: Document = serde_json::from_str(text)?;
        if document.schema != SCHEMA {
            return Err(BaselineError::Schema(document.schema));
        }
        Ok(document.findings.into_iter().collect())
    }

    /// The baseline as text: sorted, an entry to a line, so that two branches that accept different findings merge.
    ///
    /// # Errors
    /// Never: every entry has a JSON form.
    pub fn text(&self) -> serde_json::Result<String> {
        let lines = self.entries.iter().map(serde_json::to_string).collect::<Result<Vec<_>, _>>()?;
        let list = if lines.is_empty() { String::new() } else { format!("\n    {}\n  ", lines.join(",\n    ")) };
        Ok(format!("{{\n  \"schema\": \"{SCHEMA}\",\n  \"findings\": [{list}]\n}}\n"))
    }

    /// Whether the finding with this fingerprint is accepted.
    #[must_use]
    pub fn accepts(&self, fingerprint: &str) -> bool {
        self.fingerprints.contains(fingerprint)
    }

    /// How many findings it accepts.
    #[must_use]
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether it accepts nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The accepted findings that are gone: none of the fingerprints is theirs.
    #[must_use]
    pub fn absent<'f>(&self, fingerprints: impl Iterator<Item = &'f str>) -> Vec<Entry> {
        let present: HashSet<&str> = fingerprints.collect();
        self.entries.iter().filter(|entry| !present.contains(entry.fingerprint.as_str())).cloned().collect()
    }
}

impl FromIterator<Entry> for Baseline {
    fn from_iter<I: IntoIterator<Item = Entry>>(entries: I) -> Self {
        let entries: BTreeSet<Entry> = entries.into_iter().collect();
        let fingerprints = entries.iter().map(|entry| entry.fingerprint.clone()).collect();
        Self { entries, fingerprints }
    }
}

#[cfg(test)]
mod tests {
    use super::{Baseline, BaselineError, Entry};

    fn entry(role: &str, fingerprint: &str) -> Entry {
        let [path, id] = ["a.tf", "public-trust"].map(str::to_owned);
        Entry { path, role: role.to_owned(), id, fingerprint: fingerprint.to_owned() }
    }

    #[test]
    fn what_is_written_is_read_and_sorted() {
        let baseline: Baseline = [entry("b", "2"), entry("a", "1"), entry("b", "2")].into_iter().collect();
        let text = baseline.text().unwrap();
        assert_eq!(Baseline::read(&text).unwrap(), baseline);
        assert_eq!(text.lines().filter(|line| line.contains("fingerprint")).count(), 2);
        assert!(text.find("\"1\"") < text.find("\"2\""), "{text}");
        assert_eq!(Baseline::read(&Baseline::default().text().unwrap()).unwrap().len(), 0);
    }

    #[test]
    fn the_fingerprint_decides_and_what_is_gone_is_told() {
        let baseline: Baseline = [entry("a", "1"), entry("b", "2")].into_iter().collect();
        assert!(baseline.accepts("1") && !baseline.accepts("3"));
        assert_eq!(baseline.absent(["1", "3"].into_iter()), [entry("b", "2")]);
    }

    #[test]
    fn other_texts_are_refused() {
        for text in ["", "[]", "{}", r#"{"schema": "countersign.baseline/1", "findings": [], "more": 1}"#] {
            assert!(matches!(Baseline::read(text), Err(BaselineError::Shape(_))), "{text}");
        }
        let later = r#"{"schema": "countersign.baseline/2", "findings": []}"#;
        assert!(matches!(Baseline::read(later), Err(BaselineError::Schema(_))));
    }
}
