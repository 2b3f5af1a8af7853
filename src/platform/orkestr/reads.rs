//! Projects, groups and add-ons. There is no list of all add-ons: each project is asked for its own.
//!
//! Requests per refresh. The list of all: one for each hundred projects, one for each project that was never read, and as many
//! of the others, oldest first, as keep it within a quarter of a minute's requests; once in ten minutes the groups, one each. A
//! project's own list: one. One add-on: one.

mod copies;
mod deployed;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::{StreamExt, stream};
use serde::de::DeserializeOwned;

use super::map::{self, Of};
use super::memory::{Groups, Project};
use super::{Orkestr, client, wire};
use crate::model::{Account, Addon, App, printable};
use crate::platform::{Fresh, ReadError, ReadErrorKind};

/// How many requests run at a time.
const AT_ONCE: usize = 8;
/// How many projects are asked for at once: as many as the vendor's client 0.5.3 does.
const PAGE: usize = 100;
/// What was read that lately is not read again for the list of all.
const LATELY: Duration = Duration::from_secs(45);

impl Orkestr {
    /// One object or list.
    pub(super) async fn ask<T: DeserializeOwned>(
        &self,
        path: &[&str],
        query: &[(&str, &str)],
        what: &str,
    ) -> Result<Fresh<T>, ReadError> {
        let answer = self.http.get(path, query, None).await?;
        client::decoded(&self.http, &answer, what, self.memory.plan().as_deref())
    }

    /// Who we are. How many requests a minute has depends on the plan.
    pub(super) async fn who(&self) -> Result<Account, ReadError> {
        let told: wire::Account = self.ask(&["api", "auth", "me"], &[], "an account").await?.value;
        self.memory.note_plan(told.plan.as_deref());
        if let Some(meter) = self.http.meter() {
            meter.set_limit(map::requests_of_plan(told.plan.as_deref()));
        }
        Ok(map::account(told))
    }

    /// All projects, page by page.
    async fn all_projects(&self) -> Result<Fresh<Vec<wire::Project>>, ReadError> {
        let mut projects: Vec<wire::Project> = Vec::new();
        let limit = PAGE.to_string();
        let mut skip = 0;
        let mut at = jiff::Timestamp::now();
        for _ in 0..self.settings.page_limit {
            let from = skip.to_string();
            let query = [("skip", from.as_str()), ("limit", limit.as_str())];
            let page: Fresh<wire::Listed<wire::Project>> =
                self.ask(&["api", "v1", "projects"], &query, "a list of projects").await?;
            at = page.at;
            let wire::Listed { rows, total } = page.value;
            let count = rows.len();
            skip += count;
            // One that was made meanwhile moves the others on to the next page.
            let is_new = |row: &wire::Project| projects.iter().all(|known| known.id != row.id);
            let new: Vec<wire::Project> = rows.into_iter().filter(is_new).collect();
            projects.extend(new);
            let are_all = match total {
                Some(total) => usize::try_from(total).unwrap_or(usize::MAX) <= skip,
                None => count < PAGE,
            };
            if count == 0 || are_all {
                break;
            }
        }
        let of = |row: &wire::Project| Project {
            id: printable(&row.id),
            name: row.name.as_deref().map_or_else(|| printable(&row.id), |name| printable(name.trim())),
        };
        self.memory.note_projects(projects.iter().map(of).collect());
        Ok(Fresh { value: projects, at, etag: None })
    }

    /// The projects that are to be shown.
    pub(super) async fn all_apps(&self) -> Result<Vec<App>, ReadError> {
        let (projects, groups) = tokio::join!(self.all_projects(), self.groups());
        let mut apps: Vec<App> = projects?
            .value
            .into_iter()
            .map(|project| {
                let team = project.name.as_deref().and_then(|name| group_of(&groups, name));
                map::app(project, team)
            })
            .filter(|app| self.is_ours(app.team.as_deref()))
            .collect();
        apps.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(apps)
    }

