//! `attache backups delete …`

use super::subject::Subject;
use crate::model::Command;
use crate::verbs::args::WriteArgs;
use crate::verbs::write::{Door, report};
use crate::verbs::{Context, Failure};

/// `latest` is another backup tomorrow, so what is deleted is said by its id: the word is looked up as any other.
pub(super) async fn run(name: &str, id: &str, write: &WriteArgs, context: &Context) -> Result<(), Failure> {
    let door = Door::open(context)?;
    let subject = Subject::find(door.connection.reader.as_ref(), name).await?;
    let backup = subject.exact(id)?;
    let command = Command::DeleteBackup {
        backup_id: backup.id.clone(),
        addon_id: backup.addon_id.clone(),
        addon: backup.addon.clone(),
    };
    let operation = door.submit(context, command, write).await?;
    report(&operation, write, &format!("Backup {id} of {} is being deleted.", subject.name))
}
