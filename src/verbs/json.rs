//! The documents that `--json` prints. Their fields are a promise to scripts: what is not known is `null`, never 0 or empty.

use serde_json::{Value, json};

use crate::model::{
    Addon, App, Attachment, Backup, BackupPolicy, Catalog, Environment, Fact, Figure, Health, Injection, Judgement,
    Known, Operation, Owner, Plan, Release, Service, ServiceAction, Usage, Work, WorkState, WorkStep,
};

fn known<T, F: FnOnce(&T) -> Value>(fact: &Known<T>, show: F) -> Value {
    fact.get().map_or(Value::Null, show)
}

fn unknown_reason<T>(fact: &Known<T>) -> Option<&str> {
    match fact {
        Known::Is(_) => None,
        Known::Unknown(why) => Some(why),
    }
}

pub(super) fn addon(addon: &Addon) -> Value {
    let (health, health_message) = match &addon.health {
        Health::Ok => ("ok", None),
        Health::Failing(message) => ("failing", Some(message)),
        Health::Unknown(message) => ("unknown", Some(message)),
    };
    let owner = match &addon.owner {
        Owner::Team(team) => json!({"team": team}),
        Owner::App(app) => json!({"app": app}),
    };
    json!({
        "id": addon.key.id,
        "name": addon.name,
        "profile": addon.key.profile,
        "team": addon.team,
        "owner": owner,
        "service": addon.service,
        "plan": addon.plan,
        "state": addon.state.word(),
        "platform_state": addon.state_word,
        "state_reason": addon.state_reason,
        "health": {"status": health, "message": health_message},
        "created_at": addon.created_at,
        "updated_at": addon.updated_at,
        "config_vars": known(&addon.config_vars, |names| json!(names)),
        "attachments": known(&addon.attachments, |rows| rows.iter().map(attachment).collect()),
        "endpoint": addon.endpoint,
        "cannot": addon.cannot.iter().map(|(verb, reason)| json!({"verb": verb, "reason": reason})).collect::<Vec<_>>(),
        "restored_from": addon.restored_from,
        "last_backup": last_backup(&addon.last_backup),
        "work": addon.work.as_deref().map(work),
        "price": known(&addon.price, |price| json!(price)),
        "price_unknown_reason": unknown_reason(&addon.price),
        "billing": addon.billing,
        "facts": facts(&addon.facts),
        "verbatim": addon.verbatim,
    })
}

/// That there is none is known, and something else than not knowing.
fn last_backup(last: &Known<Option<jiff::Timestamp>>) -> Value {
    json!({"is_known": last.get().is_some(), "started_at": last.get().copied().flatten()})
}

/// An action that a service brings along.
pub(super) fn action(action: &ServiceAction) -> Value {
    let fields: Vec<Value> = action
        .fields
        .iter()
        .map(|field| {
            json!({
                "name": field.name,
                "told": field.told,
                "required": field.is_required,
                "choices": field.choices,
                "secret": field.is_secret,
            })
        })
        .collect();
    json!({
        "name": action.name,
        "title": action.title,
        "class": action.class.word(),
        "subject": action.subject,
        "fields": fields,
        "cannot": action.cannot,
        "inferred": action.is_inferred,
    })
}

pub(super) fn facts(facts: &[Fact]) -> Value {
    facts.iter().map(|fact| json!({"name": fact.name, "value": fact.value})).collect()
}

pub(super) fn work(work: &Work) -> Value {
    json!({
        "id": work.id,
        "kind": work.kind,
        "state": work.state.word(),
        "platform_state": work.word,
        "step": work.step,
        "message": work.message,
        "created_at": work.created_at,
        "started_at": work.started_at,
        "progress": work.progress,
    })
}

/// A deployment: what the platform does for an environment, with its steps.
pub(super) fn deployment(one: &Work) -> Value {
    let mut body = work(one);
    body["app"] = json!(one.app);
    body["environment"] = json!(one.environment);
    body["by"] = json!(one.by);
    body["ended_at"] = json!(one.ended_at);
    let step = |step: &WorkStep| json!({"name": step.name, "state": step.state.as_ref().map(WorkState::word)});
    body["steps"] = one.steps.iter().map(step).collect();
    body
}

/// An environment of an app, and which of the app's add-ons what runs there has: derived, not told.
pub(super) fn environment(environment: &Environment, addons: &[Addon]) -> Value {
    let injected = |addon: &Addon| {
        let injection = environment.injection(addon.created_at);
        let why = match &injection {
            Injection::Unknown(why) => Some(why.clone()),
            _ => None,
        };
        json!({
            "addon_id": addon.key.id,
            "addon": addon.name,
            "state": injection.word(),
            "unknown_reason": why,
            "is_derived": true,
        })
    };
    json!({
        "id": environment.id,
        "name": environment.name,
        "branch": environment.branch,
        "domain": environment.domain,
        "production": environment.is_production,
        "deploys_itself": environment.deploys_itself,
        "state": if environment.state_word.is_empty() { Value::Null } else { json!(environment.state_word) },
        "newest_deployment": environment.newest.as_ref().map(deployment),
        "live_since": environment.live_since.get().copied().flatten(),
        "live_since_is_known": environment.live_since.get().is_some(),
        "live_since_unknown_reason": unknown_reason(&environment.live_since),
        "injections": addons.iter().map(injected).collect::<Vec<_>>(),
    })
}

