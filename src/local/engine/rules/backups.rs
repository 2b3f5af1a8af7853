//! Asking for backups, for their deletion, and for add-ons made from them.

use rusqlite::Connection;
use serde_json::json;

use super::{Applied, NewCopy, NewRestore, Upload, addons, team};
use crate::local::db::addons::{self as rows, AddonRow, AddonState};
use crate::local::db::backups::{self, BackupRow, BackupState, NewBackup, Trigger};
use crate::local::db::events::{self, Status};
use crate::local::db::operations::{self, Kind, NewOperation, OperationRow, Spec};
use crate::local::db::{new_id, ports};
use crate::local::engine::backups::{self as engine, files};
use crate::local::engine::documents;
use crate::local::engine::refusal::Refusal;
use crate::local::engine::services::Services;
use crate::model::{Origin, Plan, check_label, check_name, printable};

/// In the spec of a check: what the file was when it came.
pub(in crate::local::engine) const CHECKSUM: &str = "checksum";

/// The backup of that id.
///
/// # Errors
/// When there is none.
pub fn find(connection: &Connection, id: &str) -> Result<BackupRow, Refusal> {
    backups::find(connection, id)?.ok_or_else(|| {
        let shown = printable(id);
        Refusal::not_found(format!("There is no backup {shown:?}. List the backups with: attache backups"))
    })
}

fn accepted(services: &Services, row: &BackupRow, operation: &OperationRow) -> serde_json::Value {
    json!({
        "backup": documents::backup(row, None),
        "operation": documents::operation(operation, services.progress(&operation.id)),
    })
}

pub(super) fn capture(
    connection: &Connection,
    services: &Services,
    addon: &str,
    copy: &NewCopy,
    by: &str,
) -> Result<Applied, Refusal> {
    if let Some(label) = &copy.label {
        check_label(label).map_err(|rule| Refusal::invalid("invalid_label", rule))?;
    }
    let addon = addons::find(connection, addon)?;
    let (row, operation) = ask_for(connection, services, &addon, (Trigger::Manual, copy.label.as_deref()), by)?;
    let mut body = accepted(services, &row, &operation);
    let (_, keep) = engine::support(services, &addon).map_err(|why| Refusal::invalid("not_supported", why))?;
    let mut finished = backups::finished(connection, &addon.id)?;
    // Those that wait before this one push others out when they are finished.
    finished.extend(backups::in_state(connection, BackupState::Running)?.into_iter().filter(|other| of(other, &addon)));
    finished.extend(
        backups::in_state(connection, BackupState::Pending)?
            .into_iter()
            .filter(|other| of(other, &addon) && other.id != row.id),
    );
    let stay = &finished[keep.evicted(&finished).len()..];
    body["evicts"] = json!(keep.next_evicted(stay).map(|backup| &backup.id));
    Ok(Applied { status: 202, body, wake: Some(operation.subject) })
}

fn of(backup: &BackupRow, addon: &AddonRow) -> bool {
    backup.addon_id.as_deref() == Some(addon.id.as_str())
}

/// Makes the rows of a backup and of the operation that makes it, in one transaction with what causes it; with the label
/// that a person gave.
///
/// # Errors
/// Why there can't be one.
pub(in crate::local::engine) fn ask_for(
    connection: &Connection,
    services: &Services,
    addon: &AddonRow,
    (trigger, label): (Trigger, Option<&str>),
    by: &str,
) -> Result<(BackupRow, OperationRow), Refusal> {
    let (format, _) = engine::support(services, addon).map_err(|why| Refusal::invalid("not_supported", why))?;
    match addon.state {
        AddonState::Ready | AddonState::Updating | AddonState::Sleeping => {}
        AddonState::Deprovisioning => {
            let message = format!("{} is being destroyed: it can't be backed up any more.", addon.name);
            return Err(Refusal::conflict("busy", message));
        }
        state => {
            let message = format!("{} is {}: there is nothing to copy until it is ready.", addon.name, state.word());
            return Err(Refusal::conflict("not_ready", message));
        }
    }
    let id = new_id("bak");
    let of = Some((addon.id.as_str(), addon.name.as_str()));
    let new = NewBackup {
        id: &id,
        addon: of,
        team: &addon.team,
        service: &addon.service,
        plan: &addon.plan,
        trigger,
        label,
        message: None,
        file: &files::name(Some(&addon.id), &id, format.extension),
        author: by,
    };
    backups::insert(connection, &new)?;
    let operation = operations::insert(
        connection,
        &NewOperation {
            kind: Kind::BackUp,
            subject: &addon.id,
            addon: of,
            backup_id: Some(&id),
            spec: Spec::default(),
            author: by,
        },
    )?;
    Ok((find(connection, &id)?, operation))
}

