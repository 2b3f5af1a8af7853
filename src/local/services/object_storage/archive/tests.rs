//! What is written is read back, and nothing else is.

use std::io::Cursor;
use std::path::Path;
use std::sync::Arc;

use tar::{EntryType, Header};
use tokio_util::sync::CancellationToken;

use super::entries::Writer;
use super::read::{Archive, Nowhere};
use super::*;
use crate::local::services::Tally;
use crate::local::services::object_storage::store::Store;
use crate::local::services::object_storage::store::blob::NewBlob;
use crate::local::services::object_storage::store::frozen::Frozen;
use crate::local::services::object_storage::store::record::WriteCondition;

const KEYS: &[&str] = &["../../etc/x", "/abs", "a", "a/b", "empty", "new\nline", "\u{65e5}/\u{fc}"];

fn sample() -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    let (store, _) = Store::create(&folder.path().join("data")).unwrap();
    for key in KEYS {
        let mut blob = NewBlob::begin(&store, []).unwrap();
        blob.write(if *key == "empty" { b"" } else { key.as_bytes() }).unwrap();
        let meta = ObjectMeta { content_type: Some("text/plain".to_owned()), ..Default::default() };
        store.put(key, blob.finish().unwrap(), &meta, &Checksums::default(), &WriteCondition::default()).unwrap();
    }
    store.copy::<StoreError>("a", "copied", None, |_| Ok(())).unwrap();
    written(&store, folder.path())
}

fn written(store: &Arc<Store>, folder: &Path) -> Vec<u8> {
    let path = folder.join("copy");
    let out = std::fs::File::create(&path).unwrap();
    let frozen = Frozen::take(store).unwrap();
    write::write("uploads", &frozen, 1_700_000_000_000, out, &Tally::default(), &CancellationToken::new()).unwrap();
    std::fs::read(path).unwrap()
}

fn read(bytes: &[u8]) -> Result<Vec<String>, String> {
    let stop = CancellationToken::new();
    let all = || {
        let mut archive = Archive::open(Cursor::new(bytes), bytes.len() as u64, &stop)?;
        archive.files(&mut Nowhere, |_, _| ())?;
        let mut keys = Vec::new();
        archive.objects(|object| {
            keys.push(object.line.key);
            Ok(())
        })?;
        Ok(keys)
    };
    all().map_err(|error: ArchiveError| error.to_string())
}

#[test]
fn an_archive_is_a_plain_tar_file_whose_paths_are_ours() {
    let bytes = sample();
    let mut keys: Vec<_> = KEYS.iter().map(|key| (*key).to_owned()).chain(["copied".to_owned()]).collect();
    keys.sort();
    assert_eq!(read(&bytes).unwrap(), keys);
    let mut archive = tar::Archive::new(Cursor::new(&bytes));
    let entries = archive.entries().unwrap().map(|entry| entry.unwrap().path().unwrap().into_owned());
    let names: Vec<String> = entries.map(|path| path.display().to_string()).collect();
    assert_eq!((names.first().unwrap().as_str(), names.last().unwrap().as_str()), ("bucket.json", "end.json"));
    let files = names.iter().filter(|name| name.starts_with("files/")).count();
    assert_eq!(files, KEYS.len(), "a copy shares its bytes");
    assert_eq!(names.len(), files + 3);
    assert!(names.iter().all(|name| name.chars().all(|c| c.is_ascii_alphanumeric() || "/.".contains(c))), "{names:?}");
}

#[test]
fn no_byte_can_be_changed_or_cut_off_or_added() {
    let bytes = sample();
    for at in (0..bytes.len()).step_by(7) {
        let mut changed = bytes.clone();
        changed[at] ^= 0x20;
        let said = read(&changed).expect_err("a changed byte was not seen");
        assert!(said.ends_with('.') && !said.contains('\n'), "{said}");
    }
    for length in (0..bytes.len()).step_by(101) {
        assert!(read(&bytes[..length]).is_err(), "cut off at {length}");
    }
    for more in [&b"x"[..], &[0; 512], &bytes] {
        assert!(read(&[&bytes, more].concat()).unwrap_err().contains("after its end"));
    }
}

/// An archive of one object, in which anything can be another.
struct Made {
    head: Head,
    files: Vec<(String, Vec<u8>)>,
    lines: Vec<String>,
    /// Written between the files and the objects as they are.
    raw: Vec<u8>,
}

