//! What the stand-in knows: plain data, with what finds it.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::catalog::{self, Plan, Service};
use super::data::Data;
use super::data::transfers::Transfer;

/// In every credential that the stand-in tells: whoever finds it in a text has found a secret that came out.
pub(crate) const PLANTED: &str = "pl4nted";

/// The code of the second factor that is right.
pub(crate) const CODE: &str = "123456";

/// Who the token belongs to.
pub(crate) const EMAIL: &str = "ada@example.com";

/// A uuid that tells what it is of.
pub(super) fn uuid(kind: u8, number: u64) -> String {
    format!("{kind:02x}000000-0000-4000-8000-{number:012x}")
}

#[derive(Clone, Debug)]
pub(crate) struct Team {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) kind: &'static str,
    pub(crate) role: Option<&'static str>,
}

#[derive(Clone, Debug)]
pub(crate) struct Release {
    pub(crate) id: String,
    pub(crate) version: u64,
    pub(crate) status: &'static str,
    pub(crate) description: String,
    pub(crate) at: Timestamp,
    pub(crate) by: String,
    pub(crate) slug: Option<String>,
}

#[derive(Clone, Debug)]
pub(crate) struct App {
    pub(crate) id: String,
    pub(crate) name: String,
    /// The team; a personal one has none.
    pub(crate) team: Option<String>,
    pub(crate) space: Option<&'static str>,
    pub(crate) region: &'static str,
    pub(crate) generation: &'static str,
    pub(crate) is_maintenance: bool,
    /// Process types with how many there are of each.
    pub(crate) formation: Vec<(&'static str, u32)>,
    /// Variables that no add-on gave, by name.
    pub(crate) own: BTreeMap<String, String>,
    /// Oldest first.
    pub(crate) releases: Vec<Release>,
    /// Whether the token may see it.
    pub(crate) is_visible: bool,
    /// Whether writes to it want a second factor.
    pub(crate) needs_second_factor: bool,
    /// Whether the second factor was given for it.
    pub(crate) is_authorized: bool,
    pub(crate) created_at: Timestamp,
    pub(crate) updated_at: Timestamp,
}

#[derive(Clone, Debug)]
pub(crate) struct Addon {
    pub(crate) id: String,
    pub(crate) name: String,
    /// The name of the app that owns it.
    pub(crate) app: String,
    pub(crate) service: String,
    /// Without the service before it.
    pub(crate) plan: String,
    pub(crate) state: String,
    /// How many steps what goes on with it still takes.
    pub(crate) left: u32,
    /// Whether the provider gives up on it.
    pub(crate) fails: bool,
    pub(crate) message: Option<String>,
    /// What is paid where that is not the plan's price.
    pub(crate) billed: Option<u32>,
    pub(crate) created_at: Timestamp,
    pub(crate) updated_at: Timestamp,
    /// What the data API has of it.
    pub(crate) data: Data,
}

impl Addon {
    pub(crate) fn service(&self) -> &'static Service {
        catalog::service(&self.service).unwrap()
    }

    pub(crate) fn plan(&self) -> &'static Plan {
        self.service().plan(&self.plan).unwrap()
    }

    /// Whether the variables are there.
    pub(crate) fn is_set(&self) -> bool {
        !matches!(self.state.as_str(), "provisioning" | "deprovisioned")
    }

    /// Whether it is a Postgres of the classic or the advanced kind.
    pub(crate) fn is_postgres(&self, is_advanced: bool) -> bool {
        self.service == "heroku-postgresql" && self.plan.starts_with("advanced") == is_advanced
    }
}

#[derive(Clone, Debug)]
pub(crate) struct Attachment {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) app: String,
    /// The add-on's id.
    pub(crate) addon: String,
    pub(crate) namespace: Option<String>,
    /// The variables that a roll-back took away while the attachment stayed.
    pub(crate) is_stripped: bool,
    pub(crate) at: Timestamp,
}

impl Attachment {
    /// Its variables, where the add-on that it is of is at hand.
    pub(super) fn variables_of(&self, addon: &Addon) -> Vec<String> {
        addon.service().variables.iter().map(|suffix| format!("{}_{suffix}", self.name)).collect()
    }
}

