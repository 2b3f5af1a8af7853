//! What the list of operations shows, and what can be done with the one under its cursor.

use super::State;
use super::keymap::Intent;
use super::modal::{Modal, OperationsView};
use crate::model::{Command, Course, Deed, DeedId, Operation, Ours, Release, Work, deeds};
use crate::store::poll::Topic;

/// Of how many apps the releases stand beside the operations.
const APPS: usize = 10;
/// How many works, and how many releases of an app, are looked at.
pub(super) const WORKS: usize = 100;
const RELEASES: usize = 20;

impl State {
    /// The acts of the journal and, as far as it was read, of the platform's own record: the open ones first, and among both
    /// the newest first.
    pub fn past(&self) -> Vec<Deed> {
        let ours: Vec<Ours<'_>> = self
            .operations
            .values()
            .map(|operation| Ours { operation, by: self.by.get(&operation.id).map(String::as_str), is_here: true })
            .collect();
        let courses: Vec<&Course> = self.courses.values().collect();
        let works = self.works_told();
        let mut releases: Vec<(String, Release)> = Vec::new();
        for app in self.past_apps() {
            let told = self.store.releases.get(&app).and_then(|slot| slot.value.as_deref()).unwrap_or_default();
            releases.extend(told.iter().take(RELEASES).map(|release| (app.clone(), release.clone())));
        }
        let mut rows = deeds(&ours, &courses, &works, &releases, self.clock);
        rows.sort_by_key(|row| !row.is_open);
        rows
    }

    /// What is asked of an app for the list of operations: its deployments where it has such, else its releases.
    pub(crate) fn past_topic(&self, app: &str) -> Topic {
        match self.session.words.has_environments {
            true => Topic::Deployments { app: app.to_owned(), environment_id: None },
            false => Topic::Releases(app.to_owned()),
        }
    }

    /// The platform's own operations: its record of them, and the deployments of the apps that were touched here.
    fn works_told(&self) -> Vec<Work> {
        let mut works: Vec<Work> = self.store.works.value.iter().flatten().take(WORKS).cloned().collect();
        for app in self.past_apps().iter().filter(|_| self.session.words.has_environments) {
            let told = self.store.deployments.get(&self.past_topic(app)).and_then(|slot| slot.value.as_ref());
            for work in told.into_iter().flatten().take(RELEASES) {
                if works.iter().all(|known| known.id != work.id) {
                    works.push(work.clone());
                }
            }
        }
        works
    }

    /// The apps that were touched here, those touched last first, and those of the add-on under the cursor.
    pub(crate) fn past_apps(&self) -> Vec<String> {
        let mut apps: Vec<String> = Vec::new();
        let mut add = |app: &str| {
            if apps.len() < APPS && !apps.iter().any(|known| known == app) {
                apps.push(app.to_owned());
            }
        };
        for operation in self.operations.values().rev() {
            let command = &operation.command;
            // An app that is gone has no releases.
            if let Some(app) = command.app().filter(|_| !matches!(command, Command::DestroyApp { .. })) {
                add(app);
            }
            let addon = operation.addon_id.as_deref().or(command.addon_id()).map(|id| self.store.key(id));
            let row = addon.and_then(|key| self.store.addons.get(&key));
            row.into_iter().flat_map(|row| row.addon.attachments.items()).for_each(|one| add(&one.app));
        }
        self.selected_row().into_iter().flat_map(|row| row.addon.attachments.items()).for_each(|one| add(&one.app));
        apps
    }

    /// The list of operations, where it is on top.
    pub(crate) fn operations_view(&self) -> Option<&OperationsView> {
        match self.modals.last() {
            Some(Modal::Operations(view)) => Some(view),
            _ => None,
        }
    }

    /// Whether the list of operations is what is being read.
    pub(crate) fn shows_operations(&self) -> bool {
        self.operations_view().is_some()
    }

    /// The act under the cursor of the list of operations.
    pub fn chosen_deed(&self) -> Option<Deed> {
        let view = self.operations_view()?;
        let rows = self.past();
        let at = view.place(&rows);
        rows.into_iter().nth(at)
    }

    /// The operation under the cursor, if it is one of the journal.
    pub(crate) fn chosen_operation(&self) -> Option<&Operation> {
        match self.chosen_deed()?.id {
            DeedId::Operation(id) => self.operations.get(&id),
            _ => None,
        }
    }

    /// What the platform tells of one of its own operations.
    pub(crate) fn work_told(&self, id: &str) -> Option<&Work> {
        let deployments = self.store.deployments.values().filter_map(|slot| slot.value.as_ref()).flatten();
        self.store.works.value.iter().flatten().chain(deployments).find(|work| work.id == id)
    }

    /// Why an intent can't be followed for the act under the cursor of the list; `None` when it can.
    pub(crate) fn past_disabled(&self, intent: Intent) -> Option<String> {
        let Some(deed) = self.chosen_deed() else { return Some("Nothing was done yet.".into()) };
        let operation = self.chosen_operation();
        let is_ours = matches!(deed.id, DeedId::Operation(_) | DeedId::Course(_));
        let theirs = || "Only the platform has a record of it: it was not done from this machine.".to_owned();
        match intent {
            Intent::Log if !self.session.words.has_environments => {
                Some("This platform keeps no log of what it does.".into())
            }
            Intent::Log if self.chosen_work().is_none() => {
                Some("It is no deployment, or the platform told no id of it: there is no log.".into())
            }
            Intent::HandOff if !is_ours => Some(theirs()),
            Intent::HandOff if !deed.is_open => Some(format!("It is {}: there is nothing to hand over.", deed.outcome)),
            Intent::TakeOver => match &deed.id {
                DeedId::Course(id) => match self.courses.get(id) {
                    Some(course) if course.end.is_none() => None,
                    _ => Some("It is over: there is nothing to take over.".into()),
                },
                _ => Some("A single command has no driver to take over from: the platform carries it out.".into()),
            },
            Intent::Undo => match operation {
                Some(operation) => self.way_back(operation).err(),
                None if is_ours => Some("A procedure is taken back at its steps: open it.".into()),
                None => Some(theirs()),
            },
            Intent::SendAgain => match operation {
                Some(operation) => self
                    .session
                    .no_writes
                    .clone()
                    .or_else(|| operation.again(self.session.words.keeps_keys, self.clock).err()),
                None => Some("Only a single operation whose outcome is unknown can be sent again.".into()),
            },
            _ => None,
        }
    }
}
