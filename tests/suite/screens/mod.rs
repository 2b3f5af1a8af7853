//! What people see: snapshots of screens with their styles, and what they cost.

mod backups;
mod commands;
mod confirming;
mod copies;
mod cost;
mod courses;
mod danger;
mod deployments;
mod elsewhere;
mod errors;
mod hands;
mod main_screen;
mod modals;
mod operations;
pub(crate) mod paint;
mod restore;
mod running;
mod world;

/// One snapshot of a state, by name.
macro_rules! look {
    ($name:expr, $state:expr) => {
        insta::assert_snapshot!($name, crate::screens::paint::screen(&$state))
    };
}
use look;

/// Whether a question is the one that is meant.
type IsAsked = fn(&attache::app::Query) -> bool;
