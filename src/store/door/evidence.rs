//! Whether a write of unknown outcome happened, from what the platform shows now. *Not seen* is not *did not happen*:
//! a request may still be on its way, so nothing here ever says that it did not.

mod addons;
mod apps;
mod attachments;
mod copies;
mod others;
mod works;

use std::path::Path;

use jiff::{SignedDuration, Timestamp};

use crate::model::{Addon, Backup, Command, Known, Operation, RunAction};
use crate::platform::{Fresh, Platform, ReadError, ReadErrorKind, Remembered};

/// The `Date` of an answer has whole seconds, and two clocks are compared.
const TOLERANCE: SignedDuration = SignedDuration::from_secs(2);

/// What one healthy look showed.
pub(super) enum Finding {
    /// It happened.
    Happened(Seen),
    /// The platform itself says that it refused it; its sentence.
    Refused(String),
    /// Nothing is there of it, or what is there is shown to be somebody else's; what was seen.
    NotSeen(String),
    /// What is there may be ours or somebody else's, or nothing is left by which it could be told; what was seen.
    CantTell(String),
}

/// What is known of something that happened.
pub(super) struct Seen {
    /// By what it is known.
    pub(super) words: String,
    /// The id of the add-on, where it is about one.
    pub(super) addon_id: Option<String>,
    /// The id of the backup, where it is about one.
    pub(super) backup_id: Option<String>,
    /// The platform's own id of it.
    pub(super) work_id: Option<String>,
    /// Whether the platform still works on it.
    pub(super) is_under_way: bool,
}

/// When we sent, by our clock, who the platform took us for, and with which idempotency key, where it still knows it.
#[derive(Clone, Copy)]
pub(super) struct Sent<'a> {
    pub(super) at: Timestamp,
    pub(super) account: Option<&'a str>,
    pub(super) key: Option<&'a str>,
    /// What was there right before we sent of what the command makes one more of, where that was recorded.
    pub(super) there: Option<&'a [String]>,
    /// The file that has what the program printed that carried it out, where one did.
    pub(super) output: Option<&'a Path>,
}

impl Sent<'_> {
    /// Whether something was made after we sent: by when it was made, and, where that is not told, by its not having been there
    /// right before.
    fn is_new(&self, what: &str, created_at: Option<Timestamp>, read_at: Timestamp) -> Option<bool> {
        match (self.there, is_ours(created_at, *self, read_at)) {
            (Some(there), _) if there.iter().any(|one| one == what) => Some(false),
            (Some(_), None) => Some(true),
            (_, told) => told,
        }
    }
}

/// It happened and is over.
fn done(words: String, addon_id: Option<&str>) -> Finding {
    under_way(words, addon_id, None, false)
}

/// It happened; whether the platform still works on it, and as what.
fn under_way(words: String, addon_id: Option<&str>, work_id: Option<String>, is_under_way: bool) -> Finding {
    let addon_id = addon_id.map(str::to_owned);
    Finding::Happened(Seen { words, addon_id, backup_id: None, work_id, is_under_way })
}

/// What was seen instead, as what follows "Not seen at 03:14:07Z:".
fn not_seen(what: impl AsRef<str>) -> Finding {
    Finding::NotSeen(format!("{}.", what.as_ref()))
}

/// What was seen that does not tell, as what follows "Can't tell at 03:14:07Z:".
fn cannot_tell(what: impl AsRef<str>) -> Finding {
    Finding::CantTell(format!("{}.", what.as_ref()))
}

/// Looks for evidence. A platform that remembers what it answered to our key tells whose doing something is, and nothing
/// else can: only where it does not is it judged by what is there.
pub(super) async fn look(reader: &dyn Platform, operation: &Operation, sent: Sent<'_>) -> Result<Finding, ReadError> {
    let remembered = match sent.key {
        Some(key) => reader.remembered(key, &operation.command).await?,
        None => None,
    };
    match remembered {
        None => by_what_is_there(reader, operation, sent).await,
        Some(Remembered::Nothing) => {
            Ok(not_seen("the platform has not answered a request with our key; it may still come"))
        }
        Some(Remembered::Refused(message)) => Ok(Finding::Refused(message)),
        Some(Remembered::Took(receipt)) => Ok(Finding::Happened(Seen {
            words: "The platform remembers our request by its key, and that it took it.".to_owned(),
            addon_id: receipt.addon_id,
            backup_id: receipt.backup_id,
            work_id: receipt.work_id,
            is_under_way: receipt.is_under_way,
        })),
    }
}

