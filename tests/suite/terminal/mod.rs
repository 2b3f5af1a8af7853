//! The real binary in a real terminal.

mod away;
mod ending;
mod found;
mod journey;
mod looks;
mod panics;
mod restoring;
mod suspending;
mod traffic;
mod trouble;
mod typing;
mod unlocking;
