//! What the recorded answers become in our own words.

use super::super::map::{Primaries, Truth};
use super::*;
use crate::model::{BackupState, Known, Owner, State, WorkState};

fn mapped(adapter: &Akkeris, row: wire::Addon, rows: &[wire::Attachment], truth: Truth) -> Addon {
    let apps: Vec<App> = read::<Vec<wire::App>>("apps-list").into_iter().map(map::app).collect();
    let primaries = Primaries::new();
    let around = map::Around {
        profile: &adapter.profile,
        apps: &apps,
        rules: None,
        memory: &adapter.memory,
        primaries: &primaries,
    };
    map::addon(&around, row, rows, &truth)
}

fn one(name: &str) -> Addon {
    mapped(&adapter(), read(name), &[], Truth::True)
}

#[test]
fn an_app_tells_compliance_region_and_web_processes() {
    let apps: Vec<App> = read::<Vec<wire::App>>("apps-list").into_iter().map(map::app).collect();
    let of = |name: &str| apps.iter().find(|app| app.name == name).unwrap();
    let (front, vault) = (of("front-base"), of("vaulted-live1"));
    assert_eq!(
        (front.fact("compliance"), front.fact("region"), front.team.as_deref()),
        (Some("socs"), Some("us-north"), Some("base"))
    );
    assert_eq!((front.fact("web processes"), vault.fact("web processes")), (Some("1"), Some("0")));
    assert_eq!((vault.fact("compliance"), &vault.maintenance), (Some("prod"), &Known::Is(false)));
    let empty: App = map::app(read("app-get"));
    assert_eq!((empty.fact("compliance"), empty.fact("organization")), (Some(""), Some("test")));
    let on: App = map::app(read("app-maintenance-on"));
    assert!(on.is_in_maintenance());
    let several = serde_json::json!({"id": "1", "name": "a-b", "space": {"name": "b", "compliance": "compliance=internal,compliance=socs"}});
    let several: App = map::app(serde_json::from_value(several).unwrap());
    assert_eq!((several.fact("compliance"), several.fact("web processes")), (Some("internal,socs"), None));
}

#[test]
fn the_three_words_for_states_are_told_apart_by_what_was_seen_before() {
    assert_eq!(one("addon-get-provisioned").state, State::Ready);
    let first = one("addon-get-provisioning");
    assert_eq!((&first.state, first.state_word.as_str()), (&State::Provisioning, "provisioning"));
    assert!(matches!(first.config_vars, Known::Unknown(_)));
    // It has variables: it was made before, and is being changed.
    let mut changing: wire::Addon = read("addon-get-after-rename");
    changing.state = "provisioning".into();
    assert_eq!(mapped(&adapter(), changing, &[], Truth::True).state, State::Updating);
    let failed = one("addon-get-failed");
    assert_eq!((&failed.state, failed.state_word.as_str()), (&State::Failed, "deprovisioned"));
    assert!(failed.state_reason.unwrap().contains("could not be made"));
    // One that was in service has not failed to be made: its data may be there.
    let adapter = adapter();
    let mut row: wire::Addon = read("addon-get-failed");
    row.state = "provisioned".into();
    mapped(&adapter, row, &[], Truth::True);
    let later = mapped(&adapter, read("addon-get-failed"), &[], Truth::True);
    assert!(later.state_reason.unwrap().contains("its data may be there: look"));
}

#[test]
fn what_the_list_of_everything_says_of_states_is_not_believed() {
    let adapter = adapter();
    let listed = |adapter: &Akkeris| {
        let row: wire::Addon = serde_json::from_value(body("addons-all")[0].clone()).unwrap();
        assert_eq!(row.state, "provisioned");
        mapped(adapter, row, &[], Truth::Listed)
    };
    assert!(matches!(listed(&adapter).state, State::Unknown(why) if why == map::NOT_ASKED));
    let row: wire::Addon = read("addon-get-provisioning");
    assert_eq!(row.id, listed(&adapter).key.id, "the fixtures are of one add-on");
    mapped(&adapter, row, &[], Truth::True);
    assert_eq!(listed(&adapter).state, State::Provisioning);
    let away = mapped(&adapter, read("addon-get-provisioned"), &[], Truth::Unreachable);
    assert_eq!(away.state, State::Unreachable(Box::new(State::Provisioning)));
    assert_eq!((away.state_word.as_str(), away.state_reason.as_deref()), ("unreachable", Some(map::NO_BROKER)));
    // It stays away until its broker answers again.
    assert!(matches!(listed(&adapter).state, State::Unreachable(_)));
    mapped(&adapter, read("addon-get-provisioned"), &[], Truth::True);
    assert_eq!(listed(&adapter).state, State::Ready);
    // What could not be asked is neither.
    let unread = mapped(&adapter, read("addon-get-provisioned"), &[], Truth::Unread("it was cut off".into()));
    assert_eq!(unread.state, State::Unknown("it was cut off".into()));
}

