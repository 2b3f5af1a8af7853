//! The same world for what stands in for the `watasu` command: each request below `/_control/` is one thing that it does.

use std::sync::{Arc, Mutex};

use axum::body::Bytes;
use axum::extract::State;
use axum::http::{Method, Uri};
use axum::response::Response;
use serde_json::{Value, json};

use super::world::{Addon, Attachment, Backup, World};

/// What its errors are: a status and a sentence.
type Done = Result<Value, (u16, String)>;

// GET  whoami                                   whom the command is logged in as
// POST account   {"mcp": A, "program": B|null}  who is who
// POST create    {"service", "plan"?, "app"}    a new add-on, with the name that was made up
// POST attach    {"addon", "app", "alias"?}     POST detach {"addon", "app", "alias"?}
// POST destroy   {"addon"}                      POST update {"addon", "plan"?, "backup_enabled"?}
// GET  backups/ADDON                            POST backup {"addon"}
// POST restore   {"addon", "backup", "name"?}   POST promote {"addon"}
// POST follow    {"variable", "app", "name"?, "plan"?}
// GET  addons                                   POST form {"form": "wrapped"…, "streams": true}

pub(super) async fn answer(State(world): State<Arc<Mutex<World>>>, method: Method, uri: Uri, raw: Bytes) -> Response {
    // The rig hands on a request of its own, which has no parameters of a route.
    let what = uri.path().trim_start_matches("/_control/").to_owned();
    let body: Value = serde_json::from_slice(&raw).unwrap_or_default();
    let (status, body) = match world.lock().unwrap().control(&method, &what, &body) {
        Ok(body) => (200, body),
        Err((status, message)) => (status, json!({ "error": message })),
    };
    let response = Response::builder().status(status).header("content-type", "application/json");
    response.body(body.to_string().into()).unwrap()
}

fn not_found(what: &str) -> (u16, String) {
    (404, format!("There is no {what}."))
}

impl World {
    pub(crate) fn control(&mut self, method: &Method, what: &str, body: &Value) -> Done {
        let word = |name: &str| body[name].as_str().map(str::to_owned);
        let needed = |name: &str| word(name).ok_or_else(|| (422, format!("{name} is missing.")));
        if *method == Method::POST && !matches!(what, "account" | "form") {
            *self.written.entry(what.to_owned()).or_default() += 1;
        }
        match (method.as_str(), what.split('/').collect::<Vec<_>>().as_slice()) {
            ("GET", ["whoami"]) => self
                .program_account
                .clone()
                .map(|account| json!({"email": account}))
                .ok_or((401, "Not logged in.".into())),
            ("POST", ["account"]) => {
                self.account = word("mcp").unwrap_or_else(|| self.account.clone());
                if body.get("program").is_some() {
                    self.program_account = word("program");
                }
                Ok(json!({}))
            }
            ("POST", ["form"]) => {
                self.form = match body["form"].as_str() {
                    Some("wrapped") => super::Form::Wrapped,
                    Some("bare") => super::Form::Bare,
                    Some("links") => super::Form::Links,
                    Some("markdown") => super::Form::Markdown,
                    _ => self.form,
                };
                self.streams = body["streams"].as_bool().unwrap_or(self.streams);
                Ok(json!({}))
            }
            ("GET", ["addons"]) => Ok(self
                .addons
                .iter()
                .map(|addon| {
                    json!({"name": addon.name, "state": addon.state,
                "apps": addon.attachments.iter().map(|one| &one.app).collect::<Vec<_>>()})
                })
                .collect()),
            ("POST", ["create"]) => {
                self.create(&needed("service")?, &word("plan").unwrap_or_default(), &needed("app")?)
            }
            ("POST", ["attach"]) => self.attach(&needed("addon")?, &needed("app")?, word("alias")),
            ("POST", ["detach"]) => self.detach(&needed("addon")?, &needed("app")?, word("alias").as_deref()),
            ("POST", ["destroy"]) => self.destroy(&needed("addon")?),
            ("POST", ["update"]) => {
                let name = needed("addon")?;
                let addon = self.addon_mut(&name).ok_or_else(|| not_found("such add-on"))?;
                addon.plan = word("plan").unwrap_or_else(|| addon.plan.clone());
                addon.backup_enabled = body["backup_enabled"].as_bool().unwrap_or(addon.backup_enabled);
                Ok(json!({"name": name}))
            }
            ("GET", ["backups", name]) => {
                let addon = self.addon(name).ok_or_else(|| not_found("such add-on"))?;
                let one = |backup: &Backup| json!({"id": backup.id, "status": backup.status, "created_at": backup.created_at});
                Ok(json!({"backups": addon.backups.iter().rev().map(one).collect::<Vec<_>>()}))
            }
            ("POST", ["backup"]) => {
                let (name, id) = (needed("addon")?, self.new_id());
                let addon = self.addon_mut(&name).ok_or_else(|| not_found("such add-on"))?;
                addon.backups.push(Backup { id, status: "running".into(), created_at: now() });
                Ok(json!({"id": id}))
            }
            ("POST", ["restore"]) => self.restore(&needed("addon")?, &body["backup"], word("name")),
            ("POST", ["promote"]) => self.promote(&needed("addon")?),
            ("POST", ["follow"]) => {
                let app = needed("app")?;
                let has = |addon: &&Addon| {
                    addon.service == "postgresql" && addon.attachments.iter().any(|one| one.app == app)
                };
                let leader = self.addons.iter().find(has).cloned().ok_or_else(|| not_found("database of that app"))?;
                Ok(json!({"name": self.make(&Addon { attachments: Vec::new(), ..leader }, word("name"))}))
            }
            _ => Err((404, "There is no such thing here. See --help.".into())),
        }
    }

