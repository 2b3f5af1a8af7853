//! What `--json` prints of a procedure. Its fields are a promise to scripts.

use serde_json::{Value, json};

use crate::model::{Course, Goal, StepState, shell_line};

/// The line by which a procedure is gone on with, without what confirms it.
pub(in crate::verbs) fn resume_line(course: &Course) -> String {
    let id = course.id.as_str();
    match &course.procedure.goal {
        Goal::Restore(_) => shell_line(["attache", "restore", "--resume", id]),
        Goal::Drill(_) => shell_line(["attache", "drill", "--resume", id]),
        Goal::Destroy(goal) => shell_line(["attache", "addons", "destroy", goal.addon.as_str(), "--resume", id]),
    }
}

pub(in crate::verbs) fn course(course: &Course) -> Value {
    let goal = &course.procedure.goal;
    let restore = goal.restore();
    let steps = course.procedure.steps.iter().zip(&course.steps).map(|(step, status)| {
        let (state, message) = match &status.state {
            StepState::Waiting => ("waiting", None),
            StepState::Running => ("running", None),
            StepState::Done(message) => ("done", Some(message)),
            StepState::Skipped => ("skipped", None),
            StepState::Failed(message) => ("failed", Some(message)),
            StepState::Unknown(message) => ("unknown", Some(message)),
            StepState::TakenBack => ("taken_back", None),
        };
        let took = status.began_at.zip(status.at).map(|(from, to)| to.as_millisecond() - from.as_millisecond());
        let operations: Vec<_> = status.parts.iter().filter_map(|part| Some(&part.operation.as_ref()?.id)).collect();
        json!({
            "title": step.title,
            "state": state,
            "message": message,
            "is_optional": step.is_optional,
            "began_at": status.began_at,
            "ended_at": status.at,
            "took_ms": took,
            "operations": operations,
        })
    });
    let steps: Vec<Value> = steps.collect();
    json!({"procedure": {
        "id": course.id,
        "kind": goal.word(),
        "profile": course.profile,
        "addon": goal.addon(),
        "addon_id": goal.addon_id(),
        "backup_id": restore.and_then(|goal| goal.backup_id.as_deref()).or_else(|| course.copy_id()),
        "backup_started_at": restore.and_then(|goal| goal.backup_started_at),
        "good_moment": restore.and_then(|goal| goal.good_moment),
        "way": restore.map(|goal| goal.way),
        "replacement": restore.map(|goal| &goal.replacement),
        "replacement_id": course.replacement_id(),
        "started_at": course.started_at,
        "updated_at": course.updated_at,
        "begun_by": course.begun_by,
        "place": course.place(),
        "is_over": course.end.is_some(),
        "is_reached": course.end.as_ref().map(|(is_reached, _)| is_reached),
        "steps": steps,
    }})
}
