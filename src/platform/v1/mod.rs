//! Our own `/v1`: the local platform, over its Unix socket, or over TCP with a token.

mod client;
pub(super) mod effects;
mod map;
mod page;
mod request;
mod wire;
mod writer;

use std::sync::Arc;

use async_trait::async_trait;

use super::apart::apart;
use super::http::{Http, Manners, Opened, nonsense};
use super::{
    Conditional, ConnectError, Connection, Download, Fresh, Platform, ReadError, ReadErrorKind, Remembered,
    RequestPreview, Settings, Situation, Words, Writer,
};
use crate::config::{Endpoint, Profile};
use crate::model::{
    Account, Addon, App, Backup, Backups, Capability, Catalog, Command, ConfigVar, ConfigVarName, Effects, Preview,
    ProfileName, Release, Team, TimelineEvent, Usage, Verb, Work, printable, variable_name,
};

/// For how long the platform remembers what it answered to a key: the description of `/v1` promises it.
const KEEPS_KEYS: jiff::SignedDuration = jiff::SignedDuration::from_hours(7 * 24);

/// About what one row is, in bytes.
const ROW: usize = 512;

/// It takes keys, and its 5xx are worth another try of a read.
const MANNERS: Manners =
    Manners { accept: "application/json", takes_keys: true, tried_again: &[408, 429, 500, 502, 503, 504] };

/// Makes the clients for a profile of the local platform.
pub(super) fn connect(profile: &Profile, settings: Settings) -> Result<Connection, ConnectError> {
    let http = Arc::new(Http::new(profile, settings, &MANNERS)?);
    let endpoint = http.target().to_string();
    let may_write = profile.read_only.is_none();
    let writer = may_write.then(|| Arc::new(writer::V1Writer { http: http.clone() }) as Arc<dyn Writer>);
    let reader = V1 { http, profile: profile.name.clone(), teams: profile.teams.clone(), way_in: way_in(profile) };
    Ok(Connection { endpoint, reader: Arc::new(reader), writer, unlocked_for: None })
}

/// Makes a door for writes alone, for a profile that was unlocked.
pub(super) fn writer(profile: &Profile, settings: Settings) -> Result<Arc<dyn Writer>, ConnectError> {
    Ok(Arc::new(writer::V1Writer { http: Arc::new(Http::new(profile, settings, &MANNERS)?) }))
}

/// The words that lead a copied command line to the same platform, whatever the default profile is where it is pasted.
fn way_in(profile: &Profile) -> Vec<String> {
    let words = match &profile.endpoint {
        // Only an endpoint given on the command line comes without a profile of its own.
        Endpoint::Url(url) if profile.name.as_str() == profile.platform.name() => {
            vec!["--platform", profile.platform.name(), "--endpoint", url]
        }
        _ => vec!["--profile", profile.name.as_str()],
    };
    words.into_iter().map(str::to_owned).collect()
}

struct V1 {
    http: Arc<Http>,
    profile: ProfileName,
    teams: Vec<String>,
    way_in: Vec<String>,
}

impl V1 {
    /// Variables with their values.
    async fn values(&self, path: &[&str]) -> Result<Vec<ConfigVar>, ReadError> {
        let variables = client::whole(&self.http, path, &[("reveal", "true")], "config_vars").await?;
        let variables: Option<Vec<ConfigVar>> = variables.into_iter().map(map::variable).collect();
        variables.ok_or_else(|| nonsense(self.http.target(), "a list of config vars with their values", None))
    }

    /// Whether something of that team is to be shown. What has no team is in nobody's way.
    fn is_ours(&self, team: Option<&str>) -> bool {
        self.teams.is_empty() || team.is_none_or(|team| self.teams.iter().any(|one| one == team))
    }
}

#[async_trait]
impl Platform for V1 {
    fn words(&self) -> Words {
        Words { keeps_keys: Some(KEEPS_KEYS), ..Words::LOCAL }
    }

    fn capability(&self, verb: Verb) -> Capability {
        effects::capability(verb)
    }

