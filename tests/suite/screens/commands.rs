//! Commands with their effects, as the adapter of the local platform tells them, and with what goes on around them, for
//! confirmations to show.

use std::sync::OnceLock;
use std::time::Duration;

use attache::app::State;
use attache::app::modal::{Confirm, Modal};
use attache::config::{Endpoint, PlatformKind, Profile};
use attache::model::{
    Addon, App, BackupState, Command, ConfigVarName, CreateAddon, Danger, Known, Operation, OperationId, Outcome,
    ProfileName, Release, RestoreBackup, Work, WorkState,
};
use attache::platform::{Around, Connection, Journaled, LastBackup, Settings, Situation, connect};
use attache::store::Prepared;

use super::copies::{self, backups};
use super::world::{NOW, at, catalog, dozen};

/// A client of the local platform that is never asked anything: it only tells what commands do.
fn adapter() -> &'static Connection {
    static ADAPTER: OnceLock<Connection> = OnceLock::new();
    ADAPTER.get_or_init(|| {
        let profile = Profile {
            backup_max_age: attache::config::BACKUP_MAX_AGE,
            project: None,
            undocumented: false,
            authorities: attache::config::Authorities::default(),
            name: ProfileName("local".into()),
            platform: PlatformKind::Local,
            endpoint: Endpoint::Unix("/nowhere/api.sock".into()),
            token: None,
            token_source: None,
            teams: Vec::new(),
            danger: Danger::None,
            read_only: None,
            data_endpoint: None,
        };
        connect(&profile, Settings::default()).expect("a client")
    })
}

fn told(command: Command, situation: Situation) -> Prepared {
    let reader = &adapter().reader;
    let situation = Situation { at: Some(at(NOW)), ..situation };
    Prepared {
        effects: reader.effects(&command, &situation),
        request: reader.request_preview(&command),
        command,
        situation,
        read_at: at(NOW),
        again: None,
    }
}

fn otter() -> Addon {
    dozen().swap_remove(0)
}

/// The names that apps have through their attachments to these add-ons.
fn variables(addons: &[&Addon], apps: &[&str]) -> Vec<(String, Vec<ConfigVarName>)> {
    let of = |app: &str| {
        let rows = addons.iter().flat_map(|addon| addon.attachments.items()).filter(|one| one.app == app);
        rows.flat_map(|one| one.config_vars.items().iter().map(|name| (name, &one.addon)))
            .map(|(name, addon)| ConfigVarName { name: name.to_string(), addon: Some(addon.to_string()) })
            .collect()
    };
    apps.iter().map(|app| ((*app).to_owned(), of(app))).collect()
}

fn release(version: u64, time: &str, by: &str, description: &str) -> Release {
    let created_at = Some(at(&format!("2026-11-{time}:00Z")));
    Release { version, description: description.into(), by: Some(by.into()), created_at }
}

fn work(id: &str, kind: &str, by: &str, state: WorkState, time: &str) -> Work {
    let when = Some(at(&format!("2026-11-20T{time}Z")));
    Work {
        id: id.into(),
        addon: Some("postgresql-calm-otter".into()),
        by: Some(by.into()),
        created_at: when,
        started_at: when,
        ended_at: when.filter(|_| matches!(state, WorkState::Done | WorkState::Failed)),
        state,
        ..copies::work(kind, "copy_data", None)
    }
}

/// Nothing goes on, and everything could be read.
fn quiet() -> Around {
    Around {
        account: Known::Is("ada".into()),
        works: Known::Is(Vec::new()),
        journaled: Known::Is(Vec::new()),
        releases: Vec::new(),
        last_backups: Vec::new(),
    }
}

/// Others are at it, something of ours is on its way, and one app's releases can't be read.
fn busy() -> Around {
    let mut backing_up = work("op_9", "back_up", "bob", WorkState::Running, "03:13:00");
    backing_up.progress = copies::restoring().work.and_then(|work| work.progress);
    let ours = Operation {
        child: None,
        id: OperationId::new(at("2026-11-20T03:12:40Z"), 7),
        profile: ProfileName("local".into()),
        command: Command::Rotate { addon_id: "add_postgresqlcalmotter".into(), addon: "postgresql-calm-otter".into() },
        started_at: at("2026-11-20T03:12:40Z"),
        updated_at: at("2026-11-20T03:12:41Z"),
        outcome: Outcome::Unknown { message: "The connection was cut.".into(), judged: None },
        addon_id: Some("add_postgresqlcalmotter".into()),
        work_id: None,
        backup_id: None,
        is_noted: false,
        before: None,
        asks: None,
    };
    let storefront = vec![
        release(57, "20T03:10", "alice", "Attach postgresql-calm-otter"),
        release(56, "20T02:20", "alice", "Deploy 4f2a1c9: retry failed orders, and a migration that drops orders.note"),
        release(55, "19T16:00", "ada", "Set LOG_LEVEL"),
    ];
    Around {
        works: Known::Is(vec![backing_up, work("op_8", "rotate", "carol", WorkState::Done, "02:40:00")]),
        journaled: Known::Is(vec![Journaled { operation: ours, user: "root (sudo by eve)".into(), is_driven: false }]),
        releases: vec![
            ("storefront".into(), Known::Is(storefront)),
            (
                "billing".into(),
                Known::Is(vec![release(12, "18T09:00", "ada", "Attach postgresql-calm-otter as REPORTING")]),
            ),
            ("warehouse".into(), Known::Unknown("The token may not read this app.".into())),
        ],
        ..quiet()
    }
}

