//! Procedures: what one may consist of, which commands a step has when its turn comes, and whether every app went over.

use std::path::PathBuf;

use futures_util::{StreamExt, stream};
use jiff::Timestamp;

use super::situation;
use crate::model::{
    Act, Addon, Backup, Change, Command, Course, Goal, Known, Late, Mark, Release, RestoreBackup, RestoreGoal,
    RestorePlan, StepState, StepStatus, Verb,
};
use crate::platform::{Connection, Platform, ReadError, ReadErrorKind, RestoreFacts};

/// How many apps are read at a time.
const AT_ONCE: usize = 8;

/// Which restore is wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RestoreWish {
    /// The native id of the add-on whose data is lost; `None` for a backup of one that is gone, or of an uploaded file.
    pub addon_id: Option<String>,
    /// The backup that was picked.
    pub backup_id: String,
    /// The last moment at which the data was good, if it was said.
    pub good_moment: Option<Timestamp>,
    /// The name of the replacement.
    pub replacement: String,
    /// The plan of the replacement; that of the add-on where none is named.
    pub plan: Option<String>,
    /// The team of the replacement, where there is no add-on to tell it.
    pub team: Option<String>,
    /// Where a downloaded backup would go, as an absolute path.
    pub file: PathBuf,
}

/// Reads live what a restore may consist of, and what it will and won't do.
///
/// # Errors
/// When the platform can't be read, can't restore, or add-on or backup are not there.
pub async fn plan_restore(connection: &Connection, wish: &RestoreWish) -> Result<RestorePlan, ReadError> {
    let reader = connection.reader.as_ref();
    if let Some(reason) = reader.capability(Verb::Restore).reason() {
        return Err(ReadError::unsupported(reason));
    }
    let addon = match &wish.addon_id {
        Some(id) => source(reader, id).await?,
        None => None,
    };
    let restore = match &addon {
        Some(addon) => beside(addon, wish)?,
        // Its backups outlive an add-on: what one of them is made of is told by itself.
        None => from_backup(&reader.backup(&wish.backup_id).await?.value, wish)?,
    };
    let command = Command::Restore(restore.clone());
    let apps = addon.as_ref().map_or_else(Vec::new, Addon::app_names);
    let ((situation, at), releases) =
        tokio::try_join!(situation::read(reader, &command), async { Ok(releases(reader, apps).await) })?;
    let effects = reader.effects(&command, &situation);
    if let Some(why) = effects.refusal() {
        return Err(ReadError::unsupported(why));
    }
    let Some(backup) = &situation.backup else {
        return Err(ReadError::unsupported(&format!("Backup {} could not be read.", wish.backup_id)));
    };
    let facts = RestoreFacts {
        addon: addon.as_ref(),
        backup,
        backups: situation.backups.as_ref(),
        releases: &releases,
        good_moment: wish.good_moment,
        restore: &restore,
        file: &wish.file,
        at,
    };
    let offers = reader.restore_offers(&facts);
    let goal = RestoreGoal {
        addon_id: wish.addon_id.clone().or_else(|| backup.addon_id.clone()).unwrap_or_default(),
        addon: restore.of.clone().unwrap_or_else(|| "an uploaded file".to_owned()),
        backup_id: Some(backup.id.clone()),
        backup_started_at: backup.started_at,
        backup_size: backup.size,
        good_moment: wish.good_moment,
        replacement: wish.replacement.clone(),
    };
    let mut plan = RestorePlan { goal, offers, does: Vec::new(), leaves: Vec::new(), at };
    for change in effects.changes {
        match change {
            Change::Note(text) => plan.leaves.push(text),
            Change::Adds(text) | Change::Disturbs(text) => plan.does.push(text),
            _ => {}
        }
    }
    Ok(plan)
}

