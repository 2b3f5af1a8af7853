//! The way to a restore by keys: which database, when it was good last, which steps. It is 04:00 in Berlin, 03:00Z.

use attache::app::modal::{Modal, RestoreStage, RestoreWizard};
use attache::app::{Opening, WayItem};
use attache::model::{BackupState, By, Capability, Command, Endpoint, Known, ReadOnly, Verb};
use attache::platform::ReadErrorKind;

use super::fake::Fault;
use super::stage::{Setting, Stage};

pub(super) fn wizard(stage: &Stage) -> &RestoreWizard {
    match stage.state.modals.last() {
        Some(Modal::Restore(wizard)) => wizard,
        other => panic!("no wizard on top: {other:?}"),
    }
}

pub(super) fn why(stage: &Stage) -> &str {
    wizard(stage).error.as_deref().unwrap_or("")
}

/// Two databases in use; one has backups from before and after 03:30 in Berlin, and two that are not finished.
pub(super) fn stage_of(opening: Option<Opening>) -> Stage {
    Stage::open(Setting { opening, ..Setting::default() }, |fake| {
        fake.with_addon("orders", &[("storefront", None), ("billing", Some("REPORTING"))])
            .with_addon("uploads", &[("billing", None)]);
        fake.addon_mut("orders").endpoint =
            Some(Box::new(Endpoint { host: "10.0.0.7".into(), port: 5432, database: None, user: None }));
        fake.with_backup("b1", "orders", BackupState::Finished, 50)
            .with_backup("b2", "orders", BackupState::Failed, 26)
            .with_backup("b3", "orders", BackupState::Finished, 2)
            .with_backup("b4", "orders", BackupState::Finished, 0)
            .with_backup("b5", "orders", BackupState::Running, 0);
        fake.with_release("storefront", 57, 20).with_release("billing", 57, 300).with_release("billing", 58, 10);
    })
}

pub(super) fn stage() -> Stage {
    stage_of(None)
}

fn restore_of(stage: &Stage) -> &attache::model::RestoreBackup {
    let Some(Modal::Confirm(confirm)) = stage.state.modals.last() else { panic!("nothing to confirm") };
    let restore = confirm.all().find_map(|one| match &one.command {
        Command::Restore(restore) => Some(restore),
        _ => None,
    });
    restore.expect("no restore")
}

#[test]
fn the_whole_way_from_an_incident_to_the_confirmation() {
    let mut stage = stage();
    stage.keys("R");
    assert_eq!(wizard(&stage).stage, RestoreStage::Moment, "the add-on under the cursor is the one");
    stage.keys("03:30<enter>");
    let good = wizard(&stage).good.clone().expect("taken");
    assert_eq!(good.at.to_string(), "2026-11-20T02:30:00Z", "the wall's time is not the platform's");
    assert_eq!(wizard(&stage).backup.chosen.as_deref(), Some("b3"), "the newest from before");
    stage.keys("<enter>");
    assert_eq!(wizard(&stage).stage, RestoreStage::Way);
    assert_eq!(wizard(&stage).way.name.value(), "orders-restored");
    stage.keys("<enter>");
    let restore = restore_of(&stage);
    assert_eq!((restore.backup_id.as_str(), restore.name.as_str()), ("b3", "orders-restored"));
    assert!(stage.fake.submits.is_empty(), "nothing was sent on the way");
    stage.look();
    let confirm = stage.confirm().expect("asked");
    let sentences: Vec<String> = confirm.all().map(|one| one.command.sentence()).collect();
    assert!(sentences[0].starts_with("Back up orders") && sentences.len() == 2, "all up to it at once: {sentences:?}");
    stage.keys("<tab><enter>");
    let sent = |stage: &Stage| stage.fake.submits.iter().map(Command::verb).collect::<Vec<_>>();
    assert_eq!(sent(&stage), [Verb::BackUp], "one after another");
    assert!(matches!(stage.state.modals.as_slice(), [Modal::Course(_)]), "{:?}", stage.state.modals);
    for backup in stage.fake.backups.iter_mut().filter(|one| one.state == BackupState::Pending) {
        (backup.state, backup.finished_at) = (BackupState::Finished, backup.started_at);
    }
    stage.wait(6_000);
    assert_eq!(sent(&stage), [Verb::BackUp, Verb::Restore], "without asking again");
    stage.fake.make_ready("orders-restored");
    stage.wait(6_000);
    let course = stage.state.courses.values().next().expect("it is on record");
    assert!(course.place().contains("next: Switch the apps over"), "{}", course.place());
    stage.keys("<enter>");
    stage.look();
    stage.keys("orders-restored<enter>");
    stage.wait(6_000);
    assert_eq!(sent(&stage), [Verb::BackUp, Verb::Restore, Verb::Promote]);
    assert_eq!(stage.fake.addon("orders-restored").attachments.items().len(), 2);
    stage.keys("<enter>");
    let Some(Modal::Menu(menu)) = stage.state.modals.last() else { panic!("no menu") };
    let done = menu.items.iter().position(|item| item.label.starts_with("Done")).expect("it can be ended");
    stage.keys(&format!("{}<enter>", "<down>".repeat(done)));
    stage.wait(6_000);
    let end = stage.state.courses.values().next().and_then(|course| course.end.clone());
    assert_eq!(end, Some((true, String::new())));
}

