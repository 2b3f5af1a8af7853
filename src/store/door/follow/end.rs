//! The end of something that the platform acknowledged, judged by what there is.

use jiff::{SignedDuration, Timestamp};

use crate::model::{Addon, BackupState, Command, Operation, Outcome, State};
use crate::platform::{Fresh, Platform, ReadError, ReadErrorKind};
use crate::store::door::evidence::{self, Finding, Seen, Sent, find, find_backup};
use crate::store::journal::{Entry, RecordKind};

/// For how long something that the platform has queued may show nothing of having begun.
const QUEUED: SignedDuration = SignedDuration::from_secs(60);

/// For how long something new has to be absent until that says something.
const ABSENT: SignedDuration = SignedDuration::from_secs(30);
/// How the line ends that an absence is recorded by.
const NOT_THERE: &str = "was not there when it was looked for, although the platform took it; a read may be behind.";

/// How it stands.
pub(super) enum Stand {
    /// The platform goes on with it.
    UnderWay,
    /// The same, and that was seen for the first time; in words.
    Seen(String),
    /// It was found by what is there, where the platform's answer did not name it.
    Found(Seen),
    /// It came to this.
    Over(Outcome),
}

/// How it stands, by what the platform shows now and by what was seen before.
pub(super) async fn of(
    reader: &dyn Platform,
    operation: &Operation,
    entry: Option<&Entry>,
    sent: Sent<'_>,
) -> Result<Stand, ReadError> {
    match &operation.command {
        // Its answer named no backup (orkestr): it is looked for among those that are there.
        Command::BackUp { addon_id, addon, .. } if operation.backup_id.is_none() => {
            let finding = evidence::captured(reader, addon_id, addon, sent).await?;
            return Ok(captured(finding, sent.at, Timestamp::now()));
        }
        // What can only be flipped is read again: somebody else may have flipped it, too.
        Command::AutoBackups { addon_id, addon, is_on } => {
            let finding = evidence::switched(reader, addon_id, addon, *is_on).await?;
            return Ok(switched(addon, *is_on, finding, sent.at, Timestamp::now()));
        }
        _ => {}
    }
    let shows_in_its_state = match &operation.command {
        Command::RestoreInto { addon_id, .. } if operation.backup_id.is_none() => Some(addon_id),
        Command::Restart { addon_id, .. } if operation.work_id.is_none() && !reader.records("restart") => {
            Some(addon_id)
        }
        _ => None,
    };
    if let Some(addon_id) = shows_in_its_state {
        return match reader.addon(addon_id).await {
            Ok(fresh) => Ok(replaced(&operation.command, &fresh, operation, entry)),
            Err(error) if error.kind == ReadErrorKind::NotFound => Ok(Stand::Over(destroyed(&operation.command))),
            Err(error) => Err(error),
        };
    }
    if let Command::CreateAddon(_) | Command::Restore(_) = &operation.command {
        let id = operation.addon_id.as_deref().unwrap_or(operation.command.target());
        let Some(addon) = find(reader, id).await? else {
            return Ok(absent(&operation.command, first_absence(entry), Timestamp::now()));
        };
        return Ok(stand_of(&operation.command, addon).map_or(Stand::UnderWay, Stand::Over));
    }
    Ok(outcome_of(reader, operation).await?.map_or(Stand::UnderWay, Stand::Over))
}

/// A copy that the platform took, by what was found of it.
fn captured(finding: Finding, sent: Timestamp, now: Timestamp) -> Stand {
    match finding {
        Finding::Happened(seen) => Stand::Found(seen),
        // The list may be behind.
        Finding::NotSeen(_) if now.duration_since(sent) < QUEUED => Stand::UnderWay,
        Finding::NotSeen(words) | Finding::CantTell(words) | Finding::Refused(words) => {
            Stand::Over(Outcome::unknown(format!("The platform took it, and named no backup: {words}")))
        }
    }
}

