//! A world to look at: a team with a dozen add-ons, each in a state of its own, told to the dashboard through its own `update`.

use std::time::Duration;

use super::copies;
use attache::app::{Action, Effect, Now, Query, Reply, RequestId, Session, Start, State, update};
use attache::model::{
    Account, Addon, AddonKey, App, Attachment, Capability, Catalog, Danger, Endpoint, EventStatus, Health, Known,
    Limit, Operation, Owner, Plan, Price, ProfileName, Service, State as AddonState, Team, Text, TimelineEvent, Verb,
    Work, variable_name,
};
use attache::platform::{Conditional, Fresh, ReadError, ReadErrorKind, Words};
use attache::store::{JournalChanges, Told};
use jiff::Timestamp;

/// The time at which everything here is looked at.
pub(super) const NOW: &str = "2026-11-20T03:14:07Z";

pub(super) fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn names(names: &[&str]) -> Vec<Text> {
    names.iter().copied().map(Text::from).collect()
}

pub(super) const POSTGRESQL: [&str; 6] = ["DATABASE_URL", "PGHOST", "PGPORT", "PGDATABASE", "PGUSER", "PGPASSWORD"];
const BUCKET: [&str; 11] = [
    "S3_BUCKET",
    "AWS_S3_BUCKET",
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_ENDPOINT_URL",
    "AWS_ENDPOINT_URL_S3",
    "AWS_REGION",
    "AWS_DEFAULT_REGION",
    "AWS_S3_REGION",
    "AWS_S3_URL",
    "S3_FORCE_PATH_STYLE",
];

pub(super) fn variables(service: &str) -> Vec<Text> {
    match service {
        "postgresql" => names(&POSTGRESQL),
        "valkey" => names(&["REDIS_URL"]),
        _ => names(&BUCKET),
    }
}

/// An add-on in service, attached to nothing.
pub(super) fn addon(name: &str, service: &str, plan: &str, created: &str) -> Addon {
    Addon {
        verbatim: None,
        key: AddonKey { profile: ProfileName("local".into()), id: format!("add_{}", name.replace('-', "")).into() },
        name: name.into(),
        team: Some("sandbox".into()),
        owner: Owner::Team("sandbox".into()),
        service: service.into(),
        plan: Some(plan.into()),
        state: AddonState::Ready,
        state_word: "ready".into(),
        state_reason: None,
        health: Health::Ok,
        created_at: Some(at(created)),
        updated_at: Some(at(created)),
        config_vars: Known::Is(variables(service)),
        attachments: Known::Is(Vec::new()),
        endpoint: Some(Box::new(Endpoint {
            host: "127.0.0.1".into(),
            port: 20_432,
            database: Some(name.replace('-', "_")),
            user: Some("u_calm_otter".into()),
        })),
        cannot: Default::default(),
        restored_from: None,
        last_backup: Known::Unknown("the platform does not tell".into()),
        work: None,
        billing: None,
        facts: Vec::new(),
        price: Known::Unknown("it was not told".into()),
    }
}

/// Ways to make an add-on another one.
pub(super) trait Become {
    fn to(self, app: &str, alias: Option<&str>) -> Self;
    fn standing(self, state: AddonState, reason: Option<&str>) -> Self;
}

impl Become for Addon {
    fn to(mut self, app: &str, alias: Option<&str>) -> Self {
        let variables = variables(&self.service).iter().map(|name| variable_name(alias, name).into()).collect();
        let attachment = Attachment {
            id: Some(format!("att_{app}").into()),
            alias: alias.map(Into::into),
            addon: self.name.clone(),
            app: app.into(),
            primary: None,
            owner_row: false,
            config_vars: Known::Is(variables),
            created_at: self.created_at,
        };
        if let Known::Is(list) = &mut self.attachments {
            list.push(attachment);
        }
        self
    }

    fn standing(mut self, state: AddonState, reason: Option<&str>) -> Self {
        self.state_word = state.word().into();
        self.state = state;
        self.state_reason = reason.map(Into::into);
        self.health = Health::Unknown("it is not in service".into());
        self.endpoint = None;
        self
    }
}