/// The add-on whose data is lost; nothing where its own read says that it is gone.
async fn source(reader: &dyn Platform, id: &str) -> Result<Option<Addon>, ReadError> {
    match reader.addon(id).await {
        Ok(fresh) => Ok(Some(fresh.value)),
        Err(error) if error.kind == ReadErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// What makes the replacement of an add-on that is there.
fn beside(addon: &Addon, wish: &RestoreWish) -> Result<RestoreBackup, ReadError> {
    let plan = wish.plan.clone().or_else(|| addon.plan.clone()).ok_or_else(|| no_plan(&addon.name))?;
    Ok(RestoreBackup {
        backup_id: wish.backup_id.clone(),
        of: Some(addon.name.clone()),
        name: wish.replacement.clone(),
        team: addon.team.clone(),
        service: addon.service.clone(),
        plan,
    })
}

/// What makes a new add-on of a backup alone.
fn from_backup(backup: &Backup, wish: &RestoreWish) -> Result<RestoreBackup, ReadError> {
    let Backup { id, addon, service, plan, .. } = backup;
    let service = service.clone().ok_or_else(|| {
        ReadError::unsupported(&format!(
            "The platform does not tell of which service backup {id} is: it can't be restored here."
        ))
    })?;
    Ok(RestoreBackup {
        backup_id: id.clone(),
        of: addon.clone(),
        name: wish.replacement.clone(),
        team: wish.team.clone(),
        service,
        plan: wish.plan.clone().or_else(|| plan.clone()).ok_or_else(|| no_plan(&format!("backup {id}")))?,
    })
}

fn no_plan(of: &str) -> ReadError {
    ReadError::unsupported(&format!("The platform does not tell the plan of {of}: name one."))
}

/// The releases of each app, newest first, or why they can't be told.
pub(super) async fn releases(
    reader: &dyn Platform,
    apps: impl IntoIterator<Item = String>,
) -> Vec<(String, Known<Vec<Release>>)> {
    let read = apps.into_iter().map(|app| async move {
        let releases = match reader.releases(&app).await {
            Ok(releases) => Known::Is(releases),
            Err(error) => Known::Unknown(error.message),
        };
        (app, releases)
    });
    stream::iter(read.collect::<Vec<_>>()).buffered(AT_ONCE).collect().await
}

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
    let goal = course.procedure.goal.restore();
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
                of: Some(addon.name),
                name: goal.replacement.clone(),
                team: addon.team,
                service: addon.service,
                plan,
            };
            Ok((vec![Command::Restore(restore)], Vec::new()))
        }
        Late::SwitchOver => {
            let (from, to) = tokio::try_join!(reader.addon(&goal.addon_id), replacement(reader, course))?;
            let apps = from.value.app_names();
            Ok((reader.switch_over(&from.value, &to), apps))
        }
        Late::DestroyReplacement => {
            let to = replacement(reader, course).await?;
            // It is destroyed because we made it for this and nobody uses it; if that is not so, it is not.
            let is_used = !matches!(&to.attachments, Known::Is(attachments) if attachments.is_empty());
            let is_ours = to.restored_from.as_ref().is_some_and(|from| {
                from.addon_id.as_deref() == Some(&goal.addon_id) && Some(from.backup_id.as_str()) == course.copy_id()
            });
            if matches!(course.procedure.goal, Goal::Drill(_)) && is_ours && !is_used && to.name == goal.replacement {
                return Ok((vec![Command::DestroyAddon { addon_id: to.key.id, addon: to.name }], Vec::new()));
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
        Ok(reader.addon(&course.procedure.goal.restore().addon_id).await?.value)
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
        attachments.retain(|attachment| apps.contains(&attachment.app));
    }
    Ok((reader.switch_over(&from, &to), apps))
}

async fn replacement(reader: &dyn Platform, course: &Course) -> Result<Addon, ReadError> {
    let id = course.replacement_id().ok_or_else(|| missing("The replacement was not told by the platform."))?;
    Ok(reader.addon(id).await?.value)
}

fn missing(why: &str) -> ReadError {
    ReadError::new(ReadErrorKind::NotFound, why)
}

/// Whether an app uses what it is to use, as read again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AppMoved {
    /// The app.
    pub app: String,
    /// Whether it does; why that is not so, or not known.
    pub is_moved: Known<Result<(), String>>,
}