async fn by_what_is_there(reader: &dyn Platform, operation: &Operation, sent: Sent<'_>) -> Result<Finding, ReadError> {
    match &operation.command {
        Command::CreateAddon(create) => addons::created(reader, create, sent).await,
        Command::DestroyAddon { addon_id, addon } => addons::destroyed(reader, addon_id, addon, sent).await,
        Command::Attach { addon_id, addon, app, alias, .. } => match reader.addon(addon_id).await {
            Ok(fresh) => attachments::attached(reader, &fresh, addon, app, alias.as_deref(), sent).await,
            Err(error) if error.kind == ReadErrorKind::NotFound => {
                Ok(not_seen(format!("{addon} was not there; the request may still come")))
            }
            Err(error) => Err(error),
        },
        // It was there when it was read last, right before we sent.
        Command::Detach { attachment_id, addon_id, addon, app, .. } => match find(reader, addon_id).await? {
            None => Ok(cannot_tell(format!("{addon} is gone, and its attachments with it"))),
            Some(row) => match &row.attachments {
                Known::Unknown(why) => Ok(cannot_tell(format!("the attachments of {addon} could not be told: {why}"))),
                Known::Is(rows) if rows.iter().any(|row| row.id.as_deref() == Some(attachment_id.as_str())) => {
                    Ok(not_seen(format!("{addon} was still attached to {app}; the request may still come")))
                }
                Known::Is(_) => Ok(match others::released(reader, app, addon, sent).await? {
                    Some(who) => not_seen(format!("{who} detached {addon} from {app}, and nothing shows that we did")),
                    None => done(format!("{addon} is not attached to {app} in this way any more."), Some(addon_id)),
                }),
            },
        },
        Command::MoveAttachments { from_id, from, to_id, to } => {
            let (source, target) = tokio::try_join!(find(reader, from_id), find(reader, to_id))?;
            attachments::moved(reader, source, from, target, to, sent).await
        }
        Command::Rename { addon_id, addon, name } => Ok(match find(reader, addon_id).await? {
            None => not_seen(format!("{addon} was not there; the request may still come")),
            // Some keep names in small letters.
            Some(row) if row.name.eq_ignore_ascii_case(name) => {
                match others::did(reader, "rename", addon_id, sent).await? {
                    Some(who) => not_seen(format!("{who} renamed {addon} to {name}, and nothing shows that we did")),
                    None => done(format!("{addon} is called {name} now."), Some(addon_id)),
                }
            }
            Some(row) => not_seen(format!("it was called {}; the request may still come", row.name)),
        }),
        Command::ChangePlan { addon_id, addon, plan, .. } => match find(reader, addon_id).await? {
            None => Ok(not_seen(format!("{addon} was not there; the request may still come"))),
            Some(row)
                if row.plan.as_deref() == Some(plan.as_str()) && row.work.is_none() && !row.state.is_transitional() =>
            {
                Ok(match others::did(reader, "change_plan", addon_id, sent).await? {
                    Some(who) => not_seen(format!("{who} gave {addon} the plan {plan}, and nothing shows that we did")),
                    None => done(format!("{addon} has the plan {plan} now."), Some(addon_id)),
                })
            }
            Some(row) => works::or_else(
                works::of_addon(reader, "change_plan", "change of its plan", addon_id, addon, sent).await,
                || addons::replanned(&row, plan),
            ),
        },
        Command::Rotate { addon_id, addon } => {
            works::or_no_trace(reader, "rotate", "rotation of its credentials", addon_id, addon, sent).await
        }
        Command::Restart { addon_id, addon } => {
            works::or_no_trace(reader, "restart", "restart", addon_id, addon, sent).await
        }
        Command::Sleep { addon_id, addon } => works::or_no_trace(reader, "sleep", "sleep", addon_id, addon, sent).await,
        Command::Wake { addon_id, addon } => works::or_no_trace(reader, "wake", "waking", addon_id, addon, sent).await,
        Command::BackUp { addon_id, addon, .. } => {
            match works::of_addon(reader, "back_up", "backup", addon_id, addon, sent).await {
                Err(error) if is_no_record(&error) => copies::captured(reader, addon_id, addon, sent).await,
                judged => judged,
            }
        }
        Command::UploadBackup { service, .. } => copies::uploaded(reader, service, sent).await,
        Command::DeleteBackup { backup_id, .. } => copies::deleted(reader, backup_id, sent).await,
        Command::ScheduleBackups { addon_id, addon, schedule } => {
            copies::scheduled(reader, addon_id, addon, schedule.as_ref()).await
        }
        Command::Restore(restore) => copies::restored(reader, restore, sent).await,
        Command::CreateApp { app, .. } => Ok(match reader.apps().await?.iter().find(|row| row.name == *app) {
            None => not_seen(format!("no app called {app} was there; it may still come")),
            Some(row) => match is_ours(row.created_at, sent, Timestamp::now()) {
                Some(true) => done(format!("An app called {app} exists, created after we sent."), None),
                Some(false) => not_seen(format!("there was an app called {app}, but it was created before we sent")),
                None => cannot_tell(format!("there was an app called {app}, and when it was created is not told")),
            },
        }),
        Command::DestroyApp { app } => Ok(if reader.apps().await?.iter().any(|row| row.name == *app) {
            not_seen(format!("the app {app} was still there; the request may still come"))
        } else {
            done(format!("The app {app} is gone."), None)
        }),
        Command::RestoreInto { addon_id, addon, .. } => {
            match works::of_addon(reader, "restore", "restore", addon_id, addon, sent).await {
                Err(error) if is_no_record(&error) => copies::restored_into(reader, addon_id, addon, sent).await,
                judged => judged,
            }
        }
        Command::CancelBackup { backup_id, addon_id, .. } => copies::cancelled(reader, backup_id, addon_id).await,
        Command::MakePrimary { addon_id, addon, app, name, .. } => {
            attachments::made_primary(reader, (addon_id, addon), app, name, sent).await
        }
        Command::RunAction(RunAction { addon, .. }) => Ok(works::no_trace(addon)),
        Command::Maintenance { app, is_on } => apps::maintained(reader, app, *is_on, sent).await,
        Command::AutoBackups { addon_id, addon, is_on } => copies::switched(reader, addon_id, addon, *is_on).await,
        Command::Redeploy { app, environment_id, environment } => {
            apps::redeployed(reader, app, environment_id.as_deref(), environment, sent).await
        }
        Command::RollBack { app, release } => apps::rolled_back(reader, app, release, sent).await,
    }
}

