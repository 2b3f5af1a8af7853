//! Which backup.

use ratatui::layout::Rect;

use super::moment::good_line;
use super::{Bottom, bottom, head};
use crate::app::modal::RestoreWizard;
use crate::app::{Standing, State, no_backups};
use crate::model::{self, Addon, Backup, BackupState, Verb, moment_words, span};
use crate::view::canvas::{Canvas, Line};
use crate::view::glyphs::Glyphs;
use crate::view::panes;
use crate::view::text;
use crate::view::theme::Role;
use crate::view::widgets::{Cell, Column, Cut, Row, Table};

const fn column(title: &'static str, min: usize, ideal: usize, priority: u8, grow: u8) -> Column {
    Column { title, min, is_steady: false, ideal, priority, grow, cut: Cut::End }
}

const COLUMNS: [Column; 8] = [
    Column { cut: Cut::Middle, ..column("BACKUP", 8, 26, 0, 0) },
    column("STARTED", 12, 17, 0, 1),
    column("", 7, 26, 1, 3),
    column("LOST", 6, 10, 2, 2),
    column("SIZE", 7, 9, 3, 4),
    column("TOOK", 7, 10, 5, 5),
    column("TRIGGER", 9, 10, 6, 6),
    column("LABEL", 8, 60, 4, 7),
];

pub(super) fn draw(state: &State, wizard: &RestoreWizard, canvas: &mut Canvas<'_>, area: Rect) {
    let rows = state.restore_backups(wizard);
    let cursor = rows.iter().position(|(backup, _)| Some(&backup.id) == wizard.backup.chosen.as_ref());
    let current = cursor.and_then(|at| rows.get(at));
    let glyphs = canvas.glyphs();
    let mut at_bottom = Bottom::default();
    match (&wizard.backup.later, current) {
        (Some(later), _) => {
            let why = format!(
                "{} was started after the good moment: damage may be in it. To take it, type its id:",
                later.id
            );
            at_bottom = Bottom { lines: vec![Line::of(Role::Warn, why)], input: Some(("Id", &later.input)) };
        }
        (None, Some((backup, standing))) => at_bottom.lines = of_one(state, backup, standing, glyphs),
        (None, None) => {}
    }
    let area = bottom(wizard, canvas, area, at_bottom);

    let mut lines = standing_of_list(state, wizard, &rows);
    // Where there is little room, what stands against the list comes first.
    let at = if super::is_small(area) { lines.len() } else { 0 };
    let good = match &wizard.good {
        Some(good) => good_line(state, good),
        None => Line::text("The last good moment is not known: all finished backups count as equal."),
    };
    lines.insert(at, good);
    lines.extend(state.restore_addon(wizard).and_then(|addon| panes::rehearsal(state, addon, usize::from(area.width))));
    let below = head(canvas, area, &lines, if rows.is_empty() { 0 } else { 4 });
    if rows.is_empty() {
        return;
    }
    let table = Table { columns: &COLUMNS, total: rows.len(), cursor, has_focus: wizard.backup.later.is_none() };
    table.draw(canvas, below, |index| {
        let (backup, standing) = &rows[index];
        row(state, backup, standing, wizard.good.is_some(), glyphs)
    });
}

/// Whether the list was read, can be, and has one that will do.
fn standing_of_list(state: &State, wizard: &RestoreWizard, rows: &[(&Backup, Standing)]) -> Vec<Line> {
    let Some((key, name)) = &wizard.addon else { return Vec::new() };
    let Some(addon) = state.restore_addon(wizard) else {
        return vec![
            Line::of(Role::Bad, format!("{name} is no longer there.")),
            Line::text("Its backups may be left: Esc until the panes are back, then :all-backups."),
        ];
    };
    let cannot = state.session.cannot(Verb::ListBackups).or_else(|| no_backups(addon));
    if let Some(why) = cannot {
        return [vec![Line::of(Role::Bad, format!("{name} has no backups: {why}"))], without_backups(state, addon)]
            .concat();
    }
    let error = state.store.backups.get(key.id.as_str()).and_then(|slot| slot.fresh.error.as_ref());
    let retry = "It is tried again by itself; r tries it now.";
    match (wizard.backup.read_at, error) {
        (None, None) => {
            vec![Line::of(Role::Busy, "Reading its backups live; nothing is picked from what was read before.")]
        }
        (None, Some(error)) => {
            vec![
                Line::of(Role::Bad, format!("Its backups can't be read. {}", error.message)),
                Line::of(Role::Dim, retry),
            ]
        }
        (Some(at), Some(error)) => {
            let stale = format!("STALE: as of {}. Since then: {} {retry}", text::clock(at), error.message);
            vec![Line::of(Role::Warn, stale)]
        }
        (Some(_), None) if rows.is_empty() => {
            [vec![Line::of(Role::Bad, format!("{name} has no backup at all."))], without_backups(state, addon)].concat()
        }
        (Some(_), None) if rows.iter().all(|(_, standing)| matches!(standing, Standing::Unusable(_))) => [
            vec![Line::of(Role::Bad, format!("{name} has no finished backup: none of these can be restored."))],
            without_backups(state, addon),
        ]
        .concat(),
        (Some(_), None)
            if rows.iter().all(|(_, standing)| matches!(standing, Standing::Later | Standing::Unusable(_))) =>
        {
            vec![Line::of(
                Role::Warn,
                "No finished backup was started before the good moment: what there is may hold the damage.",
            )]
        }
        (Some(_), None) => Vec::new(),
    }
}