/// A switch that the platform took, by how it stands when it is read again.
fn switched(addon: &str, is_on: bool, finding: Finding, sent: Timestamp, now: Timestamp) -> Stand {
    let word = if is_on { "on" } else { "off" };
    match finding {
        Finding::Happened(_) => Stand::Over(Outcome::Done),
        Finding::NotSeen(_) if now.duration_since(sent) < ABSENT => Stand::UnderWay,
        Finding::NotSeen(_) => Stand::Over(Outcome::Failed {
            message: format!(
                "The platform took the switch, and the automatic backups of {addon} are not {word}: somebody else may have switched them at the same moment. They were not switched a second time."
            ),
        }),
        Finding::CantTell(words) | Finding::Refused(words) => {
            Stand::Over(Outcome::unknown(format!("The platform took it; {words}")))
        }
    }
}

/// Something new that the platform took, and that is not there. A read may be behind the write that it follows, so one absence
/// says nothing; one that lasts says that it is not there, and not why.
fn absent(command: &Command, since: Option<Timestamp>, now: Timestamp) -> Stand {
    match since {
        None => Stand::Seen(format!("{} {NOT_THERE}", command.target())),
        Some(since) if now.duration_since(since) < ABSENT => Stand::UnderWay,
        Some(_) => Stand::Over(Outcome::Failed {
            message: format!(
                "{} was taken, and in reads over {} seconds it was not there: it could not be made, or was destroyed.",
                command.target(),
                ABSENT.as_secs()
            ),
        }),
    }
}

/// When it was first seen to be absent, if it was.
fn first_absence(entry: Option<&Entry>) -> Option<Timestamp> {
    let is_absence =
        |kind: &RecordKind| matches!(kind, RecordKind::Progress { message } if message.ends_with(NOT_THERE));
    entry?.records.iter().find(|record| is_absence(&record.kind)).map(|record| record.at)
}

/// How something new stands, by its state.
fn stand_of(command: &Command, addon: Addon) -> Option<Outcome> {
    match addon.state {
        State::Ready | State::Sleeping if addon.work.is_none() => Some(Outcome::Done),
        State::Failed => Some(failed(command, addon.state_reason.as_deref())),
        // A failed provision may read so, too (Akkeris, seen on a running server).
        State::Deprovisioning | State::Gone => Some(went(command, addon.state_reason.as_deref())),
        _ => None,
    }
}

/// Data that is replaced, and a restart of which nobody keeps a record, show in the add-on's state alone. It was in service right before, and may be for a while after:
/// that it is so again says something only once it was seen otherwise, or has changed since.
fn replaced(command: &Command, fresh: &Fresh<Addon>, operation: &Operation, entry: Option<&Entry>) -> Stand {
    let Addon { name, state, state_word, state_reason, .. } = &fresh.value;
    let is_progress = |kind: &RecordKind| matches!(kind, RecordKind::Progress { .. });
    let was_seen = entry.is_some_and(|entry| entry.records.iter().any(|record| is_progress(&record.kind)));
    let sent_at = entry.and_then(Entry::sent_at).unwrap_or(operation.started_at);
    let passed = Timestamp::now().duration_since(sent_at);
    let has_changed = || {
        let since = fresh.at.checked_sub(passed).unwrap_or(Timestamp::MAX);
        fresh.value.updated_at.is_some_and(|at| at > since)
    };
    match state {
        State::Failed => Stand::Over(failed(command, state_reason.as_deref())),
        State::Deprovisioning | State::Gone => Stand::Over(went(command, state_reason.as_deref())),
        State::Ready | State::Sleeping if was_seen || has_changed() => Stand::Over(Outcome::Done),
        State::Ready | State::Sleeping if passed > QUEUED => {
            let told = match command {
                Command::RestoreInto { .. } => "whether its data was replaced, only a look at the data tells",
                _ => "whether it was done, nothing tells",
            };
            Stand::Over(Outcome::unknown(format!("The platform took it, and {name} was never seen at it: {told}.")))
        }
        state if state.is_transitional() && !was_seen => Stand::Seen(format!("{name} is {state_word}.")),
        _ => Stand::UnderWay,
    }
}