const FILE: &str = "00000000000000000000000000000001";

fn made() -> Made {
    let head = Head {
        format: FORMAT.to_owned(),
        version: VERSION,
        bucket: "uploads".to_owned(),
        taken_ms: 0,
        files: 1,
        objects: 1,
        bytes: 5,
    };
    Made { head, files: vec![(file_name(FILE), b"bytes".to_vec())], lines: vec![line("key", |_| ())], raw: Vec::new() }
}

fn line(key: &str, change: impl FnOnce(&mut serde_json::Value)) -> String {
    // echo -n bytes | md5sum
    let mut value = serde_json::json!({
        "key": key, "etag": "4b3a6218bb3e3a7303e8a171a60fcf92", "modified_ms": 1, "meta": {},
        "checksums": { "values": {} }, "files": [FILE],
    });
    change(&mut value);
    value.to_string() + "\n"
}

impl Made {
    fn read(&self) -> Result<Vec<String>, String> {
        let mut archive = Writer::new(Vec::new(), 7);
        archive.whole(HEAD, &serde_json::to_vec(&self.head).unwrap()).unwrap();
        for (name, bytes) in &self.files {
            archive.whole(name, bytes).unwrap();
        }
        archive.raw(&self.raw);
        if !self.lines.is_empty() {
            archive.whole(&chunk_name(1), self.lines.concat().as_bytes()).unwrap();
        }
        let end = End { sha256: archive.sum() };
        archive.whole(END, &serde_json::to_vec(&end).unwrap()).unwrap();
        read(&archive.finish().unwrap())
    }
}

/// The header of an entry that a hostile archive has.
fn header(name: &str, kind: EntryType, size: u64) -> Vec<u8> {
    let mut header = Header::new_gnu();
    header.as_gnu_mut().unwrap().name[..name.len()].copy_from_slice(name.as_bytes());
    header.set_entry_type(kind);
    header.set_mode(0o600);
    header.set_uid(0);
    header.set_gid(0);
    header.set_mtime(7);
    header.set_size(size);
    if matches!(kind, EntryType::Symlink | EntryType::Link) {
        header.set_link_name("/etc/passwd").unwrap();
    }
    header.set_cksum();
    header.as_bytes().to_vec()
}

#[test]
fn entries_that_we_never_write_are_refused() {
    assert_eq!(made().read().unwrap(), ["key"]);
    for (kind, said) in [
        (EntryType::Symlink, "is a link"),
        (EntryType::Link, "is a link"),
        (EntryType::Char, "is a device"),
        (EntryType::Block, "is a device"),
        (EntryType::Fifo, "is a device"),
        (EntryType::Directory, "is a folder"),
        (EntryType::GNUSparse, "no plain file"),
        (EntryType::GNULongName, "no plain file"),
        (EntryType::XHeader, "no plain file"),
        (EntryType::XGlobalHeader, "no plain file"),
        (EntryType::Continuous, "no plain file"),
    ] {
        for size in [0, u64::MAX >> 2] {
            let raw = header(&chunk_name(1), kind, size);
            let error = Made { raw, ..made() }.read().unwrap_err();
            assert!(error.contains(said), "{kind:?}: {error}");
        }
    }
    for name in ["../../etc/x", "/etc/cron.d/x", "files/../x", "bucket.json", "objects/1.jsonl", ""] {
        let raw = header(name, EntryType::Regular, 0);
        let error = Made { raw, ..made() }.read().unwrap_err();
        assert!(error.contains("stands where") || error.contains("not as attache writes it"), "{name}: {error}");
    }
    let mut other_user = Header::from_byte_slice(&header(&chunk_name(1), EntryType::Regular, 0)).clone();
    other_user.set_mode(0o4755);
    other_user.set_cksum();
    let error = Made { raw: other_user.as_bytes().to_vec(), ..made() }.read().unwrap_err();
    assert!(error.contains("not as attache writes it"), "{error}");
}

