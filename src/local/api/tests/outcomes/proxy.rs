//! Stands between our client and the platform: breaks connections off where it is told to, lets a request land late, and
//! has somebody else do the same thing at the same time.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpStream, UnixListener, UnixStream};
use tokio_util::task::TaskTracker;

/// Where a write goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Place {
    /// Nowhere.
    Nowhere,
    /// Cut off before anything of the request came through.
    BeforeTheRequest,
    /// Cut off when half of the request had come through.
    WithinTheRequest,
    /// Cut off when the whole request had come through; the platform acts while the client looks already.
    AfterTheRequest,
    /// Cut off when the platform had acted, before its answer.
    AfterItActed,
    /// Cut off within the answer.
    WithinTheAnswer,
    /// The client is cut off, and the request lands later.
    LandsLate,
    /// The platform acted, and an error of its own is answered.
    Says500AfterItActed,
    /// The platform acted, and a gateway gave up on it.
    Says502AfterItActed,
    /// A gateway gave up before the platform heard of it.
    Says502Instead,
    /// It is turned away before it is looked at.
    Says429Instead,
}

impl Place {
    pub(super) const ALL: [Place; 11] = [
        Place::Nowhere,
        Place::BeforeTheRequest,
        Place::WithinTheRequest,
        Place::AfterTheRequest,
        Place::AfterItActed,
        Place::WithinTheAnswer,
        Place::LandsLate,
        Place::Says500AfterItActed,
        Place::Says502AfterItActed,
        Place::Says502Instead,
        Place::Says429Instead,
    ];

    /// Whether the platform has carried out the request before the client hears of anything.
    pub(super) fn acts_first(self) -> bool {
        use Place::{AfterItActed, Nowhere, Says500AfterItActed, Says502AfterItActed, WithinTheAnswer};
        matches!(self, Nowhere | AfterItActed | WithinTheAnswer | Says500AfterItActed | Says502AfterItActed)
    }
}

/// Who else does the same, and when.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Second {
    Nobody,
    /// Another account, right before our request goes on.
    OtherBefore,
    /// Another account, right after what becomes of our request at once.
    OtherAfter,
    /// Another session of the same account, with a key of its own.
    SameBefore,
    SameAfter,
}

impl Second {
    pub(super) const ALL: [Second; 5] =
        [Second::Nobody, Second::OtherBefore, Second::OtherAfter, Second::SameBefore, Second::SameAfter];
}

/// What becomes of one write.
#[derive(Clone, Copy, Debug)]
pub(super) struct Plan {
    pub(super) place: Place,
    pub(super) second: Second,
}

#[derive(Default)]
struct Now {
    /// What becomes of the next writes.
    plans: VecDeque<Plan>,
    /// How many writes of our client have come.
    writes: usize,
    /// A request that is to land later.
    held: Option<Vec<u8>>,
    /// What the platform answered to the second actor.
    second: Option<(u16, Value)>,
    /// Grows when the second actor begins, and when that has ended.
    turns: usize,
    /// Whether it plays a platform that can't be asked by key.
    forgets_keys: bool,
    /// How many of the next reads fail.
    failing_reads: usize,
}

/// Where the platform is: by its socket, and for others over TCP with a token.
pub(super) struct Ways {
    pub(super) socket: PathBuf,
    pub(super) tcp: SocketAddr,
    pub(super) token: String,
}

pub(super) struct Proxy {
    now: Arc<Mutex<Now>>,
    ways: Arc<Ways>,
    work: TaskTracker,
}

