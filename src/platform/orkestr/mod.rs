//! The adapter for orkestr. What it goes by is said where it matters: *its page* is a page of orkestr.eu, *its client* the
//! vendor's command line client 0.5.3, *inferred* what no text says: that is decoded leniently and never taken for good.

mod capability;
mod cli;
mod client;
mod effects;
mod map;
mod memory;
mod reads;
mod request;
mod status;
#[cfg(test)]
mod tests;
mod wire;
mod writer;

use std::sync::Arc;
use std::time::{Duration, Instant};

use async_trait::async_trait;

use self::memory::Memory;
use super::http::{Http, Manners};
use super::{
    Budget, Conditional, ConnectError, Connection, Download, Fresh, Limit, Pace, Plans, Platform, ReadError,
    RequestPreview, Settings, Situation, Words, Writer,
};
use crate::config::Profile;
use crate::model::{
    Account, Addon, App, Backup, Backups, Capability, Catalog, Command, ConfigVar, ConfigVarName, Effects, Environment,
    Naming, Preview, Release, Team, TimelineEvent, Verb, Work, printable,
};

/// Its words.
pub(super) const WORDS: Words = Words {
    platform: "orkestr",
    team: "group",
    app: "project",
    keeps_keys: None,
    naming: Naming::Orkestr,
    needs_neighbours: true,
    list_tells_states: false,
    has_unlisted_actions: false,
    plans: Plans::Absent,
    sees_detached: true,
    has_environments: true,
    pace: Pace {
        list: Duration::from_secs(60),
        states: Duration::from_secs(60),
        detail: Duration::from_secs(10),
        transitional: Duration::from_secs(2),
    },
    list_in_parts: true,
    limit: Some(Limit::Minute(REQUESTS)),
};

/// Requests per minute and token where no plan is known (its page on the API: Pro; Team has 500).
const REQUESTS: u32 = 100;

/// A 429 is not tried again here: whether that is of any use stands in its body. A 500 is a defect that stays.
const MANNERS: Manners = Manners { accept: "application/json", takes_keys: false, tried_again: &[408, 502, 503, 504] };

/// How the place is spoken to where the files of backups are, whatever it is.
const FILES: Manners = Manners { accept: "*/*", takes_keys: false, tried_again: &[408, 502, 503, 504] };

/// The way in.
pub(super) fn connect(profile: &Profile, settings: Settings) -> Result<Connection, ConnectError> {
    let reader = Arc::new(Orkestr::new(profile, settings)?);
    let endpoint = reader.http.target().to_string();
    let may_write = profile.read_only.is_none();
    let writer = may_write.then(|| Arc::new(writer::OrkestrWriter { reader: reader.clone() }) as Arc<dyn Writer>);
    Ok(Connection { endpoint, reader, writer, unlocked_for: None })
}

/// The door for writes alone, for a profile that was unlocked.
pub(super) fn writer(profile: &Profile, settings: Settings) -> Result<Arc<dyn Writer>, ConnectError> {
    Ok(Arc::new(writer::OrkestrWriter { reader: Arc::new(Orkestr::new(profile, settings)?) }))
}

struct Orkestr {
    http: Http,
    memory: Memory,
    profile: Profile,
    settings: Settings,
}

impl Orkestr {
    fn new(profile: &Profile, settings: Settings) -> Result<Self, ConnectError> {
        let http = Http::new(profile, settings.clone(), &MANNERS)?.metered(profile, REQUESTS);
        Ok(Self { http, memory: Memory::default(), profile: profile.clone(), settings })
    }

    /// Whether something of that group is to be shown. What is in no group is in nobody's way.
    fn is_ours(&self, team: Option<&str>) -> bool {
        self.profile.teams.is_empty() || team.is_none_or(|team| self.profile.teams.iter().any(|one| one == team))
    }
}

#[async_trait]
impl Platform for Orkestr {
    fn words(&self) -> Words {
        WORDS
    }

    fn capability(&self, verb: Verb) -> Capability {
        capability::capability(verb)
    }

    fn skew(&self) -> jiff::SignedDuration {
        self.http.skew()
    }

    fn requests(&self) -> Option<u64> {
        Some(self.http.requests())
    }

    fn budget(&self) -> Option<Budget> {
        let (remaining, of) = self.http.meter()?.left(Instant::now());
        Some(Budget { remaining, of })
    }

    async fn account(&self) -> Result<Account, ReadError> {
        self.who().await
    }

    async fn teams(&self) -> Result<Vec<Team>, ReadError> {
        if !self.memory.groups().1 {
            self.groups_anew().await?;
        }
        let groups = self.memory.groups().0;
        let teams = groups.names.iter().filter(|(_, name)| self.is_ours(Some(name)));
        Ok(teams.map(|(id, name)| Team { id: id.clone(), name: name.clone() }).collect())
    }

    async fn apps(&self) -> Result<Vec<App>, ReadError> {
        self.all_apps().await
    }

    async fn catalog(&self) -> Result<Catalog, ReadError> {
        Ok(map::catalog())
    }