/// Reads every app of a step again: does it use the replacement, and the former add-on no more? Where the step was taken
/// back, the other way round.
///
/// # Errors
/// When one of the two add-ons can't be read.
pub async fn verify(connection: &Connection, course: &Course, step: usize) -> Result<Vec<AppMoved>, ReadError> {
    let reader = connection.reader.as_ref();
    let Some(status) = course.steps.get(step) else { return Err(missing("There is no such step.")) };
    let former = async {
        match reader.addon(&course.procedure.goal.restore().addon_id).await {
            Ok(addon) => Ok(Some(addon.value)),
            Err(error) if error.kind == ReadErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    };
    let (new, former) = tokio::try_join!(replacement(reader, course), former)?;
    let (from, to) = match (status.is_back(), former) {
        (false, former) => (former, new),
        (true, Some(former)) => (Some(new), former),
        (true, None) => return Err(missing("The former add-on is gone: no app can use it again.")),
    };
    let read = status.apps.iter().map(|app| {
        let (from, to) = (from.as_ref(), &to);
        async move { AppMoved { app: app.clone(), is_moved: is_moved(reader, app, from, to).await } }
    });
    Ok(stream::iter(read.collect::<Vec<_>>()).buffered(AT_ONCE).collect().await)
}

/// What reading every app of a step again says of the step: done, or what is not so. Apps that were left out are named, and
/// not waited for.
pub fn verdict(course: &Course, step: usize, apps: &[AppMoved]) -> Mark {
    let status = course.steps.get(step);
    let left_out: Vec<&str> = status.map(|status| status.left_out().collect()).unwrap_or_default();
    let counted: Vec<&AppMoved> = apps.iter().filter(|app| !left_out.contains(&app.app.as_str())).collect();
    let problems = counted.iter().filter_map(|app| match &app.is_moved {
        Known::Is(Ok(())) => None,
        Known::Is(Err(why)) => Some(format!("{}: not moved. {why}", app.app)),
        Known::Unknown(why) => Some(format!("{}: not known. {why}", app.app)),
    });
    let problems: Vec<String> = problems.collect();
    let back = if status.is_some_and(StepStatus::is_back) { " back" } else { "" };
    let mut message = format!("{}/{} apps moved{back}", counted.len() - problems.len(), apps.len());
    if !left_out.is_empty() {
        message = format!("{message}; left out: {}", left_out.join(", "));
    }
    if problems.is_empty() {
        return Mark::Done { step, message };
    }
    Mark::Failed { step, message: format!("{message}. {}", problems.join(" ")) }
}

async fn is_moved(reader: &dyn Platform, app: &str, from: Option<&Addon>, to: &Addon) -> Known<Result<(), String>> {
    let is_attached = |addon: &Addon| match &addon.attachments {
        Known::Is(attachments) => Ok(attachments.iter().any(|one| one.app == app)),
        Known::Unknown(why) => Err(format!("which apps {} is attached to is not told: {why}", addon.name)),
    };
    match (is_attached(to), from.map_or(Ok(false), is_attached)) {
        (Err(why), _) | (_, Err(why)) => return Known::Unknown(why),
        (Ok(false), _) => return Known::Is(Err(format!("{} is not attached to it.", to.name))),
        (_, Ok(true)) => {
            let from = from.map_or("", |from| from.name.as_str());
            return Known::Is(Err(format!("{from} is still attached to it.")));
        }
        (Ok(true), Ok(false)) => {}
    }
    let names = match reader.config_var_names(app).await {
        Ok(names) => names,
        Err(error) => return Known::Unknown(error.message),
    };
    let left = from.and_then(|from| names.iter().find(|one| one.addon.as_deref() == Some(from.name.as_str())));
    let has_come = names.iter().any(|variable| variable.addon.as_deref() == Some(to.name.as_str()));
    if names.iter().all(|variable| variable.addon.is_none()) {
        return Known::Unknown("it is not told which of its variables come from an add-on".to_owned());
    }
    Known::Is(match left {
        Some(variable) => {
            let from = variable.addon.as_deref().unwrap_or_default();
            Err(format!("Its variable {} still comes from {from}.", variable.name))
        }
        None if !has_come => Err(format!("None of its variables comes from {}.", to.name)),
        None => Ok(()),
    })
}
