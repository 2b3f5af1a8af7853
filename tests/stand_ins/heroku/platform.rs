//! The platform API: which request is which.

use serde_json::{Value, json};

use super::exchange::{Ask, Refusal, Reply};
use super::ranges::List;
use super::wire::Joins;
use super::world::{CODE, Heroku};
use super::{addons, apps, attachments, catalog};

/// The fields by which lists are ranged; the first is the one if none is told. Names of attachments are not unique.
const BY_NAME: &[&str] = &["name", "id"];
const BY_ID: &[&str] = &["id", "name"];
const BY_VERSION: &[&str] = &["version", "id"];

type Answer = Result<Reply, Refusal>;

pub(super) fn answer(world: &mut Heroku, ask: &Ask) -> Answer {
    let path: Vec<&str> = ask.path.iter().map(String::as_str).collect();
    let accept = ask.header("accept").unwrap_or_default();
    if !(accept.starts_with("application/vnd.heroku+json") && accept.contains("version=3")) {
        let message = "The accept header must be set to application/vnd.heroku+json; version=3.";
        return Err(Refusal::new(406, "not_acceptable", message));
    }
    let is_open = matches!(path.as_slice(), ["addon-services" | "plans" | "addon-region-capabilities", ..]);
    if !is_open && !is_token_good(ask) {
        return Err(unauthorized());
    }
    second_factor(world, ask, &path)?;
    match ask.method.as_str() {
        "GET" => read(world, ask, &path),
        "POST" => post(world, ask, &path),
        _ => change(world, ask, &path),
    }
}

/// Any token, but `bad` and what the CLI sends without one.
pub(super) fn is_token_good(ask: &Ask) -> bool {
    ask.token().is_some_and(|token| !["", "bad", "undefined"].contains(&token.as_str()))
}

pub(super) fn unauthorized() -> Refusal {
    Refusal::new(401, "unauthorized", "Invalid credentials provided.")
}

fn no_such_endpoint() -> Refusal {
    Refusal::new(404, "not_found", "The requested API endpoint was not found. Are you using the right HTTP verb?")
}

/// Whether a write may go on: an app may want a second factor, once for all; or every write wants its code.
fn second_factor(world: &mut Heroku, ask: &Ask, path: &[&str]) -> Result<(), Refusal> {
    let is_authorizing = matches!(path, ["apps", _, "pre-authorizations"]);
    // What is resolved is only read, by POST.
    if !ask.is_write() || is_authorizing || matches!(path, ["actions", ..]) {
        return Ok(());
    }
    let is_code_right = ask.header("heroku-two-factor-code") == Some(CODE);
    if world.switches.wants_code && !is_code_right {
        return Err(Refusal::second_factor(None));
    }
    let app = match path {
        ["apps", app, ..] => Some((*app).to_owned()),
        ["addon-attachments", id] => world.attachments.iter().find(|one| one.id == *id).map(|one| one.app.clone()),
        ["addon-attachments"] => ask.named("app").map(str::to_owned),
        _ => None,
    };
    match app.and_then(|app| world.app(&app)) {
        Some(app) if app.needs_second_factor && !app.is_authorized && !is_code_right => {
            Err(Refusal::second_factor(Some(app.brief())))
        }
        _ => Ok(()),
    }
}

