//! What is new where an app is deployed as environments, without plans (orkestr), and where neither plans nor names are told
//! and add-ons may be in no list (Watasu).

use std::time::Duration;

use attache::app::{Action, Query, Reply};
use attache::config::PlatformKind;
use attache::model::*;
use attache::platform::{Fresh, words};
use crossterm::event::KeyCode;
use jiff::Timestamp;

use super::copies::work;
use super::look;
use super::paint::screen;
use super::world::{Become, World, addon, at};

const SIZES: [(u16, u16); 3] = [(120, 40), (80, 24), (40, 12)];
const NO_RESTORE: &str = "No text shows how a backup is restored on orkestr; it can be downloaded.";

/// An add-on as orkestr has it: of one project, one variable, no plan.
fn owned(name: &str, service: &str, project: &str, variable: &str, created: &str) -> Addon {
    let mut one = addon(name, service, "", created).to(project, Some(variable));
    one.key.profile = ProfileName("work".into());
    (one.owner, one.team, one.plan, one.endpoint) = (Owner::App(project.into()), Some("acme".into()), None, None);
    (one.state_word, one.health) = ("running".into(), Health::Unknown("orkestr does not tell".into()));
    one.price = Known::Unknown("orkestr tells no prices".into());
    one.config_vars = Known::Is(vec![variable.into()]);
    if let Known::Is(rows) = &mut one.attachments {
        rows.iter_mut().for_each(|row| row.config_vars = Known::Is(vec![variable.into()]));
    }
    one.facts = vec![Fact::new("version", "16")];
    one
}

fn four() -> Vec<Addon> {
    vec![
        owned("orders", "postgres", "shop", "DATABASE_URL", "2026-10-02T08:00:00Z"),
        owned("carts", "redis", "shop", "REDIS_URL", "2026-11-20T02:40:00Z"),
        owned("ledger", "postgres", "billing", "DATABASE_URL", "2026-09-01T08:00:00Z"),
        owned("reports", "postgres", "billing", "REPORTING_URL", "2026-11-19T23:00:00Z"),
    ]
}

fn deployment(id: &str, state: WorkState, word: &str, created: &str) -> Work {
    let step = |name: &str, state| WorkStep { name: name.into(), state };
    let (clone, build) = (step("clone", Some(WorkState::Done)), step("build", Some(state.clone())));
    Work {
        id: id.into(),
        word: Some(word.into()),
        state,
        app: Some("shop".into()),
        environment: Some("production".into()),
        created_at: Some(at(created)),
        by: Some("push".into()),
        step: None,
        message: Some("push, 4f2a91c".into()),
        steps: vec![clone, build, step("deploy", None), step("health check", None)],
        ..work("deploy", "", None)
    }
}

fn environments() -> Vec<Environment> {
    let one = |id: &str, name: &str, live_since, newest| Environment {
        id: id.into(),
        name: name.into(),
        branch: Some(if name == "production" { "main".into() } else { name.to_owned() }),
        domain: None,
        is_production: name == "production",
        deploys_itself: Some(true),
        state_word: "running".into(),
        newest,
        live_since,
    };
    vec![
        one(
            "env-1",
            "production",
            Known::Is(Some(at("2026-11-19T18:02:00Z"))),
            Some(deployment("dep-9", WorkState::Failed, "failed", "2026-11-20T03:01:00Z")),
        ),
        one(
            "env-2",
            "staging",
            Known::Is(Some(at("2026-11-20T03:05:00Z"))),
            Some(deployment("dep-8", WorkState::Done, "live", "2026-11-20T03:05:00Z")),
        ),
        one("env-3", "preview", Known::Is(None), None),
        one("env-4", "qa", Known::Unknown("orkestr does not tell of which environment a deployment is".into()), None),
    ]
}

