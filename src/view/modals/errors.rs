//! What went wrong: the list, and one of it in full.

use ratatui::layout::Rect;

use super::confirm::profile_badge;
use super::window::Window;
use crate::app::modal::ErrorsView;
use crate::app::{ErrorEntry, State};
use crate::view::canvas::{Canvas, Line};
use crate::view::text;
use crate::view::theme::Role;
use crate::view::widgets::{self, Choice};

/// Draws the errors, or the one that was opened.
pub(crate) fn errors(state: &State, view: &ErrorsView, canvas: &mut Canvas<'_>, screen: Rect) {
    let shown = state.errors_shown();
    let ids: Vec<u64> = shown.iter().map(|error| error.id).collect();
    let at = view.place(&ids);
    match shown.get(at).filter(|_| view.is_open) {
        Some(entry) => in_full(state, entry, view, canvas, screen),
        None => list(state, &shown, at, canvas, screen),
    }
}

fn list(state: &State, shown: &[&ErrorEntry], at: usize, canvas: &mut Canvas<'_>, screen: Rect) {
    let body = if shown.is_empty() { vec![Line::of(Role::Dim, "No error so far.")] } else { Vec::new() };
    let pinned = shown.get(at).map_or_else(Vec::new, |entry| {
        vec![
            Line::of(role(entry), sentence_case(&entry.part)).add(Role::Dim, format!(": {}", entry.course())),
            Line::text(entry.text.clone()),
        ]
    });
    // The list takes what the sentence below it leaves.
    let rows = u16::try_from(shown.len()).unwrap_or(u16::MAX).min(screen.height.saturating_sub(12).max(3));
    let window = Window {
        title: Line::of(Role::Title, "Errors"),
        right: profile_badge(state),
        body,
        pinned,
        is_list: true,
        extra: if shown.is_empty() { 0 } else { rows },
        ..Window::default()
    };
    let area = window.draw(canvas, screen);
    let width =
        shown.iter().map(|entry| text::width(&label(entry))).max().unwrap_or(0).min(usize::from(area.width) / 2);
    widgets::picker(canvas, area, shown.len(), at, width, |index| {
        let entry = shown[index];
        let over = if entry.over.is_some() { "over: " } else { "" };
        Choice { label: label(entry), detail: format!("{over}{}: {}", entry.kind(), entry.text), disabled: None }
    });
}

fn label(entry: &ErrorEntry) -> String {
    let times = if entry.times > 1 { format!(" {}×", entry.times) } else { String::new() };
    format!("{} {}{times}", text::clock(entry.last), entry.part)
}

/// What still fails stands out; what is over does not.
fn role(entry: &ErrorEntry) -> Role {
    if entry.over.is_some() { Role::Strong } else { Role::Bad }
}

fn sentence_case(words: &str) -> String {
    let mut letters = words.chars();
    letters.next().into_iter().flat_map(char::to_uppercase).chain(letters).collect()
}

fn in_full(state: &State, entry: &ErrorEntry, view: &ErrorsView, canvas: &mut Canvas<'_>, screen: Rect) {
    let report = state.report(entry);
    let facts = report.lines().map(|line| {
        let (name, value) = line.split_at_checked(LABEL).unwrap_or((line, ""));
        Line::of(Role::Dim, name).add(if name.trim_end() == "error" { role(entry) } else { Role::Text }, value)
    });
    let body = facts.collect();
    let window = Window {
        title: Line::of(Role::Title, "Error"),
        right: profile_badge(state),
        body,
        scroll: usize::from(view.scroll),
        ..Window::default()
    };
    window.draw(canvas, screen);
}

/// How wide the names of the facts are in a report.
const LABEL: usize = 10;
