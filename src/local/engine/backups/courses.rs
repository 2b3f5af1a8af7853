//! The operations about backups: capturing, deleting, checking what was uploaded, restoring.

use async_trait::async_trait;
use rusqlite::Connection;

use super::super::operations::{Context, Course, Ended, Facts, OnFailure, create::enter_service, destroy, steps};
use super::steps as own;
use crate::local::db::addons::{self, AddonState};
use crate::local::db::operations::OperationRow;
use crate::local::db::{DbError, attachments, backups};
use crate::local::services::{Driver, Step, StepError};

/// What a backup's row learns from the end of a step.
fn learn(state: &Connection, facts: &Facts, step: Step, ended: &Ended) -> Result<(), DbError> {
    let Some(id) = &facts.operation.backup_id else { return Ok(()) };
    match step {
        Step::CheckCopy => {
            let own::Checked { size, checksum } = serde_json::from_value(ended.found.clone())?;
            backups::set_checked(state, id, size, &checksum)
        }
        Step::KeepCopy => {
            let own::Kept { finished_at, keep_until } = serde_json::from_value(ended.found.clone())?;
            backups::set_finished(state, id, &finished_at, keep_until.as_deref())
        }
        _ => Ok(()),
    }
}

fn has_begun(state: &Connection, facts: &Facts) -> Result<(), DbError> {
    facts.operation.backup_id.as_ref().map_or(Ok(()), |id| backups::set_running(state, id))
}

fn has_failed(state: &Connection, operation: &OperationRow, reason: &str) -> Result<(), DbError> {
    operation.backup_id.as_ref().map_or(Ok(()), |id| backups::set_failed(state, id, reason))
}

/// Nothing is left of a copy that came to nothing.
async fn remove_part(ctx: &Context) -> Result<(), StepError> {
    let place = ctx.engine.place(&own::backup(ctx).await?);
    let removed = tokio::task::spawn_blocking(move || place.remove_part()).await;
    match removed {
        Ok(Ok(())) => Ok(()),
        Ok(Err(error)) => Err(StepError::plain(format!("What was begun of the backup could not be removed: {error}."))),
        Err(error) => Err(StepError::plain(format!("A defect in attache ({error}). Please report it."))),
    }
}

/// Copying an add-on's data.
pub(in crate::local::engine) struct BackUp;

#[async_trait]
impl Course for BackUp {
    fn begins_in(&self) -> &'static [AddonState] {
        &[AddonState::Ready, AddonState::Sleeping]
    }

    fn wakes(&self) -> bool {
        true
    }

    fn steps(&self, _: Option<&dyn Driver>) -> Vec<Step> {
        vec![Step::CopyData, Step::CheckCopy, Step::KeepCopy, Step::EvictBackups]
    }

    async fn run(&self, step: Step, ctx: &Context) -> Result<Ended, StepError> {
        match step {
            Step::CopyData => own::copy_data(ctx).await,
            Step::CheckCopy => own::check_copy(ctx).await,
            Step::KeepCopy => own::keep_copy(ctx).await,
            Step::EvictBackups => own::evict(ctx).await,
            step => steps::take(step, ctx).await,
        }
    }

    fn began(&self, state: &Connection, facts: &Facts) -> Result<(), DbError> {
        has_begun(state, facts)
    }

    fn ended(&self, state: &Connection, facts: &Facts, step: Step, ended: &Ended) -> Result<(), DbError> {
        learn(state, facts, step, ended)
    }

    fn failed(&self, state: &Connection, operation: &OperationRow, reason: &str) -> Result<(), DbError> {
        has_failed(state, operation, reason)
    }

    async fn clear_away(&self, _: Step, ctx: &Context) -> Result<(), StepError> {
        remove_part(ctx).await
    }
}

/// Making a backup of a file that somebody sent.
pub(in crate::local::engine) struct CheckUpload;

