//! The add-ons of all profiles on all of the screen.

mod describe;
mod head;
mod table;

use ratatui::layout::Rect;

pub(super) use describe::describe_lines;
pub(super) use head::counted;

use super::canvas::{Canvas, Line};
use super::text;
use super::theme::Role;
use super::{layout, status_line};
use crate::app::modal::Modal;
use crate::app::{Breakpoint, Combined, State};
use crate::model::{Danger, printable};

/// Draws the combined list in the place of the panes.
pub(super) fn screen(state: &State, combined: &Combined, canvas: &mut Canvas<'_>, screen: Rect) {
    let areas = layout::whole(screen);
    status_line::combined(state, combined, canvas, areas.status);
    let glyphs = canvas.glyphs();
    let right = if state.ui.breakpoint > Breakpoint::Narrow { summary(combined, glyphs) } else { Line::new() };
    let body = canvas.titled(areas.addons, &heading(state, combined), &right);
    let inside = Rect { x: body.x.saturating_add(2.min(body.width)), width: body.width.saturating_sub(2), ..body };
    let head = head::lines(state, combined, state.ui.breakpoint, usize::from(inside.width), glyphs);
    let height = u16::try_from(head.len()).unwrap_or(body.height).min(body.height);
    canvas.lines(Rect { height, ..inside }, &head);
    let below = Rect { y: body.y.saturating_add(height), height: body.height - height, ..body };
    if combined.is_empty() {
        let lines = super::panes::wrapped(&nothing(combined), inside.width);
        canvas.lines(Rect { y: below.y, height: below.height, ..inside }, &lines);
        return;
    }
    table::draw(state, combined, canvas, below);
}

fn heading(state: &State, combined: &Combined) -> Line {
    let has_focus = matches!(state.modals.last(), Some(Modal::Combined));
    let role = if has_focus { Role::Focused } else { Role::Title };
    let line = Line::of(role, "All profiles").add(Role::Dim, format!(" by {}", combined.sort.word()));
    if combined.filter.is_on() {
        let typed = printable(combined.filter.input.value());
        return line.add(Role::Warn, format!(" filter \"{typed}\""));
    }
    line
}

/// How many there are and what they cost, with what of that is not known.
fn summary(combined: &Combined, glyphs: &super::glyphs::Glyphs) -> Line {
    let total = combined.total();
    let price = total.price_words(glyphs.at_least);
    let of = if combined.filter.is_on() { format!(" of {}", combined.all()) } else { String::new() };
    let count = total.count_words();
    Line::of(Role::Strong, price).add(Role::Dim, format!(" {} ", glyphs.dot)).add(Role::Text, format!("{count}{of}"))
}

/// What stands in the place of rows.
fn nothing(combined: &Combined) -> Vec<Line> {
    if combined.filter.is_on() && combined.all() > 0 {
        return vec![
            Line::text(format!("None of {} fits the filter.", text::count(combined.all(), "add-on"))),
            Line::of(Role::Dim, "Esc clears it. It looks through names, apps, services and profiles."),
        ];
    }
    match combined.sources.len() {
        0 => vec![Line::of(Role::Dim, "No profile is configured: there is nothing to put together.")],
        _ => vec![Line::of(Role::Dim, "No add-on was seen in any profile yet.")],
    }
}

/// How a danger looks in a list.
pub(super) fn danger_role(danger: Danger) -> Role {
    match danger {
        Danger::Production => Role::Bad,
        Danger::Staging => Role::Warn,
        Danger::None => Role::Text,
    }
}
