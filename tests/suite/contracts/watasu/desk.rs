//! Our adapter before the stand-in of the MCP server.

use attache::config::{Endpoint, PlatformKind, Profile, TokenSource};
use attache::model::{Addon, Danger, ProfileName};
use attache::platform::{Conditional, Connection, Settings, connect};

use crate::contracts::settings;
use crate::stand_ins::Rig;
use crate::stand_ins::watasu::{World, router};

/// A running stand-in with the small world.
pub(super) struct Watasu {
    pub(super) rig: Rig<World>,
    pub(super) url: String,
    /// Where names of add-ons are kept, if a test gives it out.
    pub(super) memory: tempfile::TempDir,
}

impl std::ops::Deref for Watasu {
    type Target = Rig<World>;

    fn deref(&self) -> &Rig<World> {
        &self.rig
    }
}

impl Watasu {
    pub(super) async fn start() -> Self {
        let (rig, url) = Rig::on_tcp("127.0.0.1:0", World::small(), router()).await.unwrap();
        Self { rig, url, memory: tempfile::tempdir().unwrap() }
    }

    pub(super) fn profile(&self) -> Profile {
        Profile {
            backup_max_age: attache::config::BACKUP_MAX_AGE,
            project: None,
            undocumented: false,
            authorities: attache::config::Authorities::default(),
            name: ProfileName("wat".into()),
            platform: PlatformKind::Watasu,
            endpoint: Endpoint::Url(format!("{}/mcp", self.url)),
            token: Some("t0psecret".to_owned().into()),
            token_source: Some(TokenSource::File("/run/token".into())),
            teams: Vec::new(),
            danger: Danger::None,
            read_only: None,
            data_endpoint: None,
        }
    }

    pub(super) fn connection(&self) -> Connection {
        self.connect(&self.profile())
    }

    pub(super) fn connect(&self, profile: &Profile) -> Connection {
        connect(profile, settings()).unwrap()
    }

    /// One that remembers, as the program does.
    pub(super) fn remembering(&self) -> Connection {
        let settings = Settings { memory: Some(self.memory.path().to_owned()), ..settings() };
        connect(&self.profile(), settings).unwrap()
    }
}

pub(super) async fn listed(connection: &Connection) -> Vec<Addon> {
    match connection.reader.addons(None).await.unwrap() {
        Conditional::Changed(fresh) => fresh.value,
        Conditional::Unchanged(_) => panic!("there are no conditional requests"),
    }
}

pub(super) fn named<'a>(addons: &'a [Addon], name: &str) -> &'a Addon {
    addons.iter().find(|addon| addon.name == name).unwrap_or_else(|| panic!("no {name}: {addons:?}"))
}
