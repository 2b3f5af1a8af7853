//! The guards: what must not happen, tried in every way that a person, a terminal or a platform brings it about.

use attache::app::modal::{Gate, Modal, Phase};
use attache::app::{Action, State};
use attache::model::{Command, Danger, Outcome};
use crossterm::event::KeyCode;

use super::stage::{Setting, Stage, held, press};

fn attached() -> Stage {
    Stage::open(Setting::default(), |fake| {
        fake.with_addon("orders", &[("storefront", None)]).with_addon("uploads", &[]);
    })
}

/// A destroying confirmation on the screen, looked at.
fn destroying() -> Stage {
    let mut stage = attached();
    stage.keys("D");
    assert!(matches!(stage.confirm().expect("asked").gate, Gate::Typed(_)));
    stage.look();
    assert!(stage.confirm().expect("asked").is_armed());
    stage
}

fn interrupting() -> Stage {
    let mut stage = attached();
    stage.keys("X");
    assert!(matches!(stage.confirm().expect("asked").gate, Gate::Key));
    stage.look();
    stage
}

#[test]
fn a_wrong_name_changes_nothing_and_says_so() {
    let mut stage = destroying();
    stage.keys("order<enter>");
    assert!(stage.hint().contains("That is not the name"), "{}", stage.hint());
    stage.keys("S<enter>");
    stage.keys("<back>s <enter>");
    assert!(stage.fake.submits.is_empty());
    stage.keys("<back><enter>");
    assert_eq!(stage.fake.submits.len(), 1, "the right name does");
}

#[test]
fn enter_alone_never_destroys() {
    let mut stage = destroying();
    stage.keys("<enter><enter><enter>");
    assert!(stage.fake.submits.is_empty());
}

#[test]
fn enter_never_confirms_what_interrupts() {
    let mut stage = interrupting();
    stage.keys("<enter>");
    assert!(stage.fake.submits.is_empty());
    assert!(stage.confirm().is_none(), "the focus is on Cancel");
}

#[test]
fn y_confirms_what_interrupts() {
    let mut stage = interrupting();
    stage.keys("y");
    assert_eq!(stage.fake.submits.len(), 1);
}

#[test]
fn a_paste_is_never_a_confirmation() {
    let mut stage = destroying();
    stage.paste("orders");
    stage.paste("orders\n");
    assert_eq!(stage.confirm().and_then(|confirm| confirm.typed()), Some(""), "a pasted name was not read");
    assert!(stage.hint().contains("type orders"), "{}", stage.hint());
    stage.keys("<enter>");
    assert!(stage.fake.submits.is_empty());
    let mut stage = interrupting();
    stage.paste("y");
    assert!(stage.fake.submits.is_empty());
}

#[test]
fn what_was_typed_ahead_counts_for_nothing() {
    for script in ["Dorders<enter>", "Dorders<enter>orders<enter>"] {
        let mut stage = attached();
        stage.burst(script);
        assert!(stage.fake.submits.is_empty(), "{script}");
        assert_eq!(stage.confirm().and_then(|confirm| confirm.typed()), Some(""), "{script}");
    }
    // At the pace of a person, too: each early key starts the wait anew.
    let mut stage = attached();
    stage.keys("Dorders<enter>");
    assert!(stage.fake.submits.is_empty());
    assert!(stage.hint().contains("Too early"), "{}", stage.hint());
    stage.keys("y");
    let mut stage = attached();
    stage.keys("Xy");
    assert!(stage.fake.submits.is_empty());
    assert!(stage.confirm().is_some(), "and the modal is still there");
    stage.keys("yyyyyyyyyyyy");
    assert!(stage.fake.submits.is_empty(), "the early keys started the wait anew");
    stage.look();
    stage.keys("y");
    assert_eq!(stage.fake.submits.len(), 1);
}

#[test]
fn before_the_first_frame_nothing_counts() {
    let mut stage = attached();
    // Nothing is painted from here on but by hand.
    stage.keys("X");
    stage.act(Action::Resize(20, 5));
    stage.wait(5_000);
    stage.key(press(KeyCode::Char('y')), true);
    assert!(stage.fake.submits.is_empty(), "below the floor nothing of it was to be seen");
    assert!(!stage.confirm().expect("still there").is_armed());
}

#[test]
fn nothing_is_done_where_nothing_is_to_be_seen() {
    let mut stage = attached();
    stage.keys("C<enter><enter><enter><enter><enter><tab>");
    stage.act(Action::Resize(20, 5));
    stage.keys("<enter>");
    assert!(stage.fake.submits.is_empty(), "the button is not on the screen");
    stage.act(Action::Resize(80, 24));
    stage.keys("<enter>");
    assert_eq!(stage.fake.submits.len(), 1);
}