    /// A new one like another, under that name or one that is made up.
    fn make(&mut self, like: &Addon, name: Option<String>) -> String {
        let id = self.new_id();
        let name = name.unwrap_or_else(|| format!("{}-made-{id:04}", like.service));
        let made = Addon {
            id,
            name: name.clone(),
            state: "provisioning".into(),
            steps: 2,
            backups: Vec::new(),
            markdown: None,
            created_at: now(),
            ..like.clone()
        };
        self.addons.push(made);
        name
    }

    fn create(&mut self, service: &str, plan: &str, app: &str) -> Done {
        let team = self.app(app).ok_or_else(|| not_found("such app"))?.team.clone();
        let Some(like) = self.addons.iter().find(|addon| addon.service == service).cloned() else {
            return Err((422, format!("There is no service {service}.")));
        };
        let plan = if plan.is_empty() { "hobby-0" } else { plan };
        let attachments = vec![Attachment { app: app.into(), alias: None }];
        let like = Addon { plan: plan.into(), team, attachments, source: None, tells_attachments: true, ..like };
        let name = self.make(&like, None);
        self.release(app);
        Ok(json!({"name": name}))
    }

    fn attach(&mut self, name: &str, app: &str, alias: Option<String>) -> Done {
        self.app(app).ok_or_else(|| not_found("such app"))?;
        let addon = self.addon_mut(name).ok_or_else(|| not_found("such add-on"))?;
        if addon.attachments.iter().any(|one| one.app == app && one.alias == alias) {
            return Err((409, format!("{app} has {name} already.")));
        }
        addon.attachments.push(Attachment { app: app.into(), alias });
        self.release(app);
        Ok(json!({"name": name}))
    }

    fn detach(&mut self, name: &str, app: &str, alias: Option<&str>) -> Done {
        let addon = self.addon_mut(name).ok_or_else(|| not_found("such add-on"))?;
        let before = addon.attachments.len();
        addon.attachments.retain(|one| one.app != app || one.alias.as_deref() != alias);
        if addon.attachments.len() == before {
            return Err(not_found("such attachment"));
        }
        self.release(app);
        Ok(json!({"name": name}))
    }

    fn destroy(&mut self, name: &str) -> Done {
        let addon = self.addon(name).ok_or_else(|| not_found("such add-on"))?.clone();
        addon.attachments.iter().for_each(|one| self.release(&one.app));
        self.addons.retain(|one| one.name != name);
        Ok(json!({"name": name}))
    }

    fn restore(&mut self, name: &str, backup: &Value, replacement: Option<String>) -> Done {
        let source = self.addon(name).ok_or_else(|| not_found("such add-on"))?.clone();
        let wanted = backup.as_str().map_or_else(|| backup.to_string(), str::to_owned);
        let found = source.backups.iter().find(|one| one.id.to_string() == wanted);
        let found = found.ok_or_else(|| not_found("such backup"))?;
        if found.status != "finished" {
            return Err((409, format!("Backup {wanted} is {}.", found.status)));
        }
        let like = Addon { attachments: Vec::new(), source: Some(name.into()), ..source };
        Ok(json!({"name": self.make(&like, replacement)}))
    }

    /// Of the two texts, the worse one: the source is retired.
    fn promote(&mut self, name: &str) -> Done {
        let source = self.addon(name).ok_or_else(|| not_found("such add-on"))?.source.clone();
        let source = source.ok_or_else(|| (422, format!("{name} replaces nothing.")))?;
        let moved = self.addon_mut(&source).map(|addon| {
            addon.state = "retired".into();
            std::mem::take(&mut addon.attachments)
        });
        let moved = moved.unwrap_or_default();
        moved.iter().for_each(|one| self.release(&one.app));
        if let Some(addon) = self.addon_mut(name) {
            addon.attachments.extend(moved);
        }
        Ok(json!({"name": name}))
    }
}

fn now() -> String {
    jiff::Timestamp::now().to_string()
}
