//! `attache addons promote NAME --app APP`: the add-on that one app uses for its service.

use super::promote::together;
use crate::model::{Command, make_primary, make_primary_steps, primary_holder};
use crate::verbs::args::WriteArgs;
use crate::verbs::write::{Door, report};
use crate::verbs::{Context, Exit, Failure, find};

pub(super) async fn run(
    name: &str,
    app: &str,
    as_name: Option<String>,
    write: &WriteArgs,
    context: &Context,
) -> Result<(), Failure> {
    let door = Door::open(context)?;
    let reader = door.connection.reader.as_ref();
    let addon = find::addon(reader, name).await?;
    let naming = find::naming(context);
    let first = make_primary(&addon, app, as_name, naming).map_err(|message| Failure::new(Exit::Failed, message))?;
    let name = if let Command::MakePrimary { name, .. } = &first { name.clone() } else { String::new() };
    let others = reader.addons_of(app).await?.value;
    let before = primary_holder(others.iter(), &addon, app, &name, naming);
    let commands = make_primary_steps(first, before, naming, |before| reader.switch_over(before, &addon));
    let operation = together(&door, commands, &addon.name, write, context).await?;
    let Some(operation) = operation else { return Ok(()) };
    report(&operation, write, &format!("{app} uses {} now.", addon.name))
}
