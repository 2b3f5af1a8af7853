//! What each command is said to do.

use jiff::Timestamp;

use super::super::map::{self, Of};
use super::super::wire;
use super::*;
use crate::model::{
    Addon, App, BackupPolicy, Backups, ConfigVarName, CreateAddon, Known, ProfileName, Risk, VariableValue, Work,
};

fn addon(name: &str, variable: &str) -> Addon {
    let told = serde_json::json!({
        "id": format!("id-{name}"), "name": name, "service_type": "postgres", "status": "running",
        "env_var_name": variable, "created_at": "2026-11-01T10:00:00",
    });
    let row: wire::Addon = serde_json::from_value(told).unwrap();
    map::addon(&Of { profile: &ProfileName("work".into()), app: "shop", team: None }, row)
}

fn environment(id: &str, is_production: bool) -> Environment {
    Environment {
        id: id.into(),
        name: format!("{id}-name"),
        branch: Some("main".into()),
        domain: None,
        is_production,
        deploys_itself: None,
        state_word: String::new(),
        newest: None,
        live_since: Known::Is(None),
    }
}

fn shop() -> App {
    map::app(serde_json::from_value(serde_json::json!({"id": "p1", "name": "shop"})).unwrap(), None)
}

fn situation() -> Situation {
    Situation {
        app: Some(shop()),
        addon: Some(addon("orders", "DATABASE_URL")),
        neighbours: vec![addon("orders", "DATABASE_URL")],
        variables: vec![("shop".into(), vec![ConfigVarName { name: "OWN_URL".into(), addon: None }])],
        environments: Some(vec![environment("e1", true), environment("e2", false)]),
        ..Situation::default()
    }
}

fn create(alias: Option<&str>, plan: &str, options: &[(&str, &str)]) -> Command {
    Command::CreateAddon(CreateAddon {
        name: "reports-1".into(),
        team: None,
        service: "postgres".into(),
        plan: plan.into(),
        app: Some("shop".into()),
        alias: alias.map(str::to_owned),
        options: options.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(),
        confirm: None,
    })
}

fn pro(addons: usize) -> Knowledge {
    Knowledge { plan: Some("pro".into()), addons }
}

fn told(effects: &Effects) -> String {
    format!("{:?}", effects.changes)
}

#[test]
fn a_new_add_on_is_there_only_from_the_next_deployment_on() {
    let command = create(Some("REPORTS_URL"), "", &[("version", "16")]);
    let effects = effects(&command, &situation(), &pro(2));
    let pending: Vec<&AppEffect> = effects
        .changes
        .iter()
        .filter_map(|change| match change {
            Change::App { effect, .. } => Some(effect),
            _ => None,
        })
        .collect();
    let names = ["e1-name", "e2-name"].map(|name| AppEffect::PendingRedeploy(name.into()));
    assert_eq!(pending, names.iter().collect::<Vec<_>>());
    assert_eq!(effects.risk(), Risk::Interrupts);
    let words = told(&effects);
    assert!(words.contains("postgres 16") && words.contains("tells no prices"), "{words}");
    assert!(
        words.contains("Your plan pro allows 2 add-ons as its page says, and 2 were read; the server decides."),
        "{words}"
    );
    assert!(words.contains("may refuse one more"), "{words}");
    assert_eq!(effects.refusal(), None);
}

#[test]
fn a_variable_that_is_there_already_is_no_safe_name() {
    for (alias, why) in
        [(None, "orders of shop gives DATABASE_URL"), (Some("OWN_URL"), "a variable OWN_URL of its own")]
    {
        let effects = effects(&create(alias, "", &[]), &situation(), &pro(1));
        let words = told(&effects);
        assert!(words.contains(why) && words.contains("REPORTS_1_URL"), "{words}");
        assert_eq!(effects.risk(), Risk::Destroys);
    }
    let unread = Situation { variables: vec![], ..situation() };
    let words = told(&effects(&create(Some("NEW_URL"), "", &[]), &unread, &pro(1)));
    assert!(words.contains("could not be read"), "{words}");
}

#[test]
fn plans_and_other_options_are_refused_before_anything_is_sent() {
    for (command, why) in [
        (create(None, "small", &[]), "has no plan, such as small"),
        (create(None, "", &[("fork", "x")]), "takes no option fork"),
        (create(Some("lower"), "", &[]), "can't be the name of a variable"),
    ] {
        let effects = effects(&command, &situation(), &pro(0));
        assert!(effects.refusal().unwrap().contains(why), "{:?}", effects.refusal());
    }
}

