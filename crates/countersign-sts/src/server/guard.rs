//! Who may use what is not the API. Nobody logs in to it, so pages of other sites that the operator's browser shows must
//! not get at it: requests that a browser calls cross-site are refused, and so are hosts that a stranger's DNS could let
//! point to this machine.

use std::net::IpAddr;

use hyper::header::{HOST, HeaderValue};
use hyper::http::request::Parts;
use hyper::http::uri::Authority;

/// Domains that nobody can register.
const LOCAL_DOMAINS: [&str; 3] = ["localhost", "internal", "local"];

/// Whether a page of another site may be behind a request.
pub(super) fn is_foreign(head: &Parts) -> bool {
    !is_local_host(head) || is_cross_site(head)
}

/// Whether the host is one that strangers cannot own: an address, a local domain, or a name without a dot such as that of
/// a container.
fn is_local_host(head: &Parts) -> bool {
    let header = head.headers.get(HOST).and_then(|value| value.to_str().ok());
    let host = head.uri.authority().map(Authority::as_str).or(header).unwrap_or_default();
    let bare = match host.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((address, _)) => address,
        None => host.split_once(':').map_or(host, |(name, _)| name),
    };
    let name = bare.strip_suffix('.').unwrap_or(bare);
    let domain = name.rsplit('.').next().unwrap_or_default();
    let is_local = LOCAL_DOMAINS.iter().any(|local| domain.eq_ignore_ascii_case(local));
    bare.parse::<IpAddr>().is_ok() || is_local || (!name.is_empty() && !name.contains('.'))
}

/// Browsers say where a request comes from; other programs do not.
fn is_cross_site(head: &Parts) -> bool {
    let site = head.headers.get("sec-fetch-site").map(HeaderValue::as_bytes);
    let navigates = head.headers.get("sec-fetch-mode").is_some_and(|mode| mode == "navigate");
    // A link from elsewhere may open a page; what it shows stays in its own window.
    !navigates && !matches!(site, None | Some(b"same-origin" | b"none"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(headers: &[(&str, &str)]) -> bool {
        let mut request = hyper::Request::builder().uri("/");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        is_foreign(&request.body(()).unwrap().into_parts().0)
    }

    #[test]
    fn hosts_that_a_stranger_can_own_are_refused() {
        for host in [
            "127.0.0.1:4566",
            "[::1]:4566",
            "localhost",
            "LOCALHOST:1",
            "a.localhost.:80",
            "countersign:4566",
            "host.docker.internal:4566",
        ] {
            assert!(!refused(&[("host", host)]), "{host}");
        }
        for host in ["", ".", ":80", "evil.example:4566", "127.0.0.1.evil.example", "localhost.evil.example", "a..b"] {
            assert!(refused(&[("host", host)]), "{host}");
        }
        assert!(refused(&[]));
    }

    #[test]
    fn pages_of_other_sites_are_refused() {
        let from = |site, mode| refused(&[("host", "127.0.0.1"), ("sec-fetch-site", site), ("sec-fetch-mode", mode)]);
        assert!(!from("same-origin", "cors"));
        assert!(!from("none", "navigate"));
        assert!(!from("cross-site", "navigate"));
        for site in ["cross-site", "same-site"] {
            assert!(from(site, "cors") && from(site, "no-cors"));
        }
    }
}
