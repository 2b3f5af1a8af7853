//! What a reply changes. A row absent from a good list is missing until its own read says that it is gone; a list that
//! shrinks suspiciously is kept beside a warning until the next one agrees.

use jiff::Timestamp;

use super::entities::{Addons, Row, Shrink, search_text};
use crate::model::{Addon, AddonKey, Health, Known, State};
use crate::platform::Conditional;

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
    /// Merges a good list, the answer to request number `asked`. `explained` says of a row whether an operation of ours
    /// explains that it is absent.
    pub fn merge_list(
        &mut self,
        reply: Conditional<Vec<Addon>>,
        asked: u64,
        explained: impl Fn(&AddonKey) -> bool,
    ) -> Merged {
        self.merge_list_of(reply, asked, true, explained)
    }

    /// The same, of a list that may not tell how each of them stands: then what is known of that is kept.
    pub fn merge_list_of(
        &mut self,
        reply: Conditional<Vec<Addon>>,
        asked: u64,
        tells_states: bool,
        explained: impl Fn(&AddonKey) -> bool,
    ) -> Merged {
        let mut deltas = Vec::new();
        let had_warning = self.shrink.is_some();
        self.lists_tell_states = tells_states;
        let at = match reply {
            // The same list again: the next list, which agrees.
            Conditional::Unchanged(at) => {
                if let Some(shrink) = self.shrink.take() {
                    shrink.absent.iter().for_each(|key| self.set_missing(key, at, &mut deltas));
                }
                at
            }
            Conditional::Changed(fresh) => {
                self.etag = fresh.etag;
                // Those that went missing earlier are not lost once more.
                let before = self.rows.values().filter(|row| row.missing_since.is_none()).count();
                for mut addon in fresh.value {
                    if let Some(row) = self.rows.get(&addon.key) {
                        keep_untold(&row.addon, &mut addon, tells_states);
                    }
                    self.merge_row(addon, asked, true, &mut deltas);
                }
                self.merge_absent(before, fresh.at, asked, explained, &mut deltas);
                fresh.at
            }
        };
        let is_changed = !deltas.is_empty() || had_warning != self.shrink.is_some();
        self.revision += u64::from(is_changed);
        Merged { deltas, is_seen: self.fresh.good(at, is_changed) }
    }

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
        for addon in addons {
            self.merge_state(addon, asked, &mut deltas);
        }
        self.finish(deltas)
    }

    /// Merges one row that was read by itself. A list that was asked for later knows better who it is, but perhaps not how it
    /// stands.
    fn merge_state(&mut self, addon: Addon, asked: u64, deltas: &mut Vec<Delta>) {
        let addon = match self.rows.get_mut(&addon.key) {
            Some(row) if row.stated > asked => return,
            Some(row) => {
                row.stated = asked;
                if row.asked > asked && row.listed == row.asked && !self.lists_tell_states {
                    Addon {
                        state: addon.state,
                        state_word: addon.state_word,
                        state_reason: addon.state_reason,
                        health: addon.health,
                        ..row.addon.clone()
                    }
                } else {
                    return self.merge_row(addon, asked, false, deltas);
                }
            }
            None => addon,
        };
        let at = self.rows.get(&addon.key).map_or(asked, |row| row.asked);
        self.merge_row(addon, at, false, deltas);
    }

    /// The own read of an add-on said that it is not there: it is removed.
    pub fn remove(&mut self, key: &AddonKey, asked: u64) -> Merged {
        if self.rows.get(key).is_some_and(|row| row.asked > asked) {
            return Merged::default();
        }
        if self.gone.len() >= GONE_LIMIT {
            self.gone.shift_remove_index(0);
        }
        self.gone.insert(key.clone(), asked);
        let Some(row) = self.rows.shift_remove(key) else { return Merged::default() };
        if let Some(shrink) = &mut self.shrink {
            shrink.absent.retain(|absent| absent != key);
        }
        self.shrink.take_if(|shrink| shrink.absent.is_empty());
        self.finish(vec![Delta::Gone { key: key.clone(), name: row.addon.name }])
    }

    /// Fills the rows with what an earlier session saw last.
    pub fn restore(&mut self, addons: Vec<Addon>, at: Timestamp) {
        self.rows = addons.into_iter().map(|addon| (addon.key.clone(), Row::new(addon, 0))).collect();
        self.fresh = super::Freshness::cached(at);
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
        let Some(row) = self.rows.get_mut(&addon.key) else {
            deltas.push(Delta::Added { key: addon.key.clone(), name: addon.name.clone() });
            let mut row = Row::new(addon, asked);
            row.listed = asked;
            row.stated = if is_listed { 0 } else { asked };
            self.rows.insert(row.addon.key.clone(), row);
            return;
        };
        if is_listed {
            row.listed = asked;
            if row.missing_since.take().is_some() {
                deltas.push(Delta::Returned { key: addon.key.clone(), name: addon.name.clone() });
            }
        }
        if row.asked > asked {
            return;
        }
        row.asked = asked;
        if row.addon != addon {
            deltas.push(Delta::Changed {
                key: addon.key.clone(),
                name: addon.name.clone(),
                what: differences(&row.addon, &addon),
            });
            row.search = search_text(&addon);
            row.addon = addon;
        }
    }

    /// Judges the rows that a list lacks.
    fn merge_absent(
        &mut self,
        before: usize,
        at: Timestamp,
        asked: u64,
        explained: impl Fn(&AddonKey) -> bool,
        deltas: &mut Vec<Delta>,
    ) {
        // A row that was read by itself after this list was asked for is newer than the list.
        let absent: Vec<AddonKey> = (self.rows.values())
            .filter(|row| row.listed != asked && row.asked <= asked && row.missing_since.is_none())
            .map(|row| row.addon.key.clone())
            .collect();
        let suspected = self.shrink.take().map(|shrink| shrink.absent).unwrap_or_default();
        let (believed, doubted): (Vec<_>, Vec<_>) =
            absent.into_iter().partition(|key| suspected.contains(key) || explained(key));
        believed.iter().for_each(|key| self.set_missing(key, at, deltas));
        if is_suspicious(doubted.len(), before) {
            deltas.push(Delta::Suspicious { absent: doubted.len(), of: before });
            self.shrink = Some(Shrink { at, absent: doubted, of: before });
        } else {
            doubted.iter().for_each(|key| self.set_missing(key, at, deltas));
        }
    }

    fn set_missing(&mut self, key: &AddonKey, at: Timestamp, deltas: &mut Vec<Delta>) {
        if let Some(row) = self.rows.get_mut(key)
            && row.missing_since.is_none()
        {
            row.missing_since = Some(at);
            deltas.push(Delta::Missing { key: key.clone(), name: row.addon.name.clone() });
        }
    }
}

