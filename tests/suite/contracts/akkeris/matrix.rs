//! The Akkeris column of the table of commands, cell by cell: what is shown is what is sent, once, with the platform's own line
//! for it; what is read; and what there is not, with its reason.

use serde_json::{Value, json};

use attache::model::{Command, RestoreBackup, Verb};
use attache::platform::SubmitError;

use super::Akkeris;
use super::desk::{create, listed, submit};

struct Cell {
    command: Command,
    request: String,
    body: Value,
    cli: String,
    /// Whether something goes on after the answer.
    is_under_way: bool,
}

fn cell(command: Command, request: impl Into<String>, body: Value, cli: impl Into<String>, is_under_way: bool) -> Cell {
    Cell { command, request: request.into(), body, cli: cli.into(), is_under_way }
}

fn cells(server: &Akkeris) -> Vec<Cell> {
    let (orders, reporting, keys) = (server.id("orders"), server.id("reporting"), server.id("keys"));
    let of = |id: &str| format!("/apps/shop-dev/addons/{id}");
    let (shopdb, copy) = (server.attachment("orders", "blog-dev"), server.attachment("orders", "desk-socs"));
    let backup = server.world(|world| world.addon("ledger").backups[0].id.clone());
    let ledger = server.id("ledger");
    vec![
        cell(
            create("mail-dev", "Mailbox", "akkeris-postgresql:standard-0"),
            "POST /apps/mail-dev/addons",
            json!({"plan": "akkeris-postgresql:standard-0", "attachment": {"name": "Mailbox"}}),
            "aka addons:create akkeris-postgresql:standard-0 -a mail-dev --as Mailbox",
            true,
        ),
        cell(
            create("mail-dev", "cache", "akkeris-redis:small"),
            "POST /apps/mail-dev/addons",
            json!({"plan": "akkeris-redis:small", "attachment": {"name": "cache"}}),
            "aka addons:create akkeris-redis:small -a mail-dev --as cache",
            false,
        ),
        cell(
            server.attach("reporting", "blog-dev", Some("reports")),
            "POST /addon-attachments",
            json!({"addon": reporting, "app": "blog-dev", "name": "reports"}),
            format!("aka addons:attach {reporting} -a blog-dev --as reports"),
            false,
        ),
        cell(
            server.attach("reporting", "mail-dev", None),
            "POST /addon-attachments",
            json!({"addon": reporting, "app": "mail-dev"}),
            format!("aka addons:attach {reporting} -a mail-dev"),
            false,
        ),
        cell(
            server.make_primary("reporting", "shop-dev", None),
            format!("PATCH {}", of(&reporting)),
            json!({"primary": true}),
            format!("aka addons:promote {reporting} -a shop-dev"),
            false,
        ),
        cell(
            server.make_primary("orders", "blog-dev", Some(shopdb.clone())),
            format!("PATCH /apps/blog-dev/addon-attachments/{shopdb}"),
            json!({"primary": true}),
            format!("aka addons:promote {shopdb} -a blog-dev"),
            false,
        ),
        cell(
            server.detach("orders", "desk-socs"),
            format!("DELETE /addon-attachments/{copy}"),
            Value::Null,
            format!("aka addons:detach {copy} -a desk-socs"),
            false,
        ),
        cell(
            server.rename("sessions", "Visits"),
            format!("PATCH {}", of(&server.id("sessions"))),
            json!({"attachment": {"name": "Visits"}}),
            format!("aka addons:rename Visits -a shop-dev --addon {}", server.id("sessions")),
            false,
        ),
        cell(
            server.change_plan("orders", "akkeris-postgresql:premium-1"),
            format!("PATCH {}", of(&orders)),
            json!({"plan": "akkeris-postgresql:premium-1"}),
            format!("aka addons:upgrade {orders} akkeris-postgresql:premium-1 -a shop-dev"),
            true,
        ),
        cell(
            server.back_up("ledger"),
            format!("POST /apps/bank-prod/addons/{ledger}/actions/backups"),
            Value::Null,
            "aka pg:backups:capture -a bank-prod -d ledger",
            true,
        ),
        cell(
            server.restore("ledger"),
            format!("PUT /apps/bank-prod/addons/{ledger}/actions/backups/{backup}"),
            Value::Null,
            format!("aka pg:backups:restore {backup} -a bank-prod -d ledger"),
            true,
        ),
        cell(
            server.on("ledger", |addon_id, addon| Command::Restart { addon_id, addon }),
            format!("PUT /apps/bank-prod/addons/{ledger}/actions/restart"),
            Value::Null,
            "aka pg:restart -a bank-prod -d ledger",
            true,
        ),
        cell(
            server.on("keys", |addon_id, addon| Command::Rotate { addon_id, addon }),
            format!("POST {}/actions/rotate", of(&keys)),
            Value::Null,
            format!("curl -sS -H \"Authorization: Bearer $TOKEN\" -X POST {}{}/actions/rotate", server.url, of(&keys)),
            false,
        ),
        cell(
            Command::Maintenance { app: "blog-dev".into(), is_on: true },
            "PATCH /apps/blog-dev",
            json!({"maintenance": true}),
            "aka maintenance:on -a blog-dev",
            false,
        ),
        cell(
            Command::Maintenance { app: "blog-dev".into(), is_on: false },
            "PATCH /apps/blog-dev",
            json!({"maintenance": false}),
            "aka maintenance:off -a blog-dev",
            false,
        ),
        cell(
            server.destroy("reporting"),
            format!("DELETE {}", of(&reporting)),
            Value::Null,
            format!("aka addons:destroy {reporting} -a shop-dev --confirm {reporting}"),
            false,
        ),
    ]
}

