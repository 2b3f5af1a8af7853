//! A write whose answer is lost is sent once, and its outcome is not made up.

use std::io::{Read, Write};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::support::home::Home;

/// A line to the platform of another home that hands on everything but the answers to writes.
fn lossy_line(home: &Home, platform: PathBuf) -> Arc<AtomicUsize> {
    let folder = home.platform_folder().join("run");
    std::fs::create_dir_all(&folder).unwrap();
    let listener = UnixListener::bind(folder.join("api.sock")).unwrap();
    let writes = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&writes);
    std::thread::spawn(move || {
        for client in listener.incoming() {
            let (mut client, mut server) = (client.unwrap(), UnixStream::connect(&platform).unwrap());
            let (mut answers, mut back) = (server.try_clone().unwrap(), client.try_clone().unwrap());
            let counter = Arc::clone(&counter);
            std::thread::spawn(move || {
                let mut buffer = [0; 16 * 1024];
                while let Ok(count @ 1..) = client.read(&mut buffer) {
                    let is_write = buffer.starts_with(b"POST ") || buffer.starts_with(b"DELETE ");
                    server.write_all(&buffer[..count]).unwrap();
                    if is_write {
                        counter.fetch_add(1, Ordering::SeqCst);
                        // The platform has answered, so it has acted; nobody hears of it.
                        let _ = server.read(&mut buffer).unwrap();
                        let _ = client.shutdown(std::net::Shutdown::Both);
                        return;
                    }
                    let count = answers.read(&mut buffer).unwrap();
                    if back.write_all(&buffer[..count]).is_err() {
                        return;
                    }
                }
            });
        }
    });
    writes
}

#[test]
fn a_lost_answer_is_an_unknown_outcome_and_is_sent_once() {
    let real = Home::new();
    real.platform_up();
    let home = Home::new();
    let writes = lossy_line(&home, real.platform_folder().join("run/api.sock"));

    let ran = home.line("addons attach uploads --app billing").expect(5);
    assert!(ran.err.contains("sent once"), "{}", ran.err);
    assert_eq!(writes.load(Ordering::SeqCst), 1);
    let journal = home.line("operations --json").expect(0).json();
    assert_eq!(journal["operations"][0]["outcome"], "unknown");
    assert_eq!(real.line("releases --app billing --json").expect(0).json()["releases"].as_array().unwrap().len(), 1);
}
