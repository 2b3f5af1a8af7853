use super::*;
use crate::model::{
    Attachment, Backup, BackupPolicy, BackupState, Backups, ConfigVarName, CreateAddon, Fact, Health, Known, Owner,
    Price, Release, Risk, RunAction, Schedule, VariableValue,
};
use crate::platform::heroku::tests::addon;

fn row(id: &str, app: &str, name: &str, addon: &str) -> Attachment {
    Attachment {
        id: Some(id.into()),
        alias: Some(name.into()),
        addon: addon.into(),
        app: app.into(),
        primary: None,
        owner_row: false,
        config_vars: Known::Is(vec![format!("{name}_URL").into()]),
        created_at: None,
    }
}

fn with(name: &str, rows: Vec<Attachment>) -> Addon {
    Addon { attachments: Known::Is(rows), ..addon(name, "heroku-postgresql", "standard-0") }
}

fn of(addon: Addon) -> Situation {
    Situation { addon: Some(addon), at: "2026-11-21T04:00:00Z".parse().ok(), ..Situation::default() }
}

fn backup(id: &str, day: i64, state: BackupState, of: Option<&str>) -> Backup {
    Backup {
        id: id.into(),
        addon_id: of.map(str::to_owned),
        addon: of.map(str::to_owned),
        service: None,
        plan: None,
        state,
        started_at: jiff::Timestamp::from_second(day * 86_400).ok(),
        finished_at: None,
        size: None,
        checksum: None,
        trigger: None,
        label: None,
        message: None,
        keep_until: None,
        progress: None,
    }
}

fn texts(effects: &Effects) -> String {
    effects.changes.iter().map(|change| format!("{change:?}\n")).collect()
}

fn attach(addon: &str, app: &str, alias: Option<&str>) -> Command {
    Command::Attach {
        addon_id: addon.into(),
        addon: addon.into(),
        app: app.into(),
        alias: alias.map(str::to_owned),
        credential: None,
        confirm: None,
    }
}

fn make_primary(addon: &str, app: &str, name: &str) -> Command {
    Command::MakePrimary {
        addon_id: addon.into(),
        addon: addon.into(),
        app: app.into(),
        attachment_id: None,
        name: name.into(),
    }
}

#[test]
fn a_new_name_is_a_release_and_a_name_in_use_moves_with_two_and_destroys() {
    let mut situation = of(with("new", vec![row("1", "shop", "HEROKU_POSTGRESQL_RED", "new")]));
    situation.variables = vec![("shop".into(), vec![])];
    let free = effects(&attach("new", "shop", Some("REPORTING")), &situation);
    assert_eq!(free.risk(), Risk::Interrupts);
    assert_eq!(free.apps(), ["shop"]);
    assert!(texts(&free).contains("REPORTING_URL"), "{}", texts(&free));

    situation.neighbours =
        vec![with("old", vec![row("2", "shop", "DATABASE", "old"), row("3", "shop", "HEROKU_POSTGRESQL_BLUE", "old")])];
    let taken = effects(&attach("new", "shop", Some("DATABASE")), &situation);
    assert_eq!(taken.risk(), Risk::Destroys);
    assert!(texts(&taken).contains("moves from old to new: two releases"), "{}", texts(&taken));
    // What was not read by attachments is told by the variables.
    situation.neighbours.clear();
    situation.variables[0].1.push(ConfigVarName { name: "DATABASE_URL".into(), addon: Some("old".into()) });
    let taken = effects(&attach("new", "shop", Some("DATABASE")), &situation);
    assert_eq!(taken.risk(), Risk::Destroys);
    assert!(texts(&taken).contains("moves from old to new"), "{}", texts(&taken));
    // Under the same name it is there already.
    let again = effects(&attach("new", "shop", Some("HEROKU_POSTGRESQL_RED")), &situation);
    assert!(again.refusal().unwrap().contains("already"), "{}", texts(&again));
}

