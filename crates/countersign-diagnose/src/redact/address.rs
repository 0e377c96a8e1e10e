//! Pseudonyms of IP addresses that lie in the same networks as those they stand for.

use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use countersign_policy::prove::UNROUTABLE;

use super::name::Draw;

/// Addresses that belong to nobody, and mean something: they stay.
const OPEN: [&str; 6] = ["0.0.0.0", "127.0.0.1", "169.254.169.254", "169.254.170.2", "::", "::1"];

/// The pseudonym of an address or network as it is written. Two addresses share as many leading bits as their pseudonyms.
pub(super) fn pseudonym(written: &str, draw: &Draw) -> Option<String> {
    let (address, mask) = match written.split_once('/') {
        Some((address, mask)) => (address, Some(mask.parse::<u32>().ok()?)),
        None => (written, None),
    };
    let address: IpAddr = address.parse().ok()?;
    let (bits, width) = bits(address);
    let mut hidden = turned(bits, width, draw);
    if let Some(mask) = mask {
        let host = width.checked_sub(mask)?;
        let network = |bits: u128| if host >= 128 { 0 } else { bits >> host << host };
        // A network is written with no bits behind its prefix, unless its author did.
        if network(bits) == bits {
            hidden = network(hidden);
        }
    }
    let address = match address {
        IpAddr::V4(_) => IpAddr::V4(Ipv4Addr::from(u32::try_from(hidden).ok()?)),
        IpAddr::V6(_) => IpAddr::V6(Ipv6Addr::from(hidden)),
    };
    Some(mask.map_or_else(|| address.to_string(), |mask| format!("{address}/{mask}")))
}

fn bits(address: IpAddr) -> (u128, u32) {
    match address {
        IpAddr::V4(address) => (u128::from(u32::from(address)), 32),
        IpAddr::V6(address) => (u128::from(address), 128),
    }
}

/// Turns each bit or leaves it, as a secret of the bits before it says. What decides whether an address lies in a range that
/// means something, and whether it is one of those that stay, is never turned.
fn turned(bits: u128, width: u32, draw: &Draw) -> u128 {
    let open: Vec<(u128, u32)> = OPEN.iter().chain(UNROUTABLE).filter_map(|text| range(text, width)).collect();
    let mut out = 0;
    for place in (0..width).rev() {
        let bit = bits >> place & 1;
        let before = bits.checked_shr(place + 1).unwrap_or(0);
        let decides = |(open, length): &(u128, u32)| {
            width - place <= *length && open.checked_shr(place + 1).unwrap_or(0) == before
        };
        let turn = if open.iter().any(decides) {
            0
        } else {
            u128::from(draw.byte(&format!("address {width} {place} {before:x}")) & 1)
        };
        out = out << 1 | (bit ^ turn);
    }
    out
}

/// The bits of a range of addresses of this width, and the length of its prefix.
fn range(text: &str, width: u32) -> Option<(u128, u32)> {
    let (address, length) = text.split_once('/').unwrap_or((text, ""));
    let (bits, wide) = bits(address.parse().ok()?);
    (wide == width).then_some((bits, length.parse().unwrap_or(width)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lies_in(address: &str, range: &str) -> bool {
        let (bits, width) = bits(address.parse().unwrap());
        super::range(range, width).is_some_and(|(open, length)| open >> (width - length) == bits >> (width - length))
    }

    #[test]
    fn networks_keep_their_addresses() {
        let draw = Draw::new(&[7; 32]);
        let address = |text: &str| pseudonym(text, &draw).unwrap();
        let inside: Ipv4Addr = address("203.0.113.7").parse().unwrap();
        let outside: Ipv4Addr = address("203.0.112.7").parse().unwrap();
        let network = address("203.0.113.0/24");
        let (network, mask) = network.split_once('/').unwrap();
        let network: Ipv4Addr = network.parse().unwrap();
        assert_eq!(mask, "24");
        assert_eq!(u32::from(network) & 0xff, 0);
        assert_eq!(u32::from(inside) >> 8, u32::from(network) >> 8);
        assert_ne!(u32::from(outside) >> 8, u32::from(network) >> 8);
        assert_ne!(inside.to_string(), "203.0.113.7");
        for kept in ["0.0.0.0/0", "127.0.0.1", "::1", "169.254.169.254"] {
            assert_eq!(address(kept), kept);
        }
        assert_eq!(pseudonym("203.0.113.7/99", &draw), None);
        for (private, range) in [("10.1.2.3", "10."), ("192.168.7.9", "192.168."), ("fd00::7", "fd")] {
            assert!(address(private).starts_with(range) && address(private) != private);
        }
        for public in ["9.9.9.9", "198.51.100.7", "11.0.0.1", "2001:db8::7"] {
            let hidden = address(public);
            assert!(!UNROUTABLE.iter().any(|range| lies_in(&hidden, range)), "{public} {hidden}");
        }
    }
}
