//! Add-ons and where each stands.

use rusqlite::{Connection, OptionalExtension, Row, params};

use super::{DbError, now};
use crate::local::catalog::PlanDocument;
use crate::local::services::Settings;
use crate::model::Origin;

/// Where an add-on stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum AddonState {
    /// Asked for; nothing has been done yet.
    Requested,
    /// Its steps are being run.
    Provisioning,
    /// It is being made from a backup.
    Restoring,
    /// In service.
    Ready,
    /// In service, while something about it is being changed.
    Updating,
    /// In service, but its server runs only from the next connection on.
    Sleeping,
    /// It could not be made, or its server could not be brought back.
    Failed,
    /// Being destroyed; the only state in which anything is deleted.
    Deprovisioning,
}

impl AddonState {
    /// All of them.
    pub const ALL: &'static [AddonState] = &[
        Self::Requested,
        Self::Provisioning,
        Self::Restoring,
        Self::Ready,
        Self::Updating,
        Self::Sleeping,
        Self::Failed,
        Self::Deprovisioning,
    ];

    /// The word in rows and in `/v1`.
    pub fn word(self) -> &'static str {
        match self {
            AddonState::Requested => "requested",
            AddonState::Provisioning => "provisioning",
            AddonState::Restoring => "restoring",
            AddonState::Ready => "ready",
            AddonState::Updating => "updating",
            AddonState::Sleeping => "sleeping",
            AddonState::Failed => "failed",
            AddonState::Deprovisioning => "deprovisioning",
        }
    }

    fn from_word(word: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|state| state.word() == word)
    }
}

/// One add-on.
#[derive(Clone, Debug)]
pub struct AddonRow {
    /// Order of creation; the cursor of lists.
    pub seq: i64,
    /// Its id, also its folder's name.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its team's name.
    pub team: String,
    /// The service.
    pub service: String,
    /// The plan as it was when the add-on got it.
    pub plan: PlanDocument,
    /// Where it stands.
    pub state: AddonState,
    /// Why, where there is more to say.
    pub state_reason: Option<String>,
    /// Whether it has ever been ready.
    pub provisioned: bool,
    /// What its driver decided; holds secrets.
    pub settings: Settings,
    /// The backup it was made from.
    pub restored_from: Option<Origin>,
    /// When it was made.
    pub created_at: String,
    /// When its state last changed.
    pub updated_at: String,
}

/// What is needed for a new row.
pub struct NewAddon<'a> {
    /// Its id.
    pub id: &'a str,
    /// Its name.
    pub name: &'a str,
    /// Its team's id.
    pub team_id: &'a str,
    /// The service.
    pub service: &'a str,
    /// The plan.
    pub plan: &'a PlanDocument,
    /// What its driver decided.
    pub settings: &'a Settings,
    /// The backup that it is made from; the row then begins in the state `restoring`.
    pub restored_from: Option<&'a Origin>,
}

const SELECT: &str = "SELECT addons.seq, addons.id, addons.name, teams.name, service, plan, state, state_reason,
    provisioned, settings, restored_from, addons.created_at, addons.updated_at
    FROM addons JOIN teams ON teams.id = addons.team_id";

fn addon(row: &Row<'_>) -> Result<AddonRow, DbError> {
    let plan: String = row.get(5)?;
    let state: String = row.get(6)?;
    let settings: String = row.get(9)?;
    let restored_from: Option<String> = row.get(10)?;
    Ok(AddonRow {
        seq: row.get(0)?,
        id: row.get(1)?,
        name: row.get(2)?,
        team: row.get(3)?,
        service: row.get(4)?,
        plan: serde_json::from_str(&plan)?,
        state: AddonState::from_word(&state)
            .ok_or_else(|| DbError::Other(format!("an add-on is in the unknown state {state:?}")))?,
        state_reason: row.get(7)?,
        provisioned: row.get(8)?,
        settings: serde_json::from_str(&settings)?,
        restored_from: restored_from.map(|origin| serde_json::from_str(&origin)).transpose()?,
        created_at: row.get(11)?,
        updated_at: row.get(12)?,
    })
}

/// Makes a row, in the state `requested` or `restoring`.
///
/// # Errors
/// When the state can't be written.
pub fn insert(connection: &Connection, new: &NewAddon<'_>) -> Result<(), DbError> {
    let state = if new.restored_from.is_some() { AddonState::Restoring } else { AddonState::Requested };
    connection.execute(
        "INSERT INTO addons (id, name, team_id, service, plan, state, provisioned, settings, restored_from, created_at, updated_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, 0, ?7, ?8, ?9, ?9)",
        params![
            new.id,
            new.name,
            new.team_id,
            new.service,
            serde_json::to_string(new.plan)?,
            state.word(),
            serde_json::to_string(new.settings)?,
            new.restored_from.map(serde_json::to_string).transpose()?,
            now()
        ],
    )?;
    Ok(())
}