    /// The groups, which are labels. An account that may not read them has none to show.
    pub(super) async fn groups(&self) -> Arc<Groups> {
        let (known, are_fresh) = self.memory.groups();
        if are_fresh {
            return known;
        }
        match self.groups_anew().await {
            Ok(()) => self.memory.groups().0,
            Err(error) => {
                tracing::debug!(%error, "the groups could not be read");
                if error.kind.is_denial() {
                    self.memory.note_groups(Groups::default());
                }
                known
            }
        }
    }

    pub(super) async fn groups_anew(&self) -> Result<(), ReadError> {
        let list: Fresh<wire::Listed<wire::Group>> =
            self.ask(&["api", "v1", "groups"], &[], "a list of groups").await?;
        let asked = list.value.rows.into_iter().map(|group| async move {
            let path = ["api", "v1", "groups", &group.id];
            let members = self.ask::<wire::Group>(&path, &[], "a group").await.map(|fresh| fresh.value.projects);
            (group, members)
        });
        let read: Vec<_> = stream::iter(asked.collect::<Vec<_>>()).buffered(AT_ONCE).collect().await;
        let mut groups = Groups::default();
        for (group, members) in read {
            let name = group.name.or(group.slug).unwrap_or_else(|| group.id.clone());
            let name = printable(name.trim());
            for member in members?.into_iter().flatten().filter_map(|member| member.name) {
                let member = printable(member.trim());
                // Whoever is in two is shown in none, rather than in the wrong one.
                let label = if groups.of.contains_key(&member) { None } else { Some(name.clone()) };
                groups.of.insert(member, label);
            }
            groups.names.push((printable(&group.id), name));
        }
        groups.names.sort_by(|a, b| a.1.cmp(&b.1));
        self.memory.note_groups(groups);
        Ok(())
    }

    /// The project of a slug, or of an id.
    pub(super) async fn project(&self, name_or_id: &str) -> Result<Project, ReadError> {
        if let Some(project) = self.memory.project(name_or_id) {
            return Ok(project);
        }
        self.all_projects().await?;
        self.memory.project(name_or_id).ok_or_else(|| {
            let message = format!("There is no project called {}.", printable(name_or_id));
            ReadError::new(ReadErrorKind::NotFound, message)
        })
    }

    /// What one project has, anew.
    async fn rows_of(&self, project: &Project, groups: &Groups) -> Result<Fresh<Vec<Addon>>, ReadError> {
        let path = ["api", "v1", "projects", &project.id, "addons"];
        let rows: Fresh<wire::Listed<wire::Addon>> = self.ask(&path, &[], "a list of add-ons").await?;
        let team = group_of(groups, &project.name);
        let one = |row| map::addon(&Of { profile: &self.profile.name, app: &project.name, team: team.clone() }, row);
        let mut value: Vec<Addon> = rows.value.rows.into_iter().map(one).collect();
        sort(&mut value);
        self.memory.note_rows(&project.id, &value, Instant::now());
        Ok(Fresh { value, at: rows.at, etag: None })
    }

    /// The list of all, as far as the requests of a minute bear it; the others as they were read last.
    pub(super) async fn list(&self, at_most: Option<u32>) -> Result<Fresh<Vec<Addon>>, ReadError> {
        let (projects, groups) = tokio::join!(self.all_projects(), self.groups());
        let Fresh { value: projects, at, .. } = projects?;
        let due = self.due(projects.len().div_ceil(PAGE).max(1), at_most);
        self.read_all(&due, &groups).await?;
        Ok(Fresh { value: self.shown(), at, etag: None })
    }

    /// Every add-on, read now, however many requests that takes.
    pub(super) async fn list_in_full(&self) -> Result<Vec<Addon>, ReadError> {
        let (projects, groups) = tokio::join!(self.all_projects(), self.groups());
        projects?;
        self.read_all(&self.in_order(), &groups).await?;
        Ok(self.shown())
    }

