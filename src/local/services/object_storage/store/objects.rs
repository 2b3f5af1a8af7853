//! Objects: put, look up, copy, delete.

use rusqlite::{Connection, OptionalExtension as _, Transaction, params};

use super::blob::Blob;
use super::checksums::Checksums;
use super::record::{ObjectHead, ObjectMeta, Segment, WriteCondition, from_json, to_json};
use super::{Store, StoreError, now_ms};

/// A new object's row, but for its key.
pub(super) struct NewObject<'a> {
    pub(super) size: u64,
    pub(super) etag: &'a str,
    pub(super) meta: &'a ObjectMeta,
    pub(super) checksums: &'a Checksums,
    pub(super) upload: Option<&'a str>,
    pub(super) modified_ms: i64,
}

impl Store {
    /// Makes these bytes the object of that key. Returns its time.
    ///
    /// # Errors
    /// When the condition does not hold, or the index fails.
    pub fn put(
        &self,
        key: &str,
        blob: Blob,
        meta: &ObjectMeta,
        checksums: &Checksums,
        condition: &WriteCondition,
    ) -> Result<i64, StoreError> {
        let modified = self.write(|tx, doomed| {
            check(tx, key, condition)?;
            remove(tx, key, doomed)?;
            let (etag, modified_ms) = (blob.etag(), now_ms());
            let new = NewObject { size: blob.size, etag: &etag, meta, checksums, upload: None, modified_ms };
            insert(tx, key, &new, &[Segment { blob: blob.id.clone(), size: blob.size }])
        })?;
        blob.keep();
        Ok(modified)
    }

    /// What is known of the object of that key.
    ///
    /// # Errors
    /// When there is none, or the index fails.
    pub fn head(&self, key: &str) -> Result<ObjectHead, StoreError> {
        self.read(|index| head(index, key)?.ok_or(StoreError::NoKey))
    }

    /// Whether a write under this condition could succeed now. It is checked again by the write itself.
    ///
    /// # Errors
    /// When the condition does not hold, or the index fails.
    pub fn check_write(&self, key: &str, condition: &WriteCondition) -> Result<(), StoreError> {
        self.read(|index| check(index, key, condition))
    }

    /// Gives an object's bytes to another key as well; they are shared, not copied. Without `meta` the headers come along.
    /// `approve` looks at the source in the same moment.
    ///
    /// # Errors
    /// When there is no such source, it is not approved, or the index fails.
    pub fn copy<E: From<StoreError>>(
        &self,
        from: &str,
        to: &str,
        meta: Option<&ObjectMeta>,
        approve: impl FnOnce(&ObjectHead) -> Result<(), E>,
    ) -> Result<(ObjectHead, i64), E> {
        let mut refused = None;
        let copied = self.write(|tx, doomed| {
            let source = head(tx, from)?.ok_or(StoreError::NoKey)?;
            if let Err(error) = approve(&source) {
                refused = Some(error);
                return Ok(None);
            }
            let segments = segments(tx, source.id)?;
            remove(tx, to, doomed)?;
            let meta = meta.unwrap_or(&source.meta);
            let new = NewObject {
                size: source.size,
                etag: &source.etag,
                meta,
                checksums: &source.checksums,
                upload: None,
                modified_ms: now_ms(),
            };
            let modified = insert(tx, to, &new, &segments)?;
            Ok(Some((source, modified)))
        })?;
        match (copied, refused) {
            (Some(copied), _) => Ok(copied),
            (None, Some(error)) => Err(error),
            (None, None) => Err(StoreError::Interrupted.into()),
        }
    }

    /// Deletes the objects of those keys, all or none; a key without an object is deleted already.
    ///
    /// # Errors
    /// When the condition does not hold, or the index fails.
    pub fn delete(&self, keys: &[String], condition: &WriteCondition) -> Result<(), StoreError> {
        self.write(|tx, doomed| {
            for key in keys {
                check(tx, key, condition)?;
                remove(tx, key, doomed)?;
            }
            Ok(())
        })
    }
}

