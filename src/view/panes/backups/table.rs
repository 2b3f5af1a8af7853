//! Each backup: a row of the list, a line of the description, and what else is known of one.

use jiff::Timestamp;
use ratatui::layout::Rect;

use super::Shown;
use crate::model::{self, Backup, BackupState};
use crate::view::canvas::{Canvas, Line};
use crate::view::glyphs::Glyphs;
use crate::view::text;
use crate::view::theme::Role;
use crate::view::widgets::{Cell, Column, Cut, Row, Table, backup_state, progress_words};

const fn column(title: &'static str, min: usize, ideal: usize, priority: u8, grow: u8) -> Column {
    Column { title, min, is_steady: false, ideal, priority, grow, cut: Cut::End }
}

const COLUMNS: [Column; 8] = [
    column("STARTED", 12, 17, 0, 0),
    Column { cut: Cut::Middle, ..column("ADD-ON", 12, 30, 2, 3) },
    column("STATE", 10, 12, 0, 1),
    column("SIZE", 7, 9, 1, 2),
    column("TOOK", 8, 22, 4, 4),
    column("TRIGGER", 9, 10, 5, 5),
    column("KEPT UNTIL", 12, 17, 3, 6),
    column("NOTE", 12, 90, 6, 7),
];

/// Draws the list.
pub(super) fn draw(canvas: &mut Canvas<'_>, area: Rect, shown: &Shown<'_>) {
    let glyphs = canvas.glyphs();
    let keep = |at: usize| at != 1 || shown.names_addons;
    let columns: Vec<Column> =
        COLUMNS.into_iter().enumerate().filter(|(at, _)| keep(*at)).map(|(_, column)| column).collect();
    let table = Table { columns: &columns, total: shown.list.len(), cursor: shown.cursor, has_focus: shown.has_focus };
    table.draw(canvas, area, |index| {
        let cells = cells(&shown.list[index], shown.now, glyphs);
        let cells = cells.into_iter().enumerate().filter(|(at, _)| keep(*at)).map(|(_, cell)| cell);
        Row { cells: cells.collect(), is_marked: false }
    });
}

fn cells(backup: &Backup, now: Timestamp, glyphs: &Glyphs) -> Vec<Cell> {
    let none = || Cell::of(Role::Dim, glyphs.none);
    let (state, role) = backup_state(&backup.state, glyphs);
    // What is gone is told more softly, so that the eye finds what is there.
    let text = if backup.state == BackupState::Expired { Role::Dim } else { Role::Text };
    vec![
        started(backup, now),
        backup.addon.clone().map_or_else(none, |addon| Cell::of(text, addon)),
        Cell::of(role, state),
        size(backup).map_or_else(none, |size| Cell::of(text, size)),
        took(backup).map_or_else(none, |took| Cell::of(text, took)),
        backup.trigger.clone().map_or_else(none, |trigger| Cell::of(Role::Dim, trigger)),
        kept(backup, now).map_or_else(none, |until| Cell::of(Role::Dim, until)),
        note(backup).map_or_else(
            || Cell::of(role, ""),
            |(is_label, text)| Cell::of(if is_label { Role::Text } else { role }, text),
        ),
    ]
}

/// Its label, and the platform's message; whether the label is what there is.
fn note(backup: &Backup) -> Option<(bool, String)> {
    let label = backup.label.as_ref().map(|label| format!("\"{label}\""));
    match (label, &backup.message) {
        (Some(label), Some(message)) => Some((false, format!("{label} {message}"))),
        (Some(label), None) => Some((true, label)),
        (None, Some(message)) => Some((false, message.clone())),
        (None, None) => None,
    }
}

fn started(backup: &Backup, now: Timestamp) -> Cell {
    match (backup.started_at, &backup.state) {
        (Some(at), _) => Cell::text(text::day_moment(at, now)),
        (None, BackupState::Pending) => Cell::of(Role::Dim, "not yet"),
        (None, _) => Cell::of(Role::Warn, "unknown"),
    }
}

/// The size; of one that runs, what is written so far.
fn size(backup: &Backup) -> Option<String> {
    let so_far = backup.progress.as_ref().and_then(|progress| progress.bytes);
    match backup.state {
        BackupState::Running => so_far.map(model::size),
        _ => backup.size.map(model::size),
    }
}

/// How long it took; of one that runs, how far it is.
fn took(backup: &Backup) -> Option<String> {
    match (backup.started_at, backup.finished_at) {
        _ if backup.state == BackupState::Running => {
            let counted = model::Progress { bytes: None, ..backup.progress.clone()? };
            progress_words(&counted)
        }
        (Some(from), Some(to)) => Some(model::duration(from, to)),
        _ => None,
    }
}

fn kept(backup: &Backup, now: Timestamp) -> Option<String> {
    backup.keep_until.filter(|_| backup.is_finished()).map(|until| text::day_moment(until, now))
}

/// One backup in a line.
pub(super) fn line(backup: &Backup, now: Timestamp, glyphs: &Glyphs) -> Line {
    let (state, role) = backup_state(&backup.state, glyphs);
    let mut line =
        Line::text(format!("{}  ", text::pad(&started(backup, now).text, 12))).add(role, text::pad(&state, 10));
    let note = note(backup).map(|(_, note)| note);
    let facts = [size(backup), took(backup), backup.trigger.clone(), note, Some(backup.id.clone())];
    for fact in facts.into_iter().flatten() {
        line = line.add(Role::Dim, format!("  {fact}"));
    }
    line
}

/// What else is known of one, in at most two lines.
pub(super) fn facts(backup: &Backup, glyphs: &Glyphs) -> Vec<Line> {
    let mut first = Line::of(Role::Strong, backup.id.clone());
    let plan = backup.service.as_ref().map(|service| match &backup.plan {
        Some(plan) => format!("{service}:{plan}"),
        None => service.clone(),
    });
    let until = backup.keep_until.filter(|_| backup.is_finished());
    let until = until.map(|at| format!("kept until {}", text::day_and_clock(at)));
    for fact in [plan, until, backup.checksum.clone()].into_iter().flatten() {
        first = first.add(Role::Dim, format!(" {} ", glyphs.dot)).add(Role::Text, fact);
    }
    let (_, role) = backup_state(&backup.state, glyphs);
    let message = note(backup).map(|(is_label, note)| Line::of(if is_label { Role::Text } else { role }, note));
    std::iter::once(first).chain(message).collect()
}
