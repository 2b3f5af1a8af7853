//! The data API: Postgres, Key-Value Store, maintenance. Undocumented; written from the official client's source and from
//! recordings. It has no pages, no rate and no tags, and what it does not know is a page of HTML.

mod advanced;
mod credentials;
mod databases;
mod maintenance;
pub(crate) mod public;
mod redis;
mod schedules;
pub(crate) mod transfers;

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::catalog::Service;
use super::exchange::{Ask, Content, Refusal, Reply};
use super::platform;
use super::world::{Addon, Heroku, PLANTED};

pub(crate) use credentials::Credential;
pub(crate) use maintenance::Maintenance;
pub(crate) use schedules::Schedule;

/// What the data API has of an add-on.
#[derive(Clone, Debug, Default)]
pub(crate) struct Data {
    /// The id of the database that it follows.
    pub(crate) following: Option<String>,
    /// The id of the database that it was made from.
    pub(crate) forked_from: Option<String>,
    /// What is waited for, and whether that is an error.
    pub(crate) wait: Option<(String, bool)>,
    pub(crate) bytes: u64,
    pub(crate) connections: u32,
    pub(crate) tables: u32,
    pub(crate) version: &'static str,
    pub(crate) has_protection: bool,
    pub(crate) credentials: Vec<Credential>,
    pub(crate) schedules: Vec<Schedule>,
    pub(crate) maintenance: Option<Maintenance>,
    /// Day and time.
    pub(crate) window: Option<(String, String)>,
    /// Settings of a Key-Value Store.
    pub(crate) settings: BTreeMap<String, String>,
}

impl Data {
    /// The URL of a database with a password in it.
    pub(crate) fn url(&self, id: &str, credential: &str) -> String {
        let one = self.credentials.iter().find(|one| one.name == credential);
        let (user, number) = one.map_or(("nobody", 0), |one| (one.user.as_str(), one.number));
        let host = id.split_at(30).1;
        format!("postgres://{user}:p{PLANTED}{number}@ec2-{host}.eu-west-1.compute.amazonaws.com:5432/d{host}")
    }

    pub(crate) fn has_credential(&self, name: &str) -> bool {
        self.credentials.iter().any(|one| one.name == name)
    }
}

type Answer = Result<Reply, Refusal>;

/// What this API says of what it does not know.
fn no_page() -> Reply {
    Reply::new(404, Content::Html("<!DOCTYPE html><html><body><h1>Not Found</h1></body></html>"))
}

pub(super) fn answer(world: &mut Heroku, ask: &Ask) -> Reply {
    if world.switches.data_is_down {
        return Reply::new(503, Content::Html("<html><body><h1>Service Unavailable</h1></body></html>"));
    }
    if !platform::is_token_good(ask) {
        return platform::unauthorized().reply();
    }
    let path: Vec<&str> = ask.path.iter().map(String::as_str).collect();
    let answered = match *path.as_slice() {
        ["client", "v11", "apps", app, "transfers", ref rest @ ..] => transfers::answer(world, ask, app, rest),
        ["client", "v11", "databases", db, ref rest @ ..] => databases::answer(world, ask, db, rest),
        ["postgres", "v0", "databases", db, ref rest @ ..] => credentials::answer(world, ask, db, rest),
        ["redis", "v0", "databases", db, ref rest @ ..] => redis::answer(world, ask, db, rest),
        ["data", "maintenances", "v1", ref rest @ ..] => maintenance::answer(world, ask, rest),
        ["data", "postgres", "v1", ref rest @ ..] => advanced::answer(world, ask, rest),
        _ => Ok(None),
    };
    match answered {
        Ok(Some(reply)) => reply,
        Ok(None) => no_page(),
        Err(refusal) => refusal.reply(),
    }
}

/// What a handler found: nothing is the page of HTML.
type Found = Result<Option<Reply>, Refusal>;

/// An add-on that is there for this API: by its id, or its name; not before it is provisioned.
fn database<'a>(world: &'a Heroku, db: &str, is_it: impl Fn(&Addon) -> bool) -> Option<&'a Addon> {
    world.addon(db).filter(|addon| addon.is_set() && world.is_visible(&addon.app) && is_it(addon))
}

fn is_classic(addon: &Addon) -> bool {
    addon.is_postgres(false)
}

/// `2020-12-13 16:22:40 +0000`: the times of transfers and schedules.
fn spaced(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d %H:%M:%S +0000").to_string()
}

/// With milliseconds: the times of databases.
fn precise(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%S%.3fZ").to_string()
}

impl Heroku {
    /// The data of a new add-on; what it is to follow, fork or roll back has to be there.
    pub(in crate::stand_ins::heroku) fn new_data(
        &mut self,
        app: &str,
        service: &Service,
        options: &BTreeMap<String, String>,
    ) -> Result<Data, Refusal> {
        let mut data = Data {
            bytes: 8_000_000,
            version: if service.name == "heroku-redis" { "7.2.4" } else { "16.4" },
            credentials: vec![Credential::new(self, "default")],
            ..Data::default()
        };
        for option in ["follow", "fork"] {
            let Some(of) = options.get(option) else { continue };
            let named = of.strip_suffix("_URL").unwrap_or(of);
            let found = self.attachment(app, named).map(|one| one.addon.clone());
            let found = found.or_else(|| self.addon(of).map(|addon| addon.id.clone()));
            // Inferred: the words. A URL is a database of somewhere else.
            if found.is_none() && !of.starts_with("postgres://") {
                return Err(Refusal::invalid(format!("There is no database {of} to {option}.")));
            }
            *(if option == "follow" { &mut data.following } else { &mut data.forked_from }) = found;
        }
        Ok(data)
    }
}
