//! The operations of one add-on go one after another; a destroy does not wait for them.

use super::fake::{Fault, Platform, new_addon};
use super::points::check_invariants;
use crate::local::db::operations::Spec;
use crate::local::engine::Write;
use crate::local::engine::rules::Change;

fn ready() -> Platform {
    let platform = Platform::new();
    platform.create("orders", Some("billing")).unwrap();
    platform.wait_for("orders", Some("ready"));
    platform
}

fn orders() -> String {
    "orders".to_owned()
}

fn ask(platform: &Platform, write: Write) -> String {
    platform.write(write).unwrap()["operation"]["id"].as_str().unwrap().to_owned()
}

fn standing(platform: &Platform) -> Vec<String> {
    let rows = platform.operations();
    rows.iter().skip(1).map(|row| format!("{} {}", row.kind, row.state.word())).collect()
}

#[test]
fn what_is_asked_of_one_add_on_is_done_in_that_order() {
    let platform = ready();
    platform.set_fault(Some(Fault::Wait("stop")));
    ask(&platform, Write::Restart(orders()));
    platform.block_on(platform.world.hangs.notified());
    assert_eq!(platform.row("orders").state.word(), "updating");
    ask(&platform, Write::ChangeAddon(orders(), Change::Name("invoices".to_owned())));
    let last = ask(&platform, Write::Rotate("invoices".to_owned()));
    assert_eq!(standing(&platform), ["restart running", "rename queued", "rotate queued"]);
    platform.set_fault(None);
    platform.world.goes_on.notify_one();
    platform.wait_for_end(&last);
    assert_eq!(standing(&platform), ["restart done", "rename done", "rotate done"]);
    let ends: Vec<_> = platform.operations().into_iter().map(|row| row.ended_at).collect();
    assert!(ends.is_sorted(), "{ends:?}");
    assert_eq!(platform.releases("billing"), ["Attach orders", "Rotate the credentials of invoices"]);
    check_invariants(&platform, None);
}

#[test]
fn a_change_of_plan_that_fails_gives_back_the_plan_that_was_there_when_its_turn_came() {
    let platform = Platform::new();
    let mut new = new_addon("orders", "postgresql", None);
    new.plan = Some("dev".to_owned());
    platform.write(Write::CreateAddon(new)).unwrap();
    platform.wait_for("orders", Some("ready"));
    platform.set_fault(Some(Fault::Wait("stop")));
    ask(&platform, Write::Restart(orders()));
    platform.block_on(platform.world.hangs.notified());
    let change = |plan: &str| ask(&platform, Write::ChangeAddon(orders(), Change::Plan(plan.to_owned())));
    let (first, second) = (change("small"), change("standard-0"));
    platform.set_fault(Some(Fault::FailNew("apply_plan")));
    platform.world.goes_on.notify_one();
    assert_eq!(platform.wait_for_end(&first).state.word(), "done");
    assert_eq!(platform.wait_for_end(&second).state.word(), "failed");
    assert_eq!(platform.row("orders").plan.name, "small");
    check_invariants(&platform, None);
}

#[test]
fn a_destroy_does_not_wait_and_says_why_the_others_ended() {
    let platform = ready();
    platform.set_fault(Some(Fault::Wait("stop")));
    let running = ask(&platform, Write::Restart(orders()));
    platform.block_on(platform.world.hangs.notified());
    let queued = ask(&platform, Write::Rotate(orders()));
    let destroy = ask(&platform, Write::DestroyAddon(orders()));
    assert_eq!(standing(&platform), ["restart failed", "rotate failed", "destroy queued"]);
    for id in [running, queued] {
        assert_eq!(platform.operation(&id).message.as_deref(), Some("The add-on is being destroyed."));
    }
    platform.world.goes_on.notify_one();
    assert_eq!(platform.wait_for_end(&destroy).state.word(), "done");
    platform.wait_for("orders", None);
    assert_eq!(platform.operation(&destroy).addon.as_deref(), Some("orders"), "the row tells whom it destroyed");
    check_invariants(&platform, None);
}

#[test]
fn what_can_not_begin_when_its_turn_comes_fails_with_the_reason() {
    let platform = ready();
    platform.set_fault(Some(Fault::Wait("stop")));
    let restart = ask(&platform, Write::Restart(orders()));
    platform.block_on(platform.world.hangs.notified());
    let rotate = ask(&platform, Write::Rotate(orders()));
    platform.set_fault(Some(Fault::Fail("resume")));
    platform.world.goes_on.notify_one();
    assert_eq!(platform.wait_for_end(&restart).state.word(), "failed");
    let rotate = platform.wait_for_end(&rotate);
    assert_eq!(rotate.message.as_deref(), Some("When its turn came, orders was failed."));
    assert_eq!((rotate.state.word(), rotate.step), ("failed", None));
    platform.set_fault(None);
    platform.wait_for("orders", Some("ready"));
}

