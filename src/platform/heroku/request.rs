//! The one request that a command becomes: what is sent, and the same for people.

use std::sync::Arc;

use reqwest::Method;
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Map, Value, json};

use super::capability::lacks;
use super::core::Place;
use super::services::Kind;
use super::{actions, cli, services, transfer_id};
use crate::model::{Command, CreateAddon, Schedule};
use crate::platform::RequestPreview;

/// What a request needs beside its command, read before it is sent: for people, words that stand for it.
pub(super) struct Looked {
    /// The app that owns the add-on.
    pub(super) app: String,
    pub(super) kind: Kind,
    /// The variable that a schedule is called after, such as `DATABASE_URL`.
    pub(super) schedule_name: String,
    /// The schedule that ends.
    pub(super) schedule_id: String,
    /// Where the bytes of a backup are: a secret.
    pub(super) backup_url: SecretString,
    /// The transfer's own id.
    pub(super) transfer: String,
    /// The release's own id.
    pub(super) release: String,
}

impl Looked {
    /// For people, of what was listed already.
    pub(super) fn shown(place: Option<&Place>) -> Self {
        let app = place.map_or_else(|| "APP".to_owned(), |place| place.app.to_string());
        let name = place.and_then(|place| place.own_names().first().map(|name| format!("{name}_URL")));
        Self {
            app,
            kind: place.map_or(Kind::Postgres, Place::kind),
            schedule_name: name.unwrap_or_else(|| "ATTACHMENT_URL".to_owned()),
            schedule_id: "SCHEDULE_ID".to_owned(),
            backup_url: "$BACKUP_URL".to_owned().into(),
            transfer: "TRANSFER_ID".to_owned(),
            release: "RELEASE_ID".to_owned(),
        }
    }
}

/// Which of the two it is sent to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Side {
    Platform,
    Data,
}

/// A request, before it is sent.
pub(super) struct Request {
    pub(super) side: Side,
    pub(super) method: Method,
    pub(super) path: Vec<String>,
    pub(super) body: Option<Value>,
}

impl Request {
    pub(super) fn new(side: Side, method: Method, path: &[&str], body: Option<Value>) -> Self {
        Self { side, method, path: path.iter().map(|part| (*part).to_owned()).collect(), body }
    }
}

