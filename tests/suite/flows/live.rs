//! What a platform answers, late, wrongly or not at all.

use std::time::Duration;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use attache::app::{Action, Link, Query, Reply, RequestId};
use attache::model::{Command, Operation, OperationId, Outcome, State};
use attache::platform::{Conditional, Fresh, ReadError, ReadErrorKind};
use attache::store::Cache;

use super::fake::Fault;
use super::stage::{Setting, Stage, start_of_time};

#[test]
fn an_unchanged_poll_changes_nothing_to_be_seen() {
    let mut stage = Stage::with(&["orders", "uploads"]);
    stage.wait(30_000);
    let (revision, frames, asked) = (stage.state.revision(), stage.frames, stage.fake.asked.len());
    stage.wait(60_000);
    assert!(stage.fake.asked.len() > asked + 10, "it did ask");
    assert_eq!((stage.state.revision(), stage.frames), (revision, frames));
}

#[test]
fn what_is_looked_at_is_asked_for_as_often_as_planned() {
    let mut stage = Stage::with(&["orders", "uploads"]);
    let fewer = Setting { capabilities: super::stage::few_capabilities(), ..Setting::default() };
    let mut without = Stage::open(fewer, |fake| {
        fake.with_addon("orders", &[]);
    });
    stage.fake.asked.clear();
    stage.wait(60_000);
    without.wait(60_000);
    let count = |stage: &Stage, is: fn(&Query) -> bool| stage.fake.asked.iter().filter(|query| is(query)).count();
    assert_eq!(count(&stage, |query| matches!(query, Query::Addons { .. })), 6);
    assert_eq!(count(&stage, |query| matches!(query, Query::Events { .. })), 12);
    assert_eq!(count(&stage, |query| matches!(query, Query::Backups(_))), 12, "its pane is on the screen");
    assert_eq!(count(&stage, |query| matches!(query, Query::Usage(_))), 6);
    assert_eq!(count(&without, |query| matches!(query, Query::Backups(_) | Query::Usage(_))), 0, "it has none");
    stage.act(Action::Focus(false));
    stage.fake.asked.clear();
    stage.wait(120_000);
    assert!(stage.fake.asked.len() <= 14, "unfocused: {:?}", stage.fake.asked);
    stage.fake.asked.clear();
    stage.act(Action::Focus(true));
    assert!(stage.fake.asked.iter().any(|query| matches!(query, Query::Addons { .. })), "back: at once");
}

#[test]
fn an_error_keeps_the_rows_marks_them_stale_and_keys_work() {
    for kind in
        [ReadErrorKind::TimedOut, ReadErrorKind::ServerError(500), ReadErrorKind::Unauthorized, ReadErrorKind::Nonsense]
    {
        let mut stage = Stage::with(&["orders", "uploads"]);
        stage.fake.fault = Some(Fault::Reads(kind.clone()));
        stage.wait(30_000);
        assert_eq!(stage.names(), ["orders", "uploads"], "{kind:?}");
        assert_eq!(stage.state.store.addons.fresh.word(), "stale", "{kind:?}");
        assert!(stage.state.store.addons.fresh.stale_since.is_some());
        assert!(matches!(stage.state.link(), Link::Down { .. } | Link::Failing { .. }), "{:?}", stage.state.link());
        stage.keys("j");
        assert_eq!(stage.selected(), "uploads", "{kind:?}");
        stage.keys("/orde");
        assert_eq!(stage.names(), ["orders"]);
        stage.keys("<esc>?<esc>");
        stage.fake.fault = None;
        stage.wait(70_000);
        assert!(matches!(stage.state.link(), Link::Live(_)), "{kind:?}: {:?}", stage.state.link());
    }
}

