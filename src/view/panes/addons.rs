//! The team's add-ons: what there is, where it stands, who uses it.

use std::collections::HashSet;

use ratatui::layout::Rect;

use super::{age_role, freshness, inset, last_begun, title, wrapped};
use crate::app::keymap::{self, Intent};
use crate::app::{Breakpoint, Pane, State, keeps_no_backups};
use crate::model::{self, Addon, Known, printable};
use crate::platform::Plans;
use crate::store;
use crate::view::canvas::{Canvas, Line};
use crate::view::glyphs::Glyphs;
use crate::view::text;
use crate::view::theme::Role;
use crate::view::widgets::{Cell, Column, Cut, Row, Table, standing};

/// The columns; names are not cut for the sake of other columns, unless there is room for hardly more than them.
const fn columns(name: usize, state: usize) -> [Column; 7] {
    [
        Column { title: "NAME", min: name, is_steady: false, ideal: 40, priority: 0, grow: 1, cut: Cut::Middle },
        Column { title: "SERVICE", min: 14, is_steady: false, ideal: 14, priority: 4, grow: 2, cut: Cut::Middle },
        Column { title: "PLAN", min: 8, is_steady: false, ideal: 10, priority: 6, grow: 3, cut: Cut::Middle },
        Column { title: "STATE", min: state, is_steady: false, ideal: 24, priority: 1, grow: 0, cut: Cut::End },
        Column { title: "APPS", min: 10, is_steady: false, ideal: 30, priority: 2, grow: 4, cut: Cut::Middle },
        Column { title: LAST_BACKUP, min: 11, is_steady: false, ideal: 11, priority: 3, grow: 0, cut: Cut::End },
        Column { title: "AGE", min: 3, is_steady: false, ideal: 3, priority: 5, grow: 0, cut: Cut::End },
    ]
}

const LAST_BACKUP: &str = "LAST BACKUP";
const COLUMNS: [Column; 7] = columns(22, 16);
const NARROW: [Column; 7] = columns(14, 14);

/// The width that the table gives to APPS when all columns are shown at their least.
const APPS_WIDTH: usize = 10;

/// Draws the list.
pub(crate) fn addons(state: &State, canvas: &mut Canvas<'_>, area: Rect) {
    let visible = state.visible();
    let glyphs = canvas.glyphs();
    let body = canvas.titled(area, &heading(state), &summary(state, visible.len(), glyphs));
    if visible.is_empty() {
        let lines = wrapped(&nothing(state), inset(body).width);
        canvas.lines(inset(body), &lines);
        return;
    }
    let now = state.clock();
    let table = Table {
        columns: if state.ui.breakpoint > Breakpoint::Narrow { &COLUMNS } else { &NARROW },
        total: visible.len(),
        cursor: Some(state.cursor()),
        has_focus: state.ui.focus == Pane::Addons && state.modals.is_empty(),
    };
    table.draw(canvas, body, |index| match state.visible_row(index) {
        Some(row) => Row { cells: cells(state, row, now, glyphs), is_marked: state.ui.marks.contains(&row.addon.key) },
        None => Row { cells: vec![Cell::of(Role::Dim, "gone")], is_marked: false },
    });
}

fn heading(state: &State) -> Line {
    let line = title(state, Pane::Addons);
    if state.ui.filter.is_on() {
        let typed = printable(state.ui.filter.input.value());
        return line.add(Role::Warn, format!(" filter \"{typed}\""));
    }
    line
}

/// How many there are, and how many of them need a look.
fn summary(state: &State, shown: usize, glyphs: &Glyphs) -> Line {
    let list = &state.store.addons;
    if list.fresh.is_never() {
        return freshness(&list.fresh);
    }
    let all = list.tally().rows;
    let mut line = freshness(&list.fresh);
    if !line.is_empty() {
        line = line.add(Role::Dim, format!(" {} ", glyphs.dot));
    }
    line = if state.ui.filter.is_on() {
        line.add(Role::Strong, format!("{shown} of {all}"))
    } else {
        line.add(Role::Text, all.to_string())
    };
    // Those that no app has attached are in no list: there may be more than anybody here has seen.
    if !state.session.words.sees_detached {
        line = line.add(Role::Warn, " seen by this machine");
    }
    let tally = list.tally();
    for (number, word, role) in [
        (tally.failed, "failed", Role::Bad),
        (tally.busy, "changing", Role::Busy),
        (tally.unknown, "unknown", Role::Warn),
        (tally.missing, "missing", Role::Warn),
    ] {
        if number > 0 {
            line = line.add(Role::Dim, format!(" {} ", glyphs.dot)).add(role, format!("{number} {word}"));
        }
    }
    line.add(Role::Dim, format!(" {} by {}", glyphs.dot, state.ui.sort.word()))
}

