//! What each command sends, once, and what its answer means.

use super::*;

fn create(alias: Option<&str>, version: Option<&str>) -> Command {
    Command::CreateAddon(CreateAddon {
        name: "reports".into(),
        team: None,
        service: "postgres".into(),
        plan: String::new(),
        app: Some("shop".into()),
        alias: alias.map(str::to_owned),
        options: version.map(|version| ("version".to_owned(), version.to_owned())).into_iter().collect(),
        confirm: None,
    })
}

fn auto(is_on: bool) -> Command {
    Command::AutoBackups { addon_id: ORDERS.into(), addon: "orders".into(), is_on }
}

fn redeploy(environment_id: Option<&str>) -> Command {
    Command::Redeploy {
        app: "shop".into(),
        environment_id: environment_id.map(str::to_owned),
        environment: "staging".into(),
    }
}

/// The world, with answers of its own to what writes.
fn writable(
    answer: impl Fn(&str) -> Answered + Clone + Send + Sync + 'static,
) -> impl Fn(&str) -> Answered + Clone + Send + Sync {
    move |line| if line.starts_with("GET ") { world(line) } else { answer(line) }
}

/// The one request that was no read.
fn sent(server: &Server) -> Heard {
    let writes: Vec<Heard> = server.heard().into_iter().filter(|heard| !heard.line.starts_with("GET ")).collect();
    assert_eq!(writes.len(), 1, "{writes:?}");
    writes.into_iter().next().unwrap()
}

#[tokio::test]
async fn each_command_is_one_request_to_the_path_of_the_vendors_client() {
    let addon = format!("/api/v1/projects/{SHOP}/addons/{ORDERS}");
    let (addon_id, name) = (ORDERS.to_owned(), "orders".to_owned());
    let delete = |addon_id: Option<String>| Command::DeleteBackup { backup_id: "b1".into(), addon_id, addon: None };
    for (command, line, body) in [
        (
            create(Some("REPORTS_URL"), Some("16")),
            format!("POST /api/v1/projects/{SHOP}/addons"),
            json!({"name": "reports", "service_type": "postgres", "version": "16", "env_var_name": "REPORTS_URL"}),
        ),
        (
            create(None, None),
            format!("POST /api/v1/projects/{SHOP}/addons"),
            json!({"name": "reports", "service_type": "postgres"}),
        ),
        (
            Command::DestroyAddon { addon_id: addon_id.clone(), addon: name.clone() },
            format!("DELETE {addon}"),
            Value::Null,
        ),
        (
            Command::BackUp { addon_id: addon_id.clone(), addon: name, label: None },
            format!("POST {addon}/backups"),
            Value::Null,
        ),
        (delete(Some(addon_id)), format!("DELETE {addon}/backups/b1"), Value::Null),
        (delete(None), format!("DELETE {addon}/backups/b1"), Value::Null),
        (auto(true), format!("PATCH {addon}/auto-backup"), Value::Null),
        (redeploy(Some("e2")), format!("POST /api/v1/projects/{SHOP}/deployments?environment_id=e2"), Value::Null),
        (redeploy(None), format!("POST /api/v1/projects/{SHOP}/deployments"), Value::Null),
        (
            Command::RollBack { app: "shop".into(), release: "d1".into() },
            "POST /api/v1/deployments/d1/rollback".to_owned(),
            Value::Null,
        ),
    ] {
        let server = serve(writable(|_| Answered(202, vec![], String::new()))).await;
        let writer = writer_of(&server);
        let receipt = writer.submit(&command, "a-key").await.unwrap();
        assert!(receipt.is_under_way, "{command:?}");
        let heard = sent(&server);
        assert_eq!(heard.line, line);
        let told: Value = serde_json::from_str(&heard.body).unwrap_or_default();
        assert_eq!(told, body, "{}", heard.body);
        assert_eq!(heard.authorization.as_deref(), Some(format!("Bearer {TOKEN}").as_str()));
        let shown = writer.reader.request_preview(&command);
        assert_eq!(shown.request, line, "what is shown is what is sent");
        assert_eq!(shown.body.is_some(), !body.is_null());
        assert!(!format!("{shown:?}").contains(TOKEN));
    }
}

