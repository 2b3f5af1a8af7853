//! The form that unlocks a read-only profile.

use ratatui::layout::Rect;

use super::forms::{FormWindow, error_or, form_window};
use crate::app::modal::{Field, Suggestions, UnlockForm, UnlockPhase};
use crate::app::{State, UNLOCKED_FOR};
use crate::view::canvas::{Canvas, Line};
use crate::view::theme::Role;

/// Draws the form.
pub(crate) fn unlock(state: &State, form: &UnlockForm, canvas: &mut Canvas<'_>, screen: Rect) {
    let minutes = UNLOCKED_FOR.as_secs() / 60;
    let profile = state.session.profile.as_str();
    let body = vec![
        Line::text("Commands may be sent through ")
            .add(Role::Strong, profile)
            .add(Role::Text, format!(" for {minutes} minutes; then it is locked again. ! locks it at once.")),
        Line::of(Role::Dim, "That you unlocked it, and why, is recorded on this machine, the reason with every write."),
    ];
    let words = match form.phase {
        UnlockPhase::Open if form.field == Field::Name => {
            Line::text("Type ").add(Role::Strong, profile).add(Role::Text, "; a paste does not count.")
        }
        UnlockPhase::Open => Line::of(Role::Dim, "Why: a ticket, an incident, a sentence. Enter unlocks."),
        UnlockPhase::Recording { .. } => Line::of(Role::Busy, "Recording it; nothing can be written before that."),
    };
    form_window(
        state,
        FormWindow {
            title: Line::of(Role::Title, format!("Unlock profile {profile}")),
            body,
            fields: &[(Field::Name, "Profile", &form.name), (Field::Reason, "Reason ", &form.reason)],
            field: form.field,
            suggested: Field::Reason,
            suggestions: &Suggestions::default(),
            pinned: error_or(form.error.as_ref(), words),
        },
        canvas,
        screen,
    );
}
