//! The one request that a command becomes: what is sent, and the same for people.

use reqwest::Method;
use serde_json::{Map, Value, json};

use crate::model::{Command, CreateAddon, RestoreBackup, shell_line};
use crate::platform::RequestPreview;

/// A request, before it is sent.
pub(super) struct Request<'a> {
    pub(super) method: Method,
    pub(super) path: Vec<&'a str>,
    pub(super) body: Option<Value>,
}

/// What to send for a command.
pub(super) fn request(command: &Command) -> Request<'_> {
    let post = |path: &'static str, body| Request { method: Method::POST, path: vec!["v1", path], body: Some(body) };
    let delete = |path, id| Request { method: Method::DELETE, path: vec!["v1", path, id], body: None };
    match command {
        Command::CreateAddon(create) => post("addons", json!({ "addon": create_body(create) })),
        Command::Attach { addon_id, app, alias, .. } => {
            let mut body = object([("addon", addon_id), ("app", app)]);
            insert(&mut body, "alias", alias.as_ref());
            post("attachments", json!({ "attachment": body }))
        }
        Command::Detach { attachment_id, .. } => delete("attachments", attachment_id),
        Command::DestroyAddon { addon_id, .. } => delete("addons", addon_id),
        Command::CreateApp { app, team } => {
            let mut body = object([("name", app)]);
            insert(&mut body, "team", team.as_ref());
            post("apps", json!({ "app": body }))
        }
        Command::DestroyApp { app } => delete("apps", app),
        Command::BackUp { addon_id, .. } => act(Method::POST, addon_id, "backups", None),
        Command::DeleteBackup { backup_id, .. } => delete("backups", backup_id),
        Command::UploadBackup { .. } => Request { method: Method::POST, path: vec!["v1", "backups"], body: None },
        Command::ScheduleBackups { addon_id, schedule: Some(schedule), .. } => {
            act(Method::PUT, addon_id, "backup_schedule", Some(json!({ "schedule": schedule })))
        }
        Command::ScheduleBackups { addon_id, schedule: None, .. } => {
            act(Method::DELETE, addon_id, "backup_schedule", None)
        }
        Command::Restore(RestoreBackup { backup_id, name, team, plan, .. }) => {
            let mut body = object([("name", name), ("plan", plan)]);
            insert(&mut body, "team", team.as_ref());
            let path = vec!["v1", "backups", backup_id, "restore"];
            Request { method: Method::POST, path, body: Some(json!({ "restore": body })) }
        }
        Command::MoveAttachments { from_id, to_id, .. } => {
            act(Method::POST, to_id, "promote", Some(json!({ "promotion": { "from": from_id } })))
        }
        Command::ChangePlan { addon_id, plan, .. } => change(addon_id, "plan", plan),
        Command::Rename { addon_id, name, .. } => change(addon_id, "name", name),
        Command::Rotate { addon_id, .. } => act(Method::POST, addon_id, "rotate_credentials", None),
        Command::Restart { addon_id, .. } => act(Method::POST, addon_id, "restart", None),
        Command::Sleep { addon_id, .. } => act(Method::POST, addon_id, "sleep", None),
        Command::Wake { addon_id, .. } => act(Method::POST, addon_id, "wake", None),
    }
}

fn act<'a>(method: Method, addon_id: &'a str, what: &'a str, body: Option<Value>) -> Request<'a> {
    Request { method, path: vec!["v1", "addons", addon_id, what], body }
}

fn change<'a>(addon_id: &'a str, field: &str, value: &str) -> Request<'a> {
    let body = Some(json!({ "addon": { field: value } }));
    Request { method: Method::PATCH, path: vec!["v1", "addons", addon_id], body }
}

fn create_body(create: &CreateAddon) -> Map<String, Value> {
    let mut body = object([("name", &create.name), ("service", &create.service), ("plan", &create.plan)]);
    insert(&mut body, "team", create.team.as_ref());
    insert(&mut body, "app", create.app.as_ref());
    insert(&mut body, "alias", create.alias.as_ref());
    body
}

fn object<'a>(fields: impl IntoIterator<Item = (&'a str, &'a String)>) -> Map<String, Value> {
    fields.into_iter().map(|(name, value)| (name.to_owned(), Value::from(value.as_str()))).collect()
}

fn insert(body: &mut Map<String, Value>, name: &str, value: Option<&String>) {
    if let Some(value) = value {
        body.insert(name.to_owned(), Value::from(value.as_str()));
    }
}

/// The request for people. `way_in` are the words that lead our own program to the same platform.
pub(super) fn preview(command: &Command, way_in: &[String]) -> RequestPreview {
    let Request { method, path, body } = request(command);
    let line = std::iter::once("attache".to_owned()).chain(way_in.iter().cloned()).chain(words(command));
    RequestPreview {
        request: format!("{method} /{}", path.join("/")),
        body: body.map(|body| body.to_string()),
        cli: shell_line(line),
    }
}

/// Our own verb for a command. The team is the profile's, as it is when the line is typed.
fn words(command: &Command) -> Vec<String> {
    let with_plan;
    let mut words = match command {
        Command::CreateAddon(create) => {
            with_plan = format!("{}:{}", create.service, create.plan);
            vec!["addons", "create", &with_plan, "--name", &create.name]
        }
        Command::Attach { addon, .. } => vec!["addons", "attach", addon],
        Command::Detach { addon, .. } => vec!["addons", "detach", addon],
        Command::DestroyAddon { addon, .. } => vec!["addons", "destroy", addon, "--confirm", addon],
        Command::CreateApp { app, .. } => vec!["apps", "create", app],
        Command::DestroyApp { app } => vec!["apps", "destroy", app, "--confirm", app],
        _ => vec![],
    };
    let (app, alias) = match command {
        Command::CreateAddon(CreateAddon { app, alias, .. }) => (app.as_deref(), alias.as_deref()),
        Command::Attach { app, alias, .. } | Command::Detach { app, alias, .. } => {
            (Some(app.as_str()), alias.as_deref())
        }
        _ => (None, None),
    };
    for (option, value) in [("--app", app), ("--as", alias)] {
        words.extend(value.into_iter().flat_map(|value| [option, value]));
    }
    words.into_iter().map(str::to_owned).collect()
}
