//! Backups of add-ons, by hand and by themselves.

use serde_json::{Value, json};

use super::addons::deleted;
use super::exchange::{Answer, Ask, Refusal, ok};
use super::project::Backup;
use super::store;
use super::world::{Orkestr, Plan, now};

pub(super) fn list(world: &mut Orkestr, (at, which): (usize, usize)) -> Answer {
    let reads_move = world.switches.reads_move;
    let addon = &mut world.projects[at].addons[which];
    let rows: Vec<Value> = addon.backups.iter().rev().map(Backup::json).collect();
    if reads_move {
        addon.backups.iter_mut().for_each(Backup::step);
    }
    ok(json!({"backups": rows}))
}

/// The answer does not tell which one it is.
pub(super) fn create(world: &mut Orkestr, (at, which): (usize, usize), ask: &Ask) -> Answer {
    let id = world.id();
    let fails = world.switches.backups_fail;
    let project = &mut world.projects[at];
    let addon = &mut project.addons[which];
    if !addon.is_standing() {
        return Err(Refusal::new(409, format!("The add-on is {} and cannot be backed up now.", addon.status)));
    }
    if addon.backups.iter().any(|one| one.steps > 0) {
        return Err(Refusal::new(409, "A backup of this add-on is in progress."));
    }
    if addon.backups_today >= ask.plan.backups() {
        let why = "The daily limit of manual backups of your plan is used up.";
        return Err(Refusal::coded(429, "usage_exhausted", why));
    }
    addon.backups_today += 1;
    addon.backups.push(Backup {
        id,
        status: "running".into(),
        trigger: "manual".into(),
        size: None,
        created_at: now(),
        steps: 2,
        fails,
    });
    let details = json!({"project": project.name, "addon": addon.name});
    let shown = json!({"addon": addon.name, "message": "Backup started"});
    world.record("addon.backup_started", "addon", details);
    Ok((202, shown))
}

fn find(world: &Orkestr, (at, which): (usize, usize), id: &str) -> Result<usize, Refusal> {
    let found = world.projects[at].addons[which].backups.iter().position(|one| one.id == id);
    found.ok_or_else(|| Refusal::missing("Backup"))
}

pub(super) fn download(world: &Orkestr, at: (usize, usize), id: &str) -> Answer {
    let addon = &world.projects[at.0].addons[at.1];
    let backup = &addon.backups[find(world, at, id)?];
    let Some(size) = backup.size.filter(|_| backup.status == "completed") else {
        return Err(Refusal::new(409, format!("The backup is {} and cannot be downloaded.", backup.status)));
    };
    let file = format!("{}.{}", addon.name, if addon.kind == "redis" { "rdb" } else { "dump" });
    ok(json!({"url": store::link(&world.store, &file, &backup.id, size)}))
}

pub(super) fn delete(world: &mut Orkestr, at: (usize, usize), id: &str) -> Answer {
    let found = find(world, at, id)?;
    let backups = &mut world.projects[at.0].addons[at.1].backups;
    if backups[found].steps > 0 {
        return Err(Refusal::new(409, "The backup is in progress."));
    }
    backups.remove(found);
    deleted(world, "Backup deleted")
}

/// Flips what is.
pub(super) fn toggle(world: &mut Orkestr, (at, which): (usize, usize)) -> Answer {
    let addon = &mut world.projects[at].addons[which];
    addon.has_auto_backup = !addon.has_auto_backup;
    let shown = json!({"addon": addon.name, "auto_backup_enabled": addon.has_auto_backup});
    world.record("addon.auto_backup_toggled", "addon", shown.clone());
    ok(shown)
}

/// Flat; its keys are the author's invention.
pub(super) fn info(world: &Orkestr, (at, which): (usize, usize), ask: &Ask) -> Answer {
    let addon = &world.projects[at].addons[which];
    let days = if ask.plan == Plan::Team { 30 } else { 7 };
    let next = addon.has_auto_backup.then_some("2026-12-01T03:00:00Z");
    ok(json!({"plan": ask.plan.word(), "retention_days": days, "daily_limit": ask.plan.backups(),
              "used_today": addon.backups_today, "auto_backup_enabled": addon.has_auto_backup,
              "next_auto_backup_at": next}))
}
