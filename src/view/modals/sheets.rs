//! Text to read: a description, a timeline, variables, operations, the profile.

use ratatui::layout::Rect;

use super::confirm::profile_badge;
use super::describe::{describe_lines, variables_lines};
use super::window::Window;
use crate::app::State;
use crate::app::modal::{Sheet, SheetKind};
use crate::model::{ActionAnswer, Danger};
use crate::store::poll::Topic;
use crate::view::canvas::{Canvas, Line};
use crate::view::panes;
use crate::view::several;
use crate::view::text;
use crate::view::theme::Role;

/// Draws a sheet.
pub(crate) fn sheet(state: &State, sheet: &Sheet, canvas: &mut Canvas<'_>, screen: Rect) {
    let glyphs = canvas.glyphs();
    let row = sheet.kind.addon().and_then(|key| state.store.addons.get(key));
    let name = row.map_or("an add-on that is gone", |row| row.addon.name.as_str());
    let gone = || vec![Line::of(Role::Warn, "This add-on is not in the list any more.")];
    let (title, body) = match &sheet.kind {
        SheetKind::Describe(_) => (name.to_owned(), row.map_or_else(gone, |row| describe_lines(state, row, glyphs))),
        SheetKind::Timeline(key) => {
            let lines = match state.store.events.get(key.id.as_str()) {
                Some(slot) => slot.value.as_ref().map_or_else(
                    || panes::absent(&slot.fresh, "its timeline"),
                    |events| {
                        panes::timeline_lines(events, glyphs, usize::MAX, usize::MAX)
                            .into_iter()
                            .map(|(line, _)| line)
                            .collect()
                    },
                ),
                None => vec![Line::of(Role::Dim, "Its timeline was not read yet.")],
            };
            (format!("Timeline of {name}"), lines)
        }
        SheetKind::Variables { app, .. } => {
            let title = match app {
                Some(app) => format!("Variables of {app}"),
                None => format!("Variables that {name} gives"),
            };
            (title, row.map_or_else(gone, |row| variables_lines(state, row, app.as_deref(), glyphs)))
        }
        SheetKind::Log(key) => {
            let lines = match state.store.logs.get(key.id.as_str()) {
                Some(slot) => {
                    slot.value.as_ref().map_or_else(|| panes::absent(&slot.fresh, "its log"), |log| log_lines(log))
                }
                None => vec![Line::of(Role::Dim, "Reading its log; nothing has come yet.")],
            };
            (format!("Log of {name}"), lines)
        }
        SheetKind::WorkLog { id, title } => {
            let lines = match state.store.work_logs.get(id) {
                Some(slot) => {
                    slot.value.as_ref().map_or_else(|| panes::absent(&slot.fresh, "its log"), |log| log_lines(log))
                }
                None => vec![Line::of(Role::Dim, "Reading its log; nothing has come yet.")],
            };
            (format!("Log of {title}"), lines)
        }
        SheetKind::Answer { title, topic, .. } => {
            let lines = match state.store.action_answers.get(topic) {
                Some(slot) => {
                    slot.value.as_ref().map_or_else(|| panes::absent(&slot.fresh, "its answer"), answer_lines)
                }
                None => vec![Line::of(Role::Dim, "Asking; nothing has come yet.")],
            };
            (format!("{name}: {title}"), lines)
        }
        SheetKind::Combined(key) => {
            let name = state.combined_row_of(key).map_or_else(|| key.id.clone(), |seen| seen.row.addon.name.clone());
            (name.into(), several::describe_lines(state, key, glyphs))
        }
        SheetKind::Polling => ("How often everything is read".to_owned(), super::polling::lines(state)),
        SheetKind::Profile => (format!("Profile {}", state.session.profile), profile_lines(state)),
    };
    let stale = match &sheet.kind {
        SheetKind::Describe(key) => {
            let of = |what, topic: fn(String) -> Topic| (what, topic(key.id.to_string()));
            vec![of("State", Topic::Addon), of("Backups", Topic::Backups)]
        }
        SheetKind::Timeline(key) => vec![("Timeline", Topic::Events(key.id.to_string()))],
        SheetKind::Answer { topic, .. } => vec![("Answer", topic.clone())],
        SheetKind::WorkLog { id, .. } => vec![("Log", Topic::WorkLog(id.clone()))],
        SheetKind::Log(key) => vec![("Log", Topic::Logs(key.id.to_string()))],
        SheetKind::Variables { app: Some(app), .. } => vec![("Variables", Topic::Variables(app.clone()))],
        SheetKind::Profile => vec![("Account", Topic::Account), ("Teams", Topic::Teams)],
        SheetKind::Variables { app: None, .. } | SheetKind::Combined(_) | SheetKind::Polling => Vec::new(),
    };
    let stale = stale.iter().filter_map(|(what, topic)| panes::stale(state, what, topic));
    let body = stale.chain(body).collect();
    let window = Window {
        title: Line::of(Role::Title, title),
        right: profile_badge(state),
        body,
        scroll: usize::from(sheet.scroll),
        ..Window::default()
    };
    window.draw(canvas, screen);
}

fn answer_lines(answer: &ActionAnswer) -> Vec<Line> {
    let mut lines: Vec<Line> = answer.lines.iter().map(|line| Line::text(line.clone())).collect();
    if lines.is_empty() {
        lines.push(Line::of(Role::Dim, "It answered with nothing."));
    }
    if answer.hidden > 0 {
        let words = format!("{} hidden: secrets, or what may be one.", text::count(answer.hidden, "value"));
        lines.extend([Line::new(), Line::of(Role::Dim, words)]);
    }
    lines
}

fn log_lines(log: &[String]) -> Vec<Line> {
    if log.is_empty() {
        return vec![Line::of(Role::Dim, "Its log is empty.")];
    }
    log.iter().map(|line| Line::text(line.clone())).collect()
}

fn profile_lines(state: &State) -> Vec<Line> {
    let session = &state.session;
    let fact =
        |label: &str, value: String| Line::of(Role::Dim, format!("{}  ", text::pad(label, 10))).add(Role::Text, value);
    let danger = match session.danger {
        Danger::Production => "production: what interrupts asks for the name, too",
        Danger::Staging => "staging",
        Danger::None => "none declared",
    };
    let writes = match (&session.unlocked, &session.no_writes) {
        (Some(unlocked), _) => format!("unlocked until {}: {}", text::clock(unlocked.until), unlocked.reason),
        (None, Some(why)) => why.clone(),
        (None, None) => "allowed".to_owned(),
    };
    let account = match (&state.store.account.value, &state.store.account.fresh.error) {
        (Some(account), _) => account.name.clone(),
        (None, Some(error)) => format!("unknown: {}", error.message),
        (None, None) => "not read yet".to_owned(),
    };
    let teams = match (&state.store.teams.value, &state.store.teams.fresh.error) {
        (Some(teams), _) if teams.is_empty() => "none".to_owned(),
        (Some(teams), _) => teams.iter().map(|team| team.name.as_str()).collect::<Vec<_>>().join(", "),
        (None, Some(error)) => format!("unknown: {}", error.message),
        (None, None) => "not read yet".to_owned(),
    };
    vec![
        fact("platform", session.words.platform.to_owned()),
        fact("endpoint", session.endpoint.clone()),
        fact("account", account),
        fact(&format!("{}s", session.words.team), teams),
        fact("danger", danger.to_owned()),
        fact("writes", writes),
        fact("clock", state.clock_words().unwrap_or_else(|| "no difference from the platform's is known".to_owned())),
    ]
}
