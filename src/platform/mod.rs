//! The async API client: one trait that every platform fills in, typed errors, and the split between a client that reads
//! and one that also writes. A read-only profile has no [`Writer`]: it is another value, not a flag.

mod akkeris;
mod apart;
mod around;
mod connect;
mod count;
mod error;
mod heroku;
mod http;
mod orkestr;
mod procedure;
mod reach;
mod record;
mod settings;
mod unchanged;
mod v1;
mod watasu;
mod words;

use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;
use secrecy::SecretString;

use crate::model::{
    Account, ActionAnswer, ActionField, Addon, App, Backup, Backups, Capability, Catalog, Command, ConfigVar,
    ConfigVarName, Effects, Environment, Offer, Owner, Plan, Preview, Release, ServiceAction, Team, Text,
    TimelineEvent, Usage, Verb, Work,
};

pub use crate::model::Asks;
pub use around::{Around, Journaled, LATELY, LastBackup, is_of_lately, is_worth_a_word};
pub use connect::{ConnectError, connect, unlock, words};
pub use count::counted;
pub use error::{Exchange, ReadError, ReadErrorKind, SubmitError};
pub use procedure::RestoreFacts;
pub use reach::reach;
pub use record::Record;
pub use settings::Settings;
pub use unchanged::addons_since;
pub use words::{Budget, Limit, Pace, Plans, Words};

/// A list together with what makes the next reading of it cheap.
#[derive(Clone, Debug)]
pub struct Fresh<T> {
    /// What was read.
    pub value: T,
    /// The server's clock when it answered; ours where it told none.
    pub at: jiff::Timestamp,
    /// The tag to send with the next conditional request.
    pub etag: Option<String>,
}

/// The answer to a conditional request.
#[derive(Clone, Debug)]
pub enum Conditional<T> {
    /// It has changed, or was never read.
    Changed(Fresh<T>),
    /// It is as it was when the tag was given; the server's clock when it said so.
    Unchanged(jiff::Timestamp),
}

/// What the effects of a command depend on, read live before it is shown.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Situation {
    /// The add-on that the command acts on; `None` for one that is yet to be made.
    pub addon: Option<Addon>,
    /// The app that it names, if any, with all of its variables by name.
    pub app: Option<App>,
    /// The add-ons that the touched apps have, each once, where the platform needs them to be known; `addon` may be among
    /// them.
    pub neighbours: Vec<Addon>,
    /// The releases of `app`, newest first, where the command is about them and they are told.
    pub releases: Option<Vec<Release>>,
    /// What `app` is deployed as, where the command is about that and it is told.
    pub environments: Option<Vec<Environment>>,
    /// The newest deployments of `app`, newest first, where the command goes back to one and they are told.
    pub deployments: Option<Vec<Work>>,
    /// The variable names of the touched apps: `(app, names)`; a missing app's names are not known.
    pub variables: Vec<(String, Vec<ConfigVarName>)>,
    /// The catalog entry's bare variable names, for an add-on that is yet to be made; `None` where they are not known.
    pub service_config_vars: Option<Vec<Text>>,
    /// The add-on that loses its attachments to `addon`, or that `backup` was taken of, where it still is.
    pub source: Option<Addon>,
    /// The backup that the command is about, or that the replacement was made from.
    pub backup: Option<Backup>,
    /// The backups of `addon`, or of `source` where there is one, where they are told and matter.
    pub backups: Option<Backups>,
    /// The backups of the add-on that attachments move to, where they are told.
    pub target_backups: Option<Backups>,
    /// The plan of `addon` or `source` as it is (of a restore: the plan that the data came from), and the one of `addon` or
    /// the replacement as it will be.
    pub plans: (Option<Plan>, Option<Plan>),
    /// Why the service keeps no backups, where the command needs it to.
    pub no_backups: Option<String>,
    /// When this was read, by the platform's clock.
    pub at: Option<jiff::Timestamp>,
    /// What `addon` uses, where it matters and could be told.
    pub usage: Option<Usage>,
    /// Who else is at it, and what happened lately. No effect depends on it.
    pub around: Around,
}

