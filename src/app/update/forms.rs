//! Filling in forms.

use std::collections::BTreeMap;

use tui_input::Input;

use super::keys::{self, Press};
use super::{Cx, course, nav, propose, settle};
use crate::app::State;
use crate::app::keymap::Intent;
use crate::app::modal::{AttachForm, CreateForm, CreateStep, Field, Modal, Suggestions};
use crate::model::{App, Command, CreateAddon, Naming, Service, ServiceSpec};
use crate::platform::{Plans, Words};
use crate::store::Store;

pub(super) fn create(state: &mut State, cx: &mut Cx) {
    let Words { naming, plans, .. } = state.session.words;
    let typed = (plans == Plans::Typed).then(Input::default);
    let form = CreateForm {
        // Where nobody tells what there is, nothing is chosen from a list.
        step: if typed.is_some() { CreateStep::Details } else { CreateStep::Service },
        service_cursor: 0,
        plan_cursor: 0,
        service: String::new(),
        plan: String::new(),
        field: if typed.is_some() { Field::Plan } else { Field::Name },
        suggestions: if typed.is_some() { Suggestions::default() } else { suggest(state, "") },
        typed,
        name: Input::default(),
        app: Input::default(),
        alias: Input::default(),
        options: naming.has_options().then(Input::default),
        error: None,
    };
    nav::push(state, cx, Modal::Create(Box::new(form)));
}

pub(super) fn attach(state: &mut State, cx: &mut Cx) {
    settle::show_selected(state, cx);
    let Some(addon) = state.selected_row().map(|row| &*row.addon) else { return };
    let form = AttachForm {
        addon: addon.key.clone(),
        addon_name: addon.name.to_string(),
        app: Input::default(),
        alias: Input::default(),
        credential: state.session.words.naming.has_credentials(&addon.service).then(Input::default),
        field: Field::App,
        suggestions: suggest(state, ""),
        error: None,
        course: None,
    };
    nav::push(state, cx, Modal::Attach(Box::new(form)));
}

/// The two lists with which the making of an add-on begins.
pub(super) fn create_list(state: &mut State, cx: &mut Cx, intent: Option<Intent>) {
    let (random, Words { naming, plans: told, .. }) = (random(state), state.session.words.clone());
    let catalog = state.store.catalog.value.as_ref();
    let services = catalog.map_or(&[][..], |catalog| &catalog.services);
    let Some(Modal::Create(form)) = state.modals.last_mut() else { return };
    let plans = services.iter().find(|service| service.name == form.service).map_or(&[][..], |service| &service.plans);
    let is_service = form.step == CreateStep::Service;
    let (cursor, len) = match is_service {
        true => (&mut form.service_cursor, services.len()),
        false => (&mut form.plan_cursor, plans.len()),
    };
    if keys::move_cursor(cx, intent, cursor, len) {
        cx.seen_if(form.error.take().is_some());
        return;
    }
    match intent {
        Some(Intent::Back) if is_service => {
            state.modals.pop();
        }
        Some(Intent::Back) => form.step = CreateStep::Service,
        Some(Intent::Accept) if is_service => {
            let Some(service) = services.get(form.service_cursor) else { return };
            if let Some(why) = &service.unavailable {
                form.error = Some(why.clone());
            } else {
                let default = service.default_plan().map(|plan| plan.name.as_str());
                form.plan_cursor =
                    service.plans.iter().position(|plan| Some(plan.name.as_str()) == default).unwrap_or(0);
                if form.service != service.name {
                    form.name = Input::new(naming.suggest(&service.name, random));
                }
                form.service.clone_from(&service.name);
                (form.step, form.error) = (CreateStep::Plan, None);
                if told == Plans::Absent {
                    (form.step, form.field) = (CreateStep::Details, Field::Name);
                }
            }
        }
        Some(Intent::Accept) => {
            let Some(plan) = plans.get(form.plan_cursor) else { return };
            form.plan.clone_from(&plan.name);
            (form.step, form.field, form.error) = (CreateStep::Details, Field::Name, None);
        }
        _ => return,
    }
    cx.seen();
}

