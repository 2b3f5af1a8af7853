//! What no add-on's folder knows: apps, attachments, schedules, ports. Written beside the state file a moment after each
//! change, so that `attache platform recover` gets them back when the state is lost. Holds no secret.

use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::sync::Arc;

use rusqlite::types::ValueRef;
use rusqlite::{Connection, ToSql};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::Engine;
use crate::local::db::DbError;

/// The file's name in the platform's folder.
pub const FILE: &str = "platform.json";
/// The form of the file.
const VERSION: u32 = 1;

/// The tables in it, each after those it refers to, and what of them.
pub const TABLES: &[(&str, &str)] = &[
    ("teams", "SELECT * FROM teams ORDER BY rowid"),
    ("apps", "SELECT * FROM apps ORDER BY seq"),
    ("addons", "SELECT id, state, state_reason, provisioned, restored_from FROM addons ORDER BY seq"),
    ("attachments", "SELECT * FROM attachments ORDER BY seq"),
    ("schedules", "SELECT * FROM schedules ORDER BY addon_id"),
    ("ports", "SELECT * FROM ports ORDER BY port"),
    (
        "releases",
        "SELECT * FROM releases r WHERE version = (SELECT max(version) FROM releases WHERE app_id = r.app_id)
         ORDER BY app_id",
    ),
];

/// One row: its columns by name.
pub type Columns = Map<String, Value>;

/// The file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Snapshot {
    version: u32,
    tables: BTreeMap<String, Vec<Columns>>,
}

impl Snapshot {
    /// Reads it from the state.
    ///
    /// # Errors
    /// When the state can't be read.
    pub fn take(state: &Connection) -> Result<Self, DbError> {
        let mut tables = BTreeMap::new();
        for (name, sql) in TABLES {
            tables.insert((*name).to_owned(), rows(state, sql)?);
        }
        Ok(Self { version: VERSION, tables })
    }

    /// Reads the file of a platform; nothing where there is none.
    ///
    /// # Errors
    /// A sentence: when it can't be read or understood.
    pub fn load(platform: &Path) -> Result<Option<Self>, String> {
        let path = platform.join(FILE);
        let text = match fs::read(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(format!("{} can't be read: {error}.", path.display())),
        };
        match serde_json::from_slice::<Self>(&text) {
            Ok(snapshot) if snapshot.version == VERSION => Ok(Some(snapshot)),
            Ok(snapshot) => Err(format!("{} has the unknown version {}.", path.display(), snapshot.version)),
            Err(_) => Err(format!("{} is damaged.", path.display())),
        }
    }

    /// The rows of a table.
    pub fn rows(&self, table: &str) -> &[Columns] {
        self.tables.get(table).map_or(&[], Vec::as_slice)
    }

    /// Writes the file beside the old one and moves it into place, durably.
    fn write(&self, platform: &Path) -> io::Result<()> {
        let new = platform.join("platform.json.new");
        let write = || {
            let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&new)?;
            file.write_all(&serde_json::to_vec_pretty(self)?)?;
            file.sync_all()?;
            fs::rename(&new, platform.join(FILE))?;
            File::open(platform)?.sync_all()
        };
        write().inspect_err(|_| {
            // On a full disk even this may fail; the next one is written over it.
            let _ = fs::remove_file(&new);
        })
    }
}

/// Puts one row back, with those columns that the table has.
///
/// # Errors
/// When the state does not take it: a name or id that is there already, or what it refers to is not there.
pub fn put_back(state: &Connection, table: &str, row: &Columns) -> Result<(), DbError> {
    let known: Vec<String> = {
        let mut statement = state.prepare("SELECT name FROM pragma_table_info(?1)")?;
        let names = statement.query_map([table], |row| row.get(0))?;
        names.collect::<Result<_, _>>()?
    };
    let given: Vec<(&String, &Value)> = known.iter().filter_map(|name| Some((name, row.get(name)?))).collect();
    let names: Vec<&str> = given.iter().map(|(name, _)| name.as_str()).collect();
    let marks = vec!["?"; given.len()].join(", ");
    let values: Vec<Box<dyn ToSql>> = given.iter().map(|(_, value)| bound(value)).collect();
    let sql = format!("INSERT INTO {table} ({}) VALUES ({marks})", names.join(", "));
    state.execute(&sql, rusqlite::params_from_iter(values))?;
    Ok(())
}