/// The request that a command becomes, for people: tokens are `$TOKEN`, nothing in it is a secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestPreview {
    /// `POST /v1/addons`.
    pub request: String,
    /// The JSON body in one line, or which file is sent, if there is one.
    pub body: Option<String>,
    /// The platform's own command line for the same thing, quoted for a shell.
    pub cli: String,
}

/// What the platform said to a write.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Receipt {
    /// The id of the add-on that was made or acted on, where told.
    pub addon_id: Option<String>,
    /// Whether the platform goes on with it after its answer, so that it has to be followed.
    pub is_under_way: bool,
    /// The platform's id of our request, where told.
    pub request_id: Option<String>,
    /// The platform's own id of what it goes on with, where told.
    pub work_id: Option<String>,
    /// The backup that was asked for, where told.
    pub backup_id: Option<String>,
}

/// What a platform that remembers its answers says about one idempotency key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Remembered {
    /// It has answered no request with that key. One may still be on its way.
    Nothing,
    /// It took the request, and answered this.
    Took(Receipt),
    /// It refused the request; its sentence.
    Refused(String),
}

/// A backup on its way to us.
pub struct Download {
    /// How many bytes there are, where told.
    pub size: Option<u64>,
    /// Their checksum with its kind, such as `sha256:9f86…`, where told.
    pub checksum: Option<String>,
    /// How a file of them ends, without the dot: `pgdump`, `rdb`, `tar`, where told.
    pub extension: Option<String>,
    /// The bytes.
    pub bytes: futures_util::stream::BoxStream<'static, Result<bytes::Bytes, ReadError>>,
}

/// Reading a platform. Reads are cheap and may be repeated: the client retries them within its limits.
///
/// Every method fails with a [`ReadError`] that says whether the platform was reached, refused us, or sent nonsense.
#[async_trait]
pub trait Platform: Send + Sync {
    /// The platform's own words.
    fn words(&self) -> Words;

    /// Whether the platform has a verb at all, and if not, why.
    fn capability(&self, verb: Verb) -> Capability;

    /// The platform's clock less ours, as far as its answers have shown; zero where they differ by less than two seconds.
    fn skew(&self) -> jiff::SignedDuration {
        jiff::SignedDuration::ZERO
    }

    /// How many more requests it takes for now, where it counts them and has told.
    fn budget(&self) -> Option<Budget> {
        None
    }

    /// How many requests it was sent for reading so far, every try of them, where they are counted.
    fn requests(&self) -> Option<u64> {
        None
    }

    /// Grows when what [`Platform::capability`] says has changed, as where it depends on an answer.
    fn capabilities_revision(&self) -> u64 {
        0
    }

    /// Looks whether a command could be sent at all just now, where that depends on more than the profile. Asked live before
    /// a command is read up on, and again by the door right before it is sent.
    async fn ready_to_write(&self) -> Result<(), ReadError> {
        Ok(())
    }

    /// Who it takes us for.
    async fn account(&self) -> Result<Account, ReadError>;

    /// The teams that the credential sees.
    async fn teams(&self) -> Result<Vec<Team>, ReadError>;

    /// The apps that the credential sees.
    async fn apps(&self) -> Result<Vec<App>, ReadError>;

    /// Services and plans.
    async fn catalog(&self) -> Result<Catalog, ReadError>;

    /// The plans of one service, for a catalog whose plans are asked for service by service.
    async fn plans(&self, service: &str) -> Result<Vec<Plan>, ReadError> {
        let catalog = self.catalog().await?;
        let found = catalog.services.into_iter().find(|one| one.name == service);
        Ok(found.map(|service| service.plans).unwrap_or_default())
    }

