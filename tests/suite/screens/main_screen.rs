//! The main screen in its states: never blank, never wrong about what it does not know.

use std::time::Duration;

use attache::app::modal::{Modal, UnlockPhase};
use attache::app::{Action, Level, Look, State};
use attache::model::{Danger, Known, ProfileName};
use attache::platform::{ReadError, ReadErrorKind};
use crossterm::event::KeyCode;

use super::look;
use super::modals::operations;
use super::world::{World, addon, few_capabilities};

const SIZES: [(u16, u16); 2] = [(120, 40), (80, 24)];
const ALL_SIZES: [(u16, u16); 3] = [(120, 40), (80, 24), (40, 12)];

fn timed_out() -> ReadError {
    ReadError::new(ReadErrorKind::TimedOut, "The platform did not answer within 5 s.")
}

#[test]
fn a_dozen_addons() {
    for (columns, rows) in ALL_SIZES {
        let mut world = World::of(columns, rows, "postgresql-calm-otter");
        look!(format!("main_{columns}x{rows}"), world.state);
        world.state.ui.look = Look { color: false, unicode: true };
        look!(format!("main_mono_{columns}x{rows}"), world.state);
        world.state.ui.look = Look { color: false, unicode: false };
        look!(format!("main_ascii_{columns}x{rows}"), world.state);
    }
}

#[test]
fn provisioning_failed_unhealthy_and_unknown_ones() {
    for (columns, rows) in SIZES {
        for name in ["postgresql-brave-finch", "analytics-db", "session-cache", "reports-db", "legacy-db"] {
            let world = World::of(columns, rows, name);
            look!(format!("main_{name}_{columns}x{rows}"), world.state);
        }
    }
}

#[test]
fn each_detail_pane_where_one_is_shown_at_a_time() {
    for (columns, rows) in [(80, 24), (40, 12)] {
        let mut world = World::of(columns, rows, "postgresql-calm-otter");
        for (key, name) in [('2', "attachments"), ('3', "plan"), ('4', "status"), ('5', "backups")] {
            world.press(KeyCode::Char(key));
            look!(format!("pane_{name}_{columns}x{rows}"), world.state);
        }
    }
    let mut world = World::of(120, 40, "postgresql-calm-otter");
    world.press(KeyCode::Char('2'));
    look!("pane_attachments_120x40", world.state);
}

#[test]
fn before_the_first_reply_and_when_there_is_none() {
    for (columns, rows) in ALL_SIZES {
        let mut world = World::opened(columns, rows, "local", Danger::None, Vec::new());
        look!(format!("loading_{columns}x{rows}"), world.state);
        world.broken = Some(ReadError::new(
            ReadErrorKind::NotListening,
            "Nothing answers at /home/ada/.local/share/attache/platform/run/api.sock. Start the local platform with: attache platform up",
        ));
        world.answer();
        look!(format!("unreachable_{columns}x{rows}"), world.state);
        let mut world = World::opened(columns, rows, "local", Danger::None, Vec::new());
        world.addons.clear();
        world.answer();
        look!(format!("empty_{columns}x{rows}"), world.state);
    }
}

#[test]
fn last_known_data_is_shown_as_such() {
    for (columns, rows) in SIZES {
        let mut world = World::of(columns, rows, "orders-db");
        let snapshot = world.state.snapshot();
        let start = attache::app::Start {
            profiles: Vec::new(),
            session: world.state.session.clone(),
            size: (columns, rows),
            seed: 7,
            cached: snapshot,
            note: None,
            opening: None,
            zone: jiff::tz::TimeZone::UTC,
            downloads: "/home/ada".into(),
            now: attache::app::Now { wall: super::world::at("2026-11-20T08:00:00Z"), mono: Duration::from_secs(1) },
        };
        let cached = State::new(start);
        look!(format!("cached_{columns}x{rows}"), cached);
        world.broken = Some(timed_out());
        for _ in 0..4 {
            world.pass(Duration::from_secs(15));
            world.answer();
        }
        look!(format!("stale_{columns}x{rows}"), world.state);
    }
}

#[test]
fn rows_that_lists_no_longer_have() {
    for (columns, rows) in SIZES {
        let mut world = World::of(columns, rows, "orders-db");
        world.addons.retain(|addon| addon.name != "orders-db");
        world.pass(Duration::from_secs(15));
        // Its own read says nothing yet: the list alone has lost it.
        world.answer_lists_only();
        look!(format!("missing_{columns}x{rows}"), world.state);
    }
    let mut world = World::of(80, 24, "orders-db");
    world.addons.truncate(5);
    world.pass(Duration::from_secs(15));
    world.answer_lists_only();
    look!("shrunk_80x24", world.state);
}

