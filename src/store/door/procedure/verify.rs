//! Whether every app of a step went over, as read again.

use futures_util::{StreamExt, stream};

use super::{AT_ONCE, missing, replacement};
use crate::model::{Addon, Command, Course, Known, Mark, StepState, StepStatus};
use crate::platform::{Connection, Platform, ReadError, ReadErrorKind};

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
        match reader.addon(course.procedure.goal.addon_id()).await {
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
        async move {
            let is_moved = match by_commands(status, app, from, to) {
                Some(told) if told != Known::Is(Ok(())) => told,
                told => serves(reader, app, from.filter(|_| told.is_none()), to).await,
            };
            AppMoved { app: app.clone(), is_moved }
        }
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

/// Where an app was switched by commands of its own, the former add-on may stay attached to it under another name: what
/// counts is that what these commands say is so. `None` where there were none.
fn by_commands(status: &StepStatus, app: &str, from: Option<&Addon>, to: &Addon) -> Option<Known<Result<(), String>>> {
    let is_its = |command: &&Command| command.app() == Some(app) && command.addon_id() == Some(&to.key.id);
    let parts = status.current().iter().filter(|part| part.state != StepState::Skipped);
    let commands: Vec<&Command> = parts.map(|part| &part.command).filter(is_its).collect();
    if commands.is_empty() {
        return None;
    }
    let rows = match &to.attachments {
        Known::Unknown(why) => {
            return Some(Known::Unknown(format!("which apps {} is attached to is not told: {why}", to.name).into()));
        }
        Known::Is(rows) => rows,
    };
    let problem = commands.iter().find_map(|command| match command {
        Command::MakePrimary { name, .. } if !to.is_primary(app, name) => {
            Some(format!("{} does not serve it as {name}.", to.name))
        }
        Command::MakePrimary { name, .. } => {
            let former = from.filter(|from| from.is_primary(app, name))?;
            Some(format!("{} still serves it as {name}.", former.name))
        }
        Command::Attach { alias, .. } => {
            let is_it = |row: Option<&str>| match (alias.as_deref(), row) {
                (Some(alias), Some(row)) => row.eq_ignore_ascii_case(alias),
                (alias, row) => alias.is_none() || alias == row,
            };
            let has = rows.iter().any(|row| row.app == app && is_it(row.alias.as_deref()));
            let under = alias.as_ref().map_or_else(String::new, |alias| format!(" as {alias}"));
            (!has).then(|| format!("{} is not attached to it{under}.", to.name))
        }
        _ => None,
    });
    let keeps = commands.iter().any(|command| matches!(command, Command::MakePrimary { .. }) || command_names(command));
    match problem {
        Some(problem) => Some(Known::Is(Err(problem))),
        // An attachment without a name says nothing of what the former one still gives.
        None if !keeps => None,
        None => Some(Known::Is(Ok(()))),
    }
}

fn command_names(command: &Command) -> bool {
    matches!(command, Command::Attach { alias: Some(_), .. })
}

/// Whether the app's variables come from the one, and none from the other.
async fn serves(reader: &dyn Platform, app: &str, from: Option<&Addon>, to: &Addon) -> Known<Result<(), String>> {
    let is_attached = |addon: &Addon| match &addon.attachments {
        Known::Is(attachments) => Ok(attachments.iter().any(|one| one.app == app)),
        Known::Unknown(why) => Err(format!("which apps {} is attached to is not told: {why}", addon.name)),
    };
    match (is_attached(to), from.map_or(Ok(false), is_attached)) {
        (Err(why), _) | (_, Err(why)) => return Known::Unknown(why.into()),
        (Ok(false), _) => return Known::Is(Err(format!("{} is not attached to it.", to.name))),
        (_, Ok(true)) => {
            let from = from.map_or("", |from| from.name.as_str());
            return Known::Is(Err(format!("{from} is still attached to it.")));
        }
        (Ok(true), Ok(false)) => {}
    }
    let names = match reader.config_var_names(app).await {
        Ok(names) => names,
        Err(error) => return Known::Unknown(error.message.into()),
    };
    let left = from.and_then(|from| names.iter().find(|one| one.addon.as_deref() == Some(from.name.as_str())));
    let has_come = names.iter().any(|variable| variable.addon.as_deref() == Some(to.name.as_str()));
    if names.iter().all(|variable| variable.addon.is_none()) {
        return Known::Unknown("it is not told which of its variables come from an add-on".into());
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