pub(super) fn dozen() -> Vec<Addon> {
    let mut cache = addon("session-cache", "valkey", "cache", "2026-11-02T08:00:00Z").to("storefront", None);
    cache.cannot = vec![(Verb::BackUp, copies::NO_COPIES.into()), (Verb::ListBackups, copies::NO_COPIES.into())].into();
    cache.last_backup = Known::Is(None);
    cache.health = Health::Failing("PING was not answered within 2 s".into());
    let mut reports = addon("reports-db", "postgresql", "standard-1", "2025-09-01T00:00:00Z");
    reports.attachments = Known::Unknown("the credential may not list the apps of another team".into());
    let mut legacy =
        addon("legacy-db", "postgresql", "standard-0", "2023-02-11T00:00:00Z").to("billing", Some("LEGACY"));
    legacy.state = AddonState::Other("migrating-host".into());
    legacy.state_word = "migrating-host".into();
    let mut all = vec![
        addon("postgresql-calm-otter", "postgresql", "small", "2026-11-20T02:31:00Z")
            .to("storefront", None)
            .to("billing", Some("REPORTING"))
            .to("warehouse", Some("STORE")),
        addon("postgresql-brave-finch", "postgresql", "standard-0", "2026-11-20T03:13:58Z")
            .to("warehouse", None)
            .standing(AddonState::Provisioning, None),
        addon("analytics-db", "postgresql", "standard-0", "2026-11-20T03:02:00Z").standing(
            AddonState::Failed,
            Some("start_server failed: could not bind IPv4 address \"127.0.0.1\": Address already in use"),
        ),
        addon("orders-db", "postgresql", "standard-1", "2026-06-01T10:00:00Z")
            .to("storefront", Some("ORDERS"))
            .to("billing", None),
        cache,
        addon("valkey-quiet-heron", "valkey", "small", "2026-11-19T22:00:00Z").to("storefront", Some("QUEUE")),
        addon("search-cache", "valkey", "cache", "2026-11-20T03:14:05Z").standing(AddonState::Requested, None),
        addon("uploads", "object-storage", "standard", "2026-10-01T00:00:00Z").to("storefront", None),
        addon("invoices-archive", "object-storage", "standard", "2025-01-15T00:00:00Z").to("billing", None),
        addon("staging-db", "postgresql", "small", "2026-11-11T00:00:00Z").standing(AddonState::Deprovisioning, None),
        reports,
        legacy,
    ];
    all.iter_mut().for_each(copies::stand);
    all
}

fn event(id: u64, at_: &str, step: &str, status: EventStatus, message: &str, log: &[&str]) -> TimelineEvent {
    let log = log.iter().map(|line| (*line).to_owned()).collect();
    TimelineEvent { id, at: at(at_), step: step.into(), status, message: message.into(), log }
}

pub(super) fn events(name: &str) -> Vec<TimelineEvent> {
    use EventStatus::{Done, Failed, Note, Started};
    let mut events = vec![
        event(1, "2026-11-20T03:13:58.100Z", "requested", Note, "Asked for by root.", &[]),
        event(2, "2026-11-20T03:13:58.120Z", "init_cluster", Started, "", &[]),
        event(3, "2026-11-20T03:14:01.420Z", "init_cluster", Done, "Made a cluster with PostgreSQL 15.18.", &[]),
        event(4, "2026-11-20T03:14:01.500Z", "start_server", Started, "", &[]),
    ];
    match name {
        "postgresql-brave-finch" => {}
        "analytics-db" => events.push(event(
            5,
            "2026-11-20T03:14:02.800Z",
            "start_server",
            Failed,
            "The server ended with status 1 before it answered on port 20437.",
            &[
                "LOG:  starting PostgreSQL 15.18 (Debian 15.18-0+deb12u1) on x86_64-pc-linux-gnu",
                "LOG:  could not bind IPv4 address \"127.0.0.1\": Address already in use",
                "HINT:  Is another postmaster already running on port 20437? If not, wait a few seconds and retry.",
                "FATAL:  could not create any TCP/IP sockets",
            ],
        )),
        _ => events.extend([
            event(5, "2026-11-20T03:14:02.800Z", "start_server", Done, "The server answers on port 20432.", &[]),
            event(6, "2026-11-20T03:14:02.810Z", "create_role", Started, "", &[]),
            event(7, "2026-11-20T03:14:02.930Z", "create_role", Done, "Made the role u_calm_otter.", &[]),
            event(8, "2026-11-20T03:14:02.931Z", "create_database", Started, "", &[]),
            event(
                9,
                "2026-11-20T03:14:03.040Z",
                "create_database",
                Done,
                "Made the database postgresql_calm_otter.",
                &[],
            ),
            event(10, "2026-11-20T03:14:03.050Z", "ready", Note, "It is in service.", &[]),
        ]),
    }
    events
}

