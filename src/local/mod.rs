//! The local platform: real add-ons as servers on this machine.

pub mod catalog;
pub mod services;
