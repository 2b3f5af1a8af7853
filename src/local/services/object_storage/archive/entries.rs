//! The entries of an archive, one after the other, from the first to the last byte.

use std::io::{Read, Write};

use sha2::{Digest, Sha256};
use tar::{EntryType, Header};

use super::{ArchiveError, refused};
use crate::model::printable;

/// Everything in a tar file is in blocks of this size.
const BLOCK: u64 = 512;
/// The end of one.
const END: u64 = 2 * BLOCK;

/// The one header that we write for an entry; one that we read must be the same in all its bytes.
fn header(name: &str, size: u64, mtime: u64) -> Result<Header, ArchiveError> {
    let mut header = Header::new_gnu();
    header.set_path(name)?;
    header.set_entry_type(EntryType::Regular);
    header.set_mode(0o600);
    header.set_uid(0);
    header.set_gid(0);
    header.set_mtime(mtime);
    header.set_size(size);
    header.set_cksum();
    Ok(header)
}

fn padding(size: u64) -> u64 {
    size.next_multiple_of(BLOCK) - size
}

/// The SHA-256 of names, sizes and contents so far.
#[derive(Clone, Default)]
struct Sum(Sha256);

impl Sum {
    fn entry(&mut self, name: &str, size: u64) {
        self.0.update(name.as_bytes());
        self.0.update([0]);
        self.0.update(size.to_le_bytes());
    }

    fn text(&self) -> String {
        super::super::keys::hex(&self.0.clone().finalize())
    }
}

/// Writes entries.
pub(super) struct Writer<W> {
    out: W,
    mtime: u64,
    sum: Sum,
    /// How many bytes of the present entry are still to come, and its padding.
    left: (u64, u64),
    pub(super) written: u64,
}

impl<W: Write> Writer<W> {
    /// All entries get this time, in seconds since 1970.
    pub(super) fn new(out: W, mtime: u64) -> Self {
        Self { out, mtime, sum: Sum::default(), left: (0, 0), written: 0 }
    }

    /// Begins an entry, of which exactly `size` bytes must follow.
    pub(super) fn entry(&mut self, name: &str, size: u64) -> Result<(), ArchiveError> {
        let header = header(name, size, self.mtime)?;
        self.out.write_all(header.as_bytes())?;
        self.written += BLOCK;
        self.sum.entry(name, size);
        self.left = (size, padding(size));
        self.pad()
    }

    /// Bytes of the present entry.
    pub(super) fn bytes(&mut self, bytes: &[u8]) -> Result<(), ArchiveError> {
        let count = bytes.len() as u64;
        self.left.0 = self.left.0.checked_sub(count).ok_or_else(|| refused("a file has grown while it was copied"))?;
        self.out.write_all(bytes)?;
        self.sum.0.update(bytes);
        self.written += count;
        self.pad()
    }

    /// An entry with all of its bytes.
    pub(super) fn whole(&mut self, name: &str, bytes: &[u8]) -> Result<(), ArchiveError> {
        self.entry(name, bytes.len() as u64)?;
        self.bytes(bytes)
    }

    /// Bytes that are no entry of ours.
    #[cfg(test)]
    pub(super) fn raw(&mut self, bytes: &[u8]) {
        assert!(self.out.write_all(bytes).is_ok());
    }

    /// The sum of all entries so far.
    pub(super) fn sum(&self) -> String {
        self.sum.text()
    }

    /// Ends the archive; gives what it was written to.
    pub(super) fn finish(mut self) -> Result<W, ArchiveError> {
        self.out.write_all(&[0; END as usize])?;
        self.out.flush()?;
        Ok(self.out)
    }

    fn pad(&mut self) -> Result<(), ArchiveError> {
        if self.left.0 == 0 {
            let zeros = [0; BLOCK as usize];
            let count = std::mem::take(&mut self.left.1);
            self.out.write_all(&zeros[..usize::try_from(count).unwrap_or(0)])?;
            self.written += count;
        }
        Ok(())
    }
}

/// Reads entries, each of them to its end before the next one.
pub(super) struct Reader<R> {
    input: R,
    /// How many bytes the archive has, and how many of them have been read.
    length: u64,
    pub(super) at: u64,
    sum: Sum,
    mtime: Option<u64>,
}

/// What an entry is called and how many bytes it has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) name: String,
    pub(super) size: u64,
}