pub(super) fn catalog() -> Catalog {
    let limit = |name: &str, value, unit: &str, by: Option<&str>| Limit {
        name: name.into(),
        value,
        unit: unit.into(),
        enforced_by: by.map(str::to_owned),
    };
    let plan = |name: &str, summary: &str, is_default, limits| Plan {
        name: name.into(),
        summary: summary.into(),
        is_default,
        price: Known::Is(Price { cents_per_month: 0, currency: "USD".into() }),
        limits,
    };
    let postgresql = |connections, shared, work, storage| {
        vec![
            limit("connections", connections, "count", Some("the role's CONNECTION LIMIT")),
            limit("shared_memory", shared, "bytes", Some("shared_buffers")),
            limit("work_mem", work, "bytes", Some("work_mem, per sort or hash")),
            limit("storage", storage, "bytes", None),
            limit("backups", 5, "count", Some("the platform: one more pushes the oldest out")),
            limit("backup_retention", 7, "days", Some("the platform")),
        ]
    };
    let service = |name: &str, summary: &str, unavailable: Option<&str>, program: Option<&str>, plans| Service {
        name: name.into(),
        summary: summary.into(),
        unavailable: unavailable.map(str::to_owned),
        program: program.map(str::to_owned),
        config_vars: Known::Is(variables(name)),
        backups: Known::Is(Capability::Can),
        backup_format: None,
        plans,
        are_plans_unread: false,
    };
    let memory = || vec![limit("memory", 64 << 20, "bytes", Some("maxmemory"))];
    Catalog {
        services: vec![
            service(
                "postgresql",
                "PostgreSQL: a database cluster of its own for each add-on.",
                None,
                Some("/usr/lib/postgresql/15/bin/postgres 15.18"),
                vec![
                    plan(
                        "small",
                        "For development and tests: a small share of memory.",
                        true,
                        postgresql(20, 16 << 20, 4 << 20, 1 << 30),
                    ),
                    plan(
                        "standard-0",
                        "For an app under load: 64 MiB of shared memory, 60 connections.",
                        false,
                        postgresql(60, 64 << 20, 8 << 20, 10 << 30),
                    ),
                    plan(
                        "standard-1",
                        "For several apps or large queries: 256 MiB of shared memory, 120 connections.",
                        false,
                        postgresql(120, 256 << 20, 16 << 20, 50 << 30),
                    ),
                ],
            ),
            service(
                "valkey",
                "Valkey (or Redis): keys and values in memory, a server of its own for each add-on.",
                Some(
                    "Neither valkey-server nor redis-server is on PATH or in /usr/bin. Install one: apt-get install valkey-server",
                ),
                None,
                vec![
                    plan(
                        "cache",
                        "A cache: nothing is written to disk, so a restart of the server empties it.",
                        false,
                        memory(),
                    ),
                    plan("small", "Durable: every write goes to an append-only file.", true, memory()),
                ],
            ),
            service(
                "object-storage",
                "S3 buckets, served by the platform itself.",
                None,
                None,
                vec![plan(
                    "standard",
                    "One bucket with a key pair of its own.",
                    true,
                    vec![limit("storage", 10 << 30, "bytes", None)],
                )],
            ),
        ],
    }
}

pub(super) const NO_BACKUPS: &str = "The local platform keeps no backups yet: what is destroyed or damaged here is lost. pg_dump with the add-on's DATABASE_URL makes a copy by hand.";