#[test]
fn going_back_loses_nothing() {
    let mut stage = stage();
    stage.keys(":restore<enter>");
    assert_eq!(wizard(&stage).stage, RestoreStage::Find);
    stage.keys("orde<enter>03:30<enter>j<enter>");
    assert_eq!(wizard(&stage).stage, RestoreStage::Backup, "b2 failed: {}", why(&stage));
    stage.keys("j<enter>");
    assert_eq!(wizard(&stage).stage, RestoreStage::Way);
    // The copy is left out, the download taken, and the replacement gets another name.
    stage.keys("jj j <tab><c-u>second-try<enter><enter>");
    let way = |stage: &Stage| {
        let wizard = wizard(stage);
        let plan = wizard.way.read.as_ref().expect("read");
        let chosen: Vec<bool> = plan.offers.iter().map(|offer| offer.is_chosen).collect();
        (wizard.way.name.value().to_owned(), chosen, plan.goal.replacement.clone())
    };
    let before = way(&stage);
    assert_eq!(before, ("second-try".into(), vec![false, true, false, true, true, true], "second-try".into()));
    stage.keys("<esc>");
    assert_eq!((wizard(&stage).stage, wizard(&stage).backup.chosen.as_deref()), (RestoreStage::Backup, Some("b1")));
    stage.keys("<esc>");
    assert_eq!((wizard(&stage).stage, wizard(&stage).moment.value()), (RestoreStage::Moment, "03:30"));
    stage.keys("<esc>");
    assert_eq!((wizard(&stage).stage, wizard(&stage).find.value()), (RestoreStage::Find, "orde"));
    stage.keys("<enter><enter>");
    assert_eq!(wizard(&stage).backup.chosen.as_deref(), Some("b1"), "the same moment, the same backup");
    stage.keys("<enter>");
    assert_eq!(way(&stage), before);
    stage.keys("<esc><esc><esc><esc>");
    assert!(stage.state.modals.is_empty());
}

#[test]
fn another_database_starts_anew_and_another_moment_has_another_best() {
    let mut stage = stage();
    stage.keys(":restore<enter>orders<enter>03:30<enter>");
    assert_eq!(wizard(&stage).backup.chosen.as_deref(), Some("b3"));
    stage.keys("<esc><c-u>-1d<enter>");
    assert_eq!(wizard(&stage).backup.chosen.as_deref(), Some("b1"), "two days old, before a day ago");
    stage.keys("<esc><esc><c-u>uploads<enter><enter>");
    assert_eq!((wizard(&stage).name(), wizard(&stage).backup.chosen.as_deref()), (Some("uploads"), None));
    stage.keys("<enter>");
    assert!(why(&stage).contains("No backup is chosen"), "{}", why(&stage));
}

#[test]
fn several_databases_that_fit_are_shown_and_none_is_guessed() {
    let mut stage = stage_of(Some(Opening::Restore { what: "billing".into(), before: Some("03:30".into()) }));
    assert_eq!(wizard(&stage).stage, RestoreStage::Find);
    let found: Vec<_> = (0..).map_while(|index| stage.state.restore_match(wizard(&stage), index)).collect();
    let names: Vec<_> = found.iter().map(|one| (one.addon.name.as_str(), one.by)).collect();
    assert_eq!(names, [("orders", By::App("billing")), ("uploads", By::App("billing"))]);
    stage.wait(11_000);
    assert_eq!(wizard(&stage).stage, RestoreStage::Find, "it waits for a person");
    stage.keys("<down><enter>");
    assert_eq!((wizard(&stage).name(), wizard(&stage).moment.value()), (Some("uploads"), "03:30"));
    stage.keys("<esc><c-u>nothing<enter>");
    assert!(why(&stage).contains("No add-on fits"), "{}", why(&stage));
}

