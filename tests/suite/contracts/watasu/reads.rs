//! Reads over MCP: every resource, in every form and over both kinds of answers.

use attache::model::{Addon, Known, State, Verb};
use attache::platform::{Connection, ReadErrorKind};

use super::desk::{Watasu, listed, named};
use crate::stand_ins::watasu::Form;

fn apps(addon: &Addon) -> Vec<String> {
    addon.app_names()
}

async fn is_read_well(server: &Watasu, connection: &Connection) {
    let reader = &connection.reader;
    assert_eq!(reader.account().await.unwrap().name, "ada@example.test");
    let apps_told = reader.apps().await.unwrap();
    let names: Vec<&str> = apps_told.iter().map(|app| app.name.as_str()).collect();
    assert_eq!(names, ["billing-api", "empty", "reports", "warehouse"]);
    let addons = listed(connection).await;
    assert_eq!(addons.len(), 11, "{addons:?}");
    let orders = named(&addons, "postgresql-lively-0042");
    assert_eq!(apps(orders), ["billing-api", "reports"]);
    assert!(addons.iter().all(|addon| addon.name != "postgresql-lonely-0060"), "no list has it");
    let one = reader.addon("postgresql-lively-0042").await.unwrap().value;
    assert_eq!(apps(&one), ["billing-api", "reports"]);
    assert_eq!(one.name, "postgresql-lively-0042");
    assert!(server.world(|world| world.read.iter().all(|uri| uri.starts_with("watasu://"))));
}

#[tokio::test]
async fn every_form_is_read_over_plain_json_and_over_event_streams() {
    for form in [Form::Wrapped, Form::Bare, Form::Links] {
        for (streams, holds_streams) in [(false, false), (true, false), (true, true)] {
            let server = Watasu::start().await;
            server.world(|world| {
                world.form = form;
                world.streams = streams;
                world.holds_streams = holds_streams;
            });
            is_read_well(&server, &server.connection()).await;
        }
    }
}

#[tokio::test]
async fn an_add_on_is_told_with_its_own_words_and_without_what_lets_somebody_in() {
    let server = Watasu::start().await;
    let connection = server.connection();
    let addons = listed(&connection).await;
    let orders = named(&addons, "postgresql-lively-0042");
    assert_eq!(
        (orders.key.id.as_str(), orders.service.as_str(), orders.plan.as_deref()),
        ("41", "postgresql", Some("standard-0"))
    );
    assert_eq!((orders.state.clone(), orders.state_word.as_str()), (State::Ready, "ready"));
    assert_eq!(orders.team.as_deref(), Some("acme"));
    assert_eq!(orders.fact("region"), Some("eu-1"));
    let reports = orders.attachments.items().iter().find(|one| one.app == "reports").unwrap();
    assert!(reports.config_vars.items().contains(&"ORDERS_DATABASE_URL".into()), "{reports:?}");
    assert!(matches!(orders.price, Known::Unknown(_)));
    // A word that no text names is shown as it is, and is not good.
    let strange = named(&addons, "redpanda-swift-0045");
    assert_eq!((&strange.state, strange.state_word.as_str()), (&State::Other("reticulating".into()), "reticulating"));
    assert!(!strange.state.is_ready());
    assert_eq!(named(&addons, "static-egress-calm-0047").state, State::Waiting);
    for none in ["object-storage-deep-0046", "redpanda-swift-0045", "logs-clear-0048", "traces-clear-0051"] {
        assert!(named(&addons, none).keeps_no_backups().is_some(), "{none}");
        assert!(named(&addons, none).cannot(Verb::BackUp).is_some(), "{none}");
    }
    assert_eq!(named(&addons, "logs-clear-0048").config_vars, Known::Is(Vec::new()));
    assert!(matches!(named(&addons, "clickhouse-broad-0044").config_vars, Known::Unknown(_)));
    let all = format!("{addons:?}");
    assert!(!all.contains("s3cr3t"), "{all}");
}

#[tokio::test]
async fn text_that_is_no_json_is_kept_as_it_came_and_counts_as_nothing_good() {
    let server = Watasu::start().await;
    let connection = server.connection();
    let noted = connection.reader.addon("qdrant-noted-0050").await.unwrap().value;
    assert!(matches!(noted.state, State::Unknown(_)), "{noted:?}");
    let text = noted.verbatim.as_deref().unwrap();
    assert!(text.starts_with("# qdrant-noted-0050\n\n- State: **ready**\n- Peers: 3\n"), "{text}");
    assert!(!text.contains("hunter2") && !text.contains('\u{1b}'), "{text}");
}

