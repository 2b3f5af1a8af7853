//! What is done to an add-on itself, and switching apps over.

use super::copies::work;
use super::*;
use crate::model::{App, AppEffect, Figure, Origin, Usage, Verb};

fn id() -> (String, String) {
    ("add_1".to_owned(), "orders".to_owned())
}

fn attached() -> Situation {
    let rows = vec![attachment("1", "shop", None), attachment("2", "jobs", Some("R")), attachment("3", "jobs", None)];
    let variables = [
        ("shop", "DATABASE_URL", Some("orders")),
        ("jobs", "R_DATABASE_URL", Some("orders")),
        ("jobs", "DATABASE_URL", Some("orders")),
    ];
    situation(&variables, Known::Is(rows))
}

fn change_plan(plan: &str) -> Command {
    let (addon_id, addon) = id();
    Command::ChangePlan { addon_id, addon, service: "postgresql".into(), plan: plan.into() }
}

fn promote() -> Command {
    let ((from_id, from), to_id, to) = (id(), "add_2".into(), "restored".into());
    Command::MoveAttachments { from_id, from, to_id, to }
}

/// `orders` on two apps, and `restored`, made from its backup of 02:00Z.
fn switching() -> Situation {
    let from = attached();
    let mut target = from.addon.clone().unwrap();
    target.key.id = "add_2".into();
    target.name = "restored".into();
    target.attachments = Known::Is(vec![]);
    target.restored_from = Some(Box::new(Origin {
        backup_id: "bkp_2".into(),
        addon_id: Some("add_1".into()),
        addon: Some("orders".into()),
    }));
    let all = backups();
    Situation {
        source: from.addon,
        addon: Some(target),
        variables: from.variables,
        backup: Some(all.list[0].clone()),
        backups: Some(all),
        target_backups: Some(Backups { list: vec![], ..backups() }),
        ..Situation::default()
    }
}

#[test]
fn switching_over_shows_every_app_once_and_every_variable_before_and_after() {
    let told = effects(&promote(), &switching());
    assert_eq!((told.risk(), told.refusal()), (Risk::Destroys, None));
    assert_eq!(told.apps(), ["shop", "jobs"]);
    let releases = told.changes.iter().filter(|one| matches!(one, Change::App { effect: AppEffect::Release, .. }));
    assert_eq!(releases.count(), 2, "one release for each app");
    let taken_over = Change::Variable {
        app: "jobs".into(),
        name: "R_DATABASE_URL".into(),
        before: VariableValue::From("orders".into()),
        after: VariableValue::From("restored".into()),
    };
    assert!(told.changes.contains(&taken_over));
    says(&told, "loses writes to orders since 2026-11-20 02:00:00Z: not in restored, which was made from backup bkp_2");
    says(
        &told,
        "note: orders stays as it is, with its data and its backups, attached to no app. Promoting orders switches back.",
    );
}

#[test]
fn what_the_replacement_lacks_is_listed() {
    let mut situation = switching();
    situation.backups.as_mut().unwrap().policy.as_mut().unwrap().schedule =
        Some(Schedule { hour: 2, time_zone: "UTC".into() });
    situation.target_backups.as_mut().unwrap().policy =
        Some(BackupPolicy { keep_count: Some(2), keep_days: Some(3), ..BackupPolicy::default() });
    situation.addon.as_mut().unwrap().plan = Some("dev".into());
    situation.plans =
        (Some(plan("small", &[("connections", 20, "count")])), Some(plan("dev", &[("connections", 10, "count")])));
    let told = effects(&promote(), &situation);
    for sentence in [
        "note: restored has no schedule: orders is backed up daily at 02:00 UTC. Give restored one, or nobody backs it up.",
        "note: restored keeps 2 backups; orders keeps 5.",
        "note: restored keeps a backup for 3 days; orders for 7.",
        "note: restored is postgresql:dev; orders is postgresql:small.",
        "note: Against orders: connections: 20 → 10.",
    ] {
        says(&told, sentence);
    }
}

#[test]
fn switching_over_is_refused_where_the_platform_would_refuse_it() {
    type Make = fn(&mut Situation);
    let cases: [(Make, &str); 5] = [
        (
            |one| {
                (one.addon.as_mut().unwrap().state, one.addon.as_mut().unwrap().state_word) =
                    (State::Restoring, "restoring".into())
            },
            "is restoring",
        ),
        (|one| one.addon.as_mut().unwrap().service = "valkey".into(), "is valkey"),
        (|one| one.source.as_mut().unwrap().attachments = Known::Is(vec![]), "nothing to switch over"),
        (|one| one.addon = one.source.clone(), "take over from itself"),
        (
            |one| one.variables[0].1[0] = ConfigVarName { name: "DATABASE_URL".into(), addon: Some("other".into()) },
            "shop has DATABASE_URL already, and not from orders",
        ),
    ];
    for (make, expected) in cases {
        let mut situation = switching();
        make(&mut situation);
        let told = effects(&promote(), &situation);
        assert!(told.refusal().is_some_and(|why| why.contains(expected)), "{expected}: {told:?}");
    }
}

