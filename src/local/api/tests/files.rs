//! Files that come and go.

use std::io::Read;
use std::path::PathBuf;
use std::time::Duration;

use serde_json::Value;

use super::{Limits, Server, WIDE};
use crate::local::engine::tests::fake::COPIED;

const UPLOAD: &str = "/v1/backups?service=postgresql&name=orders.pgdump";

impl Server {
    /// All files of backups that were uploaded, by name.
    fn uploaded(&self) -> Vec<String> {
        let folder: PathBuf = self.platform.folder().join("backups/uploaded");
        let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
    }

    fn backup(&self, id: &str) -> Value {
        self.get(&format!("/v1/backups/{id}")).expect(200)["backup"].clone()
    }

    /// Sends a file and waits until it was read; its id.
    fn upload(&self, file: &[u8]) -> String {
        let id = self.send("POST", UPLOAD, "", file).expect(202)["backup"]["id"].as_str().unwrap().to_owned();
        self.platform.until(|| self.backup(&id)["state"] == "finished");
        id
    }

    /// As many backups as there are.
    fn count(&self) -> usize {
        self.get("/v1/backups").expect(200)["backups"].as_array().unwrap().len()
    }
}

fn copy(size: usize) -> Vec<u8> {
    let mut copy = COPIED.as_bytes().to_vec();
    copy.resize(size.max(copy.len()), b'x');
    copy
}

#[test]
fn a_file_that_does_not_come_to_its_end_leaves_nothing() {
    let server = Server::new(Limits { patience: Duration::from_millis(100), ..WIDE });
    let stalled = server.begin("POST", UPLOAD, "", 1000, b"half");
    assert!(stalled.answer().refused(408, "timeout").contains("nothing was taken"));
    assert_eq!(server.uploaded(), Vec::<String>::new());

    let server = Server::new(WIDE);
    let cut = server.begin("POST", UPLOAD, "", 1000, b"half");
    server.platform.until(|| !server.uploaded().is_empty());
    drop(cut);
    server.platform.until(|| server.uploaded().is_empty());
    assert_eq!(server.count(), 0);
}

#[test]
fn what_was_on_its_way_at_a_crash_is_gone_after_the_next_start() {
    let mut server = Server::new(WIDE);
    let cut = server.begin("POST", UPLOAD, "", 1000, b"half");
    server.platform.until(|| !server.uploaded().is_empty());
    // What a crash leaves: a process that is killed removes nothing.
    let folder = server.platform.folder().join("backups/uploaded");
    let left = folder.join(&server.uploaded()[0]);
    let kept = folder.join("kept");
    std::fs::hard_link(&left, &kept).unwrap();
    server.platform.kill();
    std::fs::rename(&kept, &left).unwrap();
    drop(cut);
    server.platform.start();
    server.listen();
    server.platform.until(|| server.uploaded().is_empty());
    assert_eq!(server.count(), 0);
}

#[test]
fn a_file_is_refused_before_it_is_sent_where_it_can_not_be_taken() {
    let server = Server::new(WIDE);
    let huge = server.begin("POST", UPLOAD, "", 1 << 60, b"");
    assert!(huge.answer().refused(413, "too_large").contains("Nothing was taken"));
    server.begin("POST", UPLOAD, "", 0, b"").answer().refused(400, "bad_request");
    server.begin("POST", "/v1/backups?service=mysql", "", 9, b"").answer().refused(422, "unknown_service");
    server.begin("POST", "/v1/backups?name=x", "", 9, b"").answer().refused(400, "bad_request");
    let mut chunked = server.begin("POST", UPLOAD, "Transfer-Encoding: chunked\r\nX-Nothing: ", 9, b"0\r\n\r\n");
    chunked.body.clear();
    chunked.answer().refused(400, "bad_request");
    assert_eq!(server.uploaded(), Vec::<String>::new());
}

