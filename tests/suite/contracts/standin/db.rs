//! What the stand-in knows, and `/v1`'s rules over it.

use serde_json::{Value, json};

use super::copies::{Backup, Work};

/// A reply of the stand-in: status and body.
pub(crate) type Reply = (u16, Value);

#[derive(Clone)]
pub(crate) struct App {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) own: Vec<(String, String)>,
    pub(crate) releases: Vec<Release>,
    /// Whether it is in maintenance; since when and by whom that is so.
    pub(crate) maintenance: (bool, Option<(jiff::Timestamp, &'static str)>),
}

/// One of an app's releases; the first is v1.
#[derive(Clone)]
pub(crate) struct Release {
    pub(crate) description: String,
    pub(crate) by: Option<String>,
    pub(crate) created_at: jiff::Timestamp,
}

#[derive(Clone)]
pub(crate) struct Addon {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) service: String,
    pub(crate) plan: String,
    pub(crate) state: String,
    pub(crate) reason: Option<String>,
    pub(crate) created_at: jiff::Timestamp,
    pub(crate) attachments: Vec<Attachment>,
    pub(crate) schedule: Option<Value>,
    pub(crate) restored_from: Option<Value>,
    pub(crate) cannot: Vec<(&'static str, &'static str)>,
}

#[derive(Clone)]
pub(crate) struct Attachment {
    pub(crate) id: String,
    pub(crate) app: String,
    pub(crate) alias: Option<String>,
    pub(crate) created_at: jiff::Timestamp,
}

#[derive(Clone, Default)]
pub(crate) struct Db {
    pub(crate) apps: Vec<App>,
    pub(crate) addons: Vec<Addon>,
    pub(crate) backups: Vec<Backup>,
    pub(crate) works: Vec<Work>,
    pub(crate) revision: u64,
    /// The token that is wanted.
    pub(crate) token: Option<String>,
    /// How many rows a page holds at most.
    pub(crate) page: usize,
    last_id: u64,
}

pub(crate) const VARIABLES: [&str; 2] = ["DATABASE_URL", "PGHOST"];

impl Db {
    /// Two apps, and a ready add-on that is attached to the first.
    pub(crate) fn seeded() -> Self {
        let mut db = Self { page: 1000, ..Self::default() };
        for name in ["storefront", "billing"] {
            db.create_app(&json!({"app": {"name": name}}));
        }
        db.create_addon(&json!({"addon": {"name": "orders", "service": "postgresql", "plan": "small"}}));
        db.set_state("orders", "ready", None);
        db.attach(&json!({"attachment": {"addon": "orders", "app": "storefront"}}));
        // It was made long ago.
        db.works.clear();
        db
    }

    pub(crate) fn id(&mut self, kind: &str) -> String {
        self.last_id += 1;
        self.revision += 1;
        format!("{kind}_{}", self.last_id)
    }

    pub(crate) fn set_state(&mut self, name: &str, state: &str, reason: Option<&str>) {
        self.revision += 1;
        let addon = self.addon(name).unwrap();
        addon.state = state.into();
        addon.reason = reason.map(str::to_owned);
        let id = addon.id.clone();
        match state {
            "ready" => self.end_works(&id, "done", None),
            "failed" => self.end_works(&id, "failed", reason),
            _ => {}
        }
    }

    /// Ends what is under way on an add-on.
    fn end_works(&mut self, addon_id: &str, state: &str, message: Option<&str>) {
        for work in self.works.iter_mut().filter(|work| work.addon.0 == addon_id && work.state == "running") {
            (work.state, work.message) = (state.into(), message.map(str::to_owned));
        }
    }

    pub(crate) fn addon(&mut self, id_or_name: &str) -> Option<&mut Addon> {
        self.addons.iter_mut().find(|addon| addon.id == id_or_name || addon.name == id_or_name)
    }

    pub(crate) fn app(&mut self, id_or_name: &str) -> Option<&mut App> {
        self.apps.iter_mut().find(|app| app.id == id_or_name || app.name == id_or_name)
    }

    pub(crate) fn remove(&mut self, name: &str) {
        self.revision += 1;
        if let Some(id) = self.find(name).map(|addon| addon.id.clone()) {
            self.end_works(&id, "done", None);
        }
        self.addons.retain(|addon| addon.name != name);
    }

