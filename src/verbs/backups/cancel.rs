//! `attache backups cancel …`

use super::subject::{by_id, what_there_is};
use crate::model::{BackupState, Command};
use crate::verbs::args::WriteArgs;
use crate::verbs::write::{Door, report};
use crate::verbs::{Context, Exit, Failure, find};

/// Stops what is under way. What is not in the list of backups, such as a restore, is known to the platform alone.
pub(super) async fn run(name: &str, id: &str, write: &WriteArgs, context: &Context) -> Result<(), Failure> {
    let door = Door::open(context)?;
    let reader = door.connection.reader.as_ref();
    let addon = find::addon(reader, name).await?;
    let backups = reader.backups(&addon.key.id).await?;
    let known = by_id(&backups.list, id);
    let id = known.map_or(id, |backup| backup.id.as_str());
    // A restore is in no list of backups, but has a record of its own.
    if known.is_none() && reader.backup(id).await.is_err() {
        let message =
            format!("{} has no backup {id:?}. Nothing was sent. {}", addon.name, what_there_is(&backups.list));
        return Err(Failure::new(Exit::Failed, message));
    }
    if let Some(backup) = known.filter(|backup| !is_under_way(&backup.state)) {
        let message = format!("{id} of {} is {}: there is nothing to stop.", addon.name, backup.state.word());
        return Err(Failure::new(Exit::Failed, message));
    }
    let command = Command::CancelBackup {
        backup_id: id.to_owned(),
        addon_id: addon.key.id.to_string(),
        addon: addon.name.to_string(),
    };
    let operation = door.submit(context, command, write).await?;
    report(&operation, write, &format!("{id} of {} is cancelled.", addon.name))
}

/// Whether it may still be stopped. What is not known may be.
fn is_under_way(state: &BackupState) -> bool {
    !matches!(state, BackupState::Finished | BackupState::Failed | BackupState::Expired)
}
