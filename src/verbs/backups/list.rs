//! `attache backups` and `attache backups list NAME`

use jiff::Timestamp;
use serde_json::{Value, json};

use super::subject::Subject;
use crate::model::{Backup, BackupPolicy, BackupState, Capability, Progress, Schedule, Verb, age, duration, size};
use crate::verbs::{Context, Failure, find, json as document, output};

/// Every backup of the profile, also of add-ons that are gone.
pub(super) async fn all(as_json: bool, context: &Context) -> Result<(), Failure> {
    let reader = context.reader()?;
    let backups = reader.all_backups().await?;
    let addons = find::all_addons(reader.as_ref()).await?;
    let is_there =
        |backup: &Backup| backup.addon_id.as_ref().is_some_and(|id| addons.iter().any(|addon| addon.key.id == *id));
    if as_json {
        let rows: Vec<Value> = backups.iter().map(document::backup).collect();
        return Ok(output::json(&json!({"backups": rows}))?);
    }
    if backups.is_empty() {
        output::note("No backups here yet. Make one with: attache backups capture NAME");
        return Ok(());
    }
    let now = output::platform_now(reader.as_ref());
    let rows: Vec<Vec<String>> = backups
        .iter()
        .map(|backup| {
            let of = match (&backup.addon, &backup.addon_id) {
                (_, None) => "(uploaded)".to_owned(),
                (name, Some(id)) => {
                    let name = name.as_ref().unwrap_or(id);
                    if is_there(backup) { name.clone() } else { format!("{name} (gone)") }
                }
            };
            let mut row = vec![of];
            row.extend(cells(backup, now));
            row
        })
        .collect();
    Ok(output::table(&["ADD-ON", "ID", "STATE", "STARTED", "SIZE", "TOOK", "TRIGGER", "KEPT UNTIL", "NOTE"], &rows)?)
}

/// The backups of one add-on.
pub(super) async fn of(name: &str, as_json: bool, context: &Context) -> Result<(), Failure> {
    let reader = context.reader()?;
    let subject = Subject::find(reader.as_ref(), name).await?;
    if as_json {
        let rows: Vec<Value> = subject.backups.iter().map(document::backup).collect();
        let policy = subject.policy.as_ref().map(document::policy);
        let facts = document::facts(&subject.facts);
        return Ok(output::json(&json!({"addon": subject.name, "backups": rows, "policy": policy, "facts": facts}))?);
    }
    let now = output::platform_now(reader.as_ref());
    // An add-on whose plan or service keeps none says why, in place of how they are kept and of how one is made.
    let refused = subject.addon.as_ref().and_then(|addon| addon.cannot(Verb::BackUp));
    if subject.backups.is_empty() {
        let make = || format!("{0} has no backups. Make one with: attache backups capture {0}", subject.name);
        output::note(&refused.map_or_else(make, str::to_owned));
    } else {
        let rows: Vec<Vec<String>> = subject.backups.iter().map(|backup| cells(backup, now)).collect();
        output::table(&["ID", "STATE", "STARTED", "SIZE", "TOOK", "TRIGGER", "KEPT UNTIL", "NOTE"], &rows)?;
        refused.into_iter().for_each(output::note);
    }
    if refused.is_some() {
        return Ok(());
    }
    let has_switch = matches!(reader.capability(Verb::AutoBackups), Capability::Can);
    match (&subject.policy, &subject.addon) {
        (Some(policy), _) => output::line(&told(policy, &subject.backups, has_switch, now))?,
        (None, None) if subject.backups.iter().any(|backup| backup.addon_id.is_some()) => {
            output::line(&format!("{} is gone; its backups stay until their time is over.", subject.name))?;
        }
        (None, _) => {}
    }
    // As it comes: in the platform's words, whatever they mean.
    let widest = subject.facts.iter().map(|fact| fact.name.chars().count()).max().unwrap_or(0);
    for fact in &subject.facts {
        output::line(&format!("  {:<widest$}  {}", fact.name, fact.value))?;
    }
    Ok(())
}

fn cells(backup: &Backup, now: Timestamp) -> Vec<String> {
    let dash = || "-".to_owned();
    // What is finished has a size and an end, and not being told them is another thing than there being none.
    let missing = || if backup.is_finished() { "unknown".to_owned() } else { dash() };
    let took = backup.started_at.zip(backup.finished_at).map(|(from, to)| duration(from, to));
    vec![
        backup.id.clone(),
        backup.state.word().to_owned(),
        backup.started_at.map_or_else(missing, |at| output::moment(at, now)),
        backup.size.map_or_else(missing, size),
        took.unwrap_or_else(missing),
        backup.trigger.clone().unwrap_or_else(|| "unknown".to_owned()),
        backup.keep_until.map_or_else(missing, output::time),
        note(backup).unwrap_or_else(dash),
    ]
}

