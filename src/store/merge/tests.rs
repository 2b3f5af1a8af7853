use std::collections::HashMap;

use proptest::prelude::*;

use super::list::is_suspicious;
use super::*;
use crate::model::{Known, ProfileName, State, Work, WorkState};
use crate::platform::{Conditional, Fresh};

impl Addons {
    /// Merges what came for the list, all at once.
    pub(in crate::store) fn merge_list(
        &mut self,
        reply: Conditional<Vec<Addon>>,
        asked: u64,
        explained: impl Fn(&AddonKey) -> bool,
    ) -> Merged {
        match reply {
            Conditional::Unchanged(at) => self.unchanged(at),
            Conditional::Changed(list) => {
                let explained = self.iter().map(|row| row.addon.key.clone()).filter(|key| explained(key)).collect();
                let merge = self.list_merge(list, asked, true, explained);
                self.take(merge.run())
            }
        }
    }
}

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_800_000_000 + second).unwrap()
}

fn key(id: &str) -> AddonKey {
    AddonKey { profile: ProfileName("local".into()), id: id.into() }
}

fn addon(id: &str, state: State) -> Addon {
    Addon::sample(id, state)
}

fn list(ids: &[&str], second: i64) -> Conditional<Vec<Addon>> {
    let value = ids.iter().map(|id| addon(id, State::Ready)).collect();
    Conditional::Changed(Fresh { value, at: at(second), etag: Some(ids.join(",")) })
}

fn with(ids: &[&str]) -> Addons {
    let mut addons = Addons::default();
    addons.merge_list(list(ids, 0), 1, |_| false);
    addons
}

fn missing(addons: &Addons) -> Vec<&str> {
    addons.iter().filter(|row| row.missing_since.is_some()).map(|row| row.addon.key.id.as_str()).collect()
}

#[test]
fn a_list_that_was_overruled_has_to_come_whole_again() {
    // Each was asked for before the add-on was read by itself, and comes after that was answered.
    let read_alone = |ids: &[&str]| {
        let mut addons = with(ids);
        assert_eq!(addons.merge_one(addon("a", State::Ready), 3).deltas, [], "it says nothing new");
        assert!(addons.etag().is_some());
        addons
    };
    let mut addons = read_alone(&["a", "b"]);
    addons.merge_list(list(&["b"], 1), 2, |_| false);
    assert!(missing(&addons).is_empty());
    assert_eq!(
        addons.etag(),
        None,
        "the list may be right: a is gone, and would be for ever in a list that is as it was"
    );
    addons.merge_list(list(&["b"], 2), 4, |_| false);
    assert_eq!(missing(&addons), ["a"]);
    assert!(addons.etag().is_some());
    let mut addons = read_alone(&["a"]);
    let failed = Fresh { value: vec![addon("a", State::Failed)], at: at(1), etag: Some("failed".into()) };
    addons.merge_list(Conditional::Changed(failed), 2, |_| false);
    assert_eq!(addons.get(&key("a")).unwrap().addon.state, State::Ready);
    assert_eq!(addons.etag(), None);
    let mut addons = read_alone(&["a"]);
    addons.merge_list(list(&["a"], 1), 2, |_| false);
    assert!(addons.etag().is_some(), "who agrees is not overruled");
}

#[test]
fn a_backup_and_what_begins_are_told_once_and_progress_is_not() {
    let work = Work {
        word: None,
        app: None,
        environment: None,
        steps: Vec::new(),
        id: "op_1".into(),
        kind: "change_plan".into(),
        addon_id: None,
        addon: None,
        backup_id: None,
        state: WorkState::Queued,
        step: None,
        message: None,
        by: None,
        created_at: None,
        started_at: None,
        ended_at: None,
        progress: None,
    };
    let mut addons = with(&["a"]);
    let mut what = |number: u64, addon: Addon| {
        addons.merge_one(addon, number).deltas.into_iter().find_map(|delta| match delta {
            Delta::Changed { what, .. } => Some(what),
            _ => None,
        })
    };
    let none = Addon { last_backup: Known::Is(None), ..addon("a", State::Ready) };
    assert_eq!(what(2, none.clone()), Some(vec![]), "that there is none is no news");
    let busy = Addon { work: Some(Box::new(work.clone())), ..none };
    assert_eq!(what(3, busy.clone()), Some(vec!["change plan under way".to_owned()]));
    let further = Addon { work: Some(Box::new(Work { state: WorkState::Running, ..work })), ..busy };
    assert_eq!(what(4, further.clone()), Some(vec![]));
    let backed_up = Addon { work: None, last_backup: Known::Is(Some(at(9))), ..further };
    assert_eq!(what(5, backed_up), Some(vec!["backed up".to_owned()]));
}

