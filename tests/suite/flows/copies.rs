//! Backups, restore, switch-over, and the commands that an add-on takes beside them, by keys.

use attache::app::Pane;
use attache::app::modal::{Gate, Modal, RestoreStage};
use attache::model::{BackupState, Command, Outcome, Progress, RestoreBackup, Schedule, State, Verb};

use super::stage::{Setting, Stage};

/// An add-on in use with three backups and one that failed; beside it one that nobody uses.
fn stage() -> Stage {
    Stage::open(Setting::default(), |fake| {
        fake.with_addon("orders", &[("storefront", None)]).with_addon("uploads", &[]);
        fake.with_backup("b1", "orders", BackupState::Finished, 50)
            .with_backup("b2", "orders", BackupState::Failed, 26)
            .with_backup("b3", "orders", BackupState::Finished, 2);
    })
}

fn yes(stage: &mut Stage) {
    let confirm = stage.confirm().expect("a confirmation");
    let (name, gate) = (confirm.name().to_owned(), confirm.gate.clone());
    stage.look();
    match gate {
        Gate::Button(_) => stage.keys("<tab><enter>"),
        Gate::Key => stage.keys("y"),
        Gate::Typed(_) => stage.keys(&format!("{name}<enter>")),
    }
}

fn last(stage: &Stage) -> &Command {
    stage.fake.submits.last().expect("something was sent")
}

/// The copy of what is there, which comes before a restore, is made.
fn end_copy(stage: &mut Stage) {
    for backup in stage.fake.backups.iter_mut().filter(|backup| backup.state == BackupState::Pending) {
        (backup.state, backup.finished_at) = (BackupState::Finished, backup.started_at);
    }
    stage.wait(6_000);
}

/// Runs a command by its name in the palette.
fn run(stage: &mut Stage, name: &str) {
    stage.keys(&format!(":{name}<enter>"));
}

#[test]
fn a_backup_is_made_and_followed_until_it_is_finished() {
    let mut stage = stage();
    stage.keys("B");
    yes(&mut stage);
    assert!(matches!(last(&stage), Command::BackUp { addon, .. } if addon == "orders"));
    assert_eq!(stage.state.open_operations().count(), 1);
    stage.fake.asked.clear();
    stage.wait(5_000);
    let asked = stage.fake.asked.iter().filter(|query| matches!(query, attache::app::Query::Backups(_))).count();
    assert!((3..=6).contains(&asked), "one that waits is looked at every second or two: {asked}");
    let made = stage.fake.backups.iter_mut().find(|backup| backup.state == BackupState::Pending).expect("made");
    (made.state, made.progress) =
        (BackupState::Running, Some(Progress { done: Some(12), total: Some(40), ..Progress::default() }));
    stage.wait(1_500);
    let id = stage.fake.addon("orders").key.id.clone();
    let list = &stage.state.backups(&id).expect("read").list;
    assert!(list.iter().any(|backup| backup.progress.is_some()), "{list:?}");
    let made = stage.fake.backups.iter_mut().find(|backup| backup.state == BackupState::Running).expect("made");
    made.state = BackupState::Finished;
    stage.wait(2_000);
    assert_eq!(stage.state.open_operations().count(), 0);
}

