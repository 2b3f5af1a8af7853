//! Writing a bucket's backup.

use std::fs::File;
use std::io::{BufWriter, Read};

use tokio_util::sync::CancellationToken;

use super::entries::Writer;
use super::{ArchiveError, CHUNK, END, End, FORMAT, HEAD, Head, Line, MOST, VERSION, chunk_name, file_name, refused};
use crate::local::services::Tally;
use crate::local::services::object_storage::store::StoreError;
use crate::local::services::object_storage::store::frozen::{Frozen, Totals};

/// How much is read at once.
const BUFFER: usize = 256 * 1024;

/// Writes all of `bucket` to `out`, until `stop` says that nobody wants it any more.
pub(in super::super) fn write(
    bucket: &str,
    frozen: &Frozen,
    taken_ms: i64,
    out: File,
    progress: &Tally,
    stop: &CancellationToken,
) -> Result<Totals, ArchiveError> {
    let totals = frozen.totals()?;
    if totals.files.max(totals.objects) > MOST {
        return Err(ArchiveError::Unfit(format!(
            "The bucket has {} objects; a backup can have at most {MOST}.",
            totals.objects
        )));
    }
    progress.tell(|now| {
        (now.done, now.total, now.unit) = (Some(0), Some(totals.files), Some("files".to_owned()));
    });
    let mut archive = Writer::new(BufWriter::with_capacity(BUFFER, out), taken_ms.unsigned_abs() / 1000);
    let head = Head {
        format: FORMAT.to_owned(),
        version: VERSION,
        bucket: bucket.to_owned(),
        taken_ms,
        files: totals.files,
        objects: totals.objects,
        bytes: totals.bytes,
    };
    archive.whole(HEAD, &json(&head)?)?;
    let mut buffer = vec![0; BUFFER];
    let mut files = 0;
    frozen.files(|segment, mut file| {
        archive.entry(&file_name(&segment.blob), segment.size)?;
        let mut left = segment.size;
        while left > 0 {
            if stop.is_cancelled() {
                return Err(ArchiveError::BrokenOff);
            }
            let most = usize::try_from(left).map_or(BUFFER, |left| left.min(BUFFER));
            let count = file.read(&mut buffer[..most])?;
            if count == 0 {
                return Err(StoreError::Lost(format!("{} is shorter than the index says", segment.blob)).into());
            }
            archive.bytes(&buffer[..count])?;
            left -= count as u64;
            progress.tell(|now| now.bytes = Some(archive.written));
        }
        files += 1;
        progress.tell(|now| (now.bytes, now.done) = (Some(archive.written), Some(files)));
        Ok(())
    })?;
    write_objects(frozen, &mut archive, stop)?;
    let end = End { sha256: archive.sum() };
    archive.whole(END, &json(&end)?)?;
    progress.tell(|now| now.bytes = Some(archive.written));
    archive.finish()?.into_inner().map_err(std::io::IntoInnerError::into_error)?;
    Ok(totals)
}

fn write_objects(
    frozen: &Frozen,
    archive: &mut Writer<BufWriter<File>>,
    stop: &CancellationToken,
) -> Result<(), ArchiveError> {
    let (mut chunk, mut number) = (Vec::new(), 0);
    frozen.objects(|key, head, segments| {
        if stop.is_cancelled() {
            return Err(ArchiveError::BrokenOff);
        }
        let files = segments.into_iter().map(|segment| segment.blob).collect();
        let (etag, modified_ms) = (head.etag, head.modified_ms);
        chunk.extend(json(&Line { key, etag, modified_ms, meta: head.meta, checksums: head.checksums, files })?);
        chunk.push(b'\n');
        if chunk.len() >= CHUNK {
            number += 1;
            archive.whole(&chunk_name(number), &chunk)?;
            chunk.clear();
        }
        Ok(())
    })?;
    if !chunk.is_empty() {
        archive.whole(&chunk_name(number + 1), &chunk)?;
    }
    Ok(())
}

fn json<T: serde::Serialize>(value: &T) -> Result<Vec<u8>, ArchiveError> {
    serde_json::to_vec(value).map_err(|error| refused(error.to_string()))
}
