//! The forms: making an add-on step by step, and giving one to an app.

use ratatui::layout::Rect;
use tui_input::Input;

use super::confirm::profile_badge;
use super::window::Window;
use crate::app::State;
use crate::app::modal::{AttachForm, CreateForm, CreateStep, Field, Suggestions};
use crate::model::{Known, Naming, Preview, Service, Text, limit_value, variable_name};
use crate::platform::Plans;
use crate::view::canvas::{Canvas, Line};
use crate::view::panes::{self, price};
use crate::view::text;
use crate::view::theme::Role;
use crate::view::widgets::{self, Choice};

/// Draws the form for a new add-on.
pub(crate) fn create(state: &State, form: &CreateForm, canvas: &mut Canvas<'_>, screen: Rect) {
    match form.step {
        CreateStep::Service => services(state, form, canvas, screen),
        CreateStep::Plan => plans(state, form, canvas, screen),
        CreateStep::Details => details(state, form, canvas, screen),
    }
}

fn steps(state: &State, form: &CreateForm, canvas: &Canvas<'_>) -> Line {
    let mut line = Line::new();
    let all = [
        (Some(CreateStep::Service), "Service"),
        (Some(CreateStep::Plan), "Plan"),
        (Some(CreateStep::Details), if state.session.words.naming.is_made_up() { "Details" } else { "Name" }),
        (None, "Summary"),
    ];
    let is_there = |step: Option<CreateStep>| match (step, state.session.words.plans) {
        (Some(CreateStep::Service), plans) => plans != Plans::Typed,
        (Some(CreateStep::Plan), plans) => plans == Plans::Told,
        _ => true,
    };
    for (step, word) in all.into_iter().filter(|(step, _)| is_there(*step)) {
        if !line.is_empty() {
            line = line.add(Role::Dim, format!(" {} ", canvas.glyphs().arrow));
        }
        line = line.add(if step == Some(form.step) { Role::Strong } else { Role::Dim }, word);
    }
    line
}

fn services(state: &State, form: &CreateForm, canvas: &mut Canvas<'_>, screen: Rect) {
    let services: &[Service] = state.store.catalog.value.as_ref().map_or(&[], |catalog| &catalog.services);
    let mut body = vec![steps(state, form, canvas), Line::new()];
    if services.is_empty() {
        body.push(match &state.store.catalog.fresh.error {
            Some(error) => Line::of(Role::Bad, format!("The catalog can't be read. {}", error.message)),
            None if state.store.catalog.value.is_some() => {
                Line::of(Role::Warn, "The platform tells no services; what can be had is not known here.")
            }
            None => Line::of(Role::Dim, "Reading the catalog; nothing has come yet."),
        });
    }
    let chosen = services.get(form.service_cursor);
    let pinned = chosen.map_or_else(Vec::new, |service| match &service.unavailable {
        Some(reason) => vec![Line::of(Role::Warn, reason.clone())],
        None => vec![
            Line::text(service.summary.clone()),
            Line::of(Role::Dim, service.program.clone().map_or_else(String::new, |program| format!("runs {program}"))),
        ],
    });
    let mut pinned_below = error_lines(form.error.as_ref());
    pinned_below.extend(pinned);
    let window = Window {
        title: Line::of(Role::Title, "Create an add-on"),
        right: profile_badge(state),
        body,
        is_list: true,
        extra: rows_of(services.len(), screen),
        pinned: pinned_below,
        ..Window::default()
    };
    let area = window.draw(canvas, screen);
    let label_width = services.iter().map(|service| text::width(&service.name)).max().unwrap_or(0).min(24);
    widgets::picker(canvas, area, services.len(), form.service_cursor, label_width, |index| {
        let service = &services[index];
        Choice {
            label: service.name.clone(),
            detail: service.summary.clone(),
            disabled: service.unavailable.as_ref().map(|_| "can't be had here".to_owned()),
        }
    });
}

