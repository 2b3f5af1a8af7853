//! Choosing TCP ports for servers.
//!
//! An ephemeral port is taken by any outgoing connection while its server is down, and a saved `DATABASE_URL` then leads
//! elsewhere; so ports come from below the kernel's ephemeral range, and stay with their add-on.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::net::{Ipv4Addr, TcpListener};

use rand::RngExt;

/// The first port that we give out; below lie ports that people and well-known services choose.
const FIRST: u16 = 20000;

/// The kernel's own default where it does not tell its ephemeral range.
const USUAL_EPHEMERAL_START: u16 = 32768;

/// Finds a port that nothing listens on and that no add-on has. `reserved` holds the ports of all add-ons, also of those
/// whose servers are down. Call it under the lock that also writes the choice down.
pub fn allocate(reserved: &BTreeSet<u16>) -> io::Result<u16> {
    let range = fs::read_to_string("/proc/sys/net/ipv4/ip_local_port_range").unwrap_or_default();
    let end = end_of_range(&range);
    let count = end - FIRST;
    // A random start keeps two platforms on one machine out of each other's way.
    let offset = rand::rng().random_range(0..count);
    (0..count)
        .map(|step| FIRST + ((u32::from(offset) + u32::from(step)) % u32::from(count)) as u16)
        .find(|port| !reserved.contains(port) && is_free(*port))
        .ok_or_else(|| {
            io::Error::new(
                io::ErrorKind::AddrInUse,
                format!("No free TCP port between {FIRST} and {} on 127.0.0.1.", end - 1),
            )
        })
}

/// Whether nothing listens on the port of 127.0.0.1 now.
fn is_free(port: u16) -> bool {
    TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok()
}

/// Where our ports end: where the kernel's ephemeral ones begin, if that leaves us enough.
fn end_of_range(ip_local_port_range: &str) -> u16 {
    ip_local_port_range
        .split_whitespace()
        .next()
        .and_then(|start| start.parse().ok())
        .filter(|start| *start >= FIRST + 1000)
        .unwrap_or(USUAL_EPHEMERAL_START)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ports_stay_below_the_ephemeral_range() {
        assert_eq!(end_of_range("32768\t60999\n"), 32768);
        assert_eq!(end_of_range("25000 60999"), 25000);
        assert_eq!(end_of_range("1024 65000"), USUAL_EPHEMERAL_START);
        assert_eq!(end_of_range(""), USUAL_EPHEMERAL_START);
    }

    #[test]
    fn neither_a_reserved_nor_a_used_port_is_given_out() {
        let first = allocate(&BTreeSet::new()).unwrap();
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, first)).unwrap();
        assert!(!is_free(first));
        drop(listener);

        let free = allocate(&BTreeSet::new()).unwrap();
        let all_but_one: BTreeSet<u16> = (FIRST..u16::MAX).filter(|port| *port != free).collect();
        assert_eq!(allocate(&all_but_one).unwrap(), free);
        let all: BTreeSet<u16> = (FIRST..u16::MAX).collect();
        assert!(allocate(&all).unwrap_err().to_string().starts_with("No free TCP port"));
    }
}
