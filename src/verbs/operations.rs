//! `attache operations`: what was done from this machine, as the journal has it, without asking a platform; and the way back
//! from one of them, or the sending again of one that was lost.

use serde_json::json;

use super::args::{OperationsArgs, WriteArgs};
use super::find::all_addons;
use super::write::{Door, Sending, report};
use super::{Context, Exit, Failure, json as document, output};
use crate::config::Paths;
use crate::model::{OperationId, Outcome, inverse, shell_line};
use crate::store::{Journal, door};

pub(super) fn list(args: &OperationsArgs) -> Result<(), Failure> {
    let folder = Paths::from_env()?.operations();
    // Looking must not make folders: where there is no journal, nothing was done.
    let is_there = folder.try_exists().map_err(|error| {
        let shown = folder.display();
        Failure::new(
            Exit::Failed,
            format!("The journal's folder {shown} can't be read: {error}. Make it readable for you."),
        )
    })?;
    let operations = if is_there { Journal::for_reading(&folder).list(args.limit)? } else { Vec::new() };
    if args.json {
        let rows: Vec<_> = operations.iter().map(document::operation).collect();
        return Ok(output::json(&json!({"operations": rows}))?);
    }
    if operations.is_empty() {
        output::note(&format!("Nothing was done from this machine yet ({} holds no operations).", folder.display()));
        return Ok(());
    }
    let rows: Vec<Vec<String>> = operations
        .into_iter()
        .map(|operation| {
            vec![
                operation.started_at.strftime("%Y-%m-%d %H:%M:%SZ").to_string(),
                operation.profile.to_string(),
                operation.outcome.word().to_owned(),
                operation.command.sentence(),
                operation.id.to_string(),
            ]
        })
        .collect();
    Ok(output::table(&["WHEN", "PROFILE", "OUTCOME", "WHAT", "ID"], &rows)?)
}

/// Sends the command that undoes an operation, confirmed as far as that command has to be.
pub(super) async fn undo(id: String, write: &WriteArgs, context: &Context) -> Result<(), Failure> {
    let door = Door::open(context)?;
    let id = OperationId(id);
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

/// Sends an operation of unknown outcome once more, if it may be, and if it is confirmed as far as it has to be.
pub(super) async fn send_again(id: String, write: &WriteArgs, context: &Context) -> Result<(), Failure> {
    let door = Door::open(context)?;
    let id = OperationId(id);
    let prepared = door::prepare_again(&door.connection, &door.journal, &context.profile.name, &id).await?;
    let (operation, _) = door.submit_prepared(context, prepared, write, Sending::default()).await?;
    let sentence = operation.command.sentence();
    let became = match operation.outcome {
        Outcome::Done => "done",
        _ => "the platform took it and goes on with it",
    };
    report(&operation, write, &format!("{sentence}: sent again; {became}."))
}
