use std::cell::Cell;
use std::io::Write;
use std::time::Duration;

use jiff::Timestamp;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use super::super::next_id;
use super::*;
use crate::app::{Action, Effect, Now, Query, Session, Start, update};
use crate::model::{ProfileName, State as AddonState};
use crate::store::{Addons, Cache, ListMerge, Store};

fn state(lists_tell_states: bool) -> State {
    state_with(lists_tell_states, None)
}

fn state_with(lists_tell_states: bool, cached: Option<Snapshot>) -> State {
    let now = Now { wall: Timestamp::UNIX_EPOCH, mono: Duration::ZERO };
    let words = Words { list_tells_states: lists_tell_states, ..Words::LOCAL };
    let session = Session { words, ..Session::sample() };
    State::new(Start {
        session,
        size: (80, 24),
        seed: 1,
        cached,
        note: None,
        opening: None,
        profiles: Vec::new(),
        zone: jiff::tz::TimeZone::UTC,
        downloads: "/tmp".into(),
        now,
    })
}

/// What comes for a question.
#[derive(Clone, Debug)]
enum Told {
    List(Vec<(u8, u8)>),
    Unchanged,
    One(u8, u8),
    Gone(u8),
    States(Vec<(u8, u8)>),
}

#[derive(Clone, Debug)]
enum Step {
    /// Something is asked, and this will be the answer.
    Ask(Told),
    /// One of the answers comes.
    Answer(usize),
    /// The list that is being merged is merged.
    Merge,
    /// After a write, all that was asked is given up.
    GiveUp,
}

fn row((id, look): (u8, u8)) -> Addon {
    let id = id.to_string();
    let state = [AddonState::Ready, AddonState::Failed, AddonState::Deprovisioning, AddonState::Unknown("x".into())];
    let fact = |at: u8| crate::model::Fact::new(format!("fact {}", at % 3), at.to_string());
    // Told in different orders, and not always all of them.
    let facts = if look.is_multiple_of(2) { vec![fact(look), fact(look / 2)] } else { vec![fact(look / 3)] };
    let billing = look.is_multiple_of(5).then(|| look.to_string());
    Addon { facts, billing: billing.map(Into::into), ..Addon::sample(&id, state[usize::from(look % 4)].clone()) }
}

fn rows(rows: &[(u8, u8)]) -> Vec<Addon> {
    rows.iter().copied().map(row).collect()
}

fn some(most: usize) -> impl Strategy<Value = Vec<(u8, u8)>> {
    prop::collection::btree_map(0..10u8, 0..16u8, 0..most).prop_map(|rows| rows.into_iter().collect())
}

fn step() -> impl Strategy<Value = Step> {
    let told = prop_oneof![
        6 => some(11).prop_map(Told::List),
        1 => Just(Told::Unchanged),
        3 => (0..10u8, 0..16u8).prop_map(|(id, look)| Told::One(id, look)),
        2 => (0..10u8).prop_map(Told::Gone),
        2 => some(4).prop_map(Told::States),
    ];
    prop_oneof![
        8 => told.prop_map(Step::Ask),
        8 => (0..6usize).prop_map(Step::Answer),
        4 => Just(Step::Merge),
        1 => Just(Step::GiveUp),
    ]
}

/// The dashboard, and beside it rows into which everything is merged at once.
struct Both {
    state: State,
    cx: Cx,
    at_once: Addons,
    /// The rows before the list that is being merged came.
    before: Addons,
    asked: Vec<(RequestId, Topic, Told)>,
    merge: Option<(RequestId, Box<ListMerge>)>,
    /// How often an answer came while a list was being merged.
    conflicts: usize,
}

impl Both {
    fn new(lists_tell_states: bool) -> Self {
        let now = Now { wall: Timestamp::UNIX_EPOCH, mono: Duration::ZERO };
        Self {
            state: state(lists_tell_states),
            cx: Cx::new(now, jiff::SignedDuration::ZERO),
            at_once: Addons::default(),
            before: Addons::default(),
            asked: Vec::new(),
            merge: None,
            conflicts: 0,
        }
    }

    fn ask(&mut self, told: Told) {
        let topic = match &told {
            Told::List(_) | Told::Unchanged => Topic::Addons,
            Told::One(id, _) | Told::Gone(id) => Topic::Addon(id.to_string()),
            Told::States(_) => Topic::States("app".into()),
        };
        // One question of a kind at a time, as the plan has it.
        if self.state.pending.values().any(|pending| pending.topic == topic) {
            return;
        }
        let id = next_id(&mut self.state);
        self.state.pending.insert(id, Pending { topic: topic.clone() });
        self.asked.push((id, topic, told));
    }

