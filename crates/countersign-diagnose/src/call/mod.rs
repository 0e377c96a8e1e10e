//! The call that failed, read from what it was made with: a command line, a profile, source code, configuration.
//!
//! A reader yields [`Call`]s: the operation, and what is known of each parameter. What a text does not say is
//! [`Parameter::Unknown`] with the expression that stands there, never a guess. What it does not send is
//! [`Parameter::Absent`].

#[cfg(feature = "languages")]
mod code;
mod profile;
mod properties;
#[cfg(feature = "languages")]
mod shell;
mod slot;
mod window;

pub use slot::{Quoting, Slot};

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use countersign_policy::document::Span;

use crate::edit::Edit;

/// One call to STS as a text makes it.
#[derive(Debug, Clone, PartialEq)]
pub struct Call {
    /// The language or format it is written in.
    pub style: Style,
    /// The operation.
    pub operation: Operation,
    /// The tool, library or block that makes the call, for the table of what can send an ExternalId:
    /// `aws-cli`, `shared-config`, `boto3`, `configure-aws-credentials`, `terraform-provider`, …
    pub tool: &'static str,
    /// The whole call in the text.
    pub span: Span,
    /// The parameters that the text names or its tool sends unasked. Not in the map: not sent.
    pub parameters: BTreeMap<Name, Parameter>,
    /// The identity the call starts from, where the text says: a `source_profile`, a `credential_source`, `--profile`.
    pub source: Option<Box<str>>,
    /// The profile it is written in, or that its tool is told to use.
    pub profile: Option<Box<str>>,
    /// The MFA device that the text names for the source, and not for this call.
    pub device: Option<Box<str>>,
    /// The source is itself an assumed role, so that this call chains roles; `None` when the text does not say.
    pub chained: Option<bool>,
    /// Where parameters are written. Not in the map: not in this text, or nothing of the kind can be sent.
    pub slots: BTreeMap<Name, Slot>,
    /// The edits that take parameters out of the call.
    pub removals: BTreeMap<Name, Vec<Edit>>,
}

/// What a text says in one language.
#[derive(Debug, Clone, PartialEq)]
pub struct Reading {
    /// The language.
    pub style: Style,
    /// The calls, in the order they stand.
    pub calls: Vec<Call>,
    /// How many places are not of the language, of those that were parsed: what names nothing that makes calls is not.
    pub errors: usize,
}

/// Reads a text that is written in `style`, however long it takes; see [`read_while`].
#[must_use]
pub fn read(text: &str, style: Style) -> Option<Reading> {
    read_while(text, style, &mut || ControlFlow::Continue(()))
}

/// Reads a text that is written in `style`; `None` when it is too far from the language. Of a long text, what stands around
/// the words that calls are made of is read.
///
/// `patience` is asked again and again, and a break ends the reading: a text that was made to vex a parser costs it time with
/// the cube of its length, which no count of its steps tells. Who has a clock and reads what strangers wrote, lets it decide.
pub fn read_while(text: &str, style: Style, patience: &mut dyn FnMut() -> ControlFlow<()>) -> Option<Reading> {
    match style {
        Style::Profile => return Some(profile::read(text)),
        Style::Properties => return Some(properties::read(text)),
        _ => {}
    }
    let mut all = Reading { style, calls: Vec::new(), errors: 0 };
    for part in window::parts(text) {
        let offset = u32::try_from(part.start).ok()?;
        let reading = read_part(text.get(part)?, style, patience)?;
        all.errors += reading.errors;
        all.calls.extend(reading.calls.into_iter().map(|mut call| {
            call.move_by(offset);
            call.hide_secrets();
            call
        }));
    }
    Some(all)
}

#[cfg(feature = "languages")]
fn read_part(text: &str, style: Style, patience: &mut dyn FnMut() -> ControlFlow<()>) -> Option<Reading> {
    match style {
        Style::Profile | Style::Properties => None,
        Style::Shell => shell::read(text, patience),
        Style::Yaml => Some(code::record::read_yaml(text, patience)),
        Style::Json => code::record::read_json(text, patience),
        _ => code::read(text, style, patience),
    }
}

#[cfg(not(feature = "languages"))]
fn read_part(_: &str, _: Style, _: &mut dyn FnMut() -> ControlFlow<()>) -> Option<Reading> {
    None
}

impl Call {
    /// What is known of a parameter.
    #[must_use]
    pub fn parameter(&self, name: Name) -> &Parameter {
        self.parameters.get(&name).unwrap_or(&Parameter::Absent)
    }

    /// The value of a parameter, when the text has it.
    #[must_use]
    pub fn known(&self, name: Name) -> Option<&str> {
        match self.parameter(name) {
            Parameter::Known { value, .. } => Some(value),
            Parameter::Unknown { .. } | Parameter::Implied { .. } | Parameter::Absent => None,
        }
    }

