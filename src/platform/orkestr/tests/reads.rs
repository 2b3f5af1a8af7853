//! What is read, and how leniently.

use super::*;
use crate::model::{BackupState, Injection, Known, Owner, State, WorkState};
use futures_util::TryStreamExt;
use secrecy::ExposeSecret;

fn at(text: &str) -> jiff::Timestamp {
    text.parse().unwrap()
}

#[tokio::test]
async fn an_add_on_belongs_to_its_project_and_shows_no_secret() {
    let server = serve(world).await;
    let reader = adapter(&server);
    let all = reader.addons_in_full().await.unwrap();
    let [orders] = all.as_slice() else { panic!("{all:?}") };
    assert_eq!((orders.name.as_str(), &orders.owner, &orders.plan), ("orders", &Owner::App("shop".into()), &None));
    assert_eq!((&orders.state, orders.state_word.as_str()), (&State::Ready, "running"));
    assert_eq!(orders.team.as_deref(), Some("Customers"));
    assert_eq!(orders.created_at, Some(at("2026-11-01T10:00:00Z")), "without an offset it is UTC");
    assert_eq!(orders.fact("version"), Some("16"));
    assert_eq!(orders.attachments.items()[0].config_vars, Known::Is(vec!["DATABASE_URL".into()]));
    let one = reader.addon("orders").await.unwrap().value;
    assert_eq!(one.fact(map::AUTOMATIC), Some("off"));
    assert!(!format!("{all:?}{one:?}").contains("s3cr3t"));
    let values = reader.addon_values(ORDERS).await.unwrap();
    assert_eq!(values[0].name.name, "DATABASE_URL");
    assert!(values[0].value.expose_secret().contains("s3cr3t"), "only whoever asks for it gets it");
}

