//! The confirmation: what it is about, all that it does, the request, and at the bottom what it takes to say yes.

use ratatui::layout::Rect;

use super::radius::{radius_lines, summary_line};
use super::window::{Window, title_room};
use crate::app::modal::{Button, Confirm, Gate, Phase};
use crate::app::{Purpose, State};
use crate::model::{Act, Command, Danger, Risk};
use crate::store::{Prepared, Radius};
use crate::view::canvas::{Canvas, Line};
use crate::view::glyphs::Glyphs;
use crate::view::layout;
use crate::view::text;
use crate::view::theme::Role;
use crate::view::widgets::{self, Mark};

/// Drawn while the target is being read.
pub(crate) fn preparing(state: &State, title: String, canvas: &mut Canvas<'_>, screen: Rect) {
    let window = Window {
        title: Line::of(Role::Title, title),
        right: profile_badge(state),
        body: vec![Line::of(Role::Busy, "Reading the target and what this would do. Nothing is sent yet.")],
        ..Window::default()
    };
    window.draw(canvas, screen);
}

/// Draws the confirmation.
pub(crate) fn confirm(state: &State, confirm: &Confirm, canvas: &mut Canvas<'_>, screen: Rect) {
    let glyphs = canvas.glyphs();
    let all: Vec<Prepared> = confirm.all().cloned().collect();
    let radius = Radius::of(&all);
    let (risk_word, risk_role) = risk_badge(confirm.risk());
    let (mut body, mut marks) = (Vec::new(), Vec::new());
    if !confirm.changed.is_empty() {
        marks.push(Mark { at: 0, label: "what changed", is_alarming: true });
        body.push(Line::of(Role::Bad, "It changed since it was shown. Nothing was sent; read it again:"));
        body.extend(confirm.changed.iter().map(|what| Line::text(format!("  {} {what}", glyphs.note))));
    }
    let sentence = title_of(confirm);
    let right = profile_badge(state);
    let title = Line::of(risk_role, format!(" {risk_word} ")).add(Role::Title, format!(" {sentence}"));
    marks.push(Mark { at: body.len(), label: "target", is_alarming: false });
    // What a title has no room for is never left out.
    let is_cut = title.width() > title_room(screen, &right);
    body.extend(target_lines(&confirm.prepared, is_cut.then_some(sentence), glyphs, is_narrow(screen)));
    let (lines, parts) = radius_lines(&radius, glyphs, body.len());
    body.extend(lines);
    marks.extend(parts);
    let rest = rest_of(&confirm.purpose);
    if !rest.is_empty() {
        marks.push(Mark { at: body.len(), label: "what comes after", is_alarming: false });
        body.extend(rest);
    }

    let mut pinned = Vec::new();
    if let Some(hint) = &confirm.hint {
        pinned.push(Line::of(Role::Warn, hint.clone()));
    }
    let room = usize::from(screen.width).saturating_sub(if layout::floats(screen) { 14 } else { 2 });
    let extra = gate_lines(confirm, summary_line(&radius, room, glyphs), &mut pinned, is_narrow(screen));
    let window =
        Window { title, right, body, marks, scroll: usize::from(confirm.scroll), pinned, extra, is_list: false };
    let at = window.draw(canvas, screen);
    draw_gate(confirm, canvas, at);
}

/// What is confirmed, in one sentence.
fn title_of(confirm: &Confirm) -> String {
    match &confirm.purpose {
        Purpose::Begin(procedure) => procedure.goal.sentence(),
        Purpose::Step { title, .. } if !confirm.others.is_empty() => title.clone(),
        Purpose::Command | Purpose::Destroy { .. } | Purpose::Step { .. } => confirm.prepared.command.sentence(),
    }
}

/// What a procedure does beside, and after, the commands that are confirmed with it.
fn rest_of(purpose: &Purpose) -> Vec<Line> {
    let Purpose::Begin(procedure) = purpose else { return Vec::new() };
    let last = procedure.last_confirmed();
    let mut lines = Vec::new();
    for (index, step) in procedure.steps.iter().enumerate() {
        let is_confirmed_here = Some(index) <= last && matches!(step.act, Act::Send { .. });
        if is_confirmed_here {
            continue;
        }
        if lines.is_empty() {
            lines.push(Line::of(Role::Strong, "Beside and after that, each step by itself"));
        }
        let words = if matches!(step.act, Act::Send { .. } | Act::Late { .. }) {
            "  confirmed when its turn comes"
        } else {
            ""
        };
        lines.push(
            Line::text(format!("  {}/{} {}", index + 1, procedure.steps.len(), step.title)).add(Role::Dim, words),
        );
    }
    lines
}

