//! Reading the small world: what is told is shown, what is not told is unknown.

use axum::http::Method;
use secrecy::ExposeSecret;

use attache::model::{BackupState, Known, Owner, State, Text, Verb};
use attache::platform::{ReadErrorKind, connect};

use super::Akkeris;
use super::desk::{listed, named};
use crate::contracts::settings;
use crate::stand_ins::Fault;
use crate::stand_ins::akkeris::World;

fn names(addons: &[attache::model::Addon]) -> Vec<&str> {
    addons.iter().map(|addon| addon.name.as_str()).collect()
}

#[tokio::test]
async fn who_spaces_apps_and_the_catalog() {
    let server = Akkeris::start().await;
    let reader = server.connection().reader;
    assert_eq!(reader.account().await.unwrap().name, "Una User");
    let spaces: Vec<String> = reader.teams().await.unwrap().into_iter().map(|team| team.name).collect();
    assert_eq!(spaces, ["dev", "prod", "socs"]);
    let apps = reader.apps().await.unwrap();
    let told: Vec<_> =
        apps.iter().map(|app| (app.name.as_str(), app.team.as_deref(), app.fact("compliance"))).collect();
    assert_eq!(
        told,
        [
            ("bank-prod", Some("prod"), Some("prod")),
            ("blog-dev", Some("dev"), Some("")),
            ("desk-socs", Some("socs"), Some("internal,socs")),
            ("mail-dev", Some("dev"), Some("")),
            ("shop-dev", Some("dev"), Some("")),
        ]
    );
    let web = |name: &str| apps.iter().find(|app| app.name == name).unwrap().fact("web processes").map(str::to_owned);
    assert_eq!((web("mail-dev").as_deref(), web("shop-dev").as_deref()), (Some("0"), Some("1")));
    assert_eq!(apps[0].fact("region"), Some("us-seattle"));
    assert_eq!(apps[0].maintenance, Known::Is(false));
    let catalog = reader.catalog().await.unwrap();
    let free = catalog.plan("akkeris-postgresql", "hobby").unwrap();
    let dear = catalog.plan("akkeris-postgresql", "premium-0").unwrap();
    let cents = |plan: &attache::model::Plan| match &plan.price {
        Known::Is(price) => price.cents_per_month,
        Known::Unknown(why) => panic!("{why}"),
    };
    assert_eq!((cents(free), cents(dear)), (0, 6000), "nothing is a price, too");
}

#[tokio::test]
async fn only_the_profiles_spaces_are_shown() {
    let server = Akkeris::start().await;
    let mut profile = server.profile();
    profile.teams = vec!["prod".into()];
    let connection = connect(&profile, settings()).unwrap();
    assert_eq!(names(&listed(&connection).await), ["cache", "cache", "ledger", "statements"]);
    let apps = connection.reader.apps().await.unwrap();
    assert_eq!(apps.iter().map(|app| app.name.as_str()).collect::<Vec<_>>(), ["bank-prod"]);
    assert_eq!(connection.reader.addons_in_full().await.unwrap().len(), 4);
}

#[tokio::test]
async fn every_state_is_told_as_it_is() {
    let server = Akkeris::start().await;
    let reader = server.connection().reader;
    let all = reader.addons_in_full().await.unwrap();
    assert_eq!(all.len(), 14);
    assert_eq!(named(&all, "orders").state, State::Ready);
    assert_eq!(named(&all, "posts").state, State::Provisioning);
    assert_eq!(named(&all, "doomed").state, State::Failed);
    // That it was made before is told by its variables, which a list has not.
    let statements = reader.addon(&server.id("statements")).await.unwrap().value;
    assert_eq!(statements.state, State::Updating);
    assert!(matches!(named(&all, "akkeris-redis-mouth-8686").state, State::Unreachable(_)));
    let word = |name: &str| named(&all, name).state_word.clone();
    assert_eq!((word("orders"), word("doomed")), ("provisioned".into(), "deprovisioned".into()));
}

