//! The way back from an operation.

use super::super::args::WriteArgs;
use super::super::find::all_addons;
use super::super::write::{Door, report};
use super::super::{Context, Exit, Failure};
use crate::model::{OperationId, Outcome, inverse, shell_line};

/// Sends the command that undoes an operation, confirmed as far as that command has to be.
pub(super) async fn run(id: &str, write: &WriteArgs, context: &Context) -> Result<(), Failure> {
    let door = Door::open(context)?;
    let id = OperationId(id.to_owned());
    let entry = door.journal.get(&id)?.ok_or_else(|| {
        let message = format!(
            "There is no operation {id:?} in the journal of this machine. List them with: attache operations",
            id = id.as_str()
        );
        Failure::new(Exit::Failed, message)
    })?;
    let (operation, mine) = (entry.operation, &context.profile.name);
    if operation.profile != *mine {
        let line = shell_line(["attache", "--profile", operation.profile.as_str(), "operations", "undo", id.as_str()]);
        return Err(Failure::new(
            Exit::Usage,
            format!(
                "Operation {id} went through profile {}, and this is {mine}. Undo it with: {line}",
                operation.profile
            ),
        ));
    }
    let addons = all_addons(door.connection.reader.as_ref()).await?;
    let way_back = inverse(&operation, |id| addons.iter().find(|addon| addon.key.id == id));
    let command = way_back.map_err(|why| Failure::new(Exit::Failed, why))?;
    let sentence = command.sentence();
    let sent = door.submit(context, command, write).await?;
    let end = if sent.outcome == Outcome::Accepted { "under way" } else { "done" };
    report(&sent, write, &format!("{sentence}: {end}. That is the way back from: {}.", operation.command.sentence()))
}
