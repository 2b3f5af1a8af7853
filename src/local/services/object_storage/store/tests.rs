//! What the storage promises, without the protocol.

use std::path::Path;

use super::blob::{Blob, NewBlob};
use super::checksums::{Algorithm, Checksums};
use super::list::Page;
use super::read::Snapshot;
use super::record::{ObjectMeta, WriteCondition};
use super::uploads::{Named, Whole};
use super::*;

const MIB: usize = 1024 * 1024;

fn new_store() -> (tempfile::TempDir, Arc<Store>) {
    let folder = tempfile::tempdir().unwrap();
    let (store, _) = Store::create(&folder.path().join("data")).unwrap();
    (folder, store)
}

fn blob(store: &Arc<Store>, bytes: &[u8]) -> Blob {
    let mut blob = NewBlob::begin(store, []).unwrap();
    blob.write(bytes).unwrap();
    blob.finish().unwrap()
}

fn put(store: &Arc<Store>, key: &str, bytes: &[u8]) {
    let (meta, sums) = (ObjectMeta::default(), Checksums::default());
    store.put(key, blob(store, bytes), &meta, &sums, &WriteCondition::default()).unwrap();
}

fn get(store: &Arc<Store>, key: &str) -> Option<Vec<u8>> {
    match Snapshot::take(store, key) {
        Ok(object) => {
            let size = object.head.size;
            Some(drain(object.into_reader(0..size)))
        }
        Err(StoreError::NoKey) => None,
        Err(error) => panic!("{error}"),
    }
}

fn drain(mut reader: super::read::Reader) -> Vec<u8> {
    let mut all = Vec::new();
    while let Some(chunk) = reader.next_chunk().unwrap() {
        all.extend_from_slice(&chunk);
    }
    all
}

fn delete(store: &Arc<Store>, key: &str) {
    store.delete(&[key.to_owned()], &WriteCondition::default()).unwrap();
}

fn files(folder: &Path) -> usize {
    ["data/blobs", "data/incoming"].iter().map(|sub| folder.join(sub).read_dir().unwrap().count()).sum()
}

fn keys_of(page: &Page) -> Vec<&str> {
    page.objects.iter().map(|object| object.key.as_str()).collect()
}

#[test]
fn a_key_is_only_text() {
    let (folder, store) = new_store();
    let keys =
        ["../../etc/x", "a", "a/b", "a/", "/", "..", ".", "manifest.json", "nul\0byte", "日本/ü", &"k".repeat(1024)];
    for key in keys {
        put(&store, key, key.as_bytes());
    }
    for key in keys {
        assert_eq!(get(&store, key).as_deref(), Some(key.as_bytes()), "{key:?}");
    }
    let mut names: Vec<_> = folder.path().read_dir().unwrap().map(|entry| entry.unwrap().file_name()).collect();
    names.sort();
    assert_eq!(names, ["data"], "nothing appears outside of the storage's folder");
    assert_eq!(files(folder.path()), keys.len());
    for key in keys {
        delete(&store, key);
    }
    assert_eq!(files(folder.path()), 0, "nothing stays behind");
}

#[test]
fn what_a_crash_leaves_is_swept_and_what_was_acknowledged_stays() {
    let (folder, store) = new_store();
    put(&store, "kept", b"bytes");
    let upload = store.begin_upload("big", &ObjectMeta::default(), None, false).unwrap();
    store.put_part(&upload, "big", 1, blob(&store, b"part"), &Checksums::default()).unwrap();
    // A crash while bytes came in, and one between the file's rename and the commit.
    std::mem::forget(NewBlob::begin(&store, []).unwrap());
    std::mem::forget(blob(&store, b"never acknowledged"));
    assert_eq!(files(folder.path()), 4);
    drop(store);

    let (store, swept) = Store::open(&folder.path().join("data")).unwrap();
    assert_eq!(swept, Swept { orphans: 2, lost: 0 });
    assert_eq!(files(folder.path()), 2);
    assert_eq!(get(&store, "kept").unwrap(), b"bytes");
    assert_eq!(store.parts(&upload, "big", 0, 10).unwrap().1.len(), 1);
}

