//! The profiles that may be entered, and the way into one.

use ratatui::layout::Rect;

use super::confirm::profile_badge;
use super::window::Window;
use crate::app::State;
use crate::model::ProfileName;
use crate::view::canvas::{Canvas, Line};
use crate::view::theme::Role;

/// Draws that another profile is on its way to be shown.
pub(crate) fn entering(state: &State, profile: &ProfileName, canvas: &mut Canvas<'_>, screen: Rect) {
    let window = Window {
        title: Line::of(Role::Title, format!("Enter {profile}")),
        right: profile_badge(state),
        body: vec![Line::of(Role::Busy, "Looking for the way in: its token, and what was seen there last.")],
        ..Window::default()
    };
    window.draw(canvas, screen);
}
