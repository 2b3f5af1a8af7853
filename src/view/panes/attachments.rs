//! The apps that the add-on is given to, and what they call it.

use ratatui::layout::Rect;

use super::environments::environments;
use super::{inset, nothing_selected, stale_lines, title, wrapped};
use crate::app::keymap::{self, Intent};
use crate::app::{Breakpoint, Pane, State};
use crate::model::{Addon, Attachment, Known};
use crate::store::poll::Topic;
use crate::view::canvas::{Canvas, Line};
use crate::view::glyphs::Glyphs;
use crate::view::text;
use crate::view::theme::Role;
use crate::view::widgets::{Cell, Column, Cut, Row, Table};

const COLUMNS: [Column; 3] = [
    Column { title: "APP", min: 12, is_steady: true, ideal: 18, priority: 0, grow: 0, cut: Cut::Middle },
    Column { title: "ALIAS", min: 9, is_steady: true, ideal: 14, priority: 1, grow: 1, cut: Cut::Middle },
    Column { title: "VARIABLES", min: 12, is_steady: false, ideal: 160, priority: 2, grow: 2, cut: Cut::End },
];

/// Draws the attachments.
pub(crate) fn attachments(state: &State, canvas: &mut Canvas<'_>, area: Rect) {
    let row = state.detail_row();
    let heading = title(state, Pane::Attachments);
    // With all panes at once the status names the add-on already.
    let of = row.filter(|_| state.ui.breakpoint != Breakpoint::Wide);
    let of = of.map_or_else(Line::new, |row| Line::of(Role::Dim, row.addon.name.clone()));
    // That an app is stopped is said wherever there is room: on the rule for the one under the cursor, in each row by a mark.
    let stopped = state.detail_attachment().and_then(|attachment| stopped(state, &attachment.app));
    let right = stopped.map_or(of, |words| Line::of(Role::Warn, words));
    let mut body = canvas.titled(area, &heading, &right);
    if let Some(row) = row {
        let id = row.addon.key.id.clone();
        for (what, topic) in [("Attachments", Topic::Addon(id.to_string())), ("Apps", Topic::Apps)] {
            let stale = stale_lines(state, what, &topic, inset(body).width, canvas.glyphs());
            let used = u16::try_from(canvas.lines(inset(body), &stale)).unwrap_or(u16::MAX).min(body.height);
            body = Rect { y: body.y + used, height: body.height - used, ..body };
        }
    }
    if let Some(row) = row.filter(|row| state.deployed_app(&row.addon).is_some()) {
        let above = wrapped(&deployed(state, &row.addon), inset(body).width);
        let used = u16::try_from(canvas.lines(inset(body), &above)).unwrap_or(u16::MAX).min(body.height);
        let below = Rect { y: body.y + used, height: body.height - used, ..body };
        return environments(state, &row.addon, canvas, below);
    }
    let lines = match row.map(|row| &row.addon.attachments) {
        None => nothing_selected(state),
        Some(Known::Unknown(why)) => vec![Line::of(Role::Warn, format!("Attachments are not known: {why}"))],
        Some(Known::Is(list)) if list.is_empty() && keymap::disabled(state, Intent::Attach).is_some() => {
            vec![Line::text("Attached to no app.")]
        }
        Some(Known::Is(list)) if list.is_empty() => {
            vec![Line::text("Attached to no app. ").add(Role::Strong, "A").add(Role::Text, " attaches it to one.")]
        }
        Some(Known::Is(list)) => {
            let cursor = Some(state.ui.attachment.min(list.len() - 1));
            let has_focus = state.ui.focus == Pane::Attachments && state.modals.is_empty();
            let glyphs = canvas.glyphs();
            let table = Table { columns: &COLUMNS, total: list.len(), cursor, has_focus };
            table.draw(canvas, body, |index| Row { cells: cells(state, &list[index], glyphs), is_marked: false });
            return;
        }
    };
    let lines = wrapped(&lines, inset(body).width);
    canvas.lines(inset(body), &lines);
}

/// Which variable the app gets, in a line above its environments.
fn deployed(state: &State, addon: &Addon) -> Vec<Line> {
    let app = state.deployed_app(addon).unwrap_or_default();
    let mut lines = match &addon.attachments {
        Known::Unknown(why) => vec![Line::of(Role::Warn, format!("Attachments are not known: {why}"))],
        Known::Is(list) => list.iter().map(attached).collect(),
    };
    if lines.is_empty() {
        lines.push(Line::text(format!("{} {app}", state.session.words.app)));
    }
    let topic = Topic::Environments(app.to_owned());
    lines.extend(super::stale(state, "Environments", &topic));
    lines
}

fn attached(attachment: &Attachment) -> Line {
    let line = Line::text(format!("{} ", attachment.app));
    match &attachment.config_vars {
        Known::Is(names) if names.is_empty() => line.add(Role::Dim, "gets no variable"),
        Known::Is(names) => line.add(Role::Dim, "gets ").add(Role::Strong, names.join(" ")),
        Known::Unknown(why) => line.add(Role::Warn, format!("gets variables that are not known: {why}")),
    }
}

/// Since when and by whom an app is kept stopped, if it is.
fn stopped(state: &State, app: &str) -> Option<String> {
    let app = state.app(app).filter(|app| app.is_in_maintenance())?;
    let since = app.maintenance_since.map(|at| format!(" {}", text::moment(at, state.clock())));
    let by = app.maintenance_by.as_ref().map(|by| format!(" by {by}"));
    Some(format!("maintenance{}{}", since.unwrap_or_default(), by.unwrap_or_default()))
}

/// The name of an attachment, and what it is beside.
fn alias(attachment: &Attachment, glyphs: &Glyphs) -> Cell {
    let name = attachment.alias.clone();
    let more = match (attachment.primary, attachment.owner_row) {
        (Some(true), true) => " (primary, owner)",
        (Some(true), false) => " (primary)",
        (_, true) => " (owner)",
        _ => return name.map_or_else(|| Cell::text(glyphs.none), Cell::text),
    };
    let name = name.unwrap_or_else(|| glyphs.none.into());
    Cell { short: Some(name.to_string()), ..Cell::text(format!("{name}{more}")) }
}

fn cells(state: &State, attachment: &Attachment, glyphs: &Glyphs) -> Vec<Cell> {
    #[cfg(test)]
    crate::view::built::count(crate::view::built::Built::Attachment);
    let variables = match &attachment.config_vars {
        Known::Is(names) if names.is_empty() => Cell::of(Role::Dim, "none"),
        Known::Is(names) => Cell::text(names.join(" ")),
        Known::Unknown(why) => Cell::of(Role::Warn, format!("unknown: {why}")),
    };
    vec![
        if stopped(state, &attachment.app).is_some() {
            let short = Some(format!("{} {}", attachment.app, glyphs.idle));
            Cell { short, ..Cell::of(Role::Warn, format!("{} (stopped)", attachment.app)) }
        } else {
            Cell::text(attachment.app.clone())
        },
        alias(attachment, glyphs),
        variables,
    ]
}
