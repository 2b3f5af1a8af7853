//! What the add-on may use, and who sees to it that it does not use more.

use ratatui::layout::Rect;

use super::{absent, inset, nothing_selected, text_body, title};
use crate::app::{Breakpoint, Pane, State};
use crate::model::{self, Addon, Known, Limit, Price};
use crate::view::canvas::{Canvas, Line};
use crate::view::text;
use crate::view::theme::Role;

/// Draws the plan.
pub(crate) fn plan(state: &State, canvas: &mut Canvas<'_>, area: Rect) {
    let row = state.detail_row();
    // With all panes at once the list says it already.
    let right = row.filter(|_| state.ui.breakpoint != Breakpoint::Wide);
    let right = right.map_or_else(Line::new, |row| Line::of(Role::Dim, row.addon.service_and_plan()));
    let body = canvas.titled(area, &title(state, Pane::Plan), &right);
    let area = inset(body);
    let lines =
        row.map_or_else(|| nothing_selected(state), |row| plan_lines(state, &row.addon, usize::from(area.width)));
    text_body(canvas, body, &lines, usize::from(state.ui.scroll[Pane::Plan as usize]));
}

/// The plan of an add-on in lines. Where there is no room for who enforces a limit, the lines say whether anybody does.
pub(crate) fn plan_lines(state: &State, addon: &Addon, room: usize) -> Vec<Line> {
    let Some(name) = &addon.plan else {
        return vec![Line::of(Role::Warn, "The platform does not tell the plan of this add-on.")];
    };
    let Some(catalog) = &state.store.catalog.value else {
        return absent(&state.store.catalog.fresh, "the catalog of plans");
    };
    let Some(plan) = catalog.plan(&addon.service, name) else {
        return vec![Line::of(Role::Warn, format!("The catalog has no plan {name} of {} any more.", addon.service))];
    };
    let mut lines = vec![Line::of(Role::Strong, price(&plan.price)).add(Role::Text, format!("  {}", plan.summary))];
    if plan.limits.is_empty() {
        lines.push(Line::of(Role::Warn, "The platform tells no limits of this plan."));
        return lines;
    }
    let widest = |title: &str, width: &dyn Fn(&Limit) -> usize| {
        plan.limits.iter().map(width).max().unwrap_or(0).max(title.len())
    };
    let name = widest("LIMIT", &|limit| text::width(&limit.name));
    let value = widest("", &|limit| text::width(&model::limit_value(limit.value, &limit.unit)));
    let by = widest("", &|limit| limit.enforced_by.as_deref().map_or(0, text::width));
    let is_short = name + value + by + 4 > room;
    if !is_short {
        lines.push(Line::of(Role::Header, format!("{}  {}  ENFORCED BY", text::pad("LIMIT", name), " ".repeat(value))));
    }
    lines.extend(plan.limits.iter().map(|limit| {
        let line = Line::text(format!(
            "{}  {:>value$}  ",
            text::pad(&limit.name, name),
            model::limit_value(limit.value, &limit.unit)
        ));
        match &limit.enforced_by {
            Some(_) if is_short => line.add(Role::Text, "enforced"),
            None if is_short => line.add(Role::Warn, "measured"),
            Some(by) => line.add(Role::Text, by.clone()),
            None => line.add(Role::Warn, "measured only"),
        }
    }));
    lines
}

/// What it costs, in words.
pub(crate) fn price(price: &Known<Price>) -> String {
    match price {
        Known::Is(Price { cents_per_month: 0, .. }) => "free".to_owned(),
        Known::Is(Price { cents_per_month, currency }) => {
            format!("{}.{:02} {currency} a month", cents_per_month / 100, cents_per_month % 100)
        }
        Known::Unknown(_) => "price unknown".to_owned(),
    }
}
