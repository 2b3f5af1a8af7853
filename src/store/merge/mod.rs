//! What a reply changes. A row absent from a good list is missing until its own read says that it is gone; a list that
//! shrinks suspiciously is kept beside a warning until the next one agrees.

mod list;

use std::sync::Arc;

use jiff::Timestamp;

use super::entities::{Addons, ByKey, Row, row_in, search_text};
use super::tally::{Tally, Trouble};
use crate::model::{Addon, AddonKey, Health, Known, State};

pub use list::{ListMerge, ListMerged};

/// How many gone rows are remembered, so that an older list does not bring them back.
const GONE_LIMIT: usize = 256;

/// One thing that a reply changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Delta {
    /// An add-on that was not known.
    Added {
        /// Which.
        key: AddonKey,
        /// Its name.
        name: String,
    },
    /// Something of an add-on is different now.
    Changed {
        /// Which.
        key: AddonKey,
        /// Its name.
        name: String,
        /// What, in short phrases; empty if only something that nobody looks for.
        what: Vec<String>,
    },
    /// An add-on is no longer in the list.
    Missing {
        /// Which.
        key: AddonKey,
        /// Its name.
        name: String,
    },
    /// A missing one is in the list again.
    Returned {
        /// Which.
        key: AddonKey,
        /// Its name.
        name: String,
    },
    /// Its own read said that it is gone.
    Gone {
        /// Which.
        key: AddonKey,
        /// Its name.
        name: String,
    },
    /// A list lacked so many rows that it is not believed until the next one agrees.
    Suspicious {
        /// How many rows it lacked.
        absent: usize,
        /// Of how many.
        of: usize,
    },
}

/// What merging a reply came to.
#[derive(Debug, Default)]
pub struct Merged {
    /// What changed.
    pub deltas: Vec<Delta>,
    /// Whether anything that can be seen changed.
    pub is_seen: bool,
}

impl Addons {
    /// Merges the answer to the own read of one add-on.
    pub fn merge_one(&mut self, addon: Addon, asked: u64) -> Merged {
        let mut deltas = Vec::new();
        self.merge_state(addon, asked, &mut deltas);
        self.finish(deltas)
    }

    /// Merges how the add-ons of an app stand, where lists do not tell that. A row that is not among them stays as it is: an
    /// answer may leave out what could not be asked.
    pub fn merge_states(&mut self, addons: Vec<Addon>, asked: u64) -> Merged {
        let mut deltas = Vec::new();
        for mut addon in addons {
            // The list came in words that its rows share, and these are mostly the same ones.
            if let Some(row) = self.get(&addon.key) {
                addon.share_with(&row.addon);
            }
            self.merge_state(addon, asked, &mut deltas);
        }
        self.finish(deltas)
    }

    /// Merges one row that was read by itself. A list that was asked for later knows better who it is, but perhaps not how it
    /// stands.
    fn merge_state(&mut self, addon: Addon, asked: u64, deltas: &mut Vec<Delta>) {
        let before = deltas.len();
        let lists_tell_states = self.lists_tell_states;
        match self.row_mut(&addon.key) {
            Some(row) if row.stated > asked => return,
            Some(row) => {
                row.stated = asked;
                if row.asked > asked && row.listed == row.asked && !lists_tell_states {
                    let at = row.asked;
                    let addon = Addon {
                        state: addon.state,
                        state_word: addon.state_word,
                        state_reason: addon.state_reason,
                        health: addon.health,
                        ..Addon::clone(&row.addon)
                    };
                    self.merge_row(addon, at, false, deltas);
                } else {
                    self.merge_row(addon, asked, false, deltas);
                }
            }
            None => self.merge_row(addon, asked, false, deltas),
        }
        if deltas.len() > before {
            self.told_since = self.told_since.max(Some(asked));
        }
    }

    /// The own read of an add-on said that it is not there: it is removed.
    pub fn remove(&mut self, key: &AddonKey, asked: u64) -> Merged {
        if self.get(key).is_some_and(|row| row.asked > asked) {
            return Merged::default();
        }
        if self.gone.len() >= GONE_LIMIT {
            self.gone.shift_remove_index(0);
        }
        self.gone.insert(key.clone(), asked);
        if !self.rows.contains(key) {
            return Merged::default();
        }
        let Some(ByKey(row)) = Arc::make_mut(&mut self.rows).shift_take(key) else { return Merged::default() };
        self.told_since = self.told_since.max(Some(asked));
        self.tally.take(row.trouble());
        if let Some(shrink) = &mut self.shrink {
            shrink.absent.retain(|absent| absent != key);
        }
        self.shrink.take_if(|shrink| shrink.absent.is_empty());
        self.finish(vec![Delta::Gone { key: key.clone(), name: row.addon.name.to_string() }])
    }

    /// Whether what was asked of an add-on was asked of one whose own read said that it is not there: it is not there since, or
    /// what is there came after the question.
    pub fn is_gone(&self, key: &AddonKey, asked: u64) -> bool {
        self.gone.get(key).is_some_and(|gone| *gone > asked || !self.rows.contains(key))
    }

    /// Fills the rows with what an earlier session saw last.
    pub fn restore(&mut self, mut addons: Vec<Addon>, at: Timestamp) {
        Addon::share_all(&mut addons);
        self.rows = Arc::new(addons.into_iter().map(|addon| ByKey(Row::new(Arc::new(addon), 0))).collect());
        self.tally = Tally::of(self.iter().map(Row::trouble));
        self.fresh = super::Freshness::cached(at);
        self.revision += 1;
    }

    /// These are the first of so many, whose rest is on its way from disk.
    pub(super) fn there_is_more(&mut self, on_disk: Tally) {
        self.on_disk = Some(on_disk);
    }