/// What else there is where no backup is.
fn without_backups(state: &State, addon: &Addon) -> Vec<Line> {
    let mut ways = Vec::new();
    if let Some(origin) = &addon.restored_from {
        let of = origin.addon.as_deref().unwrap_or("an uploaded file");
        ways.push(format!(
            "It was made from backup {} of {of}: :all-backups shows whether that is left.",
            origin.backup_id
        ));
    }
    if state.session.cannot(Verb::UploadBackup).is_none() {
        let service = &addon.service;
        ways.push(format!(
            "A file of your own becomes an add-on: attache backups restore --file PATH --service {service}"
        ));
    }
    if state.session.cannot(Verb::BackUp).is_none() && addon.cannot(Verb::BackUp).is_none() {
        ways.push("B backs it up as it is now, before anything else is tried.".to_owned());
    }
    let heading = if ways.is_empty() {
        "Nothing here brings its data back: what its apps hold is all there is."
    } else {
        "What else there is:"
    };
    let ways = ways.into_iter().map(|way| Line::text(format!("  {way}")));
    std::iter::once(Line::of(Role::Strong, heading)).chain(ways).collect()
}

fn row(state: &State, backup: &Backup, standing: &Standing, is_good_known: bool, glyphs: &Glyphs) -> Row {
    let now = state.clock();
    let none = || Cell::of(Role::Dim, glyphs.none);
    let text = if matches!(standing, Standing::Unusable(_)) { Role::Dim } else { Role::Text };
    let (words, short, role) = match standing {
        Standing::Best => (format!("{} best", glyphs.done), "best", Role::Strong),
        Standing::Fits if is_good_known => ("before it".to_owned(), "before", Role::Text),
        Standing::Fits => ("finished".to_owned(), "finished", Role::Text),
        Standing::Later if backup.started_at.is_none() => ("start not told".to_owned(), "start ?", Role::Warn),
        Standing::Later => ("after the good moment".to_owned(), "after", Role::Warn),
        Standing::Unusable(why) => (why.clone(), backup.state.word(), Role::Bad),
    };
    let role = if backup.state == BackupState::Expired { Role::Dim } else { role };
    let mark = Cell { short: Some(short.to_owned()), ..Cell::of(role, words) };
    let lost = backup
        .started_at
        .filter(|_| backup.is_finished())
        .map_or_else(none, |at| Cell { short: Some(model::age(at, now)), ..Cell::of(text, span(at, now)) });
    let took = backup.started_at.zip(backup.finished_at).map(|(from, to)| model::duration(from, to));
    let or_none = |value: Option<String>| value.map_or_else(none, |value| Cell::of(text, value));
    let cells = vec![
        Cell::of(text, backup.id.clone()),
        or_none(backup.started_at.map(|at| text::day_moment(at, now))),
        mark,
        lost,
        or_none(backup.size.map(model::size)),
        or_none(took.filter(|_| !backup.state.is_transitional())),
        or_none(backup.trigger.clone()),
        or_none(backup.label.clone()),
    ];
    Row { cells, is_marked: false }
}

/// All that counts of the backup under the cursor.
fn of_one(state: &State, backup: &Backup, standing: &Standing, glyphs: &Glyphs) -> Vec<Line> {
    let now = state.clock();
    let started = backup.started_at.map_or_else(|| "not told when".to_owned(), |at| moment_words(at, now, &state.zone));
    let mut first = Line::of(Role::Strong, backup.id.clone()).add(Role::Text, format!(" started {started}"));
    let took =
        backup.started_at.zip(backup.finished_at).map(|(from, to)| format!("took {}", model::duration(from, to)));
    let label = backup.label.as_ref().map(|label| format!("\"{label}\""));
    for fact in [backup.size.map(model::size), took, backup.trigger.clone(), label].into_iter().flatten() {
        first = first.add(Role::Dim, format!(" {} ", glyphs.dot)).add(Role::Text, fact);
    }
    let lost = backup.started_at.map_or_else(
        || "what was written since".to_owned(),
        |at| format!("writes since {}, {}", text::moment(at, now), span(at, now)),
    );
    let second = match standing {
        Standing::Best => {
            Line::of(Role::Strong, "The newest from before the good moment. ").add(Role::Text, format!("Lost: {lost}."))
        }
        Standing::Fits => Line::text(format!("Lost: {lost}.")),
        Standing::Later if backup.started_at.is_none() => {
            Line::of(Role::Warn, "When it was started is not told, so damage may be in it: its id has to be typed.")
        }
        Standing::Later => {
            Line::of(Role::Warn, "Started after the good moment, so damage may be in it: its id has to be typed. ")
                .add(Role::Text, format!("Lost: {lost}."))
        }
        Standing::Unusable(why) => Line::of(Role::Bad, format!("It can't be taken: {why}.")),
    };
    vec![first, second]
}