pub(super) use copies::{captured, switched};
pub(super) use others::is_no_record;

/// The add-on, or nothing where it is not there.
pub(super) async fn find(reader: &dyn Platform, id_or_name: &str) -> Result<Option<Addon>, ReadError> {
    existing(reader.addon(id_or_name).await)
}

/// The backup, or nothing where it is not there.
pub(super) async fn find_backup(reader: &dyn Platform, id: &str) -> Result<Option<Backup>, ReadError> {
    existing(reader.backup(id).await)
}

fn existing<T>(read: Result<Fresh<T>, ReadError>) -> Result<Option<T>, ReadError> {
    match read {
        Ok(fresh) => Ok(Some(fresh.value)),
        Err(error) if error.kind == ReadErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// Whether something was created after we sent, both by the platform's clock: `read_at` is what it shows now.
fn is_ours(created_at: Option<Timestamp>, sent: Sent<'_>, read_at: Timestamp) -> Option<bool> {
    let since_sent = Timestamp::now().duration_since(sent.at);
    Some(created_at? >= read_at.checked_sub(since_sent).ok()?.checked_sub(TOLERANCE).ok()?)
}

/// Now by the platform's clock, as far as its answers have shown that.
fn now_there(reader: &dyn Platform) -> Timestamp {
    Timestamp::now().checked_add(reader.skew()).unwrap_or_else(|_| Timestamp::now())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clocks_that_differ_are_compared_by_what_has_passed() {
        let sent = Sent {
            at: Timestamp::now() - SignedDuration::from_secs(60),
            account: None,
            key: None,
            there: None,
            output: None,
        };
        // The platform's clock is an hour behind ours.
        let read_at = Timestamp::now() - SignedDuration::from_secs(3600);
        let at = |before: i64| Some(read_at - SignedDuration::from_secs(before));
        assert_eq!(is_ours(at(30), sent, read_at), Some(true));
        assert_eq!(is_ours(at(61), sent, read_at), Some(true));
        assert_eq!(is_ours(at(90), sent, read_at), Some(false));
        assert_eq!(is_ours(None, sent, read_at), None);
    }
}
