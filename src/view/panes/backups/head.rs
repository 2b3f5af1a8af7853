//! The lines above the backups: how old the last good one is, what comes next, and what that pushes out.

use jiff::{SignedDuration, Timestamp};

use crate::app::State;
use crate::model::{self, Addon, Backup, BackupPolicy, BackupState, Backups, Fact, Known, Verb};
use crate::store::Usual;
use crate::view::canvas::Line;
use crate::view::glyphs::Glyphs;
use crate::view::text;
use crate::view::theme::Role;
use crate::view::widgets::progress_words;

/// How old the last good one may be where nothing makes one every day.
const TWO_DAYS: SignedDuration = SignedDuration::from_hours(48);
/// Where something does: a day, and what one takes.
const DAILY: SignedDuration = SignedDuration::from_hours(26);
/// With less room whole sentences would take two lines.
const WORDS: usize = 60;
/// With less room each of them has a line of its own.
const ONE_LINE: usize = 70;

/// Whether a backup of that age is young enough.
pub(crate) fn age_role(begun: Timestamp, now: Timestamp, is_daily: bool) -> Role {
    let allowed = if is_daily { DAILY } else { TWO_DAYS };
    if now.duration_since(begun) > allowed { Role::Warn } else { Role::Good }
}

/// What is worth knowing before a single one is looked at.
pub(super) fn head(state: &State, addon: &Addon, glyphs: &Glyphs, room: usize) -> Vec<Line> {
    let backups = state.backups(&addon.key.id);
    let policy = backups.and_then(|backups| backups.policy.as_ref());
    let mut lines = vec![last(state, addon, backups, room)];
    let next = match addon.cannot(Verb::BackUp) {
        Some(reason) => Line::of(Role::Warn, reason),
        None => match policy {
            _ if has_switch(state, addon) => automatic(policy.and_then(|policy| policy.is_automatic)),
            Some(policy) => schedule(policy, state.clock()),
            None => Line::of(Role::Dim, "schedule and retention are not told"),
        },
    };
    match lines.first_mut() {
        Some(first) if room >= ONE_LINE && first.width() + next.width() + 3 <= room => {
            *first = std::mem::take(first).add(Role::Dim, format!(" {} ", glyphs.dot)).join(next);
        }
        _ => lines.push(next),
    }
    let list = backups.map_or(&[][..], |backups| backups.list.as_slice());
    // What happens now comes before what happens at some time.
    let running = list.iter().filter(|backup| backup.state == BackupState::Running);
    lines.splice(1..1, running.map(|backup| running_line(backup, glyphs)).collect::<Vec<_>>());
    lines.extend(rehearsal(state, addon, room));
    lines.extend(
        policy
            .filter(|_| addon.cannot(Verb::BackUp).is_none())
            // Of what can only be switched on and off no number is told; what is, stands in the platform's words below.
            .filter(|policy| !has_switch(state, addon) || policy.keep_count.is_some() || policy.keep_days.is_some())
            .map(|policy| retention(policy, list, state.clock(), room)),
    );
    lines.extend(facts(backups.map_or(&[][..], |backups| &backups.facts), room));
    lines
}

/// Whether it is backed up by itself can only be switched on and off.
fn has_switch(state: &State, addon: &Addon) -> bool {
    let can = |verb| state.session.cannot(verb).is_none() && addon.cannot(verb).is_none();
    let is_connected = !state.session.capabilities.is_empty();
    is_connected && can(Verb::AutoBackups) && !can(Verb::ScheduleBackups)
}

fn automatic(is_on: Option<bool>) -> Line {
    match is_on {
        Some(true) => Line::text("automatic backups ").add(Role::Good, "on"),
        Some(false) => Line::text("automatic backups ").add(Role::Warn, "off"),
        None => Line::text("automatic backups ").add(Role::Warn, "not told"),
    }
}

/// What else is told of the backups, as it comes: several to a line where there is room.
fn facts(facts: &[Fact], room: usize) -> Vec<Line> {
    let mut lines: Vec<Line> = Vec::new();
    for fact in facts {
        let one = Line::of(Role::Dim, format!("{} ", fact.name)).add(Role::Text, fact.value.clone());
        match lines.last_mut() {
            Some(last) if last.width() + one.width() + 3 <= room => {
                *last = std::mem::take(last).add(Role::Dim, "; ").join(one);
            }
            _ => lines.push(one),
        }
    }
    lines
}