impl Proxy {
    /// Listens at `socket`.
    pub(super) fn start(socket: &Path, ways: Ways) -> Self {
        let listener = UnixListener::bind(socket).unwrap();
        let proxy = Self { now: Arc::default(), ways: Arc::new(ways), work: TaskTracker::new() };
        let (now, ways, work) = (Arc::clone(&proxy.now), Arc::clone(&proxy.ways), proxy.work.clone());
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let (now, ways) = (Arc::clone(&now), Arc::clone(&ways));
                work.spawn(async move { one(client, &now, &ways).await });
            }
        });
        proxy
    }

    /// Begins a run.
    pub(super) fn arm(&self, plans: impl IntoIterator<Item = Plan>, forgets_keys: bool) {
        let plans = plans.into_iter().collect();
        *self.now.lock().unwrap() = Now { plans, forgets_keys, ..Now::default() };
    }

    /// Makes the next reads fail.
    pub(super) fn fail_reads(&self, count: usize) {
        self.now.lock().unwrap().failing_reads = count;
    }

    /// How many writes of our client have come.
    pub(super) fn writes(&self) -> usize {
        self.now.lock().unwrap().writes
    }

    /// What the platform answered to the second actor; and a number that is odd while it acts, and another one after.
    pub(super) fn second(&self) -> (Option<(u16, Value)>, usize) {
        let now = self.now.lock().unwrap();
        (now.second.clone(), now.turns)
    }

    /// Lets a held request land; true if there was one.
    pub(super) async fn let_land(&self) -> bool {
        let held = self.now.lock().unwrap().held.take();
        match held {
            Some(request) => {
                ask(&self.ways, &request).await;
                true
            }
            None => false,
        }
    }

    /// Waits until nothing is under way any more. Every connection is for one request, so this ends.
    pub(super) async fn quiet(&self) {
        self.work.close();
        self.work.wait().await;
        self.work.reopen();
    }
}

/// One connection, one request.
async fn one(mut client: UnixStream, now: &Mutex<Now>, ways: &Ways) {
    let Some(request) = read_request(&mut client).await else { return };
    if request.starts_with(b"GET ") {
        let answer = {
            let mut now = now.lock().unwrap();
            if now.failing_reads > 0 {
                now.failing_reads -= 1;
                Some(failure("503 Service Unavailable", "unavailable"))
            } else {
                let is_hidden = now.forgets_keys && request.starts_with(b"GET /v1/idempotency_keys/");
                is_hidden.then(|| failure("404 Not Found", "not_found"))
            }
        };
        let answer = match answer {
            Some(answer) => answer,
            None => ask(ways, &request).await,
        };
        return say(&mut client, &answer).await;
    }
    let Plan { place, second } = {
        let mut now = now.lock().unwrap();
        now.writes += 1;
        now.plans.pop_front().unwrap_or(Plan { place: Place::Nowhere, second: Second::Nobody })
    };
    if matches!(second, Second::OtherBefore | Second::SameBefore) {
        do_the_same(now, ways, &request, second).await;
    }
    let answer = match place {
        Place::BeforeTheRequest => None,
        Place::WithinTheRequest => {
            let mut server = UnixStream::connect(&ways.socket).await.unwrap();
            server.write_all(&request[..request.len() / 2]).await.unwrap();
            None
        }
        Place::AfterTheRequest => {
            let mut server = UnixStream::connect(&ways.socket).await.unwrap();
            server.write_all(&closing(&request)).await.unwrap();
            drop(client);
            drop(read_all(&mut server).await);
            return act_after(now, ways, &request, second).await;
        }
        Place::LandsLate => {
            now.lock().unwrap().held = Some(request.clone());
            None
        }
        Place::Says502Instead => Some(gateway()),
        Place::Says429Instead => Some(failure("429 Too Many Requests", "too_many_requests")),
        Place::Nowhere
        | Place::AfterItActed
        | Place::WithinTheAnswer
        | Place::Says500AfterItActed
        | Place::Says502AfterItActed => {
            let answer = ask(ways, &request).await;
            match place {
                Place::AfterItActed => None,
                Place::WithinTheAnswer => Some(answer[..answer.len() / 2].to_vec()),
                Place::Says500AfterItActed => Some(failure("500 Internal Server Error", "internal")),
                Place::Says502AfterItActed => Some(gateway()),
                _ => Some(answer),
            }
        }
    };
    act_after(now, ways, &request, second).await;
    if let Some(answer) = answer {
        say(&mut client, &answer).await;
    }
}

async fn act_after(now: &Mutex<Now>, ways: &Ways, request: &[u8], second: Second) {
    if matches!(second, Second::OtherAfter | Second::SameAfter) {
        do_the_same(now, ways, request, second).await;
    }
}

