//! The real binary in a real terminal.

mod ending;
mod looks;
mod panics;
mod suspending;
mod traffic;
mod typing;
