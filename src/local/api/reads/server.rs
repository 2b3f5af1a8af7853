//! What is asked of an add-on's own server: how much it uses, and what it logs.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Path, State};
use axum::http::HeaderMap;
use serde::Deserialize;
use serde_json::json;

use super::super::Api;
use super::super::params::{NoQuery, Params};
use super::super::respond::tagged;
use super::{Answer, Shared};
use crate::local::db::addons::{AddonRow, AddonState};
use crate::local::db::{DbError, backups};
use crate::local::engine::{Refusal, abilities, documents, rules};
use crate::local::services::Counted;
use crate::local::supervisor::Log;
use crate::model::{Health, printable};

/// How long a server may take to count.
const COUNTING: Duration = Duration::from_secs(10);
/// How many lines of a log are told, at most and when none are asked for.
const MOST_LINES: usize = 1000;
const LINES: usize = 100;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(in super::super) struct LogParams {
    lines: Option<String>,
}

async fn find(api: &Arc<Api>, addon: String) -> Result<AddonRow, Refusal> {
    api.engine.db.read(move |state| rules::addon(state, &addon)).await
}

pub(in super::super) async fn usage(
    State(api): Shared,
    headers: HeaderMap,
    Path(addon): Path<String>,
    _: NoQuery,
) -> Answer {
    let row = find(&api, addon).await?;
    let id = row.id.clone();
    let kept = api.engine.db.read(move |state| Ok::<_, DbError>(backups::finished(state, &id)?.len())).await?;
    let counted = count(&api, &row).await;
    let document = documents::usage(&row, counted, kept as u64);
    Ok(tagged(&headers, &json!({ "usage": document })))
}

/// Asks the server, if there is one to be asked.
async fn count(api: &Arc<Api>, row: &AddonRow) -> Result<Vec<Counted>, String> {
    let services = &api.engine.services;
    let driver = services.driver(&row.service);
    let driver = driver.ok_or_else(|| format!("this program has no driver for {}", row.service))?;
    match row.state {
        AddonState::Sleeping => return Err("it sleeps".to_owned()),
        AddonState::Deprovisioning => return Err("it is being destroyed".to_owned()),
        _ if !row.provisioned => return Err("it is still being made".to_owned()),
        _ => {}
    }
    match tokio::time::timeout(COUNTING, driver.usage(&services.instance(row))).await {
        Ok(Ok(counted)) => Ok(counted),
        Ok(Err(error)) => Err(printable(error.message.trim_end_matches('.'))),
        Err(_) => Err(match services.health(&row.id) {
            Health::Failing(why) => why.to_string(),
            _ => format!("its server did not answer within {COUNTING:?}"),
        }),
    }
}

pub(in super::super) async fn logs(
    State(api): Shared,
    headers: HeaderMap,
    Path(addon): Path<String>,
    Params(LogParams { lines }): Params<LogParams>,
) -> Answer {
    let lines = match lines {
        None => LINES,
        Some(text) => text.parse().ok().filter(|lines| (1..=MOST_LINES).contains(lines)).ok_or_else(|| {
            let message = format!("lines is {:?}; it must be a number from 1 to {MOST_LINES}.", printable(&text));
            Refusal::new(400, "bad_request", message)
        })?,
    };
    let row = find(&api, addon).await?;
    let services = &api.engine.services;
    let instance = services.instance(&row);
    let Some(path) = services.driver(&row.service).and_then(|driver| driver.log_file(&instance)) else {
        let why = abilities::why_not(services, &row, "logs").unwrap_or_else(|| "It has no log of its own.".to_owned());
        return Err(Refusal::invalid("not_supported", why));
    };
    let log = Log::new(path, vec![instance.settings.password, instance.settings.admin_password]);
    let read = tokio::task::spawn_blocking(move || log.tail(lines)).await;
    let lines = read.map_err(|_| Refusal::new(500, "internal", "The log could not be read because of a defect."))?;
    Ok(tagged(&headers, &json!({ "log": { "lines": lines } })))
}
