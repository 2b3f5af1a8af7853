//! The orkestr column of the table of commands, cell by cell: what is shown is what is sent, once, with the vendor's own line
//! for it; and what there is not, with its reason.

use serde_json::{Value, json};

use attache::model::{Command, CreateAddon, RestoreBackup, Verb};
use attache::platform::SubmitError;

use super::Orkestr;
use super::desk::{create, listed, new_addon, submit};

struct Cell {
    command: Command,
    request: String,
    body: Value,
    cli: String,
    /// Whether something goes on after the answer.
    is_under_way: bool,
}

fn cell(command: Command, request: String, body: Value, cli: String, is_under_way: bool) -> Cell {
    Cell { command, request, body, cli, is_under_way }
}

fn cells(server: &Orkestr) -> Vec<Cell> {
    let (shop, docs) = (server.project("shop"), server.project("docs"));
    let (orders, search) = (server.addon("shop", "orders"), server.addon("shop", "search"));
    let of_orders = format!("/api/v1/projects/{shop}/addons/{orders}");
    let (production, backup) = (server.environment("docs", "production"), server.backup(0));
    let mut versioned = new_addon("docs", "cache", "redis", Some("CACHE_URL"));
    versioned.options.insert("version".into(), "7".into());
    let Command::RollBack { release, .. } = server.roll_back() else { unreachable!() };
    vec![
        cell(
            create("docs", "events", "redis", None),
            format!("POST /api/v1/projects/{docs}/addons"),
            json!({"name": "events", "service_type": "redis"}),
            "orkestr addons add docs --type redis --name events".into(),
            true,
        ),
        cell(
            Command::CreateAddon(versioned),
            format!("POST /api/v1/projects/{docs}/addons"),
            json!({"name": "cache", "service_type": "redis", "version": "7", "env_var_name": "CACHE_URL"}),
            "orkestr addons add docs --type redis --name cache --version 7 --env-var CACHE_URL".into(),
            true,
        ),
        cell(
            server.back_up("shop", "orders"),
            format!("POST {of_orders}/backups"),
            Value::Null,
            format!("orkestr addons backup shop {orders}"),
            true,
        ),
        cell(
            server.delete_backup(),
            format!("DELETE {of_orders}/backups/{backup}"),
            Value::Null,
            format!("orkestr addons delete-backup shop {orders} {backup}"),
            true,
        ),
        cell(
            server.switch("shop", "orders", false),
            format!("PATCH {of_orders}/auto-backup"),
            Value::Null,
            format!("orkestr addons auto-backup shop {orders}"),
            true,
        ),
        cell(
            server.redeploy("docs", "production"),
            format!("POST /api/v1/projects/{docs}/deployments?environment_id={production}"),
            Value::Null,
            format!("orkestr deploy docs --env {production}"),
            true,
        ),
        cell(
            Command::Redeploy { app: "blog".into(), environment_id: None, environment: "production".into() },
            format!("POST /api/v1/projects/{}/deployments", server.project("blog")),
            Value::Null,
            "orkestr deploy blog".into(),
            true,
        ),
        cell(
            server.roll_back(),
            format!("POST /api/v1/deployments/{release}/rollback"),
            Value::Null,
            format!("orkestr deployments rollback {release}"),
            true,
        ),
        cell(
            server.destroy("shop", "search"),
            format!("DELETE /api/v1/projects/{shop}/addons/{search}"),
            Value::Null,
            format!("orkestr addons delete shop {search}"),
            true,
        ),
    ]
}

#[tokio::test]
async fn each_command_is_one_request_the_one_that_is_shown() {
    for with_json in [false, true] {
        let server = Orkestr::start().await;
        server.api.world(|world| world.switches.deletes_with_json = with_json);
        let connection = server.connection();
        listed(&connection).await;
        for (sent, cell) in (1..).zip(cells(&server)) {
            let what = cell.command.sentence();
            let shown = connection.reader.request_preview(&cell.command);
            assert_eq!(shown.request, cell.request, "{what}");
            let body = shown.body.as_deref().map_or(Value::Null, |body| serde_json::from_str(body).unwrap());
            assert_eq!(body, cell.body, "{what}");
            assert_eq!(shown.cli, cell.cli, "{what}");
            let receipt = submit(&connection, &cell.command).await.unwrap_or_else(|error| panic!("{what}: {error:?}"));
            assert_eq!(receipt.is_under_way, cell.is_under_way, "{what}");
            assert!(receipt.request_id.is_some(), "{what}");
            let seen = server.api.seen().into_iter().rfind(|one| one.is_write()).unwrap();
            assert_eq!(format!("{} {}", seen.method, seen.target), cell.request, "{what}");
            assert_eq!(seen.body, cell.body, "{what}");
            assert!(!seen.path().ends_with('/'));
            assert_eq!(server.api.writes(), sent, "{what}: sent once");
        }
    }
}

