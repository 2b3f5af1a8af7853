//! What the backups show.

use super::works::{candidates, is_of_kind, judge};
use super::{Finding, Sent, cannot_tell, done, find_backup, made, not_seen};
use crate::model::{BackupState, RestoreBackup, Schedule, Work};
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
    let (backup, works) = tokio::try_join!(find_backup(reader, backup_id), reader.works(None))?;
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

pub(super) async fn scheduled(
    reader: &dyn Platform,
    addon_id: &str,
    addon: &str,
    wanted: Option<&Schedule>,
) -> Result<Finding, ReadError> {
    let policy = match reader.backups(addon_id).await {
        Ok(backups) => backups.policy,
        Err(error) if error.kind == ReadErrorKind::NotFound => {
            return Ok(not_seen(format!("{addon} was not there; the request may still come")));
        }
        Err(error) => return Err(error),
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
            None => not_seen(format!("there was an add-on called {name}, but it was not made from a backup")),
        }),
        Err(error) if error.kind == ReadErrorKind::NotFound => {
            let works = reader.works(None).await?;
            let mut found = candidates(&works, "restore", sent);
            found.retain(|work| {
                work.backup_id.as_deref() == Some(backup_id) && work.addon.as_ref().is_none_or(|addon| addon == name)
            });
            Ok(judge(&found, &format!("restore of {name}")))
        }
        Err(error) => Err(error),
    }
}
