//! Whether somebody acted on the target, or released an app that is touched, between showing and submitting. What was going
//! on already and has ended since is no reason to ask again; nor is what could be read before and can't be now.

use jiff::Timestamp;

use crate::model::{Known, Release, Work, WorkState};
use crate::platform::{Around, Journaled};

/// The acts that were not shown. `shown_at` is when it was read for showing, by the platform's clock; the releases of the app
/// `told` are compared by somebody else.
pub(super) fn acts(shown: &Around, now: &Around, shown_at: Timestamp, told: Option<&str>, what: &mut Vec<String>) {
    let new_works: Vec<&Work> = match &shown.works {
        Known::Is(known) => {
            now.works.items().iter().filter(|work| !known.iter().any(|one| one.id == work.id)).collect()
        }
        // Nothing was shown then, so what runs now was not.
        Known::Unknown(_) => now.running().collect(),
    };
    what.extend(new_works.iter().map(|work| sentence(work, now)));
    let is_told = |journaled: &Journaled| {
        let id = journaled.operation.work_id.as_ref();
        id.is_some_and(|id| now.works.items().iter().any(|work| work.id == *id))
    };
    let is_new = |one: &&Journaled| {
        !shown.journaled.items().iter().any(|known| known.operation.id == one.operation.id) && !is_told(one)
    };
    what.extend(now.journaled.items().iter().filter(is_new).map(|one| {
        format!("{} began on this machine: {} ({}).", one.user, one.operation.command.sentence(), one.operation.id)
    }));
    for (app, releases) in now.releases.iter().filter(|(app, _)| Some(app.as_str()) != told) {
        let before = shown.releases.iter().find(|(name, _)| name == app).map(|(_, releases)| releases);
        let is_new = |release: &&Release| match before {
            Some(Known::Is(before)) => before.iter().all(|one| one.version < release.version),
            // What was not shown is compared by its time.
            _ => release.created_at.is_some_and(|at| at > shown_at),
        };
        what.extend(releases.items().iter().filter(is_new).map(|release| {
            let by = release.by.as_deref().unwrap_or("somebody who is not told");
            let when = release.created_at.map_or_else(String::new, |at| format!(" at {}", clock(at)));
            format!("{app} got release v{} by {by}{when}: {}.", release.version, unended(&release.description))
        }));
    }
}

fn sentence(work: &Work, around: &Around) -> String {
    let by = match &work.by {
        Some(by) if around.is_ours(Some(by)) => format!("{by} (your account, elsewhere)"),
        Some(by) => by.clone(),
        None => "Somebody who is not told".to_owned(),
    };
    let kind = work.kind.replace('_', " ");
    let of = work.addon.as_ref().map_or_else(String::new, |addon| format!(" of {addon}"));
    let when = work.created_at.map_or_else(String::new, |at| format!(" at {}", clock(at)));
    let stands = match &work.state {
        WorkState::Queued => "it waits for its turn",
        WorkState::Running => "it is running",
        WorkState::Done => "it is done",
        WorkState::Failed => "it failed",
        WorkState::Other(word) => word,
    };
    format!("{by} asked for {kind}{of}{when}: {stands}.")
}

fn clock(at: Timestamp) -> String {
    at.strftime("%H:%M:%SZ").to_string()
}

fn unended(text: &str) -> &str {
    text.trim_end_matches('.')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        format!("2026-11-20T{text}Z").parse().unwrap()
    }

    fn work(id: &str, state: WorkState, by: Option<&str>) -> Work {
        Work {
            word: None,
            app: None,
            environment: None,
            steps: Vec::new(),
            id: id.into(),
            kind: "change_plan".into(),
            addon_id: Some("add_1".into()),
            addon: Some("orders".into()),
            backup_id: None,
            state,
            step: None,
            message: None,
            by: by.map(str::to_owned),
            created_at: Some(at("03:14:00")),
            started_at: None,
            ended_at: None,
            progress: None,
        }
    }

    fn release(version: u64, time: &str) -> Release {
        Release { version, description: "Attach orders.".into(), by: Some("bob".into()), created_at: Some(at(time)) }
    }

    fn around(works: Vec<Work>, releases: Vec<Release>) -> Around {
        Around {
            account: Known::Is("alice".into()),
            works: Known::Is(works),
            journaled: Known::Is(Vec::new()),
            releases: vec![("shop".into(), Known::Is(releases))],
            last_backups: Vec::new(),
        }
    }

    fn told(shown: &Around, now: &Around) -> Vec<String> {
        let mut what = Vec::new();
        acts(shown, now, at("03:10:00"), None, &mut what);
        what
    }

    #[test]
    fn what_began_meanwhile_is_told_with_who_did_it() {
        let shown = around(vec![], vec![]);
        let expected = "bob asked for change plan of orders at 03:14:00Z: it is running.";
        assert_eq!(told(&shown, &around(vec![work("op_1", WorkState::Running, Some("bob"))], vec![])), [expected]);
        let queued = work("op_1", WorkState::Queued, Some("alice"));
        let expected =
            "alice (your account, elsewhere) asked for change plan of orders at 03:14:00Z: it waits for its turn.";
        assert_eq!(told(&shown, &around(vec![queued], vec![])), [expected]);
        let nobody = work("op_1", WorkState::Done, None);
        let expected = "Somebody who is not told asked for change plan of orders at 03:14:00Z: it is done.";
        assert_eq!(told(&shown, &around(vec![nobody], vec![])), [expected], "it began and ended meanwhile");
    }

    #[test]
    fn what_was_shown_already_is_no_reason_whatever_became_of_it() {
        let shown = around(vec![work("op_1", WorkState::Queued, Some("bob"))], vec![release(3, "03:00:00")]);
        for state in [WorkState::Running, WorkState::Done, WorkState::Failed] {
            let now = around(vec![work("op_1", state, Some("bob"))], vec![release(3, "03:00:00")]);
            assert!(told(&shown, &now).is_empty());
        }
        assert!(told(&shown, &around(vec![], vec![])).is_empty(), "it left the list");
        assert!(told(&shown, &Around::default()).is_empty(), "what can't be read any more stands in nobody's way");
    }

    #[test]
    fn a_release_that_came_meanwhile_is_told() {
        let shown = around(vec![], vec![release(3, "03:00:00")]);
        let now = around(vec![], vec![release(4, "03:14:00"), release(3, "03:00:00")]);
        assert_eq!(told(&shown, &now), ["shop got release v4 by bob at 03:14:00Z: Attach orders."]);
        assert_eq!(told(&around(vec![], vec![]), &now).len(), 2, "the first ones, too");
    }

    #[test]
    fn what_could_not_be_read_before_is_judged_by_what_runs_and_by_its_time() {
        let releases = vec![("shop".into(), Known::Unknown("500".into()))];
        let unread = Around { releases, ..Around::default() };
        let ended = around(vec![work("op_1", WorkState::Done, Some("bob"))], vec![release(3, "03:00:00")]);
        assert!(told(&unread, &ended).is_empty());
        let going_on = around(vec![work("op_1", WorkState::Running, Some("bob"))], vec![release(4, "03:14:00")]);
        assert_eq!(told(&unread, &going_on).len(), 2);
    }
}