#[test]
fn missing_bytes_are_told_and_never_made_up() {
    let (folder, store) = new_store();
    put(&store, "lost", b"bytes");
    let file = folder.path().join("data/blobs").read_dir().unwrap().next().unwrap().unwrap().path();
    std::fs::remove_file(file).unwrap();
    drop(store);
    let (store, swept) = Store::open(&folder.path().join("data")).unwrap();
    assert_eq!(swept.lost, 1);
    let error = Snapshot::take(&store, "lost").unwrap().into_reader(0..5).next_chunk().unwrap_err();
    assert!(matches!(error, StoreError::Lost(_)), "{error}");
}

#[test]
fn a_lost_storage_is_not_replaced_by_an_empty_one() {
    let folder = tempfile::tempdir().unwrap();
    assert!(Store::open(&folder.path().join("data")).is_err());
    assert!(!folder.path().join("data").exists());
}

#[test]
fn an_abandoned_write_leaves_nothing() {
    let (folder, store) = new_store();
    let mut half = NewBlob::begin(&store, []).unwrap();
    half.write(b"half").unwrap();
    drop(half);
    put(&store, "there", b"1");
    let only_if_new = WriteCondition { absent: true, etag: None };
    let refused = store.put("there", blob(&store, b"2"), &ObjectMeta::default(), &Checksums::default(), &only_if_new);
    assert!(matches!(refused, Err(StoreError::Precondition("If-None-Match"))));
    assert_eq!(get(&store, "there").unwrap(), b"1");
    assert_eq!(files(folder.path()), 1);
}

#[test]
fn keys_are_listed_in_the_order_of_their_bytes() {
    let (_folder, store) = new_store();
    let mut keys = vec!["a", "B", "a/b", "a-b", "ä", "z", "日", "😀", "\u{fffd}", "a\0", "~"];
    for key in &keys {
        put(&store, key, b"");
    }
    keys.sort_unstable_by_key(|key| key.as_bytes());
    assert_eq!(keys_of(&store.list("", None, None, 1000).unwrap()), keys);
}

#[test]
fn pages_give_each_key_once() {
    let (_folder, store) = new_store();
    let shared = blob(&store, b"x");
    let (meta, sums) = (ObjectMeta::default(), Checksums::default());
    store.put("dir00/key0000", shared, &meta, &sums, &WriteCondition::default()).unwrap();
    let mut wanted = vec!["dir00/key0000".to_owned()];
    for number in 1..3000 {
        let key = format!("dir{:02}/key{number:04}", number % 30);
        store.copy::<StoreError>("dir00/key0000", &key, None, |_| Ok(())).unwrap();
        wanted.push(key);
    }
    wanted.sort();
    for max in [1000, 333, 7] {
        let (mut found, mut after) = (Vec::new(), None::<String>);
        loop {
            let page = store.list("", None, after.as_deref(), max).unwrap();
            found.extend(page.objects.into_iter().map(|object| object.key));
            match page.next {
                Some(next) => after = Some(next),
                None => break,
            }
        }
        assert_eq!(found, wanted);
        let (mut found, mut after) = (Vec::new(), None::<String>);
        loop {
            let page = store.list("dir", Some("/"), after.as_deref(), max).unwrap();
            assert!(page.objects.is_empty() && page.prefixes.len() <= max);
            found.extend(page.prefixes);
            match page.next {
                Some(next) => after = Some(next),
                None => break,
            }
        }
        assert_eq!(found, (0..30).map(|dir| format!("dir{dir:02}/")).collect::<Vec<_>>());
    }
    assert_eq!(store.bytes_used().unwrap(), 1, "copies share their bytes");
    assert_eq!(store.objects().unwrap(), 3000);
}

