//! Stands between the dashboard and a real local platform, and lets an operation run on every add-on that says something else
//! each second, for as long as somebody looks.

use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

/// When it told something last, and in how many different seconds so far.
#[derive(Clone, Copy, Default)]
struct Told {
    second: u64,
    seconds: usize,
}

/// The one in between.
pub(crate) struct Telling {
    told: Arc<(Mutex<Told>, Condvar)>,
    address: SocketAddr,
}

impl Telling {
    /// In front of the platform that answers on that socket.
    pub(crate) fn start(platform: PathBuf) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let told = Arc::new((Mutex::new(Told::default()), Condvar::new()));
        std::thread::spawn({
            let told = Arc::clone(&told);
            move || {
                let began = Instant::now();
                for client in listener.incoming().flatten() {
                    let (platform, told) = (platform.clone(), Arc::clone(&told));
                    // Somebody hangs up in the middle of an answer when it ends.
                    std::thread::spawn(move || pass(&client, &platform, began, &told).ok());
                }
            }
        });
        Self { told, address }
    }

    /// Where the dashboard finds it.
    pub(crate) fn endpoint(&self) -> String {
        format!("http://{}", self.address)
    }

    /// In how many different seconds it has told something so far.
    pub(crate) fn seconds(&self) -> usize {
        self.told.0.lock().unwrap().seconds
    }

    /// Waits until it tells something in another second.
    pub(crate) fn wait_news(&self) {
        let told = self.told.0.lock().unwrap();
        let before = told.seconds;
        let limit = Duration::from_secs(90);
        let (_told, waited) = self.told.1.wait_timeout_while(told, limit, |told| told.seconds == before).unwrap();
        assert!(!waited.timed_out(), "nobody asks how it goes");
    }
}

/// What it says in one second: no letter of it stands where it stood in the second before.
fn news(second: u64) -> String {
    let letter = |at: u64| if at % 9 == 8 { ' ' } else { char::from(b'a' + ((at + second) % 26) as u8) };
    (0..150).map(letter).collect()
}

fn pass(client: &TcpStream, platform: &Path, began: Instant, told: &(Mutex<Told>, Condvar)) -> std::io::Result<()> {
    let mut requests = BufReader::new(client);
    let server = UnixStream::connect(platform)?;
    let mut answers = BufReader::new(&server);
    loop {
        let (mut head, body) = message(&mut requests)?;
        // What has news is never "not modified".
        head.retain(|line| !line.to_ascii_lowercase().starts_with("if-none-match:"));
        send(&server, &head, &body)?;
        let (mut head, body) = message(&mut answers)?;
        let body = match serde_json::from_slice::<Value>(&body) {
            Ok(mut answer) => {
                let second = began.elapsed().as_secs();
                if set_working(&mut answer, &news(second)) {
                    let mut told_before = told.0.lock().unwrap();
                    if told_before.second != second {
                        *told_before = Told { second, seconds: told_before.seconds + 1 };
                        told.1.notify_all();
                    }
                }
                serde_json::to_vec(&answer)?
            }
            Err(_) => body,
        };
        for line in &mut head {
            if line.to_ascii_lowercase().starts_with("content-length:") {
                *line = format!("content-length: {}", body.len());
            }
        }
        send(client, &head, &body)?;
    }
}

/// Lets the operation run on what an answer tells of an add-on; false if it tells of none by itself.
fn set_working(answer: &mut Value, news: &str) -> bool {
    let operation = json!({ "id": "1", "kind": "update", "state": "running", "message": news });
    let list = answer.get_mut("addons").and_then(Value::as_array_mut);
    for addon in list.into_iter().flatten() {
        addon["operation"] = operation.clone();
    }
    let Some(addon) = answer.get_mut("addon").filter(|addon| addon.is_object()) else { return false };
    addon["operation"] = operation;
    true
}

/// One message: its lines up to the blank one, and its body.
fn message(from: &mut impl BufRead) -> std::io::Result<(Vec<String>, Vec<u8>)> {
    let mut head = Vec::new();
    loop {
        let mut line = String::new();
        if from.read_line(&mut line)? == 0 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
        match line.trim_end() {
            "" => break,
            line => head.push(line.to_owned()),
        }
    }
    let length = head.iter().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse::<usize>().unwrap())
    });
    let mut body = vec![0; length.unwrap_or(0)];
    from.read_exact(&mut body)?;
    Ok((head, body))
}

fn send(mut to: impl Write, head: &[String], body: &[u8]) -> std::io::Result<()> {
    to.write_all(&[format!("{}\r\n\r\n", head.join("\r\n")).as_bytes(), body].concat())
}