#[test]
fn what_was_not_proposed_is_not_shown_for_confirmation() {
    let mut stage = attached();
    stage.fake.fault = Some(super::fake::Fault::Hangs);
    stage.keys("X");
    let Some(Modal::Preparing { id, command }) = stage.state.modals.last() else { panic!("not reading") };
    assert!(matches!(command, Command::Detach { .. }));
    let (id, addon) = (*id, stage.fake.addon("orders").clone());
    let other = Command::DestroyAddon { addon_id: addon.key.id.to_string(), addon: addon.name.to_string() };
    let prepared = stage.fake.prepare(other).map(Box::new);
    stage.act(Action::Prepared { id, prepared });
    assert!(stage.state.modals.is_empty());
    assert!(stage.notice().contains("nothing was sent"), "{}", stage.notice());
}

#[test]
fn a_key_held_down_is_no_confirmation() {
    let mut stage = interrupting();
    stage.key(held(KeyCode::Char('y')), true);
    assert!(stage.hint().contains("held down"), "{}", stage.hint());
    for _ in 0..40 {
        stage.wait(30);
        stage.key(held(KeyCode::Char('y')), true);
    }
    assert!(stage.fake.submits.is_empty());
    // Most terminals can't tell a key held down: then it is many keys, and the wait never ends.
    let mut stage = attached();
    stage.keys("X");
    for _ in 0..60 {
        stage.wait(30);
        stage.key(press(KeyCode::Char('y')), true);
    }
    assert!(stage.fake.submits.is_empty());
    let mut stage = destroying();
    stage.keys("orders");
    stage.key(held(KeyCode::Enter), true);
    assert!(stage.fake.submits.is_empty());
}

#[test]
fn a_yes_among_other_keys_is_none() {
    let mut stage = interrupting();
    stage.key(press(KeyCode::Char('y')), false);
    assert!(stage.fake.submits.is_empty());
    stage.key(press(KeyCode::Char('y')), true);
    assert!(stage.fake.submits.is_empty(), "the wait started anew");
    stage.look();
    stage.keys("y");
    assert_eq!(stage.fake.submits.len(), 1);
    let mut stage = destroying();
    stage.keys("orders");
    stage.key(press(KeyCode::Enter), false);
    assert!(stage.fake.submits.is_empty());
}

#[test]
fn a_resize_asks_to_look_again() {
    let mut stage = interrupting();
    stage.act(Action::Resize(80, 24));
    stage.wait(100);
    stage.key(press(KeyCode::Char('y')), true);
    assert!(stage.fake.submits.is_empty());
    stage.look();
    stage.keys("y");
    assert_eq!(stage.fake.submits.len(), 1);
}

#[test]
fn a_return_from_the_shell_asks_to_look_again() {
    let mut stage = interrupting();
    stage.act(Action::Continued);
    stage.key(press(KeyCode::Char('y')), true);
    assert!(stage.fake.submits.is_empty());
}

#[test]
fn a_return_of_the_focus_asks_to_look_again() {
    let mut stage = interrupting();
    stage.act(Action::Focus(false));
    stage.wait(60_000);
    stage.act(Action::Focus(true));
    stage.wait(500);
    stage.key(press(KeyCode::Char('y')), true);
    assert!(stage.fake.submits.is_empty(), "that key may have been meant for another window");
    stage.look();
    stage.keys("y");
    assert_eq!(stage.fake.submits.len(), 1);
}

#[test]
fn marks_never_widen_a_command() {
    let mut stage = attached();
    stage.keys("  g");
    assert_eq!(stage.state.ui.marks.len(), 2);
    for way in ["D", ":destroy<enter>"] {
        stage.keys(way);
        let confirm = stage.confirm().expect("asked");
        assert_eq!(confirm.prepared.command.target(), "orders", "{way}: the one under the cursor and no other");
        stage.keys("<esc>");
    }
    stage.keys("D");
    stage.look();
    stage.keys("orders<enter>");
    assert!(matches!(stage.fake.submits.as_slice(), [Command::DestroyAddon { addon, .. }] if addon == "orders"));
    assert!(stage.confirm().is_none(), "and no second one follows");
}

