//! Where the add-on stands and how it came there: its state, and its timeline step by step.

use ratatui::layout::Rect;

use super::environments::waiting_lines;
use super::plan::standing_facts;
use super::{absent, inset, nothing_selected, stale_lines, title, wrapped};
use crate::app::{Pane, State};
use crate::model::{self, Addon, Endpoint, EventStatus, Health, State as Standing, TimelineEvent};
use crate::store::Row;
use crate::store::poll::Topic;
use crate::view::canvas::{Canvas, Line};
use crate::view::glyphs::Glyphs;
use crate::view::text;
use crate::view::theme::Role;
use crate::view::widgets::{Cell, health_line, standing, work_line};

/// How much of a server's log fits beside what it explains; `t` shows all of it.
const LOG_LINES: usize = 3;

/// Draws state and timeline: the state on top, the newest of the timeline at the bottom.
pub(crate) fn status(state: &State, canvas: &mut Canvas<'_>, area: Rect) {
    let row = state.detail_row();
    let right = row.map_or_else(Line::new, |row| Line::of(Role::Dim, row.addon.name.clone()));
    let body = inset(canvas.titled(area, &title(state, Pane::Status), &right));
    let Some(row) = row else {
        canvas.lines(body, &nothing_selected(state));
        return;
    };
    let glyphs = canvas.glyphs();
    let mut above = wrapped(&standing_lines(row, glyphs, usize::from(body.width)), body.width);
    above.extend(wrapped(&doubt(state, row), body.width));
    above.extend(wrapped(&waiting_lines(state, &row.addon), body.width));
    let id = &row.addon.key.id;
    for (what, topic) in [("State", Topic::Addon(id.to_string())), ("Timeline", Topic::Events(id.to_string()))] {
        above.extend(stale_lines(state, what, &topic, body.width, glyphs));
    }
    let above_height = canvas.lines(body, &above);
    let used = u16::try_from(above_height).unwrap_or(u16::MAX).min(body.height);
    let below = Rect { y: body.y.saturating_add(used), height: body.height - used, ..body };
    // One line a step, but for what went wrong: that is what somebody looks for here.
    let lines: Vec<Line> = timeline_of(state, row, glyphs, usize::from(below.width))
        .into_iter()
        .flat_map(|(line, is_in_full)| if is_in_full { wrapped(&[line], below.width) } else { vec![line] })
        .collect();
    let height = usize::from(below.height);
    // The newest line is the one to see, so the scroll counts from the end.
    let from_end = usize::from(state.ui.scroll[Pane::Status as usize]);
    let offset = lines.len().saturating_sub(height.saturating_sub(1)).saturating_sub(from_end);
    crate::view::widgets::scroll(canvas, below, &lines, if lines.len() > height { offset } else { 0 });
}

/// That the last list lacked it, where that list is not believed yet.
pub(crate) fn doubt(state: &State, row: &Row) -> Vec<Line> {
    let shrink = state.store.addons.shrink.as_ref().filter(|shrink| shrink.absent.contains(&row.addon.key));
    let words = shrink.map(|shrink| {
        let others = match shrink.absent.len() - 1 {
            0 => "as the only one there was".to_owned(),
            others => format!("with {others} others of {}", shrink.of),
        };
        format!("The list of {} lacks it, {others}: it is kept until the next list agrees.", text::clock(shrink.at))
    });
    words.map(|words| Line::of(Role::Warn, words)).into_iter().collect()
}

/// State, health, reason and address.
pub(crate) fn standing_lines(row: &Row, glyphs: &Glyphs, room: usize) -> Vec<Line> {
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
    let Cell { text: words, role, .. } = standing(addon, glyphs);
    let mut first = Line::of(role, words);
    if addon.state_word != addon.state.word() {
        first = first.add(Role::Dim, format!(" (the platform says \"{}\")", addon.state_word));
    }
    match &addon.health {
        // The word stands there already.
        Health::Failing(what) if addon.state.is_ready() => first = first.add(role, format!(": {what}")),
        // That one who sleeps is not asked is said in words on how it wakes.
        Health::Unknown(why) if addon.state == Standing::Sleeping => {
            first = first.add(Role::Dim, format!(" {} {why}", glyphs.dot));
        }
        Health::Unknown(_) if !addon.state.is_ready() => {}
        health => first = first.add(Role::Text, format!(" {} ", glyphs.dot)).join(health_line(health)),
    }
    lines.push(first);
    if let Some(reason) = &addon.state_reason {
        lines.push(Line::of(Role::Strong, reason.clone()));
    }
    if let Standing::Unreachable(known) = &addon.state
        && !matches!(**known, Standing::Unknown(_))
    {
        lines.push(Line::of(
            Role::Dim,
            format!("Before that it was {}; what else is shown is as it was then.", known.word()),
        ));
    }
    lines.extend(standing_facts(addon));
    lines.extend(addon.work.as_ref().map(|work| work_line(work, glyphs)));
    lines.extend(verbatim_lines(addon));
    if let Some(origin) = &addon.restored_from {
        let of = origin.addon.as_ref().map_or_else(|| " of an uploaded file".to_owned(), |of| format!(" of {of}"));
        lines.push(Line::of(Role::Dim, "restored from ").add(Role::Text, format!("backup {}{of}", origin.backup_id)));
    }
    if let Some(endpoint) = &addon.endpoint {
        // Half of a database's name is of no use to anybody.
        let whole = address(endpoint);
        let bare = format!("{}:{}", endpoint.host, endpoint.port);
        let address = if text::width(&whole) + 3 <= room { whole } else { bare };
        let line = Line::text(format!("at {address}"));
        let user = endpoint.user.as_ref().map(|user| Line::text(format!(" as {user}")));
        lines.push(match user {
            Some(user) if line.width() + user.width() <= room => line.join(user),
            _ => line,
        });
    }
    lines
}

