//! A client of `/v1` in a few lines, so that these tests do not lean on the one they are there to serve.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::os::unix::net::UnixStream;
use std::process::Command;
use std::time::Duration;

use serde_json::{Value, json};

use crate::support::home::Home;
use crate::support::openapi::{Exchange, document};

thread_local! {
    static HEARD: RefCell<BTreeSet<Heard>> = RefCell::default();
}

/// What was answered: the operation if it is described, the status, and the code of an error.
pub(super) type Heard = (Option<String>, u16, Option<String>);

/// All that this test (its thread) was answered so far.
pub(super) fn heard() -> BTreeSet<Heard> {
    HEARD.with_borrow(Clone::clone)
}

/// An answer.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) head: String,
    pub(super) body: Vec<u8>,
}

impl Answer {
    pub(super) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().skip(1).find_map(|line| {
            let (key, value) = line.split_once(": ")?;
            key.eq_ignore_ascii_case(name).then_some(value)
        })
    }

    #[track_caller]
    pub(super) fn expect(self, status: u16) -> Value {
        assert_eq!(self.status, status, "{} {}", self.head, String::from_utf8_lossy(&self.body));
        if self.body.is_empty() { Value::Null } else { self.json() }
    }

    /// Fails unless it is this error; gives the sentence.
    #[track_caller]
    pub(super) fn refused(self, status: u16, code: &str) -> String {
        let document = self.expect(status);
        assert_eq!(document["error"], code, "{document}");
        document["message"].as_str().unwrap().to_owned()
    }
}

/// Sends a request and reads the answer, which must be as `openapi.yaml` says.
#[track_caller]
fn exchange(stream: impl Read + Write, method: &str, target: &str, headers: &[(&str, &str)], body: &[u8]) -> Answer {
    let answer = read_answer(stream, &request(method, target, headers, body));
    judged(answer.unwrap_or_else(|got| panic!("no answer: {}", String::from_utf8_lossy(&got))), method, target, body)
}

#[track_caller]
fn judged(answer: Answer, method: &str, target: &str, body: &[u8]) -> Answer {
    let pairs = answer.head.lines().skip(1).filter_map(|line| line.split_once(": "));
    let headers: Vec<_> = pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
    let Answer { status, .. } = answer;
    document().check(&Exchange { method, target, request_body: body, status, headers: &headers, body: &answer.body });
    let code = (status >= 400).then(|| answer.json()["error"].as_str().unwrap().to_owned());
    let id = document().id_of(method, target).map(str::to_owned);
    HEARD.with_borrow_mut(|heard| heard.insert((id, status, code)));
    answer
}

/// The answer, or what came in its place when the other side hung up.
fn read_answer(mut stream: impl Read + Write, request: &[u8]) -> Result<Answer, Vec<u8>> {
    // A server that refuses a large body may hang up before all of it is written.
    let _ = stream.write_all(request);
    let mut bytes = Vec::new();
    let _ = stream.read_to_end(&mut bytes);
    let end = bytes.windows(4).position(|window| window == b"\r\n\r\n");
    let Some(end) = end else { return Err(bytes) };
    let head = String::from_utf8(bytes[..end].to_vec()).unwrap();
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    Ok(Answer { status, head, body: bytes[end + 4..].to_vec() })
}

