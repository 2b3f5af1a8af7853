//! Heroku: the stand-in against what the facts say, and our adapter against the stand-in.

mod goals;
mod manners;
mod matrix;
mod outcomes;
mod reads;
mod secrets;
mod writes;

use axum::http::Method;
use serde_json::Value;

use attache::config::{Endpoint, PlatformKind, Profile, TokenSource};
use attache::model::{Addon, Command, Danger, Operation, ProfileName};
use attache::platform::{Conditional, Connection, Receipt, Settings, SubmitError, connect};
use attache::store::{Journal, Prepared, SubmitResult, door};

use super::settings;
use crate::stand_ins::Rig;
use crate::stand_ins::heroku::{Heroku, router};
use crate::support::plain::{self, Came};

/// A running stand-in, a way in, and a journal.
pub(super) struct Desk {
    pub(super) rig: Rig<Heroku>,
    pub(super) url: String,
    pub(super) connection: Connection,
    pub(super) journal: Journal,
    _folder: tempfile::TempDir,
}

impl std::ops::Deref for Desk {
    type Target = Rig<Heroku>;

    fn deref(&self) -> &Rig<Heroku> {
        &self.rig
    }
}

/// The token of every profile here.
const TOKEN: &str = "t0psecret";

/// The way to a stand-in at two addresses.
fn profile(url: &str, data: Option<&str>) -> Profile {
    Profile {
        backup_max_age: attache::config::BACKUP_MAX_AGE,
        project: None,
        undocumented: false,
        authorities: attache::config::Authorities::default(),
        name: ProfileName("work".into()),
        platform: PlatformKind::Heroku,
        endpoint: Endpoint::Url(url.to_owned()),
        data_endpoint: data.map(str::to_owned),
        token: Some(TOKEN.to_owned().into()),
        token_source: Some(TokenSource::Variable("HEROKU_API_KEY".into())),
        teams: Vec::new(),
        danger: Danger::None,
        read_only: None,
    }
}

/// Sends it again as it stands.
const HEADERS: [(&str, &str); 2] =
    [("authorization", "Bearer any"), ("accept", "application/vnd.heroku+json; version=3.sdk")];

impl Desk {
    pub(super) async fn new() -> Self {
        Self::over(Heroku::small(), settings()).await
    }

    pub(super) async fn over(world: Heroku, settings: Settings) -> Self {
        let (rig, url) = Rig::on_tcp("127.0.0.1:0", world, router()).await.unwrap();
        let connection = connect(&profile(&url, Some(&url)), settings).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let journal = Journal::open(&folder.path().join("operations")).unwrap();
        Self { rig, url, connection, journal, _folder: folder }
    }

    /// A request that is no client's.
    async fn ask(&self, method: Method, target: &str, more: &[(&str, &str)], body: Value) -> Came {
        let headers: Vec<(&str, &str)> = HEADERS.into_iter().chain(more.iter().copied()).collect();
        let body = if body.is_null() { String::new() } else { body.to_string() };
        plain::send(&self.url, method, target, &headers, &body).await.unwrap()
    }

    async fn get(&self, target: &str, more: &[(&str, &str)]) -> Came {
        self.ask(Method::GET, target, more, Value::Null).await
    }

    /// The id of an add-on.
    fn id(&self, name: &str) -> String {
        self.world(|world| world.addon(name).unwrap().id.clone())
    }

    /// The id of an attachment.
    fn attachment(&self, app: &str, name: &str) -> String {
        self.world(|world| world.attachment(app, name).unwrap().id.clone())
    }

    /// All add-ons, read anew.
    async fn addons(&self) -> Vec<Addon> {
        match self.connection.reader.addons(None).await.unwrap() {
            Conditional::Changed(fresh) => fresh.value,
            Conditional::Unchanged(_) => panic!("nothing was known"),
        }
    }

    async fn addon(&self, name: &str) -> Addon {
        self.connection.reader.addon(name).await.unwrap().value
    }

    /// Sends a command past the door.
    async fn send(&self, command: &Command) -> Result<Receipt, SubmitError> {
        self.connection.writer.as_ref().unwrap().submit(command, "key").await
    }

    async fn prepare(&self, command: Command) -> Prepared {
        door::prepare(&self.connection, Some(&self.journal), command).await.unwrap()
    }

    async fn submit(&self, prepared: Prepared) -> SubmitResult {
        door::submit(&self.connection, &self.journal, &ProfileName("work".into()), prepared).await
    }

    /// Through the door.
    async fn run(&self, command: Command) -> Operation {
        match self.submit(self.prepare(command).await).await {
            SubmitResult::Operation(operation) => *operation,
            other => panic!("{other:?}"),
        }
    }

    async fn follow(&self, operation: &Operation) -> Operation {
        door::follow(&self.connection, &self.journal, operation).await.unwrap().operation
    }
}
