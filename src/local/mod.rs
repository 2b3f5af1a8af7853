//! The local platform: real add-ons as servers on this machine.

pub mod services;
