//! Copies of buckets while apps go on, buckets made from them, and new secret keys.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use attache::local::services::object_storage::ObjectStorage;
use attache::local::services::object_storage::client::Client;
use attache::local::services::{BackupFormat, Counted, Driver as _, Instance, Tally};
use bytes::Bytes;
use hyper::StatusCode;
use secrecy::{ExposeSecret as _, SecretString};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use super::lifecycle::head_of_put;
use super::python_with_boto3;
use super::server::{client, new_instance, provision};
use crate::support::eventually::eventually;

const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/suite/buckets/whole.py");

/// A platform's object storage with one bucket, and room for its backups.
struct Shop {
    folder: tempfile::TempDir,
    storage: Arc<ObjectStorage>,
    instance: Instance,
}

impl Shop {
    async fn open() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let storage = Arc::new(ObjectStorage::new());
        storage.open(0).await.unwrap();
        let instance = new_instance(&storage, &folder.path().join("add_1"), "uploads");
        provision(&storage, &instance).await;
        Self { folder, storage, instance }
    }

    async fn another(&self) -> Instance {
        let other = new_instance(&self.storage, &self.folder.path().join("add_2"), "uploads-restored");
        provision(&self.storage, &other).await;
        other
    }

    fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    async fn copy(&self, name: &str) -> PathBuf {
        let file = self.file(name);
        self.storage.copy(&self.instance, &file, &Tally::default()).await.unwrap();
        file
    }

    async fn check(&self, file: &Path) -> Result<String, String> {
        self.storage.check_copy(file, self.folder.path()).await.map_err(|error| error.message)
    }

    fn app(&self, instance: &Instance) -> Client {
        client(instance, self.storage.port())
    }

    async fn figure(&self, instance: &Instance, name: &str) -> u64 {
        let all: Vec<Counted> = self.storage.usage(instance).await.unwrap();
        all.iter().find(|counted| counted.name == name).unwrap().value
    }

    /// What boto3 does with, or finds in, the bucket.
    async fn boto3(&self, instance: &Instance, what: &'static str) -> String {
        let mut command = Command::new(python_with_boto3());
        command.args(["-B", SCRIPT, what]).env_clear().env("PATH", std::env::var_os("PATH").unwrap_or_default());
        command.env("OTHER_S3_BUCKET", "none");
        for (name, value) in self.storage.values(instance) {
            command.env(name, value.expose_secret());
        }
        let output = tokio::task::spawn_blocking(move || command.output()).await.unwrap().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }
}

async fn put(app: &Client, key: &str, body: impl Into<Bytes>) {
    assert_eq!(app.send("PUT", Some(key), body).await.unwrap().status, StatusCode::OK);
}

async fn get(app: &Client, key: &str) -> Option<Bytes> {
    let answer = app.send("GET", Some(key), "").await.unwrap();
    (answer.status == StatusCode::OK).then_some(answer.body)
}