#[test]
fn from_an_incident_to_apps_on_a_restored_addon() {
    let mut stage = stage();
    // The good moment is not known; an older backup is taken, and another plan.
    stage.keys("R<enter>jj<enter><s-tab>tiny<enter><enter>");
    yes(&mut stage);
    end_copy(&mut stage);
    assert_eq!(
        last(&stage),
        &Command::Restore(RestoreBackup {
            backup_id: "b1".into(),
            of: Some("orders".into()),
            name: "orders-restored".into(),
            team: Some("sandbox".into()),
            service: "postgresql".into(),
            plan: "tiny".into(),
        })
    );
    assert!(matches!(stage.state.modals.as_slice(), [Modal::Course(_)]), "{:?}", stage.state.modals);
    stage.keys("<esc>");
    assert_eq!(stage.selected(), "orders-restored", "the cursor follows what is made");
    stage.keys("P");
    assert!(stage.notice().contains("wait until it is ready"), "{}", stage.notice());

    stage.fake.make_ready("orders-restored");
    stage.wait(2_500);
    let told = stage.notice();
    assert!(told.contains("next: Switch the apps over"), "{told}");
    // Where it came from is known: nothing is asked.
    stage.keys("P");
    assert!(matches!(stage.confirm().expect("asked").gate, Gate::Typed(_)), "apps go to another database");
    yes(&mut stage);
    assert!(
        matches!(last(&stage), Command::MoveAttachments { from, to, .. } if from == "orders" && to == "orders-restored")
    );
    stage.wait(2_000);
    assert_eq!(stage.state.detail().expect("selected").attachments.items().len(), 1);
    stage.keys("R<esc>");
    assert_eq!(stage.state.selected_row().map(|row| row.addon.name.as_str()), Some("orders-restored"));
}

#[test]
fn a_name_that_is_taken_is_not_suggested_and_a_restore_that_fails_says_why() {
    let mut stage = stage();
    stage.fake.with_addon("orders-restored", &[]);
    stage.wait(11_000);
    stage.keys("R<enter><enter>");
    let Some(Modal::Restore(wizard)) = stage.state.modals.last() else { panic!("no wizard") };
    assert_eq!(wizard.way.name.value(), "orders-restored-2");
    stage.keys("<enter>");
    yes(&mut stage);
    end_copy(&mut stage);
    stage.fake.vanish("orders-restored-2");
    stage.wait(3_000);
    assert!(matches!(stage.state.operations.values().last().expect("one").outcome, Outcome::Failed { .. }));
    assert!(stage.notice().contains("could not be loaded"), "{}", stage.notice());
}

#[test]
fn the_pane_keeps_its_cursor_on_its_backup_and_commands_take_that_one() {
    let mut stage = stage();
    stage.keys("5");
    assert_eq!(stage.state.chosen_backup().map(|backup| backup.id.as_str()), Some("b3"), "the newest");
    stage.keys("jj");
    assert_eq!(stage.state.chosen_backup().map(|backup| backup.id.as_str()), Some("b1"));
    stage.fake.with_backup("b4", "orders", BackupState::Finished, 1);
    stage.wait(6_000);
    assert_eq!(stage.state.shown_backups().len(), 4);
    assert_eq!(stage.state.chosen_backup().map(|backup| backup.id.as_str()), Some("b1"), "a new one came before it");
    stage.keys("R");
    let Some(Modal::Restore(wizard)) = stage.state.modals.last() else { panic!("no wizard") };
    assert_eq!(wizard.backup.chosen.as_deref(), Some("b1"), "it was chosen already");
    stage.keys("<esc>k");
    assert_eq!(stage.state.chosen_backup().map(|backup| backup.id.as_str()), Some("b2"));
    stage.keys("R");
    assert!(stage.notice().contains("b2 failed"), "{}", stage.notice());
    assert!(stage.state.modals.is_empty());

    // In full: the same cursor, and what is deleted is typed by its id.
    stage.keys("<enter>D");
    let confirm = stage.confirm().expect("asked");
    assert!(matches!(confirm.gate, Gate::Typed(_)));
    assert_eq!(confirm.name(), "b2");
    stage.look();
    stage.keys("orders<enter>");
    assert!(stage.fake.submits.is_empty(), "the add-on's name is not that of the backup");
    stage.keys("<c-u>b2<enter>");
    assert!(matches!(last(&stage), Command::DeleteBackup { backup_id, .. } if backup_id == "b2"));
    stage.wait(6_000);
    stage.keys("D");
    assert!(stage.notice().contains("gone already"), "{}", stage.notice());
    stage.keys("<esc>");
    assert_eq!((stage.state.modals.len(), stage.state.ui.focus), (0, Pane::Backups));
}

