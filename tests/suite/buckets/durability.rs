//! What was acknowledged is there after `kill -9`; what was not is there whole or not at all.

use bytes::Bytes;
use hyper::StatusCode;

use super::server::Server;

/// Bytes that differ per number, of sizes below and above the buffers.
fn body(number: usize) -> Bytes {
    let size = [0, 1, 700, 70_000, 300_000, 3_000_000][number % 6];
    (0..size).map(|at: usize| u8::try_from((at * 31 + number * 7 + at / 251) % 256).unwrap()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_200_survives_kill_nine() {
    let folder = tempfile::tempdir().unwrap();
    let mut acknowledged: Vec<(String, Bytes)> = Vec::new();
    for round in 0..12 {
        let mut server = Server::start(folder.path());
        for (key, wanted) in &acknowledged {
            let answer = server.client.send("GET", Some(key), "").await.unwrap();
            assert_eq!((answer.status, answer.body == *wanted), (StatusCode::OK, true), "{key} in round {round}");
        }
        let deleted = server.client.send("GET", Some(&format!("deleted/{round}")), "").await.unwrap();
        assert_eq!(deleted.status, StatusCode::NOT_FOUND, "a deletion that was acknowledged came back");
        for name in ["kept", "deleted"] {
            let (key, bytes) = (format!("{name}/{}", round + 1), body(round));
            let answer = server.client.send("PUT", Some(&key), bytes.clone()).await.unwrap();
            assert_eq!(answer.status, StatusCode::OK);
            if name == "kept" {
                acknowledged.push((key, bytes));
            }
        }
        let key = format!("deleted/{}", round + 1);
        assert_eq!(server.client.send("DELETE", Some(&key), "").await.unwrap().status, StatusCode::NO_CONTENT);
        // One more is under way when the server dies.
        let (client, whole) = (server.client.clone(), body(5));
        let under_way = tokio::spawn(async move { client.send("PUT", Some("under way"), whole).await });
        let (key, bytes) = (format!("last/{round}"), body(round + 3));
        assert_eq!(server.client.send("PUT", Some(&key), bytes.clone()).await.unwrap().status, StatusCode::OK);
        server.kill();
        acknowledged.push((key, bytes));
        // Answered or cut off: either way it ends.
        let under_way = under_way.await.unwrap().is_ok_and(|answer| answer.status == StatusCode::OK);
        let server = Server::start(folder.path());
        let found = server.client.send("GET", Some("under way"), "").await.unwrap();
        assert!(found.status == StatusCode::OK || !under_way, "it was acknowledged");
        assert!(found.status != StatusCode::OK || found.body == body(5), "half of it is visible");
        // Nothing of what was cut off stays on disk: one file for each object.
        let files = folder.path().join("data/blobs").read_dir().unwrap().count();
        let incoming = folder.path().join("data/incoming").read_dir().unwrap().count();
        let objects = acknowledged.len() + usize::from(found.status == StatusCode::OK);
        assert_eq!((files, incoming), (objects, 0), "round {round}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_is_said_and_nothing_half_written_is_seen() {
    let folder = tempfile::tempdir().unwrap();
    drop(Server::start(folder.path()));
    let server = Server::start_with_small_disk(folder.path(), 2048);
    let before = Bytes::from(vec![1; 500_000]);
    assert_eq!(server.client.send("PUT", Some("a"), before.clone()).await.unwrap().status, StatusCode::OK);
    let refused = server.client.send("PUT", Some("a"), vec![2; 3_000_000]).await.unwrap();
    assert_eq!(refused.status, StatusCode::INSUFFICIENT_STORAGE);
    let said = String::from_utf8_lossy(&refused.body);
    assert!(said.contains("<Code>InsufficientStorage</Code>") && said.contains("is full"), "{said}");
    assert_eq!(server.client.send("GET", Some("a"), "").await.unwrap().body, before);
    let files = |name: &str| folder.path().join("data").join(name).read_dir().unwrap().count();
    assert_eq!((files("blobs"), files("incoming")), (1, 0));
    assert_eq!(server.client.send("DELETE", Some("a"), "").await.unwrap().status, StatusCode::NO_CONTENT);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_large_object_passes_through_little_memory() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path());
    let large = Bytes::from(vec![7; 100 * 1024 * 1024]);
    let before = server.peak_memory();
    assert_eq!(server.client.send("PUT", Some("large"), large.clone()).await.unwrap().status, StatusCode::OK);
    assert!(server.client.send("GET", Some("large"), "").await.unwrap().body == large);
    let grown = server.peak_memory() - before;
    assert!(grown < 24 * 1024, "100 MiB took {grown} KiB of memory");
}
