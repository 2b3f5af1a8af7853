//! What there is, and how it goes on.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::catalog::{Plan, Service};
use super::seed;

/// Named things that other things are in: `{id, name}`.
#[derive(Clone, Debug)]
pub(crate) struct Named {
    pub(crate) id: String,
    pub(crate) name: String,
}

impl Named {
    pub(super) fn json(&self) -> Value {
        json!({"id": self.id, "name": self.name})
    }

    pub(super) fn is(&self, id_or_name: &str) -> bool {
        self.id == id_or_name || self.name == id_or_name
    }
}

#[derive(Clone, Debug)]
pub(crate) struct Space {
    pub(crate) named: Named,
    pub(crate) compliance: Vec<String>,
    pub(crate) region: Named,
    pub(crate) stack: Named,
    pub(crate) created_at: String,
}

#[derive(Clone, Debug)]
pub(crate) struct App {
    /// The full name: `shop-dev`.
    pub(crate) named: Named,
    /// The short name: `shop`.
    pub(crate) simple_name: String,
    pub(crate) space: String,
    pub(crate) organization: Named,
    pub(crate) description: String,
    pub(crate) labels: String,
    pub(crate) is_in_maintenance: bool,
    /// Whether it has a web process.
    pub(crate) formation: Option<(String, String)>,
    /// Its own variables.
    pub(crate) own: BTreeMap<String, String>,
    pub(crate) notes: BTreeMap<String, Value>,
    pub(crate) releases: Vec<Value>,
    pub(crate) hooks: Vec<Value>,
    /// How often it was restarted and deployed anew because of an add-on.
    pub(crate) restarts: usize,
    pub(crate) created_at: String,
    pub(crate) updated_at: String,
}

/// Where a broker is with an add-on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Phase {
    /// For so many more steps; then it stands, or it has failed.
    Provisioning {
        steps: u32,
        fails: bool,
    },
    /// It works on what stands (a plan change, a restore, a restart), for so many more steps.
    Working {
        steps: u32,
    },
    Provisioned,
    Failed,
}

#[derive(Clone, Debug)]
pub(crate) struct Attachment {
    pub(crate) id: String,
    pub(crate) app_id: String,
    pub(crate) name: String,
    pub(crate) is_primary: bool,
    pub(crate) created_at: String,
    pub(crate) updated_at: String,
}

#[derive(Clone, Debug)]
pub(crate) struct Backup {
    pub(crate) id: String,
    pub(crate) progress: u32,
    pub(crate) created_at: String,
}

#[derive(Clone, Debug)]
pub(crate) struct Addon {
    pub(crate) id: String,
    pub(crate) plan_id: String,
    pub(crate) phase: Phase,
    /// Whether its broker answers.
    pub(crate) is_reachable: bool,
    /// The first one is the owner's.
    pub(crate) attachments: Vec<Attachment>,
    pub(crate) backups: Vec<Backup>,
    /// The backup whose data it has.
    pub(crate) restored_from: Option<String>,
    /// Read-only users, and how often each got a new password.
    pub(crate) roles: Vec<(String, u32)>,
    pub(crate) has_replica: bool,
    /// How often its key was rotated.
    pub(crate) rotations: u32,
    pub(crate) created_at: String,
    pub(crate) updated_at: String,
}

/// What is needed to make an add-on past all rules.
pub(crate) struct Wanted<'a> {
    pub(crate) app: &'a str,
    pub(crate) name: &'a str,
    pub(crate) plan: &'a str,
    pub(crate) phase: Phase,
}

/// Everything.
#[derive(Clone, Debug)]
pub(crate) struct World {
    pub(crate) regions: Vec<Named>,
    pub(crate) stacks: Vec<(Named, String)>,
    pub(crate) organizations: Vec<Named>,
    pub(crate) spaces: Vec<Space>,
    pub(crate) services: Vec<Service>,
    pub(crate) apps: Vec<App>,
    pub(crate) addons: Vec<Addon>,
    /// Newest last; `None` where the controller has no search server.
    pub(crate) audits: Option<Vec<Value>>,
    /// Whether a region asks to wait with making add-ons.
    pub(crate) is_busy: bool,
    /// Whether being asked for the state of an add-on moves it one step; else only `advance` does.
    pub(crate) moves_by_reads: bool,
    serial: u64,
}

impl crate::stand_ins::World for World {
    fn advance(&mut self, steps: u32) {
        for _ in 0..steps {
            self.addons.iter_mut().for_each(Addon::step);
        }
    }
}

