//! What the platform asks before it does something.

use ratatui::layout::Rect;

use super::confirm::profile_badge;
use super::forms::error_or;
use super::run::stars;
use super::window::Window;
use crate::app::State;
use crate::app::modal::{Asked, AskedPhase};
use crate::model::Asks;
use crate::view::canvas::{Canvas, Line};
use crate::view::theme::Role;
use crate::view::widgets;

/// Draws the question.
pub(crate) fn asked(state: &State, form: &Asked, canvas: &mut Canvas<'_>, screen: Rect) {
    let sentence = form.command.sentence();
    // Where there is little room, what the platform says has it.
    let is_narrow = screen.width < 60;
    let mut body = vec![Line::of(Role::Warn, form.said.clone()), Line::of(Role::Strong, "Nothing has happened yet.")];
    if !is_narrow {
        let says =
            Line::text(format!("{} does not do this without being told more. It says:", state.session.words.platform));
        body.insert(0, says);
        body.insert(1, Line::new());
        body.insert(3, Line::new());
        body.push(Line::of(Role::Dim, format!("It is about: {sentence}.")));
    }
    let (title, label, words, input) = match &form.asks {
        Asks::Confirmation { word } => {
            body.push(Line::of(
                Role::Dim,
                "With the word it is proposed once more, with what it does, and confirmed as any other command.",
            ));
            let words =
                Line::text("To go on, type ").add(Role::Strong, word.clone()).add(Role::Text, " and press Enter.");
            ("The platform wants this confirmed".to_owned(), "Word", words, form.input.clone())
        }
        Asks::SecondFactor { app } => {
            let for_what = app.as_ref().map_or_else(String::new, |app| format!(" for {app}"));
            body.push(Line::of(
                Role::Dim,
                "The code is sent once and recorded nowhere; then the command is proposed once more.",
            ));
            let words = Line::of(Role::Dim, "Type the code of your second factor and press Enter.");
            (format!("The platform wants a second factor{for_what}"), "Code", words, stars(&form.input))
        }
    };
    let pinned = match form.phase {
        AskedPhase::Authorizing(_) => vec![Line::of(Role::Busy, "The code is on its way.")],
        AskedPhase::Open => error_or(form.error.as_ref(), words),
    };
    body.truncate(if is_narrow { 2 } else { body.len() });
    let window = Window {
        title: Line::of(Role::Title, title),
        right: profile_badge(state),
        body,
        pinned,
        extra: 1,
        ..Window::default()
    };
    let area = window.draw(canvas, screen);
    widgets::input(canvas, area, label, input.value(), input.cursor(), form.phase == AskedPhase::Open);
}
