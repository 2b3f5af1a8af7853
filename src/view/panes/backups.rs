//! The add-on's copies, or why there are none.

use ratatui::layout::Rect;

use super::{absent, nothing_selected, text_body, title};
use crate::app::{Pane, State};
use crate::model::{self, Addon, Backup, BackupState, Verb};
use crate::view::canvas::{Canvas, Line};
use crate::view::glyphs::Glyphs;
use crate::view::text;
use crate::view::theme::Role;

/// Draws the backups.
pub(crate) fn backups(state: &State, canvas: &mut Canvas<'_>, area: Rect) {
    let body = canvas.titled(area, &title(state, Pane::Backups), &Line::new());
    let glyphs = canvas.glyphs();
    let lines =
        state.detail_row().map_or_else(|| nothing_selected(state), |row| backup_lines(state, &row.addon, glyphs));
    text_body(canvas, body, &lines, usize::from(state.ui.scroll[Pane::Backups as usize]));
}

/// The backups of an add-on in lines.
pub(crate) fn backup_lines(state: &State, addon: &Addon, glyphs: &Glyphs) -> Vec<Line> {
    if let Some(reason) = state.session.cannot(Verb::ListBackups) {
        return vec![Line::of(Role::Warn, "No backups here. ").add(Role::Text, reason)];
    }
    let Some(slot) = state.store.backups.get(&addon.key.id) else {
        return vec![Line::of(Role::Dim, "Its backups were not read yet.")];
    };
    match &slot.value {
        None => absent(&slot.fresh, "its backups"),
        Some(backups) if backups.list.is_empty() => vec![Line::of(Role::Warn, "It was never backed up.")],
        Some(backups) => backups.list.iter().map(|backup| backup_line(backup, glyphs)).collect(),
    }
}

fn backup_line(backup: &Backup, glyphs: &Glyphs) -> Line {
    let (sign, word, role) = match &backup.state {
        BackupState::Pending => (glyphs.idle, "pending", Role::Busy),
        BackupState::Running => (glyphs.busy, "running", Role::Busy),
        BackupState::Finished => (glyphs.done, "finished", Role::Good),
        BackupState::Failed => (glyphs.failed, "failed", Role::Bad),
        BackupState::Expired => (glyphs.none, "expired", Role::Dim),
        BackupState::Other(word) => (glyphs.unknown, word.as_str(), Role::Warn),
    };
    let begun = backup.started_at.map_or_else(|| "start unknown    ".to_owned(), text::day_and_clock);
    let size = backup.size.map_or_else(|| "size unknown".to_owned(), model::size);
    let mut line =
        Line::text(format!("{begun}  ")).add(role, format!("{sign} {word}")).add(Role::Text, format!("  {size}"));
    for more in backup.trigger.iter().chain(&backup.message) {
        line = line.add(Role::Dim, format!("  {more}"));
    }
    line.add(Role::Dim, format!("  {}", backup.id))
}
