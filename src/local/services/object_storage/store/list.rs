//! Listing keys in the order of their UTF-8 bytes.

use super::{Store, StoreError};

/// One object of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// Its key.
    pub key: String,
    /// Bytes.
    pub size: u64,
    /// ETag without quotes.
    pub etag: String,
    /// Milliseconds since 1970.
    pub modified_ms: i64,
}

/// One page of a list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Page {
    /// The objects.
    pub objects: Vec<Listed>,
    /// What stands for all keys that share it, up to the delimiter.
    pub prefixes: Vec<String>,
    /// The last key or common prefix of the page, when more follows.
    pub next: Option<String>,
}

impl Store {
    /// The keys that begin with `prefix` and come after `after`, at most `max` of keys and common prefixes together.
    ///
    /// # Errors
    /// When there is no bucket, or the index fails.
    pub fn list(
        &self,
        prefix: &str,
        delimiter: Option<&str>,
        after: Option<&str>,
        max: usize,
    ) -> Result<Page, StoreError> {
        const ROWS: &str = "SELECT key, size, etag, modified_ms FROM objects WHERE key >= ?1 AND key < ?2 ORDER BY key";
        let mut page = Page::default();
        if max == 0 {
            self.bucket_created_ms()?;
            return Ok(page);
        }
        let end = past(prefix);
        let mut from = start(prefix, delimiter, after);
        self.read(|index| {
            let mut statement = index.prepare_cached(ROWS)?;
            let mut last = None;
            'pages: loop {
                let mut rows = statement.query((&from, &end))?;
                while let Some(row) = rows.next()? {
                    if page.objects.len() + page.prefixes.len() == max {
                        page.next = last;
                        return Ok(page);
                    }
                    let key = text(row, 0)?;
                    if let Some(common) = common_prefix(&key, prefix, delimiter) {
                        // One jump past all keys that share it, however many they are.
                        from = past(common);
                        page.prefixes.push(common.to_owned());
                        last = Some(common.to_owned());
                        continue 'pages;
                    }
                    last = Some(key.clone());
                    page.objects.push(Listed {
                        key,
                        size: row.get::<_, i64>(1)?.unsigned_abs(),
                        etag: row.get(2)?,
                        modified_ms: row.get(3)?,
                    });
                }
                return Ok(page);
            }
        })
    }
}

/// The text of a key's column.
pub(super) fn text(row: &rusqlite::Row<'_>, column: usize) -> rusqlite::Result<String> {
    Ok(String::from_utf8_lossy(row.get_ref(column)?.as_blob()?).into_owned())
}

/// The part of a key up to and with the first delimiter after the prefix.
pub fn common_prefix<'k>(key: &'k str, prefix: &str, delimiter: Option<&str>) -> Option<&'k str> {
    let delimiter = delimiter.filter(|delimiter| !delimiter.is_empty())?;
    let at = key.strip_prefix(prefix)?.find(delimiter)?;
    Some(&key[..prefix.len() + at + delimiter.len()])
}

/// The least bytes above all that begin with `prefix`.
fn past(prefix: &str) -> Vec<u8> {
    let mut bytes = prefix.as_bytes().to_vec();
    match bytes.last_mut() {
        // No byte of UTF-8 is 0xff, so this never overflows.
        Some(last) => *last += 1,
        None => bytes.push(0xff),
    }
    bytes
}

/// Where a page begins.
fn start(prefix: &str, delimiter: Option<&str>, after: Option<&str>) -> Vec<u8> {
    let from = match after {
        None => Vec::new(),
        // A common prefix ended the last page: all that it stands for is done.
        Some(after) if common_prefix(after, prefix, delimiter) == Some(after) => past(after),
        Some(after) => [after.as_bytes(), b"\0"].concat(),
    };
    from.max(prefix.as_bytes().to_vec())
}