async fn outcome_of(reader: &dyn Platform, operation: &Operation) -> Result<Option<Outcome>, ReadError> {
    let command = &operation.command;
    Ok(match command {
        // By what is new, above.
        Command::CreateAddon(_) | Command::Restore(_) => None,
        Command::DestroyAddon { addon_id, .. } => match find(reader, addon_id).await? {
            None => Some(Outcome::Done),
            Some(addon) => match addon.state {
                State::Gone => Some(Outcome::Done),
                State::Failed => Some(failed(command, addon.state_reason.as_deref())),
                _ => None,
            },
        },
        Command::CancelBackup { backup_id, .. } => match find_backup(reader, backup_id).await? {
            Some(backup) if backup.state.is_transitional() => None,
            Some(backup) if backup.is_finished() => {
                Some(Outcome::Failed { message: format!("{backup_id} came to its end before it could be cancelled.") })
            }
            _ => Some(Outcome::Done),
        },
        Command::RunAction(run) => match find(reader, &run.addon_id).await? {
            Some(addon) if addon.state.is_transitional() || addon.work.is_some() => None,
            Some(addon) if addon.state == State::Failed => Some(failed(command, addon.state_reason.as_deref())),
            Some(_) => Some(lost_sight()),
            None => Some(destroyed(command)),
        },
        Command::BackUp { .. } | Command::UploadBackup { .. } | Command::RestoreInto { .. } => {
            match &operation.backup_id {
                None => Some(lost_sight()),
                Some(id) => match find_backup(reader, id).await? {
                    None => Some(lost_sight()),
                    Some(backup) => match backup.state {
                        // One that was finished and pushed out since was finished.
                        BackupState::Finished => Some(Outcome::Done),
                        BackupState::Expired if backup.finished_at.is_some() => Some(Outcome::Done),
                        BackupState::Failed | BackupState::Expired => Some(failed(command, backup.message.as_deref())),
                        BackupState::Pending | BackupState::Running | BackupState::Other(_) => None,
                    },
                },
            }
        }
        Command::DeleteBackup { backup_id, .. } => match find_backup(reader, backup_id).await? {
            None => Some(Outcome::Done),
            Some(backup) => (backup.state == BackupState::Expired).then_some(Outcome::Done),
        },
        Command::ChangePlan { addon_id, plan, .. } => match find(reader, addon_id).await? {
            None => Some(destroyed(command)),
            Some(addon) if addon.state.is_transitional() || addon.work.is_some() => None,
            Some(addon) if addon.plan.as_deref() == Some(plan.as_str()) => Some(Outcome::Done),
            Some(addon) => Some(failed(command, addon.state_reason.as_deref())),
        },
        Command::Rename { addon_id, name, .. } => match find(reader, addon_id).await? {
            Some(addon) if addon.name.eq_ignore_ascii_case(name) => Some(Outcome::Done),
            Some(_) => Some(lost_sight()),
            None => Some(destroyed(command)),
        },
        // These leave nothing behind by which they could be told.
        Command::Rotate { .. }
        | Command::Restart { .. }
        | Command::Sleep { .. }
        | Command::Wake { .. }
        | Command::Redeploy { .. } => Some(lost_sight()),
        // These are done when they are acknowledged.
        Command::Attach { .. }
        | Command::Detach { .. }
        | Command::ScheduleBackups { .. }
        | Command::AutoBackups { .. }
        | Command::MoveAttachments { .. }
        | Command::MakePrimary { .. }
        | Command::CreateApp { .. }
        | Command::DestroyApp { .. }
        | Command::Maintenance { .. } => Some(Outcome::Done),
        // Where it is a deployment, that has an end of its own.
        Command::RollBack { .. } if reader.words().has_environments => Some(lost_sight()),
        Command::RollBack { .. } => Some(Outcome::Done),
    })
}

/// The platform took it, and shows nothing any more by which its end could be told.
fn lost_sight() -> Outcome {
    Outcome::unknown("The platform took it, but has no record any more of what came of it.")
}

/// It is shown as gone.
fn went(command: &Command, reason: Option<&str>) -> Outcome {
    match reason {
        Some(reason) => failed(command, Some(reason)),
        None => Outcome::Failed {
            message: format!(
                "{} is gone: it could not be made, or was destroyed before it was seen ready.",
                command.target()
            ),
        },
    }
}

fn destroyed(command: &Command) -> Outcome {
    Outcome::Failed { message: format!("{} was destroyed before it was seen ready.", command.target()) }
}

