//! What platforms answer that are not the local one, and a world on one of them.

use std::time::Duration;

use attache::app::modal::{Asked, Modal};
use attache::app::{Action, Query, Reply};
use attache::config::PlatformKind;
use attache::model::*;
use attache::platform::{Budget, Conditional, Fresh, words};
use crossterm::event::KeyCode;
use jiff::Timestamp;

use super::look;
use super::world::{Become, World, addon, capabilities};

const SIZES: [(u16, u16); 3] = [(120, 40), (80, 24), (40, 12)];

/// Answers some questions otherwise than the local platform.
pub(super) type Special = fn(&Query, &[Addon], Timestamp) -> Option<Reply>;

/// What is asked only elsewhere, or of an app.
pub(super) fn others(query: &Query) -> Reply {
    match query {
        Query::Plans(_) => Reply::Plans(Vec::new()),
        Query::Actions(_) => Reply::Actions(Vec::new()),
        Query::ActionFields { .. } => Reply::ActionFields(None),
        Query::Environments(_) => Reply::Environments(Vec::new()),
        Query::Deployments { .. } => Reply::Deployments(Vec::new()),
        Query::WorkLog(_) => Reply::WorkLog(Vec::new()),
        Query::ActionAnswer { .. } => Reply::ActionAnswer(Default::default()),
        _ => Reply::Variables(variables()),
    }
}

fn variables() -> Vec<ConfigVarName> {
    [
        ("DATABASE_URL", Some("postgresql-calm-otter")),
        ("PGHOST", Some("postgresql-calm-otter")),
        ("QUEUE_REDIS_URL", Some("valkey-quiet-heron")),
        ("SECRET_KEY_BASE", None),
    ]
    .iter()
    .map(|(name, addon)| ConfigVarName { name: (*name).into(), addon: addon.map(str::to_owned) })
    .collect()
}

fn facts(facts: &[(&str, &str)]) -> Vec<Fact> {
    facts.iter().map(|(name, value)| Fact::new(*name, *value)).collect()
}

/// An add-on as Akkeris has it: owned by an app, attached to it under its own name.
fn owned(name: &str, plan: &str, app: &str, is_primary: bool) -> Addon {
    let mut one = addon(name, "akkeris-postgresql", plan, "2026-10-02T08:00:00Z").to(app, Some(name));
    one.key.profile = ProfileName("work".into());
    one.cannot = vec![(Verb::Usage, "Akkeris does not tell what an add-on uses.".into())].into();
    one.owner = Owner::App(app.into());
    (one.team, one.state_word, one.endpoint) = (Some("prod".into()), "provisioned".into(), None);
    one.health = Health::Unknown("Akkeris does not tell".into());
    one.price = Known::Is(Price { cents_per_month: 1_500, currency: "USD".into() });
    one.config_vars = Known::Is(vec!["DATABASE_URL".into()]);
    if let Known::Is(rows) = &mut one.attachments {
        for row in rows {
            (row.primary, row.owner_row) = (Some(is_primary), row.app == app);
            let prefix = if is_primary { String::new() } else { format!("{}_", name.to_uppercase().replace('-', "")) };
            row.config_vars = Known::Is(vec![format!("{prefix}DATABASE_URL").into()]);
        }
    }
    one.facts =
        facts(&[("region", "us-seattle"), ("compliance", "socs"), ("web url", "https://shop-prod.example.org")]);
    one
}

/// Five add-ons of two apps in a space: one whose broker does not answer, one that failed, one beside a primary.
fn five() -> Vec<Addon> {
    let mut lost = owned("reports", "standard-1", "billing-prod", true);
    lost.state = State::Unreachable(Box::new(State::Ready));
    lost.state_reason = Some("Its broker does not answer: the app's list leaves it out (503 when asked alone).".into());
    let mut failed = owned("ledger", "premium-0", "billing-prod", false);
    (failed.state, failed.state_word) = (State::Failed, "deprovisioned".into());
    failed.state_reason =
        Some("Its provisioning failed: Akkeris calls that deprovisioned. Destroy it and make another.".into());
    let mut shared = owned("orders", "premium-0", "shop-prod", true).to("billing-prod", Some("orders-ro"));
    shared.facts.push(Fact::new("maintenance", "the app shop-prod is in maintenance"));
    let mut moving = owned("search", "hobby", "shop-prod", false);
    (moving.state, moving.state_word) = (State::Provisioning, "provisioning".into());
    vec![shared, moving, lost, failed, owned("carts", "standard-0", "shop-prod", false)]
}

fn action(
    name: &str,
    title: &str,
    class: ActionClass,
    subject: Option<&str>,
    fields: Vec<ActionField>,
) -> ServiceAction {
    let (name, title, subject) = (name.into(), title.into(), subject.map(str::to_owned));
    ServiceAction { name, title, class, subject, fields, cannot: None, is_inferred: false }
}

fn actions() -> Vec<ServiceAction> {
    let field = |name: &str, told: &str, is_secret| ActionField {
        name: name.into(),
        told: told.into(),
        is_required: true,
        choices: Vec::new(),
        is_secret,
    };
    let fields = vec![field("password", "The new password.", true), field("note", "Why.", false)];
    let mut logs = action("logs", "Read the newest log", ActionClass::Reads, None, Vec::new());
    logs.cannot = Some("This plan shares its server, so it has no log of its own.".into());
    vec![
        action("roles", "List the read-only roles", ActionClass::Reads, None, Vec::new()),
        action("roles/create", "Make a read-only role", ActionClass::Adds, None, Vec::new()),
        action("roles/rotate", "Give a role another password", ActionClass::Interrupts, Some("role"), fields),
        action("replica/delete", "Delete the replica", ActionClass::Destroys, None, Vec::new()),
        logs,
    ]
}

