//! Whether a write of unknown outcome happened, from what the platform shows now. *Not seen* is not *did not happen*:
//! a request may still be on its way, so nothing here ever says that it did not.

use jiff::{SignedDuration, Timestamp};

use crate::model::{Addon, Command, Known, Operation, State};
use crate::platform::{Platform, ReadError, ReadErrorKind};

/// The `Date` of an answer has whole seconds, and two clocks are compared.
const TOLERANCE: SignedDuration = SignedDuration::from_secs(2);

/// What the evidence says.
pub(super) enum Verdict {
    /// It happened.
    Happened {
        /// By what that is known.
        words: String,
        /// The id of the add-on, where it is about one.
        addon_id: Option<String>,
        /// Whether the platform still works on it.
        is_under_way: bool,
    },
    /// Not seen, or not to be told from somebody else's; what was seen.
    NotProven(String),
}

/// Looks for evidence.
pub(super) async fn look(
    reader: &dyn Platform,
    operation: &Operation,
    sent_at: Timestamp,
) -> Result<Verdict, ReadError> {
    let looked = Timestamp::now();
    let seen = |words: String, addon_id: Option<&str>, is_under_way: bool| Verdict::Happened {
        words,
        addon_id: addon_id.map(str::to_owned),
        is_under_way,
    };
    let not_seen = |what: String| Verdict::NotProven(format!("At {} {what}.", looked.strftime("%H:%M:%SZ")));
    Ok(match &operation.command {
        Command::CreateAddon(create) => match reader.addon(&create.name).await {
            Ok(fresh) => {
                let addon = fresh.value;
                match is_ours(addon.created_at, sent_at, fresh.at) {
                    Some(true) => {
                        let words = format!("An add-on called {} exists, created after we sent.", addon.name);
                        seen(words, Some(&addon.key.id), !addon.state.is_ready())
                    }
                    Some(false) => not_seen(format!(
                        "there was an add-on called {}, but it was created before we sent, so it is not this one",
                        addon.name
                    )),
                    None => not_seen(format!(
                        "there was an add-on called {}, but when it was created is not told",
                        addon.name
                    )),
                }
            }
            Err(error) if error.kind == ReadErrorKind::NotFound => {
                not_seen(format!("no add-on called {} was there; it may still come", create.name))
            }
            Err(error) => return Err(error),
        },
        Command::DestroyAddon { addon_id, addon } => match find(reader, addon_id).await? {
            None => seen(format!("{addon} is gone."), Some(addon_id), false),
            Some(row) if row.state == State::Deprovisioning => {
                seen(format!("{addon} is being destroyed."), Some(addon_id), true)
            }
            Some(row) => not_seen(format!("{addon} was there and {}; the request may still come", row.state.word())),
        },
        Command::Attach { addon_id, addon, app, alias } => match reader.addon(addon_id).await {
            Ok(fresh) => match &fresh.value.attachments {
                Known::Unknown(why) => not_seen(format!("the attachments of {addon} could not be told: {why}")),
                Known::Is(rows) => match rows.iter().find(|row| row.app == *app && row.alias == *alias) {
                    None => not_seen(format!("{addon} was not attached to {app}; it may still come")),
                    Some(row) => match is_ours(row.created_at, sent_at, fresh.at) {
                        Some(true) => {
                            seen(format!("{addon} is attached to {app}, since after we sent."), Some(addon_id), false)
                        }
                        _ => {
                            not_seen(format!("{addon} was attached to {app}, but not shown to be since after we sent"))
                        }
                    },
                },
            },
            Err(error) if error.kind == ReadErrorKind::NotFound => not_seen(format!("{addon} was not there")),
            Err(error) => return Err(error),
        },
        // It was there when it was read last, right before we sent.
        Command::Detach { attachment_id, addon_id, addon, app, .. } => match find(reader, addon_id).await? {
            None => seen(format!("{addon} is gone, and its attachments with it."), Some(addon_id), false),
            Some(row) => match &row.attachments {
                Known::Unknown(why) => not_seen(format!("the attachments of {addon} could not be told: {why}")),
                Known::Is(rows) if rows.iter().any(|row| row.id.as_ref() == Some(attachment_id)) => {
                    not_seen(format!("{addon} was still attached to {app}; the request may still come"))
                }
                Known::Is(_) => {
                    seen(format!("{addon} is not attached to {app} in this way any more."), Some(addon_id), false)
                }
            },
        },
        Command::CreateApp { app, .. } => match reader.apps().await?.iter().find(|row| row.name == *app) {
            None => not_seen(format!("no app called {app} was there; it may still come")),
            Some(row) => match is_ours(row.created_at, sent_at, looked) {
                Some(true) => seen(format!("An app called {app} exists, created after we sent."), None, false),
                _ => not_seen(format!("there was an app called {app}, but not shown to be created after we sent")),
            },
        },
        Command::DestroyApp { app } => {
            if reader.apps().await?.iter().any(|row| row.name == *app) {
                not_seen(format!("the app {app} was still there; the request may still come"))
            } else {
                seen(format!("The app {app} is gone."), None, false)
            }
        }
        _ => not_seen("what this command leaves behind can't be looked up yet".to_owned()),
    })
}

/// The add-on, or nothing where it is not there.
pub(super) async fn find(reader: &dyn Platform, id_or_name: &str) -> Result<Option<Addon>, ReadError> {
    match reader.addon(id_or_name).await {
        Ok(fresh) => Ok(Some(fresh.value)),
        Err(error) if error.kind == ReadErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// Whether something was created after we sent, both by the platform's clock: `read_at` is what it shows now.
fn is_ours(created_at: Option<Timestamp>, sent_at: Timestamp, read_at: Timestamp) -> Option<bool> {
    let since_sent = Timestamp::now().duration_since(sent_at);
    Some(created_at? >= read_at.checked_sub(since_sent).ok()?.checked_sub(TOLERANCE).ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clocks_that_differ_are_compared_by_what_has_passed() {
        let sent_at = Timestamp::now() - SignedDuration::from_secs(60);
        // The platform's clock is an hour behind ours.
        let read_at = Timestamp::now() - SignedDuration::from_secs(3600);
        let at = |before: i64| Some(read_at - SignedDuration::from_secs(before));
        assert_eq!(is_ours(at(30), sent_at, read_at), Some(true));
        assert_eq!(is_ours(at(61), sent_at, read_at), Some(true));
        assert_eq!(is_ours(at(90), sent_at, read_at), Some(false));
        assert_eq!(is_ours(None, sent_at, read_at), None);
    }
}
