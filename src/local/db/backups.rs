//! Backups and where each stands. Rows outlive their add-on, and their files by ninety days.

use std::collections::HashMap;

use rusqlite::{Connection, OptionalExtension, Row, params};

use super::{DbError, now};
use crate::local::catalog::PlanDocument;

/// Where a backup stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum BackupState {
    /// Asked for; it waits for its turn.
    Pending,
    /// Being written or checked.
    Running,
    /// Written, checked, and durable under its name.
    Finished,
    /// It could not be written, or failed its check; there is no file.
    Failed,
    /// Its file is gone or about to be: the only state in which one is deleted.
    Expired,
}

impl BackupState {
    /// The word in rows and in `/v1`.
    pub fn word(self) -> &'static str {
        match self {
            BackupState::Pending => "pending",
            BackupState::Running => "running",
            BackupState::Finished => "finished",
            BackupState::Failed => "failed",
            BackupState::Expired => "expired",
        }
    }

    fn from_word(word: &str) -> Option<Self> {
        [Self::Pending, Self::Running, Self::Finished, Self::Failed, Self::Expired]
            .into_iter()
            .find(|state| state.word() == word)
    }
}

/// What caused a backup.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Trigger {
    /// Somebody asked for it.
    Manual,
    /// The add-on's schedule did.
    Scheduled,
    /// It was made of a file that somebody sent.
    Uploaded,
}

impl Trigger {
    /// The word in rows and in `/v1`.
    pub fn word(self) -> &'static str {
        match self {
            Trigger::Manual => "manual",
            Trigger::Scheduled => "scheduled",
            Trigger::Uploaded => "uploaded",
        }
    }

    /// The trigger of that word.
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Manual, Self::Scheduled, Self::Uploaded].into_iter().find(|trigger| trigger.word() == word)
    }
}

/// One backup.
#[derive(Clone, Debug, PartialEq)]
pub struct BackupRow {
    /// Order of creation; the cursor of lists.
    pub seq: i64,
    /// Its id, also the name of its file.
    pub id: String,
    /// The add-on it is a copy of, which may be gone; none for an uploaded file.
    pub addon_id: Option<String>,
    /// That add-on's name, as last known.
    pub addon: Option<String>,
    /// Its team's name.
    pub team: String,
    /// The service.
    pub service: String,
    /// The plan that the add-on had.
    pub plan: PlanDocument,
    /// Where it stands.
    pub state: BackupState,
    /// What caused it.
    pub trigger: Trigger,
    /// What a person wrote on it.
    pub label: Option<String>,
    /// Why it failed, why it is gone, or what it was made of.
    pub message: Option<String>,
    /// Its file, from the platform's folder of backups.
    pub file: String,
    /// Bytes, once checked.
    pub size: Option<u64>,
    /// `sha256:…`, once checked.
    pub checksum: Option<String>,
    /// Who asked for it.
    pub author: String,
    /// When it was asked for.
    pub created_at: String,
    /// When the copy began.
    pub started_at: Option<String>,
    /// When it was finished, or failed.
    pub finished_at: Option<String>,
    /// Until when it is kept.
    pub keep_until: Option<String>,
}

const SELECT: &str =
    "SELECT seq, id, addon_id, addon, team, service, plan, state, reason, message, file, size, checksum,
    author, created_at, started_at, finished_at, keep_until, label FROM backups";

fn backup(row: &Row<'_>) -> Result<BackupRow, DbError> {
    let plan: String = row.get(6)?;
    let (state, trigger): (String, String) = (row.get(7)?, row.get(8)?);
    let unknown = |what: &str, word: &str| DbError::Other(format!("a backup has the unknown {what} {word:?}"));
    Ok(BackupRow {
        seq: row.get(0)?,
        id: row.get(1)?,
        addon_id: row.get(2)?,
        addon: row.get(3)?,
        team: row.get(4)?,
        service: row.get(5)?,
        plan: serde_json::from_str(&plan)?,
        state: BackupState::from_word(&state).ok_or_else(|| unknown("state", &state))?,
        trigger: Trigger::from_word(&trigger).ok_or_else(|| unknown("trigger", &trigger))?,
        message: row.get(9)?,
        file: row.get(10)?,
        size: row.get::<_, Option<i64>>(11)?.and_then(|size| u64::try_from(size).ok()),
        checksum: row.get(12)?,
        author: row.get(13)?,
        created_at: row.get(14)?,
        started_at: row.get(15)?,
        finished_at: row.get(16)?,
        keep_until: row.get(17)?,
        label: row.get(18)?,
    })
}

