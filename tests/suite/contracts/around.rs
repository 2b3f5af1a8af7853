//! The door sees what goes on around a command: it is shown, and whoever acts between showing and submitting makes it asked
//! anew.

use axum::http::Method;
use jiff::SignedDuration;
use serde_json::json;

use attache::model::{Command, Known, OperationId, ProfileName, RestoreBackup};
use attache::platform::{Around, Connection};
use attache::store::{Intent, Journal, Prepared, RecordKind, SubmitResult};

use super::door::Desk;
use super::standin::db::Db;
use super::standin::{Fault, StandIn};

fn around(prepared: &Prepared) -> &Around {
    &prepared.situation.around
}

fn restart(desk: &Desk) -> Command {
    let addon_id = desk.server.db(|db| db.addon("orders").unwrap().id.clone());
    Command::Restart { addon_id, addon: "orders".into() }
}

/// Somebody asks for something on orders.
fn somebody(db: &mut Db, by: &str, kind: &str) {
    db.work("orders", kind, None).by = by.into();
}

#[tokio::test]
async fn what_goes_on_is_read_with_the_rest() {
    let desk = Desk::new().await;
    let backup = desk.server.db(|db| db.finished_backup("orders", "2026-11-20T02:00:00Z"));
    desk.server.db(|db| {
        somebody(db, "bob", "change_plan");
        let long_ago = db.work("orders", "restart", None);
        (long_ago.by, long_ago.state) = ("carol".into(), "done".into());
        long_ago.created_at -= SignedDuration::from_hours(25);
        let lately = db.work("orders", "rotate", None);
        (lately.by, lately.state) = ("carol".into(), "done".into());
        let app = db.app("storefront").unwrap();
        app.release("Deploy 4f2a1c", Some("bob"));
        app.releases[0].created_at -= SignedDuration::from_hours(25);
    });
    let prepared = desk.prepare(desk.destroy()).await;
    let around = around(&prepared);
    assert_eq!(around.account, Known::Is("alice".into()));
    let running: Vec<_> = around.running().map(|work| (work.kind.as_str(), work.by.as_deref())).collect();
    assert_eq!(running, [("change_plan", Some("bob"))]);
    let acts: Vec<_> = around.acts_of_others().map(|work| work.kind.as_str()).collect();
    assert_eq!(acts, ["rotate"], "not what is older than a day");
    let [(app, Known::Is(releases))] = around.releases.as_slice() else { panic!("{:?}", around.releases) };
    assert_eq!(app, "storefront");
    let releases: Vec<_> = releases.iter().map(|one| (one.version, one.by.as_deref())).collect();
    assert_eq!(releases, [(2, Some("bob"))], "the first one is older than a day and not the current one");
    let [last] = around.last_backups.as_slice() else { panic!("{:?}", around.last_backups) };
    let Known::Is(Some(last)) = &last.backup else { panic!("{last:?}") };
    assert_eq!(last.id, backup);
}

#[tokio::test]
async fn the_current_release_is_told_however_old_it_is() {
    let desk = Desk::new().await;
    desk.server.db(|db| db.app("storefront").unwrap().releases[0].created_at -= SignedDuration::from_hours(999));
    let prepared = desk.prepare(desk.detach()).await;
    let (_, releases) = &around(&prepared).releases[0];
    assert_eq!(releases.items().iter().map(|one| one.version).collect::<Vec<_>>(), [1]);
}

#[tokio::test]
async fn a_cut_connection_touches_the_app_though_it_gets_no_release() {
    let desk = Desk::new().await;
    let prepared = desk.prepare(restart(&desk)).await;
    assert!(prepared.effects.apps().is_empty());
    assert_eq!(around(&prepared).releases[0].0, "storefront");
    assert!(around(&prepared).last_backups.is_empty(), "nothing is lost");
}

#[tokio::test]
async fn what_cannot_be_read_around_it_is_unknown_and_stands_in_nobodys_way() {
    let desk = Desk::new().await;
    let broken = |path: &'static str| {
        let body = r#"{"error":"internal","message":"The disk is full."}"#;
        desk.server.fail(Method::GET, path, usize::MAX, Fault::Say(500, Vec::new(), body.into()));
    };
    ["/v1/account", "/v1/operations", "/v1/apps/storefront/releases"].into_iter().for_each(broken);
    let prepared = desk.prepare(desk.detach()).await;
    let around = around(&prepared).clone();
    assert!(matches!(around.account, Known::Unknown(_)), "{around:?}");
    assert!(matches!(around.works, Known::Unknown(_)), "{around:?}");
    assert!(matches!(around.releases[0].1, Known::Unknown(_)), "{around:?}");
    assert!(matches!(desk.submit(prepared).await, SubmitResult::Operation(_)), "and it is sent all the same");
    assert_eq!(desk.server.writes(), 1);
}

/// That nothing is sent when this happens between showing and submitting, that it is said so, and that it is sent once it
/// was confirmed anew.
async fn is_asked_anew(command: impl Fn(&Desk) -> Command, meanwhile: impl Fn(&mut Db), expected: &str) {
    let desk = Desk::new().await;
    let prepared = desk.prepare(command(&desk)).await;
    desk.server.db(meanwhile);
    let SubmitResult::Changed { what, prepared } = desk.submit(prepared).await else { panic!("sent: {expected}") };
    assert!(what.iter().any(|one| one.starts_with(expected)), "{what:?} instead of {expected:?}");
    assert_eq!(desk.server.writes(), 0);
    assert!(desk.journal.list(9).unwrap().is_empty());
    assert!(matches!(desk.submit(*prepared).await, SubmitResult::Operation(_)), "confirmed anew: {expected}");
}

