//! How an operation gets on: it is written that a step begins, the step is taken, and it is written how it ended, with all
//! that follows from it, in one transaction. A crash anywhere means the same step again.

use std::sync::Arc;

use super::super::drive::{Next, PORT_ATTEMPTS};
use super::super::services::{Work, locked};
use super::super::{Engine, operations::steps};
use super::{Context, Course, Ended, Facts, OnFailure, Side, WAKES_FIRST, course, queue};
use crate::local::db::DbError;
use crate::local::db::addons::{self, AddonRow, AddonState};
use crate::local::db::events::{self, Status};
use crate::local::db::operations::{self, OperationRow, OperationState};
use crate::local::services::{Step, StepError};
use crate::model::Health;

use rusqlite::Connection;

/// What became of a step.
enum Outcome {
    Well(Ended),
    Badly(StepError),
    /// The platform ends: it is taken again at the next start.
    Dropped,
}

impl Engine {
    /// Takes the next step of an operation, which is the first one in its queue.
    pub(in crate::local::engine) async fn advance(
        self: &Arc<Self>,
        operation: OperationRow,
        addon: Option<AddonRow>,
    ) -> Next {
        let driver = addon.as_ref().and_then(|addon| self.services.driver(&addon.service)).cloned();
        let working = Arc::clone(&self.services);
        let working = working.work_on(&operation);
        let facts = Arc::new(Facts { operation, addon, driver, services: Arc::clone(&self.services) });
        if facts.operation.started_at.is_none() {
            return self.open(&facts).await;
        }
        let steps = facts.steps();
        let Some(step) = steps.get(facts.operation.next_step).copied() else {
            return self.end_without_a_step(&facts).await;
        };
        if steps::needs_server(step)
            && let Some(addon) = &facts.addon
            && locked(&self.unresumed).contains(&addon.id)
            && let Some(driver) = &facts.driver
        {
            self.bring_back(addon, driver).await;
            return Next::Again;
        }
        let slots = if steps::can_break_off(step) { &self.long_slots } else { &self.slots };
        // Also a stop waits its turn here; whoever waits when the platform ends is taken up at the next start.
        let Some(Ok(_slot)) = self.stopping.run_until_cancelled(slots.acquire()).await else { return Next::Rest };
        match self.begin(&facts, step).await {
            Some(true) => {}
            Some(false) => return Next::Again,
            None => return Next::Rest,
        }
        let kind = facts.operation.kind;
        let Work { tally, cancel, .. } = working.parts();
        let mut ctx = Context { engine: Arc::clone(self), facts, tally, cancel };
        (self.checkpoint)(kind, step, Side::Before);
        let outcome = self.take_step(&mut ctx, step).await;
        (self.checkpoint)(kind, step, Side::After);
        let is_well = matches!(outcome, Outcome::Well(_));
        let next = match outcome {
            Outcome::Well(ended) => self.went_well(&ctx, step, ended, steps.len()).await,
            Outcome::Badly(error) => self.went_badly(&ctx, step, error).await,
            Outcome::Dropped => Next::Rest,
        };
        if let Some(addon) = &ctx.facts.addon {
            self.look_again(&addon.id, step, is_well).await;
        }
        next
    }

    /// Begins an operation, or ends it where its add-on is not as it must be.
    async fn open(&self, facts: &Arc<Facts>) -> Next {
        let facts = Arc::clone(facts);
        let opened = self.record(move |state| {
            let Some(operation) = unfinished(state, &facts.operation.id)? else { return Ok(()) };
            if let Some(addon) = &facts.addon {
                let addon = addons::find(state, &addon.id)?;
                let found = addon.as_ref().map_or("gone", |addon| addon.state.word());
                if !addon.is_some_and(|addon| facts.course().begins_in().contains(&addon.state)) {
                    let name = operation.addon.clone().unwrap_or_default();
                    return queue::fail(state, &operation, &format!("When its turn came, {name} was {found}."));
                }
                if facts.course().wakes() && found == AddonState::Sleeping.word() {
                    operations::set_spec(state, &operation.id, &operation.spec.clone().with(WAKES_FIRST, true))?;
                }
            }
            facts.course().began(state, &facts)?;
            operations::open(state, &operation.id)
        });
        opened.await.map_or(Next::Rest, |()| Next::Again)
    }

