//! Moving about in the panes; size, focus, leaving.

use std::time::Duration;

use super::keys::{self, Press};
use super::{
    Cx, actions, ask, confirm, course, deployments, errors, forms, lists, menus, notify, operations, pick, polling,
    propose, restore, settle, several, unlock,
};
use crate::app::keymap::{self, Intent};
use crate::app::modal::{Help, Modal, SheetKind};
use crate::app::ui::{Breakpoint, Pane};
use crate::app::{Effect, State};
use crate::model::Command;

/// How long the cursor rests before the details follow it.
pub(super) const REST: Duration = Duration::from_millis(150);

/// Follows an intent in the panes, from a key, a menu or the palette.
pub(super) fn main(state: &mut State, cx: &mut Cx, intent: Option<Intent>) {
    let Some(intent) = intent else { return };
    if let Some(why) = keymap::disabled(state, intent) {
        if intent == Intent::Restore && menus::instead_of_restore(state, cx, &why) {
            return;
        }
        return notify::warn(state, cx, why);
    }
    match intent {
        Intent::PaneNext => go_to(state, cx, state.ui.focus.step(1)),
        Intent::PanePrevious => go_to(state, cx, state.ui.focus.step(-1)),
        Intent::Pane(pane) => go_to(state, cx, pane),
        Intent::Open => open(state, cx),
        Intent::Back => back(state, cx),
        Intent::Mark => mark(state, cx),
        Intent::Find => {
            go_to(state, cx, Pane::Addons);
            state.ui.filter.is_editing = true;
            cx.seen();
        }
        Intent::Sort => {
            state.ui.sort = state.ui.sort.next();
            notify::info(state, cx, format!("Sorted by {}.", state.ui.sort.word()));
        }
        Intent::Palette => menus::palette(state, cx),
        Intent::Help => push(state, cx, Modal::Help(Help::default())),
        Intent::ActionMenu => menus::actions(state, cx),
        Intent::CopyMenu => menus::copies(state, cx),
        Intent::Describe | Intent::Timeline | Intent::Variables => about_selected(state, cx, intent),
        Intent::Operations => operations::open(state, cx),
        Intent::Procedures => course::list(state, cx),
        Intent::Errors => errors::open(state, cx),
        Intent::Profile => menus::profiles(state, cx),
        Intent::ShowProfile => lists::open_sheet(state, cx, SheetKind::Profile),
        Intent::Polling => lists::open_sheet(state, cx, SheetKind::Polling),
        Intent::Combined => several::open(state, cx),
        Intent::Refresh => {
            polling::refresh_all(state, cx);
            cx.push(Effect::Repaint);
        }
        Intent::Quit => leave(state, cx),
        Intent::Suspend => cx.push(Effect::Suspend),
        Intent::Create => forms::create(state, cx),
        Intent::Attach => forms::attach(state, cx),
        Intent::Detach => propose::detach(state, cx),
        Intent::Destroy => propose::on_selected(state, cx, |addon_id, addon| Command::DestroyAddon { addon_id, addon }),
        Intent::BackUp => {
            propose::on_selected(state, cx, |addon_id, addon| Command::BackUp { addon_id, addon, label: None })
        }
        Intent::Rotate => propose::on_selected(state, cx, |addon_id, addon| Command::Rotate { addon_id, addon }),
        Intent::Restart => propose::on_selected(state, cx, |addon_id, addon| Command::Restart { addon_id, addon }),
        Intent::Sleep => propose::on_selected(state, cx, |addon_id, addon| Command::Sleep { addon_id, addon }),
        Intent::Wake => propose::on_selected(state, cx, |addon_id, addon| Command::Wake { addon_id, addon }),
        Intent::SendAgain => propose::send_again(state, cx),
        Intent::MaintenanceOn => propose::maintenance(state, cx, true),
        Intent::MaintenanceOff => propose::maintenance(state, cx, false),
        Intent::Undo => propose::undo_last(state, cx),
        Intent::Restore => restore::open(state, cx),
        Intent::FindAndRestore => restore::open_find(state, cx),
        Intent::DeleteBackup => pick::delete(state, cx),
        Intent::CancelBackup => pick::cancel(state, cx),
        Intent::ServiceActions => actions::open(state, cx),
        Intent::Follow => ask::copy(state, cx, true),
        Intent::Fork => ask::copy(state, cx, false),
        Intent::Promote => pick::promote(state, cx),
        Intent::ChangePlan => pick::plan(state, cx),
        Intent::Rename => ask::rename(state, cx),
        Intent::ScheduleBackups => ask::schedule(state, cx),
        Intent::AllBackups => pick::open_backups(state, cx, None),
        Intent::Log if deployments::open_newest_log(state, cx) => {}
        Intent::Log => lists::open_log(state, cx),
        Intent::Redeploy => deployments::redeploy(state, cx),
        Intent::RollBack => deployments::roll_back(state, cx),
        Intent::AutoBackupsOn => {
            propose::on_selected(state, cx, |addon_id, addon| Command::AutoBackups { addon_id, addon, is_on: true })
        }
        Intent::AutoBackupsOff => {
            propose::on_selected(state, cx, |addon_id, addon| Command::AutoBackups { addon_id, addon, is_on: false })
        }
        Intent::Unlock => unlock::toggle(state, cx),
        _ => move_by(state, cx, intent),
    }
}

