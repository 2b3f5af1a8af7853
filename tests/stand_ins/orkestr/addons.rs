//! Add-ons.

use serde_json::{Value, json};

use super::exchange::{Answer, Ask, Refusal, no_content, ok};
use super::project::Addon;
use super::world::{Orkestr, now};

pub(super) fn list(world: &mut Orkestr, at: usize) -> Answer {
    let is_full = world.switches.lists_tell_all;
    let project = &world.projects[at];
    let rows: Vec<Value> = project.addons.iter().map(|addon| project.addon_json(addon, is_full)).collect();
    moved(world, at);
    ok(json!({"addons": rows}))
}

pub(super) fn one(world: &mut Orkestr, (at, which): (usize, usize)) -> Answer {
    let project = &world.projects[at];
    let shown = project.addon_json(&project.addons[which], true);
    moved(world, at);
    ok(shown)
}

/// After it was looked at.
fn moved(world: &mut Orkestr, at: usize) {
    if world.switches.reads_move {
        world.projects[at].step_addons();
    }
}

pub(super) fn create(world: &mut Orkestr, at: usize, ask: &Ask) -> Answer {
    let name = ask.slug("name", 2)?.to_owned();
    let kind = ask.needed("service_type")?.to_owned();
    let Some((version, variable)) = defaults(&kind) else {
        let why = "Input should be 'postgres' or 'redis'";
        return Err(Refusal::invalid(&["body", "service_type"], why, "literal_error"));
    };
    let (version, variable) = (ask.text("version").unwrap_or(version), ask.text("env_var_name").unwrap_or(variable));
    let is_inside = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_';
    if !variable.starts_with(|c: char| c.is_ascii_uppercase()) || !variable.chars().all(is_inside) {
        let why = "String should match pattern '^[A-Z][A-Z0-9_]*$'";
        return Err(Refusal::invalid(&["body", "env_var_name"], why, "string_pattern_mismatch"));
    }
    if variable.starts_with("ORKESTR_") {
        return Err(Refusal::new(400, "Names that begin with ORKESTR_ are reserved for the runtime."));
    }
    let project = &world.projects[at];
    if project.addons.iter().any(|addon| addon.name == name) {
        return Err(Refusal::new(409, format!("An add-on named '{name}' already exists in this project.")));
    }
    // What happens to a second one of the same variable is not known: it is refused here.
    if let Some(other) = project.addons.iter().find(|addon| addon.variable == variable) {
        let why = format!("{variable} is already set by the add-on '{}'. Choose another env_var_name.", other.name);
        return Err(Refusal::new(409, why));
    }
    let most = ask.plan.addons();
    if project.addons.len() >= most {
        let why = format!("Your plan allows {most} add-ons. Delete one, or upgrade.");
        return Err(Refusal::coded(402, "plan_limit", why));
    }
    let (status, steps) = if world.switches.creates_at_once { ("running", 0) } else { ("provisioning", 2) };
    let addon = Addon {
        id: world.id(),
        name: name.clone(),
        version: version.to_owned(),
        status: status.into(),
        variable: variable.to_owned(),
        has_auto_backup: false,
        created_at: now(),
        backups: Vec::new(),
        backups_today: 0,
        steps,
        // By hand, one that fails is made by its name.
        becomes: Some(if name.starts_with("doomed") { "failed" } else { "running" }),
        kind,
    };
    let project = &mut world.projects[at];
    let shown = project.addon_json(&addon, true);
    let details = json!({"project": project.name, "addon": name});
    project.addons.push(addon);
    world.record("addon.created", "addon", details);
    Ok((201, shown))
}

/// Version and variable if none is given (the vendor's examples).
fn defaults(kind: &str) -> Option<(&'static str, &'static str)> {
    match kind {
        "postgres" => Some(("16", "DATABASE_URL")),
        "redis" => Some(("7", "REDIS_URL")),
        _ => None,
    }
}

pub(super) fn delete(world: &mut Orkestr, (at, which): (usize, usize)) -> Answer {
    let lasts = world.switches.deletion_lasts;
    let project = &mut world.projects[at];
    let addon = &mut project.addons[which];
    if addon.status == "deleting" {
        return Err(Refusal::new(409, "The add-on is being deleted."));
    }
    let details = json!({"project": project.name, "addon": addon.name});
    if lasts == 0 {
        project.addons.remove(which);
    } else {
        (addon.status, addon.steps, addon.becomes) = ("deleting".into(), lasts, None);
    }
    world.record("addon.deleted", "addon", details);
    deleted(world, "Add-on deleted")
}

/// With a body or without one.
pub(super) fn deleted(world: &Orkestr, message: &str) -> Answer {
    match world.switches.deletes_with_json {
        true => ok(json!({"message": message})),
        false => no_content(),
    }
}