#[test]
fn an_absent_row_is_missing_until_its_own_read_says_gone() {
    let mut addons = with(&["a", "b", "c"]);
    let merged = addons.merge_list(list(&["a", "c"], 10), 2, |_| false);
    assert_eq!(merged.deltas, [Delta::Missing { key: key("b"), name: "name-b".into() }]);
    assert_eq!(addons.get(&key("b")).unwrap().missing_since, Some(at(10)));
    addons.merge_list(list(&["a", "c"], 20), 3, |_| false);
    assert_eq!(addons.get(&key("b")).unwrap().missing_since, Some(at(10)), "since the first list that lacked it");
    addons.merge_one(addon("b", State::Ready), 4);
    assert_eq!(missing(&addons), ["b"], "its own read finds it, but no list does");
    let merged = addons.remove(&key("b"), 5);
    assert_eq!(merged.deltas, [Delta::Gone { key: key("b"), name: "name-b".into() }]);
    assert_eq!(addons.len(), 2);
}

#[test]
fn a_list_with_it_brings_a_missing_row_back() {
    let mut addons = with(&["a", "b"]);
    addons.merge_list(list(&["a"], 10), 2, |_| false);
    let merged = addons.merge_list(list(&["a", "b"], 20), 3, |_| false);
    assert_eq!(merged.deltas, [Delta::Returned { key: key("b"), name: "name-b".into() }]);
    assert!(missing(&addons).is_empty());
}

#[test]
fn a_suspicious_list_is_believed_when_the_next_one_agrees() {
    let ids = ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j"];
    let mut addons = with(&ids);
    let merged = addons.merge_list(list(&[], 10), 2, |_| false);
    assert_eq!(merged.deltas, [Delta::Suspicious { absent: 10, of: 10 }]);
    assert!(missing(&addons).is_empty() && addons.shrink.is_some());
    // Half of them come back; the other half is now believed.
    addons.merge_list(list(&ids[..5], 20), 3, |_| false);
    assert_eq!(missing(&addons), &ids[5..]);
    assert!(addons.shrink.is_none());
    // "Nothing has changed since that list" agrees with it, too.
    let mut addons = with(&ids);
    addons.merge_list(list(&["a"], 10), 2, |_| false);
    addons.merge_list(Conditional::Unchanged(at(20)), 3, |_| false);
    assert_eq!(missing(&addons).len(), 9);
}

#[test]
fn a_list_that_loses_the_rest_is_suspicious_however_many_were_missing_before() {
    let ids = ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j"];
    let mut addons = with(&ids);
    for (number, second) in [(2, 10), (3, 20)] {
        addons.merge_list(list(&ids[..2], second), number, |_| false);
    }
    assert_eq!(missing(&addons), &ids[2..], "two lists agreed");
    let merged = addons.merge_list(list(&[], 30), 4, |_| false);
    assert_eq!(merged.deltas, [Delta::Suspicious { absent: 2, of: 2 }]);
    assert_eq!(missing(&addons), &ids[2..], "the last two are kept");
    addons.merge_list(list(&[], 40), 5, |_| false);
    assert_eq!(missing(&addons), ids, "until the next one agrees");
}

#[test]
fn the_last_row_is_kept_when_a_list_comes_back_empty() {
    let mut addons = with(&["only"]);
    let merged = addons.merge_list(list(&[], 10), 2, |_| false);
    assert_eq!(merged.deltas, [Delta::Suspicious { absent: 1, of: 1 }]);
    assert!(missing(&addons).is_empty());
    addons.merge_list(list(&["only"], 20), 3, |_| false);
    assert!(addons.shrink.is_none() && missing(&addons).is_empty(), "it was the list");
}

