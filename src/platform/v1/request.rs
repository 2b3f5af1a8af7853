//! The one request that a command becomes: what is sent, and the same for people.

use std::borrow::Cow;

use reqwest::{Method, Url};
use serde_json::{Map, Value, json};

use super::effects::{ALL_OR_NOTHING, lacks};
use crate::model::{Command, CreateAddon, RestoreBackup, printable, shell_line};
use crate::platform::RequestPreview;

/// What our verbs call the backups that were made of files.
const UPLOADED: &str = "uploaded";
/// The longest name of a file that the platform takes.
const FILE_NAME: usize = 200;

/// A request, before it is sent.
pub(super) struct Request<'a> {
    pub(super) method: Method,
    pub(super) path: Vec<&'a str>,
    pub(super) query: Vec<(&'static str, Cow<'a, str>)>,
    pub(super) body: Option<Value>,
}

/// What to send for a command; why there is nothing to send, where the platform has no such request.
pub(super) fn request(command: &Command) -> Result<Request<'_>, &'static str> {
    let post = |path: &'static str, body| Request {
        method: Method::POST,
        path: vec!["v1", path],
        query: vec![],
        body: Some(body),
    };
    let delete = |path, id| Request { method: Method::DELETE, path: vec!["v1", path, id], query: vec![], body: None };
    Ok(match command {
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
        Command::Maintenance { app, is_on } => {
            let body = Some(json!({ "app": { "maintenance": is_on } }));
            Request { method: Method::PATCH, path: vec!["v1", "apps", app], query: vec![], body }
        }
        Command::MakePrimary { .. } => return Err(ALL_OR_NOTHING),
        Command::RollBack { .. }
        | Command::RestoreInto { .. }
        | Command::CancelBackup { .. }
        | Command::AutoBackups { .. }
        | Command::Redeploy { .. }
        | Command::RunAction(_) => return Err(lacks(command.verb()).unwrap_or(ALL_OR_NOTHING)),
        Command::BackUp { addon_id, label, .. } => {
            let body = label.as_ref().map(|label| json!({ "backup": { "label": label } }));
            act(Method::POST, addon_id, "backups", body)
        }
        Command::DeleteBackup { backup_id, .. } => delete("backups", backup_id),
        Command::UploadBackup { service, file, .. } => {
            let mut query = vec![("service", Cow::Borrowed(service.as_str()))];
            query.extend(file.file_name().map(|name| ("name", file_name(&name.to_string_lossy()).into())));
            Request { method: Method::POST, path: vec!["v1", "backups"], query, body: None }
        }
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
            Request { method: Method::POST, path, query: vec![], body: Some(json!({ "restore": body })) }
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
    })
}

/// The file's name as it may be shown, not too long.
fn file_name(name: &str) -> String {
    printable(name).chars().take(FILE_NAME).collect()
}

fn act<'a>(method: Method, addon_id: &'a str, what: &'a str, body: Option<Value>) -> Request<'a> {
    Request { method, path: vec!["v1", "addons", addon_id, what], query: vec![], body }
}

fn change<'a>(addon_id: &'a str, field: &str, value: &str) -> Request<'a> {
    let body = Some(json!({ "addon": { field: value } }));
    Request { method: Method::PATCH, path: vec!["v1", "addons", addon_id], query: vec![], body }
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
    let line = std::iter::once("attache".to_owned()).chain(way_in.iter().cloned()).chain(words(command));
    let cli = shell_line(line);
    let Request { method, path, query, body } = match request(command) {
        Ok(request) => request,
        Err(why) => return RequestPreview { request: format!("No request: {why}"), body: None, cli },
    };
    let mut shown = format!("{method} /{}", path.join("/"));
    if let Ok(url) = Url::parse_with_params("http://localhost/", &query)
        && let Some(query) = url.query().filter(|query| !query.is_empty())
    {
        shown.push_str(&format!("?{query}"));
    }
    let body = match command {
        Command::UploadBackup { file, size, .. } => {
            Some(format!("the file {} ({})", printable(&file.display().to_string()), crate::model::size(*size)))
        }
        _ => body.map(|body| body.to_string()),
    };
    RequestPreview { request: shown, body, cli }
}

