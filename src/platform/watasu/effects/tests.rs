//! What each command is said to do.

use std::collections::BTreeMap;

use serde_json::json;

use super::effects;
use crate::model::{
    Addon, AppEffect, Backup, BackupState, Change, Command, CreateAddon, Effects, Known, ProfileName, RestoreBackup,
    Risk,
};
use crate::platform::Situation;
use crate::platform::watasu::map::Reading;

fn addon(name: &str, spec: &str, apps: serde_json::Value) -> Addon {
    let value = json!({"name": name, "plan": spec, "state": "ready", "team": "acme", "attachments": apps});
    let profile = ProfileName("wat".into());
    let clean = |text: &str| text.to_owned();
    Reading { profile: &profile, clean: &clean }.addon(&value, None).unwrap().addon
}

fn orders() -> Addon {
    addon("orders", "postgresql:standard-0", json!([{"app": "billing"}, {"app": "reports", "alias": "ORDERS"}]))
}

fn of(addon: Addon) -> Situation {
    Situation { addon: Some(addon), ..Situation::default() }
}

fn told(command: &Command, situation: &Situation) -> Effects {
    effects(command, situation, false)
}

fn says(effects: &Effects, words: &str) -> bool {
    format!("{effects:?}").contains(words)
}

fn create(service: &str, plan: &str) -> CreateAddon {
    CreateAddon {
        name: String::new(),
        team: None,
        service: service.into(),
        plan: plan.into(),
        app: Some("billing".into()),
        alias: None,
        options: BTreeMap::new(),
        confirm: None,
    }
}

fn promote() -> Command {
    Command::MoveAttachments { from_id: "1".into(), from: "orders".into(), to_id: "2".into(), to: "orders-2".into() }
}

#[test]
fn a_new_add_on_costs_what_nobody_knows_and_releases_its_app() {
    let effects = told(&Command::CreateAddon(create("postgresql", "standard-0")), &Situation::default());
    assert!(effects.changes.contains(&Change::Costs(Known::Unknown(super::NO_PRICE.into()))), "{effects:?}");
    assert_eq!(effects.apps(), ["billing"]);
    assert!(effects.changes.iter().any(|one| matches!(one, Change::App { effect: AppEffect::Release, .. })));
    assert!(effects.changes.iter().any(|one| matches!(one, Change::Variable { name, .. } if name == "DATABASE_URL")));
    assert!(effects.refusal().is_none(), "{effects:?}");
    let unread = told(&Command::CreateAddon(create("clickhouse", "")), &Situation::default());
    assert!(says(&unread, "Which variables billing gets is not known"), "{unread:?}");
}

#[test]
fn what_the_program_can_not_be_told_is_refused_before_it_is_asked() {
    let named = CreateAddon { name: "mine".into(), ..create("valkey", "hobby-0") };
    assert!(told(&Command::CreateAddon(named), &Situation::default()).refusal().is_some());
    let nowhere = CreateAddon { app: None, ..create("valkey", "hobby-0") };
    assert!(told(&Command::CreateAddon(nowhere), &Situation::default()).refusal().is_some());
    let option = Command::Attach {
        addon_id: "1".into(),
        addon: "--help".into(),
        app: "billing".into(),
        alias: None,
        credential: None,
        confirm: None,
    };
    assert!(told(&option, &of(orders())).refusal().unwrap().contains("hyphen"));
}

#[test]
fn an_alias_stands_before_each_variable_and_what_else_has_a_name_is_not_called_absent() {
    let attach = Command::Attach {
        addon_id: "1".into(),
        addon: "orders".into(),
        app: "shop".into(),
        alias: Some("REPORTING".into()),
        credential: None,
        confirm: None,
    };
    let effects = told(&attach, &of(orders()));
    assert!(says(&effects, "REPORTING_PGHOST") && effects.refusal().is_none(), "{effects:?}");
    assert_eq!(effects.risk(), Risk::Destroys, "the app may have a variable of that name, and nobody tells");
    assert!(says(&effects, "used by billing, reports already"), "{effects:?}");
}

#[test]
fn promoting_is_told_as_irreversible_with_every_app_and_every_variable() {
    let target = addon("orders-2", "postgresql:standard-0", json!([]));
    let situation = Situation { source: Some(orders()), ..of(target.clone()) };
    let effects = told(&promote(), &situation);
    assert_eq!(effects.risk(), Risk::Destroys);
    assert!(effects.changes.iter().any(|one| matches!(one, Change::Irreversible(why) if why.contains("contradict"))));
    assert!(effects.changes.iter().any(|one| matches!(one, Change::Unknown(why) if why.contains("orders-2 alone"))));
    assert_eq!(effects.apps(), ["billing", "reports"]);
    assert!(says(&effects, "\"DATABASE_URL\"") && says(&effects, "\"ORDERS_DATABASE_URL\""), "{effects:?}");
    assert!(effects.refusal().is_none(), "{effects:?}");

    let mut unknown = orders();
    unknown.attachments = Known::Unknown("nobody told".into());
    let effects = told(&promote(), &Situation { source: Some(unknown), ..of(target.clone()) });
    assert!(says(&effects, "Which apps have orders is not known for sure"), "{effects:?}");

    let mut unready = target;
    unready.state = crate::model::State::Other("restoring".into());
    let effects = told(&promote(), &Situation { source: Some(orders()), ..of(unready) });
    assert!(effects.refusal().unwrap().contains("wait until it is ready"));
}

