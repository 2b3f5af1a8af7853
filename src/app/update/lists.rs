//! Lists to choose from, lines to look for, sheets to read.

use super::keys::{self, Press};
use super::{Cx, course, enter, forms, menus, nav, notify, pick, polling, propose};
use crate::app::keymap::{self, Context, Intent, Key};
use crate::app::modal::{MenuAct, MenuItem, Modal, Sheet, SheetKind};
use crate::app::{Effect, State};
use crate::store::poll::Topic;

/// A key in a menu, a choice of attachments, or the first steps of making an add-on.
pub(super) fn list(state: &mut State, cx: &mut Cx, press: Press) {
    match state.modals.last_mut() {
        Some(Modal::Create(_)) => forms::create_list(state, cx, press.intent),
        Some(Modal::Pick(_)) => pick::key(state, cx, press),
        Some(Modal::PickAttachment(pick)) => {
            if keys::move_cursor(cx, press.intent, &mut pick.cursor, pick.attachments.len()) {
                return;
            }
            let chosen = pick.attachments.get(pick.cursor).cloned();
            let addon = state.store.addons.get(&pick.addon).map(|row| row.addon.clone());
            match (press.intent, addon, chosen) {
                (Some(Intent::Accept), Some(addon), Some(one)) => propose::detach_one(state, cx, &addon, &one),
                (Some(Intent::Back), ..) => close(state, cx),
                _ => {}
            }
        }
        Some(Modal::Menu(menu)) => {
            if keys::move_cursor(cx, press.intent, &mut menu.cursor, menu.items.len()) {
                return;
            }
            // The key of an item works in the menu, too.
            let asked = keymap::lookup(Context::Main, Key::from(press.event)).map(MenuAct::Intent);
            let by_key = asked.and_then(|act| menu.items.iter().find(|item| item.act == act));
            match press.intent {
                Some(Intent::Accept) => {
                    let item = menu.items.get(menu.cursor).cloned();
                    run(state, cx, item);
                }
                Some(Intent::Back) => close(state, cx),
                _ => {
                    let item = by_key.cloned();
                    run(state, cx, item);
                }
            }
        }
        _ => {}
    }
}

/// A key in the palette or the help.
pub(super) fn search(state: &mut State, cx: &mut Cx, press: Press) {
    let limit = state.ui.scroll_max;
    let is_changed = match (state.modals.last_mut(), press.intent) {
        (_, Some(Intent::Back)) => return close(state, cx),
        (Some(Modal::Palette(palette)), Some(Intent::Accept)) => {
            let item = palette.items.get(palette.cursor).cloned();
            return run(state, cx, item);
        }
        (Some(Modal::Help(_)), Some(Intent::Accept)) => return close(state, cx),
        (Some(Modal::Palette(palette)), intent) => {
            if keys::move_cursor(cx, intent, &mut palette.cursor, palette.items.len()) {
                return;
            }
            keys::edit(&mut palette.input, cx, press.event)
        }
        (Some(Modal::Help(help)), intent) => {
            if keys::scroll(cx, intent, &mut help.scroll, limit) {
                return;
            }
            keys::edit(&mut help.input, cx, press.event)
        }
        _ => return,
    };
    if is_changed {
        searched(state);
    }
}

pub(super) fn paste(state: &mut State, cx: &mut Cx, text: &str) {
    match state.modals.last_mut() {
        Some(Modal::Palette(palette)) => keys::insert(&mut palette.input, cx, text),
        Some(Modal::Help(help)) => keys::insert(&mut help.input, cx, text),
        _ => return,
    }
    searched(state);
}

/// What is looked for has changed.
fn searched(state: &mut State) {
    match state.modals.last_mut() {
        Some(Modal::Help(help)) => help.scroll = 0,
        Some(Modal::Palette(palette)) => {
            let text = palette.input.value().to_owned();
            let items = menus::commands(state, &text);
            if let Some(Modal::Palette(palette)) = state.modals.last_mut() {
                (palette.items, palette.cursor) = (items, 0);
            }
        }
        _ => {}
    }
}

