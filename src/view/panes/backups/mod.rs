//! The add-on's copies, or why there are none: how old the last good one is, how they grew, and each of them.

mod chart;
mod head;
mod table;

use ratatui::layout::Rect;

use super::{absent, freshness, inset, nothing_selected, stale_lines, text_body, title, wrapped};
use crate::app::modal::BackupsView;
use crate::app::{Pane, State, keeps_no_backups};
use crate::model::{Addon, Backup, Verb};
use crate::store::poll::Topic;
use crate::view::canvas::{Canvas, Line};
use crate::view::glyphs::Glyphs;
use crate::view::theme::Role;

pub(crate) use head::{age_role, last_begun, rehearsal};

/// What is drawn of backups, in the pane or on all of the screen.
struct Shown<'a> {
    head: Vec<Line>,
    list: &'a [Backup],
    cursor: Option<usize>,
    has_focus: bool,
    names_addons: bool,
    now: jiff::Timestamp,
}

/// Draws the backups.
pub(crate) fn backups(state: &State, canvas: &mut Canvas<'_>, area: Rect) {
    let row = state.detail_row();
    let has_focus = state.ui.focus == Pane::Backups && state.modals.is_empty();
    let slot = row.and_then(|row| state.store.backups.get(row.addon.key.id.as_str()));
    let right = match slot.map(|slot| freshness(&slot.fresh)) {
        Some(word) if !word.is_empty() => word,
        Some(_) if has_focus => Line::of(Role::Dim, "Enter: in full"),
        _ => Line::new(),
    };
    let body = canvas.titled(area, &title(state, Pane::Backups), &right);
    let lines = match row {
        None => nothing_selected(state),
        Some(row) => match read(state, &row.addon) {
            Err(lines) => lines,
            Ok(list) => {
                let width = inset(body).width;
                let stale = stale_lines(
                    state,
                    "Backups",
                    &Topic::Backups(row.addon.key.id.to_string()),
                    width,
                    canvas.glyphs(),
                );
                let mut head = head::head(state, &row.addon, canvas.glyphs(), usize::from(width));
                head.splice(0..0, stale);
                let cursor = state.ui.backup.id.is_some();
                let cursor = cursor.then(|| state.ui.backup.index(list.iter().map(|backup| backup.id.as_str())));
                return draw(
                    canvas,
                    body,
                    &Shown { head, list, cursor, has_focus, names_addons: false, now: state.clock() },
                );
            }
        },
    };
    text_body(canvas, body, &lines, 0);
}

/// Draws the backups on all of an area: those of one add-on, or all.
pub(crate) fn backups_in_full(state: &State, view: &BackupsView, canvas: &mut Canvas<'_>, area: Rect) {
    let row = view.addon.as_ref().and_then(|key| state.store.addons.get(key));
    let list = match (&view.addon, row) {
        (None, _) => {
            let slot = &state.store.all_backups;
            slot.value.as_deref().ok_or_else(|| absent(&slot.fresh, "all backups"))
        }
        (Some(_), Some(row)) => read(state, &row.addon),
        (Some(key), None) => {
            let gone = || vec![Line::of(Role::Warn, "Its add-on is not in the list any more.")];
            state.backups(&key.id).map(|backups| backups.list.as_slice()).ok_or_else(gone)
        }
    };
    let list = match list {
        Ok(list) => list,
        Err(lines) => return text_body(canvas, area, &lines, 0),
    };
    let head = match row {
        Some(row) => head::head(state, &row.addon, canvas.glyphs(), usize::from(inset(area).width)),
        None => vec![Line::of(
            Role::Dim,
            "The newest first. Those of an add-on that is gone stay until their time is over.",
        )],
    };
    let topic = view.addon.as_ref().map_or(Topic::AllBackups, |key| Topic::Backups(key.id.to_string()));
    let mut head = head;
    head.splice(0..0, stale_lines(state, "Backups", &topic, inset(area).width, canvas.glyphs()));
    let cursor = Some(view.chosen.index(list.iter().map(|backup| backup.id.as_str()))).filter(|_| !list.is_empty());
    let names_addons = view.addon.is_none();
    draw(canvas, area, &Shown { head, list, cursor, has_focus: true, names_addons, now: state.clock() });
}

/// The backups of an add-on, or in words why there is nothing to list.
fn read<'a>(state: &'a State, addon: &Addon) -> Result<&'a [Backup], Vec<Line>> {
    if let Some(reason) = state.session.cannot(Verb::ListBackups).or_else(|| addon.cannot(Verb::ListBackups)) {
        let what = if keeps_no_backups(state, addon) { "No backups here. " } else { "Backups unknown. " };
        return Err(vec![Line::of(Role::Warn, what).add(Role::Text, reason)]);
    }
    let Some(slot) = state.store.backups.get(addon.key.id.as_str()) else {
        return Err(vec![Line::of(Role::Dim, "Its backups were not read yet.")]);
    };
    slot.value.as_ref().map(|backups| backups.list.as_slice()).ok_or_else(|| absent(&slot.fresh, "its backups"))
}

/// The backups of an add-on in lines, for its description.
pub(crate) fn backup_lines(state: &State, addon: &Addon, glyphs: &Glyphs) -> Vec<Line> {
    let list = match read(state, addon) {
        Ok(list) => list,
        Err(lines) => return lines,
    };
    let mut lines = head::head(state, addon, glyphs, usize::MAX);
    lines.extend(list.iter().map(|backup| table::line(backup, state.clock(), glyphs)));
    lines
}

/// Head, chart, list, and what else is known of the one under the cursor: each as far as the height allows.
fn draw(canvas: &mut Canvas<'_>, area: Rect, shown: &Shown<'_>) {
    /// The header of the list, and rows enough to move among.
    const LIST: usize = 5;
    let height = usize::from(area.height);
    let glyphs = canvas.glyphs();
    let inner = inset(area);
    let mut head = wrapped(&shown.head, inner.width);
    let in_list = if shown.list.is_empty() { 0 } else { shown.list.len() + 1 };
    head.truncate(height.saturating_sub(in_list.min(3)).max(1));
    let chosen = shown.cursor.and_then(|at| shown.list.get(at)).filter(|_| shown.has_focus);
    let mut facts = chosen.map_or_else(Vec::new, |backup| table::facts(backup, glyphs));
    if height < head.len() + in_list.min(LIST) + facts.len() + 1 {
        facts.truncate(usize::from(height > head.len() + in_list.min(LIST)));
    }
    let list = in_list.min(LIST.max(height / 3));
    let left = height.saturating_sub(head.len() + facts.len() + list);
    let chart = if shown.names_addons {
        Vec::new()
    } else {
        chart::chart(shown.list, shown.now, usize::from(inner.width), left.min(chart::HIGHEST), glyphs)
    };

    let mut y = 0;
    let mut below = |lines: usize| {
        let rows = u16::try_from(lines).unwrap_or(u16::MAX).min(area.height - y);
        let area = Rect { y: area.y + y, height: rows, ..area };
        y += rows;
        area
    };
    let at = below(head.len());
    canvas.lines(inset(at), &head);
    let at = below(chart.len());
    canvas.lines(inset(at), &chart);
    let at = below(height.saturating_sub(head.len() + chart.len() + facts.len()).min(in_list));
    if in_list > 0 {
        table::draw(canvas, at, shown);
    }
    let at = Rect { y: area.bottom() - u16::try_from(facts.len()).unwrap_or(0).min(area.height), ..area };
    let at = Rect { height: area.bottom() - at.y, ..at };
    canvas.lines(inset(at), &facts);
}