#[test]
fn a_restore_makes_a_replacement_and_only_of_a_backup_that_is_finished() {
    let restore = |name: &str| {
        Command::Restore(RestoreBackup {
            backup_id: "orders::7".into(),
            of: Some("orders".into()),
            name: name.into(),
            team: None,
            service: "postgresql".into(),
            plan: String::new(),
        })
    };
    let effects = told(&restore("orders-2"), &Situation::default());
    assert!(effects.apps().is_empty() && effects.refusal().is_none(), "{effects:?}");
    assert!(says(&effects, "orders is not touched"));
    let running = Backup {
        id: "orders::7".into(),
        addon_id: None,
        addon: Some("orders".into()),
        service: None,
        plan: None,
        state: BackupState::Other("running".into()),
        started_at: None,
        finished_at: None,
        size: None,
        checksum: None,
        trigger: None,
        label: None,
        message: None,
        keep_until: None,
        progress: None,
    };
    let situation = Situation { backup: Some(running), ..Situation::default() };
    assert!(told(&restore("orders-2"), &situation).refusal().unwrap().contains("need not be finished"));
    assert!(told(&restore("-x"), &Situation::default()).refusal().is_some());
}

#[test]
fn what_ends_something_says_that_it_goes_on_costing_and_is_sent_only_where_that_is_allowed() {
    let detach = Command::Detach {
        attachment_id: "billing".into(),
        addon_id: "1".into(),
        addon: "orders".into(),
        app: "billing".into(),
        alias: None,
    };
    let destroy = Command::DestroyAddon { addon_id: "1".into(), addon: "orders".into() };
    for command in [&detach, &destroy] {
        assert!(told(command, &of(orders())).refusal().unwrap().contains("undocumented"));
        let allowed = effects(command, &of(orders()), true);
        assert!(allowed.refusal().is_none() && allowed.risk() == Risk::Destroys, "{allowed:?}");
        assert!(says(&allowed, "is a guess"), "{allowed:?}");
    }
    assert!(says(&effects(&detach, &of(orders()), true), "goes on costing"));
    let gone = effects(&destroy, &of(orders()), true);
    assert_eq!(gone.apps(), ["billing", "reports"]);
    assert!(says(&gone, "Whether Watasu destroys orders while apps have it"), "{gone:?}");
    let metrics = addon("m", "metrics:hobby-0", json!([]));
    assert!(says(&effects(&destroy, &of(metrics), true), "erase its history"));
    let app = told(&Command::DestroyApp { app: "billing".into() }, &Situation::default());
    assert!(app.refusal().is_some() && says(&app, "go on costing"), "{app:?}");
}

#[test]
fn a_plan_only_grows_for_qdrant_and_nobody_knows_for_others() {
    let change = |service: &str| Command::ChangePlan {
        addon_id: "1".into(),
        addon: "x".into(),
        service: service.into(),
        plan: "premium-0".into(),
    };
    let qdrant = told(&change("qdrant"), &of(addon("x", "qdrant:standard-0", json!([]))));
    assert_eq!(qdrant.risk(), Risk::Interrupts, "{qdrant:?}");
    assert!(says(&qdrant, "only grows"));
    let valkey = told(&change("valkey"), &of(addon("x", "valkey:hobby-0", json!([]))));
    assert_eq!(valkey.risk(), Risk::Destroys, "{valkey:?}");
}

#[test]
fn services_without_managed_backups_are_not_backed_up() {
    let back_up = Command::BackUp { addon_id: "1".into(), addon: "x".into(), label: None };
    for (spec, is_refused) in [
        ("postgresql:hobby-0", false),
        ("clickhouse:a", false),
        ("redpanda:a", true),
        ("object-storage:a", true),
        ("logs:a", true),
    ] {
        let effects = told(&back_up, &of(addon("x", spec, json!([]))));

        let is = effects.refusal().is_some();
        assert_eq!(is, is_refused, "{spec}: {effects:?}");
    }
    let auto = |is_on| Command::AutoBackups { addon_id: "1".into(), addon: "x".into(), is_on };
    assert!(told(&auto(true), &of(addon("x", "postgresql:a", json!([])))).refusal().is_some());
    assert!(told(&auto(true), &of(addon("x", "qdrant:a", json!([])))).refusal().is_none());
    assert_eq!(told(&auto(false), &of(addon("x", "qdrant:a", json!([])))).risk(), Risk::Destroys);
}
