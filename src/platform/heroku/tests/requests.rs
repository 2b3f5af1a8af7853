//! Each command as the request that it becomes, and as Heroku's own line.

use super::super::core::Place;
use super::super::request::{Looked, preview, request};
use super::super::services::Kind;
use super::*;
use crate::model::{RestoreBackup, Schedule};

fn place() -> Arc<Place> {
    Arc::new(Place {
        id: "d-1".into(),
        name: "pg".into(),
        app: "shop".into(),
        service: "heroku-postgresql".into(),
        plan: Some("standard-0".into()),
        created_at: None,
        names: vec![("shop".into(), "HEROKU_POSTGRESQL_RED".into(), None), ("shop".into(), "DATABASE".into(), None)],
    })
}

fn shown(command: &Command) -> (String, String, String) {
    let shown = preview(command, &|_| Some(place()));
    (shown.request, shown.body.unwrap_or_default(), shown.cli)
}

#[test]
fn every_command_becomes_one_request_and_one_line() {
    let (addon_id, addon) = (String::from("d-1"), String::from("pg"));
    let of = || (addon_id.clone(), addon.clone());
    let cases: Vec<(Command, &str, &str, &str)> = vec![
        (
            Command::Attach {
                addon_id: of().0,
                addon: of().1,
                app: "stats".into(),
                alias: Some("ORDERS".into()),
                credential: Some("readonly".into()),
                confirm: Some("stats".into()),
            },
            "POST /addon-attachments",
            r#"{"addon":"d-1","app":"stats","confirm":"stats","name":"ORDERS","namespace":"credential:readonly"}"#,
            "heroku addons:attach pg --app stats --as ORDERS --credential readonly --confirm stats",
        ),
        (
            Command::MakePrimary {
                addon_id: of().0,
                addon: of().1,
                app: "shop".into(),
                attachment_id: None,
                name: "DATABASE".into(),
            },
            "POST /addon-attachments",
            r#"{"addon":"d-1","app":"shop","confirm":"shop","name":"DATABASE"}"#,
            "heroku addons:attach pg --as DATABASE --app shop --confirm shop",
        ),
        (
            Command::Detach {
                attachment_id: "t-1".into(),
                addon_id: of().0,
                addon: of().1,
                app: "stats".into(),
                alias: Some("ORDERS".into()),
            },
            "DELETE /addon-attachments/t-1",
            "",
            "heroku addons:detach ORDERS --app stats",
        ),
        (
            Command::Rename { addon_id: of().0, addon: of().1, name: "pg-2".into() },
            "PATCH /apps/shop/addons/d-1",
            r#"{"name":"pg-2"}"#,
            "heroku addons:rename pg pg-2",
        ),
        (
            Command::ChangePlan {
                addon_id: of().0,
                addon: of().1,
                service: "heroku-postgresql".into(),
                plan: "premium-0".into(),
            },
            "PATCH /apps/shop/addons/d-1",
            r#"{"plan":{"name":"heroku-postgresql:premium-0"}}"#,
            "heroku addons:upgrade pg heroku-postgresql:premium-0",
        ),
        (
            Command::Maintenance { app: "shop".into(), is_on: true },
            "PATCH /apps/shop",
            r#"{"maintenance":true}"#,
            "heroku maintenance:on --app shop",
        ),
        (
            Command::RollBack { app: "shop".into(), release: "v7".into() },
            "POST /apps/shop/releases",
            r#"{"release":"RELEASE_ID"}"#,
            "heroku releases:rollback v7 --app shop",
        ),
        (
            Command::BackUp { addon_id: of().0, addon: of().1, label: None },
            "POST /client/v11/databases/d-1/backups (data API)",
            "",
            "heroku pg:backups:capture pg --app shop",
        ),
        (
            Command::DeleteBackup { backup_id: "shop::b003".into(), addon_id: None, addon: None },
            "DELETE /client/v11/apps/shop/transfers/3 (data API)",
            "",
            "heroku pg:backups:delete b003 --app shop --confirm shop",
        ),
        (
            Command::CancelBackup { backup_id: "shop::r004".into(), addon_id: of().0, addon: of().1 },
            "POST /client/v11/apps/shop/transfers/TRANSFER_ID/actions/cancel (data API)",
            "",
            "heroku pg:backups:cancel r004 --app shop",
        ),
        (
            Command::RestoreInto { backup_id: "shop::b003".into(), of: None, addon_id: of().0, addon: of().1 },
            "POST /client/v11/databases/d-1/restores (data API)",
            r#"{"backup_url":"$BACKUP_URL"}"#,
            "heroku pg:backups:restore shop::b003 pg --app shop --confirm shop",
        ),
        (
            Command::ScheduleBackups {
                addon_id: of().0,
                addon: of().1,
                schedule: Some(Schedule { hour: 2, time_zone: "Europe/Berlin".into() }),
            },
            "POST /client/v11/databases/d-1/transfer-schedules (data API)",
            r#"{"hour":"02","schedule_name":"DATABASE_URL","timezone":"Europe/Berlin"}"#,
            "heroku pg:backups:schedule pg --at '02:00 Europe/Berlin' --app shop",
        ),
        (
            Command::Rotate { addon_id: of().0, addon: of().1 },
            "POST /postgres/v0/databases/d-1/credentials/default/credentials_rotation (data API)",
            "{}",
            "heroku pg:credentials:rotate pg --app shop --confirm shop",
        ),
    ];
    for (command, line, body, cli) in cases {
        assert_eq!(shown(&command), (line.to_owned(), body.to_owned(), cli.to_owned()));
    }
}

#[test]
fn what_heroku_does_not_have_or_a_service_can_t_do_has_no_request() {
    let rotate = Command::Rotate { addon_id: "d-1".into(), addon: "pg".into() };
    let capture = Command::BackUp { addon_id: "d-1".into(), addon: "pg".into(), label: None };
    let of = |kind: Kind, command: &Command| request(command, &Looked { kind, ..Looked::shown(None) });
    assert!(of(Kind::AdvancedPostgres, &capture).err().unwrap().contains("Advanced"));
    assert!(of(Kind::Other, &rotate).err().unwrap().contains("partner"));
    assert!(of(Kind::KeyValue, &capture).err().unwrap().contains("no backups"));
    assert_eq!(of(Kind::KeyValue, &rotate).unwrap().path.join("/"), "redis/v0/databases/d-1/credentials_rotation");
    let restore = Command::Restore(RestoreBackup {
        backup_id: "shop::b001".into(),
        of: None,
        name: "new".into(),
        team: None,
        service: "heroku-postgresql".into(),
        plan: "standard-0".into(),
    });
    assert!(of(Kind::Postgres, &restore).is_err());
    for bad in ["b001", "shop::", "shop::x1", "::b001", "shop::b"] {
        let delete = Command::DeleteBackup { backup_id: bad.into(), addon_id: None, addon: None };
        assert!(of(Kind::Postgres, &delete).err().unwrap().contains("APP::b001"), "{bad}");
    }
}
