//! The list of add-ons that is as it was. Where a platform has no tag for it, its rows make one.

use std::hash::{DefaultHasher, Hash, Hasher};

use super::apart::apart;
use super::{Conditional, Fresh, Platform, ReadError};
use crate::model::Addon;

/// How a tag of ours begins. None of a platform does: no header can hold it.
const OURS: &str = "\u{1f}rows ";
/// About what one row is, in bytes.
const ROW: usize = 1024;

/// All add-ons within so many requests, if they are not as they were when that tag came with them. No tag that comes is to be shown, or sent by
/// anything but this.
///
/// # Errors
/// As [`Platform::addons`].
pub async fn addons_since(
    platform: &dyn Platform,
    tag: Option<&str>,
    at_most: Option<u32>,
) -> Result<Conditional<Vec<Addon>>, ReadError> {
    let (ours, theirs) = whose(tag);
    match platform.addons_within(theirs, at_most).await? {
        Conditional::Changed(fresh) if fresh.etag.is_none() => Ok(apart(fresh.value.len() * ROW, || seen(fresh, ours))),
        told => Ok(told),
    }
}

/// The tag as one of ours, or as one of the platform's.
fn whose(tag: Option<&str>) -> (Option<&str>, Option<&str>) {
    match tag {
        Some(tag) if tag.starts_with(OURS) => (Some(tag), None),
        tag => (None, tag),
    }
}

/// A list that came without a tag, with one; or that its rows are those of that tag.
fn seen(mut fresh: Fresh<Vec<Addon>>, ours: Option<&str>) -> Conditional<Vec<Addon>> {
    let tag = tag_of(&fresh.value);
    if ours == Some(tag.as_str()) {
        return Conditional::Unchanged(fresh.at);
    }
    Addon::share_all(&mut fresh.value);
    Conditional::Changed(Fresh { etag: Some(tag), ..fresh })
}

fn tag_of(rows: &[Addon]) -> String {
    let mut hasher = DefaultHasher::new();
    rows.hash(&mut hasher);
    format!("{OURS}{} {:016x}", rows.len(), hasher.finish())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::State;

    fn list(names: &[&str]) -> Fresh<Vec<Addon>> {
        let value = names.iter().map(|name| Addon::sample(name, State::Ready)).collect();
        Fresh { value, at: jiff::Timestamp::UNIX_EPOCH, etag: None }
    }

    fn tag(told: Conditional<Vec<Addon>>) -> Option<String> {
        match told {
            Conditional::Changed(fresh) => Some(fresh.etag.expect("a tag")),
            Conditional::Unchanged(_) => None,
        }
    }

    #[test]
    fn rows_that_are_as_they_were_are_unchanged_and_any_difference_is_not() {
        let first = tag(seen(list(&["a", "b"]), None)).unwrap();
        assert_eq!(tag(seen(list(&["a", "b"]), Some(&first))), None);
        for other in [&["a"][..], &["a", "c"], &["b", "a"], &["a", "b", "b"], &[]] {
            let told = tag(seen(list(other), Some(&first)));
            assert!(told.is_some_and(|told| told != first), "{other:?}");
        }
        let mut changed = list(&["a", "b"]);
        changed.value[1].facts.push(crate::model::Fact::new("region", "eu"));
        assert!(tag(seen(changed, Some(&first))).is_some());
    }

    #[test]
    fn a_tag_of_ours_is_never_sent() {
        let ours = tag(seen(list(&["a"]), None)).unwrap();
        assert_eq!(whose(Some(&ours)), (Some(ours.as_str()), None));
        assert_eq!(whose(Some("W/\"1\"")), (None, Some("W/\"1\"")));
        assert!(reqwest::header::HeaderValue::from_str(&ours).is_err(), "it could not even be one");
        assert_eq!(whose(None), (None, None));
    }
}