#[test]
fn offline_one_question_is_asked_less_and_less_often() {
    let mut stage = Stage::with(&["orders"]);
    stage.fake.fault = Some(Fault::Reads(ReadErrorKind::Unreachable));
    stage.wait(20_000);
    stage.fake.asked.clear();
    stage.wait(600_000);
    assert!(stage.fake.asked.iter().all(|query| matches!(query, Query::Addons { .. })), "{:?}", stage.fake.asked);
    assert!((9..=14).contains(&stage.fake.asked.len()), "{}", stage.fake.asked.len());
    let Link::Down { failures, next_try, .. } = stage.state.link() else { panic!("{:?}", stage.state.link()) };
    assert!(failures > 9 && next_try > stage.now().wall);
    stage.fake.fault = None;
    stage.keys("r");
    assert!(matches!(stage.state.link(), Link::Live(_)), "r tries at once");
}

#[test]
fn a_platform_that_hangs_leaves_everything_usable() {
    let mut stage = Stage::with(&["orders", "uploads"]);
    stage.fake.fault = Some(Fault::Hangs);
    stage.wait(120_000);
    stage.keys("j");
    assert_eq!(stage.selected(), "uploads");
    let asked: Vec<String> =
        stage.fake.asked.iter().rev().take(stage.fake.held.len()).map(|one| format!("{one:?}")).collect();
    let once: std::collections::BTreeSet<_> = asked.iter().collect();
    assert!(once.len() > 3);
    assert_eq!(once.len(), asked.len(), "one request per question: {asked:?}");
    stage.release();
    assert_eq!(stage.names(), ["orders", "uploads"]);
}

#[test]
fn a_stale_reply_is_dropped() {
    let mut stage = Stage::with(&["orders"]);
    let nobody_asked = Fresh { value: Vec::new(), at: start_of_time(), etag: None };
    let reply = Ok(Reply::Addons(Conditional::Changed(nobody_asked)));
    stage.act(Action::Replied { id: RequestId(1_000_000), reply });
    assert_eq!(stage.names(), ["orders"]);
    assert!(stage.state.selected_row().expect("there").missing_since.is_none());
}

#[test]
fn a_list_from_before_a_write_is_dropped() {
    let mut stage = Stage::open(Setting::default(), |fake| {
        fake.with_addon("orders", &[("storefront", None)]);
    });
    stage.keys("X");
    stage.look();
    // A list is asked for, answered with the old state, and its answer is slow.
    stage.fake.fault = Some(Fault::Hangs);
    stage.wait(12_000);
    let old = std::mem::take(&mut stage.fake.held);
    assert!(old.iter().any(|action| matches!(action, Action::Replied { reply: Ok(Reply::Addons(_)), .. })));
    stage.fake.fault = None;
    stage.keys("y");
    assert_eq!(stage.state.detail().expect("there").attachments.items().len(), 0);
    let revision = stage.state.revision();
    for action in old {
        stage.act(action);
    }
    assert_eq!(stage.state.detail().expect("there").attachments.items().len(), 0);
    assert_eq!(stage.state.revision(), revision);
}

/// The add-on under the cursor goes while its parts are read; their answers come after that.
fn gone_while_it_was_read(stage: &mut Stage) -> Vec<Action> {
    stage.wait(30_000);
    stage.fake.fault = Some(Fault::Hangs);
    stage.keys("r");
    let late = std::mem::take(&mut stage.fake.held);
    let is_own = |action: &Action| matches!(action, Action::Replied { reply: Ok(Reply::Addon(_)), .. });
    let (own, late): (Vec<Action>, Vec<Action>) = late.into_iter().partition(is_own);
    let [Action::Replied { id: request, .. }] = own[..] else { panic!("{own:?}") };
    let is_part =
        |action: &&Action| matches!(action, Action::Replied { reply: Ok(Reply::Events(_) | Reply::Backups(_)), .. });
    let (late, rest): (Vec<Action>, Vec<Action>) = late.into_iter().partition(|action| is_part(&action));
    stage.fake.held = rest;
    assert_eq!(late.len(), 2);
    let gone = ReadError::new(ReadErrorKind::NotFound, "There is no such add-on.");
    stage.act(Action::Replied { id: request, reply: Err(gone) });
    assert_eq!(stage.names(), ["uploads"]);
    late
}

