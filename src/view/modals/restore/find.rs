//! Which database.

use ratatui::layout::Rect;

use super::{Bottom, bottom, head};
use crate::app::State;
use crate::app::modal::RestoreWizard;
use crate::model::used_by;
use crate::view::canvas::{Canvas, Line};
use crate::view::panes;
use crate::view::text;
use crate::view::theme::Role;
use crate::view::widgets::{self, Cell, Column, Cut, Row, Table};

const fn column(title: &'static str, min: usize, ideal: usize, priority: u8, grow: u8, cut: Cut) -> Column {
    Column { title, min, is_steady: false, ideal, priority, grow, cut }
}

const COLUMNS: [Column; 5] = [
    column("ADD-ON", 16, 40, 0, 0, Cut::Middle),
    column("FITS BY", 12, 34, 1, 1, Cut::End),
    column("USED BY", 12, 60, 2, 2, Cut::End),
    column("STATE", 7, 16, 3, 3, Cut::End),
    column("SERVICE", 10, 24, 4, 4, Cut::End),
];

pub(super) fn draw(state: &State, wizard: &RestoreWizard, canvas: &mut Canvas<'_>, area: Rect) {
    let matches = state.matches(wizard);
    let found = matches.rows.len();
    let wanted = wizard.find.value().trim();
    let glyphs = canvas.glyphs();
    let words = if super::is_small(area) {
        "Name, app, APP/VARIABLE, host:port"
    } else {
        "A name, app, APP/VARIABLE, alias, variable, host or host:port; Enter takes the one under the cursor."
    };
    let hint = Line::of(Role::Dim, words);
    let area = bottom(wizard, canvas, area, Bottom { lines: vec![hint], input: Some(("Find", &wizard.find)) });

    let fresh = &state.store.addons.fresh;
    let mut lines = Vec::new();
    if !fresh.is_live() {
        lines = if fresh.is_never() { panes::absent(fresh, "the add-ons") } else { Vec::new() };
        if let (Some(at), Some(error)) = (fresh.fetched_at, &fresh.error) {
            lines.push(Line::of(Role::Warn, format!("As of {}; since then: {}", text::clock(at), error.message)));
        } else if let Some(at) = fresh.fetched_at {
            lines.push(Line::of(
                Role::Warn,
                format!("As an earlier session saw them, at {}; being read.", text::day_and_clock(at)),
            ));
        }
    }
    let count = state.store.addons.len();
    match (found, wanted) {
        (0, _) if count == 0 => {}
        (0, wanted) => {
            lines.push(Line::of(Role::Warn, format!("None of {} fits {wanted:?}.", text::count(count, "add-on"))));
            lines.push(Line::of(Role::Dim, "Was it destroyed? Its backups may be left: Esc, then :all-backups."));
        }
        (all, "") => lines.push(Line::text(format!("Which database is to be restored? There {}.", there_are(all)))),
        (1, _) => lines.push(Line::text("One add-on fits.")),
        (some, _) => lines.push(Line::text(format!("{some} add-ons fit: the right one has to be chosen."))),
    }
    let silent = matches.silent;
    if silent > 0 && !wanted.is_empty() {
        let of = text::count(silent, "add-on");
        lines.push(Line::of(Role::Dim, format!("Not looked through: who uses {of}, which is not known.")));
    }
    let below = head(canvas, area, &lines, 4);
    if found == 0 {
        return;
    }
    let cursor = wizard.found.index(state.match_ids(&matches)).min(found - 1);
    let table = Table { columns: &COLUMNS, total: found, cursor: Some(cursor), has_focus: true };
    table.draw(canvas, below, |index| {
        let Some(one) = state.match_at(&matches, index) else {
            return Row { cells: vec![Cell::of(Role::Dim, "gone")], is_marked: false };
        };
        let (standing, role) = widgets::state_line(&one.addon.state, &one.addon.health, glyphs);
        let cells = vec![
            Cell::text(one.addon.name.clone()),
            Cell::of(if one.is_exact { Role::Strong } else { Role::Text }, one.by.to_string()),
            Cell::of(Role::Dim, used_by(one.addon)),
            Cell::of(role, standing),
            Cell::of(Role::Dim, one.addon.service_and_plan()),
        ];
        Row { cells, is_marked: false }
    });
}

fn there_are(count: usize) -> String {
    if count == 1 { "is 1 add-on".to_owned() } else { format!("are {count} add-ons") }
}
