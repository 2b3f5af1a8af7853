//! Choosing the backup: read live, found again by its id, and a later one only by typing that.

use attache::app::modal::{Modal, RestoreStage};
use attache::app::{Query, Standing};
use attache::model::BackupState;
use attache::platform::ReadErrorKind;
use crossterm::event::KeyCode;

use super::fake::Fault;
use super::restore::{stage, why, wizard};
use super::stage::{Stage, held};

fn chosen(stage: &Stage) -> Option<&str> {
    wizard(stage).backup.chosen.as_deref()
}

fn standings(stage: &Stage) -> Vec<(String, Standing)> {
    let rows = stage.state.restore_backups(wizard(stage));
    rows.into_iter().map(|(backup, standing)| (backup.id.clone(), standing)).collect()
}

/// Goes to the later one, b4, which is above the best.
fn on_later(stage: &mut Stage) {
    stage.keys("R03:30<enter>");
    assert_eq!(chosen(stage), Some("b3"));
    stage.keys("k");
    assert_eq!(chosen(stage), Some("b5"));
    stage.keys("k<enter>");
    assert_eq!((chosen(stage), wizard(stage).stage), (Some("b4"), RestoreStage::Backup));
    assert!(wizard(stage).backup.later.is_some(), "Enter alone does not take it");
}

#[test]
fn each_backup_is_marked_by_how_it_stands_to_the_good_moment() {
    let mut stage = stage();
    stage.keys("R03:30<enter>");
    let unusable = |why: &str| Standing::Unusable(why.into());
    assert_eq!(
        standings(&stage),
        [
            ("b4".into(), Standing::Later),
            ("b5".into(), unusable("running, not finished yet")),
            ("b3".into(), Standing::Best),
            ("b2".into(), unusable("failed")),
            ("b1".into(), Standing::Fits),
        ]
    );
    // One that was started at that very moment was not started before it.
    stage.keys("<esc><c-u>02:00<enter>");
    assert_eq!(standings(&stage)[2], ("b3".into(), Standing::Later));
    assert_eq!(chosen(&stage), Some("b1"));
}

#[test]
fn a_later_backup_is_taken_by_typing_its_id() {
    let mut stage = stage();
    on_later(&mut stage);
    stage.keys("<enter>");
    assert!(why(&stage).contains("type b4"), "{}", why(&stage));
    stage.keys("b3<enter>");
    assert_eq!(wizard(&stage).stage, RestoreStage::Backup, "another id is not its id");
    stage.keys("<c-u>b4<enter>");
    assert_eq!(wizard(&stage).stage, RestoreStage::Way);
    assert_eq!(wizard(&stage).backup.picked.as_ref().map(|backup| backup.id.as_str()), Some("b4"));
}

#[test]
fn neither_pasted_nor_rushed_nor_held_keys_take_a_later_backup() {
    let mut stage = stage();
    on_later(&mut stage);
    stage.paste("b4");
    assert!(why(&stage).contains("Pasted text does not count"), "{}", why(&stage));
    stage.keys("<enter>");
    assert_eq!(wizard(&stage).stage, RestoreStage::Backup, "a paste");
    // A terminal without bracketed paste: letters that come together, with and without the Enter.
    stage.burst("b4");
    assert!(why(&stage).contains("key by key"), "{}", why(&stage));
    stage.keys("<enter>");
    assert_eq!(wizard(&stage).stage, RestoreStage::Backup, "letters that came in one read");
    stage.burst("b4<enter>");
    assert_eq!(wizard(&stage).stage, RestoreStage::Backup, "all in one read");
    stage.keys("b4");
    stage.key(held(KeyCode::Enter), true);
    assert_eq!(wizard(&stage).stage, RestoreStage::Backup, "an Enter that is held down");
    stage.keys("<esc>");
    assert!(wizard(&stage).backup.later.is_none());
    assert_eq!(wizard(&stage).stage, RestoreStage::Backup, "Esc goes back from the typing first");
}

#[test]
fn what_is_not_finished_can_t_be_taken() {
    let mut stage = stage();
    stage.keys("R03:30<enter>k<enter>");
    assert!(why(&stage).contains("b5 can't be taken, running"), "{}", why(&stage));
    stage.keys("jj<enter>");
    assert!(why(&stage).contains("b2 can't be taken, failed"), "{}", why(&stage));
    assert_eq!(wizard(&stage).stage, RestoreStage::Backup);
    // Without a good moment it is no different.
    stage.keys("<esc><c-u><enter>j<enter>");
    assert!(why(&stage).contains("b5 can't be taken"), "{}", why(&stage));
}

