//! The last two rows: what is being typed or was said, and the keys of where keys go now, from the table of bindings.

use ratatui::layout::Rect;

use super::canvas::{Canvas, Line};
use super::layout::floats;
use super::panes::level_role;
use super::text;
use super::theme::Role;
use super::widgets;
use crate::app::State;
use crate::app::keymap::KeyHint;
use crate::app::modal::{Modal, Phase};

/// So many rows a sentence may take where nothing is in its way.
const MOST: usize = 4;

/// Draws the row above the keys: the filter while it is typed, else the notice.
pub(crate) fn message(state: &State, canvas: &mut Canvas<'_>, area: Rect) {
    if let Some(input) = filter(state) {
        widgets::input(canvas, area, "/", input.value(), input.cursor(), true);
    } else if let Some(notice) = &state.ui.notice {
        let has_no_input = matches!(state.modals.last(), None | Some(Modal::Sheet(_) | Modal::Combined));
        let most = match (has_no_input, floats(canvas.area())) {
            (true, _) => MOST,
            (false, true) => 2,
            // What covers the screen has its input, or its buttons, in the row above.
            (false, false) => 1,
        };
        notice_above(canvas, area, &Line::of(level_role(notice.level), notice.text.clone()), most);
    } else if !state.ui.marks.is_empty() {
        canvas.line(area, 0, &Line::of(Role::Dim, format!("{} marked", text::count(state.ui.marks.len(), "add-on"))));
    }
}

/// The filter while it is typed.
fn filter(state: &State) -> Option<&tui_input::Input> {
    let filter = match state.modals.last() {
        None => &state.ui.filter,
        Some(Modal::Combined) => &state.combined.as_ref()?.filter,
        Some(_) => return None,
    };
    filter.is_editing.then_some(&filter.input)
}

/// A sentence that is longer than the row grows upwards over what is there, by so many rows in all.
fn notice_above(canvas: &mut Canvas<'_>, area: Rect, line: &Line, most: usize) {
    let width = usize::from(area.width);
    let mut lines = line.wrap(width, 2);
    if most == 1 && lines.len() > 1 {
        lines = vec![line.clone().cut(width, canvas.glyphs())];
    }
    lines.truncate(most);
    let height = u16::try_from(lines.len()).unwrap_or(1).min(area.bottom());
    let over = Rect { y: area.bottom() - height, height, ..area };
    canvas.clear(over);
    canvas.lines(over, &lines);
}

/// Draws the keys. What can't be done now is dimmed; what does not fit is left out, the least important first.
pub(crate) fn key_bar(state: &State, canvas: &mut Canvas<'_>, area: Rect) {
    const GAP: usize = 2;
    let hints = state.keybar();
    let width = |hint: &KeyHint| text::width(&hint.key) + 1 + text::width(hint.word);
    let mut order: Vec<usize> = (0..hints.len()).collect();
    order.sort_by_key(|at| rank(&hints[*at]));
    let mut room = usize::from(area.width);
    let mut kept = vec![false; hints.len()];
    for at in order {
        let needed = width(&hints[at]) + GAP;
        // The last one needs no gap behind it.
        if needed <= room + GAP {
            kept[at] = true;
            room = room.saturating_sub(needed);
        }
    }
    let confirm = state.modals.last().and_then(Modal::as_confirm);
    let is_armed = confirm.is_none_or(|confirm| confirm.is_armed() && confirm.phase == Phase::Open);
    let mut line = Line::new();
    for (hint, _) in hints.iter().zip(&kept).filter(|(_, kept)| **kept) {
        if !line.is_empty() {
            line = line.add(Role::Text, " ".repeat(GAP));
        }
        let is_dimmed = hint.disabled.is_some() || (hint.dangerous && !is_armed);
        let (key, word) = if is_dimmed { (Role::Dim, Role::Dim) } else { (Role::Key, Role::Text) };
        line = line.add(key, hint.key.clone()).add(word, format!(" {}", hint.word));
    }
    canvas.line(area, 0, &line);
}

/// What is left out last. It hangs on the word alone and not on what can be done now, so that no key changes its place while the
/// cursor moves.
fn rank(hint: &KeyHint) -> u8 {
    match hint.word {
        "quit" | "help" | "back" | "cancel" | "give up" => 0,
        "promote" | "plan" => 5,
        "copy" | "commands" => 4,
        "back up" | "actions" => 3,
        "restore" => 2,
        _ => 1,
    }
}
