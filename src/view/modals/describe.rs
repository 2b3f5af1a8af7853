//! All that is known of one add-on, and the variables that it gives.

use crate::app::State;
use crate::model::{Addon, Attachment, ConfigVarName, Endpoint, Known, Owner, Text, shell_line};
use crate::store::Row;
use crate::view::canvas::Line;
use crate::view::glyphs::Glyphs;
use crate::view::panes;
use crate::view::text;
use crate::view::theme::Role;

fn fact(label: &str, value: impl Into<String>) -> Line {
    Line::of(Role::Dim, format!("{}  ", text::pad(label, 11))).add(Role::Text, value)
}

/// The description of an add-on.
pub(crate) fn describe_lines(state: &State, row: &Row, glyphs: &Glyphs) -> Vec<Line> {
    let addon = &row.addon;
    let mut lines = panes::standing_lines(row, glyphs, usize::MAX);
    lines.push(Line::new());
    let owner = match &addon.owner {
        Owner::Team(team) => format!("{} {team}: it outlives every app", state.session.words.team),
        Owner::App(app) => format!("{} {app}: it goes when that goes", state.session.words.app),
    };
    let time = |at: Option<jiff::Timestamp>| at.map_or_else(|| "unknown".to_owned(), text::day_and_clock);
    lines.extend([
        fact("id", addon.key.id.clone()),
        fact("owner", owner),
        fact("created", time(addon.created_at)),
        fact("changed", time(addon.updated_at)),
        Line::new(),
    ]);
    lines.extend(connection(addon));
    lines.extend([Line::of(Role::Strong, format!("Plan {}", addon.service_and_plan()))]);
    lines.extend(panes::plan_lines(state, addon, 90, glyphs).into_iter().map(indented));
    lines.push(Line::new());
    match &addon.attachments {
        Known::Unknown(why) => lines.push(Line::of(Role::Warn, format!("Attachments are not known: {why}"))),
        Known::Is(list) => {
            lines.push(Line::of(Role::Strong, text::count(list.len(), "attachment")));
            for attachment in list {
                let alias =
                    attachment.alias.as_ref().map_or_else(|| "no alias".to_owned(), |alias| format!("as {alias}"));
                lines.push(Line::text(format!("  {}", attachment.app)).add(
                    Role::Dim,
                    format!("  {alias}{}, since {}", standing_of(attachment), time(attachment.created_at)),
                ));
                lines.push(names_line(&attachment.config_vars));
            }
        }
    }
    lines.push(Line::new());
    lines.extend(panes::environment_lines(state, addon, glyphs));
    lines.push(Line::of(Role::Strong, "Backups"));
    lines.extend(panes::backup_lines(state, addon, glyphs).into_iter().map(indented));
    lines
}

/// Whether it comes first in its app, and whether that is its owner.
fn standing_of(attachment: &Attachment) -> &'static str {
    match (attachment.primary, attachment.owner_row) {
        (Some(true), true) => ", primary, of its owner",
        (Some(true), false) => ", primary",
        (_, true) => ", of its owner",
        _ => "",
    }
}

/// How it is reached: all but the password, which nobody but an app or `--reveal` gets to see.
fn connection(addon: &Addon) -> Vec<Line> {
    let Some(Endpoint { host, port, database, user }) = addon.endpoint.as_deref() else { return Vec::new() };
    let mut lines = vec![
        Line::of(Role::Strong, "Connection"),
        indented(fact("host", host.clone())),
        indented(fact("port", port.to_string())),
    ];
    for (label, value) in [("database", database), ("user", user)] {
        lines.extend(value.clone().map(|value| indented(fact(label, value))));
    }
    // One that gives no variables has no password either.
    if addon.config_vars.get().is_none_or(|names| !names.is_empty()) {
        lines.push(indented(fact("password", "********")));
    }
    lines.push(Line::new());
    lines
}

fn indented(line: Line) -> Line {
    Line::text("  ").join(line)
}

fn names_line(names: &Known<Vec<Text>>) -> Line {
    match names {
        Known::Is(names) if names.is_empty() => Line::of(Role::Dim, "    no variables"),
        Known::Is(names) => Line::text(format!("    {}", names.join(" "))),
        Known::Unknown(why) => Line::of(Role::Warn, format!("    variables not known: {why}")),
    }
}

/// The names that an add-on gives, or all names of one app with where each comes from. Never a value.
pub(crate) fn variables_lines(state: &State, row: &Row, app: Option<&str>, glyphs: &Glyphs) -> Vec<Line> {
    let Some(app) = app else {
        return vec![
            Line::of(
                Role::Dim,
                "It is attached to no app. These are the names that an app would get; an alias goes in front of them.",
            ),
            names_line(&row.addon.config_vars),
        ];
    };
    let Some(slot) = state.store.variables.get(app) else {
        return vec![Line::of(Role::Dim, format!("The variables of {app} were not read yet."))];
    };
    let Some(names) = &slot.value else { return panes::absent(&slot.fresh, &format!("variables of {app}")) };
    if names.is_empty() {
        return vec![Line::of(Role::Dim, format!("{app} has no variables."))];
    }
    let widest = names.iter().map(|variable| text::width(&variable.name)).max().unwrap_or(0).min(40);
    let own = state.session.words.naming.of_no_addon();
    let mut lines: Vec<Line> =
        names.iter().map(|variable| variable_line(variable, &row.addon.name, own, widest, glyphs)).collect();
    lines.push(Line::new());
    lines.push(Line::of(Role::Strong, glyphs.ready).add(Role::Dim, format!(" given by {}", row.addon.name)));
    let reveal =
        shell_line(["attache", "--profile", state.session.profile.as_str(), "config", "--app", app, "--reveal"]);
    lines.push(Line::of(Role::Dim, "Values are not read. To see them: ").add(Role::Text, reveal));
    lines
}

fn variable_line(variable: &ConfigVarName, addon: &str, own: &str, widest: usize, glyphs: &Glyphs) -> Line {
    let is_ours = variable.addon.as_deref() == Some(addon);
    let source = variable.addon.as_ref().map_or_else(|| own.to_owned(), |addon| format!("from {addon}"));
    Line::of(Role::Strong, if is_ours { glyphs.ready } else { " " })
        .add(if is_ours { Role::Strong } else { Role::Text }, format!(" {}", text::pad(&variable.name, widest)))
        .add(Role::Dim, format!("  {source}"))
}
