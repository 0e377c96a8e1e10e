//! An HTTP request as the endpoint sees it.

use core::net::IpAddr;
use std::borrow::Cow;

/// An HTTP request, read whole.
#[derive(Debug, Clone, Copy)]
pub struct Request<'r> {
    /// `GET`, `POST`, …
    pub method: &'r str,
    /// Path and query string, as they came.
    pub target: &'r str,
    /// Names and values, in the order they came.
    pub headers: &'r [(&'r str, &'r [u8])],
    /// The body.
    pub body: &'r [u8],
    /// Where the request came from: `aws:SourceIp`.
    pub source_ip: Option<IpAddr>,
}

impl Request<'_> {
    pub(crate) fn path(&self) -> &str {
        self.target.split_once('?').map_or(self.target, |(path, _)| path)
    }

    pub(crate) fn query(&self) -> &str {
        self.target.split_once('?').map_or("", |(_, query)| query)
    }

    /// Every value of a header. Bytes that are not UTF-8 become U+FFFD, so that nothing signed with them verifies.
    pub(crate) fn header_values(&self, name: &str) -> impl Iterator<Item = Cow<'_, str>> {
        let named = move |header: &&(&str, &[u8])| header.0.eq_ignore_ascii_case(name);
        self.headers.iter().filter(named).map(|(_, value)| String::from_utf8_lossy(value))
    }

    /// The region in a host such as `sts.eu-west-1.amazonaws.com`. Local hosts have none.
    pub(crate) fn host_region(&self) -> Option<String> {
        let host = self.header("host")?;
        let (name, _) = host.split_once(".amazonaws.com")?;
        let region = name.rsplit_once('.')?.1;
        (region.contains('-') && !region.ends_with("-fips")).then(|| region.to_owned())
    }

    /// The value of a header that stands once.
    pub(crate) fn header(&self, name: &str) -> Option<Cow<'_, str>> {
        let mut values = self.headers.iter().filter(|header| header.0.eq_ignore_ascii_case(name));
        let (_, first) = values.next()?;
        values.next().is_none().then(|| String::from_utf8_lossy(first))
    }
}
