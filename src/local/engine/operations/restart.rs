//! Stopping an add-on's server and starting it again: also one that was given up, whose ends are then forgotten.

use async_trait::async_trait;
use rusqlite::Connection;

use super::{Context, Course, Ended, Facts, begin_update, end_update, steps};
use crate::local::db::DbError;
use crate::local::db::addons::{self, AddonState};
use crate::local::db::operations::OperationRow;
use crate::local::services::{Driver, Step, StepError};

pub(super) struct Restart;

#[async_trait]
impl Course for Restart {
    fn begins_in(&self) -> &'static [AddonState] {
        &[AddonState::Ready, AddonState::Sleeping, AddonState::Failed]
    }

    fn steps(&self, _: Option<&dyn Driver>) -> Vec<Step> {
        vec![Step::StopServer, Step::Resume, Step::Check]
    }

    async fn run(&self, step: Step, ctx: &Context) -> Result<Ended, StepError> {
        ctx.engine.forget_watch(&ctx.addon()?.id);
        steps::take(step, ctx).await
    }

    fn began(&self, state: &Connection, facts: &Facts) -> Result<(), DbError> {
        begin_update(state, facts)
    }

    fn done(&self, state: &Connection, facts: &Facts) -> Result<(), DbError> {
        end_update(state, &facts.operation)
    }

    fn failed(&self, state: &Connection, operation: &OperationRow, reason: &str) -> Result<(), DbError> {
        let from = [AddonState::Updating];
        addons::change_state(state, &operation.subject, &from, AddonState::Failed, Some(reason)).map(drop)
    }
}
