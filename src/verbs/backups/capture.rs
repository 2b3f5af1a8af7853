//! `attache backups capture …`

use std::time::Duration;

use serde_json::Value;

use crate::model::{Backup, Command, Operation, check_label, size};
use crate::platform::Platform;
use crate::verbs::args::{WaitArgs, WriteArgs};
use crate::verbs::write::{Door, report_with};
use crate::verbs::{Context, Exit, Failure, find, json as document, output, wait};

pub(super) async fn run(
    name: &str,
    label: Option<String>,
    wait: WaitArgs,
    write: &WriteArgs,
    context: &Context,
) -> Result<(), Failure> {
    if let Some(label) = &label {
        check_label(label).map_err(|rule| Failure::new(Exit::Usage, rule))?;
    }
    let door = Door::open(context)?;
    let reader = door.connection.reader.as_ref();
    let addon = find::addon(reader, name).await?;
    let command = Command::BackUp { addon_id: addon.key.id.to_string(), addon: addon.name.to_string(), label };
    let mut operation = door.submit(context, command, write).await?;
    if wait.wait {
        operation = wait::until_settled(&door, operation, Duration::from_secs(wait.timeout)).await?;
    }
    let backup = read(reader, &operation).await?;
    let id = backup.as_ref().map_or_else(String::new, |backup| format!(" {}", backup.id));
    let sentence = match &backup {
        Some(backup) if backup.is_finished() => finished(backup, &addon.name),
        _ => format!("Backup{id} of {0} is being made. Look at it with: attache backups list {0}", addon.name),
    };
    report_with(&operation, write, [("backup", backup.as_ref().map_or(Value::Null, document::backup))], &[sentence])
}

/// The backup that an operation is about, where the platform told one.
pub(super) async fn read(reader: &dyn Platform, operation: &Operation) -> Result<Option<Backup>, Failure> {
    match &operation.backup_id {
        Some(id) => Ok(Some(reader.backup(id).await?.value)),
        None => Ok(None),
    }
}

fn finished(backup: &Backup, addon: &str) -> String {
    let bytes = backup.size.map_or(String::new(), |bytes| format!(": {}", size(bytes)));
    let until = backup.keep_until.map_or(String::new(), |at| format!(", kept until {}", output::time(at)));
    format!("Backup {} of {addon} is finished{bytes}{until}.", backup.id)
}
