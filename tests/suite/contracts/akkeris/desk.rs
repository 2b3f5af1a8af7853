//! Our adapter, and the door around it, before the stand-in.

use axum::http::Method;

use attache::config::{Endpoint, PlatformKind, Profile, TokenSource};
use attache::model::{Addon, Command, CreateAddon, Danger, Judgement, Operation, Outcome, ProfileName};
use attache::platform::{Conditional, Connection, Receipt, Settings, SubmitError, connect};
use attache::store::{Journal, Prepared, SubmitResult, door};

use super::Akkeris;
use crate::contracts::settings;
use crate::stand_ins::Fault;

impl Akkeris {
    /// The way in, as an ordinary user.
    pub(super) fn profile(&self) -> Profile {
        Profile {
            backup_max_age: attache::config::BACKUP_MAX_AGE,
            project: None,
            undocumented: false,
            authorities: attache::config::Authorities::default(),
            name: ProfileName("akka".into()),
            platform: PlatformKind::Akkeris,
            endpoint: Endpoint::Url(self.url.clone()),
            token: Some("t0psecret".to_owned().into()),
            token_source: Some(TokenSource::File("/run/token".into())),
            teams: Vec::new(),
            danger: Danger::None,
            read_only: None,
            data_endpoint: None,
        }
    }

    /// The way in, as an administrator.
    pub(super) fn administrators(&self) -> Profile {
        Profile { token: Some("admin".to_owned().into()), ..self.profile() }
    }

    pub(super) fn connection(&self) -> Connection {
        self.connection_with(settings())
    }

    pub(super) fn connection_with(&self, settings: Settings) -> Connection {
        connect(&self.profile(), settings).unwrap()
    }
}

/// The list of all add-ons as one request tells it.
pub(super) async fn listed(connection: &Connection) -> Vec<Addon> {
    match connection.reader.addons(None).await.unwrap() {
        Conditional::Changed(fresh) => fresh.value,
        Conditional::Unchanged(_) => panic!("there are no conditional requests"),
    }
}

pub(super) fn named<'a>(addons: &'a [Addon], name: &str) -> &'a Addon {
    addons.iter().find(|addon| addon.name == name).unwrap_or_else(|| panic!("no {name}: {addons:?}"))
}

pub(super) async fn submit(connection: &Connection, command: &Command) -> Result<Receipt, SubmitError> {
    connection.writer.as_ref().unwrap().submit(command, "key-1").await
}

pub(super) fn create(app: &str, name: &str, plan: &str) -> Command {
    let (service, plan) = plan.split_once(':').unwrap();
    Command::CreateAddon(CreateAddon {
        name: name.into(),
        team: None,
        service: service.into(),
        plan: plan.into(),
        app: Some(app.into()),
        alias: None,
        confirm: None,
        options: std::collections::BTreeMap::new(),
    })
}

/// Commands on what the small world has.
impl Akkeris {
    pub(super) fn attach(&self, addon: &str, app: &str, alias: Option<&str>) -> Command {
        Command::Attach {
            addon_id: self.id(addon),
            addon: addon.into(),
            app: app.into(),
            alias: alias.map(str::to_owned),
            confirm: None,
            credential: None,
        }
    }

    /// The id of an add-on's attachment to an app.
    pub(super) fn attachment(&self, addon: &str, app: &str) -> String {
        self.world(|world| {
            let app = world.app(app).unwrap().named.id.clone();
            world.addon(addon).attachments.iter().find(|one| one.app_id == app).unwrap().id.clone()
        })
    }

    pub(super) fn detach(&self, addon: &str, app: &str) -> Command {
        Command::Detach {
            attachment_id: self.attachment(addon, app),
            addon_id: self.id(addon),
            addon: addon.into(),
            app: app.into(),
            alias: None,
        }
    }

    pub(super) fn on(&self, addon: &str, make: impl FnOnce(String, String) -> Command) -> Command {
        make(self.id(addon), addon.to_owned())
    }

