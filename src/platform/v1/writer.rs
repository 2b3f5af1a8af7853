//! The door's far side: one command, one request, and what its answer means.

use async_trait::async_trait;

use super::client::said;
use super::request::request;
use super::wire;
use crate::model::{Command, RunAction, printable};
use crate::platform::http::{Answer, Http, Outgoing, Said, Target, nonsense, refused_read};
use crate::platform::{ReadError, Receipt, Remembered, SubmitError, Writer};

use std::sync::Arc;

/// The 5xx codes by which the platform says that it did nothing. Any other 5xx may have come half-way.
const REFUSING_CODES: [&str; 1] = ["disk_full"];

pub(super) struct V1Writer {
    pub(super) http: Arc<Http>,
}

#[async_trait]
impl Writer for V1Writer {
    async fn submit(&self, command: &Command, idempotency_key: &str) -> Result<Receipt, SubmitError> {
        let request = request(command).map_err(|why| SubmitError::NotSent(ReadError::unsupported(why)))?;
        let answer = match command {
            Command::UploadBackup { file, size, .. } => {
                let outgoing = Outgoing { file, size: *size };
                let query: Vec<(&str, &str)> = request.query.iter().map(|(name, value)| (*name, &**value)).collect();
                self.http.upload(&request.path, &query, outgoing, idempotency_key).await?
            }
            _ => self.http.send(request.method, &request.path, request.body.as_ref(), idempotency_key).await?,
        };
        match answer.status {
            200..=299 => {
                let mut receipt = receipt(command, &answer.body).map_err(|error| {
                    let error = nonsense(self.http.target(), "an answer to this command", Some(&error));
                    SubmitError::Unknown(not_known(error.of(answer.exchange.clone())))
                })?;
                receipt.request_id = answer.exchange.request_id;
                Ok(receipt)
            }
            _ => Err(self.refusal(&answer)),
        }
    }
}

impl V1Writer {
    fn refusal(&self, answer: &Answer) -> SubmitError {
        let said = said(answer);
        let status = answer.status;
        let is_refusal = match (status, &said) {
            // A gateway gave up waiting; what stands behind it may not have.
            (408, _) => false,
            (400..=499, _) => true,
            (500.., Some(Said { code, .. })) => REFUSING_CODES.contains(&code.as_str()),
            _ => false,
        };
        let error = refused_read(self.http.target(), answer, said);
        if is_refusal { SubmitError::Refused(error) } else { SubmitError::Unknown(not_known(error)) }
    }
}

fn not_known(error: ReadError) -> ReadError {
    ReadError { message: format!("{} It may or may not have happened.", error.message), ..error }
}

/// What the platform remembers of a request, as the receipt or the refusal that it was.
pub(super) fn remembered(
    target: &Target,
    command: &Command,
    body: wire::RememberedBody,
) -> Result<Remembered, ReadError> {
    let Some(answered) = body.idempotency_key else { return Ok(Remembered::Nothing) };
    let unread = |error: serde_json::Error| nonsense(target, "its answer to a request", Some(&error));
    match answered.status {
        200..=299 => {
            let body = serde_json::to_vec(&answered.answer).map_err(unread)?;
            receipt(command, &body).map(Remembered::Took).map_err(unread)
        }
        _ => {
            let said: wire::ErrorBody = serde_json::from_value(answered.answer).map_err(unread)?;
            Ok(Remembered::Refused(printable(&said.message)))
        }
    }
}

/// What an answer says that was a good one.
fn receipt(command: &Command, body: &[u8]) -> serde_json::Result<Receipt> {
    let mut receipt = Receipt::default();
    match command {
        Command::Attach { addon_id, .. } | Command::Detach { addon_id, .. } => {
            let _: wire::AttachmentBody = serde_json::from_slice(body)?;
            receipt.addon_id = Some(addon_id.clone());
        }
        Command::ScheduleBackups { addon_id, .. } => {
            let _: wire::PolicyBody = serde_json::from_slice(body)?;
            receipt.addon_id = Some(addon_id.clone());
        }
        Command::MoveAttachments { to_id, .. } => {
            let _: wire::PromotionBody = serde_json::from_slice(body)?;
            receipt.addon_id = Some(to_id.clone());
        }
        Command::RestoreInto { addon_id, .. }
        | Command::CancelBackup { addon_id, .. }
        | Command::AutoBackups { addon_id, .. }
        | Command::MakePrimary { addon_id, .. }
        | Command::RunAction(RunAction { addon_id, .. }) => receipt.addon_id = Some(addon_id.clone()),
        // Rolling back is never sent; were it answered, the app would be what is answered.
        Command::CreateApp { .. }
        | Command::DestroyApp { .. }
        | Command::Maintenance { .. }
        | Command::RollBack { .. }
        | Command::Redeploy { .. } => {
            let _: wire::AppBody = serde_json::from_slice(body)?;
        }
        Command::BackUp { .. } | Command::DeleteBackup { .. } | Command::UploadBackup { .. } => {
            let body: wire::BackupUnderWay = serde_json::from_slice(body)?;
            receipt.addon_id = command.addon_id().map(str::to_owned);
            receipt.backup_id = Some(printable(&body.backup.id));
            receipt.work_id = body.operation.map(|operation| printable(&operation.id));
            receipt.is_under_way = true;
        }
        Command::CreateAddon(_)
        | Command::DestroyAddon { .. }
        | Command::Restore(_)
        | Command::ChangePlan { .. }
        | Command::Rename { .. }
        | Command::Rotate { .. }
        | Command::Restart { .. }
        | Command::Sleep { .. }
        | Command::Wake { .. } => {
            let body: wire::AddonUnderWay = serde_json::from_slice(body)?;
            receipt.addon_id = Some(printable(&body.addon.id));
            receipt.work_id = body.operation.map(|operation| printable(&operation.id));
            receipt.is_under_way = true;
        }
    }
    Ok(receipt)
}
