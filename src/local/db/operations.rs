//! What the platform is doing, one row for each request that is carried out step by step.

use std::fmt;

use rusqlite::{Connection, Row, params};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::{DbError, new_id, now};

macro_rules! kinds {
    ($($(#[$doc:meta])* $variant:ident = $word:literal,)*) => {
        /// What an operation is.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Kind {
            $($(#[$doc])* $variant,)*
        }

        impl Kind {
            /// All of them.
            pub const ALL: &'static [Kind] = &[$(Kind::$variant,)*];

            /// The word in rows and in `/v1`.
            pub fn word(self) -> &'static str {
                match self {
                    $(Kind::$variant => $word,)*
                }
            }
        }
    };
}

kinds! {
    /// Make an add-on.
    Create = "create",
    /// Make an add-on from a backup.
    Restore = "restore",
    /// Destroy an add-on with its data.
    Destroy = "destroy",
    /// Copy an add-on's data.
    BackUp = "back_up",
    /// Delete a backup.
    DeleteBackup = "delete_backup",
    /// Look whether a file that was uploaded is a whole backup.
    CheckUpload = "check_upload",
    /// Give an add-on another plan.
    ChangePlan = "change_plan",
    /// Give an add-on another name.
    Rename = "rename",
    /// Give an add-on another password.
    Rotate = "rotate",
    /// Stop an add-on's server and start it again.
    Restart = "restart",
    /// Stop an add-on's server until it is used again.
    Sleep = "sleep",
    /// Start a sleeping add-on's server.
    Wake = "wake",
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

/// How an operation stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum OperationState {
    /// It waits for its turn.
    Queued,
    /// Its steps are being taken.
    Running,
    /// It reached its end, well.
    Done,
    /// It did not; its message says why.
    Failed,
}

impl OperationState {
    /// The word in rows and in `/v1`.
    pub fn word(self) -> &'static str {
        match self {
            OperationState::Queued => "queued",
            OperationState::Running => "running",
            OperationState::Done => "done",
            OperationState::Failed => "failed",
        }
    }

    /// The state of that word.
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Queued, Self::Running, Self::Done, Self::Failed].into_iter().find(|state| state.word() == word)
    }

    /// Whether there is more to be done.
    pub fn is_unfinished(self) -> bool {
        matches!(self, OperationState::Queued | OperationState::Running)
    }
}

/// What an operation needs to know beyond its add-on. It may hold a secret until it is used, so it is never shown.
#[derive(Clone, Default, PartialEq)]
pub struct Spec(Map<String, Value>);

impl fmt::Debug for Spec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Spec(…)")
    }
}

impl Spec {
    /// With one thing more, or another one.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.0.insert(name.to_owned(), value.into());
        self
    }

    /// Without it.
    #[must_use]
    pub fn without(mut self, name: &str) -> Self {
        self.0.remove(name);
        self
    }

    /// The text of that name.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.0.get(name)?.as_str()
    }

    /// Whether it is there and true.
    pub fn is(&self, name: &str) -> bool {
        self.0.get(name) == Some(&Value::Bool(true))
    }

    /// What was written under that name; `None` when it is not there.
    ///
    /// # Errors
    /// When it is something else.
    pub fn get<T: DeserializeOwned>(&self, name: &str) -> Result<Option<T>, DbError> {
        self.0.get(name).map(|value| T::deserialize(value).map_err(DbError::from)).transpose()
    }
}

/// One operation.
#[derive(Clone, Debug)]
pub struct OperationRow {
    /// Order of asking; the cursor of lists.
    pub seq: i64,
    /// Its id.
    pub id: String,
    /// What it is.
    pub kind: Kind,
    /// Whose queue it waits in: the add-on's id, or the backup's where no living add-on is concerned.
    pub subject: String,
    /// The add-on it is about, which may be gone.
    pub addon_id: Option<String>,
    /// That add-on's name.
    pub addon: Option<String>,
    /// The backup it is about.
    pub backup_id: Option<String>,
    /// How it stands.
    pub state: OperationState,
    /// The index of the next step: among those that undo it, where it is being undone.
    pub next_step: usize,
    /// Whether what it has done is being undone, because it failed.
    pub is_undoing: bool,
    /// The step that was begun last.
    pub step: Option<String>,
    /// A sentence: why it failed or is tried again, or what came of it.
    pub message: Option<String>,
    /// What it needs to know.
    pub spec: Spec,
    /// Who asked for it.
    pub author: String,
    /// When it was asked for.
    pub created_at: String,
    /// When its turn came.
    pub started_at: Option<String>,
    /// When it ended.
    pub ended_at: Option<String>,
}