#[tokio::test]
async fn what_an_answer_tells_is_taken_and_what_it_does_not_is_followed() {
    let server = serve(writable(|line| match line {
        line if line.contains("/addons") => {
            status(201, &json!({"id": "new-1", "status": "running", "connection_url": "postgres://u:s3cr3t@h/x"}))
        }
        line if line.contains("/rollback") => status(200, &json!({"id": "d9", "status": "queued"})),
        _ => status(201, &json!({"id": "d8", "status": "queued"})),
    }))
    .await;
    let writer = writer_of(&server);
    let made = writer.submit(&create(None, None), "").await.unwrap();
    assert_eq!((made.addon_id.as_deref(), made.is_under_way), (Some("new-1"), false));
    assert!(!format!("{made:?}").contains("s3cr3t"));
    let deployed = writer.submit(&redeploy(Some("e2")), "").await.unwrap();
    assert_eq!((deployed.work_id.as_deref(), deployed.is_under_way), (Some("d8"), true));
    let back = Command::RollBack { app: "shop".into(), release: "d1".into() };
    let back = writer.submit(&back, "").await.unwrap();
    assert_eq!((back.work_id.as_deref(), back.is_under_way), (Some("d9"), true));
}

#[tokio::test]
async fn automatic_backups_are_flipped_only_where_they_are_not_as_wanted() {
    let server = serve(writable(|_| ok(&json!({"addon": "orders", "auto_backup_enabled": true})))).await;
    let writer = writer_of(&server);
    let nothing = writer.submit(&auto(false), "").await.unwrap();
    assert!(!nothing.is_under_way, "they are off");
    assert_eq!(server.count("PATCH"), 0);
    let flipped = writer.submit(&auto(true), "").await.unwrap();
    assert!(flipped.is_under_way, "whoever follows it reads it again");
    assert_eq!(server.count("PATCH"), 1);
}

#[tokio::test]
async fn a_flip_that_came_out_the_other_way_round_is_told_and_never_sent_twice() {
    let server = serve(writable(|_| ok(&json!({"addon": "orders", "auto_backup_enabled": false})))).await;
    let told = writer_of(&server).submit(&auto(true), "").await.unwrap_err();
    assert!(matches!(told, SubmitError::Refused(_)), "{told:?}");
    assert!(told.to_string().contains("the opposite of what was wanted"), "{told}");
    assert_eq!(server.count("PATCH"), 1);
}

#[tokio::test]
async fn what_can_only_be_flipped_is_not_flipped_blindly() {
    let server = serve(|line: &str| match line {
        line if line.ends_with(ORDERS) => ok(&json!({"id": ORDERS, "name": "orders"})),
        line => world(line),
    })
    .await;
    let told = writer_of(&server).submit(&auto(true), "").await.unwrap_err();
    assert!(matches!(told, SubmitError::NotSent(_)), "{told:?}");
    assert!(told.to_string().contains("Nothing was sent"), "{told}");
    assert_eq!(server.count("PATCH"), 0);
}

#[tokio::test]
async fn a_write_is_sent_once_whatever_comes_of_it() {
    for (code, is_unknown) in [(409, false), (429, false), (307, false), (408, true), (500, true), (503, true)] {
        let server =
            serve(writable(move |_| Answered(code, vec![("retry-after", "1".into())], r#"{"detail": "x"}"#.into())))
                .await;
        let settings = Settings { read_retries: 3, ..Settings::default() };
        let reader = Arc::new(Orkestr::new(&profile(&server), settings).unwrap());
        let told = writer::OrkestrWriter { reader }.submit(&redeploy(Some("e2")), "").await.unwrap_err();
        assert_eq!(matches!(told, SubmitError::Unknown(_)), is_unknown, "{code}: {told:?}");
        assert_eq!(matches!(told, SubmitError::Refused(_)), !is_unknown, "{code}: {told:?}");
        assert_eq!(server.count("POST"), 1, "{code}");
    }
}

#[tokio::test]
async fn what_the_platform_has_no_request_for_is_not_sent() {
    let server = serve(world).await;
    let writer = writer_of(&server);
    let rotate = Command::Rotate { addon_id: ORDERS.into(), addon: "orders".into() };
    let told = writer.submit(&rotate, "").await.unwrap_err();
    assert!(matches!(told, SubmitError::NotSent(_)), "{told:?}");
    assert_eq!(server.count("GET"), server.heard().len());
}