/// The same request with another key: of the same account over the socket, of another one over TCP.
async fn do_the_same(now: &Mutex<Now>, ways: &Ways, request: &[u8], second: Second) {
    let end = head_end(request).unwrap();
    let head = std::str::from_utf8(&request[..end]).unwrap();
    let is_other = matches!(second, Second::OtherBefore | Second::OtherAfter);
    let mut lines: Vec<String> = Vec::new();
    for line in head.split("\r\n").filter(|line| !line.is_empty()) {
        let name = line.split(':').next().unwrap_or_default().to_ascii_lowercase();
        match name.as_str() {
            "idempotency-key" => lines.push(format!("{line}-of-somebody-else")),
            "host" if is_other => lines.push(format!("host: {}", ways.tcp)),
            _ => lines.push(line.to_owned()),
        }
    }
    if is_other {
        lines.push(format!("authorization: Bearer {}", ways.token));
    }
    let request = [format!("{}\r\n\r\n", lines.join("\r\n")).as_bytes(), &request[end..]].concat();
    let request = closing(&request);
    now.lock().unwrap().turns += 1;
    let answer = if is_other {
        let mut stream = TcpStream::connect(ways.tcp).await.unwrap();
        stream.write_all(&request).await.unwrap();
        read_all(&mut stream).await
    } else {
        let mut stream = UnixStream::connect(&ways.socket).await.unwrap();
        stream.write_all(&request).await.unwrap();
        read_all(&mut stream).await
    };
    let status = std::str::from_utf8(&answer[9..12]).unwrap().parse().unwrap();
    let body = serde_json::from_slice(&answer[head_end(&answer).unwrap()..]).unwrap();
    let mut now = now.lock().unwrap();
    now.second = Some((status, body));
    now.turns += 1;
}

/// Hands a request on and gives the whole answer.
async fn ask(ways: &Ways, request: &[u8]) -> Vec<u8> {
    let mut server = UnixStream::connect(&ways.socket).await.unwrap();
    server.write_all(&closing(request)).await.unwrap();
    read_all(&mut server).await
}

/// The request as the only one of its connection.
fn closing(request: &[u8]) -> Vec<u8> {
    let line = request.windows(2).position(|pair| pair == b"\r\n").unwrap() + 2;
    [&request[..line], b"connection: close\r\n", &request[line..]].concat()
}

async fn read_all(stream: &mut (impl AsyncReadExt + Unpin)) -> Vec<u8> {
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).await.unwrap();
    bytes
}

/// A whole request; `None` where the client has nothing to ask.
async fn read_request(client: &mut UnixStream) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    loop {
        if let Some(end) = head_end(&bytes) {
            let head = String::from_utf8_lossy(&bytes[..end]).to_ascii_lowercase();
            let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
            let length: usize = length.map_or(0, |length| length.parse().unwrap());
            if bytes.len() >= end + length {
                return Some(bytes);
            }
        }
        let mut more = [0; 16 * 1024];
        match client.read(&mut more).await {
            Ok(count @ 1..) => bytes.extend_from_slice(&more[..count]),
            _ => return None,
        }
    }
}

fn head_end(bytes: &[u8]) -> Option<usize> {
    Some(bytes.windows(4).position(|window| window == b"\r\n\r\n")? + 4)
}

/// Who asked may be gone.
async fn say(client: &mut UnixStream, answer: &[u8]) {
    drop(client.write_all(answer).await);
}

fn failure(status: &str, code: &str) -> Vec<u8> {
    page(status, "application/json", &format!(r#"{{"error":"{code}","message":"Said by the proxy."}}"#))
}

fn gateway() -> Vec<u8> {
    page("502 Bad Gateway", "text/html", "<h1>502 Bad Gateway</h1>")
}

fn page(status: &str, kind: &str, body: &str) -> Vec<u8> {
    let length = body.len();
    format!("HTTP/1.1 {status}\r\nconnection: close\r\ncontent-type: {kind}\r\ncontent-length: {length}\r\n\r\n{body}")
        .into_bytes()
}