#[tokio::test]
async fn an_operation_that_somebody_began_meanwhile_makes_it_asked_anew() {
    is_asked_anew(restart, |db| somebody(db, "bob", "change_plan"), "bob asked for change plan of orders").await;
    is_asked_anew(Desk::detach, |db| somebody(db, "bob", "rotate"), "bob asked for rotate of orders").await;
    let done = |db: &mut Db| {
        somebody(db, "bob", "rotate");
        db.end_work("done", None);
    };
    is_asked_anew(restart, done, "bob asked for rotate of orders").await;
    let ours = |db: &mut Db| somebody(db, "alice", "rotate");
    is_asked_anew(restart, ours, "alice (your account, elsewhere) asked for rotate of orders").await;
}

#[tokio::test]
async fn a_release_that_somebody_made_meanwhile_makes_it_asked_anew() {
    let deploy = |db: &mut Db| db.app("storefront").unwrap().release("Deploy 4f2a1c", Some("bob"));
    is_asked_anew(Desk::detach, deploy, "storefront got release v2 by bob at ").await;
    is_asked_anew(restart, deploy, "storefront got release v2 by bob at ").await;
}

#[tokio::test]
async fn a_restore_of_the_same_backup_that_somebody_began_meanwhile_makes_it_asked_anew() {
    let desk = Desk::new().await;
    let backup = desk.server.db(|db| db.finished_backup("orders", "2026-11-20T02:00:00Z"));
    let restore = |name: &str| {
        Command::Restore(RestoreBackup {
            backup_id: backup.clone(),
            of: Some("orders".into()),
            name: name.into(),
            team: None,
            service: "postgresql".into(),
            plan: "small".into(),
        })
    };
    let prepared = desk.prepare(restore("mine")).await;
    desk.server.db(|db| {
        db.restore(&backup, &json!({"name": "theirs", "plan": "small"}));
        db.works.last_mut().unwrap().by = "bob".into();
    });
    let SubmitResult::Changed { what, .. } = desk.submit(prepared).await else { panic!("it was sent") };
    assert!(what[0].starts_with("bob asked for restore of theirs"), "{what:?}");
    assert_eq!(desk.server.writes(), 0);
}

#[tokio::test]
async fn what_merely_ended_or_is_elsewhere_is_no_reason_to_ask_again() {
    let desk = Desk::new().await;
    desk.server.db(|db| somebody(db, "bob", "back_up"));
    let prepared = desk.prepare(restart(&desk)).await;
    desk.server.db(|db| {
        db.end_work("done", None);
        db.create_addon(&json!({"addon": {"name": "other", "service": "postgresql", "plan": "small"}}));
        db.work("other", "rotate", None).by = "bob".into();
        db.app("billing").unwrap().release("Deploy", Some("bob"));
    });
    let result = desk.submit(prepared).await;
    assert!(matches!(result, SubmitResult::Operation(_)), "{result:?}");
}

/// An operation that another process on this machine has begun, and nobody has seen the end of.
fn another_process(journal: &Journal, connection: &Connection, command: Command, user: &str) -> OperationId {
    let profile = ProfileName("theirs".into());
    let mut intent = Intent::new(profile, "local", &connection.endpoint, command, jiff::Timestamp::now());
    (intent.actor.user, intent.actor.sudo_user) = ("root".into(), Some(user.into()));
    let id = intent.id.clone();
    journal.begin(intent).unwrap().record(RecordKind::Sent).unwrap();
    id
}

#[tokio::test]
async fn what_others_on_this_machine_have_under_way_on_the_target_is_told() {
    let desk = Desk::new().await;
    let id = another_process(&desk.journal, &desk.connection, restart(&desk), "ada");
    let app = Command::DestroyApp { app: "billing".into() };
    another_process(&desk.journal, &desk.connection, app, "ada");
    let elsewhere = StandIn::start().await;
    another_process(&desk.journal, &super::connection(&elsewhere.profile()), restart(&desk), "eve");
    let prepared = desk.prepare(desk.destroy()).await;
    let journaled = around(&prepared).journaled.items();
    assert_eq!(journaled.len(), 1, "not what is about another target, nor what went elsewhere: {journaled:?}");
    assert_eq!((&journaled[0].operation.id, journaled[0].user.as_str()), (&id, "root (sudo by ada)"));
}

#[tokio::test]
async fn what_another_process_on_this_machine_began_meanwhile_makes_it_asked_anew() {
    let desk = Desk::new().await;
    let prepared = desk.prepare(desk.destroy()).await;
    let id = another_process(&desk.journal, &desk.connection, restart(&desk), "ada");
    let SubmitResult::Changed { what, .. } = desk.submit(prepared).await else { panic!("it was sent") };
    assert_eq!(what, [format!("root (sudo by ada) began on this machine: Restart orders ({id}).")]);
    assert_eq!(desk.server.writes(), 0);
}
