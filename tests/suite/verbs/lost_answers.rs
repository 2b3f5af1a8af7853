//! A write whose answer is lost is sent once, and its outcome is not made up.

use std::io::{Read, Write};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use crate::support::home::Home;

/// A line to the platform of another home that hands on everything but the answers to writes; counts those.
pub(super) fn lossy_line(home: &Home, platform: PathBuf) -> Arc<AtomicUsize> {
    line(home, platform, None)
}

/// One that swallows the first writes, and then hands on everything; counts the writes.
pub(super) fn swallowing_line(home: &Home, platform: PathBuf, first: usize) -> Arc<AtomicUsize> {
    line(home, platform, Some(first))
}

fn line(home: &Home, platform: PathBuf, swallowed: Option<usize>) -> Arc<AtomicUsize> {
    let folder = home.platform_folder().join("run");
    std::fs::create_dir_all(&folder).unwrap();
    let listener = UnixListener::bind(folder.join("api.sock")).unwrap();
    let writes = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&writes);
    std::thread::spawn(move || {
        for client in listener.incoming() {
            let (client, server) = (client.unwrap(), UnixStream::connect(&platform).unwrap());
            let is_write = Arc::new(AtomicBool::new(false));
            let asking = (client.try_clone().unwrap(), server.try_clone().unwrap(), Arc::clone(&is_write));
            let counter = Arc::clone(&counter);
            std::thread::spawn(move || hand_on_requests(asking.0, asking.1, &asking.2, &counter, swallowed));
            std::thread::spawn(move || hand_on_answers(server, client, &is_write));
        }
    });
    writes
}

fn hand_on_requests(
    mut client: UnixStream,
    mut server: UnixStream,
    is_write: &AtomicBool,
    writes: &AtomicUsize,
    swallowed: Option<usize>,
) {
    let mut buffer = [0; 16 * 1024];
    while let Ok(count @ 1..) = client.read(&mut buffer) {
        if buffer.starts_with(b"POST ") || buffer.starts_with(b"DELETE ") {
            let before = writes.fetch_add(1, Ordering::SeqCst);
            is_write.store(swallowed.is_none(), Ordering::SeqCst);
            if swallowed.is_some_and(|first| before < first) {
                let _ = client.shutdown(std::net::Shutdown::Both);
                return;
            }
        }
        if server.write_all(&buffer[..count]).is_err() {
            return;
        }
    }
}

fn hand_on_answers(mut server: UnixStream, mut client: UnixStream, is_write: &AtomicBool) {
    let mut buffer = [0; 16 * 1024];
    while let Ok(count @ 1..) = server.read(&mut buffer) {
        // The platform has answered, so it has acted; nobody hears of it.
        if is_write.load(Ordering::SeqCst) || client.write_all(&buffer[..count]).is_err() {
            break;
        }
    }
    let _ = client.shutdown(std::net::Shutdown::Both);
}

#[test]
fn a_lost_answer_is_an_unknown_outcome_and_is_sent_once() {
    let real = Home::new();
    real.platform_ready();
    let home = Home::new();
    let writes = lossy_line(&home, real.platform_folder().join("run/api.sock"));

    let ran = home.line("addons attach uploads --app billing").expect(5);
    assert!(ran.err.contains("sent once"), "{}", ran.err);
    assert_eq!(writes.load(Ordering::SeqCst), 1);
    let journal = home.line("operations --json").expect(0).json();
    assert_eq!(journal["operations"][0]["outcome"], "unknown");
    assert_eq!(real.line("releases --app billing --json").expect(0).json()["releases"].as_array().unwrap().len(), 1);
}
