//! Lists to choose from: attachments, menus, the palette; and the keys.

use ratatui::layout::Rect;

use super::confirm::profile_badge;
use super::window::Window;
use crate::app::modal::{Help, Menu, MenuItem, Palette, PickAttachment};
use crate::app::{State, keymap};
use crate::model::Known;
use crate::view::canvas::{Canvas, Line};
use crate::view::layout;
use crate::view::text;
use crate::view::theme::Role;
use crate::view::widgets::{self, Choice};

fn rows_of(total: usize, screen: Rect) -> u16 {
    // Where a modal has all of the screen: title, status line, keys, notice, and a line on what it is about.
    let others = if layout::floats(screen) { 8 } else { 5 };
    u16::try_from(total).unwrap_or(u16::MAX).min(screen.height.saturating_sub(others).max(1))
}

/// Draws the choice of the attachment to take away.
pub(crate) fn pick_attachment(state: &State, pick: &PickAttachment, canvas: &mut Canvas<'_>, screen: Rect) {
    let window = Window {
        title: Line::of(Role::Title, format!("Detach {} from which app?", pick.addon_name)),
        right: profile_badge(state),
        body: vec![Line::of(Role::Dim, "What it does to the app is shown next, before anything is sent.")],
        is_list: true,
        extra: rows_of(pick.attachments.len(), screen),
        ..Window::default()
    };
    let area = window.draw(canvas, screen);
    let width = pick.attachments.iter().map(|attachment| text::width(&attachment.app)).max().unwrap_or(0).min(30);
    widgets::picker(canvas, area, pick.attachments.len(), pick.cursor, width, |index| {
        let attachment = &pick.attachments[index];
        let variables = match &attachment.config_vars {
            Known::Is(names) => names.join(" "),
            Known::Unknown(why) => format!("variables unknown: {why}"),
        };
        let alias = attachment.alias.as_ref().map_or_else(|| "no alias".to_owned(), |alias| format!("as {alias}"));
        Choice {
            label: attachment.app.to_string(),
            detail: format!("{alias}; {variables}"),
            disabled: attachment.owner_row.then(|| "the owner can't be detached".to_owned()),
        }
    });
}

fn items(canvas: &mut Canvas<'_>, area: Rect, items: &[MenuItem], cursor: usize) {
    let width = items.iter().map(|item| text::width(&item.label)).max().unwrap_or(0).min(40);
    widgets::picker(canvas, area, items.len(), cursor, width, |index| {
        let item = &items[index];
        Choice { label: item.label.clone(), detail: item.detail.clone(), disabled: item.disabled.clone() }
    });
}

/// Draws the action menu or the copy menu.
pub(crate) fn menu(state: &State, menu: &Menu, canvas: &mut Canvas<'_>, screen: Rect) {
    let body =
        if menu.items.is_empty() { vec![Line::of(Role::Dim, "There is nothing to choose here.")] } else { Vec::new() };
    let window = Window {
        title: Line::of(Role::Title, menu.title.clone()),
        right: profile_badge(state),
        body,
        is_list: true,
        extra: rows_of(menu.items.len(), screen),
        ..Window::default()
    };
    let area = window.draw(canvas, screen);
    items(canvas, area, &menu.items, menu.cursor);
}

/// Draws the palette: the input line first, the commands that fit below it.
pub(crate) fn palette(state: &State, palette: &Palette, canvas: &mut Canvas<'_>, screen: Rect) {
    let window = Window {
        title: Line::of(Role::Title, "Commands"),
        right: profile_badge(state),
        // The height does not follow the number of commands, so that nothing jumps while typing.
        is_list: true,
        extra: screen.height.saturating_sub(8).clamp(2, 22),
        ..Window::default()
    };
    let area = window.draw(canvas, screen);
    let top = Rect { height: area.height.min(1), ..area };
    widgets::input(canvas, top, ":", palette.input.value(), palette.input.cursor(), true);
    let below = Rect { y: area.y.saturating_add(1), height: area.height.saturating_sub(1), ..area };
    if palette.items.is_empty() {
        canvas.line(below, 0, &Line::of(Role::Dim, "No command fits."));
    }
    items(canvas, below, &palette.items, palette.cursor);
}

/// Draws the keys, searchable.
pub(crate) fn help(help: &Help, canvas: &mut Canvas<'_>, screen: Rect) {
    let lines = help_lines(help.input.value());
    let window = Window {
        title: Line::of(Role::Title, "Keys"),
        body: lines,
        scroll: usize::from(help.scroll),
        extra: 1,
        ..Window::default()
    };
    let area = window.draw(canvas, screen);
    widgets::input(canvas, area, "Search", help.input.value(), help.input.cursor(), true);
}

/// The bindings that contain what is looked for, below the heading of where they hold.
fn help_lines(search: &str) -> Vec<Line> {
    let found = keymap::help(search);
    if found.is_empty() {
        return vec![Line::of(Role::Dim, "No key fits.")];
    }
    let widest = found.iter().map(|line| text::width(&line.keys)).max().unwrap_or(0).min(20);
    let mut lines = Vec::new();
    let mut context = None;
    for line in found {
        if context != Some(line.context) {
            if context.is_some() {
                lines.push(Line::new());
            }
            context = Some(line.context);
            lines.push(Line::of(Role::Strong, line.context.title()));
        }
        let shown = Line::of(Role::Key, format!("  {}", text::pad(&line.keys, widest)))
            .add(Role::Text, format!("  {}", line.description));
        lines.push(if line.dangerous { shown.add(Role::Warn, "  writes") } else { shown });
    }
    lines
}
