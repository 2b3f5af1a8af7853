//! The confirmation: what it is about, all that it does, the request, and at the bottom what it takes to say yes.

use ratatui::layout::Rect;

use super::effects::effect_lines;
use super::window::Window;
use crate::app::State;
use crate::app::modal::{Button, Confirm, Gate, Phase};
use crate::model::{Change, Command, Danger, Risk};
use crate::view::canvas::{Canvas, Line};
use crate::view::glyphs::Glyphs;
use crate::view::text;
use crate::view::theme::Role;
use crate::view::widgets;

/// Drawn while the target is being read.
pub(crate) fn preparing(state: &State, command: &Command, canvas: &mut Canvas<'_>, screen: Rect) {
    let window = Window {
        title: Line::of(Role::Title, command.sentence()),
        right: profile_badge(state),
        body: vec![Line::of(Role::Busy, "Reading the target and what this would do. Nothing is sent yet.")],
        ..Window::default()
    };
    window.draw(canvas, screen);
}

/// Draws the confirmation.
pub(crate) fn confirm(state: &State, confirm: &Confirm, canvas: &mut Canvas<'_>, screen: Rect) {
    let glyphs = canvas.glyphs();
    let command = &confirm.prepared.command;
    let (risk_word, risk_role) = risk_badge(confirm.risk());
    let mut body = Vec::new();
    if !confirm.changed.is_empty() {
        body.push(Line::of(Role::Bad, "It changed since it was shown. Nothing was sent; read it again:"));
        body.extend(confirm.changed.iter().map(|what| Line::text(format!("  {} {what}", glyphs.note))));
        body.push(Line::new());
    }
    body.extend(target_lines(confirm, glyphs));
    body.extend(effect_lines(&confirm.prepared.effects, glyphs));
    body.push(Line::of(Role::Strong, "The request"));
    let request = &confirm.prepared.request;
    body.push(Line::text(format!("  {}", request.request)));
    if let Some(sent) = &request.body {
        body.push(Line::text(format!("  {sent}")));
    }
    body.push(Line::of(Role::Dim, "  $ ").add(Role::Text, request.cli.clone()));

    let mut pinned = Vec::new();
    if let Some(hint) = &confirm.hint {
        pinned.push(Line::of(Role::Warn, hint.clone()));
    }
    let extra = gate_lines(confirm, &mut pinned, is_narrow(screen));
    let window = Window {
        title: Line::of(risk_role, format!(" {risk_word} ")).add(Role::Title, format!(" {}", command.sentence())),
        right: profile_badge(state),
        body,
        scroll: usize::from(confirm.scroll),
        pinned,
        extra,
        is_list: false,
    };
    let at = window.draw(canvas, screen);
    draw_gate(confirm, canvas, at);
}

/// Which target was read, and how it stood then.
fn target_lines(confirm: &Confirm, glyphs: &Glyphs) -> Vec<Line> {
    let prepared = &confirm.prepared;
    let read = format!("read live at {}", text::clock(prepared.read_at));
    match &prepared.situation.addon {
        Some(addon) => {
            let (words, role) = widgets::state_line(&addon.state, &addon.health, glyphs);
            let line = Line::of(Role::Strong, addon.name.clone())
                .add(Role::Text, format!("  {}  ", addon.service_and_plan()))
                .add(role, words)
                .add(Role::Dim, format!("  {read}"));
            vec![line]
        }
        None => vec![Line::of(Role::Dim, format!("The platform was {read}."))],
    }
}

fn risk_badge(risk: Risk) -> (&'static str, Role) {
    match risk {
        Risk::Adds => ("ADDS", Role::Focused),
        Risk::Interrupts => ("INTERRUPTS", Role::Staging),
        Risk::Destroys => ("DESTROYS", Role::Production),
    }
}

/// The profile by its danger, as on the status line.
pub(crate) fn profile_badge(state: &State) -> Line {
    let profile = state.session.profile.as_str();
    match state.session.danger {
        Danger::Production => Line::of(Role::Production, format!(" PROD {profile} ")),
        Danger::Staging => Line::of(Role::Staging, format!(" STAGING {profile} ")),
        Danger::None => Line::of(Role::Dim, profile),
    }
}

