//! The real binary in a real terminal.

mod away;
mod ending;
mod found;
mod journey;
mod looks;
mod multiplexers;
mod panics;
mod quiet;
mod restoring;
mod sizes;
mod suspending;
mod traffic;
mod trouble;
mod typing;
mod unlocking;
mod vanishing;
