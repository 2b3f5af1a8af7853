//! Forms of a few lines: another name, a schedule.

use std::collections::BTreeMap;

use jiff::tz::TimeZoneDatabase;

use super::keys::{self, Press};
use super::{Cx, forms, nav, propose, settle};
use crate::app::State;
use crate::app::keymap::Intent;
use crate::app::modal::{Ask, AskField, AskKind, Field, Modal};
use crate::model::{Command, CreateAddon, Naming, Owner, Schedule, Text};

pub(super) fn rename(state: &mut State, cx: &mut Cx) {
    settle::show_selected(state, cx);
    let Some(addon) = state.selected_row().map(|row| &*row.addon) else { return };
    let kind = AskKind::Rename { addon: addon.key.clone(), name: addon.name.to_string() };
    let fields = vec![AskField::new(Field::Name, addon.name.clone(), Vec::new())];
    open(state, cx, kind, fields);
}

pub(super) fn schedule(state: &mut State, cx: &mut Cx) {
    settle::show_selected(state, cx);
    let Some(addon) = state.selected_row().map(|row| &*row.addon) else { return };
    let kind = AskKind::Schedule { addon: addon.key.clone(), name: addon.name.to_string() };
    let policy = state.backups(&addon.key.id).and_then(|backups| backups.policy.as_ref());
    let known = policy.and_then(|policy| policy.schedule.clone());
    let (hour, zone) =
        known.map_or((String::new(), "UTC".to_owned()), |known| (known.hour.to_string(), known.time_zone));
    // The names that were compiled in: no file is read here.
    let zones = TimeZoneDatabase::bundled().available().map(|name| name.as_str().to_owned()).collect();
    let fields = vec![AskField::new(Field::Hour, hour, Vec::new()), AskField::new(Field::Zone, zone, zones)];
    open(state, cx, kind, fields);
}

/// An add-on is to be made of the data of the one under the cursor.
pub(super) fn copy(state: &mut State, cx: &mut Cx, is_follower: bool) {
    settle::show_selected(state, cx);
    let random = forms::random(state);
    let Some(addon) = state.selected_row().map(|row| row.addon.clone()) else { return };
    let name = state.session.words.naming.suggest(&addon.service, random);
    let catalog = state.store.catalog.value.as_ref();
    let plans = catalog.and_then(|catalog| catalog.service(&addon.service)).map(|service| &service.plans);
    let plans = plans.into_iter().flatten().map(|plan| plan.name.clone()).collect();
    let apps = state.store.apps.value.iter().flatten().map(|app| app.name.to_string()).collect();
    let app = match &addon.owner {
        Owner::App(app) => app.clone(),
        Owner::Team(_) => Text::default(),
    };
    let mut fields = vec![
        AskField::new(Field::Name, name, Vec::new()),
        AskField::new(Field::Plan, addon.plan.clone().unwrap_or_default(), plans),
        AskField::new(Field::App, app, apps),
    ];
    if !is_follower {
        fields.push(AskField::new(Field::Moment, "", Vec::new()));
    }
    let (key, name, service) = (addon.key.clone(), addon.name.clone(), addon.service.clone());
    open(
        state,
        cx,
        AskKind::Copy { addon: key, name: name.to_string(), service: service.to_string(), is_follower },
        fields,
    );
}

fn open(state: &mut State, cx: &mut Cx, kind: AskKind, fields: Vec<AskField>) {
    nav::push(state, cx, Modal::Ask(Box::new(Ask { kind, fields, at: 0, error: None })));
}

/// A key while the lines are filled in.
pub(super) fn key(state: &mut State, cx: &mut Cx, press: Press) {
    let Some(Modal::Ask(form)) = state.modals.last_mut() else { return };
    let last = form.fields.len().saturating_sub(1);
    let Some(line) = form.fields.get_mut(form.at) else { return };
    let has_list = line.suggestions.names.len() > 1;
    match press.intent {
        Some(Intent::Back) => {
            state.modals.pop();
        }
        Some(Intent::Accept) => {
            take_suggestion(line);
            if form.at == last {
                return accept(state, cx);
            }
            form.at += 1;
        }
        Some(Intent::Next) => {
            take_suggestion(line);
            form.at = if form.at == last { 0 } else { form.at + 1 };
        }
        Some(Intent::Previous) => form.at = form.at.checked_sub(1).unwrap_or(last),
        Some(Intent::Down) if has_list => line.suggestions.step(1),
        Some(Intent::Up) if has_list => line.suggestions.step(-1),
        Some(Intent::Down) => form.at = (form.at + 1).min(last),
        Some(Intent::Up) => form.at = form.at.saturating_sub(1),
        _ => {
            if keys::edit(&mut line.input, cx, press.event) {
                line.suggest();
                form.error = None;
            }
            return;
        }
    }
    cx.seen();
}

