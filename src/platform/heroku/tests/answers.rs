//! What is asked, and what its answers mean.

use super::*;

fn ok(body: Value) -> Answered {
    (200, vec![], body.to_string())
}

fn refused(status: u16, body: Value) -> Answered {
    (status, vec![], body.to_string())
}

fn attachment(id: &str, name: &str, app: &str, addon: (&str, &str)) -> Value {
    json!({
        "id": id, "name": name, "app": {"id": app, "name": app},
        "addon": {"id": addon.0, "name": addon.1, "app": {"id": app, "name": app}},
        "namespace": null, "config_vars": [format!("{name}_URL")],
        "created_at": "2026-01-01T12:00:00Z",
    })
}

const FIRST: &str = "11111111-0000-0000-0000-000000000001";

/// An account with one database, in two pages of add-ons if so.
fn account(heard: &Heard) -> Answered {
    match heard.line.as_str() {
        "GET /addons" => ok(json!([told(&json!({}))])),
        "GET /addon-attachments" => ok(json!([
            attachment("t-1", "DATABASE", "shop", (FIRST, "postgresql-round-1")),
            attachment("t-2", "FOREIGN", "shop", ("not-visible", "postgresql-of-others")),
        ])),
        line if line.ends_with("/addon-attachments") => {
            ok(json!([attachment("t-1", "DATABASE", "shop", (FIRST, "postgresql-round-1"))]))
        }
        line if line.starts_with("GET /addons/") => ok(told(&json!({}))),
        line => refused(404, json!({"id": "not_found", "message": format!("No {line}."), "resource": "add_on"})),
    }
}

async fn all(reader: &super::super::reader::Heroku, etag: Option<&str>) -> (Vec<Addon>, Option<String>) {
    match reader.addons(etag).await.unwrap() {
        Conditional::Changed(fresh) => (fresh.value, fresh.etag),
        Conditional::Unchanged(_) => panic!("unchanged"),
    }
}

#[tokio::test]
async fn the_whole_account_is_two_reads_and_what_is_not_visible_breaks_nothing() {
    let server = serve(account).await;
    let reader = reader(&server, None);
    let (addons, etag) = all(&reader, None).await;
    assert_eq!(etag, None, "without tags there is none");
    assert_eq!(addons.len(), 1);
    let aliases: Vec<_> = addons[0].attachments.items().iter().map(|row| row.alias.clone().unwrap()).collect();
    assert_eq!(aliases, ["DATABASE"]);
    assert!(addons[0].is_primary("shop", "DATABASE") && !addons[0].is_primary("shop", "STOREFRONT_DB"));
    assert!(addons[0].cannot(Verb::BackUp).unwrap().contains("data_endpoint"), "there is no data API here");
    let heard = server.heard();
    assert_eq!(heard.len(), 2);
    for one in &heard {
        assert_eq!(one.header("accept"), Some("application/vnd.heroku+json; version=3.sdk"));
        assert_eq!(one.header("range"), Some("id ..; max=1000"));
        assert_eq!(one.header("authorization"), Some("Bearer t0ken-of-mine"));
    }
    let by = |line: &str| heard.iter().find(|one| one.line == line).unwrap();
    assert_eq!(by("GET /addons").header("accept-expansion"), Some("addon_service,plan"));
    assert_eq!(by("GET /addon-attachments").header("accept-inclusion"), Some("addon:plan,config_vars"));
    assert_eq!(reader.budget().map(|budget| (budget.remaining, budget.of)), Some((4321, 4500)));
}

#[tokio::test]
async fn pages_follow_next_range_word_for_word_whatever_the_status_says() {
    let server = serve(|heard| {
        let page = |id: &str, next: Option<&str>, status| {
            let headers = next.map(|next| ("next-range", next.to_owned())).into_iter().collect();
            (status, headers, json!([{"id": id, "name": id}]).to_string())
        };
        match heard.header("range") {
            Some("id ..; max=1000") => page("a", Some("id ]a..; max=1000"), 200),
            Some("id ]a..; max=1000") => page("b", Some("id ]b..; max=1000"), 206),
            // A 206 that is the last.
            _ => page("c", None, 206),
        }
    })
    .await;
    let apps: Vec<String> =
        reader(&server, None).apps().await.unwrap().into_iter().map(|app| app.name.into()).collect();
    assert_eq!(apps, ["a", "b", "c"]);
    assert_eq!(server.heard().len(), 3);
}

