//! A platform in memory with primaries, owners and restores in place, for the tests of the door.

mod tests;

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use jiff::Timestamp;

use crate::model::{
    Account, Addon, AddonKey, App, AppEffect, Attachment, Backup, BackupState, Backups, Capability, Catalog, Change,
    Command, ConfigVar, ConfigVarName, Effects, Fact, Health, Known, Naming, Owner, Preview, ProfileName, Release,
    State, Team, TimelineEvent, Verb,
};
use crate::platform::{
    Conditional, Connection, Fresh, Platform, ReadError, ReadErrorKind, Receipt, RequestPreview, Situation,
    SubmitError, Words, Writer,
};

/// What there is, and what came.
#[derive(Default)]
pub(super) struct World {
    pub(super) addons: Vec<Addon>,
    pub(super) apps: Vec<App>,
    pub(super) backups: Vec<Backup>,
    /// Every command that came.
    pub(super) sent: Vec<Command>,
    /// What becomes of the next commands instead of being done.
    pub(super) answers: Vec<SubmitError>,
    /// How many of the next reads of single add-ons find nothing.
    pub(super) blind: usize,
    /// How often a single add-on was read.
    pub(super) reads: usize,
    /// Why nothing can be written for now.
    pub(super) not_ready: Option<&'static str>,
}

#[derive(Clone, Default)]
pub(super) struct Pretend(pub(super) Arc<Mutex<World>>);

pub(super) fn row(addon: &str, app: &str, is_owner: bool, primary: bool) -> Attachment {
    Attachment {
        id: Some(format!("att_{addon}_{app}").into()),
        alias: Some(addon.into()),
        addon: addon.into(),
        app: app.into(),
        primary: Some(primary),
        owner_row: is_owner,
        config_vars: Known::Unknown("not told".into()),
        created_at: None,
    }
}

pub(super) fn addon(name: &str, owner: &str, rows: Vec<Attachment>) -> Addon {
    Addon {
        verbatim: None,
        key: AddonKey { profile: ProfileName("work".into()), id: format!("id_{name}").into() },
        name: name.into(),
        team: None,
        owner: Owner::App(owner.into()),
        service: "postgresql".into(),
        plan: Some("premium-0".into()),
        state: State::Ready,
        state_word: "provisioned".into(),
        state_reason: None,
        health: Health::Unknown("not told".into()),
        created_at: Some(Timestamp::UNIX_EPOCH),
        updated_at: Some(Timestamp::UNIX_EPOCH),
        config_vars: Known::Is(vec!["DATABASE_URL".into()]),
        attachments: Known::Is(rows),
        endpoint: None,
        cannot: Default::default(),
        restored_from: None,
        last_backup: Known::Unknown("not told".into()),
        work: None,
        price: Known::Unknown("not told".into()),
        billing: None,
        facts: Vec::new(),
    }
}

pub(super) fn app(name: &str) -> App {
    App {
        id: format!("app_{name}").into(),
        name: name.into(),
        team: None,
        created_at: None,
        release: None,
        maintenance: Known::Is(false),
        maintenance_since: None,
        maintenance_by: None,
        facts: vec![Fact::new("compliance", "")],
    }
}

pub(super) fn backup(id: &str, of: &str, state: BackupState, started_at: Option<Timestamp>) -> Backup {
    Backup {
        id: id.into(),
        addon_id: Some(format!("id_{of}")),
        addon: Some(of.into()),
        service: Some("postgresql".into()),
        plan: None,
        state,
        started_at,
        finished_at: None,
        size: None,
        checksum: None,
        trigger: Some("manual".into()),
        label: None,
        message: None,
        keep_until: None,
        progress: None,
    }
}

fn unsupported<T>() -> Result<T, ReadError> {
    Err(ReadError::new(ReadErrorKind::Refused { status: 501, code: "unsupported".into() }, "It has no such thing."))
}

impl Pretend {
    pub(super) fn new(addons: Vec<Addon>) -> Self {
        let apps = ["shop", "billing"].map(app).to_vec();
        Self(Arc::new(Mutex::new(World { addons, apps, ..World::default() })))
    }

