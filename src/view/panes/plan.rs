//! What the add-on may use, and who sees to it that it does not use more.

use ratatui::layout::Rect;

use super::{absent, freshness, inset, nothing_selected, stale, text_body, title};
use crate::app::{Pane, State};
use crate::model::{self, Addon, Figure, Known, Limit, Price, Verb};
use crate::platform::Plans;
use crate::store::poll::Topic;
use crate::view::canvas::{Canvas, Line};
use crate::view::glyphs::Glyphs;
use crate::view::text;
use crate::view::theme::Role;

/// Draws the plan.
pub(crate) fn plan(state: &State, canvas: &mut Canvas<'_>, area: Rect) {
    let row = state.detail_row();
    let used = row.and_then(|row| state.store.usage.get(row.addon.key.id.as_str()));
    let right = match (row, used.map(|slot| freshness(&slot.fresh))) {
        // What fails may stand below what is to be seen here.
        (Some(_), Some(word)) if !word.is_empty() => Line::of(Role::Warn, "usage ").join(word),
        (Some(row), _) => Line::of(Role::Dim, row.addon.service_and_plan()),
        (None, _) => Line::new(),
    };
    let body = canvas.titled(area, &title(state, Pane::Plan), &right);
    let (room, glyphs) = (usize::from(inset(body).width), canvas.glyphs());
    let lines = row.map_or_else(|| nothing_selected(state), |row| plan_lines(state, &row.addon, room, glyphs));
    text_body(canvas, body, &lines, usize::from(state.ui.scroll[Pane::Plan as usize]));
}

/// The plan of an add-on in lines. Where there is no room for who enforces a limit, the lines say whether anybody does.
pub(crate) fn plan_lines(state: &State, addon: &Addon, room: usize, glyphs: &Glyphs) -> Vec<Line> {
    let mut lines = of_catalog(state, addon, room, glyphs);
    lines.extend(billed(state, addon));
    lines.extend(fact_lines(addon, |name| !STANDING.contains(&name)));
    lines
}

/// What is told of how it stands; the rest is told with its plan.
const STANDING: [&str; 5] =
    ["wait status", "provider message", "maintenance", "maintenance window", "continuous protection"];

/// What the platform tells beside what all of them tell, of how it stands.
pub(crate) fn standing_facts(addon: &Addon) -> Vec<Line> {
    fact_lines(addon, |name| STANDING.contains(&name))
}

fn fact_lines(addon: &Addon, is_one: impl Fn(&str) -> bool) -> Vec<Line> {
    let facts: Vec<_> = addon.facts.iter().filter(|fact| is_one(&fact.name)).collect();
    let widest = facts.iter().map(|fact| text::width(&fact.name)).max().unwrap_or(0);
    let line = |name: &str| Line::of(Role::Dim, format!("{}  ", text::pad(name, widest)));
    facts
        .into_iter()
        .map(|fact| {
            line(&fact.name)
                .add(Role::Text, if fact.value.is_empty() { "none".to_owned() } else { fact.value.to_string() })
        })
        .collect()
}

/// What this customer pays, and who that is, where the platform tells it.
fn billed(state: &State, addon: &Addon) -> Option<Line> {
    let catalog = state.store.catalog.value.as_ref();
    let plan = addon.plan.as_ref().and_then(|plan| catalog?.plan(&addon.service, plan));
    let own = match &addon.price {
        // That a word was told is known; that nothing was is no line.
        Known::Unknown(why) if why.contains(' ') => None,
        known if plan.is_some_and(|plan| plan.price == *known) => None,
        known => Some(price(known)),
    };
    let words = match (own, &addon.billing) {
        (None, None) => return None,
        (Some(own), None) => format!("billed: {own}"),
        (Some(own), Some(payer)) => format!("billed to {payer}: {own}"),
        (None, Some(payer)) => format!("billed to {payer}"),
    };
    Some(Line::text(words))
}