#[test]
fn filters_say_that_they_are_on() {
    for (columns, rows) in SIZES {
        let mut world = World::of(columns, rows, "orders-db");
        world.press(KeyCode::Char('/'));
        world.type_text("storefront");
        look!(format!("filter_typing_{columns}x{rows}"), world.state);
        world.press(KeyCode::Enter);
        look!(format!("filter_on_{columns}x{rows}"), world.state);
        world.press(KeyCode::Char('/'));
        world.type_text("zzz");
        look!(format!("filter_nothing_{columns}x{rows}"), world.state);
    }
}

#[test]
fn danger_locks_and_notices() {
    for (columns, rows) in ALL_SIZES {
        let mut world = World::opened(columns, rows, "acme", Danger::Production, operations());
        world.answer();
        world.state.session.read_only = Some(attache::model::ReadOnly::Configured);
        world.state.session.no_writes = Some("The profile acme is read-only.".into());
        world.press(KeyCode::Char('D'));
        look!(format!("production_locked_{columns}x{rows}"), world.state);
        unlock(&mut world);
        look!(format!("production_unlocked_{columns}x{rows}"), world.state);
        let mut world = World::opened(columns, rows, "acme-staging", Danger::Staging, operations());
        world.answer();
        world.state.ui.notice = None;
        world.state.session.capabilities = few_capabilities();
        world.press(KeyCode::Char('B'));
        look!(format!("staging_refused_{columns}x{rows}"), world.state);
    }
    // Each level of a notice; what the level looks like does not hang on how it came about.
    let mut world = World::of(80, 24, "orders-db");
    world.state.session.capabilities = few_capabilities();
    world.press(KeyCode::Char('P'));
    for (level, name) in [(Level::Info, "info"), (Level::Error, "error")] {
        world.state.ui.notice.as_mut().unwrap().level = level;
        look!(format!("notice_{name}_80x24"), world.state);
    }
}

/// Unlocks the profile acme, as `!` does.
fn unlock(world: &mut World) {
    world.press(KeyCode::Char('!'));
    world.type_text("acme");
    world.press(KeyCode::Enter);
    world.type_text("INC-4711 bad migration");
    world.press(KeyCode::Enter);
    let Some(Modal::Unlock(form)) = world.state.modals.last() else { panic!("no form") };
    let UnlockPhase::Recording { id, .. } = form.phase else { panic!("{:?}", form.error) };
    world.act(Action::Unlocked { id, result: Ok(()) });
}

#[test]
fn hostile_text_stays_in_its_cell() {
    for (columns, rows) in SIZES {
        let mut world = World::opened(columns, rows, "local", Danger::None, Vec::new());
        let mut names = vec![
            "\u{1b}[2J\u{1b}[31mred\u{7}",
            "rtl-\u{202e}gpj.exe",
            "東京データベース東京データベース東京",
            "e\u{301}a\u{308}o\u{308}-combining",
            "line\nbreak\tand\rreturn",
            "👩‍👩‍👧‍👦-family-❤️",
        ];
        let long = "a-very-long-name-that-nobody-would-type-".repeat(12);
        names.push(&long);
        world.addons = names
            .iter()
            .map(|name| {
                let mut addon = addon("x", "postgresql", "small", "2026-11-20T02:31:00Z");
                addon.key.id = format!("add_{}", name.len()).into();
                addon.key.profile = ProfileName("local".into());
                addon.name = (*name).into();
                addon.service = (*name).into();
                addon.state_reason = Some((*name).into());
                addon.attachments = Known::Unknown((*name).into());
                addon
            })
            .collect();
        world.answer();
        world.press(KeyCode::End);
        look!(format!("hostile_{columns}x{rows}"), world.state);
        world.state.ui.look = Look { color: true, unicode: false };
        look!(format!("hostile_ascii_{columns}x{rows}"), world.state);
    }
}

#[test]
fn too_small_a_terminal_gets_a_sentence() {
    let mut world = World::of(80, 24, "orders-db");
    world.act(Action::Resize(39, 8));
    look!("floor_39x8", world.state);
}

#[test]
fn an_app_in_maintenance_is_seen_with_since_when_and_by_whom() {
    for (columns, rows) in ALL_SIZES {
        let mut world = World::opened(columns, rows, "local", Danger::None, Vec::new());
        world.stopped = Some("storefront");
        world.answer();
        world.select("postgresql-calm-otter");
        world.press(KeyCode::Char('2'));
        look!(format!("pane_attachments_stopped_{columns}x{rows}"), world.state);
    }
}