#[tokio::test]
async fn a_list_without_an_end_is_not_taken_and_a_range_that_is_not_liked_is_left_out() {
    let endless = serve(|_| (206, vec![("next-range", "id ]x..".to_owned())], "[]".to_owned())).await;
    let error = reader(&endless, None).apps().await.unwrap_err();
    assert_eq!(error.kind, ReadErrorKind::Nonsense);
    assert_eq!(endless.heard().len(), 2);
    let picky = serve(|heard| match heard.header("range") {
        Some(_) => refused(416, json!({"id": "requested_range_not_satisfiable", "message": "No."})),
        None => ok(json!([{"id": "a", "name": "a"}])),
    })
    .await;
    assert_eq!(reader(&picky, None).apps().await.unwrap().len(), 1);
}

#[tokio::test]
async fn an_unchanged_list_is_taken_from_memory_and_both_tags_stand_for_the_whole() {
    let server = serve(|heard| {
        let is_addons = heard.line == "GET /addons";
        let tag = if is_addons { "\"one\"" } else { "\"two\"" };
        let (status, _, body) = account(heard);
        match heard.header("if-none-match") {
            Some(sent) if sent == tag => (304, vec![], String::new()),
            _ => (status, vec![("etag", tag.to_owned())], body),
        }
    })
    .await;
    let reader = reader(&server, None);
    let (addons, etag) = all(&reader, None).await;
    let etag = etag.unwrap();
    assert!(matches!(reader.addons(Some(&etag)).await.unwrap(), Conditional::Unchanged(_)));
    assert_eq!(server.heard().len(), 4, "still two requests");
    // A tag that is of nothing we remember is asked for without condition.
    let (again, _) = all(&reader, Some("other\u{1f}tags")).await;
    assert_eq!(again, addons);
}

#[tokio::test]
async fn what_heroku_asks_of_a_person_is_known_by_the_id_and_not_by_the_status() {
    let attach = Command::Attach {
        addon_id: FIRST.into(),
        addon: "postgresql-round-1".into(),
        app: "shop".into(),
        alias: Some("DATABASE".into()),
        credential: None,
        confirm: None,
    };
    for status in [423, 400] {
        let server = serve(move |_| {
            let body = json!({"id": "confirmation_required", "message": "DATABASE will be overwritten."});
            (status, vec![("x-confirmation-required", "shop".to_owned())], body.to_string())
        })
        .await;
        let SubmitError::Refused(error) = writer(&server, None).submit(&attach, "").await.unwrap_err() else {
            panic!("not refused")
        };
        let exchange = error.exchange.unwrap();
        assert_eq!(exchange.asks, Some(Asks::Confirmation { word: "shop".into() }));
        assert_eq!(error.kind, ReadErrorKind::Refused { status, code: "confirmation_required".into() });
        assert_eq!(server.heard().len(), 1, "sent once");
        assert_eq!(server.heard()[0].header("idempotency-key"), None);
    }
}

#[tokio::test]
async fn the_second_factor_is_given_for_an_app_or_goes_along_with_one_write() {
    let server = serve(|heard| match (heard.line.as_str(), heard.header("heroku-two-factor-code")) {
        ("PUT /apps/shop/pre-authorizations", Some("123456")) => ok(json!({})),
        (_, Some("654321")) => ok(json!({"id": "x"})),
        _ => refused(403, json!({"id": "two_factor", "message": "2FA", "app": {"id": "a", "name": "shop"}})),
    })
    .await;
    let writer = writer(&server, None);
    let off = Command::Maintenance { app: "shop".into(), is_on: false };
    let SubmitError::Refused(error) = writer.submit(&off, "").await.unwrap_err() else { panic!("not refused") };
    assert_eq!(error.exchange.unwrap().asks, Some(Asks::SecondFactor { app: Some("shop".into()) }));
    writer.authorize("123456".to_owned().into(), Some("shop")).await.unwrap();
    writer.authorize("654321".to_owned().into(), None).await.unwrap();
    writer.submit(&off, "").await.unwrap();
    assert!(writer.submit(&off, "").await.is_err(), "used once");
    assert!(!format!("{:?}", error.message).contains("654321"));
}

