//! Going on with what another account or machine began.

use serde_json::json;

use super::super::write::{Door, ended_well};
use super::super::{Context, Failure, output, procedure};
use super::{one, wait};
use crate::config::Wanted;
use crate::model::{Operation, Outcome, shell_quote};
use crate::store::{Adopted, adopt};

pub(super) async fn run(line: &str, is_json: bool, wanted: &Wanted) -> Result<(), Failure> {
    let context = Context::for_verb(wanted)?;
    // It sends nothing, so a read-only profile will do.
    let door = Door { connection: context.connect()?, journal: context.journal()? };
    let platform = door.connection.reader.words().platform;
    let adopted = adopt(&door.journal, &context.profile.name, platform, &door.connection.endpoint, line)?;
    output::note(&match adopted.is_new {
        true => format!("Adopted from {}. Nothing was sent; what came of it the platform shows.", adopted.handed_by),
        false => "It is in the journal here already. Nothing was sent.".to_owned(),
    });
    if adopted.is_course { course(&door, &adopted, is_json).await } else { operation(&door, &adopted, is_json).await }
}

async fn operation(door: &Door, adopted: &Adopted, is_json: bool) -> Result<(), Failure> {
    let missing = || super::missing(adopted.id.as_str());
    let entry = door.journal.get(&adopted.id)?.ok_or_else(missing)?;
    let operation = wait::looked_into(door, entry.operation).await?;
    if is_json {
        let entry = door.journal.get(&adopted.id)?.ok_or_else(missing)?;
        let mut body = one::entry_document(&entry);
        body["adopted"] = json!({"is_new": adopted.is_new, "by": adopted.handed_by});
        output::json(&body)?;
    } else {
        output::line(&standing(&operation))?;
        if !operation.outcome.is_end() {
            output::line(&format!("Next: attache operations wait {}", shell_quote(operation.id.as_str())))?;
        }
    }
    ended_well(operation).map(drop)
}

async fn course(door: &Door, adopted: &Adopted, is_json: bool) -> Result<(), Failure> {
    let missing = || super::missing(adopted.id.as_str());
    let course = door.journal.course(&adopted.id)?.ok_or_else(missing)?;
    let mut unknown = None;
    for operation in course.operations().cloned().collect::<Vec<_>>() {
        let operation = wait::looked_into(door, operation).await?;
        if !is_json {
            output::line(&standing(&operation))?;
        }
        if matches!(operation.outcome, Outcome::Unknown { .. }) {
            unknown = Some(operation);
        }
    }
    let course = door.journal.course(&adopted.id)?.ok_or_else(missing)?;
    if is_json {
        let mut body = one::course_document(&course);
        body["adopted"] = json!({"is_new": adopted.is_new, "by": adopted.handed_by});
        output::json(&body)?;
    } else {
        output::line(&format!("{}: {}", course.procedure.goal.sentence(), course.place()))?;
        output::line(&format!("Next: {}, or open the dashboard.", procedure::resume_line(&course)))?;
    }
    unknown.map_or(Ok(()), |operation| ended_well(operation).map(drop))
}

fn standing(operation: &Operation) -> String {
    let told = operation.outcome.told().map_or(String::new(), |told| format!(". {told}"));
    format!("{}: {}{told}", operation.command.sentence(), operation.outcome.word())
}
