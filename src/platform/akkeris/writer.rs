//! The door's far side: one command, one request, and what its answer means.

use std::sync::Arc;

use async_trait::async_trait;
use serde::Deserialize;

use super::request::{needs_owner, request};
use super::{Akkeris, client};
use crate::model::{Command, RunAction, printable};
use crate::platform::http::{Answer, nonsense};
use crate::platform::{ReadError, ReadErrorKind, Receipt, SubmitError, Writer};

pub(super) struct AkkerisWriter {
    pub(super) reader: Arc<Akkeris>,
}

/// What is taken of an answer. PATCH answers with what was before (seen on a running server), so nothing but ids is.
#[derive(Deserialize)]
struct Made {
    id: String,
    state: Option<String>,
}

#[async_trait]
impl Writer for AkkerisWriter {
    async fn submit(&self, command: &Command, idempotency_key: &str) -> Result<Receipt, SubmitError> {
        let owner = match needs_owner(command) {
            Some(id) => self.reader.owner_of(id).await.map_err(not_sent)?,
            None => String::new(),
        };
        let release = match command {
            Command::RollBack { app, release } => self.release(app, release).await?,
            _ => String::new(),
        };
        let settled = self.with_attachment(command).await?;
        let settled = settled.as_ref().unwrap_or(command);
        let request =
            request(settled, &owner, &release).map_err(|why| SubmitError::NotSent(ReadError::unsupported(&why)))?;
        let path: Vec<&str> = request.path.iter().map(String::as_str).collect();
        let http = &self.reader.http;
        let answer = http.send(request.method, &path, request.body.as_ref(), idempotency_key).await?;
        if !(200..=299).contains(&answer.status) {
            return Err(self.refusal(&answer));
        }
        let mut receipt = receipt(command, &answer.body).map_err(|error| {
            let error = nonsense(http.target(), "an answer to this command", Some(&error));
            SubmitError::Unknown(not_known(error.of(answer.exchange.clone())))
        })?;
        let restored = match command {
            Command::RestoreInto { addon_id, .. } => Some(addon_id),
            Command::RunAction(run) if run.action == "backups/restore" => Some(&run.addon_id),
            _ => None,
        };
        restored.into_iter().for_each(|addon_id| self.reader.memory.restoring(addon_id));
        receipt.request_id = answer.exchange.request_id;
        Ok(receipt)
    }
}

impl AkkerisWriter {
    /// An app that does not own the add-on makes its attachment the primary. One that was just made has no id in the command.
    async fn with_attachment(&self, command: &Command) -> Result<Option<Command>, SubmitError> {
        let Command::MakePrimary { addon_id, addon, app, attachment_id: None, name } = command else { return Ok(None) };
        let reader = &self.reader;
        if reader.owner_of(addon_id).await.map_err(not_sent)? == *app {
            return Ok(None);
        }
        let rows = reader.attached(app).await.map_err(not_sent)?;
        let found = rows.into_iter().find(|row| row.addon.id == *addon_id).map(|row| row.id);
        if found.is_none() {
            let message = format!("{addon} is not attached to {app}. Nothing was sent.");
            return Err(SubmitError::NotSent(ReadError::new(ReadErrorKind::NotFound, message)));
        }
        Ok(Some(Command::MakePrimary {
            addon_id: addon_id.clone(),
            addon: addon.clone(),
            app: app.clone(),
            attachment_id: found,
            name: name.clone(),
        }))
    }

    /// The id of a release: people know its number.
    async fn release(&self, app: &str, release: &str) -> Result<String, SubmitError> {
        let version: Option<u64> = release.trim_start_matches('v').parse().ok();
        let releases = self.reader.wire_releases(app).await.map_err(not_sent)?;
        let found = releases.into_iter().find(|one| Some(one.version) == version);
        found.map(|one| one.id).ok_or_else(|| {
            let message = format!("{app} has no release {}. Nothing was sent.", printable(release));
            SubmitError::NotSent(ReadError::new(ReadErrorKind::NotFound, message))
        })
    }

    /// A 4xx is the controller's own no, said before anything was done. A 503 is whatever went wrong at the region or the
    /// broker, also after they had begun, and also where they only did not answer in time; a 500 may have come half-way.
    pub(super) fn refusal(&self, answer: &Answer) -> SubmitError {
        let error = client::refused(self.reader.http.target(), answer);
        match answer.status {
            // A gateway gave up waiting; what stands behind it may not have.
            408 => SubmitError::Unknown(not_known(error)),
            400..=499 => SubmitError::Refused(error),
            _ => SubmitError::Unknown(not_known(error)),
        }
    }
}

fn not_sent(error: ReadError) -> SubmitError {
    let message = format!("{} Nothing was sent.", error.message);
    SubmitError::NotSent(ReadError { message, ..error })
}

fn not_known(error: ReadError) -> ReadError {
    ReadError { message: format!("{} It may or may not have happened.", error.message), ..error }
}

/// What an answer says that was a good one.
fn receipt(command: &Command, body: &[u8]) -> serde_json::Result<Receipt> {
    let mut receipt = Receipt { addon_id: command.addon_id().map(str::to_owned), ..Receipt::default() };
    match command {
        Command::CreateAddon(_) => {
            let made: Made = serde_json::from_slice(body)?;
            receipt.is_under_way = made.state.as_deref() == Some("provisioning");
            receipt.addon_id = Some(printable(&made.id));
        }
        Command::ChangePlan { .. } => {
            let made: Made = serde_json::from_slice(body)?;
            receipt.is_under_way = made.state.as_deref() == Some("provisioning");
        }
        Command::BackUp { .. } => {
            let made: Made = serde_json::from_slice(body)?;
            receipt.backup_id = Some(printable(&made.id));
            receipt.is_under_way = true;
        }
        // The broker answers what it likes; that it did is all there is. A restore and a restart are queued.
        Command::RestoreInto { .. } | Command::Restart { .. } => receipt.is_under_way = true,
        Command::Rotate { .. } | Command::RunAction(RunAction { .. }) => {}
        Command::Attach { .. }
        | Command::Detach { .. }
        | Command::DestroyAddon { .. }
        | Command::MakePrimary { .. }
        | Command::Rename { .. }
        | Command::Maintenance { .. }
        | Command::RollBack { .. } => {
            let _: Made = serde_json::from_slice(body)?;
        }
        // Never sent.
        _ => {}
    }
    Ok(receipt)
}