/// Whether whole sentences at the bottom would leave no room for what they are about.
fn is_narrow(screen: Rect) -> bool {
    screen.width < 60
}

/// What is pinned above the gate; returns how many rows the gate itself takes.
fn gate_lines(confirm: &Confirm, pinned: &mut Vec<Line>, is_narrow: bool) -> u16 {
    if matches!(confirm.phase, Phase::Sending(_)) {
        pinned.push(Line::of(Role::Busy, "Confirmed. It is being sent, once; it can't be taken back."));
        return 0;
    }
    match &confirm.gate {
        Gate::Button(_) | Gate::Key => 1,
        Gate::Typed(_) => {
            // Where effects are not known, no count of apps is.
            let effects = &confirm.prepared.effects;
            let is_unknown =
                effects.changes.is_empty() || effects.changes.iter().any(|change| matches!(change, Change::Unknown(_)));
            let touched = if is_unknown {
                "Apps touched: unknown.".to_owned()
            } else {
                format!("{} touched.", text::count(effects.apps().len(), "app"))
            };
            let line = if is_narrow {
                Line::text(format!("{touched} Type the name, Enter:"))
            } else {
                Line::text(format!("{touched} To go on, type the name "))
                    .add(Role::Strong, confirm.name())
                    .add(Role::Text, " and press Enter:")
            };
            pinned.push(line);
            1
        }
    }
}

fn draw_gate(confirm: &Confirm, canvas: &mut Canvas<'_>, area: Rect) {
    if matches!(confirm.phase, Phase::Sending(_)) {
        return;
    }
    let button = |label: &str, has_focus: bool| {
        let role = if has_focus { Role::Selected } else { Role::Text };
        Line::of(role, format!("[ {label} ]"))
    };
    match &confirm.gate {
        Gate::Button(focus) => {
            let line = button("Cancel", *focus == Button::Cancel)
                .add(Role::Text, "  ")
                .join(button(verb_word(&confirm.prepared.command), *focus == Button::Submit));
            canvas.line(area, 0, &line);
        }
        Gate::Key => {
            let line = button("Cancel", true);
            let line = if confirm.is_armed() {
                line.add(Role::Key, "  y").add(Role::Text, " does it; Enter cancels")
            } else {
                line.add(
                    Role::Dim,
                    if is_narrow(area) {
                        "  y: after 0.6 s of rest"
                    } else {
                        "  Read first: y is heard once no key came for 0.6 s."
                    },
                )
            };
            canvas.line(area, 0, &line);
        }
        Gate::Typed(_) if !confirm.is_armed() => {
            let words = if is_narrow(area) {
                "Read first: keys count after 0.6 s"
            } else {
                "Read first: keys are heard once none came for 0.6 s."
            };
            canvas.line(area, 0, &Line::of(Role::Dim, words));
        }
        Gate::Typed(typed) => widgets::input(canvas, area, "Name", typed.value(), typed.cursor(), true),
    }
}

fn verb_word(command: &Command) -> &'static str {
    match command {
        Command::CreateAddon(_) | Command::CreateApp { .. } => "Create",
        Command::Attach { .. } => "Attach",
        Command::Detach { .. } => "Detach",
        Command::DestroyAddon { .. } | Command::DestroyApp { .. } => "Destroy",
        Command::Maintenance { is_on: true, .. } => "Stop it",
        Command::Maintenance { is_on: false, .. } => "Start it",
        Command::RollBack { .. } => "Roll back",
        Command::BackUp { .. } => "Back up",
        Command::DeleteBackup { .. } => "Delete",
        Command::UploadBackup { .. } => "Upload",
        Command::ScheduleBackups { .. } => "Schedule",
        Command::Restore(_) => "Restore",
        Command::MoveAttachments { .. } => "Switch over",
        Command::ChangePlan { .. } => "Change plan",
        Command::Rename { .. } => "Rename",
        Command::Rotate { .. } => "Rotate",
        Command::Restart { .. } => "Restart",
        Command::Sleep { .. } => "Put to sleep",
        Command::Wake { .. } => "Wake",
    }
}