/// The object of that key.
pub(super) fn head(index: &Connection, key: &str) -> Result<Option<ObjectHead>, StoreError> {
    const HEAD: &str = "SELECT id, size, etag, modified_ms, meta, checksums, upload IS NOT NULL OR etag LIKE '%-%'
        FROM objects WHERE key = ?1";
    let found = index
        .prepare_cached(HEAD)?
        .query_row([key.as_bytes()], |row| {
            Ok(ObjectHead {
                id: row.get(0)?,
                size: row.get::<_, i64>(1)?.unsigned_abs(),
                etag: row.get(2)?,
                modified_ms: row.get(3)?,
                meta: from_json(row, 4)?,
                checksums: from_json(row, 5)?,
                multipart: row.get(6)?,
            })
        })
        .optional()?;
    Ok(found)
}

/// An object's files in order.
pub(super) fn segments(index: &Connection, object: i64) -> Result<Vec<Segment>, StoreError> {
    let mut rows = index.prepare_cached("SELECT blob, size FROM segments WHERE object = ?1 ORDER BY seq")?;
    let found = rows
        .query_map([object], |row| Ok(Segment { blob: row.get(0)?, size: row.get::<_, i64>(1)?.unsigned_abs() }))?
        .collect::<Result<_, _>>()?;
    Ok(found)
}

/// Whether the condition holds, within the transaction that relies on it.
pub(super) fn check(tx: &Connection, key: &str, condition: &WriteCondition) -> Result<(), StoreError> {
    if !condition.absent && condition.etag.is_none() {
        return Ok(());
    }
    let present: Option<String> = tx
        .prepare_cached("SELECT etag FROM objects WHERE key = ?1")?
        .query_row([key.as_bytes()], |row| row.get(0))
        .optional()?;
    if condition.absent && present.is_some() {
        return Err(StoreError::Precondition("If-None-Match"));
    }
    match (&condition.etag, present) {
        (None, _) => Ok(()),
        (Some(_), None) => Err(StoreError::NoKey),
        (Some(wanted), Some(etag)) if wanted == "*" || *wanted == etag => Ok(()),
        _ => Err(StoreError::Precondition("If-Match")),
    }
}

/// Removes the object of that key, if there is one.
pub(super) fn remove(tx: &Transaction<'_>, key: &str, doomed: &mut Vec<String>) -> Result<(), StoreError> {
    let found: Option<i64> = tx
        .prepare_cached("SELECT id FROM objects WHERE key = ?1")?
        .query_row([key.as_bytes()], |row| row.get(0))
        .optional()?;
    if let Some(id) = found {
        doomed.extend(segments(tx, id)?.into_iter().map(|segment| segment.blob));
        tx.prepare_cached("DELETE FROM objects WHERE id = ?1")?.execute([id])?;
    }
    Ok(())
}

/// Adds an object whose key is free.
pub(super) fn insert(
    tx: &Transaction<'_>,
    key: &str,
    new: &NewObject<'_>,
    segments: &[Segment],
) -> Result<i64, StoreError> {
    tx.prepare_cached(
        "INSERT INTO objects (key, size, etag, modified_ms, meta, checksums, upload) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
    )?
    .execute(params![
        key.as_bytes(),
        new.size.cast_signed(),
        new.etag,
        new.modified_ms,
        to_json(new.meta),
        to_json(new.checksums),
        new.upload
    ])?;
    let object = tx.last_insert_rowid();
    let mut add = tx.prepare_cached("INSERT INTO segments (object, seq, blob, size) VALUES (?1, ?2, ?3, ?4)")?;
    for (seq, segment) in (1_i64..).zip(segments) {
        add.execute(params![object, seq, segment.blob, segment.size.cast_signed()])?;
    }
    Ok(new.modified_ms)
}