#[test]
fn the_last_attachment_is_not_detached_and_the_primary_s_end_is_told() {
    let detach = Command::Detach {
        attachment_id: "1".into(),
        addon_id: "db".into(),
        addon: "db".into(),
        app: "shop".into(),
        alias: Some("DATABASE".into()),
    };
    let last = effects(&detach, &of(with("db", vec![row("1", "shop", "DATABASE", "db")])));
    assert!(last.refusal().unwrap().contains("last attachment"));
    let rows = vec![row("1", "shop", "DATABASE", "db"), row("2", "shop", "BLUE", "db")];
    let one_of_two = effects(&detach, &of(with("db", rows)));
    assert_eq!((one_of_two.refusal(), one_of_two.risk()), (None, Risk::Interrupts));
    assert!(texts(&one_of_two).contains("shop has no DATABASE afterwards"));
}

#[test]
fn moving_the_primary_tells_what_is_lost_what_still_follows_and_the_pool() {
    let mut situation = of(with("new", vec![row("1", "shop", "GREEN", "new")]));
    let old = vec![
        row("2", "shop", "DATABASE", "old"),
        row("3", "shop", "DATABASE_CONNECTION_POOL", "old"),
        row("4", "shop", "BLUE", "old"),
    ];
    situation.neighbours = vec![with("old", old)];
    let moved = effects(&make_primary("new", "shop", "DATABASE"), &situation);
    assert_eq!((moved.refusal(), moved.risk()), (None, Risk::Destroys));
    let said = texts(&moved);
    assert!(said.contains("LosesData(\"Whatever of the data of old is not in new.") && said.contains("pooling:attach"));

    let new = situation.addon.as_mut().unwrap();
    new.facts.push(Fact::new("following", "1 database"));
    new.health = Health::Failing("preparing".into());
    situation.neighbours[0].facts.push(Fact::new("credential of shop::DATABASE", "readonly"));
    let follower = texts(&effects(&make_primary("new", "shop", "DATABASE"), &situation));
    assert!(follower.contains("has the credential readonly of old"), "{follower}");
    assert!(follower.contains("read-only") && follower.contains("preparing") && !follower.contains("LosesData"));
    // The last way to the old one: nobody has written down what Heroku does.
    situation.neighbours = vec![with("old", vec![row("2", "shop", "DATABASE", "old")])];
    let last = texts(&effects(&make_primary("new", "shop", "DATABASE"), &situation));
    assert!(last.contains("Unknown(\"DATABASE is the last attachment of old"), "{last}");
}

#[test]
fn each_app_is_switched_over_by_the_names_that_its_code_knows() {
    let from = with(
        "old",
        vec![
            row("1", "shop", "DATABASE", "old"),
            row("2", "shop", "HEROKU_POSTGRESQL_BLUE", "old"),
            row("3", "shop", "DATABASE_CONNECTION_POOL", "old"),
            row("4", "stats", "REPORTING", "old"),
            row("5", "tools", "HEROKU_POSTGRESQL_PINK", "old"),
        ],
    );
    let to = with("new", vec![row("6", "stats", "REPORTING_BEFORE_1", "new")]);
    let sentences: Vec<String> = switch_over(&from, &to).iter().map(Command::sentence).collect();
    let attached: Vec<&String> = sentences.iter().filter(|text| text.starts_with("Attach")).collect();
    assert_eq!(
        attached,
        ["Attach old to stats as REPORTING_BEFORE_2", "Attach old to tools as HEROKU_POSTGRESQL_PINK_BEFORE_1"]
    );
    let moved: Vec<(&str, String)> = switch_over(&from, &to)
        .iter()
        .filter_map(|command| match command {
            Command::MakePrimary { app, name, addon, .. } if addon == "new" => {
                Some((if app == "shop" { "shop" } else { "other" }, format!("{app}:{name}")))
            }
            _ => None,
        })
        .collect();
    let moved: Vec<&str> = moved.iter().map(|(_, text)| text.as_str()).collect();
    assert_eq!(moved, ["shop:DATABASE", "stats:REPORTING", "tools:HEROKU_POSTGRESQL_PINK"]);
    // And with the rights that it had.
    let mut limited = from.clone();
    limited.facts.push(Fact::new("credential of stats::REPORTING", "readonly"));
    let keeps = |command: &Command| matches!(command, Command::Attach { app, credential: Some(name), .. } if app == "stats" && name == "readonly");
    assert_eq!(switch_over(&limited, &to).iter().filter(|command| keeps(command)).count(), 1);
    // The way that was kept does not move back along with the name.
    let back = with("new", vec![row("1", "shop", "DATABASE", "new")]);
    let kept = with("old", vec![row("2", "shop", "DATABASE_BEFORE_1", "old")]);
    assert_eq!(switch_over(&back, &kept).len(), 2);
}