    pub(super) fn with<T>(&self, act: impl FnOnce(&mut World) -> T) -> T {
        act(&mut self.0.lock().unwrap())
    }

    pub(super) fn connection(&self) -> Connection {
        Connection {
            endpoint: "http://127.0.0.1:9".into(),
            reader: Arc::new(self.clone()),
            writer: Some(Arc::new(self.clone())),
            unlocked_for: None,
        }
    }
}

impl World {
    pub(super) fn addon(&mut self, name: &str) -> &mut Addon {
        self.addons.iter_mut().find(|one| one.name == name).unwrap()
    }

    fn rows(&mut self, name: &str) -> &mut Vec<Attachment> {
        match &mut self.addon(name).attachments {
            Known::Is(rows) => rows,
            Known::Unknown(_) => panic!("they are told here"),
        }
    }

    fn carry_out(&mut self, command: &Command) -> Receipt {
        match command {
            Command::Detach { addon, attachment_id, .. } => {
                self.rows(addon).retain(|row| row.id.as_deref() != Some(attachment_id.as_str()));
            }
            Command::MakePrimary { addon, app, .. } => {
                for one in &mut self.addons {
                    if let Known::Is(rows) = &mut one.attachments {
                        rows.iter_mut()
                            .filter(|row| row.app == *app)
                            .for_each(|row| row.primary = Some(row.addon == *addon));
                    }
                }
            }
            Command::DestroyAddon { addon, .. } => self.addons.retain(|one| one.name != *addon),
            Command::RestoreInto { addon, .. } => {
                let row = self.addon(addon);
                (row.state, row.state_word) = (State::Restoring, "provisioning".into());
                return Receipt { is_under_way: true, ..Receipt::default() };
            }
            Command::CreateAddon(create) => {
                let owner = create.app.clone().unwrap();
                let mut made = addon(&create.name, &owner, vec![row(&create.name, &owner, true, false)]);
                made.key.id = format!("id_{}_{}", create.name, self.addons.len()).into();
                made.created_at = Some(Timestamp::now());
                self.addons.push(made);
            }
            _ => {}
        }
        Receipt::default()
    }
}

#[async_trait]
impl Writer for Pretend {
    async fn submit(&self, command: &Command, _key: &str) -> Result<Receipt, SubmitError> {
        self.with(|world| {
            world.sent.push(command.clone());
            match world.answers.pop() {
                Some(answer) => Err(answer),
                None => Ok(world.carry_out(command)),
            }
        })
    }
}

#[async_trait]
impl Platform for Pretend {
    fn words(&self) -> Words {
        Words { platform: "akkeris", naming: Naming::Akkeris, needs_neighbours: true, ..Words::LOCAL }
    }

    fn capability(&self, verb: Verb) -> Capability {
        match verb {
            Verb::Restore | Verb::PointInTime => Capability::Cannot("It makes no replacement of a backup.".into()),
            _ => Capability::Can,
        }
    }

    async fn ready_to_write(&self) -> Result<(), ReadError> {
        self.0.lock().unwrap().not_ready.map_or(Ok(()), |why| Err(ReadError::unsupported(why)))
    }

    async fn account(&self) -> Result<Account, ReadError> {
        Ok(Account { name: "ada".into(), rights: None })
    }

    async fn teams(&self) -> Result<Vec<Team>, ReadError> {
        unsupported()
    }

    async fn apps(&self) -> Result<Vec<App>, ReadError> {
        Ok(self.with(|world| world.apps.clone()))
    }

    async fn catalog(&self) -> Result<Catalog, ReadError> {
        unsupported()
    }

    async fn addons(&self, _etag: Option<&str>) -> Result<Conditional<Vec<Addon>>, ReadError> {
        let value = self.with(|world| world.addons.clone());
        Ok(Conditional::Changed(Fresh { value, at: Timestamp::now(), etag: None }))
    }

