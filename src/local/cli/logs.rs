//! The last lines of the platform's log, or of an add-on's server.

use std::collections::VecDeque;
use std::fs::File;
use std::io::{BufRead, BufReader, ErrorKind};
use std::path::Path;
use std::process::ExitCode;

use super::{CliError, log, say};
use crate::config::PlatformPaths;
use crate::local::ADDONS_FOLDER;
use crate::local::engine::folder::{Manifest, read_manifest};
use crate::model::printable;

pub(super) fn logs(paths: &PlatformPaths, count: usize, addon: Option<&str>) -> Result<ExitCode, CliError> {
    let own = log::path(&paths.folder);
    let lines = match addon {
        None => tail(&own, count, |_| true)?,
        Some(addon) => {
            let manifest = find(&paths.folder, addon)?;
            match &manifest.log_file {
                Some(file) => tail(file, count, |_| true)?,
                // It runs inside the platform, whose log names it.
                None => tail(&own, count, |line| line.contains(&manifest.name))?,
            }
        }
    };
    for line in lines {
        say(&line)?;
    }
    Ok(ExitCode::SUCCESS)
}

fn find(platform: &Path, addon: &str) -> Result<Manifest, CliError> {
    let folder = platform.join(ADDONS_FOLDER);
    let entries = match std::fs::read_dir(&folder) {
        Ok(entries) => Some(entries),
        Err(error) if error.kind() == ErrorKind::NotFound => None,
        Err(error) => return Err(CliError::failed(format!("{} can't be read: {error}.", folder.display()))),
    };
    let manifests = entries.into_iter().flatten().flatten().filter_map(|entry| read_manifest(&entry.path()).ok());
    manifests.into_iter().find(|manifest| manifest.name == addon || manifest.id == addon).ok_or_else(|| {
        let shown = printable(addon);
        CliError::failed(format!("There is no add-on {shown:?} on this platform. List them with: attache addons"))
    })
}

fn tail(path: &Path, count: usize, wanted: impl Fn(&str) -> bool) -> Result<VecDeque<String>, CliError> {
    let cannot = |error: std::io::Error| match error.kind() {
        ErrorKind::NotFound => CliError::failed(format!("There is no log yet: {} does not exist.", path.display())),
        _ => CliError::failed(format!("The log {} can't be read: {error}.", path.display())),
    };
    let mut lines = VecDeque::new();
    for line in BufReader::new(File::open(path).map_err(cannot)?).split(b'\n') {
        let line = line.map_err(cannot)?;
        let line = printable(&String::from_utf8_lossy(&line));
        if wanted(&line) {
            lines.push_back(line);
        }
        if lines.len() > count {
            lines.pop_front();
        }
    }
    Ok(lines)
}
