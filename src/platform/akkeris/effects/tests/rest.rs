//! Plans, names, servers, copies, actions, apps.

use super::leaving::backup;
use super::*;
use crate::model::{Backups, Release};

fn on(addon: &Addon) -> Situation {
    Situation { addon: Some(addon.clone()), ..Situation::default() }
}

fn change_plan(service: &str, plan: &str) -> Command {
    Command::ChangePlan {
        addon_id: "id-ledger".into(),
        addon: "ledger".into(),
        service: service.into(),
        plan: plan.into(),
    }
}

fn catalog_plan(name: &str, cents: u64, gib: u64) -> Plan {
    Plan {
        name: name.into(),
        summary: String::new(),
        is_default: false,
        price: Known::Is(Price { cents_per_month: cents, currency: "USD".into() }),
        limits: vec![crate::model::Limit {
            name: "memory".into(),
            value: gib << 30,
            unit: "bytes".into(),
            enforced_by: None,
        }],
    }
}

#[test]
fn a_plan_is_changed_within_its_service_to_another_one_that_there_is() {
    let ledger = addon("ledger", true);
    let refuse = |command: &Command, addon: &Addon, text: &str| assert_refused(&of(command, &on(addon)), text);
    refuse(&change_plan(POSTGRES, "premium-0"), &ledger, "is on akkeris-postgresql:premium-0 already");
    refuse(&change_plan("akkeris-redis", "small"), &ledger, "a plan of akkeris-redis is none of its own");
    refuse(&change_plan(POSTGRES, "nope"), &ledger, "has no plan nope");
    refuse(&change_plan(POSTGRES, "old"), &ledger, "is shut down");
    refuse(&change_plan(POSTGRES, "shield-0"), &ledger, "is for spaces with prod");
    let tap = of_plan(addon("tap", true), "logtap", "basic");
    refuse(&change_plan("logtap", "more"), &tap, "does not support changing plans");
    let busy = Addon { state: State::Updating, state_word: "provisioning".into(), ..ledger.clone() };
    refuse(&change_plan(POSTGRES, "hobby"), &busy, "refuses everything until that is over");
    let away = Addon { state: State::Unreachable(Box::new(State::Ready)), ..ledger };
    refuse(&change_plan(POSTGRES, "hobby"), &away, "does not answer");
}

#[test]
fn a_change_of_plan_tells_price_limits_and_who_is_disturbed() {
    let ledger = attached(addon("ledger", true), "blog-dev", "books", true);
    let plans = (Some(catalog_plan("premium-0", 6000, 4)), Some(catalog_plan("hobby", 0, 1)));
    let effects = of(&change_plan(POSTGRES, "hobby"), &Situation { plans, ..on(&ledger) });
    assert_taken(&effects);
    assert!(says(&effects, "memory: 4 GiB → 1 GiB."), "{effects:?}");
    assert!(says(&effects, "The connections of blog-dev, shop-dev to ledger are cut"));
    assert!(
        effects
            .changes
            .iter()
            .any(|change| matches!(change, Change::Costs(Known::Is(price)) if price.cents_per_month == 0))
    );
    assert_eq!(restarts(&effects), ["shop-dev"]);
}

#[test]
fn a_rename_moves_the_variables_of_a_secondary_alone_and_wants_the_name_as_it_is_stored() {
    let rename =
        |name: &str| Command::Rename { addon_id: "id-ledger".into(), addon: "ledger".into(), name: name.into() };
    let secondary = addon("ledger", false);
    let variables = vec![variables("shop-dev", &[("LEDGER_DATABASE_URL", Some("ledger"))])];
    let effects = of(&rename("my-books"), &Situation { variables, ..on(&secondary) });
    assert_taken(&effects);
    assert_eq!(
        changed(&effects),
        ["shop-dev LEDGER_DATABASE_URL ledger -> -", "shop-dev MYBOOKS_DATABASE_URL - -> my-books"]
    );
    let primary = of(&rename("my-books"), &on(&addon("ledger", true)));
    assert_taken(&primary);
    assert!(changed(&primary).is_empty());
    assert_refused(&of(&rename("Books"), &on(&secondary)), "as books");
    assert_refused(&of(&rename("ledger"), &on(&secondary)), "is called that already");
    assert_refused(&of(&rename("x"), &on(&secondary)), "can't be the name");
    let taken = Situation { neighbours: vec![addon("Posts", true), secondary.clone()], ..on(&secondary) };
    assert_refused(&of(&rename("posts"), &taken), "has an add-on called posts already");
}

#[test]
fn what_a_plan_does_not_have_is_refused_without_asking_its_broker() {
    let shared = of_plan(addon("ledger", true), POSTGRES, "hobby");
    let (addon_id, addon) = ("id-ledger".to_owned(), "ledger".to_owned());
    let back_up = Command::BackUp { addon_id: addon_id.clone(), addon: addon.clone(), label: None };
    let restart = Command::Restart { addon_id: addon_id.clone(), addon: addon.clone() };
    let restore =
        Command::RestoreInto { backup_id: "b1".into(), of: None, addon_id: addon_id.clone(), addon: addon.clone() };
    let rotate = Command::Rotate { addon_id, addon };
    for (command, text) in [(&back_up, "has no backups"), (&restart, "has no restarts"), (&restore, "has no backups")] {
        assert_refused(&of(command, &on(&shared)), text);
    }
    let dedicated = super::addon("ledger", true);
    for command in [&back_up, &restart] {
        assert_taken(&of(command, &on(&dedicated)));
    }
    assert_refused(&of(&rotate, &on(&dedicated)), "roles/rotate");
    assert_taken(&of(&rotate, &on(&of_plan(dedicated, "securekey", "fortnightly"))));
}

