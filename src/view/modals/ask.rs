//! One to choose, a few fields to fill in, and the backups on all of the screen.

use ratatui::layout::Rect;

use super::confirm::profile_badge;
use super::forms::{FormWindow, error_or, form_window, no_plans};
use super::window::Window;
use crate::app::modal::{Ask, AskKind, BackupsView, Field, Pick};
use crate::app::{PickItem, PickKind, State};
use crate::model::{self, Naming, Plan, Schedule};
use crate::store::Row;
use crate::view::canvas::{Canvas, Line};
use crate::view::glyphs::Glyphs;
use crate::view::layout;
use crate::view::panes::{self, price};
use crate::view::text;
use crate::view::theme::Role;
use crate::view::widgets::{self, Choice};

/// Draws the choice of a backup, an add-on or a plan.
pub(crate) fn pick(state: &State, pick: &Pick, canvas: &mut Canvas<'_>, screen: Rect) {
    let items = state.pick_items(&pick.kind);
    let cursor = pick.chosen.index(items.ids());
    let row = state.store.addons.get(pick.kind.addon());
    let name = row.map_or("an add-on that is gone", |row| row.addon.name.as_str());
    let title = match &pick.kind {
        PickKind::Delete(_) => format!("Delete which backup of {name}?"),
        PickKind::Source(_) => format!("Switch the apps of which add-on over to {name}?"),
        PickKind::Plan(_) => format!("Which plan for {name}?"),
        PickKind::Action(_) => format!("Actions of {name}"),
        PickKind::App(_) => format!("Which app is to use {name}?"),
        PickKind::Redeploy(_) => format!("Deploy which environment of {} again?", app_of(state, row)),
        PickKind::RollBack(_) => format!("Take which environment of {} back?", app_of(state, row)),
        PickKind::Deployment { environment, .. } => {
            format!("Take {environment} of {} back to which deployment?", app_of(state, row))
        }
    };
    let mut body = vec![Line::of(Role::Dim, "What it does is shown next, before anything is sent.")];
    if items.is_empty() {
        body = match (&pick.kind, row) {
            (PickKind::Delete(_), Some(row)) => why_no_backup(state, row, "has no backup"),
            (PickKind::Plan(_), Some(row)) => no_plans(state, &row.addon.service),
            (PickKind::Redeploy(_) | PickKind::RollBack(_) | PickKind::Deployment { .. }, Some(row)) => {
                no_deployments(state, &pick.kind, &row.addon)
            }
            (PickKind::Action(_), Some(_)) => vec![Line::of(Role::Busy, "Looking which actions it has.")],
            _ => vec![Line::of(Role::Warn, "There is nothing to choose from any more.")],
        };
    }
    let plan = items.at(cursor).filter(|_| matches!(pick.kind, PickKind::Plan(_)));
    let pinned = match (plan, row) {
        (Some(item), Some(row)) => plan_change(state, &row.addon, &item.id, canvas.glyphs()),
        _ => Vec::new(),
    };
    let window = Window {
        title: Line::of(Role::Title, title),
        right: profile_badge(state),
        body,
        pinned,
        is_list: true,
        extra: u16::try_from(items.len()).unwrap_or(u16::MAX).min((screen.height / 2).max(3)),
        ..Window::default()
    };
    let area = window.draw(canvas, screen);
    let width = items.labels().map(text::width).max().unwrap_or(0).min(40);
    widgets::picker(canvas, area, items.len(), cursor, width, |index| match items.at(index) {
        Some(PickItem { label, detail, disabled, .. }) => Choice { label, detail, disabled },
        None => Choice { label: String::new(), detail: String::new(), disabled: None },
    });
}

fn app_of<'a>(state: &State, row: Option<&'a Row>) -> &'a str {
    row.and_then(|row| state.deployed_app(&row.addon)).unwrap_or("an app that is gone")
}

/// Why there is no environment, or no deployment of one, to choose.
fn no_deployments(state: &State, kind: &PickKind, addon: &model::Addon) -> Vec<Line> {
    let Some(app) = state.deployed_app(addon) else { return Vec::new() };
    let (fresh, is_read, what) = match kind {
        PickKind::Deployment { environment_id, .. } => {
            let slot = state.deployments(app, environment_id);
            (slot.map(|slot| &slot.fresh), slot.is_some_and(|slot| slot.value.is_some()), "its deployments")
        }
        _ => {
            let slot = state.environments(app);
            (slot.map(|slot| &slot.fresh), slot.is_some_and(|slot| slot.value.is_some()), "its environments")
        }
    };
    match fresh {
        _ if is_read => vec![Line::of(Role::Warn, "There is none to choose.")],
        Some(fresh) => panes::absent(fresh, what),
        None => vec![Line::of(Role::Dim, format!("Reading {what}; nothing has come yet."))],
    }
}

fn why_no_backup(state: &State, row: &Row, none: &str) -> Vec<Line> {
    match state.store.backups.get(row.addon.key.id.as_str()) {
        Some(slot) if slot.value.is_some() => vec![Line::of(Role::Warn, format!("{} {none}.", row.addon.name))],
        Some(slot) => panes::absent(&slot.fresh, "its backups"),
        None => vec![Line::of(Role::Dim, "Reading its backups; nothing has come yet.")],
    }
}

