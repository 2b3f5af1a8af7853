//! An add-on that nobody uses sleeps, and whoever connects to it does not notice. Its servers truly listen here.

use std::net::Ipv4Addr;
use std::sync::atomic::Ordering;

use tokio::io::AsyncReadExt;
use tokio::net::{TcpListener, TcpStream};

use super::fake::{Fault, Platform};
use crate::local::engine::Write;
use crate::local::engine::services::locked;
use crate::model::{Limit, Plan};

fn sleeps_at_once(plan: &mut Plan) {
    plan.limits.retain(|limit| limit.name != "sleep_after");
    let (name, unit) = ("sleep_after".to_owned(), "seconds".to_owned());
    plan.limits.push(Limit { name, value: 0, unit, enforced_by: None });
}

/// A platform with the add-on `orders`, which is ready and whose plan sleeps.
fn platform() -> Platform {
    let platform = Platform::with_plans(sleeps_at_once);
    platform.world.listens.store(true, Ordering::SeqCst);
    platform.create("orders", Some("billing")).unwrap();
    platform.wait_for("orders", Some("ready"));
    platform
}

fn asleep() -> Platform {
    let platform = platform();
    platform.write(Write::Sleep("orders".to_owned())).unwrap();
    platform.wait_for("orders", Some("sleeping"));
    platform
}

/// Connects to the port of `orders`, which is always listened on, sooner or later.
async fn connect(port: u16) -> TcpStream {
    loop {
        match TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await {
            Ok(connection) => return connection,
            Err(_) => tokio::time::sleep(std::time::Duration::from_millis(2)).await,
        }
    }
}

async fn read(mut connection: TcpStream) -> String {
    let mut told = String::new();
    // A connection that is let go of may be reset.
    let _ = connection.read_to_string(&mut told).await;
    told
}

/// Lets the watch go round often enough for everything that it does by itself.
fn let_the_watch_go_round(platform: &Platform) {
    let before = platform.world.probes.load(Ordering::SeqCst);
    platform.until(|| platform.world.probes.load(Ordering::SeqCst) >= before + 10);
}

fn resumes(platform: &Platform) -> usize {
    platform.world.calls().iter().filter(|call| call.starts_with("resume orders")).count()
}

#[test]
fn whoever_connects_to_a_sleeping_add_on_is_held_until_its_server_answers() {
    let platform = asleep();
    assert_eq!(platform.events("orders").last().unwrap(), "sleeping done");
    let port = platform.row("orders").settings.port;
    platform.set_fault(Some(Fault::Wait("resume")));
    let connections = platform.block_on(async { [connect(port).await, connect(port).await, connect(port).await] });
    platform.block_on(platform.world.hangs.notified());
    assert_eq!(platform.row("orders").state.word(), "sleeping", "it is not called ready before it answers");
    platform.set_fault(None);
    platform.world.goes_on.notify_one();
    for connection in connections {
        assert_eq!(platform.block_on(read(connection)), "orders is here\n");
    }
    platform.wait_for("orders", Some("ready"));
    assert_eq!(platform.row("orders").settings.port, port, "its server listens where it was held");
    let operations = platform.operations();
    let wakes: Vec<_> = operations.iter().filter(|row| row.kind.word() == "wake").collect();
    assert_eq!(wakes.len(), 1, "three connections wake it once");
    assert_eq!((wakes[0].author.as_str(), wakes[0].state.word()), ("attache", "done"));
    assert_eq!(platform.releases("billing"), ["Attach orders"], "no app learns of it");
    assert_eq!(platform.block_on(async { read(connect(port).await).await }), "orders is here\n");
}

#[test]
fn a_sleeping_add_on_is_neither_probed_nor_started_and_survives_the_platform() {
    let mut platform = asleep();
    platform.create("users", None).unwrap();
    platform.wait_for("users", Some("ready"));
    let before = resumes(&platform);
    let_the_watch_go_round(&platform);
    platform.restart();
    let_the_watch_go_round(&platform);
    assert_eq!(platform.row("orders").state.word(), "sleeping");
    assert_eq!(resumes(&platform), before);
    let document = platform.told("orders");
    assert_eq!((&document["state"], &document["health"]["status"]), (&"sleeping".into(), &"unknown".into()));
    assert_eq!(document["health"]["message"], "it sleeps; a connection wakes it");
    let port = platform.row("orders").settings.port;
    assert_eq!(platform.block_on(async { read(connect(port).await).await }), "orders is here\n");
    platform.wait_for("orders", Some("ready"));
}

