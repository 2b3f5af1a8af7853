//! The way to a restore on the screen. It is 04:14 in Berlin, 03:14Z; the steps are those of the real adapter.

use std::time::Duration;

use attache::app::modal::{Modal, RestoreWizard};
use attache::app::{Action, Look};
use attache::config::{Endpoint, PlatformKind, Profile};
use attache::model::{Backups, Danger, Known, ProfileName, Release, RestoreBackup, RestoreGoal, RestorePlan};
use attache::platform::{ReadError, ReadErrorKind, RestoreFacts, Settings, connect};
use attache::store::door::RestoreWish;
use crossterm::event::KeyCode;

use super::world::{NOW, World, at, dozen};
use super::{copies, look};

const ALL_SIZES: [(u16, u16); 3] = [(120, 40), (80, 24), (40, 12)];

pub(super) fn releases(app: &str) -> Vec<Release> {
    let one = |version, created: &str, by: &str, what: &str| Release {
        version,
        description: what.into(),
        by: (!by.is_empty()).then(|| by.to_owned()),
        created_at: Some(at(created)),
    };
    match app {
        "storefront" => vec![
            one(57, "2026-11-20T02:10:30Z", "alice", "Deploy 4f2c1d: orders get a currency"),
            one(56, "2026-11-19T15:02:00Z", "bob", "Deploy 90ab12"),
            one(55, "2026-11-11T10:00:00Z", "bob", "Deploy 77aa01"),
        ],
        "billing" => vec![one(31, "2026-11-20T02:55:00Z", "", "Attach reports-db as REPORTS")],
        _ => Vec::new(),
    }
}

fn wizard(world: &World) -> &RestoreWizard {
    match world.state.modals.last() {
        Some(Modal::Restore(wizard)) => wizard,
        other => panic!("no wizard: {other:?}"),
    }
}

fn on(columns: u16, rows: u16, name: &str) -> World {
    let mut world = World::of(columns, rows, name);
    world.press(KeyCode::Char('R'));
    world
}

fn enter(world: &mut World) {
    world.press(KeyCode::Enter);
}

/// What the real adapter makes of a wish.
fn plan(wish: &RestoreWish) -> RestorePlan {
    let profile = Profile {
        backup_max_age: attache::config::BACKUP_MAX_AGE,
        project: None,
        undocumented: false,
        authorities: attache::config::Authorities::default(),
        name: ProfileName("local".into()),
        platform: PlatformKind::Local,
        endpoint: Endpoint::Url("http://127.0.0.1:9".into()),
        token: None,
        token_source: None,
        teams: Vec::new(),
        danger: Danger::None,
        read_only: None,
        data_endpoint: None,
    };
    let reader = connect(&profile, Settings::default()).unwrap().reader;
    let addon = dozen().into_iter().find(|addon| Some(addon.key.id.as_str()) == wish.addon_id.as_deref());
    let backup = copies::all().into_iter().find(|backup| backup.id == wish.backup_id).unwrap();
    let backups: Backups = copies::backups(backup.addon.as_deref().unwrap_or_default());
    let apps = ["billing", "storefront", "warehouse"];
    let known: Vec<_> = apps.into_iter().map(|app| (app.to_owned(), Known::Is(releases(app)))).collect();
    let restore = RestoreBackup {
        backup_id: backup.id.clone(),
        of: backup.addon.clone(),
        name: wish.replacement.clone(),
        team: None,
        service: "postgresql".into(),
        plan: "small".into(),
    };
    let facts = RestoreFacts {
        addon: addon.as_ref(),
        backup: &backup,
        backups: Some(&backups),
        releases: if addon.is_some() { &known } else { &[] },
        good_moment: wish.good_moment,
        restore: &restore,
        way: attache::model::Way::Replacement,
        make: None,
        file: &wish.file,
        at: at(NOW),
    };
    RestorePlan {
        goal: RestoreGoal {
            addon_id: wish.addon_id.clone().unwrap_or_default(),
            addon: backup.addon.clone().unwrap_or_default(),
            backup_id: Some(backup.id.clone()),
            backup_started_at: backup.started_at,
            backup_size: backup.size,
            good_moment: wish.good_moment,
            replacement: wish.replacement.clone(),
            way: attache::model::Way::Replacement,
        },
        ways: Vec::new(),
        offers: reader.restore_offers(&facts),
        does: vec![format!(
            "Add-on {} (postgresql:small), owned by team sandbox, with the data of backup {}.",
            wish.replacement, wish.backup_id
        )],
        leaves: vec![
            "What was written to postgresql-calm-otter since 02:00Z is not in it.".into(),
            "The schedule of postgresql-calm-otter (daily at 02:00 UTC) is not carried over: the replacement is backed up by hand until it has one.".into(),
        ],
        at: at(NOW),
    }
}