fn cells(state: &State, row: &store::Row, now: jiff::Timestamp, glyphs: &Glyphs) -> Vec<Cell> {
    #[cfg(test)]
    crate::view::built::count(crate::view::built::Built::Addon);
    let addon = &row.addon;
    let backup = last_backup(state, addon, now);
    let standing = match row.missing_since {
        Some(_) => Cell::of(Role::Warn, format!("{} missing", glyphs.unknown)),
        None => standing(addon, glyphs),
    };
    let apps = match &addon.attachments {
        Known::Unknown(_) => Cell::of(Role::Warn, "unknown"),
        Known::Is(attachments) => {
            // Each once, in the order in which they are told.
            let mut told = HashSet::new();
            let names = attachments.iter().map(|attachment| attachment.app.as_str());
            let names: Vec<&str> = names.filter(|name| told.insert(*name)).collect();
            match names.as_slice() {
                [] => Cell::of(Role::Dim, "none"),
                [only] => Cell::text(*only),
                [..] if text::width(&names.join(", ")) <= APPS_WIDTH => Cell::text(names.join(", ")),
                [..] => Cell::text(text::count(names.len(), "app")),
            }
        }
    };
    vec![
        Cell::text(addon.name.clone()),
        Cell::text(addon.service.clone()),
        match (&addon.plan, state.session.words.plans) {
            (Some(plan), _) => Cell::text(plan.clone()),
            (None, Plans::Absent) => Cell::of(Role::Dim, glyphs.none),
            (None, _) => Cell::of(Role::Warn, glyphs.unknown),
        },
        standing,
        apps,
        backup,
        Cell::text(addon.created_at.map_or_else(|| glyphs.unknown.to_owned(), |at| model::age(at, now))),
    ]
}

/// How old the data of the last good backup is.
fn last_backup(state: &State, addon: &Addon, now: jiff::Timestamp) -> Cell {
    if keeps_no_backups(state, addon) {
        return Cell::of(Role::Dim, "none");
    }
    match &last_begun(state, addon) {
        Known::Is(Some(at)) => Cell::of(age_role(*at, now, false), model::age(*at, now)),
        // What is on its way, in or out, has nothing to lose yet or any more.
        Known::Is(None) if addon.state.is_transitional() => Cell::of(Role::Dim, "never"),
        Known::Is(None) => Cell::of(Role::Warn, "never"),
        Known::Unknown(_) => Cell::of(Role::Warn, "unknown"),
    }
}

/// Of which add-ons a number is, where some may be in no list.
pub(crate) fn seen_words(state: &State) -> &'static str {
    if state.session.words.sees_detached { "" } else { " that this machine has seen" }
}

/// What stands in the place of rows.
fn nothing(state: &State) -> Vec<Line> {
    let list = &state.store.addons;
    match (&list.fresh.error, list.fresh.is_never()) {
        (Some(error), true) => vec![
            Line::of(Role::Bad, "The add-ons can't be read, and none were seen before."),
            Line::text(error.message.clone()),
        ],
        (None, true) => vec![Line::of(Role::Dim, "Reading the add-ons; nothing has come yet.")],
        (_, false) if state.ui.filter.is_on() && !list.is_empty() => vec![
            Line::text(format!("None of {}{} fits the filter.", text::count(list.len(), "add-on"), seen_words(state))),
            Line::of(Role::Dim, "Esc clears it. It looks through names, apps, aliases, variables and services."),
        ],
        (_, false) => {
            let mut lines = vec![match state.session.words.sees_detached {
                true => Line::text(format!("This {} has no add-ons yet.", state.session.words.team)),
                false => Line::of(
                    Role::Warn,
                    "No app has an add-on. The platform lists none that are attached nowhere, and this machine has seen none: there may be some.",
                ),
            }];
            lines.push(match keymap::disabled(state, Intent::Create) {
                None => Line::of(Role::Strong, "C").add(Role::Text, " creates the first one."),
                Some(why) => Line::of(Role::Dim, why),
            });
            lines
        }
    }
}
