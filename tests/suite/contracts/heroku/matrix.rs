//! The table of `platforms/MATRIX.md`, column *Heroku*, cell by cell: which request a command becomes, what its answer says.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use attache::model::{Capability, Command, CreateAddon, RestoreBackup, Schedule, Verb};
use attache::platform::SubmitError;

use super::Desk;

/// What Heroku does not have, or attache does not do there.
const LACKING: [Verb; 10] = [
    Verb::AutoBackups,
    Verb::Redeploy,
    Verb::Restore,
    Verb::UploadBackup,
    Verb::Restart,
    Verb::Sleep,
    Verb::Wake,
    Verb::Logs,
    Verb::CreateApp,
    Verb::DestroyApp,
];

/// What becomes of one command.
struct Cell {
    command: Command,
    /// On the wire; shown with its side behind it if that is the data API.
    request: String,
    body: Value,
    cli: &'static str,
    is_under_way: bool,
}

pub(super) fn create(name: &str, app: &str, service: &str, plan: &str) -> CreateAddon {
    CreateAddon {
        name: name.into(),
        team: None,
        service: service.into(),
        plan: plan.into(),
        app: Some(app.into()),
        alias: None,
        options: BTreeMap::new(),
        confirm: None,
    }
}

pub(super) fn attach(desk: &Desk, addon: &str, app: &str, alias: &str, credential: Option<&str>) -> Command {
    Command::Attach {
        addon_id: desk.id(addon),
        addon: addon.into(),
        app: app.into(),
        alias: Some(alias.into()),
        credential: credential.map(str::to_owned),
        confirm: None,
    }
}

pub(super) fn detach(desk: &Desk, addon: &str, app: &str, alias: &str) -> Command {
    Command::Detach {
        attachment_id: desk.attachment(app, alias),
        addon_id: desk.id(addon),
        addon: addon.into(),
        app: app.into(),
        alias: Some(alias.into()),
    }
}

pub(super) fn take_database(desk: &Desk) -> Command {
    Command::MakePrimary {
        addon_id: desk.id("postgresql-follower"),
        addon: "postgresql-follower".into(),
        app: "storefront".into(),
        attachment_id: Some(desk.attachment("storefront", "HEROKU_POSTGRESQL_COBALT")),
        name: "DATABASE".into(),
    }
}

pub(super) fn destroy(desk: &Desk, addon: &str) -> Command {
    Command::DestroyAddon { addon_id: desk.id(addon), addon: addon.into() }
}

pub(super) fn back_up(desk: &Desk, addon: &str) -> Command {
    Command::BackUp { addon_id: desk.id(addon), addon: addon.into(), label: None }
}

pub(super) fn rotate(desk: &Desk, addon: &str) -> Command {
    Command::Rotate { addon_id: desk.id(addon), addon: addon.into() }
}

pub(super) fn schedule(desk: &Desk, addon: &str, hour: Option<u8>) -> Command {
    let schedule = hour.map(|hour| Schedule { hour, time_zone: "Europe/Berlin".into() });
    Command::ScheduleBackups { addon_id: desk.id(addon), addon: addon.into(), schedule }
}

pub(super) fn restore_into(desk: &Desk, backup: &str, addon: &str) -> Command {
    Command::RestoreInto {
        backup_id: backup.into(),
        of: Some("postgresql-storefront".into()),
        addon_id: desk.id(addon),
        addon: addon.into(),
    }
}

pub(super) fn cancel(desk: &Desk) -> Command {
    Command::CancelBackup {
        backup_id: "storefront::b008".into(),
        addon_id: desk.id("postgresql-storefront"),
        addon: "postgresql-storefront".into(),
    }
}

pub(super) fn delete_backup(desk: &Desk) -> Command {
    Command::DeleteBackup {
        backup_id: "storefront::b002".into(),
        addon_id: Some(desk.id("postgresql-storefront")),
        addon: Some("postgresql-storefront".into()),
    }
}

pub(super) fn change_plan(desk: &Desk) -> Command {
    Command::ChangePlan {
        addon_id: desk.id("redis-storefront"),
        addon: "redis-storefront".into(),
        service: "heroku-redis".into(),
        plan: "premium-1".into(),
    }
}

pub(super) fn rename(desk: &Desk) -> Command {
    Command::Rename { addon_id: desk.id("redis-storefront"), addon: "redis-storefront".into(), name: "cache".into() }
}

