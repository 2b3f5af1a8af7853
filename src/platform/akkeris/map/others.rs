//! Releases, backups, logs, and what others did.

use super::super::names::service_and_plan;
use super::super::wire;
use crate::model::{Backup, BackupState, Progress, Release, Work, WorkState, printable};

/// Newest first: the list has the least recently updated one first (read in the controller's source).
pub(in super::super) fn releases(mut releases: Vec<wire::Release>) -> Vec<Release> {
    releases.sort_by_key(|one| std::cmp::Reverse((one.version, one.created_at)));
    releases.into_iter().map(release).collect()
}

fn release(release: wire::Release) -> Release {
    let told = match release.status.as_str() {
        "" | "succeeded" | "unknown" => None,
        status => Some(printable(status)),
    };
    let current = (release.current == Some(true)).then(|| "current".to_owned());
    let notes: Vec<String> = current.into_iter().chain(told).collect();
    let mut description = printable(release.description.trim());
    if !notes.is_empty() {
        let space = if description.is_empty() { "" } else { " " };
        description = format!("{description}{space}({})", notes.join(", "));
    }
    let by = release.user.and_then(|user| user.email).filter(|email| !email.trim().is_empty());
    Release { version: release.version, description, by: by.map(|by| printable(&by)), created_at: release.created_at }
}

/// What a backup is of.
#[derive(Clone, Copy)]
pub(in super::super) struct Of<'a> {
    pub(in super::super) addon_id: &'a str,
    pub(in super::super) addon: Option<&'a str>,
    pub(in super::super) service: Option<&'a str>,
}

/// Newest first.
pub(in super::super) fn backups(backups: Vec<wire::Backup>, of: Of<'_>) -> Vec<Backup> {
    let mut list: Vec<Backup> = backups.into_iter().map(|one| backup(one, of)).collect();
    list.sort_by(|a, b| b.started_at.cmp(&a.started_at).then_with(|| b.id.cmp(&a.id)));
    list
}

fn backup(backup: wire::Backup, of: Of<'_>) -> Backup {
    let state = backup_state(&backup.status);
    let progress = backup.progress.filter(|_| state == BackupState::Running).map(|done| Progress {
        bytes: None,
        done: Some(done.min(100)),
        total: Some(100),
        unit: Some("percent".to_owned()),
    });
    Backup {
        id: printable(&backup.id),
        addon_id: Some(of.addon_id.to_owned()),
        addon: of.addon.map(str::to_owned),
        service: of.service.map(str::to_owned),
        plan: None,
        state,
        started_at: backup.created_at,
        finished_at: None,
        size: None,
        checksum: None,
        trigger: None,
        label: None,
        message: None,
        keep_until: None,
        progress,
    }
}

/// The words are those of the cloud behind the broker: `creating` and `available` were seen; the others are inferred from
/// its documentation.
fn backup_state(status: &str) -> BackupState {
    match status {
        "creating" | "backing-up" => BackupState::Running,
        "pending" => BackupState::Pending,
        "available" => BackupState::Finished,
        "failed" | "error" => BackupState::Failed,
        "deleting" | "deleted" => BackupState::Expired,
        other => BackupState::Other(printable(other)),
    }
}

/// The last lines of a log, oldest first.
pub(in super::super) fn log(log: Option<wire::Log>, lines: u32) -> Vec<String> {
    let all: Vec<String> = match log {
        None => Vec::new(),
        Some(wire::Log::Text(text)) => text.lines().map(str::to_owned).collect(),
        Some(wire::Log::Lines(lines)) => lines,
    };
    let skipped = all.len().saturating_sub(lines as usize);
    all.into_iter().skip(skipped).collect()
}

/// What somebody did, as far as the audits tell: each change of an add-on once.
pub(in super::super) fn works(audits: Vec<wire::Audit>, addon_id: Option<&str>) -> Vec<Work> {
    let mut works = Vec::new();
    for audit in audits {
        let info: Option<wire::AuditInfo> = audit.info.as_deref().and_then(|info| serde_json::from_str(info).ok());
        match (audit.action.as_str(), info) {
            ("addon_change", Some(info)) => {
                let word = info.change.as_deref().unwrap_or("change").to_owned();
                let touched = info.changes.into_iter().map(|change| of_addon(&audit, &word, change));
                works.extend(touched.filter(|work| addon_id.is_none_or(|id| work.addon_id.as_deref() == Some(id))));
            }
            // Of one add-on only what names it is told.
            _ if addon_id.is_none() => works.push(of_app(&audit)),
            _ => {}
        }
    }
    works.sort_by_key(|work| std::cmp::Reverse(work.created_at));
    works
}

/// An audit has no id of its own: when, where and what are one.
fn work(audit: &wire::Audit, kind: &str, subject: &str) -> Work {
    let app = app_of(audit);
    let at = audit.received_at.map_or_else(String::new, |at| at.to_string());
    Work {
        word: None,
        app: None,
        environment: None,
        steps: Vec::new(),
        id: printable(&format!("{at} {app} {kind} {subject}")).trim().to_owned(),
        kind: kind.to_owned(),
        addon_id: None,
        addon: None,
        backup_id: None,
        state: WorkState::Done,
        step: None,
        message: (!app.is_empty()).then(|| printable(&format!("On app {app}."))),
        by: audit.username.as_deref().map(printable),
        created_at: audit.received_at,
        started_at: None,
        ended_at: audit.received_at,
        progress: None,
    }
}

fn app_of(audit: &wire::Audit) -> String {
    let parts: Vec<&str> = [audit.app.as_deref(), audit.space.as_deref()].into_iter().flatten().collect();
    parts.join("-")
}

fn of_addon(audit: &wire::Audit, change: &str, of: wire::AuditChange) -> Work {
    // Attachments come in the attachment's form, whose id is not the add-on's.
    let is_attachment = of.addon.is_some();
    let id = of.addon.as_ref().map(|addon| addon.id.clone()).or(of.id);
    let kind = match change {
        "delete" => "destroy",
        // Sent for every PATCH: also for a new name and another plan (seen on a running server).
        "promote" => "promote, rename or change_plan",
        other => other,
    };
    let name = of.name.filter(|_| !is_attachment);
    let plan = of.addon.and_then(|addon| addon.plan).or(of.plan);
    let plan = plan.map(|plan| printable(service_and_plan(&plan.name).1));
    let work = work(audit, kind, id.as_deref().unwrap_or_default());
    let message = match (&work.message, plan) {
        (Some(message), Some(plan)) => Some(format!("{message} Its plan was {plan}.")),
        (message, _) => message.clone(),
    };
    Work { addon_id: id.map(|id| printable(&id)), addon: name.map(|name| printable(&name)), message, ..work }
}

fn of_app(audit: &wire::Audit) -> Work {
    work(audit, &format!("app {}", printable(&audit.action)), "")
}
