//! The add-ons of all profiles in one list. The profile that is entered is read as ever, and its rows come from there.

use std::collections::HashMap;
use std::time::Duration;

use jiff::Timestamp;

use super::ProfileChoice;
use super::order::{CombinedSort, sorted};
use super::source::{Source, SourceLink};
use crate::app::keymap::Intent;
use crate::app::modal::Modal;
use crate::app::ui::Filter;
use crate::app::{RequestId, State};
use crate::model::{AddonKey, Known as Told, LastCopy, Price, ProfileName, Total, Verb, price_of};
use crate::store::poll::Topic;
use crate::store::{Row, Shrink, Source as From, Store};

/// Where a row is: in which source, and where in its platform's order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::app) struct Place {
    pub(in crate::app) source: u32,
    pub(in crate::app) row: u32,
}

/// A source with the store that its rows are in.
pub(super) struct Known<'a> {
    pub(super) source: &'a Source,
    pub(super) store: &'a Store,
    pub(super) no_backups: Option<&'a str>,
}

/// What somebody was about to do with a row when its profile was entered for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::app) struct Wish {
    pub(in crate::app) profile: ProfileName,
    pub(in crate::app) intent: Intent,
    pub(in crate::app) name: String,
}

/// What the rows were made of when they were put in order last.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Stamp {
    revision: u64,
    is_live: bool,
    prices: Option<Timestamp>,
    is_entered: bool,
}

/// One row, for the screen.
#[derive(Clone, Debug)]
pub struct CombinedRow<'a> {
    /// Its profile.
    pub choice: &'a ProfileChoice,
    /// What is known of it.
    pub row: &'a Row,
    /// What it costs.
    pub price: Told<Price>,
    /// The last copy of its data.
    pub last_copy: LastCopy,
    /// When it was read, where that was not just now.
    pub as_of: Option<Timestamp>,
}

/// The add-ons of all profiles.
#[derive(Debug, Default)]
pub struct Combined {
    /// The profiles, in the order of the switcher.
    pub sources: Vec<Source>,
    /// The filter.
    pub filter: Filter,
    /// The order.
    pub sort: CombinedSort,
    /// The add-on under the cursor.
    pub selected: Option<AddonKey>,
    pub(in crate::app) cursor: usize,
    /// All rows in the order of the sort.
    order: Vec<Place>,
    /// Those that the filter lets through.
    rows: Vec<Place>,
    /// What those come to.
    total: Total,
    stamps: Vec<Stamp>,
    ordered: Option<CombinedSort>,
    filtered: String,
    pub(in crate::app) pending: HashMap<RequestId, (ProfileName, Topic)>,
    pub(in crate::app) wish: Option<Wish>,
}

impl Combined {
    /// How many rows are visible.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether no row is visible.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// How many rows there are, whether the filter lets them through or not.
    pub fn all(&self) -> usize {
        self.order.len()
    }

    /// The place of the cursor among the visible rows.
    pub fn cursor(&self) -> usize {
        self.cursor
    }

    /// What the visible rows come to.
    pub fn total(&self) -> &Total {
        &self.total
    }

    pub(in crate::app) fn at(&self, index: usize) -> Option<Place> {
        self.rows.get(index).copied()
    }

    pub(in crate::app) fn source_mut(&mut self, profile: &ProfileName) -> Option<&mut Source> {
        self.sources.iter_mut().find(|source| source.choice.name == *profile)
    }

    /// The profiles as they are now: what is known of those that still are is kept.
    pub(in crate::app) fn take_profiles(&mut self, choices: &[ProfileChoice]) {
        let mut known = std::mem::take(&mut self.sources);
        self.sources = choices
            .iter()
            .map(|choice| {
                let is_it = |one: &Source| one.choice.name == choice.name && one.choice.endpoint == choice.endpoint;
                match known.iter().position(is_it) {
                    Some(at) => Source { choice: choice.clone(), ..known.swap_remove(at) },
                    None => Source::new(choice.clone()),
                }
            })
            .collect();
        self.stamps.clear();
    }

