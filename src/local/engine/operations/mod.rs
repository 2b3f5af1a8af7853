//! Operations: what the platform does, one row for each, one named step at a time.
//!
//! What a kind of operation is made of, its [`Course`] tells: its steps, what each does, and what follows from its end. When
//! something is written, in which order the operations of one add-on run, and what a crash, a failure or a destroy in
//! between does to them, is the same for all kinds and stands in `advance`.

mod advance;
pub(super) mod change_plan;
pub(super) mod create;
pub(super) mod destroy;
pub(super) mod queue;
mod rename;
mod restart;
pub(super) mod rotate;
mod sleep;
pub(super) mod steps;

use std::ops::Deref;
use std::sync::Arc;

use async_trait::async_trait;
use rusqlite::Connection;
use tokio_util::sync::CancellationToken;

use super::Engine;
use super::services::Services;
use crate::local::db::DbError;
use crate::local::db::addons::{self, AddonRow, AddonState};
pub use crate::local::db::operations::Kind;
use crate::local::db::operations::{NewOperation, OperationRow};
use crate::local::services::{Driver, Instance, Step, StepError, Tally};

pub(super) use queue::end_all_of;

/// On which side of a step's work.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Side {
    /// It is written that it begins, and it has not done anything.
    Before,
    /// It has done its work, and that is not written yet.
    After,
}

/// Told at both sides of every step, so that a test can break off there.
pub type Checkpoint = Arc<dyn Fn(Kind, Step, Side) + Send + Sync>;

/// Something about an add-on in service begins to change.
fn begin_update(state: &Connection, facts: &Facts) -> Result<(), DbError> {
    let from = facts.course().begins_in();
    addons::change_state(state, &facts.operation.subject, from, AddonState::Updating, None).map(drop)
}

/// The change is over, and the add-on in service as before.
fn end_update(state: &Connection, operation: &OperationRow) -> Result<(), DbError> {
    addons::change_state(state, &operation.subject, &[AddonState::Updating], AddonState::Ready, None).map(drop)
}

/// What nobody watches.
pub fn unwatched() -> Checkpoint {
    Arc::new(|_, _, _| {})
}

/// How a step ended well.
#[derive(Clone, Debug, Default)]
pub struct Ended {
    /// A sentence for the timeline.
    pub message: String,
    /// What it found out, for what follows from it in the same transaction.
    pub found: serde_json::Value,
}

impl From<String> for Ended {
    fn from(message: String) -> Self {
        Self { message, found: serde_json::Value::Null }
    }
}

impl From<&str> for Ended {
    fn from(message: &str) -> Self {
        message.to_owned().into()
    }
}

/// What happens to an operation one of whose steps has failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnFailure {
    /// It has failed.
    End,
    /// What it has done is undone; then it has failed.
    Undo,
    /// There is no way but forward: the step is tried again later.
    Later,
}

/// What one kind of operation is made of. Without state of its own: all that it needs to know is in the rows.
#[async_trait]
pub trait Course: Send + Sync {
    /// The states of its add-on in which it may begin.
    fn begins_in(&self) -> &'static [AddonState];

    /// Whether it needs a running server, so that a sleeping add-on is woken first.
    fn wakes(&self) -> bool {
        false
    }

    /// Its steps, in order. The same ones each time it is asked about one operation.
    fn steps(&self, driver: Option<&dyn Driver>) -> Vec<Step>;

    /// The steps that undo it, in order.
    fn undo(&self, driver: Option<&dyn Driver>) -> Vec<Step> {
        let _ = driver;
        Vec::new()
    }

    /// What is said when it was undone.
    fn undone(&self) -> &'static str {
        ""
    }

    /// Takes a step. It may be called again after a crash at any point, and then finishes the job. When the add-on is
    /// destroyed or the platform ends, a copy or a load (`steps::can_break_off`) is dropped in the middle.
    async fn run(&self, step: Step, ctx: &Context) -> Result<Ended, StepError> {
        steps::take(step, ctx).await
    }

    /// What else changes when the operation begins, in the same transaction.
    ///
    /// # Errors
    /// When the state can't be written; that is so for all of these.
    fn began(&self, state: &Connection, facts: &Facts) -> Result<(), DbError> {
        let _ = (state, facts);
        Ok(())
    }

    /// What follows from the good end of a step, in the same transaction; also of a step that undoes.
    ///
    /// # Errors
    /// When the state can't be written.
    fn ended(&self, state: &Connection, facts: &Facts, step: Step, ended: &Ended) -> Result<(), DbError> {
        let _ = (state, facts, step, ended);
        Ok(())
    }

    /// What follows from its own good end, in the transaction of its last step.
    ///
    /// # Errors
    /// When the state can't be written.
    fn done(&self, state: &Connection, facts: &Facts) -> Result<(), DbError> {
        let _ = (state, facts);
        Ok(())
    }

    /// What the failure of that step leads to; never asked while it is being undone, where it is always tried again.
    fn on_failure(&self, step: Step) -> OnFailure {
        let _ = step;
        OnFailure::End
    }

    /// What else changes when it is turned around, in the same transaction.
    ///
    /// # Errors
    /// When the state can't be written.
    fn undoing(&self, state: &Connection, facts: &Facts) -> Result<(), DbError> {
        let _ = (state, facts);
        Ok(())
    }

    /// What follows from its failure, in the same transaction: when a step has failed for good, when it was undone, and when
    /// its add-on is destroyed instead (then it may never have begun). `reason` is the sentence with the step's name.
    ///
    /// # Errors
    /// When the state can't be written.
    fn failed(&self, state: &Connection, operation: &OperationRow, reason: &str) -> Result<(), DbError> {
        let _ = (state, operation, reason);
        Ok(())
    }

    /// Clears away what a failed or dropped step has begun, before its failure is written: nothing may run on unseen.
    async fn clear_away(&self, step: Step, ctx: &Context) -> Result<(), StepError> {
        let _ = (step, ctx);
        Ok(())
    }
}