/// What to send for a command; why there is nothing to send, where Heroku has no such request.
pub(super) fn request(command: &Command, looked: &Looked) -> Result<Request, String> {
    let platform = |method, path: &[&str], body| Request::new(Side::Platform, method, path, body);
    let data = |method, path: &[&str], body| Request::new(Side::Data, method, path, body);
    let app = looked.app.as_str();
    let verb = command.verb();
    if services::is_of_data_api(verb)
        && let Some((_, why)) = services::cannot(looked.kind, None).into_iter().find(|(one, _)| *one == verb)
    {
        return Err(why);
    }
    Ok(match command {
        Command::CreateAddon(create) => {
            let app = create.app.as_deref().ok_or("On Heroku an app owns each add-on: name the app.")?;
            platform(Method::POST, &["apps", app, "addons"], Some(create_body(create)))
        }
        Command::Attach { addon_id, app, alias, credential, confirm, .. } => {
            let mut body = object([("addon", addon_id.as_str()), ("app", app)]);
            insert(&mut body, "name", alias.as_deref());
            let namespace = credential.as_ref().map(|name| format!("credential:{name}"));
            insert(&mut body, "namespace", namespace.as_deref());
            insert(&mut body, "confirm", confirm.as_deref());
            platform(Method::POST, &["addon-attachments"], Some(body.into()))
        }
        // The same request with a name that is in use: the name moves (the CLI's promote).
        Command::MakePrimary { addon_id, app, name, .. } => {
            let body = object([("addon", addon_id.as_str()), ("app", app), ("confirm", app), ("name", name)]);
            platform(Method::POST, &["addon-attachments"], Some(body.into()))
        }
        Command::Detach { attachment_id, .. } => platform(Method::DELETE, &["addon-attachments", attachment_id], None),
        // Without force, as the CLI's default is: force would destroy what other apps still use.
        Command::DestroyAddon { addon_id, .. } => {
            platform(Method::DELETE, &["apps", app, "addons", addon_id], Some(json!({ "force": false })))
        }
        Command::Rename { addon_id, name, .. } => {
            platform(Method::PATCH, &["apps", app, "addons", addon_id], Some(json!({ "name": name })))
        }
        Command::ChangePlan { addon_id, service, plan, .. } => {
            let body = json!({ "plan": { "name": format!("{service}:{plan}") } });
            platform(Method::PATCH, &["apps", app, "addons", addon_id], Some(body))
        }
        Command::Maintenance { app, is_on } => {
            platform(Method::PATCH, &["apps", app], Some(json!({ "maintenance": is_on })))
        }
        Command::RollBack { app, .. } => {
            platform(Method::POST, &["apps", app, "releases"], Some(json!({ "release": looked.release })))
        }
        Command::BackUp { addon_id, .. } => {
            data(Method::POST, &["client", "v11", "databases", addon_id, "backups"], None)
        }
        Command::RestoreInto { addon_id, .. } => {
            let body = json!({ "backup_url": looked.backup_url.expose_secret() });
            data(Method::POST, &["client", "v11", "databases", addon_id, "restores"], Some(body))
        }
        Command::DeleteBackup { backup_id, .. } => {
            let (app, number) = transfer_id::parse(backup_id)?;
            data(Method::DELETE, &["client", "v11", "apps", app, "transfers", &number.to_string()], None)
        }
        Command::CancelBackup { backup_id, .. } => {
            let (app, _) = transfer_id::parse(backup_id)?;
            let path = ["client", "v11", "apps", app, "transfers", &looked.transfer, "actions", "cancel"];
            data(Method::POST, &path, None)
        }
        Command::ScheduleBackups { addon_id, schedule: Some(Schedule { hour, time_zone }), .. } => {
            // The hour is a string of two digits, as the CLI sends it (seen on the wire).
            let body = json!({
                "hour": format!("{hour:02}"),
                "timezone": time_zone,
                "schedule_name": looked.schedule_name,
            });
            data(Method::POST, &["client", "v11", "databases", addon_id, "transfer-schedules"], Some(body))
        }
        Command::ScheduleBackups { addon_id, schedule: None, .. } => {
            let path = ["client", "v11", "databases", addon_id, "transfer-schedules", &looked.schedule_id];
            data(Method::DELETE, &path, None)
        }
        Command::Rotate { addon_id, .. } => match looked.kind {
            Kind::KeyValue => {
                data(Method::POST, &["redis", "v0", "databases", addon_id, "credentials_rotation"], Some(json!({})))
            }
            _ => {
                let path = ["postgres", "v0", "databases", addon_id, "credentials", "default", "credentials_rotation"];
                data(Method::POST, &path, Some(json!({})))
            }
        },
        Command::RunAction(run) => return actions::request(run, looked),
        Command::MoveAttachments { .. } => {
            return Err("Heroku switches one app at a time: each app's name is moved on its own.".to_owned());
        }
        Command::Restore(_)
        | Command::UploadBackup { .. }
        | Command::Restart { .. }
        | Command::Sleep { .. }
        | Command::Wake { .. }
        | Command::CreateApp { .. }
        | Command::AutoBackups { .. }
        | Command::Redeploy { .. }
        | Command::DestroyApp { .. } => {
            return Err(lacks(command.verb()).unwrap_or("Heroku has no such request.").to_owned());
        }
    })
}

fn create_body(create: &CreateAddon) -> Value {
    let CreateAddon { name, service, plan, alias, options, confirm, .. } = create;
    let mut body = object([("name", name.as_str())]);
    body.insert("plan".to_owned(), json!({ "name": format!("{service}:{plan}") }));
    if let Some(alias) = alias {
        body.insert("attachment".to_owned(), json!({ "name": alias }));
    }
    if !options.is_empty() {
        // A flag without a value is `true`, as the CLI sends it.
        let value = |text: &String| if text.is_empty() { Value::Bool(true) } else { Value::from(text.as_str()) };
        let config: Map<String, Value> = options.iter().map(|(name, text)| (name.clone(), value(text))).collect();
        body.insert("config".to_owned(), config.into());
    }
    insert(&mut body, "confirm", confirm.as_deref());
    body.into()
}

fn object<'a>(fields: impl IntoIterator<Item = (&'a str, &'a str)>) -> Map<String, Value> {
    fields.into_iter().map(|(name, value)| (name.to_owned(), Value::from(value))).collect()
}

fn insert(body: &mut Map<String, Value>, name: &str, value: Option<&str>) {
    if let Some(value) = value {
        body.insert(name.to_owned(), Value::from(value));
    }
}

/// The request for people. `place` tells where an add-on is, as far as it was seen.
pub(super) fn preview(command: &Command, place: &dyn Fn(&str) -> Option<Arc<Place>>) -> RequestPreview {
    let place = command.addon_id().and_then(place);
    let looked = Looked::shown(place.as_deref());
    let cli = cli::line(command, &looked);
    match request(command, &looked) {
        Err(why) => RequestPreview { request: format!("No request: {why}"), body: None, cli },
        Ok(Request { side, method, path, body }) => {
            let on = match side {
                Side::Platform => "",
                Side::Data => " (data API)",
            };
            let request = crate::model::printable(&format!("{method} /{}{on}", path.join("/")));
            let body = match command {
                // What is told to an action may be a secret.
                Command::RunAction(run) => run.body.as_ref().map(|body| body.names().join(", ")),
                _ => body.map(|body| body.to_string()),
            };
            RequestPreview { request, body: body.filter(|body| !body.is_empty()), cli }
        }
    }
}
