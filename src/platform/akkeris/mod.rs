//! The adapter for Akkeris. What it goes by is said where it matters: *seen on a running server* is from recorded exchanges, *read*
//! from the sources of the controller, the `aka` client or the brokers.

pub(super) mod actions;
mod capability;
mod cli;
pub(super) mod client;
mod copies;
mod effects;
mod map;
mod memory;
mod names;
pub(super) mod reads;
mod request;
mod rules;
mod switch;
pub(super) mod wire;
mod writer;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;

use self::memory::Memory;
use super::http::{Http, Manners};
use super::{
    Conditional, ConnectError, Connection, Fresh, Pace, Plans, Platform, ReadError, RequestPreview, Settings,
    Situation, Words, Writer,
};
use crate::config::Profile;
use crate::model::{
    Account, ActionAnswer, ActionField, Addon, App, Backup, Backups, Capability, Catalog, Command, ConfigVar,
    ConfigVarName, Effects, Naming, Preview, ProfileName, Release, ServiceAction, Team, TimelineEvent, Verb, Work,
    printable,
};

/// Akkeris's words.
pub(super) const WORDS: Words = Words {
    platform: "akkeris",
    team: "space",
    app: "app",
    keeps_keys: None,
    naming: Naming::Akkeris,
    needs_neighbours: true,
    list_tells_states: false,
    has_unlisted_actions: true,
    plans: Plans::Told,
    sees_detached: true,
    has_environments: false,
    pace: Pace {
        list: Duration::from_secs(20),
        states: Duration::from_secs(60),
        detail: Duration::from_secs(10),
        transitional: Duration::from_secs(5),
    },
    list_in_parts: false,
    // Its header `RateLimit-Remaining: 2400` is a constant: there is no limit (its source).
    limit: None,
};

/// A 503 is not worth another try: it is as often *not known*, *busy* or *not on this plan* as it is a moment's weakness, and
/// each try costs a broker a call. A 500 is a defect that stays; a 424 asks to wait for longer than a read does. A gateway's
/// own 502 and 504 come from before the brokers.
const MANNERS: Manners = Manners { accept: "application/json", takes_keys: false, tried_again: &[408, 429, 502, 504] };

/// The way in.
pub(super) fn connect(profile: &Profile, settings: Settings) -> Result<Connection, ConnectError> {
    let http = Arc::new(Http::new(profile, settings, &MANNERS)?);
    let memory = Arc::new(Memory::default());
    let reader = Akkeris {
        http: http.clone(),
        memory: memory.clone(),
        profile: profile.name.clone(),
        teams: profile.teams.clone(),
        endpoint: http.target().to_string(),
    };
    let reader = Arc::new(reader);
    let endpoint = http.target().to_string();
    let may_write = profile.read_only.is_none();
    let writer = may_write.then(|| Arc::new(writer::AkkerisWriter { reader: reader.clone() }) as Arc<dyn Writer>);
    Ok(Connection { endpoint, reader, writer, unlocked_for: None })
}

/// The door for writes alone, for a profile that was unlocked.
pub(super) fn writer(profile: &Profile, settings: Settings) -> Result<Arc<dyn Writer>, ConnectError> {
    let http = Arc::new(Http::new(profile, settings, &MANNERS)?);
    let reader = Akkeris {
        memory: Arc::new(Memory::default()),
        profile: profile.name.clone(),
        teams: profile.teams.clone(),
        endpoint: http.target().to_string(),
        http,
    };
    Ok(Arc::new(writer::AkkerisWriter { reader: Arc::new(reader) }))
}

struct Akkeris {
    http: Arc<Http>,
    memory: Arc<Memory>,
    profile: ProfileName,
    teams: Vec<String>,
    endpoint: String,
}

impl Akkeris {
    /// Whether something of that space is to be shown.
    fn is_ours(&self, space: Option<&str>) -> bool {
        self.teams.is_empty() || space.is_none_or(|space| self.teams.iter().any(|one| one == space))
    }
}

#[async_trait]
impl Platform for Akkeris {
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

    async fn account(&self) -> Result<Account, ReadError> {
        let account: Fresh<wire::Account> = client::get(&self.http, &["account"], &[], "an account").await?;
        self.memory.note_administrator(account.value.elevated_access);
        Ok(map::account(account.value))
    }

    async fn teams(&self) -> Result<Vec<Team>, ReadError> {
        let spaces: Fresh<Vec<wire::Space>> = client::get(&self.http, &["spaces"], &[], "a list of spaces").await?;
        let mut teams: Vec<Team> = spaces.value.into_iter().map(map::team).collect();
        teams.retain(|team| self.is_ours(Some(team.name.as_str())));
        teams.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(teams)
    }

    async fn apps(&self) -> Result<Vec<App>, ReadError> {
        let mut apps: Vec<App> = self.apps_anew().await?.to_vec();
        apps.retain(|app| self.is_ours(app.team.as_deref()));
        apps.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(apps)
    }