pub(super) fn backup(backup: &Backup) -> Value {
    json!({
        "id": backup.id,
        "addon_id": backup.addon_id,
        "addon": backup.addon,
        "service": backup.service,
        "plan": backup.plan,
        "state": backup.state.word(),
        "started_at": backup.started_at,
        "finished_at": backup.finished_at,
        "size": backup.size,
        "checksum": backup.checksum,
        "trigger": backup.trigger,
        "label": backup.label,
        "message": backup.message,
        "keep_until": backup.keep_until,
        "progress": backup.progress,
    })
}

pub(super) fn policy(policy: &BackupPolicy) -> Value {
    json!({
        "keep_count": policy.keep_count,
        "keep_days": policy.keep_days,
        "schedule": policy.schedule,
        "next_at": policy.next_at,
        "evicts": policy.evicts,
        "automatic": policy.is_automatic,
    })
}

pub(super) fn usage(usage: &Usage) -> Value {
    json!({"measured_at": usage.measured_at, "figures": usage.figures.iter().map(figure).collect::<Vec<_>>()})
}

fn figure(figure: &Figure) -> Value {
    let unknown = match &figure.value {
        Known::Is(_) => None,
        Known::Unknown(why) => Some(why),
    };
    json!({
        "name": figure.name,
        "value": figure.value.get(),
        "unknown_reason": unknown,
        "unit": figure.unit,
        "limit": figure.limit,
        "enforced_by": figure.enforced_by,
    })
}

pub(super) fn attachment(attachment: &Attachment) -> Value {
    json!({
        "id": attachment.id,
        "addon": attachment.addon,
        "app": attachment.app,
        "alias": attachment.alias,
        "primary": attachment.primary,
        "owner": attachment.owner_row,
        "config_vars": known(&attachment.config_vars, |names| json!(names)),
        "created_at": attachment.created_at,
    })
}

pub(super) fn app(app: &App) -> Value {
    json!({
        "id": app.id,
        "name": app.name,
        "team": app.team,
        "release": app.release,
        "created_at": app.created_at,
        "maintenance": known(&app.maintenance, |is_on| json!(is_on)),
        "maintenance_since": app.maintenance_since,
        "maintenance_by": app.maintenance_by,
        "facts": facts(&app.facts),
    })
}

pub(super) fn release(release: &Release) -> Value {
    json!({
        "version": release.version,
        "description": release.description,
        "by": release.by,
        "created_at": release.created_at,
    })
}

pub(super) fn plan(plan: &Plan) -> Value {
    json!({
        "name": plan.name,
        "summary": plan.summary,
        "default": plan.is_default,
        "price": known(&plan.price, |price| json!(price)),
        "price_unknown_reason": unknown_reason(&plan.price),
        "limits": plan.limits,
    })
}

fn service(service: &Service) -> Value {
    json!({
        "name": service.name,
        "summary": service.summary,
        "available": service.unavailable.is_none(),
        "unavailable_reason": service.unavailable,
        "program": service.program,
        "config_vars": known(&service.config_vars, |names| json!(names)),
        // Plans that have to be asked for service by service are not known from here: null, not none.
        "plans": if service.are_plans_unread { Value::Null } else { service.plans.iter().map(plan).collect() },
    })
}

pub(super) fn services(catalog: &Catalog) -> Value {
    json!({"addon_services": catalog.services.iter().map(service).collect::<Vec<_>>()})
}

fn judgement(judged: &Judgement) -> Value {
    json!({
        "verdict": judged.verdict.word(),
        "evidence": judged.words,
        "at": judged.at,
        "healthy_reads": judged.looks,
        "since": judged.since,
    })
}

pub(super) fn operation(operation: &Operation) -> Value {
    json!({
        "id": operation.id,
        "profile": operation.profile,
        "command": operation.command,
        "sentence": operation.command.sentence(),
        "target": operation.command.target(),
        "outcome": operation.outcome.word(),
        "message": operation.outcome.message(),
        "verdict": operation.outcome.judged().map(judgement),
        "addon_id": operation.addon_id,
        "work_id": operation.work_id,
        "backup_id": operation.backup_id,
        "started_at": operation.started_at,
        "updated_at": operation.updated_at,
    })
}
