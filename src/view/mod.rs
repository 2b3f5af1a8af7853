//! The screen, drawn from the state and from nothing else: no I/O, no clock, no memory of the frame before.

#[cfg(test)]
mod built;
mod canvas;
mod glyphs;
mod key_bar;
mod layout;
mod modals;
mod panes;
mod several;
mod status_line;
mod text;
mod theme;
mod widgets;

use ratatui::Frame;
use ratatui::layout::Rect;

use crate::app::modal::Modal;
use crate::app::{Breakpoint, Pane, State};
#[cfg(test)]
pub(crate) use canvas::uncover;
use canvas::{Canvas, Look};
use theme::{Role, Theme};

/// Draws all that the state says.
pub fn view(state: &State, frame: &mut Frame<'_>) {
    view_and_measure(state, frame);
}

/// Draws all that the state says, and tells how far the text on top can be scrolled: what `Action::Extent` wants to know.
pub fn view_and_measure(state: &State, frame: &mut Frame<'_>) -> u16 {
    let screen = frame.area();
    if screen.is_empty() {
        return 0;
    }
    let look = Look {
        theme: if state.ui.look.color { Theme::Ansi } else { Theme::Mono },
        glyphs: if state.ui.look.unicode { &glyphs::UNICODE } else { &glyphs::ASCII },
    };
    let mut canvas = Canvas::new(frame.buffer_mut(), look);
    if Breakpoint::of(screen.width, screen.height) == Breakpoint::Floor {
        floor(state, &mut canvas);
        return 0;
    }
    let combined = state.combined.as_ref().filter(|_| state.shows_combined());
    if let Some(combined) = combined {
        several::screen(state, combined, &mut canvas, screen);
        let areas = layout::whole(screen);
        canvas.measure(!matches!(state.modals.last(), Some(Modal::Combined)));
        return above(state, &mut canvas, screen, areas.message, areas.keys);
    }
    let areas = layout::arrange(screen, state.ui.is_detail_open);
    status_line::status_line(state, &mut canvas, areas.status);
    panes::addons(state, &mut canvas, areas.addons);
    panes::attachments(state, &mut canvas, areas.attachments);
    let is_scrolled = |pane| state.modals.is_empty() && state.ui.focus == pane;
    canvas.measure(is_scrolled(Pane::Status));
    panes::status(state, &mut canvas, areas.timeline);
    canvas.measure(is_scrolled(Pane::Plan));
    panes::plan(state, &mut canvas, areas.plan);
    canvas.measure(is_scrolled(Pane::Backups));
    panes::backups(state, &mut canvas, areas.backups);
    canvas.measure(false);
    panes::operations(state, &mut canvas, areas.operations);
    panes::activity(state, &mut canvas, areas.activity);
    canvas.measure(is_scrolled(state.ui.detail_pane));
    match state.ui.detail_pane {
        Pane::Plan => panes::plan(state, &mut canvas, areas.detail),
        Pane::Backups => panes::backups(state, &mut canvas, areas.detail),
        Pane::Attachments => panes::attachments(state, &mut canvas, areas.detail),
        Pane::Addons | Pane::Status => panes::status(state, &mut canvas, areas.detail),
    }
    canvas.measure(!state.modals.is_empty());
    above(state, &mut canvas, screen, areas.message, areas.keys)
}

/// Draws what lies above, and the last two rows.
fn above(state: &State, canvas: &mut Canvas<'_>, screen: Rect, message: Rect, keys: Rect) -> u16 {
    modals::modals(state, canvas, screen);
    key_bar::message(state, canvas, message);
    key_bar::key_bar(state, canvas, keys);
    canvas.extent()
}

/// Where nothing else fits: one sentence, in the danger word's company.
fn floor(state: &State, canvas: &mut Canvas<'_>) {
    let area = canvas.area();
    let place = status_line::danger(&state.session).add(Role::Strong, state.session.place());
    let line = place
        .add(Role::Text, " | ")
        .add(Role::Strong, "attache")
        .add(Role::Text, " needs 40 columns and 12 rows; here are ")
        .add(
            Role::Text,
            format!(
                "{} and {}. Make the window larger, or use the verbs: attache addons.",
                state.ui.size.0, state.ui.size.1
            ),
        );
    let lines = line.wrap(usize::from(area.width), 0);
    canvas.lines(area, &lines);
}
