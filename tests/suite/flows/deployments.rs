//! Environments of an app: what runs without an add-on's variables is said to be derived, and deployed again only once that
//! was confirmed; automatic backups are set, not flipped; what can be made without plans or names.

use attache::app::modal::{Modal, SheetKind};
use attache::config::PlatformKind;
use attache::model::*;
use attache::platform::words;

use super::rig::work;
use super::stage::{Setting, Stage, capabilities, start_of_time};

fn deployment(id: &str, state: WorkState, word: &str) -> Work {
    Work {
        id: id.into(),
        word: Some(word.into()),
        state,
        app: Some("storefront".into()),
        environment: Some("production".into()),
        created_at: Some(start_of_time() - jiff::SignedDuration::from_hours(3)),
        step: None,
        ..work("deploy", None)
    }
}

fn environment(id: &str, name: &str, live_since: Known<Option<jiff::Timestamp>>) -> Environment {
    Environment {
        id: id.into(),
        name: name.into(),
        branch: Some("main".into()),
        domain: None,
        is_production: name == "production",
        deploys_itself: None,
        state_word: "running".into(),
        newest: Some(deployment("d3", WorkState::Done, "live")),
        live_since,
    }
}

/// Two environments of one project: one that serves since before the add-on was made, and one that never was deployed.
fn stage(size: (u16, u16)) -> Stage {
    let mut able = capabilities();
    for (verb, able) in &mut able {
        if matches!(verb, Verb::Restore | Verb::RestoreInto | Verb::ScheduleBackups) {
            *able = Capability::Cannot("No way to restore is known here.".into());
        }
    }
    let setting = Setting { words: words(PlatformKind::Orkestr), capabilities: able, size, ..Setting::default() };
    Stage::open(setting, |fake| {
        fake.with_addon("orders", &[("storefront", Some("DATABASE_URL"))]);
        let addon = fake.addons.first_mut().expect("it was just made");
        addon.owner = Owner::App("storefront".into());
        addon.created_at = Some(start_of_time());
        let hour = jiff::SignedDuration::from_hours(1);
        fake.elsewhere.environments = vec![
            environment("e1", "production", Known::Is(Some(start_of_time() - hour))),
            environment("e2", "preview", Known::Is(None)),
        ];
        fake.elsewhere.deployments = vec![
            deployment("d3", WorkState::Done, "live"),
            deployment("d2", WorkState::Failed, "failed"),
            deployment("d1", WorkState::Done, "live"),
        ];
        fake.elsewhere.lines = vec!["[build] it broke".into()];
    })
}

#[test]
fn the_environment_under_the_cursor_is_deployed_again_once_that_is_confirmed() {
    let mut stage = stage((120, 40));
    stage.wait(1_000);
    stage.keys("2<down>:redeploy<enter>");
    let confirm = stage.confirm().expect("it is asked first");
    let Command::Redeploy { environment, environment_id, app } = &confirm.prepared.command else {
        panic!("{:?}", confirm.prepared.command)
    };
    assert_eq!((environment.as_str(), environment_id.as_deref(), app.as_str()), ("preview", Some("e2"), "storefront"));
    assert_eq!(stage.fake.submits, [], "nothing was sent yet");
    stage.keys("<esc>");
    stage.keys("1:redeploy<enter>");
    assert!(matches!(stage.state.modals.last(), Some(Modal::Pick(_))), "several: which one is asked");
    stage.keys("<enter>");
    stage.look();
    stage.keys("y");
    let [Command::Redeploy { environment, .. }] = stage.fake.submits.as_slice() else {
        panic!("{:?}", stage.fake.submits)
    };
    assert_eq!(environment, "production");
}

#[test]
fn what_is_derived_is_never_told_as_known() {
    let stage = stage((120, 40));
    let addon = stage.state.selected_row().unwrap().addon.clone();
    let waiting: Vec<&str> = stage.state.not_injected(&addon).map(|one| one.name.as_str()).collect();
    assert_eq!(waiting, ["production"], "what was never deployed waits for nothing");
    let words = stage.state.environments_of(&addon).iter().map(|one| one.injection(addon.created_at).words());
    assert!(words.into_iter().all(|words| words.contains("derived")));
}

#[test]
fn an_environment_goes_back_to_a_deployment_that_went_well() {
    let mut stage = stage((120, 40));
    stage.wait(1_000);
    stage.keys("2:roll-back<enter>");
    stage.wait(500);
    assert!(matches!(stage.state.modals.last(), Some(Modal::Pick(_))));
    stage.keys("<enter>");
    assert!(stage.notice().contains("newest that went well"), "{}", stage.notice());
    stage.keys("<down><enter>");
    assert!(stage.notice().contains("it failed"), "{}", stage.notice());
    stage.keys("<down><enter>");
    stage.look();
    stage.keys("y");
    let [Command::RollBack { app, release }] = stage.fake.submits.as_slice() else {
        panic!("{:?}", stage.fake.submits)
    };
    assert_eq!((app.as_str(), release.as_str()), ("storefront", "d1"));
}

