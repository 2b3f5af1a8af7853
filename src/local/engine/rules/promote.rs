//! Moving all attachments of an add-on to its replacement: all or nothing, one release for each app.

use rusqlite::Connection;
use serde_json::json;

use super::{Applied, NewPromotion, addons, attachments as rule};
use crate::local::db::addons::{AddonRow, AddonState};
use crate::local::db::attachments::{self, AttachmentRow};
use crate::local::db::events::{self, Status};
use crate::local::db::{releases, schedules};
use crate::local::engine::backups;
use crate::local::engine::documents;
use crate::local::engine::refusal::Refusal;
use crate::local::engine::services::Services;
use crate::model::{Limit, limit_value};

/// The limits that say how backups are kept; told in sentences of their own.
const OF_BACKUPS: [&str; 2] = ["backups", "backup_retention"];
/// The limits of which less is not less.
const SLEEP_AFTER: &str = "sleep_after";
const WRITE_LOSS: &str = "write_loss";

pub(super) fn promote(
    connection: &Connection,
    services: &Services,
    replacement: &str,
    promotion: &NewPromotion,
    by: &str,
) -> Result<Applied, Refusal> {
    let target = addons::find(connection, replacement)?;
    let source = source(connection, &target, promotion.from.as_deref())?;
    check(&source, &target)?;
    let moved = attachments::of_addon(connection, &source.id)?;
    if moved.is_empty() {
        let message = format!("{} is attached to no app: there is nothing to move to {}.", source.name, target.name);
        return Err(Refusal::conflict("nothing_to_move", message));
    }
    check_clashes(connection, services, &source, &target, &moved)?;

    let mut apps = Vec::new();
    // Where there are none, nothing changes for the apps, so they get no release.
    let has_variables = !services.config_vars(&target.service).is_empty();
    for row in &moved {
        attachments::set_addon(connection, &row.id, &target.id, has_variables)?;
        if has_variables && !apps.contains(&row.app_id) {
            apps.push(row.app_id.clone());
        }
    }
    let what = format!("Switch from {} to {}", source.name, target.name);
    let made = apps.iter().map(|app| releases::insert(connection, app, &what, by)).collect::<Result<Vec<_>, _>>()?;
    let went = format!("{by} moved its attachments to {}.", target.name);
    events::insert(connection, &source.id, "promote", Status::Note, &went, &[])?;
    let came = format!("{by} gave it the attachments of {}.", source.name);
    events::insert(connection, &target.id, "promote", Status::Note, &came, &[])?;

    let mut rows = attachments::of_addon(connection, &target.id)?;
    rows.retain(|row| moved.iter().any(|moved| moved.id == row.id));
    let body = json!({
        "attachments": rows.iter().map(|row| documents::attachment(services, row)).collect::<Vec<_>>(),
        "releases": made.iter().map(documents::release).collect::<Vec<_>>(),
        "missing": missing(connection, services, &source, &target)?,
    });
    Ok(Applied { status: 200, body, wake: None })
}

/// The add-on that loses its attachments.
fn source(connection: &Connection, target: &AddonRow, from: Option<&str>) -> Result<AddonRow, Refusal> {
    if let Some(from) = from {
        return addons::find(connection, from);
    }
    let nothing = |message: String| Refusal::conflict("nothing_to_move", message);
    let origin = target.restored_from.clone();
    let Some((id, name)) = origin.and_then(|origin| origin.addon_id.map(|id| (id, origin.addon))) else {
        return Err(nothing(format!(
            "{} was not restored from an add-on of this platform. Say whose attachments it is to get, with --from.",
            target.name
        )));
    };
    crate::local::db::addons::find(connection, &id)?.ok_or_else(|| {
        let name = name.unwrap_or(id);
        nothing(format!("{name}, from which {} was restored, is gone: it has no attachments to move.", target.name))
    })
}