/// Answers the reading of the steps that is under way.
fn planned(world: &mut World, answer: impl FnOnce(&RestoreWish) -> Result<RestorePlan, ReadError>) {
    let (id, wish) = wizard(world).way.asked.clone().expect("a reading under way");
    world.act(Action::RestorePlanned { id, plan: answer(&wish).map(Box::new) });
}

fn failed(message: &str) -> ReadError {
    ReadError::new(ReadErrorKind::ServerError(500), message)
}

#[test]
fn finding_the_database() {
    for (columns, rows) in ALL_SIZES {
        let open = |what: &str| {
            let mut world = World::of(columns, rows, "orders-db");
            world.press(KeyCode::Char(':'));
            world.type_text("restore");
            enter(&mut world);
            world.type_text(what);
            world
        };
        look!(format!("restore_find_all_{columns}x{rows}"), open("").state);
        look!(format!("restore_find_many_{columns}x{rows}"), open("billing").state);
        look!(format!("restore_find_none_{columns}x{rows}"), open("old-shop").state);
    }
    let mut unread = World::opened(80, 24, "acme", Danger::Production, Vec::new());
    unread.act(Action::Key { key: crossterm::event::KeyEvent::from(KeyCode::Char('R')), alone: true });
    look!("restore_find_unread_80x24", unread.state);
}

#[test]
fn saying_when_it_was_good_last() {
    for (columns, rows) in ALL_SIZES {
        let mut world = on(columns, rows, "postgresql-calm-otter");
        look!(format!("restore_moment_empty_{columns}x{rows}"), world.state);
        world.type_text("02:40");
        look!(format!("restore_moment_time_{columns}x{rows}"), world.state);
        world.press(KeyCode::Down);
        world.press(KeyCode::Down);
        look!(format!("restore_moment_release_{columns}x{rows}"), world.state);
        world.type_text("x");
        enter(&mut world);
        look!(format!("restore_moment_wrong_{columns}x{rows}"), world.state);
    }
    let world = on(80, 24, "reports-db");
    look!("restore_moment_unknown_apps_80x24", world.state);
    let mut world = World::of(80, 24, "postgresql-calm-otter");
    world.broken = Some(failed("The platform answered 500 (request 7f3a): tell its operators."));
    world.press(KeyCode::Char('R'));
    look!("restore_moment_no_releases_80x24", world.state);
}

#[test]
fn choosing_a_backup() {
    for (columns, rows) in ALL_SIZES {
        let mut world = on(columns, rows, "postgresql-calm-otter");
        // 02:20 in Berlin is before the newest backup.
        world.type_text("02:20");
        enter(&mut world);
        look!(format!("restore_backups_{columns}x{rows}"), world.state);
        world.press(KeyCode::Down);
        look!(format!("restore_backups_failed_{columns}x{rows}"), world.state);
        world.press(KeyCode::Home);
        enter(&mut world);
        world.type_text("b_01");
        look!(format!("restore_backups_later_{columns}x{rows}"), world.state);
    }
    let mut world = on(80, 24, "postgresql-calm-otter");
    enter(&mut world);
    look!("restore_backups_no_moment_80x24", world.state);
    let mut world = on(80, 24, "orders-db");
    enter(&mut world);
    look!("restore_backups_none_80x24", world.state);
    let mut world = on(80, 24, "uploads");
    world.type_text("-10d");
    enter(&mut world);
    look!("restore_backups_nothing_before_80x24", world.state);
}

