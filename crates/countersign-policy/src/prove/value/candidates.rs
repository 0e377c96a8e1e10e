//! Values of other types than text: one of each class that the conditions can tell apart.

use core::net::IpAddr;

use ipnet::IpNet;

use super::ValueTest;
use crate::condition::date::Moment;
use crate::evaluate::Values;

/// The values the conditions can tell apart, one of each class and some other spellings.
pub(super) fn of(tests: &[&ValueTest<'_>]) -> Vec<String> {
    let mut candidates = Vec::new();
    for test in tests {
        match &test.condition.values {
            Values::Numbers(numbers) => {
                let digits = numbers.iter().flatten().map(|number| number.len()).max().unwrap_or(1);
                for number in numbers.iter().flatten() {
                    let point = if number.contains('.') { "" } else { "." };
                    let above = format!("{number}{point}{}1", "0".repeat(digits));
                    candidates.extend([number.to_string(), format!("0{number}"), format!("00{number}"), above]);
                    if !number.contains('.') {
                        candidates.push(format!("{number}.0"));
                    }
                }
                candidates.extend(["0".into(), "00".into(), format!("-1{}", "0".repeat(digits)), "xx".into()]);
            }
            Values::Dates(dates) => {
                let moments = dates.iter().flatten().flat_map(|date| around(*date));
                candidates.extend(moments.flat_map(|moment| [moment.to_string(), moment.seconds().to_string()]));
                candidates.push("xx".into());
            }
            Values::Bools(_) => candidates.extend(["true".into(), "false".into(), "xx".into()]),
            Values::Ranges(ranges) => {
                for range in ranges.iter().flatten() {
                    candidates.push(range.network().to_string());
                    candidates.extend(after(range.broadcast()).map(|address| address.to_string()));
                }
                candidates.extend(["0.0.0.0".into(), "::".into(), "xx".into()]);
            }
            Values::Binaries(binaries) => {
                use base64::Engine as _;
                let encode = |bytes: &Vec<u8>| base64::engine::general_purpose::STANDARD.encode(bytes);
                candidates.extend(binaries.iter().flatten().map(encode));
                candidates.push("xx".into());
            }
            Values::Strings(_) | Values::Arns(_) | Values::Unreadable => {}
        }
    }
    candidates
}

/// Addresses nobody calls STS from over the internet (`aws:SourceIp` holds public addresses only).
pub const UNROUTABLE: &[&str] = &[
    "0.0.0.0/8",
    "10.0.0.0/8",
    "127.0.0.0/8",
    "169.254.0.0/16",
    "172.16.0.0/12",
    "192.168.0.0/16",
    "224.0.0.0/3",
    "::/127",
    "fc00::/7",
    "fe80::/10",
    "ff00::/8",
];

fn private_ranges() -> impl Iterator<Item = IpNet> {
    UNROUTABLE.iter().filter_map(|range| range.parse().ok())
}

/// Whether the address is in a private or otherwise unroutable range.
pub(super) fn is_private(address: IpAddr) -> bool {
    private_ranges().any(|range| range.contains(&address))
}

/// The first address after each private range: in a wide range of a policy it stands for the public part.
pub(super) fn past_private_ranges() -> impl Iterator<Item = String> {
    private_ranges().filter_map(|range| after(range.broadcast())).map(|address| address.to_string())
}

/// A moment, its neighbours within a nanosecond and within a second.
pub(super) fn around(date: Moment) -> impl Iterator<Item = Moment> {
    [date, date.before(), date.after(), date.plus_seconds(1), date.plus_seconds(-1)].into_iter()
}

fn after(address: IpAddr) -> Option<IpAddr> {
    match address {
        IpAddr::V4(v4) => u32::from(v4).checked_add(1).map(|bits| core::net::Ipv4Addr::from(bits).into()),
        IpAddr::V6(v6) => u128::from(v6).checked_add(1).map(|bits| core::net::Ipv6Addr::from(bits).into()),
    }
}