#[tokio::test]
async fn each_refusal_is_told_apart_and_a_5xx_of_a_write_is_unknown() {
    for (status, id, expected) in [
        (401, "unauthorized", ReadErrorKind::Unauthorized),
        (402, "delinquent", ReadErrorKind::Refused { status: 402, code: "delinquent".into() }),
        (403, "suspended", ReadErrorKind::Forbidden),
        (404, "not_found", ReadErrorKind::NotFound),
        (406, "not_acceptable", ReadErrorKind::Refused { status: 406, code: "not_acceptable".into() }),
        (409, "conflict", ReadErrorKind::Refused { status: 409, code: "conflict".into() }),
        (410, "gone", ReadErrorKind::NotFound),
        (422, "multiple_matches", ReadErrorKind::Refused { status: 422, code: "multiple_matches".into() }),
        (422, "verification_needed", ReadErrorKind::Refused { status: 422, code: "verification_needed".into() }),
        (429, "rate_limit", ReadErrorKind::RateLimited(None)),
        (503, "maintenance", ReadErrorKind::ServerError(503)),
    ] {
        let server = serve(move |_| {
            let message = "Ambiguous identifier; multiple matching add-ons found: a, b.";
            (status, vec![("request-id", "r-7".to_owned())], json!({"id": id, "message": message}).to_string())
        })
        .await;
        let error = reader(&server, None).addon("x").await.unwrap_err();
        assert_eq!(error.kind, expected, "{id}");
        assert_eq!(error.request_id(), Some("r-7"));
        if id == "multiple_matches" {
            assert!(error.message.contains("a, b"), "{}", error.message);
        }
        let off = Command::Maintenance { app: "shop".into(), is_on: false };
        let is_unknown = matches!(writer(&server, None).submit(&off, "").await, Err(SubmitError::Unknown(_)));
        assert_eq!(is_unknown, status == 503, "{id}");
    }
}

fn transfer(changed: &Value) -> Value {
    let mut told = json!({
        "uuid": "u-1", "num": 1, "from_type": "pg_dump", "to_type": "gof3r", "from_name": "DATABASE", "to_name": "BACKUP",
        "from_url": "postgres://u:hunter2@h/db", "to_url": "s3://secret-bucket/hunter2", "options": {},
        "source_bytes": 104857600, "processed_bytes": 20971520, "succeeded": true, "warnings": 0,
        "created_at": "2026-11-20 01:00:00 +0000", "started_at": "2026-11-20 01:00:01 +0000",
        "finished_at": "2026-11-20 01:02:00 +0000", "canceled_at": null, "deleted_at": null, "purged_at": null,
        "num_keep": 2, "logs": [],
    });
    for (name, value) in changed.as_object().unwrap() {
        told[name] = value.clone();
    }
    told
}

fn with_data(heard: &Heard) -> Answered {
    match heard.line.as_str() {
        "GET /client/v11/apps/shop/transfers" => ok(json!([
            transfer(&json!({})),
            transfer(
                &json!({"num": 2, "schedule": {"uuid": "s-1"}, "num_keep": 5, "created_at": "2026-11-20 02:00:00 +0000", "started_at": "2026-11-20 02:00:00 +0000"})
            ),
            transfer(
                &json!({"num": 3, "finished_at": null, "succeeded": null, "created_at": "2026-11-20 03:00:00 +0000", "started_at": "2026-11-20 03:00:00 +0000"})
            ),
            // From when the name was another's: before this database was there.
            transfer(
                &json!({"num": 4, "created_at": "2020-12-13 16:22:40 +0000", "started_at": "2020-12-13 16:22:40 +0000"})
            ),
            transfer(&json!({"num": 6, "from_type": "htcat", "to_type": "pg_restore", "to_name": "DATABASE"})),
        ])),
        "GET /client/v11/apps/shop/transfers/1" => ok(transfer(&json!({}))),
        "GET /client/v11/apps/shop/transfers/6?verbose=true" => ok(transfer(&json!({
            "num": 6, "from_type": "htcat", "to_type": "pg_restore", "to_name": "DATABASE", "succeeded": false,
            "logs": [{"created_at": "x", "level": "info", "message": "reading postgres://u:hunter2@h/db failed"}],
        }))),
        line if line.ends_with("/transfer-schedules") && line.starts_with("GET") => ok(
            json!([{"uuid": "s-1", "name": "DATABASE_URL", "hour": 2, "timezone": "Europe/Berlin", "deleted_at": null}]),
        ),
        line if line.ends_with("/restores") || line.ends_with("/backups") => {
            (201, vec![], transfer(&json!({"num": 7, "succeeded": null, "finished_at": null})).to_string())
        }
        "GET /wait" => ok(json!({})),
        line if line.starts_with("GET /client") => (404, vec![], "<h1>Not Found</h1>".to_owned()),
        _ => account(heard),
    }
}