fn of_platform(desk: &Desk) -> Vec<Cell> {
    let cell = |command, request: String, body, cli, is_under_way| Cell { command, request, body, cli, is_under_way };
    let (redis, papertrail, kafka) =
        (desk.id("redis-storefront"), desk.id("papertrail-storefront"), desk.id("kafka-billing"));
    let (database, follower) = (desk.id("postgresql-storefront"), desk.id("postgresql-follower"));
    let shared = desk.attachment("reports", "STOREFRONT_DB");
    let release = desk.world(|world| world.app("storefront").unwrap().releases[1].id.clone());
    desk.world(|world| world.addon_mut("kafka-billing").unwrap().state = "provisioned".into());
    desk.world(|world| world.app_mut("billing").unwrap().needs_second_factor = false);
    let with_alias = CreateAddon { alias: Some("CACHE".into()), ..create("new", "hobby", "heroku-redis", "mini") };
    let follow = BTreeMap::from([("follow".to_owned(), "DATABASE_URL".to_owned())]);
    let following =
        CreateAddon { options: follow, ..create("second", "storefront", "heroku-postgresql", "standard-0") };
    vec![
        cell(
            Command::CreateAddon(with_alias),
            "POST /apps/hobby/addons".into(),
            json!({"name": "new", "plan": {"name": "heroku-redis:mini"}, "attachment": {"name": "CACHE"}}),
            "addons:create heroku-redis:mini --name new --app hobby --as CACHE",
            true,
        ),
        cell(
            Command::CreateAddon(create("logs", "hobby", "papertrail", "fixa")),
            "POST /apps/hobby/addons".into(),
            json!({"name": "logs", "plan": {"name": "papertrail:fixa"}}),
            "addons:create papertrail:fixa --name logs --app hobby",
            false,
        ),
        cell(
            Command::CreateAddon(following),
            "POST /apps/storefront/addons".into(),
            json!({"name": "second", "plan": {"name": "heroku-postgresql:standard-0"}, "config": {"follow": "DATABASE_URL"}}),
            "addons:create heroku-postgresql:standard-0 --name second --app storefront -- --follow DATABASE_URL",
            true,
        ),
        cell(
            attach(desk, "redis-storefront", "hobby", "SHARED", None),
            "POST /addon-attachments".into(),
            json!({"addon": redis, "app": "hobby", "name": "SHARED"}),
            "addons:attach redis-storefront --app hobby --as SHARED",
            false,
        ),
        cell(
            attach(desk, "postgresql-storefront", "hobby", "REPORTING", Some("reporting")),
            "POST /addon-attachments".into(),
            json!({"addon": database, "app": "hobby", "name": "REPORTING", "namespace": "credential:reporting"}),
            "addons:attach postgresql-storefront --app hobby --as REPORTING --credential reporting",
            false,
        ),
        cell(
            detach(desk, "postgresql-storefront", "reports", "STOREFRONT_DB"),
            format!("DELETE /addon-attachments/{shared}"),
            Value::Null,
            "addons:detach STOREFRONT_DB --app reports",
            false,
        ),
        cell(
            take_database(desk),
            "POST /addon-attachments".into(),
            json!({"addon": follower, "app": "storefront", "name": "DATABASE", "confirm": "storefront"}),
            "addons:attach postgresql-follower --as DATABASE --app storefront --confirm storefront",
            false,
        ),
        cell(
            destroy(desk, "papertrail-storefront"),
            format!("DELETE /apps/storefront/addons/{papertrail}"),
            json!({"force": false}),
            "addons:destroy papertrail-storefront --app storefront --confirm storefront",
            false,
        ),
        cell(
            destroy(desk, "kafka-billing"),
            format!("DELETE /apps/billing/addons/{kafka}"),
            json!({"force": false}),
            "addons:destroy kafka-billing --app billing --confirm billing",
            true,
        ),
        cell(
            rename(desk),
            format!("PATCH /apps/storefront/addons/{redis}"),
            json!({"name": "cache"}),
            "addons:rename redis-storefront cache",
            false,
        ),
        cell(
            change_plan(desk),
            format!("PATCH /apps/storefront/addons/{redis}"),
            json!({"plan": {"name": "heroku-redis:premium-1"}}),
            "addons:upgrade redis-storefront heroku-redis:premium-1",
            false,
        ),
        cell(
            Command::Maintenance { app: "storefront".into(), is_on: true },
            "PATCH /apps/storefront".into(),
            json!({"maintenance": true}),
            "maintenance:on --app storefront",
            false,
        ),
        cell(
            Command::Maintenance { app: "storefront".into(), is_on: false },
            "PATCH /apps/storefront".into(),
            json!({"maintenance": false}),
            "maintenance:off --app storefront",
            false,
        ),
        cell(
            Command::RollBack { app: "storefront".into(), release: "v2".into() },
            "POST /apps/storefront/releases".into(),
            json!({"release": release}),
            "releases:rollback v2 --app storefront",
            false,
        ),
    ]
}