pub(super) fn now() -> String {
    time(jiff::Timestamp::now())
}

pub(super) fn time(at: jiff::Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%S%.3fZ").to_string()
}

impl World {
    /// The small world that is described in the example's help.
    pub(crate) fn small() -> Self {
        seed::small()
    }

    /// The same with so many add-ons in all.
    pub(crate) fn large(addons: usize) -> Self {
        seed::large(addons)
    }

    pub(super) fn empty() -> Self {
        Self {
            regions: Vec::new(),
            stacks: Vec::new(),
            organizations: Vec::new(),
            spaces: Vec::new(),
            services: Vec::new(),
            apps: Vec::new(),
            addons: Vec::new(),
            audits: Some(Vec::new()),
            is_busy: false,
            moves_by_reads: true,
            serial: 0,
        }
    }

    /// A number that no other thing has; the same ones in every world.
    pub(super) fn number(&mut self) -> u64 {
        self.serial += 1;
        let mixed = (self.serial ^ (self.serial >> 7)).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        mixed ^ (mixed >> 29)
    }

    /// A UUID of version 4, by its looks.
    pub(super) fn id(&mut self) -> String {
        let (one, serial) = (self.number(), self.serial);
        format!(
            "{:08x}-{:04x}-4{:03x}-8{:03x}-{serial:012x}",
            one >> 32,
            one >> 16 & 0xffff,
            one >> 4 & 0xfff,
            one & 0xfff
        )
    }

    pub(super) fn space(&self, id_or_name: &str) -> Option<&Space> {
        self.spaces.iter().find(|space| space.named.is(id_or_name))
    }

    pub(crate) fn app(&self, id_or_name: &str) -> Option<&App> {
        self.apps.iter().find(|app| app.named.is(id_or_name))
    }

    pub(crate) fn app_mut(&mut self, id_or_name: &str) -> Option<&mut App> {
        self.apps.iter_mut().find(|app| app.named.is(id_or_name))
    }

    /// The space of an app, by the app's id.
    pub(super) fn space_of(&self, app_id: &str) -> &Space {
        let app = self.app(app_id).unwrap();
        self.space(&app.space).unwrap()
    }

    pub(super) fn has_compliance(&self, app_id: &str, word: &str) -> bool {
        self.space_of(app_id).compliance.iter().any(|one| one == word)
    }

    /// By id, or by the name that the owner's row has: the newest of that name.
    pub(crate) fn addon(&mut self, id_or_name: &str) -> &mut Addon {
        let is_it = |addon: &&mut Addon| addon.id == id_or_name || addon.attachments[0].name == id_or_name;
        self.addons.iter_mut().rev().find(is_it).unwrap_or_else(|| panic!("there is no add-on {id_or_name}"))
    }

    pub(super) fn plan_of(&self, addon: &Addon) -> (&Service, &Plan) {
        self.plan(|plan| plan.id == addon.plan_id).unwrap()
    }

    pub(super) fn plan(&self, is_it: impl Fn(&Plan) -> bool) -> Option<(&Service, &Plan)> {
        self.services.iter().find_map(|service| Some((service, service.plans.iter().find(|plan| is_it(plan))?)))
    }

    /// The add-on and the attachment that an app knows by an id or by a name: of several, the newest.
    pub(super) fn through(&self, app_id: &str, id_or_name: &str) -> Option<(usize, usize)> {
        let found = |(at, addon): (usize, &Addon)| {
            let is_it = |one: &Attachment| one.app_id == app_id && (addon.id == id_or_name || one.name == id_or_name);
            Some((at, addon.attachments.iter().position(is_it)?))
        };
        self.addons.iter().enumerate().rev().find_map(found)
    }

    /// Makes an add-on past all rules, with an owner's row of that name.
    pub(crate) fn make(&mut self, wanted: Wanted<'_>) -> String {
        let (id, attachment_id) = (self.id(), self.id());
        let app_id = self.app(wanted.app).unwrap().named.id.clone();
        let (service, plan) = self.plan(|plan| plan.name == wanted.plan || plan.id == wanted.plan).unwrap();
        let (service, plan_id) = (service.named.name.clone(), plan.id.clone());
        let is_primary = !self.has_service(&app_id, &service);
        let at = now();
        let owner = Attachment {
            id: attachment_id,
            app_id,
            name: wanted.name.to_owned(),
            is_primary,
            created_at: at.clone(),
            updated_at: at.clone(),
        };
        self.addons.push(Addon {
            id: id.clone(),
            plan_id,
            phase: wanted.phase,
            is_reachable: true,
            attachments: vec![owner],
            backups: Vec::new(),
            restored_from: None,
            roles: Vec::new(),
            has_replica: false,
            rotations: 0,
            created_at: at.clone(),
            updated_at: at,
        });
        id
    }

