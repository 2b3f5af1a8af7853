//! The backups of an add-on, as the program lists them. Its output is not documented beyond that an entry has an id and a
//! status: JSON is read leniently, and any other text is shown as it came.

use jiff::Timestamp;
use serde_json::{Map, Value};

use super::Program;
use super::argv::list_backups;
use super::backup_id::BackupId;
use crate::model::{Backup, BackupPolicy, BackupState, Backups, Fact, printable};
use crate::platform::{ReadError, ReadErrorKind};

/// Under which names a list may stand in an object (inferred).
const LISTS: [&str; 4] = ["backups", "addon_backups", "items", "data"];
/// More lines of a text that is no JSON are not shown.
const LINES: usize = 200;

impl Program {
    /// The backups of an add-on, by its name; `addon_id` is its native id.
    ///
    /// # Errors
    /// As any asking of the program.
    pub(in crate::platform::watasu) async fn backups(&self, addon_id: &str, addon: &str) -> Result<Backups, ReadError> {
        let refused = |why: String| ReadError::unsupported(&why);
        let as_json = self.ask(&list_backups(addon, true).map_err(refused)?).await?;
        let text = match as_json.ended_well(self) {
            Ok(text) => text,
            // Whether this command takes --json is not documented; what it says without is its word.
            Err(_) => self.ask(&list_backups(addon, false).map_err(refused)?).await?.ended_well(self)?,
        };
        read((addon_id, addon), &text, &|text| self.cleaner.clean(text))
    }
}

/// A list of backups from whatever came.
fn read((addon_id, addon): (&str, &str), text: &str, clean: &dyn Fn(&str) -> String) -> Result<Backups, ReadError> {
    let Ok(value) = serde_json::from_str::<Value>(text) else { return Ok(verbatim(text, clean)) };
    let (entries, around) = match &value {
        Value::Array(entries) => (entries, None),
        Value::Object(object) => match LISTS.iter().find_map(|name| object.get(*name)?.as_array()) {
            Some(entries) => (entries, Some(object)),
            None => return Err(nonsense(addon)),
        },
        _ => return Err(nonsense(addon)),
    };
    let mut list = entries
        .iter()
        .map(|entry| one((addon_id, addon), entry, clean))
        .collect::<Option<Vec<_>>>()
        .ok_or_else(|| nonsense(addon))?;
    // Newest first; those whose time is not told keep their places at the end.
    list.sort_by_key(|backup| std::cmp::Reverse(backup.started_at));
    let policy = around.and_then(policy);
    Ok(Backups { list, policy, facts: Vec::new() })
}

/// Text that is no JSON, line by line: it is shown, and nothing is made of it.
fn verbatim(text: &str, clean: &dyn Fn(&str) -> String) -> Backups {
    let lines = text.lines().map(clean).filter(|line| !line.trim().is_empty()).take(LINES);
    Backups { facts: lines.map(|line| Fact::new("watasu", line)).collect(), ..Backups::default() }
}

fn one((addon_id, addon): (&str, &str), entry: &Value, clean: &dyn Fn(&str) -> String) -> Option<Backup> {
    let object = entry.as_object()?;
    let text = |names: &[&str]| names.iter().find_map(|name| word(object.get(*name)?)).map(|text| clean(&text));
    let time = |names: &[&str]| text(names)?.parse::<Timestamp>().ok();
    let id = text(&["id", "backup_id", "number"])?;
    Some(Backup {
        id: BackupId { addon: addon.to_owned(), id }.to_string(),
        addon_id: Some(addon_id.to_owned()),
        addon: Some(addon.to_owned()),
        service: text(&["service"]),
        plan: text(&["plan"]),
        state: state(&text(&["status", "state"]).unwrap_or_else(|| "status not told".to_owned())),
        started_at: time(&["started_at", "created_at"]),
        finished_at: time(&["finished_at", "completed_at"]),
        size: ["size_bytes", "size"].iter().find_map(|name| object.get(*name)?.as_u64()),
        checksum: None,
        trigger: text(&["kind", "trigger", "type"]),
        label: None,
        message: text(&["last_error_message", "error", "message"]),
        keep_until: time(&["expires_at"]),
        progress: None,
    })
}