/// How it behaves where the facts leave more than one way, or say that it may change.
#[derive(Clone, Debug)]
pub(crate) struct Switches {
    /// How many rows an answer has if none are asked for.
    pub(crate) page: usize,
    /// Requests that the account has left.
    pub(crate) remaining: u32,
    /// Whether each read of what goes on moves it by a step; otherwise it moves by `advance` alone.
    pub(crate) reads_move: bool,
    /// Steps that a provisioning takes, where the service does not do it at once; 0 for at once.
    pub(crate) steps: u32,
    /// Whether the next provisionings fail.
    pub(crate) provisioning_fails: bool,
    /// Whether every destroying takes steps and ends with 404.
    pub(crate) destroys_late: bool,
    /// Whether creating asks for the word, as a plan that costs may.
    pub(crate) create_asks: bool,
    /// The status of `confirmation_required`: 423, or 400 (seen in the CLI's tests).
    pub(crate) confirmation_status: u16,
    /// Whether a name that is in use is moved without being asked for the word.
    pub(crate) moves_unasked: bool,
    /// Whether every write wants the second factor in its header.
    pub(crate) wants_code: bool,
    /// Whether the data API is out of reach.
    pub(crate) data_is_down: bool,
    /// Whether the next transfers fail.
    pub(crate) transfers_fail: bool,
    /// How many add-ons change with each reading of the list, besides one that goes and one that comes; 0 for none.
    pub(crate) churn: usize,
}

impl Default for Switches {
    fn default() -> Self {
        Self {
            page: 200,
            remaining: 4500,
            reads_move: false,
            steps: 2,
            provisioning_fails: false,
            destroys_late: false,
            create_asks: false,
            confirmation_status: 423,
            moves_unasked: false,
            wants_code: false,
            data_is_down: false,
            transfers_fail: false,
            churn: 0,
        }
    }
}

/// Everything.
#[derive(Clone, Debug, Default)]
pub(crate) struct Heroku {
    pub(crate) teams: Vec<Team>,
    pub(crate) apps: Vec<App>,
    pub(crate) addons: Vec<Addon>,
    pub(crate) attachments: Vec<Attachment>,
    pub(crate) transfers: Vec<Transfer>,
    pub(crate) switches: Switches,
    /// Answers that are made once, in a large world.
    pub(super) kept: Option<super::kept::Kept>,
    /// How often the world has moved on.
    pub(super) beat: usize,
    /// How many ids were given away.
    pub(super) given: u64,
}

impl Heroku {
    pub(super) fn id(&mut self, kind: u8) -> String {
        self.given += 1;
        uuid(kind, self.given)
    }

    pub(crate) fn app(&self, id_or_name: &str) -> Option<&App> {
        self.apps.iter().find(|app| app.id == id_or_name || app.name == id_or_name)
    }

    pub(crate) fn app_mut(&mut self, id_or_name: &str) -> Option<&mut App> {
        self.apps.iter_mut().find(|app| app.id == id_or_name || app.name == id_or_name)
    }

    pub(crate) fn addon(&self, id_or_name: &str) -> Option<&Addon> {
        self.addons.iter().find(|addon| addon.id == id_or_name || addon.name == id_or_name)
    }

    pub(crate) fn addon_mut(&mut self, id_or_name: &str) -> Option<&mut Addon> {
        self.addons.iter_mut().find(|addon| addon.id == id_or_name || addon.name == id_or_name)
    }

    /// The attachments of an add-on, the oldest first.
    pub(crate) fn attachments_of<'a>(&'a self, addon: &'a str) -> impl Iterator<Item = &'a Attachment> {
        self.attachments.iter().filter(move |one| one.addon == addon)
    }

    pub(crate) fn attachment(&self, app: &str, name: &str) -> Option<&Attachment> {
        self.attachments.iter().find(|one| one.app == app && (one.name == name || one.id == name))
    }

    pub(crate) fn is_visible(&self, app: &str) -> bool {
        self.app(app).is_some_and(|app| app.is_visible)
    }

    /// The variables that an attachment gives, whether or not the add-on is ready.
    pub(crate) fn variables(&self, attachment: &Attachment) -> Vec<String> {
        self.addon(&attachment.addon).map(|addon| attachment.variables_of(addon)).unwrap_or_default()
    }

    /// The variables that an app has of its add-ons, with their values: secrets.
    pub(crate) fn given_variables(&self, app: &str) -> BTreeMap<String, String> {
        let mut variables = BTreeMap::new();
        let given = |one: &&Attachment| one.app == app && !one.is_stripped;
        for one in self.attachments.iter().filter(given) {
            let Some(addon) = self.addon(&one.addon).filter(|addon| addon.is_set()) else { continue };
            for name in self.variables(one) {
                let value = match one.namespace.as_deref().and_then(|name| name.strip_prefix("credential:")) {
                    Some(credential) => addon.data.url(&addon.id, credential),
                    None => addon.data.url(&addon.id, "default"),
                };
                variables.insert(name, value);
            }
        }
        variables
    }

