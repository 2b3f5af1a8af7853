//! A project and what is in it, and how that goes on.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::world::{PLANTED, now};

#[derive(Clone, Debug)]
pub(crate) struct Project {
    pub(crate) id: String,
    /// The slug.
    pub(crate) name: String,
    pub(crate) display_name: Option<String>,
    pub(crate) description: Option<String>,
    pub(crate) branch: String,
    pub(crate) framework: Option<String>,
    pub(crate) status: String,
    pub(crate) created_at: String,
    pub(crate) variables: BTreeMap<String, String>,
    pub(crate) is_webhook_on: bool,
    pub(crate) environments: Vec<Environment>,
    pub(crate) addons: Vec<Addon>,
    /// Newest last.
    pub(crate) deployments: Vec<Deployment>,
}

#[derive(Clone, Debug)]
pub(crate) struct Environment {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) branch: String,
    pub(crate) is_production: bool,
    pub(crate) auto_deploy: bool,
    pub(crate) status: String,
    pub(crate) variables: BTreeMap<String, String>,
}

#[derive(Clone, Debug)]
pub(crate) struct Addon {
    pub(crate) id: String,
    pub(crate) name: String,
    /// `postgres` or `redis`.
    pub(crate) kind: String,
    pub(crate) version: String,
    pub(crate) status: String,
    pub(crate) variable: String,
    pub(crate) has_auto_backup: bool,
    pub(crate) created_at: String,
    pub(crate) backups: Vec<Backup>,
    /// Backups by hand today.
    pub(crate) backups_today: u32,
    /// For how many more steps it is under way.
    pub(crate) steps: u32,
    /// The word that it has then; none: it is gone.
    pub(crate) becomes: Option<&'static str>,
}

#[derive(Clone, Debug)]
pub(crate) struct Backup {
    pub(crate) id: String,
    pub(crate) status: String,
    pub(crate) trigger: String,
    /// Absent while it is not known.
    pub(crate) size: Option<u64>,
    pub(crate) created_at: String,
    /// For how many more steps it is under way.
    pub(crate) steps: u32,
    pub(crate) fails: bool,
}

/// The steps of a deployment. Their order is documented; what they are called here is not.
pub(crate) const STEPS: [&str; 6] = ["clone", "analyze", "build", "deploy", "health_check", "finalize"];

#[derive(Clone, Debug)]
pub(crate) struct Deployment {
    pub(crate) id: String,
    pub(crate) environment: String,
    pub(crate) trigger: String,
    pub(crate) commit: Option<String>,
    pub(crate) image: Option<String>,
    pub(crate) created_at: String,
    pub(crate) finished_at: Option<String>,
    /// The first of `STEPS` that it takes: an image that stands is not built again.
    pub(crate) first: usize,
    /// The one that runs; none yet while it is queued, the number of all when it is done.
    pub(crate) at: Option<usize>,
    pub(crate) fails_at: Option<usize>,
    /// A word in the place of what the steps amount to.
    pub(crate) word: Option<&'static str>,
}

impl Project {
    pub(super) fn step(&mut self) {
        self.step_addons();
        for addon in &mut self.addons {
            addon.backups.iter_mut().for_each(Backup::step);
        }
        for at in 0..self.deployments.len() {
            self.step_deployment(at);
        }
    }

    pub(super) fn step_addons(&mut self) {
        for addon in &mut self.addons {
            if addon.steps == 1 {
                addon.status = addon.becomes.unwrap_or("deleted").to_owned();
            }
            addon.steps = addon.steps.saturating_sub(1);
        }
        self.addons.retain(|addon| addon.status != "deleted");
    }

    /// What goes live takes the place of what was.
    pub(super) fn step_deployment(&mut self, at: usize) {
        let was_live = self.deployments[at].status() == "live";
        self.deployments[at].step();
        let one = &self.deployments[at];
        if was_live || one.status() != "live" {
            return;
        }
        let (id, environment) = (one.id.clone(), one.environment.clone());
        for other in &mut self.deployments {
            if other.environment == environment && other.id != id && other.status() == "live" {
                other.word = Some("superseded");
            }
        }
        let found = self.environments.iter_mut().find(|one| one.id == environment);
        if let Some(environment) = found {
            environment.status = "running".into();
        }
    }

    /// By id or name.
    pub(crate) fn addon(&mut self, id_or_name: &str) -> &mut Addon {
        let is_it = |one: &&mut Addon| one.id == id_or_name || one.name == id_or_name;
        self.addons.iter_mut().find(is_it).unwrap_or_else(|| panic!("there is no add-on {id_or_name}"))
    }

    /// By id or name.
    pub(crate) fn environment(&mut self, id_or_name: &str) -> &mut Environment {
        let is_it = |one: &&mut Environment| one.id == id_or_name || one.name == id_or_name;
        self.environments.iter_mut().find(is_it).unwrap_or_else(|| panic!("there is no environment {id_or_name}"))
    }

    pub(super) fn json(&self) -> Value {
        json!({"id": self.id, "name": self.name, "display_name": self.display_name,
               "repo_url": format!("https://git.example.test/acme/{}", self.name), "repo_branch": self.branch,
               "framework": self.framework, "has_dockerfile": self.framework.is_none(), "status": self.status,
               "description": self.description, "domain": format!("{}.orkestr.run", self.name),
               "created_at": self.created_at})
    }

    pub(super) fn environment_json(&self, one: &Environment) -> Value {
        let domain = match (one.is_production, one.status.as_str()) {
            (_, "created") => None,
            (true, _) => Some(format!("{}.orkestr.run", self.name)),
            (false, _) => Some(format!("{}-{}.orkestr.run", self.name, one.name)),
        };
        json!({"id": one.id, "name": one.name, "branch": one.branch, "domain": domain,
               "is_production": one.is_production, "auto_deploy": one.auto_deploy, "status": one.status})
    }

