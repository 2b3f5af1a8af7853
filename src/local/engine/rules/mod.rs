//! The rules of the platform: what a write may do, all of it in one transaction. A refusal changes nothing.

mod addons;
mod apps;
mod attachments;
mod backups;
mod changes;
mod promote;
mod schedules;

use rusqlite::Connection;
use serde::Deserialize;
use serde_json::Value;

use crate::local::db::apps::{AppRow, TeamRow, find_app, teams};
use crate::model::printable;

use super::refusal::Refusal;
use super::services::Services;

pub use addons::find as addon;
pub(super) use attachments::attached;
pub use backups::find as backup;
pub(super) use backups::{CHECKSUM, ask_for as ask_for_backup};

/// An app that is asked for.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewApp {
    /// Its name.
    pub name: String,
    /// Its team; the first one when none is named.
    #[serde(default)]
    pub team: Option<String>,
}

/// An add-on that is asked for.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewAddon {
    /// Its name; one is made up when none is given.
    #[serde(default)]
    pub name: Option<String>,
    /// Its team; the first one when none is named.
    #[serde(default)]
    pub team: Option<String>,
    /// The service.
    pub service: String,
    /// The plan; the default one when none is named.
    #[serde(default)]
    pub plan: Option<String>,
    /// The app to attach it to.
    #[serde(default)]
    pub app: Option<String>,
    /// The alias of that attachment.
    #[serde(default)]
    pub alias: Option<String>,
}

/// An attachment that is asked for.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewAttachment {
    /// The add-on's id or name.
    pub addon: String,
    /// The app's id or name.
    pub app: String,
    /// The alias.
    #[serde(default)]
    pub alias: Option<String>,
}

/// A replacement that is asked for.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewRestore {
    /// Its name; one is made up when none is given.
    #[serde(default)]
    pub name: Option<String>,
    /// Its plan; that of the backup when none is named.
    #[serde(default)]
    pub plan: Option<String>,
    /// Its team; that of the backup when none is named.
    #[serde(default)]
    pub team: Option<String>,
}

/// A backup that is asked for.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewCopy {
    /// What people are to know it by.
    #[serde(default)]
    pub label: Option<String>,
}

/// What is to be different about an app.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AppChange {
    /// Whether it is to be in maintenance.
    pub maintenance: bool,
}

/// Which add-on loses its attachments to another one.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewPromotion {
    /// Its id or name; by default the one that the other was restored from.
    #[serde(default)]
    pub from: Option<String>,
}

/// What is to be different about an add-on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// Its name.
    Name(String),
    /// Its plan.
    Plan(String),
}

/// A daily backup that is asked for, not checked yet.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewSchedule {
    /// The hour; good from 0 to 23.
    pub hour: i64,
    /// What should be an IANA name.
    pub time_zone: String,
}

/// A file that was uploaded. Before this is written it lies, whole and durable, as [`Upload::file`], which nothing but the
/// row of this write keeps from being removed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Upload {
    /// The id that the backup gets.
    pub id: String,
    /// The service whose file it is said to be.
    pub service: String,
    /// What the file was called, where it was told; for people.
    pub name: Option<String>,
    /// `<platform>/backups/uploaded/<id>.part`.
    pub file: std::path::PathBuf,
    /// Bytes that came.
    pub size: u64,
    /// SHA-256 of what came: `sha256:` and 64 hexadecimal digits.
    pub checksum: String,
}

/// One write of `/v1`. Where it names an add-on or a backup, that is what stood in the path: for an add-on id or name.
#[derive(Clone, Debug)]
pub enum Write {
    /// Make an app.
    CreateApp(NewApp),
    /// Forget an app.
    DestroyApp(String),
    /// Put an app into maintenance, or take it out.
    ChangeApp(String, AppChange),
    /// Make an add-on.
    CreateAddon(NewAddon),
    /// Destroy an add-on with its data.
    DestroyAddon(String),
    /// Give an add-on to an app.
    Attach(NewAttachment),
    /// Take an attachment away.
    Detach(String),
    /// Copy an add-on's data.
    BackUp(String, NewCopy),
    /// Delete a backup.
    DeleteBackup(String),
    /// Make a backup of a file.
    UploadBackup(Upload),
    /// Back an add-on up by itself, or not any more.
    ScheduleBackups(String, Option<NewSchedule>),
    /// Make an add-on from a backup.
    Restore(String, NewRestore),
    /// Give an add-on all attachments of another one.
    Promote(String, NewPromotion),
    /// Change an add-on's name or plan.
    ChangeAddon(String, Change),
    /// Give an add-on another password.
    Rotate(String),
    /// Stop an add-on's server and start it again.
    Restart(String),
    /// Stop an add-on's server until it is used again.
    Sleep(String),
    /// Start a sleeping add-on's server.
    Wake(String),
}

/// What a write did.
#[derive(Clone, Debug, PartialEq)]
pub struct Applied {
    /// HTTP status.
    pub status: u16,
    /// The document that is answered.
    pub body: Value,
    /// The add-on (or backup) whose queue now has something in it.
    pub wake: Option<String>,
}

/// Carries out a write for `by`. The caller's transaction is committed only if this succeeds.
///
/// # Errors
/// Why it is not carried out.
pub fn apply(connection: &Connection, services: &Services, write: &Write, by: &str) -> Result<Applied, Refusal> {
    match write {
        Write::CreateApp(new) => apps::create(connection, new),
        Write::DestroyApp(app) => apps::destroy(connection, app),
        Write::ChangeApp(app, change) => apps::change(connection, app, change, by),
        Write::CreateAddon(new) => addons::create(connection, services, new, by),
        Write::DestroyAddon(addon) => addons::destroy(connection, services, addon, by),
        Write::Attach(new) => attachments::attach(connection, services, new, by),
        Write::Detach(id) => attachments::detach(connection, services, id, by),
        Write::BackUp(addon, copy) => backups::capture(connection, services, addon, copy, by),
        Write::DeleteBackup(id) => backups::delete(connection, services, id, by),
        Write::UploadBackup(file) => backups::upload(connection, services, file, by),
        Write::Restore(id, new) => backups::restore(connection, services, id, new, by),
        Write::ScheduleBackups(addon, schedule) => schedules::put(connection, services, addon, schedule.as_ref(), by),
        Write::Promote(addon, promotion) => promote::promote(connection, services, addon, promotion, by),
        Write::ChangeAddon(addon, change) => changes::change(connection, services, addon, change, by),
        Write::Rotate(addon) => changes::rotate(connection, services, addon, by),
        Write::Restart(addon) => changes::restart(connection, services, addon, by),
        Write::Sleep(addon) => changes::sleep(connection, services, addon, by),
        Write::Wake(addon) => changes::wake(connection, services, addon, by),
    }
}

/// The named team, or the first one.
///
/// # Errors
/// When there is no such team.
pub fn team(connection: &Connection, name: Option<&str>) -> Result<TeamRow, Refusal> {
    let teams = teams(connection)?;
    let found = match name {
        Some(name) => teams.into_iter().find(|team| team.name == name || team.id == name),
        None => teams.into_iter().next(),
    };
    let name = printable(name.unwrap_or_default());
    found.ok_or_else(|| Refusal::not_found(format!("There is no team {name:?}.")))
}

/// The app of that id or name.
///
/// # Errors
/// When there is none.
pub fn app(connection: &Connection, id_or_name: &str) -> Result<AppRow, Refusal> {
    find_app(connection, id_or_name)?.ok_or_else(|| {
        let shown = printable(id_or_name);
        Refusal::not_found(format!("There is no app {shown:?}. List the apps with: attache apps"))
    })
}
