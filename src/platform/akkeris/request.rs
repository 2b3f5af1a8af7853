//! From a command to its one request. Add-ons and attachments are named by their ids: names are not unique here.

use reqwest::Method;
use serde_json::{Map, Value, json};

use super::actions;
use super::capability::lacks;
use crate::model::{ActionBody, Command, CreateAddon, RunAction};

/// One request. Nothing in it but what an action is told may be a secret.
#[derive(Clone, PartialEq)]
pub(super) struct Request {
    pub(super) method: Method,
    pub(super) path: Vec<String>,
    /// Never an empty object: the front drops that, and the controller then refuses the request (seen on a running server).
    pub(super) body: Option<Value>,
}

/// The id of the add-on whose owner has to be known for the path of a command's request.
pub(super) fn needs_owner(command: &Command) -> Option<&str> {
    match command {
        Command::DestroyAddon { addon_id, .. }
        | Command::BackUp { addon_id, .. }
        | Command::RestoreInto { addon_id, .. }
        | Command::ChangePlan { addon_id, .. }
        | Command::Rename { addon_id, .. }
        | Command::Rotate { addon_id, .. }
        | Command::Restart { addon_id, .. } => Some(addon_id),
        Command::RunAction(RunAction { addon_id, app: None, .. }) => Some(addon_id),
        _ => None,
    }
}

/// The request of a command; `owner` is the app that owns its add-on, `release` the id of the release that it names.
///
/// # Errors
/// Why the platform has no such request, as a sentence.
pub(super) fn request(command: &Command, owner: &str, release: &str) -> Result<Request, String> {
    let addon = |id: &str| vec!["apps".to_owned(), owner.to_owned(), "addons".to_owned(), id.to_owned()];
    let action = |method: Method, id: &str, rest: &[&str]| {
        let mut path = addon(id);
        path.push("actions".to_owned());
        path.extend(rest.iter().map(|part| (*part).to_owned()));
        Request { method, path, body: None }
    };
    let to = |method, path: &[&str], body| Request {
        method,
        path: path.iter().map(|part| (*part).to_owned()).collect(),
        body,
    };
    Ok(match command {
        Command::CreateAddon(create) => {
            let (app, body) = create_body(create)?;
            to(Method::POST, &["apps", app, "addons"], Some(body))
        }
        Command::Attach { credential: Some(_), .. } => {
            return Err(
                "Akkeris attaches an add-on with its own credentials; there are none to choose from.".to_owned()
            );
        }
        Command::Attach { addon_id, app, alias, .. } => {
            let mut body = Map::from_iter([("addon".to_owned(), json!(addon_id)), ("app".to_owned(), json!(app))]);
            body.extend(alias.as_ref().map(|alias| ("name".to_owned(), json!(alias))));
            to(Method::POST, &["addon-attachments"], Some(Value::Object(body)))
        }
        Command::Detach { attachment_id, .. } => to(Method::DELETE, &["addon-attachments", attachment_id], None),
        Command::DestroyAddon { addon_id, .. } => Request { method: Method::DELETE, path: addon(addon_id), body: None },
        Command::BackUp { addon_id, .. } => action(Method::POST, addon_id, &["backups"]),
        Command::RestoreInto { addon_id, backup_id, .. } => action(Method::PUT, addon_id, &["backups", backup_id]),
        Command::MakePrimary { addon_id, app, attachment_id, .. } => {
            let body = Some(json!({ "primary": true }));
            match attachment_id {
                None => to(Method::PATCH, &["apps", app, "addons", addon_id], body),
                Some(id) => to(Method::PATCH, &["apps", app, "addon-attachments", id], body),
            }
        }
        Command::ChangePlan { addon_id, service, plan, .. } => {
            let body = Some(json!({ "plan": format!("{service}:{plan}") }));
            Request { method: Method::PATCH, path: addon(addon_id), body }
        }
        Command::Rename { addon_id, name, .. } => {
            let body = Some(json!({ "attachment": { "name": name } }));
            Request { method: Method::PATCH, path: addon(addon_id), body }
        }
        Command::Rotate { addon_id, .. } => action(Method::POST, addon_id, &["rotate"]),
        Command::Restart { addon_id, .. } => action(Method::PUT, addon_id, &["restart"]),
        Command::Maintenance { app, is_on } => to(Method::PATCH, &["apps", app], Some(json!({ "maintenance": is_on }))),
        Command::RollBack { app, .. } => {
            to(Method::POST, &["apps", app, "releases"], Some(json!({ "release": release })))
        }
        Command::RunAction(run) => run_action(run, run.app.as_deref().unwrap_or(owner))?,
        other => {
            let why = lacks(other.verb());
            return Err(why.unwrap_or("Akkeris switches one app at a time: make it the primary there.").to_owned());
        }
    })
}

fn create_body(create: &CreateAddon) -> Result<(&str, Value), String> {
    let CreateAddon { name, service, plan, app, alias, options, .. } = create;
    let Some(app) = app else {
        return Err("An app owns each add-on on Akkeris: name the app that it is for.".to_owned());
    };
    if alias.as_ref().is_some_and(|alias| alias != name) {
        return Err("An add-on has one name on the app that owns it: leave the alias out.".to_owned());
    }
    if let Some(option) = options.keys().next() {
        return Err(format!("Akkeris takes no options for a new add-on, such as {option}."));
    }
    Ok((app, json!({ "plan": format!("{service}:{plan}"), "attachment": { "name": name } })))
}

fn run_action(run: &RunAction, app: &str) -> Result<Request, String> {
    let (method, parts) = actions::way(run)?;
    let mut path: Vec<String> = ["apps", app, "addons", &run.addon_id, "actions"].map(str::to_owned).to_vec();
    path.extend(parts);
    let body = match &run.body {
        None => None,
        Some(ActionBody::Sent(fields)) if fields.is_empty() => None,
        Some(ActionBody::Sent(fields)) => Some(Value::Object(fields.clone())),
        Some(ActionBody::Forgotten(_)) => {
            return Err("What was told to this action is not kept, so it can't be sent again.".to_owned());
        }
    };
    Ok(Request { method, path, body })
}
