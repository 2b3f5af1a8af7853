//! One operation with all of its lines.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::super::{Context, Failure, json as document, output, procedure};
use crate::config::Wanted;
use crate::model::{Course, OperationId, Work, course_lines};
use crate::store::Entry;

pub(super) async fn show(id: &str, is_json: bool, wanted: &Wanted) -> Result<(), Failure> {
    if let Some(journal) = super::journal(wanted)? {
        let id = OperationId(id.to_owned());
        if let Some(entry) = journal.get(&id)? {
            return print_entry(&entry, is_json);
        }
        if let Ok(Some(course)) = journal.course(&id) {
            return print_course(&course, is_json);
        }
    }
    // No id of the journal; it may be the platform's own.
    let work = match Context::for_verb(wanted).and_then(|context| context.reader()) {
        Ok(reader) => reader.work(id).await.map_err(|_| super::missing(id))?,
        Err(_) => return Err(super::missing(id)),
    };
    print_work(&work, is_json)
}

pub(super) fn entry_document(entry: &Entry) -> Value {
    let intent = &entry.intent;
    let mut body = document::operation(&entry.operation);
    body["by"] = json!(intent.actor.words());
    body["actor"] = json!(intent.actor);
    body["platform"] = json!(intent.platform);
    body["endpoint"] = json!(intent.endpoint);
    body["account"] = json!(intent.account);
    body["is_noted"] = json!(entry.operation.is_noted);
    body["lines"] = lines_document(entry.story().into_iter().map(|(at, words)| (Some(at), words)));
    body["records"] = json!(entry.records);
    json!({"operation": body})
}

fn lines_document(lines: impl IntoIterator<Item = (Option<Timestamp>, String)>) -> Value {
    lines.into_iter().map(|(at, words)| json!({"at": at, "words": words})).collect()
}

fn print_entry(entry: &Entry, is_json: bool) -> Result<(), Failure> {
    if is_json {
        return Ok(output::json(&entry_document(entry))?);
    }
    let operation = &entry.operation;
    let outcome = operation.outcome.told().map_or(String::new(), |told| format!(". {told}"));
    output::line(&format!("{}: {}{outcome}", operation.command.sentence(), operation.outcome.word()))?;
    output::line(&format!("{} at {} ({})", operation.id, entry.intent.endpoint, entry.intent.platform))?;
    print_lines(entry.story().into_iter().map(|(at, words)| (Some(at), words)))
}

pub(super) fn course_document(course: &Course) -> Value {
    let mut body = procedure::course_document(course);
    body["procedure"]["endpoint"] = json!(course.endpoint);
    body["procedure"]["driven_by"] = json!(course.driven_by);
    body["procedure"]["is_driver_alive"] = json!(course.is_driver_alive);
    body["procedure"]["lines"] = lines_document(course_lines(course));
    body
}

fn print_course(course: &Course, is_json: bool) -> Result<(), Failure> {
    if is_json {
        return Ok(output::json(&course_document(course))?);
    }
    output::line(&format!("{}: {}", course.procedure.goal.sentence(), course.place()))?;
    let driver = course.driven_by.as_ref().map_or("nobody drives it".to_owned(), |by| {
        let host = by.host.as_ref().map_or(String::new(), |host| format!(" on {host}"));
        let is_gone = if course.is_driver_alive == Some(false) { ", which has ended" } else { "" };
        format!("driven by {}{host} (process {}{is_gone})", by.user, by.pid)
    });
    output::line(&format!("{} at {}; begun by {}; {driver}", course.id, course.endpoint, course.begun_by))?;
    print_lines(course_lines(course))?;
    if course.end.is_none() {
        output::line(&format!("Next: {}, or open the dashboard.", procedure::resume_line(course)))?;
    }
    Ok(())
}

fn print_work(work: &Work, is_json: bool) -> Result<(), Failure> {
    if is_json {
        let mut body = document::work(work);
        body["addon_id"] = json!(work.addon_id);
        body["addon"] = json!(work.addon);
        body["backup_id"] = json!(work.backup_id);
        body["by"] = json!(work.by);
        body["ended_at"] = json!(work.ended_at);
        return Ok(output::json(&json!({"work": body}))?);
    }
    let unknown = "unknown";
    let (subject, by) = (work.subject(), work.by.as_deref().unwrap_or(unknown));
    output::line(&format!("{} of {}: {}", work.kind, subject.as_deref().unwrap_or(unknown), work.stands()))?;
    output::line(&format!("{}, the platform's own record, asked for by {by}", work.id))?;
    let told = [(work.created_at, "asked for"), (work.started_at, "begun"), (work.ended_at, "ended")];
    let mut lines: Vec<_> =
        told.into_iter().filter(|(at, _)| at.is_some()).map(|(at, word)| (at, word.to_owned())).collect();
    lines.extend(work.step.iter().map(|step| (None, format!("step {step}"))));
    lines.extend(work.message.iter().map(|message| (None, message.clone())));
    print_lines(lines)
}

fn print_lines(lines: impl IntoIterator<Item = (Option<Timestamp>, String)>) -> Result<(), Failure> {
    for (at, words) in lines {
        let at = at.map_or_else(|| " ".repeat(20), output::time);
        output::line(&format!("  {at}  {words}"))?;
    }
    Ok(())
}