#[tokio::test]
async fn what_was_not_listed_yet_is_looked_for_before_it_is_sent() {
    let server = Orkestr::start().await;
    for cell in cells(&server) {
        let what = cell.command.sentence();
        submit(&server.connection(), &cell.command).await.unwrap_or_else(|error| panic!("{what}: {error:?}"));
        let seen = server.api.seen().into_iter().rfind(|one| one.is_write()).unwrap();
        assert_eq!(format!("{} {}", seen.method, seen.target), cell.request, "{what}");
    }
}

#[tokio::test]
async fn what_there_is_not_has_its_reason_at_every_door_and_is_never_sent() {
    let server = Orkestr::start().await;
    let connection = server.connection();
    let lacking: Vec<(Verb, &str)> = vec![
        (Verb::Restore, "download the backup instead"),
        (Verb::RestoreInto, "download the backup instead"),
        (Verb::PointInTime, "no restore to a moment"),
        (Verb::Follow, "follows another"),
        (Verb::Attach, "belongs to one project"),
        (Verb::Detach, "only destroyed"),
        (Verb::Promote, "names of its variables"),
        (Verb::Rename, "No way to rename"),
        (Verb::ChangePlan, "no plan of its own"),
        (Verb::Rotate, "another password"),
        (Verb::Restart, "No way to restart"),
        (Verb::Sleep, "by itself"),
        (Verb::Wake, "by itself"),
        (Verb::Logs, "log of a deployment"),
        (Verb::Usage, "no size"),
        (Verb::UploadBackup, "no files"),
        (Verb::CancelBackup, "No way to stop"),
        (Verb::ScheduleBackups, "switched on and off"),
        (Verb::Maintenance, "no maintenance"),
        (Verb::CreateApp, "orkestr init"),
        (Verb::DestroyApp, "with all data"),
        (Verb::RunAction, "no actions"),
    ];
    for verb in Verb::ALL {
        let capability = connection.reader.capability(verb);
        match lacking.iter().find(|(lacks, _)| *lacks == verb) {
            Some((_, why)) => assert!(capability.reason().unwrap().contains(why), "{verb:?}: {capability:?}"),
            None => assert_eq!(capability.reason(), None, "{verb:?}"),
        }
    }
    let backup_id = server.backup(0);
    let restore = Command::Restore(RestoreBackup {
        backup_id: backup_id.clone(),
        of: None,
        name: "copy".into(),
        team: None,
        service: "postgres".into(),
        plan: String::new(),
    });
    let planned = CreateAddon { plan: "large".into(), ..new_addon("docs", "big", "postgres", None) };
    let nowhere = CreateAddon { app: None, ..new_addon("docs", "lost", "redis", None) };
    let mut odd = new_addon("docs", "odd", "redis", None);
    odd.options.insert("size".into(), "9".into());
    let commands = [
        restore,
        Command::CreateAddon(planned),
        Command::CreateAddon(nowhere),
        Command::CreateAddon(odd),
        Command::DestroyApp { app: "shop".into() },
        server.on("shop", "orders", |addon_id, addon| Command::RestoreInto { backup_id, of: None, addon_id, addon }),
        server.on("shop", "orders", |addon_id, addon| Command::Rotate { addon_id, addon }),
        server.on("shop", "orders", |addon_id, addon| Command::Wake { addon_id, addon }),
        server.on("shop", "orders", |addon_id, addon| Command::Rename { addon_id, addon, name: "x".into() }),
    ];
    listed(&connection).await;
    for command in commands {
        let shown = connection.reader.request_preview(&command);
        assert!(shown.request.starts_with("No request: ") && shown.body.is_none(), "{shown:?}");
        let refused = submit(&connection, &command).await.unwrap_err();
        assert!(matches!(refused, SubmitError::NotSent(_)), "{refused:?}");
    }
    assert_eq!(server.api.writes(), 0);
}