    /// All add-ons with their attachments, each with its true state, however many requests that takes.
    async fn addons_in_full(&self) -> Result<Vec<Addon>, ReadError> {
        match self.addons(None).await? {
            Conditional::Changed(fresh) => Ok(fresh.value),
            Conditional::Unchanged(_) => {
                Err(ReadError::unsupported("The platform says that nothing has changed, but nothing is known yet."))
            }
        }
    }

    /// The add-ons that an app owns or has attached, with their true states and attachments.
    async fn addons_of(&self, app: &str) -> Result<Fresh<Vec<Addon>>, ReadError> {
        let is_of = |addon: &Addon| addon.owner == Owner::App(app.into()) || addon.apps().contains(&app);
        let value = self.addons_in_full().await?.into_iter().filter(is_of).collect();
        Ok(Fresh { value, at: jiff::Timestamp::now(), etag: None })
    }

    /// All add-ons with their attachments, in as few requests as that takes. Where the list does not tell states
    /// ([`Words::list_tells_states`]) each row has the state that was last read of it, or an unknown one. `etag` makes the request conditional.
    async fn addons(&self, etag: Option<&str>) -> Result<Conditional<Vec<Addon>>, ReadError>;

    /// The same in no more than so many requests, where it takes one for each app and makes do with fewer of them. Pages are read
    /// whatever is told.
    async fn addons_within(
        &self,
        etag: Option<&str>,
        at_most: Option<u32>,
    ) -> Result<Conditional<Vec<Addon>>, ReadError> {
        let _ = at_most;
        self.addons(etag).await
    }

    /// One add-on, by native id or name, fresh.
    async fn addon(&self, id_or_name: &str) -> Result<Fresh<Addon>, ReadError>;

    /// An add-on's timeline, oldest first, only events with an id above `after`.
    async fn events(&self, addon_id: &str, after: u64) -> Result<Vec<TimelineEvent>, ReadError>;

    /// An add-on's backups with how they are made and kept.
    async fn backups(&self, addon_id: &str) -> Result<Backups, ReadError>;

    /// All backups, also of add-ons that are gone, newest first.
    async fn all_backups(&self) -> Result<Vec<Backup>, ReadError> {
        Err(ReadError::unsupported("This platform has no list of all backups."))
    }

    /// One backup, by native id, fresh.
    async fn backup(&self, backup_id: &str) -> Result<Fresh<Backup>, ReadError> {
        let _ = backup_id;
        Err(ReadError::unsupported("This platform can't show a single backup."))
    }

    /// The bytes of a backup, from the first to the last. Ends with an error where it is cut off.
    async fn download(&self, backup_id: &str) -> Result<Download, ReadError> {
        let _ = backup_id;
        Err(ReadError::unsupported("This platform's backups can't be downloaded."))
    }

    /// What an add-on uses.
    async fn usage(&self, addon_id: &str) -> Result<Usage, ReadError> {
        let _ = addon_id;
        Err(ReadError::unsupported("This platform does not tell what an add-on uses."))
    }

    /// The last lines of the log of an add-on's server, oldest first.
    async fn logs(&self, addon_id: &str, lines: u32) -> Result<Vec<String>, ReadError> {
        let _ = (addon_id, lines);
        Err(ReadError::unsupported("This platform does not show the log of an add-on."))
    }

    /// One of the platform's own operations, by its id.
    async fn work(&self, work_id: &str) -> Result<Work, ReadError> {
        let _ = work_id;
        Err(ReadError::unsupported("This platform keeps no record of its operations."))
    }

    /// The platform's own operations, newest first: those of one add-on, or all.
    async fn works(&self, addon_id: Option<&str>) -> Result<Fresh<Vec<Work>>, ReadError> {
        let _ = addon_id;
        Err(ReadError::unsupported("This platform keeps no record of its operations."))
    }