    /// What there is on disk could not be read: what is here is all.
    pub fn there_is_no_more(&mut self) {
        self.revision += u64::from(self.on_disk.take().is_some());
    }

    /// The rows of an earlier session, in the place of the first of them. Nothing may have been read since those came.
    pub(super) fn recall(&mut self, seen: Self, at: Timestamp) {
        (self.rows, self.tally, self.on_disk) = (seen.rows, seen.tally, seen.on_disk);
        (self.fresh.fetched_at, self.fresh.changed_at) = (Some(at), Some(at));
        self.fresh.source = super::Source::Cache;
        self.revision += 1;
    }

    fn finish(&mut self, deltas: Vec<Delta>) -> Merged {
        let is_seen = !deltas.is_empty();
        self.revision += u64::from(is_seen);
        Merged { deltas, is_seen }
    }

    /// Merges one row unless something newer is known of it.
    fn merge_row(&mut self, addon: Addon, asked: u64, is_listed: bool, deltas: &mut Vec<Delta>) {
        if self.gone.get(&addon.key).is_some_and(|gone| *gone > asked) {
            return;
        }
        let Some(row) = row_in(&mut self.rows, &addon.key) else {
            deltas.push(Delta::Added { key: addon.key.clone(), name: addon.name.to_string() });
            let mut row = Row::new(Arc::new(addon), asked);
            row.listed = asked;
            row.stated = if is_listed { 0 } else { asked };
            self.tally.add(row.trouble());
            Arc::make_mut(&mut self.rows).insert(ByKey(row));
            return;
        };
        let before = row.trouble();
        if is_listed {
            row.listed = asked;
            if row.missing_since.take().is_some() {
                deltas.push(Delta::Returned { key: addon.key.clone(), name: addon.name.to_string() });
            }
        }
        let is_newer = row.asked <= asked;
        row.asked = row.asked.max(asked);
        if is_newer && *row.addon != addon {
            deltas.push(Delta::Changed {
                key: addon.key.clone(),
                name: addon.name.to_string(),
                what: differences(&row.addon, &addon),
            });
            let search = search_text(&addon);
            if row.search != search {
                row.search = search;
            }
            row.addon = Arc::new(addon);
        } else if is_newer && is_listed {
            // It says the same, in the words that the rest of the list and the adapter keep.
            row.addon = Arc::new(addon);
        }
        let after = row.trouble();
        if before != after {
            self.tally.take(before);
            self.tally.add(after);
        }
    }

    fn set_missing(&mut self, key: &AddonKey, at: Timestamp, deltas: &mut Vec<Delta>) {
        if let Some(row) = self.row_mut(key)
            && row.missing_since.is_none()
        {
            let before = row.trouble();
            row.missing_since = Some(at);
            deltas.push(Delta::Missing { key: key.clone(), name: row.addon.name.to_string() });
            self.tally.take(before);
            self.tally.add(Trouble::Missing);
        }
    }
}

/// What differs, in short phrases for the activity log.
fn differences(before: &Addon, after: &Addon) -> Vec<String> {
    let mut what = Vec::new();
    // That one turns out to be well that was not asked yet is no news.
    let is_first_look = matches!(before.state, State::Unknown(_)) && after.state.is_ready();
    if before.state != after.state && !is_first_look {
        what.push(match before.state {
            State::Unknown(_) => after.state.word().to_owned(),
            _ => format!("{} → {}", before.state.word(), after.state.word()),
        });
    }
    if before.state_reason != after.state_reason
        && let Some(reason) = &after.state_reason
    {
        what.push(reason.to_string());
    }
    if before.name != after.name {
        what.push(format!("renamed from {}", before.name));
    }
    if before.service_and_plan() != after.service_and_plan() {
        what.push(format!("{} → {}", before.service_and_plan(), after.service_and_plan()));
    }
    if health_word(&before.health) != health_word(&after.health) && after.health != Health::Ok {
        what.push(format!("health {}", health_word(&after.health)));
    } else if before.health != after.health && after.health == Health::Ok {
        what.push("health ok".into());
    }
    if let (Known::Is(old), Known::Is(Some(new))) = (&before.last_backup, &after.last_backup)
        && old.as_ref() != Some(new)
    {
        what.push("backed up".into());
    }
    let under_way = |addon: &Addon| addon.work.as_ref().map(|work| (work.id.clone(), work.kind.replace('_', " ")));
    match (under_way(before), under_way(after)) {
        (old, Some((id, kind))) if old.as_ref().is_none_or(|(old, _)| *old != id) => {
            what.push(format!("{kind} under way"))
        }
        _ => {}
    }
    what.extend(attachment_differences(before, after));
    what
}

fn health_word(health: &Health) -> &'static str {
    match health {
        Health::Ok => "ok",
        Health::Failing(_) => "failing",
        Health::Unknown(_) => "unknown",
    }
}

fn attachment_differences(before: &Addon, after: &Addon) -> Vec<String> {
    let (Some(before), Some(after)) = (before.attachments.get(), after.attachments.get()) else { return Vec::new() };
    let label = |attachment: &crate::model::Attachment| match &attachment.alias {
        Some(alias) => format!("{} as {alias}", attachment.app),
        None => attachment.app.to_string(),
    };
    let (before, after): (Vec<_>, Vec<_>) = (before.iter().map(label).collect(), after.iter().map(label).collect());
    let gone = before.iter().filter(|label| !after.contains(label)).map(|label| format!("detached from {label}"));
    let come = after.iter().filter(|label| !before.contains(label)).map(|label| format!("attached to {label}"));
    gone.chain(come).collect()
}

#[cfg(test)]
mod tests;
