//! The backup before a dangerous command, and the way back after it.

use super::supervise::End;
use crate::model::{Backup, Command, Outcome, shell_line, size};
use crate::verbs::args::WriteArgs;
use crate::verbs::wait::{DEFAULT_TIMEOUT, until_settled};
use crate::verbs::write::Door;
use crate::verbs::{Context, Exit, Failure, output};

/// A finished backup.
pub(super) struct Taken {
    addon: String,
    backup: Backup,
}

/// Backs the add-on up and waits until the backup has finished.
///
/// # Errors
/// When it does not finish, so that the command must not run.
pub(super) async fn take(name: &str, confirm: &Option<String>, context: &Context) -> Result<Taken, Failure> {
    let door = Door::open(context)?;
    let reader = door.connection.reader.as_ref();
    let addon = reader.addon(name).await?.value;
    let command = Command::BackUp { addon_id: addon.key.id.to_string(), addon: addon.name.to_string(), label: None };
    let write = WriteArgs { confirm: confirm.clone().map(|name| vec![name]), json: false };
    let operation = door.submit(context, command, &write).await?;
    let operation = until_settled(&door, operation, DEFAULT_TIMEOUT).await?;
    let not_taken = |why: &str| Failure::new(Exit::Failed, format!("The command was not run: {why}"));
    let Some(id) = operation.backup_id.as_deref().filter(|_| operation.outcome == Outcome::Done) else {
        return Err(not_taken("the platform does not tell which backup it has taken."));
    };
    let backup = reader.backup(id).await?.value;
    if !backup.is_finished() {
        return Err(not_taken(&format!("the backup {id} of {} is {}.", addon.name, backup.state.word())));
    }
    let bytes = backup.size.map_or_else(|| "size unknown".to_owned(), size);
    output::note(&format!("attache: {} is backed up ({id}, {bytes}).", addon.name));
    Ok(Taken { addon: addon.name.to_string(), backup })
}

impl Taken {
    /// What to do after the command has failed: the exact line that brings the data of before back.
    pub(super) fn advice(&self, end: &End, context: &Context) -> String {
        let Self { addon, backup } = self;
        let since =
            backup.started_at.map_or(String::new(), |at| format!(", begun {}", at.strftime("%Y-%m-%d %H:%M:%SZ")));
        let profile = context.profile.name.to_string();
        let words = ["attache", "--profile", &profile, "backups", "restore", addon, &backup.id, "--wait"];
        let line = shell_line(words.into_iter().map(str::to_owned));
        format!(
            "attache: the command failed ({}). The backup from before it is {} of {addon}{since}. To get that data back, in a new add-on beside {addon}: {line}",
            end.words(),
            backup.id,
        )
    }
}