    /// Whether its record of operations has those of a kind at all. Where it has not, that none is there says nothing.
    fn records(&self, kind: &str) -> bool {
        let _ = kind;
        true
    }

    /// What it answered to the request with that idempotency key, which carried that command; `None` where it can't be
    /// asked that.
    async fn remembered(&self, idempotency_key: &str, command: &Command) -> Result<Option<Remembered>, ReadError> {
        let _ = (idempotency_key, command);
        Ok(None)
    }

    /// The variables of an add-on itself, by their bare names, with their values. Called only to connect to it, or when a
    /// person asked for values.
    async fn addon_values(&self, addon_id: &str) -> Result<Vec<ConfigVar>, ReadError> {
        let _ = addon_id;
        Err(ReadError::unsupported("This platform does not tell how an add-on is reached but through an app."))
    }

    /// The names of an app's variables.
    async fn config_var_names(&self, app: &str) -> Result<Vec<ConfigVarName>, ReadError>;

    /// An app's variables with their values. Called only when a person asked for values.
    async fn config_vars(&self, app: &str) -> Result<Vec<ConfigVar>, ReadError>;

    /// An app's releases, newest first.
    async fn releases(&self, app: &str) -> Result<Vec<Release>, ReadError>;

    /// What an app is deployed as, production first.
    async fn environments(&self, app: &str) -> Result<Vec<Environment>, ReadError> {
        let _ = app;
        Err(ReadError::unsupported("An app of this platform is deployed once: it has no environments."))
    }

    /// An app's deployments, newest first, as many as are told at once: of one environment by its native id, or all.
    async fn deployments(&self, app: &str, environment_id: Option<&str>) -> Result<Vec<Work>, ReadError> {
        let _ = (app, environment_id);
        Err(ReadError::unsupported("This platform has releases and no deployments: attache releases"))
    }

    /// What one of the platform's own operations has written, oldest first; each line begins with its step in brackets where
    /// that is told.
    async fn work_log(&self, work_id: &str) -> Result<Vec<String>, ReadError> {
        let _ = work_id;
        Err(ReadError::unsupported("This platform keeps no log of its operations."))
    }

    /// The variables that attaching under `alias` would give, from the service's bare names.
    fn preview(&self, bare: &[String], alias: Option<&str>) -> Preview;

    /// The newest of the platform's own operations, newest first: of one add-on, or of all. As many as it tells at once.
    async fn newest_works(&self, addon_id: Option<&str>) -> Result<Vec<Work>, ReadError> {
        self.works(addon_id).await.map(|works| works.value)
    }

    /// An app's newest releases, newest first: as many as the platform tells at once, which may be all.
    async fn newest_releases(&self, app: &str) -> Result<Vec<Release>, ReadError> {
        self.releases(app).await
    }

    /// The actions that an add-on's service brings along, as far as they are known. Pure.
    fn actions(&self, addon: &Addon) -> Vec<ServiceAction> {
        let _ = addon;
        Vec::new()
    }

    /// What can be told to an action, where the platform describes that.
    async fn action_fields(&self, addon_id: &str, action: &str) -> Result<Option<Vec<ActionField>>, ReadError> {
        let _ = (addon_id, action);
        Ok(None)
    }

    /// Runs an action that only reads. One that is not known to only read is refused.
    async fn read_action(
        &self,
        addon_id: &str,
        action: &str,
        subject: Option<&str>,
    ) -> Result<ActionAnswer, ReadError> {
        let _ = (addon_id, action, subject);
        Err(ReadError::unsupported("The services of this platform have no actions."))
    }

    /// What a command would do, given what was just read. Pure.
    fn effects(&self, command: &Command, situation: &Situation) -> Effects;

    /// The request that a command would become. Pure.
    fn request_preview(&self, command: &Command) -> RequestPreview;

