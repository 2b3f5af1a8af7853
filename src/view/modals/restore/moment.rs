//! When the data was good last.

use ratatui::layout::Rect;

use super::{Bottom, bottom, head};
use crate::app::State;
use crate::app::modal::{Good, RestoreWizard};
use crate::app::no_backups;
use crate::model::{moment_words, used_by};
use crate::view::canvas::{Canvas, Line};
use crate::view::text;
use crate::view::theme::Role;
use crate::view::widgets::{Cell, Column, Cut, Row, Table};

const fn column(title: &'static str, min: usize, ideal: usize, priority: u8, grow: u8) -> Column {
    Column { title, min, is_steady: false, ideal, priority, grow, cut: Cut::End }
}

const COLUMNS: [Column; 5] = [
    column("RELEASE", 7, 8, 0, 0),
    Column { cut: Cut::Middle, ..column("APP", 8, 24, 0, 1) },
    column("MADE", 12, 44, 1, 3),
    column("BY", 4, 16, 2, 2),
    column("WHAT", 10, 60, 3, 4),
];

pub(super) fn draw(state: &State, wizard: &RestoreWizard, canvas: &mut Canvas<'_>, area: Rect) {
    let words = if super::is_small(area) {
        "02:40, -35m, v57; empty: not known"
    } else {
        "02:40, 02:40Z, -35m, 2026-11-20 02:40 or a release, v57; empty: not known. Arrows choose a release."
    };
    let hint = Line::of(Role::Dim, words);
    let area = bottom(wizard, canvas, area, Bottom { lines: vec![hint], input: Some(("Good at", &wizard.moment)) });
    let rows = state.restore_releases(wizard);
    let mut lines: Vec<Line> = said(state, wizard).into_iter().collect();
    if let Some(addon) = state.restore_addon(wizard) {
        if let Some(why) = no_backups(addon) {
            lines.push(Line::of(Role::Bad, format!("{} has no backups: {why}", addon.name)));
        }
        if area.height > 10 && addon.attachments.get().is_some() {
            lines.push(Line::of(Role::Dim, format!("{}: {}", addon.name, used_by(addon))));
        }
    }
    match state.restore_unread(wizard) {
        Some(why) if wizard.error.as_ref() == Some(&why) => {}
        Some(why) => lines.push(Line::of(Role::Warn, why)),
        None if state.restore_apps(wizard).is_empty() => {
            lines.push(Line::of(Role::Dim, "No app uses it, so there are no releases to go by."));
        }
        None if rows.is_empty() => lines.push(Line::of(Role::Dim, "None of its apps had a release in the last 24 h.")),
        None => {}
    }
    let below = head(canvas, area, &lines, if rows.is_empty() { 0 } else { 3 });
    if rows.is_empty() {
        return;
    }
    let cursor = wizard.release.as_ref().and_then(|id| rows.iter().position(|row| row.id() == *id));
    let table = Table { columns: &COLUMNS, total: rows.len(), cursor, has_focus: true };
    table.draw(canvas, below, |index| {
        let row = &rows[index];
        let made = row.release.created_at.map(|at| moment_words(at, state.clock(), &state.zone));
        let short = row.release.created_at.map(|at| text::day_moment(at, state.clock()));
        let made = made.map_or_else(|| Cell::of(Role::Warn, "not told"), |made| Cell { short, ..Cell::text(made) });
        let cells = vec![
            Cell::text(format!("v{}", row.release.version)),
            Cell::text(row.app),
            made,
            Cell::of(Role::Text, row.release.by.clone().unwrap_or_else(|| "not told".to_owned())),
            Cell::of(Role::Dim, row.release.description.clone()),
        ];
        Row { cells, is_marked: false }
    });
}

/// What is understood of what was typed or gone to.
fn said(state: &State, wizard: &RestoreWizard) -> Option<Line> {
    Some(match state.restore_good(wizard) {
        Ok(Some(good)) => good_line(state, &good),
        Ok(None) => Line::of(Role::Warn, "Not known: ").add(
            Role::Text,
            "all finished backups count as equal. The newest loses least, and may hold the damage, too.",
        ),
        // It is said below already.
        Err(why) if wizard.error.as_ref() == Some(&why) => return None,
        Err(why) => Line::of(Role::Warn, why),
    })
}

/// The good moment, on the wall and on the platform.
pub(super) fn good_line(state: &State, good: &Good) -> Line {
    let words = moment_words(good.at, state.clock(), &state.zone);
    let line = Line::text("Good until ").add(Role::Strong, words);
    match &good.release {
        Some((app, version)) => line.add(Role::Text, format!(", before v{version} of {app}")),
        None => line,
    }
}
