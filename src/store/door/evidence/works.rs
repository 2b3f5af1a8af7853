//! What the platform's own record of its operations shows.

use super::{Seen, Sent, Verdict, is_ours, not_seen};
use crate::model::{Work, WorkState};
use crate::platform::{Fresh, Platform, ReadError, ReadErrorKind};

/// The operations that may be ours: of that kind, of this account, asked for after we sent.
pub(super) fn candidates<'a>(works: &'a Fresh<Vec<Work>>, kind: &str, sent: Sent<'_>) -> Vec<&'a Work> {
    let is_candidate = |work: &&Work| {
        // Who asked is often not told; then it may have been us.
        let is_foreign = matches!((&work.by, sent.account), (Some(by), Some(account)) if by != account);
        // When it was asked for is to be told: without that it may be as old as the hills.
        work.kind == kind && !is_foreign && is_ours(work.created_at, sent, works.at) == Some(true)
    };
    works.value.iter().filter(is_candidate).collect()
}

/// Looks for exactly one operation of a kind on an add-on. `what` names it for people.
pub(super) async fn of_addon(
    reader: &dyn Platform,
    kind: &str,
    what: &str,
    addon_id: &str,
    addon: &str,
    sent: Sent<'_>,
) -> Result<Verdict, ReadError> {
    let works = match reader.works(Some(addon_id)).await {
        Ok(works) => works,
        Err(error) if error.kind == ReadErrorKind::NotFound => {
            return Ok(not_seen(format!("{addon} was not there, nor any record of it")));
        }
        Err(error) => return Err(error),
    };
    let mut verdict = judge(&candidates(&works, kind, sent), &format!("{what} of {addon}"));
    if let Verdict::Happened(seen) = &mut verdict {
        seen.addon_id.get_or_insert_with(|| addon_id.to_owned());
    }
    Ok(verdict)
}

/// One is ours, none is not seen, and of two nobody can tell which.
pub(super) fn judge(candidates: &[&Work], what: &str) -> Verdict {
    match candidates {
        [] => not_seen(format!("the platform's record showed no {what} since we sent; it may still come")),
        [work] => Verdict::Happened(Seen {
            words: format!("The platform's record shows one {what}, asked for after we sent ({}).", work.id),
            addon_id: work.addon_id.clone(),
            backup_id: work.backup_id.clone(),
            work_id: Some(work.id.clone()),
            // One that failed is followed to that end by its own record.
            is_under_way: work.state != WorkState::Done,
        }),
        several => not_seen(format!(
            "the platform's record showed {} of them since we sent ({what}), and which one is this can't be told",
            several.len()
        )),
    }
}