/// What both forms have in common while their fields are filled in.
struct Fields<'a> {
    all: Vec<Field>,
    plan: Option<&'a mut Input>,
    name: Option<&'a mut Input>,
    app: &'a mut Input,
    alias: &'a mut Input,
    more: Option<&'a mut Input>,
    field: &'a mut Field,
    suggestions: &'a mut Suggestions,
    error: &'a mut Option<String>,
}

impl Fields<'_> {
    fn input(&mut self) -> &mut Input {
        match (*self.field, &mut self.name, &mut self.more, &mut self.plan) {
            (Field::Name, Some(name), ..) => name,
            (Field::Plan, .., Some(plan)) => plan,
            (Field::Options | Field::Credential, _, Some(more), _) => more,
            (Field::Alias, ..) => self.alias,
            _ => self.app,
        }
    }

    /// The field some steps further; `None` at either end.
    fn step(&self, by: isize) -> Option<Field> {
        let at = self.all.iter().position(|field| field == self.field)?;
        self.all.get(at.checked_add_signed(by)?).copied()
    }

    /// Whether there is something to go through with the arrows.
    fn is_suggested(&self) -> bool {
        *self.field == Field::App || (*self.field == Field::Plan && !self.suggestions.names.is_empty())
    }

    /// Takes the suggestion under the cursor, or the only one there is, into the line.
    fn take_suggestion(&mut self) {
        let line = match (*self.field, &mut self.plan) {
            (Field::App, _) => &mut *self.app,
            (Field::Plan, Some(plan)) => plan,
            _ => return,
        };
        if let Some(name) = self.suggestions.taken(line.value()) {
            *line = Input::new(name.to_owned());
            self.suggestions.cursor = None;
        }
    }
}

fn fields(modal: &mut Modal, naming: Naming) -> Option<Fields<'_>> {
    match modal {
        Modal::Create(form) => {
            let all = form.fields(naming);
            let CreateForm { typed, name, app, alias, options, field, suggestions, error, .. } = &mut **form;
            let (plan, more) = (typed.as_mut(), options.as_mut());
            Some(Fields { all, plan, name: Some(name), app, alias, more, field, suggestions, error })
        }
        Modal::Attach(form) => {
            let AttachForm { app, alias, credential, field, suggestions, error, .. } = &mut **form;
            let mut all = vec![Field::App, Field::Alias];
            all.extend(credential.as_ref().map(|_| Field::Credential));
            Some(Fields {
                all,
                plan: None,
                name: None,
                app,
                alias,
                more: credential.as_mut(),
                field,
                suggestions,
                error,
            })
        }
        _ => None,
    }
}

/// A key while fields are filled in.
pub(super) fn key(state: &mut State, cx: &mut Cx, press: Press) {
    let naming = state.session.words.naming;
    let known = Known::of(&state.store);
    let Some(mut form) = state.modals.last_mut().and_then(|modal| fields(modal, naming)) else { return };
    let before = *form.field;
    match press.intent {
        Some(Intent::Back) => return back(state, cx),
        Some(Intent::Accept) => {
            form.take_suggestion();
            match form.step(1) {
                Some(next) => *form.field = next,
                None => return accept(state, cx),
            }
        }
        Some(Intent::Next) => {
            form.take_suggestion();
            *form.field = form.step(1).or(form.all.first().copied()).unwrap_or(Field::App);
        }
        Some(Intent::Previous) => *form.field = form.step(-1).or(form.all.last().copied()).unwrap_or(Field::Alias),
        Some(Intent::Down) if form.is_suggested() => form.suggestions.step(1),
        Some(Intent::Up) if form.is_suggested() && form.suggestions.cursor.is_some() => form.suggestions.step(-1),
        Some(Intent::Down) => *form.field = form.step(1).unwrap_or(*form.field),
        Some(Intent::Up) => *form.field = form.step(-1).unwrap_or(*form.field),
        _ => {
            if keys::edit(form.input(), cx, press.event) {
                *form.error = None;
                known.suggest(&mut form);
            }
            return;
        }
    }
    if *form.field != before {
        known.suggest(&mut form);
    }
    cx.seen();
}