/// What is done where the title can't say it whole, which target was read, and how it stood then.
fn target_lines(prepared: &Prepared, sentence: Option<String>, glyphs: &Glyphs, is_narrow: bool) -> Vec<Line> {
    let read = format!("read live at {}", text::clock(prepared.read_at));
    let sentence = sentence.map(|sentence| Line::of(Role::Strong, sentence));
    let state = prepared.situation.addon.as_ref().map(|addon| widgets::state_line(&addon.state, &addon.health, glyphs));
    let line = match (&prepared.situation.addon, state) {
        // Every row counts: the sentence names the target.
        (_, state) if is_narrow && sentence.is_some() => {
            let line = sentence.unwrap_or_default();
            return vec![state.map_or(line.clone(), |(words, role)| line.add(Role::Text, "  ").add(role, words))];
        }
        (Some(addon), Some((words, role))) => {
            // The sentence names it.
            let name =
                Line::of(Role::Strong, if sentence.is_some() { String::new() } else { format!("{}  ", addon.name) });
            let line = name.add(Role::Text, format!("{}  ", addon.service_and_plan())).add(role, words);
            if is_narrow { line } else { line.add(Role::Dim, format!("  {read}")) }
        }
        _ => Line::of(Role::Dim, format!("The platform was {read}.")),
    };
    sentence.into_iter().chain([line]).collect()
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
fn gate_lines(confirm: &Confirm, summary: Line, pinned: &mut Vec<Line>, is_narrow: bool) -> u16 {
    if matches!(confirm.phase, Phase::Sending(_)) {
        pinned.push(Line::of(Role::Busy, "Confirmed. It is being sent, once; it can't be taken back."));
        return 0;
    }
    match &confirm.gate {
        Gate::Button(_) if confirm.all().all(|one| one.situation.around.running().next().is_none()) => {}
        _ => pinned.push(summary),
    }
    if matches!(confirm.gate, Gate::Typed(_)) && !is_narrow {
        let line = Line::text("To go on, type the name ");
        pinned.push(line.add(Role::Strong, confirm.name()).add(Role::Text, " and press Enter:"));
    }
    1
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
                .join(button(yes_word(confirm), *focus == Button::Submit));
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
        Gate::Typed(typed) => {
            let label = if is_narrow(area) { "Type name:" } else { "Name" };
            widgets::input(canvas, area, label, typed.value(), typed.cursor(), true);
        }
    }
}

fn yes_word(confirm: &Confirm) -> &'static str {
    match confirm.purpose {
        Purpose::Begin(_) => "Begin",
        Purpose::Command | Purpose::Destroy { .. } | Purpose::Step { .. } => verb_word(&confirm.prepared.command),
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
        Command::AutoBackups { is_on: true, .. } => "Switch on",
        Command::AutoBackups { is_on: false, .. } => "Switch off",
        Command::Redeploy { .. } => "Deploy",
        Command::BackUp { .. } => "Back up",
        Command::DeleteBackup { .. } => "Delete",
        Command::UploadBackup { .. } => "Upload",
        Command::ScheduleBackups { .. } => "Schedule",
        Command::Restore(_) => "Restore",
        Command::RestoreInto { .. } => "Replace data",
        Command::CancelBackup { .. } => "Cancel it",
        Command::MakePrimary { .. } => "Switch over",
        Command::RunAction(_) => "Run",
        Command::MoveAttachments { .. } => "Switch over",
        Command::ChangePlan { .. } => "Change plan",
        Command::Rename { .. } => "Rename",
        Command::Rotate { .. } => "Rotate",
        Command::Restart { .. } => "Restart",
        Command::Sleep { .. } => "Put to sleep",
        Command::Wake { .. } => "Wake",
    }
}
