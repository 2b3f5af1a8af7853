//! The door's far side: what a command needs is looked up, then one request is sent, once, and its answer judged.

use std::sync::Arc;

use async_trait::async_trait;
use reqwest::Method;
use reqwest::header::{HeaderName, HeaderValue};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde_json::Value;

use super::core::Core;
use super::data::wire::Transfer;
use super::request::{Looked, Request, Side, request};
use super::{client, data, transfer_id};
use crate::model::{Command, printable};
use crate::platform::http::{Answer, Http, nonsense};
use crate::platform::{ReadError, ReadErrorKind, Receipt, SubmitError, Writer};

/// Makes the provider's own words come with the answer (the CLI's source).
const PROVIDER_MESSAGES: HeaderName = HeaderName::from_static("x-heroku-legacy-provider-messages");
/// The code of a second factor.
const CODE: HeaderName = HeaderName::from_static("heroku-two-factor-code");

pub(super) struct HerokuWriter {
    pub(super) core: Arc<Core>,
}

#[derive(Deserialize)]
struct MadeOrChanged {
    id: String,
    state: Option<String>,
    /// What the provider says to whoever asked. Only this answer has it.
    provision_message: Option<String>,
}

#[async_trait]
impl Writer for HerokuWriter {
    async fn submit(&self, command: &Command, _idempotency_key: &str) -> Result<Receipt, SubmitError> {
        let looked = self.look(command).await.map_err(not_sent)?;
        let request = request(command, &looked)
            .map_err(|why| SubmitError::NotSent(ReadError::unsupported(&format!("{why} Nothing was sent."))))?;
        let http = match request.side {
            Side::Platform => &self.core.http,
            Side::Data => self.core.data.http().map_err(not_sent)?,
        };
        let mut headers = Vec::new();
        if matches!(command, Command::CreateAddon(_) | Command::ChangePlan { .. }) {
            headers.push((PROVIDER_MESSAGES, HeaderValue::from_static("true")));
        }
        if request.side == Side::Platform
            && let Some(code) = self.core.take_code()
        {
            headers.push((CODE, header_of(&code)?));
        }
        let answer = send(http, &request, &headers).await;
        if request.side == Side::Data {
            self.core.data.saw(&answer.as_ref().map_err(|error| error.reason().clone()).map(|_| ()));
        }
        let answer = answer?;
        client::heed(http, &answer.headers);
        if !(200..300).contains(&answer.status) {
            return Err(refusal(http, request.side, &answer));
        }
        if let Command::CreateAddon(_) | Command::ChangePlan { .. } = command
            && let Ok(MadeOrChanged { id, provision_message: Some(message), .. }) = serde_json::from_slice(&answer.body)
        {
            self.core.keep_message(&id, &http.target().clean(&message));
        }
        let mut receipt = receipt(command, &looked, &answer.body).map_err(|error| {
            let error = nonsense(http.target(), "an answer to this command", Some(&error));
            SubmitError::Unknown(not_known(error.of(answer.exchange.clone())))
        })?;
        receipt.request_id = answer.exchange.request_id;
        Ok(receipt)
    }

    /// For an app it is a request of its own, which lets what follows through; else it goes along with the next write.
    async fn authorize(&self, code: SecretString, app: Option<&str>) -> Result<(), SubmitError> {
        let Some(app) = app else {
            header_of(&code)?;
            self.core.keep_code(code);
            return Ok(());
        };
        let http = &self.core.http;
        let path = ["apps", app, "pre-authorizations"];
        let headers = [(CODE, header_of(&code)?)];
        let answer = http.send_with(Method::PUT, &path, None, "", &headers).await?;
        if (200..300).contains(&answer.status) { Ok(()) } else { Err(refusal(http, Side::Platform, &answer)) }
    }
}

impl HerokuWriter {
    /// What the request needs and the command does not have.
    async fn look(&self, command: &Command) -> Result<Looked, ReadError> {
        let needs_place = !matches!(
            command,
            Command::Attach { .. }
                | Command::Detach { .. }
                | Command::MakePrimary { .. }
                | Command::DeleteBackup { .. }
        );
        let place = match command.addon_id().filter(|_| needs_place) {
            Some(id) => Some(self.core.place(id).await?),
            None => None,
        };
        let mut looked = Looked::shown(place.as_deref());
        match command {
            Command::RestoreInto { backup_id, .. } => looked.backup_url = self.core.backup_url(backup_id).await?,
            Command::CancelBackup { backup_id, .. } => looked.transfer = self.core.transfer_uuid(backup_id).await?,
            Command::RollBack { app, release } => looked.release = self.release_id(app, release).await?,
            Command::ScheduleBackups { addon_id, addon, schedule } => {
                let names: Vec<String> = place.as_ref().map_or_else(Vec::new, |place| {
                    place.own_names().into_iter().map(|name| format!("{name}_URL")).collect()
                });
                match schedule {
                    Some(_) => {
                        let name = names.into_iter().next();
                        looked.schedule_name = name.ok_or_else(|| unknown_schedule(addon, "it has no attachment"))?;
                    }
                    None => {
                        let schedules = self.core.schedules(addon_id).await?;
                        let mut alive = schedules.into_iter().filter(|one| one.is_alive());
                        let found = alive.next().ok_or_else(|| unknown_schedule(addon, "it has none"))?;
                        looked.schedule_id = found.uuid;
                    }
                }
            }
            _ => {}
        }
        Ok(looked)
    }