    async fn addons(&self, _etag: Option<&str>) -> Result<Conditional<Vec<Addon>>, ReadError> {
        // No text knows conditional requests.
        self.list(None).await.map(Conditional::Changed)
    }

    async fn addons_within(
        &self,
        _etag: Option<&str>,
        at_most: Option<u32>,
    ) -> Result<Conditional<Vec<Addon>>, ReadError> {
        self.list(at_most).await.map(Conditional::Changed)
    }

    async fn addons_in_full(&self) -> Result<Vec<Addon>, ReadError> {
        self.list_in_full().await
    }

    async fn addons_of(&self, app: &str) -> Result<Fresh<Vec<Addon>>, ReadError> {
        self.list_of(app).await
    }

    async fn addon(&self, id_or_name: &str) -> Result<Fresh<Addon>, ReadError> {
        self.find(id_or_name).await
    }

    async fn events(&self, _addon_id: &str, _after: u64) -> Result<Vec<TimelineEvent>, ReadError> {
        Err(ReadError::unsupported(
            "orkestr keeps no timeline of an add-on. What it tells of the account's activity is among the operations.",
        ))
    }

    async fn backups(&self, addon_id: &str) -> Result<Backups, ReadError> {
        self.copies(addon_id).await
    }

    async fn all_backups(&self) -> Result<Vec<Backup>, ReadError> {
        Err(ReadError::unsupported("orkestr has no list of all backups: each add-on is asked for its own."))
    }

    async fn backup(&self, backup_id: &str) -> Result<Fresh<Backup>, ReadError> {
        self.copy(backup_id).await
    }

    async fn download(&self, backup_id: &str) -> Result<Download, ReadError> {
        self.bytes_of(backup_id).await
    }

    async fn work(&self, work_id: &str) -> Result<Work, ReadError> {
        self.deployment(work_id).await
    }

    async fn works(&self, addon_id: Option<&str>) -> Result<Fresh<Vec<Work>>, ReadError> {
        self.activity(addon_id).await
    }

    /// That its activity has anything of add-ons is inferred, and its words are not documented: that nothing is there says
    /// nothing.
    fn records(&self, _kind: &str) -> bool {
        false
    }

    async fn addon_values(&self, addon_id: &str) -> Result<Vec<ConfigVar>, ReadError> {
        self.connection(addon_id).await
    }

    async fn config_var_names(&self, app: &str) -> Result<Vec<ConfigVarName>, ReadError> {
        let told = self.variables::<wire::Names>(app, "names of variables");
        let (told, sources) = tokio::try_join!(told, self.sources(app))?;
        let name = |name: String| ConfigVarName { addon: sources.get(&name).cloned(), name: printable(&name) };
        let mut names: Vec<ConfigVarName> = told.env_vars.0.into_iter().map(name).collect();
        names.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(names)
    }

    async fn config_vars(&self, app: &str) -> Result<Vec<ConfigVar>, ReadError> {
        let told = self.variables::<wire::Values>(app, "variables");
        let (told, sources) = tokio::try_join!(told, self.sources(app))?;
        let variable = |(name, value): (String, secrecy::SecretString)| ConfigVar {
            name: ConfigVarName { addon: sources.get(&name).cloned(), name: printable(&name) },
            value,
        };
        let mut variables: Vec<ConfigVar> = told.env_vars.into_iter().map(variable).collect();
        variables.sort_by(|a, b| a.name.name.cmp(&b.name.name));
        Ok(variables)
    }

    async fn releases(&self, _app: &str) -> Result<Vec<Release>, ReadError> {
        Err(ReadError::unsupported("orkestr keeps deployments of each environment, and no releases of a project."))
    }

    async fn environments(&self, app: &str) -> Result<Vec<Environment>, ReadError> {
        self.environments_of(app).await
    }

    async fn deployments(&self, app: &str, environment_id: Option<&str>) -> Result<Vec<Work>, ReadError> {
        self.deployments_of(app, environment_id).await
    }

    async fn work_log(&self, work_id: &str) -> Result<Vec<String>, ReadError> {
        self.log_of(work_id).await
    }

    fn preview(&self, bare: &[String], alias: Option<&str>) -> Preview {
        match (alias, bare) {
            (Some(alias), _) => Preview::Names(vec![alias.to_owned()]),
            (None, [one]) if one == map::POSTGRES_VARIABLE => Preview::Names(vec![one.clone()]),
            (None, [one]) => Preview::Pattern(format!("{one}, by convention: orkestr tells the name once it is made")),
            (None, _) => Preview::Unknown("orkestr tells the name of the variable once it is made".to_owned()),
        }
    }

    fn effects(&self, command: &Command, situation: &Situation) -> Effects {
        let known = effects::Knowledge { plan: self.memory.plan(), addons: self.memory.rows().len() };
        effects::effects(command, situation, &known)
    }

    fn request_preview(&self, command: &Command) -> RequestPreview {
        let place = self.remembered_place(command);
        cli::preview(command, &place, self.http.target())
    }
}
