use jiff::Timestamp;

use super::*;
use crate::model::{AddonKey, Attachment, Health, OperationId, Owner, ProfileName, State};

fn addon(id: &str, name: &str, attachments: &[(&str, Option<&str>)]) -> Addon {
    let row = |(app, alias): &(&str, Option<&str>)| Attachment {
        id: Some(format!("att_{app}_{}", alias.unwrap_or_default()).into()),
        alias: alias.map(Into::into),
        addon: name.into(),
        app: (*app).into(),
        primary: None,
        owner_row: false,
        config_vars: Known::Is(Vec::new()),
        created_at: None,
    };
    Addon {
        verbatim: None,
        key: AddonKey { profile: ProfileName("local".into()), id: id.into() },
        name: name.into(),
        team: None,
        owner: Owner::Team("sandbox".into()),
        service: "postgresql".into(),
        plan: Some("large".into()),
        state: State::Ready,
        state_word: "ready".into(),
        state_reason: None,
        health: Health::Ok,
        created_at: None,
        updated_at: None,
        config_vars: Known::Is(Vec::new()),
        attachments: Known::Is(attachments.iter().map(row).collect()),
        endpoint: None,
        cannot: Default::default(),
        restored_from: None,
        last_backup: Known::Is(None),
        work: None,
        billing: None,
        facts: Vec::new(),
        price: crate::model::Known::Unknown("it was not told".into()),
    }
}

fn done(command: Command) -> Operation {
    let at = Timestamp::UNIX_EPOCH;
    Operation {
        child: None,
        id: OperationId::new(at, 1),
        profile: ProfileName("local".into()),
        addon_id: command.addon_id().map(str::to_owned),
        command,
        started_at: at,
        updated_at: at,
        outcome: Outcome::Done,
        work_id: None,
        backup_id: None,
        is_noted: false,
        before: None,
        asks: None,
    }
}

/// Two add-ons are there: `orders` at two apps, and its replacement at none.
fn undo(operation: &Operation) -> Result<Command, String> {
    let there = [
        addon("add_1", "orders", &[("shop", None), ("shop", Some("REPORTING"))]),
        addon("add_2", "orders-restored", &[]),
    ];
    inverse(operation, |id| there.iter().find(|addon| addon.key.id == id))
}

#[track_caller]
fn refuses(operation: &Operation, words: &str) {
    let why = undo(operation).unwrap_err();
    assert!(why.contains(words), "{why}");
}

fn id() -> (String, String) {
    ("add_1".into(), "orders".into())
}

fn attach(app: &str, alias: Option<&str>) -> Command {
    let (addon_id, addon) = id();
    Command::Attach {
        addon_id,
        addon,
        app: app.into(),
        alias: alias.map(str::to_owned),
        confirm: None,
        credential: None,
    }
}

#[test]
fn an_attachment_is_taken_away_by_the_id_that_it_has_now_and_comes_back_under_the_same_alias() {
    let detach = undo(&done(attach("shop", Some("REPORTING")))).unwrap();
    let Command::Detach { attachment_id, app, alias, .. } = &detach else { panic!("{detach:?}") };
    assert_eq!(
        (attachment_id.as_str(), app.as_str(), alias.as_deref()),
        ("att_shop_REPORTING", "shop", Some("REPORTING"))
    );
    assert_eq!(undo(&done(detach)).unwrap(), attach("shop", Some("REPORTING")));
    refuses(&done(attach("billing", None)), "is not attached to billing any more");
    refuses(&done(attach("shop", Some("OTHER"))), "as OTHER any more");
    let gone = Command::Attach {
        addon_id: "add_9".into(),
        addon: "old".into(),
        app: "shop".into(),
        alias: None,
        confirm: None,
        credential: None,
    };
    refuses(&done(gone), "old is not there any more");
}

#[test]
fn what_was_made_is_destroyed_and_what_was_copied_is_deleted() {
    let create = CreateAddon {
        name: "orders".into(),
        team: None,
        service: "postgresql".into(),
        plan: "large".into(),
        app: None,
        alias: None,
        confirm: None,
        options: std::collections::BTreeMap::new(),
    };
    let mut made = done(Command::CreateAddon(create));
    refuses(&made, "Which add-on was made is not recorded");
    made.addon_id = Some("add_1".into());
    assert_eq!(undo(&made).unwrap(), Command::DestroyAddon { addon_id: "add_1".into(), addon: "orders".into() });
    let (addon_id, addon) = id();
    let mut copy = done(Command::BackUp { addon_id: addon_id.clone(), addon: addon.clone(), label: None });
    refuses(&copy, "Which backup was made is not recorded");
    copy.backup_id = Some("bak_7".into());
    let delete = Command::DeleteBackup { backup_id: "bak_7".into(), addon_id: Some(addon_id), addon: Some(addon) };
    assert_eq!(undo(&copy).unwrap(), delete);
    assert_eq!(
        undo(&done(Command::CreateApp { app: "shop".into(), team: None })).unwrap(),
        Command::DestroyApp { app: "shop".into() }
    );
}

