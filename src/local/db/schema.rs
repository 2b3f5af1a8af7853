//! The tables, and how an older file becomes a newer one.

use rusqlite::Connection;

/// Marks the file as ours, for `file(1)` and for refusing another program's database.
pub(super) const APPLICATION_ID: i32 = 0x4154_5443;

/// Each entry leads from the version of its index to the next. Never edited once released, only added to.
pub(super) const MIGRATIONS: &[&str] = &[
    "
    CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
    CREATE TABLE teams (
        id TEXT PRIMARY KEY, name TEXT NOT NULL UNIQUE, created_at TEXT NOT NULL
    ) STRICT;
    CREATE TABLE apps (
        seq INTEGER PRIMARY KEY AUTOINCREMENT,
        id TEXT NOT NULL UNIQUE, name TEXT NOT NULL UNIQUE,
        team_id TEXT NOT NULL REFERENCES teams (id),
        created_at TEXT NOT NULL
    ) STRICT;
    CREATE TABLE addons (
        seq INTEGER PRIMARY KEY AUTOINCREMENT,
        id TEXT NOT NULL UNIQUE, name TEXT NOT NULL UNIQUE,
        team_id TEXT NOT NULL REFERENCES teams (id),
        service TEXT NOT NULL, plan TEXT NOT NULL,
        state TEXT NOT NULL, state_reason TEXT,
        next_step INTEGER NOT NULL, provisioned INTEGER NOT NULL,
        settings TEXT NOT NULL,
        created_at TEXT NOT NULL, updated_at TEXT NOT NULL
    ) STRICT;
    CREATE TABLE attachments (
        seq INTEGER PRIMARY KEY AUTOINCREMENT,
        id TEXT NOT NULL UNIQUE,
        addon_id TEXT NOT NULL REFERENCES addons (id),
        app_id TEXT NOT NULL REFERENCES apps (id) ON DELETE CASCADE,
        alias TEXT, released INTEGER NOT NULL, author TEXT NOT NULL, created_at TEXT NOT NULL
    ) STRICT;
    CREATE UNIQUE INDEX attachment_once ON attachments (addon_id, app_id, ifnull(alias, ''));
    CREATE INDEX attachments_of_app ON attachments (app_id);
    CREATE TABLE releases (
        app_id TEXT NOT NULL REFERENCES apps (id) ON DELETE CASCADE,
        version INTEGER NOT NULL, description TEXT NOT NULL, author TEXT NOT NULL, created_at TEXT NOT NULL,
        PRIMARY KEY (app_id, version)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE events (
        addon_id TEXT NOT NULL REFERENCES addons (id) ON DELETE CASCADE,
        id INTEGER NOT NULL, at TEXT NOT NULL, step TEXT NOT NULL, status TEXT NOT NULL,
        message TEXT NOT NULL, log TEXT NOT NULL,
        PRIMARY KEY (addon_id, id)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE idempotency (
        key TEXT PRIMARY KEY, fingerprint TEXT NOT NULL,
        status INTEGER NOT NULL, body TEXT NOT NULL, created_at TEXT NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE ports (port INTEGER PRIMARY KEY, owner TEXT NOT NULL UNIQUE) STRICT;
",
    "
    ALTER TABLE addons ADD COLUMN restored_from TEXT;
    CREATE TABLE operations (
        seq INTEGER PRIMARY KEY AUTOINCREMENT,
        id TEXT NOT NULL UNIQUE, kind TEXT NOT NULL,
        subject TEXT NOT NULL,
        addon_id TEXT, addon TEXT, backup_id TEXT,
        state TEXT NOT NULL, next_step INTEGER NOT NULL, is_undoing INTEGER NOT NULL,
        step TEXT, message TEXT, spec TEXT NOT NULL,
        author TEXT NOT NULL, created_at TEXT NOT NULL, started_at TEXT, ended_at TEXT
    ) STRICT;
    CREATE INDEX operations_of_subject ON operations (subject, state);
    INSERT INTO operations (id, kind, subject, addon_id, addon, state, next_step, is_undoing, spec, author, created_at, started_at)
        SELECT 'op_' || lower(hex(randomblob(8))), iif(state = 'deprovisioning', 'destroy', 'create'), id, id, name,
            'running', iif(state = 'deprovisioning', 0, next_step), 0, '{}', 'attache', updated_at, updated_at
        FROM addons WHERE state IN ('requested', 'provisioning', 'deprovisioning') ORDER BY seq;
    ALTER TABLE addons DROP COLUMN next_step;
    CREATE TABLE backups (
        seq INTEGER PRIMARY KEY AUTOINCREMENT,
        id TEXT NOT NULL UNIQUE,
        addon_id TEXT, addon TEXT, team TEXT NOT NULL, service TEXT NOT NULL, plan TEXT NOT NULL,
        state TEXT NOT NULL, reason TEXT NOT NULL, message TEXT,
        file TEXT NOT NULL, size INTEGER, checksum TEXT,
        author TEXT NOT NULL, created_at TEXT NOT NULL, started_at TEXT, finished_at TEXT, keep_until TEXT
    ) STRICT;
    CREATE INDEX backups_of_addon ON backups (addon_id, seq);
    CREATE TABLE schedules (
        addon_id TEXT PRIMARY KEY REFERENCES addons (id) ON DELETE CASCADE,
        hour INTEGER NOT NULL, time_zone TEXT NOT NULL, next_at TEXT NOT NULL,
        author TEXT NOT NULL, created_at TEXT NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE release_notices (
        seq INTEGER PRIMARY KEY AUTOINCREMENT,
        addon_id TEXT NOT NULL REFERENCES addons (id) ON DELETE CASCADE,
        app TEXT NOT NULL, version INTEGER NOT NULL,
        description TEXT NOT NULL, author TEXT NOT NULL, created_at TEXT NOT NULL
    ) STRICT;
",
    "
    ALTER TABLE apps ADD COLUMN maintenance INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE apps ADD COLUMN maintenance_since TEXT;
    ALTER TABLE apps ADD COLUMN maintenance_by TEXT;
    ALTER TABLE backups ADD COLUMN label TEXT;
",
];

/// The version that this program writes.
pub(super) const VERSION: i64 = MIGRATIONS.len() as i64;

/// Brings a file of `version` to [`VERSION`], all or nothing.
pub(super) fn migrate(connection: &mut Connection, version: i64) -> Result<(), rusqlite::Error> {
    let done = usize::try_from(version).unwrap_or(0);
    if done >= MIGRATIONS.len() {
        return Ok(());
    }
    let transaction = connection.transaction()?;
    for migration in &MIGRATIONS[done..] {
        transaction.execute_batch(migration)?;
    }
    transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
    transaction.pragma_update(None, "user_version", VERSION)?;
    transaction.commit()
}
