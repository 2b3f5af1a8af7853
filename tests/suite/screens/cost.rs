//! What a screen costs in bytes, and that no size and no text breaks it.

use std::time::Duration;

use attache::app::modal::{Gate, Help, Modal, Sheet, SheetKind};
use attache::app::{Action, Pane};
use attache::model::Danger;
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ratatui::buffer::Buffer;

use super::paint::{Wire, cells, cells_at};
use super::world::{World, addon};
use super::{commands, modals};

fn key(world: &mut World, code: KeyCode) {
    world.act(Action::Key { key: KeyEvent::new(code, KeyModifiers::NONE), alone: true });
}

#[test]
fn first_screen_and_cursor_move_stay_within_their_budgets() {
    for (columns, rows, first_budget, rest_budget) in
        [(120, 40, 6_000, 1_000), (80, 24, 3_000, 1_000), (40, 12, 1_000, 60)]
    {
        let mut world = World::of(columns, rows, "postgresql-calm-otter");
        let mut wire = Wire::new(columns, rows);
        let first = wire.draw(&world.state);
        let mut moves = Vec::new();
        let mut rests = Vec::new();
        for code in [KeyCode::Up, KeyCode::Up, KeyCode::Down, KeyCode::Down, KeyCode::Up] {
            key(&mut world, code);
            moves.push(wire.draw(&world.state));
            world.pass(Duration::from_millis(200));
            world.answer();
            rests.push(wire.draw(&world.state));
        }
        println!("{columns}×{rows}: first {first} bytes, cursor moves {moves:?}, details after a rest {rests:?}");
        assert!(first <= first_budget, "{columns}×{rows}: the first screen takes {first} bytes");
        assert!(moves.iter().all(|bytes| *bytes <= 100), "{columns}×{rows}: cursor moves take {moves:?} bytes");
        assert!(rests.iter().all(|bytes| *bytes <= rest_budget), "{columns}×{rows}: the details take {rests:?} bytes");
    }
}

#[test]
fn nothing_visible_changes_while_polls_bring_nothing_new() {
    let mut world = World::of(120, 40, "uploads");
    world.addons.retain(|addon| !addon.state.is_transitional());
    world.pass(Duration::from_secs(15));
    world.answer();
    let before = cells(&world.state);
    let revision = world.state.revision();
    for _ in 0..30 {
        world.pass(Duration::from_secs(10));
        world.answer();
    }
    assert_eq!(cells(&world.state), before);
    assert_eq!(world.state.revision(), revision, "something asked for a frame that shows nothing new");
}

#[test]
fn ten_thousand_rows_cost_what_the_visible_ones_cost() {
    let mut world = World::opened(120, 40, "local", Danger::None, Vec::new());
    world.addons = (0..10_000)
        .map(|at| addon(&format!("postgresql-{at:05}"), "postgresql", "small", "2026-11-20T02:31:00Z"))
        .collect();
    world.answer();
    world.press(KeyCode::End);
    let mut wire = Wire::new(120, 40);
    wire.draw(&world.state);
    key(&mut world, KeyCode::Up);
    let bytes = wire.draw(&world.state);
    assert!(bytes <= 100, "a cursor move at the end of 10,000 rows takes {bytes} bytes");
}

/// Every kind of screen there is, one after another.
fn each_screen(mut look: impl FnMut(&attache::app::State)) {
    let mut world = World::opened(80, 24, "acme", Danger::Production, modals::operations());
    look(&world.state);
    world.answer();
    world.select("analytics-db");
    for pane in Pane::ALL {
        world.state.ui.focus = pane;
        if pane != Pane::Addons {
            world.state.ui.detail_pane = pane;
        }
        for is_open in [false, true] {
            world.state.ui.is_detail_open = is_open;
            look(&world.state);
        }
    }
    for prepared in [commands::destroy(), commands::detach(), commands::create_alone(), commands::take_over()] {
        let confirm = commands::open(&mut world.state, prepared, Danger::None);
        confirm.scroll = 7;
        if let Gate::Typed(input) = &mut confirm.gate {
            *input = "a-long-name-that-does-not-fit-into-a-narrow-line".into();
        }
        look(&world.state);
        world.state.modals.clear();
    }
    let key = world.state.ui.selected.clone().unwrap();
    for kind in [SheetKind::Describe(key.clone()), SheetKind::Timeline(key), SheetKind::Profile] {
        world.state.modals = vec![Modal::Sheet(Sheet { kind, scroll: u16::MAX })];
        look(&world.state);
    }
    for form in modals::forms(&world.state) {
        world.state.modals = vec![form];
        look(&world.state);
    }
    world.state.modals = vec![Modal::Help(Help::default())];
    look(&world.state);
}

#[test]
fn no_size_breaks_any_screen() {
    each_screen(|state| {
        for columns in 0..=60 {
            for rows in 0..=30 {
                cells_at(state, columns, rows);
            }
        }
        // Larger ones of all kinds, though not each with each: that takes minutes.
        for columns in (61..=200).step_by(3) {
            cells_at(state, columns, columns * 7 % 61);
        }
        for (columns, rows) in [(109, 30), (110, 29), (110, 30), (120, 40), (200, 60), (500, 200)] {
            cells_at(state, columns, rows);
        }
    });
}

#[test]
fn no_screen_is_blank_or_lets_anything_through_that_steers_a_terminal() {
    let is_blank = |buffer: &Buffer| buffer.content().iter().all(|cell| cell.symbol().trim().is_empty());
    each_screen(|state| {
        for (columns, rows) in [(120, 40), (80, 24), (40, 12), (20, 5)] {
            let buffer = cells_at(state, columns, rows);
            assert!(!is_blank(&buffer));
            for cell in buffer.content() {
                assert!(!cell.symbol().chars().any(char::is_control), "{:?}", cell.symbol());
            }
        }
    });
}
