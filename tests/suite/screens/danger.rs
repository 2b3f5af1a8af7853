//! Where we are, and how dangerous it is there, is on every screen at every size: in a word, and in a colour.

use attache::app::modal::{Help, Modal, Sheet, SheetKind};
use attache::model::Danger;
use ratatui::style::Color;

use super::world::World;
use super::{commands, modals, paint};

/// From the widest to the ones that show a sentence alone.
const SIZES: [(u16, u16); 4] = [(120, 40), (80, 24), (40, 12), (36, 8)];

/// Fails unless the first row begins with the word in its colour and names platform and profile.
#[track_caller]
fn says_where(state: &attache::app::State, what: &str) {
    let buffer = paint::cells(state);
    let screen = paint::symbols(&buffer);
    let first = screen.lines().next().unwrap_or_default();
    assert!(first.starts_with(" PROD  local:acme"), "{what}\n{screen}");
    assert_eq!(buffer[(1, 0)].fg, Color::Red, "{what}: its colour");
}

#[test]
fn every_screen_says_danger_and_profile() {
    for (columns, rows) in SIZES {
        let world = || {
            let mut world = World::opened(columns, rows, "acme", Danger::Production, Vec::new());
            world.answer();
            world
        };
        says_where(&world().state, &format!("{columns}x{rows}"));
        let mut open = modals::forms(&world().state);
        open.push(Modal::Help(Help::default()));
        open.push(Modal::Sheet(Sheet { kind: SheetKind::Profile, scroll: 0 }));
        for (at, modal) in open.into_iter().enumerate() {
            let mut world = world();
            world.state.modals = vec![modal];
            says_where(&world.state, &format!("{columns}x{rows}, modal {at}"));
        }
        for key in ['o', 'e', 'd', 't', 'v', 'm', ':', '?', 'p', 'R', 'C', 'A'] {
            let mut world = world();
            world.press(crossterm::event::KeyCode::Char(key));
            says_where(&world.state, &format!("{columns}x{rows}, {key}"));
        }
        let mut world = world();
        commands::open(&mut world.state, commands::destroy(), Danger::Production);
        says_where(&world.state, &format!("{columns}x{rows}, destroy"));
    }
}