#[test]
fn huge_sizes_are_refused_before_anything_is_taken_in() {
    for size in [1 << 20, 1 << 33, 1 << 62] {
        let raw = header(&chunk_name(1), EntryType::Regular, size);
        let error = Made { raw, ..made() }.read().unwrap_err();
        assert!(error.contains("of which only"), "{error}");
    }
    for change in [
        |head: &mut Head| head.files = u64::MAX,
        |head: &mut Head| head.objects = u64::MAX,
        |head: &mut Head| head.bytes = u64::MAX,
    ] {
        let mut made = made();
        change(&mut made.head);
        assert!(made.read().unwrap_err().contains("more in it than there can be"));
    }
}

#[test]
fn missing_and_extra_things_are_refused() {
    let other = ("files/00000000000000000000000000000002".to_owned(), b"other".to_vec());
    let cases: &[(&str, Made)] = &[
        ("stands where another file should", Made { files: Vec::new(), ..made() }),
        ("stands where objects should", Made { files: vec![made().files.remove(0), other.clone()], ..made() }),
        (
            "stands where another file should",
            Made { files: vec![other.clone(), made().files.remove(0)], ..with(2, 1, 10) },
        ),
        (
            "stands where another file should",
            Made { files: vec![made().files.remove(0), made().files.remove(0)], ..with(2, 1, 10) },
        ),
        ("belongs to no object", Made { files: vec![made().files.remove(0), other], ..with(2, 1, 10) }),
        ("more bytes than it says", with(1, 1, 4)),
        ("fewer bytes than it says", with(1, 1, 6)),
        ("stands where objects should", with(1, 2, 5)),
        ("stands where its end should", with(1, 0, 5)),
        ("more objects than it says", Made { lines: vec![line("a", |_| ()), line("b", |_| ())], ..made() }),
        ("in the order of their keys", Made { lines: vec![line("b", |_| ()), line("a", |_| ())], ..with(1, 2, 5) }),
        ("in the order of their keys", Made { lines: vec![line("a", |_| ()), line("a", |_| ())], ..with(1, 2, 5) }),
    ];
    for (said, made) in cases {
        let error = made.read().unwrap_err();
        // With no object at all, that its file belongs to none is seen first.
        assert!(
            error.contains(said) || (*said == "stands where its end should" && error.contains("no object")),
            "{said}: {error}"
        );
    }
    let other_form = Made { head: Head { version: 2, ..made().head }, ..made() };
    assert!(other_form.read().unwrap_err().contains("Use the newer version"));
}

fn with(files: u64, objects: u64, bytes: u64) -> Made {
    let made = made();
    Made { head: Head { files, objects, bytes, ..made.head }, ..made }
}

#[test]
fn objects_that_no_client_could_have_made_are_refused() {
    use serde_json::json;
    for (said, line) in [
        ("ETag", line("key", |line| line["etag"] = json!("00000000000000000000000000000000"))),
        ("ETag", line("key", |line| line["etag"] = json!("4b3a6218bb3e3a7303e8a171a60fcf92-1"))),
        ("ETag", line("key", |line| line["files"] = json!([FILE, FILE]))),
        ("ETag", line("key", |line| line["files"] = json!([]))),
        ("are missing", line("key", |line| line["files"] = json!(["00000000000000000000000000000002"]))),
        ("are missing", line("key", |line| line["files"] = json!(["../../../../../../../../etc/shadow"]))),
        ("valid key", line("", |_| ())),
        ("valid key", line(&"k".repeat(1025), |_| ())),
        ("valid time", line("key", |line| line["modified_ms"] = json!(-1))),
        ("valid time", line("key", |line| line["modified_ms"] = json!(i64::MAX))),
        ("can't be sent", line("key", |line| line["meta"] = json!({ "content_type": "a\r\nSet-Cookie: b" }))),
        ("can't be sent", line("key", |line| line["meta"] = json!({ "user": { "a b": "c" } }))),
        ("can't be sent", line("key", |line| line["meta"] = json!({ "user": { "a": "1", "A": "2" } }))),
        ("checksums", line("key", |line| line["checksums"] = json!({ "values": { "CRC32": "a\nb" } }))),
        ("can't be read", line("key", |line| line["more"] = json!(1))),
        ("can't be read", "nothing\n".to_owned()),
        ("ends in a line", "{".to_owned()),
    ] {
        let error = Made { lines: vec![line.clone()], ..made() }.read().unwrap_err();
        assert!(error.contains(said), "{said}: {error} for {line}");
    }
}
