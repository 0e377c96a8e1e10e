//! Answers that are not the API's.

use http_body_util::Full;
use hyper::body::Bytes;
use hyper::header::{ALLOW, CONNECTION, CONTENT_TYPE, HeaderValue};
use hyper::{Response, StatusCode};
use serde::Serialize;

use crate::protocol::{ApiError, ErrorCode, Format};
use crate::sts;

/// A text, with a line feed after it.
pub(super) fn text(status: StatusCode, text: &str) -> Response<Full<Bytes>> {
    of_kind(status, "text/plain; charset=utf-8", format!("{text}\n"))
}

pub(super) fn json(status: StatusCode, value: &impl Serialize) -> Response<Full<Bytes>> {
    match serde_json::to_string(value) {
        Ok(body) => of_kind(status, "application/json", body),
        Err(error) => text(StatusCode::INTERNAL_SERVER_ERROR, &error.to_string()),
    }
}

/// A refusal as clients of the API expect it.
pub(super) fn api_refusal(message: &str) -> Response<Full<Bytes>> {
    let error = ApiError::new(ErrorCode::UnknownOperationException, message);
    let status = StatusCode::from_u16(error.code.status()).unwrap_or(StatusCode::NOT_FOUND);
    of_kind(status, "text/xml", Format::Xml.failure(&error, sts::SERVICE.namespace, ""))
}

/// Done, and nothing to say of it.
pub(super) fn empty() -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::default());
    *response.status_mut() = StatusCode::NO_CONTENT;
    response
}

pub(super) fn method_not_allowed(allowed: &'static str) -> Response<Full<Bytes>> {
    let mut response = text(StatusCode::METHOD_NOT_ALLOWED, &format!("this is for {allowed}"));
    response.headers_mut().insert(ALLOW, HeaderValue::from_static(allowed));
    response
}

/// What is left of the request is not read, so the connection is of no more use.
pub(super) fn closing(mut response: Response<Full<Bytes>>) -> Response<Full<Bytes>> {
    response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
    response
}

pub(super) fn of_kind(status: StatusCode, kind: &'static str, body: String) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(Bytes::from(body)));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    response
}
