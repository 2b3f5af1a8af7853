//! Size over time: one column a backup, or a day where there are too many; the oldest at the left. A day without any is a
//! gap, one that failed has a sign of its own, and no meaning rests on a colour.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};

use crate::model::{self, Backup, BackupState};
use crate::view::canvas::Line;
use crate::view::glyphs::Glyphs;
use crate::view::text;
use crate::view::theme::Role;

/// With less than this there is no chart: two rows of columns, and the two that say what they mean.
const LEAST: usize = 5;
/// With more it does not get better.
pub(super) const HIGHEST: usize = 8;
/// With less room beside the scale there is no chart: both dates below it must fit.
const NARROWEST: usize = 12;
/// A column does not get wider than this.
const WIDEST: usize = 3;

/// One column.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Slot {
    /// A day without a backup.
    Gap,
    /// One of this size.
    Size {
        bytes: u64,
        /// Whether its data is gone by now.
        is_gone: bool,
        /// Whether another one of that day failed.
        has_failed: bool,
    },
    /// It failed.
    Failed,
    /// It is not finished yet.
    Moving,
    /// Its size is not known.
    Unknown,
}

struct Slots {
    all: Vec<Slot>,
    first: Date,
    last: Date,
    is_by_day: bool,
}

/// The chart in at most `height` lines of at most `width` columns; none where it would say nothing.
pub(super) fn chart(backups: &[Backup], now: Timestamp, width: usize, height: usize, glyphs: &Glyphs) -> Vec<Line> {
    if height < LEAST {
        return Vec::new();
    }
    let sizes = || backups.iter().filter(|backup| is_measured(backup)).filter_map(|backup| backup.size);
    let Some(largest) = sizes().max() else { return Vec::new() };
    let scale = text::width(&model::size(largest)).max(1);
    let room = width.saturating_sub(scale + 2);
    if room < NARROWEST {
        return Vec::new();
    }
    let Some(slots) = slots(backups, now, room) else { return Vec::new() };
    let shown =
        || slots.all.iter().filter_map(|slot| if let Slot::Size { bytes, .. } = slot { Some(*bytes) } else { None });
    let (Some(smallest), Some(largest)) = (shown().min(), shown().max()) else { return Vec::new() };
    let (bar, gap) = widths(slots.all.len(), room);
    let rows = height - 2;
    let mut lines = vec![caption(&slots, smallest, largest, width, glyphs).cut(width, glyphs)];
    for row in (0..rows).rev() {
        let label = match row {
            _ if row == rows - 1 => model::size(largest),
            0 => "0".to_owned(),
            _ => String::new(),
        };
        let mut line = Line::of(Role::Dim, format!("{label:>scale$} {}", glyphs.side));
        for slot in &slots.all {
            let (role, sign) = cell(slot, row, rows, largest, glyphs);
            line = line.add(role, sign.repeat(bar)).add(Role::Text, " ".repeat(gap));
        }
        lines.push(line.trim_end());
    }
    let used = (slots.all.len() * (bar + gap)).saturating_sub(gap);
    let (first, last) = (slots.first.strftime("%m-%d").to_string(), slots.last.strftime("%m-%d").to_string());
    let between = used.saturating_sub(first.len() + last.len());
    let dates = match between {
        _ if first == last => first,
        0 => format!("{first}..{last}"),
        blanks => format!("{first}{}{last}", " ".repeat(blanks)),
    };
    lines.push(Line::of(Role::Dim, format!("{}{dates}", " ".repeat(scale + 2))));
    lines
}

/// What a column is, how small and how large they are, and the signs that occur.
fn caption(slots: &Slots, smallest: u64, largest: u64, width: usize, glyphs: &Glyphs) -> Line {
    let what = if slots.is_by_day { "Size by day" } else { "Size" };
    let mut line =
        Line::of(Role::Strong, what).add(Role::Dim, format!(" {} to {}", model::size(smallest), model::size(largest)));
    let occurs = |is: fn(&Slot) -> bool| slots.all.iter().any(is);
    let signs = [
        (
            occurs(|slot| matches!(slot, Slot::Failed | Slot::Size { has_failed: true, .. })),
            Role::Bad,
            glyphs.failed,
            "failed",
        ),
        (occurs(|slot| *slot == Slot::Gap), Role::Warn, glyphs.gap, "none"),
        (occurs(|slot| *slot == Slot::Moving), Role::Busy, glyphs.busy, "running"),
        (occurs(|slot| *slot == Slot::Unknown), Role::Warn, glyphs.unknown, "size unknown"),
        (occurs(|slot| matches!(slot, Slot::Size { is_gone: true, .. })), Role::Dim, glyphs.shade, "gone"),
    ];
    for (_, role, sign, word) in signs.into_iter().filter(|(occurs, ..)| *occurs) {
        let more = Line::of(role, format!("  {sign}")).add(Role::Dim, format!(" {word}"));
        if line.width() + more.width() <= width {
            line = line.join(more);
        }
    }
    line
}

