//! Making an add-on.

use async_trait::async_trait;
use rusqlite::Connection;

use super::super::rules;
use super::{Context, Course, Facts};
use crate::local::db::addons::{self, AddonRow, AddonState};
use crate::local::db::events::{self, Status};
use crate::local::db::operations::OperationRow;
use crate::local::db::{DbError, attachments, releases};
use crate::local::services::{Driver, Step, StepError};

pub(super) struct Create;

#[async_trait]
impl Course for Create {
    fn begins_in(&self) -> &'static [AddonState] {
        &[AddonState::Requested]
    }

    fn steps(&self, driver: Option<&dyn Driver>) -> Vec<Step> {
        let own = driver.map_or(&[] as &[Step], |driver| driver.steps());
        [&[Step::PrepareFolder], own].concat()
    }

    fn began(&self, state: &Connection, facts: &Facts) -> Result<(), DbError> {
        let Some(addon) = &facts.addon else { return Ok(()) };
        addons::change_state(state, &addon.id, self.begins_in(), AddonState::Provisioning, None).map(drop)
    }

    fn done(&self, state: &Connection, facts: &Facts) -> Result<(), DbError> {
        enter_service(state, facts, AddonState::Provisioning)
    }

    fn failed(&self, state: &Connection, operation: &OperationRow, reason: &str) -> Result<(), DbError> {
        let from = [AddonState::Requested, AddonState::Provisioning];
        addons::change_state(state, &operation.subject, &from, AddonState::Failed, Some(reason)).map(drop)
    }

    async fn clear_away(&self, _: Step, ctx: &Context) -> Result<(), StepError> {
        ctx.driver()?.stop(&ctx.instance()?).await
    }
}

/// Ready for the first time: now, and not before, its apps get the variables.
pub(in crate::local::engine) fn enter_service(
    state: &Connection,
    facts: &Facts,
    from: AddonState,
) -> Result<(), DbError> {
    let Facts { addon: Some(AddonRow { id, .. }), driver: Some(driver), services, .. } = facts else { return Ok(()) };
    if !addons::change_state(state, id, &[from], AddonState::Ready, None)? {
        return Ok(());
    }
    let Some(row) = addons::find(state, id)? else { return Ok(()) };
    let address = match driver.endpoint(&services.instance(&row)) {
        Some(endpoint) => format!("In service at {}:{}.", endpoint.host, endpoint.port),
        None => "In service.".to_owned(),
    };
    events::insert(state, id, "ready", Status::Done, &address, &[])?;
    if driver.config_vars().is_empty() {
        // Nothing changes for its apps.
        return Ok(());
    }
    for attachment in attachments::of_addon(state, id)?.iter().filter(|attachment| !attachment.released) {
        attachments::set_released(state, &attachment.id)?;
        releases::insert(state, &attachment.app_id, &rules::attached(attachment), &attachment.author)?;
    }
    Ok(())
}
