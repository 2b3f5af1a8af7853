//! Following an operation, or a procedure's operations, to the end.

use std::time::{Duration, Instant};

use super::super::wait::{pause, until_settled};
use super::super::write::{Door, ended_well};
use super::super::{Exit, Failure, json as document, output};
use super::one;
use crate::config::Wanted;
use crate::model::{Course, Late, Next, Operation, OperationId, Outcome, shell_quote};
use crate::store::door;

pub(super) async fn run(id: &str, seconds: u64, is_json: bool, wanted: &Wanted) -> Result<(), Failure> {
    let timeout = Duration::from_secs(seconds);
    let Some(journal) = super::journal(wanted)? else { return Err(super::missing(id)) };
    let id = OperationId(id.to_owned());
    if let Some(entry) = journal.get(&id)? {
        let door = super::door(wanted, &entry.intent.profile, &entry.intent.endpoint)?;
        let operation = until_settled(&door, looked_into(&door, entry.operation).await?, timeout).await?;
        return if is_json {
            Ok(output::json(&serde_json::json!({"operation": document::operation(&operation)}))?)
        } else {
            Ok(output::line(&format!("{}: {}", operation.command.sentence(), operation.outcome.word()))?)
        };
    }
    let Ok(Some(course)) = journal.course(&id) else { return Err(super::missing(id.as_str())) };
    let door = super::door(wanted, &course.profile, &course.endpoint)?;
    let (course, ended) = until_a_person(&door, course, timeout).await?;
    if is_json {
        output::json(&one::course_document(&course))?;
    } else {
        output::line(&format!("{}: {}", course.procedure.goal.sentence(), course.place()))?;
    }
    ended
}

/// An outcome that is not known is looked into once before it is called that.
pub(super) async fn looked_into(door: &Door, operation: Operation) -> Result<Operation, Failure> {
    if !matches!(operation.outcome, Outcome::Unknown { .. }) {
        return Ok(operation);
    }
    Ok(door::follow(&door.connection, &door.journal, &operation).await?.operation)
}

/// Follows what runs until a person has to do something, or it is over; and how that ends.
async fn until_a_person(
    door: &Door,
    mut course: Course,
    timeout: Duration,
) -> Result<(Course, Result<(), Failure>), Failure> {
    let end = Instant::now().checked_add(timeout);
    let mut told = String::new();
    loop {
        let place = course.place();
        if place != told {
            output::note(&place);
            told.clone_from(&place);
        }
        if let Some(ended) = ending(&course) {
            return Ok((course, ended));
        }
        let followed = match course.next() {
            Next::Follow { operation: id, .. } => course.operations().find(|one| one.id == id).cloned(),
            _ => None,
        };
        if let Some(operation) = followed {
            match door::follow(&door.connection, &door.journal, &operation).await {
                Ok(followed) if matches!(followed.operation.outcome, Outcome::Unknown { .. }) => {
                    let failure = ended_well(followed.operation).err();
                    return Ok((course, failure.map_or(Ok(()), Err)));
                }
                Ok(_) => {}
                Err(error) if error.kind.is_no_answer() => {
                    output::note(&format!("{} Trying again.", error.message));
                }
                Err(error) => return Err(error.into()),
            }
        }
        let id = course.id.clone();
        course = door.journal.course(&id)?.ok_or_else(|| super::missing(id.as_str()))?;
        if ending(&course).is_none() {
            pause(end, &format!("The procedure is at {}", course.place())).await?;
        }
    }
}

/// How waiting for a procedure ends; `None` while something runs by itself.
fn ending(course: &Course) -> Option<Result<(), Failure>> {
    let fail = |exit, message: String| Some(Err(Failure::new(exit, message)));
    let place = course.place();
    if let Some((is_reached, _)) = &course.end {
        return if *is_reached { Some(Ok(())) } else { fail(Exit::Failed, place) };
    }
    let go_on = format!(
        "To go on with it: attache restore --resume {}, or open the dashboard.",
        shell_quote(course.id.as_str())
    );
    let person = || fail(Exit::NotConfirmed, format!("{place}. It needs a person. {go_on}"));
    let is_left = course.is_driver_alive == Some(false) || course.driven_by.is_none();
    match course.next() {
        Next::Follow { .. } => None,
        Next::Decide { message, .. } => fail(Exit::Failed, format!("{message} It waits for a decision. {go_on}")),
        // The switch is confirmed by itself, always.
        Next::Person { .. } | Next::Bind { late: Late::SwitchOver, .. } => person(),
        _ if is_left => person(),
        _ => None,
    }
}