    pub(crate) fn create_app(&mut self, body: &Value) -> Reply {
        let name = body["app"]["name"].as_str().unwrap_or_default().to_owned();
        if self.app(&name).is_some() {
            return refusal(409, "name_taken", &format!("There is an app {name} already."));
        }
        let app = App { id: self.id("app"), name, own: Vec::new(), releases: Vec::new(), maintenance: (false, None) };
        let shown = app.json();
        self.apps.push(app);
        (201, json!({ "app": shown }))
    }

    pub(crate) fn change_app(&mut self, name: &str, body: &Value) -> Reply {
        let Some(app) = self.apps.iter_mut().find(|app| app.name == name) else { return missing() };
        let is_on = body["app"]["maintenance"] == json!(true);
        if app.maintenance.0 != is_on {
            app.maintenance = (is_on, Some((now(), "alice")));
        }
        (200, json!({"app": app.json()}))
    }

    pub(crate) fn destroy_app(&mut self, id: &str) -> Reply {
        let Some(index) = self.apps.iter().position(|app| app.id == id || app.name == id) else { return missing() };
        let app = self.apps.remove(index);
        self.addons.iter_mut().for_each(|addon| addon.attachments.retain(|one| one.app != app.name));
        (200, json!({"app": app.json()}))
    }

    pub(crate) fn create_addon(&mut self, body: &Value) -> Reply {
        let text = |key: &str| body["addon"][key].as_str().map(str::to_owned);
        let (name, service) = (text("name").unwrap(), text("service").unwrap());
        if self.addon(&name).is_some() {
            return refusal(409, "name_taken", &format!("There is an add-on {name} already."));
        }
        let mut addon = Addon {
            id: self.id("add"),
            name,
            service,
            plan: text("plan").unwrap(),
            state: "provisioning".into(),
            reason: None,
            created_at: now(),
            attachments: Vec::new(),
            schedule: None,
            restored_from: None,
            cannot: Default::default(),
        };
        if let Some(app) = text("app") {
            let id = self.id("att");
            addon.attachments.push(Attachment { id, app, alias: text("alias"), created_at: now() });
        }
        let id = addon.id.clone();
        self.addons.push(addon);
        self.under_way(&id, "create", None)
    }

    pub(crate) fn destroy_addon(&mut self, id: &str) -> Reply {
        self.revision += 1;
        let Some(addon) = self.addon(id) else { return missing() };
        addon.state = "deprovisioning".into();
        let id = addon.id.clone();
        self.under_way(&id, "destroy", None)
    }

    pub(crate) fn attach(&mut self, body: &Value) -> Reply {
        let text = |key: &str| body["attachment"][key].as_str().map(str::to_owned);
        let (app, alias) = (text("app").unwrap(), text("alias"));
        let id = self.id("att");
        let Some(known_app) = self.app(&app) else { return missing() };
        known_app.release("Attach", Some("alice"));
        let Some(addon) = self.addon(&text("addon").unwrap()) else { return missing() };
        if addon.attachments.iter().any(|one| one.app == app && one.alias == alias) {
            return refusal(409, "already_attached", &format!("{} is attached to {app} already.", addon.name));
        }
        addon.attachments.push(Attachment { id, app, alias, created_at: now() });
        let shown = addon.attachments.last().unwrap().json(addon);
        (201, json!({"attachment": shown, "release": null}))
    }

    pub(crate) fn detach(&mut self, id: &str) -> Reply {
        self.revision += 1;
        for addon in &mut self.addons {
            if let Some(index) = addon.attachments.iter().position(|one| one.id == id) {
                let shown = addon.attachments[index].json(addon);
                addon.attachments.remove(index);
                return (200, json!({"attachment": shown, "release": null}));
            }
        }
        missing()
    }

    pub(crate) fn config_vars(&mut self, app: &str, reveal: bool) -> Option<Vec<Value>> {
        let mut variables = Vec::new();
        let mut push = |name: &str, addon: Option<&str>, value: &str| {
            let mut variable = json!({"name": name, "addon": addon});
            if reveal {
                variable["value"] = value.into();
            }
            variables.push(variable);
        };
        self.app(app)?.own.iter().for_each(|(name, value)| push(name, None, value));
        for addon in self.addons.iter().filter(|addon| addon.state == "ready") {
            for one in addon.attachments.iter().filter(|one| one.app == app) {
                one.names().iter().for_each(|name| push(name, Some(&addon.name), &format!("secret of {name}")));
            }
        }
        Some(variables)
    }
}

