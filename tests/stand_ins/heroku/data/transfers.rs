//! Transfers: backups, restores and copies, numbered within their app.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::super::exchange::{Ask, Refusal, Reply};
use super::super::world::{Heroku, PLANTED};
use super::{Answer, Found, spaced};

/// What a transfer is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Backup,
    Scheduled,
    /// From the time before; its name was another one.
    Imported,
    Restore,
    Copy,
}

#[derive(Clone, Debug)]
pub(crate) struct Transfer {
    pub(crate) uuid: String,
    pub(crate) num: u64,
    /// The name of the app.
    pub(crate) app: String,
    /// The id of the add-on: whose backup it is, else whose data is replaced.
    pub(crate) addon: String,
    pub(crate) kind: Kind,
    pub(crate) from_name: String,
    pub(crate) to_name: String,
    pub(crate) from_url: String,
    pub(crate) to_url: String,
    pub(crate) source_bytes: u64,
    pub(crate) processed: u64,
    pub(crate) succeeded: Option<bool>,
    pub(crate) warnings: u32,
    pub(crate) created_at: Timestamp,
    pub(crate) started_at: Option<Timestamp>,
    pub(crate) finished_at: Option<Timestamp>,
    pub(crate) canceled_at: Option<Timestamp>,
    pub(crate) keep: u32,
    pub(crate) schedule: Option<String>,
    pub(crate) fails: bool,
}

impl Transfer {
    /// Whether it is one that there can be a restore of.
    pub(crate) fn is_backup(&self) -> bool {
        matches!(self.kind, Kind::Backup | Kind::Scheduled | Kind::Imported)
    }

    /// As the CLI shows it: `b001`.
    pub(crate) fn name(&self) -> String {
        let letter = match self.kind {
            Kind::Backup => "b",
            Kind::Scheduled => "a",
            Kind::Imported => return format!("ob{:03}", self.num),
            Kind::Restore => "r",
            Kind::Copy => "c",
        };
        format!("{letter}{:03}", self.num)
    }

    fn types(&self) -> (&'static str, &'static str) {
        match self.kind {
            Kind::Restore => ("htcat", "pg_restore"),
            Kind::Copy => ("pg_dump", "pg_restore"),
            _ => ("pg_dump", "gof3r"),
        }
    }

    fn json(&self, is_verbose: bool) -> Value {
        let (from_type, to_type) = self.types();
        let time = |at: Option<Timestamp>| at.map(spaced);
        let options = if self.kind == Kind::Imported {
            json!({"pgbackups_name": format!("b{:03}", self.num)})
        } else {
            json!({})
        };
        let mut body = json!({
            "uuid": self.uuid, "num": self.num, "from_type": from_type, "to_type": to_type,
            "from_name": self.from_name, "to_name": self.to_name, "from_url": self.from_url, "to_url": self.to_url,
            "options": options, "source_bytes": self.started_at.map(|_| self.source_bytes),
            "processed_bytes": self.processed, "succeeded": self.succeeded, "warnings": self.warnings,
            "created_at": spaced(self.created_at), "started_at": time(self.started_at),
            "finished_at": time(self.finished_at), "canceled_at": time(self.canceled_at),
            "updated_at": time(self.finished_at.or(self.started_at)), "deleted_at": null, "purged_at": null,
            "num_keep": self.keep,
        });
        if let Some(schedule) = &self.schedule {
            body["schedule"] = json!({"uuid": schedule});
        }
        if is_verbose {
            let line =
                |at: Timestamp, message: String| json!({"created_at": spaced(at), "level": "info", "message": message});
            let started = self
                .started_at
                .map(|at| line(at, format!("{from_type}: reading {} of {}", self.from_name, self.from_url)));
            let said = if self.fails { "could not write: no space left" } else { "Upload done" };
            let finished = self.finished_at.map(|at| line(at, said.to_owned()));
            body["logs"] = started.into_iter().chain(finished).collect();
        }
        body
    }

    /// Pending, running, half-way, finished.
    fn step(&mut self) {
        let now = Timestamp::now();
        match self.started_at {
            _ if self.finished_at.is_some() => {}
            None => self.started_at = Some(now),
            Some(_) if self.processed == 0 => self.processed = self.source_bytes / 4,
            Some(_) => {
                self.processed = self.source_bytes / 2;
                (self.finished_at, self.succeeded) = (Some(now), Some(!self.fails));
            }
        }
    }
}

impl Heroku {
    pub(crate) fn transfer_mut(&mut self, app: &str, name: &str) -> Option<&mut Transfer> {
        self.transfers.iter_mut().find(|one| one.app == app && one.name() == name)
    }

    /// Moves those that go on, and takes away those that there are too many of.
    pub(in crate::stand_ins::heroku) fn step_transfers(&mut self, is_meant: impl Fn(&Transfer) -> bool) {
        self.transfers.iter_mut().filter(|one| is_meant(one)).for_each(Transfer::step);
        let finished =
            |one: &Transfer, kind, addon: &str| one.kind == kind && one.addon == addon && one.succeeded == Some(true);
        for newest in self.transfers.clone() {
            let (kind, keep) = (newest.kind, newest.keep as usize);
            let mut same: Vec<&Transfer> =
                self.transfers.iter().filter(|one| finished(one, kind, &newest.addon)).collect();
            if !newest.is_backup() || same.len() <= keep {
                continue;
            }
            same.sort_by_key(|one| one.num);
            let gone: Vec<String> = same[..same.len() - keep].iter().map(|one| one.uuid.clone()).collect();
            self.transfers.retain(|one| !gone.contains(&one.uuid));
        }
    }

