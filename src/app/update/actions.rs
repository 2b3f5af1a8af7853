//! The actions that a service brings along: listed, read, or filled in and proposed.

use serde_json::{Map, Value};
use tui_input::Input;

use super::keys::{self, Press};
use super::{Cx, lists, nav, propose, settle};
use crate::app::State;
use crate::app::choice::{Chosen, PickKind};
use crate::app::keymap::Intent;
use crate::app::modal::{Modal, Pick, RunForm, RunLine, RunWhat, SheetKind};
use crate::model::{ActionBody, ActionClass, Addon, AddonKey, Command, Owner, RunAction, ServiceAction};
use crate::store::poll::Topic;

/// How an action that is in no table can be sent.
const METHODS: [&str; 5] = ["GET", "POST", "PUT", "PATCH", "DELETE"];

/// Lists the actions of the add-on under the cursor.
pub(super) fn open(state: &mut State, cx: &mut Cx) {
    settle::show_selected(state, cx);
    let Some(key) = state.ui.selected.clone() else { return };
    state.urge(&Topic::Actions(key.id.to_string()));
    nav::push(state, cx, Modal::Pick(Pick { kind: PickKind::Action(key), chosen: Chosen::default() }));
}

/// An action was chosen; one without a name is named by hand.
pub(super) fn chosen(state: &mut State, cx: &mut Cx, addon: &Addon, name: &str) {
    let known = state.store.actions.get(addon.key.id.as_str()).and_then(|slot| slot.value.as_ref());
    let Some(action) = known.and_then(|actions| actions.iter().find(|action| action.name == name)).cloned() else {
        return by_hand(state, cx, addon);
    };
    if action.class == ActionClass::Reads && action.subject.is_none() {
        return show(state, cx, addon.key.clone(), &action, None);
    }
    let about = action.subject.iter().map(|about| {
        let told = format!("Which {about} it is about.");
        RunLine::new(RunWhat::Subject, about.clone(), told, true)
    });
    let lines = about.chain(action.fields.iter().map(RunLine::of)).collect();
    fill_in(state, cx, addon, Some(action), lines);
}

fn by_hand(state: &mut State, cx: &mut Cx, addon: &Addon) {
    let mut method = RunLine::new(RunWhat::Method, "Method", "How it is sent.", true);
    method.choices = METHODS.map(str::to_owned).to_vec();
    method.input = Input::new("POST".into());
    let lines = vec![
        RunLine::new(RunWhat::Name, "Action", "Its name, as the service's documentation has it.", true),
        method,
        RunLine::new(RunWhat::Subject, "About", "What it is about, where it is about one of several.", false),
        RunLine::new(
            RunWhat::Body,
            "Body",
            "What it is told, as a JSON object. What you type here can be read.",
            false,
        ),
    ];
    fill_in(state, cx, addon, None, lines);
}

fn fill_in(state: &mut State, cx: &mut Cx, addon: &Addon, action: Option<ServiceAction>, lines: Vec<RunLine>) {
    let (name, addon) = (addon.name.clone(), addon.key.clone());
    let form = RunForm { addon, name: name.to_string(), action, lines, at: 0, is_described: false, error: None };
    if let Some(topic) = form.topic() {
        state.urge(&topic);
    }
    nav::push(state, cx, Modal::Run(Box::new(form)));
}

/// Shows what an action says that only reads, read anew each time.
fn show(state: &mut State, cx: &mut Cx, addon: AddonKey, action: &ServiceAction, subject: Option<String>) {
    let topic = Topic::ActionAnswer { addon_id: addon.id.to_string(), action: action.name.clone(), subject };
    state.urge(&topic);
    lists::open_sheet(state, cx, SheetKind::Answer { addon, title: action.title.clone(), topic });
}

/// What the platform describes of an action's fields takes the place of what our table has.
pub(super) fn settle(state: &mut State, cx: &mut Cx) {
    let Some(Modal::Run(form)) = state.modals.iter_mut().rev().find(|modal| matches!(modal, Modal::Run(_))) else {
        return;
    };
    if form.is_described {
        return;
    }
    let slot = form.topic().and_then(|topic| state.store.action_fields.get(&topic));
    let Some(described) = slot.and_then(|slot| slot.value.as_ref()) else { return };
    form.is_described = true;
    let is_bare = form.lines.is_empty() && described.as_ref().is_none_or(Vec::is_empty);
    let Some(fields) = described.as_ref().filter(|_| !is_bare) else {
        if is_bare && matches!(state.modals.last(), Some(Modal::Run(_))) {
            // Nothing is told to it: on to what it does.
            accept(state, cx);
        }
        return;
    };
    let before = std::mem::take(&mut form.lines);
    let at = before.get(form.at).map(|line| line.what.clone());
    form.lines = before.iter().filter(|line| line.what == RunWhat::Subject).cloned().collect();
    for field in fields {
        let mut line = RunLine::of(field);
        if let Some(known) = before.iter().find(|known| known.what == line.what) {
            line.input = known.input.clone();
        }
        form.lines.push(line);
    }
    form.at = form.lines.iter().position(|line| Some(&line.what) == at.as_ref()).unwrap_or(0);
    cx.seen();
}