#[test]
fn what_was_confirmed_before_is_asked_again() {
    // There is no "don't ask again": the same command takes the same, however often it was confirmed.
    let mut stage = attached();
    for round in 0..3 {
        stage.keys(":restart<enter>");
        let confirm = stage.confirm().expect("asked");
        assert!(matches!(confirm.gate, Gate::Key) && !confirm.is_armed(), "round {round}");
        stage.look();
        stage.keys("y");
        assert_eq!(stage.fake.submits.len(), round + 1);
    }
}

#[test]
fn a_changed_target_is_shown_and_asked_anew() {
    let mut stage = attached();
    stage.keys("D");
    stage.look();
    // Somebody attaches it meanwhile, too late for the next poll.
    let alias = stage.fake.addon("orders").attachments.items()[0].clone();
    let target = stage.fake.addon_mut("orders");
    target.attachments = attache::model::Known::Is(vec![alias.clone(), {
        let mut second = alias;
        (second.id, second.app, second.alias) = (Some("att_9".into()), "billing".into(), Some("SECOND".into()));
        second
    }]);
    stage.keys("orders<enter>");
    assert!(stage.fake.submits.is_empty());
    let confirm = stage.confirm().expect("asked anew");
    assert_eq!(confirm.typed(), Some(""), "the name must be typed again");
    assert!(!confirm.changed.is_empty() && !confirm.is_armed());
    assert!(confirm.prepared.effects.apps().contains(&"billing"), "what is new is shown");
    stage.keys("orders<enter>");
    assert!(stage.fake.submits.is_empty(), "and looked at first");
    stage.look();
    stage.keys("orders<enter>");
    assert_eq!(stage.fake.submits.len(), 1);
}

#[test]
fn a_vanished_target_takes_its_confirmation_along() {
    let mut stage = destroying();
    stage.fake.vanish("orders");
    stage.wait(6_000);
    assert!(stage.state.modals.is_empty());
    assert!(stage.notice().contains("nothing was sent"), "{}", stage.notice());
    assert_eq!(stage.selected(), "uploads");
    stage.keys("orders<enter>");
    assert!(stage.fake.submits.is_empty());
    // The same for one that only a list lacks so far, and for a form.
    let mut stage = attached();
    stage.keys("A");
    stage.fake.hidden.push("orders".into());
    stage.wait(11_000);
    assert!(stage.state.modals.is_empty());
    assert!(stage.state.selected_row().expect("kept").missing_since.is_some(), "it is missing, not gone");
    stage.keys("D");
    assert!(stage.state.modals.is_empty());
    assert!(stage.notice().contains("missing"), "{}", stage.notice());
}

#[test]
fn a_read_only_profile_writes_nothing_and_says_why() {
    let setting = Setting { read_only: Some(attache::model::ReadOnly::Configured), ..Setting::default() };
    let mut stage = Stage::open(setting, |fake| {
        fake.with_addon("orders", &[("storefront", None)]);
    });
    for key in ["C", "A", "X", "D"] {
        stage.keys(key);
        assert!(stage.state.modals.is_empty(), "{key}");
        assert!(stage.notice().contains("read-only"), "{key}: {}", stage.notice());
    }
    let bar = stage.state.keybar();
    assert!(bar.iter().filter(|hint| hint.dangerous).all(|hint| hint.disabled.is_some()), "{bar:?}");
    stage.keys("m<down><down><down><down><down><enter>");
    assert!(stage.fake.submits.is_empty());
}

#[test]
fn a_profile_that_turned_read_only_sends_nothing_that_was_open() {
    let mut stage = interrupting();
    stage.state.session.no_writes = Some("The journal's folder can't be written any more.".into());
    stage.keys("y");
    assert!(stage.fake.submits.is_empty());
    assert!(stage.notice().contains("journal"), "{}", stage.notice());
}

#[test]
fn production_asks_for_the_name_where_others_ask_for_a_key() {
    let setting = Setting { danger: Danger::Production, ..Setting::default() };
    let mut stage = Stage::open(setting, |fake| {
        fake.with_addon("orders", &[("storefront", None)]);
    });
    stage.keys("X");
    stage.look();
    assert!(matches!(stage.confirm().expect("asked").gate, Gate::Typed(_)));
    stage.keys("y<enter>");
    assert!(stage.fake.submits.is_empty());
    stage.keys("<back>orders<enter>");
    assert_eq!(stage.fake.submits.len(), 1);
}

#[test]
fn what_a_platform_cant_do_is_shown_with_its_reason() {
    let mut stage =
        Stage::open(Setting { capabilities: super::stage::few_capabilities(), ..Setting::default() }, |fake| {
            fake.with_addon("orders", &[("storefront", None)]);
        });
    for key in ["B", "R", "P", "U"] {
        stage.keys(key);
        assert!(
            stage.state.modals.is_empty() && stage.notice().contains("keeps no backups"),
            "{key}: {}",
            stage.notice()
        );
    }
    let bar = stage.state.keybar();
    let back_up = bar.iter().find(|hint| hint.key == "B").expect("it stays visible");
    assert!(back_up.disabled.is_some());
}