    /// A release's own id: it is rolled back to by that alone (hyper-schema).
    async fn release_id(&self, app: &str, release: &str) -> Result<String, ReadError> {
        #[derive(Deserialize)]
        struct Release {
            id: String,
        }
        let version = release.trim_start_matches(['v', 'V']);
        let path = ["apps", app, "releases", version];
        let found: Release = client::one(&self.core.http, &path, &[], &[], "a release").await?.value;
        Ok(found.id)
    }
}

fn unknown_schedule(addon: &str, why: &str) -> ReadError {
    ReadError::new(ReadErrorKind::NotFound, format!("There is no schedule of {addon} to change: {why}."))
}

fn header_of(code: &SecretString) -> Result<HeaderValue, SubmitError> {
    let mut value = HeaderValue::from_str(code.expose_secret().trim()).map_err(|_| {
        SubmitError::NotSent(ReadError::unsupported("The code has characters that no code has. Nothing was sent."))
    })?;
    value.set_sensitive(true);
    Ok(value)
}

async fn send(http: &Http, request: &Request, headers: &[(HeaderName, HeaderValue)]) -> Result<Answer, SubmitError> {
    let path: Vec<&str> = request.path.iter().map(String::as_str).collect();
    http.send_with(request.method.clone(), &path, request.body.as_ref(), "", headers).await
}

/// What was read before failed, so nothing was sent.
fn not_sent(error: ReadError) -> SubmitError {
    SubmitError::NotSent(ReadError { message: format!("{} Nothing was sent.", error.message), ..error })
}

fn refusal(http: &Http, side: Side, answer: &Answer) -> SubmitError {
    let error = match side {
        Side::Platform => client::refused(http, answer),
        Side::Data => data::refused(http, answer),
    };
    match answer.status {
        // A gateway gave up waiting; what stands behind it may not have.
        408 => SubmitError::Unknown(not_known(error)),
        400..=499 => SubmitError::Refused(error),
        _ => SubmitError::Unknown(not_known(error)),
    }
}

fn not_known(error: ReadError) -> ReadError {
    ReadError { message: format!("{} It may or may not have happened.", error.message), ..error }
}

/// What an answer says that was a good one. Its state, and not its status, says whether Heroku goes on with it (the CLI).
fn receipt(command: &Command, looked: &Looked, body: &[u8]) -> serde_json::Result<Receipt> {
    let mut receipt = Receipt { addon_id: command.addon_id().map(str::to_owned), ..Receipt::default() };
    match command {
        Command::CreateAddon(_) | Command::ChangePlan { .. } | Command::Rename { .. } => {
            let made: MadeOrChanged = serde_json::from_slice(body)?;
            receipt.addon_id = Some(printable(&made.id));
            receipt.is_under_way = made.state.as_deref() != Some("provisioned");
        }
        Command::DestroyAddon { .. } => {
            let going: MadeOrChanged = serde_json::from_slice(body)?;
            receipt.is_under_way = going.state.as_deref() != Some("deprovisioned");
        }
        Command::BackUp { .. } | Command::RestoreInto { .. } => {
            let transfer: Transfer = serde_json::from_slice(body)?;
            let id = transfer_id::of(&looked.app, &transfer);
            receipt.backup_id = matches!(command, Command::BackUp { .. }).then(|| id.clone());
            receipt.work_id = Some(id);
            receipt.is_under_way = true;
        }
        Command::Attach { .. } | Command::Detach { .. } | Command::MakePrimary { .. } => {
            let _: MadeOrChanged = serde_json::from_slice(body)?;
        }
        Command::Maintenance { .. } | Command::RollBack { .. } => {
            let _: serde_json::Map<String, Value> = serde_json::from_slice(body)?;
        }
        // What the data API says to these is not documented; that it took them is said by the status.
        _ => {}
    }
    Ok(receipt)
}
