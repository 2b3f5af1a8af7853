//! What was read lately and is needed again: true states, which no list of everything tells, owners, bare names, rules.
//! Never a secret. It is of this connection alone and is gone with it.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::rules::Rules;
use crate::model::{App, State, Text};

/// For how long the apps' regions, spaces and compliances are taken as they were read.
const APPS_KEPT: Duration = Duration::from_secs(60);
/// For how long the catalog is. The controller itself reads it anew only every ten minutes (read in its source).
const RULES_KEPT: Duration = Duration::from_secs(600);

/// What is remembered of one add-on.
#[derive(Clone, Debug, Default)]
pub(super) struct Seen {
    /// Its name.
    pub(super) name: String,
    /// The app that owns it; it never changes.
    pub(super) app: String,
    /// Its service and plan.
    pub(super) service: String,
    pub(super) plan: String,
    /// The last true state, and the platform's word for it.
    pub(super) state: Option<(State, String)>,
    /// Whether its broker did not answer when it was asked last.
    pub(super) is_away: bool,
    /// Whether it was in service before.
    pub(super) was_ready: bool,
    /// Whether we asked for a restore that has not ended yet.
    pub(super) is_restoring: bool,
    /// The bare names of its variables.
    pub(super) bare: Option<Vec<Text>>,
    /// Whether it is the primary of the apps that it is attached to.
    pub(super) primaries: HashMap<String, bool>,
}

#[derive(Default)]
pub(super) struct Memory(Mutex<Inner>);

#[derive(Default)]
struct Inner {
    addons: HashMap<String, Seen>,
    /// Which add-on an attachment is of.
    attachments: HashMap<String, String>,
    /// Which add-on a backup was taken of.
    backups: HashMap<String, String>,
    apps: Option<(Instant, Arc<Vec<App>>)>,
    rules: Option<(Instant, Arc<Rules>)>,
    is_administrator: Option<bool>,
}

impl Memory {
    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What is remembered of an add-on.
    pub(super) fn seen(&self, addon_id: &str) -> Option<Seen> {
        self.inner().addons.get(addon_id).cloned()
    }

    /// Keeps what a list or a read of one told.
    pub(super) fn note(&self, addon_id: &str, change: impl FnOnce(&mut Seen)) {
        change(self.inner().addons.entry(addon_id.to_owned()).or_default());
    }

    /// The app that owns an add-on.
    pub(super) fn owner(&self, addon_id: &str) -> Option<String> {
        self.inner().addons.get(addon_id).map(|seen| seen.app.clone()).filter(|app| !app.is_empty())
    }

    /// The name of a database, where no other add-on of its app is called the same.
    pub(super) fn database(&self, addon_id: &str) -> Option<String> {
        let inner = self.inner();
        let seen = inner.addons.get(addon_id).filter(|seen| seen.service == "akkeris-postgresql")?;
        let is_same = |other: &&Seen| other.app == seen.app && other.name.eq_ignore_ascii_case(&seen.name);
        (inner.addons.values().filter(is_same).count() == 1).then(|| seen.name.clone())
    }

    /// A true state of an add-on.
    pub(super) fn saw_state(&self, addon_id: &str, state: &State, word: &str) {
        self.note(addon_id, |seen| {
            if matches!(state, State::Ready | State::Failed) {
                seen.is_restoring = false;
            }
            seen.is_away = false;
            seen.was_ready |= state.is_ready();
            seen.state = Some((state.clone(), word.to_owned()));
        });
    }

    /// Whether an add-on is the primary of an app.
    pub(super) fn note_primary(&self, addon_id: &str, app: &str, is_primary: bool) {
        self.note(addon_id, |seen| {
            seen.primaries.insert(app.to_owned(), is_primary);
        });
    }

    /// A restore was asked for.
    pub(super) fn restoring(&self, addon_id: &str) {
        self.note(addon_id, |seen| seen.is_restoring = true);
    }

    /// It is gone: its own read says so.
    pub(super) fn forget(&self, addon_id: &str) {
        self.inner().addons.remove(addon_id);
    }

    /// What no list of everything has any more is not remembered either.
    pub(super) fn keep_only(&self, ids: &HashSet<&str>) {
        let mut inner = self.inner();
        inner.addons.retain(|id, _| ids.contains(id.as_str()));
        inner.attachments.retain(|_, addon| ids.contains(addon.as_str()));
        inner.backups.retain(|_, addon| ids.contains(addon.as_str()));
    }

    pub(super) fn note_attachment(&self, attachment_id: &str, addon_id: &str) {
        self.inner().attachments.insert(attachment_id.to_owned(), addon_id.to_owned());
    }

    /// The name of the add-on that an attachment is of.
    pub(super) fn addon_of_attachment(&self, attachment_id: &str) -> Option<String> {
        let inner = self.inner();
        let seen = inner.addons.get(inner.attachments.get(attachment_id)?)?;
        Some(seen.name.clone()).filter(|name| !name.is_empty())
    }

    pub(super) fn note_backup(&self, backup_id: &str, addon_id: &str) {
        self.inner().backups.insert(backup_id.to_owned(), addon_id.to_owned());
    }

    /// The add-on that a backup was taken of.
    pub(super) fn addon_of_backup(&self, backup_id: &str) -> Option<String> {
        self.inner().backups.get(backup_id).cloned()
    }

    /// The apps, where they were read lately.
    pub(super) fn apps(&self) -> Option<Arc<Vec<App>>> {
        let inner = self.inner();
        inner.apps.as_ref().filter(|(at, _)| at.elapsed() < APPS_KEPT).map(|(_, apps)| apps.clone())
    }

    pub(super) fn note_apps(&self, apps: Arc<Vec<App>>) {
        self.inner().apps = Some((Instant::now(), apps));
    }

    /// The rules, however old they are.
    pub(super) fn rules(&self) -> Option<Arc<Rules>> {
        self.inner().rules.as_ref().map(|(_, rules)| rules.clone())
    }

    pub(super) fn are_rules_fresh(&self) -> bool {
        self.inner().rules.as_ref().is_some_and(|(at, _)| at.elapsed() < RULES_KEPT)
    }

    pub(super) fn note_rules(&self, rules: Rules) {
        self.inner().rules = Some((Instant::now(), Arc::new(rules)));
    }

    /// Whether we are an administrator, once that was asked.
    pub(super) fn is_administrator(&self) -> Option<bool> {
        self.inner().is_administrator
    }

    pub(super) fn note_administrator(&self, is_administrator: Option<bool>) {
        self.inner().is_administrator = is_administrator;
    }
}
