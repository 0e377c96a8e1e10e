//! Clients of the AWS SDK for Rust, answered in process: no socket, no thread, and no clock but the client's.
//!
//! ```
//! use std::sync::Arc;
//!
//! use aws_sdk_sts::config::Credentials;
//! use countersign_sts::{Endpoint, Strictness, World, sdk};
//!
//! # async fn run() -> Result<(), Box<dyn std::error::Error>> {
//! let endpoint = Arc::new(Endpoint::new(World::new(Strictness::OutOfTheBox), [7; 32]));
//! let admin = Credentials::new("111122223333", "test", None, None, "test");
//! let sts = aws_sdk_sts::Client::from_conf(sdk::sts_config(endpoint, admin).build());
//! let identity = sts.get_caller_identity().send().await?;
//! assert_eq!(identity.arn(), Some("arn:aws:iam::111122223333:user/admin"));
//! # Ok(())
//! # }
//! ```

use core::fmt;
use std::sync::Arc;

use aws_sdk_sts::config::{
    BehaviorVersion, Credentials, HttpClient, IdentityCache, Region, RuntimeComponents, StalledStreamProtectionConfig,
    retry::RetryConfig, timeout::TimeoutConfig,
};
use aws_sdk_sts::primitives::DateTime;
use aws_smithy_runtime_api::client::http::{
    HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use countersign_policy::condition::date::Moment;

use crate::{Endpoint, Request, Response};

/// Where clients believe the endpoint to be.
const URL: &str = "http://localhost";

/// The configuration of a client for STS whose calls `endpoint` answers.
///
/// Its region is us-east-1 and it does not retry; both can be changed before `build`. So can its time source: what the
/// client signs with is the time at the endpoint too.
#[must_use]
pub fn sts_config(endpoint: Arc<Endpoint>, caller: Credentials) -> aws_sdk_sts::config::Builder {
    aws_sdk_sts::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::from_static("us-east-1"))
        .endpoint_url(URL)
        .http_client(InProcess::new(endpoint))
        .credentials_provider(caller)
        // What waits needs a runtime, and there is nothing to wait for.
        .identity_cache(IdentityCache::no_cache())
        .retry_config(RetryConfig::disabled())
        .timeout_config(TimeoutConfig::disabled())
        .stalled_stream_protection(StalledStreamProtectionConfig::disabled())
}

/// The HTTP client of an SDK client, for every service that the endpoint serves. The client's time source says what time
/// it is.
#[derive(Clone)]
pub struct InProcess(Arc<Endpoint>);

impl InProcess {
    /// A client whose requests `endpoint` answers.
    #[must_use]
    pub fn new(endpoint: Arc<Endpoint>) -> Self {
        Self(endpoint)
    }
}

impl fmt::Debug for InProcess {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("InProcess")
    }
}

impl HttpClient for InProcess {
    fn http_connector(&self, _: &HttpConnectorSettings, components: &RuntimeComponents) -> SharedHttpConnector {
        let now = components.time_source().map(|clock| DateTime::from(clock.now()).secs());
        SharedHttpConnector::new(Connection { endpoint: Arc::clone(&self.0), now: now.map(Moment::from_seconds) })
    }
}

/// A connection for one call.
struct Connection {
    endpoint: Arc<Endpoint>,
    now: Option<Moment>,
}

impl fmt::Debug for Connection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connection").field("now", &self.now).finish_non_exhaustive()
    }
}

impl HttpConnector for Connection {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        HttpConnectorFuture::ready(self.answer(&request))
    }
}

impl Connection {
    fn answer(&self, request: &HttpRequest) -> Result<HttpResponse, ConnectorError> {
        let refused = |text: &str| ConnectorError::user(text.into());
        let now = self.now.ok_or_else(|| refused("the client has no time source"))?;
        let body = request.body().bytes().ok_or_else(|| refused("the endpoint takes no streams"))?;
        let (host, target) = host_and_target(request.uri());
        let mut headers: Vec<(&str, &[u8])> = request.headers().iter_bytes().collect();
        // An HTTP client adds it, and signers count on that.
        if !request.headers().contains_key("host") {
            headers.push(("host", host.as_bytes()));
        }
        let request = Request {
            method: request.method(),
            target,
            headers: &headers,
            body,
            source_ip: Some([127, 0, 0, 1].into()),
        };
        response(self.endpoint.respond(&request, now))
    }
}

fn response(answer: Response) -> Result<HttpResponse, ConnectorError> {
    let status = answer.status.try_into().map_err(|error| ConnectorError::other(Box::new(error), None))?;
    let mut response = HttpResponse::new(status, answer.body.into());
    for (name, value) in answer.headers {
        let added = response.headers_mut().try_insert(name, value.into_owned());
        added.map_err(|error| ConnectorError::other(Box::new(error), None))?;
    }
    Ok(response)
}

/// The parts of a URL that go into the `Host` header and into the first line of a request.
fn host_and_target(uri: &str) -> (&str, &str) {
    let rest = uri.split_once("://").map_or(uri, |(_, rest)| rest);
    match rest.find(['/', '?']).and_then(|at| rest.split_at_checked(at)) {
        Some((host, target)) if target.starts_with('/') => (host, target),
        Some((host, _)) => (host, "/"),
        None => (rest, "/"),
    }
}

#[cfg(test)]
mod tests {
    use super::host_and_target;

    #[test]
    fn urls_are_taken_apart() {
        assert_eq!(host_and_target("http://localhost/"), ("localhost", "/"));
        assert_eq!(host_and_target("http://localhost:80/w/x?a=b"), ("localhost:80", "/w/x?a=b"));
        assert_eq!(host_and_target("http://localhost"), ("localhost", "/"));
        assert_eq!(host_and_target("/w/x"), ("", "/w/x"));
    }
}
