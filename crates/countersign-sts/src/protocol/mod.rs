//! AWS's query protocol: forms in, XML or JSON out, errors with AWS's codes. Both STS and IAM speak it.

mod checks;
mod constraint;
mod element;
mod error;
mod form;
mod json;
mod page;
mod xml;

pub(crate) use checks::Checks;
pub(crate) use constraint::{Constraint, Pattern};
pub(crate) use element::{Element, Value};
pub use error::{ApiError, ErrorCode, Fault};
pub(crate) use form::{Parameters, decode_pairs};
pub(crate) use page::{Page, truncation};
use serde_json::json;
pub(crate) use xml::Xml;

/// Operations whose result is there and holds nothing. Others without output have no result at all.
const EMPTY_RESULTS: [&str; 1] = ["UpdateRole"];

/// How an answer is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Format {
    Xml,
    Json,
}

impl Format {
    /// The format that a client accepts: JSON when it names it before XML, or without it.
    pub(crate) fn accepted(accept: Option<&str>) -> Self {
        let types =
            accept.unwrap_or_default().split(',').map(|range| range.split(';').next().unwrap_or_default().trim());
        let formats = types.filter_map(|media_type| {
            let is = |name: &str| media_type.eq_ignore_ascii_case(name);
            match media_type {
                _ if is("application/json") => Some(Self::Json),
                _ if is("text/xml") || is("application/xml") => Some(Self::Xml),
                _ => None,
            }
        });
        formats.into_iter().next().unwrap_or(Self::Xml)
    }

    pub(crate) fn content_type(self) -> &'static str {
        match self {
            Self::Xml => "text/xml",
            Self::Json => "application/json",
        }
    }

    /// The body of an answer to `operation`: its result and the request's id.
    pub(crate) fn success(self, operation: &str, namespace: &str, request_id: &str, result: &[Element]) -> String {
        let has_result = !result.is_empty() || EMPTY_RESULTS.contains(&operation);
        let (response, result_name) = (format!("{operation}Response"), format!("{operation}Result"));
        match self {
            Self::Xml => Xml::document(&response, namespace, |xml| {
                if result.is_empty() && has_result {
                    xml.empty(&result_name);
                } else if has_result {
                    xml.parent(&result_name, |xml| xml.elements(result));
                }
                xml.parent("ResponseMetadata", |xml| xml.leaf("RequestId", request_id));
            }),
            Self::Json => {
                let mut content = json!({"ResponseMetadata": {"RequestId": request_id}});
                if let (true, Some(content)) = (has_result, content.as_object_mut()) {
                    content.insert(result_name, json::object(result));
                }
                json!({response: content}).to_string()
            }
        }
    }

    /// The body of a refusal.
    pub(crate) fn failure(self, error: &ApiError, namespace: &str, request_id: &str) -> String {
        let (fault, code) = (error.code.fault().name(), error.code.name());
        match self {
            Self::Xml => Xml::document("ErrorResponse", namespace, |xml| {
                xml.parent("Error", |xml| {
                    xml.leaf("Type", fault);
                    xml.leaf("Code", code);
                    xml.leaf("Message", &error.message);
                });
                xml.leaf("RequestId", request_id);
            }),
            Self::Json => {
                let told = json!({"Type": fault, "Code": code, "Message": error.message});
                json!({"Error": told, "RequestId": request_id}).to_string()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use countersign_policy::condition::date::Moment;

    use super::*;

    const NAMESPACE: &str = "urn:x";

    #[test]
    fn an_error_has_the_bytes_of_a_captured_one() {
        let error =
            ApiError::new(ErrorCode::InvalidClientTokenId, "The security token included in the request is invalid");
        let id = "00000000-0000-0000-0000-000000000000";
        assert_eq!(Format::Xml.failure(&error, "https://sts.amazonaws.com/doc/2011-06-15/", id).len(), 305);
        assert_eq!(
            Format::Json.failure(&error, NAMESPACE, "7"),
            r#"{"Error":{"Code":"InvalidClientTokenId","Message":"The security token included in the request is invalid","Type":"Sender"},"RequestId":"7"}"#
        );
    }

    #[test]
    fn every_kind_of_value_has_its_form() {
        let tags = [("k".to_owned(), "a&b".to_owned())];
        let result = [
            Element::texts("Names", ["a", "b"]),
            Element::list("None", []),
            Element::parent("LastUsed", Vec::new()),
            Element::tags("Tags", tags.iter().map(|(key, value)| (key, value))),
            Element::map("Map", [("x".to_owned(), Value::Number(1))]),
            Element::boolean("IsTruncated", false),
            Element::time("Date", Moment::from_seconds(0)),
            Element::document("Document", "{ +é}"),
        ];
        let xml = [
            r#"<ListResponse xmlns="urn:x">"#,
            "<ListResult>",
            "<Names><member>a</member><member>b</member></Names>",
            "<None/><LastUsed/>",
            "<Tags><member><Key>k</Key><Value>a&amp;b</Value></member></Tags>",
            "<Map><entry><key>x</key><value>1</value></entry></Map>",
            "<IsTruncated>false</IsTruncated>",
            "<Date>1970-01-01T00:00:00Z</Date>",
            "<Document>%7B%20%2B%C3%A9%7D</Document>",
            "</ListResult>",
            "<ResponseMetadata><RequestId>7</RequestId></ResponseMetadata>",
            "</ListResponse>",
        ];
        let written = Format::Xml.success("List", NAMESPACE, "7", &result);
        assert_eq!(written.lines().map(str::trim).collect::<String>(), xml.concat());
        assert_eq!(
            Format::Json.success("List", NAMESPACE, "7", &result),
            concat!(
                r#"{"ListResponse":{"ListResult":{"Date":0,"Document":"%7B%20%2B%C3%A9%7D","IsTruncated":false,"#,
                r#""LastUsed":{},"Map":{"x":1},"Names":["a","b"],"None":[],"Tags":[{"Key":"k","Value":"a&b"}]},"#,
                r#""ResponseMetadata":{"RequestId":"7"}}}"#
            )
        );
    }

    #[test]
    fn only_update_role_has_an_empty_result() {
        assert!(!Format::Xml.success("DeleteRole", NAMESPACE, "7", &[]).contains("Result"));
        assert!(Format::Xml.success("UpdateRole", NAMESPACE, "7", &[]).contains("  <UpdateRoleResult/>\n"));
        let json = r#"{"UpdateRoleResponse":{"ResponseMetadata":{"RequestId":"7"},"UpdateRoleResult":{}}}"#;
        assert_eq!(Format::Json.success("UpdateRole", NAMESPACE, "7", &[]), json);
    }

    #[test]
    fn json_is_for_those_who_ask() {
        for accept in [
            "application/json",
            "Application/JSON; charset=utf-8",
            "*/*, application/json",
            "application/json, text/xml",
        ] {
            assert_eq!(Format::accepted(Some(accept)), Format::Json, "{accept}");
        }
        for accept in ["", "*/*", "text/xml, application/json", "text/html", "application/jsonp"] {
            assert_eq!(Format::accepted(Some(accept)), Format::Xml, "{accept}");
        }
        assert_eq!(Format::accepted(None), Format::Xml);
    }
}
