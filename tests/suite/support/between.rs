//! Stands between the dashboard and a real local platform, on a port of its own: counts answers, and misbehaves on demand.

use std::collections::HashMap;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::sync::{Arc, Condvar, Mutex};
use std::time::{Duration, Instant};

/// How it treats requests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Manner {
    /// Hands everything on.
    Honest,
    /// Takes requests and never answers.
    Hanging,
    /// Answers 500 itself.
    Failing,
    /// Keeps writes to itself until it is honest again.
    HoldingWrites,
}

struct Now {
    manner: Manner,
    answers: usize,
    requests: usize,
    writes: usize,
    /// How many requests of each connection have no answer yet. One that is given up is closed.
    open: HashMap<SocketAddr, usize>,
}

impl Now {
    fn answered(&mut self, whose: SocketAddr, answers: usize) {
        let left = self.open.get(&whose).map_or(0, |open| open.saturating_sub(answers));
        if left > 0 {
            self.open.insert(whose, left)
        } else {
            self.open.remove(&whose)
        };
    }
}

/// The one in between.
pub(crate) struct Between {
    now: Arc<(Mutex<Now>, Condvar)>,
    address: SocketAddr,
}

impl Between {
    /// In front of the platform that answers on that socket.
    pub(crate) fn start(platform: PathBuf) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let now = Arc::new((
            Mutex::new(Now { manner: Manner::Honest, answers: 0, requests: 0, writes: 0, open: HashMap::new() }),
            Condvar::new(),
        ));
        std::thread::spawn({
            let now = Arc::clone(&now);
            move || {
                while let Ok((client, whose)) = listener.accept() {
                    // The platform may be gone: then so is this connection.
                    let Ok(server) = UnixStream::connect(&platform) else { continue };
                    let answers = (server.try_clone().unwrap(), client.try_clone().unwrap());
                    let (for_requests, for_answers) = (Arc::clone(&now), Arc::clone(&now));
                    std::thread::spawn(move || requests(client, server, whose, &for_requests));
                    std::thread::spawn(move || pass_answers(answers.0, answers.1, whose, &for_answers));
                }
            }
        });
        Self { now, address }
    }

    /// Where the dashboard finds it.
    pub(crate) fn endpoint(&self) -> String {
        format!("http://{}", self.address)
    }

    /// From now on.
    pub(crate) fn behave(&self, manner: Manner) {
        self.now.0.lock().unwrap().manner = manner;
        self.now.1.notify_all();
    }

    /// Waits until so many more requests have come.
    pub(crate) fn wait_requests(&self, more: usize) {
        self.wait(more, |now| now.requests);
    }

    /// Waits until so many more answers of the platform have been handed on.
    pub(crate) fn wait_answers(&self, more: usize) {
        self.wait(more, |now| now.answers);
    }

    /// Waits until so many more answers of the platform have been handed on, and then until nothing that was asked is open.
    pub(crate) fn wait_all_answers(&self, more: usize) {
        self.wait_answers(more);
        self.wait_for("the last answer", |now| now.open.is_empty());
    }

    /// How many writes have come.
    pub(crate) fn writes(&self) -> usize {
        self.now.0.lock().unwrap().writes
    }

    fn wait(&self, more: usize, count: impl Fn(&Now) -> usize) {
        let wanted = count(&self.now.0.lock().unwrap()) + more;
        self.wait_for(&format!("{wanted} on the line"), |now| count(now) >= wanted);
    }

    fn wait_for(&self, what: &str, is_so: impl Fn(&Now) -> bool) {
        let until = Instant::now() + Duration::from_secs(90);
        let mut now = self.now.0.lock().unwrap();
        while !is_so(&now) {
            let left = until.saturating_duration_since(Instant::now());
            assert!(
                !left.is_zero(),
                "waited for {what}, saw {} requests, {} answers and {:?} open",
                now.requests,
                now.answers,
                now.open
            );
            now = self.now.1.wait_timeout(now, left).unwrap().0;
        }
    }
}

fn failure() -> String {
    let body = r#"{"error":"internal","message":"The disk made a strange noise."}"#;
    let head = "HTTP/1.1 500 Internal Server Error\r\ncontent-type: application/json";
    format!("{head}\r\ncontent-length: {}\r\n\r\n{body}", body.len())
}

fn requests(mut client: TcpStream, mut server: UnixStream, whose: SocketAddr, now: &(Mutex<Now>, Condvar)) {
    let mut buffer = [0; 16 * 1024];
    while let Ok(count @ 1..) = client.read(&mut buffer) {
        let manner = {
            let mut now = now.0.lock().unwrap();
            now.requests += 1;
            *now.open.entry(whose).or_default() += 1;
            let is_write = buffer.starts_with(b"POST") || buffer.starts_with(b"DELETE");
            now.writes += usize::from(is_write);
            if is_write && now.manner == Manner::HoldingWrites { None } else { Some(now.manner) }
        };
        now.1.notify_all();
        let manner = manner.unwrap_or_else(|| {
            let held = now.0.lock().unwrap();
            now.1.wait_while(held, |now| now.manner == Manner::HoldingWrites).unwrap().manner
        });
        let handed_on = match manner {
            Manner::Honest | Manner::HoldingWrites => server.write_all(&buffer[..count]),
            Manner::Hanging => Ok(()),
            Manner::Failing => {
                now.0.lock().unwrap().answered(whose, 1);
                client.write_all(failure().as_bytes())
            }
        };
        if handed_on.is_err() {
            break;
        }
    }
    now.0.lock().unwrap().open.remove(&whose);
    now.1.notify_all();
    // The other side is told that nobody asks any more; it may be gone already.
    let _ = server.shutdown(std::net::Shutdown::Both);
}

fn pass_answers(mut server: UnixStream, mut client: TcpStream, whose: SocketAddr, now: &(Mutex<Now>, Condvar)) {
    let mut buffer = [0; 64 * 1024];
    while let Ok(count @ 1..) = server.read(&mut buffer) {
        if client.write_all(&buffer[..count]).is_err() {
            break;
        }
        let answers = buffer[..count].windows(9).filter(|window| window == b"HTTP/1.1 ").count();
        let mut seen = now.0.lock().unwrap();
        seen.answers += answers;
        seen.answered(whose, answers);
        drop(seen);
        now.1.notify_all();
    }
    let _ = client.shutdown(std::net::Shutdown::Both);
}
