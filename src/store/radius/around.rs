//! What goes on around commands, in lines: who is at their targets now, who was lately, the releases of the apps, and how old
//! the last backups are.

use std::collections::HashSet;

use jiff::Timestamp;

use super::words::{Said, Tone, line, said, since};
use super::{Prepared, known, only};
use crate::model::{Known, Operation, Outcome, Release, Work, WorkState, size, span, when};
use crate::platform::{Around, Journaled};

/// How many releases of one app are shown; the rest is counted.
const RELEASES: usize = 5;

/// Operations under way on the targets.
pub(super) struct UnderWay {
    pub(super) lines: Vec<Said>,
    pub(super) count: usize,
}

/// Those of the platform's record, then those that the journal of this machine has besides them.
pub(super) fn under_way(all: &[Prepared], now: Timestamp) -> UnderWay {
    let mut lines = Vec::new();
    let mut seen = HashSet::new();
    for around in arounds(all) {
        for work in around.running() {
            if seen.insert(work.id.as_str()) {
                lines.push(running(work, around, only(all), now));
            }
        }
    }
    for one in arounds(all).flat_map(|around| around.journaled.items()) {
        let is_told = one.operation.work_id.as_deref().is_some_and(|id| seen.contains(id));
        if !is_told && seen.insert(one.operation.id.as_str()) {
            lines.push(journaled(one, now));
        }
    }
    let count = lines.len();
    let mut reasons = HashSet::new();
    for around in arounds(all) {
        if let Err(why) = known(&around.works)
            && reasons.insert(why)
        {
            lines.push(warning(1, format!("What the platform is doing to it is not known: {why}.")));
        }
        if let Err(why) = known(&around.journaled)
            && reasons.insert(why)
        {
            lines.push(warning(1, format!("What this machine has under way on it is not known: {why}.")));
        }
    }
    UnderWay { lines, count }
}

fn arounds(all: &[Prepared]) -> impl Iterator<Item = &Around> {
    all.iter().map(|one| &one.situation.around)
}

fn warning(indent: usize, text: String) -> Said {
    line(indent, [(Tone::Warn, text)])
}

fn running(work: &Work, around: &Around, only: Option<&str>, now: Timestamp) -> Said {
    let mut facts = vec![match &work.state {
        WorkState::Queued => "waits for its turn".to_owned(),
        WorkState::Other(word) => word.clone(),
        _ => work.step.as_ref().map_or_else(|| "running".to_owned(), |step| format!("at {}", step.replace('_', " "))),
    }];
    facts.extend(work.progress.as_ref().and_then(|progress| {
        let unit = progress.unit.as_deref().unwrap_or("done");
        match (progress.done, progress.total) {
            (Some(done), Some(total)) => Some(format!("{done}/{total} {unit}")),
            (Some(done), None) => Some(format!("{done} {unit}")),
            (None, _) => progress.bytes.map(size),
        }
    }));
    facts.push(format!("since {}", since(work.started_at.or(work.created_at), now)));
    let is_ours = around.is_ours(work.by.as_deref());
    said(
        1,
        true,
        [
            (Tone::Strong, what(work, only)),
            (Tone::Text, " by ".to_owned()),
            (if is_ours { Tone::Text } else { Tone::Bad }, who(work.by.as_deref(), around)),
            (Tone::Text, format!(": {}", facts.join(", "))),
        ],
    )
}

/// What an operation of the platform is, and of what where that is not said already.
fn what(work: &Work, only: Option<&str>) -> String {
    let of = work
        .addon
        .as_ref()
        .filter(|addon| only != Some(addon))
        .map_or_else(String::new, |addon| format!(" of {addon}"));
    format!("{}{of}", work.kind.replace('_', " "))
}

fn who(by: Option<&str>, around: &Around) -> String {
    match by {
        Some(by) if around.is_ours(Some(by)) => format!("{by} (your account)"),
        Some(by) => by.to_owned(),
        None => "somebody who is not told".to_owned(),
    }
}

fn journaled(one: &Journaled, now: Timestamp) -> Said {
    let Operation { command, started_at, outcome, .. } = &one.operation;
    let stands = match outcome {
        Outcome::Unknown { .. } => "nobody knows what became of it",
        _ if one.is_driven => "another process follows it",
        Outcome::Intended => "it is being sent",
        _ => "it is running",
    };
    said(
        1,
        true,
        [
            (Tone::Strong, command.sentence()),
            (Tone::Text, format!(", from this machine by {} at {}: ", one.user, when(*started_at, now))),
            (if outcome.is_end() { Tone::Warn } else { Tone::Text }, stands.to_owned()),
        ],
    )
}

