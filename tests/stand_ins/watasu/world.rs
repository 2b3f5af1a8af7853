//! What there is, and how it goes on.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::seed;

/// In which form payloads come: none is documented.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// `{"addons": […], "next_token": null}`, `state`, ids as numbers.
    Wrapped,
    /// `[…]`, `status`, ids as words.
    Bare,
    /// Names and links alone, without ids or states: each thing has to be read by itself.
    Links,
    /// Markdown.
    Markdown,
}

/// An add-on on an app.
#[derive(Clone, Debug)]
pub(crate) struct Attachment {
    pub(crate) app: String,
    pub(crate) alias: Option<String>,
}

#[derive(Clone, Debug)]
pub(crate) struct Backup {
    pub(crate) id: u64,
    pub(crate) status: String,
    pub(crate) created_at: String,
}

#[derive(Clone, Debug)]
pub(crate) struct Addon {
    pub(crate) id: u64,
    pub(crate) name: String,
    pub(crate) service: String,
    pub(crate) plan: String,
    pub(crate) team: String,
    pub(crate) state: String,
    /// Steps until it is ready.
    pub(crate) steps: u32,
    pub(crate) attachments: Vec<Attachment>,
    pub(crate) backups: Vec<Backup>,
    pub(crate) backup_enabled: bool,
    /// What it was restored from.
    pub(crate) source: Option<String>,
    /// What its own resource holds instead of JSON.
    pub(crate) markdown: Option<String>,
    /// Whether its payloads tell which apps have it.
    pub(crate) tells_attachments: bool,
    pub(crate) created_at: String,
}

#[derive(Clone, Debug)]
pub(crate) struct App {
    pub(crate) name: String,
    pub(crate) team: String,
    pub(crate) releases: u64,
    /// Whether the key may read what it has.
    pub(crate) is_in_scope: bool,
}

/// All of it.
#[derive(Clone, Debug)]
pub(crate) struct World {
    /// Whom the MCP server takes the key for.
    pub(crate) account: String,
    /// Whom the command is logged in as; nobody if none.
    pub(crate) program_account: Option<String>,
    pub(crate) teams: Vec<String>,
    pub(crate) apps: Vec<App>,
    pub(crate) addons: Vec<Addon>,
    pub(crate) form: Form,
    /// Whether answers are event streams.
    pub(crate) streams: bool,
    /// Whether a stream stays open after its answer.
    pub(crate) holds_streams: bool,
    /// How many resources or templates a page of a list has.
    pub(crate) page: usize,
    /// What stands before every URI.
    pub(crate) scheme: String,
    /// Resources and templates that are not listed, by their path.
    pub(crate) unlisted: BTreeSet<String>,
    pub(crate) sessions: BTreeSet<String>,
    /// How often a session was begun.
    pub(crate) begun: u32,
    /// What each URI was read, in order.
    pub(crate) read: Vec<String>,
    /// Writes that came over control, by their kind.
    pub(crate) written: BTreeMap<String, usize>,
    pub(crate) next_id: u64,
}

impl super::super::World for World {
    fn advance(&mut self, steps: u32) {
        for addon in &mut self.addons {
            if addon.steps > 0 {
                addon.steps = addon.steps.saturating_sub(steps);
                if addon.steps == 0 {
                    addon.state = "ready".into();
                }
            }
            for backup in addon.backups.iter_mut().filter(|backup| backup.status == "running") {
                backup.status = "finished".into();
            }
        }
    }
}

impl World {
    pub(crate) fn small() -> Self {
        seed::small()
    }

    pub(crate) fn addon(&self, name: &str) -> Option<&Addon> {
        self.addons.iter().find(|addon| addon.name == name)
    }

    pub(crate) fn addon_mut(&mut self, name: &str) -> Option<&mut Addon> {
        self.addons.iter_mut().find(|addon| addon.name == name)
    }

    pub(crate) fn app(&self, name: &str) -> Option<&App> {
        self.apps.iter().find(|app| app.name == name)
    }

    /// Forgets every session, as a server that was started anew does.
    pub(crate) fn forget_sessions(&mut self) {
        self.sessions.clear();
    }

    /// How often a URI was read that ends so.
    pub(crate) fn reads_of(&self, end: &str) -> usize {
        self.read.iter().filter(|uri| uri.ends_with(end)).count()
    }

    pub(super) fn new_id(&mut self) -> u64 {
        self.next_id += 1;
        self.next_id
    }

    pub(super) fn release(&mut self, app: &str) {
        self.apps.iter_mut().filter(|one| one.name == app).for_each(|app| app.releases += 1);
    }

    /// The URIs of its resources: those of one thing alone, and templates.
    pub(super) fn lists(&self) -> (Vec<Value>, Vec<Value>) {
        let uri = |path: &str| format!("{}{path}", self.scheme);
        let is_listed = |path: &&&str| !self.unlisted.contains(**path);
        let resources = ["overview", "whoami", "teams", "apps", "apps/status"];
        let templates = [
            "teams/{team}/apps",
            "apps/{name}",
            "apps/{app}/builds{?limit}",
            "apps/{app}/builds/latest",
            "apps/{app}/builds/{number}",
            "apps/{app}/builds/{number}/logs{?limit}",
            "apps/{app}/releases/latest",
            "apps/{app}/process-types",
            "apps/{app}/addons",
            "addons/{name}",
        ];
        let resources = resources.iter().filter(is_listed).map(|path| json!({"uri": uri(path), "name": path}));
        let templates = templates.iter().filter(is_listed);
        (resources.collect(), templates.map(|path| json!({"uriTemplate": uri(path), "name": path})).collect())
    }
}