#[test]
fn a_port_taken_while_the_platform_was_down_moves_a_sleeping_add_on() {
    let mut platform = asleep();
    let before = platform.row("orders").settings.port;
    platform.kill();
    let taken = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, before)).unwrap();
    platform.start();
    platform.until(|| platform.releases("billing").len() == 2);
    let after = platform.row("orders").settings.port;
    assert_ne!(before, after);
    assert_eq!(platform.releases("billing")[1], format!("orders moved to port {after}"));
    assert_eq!(platform.row("orders").state.word(), "sleeping");
    assert_eq!(platform.block_on(async { read(connect(after).await).await }), "orders is here\n");
    drop(taken);
}

#[test]
fn a_port_taken_in_the_moment_of_waking_moves_it_and_whoever_was_held_is_let_in() {
    let platform = asleep();
    let before = platform.row("orders").settings.port;
    platform.set_fault(Some(Fault::PortTaken("resume", 1)));
    assert_eq!(platform.block_on(async { read(connect(before).await).await }), "orders is here\n");
    platform.wait_for("orders", Some("ready"));
    assert_ne!(platform.row("orders").settings.port, before);
}

#[test]
fn nobody_connected_for_long_enough_puts_it_to_sleep_and_not_knowing_does_not() {
    let platform = platform();
    let_the_watch_go_round(&platform);
    assert_eq!(platform.row("orders").state.word(), "ready", "it can't be told who is connected");
    *locked(&platform.world.connections) = Some(1);
    let_the_watch_go_round(&platform);
    assert_eq!(platform.row("orders").state.word(), "ready");
    *locked(&platform.world.connections) = Some(0);
    platform.wait_for("orders", Some("sleeping"));
    let events = platform.events("orders");
    assert_eq!(events[events.len() - 4..], ["idle note", "stop_server started", "stop_server done", "sleeping done"]);
    assert_eq!(platform.operations().last().unwrap().author, "attache");
}

#[test]
fn one_that_can_not_be_woken_lets_go_of_whoever_was_held_and_is_brought_back_later() {
    let platform = asleep();
    let port = platform.row("orders").settings.port;
    platform.set_fault(Some(Fault::Fail("resume")));
    assert_eq!(platform.block_on(async { read(connect(port).await).await }), "");
    platform.wait_for("orders", Some("failed"));
    assert_eq!(platform.row("orders").state_reason.as_deref(), Some("resume: It did not work."));
    platform.set_fault(None);
    platform.wait_for("orders", Some("ready"));
    assert_eq!(platform.block_on(async { read(connect(port).await).await }), "orders is here\n");
}

#[test]
fn destroying_a_sleeping_add_on_gives_its_port_back() {
    let platform = asleep();
    let port = platform.row("orders").settings.port;
    platform.write(Write::DestroyAddon("orders".to_owned())).unwrap();
    platform.wait_for("orders", None);
    platform.block_on(async { TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await }).unwrap();
}

#[test]
fn a_restart_wakes_and_waking_twice_is_no_error() {
    let platform = asleep();
    let body = platform.write(Write::Restart("orders".to_owned())).unwrap();
    platform.wait_for_end(body["operation"]["id"].as_str().unwrap());
    assert_eq!(platform.row("orders").state.word(), "ready");
    let body = platform.write(Write::Wake("orders".to_owned())).unwrap();
    let operation = platform.wait_for_end(body["operation"]["id"].as_str().unwrap());
    assert_eq!(operation.state.word(), "done");
    assert_eq!(platform.row("orders").state.word(), "ready");
}

#[test]
fn a_plan_that_does_not_sleep_says_which_does() {
    let platform = Platform::new();
    platform.create("orders", None).unwrap();
    platform.wait_for("orders", Some("ready"));
    for write in [Write::Sleep("orders".to_owned()), Write::Wake("orders".to_owned())] {
        let refusal = platform.write(write).unwrap_err();
        assert_eq!((refusal.status, refusal.code), (422, "not_supported"));
        assert_eq!(refusal.message, "postgresql on the plan small never sleeps. postgresql:dev does.");
    }
}
