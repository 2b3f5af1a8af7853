//! The rows of the combined list.

use jiff::Timestamp;
use ratatui::layout::Rect;

use super::danger_role;
use crate::app::modal::Modal;
use crate::app::{Breakpoint, Combined, CombinedRow, State};
use crate::model::{self, Known, LastCopy, Price, amount};
use crate::view::canvas::Canvas;
use crate::view::glyphs::Glyphs;
use crate::view::text;
use crate::view::theme::Role;
use crate::view::widgets::{Cell, Column, Cut, Row, Table, standing};

/// The columns. A state is never cut: everything else goes before that.
const fn columns(name: usize, profile: usize) -> [Column; 8] {
    const fn column(title: &'static str, min: usize, ideal: usize, priority: u8, grow: u8, cut: Cut) -> Column {
        Column { title, min, is_steady: false, ideal, priority, grow, cut }
    }
    [
        column("NAME", name, 36, 0, 1, Cut::Middle),
        column("PROFILE", profile, 24, 1, 2, Cut::Middle),
        column("SERVICE:PLAN", 12, 26, 5, 4, Cut::Middle),
        column("APPS", 10, 14, 3, 5, Cut::End),
        column("STATE", 16, 20, 1, 0, Cut::End),
        column("PRICE", 9, 12, 6, 6, Cut::End),
        column("LAST BACKUP", 11, 15, 4, 3, Cut::End),
        column("AS OF", 12, 12, 2, 0, Cut::End),
    ]
}

const COLUMNS: [Column; 8] = columns(16, 12);
const NARROW: [Column; 8] = columns(10, 10);

/// Draws header and rows, those alone that are seen.
pub(super) fn draw(state: &State, combined: &Combined, canvas: &mut Canvas<'_>, area: Rect) {
    let (now, glyphs) = (state.clock(), canvas.glyphs());
    let table = Table {
        columns: if state.ui.breakpoint > Breakpoint::Narrow { &COLUMNS } else { &NARROW },
        total: combined.len(),
        cursor: Some(combined.cursor()),
        has_focus: matches!(state.modals.last(), Some(Modal::Combined)),
    };
    table.draw(canvas, area, |index| match state.combined_row(index) {
        Some(row) => Row { cells: cells(&row, now, glyphs), is_marked: false },
        None => Row { cells: vec![Cell::of(Role::Dim, "gone")], is_marked: false },
    });
}

fn cells(seen: &CombinedRow<'_>, now: Timestamp, glyphs: &Glyphs) -> Vec<Cell> {
    let addon = &seen.row.addon;
    let name = seen.choice.name.as_str();
    let profile = seen.choice.danger_word().map_or_else(|| name.to_owned(), |word| format!("{word} {name}"));
    let apps = match &addon.attachments {
        Known::Unknown(_) => Cell::of(Role::Warn, "unknown"),
        Known::Is(_) => match addon.apps().as_slice() {
            [] => Cell::of(Role::Warn, "unattached"),
            [only] => Cell { short: Some("1 app".to_owned()), ..Cell::text(*only) },
            apps => Cell::text(text::count(apps.len(), "app")),
        },
    };
    let standing = match (seen.row.missing_since, seen.as_of) {
        (Some(_), _) => Cell::of(Role::Warn, format!("{} missing", glyphs.unknown)),
        // What it was is no good any more, and still worth knowing.
        (None, Some(_)) => {
            let cell = standing(addon, glyphs);
            Cell { role: if cell.role == Role::Good { Role::Dim } else { cell.role }, ..cell }
        }
        (None, None) => standing(addon, glyphs),
    };
    vec![
        Cell::text(addon.name.clone()),
        Cell::of(danger_role(seen.choice.danger), profile),
        Cell::text(addon.service_and_plan()),
        apps,
        standing,
        price(&seen.price),
        last_copy(&seen.last_copy, now),
        seen.as_of.map_or_else(|| Cell::of(Role::Dim, "now"), |at| Cell::of(Role::Warn, text::moment(at, now))),
    ]
}

fn price(price: &Known<Price>) -> Cell {
    match price {
        Known::Is(Price { cents_per_month: 0, .. }) => Cell::text("free"),
        Known::Is(price) => Cell::text(format!("{}/mo", amount(price.cents_per_month, &price.currency))),
        Known::Unknown(word) if !word.is_empty() && !word.contains(' ') => Cell::text(word.clone()),
        Known::Unknown(_) => Cell::of(Role::Warn, "unpriced"),
    }
}

/// How old the data of the last copy is, or which of five things stands in the way of knowing.
fn last_copy(last: &LastCopy, now: Timestamp) -> Cell {
    match last {
        LastCopy::Recent(at) => Cell::of(Role::Good, model::age(*at, now)),
        LastCopy::Stale(at) => Cell::of(Role::Warn, format!("stale {}", model::age(*at, now))),
        LastCopy::Never | LastCopy::Unreadable(_) => Cell::of(Role::Warn, last.word()),
        LastCopy::NotTold(_) | LastCopy::Unsupported(_) => Cell::of(Role::Dim, last.word()),
    }
}