fn read(world: &mut Heroku, ask: &Ask, path: &[&str]) -> Answer {
    let ok = |body: Value| Ok(Reply::json(200, body));
    match *path {
        ["account"] | ["users", "~"] => ok(world.account_json()),
        ["account", "rate-limits"] => ok(json!({"remaining": world.switches.remaining})),
        ["account", "delinquency"] => ok(json!({"scheduled_suspension_time": null, "scheduled_deletion_time": null})),
        ["account", "features"] => Ok(List::reply(Vec::new(), BY_ID)),
        ["teams"] => Ok(List::reply(world.teams.iter().map(super::world::Team::json).collect(), BY_NAME)),
        ["teams", team] => {
            let team = world.teams.iter().find(|one| one.name == team || one.id == team);
            team.map_or_else(|| Err(Refusal::missing("team")), |team| ok(team.json()))
        }
        ["teams", team, "addons"] => {
            let is_of = |app: &str| world.app(app).is_some_and(|app| app.team.as_deref() == Some(team));
            let rows = world.addons.iter().filter(|addon| is_of(&addon.app) && world.is_visible(&addon.app));
            Ok(List::reply(rows.map(|addon| world.addon_json(addon, ask)).collect(), BY_NAME))
        }
        ["teams", team, "apps"] => {
            let rows = world.apps.iter().filter(|app| app.is_visible && app.team.as_deref() == Some(team));
            Ok(List::reply(rows.map(|app| world.app_json(app)).collect(), BY_NAME))
        }
        ["apps"] => {
            let rows = world.apps.iter().filter(|app| app.is_visible).map(|app| world.app_json(app)).collect();
            Ok(List::reply(rows, BY_NAME))
        }
        ["users", _, "apps"] => {
            let rows = world.apps.iter().filter(|app| app.is_visible && app.team.is_none());
            Ok(List::reply(rows.map(|app| world.app_json(app)).collect(), BY_NAME))
        }
        ["addons"] | ["users", _, "addons"] => {
            let joins = Joins::of(world);
            let rows = world.addons.iter().filter(|addon| joins.is_visible(&addon.app));
            Ok(List::reply(rows.map(|addon| joins.addon(addon, ask)).collect(), BY_NAME))
        }
        ["addons", addon] => addons::one(world, ask, None, addon),
        ["addons", addon, "addon-attachments"] => {
            let id = addons::find(world, None, addon)?;
            let rows = world.attachments_of(&id).map(|one| world.attachment_json(one, ask)).collect();
            Ok(List::reply(rows, BY_ID))
        }
        ["addons", addon, "config"] => addons::config(world, addon, None),
        ["addons", addon, "config", namespace] => addons::config(world, addon, Some(namespace)),
        ["addon-attachments"] => {
            let joins = Joins::of(world);
            let rows = world.attachments.iter().filter(|one| joins.is_told(one));
            Ok(List::reply(rows.map(|one| joins.attachment(one, ask)).collect(), BY_ID))
        }
        ["addon-attachments", id] => attachments::one(world, ask, None, id),
        ["addon-services"] => Ok(List::reply(catalog::SERVICES.iter().map(catalog::Service::json).collect(), BY_NAME)),
        ["addon-services", name] => ok(service(name)?.json()),
        ["addon-services", name, "plans"] => {
            let service = service(name)?;
            let plans = service.plans.iter().map(|plan| service.plan_json(plan, ask.is_sdk())).collect();
            Ok(List::reply(plans, BY_NAME))
        }
        ["addon-services", name, "plans", plan] => {
            let service = service(name)?;
            let plan = service.plan(plan).ok_or_else(|| Refusal::missing("plan"))?;
            ok(service.plan_json(plan, ask.is_sdk()))
        }
        ["plans", plan] => {
            let (service, plan) = addons::plan(plan)?;
            ok(service.plan_json(plan, ask.is_sdk()))
        }
        ["apps", app, ref rest @ ..] => read_app(world, ask, app, rest),
        _ => Err(no_such_endpoint()),
    }
}

fn read_app(world: &mut Heroku, ask: &Ask, app: &str, rest: &[&str]) -> Answer {
    let name = apps::visible(world, app)?.name.clone();
    let ok = |body: Value| Ok(Reply::json(200, body));
    match *rest {
        [] => ok(world.app_json(world.app(&name).unwrap())),
        ["addons"] => {
            // Its own, and what others have attached to it, as far as that may be seen.
            let is_here = |addon: &&super::world::Addon| {
                addon.app == name
                    || (world.is_visible(&addon.app) && world.attachments_of(&addon.id).any(|one| one.app == name))
            };
            let rows = world.addons.iter().filter(is_here).map(|addon| world.addon_json(addon, ask)).collect();
            Ok(List::reply(rows, BY_NAME))
        }
        ["addons", addon] => addons::one(world, ask, Some(&name), addon),
        ["addon-attachments"] => {
            let rows = world.attachments.iter().filter(|one| one.app == name);
            Ok(List::reply(rows.map(|one| world.attachment_json(one, ask)).collect(), BY_ID))
        }
        ["addon-attachments", id] => attachments::one(world, ask, Some(&name), id),
        ["config-vars"] => ok(apps::config_vars(world, &name)),
        ["releases"] => Ok(List::reply(world.app(&name).unwrap().releases_json(), BY_VERSION)),
        ["releases", release] => {
            let release = world.app(&name).unwrap().release_json(release);
            release.map_or_else(|| Err(Refusal::missing("release")), ok)
        }
        ["formation"] => ok(apps::formation(world, &name)),
        _ => Err(no_such_endpoint()),
    }
}

fn service(name: &str) -> Result<&'static catalog::Service, Refusal> {
    catalog::service(name).ok_or_else(|| Refusal::missing("addon_service"))
}

fn post(world: &mut Heroku, ask: &Ask, path: &[&str]) -> Answer {
    match *path {
        ["apps"] | ["teams", "apps"] => apps::create(world, ask),
        ["apps", app, "addons"] => addons::create(world, ask, app),
        ["apps", app, "releases"] => apps::roll_back(world, ask, app),
        ["addon-attachments"] => attachments::create(world, ask),
        ["actions", "addons", "resolve"] => addons::resolve(world, ask),
        ["actions", "addon-attachments", "resolve"] => attachments::resolve(world, ask),
        _ => Err(no_such_endpoint()),
    }
}

fn change(world: &mut Heroku, ask: &Ask, path: &[&str]) -> Answer {
    match (ask.method.as_str(), path) {
        ("PATCH", ["apps", app]) => apps::change(world, ask, app),
        ("DELETE", ["apps", app]) => apps::destroy(world, app),
        ("PATCH", ["apps", app, "config-vars"]) => apps::set(world, ask, app),
        ("PUT", ["apps", app, "pre-authorizations"]) => apps::authorize(world, ask, app),
        ("PATCH", ["apps", app, "addons", addon]) => addons::change(world, ask, app, addon),
        ("DELETE", ["apps", app, "addons", addon]) => addons::destroy(world, ask, app, addon),
        ("DELETE", ["addon-attachments", id]) => attachments::destroy(world, ask, id),
        _ => Err(no_such_endpoint()),
    }
}
