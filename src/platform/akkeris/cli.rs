//! A command as the platform's own client has it, for copying; as a request where that client has no such command, or a form
//! of it that does not work.

use serde_json::{Value, json};

use super::actions;
use super::request::{Request, request};
use crate::model::{ActionBody, Command, RunAction, printable, shell_line};
use crate::platform::RequestPreview;

/// What stands for an owner that was not read yet.
const OWNER: &str = "APP";
/// What stands for the id of a release, which is looked up when the command is sent.
const RELEASE: &str = "RELEASE-ID";
/// And for that of an attachment, which is, too.
const ATTACHMENT: &str = "ATTACHMENT-ID";

/// What is known of the add-on that a command acts on.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Target<'a> {
    /// The app that owns it.
    pub(super) owner: Option<&'a str>,
    /// Its name, where it is a database and its name tells it from the others of its app.
    pub(super) database: Option<&'a str>,
}

/// The request for people.
pub(super) fn preview(command: &Command, target: Target<'_>, endpoint: &str) -> RequestPreview {
    let owner = target.owner.unwrap_or(OWNER);
    let settled = match command {
        // Which attachment that is, is looked up when it is sent.
        Command::MakePrimary { app, attachment_id: None, .. } if target.owner.is_some_and(|owner| owner != app) => {
            let mut settled = command.clone();
            if let Command::MakePrimary { attachment_id, .. } = &mut settled {
                *attachment_id = Some(ATTACHMENT.to_owned());
            }
            Some(settled)
        }
        _ => None,
    };
    let request = match request(settled.as_ref().unwrap_or(command), owner, RELEASE) {
        Ok(request) => request,
        Err(why) => return RequestPreview { request: format!("No request: {why}"), body: None, cli: String::new() },
    };
    let shown = printable(&format!("{} /{}", request.method, request.path.join("/")));
    let body = told(command, &request);
    let cli = match words(command, owner, target.database) {
        Some(words) => shell_line(std::iter::once("aka".to_owned()).chain(words)),
        None => curl(&request, body.as_ref(), endpoint),
    };
    RequestPreview { request: shown, body: body.map(|body| body.to_string()), cli }
}

/// The body as it may be shown: what is told to an action may be a secret.
fn told(command: &Command, request: &Request) -> Option<Value> {
    match command {
        Command::RunAction(RunAction { body: Some(ActionBody::Sent(fields)), .. }) if !fields.is_empty() => {
            Some(Value::Object(fields.keys().map(|name| (name.clone(), json!("…"))).collect()))
        }
        _ => request.body.clone(),
    }
}

/// The token stays outside of what is quoted, so that the shell that the line is pasted into puts it in.
fn curl(request: &Request, body: Option<&Value>, endpoint: &str) -> String {
    let url = format!("{}/{}", endpoint.trim_end_matches('/'), request.path.join("/"));
    let mut words = vec!["-X".to_owned(), request.method.to_string(), url];
    if let Some(body) = body {
        words.extend(["-H", "Content-Type: application/json", "-d"].map(str::to_owned));
        words.push(body.to_string());
    }
    format!("curl -sS -H \"Authorization: Bearer $TOKEN\" {}", shell_line(words))
}

/// The words after `aka` (read in its source, and seen to work where its output was recorded). `None`: it has none.
fn words(command: &Command, owner: &str, database: Option<&str>) -> Option<Vec<String>> {
    let spec;
    let words: Vec<&str> = match command {
        Command::CreateAddon(create) => {
            spec = format!("{}:{}", create.service, create.plan);
            vec!["addons:create", &spec, "-a", create.app.as_deref()?, "--as", &create.name]
        }
        Command::Attach { addon_id, app, alias, .. } => {
            let mut words = vec!["addons:attach", addon_id, "-a", app];
            words.extend(alias.iter().flat_map(|alias| ["--as", alias]));
            words
        }
        // By the name of an attachment it is a 404 (seen in its output).
        Command::Detach { attachment_id, app, .. } => vec!["addons:detach", attachment_id, "-a", app],
        // It wants to be told again what it was told, not the name.
        Command::DestroyAddon { addon_id, .. } => {
            vec!["addons:destroy", addon_id, "-a", owner, "--confirm", addon_id]
        }
        // It tries the add-on first and, where there is none, the attachment.
        Command::MakePrimary { addon_id, app, attachment_id, .. } => {
            vec!["addons:promote", attachment_id.as_deref().unwrap_or(addon_id), "-a", app]
        }
        Command::ChangePlan { addon_id, service, plan, .. } => {
            spec = format!("{service}:{plan}");
            vec!["addons:upgrade", addon_id, &spec, "-a", owner]
        }
        Command::Rename { addon_id, name, .. } => vec!["addons:rename", name, "-a", owner, "--addon", addon_id],
        Command::Maintenance { app, is_on } => {
            vec![if *is_on { "maintenance:on" } else { "maintenance:off" }, "-a", app]
        }
        Command::RollBack { app, release } => vec!["releases:rollback", release, "-a", app],
        // The pg plugin takes a database by its name alone, and names are not unique. A restore it asks about, and puts the app
        // into maintenance meanwhile.
        Command::BackUp { .. } => vec!["pg:backups:capture", "-a", owner, "-d", database?],
        Command::RestoreInto { backup_id, .. } => vec!["pg:backups:restore", backup_id, "-a", owner, "-d", database?],
        Command::Restart { .. } => vec!["pg:restart", "-a", owner, "-d", database?],
        Command::RunAction(run) => return actions::words(run, run.app.as_deref().unwrap_or(owner), database),
        _ => return None,
    };
    Some(words.into_iter().map(str::to_owned).collect())
}