#[test]
fn backups_of_what_is_gone_are_restored_and_deleted_from_the_list_of_all() {
    let mut stage = stage();
    stage.fake.with_backup("b0", "old-shop", BackupState::Finished, 80);
    run(&mut stage, "all-backups");
    assert_eq!(stage.state.shown_backups().len(), 4);
    stage.keys("B");
    assert!(stage.notice().contains("from the list of add-ons"), "{}", stage.notice());
    stage.keys("GR");
    let Some(Modal::Restore(wizard)) = stage.state.modals.last() else { panic!("no wizard") };
    assert_eq!((wizard.stage, wizard.way.name.value()), (RestoreStage::Way, "old-shop-restored"));
    stage.keys("<esc>D");
    assert!(stage.confirm().is_some(), "it hangs on nothing in the list of add-ons");
    yes(&mut stage);
    assert!(matches!(last(&stage), Command::DeleteBackup { backup_id, .. } if backup_id == "b0"));
}

#[test]
fn a_plan_is_chosen_beside_what_it_changes_and_the_present_one_is_no_choice() {
    let mut stage = stage();
    stage.keys("U<enter>");
    assert!(stage.notice().contains("the plan that it has"), "{}", stage.notice());
    stage.keys("k<enter>");
    yes(&mut stage);
    assert!(matches!(last(&stage), Command::ChangePlan { plan, .. } if plan == "tiny"));
}

#[test]
fn what_has_no_key_of_its_own_is_in_the_palette() {
    let mut stage = stage();
    run(&mut stage, "rename");
    stage.keys("<enter>");
    let Some(Modal::Ask(form)) = stage.state.modals.last() else { panic!("no form") };
    assert!(form.error.as_deref().is_some_and(|error| error.contains("already")), "{:?}", form.error);
    stage.keys("<c-u>Bad<enter>");
    let Some(Modal::Ask(form)) = stage.state.modals.last() else { panic!("no form") };
    assert!(form.error.as_deref().is_some_and(|error| error.contains("lower-case")), "{:?}", form.error);
    stage.keys("<c-u>purchases<enter>");
    yes(&mut stage);
    assert!(matches!(last(&stage), Command::Rename { name, .. } if name == "purchases"));
    stage.wait(2_000);
    assert_eq!(stage.selected(), "purchases");
    for (name, verb) in
        [("rotate", Verb::Rotate), ("restart", Verb::Restart), ("sleep", Verb::Sleep), ("wake", Verb::Wake)]
    {
        run(&mut stage, name);
        yes(&mut stage);
        assert_eq!(last(&stage).verb(), verb);
        stage.wait(2_000);
    }
    run(&mut stage, "wake");
    assert!(stage.notice().contains("does not sleep"), "{}", stage.notice());
}

#[test]
fn a_schedule_is_an_hour_of_a_time_zone_or_none() {
    let mut stage = stage();
    run(&mut stage, "schedule");
    stage.keys("24<enter><enter>");
    let Some(Modal::Ask(form)) = stage.state.modals.last() else { panic!("no form") };
    assert!(form.error.as_deref().is_some_and(|error| error.contains("0 to 23")), "{:?}", form.error);
    stage.keys("<c-u>2<enter><c-u>nowhere<enter>");
    let Some(Modal::Ask(form)) = stage.state.modals.last() else { panic!("no form") };
    assert!(form.error.as_deref().is_some_and(|error| error.contains("no time zone")), "{:?}", form.error);
    stage.keys("<c-u>europe/berl<enter>");
    yes(&mut stage);
    let berlin = Schedule { hour: 2, time_zone: "Europe/Berlin".into() };
    assert!(matches!(last(&stage), Command::ScheduleBackups { schedule: Some(schedule), .. } if *schedule == berlin));
    stage.wait(6_000);
    run(&mut stage, "schedule");
    stage.keys("<c-u><enter><enter>");
    yes(&mut stage);
    assert!(matches!(last(&stage), Command::ScheduleBackups { schedule: None, .. }));
}

