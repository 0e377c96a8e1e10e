//! What is under `/_countersign/`: the last decisions, a page that shows them, and metrics. All of it only reads.

use std::sync::LazyLock;

use data_encoding::BASE64;
use http_body_util::Full;
use hyper::body::Bytes;
use hyper::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, HeaderName, HeaderValue, LOCATION, X_CONTENT_TYPE_OPTIONS,
};
use hyper::http::request::Parts;
use hyper::{Method, Response, StatusCode};
use sha2::{Digest as _, Sha256};

use super::metrics::Metrics;
use super::{guard, reply};
use crate::decisions::{Decisions, Wanted};
use crate::protocol::decode_pairs;

const PAGE: &str = include_str!("page.html");

/// The page runs its own script and style, and asks its own server.
static POLICY: LazyLock<String> = LazyLock::new(|| {
    let hash = |element: &str| {
        let text =
            PAGE.split_once(&format!("<{element}>")).and_then(|(_, rest)| rest.split_once(&format!("</{element}>")));
        BASE64.encode(&Sha256::digest(text.map_or("", |(text, _)| text)))
    };
    format!(
        "default-src 'none'; script-src 'sha256-{}'; style-src 'sha256-{}'; connect-src 'self'; base-uri 'none'; \
         form-action 'none'; frame-ancestors 'none'",
        hash("script"),
        hash("style")
    )
});

/// The part of a path after `/_countersign`, where it is that.
pub(super) fn path(path: &str) -> Option<&str> {
    path.strip_prefix("/_countersign").filter(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// Answers a request for `path`, which is the part after `/_countersign`. Metrics are of the whole server, and there for
/// its own world only.
pub(super) fn answer(
    path: &str,
    head: &Parts,
    decisions: &Decisions,
    metrics: Option<&Metrics>,
) -> Response<Full<Bytes>> {
    if guard::is_foreign(head) {
        let told = "this is for programs and pages of this machine: use its address, or localhost";
        return private(reply::text(StatusCode::FORBIDDEN, told));
    }
    if !matches!(head.method, Method::GET | Method::HEAD) {
        return private(reply::method_not_allowed("GET, HEAD"));
    }
    private(match (path, metrics) {
        ("", _) => {
            let mut moved = reply::text(StatusCode::PERMANENT_REDIRECT, "_countersign/");
            moved.headers_mut().insert(LOCATION, HeaderValue::from_static("_countersign/"));
            moved
        }
        ("/", _) => {
            let mut page = reply::of_kind(StatusCode::OK, "text/html; charset=utf-8", PAGE.to_owned());
            if let Ok(policy) = HeaderValue::from_str(&POLICY) {
                page.headers_mut().insert(CONTENT_SECURITY_POLICY, policy);
            }
            page
        }
        ("/decisions", _) => match wanted(head.uri.query().unwrap_or_default()) {
            Some(wanted) => reply::of_kind(StatusCode::OK, "application/json", decisions.json(wanted)),
            None => {
                let told = "`after` and `limit` are numbers, and there is nothing else to ask for";
                reply::text(StatusCode::BAD_REQUEST, told)
            }
        },
        ("/metrics", Some(metrics)) => {
            reply::of_kind(StatusCode::OK, "text/plain; version=0.0.4; charset=utf-8", metrics.text())
        }
        _ => reply::text(StatusCode::NOT_FOUND, "there is /, /decisions, and for the server as a whole /metrics"),
    })
}

fn wanted(query: &str) -> Option<Wanted> {
    let mut wanted = Wanted::default();
    for (name, value) in decode_pairs(query).ok()? {
        match name.as_str() {
            "after" => wanted.after = value.parse().ok()?,
            "limit" => wanted.limit = value.parse().ok()?,
            _ => return None,
        }
    }
    Some(wanted)
}

/// What no cache keeps, and no page of another site can embed.
fn private(mut response: Response<Full<Bytes>>) -> Response<Full<Bytes>> {
    let headers = response.headers_mut();
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    let policy = HeaderName::from_static("cross-origin-resource-policy");
    headers.insert(policy, HeaderValue::from_static("same-origin"));
    response
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decisions::Room;

    fn status(method: &str, uri: &str) -> StatusCode {
        let request = hyper::Request::builder().method(method).uri(uri).header("host", "127.0.0.1").body(());
        let (head, ()) = request.unwrap().into_parts();
        let path = path(head.uri.path()).unwrap().to_owned();
        answer(&path, &head, &Decisions::new(Room::OWN), Some(&Metrics::default())).status()
    }

    #[test]
    fn what_is_not_understood_is_refused() {
        for (path, expected) in [
            ("/decisions?after=3&limit=1", 200),
            ("/decisions?after=x", 400),
            ("/decisions?limit=-1", 400),
            ("/decisions?since=3", 400),
            ("/decisions/", 404),
            ("/metrics", 200),
            ("", 308),
            ("/", 200),
        ] {
            assert_eq!(status("GET", &format!("/_countersign{path}")), expected, "{path}");
        }
        assert_eq!(status("POST", "/_countersign/decisions"), 405);
        assert_eq!(path("/_countersigned"), None);
    }

    #[test]
    fn the_page_has_one_script_and_one_style_and_loads_nothing() {
        for part in ["<script>", "</script>", "<style>", "</style>"] {
            assert_eq!(PAGE.matches(part).count(), 1, "{part}");
        }
        for reference in ["http:", "https:", "src=", "href=", "url(", "@import", "innerHTML", "eval(", " style="] {
            assert!(!PAGE.contains(reference), "{reference}");
        }
    }
}
