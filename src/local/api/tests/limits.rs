//! How many requests at once, how large, and for how long.

use std::io::{Read, Write};
use std::os::unix::net::UnixStream;
use std::time::Duration;

use super::{Limits, Server, WIDE};

#[test]
fn more_requests_than_allowed_at_once_are_turned_away_and_let_in_again() {
    let server = Server::new(Limits { requests: 2, ..WIDE });
    // Both wait for the rest of their body, and say so when they were let in.
    let waiting = [(); 2].map(|()| {
        let mut request = server.begin("POST", "/v1/apps", "Expect: 100-continue\r\n", 10, b"");
        let mut told = [0; 21];
        request.stream.read_exact(&mut told).unwrap();
        assert_eq!(&told, b"HTTP/1.1 100 Continue");
        request
    });
    let answer = server.get("/v1/account");
    assert_eq!(answer.header("retry-after"), Some("1"));
    assert!(answer.refused(429, "too_many_requests").contains('2'));
    drop(waiting);
    server.platform.until(|| server.get("/v1/account").status == 200);
}

#[test]
fn more_connections_than_allowed_wait_until_there_is_room() {
    let server = Server::new(Limits { connections: 2, ..WIDE });
    let waiting = [(); 2].map(|()| server.begin("POST", "/v1/apps", "", 10, b""));
    let third = server.begin("GET", "/v1/account", "", 0, b"");
    // However long one waits: this only has to be enough for a platform that does answer to be seen.
    third.stream.set_read_timeout(Some(Duration::from_millis(300))).unwrap();
    let told = (&third.stream).read(&mut [0]).unwrap_err();
    assert_eq!(told.kind(), std::io::ErrorKind::WouldBlock);
    third.stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
    drop(waiting);
    third.answer().expect(200);
}

#[test]
fn a_request_that_does_not_come_to_its_end_is_given_up() {
    let server = Server::new(Limits { patience: Duration::from_millis(100), ..WIDE });
    let message = server.begin("POST", "/v1/apps", "", 10, b"{").answer().refused(408, "timeout");
    assert!(message.contains("100ms"), "{message}");
}

#[test]
fn a_head_that_does_not_end_is_no_request() {
    let server = Server::new(WIDE);
    let mut stream = UnixStream::connect(server.socket()).unwrap();
    let long = format!("GET /v1/account HTTP/1.1\r\nHost: localhost\r\nX-Long: {}", "x".repeat(1024 * 1024));
    let _ = stream.write_all(long.as_bytes());
    let mut answer = String::new();
    let _ = stream.read_to_string(&mut answer);
    assert!(answer.starts_with("HTTP/1.1 431 ") || answer.is_empty(), "{answer}");
}

#[test]
fn a_body_may_have_a_mebibyte() {
    let server = Server::new(WIDE);
    let large = vec![b' '; 1024 * 1024];
    server.send("POST", "/v1/apps", "", &large).refused(400, "bad_request");
    let larger = vec![b' '; 1024 * 1024 + 1];
    assert!(server.send("POST", "/v1/apps", "", &larger).refused(413, "too_large").contains("1 MiB"));
}

#[test]
fn what_is_not_described_is_not_taken() {
    let server = Server::new(WIDE);
    for target in ["/v1/account?x=1", "/v1/teams?limit=1", "/v1/apps/billing?x", "/v1/openapi.yaml?x=1"] {
        server.get(target).refused(400, "bad_request");
    }
    server.send("DELETE", "/v1/apps/billing?force=true", "", b"").refused(400, "bad_request");
    server.send("DELETE", "/v1/apps/billing", "", b"{}").refused(400, "bad_request");
    server.send("POST", "/v1/apps?team=x", "", br#"{"app":{"name":"x"}}"#).refused(400, "bad_request");
    server.get("/v1/apps/billing").expect(200);
    server.get("/v1/operations?state=odd").refused(400, "bad_request");
    server.get("/v1/backups?state=finished").refused(400, "bad_request");
    server.get("/v1/addons/nothing/logs?lines=0").refused(400, "bad_request");
    server.get("/v1/addons/nothing/logs?lines=1001").refused(400, "bad_request");
}