    fn answer(&mut self, which: usize) {
        if self.asked.is_empty() {
            return;
        }
        let (id, topic, told) = self.asked.remove(which % self.asked.len());
        let at = Timestamp::from_second(id.0 as i64).unwrap();
        let fresh = |value| Fresh { value, at, etag: Some(id.0.to_string()) };
        self.conflicts += usize::from(self.merge.is_some() && self.state.pending.contains_key(&id));
        if self.state.pending.contains_key(&id) {
            let tells_states = self.state.session.words.list_tells_states;
            if matches!(told, Told::List(_)) {
                self.before = self.at_once.clone();
            }
            match &told {
                Told::List(list) => {
                    let merge = self.at_once.list_merge(fresh(rows(list)), id.0, tells_states, HashSet::new());
                    self.at_once.take(merge.run());
                }
                Told::Unchanged => drop(self.at_once.unchanged(at)),
                Told::One(which, look) => drop(self.at_once.merge_one(row((*which, *look)), id.0)),
                Told::Gone(which) => drop(self.at_once.remove(&self.state.store.key(&which.to_string()), id.0)),
                Told::States(list) => drop(self.at_once.merge_states(rows(list), id.0)),
            }
        }
        let reply = match told {
            Told::List(list) => Ok(Reply::Addons(Conditional::Changed(fresh(rows(&list))))),
            Told::Unchanged => Ok(Reply::Addons(Conditional::Unchanged(at))),
            Told::One(which, look) => Ok(Reply::Addon(Box::new(Fresh { value: row((which, look)), at, etag: None }))),
            Told::Gone(_) => Err(ReadError::new(ReadErrorKind::NotFound, "There is no such add-on.")),
            Told::States(list) => Ok(Reply::AddonsOf(fresh(rows(&list)))),
        };
        assert!(Merging::concerns(&topic));
        replied(&mut self.state, &mut self.cx, id, reply);
        self.carry_out();
    }

    fn carry_out(&mut self) {
        for effect in std::mem::take(&mut self.cx.effects) {
            if let Effect::Merge { id, merge } = effect {
                self.merge = Some((id, merge));
            }
        }
    }

    fn merge(&mut self) {
        if let Some((id, merge)) = self.merge.take() {
            merged(&mut self.state, &mut self.cx, id, merge.run());
            self.carry_out();
        }
    }

    fn give_up(&mut self) {
        if self.state.merging.is_some() {
            // What was asked before the write is of no use, the list above all.
            self.at_once = self.before.clone();
        }
        self.state.pending.clear();
        settle(&mut self.state, &mut self.cx);
        assert!(self.state.merging.is_none());
    }
}

/// Lists, own reads, removals, "nothing has changed", lists that shrink, and writes after which all is given up, in whatever
/// order: the rows are what they would be if each answer were merged the moment it comes.
#[test]
fn a_list_that_is_merged_off_the_loop_comes_to_the_same_as_one_that_is_merged_at_once() {
    let (conflicts, cases) = (Cell::new(0), Cell::new(0));
    let mut runner = TestRunner::new(Config { cases: 1_500, failure_persistence: None, ..Config::default() });
    let steps = (any::<bool>(), prop::collection::vec(step(), 1..60));
    let result = runner.run(&steps, |(tells_states, steps)| {
        let mut both = Both::new(tells_states);
        for step in steps {
            match step {
                Step::Ask(told) => both.ask(told),
                Step::Answer(which) => both.answer(which),
                Step::Merge => both.merge(),
                Step::GiveUp => both.give_up(),
            }
        }
        while both.merge.is_some() {
            both.merge();
        }
        prop_assert!(both.state.merging.is_none());
        prop_assert_eq!(format!("{:#?}", both.state.store.addons), format!("{:#?}", both.at_once));
        cases.set(cases.get() + usize::from(both.conflicts > 0));
        conflicts.set(conflicts.get() + both.conflicts);
        Ok(())
    });
    if let Err(error) = result {
        panic!("{error}");
    }
    let said =
        format!("{} answers in {} of 1500 cases came while a list was being merged", conflicts.get(), cases.get());
    writeln!(std::io::stderr(), "{said}").unwrap();
    assert!(conflicts.get() > 500, "{said}");
}

/// What was seen last, of so many add-ons, as it is read before the first frame, and all of it.
fn seen_last(count: u32) -> (Snapshot, Snapshot) {
    let folder = tempfile::tempdir().unwrap();
    let cache = Cache::new(folder.path(), &ProfileName("local".into()));
    let mut store = Store::new(ProfileName("local".into()));
    let rows = (0..count).rev().map(|id| Addon::sample(&format!("{id:05}"), AddonState::Ready));
    store.addons.take(
        Addons::default()
            .list_merge(Fresh { value: rows.collect(), at: Timestamp::UNIX_EPOCH, etag: None }, 1, true, HashSet::new())
            .run(),
    );
    cache.save(&Snapshot::of(&store, "unix").unwrap()).unwrap();
    (cache.glance("unix").unwrap().unwrap(), cache.load("unix").unwrap().unwrap())
}

