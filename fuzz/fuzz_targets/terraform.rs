//! Whatever a module says, its roles are read, proved and audited, and every place is a piece of a file.
#![no_main]

use countersign_audit::input::Given;
use countersign_audit::input::terraform::read_root;
use countersign_fuzz::{Choices, is_text, roles, terraform};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    let files = match is_text(input) {
        Some(text) => {
            let name = if text.trim_start().starts_with('{') { "main.tf.json" } else { "main.tf" };
            roles::in_memory([(name, text.to_owned())])
        }
        None => terraform::module(&mut Choices::new(input.get(1..).unwrap_or_default())),
    };
    let reading = read_root("", None, &files, &Given::default());
    roles::audit(reading, &roles::options());
});