    async fn addon(&self, id: &str) -> Result<Fresh<Addon>, ReadError> {
        let found = self.with(|world| {
            world.reads += 1;
            if world.blind > 0 {
                world.blind -= 1;
                return None;
            }
            world.addons.iter().find(|one| one.key.id == id || one.name == id).cloned()
        });
        let value = found.ok_or_else(|| ReadError::new(ReadErrorKind::NotFound, "There is no such add-on."))?;
        Ok(Fresh { value, at: Timestamp::now(), etag: None })
    }

    async fn events(&self, _id: &str, _after: u64) -> Result<Vec<TimelineEvent>, ReadError> {
        unsupported()
    }

    async fn backups(&self, id: &str) -> Result<Backups, ReadError> {
        let is_its = |one: &&Backup| one.addon_id.as_deref() == Some(id);
        Ok(self.with(|world| Backups {
            facts: Vec::new(),
            list: world.backups.iter().filter(is_its).cloned().collect(),
            policy: None,
        }))
    }

    async fn backup(&self, id: &str) -> Result<Fresh<Backup>, ReadError> {
        let found = self.with(|world| world.backups.iter().find(|one| one.id == id).cloned());
        let value = found.ok_or_else(|| ReadError::new(ReadErrorKind::NotFound, "There is no such backup."))?;
        Ok(Fresh { value, at: Timestamp::now(), etag: None })
    }

    async fn config_var_names(&self, app: &str) -> Result<Vec<ConfigVarName>, ReadError> {
        Ok(self.with(|world| {
            let serving = world.addons.iter().filter(|one| one.is_primary(app, &one.service));
            serving
                .map(|one| ConfigVarName { name: "DATABASE_URL".into(), addon: Some(one.name.to_string()) })
                .collect()
        }))
    }

    async fn config_vars(&self, _app: &str) -> Result<Vec<ConfigVar>, ReadError> {
        unsupported()
    }

    async fn releases(&self, _app: &str) -> Result<Vec<Release>, ReadError> {
        Ok(Vec::new())
    }

    fn preview(&self, _bare: &[String], _alias: Option<&str>) -> Preview {
        Preview::Names(Vec::new())
    }

    fn effects(&self, command: &Command, situation: &Situation) -> Effects {
        let touch = |app: &str| Change::App { app: app.into(), effect: AppEffect::Restart, detail: String::new() };
        let rows = situation.addon.as_ref().map_or(&[][..], |addon| addon.attachments.items());
        let changes = match command {
            Command::Detach { app, .. } | Command::MakePrimary { app, .. } => vec![touch(app)],
            Command::DestroyAddon { .. } => match rows.iter().find(|row| !row.owner_row) {
                Some(row) => vec![Change::Refused(format!("It is attached to {}.", row.app))],
                None => vec![Change::LosesData("All of its data.".into())],
            },
            Command::RestoreInto { .. } => vec![Change::LosesData("What is in it.".into())],
            _ => vec![Change::Adds("Something.".into())],
        };
        Effects { changes }
    }

    fn request_preview(&self, command: &Command) -> RequestPreview {
        RequestPreview { request: command.sentence(), body: None, cli: String::new() }
    }

    fn destruction(&self, addon: &Addon) -> Vec<Command> {
        let (addon_id, name) = (addon.key.id.clone(), addon.name.clone());
        let detach = |row: &Attachment| Command::Detach {
            attachment_id: row.id.clone().unwrap().to_string(),
            addon_id: addon_id.to_string(),
            addon: name.to_string(),
            app: row.app.to_string(),
            alias: row.alias.clone().map(Into::into),
        };
        let rows = addon.attachments.items().iter().filter(|row| !row.owner_row);
        let last = Command::DestroyAddon { addon_id: addon_id.to_string(), addon: name.to_string() };
        rows.map(detach).chain([last]).collect()
    }

    fn switch_over(&self, from: &Addon, to: &Addon) -> Vec<Command> {
        let to = |app: &str| Command::MakePrimary {
            addon_id: to.key.id.to_string(),
            addon: to.name.to_string(),
            app: app.to_owned(),
            attachment_id: None,
            name: to.service.to_string(),
        };
        from.apps().into_iter().map(to).collect()
    }
}
