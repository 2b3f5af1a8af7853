//! The table of `platforms/MATRIX.md`, column *local*, cell by cell: which request a command becomes, what its answer says, and
//! which request answers a read.

use std::collections::BTreeSet;

use axum::http::Method;
use secrecy::ExposeSecret;
use serde_json::{Value, json};

use attache::model::{BackupState, Capability, Command, Known, Progress, RestoreBackup, Schedule, Verb, WorkState};
use attache::platform::{ReadErrorKind, Situation, SubmitError};
use attache::store::door;

use super::standin::StandIn;
use super::writes::create;
use super::{connection, standin};

/// What the local platform does not have.
pub(super) const LACKING: [Verb; 8] = [
    Verb::RollBack,
    Verb::RestoreInto,
    Verb::CancelBackup,
    Verb::RunAction,
    Verb::PointInTime,
    Verb::Follow,
    Verb::AutoBackups,
    Verb::Redeploy,
];

/// What becomes of one command.
struct Cell {
    command: Command,
    request: String,
    body: Value,
    /// The line to copy, after `attache --profile local`.
    cli: String,
}

fn cell(command: Command, request: impl Into<String>, body: Value, cli: impl Into<String>) -> Cell {
    Cell { command, request: request.into(), body, cli: cli.into() }
}

