//! `attache operations …`: what was done from this machine, as the journal has it, with the platform's own record beside it.

mod again;
mod list;
mod one;
mod resume;
mod undo;
mod wait;

use super::args::{OperationsAction, OperationsArgs};
use super::write::Door;
use super::{Context, Exit, Failure};
use crate::config::Wanted;
use crate::model::{ProfileName, printable, shell_quote};
use crate::store::Journal;

pub(super) async fn run(args: &OperationsArgs, wanted: &Wanted) -> Result<(), Failure> {
    match &args.action {
        None => list::run(args, wanted).await,
        Some(OperationsAction::Show { id, json }) => one::show(id, *json, wanted).await,
        Some(OperationsAction::Wait { id, timeout, json }) => wait::run(id, *timeout, *json, wanted).await,
        Some(OperationsAction::Undo { id, write }) => undo::run(id, write, &Context::for_verb(wanted)?).await,
        Some(OperationsAction::SendAgain { id, write }) => again::run(id, write, &Context::for_verb(wanted)?).await,
        Some(OperationsAction::Resume { line, json }) => resume::run(line, *json, wanted).await,
    }
}

/// The journal for looking, if there is one. Looking must not make folders: where there is no journal, nothing was done.
fn journal(wanted: &Wanted) -> Result<Option<Journal>, Failure> {
    let Ok(folder) = wanted.paths()?.operations() else { return Ok(None) };
    let is_there = folder.try_exists().map_err(|error| {
        let shown = folder.display();
        Failure::new(
            Exit::Failed,
            format!("The journal's folder {shown} can't be read: {error}. Make it readable for you."),
        )
    })?;
    Ok(is_there.then(|| Journal::for_reading(&folder)))
}

fn missing(id: &str) -> Failure {
    let id = printable(id);
    Failure::new(
        Exit::Failed,
        format!("There is no operation {id} in the journal of this machine. List them: attache operations"),
    )
}

/// The way to the platform that something was sent to. Where no profile is named, the one that it went through is meant.
fn door(wanted: &Wanted, profile: &ProfileName, endpoint: &str) -> Result<Door, Failure> {
    let is_named = wanted.profile.is_some() || wanted.platform.is_some();
    let named = Wanted { profile: Some(profile.0.to_string()), ..wanted.clone() };
    let context = Context::for_verb(if is_named { wanted } else { &named })?;
    let connection = context.connect()?;
    if connection.endpoint != endpoint {
        return Err(Failure::new(
            Exit::Usage,
            format!(
                "It was sent through profile {profile} to {endpoint}, and profile {} leads to {}. Name the way that leads \
                 there: --profile {}",
                context.profile.name,
                connection.endpoint,
                shell_quote(profile.as_str())
            ),
        ));
    }
    // Following records what it finds out, but sends nothing: a read-only profile will do.
    Ok(Door { connection, journal: context.journal()? })
}
