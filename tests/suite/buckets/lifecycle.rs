//! The driver: provisioning, restarts, and the end of an add-on.

use std::net::TcpListener;

use attache::local::services::object_storage::ObjectStorage;
use attache::local::services::object_storage::client::Client;
use attache::local::services::{Availability, Driver as _};
use attache::model::Health;
use hyper::StatusCode;
use secrecy::ExposeSecret as _;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use super::server::{client, new_instance, provision};
use crate::support::eventually::eventually;

#[tokio::test(flavor = "multi_thread")]
async fn an_add_on_lives_through_a_restart_and_then_dies() {
    let folder = tempfile::tempdir().unwrap();
    let storage = ObjectStorage::new();
    assert_eq!(storage.availability(), Availability::Available { program: None });
    storage.open(0).await.unwrap();
    let instance = new_instance(&storage, &folder.path().join("add_1"), "uploads");
    assert!(matches!(storage.probe(&instance).await, Health::Failing(_)), "not served yet");
    provision(&storage, &instance).await;
    // Again, as after a crash between the step and its record.
    provision(&storage, &instance).await;
    assert_eq!(storage.probe(&instance).await, Health::Ok);
    let values = storage.values(&instance);
    assert_eq!(values.iter().map(|(name, _)| *name).collect::<Vec<_>>(), storage.config_vars());
    let value = |name: &str| values.iter().find(|(n, _)| *n == name).unwrap().1.expose_secret().to_owned();
    assert_eq!(value("AWS_S3_URL"), format!("{}/{}", value("AWS_ENDPOINT_URL"), value("S3_BUCKET")));
    assert_eq!((value("AWS_REGION").as_str(), value("S3_FORCE_PATH_STYLE").as_str()), ("us-east-1", "true"));
    let app = client(&instance, storage.port());
    assert_eq!(app.send("PUT", Some("kept"), "bytes").await.unwrap().status, StatusCode::OK);

    // The platform stops in order and starts again, on the same port.
    let port = storage.port();
    storage.stop(&instance).await.unwrap();
    assert_eq!(app.send("GET", Some("kept"), "").await.unwrap().status, StatusCode::FORBIDDEN);
    storage.close().await;
    assert!(app.send("GET", Some("kept"), "").await.is_err());
    let storage = ObjectStorage::new();
    storage.open(port).await.unwrap();
    storage.resume(&instance).await.unwrap();
    assert_eq!(app.send("GET", Some("kept"), "").await.unwrap().body, "bytes");

    // Another add-on is not touched by the end of this one.
    let other = new_instance(&storage, &folder.path().join("add_2"), "media");
    provision(&storage, &other).await;
    storage.retire(&instance).await.unwrap();
    assert_eq!(app.send("GET", Some("kept"), "").await.unwrap().status, StatusCode::FORBIDDEN, "keys are dead at once");
    storage.retire(&instance).await.unwrap();
    std::fs::remove_dir_all(&instance.folder).unwrap();
    assert_eq!(storage.probe(&other).await, Health::Ok);
    // Its storage is gone: no empty one takes its place.
    let error = storage.resume(&instance).await.unwrap_err();
    assert!(error.message.contains("can't be opened"), "{error}");
    assert!(!instance.folder.exists());
    storage.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bucket_deleted_by_its_own_key_is_told_by_the_probe() {
    let folder = tempfile::tempdir().unwrap();
    let storage = ObjectStorage::new();
    storage.open(0).await.unwrap();
    let instance = new_instance(&storage, folder.path(), "uploads");
    provision(&storage, &instance).await;
    let app = client(&instance, storage.port());
    assert_eq!(app.send("DELETE", None, "").await.unwrap().status, StatusCode::NO_CONTENT);
    let Health::Failing(said) = storage.probe(&instance).await else { panic!("healthy without a bucket") };
    assert!(said.contains("was deleted"), "{said}");
    // A restart does not make it again behind the app's back.
    storage.stop(&instance).await.unwrap();
    storage.resume(&instance).await.unwrap();
    assert!(matches!(storage.probe(&instance).await, Health::Failing(_)));
    assert_eq!(app.send("PUT", None, "").await.unwrap().status, StatusCode::OK);
    assert_eq!(storage.probe(&instance).await, Health::Ok);
    storage.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_taken_port_asks_for_another() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let storage = ObjectStorage::new();
    let error = storage.open(taken.local_addr().unwrap().port()).await.unwrap_err();
    assert!(error.port_taken, "{error}");
    assert_eq!(storage.port(), 0);
    storage.open(0).await.unwrap();
    assert_ne!(storage.port(), 0);
    storage.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn another_program_on_the_port_is_not_taken_for_ours() {
    let folder = tempfile::tempdir().unwrap();
    let (storage, stranger) = (ObjectStorage::new(), ObjectStorage::new());
    storage.open(0).await.unwrap();
    let instance = new_instance(&storage, folder.path(), "uploads");
    provision(&storage, &instance).await;
    let port = storage.port();
    // A second server that knows the same keys answers 200, but not with the name of this process.
    stranger.open(0).await.unwrap();
    stranger.resume(&instance).await.unwrap();
    let theirs = client(&instance, stranger.port()).send("HEAD", None, "").await.unwrap();
    let ours = client(&instance, port).send("HEAD", None, "").await.unwrap();
    assert_eq!((theirs.status, ours.status), (StatusCode::OK, StatusCode::OK));
    assert_ne!(theirs.headers["x-amz-id-2"], ours.headers["x-amz-id-2"]);
    stranger.close().await;
    storage.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upload_under_way_ends_with_its_add_on() {
    let folder = tempfile::tempdir().unwrap();
    let storage = ObjectStorage::new();
    storage.open(0).await.unwrap();
    let instance = new_instance(&storage, &folder.path().join("add_1"), "uploads");
    provision(&storage, &instance).await;
    // A signed put whose body stays away: everything but its end was sent.
    let app = client(&instance, storage.port());
    let head = head_of_put(&app, "slow", 1_000_000);
    let mut stream = tokio::net::TcpStream::connect(("127.0.0.1", app.port)).await.unwrap();
    stream.write_all(head.as_bytes()).await.unwrap();
    stream.write_all(&vec![0; 600_000]).await.unwrap();
    eventually("the upload has begun", async || {
        instance.folder.join("data/incoming").read_dir().is_ok_and(|mut files| files.next().is_some())
    })
    .await;
    storage.retire(&instance).await.unwrap();
    std::fs::remove_dir_all(&instance.folder).unwrap();
    stream.write_all(&vec![0; 400_000]).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 404") && answer.contains("NoSuchBucket"), "{answer}");
    assert!(!instance.folder.exists(), "the folder did not come back");
    storage.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_is_heard_by_who_is_still_sending() {
    let folder = tempfile::tempdir().unwrap();
    let storage = ObjectStorage::new();
    storage.open(0).await.unwrap();
    let instance = new_instance(&storage, folder.path(), "uploads");
    provision(&storage, &instance).await;
    let wrong = Client { secret_key: "w".repeat(40).into(), ..client(&instance, storage.port()) };
    let length = 20_000_000;
    let mut stream = tokio::net::TcpStream::connect(("127.0.0.1", wrong.port)).await.unwrap();
    stream.write_all(head_of_put(&wrong, "refused", length).as_bytes()).await.unwrap();
    // Refused long before all of this is sent, and read only then.
    stream.write_all(&vec![0; length]).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 403") && answer.ends_with("</Error>"), "{answer}");
    assert!(answer.contains("<Code>SignatureDoesNotMatch</Code>"), "{answer}");
    drop(stream);
    storage.close().await;
}

/// The head of a signed put of that many zeros, as text.
pub(super) fn head_of_put(client: &Client, key: &str, length: usize) -> String {
    let request = client.sign("PUT", Some(key), vec![0; length].into()).unwrap();
    let mut head = format!("PUT {} HTTP/1.1\r\ncontent-length: {length}\r\n", request.uri());
    for (name, value) in request.headers() {
        head.push_str(&format!("{name}: {}\r\n", value.to_str().unwrap()));
    }
    head + "\r\n"
}