#[test]
fn delimiters_group_and_markers_begin_after() {
    let (_folder, store) = new_store();
    for key in ["boo/bar", "boo/baz/xyzzy", "cquux/thud", "cquux/bla", "asdf"] {
        put(&store, key, b"");
    }
    let page = |prefix: &str, after: Option<&str>, max| {
        let page = store.list(prefix, Some("/"), after, max).unwrap();
        (keys_of(&page).join(","), page.prefixes.join(","), page.next)
    };
    let some = |text: &str| Some(text.to_owned());
    assert_eq!(page("", None, 1), ("asdf".into(), String::new(), some("asdf")));
    assert_eq!(page("", Some("asdf"), 1), (String::new(), "boo/".into(), some("boo/")));
    assert_eq!(page("", Some("boo/"), 1), (String::new(), "cquux/".into(), None));
    assert_eq!(page("", None, 3), ("asdf".into(), "boo/,cquux/".into(), None));
    assert_eq!(page("boo/", None, 10), ("boo/bar".into(), "boo/baz/".into(), None));
    assert_eq!(page("boo/", Some("boo/bar"), 10), (String::new(), "boo/baz/".into(), None));
    assert_eq!(page("none", None, 10), (String::new(), String::new(), None));
    assert_eq!(page("", None, 0), (String::new(), String::new(), None));
    assert_eq!(store.list("", Some("quux"), None, 10).unwrap().prefixes, ["cquux"]);
}

#[test]
fn a_full_bucket_is_not_deleted() {
    let (folder, store) = new_store();
    put(&store, "a", b"1");
    assert!(matches!(store.delete_bucket(), Err(StoreError::BucketNotEmpty)));
    assert_eq!(get(&store, "a").unwrap(), b"1");
    delete(&store, "a");
    let upload = store.begin_upload("big", &ObjectMeta::default(), None, false).unwrap();
    store.put_part(&upload, "big", 1, blob(&store, b"part"), &Checksums::default()).unwrap();
    store.delete_bucket().unwrap();
    assert_eq!(files(folder.path()), 0, "unfinished uploads go with the bucket");
    assert!(matches!(store.head("a"), Err(StoreError::NoBucket)));
    assert!(matches!(store.list("", None, None, 10), Err(StoreError::NoBucket)));
    let refused =
        store.put("a", blob(&store, b"2"), &ObjectMeta::default(), &Checksums::default(), &WriteCondition::default());
    assert!(matches!(refused, Err(StoreError::NoBucket)));
    store.create_bucket().unwrap();
    assert!(matches!(store.create_bucket(), Err(StoreError::BucketExists)));
}

#[test]
fn parts_become_one_object_without_moving() {
    let (folder, store) = new_store();
    let upload = store.begin_upload("big", &ObjectMeta::default(), Some(Algorithm::Crc32), false).unwrap();
    let bytes: Vec<Vec<u8>> = (1..=3_u8).map(|n| vec![n; if n == 3 { 10 } else { 5 * MIB }]).collect();
    let mut named = Vec::new();
    for (number, bytes) in (1..).zip(&bytes) {
        let mut new = NewBlob::begin(&store, [Algorithm::Crc32]).unwrap();
        new.write(bytes).unwrap();
        let blob = new.finish().unwrap();
        let (etag, sums) = (blob.etag(), blob.checksums.clone());
        store.put_part(&upload, "big", number, blob, &sums).unwrap();
        named.push(Named { number, etag: Some(etag), checksums: sums });
    }
    // An unnamed part goes; what is wrong changes nothing.
    store.put_part(&upload, "big", 9, blob(&store, b"unused"), &Checksums::default()).unwrap();
    let whole = Whole::default();
    let swapped: Vec<_> = named.iter().rev().cloned().collect();
    assert!(matches!(store.complete_upload(&upload, "big", &swapped, &whole), Err(StoreError::PartOrder)));
    let mut wrong = named.clone();
    wrong[1].etag = Some("0".repeat(32));
    assert!(matches!(store.complete_upload(&upload, "big", &wrong, &whole), Err(StoreError::InvalidPart(2))));
    let mut small_first = named.clone();
    small_first.remove(0);
    small_first.push(Named { number: 9, ..Default::default() });
    assert!(matches!(store.complete_upload(&upload, "big", &small_first, &whole), Err(StoreError::PartTooSmall(3))));
    assert!(matches!(store.complete_upload(&upload, "other", &named, &whole), Err(StoreError::NoUpload)));
    let other_size = Whole { size: Some(1), ..Whole::default() };
    assert!(matches!(store.complete_upload(&upload, "big", &named, &other_size), Err(StoreError::WrongSize { .. })));

    let (etag, sums) = store.complete_upload(&upload, "big", &named, &whole).unwrap();
    assert!(etag.ends_with("-3") && etag.len() == 34, "{etag}");
    assert!(sums.composite && sums.get(Algorithm::Crc32).unwrap().ends_with("-3"));
    assert_eq!(store.complete_upload(&upload, "big", &named, &whole).unwrap().0, etag, "asked again, it says the same");
    assert_eq!(files(folder.path()), 3);
    assert_eq!(get(&store, "big").unwrap(), bytes.concat());
    let across = (5 * MIB - 2) as u64..(10 * MIB + 2) as u64;
    let found = drain(Snapshot::take(&store, "big").unwrap().into_reader(across.clone()));
    assert_eq!(found, bytes.concat()[across.start as usize..across.end as usize]);

    store.copy::<StoreError>("big", "copy", None, |_| Ok(())).unwrap();
    delete(&store, "big");
    assert_eq!(get(&store, "copy").unwrap(), bytes.concat(), "a copy outlives its source");
    delete(&store, "copy");
    assert_eq!(files(folder.path()), 0);
}