    pub(super) fn destroy(&self, addon: &str) -> Command {
        self.on(addon, |addon_id, addon| Command::DestroyAddon { addon_id, addon })
    }

    pub(super) fn back_up(&self, addon: &str) -> Command {
        self.on(addon, |addon_id, addon| Command::BackUp { addon_id, addon, label: None })
    }

    /// Of its oldest backup.
    pub(super) fn restore(&self, addon: &str) -> Command {
        let backup_id = self.world(|world| world.addon(addon).backups[0].id.clone());
        let of = Some(addon.to_owned());
        self.on(addon, |addon_id, addon| Command::RestoreInto { backup_id, of, addon_id, addon })
    }

    pub(super) fn change_plan(&self, addon: &str, plan: &str) -> Command {
        let (service, plan) = plan.split_once(':').unwrap();
        let (service, plan) = (service.to_owned(), plan.to_owned());
        self.on(addon, |addon_id, addon| Command::ChangePlan { addon_id, addon, service, plan })
    }

    pub(super) fn rename(&self, addon: &str, name: &str) -> Command {
        let name = name.to_owned();
        self.on(addon, |addon_id, addon| Command::Rename { addon_id, addon, name })
    }

    /// On its owner, or where it is attached.
    pub(super) fn make_primary(&self, addon: &str, app: &str, attachment_id: Option<String>) -> Command {
        let (app, name) = (app.to_owned(), "akkeris-postgresql".to_owned());
        self.on(addon, |addon_id, addon| Command::MakePrimary { addon_id, addon, app, attachment_id, name })
    }
}

/// The door with everything around it.
pub(super) struct Desk {
    pub(super) server: Akkeris,
    pub(super) connection: Connection,
    pub(super) journal: Journal,
    _folder: tempfile::TempDir,
}

impl Desk {
    pub(super) async fn new() -> Self {
        let server = Akkeris::start().await;
        let connection = server.connection();
        let folder = tempfile::tempdir().unwrap();
        let journal = Journal::open(&folder.path().join("operations")).unwrap();
        Self { server, connection, journal, _folder: folder }
    }

    pub(super) async fn prepare(&self, command: Command) -> Prepared {
        door::prepare(&self.connection, Some(&self.journal), command).await.unwrap()
    }

    pub(super) async fn submit(&self, prepared: Prepared) -> SubmitResult {
        door::submit(&self.connection, &self.journal, &ProfileName("akka".into()), prepared).await
    }

    pub(super) async fn run(&self, command: Command) -> Operation {
        match self.submit(self.prepare(command).await).await {
            SubmitResult::Operation(operation) => *operation,
            other => panic!("{other:?}"),
        }
    }

    pub(super) async fn follow(&self, operation: &Operation) -> Operation {
        door::follow(&self.connection, &self.journal, operation).await.unwrap().operation
    }

    /// Sends it and loses the answer in that way.
    pub(super) async fn lose(&self, command: Command, fault: Fault) -> Operation {
        for method in [Method::POST, Method::PUT, Method::PATCH, Method::DELETE] {
            self.server.fail(method, "/", 1, fault.clone());
        }
        let before = self.server.writes();
        let operation = self.run(command).await;
        self.server.forget_faults();
        assert!(matches!(operation.outcome, Outcome::Unknown { .. }), "{operation:?}");
        assert_eq!(self.server.writes(), before + 1, "sent once");
        operation
    }

    /// What a look at an operation of unknown outcome comes to, which sends nothing.
    pub(super) async fn look(&self, operation: &Operation) -> Outcome {
        let writes = self.server.writes();
        let outcome = self.follow(operation).await.outcome;
        assert_eq!(self.server.writes(), writes, "nothing was sent again");
        outcome
    }

    pub(super) async fn judged(&self, operation: &Operation) -> Judgement {
        let outcome = self.look(operation).await;
        outcome.judged().unwrap_or_else(|| panic!("{}: {outcome:?}", operation.command.sentence())).clone()
    }
}
