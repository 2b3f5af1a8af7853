//! The form of an action.

use ratatui::layout::Rect;
use tui_input::Input;

use super::forms::{FormWindow, error_or, form_window};
use crate::app::State;
use crate::app::modal::{Field, RunForm, RunLine, Suggestions};
use crate::model::ActionClass;
use crate::view::canvas::{Canvas, Line};
use crate::view::panes;
use crate::view::text;
use crate::view::theme::Role;

/// Draws the form.
pub(crate) fn run(state: &State, form: &RunForm, canvas: &mut Canvas<'_>, screen: Rect) {
    let (title, mut body) = match &form.action {
        Some(action) => {
            let class = match action.class {
                ActionClass::Reads => "It only reads.",
                ActionClass::Adds => "It makes something new, and touches nothing that is there.",
                ActionClass::Interrupts => "It disturbs the service or an app.",
                ActionClass::Destroys => "It takes something away that may be in use.",
            };
            let inferred = if action.is_inferred { " That it exists, or what it does, is not documented." } else { "" };
            (format!("{}: {}", form.name, action.title), vec![Line::of(Role::Dim, format!("{class}{inferred}"))])
        }
        None => (
            format!("{}: an action by its name", form.name),
            vec![Line::of(Role::Warn, "Nobody here knows what it does, so it counts as destroying.")],
        ),
    };
    if let Some(topic) = form.topic().filter(|_| !form.is_described) {
        match state.store.fresh(&topic) {
            Some(fresh) if fresh.error.is_some() => body.extend(panes::absent(fresh, "what it takes")),
            Some(fresh) if fresh.is_live() => {}
            _ => body.push(Line::of(Role::Busy, "Reading what it takes.")),
        }
        if form.lines.is_empty() {
            body.push(Line::of(Role::Dim, "Enter goes on without telling it anything."));
        }
    }
    let width = form.lines.iter().map(|line| text::width(&line.label)).max().unwrap_or(0);
    let shown: Vec<(String, Input)> =
        form.lines.iter().map(|line| (text::pad(&line.label, width), masked(line))).collect();
    let fields: Vec<(Field, &str, &Input)> =
        shown.iter().enumerate().map(|(at, (label, input))| (Field::Line(at), label.as_str(), input)).collect();
    let none = Suggestions::default();
    let line = form.lines.get(form.at);
    let words = line.map_or_else(Line::new, told);
    form_window(
        state,
        FormWindow {
            title: Line::of(Role::Title, title),
            body,
            fields: &fields,
            field: Field::Line(form.at),
            suggested: Field::Line(form.at),
            suggestions: line.map_or(&none, |line| &line.suggestions),
            pinned: error_or(form.error.as_ref(), words),
        },
        canvas,
        screen,
    );
}

/// What a line is for.
fn told(line: &RunLine) -> Line {
    let needed = if line.is_required { "" } else { " It can be left empty." };
    let secret = if line.is_secret { " It is hidden, and recorded nowhere." } else { "" };
    Line::of(Role::Dim, format!("{}{needed}{secret}", line.told))
}

/// What was typed, or as many stars where that is a secret.
fn masked(line: &RunLine) -> Input {
    if !line.is_secret {
        return line.input.clone();
    }
    stars(&line.input)
}

/// As many stars as letters were typed, with the cursor where it is.
pub(crate) fn stars(input: &Input) -> Input {
    let cursor = input.cursor();
    Input::new("*".repeat(input.value().chars().count())).with_cursor(cursor)
}
