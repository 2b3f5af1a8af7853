//! Sleeping and waking. While an add-on sleeps the platform listens on its port (`engine::waker`).

use rusqlite::Connection;

use super::{Course, Facts};
use crate::local::db::DbError;
use crate::local::db::addons::{self, AddonState};
use crate::local::db::events::{self, Status};
use crate::local::db::operations::OperationRow;
use crate::local::services::{Driver, Step};

pub(super) struct Sleep;

impl Course for Sleep {
    fn begins_in(&self) -> &'static [AddonState] {
        &[AddonState::Ready, AddonState::Sleeping]
    }

    fn steps(&self, _: Option<&dyn Driver>) -> Vec<Step> {
        vec![Step::StopServer]
    }

    fn done(&self, state: &Connection, facts: &Facts) -> Result<(), DbError> {
        let id = &facts.operation.subject;
        if addons::change_state(state, id, &[AddonState::Ready], AddonState::Sleeping, None)? {
            events::insert(state, id, "sleeping", Status::Done, "It sleeps. A connection to its port wakes it.", &[])?;
        }
        Ok(())
    }
}

pub(super) struct Wake;

impl Course for Wake {
    fn begins_in(&self) -> &'static [AddonState] {
        &[AddonState::Sleeping, AddonState::Ready]
    }

    fn steps(&self, _: Option<&dyn Driver>) -> Vec<Step> {
        vec![Step::Resume, Step::Check]
    }

    fn done(&self, state: &Connection, facts: &Facts) -> Result<(), DbError> {
        let id = &facts.operation.subject;
        if addons::change_state(state, id, &[AddonState::Sleeping], AddonState::Ready, None)? {
            events::insert(state, id, "ready", Status::Done, "It is awake.", &[])?;
        }
        Ok(())
    }

    fn failed(&self, state: &Connection, operation: &OperationRow, reason: &str) -> Result<(), DbError> {
        if operation.step.is_none() {
            // It has not begun: the add-on is being destroyed, or is not asleep any more.
            return Ok(());
        }
        // From there it is brought back like any other server that does not run.
        let from = [AddonState::Sleeping, AddonState::Ready];
        addons::change_state(state, &operation.subject, &from, AddonState::Failed, Some(reason)).map(drop)
    }
}
