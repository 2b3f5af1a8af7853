//! Another name for an add-on. Its row has it from the request on; what is left to do is to tell its folder.

use async_trait::async_trait;

use super::{Context, Course, Ended, OnFailure, steps};
use crate::local::db::addons::AddonState;
use crate::local::services::{Driver, Step, StepError};

pub(super) struct Rename;

#[async_trait]
impl Course for Rename {
    fn begins_in(&self) -> &'static [AddonState] {
        &[
            AddonState::Requested,
            AddonState::Provisioning,
            AddonState::Restoring,
            AddonState::Ready,
            AddonState::Updating,
            AddonState::Sleeping,
            AddonState::Failed,
        ]
    }

    fn steps(&self, _: Option<&dyn Driver>) -> Vec<Step> {
        vec![Step::WriteManifest]
    }

    async fn run(&self, step: Step, ctx: &Context) -> Result<Ended, StepError> {
        if !ctx.addon()?.provisioned && !ctx.instance()?.folder.exists() {
            // It could not even be made.
            return Ok("It has no folder that would have to be told.".into());
        }
        steps::take(step, ctx).await
    }

    fn on_failure(&self, _: Step) -> OnFailure {
        OnFailure::Later
    }
}