/// A platform that can do everything.
pub(super) fn capabilities() -> Vec<(Verb, Capability)> {
    Verb::ALL.iter().map(|verb| (*verb, Capability::Can)).collect()
}

/// A platform that keeps no backups.
pub(super) fn few_capabilities() -> Vec<(Verb, Capability)> {
    let can = [Verb::Create, Verb::Attach, Verb::Detach, Verb::Destroy];
    let known = |verb: &Verb| if can.contains(verb) { Capability::Can } else { Capability::Cannot(NO_BACKUPS.into()) };
    Verb::ALL.iter().map(|verb| (*verb, known(verb))).collect()
}

/// Where the screens are looked at: an hour ahead of the platform.
fn berlin() -> jiff::tz::TimeZone {
    jiff::tz::TimeZone::get("Europe/Berlin").unwrap()
}

/// A dashboard with its own clock and a platform that answers from what is told here.
pub(super) struct World {
    pub(super) state: State,
    pub(super) addons: Vec<Addon>,
    /// Set to make every read fail.
    pub(super) broken: Option<ReadError>,
    /// Set to make the reads fail of which it says so.
    pub(super) failing: Option<(super::IsAsked, ReadError)>,
    /// The app that is in maintenance, if any.
    pub(super) stopped: Option<&'static str>,
    /// The platform's own record.
    pub(super) works: Vec<Work>,
    /// What the next look at the journal shows.
    pub(super) journal: JournalChanges,
    /// What answers before all else, if anything does.
    pub(super) special: Option<super::elsewhere::Special>,
    now: Now,
    /// What was asked and not answered yet.
    asked: Vec<(RequestId, Query)>,
    follows: Vec<RequestId>,
}

impl World {
    /// A dashboard that has asked its first questions and got no answer.
    pub(super) fn opened(columns: u16, rows: u16, profile: &str, danger: Danger, operations: Vec<Operation>) -> Self {
        let now = Now { wall: at(NOW), mono: Duration::from_secs(1) };
        let words = Words { keeps_keys: Some(jiff::SignedDuration::from_hours(7 * 24)), ..Words::LOCAL };
        let session = Session {
            profile: ProfileName(profile.into()),
            words: words.clone(),
            endpoint: "/home/ada/.local/share/attache/platform/run/api.sock".into(),
            account: attache::model::AccountTag("local".into()),
            danger,
            no_writes: None,
            read_only: None,
            no_journal: None,
            unlocked: None,
            budget: None,
            capabilities: Vec::new(),
        };
        let start = Start {
            profiles: Vec::new(),
            session,
            size: (columns, rows),
            seed: 7,
            cached: None,
            note: None,
            opening: None,
            zone: berlin(),
            downloads: "/home/ada".into(),
            now,
        };
        let operations = operations.into_iter().map(|operation| Told { operation, by: "ada on bastion-1".into() });
        let journal = JournalChanges { operations: operations.collect(), is_whole: true, ..JournalChanges::default() };
        let mut world = Self {
            state: State::new(start),
            addons: dozen(),
            broken: None,
            stopped: None,
            special: None,
            failing: None,
            journal,
            now,
            works: Vec::new(),
            asked: Vec::new(),
            follows: Vec::new(),
        };
        world.act(Action::Connected { words, capabilities: capabilities(), no_writes: None });
        world
    }

    /// A dashboard over the dozen, everything answered, with the cursor on an add-on.
    pub(super) fn of(columns: u16, rows: u16, selected: &str) -> Self {
        let mut world = Self::opened(columns, rows, "local", Danger::None, Vec::new());
        world.answer();
        world.select(selected);
        world
    }

    /// Lets one thing happen.
    pub(super) fn act(&mut self, action: Action) {
        for effect in update(&mut self.state, action, self.now) {
            match effect {
                Effect::Fetch { id, query, .. } => self.asked.push((id, query)),
                Effect::LookAtJournal(id) => {
                    let nothing = JournalChanges { is_whole: true, ..JournalChanges::default() };
                    let changes = Ok(Box::new(std::mem::replace(&mut self.journal, nothing)));
                    self.act(Action::Journal { id, changes });
                }
                Effect::Follow { id, .. } => self.follows.push(id),
                Effect::Merge { id, merge } => self.act(Action::Merged { id, merged: Box::new(merge.run()) }),
                _ => {}
            }
        }
    }