fn last_backup(name: &str) -> LastBackup {
    LastBackup { addon: name.into(), backup: Known::Is(backups(name).last_finished().cloned()) }
}

/// Destroying an add-on that three apps use while others are at it.
pub(super) fn destroy() -> Prepared {
    let addon = otter();
    let command = Command::DestroyAddon { addon_id: addon.key.id.to_string(), addon: addon.name.to_string() };
    let around = Around { last_backups: vec![last_backup(&addon.name)], ..busy() };
    told(
        command,
        Situation {
            variables: variables(&[&addon], &["storefront", "billing", "warehouse"]),
            backups: Some(backups(&addon.name)),
            addon: Some(addon),
            around,
            ..Situation::default()
        },
    )
}

/// Taking an add-on from an app.
pub(super) fn detach() -> Prepared {
    let addon = otter();
    let command = Command::Detach {
        attachment_id: "att_billing".into(),
        addon_id: addon.key.id.to_string(),
        addon: addon.name.to_string(),
        app: "billing".into(),
        alias: Some("REPORTING".into()),
    };
    let around =
        Around { releases: busy().releases.into_iter().filter(|(app, _)| app == "billing").collect(), ..quiet() };
    let variables = variables(&[&addon], &["billing"]);
    told(command, Situation { addon: Some(addon), variables, around, ..Situation::default() })
}

/// Giving an add-on to an app some of whose variables can't be read: it may take them over.
pub(super) fn take_over() -> Prepared {
    let addon = otter();
    let command = Command::Attach {
        addon_id: addon.key.id.to_string(),
        addon: addon.name.to_string(),
        app: "storefront-staging".into(),
        alias: None,
        confirm: None,
        credential: None,
    };
    // Another platform takes a variable over where the local one refuses it.
    let mut prepared = told(
        command,
        Situation {
            addon: Some(addon),
            variables: vec![(
                "storefront-staging".into(),
                super::world::POSTGRESQL
                    .iter()
                    .map(|name| ConfigVarName { name: (*name).into(), addon: Some("staging-db".into()) })
                    .collect(),
            )],
            around: Around { releases: vec![("storefront-staging".into(), Known::Is(Vec::new()))], ..quiet() },
            ..Situation::default()
        },
    );
    prepared.effects.changes.retain(|change| !matches!(change, attache::model::Change::Refused(_)));
    prepared
}

/// Making an add-on for no app.
pub(super) fn create_alone() -> Prepared {
    let command = Command::CreateAddon(CreateAddon {
        name: "object-storage-red-fox".into(),
        team: None,
        service: "object-storage".into(),
        plan: "standard".into(),
        app: None,
        alias: None,
        confirm: None,
        options: std::collections::BTreeMap::new(),
    });
    told(command, Situation { around: quiet(), ..Situation::default() })
}

/// Making an add-on for an app.
pub(super) fn create_for_app() -> Prepared {
    let command = Command::CreateAddon(CreateAddon {
        name: "postgresql-red-fox".into(),
        team: None,
        service: "postgresql".into(),
        plan: "small".into(),
        app: Some("billing".into()),
        alias: None,
        confirm: None,
        options: std::collections::BTreeMap::new(),
    });
    let around =
        Around { releases: busy().releases.into_iter().filter(|(app, _)| app == "billing").collect(), ..quiet() };
    let service_config_vars = catalog().service("postgresql").and_then(|one| one.config_vars.get().cloned());
    let variables = vec![("billing".to_owned(), Vec::new())];
    told(command, Situation { around, service_config_vars, variables, ..Situation::default() })
}

/// Switching the apps of an add-on over to what was restored from its backup, while a deploy has just gone out.
pub(super) fn switch_over() -> Prepared {
    let source = otter();
    let mut target = copies::restoring();
    (target.state, target.state_word, target.work) = (attache::model::State::Ready, "ready".into(), None);
    target.health = attache::model::Health::Ok;
    let command = Command::MoveAttachments {
        from_id: source.key.id.to_string(),
        from: source.name.to_string(),
        to_id: target.key.id.to_string(),
        to: target.name.to_string(),
    };
    let around = Around {
        last_backups: vec![
            last_backup(&source.name),
            LastBackup { addon: target.name.to_string(), backup: Known::Is(None) },
        ],
        journaled: Known::Is(Vec::new()),
        ..busy()
    };
    let all = backups(&source.name);
    told(
        command,
        Situation {
            variables: variables(&[&source], &["storefront", "billing", "warehouse"]),
            backup: all.last_finished().cloned(),
            backups: Some(all),
            target_backups: Some(attache::model::Backups {
                facts: Vec::new(),
                policy: backups("orders-db").policy,
                list: Vec::new(),
            }),
            source: Some(source),
            addon: Some(target),
            around,
            ..Situation::default()
        },
    )
}

