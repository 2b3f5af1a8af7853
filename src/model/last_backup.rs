//! What is known of the last copy of an add-on's data that can be restored. *Never*, *stale*, *unsupported*, *unreadable* and
//! *not told* are five different things, and none of them is good.

use jiff::{SignedDuration, Timestamp};

use super::{Addon, Backups, Known, Verb};

/// Whether and how the backups of an add-on were read by themselves, and not only with the list of add-ons.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BackupsRead<'a> {
    /// They were not asked for.
    No,
    /// They were told.
    Told(&'a Backups),
    /// The platform has no such question; its sentence.
    Unsupported(&'a str),
    /// Reading them failed; why, as a sentence.
    Failed(&'a str),
}

/// The last copy that can be restored, against how old it may be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LastCopy {
    /// There is one, begun at this moment, that is not too old.
    Recent(Timestamp),
    /// The last one was begun at this moment, which is longer ago than it may be.
    Stale(Timestamp),
    /// Copies can be made, and there is none that can be restored.
    Never,
    /// The service, the plan or the platform keeps none, and why.
    Unsupported(String),
    /// There may be some, and they can't be read; why.
    Unreadable(String),
    /// Nobody was asked yet, or what was told leaves it open; why.
    NotTold(String),
}

impl LastCopy {
    /// The one word shown to people and written in reports.
    pub fn word(&self) -> &'static str {
        match self {
            LastCopy::Recent(_) => "recent",
            LastCopy::Stale(_) => "stale",
            LastCopy::Never => "never",
            LastCopy::Unsupported(_) => "unsupported",
            LastCopy::Unreadable(_) => "unreadable",
            LastCopy::NotTold(_) => "not told",
        }
    }

    /// When the copy was begun, where there is one: data written later is not in it.
    pub fn at(&self) -> Option<Timestamp> {
        match self {
            LastCopy::Recent(at) | LastCopy::Stale(at) => Some(*at),
            _ => None,
        }
    }

    /// Why nothing better is known, where a reason was told.
    pub fn reason(&self) -> Option<&str> {
        match self {
            LastCopy::Unsupported(why) | LastCopy::Unreadable(why) | LastCopy::NotTold(why) => Some(why),
            _ => None,
        }
    }
}

/// Judges the last copy of an add-on. `platform_cannot` is why the platform has no backups at all, where it has none; `now` is
/// the platform's clock; `max_age` is how long ago the copy may have been begun.
pub fn last_copy(
    addon: &Addon,
    platform_cannot: Option<&str>,
    read: BackupsRead<'_>,
    now: Timestamp,
    max_age: SignedDuration,
) -> LastCopy {
    let judged =
        |at: Timestamp| if now.duration_since(at) > max_age { LastCopy::Stale(at) } else { LastCopy::Recent(at) };
    let own = addon.cannot(Verb::ListBackups).or_else(|| addon.cannot(Verb::BackUp));
    match read {
        BackupsRead::Told(backups) => {
            return match backups.last_finished() {
                // One that does not tell when it was begun was begun before it ended.
                Some(last) => match last.started_at.or(last.finished_at) {
                    Some(at) => judged(at),
                    None => LastCopy::NotTold("the platform does not tell when its last backup was made".to_owned()),
                },
                None => none(own, platform_cannot),
            };
        }
        BackupsRead::Unsupported(why) => return LastCopy::Unsupported(why.to_owned()),
        BackupsRead::Failed(why) => return LastCopy::Unreadable(why.to_owned()),
        BackupsRead::No => {}
    }
    match (&addon.last_backup, own) {
        (Known::Is(Some(at)), _) => judged(*at),
        (Known::Is(None), own) => none(own, platform_cannot),
        // It says of this one that its backups can't be had, and not that there are none: they are out of reach.
        (Known::Unknown(_), Some(why)) => LastCopy::Unreadable(why.to_owned()),
        (Known::Unknown(why), None) => match platform_cannot {
            Some(why) => LastCopy::Unsupported(why.to_owned()),
            None => LastCopy::NotTold(why.to_string()),
        },
    }
}

