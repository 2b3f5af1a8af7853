//! Backups, usage, logs and the platform's work in the world of the screens.

use attache::model::{
    Addon, Backup, BackupPolicy, BackupState, Backups, Figure, Health, Known, Origin, Progress, Schedule, State, Usage,
    Work, WorkState,
};

use super::world::at;

pub(super) const NO_COPIES: &str = "The plan cache writes nothing to disk: there is nothing to back up.";

pub(super) fn backup(id: &str, of: &str, begun: &str, state: BackupState, size: Option<u64>) -> Backup {
    let started_at = Some(at(begun));
    let is_over = !state.is_transitional();
    let seconds = jiff::SignedDuration::from_secs(12);
    Backup {
        id: id.into(),
        addon_id: Some(format!("add_{}", of.replace('-', ""))),
        addon: Some(of.into()),
        service: Some(if of == "uploads" { "object-storage".into() } else { "postgresql".into() }),
        plan: Some("small".into()),
        started_at,
        finished_at: started_at.filter(|_| is_over).map(|at| at + seconds),
        size,
        checksum: (state == BackupState::Finished).then(|| format!("sha256:{}", "9f86d081".repeat(8))),
        trigger: Some("scheduled".into()),
        label: None,
        message: None,
        keep_until: started_at.map(|at| at + jiff::SignedDuration::from_hours(7 * 24)),
        progress: None,
        state,
    }
}

fn otter() -> Vec<Backup> {
    use BackupState::{Expired, Failed, Finished};
    let one = |id: &str, day: &str, state, mib: Option<u64>| {
        backup(id, "postgresql-calm-otter", &format!("2026-11-{day}:00:00Z"), state, mib.map(|mib| mib << 20))
    };
    let mut all = vec![
        one("b_01jd9k2m7q", "20T02", Finished, Some(41)),
        one("b_01jd7a9xw3", "19T02", Finished, Some(40)),
        one("b_01jd4nf0c8", "18T02", Failed, None),
        one("b_01jd21t6zz", "17T02", Finished, Some(38)),
        one("b_01jcx3r8ka", "15T02", Finished, Some(35)),
        one("b_01jcv8qm2p", "14T16", Finished, Some(34)),
        one("b_01jcs5d7hn", "13T02", Expired, Some(30)),
    ];
    all[2].message = Some("pg_dump: error: connection to server was lost after 7 of 40 tables".into());
    all[5].trigger = Some("manual".into());
    all[6].message = Some("its retention of 7 days has ended".into());
    all
}

/// One runs, one waits, an old one is there.
fn uploads() -> Vec<Backup> {
    let mut waiting = backup("b_01jd9w", "uploads", "2026-11-20T03:14:00Z", BackupState::Pending, None);
    (waiting.started_at, waiting.keep_until, waiting.trigger) = (None, None, Some("manual".into()));
    let mut running = backup("b_01jd9v", "uploads", "2026-11-20T03:13:00Z", BackupState::Running, None);
    running.progress =
        Some(Progress { bytes: Some(3_250_586), done: Some(120), total: Some(400), unit: Some("objects".into()) });
    let old = backup("b_01jcr0", "uploads", "2026-11-12T02:00:00Z", BackupState::Finished, Some(7 << 20));
    vec![waiting, running, old]
}

pub(super) fn backups(name: &str) -> Backups {
    let (list, schedule, evicts) = match name {
        "postgresql-calm-otter" => (otter(), Some((2, "UTC")), Some("b_01jcv8qm2p")),
        "uploads" => (uploads(), None, None),
        "legacy-db" => {
            let old = backup("b_01jb1", "legacy-db", "2026-11-06T02:00:00Z", BackupState::Finished, Some(9 << 30));
            (vec![old], Some((2, "Europe/Berlin")), None)
        }
        _ => (Vec::new(), None, None),
    };
    let schedule = schedule.map(|(hour, zone)| Schedule { hour, time_zone: zone.into() });
    let policy = BackupPolicy {
        is_automatic: None,
        keep_count: Some(5),
        keep_days: Some(7),
        next_at: schedule.is_some().then(|| at("2026-11-21T02:00:00Z")),
        schedule,
        evicts: evicts.map(str::to_owned),
    };
    Backups { facts: Vec::new(), list, policy: Some(policy) }
}

