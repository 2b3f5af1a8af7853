//! What add-ons were seen to use, over time: one append-only file for each profile in the state folder, from which it is told
//! whether a plan is too large. Figures alone, never a secret. It may be deleted at any time: then it is begun anew.

mod sizing;

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufRead, BufReader, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use jiff::{SignedDuration, Timestamp};
use rustix::fs::{FlockOperation, flock};
use serde::{Deserialize, Serialize};

use super::cache::file_name;
use crate::model::{Addon, Known, Plan, ProfileName, Usage};

pub use sizing::{Highest, SAMPLES, SHARE, SPAN, Sizing, sizing};

/// Samples that are older say nothing about today.
const KEPT: SignedDuration = SignedDuration::from_hours(90 * 24);
/// From this size on, in bytes, what is older than that is thrown away.
const LARGE: u64 = 4 << 20;

/// What an add-on used at one moment of what its plan allows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sample {
    /// When it was counted, by the platform's clock, or read.
    pub at: Timestamp,
    /// Where it was read: the same profile may lead elsewhere one day.
    pub endpoint: String,
    /// The add-on's native id.
    pub addon_id: String,
    /// The plan that it had then.
    pub plan: Option<String>,
    /// What has a limit and was told.
    pub figures: Vec<Used>,
}

/// How much of one limit was used.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Used {
    /// What: `connections`, `storage`.
    pub name: String,
    /// How much; in bytes where `unit` is `bytes`.
    pub value: u64,
    /// The plan's limit, above zero.
    pub limit: u64,
    /// `count` or `bytes`.
    pub unit: String,
}

impl Sample {
    /// What a reading of an add-on's use tells; `now` is its time where it tells none. `plan` is the add-on's plan in the
    /// catalog, whose limits count where the reading names none.
    pub fn of(addon: &Addon, plan: Option<&Plan>, usage: &Usage, endpoint: &str, now: Timestamp) -> Self {
        let figures = usage.figures.iter().filter_map(|figure| {
            let value = *figure.value.get()?;
            let limit = sizing::limit(figure, plan)?;
            Some(Used { name: figure.name.clone(), value, limit, unit: figure.unit.clone() })
        });
        Self {
            at: usage.measured_at.unwrap_or(now),
            endpoint: endpoint.to_owned(),
            addon_id: addon.key.id.to_string(),
            plan: addon.plan.clone().map(Into::into),
            figures: figures.collect(),
        }
    }

    /// Whether another one of the same hour says as much.
    fn is_told_by(&self, other: &Self) -> bool {
        let is_within = |used: &Used| other.figures.iter().any(|it| it.name == used.name && it.value >= used.value);
        self.is_of_the_same_hour(other)
            && self.figures.len() == other.figures.len()
            && self.figures.iter().all(is_within)
    }

    fn is_of_the_same_hour(&self, other: &Self) -> bool {
        self.addon_id == other.addon_id && self.plan == other.plan && sizing::hour(self.at) == sizing::hour(other.at)
    }
}

/// The samples of one profile: one file.
#[derive(Clone, Debug)]
pub struct Samples {
    path: PathBuf,
}

impl Samples {
    /// Those of that profile below the state folder. Nothing is made yet.
    pub fn new(state: &Path, profile: &ProfileName) -> Self {
        Self { path: state.join("samples").join(format!("{}.jsonl", file_name(profile))) }
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Adds what was seen just now at `endpoint`, and gives all that is kept of it with that, oldest first.
    ///
    /// # Errors
    /// When the folder or the file can't be written or read.
    pub fn add(&self, endpoint: &str, new: Vec<Sample>, now: Timestamp) -> io::Result<Vec<Sample>> {
        let folder = self.path.parent().unwrap_or(Path::new("."));
        if !folder.is_dir() {
            fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
        }
        // One at a time: a file that is written anew must not lose what another one adds.
        let lock = private(OpenOptions::new().write(true).create(true).truncate(false)).open(folder.join("lock"))?;
        flock(&lock, FlockOperation::LockExclusive)?;
        let since = now.checked_sub(KEPT).unwrap_or(Timestamp::MIN);
        let (mut all, is_torn) = self.read()?;
        let fresh: Vec<Sample> = new
            .into_iter()
            .filter(|one| !one.figures.is_empty() && !all.iter().any(|old| one.is_told_by(old)))
            .collect();
        if !fresh.is_empty() {
            self.append(&fresh, is_torn)?;
            all.extend(fresh);
        }
        all.retain(|sample| sample.at >= since);
        if fs::metadata(&self.path).is_ok_and(|metadata| metadata.len() > LARGE) {
            self.replace(&all)?;
        }
        all.retain(|sample| sample.endpoint == endpoint);
        all.sort_by_key(|sample| sample.at);
        Ok(all)
    }

    /// All that can be read, and whether the last line has no end. A line that can't be read, as of a crash or of another
    /// version, is left out.
    fn read(&self) -> io::Result<(Vec<Sample>, bool)> {
        let file = match File::open(&self.path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok((Vec::new(), false)),
            Err(error) => return Err(error),
        };
        let mut reader = BufReader::new(file);
        let (mut samples, mut line, mut is_torn) = (Vec::new(), Vec::new(), false);
        while reader.read_until(b'\n', &mut line)? > 0 {
            is_torn = line.last() != Some(&b'\n');
            samples.extend(serde_json::from_slice::<Sample>(&line).ok());
            line.clear();
        }
        Ok((samples, is_torn))
    }

    fn append(&self, samples: &[Sample], is_torn: bool) -> io::Result<()> {
        let mut lines = if is_torn { b"\n".to_vec() } else { Vec::new() };
        write_lines(&mut lines, samples)?;
        private(OpenOptions::new().append(true).create(true)).open(&self.path)?.write_all(&lines)
    }

    fn replace(&self, samples: &[Sample]) -> io::Result<()> {
        let beside = self.path.with_extension("jsonl.new");
        let mut lines = Vec::new();
        write_lines(&mut lines, samples)?;
        let mut file = private(OpenOptions::new().write(true).create(true).truncate(true)).open(&beside)?;
        file.write_all(&lines)?;
        file.sync_data()?;
        fs::rename(&beside, &self.path)
    }
}

fn write_lines(lines: &mut Vec<u8>, samples: &[Sample]) -> io::Result<()> {
    for sample in samples {
        serde_json::to_writer(&mut *lines, sample)?;
        lines.push(b'\n');
    }
    Ok(())
}

fn private(options: &mut OpenOptions) -> &mut OpenOptions {
    options.mode(0o600)
}

/// What of an add-on's use has a limit and is not told now, with the reason.
fn untold(usage: &Usage, plan: Option<&Plan>) -> Vec<(String, String)> {
    let figures = usage.figures.iter().filter(|figure| sizing::limit(figure, plan).is_some());
    figures
        .filter_map(|figure| match &figure.value {
            Known::Is(_) => None,
            Known::Unknown(why) => Some((figure.name.clone(), why.to_string())),
        })
        .collect()
}

#[cfg(test)]
mod tests;