    async fn catalog(&self) -> Result<Catalog, ReadError> {
        self.services().await.map(map::catalog::catalog)
    }

    async fn addons(&self, _etag: Option<&str>) -> Result<Conditional<Vec<Addon>>, ReadError> {
        // There are no conditional requests (seen on a running server).
        self.list().await.map(Conditional::Changed)
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

    /// The audits have these alone, each in a word of its own: every PATCH is one word there, and actions leave none
    /// (`addon_change`, seen on a running server).
    fn records(&self, kind: &str) -> bool {
        matches!(kind, "create" | "destroy" | "attach" | "detach")
    }

    async fn events(&self, _addon_id: &str, _after: u64) -> Result<Vec<TimelineEvent>, ReadError> {
        Err(ReadError::unsupported(
            "Akkeris keeps no timeline of an add-on. Who did what is in its audits, where they are set up.",
        ))
    }

    async fn backups(&self, addon_id: &str) -> Result<Backups, ReadError> {
        self.copies(addon_id).await
    }

    async fn all_backups(&self) -> Result<Vec<Backup>, ReadError> {
        Err(ReadError::unsupported("Akkeris has no list of all backups: each database is asked for its own."))
    }

    async fn backup(&self, backup_id: &str) -> Result<Fresh<Backup>, ReadError> {
        self.copy(backup_id).await
    }

    async fn logs(&self, addon_id: &str, lines: u32) -> Result<Vec<String>, ReadError> {
        self.log(addon_id, lines).await
    }

    async fn works(&self, addon_id: Option<&str>) -> Result<Fresh<Vec<Work>>, ReadError> {
        self.audits(addon_id).await
    }

    async fn addon_values(&self, addon_id: &str) -> Result<Vec<ConfigVar>, ReadError> {
        self.values_of_addon(addon_id).await
    }

    async fn config_var_names(&self, app: &str) -> Result<Vec<ConfigVarName>, ReadError> {
        let path = ["apps", app, "config-vars"];
        let names = client::get::<wire::Names>(&self.http, &path, &[], "config vars");
        let (names, sources) = tokio::try_join!(names, self.sources(app))?;
        Ok(names.value.0.into_iter().map(|name| sourced(&sources, &name)).collect())
    }

    async fn config_vars(&self, app: &str) -> Result<Vec<ConfigVar>, ReadError> {
        let path = ["apps", app, "config-vars"];
        let values = client::get::<HashMap<String, String>>(&self.http, &path, &[], "config vars");
        let (values, sources) = tokio::try_join!(values, self.sources(app))?;
        let variable =
            |(name, value): (String, String)| ConfigVar { name: sourced(&sources, &name), value: value.into() };
        let mut variables: Vec<ConfigVar> = values.value.into_iter().map(variable).collect();
        variables.sort_by(|a, b| a.name.name.cmp(&b.name.name));
        Ok(variables)
    }

    async fn releases(&self, app: &str) -> Result<Vec<Release>, ReadError> {
        Ok(map::others::releases(self.wire_releases(app).await?))
    }

    fn preview(&self, bare: &[String], alias: Option<&str>) -> crate::model::Preview {
        let names = if bare.is_empty() { "NAME".to_owned() } else { bare.join(", ") };
        let prefix = alias.map_or_else(|| "NAME_".to_owned(), names::prefix);
        Preview::Pattern(format!("{names} where it is the app's first of its service, else with {prefix} before it"))
    }

    fn effects(&self, command: &Command, situation: &Situation) -> Effects {
        let known = effects::Knowledge { rules: self.memory.rules(), is_administrator: self.memory.is_administrator() };
        effects::effects(command, situation, &known)
    }

    fn request_preview(&self, command: &Command) -> RequestPreview {
        let owner = command.addon_id().and_then(|id| self.memory.owner(id));
        let database = command.addon_id().and_then(|id| self.memory.database(id));
        let target = cli::Target { owner: owner.as_deref(), database: database.as_deref() };
        cli::preview(command, target, &self.endpoint)
    }

    fn actions(&self, addon: &Addon) -> Vec<ServiceAction> {
        actions::actions(addon, self.memory.rules().as_deref())
    }

    async fn action_fields(&self, addon_id: &str, action: &str) -> Result<Option<Vec<ActionField>>, ReadError> {
        self.fields_of_action(addon_id, action).await
    }

    async fn read_action(
        &self,
        addon_id: &str,
        action: &str,
        subject: Option<&str>,
    ) -> Result<ActionAnswer, ReadError> {
        self.answer_of_action(addon_id, action, subject).await
    }

    fn destruction(&self, addon: &Addon) -> Vec<Command> {
        switch::destruction(addon)
    }

    fn switch_over(&self, from: &Addon, to: &Addon) -> Vec<Command> {
        switch::switch_over(from, to)
    }
}

/// A variable with the add-on that it comes from.
fn sourced(sources: &HashMap<String, String>, name: &str) -> ConfigVarName {
    ConfigVarName { name: printable(name), addon: sources.get(name).cloned() }
}

#[cfg(test)]
mod tests;
