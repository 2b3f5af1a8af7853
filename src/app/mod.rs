//! The dashboard's mind: state, what can happen to it, and what it wants done. No I/O, no clock, no terminal.

mod action;
mod effect;

pub use action::{Action, Now, Reply};
pub use effect::{Effect, Query, RequestId};