/// The course of a kind.
pub(super) fn course(kind: Kind) -> &'static dyn Course {
    match kind {
        Kind::Create => &create::Create,
        Kind::Destroy => &destroy::Destroy,
        Kind::ChangePlan => &change_plan::ChangePlan,
        Kind::Rename => &rename::Rename,
        Kind::Rotate => &rotate::Rotate,
        Kind::Restart => &restart::Restart,
        Kind::Sleep => &sleep::Sleep,
        Kind::Wake => &sleep::Wake,
        Kind::Restore => &super::backups::Restore,
        Kind::BackUp => &super::backups::BackUp,
        Kind::DeleteBackup => &super::backups::DeleteBackup,
        Kind::CheckUpload => &super::backups::CheckUpload,
    }
}

/// What is known of an operation when one of its steps is taken. It goes along into transactions.
pub struct Facts {
    /// Its row.
    pub operation: OperationRow,
    /// The row of its add-on, where that is there.
    pub addon: Option<AddonRow>,
    /// The driver of that add-on's service.
    pub driver: Option<Arc<dyn Driver>>,
    /// The catalog with its drivers.
    pub services: Arc<Services>,
}

impl Facts {
    pub(super) fn course(&self) -> &'static dyn Course {
        course(self.operation.kind)
    }

    /// All of its steps, or those that undo it.
    fn steps(&self) -> Vec<Step> {
        if self.operation.is_undoing {
            return self.course().undo(self.driver.as_deref());
        }
        let mut steps = self.course().steps(self.driver.as_deref());
        if self.operation.spec.is(WAKES_FIRST) {
            steps.insert(0, Step::Resume);
        }
        steps
    }
}

/// In the spec of an operation that found its add-on asleep.
const WAKES_FIRST: &str = "wakes_first";

/// What a step has at hand.
#[derive(Clone)]
pub struct Context {
    /// The engine.
    pub engine: Arc<Engine>,
    /// What is known of the operation.
    pub facts: Arc<Facts>,
    /// Tells whoever asks how far the step is.
    pub tally: Tally,
    /// Told when the operation is to be broken off, because its add-on is being destroyed.
    pub cancel: CancellationToken,
}

impl Deref for Context {
    type Target = Facts;

    fn deref(&self) -> &Facts {
        &self.facts
    }
}

impl Context {
    /// The add-on's row.
    ///
    /// # Errors
    /// When it is not there (any more).
    pub fn addon(&self) -> Result<&AddonRow, StepError> {
        let name = || self.operation.addon.clone().unwrap_or_default();
        self.facts
            .addon
            .as_ref()
            .ok_or_else(|| StepError::plain(format!("The add-on {} is not there any more.", name())))
    }

    /// The driver of its service.
    ///
    /// # Errors
    /// When this program has none.
    pub fn driver(&self) -> Result<&Arc<dyn Driver>, StepError> {
        let service = &self.addon()?.service;
        let none = || StepError::plain(format!("This program has no driver for the service {service}."));
        self.facts.driver.as_ref().ok_or_else(none)
    }

    /// What the driver gets to see of the add-on.
    ///
    /// # Errors
    /// When it is not there (any more).
    pub fn instance(&self) -> Result<Instance, StepError> {
        Ok(self.services.instance(self.addon()?))
    }
}

/// Makes a row for an operation on an add-on, in the transaction of the request that asks for it. The caller answers with it
/// and lets the engine take the add-on up.
pub(super) fn ask_for(
    state: &Connection,
    kind: Kind,
    addon: &AddonRow,
    spec: crate::local::db::operations::Spec,
    by: &str,
) -> Result<OperationRow, DbError> {
    let addon = Some((addon.id.as_str(), addon.name.as_str()));
    let subject = addon.map_or("", |(id, _)| id);
    let new = NewOperation { kind, subject, addon, backup_id: None, spec, author: by };
    crate::local::db::operations::insert(state, &new)
}
