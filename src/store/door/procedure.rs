//! Procedures: what one may consist of, which commands a step has when its turn comes, and whether every app went over.

mod all;
mod plan;
mod verify;

use crate::model::{Act, Addon, Command, Course, Goal, Known, Late, RestoreBackup, RestoreGoal, StepState};
use crate::platform::{Connection, Platform, ReadError, ReadErrorKind};

pub use all::{destruction, prepare_all};
pub use plan::{RestoreWish, plan_restore};
pub use verify::{AppMoved, verdict, verify};

/// How many apps are read at a time.
const AT_ONCE: usize = 8;

/// The commands of a step whose turn has come, and the apps that have to be read again when they are done.
///
/// # Errors
/// When the platform can't be read, or what came before is not there; a sentence.
pub async fn bind(
    connection: &Connection,
    course: &Course,
    step: usize,
) -> Result<(Vec<Command>, Vec<String>), ReadError> {
    let reader = connection.reader.as_ref();
    let goal = restore_of(course)?;
    let late = match course.procedure.steps.get(step).map(|step| &step.act) {
        Some(Act::Late { late }) => *late,
        _ => return Err(missing("This step has no commands that have to be told.")),
    };
    match late {
        Late::RestoreCopy => {
            let copy = course.copy_id().ok_or_else(|| missing("The copy was not told by the platform."))?;
            let addon = reader.addon(&goal.addon_id).await?.value;
            let plan =
                addon.plan.clone().ok_or_else(|| missing("The platform does not tell the plan of the add-on."))?;
            let restore = RestoreBackup {
                backup_id: copy.to_owned(),
                of: Some(addon.name.to_string()),
                name: goal.replacement.clone(),
                team: addon.team.map(Into::into),
                service: addon.service.to_string(),
                plan: plan.to_string(),
            };
            Ok((vec![Command::Restore(restore)], Vec::new()))
        }
        Late::FillReplacement => {
            let backup_id = goal.backup_id.clone().ok_or_else(|| missing("Which backup it is, is not on record."))?;
            let to = replacement(reader, course).await?;
            // What is replaced is what we made for this, or nothing.
            if to.name != goal.replacement || to.key.id == goal.addon_id {
                return Err(missing(&format!("{} is not the add-on that was made for this.", to.name)));
            }
            let of = Some(goal.addon.clone());
            Ok((
                vec![Command::RestoreInto {
                    backup_id,
                    of,
                    addon_id: to.key.id.to_string(),
                    addon: to.name.to_string(),
                }],
                Vec::new(),
            ))
        }
        Late::SwitchOver => {
            let (from, to) = tokio::try_join!(reader.addon(&goal.addon_id), replacement(reader, course))?;
            let commands = reader.switch_over(&from.value, &to);
            let apps = apps_of(&commands).unwrap_or_else(|| from.value.app_names());
            Ok((commands, apps))
        }
        Late::DestroyReplacement => {
            let to = replacement(reader, course).await?;
            // It is destroyed because we made it for this and nobody uses it; if that is not so, it is not.
            let is_used = !matches!(&to.attachments, Known::Is(attachments) if attachments.is_empty());
            let is_ours = to.restored_from.as_ref().is_some_and(|from| {
                from.addon_id.as_deref() == Some(&goal.addon_id) && Some(from.backup_id.as_str()) == course.copy_id()
            });
            if matches!(course.procedure.goal, Goal::Drill(_)) && is_ours && !is_used && to.name == goal.replacement {
                return Ok((
                    vec![Command::DestroyAddon { addon_id: to.key.id.to_string(), addon: to.name.to_string() }],
                    Vec::new(),
                ));
            }
            Err(missing(&format!(
                "{} is in use, or is not shown to be the one that was made for this: it is not destroyed. Look at it.",
                to.name
            )))
        }
    }
}

/// The commands that take back what a step did: the apps that went over use the former add-on again.
///
/// # Errors
/// When the platform can't be read, or one of the two is not there.
pub async fn bind_back(
    connection: &Connection,
    course: &Course,
    step: usize,
) -> Result<(Vec<Command>, Vec<String>), ReadError> {
    let reader = connection.reader.as_ref();
    let Some(status) = course.steps.get(step) else { return Err(missing("There is no such step.")) };
    let (mut from, to) = tokio::try_join!(replacement(reader, course), async {
        Ok(reader.addon(course.procedure.goal.addon_id()).await?.value)
    })?;
    let done: Vec<&Command> = status
        .current()
        .iter()
        .filter(|part| !part.is_back && matches!(part.state, StepState::Done(_)))
        .map(|part| &part.command)
        .collect();
    // A command that names no app was for all of them.
    let is_for_all = done.iter().any(|command| command.app().is_none());
    let moved = |app: &str| is_for_all || done.iter().any(|command| command.app() == Some(app));
    let apps: Vec<String> = status.apps.iter().filter(|app| moved(app)).cloned().collect();
    if let Known::Is(attachments) = &mut from.attachments {
        attachments.retain(|attachment| apps.iter().any(|app| *app == attachment.app));
    }
    let mut commands = reader.switch_over(&from, &to);
    // The replacement may be attached to an app that never went over, or under another name as well.
    commands.retain(|command| command.app().is_none_or(|app| apps.iter().any(|one| one == app)));
    Ok((commands, apps))
}

/// The apps that the commands are about, each once; `None` where one of them is about all.
fn apps_of(commands: &[Command]) -> Option<Vec<String>> {
    let mut apps: Vec<String> =
        commands.iter().map(|command| command.app().map(str::to_owned)).collect::<Option<_>>()?;
    apps.sort_unstable();
    apps.dedup();
    Some(apps)
}

fn restore_of(course: &Course) -> Result<&RestoreGoal, ReadError> {
    course.procedure.goal.restore().ok_or_else(|| missing("This procedure restores nothing."))
}

async fn replacement(reader: &dyn Platform, course: &Course) -> Result<Addon, ReadError> {
    let id = course.replacement_id().ok_or_else(|| missing("The replacement was not told by the platform."))?;
    Ok(reader.addon(id).await?.value)
}

fn missing(why: &str) -> ReadError {
    ReadError::new(ReadErrorKind::NotFound, why)
}