#[tokio::test]
async fn one_add_on_with_its_attachments() {
    let server = Akkeris::start().await;
    let reader = server.connection().reader;
    let orders = reader.addon(&server.id("orders")).await.unwrap().value;
    assert_eq!((orders.name.as_str(), &orders.owner), ("orders", &Owner::App("shop-dev".into())));
    assert_eq!((orders.team.as_deref(), orders.plan.as_deref()), (Some("dev"), Some("premium-0")));
    assert_eq!(orders.config_vars.items(), ["DATABASE_URL"]);
    let mut rows: Vec<_> = orders.attachments.items().to_vec();
    rows.sort_by(|a, b| a.app.cmp(&b.app));
    let told: Vec<_> = rows
        .iter()
        .map(|row| (row.app.as_str(), row.alias.as_deref(), row.primary, row.owner_row, row.config_vars.items()))
        .collect();
    let variable = |name: &str| vec![Text::from(name)];
    assert_eq!(
        told,
        [
            ("blog-dev", Some("shopdb"), Some(false), false, variable("SHOPDB_DATABASE_URL").as_slice()),
            ("desk-socs", Some("orders-copy"), Some(false), false, variable("ORDERSCOPY_DATABASE_URL").as_slice()),
            ("shop-dev", Some("orders"), Some(true), true, variable("DATABASE_URL").as_slice()),
        ]
    );
    assert_eq!(rows[0].id.as_deref(), Some(server.attachment("orders", "blog-dev").as_str()));
    assert_eq!(orders, reader.addon("orders").await.unwrap().value, "by its name, where that is the only one");
    let gone = reader.addon("00000000-0000-4000-8000-000000000000").await.unwrap_err();
    assert_eq!(gone.kind, ReadErrorKind::NotFound, "{gone}");
    let gone = reader.addon("nobody").await.unwrap_err();
    assert_eq!(gone.kind, ReadErrorKind::NotFound, "{gone}");
}

#[tokio::test]
async fn an_apps_own_list_has_what_it_owns_and_what_it_has_attached() {
    let server = Akkeris::start().await;
    let reader = server.connection().reader;
    let here = reader.addons_of("blog-dev").await.unwrap().value;
    assert_eq!(names(&here), ["doomed", "orders", "posts", "searchlog", "uploads"]);
    assert_eq!(named(&here, "orders").state, State::Ready, "asked for each");
    assert_eq!(named(&here, "doomed").state, State::Failed);
    let here = reader.addons_of("shop-dev").await.unwrap().value;
    assert!(matches!(named(&here, "akkeris-redis-mouth-8686").state, State::Unreachable(_)), "left out, and not gone");
    assert_eq!(here.len(), 6);
    let gone = reader.addons_of("nope-dev").await.unwrap_err();
    assert_eq!(gone.kind, ReadErrorKind::NotFound, "{gone}");
}

#[tokio::test]
async fn what_an_add_on_cannot_do_is_told_with_it() {
    let server = Akkeris::start().await;
    let reader = server.connection().reader;
    reader.account().await.unwrap();
    let all = reader.addons_in_full().await.unwrap();
    for (addon, verb, why) in [
        ("reporting", Verb::ListBackups, "shares its server"),
        ("reporting", Verb::BackUp, "shares its server"),
        ("reporting", Verb::RestoreInto, "shares its server"),
        ("reporting", Verb::Restart, "no restarts"),
        ("reporting", Verb::Logs, "no logs"),
        ("sessions", Verb::BackUp, "only the database services"),
        ("searchlog", Verb::Attach, "can't be shared"),
        ("uploads", Verb::ChangePlan, "does not support changing plans"),
        ("orders", Verb::Rotate, "main password"),
        ("ledger", Verb::Destroy, "only administrators"),
        ("cases", Verb::Destroy, "only administrators"),
    ] {
        let told = named(&all, addon).cannot(verb).unwrap_or_default();
        assert!(told.contains(why), "{addon} {verb:?}: {told:?}");
    }
    for verb in [Verb::BackUp, Verb::RestoreInto, Verb::Restart, Verb::Logs, Verb::Attach, Verb::Destroy] {
        assert_eq!(named(&all, "orders").cannot(verb), None, "{verb:?}");
    }
    assert_eq!(named(&all, "keys").cannot(Verb::Rotate), None);
    let admin = connect(&server.administrators(), settings()).unwrap().reader;
    admin.account().await.unwrap();
    assert_eq!(named(&admin.addons_in_full().await.unwrap(), "ledger").cannot(Verb::Destroy), None);
}

