//! Any text as a template: no panic, every place lies in the file, and roles are the same each time.
#![no_main]

use countersign_audit::input::{Named, read};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    let reading = read("template.yaml", input, Named::ByUser);
    let again = read("template.yaml", input, Named::ByUser);
    assert_eq!(reading.problems, again.problems);
    assert_eq!(reading.roles.len(), again.roles.len());
    let length = String::from_utf8_lossy(input).len();
    for (role, again) in reading.roles.iter().zip(&again.roles) {
        assert_eq!((&role.name, &role.trust, &role.given), (&again.name, &again.trust, &again.given));
        for statement in &role.trust.statements {
            let (_, span) = role.sources.place(role.locate(statement.span));
            assert!(span.start <= span.end && span.end as usize <= length, "{span:?} of {length}");
        }
    }
});
