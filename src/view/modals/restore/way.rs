//! What will be done: the steps to take or leave out, what the platform does, and what it does not carry over.

use ratatui::layout::Rect;

use super::moment::good_line;
use super::{Bottom, bottom, head};
use crate::app::modal::RestoreWizard;
use crate::app::{State, WayItem, is_taken};
use crate::model::{self, Offer, RestorePlan, Way, WayOffer, moment_words, span};
use crate::view::canvas::{Canvas, Line};
use crate::view::glyphs::Glyphs;
use crate::view::layout;
use crate::view::text;
use crate::view::theme::Role;
use crate::view::widgets;

/// The places of the two lines above the list.
const PLAN: usize = 1;
const LIST: usize = 2;

pub(super) fn draw(state: &State, wizard: &RestoreWizard, canvas: &mut Canvas<'_>, area: Rect) {
    let glyphs = canvas.glyphs();
    let items = state.restore_items(wizard);
    let current = wizard.way.at.checked_sub(LIST).and_then(|at| items.get(at));
    // Where there is room, everything is told in full where it stands.
    let is_large = layout::floats(canvas.area());
    let said = match (current, &wizard.way.read) {
        (Some(item), Some(plan)) if !is_large => full(state, plan, item),
        (Some(_), _) => vec![Line::of(Role::Dim, "Enter shows what is to be confirmed. Nothing is sent before that.")],
        (None, _) => Vec::new(),
    };
    // Where there is little room, why it could not be read takes the place of what is chosen.
    let is_small = super::is_small(area);
    let failed = wizard.way.failed.as_ref().filter(|_| is_small);
    let said = failed.map_or(said, |why| vec![Line::of(Role::Bad, format!("{why} r reads it again."))]);
    let said = if wizard.way.at < LIST { of_line(state, wizard) } else { said };
    let area = bottom(wizard, canvas, area, Bottom { lines: said, input: None });
    let area = fields(wizard, canvas, area);
    let mut lines = Vec::new();
    if area.height > 8 {
        lines.extend(about(state, wizard));
    }
    if failed.is_none() {
        lines.extend(reading(wizard));
    }
    let below = head(canvas, area, &lines, if items.is_empty() { 0 } else { 3 });
    if let Some(plan) = &wizard.way.read {
        let rows = rows(state, plan, &items, usize::from(below.width), is_large, glyphs);
        list(canvas, below, &rows, wizard.way.at.checked_sub(LIST));
    }
}

/// Name and plan of the replacement; where there is little room, the one that is typed into.
fn fields(wizard: &RestoreWizard, canvas: &mut Canvas<'_>, area: Rect) -> Rect {
    let way = &wizard.way;
    let all = [(0, "Name", &way.name), (PLAN, "Plan", &way.plan)];
    let is_shown = |at: usize| !super::is_small(area) || at == if way.at == PLAN { PLAN } else { 0 };
    let mut rest = area;
    for (at, label, input) in all.into_iter().filter(|(at, ..)| is_shown(*at)) {
        let line = Rect { height: rest.height.min(1), ..rest };
        widgets::input(canvas, line, label, input.value(), input.cursor(), way.at == at);
        if at == PLAN && input.value().is_empty() && way.at != PLAN {
            let words = if wizard.is_gone { "as in the backup" } else { "as it is now" };
            canvas.put(line, line.x.saturating_add(5), line.y, Role::Dim, words);
        }
        rest = Rect { y: rest.y + line.height, height: rest.height - line.height, ..rest };
    }
    rest
}

/// What can stand in the line that is typed into.
fn of_line(state: &State, wizard: &RestoreWizard) -> Vec<Line> {
    if wizard.way.read.as_ref().is_some_and(|plan| plan.goal.way == Way::InPlace) {
        return vec![Line::of(
            Role::Dim,
            "Nothing new is made in place: name and plan stay as they are. Enter goes on.",
        )];
    }
    if wizard.way.at < PLAN {
        return vec![Line::of(Role::Dim, "What the replacement is called. Enter goes on.")];
    }
    let service = state
        .restore_addon(wizard)
        .map(|addon| addon.service.clone())
        .or_else(|| wizard.backup.picked.as_ref().and_then(|backup| backup.service.clone()).map(Into::into));
    let catalog = state.store.catalog.value.as_ref();
    let plans = service.as_deref().and_then(|service| catalog.and_then(|catalog| catalog.service(service)));
    let names = plans.map_or_else(
        || "which there are is not known".to_owned(),
        |service| service.plans.iter().map(|plan| plan.name.as_str()).collect::<Vec<_>>().join(", "),
    );
    vec![Line::of(
        Role::Dim,
        format!("The plan of the replacement: {names}. Empty: the same as before. Enter goes on."),
    )]
}

