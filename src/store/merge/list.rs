//! A good list and the rows. It is merged where that blocks nobody: what it needs is taken along, what comes of it is taken in
//! whole. Nothing else may change the rows meanwhile.

use std::collections::HashSet;

use jiff::Timestamp;

use super::{Delta, Merged};
use crate::model::{Addon, AddonKey, State};
use crate::platform::Fresh;
use crate::store::Freshness;
use crate::store::entities::{Addons, Shrink};

/// A good list that is to be merged into what was known when it came.
#[derive(Debug)]
pub struct ListMerge {
    known: Addons,
    list: Fresh<Vec<Addon>>,
    asked: u64,
    explained: HashSet<AddonKey>,
}

/// What came of it.
#[derive(Debug)]
pub struct ListMerged {
    addons: Addons,
    at: Timestamp,
    deltas: Vec<Delta>,
    is_changed: bool,
}

impl Addons {
    /// What it takes to merge a good list, the answer to request number `asked`, which may not tell how each of them stands:
    /// then what is known of that is kept. `explained` are rows of which an operation of ours explains that they are absent;
    /// of those that are being destroyed it is known.
    pub fn list_merge(
        &self,
        list: Fresh<Vec<Addon>>,
        asked: u64,
        tells_states: bool,
        explained: HashSet<AddonKey>,
    ) -> ListMerge {
        let known = Self { lists_tell_states: tells_states, fresh: Freshness::default(), ..self.clone() };
        ListMerge { known, list, asked, explained }
    }

    /// Takes in what came of merging a list. The rows must be as they were when it was begun.
    pub fn take(&mut self, merged: ListMerged) -> Merged {
        let ListMerged { addons, at, deltas, is_changed } = merged;
        let fresh = std::mem::take(&mut self.fresh);
        *self = Self { fresh, ..addons };
        Merged { deltas, is_seen: self.fresh.good(at, is_changed) }
    }

    /// The list is as it was when it was read last: the next list, which agrees.
    pub fn unchanged(&mut self, at: Timestamp) -> Merged {
        let mut deltas = Vec::new();
        if let Some(shrink) = self.shrink.take() {
            shrink.absent.iter().for_each(|key| self.set_missing(key, at, &mut deltas));
            self.revision += 1;
            return Merged { deltas, is_seen: self.fresh.good(at, true) };
        }
        Merged { deltas, is_seen: self.fresh.good(at, false) }
    }

    /// By which later question a list is overruled about a row of which it says something else. Its tag stands for a list that
    /// was not believed then, so that the next one has to come whole.
    fn overrules(&self, listed: &Addon, asked: u64) -> Option<u64> {
        let gone = self.gone.get(&listed.key).copied().filter(|gone| *gone > asked);
        let newer = self.get(&listed.key).filter(|row| row.asked > asked && *row.addon != *listed);
        gone.max(newer.map(|row| row.asked))
    }

    /// Judges the rows that a list lacks.
    fn merge_absent(
        &mut self,
        before: usize,
        at: Timestamp,
        asked: u64,
        explained: &HashSet<AddonKey>,
        deltas: &mut Vec<Delta>,
    ) {
        // A row that was read by itself after this list was asked for is newer than the list.
        let absent = (self.iter())
            .filter(|row| row.listed != asked && row.asked <= asked && row.missing_since.is_none())
            .map(|row| &*row.addon);
        let suspected: HashSet<AddonKey> =
            self.shrink.as_ref().map_or_else(HashSet::new, |one| one.absent.iter().cloned().collect());
        let is_going = |addon: &Addon| matches!(addon.state, State::Deprovisioning | State::Gone);
        let (believed, doubted): (Vec<_>, Vec<_>) = absent
            .partition(|addon| is_going(addon) || suspected.contains(&addon.key) || explained.contains(&addon.key));
        let keys =
            |addons: Vec<&Addon>| -> Vec<AddonKey> { addons.into_iter().map(|addon| addon.key.clone()).collect() };
        let (believed, doubted) = (keys(believed), keys(doubted));
        self.shrink = None;
        believed.iter().for_each(|key| self.set_missing(key, at, deltas));
        if is_suspicious(doubted.len(), before) {
            deltas.push(Delta::Suspicious { absent: doubted.len(), of: before });
            self.shrink = Some(Shrink { at, absent: doubted, of: before });
        } else {
            doubted.iter().for_each(|key| self.set_missing(key, at, deltas));
        }
    }
}

impl ListMerge {
    /// Merges it. Takes as long as the list is long.
    pub fn run(self) -> ListMerged {
        let Self { known: mut addons, list, asked, explained } = self;
        let mut deltas = Vec::new();
        let had_warning = addons.shrink.is_some();
        let tells_states = addons.lists_tell_states;
        addons.etag = list.etag;
        addons.told_since = addons.told_since.filter(|own| *own > asked);
        // Those that went missing earlier are not lost once more.
        let before = addons.iter().filter(|row| row.missing_since.is_none()).count();
        for mut addon in list.value {
            if let Some(row) = addons.get(&addon.key) {
                keep_untold(&row.addon, &mut addon, tells_states);
            }
            let overruled = addons.overrules(&addon, asked);
            addons.told_since = addons.told_since.max(overruled);
            addons.merge_row(addon, asked, true, &mut deltas);
        }
        // Rows that are spared because they were read after this list was asked for: it may be right about them.
        let spared =
            addons.iter().filter(|row| row.listed != asked && row.asked > asked && row.missing_since.is_none());
        let spared = spared.map(|row| row.asked).max();
        addons.told_since = addons.told_since.max(spared);
        addons.merge_absent(before, list.at, asked, &explained, &mut deltas);
        // A good list is all there is.
        addons.on_disk = None;
        let is_changed = !deltas.is_empty() || had_warning != addons.shrink.is_some();
        addons.revision += u64::from(is_changed);
        ListMerged { addons, at: list.at, deltas, is_changed }
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
pub(super) fn is_suspicious(absent: usize, of: usize) -> bool {
    (absent > 0 && absent == of) || absent > (of / 5).max(1)
}