#[test]
fn what_comes_of_an_add_on_that_went_meanwhile_is_of_no_use() {
    let mut stage = Stage::with(&["orders", "uploads"]);
    let id = stage.state.detail().expect("there").key.id.clone();
    stage.wait(30_000);
    assert!(stage.state.backups(&id).is_some() && stage.state.store.events.contains_key(&*id));
    for action in gone_while_it_was_read(&mut stage) {
        stage.act(action);
    }
    assert!(stage.state.backups(&id).is_none() && !stage.state.store.events.contains_key(&*id));
    // The others are read as before.
    stage.fake.fault = None;
    stage.release();
    stage.wait(30_000);
    assert!(stage.state.backups(&stage.state.detail().expect("there").key.id).is_some());
}

#[test]
fn how_the_platform_is_shows_in_late_answers_too() {
    let fails = |stage: &mut Stage, kind: ReadErrorKind| {
        for action in gone_while_it_was_read(stage) {
            let Action::Replied { id, .. } = action else { panic!("{action:?}") };
            let error = ReadError::new(kind.clone(), "It is not to be asked now.");
            stage.act(Action::Replied { id, reply: Err(error) });
        }
    };
    let lists = |stage: &Stage| stage.fake.asked.iter().filter(|query| matches!(query, Query::Addons { .. })).count();
    let mut stage = Stage::with(&["orders", "uploads"]);
    fails(&mut stage, ReadErrorKind::RateLimited(Some(Duration::from_secs(120))));
    stage.release();
    stage.fake.asked.clear();
    stage.wait(100_000);
    assert_eq!(lists(&stage), 0, "it asked to be left alone for two minutes");
    stage.wait(30_000);
    assert!(lists(&stage) > 0);

    let mut stage = Stage::with(&["orders", "uploads"]);
    fails(&mut stage, ReadErrorKind::Unreachable);
    assert!(matches!(stage.state.link(), Link::Down { .. }));
    stage.release();
    assert!(matches!(stage.state.link(), Link::Live(_)));
}

#[test]
fn who_holds_a_key_down_keeps_nothing_from_being_read() {
    let mut stage = Stage::with(&["a", "b", "c", "d", "e"]);
    stage.wait(30_000);
    stage.fake.asked.clear();
    // A key each twentieth of a second: the cursor never rests, and no deadline gets its turn.
    for at in 0..1_200 {
        let key = if (at / 4) % 2 == 0 { 'j' } else { 'k' };
        stage.key_at_once(KeyEvent::new(KeyCode::Char(key), KeyModifiers::NONE), 50);
    }
    let count = |stage: &Stage, is: fn(&Query) -> bool| stage.fake.asked.iter().filter(|query| is(query)).count();
    let lists = count(&stage, |query| matches!(query, Query::Addons { .. }));
    let events = count(&stage, |query| matches!(query, Query::Events { .. }));
    assert!(
        (5..=6).contains(&lists) && (10..=12).contains(&events),
        "{lists} lists, {events} of the one that is shown"
    );
    // It rests: its details are asked for.
    stage.keys("j");
    let id = stage.state.selected_row().expect("there").addon.key.id.clone();
    stage.fake.asked.clear();
    stage.wait(200);
    assert!(stage.fake.asked.iter().any(|query| matches!(query, Query::Addon(of) if *of == *id)));
}

#[test]
fn the_selection_stays_with_its_row() {
    let mut stage = Stage::with(&["bravo", "charlie", "delta"]);
    stage.keys("j");
    assert_eq!(stage.selected(), "charlie");
    stage.fake.with_addon("alpha", &[]);
    stage.wait(11_000);
    assert_eq!((stage.selected(), stage.state.cursor()), ("charlie", 2));
    stage.fake.vanish("charlie");
    stage.wait(11_000);
    assert_eq!(stage.names(), ["alpha", "bravo", "delta"]);
    assert_eq!(stage.selected(), "delta", "the neighbour");
}

