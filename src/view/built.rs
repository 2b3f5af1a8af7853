//! How many rows are built for a frame: those that are seen, however long the list.

use std::cell::Cell;
use std::collections::HashSet;
use std::time::Duration;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use jiff::Timestamp;
use ratatui::Terminal;
use ratatui::backend::TestBackend;

use crate::app::modal::{Modal, PickAttachment};
use crate::app::{Action, Now, Session, Start, State, update};
use crate::model::{Addon, Attachment, Known, ProfileName, State as AddonState};
use crate::platform::Fresh;
use crate::store::{Addons, Snapshot, Store};

const COLUMNS: u16 = 120;
const LINES: u16 = 40;
const MANY: usize = 10_000;

/// What is built row by row.
#[derive(Clone, Copy)]
pub(super) enum Built {
    Addon,
    Attachment,
    Choice,
}

thread_local! {
    /// Since it was last taken, by kind. Of this thread alone: other tests draw too.
    static COUNTS: Cell<[usize; 3]> = const { Cell::new([0; 3]) };
}

/// One more was built.
pub(super) fn count(what: Built) {
    let mut counts = COUNTS.get();
    counts[what as usize] += 1;
    COUNTS.set(counts);
}

/// A dashboard that shows these.
fn state(addons: Vec<Addon>) -> State {
    let mut store = Store::new(ProfileName("local".into()));
    let list = Fresh { value: addons, at: Timestamp::UNIX_EPOCH, etag: None };
    store.addons.take(Addons::default().list_merge(list, 1, true, HashSet::new()).run());
    State::new(Start {
        session: Session::sample(),
        size: (COLUMNS, LINES),
        seed: 1,
        cached: Snapshot::of(&store, "unix"),
        note: None,
        opening: None,
        profiles: Vec::new(),
        zone: jiff::tz::TimeZone::UTC,
        downloads: "/tmp".into(),
        now: now(0),
    })
}

fn now(seconds: u64) -> Now {
    Now { wall: Timestamp::UNIX_EPOCH, mono: Duration::from_secs(seconds) }
}

fn press(state: &mut State, code: KeyCode) {
    let key = KeyEvent::new(code, KeyModifiers::NONE);
    update(state, Action::Key { key, alone: true }, now(1));
}

/// Draws one frame: its text, and how many of these were built for it.
fn draw(state: &State, what: Built) -> (String, usize) {
    COUNTS.set([0; 3]);
    let mut terminal = Terminal::new(TestBackend::new(COLUMNS, LINES)).unwrap();
    terminal.draw(|frame| super::view(state, frame)).unwrap();
    (terminal.backend().to_string(), COUNTS.get()[what as usize])
}

/// Fails unless that row is on the screen, and as many were built as are there: some, and no more than the screen has lines.
fn assert_few(state: &State, what: Built, row: &str) {
    let (screen, built) = draw(state, what);
    assert!(screen.contains(row), "{row} is not on the screen\n{screen}");
    assert!((2..=usize::from(LINES)).contains(&built), "{built} rows are built where {row} is\n{screen}");
}

fn attachments() -> Vec<Attachment> {
    let attachment = |number: usize| Attachment {
        id: None,
        alias: None,
        addon: "orders".into(),
        app: format!("app-{number:05}").into(),
        primary: None,
        owner_row: false,
        config_vars: Known::Is(Vec::new()),
        created_at: None,
    };
    (0..MANY).map(attachment).collect()
}

#[test]
fn of_ten_thousand_add_ons_those_on_the_screen_are_built() {
    let mut state = state((0..MANY).map(|number| Addon::sample(&format!("{number:05}"), AddonState::Ready)).collect());
    assert_eq!(state.visible().len(), MANY);
    assert_few(&state, Built::Addon, "> name-00000");
    for _ in 0..MANY / 2 {
        if state.cursor() < MANY / 2 {
            press(&mut state, KeyCode::PageDown);
        }
    }
    assert!(state.cursor() >= MANY / 2);
    assert_few(&state, Built::Addon, &format!("> name-{:05}", state.cursor()));
    press(&mut state, KeyCode::End);
    assert_few(&state, Built::Addon, "> name-09999");
}

#[test]
fn of_ten_thousand_attachments_those_on_the_screen_are_built() {
    let attachments = Known::Is(attachments());
    let mut state = state(vec![Addon { attachments, ..Addon::sample("1", AddonState::Ready) }]);
    update(&mut state, Action::Deadline, now(1));
    for at in [0, MANY / 2, MANY - 1] {
        state.ui.attachment = at;
        assert_few(&state, Built::Attachment, &format!("> app-{at:05}"));
    }
}

#[test]
fn of_ten_thousand_choices_those_on_the_screen_are_built() {
    let addon = Addon::sample("1", AddonState::Ready);
    let mut state = state(vec![addon.clone()]);
    for cursor in [0, MANY / 2, MANY - 1] {
        let pick = PickAttachment {
            addon: addon.key.clone(),
            addon_name: "orders".into(),
            attachments: attachments(),
            cursor,
        };
        state.modals = vec![Modal::PickAttachment(pick)];
        assert_few(&state, Built::Choice, &format!("> app-{cursor:05}"));
    }
}