#[test]
fn the_cursor_stays_on_its_backup_while_the_list_changes_and_on_none_when_that_goes() {
    let mut stage = stage();
    stage.keys("R03:30<enter>");
    stage.fake.with_backup("b6", "orders", BackupState::Finished, 1);
    stage.wait(6_000);
    assert_eq!(standings(&stage).len(), 6, "it is read again while it is looked at");
    assert_eq!(chosen(&stage), Some("b3"), "what is chosen is chosen, also if a better one comes");
    stage.fake.backups.retain(|backup| backup.id != "b3");
    stage.wait(6_000);
    assert_eq!(chosen(&stage), None, "its neighbour is another backup");
    assert!(why(&stage).contains("b3 is no longer in the list"), "{}", why(&stage));
    stage.keys("<enter>");
    assert_eq!(wizard(&stage).stage, RestoreStage::Backup);
    assert!(why(&stage).contains("No backup is chosen"), "{}", why(&stage));
}

#[test]
fn a_later_one_that_changes_while_its_id_is_typed_is_not_taken() {
    let mut stage = stage();
    on_later(&mut stage);
    stage.keys("b4");
    stage.fake.backups.iter_mut().filter(|backup| backup.id == "b4").for_each(|b| b.state = BackupState::Expired);
    stage.wait(6_000);
    assert!(wizard(&stage).backup.later.is_none());
    assert!(why(&stage).contains("b4 is not what it was"), "{}", why(&stage));
    stage.keys("<enter>");
    assert_eq!(wizard(&stage).stage, RestoreStage::Backup);
}

#[test]
fn a_backup_is_never_picked_from_what_was_read_before() {
    let mut stage = stage();
    stage.keys("5<enter>");
    stage.wait(6_000);
    let id = stage.fake.addon("orders").key.id.clone();
    assert!(stage.state.backups(&id).is_some_and(|backups| backups.list.len() == 5), "it is known from before");
    stage.keys("<esc>1R03:30");
    // A question from before is on its way, and its answer with it.
    stage.fake.fault = Some(Fault::Hangs);
    stage.wait(6_000);
    let before = stage.fake.held.len();
    assert!(before > 0);
    stage.keys("<enter>");
    assert!(standings(&stage).is_empty() && chosen(&stage).is_none(), "nothing is shown before it was read now");
    let late = stage.fake.held.drain(..before).collect::<Vec<_>>();
    late.into_iter().for_each(|action| stage.act(action));
    assert!(standings(&stage).is_empty(), "an answer to an earlier question is no live one");
    stage.keys("<enter>");
    assert_eq!(wizard(&stage).stage, RestoreStage::Backup);
    stage.release();
    assert_eq!(chosen(&stage), Some("b3"));
    // Coming back, it is read again.
    stage.fake.asked.clear();
    stage.keys("<esc><enter>");
    assert!(stage.fake.asked.iter().any(|query| matches!(query, Query::Backups(of) if *of == id)));
}

#[test]
fn a_list_that_can_t_be_read_is_tried_again_and_one_that_was_stays() {
    let mut stage = stage();
    stage.keys("R03:30");
    stage.fake.fault = Some(Fault::Reads(ReadErrorKind::ServerError(500)));
    stage.keys("<enter>");
    assert!(standings(&stage).is_empty());
    stage.fake.fault = None;
    stage.keys("r");
    stage.wait(3_000);
    assert_eq!(standings(&stage).len(), 5);
    stage.fake.fault = Some(Fault::Reads(ReadErrorKind::ServerError(500)));
    stage.wait(6_000);
    assert_eq!(standings(&stage).len(), 5, "an error empties nothing");
}

#[test]
fn a_backup_chosen_in_the_pane_is_under_the_cursor_also_when_it_is_a_later_one() {
    let mut stage = stage();
    stage.keys("5");
    assert_eq!(stage.state.chosen_backup().map(|backup| backup.id.as_str()), Some("b4"));
    stage.keys("R03:30<enter>");
    assert_eq!(chosen(&stage), Some("b4"));
    stage.keys("<enter>");
    assert!(wizard(&stage).backup.later.is_some(), "chosen before is not typed");
    stage.keys("<esc><esc><esc>");
    assert!(stage.state.modals.is_empty());
    // One that can't be restored is no way in.
    stage.keys("jR");
    assert!(stage.notice().contains("b5 is not finished yet"), "{}", stage.notice());
    assert!(!matches!(stage.state.modals.last(), Some(Modal::Restore(_))));
}

#[test]
fn an_addon_without_backups_is_no_dead_end_without_a_word() {
    let mut stage = stage();
    stage.keys(":restore<enter>uploads<enter><enter>");
    assert_eq!(wizard(&stage).stage, RestoreStage::Backup);
    assert!(wizard(&stage).backup.read_at.is_some() && standings(&stage).is_empty());
    stage.keys("<enter>");
    assert_eq!(wizard(&stage).stage, RestoreStage::Backup);
}