/// What is needed for a new row.
#[derive(Clone, Debug)]
pub struct NewOperation<'a> {
    /// What it is.
    pub kind: Kind,
    /// Whose queue it waits in.
    pub subject: &'a str,
    /// The add-on it is about: id and name.
    pub addon: Option<(&'a str, &'a str)>,
    /// The backup it is about.
    pub backup_id: Option<&'a str>,
    /// What it needs to know.
    pub spec: Spec,
    /// Who asked for it.
    pub author: &'a str,
}

const SELECT: &str = "SELECT seq, id, kind, subject, addon_id, addon, backup_id, state, next_step, is_undoing, step,
    message, spec, author, created_at, started_at, ended_at FROM operations";
const UNFINISHED: &str = "state IN ('queued', 'running')";

fn operation(row: &Row<'_>) -> Result<OperationRow, DbError> {
    let (kind, state, spec): (String, String, String) = (row.get(2)?, row.get(7)?, row.get(12)?);
    let known = Kind::ALL.iter().copied().find(|known| known.word() == kind);
    Ok(OperationRow {
        seq: row.get(0)?,
        id: row.get(1)?,
        kind: known.ok_or_else(|| DbError::Other(format!("an operation is of the unknown kind {kind:?}")))?,
        subject: row.get(3)?,
        addon_id: row.get(4)?,
        addon: row.get(5)?,
        backup_id: row.get(6)?,
        state: OperationState::from_word(&state)
            .ok_or_else(|| DbError::Other(format!("an operation is in the unknown state {state:?}")))?,
        next_step: usize::try_from(row.get::<_, i64>(8)?).unwrap_or(0),
        is_undoing: row.get(9)?,
        step: row.get(10)?,
        message: row.get(11)?,
        spec: Spec(serde_json::from_str(&spec)?),
        author: row.get(13)?,
        created_at: row.get(14)?,
        started_at: row.get(15)?,
        ended_at: row.get(16)?,
    })
}

fn select(
    connection: &Connection,
    rest: &str,
    values: &[(&str, &dyn rusqlite::ToSql)],
) -> Result<Vec<OperationRow>, DbError> {
    let mut statement = connection.prepare_cached(&format!("{SELECT} {rest}"))?;
    let mut rows = statement.query(values)?;
    let mut operations = Vec::new();
    while let Some(row) = rows.next()? {
        operations.push(operation(row)?);
    }
    Ok(operations)
}

/// Makes a row, in the state `queued`.
///
/// # Errors
/// When the state can't be written.
pub fn insert(connection: &Connection, new: &NewOperation<'_>) -> Result<OperationRow, DbError> {
    let NewOperation { kind, subject, addon, backup_id, spec, author } = new;
    let row = OperationRow {
        seq: 0,
        id: new_id("op"),
        kind: *kind,
        subject: (*subject).to_owned(),
        addon_id: addon.map(|(id, _)| id.to_owned()),
        addon: addon.map(|(_, name)| name.to_owned()),
        backup_id: backup_id.map(str::to_owned),
        state: OperationState::Queued,
        next_step: 0,
        is_undoing: false,
        step: None,
        message: None,
        spec: spec.clone(),
        author: (*author).to_owned(),
        created_at: now(),
        started_at: None,
        ended_at: None,
    };
    connection.execute(
        "INSERT INTO operations (id, kind, subject, addon_id, addon, backup_id, state, next_step, is_undoing, spec, author, created_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, 'queued', 0, 0, ?7, ?8, ?9)",
        params![
            row.id,
            kind.word(),
            subject,
            row.addon_id,
            row.addon,
            backup_id,
            serde_json::to_string(&spec.0)?,
            author,
            row.created_at
        ],
    )?;
    Ok(OperationRow { seq: connection.last_insert_rowid(), ..row })
}

/// The operation of that id.
///
/// # Errors
/// When the state can't be read.
pub fn find(connection: &Connection, id: &str) -> Result<Option<OperationRow>, DbError> {
    Ok(select(connection, "WHERE id = :id", &[(":id", &id)])?.pop())
}

/// Which operations a list is about.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Only those about the add-on with this id or (then) name.
    pub addon: Option<String>,
    /// Only those that stand so.
    pub state: Option<OperationState>,
}

