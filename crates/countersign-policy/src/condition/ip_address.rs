//! `IpAddress`: CIDR ranges of both families. Host bits are ignored; no prefix means one host; another family is outside.

use core::net::IpAddr;

use ipnet::IpNet;

/// Reads a CIDR range or a bare address.
#[must_use]
pub fn parse_range(text: &str) -> Option<IpNet> {
    text.parse::<IpNet>().ok().map(|range| range.trunc()).or_else(|| text.parse::<IpAddr>().ok().map(IpNet::from))
}

/// Whether the address `sent` lies in `range`.
#[must_use]
pub fn contains(range: &IpNet, sent: &str) -> bool {
    sent.parse::<IpAddr>().is_ok_and(|address| range.contains(&address))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_ignore_host_bits_and_other_families() {
        let range = parse_range("203.0.113.77/24").unwrap();
        assert!(contains(&range, "203.0.113.10"));
        assert!(!contains(&range, "203.0.114.10"));
        assert!(!contains(&range, "2001:db8::1"));
        assert!(contains(&parse_range("2001:db8:1234:5678::/64").unwrap(), "2001:db8:1234:5678::9"));
        assert!(!contains(&parse_range("203.0.113.10").unwrap(), "203.0.113.11"));
        assert!(parse_range("203.0.113.0/33").is_none());
    }
}
