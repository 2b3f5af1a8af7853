//! The adapter for Watasu. Its documented surfaces for add-ons are two, and nothing else is spoken to: a read-only MCP server,
//! whose resources are found in its own lists, and the installed `watasu` command, which alone writes. *Documented* is what a page or
//! the handbook of Watasu says; what none says is marked *inferred* and decoded leniently.

mod capability;
mod cli;
mod decode;
mod effects;
mod map;
mod mcp;
mod memory;
mod program;
mod reads;
mod services;
mod writer;

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;

use self::mcp::Mcp;
use self::mcp::shapes::Kind;
use self::memory::Memory;
use self::program::{Accord, BackupId, Program, ProgramWriter};
use self::writer::WatasuWriter;
use super::http::{Http, Manners};
use super::{
    Conditional, ConnectError, Connection, Download, Fresh, Pace, Plans, Platform, ReadError, ReadErrorKind,
    RequestPreview, Settings, Situation, Words, Writer,
};
use crate::config::Profile;
use crate::model::{
    Account, Addon, App, Backup, Backups, Capability, Catalog, Command, ConfigVar, ConfigVarName, Effects, Naming,
    Preview, ProfileName, Release, Team, TimelineEvent, Verb, variable_name,
};

/// Its words.
pub(super) const WORDS: Words = Words {
    platform: "watasu",
    team: "team",
    app: "app",
    keeps_keys: None,
    naming: Naming::Watasu,
    needs_neighbours: true,
    list_tells_states: true,
    has_unlisted_actions: false,
    plans: Plans::Typed,
    sees_detached: false,
    has_environments: false,
    pace: Pace {
        list: Duration::from_secs(30),
        states: Duration::from_secs(30),
        detail: Duration::from_secs(15),
        transitional: Duration::from_secs(5),
    },
    list_in_parts: false,
    // It may ask to wait (429 with `Retry-After`, its documents); no number is documented.
    limit: None,
};

/// Only questions are sent. Each status that a gateway says, or that asks to wait, is worth another try.
const MANNERS: Manners = Manners {
    accept: "application/json, text/event-stream",
    takes_keys: false,
    tried_again: &[408, 429, 502, 503, 504],
};

/// The way in.
pub(super) fn connect(profile: &Profile, settings: Settings) -> Result<Connection, ConnectError> {
    let reader = Watasu::new(profile, settings)?;
    let endpoint = reader.mcp.target().to_string();
    let writer = profile.read_only.is_none().then(|| reader.writer());
    Ok(Connection { endpoint, reader: Arc::new(reader), writer, unlocked_for: None })
}

/// The door for writes alone, for a profile that was unlocked.
pub(super) fn writer(profile: &Profile, settings: Settings) -> Result<Arc<dyn Writer>, ConnectError> {
    Ok(Watasu::new(profile, settings)?.writer())
}

/// Both surfaces of one profile.
struct Watasu {
    profile: ProfileName,
    teams: Vec<String>,
    undocumented: bool,
    mcp: Mcp,
    memory: Arc<Memory>,
    program: Arc<Program>,
    accord: Accord,
    /// The last list of everything; whoever reads it anew has it locked.
    listed: tokio::sync::Mutex<Option<reads::Listed>>,
}

impl Watasu {
    fn new(profile: &Profile, settings: Settings) -> Result<Self, ConnectError> {
        let http = Arc::new(Http::new(profile, settings.clone(), &MANNERS)?);
        let endpoint = http.target().to_string();
        let program = Program::new(profile, settings.clone());
        Ok(Self {
            profile: profile.name.clone(),
            teams: profile.teams.clone(),
            undocumented: profile.undocumented,
            mcp: Mcp::new(http),
            memory: Arc::new(Memory::new(settings.memory.as_deref(), &profile.name, &endpoint)),
            accord: Accord::new(program.clone()),
            program,
            listed: tokio::sync::Mutex::default(),
        })
    }

    fn writer(&self) -> Arc<dyn Writer> {
        let program = ProgramWriter { program: self.program.clone(), undocumented: self.undocumented };
        Arc::new(WatasuWriter { program, memory: self.memory.clone() })
    }

    /// Whether something of that team is to be shown.
    fn is_ours(&self, team: Option<&str>) -> bool {
        self.teams.is_empty() || team.is_none_or(|team| self.teams.iter().any(|one| one == team))
    }
}

#[async_trait]
impl Platform for Watasu {
    fn words(&self) -> Words {
        WORDS
    }

    fn capability(&self, verb: Verb) -> Capability {
        let why = capability::lacks(verb, self.undocumented).map(str::to_owned);
        if why.is_none() && matches!(verb, Verb::ListBackups | Verb::DownloadBackup) {
            // There are backups whether or not they can be read now: a reading that fails says why.
            return Capability::Can;
        }
        // What is left is the program's.
        why.or_else(|| self.accord.why_not()).map_or(Capability::Can, Capability::Cannot)
    }

    fn skew(&self) -> jiff::SignedDuration {
        self.mcp.skew()
    }

    fn capabilities_revision(&self) -> u64 {
        self.accord.revision()
    }

    async fn ready_to_write(&self) -> Result<(), ReadError> {
        self.accord.compare(async { Ok(self.mcp.read(Kind::Whoami, None).await?.payload.text()) }).await
    }

    async fn account(&self) -> Result<Account, ReadError> {
        // Until both are known to be one, each asking is an occasion to find out.
        if self.accord.why_not().is_some() {
            let (account, compared) = tokio::join!(self.whoami(), self.ready_to_write());
            if let Err(error) = compared {
                tracing::debug!(%error, "the two surfaces are not known to be one account's");
            }
            return account;
        }
        self.whoami().await
    }