fn plans(state: &State, form: &CreateForm, canvas: &mut Canvas<'_>, screen: Rect) {
    let plans = state
        .store
        .catalog
        .value
        .as_ref()
        .and_then(|catalog| catalog.service(&form.service))
        .map_or(&[][..], |service| &service.plans);
    let mut body = vec![steps(state, form, canvas), Line::new()];
    if plans.is_empty() {
        body.extend(no_plans(state, &form.service));
    }
    let mut pinned = error_lines(form.error.as_ref());
    if let Some(plan) = plans.get(form.plan_cursor) {
        pinned.push(Line::text(plan.summary.clone()));
        pinned.extend(plan.limits.iter().map(|limit| {
            let enforced = limit
                .enforced_by
                .as_ref()
                .map_or_else(|| "measured, not enforced".to_owned(), |by| format!("enforced by {by}"));
            Line::of(Role::Dim, format!("{} {}: {enforced}", limit_value(limit.value, &limit.unit), limit.name))
        }));
    }
    let window = Window {
        title: Line::of(Role::Title, format!("Create {}", form.service)),
        right: profile_badge(state),
        body,
        is_list: true,
        extra: rows_of(plans.len(), screen),
        pinned,
        ..Window::default()
    };
    let area = window.draw(canvas, screen);
    let label_width = plans.iter().map(|plan| text::width(&plan.name)).max().unwrap_or(0).min(24);
    widgets::picker(canvas, area, plans.len(), form.plan_cursor, label_width, |index| {
        let plan = &plans[index];
        let limits: Vec<String> = plan
            .limits
            .iter()
            .map(|limit| format!("{} {}", limit_value(limit.value, &limit.unit), limit.name))
            .collect();
        let usual = if plan.is_default { ", the default" } else { "" };
        Choice {
            label: plan.name.clone(),
            detail: format!("{}{usual}; {}", price(&plan.price), limits.join(", ")),
            disabled: None,
        }
    });
}

/// Why no plans of a service are shown.
pub(crate) fn no_plans(state: &State, service: &str) -> Vec<Line> {
    let catalog = state.store.catalog.value.as_ref().and_then(|catalog| catalog.service(service));
    match state.store.plans.get(service) {
        Some(slot) if slot.value.is_none() => panes::absent(&slot.fresh, &format!("the plans of {service}")),
        None if catalog.is_some_and(|service| service.are_plans_unread) => {
            vec![Line::of(Role::Busy, format!("Reading the plans of {service}."))]
        }
        _ => vec![Line::of(Role::Warn, format!("The catalog has no plans of {service}."))],
    }
}

/// How many rows a list gets: all that it has, and at most what leaves room for the rest.
fn rows_of(total: usize, screen: Rect) -> u16 {
    u16::try_from(total).unwrap_or(u16::MAX).min((screen.height / 2).max(3))
}

fn error_lines(error: Option<&String>) -> Vec<Line> {
    error.map(|error| Line::of(Role::Bad, error.clone())).into_iter().collect()
}

/// What is wrong, or else what is known: words made from what is wrong would be wrong.
pub(crate) fn error_or(error: Option<&String>, words: Line) -> Vec<Line> {
    if error.is_some() { error_lines(error) } else { vec![words] }
}

fn details(state: &State, form: &CreateForm, canvas: &mut Canvas<'_>, screen: Rect) {
    let bare = state.store.catalog.value.as_ref().and_then(|catalog| catalog.service(&form.service)).map_or_else(
        || Known::Unknown("the catalog does not have this service".into()),
        |service| service.config_vars.clone(),
    );
    let naming = state.session.words.naming;
    let what = form.service_and_plan();
    let mut body = vec![
        steps(state, form, canvas),
        Line::new(),
        match what.is_empty() {
            true => Line::text("A new add-on. "),
            false => Line::text("A new ").add(Role::Strong, what.clone()).add(Role::Text, ". "),
        }
        .add(Role::Text, naming.made_for()),
    ];
    body.extend(naming.names_itself().map(|words| Line::of(Role::Dim, words)));
    if form.typed.is_some() {
        body.push(Line::of(Role::Dim, typed_words(state)));
    }
    let line = |field| match field {
        Field::Plan => form.typed.as_ref().map(|typed| (field, "Plan ", typed)),
        Field::Name => Some((field, "Name ", &form.name)),
        Field::Alias => Some((field, naming.alias_label(), &form.alias)),
        Field::Options => form.options.as_ref().map(|options| (field, "Opts ", options)),
        _ => Some((field, "App  ", &form.app)),
    };
    let fields: Vec<_> = form.fields(naming).into_iter().filter_map(line).collect();
    let app = app_of(&form.app, form.field, &form.suggestions);
    let words = variables_words(state, &bare, app, &form.alias, &form.suggestions);
    let title =
        Line::of(Role::Title, if what.is_empty() { "Create an add-on".to_owned() } else { format!("Create {what}") });
    let suggested = if form.field == Field::Plan { Field::Plan } else { Field::App };
    let (field, suggestions, pinned) = (form.field, &form.suggestions, error_or(form.error.as_ref(), words));
    let form = FormWindow { title, body, fields: &fields, field, suggested, suggestions, pinned };
    form_window(state, form, canvas, screen);
}