    /// Brings rows and totals up to date; true if they may be others now. `entered` is the store of the profile that is
    /// entered, `no_backups` why its platform has none.
    pub(in crate::app) fn refresh(&mut self, entered: &Store, no_backups: Option<&str>, now: Timestamp) -> bool {
        let stamps: Vec<Stamp> = self.sources.iter().map(|source| stamp(source, entered)).collect();
        let filter = self.filter.input.value().trim().to_lowercase();
        let is_same = stamps == self.stamps;
        if is_same && self.ordered == Some(self.sort) && self.filtered == filter {
            return false;
        }
        // The others come to what they came to.
        for (at, _) in stamps.iter().enumerate().filter(|(at, stamp)| self.stamps.get(*at) != Some(*stamp)) {
            let Some(source) = self.sources.get_mut(at) else { continue };
            (source.total, source.wants_prices) = total(source, entered);
            source.gather();
        }
        let seen: Vec<Known<'_>> = self.sources.iter().map(|source| known(source, entered, no_backups)).collect();
        if !is_same || self.ordered != Some(self.sort) {
            self.order = sorted(&seen, self.sort, now, &self.order);
        }
        let terms: Vec<&str> = filter.split_whitespace().collect();
        let passes = |place: &Place| {
            let seen = seen.get(place.source as usize);
            let row = seen.and_then(|seen| seen.store.addons.at(place.row as usize));
            seen.zip(row).is_some_and(|(seen, row)| {
                terms.iter().all(|term| row.search_text().contains(term) || seen.source.search.contains(term))
            })
        };
        if terms.is_empty() {
            self.rows.clone_from(&self.order);
        } else {
            self.rows = self.order.iter().copied().filter(passes).collect();
        }
        self.total = if terms.is_empty() {
            let mut all = Total::default();
            self.sources.iter().for_each(|source| all.join(&source.total));
            all
        } else {
            of_rows(&seen, &self.rows)
        };
        (self.stamps, self.ordered, self.filtered) = (stamps, Some(self.sort), filter);
        true
    }
}

/// The store that the rows of a source are in.
fn store_of<'a>(source: &'a Source, entered: &'a Store) -> &'a Store {
    if source.choice.name == entered.profile { entered } else { &source.store }
}

fn known<'a>(source: &'a Source, entered: &'a Store, no_backups: Option<&'a str>) -> Known<'a> {
    let is_entered = source.choice.name == entered.profile;
    let no_backups = if is_entered { no_backups } else { source.no_backups.as_deref() };
    Known { source, store: store_of(source, entered), no_backups }
}

fn stamp(source: &Source, entered: &Store) -> Stamp {
    let store = store_of(source, entered);
    Stamp {
        revision: store.addons.revision(),
        is_live: store.addons.fresh.is_live(),
        prices: store.catalog.fresh.changed_at,
        is_entered: source.choice.name == entered.profile,
    }
}

/// What all rows of a source come to, and whether a price is missing that a catalog may tell.
fn total(source: &Source, entered: &Store) -> (Total, bool) {
    let store = store_of(source, entered);
    let mut total = Total::default();
    let mut wants_prices = false;
    for row in store.addons.iter() {
        let price = price_of(&row.addon, store.catalog.value.as_ref());
        wants_prices |= price.get().is_none() && row.addon.plan.is_some();
        total.add(&price);
    }
    limits(&mut total, source, store);
    (total, wants_prices)
}

/// What of a source's total nobody knows.
fn limits(total: &mut Total, source: &Source, store: &Store) {
    if store.addons.fresh.is_never() {
        total.unread();
    } else if !source.choice.words.sees_detached {
        total.only_seen();
    }
}