#[test]
fn a_new_password_is_nowhere_but_in_the_row() {
    let platform = ready();
    let before = platform.row("orders").settings;
    platform.set_fault(Some(Fault::Wait("change_password")));
    let body = platform.write(Write::Rotate(orders())).unwrap();
    platform.block_on(platform.world.hangs.notified());
    let id = body["operation"]["id"].as_str().unwrap();
    let operation = platform.operation(id);
    assert!(operation.spec.text("password").is_some(), "it is durable before the server has it");
    assert!(!format!("{operation:?} {body}").contains("s3cret"), "{operation:?}");
    platform.world.goes_on.notify_one();
    assert_eq!(platform.wait_for_end(id).spec, Spec::default());
    let after = platform.row("orders").settings;
    use secrecy::ExposeSecret;
    assert_ne!(before.password.expose_secret(), after.password.expose_secret());
    assert_eq!(before.admin_password.expose_secret(), after.admin_password.expose_secret());
    assert!(!format!("{:?}", platform.events("orders")).contains("s3cret"));
}

#[test]
fn an_undone_change_of_plan_says_so_and_the_old_plan_holds() {
    let platform = ready();
    platform.set_fault(Some(Fault::FailNew("apply_plan")));
    let id = ask(&platform, Write::ChangeAddon(orders(), Change::Plan("standard-0".to_owned())));
    let operation = platform.wait_for_end(&id);
    let told = "apply_plan: It does not work like this. It has its old plan again.";
    assert_eq!(operation.message.as_deref(), Some(told));
    let row = platform.row("orders");
    assert_eq!((row.plan.name.as_str(), row.state.word(), row.state_reason), ("small", "ready", None));
    check_invariants(&platform, None);
}

#[test]
fn undoing_that_fails_is_tried_again_until_it_is_undone() {
    let platform = ready();
    platform.set_fault(Some(Fault::Fail("apply_plan")));
    let id = ask(&platform, Write::ChangeAddon(orders(), Change::Plan("standard-0".to_owned())));
    platform.until(|| platform.row("orders").state_reason.is_some());
    let operation = platform.operation(&id);
    assert!(operation.is_undoing && operation.state.is_unfinished(), "{operation:?}");
    assert_eq!(platform.row("orders").state.word(), "updating");
    platform.set_fault(None);
    assert_eq!(platform.wait_for_end(&id).state.word(), "failed");
    let row = platform.row("orders");
    assert_eq!((row.plan.name.as_str(), row.state.word(), row.state_reason), ("small", "ready", None));
    check_invariants(&platform, None);
}

#[test]
fn what_only_an_add_on_in_service_can_do_is_refused_with_the_way_out() {
    let platform = Platform::new();
    platform.set_fault(Some(Fault::Fail("check")));
    platform.create("orders", None).unwrap();
    platform.wait_for("orders", Some("failed"));
    for write in [Write::Rotate(orders()), Write::Restart(orders())] {
        let refusal = platform.write(write).unwrap_err();
        assert_eq!((refusal.status, refusal.code), (409, "not_ready"));
        assert!(refusal.message.contains("attache addons destroy orders"), "{}", refusal.message);
    }
    let plan = |plan: &str| platform.write(Write::ChangeAddon(orders(), Change::Plan(plan.to_owned())));
    platform.set_fault(None);
    platform.write(Write::DestroyAddon(orders())).unwrap();
    platform.wait_for("orders", None);
    platform.create("orders", None).unwrap();
    platform.wait_for("orders", Some("ready"));
    assert_eq!(plan("small").unwrap_err().code, "not_supported");
    assert_eq!(plan("huge").unwrap_err().code, "unknown_plan");
    platform.create("users", None).unwrap();
    let name = |name: &str| platform.write(Write::ChangeAddon(orders(), Change::Name(name.to_owned())));
    assert_eq!(name("users").unwrap_err().code, "name_taken");
    assert_eq!(name("Users").unwrap_err().code, "invalid_name");
    assert_eq!(name("orders").unwrap()["addon"]["name"], "orders", "its own name is no clash");
}

#[test]
fn a_restart_takes_up_one_that_was_given_up() {
    let platform = ready();
    let server = platform.engine().services.addon_folder(&platform.row("orders").id).join("start_server");
    for _ in 0..3 {
        platform.wait_for("orders", Some("ready"));
        platform.until(|| server.exists());
        std::fs::remove_file(&server).unwrap();
    }
    platform.wait_for("orders", Some("failed"));
    let reason = platform.row("orders").state_reason.unwrap();
    assert!(reason.ends_with("start it: attache addons restart orders"), "{reason}");
    let id = ask(&platform, Write::Restart(orders()));
    assert_eq!(platform.wait_for_end(&id).state.word(), "done");
    assert_eq!((platform.row("orders").state.word(), platform.row("orders").state_reason), ("ready", None));
    // Its earlier ends are forgotten: the next one is the first.
    std::fs::remove_file(&server).unwrap();
    platform.until(|| server.exists());
    platform.wait_for("orders", Some("ready"));
}
