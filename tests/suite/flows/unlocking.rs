//! `!` unlocks a read-only profile: by its name and a reason, on record, for half an hour, and never longer.

use attache::app::modal::{Gate, Modal, UnlockForm, UnlockPhase};
use attache::app::{Action, UNLOCKED_FOR, update};
use attache::model::{Danger, ReadOnly};
use crossterm::event::KeyCode;

use super::stage::{Setting, Stage, held, press, start_of_time};

fn locked() -> Stage {
    let setting = Setting { read_only: Some(ReadOnly::Configured), ..Setting::default() };
    Stage::open(setting, |fake| {
        fake.with_addon("orders", &[("storefront", None)]).with_addon("uploads", &[]);
    })
}

fn unlocked() -> Stage {
    let mut stage = locked();
    stage.keys("!local<enter>INC-4711 bad migration<enter>");
    assert!(stage.state.modals.is_empty() && stage.state.session.unlocked.is_some(), "{}", error(&stage));
    stage
}

fn form(stage: &Stage) -> &UnlockForm {
    match stage.state.modals.last() {
        Some(Modal::Unlock(form)) => form,
        other => panic!("no form to unlock on top but {other:?}"),
    }
}

fn error(stage: &Stage) -> &str {
    match stage.state.modals.last() {
        Some(Modal::Unlock(form)) => form.error.as_deref().unwrap_or(""),
        _ => "",
    }
}

fn is_locked(stage: &Stage) -> bool {
    stage.state.session.unlocked.is_none() && stage.state.session.no_writes.is_some() && stage.fake.unlocked.is_none()
}

#[test]
fn the_name_and_a_reason_unlock_it_for_half_an_hour() {
    let mut stage = unlocked();
    let until = stage.fake.unlocks[0].1;
    assert_eq!(stage.fake.unlocks[0].0, "INC-4711 bad migration");
    let at = stage.now().wall;
    assert_eq!(until.duration_since(at).unsigned_abs(), UNLOCKED_FOR, "from the key that confirmed it");
    let unlocked = stage.state.session.unlocked.clone().expect("unlocked");
    assert_eq!((unlocked.reason.as_str(), unlocked.until), ("INC-4711 bad migration", until));
    stage.keys("X");
    stage.look();
    stage.keys("y");
    assert_eq!(stage.fake.submits.len(), 1);
    stage.wait(UNLOCKED_FOR.as_millis() as u64);
    assert!(is_locked(&stage));
    assert!(stage.fake.other.contains(&"lock"));
    stage.keys("jD");
    assert!(stage.state.modals.is_empty() && stage.notice().contains("read-only"), "{}", stage.notice());
}

#[test]
fn nothing_can_be_written_before_the_unlocking_is_on_record() {
    let mut stage = locked();
    stage.fake.fault = Some(super::fake::Fault::Hangs);
    stage.keys("!local<enter>why<enter>");
    assert!(matches!(form(&stage).phase, UnlockPhase::Recording { .. }));
    assert!(stage.state.session.unlocked.is_none() && stage.state.session.no_writes.is_some());
    stage.keys("x<enter><enter>");
    stage.paste("more");
    assert_eq!(stage.fake.unlocks.len(), 1, "it is asked for once");
    assert_eq!(form(&stage).reason.value(), "why", "what is being recorded can't be changed any more");
    stage.release();
    assert_eq!(stage.state.session.unlocked.as_ref().map(|unlocked| unlocked.reason.as_str()), Some("why"));
}

#[test]
fn what_can_not_be_recorded_is_not_unlocked() {
    let mut stage = locked();
    stage.fake.unlock_fails = Some("The unlocking could not be written (disk full).".into());
    stage.keys("!local<enter>why<enter>");
    assert!(error(&stage).contains("disk full"), "{}", error(&stage));
    assert!(stage.state.session.unlocked.is_none() && stage.state.session.no_writes.is_some());
    stage.fake.unlock_fails = None;
    stage.keys("<enter>");
    assert!(stage.state.session.unlocked.is_some(), "what was typed is kept, to try again");
}

#[test]
fn given_up_while_it_is_recorded_it_stays_locked() {
    let mut stage = locked();
    stage.fake.fault = Some(super::fake::Fault::Hangs);
    stage.keys("!local<enter>why<enter><esc>");
    assert!(stage.state.modals.is_empty());
    stage.release();
    assert!(is_locked(&stage), "the door that was opened is closed again");
}

