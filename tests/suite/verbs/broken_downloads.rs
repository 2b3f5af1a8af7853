//! Downloads that are cut off, changed or broken off leave nothing that could be taken for a backup.

use std::fs;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Command, Stdio};
use std::sync::mpsc::{Receiver, channel};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};

use crate::support::eventually::eventually;
use crate::support::home::Home;

const ABC: &str = "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

/// What a platform sends of a backup whose row says that it is `abc`.
#[derive(Clone, Copy)]
struct Manner {
    bytes: &'static str,
    told: usize,
    tag: &'static str,
    /// Keeps the connection open after the bytes.
    hangs: bool,
}

const HONEST: Manner = Manner { bytes: "abc", told: 3, tag: ABC, hangs: false };

/// A platform with one add-on and one backup. Tells when the bytes were sent.
fn platform(manner: Manner) -> (String, Receiver<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    let (sent, sending) = channel();
    std::thread::spawn(move || {
        for client in listener.incoming().flatten() {
            let sent = sent.clone();
            std::thread::spawn(move || answer(client, manner, &|| sent.send(()).unwrap()));
        }
    });
    (endpoint, sending)
}

fn answer(mut client: TcpStream, manner: Manner, sent: &dyn Fn()) {
    let mut request = Vec::new();
    let mut buffer = [0; 4096];
    while !request.windows(4).any(|end| end == b"\r\n\r\n") {
        match client.read(&mut buffer) {
            Ok(count @ 1..) => request.extend_from_slice(&buffer[..count]),
            _ => return,
        }
    }
    let request = String::from_utf8(request).unwrap();
    if request.contains("/download ") {
        let Manner { bytes, told, tag, hangs } = manner;
        let head = format!(
            "HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-type: application/octet-stream\r\ncontent-length: {told}\r\n\
             etag: \"{tag}\"\r\ncontent-disposition: attachment; filename=\"x.rdb\"\r\n\r\n{bytes}"
        );
        client.write_all(head.as_bytes()).unwrap();
        sent();
        if hangs {
            let _ = client.read(&mut buffer);
        }
        return;
    }
    let body = document(&request).to_string();
    let head = format!(
        "HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    );
    let _ = client.write_all(head.as_bytes());
}

fn document(request: &str) -> Value {
    let backup = json!({"id": "bak_1", "addon_id": "add_1", "addon": "../cache", "team": "sandbox", "service": "valkey",
        "plan": "small", "state": "finished", "trigger": "manual", "size": 3, "checksum": ABC,
        "started_at": "2026-11-20T03:00:00Z", "finished_at": "2026-11-20T03:00:01Z"});
    if request.contains("/backups") {
        return json!({"backups": [backup], "next_token": null, "policy": {}});
    }
    json!({"addon": {"id": "add_1", "name": "cache", "team": "sandbox", "service": "valkey", "plan": "small",
        "state": "ready"}})
}

/// A download to the folder it is run in.
fn download(home: &Home, endpoint: &str, folder: &std::path::Path) -> Command {
    let mut command =
        home.command(["--platform", "local", "--endpoint", endpoint, "backups", "download", "cache", "latest"]);
    command.env_remove("ATTACHE_PROFILE").env("ATTACHE_TOKEN", "t0ken").current_dir(folder);
    command
}

#[test]
fn only_what_is_all_there_and_as_it_was_is_kept() {
    let home = Home::new();
    let cases = [
        (Manner { told: 10, ..HONEST }, "cut off before"),
        (Manner { bytes: "abd", ..HONEST }, "the checksum differs"),
        // Good by its own tag, and not the backup that was listed.
        (
            Manner {
                bytes: "abd",
                tag: "sha256:a52d159f262b2c6ddb724a61840befc36eb30c88877a4030b65cbe86298449c9",
                ..HONEST
            },
            "but it has sha256:ba7816bf",
        ),
        (Manner { bytes: "ab", told: 2, tag: "", ..HONEST }, "is 3 bytes, but 2 came"),
    ];
    for (manner, why) in cases {
        let (endpoint, _sent) = platform(manner);
        let folder = tempfile::tempdir().unwrap();
        let output = download(&home, &endpoint, folder.path()).output().unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(matches!(output.status.code(), Some(1 | 6)) && said.contains(why), "{why}: {said}");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0, "{why}");
    }
    let (endpoint, _sent) = platform(HONEST);
    let folder = tempfile::tempdir().unwrap();
    let output = download(&home, &endpoint, folder.path()).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    // The name that the platform tells leads nowhere else.
    assert_eq!(fs::read(folder.path().join("cache-20261120T030000Z-bak_1.rdb")).unwrap(), b"abc");
}

#[test]
fn broken_off_it_leaves_nothing() {
    let home = Home::new();
    for signal in [Signal::INT, Signal::TERM, Signal::HUP] {
        let (endpoint, sent) = platform(Manner { told: 10, hangs: true, ..HONEST });
        let folder = tempfile::tempdir().unwrap();
        let mut command = download(&home, &endpoint, folder.path());
        let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        sent.recv().unwrap();
        let part = folder.path().join("cache-20261120T030000Z-bak_1.rdb.part");
        tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .build()
            .unwrap()
            .block_on(eventually("three bytes are in the file", async || {
                fs::metadata(&part).map_or(0, |part| part.len()) == 3
            }));
        kill_process(Pid::from_child(&child), signal).unwrap();
        let output = child.wait_with_output().unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(output.status.code() == Some(1) && said.contains("broken off"), "{signal:?}: {said}");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0, "{signal:?}");
    }
}
