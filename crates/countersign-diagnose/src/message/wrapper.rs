//! What SDKs, tools and logs put around STS's sentence.

use countersign_policy::document::Span;
use serde::Serialize;

use super::clean::Clean;
use super::fixed::{Says, TokenFault};
use super::sentence::Cursor;
use super::value::{Found, arn_length};
use super::{Denial, Printer, Sentence, printer, sentence};

/// A guess that a tool prints beside the denial. It did not look.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Claim {
    /// What is claimed.
    pub text: String,
    /// Why it is no evidence.
    pub verdict: &'static str,
    /// Where it stands.
    #[serde(skip)]
    pub span: Span,
}

/// Stock guesses, and what they are worth.
const CLAIMS: &[(&str, &str)] = &[
    (
        "credentials used in order to assume the role are invalid",
        "a stock guess of Terraform's, printed for every failure",
    ),
    (
        "credentials do not have appropriate permission to assume the role",
        "a stock guess of Terraform's, printed for every failure",
    ),
    ("role ARN is not valid", "a stock guess of Terraform's, printed for every failure"),
    ("Please make sure that this role exists", "a stock guess of the CDK's, printed for every failure"),
    (
        "did you bootstrap the environment with the right '--trust's",
        "a stock guess of the CDK's, printed for every failure",
    ),
    (
        "verify that the role being passed has the proper trust relationship",
        "a stock sentence: which part is wrong it does not say",
    ),
];

/// How a text introduces an operation.
const OPERATIONS: &[&str] = &[
    "when calling the ",
    "operation error STS: ",
    "Error calling ",
    "Error executing \"",
    "error calling sts:",
    "\"eventName\": \"",
    "\"eventName\":\"",
];

/// How a text introduces an error code. The last before the sentence is the innermost.
const CODES_BEFORE: &[&str] = &["An error occurred (", "api error ", "unhandled error (", "\"__type\":\"", "<Code>"];
const CODES_AROUND: &[&str] = &[
    "Error Code: ",
    "<Code>",
    "\"Code\":\"",
    "\"Code\": \"",
    "Code: '",
    "code: \"",
    "Code: \"",
    "code: '",
    "Aws::STS::Errors::",
    "\"errorCode\":\"",
    "\"errorCode\": \"",
];
const STATUSES: &[&str] = &[
    "StatusCode: ",
    "Status Code: ",
    "status code: ",
    "statusCode: ",
    "httpStatusCode: ",
    "\"httpStatusCode\": ",
    "\"httpStatusCode\":",
    "HTTP status ",
    "resulted in a `",
];
const REQUEST_IDS: &[&str] = &[
    "RequestID: ",
    "Request ID: ",
    "request id: ",
    "requestId: '",
    "requestId: \"",
    "\"requestId\": \"",
    "\"requestId\":\"",
    "\"RequestId\":\"",
    "\"RequestId\": \"",
    "<RequestId>",
    "\"requestID\":\"",
    "\"requestID\": \"",
];
/// Codes that stand bare before their sentence.
pub(crate) const KNOWN_CODES: &[&str] = &[
    "AccessDenied",
    "AccessDeniedException",
    "ValidationError",
    "InvalidClientTokenId",
    "UnrecognizedClientException",
    "ExpiredToken",
    "ExpiredTokenException",
    "SignatureDoesNotMatch",
    "InvalidIdentityToken",
    "IDPCommunicationError",
    "IDPRejectedClaim",
    "MissingAuthenticationToken",
    "MalformedPolicyDocument",
    "RegionDisabledException",
    "PackedPolicyTooLarge",
    "NoSuchEntity",
];

/// Adds what stands around the sentence at `start..end`, between the one before and the one after.
pub(super) fn add(clean: &Clean, from: usize, start: usize, end: usize, until: usize, denial: &mut Denial) {
    let text = clean.text.as_str();
    // What a tool wrote around a sentence stands near it.
    let near = |at: usize| (at..=text.len()).find(|at| text.is_char_boundary(*at)).unwrap_or(text.len());
    let (from, until) = (near(from.max(start.saturating_sub(REACH))), near(until.min(end.saturating_add(REACH))));
    let sides = Sides { clean, before: (from, start), after: (end, until) };
    let is_name = |c: char| c.is_ascii_alphanumeric();
    denial.operation = denial
        .operation
        .take()
        .or_else(|| sides.called_behind())
        .or_else(|| sides.last_before(OPERATIONS, is_name))
        .or_else(|| sides.of_action(denial));
    denial.code = sides
        .last_before(CODES_BEFORE, |c| c.is_ascii_alphanumeric() || c == '.')
        .filter(|code| code.text.len() > 3)
        .or_else(|| sides.bare_code())
        .or_else(|| sides.first_after(CODES_AROUND, is_name))
        .or_else(|| sides.last_before(CODES_AROUND, is_name))
        .or_else(|| sides.code_behind());
    let is_digit = |c: char| c.is_ascii_digit();
    denial.status = sides.last_before(STATUSES, is_digit).or_else(|| sides.first_after(STATUSES, is_digit));
    let in_id = |c: char| c.is_ascii_hexdigit() || c == '-';
    denial.request_id = sides.first_after(REQUEST_IDS, in_id).or_else(|| sides.last_before(REQUEST_IDS, in_id));
    if denial.resource.is_none() {
        denial.resource = sides.role();
    }
    denial.claims = sides.claims();
    denial.printer = sides.printer();
}

