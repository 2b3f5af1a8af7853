//! How long a restore usually takes, and when one was rehearsed last: from what was recorded here.

use jiff::{SignedDuration, Timestamp};

use super::{Journal, JournalError};
use crate::model::{Command, Course, Goal, Operation, Outcome, StepState};

/// How many of the newest operations are looked at.
const LOOKED_AT: usize = 500;
/// How many durations are enough.
const ENOUGH: usize = 20;

/// How long something usually takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Usual {
    /// The middle one of the durations.
    pub took: SignedDuration,
    /// Of how many.
    pub count: usize,
    /// When the last of them began.
    pub last: Timestamp,
    /// Whether they are of this very add-on; else they are of others of its service.
    pub is_of_this: bool,
}

/// The last rehearsal of a restore that came to an end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LastDrill {
    /// When it began.
    pub at: Timestamp,
    /// Whether it reached its end, well.
    pub is_good: bool,
    /// How long making the replacement took, where it got that far.
    pub restore_took: Option<SignedDuration>,
}

/// What is known here about restoring an add-on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rehearsal {
    /// How long making a replacement usually takes.
    pub usual: Option<Usual>,
    /// The last drill.
    pub drill: Option<LastDrill>,
}

impl Journal {
    /// What is known here about restoring an add-on of that platform.
    ///
    /// # Errors
    /// When the folder can't be read.
    pub fn rehearsal(
        &self,
        addon_id: &str,
        addon: &str,
        service: &str,
        endpoint: &str,
    ) -> Result<Rehearsal, JournalError> {
        Ok(Rehearsal { usual: self.usual_restore(addon, service)?, drill: self.last_drill(addon_id, endpoint)? })
    }

    /// How long making a replacement of this add-on usually takes; of others of its service where none of this was made.
    ///
    /// # Errors
    /// When the folder can't be read.
    pub fn usual_restore(&self, addon: &str, service: &str) -> Result<Option<Usual>, JournalError> {
        Ok(usual(&self.list(LOOKED_AT)?, addon, service))
    }

    /// The last drill of an add-on of that platform.
    ///
    /// # Errors
    /// When the folder can't be read.
    pub fn last_drill(&self, addon_id: &str, endpoint: &str) -> Result<Option<LastDrill>, JournalError> {
        let courses = self.course_ids()?.into_iter().rev().filter_map(|id| self.course(&id).ok().flatten());
        let is_it = |course: &Course| {
            let is_drill = matches!(&course.procedure.goal, Goal::Drill(goal) if goal.addon_id == addon_id);
            is_drill && course.endpoint == endpoint && has_result(course)
        };
        Ok(courses.into_iter().find(is_it).map(|course| drill(&course)))
    }
}

/// One that is under way says nothing yet.
fn has_result(course: &Course) -> bool {
    course.end.is_some() || course.steps.iter().any(|status| matches!(status.state, StepState::Failed(_)))
}

fn drill(course: &Course) -> LastDrill {
    let is_good = matches!(course.end, Some((true, _)));
    let restore = course.operations().find(|one| matches!(one.command, Command::Restore(_)));
    LastDrill { at: course.started_at, is_good, restore_took: restore.and_then(took) }
}

fn took(operation: &Operation) -> Option<SignedDuration> {
    (operation.outcome == Outcome::Done).then(|| operation.updated_at.duration_since(operation.started_at))
}

fn usual(operations: &[Operation], addon: &str, service: &str) -> Option<Usual> {
    let restores = || {
        operations.iter().filter_map(|operation| match &operation.command {
            Command::Restore(restore) if restore.service == service => Some((operation, restore, took(operation)?)),
            _ => None,
        })
    };
    let of_this: Vec<_> =
        restores().filter(|(_, restore, _)| restore.of.as_deref() == Some(addon)).take(ENOUGH).collect();
    let is_of_this = !of_this.is_empty();
    let found = if is_of_this { of_this } else { restores().take(ENOUGH).collect() };
    let last = found.first()?.0.started_at;
    let mut durations: Vec<SignedDuration> = found.iter().map(|(_, _, took)| *took).collect();
    durations.sort_unstable();
    Some(Usual { took: durations[durations.len() / 2], count: durations.len(), last, is_of_this })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{OperationId, ProfileName, RestoreBackup};

    fn restore(of: &str, service: &str, second: i64, seconds: i64, outcome: Outcome) -> Operation {
        let at = Timestamp::from_second(second).unwrap();
        let command = Command::Restore(RestoreBackup {
            backup_id: "bak_1".into(),
            of: Some(of.into()),
            name: format!("{of}-restored"),
            team: None,
            service: service.into(),
            plan: "small".into(),
        });
        let bytes = serde_json::json!({
            "id": OperationId::new(at, 0),
            "profile": ProfileName("local".into()),
            "command": command,
            "started_at": at,
            "updated_at": at + SignedDuration::from_secs(seconds),
            "outcome": outcome,
            "addon_id": null,
        });
        serde_json::from_value(bytes).unwrap()
    }

    #[test]
    fn the_middle_one_of_this_add_on_counts_before_those_of_others() {
        let failed = Outcome::Failed { message: "no".into() };
        let newest_first = [
            restore("orders", "postgresql", 500, 900, failed),
            restore("users", "postgresql", 400, 7, Outcome::Done),
            restore("orders", "postgresql", 300, 30, Outcome::Done),
            restore("orders", "postgresql", 200, 20, Outcome::Done),
            restore("orders", "postgresql", 100, 10, Outcome::Done),
            restore("cache", "valkey", 50, 1, Outcome::Done),
        ];
        let of_this = usual(&newest_first, "orders", "postgresql").unwrap();
        assert_eq!((of_this.took.as_secs(), of_this.count, of_this.is_of_this), (20, 3, true));
        assert_eq!(of_this.last.as_second(), 300);
        let of_others = usual(&newest_first, "reports", "postgresql").unwrap();
        assert_eq!((of_others.count, of_others.is_of_this), (4, false));
        assert_eq!(usual(&newest_first, "files", "object-storage"), None);
    }
}
