//! Whether what is there is shown to be somebody else's doing.

use jiff::Timestamp;

use super::works::is_of_kind;
use super::{Sent, is_ours};
use crate::model::Work;
use crate::platform::{Platform, ReadError, ReadErrorKind};

/// Who did it, where the platform's record shows operations of that kind on the add-on since we sent, and none of them may
/// be ours. `None` where it shows none at all, or keeps no record: then what is there has to speak for itself.
pub(super) async fn did(
    reader: &dyn Platform,
    kind: &str,
    addon_id: &str,
    sent: Sent<'_>,
) -> Result<Option<String>, ReadError> {
    if !reader.records(kind) {
        return Ok(None);
    }
    let works = match reader.works(Some(addon_id)).await {
        Ok(works) => works,
        Err(error) if is_no_record(&error) => return Ok(None),
        Err(error) => return Err(error),
    };
    let since: Vec<&Work> = works.value.iter().filter(|work| is_of_kind(work, kind, works.at, sent)).collect();
    Ok(somebody_else(since.iter().map(|work| work.by.as_deref()), sent))
}

/// The same, by the releases of an app that speak of the add-on.
pub(super) async fn released(
    reader: &dyn Platform,
    app: &str,
    addon: &str,
    sent: Sent<'_>,
) -> Result<Option<String>, ReadError> {
    let releases = match reader.releases(app).await {
        Ok(releases) => releases,
        Err(error) if is_no_record(&error) => return Ok(None),
        Err(error) => return Err(error),
    };
    let now = Timestamp::now();
    let since = releases.iter().filter(|release| {
        is_ours(release.created_at, sent, now) == Some(true) && speaks_of(&release.description, addon)
    });
    Ok(somebody_else(since.map(|release| release.by.as_deref()), sent))
}

/// Whether a text has that name as a word of its own: `orders` is not in "Attach orders-old".
pub(super) fn speaks_of(text: &str, name: &str) -> bool {
    text.split(|char: char| !char.is_alphanumeric() && !matches!(char, '-' | '_')).any(|word| word == name)
}

/// The first of them, if all of them are known to be others.
fn somebody_else<'a>(mut by: impl Iterator<Item = Option<&'a str>>, sent: Sent<'_>) -> Option<String> {
    let account = sent.account?;
    let first = by.next()??;
    (first != account && by.all(|by| by.is_some_and(|by| by != account))).then(|| first.to_owned())
}

/// The platform has no record, or none of what is gone.
pub(in crate::store::door) fn is_no_record(error: &ReadError) -> bool {
    error.kind == ReadErrorKind::NotFound || error.is_unsupported()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_known_to_be_others_is_theirs() {
        let sent = Sent { at: Timestamp::UNIX_EPOCH, account: Some("alice"), key: None, there: None, output: None };
        let who = |by: &[Option<&str>], sent| somebody_else(by.iter().copied(), sent);
        assert_eq!(who(&[Some("bob"), Some("carol")], sent).as_deref(), Some("bob"));
        assert_eq!(who(&[Some("bob"), Some("alice")], sent), None);
        assert_eq!(who(&[Some("bob"), None], sent), None, "that one may be ours");
        assert_eq!(who(&[], sent), None);
        assert_eq!(who(&[Some("bob")], Sent { account: None, ..sent }), None, "we may be bob");
        assert!(speaks_of("Attach orders as REPORTING", "orders"));
        assert!(!speaks_of("Attach orders-old", "orders"));
    }
}
