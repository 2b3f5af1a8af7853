//! The rig of the stand-in servers, and the stand-ins of other platforms: stateful servers, written from what is known of
//! each platform, which write down every request and can misbehave in every way that a network and a server can.
//!
//! The tests include this folder as a module, and so does each example, which runs one stand-in by hand:
//! `#[path = "../tests/stand_ins/mod.rs"] mod stand_ins;`
//!
//! A stand-in is a world (plain data, `World`) and a router over it (`Router<Arc<Mutex<W>>>`), given to `Rig::on_tcp`.

// clippy.toml allows these in test functions; a stand-in is a part of the tests.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout)]
// An example uses one stand-in, and of the rig what it needs by hand. The tests use everything: what they don't is dead.
#![cfg_attr(not(test), allow(dead_code, unused_imports))]

pub(crate) mod akkeris;
#[cfg(not(test))]
pub(crate) mod by_hand;
mod control;
mod counters;
mod fault;
pub(crate) mod heroku;
pub(crate) mod orkestr;
mod rig;
mod seen;
pub(crate) mod watasu;

pub(crate) use fault::Fault;
pub(crate) use rig::{Rig, World};
pub(crate) use seen::Seen;
