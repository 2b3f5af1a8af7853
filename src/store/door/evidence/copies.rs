//! What the backups show.

use jiff::Timestamp;

use super::addons::made;
use super::works::{candidates, is_of_kind, judge};
use super::{
    Finding, Seen, Sent, cannot_tell, done, find, find_backup, is_no_record, is_ours, not_seen, now_there, under_way,
};
use crate::model::{Backup, BackupPolicy, BackupState, RestoreBackup, Schedule, State, Work};
use crate::platform::{Platform, ReadError, ReadErrorKind};

pub(super) async fn uploaded(reader: &dyn Platform, service: &str, sent: Sent<'_>) -> Result<Finding, ReadError> {
    let works = reader.works(None).await?;
    let found = candidates(&works, "check_upload", sent);
    let mut ours: Vec<&Work> = Vec::new();
    for work in found {
        let backup = match &work.backup_id {
            Some(id) => find_backup(reader, id).await?,
            None => None,
        };
        // One of another service is somebody else's, or another one of ours.
        if backup.and_then(|backup| backup.service).is_none_or(|told| told == service) {
            ours.push(work);
        }
    }
    Ok(judge(&ours, &format!("upload for {service}")))
}

pub(super) async fn deleted(reader: &dyn Platform, backup_id: &str, sent: Sent<'_>) -> Result<Finding, ReadError> {
    let backup = find_backup(reader, backup_id).await?;
    let works = match reader.works(None).await {
        Ok(works) => works,
        Err(error) if is_no_record(&error) => {
            return Ok(match backup.is_none_or(|backup| backup.state == BackupState::Expired) {
                true => done(format!("Backup {backup_id} is gone."), None),
                false => not_seen(format!("backup {backup_id} was there; the request may still come")),
            });
        }
        Err(error) => return Err(error),
    };
    let mut found = candidates(&works, "delete_backup", sent);
    found.retain(|work| work.backup_id.as_deref() == Some(backup_id));
    let is_gone = backup.as_ref().is_none_or(|backup| backup.state == BackupState::Expired);
    if !is_gone || found.len() > 1 {
        return Ok(judge(&found, &format!("deletion of backup {backup_id}")));
    }
    // Of a deletion that is not ours there is a record, too.
    let of_others = works
        .value
        .iter()
        .find(|work| work.backup_id.as_deref() == Some(backup_id) && is_of_kind(work, "delete_backup", works.at, sent));
    Ok(match of_others.and_then(|work| work.by.as_deref()) {
        Some(who) if found.is_empty() => {
            not_seen(format!("{who} deleted backup {backup_id}, and nothing shows that we did"))
        }
        _ => done(format!("Backup {backup_id} is gone."), None),
    })
}

/// How an add-on's backups are made and kept, where that is told; or what it says that the add-on was not there.
async fn policy(
    reader: &dyn Platform,
    addon_id: &str,
    addon: &str,
) -> Result<Result<Option<BackupPolicy>, Finding>, ReadError> {
    match reader.backups(addon_id).await {
        Ok(backups) => Ok(Ok(backups.policy)),
        Err(error) if error.kind == ReadErrorKind::NotFound => {
            Ok(Err(not_seen(format!("{addon} was not there; the request may still come"))))
        }
        Err(error) => Err(error),
    }
}

pub(super) async fn scheduled(
    reader: &dyn Platform,
    addon_id: &str,
    addon: &str,
    wanted: Option<&Schedule>,
) -> Result<Finding, ReadError> {
    let policy = match policy(reader, addon_id, addon).await? {
        Ok(policy) => policy,
        Err(finding) => return Ok(finding),
    };
    let Some(policy) = policy else {
        return Ok(cannot_tell(format!("when {addon} is backed up is not told")));
    };
    Ok(match (&policy.schedule, wanted) {
        (None, None) => done(format!("{addon} has no schedule any more."), Some(addon_id)),
        (Some(is), Some(wanted)) if is == wanted => {
            let words = format!("{addon} is backed up daily at {:02}:00 {} now.", is.hour, is.time_zone);
            done(words, Some(addon_id))
        }
        _ => not_seen(format!("the schedule of {addon} was another one; the request may still come")),
    })
}

/// Whether the backups that are made by themselves are on, as they were to be.
pub(in crate::store::door) async fn switched(
    reader: &dyn Platform,
    addon_id: &str,
    addon: &str,
    is_on: bool,
) -> Result<Finding, ReadError> {
    let policy = match policy(reader, addon_id, addon).await? {
        Ok(policy) => policy,
        Err(finding) => return Ok(finding),
    };
    let word = |is_on: bool| if is_on { "on" } else { "off" };
    Ok(match policy.and_then(|policy| policy.is_automatic) {
        None => cannot_tell(format!("whether the automatic backups of {addon} are on is not told")),
        Some(is) if is == is_on => done(format!("The automatic backups of {addon} are {}.", word(is)), Some(addon_id)),
        Some(is) => not_seen(format!("the automatic backups of {addon} were {}; the request may still come", word(is))),
    })
}