    async fn teams(&self) -> Result<Vec<Team>, ReadError> {
        let mut teams = self.all_teams().await?;
        teams.retain(|team| self.is_ours(Some(team.name.as_str())));
        Ok(teams)
    }

    async fn apps(&self) -> Result<Vec<App>, ReadError> {
        let mut apps = self.all_apps().await?;
        apps.retain(|app| self.is_ours(app.team.as_deref()));
        Ok(apps)
    }

    async fn catalog(&self) -> Result<Catalog, ReadError> {
        Ok(services::catalog())
    }

    async fn addons(&self, _etag: Option<&str>) -> Result<Conditional<Vec<Addon>>, ReadError> {
        self.everything().await.map(Conditional::Changed)
    }

    async fn addons_of(&self, app: &str) -> Result<Fresh<Vec<Addon>>, ReadError> {
        self.of_app(app).await
    }

    async fn addon(&self, id_or_name: &str) -> Result<Fresh<Addon>, ReadError> {
        self.find(id_or_name).await
    }

    /// Nothing here records what was done but releases, of which the newest alone is told.
    fn records(&self, _kind: &str) -> bool {
        false
    }

    async fn events(&self, _addon_id: &str, _after: u64) -> Result<Vec<TimelineEvent>, ReadError> {
        Err(ReadError::unsupported("Watasu tells no timeline of an add-on."))
    }

    async fn backups(&self, addon_id: &str) -> Result<Backups, ReadError> {
        let addon = self.find(addon_id).await?.value;
        if let Some(why) = addon.cannot(Verb::ListBackups) {
            return Err(ReadError::unsupported(why));
        }
        // What is listed has to be of the account whose add-on this is.
        if self.accord.why_not().is_some() {
            self.ready_to_write().await?;
        }
        let mut backups = self.program.backups(&addon.key.id, &addon.name).await?;
        for backup in &mut backups.list {
            // It lists those of one add-on, which is of one service.
            backup.service.get_or_insert_with(|| addon.service.to_string());
        }
        Ok(backups)
    }

    async fn all_backups(&self) -> Result<Vec<Backup>, ReadError> {
        Err(ReadError::unsupported("Watasu has no list of all backups: each add-on is asked for its own."))
    }

    async fn backup(&self, backup_id: &str) -> Result<Fresh<Backup>, ReadError> {
        let not_found = |why: String| ReadError::new(ReadErrorKind::NotFound, why);
        let id = BackupId::parse(backup_id).map_err(not_found)?;
        let backups = self.backups(&id.addon).await?;
        let found = backups.list.into_iter().find(|one| one.id == backup_id);
        let value = found.ok_or_else(|| not_found(format!("{} has no backup {}.", id.addon, id.id)))?;
        Ok(Fresh { value, at: jiff::Timestamp::now(), etag: None })
    }

    async fn download(&self, backup_id: &str) -> Result<Download, ReadError> {
        let id = BackupId::parse(backup_id).map_err(|why| ReadError::unsupported(&why))?;
        let addon = self.find(&id.addon).await?.value;
        if addon.service != "postgresql" {
            return Err(ReadError::unsupported(
                "Watasu's command downloads backups of PostgreSQL alone: of other services no text shows how.",
            ));
        }
        self.ready_to_write().await?;
        let row = addon.attachments.items().first().ok_or_else(|| {
            ReadError::unsupported(
                "Watasu's command finds the database by a variable of an app that has it, and no app is known to have this one.",
            )
        })?;
        self.program.download(&id, &variable_name(row.alias.as_deref(), "DATABASE_URL"), &row.app).await
    }

    async fn config_var_names(&self, _app: &str) -> Result<Vec<ConfigVarName>, ReadError> {
        Err(ReadError::unsupported(
            "Watasu's MCP server never tells an app's variables, nor their names: watasu config --app APP shows them.",
        ))
    }

    async fn config_vars(&self, _app: &str) -> Result<Vec<ConfigVar>, ReadError> {
        Err(ReadError::unsupported(
            "Watasu's MCP server never tells the values of variables, and attache does not ask for them: watasu config --app APP shows them.",
        ))
    }

    async fn releases(&self, app: &str) -> Result<Vec<Release>, ReadError> {
        self.latest_release(app).await
    }

    fn preview(&self, bare: &[String], alias: Option<&str>) -> Preview {
        if bare.is_empty() {
            return Preview::Unknown("its variables are not documented, or it has none".to_owned());
        }
        Preview::Names(bare.iter().map(|name| variable_name(alias, name)).collect())
    }

    fn effects(&self, command: &Command, situation: &Situation) -> Effects {
        effects::effects(command, situation, self.undocumented)
    }

    fn request_preview(&self, command: &Command) -> RequestPreview {
        cli::preview(command, self.undocumented)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Endpoint, PlatformKind};
    use crate::model::Danger;

    /// Clients of an endpoint that nobody asks.
    pub(super) fn http(endpoint: &str) -> Arc<Http> {
        let profile = Profile {
            backup_max_age: crate::config::BACKUP_MAX_AGE,
            project: None,
            undocumented: false,
            authorities: crate::config::Authorities::default(),
            name: ProfileName("wat".into()),
            platform: PlatformKind::Watasu,
            endpoint: Endpoint::Url(endpoint.into()),
            data_endpoint: None,
            token: Some("t0psecret".to_owned().into()),
            token_source: None,
            teams: Vec::new(),
            danger: Danger::None,
            read_only: None,
        };
        Arc::new(Http::new(&profile, Settings::default(), &MANNERS).unwrap())
    }
}
