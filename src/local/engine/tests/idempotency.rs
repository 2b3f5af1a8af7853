//! The same key gets the same answer, and the write happens once.

use super::fake::{Platform, new_addon};
use crate::local::engine::Write;

#[test]
fn the_same_key_creates_one_add_on_and_answers_the_same_also_after_a_restart() {
    let mut platform = Platform::new();
    let create = || {
        let mut new = new_addon("", "postgresql", None);
        new.name = None;
        Write::CreateAddon(new)
    };
    let first = platform.send(create(), Some(("key-1", "a"))).unwrap();
    assert_eq!(first.status, 202);
    assert_eq!(platform.send(create(), Some(("key-1", "a"))).unwrap(), first);
    platform.restart();
    assert_eq!(platform.send(create(), Some(("key-1", "a"))).unwrap(), first);
    let rows = platform.block_on(platform.engine().db.read(crate::local::db::addons::all)).unwrap();
    assert_eq!(rows.len(), 1);
    let other = platform.send(create(), Some(("key-1", "b"))).unwrap_err();
    assert_eq!((other.status, other.code), (409, "idempotency_mismatch"));
    platform.send(create(), Some(("key-2", "a"))).unwrap();
}

#[test]
fn a_refusal_is_an_answer_too_and_leaves_nothing_behind() {
    let platform = Platform::new();
    platform.create("orders", Some("billing")).unwrap();
    // The clash is found after the row was written: it must be gone again.
    let clash = || Write::CreateAddon(new_addon("users", "postgresql", Some("billing")));
    let refused = platform.send(clash(), Some(("key", "x"))).unwrap();
    assert_eq!((refused.status, refused.body["error"].as_str().unwrap()), (409, "variable_clash"));
    platform.write(Write::DestroyAddon("orders".into())).unwrap();
    platform.wait_for("orders", None);
    assert_eq!(platform.send(clash(), Some(("key", "x"))).unwrap(), refused, "the clash is over, the answer stays");
    let rows = platform.block_on(platform.engine().db.read(crate::local::db::addons::all)).unwrap();
    assert!(rows.is_empty());
    platform.send(clash(), Some(("another key", "x"))).unwrap();
}
