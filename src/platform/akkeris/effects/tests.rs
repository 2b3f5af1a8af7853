//! Each rule once, and what it does not touch beside it.

mod joining;
mod leaving;
mod rest;
mod steps;

use std::sync::Arc;

use serde_json::json;

use super::super::rules::Rules;
use super::super::wire;
use super::*;
use crate::model::{
    AddonKey, Attachment, Backup, BackupState, ConfigVarName, CreateAddon, Fact, Health, Known, Owner, Plan, Price,
    ProfileName, RunAction, VariableValue,
};

const POSTGRES: &str = "akkeris-postgresql";

/// The catalog: a service for each rule.
fn rules() -> Arc<Rules> {
    let plan = |name: &str, state: &str, compliance: &[&str], dedicated: bool| {
        json!({"name": name, "state": state, "compliance": compliance, "available_regions": ["us-west"],
            "price": {"cents": 500, "unit": "month"},
            "attributes": {"dedicated": dedicated, "restartable": dedicated, "database_logs": dedicated,
                "database_replicas": dedicated, "ram": "2GB"}})
    };
    let services = json!([
        {"name": POSTGRES, "available_regions": ["us-west"], "supports_multiple_installations": true,
            "supports_upgrading": true, "supports_sharing": true, "plans": [
                plan("akkeris-postgresql:hobby", "ga", &[], false),
                plan("akkeris-postgresql:premium-0", "ga", &[], true),
                plan("akkeris-postgresql:shield-0", "ga", &["prod"], true),
                plan("akkeris-postgresql:old", "shutdown", &[], true),
                plan("akkeris-postgresql:aging", "deprecated", &[], true)]},
        {"name": "logtap", "supports_multiple_installations": false, "supports_upgrading": false,
            "supports_sharing": false, "plans": [{"name": "logtap:basic", "state": "ga"}]},
        {"name": "securekey", "supports_multiple_installations": false, "plans": [{"name": "securekey:fortnightly"}]},
    ]);
    let services: Vec<wire::Service> = serde_json::from_value(services).unwrap();
    Arc::new(Rules::new(&services))
}

fn known() -> Knowledge {
    Knowledge { rules: Some(rules()), is_administrator: Some(false) }
}

fn attachment(addon: &str, app: &str, alias: &str, primary: bool, id: Option<&str>) -> Attachment {
    Attachment {
        id: id.map(Into::into),
        alias: Some(alias.into()),
        addon: addon.into(),
        app: app.into(),
        primary: Some(primary),
        owner_row: id.is_none(),
        config_vars: Known::Unknown("not told".into()),
        created_at: None,
    }
}

/// A PostgreSQL that `shop-dev` owns.
fn addon(name: &str, primary: bool) -> Addon {
    owned_by("shop-dev", name, primary)
}

fn owned_by(app: &str, name: &str, primary: bool) -> Addon {
    let rules = rules();
    Addon {
        verbatim: None,
        key: AddonKey { profile: ProfileName("work".into()), id: format!("id-{name}").into() },
        name: name.into(),
        team: Some("dev".into()),
        owner: Owner::App(app.into()),
        service: POSTGRES.into(),
        plan: Some("premium-0".into()),
        state: State::Ready,
        state_word: "provisioned".into(),
        state_reason: None,
        health: Health::Unknown("not told".into()),
        created_at: None,
        updated_at: None,
        config_vars: Known::Is(vec!["DATABASE_URL".into()]),
        attachments: Known::Is(vec![attachment(name, app, name, primary, None)]),
        endpoint: None,
        cannot: rules.cannot(POSTGRES, "premium-0").into(),
        restored_from: None,
        last_backup: Known::Unknown("not told".into()),
        work: None,
        price: Known::Unknown("not told".into()),
        billing: None,
        facts: vec![Fact::new("region", "us-west"), Fact::new("compliance", "")],
    }
}

/// The same, attached to another app, too.
fn attached(mut addon: Addon, app: &str, alias: &str, primary: bool) -> Addon {
    let id = format!("att-{app}");
    if let Known::Is(attachments) = &mut addon.attachments {
        attachments.push(attachment(&addon.name, app, alias, primary, Some(&id)));
    }
    addon
}

fn compliant(mut addon: Addon, compliance: &str) -> Addon {
    addon.facts = vec![Fact::new("region", "us-west"), Fact::new("compliance", compliance)];
    addon
}

fn of_plan(mut addon: Addon, service: &str, plan: &str) -> Addon {
    (addon.service, addon.plan) = (service.into(), Some(plan.into()));
    addon.cannot = rules().cannot(service, plan).into();
    addon
}

fn app(name: &str, compliance: &str, region: &str, web: &str) -> App {
    App {
        id: name.into(),
        name: name.into(),
        team: None,
        created_at: None,
        release: None,
        maintenance: Known::Is(false),
        maintenance_since: None,
        maintenance_by: None,
        facts: vec![Fact::new("compliance", compliance), Fact::new("region", region), Fact::new("web processes", web)],
    }
}

fn variables(app: &str, variables: &[(&str, Option<&str>)]) -> (String, Vec<ConfigVarName>) {
    let one = |(name, addon): &(&str, Option<&str>)| ConfigVarName {
        name: (*name).to_owned(),
        addon: addon.map(str::to_owned),
    };
    (app.to_owned(), variables.iter().map(one).collect())
}

fn of(command: &Command, situation: &Situation) -> Effects {
    effects(command, situation, &known())
}

/// The first refusal holds that text.
#[track_caller]
fn assert_refused(effects: &Effects, text: &str) {
    let refusals: Vec<&str> = effects
        .changes
        .iter()
        .filter_map(|change| match change {
            Change::Refused(why) => Some(why.as_str()),
            _ => None,
        })
        .collect();
    assert!(refusals.iter().any(|why| why.contains(text)), "{text:?} not in {refusals:?}");
}

#[track_caller]
fn assert_taken(effects: &Effects) {
    assert_eq!(effects.refusal(), None);
}

/// Each variable that changes, as `app NAME before -> after`, in order.
fn changed(effects: &Effects) -> Vec<String> {
    let word = |value: &VariableValue| match value {
        VariableValue::Absent => "-".to_owned(),
        VariableValue::Own => "own".to_owned(),
        VariableValue::From(addon) => addon.clone(),
        VariableValue::Unknown => "?".to_owned(),
    };
    let line = |change: &Change| match change {
        Change::Variable { app, name, before, after } => {
            Some(format!("{app} {name} {} -> {}", word(before), word(after)))
        }
        _ => None,
    };
    let mut lines: Vec<String> = effects.changes.iter().filter_map(line).collect();
    lines.sort();
    lines
}

fn restarts(effects: &Effects) -> Vec<&str> {
    let app = |change: &'_ Change| matches!(change, Change::App { effect: AppEffect::Restart, .. });
    effects
        .changes
        .iter()
        .filter(|change| app(change))
        .filter_map(|change| match change {
            Change::App { app, .. } => Some(app.as_str()),
            _ => None,
        })
        .collect()
}

/// Whether any change says that.
fn says(effects: &Effects, text: &str) -> bool {
    effects.changes.iter().any(|change| format!("{change:?}").contains(text))
}
