//! Hands on a world: keys at the pace of a person.

use std::time::Duration;

use attache::app::Action;
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::world::World;

impl World {
    /// Presses a key, then rests until the details follow and everything is answered.
    pub(super) fn press(&mut self, code: KeyCode) {
        self.act(Action::Key { key: KeyEvent::new(code, KeyModifiers::NONE), alone: true });
        self.pass(Duration::from_millis(200));
        self.answer();
    }

    /// Types text, letter by letter.
    pub(super) fn type_text(&mut self, text: &str) {
        for c in text.chars() {
            self.press(KeyCode::Char(c));
        }
    }

    /// Moves the cursor to an add-on.
    pub(super) fn select(&mut self, name: &str) {
        self.press(KeyCode::Home);
        for _ in 0..self.state.visible().len() {
            if self.state.selected_row().is_some_and(|row| row.addon.name == name) {
                return;
            }
            self.press(KeyCode::Down);
        }
        panic!("there is no {name} among the rows");
    }
}
