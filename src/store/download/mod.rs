//! A backup as a file of one's own: all of its bytes, compared with whatever was told of them, or nothing.

mod file;

use std::path::Path;

use futures_util::StreamExt;

use crate::model::Backup;
use crate::platform::{Download, Platform, ReadError};

pub use file::Part;

/// How far a download is: bytes that came, and how many there are, where told.
pub type Downloaded = (u64, Option<u64>);

/// Writes all bytes of a download and compares them with whatever was told of them, in the list and with the bytes. Gives
/// the checksum where one was told. `told` hears how far it is, at every piece.
///
/// # Errors
/// A sentence: when it was cut off, can't be written, or is not what was told.
pub async fn fetch(
    mut download: Download,
    backup: &Backup,
    part: &mut Part,
    mut told: impl FnMut(Downloaded),
) -> Result<Option<String>, Broken> {
    let sizes = [download.size, backup.size];
    let checksums = [download.checksum.take(), backup.checksum.clone()];
    while let Some(bytes) = download.bytes.next().await {
        part.write(&bytes.map_err(Broken::Read)?).map_err(Broken::File)?;
        told((part.size(), sizes[0].or(sizes[1])));
    }
    let differs = |what: String| Err(Broken::File(format!("{what} Nothing of it was kept; try again.")));
    let is = part.size();
    if let Some(told) = sizes.into_iter().flatten().find(|told| *told != is) {
        return differs(format!("Backup {} is {told} bytes, but {is} came.", backup.id));
    }
    // A kind of checksum that we don't know can't be compared.
    let mut told = checksums.into_iter().flatten().filter(|told| told.starts_with("sha256:")).peekable();
    if told.peek().is_none() {
        return Ok(None);
    }
    let is = part.checksum();
    match told.find(|told| !told.eq_ignore_ascii_case(&is)) {
        Some(told) => differs(format!("Backup {} came with the checksum {is}, but it has {told}.", backup.id)),
        None => Ok(Some(is)),
    }
}

/// Why a download did not come to its end.
#[derive(Debug, PartialEq, Eq)]
pub enum Broken {
    /// The platform did not give it, or not all of it.
    Read(ReadError),
    /// It is not what was told, or can't be written; a sentence.
    File(String),
}

impl std::fmt::Display for Broken {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Broken::Read(error) => error.fmt(formatter),
            Broken::File(sentence) => formatter.write_str(sentence),
        }
    }
}

/// Fetches a backup into a new file, for its owner alone; gives what can be said of it. `told` hears how far it is.
///
/// # Errors
/// When nothing of it is there. Dropping the future leaves nothing either.
pub async fn download(
    reader: &dyn Platform,
    backup_id: &str,
    file: &Path,
    told: impl FnMut(Downloaded),
) -> Result<String, Broken> {
    let backup = reader.backup(backup_id).await.map_err(Broken::Read)?.value;
    let bytes = reader.download(backup_id).await.map_err(Broken::Read)?;
    let mut part = Part::begin(file, false).map_err(Broken::File)?;
    let checksum = fetch(bytes, &backup, &mut part, told).await?;
    let size = crate::model::size(part.size());
    part.put_into_place().map_err(Broken::File)?;
    let verdict = if checksum.is_some() { "its checksum is right" } else { "the platform tells no checksum" };
    Ok(format!("{size}, {verdict}"))
}