#[tokio::test]
async fn backups_are_the_transfers_that_are_known_to_be_of_the_database() {
    let server = serve(with_data).await;
    let reader = reader(&server, Some(&server.address));
    let backups = reader.backups(FIRST).await.unwrap();
    let rows: Vec<(&str, &str, Option<&str>)> =
        backups.list.iter().map(|one| (one.id.as_str(), one.state.word(), one.trigger.as_deref())).collect();
    assert_eq!(
        rows,
        [
            ("shop::b003", "running", Some("manual")),
            ("shop::a002", "finished", Some("scheduled")),
            ("shop::b001", "finished", Some("manual")),
        ]
    );
    let progress = backups.list[0].progress.as_ref().unwrap();
    assert_eq!((progress.done, progress.total), (Some(20), Some(100)));
    let policy = backups.policy.unwrap();
    assert_eq!(
        (policy.keep_count, policy.evicts.as_deref()),
        (Some(2), Some("shop::b001")),
        "the one under way takes the other place"
    );
    assert_eq!(policy.schedule.map(|one| (one.hour, one.time_zone)), Some((2, "Europe/Berlin".into())));
    // Whose it was is not known, and it is told as that.
    let all = reader.all_backups().await.unwrap();
    let old = all.iter().find(|one| one.id == "shop::b004").unwrap();
    assert_eq!((old.addon_id.as_deref(), old.addon.as_deref()), (None, Some("shop::DATABASE")));
    assert!(!format!("{all:?}").contains("hunter2"));
    let works = reader.works(Some(FIRST)).await.unwrap().value;
    assert!(works.iter().any(|work| work.id == "shop::r006" && work.kind == "restore"));
    // It may be of this database, so it is not thought not to have happened.
    assert!(works.iter().any(|work| work.id == "shop::b004" && work.addon_id.is_none()));
    assert!(reader.records("back_up") && !reader.records("rotate"));
    let work = reader.work("shop::r006").await.unwrap();
    let why = work.message.unwrap();
    assert!(why.contains("failed") && !why.contains("hunter2"), "{why}");
}

#[tokio::test]
async fn an_html_404_of_the_data_api_is_not_found_and_the_core_goes_on() {
    let server = serve(with_data).await;
    let reader = reader(&server, Some(&server.address));
    let error = reader.backup("shop::b009").await.unwrap_err();
    assert_eq!(error.kind, ReadErrorKind::NotFound, "{error}");
    assert_eq!(reader.backup("b009").await.unwrap_err().kind, ReadErrorKind::NotFound);
    let addon = reader.addon(FIRST).await.unwrap().value;
    assert!(matches!(&addon.health, Health::Unknown(why) if why.contains("not be ready yet")), "{:?}", addon.health);
}

#[tokio::test]
async fn without_the_data_api_the_core_works_and_says_what_is_missing() {
    let server = serve(account).await;
    // Nobody listens there.
    let reader = reader(&server, Some("http://127.0.0.1:9"));
    let addon = reader.addon(FIRST).await.unwrap().value;
    assert!(addon.state.is_ready() && addon.cannot(Verb::BackUp).unwrap().contains("data API"));
    assert_eq!(addon.keeps_no_backups(), None, "there may be some");
    assert!(matches!(&addon.health, Health::Unknown(why) if why.contains("Without Heroku's data API")));
    let error = reader.backups(FIRST).await.unwrap_err();
    assert!(error.message.contains("backups can't be read; the rest goes on"), "{error}");
    assert!(error.kind.is_denial(), "what can do without it goes on");
    assert_eq!(all(&reader, None).await.0.len(), 1);
}

