//! From the wire to the model. Every text is cleaned on the way; values of variables are kept as they are.

use std::sync::Arc;

use super::wire;
use crate::model::{
    Addon, AddonKey, App, Attachment, Capability, ConfigVar, ConfigVarName, Endpoint, EventStatus, Health, Known,
    Limit, Origin, Owner, Plan, Price, ProfileName, Release, Service, State, Team, Text, TimelineEvent, Verb,
    printable,
};

mod copies;

pub(super) use copies::{backup, backups, lines, usage, work};

fn optional(text: Option<String>) -> Option<String> {
    text.map(|text| printable(&text))
}

fn all(texts: Vec<String>) -> Vec<Text> {
    texts.iter().map(|text| printable(text).into()).collect()
}

fn known<T>(value: Option<T>, what: &str) -> Known<T> {
    value.map_or_else(|| Known::Unknown(format!("the platform does not tell {what}").into()), Known::Is)
}

pub(super) fn team(team: wire::Team) -> Team {
    Team { id: printable(&team.id), name: printable(&team.name) }
}

pub(super) fn app(app: wire::App) -> App {
    App {
        id: printable(&app.id).into(),
        name: printable(&app.name).into(),
        team: optional(app.team).map(Into::into),
        created_at: app.created_at,
        release: app.release,
        maintenance: known(app.maintenance, "whether it is in maintenance"),
        maintenance_since: app.maintenance_since,
        maintenance_by: optional(app.maintenance_by),
        facts: Vec::new(),
    }
}

pub(super) fn addon(profile: &ProfileName, addon: wire::Addon) -> Addon {
    let team = optional(addon.team);
    let cannot: Vec<(Verb, String)> = addon.cannot.into_iter().filter_map(cannot).collect();
    let last_backup = match last_backup(addon.last_backup) {
        // The platform tells what the service can't do: then there is none.
        Known::Unknown(_) if cannot.iter().any(|(verb, _)| *verb == Verb::ListBackups) => Known::Is(None),
        told => told,
    };
    Addon {
        verbatim: None,
        key: AddonKey { profile: profile.clone(), id: printable(&addon.id).into() },
        name: printable(&addon.name).into(),
        owner: Owner::Team(team.clone().unwrap_or_default().into()),
        team: team.map(Into::into),
        service: printable(&addon.service).into(),
        plan: optional(addon.plan).map(Into::into),
        state: state(&addon.state),
        state_word: printable(&addon.state).into(),
        state_reason: optional(addon.state_reason).map(Into::into),
        health: health(addon.health),
        created_at: addon.created_at,
        updated_at: addon.updated_at,
        config_vars: known(addon.config_vars.map(all), "the names of its variables"),
        attachments: known(addon.attachments.map(|rows| rows.into_iter().map(attachment).collect()), "its attachments"),
        endpoint: addon.endpoint.map(|endpoint| {
            Box::new(Endpoint {
                host: printable(&endpoint.host),
                port: endpoint.port,
                database: optional(endpoint.database),
                user: optional(endpoint.user),
            })
        }),
        cannot: Arc::new(cannot),
        restored_from: addon.restored_from.map(|origin| {
            Box::new(Origin {
                backup_id: printable(&origin.backup_id),
                addon_id: optional(origin.addon_id),
                addon: optional(origin.addon),
            })
        }),
        last_backup,
        work: addon.operation.map(work).map(Box::new),
        price: Known::Unknown("the local platform has no prices".into()),
        billing: None,
        facts: Vec::new(),
    }
}

/// A verb that we don't know is one that nobody here asks for.
fn cannot(cannot: wire::Cannot) -> Option<(Verb, String)> {
    let verb: Verb = serde_json::from_value(cannot.verb.into()).ok()?;
    Some((verb, printable(&cannot.reason)))
}

fn last_backup(told: Option<Option<wire::LastBackup>>) -> Known<Option<jiff::Timestamp>> {
    match told {
        Some(None) => Known::Is(None),
        Some(Some(wire::LastBackup { started_at: Some(at) })) => Known::Is(Some(at)),
        Some(Some(_)) => Known::Unknown("the platform does not tell when it was started".into()),
        None => Known::Unknown("the platform does not tell".into()),
    }
}

