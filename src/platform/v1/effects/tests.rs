mod changes;
mod copies;

use super::*;
use crate::model::{
    AddonKey, Attachment, Backup, BackupPolicy, BackupState, Backups, ConfigVarName, Health, Known, Owner, ProfileName,
    Risk, State, VariableValue, variable_name,
};

fn attachment(id: &str, app: &str, alias: Option<&str>) -> Attachment {
    Attachment {
        id: Some(id.into()),
        alias: alias.map(Into::into),
        addon: "orders".into(),
        app: app.into(),
        primary: None,
        owner_row: false,
        config_vars: Known::Is(vec![variable_name(alias, "DATABASE_URL").into()]),
        created_at: None,
    }
}

fn situation(variables: &[(&str, &str, Option<&str>)], attachments: Known<Vec<Attachment>>) -> Situation {
    let mut apps: Vec<(String, Vec<ConfigVarName>)> = vec![("shop".into(), vec![]), ("jobs".into(), vec![])];
    for (app, name, addon) in variables {
        let names = &mut apps.iter_mut().find(|(name, _)| name == app).unwrap().1;
        names.push(ConfigVarName { name: (*name).into(), addon: addon.map(str::to_owned) });
    }
    let addon = Addon {
        verbatim: None,
        key: AddonKey { profile: ProfileName("local".into()), id: "add_1".into() },
        name: "orders".into(),
        team: None,
        owner: Owner::Team("sandbox".into()),
        service: "postgresql".into(),
        plan: Some("small".into()),
        state: State::Ready,
        state_word: "ready".into(),
        state_reason: None,
        health: Health::Ok,
        created_at: None,
        updated_at: None,
        config_vars: Known::Is(vec!["DATABASE_URL".into()]),
        attachments,
        endpoint: None,
        cannot: Default::default(),
        restored_from: None,
        last_backup: Known::Unknown("the platform does not tell".into()),
        work: None,
        billing: None,
        facts: Vec::new(),
        price: crate::model::Known::Unknown("it was not told".into()),
    };
    Situation { addon: Some(addon), variables: apps, ..Situation::default() }
}

fn attach_to_shop(alias: Option<&str>) -> Command {
    let (addon_id, addon) = ("add_1".to_owned(), "orders".to_owned());
    Command::Attach {
        addon_id,
        addon,
        app: "shop".into(),
        alias: alias.map(str::to_owned),
        confirm: None,
        credential: None,
    }
}

fn destroy() -> Command {
    Command::DestroyAddon { addon_id: "add_1".into(), addon: "orders".into() }
}

#[test]
fn attaching_shows_what_is_taken_over_and_the_way_round_it() {
    let situation = situation(&[("shop", "DATABASE_URL", Some("old"))], Known::Is(vec![]));
    let plain = effects(&attach_to_shop(None), &situation);
    assert_eq!(plain.risk(), Risk::Destroys);
    assert!(plain.changes.iter().any(|change| matches!(change, Change::Refused(why) if why.contains("alias"))));
    assert_eq!(effects(&attach_to_shop(Some("NEW")), &situation).risk(), Risk::Interrupts);
}

#[test]
fn attaching_twice_in_the_same_way_is_refused() {
    let rows = || Known::Is(vec![attachment("1", "shop", Some("R"))]);
    let of = |alias| effects(&attach_to_shop(alias), &situation(&[], rows()));
    assert!(of(Some("R")).refusal().unwrap().contains("is already attached to shop as R"));
    assert_eq!(of(None).refusal(), None);
    assert_eq!(of(Some("S")).refusal(), None);
}

#[test]
fn an_app_whose_variables_cannot_be_read_is_not_taken_for_one_without_any() {
    let mut situation = situation(&[], Known::Is(vec![]));
    situation.variables.clear();
    assert_eq!(effects(&attach_to_shop(None), &situation).risk(), Risk::Destroys);
}

#[test]
fn destroying_names_every_app_and_variable_and_that_nothing_brings_it_back() {
    let variables =
        [("shop", "DATABASE_URL", Some("orders")), ("jobs", "R_DATABASE_URL", Some("orders")), ("jobs", "A", None)];
    let rows = vec![attachment("1", "shop", None), attachment("2", "jobs", Some("R"))];
    let told = effects(&destroy(), &situation(&variables, Known::Is(rows)));
    assert_eq!(told.apps(), ["shop", "jobs"]);
    let lost = |change: &&Change| matches!(change, Change::Variable { after: VariableValue::Absent, .. });
    assert_eq!(told.changes.iter().filter(lost).count(), 2);
    assert!(matches!(&told.changes[0], Change::LosesData(what) if what.contains("orders (postgresql:small)")));
    assert!(
        matches!(told.changes.last(), Some(Change::Irreversible(why)) if why.contains("Whether there is a backup"))
    );
}

#[test]
fn what_is_not_known_is_the_worst() {
    let unknown = Known::Unknown("not told".into());
    let command = Command::Detach {
        attachment_id: "1".into(),
        addon_id: "add_1".into(),
        addon: "orders".into(),
        app: "shop".into(),
        alias: None,
    };
    assert_eq!(effects(&command, &situation(&[], unknown)).risk(), Risk::Destroys);
    assert_eq!(effects(&command, &Situation::default()).risk(), Risk::Destroys);
    assert_eq!(effects(&attach_to_shop(None), &Situation::default()).risk(), Risk::Destroys);
}

