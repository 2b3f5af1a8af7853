//! How often everything is read, and why not more often.

use std::time::Duration;

use crate::app::{Polled, PolledPart, State};
use crate::platform::Limit;
use crate::store::poll::Why;
use crate::view::canvas::Line;
use crate::view::text;
use crate::view::theme::Role;

/// How wide an interval is at the most.
const EVERY: usize = 8;

pub(super) fn lines(state: &State) -> Vec<Line> {
    let mut lines = Vec::new();
    for (at, polled) in state.polled.iter().enumerate() {
        if at > 0 {
            lines.push(Line::new());
        }
        let entered = if at == 0 { ", entered" } else { "" };
        lines.push(Line::of(Role::Strong, polled.place.clone()).add(Role::Dim, entered));
        lines.push(Line::of(Role::Dim, budget(polled)));
        lines.extend(polled.parts.iter().map(part));
        if polled.parts.is_empty() {
            lines.push(Line::of(Role::Dim, "Nothing is read: it is looked at in the list of all profiles (0)."));
        }
    }
    lines
}

fn budget(polled: &Polled) -> String {
    let mut words = match (polled.limit, polled.left) {
        (Some(limit), Some((tenths, half))) => {
            let half = text::thousands(half);
            let ours = match limit {
                Limit::Minute(_) => format!("{half} requests a minute"),
                Limit::Pool { a_minute, .. } => format!("{half} requests at once and {} a minute", a_minute / 2),
            };
            format!("At most {ours}, half of what the account may send; {tenths}0 % of it is left.")
        }
        _ => "No limit is documented: it is read no more often than below.".to_owned(),
    };
    if !polled.with.is_empty() {
        let with: Vec<&str> = polled.with.iter().map(|name| name.as_str()).collect();
        words.push_str(&format!(" Shared with {}.", with.join(", ")));
    }
    words
}

fn part(part: &PolledPart) -> Line {
    let what = if part.count > 1 { format!("{} ({})", part.what, part.count) } else { part.what.clone() };
    let every = text::pad(&span(part.every), EVERY);
    let role = if matches!(part.why, Why::Minimum | Why::NoFocus) { Role::Text } else { Role::Warn };
    let cost = match part.cost {
        0 => String::new(),
        cost => format!(", {}", text::count(cost as usize, "request")),
    };
    Line::of(role, every).add(Role::Text, format!("  {what}")).add(Role::Dim, format!("  {}{cost}", why(part.why)))
}

fn why(why: Why) -> &'static str {
    match why {
        Why::Minimum => "minimum",
        Why::NoFocus => "nobody looks",
        Why::Share => "its share of the budget",
        Why::Low => "few requests are left",
        Why::Barred => "the platform asked to wait",
        Why::Failing => "it failed: tried again later",
        Why::Offline => "the platform can't be reached",
    }
}

/// A span of time that is read at a glance: `40 s`, `10 min`, `1 h`.
pub(crate) fn span(every: Duration) -> String {
    match every.as_secs() {
        seconds @ ..120 => format!("{seconds} s"),
        seconds @ 120..7_200 if seconds % 60 != 0 && seconds < 600 => format!("{seconds} s"),
        seconds @ 120..7_200 => format!("{} min", seconds.div_ceil(60)),
        seconds => format!("{} h", seconds.div_ceil(3_600)),
    }
}
