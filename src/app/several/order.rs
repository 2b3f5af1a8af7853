//! The order of the combined list.

use std::cmp::Ordering;

use jiff::Timestamp;

use super::combined::{Known as Seen, Place};
use crate::app::select::rank;
use crate::model::{Addon, Known, LastCopy};

/// By what the rows are sorted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum CombinedSort {
    /// By profile, in the order of the switcher.
    #[default]
    Profile,
    /// By name.
    Name,
    /// By service and plan.
    Service,
    /// What no app has first, then what is not known, then by how many have it.
    Apps,
    /// What needs a look first.
    State,
    /// The dearest first, one currency after the other; what is not known last.
    Price,
    /// What has the least to be restored from first.
    LastBackup,
    /// What was read longest ago first.
    AsOf,
}

impl CombinedSort {
    /// The next one, around the end.
    pub fn next(self) -> Self {
        match self {
            CombinedSort::Profile => CombinedSort::Name,
            CombinedSort::Name => CombinedSort::Service,
            CombinedSort::Service => CombinedSort::Apps,
            CombinedSort::Apps => CombinedSort::State,
            CombinedSort::State => CombinedSort::Price,
            CombinedSort::Price => CombinedSort::LastBackup,
            CombinedSort::LastBackup => CombinedSort::AsOf,
            CombinedSort::AsOf => CombinedSort::Profile,
        }
    }

    /// The word for the screen.
    pub fn word(self) -> &'static str {
        match self {
            CombinedSort::Profile => "profile",
            CombinedSort::Name => "name",
            CombinedSort::Service => "service",
            CombinedSort::Apps => "apps",
            CombinedSort::State => "state",
            CombinedSort::Price => "price",
            CombinedSort::LastBackup => "last backup",
            CombinedSort::AsOf => "as of",
        }
    }
}

/// What one row is sorted by: a class, a word within it, a number within that.
#[derive(PartialEq, Eq, PartialOrd, Ord, Default)]
struct Key {
    class: u8,
    word: String,
    number: i128,
}

impl Key {
    fn of(class: u8, number: impl Into<i128>) -> Self {
        Self { class, word: String::new(), number: number.into() }
    }
}

/// All rows of some stores, in an order. `before` is the order that was: where little has changed, little has to be moved.
pub(super) fn sorted(seen: &[Seen<'_>], sort: CombinedSort, now: Timestamp, before: &[Place]) -> Vec<Place> {
    let mut rows: Vec<(Key, &Addon, Place)> = Vec::with_capacity(seen.iter().map(|one| one.store.addons.len()).sum());
    let mut are_new: Vec<Vec<bool>> = seen.iter().map(|one| vec![true; one.store.addons.len()]).collect();
    let all = (0u32..)
        .zip(seen)
        .flat_map(|(source, one)| (0..one.store.addons.len() as u32).map(move |row| Place { source, row }));
    for place in before.iter().copied().chain(all) {
        let (source, row) = (place.source as usize, place.row as usize);
        let Some(one) = seen.get(source) else { continue };
        let is_new = are_new.get_mut(source).and_then(|are_new| are_new.get_mut(row)).is_some_and(std::mem::take);
        if let Some(row) = one.store.addons.at(row).filter(|_| is_new) {
            rows.push((key(one, &row.addon, sort, now), &row.addon, place));
        }
    }
    rows.sort_by(|(a, one, at), (b, other, to)| {
        let by = match sort {
            CombinedSort::Profile => at.source.cmp(&to.source),
            CombinedSort::Name => Ordering::Equal,
            CombinedSort::Service => (&one.service, &one.plan).cmp(&(&other.service, &other.plan)),
            _ => a.cmp(b),
        };
        by.then_with(|| one.name.cmp(&other.name)).then_with(|| at.cmp(to))
    });
    rows.into_iter().map(|(_, _, place)| place).collect()
}

fn key(seen: &Seen<'_>, addon: &Addon, sort: CombinedSort, now: Timestamp) -> Key {
    match sort {
        CombinedSort::Profile | CombinedSort::Name | CombinedSort::Service => Key::default(),
        CombinedSort::Apps => match &addon.attachments {
            Known::Is(_) => match addon.apps().len() {
                0 => Key::of(0, 0),
                apps => Key::of(2, apps as i64),
            },
            Known::Unknown(_) => Key::of(1, 0),
        },
        CombinedSort::State => {
            let is_missing = seen.store.addons.get(&addon.key).is_some_and(|row| row.missing_since.is_some());
            Key::of(if is_missing { 1 } else { rank(&addon.state) }, 0)
        }
        CombinedSort::Price => match seen.source.price(seen.store, addon) {
            Known::Is(price) => {
                let number = -i128::from(price.cents_per_month);
                Key { class: 0, word: price.currency.to_string(), number }
            }
            Known::Unknown(_) => Key::of(1, 0),
        },
        CombinedSort::LastBackup => {
            let number = |at: Timestamp| at.as_second();
            match seen.source.last_copy(seen.store, seen.no_backups, addon, now) {
                LastCopy::Never => Key::of(0, 0),
                LastCopy::Stale(at) => Key::of(1, number(at)),
                LastCopy::Unreadable(_) => Key::of(2, 0),
                LastCopy::NotTold(_) => Key::of(3, 0),
                LastCopy::Recent(at) => Key::of(4, number(at)),
                LastCopy::Unsupported(_) => Key::of(5, 0),
            }
        }
        CombinedSort::AsOf => {
            let fresh = &seen.store.addons.fresh;
            let is_live = fresh.is_live();
            Key::of(u8::from(is_live), fresh.fetched_at.filter(|_| !is_live).map_or(0, Timestamp::as_second))
        }
    }
}
