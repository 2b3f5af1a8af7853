//! The limits of the API, and files that come and go, with an engine that runs no servers.

mod files;
mod limits;
#[path = "../../../../tests/suite/support/openapi.rs"]
#[allow(dead_code)]
mod openapi;
mod outcomes;
mod states;

use std::io::{Read, Write};
use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use self::openapi::{Exchange, document};
use super::{Api, Limits, serve_unix};
use crate::local::engine::tests::fake::Platform;

/// Limits that no test reaches by accident.
const WIDE: Limits = Limits { patience: Duration::from_secs(20), requests: 64, transfers: 8, connections: 64 };

/// A platform that answers on a socket.
struct Server {
    platform: Platform,
    limits: Limits,
}

/// A request on its way.
struct Request {
    method: String,
    target: String,
    body: Vec<u8>,
    stream: UnixStream,
}

#[derive(Debug)]
struct Answer {
    status: u16,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

impl Server {
    fn new(limits: Limits) -> Self {
        let server = Self { platform: Platform::new(), limits };
        server.listen();
        server
    }

    fn socket(&self) -> PathBuf {
        self.platform.folder().join("run/api.sock")
    }

    fn listen(&self) {
        let api = Api::new(Arc::clone(self.platform.engine()), "tester".to_owned(), self.limits);
        let listening = async { serve_unix(&api, &self.socket(), &CancellationToken::new(), &TaskTracker::new()) };
        self.platform.block_on(listening).unwrap();
    }

    fn restart(&mut self) {
        self.platform.kill();
        self.platform.start();
        self.listen();
    }

    /// Sends a head that promises `length` bytes, and no more than `body` of them.
    fn begin(&self, method: &str, target: &str, headers: &str, length: usize, body: &[u8]) -> Request {
        let mut stream = UnixStream::connect(self.socket()).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
        let head = format!("{method} {target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{headers}");
        let length = format!("Content-Length: {length}\r\n\r\n");
        // Who is refused may be hung up on before all of it is written.
        let _ = stream.write_all(&[head.as_bytes(), length.as_bytes(), body].concat());
        Request { method: method.to_owned(), target: target.to_owned(), body: body.to_vec(), stream }
    }

    fn send(&self, method: &str, target: &str, headers: &str, body: &[u8]) -> Answer {
        self.begin(method, target, headers, body.len(), body).answer()
    }

    fn get(&self, target: &str) -> Answer {
        self.send("GET", target, "", b"")
    }
}

impl Request {
    /// Reads the answer, which must be as described.
    fn answer(mut self) -> Answer {
        let mut bytes = Vec::new();
        let _ = self.stream.read_to_end(&mut bytes);
        let end = bytes.windows(4).position(|window| window == b"\r\n\r\n");
        let end = end.unwrap_or_else(|| panic!("no answer: {}", String::from_utf8_lossy(&bytes)));
        let head = String::from_utf8(bytes[..end].to_vec()).unwrap();
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        let pairs = head.lines().skip(1).filter_map(|line| line.split_once(": "));
        let headers: Vec<_> = pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        let answer = Answer { status, headers, body: bytes[end + 4..].to_vec() };
        let Request { method, target, body, .. } = &self;
        document().check(&Exchange {
            method,
            target,
            request_body: body,
            status,
            headers: &answer.headers,
            body: &answer.body,
        });
        answer
    }
}

impl Answer {
    fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(is, _)| is.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    #[track_caller]
    fn expect(self, status: u16) -> Value {
        assert_eq!(self.status, status, "{}", String::from_utf8_lossy(&self.body));
        serde_json::from_slice(&self.body).unwrap_or(Value::Null)
    }

    /// Fails unless it is this error; gives the sentence.
    #[track_caller]
    fn refused(self, status: u16, code: &str) -> String {
        let document = self.expect(status);
        assert_eq!(document["error"], code, "{document}");
        document["message"].as_str().unwrap().to_owned()
    }
}
