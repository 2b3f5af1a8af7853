//! What was read lately and is needed again: which project an add-on and a backup belong to, what each project had, whose
//! group it is in, the account's plan. Never a secret. It is of this connection alone and is gone with it.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::model::{Addon, Fact};

/// For how long it is believed which project is in which group.
const GROUPS_KEPT: Duration = Duration::from_secs(600);
/// For how long what is told about backups is, where no new one has come.
const INFO_KEPT: Duration = Duration::from_secs(60);

/// A project as it is asked for and shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Project {
    pub(super) id: String,
    /// Its slug.
    pub(super) name: String,
}

/// The groups by name, and which project, by its slug, is in which one of them; `None` where it is in several.
#[derive(Clone, Debug, Default)]
pub(super) struct Groups {
    pub(super) names: Vec<(String, String)>,
    pub(super) of: HashMap<String, Option<String>>,
}

#[derive(Default)]
pub(super) struct Memory(Mutex<Inner>);

#[derive(Default)]
struct Inner {
    /// The plan, as the account tells it; nothing before it was asked.
    plan: Option<String>,
    projects: Vec<Project>,
    /// What each project had, by its id, and when that was read.
    rows: HashMap<String, (Instant, Vec<Addon>)>,
    /// The project, by its id, of an add-on.
    of_addon: HashMap<String, String>,
    /// The add-on of a backup.
    of_backup: HashMap<String, String>,
    /// The project, by its id, of a deployment.
    of_deployment: HashMap<String, String>,
    /// What environments are called, by their ids.
    environments: HashMap<String, String>,
    groups: Option<(Instant, Arc<Groups>)>,
    /// What is told about the backups of an add-on, while its newest is that one.
    info: HashMap<String, (Instant, Option<String>, Vec<Fact>)>,
}

impl Memory {
    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn plan(&self) -> Option<String> {
        self.inner().plan.clone()
    }

    pub(super) fn note_plan(&self, plan: Option<&str>) {
        self.inner().plan = plan.map(str::to_owned);
    }

    /// The projects as they were listed last.
    pub(super) fn projects(&self) -> Vec<Project> {
        self.inner().projects.clone()
    }

    /// Keeps the whole list; what is no more in it is forgotten with all that was known of it.
    pub(super) fn note_projects(&self, projects: Vec<Project>) {
        let mut inner = self.inner();
        let ids: HashSet<&str> = projects.iter().map(|one| one.id.as_str()).collect();
        inner.rows.retain(|id, _| ids.contains(id.as_str()));
        inner.of_addon.retain(|_, project| ids.contains(project.as_str()));
        inner.of_deployment.retain(|_, project| ids.contains(project.as_str()));
        inner.projects = projects;
    }

    /// The project of that slug or id, where it was listed.
    pub(super) fn project(&self, name_or_id: &str) -> Option<Project> {
        let inner = self.inner();
        let by_name = inner.projects.iter().find(|one| one.name == name_or_id);
        by_name.or_else(|| inner.projects.iter().find(|one| one.id == name_or_id)).cloned()
    }

    /// What a project has now.
    pub(super) fn note_rows(&self, project: &str, rows: &[Addon], now: Instant) {
        let mut inner = self.inner();
        inner.of_addon.retain(|_, of| of != project);
        inner.of_addon.extend(rows.iter().map(|row| (row.key.id.to_string(), project.to_owned())));
        inner.rows.insert(project.to_owned(), (now, rows.to_vec()));
    }

    /// One add-on as its own read has it.
    pub(super) fn note_row(&self, project: &str, row: &Addon) {
        let mut inner = self.inner();
        inner.of_addon.insert(row.key.id.to_string(), project.to_owned());
        if let Some((_, rows)) = inner.rows.get_mut(project) {
            rows.retain(|one| one.key.id != row.key.id);
            rows.push(row.clone());
        }
    }

    /// It is gone: its own read says so.
    pub(super) fn forget(&self, addon_id: &str) {
        let mut inner = self.inner();
        inner.of_addon.remove(addon_id);
        inner.rows.values_mut().for_each(|(_, rows)| rows.retain(|row| row.key.id != addon_id));
    }

    /// When a project's add-ons were read last.
    pub(super) fn read_at(&self, project: &str) -> Option<Instant> {
        self.inner().rows.get(project).map(|(at, _)| *at)
    }

    /// Every add-on that was read, as it was read last.
    pub(super) fn rows(&self) -> Vec<Addon> {
        self.inner().rows.values().flat_map(|(_, rows)| rows.iter().cloned()).collect()
    }

    /// One of them.
    pub(super) fn row(&self, addon_id: &str) -> Option<Addon> {
        let inner = self.inner();
        inner.rows.values().flat_map(|(_, rows)| rows).find(|row| row.key.id == addon_id).cloned()
    }

    /// The id of the project that an add-on belongs to; it never changes.
    pub(super) fn project_of(&self, addon_id: &str) -> Option<String> {
        self.inner().of_addon.get(addon_id).cloned()
    }

    pub(super) fn note_backup(&self, backup_id: &str, addon_id: &str) {
        self.inner().of_backup.insert(backup_id.to_owned(), addon_id.to_owned());
    }

    /// The add-on that a backup was taken of.
    pub(super) fn addon_of_backup(&self, backup_id: &str) -> Option<String> {
        self.inner().of_backup.get(backup_id).cloned()
    }

    pub(super) fn note_deployment(&self, deployment_id: &str, project: &str) {
        self.inner().of_deployment.insert(deployment_id.to_owned(), project.to_owned());
    }

    /// The slug of the project that a deployment is of.
    pub(super) fn app_of_deployment(&self, deployment_id: &str) -> Option<String> {
        let inner = self.inner();
        let project = inner.of_deployment.get(deployment_id)?;
        inner.projects.iter().find(|one| one.id == *project).map(|one| one.name.clone())
    }

    pub(super) fn note_environment(&self, id: &str, name: &str) {
        self.inner().environments.insert(id.to_owned(), name.to_owned());
    }

    /// What an environment is called.
    pub(super) fn environment(&self, id: &str) -> Option<String> {
        self.inner().environments.get(id).cloned()
    }

    /// The groups; whether they were read lately.
    pub(super) fn groups(&self) -> (Arc<Groups>, bool) {
        match &self.inner().groups {
            Some((at, groups)) => (groups.clone(), at.elapsed() < GROUPS_KEPT),
            None => (Arc::default(), false),
        }
    }

    pub(super) fn note_groups(&self, groups: Groups) {
        self.inner().groups = Some((Instant::now(), Arc::new(groups)));
    }

    /// What was told about the backups of an add-on, where that was lately and `newest` still is its newest one.
    pub(super) fn info(&self, addon_id: &str, newest: Option<&str>) -> Option<Vec<Fact>> {
        let inner = self.inner();
        let (at, of, facts) = inner.info.get(addon_id)?;
        (of.as_deref() == newest && at.elapsed() < INFO_KEPT).then(|| facts.clone())
    }

    pub(super) fn note_info(&self, addon_id: &str, newest: Option<&str>, facts: &[Fact]) {
        let told = (Instant::now(), newest.map(str::to_owned), facts.to_vec());
        self.inner().info.insert(addon_id.to_owned(), told);
    }
}
