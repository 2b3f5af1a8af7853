//! Multipart uploads.

use std::collections::HashMap;

use rusqlite::{Connection, OptionalExtension as _, Transaction, params};
use s3s::crypto::{Checksum as _, Md5};

use super::blob::Blob;
use super::checksums::{Algorithm, Checksums, combine};
use super::list::text;
use super::objects::{self, NewObject};
use super::record::{ObjectMeta, Segment, WriteCondition, from_json, to_json};
use super::{Store, StoreError, now_ms};
use crate::local::services::object_storage::keys;

/// The least size of a part that is not the last.
const LEAST_PART: u64 = 5 * 1024 * 1024;

/// An upload that is neither completed nor aborted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Upload {
    /// Its id: begins with its time, so ids are in the order of time.
    pub id: String,
    /// The key that it will be.
    pub key: String,
    /// Milliseconds since 1970.
    pub initiated_ms: i64,
    /// The headers that it will have.
    pub meta: ObjectMeta,
    /// The checksum of its parts.
    pub algorithm: Option<Algorithm>,
    /// Whether the checksum is that of the whole.
    pub full_object: bool,
}

/// An uploaded part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// 1–10000.
    pub number: i32,
    /// The file with its bytes.
    pub segment: Segment,
    /// ETag without quotes.
    pub etag: String,
    /// Milliseconds since 1970.
    pub modified_ms: i64,
    /// Its checksums.
    pub checksums: Checksums,
}

/// A part as the request to complete names it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Named {
    /// Its number.
    pub number: i32,
    /// Its ETag, where named.
    pub etag: Option<String>,
    /// Its checksums, where named.
    pub checksums: Checksums,
}

/// What the request to complete says of the whole.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Whole {
    /// Its size.
    pub size: Option<i64>,
    /// Its checksums.
    pub checksums: Checksums,
    /// What must hold of the present object.
    pub condition: WriteCondition,
}

impl Store {
    /// Begins an upload.
    ///
    /// # Errors
    /// When there is no bucket, or the index fails.
    pub fn begin_upload(
        &self,
        key: &str,
        meta: &ObjectMeta,
        algorithm: Option<Algorithm>,
        full_object: bool,
    ) -> Result<String, StoreError> {
        let now = now_ms();
        let id = format!("{now:012x}{}", keys::random_hex());
        self.write(|tx, _| {
            tx.execute(
                "INSERT INTO uploads (id, key, initiated_ms, meta, algorithm, full_object) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
                params![id, key.as_bytes(), now, to_json(meta), algorithm.map(Algorithm::name), full_object],
            )?;
            Ok(())
        })?;
        Ok(id)
    }

    /// The upload of that id and key.
    ///
    /// # Errors
    /// When there is none, or the index fails.
    pub fn upload(&self, id: &str, key: &str) -> Result<Upload, StoreError> {
        self.read(|index| upload(index, id, key))
    }

    /// Adds a part, in place of one of the same number. Returns its time.
    ///
    /// # Errors
    /// When there is no such upload, or the index fails.
    pub fn put_part(
        &self,
        id: &str,
        key: &str,
        number: i32,
        blob: Blob,
        checksums: &Checksums,
    ) -> Result<i64, StoreError> {
        let now = now_ms();
        self.write(|tx, doomed| {
            upload(tx, id, key)?;
            let old: Option<String> = tx
                .query_row("SELECT blob FROM parts WHERE upload = ?1 AND number = ?2", params![id, number], |row| {
                    row.get(0)
                })
                .optional()?;
            doomed.extend(old);
            tx.execute(
                "INSERT OR REPLACE INTO parts (upload, number, blob, size, etag, modified_ms, checksums)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
                params![id, number, blob.id, blob.size.cast_signed(), blob.etag(), now, to_json(checksums)],
            )?;
            Ok(())
        })?;
        blob.keep();
        Ok(now)
    }

    /// The parts of an upload whose number is above `after`, in order.
    ///
    /// # Errors
    /// When there is no such upload, or the index fails.
    pub fn parts(&self, id: &str, key: &str, after: i32, max: usize) -> Result<(Upload, Vec<Part>), StoreError> {
        self.read(|index| {
            let upload = upload(index, id, key)?;
            let mut parts = parts(index, id, after)?;
            parts.truncate(max);
            Ok((upload, parts))
        })
    }

    /// Drops an upload and its parts.
    ///
    /// # Errors
    /// When there is no such upload, or the index fails.
    pub fn abort_upload(&self, id: &str, key: &str) -> Result<(), StoreError> {
        self.write(|tx, doomed| {
            upload(tx, id, key)?;
            end(tx, id, doomed)
        })
    }

