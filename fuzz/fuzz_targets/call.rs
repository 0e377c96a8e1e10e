//! Any text as any language: spans lie in the text, what is written is written where the text says, and the
//! same text has the same calls.

#![no_main]

use std::ops::ControlFlow;

use countersign_diagnose::call::{Name, Parameter, Style, read_while};
use countersign_diagnose::edit::apply;
use libfuzzer_sys::fuzz_target;

const STYLES: [Style; 15] = [
    Style::Shell,
    Style::Profile,
    Style::Python,
    Style::JavaScript,
    Style::TypeScript,
    Style::Go,
    Style::Java,
    Style::Rust,
    Style::CSharp,
    Style::Ruby,
    Style::Php,
    Style::Hcl,
    Style::Yaml,
    Style::Json,
    Style::Properties,
];

fuzz_target!(|bytes: &[u8]| {
    let Some((style, text)) = bytes.split_first() else { return };
    let style = STYLES[usize::from(*style) % STYLES.len()];
    let Ok(text) = std::str::from_utf8(text) else { return };
    let mut asked = 0;
    let mut patience = || {
        asked += 1;
        if asked < 20 { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    };
    let Some(reading) = read_while(text, style, &mut patience) else { return };
    for call in &reading.calls {
        for parameter in call.parameters.values() {
            if let Parameter::Known { span, .. } | Parameter::Unknown { span, .. } = parameter {
                assert!(text.get(span.start as usize..span.end as usize).is_some(), "{parameter:?} lies outside");
            }
        }
        for (name, slot) in &call.slots {
            let value = if *name == Name::DurationSeconds { "3600" } else { "acme-1" };
            let Some(edits) = slot.write(value) else { continue };
            assert!(apply(text, &edits).expect("edits that fit the text").contains(value));
        }
        for edits in call.removals.values() {
            assert_ne!(apply(text, edits).expect("edits that fit the text"), text);
        }
    }
    // A reading that was broken off may have passed over a part.
    if asked < 20 {
        assert_eq!(Some(reading), read_while(text, style, &mut || ControlFlow::Continue(())));
    }
});