/// How far around a sentence its tool's words are looked for, in bytes.
const REACH: usize = 8_192;

/// What IAM and its console say of a policy they do not take, where the code is missing.
const MALFORMED: &[&str] = &[
    "policy contains the following error:",
    "contains invalid Json",
    "Has prohibited field ",
    "should not specify a principal",
    "may only specify STS AssumeRole actions",
    "Role trust policies apply to the role that they are attached to",
    "is not valid for resource \"",
];

/// What is said of a role where STS's sentence is missing.
pub(super) fn bare(clean: &Clean) -> Option<Sentence> {
    const BARE: &[&str] = &[
        "cannot be assumed",
        "can't be assumed",
        "could not be used to assume",
        "unable to perform: sts:AssumeRole",
        "allows the action \"sts:AssumeRole\"",
        "Error calling AssumeRole for role ",
        "unable to assume the role",
        "unable to assume role",
        "Unable to assume role",
        "nable to assume provided role",
        "ould not assume role",
        "ailed to assume role",
        "ailed to assume the role",
        "rror assuming role",
        "AccessDenied",
        "Access Denied",
        "Access denied",
        "ExpiredToken",
        "InvalidClientTokenId",
        "SignatureDoesNotMatch",
        "RegionDisabledException",
        "InvalidIdentityToken",
        "IDPRejectedClaim",
        "IDPCommunicationError",
        "MissingAuthenticationToken",
    ];
    let text = clean.text.as_str();
    // A code beside what another service said is that service's.
    let elsewhere = sentence::elsewhere(text).is_some() || is_of_another_call(text);
    let words = BARE.iter().chain(MALFORMED).filter(|bare| !elsewhere || !bare.starts_with("Access"));
    let (at, matched) = words.filter_map(|bare| Some((text.find(bare)?, *bare))).min_by_key(|(at, _)| *at)?;
    let says = match matched {
        _ if MALFORMED.contains(&matched) => Says::MalformedPolicy,
        "ExpiredToken" => Says::ExpiredToken,
        "InvalidClientTokenId" => Says::InvalidClientToken,
        "SignatureDoesNotMatch" => Says::Signature,
        "RegionDisabledException" => Says::RegionDisabled,
        "InvalidIdentityToken" => Says::IdentityToken(TokenFault::Unspecified),
        "IDPRejectedClaim" | "IDPCommunicationError" => Says::IdentityToken(TokenFault::Refused),
        "MissingAuthenticationToken" => Says::Unsigned,
        _ => Says::WrapperOnly,
    };
    let mut denial = Denial::new(says, Span::default());
    let (start, end) = (at, at + matched.len());
    denial.caller = service_near(clean, end);
    Some(Sentence { start, end, denial })
}

/// Whether a text says which call was denied, and none of those that it names is STS's. Every service denies access.
fn is_of_another_call(text: &str) -> bool {
    /// How tools introduce what was called, and how STS's own goes on.
    const CALLED: &[(&str, &[&str])] = &[
        ("when calling the ", &["AssumeRole", "GetSessionToken", "GetFederationToken", "GetCallerIdentity"]),
        ("operation error ", &["STS"]),
        ("(Service: ", &["Sts", "STS", "AWSSecurityTokenService"]),
        ("ot authorized to perform: ", &["sts:", "AssumeRole"]),
    ];
    let mut of_another = false;
    for (words, own) in CALLED {
        let mut rest = text;
        while let Some((_, called)) = rest.split_once(words) {
            if own.iter().any(|own| called.starts_with(own)) {
                return false;
            }
            of_another = true;
            rest = called;
        }
    }
    of_another
}

/// A service principal in the words after a service's complaint.
fn service_near(clean: &Clean, from: usize) -> Option<Found> {
    let rest = clean.text.get(from..)?;
    let near = rest.char_indices().nth(400).map_or(rest, |(end, _)| rest.get(..end).unwrap_or(rest));
    let at = near.find(".amazonaws.com")?;
    let name_start = near.get(..at)?.rfind(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '-' | '.')))? + 1;
    let before = near.get(..name_start)?;
    let end = at + ".amazonaws.com".len();
    let speaks_of_one = ["principal", "service", "trust relationship"].iter().any(|word| before.contains(word));
    let text = near.get(name_start..end)?.to_owned();
    (speaks_of_one && !text.starts_with("sts."))
        .then(|| Found { text, span: clean.span(from + name_start, from + end) })
}

