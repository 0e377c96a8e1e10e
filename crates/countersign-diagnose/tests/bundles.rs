//! Evidence bundles in a folder that `COUNTERSIGN_BUNDLES` names: each must get its labelled root cause first.
//!
//! It is run by hand, with `--ignored`: labelled bundles of real reports are not part of the repository.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "helpers outside of #[test] functions are test code all the same"
)]

use countersign_diagnose::{Evidence, diagnose};

#[test]
#[ignore = "needs COUNTERSIGN_BUNDLES"]
fn labelled_bundles_get_their_cause_first() {
    let folder = std::env::var("COUNTERSIGN_BUNDLES").unwrap();
    let mut paths: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    let mut wrong = Vec::new();
    for path in &paths {
        let text = std::fs::read_to_string(path).unwrap();
        let label: serde_json::Value = serde_json::from_str(&text).unwrap();
        let name = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_lowercase().replace('_', "-");
        let diagnosis = diagnose(&Evidence::from_case(&text).unwrap());
        let first = diagnosis.causes.first().map(|cause| cause.id).unwrap_or_default();
        let found: Vec<String> =
            diagnosis.causes.iter().take(4).map(|cause| format!("{} ({:?})", cause.id, cause.status)).collect();
        let line = format!(
            "{}: {} <- {:?} {:?}->{:?}",
            path.display(),
            name(&label["root_cause"]["id"]),
            found,
            diagnosis.before,
            diagnosis.after
        );
        println!("{line}");
        if first != name(&label["root_cause"]["id"]) {
            wrong.push(line);
        }
    }
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), paths.len(), wrong.join("\n"));
}
