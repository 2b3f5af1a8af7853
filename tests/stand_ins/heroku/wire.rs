//! How things look over the line.

use std::collections::HashMap;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::exchange::Ask;
use super::world::{Addon, App, Attachment, EMAIL, Heroku, Release, Team, uuid};

impl Team {
    pub(super) fn json(&self) -> Value {
        json!({
            "id": self.id, "name": self.name, "type": self.kind, "role": self.role, "default": false,
            "enterprise_account": null, "membership_limit": null, "provisioned_licenses": false,
            "credit_card_collections": true, "created_at": "2020-01-01T12:00:00Z", "updated_at": "2026-01-01T12:00:00Z",
        })
    }
}

impl Release {
    fn json(&self, app: &App) -> Value {
        let current = app.releases.last().is_some_and(|last| last.id == self.id);
        json!({
            "id": self.id, "version": self.version, "status": self.status, "description": self.description,
            "current": current, "addon_plan_names": [], "created_at": time(self.at), "updated_at": time(self.at),
            "user": {"id": uuid(8, 1), "email": self.by}, "app": app.brief(),
            "slug": self.slug.as_ref().map(|id| json!({"id": id})), "output_stream_url": null,
            "eligible_for_rollback": self.slug.is_some() && !current,
        })
    }
}

impl App {
    pub(super) fn brief(&self) -> Value {
        json!({"id": self.id, "name": self.name})
    }

    pub(super) fn releases_json(&self) -> Vec<Value> {
        self.releases.iter().map(|one| one.json(self)).collect()
    }

    pub(super) fn release_json(&self, id_or_version: &str) -> Option<Value> {
        let is_it = |one: &&Release| {
            one.id == id_or_version || one.version.to_string() == id_or_version.trim_start_matches('v')
        };
        self.releases.iter().find(is_it).map(|one| one.json(self))
    }
}

/// What the rows of long lists are joined with, found once.
pub(super) struct Joins<'a> {
    world: &'a Heroku,
    apps: HashMap<&'a str, &'a App>,
    addons: HashMap<&'a str, &'a Addon>,
    attachments: HashMap<&'a str, Vec<&'a Attachment>>,
}

impl<'a> Joins<'a> {
    pub(super) fn of(world: &'a Heroku) -> Self {
        let mut attachments: HashMap<&str, Vec<&Attachment>> = HashMap::new();
        for one in &world.attachments {
            attachments.entry(&one.addon).or_default().push(one);
        }
        Self {
            world,
            apps: world.apps.iter().map(|app| (app.name.as_str(), app)).collect(),
            addons: world.addons.iter().map(|addon| (addon.id.as_str(), addon)).collect(),
            attachments,
        }
    }

    pub(super) fn is_visible(&self, app: &str) -> bool {
        self.apps.get(app).is_some_and(|app| app.is_visible)
    }

    /// Also attachments of what the token can't see, to apps that it can, and the other way round.
    pub(super) fn is_told(&self, one: &Attachment) -> bool {
        self.is_visible(&one.app)
            || self.addons.get(one.addon.as_str()).is_some_and(|addon| self.is_visible(&addon.app))
    }

    pub(super) fn addon(&self, addon: &Addon, ask: &Ask) -> Value {
        let own = self.attachments.get(addon.id.as_str()).map_or(&[][..], Vec::as_slice);
        self.world.addon_of(addon, ask, self.apps.get(addon.app.as_str()).copied(), own)
    }

    pub(super) fn attachment(&self, one: &Attachment, ask: &Ask) -> Value {
        let app = |name: &str| self.apps.get(name).copied();
        let addon = self.addons[one.addon.as_str()];
        self.world.attachment_of(one, ask, addon, (app(&one.app), app(&addon.app)))
    }
}

impl Heroku {
    pub(super) fn account_json(&self) -> Value {
        json!({
            "id": uuid(8, 1), "email": EMAIL, "name": "Ada", "beta": false, "verified": true, "federated": false,
            "two_factor_authentication": true, "delinquent_at": null, "suspended_at": null, "default_team": null,
            "allow_tracking": false, "last_login": "2026-11-20T08:00:00Z", "sms_number": null,
            "created_at": "2019-05-01T12:00:00Z", "updated_at": "2026-11-20T08:00:00Z",
        })
    }