    /// The add-ons of one project.
    pub(super) async fn list_of(&self, app: &str) -> Result<Fresh<Vec<Addon>>, ReadError> {
        let (project, groups) = tokio::join!(self.project(app), self.groups());
        self.rows_of(&project?, &groups).await
    }

    /// What was read of the projects that are to be shown.
    fn shown(&self) -> Vec<Addon> {
        let mut rows = self.memory.rows();
        rows.retain(|addon| self.is_ours(addon.team.as_deref()));
        sort(&mut rows);
        rows
    }

    /// The projects, the one that the working folder is linked to first.
    fn in_order(&self) -> Vec<Project> {
        let mut projects = self.memory.projects();
        let is_linked =
            |one: &Project| self.profile.project.as_ref().is_some_and(|it| *it == one.name || *it == one.id);
        projects.sort_by_key(|one| !is_linked(one));
        projects
    }

    /// The projects that are read for this list: all that never were, within half of a minute's requests, and of the others the
    /// oldest ones, within a quarter together with the `asked` requests for the projects themselves; and no more of them
    /// together than the list may cost.
    fn due(&self, asked: usize, at_most: Option<u32>) -> Vec<Project> {
        let (left, limit) = self.http.meter().map_or((usize::MAX, usize::MAX), |meter| {
            let (left, limit) = meter.left(Instant::now());
            (left as usize, limit as usize)
        });
        let left = at_most.map_or(left, |at_most| left.min(at_most as usize));
        let projects = self.in_order();
        let (mut read, mut never): (Vec<_>, Vec<_>) = projects
            .into_iter()
            .map(|project| (self.memory.read_at(&project.id), project))
            .partition(|(at, _)| at.is_some());
        never.truncate((limit / 2).min(left).saturating_sub(asked));
        read.retain(|(at, _)| at.is_some_and(|at| at.elapsed() >= LATELY));
        read.sort_by_key(|(at, _)| *at);
        read.truncate((limit / 4).min(left).saturating_sub(asked + never.len()));
        never.into_iter().chain(read).map(|(_, project)| project).collect()
    }

    /// Reads what those projects have. One that is gone or not for us to read is left as it was, unless none can be read.
    async fn read_all(&self, projects: &[Project], groups: &Groups) -> Result<(), ReadError> {
        let asked = projects.iter().map(|project| self.rows_of(project, groups));
        let mut read = stream::iter(asked.collect::<Vec<_>>()).buffer_unordered(AT_ONCE);
        let (mut good, mut denied) = (0, None);
        while let Some(rows) = read.next().await {
            match rows {
                Ok(_) => good += 1,
                Err(error) if matches!(error.kind, ReadErrorKind::NotFound | ReadErrorKind::Forbidden) => {
                    denied = Some(error);
                }
                Err(error) => return Err(error),
            }
        }
        match denied.filter(|error| good == 0 && error.kind == ReadErrorKind::Forbidden) {
            Some(error) => Err(error),
            None => Ok(()),
        }
    }

    /// One add-on, by its id, or by a name that only one has.
    pub(super) async fn find(&self, id_or_name: &str) -> Result<Fresh<Addon>, ReadError> {
        if crate::platform::akkeris::reads::is_id(id_or_name) {
            let project = self.project_of(id_or_name).await?;
            return self.one(&project, id_or_name).await;
        }
        let rows = self.list_in_full().await?;
        let found: Vec<Addon> =
            rows.into_iter().filter(|row| row.name == id_or_name || row.key.id == id_or_name).collect();
        match found.as_slice() {
            [] => Err(no_addon(&format!("called {}", printable(id_or_name)))),
            [one] => {
                let project = self.project_of(&one.key.id).await?;
                self.one(&project, &one.key.id).await
            }
            several => {
                let ids: Vec<String> =
                    several.iter().map(|row| format!("{} (of {})", row.key.id, row.apps().join(", "))).collect();
                Err(ReadError::new(
                    ReadErrorKind::Refused { status: 409, code: "ambiguous".to_owned() },
                    format!(
                        "{} add-ons are called {}: {}. Name one by its id.",
                        several.len(),
                        printable(id_or_name),
                        ids.join(", ")
                    ),
                ))
            }
        }
    }

