//! Apps: their variables, releases and maintenance.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::exchange::{Ask, Refusal, Reply};
use super::world::{App, CODE, EMAIL, Heroku, Release, uuid};

type Answer = Result<Reply, Refusal>;

impl App {
    /// A new one, with its first release.
    pub(crate) fn new(world: &mut Heroku, name: &str, team: Option<&str>) -> Self {
        let at = Timestamp::now();
        let release = Release {
            id: world.id(6),
            version: 1,
            status: "succeeded",
            description: "Initial release".into(),
            at,
            by: EMAIL.into(),
            slug: None,
        };
        Self {
            id: world.id(3),
            name: name.into(),
            team: team.map(str::to_owned),
            space: None,
            region: "eu",
            generation: "cedar",
            is_maintenance: false,
            formation: vec![("web", 1)],
            own: BTreeMap::new(),
            releases: vec![release],
            is_visible: true,
            needs_second_factor: false,
            is_authorized: false,
            created_at: at,
            updated_at: at,
        }
    }
}

/// An app that the token may see.
pub(super) fn visible<'a>(world: &'a Heroku, app: &str) -> Result<&'a App, Refusal> {
    match world.app(app) {
        Some(app) if app.is_visible => Ok(app),
        Some(app) => Err(forbidden(&app.name)),
        None => Err(Refusal::missing("app")),
    }
}

pub(super) fn forbidden(app: &str) -> Refusal {
    Refusal::new(403, "forbidden", format!("You do not have access to the app {app}."))
}

/// All variables, with values.
pub(super) fn config_vars(world: &Heroku, app: &str) -> Value {
    let mut all = world.given_variables(app);
    all.extend(world.app(app).unwrap().own.clone());
    json!(all)
}

pub(super) fn formation(world: &Heroku, app: &str) -> Value {
    let process = |(place, (kind, quantity)): (usize, &(&str, u32))| {
        json!({"id": uuid(11, place as u64), "type": kind, "quantity": quantity, "size": "Standard-1X",
            "command": format!("bin/{kind}"), "app": world.app(app).map(App::brief)})
    };
    world.app(app).unwrap().formation.iter().enumerate().map(process).collect()
}

pub(super) fn create(world: &mut Heroku, ask: &Ask) -> Answer {
    let name = ask.needed("name")?.to_owned();
    if world.app(&name).is_some() {
        return Err(Refusal::invalid("Name is already taken"));
    }
    let team = ask.named("team").map(str::to_owned);
    if team.as_ref().is_some_and(|team| !world.teams.iter().any(|one| one.name == *team)) {
        return Err(Refusal::missing("team"));
    }
    let app = App::new(world, &name, team.as_deref());
    world.apps.push(app);
    Ok(Reply::json(201, world.app_json(world.app(&name).unwrap())))
}

/// Its name, its maintenance.
pub(super) fn change(world: &mut Heroku, ask: &Ask, app: &str) -> Answer {
    let id = visible(world, app)?.id.clone();
    let app = world.app_mut(&id).unwrap();
    if let Some(is_on) = ask.body["maintenance"].as_bool() {
        app.is_maintenance = is_on;
    }
    app.updated_at = Timestamp::now();
    Ok(Reply::json(200, world.app_json(world.app(&id).unwrap())))
}

/// With its add-ons.
pub(super) fn destroy(world: &mut Heroku, app: &str) -> Answer {
    let app = visible(world, app)?.clone();
    let body = world.app_json(&app);
    let owned: Vec<String> = world.addons.iter().filter(|one| one.app == app.name).map(|one| one.id.clone()).collect();
    owned.iter().for_each(|id| world.remove(id));
    world.attachments.retain(|one| one.app != app.name);
    world.apps.retain(|one| one.id != app.id);
    Ok(Reply::json(200, body))
}

/// Variables; null takes one away.
pub(super) fn set(world: &mut Heroku, ask: &Ask, app: &str) -> Answer {
    let name = visible(world, app)?.name.clone();
    let given = ask.body.as_object().cloned().unwrap_or_default();
    let app = world.app_mut(&name).unwrap();
    for (key, value) in &given {
        match value.as_str() {
            Some(value) => app.own.insert(key.clone(), value.to_owned()),
            None => app.own.remove(key),
        };
    }
    let keys: Vec<&str> = given.keys().map(String::as_str).collect();
    world.release(&name, format!("Set {} config vars", keys.join(", ")), None);
    Ok(Reply::json(200, config_vars(world, &name)))
}

/// Makes a new release of what an earlier one ran.
pub(super) fn roll_back(world: &mut Heroku, ask: &Ask, app: &str) -> Answer {
    let name = visible(world, app)?.name.clone();
    let wanted = ask.needed("release")?;
    let app = world.app(&name).unwrap();
    let is_it = |one: &&Release| one.id == wanted || one.version.to_string() == wanted.trim_start_matches('v');
    let old = app.releases.iter().find(is_it).cloned().ok_or_else(|| Refusal::missing("release"))?;
    if old.slug.is_none() {
        return Err(Refusal::invalid("Cannot roll back to a release that has no slug."));
    }
    world.release(&name, format!("Rollback to v{}", old.version), None);
    let app = world.app_mut(&name).unwrap();
    let new = app.releases.last_mut().unwrap();
    new.slug = old.slug;
    let id = new.id.clone();
    Ok(Reply::json(201, world.app(&name).unwrap().release_json(&id).unwrap()))
}

/// The second factor for one app, for all writes from then on.
pub(super) fn authorize(world: &mut Heroku, ask: &Ask, app: &str) -> Answer {
    let id = visible(world, app)?.id.clone();
    if ask.header("heroku-two-factor-code") != Some(CODE) {
        return Err(Refusal::new(401, "unauthorized", "Invalid two-factor code."));
    }
    let app = world.app_mut(&id).unwrap();
    app.is_authorized = true;
    Ok(Reply::json(200, json!({"app": app.brief()})))
}
