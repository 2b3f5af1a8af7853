//! What commands about backups depend on.

use std::path::Path;

use jiff::Timestamp;

use super::{apps, existing_addon, names, not_found, plans, refused, where_told};
use crate::model::{Addon, Backup, Backups, Capability, Known, RestoreBackup, printable};
use crate::platform::{Fresh, Platform, ReadError, ReadErrorKind, Situation};

type Read = Result<(Situation, Timestamp), ReadError>;

/// An add-on's backups, where it has such a thing.
pub(in crate::store::door) async fn of_addon(
    reader: &dyn Platform,
    addon_id: &str,
) -> Result<Option<Backups>, ReadError> {
    where_told(reader.backups(addon_id)).await
}

/// A backup with those beside it.
pub(super) async fn one(reader: &dyn Platform, backup_id: &str, addon_id: Option<&str>) -> Read {
    let beside = async {
        match addon_id {
            Some(id) => beside(reader, id).await,
            None => Ok(None),
        }
    };
    let (backup, backups) = tokio::try_join!(existing(reader, backup_id), beside)?;
    Ok((Situation { backup: Some(backup.value), backups, ..Situation::default() }, backup.at))
}

/// The backups of an add-on that may be gone: then without how they are made, which went with it.
async fn beside(reader: &dyn Platform, addon_id: &str) -> Result<Option<Backups>, ReadError> {
    if let Some(backups) = of_addon(reader, addon_id).await? {
        return Ok(Some(backups));
    }
    let all = where_told(reader.all_backups()).await?;
    Ok(all.map(|mut list| {
        list.retain(|backup| backup.addon_id.as_deref() == Some(addon_id));
        Backups { facts: Vec::new(), list, policy: None }
    }))
}

/// A file that is to become a backup: it is to be there as it was, and its service to have backups.
pub(super) async fn upload(reader: &dyn Platform, service: &str, file: &Path, size: u64) -> Read {
    let shown = printable(&file.display().to_string());
    let found = tokio::fs::metadata(file)
        .await
        .map_err(|error| not_found(format!("The file {shown} can't be read: {error}.")))?;
    if !found.is_file() {
        return Err(refused(422, "not_a_file", format!("{shown} is not a file.")));
    }
    if found.len() != size {
        let message = format!("The file {shown} has {} bytes now; it had {size} when it was looked at.", found.len());
        return Err(refused(409, "file_changed", message));
    }
    let catalog = reader.catalog().await?;
    let no_backups = match &plans::service(&catalog, service)?.backups {
        Known::Is(Capability::Can) => None,
        Known::Is(Capability::Cannot(reason)) => Some(reason.clone()),
        // The platform will say; a guess would keep from doing what it can.
        Known::Unknown(_) => None,
    };
    Ok((Situation { no_backups, ..Situation::default() }, Timestamp::now()))
}

/// A backup, and what the add-on that it was taken of has and its replacement will not have.
pub(super) async fn restore(reader: &dyn Platform, restore: &RestoreBackup) -> Read {
    let RestoreBackup { backup_id, name, service, plan, .. } = restore;
    let (backup, (), catalog) = tokio::try_join!(
        existing(reader, backup_id),
        names::is_free(reader, name, None),
        plans::catalog(reader, service)
    )?;
    let Fresh { value: backup, at, .. } = backup;
    let both = (
        backup.service.as_deref().zip(backup.plan.as_deref()).and_then(|(one, plan)| catalog.plan(one, plan)).cloned(),
        plans::wanted(reader.words().plans, &catalog, service, plan)?,
    );
    let (source, backups) = match &backup.addon_id {
        Some(id) => tokio::try_join!(where_told(reader.addon(id)), of_addon(reader, id))?,
        None => (None, None),
    };
    let source = source.map(|fresh| fresh.value);
    // Its own plan tells more than the one that was noted when the backup was taken.
    let plans = (source.as_ref().and_then(|addon| plans::of(&catalog, addon)).or(both.0), both.1);
    Ok((Situation { backup: Some(backup), source, backups, plans, ..Situation::default() }, at))
}

/// A backup, the add-on whose data it is to replace, and the one that it was taken of where that is another one.
pub(super) async fn restore_into(reader: &dyn Platform, backup_id: &str, addon_id: &str, addon: &str) -> Read {
    let (backup, (row, at), own) = tokio::try_join!(
        existing(reader, backup_id),
        existing_addon(reader, addon_id, addon),
        of_addon(reader, addon_id)
    )?;
    let backup = backup.value;
    let of_other = backup.addon_id.as_deref().filter(|id| *id != addon_id);
    let (source, theirs, variables) = tokio::try_join!(
        async {
            match of_other {
                Some(id) => where_told(reader.addon(id)).await,
                None => Ok(None),
            }
        },
        async {
            match of_other {
                Some(id) => of_addon(reader, id).await,
                None => Ok(None),
            }
        },
        apps::variables(reader, row.app_names()),
    )?;
    let source = source.map(|fresh| fresh.value);
    // Beside the one that it was taken of stand that one's own.
    let (backups, target_backups) = if source.is_some() { (theirs, own) } else { (own, None) };
    let (addon, backup) = (Some(row), Some(backup));
    Ok((Situation { addon, source, backup, backups, target_backups, variables, ..Situation::default() }, at))
}

/// The backup that an add-on was made from, if it was and that is still known.
pub(super) async fn origin(
    reader: &dyn Platform,
    addon: &Addon,
    known: &Option<Backups>,
) -> Result<Option<Backup>, ReadError> {
    let Some(origin) = &addon.restored_from else { return Ok(None) };
    let listed = known.as_ref().and_then(|backups| backups.list.iter().find(|one| one.id == origin.backup_id));
    match listed {
        Some(backup) => Ok(Some(backup.clone())),
        None => Ok(where_told(reader.backup(&origin.backup_id)).await?.map(|fresh| fresh.value)),
    }
}

async fn existing(reader: &dyn Platform, id: &str) -> Result<Fresh<Backup>, ReadError> {
    reader.backup(id).await.map_err(|error| match error.kind {
        ReadErrorKind::NotFound => not_found(format!("There is no backup {id} any more.")),
        _ => error,
    })
}