/// Does what an item says; one that can't be done says why and stays.
fn run(state: &mut State, cx: &mut Cx, item: Option<MenuItem>) {
    let Some(item) = item else { return };
    if let Some(why) = item.disabled {
        return notify::warn(state, cx, why);
    }
    close(state, cx);
    match item.act {
        MenuAct::Copy(text) => cx.push(Effect::Copy(text)),
        MenuAct::Note(operation) => cx.push(Effect::Note(operation)),
        MenuAct::Enter(profile) if profile == state.session.profile => {
            let text = format!("{} is the profile that is shown.", state.session.place());
            notify::info(state, cx, text);
        }
        MenuAct::Enter(profile) => enter::enter(state, cx, profile, None),
        MenuAct::Course(id, act) => course::act(state, cx, &id, act),
        MenuAct::Intent(intent) => nav::main(state, cx, Some(intent)),
    }
}

pub(super) fn open_sheet(state: &mut State, cx: &mut Cx, kind: SheetKind) {
    state.ui.scroll_max = u16::MAX;
    nav::push(state, cx, Modal::Sheet(Sheet { kind, scroll: 0 }));
}

/// The log of an add-on, read anew each time that it is opened.
pub(super) fn open_log(state: &mut State, cx: &mut Cx) {
    let Some(key) = state.ui.selected.clone() else { return };
    state.urge(&Topic::Logs(key.id.to_string()));
    open_sheet(state, cx, SheetKind::Log(key));
    to_end(state);
}

/// A log came: its end is what somebody wants to see.
pub(super) fn log_came(state: &mut State, addon: &str) {
    if matches!(state.modals.last(), Some(Modal::Sheet(sheet)) if matches!(&sheet.kind, SheetKind::Log(key) if key.id == *addon))
    {
        to_end(state);
    }
}

/// The same of what the platform did.
pub(super) fn work_log_came(state: &mut State, work: &str) {
    if matches!(state.modals.last(), Some(Modal::Sheet(Sheet { kind: SheetKind::WorkLog { id, .. }, .. })) if id == work)
    {
        to_end(state);
    }
}

pub(super) fn to_end(state: &mut State) {
    state.ui.scroll_max = u16::MAX;
    if let Some(Modal::Sheet(sheet)) = state.modals.last_mut() {
        sheet.scroll = u16::MAX;
    }
}

/// A key in a sheet.
pub(super) fn sheet(state: &mut State, cx: &mut Cx, press: Press) {
    let limit = state.ui.scroll_max;
    let Some(Modal::Sheet(sheet)) = state.modals.last_mut() else { return };
    if keys::scroll(cx, press.intent, &mut sheet.scroll, limit) {
        return;
    }
    match press.intent {
        Some(Intent::Back) => close(state, cx),
        Some(Intent::Next) => next_app(state, cx, 1),
        Some(Intent::Previous) => next_app(state, cx, -1),
        Some(Intent::Refresh) => {
            polling::refresh_all(state, cx);
            cx.push(Effect::Repaint);
        }
        _ => {}
    }
}

/// The variables of the next app that the add-on is attached to.
fn next_app(state: &mut State, cx: &mut Cx, by: isize) {
    let Some(Modal::Sheet(Sheet { kind: SheetKind::Variables { addon, app }, scroll })) = state.modals.last_mut()
    else {
        return;
    };
    let Some(row) = state.store.addons.get(addon) else { return };
    let mut apps: Vec<&str> = row.addon.attachments.items().iter().map(|attachment| attachment.app.as_str()).collect();
    apps.dedup();
    if apps.is_empty() {
        return;
    }
    let at = apps.iter().position(|candidate| Some(*candidate) == app.as_deref()).unwrap_or(0) as isize;
    *app = Some(apps[(at + by).rem_euclid(apps.len() as isize) as usize].to_owned());
    *scroll = 0;
    cx.seen();
}

fn close(state: &mut State, cx: &mut Cx) {
    state.modals.pop();
    cx.seen();
}