#[test]
fn a_copy_onto_itself_and_over_another_keeps_bytes() {
    let (folder, store) = new_store();
    put(&store, "a", b"a");
    put(&store, "b", b"b");
    let meta = ObjectMeta { content_type: Some("text/plain".into()), ..ObjectMeta::default() };
    store.copy::<StoreError>("a", "a", Some(&meta), |_| Ok(())).unwrap();
    assert_eq!(store.head("a").unwrap().meta, meta);
    store.copy::<StoreError>("a", "b", None, |_| Ok(())).unwrap();
    assert_eq!((get(&store, "a").unwrap(), get(&store, "b").unwrap()), (b"a".to_vec(), b"a".to_vec()));
    assert_eq!(files(folder.path()), 1);
    let refused = store.copy("a", "b", None, |_| Err(StoreError::Precondition("x")));
    assert!(matches!(refused, Err(StoreError::Precondition("x"))));
}

#[test]
fn a_reader_keeps_what_it_reads() {
    let (folder, store) = new_store();
    put(&store, "a", b"old");
    let old = Snapshot::take(&store, "a").unwrap();
    let again = Snapshot::take(&store, "a").unwrap();
    put(&store, "a", b"new");
    delete(&store, "a");
    drop(again);
    assert_eq!(files(folder.path()), 1);
    let mut reader = old.into_reader(0..3);
    assert_eq!(reader.next_chunk().unwrap().unwrap(), "old");
    drop(reader);
    assert_eq!(files(folder.path()), 0, "gone with its last reader");
}

#[test]
fn nothing_new_appears_after_the_end() {
    let (folder, store) = new_store();
    let mut late = NewBlob::begin(&store, []).unwrap();
    late.write(b"late").unwrap();
    store.close();
    assert!(matches!(late.finish(), Err(StoreError::Closed)));
    assert!(matches!(NewBlob::begin(&store, []).map(drop), Err(StoreError::Closed)));
    assert!(matches!(store.head("a"), Err(StoreError::Closed)));
    assert_eq!(files(folder.path()), 0);
}

#[test]
fn a_newer_index_is_left_alone() {
    let (folder, store) = new_store();
    store.locked(|open| Ok(open.index.pragma_update(None, "user_version", 2)?)).unwrap();
    drop(store);
    assert!(matches!(Store::open(&folder.path().join("data")), Err(StoreError::NewerIndex(2))));
}