#[test]
fn a_list_that_shrinks_too_much_is_kept_until_the_next_agrees() {
    let mut stage = Stage::with(&["a", "b", "c", "d", "e", "f"]);
    let all: Vec<String> = ["a", "b", "c", "d", "e", "f"].map(str::to_owned).to_vec();
    stage.fake.hidden = all.clone();
    stage.wait(10_500);
    assert_eq!(stage.names().len(), 6);
    assert_eq!(stage.state.store.addons.shrink.as_ref().map(|shrink| shrink.absent.len()), Some(6));
    assert!(stage.state.store.addons.iter().all(|row| row.missing_since.is_none()));
    stage.wait(10_000);
    assert!(stage.state.store.addons.shrink.is_none());
    assert!(stage.state.store.addons.iter().all(|row| row.missing_since.is_some()), "the next list agreed");
    stage.fake.hidden.clear();
    stage.wait(10_000);
    assert!(stage.state.store.addons.iter().all(|row| row.missing_since.is_none()), "and then they came back");
    // One of three is no reason for suspicion.
    let mut stage = Stage::with(&["a", "b", "c"]);
    stage.fake.vanish("b");
    stage.wait(12_000);
    assert_eq!(stage.names(), ["a", "c"]);
}

#[test]
fn unfinished_operations_are_followed_from_the_start() {
    let mut setting = Setting::default();
    setting.operations.push(Operation {
        child: None,
        id: OperationId("20261120T025900Z-00000001".into()),
        profile: attache::model::ProfileName("local".into()),
        command: attache::model::Command::DestroyAddon { addon_id: "add_9".into(), addon: "old".into() },
        started_at: start_of_time(),
        updated_at: start_of_time(),
        outcome: Outcome::Accepted,
        addon_id: Some("add_9".into()),
        work_id: None,
        backup_id: None,
        is_noted: false,
        before: None,
        asks: None,
    });
    let stage = Stage::open(setting, |fake| {
        fake.with_addon("orders", &[]);
    });
    assert_eq!(
        stage.state.operations.values().map(|operation| &operation.outcome).collect::<Vec<_>>(),
        [&Outcome::Done]
    );
}

#[test]
fn a_failed_provisioning_is_told_with_its_reason() {
    let mut stage = Stage::with(&[]);
    stage.keys("C<enter><enter><c-u>orders<enter><enter><enter><tab><enter>");
    let addon = stage.fake.addon_mut("orders");
    addon.state = State::Failed;
    addon.state_reason = Some("initdb: no space left on device".into());
    stage.wait(1_500);
    assert!(stage.notice().contains("no space left"), "{}", stage.notice());
    assert!(stage.state.activity.iter().any(|line| line.text.contains("no space left")));
}

#[test]
fn the_last_session_is_shown_before_the_first_answer() {
    let seen = Stage::with(&["orders", "uploads"]).state.snapshot().expect("a list was read");
    let folder = tempfile::tempdir().unwrap();
    let cache = Cache::new(folder.path(), &seen.profile);
    cache.save(&seen).expect("it can be written");
    let setting = Setting { cached: cache.load(&seen.endpoint).expect("and read"), ..Setting::default() };
    let mut stage = Stage::open(setting, |fake| fake.fault = Some(Fault::Hangs));
    assert_eq!(stage.names(), ["orders", "uploads"]);
    assert_eq!(stage.state.store.addons.fresh.word(), "cached");
    assert_eq!(stage.state.link(), Link::Connecting);
    stage.keys("j");
    assert_eq!(stage.selected(), "uploads");
}