#[test]
fn apps_are_moved_back_unless_the_other_one_had_apps_of_its_own() {
    let (from_id, from) = id();
    let command = Command::MoveAttachments { from_id, from, to_id: "add_2".into(), to: "orders-restored".into() };
    let mut moved = done(command);
    let Command::MoveAttachments { from, to, to_id, .. } = undo(&moved).unwrap() else { panic!() };
    assert_eq!((from.as_str(), to.as_str(), to_id.as_str()), ("orders-restored", "orders", "add_1"));
    moved.before = Some(Before::Attached { apps: Vec::new() });
    assert!(undo(&moved).is_ok());
    moved.before = Some(Before::Attached { apps: vec!["billing".into()] });
    refuses(&moved, "was attached to billing before: switching back would take these along");
}

#[test]
fn what_was_there_before_comes_back_where_it_was_recorded() {
    let (addon_id, addon) = id();
    let (earlier, later) =
        (Schedule { hour: 3, time_zone: "UTC".into() }, Schedule { hour: 5, time_zone: "UTC".into() });
    let schedule = |schedule: Option<&Schedule>| Command::ScheduleBackups {
        addon_id: addon_id.clone(),
        addon: addon.clone(),
        schedule: schedule.cloned(),
    };
    let before = |command: Command, before: Before| Operation { before: Some(before), ..done(command) };
    refuses(&done(schedule(Some(&later))), "is not recorded");
    for (was, is) in [(Some(&earlier), Some(&later)), (None, Some(&later)), (Some(&earlier), None)] {
        let operation = before(schedule(is), Before::Schedule { schedule: was.cloned() });
        assert_eq!(undo(&operation).unwrap(), schedule(was));
    }
    refuses(&before(schedule(None), Before::Schedule { schedule: None }), "the same before");

    let plan = |plan: &str| Command::ChangePlan {
        addon_id: addon_id.clone(),
        addon: addon.clone(),
        service: "postgresql".into(),
        plan: plan.into(),
    };
    refuses(&done(plan("large")), "is not recorded");
    let small = || Before::Plan { plan: "small".into() };
    assert_eq!(undo(&before(plan("large"), small())).unwrap(), plan("small"));
    refuses(&before(plan("dev"), small()), "is on postgresql:large now: it was changed since");

    let maintenance = |is_on| Command::Maintenance { app: "shop".into(), is_on };
    assert_eq!(undo(&done(maintenance(true))).unwrap(), maintenance(false));
    assert_eq!(undo(&before(maintenance(false), Before::Maintenance { is_on: true })).unwrap(), maintenance(true));
    refuses(&before(maintenance(true), Before::Maintenance { is_on: true }), "the same before");

    let back = |release: &str| Command::RollBack { app: "shop".into(), release: release.into() };
    refuses(&done(back("v54")), "is not recorded");
    assert_eq!(undo(&before(back("v54"), Before::Release { release: "v57".into() })).unwrap(), back("v57"));
}

#[test]
fn a_name_goes_back_unless_it_has_gone_on_and_sleeping_and_waking_undo_each_other() {
    let rename =
        |addon: &str, name: &str| Command::Rename { addon_id: "add_1".into(), addon: addon.into(), name: name.into() };
    assert_eq!(undo(&done(rename("orders-old", "orders"))).unwrap(), rename("orders", "orders-old"));
    refuses(&done(rename("a", "b")), "It is called orders now");
    let (addon_id, addon) = id();
    let sleep = Command::Sleep { addon_id: addon_id.clone(), addon: addon.clone() };
    let wake = Command::Wake { addon_id, addon };
    assert_eq!(undo(&done(sleep.clone())).unwrap(), wake);
    assert_eq!(undo(&done(wake)).unwrap(), sleep);
}

#[test]
fn what_has_no_way_back_says_why() {
    let (addon_id, addon) = id();
    for (command, words) in [
        (
            Command::DestroyAddon { addon_id: addon_id.clone(), addon: addon.clone() },
            "restore a backup of orders with R",
        ),
        (Command::Rotate { addon_id: addon_id.clone(), addon: addon.clone() }, "refused for good"),
        (Command::Restart { addon_id, addon }, "nothing behind to undo"),
        (Command::DestroyApp { app: "shop".into() }, "gone with it"),
        (Command::DeleteBackup { backup_id: "bak_1".into(), addon_id: None, addon: None }, "bak_1 is gone"),
    ] {
        refuses(&done(command), words);
    }
}

#[test]
fn only_what_is_known_to_have_happened_is_undone() {
    let message = || "x".to_owned();
    for (outcome, words) in [
        (Outcome::Intended, "has not ended yet"),
        (Outcome::Accepted, "has not ended yet"),
        (Outcome::Failed { message: message() }, "it failed"),
        (Outcome::NotSent { message: message() }, "nothing was sent"),
        (Outcome::unknown(message()), "whether it happened is not known"),
    ] {
        refuses(&Operation { outcome, ..done(attach("shop", None)) }, words);
    }
    assert!(undo(&done(attach("shop", None))).is_ok());
}