#[test]
fn a_restore_that_we_asked_for_is_told_as_one_until_it_is_over() {
    let adapter = adapter();
    let state = |word: &str| {
        let mut row: wire::Addon = read("addon-get-provisioned");
        row.state = word.into();
        mapped(&adapter, row, &[], Truth::True).state
    };
    assert_eq!(state("provisioned"), State::Ready);
    adapter.memory.restoring(&read::<wire::Addon>("addon-get-provisioned").id);
    assert_eq!(state("provisioning"), State::Restoring);
    assert_eq!(state("provisioned"), State::Ready);
    assert_eq!(state("provisioning"), State::Updating);
    assert_eq!(state("hibernating"), State::Other("hibernating".into()));
}

#[test]
fn the_owners_own_row_is_made_of_the_add_on_and_never_taken_from_a_list() {
    let rows: Vec<wire::Attachment> = read("attachments-all");
    let row: wire::Addon = read("addon-get-provisioned");
    let own: Vec<wire::Attachment> =
        rows.into_iter().filter(|one| one.addon.id == row.id || one.app.name == row.app.name).collect();
    assert!(own.iter().any(|one| one.app.name == row.app.name), "the list of all has owners' rows, too");
    let addon = mapped(&adapter(), row, &own, Truth::True);
    let owners: Vec<_> = addon.attachments.items().iter().filter(|one| one.app == "stall-lab").collect();
    let [owner] = owners.as_slice() else { panic!("{owners:?}") };
    assert_eq!((owner.owner_row, &owner.id, owner.primary), (true, &None, Some(true)));
    assert_eq!(addon.owner, Owner::App("stall-lab".into()));
    assert_eq!(addon.price.get().map(|price| price.cents_per_month), Some(501));
}

#[test]
fn variables_have_plain_names_where_it_is_primary_and_a_prefix_elsewhere() {
    let secondary = one("addon-get-after-rename");
    assert_eq!(secondary.config_vars, Known::Is(vec!["DATABASE_URL".into()]));
    let own = &secondary.attachments.items()[0];
    assert_eq!(own.config_vars, Known::Is(vec!["BOOKS_DATABASE_URL".into()]));
    // Elsewhere it is told by the attachments alone.
    let elsewhere = &secondary.attachments.items()[1];
    assert_eq!((elsewhere.id.as_ref(), elsewhere.primary), (None, None));
    assert!(matches!(elsewhere.config_vars, Known::Unknown(_)));
    let rows: Vec<wire::Attachment> = read("app-attachments");
    let mut row: wire::Addon = read("addon-get-provisioned");
    row.id = rows[0].addon.id.clone();
    let with_rows = mapped(&adapter(), row, &rows[..1], Truth::True);
    let attached = with_rows.attachments.items().iter().find(|one| one.app == "diary-lab").unwrap();
    assert_eq!((attached.alias.as_deref(), attached.primary), (Some("sums"), Some(false)));
    assert_eq!(attached.config_vars, Known::Is(vec!["SUMS_DATABASE_URL".into()]));
}

