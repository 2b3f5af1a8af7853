//! `attache addons promote NAME --app APP`: the add-on that one app uses for its service.

use crate::model::make_primary;
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
    let addon = find::addon(door.connection.reader.as_ref(), name).await?;
    let command = make_primary(&addon, app, as_name, find::naming(context))
        .map_err(|message| Failure::new(Exit::Failed, message))?;
    let operation = door.submit(context, command, write).await?;
    report(&operation, write, &format!("{app} uses {} now.", addon.name))
}