#[async_trait]
impl Course for CheckUpload {
    fn begins_in(&self) -> &'static [AddonState] {
        &[]
    }

    fn steps(&self, _: Option<&dyn Driver>) -> Vec<Step> {
        vec![Step::CheckCopy, Step::KeepCopy]
    }

    async fn run(&self, step: Step, ctx: &Context) -> Result<Ended, StepError> {
        match step {
            Step::CheckCopy => own::check_copy(ctx).await,
            Step::KeepCopy => own::keep_copy(ctx).await,
            step => steps::take(step, ctx).await,
        }
    }

    fn began(&self, state: &Connection, facts: &Facts) -> Result<(), DbError> {
        has_begun(state, facts)
    }

    fn ended(&self, state: &Connection, facts: &Facts, step: Step, ended: &Ended) -> Result<(), DbError> {
        learn(state, facts, step, ended)
    }

    fn failed(&self, state: &Connection, operation: &OperationRow, reason: &str) -> Result<(), DbError> {
        has_failed(state, operation, reason)
    }

    async fn clear_away(&self, _: Step, ctx: &Context) -> Result<(), StepError> {
        remove_part(ctx).await
    }
}

/// Deleting a backup whose row says so.
pub(in crate::local::engine) struct DeleteBackup;

#[async_trait]
impl Course for DeleteBackup {
    fn begins_in(&self) -> &'static [AddonState] {
        &[]
    }

    fn steps(&self, _: Option<&dyn Driver>) -> Vec<Step> {
        vec![Step::DeleteCopy]
    }

    async fn run(&self, step: Step, ctx: &Context) -> Result<Ended, StepError> {
        match step {
            Step::DeleteCopy => own::delete_copy(ctx).await,
            step => steps::take(step, ctx).await,
        }
    }

    fn on_failure(&self, _: Step) -> OnFailure {
        OnFailure::Later
    }
}

/// Making an add-on from a backup.
pub(in crate::local::engine) struct Restore;

#[async_trait]
impl Course for Restore {
    fn begins_in(&self) -> &'static [AddonState] {
        &[AddonState::Restoring]
    }

    fn steps(&self, driver: Option<&dyn Driver>) -> Vec<Step> {
        let of_service = driver.map_or(&[] as &[Step], |driver| driver.steps());
        [&[Step::PrepareFolder], of_service, &[Step::LoadBackup, Step::Check]].concat()
    }

    fn undo(&self, _: Option<&dyn Driver>) -> Vec<Step> {
        destroy::STEPS.to_vec()
    }

    fn undone(&self) -> &'static str {
        "Nothing is left of the new add-on; the backup is as it was."
    }

    async fn run(&self, step: Step, ctx: &Context) -> Result<Ended, StepError> {
        match step {
            Step::LoadBackup => own::load(ctx).await,
            step => steps::take(step, ctx).await,
        }
    }

    fn ended(&self, state: &Connection, facts: &Facts, step: Step, _: &Ended) -> Result<(), DbError> {
        match &facts.addon {
            Some(addon) if facts.operation.is_undoing && step == Step::ForgetRow => destroy::forget(state, &addon.id),
            _ => Ok(()),
        }
    }

    fn done(&self, state: &Connection, facts: &Facts) -> Result<(), DbError> {
        enter_service(state, facts, AddonState::Restoring)
    }

    fn on_failure(&self, _: Step) -> OnFailure {
        OnFailure::Undo
    }

    fn undoing(&self, state: &Connection, facts: &Facts) -> Result<(), DbError> {
        let Some(addon) = &facts.addon else { return Ok(()) };
        // None of its apps has got anything of it yet, so none gets a release.
        for attachment in attachments::of_addon(state, &addon.id)? {
            attachments::delete(state, &attachment.id)?;
        }
        let why = "It could not be restored, and goes again.";
        addons::change_state(state, &addon.id, &[AddonState::Restoring], AddonState::Deprovisioning, Some(why))
            .map(drop)
    }
}