/// How wide a column and the gap behind it are, so that all of them fit.
fn widths(count: usize, room: usize) -> (usize, usize) {
    (1..=WIDEST).rev().map(|bar| (bar, 1)).find(|(bar, gap)| count * (bar + gap) <= room + gap).unwrap_or((1, 0))
}

/// One cell of a column, `row` counted from below.
fn cell(slot: &Slot, row: usize, rows: usize, largest: u64, glyphs: &Glyphs) -> (Role, &'static str) {
    let at_base = |role, sign| if row == 0 { (role, sign) } else { (Role::Text, " ") };
    match slot {
        Slot::Gap => at_base(Role::Warn, glyphs.gap),
        Slot::Failed | Slot::Size { has_failed: true, .. } if row == 0 => (Role::Bad, glyphs.failed),
        Slot::Failed => (Role::Text, " "),
        Slot::Moving => at_base(Role::Busy, glyphs.busy),
        Slot::Unknown => at_base(Role::Warn, glyphs.unknown),
        Slot::Size { bytes, is_gone, .. } => {
            // In eighths of a row; what is there at all is seen.
            let whole = (rows * 8) as u128;
            let height = usize::try_from(u128::from(*bytes) * whole / u128::from(largest.max(1))).unwrap_or(0).max(1);
            match height.saturating_sub(row * 8) {
                0 => (Role::Text, " "),
                _ if *is_gone => (Role::Dim, glyphs.shade),
                eighths => (Role::Text, glyphs.bars[eighths.min(8) - 1]),
            }
        }
    }
}

fn is_measured(backup: &Backup) -> bool {
    matches!(backup.state, BackupState::Finished | BackupState::Expired)
}

fn day(at: Timestamp) -> Date {
    at.to_zoned(TimeZone::UTC).date()
}

/// The columns that fit into `room`, the newest of them.
fn slots(backups: &[Backup], now: Timestamp, room: usize) -> Option<Slots> {
    let mut dated: Vec<(Timestamp, &Backup)> =
        backups.iter().filter_map(|backup| Some((backup.started_at?, backup))).collect();
    dated.sort_by_key(|(at, _)| *at);
    let first = day(dated.first()?.0);
    let today = day(now).max(day(dated.last()?.0));
    let days = usize::try_from(first.until(today).map_or(0, |span| span.get_days())).unwrap_or(0) + 1;
    // One column a backup where they fit, else one a day; of more days than there are columns, the newest.
    let mut columns: Vec<(Date, Vec<&Backup>)> = Vec::new();
    for back in (0..days.min(room.max(1))).rev() {
        let date = today.checked_sub(i64::try_from(back).unwrap_or(0).days()).ok()?;
        let of_day = dated.iter().filter(|(at, _)| day(*at) == date).map(|(_, backup)| *backup).collect();
        columns.push((date, of_day));
    }
    // Today is not over: that nothing was made yet is no gap.
    columns.pop_if(|(_, of_day)| of_day.is_empty());
    let (first, last) = (columns.first()?.0, columns.last()?.0);
    let singly: usize = columns.iter().map(|(_, of_day)| of_day.len().max(1)).sum();
    let is_by_day = singly > room;
    let all = columns
        .into_iter()
        .flat_map(|(_, of_day)| match of_day.as_slice() {
            [] => vec![Slot::Gap],
            of_day if is_by_day => vec![merged(of_day)],
            of_day => of_day.iter().map(|backup| slot(backup)).collect(),
        })
        .collect();
    Some(Slots { all, first, last, is_by_day })
}

fn slot(backup: &Backup) -> Slot {
    match (&backup.state, backup.size) {
        (BackupState::Failed, _) => Slot::Failed,
        (BackupState::Pending | BackupState::Running, _) => Slot::Moving,
        (state, Some(bytes)) => Slot::Size { bytes, is_gone: *state == BackupState::Expired, has_failed: false },
        (_, None) => Slot::Unknown,
    }
}

/// The day as its last good one had it; that another failed stays in sight.
fn merged(of_day: &[&Backup]) -> Slot {
    let slots: Vec<Slot> = of_day.iter().map(|backup| slot(backup)).collect();
    let any_failed = slots.contains(&Slot::Failed);
    let last = slots.iter().rev().find(|slot| matches!(slot, Slot::Size { .. })).or_else(|| slots.last());
    match last {
        Some(Slot::Size { bytes, is_gone, .. }) => {
            Slot::Size { bytes: *bytes, is_gone: *is_gone, has_failed: any_failed }
        }
        Some(other) => other.clone(),
        None => Slot::Gap,
    }
}

#[cfg(test)]
mod tests;