/// What there is to say of one: its label first, which is what people look for.
fn note(backup: &Backup) -> Option<String> {
    let label = backup.label.as_ref().map(|label| format!("\"{label}\""));
    let told = backup.message.clone().or_else(|| backup.progress.as_ref().and_then(progress));
    let parts: Vec<String> = label.into_iter().chain(told).collect();
    (!parts.is_empty()).then(|| parts.join(" "))
}

/// How far something is: `12 of 30 tables, 4 MiB`.
pub(in crate::verbs) fn progress(progress: &Progress) -> Option<String> {
    let unit = progress.unit.as_deref().unwrap_or("done");
    let counted = match (progress.done, progress.total) {
        (Some(done), Some(total)) => Some(format!("{done} of {total} {unit}")),
        (Some(done), None) => Some(format!("{done} {unit}")),
        (None, _) => None,
    };
    let parts: Vec<String> = counted.into_iter().chain(progress.bytes.map(size)).collect();
    if parts.is_empty() { None } else { Some(parts.join(", ")) }
}

/// When an add-on is backed up by itself.
pub(super) fn schedule(schedule: Option<&Schedule>, next_at: Option<Timestamp>) -> String {
    match schedule {
        None => "No daily backup.".to_owned(),
        Some(Schedule { hour, time_zone }) => {
            let next = next_at.map_or(String::new(), |at| format!(", next at {}", output::time(at)));
            format!("Backed up daily at {hour:02}:00 {time_zone}{next}.")
        }
    }
}

/// How backups are made and kept, in one line.
pub(super) fn told(policy: &BackupPolicy, backups: &[Backup], has_switch: bool, now: Timestamp) -> String {
    let keeps = match (policy.keep_count, policy.keep_days) {
        (Some(count), Some(days)) => format!("The last {count} are kept, each for {days} days."),
        (Some(count), None) => format!("The last {count} are kept."),
        (None, Some(days)) => format!("Each is kept for {days} days."),
        (None, None) => "How long they are kept is not told.".to_owned(),
    };
    let by_itself = match (policy.is_automatic, &policy.schedule) {
        (Some(true), None) => "Automatic backups are on; when they are made is not told.".to_owned(),
        (Some(false), None) => "Automatic backups are off.".to_owned(),
        (None, None) if has_switch => "Whether automatic backups are on is not told.".to_owned(),
        (_, schedule_of) => schedule(schedule_of.as_ref(), policy.next_at),
    };
    let mut sentences = vec![keeps, by_itself];
    if let Some(id) = &policy.evicts {
        let evicted = backups.iter().find(|backup| &backup.id == id).and_then(|backup| backup.started_at);
        let of = evicted.map_or(String::new(), |at| format!(" of {}", output::moment(at, now)));
        sentences.push(format!("One more pushes out {id}{of}."));
    }
    let finished = backups.iter().filter(|backup| backup.state == BackupState::Finished);
    let last = finished.filter_map(|backup| backup.started_at).max();
    sentences.push(last.map_or_else(
        || "None is finished, so nothing could be restored.".to_owned(),
        |at| format!("The last finished one is {} old.", age(at, now)),
    ));
    sentences.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_policy_says_what_is_kept_when_and_what_goes_next() {
        let now: Timestamp = "2026-11-20T12:00:00Z".parse().unwrap();
        let schedule = Schedule { hour: 3, time_zone: "Europe/Berlin".into() };
        let policy = BackupPolicy {
            is_automatic: None,
            keep_count: Some(7),
            keep_days: Some(14),
            schedule: Some(schedule),
            next_at: "2026-11-21T02:00:00Z".parse().ok(),
            evicts: Some("bak_1".into()),
        };
        assert_eq!(
            told(&policy, &[], false, now),
            "The last 7 are kept, each for 14 days. Backed up daily at 03:00 Europe/Berlin, next at 2026-11-21 \
             02:00:00Z. One more pushes out bak_1. None is finished, so nothing could be restored."
        );
        let unknown = told(&BackupPolicy::default(), &[], false, now);
        assert!(unknown.starts_with("How long they are kept is not told. No daily backup."), "{unknown}");
    }

    #[test]
    fn progress_counts_and_never_guesses() {
        let told = |bytes, done, total| progress(&Progress { bytes, done, total, unit: Some("tables".into()) });
        assert_eq!(told(Some(4096), Some(3), Some(30)).as_deref(), Some("3 of 30 tables, 4 KiB"));
        assert_eq!(told(None, Some(3), None).as_deref(), Some("3 tables"));
        assert_eq!(told(None, None, Some(30)), None);
    }
}