/// The replacement, or what the platform wrote of a restore that failed and was undone.
pub(super) async fn restored(
    reader: &dyn Platform,
    restore: &RestoreBackup,
    sent: Sent<'_>,
) -> Result<Finding, ReadError> {
    let RestoreBackup { backup_id, name, .. } = restore;
    match reader.addon(name).await {
        Ok(fresh) => Ok(match fresh.value.restored_from.as_ref() {
            Some(origin) if origin.backup_id == *backup_id => made(reader, fresh, "restore", sent).await?,
            Some(origin) => not_seen(format!(
                "there was an add-on called {name}, but it was made from backup {}, so it is not this one",
                origin.backup_id
            )),
            // Of what it was made is not told; that there was none of that name before is recorded.
            None if sent.there.is_some() => made(reader, fresh, "restore", sent).await?,
            None => not_seen(format!("there was an add-on called {name}, but it was not made from a backup")),
        }),
        Err(error) if error.kind == ReadErrorKind::NotFound => {
            let works = match reader.works(None).await {
                Err(error) if is_no_record(&error) => {
                    return Ok(not_seen(format!("no add-on called {name} was there; it may still come")));
                }
                works => works?,
            };
            let mut found = candidates(&works, "restore", sent);
            found.retain(|work| {
                work.backup_id.as_deref() == Some(backup_id) && work.addon.as_ref().is_none_or(|addon| addon == name)
            });
            Ok(judge(&found, &format!("restore of {name}")))
        }
        Err(error) => Err(error),
    }
}

/// A copy that was begun after we sent, and not by a schedule: one is ours, of two nobody can tell.
pub(in crate::store::door) async fn captured(
    reader: &dyn Platform,
    addon_id: &str,
    addon: &str,
    sent: Sent<'_>,
) -> Result<Finding, ReadError> {
    let backups = match reader.backups(addon_id).await {
        Ok(backups) => backups,
        Err(error) if error.kind == ReadErrorKind::NotFound => {
            return Ok(cannot_tell(format!("{addon} is gone, and any record of it too")));
        }
        Err(error) => return Err(error),
    };
    // The words of orkestr are inferred.
    let is_by_itself = |backup: &Backup| {
        let why = backup.trigger.as_deref().map(str::to_lowercase);
        why.is_some_and(|why| why.starts_with("schedule") || why.starts_with("auto"))
    };
    if backups.list.is_empty() && !backups.facts.is_empty() && reader.words().naming.is_made_up() {
        return Ok(cannot_tell(format!("the backups of {addon} are told in a form that can't be read")));
    }
    let now = now_there(reader);
    let is_ours = |at| is_ours(at, sent, now);
    // One that waits for its turn has not begun yet.
    let is_new = |backup: &&Backup| match (sent.there, backup.started_at) {
        (Some(there), at) => !there.contains(&backup.id) && is_ours(at) != Some(false),
        (None, None) => backup.state.is_transitional(),
        (None, at) => is_ours(at) == Some(true),
    };
    let new: Vec<&Backup> = backups.list.iter().filter(|one| !is_by_itself(one)).filter(is_new).collect();
    Ok(match new.as_slice() {
        [] => not_seen(format!("{addon} had no new backup since we sent; it may still come")),
        [one] => Finding::Happened(Seen {
            words: format!("{addon} has one new backup since we sent ({}).", one.id),
            addon_id: Some(addon_id.to_owned()),
            backup_id: Some(one.id.clone()),
            work_id: None,
            is_under_way: one.state != BackupState::Finished,
        }),
        several => cannot_tell(format!(
            "{addon} has {} new backups since we sent, and nothing tells which one is ours",
            several.len()
        )),
    })
}

/// Data that is being replaced shows in the add-on's state; that it was leaves no trace.
pub(super) async fn restored_into(
    reader: &dyn Platform,
    addon_id: &str,
    addon: &str,
    sent: Sent<'_>,
) -> Result<Finding, ReadError> {
    let Some(row) = find(reader, addon_id).await? else {
        return Ok(cannot_tell(format!("{addon} is not there any more")));
    };
    let word = &row.state_word;
    Ok(match row.state {
        // Right before we sent it was in service.
        State::Restoring | State::Provisioning | State::Updating => {
            under_way(format!("{addon} is {word}, since after we sent."), Some(addon_id), None, true)
        }
        _ if is_ours(row.updated_at, sent, Timestamp::now()) == Some(false) => {
            not_seen(format!("{addon} was {word}, and had not changed since we sent; the request may still come"))
        }
        _ => cannot_tell(format!("{addon} was {word}, and a restore that is over leaves no trace: look at its data")),
    })
}

/// What was under way is not any more.
pub(super) async fn cancelled(reader: &dyn Platform, backup_id: &str, addon_id: &str) -> Result<Finding, ReadError> {
    Ok(match find_backup(reader, backup_id).await? {
        None => cannot_tell(format!("{backup_id} is not there any more")),
        Some(backup) => match backup.state {
            BackupState::Pending | BackupState::Running | BackupState::Other(_) => {
                not_seen(format!("{backup_id} was {}; the request may still come", backup.state.word()))
            }
            BackupState::Finished => {
                not_seen(format!("{backup_id} has come to its end, so that there was nothing left to be cancelled"))
            }
            BackupState::Failed | BackupState::Expired => {
                done(format!("{backup_id} is not under way any more."), Some(addon_id))
            }
        },
    })
}