    /// Makes the named parts one object, of which no byte is moved. Returns its ETag and checksums. Asked again after it was
    /// done, it says the same again.
    ///
    /// # Errors
    /// When the list of parts is not right, the condition does not hold, or the index fails.
    pub fn complete_upload(
        &self,
        id: &str,
        key: &str,
        named: &[Named],
        whole: &Whole,
    ) -> Result<(String, Checksums), StoreError> {
        self.write(|tx, doomed| {
            let upload = match upload(tx, id, key) {
                Err(StoreError::NoUpload) => return completed_before(tx, id, key),
                other => other?,
            };
            let chosen = choose(parts(tx, id, 0)?, named)?;
            let size = chosen.iter().map(|part| part.segment.size).sum();
            if let Some(stated) = whole.size.filter(|stated| u64::try_from(*stated) != Ok(size)) {
                return Err(StoreError::WrongSize { stated, actual: size });
            }
            let checksums = upload
                .algorithm
                .and_then(|algorithm| {
                    let parts: Vec<_> =
                        chosen.iter().map(|part| (part.checksums.get(algorithm), part.segment.size)).collect();
                    combine(algorithm, upload.full_object, &parts)
                })
                .unwrap_or_default();
            if let Some(algorithm) = whole.checksums.differs_from(&checksums) {
                return Err(StoreError::BadDigest(algorithm.header()));
            }
            objects::check(tx, key, &whole.condition)?;
            let md5s: Vec<_> = chosen.iter().map(|part| keys::unhex(&part.etag).unwrap_or_default()).collect();
            let etag = etag_of_parts(&md5s);
            objects::remove(tx, key, doomed)?;
            let new = NewObject {
                size,
                etag: &etag,
                meta: &upload.meta,
                checksums: &checksums,
                upload: Some(id),
                modified_ms: now_ms(),
            };
            let segments: Vec<_> = chosen.into_iter().map(|part| part.segment).collect();
            objects::insert(tx, key, &new, &segments)?;
            // Also dooms the parts that were not named; those that were are named by segments now and stay.
            end(tx, id, doomed)?;
            Ok((etag, checksums))
        })
    }

    /// Uploads whose key begins with `prefix`, by key and then by time.
    ///
    /// # Errors
    /// When there is no bucket, or the index fails.
    pub fn uploads(&self, prefix: &str) -> Result<Vec<Upload>, StoreError> {
        self.read(|index| {
            let mut rows = index.prepare_cached(&format!("{UPLOAD} ORDER BY key, id"))?;
            let all = rows.query_map([], upload_row)?.collect::<Result<Vec<_>, _>>()?;
            Ok(all.into_iter().filter(|upload| upload.key.starts_with(prefix)).collect())
        })
    }
}

const UPLOAD: &str = "SELECT id, key, initiated_ms, meta, algorithm, full_object FROM uploads";

fn upload_row(row: &rusqlite::Row<'_>) -> rusqlite::Result<Upload> {
    Ok(Upload {
        id: row.get(0)?,
        key: text(row, 1)?,
        initiated_ms: row.get(2)?,
        meta: from_json(row, 3)?,
        algorithm: row.get::<_, Option<String>>(4)?.as_deref().and_then(Algorithm::named),
        full_object: row.get(5)?,
    })
}

fn upload(index: &Connection, id: &str, key: &str) -> Result<Upload, StoreError> {
    let found = index
        .prepare_cached(&format!("{UPLOAD} WHERE id = ?1 AND key = ?2"))?
        .query_row(params![id, key.as_bytes()], upload_row)
        .optional()?;
    found.ok_or(StoreError::NoUpload)
}

fn parts(index: &Connection, id: &str, after: i32) -> Result<Vec<Part>, StoreError> {
    const PARTS: &str = "SELECT number, blob, size, etag, modified_ms, checksums FROM parts
        WHERE upload = ?1 AND number > ?2 ORDER BY number";
    let mut rows = index.prepare_cached(PARTS)?;
    let found = rows.query_map(params![id, after], |row| {
        Ok(Part {
            number: row.get(0)?,
            segment: Segment { blob: row.get(1)?, size: row.get::<_, i64>(2)?.unsigned_abs() },
            etag: row.get(3)?,
            modified_ms: row.get(4)?,
            checksums: from_json(row, 5)?,
        })
    })?;
    Ok(found.collect::<Result<_, _>>()?)
}

/// Removes an upload's rows.
fn end(tx: &Transaction<'_>, id: &str, doomed: &mut Vec<String>) -> Result<(), StoreError> {
    doomed.extend(parts(tx, id, 0)?.into_iter().map(|part| part.segment.blob));
    tx.execute("DELETE FROM uploads WHERE id = ?1", [id])?;
    Ok(())
}

/// The answer to a client that did not hear the first one.
fn completed_before(tx: &Transaction<'_>, id: &str, key: &str) -> Result<(String, Checksums), StoreError> {
    let found = tx
        .query_row(
            "SELECT etag, checksums FROM objects WHERE key = ?1 AND upload = ?2",
            params![key.as_bytes(), id],
            |row| Ok((row.get(0)?, from_json(row, 1)?)),
        )
        .optional()?;
    found.ok_or(StoreError::NoUpload)
}

/// The named parts, when the list is right.
fn choose(uploaded: Vec<Part>, named: &[Named]) -> Result<Vec<Part>, StoreError> {
    if named.windows(2).any(|pair| pair[0].number >= pair[1].number) {
        return Err(StoreError::PartOrder);
    }
    let mut uploaded: HashMap<i32, Part> = uploaded.into_iter().map(|part| (part.number, part)).collect();
    let mut chosen = Vec::with_capacity(named.len());
    for wanted in named {
        let part = uploaded.remove(&wanted.number).ok_or(StoreError::InvalidPart(wanted.number))?;
        let same_etag = wanted.etag.as_ref().is_none_or(|etag| *etag == part.etag);
        if !same_etag || wanted.checksums.differs_from(&part.checksums).is_some() {
            return Err(StoreError::InvalidPart(wanted.number));
        }
        chosen.push(part);
    }
    match chosen.split_last() {
        None => Err(StoreError::InvalidPart(1)),
        Some((_, others)) => match others.iter().find(|part| part.segment.size < LEAST_PART) {
            Some(part) => Err(StoreError::PartTooSmall(part.number)),
            None => Ok(chosen),
        },
    }
}

/// The MD5 of the parts' MD5s, and how many there are.
pub fn etag_of_parts<M: AsRef<[u8]>>(md5s: &[M]) -> String {
    let mut md5 = Md5::new();
    md5s.iter().for_each(|part| md5.update(part.as_ref()));
    format!("{}-{}", keys::hex(&md5.finalize()), md5s.len())
}