    /// What the call names is not all: what it does not name may be sent, too.
    #[cfg(feature = "languages")]
    fn may_send_more(&mut self, expression: &str, span: Span) {
        for name in [Name::RoleArn, Name::RoleSessionName, Name::ExternalId] {
            // Without it, it may still be sent.
            self.removals.remove(&name);
            self.parameters.entry(name).or_insert_with(|| {
                self.slots.remove(&name);
                Parameter::Unknown { expression: expression.to_owned(), span }
            });
        }
    }

    /// Codes and tokens are nobody's business, not even for a moment; the name of a file that holds one may be told.
    fn hide_secrets(&mut self) {
        for name in [Name::TokenCode, Name::WebIdentityToken] {
            let Some(Parameter::Known { value, span }) = self.parameters.get(&name) else { continue };
            if !value.contains('/') {
                let hidden = Parameter::Unknown { expression: String::new(), span: *span };
                self.parameters.insert(name, hidden);
            }
        }
    }

    /// The same call in a text that this one starts in at `offset`.
    fn move_by(&mut self, offset: u32) {
        self.span = slot::moved(self.span, offset);
        for parameter in self.parameters.values_mut() {
            if let Parameter::Known { span, .. } | Parameter::Unknown { span, .. } = parameter {
                *span = slot::moved(*span, offset);
            }
        }
        self.slots.values_mut().for_each(|slot| slot.move_by(offset));
        for edit in self.removals.values_mut().flatten() {
            edit.span = slot::moved(edit.span, offset);
        }
    }
}

/// The language or format of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Style {
    /// A command line of the aws CLI or another tool.
    Shell,
    /// `~/.aws/config` or `~/.aws/credentials`.
    Profile,
    /// Python.
    Python,
    /// JavaScript.
    JavaScript,
    /// TypeScript.
    TypeScript,
    /// Go.
    Go,
    /// Java.
    Java,
    /// Rust.
    Rust,
    /// C#.
    CSharp,
    /// Ruby.
    Ruby,
    /// PHP.
    Php,
    /// Terraform and its relatives.
    Hcl,
    /// YAML: workflows, manifests.
    Yaml,
    /// JSON.
    Json,
    /// `key=value` lines, JAAS among them.
    Properties,
}

/// The operation a text calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Operation {
    /// `AssumeRole`
    AssumeRole,
    /// `AssumeRoleWithWebIdentity`
    AssumeRoleWithWebIdentity,
    /// `AssumeRoleWithSAML`
    AssumeRoleWithSaml,
    /// The console's Switch Role.
    SwitchRole,
}

/// The parameters of a call, by AWS's names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Name {
    /// `RoleArn`
    RoleArn,
    /// `RoleSessionName`
    RoleSessionName,
    /// `ExternalId`
    ExternalId,
    /// `DurationSeconds`, as decimal seconds.
    DurationSeconds,
    /// `SerialNumber`
    SerialNumber,
    /// `TokenCode`; its value is never told.
    TokenCode,
    /// `SourceIdentity`
    SourceIdentity,
    /// `Tags`, as `Key=Value` lines where the text has them.
    Tags,
    /// `TransitiveTagKeys`
    TransitiveTagKeys,
    /// `Policy` or `PolicyArns`: the session is cut down.
    SessionPolicy,
    /// The region of the STS endpoint, or of the tool.
    Region,
    /// `WebIdentityToken`, or the file that holds it.
    WebIdentityToken,
}

impl Name {
    /// As AWS spells it.
    #[must_use]
    pub fn aws(self) -> &'static str {
        match self {
            Self::RoleArn => "RoleArn",
            Self::RoleSessionName => "RoleSessionName",
            Self::ExternalId => "ExternalId",
            Self::DurationSeconds => "DurationSeconds",
            Self::SerialNumber => "SerialNumber",
            Self::TokenCode => "TokenCode",
            Self::SourceIdentity => "SourceIdentity",
            Self::Tags => "Tags",
            Self::TransitiveTagKeys => "TransitiveTagKeys",
            Self::SessionPolicy => "Policy",
            Self::Region => "Region",
            Self::WebIdentityToken => "WebIdentityToken",
        }
    }

    /// The parameter of AWS's name, in any letter case.
    pub(crate) fn find(aws: &str) -> Option<Self> {
        let all = [
            Self::RoleArn,
            Self::RoleSessionName,
            Self::ExternalId,
            Self::DurationSeconds,
            Self::SerialNumber,
            Self::TokenCode,
            Self::SourceIdentity,
            Self::Tags,
            Self::TransitiveTagKeys,
            Self::SessionPolicy,
            Self::WebIdentityToken,
        ];
        all.into_iter().find(|name| name.aws().eq_ignore_ascii_case(aws))
    }
}

/// What a text says of a parameter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Parameter {
    /// The value, unescaped and unquoted.
    Known {
        /// What is sent.
        value: String,
        /// Where it stands, with its quotes.
        span: Span,
    },
    /// Sent, but its value is not in the text: a variable, a secret, a function's result.
    Unknown {
        /// The expression that stands there.
        expression: String,
        /// Where it stands.
        span: Span,
    },
    /// The tool sends it unasked. The text is a pattern with `*`: `botocore-session-*`.
    Implied {
        /// What it sends.
        pattern: &'static str,
    },
    /// Not sent.
    Absent,
}
