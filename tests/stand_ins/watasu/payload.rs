//! What the resources hold. Every field here is a guess; the handbook says what each is about.

use percent_encoding::percent_decode_str;
use serde_json::{Value, json};

use super::world::{Addon, App, Form, World};

impl World {
    /// Kind and text of a resource.
    pub(super) fn resource(&self, uri: &str) -> Option<(&'static str, String)> {
        let path = uri.strip_prefix(&self.scheme)?;
        let parts: Vec<String> =
            path.split('/').map(|part| percent_decode_str(part).decode_utf8_lossy().into_owned()).collect();
        let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
        if let ["addons", name] = parts.as_slice()
            && let Some(text) = self.addon(name)?.markdown.clone()
        {
            return Some(("text/markdown", text));
        }
        if self.form == Form::Markdown {
            return self.markdown(&parts).map(|text| ("text/markdown", text));
        }
        self.json(&parts).map(|value| ("application/json", value.to_string()))
    }

    fn json(&self, parts: &[&str]) -> Option<Value> {
        Some(match parts {
            ["whoami"] => {
                json!({"user": {"id": 3, "email": self.account, "name": "Ada"}, "permissions": ["view", "deploy"]})
            }
            ["overview"] => json!({"teams": self.teams, "issues": []}),
            ["teams"] => self.list("teams", self.teams.iter().map(|team| json!({"id": 1, "slug": team})).collect()),
            ["teams", team, "apps"] => {
                let apps = self.apps.iter().filter(|app| app.team == *team);
                self.list("apps", apps.map(|app| self.app_json(app)).collect())
            }
            ["apps"] => self.list("apps", self.apps.iter().map(|app| self.app_json(app)).collect()),
            ["apps", "status"] => json!({"apps": []}),
            ["apps", app] => json!({"app": self.app_json(self.app(app)?)}),
            ["apps", app, "addons"] => {
                let app = self.app(app).filter(|app| app.is_in_scope)?;
                let has = |addon: &&Addon| addon.attachments.iter().any(|one| one.app == app.name);
                self.list("addons", self.addons.iter().filter(has).map(|addon| self.row(addon)).collect())
            }
            ["apps", app, "releases", "latest"] => {
                let app = self.app(app)?;
                json!({"release": {"version": app.releases, "description": "Attach postgresql", "status": "succeeded",
                    "user": {"email": self.account}, "created_at": "2026-11-20T03:00:00Z"}})
            }
            ["addons", name] => json!({"addon": self.addon_json(self.addon(name)?)}),
            _ => return None,
        })
    }

    fn list(&self, plural: &str, items: Vec<Value>) -> Value {
        match self.form {
            Form::Bare => Value::Array(items),
            _ => json!({plural: items, "next_token": null}),
        }
    }

    fn app_json(&self, app: &App) -> Value {
        let addons = format!("{}apps/{}/addons", self.scheme, app.name);
        match self.form {
            Form::Links => json!({"name": app.name, "team": app.team, "links": {"addons": addons}}),
            _ => {
                json!({"id": 900 + app.releases, "name": app.name, "team": {"slug": app.team}, "url": "https://x.watasuhost.com",
                "current_release": {"version": app.releases}, "latest_build": {"number": 3, "status": "succeeded"}})
            }
        }
    }

    /// A row of an app's list.
    fn row(&self, addon: &Addon) -> Value {
        match self.form {
            Form::Links => json!({"name": addon.name, "uri": format!("{}addons/{}", self.scheme, addon.name)}),
            _ => self.addon_json(addon),
        }
    }

    fn addon_json(&self, addon: &Addon) -> Value {
        let (id, state) = match self.form {
            Form::Bare => (json!(format!("ad_{}", addon.id)), "status"),
            _ => (json!(addon.id), "state"),
        };
        let plan = if addon.plan.is_empty() { Value::Null } else { json!(format!("{}:{}", addon.service, addon.plan)) };
        let mut value = json!({
            "id": id, "name": addon.name, "service": addon.service, "plan": plan, "team": addon.team, state: addon.state,
            "region": "eu-1", "backup_enabled": addon.backup_enabled, "backup_retention_days": 7,
            "last_error_message": null, "created_at": addon.created_at, "updated_at": addon.created_at,
            // It never sends these; a client must not show them if it did.
            "connection_url": "postgres://u:s3cr3t@h/x", "api_key": "s3cr3t",
        });
        let fields = value.as_object_mut().unwrap();
        if self.form == Form::Links {
            fields.remove("id");
        }
        if addon.tells_attachments {
            let row = |(at, one): (usize, &super::Attachment)| json!({"id": addon.id * 10 + at as u64, "app": one.app, "alias": one.alias});
            fields.insert("attachments".into(), addon.attachments.iter().enumerate().map(row).collect());
        }
        value
    }

    fn markdown(&self, parts: &[&str]) -> Option<String> {
        let links = |paths: Vec<String>| {
            paths.iter().map(|path| format!("- [{path}]({}{path})\n", self.scheme)).collect::<String>()
        };
        Some(match parts {
            ["whoami"] => format!("You are **{}**.\n", self.account),
            ["apps"] => {
                format!("# Apps\n\n{}", links(self.apps.iter().map(|app| format!("apps/{}", app.name)).collect()))
            }
            ["apps", app, "addons"] => {
                let app = self.app(app)?;
                let has = |addon: &&Addon| addon.attachments.iter().any(|one| one.app == app.name);
                let names = self.addons.iter().filter(has).map(|addon| format!("addons/{}", addon.name)).collect();
                format!("# Add-ons of {}\n\n{}", app.name, links(names))
            }
            ["addons", name] => {
                let addon = self.addon(name)?;
                format!("# {}\n\nIt is {}.\n", addon.name, addon.state)
            }
            _ => return None,
        })
    }
}
