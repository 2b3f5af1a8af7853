//! Every kind of command: what has to be there before it, and by which of the platform's own rows it is told how often it
//! was carried out.

use rusqlite::{Connection, OptionalExtension, Transaction, params_from_iter};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::super::Server;
use crate::local::db::DbError;
use crate::local::engine::tests::fake::COPIED;
use crate::model::{Command, CreateAddon, RestoreBackup, Schedule};

pub(super) const KINDS: [&str; 21] = [
    "create",
    "create for an app",
    "attach",
    "detach",
    "destroy",
    "back up",
    "delete a backup",
    "upload a backup",
    "schedule",
    "unschedule",
    "restore",
    "promote",
    "change the plan",
    "rename",
    "rotate",
    "restart",
    "sleep",
    "wake",
    "create an app",
    "destroy an app",
    MAINTENANCE,
];
const MAINTENANCE: &str = "maintenance";

/// The kind of a command. The last ones are those that the local platform does not have: they are never sent.
/// Without a wildcard, so that a new command has to come here.
pub(super) fn kind_of(command: &Command) -> &'static str {
    match command {
        Command::CreateAddon(CreateAddon { app: None, .. }) => "create",
        Command::CreateAddon(_) => "create for an app",
        Command::Attach { .. } => "attach",
        Command::Detach { .. } => "detach",
        Command::DestroyAddon { .. } => "destroy",
        Command::BackUp { .. } => "back up",
        Command::DeleteBackup { .. } => "delete a backup",
        Command::UploadBackup { .. } => "upload a backup",
        Command::ScheduleBackups { schedule: Some(_), .. } => "schedule",
        Command::ScheduleBackups { schedule: None, .. } => "unschedule",
        Command::Restore(_) => "restore",
        Command::MoveAttachments { .. } => "promote",
        Command::ChangePlan { .. } => "change the plan",
        Command::Rename { .. } => "rename",
        Command::Rotate { .. } => "rotate",
        Command::Restart { .. } => "restart",
        Command::Sleep { .. } => "sleep",
        Command::Wake { .. } => "wake",
        Command::CreateApp { .. } => "create an app",
        Command::DestroyApp { .. } => "destroy an app",
        Command::Maintenance { .. } => MAINTENANCE,
        Command::RollBack { .. } => "roll back",
        Command::RestoreInto { .. } => "restore in place",
        Command::CancelBackup { .. } => "cancel a backup",
        Command::MakePrimary { .. } => "make primary",
        Command::RunAction(_) => "run an action",
        Command::AutoBackups { .. } => "switch automatic backups",
        Command::Redeploy { .. } => "deploy again",
    }
}

impl Server {
    fn made(&self, method: &str, target: &str, body: &Value) -> Value {
        let answer = self.send(method, target, "Content-Type: application/json\r\n", body.to_string().as_bytes());
        assert!((200..300).contains(&answer.status), "{method} {target}: {}", String::from_utf8_lossy(&answer.body));
        serde_json::from_slice(&answer.body).unwrap()
    }

    fn app(&self, name: &str) -> String {
        self.made("POST", "/v1/apps", &json!({ "app": { "name": name } }));
        name.to_owned()
    }

    /// A ready add-on; its id.
    fn addon(&self, name: &str, app: Option<(&str, &str)>) -> String {
        let (app, alias) = app.unzip();
        let body =
            json!({ "addon": { "name": name, "service": "postgresql", "plan": "dev", "app": app, "alias": alias } });
        let made = self.made("POST", "/v1/addons", &body);
        self.platform.wait_for(name, Some("ready"));
        made["addon"]["id"].as_str().unwrap().to_owned()
    }

    /// A finished backup; its id.
    fn backup_of(&self, addon: &str) -> String {
        let answer =
            self.made("POST", &format!("/v1/addons/{addon}/backups"), &json!({ "backup": { "label": "good" } }));
        let id = answer["backup"]["id"].as_str().unwrap().to_owned();
        self.platform.until(|| self.get(&format!("/v1/backups/{id}")).expect(200)["backup"]["state"] == "finished");
        id
    }

