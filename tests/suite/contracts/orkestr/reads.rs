//! Reading the small world: what is told is shown, what is not told is unknown, and how many requests that takes.

use axum::http::Method;
use futures_util::TryStreamExt;
use secrecy::ExposeSecret;

use attache::model::{BackupState, Injection, Known, Owner, State, WorkState};
use attache::platform::{ReadErrorKind, connect};

use super::Orkestr;
use super::desk::{listed, named};
use crate::contracts::settings;
use crate::stand_ins::orkestr::{self, seed, store};

#[tokio::test]
async fn who_groups_projects_and_the_two_services() {
    let server = Orkestr::start().await;
    let reader = server.connection().reader;
    let account = reader.account().await.unwrap();
    assert_eq!(account.name, "ada");
    let rights = account.rights.unwrap();
    assert!(rights.contains("team") && rights.contains("the server decides"), "{rights}");
    let groups: Vec<String> = reader.teams().await.unwrap().into_iter().map(|team| team.name).collect();
    assert_eq!(groups, ["Customers", "Internal"]);
    let apps = reader.apps().await.unwrap();
    let told: Vec<_> = apps.iter().map(|app| (app.name.as_str(), app.team.as_deref())).collect();
    assert_eq!(told, [("blog", Some("Customers")), ("docs", Some("Internal")), ("shop", Some("Customers"))]);
    assert!(apps.iter().all(|app| app.created_at.is_some()), "with a fraction, an offset, or neither: {apps:?}");
    assert_eq!(apps[2].fact("domain"), Some("shop.orkestr.run"));
    let catalog = reader.catalog().await.unwrap();
    let services: Vec<_> = catalog.services.iter().map(|one| (one.name.as_str(), one.plans.len())).collect();
    assert_eq!(services, [("postgres", 0), ("redis", 0)]);
}

#[tokio::test]
async fn every_state_is_told_by_its_own_word() {
    let server = Orkestr::start().await;
    server.api.world(|world| world.switches.reads_move = false);
    let all = listed(&server.connection()).await;
    let told: Vec<_> = all.iter().map(|one| (one.name.as_str(), &one.state, one.state_word.as_str())).collect();
    let unknown = State::Other("rebalancing".into());
    assert_eq!(
        told,
        [
            ("analytics", &State::Ready, "running"),
            ("cache", &State::Failed, "failed"),
            ("comments", &State::Ready, "running"),
            ("orders", &State::Ready, "running"),
            ("pages", &State::Ready, "running"),
            ("posts", &State::Provisioning, "provisioning"),
            ("search", &unknown, "rebalancing"),
            ("sessions", &State::Sleeping, "sleeping"),
        ]
    );
    assert!(all.iter().all(|one| one.created_at.is_some()));
    let orders = named(&all, "orders");
    assert_eq!((&orders.owner, orders.team.as_deref()), (&Owner::App("shop".into()), Some("Customers")));
    assert_eq!((orders.config_vars.items(), &orders.plan), (["DATABASE_URL".into()].as_slice(), &None));
    assert!(matches!(orders.price, Known::Unknown(_)), "no prices are told");
    assert_eq!(orders.fact("version"), Some("16"));
}

#[tokio::test]
async fn one_add_on_by_id_or_name_and_what_its_list_may_tell_as_well() {
    let server = Orkestr::start().await;
    let connection = server.connection();
    let reader = &connection.reader;
    let orders = reader.addon(&server.addon("shop", "orders")).await.unwrap().value;
    assert_eq!(orders.fact("automatic backups"), Some("on"));
    assert_eq!(orders, reader.addon("orders").await.unwrap().value);
    assert_eq!(named(&listed(&connection).await, "search").fact("automatic backups"), None, "not told, not off");
    for gone in ["nobody", "00000000-0000-4000-8000-000000000000"] {
        assert_eq!(reader.addon(gone).await.unwrap_err().kind, ReadErrorKind::NotFound, "{gone}");
    }
    server.api.world(|world| {
        let kind = seed::Wanted { name: "orders", kind: "redis", variable: "X", hours: 1, status: "running" };
        seed::addon(world, "docs", kind)
    });
    let error = server.connection().reader.addon("orders").await.unwrap_err();
    assert_eq!(error.kind, ReadErrorKind::Refused { status: 409, code: "ambiguous".into() }, "{error}");
    server.api.world(|world| world.switches.lists_tell_all = true);
    let all = listed(&server.connection()).await;
    assert_eq!(named(&all, "comments").fact("automatic backups"), Some("off"));
    assert!(!format!("{all:?}").contains(orkestr::world::PLANTED), "a URL that the list tells is not kept");
}