pub(super) fn key(state: &mut State, cx: &mut Cx, press: Press) {
    let Some(Modal::Run(form)) = state.modals.last_mut() else { return };
    let last = form.lines.len().saturating_sub(1);
    let Some(line) = form.lines.get_mut(form.at) else {
        match press.intent {
            Some(Intent::Back) => drop(state.modals.pop()),
            Some(Intent::Accept) => return accept(state, cx),
            _ => {}
        }
        return cx.seen();
    };
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

fn take_suggestion(line: &mut RunLine) {
    if let Some(name) = line.suggestions.taken(line.input.value()) {
        line.input = Input::new(name.to_owned());
        line.suggest();
    }
}

pub(super) fn paste(form: &mut RunForm, cx: &mut Cx, text: &str) {
    if let Some(line) = form.lines.get_mut(form.at) {
        keys::insert(&mut line.input, cx, text);
        line.suggest();
        form.error = None;
    }
}

/// The form is full: its answer is read, or its command is proposed, or it says what is wrong.
fn accept(state: &mut State, cx: &mut Cx) {
    let Some(Modal::Run(form)) = state.modals.last() else { return };
    let Some(addon) = state.store.addons.get(&form.addon).map(|row| row.addon.clone()) else { return };
    let known = state.store.actions.get(addon.key.id.as_str()).and_then(|slot| slot.value.clone()).unwrap_or_default();
    let ready = told(form, &known);
    let Some(Modal::Run(form)) = state.modals.last_mut() else { return };
    let body = match ready {
        Ok(body) => body,
        Err((at, why)) => {
            (form.at, form.error) = (at, Some(why));
            return cx.seen();
        }
    };
    form.error = None;
    let subject = Some(form.text(&RunWhat::Subject).to_owned()).filter(|subject| !subject.is_empty());
    match form.action.clone() {
        Some(action) if action.class == ActionClass::Reads => {
            state.modals.pop();
            show(state, cx, addon.key.clone(), &action, subject);
        }
        Some(action) => propose::propose(state, cx, command(&addon, &action.name, subject, None, body)),
        None => {
            let name = form.text(&RunWhat::Name).to_owned();
            let method = Some(form.text(&RunWhat::Method).to_uppercase());
            propose::propose(state, cx, command(&addon, &name, subject, method, body));
        }
    }
}

/// What is told to the action, or what is wrong with it and on which line.
fn told(form: &RunForm, known: &[ServiceAction]) -> Result<Map<String, Value>, (usize, String)> {
    let mut body = Map::new();
    for (at, line) in form.lines.iter().enumerate() {
        let text = line.text();
        if text.is_empty() {
            if line.is_required {
                return Err((at, format!("{} is needed. {}", line.label, line.told)));
            }
            continue;
        }
        if !line.choices.is_empty() && !line.choices.iter().any(|choice| choice.eq_ignore_ascii_case(text)) {
            return Err((at, format!("{} can be: {}.", line.label, line.choices.join(", "))));
        }
        match &line.what {
            RunWhat::Field(name) => {
                body.insert(name.clone(), Value::String(text.to_owned()));
            }
            RunWhat::Name if known.iter().any(|action| action.name == text) => {
                return Err((at, format!("{text} is known: go back and choose it in the list.")));
            }
            RunWhat::Body => match serde_json::from_str(text) {
                Ok(Value::Object(fields)) => body = fields,
                _ => return Err((at, "That is no JSON object, such as {\"role\": \"report\"}.".into())),
            },
            RunWhat::Name | RunWhat::Method | RunWhat::Subject => {}
        }
    }
    Ok(body)
}

fn command(
    addon: &Addon,
    action: &str,
    subject: Option<String>,
    method: Option<String>,
    body: Map<String, Value>,
) -> Command {
    let app = match &addon.owner {
        Owner::App(app) => Some(app.clone()),
        Owner::Team(_) => None,
    };
    Command::RunAction(RunAction {
        addon_id: addon.key.id.to_string(),
        addon: addon.name.to_string(),
        app: app.map(Into::into),
        action: action.to_owned(),
        subject,
        method,
        body: (!body.is_empty()).then_some(ActionBody::Sent(body)),
    })
}