    /// Two clocks are compared with a tolerance of seconds, and what is there before a run was there for longer than that.
    pub(super) fn make_it_old(&self) {
        let age = |state: &Transaction<'_>| {
            for table in ["apps", "addons", "attachments", "releases", "operations"] {
                let earlier = "strftime('%Y-%m-%dT%H:%M:%fZ', created_at, '-1 hour')";
                state.execute(&format!("UPDATE {table} SET created_at = {earlier}"), [])?;
            }
            Ok::<_, DbError>(())
        };
        self.platform.block_on(self.platform.engine().db.write(age)).unwrap();
    }

    /// A command of that kind, with all that it needs.
    pub(super) fn ready_for(&self, kind: &str, run: u64) -> Command {
        let name = format!("r{run}");
        let addon = name.clone();
        let fresh = || self.addon(&name, None);
        let create = |app: Option<String>| {
            let alias = app.as_ref().map(|_| "NEW".to_owned());
            let (service, plan) = ("postgresql".into(), "dev".into());
            Command::CreateAddon(CreateAddon {
                name: name.clone(),
                team: None,
                service,
                plan,
                app,
                alias,
                confirm: None,
                options: std::collections::BTreeMap::new(),
            })
        };
        match kind {
            "create" => create(None),
            "create for an app" => create(Some(self.app(&format!("a{run}")))),
            "attach" => {
                let (addon_id, app) = (fresh(), self.app(&format!("a{run}")));
                Command::Attach { addon_id, addon, app, alias: Some("MAIN".into()), confirm: None, credential: None }
            }
            "detach" => {
                let app = self.app(&format!("a{run}"));
                let addon_id = self.addon(&name, Some((&app, "MAIN")));
                let list = self.get(&format!("/v1/attachments?addon={name}")).expect(200);
                let attachment_id = list["attachments"][0]["id"].as_str().unwrap().to_owned();
                Command::Detach { attachment_id, addon_id, addon, app, alias: Some("MAIN".into()) }
            }
            "destroy" => Command::DestroyAddon { addon_id: fresh(), addon },
            "back up" => Command::BackUp { addon_id: fresh(), addon, label: None },
            "delete a backup" => {
                let addon_id = fresh();
                let backup_id = self.backup_of(&name);
                Command::DeleteBackup { backup_id, addon_id: Some(addon_id), addon: Some(addon) }
            }
            "upload a backup" => {
                let file = self.platform.folder().join(format!("{name}.copy"));
                let data = format!("{COPIED}{name}");
                std::fs::write(&file, &data).unwrap();
                Command::UploadBackup { service: "postgresql".into(), file, size: data.len() as u64 }
            }
            "schedule" => {
                let schedule = Some(Schedule { hour: 2, time_zone: "UTC".into() });
                Command::ScheduleBackups { addon_id: fresh(), addon, schedule }
            }
            "unschedule" => {
                let addon_id = fresh();
                let schedule = json!({ "schedule": { "hour": 2, "time_zone": "UTC" } });
                self.made("PUT", &format!("/v1/addons/{name}/backup_schedule"), &schedule);
                Command::ScheduleBackups { addon_id, addon, schedule: None }
            }
            "restore" => {
                let of = format!("s{run}");
                self.addon(&of, None);
                let backup_id = self.backup_of(&of);
                let (service, plan) = ("postgresql".into(), "dev".into());
                Command::Restore(RestoreBackup { backup_id, of: Some(of), name, team: None, service, plan })
            }
            "promote" => {
                let (app, from) = (self.app(&format!("a{run}")), format!("s{run}"));
                let from_id = self.addon(&from, Some((&app, "MAIN")));
                let to_id = fresh();
                Command::MoveAttachments { from_id, from, to_id, to: addon }
            }
            "change the plan" => {
                let (service, plan) = ("postgresql".into(), "small".into());
                Command::ChangePlan { addon_id: fresh(), addon, service, plan }
            }
            "rename" => Command::Rename { addon_id: fresh(), addon, name: format!("n{run}") },
            "rotate" => Command::Rotate { addon_id: fresh(), addon },
            "restart" => Command::Restart { addon_id: fresh(), addon },
            "sleep" => Command::Sleep { addon_id: fresh(), addon },
            "wake" => {
                let addon_id = fresh();
                self.send("POST", &format!("/v1/addons/{name}/sleep"), "", b"").expect(202);
                self.platform.wait_for(&name, Some("sleeping"));
                Command::Wake { addon_id, addon }
            }
            "create an app" => Command::CreateApp { app: name, team: None },
            "destroy an app" => Command::DestroyApp { app: self.app(&name) },
            MAINTENANCE => Command::Maintenance { app: self.app(&name), is_on: true },
            other => panic!("no such kind: {other}"),
        }
    }
}

/// Whether the platform writes down who did it. Where it does not, all that there is to tell by is that it is so now.
pub(super) fn tells_who(kind: &str) -> bool {
    !matches!(kind, "schedule" | "unschedule" | "create an app" | "destroy an app")
}

