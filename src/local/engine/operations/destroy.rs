//! Destroying an add-on: stop, wait until it is gone, remove the folder, forget the row. Never in another order.

use rusqlite::Connection;

use super::{Course, Ended, Facts, OnFailure};
use crate::local::db::addons::{self, AddonState};
use crate::local::db::{DbError, ports};
use crate::local::services::{Driver, Step};

/// What takes an add-on away, in this order.
pub(in crate::local::engine) const STEPS: &[Step] = &[Step::RetireServer, Step::RemoveFolder, Step::ForgetRow];

pub(super) struct Destroy;

impl Course for Destroy {
    fn begins_in(&self) -> &'static [AddonState] {
        &[AddonState::Deprovisioning]
    }

    fn steps(&self, _: Option<&dyn Driver>) -> Vec<Step> {
        STEPS.to_vec()
    }

    fn ended(&self, state: &Connection, facts: &Facts, step: Step, _: &Ended) -> Result<(), DbError> {
        match &facts.addon {
            Some(addon) if step == Step::ForgetRow => forget(state, &addon.id),
            _ => Ok(()),
        }
    }

    fn on_failure(&self, _: Step) -> OnFailure {
        OnFailure::Later
    }
}

/// Forgets an add-on whose folder is gone.
pub(in crate::local::engine) fn forget(state: &Connection, id: &str) -> Result<(), DbError> {
    ports::release(state, id)?;
    addons::delete(state, id)
}
