//! What a restore consists of, read live by the door: of an add-on that is there, of one that is gone, of an uploaded file.

use attache::model::{Act, Command, RestorePlan};
use attache::platform::ReadError;
use attache::store::door::{RestoreWish, plan_restore};

use super::door::Desk;

async fn plan(desk: &Desk, addon: Option<&str>, backup: &str) -> Result<RestorePlan, ReadError> {
    let wish = RestoreWish {
        way: None,
        addon_id: addon.map(str::to_owned),
        backup_id: backup.to_owned(),
        good_moment: None,
        replacement: "saved".into(),
        plan: None,
        team: Some("acme".into()),
        file: "/tmp/saved.backup".into(),
    };
    plan_restore(&desk.connection, &wish).await
}

fn titles(plan: &RestorePlan) -> Vec<&str> {
    plan.offers.iter().map(|offer| offer.step.title.as_str()).collect()
}

fn made(plan: &RestorePlan) -> (Option<&str>, Option<&str>, &str) {
    let restore = plan.offers.iter().find_map(|offer| match &offer.step.act {
        Act::Send { command } => match command.as_ref() {
            Command::Restore(restore) => Some(restore),
            _ => None,
        },
        _ => None,
    });
    let restore = restore.expect("a restore makes a replacement");
    (restore.of.as_deref(), restore.team.as_deref(), &restore.plan)
}

#[tokio::test]
async fn the_apps_of_an_addon_that_is_there_are_switched_over() {
    let desk = Desk::new().await;
    let backup = desk.server.db(|db| db.finished_backup("orders", "2026-11-20T02:00:00Z"));
    let id = desk.server.db(|db| db.addon("orders").unwrap().id.clone());
    let plan = plan(&desk, Some(&id), &backup).await.unwrap();
    assert!(titles(&plan).contains(&"Switch 1 app of orders over to saved"), "{:?}", titles(&plan));
    assert_eq!((plan.goal.addon_id, plan.goal.addon.as_str()), (id, "orders"));
}

#[tokio::test]
async fn a_backup_outlives_its_addon_and_becomes_a_new_one_that_no_app_is_switched_to() {
    let desk = Desk::new().await;
    let backup = desk.server.db(|db| db.finished_backup("orders", "2026-11-20T02:00:00Z"));
    let id = desk.server.db(|db| db.addon("orders").unwrap().id.clone());
    desk.server.db(|db| db.addons.clear());
    // Whether it is known to be gone already, or was still believed to be there.
    for addon in [None, Some(id.as_str())] {
        let plan = plan(&desk, addon, &backup).await.unwrap();
        let steps = [
            &*format!("Download backup {backup}"),
            &*format!("Restore backup {backup} into saved"),
            "Check saved",
            "Clean up",
        ];
        assert_eq!(titles(&plan), steps, "{addon:?}");
        assert_eq!(made(&plan), (Some("orders"), Some("acme"), "small"), "{addon:?}");
        assert_eq!((plan.goal.addon_id.as_str(), plan.goal.addon.as_str()), (id.as_str(), "orders"), "{addon:?}");
    }
}

#[tokio::test]
async fn an_uploaded_file_becomes_an_addon_that_replaces_nothing() {
    let desk = Desk::new().await;
    let backup = desk.server.db(|db| {
        let id = db.finished_backup("orders", "2026-11-20T02:00:00Z");
        let uploaded = db.backup(&id).unwrap();
        (uploaded.addon, uploaded.addon_id) = (None, None);
        id
    });
    let plan = plan(&desk, None, &backup).await.unwrap();
    assert_eq!(made(&plan), (None, Some("acme"), "small"));
    assert_eq!(plan.goal.addon, "an uploaded file");
}
