//! Our adapter, and the door around it, before the stand-in.

use axum::http::Method;

use attache::config::{Endpoint, PlatformKind, Profile, TokenSource};
use attache::model::{Addon, Command, CreateAddon, Danger, Judgement, Operation, Outcome, ProfileName};
use attache::platform::{Conditional, Connection, Receipt, Settings, SubmitError, connect};
use attache::store::{Journal, Prepared, SubmitResult, door};

use super::Orkestr;
use crate::contracts::settings;
use crate::stand_ins::orkestr::{self, seed};
use crate::stand_ins::{Fault, World as _};

impl Orkestr {
    /// The way in, on the plan Team.
    pub(super) fn profile(&self) -> Profile {
        Profile {
            backup_max_age: attache::config::BACKUP_MAX_AGE,
            project: None,
            undocumented: false,
            authorities: attache::config::Authorities::default(),
            name: ProfileName("ork".into()),
            platform: PlatformKind::Orkestr,
            endpoint: Endpoint::Url(self.url.clone()),
            token: Some(seed::TEAM.to_owned().into()),
            token_source: Some(TokenSource::Variable("ORKESTR_API_TOKEN".into())),
            teams: Vec::new(),
            danger: Danger::None,
            read_only: None,
            data_endpoint: None,
        }
    }

    pub(super) fn profile_as(&self, token: &str) -> Profile {
        Profile { token: Some(token.to_owned().into()), ..self.profile() }
    }

    pub(super) fn connection(&self) -> Connection {
        self.connection_with(settings())
    }

    pub(super) fn connection_with(&self, settings: Settings) -> Connection {
        connect(&self.profile(), settings).unwrap()
    }

    /// A command on an add-on.
    pub(super) fn on(&self, project: &str, addon: &str, make: impl FnOnce(String, String) -> Command) -> Command {
        make(self.addon(project, addon), addon.to_owned())
    }

    pub(super) fn back_up(&self, project: &str, addon: &str) -> Command {
        self.on(project, addon, |addon_id, addon| Command::BackUp { addon_id, addon, label: None })
    }

    pub(super) fn destroy(&self, project: &str, addon: &str) -> Command {
        self.on(project, addon, |addon_id, addon| Command::DestroyAddon { addon_id, addon })
    }

    pub(super) fn switch(&self, project: &str, addon: &str, is_on: bool) -> Command {
        self.on(project, addon, |addon_id, addon| Command::AutoBackups { addon_id, addon, is_on })
    }

    /// The id of the backup of orders that was made that long ago: the oldest is the first.
    pub(super) fn backup(&self, at: usize) -> String {
        self.api.world(|world| world.project("shop").addon("orders").backups[at].id.clone())
    }

    pub(super) fn delete_backup(&self) -> Command {
        let backup_id = self.backup(0);
        self.on("shop", "orders", |addon_id, addon| Command::DeleteBackup {
            backup_id,
            addon_id: Some(addon_id),
            addon: Some(addon),
        })
    }

    pub(super) fn redeploy(&self, app: &str, environment: &str) -> Command {
        let environment_id = Some(self.environment(app, environment));
        Command::Redeploy { app: app.into(), environment_id, environment: environment.into() }
    }

    /// Back to the live deployment of shop's production.
    pub(super) fn roll_back(&self) -> Command {
        let production = self.environment("shop", "production");
        let release = self.api.world(|world| {
            let mut all = world.project("shop").deployments.iter();
            all.find(|one| one.environment == production && one.status() == "live").unwrap().id.clone()
        });
        Command::RollBack { app: "shop".into(), release }
    }
}

/// The list of all add-ons as one look tells it.
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

pub(super) fn new_addon(app: &str, name: &str, service: &str, alias: Option<&str>) -> CreateAddon {
    CreateAddon {
        name: name.into(),
        team: None,
        service: service.into(),
        plan: String::new(),
        app: Some(app.into()),
        alias: alias.map(str::to_owned),
        confirm: None,
        options: std::collections::BTreeMap::new(),
    }
}

pub(super) fn create(app: &str, name: &str, service: &str, alias: Option<&str>) -> Command {
    Command::CreateAddon(new_addon(app, name, service, alias))
}

/// The door with everything around it. Nothing goes on by being looked at.
pub(super) struct Desk {
    pub(super) server: Orkestr,
    pub(super) connection: Connection,
    pub(super) journal: Journal,
    _folder: tempfile::TempDir,
}

impl Desk {
    pub(super) async fn new() -> Self {
        let server = Orkestr::start().await;
        server.api.world(|world| world.switches.reads_move = false);
        let connection = server.connection();
        let folder = tempfile::tempdir().unwrap();
        let journal = Journal::open(&folder.path().join("operations")).unwrap();
        Self { server, connection, journal, _folder: folder }
    }

    pub(super) fn advance(&self, steps: u32) {
        self.server.api.world(|world: &mut orkestr::Orkestr| world.advance(steps));
    }

    pub(super) async fn prepare(&self, command: Command) -> Prepared {
        door::prepare(&self.connection, Some(&self.journal), command).await.unwrap()
    }

    pub(super) async fn submit(&self, prepared: Prepared) -> SubmitResult {
        door::submit(&self.connection, &self.journal, &ProfileName("ork".into()), prepared).await
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
        for method in [Method::POST, Method::PATCH, Method::DELETE] {
            self.server.api.fail(method, "/", 1, fault.clone());
        }
        let before = self.server.api.writes();
        let operation = self.run(command).await;
        self.server.api.forget_faults();
        assert!(matches!(operation.outcome, Outcome::Unknown { .. }), "{operation:?}");
        assert_eq!(self.server.api.writes(), before + 1, "sent once");
        operation
    }

    /// What a look at an operation of unknown outcome comes to, which sends nothing.
    pub(super) async fn look(&self, operation: &Operation) -> Outcome {
        let writes = self.server.api.writes();
        let outcome = self.follow(operation).await.outcome;
        assert_eq!(self.server.api.writes(), writes, "nothing was sent again");
        outcome
    }

    pub(super) async fn judged(&self, operation: &Operation) -> Judgement {
        let outcome = self.look(operation).await;
        outcome.judged().unwrap_or_else(|| panic!("{}: {outcome:?}", operation.command.sentence())).clone()
    }
}
