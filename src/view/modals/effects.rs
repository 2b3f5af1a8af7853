//! What a command will do, in the order in which it hurts: what is lost, what breaks, which apps, which variables, the rest.

use crate::model::{AppEffect, Change, Effects, VariableValue};
use crate::view::canvas::Line;
use crate::view::glyphs::Glyphs;
use crate::view::panes::price;
use crate::view::text;
use crate::view::theme::Role;

/// The effects in lines, grouped, each group with a heading.
pub(crate) fn effect_lines(effects: &Effects, glyphs: &Glyphs) -> Vec<Line> {
    if effects.changes.is_empty() {
        return vec![Line::of(Role::Bad, "What this does is not known. Nothing unknown counts as harmless.")];
    }
    let mut lines = Vec::new();
    let mut group = |heading: Line, items: Vec<Line>| {
        if !items.is_empty() {
            lines.push(heading);
            lines.extend(items);
        }
    };
    let pick = |choose: &dyn Fn(&Change) -> Option<Line>| effects.changes.iter().filter_map(choose).collect::<Vec<_>>();
    let bullet = |role, text: String| Line::text(format!("  {} ", glyphs.note)).add(role, text);

    let refused = pick(&|change| match change {
        Change::Refused(why) => Some(bullet(Role::Text, why.clone())),
        _ => None,
    });
    group(Line::of(Role::Bad, "What is refused"), refused);

    let lost = pick(&|change| match change {
        Change::LosesData(what) | Change::Irreversible(what) => Some(bullet(Role::Text, what.clone())),
        Change::LosesWrites { addon, since, why } => {
            let since = since.map_or_else(|| "a time that is not told".to_owned(), text::day_and_clock);
            Some(bullet(Role::Text, format!("Writes to {addon} since {since}: {why}.")))
        }
        Change::EvictsBackup { id, started_at } => {
            let begun =
                started_at.map_or_else(|| "of unknown age".to_owned(), |at| format!("of {}", text::day_and_clock(at)));
            Some(bullet(Role::Text, format!("The backup {id} {begun} is pushed out.")))
        }
        _ => None,
    });
    group(Line::of(Role::Bad, "What is lost"), lost);

    let unknown = pick(&|change| match change {
        Change::Unknown(why) => Some(bullet(Role::Text, why.clone())),
        _ => None,
    });
    group(Line::of(Role::Bad, "What is not known"), unknown);

    let made = pick(&|change| match change {
        Change::Adds(what) => Some(bullet(Role::Text, what.clone())),
        _ => None,
    });
    group(Line::of(Role::Strong, "What is made"), made);

    let apps = effects.apps().len();
    let touched = pick(&|change| match change {
        Change::App { app, effect, detail } => {
            let line =
                Line::text("  ").add(Role::Strong, app.clone()).add(Role::Text, format!("  {}", app_effect(effect)));
            Some(if detail.is_empty() {
                line
            } else {
                line.add(Role::Dim, format!(" {} ", glyphs.dot)).add(Role::Text, detail.clone())
            })
        }
        _ => None,
    });
    group(Line::of(Role::Strong, format!("{} touched", text::count(apps, "app"))), touched);
    variables(effects, glyphs, &mut group);

    let rest = pick(&|change| match change {
        Change::Costs(cost) => Some(bullet(Role::Text, format!("It costs {}.", price(cost)))),
        Change::Note(what) => Some(bullet(Role::Dim, what.clone())),
        _ => None,
    });
    group(Line::of(Role::Strong, "Also"), rest);
    lines
}

fn app_effect(effect: &AppEffect) -> String {
    match effect {
        AppEffect::Release => "gets a new release and restarts".to_owned(),
        AppEffect::Restart => "restarts".to_owned(),
        AppEffect::Stop => "stops, until it is started again".to_owned(),
        AppEffect::Start => "starts again".to_owned(),
        AppEffect::PendingRedeploy(environment) => format!("changes when {environment} is deployed again"),
        AppEffect::Unknown => "what happens to it is not documented".to_owned(),
    }
}

/// The variables of each app. Those of one app that change in the same way share the words on how they change.
fn variables(effects: &Effects, glyphs: &Glyphs, group: &mut impl FnMut(Line, Vec<Line>)) {
    for app in effects.apps() {
        let mut ways: Vec<(&VariableValue, &VariableValue, Vec<&str>)> = Vec::new();
        for change in &effects.changes {
            let Change::Variable { app: of, name, before, after } = change else { continue };
            if of != app {
                continue;
            }
            match ways
                .iter_mut()
                .find(|(known_before, known_after, _)| (*known_before, *known_after) == (before, after))
            {
                Some((_, _, names)) => names.push(name),
                None => ways.push((before, after, vec![name])),
            }
        }
        for (before, after, names) in ways {
            let is_takeover = matches!(after, VariableValue::From(_)) && *before != VariableValue::Absent;
            let heading = Line::of(Role::Strong, format!("{} of {app}", text::count(names.len(), "variable")))
                .add(Role::Text, format!("  {} {} ", value(before), glyphs.arrow))
                .add(if is_takeover { Role::Bad } else { Role::Text }, value(after));
            group(heading, vec![Line::text(format!("  {}", names.join(" ")))]);
        }
    }
}

fn value(value: &VariableValue) -> String {
    match value {
        VariableValue::Absent => "not set".to_owned(),
        VariableValue::Own => "the app's own value".to_owned(),
        VariableValue::From(addon) => format!("from {addon}"),
        VariableValue::Unknown => "unknown".to_owned(),
    }
}