/// Every command on a stand-in of its own: `orders` with a finished backup, and `spare`.
fn cells(db: &mut standin::db::Db, file: &std::path::Path) -> Vec<Cell> {
    db.create_addon(&json!({"addon": {"name": "spare", "service": "postgresql", "plan": "small"}}));
    db.set_state("spare", "ready", None);
    let backup = db.finished_backup("orders", "2026-11-20T02:00:00Z");
    let (id, spare) = (db.find("orders").unwrap().id.clone(), db.find("spare").unwrap().id.clone());
    let attachment = db.find("orders").unwrap().attachments[0].id.clone();
    let (addon_id, addon) = (|| id.clone(), || "orders".to_owned());
    let path = |rest: &str| format!("/v1/addons/{id}{rest}");
    let restore = RestoreBackup {
        backup_id: backup.clone(),
        of: Some(addon()),
        name: "copy".into(),
        team: Some("sandbox".into()),
        service: "postgresql".into(),
        plan: "large".into(),
    };
    let berlin = Schedule { hour: 2, time_zone: "Europe/Berlin".into() };
    let shown = file.display();
    vec![
        cell(
            create("new", Some("billing")),
            "POST /v1/addons",
            json!({"addon": {"alias": "EXTRA", "app": "billing", "name": "new", "plan": "small", "service": "postgresql", "team": "sandbox"}}),
            "addons create postgresql:small --name new --app billing --as EXTRA",
        ),
        cell(
            Command::Attach {
                addon_id: addon_id(),
                addon: addon(),
                app: "billing".into(),
                alias: Some("R".into()),
                confirm: None,
                credential: None,
            },
            "POST /v1/attachments",
            json!({"attachment": {"addon": id, "app": "billing", "alias": "R"}}),
            "addons attach orders --app billing --as R",
        ),
        cell(
            Command::Detach {
                attachment_id: attachment.clone(),
                addon_id: addon_id(),
                addon: addon(),
                app: "storefront".into(),
                alias: None,
            },
            format!("DELETE /v1/attachments/{attachment}"),
            Value::Null,
            "addons detach orders --app storefront",
        ),
        cell(
            Command::BackUp { addon_id: addon_id(), addon: addon(), label: None },
            format!("POST {}", path("/backups")),
            Value::Null,
            "backups capture orders",
        ),
        cell(
            Command::BackUp { addon_id: addon_id(), addon: addon(), label: Some("before v57".into()) },
            format!("POST {}", path("/backups")),
            json!({"backup": {"label": "before v57"}}),
            "backups capture orders --label 'before v57'",
        ),
        cell(
            Command::ScheduleBackups { addon_id: addon_id(), addon: addon(), schedule: Some(berlin) },
            format!("PUT {}", path("/backup_schedule")),
            json!({"schedule": {"hour": 2, "time_zone": "Europe/Berlin"}}),
            "backups schedule orders --at 02:00 --time-zone Europe/Berlin",
        ),
        cell(
            Command::ScheduleBackups { addon_id: addon_id(), addon: addon(), schedule: None },
            format!("DELETE {}", path("/backup_schedule")),
            Value::Null,
            "backups schedule orders --off",
        ),
        cell(
            Command::Restore(restore),
            format!("POST /v1/backups/{backup}/restore"),
            json!({"restore": {"name": "copy", "plan": "large", "team": "sandbox"}}),
            format!("backups restore orders {backup} --name copy --plan large"),
        ),
        cell(
            Command::UploadBackup { service: "postgresql".into(), file: file.to_owned(), size: 5 },
            "POST /v1/backups?service=postgresql&name=a+b.pgdump",
            Value::Null,
            format!("backups restore --file '{shown}' --service postgresql"),
        ),
        cell(
            Command::DeleteBackup { backup_id: backup.clone(), addon_id: Some(addon_id()), addon: Some(addon()) },
            format!("DELETE /v1/backups/{backup}"),
            Value::Null,
            format!("backups delete orders {backup} --confirm {backup}"),
        ),
        cell(
            Command::MoveAttachments { from_id: addon_id(), from: addon(), to_id: spare.clone(), to: "spare".into() },
            format!("POST /v1/addons/{spare}/promote"),
            json!({"promotion": {"from": id}}),
            "addons promote spare --from orders --confirm spare",
        ),
        cell(
            Command::ChangePlan {
                addon_id: addon_id(),
                addon: addon(),
                service: "postgresql".into(),
                plan: "large".into(),
            },
            format!("PATCH {}", path("")),
            json!({"addon": {"plan": "large"}}),
            "addons upgrade orders --plan large",
        ),
        cell(
            Command::Rotate { addon_id: addon_id(), addon: addon() },
            format!("POST {}", path("/rotate_credentials")),
            Value::Null,
            "addons rotate orders",
        ),
        cell(
            Command::Restart { addon_id: addon_id(), addon: addon() },
            format!("POST {}", path("/restart")),
            Value::Null,
            "addons restart orders",
        ),
        cell(
            Command::Sleep { addon_id: addon_id(), addon: addon() },
            format!("POST {}", path("/sleep")),
            Value::Null,
            "addons sleep orders",
        ),
        cell(
            Command::Wake { addon_id: addon_id(), addon: addon() },
            format!("POST {}", path("/wake")),
            Value::Null,
            "addons wake orders",
        ),
        cell(
            Command::Rename { addon_id: addon_id(), addon: addon(), name: "orders-old".into() },
            format!("PATCH {}", path("")),
            json!({"addon": {"name": "orders-old"}}),
            "addons rename orders orders-old",
        ),
        cell(
            Command::DestroyAddon { addon_id: addon_id(), addon: addon() },
            format!("DELETE {}", path("")),
            Value::Null,
            "addons destroy orders --confirm orders",
        ),
        cell(
            Command::CreateApp { app: "shop".into(), team: None },
            "POST /v1/apps",
            json!({"app": {"name": "shop"}}),
            "apps create shop",
        ),
        cell(
            Command::DestroyApp { app: "shop".into() },
            "DELETE /v1/apps/shop",
            Value::Null,
            "apps destroy shop --confirm shop",
        ),
        cell(
            Command::Maintenance { app: "billing".into(), is_on: true },
            "PATCH /v1/apps/billing",
            json!({"app": {"maintenance": true}}),
            "apps maintenance billing on",
        ),
        cell(
            Command::Maintenance { app: "billing".into(), is_on: false },
            "PATCH /v1/apps/billing",
            json!({"app": {"maintenance": false}}),
            "apps maintenance billing off",
        ),
    ]
}