/// Puts a modal on top.
pub(super) fn push(state: &mut State, cx: &mut Cx, modal: Modal) {
    state.modals.push(modal);
    cx.seen();
}

fn about_selected(state: &mut State, cx: &mut Cx, intent: Intent) {
    settle::show_selected(state, cx);
    let Some(key) = state.ui.selected.clone() else { return };
    let kind = match intent {
        Intent::Describe => SheetKind::Describe(key),
        Intent::Timeline => SheetKind::Timeline(key),
        _ => SheetKind::Variables {
            app: state.detail_attachment().map(|attachment| attachment.app.clone()).map(Into::into),
            addon: key,
        },
    };
    lists::open_sheet(state, cx, kind);
}

fn move_by(state: &mut State, cx: &mut Cx, intent: Intent) {
    let page = state.ui.page();
    match state.ui.focus {
        Pane::Addons => {
            if let Some(to) = keys::moved(intent, state.cursor, state.visible.len(), page) {
                select(state, cx, to);
            }
        }
        Pane::Attachments if state.session.words.has_environments => deployments::move_by(state, cx, intent),
        Pane::Attachments => {
            let count = state.detail().map_or(0, |addon| addon.attachments.items().len());
            if let Some(to) = keys::moved(intent, state.ui.attachment, count, page) {
                cx.seen_if(to != state.ui.attachment);
                state.ui.attachment = to;
            }
        }
        // The newest events are at the end, so there the scroll counts from the end.
        Pane::Status => scroll_pane(state, cx, upside_down(intent)),
        Pane::Plan => scroll_pane(state, cx, intent),
        Pane::Backups => pick::move_by(state, cx, intent),
    }
}

fn scroll_pane(state: &mut State, cx: &mut Cx, intent: Intent) {
    let limit = state.ui.scroll_max;
    keys::scroll(cx, Some(intent), &mut state.ui.scroll[state.ui.focus as usize], limit);
}

fn upside_down(intent: Intent) -> Intent {
    match intent {
        Intent::Down => Intent::Up,
        Intent::Up => Intent::Down,
        Intent::PageDown => Intent::PageUp,
        Intent::PageUp => Intent::PageDown,
        Intent::HalfDown => Intent::HalfUp,
        Intent::HalfUp => Intent::HalfDown,
        Intent::Top => Intent::Bottom,
        Intent::Bottom => Intent::Top,
        other => other,
    }
}

fn select(state: &mut State, cx: &mut Cx, index: usize) {
    state.follow = None;
    let Some(row) = state.visible_row(index) else { return };
    let key = row.addon.key.clone();
    if state.ui.selected.as_ref() != Some(&key) {
        state.cursor = index;
        state.ui.selected = Some(key);
        state.rest = Some(cx.now.mono + REST);
        // What is asked for goes by where the cursor rests.
        cx.wants_the_same = true;
        cx.seen();
    }
}

fn go_to(state: &mut State, cx: &mut Cx, pane: Pane) {
    if pane != Pane::Addons {
        settle::show_selected(state, cx);
        cx.seen_if(state.ui.detail_pane != pane);
        state.ui.detail_pane = pane;
    }
    let is_detail_open = pane != Pane::Addons;
    cx.seen_if(state.ui.focus != pane || state.ui.is_detail_open != is_detail_open);
    (state.ui.focus, state.ui.is_detail_open) = (pane, is_detail_open);
}

