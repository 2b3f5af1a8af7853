//! Add-ons: found, made, changed, destroyed.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::catalog::{self, Plan, Service};
use super::exchange::{Ask, Refusal, Reply};
use super::world::{Addon, Attachment, Heroku};
use super::{apps, attachments};

type Answer = Result<Reply, Refusal>;

/// The add-ons that an identifier may mean: its id or name alone; else every one of that service, attachment or variable.
fn candidates<'a>(world: &'a Heroku, app: Option<&str>, identifier: &str) -> Vec<&'a Addon> {
    let is_here = |addon: &Addon| {
        app.is_none_or(|app| addon.app == app || world.attachments_of(&addon.id).any(|one| one.app == app))
    };
    let is_told = |addon: &&Addon| world.is_visible(&addon.app) && is_here(addon);
    let is_exact = |one: &&Addon| one.id == identifier || one.name == identifier;
    let exact: Vec<&Addon> = world.addons.iter().filter(is_exact).filter(is_told).collect();
    if !exact.is_empty() {
        return exact;
    }
    let is_meant = |addon: &&Addon| {
        let mut mine = world.attachments_of(&addon.id).filter(|one| app.is_none_or(|app| one.app == app));
        addon.service == identifier
            || mine.any(|one| one.name == identifier || world.variables(one).iter().any(|name| name == identifier))
    };
    world.addons.iter().filter(is_told).filter(is_meant).collect()
}

/// The id of the one add-on that is meant.
pub(super) fn find(world: &Heroku, app: Option<&str>, identifier: &str) -> Result<String, Refusal> {
    match candidates(world, app, identifier).as_slice() {
        [one] => Ok(one.id.clone()),
        [] => match world.addon(identifier) {
            Some(addon) if !world.is_visible(&addon.app) => Err(apps::forbidden(&addon.app)),
            _ => Err(Refusal::missing("add_on")),
        },
        several => Err(Refusal::ambiguous(&several.iter().map(|one| one.name.as_str()).collect::<Vec<_>>())),
    }
}

pub(super) fn one(world: &mut Heroku, ask: &Ask, app: Option<&str>, identifier: &str) -> Answer {
    let id = find(world, app, identifier)?;
    if world.switches.reads_move {
        world.step(&id);
    }
    // The last step of a destroying takes it away.
    let addon = world.addon(&id).ok_or_else(|| Refusal::missing("add_on"))?;
    Ok(Reply::json(200, world.addon_json(addon, ask)))
}

/// `app::THING` names the app, too.
pub(super) fn resolve(world: &mut Heroku, ask: &Ask) -> Answer {
    let wanted = ask.needed("addon")?;
    let (app, thing) = match wanted.split_once("::") {
        Some((app, thing)) => (Some(app), thing),
        None => (ask.named("app"), wanted),
    };
    let app = match app {
        Some(app) => Some(apps::visible(world, app)?.name.clone()),
        None => None,
    };
    let service = ask.text("addon_service");
    let found: Vec<Value> = candidates(world, app.as_deref(), thing)
        .into_iter()
        .filter(|addon| service.is_none_or(|service| addon.service == service))
        .map(|addon| world.addon_json(addon, ask))
        .collect();
    if found.is_empty() { Err(Refusal::missing("add_on")) } else { Ok(Reply::json(200, found.into())) }
}

/// What the provider has set, without the prefix; of a namespace that is not there, nothing.
pub(super) fn config(world: &Heroku, addon: &str, namespace: Option<&str>) -> Answer {
    let id = find(world, None, addon)?;
    let addon = world.addon(&id).unwrap();
    let credential = namespace.map_or(Some("default"), |namespace| namespace.strip_prefix("credential:"));
    let is_there = addon.is_set() && credential.is_some_and(|name| addon.data.has_credential(name));
    let rows = addon
        .service()
        .variables
        .iter()
        .filter(|_| is_there)
        .map(|suffix| json!({"name": suffix, "value": addon.data.url(&addon.id, credential.unwrap_or("default"))}));
    Ok(Reply::json(200, rows.collect::<Vec<_>>().into()))
}

/// `service:plan`, or a plan's id; the service alone means its first plan.
pub(super) fn plan(name: &str) -> Result<(&'static Service, &'static Plan), Refusal> {
    let found = match name.split_once(':') {
        Some((service, plan)) => catalog::service(service).and_then(|one| one.plan(plan).map(|plan| (one, plan))),
        None => catalog::SERVICES.iter().find_map(|one| {
            let plan = if one.name == name { one.plans.first() } else { one.plan(name).filter(|_| name.len() == 36) };
            plan.map(|plan| (one, plan))
        }),
    };
    // Inferred: the status.
    let message = format!("Couldn't find either the add-on service or the add-on plan of \"{name}\".");
    found.ok_or_else(|| Refusal::new(404, "not_found", message))
}

/// Names are unique everywhere.
fn check_name(world: &Heroku, name: &str) -> Result<(), Refusal> {
    let is_letter = name.starts_with(|first: char| first.is_ascii_alphabetic());
    let is_word = name.chars().all(|one| one.is_ascii_alphanumeric() || one == '-' || one == '_');
    if !is_letter || !is_word || name.len() > 256 {
        return Err(Refusal::invalid("Name must start with a letter and can only contain letters, numbers, - and _"));
    }
    if world.addon(name).is_some() { Err(Refusal::invalid("Name is already taken")) } else { Ok(()) }
}