impl<R: Read> Reader<R> {
    pub(super) fn new(input: R, length: u64) -> Self {
        Self { input, length, at: 0, sum: Sum::default(), mtime: None }
    }

    /// The sum of all entries so far.
    pub(super) fn sum(&self) -> String {
        self.sum.text()
    }

    /// The next entry. Its size is known to be in the archive.
    pub(super) fn next(&mut self) -> Result<Entry, ArchiveError> {
        let mut block = [0; BLOCK as usize];
        self.fill(&mut block)?;
        let found = Header::from_byte_slice(&block);
        let what = match found.entry_type() {
            EntryType::Regular => None,
            EntryType::Symlink | EntryType::Link => Some("a link"),
            EntryType::Char | EntryType::Block | EntryType::Fifo => Some("a device"),
            EntryType::Directory => Some("a folder"),
            _ => Some("something that is no plain file"),
        };
        let name = String::from_utf8_lossy(&found.path_bytes()).into_owned();
        if block.iter().all(|byte| *byte == 0) {
            return Err(refused("it ends too early"));
        }
        if let Some(what) = what {
            return Err(refused(format!("{:?} is {what}", printable(&name))));
        }
        let unreadable = |_| refused("the header of an entry is damaged");
        let (size, mtime) = (found.entry_size().map_err(unreadable)?, found.mtime().map_err(unreadable)?);
        let same_time = *self.mtime.get_or_insert(mtime) == mtime;
        let is_ours = header(&name, size, mtime).is_ok_and(|ours| ours.as_bytes() == found.as_bytes());
        if !is_ours || !same_time {
            return Err(refused(format!("the header of {:?} is not as attache writes it", printable(&name))));
        }
        let left = self.length - self.at;
        if size > left || padding(size) > left - size {
            return Err(refused(format!("{name} has {size} bytes, of which only {left} are there")));
        }
        self.sum.entry(&name, size);
        Ok(Entry { name, size })
    }

    /// Some of the `left` bytes of the present entry; the padding after the last of them is read, too.
    pub(super) fn bytes<'b>(
        &mut self,
        left: &mut u64,
        size: u64,
        buffer: &'b mut [u8],
    ) -> Result<&'b [u8], ArchiveError> {
        let count = usize::try_from(*left).map_or(buffer.len(), |left| left.min(buffer.len()));
        let bytes = &mut buffer[..count];
        self.fill(bytes)?;
        self.sum.0.update(&*bytes);
        *left -= count as u64;
        if *left == 0 {
            let mut zeros = [0; BLOCK as usize];
            let zeros = &mut zeros[..usize::try_from(padding(size)).unwrap_or(0)];
            self.fill(zeros)?;
            if zeros.iter().any(|byte| *byte != 0) {
                return Err(refused("there are bytes between two entries"));
            }
        }
        Ok(bytes)
    }

    /// All bytes of an entry, which may be at most `most`.
    pub(super) fn whole(&mut self, entry: &Entry, most: u64) -> Result<Vec<u8>, ArchiveError> {
        if entry.size > most {
            return Err(refused(format!("{} has {} bytes, more than it may have", entry.name, entry.size)));
        }
        let mut all = vec![0; usize::try_from(entry.size).unwrap_or(0)];
        let mut left = entry.size;
        self.bytes(&mut left, entry.size, &mut all)?;
        Ok(all)
    }

    /// That nothing follows but the end.
    pub(super) fn finish(mut self) -> Result<(), ArchiveError> {
        let mut zeros = [0; END as usize];
        if self.length - self.at != END {
            return Err(refused("something follows after its end, or its end is missing"));
        }
        self.fill(&mut zeros)?;
        if zeros.iter().any(|byte| *byte != 0) {
            return Err(refused("something follows after its end"));
        }
        Ok(())
    }

    fn fill(&mut self, buffer: &mut [u8]) -> Result<(), ArchiveError> {
        if buffer.len() as u64 > self.length - self.at {
            return Err(refused("it ends too early"));
        }
        self.input.read_exact(buffer).map_err(|error| match error.kind() {
            std::io::ErrorKind::UnexpectedEof => refused("it ends too early"),
            _ => ArchiveError::from(error),
        })?;
        self.at += buffer.len() as u64;
        Ok(())
    }
}