#[tokio::test]
async fn projects_have_their_facts_and_one_group_or_none() {
    let server = serve(world).await;
    let apps = adapter(&server).apps().await.unwrap();
    let [docs, shop] = apps.as_slice() else { panic!("{apps:?}") };
    assert_eq!((shop.team.as_deref(), docs.team.as_deref()), (Some("Customers"), None), "docs is in two");
    assert_eq!(shop.fact("repository"), Some("https://…@git.example.com/shop"));
    assert_eq!((docs.fact("status"), docs.fact("display name")), (Some("Odd"), Some("The docs")));
    let filtered = Profile { teams: vec!["All".into()], ..profile(&server) };
    let filtered = Orkestr::new(&filtered, Settings::default()).unwrap();
    let names: Vec<String> = filtered.apps().await.unwrap().into_iter().map(|app| app.name.into()).collect();
    assert_eq!(names, ["docs"], "who is in no group is in nobody's way");
    assert_eq!(filtered.teams().await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_list_may_be_bare_or_wrapped_and_odd_values_are_not_told() {
    let server = serve(|line: &str| match line {
        line if line.contains("/projects?") => {
            ok(&json!([{"id": "p1", "name": null, "status": 7, "created_at": "soon"}]))
        }
        line if line.ends_with("/addons") => ok(&json!({"addons": [
            {"id": "a1", "name": ["x"], "version": 16, "status": null, "auto_backup_enabled": "yes", "created_at": 5},
        ]})),
        line if line.ends_with("/environments") => ok(&json!({"environments": [{"id": "e1"}]})),
        line if line.contains("/deployments") => ok(&json!({"deployments": [{"id": "d1", "steps": null}]})),
        _ => status(404, &json!({"detail": "Not Found"})),
    })
    .await;
    let reader = adapter(&server);
    let apps = reader.apps().await.unwrap();
    assert_eq!((apps[0].name.as_str(), apps[0].fact("status")), ("p1", Some("7")));
    let all = reader.addons_in_full().await.unwrap();
    assert_eq!((all[0].name.as_str(), all[0].fact("version")), ("a1", Some("16")));
    assert!(matches!(all[0].state, State::Unknown(_)) && all[0].created_at.is_none());
    assert!(matches!(all[0].config_vars, Known::Unknown(_)));
    let environments = reader.environments("p1").await.unwrap();
    assert_eq!(environments[0].name, "e1");
    assert!(matches!(environments[0].live_since, Known::Is(None)), "{environments:?}");
}

#[tokio::test]
async fn names_of_variables_come_without_values_and_with_the_add_on_that_gives_them() {
    let server = serve(world).await;
    let reader = adapter(&server);
    // Whatever was asked before: a confirmation is read twice, and must not come to another answer.
    let names = reader.config_var_names("shop").await.unwrap();
    let told: Vec<(&str, Option<&str>)> = names.iter().map(|one| (one.name.as_str(), one.addon.as_deref())).collect();
    assert_eq!(told, [("DATABASE_URL", Some("orders")), ("PORT", None)]);
    let values = reader.config_vars("shop").await.unwrap();
    assert_eq!(values[1].value.expose_secret(), "8080");
    assert!(!format!("{values:?}").contains("s3cr3t"));
}

#[tokio::test]
async fn each_environment_has_its_newest_deployment_and_since_when_it_is_live() {
    let server = serve(world).await;
    let environments = adapter(&server).environments("shop").await.unwrap();
    let [production, staging] = environments.as_slice() else { panic!("{environments:?}") };
    assert_eq!((production.name.as_str(), production.is_production), ("production", true));
    let newest = production.newest.as_ref().unwrap();
    assert_eq!((newest.id.as_str(), &newest.state), ("d2", &WorkState::Failed));
    assert_eq!(production.live_since, Known::Is(Some(at("2026-11-01T12:00:00Z"))), "what failed serves nobody");
    assert_eq!(production.injection(Some(at("2026-11-01T10:00:00Z"))), Injection::Injected);
    assert_eq!(production.injection(Some(at("2026-11-01T13:00:00Z"))), Injection::Pending);
    assert_eq!(staging.live_since, Known::Is(None));
    assert_eq!(staging.newest.as_ref().map(|work| work.kind.as_str()), Some("rollback"));
}

#[tokio::test]
async fn whose_a_deployment_is_that_does_not_say_is_known_only_where_there_is_one_environment() {
    let of = |environments: Value| async move {
        let server = serve(move |line: &str| match line {
            line if line.ends_with("/environments") => ok(&environments),
            line if line.contains("/deployments?") => {
                ok(&json!({"deployments": [{"id": "d1", "status": "live", "created_at": "2026-11-01T12:00:00"}], "total": 1}))
            }
            line => world(line),
        })
        .await;
        let reader = adapter(&server);
        (reader.environments("shop").await.unwrap(), reader.deployments("shop", Some("e1")).await.unwrap())
    };
    let (one, deployments) = of(json!([{"id": "e1", "name": "production"}])).await;
    assert_eq!(one[0].live_since, Known::Is(Some(at("2026-11-01T12:00:00Z"))));
    assert_eq!(deployments[0].environment.as_deref(), Some("production"));
    let (two, deployments) = of(json!([{"id": "e1", "name": "production"}, {"id": "e2", "name": "staging"}])).await;
    assert!(two.iter().all(|one| matches!(one.live_since, Known::Unknown(_)) && one.newest.is_none()), "{two:?}");
    assert_eq!((deployments.len(), deployments[0].environment.as_deref()), (1, None), "it may be of this one");
}

#[tokio::test]
async fn a_deployment_is_followed_step_by_step_and_its_log_is_read() {
    let server = serve(|line: &str| match line.trim_start_matches("GET /api/v1/deployments/") {
        "d2" => ok(&json!({"id": "d2", "status": "failed", "finished_at": "2026-11-02T12:01:00", "steps": [
            {"step_name": "clone", "status": "completed"},
            {"step_name": "build", "status": "failed"},
            {"step_name": "deploy", "status": "waiting"},
        ]})),
        "d4" => ok(&json!({"id": "d4", "status": "superseded", "finished_at": "2026-11-02T12:01:00"})),
        "d2/logs" => {
            ok(&json!({"logs": [{"step": "build", "message": "one\ntwo"}, {"message": "url postgres://u:s3cr3t@h/x"}]}))
        }
        "d2/build-log" => ok(&json!({"build_log": null})),
        _ => world(line),
    })
    .await;
    let reader = adapter(&server);
    let work = reader.work("d2").await.unwrap();
    let steps: Vec<Option<WorkState>> = work.steps.iter().map(|step| step.state.clone()).collect();
    assert_eq!(steps, [Some(WorkState::Done), Some(WorkState::Failed), None]);
    assert_eq!((work.step.as_deref(), &work.state), (Some("build"), &WorkState::Failed));
    let message = work.message.unwrap();
    assert!(message.contains("at the step build") && message.contains("goes on running"), "{message}");
    let ended = reader.work("d4").await.unwrap();
    assert_eq!(ended.state, WorkState::Other("superseded".into()));
    assert!(ended.ended_at.is_some() && ended.message.unwrap().contains("neither live nor failed"));
    let log = reader.work_log("d2").await.unwrap();
    assert_eq!(log, ["[build] one", "[build] two", "url postgres://…@h/x"]);
}

#[tokio::test]
async fn backups_come_with_what_is_told_of_them_and_whether_they_are_made_by_themselves() {
    let server = serve(world).await;
    let reader = adapter(&server);
    let backups = reader.backups(ORDERS).await.unwrap();
    let told: Vec<(&str, &BackupState, Option<u64>)> =
        backups.list.iter().map(|one| (one.id.as_str(), &one.state, one.size)).collect();
    assert_eq!(told, [("b2", &BackupState::Running, None), ("b1", &BackupState::Finished, Some(10))]);
    assert_eq!(backups.list[1].message.as_deref(), Some("orkestr says completed"));
    assert_eq!(backups.policy.unwrap().is_automatic, Some(false));
    let fact = |name: &str| backups.facts.iter().find(|fact| fact.name == name).map(|fact| fact.value.as_str());
    assert_eq!((fact("retention_days"), fact("next_run")), (Some("7"), Some("-")));
    assert_eq!((fact("quota"), fact("access_key")), (Some("daily 3, used 1"), Some("(hidden)")));
    assert_eq!(reader.backup("b1").await.unwrap().value.id, "b1");
    let gone = reader.backup("b9").await.unwrap_err();
    assert_eq!(gone.kind, ReadErrorKind::NotFound);
    let asked = server.lines().iter().filter(|line| line.ends_with("/backup-info")).count();
    assert_eq!(asked, 1, "what hardly changes is kept for a minute");
}

#[tokio::test]
async fn the_bytes_of_a_backup_are_fetched_without_the_token_wherever_they_are() {
    let store = serve(|line: &str| match line.split('?').next().unwrap_or_default() {
        "GET /signed/orders.sql.gz" => {
            Answered(302, vec![("location", "/really/orders.sql.gz?signature=s3cr3t".into())], String::new())
        }
        "GET /really/orders.sql.gz" => Answered(200, vec![], "bytes".into()),
        _ => status(403, &json!({"detail": "expired"})),
    })
    .await;
    let url = |path: &str| format!("{}{path}?signature=s3cr3t", store.address);
    let (good, late) = (url("/signed/orders.sql.gz"), url("/late"));
    let server = serve(move |line: &str| match line {
        line if line.ends_with("/b1/download") => ok(&json!({"url": good})),
        line if line.ends_with("/b2/download") => ok(&json!({"url": late})),
        line => world(line),
    })
    .await;
    let reader = adapter(&server);
    let download = reader.download("b1").await.unwrap();
    assert_eq!(download.extension.as_deref(), Some("sql.gz"));
    let bytes: Vec<bytes::Bytes> = download.bytes.try_collect().await.unwrap();
    assert_eq!(bytes.concat(), b"bytes");
    let late = reader.download("b2").await.err().unwrap();
    assert!(late.message.contains("for a short time only"), "{}", late.message);
    assert!(!format!("{late:?}").contains("s3cr3t"), "{late:?}");
    assert!(store.heard().iter().all(|heard| heard.authorization.is_none()), "our token goes to nobody else");
}

#[tokio::test]
async fn what_others_did_is_told_as_it_comes_and_is_no_evidence() {
    let server = serve(|line: &str| match line {
        line if line.contains("/activity") => ok(&json!({"items": [
            {"created_at": "2026-11-02T12:00:00", "action": "deleted", "resource_type": "addon", "details": {"addon_id": ORDERS}},
            {"created_at": "2026-11-03T12:00:00", "action": "backed_up", "details": "orders of shop"},
            {"created_at": "2026-11-04T12:00:00", "action": "deployed", "details": "docs"},
        ]})),
        line => world(line),
    })
    .await;
    let reader = adapter(&server);
    let all = reader.works(None).await.unwrap().value;
    assert_eq!(all.len(), 3);
    let its = reader.works(Some(ORDERS)).await.unwrap().value;
    let kinds: Vec<&str> = its.iter().map(|work| work.kind.as_str()).collect();
    assert_eq!(kinds, ["backed_up", "addon deleted"]);
    assert!(!reader.records("create"), "that it records any of it is inferred");
}

#[tokio::test]
async fn one_project_that_can_t_be_read_takes_nothing_from_the_others() {
    let server = serve(|line: &str| match line {
        line if line.contains(DOCS) && line.ends_with("/addons") => status(403, &json!({"detail": "not yours"})),
        line => world(line),
    })
    .await;
    assert_eq!(adapter(&server).addons_in_full().await.unwrap().len(), 1);
    let server = serve(|line: &str| match line {
        line if line.ends_with("/addons") => status(403, &json!({"detail": "not yours"})),
        line => world(line),
    })
    .await;
    let told = adapter(&server).addons_in_full().await.unwrap_err();
    assert_eq!(told.kind, ReadErrorKind::Forbidden, "none can be read: that is no empty list");
}