/// What another plan allows, beside what the present one does.
fn plan_change(state: &State, addon: &model::Addon, to: &str, glyphs: &Glyphs) -> Vec<Line> {
    let catalog = state.store.catalog.value.as_ref();
    let find = |name: &str| catalog.and_then(|catalog| catalog.plan(&addon.service, name));
    let Some(to) = find(to) else { return Vec::new() };
    let from = addon.plan.as_deref().and_then(find);
    let mut lines = vec![Line::of(Role::Strong, price(&to.price)).add(Role::Text, format!("  {}", to.summary))];
    let of = |plan: Option<&Plan>, name: &str| {
        let limit = plan.and_then(|plan| plan.limits.iter().find(|limit| limit.name == name));
        limit.map(|limit| model::limit_value(limit.value, &limit.unit))
    };
    let mut names: Vec<&str> =
        from.map_or(&[][..], |plan| &plan.limits).iter().map(|limit| limit.name.as_str()).collect();
    names.extend(to.limits.iter().map(|limit| limit.name.as_str()).filter(|name| of(from, name).is_none()));
    let widest = names.iter().map(|name| text::width(name)).max().unwrap_or(0);
    let none = || "none".to_owned();
    for name in names {
        let (before, after) = (of(from, name).unwrap_or_else(none), of(Some(to), name).unwrap_or_else(none));
        let line = Line::of(Role::Dim, format!("{}  ", text::pad(name, widest)));
        lines.push(if before == after {
            line.add(Role::Dim, before)
        } else {
            line.add(Role::Text, format!("{before} {} ", glyphs.arrow)).add(Role::Strong, after)
        });
    }
    lines
}

/// Draws a form of a few lines.
pub(crate) fn ask(state: &State, form: &Ask, canvas: &mut Canvas<'_>, screen: Rect) {
    let (title, body, words) = match &form.kind {
        AskKind::Rename { name, .. } => (
            format!("Rename {name}"),
            vec![Line::text(match state.session.words.naming {
                // Renaming a secondary changes its prefix (recorded: config-vars-after-rename).
                Naming::Akkeris => {
                    "Where an app has another one of its service that comes first, its variables get other names, too."
                }
                Naming::Local | Naming::Heroku | Naming::Orkestr | Naming::Watasu => {
                    "Its apps keep their variables; only the name that people use changes."
                }
            })],
            Line::new(),
        ),
        AskKind::Copy { name, is_follower, .. } => {
            let (title, told) = match is_follower {
                true => (format!("Follow {name}"), "A new add-on that stays as this one is and can only be read."),
                false => {
                    (format!("Fork {name}"), "A new add-on with the data of this one, as it is now or was at a moment.")
                }
            };
            (
                title,
                vec![Line::text(told)],
                Line::of(Role::Dim, "It is an add-on of its own, and costs what its plan costs."),
            )
        }
        AskKind::Schedule { addon, name } => {
            let policy = state.backups(&addon.id).and_then(|backups| backups.policy.as_ref());
            let now = match policy.map(|policy| &policy.schedule) {
                None => "Its present schedule was not read yet.".to_owned(),
                Some(None) => "It is not backed up by itself now.".to_owned(),
                Some(Some(schedule)) => format!("It is backed up {} now.", daily(schedule)),
            };
            let words = match form.text(Field::Hour) {
                "" => Line::of(Role::Dim, "No hour: no daily backup any more."),
                hour => Line::of(Role::Dim, format!("Once a day at {hour} o'clock, {}.", form.text(Field::Zone))),
            };
            (format!("Schedule the backups of {name}"), vec![Line::text(now)], words)
        }
    };
    let fields: Vec<_> = form.fields.iter().map(|line| (line.field, label(line.field), &line.input)).collect();
    let Some(line) = form.fields.get(form.at) else { return };
    let pinned = error_or(form.error.as_ref(), words);
    form_window(
        state,
        FormWindow {
            title: Line::of(Role::Title, title),
            body,
            fields: &fields,
            field: line.field,
            suggested: line.field,
            suggestions: &line.suggestions,
            pinned,
        },
        canvas,
        screen,
    );
}

fn label(field: Field) -> &'static str {
    match field {
        Field::Name => "Name ",
        Field::App => "App  ",
        Field::Alias => "Alias",
        Field::Plan => "Plan ",
        Field::Hour => "Hour ",
        Field::Zone => "Zone ",
        Field::Reason => "Why  ",
        Field::Moment => "When ",
        Field::Credential => "Cred ",
        Field::Options => "Opts ",
        Field::Line(_) => "",
    }
}

fn daily(schedule: &Schedule) -> String {
    format!("daily at {:02}:00 {}", schedule.hour, schedule.time_zone)
}

/// Draws the backups of one add-on, or all, on all of the screen.
pub(crate) fn backups(state: &State, view: &BackupsView, canvas: &mut Canvas<'_>, screen: Rect) {
    let area = layout::modal(screen, u16::MAX, u16::MAX);
    let is_floating = layout::floats(screen);
    canvas.clear(if is_floating { Rect { x: screen.x, width: screen.width, ..area } } else { area });
    let row = view.addon.as_ref().and_then(|key| state.store.addons.get(key));
    let title = match (&view.addon, row) {
        (None, _) => "All backups".to_owned(),
        (Some(_), Some(row)) => format!("Backups of {}", row.addon.name),
        (Some(_), None) => "Backups of an add-on that is gone".to_owned(),
    };
    let badge = profile_badge(state);
    let room = usize::from(area.width).saturating_sub(badge.width() + 7);
    let mut inner = canvas.titled(area, &Line::of(Role::Title, title).cut(room, canvas.glyphs()), &badge);
    if is_floating {
        canvas.edges(area);
        inner = Rect {
            x: inner.x.saturating_add(1),
            width: inner.width.saturating_sub(2),
            height: inner.height.saturating_sub(1),
            ..inner
        };
    }
    panes::backups_in_full(state, view, canvas, inner);
}