#[tokio::test]
async fn backups_with_their_policy_and_what_is_told_as_it_comes() {
    let server = Orkestr::start().await;
    let reader = server.connection().reader;
    let backups = reader.backups(&server.addon("shop", "orders")).await.unwrap();
    let told: Vec<_> =
        backups.list.iter().map(|one| (&one.state, one.trigger.as_deref().unwrap(), one.size.is_some())).collect();
    let (good, bad) = (&BackupState::Finished, &BackupState::Failed);
    assert_eq!(told, [(good, "auto", true), (bad, "auto", false), (good, "manual", true), (good, "auto", true)]);
    assert_eq!(backups.policy.unwrap().is_automatic, Some(true));
    let facts: Vec<&str> = backups.facts.iter().map(|fact| fact.name.as_str()).collect();
    assert!(facts.contains(&"retention_days") && facts.contains(&"daily_limit"), "{facts:?}");
    let running = reader.backups(&server.addon("shop", "analytics")).await.unwrap();
    assert_eq!(running.list[0].state, BackupState::Running, "busy for a backup, and no good one");
    let info =
        format!("/api/v1/projects/{}/addons/{}/backup-info", server.project("docs"), server.addon("docs", "pages"));
    server.api.fail(Method::GET, info, 1, crate::stand_ins::Fault::Say(404, Vec::new(), "{\"detail\": \"no\"}".into()));
    let pages = reader.backups(&server.addon("docs", "pages")).await.unwrap();
    assert!(pages.list.is_empty() && format!("{:?}", pages.facts).contains("not read"), "{:?}", pages.facts);
}

#[tokio::test]
async fn what_waits_for_a_deployment_is_derived_for_each_environment() {
    let server = Orkestr::start().await;
    let reader = server.connection().reader;
    let all = reader.addons_in_full().await.unwrap();
    let shop = reader.environments("shop").await.unwrap();
    let names: Vec<_> = shop.iter().map(|one| (one.name.as_str(), one.is_production)).collect();
    assert_eq!(names, [("production", true), ("staging", false)]);
    let has = |of: &attache::model::Environment, addon: &str| of.injection(named(&all, addon).created_at);
    assert_eq!((has(&shop[0], "orders"), has(&shop[1], "orders")), (Injection::Injected, Injection::Injected));
    // Production was tried after analytics was made, and failed: what serves is older.
    assert_eq!((has(&shop[0], "analytics"), has(&shop[1], "analytics")), (Injection::Pending, Injection::Injected));
    assert_eq!(shop[0].newest.as_ref().unwrap().state, WorkState::Failed);
    let docs = reader.environments("docs").await.unwrap();
    assert_eq!(has(&docs[0], "pages"), Injection::NotDeployed);
    let deployments = reader.deployments("shop", Some(&shop[1].id)).await.unwrap();
    assert_eq!(deployments.len(), 2);
    assert!(deployments.iter().all(|one| one.environment.as_deref() == Some("staging")), "{deployments:?}");
    assert_eq!(reader.deployments("shop", None).await.unwrap().len(), 5);
    server.api.world(|world| {
        world.switches.tells_environment = false;
        world.switches.wraps_environments = true;
    });
    let shop = server.connection().reader.environments("shop").await.unwrap();
    assert!(matches!(has(&shop[0], "analytics"), Injection::Unknown(_)), "which one a deployment is of was not told");
}

#[tokio::test]
async fn a_backup_is_downloaded_without_the_token_and_over_a_redirect() {
    let server = Orkestr::start().await;
    let reader = server.connection().reader;
    for redirects in [false, true] {
        server.store.world(|store| store.redirects = redirects);
        let download = reader.download(&server.backup(1)).await.unwrap();
        assert_eq!(download.extension.as_deref(), Some("dump"));
        let parts: Vec<_> = download.bytes.try_collect().await.unwrap();
        assert_eq!(parts.concat(), store::bytes(40_049), "redirects: {redirects}");
    }
    let seen = server.store.seen();
    assert_eq!(seen.len(), 3);
    assert!(seen.iter().all(|one| !one.headers.contains_key("authorization")), "{seen:?}");
    server.store.world(|store| (store.is_expired, store.redirects) = (true, false));
    let error = reader.download(&server.backup(1)).await.err().unwrap();
    assert!(error.message.contains("short time"), "{error}");
    assert!(!error.in_full().contains(orkestr::world::PLANTED), "{}", error.in_full());
    let failed = reader.download(&server.backup(2)).await.err().unwrap();
    assert_eq!(failed.kind, ReadErrorKind::Refused { status: 409, code: "http_409".into() }, "{failed}");
    assert!(reader.download("00000000-0000-4000-8000-000000000000").await.is_err());
}