#[test]
fn the_log_of_a_failed_deployment_is_read_from_the_list_of_operations() {
    let mut stage = stage((120, 40));
    stage.fake.works = vec![deployment("d2", WorkState::Failed, "failed")];
    stage.keys("o");
    stage.wait(500);
    stage.keys("l");
    stage.wait(500);
    let Some(Modal::Sheet(sheet)) = stage.state.modals.last() else { panic!("{:?}", stage.state.modals) };
    let SheetKind::WorkLog { id, .. } = &sheet.kind else { panic!("{:?}", sheet.kind) };
    assert_eq!(id, "d2");
    assert_eq!(stage.state.store.work_logs["d2"].value.as_deref(), Some(&["[build] it broke".to_owned()][..]));
}

#[test]
fn the_log_of_the_newest_deployment_is_read_at_its_environment() {
    let mut stage = stage((120, 40));
    stage.wait(1_000);
    stage.keys("2:log<enter>");
    stage.wait(500);
    let Some(Modal::Sheet(sheet)) = stage.state.modals.last() else { panic!("{:?}", stage.state.modals) };
    assert!(matches!(&sheet.kind, SheetKind::WorkLog { id, .. } if id == "d3"), "{:?}", sheet.kind);
}

#[test]
fn automatic_backups_that_are_on_are_not_switched_on_again() {
    let mut stage = stage((120, 40));
    stage.fake.elsewhere.is_automatic = Some(true);
    stage.keys("r");
    stage.wait(60_000);
    stage.keys(":auto-backups-on<enter>");
    assert!(stage.notice().contains("on already"), "{}", stage.notice());
    assert_eq!(stage.fake.submits, []);
    stage.keys("<esc><esc>:auto-backups-off<enter>");
    stage.look();
    assert!(stage.confirm().is_some(), "{:?}", stage.state.modals);
}

#[test]
fn where_nothing_can_be_restored_the_download_is_offered() {
    let mut stage = stage((120, 40));
    stage.fake.with_backup("b1", "orders", BackupState::Finished, 60);
    stage.wait(60_000);
    stage.keys("R");
    let Some(Modal::Menu(menu)) = stage.state.modals.last() else { panic!("{:?}", stage.state.modals) };
    assert_eq!(menu.items[0].disabled.as_deref(), Some("No way to restore is known here."));
    stage.keys("<enter>");
    assert_eq!(stage.fake.copied, ["attache --profile local backups download orders b1"]);
    assert_eq!(stage.fake.submits, []);
}

#[test]
fn without_plans_the_form_goes_from_the_service_to_the_name() {
    let mut stage = stage((120, 40));
    stage.keys("C<enter>");
    let Some(Modal::Create(form)) = stage.state.modals.last() else { panic!("{:?}", stage.state.modals) };
    assert_eq!((form.plan.as_str(), form.typed.is_none()), ("", true));
    stage.keys("<enter>storefront<enter>REPORTING_URL<enter>version=16<enter>");
    stage.look();
    let Command::CreateAddon(create) = &stage.confirm().expect("it is asked first").prepared.command else { panic!() };
    assert_eq!((create.plan.as_str(), create.options["version"].as_str()), ("", "16"));
    assert_eq!(create.alias.as_deref(), Some("REPORTING_URL"));
}

#[test]
fn where_the_platform_tells_neither_plans_nor_names_they_are_typed_or_left_out() {
    let setting = Setting { words: words(PlatformKind::Watasu), ..Setting::default() };
    let mut stage = Stage::open(setting, |fake| {
        fake.with_addon("orders", &[("storefront", None)]);
    });
    stage.keys("Cqdrant:free<enter>storefront<enter><enter>");
    stage.look();
    let Command::CreateAddon(create) = &stage.confirm().expect("it is asked first").prepared.command else { panic!() };
    assert_eq!((create.name.as_str(), create.service.as_str(), create.plan.as_str()), ("", "qdrant", "free"));
    stage.keys("<esc><esc>Cqdrant<enter>storefront<enter><enter>");
    let Command::CreateAddon(create) = &stage.confirm().expect("it is asked first").prepared.command else { panic!() };
    assert_eq!((create.service.as_str(), create.plan.as_str()), ("qdrant", ""), "the platform's own");
    stage.keys("<esc><esc>C-x<enter>storefront<enter><enter>");
    assert!(matches!(stage.state.modals.last(), Some(Modal::Create(form)) if form.error.is_some()));
}