#[test]
fn a_frozen_bucket_is_that_of_its_moment_whatever_happens_to_it() {
    use super::frozen::{Frozen, Totals};
    let (folder, store) = new_store();
    put(&store, "deleted", b"one");
    put(&store, "replaced", b"two");
    store.copy::<StoreError>("replaced", "shared", None, |_| Ok(())).unwrap();
    let frozen = Frozen::take(&store).unwrap();
    let other = Frozen::take(&store).unwrap();
    delete(&store, "deleted");
    put(&store, "replaced", b"three");
    put(&store, "later", b"four");
    delete(&store, "shared");
    assert_eq!(files(folder.path()), 4, "nothing goes while it is held");
    assert_eq!(frozen.totals().unwrap(), Totals { files: 2, objects: 3, bytes: 6 });
    let mut bytes = Vec::new();
    frozen
        .files::<StoreError>(|segment, file| {
            bytes.push(std::io::read_to_string(file)?);
            assert_eq!(segment.size, 3);
            Ok(())
        })
        .unwrap();
    bytes.sort();
    assert_eq!(bytes, ["one", "two"]);
    let mut keys = Vec::new();
    frozen
        .objects::<StoreError>(|key, head, segments| {
            assert_eq!((head.size, segments.len()), (3, 1));
            keys.push(key);
            Ok(())
        })
        .unwrap();
    assert_eq!(keys, ["deleted", "replaced", "shared"]);
    // A read that began meanwhile outlasts the last of them.
    let reader = Snapshot::take(&store, "replaced").unwrap().into_reader(0..5);
    put(&store, "replaced", b"five");
    drop(frozen);
    assert_eq!(files(folder.path()), 5, "the other one still holds them");
    drop(other);
    assert_eq!(files(folder.path()), 3);
    assert_eq!(drain(reader), b"three");
    assert_eq!(files(folder.path()), 2);
    // One that is closed is told so, and does not pass for a whole one.
    let frozen = Frozen::take(&store).unwrap();
    store.close();
    let closed = frozen.objects::<StoreError>(|_, _, _| Ok(())).unwrap_err();
    assert!(matches!(closed, StoreError::Closed), "{closed}");
}

#[test]
fn a_bucket_is_filled_whole_or_not_at_all() {
    use super::fill::{Filling, Given};
    use super::record::Segment;
    use std::io::Write as _;
    let (folder, store) = new_store();
    put(&store, "before", b"old");
    let upload = store.begin_upload("big", &ObjectMeta::default(), None, false).unwrap();
    store.put_part(&upload, "big", 1, blob(&store, b"part"), &Checksums::default()).unwrap();
    let fill = |fails: bool| {
        let mut filling = Filling::begin(&store);
        let (name, mut file) = filling.file().unwrap();
        file.write_all(b"new").unwrap();
        let segments = [Segment { blob: name, size: 3 }];
        let (meta, checksums) = (ObjectMeta::default(), Checksums::default());
        filling.commit(|commit| {
            for key in ["one", "two"] {
                commit.add(&Given {
                    key,
                    etag: "22af645d1859cb5ca6da0c484f1f37ea",
                    modified_ms: 5,
                    meta: &meta,
                    checksums: &checksums,
                    segments: &segments,
                })?;
            }
            if fails { Err(StoreError::NoKey) } else { Ok(()) }
        })
    };
    assert!(matches!(fill(true), Err(StoreError::NoKey)));
    assert_eq!((get(&store, "before").unwrap(), get(&store, "one")), (b"old".to_vec(), None));
    assert_eq!(files(folder.path()), 2, "nothing of the new one is left");
    fill(false).unwrap();
    assert_eq!((get(&store, "before"), get(&store, "two").unwrap()), (None, b"new".to_vec()));
    assert_eq!(store.head("one").unwrap().modified_ms, 5);
    assert!(store.uploads("").unwrap().is_empty());
    assert_eq!(files(folder.path()), 1, "nothing of the old one is left");
    fill(false).unwrap();
    assert_eq!((store.objects().unwrap(), files(folder.path())), (2, 1), "again");
}