#[test]
fn a_replacement_that_is_none_is_not_taken_for_one() {
    let mut situation = switching();
    situation.addon.as_mut().unwrap().restored_from = None;
    says(
        &effects(&promote(), &situation),
        "loses: Whatever of the data of orders is not in restored, which was not made from a backup of orders.",
    );
    let unread = Situation { source: None, ..switching() };
    assert_eq!(effects(&promote(), &unread).risk(), Risk::Destroys);
    let mut unknown = switching();
    unknown.source.as_mut().unwrap().attachments = Known::Unknown("not told".into());
    says(&effects(&promote(), &unknown), "unknown: Which apps use orders is not known: not told.");
}

#[test]
fn a_plan_says_its_limits_whose_connections_are_cut_and_what_does_not_fit() {
    let mut situation = attached();
    situation.backups = Some(backups());
    situation.plans = (
        Some(plan("small", &[("connections", 20, "count"), ("storage", 1 << 30, "bytes"), ("backups", 5, "count")])),
        Some(plan("dev", &[("connections", 10, "count"), ("storage", 512 << 20, "bytes"), ("backups", 1, "count")])),
    );
    let figure =
        |name: &str, value| Figure { name: name.into(), value, unit: "count".into(), limit: None, enforced_by: None };
    situation.usage = Some(Usage {
        measured_at: None,
        figures: vec![
            figure("connections", Known::Is(15)),
            figure("storage", Known::Is(1 << 20)),
            figure("backups", Known::Is(2)),
        ],
    });
    let told = effects(&change_plan("dev"), &situation);
    assert_eq!((told.risk(), told.refusal()), (Risk::Interrupts, None));
    for sentence in [
        "disturbs: The server of orders stops and starts again: the connections of jobs, shop are cut and come back when it answers again.",
        "note: connections: 20 → 10.",
        "note: storage: 1 GiB → 512 MiB.",
        "note: 2 finished backups are there and postgresql:dev keeps 1: the next one pushes the oldest out.",
    ] {
        says(&told, sentence);
    }
    situation.usage.as_mut().unwrap().figures[1].value = Known::Is(600 << 20);
    assert_eq!(
        effects(&change_plan("dev"), &situation).refusal(),
        Some("orders uses 600 MiB of storage; postgresql:dev allows 512 MiB. Delete data, or choose a larger plan.")
    );
    assert!(effects(&change_plan("small"), &situation).refusal().unwrap().contains("is on postgresql:small already"));
    situation.plans = (None, None);
    assert_eq!(effects(&change_plan("dev"), &situation).risk(), Risk::Destroys);
}

#[test]
fn a_plan_without_a_disk_is_told_as_a_loss() {
    let mut situation = attached();
    situation.plans = (Some(plan("small", &[("write_loss", 1, "seconds")])), Some(plan("cache", &[])));
    assert_eq!(effects(&change_plan("cache"), &situation).risk(), Risk::Destroys);
    let addon = situation.addon.as_mut().unwrap();
    addon.service = "valkey".into();
    situation.plans = (Some(plan("small", &[("memory", 1, "bytes")])), Some(plan("cache", &[("memory", 2, "bytes")])));
    let told = effects(&change_plan("cache"), &situation);
    says(&told, "note: Its server takes the new limits while it runs: no connection is cut.");
    assert_eq!(told.risk(), Risk::Adds);
}

#[test]
fn a_new_name_changes_nothing_for_apps() {
    let (addon_id, addon) = id();
    let rename = |name: &str| Command::Rename { addon_id: addon_id.clone(), addon: addon.clone(), name: name.into() };
    let mut situation = attached();
    let told = effects(&rename("orders-old"), &situation);
    assert_eq!((told.risk(), told.apps().len(), told.refusal()), (Risk::Adds, 0, None));
    says(&told, "note: Scripts and people that call it orders must call it orders-old.");
    assert!(effects(&rename("Orders"), &situation).refusal().is_some());
    situation.addon.as_mut().unwrap().work = Some(Box::new(work("back_up")));
    says(
        &effects(&rename("b"), &situation),
        "note: orders has an operation under way (back up); this one waits until it has ended.",
    );
}