/// Makes a row as it is, but for its order, for an add-on that is there already.
///
/// # Errors
/// When the state can't be written.
pub fn insert_whole(connection: &Connection, row: &AddonRow, team_id: &str) -> Result<(), DbError> {
    connection.execute(
        "INSERT INTO addons (id, name, team_id, service, plan, state, state_reason, provisioned, settings, restored_from,
             created_at, updated_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
        params![
            row.id,
            row.name,
            team_id,
            row.service,
            serde_json::to_string(&row.plan)?,
            row.state.word(),
            row.state_reason,
            row.provisioned,
            serde_json::to_string(&row.settings)?,
            row.restored_from.as_ref().map(serde_json::to_string).transpose()?,
            row.created_at,
            row.updated_at,
        ],
    )?;
    Ok(())
}

/// Which add-ons a list is about.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Only those of this team (id).
    pub team_id: Option<String>,
    /// Only those attached to this app (id).
    pub app_id: Option<String>,
}

/// Up to `limit` add-ons after the cursor, oldest first.
///
/// # Errors
/// When the state can't be read.
pub fn list(connection: &Connection, filter: &Filter, after: i64, limit: i64) -> Result<Vec<AddonRow>, DbError> {
    let sql = format!(
        "{SELECT} WHERE addons.seq > ?1 AND (?2 IS NULL OR teams.id = ?2)
         AND (?3 IS NULL OR addons.id IN (SELECT addon_id FROM attachments WHERE app_id = ?3))
         ORDER BY addons.seq LIMIT ?4"
    );
    let mut statement = connection.prepare(&sql)?;
    let mut rows = statement.query(params![after, filter.team_id, filter.app_id, limit])?;
    let mut addons = Vec::new();
    while let Some(row) = rows.next()? {
        addons.push(addon(row)?);
    }
    Ok(addons)
}

/// All add-ons.
///
/// # Errors
/// When the state can't be read.
pub fn all(connection: &Connection) -> Result<Vec<AddonRow>, DbError> {
    list(connection, &Filter::default(), 0, i64::MAX)
}

/// The add-on of that id or name.
///
/// # Errors
/// When the state can't be read.
pub fn find(connection: &Connection, id_or_name: &str) -> Result<Option<AddonRow>, DbError> {
    let sql = format!("{SELECT} WHERE addons.id = ?1 OR addons.name = ?1");
    let mut statement = connection.prepare(&sql)?;
    let mut rows = statement.query([id_or_name])?;
    rows.next()?.map(addon).transpose()
}

/// Moves an add-on from one of the states `from` to another. False when it stands elsewhere: then nothing is changed.
///
/// # Errors
/// When the state can't be written.
pub fn change_state(
    connection: &Connection,
    id: &str,
    from: &[AddonState],
    to: AddonState,
    reason: Option<&str>,
) -> Result<bool, DbError> {
    let current: Option<String> =
        connection.query_row("SELECT state FROM addons WHERE id = ?1", [id], |row| row.get(0)).optional()?;
    if !current.is_some_and(|current| from.iter().any(|state| state.word() == current)) {
        return Ok(false);
    }
    connection.execute(
        "UPDATE addons SET state = ?2, state_reason = ?3, provisioned = provisioned OR ?4, updated_at = ?5 WHERE id = ?1",
        params![id, to.word(), reason, to == AddonState::Ready, now()],
    )?;
    Ok(true)
}

/// Notes why an add-on stands where it does.
///
/// # Errors
/// When the state can't be written.
pub fn set_reason(connection: &Connection, id: &str, reason: Option<&str>) -> Result<(), DbError> {
    connection
        .execute("UPDATE addons SET state_reason = ?2, updated_at = ?3 WHERE id = ?1", params![id, reason, now()])?;
    Ok(())
}

/// Gives it another name.
///
/// # Errors
/// When the state can't be written.
pub fn set_name(connection: &Connection, id: &str, name: &str) -> Result<(), DbError> {
    connection.execute("UPDATE addons SET name = ?2, updated_at = ?3 WHERE id = ?1", params![id, name, now()])?;
    Ok(())
}

/// Gives it another plan.
///
/// # Errors
/// When the state can't be written.
pub fn set_plan(connection: &Connection, id: &str, plan: &PlanDocument) -> Result<(), DbError> {
    connection.execute(
        "UPDATE addons SET plan = ?2, updated_at = ?3 WHERE id = ?1",
        params![id, serde_json::to_string(plan)?, now()],
    )?;
    Ok(())
}

/// Replaces what the driver decided.
///
/// # Errors
/// When the state can't be written.
pub fn set_settings(connection: &Connection, id: &str, settings: &Settings) -> Result<(), DbError> {
    connection.execute(
        "UPDATE addons SET settings = ?2, updated_at = ?3 WHERE id = ?1",
        params![id, serde_json::to_string(settings)?, now()],
    )?;
    Ok(())
}

/// Forgets an add-on with its events, once it is gone.
///
/// # Errors
/// When the state can't be written.
pub fn delete(connection: &Connection, id: &str) -> Result<(), DbError> {
    connection.execute("DELETE FROM addons WHERE id = ?1 AND state = 'deprovisioning'", [id])?;
    Ok(())
}