#[tokio::test]
async fn markdown_lists_are_followed_by_their_links_and_a_list_that_names_nothing_is_shown() {
    let server = Watasu::start().await;
    server.world(|world| world.form = Form::Markdown);
    let connection = server.connection();
    assert_eq!(connection.reader.account().await.unwrap().name, "ada@example.test");
    let addons = listed(&connection).await;
    let orders = named(&addons, "postgresql-lively-0042");
    assert!(orders.verbatim.as_deref().unwrap().contains("It is ready."), "{orders:?}");
    assert!(!orders.state.is_ready(), "what was not understood is not good");
    assert_eq!(apps(orders), ["billing-api", "reports"]);
    let empty = named(&addons, "(empty: not understood)");
    assert!(empty.verbatim.as_deref().unwrap().starts_with("# Add-ons of empty"));
    assert!(Verb::ALL.into_iter().all(|verb| empty.cannot(verb).is_some()), "nothing can be done with it");
    assert!(matches!(orders.attachments, Known::Is(_)) && orders.fact("other apps").is_some(), "others may have it");
}

#[tokio::test]
async fn uris_are_those_that_the_server_lists_and_none_is_guessed() {
    let server = Watasu::start().await;
    server.world(|world| world.scheme = "wt://eu/".into());
    let connection = server.connection();
    assert_eq!(listed(&connection).await.len(), 11);
    assert!(server.world(|world| world.read.iter().all(|uri| uri.starts_with("wt://eu/"))));

    let server = Watasu::start().await;
    server.world(|world| {
        world.unlisted.extend(["apps/{app}/releases/latest".to_owned(), "addons/{name}".to_owned()]);
    });
    let connection = server.connection();
    let error = connection.reader.releases("billing-api").await.unwrap_err();
    assert!(error.is_unsupported() && error.message.contains("lists no resource"), "{error}");
    assert!(server.world(|world| world.read.is_empty()), "nothing was read at a guess");
    // A link in what was returned is as good as a template.
    server.world(|world| world.form = Form::Links);
    assert!(connection.reader.addon("postgresql-lively-0042").await.unwrap_err().is_unsupported());
    let rows = connection.reader.addons_of("reports").await.unwrap().value;
    assert!(rows.iter().any(|row| row.name == "postgresql-lively-0042" && row.state.is_ready()), "{rows:?}");
}

#[tokio::test]
async fn apps_are_found_team_by_team_where_no_list_has_all_of_them() {
    let server = Watasu::start().await;
    server.world(|world| world.unlisted.insert("apps".into()));
    let apps = server.connection().reader.apps().await.unwrap();
    assert_eq!(apps.len(), 4);
    assert!(apps.iter().all(|app| app.team.is_some()));
    assert_eq!(server.world(|world| (world.reads_of("://teams"), world.reads_of("://apps"))), (1, 0));
}

#[tokio::test]
async fn the_newest_release_is_all_that_is_told_of_an_app() {
    let server = Watasu::start().await;
    let releases = server.connection().reader.releases("billing-api").await.unwrap();
    assert_eq!(releases.len(), 1);
    assert_eq!((releases[0].version, releases[0].by.as_deref()), (7, Some("ada@example.test")));
    assert_eq!(releases[0].description, "Attach postgresql (succeeded)");
}

#[tokio::test]
async fn teams_limit_what_is_shown() {
    let server = Watasu::start().await;
    let mut profile = server.profile();
    profile.teams = vec!["acme-data".into()];
    let connection = server.connect(&profile);
    let names: Vec<String> = connection.reader.apps().await.unwrap().into_iter().map(|app| app.name.into()).collect();
    assert_eq!(names, ["reports", "warehouse"]);
    assert_eq!(connection.reader.teams().await.unwrap().len(), 1);
    let addons = listed(&connection).await;
    assert!(!addons.is_empty() && addons.iter().all(|addon| addon.team.as_deref() == Some("acme-data")), "{addons:?}");
}

#[tokio::test]
async fn an_app_out_of_scope_makes_others_users_unknown_and_not_none() {
    let server = Watasu::start().await;
    server.world(|world| world.apps.iter_mut().for_each(|app| app.is_in_scope = app.name != "reports"));
    let connection = server.connection();
    let addons = listed(&connection).await;
    // Its payload tells its attachments itself.
    assert_eq!(apps(named(&addons, "postgresql-lively-0042")), ["billing-api", "reports"]);
    // This one's does not, and the app that was not read may have it.
    let quiet = named(&addons, "valkey-quiet-0043");
    assert!(quiet.fact("other apps").is_some(), "{quiet:?}");
    let alone = connection.reader.addon("valkey-quiet-0043").await.unwrap().value;
    assert!(alone.fact("other apps").is_some(), "{alone:?}");
    assert!(addons.iter().all(|addon| addon.name != "qdrant-keen-0046"), "out of scope");
}

#[tokio::test]
async fn config_values_and_variable_names_of_apps_are_not_asked_for() {
    let server = Watasu::start().await;
    let connection = server.connection();
    assert!(connection.reader.config_vars("billing-api").await.unwrap_err().is_unsupported());
    assert!(connection.reader.config_var_names("billing-api").await.unwrap_err().is_unsupported());
    assert!(server.seen().is_empty());
    let error = connection.reader.addon("nothing-0000").await.unwrap_err();
    assert_eq!(error.kind, ReadErrorKind::NotFound);
    assert!(error.message.contains("limited to other teams"), "{error}");
}