#[test]
fn what_we_did_ourselves_is_not_suspicious() {
    let mut addons = with(&["a", "b", "c", "d"]);
    let merged = addons.merge_list(list(&["a"], 10), 2, |_| true);
    assert_eq!(merged.deltas.len(), 3);
    assert!(addons.shrink.is_none());
}

#[test]
fn suspicion_starts_above_a_fifth_or_at_nothing_but_not_at_one_of_a_few() {
    for (absent, of, expected) in [
        (0, 0, false),
        (1, 1, true),
        (1, 2, false),
        (1, 3, false),
        (2, 3, true),
        (2, 10, false),
        (3, 10, true),
        (2, 9, true),
        (20, 100, false),
        (21, 100, true),
    ] {
        assert_eq!(is_suspicious(absent, of), expected, "{absent} of {of}");
    }
}

#[test]
fn older_answers_do_not_undo_newer_ones() {
    let mut addons = with(&["a", "b"]);
    // The own read 5 was answered before list 4.
    addons.merge_one(addon("a", State::Deprovisioning), 5);
    addons.merge_list(list(&["a", "b"], 10), 4, |_| false);
    assert_eq!(addons.get(&key("a")).unwrap().addon.state, State::Deprovisioning);
    addons.remove(&key("a"), 6);
    addons.merge_list(list(&["a", "b"], 11), 5, |_| false);
    assert!(addons.get(&key("a")).is_none(), "an older list does not bring it back");
    addons.merge_list(list(&["a", "b"], 12), 7, |_| false);
    assert!(addons.get(&key("a")).is_some(), "a newer one does");
    // A row that was made after a list was asked for is not missing from it.
    addons.merge_one(addon("new", State::Provisioning), 9);
    addons.merge_list(list(&["a", "b"], 13), 8, |_| false);
    assert!(missing(&addons).is_empty());
}

#[test]
fn an_unchanged_poll_is_not_seen() {
    let mut addons = with(&["a", "b"]);
    let (revision, changed_at) = (addons.revision(), addons.fresh.changed_at);
    for (number, reply) in [(2, list(&["a", "b"], 10)), (3, Conditional::Unchanged(at(20)))] {
        let merged = addons.merge_list(reply, number, |_| false);
        assert!(merged.deltas.is_empty() && !merged.is_seen);
    }
    assert_eq!((addons.revision(), addons.fresh.changed_at), (revision, changed_at));
    assert_eq!(addons.fresh.fetched_at, Some(at(20)));
}

#[test]
fn differences_are_told_in_short_phrases() {
    let mut after = addon("a", State::Failed);
    after.state_reason = Some("initdb failed".into());
    assert_eq!(differences(&addon("a", State::Provisioning), &after), ["provisioning → failed", "initdb failed"]);
}

#[test]
fn a_list_that_is_as_it_was_corrects_what_was_read_by_itself_meanwhile() {
    let tag = || Some("a,b".to_owned());
    for change in [
        |addons: &mut Addons| addons.merge_one(addon("a", State::Failed), 2),
        |addons: &mut Addons| addons.merge_states(vec![addon("a", State::Failed)], 2),
        |addons: &mut Addons| addons.merge_one(addon("c", State::Ready), 2),
        |addons: &mut Addons| addons.remove(&key("a"), 2),
    ] {
        let mut addons = with(&["a", "b"]);
        assert_eq!(addons.etag(), tag());
        assert!(change(&mut addons).is_seen);
        assert_eq!(addons.etag(), None, "the next list has to say what it thinks of that");
        // One that was asked for before that was known says nothing of it.
        addons.merge_list(Conditional::Unchanged(at(10)), 3, |_| false);
        assert_eq!(addons.etag(), None);
        addons.merge_list(list(&["a", "b"], 20), 4, |_| false);
        assert_eq!(addons.get(&key("a")).map(|row| row.addon.state.clone()), Some(State::Ready));
        assert!(addons.get(&key("c")).is_none_or(|row| row.missing_since.is_some()));
        assert_eq!(addons.etag(), tag());
    }
    let mut addons = with(&["a", "b"]);
    addons.merge_one(addon("a", State::Ready), 2);
    assert_eq!(addons.etag(), tag(), "one that says the same changes nothing");
    addons.merge_one(addon("a", State::Failed), 9);
    addons.merge_list(list(&["a", "b"], 20), 8, |_| false);
    assert_eq!(addons.etag(), None, "an older list does not settle it");
}