/// What was told in a form that we can't read, as it came.
fn verbatim_lines(addon: &Addon) -> Vec<Line> {
    let Some(text) = &addon.verbatim else { return Vec::new() };
    let head = Line::of(Role::Warn, "told as text:");
    std::iter::once(head).chain(text.lines().map(|line| Line::text(format!("  {line}")))).collect()
}

/// Host, port and database.
pub(crate) fn address(endpoint: &Endpoint) -> String {
    let mut words = format!("{}:{}", endpoint.host, endpoint.port);
    if let Some(database) = &endpoint.database {
        words.push_str(&format!("/{database}"));
    }
    words
}

/// Each line, and whether it is to be shown in full.
fn timeline_of(state: &State, row: &Row, glyphs: &Glyphs, room: usize) -> Vec<(Line, bool)> {
    let in_full = |lines: Vec<Line>| lines.into_iter().map(|line| (line, true)).collect();
    match state.store.events.get(row.addon.key.id.as_str()) {
        Some(slot) => match &slot.value {
            Some(events) if events.is_empty() => in_full(vec![Line::of(Role::Dim, "Nothing has happened to it yet.")]),
            Some(events) => timeline_lines(events, glyphs, room, LOG_LINES),
            None => in_full(absent(&slot.fresh, "its timeline")),
        },
        None => in_full(vec![Line::of(Role::Dim, "Its timeline was not read yet.")]),
    }
}

/// The timeline, one line a step, and with each whether it is worth its full length: a note or a
/// failure. A step that ended stands once, with how long it
/// took; the sentence of one that went well is left out where there is no room for it, and of the server's log the last
/// `log_lines` are shown.
pub(crate) fn timeline_lines(
    events: &[TimelineEvent],
    glyphs: &Glyphs,
    room: usize,
    log_lines: usize,
) -> Vec<(Line, bool)> {
    const READABLE: usize = 20;
    let steps = events.iter().filter(|event| event.status != EventStatus::Note);
    let widest = steps.map(|event| text::width(&event.step)).max().unwrap_or(0).min(18);
    let mut lines = Vec::new();
    for (at, event) in events.iter().enumerate() {
        let is_same_step = |other: &&TimelineEvent| other.step == event.step;
        let next = events[at + 1..].iter().find(is_same_step);
        if event.status == EventStatus::Started && next.is_some_and(has_ended) {
            continue;
        }
        // Without a style of its own: a change of style on each line costs more than it helps.
        let time = Line::text(format!("{} ", text::clock(event.at)));
        if event.status == EventStatus::Note {
            let words = if event.message.is_empty() { &event.step } else { &event.message };
            lines.push((time.add(Role::Text, format!("{} ", glyphs.note)).add(Role::Text, words.clone()), true));
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
        let took = match (begun, &event.status) {
            (Some(begun), _) if has_ended(event) => model::duration(begun.at, event.at),
            (_, EventStatus::Started) => "runs".to_owned(),
            (_, EventStatus::Other(word)) => word.clone(),
            _ => String::new(),
        };
        let failed = event.status == EventStatus::Failed;
        let mut line = time.add(role, format!("{sign} {} {took:>6}", text::pad(&event.step, widest)));
        if failed || room.saturating_sub(line.width()) > READABLE {
            line = line.add(if failed { Role::Bad } else { Role::Text }, format!("  {}", event.message));
        }
        lines.push((line.trim_end(), failed));
        let earlier = event.log.len().saturating_sub(log_lines);
        lines.extend(event.log[earlier..].iter().map(|line| (Line::text(format!("  {line}")), false)));
    }
    lines
}

fn has_ended(event: &TimelineEvent) -> bool {
    matches!(event.status, EventStatus::Done | EventStatus::Failed)
}