/// Up to `limit` operations below the cursor, newest first.
///
/// # Errors
/// When the state can't be read.
pub fn list(connection: &Connection, filter: &Filter, below: i64, limit: i64) -> Result<Vec<OperationRow>, DbError> {
    let rest = "WHERE seq < :below AND (:addon IS NULL OR addon_id = :addon OR addon = :addon) AND (:state IS NULL OR state = :state)
        ORDER BY seq DESC LIMIT :limit";
    let state = filter.state.map(OperationState::word);
    select(connection, rest, &[(":below", &below), (":addon", &filter.addon), (":state", &state), (":limit", &limit)])
}

/// What is queued or running for that add-on or backup, in its order: the first one is the one that runs.
///
/// # Errors
/// When the state can't be read.
pub fn unfinished_of(connection: &Connection, subject: &str) -> Result<Vec<OperationRow>, DbError> {
    select(connection, &format!("WHERE subject = :subject AND {UNFINISHED} ORDER BY seq"), &[(":subject", &subject)])
}

/// What is queued or running about that backup: making, checking or deleting it.
///
/// # Errors
/// When the state can't be read.
pub fn unfinished_about(connection: &Connection, backup_id: &str) -> Result<Option<OperationRow>, DbError> {
    let rest = format!("WHERE backup_id = :id AND kind != 'restore' AND {UNFINISHED} ORDER BY seq");
    Ok(select(connection, &rest, &[(":id", &backup_id)])?.into_iter().next())
}

/// All that is queued or running, oldest first.
///
/// # Errors
/// When the state can't be read.
pub fn unfinished(connection: &Connection) -> Result<Vec<OperationRow>, DbError> {
    select(connection, &format!("WHERE {UNFINISHED} ORDER BY seq"), &[])
}

/// Notes that it is its turn.
///
/// # Errors
/// When the state can't be written.
pub fn open(connection: &Connection, id: &str) -> Result<(), DbError> {
    connection.execute("UPDATE operations SET state = 'running', started_at = ?2 WHERE id = ?1", params![id, now()])?;
    Ok(())
}

/// Notes that a step is begun.
///
/// # Errors
/// When the state can't be written.
pub fn begin(connection: &Connection, id: &str, step: &str) -> Result<(), DbError> {
    connection.execute("UPDATE operations SET step = ?2 WHERE id = ?1", params![id, step])?;
    Ok(())
}

/// Notes that the steps before `next_step` have ended well. What was said of a failure that is over is forgotten.
///
/// # Errors
/// When the state can't be written.
pub fn advance(connection: &Connection, id: &str, next_step: usize) -> Result<(), DbError> {
    let next_step = i64::try_from(next_step).unwrap_or(i64::MAX);
    connection.execute(
        "UPDATE operations SET next_step = ?2, message = iif(is_undoing, message, NULL) WHERE id = ?1",
        params![id, next_step],
    )?;
    Ok(())
}

/// Turns it around: from now on it is being undone, and this is why.
///
/// # Errors
/// When the state can't be written.
pub fn begin_undoing(connection: &Connection, id: &str, why: &str) -> Result<(), DbError> {
    connection
        .execute("UPDATE operations SET is_undoing = 1, next_step = 0, message = ?2 WHERE id = ?1", params![id, why])?;
    Ok(())
}

/// Says something about an operation that goes on.
///
/// # Errors
/// When the state can't be written.
pub fn set_message(connection: &Connection, id: &str, message: &str) -> Result<(), DbError> {
    connection.execute("UPDATE operations SET message = ?2 WHERE id = ?1", params![id, message])?;
    Ok(())
}

/// Replaces what it needs to know.
///
/// # Errors
/// When the state can't be written.
pub fn set_spec(connection: &Connection, id: &str, spec: &Spec) -> Result<(), DbError> {
    connection
        .execute("UPDATE operations SET spec = ?2 WHERE id = ?1", params![id, serde_json::to_string(&spec.0)?])?;
    Ok(())
}

/// Ends it. Whatever it needed to know, secrets with it, is forgotten.
///
/// # Errors
/// When the state can't be written.
pub fn end(connection: &Connection, id: &str, state: OperationState, message: Option<&str>) -> Result<(), DbError> {
    connection.execute(
        "UPDATE operations SET state = ?2, message = ?3, ended_at = ?4, spec = '{}' WHERE id = ?1",
        params![id, state.word(), message, now()],
    )?;
    Ok(())
}

/// Forgets what ended more than 400 days ago.
///
/// # Errors
/// When the state can't be written.
pub fn forget_old(connection: &Connection) -> Result<(), DbError> {
    let days = jiff::SignedDuration::from_hours(24 * 400);
    let before = format!("{:.3}", jiff::Timestamp::now() - days);
    connection.execute("DELETE FROM operations WHERE ended_at < ?1", [before])?;
    Ok(())
}