#[test]
fn the_catalog_offers_what_is_offered_and_tells_prices_limits_and_compliance() {
    let catalog = map::catalog::catalog(read("services-list"));
    let postgres = catalog.service("akkeris-postgresql").unwrap();
    assert!(postgres.plans.iter().all(|plan| !plan.is_default));
    let standard = catalog.plan("akkeris-postgresql", "standard-0").unwrap();
    assert_eq!(standard.price.get().map(|price| (price.cents_per_month, price.currency.as_str())), Some((501, "USD")));
    assert_eq!(standard.limit("memory").map(|limit| limit.value), Some(2 << 30));
    assert_eq!(standard.limit("connections").map(|limit| limit.value), Some(50));
    assert_eq!(standard.limit("rows"), None);
    let state = |state: &str| {
        let plan =
            serde_json::json!([{"name": "s", "plans": [{"name": "s:p", "state": state, "description": "For all"}]}]);
        let catalog = map::catalog::catalog(serde_json::from_value(plan).unwrap());
        catalog.services[0].plans.first().map(|plan| plan.summary.clone())
    };
    assert_eq!(state("ga").as_deref(), Some("For all."));
    assert_eq!(state("shutdown"), None);
    assert!(state("deprecated").unwrap().starts_with("Deprecated"));
    assert_eq!(state("beta").as_deref(), Some("beta: For all."));
}

#[test]
fn backups_releases_and_audits_are_newest_first() {
    let of = map::others::Of { addon_id: "a1", addon: Some("books"), service: None };
    let running = map::others::backups(read("backups-list-creating"), of);
    assert_eq!(running[0].state, BackupState::Running);
    assert_eq!(running[0].progress.as_ref().and_then(|progress| progress.total), Some(100));
    let mut two: Vec<wire::Backup> = read("backups-list-creating");
    let mut newer: Vec<wire::Backup> = read("backups-list-creating");
    newer[0].id = "newer".into();
    newer[0].status = "available".into();
    newer[0].created_at = Some("2026-12-01T00:00:00Z".parse().unwrap());
    two.extend(newer);
    let sorted = map::others::backups(two, of);
    assert_eq!(
        (sorted[0].id.as_str(), &sorted[0].state, &sorted[0].progress),
        ("newer", &BackupState::Finished, &None)
    );
    let releases: Vec<wire::Release> = serde_json::from_value(serde_json::json!([
        {"id": "r2", "version": 2, "status": "failed", "description": "second"},
        {"id": "r3", "version": 3, "status": "succeeded", "current": true},
        {"id": "r1", "version": 1, "status": "unknown", "description": "first", "user": {"email": ""}},
    ]))
    .unwrap();
    let releases = map::others::releases(releases);
    let shown: Vec<(u64, &str, Option<&str>)> =
        releases.iter().map(|one| (one.version, one.description.as_str(), one.by.as_deref())).collect();
    assert_eq!(shown, [(3, "(current)", None), (2, "second (failed)", None), (1, "first", None)]);
    let works = map::others::works(read("audits"), None);
    assert_eq!(
        (works[0].kind.as_str(), works[0].by.as_deref(), &works[0].state),
        ("app updated", Some("Ida Reader"), &WorkState::Done)
    );
    let destroyed = works.iter().find(|work| work.kind == "destroy").unwrap();
    let id = destroyed.addon_id.clone().unwrap();
    assert_eq!(map::others::works(read("audits"), Some(&id)).len(), 1);
    assert!(works.windows(2).all(|two| two[0].created_at >= two[1].created_at));
}

#[test]
fn a_log_is_its_last_lines_in_either_form() {
    let log = |body: Value, lines| map::others::log(serde_json::from_value::<wire::LogBody>(body).unwrap().logs, lines);
    assert_eq!(log(body("db-logs"), 1).len(), 1);
    assert_eq!(log(body("db-logs"), 100).len(), 2);
    assert_eq!(log(serde_json::json!({"logs": ["a", "b"]}), 1), ["b"]);
    assert!(log(serde_json::json!({"logs": null}), 9).is_empty());
}

#[test]
fn an_account_is_a_name_or_an_address() {
    let account = map::account(read("account-user"));
    assert_eq!(account.name, "Ida Reader");
    assert!(account.rights.unwrap().starts_with("It is no administrator"));
    let nameless = serde_json::from_value(serde_json::json!({"email": "ida@example.com", "name": " "})).unwrap();
    assert_eq!(map::account(nameless).name, "ida@example.com");
}
