//! The operations: the list with its sources, and one of them in full.

use ratatui::layout::Rect;

use super::confirm::profile_badge;
use super::window::Window;
use crate::app::State;
use crate::app::modal::OperationsView;
use crate::model::{Deed, DeedId, Source};
use crate::store::poll::Topic;
use crate::view::canvas::{Canvas, Line};
use crate::view::glyphs::Glyphs;
use crate::view::layout;
use crate::view::panes;
use crate::view::text;
use crate::view::theme::Role;
use crate::view::widgets::window as seen;

/// Draws the list, or the one that was opened.
pub(crate) fn operations(state: &State, view: &OperationsView, canvas: &mut Canvas<'_>, screen: Rect) {
    let rows = state.past();
    let at = view.place(&rows);
    match rows.get(at).filter(|_| view.is_open) {
        Some(deed) => in_full(state, deed, view, canvas, screen),
        None => list(state, &rows, at, canvas, screen),
    }
}

fn list(state: &State, rows: &[Deed], at: usize, canvas: &mut Canvas<'_>, screen: Rect) {
    let glyphs = canvas.glyphs();
    let mut body = Vec::new();
    if !state.has_journal {
        body.push(Line::of(Role::Dim, "Reading the journal."));
    } else if rows.is_empty() {
        body.push(Line::of(Role::Dim, "No command was sent yet."));
    }
    match panes::stale(state, "The platform's own record", &Topic::Works) {
        Some(line) => body.push(line),
        None if state.store.works.fresh.is_never() => {
            body.extend(panes::absent(&state.store.works.fresh, "the platform's own record"));
        }
        None => {}
    }
    let pinned = rows.get(at).map_or_else(Vec::new, |deed| {
        let by = deed.by.as_deref().unwrap_or("somebody that is not told");
        let mut lines = vec![
            Line::of(outcome_role(deed), deed.outcome.clone())
                .add(Role::Dim, format!(" {} by {by}, {}; {}", since(deed), recorded(deed), deed.id)),
        ];
        lines.extend(deed.message.as_ref().map(|message| Line::text(message.clone())));
        lines
    });
    // The list takes what the sentences around it leave.
    let is_small = screen.height < 16;
    let pinned = if is_small { Vec::new() } else { pinned };
    let others = if layout::floats(screen) { 13 } else { 9 - 4 * u16::from(is_small) };
    let height = u16::try_from(rows.len()).unwrap_or(u16::MAX).min(screen.height.saturating_sub(others).max(3));
    let window = Window {
        title: Line::of(Role::Title, "Operations"),
        right: profile_badge(state),
        body,
        pinned,
        is_list: true,
        extra: if rows.is_empty() { 0 } else { height },
        ..Window::default()
    };
    let area = window.draw(canvas, screen);
    let total = rows.len();
    let mut room = usize::from(area.height);
    if total > room {
        room = room.saturating_sub(1);
    }
    let shown = seen(total, Some(at), room);
    for (row, index) in (0u16..).zip(shown.clone()) {
        let is_current = index == at;
        if is_current {
            canvas.put(area, area.x, area.y.saturating_add(row), Role::Strong, glyphs.cursor);
        }
        let rest = Rect { x: area.x.saturating_add(2), width: area.width.saturating_sub(2), ..area };
        canvas.line(rest, row, &line(&rows[index], is_current, usize::from(rest.width), glyphs));
    }
    let hidden = total - shown.len();
    if hidden > 0 && area.height > 0 {
        let more = Line::of(Role::Dim, format!("{} of {total}, {hidden} more", at.saturating_add(1)));
        let last = Rect { x: area.x.saturating_add(2), width: area.width.saturating_sub(2), ..area };
        canvas.line(last, area.height - 1, &more);
    }
}

/// One row: when, whose record, who, how it stands, what. What is less wide than the screen goes first.
fn line(deed: &Deed, is_current: bool, width: usize, glyphs: &Glyphs) -> Line {
    let cell =
        |text: &str, columns: usize| text::pad(&text::cut(&text::clean(text, glyphs), columns, glyphs), columns + 1);
    let when = |format: &str| deed.at.map_or_else(|| "?".to_owned(), |at| at.strftime(format).to_string());
    let by = deed.by.as_deref().unwrap_or("?");
    let role = if is_current { Role::Selected } else { Role::Text };
    let sign = format!("{} {}", sign(deed, glyphs), deed.outcome);
    let sentence = match (&deed.id, &deed.message) {
        // Where it is says more than what it is for.
        (DeedId::Course(_), Some(place)) => format!("{place}. {}", deed.sentence),
        (DeedId::Release { .. }, Some(what)) => format!("{}: {what}", deed.sentence),
        _ => deed.sentence.clone(),
    };
    match width {
        ..=50 => Line::of(Role::Dim, cell(&when("%H:%MZ"), 6))
            .add(outcome_role(deed), cell(sign.get(..).map_or("", |all| all.split(' ').next().unwrap_or_default()), 1))
            .add(role, sentence),
        51..=84 => Line::of(Role::Dim, cell(&when("%m-%d %H:%MZ"), 12))
            .add(Role::Dim, cell(deed.source.word(), 8))
            .add(outcome_role(deed), cell(&sign, 10))
            .add(role, sentence),
        _ => Line::of(Role::Dim, cell(&when("%m-%d %H:%MZ"), 12))
            .add(Role::Dim, cell(deed.source.word(), 8))
            .add(Role::Dim, cell(by, 16))
            .add(outcome_role(deed), cell(&sign, 10))
            .add(role, sentence),
    }
}

