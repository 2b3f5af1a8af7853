//! Another plan for an add-on. When anything goes wrong after the switch, it gets its old plan back.

use async_trait::async_trait;
use rusqlite::Connection;

use super::{Context, Course, Ended, Facts, OnFailure, begin_update, end_update, steps};
use crate::local::catalog::PlanDocument;
use crate::local::db::DbError;
use crate::local::db::addons::{self, AddonState};
use crate::local::db::operations::{self, OperationRow, Spec};
use crate::local::services::{Driver, Step, StepError};
use crate::model::Plan;

const NEW: &str = "plan";
const OLD: &str = "old_plan";

pub(super) struct ChangePlan;

/// What the operation needs to know.
pub(in crate::local::engine) fn spec(old: &PlanDocument, new: &PlanDocument) -> Result<Spec, DbError> {
    Ok(Spec::default().with(NEW, serde_json::to_value(new)?).with(OLD, serde_json::to_value(old)?))
}

fn plan(operation: &OperationRow, name: &str) -> Result<PlanDocument, DbError> {
    let plan = operation.spec.get(name)?;
    plan.ok_or_else(|| DbError::Other("a change of plan does not say which plan".to_owned()))
}

/// Makes the plan of the row true in the server.
fn apply(driver: Option<&dyn Driver>) -> Vec<Step> {
    let again: &[Step] = match driver {
        Some(driver) if !driver.restarts_for_plan() => &[],
        _ => &[Step::StopServer, Step::Resume],
    };
    [again, &[Step::ApplyPlan, Step::Check, Step::WriteManifest]].concat()
}

#[async_trait]
impl Course for ChangePlan {
    fn begins_in(&self) -> &'static [AddonState] {
        &[AddonState::Ready, AddonState::Sleeping]
    }

    fn wakes(&self) -> bool {
        true
    }

    fn steps(&self, driver: Option<&dyn Driver>) -> Vec<Step> {
        [vec![Step::CheckFit], apply(driver)].concat()
    }

    fn undo(&self, driver: Option<&dyn Driver>) -> Vec<Step> {
        apply(driver)
    }

    fn undone(&self) -> &'static str {
        "It has its old plan again."
    }

    async fn run(&self, step: Step, ctx: &Context) -> Result<Ended, StepError> {
        if step != Step::CheckFit {
            return steps::take(step, ctx).await;
        }
        let new = plan(&ctx.operation, NEW).map_err(|error| StepError::plain(error.to_string()))?;
        Ok(ctx.driver()?.check_fit(&ctx.instance()?, &Plan::from(new)).await?.into())
    }

    fn began(&self, state: &Connection, facts: &Facts) -> Result<(), DbError> {
        // Another change of plan may have gone before, since this one was asked for: what it gets back is what it has now.
        let operation = operations::find(state, &facts.operation.id)?;
        let row = addons::find(state, &facts.operation.subject)?;
        if let (Some(operation), Some(row)) = (operation, row) {
            let spec = operation.spec.with(OLD, serde_json::to_value(&row.plan)?);
            operations::set_spec(state, &operation.id, &spec)?;
        }
        begin_update(state, facts)
    }

    fn ended(&self, state: &Connection, facts: &Facts, step: Step, _: &Ended) -> Result<(), DbError> {
        match step {
            Step::CheckFit => addons::set_plan(state, &facts.operation.subject, &plan(&facts.operation, NEW)?),
            _ => Ok(()),
        }
    }

    fn done(&self, state: &Connection, facts: &Facts) -> Result<(), DbError> {
        end_update(state, &facts.operation)
    }

    fn on_failure(&self, step: Step) -> OnFailure {
        match step {
            // Nothing has changed yet.
            Step::CheckFit => OnFailure::End,
            // It has its new plan, and works.
            Step::WriteManifest => OnFailure::Later,
            _ => OnFailure::Undo,
        }
    }

    fn undoing(&self, state: &Connection, facts: &Facts) -> Result<(), DbError> {
        addons::set_plan(state, &facts.operation.subject, &plan(&facts.operation, OLD)?)
    }

    fn failed(&self, state: &Connection, operation: &OperationRow, _: &str) -> Result<(), DbError> {
        end_update(state, operation)
    }
}
