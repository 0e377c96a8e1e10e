//! Whatever a template says, its roles are read, proved and audited, and every place is a piece of the file.
#![no_main]

use countersign_audit::input::{Given, Named, read_with};
use countersign_fuzz::{Choices, cloudformation, is_text, roles};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    let (name, text) = match is_text(input) {
        Some(text) => ("template", text.to_owned()),
        None => cloudformation::template(&mut Choices::new(input.get(1..).unwrap_or_default())),
    };
    let read = || read_with(name, text.as_bytes(), Named::ByUser, &Given::default());
    let (reading, again) = (read(), read());
    assert_eq!(reading.problems, again.problems, "{text}");
    assert_eq!(reading.roles.len(), again.roles.len(), "{text}");
    for (role, again) in reading.roles.iter().zip(&again.roles) {
        assert_eq!((&role.name, &role.trust, &role.given), (&again.name, &again.trust, &again.given), "{text}");
    }
    assert!(!reading.roles.is_empty() || !reading.problems.is_empty(), "nothing said of\n{text}");
    roles::audit(reading, &roles::options());
});