/// What some rows come to, of sources of which all is known that is told of them.
fn of_rows(seen: &[Known<'_>], rows: &[Place]) -> Total {
    let mut total = Total::default();
    for place in rows {
        let Some(one) = seen.get(place.source as usize) else { continue };
        let Some(row) = one.store.addons.at(place.row as usize) else { continue };
        total.add(&one.source.price(one.store, &row.addon));
    }
    for one in seen {
        limits(&mut total, one.source, one.store);
    }
    total
}

impl State {
    /// Whether the combined list is on the screen, perhaps with something above it.
    pub fn shows_combined(&self) -> bool {
        self.modals.iter().any(|modal| matches!(modal, Modal::Combined))
    }

    /// The combined row at a place among the visible ones.
    pub fn combined_row(&self, index: usize) -> Option<CombinedRow<'_>> {
        self.combined_at(self.combined.as_ref()?.at(index)?)
    }

    /// The profile and the row at a place among the visible ones, without what is worked out for the screen alone.
    pub(in crate::app) fn combined_seen(&self, index: usize) -> Option<(&ProfileChoice, &Row)> {
        let combined = self.combined.as_ref()?;
        let place = combined.at(index)?;
        let source = combined.sources.get(place.source as usize)?;
        Some((&source.choice, store_of(source, &self.store).addons.at(place.row as usize)?))
    }

    /// The add-on under the cursor; `None` where the filter hides all.
    pub(in crate::app) fn combined_chosen(&self) -> Option<AddonKey> {
        let (_, row) = self.combined_seen(self.combined.as_ref()?.cursor)?;
        Some(row.addon.key.clone())
    }

    /// The combined row of an add-on, whether the filter lets it through or not.
    pub fn combined_row_of(&self, key: &AddonKey) -> Option<CombinedRow<'_>> {
        let combined = self.combined.as_ref()?;
        let source = combined.sources.iter().position(|source| source.choice.name == key.profile)?;
        let row = store_of(&combined.sources[source], &self.store).addons.index_of(key)?;
        self.combined_at(Place { source: source as u32, row: row as u32 })
    }

    fn combined_at(&self, place: Place) -> Option<CombinedRow<'_>> {
        let source = self.combined.as_ref()?.sources.get(place.source as usize)?;
        let seen = known(source, &self.store, self.session.cannot(Verb::ListBackups));
        let row = seen.store.addons.at(place.row as usize)?;
        let fresh = &seen.store.addons.fresh;
        Some(CombinedRow {
            choice: &source.choice,
            row,
            price: source.price(seen.store, &row.addon),
            last_copy: source.last_copy(seen.store, seen.no_backups, &row.addon, self.clock()),
            as_of: fresh.fetched_at.filter(|_| !fresh.is_live()),
        })
    }

    /// How a profile of the combined list is reached just now.
    pub fn source_link(&self, source: &Source) -> SourceLink {
        if source.choice.name == self.session.profile {
            let offline = self.schedule.offline(&self.session.profile);
            return source.link(&self.store, offline, true, self.next_try.filter(|_| offline.is_some()));
        }
        source.link(&source.store, self.schedule.offline(&source.choice.name), false, None)
    }

    /// The warning about a profile's list that shrank too much, while it stands.
    pub fn source_shrink<'a>(&'a self, source: &'a Source) -> Option<&'a Shrink> {
        store_of(source, &self.store).addons.shrink.as_ref()
    }

    /// What is known of other profiles, and of the one that was left, in the dashboard of the one that was entered.
    pub(in crate::app) fn carry_combined(&mut self, old: &mut State, now: Duration) {
        let Some(mut combined) = old.combined.take() else { return };
        let no_backups = old.session.cannot(Verb::ListBackups).map(str::to_owned);
        if let Some(left) = combined.source_mut(&old.session.profile) {
            left.store = std::mem::replace(&mut old.store, Store::new(old.session.profile.clone()));
            left.store.addons.fresh.source = From::Cache;
            left.has_cache = left.store.addons.is_whole();
            (left.no_backups, left.merging) = (no_backups, None);
        }
        let Combined { sources, pending, .. } = &mut combined;
        if let Some(entered) = sources.iter_mut().find(|one| one.choice.name == self.session.profile) {
            if entered.merging.take().is_some() {
                // What waits for a list to be merged for the list of all is asked for anew.
                pending.retain(|_, (profile, _)| *profile != self.session.profile);
                self.schedule.leave(&self.session.profile, now);
            }
            // What was just looked at is newer than what was on disk.
            let looked = std::mem::replace(&mut entered.store, Store::new(self.session.profile.clone()));
            if looked.addons.fresh.fetched_at > self.store.addons.fresh.fetched_at {
                self.store = looked;
                self.store.addons.fresh.source = From::Cache;
                self.merging = None;
                self.visible = Default::default();
            }
        }
        combined.stamps.clear();
        self.combined = Some(combined);
    }
}