#[test]
fn the_log_is_read_when_it_is_opened_and_when_asked_for() {
    let mut stage = stage();
    run(&mut stage, "log");
    let count =
        |stage: &Stage| stage.fake.asked.iter().filter(|query| matches!(query, attache::app::Query::Logs(_))).count();
    assert_eq!(count(&stage), 1);
    stage.wait(20_000);
    assert_eq!(count(&stage), 1, "it does not move under the eyes of who reads it");
    stage.fake.log.push("LOG:  more".into());
    stage.keys("r");
    assert_eq!(count(&stage), 2);
    let id = stage.fake.addon("orders").key.id.clone();
    assert_eq!(stage.state.store.logs[id.as_str()].value.as_ref().map(Vec::len), Some(2));
    stage.keys("<esc>");
    run(&mut stage, "log");
    assert_eq!(count(&stage), 3, "opened anew, read anew");
}

#[test]
fn what_stands_against_a_command_is_told_platform_first_then_addon_then_state() {
    let mut stage = stage();
    let own = "The plan cache keeps no backups.";
    let cannot: Vec<_> =
        [Verb::BackUp, Verb::ListBackups, Verb::Sleep].into_iter().map(|verb| (verb, own.to_owned())).collect();
    stage.fake.addon_mut("orders").cannot = cannot.into();
    stage.fake.addon_mut("orders").state = State::Provisioning;
    stage.wait(11_000);
    stage.keys("B");
    assert_eq!(stage.notice(), own, "what never changes comes before how it stands");
    stage.keys("R");
    assert_eq!(stage.notice(), own);
    stage.keys("U");
    assert!(stage.notice().contains("orders is provisioning"), "{}", stage.notice());
    stage.state.session.capabilities = super::stage::few_capabilities();
    stage.keys("B");
    assert!(stage.notice().contains("This platform keeps no backups"), "{}", stage.notice());
    stage.keys("m");
    let Some(Modal::Menu(menu)) = stage.state.modals.last() else { panic!("no menu") };
    for label in ["Back up the add-on", "Rotate the credentials", "Put the add-on to sleep", "Wake the add-on"] {
        let item = menu.items.iter().find(|item| item.label == label).expect("it stays visible");
        assert!(item.disabled.is_some(), "{label}");
    }
    assert!(stage.fake.submits.is_empty());
}

#[test]
fn nothing_is_written_through_a_read_only_profile() {
    let mut stage =
        Stage::open(Setting { read_only: Some(attache::model::ReadOnly::Configured), ..Setting::default() }, |fake| {
            fake.with_addon("orders", &[("storefront", None)]).with_backup("b1", "orders", BackupState::Finished, 2);
        });
    for key in ["B", "R", "P", "U"] {
        stage.keys(key);
        assert!(stage.state.modals.is_empty() && stage.notice().contains("read-only"), "{key}: {}", stage.notice());
    }
    for name in ["rename", "rotate", "restart", "sleep", "wake", "schedule", "delete-backup"] {
        run(&mut stage, name);
        assert!(stage.notice().contains("read-only"), "{name}: {}", stage.notice());
        stage.keys("<esc>");
    }
    stage.keys("5<enter>D");
    assert!(stage.notice().contains("read-only"), "{}", stage.notice());
    assert!(stage.fake.submits.is_empty());
}

#[test]
fn work_in_progress_is_followed_and_what_was_counted_again_is_no_news() {
    let mut stage = stage();
    stage.fake.work_on("uploads", "back_up", Some(Progress { done: Some(1), ..Progress::default() }));
    stage.wait(11_000);
    stage.fake.work_on("uploads", "back_up", Some(Progress { done: Some(2), ..Progress::default() }));
    stage.wait(1_500);
    let row = stage.state.store.addons.iter().find(|row| row.addon.name == "uploads").expect("there");
    let progress = row.addon.work.as_ref().and_then(|work| work.progress.clone());
    assert_eq!(progress.and_then(|progress| progress.done), Some(2), "followed every second though it is not selected");
    stage.fake.addon_mut("uploads").work = None;
    stage.wait(11_000);
    let frames = stage.frames;
    stage.wait(60_000);
    assert_eq!(stage.frames, frames, "usage was counted anew, with the same figures");
}