#[tokio::test]
async fn every_command_is_the_request_that_is_shown_and_says_what_goes_on() {
    let server = StandIn::start().await;
    let connection = connection(&server.profile());
    let file = server.journal_folder().with_file_name("a b.pgdump");
    std::fs::write(&file, "PGDMP").unwrap();
    let cells = server.db(|db| cells(db, &file));
    let mut verbs: BTreeSet<Verb> = cells.iter().map(|cell| cell.command.verb()).collect();
    for (sent, Cell { command, request, body, cli }) in cells.iter().enumerate() {
        let shown = connection.reader.request_preview(command);
        assert_eq!((&shown.request, &shown.cli), (request, &format!("attache --profile local {cli}")));
        let receipt = connection.writer.as_ref().unwrap().submit(command, &format!("key-{sent}")).await.unwrap();
        let seen = server.seen().pop().unwrap();
        assert_eq!(&format!("{} {}", seen.method, seen.target), request);
        assert_eq!(&seen.body, body, "{request}");
        assert_eq!(seen.headers["idempotency-key"], format!("key-{sent}").as_str());
        assert_eq!(server.writes(), sent + 1);
        assert_eq!(receipt.request_id.as_deref(), Some("req_7"));
        let is_at_once = matches!(
            command.verb(),
            Verb::Attach
                | Verb::Detach
                | Verb::ScheduleBackups
                | Verb::Promote
                | Verb::CreateApp
                | Verb::DestroyApp
                | Verb::Maintenance
        );
        assert_eq!(receipt.is_under_way, !is_at_once, "{request}");
        let last = server.db(|db| db.works.last().map(|work| work.id.clone()));
        assert_eq!(receipt.work_id, if is_at_once { None } else { last }, "{request}");
        let has_backup = matches!(command.verb(), Verb::BackUp | Verb::DeleteBackup | Verb::UploadBackup);
        assert_eq!(receipt.backup_id.is_some(), has_backup, "{request}");
        let has_addon =
            !matches!(command.verb(), Verb::UploadBackup | Verb::CreateApp | Verb::DestroyApp | Verb::Maintenance);
        assert_eq!(receipt.addon_id.is_some(), has_addon, "{request}");
    }
    // Those that the platform has not.
    verbs.extend(LACKING);
    verbs.extend([Verb::ListBackups, Verb::DownloadBackup, Verb::Logs, Verb::Usage, Verb::Connect]);
    assert_eq!(verbs, BTreeSet::from(Verb::ALL), "every verb is a command of the table, or one of its reads");
    for verb in Verb::ALL {
        assert_eq!(connection.reader.capability(verb) == Capability::Can, !LACKING.contains(&verb), "{verb:?}");
    }
}

#[tokio::test]
async fn rolling_back_is_refused_with_its_reason_at_every_door_and_never_sent() {
    let server = StandIn::start().await;
    let connection = connection(&server.profile());
    let command = Command::RollBack { app: "storefront".into(), release: "v1".into() };
    let why = "there is no code to roll back";
    assert!(connection.reader.capability(Verb::RollBack).reason().unwrap().contains(why));
    assert!(connection.reader.effects(&command, &Situation::default()).refusal().unwrap().contains(why));
    let shown = connection.reader.request_preview(&command);
    assert!(shown.request.contains(why) && shown.body.is_none(), "{shown:?}");
    assert_eq!(shown.cli, "attache --profile local apps rollback storefront v1");
    let error = door::prepare(&connection, None, command.clone()).await.unwrap_err();
    assert!(error.message.contains(why), "{error}");
    let error = connection.writer.as_ref().unwrap().submit(&command, "key").await.unwrap_err();
    assert!(matches!(&error, SubmitError::NotSent(error) if error.message.contains(why)), "{error:?}");
    assert!(server.seen().is_empty(), "nothing was sent");
}

#[tokio::test]
async fn backups_are_read_with_how_they_are_kept() {
    let server = StandIn::start().await;
    let (first, second) = server.db(|db| {
        db.schedule("orders", Some(json!({"hour": 2, "time_zone": "UTC"})));
        (db.finished_backup("orders", "2026-11-19T02:00:00Z"), db.finished_backup("orders", "2026-11-20T02:00:00Z"))
    });
    server.page_by(1);
    let reader = connection(&server.profile()).reader;
    let backups = reader.backups("orders").await.unwrap();
    assert_eq!(backups.list.iter().map(|one| one.id.as_str()).collect::<Vec<_>>(), [&second, &first]);
    assert_eq!(backups.last_finished().unwrap().id, second);
    let policy = backups.policy.unwrap();
    assert_eq!((policy.keep_count, policy.keep_days, policy.evicts.as_ref()), (Some(2), Some(7), Some(&first)));
    assert_eq!(policy.schedule, Some(Schedule { hour: 2, time_zone: "UTC".into() }));
    let backup = reader.backup(&first).await.unwrap().value;
    assert_eq!((backup.size, backup.trigger.as_deref()), (Some(14), Some("manual")));
    assert!(backup.is_finished() && backup.checksum.unwrap().starts_with("sha256:"));
    assert_eq!(reader.backup("bkp_99").await.unwrap_err().kind, ReadErrorKind::NotFound);
    server.db(|db| db.backup(&first).unwrap().state = "paused\u{1b}".into());
    server.db(|db| db.remove("orders"));
    let all = reader.all_backups().await.unwrap();
    assert_eq!(all.len(), 2, "also of add-ons that are gone");
    assert_eq!(all[1].state, BackupState::Other("paused·".into()));
    assert!(!all[1].is_finished());
}