pub(super) fn create(world: &mut Heroku, ask: &Ask, app: &str) -> Answer {
    let app = apps::visible(world, app)?.name.clone();
    let wanted = ask.named("plan").ok_or_else(|| Refusal::invalid("Require params: plan."))?;
    let (service, plan) = plan(wanted)?;
    if service.state == "shutdown" {
        return Err(Refusal::invalid(format!("{} is no longer available.", service.human)));
    }
    if !service.is_multiple && world.addons.iter().any(|one| one.app == app && one.service == service.name) {
        return Err(Refusal::invalid(format!("You can only have one {} per app.", service.human)));
    }
    if let Some(name) = ask.text("name") {
        check_name(world, name)?;
    }
    let alias = ask.body["attachment"]["name"].as_str().map(str::to_owned);
    let is_moving = alias.as_ref().is_some_and(|alias| world.attachment(&app, alias).is_some());
    if (world.switches.create_asks || is_moving) && ask.text("confirm") != Some(&app) {
        let message = format!("Creating {wanted} on {app} has to be confirmed.");
        return Err(Refusal::confirmation(world.switches.confirmation_status, &app, message));
    }
    let id = world.id(4);
    let name =
        ask.text("name").map_or_else(|| format!("{}-calm-{}", service.base.to_lowercase(), world.given), str::to_owned);
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let options: BTreeMap<String, String> = ask.body["config"]
        .as_object()
        .map(|given| given.iter().map(|(name, value)| (name.clone(), text(value))).collect())
        .unwrap_or_default();
    let data = world.new_data(&app, service, &options)?;
    let left = if service.is_at_once { 0 } else { world.switches.steps };
    let at = Timestamp::now();
    let addon = Addon {
        id: id.clone(),
        name: name.clone(),
        app: app.clone(),
        service: service.name.into(),
        plan: plan.name.into(),
        state: if left == 0 { "provisioned" } else { "provisioning" }.into(),
        left,
        fails: world.switches.provisioning_fails,
        message: Some(format!("{} is being made. Thank you for choosing it.", service.human)),
        billed: None,
        created_at: at,
        updated_at: at,
        data,
    };
    attachments::check_move(world, &app, alias.as_deref(), "")?;
    world.addons.push(addon);
    attachments::put(world, &app, &id, alias.as_deref(), None);
    // Inferred: 201 whether or not it goes on; its state decides.
    Ok(with_message(world, ask, &id, 201))
}

/// With the provider's own text, where that was asked for.
fn with_message(world: &Heroku, ask: &Ask, id: &str, status: u16) -> Reply {
    let addon = world.addon(id).unwrap();
    let mut body = world.addon_json(addon, ask);
    if ask.header("x-heroku-legacy-provider-messages") == Some("true") {
        body["provision_message"] = addon.message.clone().into();
    }
    Reply::json(status, body)
}

/// The add-on of that app which is meant, if the app owns it.
fn owned(world: &Heroku, app: &str, identifier: &str) -> Result<Addon, Refusal> {
    let app = apps::visible(world, app)?.name.clone();
    let id = find(world, Some(&app), identifier)?;
    // Inferred: only the app that owns an add-on is the way to change it.
    world.addon(&id).filter(|addon| addon.app == app).cloned().ok_or_else(|| Refusal::missing("add_on"))
}

/// Its name, its plan.
pub(super) fn change(world: &mut Heroku, ask: &Ask, app: &str, identifier: &str) -> Answer {
    let addon = owned(world, app, identifier)?;
    let wanted = ask.named("plan");
    if let Some(name) = ask.text("name").filter(|name| *name != addon.name) {
        check_name(world, name)?;
        world.addon_mut(&addon.id).unwrap().name = name.to_owned();
    }
    if let Some(wanted) = wanted {
        let (service, plan) = plan(wanted)?;
        if service.name != addon.service {
            return Err(Refusal::invalid(format!("{wanted} is no plan of {}.", addon.service)));
        }
        if !service.changes_plan {
            // Inferred from the CLI, which has commands of its own for it.
            return Err(Refusal::invalid(format!("The plan of {} can't be changed like this.", service.human)));
        }
        let one = world.addon_mut(&addon.id).unwrap();
        (one.plan, one.billed) = (plan.name.into(), None);
        one.message = Some(format!("The plan is {} now.", plan.human));
        let by = format!("{}@addons.heroku.com", service.name);
        world.release_all(&addon.id, &format!("Update {} by {}", service.base, service.name), &by);
    }
    if wanted.is_none() && ask.text("name").is_none() {
        return Err(Refusal::invalid("Require params: plan."));
    }
    world.addon_mut(&addon.id).unwrap().updated_at = Timestamp::now();
    Ok(with_message(world, ask, &addon.id, 200))
}

pub(super) fn destroy(world: &mut Heroku, ask: &Ask, app: &str, identifier: &str) -> Answer {
    let addon = owned(world, app, identifier)?;
    let elsewhere: Vec<&Attachment> = world.attachments_of(&addon.id).filter(|one| one.app != addon.app).collect();
    if !elsewhere.is_empty() && ask.body["force"] != true {
        // Inferred from what the CLI's --force is for.
        let apps: Vec<&str> = elsewhere.iter().map(|one| one.app.as_str()).collect();
        let message = format!("{} is attached to {}; it has to be forced.", addon.name, apps.join(", "));
        return Err(Refusal::invalid(message));
    }
    let is_late = world.switches.destroys_late || addon.service().destroys_late;
    let steps = world.switches.steps;
    let one = world.addon_mut(&addon.id).unwrap();
    one.updated_at = Timestamp::now();
    one.state = if is_late { "deprovisioning" } else { "deprovisioned" }.into();
    if is_late {
        one.left = steps.max(1);
    }
    let body = world.addon_json(world.addon(&addon.id).unwrap(), ask);
    if is_late {
        world.detach_all(&addon);
    } else {
        world.remove(&addon.id);
    }
    Ok(Reply::json(if is_late { 202 } else { 200 }, body))
}
