//! Which rows are visible, in which order. Computed once per change of rows, sort or filter, not per frame.

use crate::model::{AddonKey, State as AddonState};
use crate::store::Addons;

use super::ui::Sort;

/// The visible rows, as places in the store's order.
#[derive(Clone, Debug, Default)]
pub struct Visible {
    revision: Option<u64>,
    sort: Sort,
    filter: String,
    /// All rows in the order of the sort.
    order: Vec<u32>,
    /// Those of them that the filter lets through.
    rows: Vec<u32>,
}

impl Visible {
    /// How many rows are visible.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether no row is visible.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The store's place of the visible row at `index`.
    pub fn at(&self, index: usize) -> Option<usize> {
        self.rows.get(index).map(|row| *row as usize)
    }

    /// Where a row is among the visible ones.
    pub fn position(&self, addons: &Addons, key: &AddonKey) -> Option<usize> {
        let index = addons.index_of(key)? as u32;
        self.rows.iter().position(|row| *row == index)
    }

    /// Brings it up to date; true if the visible rows may be others now.
    pub(super) fn refresh(&mut self, addons: &Addons, sort: Sort, filter: &str) -> bool {
        let filter = filter.trim().to_lowercase();
        let same_rows = self.revision == Some(addons.revision()) && self.sort == sort;
        if same_rows && self.filter == filter {
            return false;
        }
        if !same_rows {
            self.order = sorted(addons, sort, &self.order);
        }
        // What a longer filter lets through, the shorter one did.
        let narrows = same_rows && filter.starts_with(&self.filter);
        let terms: Vec<&str> = filter.split_whitespace().collect();
        let passes = |row: &u32| {
            addons.at(*row as usize).is_some_and(|row| terms.iter().all(|term| row.search_text().contains(term)))
        };
        if narrows {
            self.rows.retain(passes);
        } else if terms.is_empty() {
            self.rows.clone_from(&self.order);
        } else {
            self.rows = self.order.iter().copied().filter(passes).collect();
        }
        (self.revision, self.sort, self.filter) = (Some(addons.revision()), sort, filter);
        true
    }
}

/// All rows in the order of the sort. `before` is the order that was: where little has changed, little has to be moved.
fn sorted(addons: &Addons, sort: Sort, before: &[u32]) -> Vec<u32> {
    let known = before.len().min(addons.len()) as u32;
    let places = before.iter().copied().filter(|place| *place < known).chain(known..addons.len() as u32);
    let mut order: Vec<(u32, &crate::model::Addon)> =
        places.filter_map(|place| Some((place, &*addons.at(place as usize)?.addon))).collect();
    order.sort_by(|(at, a), (to, b)| {
        let by = match sort {
            Sort::Name => std::cmp::Ordering::Equal,
            Sort::State => rank(&a.state).cmp(&rank(&b.state)),
            Sort::Service => (&a.service, &a.plan).cmp(&(&b.service, &b.plan)),
            // One whose age is not told comes last.
            Sort::Newest => b.created_at.cmp(&a.created_at),
        };
        by.then_with(|| a.name.cmp(&b.name)).then(at.cmp(to))
    });
    order.into_iter().map(|(index, _)| index).collect()
}

/// What needs a look comes first.
pub(super) fn rank(state: &AddonState) -> u8 {
    match state {
        AddonState::Failed => 0,
        AddonState::Unreachable(_) | AddonState::Unknown(_) | AddonState::Other(_) => 1,
        state if state.is_transitional() => 2,
        AddonState::Sleeping => 3,
        AddonState::Gone => 5,
        _ => 4,
    }
}