    pub(super) fn app_json(&self, app: &App) -> Value {
        let team = app.team.as_ref().and_then(|name| self.teams.iter().find(|team| team.name == *name));
        let owner = team.map_or(EMAIL.to_owned(), |team| format!("{}@herokumanager.com", team.name));
        let space = app.space.map(|name| json!({"id": uuid(7, 1), "name": name, "shield": false}));
        json!({
            "id": app.id, "name": app.name, "maintenance": app.is_maintenance,
            "owner": {"id": uuid(8, 2), "email": owner},
            "team": team.map(|team| json!({"id": team.id, "name": team.name})),
            "region": {"id": uuid(9, 9), "name": app.region}, "space": space,
            "generation": {"id": uuid(9, 1), "name": app.generation},
            "stack": {"id": uuid(9, 8), "name": "heroku-24"}, "build_stack": {"id": uuid(9, 8), "name": "heroku-24"},
            "internal_routing": null, "buildpack_provided_description": "Ruby", "acm": true,
            "git_url": format!("https://git.heroku.com/{}.git", app.name),
            "web_url": format!("https://{}.herokuapp.com/", app.name), "repo_size": null, "slug_size": null,
            "archived_at": null, "released_at": app.releases.last().map(|last| time(last.at)),
            "created_at": time(app.created_at), "updated_at": time(app.updated_at),
        })
    }

    pub(super) fn addon_json(&self, addon: &Addon, ask: &Ask) -> Value {
        let own: Vec<&Attachment> = self.attachments_of(&addon.id).collect();
        self.addon_of(addon, ask, self.app(&addon.app), &own)
    }

    fn addon_of(&self, addon: &Addon, ask: &Ask, app: Option<&App>, own: &[&Attachment]) -> Value {
        let (service, plan) = (addon.service(), addon.plan());
        let (is_sdk, wants) = (ask.is_sdk(), |word| ask.wants("accept-expansion", word));
        let billing = match app.and_then(|app| app.team.as_ref().map(|team| (app, team))) {
            Some((_, team)) => {
                let id = self.teams.iter().find(|one| one.name == *team).map(|one| one.id.clone());
                json!({"id": id, "name": team, "type": "team"})
            }
            None => json!({"id": app.map(|app| &app.id), "name": addon.app, "type": "app"}),
        };
        let vars: Vec<String> = own
            .iter()
            .filter(|one| one.app == addon.app && addon.is_set())
            .flat_map(|one| one.variables_of(addon))
            .collect();
        let actions: Vec<Value> = match service.name {
            "papertrail" => ["All Events", "Dashboard", "Settings"].iter().zip(1..).map(button).collect(),
            "heroku-postgresql" => {
                ["Create Dataclip", "Capture backup", "Create follower"].iter().zip(4..).map(button).collect()
            }
            _ => Vec::new(),
        };
        json!({
            "id": addon.id, "name": addon.name, "state": addon.state, "app": app.map(App::brief),
            "billing_entity": billing,
            "addon_service": if wants("addon_service") { service.json() } else { service.brief() },
            "plan": if wants("plan") { service.plan_json(plan, is_sdk) } else { service.plan_brief(plan) },
            "billed_price": billed(addon), "config_vars": vars, "provider_id": format!("provider-{}", addon.name),
            "web_url": format!("https://addons-sso.heroku.com/apps/{}/addons/{}", app.map_or("", |app| &app.id), addon.id),
            "actions": actions, "created_at": time(addon.created_at), "updated_at": time(addon.updated_at),
        })
    }

    pub(super) fn attachment_json(&self, one: &Attachment, ask: &Ask) -> Value {
        let addon = self.addon(&one.addon).unwrap();
        self.attachment_of(one, ask, addon, (self.app(&one.app), self.app(&addon.app)))
    }

    fn attachment_of(
        &self,
        one: &Attachment,
        ask: &Ask,
        addon: &Addon,
        (app, owner): (Option<&App>, Option<&App>),
    ) -> Value {
        let wants = |word| ask.wants("accept-inclusion", word);
        let (app, owner) = (app.map(App::brief), owner.map(App::brief));
        let mut body = json!({
            "id": one.id, "name": one.name, "app": app,
            "addon": {"id": addon.id, "name": addon.name, "app": owner},
            "namespace": one.namespace, "log_input_url": null, "created_at": time(one.at), "updated_at": time(one.at),
            "web_url": format!("https://addons-sso.heroku.com/apps/{}/addons/{}", one.app, addon.id),
        });
        if wants("plan") {
            body["addon"]["plan"] = addon.service().plan_brief(addon.plan());
        }
        if wants("config_vars") {
            let vars = if addon.is_set() && !one.is_stripped { one.variables_of(addon) } else { Vec::new() };
            body["config_vars"] = vars.into();
        }
        body
    }
}

/// To the second, as the platform API tells times: an answer may bear a time before its request.
fn time(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// One of the provider's buttons.
fn button((label, number): (&&str, u64)) -> Value {
    let slug = label.to_lowercase().replace(' ', "-");
    json!({"id": uuid(10, number), "label": label, "action": slug, "url": null, "requires_owner": null})
}

/// What is really paid; it may be untold.
fn billed(addon: &Addon) -> Value {
    if addon.state == "deprovisioned" {
        return Value::Null;
    }
    let plan = addon.plan();
    let cents = addon.billed.unwrap_or(plan.cents);
    json!({"cents": cents, "contract": plan.is_contract, "unit": "month"})
}
