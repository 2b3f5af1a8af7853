//! The local platform: real add-ons as servers on this machine.

pub mod api;
pub mod catalog;
pub mod cli;
pub mod db;
pub mod engine;
pub mod ports;
pub mod programs;
pub mod services;
pub mod supervisor;
pub mod user;