#[tokio::test]
async fn backups_of_other_teams_are_not_shown() {
    let server = StandIn::start().await;
    server.db(|db| db.finished_backup("orders", "2026-11-19T02:00:00Z"));
    let mut profile = server.profile();
    profile.teams = vec!["acme".into()];
    assert!(connection(&profile).reader.all_backups().await.unwrap().is_empty());
}

#[tokio::test]
async fn an_add_on_tells_its_work_its_origin_and_what_it_cannot_do() {
    let server = StandIn::start().await;
    let reader = connection(&server.profile()).reader;
    let addon = reader.addon("orders").await.unwrap().value;
    assert_eq!((addon.last_backup, addon.work, addon.restored_from), (Known::Is(None), None, None));
    server.db(|db| {
        let backup = db.finished_backup("orders", "2026-11-20T02:00:00Z");
        db.work("orders", "change_plan", None);
        let addon = db.addon("orders").unwrap();
        addon.cannot = vec![("sleep", "postgresql:small does not sleep."), ("levitate", "No.")];
        addon.restored_from = Some(json!({"backup_id": backup, "addon_id": null, "addon": null}));
    });
    let addon = reader.addon("orders").await.unwrap().value;
    assert_eq!(addon.last_backup, Known::Is(Some("2026-11-20T02:00:00Z".parse().unwrap())));
    assert_eq!(addon.cannot(Verb::Sleep), Some("postgresql:small does not sleep."));
    assert_eq!(addon.cannot.len(), 1, "a verb that we don't know is nothing that is asked for");
    assert_eq!(addon.restored_from.unwrap().addon_id, None);
    let work = addon.work.unwrap();
    assert_eq!(
        (work.kind.as_str(), &work.state, work.step.as_deref()),
        ("change_plan", &WorkState::Running, Some("copy_data"))
    );
    let progress = Progress { bytes: Some(4096), done: Some(3), total: None, unit: Some("tables".into()) };
    assert_eq!(work.progress, Some(progress));
    assert_eq!(reader.work(&work.id).await.unwrap(), *work);
    assert_eq!(reader.works(Some("orders")).await.unwrap().value, [*work]);
    assert_eq!(reader.works(Some("nobody")).await.unwrap().value, []);
}

#[tokio::test]
async fn usage_logs_and_values_of_an_add_on_are_read() {
    let server = StandIn::start().await;
    let reader = connection(&server.profile()).reader;
    let usage = reader.usage("orders").await.unwrap();
    assert_eq!((&usage.figures[0].value, usage.figures[0].limit), (&Known::Is(3), Some(20)));
    assert_eq!(usage.figures[1].value, Known::Unknown("it sleeps".into()), "unknown is never zero");
    assert_eq!(reader.logs("orders", 2).await.unwrap(), ["line 0 ", "line 1 "]);
    let values = reader.addon_values("orders").await.unwrap();
    assert_eq!(values[0].value.expose_secret(), "secret of DATABASE_URL");
    assert!(!format!("{values:?}").contains("secret of"));
    for error in [
        reader.usage("nobody").await.unwrap_err(),
        reader.logs("nobody", 1).await.unwrap_err(),
        reader.addon_values("nobody").await.unwrap_err(),
        reader.backups("nobody").await.unwrap_err(),
        reader.work("op_99").await.unwrap_err(),
    ] {
        assert_eq!(error.kind, ReadErrorKind::NotFound);
    }
    let catalog = reader.catalog().await.unwrap();
    assert_eq!(catalog.service("postgresql").unwrap().backups, Known::Is(Capability::Can));
    assert!(matches!(catalog.service("valkey").unwrap().backups, Known::Unknown(_)));
    assert_eq!(server.count(Method::GET, "/v1/addons/orders/config_vars?reveal=true"), 1);
}