/// What the catalog has of the plan.
fn of_catalog(state: &State, addon: &Addon, room: usize, glyphs: &Glyphs) -> Vec<Line> {
    let Some(name) = &addon.plan else {
        if state.session.words.plans == Plans::Absent {
            return vec![
                Line::text("An add-on has no plan of its own here: the account's plan decides what it may use."),
                Line::of(Role::Dim, "Limits and prices are not told."),
            ];
        }
        return vec![Line::of(Role::Warn, "The platform does not tell the plan of this add-on.")];
    };
    let is_told = |catalog: &model::Catalog| catalog.plan(&addon.service, name).is_some();
    if state.session.words.plans == Plans::Typed && !state.store.catalog.value.as_ref().is_some_and(is_told) {
        return vec![
            Line::of(Role::Strong, name.clone()),
            Line::of(Role::Dim, "The platform does not publish its plans: limits and prices are not known."),
        ];
    }
    let Some(catalog) = &state.store.catalog.value else {
        return absent(&state.store.catalog.fresh, "the catalog of plans");
    };
    let Some(plan) = catalog.plan(&addon.service, name) else {
        return match catalog.service(&addon.service) {
            Some(service) if service.are_plans_unread && service.plans.is_empty() => {
                match state.store.plans.get(addon.service.as_str()) {
                    Some(slot) if slot.value.is_none() => absent(&slot.fresh, "its plan"),
                    _ => vec![Line::of(Role::Busy, format!("Reading the plans of {}.", addon.service))],
                }
            }
            _ => vec![Line::of(Role::Warn, format!("The catalog has no plan {name} of {} any more.", addon.service))],
        };
    };
    let usage = state.store.usage.get(addon.key.id.as_str());
    let figures = usage.and_then(|slot| slot.value.as_ref()).map_or(&[][..], |usage| usage.figures.as_slice());
    let counts = Counts::of(counts(&plan.limits, figures), room);
    let mut first = Line::of(Role::Strong, price(&plan.price));
    if !counts.is_short {
        first = first.add(Role::Text, format!("  {}", plan.summary));
    }
    let mut lines = vec![first];
    if plan.limits.is_empty() {
        lines.push(Line::of(Role::Warn, "The platform tells no limits of this plan."));
    }
    lines.extend(counts.lines(room, glyphs));
    lines.extend(stale(state, "Catalog", &Topic::Catalog));
    let used = Topic::Usage(addon.key.id.to_string());
    if let Some(reason) = state.session.cannot(Verb::Usage).or_else(|| addon.cannot(Verb::Usage)) {
        lines.push(Line::of(Role::Dim, format!("What it uses is not known: {reason}")));
    } else if let Some(line) = stale(state, "Usage", &used) {
        lines.push(line);
    } else if let Some(fresh) = usage.map(|slot| &slot.fresh).filter(|fresh| fresh.word() == "unreadable") {
        lines.extend(absent(fresh, "what it uses"));
    }
    lines
}

/// What is used of one thing, and what may be.
struct Count<'a> {
    name: &'a str,
    unit: &'a str,
    used: Option<&'a Known<u64>>,
    limit: Option<u64>,
    by: Option<&'a str>,
}

/// The plan's limits with what is used of each, then what is counted without a limit.
fn counts<'a>(limits: &'a [Limit], figures: &'a [Figure]) -> Vec<Count<'a>> {
    let of = |name: &str| figures.iter().find(|figure| figure.name == name).map(|figure| &figure.value);
    let limited = limits.iter().map(|limit| Count {
        name: &limit.name,
        unit: &limit.unit,
        used: of(&limit.name),
        limit: Some(limit.value),
        by: limit.enforced_by.as_deref(),
    });
    let is_limited = |figure: &&Figure| limits.iter().any(|limit| limit.name == figure.name);
    let others = figures.iter().filter(move |figure| !is_limited(figure)).map(|figure| Count {
        name: &figure.name,
        unit: &figure.unit,
        used: Some(&figure.value),
        limit: figure.limit,
        by: figure.enforced_by.as_deref(),
    });
    limited.chain(others).collect()
}

impl Count<'_> {
    fn used(&self) -> String {
        match self.used {
            Some(Known::Is(value)) => model::limit_value(*value, self.unit),
            Some(Known::Unknown(_)) => "unknown".to_owned(),
            None => String::new(),
        }
    }

    fn limit(&self) -> String {
        self.limit.map_or_else(String::new, |limit| model::limit_value(limit, self.unit))
    }

    /// How much of the limit is used, in hundredths.
    fn share(&self) -> Option<u64> {
        let used = self.used?.get()?;
        let limit = self.limit.filter(|limit| *limit > 0)?;
        Some(u64::try_from(u128::from(*used) * 100 / u128::from(limit)).unwrap_or(u64::MAX))
    }

    fn role(&self) -> Role {
        match (self.used, self.share()) {
            (Some(Known::Unknown(_)), _) | (_, Some(90..=100)) => Role::Warn,
            (_, Some(101..)) => Role::Bad,
            _ => Role::Text,
        }
    }

    /// Who sees to it, or why what is used is not known.
    fn by(&self) -> (Role, String) {
        match (self.used, self.by, self.limit) {
            (Some(Known::Unknown(why)), ..) => (Role::Warn, format!("unknown: {why}")),
            (_, Some(by), _) => (Role::Text, by.to_owned()),
            (_, None, Some(_)) => (Role::Warn, "measured only".to_owned()),
            (_, None, None) => (Role::Dim, "no limit".to_owned()),
        }
    }
}