#[test]
fn a_new_password_releases_every_app_that_has_the_old_one() {
    let (addon_id, addon) = id();
    let rotate = Command::Rotate { addon_id, addon };
    let told = effects(&rotate, &attached());
    assert_eq!((told.risk(), told.apps()), (Risk::Interrupts, vec!["shop", "jobs"]));
    says(&told, "jobs: new password in its variables as R");
    says(&told, "disturbs: Everything connected to orders is cut off, and the old password is refused from then on.");
    let never_released = Situation { variables: vec![("shop".into(), vec![]), ("jobs".into(), vec![])], ..attached() };
    assert!(effects(&rotate, &never_released).apps().is_empty());
    let unreadable = Situation { variables: vec![], ..attached() };
    assert_eq!(effects(&rotate, &unreadable).apps(), ["shop", "jobs"], "it may have all of them");
}

#[test]
fn stopping_a_server_says_whose_connections_are_cut_and_what_was_only_in_memory() {
    let (addon_id, addon) = id();
    let restart = Command::Restart { addon_id: addon_id.clone(), addon: addon.clone() };
    let sleep = Command::Sleep { addon_id: addon_id.clone(), addon: addon.clone() };
    let wake = Command::Wake { addon_id, addon };
    let mut situation = attached();
    for command in [&restart, &sleep] {
        let told = effects(command, &situation);
        assert_eq!(told.risk(), Risk::Interrupts);
        assert!(sentences(&told).iter().any(|one| one.contains("the connections of jobs, shop are cut")), "{told:?}");
    }
    assert_eq!(effects(&wake, &situation).risk(), Risk::Adds);
    let addon = situation.addon.as_mut().unwrap();
    (addon.service, addon.plan) = ("valkey".into(), Some("cache".into()));
    assert_eq!(effects(&restart, &situation).risk(), Risk::Destroys, "the plan is not known");
    situation.plans.0 = Some(plan("cache", &[]));
    says(&effects(&restart, &situation), "loses: All data of orders: valkey:cache writes nothing to disk.");
    situation.plans.0 = Some(plan("small", &[("write_loss", 1, "seconds")]));
    assert_eq!(effects(&restart, &situation).risk(), Risk::Interrupts);
    let addon = situation.addon.as_mut().unwrap();
    std::sync::Arc::make_mut(&mut addon.cannot).push((Verb::Sleep, "valkey:small does not sleep.".into()));
    assert_eq!(effects(&sleep, &situation).refusal(), Some("valkey:small does not sleep."));
}

#[test]
fn without_the_add_on_every_one_of_them_is_unknown() {
    let ((addon_id, addon), nothing) = (id(), Situation::default());
    for command in [
        change_plan("dev"),
        promote(),
        Command::Rename { addon_id: addon_id.clone(), addon: addon.clone(), name: "b".into() },
        Command::Rotate { addon_id: addon_id.clone(), addon: addon.clone() },
        Command::Restart { addon_id: addon_id.clone(), addon: addon.clone() },
        Command::Sleep { addon_id: addon_id.clone(), addon: addon.clone() },
        Command::Wake { addon_id: addon_id.clone(), addon: addon.clone() },
        Command::BackUp { addon_id: addon_id.clone(), addon: addon.clone(), label: None },
        Command::ScheduleBackups { addon_id, addon, schedule: None },
    ] {
        assert_eq!(effects(&command, &nothing).risk(), Risk::Destroys, "{command:?}");
    }
}

fn app(maintenance: Known<bool>) -> Situation {
    let since = Some("2026-11-20T03:12:07Z".parse().unwrap());
    let app = App {
        id: "app_1".into(),
        name: "shop".into(),
        team: None,
        created_at: None,
        release: Some(3),
        maintenance,
        maintenance_since: since,
        maintenance_by: Some("alice".into()),
        facts: Vec::new(),
    };
    Situation { app: Some(app), ..Situation::default() }
}

#[test]
fn maintenance_interrupts_only_where_it_changes_something_and_is_unknown_where_it_is_not_told() {
    let command = |is_on| Command::Maintenance { app: "shop".into(), is_on };
    for is_on in [true, false] {
        let told = effects(&command(is_on), &app(Known::Is(!is_on)));
        assert_eq!((told.risk(), told.apps()), (Risk::Interrupts, vec!["shop"]));
        let same = effects(&command(is_on), &app(Known::Is(is_on)));
        assert_eq!(same.risk(), Risk::Adds, "{same:?}");
        assert!(sentences(&same)[0].ends_with("since 2026-11-20 03:12:07Z by alice: nothing changes."), "{same:?}");
        let unknown = effects(&command(is_on), &app(Known::Unknown("the platform does not tell".into())));
        assert_eq!(unknown.risk(), Risk::Destroys);
        assert_eq!(effects(&command(is_on), &Situation::default()).risk(), Risk::Destroys);
    }
}