/// Our word for the platform's. A word that we don't know counts as nothing good.
fn state(word: &str) -> State {
    match word {
        "requested" => State::Requested,
        "provisioning" => State::Provisioning,
        "starting" => State::Starting,
        "ready" => State::Ready,
        "updating" => State::Updating,
        "restoring" => State::Restoring,
        "sleeping" => State::Sleeping,
        "failed" => State::Failed,
        "deprovisioning" => State::Deprovisioning,
        other => State::Other(printable(other).into()),
    }
}

fn health(health: Option<wire::Health>) -> Health {
    let Some(wire::Health { status, message }) = health else {
        return Health::Unknown("the platform does not tell".into());
    };
    let message = optional(message);
    match status.as_str() {
        "ok" => Health::Ok,
        "failing" => Health::Failing(message.unwrap_or_else(|| "the platform does not tell what failed".into()).into()),
        "unknown" => Health::Unknown(message.unwrap_or_else(|| "not probed yet".into()).into()),
        other => Health::Unknown(format!("the platform says {:?}", printable(other)).into()),
    }
}

pub(super) fn attachment(attachment: wire::Attachment) -> Attachment {
    Attachment {
        id: optional(attachment.id).map(Into::into),
        alias: optional(attachment.alias).map(Into::into),
        addon: printable(&attachment.addon.name).into(),
        app: printable(&attachment.app.name).into(),
        primary: None,
        owner_row: false,
        config_vars: known(attachment.config_vars.map(all), "the names of its variables"),
        created_at: attachment.created_at,
    }
}

pub(super) fn service(service: wire::Service) -> Service {
    let unavailable = match (service.available, optional(service.unavailable_reason)) {
        (Some(true), _) | (None, None) => None,
        (_, Some(reason)) => Some(reason),
        (Some(false), None) => Some("The platform does not offer it here and does not say why.".into()),
    };
    Service {
        name: printable(&service.name),
        summary: printable(&service.summary),
        unavailable,
        program: optional(service.program),
        config_vars: known(service.config_vars.map(all), "the names of its variables"),
        backup_format: service.backups.as_ref().and_then(|backups| optional(backups.format.clone())),
        backups: known(service.backups.map(backup_support), "whether it has backups"),
        plans: service.plans.into_iter().map(plan).collect(),
        are_plans_unread: false,
    }
}

fn backup_support(backups: wire::BackupSupport) -> Capability {
    if backups.supported {
        return Capability::Can;
    }
    let reason = optional(backups.reason);
    Capability::Cannot(reason.unwrap_or_else(|| "The platform makes no backups of it and does not say why.".to_owned()))
}

fn plan(plan: wire::Plan) -> Plan {
    let price = plan
        .price
        .map(|price| Price { cents_per_month: price.cents_per_month, currency: printable(&price.currency).into() });
    let limit = |limit: wire::Limit| Limit {
        name: printable(&limit.name),
        value: limit.value,
        unit: printable(&limit.unit),
        enforced_by: optional(limit.enforced_by),
    };
    Plan {
        name: printable(&plan.name),
        summary: printable(&plan.summary),
        is_default: plan.is_default,
        price: known(price, "its price"),
        limits: plan.limits.into_iter().map(limit).collect(),
    }
}

pub(super) fn event(event: wire::Event) -> TimelineEvent {
    TimelineEvent {
        id: event.id,
        at: event.at,
        step: printable(&event.step),
        status: match event.status.as_str() {
            "started" => EventStatus::Started,
            "done" => EventStatus::Done,
            "failed" => EventStatus::Failed,
            "note" => EventStatus::Note,
            other => EventStatus::Other(printable(other)),
        },
        message: printable(&event.message),
        log: event.log.iter().map(|line| printable(line)).collect(),
    }
}

/// The value, if one came, is dropped.
pub(super) fn variable_name(variable: wire::ConfigVar) -> ConfigVarName {
    ConfigVarName { name: printable(&variable.name), addon: optional(variable.addon) }
}

/// `None` when no value came.
pub(super) fn variable(variable: wire::ConfigVar) -> Option<ConfigVar> {
    let wire::ConfigVar { name, addon, value } = variable;
    let name = ConfigVarName { name: printable(&name), addon: optional(addon) };
    Some(ConfigVar { name, value: value?.into() })
}

pub(super) fn release(release: wire::Release) -> Release {
    Release {
        version: release.version,
        description: printable(&release.description),
        by: optional(release.by),
        created_at: release.created_at,
    }
}
