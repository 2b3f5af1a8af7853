//! Reading a bucket's backup, every byte of it and each part in its turn. What is read is checked before it is given on, but
//! nothing is to be kept before [`Archive::objects`] has ended well.

use std::io::Read;

use s3s::crypto::{Checksum as _, Md5};
use tokio_util::sync::CancellationToken;

use super::entries::Reader;
use super::{ArchiveError, END, End, FORMAT, HEAD, Head, Line, MOST, MOST_CHUNK, VERSION, chunk_name, refused};
use crate::local::services::object_storage::keys::unhex;
use crate::model::printable;

/// How much is read at once.
const BUFFER: usize = 256 * 1024;
/// The most bytes of what is neither a file nor objects.
const SMALL: u64 = 64 * 1024;

/// What is known of a file that was read.
struct Known {
    name: [u8; 16],
    size: u64,
    md5: [u8; 16],
    /// Whether an object is made of it.
    is_named: bool,
}

/// What takes the bytes of files in.
pub(in super::super) trait Sink {
    /// A file begins; the last one has ended.
    fn begin(&mut self) -> Result<(), ArchiveError>;
    /// Bytes of the file that has begun.
    fn bytes(&mut self, bytes: &[u8]) -> Result<(), ArchiveError>;
}

/// Lets the bytes go.
pub(in super::super) struct Nowhere;

impl Sink for Nowhere {
    fn begin(&mut self) -> Result<(), ArchiveError> {
        Ok(())
    }

    fn bytes(&mut self, _: &[u8]) -> Result<(), ArchiveError> {
        Ok(())
    }
}

/// An object, and its files by their order in the archive with their sizes.
pub(in super::super) struct Object {
    pub(in super::super) line: Line,
    pub(in super::super) files: Vec<(usize, u64)>,
}

/// An archive being read.
pub(in super::super) struct Archive<'s, R> {
    entries: Reader<R>,
    stop: &'s CancellationToken,
    pub(in super::super) head: Head,
    known: Vec<Known>,
}

impl<'s, R: Read> Archive<'s, R> {
    /// Reads what it is. `length` is that of the whole archive in bytes.
    pub(in super::super) fn open(input: R, length: u64, stop: &'s CancellationToken) -> Result<Self, ArchiveError> {
        let mut entries = Reader::new(input, length);
        let first = entries.next()?;
        if first.name != HEAD {
            return Err(refused(format!("it does not begin with {HEAD}")));
        }
        let bytes = entries.whole(&first, SMALL)?;
        let head: Head = serde_json::from_slice(&bytes).map_err(|_| refused(format!("its {HEAD} can't be read")))?;
        if head.format != FORMAT {
            return Err(refused(format!("its {HEAD} says that it is something else")));
        }
        if head.version != VERSION {
            return Err(ArchiveError::Unfit(format!(
                "The backup has form {}, which this version of attache does not know. Use the newer version that wrote it.",
                head.version
            )));
        }
        if head.files.max(head.objects) > MOST || head.bytes > length {
            return Err(refused(format!("its {HEAD} says that there is more in it than there can be")));
        }
        Ok(Self { entries, stop, head, known: Vec::new() })
    }

    /// Reads the files, in the order of their names.
    pub(in super::super) fn files(
        &mut self,
        sink: &mut impl Sink,
        mut told: impl FnMut(u64, u64),
    ) -> Result<(), ArchiveError> {
        let mut buffer = vec![0; BUFFER];
        let mut bytes = 0_u64;
        for done in 1..=self.head.files {
            let entry = self.entries.next()?;
            let name = entry.name.strip_prefix("files/").and_then(id);
            let Some(name) = name.filter(|name| self.known.last().is_none_or(|last| last.name < *name)) else {
                return Err(refused(format!("{:?} stands where another file should", printable(&entry.name))));
            };
            bytes = bytes.saturating_add(entry.size);
            if bytes > self.head.bytes {
                return Err(refused("its files have more bytes than it says"));
            }
            sink.begin()?;
            let (mut md5, mut left) = (Md5::new(), entry.size);
            while left > 0 {
                if self.stop.is_cancelled() {
                    return Err(ArchiveError::BrokenOff);
                }
                let read = self.entries.bytes(&mut left, entry.size, &mut buffer)?;
                md5.update(read);
                sink.bytes(read)?;
                told(self.entries.at, done - 1);
            }
            self.known.push(Known { name, size: entry.size, md5: md5.finalize(), is_named: false });
            told(self.entries.at, done);
        }
        if bytes != self.head.bytes {
            return Err(refused("its files have fewer bytes than it says"));
        }
        Ok(())
    }

    /// Reads the objects, in the order of their keys, and all that follows to the last byte.
    pub(in super::super) fn objects(
        mut self,
        mut give: impl FnMut(Object) -> Result<(), ArchiveError>,
    ) -> Result<(), ArchiveError> {
        let (mut count, mut chunks) = (0_u64, 0_u64);
        let mut last: Option<String> = None;
        while count < self.head.objects {
            let entry = self.entries.next()?;
            chunks += 1;
            if entry.name != chunk_name(chunks) {
                return Err(refused(format!("{:?} stands where objects should", printable(&entry.name))));
            }
            let chunk = self.entries.whole(&entry, MOST_CHUNK)?;
            let lines = chunk.strip_suffix(b"\n").ok_or_else(|| refused(format!("{} ends in a line", entry.name)))?;
            for line in lines.split(|byte| *byte == b'\n') {
                if self.stop.is_cancelled() {
                    return Err(ArchiveError::BrokenOff);
                }
                let object = self.object(line)?;
                if last.is_some_and(|last| last.as_bytes() >= object.line.key.as_bytes()) {
                    return Err(refused("its objects are not in the order of their keys"));
                }
                last = Some(object.line.key.clone());
                count += 1;
                give(object)?;
            }
        }
        if count != self.head.objects {
            return Err(refused("it has more objects than it says"));
        }
        if self.known.iter().any(|file| !file.is_named) {
            return Err(refused("it has a file that belongs to no object"));
        }
        let sum = self.entries.sum();
        let entry = self.entries.next()?;
        if entry.name != END {
            return Err(refused(format!("{:?} stands where its end should", printable(&entry.name))));
        }
        let bytes = self.entries.whole(&entry, SMALL)?;
        let end: End = serde_json::from_slice(&bytes).map_err(|_| refused(format!("its {END} can't be read")))?;
        if end.sha256 != sum {
            return Err(refused("its checksum is another one"));
        }
        self.entries.finish()
    }

    fn object(&mut self, line: &[u8]) -> Result<Object, ArchiveError> {
        let line: Line = serde_json::from_slice(line).map_err(|_| refused("an object in it can't be read"))?;
        let missing = || refused(format!("bytes of the object {:?} are missing", printable(&line.key)));
        let (mut files, mut md5s) = (Vec::new(), Vec::new());
        for name in &line.files {
            let name = id(name).ok_or_else(missing)?;
            let at = self.known.binary_search_by(|file| file.name.cmp(&name)).map_err(|_| missing())?;
            let file = self.known.get_mut(at).ok_or_else(missing)?;
            file.is_named = true;
            files.push((at, file.size));
            md5s.push(file.md5);
        }
        super::check::object(&line, &md5s)?;
        Ok(Object { line, files })
    }
}

/// The name of a file, as we make them and in no other spelling.
fn id(name: &str) -> Option<[u8; 16]> {
    let is_ours = name.len() == 32 && name.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    unhex(name).filter(|_| is_ours)?.try_into().ok()
}