/// All that is counted, with the widths that it takes.
struct Counts<'a> {
    all: Vec<Count<'a>>,
    name: usize,
    used: usize,
    limit: usize,
    by: usize,
    /// Whether there is no room for who enforces a limit: then a sign says which ones nobody does.
    is_short: bool,
}

impl<'a> Counts<'a> {
    fn of(all: Vec<Count<'a>>, room: usize) -> Self {
        /// With less of them left, words on who enforces a limit say nothing.
        const READABLE: usize = 20;
        let widest = |all: &[Count<'a>], title: &str, of: &dyn Fn(&Count<'_>) -> usize| {
            all.iter().map(of).max().unwrap_or(0).max(title.len())
        };
        let widths = |all: &[Count<'a>]| {
            (
                widest(all, "LIMIT", &|count| text::width(count.name)),
                widest(all, "", &|count| text::width(&count.used())),
                widest(all, "", &|count| text::width(&count.limit())),
                widest(all, "ENFORCED BY", &|count| text::width(&count.by().1)),
            )
        };
        let (name, used, limit, by) = widths(&all);
        let mut counts = Self { all, name, used, limit, by, is_short: false };
        let left = room.saturating_sub(name + counts.figures() + 4);
        if left < by.min(READABLE) {
            // How many backups are kept is said where the backups are.
            counts.all.retain(|count| !count.name.starts_with("backup"));
            let (name, used, limit, by) = widths(&counts.all);
            return Self { name, used, limit, by, is_short: true, ..counts };
        }
        counts.by = by.min(left);
        counts
    }

    /// Both figures and what stands between them.
    fn figures(&self) -> usize {
        if self.used > 0 { self.used + 3 + self.limit } else { self.limit }
    }

    fn lines(&self, room: usize, glyphs: &Glyphs) -> Vec<Line> {
        const BAR: usize = 10;
        let Self { name, used, limit, by, is_short, .. } = *self;
        let has_bar = !is_short && used > 0 && name + self.figures() + by + BAR + 6 <= room;
        let mut lines = Vec::new();
        if !is_short && !self.all.is_empty() {
            let bar = if has_bar { " ".repeat(BAR + 2) } else { String::new() };
            let used = if used > 0 { format!("{:>used$}   ", "USED") } else { String::new() };
            let heads = format!("{}  {used}{}{bar}  ENFORCED BY", text::pad("LIMIT", name), " ".repeat(limit));
            lines.push(Line::of(Role::Header, heads));
        }
        for count in &self.all {
            let is_measured = is_short && count.by.is_none() && count.limit.is_some();
            let mut line = Line::text(text::pad(count.name, name));
            line = if is_measured { line.add(Role::Text, " ~") } else { line.add(Role::Text, "  ") };
            let between = match (used, count.used, count.limit) {
                (0, ..) => "",
                (_, Some(_), Some(_)) => " / ",
                _ => "   ",
            };
            line = line
                .add(count.role(), format!("{:>used$}", count.used()))
                .add(Role::Text, format!("{between}{}", text::pad(&count.limit(), limit)));
            if has_bar {
                line = line.add(Role::Text, "  ").join(bar(count, BAR, glyphs));
            }
            if !is_short {
                let (role, words) = count.by();
                line = line.add(Role::Text, "  ").add(role, text::cut(&words, by, glyphs));
            }
            lines.push(line.trim_end());
        }
        if is_short && self.all.iter().any(|count| count.by.is_none() && count.limit.is_some()) {
            lines.push(Line::of(Role::Dim, "~ measured, not enforced"));
        }
        let unknown = self.all.iter().find_map(|count| match count.used {
            Some(Known::Unknown(why)) if is_short => Some(why),
            _ => None,
        });
        lines.extend(unknown.map(|why| Line::of(Role::Warn, format!("unknown: {why}"))));
        lines
    }
}

fn bar(count: &Count<'_>, width: usize, glyphs: &Glyphs) -> Line {
    let Some(share) = count.share() else { return Line::text(" ".repeat(width)) };
    let filled = (usize::try_from(share.min(100)).unwrap_or(100) * width).div_ceil(100);
    Line::of(count.role(), glyphs.bars[7].repeat(filled)).add(Role::Dim, glyphs.shade.repeat(width - filled))
}

/// What it costs, in words.
pub(crate) fn price(price: &Known<Price>) -> String {
    match price {
        Known::Is(Price { cents_per_month: 0, .. }) => "free".to_owned(),
        Known::Is(Price { cents_per_month, currency }) => {
            format!("{}.{:02} {currency} a month", cents_per_month / 100, cents_per_month % 100)
        }
        // A word of the platform, such as `metered` or `contract`, is one; a sentence is why it is not known.
        Known::Unknown(word) if !word.is_empty() && !word.contains(' ') => word.to_string(),
        Known::Unknown(_) => "price unknown".to_owned(),
    }
}