#[tokio::test]
async fn every_command_is_the_request_that_is_shown() {
    let server = Akkeris::start().await;
    let connection = server.connection();
    // The owners are known from a list, as they are wherever a person stands.
    listed(&connection).await;
    for (sent, Cell { command, request, body, cli, is_under_way }) in cells(&server).into_iter().enumerate() {
        // Reporting is destroyed when nothing holds it any more.
        if matches!(&command, Command::DestroyAddon { .. }) {
            server.world(|world| world.addon("reporting").attachments.truncate(1));
        }
        let shown = connection.reader.request_preview(&command);
        assert_eq!(shown.request, request);
        assert!(shown.cli == cli || shown.cli.starts_with("curl ") && cli.starts_with("aka pg:"), "{}", shown.cli);
        let shown_body = shown.body.map_or(Value::Null, |body| serde_json::from_str(&body).unwrap());
        assert_eq!(shown_body, body, "{request}");
        let receipt = submit(&connection, &command).await.unwrap_or_else(|error| panic!("{request}: {error:?}"));
        let writes: Vec<_> = server.seen().into_iter().filter(crate::stand_ins::Seen::is_write).collect();
        assert_eq!(writes.len(), sent + 1, "{request}");
        let seen = writes.last().unwrap();
        assert_eq!((format!("{} {}", seen.method, seen.target), &seen.body), (request.clone(), &body));
        let kind = seen.headers.get("content-type").map(|kind| kind.to_str().unwrap());
        assert_eq!(kind, (!body.is_null()).then_some("application/json"), "{request}");
        assert!(!seen.headers.contains_key("idempotency-key"), "it takes none: {request}");
        assert_eq!(seen.headers["authorization"], "Bearer t0psecret");
        assert_eq!(receipt.is_under_way, is_under_way, "{request}");
        assert_eq!(receipt.backup_id.is_some(), matches!(command, Command::BackUp { .. }), "{request}");
        let has_addon = !matches!(command, Command::Maintenance { .. });
        assert_eq!(receipt.addon_id.is_some(), has_addon, "{request}");
        // What goes on ends before the next one.
        server.world(|world| crate::stand_ins::World::advance(world, 2));
    }
}