fn akkeris(query: &Query, addons: &[Addon], now: Timestamp) -> Option<Reply> {
    let plan = |name: &str, cents| Plan {
        name: name.into(),
        summary: "High availability, 4 GB of memory.".into(),
        is_default: name == "hobby",
        price: Known::Is(Price { cents_per_month: cents, currency: "USD".into() }),
        limits: Vec::new(),
    };
    let silent = |one: &Addon| Addon { state: State::Unknown("it was not asked yet".into()), ..one.clone() };
    Some(match query {
        Query::Addons { .. } => {
            let value = addons.iter().map(silent).collect();
            Reply::Addons(Conditional::Changed(Fresh { value, at: now, etag: None }))
        }
        Query::AddonsOf(app) => {
            let value = addons.iter().filter(|one| one.owner == Owner::App(app.clone().into())).cloned().collect();
            Reply::AddonsOf(Fresh { value, at: now, etag: None })
        }
        Query::Catalog => Reply::Catalog(Catalog {
            services: vec![Service {
                name: "akkeris-postgresql".into(),
                summary: "PostgreSQL, on a server of its own from premium on.".into(),
                unavailable: None,
                program: None,
                config_vars: Known::Is(vec!["DATABASE_URL".into()]),
                backups: Known::Is(Capability::Can),
                backup_format: None,
                plans: Vec::new(),
                are_plans_unread: true,
            }],
        }),
        Query::Plans(_) => Reply::Plans(vec![
            plan("hobby", 0),
            plan("standard-0", 500),
            plan("standard-1", 1_500),
            plan("premium-0", 6_000),
        ]),
        Query::Teams => Reply::Teams(vec![Team { id: "space_1".into(), name: "prod".into() }]),
        Query::Actions(_) => Reply::Actions(actions()),
        Query::ActionAnswer { .. } => Reply::ActionAnswer(ActionAnswer {
            lines: vec!["report    ********  db-4.us-seattle.example.org".into()],
            hidden: 1,
        }),
        _ => return None,
    })
}

impl World {
    /// A dashboard over a space of Akkeris, with the cursor on an add-on.
    fn of_akkeris(columns: u16, rows: u16, selected: &str) -> Self {
        let mut world = World::opened(columns, rows, "work", Danger::Production, Vec::new());
        world.special = Some(akkeris);
        world.addons = five();
        let words = words(PlatformKind::Akkeris);
        world.act(Action::Connected { words, capabilities: capabilities(), no_writes: None });
        world.answer();
        world.pass(Duration::from_millis(10));
        world.answer();
        world.select(selected);
        world
    }
}

#[test]
fn an_add_on_whose_broker_is_broken_is_unreachable_and_one_that_failed_says_why() {
    for (columns, rows) in SIZES {
        for name in ["reports", "ledger"] {
            let mut world = World::of_akkeris(columns, rows, name);
            world.press(KeyCode::Char('4'));
            look!(format!("akkeris_{name}_{columns}x{rows}"), world.state);
        }
        let mut world = World::of_akkeris(columns, rows, "orders");
        world.press(KeyCode::Char('3'));
        look!(format!("akkeris_orders_{columns}x{rows}"), world.state);
    }
}

#[test]
fn actions_with_their_class_and_what_stands_against_them() {
    for (columns, rows) in SIZES {
        let mut world = World::of_akkeris(columns, rows, "orders");
        world.type_text(":actions");
        world.press(KeyCode::Enter);
        look!(format!("akkeris_actions_{columns}x{rows}"), world.state);
        world.press(KeyCode::Down);
        world.press(KeyCode::Down);
        world.press(KeyCode::Enter);
        world.type_text("report");
        world.press(KeyCode::Enter);
        world.type_text("hunter2");
        look!(format!("akkeris_action_form_{columns}x{rows}"), world.state);
        let screen = super::paint::screen(&world.state);
        assert!(!screen.contains("hunter2"), "{screen}");
    }
}

#[test]
fn what_the_platform_asks_first() {
    for (columns, rows) in SIZES {
        for (name, asks) in [
            ("word", Asks::Confirmation { word: "acme".into() }),
            ("factor", Asks::SecondFactor { app: Some("shop-prod".into()) }),
        ] {
            let mut world = World::of_akkeris(columns, rows, "orders");
            let command = Command::Attach {
                addon_id: "add_orders".into(),
                addon: "orders".into(),
                app: "billing-prod".into(),
                alias: None,
                credential: None,
                confirm: None,
            };
            let said = "Attaching this add-on starts a monthly bill for acme (423 confirmation_required).";
            world.state.modals.push(Modal::Asked(Box::new(Asked::new(command, said.into(), asks))));
            world.type_text("123");
            look!(format!("asked_{name}_{columns}x{rows}"), world.state);
        }
    }
}

#[test]
fn a_budget_that_runs_low_stands_on_the_status_line() {
    for (columns, rows) in SIZES {
        let mut world = World::of_akkeris(columns, rows, "orders");
        world.act(Action::Budget(Some(Budget { remaining: 2_103, of: 4_500 })));
        let words = if columns > 80 { "2,103/4,500 left" } else { "46% left" };
        assert!(super::paint::screen(&world.state).contains(words), "{columns}");
        world.act(Action::Budget(Some(Budget { remaining: 12, of: 4_500 })));
        look!(format!("budget_{columns}x{rows}"), world.state);
    }
}
