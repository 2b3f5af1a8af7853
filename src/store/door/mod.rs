//! The one door for writes, for the dashboard and the verbs alike: read what a command would do, show it, and, once a
//! person has confirmed exactly that, read again, journal, send once, and follow to the end.

mod again;
mod around;
mod before;
mod changed;
mod evidence;
mod follow;
mod locks;
#[cfg(test)]
mod pretend;
mod procedure;
mod send;
mod situation;

use around::PATIENCE;

use super::journal::Intent;
use super::{Journal, JournalError, PartOf, Prepared, SubmitResult};
use crate::model::{Capability, Command, Course, Operation, ProfileName};
use crate::platform::{Connection, ReadError};

pub use again::prepare_again;
pub use follow::{Followed, follow};
pub use procedure::{AppMoved, RestoreWish, bind, bind_back, destruction, plan_restore, prepare_all, verdict, verify};

/// Reads what the effects of `command` depend on, live, and tells them; and beside it who else is at its target, by the
/// platform's record and by the journal of this machine.
///
/// # Errors
/// When the platform can't be read, the target is not there, or the platform has no such command.
pub async fn prepare(
    connection: &Connection,
    journal: Option<&Journal>,
    command: Command,
) -> Result<Prepared, ReadError> {
    let reader = connection.reader.as_ref();
    reader.ready_to_write().await?;
    if let Capability::Cannot(reason) = reader.capability(command.verb()) {
        return Err(ReadError::unsupported(&reason));
    }
    let beside = around::beside(connection, journal, &command, PATIENCE);
    // Whoever has no target needs not wait for who is at it.
    let ((mut situation, read_at), beside) =
        tokio::try_join!(situation::read(reader, &command), async { Ok(beside.await) })?;
    let effects = reader.effects(&command, &situation);
    situation.around = around::of(reader, beside, &command, &situation, &effects, read_at, PATIENCE).await;
    Ok(Prepared { effects, request: reader.request_preview(&command), situation, read_at, command, again: None })
}

/// Sends a confirmed command, at most once, after reading its target again. Never fails: what became of it is the result.
///
/// Dropping the future before the second reading has ended sends nothing; dropping it later changes nothing: the request
/// is sent and its outcome recorded all the same.
pub async fn submit(
    connection: &Connection,
    journal: &Journal,
    profile: &ProfileName,
    prepared: Prepared,
) -> SubmitResult {
    submit_as(connection, journal, profile, prepared, None).await
}

/// The same for a command of a procedure: nothing is sent unless we drive it, and unless the command's turn has come.
pub async fn submit_part(
    connection: &Connection,
    journal: &Journal,
    profile: &ProfileName,
    prepared: Prepared,
    part_of: PartOf,
) -> SubmitResult {
    submit_as(connection, journal, profile, prepared, Some(part_of)).await
}

async fn submit_as(
    connection: &Connection,
    journal: &Journal,
    profile: &ProfileName,
    prepared: Prepared,
    part_of: Option<PartOf>,
) -> SubmitResult {
    let Some(writer) = connection.writer.clone() else {
        return SubmitResult::NotSent(format!("Profile {profile} is read-only, so nothing was sent."));
    };
    let held = locks::hold(profile, &prepared).await;
    let again = match prepare(connection, Some(journal), prepared.command.clone()).await {
        Ok(again) => again::as_it_was(again, &prepared),
        Err(error) => return SubmitResult::NotSent(format!("{error} Nothing was sent.")),
    };
    let ours = match &part_of {
        Some(part_of) => operations_of(journal, part_of).await,
        None => Ok(Vec::new()),
    };
    let what = match ours {
        Ok(ours) if ours.is_empty() => changed::differences(&prepared, &again),
        Ok(ours) => {
            let mut without = changed::without_ours(&prepared, &again, &ours);
            // What it would do if it were not for what we did before is what was shown.
            without.effects = connection.reader.effects(&without.command, &without.situation);
            changed::differences(&prepared, &without)
        }
        Err(error) => return SubmitResult::NotSent(format!("{error} Nothing was sent.")),
    };
    if !what.is_empty() {
        return SubmitResult::Changed { what, prepared: Box::new(again) };
    }
    // What a step was to clear out of the way may still stand there.
    if let Some(why) = again.effects.refusal().filter(|_| part_of.is_some()) {
        return SubmitResult::NotSent(format!("{why} Nothing was sent."));
    }
    let words = connection.reader.words();
    if let Some(id) = again.again {
        return send::send_again(writer, journal.clone(), id, words.keeps_keys, held).await;
    }
    let before = before::before(&again.command, &again.situation, words.naming);
    let platform = words.platform;
    let mut intent = Intent::new(profile.clone(), platform, &connection.endpoint, again.command, again.read_at);
    intent.account = again.situation.around.account.get().cloned();
    intent.reason.clone_from(&connection.unlocked_for);
    intent.before = before;
    send::send(writer, journal.clone(), intent, part_of, held).await
}

/// The operations that a procedure consists of so far.
async fn operations_of(journal: &Journal, part_of: &PartOf) -> Result<Vec<Operation>, JournalError> {
    let (journal, id) = (journal.clone(), part_of.wheel.course.clone());
    let course = send::blocking(move || journal.course(&id)).await?;
    Ok(course.iter().flat_map(Course::operations).cloned().collect())
}