fn bound(value: &Value) -> Box<dyn ToSql> {
    match value {
        Value::Number(number) => Box::new(number.as_i64()),
        Value::String(text) => Box::new(text.clone()),
        _ => Box::new(rusqlite::types::Null),
    }
}

fn rows(state: &Connection, sql: &str) -> Result<Vec<Columns>, DbError> {
    let mut statement = state.prepare(sql)?;
    let names: Vec<String> = statement.column_names().map(str::to_owned).collect();
    let mut rows = statement.query([])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        let mut columns = Columns::new();
        for (index, name) in names.iter().enumerate() {
            let value = match row.get_ref(index)? {
                ValueRef::Integer(number) => Value::from(number),
                ValueRef::Text(text) => Value::from(String::from_utf8_lossy(text)),
                ValueRef::Null | ValueRef::Real(_) | ValueRef::Blob(_) => Value::Null,
            };
            columns.insert(name.clone(), value);
        }
        found.push(columns);
    }
    Ok(found)
}

impl Engine {
    /// Keeps the file as the state is, a moment after each write; and tells of releases, which are made by writes.
    pub(super) fn keep_snapshots(self: &Arc<Self>) {
        let engine = Arc::clone(self);
        self.tasks.spawn(async move {
            let mut last = None;
            loop {
                engine.write_snapshot(&mut last).await;
                engine.tell_releases().await;
                tokio::select! {
                    () = engine.stopping.cancelled() => return,
                    () = engine.db.changed() => {}
                }
            }
        });
    }

    /// Writes the file, unless it says what `last` said.
    pub(super) async fn write_snapshot(&self, last: &mut Option<Snapshot>) {
        let snapshot = match self.db.read(Snapshot::take).await {
            Ok(snapshot) => snapshot,
            Err(error) => {
                let error: DbError = error;
                tracing::error!("{FILE} was not written: {error}");
                return;
            }
        };
        if last.as_ref() == Some(&snapshot) {
            return;
        }
        let platform = self.platform.clone();
        let written = tokio::task::spawn_blocking(move || snapshot.write(&platform).map(|()| snapshot)).await;
        match written {
            Ok(Ok(snapshot)) => *last = Some(snapshot),
            // The state itself is good; this is for the day when it is not.
            Ok(Err(error)) => tracing::warn!("{FILE} could not be written: {error}"),
            Err(error) => tracing::error!("{FILE} was not written: {error}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn state(folder: &Path) -> Connection {
        crate::local::db::make(&folder.join("state.db")).unwrap()
    }

    #[test]
    fn what_was_taken_can_be_put_back() {
        let (one, two) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let old = state(one.path());
        old.execute_batch(
            "INSERT INTO teams VALUES ('team_1', 'sandbox', 'then');
             INSERT INTO apps VALUES (7, 'app_1', 'shop', 'team_1', 'then', 1, 'then', 'me');
             INSERT INTO releases VALUES ('app_1', 1, 'a', 'me', 'then'), ('app_1', 2, 'b', 'me', 'then');
             INSERT INTO ports VALUES (4711, 'object-storage');",
        )
        .unwrap();
        let taken = Snapshot::take(&old).unwrap();
        taken.write(one.path()).unwrap();
        let read = Snapshot::load(one.path()).unwrap().unwrap();
        assert_eq!(read, taken);
        let new = state(two.path());
        for (table, _) in TABLES {
            for row in read.rows(table) {
                put_back(&new, table, row).unwrap();
            }
        }
        assert_eq!(Snapshot::take(&new).unwrap(), taken);
        assert_eq!(taken.rows("releases").len(), 1, "the newest alone");
        assert!(put_back(&new, "teams", &taken.rows("teams")[0]).is_err(), "twice is refused");
    }

    #[test]
    fn a_damaged_file_is_told_from_none() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(Snapshot::load(folder.path()), Ok(None));
        fs::write(folder.path().join(FILE), "{\"version\":1,").unwrap();
        assert!(Snapshot::load(folder.path()).unwrap_err().contains("is damaged"));
        fs::write(folder.path().join(FILE), "{\"version\":2,\"tables\":{}}").unwrap();
        assert!(Snapshot::load(folder.path()).unwrap_err().contains("unknown version 2"));
    }
}