/// Which data comes back.
fn about(state: &State, wizard: &RestoreWizard) -> Vec<Line> {
    let Some(backup) = &wizard.backup.picked else { return Vec::new() };
    let now = state.clock();
    let started = backup.started_at.map_or_else(|| "not told when".to_owned(), |at| moment_words(at, now, &state.zone));
    let size = backup.size.map_or_else(|| "size not told".to_owned(), model::size);
    let lost = backup.started_at.map_or_else(
        || "what was written since is lost".to_owned(),
        |at| format!("lost: writes since {}, {}", text::moment(at, now), span(at, now)),
    );
    let first = Line::text("Backup ")
        .add(Role::Strong, backup.id.clone())
        .add(Role::Text, format!(" started {started}; {size}; {lost}."));
    let second = match &wizard.good {
        Some(good) if backup.started_at.is_none_or(|at| at >= good.at) => {
            Line::of(Role::Bad, "It was started after the good moment: damage may be in it. ")
                .join(good_line(state, good))
        }
        Some(good) => good_line(state, good),
        None if wizard.is_gone => {
            Line::text("The add-on that it was taken of is not there any more: no app is switched over.")
        }
        None => Line::text("The last good moment is not known."),
    };
    vec![first, second]
}

/// How the reading of the steps stands.
fn reading(wizard: &RestoreWizard) -> Vec<Line> {
    let way = &wizard.way;
    let mut lines = Vec::new();
    if let Some(why) = &way.failed {
        lines.push(Line::of(Role::Bad, why.clone()));
        let stale = way.read.as_ref().map(|plan| format!("What follows was read at {}. ", text::clock(plan.at)));
        lines.push(Line::of(Role::Dim, format!("{}r reads it again.", stale.unwrap_or_default())));
    }
    if way.asked.is_some() {
        lines.push(Line::of(Role::Busy, "Reading live what this will do. Nothing is sent."));
    }
    lines
}

/// One row of the list, and the item that it belongs to.
type ListRow = (Line, Option<usize>);

fn rows(
    state: &State,
    plan: &RestorePlan,
    items: &[WayItem<'_>],
    width: usize,
    is_large: bool,
    glyphs: &Glyphs,
) -> Vec<ListRow> {
    let mut rows: Vec<ListRow> = Vec::new();
    let mut group = "";
    for (at, item) in items.iter().enumerate() {
        let (heading, line) = item_line(state, plan, item, glyphs);
        if heading != group {
            if is_large && !rows.is_empty() {
                rows.push((Line::new(), None));
            }
            rows.push((Line::of(Role::Strong, heading), None));
            group = heading;
        }
        if !is_large {
            rows.push((line, Some(at)));
            continue;
        }
        rows.extend(line.wrap(width.saturating_sub(2), 4).into_iter().map(|line| (line, Some(at))));
        if let WayItem::Way(WayOffer { cannot: Some(why), .. }, _) = item {
            let why = Line::of(Role::Warn, format!("    not possible: {why}"));
            rows.extend(why.wrap(width.saturating_sub(2), 4).into_iter().map(|line| (line, Some(at))));
        }
        if let WayItem::Step(_, offer) = item {
            let (role, why) = why(plan, offer);
            let why = format!("    {why}");
            rows.extend(Line::of(role, why).wrap(width.saturating_sub(2), 4).into_iter().map(|line| (line, Some(at))));
        }
    }
    rows
}

fn item_line(state: &State, plan: &RestorePlan, item: &WayItem<'_>, glyphs: &Glyphs) -> (&'static str, Line) {
    match item {
        WayItem::Warning(app, release) => {
            let at = release.created_at.map_or(String::new(), |at| format!(" {}", text::moment(at, state.clock())));
            let by = release.by.as_ref().map_or(String::new(), |by| format!(" by {by}"));
            let version = release.version;
            let line = Line::of(Role::Bad, format!("! v{version}{at}{by} came after the good moment"))
                .add(Role::Text, format!(" ({app}): {}", release.description));
            ("Look at this first", line)
        }
        WayItem::Step(_, offer) => {
            let is_taken = is_taken(plan, offer);
            let (mark, role) = match (&offer.cannot, offer.step.is_optional, is_taken) {
                (Some(_), ..) => (format!("[{}]", glyphs.none), Role::Dim),
                (None, true, true) => ("[x]".to_owned(), Role::Text),
                (None, true, false) => ("[ ]".to_owned(), Role::Text),
                (None, false, true) => (format!(" {} ", glyphs.done), Role::Text),
                // It belongs to a step that is left out.
                (None, false, false) => (format!(" {} ", glyphs.none), Role::Dim),
            };
            let line = Line::of(role, format!("{mark} {}", offer.step.title));
            let line = if offer.cannot.is_some() { line.add(Role::Warn, "  not possible") } else { line };
            ("Steps", line)
        }
        WayItem::Way(offer, is_gone) => {
            let (mark, role) = match (&offer.cannot, is_gone) {
                (Some(_), _) => (format!("({})", glyphs.none), Role::Dim),
                (None, true) => ("(x)".to_owned(), Role::Text),
                (None, false) => ("( )".to_owned(), Role::Text),
            };
            let line = Line::of(role, format!("{mark} {}", way_words(offer.way)));
            let line = if offer.cannot.is_some() { line.add(Role::Warn, "  not possible") } else { line };
            ("Where the data goes", line)
        }
        WayItem::Does(what) => ("What this platform does", Line::text(format!("{} {what}", glyphs.note))),
        WayItem::Leaves(what) => ("What it does not carry over", Line::text(format!("{} {what}", glyphs.note))),
    }
}

fn way_words(way: Way) -> &'static str {
    match way {
        Way::Replacement => "Into a replacement, which the apps are switched over to",
        Way::InPlace => "In place: the data of the add-on itself is replaced, for good",
        Way::Fork => "Into a fork of the add-on as it was at the good moment",
    }
}

