//! Backups, usage and the platform's own operations.

use super::optional;
use crate::model::{
    Backup, BackupPolicy, BackupState, Backups, Figure, Known, Progress, Schedule, Usage, Work, WorkState, printable,
};
use crate::platform::v1::wire;

pub(in crate::platform::v1) fn backup(backup: wire::Backup) -> Backup {
    Backup {
        id: printable(&backup.id),
        addon_id: optional(backup.addon_id),
        addon: optional(backup.addon),
        service: optional(backup.service),
        plan: optional(backup.plan),
        state: match backup.state.as_str() {
            "pending" => BackupState::Pending,
            "running" => BackupState::Running,
            "finished" => BackupState::Finished,
            "failed" => BackupState::Failed,
            "expired" => BackupState::Expired,
            other => BackupState::Other(printable(other)),
        },
        started_at: backup.started_at,
        finished_at: backup.finished_at,
        size: backup.size,
        checksum: optional(backup.checksum),
        trigger: optional(backup.trigger),
        label: optional(backup.label),
        message: optional(backup.message),
        keep_until: backup.keep_until,
        progress: backup.progress.map(progress),
    }
}

pub(in crate::platform::v1) fn backups(list: Vec<wire::Backup>, told: Option<wire::Policy>) -> Backups {
    Backups { facts: Vec::new(), list: list.into_iter().map(backup).collect(), policy: told.map(policy) }
}

fn policy(policy: wire::Policy) -> BackupPolicy {
    BackupPolicy {
        is_automatic: None,
        keep_count: policy.keep_count,
        keep_days: policy.keep_days,
        schedule: policy
            .schedule
            .map(|schedule| Schedule { hour: schedule.hour, time_zone: printable(&schedule.time_zone) }),
        next_at: policy.next_at,
        evicts: optional(policy.evicts),
    }
}

fn progress(progress: wire::Progress) -> Progress {
    Progress { bytes: progress.bytes, done: progress.done, total: progress.total, unit: optional(progress.unit) }
}

pub(in crate::platform::v1) fn work(operation: wire::Operation) -> Work {
    let (addon_id, addon) = operation.addon.map_or((None, None), |addon| (addon.id, addon.name));
    Work {
        word: None,
        app: None,
        environment: None,
        steps: Vec::new(),
        id: printable(&operation.id),
        kind: printable(&operation.kind),
        addon_id: optional(addon_id),
        addon: optional(addon),
        backup_id: optional(operation.backup_id),
        state: match operation.state.as_str() {
            "queued" => WorkState::Queued,
            "running" => WorkState::Running,
            "done" => WorkState::Done,
            "failed" => WorkState::Failed,
            other => WorkState::Other(printable(other)),
        },
        step: optional(operation.step),
        message: optional(operation.message),
        by: optional(operation.by),
        created_at: operation.created_at,
        started_at: operation.started_at,
        ended_at: operation.ended_at,
        progress: operation.progress.map(progress),
    }
}

pub(in crate::platform::v1) fn usage(usage: wire::Usage) -> Usage {
    let figure = |figure: wire::Figure| Figure {
        name: printable(&figure.name),
        value: match (figure.value, optional(figure.unknown_reason)) {
            (Some(value), _) => Known::Is(value),
            (None, Some(reason)) => Known::Unknown(reason.into()),
            (None, None) => Known::Unknown("the platform does not say why".into()),
        },
        unit: printable(&figure.unit),
        limit: figure.limit,
        enforced_by: optional(figure.enforced_by),
    };
    Usage { measured_at: usage.measured_at, figures: usage.figures.into_iter().map(figure).collect() }
}

pub(in crate::platform::v1) fn lines(log: wire::Log) -> Vec<String> {
    log.lines.iter().map(|line| printable(line)).collect()
}