#[test]
fn no_more_files_come_at_once_than_allowed() {
    let server = Server::new(Limits { transfers: 1, ..WIDE });
    let first = server.begin("POST", UPLOAD, "", 1000, b"half");
    server.platform.until(|| !server.uploaded().is_empty());
    server.send("POST", UPLOAD, "", b"another").refused(429, "too_many_requests");
    drop(first);
    server.platform.until(|| server.send("POST", UPLOAD, "", &copy(10)).status == 202);
}

#[test]
fn a_key_makes_one_backup_of_a_file_also_after_a_restart() {
    let mut server = Server::new(WIDE);
    let key = "Idempotency-Key: the-key\r\n";
    let first = server.send("POST", UPLOAD, key, &copy(5000)).expect(202);
    assert_eq!(server.send("POST", UPLOAD, key, &copy(5000)).expect(202), first);
    server.send("POST", UPLOAD, key, &copy(5001)).refused(409, "idempotency_mismatch");
    let other = UPLOAD.replace("orders", "others");
    server.send("POST", &other, key, &copy(5000)).refused(409, "idempotency_mismatch");
    server.restart();
    assert_eq!(server.send("POST", UPLOAD, key, &copy(5000)).expect(202), first);
    let id = first["backup"]["id"].as_str().unwrap();
    server.platform.until(|| server.backup(id)["state"] == "finished");
    assert_eq!(server.count(), 1);
    assert!(server.uploaded().iter().all(|file| file.starts_with(id)), "{:?}", server.uploaded());
}

#[test]
fn what_was_uploaded_is_downloaded_again_byte_for_byte() {
    let server = Server::new(WIDE);
    let file = copy(700_000);
    let id = server.upload(&file);
    let target = format!("/v1/backups/{id}/download");
    let answer = server.get(&target);
    assert_eq!((answer.status, answer.header("content-length")), (200, Some("700000")));
    assert!(answer.body == file);
    let tag = answer.header("etag").unwrap().to_owned();
    assert_eq!(tag, format!("\"{}\"", server.backup(&id)["checksum"].as_str().unwrap()));
    assert!(answer.header("content-disposition").unwrap().contains(&id));
    let same = server.send("GET", &target, &format!("If-None-Match: {tag}\r\n"), b"");
    assert_eq!((same.status, same.body.len()), (304, 0));
    server.get("/v1/backups/bak_0/download").refused(404, "not_found");
    let unfinished = server.send("POST", UPLOAD, "", b"no copy").expect(202);
    let unfinished = unfinished["backup"]["id"].as_str().unwrap();
    server.platform.until(|| server.backup(unfinished)["state"] == "failed");
    server.get(&format!("/v1/backups/{unfinished}/download")).refused(409, "backup_not_finished");
}

#[test]
fn a_file_that_goes_out_stays_until_it_has_gone_and_one_that_nobody_takes_is_let_go() {
    let server = Server::new(WIDE);
    let id = server.upload(&copy(16 << 20));
    let target = format!("/v1/backups/{id}/download");
    // Reads the beginning and then nothing: the socket's buffers hold far less than the file.
    let mut slow = server.begin("GET", &target, "", 0, b"");
    slow.stream.read_exact(&mut [0; 12]).unwrap();
    let delete = format!("/v1/backups/{id}");
    server.send("DELETE", &delete, "", b"").refused(409, "busy");
    drop(slow);
    server.platform.until(|| server.send("DELETE", &delete, "", b"").status == 202);
    server.platform.until(|| server.uploaded().iter().all(|file| !file.starts_with(&id)));
    server.get(&target).refused(409, "backup_not_finished");

    let server = Server::new(Limits { patience: Duration::from_millis(200), ..WIDE });
    let id = server.upload(&copy(16 << 20));
    let mut stalled = server.begin("GET", &format!("/v1/backups/{id}/download"), "", 0, b"");
    stalled.stream.read_exact(&mut [0; 12]).unwrap();
    // It ends although the other side is there all the while, and the file is free again.
    let delete = format!("/v1/backups/{id}");
    server.platform.until(|| server.send("DELETE", &delete, "", b"").status == 202);
    let mut rest = Vec::new();
    let _ = stalled.stream.read_to_end(&mut rest);
    assert!(rest.len() < 16 << 20, "it was cut off");
}