/// One more backup where there are as many as are kept.
pub(super) fn back_up() -> Prepared {
    let addon = otter();
    let command = Command::BackUp { addon_id: addon.key.id.to_string(), addon: addon.name.to_string(), label: None };
    let all = backups(&addon.name);
    told(command, Situation { addon: Some(addon), backups: Some(all), around: quiet(), ..Situation::default() })
}

/// Deleting the last good backup of an add-on.
pub(super) fn delete_backup() -> Prepared {
    let mut all = backups("legacy-db");
    all.list.retain(|backup| backup.state == BackupState::Finished);
    let backup = all.list[0].clone();
    let command = Command::DeleteBackup {
        backup_id: backup.id.clone(),
        addon_id: backup.addon_id.clone(),
        addon: backup.addon.clone(),
    };
    let last = LastBackup { addon: "legacy-db".into(), backup: Known::Is(None) };
    let around = Around { last_backups: vec![last], ..quiet() };
    told(command, Situation { backup: Some(backup), backups: Some(all), around, ..Situation::default() })
}

/// Restarting a server that apps are connected to; what goes on around it can't be read.
pub(super) fn restart() -> Prepared {
    let addon = otter();
    let command = Command::Restart { addon_id: addon.key.id.to_string(), addon: addon.name.to_string() };
    let around = Around {
        works: Known::Unknown("The platform answered 503.".into()),
        releases: ["billing", "storefront", "warehouse"]
            .map(|app| (app.to_owned(), Known::Unknown("The platform answered 503.".into())))
            .into(),
        ..quiet()
    };
    let plan = catalog().plan("postgresql", "small").cloned();
    told(command, Situation { addon: Some(addon), plans: (plan, None), around, ..Situation::default() })
}

/// Another plan.
pub(super) fn change_plan() -> Prepared {
    let addon = otter();
    let command = Command::ChangePlan {
        addon_id: addon.key.id.to_string(),
        addon: addon.name.to_string(),
        service: "postgresql".into(),
        plan: "standard-0".into(),
    };
    let plans = (catalog().plan("postgresql", "small").cloned(), catalog().plan("postgresql", "standard-0").cloned());
    let around = Around { last_backups: vec![last_backup(&addon.name)], journaled: Known::Is(Vec::new()), ..busy() };
    let all = backups(&addon.name);
    told(command, Situation { addon: Some(addon), plans, backups: Some(all), around, ..Situation::default() })
}

/// Making an add-on from a backup.
pub(super) fn restore() -> Prepared {
    let source = otter();
    let all = backups(&source.name);
    let backup = all.list[1].clone();
    let command = Command::Restore(RestoreBackup {
        backup_id: backup.id.clone(),
        of: Some(source.name.to_string()),
        name: "postgresql-calm-otter-restored".into(),
        team: None,
        service: "postgresql".into(),
        plan: "small".into(),
    });
    let plan = catalog().plan("postgresql", "small").cloned();
    let mut theirs = work("op_9", "restore", "bob", WorkState::Running, "03:13:00");
    theirs.addon = Some("otter-by-bob".into());
    let around = Around { works: Known::Is(vec![theirs]), ..quiet() };
    told(
        command,
        Situation {
            backup: Some(backup),
            backups: Some(all),
            source: Some(source),
            plans: (plan.clone(), plan),
            around,
            ..Situation::default()
        },
    )
}

/// Deleting an app.
pub(super) fn destroy_app() -> Prepared {
    let command = Command::DestroyApp { app: "storefront".into() };
    let app = App {
        id: "app_storefront".into(),
        name: "storefront".into(),
        team: Some("sandbox".into()),
        created_at: None,
        release: Some(57),
        maintenance: Known::Is(false),
        maintenance_since: None,
        maintenance_by: None,
        facts: Vec::new(),
    };
    let addon = otter();
    let releases = busy().releases.into_iter().filter(|(app, _)| app == "storefront").collect();
    told(
        command,
        Situation {
            app: Some(app),
            variables: variables(&[&addon], &["storefront"]),
            around: Around { releases, ..quiet() },
            ..Situation::default()
        },
    )
}

/// Puts a confirmation on the screen, painted and at rest long enough to be armed.
pub(super) fn open(state: &mut State, prepared: Prepared, danger: Danger) -> &mut Confirm {
    let mut confirm = Confirm::new(prepared, None, danger);
    confirm.arm.painted(Duration::ZERO);
    confirm.arm.settle(Duration::from_secs(1));
    state.modals.push(Modal::Confirm(Box::new(confirm)));
    match state.modals.last_mut() {
        Some(Modal::Confirm(confirm)) => confirm,
        _ => panic!("no confirmation is open"),
    }
}