fn of_data(desk: &Desk) -> Vec<Cell> {
    let cell = |command, request: String, body, cli, is_under_way| Cell { command, request, body, cli, is_under_way };
    let (redis, database, staging) =
        (desk.id("redis-storefront"), desk.id("postgresql-storefront"), desk.id("postgresql-staging"));
    let (url, running, schedule_id) = desk.world(|world| {
        let url = world.transfer_mut("storefront", "b002").unwrap().to_url.clone();
        let running = world.transfer_mut("storefront", "b008").unwrap().uuid.clone();
        (url, running, world.addon("postgresql-storefront").unwrap().data.schedules[0].uuid.clone())
    });
    vec![
        cell(
            back_up(desk, "postgresql-storefront"),
            format!("POST /client/v11/databases/{database}/backups"),
            Value::Null,
            "pg:backups:capture postgresql-storefront --app storefront",
            true,
        ),
        cell(
            restore_into(desk, "storefront::b002", "postgresql-staging"),
            format!("POST /client/v11/databases/{staging}/restores"),
            json!({"backup_url": url}),
            "pg:backups:restore storefront::b002 postgresql-staging --app storefront-staging --confirm storefront-staging",
            true,
        ),
        cell(
            cancel(desk),
            format!("POST /client/v11/apps/storefront/transfers/{running}/actions/cancel"),
            Value::Null,
            "pg:backups:cancel b008 --app storefront",
            false,
        ),
        cell(
            delete_backup(desk),
            "DELETE /client/v11/apps/storefront/transfers/2".into(),
            Value::Null,
            "pg:backups:delete b002 --app storefront --confirm storefront",
            false,
        ),
        cell(
            schedule(desk, "postgresql-storefront", Some(3)),
            format!("POST /client/v11/databases/{database}/transfer-schedules"),
            json!({"hour": "03", "timezone": "Europe/Berlin", "schedule_name": "DATABASE_URL"}),
            "pg:backups:schedule postgresql-storefront --at '03:00 Europe/Berlin' --app storefront",
            false,
        ),
        cell(
            schedule(desk, "postgresql-storefront", None),
            format!("DELETE /client/v11/databases/{database}/transfer-schedules/{schedule_id}"),
            Value::Null,
            "pg:backups:unschedule postgresql-storefront --app storefront",
            false,
        ),
        cell(
            rotate(desk, "postgresql-storefront"),
            format!("POST /postgres/v0/databases/{database}/credentials/default/credentials_rotation"),
            json!({}),
            "pg:credentials:rotate postgresql-storefront --app storefront --confirm storefront",
            false,
        ),
        cell(
            rotate(desk, "redis-storefront"),
            format!("POST /redis/v0/databases/{redis}/credentials_rotation"),
            json!({}),
            "redis:credentials redis-storefront --reset --app storefront",
            false,
        ),
    ]
}

/// What stands for what is looked up right before it is sent, in what is shown.
fn filled_in(shown: &str, desk: &Desk) -> String {
    let (running, schedule, release, url) = desk.world(|world| {
        let schedules = &world.addon("postgresql-storefront").unwrap().data.schedules;
        let url =
            world.transfers.iter().find(|one| one.app == "storefront" && one.num == 2).map(|one| one.to_url.clone());
        (
            world.transfers.iter().find(|one| one.app == "storefront" && one.num == 8).unwrap().uuid.clone(),
            schedules.first().map_or(String::new(), |one| one.uuid.clone()),
            world.app("storefront").unwrap().releases[1].id.clone(),
            url.unwrap_or_default(),
        )
    });
    shown
        .replace("TRANSFER_ID", &running)
        .replace("SCHEDULE_ID", &schedule)
        .replace("RELEASE_ID", &release)
        .replace("$BACKUP_URL", &url)
}