#[test]
fn backups_that_are_being_read_can_t_be_or_are_stale() {
    for (columns, rows) in [(80, 24), (40, 12)] {
        let mut world = on(columns, rows, "postgresql-calm-otter");
        world.type_text("03:10");
        world.act(Action::Key { key: crossterm::event::KeyEvent::from(KeyCode::Enter), alone: true });
        look!(format!("restore_backups_reading_{columns}x{rows}"), world.state);
        world.broken = Some(failed("The platform answered 500 (request 7f3a): tell its operators."));
        world.answer();
        look!(format!("restore_backups_unreadable_{columns}x{rows}"), world.state);
        world.broken = None;
        world.pass(Duration::from_secs(10));
        world.answer();
        world.broken = Some(failed("The platform answered 500 (request 7f3a): tell its operators."));
        world.pass(Duration::from_secs(10));
        world.answer();
        look!(format!("restore_backups_stale_{columns}x{rows}"), world.state);
    }
}

#[test]
fn an_addon_that_keeps_no_backups_says_so() {
    let mut world = World::of(80, 24, "orders-db");
    world.press(KeyCode::Char(':'));
    world.type_text("restore");
    enter(&mut world);
    world.type_text("session-cache");
    enter(&mut world);
    look!("restore_moment_no_backups_80x24", world.state);
    enter(&mut world);
    look!("restore_backups_unsupported_80x24", world.state);
}

#[test]
fn the_way_with_its_steps() {
    for (columns, rows) in ALL_SIZES {
        let mut world = on(columns, rows, "postgresql-calm-otter");
        world.type_text("03:10");
        enter(&mut world);
        enter(&mut world);
        look!(format!("restore_way_reading_{columns}x{rows}"), world.state);
        planned(&mut world, |wish| Ok(plan(wish)));
        look!(format!("restore_way_{columns}x{rows}"), world.state);
        world.state.ui.look = Look { color: false, unicode: true };
        look!(format!("restore_way_mono_{columns}x{rows}"), world.state);
        world.state.ui.look = Look { color: false, unicode: false };
        look!(format!("restore_way_ascii_{columns}x{rows}"), world.state);
        world.state.ui.look = Look::default();
        world.press(KeyCode::End);
        look!(format!("restore_way_end_{columns}x{rows}"), world.state);
        world.press(KeyCode::Tab);
        world.press(KeyCode::Enter);
        look!(format!("restore_way_plan_{columns}x{rows}"), world.state);
        world.press(KeyCode::Enter);
        world.press(KeyCode::Char('r'));
        planned(&mut world, |_| Err(failed("The platform answered 500 (request 7f3a): tell its operators.")));
        look!(format!("restore_way_stale_{columns}x{rows}"), world.state);
    }
}

#[test]
fn the_way_of_a_backup_whose_addon_is_gone() {
    for (columns, rows) in [(120, 40), (80, 24)] {
        let mut world = World::of(columns, rows, "postgresql-calm-otter");
        world.press(KeyCode::Char(':'));
        world.type_text("all-backups");
        enter(&mut world);
        while world.state.chosen_backup().is_none_or(|backup| backup.id != "b_01jcz") {
            world.press(KeyCode::Down);
        }
        world.press(KeyCode::Char('R'));
        planned(&mut world, |wish| Ok(RestorePlan { leaves: Vec::new(), ..plan(wish) }));
        look!(format!("restore_way_gone_{columns}x{rows}"), world.state);
    }
}

#[test]
fn the_release_that_is_named_as_the_damage_is_among_those_to_be_rolled_back() {
    let mut world = on(80, 24, "postgresql-calm-otter");
    world.type_text("v57");
    enter(&mut world);
    enter(&mut world);
    planned(&mut world, |wish| Ok(plan(wish)));
    let read = wizard(&world).way.read.as_ref().expect("read");
    let titles: Vec<&str> = read.offers.iter().map(|offer| offer.step.title.as_str()).collect();
    assert!(titles.contains(&"Roll storefront back to v56 first"), "{titles:?}");
}