/// When a restore was rehearsed last, and how long one takes; nothing where nothing of either is known here.
pub(crate) fn rehearsal(state: &State, addon: &Addon, room: usize) -> Option<Line> {
    let known = state.store.rehearsals.get(addon.key.id.as_str())?.value.as_ref()?;
    let drill = known.drill.as_ref().map(|drill| {
        let (role, word) = if drill.is_good { (Role::Good, "good") } else { (Role::Bad, "failed") };
        Line::text(format!("last drill {}: ", text::moment(drill.at, state.clock()))).add(role, word)
    });
    let usual = known.usual.as_ref().map(|usual| usual_words(usual, room < WORDS));
    match (drill, usual) {
        (Some(drill), Some(usual)) => Some(drill.add(Role::Text, format!("; {usual}"))),
        (Some(drill), None) => Some(drill),
        (None, usual) => usual.map(|usual| Line::text(format!("never drilled from here; {usual}"))),
    }
}

/// `a restore usually takes 2 m 10 s (of 3)`.
pub(crate) fn usual_words(usual: &Usual, is_short: bool) -> String {
    let took = model::took(usual.took);
    let whose = if usual.is_of_this { "" } else { " others" };
    if is_short {
        format!("usually {took} ({}{whose})", usual.count)
    } else {
        format!("a restore usually takes {took} (of {}{whose})", usual.count)
    }
}

/// When the last finished one of those was begun.
fn begun(backups: &Backups) -> Known<Option<Timestamp>> {
    match backups.last_finished() {
        None => Known::Is(None),
        Some(Backup { started_at: Some(at), .. }) => Known::Is(Some(*at)),
        Some(_) => Known::Unknown("its start is not told".into()),
    }
}

/// The same of an add-on: as the list tells it, else as its backups do where they have been read.
pub(crate) fn last_begun(state: &State, addon: &Addon) -> Known<Option<Timestamp>> {
    match (&addon.last_backup, state.backups(&addon.key.id)) {
        (Known::Unknown(_), Some(backups)) => begun(backups),
        (told, _) => told.clone(),
    }
}

fn last(state: &State, addon: &Addon, backups: Option<&Backups>, room: usize) -> Line {
    let now = state.clock();
    let is_daily = backups.and_then(|backups| backups.policy.as_ref()).is_some_and(|policy| policy.schedule.is_some());
    match backups.map_or_else(|| addon.last_backup.clone(), begun) {
        Known::Is(Some(at)) => Line::text("last finished ")
            .add(age_role(at, now, is_daily), format!("{} ago", model::age(at, now)))
            .add(Role::Text, format!(",{} {}", if room < WORDS { "" } else { " begun" }, text::moment(at, now))),
        Known::Is(None) if backups.is_some_and(|backups| !backups.list.is_empty()) => {
            Line::of(Role::Bad, "none is finished: nothing can be restored")
        }
        Known::Is(None) => Line::of(Role::Bad, "never backed up"),
        Known::Unknown(why) => Line::of(Role::Warn, format!("age of the last finished one unknown: {why}")),
    }
}

fn schedule(policy: &BackupPolicy, now: Timestamp) -> Line {
    match &policy.schedule {
        None => Line::of(Role::Dim, "no daily backup"),
        Some(schedule) => {
            let line = Line::text(format!("daily {:02}:00 {}", schedule.hour, schedule.time_zone));
            match policy.next_at {
                Some(next) => line.add(Role::Text, format!(", next {}", text::moment(next, now))),
                None => line,
            }
        }
    }
}

fn retention(policy: &BackupPolicy, list: &[Backup], now: Timestamp, room: usize) -> Line {
    let is_short = room < WORDS;
    let kept = match (policy.keep_count, policy.keep_days) {
        (Some(count), Some(days)) if is_short => format!("keeps {count}, {days} d"),
        (Some(count), Some(days)) => format!("keeps {count} for {days} days"),
        (Some(count), None) => format!("keeps {count}"),
        (None, Some(days)) => format!("keeps each for {days} days"),
        (None, None) => "keeps all".to_owned(),
    };
    let line = Line::text(kept);
    match &policy.evicts {
        None => line,
        Some(id) => {
            let begun = list.iter().find(|backup| backup.id == *id).and_then(|backup| backup.started_at);
            let which = begun.map_or_else(|| id.clone(), |at| text::moment(at, now));
            let words = if is_short { "; evicts " } else { "; one more pushes out that of " };
            line.add(Role::Text, format!("{words}{which}"))
        }
    }
}

fn running_line(backup: &Backup, glyphs: &Glyphs) -> Line {
    let since = backup.started_at.map_or_else(String::new, |at| format!(" since {}", text::clock(at)));
    let line = Line::of(Role::Busy, format!("{} running{since}", glyphs.busy));
    match backup.progress.as_ref().and_then(progress_words) {
        Some(words) => line.add(Role::Text, format!(": {words}")),
        None => line,
    }
}