    fn skew(&self) -> jiff::SignedDuration {
        self.http.skew()
    }

    fn requests(&self) -> Option<u64> {
        Some(self.http.requests())
    }

    async fn account(&self) -> Result<Account, ReadError> {
        let body: Fresh<wire::AccountBody> = client::get(&self.http, &["v1", "account"], &[], "an account").await?;
        Ok(Account { name: printable(&body.value.account.name), rights: None })
    }

    async fn teams(&self) -> Result<Vec<Team>, ReadError> {
        let teams = client::whole(&self.http, &["v1", "teams"], &[], "teams").await?;
        Ok(teams.into_iter().map(map::team).filter(|team| self.is_ours(Some(team.name.as_str()))).collect())
    }

    async fn apps(&self) -> Result<Vec<App>, ReadError> {
        let apps = client::whole(&self.http, &["v1", "apps"], &[], "apps").await?;
        Ok(apps.into_iter().map(map::app).filter(|app| self.is_ours(app.team.as_deref())).collect())
    }

    async fn catalog(&self) -> Result<Catalog, ReadError> {
        let services = client::whole(&self.http, &["v1", "addon_services"], &[], "addon_services").await?;
        Ok(Catalog { services: services.into_iter().map(map::service).collect() })
    }

    async fn addons(&self, etag: Option<&str>) -> Result<Conditional<Vec<Addon>>, ReadError> {
        let list = client::list(&self.http, &["v1", "addons"], &[], "addons", etag).await?;
        Ok(match list {
            Conditional::Unchanged(at) => Conditional::Unchanged(at),
            Conditional::Changed(Fresh { value, at, etag }) => {
                let value = apart(value.len() * ROW, || {
                    let addons = value.into_iter().map(|addon| map::addon(&self.profile, addon));
                    let mut addons: Vec<Addon> = addons.filter(|addon| self.is_ours(addon.team.as_deref())).collect();
                    Addon::share_all(&mut addons);
                    addons
                });
                Conditional::Changed(Fresh { value, at, etag })
            }
        })
    }

    async fn addon(&self, id_or_name: &str) -> Result<Fresh<Addon>, ReadError> {
        let Fresh { value, at, etag } =
            client::get::<wire::AddonBody>(&self.http, &["v1", "addons", id_or_name], &[], "an add-on").await?;
        Ok(Fresh { value: map::addon(&self.profile, value.addon), at, etag })
    }

    async fn events(&self, addon_id: &str, after: u64) -> Result<Vec<TimelineEvent>, ReadError> {
        let after = after.to_string();
        let path = ["v1", "addons", addon_id, "events"];
        let events = client::whole(&self.http, &path, &[("after", &after)], "events").await?;
        Ok(events.into_iter().map(map::event).collect())
    }

    async fn backups(&self, addon_id: &str) -> Result<Backups, ReadError> {
        let path = ["v1", "addons", addon_id, "backups"];
        let (list, beside) = client::whole_with::<_, wire::PolicyBody>(&self.http, &path, "backups").await?;
        Ok(map::backups(list, Some(beside.policy)))
    }

    async fn all_backups(&self) -> Result<Vec<Backup>, ReadError> {
        let list: Vec<wire::Backup> = client::whole(&self.http, &["v1", "backups"], &[], "backups").await?;
        Ok(list.into_iter().filter(|backup| self.is_ours(backup.team.as_deref())).map(map::backup).collect())
    }

    async fn backup(&self, backup_id: &str) -> Result<Fresh<Backup>, ReadError> {
        let Fresh { value, at, etag } =
            client::get::<wire::BackupBody>(&self.http, &["v1", "backups", backup_id], &[], "a backup").await?;
        Ok(Fresh { value: map::backup(value.backup), at, etag })
    }

    async fn download(&self, backup_id: &str) -> Result<Download, ReadError> {
        match self.http.open(&["v1", "backups", backup_id, "download"]).await? {
            Opened::Bytes(response, request) => Ok(self.http.download(response, request)),
            Opened::Answer(answer) => Err(client::refused(&self.http, &answer)),
        }
    }