#[tokio::test]
async fn every_command_is_the_request_that_is_shown_and_says_what_goes_on() {
    let count = {
        let desk = Desk::new().await;
        (of_platform(&desk).len(), of_data(&desk).len())
    };
    let mut verbs = BTreeSet::new();
    for place in 0..count.0 + count.1 {
        let desk = Desk::new().await;
        let cells = if place < count.0 { of_platform(&desk) } else { of_data(&desk) };
        let Cell { command, request, body, cli, is_under_way } =
            cells.into_iter().nth(if place < count.0 { place } else { place - count.0 }).unwrap();
        verbs.insert(command.verb());
        // What is shown is shown of what was read.
        desk.addons().await;
        let preview = desk.connection.reader.request_preview(&command);
        let side = if place < count.0 { "" } else { " (data API)" };
        assert_eq!(filled_in(&preview.request, &desk), format!("{request}{side}"));
        assert_eq!(preview.cli, format!("heroku {cli}"));
        let shown = preview.body.map_or(Value::Null, |body| serde_json::from_str(&filled_in(&body, &desk)).unwrap());
        assert_eq!(shown, body, "{request}");
        let receipt = desk.send(&command).await.unwrap_or_else(|error| panic!("{request}: {error}"));
        let sent: Vec<_> = desk.seen().into_iter().filter(|seen| seen.is_write()).collect();
        let [sent] = sent.as_slice() else { panic!("{request}: {sent:?}") };
        assert_eq!(format!("{} {}", sent.method, sent.target), request);
        assert_eq!(sent.body, body, "{request}");
        assert_eq!(sent.headers["authorization"], "Bearer t0psecret", "{request}");
        assert!(!sent.headers.contains_key("idempotency-key"), "it takes none");
        let is_told = matches!(command.verb(), Verb::Create | Verb::ChangePlan);
        assert_eq!(sent.headers.contains_key("x-heroku-legacy-provider-messages"), is_told, "{request}");
        assert_eq!(receipt.is_under_way, is_under_way, "{request}");
        assert_eq!(receipt.request_id.is_some(), side.is_empty(), "{request}");
        if let Command::CreateAddon(create) = &command {
            assert_eq!(receipt.addon_id.as_deref(), Some(desk.id(&create.name).as_str()));
        }
        let work = match command.verb() {
            Verb::BackUp => Some("storefront::b009"),
            Verb::RestoreInto => Some("storefront-staging::r002"),
            _ => None,
        };
        assert_eq!(receipt.work_id.as_deref(), work, "{request}");
    }
    verbs.extend(LACKING);
    verbs.extend([Verb::ListBackups, Verb::DownloadBackup, Verb::Usage, Verb::Connect]);
    // The one is an option of creating, the other an action of the service.
    verbs.extend([Verb::PointInTime, Verb::Follow, Verb::RunAction]);
    assert_eq!(verbs, BTreeSet::from(Verb::ALL), "every verb is a command of the table, or one of its reads");
    let desk = Desk::new().await;
    for verb in Verb::ALL {
        assert_eq!(desk.connection.reader.capability(verb) == Capability::Can, !LACKING.contains(&verb), "{verb:?}");
    }
}

#[tokio::test]
async fn what_heroku_does_not_have_is_refused_with_its_reason_and_never_sent() {
    let desk = Desk::new().await;
    let id = || (desk.id("redis-storefront"), "redis-storefront".to_owned());
    let ((addon_id, addon), (second_id, second), (third_id, third)) = (id(), id(), id());
    let restore = RestoreBackup {
        backup_id: "storefront::b002".into(),
        of: None,
        name: "copy".into(),
        team: None,
        service: "heroku-postgresql".into(),
        plan: "standard-0".into(),
    };
    for command in [
        Command::Restart { addon_id, addon },
        Command::Sleep { addon_id: second_id, addon: second },
        Command::Wake { addon_id: third_id, addon: third },
        Command::Restore(restore),
        Command::CreateApp { app: "shop".into(), team: None },
        Command::DestroyApp { app: "shop".into() },
        Command::MoveAttachments {
            from_id: desk.id("postgresql-storefront"),
            from: "postgresql-storefront".into(),
            to_id: desk.id("postgresql-follower"),
            to: "postgresql-follower".into(),
        },
    ] {
        let what = command.sentence();
        let error = desk.send(&command).await.unwrap_err();
        assert!(matches!(error, SubmitError::NotSent(_)), "{what}: {error:?}");
        let shown = desk.connection.reader.request_preview(&command);
        assert!(shown.request.starts_with("No request: ") && shown.body.is_none(), "{what}: {shown:?}");
    }
    assert_eq!(desk.writes(), 0);
}
