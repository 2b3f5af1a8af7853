//! From a command to its one request. Paths take ids only; none ends in a slash, because its client follows no redirects.

use reqwest::Method;
use serde_json::{Map, Value, json};

use super::capability::lacks;
use crate::model::{Command, CreateAddon};

/// The option that says which version a new add-on is to have.
pub(super) const VERSION: &str = "version";

/// What the path of a request has to know beside its command.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Place {
    /// The id of the project.
    pub(super) project_id: Option<String>,
    /// Its slug.
    pub(super) project: Option<String>,
    /// The id of the add-on, where the command does not name it.
    pub(super) addon_id: Option<String>,
}

/// One request. Nothing in it is a secret.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Request {
    pub(super) method: Method,
    pub(super) path: Vec<String>,
    pub(super) query: Vec<(&'static str, String)>,
    pub(super) body: Option<Value>,
}

/// What stands for an id that was not read yet.
pub(super) const PROJECT: &str = "PROJECT";
const ADDON: &str = "ADDON";

/// The request of a command.
///
/// # Errors
/// Why the platform has no such request, as a sentence.
pub(super) fn request(command: &Command, place: &Place) -> Result<Request, String> {
    let project = place.project_id.as_deref().unwrap_or(PROJECT);
    let to = |method: Method, parts: &[&str]| Request {
        method,
        path: ["api", "v1"].iter().chain(parts).map(|part| (*part).to_owned()).collect(),
        query: Vec::new(),
        body: None,
    };
    let of_addon = |method: Method, id: &str, rest: &[&str]| {
        let mut parts = vec!["projects", project, "addons", id];
        parts.extend(rest);
        to(method, &parts)
    };
    Ok(match command {
        Command::CreateAddon(create) => {
            let body = Some(create_body(create)?);
            Request { body, ..to(Method::POST, &["projects", project, "addons"]) }
        }
        Command::DestroyAddon { addon_id, .. } => of_addon(Method::DELETE, addon_id, &[]),
        Command::BackUp { addon_id, .. } => of_addon(Method::POST, addon_id, &["backups"]),
        Command::DeleteBackup { backup_id, addon_id, .. } => {
            let addon = addon_id.as_deref().or(place.addon_id.as_deref()).unwrap_or(ADDON);
            of_addon(Method::DELETE, addon, &["backups", backup_id])
        }
        // It has no body: it flips what is there.
        Command::AutoBackups { addon_id, .. } => of_addon(Method::PATCH, addon_id, &["auto-backup"]),
        Command::Redeploy { environment_id, .. } => {
            let query = environment_id.iter().map(|id| ("environment_id", id.clone())).collect();
            Request { query, ..to(Method::POST, &["projects", project, "deployments"]) }
        }
        Command::RollBack { release, .. } => to(Method::POST, &["deployments", release, "rollback"]),
        other => return Err(lacks(other.verb()).unwrap_or("orkestr has no such request.").to_owned()),
    })
}

fn create_body(create: &CreateAddon) -> Result<Value, String> {
    let CreateAddon { name, service, plan, app, alias, options, .. } = create;
    if app.is_none() {
        return Err("A project owns each add-on on orkestr: name the project that it is for.".to_owned());
    }
    if !plan.is_empty() {
        return Err(format!(
            "An add-on of orkestr has no plan, such as {plan}: its size is that of the account's plan. Leave it out."
        ));
    }
    if let Some(option) = options.keys().find(|name| *name != VERSION) {
        return Err(format!("orkestr takes no option {option} for a new add-on: only {VERSION}."));
    }
    let mut body = Map::from_iter([("name".to_owned(), json!(name)), ("service_type".to_owned(), json!(service))]);
    let version = options.get(VERSION).filter(|version| !version.is_empty());
    body.extend(version.map(|version| (VERSION.to_owned(), json!(version))));
    body.extend(alias.as_ref().map(|alias| ("env_var_name".to_owned(), json!(alias))));
    Ok(Value::Object(body))
}