#[tokio::test]
async fn backups_logs_values_and_notes() {
    let server = Akkeris::start().await;
    let connection = server.connection();
    let (reader, orders) = (&connection.reader, server.id("orders"));
    let backups = reader.backups(&orders).await.unwrap().list;
    assert_eq!(backups.len(), 3);
    assert!(backups.is_sorted_by_key(|one| std::cmp::Reverse(one.started_at)), "newest first");
    assert!(backups.iter().all(|one| one.state == BackupState::Finished && one.started_at.is_some()));
    assert_eq!(reader.backup(&backups[0].id).await.unwrap().value.addon_id.as_deref(), Some(orders.as_str()));
    let alone = server.connection().reader.backup(&backups[2].id).await.unwrap().value;
    assert_eq!(alone.addon_id.as_deref(), Some(orders.as_str()), "also where nothing was listed before");
    assert_eq!(reader.backup("nope").await.unwrap_err().kind, ReadErrorKind::NotFound);
    let before = server.count(Method::GET, "/apps/");
    let refused = reader.backups(&server.id("reporting")).await.unwrap_err();
    assert!(refused.message.contains("shares its server"), "{refused}");
    assert_eq!(server.count(Method::GET, "/apps/"), before, "known, so not asked");
    let log = reader.logs(&orders, 1).await.unwrap();
    assert!(log.len() == 1 && log[0].contains("checkpoint complete"), "{log:?}");
    let values = reader.addon_values(&orders).await.unwrap();
    assert!(values[0].value.expose_secret().starts_with("postgres://"));
    assert!(!format!("{values:?}").contains("dummy-password"));
    let refused = reader.addon_values(&server.id("cases")).await.unwrap_err();
    assert!(refused.message.contains("socs"), "{refused}");
    let names = reader.config_var_names("shop-dev").await.unwrap();
    let source = |name: &str| names.iter().find(|one| one.name == name).unwrap().addon.clone();
    assert_eq!(source("DATABASE_URL").as_deref(), Some("orders"));
    assert_eq!((source("GREETING"), source("PORT")), (None, None));
    assert_eq!(source("REPORTING_DATABASE_URL").as_deref(), Some("reporting"));
}

#[tokio::test]
async fn what_others_did_is_in_the_audits_where_they_are_set_up() {
    let server = Akkeris::start().await;
    let reader = server.connection().reader;
    let posts = format!("/apps/blog-dev/addons/{}", server.id("posts"));
    let gone = server.ask_as("Bearer admin", Method::DELETE, &posts, "").await;
    assert_eq!(gone.status, 200);
    let works = reader.newest_works(None).await.unwrap();
    let told: Vec<_> =
        works.iter().map(|work| (work.kind.as_str(), work.by.as_deref(), work.addon.as_deref())).collect();
    assert_eq!(told, [("destroy", Some("Ada Admin"), Some("posts"))]);
    server.world(|world| world.audits = None);
    let refused = reader.newest_works(None).await.unwrap_err();
    assert!(refused.message.contains("not set up"), "{refused}");
}

/// A thousand add-ons of 104 apps: what a refresh of the whole account costs, and what their true states do.
#[tokio::test]
async fn a_whole_account_is_a_few_requests_and_its_true_states_one_for_each_app_that_owns_some() {
    let server = Akkeris::start().await;
    server.world(|world| *world = World::large(1_000));
    let connection = server.connection();
    assert_eq!(listed(&connection).await.len(), 1_000);
    let first = server.seen().len();
    assert_eq!(listed(&connection).await.len(), 1_000);
    let refresh = server.seen().len() - first;
    // Eight are kept waiting: whoever asked for more at once would be seen with a ninth.
    server.fail(Method::GET, "/apps/team", 8, Fault::Delay(None));
    let (owning, ()) = tokio::join!(connection.reader.addons_in_full(), async {
        server.until_waiting(8).await;
        server.release().await;
    });
    let owning = owning.unwrap();
    let ready = owning.iter().filter(|addon| addon.state.is_ready()).count();
    let full = server.seen().len() - first - refresh;
    let per_app =
        server.seen().iter().filter(|seen| seen.path().ends_with("/addons") && seen.path() != "/addons").count();
    println!(
        "1,000 add-ons of {per_app} apps: {first} requests at first, {refresh} for a refresh, {full} for all true states ({ready} ready), at most {} at once",
        server.most_at_once()
    );
    assert_eq!(owning.len(), 1_000);
    assert!(refresh <= 2, "{refresh}: the add-ons and the attachments");
    assert!(
        full <= refresh + per_app + 1,
        "{full}: one more for each app that owns some, and for what its broker leaves out"
    );
    assert_eq!(server.most_at_once(), 8);
}