#[test]
fn a_wrong_or_pasted_name_no_reason_or_a_careless_key_unlock_nothing() {
    for (script, hint) in [
        ("!loca<enter>", "not the profile's name"),
        ("!Local<enter>", "not the profile's name"),
        ("!local <enter>", "not the profile's name"),
        ("!<enter>", "not the profile's name"),
        ("!<tab>why<enter>", "not the profile's name"),
        ("!local<enter><enter>", "Say why"),
        ("!local<enter>   <enter>", "Say why"),
    ] {
        let mut stage = locked();
        stage.keys(script);
        assert!(error(&stage).contains(hint), "{script}: {:?}", error(&stage));
        assert!(stage.fake.unlocks.is_empty(), "{script}");
    }
    let mut stage = locked();
    stage.keys("!");
    stage.paste("local");
    assert!(error(&stage).contains("type local"), "{}", error(&stage));
    stage.paste("local\nwhy\n");
    stage.keys("<tab>");
    stage.paste("INC-4711");
    assert_eq!((form(&stage).name.value(), form(&stage).reason.value()), ("", "INC-4711"), "a reason may be pasted");
    stage.keys("<enter>");
    assert!(stage.fake.unlocks.is_empty());
    // Enter held down, or among other keys: a terminal without bracketed paste.
    let mut stage = locked();
    stage.burst("!local<enter>why<enter>");
    assert!(error(&stage).contains("by itself"), "{}", error(&stage));
    stage.key(held(KeyCode::Enter), true);
    assert!(stage.fake.unlocks.is_empty());
}

#[test]
fn the_same_key_locks_it_at_once_and_what_was_sent_goes_on() {
    let mut stage = unlocked();
    stage.keys("X");
    stage.look();
    stage.fake.fault = Some(super::fake::Fault::Hangs);
    stage.keys("y<esc>!");
    assert!(is_locked(&stage));
    stage.release();
    assert_eq!(stage.state.operations.len(), 1, "its outcome still comes");
    stage.keys("jD");
    assert!(stage.state.modals.is_empty() && stage.notice().contains("read-only"), "{}", stage.notice());
    stage.keys("!");
    assert_eq!(form(&stage).name.value(), "", "the next time it is asked for again");
}

#[test]
fn what_was_open_when_the_time_ended_is_not_sent() {
    let mut stage = unlocked();
    stage.keys("X");
    stage.look();
    assert!(matches!(stage.confirm().expect("asked").gate, Gate::Key));
    stage.wait(UNLOCKED_FOR.as_millis() as u64);
    assert!(stage.confirm().expect("it stays to be read").is_armed());
    stage.keys("y");
    assert!(stage.fake.submits.is_empty());
    assert!(stage.notice().contains("read-only"), "{}", stage.notice());
}

#[test]
fn neither_sleep_nor_a_clock_that_is_set_makes_it_longer() {
    // The machine sleeps: the clock that never jumps stands still. The first thing after that is a key.
    let mut stage = unlocked();
    stage.keys("X");
    stage.look();
    let mut now = stage.now();
    now.wall += jiff::SignedDuration::from_mins(31);
    let effects = update(&mut stage.state, Action::Key { key: press(KeyCode::Char('y')), alone: true }, now);
    assert!(!effects.iter().any(|effect| matches!(effect, attache::app::Effect::Submit { .. })), "{effects:?}");
    assert!(effects.iter().any(|effect| matches!(effect, attache::app::Effect::Lock)));
    // The clock on the wall is set back by an hour: the other one counts, and wakes us for it.
    let mut stage = unlocked();
    let end = stage.state.session.unlocked.clone().expect("unlocked").until_mono;
    assert_eq!(end, stage.mono + UNLOCKED_FOR);
    let mut now = stage.now();
    (now.wall, now.mono) = (start_of_time() - jiff::SignedDuration::from_hours(1), end);
    update(&mut stage.state, Action::Deadline, now);
    assert!(stage.state.session.unlocked.is_none());
    let mut stage = unlocked();
    while stage.state.next_deadline().is_some_and(|due| due < end) && stage.mono < end {
        stage.wait(60_000);
    }
    assert!(stage.mono <= end + std::time::Duration::from_secs(60) && stage.state.session.unlocked.is_none());
}

#[test]
fn what_can_not_be_unlocked_says_why() {
    let not = |read_only, no_journal: Option<&str>, why: &str| {
        let setting = Setting { read_only, no_journal: no_journal.map(str::to_owned), ..Setting::default() };
        let mut stage = Stage::open(setting, |fake| {
            fake.with_addon("orders", &[("storefront", None)]);
        });
        stage.keys("!");
        assert!(stage.state.modals.is_empty(), "{why}");
        assert!(stage.notice().contains(why), "{}", stage.notice());
        stage.keys("D");
        assert_eq!(stage.state.modals.is_empty(), read_only.is_some() || no_journal.is_some(), "{why}");
    };
    not(None, None, "not read-only");
    not(Some(ReadOnly::Flag), None, "start again without it");
    not(Some(ReadOnly::Configured), Some("The journal's folder can't be written."), "journal");
    not(None, Some("The journal's folder can't be written."), "not read-only");
}

#[test]
fn unlocking_lowers_no_other_guard() {
    let setting = Setting { read_only: Some(ReadOnly::Configured), danger: Danger::Production, ..Setting::default() };
    let mut stage = Stage::open(setting, |fake| {
        fake.with_addon("orders", &[("storefront", None)]);
    });
    stage.keys("!local<enter>why<enter>X");
    stage.look();
    assert!(matches!(stage.confirm().expect("asked").gate, Gate::Typed(_)));
    stage.keys("y<enter>");
    assert!(stage.fake.submits.is_empty());
}