struct Sides<'c> {
    clean: &'c Clean,
    before: (usize, usize),
    after: (usize, usize),
}

impl Sides<'_> {
    fn found(&self, at: usize, in_word: impl Fn(char) -> bool) -> Option<Found> {
        let mut cursor = Cursor { text: &self.clean.text, at };
        let (start, end) = cursor.word(in_word)?;
        Some(Found { text: self.clean.text.get(start..end)?.to_owned(), span: self.clean.span(start, end) })
    }

    /// The word after the last of `introductions` that stands before the sentence.
    fn last_before(&self, introductions: &[&str], in_word: impl Fn(char) -> bool) -> Option<Found> {
        let before = self.clean.text.get(self.before.0..self.before.1)?;
        let places = introductions.iter().filter_map(|words| Some(before.rfind(words)? + words.len()));
        self.found(self.before.0 + places.max()?, in_word)
    }

    fn first_after(&self, introductions: &[&str], in_word: impl Fn(char) -> bool) -> Option<Found> {
        let after = self.clean.text.get(self.after.0..self.after.1)?;
        let places = introductions.iter().filter_map(|words| Some(after.find(words)? + words.len()));
        self.found(self.after.0 + places.min()?, in_word)
    }

    /// The operation that the action names, unless it is one that others need beside their own.
    fn of_action(&self, denial: &Denial) -> Option<Found> {
        let action = denial.action.as_ref()?;
        let operation = action.text.split_once(':')?.1;
        let own = operation.to_ascii_lowercase().starts_with("assumerole");
        own.then(|| Found { text: operation.to_owned(), span: action.span })
    }

    /// `AccessDenied: ` right before the sentence, or before the tool's own words.
    fn bare_code(&self) -> Option<Found> {
        let before = self.clean.text.get(self.before.0..self.before.1)?;
        let places = KNOWN_CODES.iter().filter_map(|code| {
            let at = before.rfind(code)?;
            let is_word = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric());
            let alone = !is_word(before.get(..at)?.chars().next_back())
                && !is_word(before.get(at + code.len()..)?.chars().next());
            alone.then_some(at)
        });
        self.found(self.before.0 + places.max()?, |c| c.is_ascii_alphanumeric())
    }

    /// `(AccessDenied)` or ` AccessDenied (client)` behind the sentence.
    fn code_behind(&self) -> Option<Found> {
        let after = self.clean.text.get(self.after.0..self.after.1)?;
        let place = KNOWN_CODES.iter().filter_map(|code| after.find(code)).min()?;
        self.found(self.after.0 + place, |c| c.is_ascii_alphanumeric())
    }

    /// The operation in `(Code) when calling the X operation`, where the code is the sentence.
    fn called_behind(&self) -> Option<Found> {
        const CALLING: &str = ") when calling the ";
        let after = self.clean.text.get(self.after.0..self.after.1)?;
        after.starts_with(CALLING).then_some(())?;
        self.found(self.after.0 + CALLING.len(), |c| c.is_ascii_alphanumeric())
    }

    /// A role's ARN in the words around a sentence that names none.
    fn role(&self) -> Option<Found> {
        let in_side = |side: (usize, usize)| {
            let text = self.clean.text.get(side.0..side.1)?;
            let mut from = 0;
            while let Some(at) = text.get(from..)?.find("arn:") {
                let start = from + at;
                let length = arn_length(text.get(start..)?);
                let arn = text.get(start..start + length)?;
                if arn.contains(":role/") {
                    let span = self.clean.span(side.0 + start, side.0 + start + length);
                    return Some(Found { text: arn.to_owned(), span });
                }
                // An ARN inside of one that names no role names none.
                from = start + length.max("arn:".len());
            }
            None
        };
        in_side(self.before).or_else(|| in_side(self.after))
    }

    fn printer(&self) -> Printer {
        let side = |(start, end): (usize, usize)| self.clean.text.get(start..end).unwrap_or_default();
        printer::of(side(self.before), side(self.after))
    }

    fn claims(&self) -> Vec<Claim> {
        let mut claims = Vec::new();
        for (start, end) in [self.before, self.after] {
            let Some(side) = self.clean.text.get(start..end) else { continue };
            for (words, verdict) in CLAIMS {
                claims.extend(side.find(words).map(|at| Claim {
                    text: (*words).to_owned(),
                    verdict,
                    span: self.clean.span(start + at, start + at + words.len()),
                }));
            }
        }
        claims
    }
}
