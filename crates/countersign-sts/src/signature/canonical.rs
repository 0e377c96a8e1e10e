//! The canonical request: the one text that client and server both hash.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use super::claim::{Claim, Form};
use crate::Request;
use crate::protocol::{ApiError, decode_pairs};

/// All but the unreserved characters of RFC 3986.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Where services differ in what they sign. The default is the form of STS, IAM and nearly all others; AWS's test
/// vectors know the rest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Rules {
    pub(super) paths: Paths,
    pub(super) token: Token,
}

/// What becomes of a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Paths {
    /// Dot segments and doubled slashes go.
    #[default]
    Normalized,
    /// All stays, as S3 wants it.
    #[cfg_attr(not(test), expect(dead_code, reason = "no service here signs so"))]
    AsSent,
}

/// Whether the session token in a query string is signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Token {
    #[default]
    Signed,
    /// It is added to a request that is signed already, as a few services want it.
    #[cfg_attr(not(test), expect(dead_code, reason = "no service here signs so"))]
    AddedLater,
}

pub(super) fn request(request: &Request<'_>, claim: &Claim, body_hash: &str, rules: Rules) -> Result<String, ApiError> {
    let query = query(request.query(), claim.form, rules.token)?;
    let mut headers = String::new();
    claim.signed_headers.iter().for_each(|name| push_header(&mut headers, request, name));
    let signed = claim.signed_headers.join(";");
    let (method, path) = (request.method, path(request.path(), rules.paths));
    Ok(format!("{method}\n{path}\n{query}\n{headers}\n{signed}\n{body_hash}"))
}

/// The path, with what was encoded for the wire encoded again (every service but S3).
fn path(path: &str, paths: Paths) -> String {
    let mut segments: Vec<&str> = Vec::new();
    for segment in path.strip_prefix('/').unwrap_or(path).split('/') {
        match (paths, segment) {
            (Paths::Normalized, "" | ".") => {}
            (Paths::Normalized, "..") => {
                segments.pop();
            }
            (Paths::Normalized | Paths::AsSent, name) => segments.push(name),
        }
    }
    let ends_in_slash = ["/", "/.", "/.."].iter().any(|end| path.ends_with(end)) && !segments.is_empty();
    let joined: String =
        segments.iter().map(|segment| format!("/{}", utf8_percent_encode(segment, RESERVED))).collect();
    match paths {
        Paths::Normalized if ends_in_slash || joined.is_empty() => joined + "/",
        Paths::Normalized | Paths::AsSent => joined,
    }
}

/// The parameters, encoded in the one way that counts and sorted; a presigned URL does not sign its own signature.
fn query(query: &str, form: Form, token: Token) -> Result<String, ApiError> {
    let encode = |text: &str| utf8_percent_encode(text, RESERVED).to_string();
    let mut pairs: Vec<(String, String)> = decode_pairs(query)?
        .iter()
        .filter(|(name, _)| form == Form::Header || name != "X-Amz-Signature")
        .filter(|(name, _)| token == Token::Signed || name != "X-Amz-Security-Token")
        .map(|(name, value)| (encode(name), encode(value)))
        .collect();
    pairs.sort();
    let joined: Vec<String> = pairs.iter().map(|(name, value)| format!("{name}={value}")).collect();
    Ok(joined.join("&"))
}

/// A header's line: its values trimmed, runs of blanks made one, joined by commas.
fn push_header(lines: &mut String, request: &Request<'_>, name: &str) {
    lines.push_str(name);
    let mut before = ":";
    for value in request.header_values(name) {
        lines.push_str(before);
        before = ",";
        let mut blank = "";
        for word in value.split_ascii_whitespace() {
            lines.push_str(blank);
            lines.push_str(word);
            blank = " ";
        }
    }
    // A header that is not there is signed as an empty one.
    lines.push_str(if before == ":" { ":\n" } else { "\n" });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_normalised_and_encoded_again() {
        let cases = [
            ("/", "/"),
            ("", "/"),
            ("/a/../..//b/./", "/b/"),
            ("/a/..", "/"),
            ("/ሴ", "/%E1%88%B4"),
            ("/a%20b", "/a%2520b"),
            ("/-._~09AZ", "/-._~09AZ"),
        ];
        for (wire, canonical) in cases {
            assert_eq!(path(wire, Paths::Normalized), canonical, "{wire}");
        }
    }

    #[test]
    fn parameters_are_sorted_by_their_encoded_names_then_values() {
        let canonical = |text: &str| query(text, Form::Header, Token::Signed).unwrap();
        assert_eq!(canonical("b=2&a=b&a=a&A=1&-=0"), "-=0&A=1&a=a&a=b&b=2");
        assert_eq!(canonical("a&b=x+y&c=%7e%2F"), "a=&b=x%20y&c=~%2F");
        let presigned = Form::Presigned { expires_seconds: 60 };
        assert_eq!(query("X-Amz-Signature=00&a=1", presigned, Token::Signed).unwrap(), "a=1");
    }
}