fn request(method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Vec<u8> {
    let mut text = format!("{method} {path} HTTP/1.1\r\nConnection: close\r\nContent-Length: {}\r\n", body.len());
    for (name, value) in headers {
        text.push_str(&format!("{name}: {value}\r\n"));
    }
    let mut bytes = format!("{text}\r\n").into_bytes();
    bytes.extend_from_slice(body);
    bytes
}

#[track_caller]
pub(super) fn send(home: &Home, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Answer {
    let stream = UnixStream::connect(home.platform_folder().join("run/api.sock")).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
    let mut all = vec![("Host", "localhost")];
    all.extend_from_slice(headers);
    exchange(stream, method, path, &all, body)
}

/// As [`send`], where the platform may be gone, or go before it has answered: then there is nothing.
#[track_caller]
pub(super) fn try_send(home: &Home, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Option<Answer> {
    let stream = UnixStream::connect(home.platform_folder().join("run/api.sock")).ok()?;
    stream.set_read_timeout(Some(Duration::from_secs(60))).ok()?;
    let mut all = vec![("Host", "localhost")];
    all.extend_from_slice(headers);
    let answer = read_answer(stream, &request(method, path, &all, body)).ok()?;
    let length = answer.header("content-length").and_then(|length| length.parse().ok());
    // A body that is cut off is no answer either.
    let is_whole = length.is_none_or(|length: usize| length == answer.body.len());
    is_whole.then(|| judged(answer, method, path, body))
}

#[track_caller]
pub(super) fn send_tcp(port: u16, path: &str, headers: &[(&str, &str)]) -> Answer {
    let stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
    exchange(stream, "GET", path, headers, b"")
}

#[track_caller]
pub(super) fn get(home: &Home, path: &str) -> Answer {
    send(home, "GET", path, &[], b"")
}

#[track_caller]
pub(super) fn post(home: &Home, path: &str, body: &Value) -> Answer {
    send(home, "POST", path, &[], body.to_string().as_bytes())
}

#[track_caller]
pub(super) fn delete(home: &Home, path: &str) -> Answer {
    send(home, "DELETE", path, &[], b"")
}

/// Waits for a condition that a real server brings about.
#[track_caller]
pub(super) fn until<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let start = std::time::Instant::now();
    loop {
        if let Some(value) = look() {
            return value;
        }
        assert!(start.elapsed() < Duration::from_secs(120), "waited too long for: {what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[track_caller]
pub(super) fn wait_for(home: &Home, addon: &str, state: &str) -> Value {
    until(&format!("{addon} {state}"), || {
        let addon = get(home, &format!("/v1/addons/{addon}")).expect(200)["addon"].clone();
        if addon["state"] == state {
            return Some(addon);
        }
        assert!(state != "ready" || addon["state"] != "failed", "{addon:#}");
        None
    })
}

#[track_caller]
pub(super) fn create(home: &Home, name: &str, service: &str, app: &str, alias: Option<&str>) {
    let body = json!({ "addon": { "name": name, "service": service, "app": app, "alias": alias } });
    post(home, "/v1/addons", &body).expect(202);
}

/// The value of an app's variable.
#[track_caller]
pub(super) fn variable(home: &Home, app: &str, name: &str) -> String {
    let vars = get(home, &format!("/v1/apps/{app}/config_vars?reveal=true")).expect(200);
    let found = vars["config_vars"].as_array().unwrap().iter().find(|var| var["name"] == name).cloned();
    found.unwrap_or_else(|| panic!("{app} has no {name}: {vars}"))["value"].as_str().unwrap().to_owned()
}

/// Runs a client program; its output, or what it complained of.
pub(super) fn tool(program: &str, arguments: &[&str], environment: &[(&str, &str)]) -> Result<String, String> {
    let output = Command::new(program).args(arguments).envs(environment.iter().copied()).output();
    let output = output.unwrap_or_else(|error| panic!("{program} is needed (scripts/setup --test): {error}"));
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim().to_owned();
    if output.status.success() { Ok(text(&output.stdout)) } else { Err(text(&output.stderr)) }
}

pub(super) fn psql(url: &str, sql: &str) -> Result<String, String> {
    tool("psql", &["-XAtq", "-v", "ON_ERROR_STOP=1", "-c", sql, url], &[("PGCONNECT_TIMEOUT", "10")])
}

pub(super) fn redis(url: &str, words: &[&str]) -> Result<String, String> {
    let mut arguments = vec!["-e", "--no-auth-warning", "-u", url];
    arguments.extend_from_slice(words);
    tool("redis-cli", &arguments, &[])
}

/// The process that serves the platform.
pub(super) fn platform_pid(home: &Home) -> i32 {
    std::fs::read_to_string(home.platform_folder().join("lock")).unwrap().trim().parse().unwrap()
}

pub(super) fn kill_9(pid: i32) {
    let pid = rustix::process::Pid::from_raw(pid).unwrap();
    rustix::process::kill_process(pid, rustix::process::Signal::KILL).unwrap();
    until("the killed process to be gone", || (!is_alive(pid.as_raw_nonzero().get())).then_some(()));
}

/// Whether a process runs; one that only waits to be reaped does not.
pub(super) fn is_alive(pid: i32) -> bool {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    stat.rsplit_once(')').is_some_and(|(_, rest)| !rest.trim_start().starts_with(['Z', 'X']))
}

/// The processes that serve, or want to serve, the platform of a folder.
pub(super) fn platforms_of(folder: &std::path::Path) -> Vec<i32> {
    let serves = |pid: &i32| {
        let line = std::fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
        line.split(|byte| *byte == 0).any(|word| word == b"serve")
    };
    servers_of(folder).into_iter().filter(serves).collect()
}

/// The processes whose command line names a folder (a PostgreSQL or Valkey server of it).
pub(super) fn servers_of(folder: &std::path::Path) -> Vec<i32> {
    let wanted = folder.to_str().unwrap();
    let processes = std::fs::read_dir("/proc").unwrap().flatten();
    let pids = processes.filter_map(|entry| entry.file_name().to_str()?.parse::<i32>().ok());
    pids.filter(|pid| {
        let cwd = std::fs::read_link(format!("/proc/{pid}/cwd")).unwrap_or_default();
        let line = std::fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
        let named = cwd.starts_with(folder) || String::from_utf8_lossy(&line).contains(wanted);
        named && is_alive(*pid)
    })
    .collect()
}
