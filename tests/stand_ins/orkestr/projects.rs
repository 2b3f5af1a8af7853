//! Projects.

use serde_json::{Value, json};

use super::addons::deleted;
use super::exchange::{Answer, Ask, Refusal, ok, page};
use super::project::Project;
use super::world::Orkestr;

const RESERVED: [&str; 3] = ["api", "console", "www"];

pub(super) fn list(world: &Orkestr, ask: &Ask) -> Answer {
    page(ask, "projects", world.projects.iter().map(Project::json).collect())
}

pub(super) fn one(world: &Orkestr, at: usize) -> Answer {
    ok(world.projects[at].json())
}

pub(super) fn create(world: &mut Orkestr, ask: &Ask) -> Answer {
    let name = ask.slug("name", 2)?.to_owned();
    ask.needed("repo_url")?;
    if ask.text("display_name").is_some_and(|name| name.chars().count() < 2) {
        let why = "String should have at least 2 characters";
        return Err(Refusal::invalid(&["body", "display_name"], why, "string_too_short"));
    }
    if RESERVED.contains(&name.as_str()) || world.projects.iter().any(|one| one.name == name) {
        return Err(Refusal::new(409, format!("The project name '{name}' is not available.")));
    }
    let display_name = ask.text("display_name");
    super::seed::project(world, &name, display_name, "2026-11-20T08:00:00Z");
    let project = world.project(&name);
    project.status = "created".into();
    if let Some(branch) = ask.text("repo_branch") {
        branch.clone_into(&mut project.branch);
    }
    project.description = ask.text("description").map(str::to_owned);
    let shown = project.json();
    world.record("project.created", "project", json!(format!("Created {name}")));
    Ok((201, shown))
}

pub(super) fn change(world: &mut Orkestr, at: usize, ask: &Ask) -> Answer {
    let project = &mut world.projects[at];
    let text = |field: &str| ask.text(field).map(str::to_owned);
    project.display_name = text("display_name").or(project.display_name.take());
    project.description = text("description").or(project.description.take());
    if let Some(branch) = text("repo_branch") {
        project.branch = branch;
    }
    ok(project.json())
}

/// With all that is in it.
pub(super) fn delete(world: &mut Orkestr, at: usize) -> Answer {
    let gone = world.projects.remove(at);
    for group in &mut world.groups {
        group.projects.retain(|id| *id != gone.id);
    }
    world.record("project.deleted", "project", json!(format!("Deleted {}", gone.name)));
    deleted(world, "Project deleted")
}

pub(super) fn check_name(world: &Orkestr, name: &str) -> Answer {
    if RESERVED.contains(&name) {
        return ok(json!({"available": false, "reason": "reserved"}));
    }
    match world.projects.iter().any(|one| one.name == name) {
        true => ok(json!({"available": false, "reason": "taken"})),
        false => ok(json!({"available": true})),
    }
}

pub(super) fn analyze(world: &Orkestr, at: usize) -> Answer {
    let project = &world.projects[at];
    ok(json!({"framework": project.framework, "has_dockerfile": project.framework.is_none(), "detected_port": 3000,
              "suggested_cpu": 0.5, "suggested_memory": "512m"}))
}

pub(super) fn detect(ask: &Ask) -> Answer {
    match ask.query("repo_url") {
        Some(_) => ok(json!({"services": [{"path": ".", "framework": "nextjs"}]})),
        None => Err(Refusal::invalid(&["query", "repo_url"], "Field required", "missing")),
    }
}

pub(super) fn webhook(world: &Orkestr, at: usize) -> Answer {
    let enabled = world.projects[at].is_webhook_on;
    ok(json!({"provider": "github", "enabled": enabled, "last_delivery_at": Value::Null}))
}

pub(super) fn toggle_webhook(world: &mut Orkestr, at: usize, ask: &Ask) -> Answer {
    let Some(is_on) = ask.query("enable").and_then(|word| word.parse().ok()) else {
        return Err(Refusal::invalid(&["query", "enable"], "Input should be a valid boolean", "bool_parsing"));
    };
    world.projects[at].is_webhook_on = is_on;
    webhook(world, at)
}
