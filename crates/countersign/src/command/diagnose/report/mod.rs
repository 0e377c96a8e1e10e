//! The answer as people read it: on a terminal, in an issue or a chat. JSON is the diagnosis as it is.

mod markdown;
mod text;
mod values;
mod words;

pub(super) use markdown::{fenced, markdown};
pub(super) use text::{can_still_deny, causes, in_a_line, nothing, text};