    /// Makes a release of an app, by somebody or by the account itself.
    pub(crate) fn release(&mut self, app: &str, description: impl Into<String>, by: Option<&str>) {
        let id = self.id(6);
        let Some(app) = self.app_mut(app) else { return };
        let last = app.releases.last();
        let (version, slug) = last.map_or((1, None), |last| (last.version + 1, last.slug.clone()));
        let has_phase = app.formation.iter().any(|(kind, _)| *kind == "release");
        app.releases.push(Release {
            id,
            version,
            status: if has_phase { "pending" } else { "succeeded" },
            description: description.into(),
            at: Timestamp::now(),
            by: by.unwrap_or(EMAIL).to_owned(),
            slug,
        });
        app.updated_at = Timestamp::now();
    }

    /// A release of each app that an add-on is attached to, once each.
    pub(super) fn release_all(&mut self, addon: &str, description: &str, by: &str) {
        let mut apps: Vec<String> = self.attachments_of(addon).map(|one| one.app.clone()).collect();
        apps.sort();
        apps.dedup();
        for app in apps {
            self.release(&app, description, Some(by));
        }
    }

    /// What was answered so far stands no more.
    pub(super) fn forget(&mut self) {
        if let Some(kept) = &mut self.kept {
            *kept = super::kept::Kept::default();
        }
    }

    /// Moves one add-on by a step.
    pub(crate) fn step(&mut self, id: &str) {
        let Some(addon) = self.addon_mut(id) else { return };
        if addon.left == 0 {
            return;
        }
        addon.left -= 1;
        if addon.left > 0 {
            return;
        }
        addon.updated_at = Timestamp::now();
        let (id, name) = (addon.id.clone(), addon.name.clone());
        match addon.state.as_str() {
            "provisioning" if addon.fails => addon.state = "deprovisioned".into(),
            "provisioning" => {
                addon.state = "provisioned".into();
                let by = format!("{}@addons.heroku.com", addon.service);
                self.release_all(&id, &format!("@ref:{name} completed provisioning, setting its config vars."), &by);
            }
            "deprovisioning" => self.remove(&id),
            _ => {}
        }
    }

    /// Takes an add-on and its attachments away, each with a release.
    pub(crate) fn remove(&mut self, id: &str) {
        let Some(addon) = self.addon(id).cloned() else { return };
        self.detach_all(&addon);
        self.addons.retain(|one| one.id != addon.id);
    }

    pub(super) fn detach_all(&mut self, addon: &Addon) {
        let gone: Vec<Attachment> = self.attachments_of(&addon.id).cloned().collect();
        self.attachments.retain(|one| one.addon != addon.id);
        for one in gone {
            self.release(&one.app, format!("Detach {} (@ref:{})", one.name, addon.name), None);
        }
    }
}

impl crate::stand_ins::World for Heroku {
    fn advance(&mut self, steps: u32) {
        for _ in 0..steps {
            let under_way: Vec<String> =
                self.addons.iter().filter(|one| one.left > 0).map(|one| one.id.clone()).collect();
            if !under_way.is_empty() {
                self.forget();
            }
            under_way.iter().for_each(|id| self.step(id));
            for app in &mut self.apps {
                app.releases.iter_mut().filter(|one| one.status == "pending").for_each(|one| one.status = "succeeded");
            }
            self.step_transfers(|_| true);
            // About 75 a minute; a step by hand takes five seconds.
            self.switches.remaining = (self.switches.remaining + 6).min(self.switches.remaining.max(4500));
        }
    }

    fn set(&mut self, told: &serde_json::Value) -> Result<(), String> {
        let number = |key: &str| told[key].as_u64();
        let known = ["remaining", "churn"].iter().any(|key| number(key).is_some());
        if let Some(remaining) = number("remaining") {
            self.switches.remaining = u32::try_from(remaining).unwrap_or(u32::MAX);
        }
        if let Some(churn) = number("churn") {
            self.switches.churn = usize::try_from(churn).unwrap_or_default();
        }
        if known { Ok(()) } else { Err("Here \"remaining\" and \"churn\" can be set, to numbers.".into()) }
    }
}