#[test]
fn a_service_without_variables_is_no_unknown_one() {
    let mut create = crate::model::CreateAddon {
        name: "releases".into(),
        team: None,
        service: "release-log".into(),
        plan: "standard".into(),
        app: Some("shop".into()),
        alias: None,
        confirm: None,
        options: std::collections::BTreeMap::new(),
    };
    let none = Situation { service_config_vars: Some(vec![]), ..situation(&[], Known::Is(vec![])) };
    let unknown = Situation { service_config_vars: None, ..none.clone() };
    assert_eq!(effects(&Command::CreateAddon(create.clone()), &none).risk(), Risk::Adds);
    assert_eq!(effects(&Command::CreateAddon(create.clone()), &unknown).risk(), Risk::Destroys);
    create.app = None;
    assert_eq!(effects(&Command::CreateAddon(create), &none).risk(), Risk::Adds);
    let row = Attachment { config_vars: Known::Is(vec![]), ..attachment("1", "shop", None) };
    let attached = situation(&[], Known::Is(vec![row]));
    assert!(effects(&destroy(), &attached).apps().is_empty(), "nothing changes for the app");
}

#[test]
fn an_app_that_never_got_a_variable_loses_none_and_is_not_released() {
    let rows = Known::Is(vec![attachment("1", "shop", None)]);
    assert!(effects(&destroy(), &situation(&[], rows)).apps().is_empty());
}

#[test]
fn an_app_is_destroyed_by_its_typed_name_and_its_add_ons_stay() {
    let situation = situation(&[("shop", "A", None), ("shop", "B", Some("orders"))], Known::Is(vec![]));
    let told = effects(&Command::DestroyApp { app: "shop".into() }, &situation);
    assert_eq!(told.risk(), Risk::Destroys);
    assert!(told.changes.iter().any(|one| matches!(one, Change::Note(what) if what.contains("orders"))));
}

fn at(text: &str) -> Option<Timestamp> {
    Some(text.parse().unwrap())
}

fn backup(id: &str, state: BackupState, started_at: &str) -> Backup {
    Backup {
        id: id.into(),
        addon_id: Some("add_1".into()),
        addon: Some("orders".into()),
        service: Some("postgresql".into()),
        plan: Some("small".into()),
        finished_at: (state == BackupState::Finished).then(|| started_at.parse().unwrap()),
        state,
        started_at: at(started_at),
        size: Some(12 << 20),
        checksum: None,
        trigger: Some("manual".into()),
        label: None,
        message: None,
        keep_until: at("2026-11-27T02:00:00Z"),
        progress: None,
    }
}

/// Two finished ones, the newer one from 02:00Z; a small plan's retention.
fn backups() -> Backups {
    let finished = |id, started_at| backup(id, BackupState::Finished, started_at);
    Backups {
        facts: Vec::new(),
        list: vec![finished("bkp_2", "2026-11-20T02:00:00Z"), finished("bkp_1", "2026-11-19T02:00:00Z")],
        policy: Some(BackupPolicy { keep_count: Some(5), keep_days: Some(7), ..BackupPolicy::default() }),
    }
}

fn plan(name: &str, limits: &[(&str, u64, &str)]) -> Plan {
    let limit = |(name, value, unit): &(&str, u64, &str)| Limit {
        name: (*name).into(),
        value: *value,
        unit: (*unit).into(),
        enforced_by: None,
    };
    Plan {
        name: name.into(),
        summary: String::new(),
        is_default: false,
        price: Known::Unknown("not told".into()),
        limits: limits.iter().map(limit).collect(),
    }
}

/// The sentences, each after the kind of its change.
fn sentences(effects: &Effects) -> Vec<String> {
    let told = |change: &Change| match change {
        Change::Adds(text) => format!("adds: {text}"),
        Change::Disturbs(text) => format!("disturbs: {text}"),
        Change::LosesData(text) => format!("loses: {text}"),
        Change::LosesWrites { addon, since, why } => format!("loses writes to {addon} since {}: {why}", begun(*since)),
        Change::Irreversible(text) => format!("for good: {text}"),
        Change::Refused(text) => format!("refused: {text}"),
        Change::Note(text) => format!("note: {text}"),
        Change::Unknown(text) => format!("unknown: {text}"),
        Change::App { app, detail, .. } => format!("{app}: {detail}"),
        Change::Variable { app, name, .. } => format!("{app}: {name}"),
        Change::EvictsBackup { id, started_at } => format!("evicts: {id} {}", begun(*started_at)),
        Change::Costs(_) => "costs".to_owned(),
    };
    effects.changes.iter().map(told).collect()
}

/// That one of the sentences is there, whole.
#[track_caller]
fn says(effects: &Effects, sentence: &str) {
    let all = sentences(effects);
    assert!(all.iter().any(|one| one == sentence), "{sentence:?} is not in {all:#?}");
}
