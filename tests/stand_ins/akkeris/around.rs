//! Releases, web hooks, audits and sessions of logs.

use serde_json::{Value, json};

use super::World;
use super::front::{Asked, Reply, ok, sentence};
use super::world::now;

impl World {
    /// Least recently updated first.
    pub(super) fn list_releases(&self, app_id: &str) -> Reply {
        ok(self.app(app_id).unwrap().releases.clone().into())
    }

    pub(super) fn one_release(&self, app_id: &str, id: &str) -> Reply {
        match self.app(app_id).unwrap().releases.iter().find(|release| release["id"] == id) {
            Some(release) => ok(release.clone()),
            // Inferred: the status is known, the words are not.
            None => sentence(404, format!("The specified release {id} does not exist.")),
        }
    }

    /// A new one of a slug, or of an older release.
    pub(super) fn release(&mut self, app_id: &str, body: &Value) -> Reply {
        let id = self.id();
        let app = self.app_mut(app_id).unwrap();
        let slug = match (body["slug"].as_str(), body["release"].as_str()) {
            (Some(slug), _) => Some(slug.to_owned()),
            (None, Some(old)) => {
                let found = app.releases.iter().find(|release| release["id"] == old);
                found.and_then(|release| release["slug"]["id"].as_str()).map(str::to_owned)
            }
            (None, None) => None,
        };
        // Inferred: the words are not known.
        let Some(slug) = slug else { return sentence(422, "The slug or release was not found.") };
        app.releases.iter_mut().for_each(|release| release["current"] = Value::Null);
        let mut release = json!({"app": app.named.json(), "created_at": now(), "description": body["description"],
            "slug": {"id": slug}, "id": id, "status": "succeeded", "state": "success",
            "user": {"id": "5b6f8a10-0000-4000-8000-000000000a01", "email": ""}, "version": app.releases.len() + 1,
            "current": true});
        if release["description"].is_null() {
            release["description"] = "".into();
        }
        app.releases.push(release.clone());
        app.updated_at = now();
        // It is queued first.
        release["status"] = "queued".into();
        Reply::Json(201, release)
    }

    pub(super) fn list_hooks(&self, app_id: &str) -> Reply {
        ok(self.app(app_id).unwrap().hooks.clone().into())
    }

    pub(super) fn create_hook(&mut self, app_id: &str, body: &Value) -> Reply {
        if !body["url"].is_string() || !body["events"].is_array() {
            // Inferred: the status is known, the words are not.
            return sentence(400, "The url or the events of the hook were invalid.");
        }
        let (id, at) = (self.id(), now());
        // The secret is never told again.
        let hook = json!({"id": id, "active": body["active"].as_bool().unwrap_or(true), "events": body["events"],
                          "created_at": at, "updated_at": at, "url": body["url"]});
        self.app_mut(app_id).unwrap().hooks.push(hook.clone());
        Reply::Json(201, hook)
    }

    fn hook(&mut self, app_id: &str, id: &str) -> Option<&mut Value> {
        self.app_mut(app_id).unwrap().hooks.iter_mut().find(|hook| hook["id"] == id)
    }

    fn no_hook(id: &str) -> Reply {
        // Inferred: the status is known, the words are not.
        sentence(404, format!("The specified hook {id} does not exist."))
    }

    pub(super) fn one_hook(&mut self, app_id: &str, id: &str) -> Reply {
        self.hook(app_id, id).map_or_else(|| Self::no_hook(id), |hook| ok(hook.clone()))
    }

    pub(super) fn change_hook(&mut self, app_id: &str, id: &str, body: &Value) -> Reply {
        let Some(hook) = self.hook(app_id, id) else { return Self::no_hook(id) };
        for key in ["url", "events", "active"] {
            if let Some(value) = body.get(key) {
                hook[key] = value.clone();
            }
        }
        ok(hook.clone())
    }

    pub(super) fn delete_hook(&mut self, app_id: &str, id: &str) -> Reply {
        if self.hook(app_id, id).is_none() {
            return Self::no_hook(id);
        }
        self.app_mut(app_id).unwrap().hooks.retain(|hook| hook["id"] != id);
        Reply::NoContent
    }

    /// Nothing is ever delivered from here.
    pub(super) fn hook_results(&mut self, app_id: &str, id: &str) -> Reply {
        self.hook(app_id, id).map_or_else(|| Self::no_hook(id), |_| ok(json!([])))
    }

    pub(super) fn hook_types(&self) -> Reply {
        ok(json!([
            {"type": "addon_change", "description": "Fired when an addon is provisioned or deprovisioned. This does not fire when addons are attached or de-attached."},
            {"type": "config_change", "description": "Fired when a config var is added, removed, or updated. Only fired for user-defined config vars."},
            {"type": "updated", "description": "Fired when an app is updated, (changes to its maintenace mode or meta data)."},
        ]))
    }

    /// Newest first. A value with anything but plain letters does not even match the route.
    pub(super) fn list_audits(&self, query: &str) -> Reply {
        if query.contains(['%', '@', '+', ' ']) {
            return Reply::Nowhere;
        }
        let asked: Vec<(&str, &str)> = query.split('&').filter_map(|pair| pair.split_once('=')).collect();
        if asked.iter().any(|(key, _)| !["app", "space", "user", "size"].contains(key)) {
            return Reply::Nowhere;
        }
        // Inferred: the status is known, the words are not.
        let Some(audits) = &self.audits else { return sentence(501, "Audits are not configured.") };
        let wanted = |key: &str| asked.iter().find(|(one, _)| *one == key).map(|(_, value)| *value);
        let is_wanted = |audit: &&Value| {
            [("app", "app"), ("space", "space"), ("user", "username")]
                .iter()
                .all(|(key, field)| wanted(key).is_none_or(|value| audit[field] == value))
        };
        let size = wanted("size").and_then(|size| size.parse().ok()).unwrap_or(20);
        ok(audits.iter().rev().filter(is_wanted).take(size).cloned().collect())
    }

    /// What a search server is told: who did what to which app, as the payload of the hook in a string.
    pub(super) fn write_down(&mut self, app_id: &str, action: &str, change: Option<&str>, what: &Value, asked: &Asked) {
        let app = self.app(app_id).unwrap();
        let (name, space, at, user) = (app.simple_name.clone(), app.space.clone(), now(), asked.user());
        let mut info = json!({"action": action, "app": {"name": name, "id": app_id}, "space": {"name": space},
                              "username": user, "received_at": at});
        match change {
            Some(change) => (info["change"], info["changes"]) = (change.into(), json!([what])),
            None => {
                info["app"]["labels"] = app.labels.as_str().into();
                info["app"]["maintenance"] = app.is_in_maintenance.into();
            }
        }
        let audit = json!({"action": action, "app": name, "space": space, "received_at": at, "username": user,
                           "info": info.to_string()});
        self.audits.iter_mut().for_each(|audits| audits.push(audit.clone()));
    }

    pub(super) fn log_session(&mut self, body: &Value) -> Reply {
        if body["lines"].as_u64().unwrap_or(100) > 250 {
            let why = "(250 is the maximum).";
            return sentence(422, format!("The specified lines field was larger than allowed {why}"));
        }
        let (id, at) = (self.id(), now());
        let url = format!("https://logs.example.test/log-sessions/{id}");
        Reply::Json(201, json!({"created_at": at, "id": id, "logplex_url": url, "updated_at": at}))
    }
}
