//! What is done to an environment of a project.

use super::{Knowledge, is_free};
use crate::model::{AppEffect, Change, Environment, Work, WorkState};
use crate::platform::Situation;

/// A failed one leaves what runs as it is (its page on deployments).
const BESIDE: &str = "The new container starts beside the old one and takes over when it is healthy; one that fails leaves the old one serving.";

fn interrupts(app: &str, detail: String) -> Change {
    Change::App { app: app.to_owned(), effect: AppEffect::Restart, detail }
}

pub(super) fn redeploy(app: &str, id: Option<&str>, name: &str, situation: &Situation) -> Vec<Change> {
    let mut changes = Vec::new();
    let found = |environments: &[Environment]| {
        let is_it = |one: &&Environment| id.map_or(one.is_production, |id| one.id == id);
        environments.iter().find(is_it).cloned()
    };
    let read = situation.environments.as_deref();
    let environment = read.and_then(found);
    match (&environment, read, id) {
        (None, Some(all), Some(_)) => {
            let names: Vec<&str> = all.iter().map(|one| one.name.as_str()).collect();
            let names = if names.is_empty() { "none".to_owned() } else { names.join(", ") };
            changes.push(Change::Refused(format!("{app} has no environment {name} any more. It has: {names}.")));
        }
        (None, _, _) => {
            changes.push(Change::Note(format!(
                "The environments of {app} were not read, so what runs there is not known."
            )));
        }
        (Some(_), _, _) => {}
    }
    let branch = environment.as_ref().and_then(|one| one.branch.as_ref());
    let of = branch.map_or_else(String::new, |branch| format!(" of the branch {branch}"));
    changes.push(interrupts(app, format!("{name} gets a new container{of}, with the variables as they are now")));
    changes.push(Change::Disturbs(format!("{BESIDE} Connections to the old one end then.")));
    changes.push(Change::Note(format!(
        "What the branch{} has by now is built: code that was pushed since is deployed with it.",
        branch.map_or_else(String::new, |branch| format!(" {branch}"))
    )));
    if let Some(newest) = environment.and_then(|one| one.newest).filter(is_under_way) {
        changes.push(Change::Note(format!(
            "The deployment {} of it is {}: this one comes after it, or takes its place.",
            newest.id,
            newest.word.as_deref().unwrap_or("under way")
        )));
    }
    changes
}

fn is_under_way(work: &Work) -> bool {
    matches!(work.state, WorkState::Queued | WorkState::Running)
}

pub(super) fn roll_back(app: &str, deployment: &str, situation: &Situation, known: &Knowledge) -> Vec<Change> {
    let mut changes = Vec::new();
    let found = situation.deployments.as_ref().map(|all| all.iter().find(|one| one.id == deployment));
    match found {
        None => changes
            .push(Change::Unknown(format!("The deployments of {app} were not read, so what comes back is not known."))),
        Some(None) => changes.push(Change::Refused(format!(
            "{app} has no deployment {deployment} among its newest ones. A roll-back names a deployment by its id."
        ))),
        Some(Some(one)) => {
            let what = one.message.as_ref().map_or_else(String::new, |what| format!(": {what}"));
            let when =
                one.created_at.map_or_else(String::new, |at| format!(" of {}", at.strftime("%Y-%m-%d %H:%M:%SZ")));
            changes.push(Change::Note(format!("{deployment} is the deployment{when}{what}.")));
            if one.state == WorkState::Failed {
                changes.push(Change::Refused(format!(
                    "The deployment {deployment} failed: there is nothing to go back to."
                )));
            }
        }
    }
    let environment = found.flatten().and_then(|one| one.environment.as_deref()).unwrap_or("its environment");
    changes.push(interrupts(app, format!("{environment} runs what {deployment} built, in a new container")));
    changes.push(Change::Disturbs(format!("{BESIDE} Connections to the old one end then.")));
    changes.push(Change::Note(
        "Data is not rolled back, and what a migration changed stays changed. The variables are those of now."
            .to_owned(),
    ));
    if is_free(known) {
        changes.push(Change::Note(
            "Your plan is Starter: as its page says, rolling back is for Pro and Team; the server decides.".to_owned(),
        ));
    }
    changes
}