#[tokio::test]
async fn a_restore_sends_what_was_read_right_before_and_nothing_shows_it() {
    let server = serve(with_data).await;
    let (reader, writer) = (reader(&server, Some(&server.address)), writer(&server, Some(&server.address)));
    let restore = Command::RestoreInto {
        backup_id: "shop::b001".into(),
        of: None,
        addon_id: FIRST.into(),
        addon: "postgresql-round-1".into(),
    };
    let receipt = writer.submit(&restore, "").await.unwrap();
    assert_eq!((receipt.work_id.as_deref(), receipt.is_under_way), (Some("shop::b007"), true));
    let heard = server.heard();
    let posts: Vec<&Heard> = heard.iter().filter(|one| one.line.starts_with("POST")).collect();
    assert_eq!(posts.len(), 1);
    assert_eq!(posts[0].body, json!({"backup_url": "s3://secret-bucket/hunter2"}).to_string());
    let shown = reader.request_preview(&restore);
    assert!(shown.body.as_ref().unwrap().contains("$BACKUP_URL") && !format!("{shown:?}").contains("hunter2"));
    // What of it can't be read is not sent.
    let missing = Command::RestoreInto {
        backup_id: "shop::b009".into(),
        of: None,
        addon_id: FIRST.into(),
        addon: "postgresql-round-1".into(),
    };
    assert!(matches!(writer.submit(&missing, "").await, Err(SubmitError::NotSent(_))));
}

#[tokio::test]
async fn a_download_is_fetched_from_the_signed_address_without_the_token() {
    let elsewhere = serve(|_| (200, vec![], "PGDMP".to_owned())).await;
    let address = format!("{}/bucket/b001?X-Amz-Signature=abc", elsewhere.address);
    let server = serve(move |heard| match heard.line.as_str() {
        "POST /client/v11/apps/shop/transfers/1/actions/public-url" => {
            ok(json!({"url": address, "expires_at": "2026-11-21 05:00:00 +0000"}))
        }
        "POST /client/v11/apps/shop/transfers/2/actions/public-url" => ok(json!({"url": "http://far.example.com/x"})),
        _ => with_data(heard),
    })
    .await;
    let reader = reader(&server, Some(&server.address));
    let download = reader.download("shop::b001").await.unwrap();
    assert_eq!(download.extension.as_deref(), Some("dump"));
    let bytes: Vec<bytes::Bytes> = futures_util::TryStreamExt::try_collect(download.bytes).await.unwrap();
    assert_eq!(bytes.concat(), b"PGDMP");
    let heard = elsewhere.heard();
    assert_eq!(heard[0].line, "GET /bucket/b001?X-Amz-Signature=abc");
    assert_eq!(heard[0].header("authorization"), None);
    let Err(error) = reader.download("shop::b002").await else { panic!("it was opened") };
    assert!(error.message.contains("not https"), "{error}");
}

#[tokio::test]
async fn the_state_in_the_answer_says_whether_heroku_goes_on() {
    for (state, is_under_way) in [("provisioned", false), ("provisioning", true), ("deprovisioned", true)] {
        let made = told(&json!({"state": state, "provision_message": "Read the guide."}));
        let server = serve(move |heard| match heard.line.starts_with("POST") {
            true => (201, vec![], made.to_string()),
            false => account(heard),
        })
        .await;
        let create = crate::model::CreateAddon {
            name: "postgresql-round-1".into(),
            team: None,
            service: "heroku-postgresql".into(),
            plan: "standard-0".into(),
            app: Some("shop".into()),
            alias: Some("MAIN".into()),
            options: [("follow".to_owned(), "pg-1".to_owned()), ("flag".to_owned(), String::new())].into(),
            confirm: Some("shop".into()),
        };
        let writer = writer(&server, None);
        let receipt = writer.submit(&Command::CreateAddon(create), "").await.unwrap();
        assert_eq!((receipt.is_under_way, receipt.addon_id.as_deref()), (is_under_way, Some(FIRST)));
        let heard = server.heard();
        assert_eq!(heard[0].line, "POST /apps/shop/addons");
        assert_eq!(heard[0].header("x-heroku-legacy-provider-messages"), Some("true"));
        let body: Value = serde_json::from_str(&heard[0].body).unwrap();
        assert_eq!(
            body,
            json!({
                "plan": {"name": "heroku-postgresql:standard-0"}, "name": "postgresql-round-1",
                "attachment": {"name": "MAIN"}, "config": {"follow": "pg-1", "flag": true}, "confirm": "shop",
            })
        );
        // Reads don't tell again what the provider said.
        let read = writer.core.addon(FIRST).await.unwrap().value;
        assert_eq!(read.fact("provider message"), Some("Read the guide."));
    }
}