    /// Writes that a step begins. False when the operation has ended meanwhile.
    async fn begin(&self, facts: &Arc<Facts>, step: Step) -> Option<bool> {
        let facts = Arc::clone(facts);
        let begun = self.record(move |state| {
            let Some(operation) = unfinished(state, &facts.operation.id)? else { return Ok(false) };
            if let Some(addon) = &facts.addon {
                let message = match events::last(state, &addon.id)? {
                    Some((last, status)) if last == step.name() && status == Status::Started.word() => {
                        "Begun again: the platform ended in the middle of it."
                    }
                    _ => "Begun.",
                };
                events::insert(state, &addon.id, step.name(), Status::Started, message, &[])?;
            }
            operations::begin(state, &operation.id, step.name())?;
            Ok(true)
        });
        begun.await
    }

    /// Takes a step, on another port where its own is taken.
    async fn take_step(&self, ctx: &mut Context, step: Step) -> Outcome {
        for attempt in 1.. {
            let error = match self.attempt(ctx, step).await {
                Outcome::Badly(error) => error,
                outcome => return outcome,
            };
            let (Some(addon), Some(driver)) = (ctx.facts.addon.clone(), ctx.facts.driver.clone()) else {
                return Outcome::Badly(error);
            };
            if !error.port_taken || !driver.needs_port() || attempt >= PORT_ATTEMPTS {
                return Outcome::Badly(error);
            }
            let (id, told) = (addon.id.clone(), error.clone());
            let told = self
                .record(move |state| events::insert(state, &id, step.name(), Status::Failed, &told.message, &told.log));
            let Some(()) = told.await else { return Outcome::Dropped };
            let Some(moved) = self.move_port(&addon, &driver).await else { return Outcome::Dropped };
            let message = format!("Begun again on port {}.", moved.settings.port);
            let Some(()) = self.note(&moved, step.name(), Status::Started, &message).await else {
                return Outcome::Dropped;
            };
            let Facts { operation, services, .. } = ctx.facts.as_ref();
            let (operation, services) = (operation.clone(), Arc::clone(services));
            ctx.facts = Arc::new(Facts { operation, addon: Some(moved), driver: Some(driver), services });
        }
        Outcome::Dropped
    }

    /// Takes a step once, in a task of its own, so that a defect in it becomes a failed step.
    async fn attempt(&self, ctx: &Context, step: Step) -> Outcome {
        let own = ctx.clone();
        let mut task = tokio::spawn(async move { own.course().run(step, &own).await });
        let can_break_off = steps::can_break_off(step);
        let ended = tokio::select! {
            ended = &mut task => ended,
            () = ctx.cancel.cancelled(), if can_break_off => {
                task.abort();
                drop(task.await);
                return Outcome::Badly(StepError::plain("It was broken off."));
            }
            () = self.stopping.cancelled(), if can_break_off => {
                task.abort();
                drop(task.await);
                return Outcome::Dropped;
            }
        };
        match ended {
            Ok(Ok(ended)) => Outcome::Well(ended),
            Ok(Err(error)) => Outcome::Badly(error),
            Err(error) => Outcome::Badly(StepError::plain(format!(
                "The step broke off because of a defect in attache ({error}). Please report it."
            ))),
        }
    }

    async fn went_well(self: &Arc<Self>, ctx: &Context, step: Step, ended: Ended, steps: usize) -> Next {
        let facts = Arc::clone(&ctx.facts);
        if let Some(addon) = &facts.addon
            && step == Step::Check
        {
            // It was asked the way an app would.
            self.services.set_health(&addon.id, Health::Ok);
        }
        if let Some(addon) = &facts.addon
            && steps::settles_server(step)
        {
            locked(&self.unresumed).remove(&addon.id);
        }
        let subject = facts.operation.subject.clone();
        let recorded = self.record(move |state| {
            if let Some(addon) = &facts.addon {
                events::insert(state, &addon.id, step.name(), Status::Done, &ended.message, &[])?;
            }
            let Some(operation) = unfinished(state, &facts.operation.id)? else { return Ok(()) };
            if let Some(addon) = &facts.addon {
                if step == Step::Resume && operation.spec.is(WAKES_FIRST) {
                    addons::change_state(state, &addon.id, &[AddonState::Sleeping], AddonState::Ready, None)?;
                }
                if operation.message.is_some() {
                    addons::set_reason(state, &addon.id, None)?;
                }
            }
            let course = facts.course();
            course.ended(state, &facts, step, &ended)?;
            let next_step = operation.next_step + 1;
            operations::advance(state, &operation.id, next_step)?;
            if next_step < steps { Ok(()) } else { end(state, &facts, &operation, Some(&ended.message)) }
        });
        if recorded.await.is_none() {
            return Next::Rest;
        }
        self.forget_retry(&subject);
        Next::Again
    }