/// All of them, and one of an add-on that is gone.
pub(super) fn all() -> Vec<Backup> {
    let gone = backup("b_01jcz", "old-shop", "2026-11-16T11:00:00Z", BackupState::Finished, Some(512 << 20));
    let mut all: Vec<Backup> = uploads().into_iter().chain(otter()).chain([gone]).collect();
    all.sort_by_key(|backup| std::cmp::Reverse(backup.started_at.unwrap_or(jiff::Timestamp::MAX)));
    all
}

pub(super) fn work(kind: &str, step: &str, progress: Option<Progress>) -> Work {
    Work {
        word: None,
        app: None,
        environment: None,
        steps: Vec::new(),
        id: "op_1".into(),
        kind: kind.into(),
        addon_id: None,
        addon: None,
        backup_id: None,
        state: WorkState::Running,
        step: Some(step.into()),
        message: None,
        by: Some("ada".into()),
        created_at: None,
        started_at: Some(at("2026-11-20T03:13:00Z")),
        ended_at: None,
        progress,
    }
}

/// How each of the dozen stands with its backups.
pub(super) fn stand(addon: &mut Addon) {
    let of = backups(&addon.name);
    addon.last_backup = match addon.name.as_str() {
        "reports-db" => Known::Unknown("the platform does not tell".into()),
        _ => Known::Is(of.last_finished().and_then(|backup| backup.started_at)),
    };
    match addon.name.as_str() {
        "uploads" => {
            let progress = of.list[1].progress.clone().map(|progress| Progress { bytes: None, ..progress });
            addon.work = Some(Box::new(work("back_up", "copy_data", progress)));
        }
        "valkey-quiet-heron" => {
            (addon.state, addon.state_word) = (State::Sleeping, "sleeping".into());
            addon.health = Health::Unknown("it sleeps; a connection wakes it".into());
        }
        _ => {}
    }
}

/// An add-on that is being made from a backup of another one.
pub(super) fn restoring() -> Addon {
    let mut addon =
        super::world::addon("postgresql-calm-otter-restored", "postgresql", "small", "2026-11-20T03:13:00Z");
    (addon.state, addon.state_word) = (State::Restoring, "restoring".into());
    addon.health = Health::Unknown("it is not in service".into());
    addon.last_backup = Known::Is(None);
    addon.restored_from = Some(Box::new(Origin {
        backup_id: "b_01jd9k2m7q".into(),
        addon_id: Some("add_postgresqlcalmotter".into()),
        addon: Some("postgresql-calm-otter".into()),
    }));
    let progress = Progress { bytes: None, done: Some(12), total: Some(40), unit: Some("tables".into()) };
    addon.work = Some(Box::new(work("restore", "load_backup", Some(progress))));
    addon
}

pub(super) fn usage(addon: &Addon) -> Usage {
    let figure = |name: &str, value, unit: &str| Figure {
        name: name.into(),
        value,
        unit: unit.into(),
        limit: None,
        enforced_by: None,
    };
    let figures = match addon.service.as_str() {
        _ if addon.state == State::Sleeping => {
            vec![figure("memory", Known::Unknown("it sleeps, and is not woken to be counted".into()), "bytes")]
        }
        "postgresql" => vec![
            figure("connections", Known::Is(19), "count"),
            figure("storage", Known::Is(412 << 20), "bytes"),
            figure("backups", Known::Is(5), "count"),
        ],
        "valkey" => vec![figure("memory", Known::Is(51 << 20), "bytes"), figure("keys", Known::Is(1_204), "count")],
        _ => vec![figure("storage", Known::Is(7 << 20), "bytes"), figure("objects", Known::Is(400), "count")],
    };
    Usage { measured_at: Some(at(super::world::NOW)), figures }
}

pub(super) fn log() -> Vec<String> {
    let line = |second: usize, what: &str| format!("2026-11-20 03:13:{second:02}.120 UTC [4711] LOG:  {what}");
    let mut lines = vec![line(1, "starting PostgreSQL 15.18 (Debian 15.18-0+deb12u1) on x86_64-pc-linux-gnu")];
    lines.extend((2..50).map(|second| line(second, &format!("checkpoint complete: wrote {second} buffers"))));
    lines
}
