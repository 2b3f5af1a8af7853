//! All objects as they were at one moment, while others go on.

use std::fs::File;
use std::io;
use std::sync::Arc;

use rusqlite::Connection;

use super::list::text;
use super::record::{ObjectHead, Segment, from_json};
use super::{Store, StoreError, objects, schema};

/// The bucket as of one moment. Until this is dropped no file is removed, whatever happens to the keys; what is deleted
/// meanwhile goes then. It holds nothing in memory, however many objects there are: the index has its own view of that
/// moment.
#[derive(Debug)]
pub struct Frozen {
    store: Arc<Store>,
    index: Connection,
}

/// How much there is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Totals {
    /// Files, one that several objects share counted once.
    pub files: u64,
    /// Objects.
    pub objects: u64,
    /// Bytes of the files.
    pub bytes: u64,
}

impl Frozen {
    /// Takes the moment.
    ///
    /// # Errors
    /// When there is no bucket, or the index fails.
    pub fn take(store: &Arc<Store>) -> Result<Self, StoreError> {
        let path = store.folder.join("index.sqlite");
        // Under the lock nothing is committed: what the first look sees is what the files are held for.
        store.locked(|open| {
            super::require_bucket(&open.index)?;
            let index = schema::open_for_reading(&path)?;
            index.execute_batch("BEGIN")?;
            index.query_row("SELECT COUNT(*) FROM bucket", [], |row| row.get::<_, i64>(0))?;
            open.holds += 1;
            Ok(Self { store: Arc::clone(store), index })
        })
    }

    /// How much there is.
    ///
    /// # Errors
    /// When the index fails.
    pub fn totals(&self) -> Result<Totals, StoreError> {
        const TOTALS: &str = "SELECT COUNT(*), COALESCE(SUM(size), 0), (SELECT COUNT(*) FROM objects)
            FROM (SELECT DISTINCT blob, size FROM segments)";
        let number = |row: &rusqlite::Row<'_>, column| row.get::<_, i64>(column).map(i64::unsigned_abs);
        let totals = self.index.query_row(TOTALS, [], |row| {
            Ok(Totals { files: number(row, 0)?, bytes: number(row, 1)?, objects: number(row, 2)? })
        })?;
        Ok(totals)
    }

    /// Shows each file once, in the order of their names, open and with the size that the index knows.
    ///
    /// # Errors
    /// When a file is missing, the add-on is stopped, the index fails, or `show` does.
    pub fn files<E: From<StoreError>>(&self, mut show: impl FnMut(&Segment, File) -> Result<(), E>) -> Result<(), E> {
        let failed = |error: rusqlite::Error| E::from(StoreError::from(error));
        let sql = "SELECT DISTINCT blob, size FROM segments ORDER BY blob";
        let mut statement = self.index.prepare(sql).map_err(failed)?;
        let mut rows = statement.query([]).map_err(failed)?;
        while let Some(row) = rows.next().map_err(failed)? {
            let segment = row
                .get(0)
                .and_then(|blob| Ok(Segment { blob, size: row.get::<_, i64>(1)?.unsigned_abs() }))
                .map_err(failed)?;
            // A folder that was closed may be opened anew and swept by somebody else.
            self.check_open()?;
            let path = self.store.blob_path(&segment.blob);
            let lost = |error: io::Error| StoreError::Lost(format!("{}: {error}", path.display()));
            show(&segment, File::open(&path).map_err(lost)?)?;
        }
        Ok(())
    }

    /// Shows each object with its key and its files, in the order of the keys' bytes.
    ///
    /// # Errors
    /// When the add-on is stopped, the index fails, or `show` does.
    pub fn objects<E: From<StoreError>>(
        &self,
        mut show: impl FnMut(String, ObjectHead, Vec<Segment>) -> Result<(), E>,
    ) -> Result<(), E> {
        let failed = |error: rusqlite::Error| E::from(StoreError::from(error));
        let sql = "SELECT id, key, size, etag, modified_ms, meta, checksums, upload IS NOT NULL OR etag LIKE '%-%'
            FROM objects ORDER BY key";
        let mut statement = self.index.prepare(sql).map_err(failed)?;
        let mut rows = statement.query([]).map_err(failed)?;
        while let Some(row) = rows.next().map_err(failed)? {
            let (key, head) = keyed(row).map_err(failed)?;
            let segments = objects::segments(&self.index, head.id)?;
            show(key, head, segments)?;
        }
        Ok(self.check_open()?)
    }

    fn check_open(&self) -> Result<(), StoreError> {
        self.store.locked(|_| Ok(()))
    }
}

impl Drop for Frozen {
    fn drop(&mut self) {
        let released = self.store.locked(|open| {
            open.holds -= 1;
            self.store.remove_doomed(open);
            Ok(())
        });
        // A closed store holds nothing any more, and its next open sweeps.
        drop(released);
    }
}

fn keyed(row: &rusqlite::Row<'_>) -> rusqlite::Result<(String, ObjectHead)> {
    let head = ObjectHead {
        id: row.get(0)?,
        size: row.get::<_, i64>(2)?.unsigned_abs(),
        etag: row.get(3)?,
        modified_ms: row.get(4)?,
        meta: from_json(row, 5)?,
        checksums: from_json(row, 6)?,
        multipart: row.get(7)?,
    };
    Ok((text(row, 1)?, head))
}
