//! Killed at the boundary of every step, the platform goes on where it was and ends where it should.

use super::fake::{Fault, Platform, STEPS};
use crate::local::engine::Write;

#[test]
fn provisioning_killed_before_or_after_any_step_ends_ready_with_one_release() {
    for step in STEPS.iter().map(|step| step.name()) {
        for fault in [Fault::HangBefore(step), Fault::HangAfter(step)] {
            let mut platform = Platform::new();
            platform.set_fault(Some(fault));
            platform.create("orders", Some("billing")).unwrap();
            platform.block_on(platform.world.hangs.notified());
            assert_eq!(platform.row("orders").state.word(), "provisioning");
            assert!(platform.releases("billing").is_empty(), "an app never gets the address of nothing");
            platform.kill();
            platform.set_fault(None);
            let before = platform.world.calls().len();
            platform.start();
            platform.wait_for("orders", Some("ready"));
            assert_eq!(platform.releases("billing"), ["Attach orders"], "{fault:?}");
            let again = platform.world.calls().split_off(before);
            let first = again[0].split(' ').next().unwrap().to_owned();
            assert_eq!(first, *step, "{fault:?}: it goes on at its step, neither earlier nor later");
            let events = platform.events("orders");
            for step in STEPS.iter().map(|step| step.name()) {
                let done = events.iter().filter(|event| **event == format!("{step} done")).count();
                assert_eq!(done, 1, "{fault:?}: {events:?}");
            }
            assert_eq!(events.last().unwrap(), "ready done");
        }
    }
}

#[test]
fn a_ready_add_on_is_taken_up_again_after_a_kill() {
    let mut platform = Platform::new();
    platform.create("orders", Some("billing")).unwrap();
    platform.wait_for("orders", Some("ready"));
    platform.restart();
    platform.until(|| platform.world.calls().iter().any(|call| call.starts_with("resume orders")));
    platform.wait_for("orders", Some("ready"));
    assert_eq!(platform.releases("billing"), ["Attach orders"], "coming back is no release");
}

#[test]
fn destroying_killed_before_or_after_the_stop_ends_gone() {
    for fault in [Fault::HangBefore("retire"), Fault::HangAfter("retire")] {
        let mut platform = Platform::new();
        platform.create("orders", Some("billing")).unwrap();
        platform.wait_for("orders", Some("ready"));
        let folder = platform.engine().services.addon_folder(&platform.row("orders").id);
        platform.set_fault(Some(fault));
        platform.write(Write::DestroyAddon("orders".to_owned())).unwrap();
        platform.block_on(platform.world.hangs.notified());
        assert!(folder.exists(), "nothing is removed before the server is gone");
        platform.kill();
        platform.set_fault(None);
        platform.start();
        platform.wait_for("orders", None);
        assert!(!folder.exists());
        assert_eq!(platform.releases("billing"), ["Attach orders", "Detach orders (destroyed)"], "{fault:?}");
        let retired = platform.world.calls().iter().filter(|call| *call == "retire orders folder=true").count();
        assert_eq!(retired, 2, "{:?}", platform.world.calls());
    }
}

#[test]
fn destroying_in_the_middle_of_provisioning_never_becomes_ready() {
    let mut platform = Platform::new();
    platform.set_fault(Some(Fault::HangAfter("check")));
    platform.create("orders", Some("billing")).unwrap();
    platform.block_on(platform.world.hangs.notified());
    platform.write(Write::DestroyAddon("orders".to_owned())).unwrap();
    platform.kill();
    platform.set_fault(None);
    platform.start();
    platform.wait_for("orders", None);
    assert!(platform.releases("billing").is_empty(), "the app never had it");
    assert_eq!(std::fs::read_dir(platform.folder().join("addons")).unwrap().count(), 0);
}

#[test]
fn a_last_step_that_ends_after_the_destroy_was_asked_for_gives_no_app_its_variables() {
    let platform = Platform::new();
    platform.set_fault(Some(Fault::Wait("check")));
    platform.create("orders", Some("billing")).unwrap();
    platform.block_on(platform.world.hangs.notified());
    platform.write(Write::DestroyAddon("orders".to_owned())).unwrap();
    assert_eq!(platform.row("orders").state.word(), "deprovisioning");
    platform.world.goes_on.notify_one();
    platform.wait_for("orders", None);
    assert!(platform.releases("billing").is_empty());
}