/// One line for each add-on of which data may be lost.
pub(super) fn last_backups(all: &[Prepared], now: Timestamp) -> Vec<Said> {
    let mut seen = HashSet::new();
    let mut last: Vec<_> = arounds(all).flat_map(|around| &around.last_backups).collect();
    last.retain(|one| seen.insert(one.addon.as_str()));
    // One alone is that of what the heading names.
    let only = only(all).filter(|_| last.len() == 1);
    let told = last.into_iter().map(|one| {
        let (tone, text) = match &one.backup {
            Known::Is(Some(backup)) => match backup.started_at {
                Some(at) => (Tone::Strong, format!("{}, begun {}: {} old", backup.id, when(at, now), span(at, now))),
                None => (Tone::Warn, format!("{}, of unknown age", backup.id)),
            },
            Known::Is(None) => (Tone::Bad, "none".to_owned()),
            Known::Unknown(why) => (Tone::Warn, format!("unknown: {}", why.trim_end_matches('.'))),
        };
        let of = if only == Some(&one.addon) { String::new() } else { format!(" of {}", one.addon) };
        line(0, [(Tone::Text, format!("Last finished backup{of}: ")), (tone, text)])
    });
    told.collect()
}

/// What others did to the targets and are done with, and the releases of the apps.
pub(super) fn lately(all: &[Prepared], now: Timestamp) -> Vec<Said> {
    let mut lines = Vec::new();
    let mut seen = HashSet::new();
    for around in arounds(all) {
        for work in around.acts_of_others().filter(|work| seen.insert(work.id.as_str())) {
            let how = if work.state == WorkState::Failed { "failed" } else { "done" };
            let at =
                work.ended_at.or(work.created_at).map_or_else(|| "at an unknown time".to_owned(), |at| when(at, now));
            let by = who(work.by.as_deref(), around);
            lines.push(line(1, [(Tone::Strong, what(work, only(all))), (Tone::Text, format!(" {at} by {by}: {how}"))]));
        }
    }
    // Silence is told only where it was listened to.
    let has_target = all.iter().any(|one| one.situation.addon.is_some() || one.situation.backup.is_some());
    let is_read = |around: &Around| matches!((&around.works, &around.account), (Known::Is(_), Known::Is(_)));
    let is_anybody_else = |around: &Around| around.running().any(|work| !around.is_ours(work.by.as_deref()));
    if lines.is_empty() && has_target && arounds(all).all(is_read) && !arounds(all).any(is_anybody_else) {
        lines.push(line(1, [(Tone::Dim, "Nobody else did anything to it.".to_owned())]));
    }
    let mut seen = HashSet::new();
    for around in arounds(all) {
        for (app, releases) in around.releases.iter().filter(|(app, _)| seen.insert(app.as_str())) {
            match known(releases) {
                Ok(releases) => lines.extend(releases_of(app, releases, around, now)),
                Err(why) => lines
                    .push(line(1, [(Tone::Strong, app.clone()), (Tone::Warn, format!(" releases unknown: {why}"))])),
            }
        }
    }
    lines
}

fn releases_of(app: &str, releases: &[Release], around: &Around, now: Timestamp) -> Vec<Said> {
    if releases.is_empty() {
        return vec![line(1, [(Tone::Strong, app.to_owned()), (Tone::Dim, " has no release yet".to_owned())])];
    }
    let mut lines: Vec<Said> = releases
        .iter()
        .take(RELEASES)
        .map(|release| {
            let at = release.created_at.map_or_else(|| "at an unknown time".to_owned(), |at| when(at, now));
            let by = who(release.by.as_deref(), around);
            let is_ours = around.is_ours(release.by.as_deref());
            line(
                1,
                [
                    (Tone::Strong, app.to_owned()),
                    (Tone::Text, format!(" v{} {at} ", release.version)),
                    (if is_ours { Tone::Text } else { Tone::Strong }, by),
                    (Tone::Text, format!(": {}", release.description)),
                ],
            )
        })
        .collect();
    if let Some(last) = releases.get(RELEASES..).and_then(<[Release]>::last) {
        let since = last.created_at.map_or_else(String::new, |at| format!(" since {}", when(at, now)));
        let more = releases.len() - RELEASES;
        lines.push(line(1, [(Tone::Dim, format!("and {} of {app}{since}", super::count(more, "older release")))]));
    }
    lines
}
