//! The vendor's own command line for each command.

use super::*;

#[tokio::test]
async fn the_vendors_client_is_told_what_our_request_says() {
    let server = serve(world).await;
    let reader = adapter(&server);
    reader.addons_in_full().await.unwrap();
    let (addon_id, addon) = (ORDERS.to_owned(), "orders".to_owned());
    let create = CreateAddon {
        name: "reports".into(),
        team: None,
        service: "redis".into(),
        plan: String::new(),
        app: Some("shop".into()),
        alias: Some("CACHE_URL".into()),
        options: [("version".to_owned(), "7".to_owned())].into(),
        confirm: None,
    };
    for (command, cli) in [
        (
            Command::CreateAddon(create),
            "orkestr addons add shop --type redis --name reports --version 7 --env-var CACHE_URL".to_owned(),
        ),
        (
            Command::DestroyAddon { addon_id: addon_id.clone(), addon: addon.clone() },
            format!("orkestr addons delete shop {ORDERS}"),
        ),
        (
            Command::BackUp { addon_id: addon_id.clone(), addon: addon.clone(), label: None },
            format!("orkestr addons backup shop {ORDERS}"),
        ),
        (
            Command::AutoBackups { addon_id: addon_id.clone(), addon, is_on: true },
            format!("orkestr addons auto-backup shop {ORDERS}"),
        ),
        (
            Command::DeleteBackup { backup_id: "b1".into(), addon_id: Some(addon_id), addon: None },
            format!("orkestr addons delete-backup shop {ORDERS} b1"),
        ),
        (
            Command::Redeploy { app: "shop".into(), environment_id: Some("e2".into()), environment: "staging".into() },
            "orkestr deploy shop --env e2".to_owned(),
        ),
        (Command::RollBack { app: "shop".into(), release: "d1".into() }, "orkestr deployments rollback d1".to_owned()),
    ] {
        assert_eq!(reader.request_preview(&command).cli, cli);
    }
    let unknown = Command::DeleteBackup { backup_id: "b9".into(), addon_id: None, addon: None };
    let shown = reader.request_preview(&unknown).cli;
    assert!(shown.starts_with("curl") && shown.contains("$TOKEN") && !shown.contains(TOKEN), "{shown}");
}

#[test]
fn what_the_platform_does_not_have_is_said_with_what_there_is_instead() {
    let reason = |verb| capability::capability(verb).reason().map(str::to_owned);
    for verb in Verb::ALL {
        if let Some(reason) = reason(verb) {
            assert!(reason.ends_with('.') && reason.contains("orkestr"), "{verb:?}: {reason}");
        }
    }
    assert!(reason(Verb::Restore).unwrap().contains("download the backup instead"));
    assert!(reason(Verb::Attach).unwrap().contains("belongs to one project and its private network"));
    for verb in [Verb::Create, Verb::Destroy, Verb::BackUp, Verb::AutoBackups, Verb::Redeploy, Verb::RollBack] {
        assert_eq!(reason(verb), None, "{verb:?}");
    }
}
