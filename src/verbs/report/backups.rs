//! `attache report backups`: the last finished backup of each add-on.

use futures_util::future::join_all;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::profiles::Chosen;
use super::reading::{Reading, Source, Untold, open};
use super::{NOT_READ, Printed, document};
use crate::model::{Addon, Backup, BackupPolicy, Backups, BackupsRead, LastCopy, Total, Verb, last_copy};
use crate::verbs::output;

/// What was found out about the backups of one add-on.
pub(super) struct Row {
    addon: Addon,
    copy: LastCopy,
    /// The last one itself, where it was told.
    last: Option<Backup>,
    policy: Option<BackupPolicy>,
    max_age: SignedDuration,
    now: Timestamp,
}

/// Reads all profiles, side by side.
pub(super) async fn read(chosen: &Chosen) -> (Vec<Row>, Vec<Source>) {
    let each = chosen.profiles.iter().map(|(name, profile)| async move {
        let (source, reading) = open(name, profile).await;
        let Some(reading) = reading else { return (Vec::new(), source) };
        let rows = reading.each(reading.addons.iter(), |addon| row(&reading, addon)).await;
        (rows, source.with_cost(reading.reader()))
    });
    let (rows, sources): (Vec<Vec<Row>>, Vec<Source>) = join_all(each).await.into_iter().unzip();
    let mut rows: Vec<Row> = rows.into_iter().flatten().collect();
    rows.sort_by_key(|row| (rank(&row.copy), row.copy.at()));
    (rows, sources)
}

async fn row(reading: &Reading, addon: &Addon) -> Row {
    let reader = reading.reader();
    let capability = reader.capability(Verb::ListBackups);
    let platform_cannot = capability.reason();
    let is_asked = platform_cannot.is_none() && addon.cannot(Verb::ListBackups).is_none();
    let told: Option<Result<Backups, Untold>> =
        if is_asked { Some(reading.ask(reader.backups(&addon.key.id)).await) } else { None };
    let read = match &told {
        None => BackupsRead::No,
        Some(Ok(backups)) => BackupsRead::Told(backups),
        Some(Err(Untold::Unsupported(why))) => BackupsRead::Unsupported(why),
        Some(Err(Untold::Unread(why))) => BackupsRead::Failed(why),
    };
    let max_age = reading.profile.backup_max_age;
    let copy = last_copy(addon, platform_cannot, read, reading.now, max_age);
    let backups = told.and_then(Result::ok);
    Row {
        addon: addon.clone(),
        copy,
        last: backups.as_ref().and_then(Backups::last_finished).cloned(),
        policy: backups.and_then(|backups| backups.policy),
        max_age,
        now: reading.now,
    }
}

/// The worst first: what is lost for certain, what may be, what nobody knows, what is as it was ordered.
fn rank(copy: &LastCopy) -> u8 {
    match copy {
        LastCopy::Never => 0,
        LastCopy::Stale(_) => 1,
        LastCopy::Unreadable(_) => 2,
        LastCopy::NotTold(_) => 3,
        LastCopy::Unsupported(_) => 4,
        LastCopy::Recent(_) => 5,
    }
}

/// Whether somebody has to look after it. What can have no backup has none; everything else that is not known to be good is not
/// good.
fn is_bad(copy: &LastCopy) -> bool {
    !matches!(copy, LastCopy::Recent(_) | LastCopy::Unsupported(_))
}

const HEADINGS: [&str; 8] = ["PROFILE", "ADD-ON", "SERVICE", "BACKUP", "LAST FINISHED", "MAY BE", "AUTOMATIC", "NOTE"];
const CSV: [&str; 12] = [
    "profile",
    "addon",
    "addon_id",
    "service",
    "plan",
    "backup",
    "last_started_at",
    "last_finished_at",
    "age_seconds",
    "max_age_seconds",
    "automatic",
    "note",
];

pub(super) fn print(rows: &[Row], sources: &[Source], chosen: &Chosen, is_checked: bool) -> Printed {
    let failed = || sources.iter().filter_map(|source| source.error.as_ref().map(|why| (source, why)));
    let told = |source: &Source| {
        [&source.name, NOT_READ, "-", "unreadable", "unknown", "-", "unknown", "what it failed of stands below"]
            .map(str::to_owned)
    };
    let mut table: Vec<Vec<String>> = failed().map(|(source, _)| told(source).to_vec()).collect();
    table.extend(rows.iter().map(Row::cells));
    let unread = |(source, why): (&Source, &String)| {
        let mut row = vec![String::new(); CSV.len()];
        (row[0], row[5], row[11]) = (source.name.clone(), "unreadable".to_owned(), why.clone());
        row
    };
    let mut csv_rows: Vec<Vec<String>> = failed().map(unread).collect();
    csv_rows.extend(rows.iter().map(Row::csv));
    let bad = rows.iter().filter(|row| is_bad(&row.copy)).count();
    let counts = counts(rows);
    let counted: serde_json::Map<String, Value> =
        counts.iter().map(|(word, count)| (word.replace(' ', "_"), json!(count))).collect();
    Printed {
        headings: &HEADINGS,
        rows: table,
        lines: vec![summary(rows, &counts, sources)],
        csv_headings: &CSV,
        csv_rows,
        document: json!({
            "report": "backups",
            "profiles": sources.iter().map(document::source).collect::<Vec<_>>(),
            "left_out": document::left_out(chosen),
            "counts": counted,
            "addons": rows.iter().map(Row::document).collect::<Vec<_>>(),
        }),
        verdict: (is_checked && bad > 0).then(|| {
            let have = if bad == 1 { "has" } else { "have" };
            format!("{bad} of {} add-ons {have} no backup that is known to be finished and recent enough.", rows.len())
        }),
    }
}

