//! Attachments: which app has which add-on under which name.

use jiff::Timestamp;
use serde_json::Value;

use super::exchange::{Ask, Refusal, Reply};
use super::world::{Attachment, Heroku};
use super::{addons, apps};

type Answer = Result<Reply, Refusal>;

/// Behind the name of the service where its own name is taken.
const COLOURS: [&str; 6] = ["COBALT", "PINK", "AMBER", "JADE", "ONYX", "MAROON"];

pub(super) fn one(world: &Heroku, ask: &Ask, app: Option<&str>, id_or_name: &str) -> Answer {
    let found = match app {
        Some(app) => world.attachment(app, id_or_name),
        None => world.attachments.iter().find(|one| one.id == id_or_name),
    };
    let one = found.ok_or_else(|| Refusal::missing("add_on attachment"))?;
    Ok(Reply::json(200, world.attachment_json(one, ask)))
}

/// By its name, by one of its variables, or by its id.
pub(super) fn resolve(world: &mut Heroku, ask: &Ask) -> Answer {
    let wanted = ask.needed("addon_attachment")?;
    let (app, thing) = match wanted.split_once("::") {
        Some((app, thing)) => (Some(app), thing),
        None => (ask.named("app"), wanted),
    };
    let app = match app {
        Some(app) => Some(apps::visible(world, app)?.name.clone()),
        None => None,
    };
    let service = ask.text("addon_service");
    let is_meant = |one: &&Attachment| {
        let Some(addon) = world.addon(&one.addon) else { return false };
        let is_named = one.id == thing || one.name == thing || world.variables(one).iter().any(|name| name == thing);
        world.is_visible(&one.app)
            && app.as_ref().is_none_or(|app| one.app == *app)
            && service.is_none_or(|service| addon.service == service)
            && (is_named || addon.name == thing || addon.id == thing)
    };
    let found: Vec<Value> =
        world.attachments.iter().filter(is_meant).map(|one| world.attachment_json(one, ask)).collect();
    if found.is_empty() { Err(Refusal::missing("add_on attachment")) } else { Ok(Reply::json(200, found.into())) }
}

/// Whether a name that is in use may be taken: never from an add-on's last attachment.
pub(super) fn check_move(world: &Heroku, app: &str, name: Option<&str>, to: &str) -> Result<(), Refusal> {
    let Some(old) = name.and_then(|name| world.attachment(app, name)) else { return Ok(()) };
    if old.addon != to && world.attachments_of(&old.addon).count() == 1 {
        return Err(last(world, old));
    }
    Ok(())
}

fn last(world: &Heroku, one: &Attachment) -> Refusal {
    // Inferred: the status and the words.
    let name = world.addon(&one.addon).map_or("", |addon| &addon.name);
    Refusal::invalid(format!("{} is the last attachment of {name}; destroy the add-on instead.", one.name))
}

/// Makes an attachment; a name that is in use is moved, which makes two releases.
pub(super) fn put(world: &mut Heroku, app: &str, addon: &str, name: Option<&str>, namespace: Option<String>) -> String {
    let service = world.addon(addon).unwrap().service();
    let reference = world.addon(addon).unwrap().name.clone();
    let is_free = |name: &str| world.attachment(app, name).is_none();
    let name = name.map(str::to_owned).unwrap_or_else(|| {
        let coloured = COLOURS.iter().map(|colour| format!("{}_{colour}", service.colour));
        let numbered = (1..).map(|number| format!("{}_{number}", service.colour));
        let mut all = [service.base.to_owned()].into_iter().chain(coloured).chain(numbered);
        all.find(|name| is_free(name)).unwrap()
    });
    if let Some(old) = world.attachment(app, &name).cloned() {
        world.attachments.retain(|one| one.id != old.id);
        let of = world.addon(&old.addon).map_or(String::new(), |addon| addon.name.clone());
        world.release(app, format!("Detach {name} (@ref:{of})"), None);
    }
    let id = world.id(5);
    let at = Timestamp::now();
    let (app_name, addon) = (app.to_owned(), addon.to_owned());
    let new =
        Attachment { id: id.clone(), name: name.clone(), app: app_name, addon, namespace, is_stripped: false, at };
    world.attachments.push(new);
    world.release(app, format!("Attach {name} (@ref:{reference})"), None);
    id
}

pub(super) fn create(world: &mut Heroku, ask: &Ask) -> Answer {
    let app = apps::visible(world, ask.needed("app")?)?.name.clone();
    let addon = addons::find(world, None, ask.needed("addon")?)?;
    let addon = world.addon(&addon).unwrap().clone();
    let name = ask.text("name").map(str::to_owned);
    if addon.app != app && !addon.service().is_shareable {
        return Err(Refusal::invalid(format!("{} can't be shared between apps.", addon.service().human)));
    }
    let namespace = ask.text("namespace").map(str::to_owned);
    if let Some(credential) = namespace.as_deref().and_then(|one| one.strip_prefix("credential:"))
        && !addon.data.has_credential(credential)
    {
        return Err(Refusal::invalid(format!("The credential {credential} of {} does not exist.", addon.name)));
    }
    if let Some(name) = &name
        && !name.chars().all(|one| one.is_ascii_uppercase() || one.is_ascii_digit() || one == '_')
    {
        return Err(Refusal::invalid("Name must be upper case letters, digits and _"));
    }
    if let Some(old) = name.as_ref().and_then(|name| world.attachment(&app, name)) {
        if old.addon == addon.id && old.namespace == namespace {
            return Err(Refusal::invalid(format!("{} is attached as {} already.", addon.name, old.name)));
        }
        if !world.switches.moves_unasked && ask.text("confirm") != Some(&app) {
            let message = format!("Another resource is attached under the name {} already.", old.name);
            return Err(Refusal::confirmation(world.switches.confirmation_status, &app, message));
        }
        check_move(world, &app, name.as_deref(), &addon.id)?;
    }
    let id = put(world, &app, &addon.id, name.as_deref(), namespace);
    let one = world.attachments.iter().find(|one| one.id == id).unwrap();
    Ok(Reply::json(201, world.attachment_json(one, ask)))
}

pub(super) fn destroy(world: &mut Heroku, ask: &Ask, id: &str) -> Answer {
    let one = world.attachments.iter().find(|one| one.id == id).cloned();
    let one = one.ok_or_else(|| Refusal::missing("add_on attachment"))?;
    if !world.is_visible(&one.app) {
        return Err(apps::forbidden(&one.app));
    }
    if world.attachments_of(&one.addon).count() == 1 {
        return Err(last(world, &one));
    }
    let body = world.attachment_json(&one, ask);
    world.attachments.retain(|other| other.id != one.id);
    let of = world.addon(&one.addon).map_or(String::new(), |addon| addon.name.clone());
    world.release(&one.app, format!("Detach {} (@ref:{of})", one.name), None);
    Ok(Reply::json(200, body))
}