/// What is needed for a new row.
pub struct NewBackup<'a> {
    /// Its id.
    pub id: &'a str,
    /// The id and name of the add-on; none for an uploaded file.
    pub addon: Option<(&'a str, &'a str)>,
    /// Its team's name.
    pub team: &'a str,
    /// The service.
    pub service: &'a str,
    /// The plan.
    pub plan: &'a PlanDocument,
    /// What caused it.
    pub trigger: Trigger,
    /// What a person wrote on it.
    pub label: Option<&'a str>,
    /// What there is to know of it.
    pub message: Option<&'a str>,
    /// Its file, from the platform's folder of backups.
    pub file: &'a str,
    /// Who asks for it.
    pub author: &'a str,
}

/// Makes a row, in the state `pending`.
///
/// # Errors
/// When the state can't be written.
pub fn insert(connection: &Connection, new: &NewBackup<'_>) -> Result<(), DbError> {
    connection.execute(
        "INSERT INTO backups (id, addon_id, addon, team, service, plan, state, reason, message, file, author, created_at,
             label)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, 'pending', ?7, ?8, ?9, ?10, ?11, ?12)",
        params![
            new.id,
            new.addon.map(|(id, _)| id),
            new.addon.map(|(_, name)| name),
            new.team,
            new.service,
            serde_json::to_string(new.plan)?,
            new.trigger.word(),
            new.message,
            new.file,
            new.author,
            now(),
            new.label,
        ],
    )?;
    Ok(())
}

/// Makes the row of a backup that is already whole, as its manifest tells it.
///
/// # Errors
/// When the state can't be written.
pub fn insert_whole(connection: &Connection, row: &BackupRow) -> Result<(), DbError> {
    connection.execute(
        "INSERT INTO backups (id, addon_id, addon, team, service, plan, state, reason, message, file, size, checksum,
             author, created_at, started_at, finished_at, keep_until, label)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18)",
        params![
            row.id,
            row.addon_id,
            row.addon,
            row.team,
            row.service,
            serde_json::to_string(&row.plan)?,
            row.state.word(),
            row.trigger.word(),
            row.message,
            row.file,
            row.size.map(|size| i64::try_from(size).unwrap_or(i64::MAX)),
            row.checksum,
            row.author,
            row.created_at,
            row.started_at,
            row.finished_at,
            row.keep_until,
            row.label,
        ],
    )?;
    Ok(())
}

fn select(connection: &Connection, rest: &str, values: impl rusqlite::Params) -> Result<Vec<BackupRow>, DbError> {
    let mut statement = connection.prepare(&format!("{SELECT} {rest}"))?;
    let mut rows = statement.query(values)?;
    let mut backups = Vec::new();
    while let Some(row) = rows.next()? {
        backups.push(backup(row)?);
    }
    Ok(backups)
}

/// The backup of that id.
///
/// # Errors
/// When the state can't be read.
pub fn find(connection: &Connection, id: &str) -> Result<Option<BackupRow>, DbError> {
    Ok(select(connection, "WHERE id = ?1", [id])?.pop())
}

/// Up to `limit` backups below the cursor, newest first; of the add-on with this id or (last known) name, where one is
/// named.
///
/// # Errors
/// When the state can't be read.
pub fn list(connection: &Connection, addon: Option<&str>, below: i64, limit: i64) -> Result<Vec<BackupRow>, DbError> {
    let rest = "WHERE seq < ?1 AND (?2 IS NULL OR addon_id = ?2 OR addon = ?2) ORDER BY seq DESC LIMIT ?3";
    select(connection, rest, params![below, addon, limit])
}

/// Up to `limit` backups of exactly this add-on (id) below the cursor, newest first.
///
/// # Errors
/// When the state can't be read.
pub fn of_addon(connection: &Connection, addon_id: &str, below: i64, limit: i64) -> Result<Vec<BackupRow>, DbError> {
    let rest = "WHERE seq < ?1 AND addon_id = ?2 ORDER BY seq DESC LIMIT ?3";
    select(connection, rest, params![below, addon_id, limit])
}

/// The finished backups of an add-on (id), oldest first.
///
/// # Errors
/// When the state can't be read.
pub fn finished(connection: &Connection, addon_id: &str) -> Result<Vec<BackupRow>, DbError> {
    // Finished in one order and begun in one order: an add-on's backups go one after another.
    select(connection, "WHERE addon_id = ?1 AND state = 'finished' ORDER BY seq", [addon_id])
}

/// All in one state, oldest first.
///
/// # Errors
/// When the state can't be read.
pub fn in_state(connection: &Connection, state: BackupState) -> Result<Vec<BackupRow>, DbError> {
    select(connection, "WHERE state = ?1 ORDER BY seq", [state.word()])
}

/// The newest finished backup of an add-on (id).
///
/// # Errors
/// When the state can't be read.
pub fn last_finished(connection: &Connection, addon_id: &str) -> Result<Option<BackupRow>, DbError> {
    let rest = "WHERE addon_id = ?1 AND state = 'finished' ORDER BY seq DESC LIMIT 1";
    Ok(select(connection, rest, [addon_id])?.pop())
}

