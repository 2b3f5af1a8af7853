//! The one integration-test binary; each module is a level of tests.

mod contracts;
mod drivers;
mod flows;
mod platform;
mod screens;
mod support;
mod terminal;
mod verbs;