/// How often our request was carried out: by the rows that carrying it out leaves, never by what was answered to a key.
/// `us` is our account, `theirs` the operation that the second actor of our account began.
fn acts(state: &Connection, command: &Command, us: &str, theirs: &Theirs) -> Result<i64, DbError> {
    let count = |sql: &str, values: &[&str]| -> Result<i64, DbError> {
        Ok(state.prepare(sql)?.query_row(params_from_iter(values), |row| row.get(0))?)
    };
    let works = |kind: &str, about: &str| {
        let sql = "SELECT count(*) FROM operations WHERE kind = ?1 AND author = ?2 AND id <> ?3
            AND ?4 IN (addon_id, addon, backup_id)";
        count(sql, &[kind, us, theirs.work.as_deref().unwrap_or_default(), about])
    };
    let releases = |app: &str, what: &str| {
        let sql = "SELECT count(*) FROM releases JOIN apps ON apps.id = releases.app_id
            WHERE apps.name = ?1 AND description = ?2 AND author = ?3";
        Ok::<_, DbError>(count(sql, &[app, what, us])? - i64::from(theirs.is_of_our_account && theirs.was_taken))
    };
    match command {
        Command::CreateAddon(create) => works("create", &create.name),
        Command::Attach { addon, app, .. } => releases(app, &format!("Attach {addon} as MAIN")),
        Command::Detach { addon, app, .. } => releases(app, &format!("Detach {addon} as MAIN")),
        Command::DestroyAddon { addon_id, .. } => works("destroy", addon_id),
        Command::BackUp { addon_id, .. } => works("back_up", addon_id),
        Command::DeleteBackup { backup_id, .. } => works("delete_backup", backup_id),
        Command::UploadBackup { file, .. } => {
            // Every run has a file of its own; the row has its checksum once it was read again.
            let checksum: String =
                Sha256::digest(std::fs::read(file).unwrap()).iter().map(|byte| format!("{byte:02x}")).collect();
            let sql = "SELECT count(*) FROM operations JOIN backups ON backups.id = operations.backup_id
                WHERE operations.kind = 'check_upload' AND operations.author = ?1 AND operations.id <> ?2
                AND (operations.spec LIKE '%' || ?3 || '%' OR backups.checksum LIKE '%' || ?3)";
            count(sql, &[us, theirs.work.as_deref().unwrap_or_default(), &checksum])
        }
        Command::Restore(restore) => works("restore", &restore.name),
        Command::MoveAttachments { from, to, .. } => {
            releases(&format!("a{}", &to[1..]), &format!("Switch from {from} to {to}"))
        }
        Command::ChangePlan { addon_id, .. } => works("change_plan", addon_id),
        Command::Rename { addon_id, .. } => works("rename", addon_id),
        Command::Rotate { addon_id, .. } => works("rotate", addon_id),
        Command::Restart { addon_id, .. } => works("restart", addon_id),
        Command::Sleep { addon_id, .. } => works("sleep", addon_id),
        Command::Wake { addon_id, .. } => works("wake", addon_id),
        Command::CreateApp { app, .. } => {
            Ok(count("SELECT count(*) FROM apps WHERE name = ?1", &[app])? - i64::from(theirs.was_taken))
        }
        Command::DestroyApp { app } => {
            Ok(1 - count("SELECT count(*) FROM apps WHERE name = ?1", &[app])? - i64::from(theirs.was_taken))
        }
        // These leave no row of their own but the state itself: the answer, which is written with it in one transaction, is
        // all that tells who brought it about.
        Command::ScheduleBackups { .. }
        | Command::Maintenance { .. }
        | Command::RollBack { .. }
        | Command::RestoreInto { .. }
        | Command::CancelBackup { .. }
        | Command::MakePrimary { .. }
        | Command::AutoBackups { .. }
        | Command::Redeploy { .. }
        | Command::RunAction(_) => {
            count("SELECT count(*) FROM idempotency WHERE key = ?1 AND status < 300", &[theirs.our_key.as_str()])
        }
    }
}

/// What was answered to our key, if anything was: whether it was taken, and as which operation.
pub(super) fn answered(state: &Connection, our_key: &str) -> Result<Option<(bool, Option<String>)>, DbError> {
    let sql = "SELECT status, body FROM idempotency WHERE key = ?1";
    let row = |row: &rusqlite::Row<'_>| Ok((row.get::<_, u16>(0)?, row.get::<_, String>(1)?));
    let answer = state.prepare(sql)?.query_row([our_key], row).optional()?;
    Ok(answer.map(|(status, body)| {
        let body: Value = serde_json::from_str(&body).unwrap();
        (status < 300, body["operation"]["id"].as_str().map(str::to_owned))
    }))
}

/// What is known of the second actor, whose acts are not ours.
#[derive(Clone, Debug, Default)]
pub(super) struct Theirs {
    pub(super) our_key: String,
    pub(super) was_taken: bool,
    pub(super) is_of_our_account: bool,
    /// Whether ours was carried out first, if it was: then an operation that both were answered with is ours.
    pub(super) comes_second: bool,
    pub(super) work: Option<String>,
}

/// How it truly stands with our command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Truth {
    /// How often it was carried out.
    pub(super) acts: i64,
    /// Whether the platform took it. It may take what needs no act any more, because somebody else has brought it about.
    pub(super) is_taken: bool,
    /// As which of its operations.
    pub(super) work: Option<String>,
}

/// How it stands now.
pub(super) fn truth(state: &Connection, command: &Command, us: &str, mut theirs: Theirs) -> Result<Truth, DbError> {
    let answer = answered(state, &theirs.our_key)?;
    let is_taken = answer.as_ref().is_some_and(|(is_taken, _)| *is_taken);
    let ours = answer.and_then(|(_, work)| work);
    if theirs.comes_second && ours.is_some() && ours == theirs.work {
        (theirs.was_taken, theirs.work) = (false, None);
    }
    Ok(Truth { acts: acts(state, command, us, &theirs)?, is_taken, work: ours })
}