/// The newest finished backup of each add-on, by the add-on's id.
///
/// # Errors
/// When the state can't be read.
pub fn last_finished_of_all(connection: &Connection) -> Result<HashMap<String, BackupRow>, DbError> {
    let rest = "WHERE seq IN (SELECT max(seq) FROM backups WHERE state = 'finished' GROUP BY addon_id)";
    let rows = select(connection, rest, [])?;
    Ok(rows.into_iter().filter_map(|row| Some((row.addon_id.clone()?, row))).collect())
}

/// The backup of an add-on (id) that waits or is being written, the oldest of them.
///
/// # Errors
/// When the state can't be read.
pub fn unfinished(connection: &Connection, addon_id: &str) -> Result<Option<BackupRow>, DbError> {
    let rest = "WHERE addon_id = ?1 AND state IN ('pending', 'running') ORDER BY seq LIMIT 1";
    Ok(select(connection, rest, [addon_id])?.pop())
}

/// The finished ones whose time has ended at `at`.
///
/// # Errors
/// When the state can't be read.
pub fn ended_by(connection: &Connection, at: &str) -> Result<Vec<BackupRow>, DbError> {
    select(connection, "WHERE state = 'finished' AND keep_until <= ?1 ORDER BY seq", [at])
}

/// Notes that the copy has begun; what an earlier try found is forgotten.
///
/// # Errors
/// When the state can't be written.
pub fn set_running(connection: &Connection, id: &str) -> Result<(), DbError> {
    connection.execute(
        "UPDATE backups SET state = 'running', started_at = ?2, size = NULL, checksum = NULL
         WHERE id = ?1 AND state IN ('pending', 'running')",
        params![id, now()],
    )?;
    Ok(())
}

/// Notes what the check found.
///
/// # Errors
/// When the state can't be written.
pub fn set_checked(connection: &Connection, id: &str, size: u64, checksum: &str) -> Result<(), DbError> {
    let size = i64::try_from(size).unwrap_or(i64::MAX);
    connection.execute("UPDATE backups SET size = ?2, checksum = ?3 WHERE id = ?1", params![id, size, checksum])?;
    Ok(())
}

/// Notes that it is whole and durable.
///
/// # Errors
/// When the state can't be written.
pub fn set_finished(
    connection: &Connection,
    id: &str,
    finished_at: &str,
    keep_until: Option<&str>,
) -> Result<(), DbError> {
    connection.execute(
        "UPDATE backups SET state = 'finished', finished_at = ?2, keep_until = ?3
         WHERE id = ?1 AND state = 'running'",
        params![id, finished_at, keep_until],
    )?;
    Ok(())
}

/// Notes that it came to nothing, and why. What is finished stays so.
///
/// # Errors
/// When the state can't be written.
pub fn set_failed(connection: &Connection, id: &str, why: &str) -> Result<(), DbError> {
    connection.execute(
        "UPDATE backups SET state = 'failed', message = ?2, finished_at = ?3, keep_until = NULL
         WHERE id = ?1 AND state IN ('pending', 'running')",
        params![id, why, now()],
    )?;
    Ok(())
}

/// Makes the intent to delete a finished one durable, and why; from now on `keep_until` says when that was. False when it
/// is not finished: then nothing is changed.
///
/// # Errors
/// When the state can't be written.
pub fn set_expired(connection: &Connection, id: &str, why: &str) -> Result<bool, DbError> {
    let changed = connection.execute(
        "UPDATE backups SET state = 'expired', message = ?2, keep_until = ?3 WHERE id = ?1 AND state = 'finished'",
        params![id, why, now()],
    )?;
    Ok(changed == 1)
}

/// Notes the new name of an add-on at its backups.
///
/// # Errors
/// When the state can't be written.
pub fn set_addon_name(connection: &Connection, addon_id: &str, name: &str) -> Result<(), DbError> {
    connection.execute("UPDATE backups SET addon = ?2 WHERE addon_id = ?1", [addon_id, name])?;
    Ok(())
}

/// Forgets the rows of what failed or went before `before`; gives how many.
///
/// # Errors
/// When the state can't be written.
pub fn forget_old(connection: &Connection, before: &str) -> Result<usize, DbError> {
    let sql =
        "DELETE FROM backups WHERE (state = 'failed' AND finished_at < ?1) OR (state = 'expired' AND keep_until < ?1)";
    Ok(connection.execute(sql, [before])?)
}

/// Whether there is a row of that id.
///
/// # Errors
/// When the state can't be read.
pub fn exists(connection: &Connection, id: &str) -> Result<bool, DbError> {
    let found: Option<i64> =
        connection.query_row("SELECT 1 FROM backups WHERE id = ?1", [id], |row| row.get(0)).optional()?;
    Ok(found.is_some())
}