#[tokio::test]
async fn names_of_variables_are_told_and_values_when_asked() {
    let server = Orkestr::start().await;
    let connection = server.connection();
    listed(&connection).await;
    let names = connection.reader.config_var_names("shop").await.unwrap();
    let told: Vec<_> = names.iter().map(|one| (one.name.as_str(), one.addon.as_deref())).collect();
    assert!(told.contains(&("DATABASE_URL", Some("orders"))) && told.contains(&("MAIL_PASSWORD", None)), "{told:?}");
    assert!(!format!("{names:?}").contains(orkestr::world::PLANTED));
    let values = connection.reader.addon_values(&server.addon("shop", "sessions")).await.unwrap();
    assert!(values[0].value.expose_secret().starts_with("redis://"));
    let all = connection.reader.config_vars("shop").await.unwrap();
    assert!(all.iter().any(|one| one.value.expose_secret() == orkestr::world::PLANTED));
    assert!(!format!("{values:?}{all:?}").contains(orkestr::world::PLANTED), "asked for, and not printed by accident");
}

#[tokio::test]
async fn only_the_profiles_groups_are_shown_and_the_linked_project_is_read_first() {
    let server = Orkestr::start().await;
    let mut profile = server.profile();
    profile.teams = vec!["Internal".into()];
    let connection = connect(&profile, settings()).unwrap();
    let apps: Vec<String> = connection.reader.apps().await.unwrap().into_iter().map(|app| app.name.into()).collect();
    assert_eq!(apps, ["docs"]);
    let mut profile = server.profile();
    profile.project = Some("docs".into());
    let before = server.api.seen().len();
    let seen = async {
        listed(&connect(&profile, settings()).unwrap()).await;
        server.api.seen().split_off(before)
    };
    let first = seen.await.into_iter().find(|one| one.path().ends_with("/addons")).unwrap();
    assert_eq!(first.path(), format!("/api/v1/projects/{}/addons", server.project("docs")));
}

#[tokio::test]
async fn projects_come_in_pages_and_every_one_is_read() {
    let server = Orkestr::over(|store| orkestr::Orkestr::large(store, 480)).await;
    let connection = server.connection();
    connection.reader.account().await.unwrap();
    let all = connection.reader.addons_in_full().await.unwrap();
    assert_eq!(all.len(), 480);
    let pages = server.api.count(Method::GET, "/api/v1/projects?");
    assert_eq!(pages, 2);
    let addons = server.api.seen().iter().filter(|one| one.path().ends_with("/addons")).count();
    println!("480 add-ons in {addons} projects: {} requests", server.api.seen().len());
    assert_eq!(addons, server.api.world(|world| world.projects.len()));
}

#[tokio::test]
async fn one_budget_holds_for_all_requests_of_a_minute() {
    let server = Orkestr::start().await;
    let connection = server.connection();
    listed(&connection).await;
    println!("three projects in two groups: {} requests for the first list", server.api.seen().len());
    assert_eq!(server.api.seen().len(), 1 + 1 + 2 + 3, "projects, groups, members, add-ons");
    // A large account on Pro: a hundred a minute for reads and writes together, whatever is wanted.
    let server = Orkestr::over(|store| orkestr::Orkestr::large(store, 480)).await;
    let connection = connect(&server.profile_as(seed::PRO), settings()).unwrap();
    connection.reader.account().await.unwrap();
    let first = listed(&connection).await.len();
    let asked = server.api.seen().len();
    println!("480 add-ons on Pro: {asked} requests for a first look at {first} of them");
    assert!(asked <= 60, "half of a minute's requests are left for what is looked at: {asked}");
    for _ in 0..8 {
        let _may_be_refused = connection.reader.addons(None).await;
    }
    let posts = server.addon("blog", "posts");
    for _ in 0..60 {
        let _may_be_refused = connection.reader.addon(&posts).await;
    }
    let error = connection.reader.addon(&posts).await.unwrap_err();
    assert!(matches!(error.kind, ReadErrorKind::RateLimited(Some(_))), "{error}");
    let asked = server.api.seen().len();
    println!("and {asked} requests in that minute, at most 100");
    assert!(asked <= 100, "{asked}");
    assert_eq!(connection.reader.budget().unwrap().remaining, 0);
}