    /// The looks at operations fail.
    pub(super) fn follow_fails(&mut self, error: &ReadError) {
        for id in std::mem::take(&mut self.follows) {
            self.act(Action::Followed { id, followed: Err(error.clone()) });
        }
    }

    /// Lets time pass.
    pub(super) fn pass(&mut self, time: Duration) {
        self.now.mono += time;
        self.now.wall = self.now.wall.checked_add(time).unwrap();
        self.act(Action::Deadline);
    }

    /// Answers what was asked, and what is asked because of that, for a few rounds.
    pub(super) fn answer(&mut self) {
        for _ in 0..4 {
            for (id, query) in std::mem::take(&mut self.asked) {
                let reply = match (&self.broken, &self.failing) {
                    (Some(error), _) => Err(error.clone()),
                    (None, Some((is, error))) if is(&query) => Err(error.clone()),
                    _ => self.reply(&query),
                };
                self.act(Action::Replied { id, reply });
            }
        }
    }

    /// Answers the questions for the list; single add-ons are not heard of.
    pub(super) fn answer_lists_only(&mut self) {
        for (id, query) in std::mem::take(&mut self.asked) {
            if matches!(query, Query::Addons { .. }) {
                let reply = self.reply(&query);
                self.act(Action::Replied { id, reply });
            }
        }
    }

    fn reply(&self, query: &Query) -> Result<Reply, ReadError> {
        let fresh = |value| Fresh { value, at: self.now.wall, etag: None };
        let by_id = |id: &str| self.addons.iter().find(|addon| addon.key.id == id);
        let gone = || ReadError::new(ReadErrorKind::NotFound, "There is no such add-on.");
        if let Some(reply) = self.special.and_then(|special| special(query, &self.addons, self.now.wall)) {
            return Ok(reply);
        }
        Ok(match query {
            Query::Account => Reply::Account(Account { name: "ada".into(), rights: None }),
            Query::Teams => Reply::Teams(vec![Team { id: "team_1".into(), name: "sandbox".into() }]),
            Query::Apps => Reply::Apps(
                ["storefront", "billing", "warehouse", "storefront-staging"]
                    .iter()
                    .map(|name| App {
                        id: format!("app_{name}").into(),
                        name: (*name).into(),
                        team: Some("sandbox".into()),
                        created_at: None,
                        release: Some(3),
                        maintenance: Known::Is(self.stopped == Some(name)),
                        maintenance_since: self.stopped.map(|_| at("2026-11-20T03:12:07Z")),
                        maintenance_by: self.stopped.map(|_| "alice".into()),
                        facts: Vec::new(),
                    })
                    .collect(),
            ),
            Query::Catalog => Reply::Catalog(catalog()),
            Query::Addons { .. } => {
                Reply::Addons(Conditional::Changed(Fresh { value: self.addons.clone(), at: self.now.wall, etag: None }))
            }
            Query::Addon(id) => Reply::Addon(Box::new(fresh(by_id(id).ok_or_else(gone)?.clone()))),
            Query::Events { addon_id, after } => {
                let name = &by_id(addon_id).ok_or_else(gone)?.name;
                Reply::Events(events(name).into_iter().filter(|event| event.id > *after).collect())
            }
            Query::Backups(id) => Reply::Backups(copies::backups(&by_id(id).ok_or_else(gone)?.name)),
            Query::Works => Reply::Works(self.works.clone()),
            Query::AllBackups => Reply::AllBackups(copies::all()),
            Query::Usage(id) => Reply::Usage(copies::usage(by_id(id).ok_or_else(gone)?)),
            Query::Rehearsal { .. } => Reply::Rehearsal(attache::store::Rehearsal::default()),
            Query::Logs(_) => Reply::Logs(copies::log()),
            Query::Releases(app) => Reply::Releases(super::restore::releases(app)),
            other => super::elsewhere::others(other),
        })
    }
}