    /// One add-on of a project.
    async fn one(&self, project: &Project, id: &str) -> Result<Fresh<Addon>, ReadError> {
        let path = ["api", "v1", "projects", &project.id, "addons", id];
        let (row, groups) = tokio::join!(self.ask::<wire::Addon>(&path, &[], "an add-on"), self.groups());
        let row = row.inspect_err(|error| {
            if error.kind == ReadErrorKind::NotFound {
                self.memory.forget(id);
            }
        })?;
        let team = group_of(&groups, &project.name);
        let addon = map::addon(&Of { profile: &self.profile.name, app: &project.name, team }, row.value);
        self.memory.note_row(&project.id, &addon);
        Ok(Fresh { value: addon, at: row.at, etag: None })
    }

    /// The project of an add-on: remembered, for it never changes, else looked for in all of them.
    pub(super) async fn project_of(&self, addon_id: &str) -> Result<Project, ReadError> {
        if self.memory.project_of(addon_id).is_none() {
            self.list_in_full().await?;
        }
        let project = self.memory.project_of(addon_id);
        let project = project.and_then(|id| self.memory.project(&id));
        project.ok_or_else(|| no_addon(&format!("with the id {}", printable(addon_id))))
    }

    /// An add-on as it was read last, for its name.
    pub(super) async fn known(&self, addon_id: &str) -> Result<Addon, ReadError> {
        match self.memory.row(addon_id) {
            Some(row) => Ok(row),
            None => self.find(addon_id).await.map(|fresh| fresh.value),
        }
    }

    /// The variables of a project's production, by their names alone or with their values.
    pub(super) async fn variables<T: DeserializeOwned>(&self, app: &str, what: &str) -> Result<T, ReadError> {
        let project = self.project(app).await?;
        let environments = self.wire_environments(&project).await?;
        let production = environments.iter().find(|one| one.is_production == Some(true));
        let production = production.or(if environments.len() == 1 { environments.first() } else { None });
        let told = match production {
            Some(one) => {
                let path = ["api", "v1", "projects", &project.id, "environments", &one.id, "env-vars"];
                self.ask(&path, &[], what).await
            }
            None => self.ask(&["api", "v1", "projects", &project.id, "env-vars"], &[], what).await,
        };
        told.map(|fresh| fresh.value)
    }

    /// Which add-on gives which variable to a project: that the list of variables has them at all is not documented, so they are
    /// told by their names. They are read where they never were, so that the answer does not depend on what was asked before.
    pub(super) async fn sources(&self, app: &str) -> Result<HashMap<String, String>, ReadError> {
        let project = self.project(app).await?;
        if self.memory.read_at(&project.id).is_none() {
            self.list_of(app).await?;
        }
        let app = project.name.as_str();
        let rows = self.memory.rows().into_iter().filter(|row| row.apps().contains(&app));
        let named = |row: Addon| Some((row.config_vars.get()?.first()?.to_string(), row.name.to_string()));
        Ok(rows.filter_map(named).collect())
    }
}

fn sort(rows: &mut [Addon]) {
    rows.sort_by(|a, b| a.name.cmp(&b.name).then_with(|| a.key.id.cmp(&b.key.id)));
}

fn group_of(groups: &Groups, project: &str) -> Option<String> {
    groups.of.get(&printable(project.trim())).cloned().flatten()
}

fn no_addon(which: &str) -> ReadError {
    ReadError::new(ReadErrorKind::NotFound, format!("There is no add-on {which}."))
}