/// The words are inferred; one that is not in this list is shown as it is, and is no good backup.
fn state(word: &str) -> BackupState {
    match word.to_ascii_lowercase().as_str() {
        "pending" | "queued" | "waiting" => BackupState::Pending,
        "running" | "creating" | "in_progress" => BackupState::Running,
        "completed" | "ready" | "finished" => BackupState::Finished,
        "failed" | "error" => BackupState::Failed,
        "expired" | "deleted" => BackupState::Expired,
        _ => BackupState::Other(printable(word)),
    }
}

fn policy(object: &Map<String, Value>) -> Option<BackupPolicy> {
    let is_automatic = object.get("backup_enabled").and_then(Value::as_bool);
    let keep_days = object.get("backup_retention_days").and_then(Value::as_u64);
    (is_automatic.is_some() || keep_days.is_some()).then(|| BackupPolicy {
        is_automatic,
        keep_days,
        ..BackupPolicy::default()
    })
}

/// A text or a number as a word.
fn word(value: &Value) -> Option<String> {
    match value {
        Value::String(text) if !text.is_empty() => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

fn nonsense(addon: &str) -> ReadError {
    let message = format!(
        "What the program watasu printed of the backups of {addon} is no list of backups. Look yourself: watasu addons backups {addon}"
    );
    ReadError::new(ReadErrorKind::Nonsense, printable(&message))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(text: &str) -> Result<Backups, ReadError> {
        read(("41", "pg-1"), text, &printable)
    }

    #[test]
    fn a_list_is_read_bare_and_wrapped_and_an_unknown_word_is_no_good_backup() {
        let entries = r#"[
            {"id": 7, "status": "completed", "created_at": "2026-06-02T12:00:00Z", "finished_at": "2026-06-02T12:04:00Z",
             "size_bytes": 42, "kind": "manual"},
            {"id": "b8", "state": "verifying", "created_at": "2026-06-03T12:00:00Z"},
            {"id": 9}
        ]"#;
        let wrapped = format!(r#"{{"addon_backups": {entries}, "backup_enabled": true, "next_token": null}}"#);
        for text in [entries, &wrapped] {
            let backups = plain(text).unwrap();
            let ids: Vec<&str> = backups.list.iter().map(|backup| backup.id.as_str()).collect();
            assert_eq!(ids, ["pg-1::b8", "pg-1::7", "pg-1::9"]);
            assert_eq!(backups.list[1].state, BackupState::Finished);
            assert_eq!(backups.list[1].size, Some(42));
            assert_eq!(backups.list[0].state, BackupState::Other("verifying".into()));
            assert!(!backups.list[2].is_finished(), "a status that is not told is not good");
        }
        assert_eq!(plain(&wrapped).unwrap().policy.and_then(|policy| policy.is_automatic), Some(true));
    }

    #[test]
    fn text_that_is_no_json_is_shown_as_it_came_and_nothing_is_made_of_it() {
        let backups = plain("ID  STATUS\n7   completed\u{1b}[0m\n").unwrap();
        assert!(backups.list.is_empty());
        let lines: Vec<&str> = backups.facts.iter().map(|fact| fact.value.as_str()).collect();
        assert_eq!(lines, ["ID  STATUS", "7   completed·[0m"]);
    }

    #[test]
    fn json_that_is_no_list_is_no_empty_list() {
        for text in [r#"{"ok":true}"#, "7", r#"[{"status":"ready"}]"#, r#"["7"]"#] {
            assert_eq!(plain(text).unwrap_err().kind, ReadErrorKind::Nonsense, "{text}");
        }
    }
}
