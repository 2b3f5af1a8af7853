//! Sending again what may or may not have happened: never by itself, and only as what a person confirms anew.

use jiff::Timestamp;

use super::{follow, prepare};
use crate::model::{Again, Change, OperationId, ProfileName};
use crate::platform::{Connection, ReadError, ReadErrorKind};
use crate::store::{Journal, Prepared};

/// Looks into an operation of unknown outcome once more, and reads what sending it again would do. Where the platform takes
/// idempotency keys and still knows this one, it is the same request with the same key, which is done at most once; where
/// it does not, a new command, once the operation was long enough not seen.
///
/// # Errors
/// When it can't or must not be sent again, with the reason: above all because its outcome has become known.
pub async fn prepare_again(
    connection: &Connection,
    journal: &Journal,
    profile: &ProfileName,
    id: &OperationId,
) -> Result<Prepared, ReadError> {
    let get = {
        let (journal, id) = (journal.clone(), id.clone());
        move || journal.get(&id)
    };
    let entry = super::send::blocking(get).await.map_err(|error| refused(error.0))?;
    let entry = entry.ok_or_else(|| refused(format!("There is no operation {id} in the journal.")))?;
    if entry.is_driven {
        return Err(refused(format!("Operation {id} is being worked on by another process just now.")));
    }
    if entry.is_acknowledged() {
        return Err(refused(format!(
            "The platform took operation {id} when it was sent, so sending it again would tell nothing new."
        )));
    }
    let intent = &entry.intent;
    if intent.profile != *profile || intent.endpoint != connection.endpoint {
        return Err(refused(format!(
            "Operation {id} was sent through profile {} to {}: it can be sent again only there.",
            intent.profile, intent.endpoint
        )));
    }
    let operation = follow(connection, journal, &entry.operation).await?.operation;
    let way = operation.again(connection.reader.words().keeps_keys, Timestamp::now()).map_err(refused)?;
    let mut prepared = prepare(connection, Some(journal), operation.command.clone()).await?;
    let sent_at = entry.sent_at().unwrap_or(operation.started_at).strftime("%Y-%m-%d %H:%M:%SZ");
    let note = match way {
        Again::WithItsKey => {
            prepared.again = Some(id.clone());
            format!(
                "the request of {sent_at} once more, with its key: the platform does it at most once, however often it comes"
            )
        }
        Again::Anew => {
            format!("a new request: if the one of {sent_at} still comes, it is done twice")
        }
    };
    prepared.effects.changes.push(Change::Note(note));
    Ok(prepared)
}

/// What was read again of something that is sent again says so, too.
pub(super) fn as_it_was(mut now: Prepared, shown: &Prepared) -> Prepared {
    if shown.again.is_some() {
        now.again.clone_from(&shown.again);
        now.effects
            .changes
            .extend(shown.effects.changes.iter().rev().find(|one| matches!(one, Change::Note(_))).cloned());
    }
    now
}

fn refused(message: String) -> ReadError {
    ReadError::new(ReadErrorKind::Refused { status: 409, code: "not_again".into() }, message)
}
