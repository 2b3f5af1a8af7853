//! What the platform's own record of its operations shows.

use jiff::Timestamp;

use super::{Finding, Seen, Sent, cannot_tell, is_no_record, is_ours, not_seen};
use crate::model::{Work, WorkState};
use crate::platform::{Fresh, Platform, ReadError, ReadErrorKind};

/// The operations that may be ours: of that kind, of this account, asked for after we sent.
pub(super) fn candidates<'a>(works: &'a Fresh<Vec<Work>>, kind: &str, sent: Sent<'_>) -> Vec<&'a Work> {
    let is_candidate = |work: &&Work| {
        // Who asked is often not told; then it may have been us.
        let is_foreign = matches!((&work.by, sent.account), (Some(by), Some(account)) if by != account);
        !is_foreign && is_of_kind(work, kind, works.at, sent)
    };
    works.value.iter().filter(is_candidate).collect()
}

/// Whether it is of that kind, and was asked for after we sent.
pub(super) fn is_of_kind(work: &Work, kind: &str, read_at: Timestamp, sent: Sent<'_>) -> bool {
    // When it was asked for is to be told: without that it may be as old as the hills.
    work.kind == kind && is_ours(work.created_at, sent, read_at) == Some(true)
}

/// Looks for exactly one operation of a kind on an add-on. `what` names it for people.
pub(super) async fn of_addon(
    reader: &dyn Platform,
    kind: &str,
    what: &str,
    addon_id: &str,
    addon: &str,
    sent: Sent<'_>,
) -> Result<Finding, ReadError> {
    if !reader.records(kind) {
        return Err(ReadError::unsupported("The platform keeps no record of this."));
    }
    let works = match reader.works(Some(addon_id)).await {
        Ok(works) => works,
        Err(error) if error.kind == ReadErrorKind::NotFound => {
            return Ok(cannot_tell(format!("{addon} is gone, and any record of it too")));
        }
        Err(error) => return Err(error),
    };
    let mut verdict = judge(&candidates(&works, kind, sent), &format!("{what} of {addon}"));
    if let Finding::Happened(seen) = &mut verdict {
        seen.addon_id.get_or_insert_with(|| addon_id.to_owned());
    }
    Ok(verdict)
}

/// The same; where nobody keeps a record, nothing tells.
pub(super) async fn or_no_trace(
    reader: &dyn Platform,
    kind: &str,
    what: &str,
    addon_id: &str,
    addon: &str,
    sent: Sent<'_>,
) -> Result<Finding, ReadError> {
    or_else(of_addon(reader, kind, what, addon_id, addon, sent).await, || no_trace(addon))
}

/// What was judged by the record, or, where nobody keeps one, by something else.
pub(super) fn or_else(
    judged: Result<Finding, ReadError>,
    other: impl FnOnce() -> Finding,
) -> Result<Finding, ReadError> {
    match judged {
        Err(error) if is_no_record(&error) => Ok(other()),
        judged => judged,
    }
}

/// Nothing is left by which it could be told.
pub(super) fn no_trace(addon: &str) -> Finding {
    cannot_tell(format!("what was done to {addon} leaves no trace by which it could be told"))
}

/// One is ours, none is not seen, and of two nobody can tell which.
pub(super) fn judge(candidates: &[&Work], what: &str) -> Finding {
    match candidates {
        [] => not_seen(format!("the platform's record showed no {what} since we sent; it may still come")),
        [work] => Finding::Happened(Seen {
            words: format!("The platform's record shows one {what}, asked for after we sent ({}).", work.id),
            addon_id: work.addon_id.clone(),
            backup_id: work.backup_id.clone(),
            work_id: Some(work.id.clone()),
            // One that failed is followed to that end by its own record.
            is_under_way: work.state != WorkState::Done,
        }),
        several => cannot_tell(format!(
            "the platform's record shows {} of them asked for since we sent ({what}), and nothing tells which one is ours",
            several.len()
        )),
    }
}