#[test]
fn what_the_command_line_names_without_doubt_is_gone_on_with_once_it_is_read_live() {
    for what in ["orders", "billing/REPORTING", "10.0.0.7:5432", "billing/REPORTING_PGHOST"] {
        let mut stage = stage_of(Some(Opening::Restore { what: what.into(), before: Some("v58".into()) }));
        assert_eq!((wizard(&stage).stage, wizard(&stage).name()), (RestoreStage::Moment, Some("orders")), "{what}");
        stage.keys("<enter>");
        assert_eq!(wizard(&stage).backup.chosen.as_deref(), Some("b3"), "{what}: before v58, ten minutes ago");
        stage.keys("<esc><esc>");
        assert_eq!(wizard(&stage).stage, RestoreStage::Find, "one can still choose another");
    }
    let stage = stage_of(Some(Opening::Restore { what: "order".into(), before: None }));
    assert_eq!(wizard(&stage).stage, RestoreStage::Find, "a part of a name leaves a doubt");
}

#[test]
fn a_release_stands_for_the_moment_before_it_and_one_of_several_apps_is_asked_for() {
    let mut stage = stage();
    stage.keys("Rv57<enter>");
    assert!(why(&stage).contains("v57 is a release of billing and of storefront"), "{}", why(&stage));
    let rows: Vec<String> = stage.state.restore_releases(wizard(&stage)).iter().map(|row| row.id()).collect();
    assert_eq!(rows, ["storefront/v57", "billing/v57"], "only those that may be meant");
    stage.keys("<down><enter>");
    let good = wizard(&stage).good.clone().expect("taken");
    assert_eq!((good.at.to_string().as_str(), good.release), ("2026-11-20T02:40:00Z", Some(("storefront".into(), 57))));
    // What came after it stands out before the steps.
    stage.keys("<enter>");
    let items = stage.state.restore_items(wizard(&stage));
    let late = items.iter().filter_map(|item| match item {
        WayItem::Warning(app, release) => Some((*app, release.version)),
        _ => None,
    });
    assert_eq!(late.collect::<Vec<_>>(), [("storefront", 57), ("billing", 58)]);
    stage.keys("<esc><esc><c-u>v99<enter>");
    assert!(why(&stage).contains("None of its apps (billing, storefront) tells a release v99"), "{}", why(&stage));
}

#[test]
fn releases_are_gone_to_with_the_arrows_and_what_was_typed_stays() {
    let mut stage = stage();
    stage.keys("R03:15<down>");
    assert_eq!(wizard(&stage).release.as_deref(), Some("billing/v58"), "the newest first");
    stage.keys("<down><down><down>");
    assert_eq!(wizard(&stage).release.as_deref(), Some("billing/v57"), "five hours ago is within a day");
    stage.keys("<up><up><up><enter>");
    assert_eq!(wizard(&stage).good.as_ref().map(|good| good.at.to_string()).as_deref(), Some("2026-11-20T02:15:00Z"));
}

#[test]
fn a_moment_that_makes_no_sense_goes_no_further_and_none_means_not_known() {
    let mut stage = stage();
    for said in ["25:00", "tomorrow", "2026-11-21 02:40"] {
        stage.keys(&format!("R{said}<enter>"));
        assert_eq!(wizard(&stage).stage, RestoreStage::Moment, "{said}");
        assert!(!why(&stage).is_empty());
        stage.keys("<esc>");
    }
    stage.keys("R<enter>");
    assert_eq!((wizard(&stage).stage, &wizard(&stage).good), (RestoreStage::Backup, &None));
    assert_eq!(wizard(&stage).backup.chosen.as_deref(), Some("b4"), "the newest finished one, and none is the best");
    stage.keys("<enter>");
    assert_eq!(wizard(&stage).stage, RestoreStage::Way, "all finished ones are equal");
}

#[test]
fn releases_that_are_not_known_leave_a_version_unclear() {
    let mut stage = stage();
    stage.fake.fault = Some(Fault::Reads(ReadErrorKind::ServerError(500)));
    stage.keys("Rv58<enter>");
    assert!(why(&stage).contains("can't be told"), "{}", why(&stage));
    stage.fake.fault = None;
    stage.keys("<c-r>");
    stage.wait(20_000);
    stage.keys("<enter>");
    assert_eq!(wizard(&stage).stage, RestoreStage::Backup);
}

#[test]
fn what_a_restore_needs_stays_what_is_impossible_is_not_taken_and_both_say_why() {
    let mut stage = stage();
    stage.keys("R03:30<enter><enter>jjjj ");
    assert!(why(&stage).contains("It has no maintenance."), "{}", why(&stage));
    stage.keys("j ");
    assert!(why(&stage).contains("can't do without it"), "{}", why(&stage));
    let plan = wizard(&stage).way.read.clone().expect("read");
    let titles: Vec<String> = plan.procedure().steps.into_iter().map(|step| step.title).collect();
    assert_eq!(titles, ["Back it up as it is now", "Restore into orders-restored", "Switch the apps over", "Clean up"]);
}