#[test]
fn what_others_use_is_detached_before_it_is_destroyed_and_the_owner_s_own_goes_with_it() {
    let rows = vec![row("1", "shop", "DATABASE", "db"), row("2", "stats", "ORDERS", "db")];
    let mut db = with("db", rows);
    db.owner = Owner::App("shop".into());
    let commands: Vec<String> = destruction(&db).iter().map(Command::sentence).collect();
    assert_eq!(commands, ["Detach db from stats as ORDERS", "Destroy db"]);
    let destroy = Command::DestroyAddon { addon_id: "db".into(), addon: "db".into() };
    let told = effects(&destroy, &of(db.clone()));
    assert_eq!((told.refusal(), told.risk()), (None, Risk::Destroys));
    assert_eq!(told.apps(), ["shop", "stats"]);
    let mut situation = of(db);
    let list = vec![backup("shop::b002", 2, BackupState::Finished, Some("db"))];
    situation.backups = Some(Backups { facts: Vec::new(), list, policy: None });
    let said = texts(&effects(&destroy, &situation));
    assert!(said.contains("not documented: download shop::b002") && said.contains("LosesWrites"), "{said}");
}

#[test]
fn a_plan_change_costs_what_the_new_plan_costs_and_releases_every_app() {
    let mut situation = of(with("db", vec![row("1", "shop", "DATABASE", "db"), row("2", "stats", "ORDERS", "db")]));
    situation.plans.1 = Some(crate::model::Plan {
        name: "premium-0".into(),
        summary: String::new(),
        is_default: false,
        price: Known::Is(Price { cents_per_month: 20_000, currency: "USD".into() }),
        limits: vec![],
    });
    let change = |plan: &str| Command::ChangePlan {
        addon_id: "db".into(),
        addon: "db".into(),
        service: "heroku-postgresql".into(),
        plan: plan.into(),
    };
    let told = effects(&change("premium-0"), &situation);
    assert_eq!((told.apps(), told.risk()), (vec!["shop", "stats"], Risk::Interrupts));
    assert!(
        told.changes
            .iter()
            .any(|one| matches!(one, Change::Costs(Known::Is(price)) if price.cents_per_month == 20_000))
    );
    assert!(effects(&change("standard-0"), &situation).refusal().unwrap().contains("already"));
}

#[test]
fn one_more_backup_pushes_out_what_the_policy_says_and_a_restore_replaces_everything() {
    let mut situation = of(with("db", vec![row("1", "shop", "DATABASE", "db")]));
    let list = vec![
        backup("shop::b002", 2, BackupState::Finished, Some("db")),
        backup("shop::b001", 1, BackupState::Finished, Some("db")),
    ];
    let policy = BackupPolicy { keep_count: Some(2), evicts: Some("shop::b001".into()), ..BackupPolicy::default() };
    situation.backups = Some(Backups { facts: Vec::new(), list, policy: Some(policy) });
    let capture = Command::BackUp { addon_id: "db".into(), addon: "db".into(), label: None };
    let told = effects(&capture, &situation);
    assert!(told.changes.iter().any(|one| matches!(one, Change::EvictsBackup { id, .. } if id == "shop::b001")));
    assert_eq!(told.risk(), Risk::Interrupts);

    let restore =
        |id: &str| Command::RestoreInto { backup_id: id.into(), of: None, addon_id: "db".into(), addon: "db".into() };
    let told = effects(&restore("shop::b001"), &situation);
    assert_eq!((told.refusal(), told.risk()), (None, Risk::Destroys));
    assert!(texts(&told).contains("is replaced by that of backup shop::b001") && texts(&told).contains("LosesWrites"));
    assert!(texts(&told).contains("in shop::b002 alone"), "{}", texts(&told));
    // Those of another database bring nothing of this one back.
    let mut into_other = situation.clone();
    into_other.backups.as_mut().unwrap().list.iter_mut().for_each(|one| one.addon_id = Some("other".into()));
    let own = vec![backup("shop::b009", 1, BackupState::Finished, Some("db"))];
    assert!(texts(&effects(&restore("shop::b001"), &into_other)).contains("No finished backup is known to be of db"));
    into_other.target_backups = Some(Backups { facts: Vec::new(), list: own, policy: None });
    assert!(texts(&effects(&restore("shop::b001"), &into_other)).contains("in shop::b009 alone"));
    situation.backups.as_mut().unwrap().list[1].state = BackupState::Running;
    assert!(effects(&restore("shop::b001"), &situation).refusal().unwrap().contains("running"));
    situation.addon.as_mut().unwrap().facts.push(Fact::new("following", "1 database"));
    assert!(effects(&restore("shop::b002"), &situation).refusal().unwrap().contains("Unfollow"));
}