/// Why one would take a step, or why it can't be taken.
fn why(plan: &RestorePlan, offer: &Offer) -> (Role, String) {
    match &offer.cannot {
        Some(why) => (Role::Warn, format!("not possible: {why}")),
        None if !offer.step.is_optional && !is_taken(plan, offer) => {
            (Role::Dim, "Not needed: it belongs to a step that is left out.".to_owned())
        }
        None => (Role::Dim, offer.why.clone()),
    }
}

/// All of an item that the list shows in part.
fn full(state: &State, plan: &RestorePlan, item: &WayItem<'_>) -> Vec<Line> {
    match item {
        WayItem::Warning(app, release) => {
            let made = release.created_at.map(|at| moment_words(at, state.clock(), &state.zone));
            let by = release.by.as_deref().unwrap_or("an unknown author");
            let made = made.unwrap_or_default();
            vec![Line::of(
                Role::Bad,
                format!("v{} of {app}, {made}, by {by}: {}", release.version, release.description),
            )]
        }
        WayItem::Step(_, offer) => {
            let (role, why) = why(plan, offer);
            vec![Line::of(if role == Role::Dim { Role::Text } else { role }, why)]
        }
        WayItem::Way(offer, _) => vec![match &offer.cannot {
            Some(why) => Line::of(Role::Warn, format!("not possible: {why}")),
            None => Line::text(format!("{}. Space chooses it.", way_words(offer.way))),
        }],
        WayItem::Does(what) | WayItem::Leaves(what) => vec![Line::text((*what).to_owned())],
    }
}

/// Draws the rows around the one under the cursor, and in the last row how many are not seen.
fn list(canvas: &mut Canvas<'_>, area: Rect, rows: &[ListRow], cursor: Option<usize>) {
    let at = rows.iter().position(|(_, item)| item.is_some() && *item == cursor);
    let mut height = usize::from(area.height);
    if rows.len() > height {
        height = height.saturating_sub(1);
    }
    // At the top the headings above the first item are seen, too.
    let seen = widgets::window(rows.len(), at, height);
    let text_area = Rect { x: area.x.saturating_add(2).min(area.right()), width: area.width.saturating_sub(2), ..area };
    for (row, index) in (0u16..).zip(seen.clone()) {
        let (line, item) = &rows[index];
        if item.is_some() && *item == cursor && Some(index) == at {
            canvas.put(area, area.x, area.y.saturating_add(row), Role::Selected, ">");
        }
        canvas.line(text_area, row, line);
    }
    let hidden = rows.len() - seen.len();
    if hidden > 0 && area.height > 0 {
        let line = Line::of(Role::Warn, format!("{} above, {} below", seen.start, rows.len() - seen.end));
        canvas.line(text_area, area.height - 1, &line);
    }
}