/// Our own verb for a command. The team is the profile's, as it is when the line is typed.
fn words(command: &Command) -> Vec<String> {
    let (with_plan, hour, path);
    let words: Vec<&str> = match command {
        Command::CreateAddon(create) => {
            with_plan = format!("{}:{}", create.service, create.plan);
            let mut words = vec!["addons", "create", &with_plan, "--name", &create.name];
            options(&mut words, [("--app", create.app.as_deref()), ("--as", create.alias.as_deref())]);
            words
        }
        Command::Attach { addon, app, alias, .. } => on_app("attach", addon, app, alias.as_deref()),
        Command::Detach { addon, app, alias, .. } => on_app("detach", addon, app, alias.as_deref()),
        Command::DestroyAddon { addon, .. } => vec!["addons", "destroy", addon, "--confirm", addon],
        Command::Maintenance { app, is_on } => vec!["apps", "maintenance", app, if *is_on { "on" } else { "off" }],
        Command::RollBack { app, release } => vec!["apps", "rollback", app, release],
        Command::AutoBackups { addon, is_on, .. } => vec!["backups", "auto", addon, if *is_on { "on" } else { "off" }],
        Command::Redeploy { app, environment, .. } => vec!["apps", "redeploy", app, "--environment", environment],
        Command::BackUp { addon, label, .. } => {
            let mut words = vec!["backups", "capture", addon];
            options(&mut words, [("--label", label.as_deref())]);
            words
        }
        Command::DeleteBackup { backup_id, addon, .. } => {
            vec!["backups", "delete", addon.as_deref().unwrap_or(UPLOADED), backup_id, "--confirm", backup_id]
        }
        Command::UploadBackup { service, file, .. } => {
            path = file.display().to_string();
            vec!["backups", "restore", "--file", &path, "--service", service]
        }
        Command::ScheduleBackups { addon, schedule: Some(schedule), .. } => {
            hour = format!("{:02}:00", schedule.hour);
            vec!["backups", "schedule", addon, "--at", &hour, "--time-zone", &schedule.time_zone]
        }
        Command::ScheduleBackups { addon, schedule: None, .. } => vec!["backups", "schedule", addon, "--off"],
        Command::Restore(RestoreBackup { backup_id, of, name, plan, .. }) => {
            let of = of.as_deref().unwrap_or(UPLOADED);
            vec!["backups", "restore", of, backup_id, "--name", name, "--plan", plan]
        }
        Command::RestoreInto { backup_id, addon, of, .. } => {
            let of = of.as_deref().unwrap_or(UPLOADED);
            vec!["backups", "restore", of, backup_id, "--into", addon, "--confirm", addon]
        }
        Command::CancelBackup { backup_id, addon, .. } => vec!["backups", "cancel", addon, backup_id],
        Command::MakePrimary { addon, app, .. } => {
            vec!["addons", "promote", addon, "--app", app, "--confirm", addon]
        }
        Command::RunAction(run) => {
            let mut words = vec!["addons", "action", &run.addon, &run.action];
            words.extend(run.subject.as_deref());
            words
        }
        Command::MoveAttachments { from, to, .. } => vec!["addons", "promote", to, "--from", from, "--confirm", to],
        Command::ChangePlan { addon, plan, .. } => vec!["addons", "upgrade", addon, "--plan", plan],
        Command::Rename { addon, name, .. } => vec!["addons", "rename", addon, name],
        Command::Rotate { addon, .. } => vec!["addons", "rotate", addon],
        Command::Restart { addon, .. } => vec!["addons", "restart", addon],
        Command::Sleep { addon, .. } => vec!["addons", "sleep", addon],
        Command::Wake { addon, .. } => vec!["addons", "wake", addon],
        Command::CreateApp { app, .. } => vec!["apps", "create", app],
        Command::DestroyApp { app } => vec!["apps", "destroy", app, "--confirm", app],
    };
    words.into_iter().map(str::to_owned).collect()
}

fn on_app<'a>(verb: &'a str, addon: &'a str, app: &'a str, alias: Option<&'a str>) -> Vec<&'a str> {
    let mut words = vec!["addons", verb, addon];
    options(&mut words, [("--app", Some(app)), ("--as", alias)]);
    words
}

fn options<'a, const N: usize>(words: &mut Vec<&'a str>, options: [(&'a str, Option<&'a str>); N]) {
    for (option, value) in options {
        words.extend(value.into_iter().flat_map(|value| [option, value]));
    }
}