/// How many there are of each kind, the worst first; kinds of which there are none are there, too.
fn counts(rows: &[Row]) -> Vec<(&'static str, usize)> {
    ["never", "stale", "unreadable", "not told", "unsupported", "recent"]
        .map(|word| (word, rows.iter().filter(|row| row.copy.word() == word).count()))
        .to_vec()
}

fn summary(rows: &[Row], counts: &[(&'static str, usize)], sources: &[Source]) -> String {
    let mut total = Total::default();
    rows.iter().for_each(|row| total.add(&row.addon.price));
    sources.iter().for_each(|source| source.leave_open(&mut total));
    let words: Vec<String> =
        counts.iter().filter(|(_, count)| *count > 0).map(|(word, count)| format!("{count} {word}")).collect();
    let words = if words.is_empty() { String::new() } else { format!(": {}", words.join(", ")) };
    format!("{}{words}.", total.count_words())
}

impl Row {
    /// Why it is not known to be good, or what else there is to say.
    fn note(&self) -> Option<String> {
        if let Some(why) = self.copy.reason() {
            return Some(why.to_owned());
        }
        self.last.as_ref().filter(|last| last.started_at.is_none()).map(|_| "its beginning is not told".to_owned())
    }

    fn cells(&self) -> Vec<String> {
        let last = match &self.copy {
            LastCopy::Never => "none".to_owned(),
            LastCopy::Unsupported(_) => "-".to_owned(),
            copy => copy.at().map_or_else(|| "unknown".to_owned(), |at| output::moment(at, self.now)),
        };
        vec![
            self.addon.key.profile.to_string(),
            self.addon.name.to_string(),
            self.addon.service.to_string(),
            self.copy.word().to_owned(),
            last,
            format!("{:#}", self.max_age),
            self.automatic(),
            self.note().unwrap_or_else(|| "-".to_owned()),
        ]
    }

    /// Whether and when it is backed up by itself, as far as that is told.
    fn automatic(&self) -> String {
        match (&self.policy, &self.copy) {
            (_, LastCopy::Unsupported(_)) => "-".to_owned(),
            (None, _) => "unknown".to_owned(),
            (Some(BackupPolicy { schedule: Some(schedule), .. }), _) => {
                format!("daily at {:02}:00 {}", schedule.hour, schedule.time_zone)
            }
            (Some(BackupPolicy { is_automatic: Some(true), .. }), _) => "on".to_owned(),
            (Some(BackupPolicy { is_automatic: Some(false), .. }), _) => "off".to_owned(),
            (Some(BackupPolicy { is_automatic: None, schedule: None, .. }), _) => "no schedule".to_owned(),
        }
    }

    fn age(&self) -> Option<i64> {
        self.copy.at().map(|at| self.now.duration_since(at).as_secs().max(0))
    }

    fn csv(&self) -> Vec<String> {
        let time = |at: Option<Timestamp>| at.map(|at| at.to_string()).unwrap_or_default();
        let last = self.last.as_ref();
        vec![
            self.addon.key.profile.to_string(),
            self.addon.name.to_string(),
            self.addon.key.id.to_string(),
            self.addon.service.to_string(),
            self.addon.plan.clone().unwrap_or_default().to_string(),
            self.copy.word().to_owned(),
            time(last.map_or(self.copy.at(), |last| last.started_at)),
            time(last.and_then(|last| last.finished_at)),
            self.age().map(|age| age.to_string()).unwrap_or_default(),
            self.max_age.as_secs().to_string(),
            self.automatic(),
            self.note().unwrap_or_default(),
        ]
    }

    fn document(&self) -> Value {
        let last = self.last.as_ref().map(crate::verbs::json::backup);
        json!({
            "profile": self.addon.key.profile,
            "id": self.addon.key.id,
            "name": self.addon.name,
            "service": self.addon.service,
            "plan": self.addon.plan,
            "backup": self.copy.word().replace(' ', "_"),
            "reason": self.copy.reason(),
            "last_at": self.copy.at(),
            "last_finished": last,
            "age_seconds": self.age(),
            "max_age_seconds": self.max_age.as_secs(),
            "policy": self.policy.as_ref().map(crate::verbs::json::policy),
        })
    }
}

#[cfg(test)]
mod tests;