pub(super) fn paste(state: &mut State, cx: &mut Cx, text: &str) {
    let naming = state.session.words.naming;
    let known = Known::of(&state.store);
    match state.modals.last_mut() {
        Some(Modal::Create(form)) if form.step != CreateStep::Details => {}
        Some(modal) => {
            let Some(mut form) = fields(modal, naming) else { return };
            keys::insert(form.input(), cx, text);
            known.suggest(&mut form);
        }
        None => {}
    }
}

/// What can be suggested.
struct Known<'a> {
    apps: &'a [App],
    services: &'a [Service],
}

impl<'a> Known<'a> {
    fn of(store: &'a Store) -> Self {
        let services = store.catalog.value.as_ref().map_or(&[][..], |catalog| &catalog.services);
        Self { apps: store.apps.value.as_deref().unwrap_or_default(), services }
    }

    /// What fits the line with the cursor, where that can be looked for.
    fn suggest(&self, form: &mut Fields<'_>) {
        match *form.field {
            Field::App => *form.suggestions = fitting(self.apps, form.app.value()),
            Field::Plan => {
                let typed = form.plan.as_ref().map_or("", |plan| plan.value().trim()).to_lowercase();
                let names = self.services.iter().map(|service| service.name.clone());
                let names = names.filter(|name| name.contains(&typed)).collect();
                *form.suggestions = Suggestions { names, cursor: None };
            }
            _ => {}
        }
    }
}

fn back(state: &mut State, cx: &mut Cx) {
    let told = state.session.words.plans;
    match state.modals.last_mut() {
        Some(Modal::Create(form)) if told == Plans::Absent => (form.step, form.error) = (CreateStep::Service, None),
        Some(Modal::Create(form)) if told == Plans::Told => (form.step, form.error) = (CreateStep::Plan, None),
        _ => {
            state.modals.pop();
        }
    }
    cx.seen();
}

/// The form is full: its command is proposed, or it says what is wrong.
fn accept(state: &mut State, cx: &mut Cx) {
    let (team, naming) = (only_team(state), state.session.words.naming);
    let of = match state.modals.last() {
        Some(Modal::Attach(form)) => form.course.clone(),
        _ => None,
    };
    let command = match state.modals.last_mut() {
        Some(Modal::Create(form)) => create_command(form, team, naming),
        Some(Modal::Attach(form)) => attach_command(form, naming),
        _ => return,
    };
    match command {
        Ok(command) => match of {
            Some(of) => course::attach_test(state, cx, &of, command),
            None => propose::propose(state, cx, command),
        },
        Err((field, why)) => {
            if let Some(form) = state.modals.last_mut().and_then(|modal| fields(modal, naming)) {
                (*form.field, *form.error) = (field, Some(why));
            }
            cx.seen();
        }
    }
}

/// The team that will own what is made, where there is no choice.
pub(super) fn only_team(state: &State) -> Option<String> {
    match state.store.teams.value.as_deref() {
        Some([only]) => Some(only.name.clone()),
        _ => None,
    }
}

