//! The file, to which whole lines are appended, each of them once.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use crate::local::services::StepError;
use crate::local::supervisor::unwritable;

/// How much of its end is looked at for lines that were written already: far more than those that are told at once.
const TAIL: u64 = 1 << 20;

/// Makes it, if it is not there.
pub(super) fn create(path: &Path) -> Result<(), StepError> {
    let make = || {
        OpenOptions::new().append(true).create(true).mode(0o600).open(path)?.sync_all()?;
        path.parent().map_or(Ok(()), |folder| File::open(folder)?.sync_all())
    };
    make().map_err(|error| unwritable(path, &error))
}

/// Whether it is there and can be written.
pub(super) fn check(path: &Path) -> Result<(), StepError> {
    open(path).map(drop)
}

/// How many bytes it has.
pub(super) fn size(path: &Path) -> Result<u64, StepError> {
    fs::metadata(path).map(|file| file.len()).map_err(|error| explain(path, &error))
}

/// Appends those of the lines that are not at its end already, durably, and takes away half a line that a crash has left.
pub(super) fn append(path: &Path, lines: &[String]) -> Result<(), StepError> {
    let mut file = open(path)?;
    let mut write = || {
        let (whole, tail) = tail(&mut file)?;
        file.set_len(whole)?;
        let written: Vec<&str> = tail.lines().rev().take(lines.len()).collect();
        let new: Vec<&str> = lines.iter().map(String::as_str).filter(|line| !written.contains(line)).collect();
        if new.is_empty() {
            return Ok(());
        }
        file.write_all((new.join("\n") + "\n").as_bytes())?;
        file.sync_all()
    };
    write().map_err(|error| unwritable(path, &error))
}

/// Where the last whole line ends, and the last lines.
fn tail(file: &mut File) -> io::Result<(u64, String)> {
    let length = file.metadata()?.len();
    let start = length.saturating_sub(TAIL);
    file.seek(SeekFrom::Start(start))?;
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes)?;
    let whole = bytes.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
    bytes.truncate(whole);
    Ok((start + whole as u64, String::from_utf8_lossy(&bytes).into_owned()))
}

fn open(path: &Path) -> Result<File, StepError> {
    OpenOptions::new().read(true).append(true).open(path).map_err(|error| explain(path, &error))
}

fn explain(path: &Path, error: &io::Error) -> StepError {
    match error.kind() {
        io::ErrorKind::NotFound => StepError::plain(format!(
            "The log {} is missing. To begin anew, make an empty file of that name.",
            path.display()
        )),
        _ => unwritable(path, error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(names: &[&str]) -> Vec<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn each_line_is_there_once_and_whole() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("releases.log");
        assert!(append(&path, &lines(&["one"])).unwrap_err().message.contains("is missing"));
        create(&path).unwrap();
        append(&path, &lines(&["one", "two"])).unwrap();
        create(&path).unwrap();
        // Told again, as after a crash before it was noted that they were told; and with more than before.
        append(&path, &lines(&["one", "two"])).unwrap();
        append(&path, &lines(&["two", "three"])).unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "one\ntwo\nthree\n");
        // A crash in the middle of a write: one line is there, of the next a half.
        fs::write(&path, "one\ntwo\nthree\nfour\nfi").unwrap();
        append(&path, &lines(&["four", "five"])).unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "one\ntwo\nthree\nfour\nfive\n");
        fs::write(&path, "on").unwrap();
        append(&path, &lines(&["one"])).unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "one\n");
    }
}
