//! What the fuzz targets share.
//!
//! An input that starts with `{` or a space is the text of a policy. Any other is a run of [`Choices`], out of which
//! [`grammar`] makes a policy and a call: mutations then change what a policy says and not whether it parses. The targets
//! about templates take an input as the text of a file when its first byte is ASCII.
//!
//! ```text
//! mkdir -p fuzz/corpus/prove
//! RUSTC_BOOTSTRAP=1 cargo fuzz run prove fuzz/corpus/prove fuzz/seeds/prove -- \
//!     -max_len=4096 -timeout=5 -rss_limit_mb=1024 -max_total_time=600
//! ```

pub mod calls;
mod choices;
pub mod cloudformation;
pub mod grammar;
pub mod mendable;
#[path = "../../crates/countersign-diagnose/tests/readers/mod.rs"]
pub mod readers;
pub mod roles;
#[allow(dead_code, reason = "the wire cases sign more than one kind of request")]
#[path = "../../crates/countersign-sts/tests/wire/sign.rs"]
mod sign;
pub mod terraform;
pub mod tree;

pub use choices::Choices;
use countersign_policy::document::{PolicyDocument, Problem};

/// The policy an input stands for, and the choices that are left.
pub fn policy(input: &[u8]) -> (String, Choices<'_>) {
    match std::str::from_utf8(input) {
        Ok(text) if text.starts_with(['{', ' ']) => (text.to_owned(), Choices::new(&[])),
        _ => {
            let mut choices = Choices::new(input);
            (grammar::policy(&mut choices), choices)
        }
    }
}

/// The input as the text of a template, unless its first byte says that it is a run of choices.
pub fn is_text(input: &[u8]) -> Option<&str> {
    std::str::from_utf8(input).ok().filter(|text| text.starts_with(|c: char| c.is_ascii()))
}

/// Panics when a span of the document or of a problem is not a piece of `text`.
pub fn check_spans(document: &PolicyDocument, problems: &[Problem], text: &str) {
    let mut spans = vec![document.span];
    for statement in &document.statements {
        spans.push(statement.span);
        spans.extend(statement.sid.as_ref().map(|sid| sid.span));
        spans.extend(statement.effect.as_ref().map(|effect| effect.span));
        spans.extend(statement.unreadable.as_ref().map(|unreadable| unreadable.span));
        spans.extend(statement.keyless_operators.iter().map(|operator| operator.span));
        for element in &statement.principals {
            spans.push(element.key_span);
            spans.extend(element.entries.iter().map(|entry| entry.span));
        }
        for element in statement.actions.iter().chain(&statement.resources) {
            spans.push(element.key_span);
            spans.extend(element.patterns.iter().map(|pattern| pattern.span));
        }
        for entry in &statement.conditions {
            spans.extend([entry.operator.span, entry.key.span, entry.span]);
            spans.extend(entry.values.iter().map(|value| value.span));
        }
    }
    spans.extend(problems.iter().map(|problem| problem.span));
    for span in spans {
        let piece = text.get(span.start as usize..span.end as usize);
        assert!(piece.is_some(), "{span:?} is not a piece of the {} bytes of text", text.len());
    }
}
