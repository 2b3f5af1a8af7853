//! The way back from what was really sent: what was there before is in the journal, and the inverse is one more command.

use attache::model::{Command, Outcome, Schedule, inverse};
use serde_json::json;

use super::door::Desk;

impl Desk {
    async fn undone(&self, command: Command) -> Result<Command, String> {
        let mut operation = self.run(command).await;
        if operation.outcome == Outcome::Accepted {
            self.server.db(|db| db.end_work("done", None));
            operation = self.follow(&operation).await;
        }
        assert_eq!(operation.outcome, Outcome::Done, "{operation:?}");
        // As another session reads it from the disk.
        let recorded = self.recorded(&operation);
        let ids = self.server.db(|db| db.addons.iter().map(|addon| addon.id.clone()).collect::<Vec<_>>());
        let mut addons = Vec::new();
        for id in ids {
            addons.push(self.connection.reader.addon(&id).await.unwrap().value);
        }
        inverse(&recorded, |id| addons.iter().find(|addon| addon.key.id == id))
    }

    fn orders_by_id(&self) -> (String, String) {
        (self.server.db(|db| db.addon("orders").unwrap().id.clone()), "orders".to_owned())
    }
}

#[tokio::test]
async fn what_was_there_before_is_recorded_and_comes_back() {
    let desk = Desk::new().await;
    let (addon_id, addon) = desk.orders_by_id();
    let daily = |hour| Some(Schedule { hour, time_zone: "UTC".into() });
    let schedule = |schedule| Command::ScheduleBackups { addon_id: addon_id.clone(), addon: addon.clone(), schedule };
    assert_eq!(desk.undone(schedule(daily(3))).await.unwrap(), schedule(None), "there was none");
    assert_eq!(desk.undone(schedule(daily(5))).await.unwrap(), schedule(daily(3)));
    assert!(desk.undone(schedule(daily(5))).await.unwrap_err().contains("the same before"));

    let plan = |plan: &str| Command::ChangePlan {
        addon_id: addon_id.clone(),
        addon: addon.clone(),
        service: "postgresql".into(),
        plan: plan.into(),
    };
    assert_eq!(desk.undone(plan("large")).await.unwrap(), plan("small"));

    let maintenance = |is_on| Command::Maintenance { app: "storefront".into(), is_on };
    assert_eq!(desk.undone(maintenance(true)).await.unwrap(), maintenance(false));
    assert!(desk.undone(maintenance(true)).await.unwrap_err().contains("the same before"), "it was on already");
}

#[tokio::test]
async fn an_attachment_and_apps_that_were_moved_go_back_and_forth() {
    let desk = Desk::new().await;
    let (addon_id, addon) = desk.orders_by_id();
    let attach = Command::Attach {
        addon_id,
        addon,
        app: "billing".into(),
        alias: Some("REPORTING".into()),
        confirm: None,
        credential: None,
    };
    let detach = desk.undone(attach.clone()).await.unwrap();
    assert!(
        matches!(&detach, Command::Detach { app, alias: Some(alias), .. } if app == "billing" && alias == "REPORTING")
    );
    assert_eq!(desk.undone(detach).await.unwrap(), attach);

    desk.server.db(|db| {
        db.create_addon(&json!({"addon": {"name": "copy", "service": "postgresql", "plan": "small"}}));
        db.set_state("copy", "ready", None);
    });
    let (orders, copy) = (desk.orders_by_id().0, desk.server.db(|db| db.addon("copy").unwrap().id.clone()));
    let moved = |from: (&str, &str), to: (&str, &str)| Command::MoveAttachments {
        from_id: from.0.into(),
        from: from.1.into(),
        to_id: to.0.into(),
        to: to.1.into(),
    };
    let (one, other) = ((orders.as_str(), "orders"), (copy.as_str(), "copy"));
    let back = desk.undone(moved(one, other)).await.unwrap();
    assert_eq!(back, moved(other, one));
    assert_eq!(desk.undone(back).await.unwrap(), moved(one, other));
    desk.server.db(|db| db.attach(&json!({"attachment": {"addon": "copy", "app": "billing"}})));
    let why = desk.undone(moved(one, other)).await.unwrap_err();
    assert!(why.contains("copy was attached to billing before"), "{why}");
}
