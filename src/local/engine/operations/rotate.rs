//! Another password for an add-on. It is durable before the server gets it, and in the row as soon as the server has it.

use async_trait::async_trait;
use rusqlite::Connection;
use secrecy::{ExposeSecret, SecretString};

use super::{Context, Course, Ended, Facts, OnFailure, begin_update, end_update, steps};
use crate::local::db::addons::{self, AddonState};
use crate::local::db::operations::{self, OperationRow, Spec};
use crate::local::db::{DbError, attachments, releases};
use crate::local::services::{Driver, Step, StepError};

const PASSWORD: &str = "password";

pub(super) struct Rotate;

/// What the operation needs to know. It is forgotten as soon as the row has it.
pub(in crate::local::engine) fn spec(password: &SecretString) -> Spec {
    Spec::default().with(PASSWORD, password.expose_secret())
}

fn password(operation: &OperationRow) -> Option<SecretString> {
    operation.spec.text(PASSWORD).map(SecretString::from)
}

#[async_trait]
impl Course for Rotate {
    fn begins_in(&self) -> &'static [AddonState] {
        &[AddonState::Ready, AddonState::Sleeping]
    }

    fn wakes(&self) -> bool {
        true
    }

    fn steps(&self, _: Option<&dyn Driver>) -> Vec<Step> {
        vec![Step::ChangePassword, Step::WriteManifest, Step::ReleaseApps]
    }

    fn undo(&self, _: Option<&dyn Driver>) -> Vec<Step> {
        vec![Step::ChangePassword]
    }

    fn undone(&self) -> &'static str {
        "The old password is the valid one."
    }

    async fn run(&self, step: Step, ctx: &Context) -> Result<Ended, StepError> {
        match step {
            Step::ChangePassword => {
                let mut instance = ctx.instance()?;
                if !ctx.operation.is_undoing {
                    let missing = || StepError::plain("The new password is not there. Ask for another one.");
                    instance.settings.password = password(&ctx.operation).ok_or_else(missing)?;
                }
                Ok(ctx.driver()?.change_password(&instance).await?.into())
            }
            // They are made in the transaction.
            Step::ReleaseApps => Ok("Every app that it is attached to has a release with the new password.".into()),
            step => steps::take(step, ctx).await,
        }
    }

    fn began(&self, state: &Connection, facts: &Facts) -> Result<(), DbError> {
        begin_update(state, facts)
    }

    fn ended(&self, state: &Connection, facts: &Facts, step: Step, _: &Ended) -> Result<(), DbError> {
        let operation = &facts.operation;
        let Some(row) = addons::find(state, &operation.subject)? else { return Ok(()) };
        match (step, password(operation)) {
            (Step::ChangePassword, Some(password)) if !operation.is_undoing => {
                let mut settings = row.settings;
                settings.password = password;
                addons::set_settings(state, &row.id, &settings)?;
                operations::set_spec(state, &operation.id, &operation.spec.clone().without(PASSWORD))
            }
            (Step::ReleaseApps, _) => {
                for app_id in attachments::apps_of(state, &row.id)? {
                    let what = format!("Rotate the credentials of {}", row.name);
                    releases::insert(state, &app_id, &what, &operation.author)?;
                }
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn done(&self, state: &Connection, facts: &Facts) -> Result<(), DbError> {
        end_update(state, &facts.operation)
    }

    fn on_failure(&self, step: Step) -> OnFailure {
        match step {
            // The server may have the one password or the other.
            Step::ChangePassword => OnFailure::Undo,
            _ => OnFailure::Later,
        }
    }

    fn failed(&self, state: &Connection, operation: &OperationRow, _: &str) -> Result<(), DbError> {
        end_update(state, operation)
    }
}