pub(super) fn failed(command: &Command, reason: Option<&str>) -> Outcome {
    let what = match command {
        Command::CreateAddon(_) => "could not be made",
        Command::Restore(_) | Command::RestoreInto { .. } => "could not be restored",
        Command::DestroyAddon { .. } => "could not be destroyed",
        Command::BackUp { .. } => "could not be backed up",
        Command::DeleteBackup { .. } => "could not be deleted",
        Command::UploadBackup { .. } => "has no new backup: what was uploaded is no good",
        Command::ChangePlan { .. } => "could not be changed to the other plan",
        Command::Rename { .. } => "could not be renamed",
        Command::Rotate { .. } => "did not get a new password",
        Command::Restart { .. } => "could not be restarted",
        Command::Sleep { .. } => "could not be put to sleep",
        Command::Wake { .. } => "could not be woken",
        _ => "failed",
    };
    let reason = reason.unwrap_or("The platform does not say why.");
    Outcome::Failed { message: format!("{} {what}: {reason}", command.target()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{CreateAddon, ProfileName};
    use crate::store::journal::Intent;

    fn create() -> Command {
        Command::CreateAddon(CreateAddon {
            name: "orders".into(),
            team: None,
            service: "postgres".into(),
            plan: "small".into(),
            app: None,
            alias: None,
            options: Default::default(),
            confirm: None,
        })
    }

    #[test]
    fn one_absence_after_the_platform_took_it_says_nothing_and_one_that_lasts_does() {
        let now = Timestamp::now();
        let ago = |seconds| Some(now - SignedDuration::from_secs(seconds));
        let Stand::Seen(line) = absent(&create(), None, now) else { panic!("it is recorded first") };
        assert!(matches!(absent(&create(), ago(29), now), Stand::UnderWay));
        let Stand::Over(Outcome::Failed { message }) = absent(&create(), ago(31), now) else { panic!("it has lasted") };
        assert!(message.contains("over 30 seconds"), "{message}");
        let intent = Intent::new(ProfileName("p".into()), "heroku", "http://127.0.0.1:1", create(), now);
        let mut entry = Entry::new(intent, false);
        assert_eq!(first_absence(Some(&entry)), None);
        entry.push_now(RecordKind::Progress { message: line });
        assert!(first_absence(Some(&entry)).is_some());
    }

    fn seen() -> Finding {
        let words = "one new backup".to_owned();
        Finding::Happened(Seen {
            words,
            addon_id: None,
            backup_id: Some("b7".into()),
            work_id: None,
            is_under_way: true,
        })
    }

    #[test]
    fn a_copy_that_no_answer_named_is_found_or_waited_for_and_of_two_nobody_can_tell() {
        let now = Timestamp::now();
        let ago = |seconds| now - SignedDuration::from_secs(seconds);
        assert!(matches!(captured(seen(), ago(1), now), Stand::Found(seen) if seen.backup_id.as_deref() == Some("b7")));
        assert!(matches!(captured(Finding::NotSeen("none.".into()), ago(59), now), Stand::UnderWay));
        for finding in [Finding::NotSeen("none.".into()), Finding::CantTell("two.".into())] {
            let Stand::Over(outcome) = captured(finding, ago(61), now) else { panic!("it is given up") };
            assert!(matches!(outcome, Outcome::Unknown { .. }), "{outcome:?}");
        }
        let Stand::Over(_) = captured(Finding::CantTell("two.".into()), ago(1), now) else {
            panic!("time tells no more")
        };
    }

    #[test]
    fn a_switch_is_done_when_it_reads_so_and_failed_when_it_stays_otherwise() {
        let now = Timestamp::now();
        let ago = |seconds| now - SignedDuration::from_secs(seconds);
        assert!(matches!(switched("orders", true, seen(), ago(1), now), Stand::Over(Outcome::Done)));
        let other = || Finding::NotSeen("they were off.".into());
        assert!(matches!(switched("orders", true, other(), ago(29), now), Stand::UnderWay), "a read may be behind");
        let Stand::Over(Outcome::Failed { message }) = switched("orders", true, other(), ago(31), now) else {
            panic!("it stays otherwise")
        };
        assert!(message.contains("orders are not on") && message.contains("not switched a second time"), "{message}");
    }
}
