//! Where the add-on stands and how it came there: its state, and its timeline step by step.

use ratatui::layout::Rect;

use super::{absent, inset, nothing_selected, title, wrapped};
use crate::app::{Pane, State};
use crate::model::{Endpoint, EventStatus, Health, TimelineEvent};
use crate::store::Row;
use crate::view::canvas::{Canvas, Line};
use crate::view::glyphs::Glyphs;
use crate::view::text;
use crate::view::theme::Role;
use crate::view::widgets::{health_line, state_line};

/// Draws state and timeline: the state on top, the newest of the timeline at the bottom.
pub(crate) fn status(state: &State, canvas: &mut Canvas<'_>, area: Rect) {
    let row = state.detail_row();
    let right = row.map_or_else(Line::new, |row| Line::of(Role::Dim, row.addon.name.clone()));
    let body = inset(canvas.titled(area, &title(state, Pane::Status, "Status"), &right));
    let Some(row) = row else {
        canvas.lines(body, &nothing_selected(state));
        return;
    };
    let glyphs = canvas.glyphs();
    let standing = wrapped(&standing_lines(row, glyphs), body.width);
    let standing_height = canvas.lines(body, &standing);
    let used = u16::try_from(standing_height).unwrap_or(u16::MAX).min(body.height);
    let below = Rect { y: body.y.saturating_add(used), height: body.height - used, ..body };
    let lines = wrapped(&timeline_of(state, row, glyphs), below.width);
    let height = usize::from(below.height);
    // The newest line is the one to see, so the scroll counts from the end.
    let from_end = usize::from(state.ui.scroll[Pane::Status as usize]);
    let offset = lines.len().saturating_sub(height.saturating_sub(1)).saturating_sub(from_end);
    crate::view::widgets::scroll(canvas, below, &lines, if lines.len() > height { offset } else { 0 });
}

/// State, health, reason and address.
pub(crate) fn standing_lines(row: &Row, glyphs: &Glyphs) -> Vec<Line> {
    let addon = &row.addon;
    let mut lines = Vec::new();
    if let Some(since) = row.missing_since {
        let words = format!("{} missing", glyphs.unknown);
        let since = text::clock(since);
        lines.push(Line::of(Role::Warn, words).add(
            Role::Text,
            format!(" since {since}: lists no longer have it, nothing says it was destroyed. Before that:"),
        ));
    }
    let (words, role) = state_line(&addon.state, &addon.health, glyphs);
    let mut first = Line::of(role, words);
    if addon.state_word != addon.state.word() {
        first = first.add(Role::Dim, format!(" (the platform says \"{}\")", addon.state_word));
    }
    if addon.state.is_ready() || !matches!(addon.health, Health::Unknown(_)) {
        first = first.add(Role::Dim, format!(" {} ", glyphs.dot)).join(health_line(&addon.health));
    }
    if let Some(created) = addon.created_at {
        first = first.add(Role::Dim, format!(" {} since {}", glyphs.dot, text::day_and_clock(created)));
    }
    lines.push(first);
    if let Some(reason) = &addon.state_reason {
        lines.push(Line::of(Role::Strong, reason.clone()));
    }
    if let Some(endpoint) = &addon.endpoint {
        lines.push(Line::of(Role::Dim, "at ").add(Role::Text, address(endpoint)));
    }
    lines
}

/// Host, port, database and user.
pub(crate) fn address(endpoint: &Endpoint) -> String {
    let mut words = format!("{}:{}", endpoint.host, endpoint.port);
    if let Some(database) = &endpoint.database {
        words.push_str(&format!("/{database}"));
    }
    if let Some(user) = &endpoint.user {
        words.push_str(&format!(" as {user}"));
    }
    words
}

fn timeline_of(state: &State, row: &Row, glyphs: &Glyphs) -> Vec<Line> {
    match state.store.events.get(&row.addon.key.id) {
        Some(slot) => match &slot.value {
            Some(events) if events.is_empty() => vec![Line::of(Role::Dim, "Nothing has happened to it yet.")],
            Some(events) => timeline_lines(events, glyphs),
            None => absent(&slot.fresh, "its timeline"),
        },
        None => vec![Line::of(Role::Dim, "Its timeline was not read yet.")],
    }
}

/// The timeline, one line a step: a step that ended stands once, with how long it took.
pub(crate) fn timeline_lines(events: &[TimelineEvent], glyphs: &Glyphs) -> Vec<Line> {
    let widest = events.iter().map(|event| text::width(&event.step)).max().unwrap_or(0).min(18);
    let mut lines = Vec::new();
    for (at, event) in events.iter().enumerate() {
        let is_same_step = |other: &&TimelineEvent| other.step == event.step;
        let ends = |other: &&TimelineEvent| matches!(other.status, EventStatus::Done | EventStatus::Failed);
        if event.status == EventStatus::Started
            && events[at + 1..].iter().find(is_same_step).is_some_and(|next| ends(&next))
        {
            continue;
        }
        let (sign, role) = match event.status {
            EventStatus::Started => (glyphs.live, Role::Busy),
            EventStatus::Done => (glyphs.done, Role::Good),
            EventStatus::Failed => (glyphs.failed, Role::Bad),
            EventStatus::Note => (glyphs.note, Role::Dim),
            EventStatus::Other(_) => (glyphs.unknown, Role::Warn),
        };
        let begun = events[..at].iter().rev().find(is_same_step).filter(|other| other.status == EventStatus::Started);
        let mut line = Line::of(Role::Dim, format!("{} ", text::clock(event.at)))
            .add(role, format!("{sign} {}", text::pad(&event.step, widest)));
        if let EventStatus::Other(word) = &event.status {
            line = line.add(Role::Warn, format!(" {word}"));
        }
        if event.status == EventStatus::Started {
            line = line.add(Role::Busy, " runs");
        }
        if !event.message.is_empty() {
            line = line.add(
                if event.status == EventStatus::Failed { Role::Bad } else { Role::Text },
                format!(" {}", event.message),
            );
        }
        if let (Some(begun), true) = (begun, ends(&event)) {
            line = line.add(Role::Dim, format!(" ({})", text::duration(begun.at, event.at)));
        }
        lines.push(line);
        lines.extend(event.log.iter().map(|line| Line::of(Role::Text, format!("    {line}"))));
    }
    lines
}