#[test]
fn a_restore_in_place_loses_what_was_written_since_and_takes_a_finished_backup_of_its_own() {
    let restore =
        Command::RestoreInto { backup_id: "b1".into(), of: None, addon_id: "id-ledger".into(), addon: "ledger".into() };
    let with = |list: Vec<Backup>| Situation {
        backups: Some(Backups { facts: Vec::new(), list, policy: None }),
        ..on(&addon("ledger", true))
    };
    let effects = of(&restore, &with(vec![backup("b1", BackupState::Finished, 10)]));
    assert_taken(&effects);
    let since = jiff::Timestamp::from_second(10).ok();
    assert!(
        effects.changes.iter().any(|change| matches!(change, Change::LosesWrites { since: at, .. } if *at == since))
    );
    assert!(effects.changes.iter().any(|change| matches!(change, Change::Irreversible(_))));
    assert!(says(&effects, "is replaced with that of backup b1"));
    let newer =
        of(&restore, &with(vec![backup("b2", BackupState::Finished, 20), backup("b1", BackupState::Finished, 10)]));
    assert!(
        says(&newer, "when b2 was made")
            && !newer.changes.iter().any(|change| matches!(change, Change::Irreversible(_)))
    );
    assert_refused(&of(&restore, &with(vec![backup("b1", BackupState::Running, 10)])), "only a finished one");
    assert_refused(&of(&restore, &with(vec![])), "has no backup b1");
    assert!(says(&of(&restore, &on(&addon("ledger", true))), "is not known"));
}

fn run(action: &str, subject: Option<&str>, method: Option<&str>) -> Command {
    Command::RunAction(RunAction {
        addon_id: "id-ledger".into(),
        addon: "ledger".into(),
        app: None,
        action: action.into(),
        subject: subject.map(str::to_owned),
        method: method.map(str::to_owned),
        body: None,
    })
}

#[test]
fn an_action_in_no_table_counts_as_destroying_and_the_others_as_the_table_says() {
    use crate::model::Risk;
    let ledger = addon("ledger", true);
    for (command, risk) in [
        (run("roles", None, None), Risk::Adds),
        (run("roles/create", None, None), Risk::Adds),
        (run("roles/rotate", Some("rdo1"), None), Risk::Interrupts),
        (run("roles/delete", Some("rdo1"), None), Risk::Destroys),
        (run("restart", None, None), Risk::Interrupts),
        (run("replica/create", None, None), Risk::Interrupts),
        (run("replica/delete", None, None), Risk::Destroys),
        (run("backups/restore", Some("b1"), None), Risk::Destroys),
        (run("fly", None, Some("GET")), Risk::Destroys),
    ] {
        let effects = of(&command, &on(&ledger));
        assert_taken(&effects);
        assert_eq!(effects.risk(), risk, "{command:?}");
    }
    assert_refused(&of(&run("roles/rotate", None, None), &on(&ledger)), "name it");
    assert_refused(&of(&run("fly", None, None), &on(&ledger)), "HTTP method");
    let shared = of_plan(ledger, POSTGRES, "hobby");
    assert_refused(&of(&run("replica/create", None, None), &on(&shared)), "has no replicas");
    assert_refused(&of(&run("logs", None, None), &on(&shared)), "has no logs");
    // It says so once, though the action and its command both know.
    let restart = of(&run("restart", None, None), &on(&shared));
    assert_eq!(restart.changes.iter().filter(|change| matches!(change, Change::Refused(_))).count(), 1);
    assert_taken(&of(&run("roles/create", None, None), &on(&shared)));
}

#[test]
fn an_app_is_stopped_started_and_rolled_back_to_a_release_that_it_has() {
    let row = app("shop-dev", "", "us-west", "1");
    let maintenance = |is_on| Command::Maintenance { app: "shop-dev".into(), is_on };
    let situation = Situation { app: Some(row), ..Situation::default() };
    let stop = of(&maintenance(true), &situation);
    assert!(stop.changes.iter().any(|change| matches!(change, Change::App { effect: AppEffect::Stop, .. })));
    assert!(says(&of(&maintenance(false), &situation), "nothing changes"));
    let release = |version| Release { version, description: String::new(), by: None, created_at: None };
    let releases = Some(vec![release(3), release(2)]);
    let roll_back = |to: &str| Command::RollBack { app: "shop-dev".into(), release: to.into() };
    let situation = Situation { releases, ..situation };
    assert_taken(&of(&roll_back("v2"), &situation));
    assert_refused(&of(&roll_back("v9"), &situation), "has no release v9. Its newest is v3.");
    assert!(says(&of(&roll_back("v3"), &situation), "once more"));
}

#[test]
fn what_the_platform_does_not_have_is_refused_with_its_reason() {
    for command in [
        Command::DeleteBackup { backup_id: "b1".into(), addon_id: None, addon: None },
        Command::CancelBackup { backup_id: "b1".into(), addon_id: "a".into(), addon: "x".into() },
        Command::Sleep { addon_id: "a".into(), addon: "x".into() },
        Command::DestroyApp { app: "shop-dev".into() },
        Command::MoveAttachments { from_id: "a".into(), from: "x".into(), to_id: "b".into(), to: "y".into() },
    ] {
        assert!(of(&command, &Situation::default()).refusal().is_some(), "{command:?}");
    }
}
