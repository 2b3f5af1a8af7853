//! What there is, and how it goes on.

use std::collections::BTreeMap;
use std::time::Instant;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::project::Project;
use super::seed;

/// In every secret of this world: connection URLs, values of variables, links, so that a test can look for it.
pub(crate) const PLANTED: &str = "pl4nted-s3cret";

/// What an account pays for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Plan {
    /// Called Starter in the documentation.
    Free,
    Pro,
    Team,
}

impl Plan {
    /// As `/api/auth/me` has it (inferred).
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Free => "free",
            Self::Pro => "pro",
            Self::Team => "team",
        }
    }

    /// Requests a minute for each token (documented).
    pub(super) fn rate(self) -> u32 {
        match self {
            Self::Free | Self::Pro => 100,
            Self::Team => 500,
        }
    }

    /// How many add-ons (documented; taken for each project here, as it is not said for what).
    pub(super) fn addons(self) -> usize {
        match self {
            Self::Free => 1,
            Self::Pro => 2,
            Self::Team => 5,
        }
    }

    /// Backups by hand a day and add-on (that there is a limit is documented, the numbers are invented).
    pub(super) fn backups(self) -> u32 {
        match self {
            Self::Free => 0,
            Self::Pro => 3,
            Self::Team => 10,
        }
    }
}

#[derive(Clone, Debug)]
pub(crate) struct Token {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) secret: String,
    /// One text, words with spaces between.
    pub(crate) scopes: &'static str,
    /// Of its account. By hand, each token is of another account that sees the same world.
    pub(crate) plan: Plan,
    pub(crate) created_at: String,
    pub(crate) expires_at: Option<String>,
    pub(crate) last_used_at: Option<String>,
    pub(crate) is_live: bool,
}

#[derive(Clone, Debug)]
pub(crate) struct Group {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) slug: String,
    pub(crate) description: Option<String>,
    /// Ids of projects.
    pub(crate) projects: Vec<String>,
    pub(crate) created_at: String,
}

/// Which of several readings of the sources this server follows.
#[derive(Clone, Debug)]
pub(crate) struct Switches {
    /// Whether looking at what is under way moves it one step; else only `advance` does.
    pub(crate) reads_move: bool,
    /// Whether the list of add-ons has what only one add-on's own answer is known to have: URL, automatic backups.
    pub(crate) lists_tell_all: bool,
    /// Whether a new add-on stands when it is answered.
    pub(crate) creates_at_once: bool,
    /// For how many steps an add-on that is being destroyed is still listed.
    pub(crate) deletion_lasts: u32,
    /// Whether a DELETE is answered with JSON.
    pub(crate) deletes_with_json: bool,
    /// Whether a deployment says of which environment it is (inferred).
    pub(crate) tells_environment: bool,
    /// Whether environments come in an object.
    pub(crate) wraps_environments: bool,
    /// Whether activity comes as `items`.
    pub(crate) calls_activity_items: bool,
    /// Whether 429 tells the wait in its body.
    pub(crate) tells_wait_in_body: bool,
    /// Requests a minute of every token, instead of the plan's.
    pub(crate) rate: Option<u32>,
    /// The step at which every further deployment fails.
    pub(crate) deployments_fail_at: Option<usize>,
    /// Whether further backups fail.
    pub(crate) backups_fail: bool,
}

/// Everything.
#[derive(Clone, Debug)]
pub(crate) struct Orkestr {
    pub(crate) projects: Vec<Project>,
    pub(crate) groups: Vec<Group>,
    pub(crate) tokens: Vec<Token>,
    /// Newest last.
    pub(crate) activity: Vec<Value>,
    pub(crate) notifications: Vec<Value>,
    pub(crate) switches: Switches,
    /// The URL of the object store.
    pub(crate) store: String,
    /// By the id of a token: since when, and how many.
    rates: BTreeMap<String, (Instant, u32)>,
    serial: u64,
}

impl crate::stand_ins::World for Orkestr {
    fn advance(&mut self, steps: u32) {
        for _ in 0..steps {
            self.projects.iter_mut().for_each(Project::step);
        }
    }
}

pub(super) fn now() -> String {
    time(Timestamp::now())
}

/// As the framework writes it.
pub(super) fn time(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%S%.6fZ").to_string()
}

impl Orkestr {
    /// The small world that is described in the example's help.
    pub(crate) fn small(store: impl Into<String>) -> Self {
        seed::small(store.into())
    }

    /// The same with so many add-ons in all.
    pub(crate) fn large(store: impl Into<String>, addons: usize) -> Self {
        seed::large(store.into(), addons)
    }

    pub(super) fn empty(store: String) -> Self {
        let switches = Switches {
            reads_move: true,
            lists_tell_all: false,
            creates_at_once: false,
            deletion_lasts: 0,
            deletes_with_json: false,
            tells_environment: true,
            wraps_environments: false,
            calls_activity_items: false,
            tells_wait_in_body: false,
            rate: None,
            deployments_fail_at: None,
            backups_fail: false,
        };
        Self {
            projects: Vec::new(),
            groups: Vec::new(),
            tokens: Vec::new(),
            activity: Vec::new(),
            notifications: Vec::new(),
            switches,
            store,
            rates: BTreeMap::new(),
            serial: 0,
        }
    }

    /// Counts a request of a token in its minute; how many seconds are left of the minute if there were too many.
    pub(super) fn count(&mut self, token: &str, plan: Plan) -> Result<(), u64> {
        let most = self.switches.rate.unwrap_or_else(|| plan.rate());
        let (since, count) = self.rates.entry(token.to_owned()).or_insert_with(|| (Instant::now(), 0));
        if since.elapsed().as_secs() >= 60 {
            (*since, *count) = (Instant::now(), 0);
        }
        if *count >= most {
            return Err((60 - since.elapsed().as_secs().min(59)).max(1));
        }
        *count += 1;
        Ok(())
    }

    /// Begins everybody's minute anew.
    pub(crate) fn forget_rates(&mut self) {
        self.rates.clear();
    }

    /// A UUID of version 4, by its looks; the same ones in every world.
    pub(super) fn id(&mut self) -> String {
        self.serial += 1;
        let mixed = (self.serial ^ (self.serial >> 7)).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        let (one, serial) = (mixed ^ (mixed >> 29), self.serial);
        let parts = (one >> 32, one >> 16 & 0xffff, one >> 4 & 0xfff, one & 0xfff);
        format!("{:08x}-{:04x}-4{:03x}-8{:03x}-{serial:012x}", parts.0, parts.1, parts.2, parts.3)
    }

    /// By id or slug.
    pub(crate) fn project(&mut self, id_or_name: &str) -> &mut Project {
        let is_it = |one: &&mut Project| one.id == id_or_name || one.name == id_or_name;
        self.projects.iter_mut().find(is_it).unwrap_or_else(|| panic!("there is no project {id_or_name}"))
    }

    /// Writes an act down.
    pub(super) fn record(&mut self, action: &str, kind: &str, details: Value) {
        let row =
            json!({"id": self.id(), "created_at": now(), "action": action, "resource_type": kind, "details": details});
        self.activity.push(row);
    }
}
