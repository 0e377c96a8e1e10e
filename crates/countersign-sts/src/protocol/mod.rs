//! AWS's query protocol: forms in, XML out, errors with AWS's codes. Both STS and IAM speak it.

mod constraint;
mod error;
mod form;
mod xml;

pub(crate) use constraint::{Checks, Constraint, Pattern};
pub use error::{ApiError, ErrorCode, Fault};
pub(crate) use form::{Parameters, decode_pairs};
pub(crate) use xml::{Element, Xml};

/// The body of an answer to `operation`: its result and the request's id.
pub(crate) fn success(operation: &str, namespace: &str, request_id: &str, result: &[Element]) -> String {
    Xml::document(&format!("{operation}Response"), namespace, |xml| {
        xml.parent(&format!("{operation}Result"), |xml| xml.elements(result));
        xml.parent("ResponseMetadata", |xml| xml.leaf("RequestId", request_id));
    })
}

/// The body of a refusal.
pub(crate) fn failure(error: &ApiError, namespace: &str, request_id: &str) -> String {
    Xml::document("ErrorResponse", namespace, |xml| {
        xml.parent("Error", |xml| {
            xml.leaf("Type", error.code.fault().name());
            xml.leaf("Code", error.code.name());
            xml.leaf("Message", &error.message);
        });
        xml.leaf("RequestId", request_id);
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_has_the_bytes_of_a_captured_one() {
        let error =
            ApiError::new(ErrorCode::InvalidClientTokenId, "The security token included in the request is invalid");
        let id = "00000000-0000-0000-0000-000000000000";
        assert_eq!(failure(&error, "https://sts.amazonaws.com/doc/2011-06-15/", id).len(), 305);
    }
}