#[test]
fn a_name_that_can_t_be_had_is_put_right_where_it_stands() {
    let mut stage = stage();
    stage.keys("R03:30<enter><enter><tab><c-u>Bad<enter>");
    assert!(why(&stage).contains("lower-case"), "{}", why(&stage));
    assert_eq!(wizard(&stage).way.at, 0);
    stage.keys("<c-u>uploads<enter><enter>");
    assert!(wizard(&stage).way.failed.as_ref().is_some_and(|why| why.contains("already")));
    stage.keys("<enter>");
    assert!(why(&stage).contains("could not be read"), "a plan of another name is not gone on with: {}", why(&stage));
    stage.keys("<tab><c-u>better<enter>tiny<enter><enter>");
    let restore = restore_of(&stage);
    assert_eq!((restore.name.as_str(), restore.plan.as_str()), ("better", "tiny"));
}

#[test]
fn an_answer_for_what_is_no_longer_wanted_is_dropped() {
    let mut stage = stage();
    stage.keys("R03:30<enter>");
    stage.fake.fault = Some(Fault::Hangs);
    stage.keys("<enter><enter>");
    assert!(why(&stage).contains("still being read"), "{}", why(&stage));
    stage.keys("<tab><c-u>other<enter><enter>");
    stage.release();
    assert_eq!(wizard(&stage).way.read.as_ref().map(|plan| plan.goal.replacement.as_str()), Some("other"));
    stage.fake.fault = Some(Fault::Hangs);
    stage.keys("r<esc>");
    stage.release();
    assert_eq!(wizard(&stage).stage, RestoreStage::Backup, "it was given up");
}

#[test]
fn a_restore_of_what_is_gone_has_no_apps_and_no_moment_and_only_makes_an_addon() {
    let mut stage = stage();
    stage.fake.with_backup("b0", "old-shop", BackupState::Finished, 80);
    stage.keys(":all-backups<enter>GR");
    assert_eq!(wizard(&stage).stage, RestoreStage::Way);
    let plan = wizard(&stage).way.read.clone().expect("read");
    assert!(plan.offers.iter().all(|offer| offer.step.title != "Switch the apps over"));
    stage.keys("<enter>");
    assert_eq!(restore_of(&stage).backup_id, "b0");
    stage.keys("<esc><esc>");
    assert!(matches!(stage.state.modals.last(), Some(Modal::Backups(_))), "back where it came from");
}

#[test]
fn who_can_t_write_is_told_so_before_the_way_begins() {
    let mut stage = Stage::open(Setting { read_only: Some(ReadOnly::Configured), ..Setting::default() }, |fake| {
        fake.with_addon("orders", &[]);
    });
    for script in ["R", ":restore<enter>"] {
        stage.keys(script);
        assert!(stage.notice().contains("read-only"), "{script}: {}", stage.notice());
        stage.keys("<esc>");
        assert!(stage.state.modals.is_empty());
    }
}

#[test]
fn a_pasted_url_leaves_its_password_behind() {
    let mut stage = stage();
    stage.keys(":restore<enter>");
    stage.paste("postgres://u:s3cret@10.0.0.7:5432/orders");
    assert_eq!(wizard(&stage).find.value(), "10.0.0.7:5432");
    stage.keys("<enter>");
    assert_eq!(wizard(&stage).name(), Some("orders"));
}

#[test]
fn apps_that_are_not_known_are_no_empty_list() {
    let mut stage = stage();
    stage.fake.addon_mut("orders").attachments = Known::Unknown("the credential may not list them".into());
    stage.wait(11_000);
    stage.keys("Rv57<enter>");
    assert!(why(&stage).contains("is not known: the credential may not"), "{}", why(&stage));
}

#[test]
fn one_way_to_restore_is_enough_and_without_any_it_says_so() {
    let without = |lacking: &[Verb]| {
        let why = |verb: &Verb| Capability::Cannot(format!("There is no {verb:?} here."));
        let known = |verb: &Verb| if lacking.contains(verb) { why(verb) } else { Capability::Can };
        let capabilities = Verb::ALL.iter().map(|verb| (*verb, known(verb))).collect();
        let mut stage = Stage::open(Setting { capabilities, ..Setting::default() }, |fake| {
            fake.with_addon("orders", &[]);
        });
        stage.keys("R");
        stage
    };
    assert_eq!(wizard(&without(&[Verb::Restore])).name(), Some("orders"));
    assert_eq!(wizard(&without(&[Verb::RestoreInto])).name(), Some("orders"));
    let stage = without(&[Verb::Restore, Verb::RestoreInto]);
    // What can be had of its backups is offered in its place.
    let Some(Modal::Menu(menu)) = stage.state.modals.last() else { panic!("{:?}", stage.state.modals) };
    assert!(menu.items[0].disabled.as_ref().is_some_and(|why| why.contains("no Restore here")), "{:?}", menu.items);
}