#[test]
fn what_a_service_or_plan_can_t_do_is_refused_with_its_reason() {
    let papertrail = Addon { attachments: Known::Is(vec![]), ..addon("logs", "papertrail", "choklad") };
    let capture = Command::BackUp { addon_id: "logs".into(), addon: "logs".into(), label: None };
    assert!(effects(&capture, &of(papertrail)).refusal().unwrap().contains("partner"));
    let create = |options: &[(&str, &str)], plan: &str, app: Option<&str>| {
        let create = CreateAddon {
            name: "pg-new".into(),
            team: None,
            service: "heroku-postgresql".into(),
            plan: plan.into(),
            app: app.map(str::to_owned),
            alias: Some("FORK".into()),
            options: options.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect(),
            confirm: None,
        };
        effects(
            &Command::CreateAddon(create),
            &Situation { variables: vec![("shop".into(), vec![])], ..Situation::default() },
        )
    };
    assert!(create(&[], "standard-0", None).refusal().unwrap().contains("owns"));
    assert_eq!(create(&[], "essential-0", Some("shop")).refusal(), None);
    let fork = [("rollback", "pg-1"), ("to", "2026-11-20 03:00:00+00:00")];
    assert!(create(&fork, "essential-0", Some("shop")).refusal().unwrap().contains("standard-0"));
    let told = create(&fork, "standard-0", Some("shop"));
    assert!(told.refusal().is_none() && texts(&told).contains("Inferred"), "{}", texts(&told));
    assert!(texts(&create(&[("follow", "pg-1")], "standard-0", Some("shop"))).contains("read-only"));
}

#[test]
fn passwords_change_for_the_apps_of_that_credential_alone() {
    let mut db = with("db", vec![row("1", "shop", "DATABASE", "db"), row("2", "stats", "ORDERS", "db")]);
    db.facts.push(Fact::new("credential of stats::ORDERS", "readonly"));
    let rotate = Command::Rotate { addon_id: "db".into(), addon: "db".into() };
    assert_eq!(effects(&rotate, &of(db.clone())).apps(), ["shop"]);
    let run = |action: &str, subject: Option<&str>| {
        Command::RunAction(RunAction {
            addon_id: "db".into(),
            addon: "db".into(),
            app: None,
            action: action.into(),
            subject: subject.map(str::to_owned),
            method: None,
            body: None,
        })
    };
    assert_eq!(effects(&run("credentials/rotate", Some("readonly")), &of(db.clone())).apps(), ["stats"]);
    assert_eq!(effects(&run("credentials/rotate-all", None), &of(db.clone())).apps(), ["shop", "stats"]);
    let used = effects(&run("credentials/destroy", Some("readonly")), &of(db.clone()));
    assert!(used.refusal().unwrap().contains("stats"));
    assert_eq!(effects(&run("reset", None), &of(db.clone())).risk(), Risk::Destroys);
    assert_eq!(effects(&run("connections/reset", None), &of(db.clone())).risk(), Risk::Interrupts);
    assert!(effects(&run("anything/else", None), &of(db)).refusal().unwrap().contains("No action"));
}