fn take_suggestion(line: &mut AskField) {
    if let Some(name) = line.suggestions.taken(line.input.value()) {
        line.input = tui_input::Input::new(name.to_owned());
        line.suggest();
    }
}

pub(super) fn paste(form: &mut Ask, cx: &mut Cx, text: &str) {
    if let Some(line) = form.fields.get_mut(form.at) {
        keys::insert(&mut line.input, cx, text);
        line.suggest();
        form.error = None;
    }
}

/// The form is full: its command is proposed, or it says what is wrong.
fn accept(state: &mut State, cx: &mut Cx) {
    let naming = state.session.words.naming;
    let Some(Modal::Ask(form)) = state.modals.last_mut() else { return };
    match command(form, naming) {
        Ok(command) => propose::propose(state, cx, command),
        Err((field, why)) => {
            form.at = form.fields.iter().position(|line| line.field == field).unwrap_or(form.at);
            form.error = Some(why);
            cx.seen();
        }
    }
}

fn command(form: &Ask, naming: Naming) -> Result<Command, (Field, String)> {
    let name = || {
        let name = form.text(Field::Name);
        naming.check_addon(name).map(|()| name.to_owned()).map_err(|why| (Field::Name, why))
    };
    match &form.kind {
        AskKind::Rename { addon, name: known } => {
            let name = name()?;
            if name == *known {
                return Err((Field::Name, format!("{known} is its name already.")));
            }
            Ok(Command::Rename { addon_id: addon.id.to_string(), addon: known.clone(), name })
        }
        AskKind::Copy { name: of, service, is_follower, .. } => copy_of(form, name()?, of, service, *is_follower),
        AskKind::Schedule { addon, name } => {
            let schedule = schedule_of(form)?;
            Ok(Command::ScheduleBackups { addon_id: addon.id.to_string(), addon: name.clone(), schedule })
        }
    }
}

fn copy_of(form: &Ask, name: String, of: &str, service: &str, is_follower: bool) -> Result<Command, (Field, String)> {
    let text = |field| Some(form.text(field).to_owned()).filter(|text| !text.is_empty());
    let plan = text(Field::Plan).ok_or((Field::Plan, "Name the plan that it is to have.".to_owned()))?;
    let mut options = BTreeMap::new();
    match text(Field::Moment) {
        None if is_follower => options.insert("follow".to_owned(), of.to_owned()),
        None => options.insert("fork".to_owned(), of.to_owned()),
        Some(moment) => {
            let at: jiff::Timestamp = moment.parse().map_err(|_| {
                (Field::Moment, "Write the moment with its zone, such as 2026-11-20T03:00:00Z; empty: now.".to_owned())
            })?;
            // As Heroku's adapter has it: --rollback NAME --to TIME.
            options.insert("to".to_owned(), at.strftime("%Y-%m-%d %H:%M:%S+00:00").to_string());
            options.insert("rollback".to_owned(), of.to_owned())
        }
    };
    Ok(Command::CreateAddon(CreateAddon {
        name,
        team: None,
        service: service.to_owned(),
        plan,
        app: text(Field::App),
        alias: None,
        options,
        confirm: None,
    }))
}

fn schedule_of(form: &Ask) -> Result<Option<Schedule>, (Field, String)> {
    let hour = form.text(Field::Hour);
    if hour.is_empty() {
        return Ok(None);
    }
    let hour = match hour.parse::<u8>() {
        Ok(hour) if hour < 24 => hour,
        _ => {
            return Err((
                Field::Hour,
                "The hour is a number from 0 to 23; nothing at all for no daily backups.".into(),
            ));
        }
    };
    let zone = form.text(Field::Zone);
    match TimeZoneDatabase::bundled().get(zone) {
        Ok(_) => Ok(Some(Schedule { hour, time_zone: zone.to_owned() })),
        Err(_) => {
            Err((Field::Zone, "That is no time zone: name one such as Europe/Berlin or UTC, or pick one.".into()))
        }
    }
}
