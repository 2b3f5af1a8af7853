//! Spaces, apps, and what they are in.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::World;
use super::front::{Asked, Reply, ok, sentence};
use super::world::{App, Named, Space, now};

impl Space {
    /// Without the number of its apps, which is missing right after it was made.
    fn json(&self) -> Value {
        json!({"compliance": self.compliance, "created_at": self.created_at, "id": self.named.id, "name": self.named.name,
               "region": self.region.json(), "stack": self.stack.json(), "state": "allocated",
               "updated_at": self.created_at})
    }
}

impl World {
    fn space_json(&self, space: &Space) -> Value {
        let mut shown = space.json();
        let apps = self.apps.iter().filter(|app| app.space == space.named.name).count();
        // A number in a string.
        shown["apps"] = apps.to_string().into();
        shown
    }

    pub(super) fn list_spaces(&self) -> Reply {
        ok(self.spaces.iter().map(|space| self.space_json(space)).collect())
    }

    pub(super) fn one_space(&self, space: &str) -> Reply {
        match self.space(space) {
            Some(space) => ok(self.space_json(space)),
            None => sentence(404, format!("The specified space {space} does not exist.")),
        }
    }

    /// 200, not 201.
    pub(super) fn create_space(&mut self, body: &Value) -> Reply {
        let Some(name) = body["name"].as_str() else { return sentence(422, "The space name was invalid or missing.") };
        if self.space(name).is_some() {
            return sentence(409, "The specified space already exists.");
        }
        let compliance: Vec<&str> =
            body["compliance"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        self.add_space(name, &compliance, body["stack"].as_str().unwrap_or("ds1"));
        ok(self.spaces.last().unwrap().json())
    }

    pub(crate) fn add_space(&mut self, name: &str, compliance: &[&str], stack: &str) {
        let (stack, region) = self.stacks.iter().find(|(one, _)| one.is(stack)).cloned().unwrap();
        let region = self.regions.iter().find(|one| one.name == region).cloned().unwrap();
        let named = Named { id: self.id(), name: name.to_owned() };
        let compliance = compliance.iter().map(|word| (*word).to_owned()).collect();
        self.spaces.push(Space { named, compliance, region, stack, created_at: now() });
    }

    fn named(&self, kind: &str) -> Vec<Value> {
        let at = "2026-11-20T16:19:57.461Z";
        let dated = |mut shown: Value| {
            (shown["created_at"], shown["updated_at"]) = (at.into(), at.into());
            shown
        };
        match kind {
            "organizations" => {
                let one = |one: &Named| json!({"id": one.id, "default": false, "name": one.name, "role": "admin"});
                self.organizations.iter().map(one).map(dated).collect()
            }
            "regions" => {
                let provider =
                    json!({"name": "amazon-web-services", "region": "us-west-2", "availability_zones": ["us-west-2a"]});
                let one = |one: &Named| {
                    json!({"country": "Elsewhere", "description": one.name, "id": one.id, "locale": one.name,
                           "name": one.name, "private_capable": true, "provider": provider, "high_availability": true})
                };
                self.regions.iter().map(one).map(dated).collect()
            }
            _ => {
                let one = |(stack, region): &(Named, String)| {
                    let region = self.regions.iter().find(|one| one.name == *region).unwrap();
                    json!({"id": stack.id, "name": stack.name, "region": region.json(), "state": "public"})
                };
                self.stacks.iter().map(one).map(dated).collect()
            }
        }
    }

    pub(super) fn list_named(&self, kind: &str) -> Reply {
        ok(self.named(kind).into())
    }

    pub(super) fn one_named(&self, kind: &str, id_or_name: &str) -> Reply {
        match self.named(kind).into_iter().find(|one| one["id"] == id_or_name || one["name"] == id_or_name) {
            Some(found) => ok(found),
            // Inferred from that of a space.
            None => sentence(404, format!("The specified {} {id_or_name} does not exist.", kind.trim_end_matches('s'))),
        }
    }

    pub(super) fn app_json(&self, app: &App) -> Value {
        let space = self.space(&app.space).unwrap();
        let compliance: Vec<String> = space.compliance.iter().map(|word| format!("compliance={word}")).collect();
        let formation: Vec<Value> = app
            .formation
            .iter()
            .map(|(id, at)| {
                let at = at.replace('Z', "+00:00");
                json!({"id": id, "type": "web", "port": 9000, "quantity": 1, "size": "gp1", "command": null,
                   "created_at": at, "updated_at": at, "healthcheck": null})
            })
            .collect();
        let released_at = app.releases.last().map(|release| release["created_at"].clone());
        json!({"archived_at": app.created_at, "buildpack_provided_description": "default",
               "build_stack": space.stack.json(), "created_at": app.created_at, "description": app.description,
               "git_url": null, "git_branch": null, "id": app.named.id, "labels": app.labels,
               "maintenance": app.is_in_maintenance, "name": app.named.name, "simple_name": app.simple_name,
               "key": app.named.name, "owner": {"email": "", "id": "5b6f8a10-0000-4000-8000-000000000a01"},
               "organization": app.organization.json(), "formation": formation, "preview": null,
               "region": space.region.json(), "released_at": released_at, "repo_size": 0, "slug_size": 0,
               "space": {"id": space.named.id, "name": space.named.name, "compliance": compliance.join(",")},
               "stack": space.stack.json(), "updated_at": app.updated_at,
               "web_url": format!("https://{}.example.test/", app.named.name)})
    }

    pub(super) fn list_apps(&self, is_simple: bool) -> Reply {
        const SIMPLE: [&str; 14] = [
            "created_at",
            "description",
            "id",
            "labels",
            "maintenance",
            "name",
            "simple_name",
            "key",
            "organization",
            "preview",
            "region",
            "space",
            "updated_at",
            "web_url",
        ];
        let row = |app: &App| {
            let mut shown = self.app_json(app);
            if is_simple {
                shown.as_object_mut().unwrap().retain(|key, _| SIMPLE.contains(&key.as_str()));
                shown["space"].as_object_mut().unwrap().remove("compliance");
            }
            shown
        };
        ok(self.apps.iter().map(row).collect())
    }

    pub(super) fn one_app(&self, app_id: &str) -> Reply {
        let mut shown = self.app_json(self.app(app_id).unwrap());
        shown["image"] = "".into();
        ok(shown)
    }

    pub(super) fn create_app(&mut self, body: &Value) -> Reply {
        let text = |key: &str| body[key].as_str().unwrap_or_default();
        let (name, space) = (text("name"), text("space"));
        if name.is_empty() || !name.chars().all(|c| c.is_ascii_alphanumeric()) {
            let why = "it cannot contain dashes or other special characters.";
            return sentence(422, format!("The application name was invalid or missing, {why}"));
        }
        if self.space(space).is_none() {
            return sentence(404, format!("The specified space {space} does not exist."));
        }
        let full = format!("{name}-{space}");
        if full.len() >= 25 {
            // Inferred: the rule is known, the words are not.
            return sentence(422, "The application name was too long.");
        }
        if self.app(&full).is_some() {
            return sentence(409, "The requested application already exists.");
        }
        let Some(organization) = self.organizations.iter().position(|one| one.is(text("org"))) else {
            // Inferred.
            return sentence(404, format!("The specified organization {} does not exist.", text("org")));
        };
        let (description, labels) = (text("description").to_owned(), text("labels").to_owned());
        self.add_app(name, space, organization);
        let app = self.apps.last_mut().unwrap();
        (app.description, app.labels) = (description, labels);
        Reply::Json(201, self.app_json(self.apps.last().unwrap()))
    }

    pub(crate) fn add_app(&mut self, name: &str, space: &str, organization: usize) {
        let at = now();
        let app = App {
            named: Named { id: self.id(), name: format!("{name}-{space}") },
            simple_name: name.to_owned(),
            space: space.to_owned(),
            organization: self.organizations[organization].clone(),
            description: format!("{name} app"),
            labels: String::new(),
            is_in_maintenance: false,
            formation: None,
            own: BTreeMap::new(),
            notes: BTreeMap::new(),
            releases: Vec::new(),
            hooks: Vec::new(),
            restarts: 0,
            created_at: at.clone(),
            updated_at: at,
        };
        self.apps.push(app);
    }

    pub(super) fn change_app(&mut self, app_id: &str, body: &Value, asked: &Asked) -> Reply {
        if body.get("name").is_some() {
            // Inferred: the status is known, the words are not.
            return sentence(400, "Renaming apps is not supported.");
        }
        let app = self.app_mut(app_id).unwrap();
        if let Some(is_on) = body["maintenance"].as_bool() {
            app.is_in_maintenance = is_on;
        }
        for (key, field) in [("description", &mut app.description), ("labels", &mut app.labels)] {
            if let Some(text) = body[key].as_str() {
                *field = text.to_owned();
            }
        }
        app.updated_at = now();
        self.write_down(app_id, "updated", None, &Value::Null, asked);
        ok(self.app_json(self.app(app_id).unwrap()))
    }

    pub(super) fn delete_app(&mut self, app_id: &str, asked: &Asked) -> Reply {
        let is_owner = |addon: &super::Addon| addon.attachments[0].app_id == app_id;
        if self.addons.iter().any(|addon| is_owner(addon) && addon.attachments.len() > 1) {
            return sentence(409, "This app cannot be removed as it has addons that are attached to another app.");
        }
        if ["prod", "socs"].iter().any(|word| self.has_compliance(app_id, word)) && !asked.is_elevated {
            // Inferred: the status is known, the words are not.
            return sentence(403, "apps can only be destroyed by administrators in this space.");
        }
        self.addons.retain(|addon| addon.attachments[0].app_id != app_id);
        self.addons.iter_mut().for_each(|addon| addon.attachments.retain(|one| one.app_id != app_id));
        let at = self.apps.iter().position(|app| app.named.id == app_id).unwrap();
        let gone = self.apps.remove(at);
        ok(json!({"id": gone.named.id, "name": gone.named.name, "org": gone.organization.name, "result": "successful"}))
    }
}
