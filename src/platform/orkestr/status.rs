//! Status words. Only a few are certain (the table by which the vendor's client 0.5.3 colours them); the others are classed by what
//! is in them, in an order in which bad comes before everything. The word itself is always shown beside.

use crate::model::{BackupState, State, WorkState, printable};

const BAD: [&str; 3] = ["fail", "err", "crash"];
const RESTING: [&str; 6] = ["sleep", "idle", "paus", "stop", "inactive", "suspend"];
const BUSY: [&str; 10] =
    ["provision", "creat", "pend", "queue", "start", "wak", "progress", "delet", "restor", "deprovision"];
const HEALTHY: [&str; 5] = ["run", "activ", "live", "ready", "healthy"];
const COPIED: [&str; 5] = ["complet", "succe", "done", "ready", "avail"];
const COPYING: [&str; 6] = ["run", "pend", "progress", "queue", "start", "creat"];

fn has(word: &str, stems: &[&str]) -> bool {
    stems.iter().any(|stem| word.contains(stem))
}

/// The same for what counts as good: only at the beginning of a word, and not after a no. `unhealthy`, `abandoned`, `not ready`
/// are not good.
fn is_good(word: &str, stems: &[&str]) -> bool {
    let mut before = "";
    word.split([' ', '_', '-', '/', ':']).any(|part| {
        let is_denied = matches!(before, "not" | "no" | "non" | "un" | "never");
        before = part;
        !is_denied && stems.iter().any(|stem| part.starts_with(stem))
    })
}

/// How an add-on stands.
pub(super) fn addon(word: Option<&str>) -> State {
    let Some(told) = word else { return State::Unknown("orkestr did not tell it".into()) };
    let word = told.trim().to_lowercase();
    if has(&word, &BAD) {
        return State::Failed;
    }
    if has(&word, &RESTING) {
        return State::Sleeping;
    }
    if has(&word, &BUSY) {
        return match () {
            () if word == "deleted" => State::Gone,
            () if has(&word, &["delet", "deprovision"]) => State::Deprovisioning,
            () if word.contains("restor") => State::Restoring,
            () if has(&word, &["provision", "creat", "pend", "queue"]) => State::Provisioning,
            () if has(&word, &["start", "wak"]) => State::Starting,
            () => State::Updating,
        };
    }
    if is_good(&word, &HEALTHY) { State::Ready } else { State::Other(printable(told.trim()).into()) }
}

/// How a backup stands: `running` means healthy for an add-on, and busy for a backup.
pub(super) fn backup(word: Option<&str>) -> BackupState {
    let Some(told) = word else { return BackupState::Other("not told".into()) };
    let word = told.trim().to_lowercase();
    if has(&word, &BAD) {
        return BackupState::Failed;
    }
    if is_good(&word, &COPIED) {
        return BackupState::Finished;
    }
    if !has(&word, &COPIED) && has(&word, &COPYING) {
        return if has(&word, &["pend", "queue"]) { BackupState::Pending } else { BackupState::Running };
    }
    BackupState::Other(printable(told.trim()))
}

/// How a deployment stands. `live` and `failed` are the ends that the vendor's client knows.
pub(super) fn deployment(word: Option<&str>) -> WorkState {
    let Some(told) = word else { return WorkState::Other("not told".into()) };
    match told.trim().to_lowercase().as_str() {
        "live" => WorkState::Done,
        "failed" => WorkState::Failed,
        "queued" => WorkState::Queued,
        "building" | "deploying" => WorkState::Running,
        _ => WorkState::Other(printable(told.trim())),
    }
}

/// How a step of one stands; `None` where it has not begun, which is every other word.
pub(super) fn step(word: Option<&str>) -> Option<WorkState> {
    match word?.trim().to_lowercase().as_str() {
        "completed" => Some(WorkState::Done),
        "running" => Some(WorkState::Running),
        "failed" => Some(WorkState::Failed),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_add_ons_are_classed_bad_first_and_nothing_unknown_is_good() {
        for (word, state) in [
            ("running", State::Ready),
            ("Active", State::Ready),
            ("live", State::Ready),
            ("healthy", State::Ready),
            ("failed", State::Failed),
            ("restart_error", State::Failed),
            ("crashed while starting", State::Failed),
            ("sleeping", State::Sleeping),
            ("inactive", State::Sleeping),
            ("stopped", State::Sleeping),
            ("suspended", State::Sleeping),
            ("provisioning", State::Provisioning),
            ("creating", State::Provisioning),
            ("pending", State::Provisioning),
            ("in_progress", State::Updating),
            ("waking", State::Starting),
            ("restoring", State::Restoring),
            ("deleting", State::Deprovisioning),
            ("deprovisioning", State::Deprovisioning),
            ("deleted", State::Gone),
            ("unhealthy", State::Other("unhealthy".into())),
            ("not ready", State::Other("not ready".into())),
            ("deactivated", State::Other("deactivated".into())),
            ("truncated", State::Other("truncated".into())),
            ("Migrating", State::Other("Migrating".into())),
        ] {
            assert_eq!(addon(Some(word)), state, "{word}");
        }
        assert!(matches!(addon(None), State::Unknown(_)));
    }

    #[test]
    fn running_is_busy_for_a_backup_and_only_what_is_done_can_be_restored() {
        for (word, state) in [
            ("completed", BackupState::Finished),
            ("success", BackupState::Finished),
            ("ready", BackupState::Finished),
            ("available", BackupState::Finished),
            ("running", BackupState::Running),
            ("in_progress", BackupState::Running),
            ("pending", BackupState::Pending),
            ("queued", BackupState::Pending),
            ("failed", BackupState::Failed),
            ("completed_with_errors", BackupState::Failed),
            ("incomplete", BackupState::Other("incomplete".into())),
            ("unavailable", BackupState::Other("unavailable".into())),
            ("abandoned", BackupState::Other("abandoned".into())),
            ("verifying", BackupState::Other("verifying".into())),
        ] {
            assert_eq!(backup(Some(word)), state, "{word}");
        }
    }

    #[test]
    fn a_deployment_ends_as_live_or_failed_and_its_steps_have_begun_only_where_that_is_told() {
        assert_eq!(deployment(Some("live")), WorkState::Done);
        assert_eq!(deployment(Some("Deploying")), WorkState::Running);
        assert_eq!(deployment(Some("superseded")), WorkState::Other("superseded".into()));
        assert_eq!((step(Some("completed")), step(Some("waiting")), step(None)), (Some(WorkState::Done), None, None));
    }
}