impl App {
    pub(crate) fn release(&mut self, description: &str, by: Option<&str>) {
        let (description, by) = (description.to_owned(), by.map(str::to_owned));
        self.releases.push(Release { description, by, created_at: now() });
    }

    /// Newest first.
    pub(crate) fn releases(&self) -> Vec<Value> {
        let one = |(index, release): (usize, &Release)| {
            json!({"version": index + 1, "description": release.description, "by": release.by,
                   "created_at": release.created_at.to_string()})
        };
        self.releases.iter().enumerate().map(one).rev().collect()
    }

    pub(crate) fn json(&self) -> Value {
        json!({"id": self.id, "name": self.name, "team": "sandbox", "created_at": now().to_string(),
               "release": self.releases.len(), "something_new": {"a": [1]},
               "maintenance": self.maintenance.0,
               "maintenance_since": self.maintenance.1.map(|(at, _)| at.to_string()),
               "maintenance_by": self.maintenance.1.map(|(_, by)| by)})
    }
}

impl Attachment {
    fn names(&self) -> Vec<String> {
        let prefix = self.alias.as_ref().map_or(String::new(), |alias| format!("{alias}_"));
        VARIABLES.iter().map(|name| format!("{prefix}{name}")).collect()
    }

    pub(crate) fn json(&self, addon: &Addon) -> Value {
        json!({"id": self.id, "addon": {"id": addon.id, "name": addon.name}, "app": {"id": "app_x", "name": self.app},
               "alias": self.alias, "config_vars": self.names(), "created_at": self.created_at.to_string()})
    }
}

impl Addon {
    pub(crate) fn json(&self, db: &Db) -> Value {
        let cannot: Vec<Value> =
            self.cannot.iter().map(|(verb, reason)| json!({"verb": verb, "reason": reason})).collect();
        let mine = |one: &&Backup| one.addon_id.as_ref() == Some(&self.id) && one.state == "finished";
        let last = db
            .backups
            .iter()
            .rfind(mine)
            .map(|one| json!({"id": one.id, "started_at": one.started_at, "finished_at": one.started_at}));
        let work =
            db.works.iter().find(|one| one.addon.0 == self.id && matches!(one.state.as_str(), "queued" | "running"));
        let attachments: Vec<Value> = self.attachments.iter().map(|one| one.json(self)).collect();
        json!({"id": self.id, "name": self.name, "team": "sandbox", "service": self.service, "plan": self.plan,
               "state": self.state, "state_reason": self.reason, "health": {"status": "ok", "message": null},
               "created_at": self.created_at.to_string(), "updated_at": self.created_at.to_string(),
               "config_vars": VARIABLES, "attachments": attachments, "something_new": true, "cannot": cannot,
               "restored_from": self.restored_from, "last_backup": last, "operation": work.map(Work::json),
               "endpoint": {"host": "127.0.0.1", "port": 5432, "database": "d", "user": "u", "tls": false}})
    }
}

pub(crate) fn refusal(status: u16, code: &str, message: &str) -> Reply {
    (status, json!({"error": code, "message": message}))
}

pub(crate) fn missing() -> Reply {
    refusal(404, "not_found", "There is no such thing.")
}

pub(crate) fn now() -> jiff::Timestamp {
    jiff::Timestamp::now()
}

/// The catalog, as `/v1/addon_services` has it.
pub(crate) fn services() -> Vec<Value> {
    let plan = |name: &str, connections: u64| {
        json!({"name": name, "summary": "For trying out", "default": name == "small",
        "price": {"cents_per_month": 0, "currency": "USD"},
        "limits": [{"name": "connections", "value": connections, "unit": "count", "enforced_by": "the role's CONNECTION LIMIT"},
                   {"name": "storage", "value": 1 << 30, "unit": "bytes", "enforced_by": null},
{"name": "backups", "value": 2, "unit": "count", "enforced_by": "the platform"}]})
    };
    vec![
        json!({"name": "postgresql", "summary": "PostgreSQL", "available": true, "unavailable_reason": null,
               "program": "postgres 15", "config_vars": VARIABLES, "plans": [plan("small", 20), plan("large", 60)],
               "backups": {"supported": true, "reason": null, "format": "pg_dump custom format"}}),
        json!({"name": "valkey", "summary": "Valkey", "available": false, "unavailable_reason": "Install valkey-server.",
               "program": null, "config_vars": ["REDIS_URL"], "plans": []}),
    ]
}