/// There is none: because none is kept, or although one could be.
fn none(own: Option<&str>, platform_cannot: Option<&str>) -> LastCopy {
    match own.or(platform_cannot) {
        Some(why) => LastCopy::Unsupported(why.to_owned()),
        None => LastCopy::Never,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{AddonKey, Backup, BackupState, Health, Owner, ProfileName, State};

    const MAX_AGE: SignedDuration = SignedDuration::from_hours(26);

    fn at(hour: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + hour * 3600).unwrap()
    }

    fn addon(last_backup: Known<Option<Timestamp>>, cannot: Vec<(Verb, String)>) -> Addon {
        Addon {
            verbatim: None,
            key: AddonKey { profile: ProfileName("work".into()), id: "add_1".into() },
            name: "orders".into(),
            team: None,
            owner: Owner::App("shop".into()),
            service: "postgresql".into(),
            plan: None,
            state: State::Ready,
            state_word: "ready".into(),
            state_reason: None,
            health: Health::Unknown("not told".into()),
            created_at: None,
            updated_at: None,
            config_vars: Known::Unknown("not told".into()),
            attachments: Known::Is(Vec::new()),
            endpoint: None,
            cannot: cannot.into(),
            restored_from: None,
            last_backup,
            work: None,
            price: Known::Unknown("not told".into()),
            billing: None,
            facts: Vec::new(),
        }
    }

    fn backup(state: BackupState, started_at: Option<Timestamp>, finished_at: Option<Timestamp>) -> Backup {
        Backup {
            id: "b1".to_owned(),
            addon_id: None,
            addon: None,
            service: None,
            plan: None,
            state,
            started_at,
            finished_at,
            size: None,
            checksum: None,
            trigger: None,
            label: None,
            message: None,
            keep_until: None,
            progress: None,
        }
    }

    #[test]
    fn never_stale_unsupported_unreadable_and_not_told_are_told_apart() {
        let (none, unknown) = (Known::Is(None), Known::Unknown("one by one".into()));
        let cannot = || vec![(Verb::ListBackups, "The plan keeps none.".to_owned())];
        let platform = Some("There are none here.");
        for (last, cannot, platform, expected) in [
            (Known::Is(Some(at(0))), vec![], None, LastCopy::Recent(at(0))),
            (Known::Is(Some(at(-27))), vec![], None, LastCopy::Stale(at(-27))),
            (Known::Is(Some(at(5))), vec![], None, LastCopy::Recent(at(5))),
            (none.clone(), vec![], None, LastCopy::Never),
            (none.clone(), cannot(), None, LastCopy::Unsupported("The plan keeps none.".into())),
            (none.clone(), vec![], platform, LastCopy::Unsupported("There are none here.".into())),
            (unknown.clone(), cannot(), platform, LastCopy::Unreadable("The plan keeps none.".into())),
            (unknown.clone(), vec![], platform, LastCopy::Unsupported("There are none here.".into())),
            (unknown.clone(), vec![], None, LastCopy::NotTold("one by one".into())),
        ] {
            let judged = last_copy(&addon(last.clone(), cannot), platform, BackupsRead::No, at(0), MAX_AGE);
            assert_eq!(judged, expected, "{last:?} {platform:?}");
        }
    }

    #[test]
    fn what_was_read_of_the_backups_themselves_counts_more_than_the_list() {
        let addon = addon(Known::Is(Some(at(0))), vec![]);
        let judged = |read| last_copy(&addon, None, read, at(0), MAX_AGE);
        let told = |list| Backups { list, ..Backups::default() };
        let failed = told(vec![backup(BackupState::Failed, Some(at(0)), Some(at(0)))]);
        assert_eq!(judged(BackupsRead::Told(&failed)), LastCopy::Never, "only a finished one can be restored");
        let old = told(vec![
            backup(BackupState::Running, Some(at(0)), None),
            backup(BackupState::Finished, Some(at(-30)), Some(at(-1))),
        ]);
        assert_eq!(judged(BackupsRead::Told(&old)), LastCopy::Stale(at(-30)), "what counts is when it was begun");
        let ended = told(vec![backup(BackupState::Finished, None, Some(at(-1)))]);
        assert_eq!(judged(BackupsRead::Told(&ended)), LastCopy::Recent(at(-1)));
        let bare = told(vec![backup(BackupState::Finished, None, None)]);
        assert_eq!(judged(BackupsRead::Told(&bare)).word(), "not told");
        assert_eq!(judged(BackupsRead::Unsupported("no")), LastCopy::Unsupported("no".into()));
        assert_eq!(judged(BackupsRead::Failed("timed out")), LastCopy::Unreadable("timed out".into()));
    }

    #[test]
    fn the_threshold_itself_is_not_too_old() {
        let one = addon(Known::Is(Some(at(-26))), vec![]);
        assert_eq!(last_copy(&one, None, BackupsRead::No, at(0), MAX_AGE), LastCopy::Recent(at(-26)));
        let later = at(0).checked_add(SignedDuration::from_millis(1)).unwrap();
        assert_eq!(last_copy(&one, None, BackupsRead::No, later, MAX_AGE), LastCopy::Stale(at(-26)));
    }
}