fn create_command(form: &CreateForm, team: Option<String>, naming: Naming) -> Result<Command, (Field, String)> {
    let (service, plan) = match &form.typed {
        None => (form.service.clone(), form.plan.clone()),
        Some(typed) => {
            let spec: ServiceSpec = typed.value().trim().parse().map_err(|why| (Field::Plan, why))?;
            (spec.service, spec.plan.unwrap_or_default())
        }
    };
    let name = if naming.is_made_up() { "" } else { form.name.value().trim() };
    if !naming.is_made_up() {
        naming.check_addon(name).map_err(|why| (Field::Name, why))?;
    }
    let (app, alias) = app_and_alias(&form.app, &form.alias, naming)?;
    if app.is_none() && naming.needs_app() {
        return Err((Field::App, "It is made for an app here: name that app.".into()));
    }
    if app.is_none() && alias.is_some() {
        return Err((Field::App, "An alias needs an app: name the app, or leave the alias empty.".into()));
    }
    Ok(Command::CreateAddon(CreateAddon {
        name: name.to_owned(),
        team,
        service,
        plan,
        app,
        alias,
        options: options(form.options.as_ref())?,
        confirm: None,
    }))
}

fn attach_command(form: &AttachForm, naming: Naming) -> Result<Command, (Field, String)> {
    let (app, alias) = app_and_alias(&form.app, &form.alias, naming)?;
    let Some(app) = app else { return Err((Field::App, "Name the app to attach to, or pick one.".into())) };
    Ok(Command::Attach {
        addon_id: form.addon.id.to_string(),
        addon: form.addon_name.clone(),
        app,
        alias,
        credential: form.credential.as_ref().and_then(filled),
        confirm: None,
    })
}

fn filled(input: &Input) -> Option<String> {
    Some(input.value().trim().to_owned()).filter(|text| !text.is_empty())
}

/// `KEY=VALUE`, several apart.
fn options(input: Option<&Input>) -> Result<BTreeMap<String, String>, (Field, String)> {
    let mut options = BTreeMap::new();
    for word in input.map_or("", Input::value).split_whitespace() {
        let Some((key, value)) = word.split_once('=').filter(|(key, _)| !key.is_empty()) else {
            return Err((Field::Options, "Options are KEY=VALUE, several apart: version=16 region=eu.".into()));
        };
        options.insert(key.to_owned(), value.to_owned());
    }
    Ok(options)
}

type AppAndAlias = (Option<String>, Option<String>);

fn app_and_alias(app: &Input, alias: &Input, naming: Naming) -> Result<AppAndAlias, (Field, String)> {
    let (app, alias) = (filled(app), filled(alias));
    // What apps may be called is known of the local platform alone; the others say it themselves.
    if let Some(app) = app.as_ref().filter(|_| naming == Naming::Local) {
        naming.check_app(app).map_err(|why| (Field::App, why))?;
    }
    if let Some(alias) = &alias {
        naming.check_alias(alias).map_err(|why| (Field::Alias, why))?;
    }
    Ok((app, alias))
}

pub(super) fn suggest(state: &State, text: &str) -> Suggestions {
    fitting(state.store.apps.value.as_deref().unwrap_or_default(), text)
}

/// Apps whose name contains what was typed, those that begin with it first.
fn fitting(apps: &[App], text: &str) -> Suggestions {
    let text = text.trim().to_lowercase();
    let names = apps.iter().map(|app| app.name.as_str()).filter(|name| name.contains(&text));
    let mut names: Vec<(bool, &str)> = names.map(|name| (!name.starts_with(&text), name)).collect();
    names.sort_unstable();
    Suggestions { names: names.into_iter().map(|(_, name)| name.to_owned()).collect(), cursor: None }
}

/// The next number of the sequence that the seed decides.
pub(super) fn random(state: &mut State) -> u32 {
    state.seed = state.seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
    (state.seed >> 32) as u32
}

/// New apps came: open forms offer them.
pub(super) fn apps_changed(state: &mut State) {
    let apps = state.store.apps.value.as_deref().unwrap_or_default();
    let naming = state.session.words.naming;
    for form in state.modals.iter_mut().filter_map(|modal| fields(modal, naming)) {
        if *form.field == Field::Plan {
            continue;
        }
        let chosen = form.suggestions.chosen().map(str::to_owned);
        *form.suggestions = fitting(apps, form.app.value());
        form.suggestions.cursor =
            chosen.and_then(|chosen| form.suggestions.names.iter().position(|name| *name == chosen));
    }
}
