//! Sending an operation of unknown outcome once more.

use super::super::args::WriteArgs;
use super::super::write::{Door, Sending, report};
use super::super::{Context, Failure};
use crate::model::{OperationId, Outcome};
use crate::store::door;

/// Sends it if it may be sent again, and if it is confirmed as far as it has to be.
pub(super) async fn run(id: &str, write: &WriteArgs, context: &Context) -> Result<(), Failure> {
    let door = Door::open(context)?;
    let id = OperationId(id.to_owned());
    let prepared = door::prepare_again(&door.connection, &door.journal, &context.profile.name, &id).await?;
    let (operation, _) = door.submit_prepared(context, prepared, write, Sending::default()).await?;
    let sentence = operation.command.sentence();
    let became = match operation.outcome {
        Outcome::Done => "done",
        _ => "the platform took it and goes on with it",
    };
    report(&operation, write, &format!("{sentence}: sent again; {became}."))
}
