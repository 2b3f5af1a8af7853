//! What is known of one add-on of the combined list, and as of when. Nothing is asked for it.

use crate::app::{CombinedRow, SourceLink, State};
use crate::model::{AddonKey, Health, Known, LastCopy, Owner};
use crate::view::canvas::Line;
use crate::view::glyphs::Glyphs;
use crate::view::panes;
use crate::view::text;
use crate::view::theme::Role;

use super::danger_role;

fn fact(label: &str, value: impl Into<String>) -> Line {
    Line::of(Role::Dim, format!("{}  ", text::pad(label, 11))).add(Role::Text, value)
}

/// The description of an add-on, by its key: it may have gone meanwhile.
pub(in crate::view) fn describe_lines(state: &State, key: &AddonKey, glyphs: &Glyphs) -> Vec<Line> {
    let Some(seen) = state.combined_row_of(key) else {
        return vec![Line::of(Role::Warn, "It is no longer in the list of its profile.")];
    };
    let CombinedRow { choice, row, price, last_copy, as_of } = seen;
    let addon = &row.addon;
    let danger = choice.danger_word().unwrap_or("no danger declared");
    let as_of_words = match as_of {
        Some(at) => Line::of(Role::Warn, format!("as of {}: {}", text::day_and_clock(at), why(state, key))),
        None => Line::of(Role::Good, "live"),
    };
    let mut lines = vec![
        Line::of(danger_role(choice.danger), format!("{danger} "))
            .add(Role::Strong, choice.place())
            .add(Role::Dim, ", at ")
            .add(Role::Text, choice.endpoint.clone()),
        as_of_words,
        Line::new(),
    ];
    lines.extend(panes::standing_lines(row, glyphs, usize::MAX));
    if let Health::Failing(what) = &addon.health {
        lines.push(Line::of(Role::Bad, format!("unhealthy: {what}")));
    }
    let owner = match &addon.owner {
        Owner::Team(team) => format!("{} {team}: it outlives every app", choice.words.team),
        Owner::App(app) => format!("{} {app}: it goes when that goes", choice.words.app),
    };
    let time = |at: Option<jiff::Timestamp>| at.map_or_else(|| "unknown".to_owned(), text::day_and_clock);
    lines.extend([
        Line::new(),
        fact("id", addon.key.id.clone()),
        fact("plan", addon.service_and_plan()),
        fact("price", panes::price(&price)),
        fact("owner", owner),
        fact("created", time(addon.created_at)),
        fact("changed", time(addon.updated_at)),
        fact("last backup", copy_words(&last_copy)),
        Line::new(),
    ]);
    match &addon.attachments {
        Known::Unknown(why) => lines.push(Line::of(Role::Warn, format!("Attachments are not known: {why}"))),
        Known::Is(list) if list.is_empty() => lines.push(Line::of(Role::Warn, "Unattached: no app has it.")),
        Known::Is(list) => {
            lines.push(Line::of(Role::Strong, text::count(list.len(), "attachment")));
            for one in list {
                let alias = one.alias.as_ref().map_or_else(|| "no alias".to_owned(), |alias| format!("as {alias}"));
                lines.push(Line::text(format!("  {}", one.app)).add(Role::Dim, format!("  {alias}")));
            }
        }
    }
    if !choice.words.sees_detached {
        lines.push(Line::of(Role::Dim, "Add-ons that no app has are those that this machine has seen."));
    }
    if let Some(text) = &addon.verbatim {
        lines.extend([Line::new(), Line::of(Role::Strong, "As the platform told it")]);
        lines.extend(text.lines().map(Line::text));
    }
    lines
}

fn copy_words(last: &LastCopy) -> String {
    match (last, last.at(), last.reason()) {
        (LastCopy::Recent(_), Some(at), _) => text::day_and_clock(at),
        (_, Some(at), _) => format!("{}, {}: longer ago than it may be", text::day_and_clock(at), last.word()),
        (_, None, Some(why)) => format!("{}: {why}", last.word()),
        (_, None, None) => last.word().to_owned(),
    }
}

/// Why what is shown is not what the platform says now.
fn why(state: &State, key: &AddonKey) -> String {
    let sources = state.combined.iter().flat_map(|combined| &combined.sources);
    let source = sources.into_iter().find(|source| source.choice.name == key.profile);
    match source.map(|source| state.source_link(source)) {
        Some(SourceLink::Stale { error, .. }) => error,
        Some(SourceLink::Closed(why)) => why,
        _ => "nothing was answered since".to_owned(),
    }
}
