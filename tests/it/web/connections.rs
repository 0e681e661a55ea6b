//! Connections that send no whole request are closed, and others are served meanwhile.

use crate::support::server::Server;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

#[test]
fn half_sent_requests_are_closed_while_others_are_served() {
    let count = std::env::var("TEST_HALF_SENT").ok().and_then(|count| count.parse().ok()).unwrap_or(500);
    let (server, admin) = Server::with_administrator();
    let address = server.address.strip_prefix("http://").unwrap().to_owned();
    let mut half_sent = Vec::with_capacity(count);
    for number in 0..count {
        let mut stream = TcpStream::connect(&address).unwrap();
        // Nothing at all, a part of the head, or a whole request and then silence.
        let sent = ["", "GET /healthz HTTP/1.1\r\nHost: x\r\n", "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"][number % 3];
        stream.write_all(sent.as_bytes()).unwrap();
        half_sent.push(stream);
    }
    let began = Instant::now();
    assert_eq!(server.get(&admin, "/api/runs", None).0, 200);
    for mut stream in half_sent {
        stream.set_read_timeout(Some(Duration::from_secs(30).saturating_sub(began.elapsed()).max(Duration::from_millis(1)))).unwrap();
        stream.read_to_end(&mut Vec::new()).expect("the server closes it within 30 seconds");
    }
    assert_eq!(server.get(&admin, "/api/runs", None).0, 200);
    println!("{count} half-sent requests closed after {:.1} s", began.elapsed().as_secs_f64());
}