    async fn usage(&self, addon_id: &str) -> Result<Usage, ReadError> {
        let path = ["v1", "addons", addon_id, "usage"];
        let body: Fresh<wire::UsageBody> = client::get(&self.http, &path, &[], "the usage of an add-on").await?;
        Ok(map::usage(body.value.usage))
    }

    async fn logs(&self, addon_id: &str, lines: u32) -> Result<Vec<String>, ReadError> {
        let path = ["v1", "addons", addon_id, "logs"];
        let lines = lines.to_string();
        let body: Fresh<wire::LogBody> =
            client::get(&self.http, &path, &[("lines", &lines)], "the log of an add-on").await?;
        Ok(map::lines(body.value.log))
    }

    async fn work(&self, work_id: &str) -> Result<Work, ReadError> {
        let path = ["v1", "operations", work_id];
        let body: Fresh<wire::OperationBody> = client::get(&self.http, &path, &[], "an operation").await?;
        Ok(map::work(body.value.operation))
    }

    async fn works(&self, addon_id: Option<&str>) -> Result<Fresh<Vec<Work>>, ReadError> {
        let query: Vec<(&str, &str)> = addon_id.map(|id| ("addon", id)).into_iter().collect();
        let Fresh { value, at, etag } = client::fresh(&self.http, &["v1", "operations"], &query, "operations").await?;
        Ok(Fresh { value: value.into_iter().map(map::work).collect(), at, etag })
    }

    async fn remembered(&self, idempotency_key: &str, command: &Command) -> Result<Option<Remembered>, ReadError> {
        let path = ["v1", "idempotency_keys", idempotency_key];
        match client::get::<wire::RememberedBody>(&self.http, &path, &[], "an answer to a request").await {
            Ok(body) => writer::remembered(self.http.target(), command, body.value).map(Some),
            // An older platform has no such path, and the platform of this one always answers.
            Err(error) if error.kind == ReadErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    async fn addon_values(&self, addon_id: &str) -> Result<Vec<ConfigVar>, ReadError> {
        self.values(&["v1", "addons", addon_id, "config_vars"]).await
    }

    async fn config_var_names(&self, app: &str) -> Result<Vec<ConfigVarName>, ReadError> {
        let variables = client::whole(&self.http, &["v1", "apps", app, "config_vars"], &[], "config_vars").await?;
        Ok(variables.into_iter().map(map::variable_name).collect())
    }

    async fn config_vars(&self, app: &str) -> Result<Vec<ConfigVar>, ReadError> {
        self.values(&["v1", "apps", app, "config_vars"]).await
    }

    async fn releases(&self, app: &str) -> Result<Vec<Release>, ReadError> {
        let releases = client::whole(&self.http, &["v1", "apps", app, "releases"], &[], "releases").await?;
        Ok(releases.into_iter().map(map::release).collect())
    }

    async fn newest_works(&self, addon_id: Option<&str>) -> Result<Vec<Work>, ReadError> {
        let query: Vec<(&str, &str)> = addon_id.map(|id| ("addon", id)).into_iter().collect();
        let works = client::first_page(&self.http, &["v1", "operations"], &query, "operations").await?;
        Ok(works.into_iter().map(map::work).collect())
    }

    async fn newest_releases(&self, app: &str) -> Result<Vec<Release>, ReadError> {
        let releases = client::first_page(&self.http, &["v1", "apps", app, "releases"], &[], "releases").await?;
        Ok(releases.into_iter().map(map::release).collect())
    }

    fn preview(&self, bare: &[String], alias: Option<&str>) -> Preview {
        Preview::Names(bare.iter().map(|bare| variable_name(alias, bare)).collect())
    }

    fn effects(&self, command: &Command, situation: &Situation) -> Effects {
        effects::effects(command, situation)
    }

    fn request_preview(&self, command: &Command) -> RequestPreview {
        request::preview(command, &self.way_in)
    }
}
