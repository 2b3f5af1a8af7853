//! The steps that mean the same in whatever operation they are.

use super::super::folder;
use super::{Context, Ended};
use crate::local::services::{Step, StepError};

/// Whether a step may be dropped in the middle: it only reads the add-on, or fills one that nobody uses yet. Such a step goes on
/// for as long as there is data, so that it neither keeps the platform from ending nor others waiting for their turn.
pub(in crate::local::engine) fn can_break_off(step: Step) -> bool {
    matches!(step, Step::CopyData | Step::CheckCopy | Step::LoadBackup)
}

/// Whether a step needs a server that runs, and does not start it itself.
pub(in crate::local::engine) fn needs_server(step: Step) -> bool {
    matches!(
        step,
        Step::CreateRole
            | Step::CreateDatabase
            | Step::RegisterKeys
            | Step::LoadBackup
            | Step::Check
            | Step::CopyData
            | Step::CheckFit
            | Step::ApplyPlan
            | Step::ChangePassword
    )
}

/// Whether after that step the server is running, or gone, so that nobody has to look for it any more.
pub(in crate::local::engine) fn settles_server(step: Step) -> bool {
    matches!(step, Step::StartServer | Step::Resume | Step::StopServer | Step::RetireServer)
}

/// Takes a step that is not an operation's own; what is none of the engine's is the driver's.
pub(in crate::local::engine) async fn take(step: Step, ctx: &Context) -> Result<Ended, StepError> {
    let instance = ctx.instance()?;
    match step {
        Step::PrepareFolder => {
            folder::prepare(&instance.folder, ctx.addon()?, ctx.driver()?.log_file(&instance))?;
            Ok("Made the add-on's folder.".into())
        }
        Step::WriteManifest => {
            folder::rewrite(&instance.folder, ctx.addon()?, ctx.driver()?.log_file(&instance))?;
            Ok("The add-on's folder says so too.".into())
        }
        Step::Resume => {
            ctx.engine.stop_listening(&instance.id).await;
            Ok(ctx.driver()?.resume(&instance).await?.into())
        }
        Step::StopServer => {
            ctx.driver()?.stop(&instance).await?;
            Ok("The server is stopped; the data stays.".into())
        }
        Step::RetireServer => {
            ctx.engine.stop_listening(&instance.id).await;
            ctx.driver()?.retire(&instance).await?;
            Ok("The server is gone.".into())
        }
        Step::RemoveFolder => {
            let removal = tokio::task::spawn_blocking(move || folder::remove(&instance.folder, &instance.id));
            let broken = |error| Err(StepError::plain(format!("The folder's removal broke off ({error}).")));
            removal.await.unwrap_or_else(broken)?;
            Ok("The folder is gone.".into())
        }
        // What is left to do is done in the transaction.
        Step::ForgetRow => Ok("It is gone.".into()),
        Step::ApplyPlan => Ok(ctx.driver()?.apply_plan(&instance).await?.into()),
        step => Ok(ctx.driver()?.run_step(step, &instance).await?.into()),
    }
}
