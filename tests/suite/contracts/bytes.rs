//! Backups on their way to us and from us: whole and once, or not at all.

use std::path::PathBuf;

use axum::http::Method;
use futures_util::TryStreamExt;

use attache::model::Command;
use attache::platform::{Platform, ReadError, ReadErrorKind, SubmitError, connect};

use super::standin::{Fault, StandIn};
use super::{connection, impatient};

async fn fetch(reader: &dyn Platform, id: &str) -> Result<Vec<u8>, ReadError> {
    let download = reader.download(id).await?;
    let chunks: Vec<bytes::Bytes> = download.bytes.try_collect().await?;
    Ok(chunks.concat())
}

#[tokio::test]
async fn a_backup_is_downloaded_whole() {
    let server = StandIn::start().await;
    let data: Vec<u8> = (0..3u32 << 20).map(|n| (n % 251) as u8).collect();
    let id = server.db(|db| {
        let id = db.finished_backup("orders", "2026-11-20T02:00:00Z");
        db.backup(&id).unwrap().data = data.clone();
        id
    });
    let reader = connection(&server.profile()).reader;
    let download = reader.download(&id).await.unwrap();
    assert_eq!((download.size, download.extension.as_deref()), (Some(3 << 20), Some("pgdump")));
    assert_eq!(download.checksum, Some(server.db(|db| db.backup(&id).unwrap().checksum())));
    assert!(fetch(reader.as_ref(), &id).await.unwrap() == data);
}

#[tokio::test]
async fn a_copy_that_is_cut_off_or_is_another_one_ends_with_an_error() {
    let server = StandIn::start().await;
    let id = server.db(|db| db.finished_backup("orders", "2026-11-20T02:00:00Z"));
    let reader = connection(&server.profile()).reader;
    server.fail(Method::GET, "/v1/backups/", 1, Fault::ActAndCutHalfWay);
    let error = fetch(reader.as_ref(), &id).await.unwrap_err();
    assert_eq!(error.kind, ReadErrorKind::CutOff, "{error}");
    assert!(error.message.contains("cut off"), "{error}");
    let checksum = server.db(|db| db.backup(&id).unwrap().checksum());
    let headers = vec![("etag", format!("\"{checksum}\""))];
    server.fail(Method::GET, "/v1/backups/", 1, Fault::Say(200, headers, "a whole backuP".into()));
    let error = fetch(reader.as_ref(), &id).await.unwrap_err();
    assert_eq!(error.kind, ReadErrorKind::Nonsense);
    assert!(error.message.contains("the checksum differs"), "{error}");
}

#[tokio::test]
async fn a_download_that_cannot_begin_says_why() {
    let server = StandIn::start().await;
    let id = server.db(|db| db.finished_backup("orders", "2026-11-20T02:00:00Z"));
    let reader = connection(&server.profile()).reader;
    server.fail(Method::GET, "/v1/backups/", 2, Fault::Cut);
    assert_eq!(fetch(reader.as_ref(), &id).await.unwrap(), b"a whole backup", "the beginning is tried again");
    server.db(|db| db.backup(&id).unwrap().state = "running".into());
    let error = reader.download(&id).await.err().unwrap();
    assert_eq!(error.kind, ReadErrorKind::Refused { status: 409, code: "backup_not_finished".into() });
    assert_eq!(reader.download("bkp_99").await.err().unwrap().kind, ReadErrorKind::NotFound);
}

#[tokio::test]
async fn a_download_that_hangs_is_given_up() {
    let server = StandIn::start().await;
    let id = server.db(|db| db.finished_backup("orders", "2026-11-20T02:00:00Z"));
    let reader = connect(&server.profile(), impatient()).unwrap().reader;
    server.fail(Method::GET, "/v1/backups/", 9, Fault::Hang);
    assert_eq!(reader.download(&id).await.err().unwrap().kind, ReadErrorKind::TimedOut);
}

struct File {
    path: PathBuf,
    size: u64,
}

impl File {
    fn new(server: &StandIn, data: &[u8]) -> Self {
        let path = server.journal_folder().with_file_name("orders.pgdump");
        std::fs::write(&path, data).unwrap();
        Self { path, size: data.len() as u64 }
    }

    fn upload(&self) -> Command {
        Command::UploadBackup { service: "postgresql".into(), file: self.path.clone(), size: self.size }
    }
}

#[tokio::test]
async fn a_file_is_sent_whole_with_its_length_and_once() {
    let server = StandIn::on_tcp(Some("t0psecret")).await;
    let data: Vec<u8> = (0..9u32 << 20).map(|n| (n % 241) as u8).collect();
    let file = File::new(&server, &data);
    let writer = connection(&server.profile()).writer.unwrap();
    let receipt = writer.submit(&file.upload(), "key-1").await.unwrap();
    assert!(receipt.is_under_way && receipt.work_id.is_some());
    let seen = server.seen().pop().unwrap();
    assert_eq!(seen.headers["content-length"], data.len().to_string().as_str());
    assert!(!seen.headers.contains_key("transfer-encoding"));
    assert_eq!(
        (&seen.headers["content-type"], &seen.headers["idempotency-key"]),
        (&"application/octet-stream".parse().unwrap(), &"key-1".parse().unwrap())
    );
    assert!(seen.raw == data);
    assert_eq!(server.writes(), 1);
}

#[tokio::test]
async fn a_file_that_is_not_the_one_that_was_looked_at_is_not_sent() {
    let server = StandIn::start().await;
    let writer = connection(&server.profile()).writer.unwrap();
    let grown = File::new(&server, b"longer than it was");
    let gone = File { path: grown.path.with_file_name("gone"), size: 1 };
    let folder = File { path: grown.path.parent().unwrap().to_owned(), size: 4096 };
    for (file, why) in
        [(File { size: 5, ..grown }, "has 18 bytes now; it had 5"), (gone, "can't be read"), (folder, "is not a file")]
    {
        let error = writer.submit(&file.upload(), "key").await.unwrap_err();
        assert!(matches!(&error, SubmitError::NotSent(error) if error.message.contains(why)), "{error:?}");
        assert!(error.to_string().ends_with("Nothing was sent."), "{error}");
    }
    assert_eq!((server.writes(), server.connections()), (0, 0));
}

#[tokio::test]
async fn an_upload_without_an_answer_is_not_known_and_not_sent_again() {
    for fault in [
        Fault::Cut,
        Fault::ActAndCut,
        Fault::Hang,
        Fault::ActAndHang,
        Fault::ActAndSay(202, "<h1>Welcome</h1>"),
        Fault::Say(502, Vec::new(), "<h1>Bad gateway</h1>".into()),
    ] {
        let server = StandIn::start().await;
        let file = File::new(&server, &[7; 100_000]);
        let writer = connect(&server.profile(), impatient()).unwrap().writer.unwrap();
        server.fail(Method::POST, "/v1/backups", 1, fault.clone());
        let error = writer.submit(&file.upload(), "key").await.unwrap_err();
        assert!(matches!(error, SubmitError::Unknown(_)), "{fault:?} {error:?}");
        assert_eq!(server.writes(), 1, "{fault:?}");
    }
    let server = StandIn::start().await;
    let file = File::new(&server, &[7; 100_000]);
    let body = r#"{"error":"too_large","message":"There is room for 1 KiB."}"#;
    server.fail(Method::POST, "/v1/backups", 1, Fault::Say(413, Vec::new(), body.into()));
    let error = connection(&server.profile()).writer.unwrap().submit(&file.upload(), "key").await.unwrap_err();
    assert!(matches!(&error, SubmitError::Refused(_)) && error.code() == Some("too_large"), "{error:?}");
}