#[tokio::test(flavor = "multi_thread")]
async fn boto3_finds_everything_again_in_a_bucket_made_from_a_backup() {
    let shop = Shop::open().await;
    let format = shop.storage.backup_format(&shop.instance.plan).unwrap();
    assert_eq!(format, BackupFormat { extension: "tar", name: "tar of files and an index" });
    shop.boto3(&shop.instance, "fill").await;
    let before = shop.boto3(&shop.instance, "tell").await;
    assert!(before.contains("../../etc/x") && !before.contains("gone") && before.contains("of parts"), "{before}");

    let (file, progress) = (shop.file("bak_1.part"), Tally::default());
    let said = shop.storage.copy(&shop.instance, &file, &progress).await.unwrap();
    assert_eq!(said, "Copied 12 objects, 11 MiB, as of one moment.");
    let told = progress.now();
    // The zeros at its end are not counted as progress.
    assert_eq!(told.bytes, Some(file.metadata().unwrap().len() - 1024));
    assert_eq!((told.done, told.total, told.unit.as_deref()), (Some(13), Some(13), Some("files")));
    assert_eq!(shop.check(&file).await.unwrap(), "Read 12 objects, 11 MiB; every checksum is right.");
    use std::os::unix::fs::PermissionsExt as _;
    assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    let listed = Command::new("tar").arg("-tf").arg(&file).output().unwrap();
    assert!(listed.status.success() && !String::from_utf8_lossy(&listed.stdout).contains(".."));

    // Something of an earlier try is in the new bucket; twice, as after a crash between the step and its record.
    let other = shop.another().await;
    put(&shop.app(&other), "left over", "of an earlier try").await;
    for _ in 0..2 {
        let said = shop.storage.load(&other, &file, &Tally::default()).await.unwrap();
        assert_eq!(said, "Put 12 objects, 11 MiB, in place.");
    }
    assert_eq!(shop.boto3(&other, "tell").await, before);
    for name in ["storage", "objects"] {
        assert_eq!(shop.figure(&other, name).await, shop.figure(&shop.instance, name).await, "{name}");
    }
    assert_eq!(other.folder.join("data/blobs").read_dir().unwrap().count(), 13, "shared bytes stay shared");
    // It outlives a restart, and the bucket that it came from.
    shop.storage.retire(&shop.instance).await.unwrap();
    shop.storage.stop(&other).await.unwrap();
    shop.storage.resume(&other).await.unwrap();
    assert_eq!(shop.boto3(&other, "tell").await, before);
    shop.storage.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_is_of_one_moment_while_apps_put_and_delete() {
    let shop = Shop::open().await;
    let app = shop.app(&shop.instance);
    for n in 0..40 {
        put(&app, &format!("large/{n}"), vec![n; 1 << 20]).await;
    }
    put(&app, "first", "0").await;
    put(&app, "second", "0").await;
    let stop = Arc::new(AtomicBool::new(false));
    let (writer, over) = (app.clone(), Arc::clone(&stop));
    let writing = tokio::spawn(async move {
        let mut n = 0_u8;
        while !over.load(Ordering::Relaxed) {
            n = n.wrapping_add(1);
            put(&writer, "first", n.to_string()).await;
            put(&writer, "second", n.to_string()).await;
            // What the copy has yet to read is replaced and deleted under its hands.
            put(&writer, &format!("large/{}", n % 40), "small").await;
            let gone = format!("large/{}", (n + 20) % 40);
            assert_eq!(writer.send("DELETE", Some(&gone), "").await.unwrap().status, StatusCode::NO_CONTENT);
        }
    });
    let mut files = Vec::new();
    for n in 0..3 {
        files.push(shop.copy(&format!("bak_{n}")).await);
    }
    stop.store(true, Ordering::Relaxed);
    writing.await.unwrap();
    let blobs = shop.instance.folder.join("data/blobs");
    let objects = shop.figure(&shop.instance, "objects").await;
    assert_eq!(blobs.read_dir().unwrap().count() as u64, objects, "nothing that was held back stays");
    let other = shop.another().await;
    for file in files {
        shop.check(&file).await.unwrap();
        shop.storage.load(&other, &file, &Tally::default()).await.unwrap();
        let number = async |key| String::from_utf8(get(&shop.app(&other), key).await.unwrap().to_vec()).unwrap();
        let (first, second): (u8, u8) =
            (number("first").await.parse().unwrap(), number("second").await.parse().unwrap());
        assert!(first == second || first == second.wrapping_add(1), "{first} and {second} were never there together");
    }
    shop.storage.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_broken_is_not_copied_and_not_restored() {
    let shop = Shop::open().await;
    let app = shop.app(&shop.instance);
    put(&app, "photos/1.jpg", vec![1; 300_000]).await;
    put(&app, "photos/2.jpg", vec![2; 300_000]).await;
    let good = shop.copy("good").await;
    let other = shop.another().await;
    put(&shop.app(&other), "kept", "bytes").await;
    let whole = std::fs::read(&good).unwrap();
    let mut flipped = whole.clone();
    flipped[whole.len() / 2] ^= 1;
    for (what, bytes) in [
        ("empty", Vec::new()),
        ("text", b"hello, this is a text file\n".repeat(100)),
        ("half", whole[..whole.len() / 2].to_vec()),
        ("without its end", whole[..whole.len() - 1024].to_vec()),
        ("one bit", flipped),
        ("two archives", [&whole[..], &whole].concat()),
    ] {
        let file = shop.file("broken");
        std::fs::write(&file, bytes).unwrap();
        let said = shop.check(&file).await.unwrap_err();
        assert!(said.starts_with("The file is no whole backup of a bucket: ") && said.ends_with('.'), "{what}: {said}");
        let error = shop.storage.load(&other, &file, &Tally::default()).await.unwrap_err();
        assert_eq!(error.message, said, "{what}");
        assert_eq!(get(&shop.app(&other), "kept").await.unwrap(), "bytes", "{what}: everything is as it was");
        assert_eq!(other.folder.join("data/blobs").read_dir().unwrap().count(), 1, "{what}: nothing is left of it");
    }

    // Beyond the plan's storage.
    let mut small = other.clone();
    let storage = small.plan.limits.iter_mut().find(|limit| limit.name == "storage").unwrap();
    storage.value = 500_000;
    let error = shop.storage.load(&small, &good, &Tally::default()).await.unwrap_err();
    assert!(error.message.starts_with("The backup does not fit: it has 585 KiB"), "{error}");
    assert_eq!(get(&shop.app(&other), "kept").await.unwrap(), "bytes");
    let error = shop.storage.check_fit(&shop.instance, &small.plan).await.unwrap_err();
    assert!(error.message.contains("holds 585 KiB; standard has 488 KiB."), "{error}");
    shop.storage.check_fit(&shop.instance, &other.plan).await.unwrap();

    // Bytes that were spoiled in the bucket itself are found by the check, those that are missing by the copy.
    let mut blobs = shop.instance.folder.join("data/blobs").read_dir().unwrap().map(|entry| entry.unwrap().path());
    let (one, two) = (blobs.next().unwrap(), blobs.next().unwrap());
    std::fs::write(&one, vec![9; 300_000]).unwrap();
    let said = shop.check(&shop.copy("spoiled").await).await.unwrap_err();
    assert!(said.contains("the object \"photos/") && said.contains("has other bytes than its ETag says"), "{said}");
    std::fs::remove_file(two).unwrap();
    let error = shop.storage.copy(&shop.instance, &shop.file("lost"), &Tally::default()).await.unwrap_err();
    assert!(error.message.contains("are missing from the platform's folder"), "{error}");
    shop.storage.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_ends_with_its_add_on() {
    let shop = Shop::open().await;
    let app = shop.app(&shop.instance);
    for n in 0..4 {
        put(&app, &n.to_string(), vec![0; 1 << 20]).await;
    }
    // A copy that nobody waits for any more, met before it began to write.
    let (storage, instance, file) = (Arc::clone(&shop.storage), shop.instance.clone(), shop.file("dropped"));
    let copying = tokio::spawn(async move { storage.copy(&instance, &file, &Tally::default()).await.map(drop) });
    copying.abort();
    let _ = copying.await;
    // What is deleted now goes: no copy that was given up holds it back.
    for n in 0..4 {
        app.send("DELETE", Some(&n.to_string()), "").await.unwrap();
    }
    let blobs = shop.instance.folder.join("data/blobs");
    eventually("nothing is held back", async || blobs.read_dir().unwrap().count() == 0).await;
    shop.storage.stop(&shop.instance).await.unwrap();
    let error = shop.storage.copy(&shop.instance, &shop.file("late"), &Tally::default()).await.unwrap_err();
    assert!(error.message.ends_with("is not being served."), "{error}");
    assert!(!shop.file("late").exists());
    shop.storage.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_old_secret_key_and_what_came_in_with_it_are_out() {
    let shop = Shop::open().await;
    let old = shop.app(&shop.instance);
    put(&old, "large", vec![1; 64 << 20]).await;
    // A put and a get that the old key was good for when they began.
    let length = 1_000_000;
    let mut putting = tokio::net::TcpStream::connect(("127.0.0.1", old.port)).await.unwrap();
    putting.write_all(head_of_put(&old, "under way", length).as_bytes()).await.unwrap();
    putting.write_all(&vec![0; length / 2]).await.unwrap();
    eventually("the upload has begun", async || {
        shop.instance.folder.join("data/incoming").read_dir().unwrap().next().is_some()
    })
    .await;
    let mut getting = tokio::net::TcpStream::connect(("127.0.0.1", old.port)).await.unwrap();
    let request = old.sign("GET", Some("large"), Bytes::new()).unwrap();
    let mut head = format!("GET {} HTTP/1.1\r\n", request.uri());
    for (name, value) in request.headers() {
        head.push_str(&format!("{name}: {}\r\n", value.to_str().unwrap()));
    }
    getting.write_all((head + "\r\n").as_bytes()).await.unwrap();
    let mut first = [0; 12];
    getting.read_exact(&mut first).await.unwrap();
    assert_eq!(&first, b"HTTP/1.1 200");

    let mut changed = shop.instance.clone();
    changed.settings.password = SecretString::from("n".repeat(40));
    for _ in 0..2 {
        shop.storage.change_password(&changed).await.unwrap();
    }
    let new = shop.app(&changed);
    assert_eq!(old.send("GET", Some("large"), "").await.unwrap().status, StatusCode::FORBIDDEN);
    assert_eq!(new.send("HEAD", Some("large"), "").await.unwrap().status, StatusCode::OK);
    putting.write_all(&vec![0; length / 2]).await.unwrap();
    let mut answer = String::new();
    putting.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 403") && answer.contains("not valid any more"), "{answer}");
    assert_eq!(get(&new, "under way").await, None);
    let mut rest = Vec::new();
    // Cut off, one way or the other.
    let _ = getting.read_to_end(&mut rest).await;
    assert!(rest.len() < 64 << 20, "the old key still got {} bytes", rest.len());

    // A platform that begins anew knows only the new one.
    shop.storage.stop(&changed).await.unwrap();
    shop.storage.resume(&changed).await.unwrap();
    assert_eq!(old.send("GET", Some("large"), "").await.unwrap().status, StatusCode::FORBIDDEN);
    assert_eq!(new.send("HEAD", Some("large"), "").await.unwrap().status, StatusCode::OK);
    shop.storage.close().await;
}