/// That what there is has to be typed, and why.
fn typed_words(state: &State) -> String {
    let catalog = &state.store.catalog;
    let is_known = catalog.value.as_ref().is_some_and(|catalog| !catalog.services.is_empty());
    let told = match (&catalog.fresh.error, is_known) {
        (_, true) => "Its services are told, its plans are not",
        (Some(error), false) if !error.is_unsupported() => "Its catalog can't be read",
        _ => "What can be had is not told here",
    };
    format!("{told}: type SERVICE, or SERVICE:PLAN as the platform's pages name them.")
}

/// Draws the form that gives an add-on to an app.
pub(crate) fn attach(state: &State, form: &AttachForm, canvas: &mut Canvas<'_>, screen: Rect) {
    let bare = state.store.addons.get(&form.addon).map_or_else(
        || Known::Unknown("the add-on is not in the list any more".into()),
        |row| row.addon.config_vars.clone(),
    );
    let (effect, names) = match state.session.words.naming {
        Naming::Local | Naming::Watasu | Naming::Orkestr => {
            ("The app gets a release with the variables of ", ". With an alias their names begin with it.")
        }
        Naming::Heroku => ("The app gets a release with the variables of ", ". The alias A gives A_URL."),
        Naming::Akkeris => (
            "The app is restarted with the variables of ",
            ". The alias counts where the app has another one of that service already.",
        ),
    };
    let body = vec![Line::text(effect).add(Role::Strong, form.addon_name.clone()).add(Role::Text, names)];
    let mut fields = vec![(Field::App, "App  ", &form.app), (Field::Alias, "Alias", &form.alias)];
    fields.extend(form.credential.as_ref().map(|credential| (Field::Credential, "Cred ", credential)));
    let app = app_of(&form.app, form.field, &form.suggestions);
    let words = variables_words(state, &bare, app, &form.alias, &form.suggestions);
    let title = Line::of(Role::Title, format!("Attach {}", form.addon_name));
    let (field, suggestions, pinned) = (form.field, &form.suggestions, error_or(form.error.as_ref(), words));
    let form = FormWindow { title, body, fields: &fields, field, suggested: Field::App, suggestions, pinned };
    form_window(state, form, canvas, screen);
}

/// The app that Enter would take: a suggestion, or what was typed.
fn app_of<'a>(app: &'a Input, field: Field, suggestions: &'a Suggestions) -> &'a str {
    suggestions.taken(app.value()).filter(|_| field == Field::App).unwrap_or_else(|| app.value().trim())
}

/// Which variables would come, from what is typed so far.
fn variables_words(
    state: &State,
    bare: &Known<Vec<Text>>,
    app: &str,
    alias: &Input,
    suggestions: &Suggestions,
) -> Line {
    let alias = Some(alias.value().trim()).filter(|alias| !alias.is_empty());
    if app.is_empty() && state.session.words.naming.needs_app() {
        let word = state.session.words.app;
        return Line::of(Role::Dim, format!("Name the {word} that it is made for, or pick one with the arrows."));
    }
    if app.is_empty() {
        return Line::of(Role::Dim, "No app: no variables appear anywhere.");
    }
    if state.store.apps.value.as_ref().is_some_and(|apps| apps.iter().all(|known| known.name != app)) {
        let words = match suggestions.names.len() {
            0 => format!("There is no app {app}, and none has that in its name."),
            1 => "No app has that name.".to_owned(),
            count => format!("No app has that name. Down goes through the {count} that fit."),
        };
        return Line::of(Role::Dim, words);
    }
    let preview = match bare {
        _ if state.session.words.naming.pattern(alias).is_some() => {
            Preview::Pattern(state.session.words.naming.pattern(alias).unwrap_or_default())
        }
        // Its whole name is chosen.
        _ if alias.is_some() && state.session.words.naming == Naming::Orkestr => {
            Preview::Names(alias.map(str::to_owned).into_iter().collect())
        }
        Known::Is(names) => Preview::Names(names.iter().map(|name| variable_name(alias, name)).collect()),
        Known::Unknown(why) => Preview::Unknown(why.to_string()),
    };
    match preview {
        Preview::Names(names) if names.is_empty() => Line::of(Role::Dim, format!("{app} will get no variables.")),
        Preview::Names(names) => Line::text(format!("{app} will get ")).add(Role::Strong, names.join(" ")),
        Preview::Pattern(pattern) => {
            Line::text(format!("{app} will get variables of the form ")).add(Role::Strong, pattern)
        }
        Preview::Unknown(why) => Line::of(Role::Warn, format!("Which variables {app} will get is not known: {why}.")),
    }
}

