//! Environments and what was deployed to them.

use super::super::map::{self, Place};
use super::super::memory::Project;
use super::super::{Orkestr, wire};
use crate::model::{Environment, Known, Work, printable};
use crate::platform::{Fresh, ReadError};

/// How many deployments are looked at. No text tells the most that may be asked for; its client 0.5.3 asks for 20 by itself.
const NEWEST: usize = 50;

/// The newest deployments of a project, and how many there are of it at all, where told.
struct Deployments {
    /// Newest first.
    rows: Vec<wire::Deployment>,
    total: Option<u64>,
}

impl Deployments {
    /// Whether there are older ones that were not looked at.
    fn has_more(&self) -> bool {
        let shown = self.rows.len();
        self.total.map_or(shown >= NEWEST, |total| total > shown as u64)
    }
}

impl Orkestr {
    /// As they come: bare, or in an envelope.
    pub(super) async fn wire_environments(&self, project: &Project) -> Result<Vec<wire::Environment>, ReadError> {
        let path = ["api", "v1", "projects", &project.id, "environments"];
        let list: Fresh<wire::Listed<wire::Environment>> = self.ask(&path, &[], "a list of environments").await?;
        for one in &list.value.rows {
            let name = one.name.as_deref().map_or_else(|| printable(&one.id), printable);
            self.memory.note_environment(&one.id, &name);
        }
        Ok(list.value.rows)
    }

    async fn wire_deployments(&self, project: &Project) -> Result<Deployments, ReadError> {
        let path = ["api", "v1", "projects", &project.id, "deployments"];
        let limit = NEWEST.to_string();
        let query = [("skip", "0"), ("limit", limit.as_str())];
        let list: Fresh<wire::Listed<wire::Deployment>> = self.ask(&path, &query, "a list of deployments").await?;
        let wire::Listed { mut rows, total } = list.value;
        // That they come newest first is inferred.
        rows.sort_by_key(|row| std::cmp::Reverse(row.created_at));
        rows.iter().for_each(|row| self.memory.note_deployment(&row.id, &project.id));
        Ok(Deployments { rows, total })
    }

    /// A project's environments, production first, each with its newest deployment and since when it is live.
    pub(in super::super) async fn environments_of(&self, app: &str) -> Result<Vec<Environment>, ReadError> {
        let project = self.project(app).await?;
        let (environments, deployments) =
            tokio::try_join!(self.wire_environments(&project), self.wire_deployments(&project))?;
        let is_only = environments.len() == 1;
        let mut list: Vec<Environment> = environments
            .into_iter()
            .map(|row| placed(map::environment(row), is_only, &deployments, &project.name))
            .collect();
        list.sort_by(|a, b| b.is_production.cmp(&a.is_production).then_with(|| a.name.cmp(&b.name)));
        Ok(list)
    }

    /// A project's newest deployments: of one environment, as far as it is told which are its, or all.
    pub(in super::super) async fn deployments_of(
        &self,
        app: &str,
        environment_id: Option<&str>,
    ) -> Result<Vec<Work>, ReadError> {
        let project = self.project(app).await?;
        let (environments, deployments) =
            tokio::try_join!(self.wire_environments(&project), self.wire_deployments(&project))?;
        let only = if environments.len() == 1 { environments.first().map(|one| one.id.clone()) } else { None };
        let of = |row: &wire::Deployment| row.environment_id.clone().or_else(|| only.clone());
        // One of which it is not told may be of this one.
        let may_be = |row: &wire::Deployment| environment_id.is_none_or(|id| of(row).is_none_or(|of| of == id));
        let work = |row: wire::Deployment| {
            let environment = of(&row).and_then(|id| self.memory.environment(&id));
            map::deployment(row, Place { app: Some(project.name.clone()), environment })
        };
        Ok(deployments.rows.into_iter().filter(may_be).map(work).collect())
    }

    /// One deployment with its steps.
    pub(in super::super) async fn deployment(&self, id: &str) -> Result<Work, ReadError> {
        let path = ["api", "v1", "deployments", id];
        let row: wire::Deployment = self.ask(&path, &[], "a deployment").await?.value;
        let told = row.project_id.as_deref().and_then(|id| self.memory.project(id)).map(|project| project.name);
        let app = told.or_else(|| self.memory.app_of_deployment(id));
        let environment = row.environment_id.as_deref().and_then(|id| self.memory.environment(id));
        Ok(map::deployment(row, Place { app, environment }))
    }

    /// What its steps wrote, and after that what the builder of its image did.
    pub(in super::super) async fn log_of(&self, id: &str) -> Result<Vec<String>, ReadError> {
        let (logs, build) = (["api", "v1", "deployments", id, "logs"], ["api", "v1", "deployments", id, "build-log"]);
        let (logs, build) = tokio::join!(
            self.ask::<wire::Logs>(&logs, &[], "the log of a deployment"),
            self.ask::<wire::BuildLog>(&build, &[], "the log of an image"),
        );
        let target = self.http.target();
        let (build, missing) = match build {
            Ok(build) => (build.value.build_log, None),
            Err(error) => (None, Some(format!("[image] The log of the image could not be read: {}", error.message))),
        };
        let mut lines = map::log(logs?.value, build, &|text| target.clean(text));
        lines.extend(missing);
        Ok(lines)
    }
}

/// An environment with what its deployments tell. Which environment one is of is inferred: where it is not told and there are
/// several, nothing is.
fn placed(environment: Environment, is_only: bool, deployments: &Deployments, app: &str) -> Environment {
    let is_its = |row: &&wire::Deployment| match &row.environment_id {
        Some(id) => *id == environment.id,
        None => is_only,
    };
    let its: Vec<&wire::Deployment> = deployments.rows.iter().filter(is_its).collect();
    let is_untold = !is_only && deployments.rows.iter().any(|row| row.environment_id.is_none());
    let newest = if is_untold { None } else { its.first().copied() };
    let place = || Place { app: Some(app.to_owned()), environment: Some(environment.name.clone()) };
    let is_live =
        |row: &&&wire::Deployment| row.status.as_deref().is_some_and(|word| word.trim().eq_ignore_ascii_case("live"));
    let live_since = match its.iter().find(is_live) {
        _ if is_untold => Known::Unknown("orkestr did not tell which of its environments each deployment is of".into()),
        Some(live) => match live.created_at {
            Some(at) => Known::Is(Some(at)),
            None => Known::Unknown("orkestr did not tell when its live deployment was begun".into()),
        },
        None if deployments.has_more() => Known::Unknown(
            format!(
                "none of the newest {} deployments is live here, and older ones were not read",
                deployments.rows.len()
            )
            .into(),
        ),
        None => Known::Is(None),
    };
    let newest = newest.map(|row| map::deployment(row.clone(), place()));
    Environment { newest, live_since, ..environment }
}