#[tokio::test]
async fn a_roll_back_names_its_release_by_number() {
    let server = Akkeris::start().await;
    let connection = server.connection();
    let release = server.world(|world| world.app("shop-dev").unwrap().releases[0]["id"].clone());
    let command = Command::RollBack { app: "shop-dev".into(), release: "v1".into() };
    let shown = connection.reader.request_preview(&command);
    assert_eq!(shown.request, "POST /apps/shop-dev/releases");
    assert_eq!(shown.cli, "aka releases:rollback v1 -a shop-dev");
    submit(&connection, &command).await.unwrap();
    assert_eq!(server.seen().last().unwrap().body, json!({"release": release}));
    let gone = Command::RollBack { app: "shop-dev".into(), release: "v99".into() };
    assert!(matches!(submit(&connection, &gone).await, Err(SubmitError::NotSent(_))));
    assert_eq!(server.writes(), 1);
    let releases = connection.reader.releases("shop-dev").await.unwrap();
    assert_eq!(releases.iter().map(|one| one.version).collect::<Vec<_>>(), [2, 1], "newest first");
}

#[tokio::test]
async fn what_there_is_not_has_its_reason_at_every_door_and_is_never_sent() {
    let server = Akkeris::start().await;
    let connection = server.connection();
    let lacking: Vec<(Verb, &str)> = vec![
        (Verb::Restore, "in place"),
        (Verb::DownloadBackup, "does not hand out"),
        (Verb::DeleteBackup, "can't delete a single backup"),
        (Verb::CancelBackup, "can't stop"),
        (Verb::UploadBackup, "takes no files"),
        (Verb::ScheduleBackups, "no schedules"),
        (Verb::PointInTime, "no restore to a moment"),
        (Verb::Follow, "replica"),
        (Verb::AutoBackups, "does not switch backups"),
        (Verb::Redeploy, "restarted with its new variables by itself"),
        (Verb::Sleep, "stops no service"),
        (Verb::Wake, "stops no service"),
        (Verb::Usage, "does not tell"),
        (Verb::CreateApp, "aka apps:create"),
        (Verb::DestroyApp, "aka apps:destroy"),
    ];
    for verb in Verb::ALL {
        let capability = connection.reader.capability(verb);
        match lacking.iter().find(|(lacks, _)| *lacks == verb) {
            Some((_, why)) => assert!(capability.reason().unwrap().contains(why), "{verb:?}: {capability:?}"),
            None => assert_eq!(capability.reason(), None, "{verb:?}"),
        }
    }
    let restore = Command::Restore(RestoreBackup {
        backup_id: "b1".into(),
        of: None,
        name: "copy".into(),
        team: None,
        service: "akkeris-postgresql".into(),
        plan: "premium-0".into(),
    });
    let no_app = match create("x", "new", "akkeris-redis:small") {
        Command::CreateAddon(create) => Command::CreateAddon(attache::model::CreateAddon { app: None, ..create }),
        other => other,
    };
    let commands = [
        restore,
        no_app,
        Command::DestroyApp { app: "shop-dev".into() },
        Command::CreateApp { app: "new".into(), team: None },
        server.on("orders", |addon_id, addon| Command::Sleep { addon_id, addon }),
        server.on("orders", |addon_id, addon| Command::ScheduleBackups { addon_id, addon, schedule: None }),
    ];
    listed(&connection).await;
    for command in commands {
        let shown = connection.reader.request_preview(&command);
        assert!(shown.request.starts_with("No request: ") && shown.body.is_none(), "{shown:?}");
        let refused = submit(&connection, &command).await.unwrap_err();
        assert!(matches!(refused, SubmitError::NotSent(_)), "{refused:?}");
    }
    assert_eq!(server.writes(), 0);
}