/// A list tells less of an add-on than its own read. What it leaves open is kept as it was read last.
fn keep_untold(known: &Addon, listed: &mut Addon, tells_states: bool) {
    if !tells_states && matches!(listed.state, State::Unknown(_)) {
        (listed.state, listed.state_word) = (known.state.clone(), known.state_word.clone());
        listed.state_reason.clone_from(&known.state_reason);
        listed.health.clone_from(&known.health);
        if listed.cannot.is_empty() {
            listed.cannot.clone_from(&known.cannot);
        }
    }
    for fact in &known.facts {
        if listed.fact(&fact.name).is_none() {
            listed.facts.push(fact.clone());
        }
    }
    // In the order of its own read, so that nothing jumps.
    let place = |name: &str| known.facts.iter().position(|fact| fact.name == name).unwrap_or(usize::MAX);
    listed.facts.sort_by_key(|fact| place(&fact.name));
    if listed.price.get().is_none() && known.price.get().is_some() && listed.plan == known.plan {
        listed.price.clone_from(&known.price);
    }
    if listed.config_vars.get().is_none() && known.config_vars.get().is_some() {
        listed.config_vars.clone_from(&known.config_vars);
    }
    if listed.billing.is_none() {
        listed.billing.clone_from(&known.billing);
    }
}

/// Whether a list that lacks so many rows of so many, unexplained, is not to be believed at once: all of them, or more than a
/// fifth. One of a few is no sign of a broken list, but somebody's work.
fn is_suspicious(absent: usize, of: usize) -> bool {
    (absent > 0 && absent == of) || absent > (of / 5).max(1)
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
        what.push(reason.clone());
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
        None => attachment.app.clone(),
    };
    let (before, after): (Vec<_>, Vec<_>) = (before.iter().map(label).collect(), after.iter().map(label).collect());
    let gone = before.iter().filter(|label| !after.contains(label)).map(|label| format!("detached from {label}"));
    let come = after.iter().filter(|label| !before.contains(label)).map(|label| format!("attached to {label}"));
    gone.chain(come).collect()
}

#[cfg(test)]
mod tests;