/// A form before it has a place.
pub(crate) struct FormWindow<'a> {
    /// What it is.
    pub(crate) title: Line,
    /// What it does.
    pub(crate) body: Vec<Line>,
    /// Its lines with their labels.
    pub(crate) fields: &'a [(Field, &'a str, &'a Input)],
    /// The line with the cursor.
    pub(crate) field: Field,
    /// The line that the suggestions are for.
    pub(crate) suggested: Field,
    /// What could stand there.
    pub(crate) suggestions: &'a Suggestions,
    /// What is known of what was typed so far, or what is wrong with it.
    pub(crate) pinned: Vec<Line>,
}

/// Draws a form: its lines, and below the one with the cursor what could stand there.
pub(crate) fn form_window(state: &State, form: FormWindow<'_>, canvas: &mut Canvas<'_>, screen: Rect) {
    const SUGGESTIONS: usize = 5;
    let FormWindow { title, mut body, fields, field, suggested, suggestions, pinned } = form;
    body.push(Line::new());
    let names = &suggestions.names;
    let typed = fields.iter().find(|(of, ..)| *of == suggested).map_or("", |(_, _, input)| input.value());
    // What is typed in full needs no suggestion.
    let is_complete = names.iter().all(|name| name == typed);
    let shows_suggestions = field == suggested && !is_complete;
    let seen = widgets::window(names.len(), suggestions.cursor, if shows_suggestions { SUGGESTIONS } else { 0 });
    let list_rows = u16::try_from(seen.len()).unwrap_or(u16::MAX);
    let field_rows = u16::try_from(fields.len()).unwrap_or(u16::MAX);
    let window = Window {
        title,
        right: profile_badge(state),
        body,
        pinned,
        is_list: true,
        extra: field_rows.saturating_add(list_rows),
        ..Window::default()
    };
    let area = window.draw(canvas, screen);
    let mut y = area.y;
    for (of, label, value) in fields {
        let row = Rect { y, height: area.bottom().saturating_sub(y).min(1), ..area };
        widgets::input(canvas, row, label, value.value(), value.cursor(), *of == field);
        if value.value().is_empty() && *of != field {
            canvas.put(row, row.x.saturating_add(6), y, Role::Dim, empty_words(*of, state.session.words.naming));
        }
        y = y.saturating_add(1);
        if *of == suggested && shows_suggestions {
            let list = Rect {
                x: area.x.saturating_add(6).min(area.right()),
                width: area.width.saturating_sub(6),
                y,
                height: area.bottom().saturating_sub(y).min(list_rows),
            };
            for (row, name) in (0u16..list.height).zip(&names[seen.clone()]) {
                let is_current = suggestions.taken(typed) == Some(name.as_str());
                canvas.line(list, row, &Line::of(if is_current { Role::Selected } else { Role::Dim }, name.clone()));
            }
            y = y.saturating_add(list_rows);
        }
    }
}

/// What a line means that is left empty.
fn empty_words(field: Field, naming: Naming) -> &'static str {
    match field {
        Field::App => "none",
        Field::Alias => naming.without_alias(),
        Field::Hour => "none: no daily backup",
        Field::Credential => "the default one",
        Field::Options => naming.without_options(),
        Field::Plan => "SERVICE or SERVICE:PLAN; without a plan the platform's own is taken",
        Field::Moment => "none: as it is now",
        Field::Name | Field::Zone | Field::Reason | Field::Line(_) => "",
    }
}