#[test]
fn the_rest_of_what_was_seen_last_comes_without_a_jump_and_before_anything_newer() {
    let now = Now { wall: Timestamp::UNIX_EPOCH, mono: Duration::ZERO };
    let (first, all) = seen_last(1_000);
    let mut state = state_with(true, Some(first));
    let shown = |state: &State| -> Vec<String> {
        (0..50).filter_map(|index| state.visible_row(index)).map(|row| row.addon.name.to_string()).collect()
    };
    let frame = (shown(&state), state.cursor(), state.ui.selected.clone());
    assert!(frame.0.len() == 50 && state.store.addons.len() < 1_000);
    assert_eq!(state.store.addons.tally().rows, 1_000);
    let effects = update(&mut state, Action::Deadline, now);
    assert_eq!(effects.iter().filter(|effect| matches!(effect, Effect::Recall)).count(), 1);
    let list = effects.iter().find_map(|effect| match effect {
        Effect::Fetch { id, query: Query::Addons { .. }, .. } => Some(*id),
        _ => None,
    });
    // The platform is quicker than the disk, and lacks one.
    let live = (1..1_000).map(|id| Addon::sample(&format!("{id:05}"), AddonState::Ready)).collect();
    let live = Conditional::Changed(Fresh { value: live, at: Timestamp::UNIX_EPOCH, etag: None });
    let effects = update(&mut state, Action::Replied { id: list.unwrap(), reply: Ok(Reply::Addons(live)) }, now);
    assert!(effects.iter().all(|effect| !matches!(effect, Effect::Merge { .. } | Effect::Recall)), "it waits");
    assert!(state.snapshot().is_none(), "what is not all of it is not written");
    let seen = Ok(Some(Box::new(all)));
    let effects = update(&mut state, Action::Recalled { profile: ProfileName("local".into()), seen }, now);
    assert_eq!(state.store.addons.len(), 1_000);
    assert_eq!(state.store.addons.fresh.word(), "cached");
    assert_eq!((shown(&state), state.cursor(), state.ui.selected.clone()), frame);
    let (id, merge) = effects
        .into_iter()
        .find_map(|effect| match effect {
            Effect::Merge { id, merge } => Some((id, merge)),
            _ => None,
        })
        .unwrap();
    update(&mut state, Action::Merged { id, merged: Box::new(merge.run()) }, now);
    let missing = state.store.addons.iter().find(|row| row.missing_since.is_some());
    assert_eq!(missing.map(|row| row.addon.name.as_str()), Some("name-00000"), "seen before, and in no list now");
    assert_eq!((shown(&state), state.cursor(), state.ui.selected.clone()), frame);
}

#[test]
fn a_rest_that_can_not_be_read_holds_nothing_up() {
    let now = Now { wall: Timestamp::UNIX_EPOCH, mono: Duration::ZERO };
    let (first, _) = seen_last(1_000);
    let mut state = state_with(true, Some(first));
    update(&mut state, Action::Deadline, now);
    let of = |name: &str| Action::Recalled { profile: ProfileName(name.into()), seen: Err("It is damaged.".into()) };
    update(&mut state, of("another"), now);
    assert!(state.merging.is_some());
    update(&mut state, of("local"), now);
    assert!(state.merging.is_none() && state.store.addons.is_whole());
    assert_eq!(state.store.addons.tally().rows, state.store.addons.len());
}

#[test]
fn of_a_timeline_that_never_ends_the_newest_events_are_kept() {
    let event = |id| TimelineEvent {
        id,
        at: jiff::Timestamp::UNIX_EPOCH,
        step: "attach".into(),
        status: crate::model::EventStatus::Done,
        message: String::new(),
        log: Vec::new(),
    };
    let mut slot = Slot::default();
    for from in (1..=3_000).step_by(300) {
        assert!(merge_events(&mut slot, (from..from + 300).map(event).collect(), jiff::Timestamp::UNIX_EPOCH));
    }
    let kept: Vec<u64> = slot.value.iter().flatten().map(|event| event.id).collect();
    assert_eq!((kept.len(), kept.first(), kept.last()), (EVENTS, Some(&2_001), Some(&3_000)));
}

#[test]
fn of_what_a_platform_ever_did_the_newest_are_kept() {
    let now = Now { wall: Timestamp::UNIX_EPOCH, mono: Duration::ZERO };
    let mut state = state(true);
    let id = next_id(&mut state);
    state.pending.insert(id, Pending { topic: Topic::Works });
    let work = |number| serde_json::json!({"id": format!("op_{number}"), "kind": "rename", "state": "done"});
    let works = (0..WORKS + 50).map(|number| serde_json::from_value(work(number)).unwrap()).collect();
    update(&mut state, Action::Replied { id, reply: Ok(Reply::Works(works)) }, now);
    let kept = state.store.works.value.as_deref().unwrap();
    assert_eq!((kept.len(), kept[0].id.as_str()), (WORKS, "op_0"), "they come newest first");
}
