//! The id of a backup, a restore or a copy: `APP::b001`, the form that the CLI takes, too.

use super::data::wire::Transfer;

/// The app and the number in an id. The letter says what it is, and is not part of what identifies it.
///
/// # Errors
/// A sentence, when it is no such id.
pub(super) fn parse(id: &str) -> Result<(&str, u64), String> {
    let bad = || {
        format!(
            "{:?} is not the id of a backup on Heroku: it is APP::b001, with the app that owns the database.",
            crate::model::printable(id)
        )
    };
    let (app, name) = id.split_once("::").ok_or_else(bad)?;
    let number = name.strip_prefix(['a', 'b', 'c', 'r']).and_then(|digits| digits.parse().ok()).ok_or_else(bad)?;
    if app.is_empty() { Err(bad()) } else { Ok((app, number)) }
}

/// The id of a transfer of an app, as the CLI names it.
pub(super) fn of(app: &str, transfer: &Transfer) -> String {
    let letter = match (transfer.is_backup(), transfer.is_restore()) {
        (true, _) if transfer.is_scheduled() => 'a',
        (true, _) => 'b',
        (_, true) => 'r',
        _ => 'c',
    };
    format!("{app}::{letter}{:03}", transfer.num)
}