fn check(source: &AddonRow, target: &AddonRow) -> Result<(), Refusal> {
    if source.id == target.id {
        let message = format!("{} can't take its attachments from itself.", target.name);
        return Err(Refusal::conflict("nothing_to_move", message));
    }
    if source.service != target.service {
        let message = format!(
            "{} is {} and {} is {}: its apps could not use it in that place.",
            source.name, source.service, target.name, target.service
        );
        return Err(Refusal::conflict("other_service", message));
    }
    if target.state != AddonState::Ready {
        let message = format!(
            "{} is {}, not ready: its apps would get the address of nothing. Nothing was moved.",
            target.name,
            target.state.word()
        );
        return Err(Refusal::conflict("not_ready", message));
    }
    Ok(())
}

/// That no app would get a variable twice.
fn check_clashes(
    connection: &Connection,
    services: &Services,
    source: &AddonRow,
    target: &AddonRow,
    moved: &[AttachmentRow],
) -> Result<(), Refusal> {
    for row in moved {
        let app = super::app(connection, &row.app_id)?;
        let mut others = attachments::of_app(connection, &app.id)?;
        others.retain(|other| other.addon_id != source.id);
        if others.iter().any(|other| other.addon_id == target.id && other.alias == row.alias) {
            let message = format!(
                "{} is already attached to {} in the same way as {}. Detach one of them first; nothing was moved.",
                target.name, app.name, source.name
            );
            return Err(Refusal::conflict("variable_clash", message));
        }
        rule::check_clash(services, &app, &others, &documents::variables(services, row))?;
    }
    Ok(())
}

/// What the source has and the replacement has not, in sentences.
fn missing(
    connection: &Connection,
    services: &Services,
    source: &AddonRow,
    target: &AddonRow,
) -> Result<Vec<String>, Refusal> {
    let mut missing = Vec::new();
    let (from, to) = (source.name.as_str(), target.name.as_str());
    if let Some(schedule) = schedules::find(connection, &source.id)?
        && schedules::find(connection, &target.id)?.is_none()
    {
        missing.push(format!(
            "{from} is backed up each day at {:02}:00 {}, {to} is not. Give it a schedule with: attache backups schedule {to}",
            schedule.hour, schedule.time_zone
        ));
    }
    let keep = |row| backups::support(services, row).map(|(_, keep)| keep).unwrap_or_default();
    let (had, has) = (keep(source), keep(target));
    match (had.count, has.count) {
        (Some(had), Some(has)) if has < had => {
            missing.push(format!("Of {to} only {has} backups are kept, of {from} {had}."));
        }
        (Some(_), None) => missing.push(format!("Of {to} no backups are kept, unlike of {from}.")),
        _ => {}
    }
    if let (Some(had), Some(has)) = (had.days, has.days)
        && has < had
    {
        missing.push(format!("Backups of {to} are kept for {has} days only, those of {from} for {had}."));
    }
    missing.extend(smaller(source, target));
    Ok(missing)
}

/// Where the replacement's plan allows less.
fn smaller(source: &AddonRow, target: &AddonRow) -> Vec<String> {
    let (had, has) = (&source.plan, &target.plan);
    let (from, to) = (source.name.as_str(), target.name.as_str());
    let find = |limits: &[Limit], name: &str| limits.iter().find(|limit| limit.name == name).cloned();
    let mut sentences = Vec::new();
    let mut less = Vec::new();
    for limit in &had.limits {
        if OF_BACKUPS.contains(&limit.name.as_str()) || [SLEEP_AFTER, WRITE_LOSS].contains(&limit.name.as_str()) {
            continue;
        }
        if let Some(new) = find(&has.limits, &limit.name).filter(|new| new.value < limit.value) {
            let (new, old) = (limit_value(new.value, &new.unit), limit_value(limit.value, &limit.unit));
            less.push(format!("{} {new} instead of {old}", limit.name));
        }
    }
    if !less.is_empty() {
        let less = less.join(", ");
        sentences
            .push(format!("The plan of {to} ({}) allows less than that of {from} ({}): {less}.", has.name, had.name));
    }
    if find(&had.limits, SLEEP_AFTER).is_none() && find(&has.limits, SLEEP_AFTER).is_some() {
        sentences.push(format!("{to} stops when nobody is connected (plan {}), {from} does not.", has.name));
    }
    if find(&had.limits, WRITE_LOSS).is_some() && find(&has.limits, WRITE_LOSS).is_none() {
        sentences.push(format!("{to} loses its data with each restart of its server (plan {}).", has.name));
    }
    sentences
}
