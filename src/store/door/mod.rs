//! The one door for writes, for the dashboard and the verbs alike: read what a command would do, show it, and, once a
//! person has confirmed exactly that, read again, journal, send once, and follow to the end.

mod changed;
mod evidence;
mod follow;
mod locks;
mod send;
mod situation;

use super::journal::Intent;
use super::{Journal, Prepared, SubmitResult};
use crate::model::{Capability, Command, ProfileName};
use crate::platform::{Connection, ReadError};

pub use follow::{Followed, follow};

/// Reads what the effects of `command` depend on, live, and tells them.
///
/// # Errors
/// When the platform can't be read, the target is not there, or the platform has no such command.
pub async fn prepare(connection: &Connection, command: Command) -> Result<Prepared, ReadError> {
    let reader = connection.reader.as_ref();
    if let Capability::Cannot(reason) = reader.capability(command.verb()) {
        return Err(ReadError::unsupported(&reason));
    }
    let (situation, read_at) = situation::read(reader, &command).await?;
    Ok(Prepared {
        effects: reader.effects(&command, &situation),
        request: reader.request_preview(&command),
        situation,
        read_at,
        command,
    })
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
    let Some(writer) = connection.writer.clone() else {
        return SubmitResult::NotSent(format!("Profile {profile} is read-only, so nothing was sent."));
    };
    let held = locks::hold(profile, &prepared).await;
    let (again, account) = tokio::join!(prepare(connection, prepared.command.clone()), connection.reader.account());
    let again = match again {
        Ok(again) => again,
        Err(error) => return SubmitResult::NotSent(format!("{error} Nothing was sent.")),
    };
    let what = changed::differences(&prepared, &again);
    if !what.is_empty() {
        return SubmitResult::Changed { what, prepared: Box::new(again) };
    }
    let platform = connection.reader.words().platform;
    let mut intent = Intent::new(profile.clone(), platform, &connection.endpoint, again.command, again.read_at);
    intent.account = account.ok().map(|account| account.name);
    send::send(writer, journal.clone(), intent, held).await
}