fn sign<'a>(deed: &Deed, glyphs: &'a Glyphs) -> &'a str {
    match deed.outcome.as_str() {
        "done" => glyphs.done,
        "failed" | "stuck" => glyphs.failed,
        "unknown" => glyphs.unknown,
        "queued" | "intended" => glyphs.idle,
        "running" => glyphs.busy,
        _ => glyphs.none,
    }
}

fn outcome_role(deed: &Deed) -> Role {
    match deed.outcome.as_str() {
        "done" => Role::Good,
        "failed" | "stuck" => Role::Bad,
        "queued" | "intended" | "running" => Role::Busy,
        _ => Role::Warn,
    }
}

fn since(deed: &Deed) -> String {
    match (deed.ended_at, deed.at) {
        (Some(ended), _) => format!("at {}", text::day_and_clock(ended)),
        (None, Some(at)) => format!("since {}", text::day_and_clock(at)),
        (None, None) => "at a time that is not told".to_owned(),
    }
}

fn recorded(deed: &Deed) -> &'static str {
    match deed.source {
        Source::Journal => "in the journal",
        Source::Platform => "in the platform's own record",
        Source::Both => "in the journal and in the platform's own record",
    }
}

fn in_full(state: &State, deed: &Deed, view: &OperationsView, canvas: &mut Canvas<'_>, screen: Rect) {
    let glyphs = canvas.glyphs();
    let fact = |name: &str, value: String| Line::of(Role::Dim, text::pad(name, 10)).add(Role::Text, value);
    let mut body = vec![
        Line::of(outcome_role(deed), format!("{} {}", sign(deed, glyphs), deed.outcome))
            .add(Role::Dim, format!(" {}", since(deed))),
    ];
    body.extend(deed.message.as_ref().map(|message| Line::text(message.clone())));
    body.push(Line::new());
    body.push(fact("id", deed.id.to_string()));
    body.push(fact("by", deed.by.clone().unwrap_or_else(|| "not told".to_owned())));
    body.push(fact("recorded", recorded(deed).to_owned()));
    let mut work = None;
    let lines: Vec<(Option<jiff::Timestamp>, String)> = match &deed.id {
        DeedId::Operation(id) => match &state.entry {
            None => vec![(None, "Reading its lines.".to_owned())],
            Some(Err(why)) => vec![(None, why.clone())],
            Some(Ok(entry)) => {
                body.push(fact("endpoint", entry.intent.endpoint.clone()));
                work = state.operations.get(id).and_then(|operation| state.work_of(operation));
                entry.story().into_iter().map(|(at, words)| (Some(at), words)).collect()
            }
        },
        DeedId::Work(id) => {
            work = state.single_work(id);
            let times =
                work.map(|work| [(work.created_at, "asked for"), (work.started_at, "begun"), (work.ended_at, "ended")]);
            let told = times.into_iter().flatten().filter(|(at, _)| at.is_some());
            let step = work.and_then(|work| work.step.clone()).map(|step| (None, format!("step {step}")));
            told.map(|(at, word)| (at, word.to_owned())).chain(step).collect()
        }
        // A procedure has a screen of its own.
        DeedId::Release { .. } | DeedId::Course(_) => Vec::new(),
    };
    if !lines.is_empty() {
        body.push(Line::new());
    }
    for (at, words) in lines {
        let at = at.map_or_else(String::new, |at| at.strftime("%Y-%m-%d %H:%M:%SZ").to_string());
        body.push(Line::of(Role::Dim, format!("{}  ", text::pad(&at, 20))).add(Role::Text, words));
    }
    let steps = work.map(|work| panes::step_lines(work, glyphs)).unwrap_or_default();
    if !steps.is_empty() {
        body.push(Line::new());
        body.extend(steps);
        body.push(Line::of(Role::Key, "l").add(Role::Dim, " shows what was written on the way."));
    }
    let window = Window {
        title: Line::of(Role::Title, deed.sentence.clone()),
        right: profile_badge(state),
        body,
        scroll: usize::from(view.scroll),
        ..Window::default()
    };
    window.draw(canvas, screen);
}