    async fn went_badly(&self, ctx: &Context, step: Step, error: StepError) -> Next {
        let facts = Arc::clone(&ctx.facts);
        let operation = &facts.operation;
        tracing::warn!(addon = operation.addon, kind = %operation.kind, %step, "{}", error.message);
        let clearing = {
            let own = ctx.clone();
            tokio::spawn(async move { own.course().clear_away(step, &own).await })
        };
        let cleared = match clearing.await {
            Ok(Ok(())) => None,
            Ok(Err(error)) => Some(error),
            Err(error) => Some(StepError::plain(format!("A defect in attache ({error}). Please report it."))),
        };
        let on_failure = match operation {
            operation if operation.is_undoing => OnFailure::Later,
            // It could not be woken; nothing of its own has been done.
            operation if operation.next_step == 0 && operation.spec.is(WAKES_FIRST) => OnFailure::End,
            operation => course(operation.kind).on_failure(step),
        };
        if on_failure != OnFailure::End
            && let Some(addon) = &facts.addon
        {
            // What comes next needs the server, if it needs it, whatever the failure has done to it.
            locked(&self.unresumed).insert(addon.id.clone());
        }
        let recorded = self.record(move |state| {
            let addon_id = facts.addon.as_ref().map(|addon| addon.id.as_str());
            if let Some(id) = addon_id {
                events::insert(state, id, step.name(), Status::Failed, &error.message, &error.log)?;
                if let Some(error) = &cleared {
                    events::insert(state, id, "stop_server", Status::Failed, &error.message, &error.log)?;
                }
            }
            let Some(operation) = unfinished(state, &facts.operation.id)? else { return Ok(Next::Again) };
            match on_failure {
                OnFailure::End => queue::fail(state, &operation, &error.message)?,
                OnFailure::Undo => {
                    operations::begin_undoing(state, &operation.id, &format!("{step}: {}", error.message))?;
                    facts.course().undoing(state, &facts)?;
                }
                OnFailure::Later => {
                    if !operation.is_undoing {
                        operations::set_message(state, &operation.id, &error.message)?;
                    }
                    if let Some(id) = addon_id {
                        addons::set_reason(state, id, Some(&format!("{step}: {}", error.message)))?;
                    }
                    return Ok(Next::Rest);
                }
            }
            Ok(Next::Again)
        });
        recorded.await.unwrap_or(Next::Rest)
    }

    /// For an operation that has no step left: its kind had more of them in an earlier version of this program.
    async fn end_without_a_step(&self, facts: &Arc<Facts>) -> Next {
        let facts = Arc::clone(facts);
        let ended = self.record(move |state| match unfinished(state, &facts.operation.id)? {
            Some(operation) => end(state, &facts, &operation, None),
            None => Ok(()),
        });
        ended.await.map_or(Next::Rest, |()| Next::Again)
    }

    /// Learns how the add-on stands after a step.
    async fn look_again(self: &Arc<Self>, id: &str, step: Step, is_well: bool) {
        let key = id.to_owned();
        let row: Result<_, DbError> = self.db.read(move |state| addons::find(state, &key)).await;
        match row {
            Ok(None) => {
                tracing::info!(addon = id, "gone");
                self.services.forget_health(id);
                self.forget_watch(id);
                locked(&self.unresumed).remove(id);
                self.let_go(id);
            }
            Ok(Some(row)) if row.state == AddonState::Ready => {
                self.let_in(&row);
                if is_well
                    && step == Step::Check
                    && let Some(driver) = self.services.driver(&row.service)
                {
                    tracing::info!(addon = row.name, "ready");
                    self.probe(&row, driver).await;
                }
            }
            Ok(Some(row)) => {
                if !is_well || matches!(row.state, AddonState::Failed | AddonState::Deprovisioning) {
                    self.let_go(id);
                }
            }
            Err(error) => tracing::error!("{error}"),
        }
    }
}

fn unfinished(state: &Connection, id: &str) -> Result<Option<OperationRow>, DbError> {
    Ok(operations::find(state, id)?.filter(|operation| operation.state.is_unfinished()))
}

/// The end of the last step: all is done, or all is undone.
fn end(state: &Connection, facts: &Facts, operation: &OperationRow, message: Option<&str>) -> Result<(), DbError> {
    let course: &dyn Course = facts.course();
    if !operation.is_undoing {
        operations::end(state, &operation.id, OperationState::Done, message)?;
        return course.done(state, facts);
    }
    let why = operation.message.as_deref().unwrap_or("It failed.");
    let told = format!("{why} {}", course.undone());
    operations::end(state, &operation.id, OperationState::Failed, Some(&told))?;
    course.failed(state, operation, &told)
}
