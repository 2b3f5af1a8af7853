//! `attache operations`: what was done from this machine, as the journal has it. No platform is asked.

use serde_json::json;

use super::args::OperationsArgs;
use super::{Exit, Failure, json as document, output};
use crate::config::Paths;
use crate::store::Journal;

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