#[derive(Clone, Debug)]
enum Step {
    List(Vec<u8>),
    Unchanged,
    One(u8, bool),
    Gone(u8),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => prop::collection::btree_set(0..12u8, 0..12).prop_map(|ids| Step::List(ids.into_iter().collect())),
        1 => Just(Step::Unchanged),
        2 => (0..12u8, any::<bool>()).prop_map(|(id, is_ready)| Step::One(id, is_ready)),
        2 => (0..12u8).prop_map(Step::Gone),
    ]
}

proptest! {
    /// Whatever comes in whatever order of asking: only an own read removes a row, every change grows the revision, the
    /// deltas tell exactly what happened to the rows, and two equal lists in a row are believed.
    #[test]
    fn deltas_account_for_every_row(steps in prop::collection::vec((step(), 0..3u64), 1..40)) {
        let mut addons = Addons::default();
        let mut rows: HashMap<AddonKey, bool> = HashMap::new();
        for (number, (step, late)) in steps.into_iter().enumerate() {
            // Answers may come in another order than they were asked for.
            let asked = (number as u64 * 2 + 10).saturating_sub(late * 3);
            let before = addons.revision();
            let second = number as i64;
            let merged = match &step {
                Step::List(ids) => {
                    let names: Vec<String> = ids.iter().map(u8::to_string).collect();
                    let names: Vec<&str> = names.iter().map(String::as_str).collect();
                    addons.merge_list(list(&names, second), asked, |_| false)
                }
                Step::Unchanged => addons.merge_list(Conditional::Unchanged(at(second)), asked, |_| false),
                Step::One(id, is_ready) => {
                    let state = if *is_ready { State::Ready } else { State::Failed };
                    addons.merge_one(addon(&id.to_string(), state), asked)
                }
                Step::Gone(id) => addons.remove(&key(&id.to_string()), asked),
            };
            for delta in &merged.deltas {
                match delta {
                    Delta::Added { key, .. } => prop_assert!(rows.insert(key.clone(), false).is_none()),
                    Delta::Changed { key, .. } => prop_assert!(rows.contains_key(key)),
                    Delta::Missing { key, .. } => prop_assert_eq!(rows.insert(key.clone(), true), Some(false)),
                    Delta::Returned { key, .. } => prop_assert_eq!(rows.insert(key.clone(), false), Some(true)),
                    Delta::Gone { key, .. } => {
                        prop_assert!(matches!(step, Step::Gone(_)), "only an own read removes a row");
                        prop_assert!(rows.remove(key).is_some());
                    }
                    Delta::Suspicious { .. } => prop_assert!(addons.shrink.is_some()),
                }
            }
            let now: HashMap<AddonKey, bool> =
                addons.iter().map(|row| (row.addon.key.clone(), row.missing_since.is_some())).collect();
            prop_assert_eq!(&now, &rows);
            prop_assert!(merged.deltas.is_empty() || addons.revision() > before);
            prop_assert_eq!(addons.tally(), &Tally::of(addons.iter().map(Row::trouble)));
            for row in addons.iter() {
                prop_assert_eq!(row.search_text(), &*search_text(&row.addon));
            }
        }
        // Two equal lists: exactly their rows are there and not missing.
        let last = ["1", "2", "3"];
        for asked in [1_000, 1_001] {
            addons.merge_list(list(&last, 1_000), asked, |_| false);
        }
        let present: Vec<&str> =
            addons.iter().filter(|row| row.missing_since.is_none()).map(|row| row.addon.key.id.as_str()).collect();
        prop_assert!(present.len() == 3 && last.iter().all(|id| present.contains(id)), "{:?}", present);
        prop_assert!(addons.shrink.is_none());
    }
}