    /// A new one of an add-on, not started yet; its id.
    pub(crate) fn transfer(&mut self, addon: &str, kind: Kind) -> String {
        let addon = self.addon(addon).unwrap().clone();
        let uuid = self.id(20);
        let (app, url) = (addon.app.clone(), addon.data.url(&addon.id, "default"));
        let num = self.transfers.iter().filter(|one| one.app == app).map(|one| one.num).max().unwrap_or(0) + 1;
        let alias =
            self.attachments_of(&addon.id).find(|one| one.app == app).map_or("DATABASE".into(), |one| one.name.clone());
        let stored = format!("https://s3.amazonaws.com/hkpg-backups/{uuid}?X-Amz-Signature={PLANTED}{num}");
        let (from, to) = match kind {
            Kind::Restore => (("BACKUP".into(), stored), (alias, url)),
            Kind::Scheduled => ((alias, url), ("SCHEDULED BACKUP".into(), stored)),
            _ => ((alias, url), ("BACKUP".into(), stored)),
        };
        let keep = match (kind, addon.plan.starts_with("essential")) {
            (Kind::Scheduled, _) => 5,
            (_, true) => 2,
            _ => 25,
        };
        self.transfers.push(Transfer {
            uuid: uuid.clone(),
            num,
            app,
            addon: addon.id,
            kind,
            from_name: from.0,
            to_name: to.0,
            from_url: from.1,
            to_url: to.1,
            source_bytes: addon.data.bytes,
            processed: 0,
            succeeded: None,
            warnings: 0,
            created_at: Timestamp::now(),
            started_at: None,
            finished_at: None,
            canceled_at: None,
            keep,
            schedule: None,
            fails: self.switches.transfers_fail,
        });
        uuid
    }

    /// One that has ended, so many hours ago; its name.
    pub(crate) fn finished(&mut self, addon: &str, kind: Kind, hours: i64) -> String {
        let uuid = self.transfer(addon, kind);
        let at = Timestamp::now() - SignedDuration::from_hours(hours);
        let one = self.transfers.iter_mut().find(|one| one.uuid == uuid).unwrap();
        (one.created_at, one.started_at) = (at, Some(at));
        (0..3).for_each(|_| one.step());
        one.finished_at = Some(at + SignedDuration::from_mins(2));
        one.name()
    }
}

pub(super) fn one(world: &Heroku, uuid: &str, status: u16) -> Reply {
    let one = world.transfers.iter().find(|one| one.uuid == uuid).unwrap();
    Reply::json(status, one.json(false))
}

/// The app is its id or its name.
pub(super) fn answer(world: &mut Heroku, ask: &Ask, app: &str, rest: &[&str]) -> Found {
    let Some(app) = world.app(app).filter(|app| app.is_visible).map(|app| app.name.clone()) else { return Ok(None) };
    let is_verbose = ask.query.as_deref().is_some_and(|query| query.contains("verbose=true"));
    if let ("GET", []) = (ask.method.as_str(), rest) {
        if world.switches.reads_move {
            world.step_transfers(|one| one.app == app);
        }
        let rows: Vec<Value> = world.transfers.iter().filter(|one| one.app == app).map(|one| one.json(false)).collect();
        return Ok(Some(Reply::json(200, rows.into())));
    }
    let Some(wanted) = rest.first() else { return Ok(None) };
    let is_it = |one: &&Transfer| one.app == app && (one.uuid == *wanted || one.num.to_string() == *wanted);
    let Some(found) = world.transfers.iter().find(is_it).cloned() else { return Ok(None) };
    let by_number = found.uuid != *wanted;
    match (ask.method.as_str(), &rest[1..]) {
        ("GET", []) => {
            if world.switches.reads_move {
                world.step_transfers(|one| one.uuid == found.uuid);
            }
            let now = world.transfers.iter().find(|one| one.uuid == found.uuid);
            Ok(now.map(|one| Reply::json(200, one.json(is_verbose))))
        }
        ("DELETE", []) if by_number => {
            world.transfers.retain(|one| one.uuid != found.uuid);
            let mut body = found.json(false);
            body["deleted_at"] = spaced(Timestamp::now()).into();
            Ok(Some(Reply::json(200, body)))
        }
        ("POST", ["actions", "public-url"]) if by_number => public_url(ask, &found).map(Some),
        ("POST", ["actions", "cancel"]) if !by_number => cancel(world, &found).map(Some),
        _ => Ok(None),
    }
}

fn cancel(world: &mut Heroku, found: &Transfer) -> Answer {
    if found.finished_at.is_some() {
        return Err(Refusal::new(422, "unprocessable_entity", "The transfer has ended already."));
    }
    let now = Some(Timestamp::now());
    let one = world.transfers.iter_mut().find(|one| one.uuid == found.uuid).unwrap();
    (one.canceled_at, one.finished_at, one.succeeded) = (now, now, Some(false));
    Ok(Reply::json(200, one.json(false)))
}

/// On the same port, and a secret by itself.
fn public_url(ask: &Ask, found: &Transfer) -> Answer {
    if !found.is_backup() || found.succeeded != Some(true) {
        return Err(Refusal::new(422, "unprocessable_entity", "There is no finished backup of that number."));
    }
    let host = ask.header("host").unwrap_or("127.0.0.1");
    let url = format!("http://{host}/public-backups/{}?X-Amz-Expires=3600&X-Amz-Signature={PLANTED}", found.uuid);
    let ends = Timestamp::now() + SignedDuration::from_hours(1);
    Ok(Reply::json(200, json!({"url": url, "expires_at": spaced(ends)})))
}
