//! Rate limits: sign-ins by user name and client address, other requests by session or key.

use crate::problem::Problem;
use axum::extract::{ConnectInfo, Request};
use axum::http::HeaderMap;
use governor::clock::{Clock, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use sohoa_base::config::{Network, Server};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::num::NonZeroU32;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

/// Requests between two removals of clients that have made none for a while.
const CLEANUP_INTERVAL: u32 = 1024;

/// Header in which reverse proxies name the client.
const FORWARDED_FOR: &str = "x-forwarded-for";

/// Headers that tell that a proxy passed the request on.
const FORWARDING_HEADERS: [&str; 6] = [FORWARDED_FOR, "forwarded", "x-real-ip", "x-forwarded-proto", "x-forwarded-host", "via"];

/// Longest part of a user name that is told apart from others, bytes.
const MAX_NAME_BYTES: usize = 256;

/// Recent sign-ins and requests.
#[derive(Debug)]
pub(crate) struct RateLimits {
    sign_ins: Option<DefaultKeyedRateLimiter<(String, IpAddr)>>,
    sign_ins_by_address: Option<DefaultKeyedRateLimiter<IpAddr>>,
    requests: Option<DefaultKeyedRateLimiter<String>>,
    upload_requests: Option<DefaultKeyedRateLimiter<String>>,
    request_count: AtomicU32,
    unnamed_proxy: OnceLock<IpAddr>,
}

impl RateLimits {
    /// Limits of the server; `upload_requests` is the number of requests of upload routes per second.
    pub(crate) fn new(settings: &Server, upload_requests: u32) -> Self {
        let at_once = NonZeroU32::new(settings.requests_at_once).unwrap_or(NonZeroU32::MIN);
        let per_minute = |limit: u32| NonZeroU32::new(limit).map(Quota::per_minute);
        let per_second = |limit: u32| NonZeroU32::new(limit).map(Quota::per_second);
        Self {
            sign_ins: per_minute(settings.sign_ins_per_minute).map(RateLimiter::keyed),
            sign_ins_by_address: per_minute(settings.sign_ins_per_address).map(RateLimiter::keyed),
            requests: per_second(settings.requests_per_second).map(|quota| RateLimiter::keyed(quota.allow_burst(at_once))),
            upload_requests: per_second(upload_requests).map(RateLimiter::keyed),
            request_count: AtomicU32::new(0),
            unnamed_proxy: OnceLock::new(),
        }
    }

    /// Counts an attempt to sign in with any name. Who guesses on behind a shared address must not keep the others out, so this limit
    /// is generous, and [`RateLimits::check_sign_in_rate`] is the one that stops guessing.
    pub(crate) fn check_address_rate(&self, from: ClientAddress) -> Result<(), Problem> {
        self.sign_ins_by_address.as_ref().map_or(Ok(()), |limiter| check_limiter(limiter, &from.network()))
    }

    /// Counts an attempt to sign in with this name.
    pub(crate) fn check_sign_in_rate(&self, name: &str, from: ClientAddress) -> Result<(), Problem> {
        let name = name.get(..name.floor_char_boundary(MAX_NAME_BYTES)).unwrap_or_default().to_lowercase();
        self.sign_ins.as_ref().map_or(Ok(()), |limiter| check_limiter(limiter, &(name, from.network())))
    }

    /// Counts a request of `who`: the identifier of a session or key.
    pub(crate) fn check_request_rate(&self, who: &str) -> Result<(), Problem> {
        self.forget_idle_clients();
        self.requests.as_ref().map_or(Ok(()), |limiter| check_limiter(limiter, &who.to_owned()))
    }

    /// Counts a request of `who` that sends files.
    pub(crate) fn check_upload_rate(&self, who: &str) -> Result<(), Problem> {
        self.forget_idle_clients();
        self.upload_requests.as_ref().map_or(Ok(()), |limiter| check_limiter(limiter, &who.to_owned()))
    }

    /// Counts a request without a valid session or key.
    pub(crate) fn check_anonymous_rate(&self, from: ClientAddress) -> Result<(), Problem> {
        self.check_request_rate(&from.network().to_string())
    }

    fn forget_idle_clients(&self) {
        if self.request_count.fetch_add(1, Ordering::Relaxed) % CLEANUP_INTERVAL != CLEANUP_INTERVAL - 1 {
            return;
        }
        self.sign_ins.iter().for_each(RateLimiter::retain_recent);
        self.sign_ins_by_address.iter().for_each(RateLimiter::retain_recent);
        self.requests.iter().for_each(RateLimiter::retain_recent);
        self.upload_requests.iter().for_each(RateLimiter::retain_recent);
    }

    /// Notes a request that names another client and does not come from a trusted proxy; the first one is logged.
    pub(crate) fn note_peer(&self, peer: Peer) {
        if peer.names_client && !peer.is_trusted && self.unnamed_proxy.set(peer.address).is_ok() {
            tracing::warn!(
                "{0} passes on requests of others and is not in [server] trusted_proxies: everybody behind it counts as one address. If \
                 it is a reverse proxy of yours, set trusted_proxies = [\"{0}\"] in sohoa.toml",
                peer.address
            );
        }
    }

    /// The first peer that passed on requests of others and is not trusted.
    pub(crate) fn unnamed_proxy(&self) -> Option<IpAddr> {
        self.unnamed_proxy.get().copied()
    }
}

fn check_limiter<K: Clone + Eq + std::hash::Hash>(limiter: &DefaultKeyedRateLimiter<K>, who: &K) -> Result<(), Problem> {
    limiter.check_key(who).map_err(|until| Problem::RateLimited(until.wait_time_from(DefaultClock::default().now())))
}

/// The other end of the connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Peer {
    /// Its address.
    pub(crate) address: IpAddr,
    /// Whether it is a reverse proxy of ours.
    pub(crate) is_trusted: bool,
    /// Whether it names a client for which it passes the request on.
    names_client: bool,
    /// Whether the request was passed on.
    is_forwarding: bool,
}