#[test]
fn maintenance_stops_visitors_and_not_dynos_and_a_rollback_may_strip_variables() {
    let app: crate::model::App = crate::platform::heroku::tests::app("shop", Some(false));
    let situation = Situation { app: Some(app), ..Situation::default() };
    let on = effects(&Command::Maintenance { app: "shop".into(), is_on: true }, &situation);
    assert_eq!(on.risk(), Risk::Interrupts);
    assert!(texts(&on).contains("can still write") && !texts(&on).contains("Release"));
    let off = effects(&Command::Maintenance { app: "shop".into(), is_on: false }, &situation);
    assert_eq!(off.risk(), Risk::Adds, "it is not in maintenance");

    let release = |version| Release { version, description: "Deploy".into(), by: None, created_at: None };
    let situation = Situation { releases: Some(vec![release(9), release(8)]), ..Situation::default() };
    let back = |to: &str| effects(&Command::RollBack { app: "shop".into(), release: to.into() }, &situation);
    assert!(back("v9").refusal().unwrap().contains("already"));
    assert!(back("v3").refusal().unwrap().contains("no release"));
    assert!(texts(&back("v8")).contains("may lose its variables"));
}

#[test]
fn a_schedule_is_told_with_what_it_replaces_and_ends_only_where_there_is_one() {
    let mut situation = of(with("db", vec![]));
    let berlin = Schedule { hour: 2, time_zone: "Europe/Berlin".into() };
    let policy = BackupPolicy { schedule: Some(berlin.clone()), ..BackupPolicy::default() };
    situation.backups = Some(Backups { facts: Vec::new(), list: vec![], policy: Some(policy) });
    let schedule = |schedule: Option<Schedule>| {
        effects(&Command::ScheduleBackups { addon_id: "db".into(), addon: "db".into(), schedule }, &situation)
    };
    assert!(
        texts(&schedule(Some(Schedule { hour: 3, ..berlin.clone() })))
            .contains("Until now it was backed up daily at 02:00")
    );
    assert!(schedule(Some(Schedule { hour: 3, time_zone: "Mars/Base".into() })).refusal().is_some());
    assert_eq!(schedule(None).risk(), Risk::Interrupts);
    situation.backups.as_mut().unwrap().policy = Some(BackupPolicy::default());
    let none = Command::ScheduleBackups { addon_id: "db".into(), addon: "db".into(), schedule: None };
    assert!(effects(&none, &situation).refusal().unwrap().contains("no schedule"));
}

#[test]
fn a_variable_that_comes_is_named_and_one_of_the_app_s_own_is_taken_over_only_as_destroying() {
    let mut situation = of(with("db", vec![]));
    situation.variables = vec![("shop".into(), vec![ConfigVarName { name: "MAIN_URL".into(), addon: None }])];
    let told = effects(&attach("db", "shop", Some("MAIN")), &situation);
    assert_eq!(told.risk(), Risk::Destroys);
    let own = |change: &&Change| matches!(change, Change::Variable { before: VariableValue::Own, .. });
    assert_eq!(told.changes.iter().filter(own).count(), 1);
}

#[test]
fn one_app_gets_another_database_and_keeps_a_way_to_the_one_before() {
    let rows = vec![row("1", "shop", "DATABASE", "old"), row("2", "blog", "DATABASE", "old")];
    let (old, new) = (with("old", rows), with("new", vec![row("3", "shop", "HEROKU_POSTGRESQL_ROSE", "new")]));
    let first = make_primary("new", "shop", "DATABASE");
    let steps = |before: &Addon| -> Vec<String> {
        let naming = crate::model::Naming::Heroku;
        let steps =
            crate::model::make_primary_steps(first.clone(), Some(before), naming, |from| switch_over(from, &new));
        steps.iter().map(Command::sentence).collect()
    };
    let told = steps(&old);
    assert_eq!(told.len(), 2, "{told:?}");
    assert!(told[0].contains("old") && told[0].contains("DATABASE_BEFORE_1"), "{told:?}");
    assert_eq!(told[1], first.sentence());
    let kept = with("old", vec![row("1", "shop", "DATABASE", "old"), row("4", "shop", "OLD", "old")]);
    assert_eq!(steps(&kept), [first.sentence()]);
}

#[test]
fn a_partners_add_on_is_no_database() {
    let partner = Addon { ..addon("logs", "papertrail", "choklad") };
    assert!(effects(&make_primary("logs", "shop", "DATABASE"), &of(partner)).refusal().is_some());
}
