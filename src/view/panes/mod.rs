//! The panes, one file each. All of them say what they don't know; none is ever blank.

mod activity;
mod addons;
mod attachments;
mod backups;
mod environments;
mod operations;
mod plan;
mod status;

pub(crate) use activity::{activity, level_role};
pub(crate) use addons::addons;
pub(crate) use attachments::attachments;
pub(crate) use backups::{age_role, backup_lines, backups, backups_in_full, last_begun, rehearsal};
pub(crate) use environments::{environment_lines, step_lines};
pub(crate) use operations::operations;
pub(crate) use plan::{plan, plan_lines, price};
pub(crate) use status::{standing_lines, status, timeline_lines};

use ratatui::layout::Rect;

use super::canvas::{Canvas, Line};
use super::text;
use super::theme::Role;
use crate::app::{Breakpoint, Link, Pane, State};
use crate::store::Freshness;
use crate::store::poll::Topic;
use crate::view::glyphs::Glyphs;

/// The name of a pane.
fn name(pane: Pane) -> &'static str {
    match pane {
        Pane::Addons => "Add-ons",
        Pane::Attachments => "Attachments",
        Pane::Plan => "Plan",
        Pane::Status => "Status",
        Pane::Backups => "Backups",
    }
}

/// The number and name of a pane, as the title of its rule. Where one detail pane is shown at a time, the others' names stand
/// beside it: that is where they are.
fn title(state: &State, pane: Pane) -> Line {
    let one = |pane: Pane, role| Line::of(Role::Key, format!("{} ", pane.number())).add(role, name(pane));
    let role = if state.ui.focus == pane && state.modals.is_empty() { Role::Focused } else { Role::Title };
    if pane == Pane::Addons || state.ui.breakpoint != Breakpoint::Medium {
        return one(pane, role);
    }
    let mut line = Line::new();
    for other in Pane::ALL.into_iter().filter(|other| *other != Pane::Addons) {
        if !line.is_empty() {
            line = line.add(Role::Text, "  ");
        }
        line = line.join(if other == pane {
            one(pane, role)
        } else {
            Line::of(Role::Dim, format!("{} {}", other.number(), name(other)))
        });
    }
    line
}

/// What stands in a pane when there is no data for it, in words for each of the reasons.
pub(crate) fn absent(fresh: &Freshness, what: &str) -> Vec<Line> {
    match (&fresh.error, fresh.is_never()) {
        // What a platform does not have is no part that fails.
        (Some(error), _) if error.is_unsupported() => vec![Line::of(Role::Dim, error.message.clone())],
        (Some(error), _) => {
            let mut letters = what.chars();
            let first: String = letters.next().into_iter().flat_map(char::to_uppercase).collect();
            [
                Line::of(Role::Bad, format!("{first}{} can't be read.", letters.as_str())),
                Line::of(Role::Text, error.message.clone()),
            ]
            .into_iter()
            .chain(fresh.next_try.map(|next| Line::of(Role::Dim, format!("Next try {}.", text::clock(next)))))
            .collect()
        }
        (None, true) => vec![Line::of(Role::Dim, format!("Reading {what}; nothing has come yet."))],
        (None, false) => vec![Line::of(Role::Dim, format!("There is nothing about {what}."))],
    }
}

/// What is said above data that can't be read any more: since when, why, when next. Nothing while the platform itself can't
/// be reached: that is said once, for all of it. A part that was never read says so in its place.
pub(crate) fn stale(state: &State, what: &str, topic: &Topic) -> Option<Line> {
    let fresh = state.store.fresh(topic)?;
    let (error, since) = (fresh.error.as_ref().filter(|error| !error.is_unsupported())?, fresh.stale_since?);
    let is_single = matches!(topic, Topic::Addon(_) | Topic::Operation(_));
    if matches!(state.link(), Link::Down { .. }) || (fresh.is_never() && !is_single) {
        return None;
    }
    let times = if fresh.failures > 1 { format!(" ({}×)", fresh.failures) } else { String::new() };
    let next = fresh.next_try.map_or_else(String::new, |next| format!(", next try {}", text::clock(next)));
    let head = Line::of(Role::Warn, format!("{what} stale since {}{times}{next}", text::clock(since)));
    Some(head.add(Role::Text, format!(": {}", error.message)))
}

/// The same, broken to a width and to as many lines as may be spared for it.
fn stale_lines(state: &State, what: &str, topic: &Topic, width: u16, glyphs: &Glyphs) -> Vec<Line> {
    const MOST: usize = 3;
    let Some(line) = stale(state, what, topic) else { return Vec::new() };
    let mut lines = wrapped(&[line], width);
    if lines.len() > MOST {
        lines.truncate(MOST);
        if let Some(last) = lines.pop() {
            let room = usize::from(width).saturating_sub(text::width(glyphs.ellipsis));
            lines.push(last.cut(room, glyphs).add(Role::Text, glyphs.ellipsis));
        }
    }
    lines
}

/// A word beside the title when what is shown is not what the platform says now.
fn freshness(fresh: &Freshness) -> Line {
    match (fresh.word(), fresh.fetched_at, fresh.stale_since) {
        ("cached", Some(at), _) => Line::of(Role::Warn, format!("cached {}", text::day_and_clock(at))),
        ("stale", _, Some(since)) => Line::of(Role::Warn, format!("stale since {}", text::clock(since))),
        ("unreadable", ..) => Line::of(Role::Bad, "unreadable"),
        _ => Line::new(),
    }
}

/// Lines broken to the width of an area; those after the first of each are indented.
pub(crate) fn wrapped(lines: &[Line], width: u16) -> Vec<Line> {
    lines.iter().flat_map(|line| line.wrap(usize::from(width), line.indent() + 2)).collect()
}

/// Text in a pane, from its first line on.
fn text_body(canvas: &mut Canvas<'_>, area: Rect, lines: &[Line], offset: usize) {
    let area = inset(area);
    super::widgets::scroll(canvas, area, &wrapped(lines, area.width), offset);
}

/// Two columns further in, so that text stands below the title's first letter.
fn inset(area: Rect) -> Rect {
    Rect { x: area.x.saturating_add(2.min(area.width)), width: area.width.saturating_sub(2), ..area }
}

/// Said where no add-on is chosen.
fn nothing_selected(state: &State) -> Vec<Line> {
    let list = &state.store.addons;
    let words = match (list.is_empty(), list.fresh.is_never()) {
        (true, true) => "No add-on was read yet.",
        (true, false) => "There is no add-on.",
        (false, _) => "No add-on is selected.",
    };
    vec![Line::of(Role::Dim, words)]
}