fn orkestr(query: &Query, addons: &[Addon], now: Timestamp) -> Option<Reply> {
    Some(match query {
        Query::AddonsOf(app) => {
            let value = addons.iter().filter(|one| one.owner == Owner::App(app.clone().into())).cloned().collect();
            Reply::AddonsOf(Fresh { value, at: now, etag: None })
        }
        Query::Environments(_) => Reply::Environments(environments()),
        Query::Deployments { .. } => Reply::Deployments(vec![
            deployment("dep-9", WorkState::Failed, "failed", "2026-11-20T03:01:00Z"),
            deployment("dep-7", WorkState::Done, "live", "2026-11-19T18:02:00Z"),
            deployment("dep-5", WorkState::Other("superseded".into()), "superseded", "2026-11-18T09:30:00Z"),
        ]),
        Query::Works => Reply::Works(vec![deployment("dep-9", WorkState::Failed, "failed", "2026-11-20T03:01:00Z")]),
        Query::Work(id) => Reply::Work(Box::new(deployment(id, WorkState::Failed, "failed", "2026-11-20T03:01:00Z"))),
        Query::WorkLog(_) => Reply::WorkLog(vec![
            "[clone] 4f2a91c of main".into(),
            "[build] npm ci".into(),
            "[build] npm ERR! missing script: build".into(),
        ]),
        Query::Backups(_) => {
            let super_backups = super::copies::backups("orders-db");
            let policy = BackupPolicy { is_automatic: Some(false), ..BackupPolicy::default() };
            let facts = vec![Fact::new("retention_days", "14"), Fact::new("manual_left_today", "2")];
            Reply::Backups(Backups { policy: Some(policy), facts, ..super_backups })
        }
        Query::Catalog => Reply::Catalog(Catalog {
            services: ["postgres", "redis"]
                .map(|name| Service {
                    name: name.into(),
                    summary: "On the project's private network.".into(),
                    unavailable: None,
                    program: None,
                    config_vars: Known::Is(vec![if name == "redis" { "REDIS_URL" } else { "DATABASE_URL" }.into()]),
                    backups: Known::Is(Capability::Can),
                    backup_format: None,
                    plans: Vec::new(),
                    are_plans_unread: false,
                })
                .into(),
        }),
        Query::Teams => Reply::Teams(vec![Team { id: "group_1".into(), name: "acme".into() }]),
        Query::Apps => Reply::Apps(["shop", "billing"].map(project).into()),
        _ => return None,
    })
}

fn project(name: &str) -> App {
    App {
        id: format!("prj_{name}").into(),
        name: name.into(),
        team: Some("acme".into()),
        created_at: None,
        release: None,
        maintenance: Known::Unknown("orkestr does not tell".into()),
        maintenance_since: None,
        maintenance_by: None,
        facts: Vec::new(),
    }
}

fn capabilities() -> Vec<(Verb, Capability)> {
    let of = |verb: Verb| match verb {
        Verb::Restore | Verb::RestoreInto => Capability::Cannot(NO_RESTORE.into()),
        Verb::Attach | Verb::Detach => {
            Capability::Cannot("orkestr add-ons belong to one project and can't be shared.".into())
        }
        Verb::ScheduleBackups => {
            Capability::Cannot("On orkestr backups are switched on and off; no hour is told.".into())
        }
        Verb::Usage => Capability::Cannot("orkestr does not tell what an add-on uses.".into()),
        _ => Capability::Can,
    };
    Verb::ALL.iter().map(|verb| (*verb, of(*verb))).collect()
}

impl World {
    /// A dashboard over two projects of orkestr, with the cursor on an add-on.
    fn of_orkestr(columns: u16, rows: u16, selected: &str) -> Self {
        let mut world = World::opened(columns, rows, "work", Danger::Production, Vec::new());
        world.special = Some(orkestr);
        world.addons = four();
        let words = words(PlatformKind::Orkestr);
        world.act(Action::Connected { words, capabilities: capabilities(), no_writes: None });
        for _ in 0..2 {
            world.answer();
            world.pass(Duration::from_millis(10));
        }
        world.answer();
        world.select(selected);
        world
    }
}

