//! `attache addons promote NAME --app APP`: the add-on that one app uses for its service.

use crate::model::{Command, make_primary, primary_holder};
use crate::verbs::args::WriteArgs;
use crate::verbs::write::{Door, Sending, report};
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
    let has_name = as_name.is_some();
    let first = make_primary(&addon, app, as_name, naming).map_err(|message| Failure::new(Exit::Failed, message))?;
    // What came first may need another name before it gives its own away: the adapter knows the steps.
    let others = if has_name { Vec::new() } else { reader.addons_of(app).await?.value };
    let before = primary_holder(others.iter(), &addon, app, naming);
    let is_of_app = |command: &Command| command.app() == Some(app);
    let mut commands: Vec<Command> = before
        .map(|before| reader.switch_over(before, &addon))
        .unwrap_or_default()
        .into_iter()
        .filter(is_of_app)
        .collect();
    if commands.is_empty() {
        commands.push(first);
    }
    let sending = Sending { names: vec![addon.name.clone()], ..Sending::default() };
    let last = commands.pop();
    for command in commands {
        door.submit_as(context, command, write, sending.clone()).await?;
    }
    let Some(last) = last else { return Ok(()) };
    let (operation, _) = door.submit_as(context, last, write, sending).await?;
    report(&operation, write, &format!("{app} uses {} now.", addon.name))
}
