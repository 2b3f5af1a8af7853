//! The door's far side: one command, at most one request, and what its answer means.

use std::sync::Arc;

use async_trait::async_trait;

use super::request::{Place, Request, request};
use super::{Orkestr, client, status, wire};
use crate::model::{Command, State, printable};
use crate::platform::http::Answer;
use crate::platform::{ReadError, ReadErrorKind, Receipt, SubmitError, Writer};

pub(super) struct OrkestrWriter {
    pub(super) reader: Arc<Orkestr>,
}

impl Orkestr {
    /// What the path of a command's request has to know, as far as it is remembered.
    pub(super) fn remembered_place(&self, command: &Command) -> Place {
        let addon_id = match command {
            Command::DeleteBackup { backup_id, addon_id: None, .. } => self.memory.addon_of_backup(backup_id),
            _ => None,
        };
        let of_addon = command.addon_id().or(addon_id.as_deref()).and_then(|id| self.memory.project_of(id));
        let project = of_addon.as_deref().or(command.app()).and_then(|name| self.memory.project(name));
        let project_id = project.as_ref().map(|project| project.id.clone());
        Place { project_id, project: project.map(|project| project.name), addon_id }
    }

    /// The same, read where it is not remembered.
    async fn place(&self, command: &Command) -> Result<Place, ReadError> {
        let addon_id = match command {
            Command::DeleteBackup { backup_id, addon_id: None, .. } => Some(self.addon_of_backup(backup_id).await?),
            _ => None,
        };
        let project = match (command.addon_id().or(addon_id.as_deref()), command.app()) {
            (Some(id), _) => Some(self.project_of(id).await?),
            // A deployment is named by its own id alone.
            (None, Some(app)) if !matches!(command, Command::RollBack { .. }) => Some(self.project(app).await?),
            _ => None,
        };
        let project_id = project.as_ref().map(|project| project.id.clone());
        Ok(Place { project_id, project: project.map(|project| project.name), addon_id })
    }
}

#[async_trait]
impl Writer for OrkestrWriter {
    async fn submit(&self, command: &Command, _idempotency_key: &str) -> Result<Receipt, SubmitError> {
        let place = self.reader.place(command).await.map_err(not_sent)?;
        let request = request(command, &place).map_err(|why| SubmitError::NotSent(ReadError::unsupported(&why)))?;
        if let Command::AutoBackups { addon_id, addon, is_on } = command {
            return self.switch(request, addon_id, addon, *is_on).await;
        }
        let answer = self.send(request).await?;
        let mut receipt = receipt(command, &read(&answer));
        receipt.request_id = answer.exchange.request_id;
        Ok(receipt)
    }
}

impl OrkestrWriter {
    /// The one request. An answer that is no good one is an error.
    async fn send(&self, request: Request) -> Result<Answer, SubmitError> {
        let http = &self.reader.http;
        let Request { method, path, query, body } = request;
        let path: Vec<&str> = path.iter().map(String::as_str).collect();
        let query: Vec<(&str, &str)> = query.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let answer = match body {
            // No body of ours has a query beside it.
            Some(body) => http.send(method, &path, Some(&body), "").await?,
            None => http.send_query(method, &path, &query, "").await?,
        };
        match answer.status {
            200..=299 => Ok(answer),
            _ => Err(self.refusal(&answer)),
        }
    }

    /// Only flips what is there (its client): so it is looked first how it is, and nothing is sent where that is what is wanted.
    /// How it is afterwards is read again by whoever follows it. It is never flipped a second time.
    async fn switch(&self, request: Request, addon_id: &str, addon: &str, is_on: bool) -> Result<Receipt, SubmitError> {
        let done = Receipt { addon_id: Some(addon_id.to_owned()), ..Receipt::default() };
        match self.reader.is_backed_up_by_itself(addon_id).await.map_err(not_sent)? {
            Some(is) if is == is_on => return Ok(done),
            Some(_) => {}
            None => {
                let message = format!(
                    "orkestr does not tell whether the automatic backups of {addon} are on, and can only flip them. Nothing was sent."
                );
                return Err(SubmitError::NotSent(ReadError::unsupported(&message)));
            }
        }
        let answer = self.send(request).await?;
        match read(&answer).auto_backup_enabled {
            Some(is) if is != is_on => {
                let word = if is { "on" } else { "off" };
                let message = format!(
                    "orkestr flipped the automatic backups of {addon}, and says that they are {word} now, the opposite of what was wanted: somebody else had flipped them at the same moment. They were not flipped a second time: look at them, and switch them again if that is still wanted."
                );
                let kind = ReadErrorKind::Refused { status: answer.status, code: "flipped_twice".to_owned() };
                Err(SubmitError::Refused(ReadError::new(kind, message).of(answer.exchange)))
            }
            _ => Ok(Receipt { is_under_way: true, request_id: answer.exchange.request_id, ..done }),
        }
    }

    /// A 4xx is the platform's own no. A 5xx, and a gateway that gave up waiting, may have come half-way.
    fn refusal(&self, answer: &Answer) -> SubmitError {
        let error = client::refused(&self.reader.http, answer, self.reader.memory.plan().as_deref());
        match answer.status {
            408 => SubmitError::Unknown(not_known(error)),
            // A redirect that is not followed did nothing yet.
            300..=499 => SubmitError::Refused(error),
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

/// What is taken of an answer. Which one each write has is not documented, and a body that is empty or of another form is no
/// less a yes.
fn read(answer: &Answer) -> wire::Answered {
    serde_json::from_slice(&answer.body).unwrap_or_default()
}

/// What an answer says that was a good one.
fn receipt(command: &Command, answered: &wire::Answered) -> Receipt {
    let id = answered.id.as_deref().map(printable);
    let receipt = Receipt { addon_id: command.addon_id().map(str::to_owned), ..Receipt::default() };
    match command {
        // Whether it is made by then is not documented: what its status says counts.
        Command::CreateAddon(_) => {
            let is_ready = status::addon(answered.status.as_deref()) == State::Ready;
            Receipt { is_under_way: !is_ready || id.is_none(), addon_id: id, ..receipt }
        }
        // The answer names the add-on and not the backup: that is looked for in the list.
        Command::BackUp { .. } => Receipt { is_under_way: true, ..receipt },
        // Gone is what its own read says is gone.
        Command::DestroyAddon { .. } => Receipt { is_under_way: true, ..receipt },
        Command::DeleteBackup { backup_id, .. } => {
            Receipt { is_under_way: true, backup_id: Some(backup_id.clone()), ..receipt }
        }
        Command::Redeploy { .. } | Command::RollBack { .. } => Receipt { is_under_way: true, work_id: id, ..receipt },
        // Never sent, or answered elsewhere.
        _ => receipt,
    }
}
