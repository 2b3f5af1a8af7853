//! The one integration-test binary; each module is a level of tests.

// clippy.toml allows these in test functions; their helpers are tests as well.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout)]

mod bastion;
mod buckets;
mod contracts;
mod drivers;
mod flows;
mod pages;
mod platform;
mod screens;
mod several;
mod soak;
#[path = "../stand_ins/mod.rs"]
mod stand_ins;
mod support;
mod terminal;
mod verbs;