#[test]
fn a_sent_command_cant_be_taken_back_and_is_sent_once() {
    let mut stage = interrupting();
    stage.fake.fault = Some(super::fake::Fault::Hangs);
    stage.keys("yyy<enter>y");
    let Some(Modal::Confirm(confirm)) = stage.state.modals.last() else { panic!("still there") };
    assert!(matches!(confirm.phase, Phase::Sending(_)));
    stage.keys("<esc>");
    assert!(stage.notice().contains("can't be taken back"), "{}", stage.notice());
    stage.release();
    assert_eq!(stage.fake.submits.len(), 1);
    assert_eq!(
        stage.state.operations.values().map(|operation| &operation.outcome).collect::<Vec<_>>(),
        [&Outcome::Done]
    );
}

#[test]
fn writes_to_one_app_go_one_after_another() {
    let mut stage = Stage::open(Setting::default(), |fake| {
        fake.with_addon("orders", &[("storefront", None)]).with_addon("uploads", &[("storefront", Some("FILES"))]);
    });
    stage.keys("X");
    stage.look();
    stage.fake.fault = Some(super::fake::Fault::Hangs);
    stage.keys("y<esc>");
    let first = std::mem::take(&mut stage.fake.held);
    stage.fake.fault = None;
    stage.keys("jX");
    stage.look();
    stage.keys("y");
    assert_eq!(stage.fake.submits.len(), 1, "the first one has not been answered yet");
    assert!(stage.hint().contains("its answer has not come yet"), "{}", stage.hint());
    first.into_iter().for_each(|action| stage.act(action));
    stage.keys("y");
    assert_eq!(stage.fake.submits.len(), 2);
}

#[test]
fn a_form_left_while_it_is_sent_is_closed() {
    let mut stage = attached();
    stage.keys("C<enter><enter><enter><enter><enter>");
    stage.fake.fault = Some(super::fake::Fault::Hangs);
    stage.keys("<tab><enter><esc>");
    assert!(stage.state.modals.is_empty());
    stage.release();
    assert_eq!(stage.fake.submits.len(), 1);
}

#[test]
fn giving_up_the_reading_of_a_target_sends_nothing() {
    let mut stage = attached();
    stage.fake.fault = Some(super::fake::Fault::Hangs);
    stage.keys("Dorders<enter>");
    assert!(matches!(stage.state.modals.last(), Some(Modal::Preparing { .. })));
    stage.keys("<esc>");
    assert!(stage.state.modals.is_empty());
    stage.release();
    assert!(stage.state.modals.is_empty(), "the late answer opens nothing");
    assert!(stage.fake.submits.is_empty());
}

#[test]
fn a_confirmation_can_be_copied_and_takes_letters() {
    let mut stage = destroying();
    stage.keys("or<c-y><c-o>d");
    assert_eq!(stage.fake.copied.len(), 2);
    assert!(stage.fake.copied[0].starts_with("attache addons") && stage.fake.copied[1].starts_with("SEND"));
    assert_eq!(stage.confirm().and_then(|confirm| confirm.typed()), Some("ord"));
}

#[test]
fn quitting_always_works_and_esc_never_quits() {
    let quits = |stage: &Stage| stage.fake.other.contains(&"quit");
    for script in ["<c-c>", "?<c-c>", "D<c-c>", "/abc<c-c>", "C<enter><enter><c-c>"] {
        let mut stage = attached();
        stage.keys(script);
        assert!(quits(&stage), "{script}");
        assert!(stage.fake.submits.is_empty());
    }
    let mut stage = attached();
    stage.keys("<esc><esc><esc><esc>");
    assert!(!quits(&stage));
    stage.keys("q");
    assert!(quits(&stage) && stage.fake.other.contains(&"save"));
}

#[test]
fn no_lower_case_key_leads_to_a_confirmation() {
    for c in ('a'..='z').filter(|c| *c != 'q') {
        let mut stage = attached();
        stage.key(press(KeyCode::Char(c)), true);
        let opens = |state: &State| {
            state
                .modals
                .iter()
                .any(|modal| matches!(modal, Modal::Confirm(_) | Modal::Preparing { .. } | Modal::Create(_)))
        };
        assert!(!opens(&stage.state), "{c}");
    }
}