    /// Gives an add-on to an app past all rules; the id of the attachment.
    pub(crate) fn give(&mut self, addon: &str, app: &str, name: &str) -> String {
        let (id, app_id) = (self.id(), self.app(app).unwrap().named.id.clone());
        let at = self.addons.iter().rposition(|one| one.id == addon || one.attachments[0].name == addon).unwrap();
        let service = self.plan_of(&self.addons[at]).0.named.name.clone();
        let is_primary = !self.has_service(&app_id, &service);
        let (made, name) = (now(), name.to_owned());
        let one = Attachment { id: id.clone(), app_id, name, is_primary, created_at: made.clone(), updated_at: made };
        self.addons[at].attachments.push(one);
        id
    }

    /// Whether an app has a service already, owned or attached.
    pub(super) fn has_service(&self, app_id: &str, service: &str) -> bool {
        self.of_service(app_id, service).next().is_some()
    }

    /// Where the add-ons of one service on one app are: add-on and attachment.
    fn of_service(&self, app_id: &str, service: &str) -> impl Iterator<Item = (usize, usize)> {
        let is_of = move |addon: &Addon| self.plan_of(addon).0.named.name == service;
        self.addons.iter().enumerate().filter(move |(_, addon)| is_of(addon)).flat_map(move |(at, addon)| {
            let here = addon.attachments.iter().enumerate().filter(move |(_, one)| one.app_id == app_id);
            here.map(move |(which, _)| (at, which))
        })
    }

    /// Makes an attachment the primary one of its service on its app.
    pub(super) fn promote(&mut self, (at, which): (usize, usize)) {
        let service = self.plan_of(&self.addons[at]).0.named.name.clone();
        let app_id = self.addons[at].attachments[which].app_id.clone();
        let others: Vec<_> = self.of_service(&app_id, &service).collect();
        for (addon, attachment) in others {
            let one = &mut self.addons[addon].attachments[attachment];
            let is_primary = (addon, attachment) == (at, which);
            if one.is_primary != is_primary {
                (one.is_primary, one.updated_at) = (is_primary, now());
            }
        }
    }

    /// The same on its owner, as somebody else's doing.
    pub(crate) fn promote_by_name(&mut self, name: &str) {
        let id = self.addon(name).id.clone();
        let at = self.addons.iter().position(|addon| addon.id == id).unwrap();
        self.promote((at, 0));
    }

    /// After a primary went: another one of its service becomes it by itself.
    pub(super) fn promote_another(&mut self, app_id: &str, service: &str) {
        let first = self.of_service(app_id, service).next();
        if let Some(first) = first {
            self.promote(first);
        }
    }

    /// Every change of an app's variables restarts and redeploys it, if it was ever released.
    pub(super) fn restart(&mut self, app_id: &str) {
        let app = self.app_mut(app_id).unwrap();
        app.restarts += usize::from(!app.releases.is_empty());
    }
}

impl Addon {
    /// The state that its broker's last operation amounts to.
    pub(super) fn state(&self) -> &'static str {
        match self.phase {
            Phase::Provisioning { .. } | Phase::Working { .. } => "provisioning",
            Phase::Provisioned => "provisioned",
            Phase::Failed => "deprovisioned",
        }
    }

    pub(super) fn step(&mut self) {
        self.phase = match self.phase {
            Phase::Provisioning { steps: 0 | 1, fails: true } => Phase::Failed,
            Phase::Provisioning { steps: 0 | 1, .. } | Phase::Working { steps: 0 | 1 } => Phase::Provisioned,
            Phase::Provisioning { steps, fails } => Phase::Provisioning { steps: steps - 1, fails },
            Phase::Working { steps } => Phase::Working { steps: steps - 1 },
            Phase::Provisioned => Phase::Provisioned,
            Phase::Failed => Phase::Failed,
        };
        self.backups.iter_mut().for_each(Backup::step);
    }

    pub(super) fn is_busy(&self) -> bool {
        matches!(self.phase, Phase::Provisioning { .. } | Phase::Working { .. })
            || self.backups.iter().any(|one| one.progress < 100)
    }
}

impl Backup {
    fn step(&mut self) {
        self.progress = (self.progress + 50).min(100);
    }
}
