//! The files in a server's data folder: what it saves, and its append-only file.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::local::services::{Instance, StepError};
use crate::local::supervisor;

/// Since version 7 the append-only file is a folder …
const AOF_FOLDER: &str = "appendonlydir";
/// … in which this file says what belongs to it.
const AOF_MANIFEST: &str = "appendonly.aof.manifest";
/// Before, it was one file; a server of version 7 takes it over when it starts.
const AOF_FILE: &str = "appendonly.aof";

/// The data folder of an add-on.
pub(super) fn data(instance: &Instance) -> PathBuf {
    real_folder(instance).join("data")
}

/// What a save writes.
pub(super) fn dump(instance: &Instance) -> PathBuf {
    data(instance).join("dump.rdb")
}

/// The folder as the kernel names it, by which its processes are found.
pub(super) fn real_folder(instance: &Instance) -> PathBuf {
    let folder: &Path = &instance.folder;
    folder.canonicalize().unwrap_or_else(|_| folder.to_owned())
}

/// Whether there is anything of an append-only file, which a server would read when it starts with one.
pub(super) fn has_aof(data: &Path) -> bool {
    data.join(AOF_FOLDER).exists() || data.join(AOF_FILE).exists()
}

/// Whether there is an append-only file that a rewrite has brought to its end: it holds everything then.
pub(super) fn has_whole_aof(data: &Path) -> bool {
    let manifest = fs::read_to_string(data.join(AOF_FOLDER).join(AOF_MANIFEST)).unwrap_or_default();
    manifest.lines().any(|line| line.trim_end().ends_with(" type b")) || data.join(AOF_FILE).exists()
}

/// Removes the append-only file, of which no server makes use any more.
pub(super) fn remove_aof(data: &Path) -> Result<(), StepError> {
    let folder = data.join(AOF_FOLDER);
    gone(fs::remove_dir_all(&folder), &folder)?;
    let file = data.join(AOF_FILE);
    gone(fs::remove_file(&file), &file)
}

/// Removes what saves have left: a server that starts without an append-only file would take it for its data.
pub(super) fn remove_saves(data: &Path) -> Result<(), StepError> {
    for path in saves(data, true) {
        gone(fs::remove_file(&path), &path)?;
    }
    Ok(())
}

/// How much a save that goes on has written; `None` when nothing is there yet.
pub(super) fn being_saved(data: &Path) -> Option<u64> {
    saves(data, false).iter().filter_map(|path| fs::metadata(path).ok()).map(|file| file.len()).max()
}

/// The files that saves write: under another name while they go on, and the finished one.
fn saves(data: &Path, finished: bool) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(data) else { return Vec::new() };
    let is_one = |name: &str| {
        (finished && name == "dump.rdb")
            || (name.starts_with("temp-") && Path::new(name).extension() == Some("rdb".as_ref()))
    };
    let named = |entry: &fs::DirEntry| entry.file_name().to_str().is_some_and(is_one);
    entries.flatten().filter(named).map(|entry| entry.path()).collect()
}

fn gone(removed: io::Result<()>, path: &Path) -> Result<(), StepError> {
    match removed {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(supervisor::unwritable(path, &error)),
        _ => Ok(()),
    }
}