/// Makes the intent to delete durable; no byte has been deleted yet when this is acknowledged.
pub(super) fn delete(connection: &Connection, services: &Services, id: &str, by: &str) -> Result<Applied, Refusal> {
    let row = find(connection, id)?;
    match row.state {
        BackupState::Finished => {}
        BackupState::Pending | BackupState::Running => {
            let message = format!("The backup {id} is {}. Wait until it is finished.", row.state.word());
            return Err(Refusal::conflict("busy", message));
        }
        BackupState::Failed | BackupState::Expired => {
            let message = format!("The backup {id} is {}: there is nothing to delete.", row.state.word());
            return Err(Refusal::conflict("backup_not_finished", message));
        }
    }
    if engine::busy(connection, services, &row.id)? {
        let message = format!("The backup {id} is being restored or downloaded. Delete it when that has ended.");
        return Err(Refusal::conflict("busy", message));
    }
    backups::set_expired(connection, &row.id, &format!("{by} deleted it."))?;
    let addon = row.addon_id.as_deref().zip(row.addon.as_deref());
    // A queue of its own: what the add-on is doing, or that it is destroyed, must not keep the file.
    let new = NewOperation {
        kind: Kind::DeleteBackup,
        subject: &row.id,
        addon,
        backup_id: Some(&row.id),
        spec: Spec::default(),
        author: by,
    };
    let operation = operations::insert(connection, &new)?;
    let body = accepted(services, &find(connection, &row.id)?, &operation);
    Ok(Applied { status: 202, body, wake: Some(operation.subject) })
}

/// Takes a file that lies whole and durable where the part of this backup belongs.
pub(super) fn upload(
    connection: &Connection,
    services: &Services,
    upload: &Upload,
    by: &str,
) -> Result<Applied, Refusal> {
    let (plan, driver) = addons::offer(services, &upload.service, None)?;
    let format =
        driver.backup_format(&Plan::from(plan.clone())).map_err(|why| Refusal::invalid("not_supported", why))?;
    let name = upload.name.as_ref().map(|name| format!("Made of the file {:?}.", printable(name)));
    let new = NewBackup {
        id: &upload.id,
        addon: None,
        team: &team(connection, None)?.name,
        service: &upload.service,
        plan: &plan,
        trigger: Trigger::Uploaded,
        label: None,
        message: name.as_deref(),
        file: &files::name(None, &upload.id, format.extension),
        author: by,
    };
    backups::insert(connection, &new)?;
    let new = NewOperation {
        kind: Kind::CheckUpload,
        subject: &upload.id,
        addon: None,
        backup_id: Some(&upload.id),
        spec: Spec::default().with(CHECKSUM, upload.checksum.as_str()),
        author: by,
    };
    let operation = operations::insert(connection, &new)?;
    let body = accepted(services, &find(connection, &upload.id)?, &operation);
    Ok(Applied { status: 202, body, wake: Some(operation.subject) })
}

/// Asks for a new add-on with the data of a finished backup. Whatever it is a backup of stays as it is, or gone.
pub(super) fn restore(
    connection: &Connection,
    services: &Services,
    id: &str,
    new: &NewRestore,
    by: &str,
) -> Result<Applied, Refusal> {
    let backup = find(connection, id)?;
    if backup.state != BackupState::Finished {
        let why = backup.message.as_ref().map_or(String::new(), |why| format!(" {why}"));
        let message = format!("The backup {id} is {}, not finished: it can't be restored.{why}", backup.state.word());
        return Err(Refusal::conflict("backup_not_finished", message));
    }
    let plan = new.plan.as_deref().unwrap_or(&backup.plan.name);
    let (plan, driver) = addons::offer(services, &backup.service, Some(plan))?;
    driver.backup_format(&Plan::from(plan.clone())).map_err(|why| {
        let message = format!("An add-on of the plan {} can't be filled from a backup. {why}", plan.name);
        Refusal::invalid("not_supported", message)
    })?;
    let team = team(connection, Some(new.team.as_deref().unwrap_or(&backup.team)))?;
    let made_up = match &new.name {
        None => suggestion(connection, &backup)?,
        given => given.clone(),
    };
    let name = addons::name(connection, made_up.as_deref(), &backup.service)?;
    let addon_id = new_id("add");
    let port = if driver.needs_port() { ports::allocate(connection, &addon_id)? } else { 0 };
    let settings = driver.allocate(&name, port);
    let origin =
        Origin { backup_id: backup.id.clone(), addon_id: backup.addon_id.clone(), addon: backup.addon.clone() };
    let addon = rows::NewAddon {
        id: &addon_id,
        name: &name,
        team_id: &team.id,
        service: &backup.service,
        plan: &plan,
        settings: &settings,
        restored_from: Some(&origin),
    };
    rows::insert(connection, &addon)?;
    let message = format!("{by} asked for {}:{} from the backup {}.", backup.service, plan.name, backup.id);
    events::insert(connection, &addon_id, "request", Status::Note, &message, &[])?;
    let new = NewOperation {
        kind: Kind::Restore,
        subject: &addon_id,
        addon: Some((&addon_id, &name)),
        backup_id: Some(&backup.id),
        spec: Spec::default(),
        author: by,
    };
    let operation = operations::insert(connection, &new)?;
    addons::accepted(connection, services, &addons::find(connection, &addon_id)?, &operation)
}

/// `orders-restored`, where that can be had.
fn suggestion(connection: &Connection, backup: &BackupRow) -> Result<Option<String>, Refusal> {
    let Some(addon) = &backup.addon else { return Ok(None) };
    let name = format!("{addon}-restored");
    let is_good = check_name("add-on", &name).is_ok() && rows::find(connection, &name)?.is_none();
    Ok(is_good.then_some(name))
}
