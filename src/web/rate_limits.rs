//! Rate limits: sign-ins per client address, other requests per session or key.

use crate::problem::Problem;
use axum::extract::{ConnectInfo, Request};
use axum::http::HeaderMap;
use governor::clock::{Clock, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use sohoa_base::config::Server;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicU32, Ordering};

/// Requests between two removals of clients that have made none for a while.
const CLEANUP_INTERVAL: u32 = 1024;

/// Header in which reverse proxies name the client.
const FORWARDED_FOR: &str = "x-forwarded-for";

/// Recent sign-ins and requests.
#[derive(Debug)]
pub(crate) struct RateLimits {
    sign_ins: Option<DefaultKeyedRateLimiter<IpAddr>>,
    requests: Option<DefaultKeyedRateLimiter<String>>,
    request_count: AtomicU32,
}

impl RateLimits {
    pub(crate) fn new(settings: &Server) -> Self {
        let at_once = NonZeroU32::new(settings.requests_at_once).unwrap_or(NonZeroU32::MIN);
        let tries = NonZeroU32::new(settings.sign_ins_per_minute).map(Quota::per_minute);
        let requests = NonZeroU32::new(settings.requests_per_second).map(|rate| Quota::per_second(rate).allow_burst(at_once));
        Self { sign_ins: tries.map(RateLimiter::keyed), requests: requests.map(RateLimiter::keyed), request_count: AtomicU32::new(0) }
    }

    /// Counts an attempt to sign in.
    pub(crate) fn check_sign_in_rate(&self, from: ClientAddress) -> Result<(), Problem> {
        self.sign_ins.as_ref().map_or(Ok(()), |limiter| check_limiter(limiter, &from.network()))
    }

    /// Counts a request of `who`: the identifier of a session or key.
    pub(crate) fn check_request_rate(&self, who: &str) -> Result<(), Problem> {
        if self.request_count.fetch_add(1, Ordering::Relaxed) % CLEANUP_INTERVAL == CLEANUP_INTERVAL - 1 {
            self.sign_ins.iter().for_each(RateLimiter::retain_recent);
            self.requests.iter().for_each(RateLimiter::retain_recent);
        }
        self.requests.as_ref().map_or(Ok(()), |limiter| check_limiter(limiter, &who.to_owned()))
    }

    /// Counts a request without a valid session or key.
    pub(crate) fn check_anonymous_rate(&self, from: ClientAddress) -> Result<(), Problem> {
        self.check_request_rate(&from.network().to_string())
    }
}

fn check_limiter<K: Clone + Eq + std::hash::Hash>(limiter: &DefaultKeyedRateLimiter<K>, who: &K) -> Result<(), Problem> {
    limiter.check_key(who).map_err(|until| Problem::RateLimited(until.wait_time_from(DefaultClock::default().now())))
}

/// IP address of the client.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ClientAddress(pub(crate) IpAddr);

impl ClientAddress {
    /// Client of a request: the peer, or the address that trusted proxies report.
    pub(crate) fn from_request(request: &Request, trusted: &[IpAddr]) -> Self {
        let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|ConnectInfo(address)| address.ip().to_canonical());
        Self(client_ip(peer.unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED)), request.headers(), trusted))
    }

    /// Network counted as one client: the IPv4 address, or the /64 prefix, the least that one IPv6 customer has.
    fn network(self) -> IpAddr {
        match self.0 {
            IpAddr::V6(address) => IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() >> 64 << 64)),
            IpAddr::V4(_) => self.0,
        }
    }
}

/// Address of the client. Every proxy appends the address of its peer, so entries before the first untrusted one may be forged.
fn client_ip(peer: IpAddr, headers: &HeaderMap, trusted: &[IpAddr]) -> IpAddr {
    let mut found = peer;
    let hops: Vec<&str> =
        headers.get_all(FORWARDED_FOR).iter().filter_map(|value| value.to_str().ok()).flat_map(|value| value.split(',')).collect();
    for hop in hops.into_iter().rev() {
        if !trusted.contains(&found) {
            break;
        }
        let Some(address) = parse_ip(hop.trim()) else { break };
        found = address.to_canonical();
    }
    found
}

/// Parses an address, with or without the port that some proxies add.
fn parse_ip(text: &str) -> Option<IpAddr> {
    let bare = text.trim_start_matches('[').trim_end_matches(']');
    bare.parse().ok().or_else(|| text.parse::<SocketAddr>().ok().map(|address| address.ip()))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn from(peer: &str, hops: &[&str]) -> String {
        let headers = hops.iter().map(|value| (FORWARDED_FOR.parse().unwrap(), value.parse().unwrap())).collect::<HeaderMap>();
        client_ip(peer.parse().unwrap(), &headers, &["10.0.0.1".parse().unwrap(), "10.0.0.2".parse().unwrap()]).to_string()
    }

    #[test]
    fn forwarded_address_is_used_only_from_trusted_proxies() {
        assert_eq!(from("192.0.2.7", &["198.51.100.1"]), "192.0.2.7", "anybody may write the header");
        assert_eq!(from("10.0.0.1", &["198.51.100.1"]), "198.51.100.1");
        assert_eq!(from("10.0.0.1", &["203.0.113.9, 198.51.100.1, 10.0.0.2"]), "198.51.100.1", "the client wrote the first one itself");
        assert_eq!(from("10.0.0.1", &["203.0.113.9", "198.51.100.1:4711"]), "198.51.100.1");
        assert_eq!(from("10.0.0.1", &["[2001:db8::1]:443"]), "2001:db8::1");
        assert_eq!((from("10.0.0.1", &["nobody"]), from("10.0.0.1", &[])), ("10.0.0.1".to_owned(), "10.0.0.1".to_owned()));
    }

    #[test]
    fn rate_limits_are_per_client_and_zero_disables() {
        let limits = RateLimits::new(&Server { sign_ins_per_minute: 1, requests_per_second: 1, requests_at_once: 2, ..Server::default() });
        let client = |address: &str| ClientAddress(address.parse().unwrap());
        assert!(limits.check_sign_in_rate(client("2001:db8::1")).is_ok() && limits.check_sign_in_rate(client("192.0.2.7")).is_ok());
        assert!(limits.check_sign_in_rate(client("2001:db8::2")).is_err(), "one customer has many addresses");
        assert_eq!(["a", "a", "b", "a"].map(|who| limits.check_request_rate(who).is_ok()), [true, true, true, false]);
        let free = RateLimits::new(&Server { sign_ins_per_minute: 0, requests_per_second: 0, ..Server::default() });
        assert!((0..1000).all(|_| free.check_sign_in_rate(client("192.0.2.7")).is_ok() && free.check_request_rate("a").is_ok()));
    }
}