fn open(state: &mut State, cx: &mut Cx) {
    let intent = match state.ui.focus {
        Pane::Addons if state.selected_row().is_some() => return go_to(state, cx, state.ui.detail_pane),
        Pane::Addons => return,
        Pane::Backups => {
            let addon = state.ui.detail.clone();
            return if addon.is_some() {
                pick::open_backups(state, cx, addon)
            };
        }
        Pane::Attachments => Intent::Variables,
        Pane::Plan => Intent::Describe,
        Pane::Status => Intent::Timeline,
    };
    main(state, cx, Some(intent));
}

/// One step back: the detail, the filter, the marks, the notice. Never out of the program.
fn back(state: &mut State, cx: &mut Cx) {
    if state.ui.focus != Pane::Addons {
        return go_to(state, cx, Pane::Addons);
    }
    let is_seen = if state.ui.filter.is_on() {
        state.ui.filter.input.reset();
        true
    } else if !state.ui.marks.is_empty() {
        state.ui.marks.clear();
        true
    } else {
        state.ui.notice.take().is_some()
    };
    cx.seen_if(is_seen);
}

fn mark(state: &mut State, cx: &mut Cx) {
    let Some(key) = state.ui.selected.clone() else { return };
    if !state.ui.marks.shift_remove(&key) {
        state.ui.marks.insert(key);
    }
    cx.seen();
    let next = (state.cursor + 1).min(state.visible.len().saturating_sub(1));
    select(state, cx, next);
}

/// A key while the filter is typed.
pub(super) fn filter(state: &mut State, cx: &mut Cx, press: Press) {
    match press.intent {
        Some(Intent::Accept) => state.ui.filter.is_editing = false,
        Some(Intent::Back) => {
            state.ui.filter.is_editing = false;
            state.ui.filter.input.reset();
        }
        Some(intent) => return move_by(state, cx, intent),
        None => {
            keys::edit(&mut state.ui.filter.input, cx, press.event);
            return;
        }
    }
    cx.seen();
}

pub(super) fn resize(state: &mut State, cx: &mut Cx, columns: u16, rows: u16) {
    let size = if columns == 0 || rows == 0 { (80, 24) } else { (columns, rows) };
    state.ui.breakpoint = Breakpoint::of(size.0, size.1);
    state.ui.size = size;
    confirm::shown_elsewhere(state);
    // Every size is painted anew, also the same one: the terminal may have thrown its screen away.
    cx.seen();
}

pub(super) fn focus(state: &mut State, cx: &mut Cx, has_focus: bool) {
    if has_focus && !state.ui.has_terminal_focus {
        // Nobody looked meanwhile, and the next keys may be meant for the window that had the focus before.
        let is_confirming = confirm::shown_elsewhere(state);
        cx.seen_if(is_confirming);
        polling::look_again(state, cx);
        several::look_again(state, cx);
    }
    state.ui.has_terminal_focus = has_focus;
    state.ui.tells_focus = true;
}

/// The view told how far the text on top can be scrolled. It clamps by itself, so nothing visible changes.
pub(super) fn extent(state: &mut State, lines: u16) {
    state.ui.scroll_max = lines;
    let scroll = match state.modals.last_mut() {
        Some(Modal::Sheet(sheet)) => &mut sheet.scroll,
        Some(Modal::Confirm(confirm)) => &mut confirm.scroll,
        Some(Modal::Help(help)) => &mut help.scroll,
        Some(Modal::Errors(view)) => &mut view.scroll,
        Some(Modal::Course(view)) => &mut view.scroll,
        Some(Modal::Operations(view)) => &mut view.scroll,
        Some(_) => return,
        None => &mut state.ui.scroll[state.ui.focus as usize],
    };
    *scroll = (*scroll).min(lines);
}

/// Leaves: from anywhere, without a question. What was sent already goes on.
pub(super) fn leave(state: &mut State, cx: &mut Cx) {
    if !state.store.addons.fresh.is_never() {
        cx.push(Effect::SaveCache);
    }
    cx.push(Effect::Quit);
}

pub(super) fn continued(state: &mut State, cx: &mut Cx) {
    confirm::shown_elsewhere(state);
    polling::look_again(state, cx);
    several::look_again(state, cx);
    notify::info(state, cx, "Back from the shell; everything is read again.");
    cx.push(Effect::Repaint);
}