    /// The steps that a restore here may consist of, in their order. Pure.
    fn restore_offers(&self, facts: &RestoreFacts<'_>) -> Vec<Offer> {
        procedure::restore_offers(&|verb| self.capability(verb), facts)
    }

    /// Whether a backup can replace the data of another add-on than the one that it was taken of: then an empty one can be
    /// made first, and gets the data when it is there. Where [`Verb::RestoreInto`] can be done and this can't, a backup
    /// replaces the data of its own add-on.
    fn restores_into_others(&self) -> Capability {
        Capability::Cannot("A backup replaces the data of the add-on that it was taken of, and of no other.".to_owned())
    }

    /// What [`CreateAddon::options`](crate::model::CreateAddon::options) have to say for a new add-on with the data that
    /// `addon` had at `moment`, where that can be done ([`Verb::PointInTime`], and the add-on's own
    /// [`cannot`](Addon::cannot)). Pure.
    fn fork_options(&self, addon: &Addon, moment: jiff::Timestamp) -> BTreeMap<String, String> {
        let _ = (addon, moment);
        BTreeMap::new()
    }

    /// The commands that destroy an add-on, in their order: the last one is [`Command::DestroyAddon`], those before it take
    /// away what keeps the platform from it, such as attachments to other apps. They are confirmed together, and sent one
    /// after another. Pure.
    fn destruction(&self, addon: &Addon) -> Vec<Command> {
        vec![Command::DestroyAddon { addon_id: addon.key.id.to_string(), addon: addon.name.to_string() }]
    }

    /// The commands that make every app of one add-on use another, in their order: one for all of them, or one for each app
    /// ([`Command::MakePrimary`] or [`Command::Attach`], several for one app where that takes several). An app counts as
    /// switched over when it was read again and what these commands say is so.
    fn switch_over(&self, from: &Addon, to: &Addon) -> Vec<Command> {
        vec![Command::MoveAttachments {
            from_id: from.key.id.to_string(),
            from: from.name.to_string(),
            to_id: to.key.id.to_string(),
            to: to.name.to_string(),
        }]
    }
}

/// The door for writes. Each call sends at most one request: no retry, no redirect.
#[async_trait]
pub trait Writer: Send + Sync {
    /// Sends one command. `idempotency_key` is sent where the platform takes one (`/v1` only).
    ///
    /// # Errors
    /// [`SubmitError`] tells apart *not sent*, *refused* and *unknown*.
    async fn submit(&self, command: &Command, idempotency_key: &str) -> Result<Receipt, SubmitError>;

    /// The same for a writer that starts another program, which is recorded where it can be found again.
    ///
    /// # Errors
    /// As [`Writer::submit`].
    async fn submit_recorded(
        &self,
        command: &Command,
        idempotency_key: &str,
        record: &dyn Record,
    ) -> Result<Receipt, SubmitError> {
        let _ = record;
        self.submit(command, idempotency_key).await
    }

    /// Gives the platform the second factor that it asked for ([`Asks::SecondFactor`]), for one app or for the next write. It
    /// is kept in memory alone, and used at most once.
    ///
    /// # Errors
    /// As [`Writer::submit`].
    async fn authorize(&self, code: SecretString, app: Option<&str>) -> Result<(), SubmitError> {
        let _ = (code, app);
        Err(SubmitError::NotSent(ReadError::unsupported("This platform asks for no second factor.")))
    }
}

/// A way into a platform. Without a writer the profile is read-only.
#[derive(Clone)]
pub struct Connection {
    /// Where it leads, for people and for the journal: a socket's path or a URL, never with user name or password.
    pub endpoint: String,
    /// For everything that reads.
    pub reader: Arc<dyn Platform>,
    /// For the one door that writes; absent on a read-only profile.
    pub writer: Option<Arc<dyn Writer>>,
    /// Why a read-only profile was unlocked, in a person's words; it is recorded with every write. `None` where nothing had to
    /// be unlocked.
    pub unlocked_for: Option<String>,
}