#[tokio::test]
async fn an_add_on_is_destroyed_through_its_owner_without_force_and_may_take_its_time() {
    for (state, is_under_way) in [("deprovisioned", false), ("deprovisioning", true)] {
        let server = serve(move |heard| match heard.line.starts_with("DELETE") {
            true => (202, vec![], told(&json!({"state": state})).to_string()),
            false => account(heard),
        })
        .await;
        let destroy = Command::DestroyAddon { addon_id: FIRST.into(), addon: "postgresql-round-1".into() };
        let receipt = writer(&server, None).submit(&destroy, "").await.unwrap();
        assert_eq!(receipt.is_under_way, is_under_way, "{state}");
        let sent = server.heard().into_iter().filter(|one| one.line.starts_with("DELETE")).collect::<Vec<_>>();
        assert_eq!(sent.len(), 1);
        assert_eq!(sent[0].line, format!("DELETE /apps/shop/addons/{FIRST}"));
        assert_eq!(sent[0].body, r#"{"force":false}"#);
    }
}

#[tokio::test]
async fn names_of_variables_are_read_without_their_values_and_with_their_add_ons() {
    let server = serve(|heard| match heard.line.as_str() {
        "GET /apps/shop/config-vars" => ok(json!({"DATABASE_URL": "postgres://u:hunter2@h/db", "MODE": "fast"})),
        _ => account(heard),
    })
    .await;
    let names = reader(&server, None).config_var_names("shop").await.unwrap();
    let names: Vec<(&str, Option<&str>)> = names.iter().map(|one| (one.name.as_str(), one.addon.as_deref())).collect();
    assert_eq!(names, [("DATABASE_URL", Some("postgresql-round-1")), ("MODE", None)]);
}

#[tokio::test]
async fn a_backup_stays_its_database_s_when_the_name_has_moved_on() {
    let second = "11111111-0000-0000-0000-000000000002";
    let server = serve(move |heard| match heard.line.as_str() {
        "GET /addons" => ok(json!([told(&json!({})), told(&json!({"id": second, "name": "postgresql-flat-2"}))])),
        "GET /addon-attachments" => {
            let mut moved = attachment("t-3", "DATABASE", "shop", (second, "postgresql-flat-2"));
            moved["created_at"] = json!("2026-11-21T00:00:00Z");
            ok(json!([moved, attachment("t-1", "KEPT", "shop", (FIRST, "postgresql-round-1"))]))
        }
        "GET /client/v11/apps/shop/transfers" => ok(json!([
            transfer(&json!({})),
            transfer(&json!({"num": 2, "created_at": "2026-11-21 02:00:00 +0000"})),
        ])),
        "GET /apps/shop/releases" => ok(json!([
            {"version": 8, "description": "Attach DATABASE (@ref:postgresql-flat-2)", "created_at": "2026-11-21T00:00:00Z"},
            {"version": 7, "description": "Detach DATABASE (@ref:postgresql-round-1)", "created_at": "2026-11-21T00:00:00Z"},
        ])),
        _ => with_data(heard),
    })
    .await;
    let reader = reader(&server, Some(&server.address));
    let all = reader.all_backups().await.unwrap();
    let of = |id: &str| all.iter().find(|one| one.id == id).and_then(|one| one.addon.clone());
    assert_eq!(of("shop::b001").as_deref(), Some("postgresql-round-1"), "taken while it was DATABASE");
    assert_eq!(of("shop::b002").as_deref(), Some("postgresql-flat-2"));
    let asked = || server.heard().iter().filter(|one| one.line == "GET /apps/shop/releases").count();
    assert_eq!(asked(), 1);
    reader.all_backups().await.unwrap();
    assert_eq!(asked(), 1, "what was read of the past is kept");
}
