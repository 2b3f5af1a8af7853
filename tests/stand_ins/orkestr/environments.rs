//! Environments and their variables.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::addons::deleted;
use super::exchange::{Answer, Ask, Refusal, ok};
use super::project::Environment;
use super::world::Orkestr;

/// A bare list.
pub(super) fn list(world: &Orkestr, at: usize) -> Answer {
    let project = &world.projects[at];
    let rows: Value = project.environments.iter().map(|one| project.environment_json(one)).collect();
    match world.switches.wraps_environments {
        true => ok(json!({"environments": rows})),
        false => ok(rows),
    }
}

pub(super) fn create(world: &mut Orkestr, at: usize, ask: &Ask) -> Answer {
    let (name, branch) = (ask.slug("name", 2)?.to_owned(), ask.needed("branch")?.to_owned());
    let id = world.id();
    let project = &mut world.projects[at];
    if project.environments.iter().any(|one| one.name == name) {
        return Err(Refusal::new(409, format!("An environment named '{name}' already exists.")));
    }
    let given = ask.body["env_vars"].as_object().cloned().unwrap_or_default();
    let variables = given.into_iter().map(|(name, value)| (name, value.as_str().unwrap_or_default().to_owned()));
    let one = Environment {
        id,
        name,
        branch,
        is_production: false,
        auto_deploy: ask.body["auto_deploy"].as_bool().unwrap_or(true),
        status: "created".into(),
        variables: variables.collect(),
    };
    let shown = project.environment_json(&one);
    project.environments.push(one);
    Ok((201, shown))
}

fn find(world: &Orkestr, at: usize, id: &str) -> Result<usize, Refusal> {
    let found = world.projects[at].environments.iter().position(|one| one.id == id);
    found.ok_or_else(|| Refusal::missing("Environment"))
}

pub(super) fn change(world: &mut Orkestr, at: usize, id: &str, ask: &Ask) -> Answer {
    let which = find(world, at, id)?;
    let one = &mut world.projects[at].environments[which];
    if let Some(branch) = ask.text("branch") {
        branch.clone_into(&mut one.branch);
    }
    one.auto_deploy = ask.body["auto_deploy"].as_bool().unwrap_or(one.auto_deploy);
    let project = &world.projects[at];
    ok(project.environment_json(&project.environments[which]))
}

pub(super) fn delete(world: &mut Orkestr, at: usize, id: &str) -> Answer {
    let which = find(world, at, id)?;
    if world.projects[at].environments[which].is_production {
        return Err(Refusal::new(400, "The production environment cannot be deleted."));
    }
    world.projects[at].environments.remove(which);
    deleted(world, "Environment deleted")
}

/// With values; whether those of add-ons are among them is not known: they are, here.
pub(super) fn variables(world: &Orkestr, at: usize, environment: Option<&str>) -> Answer {
    let project = &world.projects[at];
    let mut all: BTreeMap<&str, String> = BTreeMap::new();
    let mut own: Vec<&BTreeMap<String, String>> = vec![&project.variables];
    if let Some(id) = environment {
        own.push(&project.environments[find(world, at, id)?].variables);
    }
    all.extend(own.into_iter().flatten().map(|(name, value)| (name.as_str(), value.clone())));
    all.extend(project.addons.iter().map(|addon| (addon.variable.as_str(), project.url(addon))));
    ok(json!({"env_vars": all}))
}
