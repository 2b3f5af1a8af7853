//! What the attachments show.

use jiff::Timestamp;

use super::{Finding, Sent, cannot_tell, done, find, not_seen, others};
use crate::model::{Addon, Attachment, Known};
use crate::platform::{Fresh, Platform, ReadError};

pub(super) async fn attached(
    reader: &dyn Platform,
    fresh: &Fresh<Addon>,
    addon: &str,
    app: &str,
    alias: Option<&str>,
    sent: Sent<'_>,
) -> Result<Finding, ReadError> {
    let rows = match &fresh.value.attachments {
        Known::Unknown(why) => {
            return Ok(cannot_tell(format!("the attachments of {addon} could not be told: {why}")));
        }
        Known::Is(rows) => rows,
    };
    let row = match row_of(rows, app, alias, sent, fresh.at) {
        Ok(Some(row)) => row,
        Ok(None) => return Ok(not_seen(format!("{addon} was not attached to {app}; it may still come"))),
        Err(count) => {
            return Ok(cannot_tell(format!(
                "{addon} was attached to {app} {count} times since we sent, and nothing tells which one is ours"
            )));
        }
    };
    Ok(match sent.is_new(&row.in_words(), row.created_at, fresh.at) {
        Some(true) => match others::released(reader, app, addon, sent).await? {
            Some(who) => not_seen(format!("{who} attached {addon} to {app}, and nothing shows that we did")),
            None => done(format!("{addon} is attached to {app}, since after we sent."), Some(&fresh.value.key.id)),
        },
        Some(false) => not_seen(format!("{addon} was attached to {app}, but since before we sent")),
        None => cannot_tell(format!("{addon} was attached to {app}, and since when is not told")),
    })
}

/// All or nothing: right before we sent, the source had attachments.
pub(super) async fn moved(
    reader: &dyn Platform,
    source: Option<Addon>,
    from: &str,
    target: Option<Addon>,
    to: &str,
    sent: Sent<'_>,
) -> Result<Finding, ReadError> {
    let (source, target) = match (source, target) {
        (Some(source), Some(target)) => (source, target),
        // On Watasu the source may be retired with it (its handbook, of Qdrant).
        (None, Some(target)) if reader.words().naming.is_made_up() => return Ok(retired(from, &target, to, sent)),
        _ => return Ok(cannot_tell(format!("{from} and {to} are not both there any more"))),
    };
    let (left, come) = match (&source.attachments, &target.attachments) {
        (Known::Is(left), Known::Is(come)) => (left, come),
        (Known::Unknown(why), _) | (_, Known::Unknown(why)) => {
            return Ok(cannot_tell(format!("the attachments of {from} and {to} could not be told: {why}")));
        }
    };
    if !left.is_empty() {
        return Ok(not_seen(format!("{from} was still attached; the request may still come")));
    }
    let Some(first) = come.first() else {
        return Ok(cannot_tell(format!(
            "neither {from} nor {to} is attached to any app, so whose doing that is, nothing tells"
        )));
    };
    if let Some(who) = others::released(reader, &first.app, to, sent).await? {
        return Ok(not_seen(format!("{who} switched the apps of {from} over, and nothing shows that we did")));
    }
    let mut apps: Vec<&str> = come.iter().map(|row| row.app.as_str()).collect();
    apps.dedup();
    let apps = apps.join(", ");
    Ok(done(format!("{from} has no attachment any more, and {to} is attached to {apps}."), Some(&target.key.id)))
}

/// The source is gone: right before we sent it was there, so what the target has come to since tells.
fn retired(from: &str, target: &Addon, to: &str, sent: Sent<'_>) -> Finding {
    let rows = match &target.attachments {
        Known::Is(rows) => rows,
        Known::Unknown(why) => {
            return cannot_tell(format!("{from} is gone, and the attachments of {to} could not be told: {why}"));
        }
    };
    let is_new = |row: &&Attachment| sent.there.is_none_or(|there| !there.iter().any(|app| *app == row.app));
    let apps: Vec<&str> = rows.iter().filter(is_new).map(|row| row.app.as_str()).collect();
    if apps.is_empty() {
        return cannot_tell(format!("{from} is gone, and {to} has no attachment that it had not before"));
    }
    done(format!("{from} is gone, and {to} is attached to {} now.", apps.join(", ")), Some(&target.key.id))
}

/// The attachment that may be ours: under the name that was asked for, or, where none was, under none or the one that the
/// platform chose.
///
/// # Errors
/// How many may be.
fn row_of<'a>(
    rows: &'a [Attachment],
    app: &str,
    alias: Option<&str>,
    sent: Sent<'_>,
    read_at: Timestamp,
) -> Result<Option<&'a Attachment>, usize> {
    let mut of_app = rows.iter().filter(|row| row.app == app && !row.owner_row);
    let is_named = |row: &&Attachment| match (alias, row.alias.as_deref()) {
        (Some(alias), Some(told)) => told.eq_ignore_ascii_case(alias),
        (alias, told) => alias == told,
    };
    if let Some(row) = of_app.clone().find(is_named) {
        return Ok(Some(row));
    }
    if alias.is_some() {
        return Ok(None);
    }
    let since: Vec<&Attachment> =
        of_app.clone().filter(|row| sent.is_new(&row.in_words(), row.created_at, read_at) != Some(false)).collect();
    match since.as_slice() {
        [] => Ok(of_app.next()),
        [row] => Ok(Some(row)),
        several => Err(several.len()),
    }
}

/// Right before we sent, another one served the app.
pub(super) async fn made_primary(
    reader: &dyn Platform,
    (addon_id, addon): (&str, &str),
    app: &str,
    name: &str,
    sent: Sent<'_>,
) -> Result<Finding, ReadError> {
    let Some(row) = find(reader, addon_id).await? else {
        return Ok(cannot_tell(format!("{addon} is not there any more")));
    };
    if let Known::Unknown(why) = &row.attachments {
        return Ok(cannot_tell(format!("the attachments of {addon} could not be told: {why}")));
    }
    if !row.is_primary(app, name) {
        return Ok(not_seen(format!("{app} did not use {addon} as {name}; the request may still come")));
    }
    Ok(match others::released(reader, app, addon, sent).await? {
        Some(who) => not_seen(format!("{who} made {app} use {addon}, and nothing shows that we did")),
        None => done(format!("{app} uses {addon} as {name} now."), Some(addon_id)),
    })
}
