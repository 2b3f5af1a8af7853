//! The small world that it starts with.

use std::collections::{BTreeMap, BTreeSet};

use super::world::{Addon, App, Attachment, Backup, Form, World};

fn app(name: &str, team: &str) -> App {
    App { name: name.into(), team: team.into(), releases: 7, is_in_scope: true }
}

fn addon(id: u64, name: &str, spec: &str, state: &str, apps: &[(&str, Option<&str>)]) -> Addon {
    let (service, plan) = spec.split_once(':').unwrap_or((spec, ""));
    let attachment =
        |(app, alias): &(&str, Option<&str>)| Attachment { app: (*app).into(), alias: alias.map(str::to_owned) };
    Addon {
        id,
        name: name.into(),
        service: service.into(),
        plan: plan.into(),
        team: "acme".into(),
        state: state.into(),
        steps: 0,
        attachments: apps.iter().map(attachment).collect(),
        backups: Vec::new(),
        backup_enabled: true,
        source: None,
        markdown: None,
        tells_attachments: true,
        created_at: "2026-06-02T12:00:00Z".into(),
    }
}

pub(super) fn small() -> World {
    let backup =
        |id: u64, status: &str, created_at: &str| Backup { id, status: status.into(), created_at: created_at.into() };
    let mut orders = addon(
        41,
        "postgresql-lively-0042",
        "postgresql:standard-0",
        "ready",
        &[("billing-api", None), ("reports", Some("ORDERS"))],
    );
    orders.backups = vec![
        backup(7, "finished", "2026-11-20T02:00:00Z"),
        backup(8, "failed", "2026-11-20T14:00:00Z"),
        backup(9, "running", "2026-11-21T02:00:00Z"),
    ];
    let mut notes = addon(50, "qdrant-noted-0050", "qdrant:standard-0", "ready", &[("billing-api", None)]);
    notes.markdown = Some(
        "# qdrant-noted-0050\n\n- State: **ready**\n- Peers: 3\n- Link: https://u:hunter2@dash.example.com/x\n\u{1b}[2J".into(),
    );
    let mut egress =
        addon(47, "static-egress-calm-0047", "static-egress", "waiting_for_capacity", &[("billing-api", None)]);
    egress.steps = 2;
    let mut quiet = addon(42, "valkey-quiet-0043", "valkey:hobby-1", "ready", &[("billing-api", None)]);
    quiet.tells_attachments = false;
    World {
        account: "ada@example.test".into(),
        program_account: Some("ada@example.test".into()),
        teams: vec!["acme".into(), "acme-data".into()],
        apps: vec![
            app("billing-api", "acme"),
            app("empty", "acme"),
            app("reports", "acme-data"),
            App { is_in_scope: true, ..app("warehouse", "acme-data") },
        ],
        addons: vec![
            orders,
            quiet,
            Addon {
                team: "acme-data".into(),
                ..addon(43, "clickhouse-broad-0044", "clickhouse:standard-1", "ready", &[("warehouse", None)])
            },
            addon(44, "redpanda-swift-0045", "redpanda:standard-0", "reticulating", &[("warehouse", None)]),
            addon(45, "object-storage-deep-0046", "object-storage:standard-0", "ready", &[("reports", None)]),
            addon(46, "qdrant-keen-0046", "qdrant:standard-0", "ready", &[("reports", None)]),
            egress,
            addon(48, "logs-clear-0048", "logs:hobby-0", "ready", &[("billing-api", None)]),
            addon(49, "metrics-clear-0049", "metrics:hobby-0", "ready", &[("billing-api", None)]),
            addon(51, "traces-clear-0051", "traces:hobby-0", "ready", &[("reports", None)]),
            notes,
            // No app has it: it is in no list.
            addon(60, "postgresql-lonely-0060", "postgresql:hobby-0", "ready", &[]),
        ],
        form: Form::Wrapped,
        streams: false,
        holds_streams: false,
        page: 4,
        scheme: "watasu://".into(),
        unlisted: BTreeSet::new(),
        sessions: BTreeSet::new(),
        begun: 0,
        read: Vec::new(),
        written: BTreeMap::new(),
        next_id: 100,
    }
}