#[test]
fn environments_and_what_has_to_be_deployed_again() {
    for (columns, rows) in SIZES {
        let mut world = World::of_orkestr(columns, rows, "carts");
        world.press(KeyCode::Char('2'));
        world.answer();
        let shown = screen(&world.state);
        assert!(columns == 40 || shown.contains("DERIVED"), "{shown}");
        look!(format!("environments_{columns}x{rows}"), world.state);
        world.press(KeyCode::Char('4'));
        look!(format!("waits_for_redeploy_{columns}x{rows}"), world.state);
    }
    for (columns, rows) in &SIZES[..2] {
        let mut world = World::of_orkestr(*columns, *rows, "carts");
        world.press(KeyCode::Char('d'));
        world.answer();
        look!(format!("describe_environments_{columns}x{rows}"), world.state);
    }
}

#[test]
fn choosing_an_environment_and_a_deployment() {
    for (columns, rows) in SIZES {
        let mut world = World::of_orkestr(columns, rows, "carts");
        world.answer();
        world.type_text(":redeploy");
        world.press(KeyCode::Enter);
        world.answer();
        look!(format!("redeploy_which_{columns}x{rows}"), world.state);
        world.press(KeyCode::Esc);
        world.press(KeyCode::Char('2'));
        world.answer();
        world.type_text(":roll-back");
        world.press(KeyCode::Enter);
        world.answer();
        look!(format!("roll_back_which_{columns}x{rows}"), world.state);
    }
}

#[test]
fn a_failed_deployment_step_by_step_with_its_log() {
    for (columns, rows) in SIZES {
        let mut world = World::of_orkestr(columns, rows, "carts");
        world.press(KeyCode::Char('o'));
        world.answer();
        world.press(KeyCode::Enter);
        world.answer();
        look!(format!("deployment_in_full_{columns}x{rows}"), world.state);
        world.press(KeyCode::Char('l'));
        world.answer();
        look!(format!("deployment_log_{columns}x{rows}"), world.state);
    }
}

#[test]
fn automatic_backups_and_what_is_told_of_them_and_no_plans() {
    for (columns, rows) in &SIZES[..2] {
        let mut world = World::of_orkestr(*columns, *rows, "orders");
        world.press(KeyCode::Char('5'));
        world.answer();
        look!(format!("automatic_backups_{columns}x{rows}"), world.state);
        world.press(KeyCode::Char('R'));
        look!(format!("instead_of_restore_{columns}x{rows}"), world.state);
        world.press(KeyCode::Esc);
        world.press(KeyCode::Char('3'));
        look!(format!("no_plan_{columns}x{rows}"), world.state);
        world.press(KeyCode::Char('C'));
        world.press(KeyCode::Enter);
        look!(format!("create_without_plan_{columns}x{rows}"), world.state);
    }
}

fn watasu(query: &Query, _: &[Addon], _: Timestamp) -> Option<Reply> {
    match query {
        Query::Catalog => Some(Reply::Catalog(Catalog { services: Vec::new() })),
        Query::Apps => Some(Reply::Apps(["storefront", "billing"].map(project).into())),
        _ => None,
    }
}

#[test]
fn counts_are_of_what_this_machine_has_seen_and_what_is_typed_is_said() {
    for (columns, rows) in SIZES {
        let mut world = World::opened(columns, rows, "work", Danger::Production, Vec::new());
        world.special = Some(watasu);
        world.addons.truncate(3);
        world.addons[0].verbatim = Some("state: warming up\nreplicas: 2".into());
        let name = world.addons[0].name.clone();
        let words = words(PlatformKind::Watasu);
        world.act(Action::Connected { words, capabilities: capabilities(), no_writes: None });
        world.answer();
        world.select(&name);
        world.press(KeyCode::Char('4'));
        look!(format!("seen_by_this_machine_{columns}x{rows}"), world.state);
        world.press(KeyCode::Char('1'));
        world.type_text("/zzz");
        look!(format!("seen_none_fits_{columns}x{rows}"), world.state);
        world.press(KeyCode::Esc);
        world.press(KeyCode::Char('C'));
        look!(format!("create_typed_{columns}x{rows}"), world.state);
    }
}