#[test]
fn an_unknown_outcome_is_looked_into_and_can_be_noted() {
    let mut setting = Setting::default();
    let unknown = Operation {
        child: None,
        id: OperationId("20261120T025900Z-00000001".into()),
        profile: attache::model::ProfileName("local".into()),
        command: attache::model::Command::CreateApp { app: "old".into(), team: None },
        started_at: start_of_time(),
        updated_at: start_of_time(),
        outcome: Outcome::unknown("The connection was cut."),
        addon_id: None,
        work_id: None,
        backup_id: None,
        is_noted: false,
        before: None,
        asks: None,
    };
    setting.operations.push(unknown.clone());
    let mut stage = Stage::open(setting, |fake| {
        fake.with_addon("orders", &[]);
    });
    assert_eq!(stage.state.open_operations().count(), 1);
    let follows = |stage: &Stage| stage.fake.follows;
    let before = follows(&stage);
    let (news, revision) = (stage.state.activity.len(), stage.state.revision());
    stage.wait(60_000);
    assert!(follows(&stage) > before, "it is read again");
    assert_eq!(stage.state.activity.len(), news, "what is still unknown is no news");
    assert_eq!(stage.state.revision(), revision, "and repaints nothing");

    // A key of the operations' sheet alone, and only after the choice of which one.
    stage.keys("x");
    assert!(stage.state.modals.is_empty() && stage.fake.noted.is_empty());
    stage.keys("ox");
    assert!(stage.fake.noted.is_empty(), "which one is asked first");
    stage.keys("<enter>");
    assert_eq!(stage.fake.noted.as_slice(), std::slice::from_ref(&unknown.id));
    assert!(stage.fake.submits.is_empty(), "nothing is sent to the platform");
    stage.act(Action::Noted(Err("The journal could not be written.".into())));
    assert_eq!(stage.state.open_operations().count(), 1, "what could not be recorded stays");
    stage.act(Action::Noted(Ok(Box::new(Operation {
        work_id: None,
        backup_id: None,
        is_noted: true,
        ..unknown.clone()
    }))));
    assert_eq!(stage.state.open_operations().count(), 0);
    let outcome = &stage.state.operations[&unknown.id].outcome;
    assert!(matches!(outcome, Outcome::Unknown { .. }), "no outcome is claimed");
    let before = follows(&stage);
    stage.wait(300_000);
    assert_eq!(follows(&stage), before, "and it is not looked into any more");
    stage.keys("x");
    assert!(stage.notice().contains("No operation's outcome is unknown"), "{}", stage.notice());
}

#[test]
fn u_proposes_the_way_back_and_sends_nothing_before_it_is_confirmed() {
    let mut stage = Stage::open(Setting::default(), |fake| {
        fake.with_addon("orders", &[("storefront", Some("REPORTING"))]);
    });
    stage.keys("ou");
    assert_eq!(stage.notice(), "Nothing was done yet.");
    stage.keys("<esc>X");
    stage.look();
    stage.keys("y");
    assert_eq!(stage.fake.submits.len(), 1);
    stage.keys("ou");
    let confirm = stage.confirm().expect("it is shown first");
    let Command::Attach { app, alias, .. } = &confirm.prepared.command else { panic!("{confirm:?}") };
    assert_eq!((app.as_str(), alias.as_deref()), ("storefront", Some("REPORTING")));
    assert_eq!(stage.fake.submits.len(), 1, "nothing is sent by a lower-case key");
    stage.look();
    stage.keys("y");
    assert_eq!(stage.fake.submits.len(), 2);
    // The way back from the way back, from the palette.
    stage.keys("<esc>:undo<enter>");
    assert!(matches!(&stage.confirm().unwrap().prepared.command, Command::Detach { app, .. } if app == "storefront"));
    stage.keys("<esc>");
    // What can't be undone says why and opens nothing.
    stage.keys(":restart<enter>");
    stage.look();
    stage.keys("y");
    stage.keys("ou");
    assert!(stage.notice().contains("nothing behind to undo"), "{}", stage.notice());
    assert!(stage.confirm().is_none());
}