#[test]
fn destroying_takes_the_data_and_perhaps_the_backups_and_leaves_a_dead_address() {
    let command = Command::DestroyAddon { addon_id: "id-orders".into(), addon: "orders".into() };
    let with = Situation { backups: Some(Backups::default()), ..situation() };
    let words = told(&effects(&command, &with, &pro(1)));
    for expected in ["All data of orders", "no backup at all", "dead address", "can't be brought back"] {
        assert!(words.contains(expected), "{expected}: {words}");
    }
    let words = told(&effects(&command, &situation(), &pro(1)));
    assert!(words.contains("whether they stay is not told, so take them for gone"), "{words}");
    let effects = effects(&command, &situation(), &pro(1));
    assert_eq!(effects.risk(), Risk::Destroys);
    let absent = |change: &Change| matches!(change, Change::Variable { after: VariableValue::Absent, .. });
    assert!(effects.changes.iter().any(absent));
}

#[test]
fn what_can_only_be_flipped_says_what_will_be_sent() {
    let is = |is_automatic| Situation {
        backups: Some(Backups {
            policy: Some(BackupPolicy { is_automatic, ..BackupPolicy::default() }),
            ..Backups::default()
        }),
        ..situation()
    };
    let switch = |is_on| Command::AutoBackups { addon_id: "id-orders".into(), addon: "orders".into(), is_on };
    let words = told(&effects(&switch(true), &is(Some(true)), &pro(1)));
    assert!(words.contains("on already: nothing is sent"), "{words}");
    assert_eq!(effects(&switch(true), &is(Some(false)), &pro(1)).risk(), Risk::Adds);
    let off = effects(&switch(false), &is(Some(true)), &pro(1));
    assert_eq!(off.risk(), Risk::Interrupts);
    assert!(told(&off).contains("flipped once if they are not off"), "{}", told(&off));
    assert!(effects(&switch(true), &is(None), &pro(1)).refusal().unwrap().contains("nothing is sent blindly"));
}

#[test]
fn a_deployment_names_its_environment_and_interrupts() {
    let redeploy = |id: &str| Command::Redeploy {
        app: "shop".into(),
        environment_id: Some(id.into()),
        environment: format!("{id}-name"),
    };
    let good = effects(&redeploy("e2"), &situation(), &pro(1));
    assert_eq!((good.risk(), good.refusal()), (Risk::Interrupts, None));
    assert!(told(&good).contains("beside the old one"), "{}", told(&good));
    let gone = effects(&redeploy("e9"), &situation(), &pro(1));
    assert!(gone.refusal().unwrap().contains("It has: e1-name, e2-name."), "{:?}", gone.refusal());
}

fn deployment(id: &str, word: &str) -> Work {
    let row = serde_json::json!({"id": id, "status": word, "created_at": "2026-11-01T10:00:00"});
    map::deployment(serde_json::from_value(row).unwrap(), map::Place::default())
}

#[test]
fn a_roll_back_goes_to_a_deployment_that_is_there_and_was_good() {
    let deployments = vec![deployment("d2", "live"), deployment("d1", "failed")];
    let read = Situation { deployments: Some(deployments), at: Some(Timestamp::now()), ..situation() };
    let back = |release: &str| Command::RollBack { app: "shop".into(), release: release.into() };
    let good = effects(&back("d2"), &read, &Knowledge { plan: Some("Free".into()), addons: 1 });
    assert_eq!((good.refusal(), good.risk()), (None, Risk::Interrupts));
    assert!(told(&good).contains("rolling back is for Pro and Team"), "{}", told(&good));
    assert!(effects(&back("d1"), &read, &pro(1)).refusal().unwrap().contains("failed"));
    assert!(effects(&back("v5"), &read, &pro(1)).refusal().unwrap().contains("no deployment v5"));
    assert_eq!(effects(&back("d2"), &situation(), &pro(1)).risk(), Risk::Destroys, "what was not read is not known");
}

#[test]
fn what_the_platform_does_not_have_is_refused_with_its_reason() {
    let rotate = Command::Rotate { addon_id: "id-orders".into(), addon: "orders".into() };
    assert!(effects(&rotate, &situation(), &pro(1)).refusal().unwrap().contains("another password"));
}
