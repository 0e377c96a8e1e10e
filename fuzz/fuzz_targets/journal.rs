//! Any bytes as a journal and as a bundle: what is read is written and read again as it was, merging twice adds nothing, and what
//! is shown of it holds no character of a stranger's.

#![no_main]

use countersign_diagnose::journal::{
    Bundle, Entry, Ledger, Origin, Reading, histories, read_bundle, read_lines, read_lines_about,
};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let journal = read_lines(bytes);
    check(&journal);
    let lines: String = journal.entries.iter().map(|entry| entry.line() + "\n").collect();
    assert_eq!(read_lines(lines.as_bytes()), Reading { entries: journal.entries.clone(), ..Reading::default() });
    for entry in &journal.entries {
        let about = read_lines_about(bytes, &entry.fingerprint);
        assert!(about.entries.contains(entry));
    }

    let imported = read_bundle(bytes);
    check(&imported);
    assert!(imported.entries.iter().all(|entry| entry.origin == Origin::Imported));
    let bundle = Bundle(&imported.entries.iter().collect::<Vec<_>>()).to_string();
    assert_eq!(read_bundle(bundle.as_bytes()).entries, imported.entries);

    let mut ledger = Ledger::default();
    ledger.merge(journal.entries);
    ledger.merge(imported.entries.clone());
    let once = ledger.entries().len();
    assert!(ledger.merge(imported.entries).is_empty());
    assert_eq!(ledger.entries().len(), once);
    let counted: usize = histories(ledger.entries())
        .iter()
        .flat_map(|history| history.own.iter().chain(&history.imported))
        .map(|count| count.mechanical.n + count.user.n)
        .sum();
    assert_eq!(counted, once);
});

fn check(reading: &Reading) {
    for entry in &reading.entries {
        assert_eq!(Entry::read(&entry.line()).as_ref(), Ok(entry));
        let shown = format!("{} {} {}", entry.time, entry.fingerprint, entry.version.as_str());
        assert!(shown.bytes().all(|byte| byte.is_ascii_graphic() || byte == b' ') && shown.len() < 160, "{shown:?}");
    }
}
