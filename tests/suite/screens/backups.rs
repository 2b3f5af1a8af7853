//! Backups on the screen, and what leads to and from them.

use std::time::Duration;

use attache::app::Look;
use attache::app::modal::Modal;
use attache::model::{Danger, Known, State, Verb};
use crossterm::event::KeyCode;

use super::world::{World, few_capabilities};
use super::{copies, look};

const SIZES: [(u16, u16); 2] = [(120, 40), (80, 24)];
const ALL_SIZES: [(u16, u16); 3] = [(120, 40), (80, 24), (40, 12)];

fn on(columns: u16, rows: u16, name: &str) -> World {
    World::of(columns, rows, name)
}

#[test]
fn in_full_with_a_chart_of_their_sizes() {
    for (columns, rows) in ALL_SIZES {
        let mut world = on(columns, rows, "postgresql-calm-otter");
        world.press(KeyCode::Char('5'));
        world.press(KeyCode::Char('j'));
        world.press(KeyCode::Char('j'));
        world.press(KeyCode::Enter);
        look!(format!("backups_full_{columns}x{rows}"), world.state);
        world.state.ui.look = Look { color: false, unicode: true };
        look!(format!("backups_full_mono_{columns}x{rows}"), world.state);
        world.state.ui.look = Look { color: false, unicode: false };
        look!(format!("backups_full_ascii_{columns}x{rows}"), world.state);
    }
}

#[test]
fn running_and_queued_ones_none_too_old_unsupported_and_unreadable() {
    for (columns, rows) in ALL_SIZES {
        for name in ["uploads", "orders-db", "legacy-db", "session-cache"] {
            let mut world = on(columns, rows, name);
            world.press(KeyCode::Char('5'));
            look!(format!("backups_{name}_{columns}x{rows}"), world.state);
        }
    }
    let mut world = on(80, 24, "postgresql-calm-otter");
    world.state.session.capabilities = few_capabilities();
    world.press(KeyCode::Char('5'));
    look!("backups_no_platform_80x24", world.state);
    let mut world = World::opened(80, 24, "local", Danger::None, Vec::new());
    world.answer_lists_only();
    world.press(KeyCode::Char('5'));
    look!("backups_unread_80x24", world.state);
}

#[test]
fn all_of_them_also_those_of_addons_that_are_gone() {
    for (columns, rows) in ALL_SIZES {
        let mut world = on(columns, rows, "postgresql-calm-otter");
        world.press(KeyCode::Char(':'));
        world.type_text("all-backups");
        world.press(KeyCode::Enter);
        world.answer();
        world.press(KeyCode::End);
        look!(format!("backups_all_{columns}x{rows}"), world.state);
    }
}

#[test]
fn choosing_another_plan_and_whose_apps_go_over() {
    for (columns, rows) in ALL_SIZES {
        let mut world = on(columns, rows, "postgresql-calm-otter");
        world.press(KeyCode::Char('U'));
        world.press(KeyCode::Down);
        look!(format!("pick_plan_{columns}x{rows}"), world.state);
        world.state.modals.clear();
        world.press(KeyCode::Char('P'));
        look!(format!("pick_source_{columns}x{rows}"), world.state);
    }
}

#[test]
fn forms_of_a_name_and_of_a_schedule() {
    for (columns, rows) in SIZES {
        let mut world = on(columns, rows, "postgresql-calm-otter");
        world.press(KeyCode::Char(':'));
        world.type_text("rename");
        world.press(KeyCode::Enter);
        world.press(KeyCode::Enter);
        look!(format!("rename_{columns}x{rows}"), world.state);
        world.state.modals.clear();
        world.press(KeyCode::Char(':'));
        world.type_text("schedule");
        world.press(KeyCode::Enter);
        world.press(KeyCode::Tab);
        world.type_text("x");
        world.press(KeyCode::Backspace);
        look!(format!("schedule_{columns}x{rows}"), world.state);
    }
}

#[test]
fn the_actions_with_what_stands_against_each() {
    for (columns, rows) in ALL_SIZES {
        let mut world = on(columns, rows, "valkey-quiet-heron");
        world.press(KeyCode::Char('m'));
        look!(format!("actions_{columns}x{rows}"), world.state);
    }
}

#[test]
fn what_the_platform_works_on() {
    for (columns, rows) in ALL_SIZES {
        let mut world = on(columns, rows, "postgresql-calm-otter");
        world.addons.push(copies::restoring());
        world.pass(Duration::from_secs(11));
        world.answer();
        world.select("postgresql-calm-otter-restored");
        look!(format!("restoring_{columns}x{rows}"), world.state);
        world.select("valkey-quiet-heron");
        look!(format!("sleeping_{columns}x{rows}"), world.state);
    }
}

#[test]
fn the_log_shows_its_end() {
    let mut world = on(80, 24, "postgresql-calm-otter");
    world.press(KeyCode::Char(':'));
    world.type_text("log");
    world.press(KeyCode::Enter);
    world.answer();
    assert!(matches!(world.state.modals.last(), Some(Modal::Sheet(_))));
    look!("log_80x24", world.state);
}

#[test]
fn usage_beside_the_limits() {
    for (columns, rows) in [(120, 40), (110, 30), (80, 24), (40, 12)] {
        for name in ["orders-db", "session-cache", "valkey-quiet-heron"] {
            let mut world = on(columns, rows, name);
            world.press(KeyCode::Char('3'));
            look!(format!("usage_{name}_{columns}x{rows}"), world.state);
        }
    }
    let mut world = on(80, 24, "orders-db");
    std::sync::Arc::make_mut(&mut world.addons[3].cannot).push((Verb::Usage, "nothing counts it on this plan".into()));
    world.addons[3].state = State::Updating;
    world.addons[3].work = Some(Box::new(copies::work("change_plan", "stop_server", None)));
    world.addons[3].last_backup = Known::Is(None);
    world.pass(Duration::from_secs(11));
    world.answer();
    world.press(KeyCode::Char('3'));
    look!("usage_unknown_80x24", world.state);
}