    /// The URL of an add-on: its host is known within the project's network only.
    pub(super) fn url(&self, addon: &Addon) -> String {
        let host = format!("{}-{}.internal", self.name, addon.name);
        match addon.kind.as_str() {
            "redis" => format!("redis://default:{PLANTED}@{host}:6379/0"),
            _ => format!("postgresql://app:{PLANTED}@{host}:5432/{}", addon.name.replace('-', "_")),
        }
    }

    /// One in full has its URL and whether it is backed up by itself.
    pub(super) fn addon_json(&self, addon: &Addon, is_full: bool) -> Value {
        let mut row = json!({"id": addon.id, "name": addon.name, "service_type": addon.kind, "version": addon.version,
                             "status": addon.status, "env_var_name": addon.variable, "created_at": addon.created_at});
        if is_full {
            row["connection_url"] = self.url(addon).into();
            row["auto_backup_enabled"] = addon.has_auto_backup.into();
        }
        row
    }
}

impl Addon {
    pub(super) fn is_standing(&self) -> bool {
        self.steps == 0 && self.status != "failed"
    }
}

impl Backup {
    pub(super) fn step(&mut self) {
        if self.steps == 1 {
            self.status = if self.fails { "failed" } else { "completed" }.into();
            self.size = (!self.fails).then_some(48_213);
        }
        self.steps = self.steps.saturating_sub(1);
    }

    pub(super) fn json(&self) -> Value {
        let mut row =
            json!({"id": self.id, "status": self.status, "trigger": self.trigger, "created_at": self.created_at});
        if let Some(size) = self.size {
            row["size_bytes"] = size.into();
        }
        row
    }
}

impl Deployment {
    pub(super) fn is_over(&self) -> bool {
        self.finished_at.is_some()
    }

    pub(super) fn step(&mut self) {
        if self.is_over() {
            return;
        }
        let next = self.at.map_or(self.first, |at| at + 1);
        let has_failed = self.at.is_some() && self.at == self.fails_at;
        if !has_failed {
            self.at = Some(next);
        }
        if has_failed || next == STEPS.len() {
            self.finished_at = Some(now());
        }
        if next > 2 && self.image.is_none() && !has_failed {
            self.image = Some(format!("registry.orkestr.eu/acme/{}", &self.id[..8]));
        }
    }

    pub(crate) fn status(&self) -> &'static str {
        match (self.word, self.at) {
            (Some(word), _) => word,
            (None, None) => "queued",
            (None, Some(at)) if at >= STEPS.len() => "live",
            (None, Some(at)) if self.is_over() && Some(at) == self.fails_at => "failed",
            (None, Some(0..=2)) => "building",
            (None, Some(_)) => "deploying",
        }
    }

    fn step_status(&self, step: usize) -> &'static str {
        match self.at {
            Some(at) if step < at => "completed",
            Some(at) if step == at && self.status() == "failed" => "failed",
            Some(at) if step == at => "running",
            _ => "pending",
        }
    }

    pub(super) fn json(&self, tells_environment: bool) -> Value {
        let steps: Vec<Value> = (self.first..STEPS.len())
            .map(|step| json!({"step_name": STEPS[step], "status": self.step_status(step)}))
            .collect();
        let mut row = json!({"id": self.id, "status": self.status(), "trigger": self.trigger, "commit_sha": self.commit,
                             "docker_image": self.image, "created_at": self.created_at,
                             "finished_at": self.finished_at, "steps": steps});
        if tells_environment {
            row["environment_id"] = self.environment.as_str().into();
        }
        row
    }

    /// What its steps have said so far.
    pub(super) fn logs(&self) -> Vec<Value> {
        let mut rows = Vec::new();
        let mut say = |step: usize, text: &str| rows.push(json!({"step": STEPS[step], "message": text}));
        for step in self.first..STEPS.len() {
            match self.step_status(step) {
                "completed" => say(step, "done"),
                "running" => say(step, "started"),
                "failed" => {
                    say(step, "started");
                    say(step, "\u{1b}[31merror\u{1b}[0m: exited with code 1");
                }
                _ => {}
            }
        }
        rows
    }

    /// What the builder of images has said, once it has begun.
    pub(super) fn build_log(&self) -> Option<String> {
        let has_begun = self.first <= 2 && self.at >= Some(2);
        let end = if self.status() == "failed" && self.at == Some(2) {
            "error building image: npm ERR! missing script: build\n"
        } else {
            "Pushed image\n"
        };
        has_begun.then(|| format!("INFO Retrieving image manifest node:22\nRUN npm ci\nRUN npm run build\n{end}"))
    }

    /// One that ended so long ago; live if it does not fail.
    pub(crate) fn ended(id: String, environment: &str, created_at: Timestamp, fails_at: Option<usize>) -> Self {
        let image = format!("registry.orkestr.eu/acme/{}", &id[..8]);
        let time = super::world::time;
        Self {
            environment: environment.to_owned(),
            trigger: "push".into(),
            commit: Some(format!("{}9f3c1d2a5b7e8f60", &id.replace('-', "")[..24])),
            image: Some(image).filter(|_| fails_at.is_none_or(|at| at > 2)),
            created_at: time(created_at),
            finished_at: Some(time(created_at + jiff::SignedDuration::from_mins(3))),
            first: 0,
            at: Some(fails_at.unwrap_or(STEPS.len())),
            fails_at,
            word: None,
            id,
        }
    }
}
