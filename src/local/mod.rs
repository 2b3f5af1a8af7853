//! The local platform: real add-ons as servers on this machine.

pub mod api;
pub mod catalog;
pub mod cli;
pub mod db;
pub mod engine;
pub mod ports;
pub mod programs;
pub mod recover;
pub mod services;
pub mod step;
mod step_error;
pub mod supervisor;
pub mod user;

/// The folder of a platform that holds a folder for each add-on.
const ADDONS_FOLDER: &str = "addons";