impl Peer {
    /// Peer of a request.
    pub(crate) fn from_request(request: &Request, trusted: &[Network]) -> Self {
        let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|ConnectInfo(address)| address.ip().to_canonical());
        let (address, headers) = (peer.unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED)), request.headers());
        Self {
            address,
            is_trusted: is_trusted(trusted, address),
            names_client: headers.contains_key(FORWARDED_FOR),
            is_forwarding: FORWARDING_HEADERS.iter().any(|name| headers.contains_key(*name)),
        }
    }

    /// Whether a program on this machine makes the request for itself.
    pub(crate) fn is_local(self) -> bool {
        self.address.is_loopback() && !self.is_forwarding
    }
}

/// IP address of the client.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ClientAddress(pub(crate) IpAddr);

impl ClientAddress {
    /// Client of a request: the peer, or the address that trusted proxies report.
    pub(crate) fn from_request(request: &Request, peer: Peer, trusted: &[Network]) -> Self {
        Self(client_ip(peer.address, request.headers(), trusted))
    }

    /// Network counted as one client: the IPv4 address, or the /64 prefix, the least that one IPv6 customer has.
    fn network(self) -> IpAddr {
        match self.0 {
            IpAddr::V6(address) => IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() >> 64 << 64)),
            IpAddr::V4(_) => self.0,
        }
    }
}

fn is_trusted(trusted: &[Network], address: IpAddr) -> bool {
    trusted.iter().any(|network| network.contains(address))
}

/// Address of the client. Every proxy appends the address of its peer, so entries before the first untrusted one may be forged.
fn client_ip(peer: IpAddr, headers: &HeaderMap, trusted: &[Network]) -> IpAddr {
    let mut found = peer;
    let hops: Vec<&str> =
        headers.get_all(FORWARDED_FOR).iter().filter_map(|value| value.to_str().ok()).flat_map(|value| value.split(',')).collect();
    for hop in hops.into_iter().rev() {
        if !is_trusted(trusted, found) {
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
        client_ip(peer.parse().unwrap(), &headers, &["10.0.0.1".parse().unwrap(), "10.0.0.2/31".parse().unwrap()]).to_string()
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

    fn client(address: &str) -> ClientAddress {
        ClientAddress(address.parse().unwrap())
    }

    #[test]
    fn rate_limits_are_per_client_and_zero_disables() {
        let settings =
            Server { sign_ins_per_minute: 1, sign_ins_per_address: 3, requests_per_second: 1, requests_at_once: 2, ..Server::default() };
        let limits = RateLimits::new(&settings, 1);
        let tries = |name: &str, from: &str| limits.check_sign_in_rate(name, client(from)).is_ok();
        assert!(tries("lan", "2001:db8::1") && tries("lan", "192.0.2.7"));
        assert!(!tries("lan", "2001:db8::2"), "one customer has many addresses");
        assert!(!tries("LAN", "192.0.2.7") && tries("hoa", "192.0.2.7"), "who guesses for one name keeps nobody else out");
        assert!(tries(&"ế".repeat(200), "192.0.2.7"));
        assert_eq!([1, 2, 3, 4].map(|_| limits.check_address_rate(client("192.0.2.7")).is_ok()), [true, true, true, false]);
        assert!(limits.check_address_rate(client("192.0.2.8")).is_ok());
        assert_eq!(["a", "a", "b", "a"].map(|who| limits.check_request_rate(who).is_ok()), [true, true, true, false]);
        assert_eq!(["a", "a", "b"].map(|who| limits.check_upload_rate(who).is_ok()), [true, false, true]);
        let settings = Server { sign_ins_per_minute: 0, sign_ins_per_address: 0, requests_per_second: 0, ..Server::default() };
        let free = RateLimits::new(&settings, 0);
        let from = client("192.0.2.7");
        assert!((0..1000).all(|_| {
            let sign_in = free.check_sign_in_rate("lan", from).and(free.check_address_rate(from));
            sign_in.and(free.check_request_rate("a")).and(free.check_upload_rate("a")).is_ok()
        }));
    }

    #[test]
    fn first_proxy_that_is_not_named_is_kept() {
        let limits = RateLimits::new(&Server::default(), 0);
        let peer = |address: &str, is_trusted: bool, header: &str| {
            let request = axum::http::Request::builder().header(header, "198.51.100.1");
            let request =
                request.extension(ConnectInfo(SocketAddr::new(address.parse().unwrap(), 80))).body(axum::body::Body::empty()).unwrap();
            let trusted: &[Network] = if is_trusted { &["10.0.0.0/8".parse().unwrap()] } else { &[] };
            Peer::from_request(&request, trusted)
        };
        limits.note_peer(peer("10.0.0.1", true, "x-forwarded-for"));
        limits.note_peer(peer("10.0.0.1", false, "accept"));
        assert_eq!(limits.unnamed_proxy(), None);
        limits.note_peer(peer("10.0.0.1", false, "x-forwarded-for"));
        limits.note_peer(peer("10.0.0.2", false, "x-forwarded-for"));
        assert_eq!(limits.unnamed_proxy(), Some("10.0.0.1".parse().unwrap()));
        assert!(peer("127.0.0.1", false, "accept").is_local() && !peer("10.0.0.1", true, "accept").is_local());
        for header in FORWARDING_HEADERS {
            assert!(!peer("127.0.0.1", false, header).is_local(), "{header}");
        }
    }
}
