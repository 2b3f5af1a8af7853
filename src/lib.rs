//! `attache` is a terminal dashboard for managed add-ons: the databases, caches, buckets and streams that a team owns and
//! attaches to its apps. One binary has three faces: the dashboard, the same verbs without a screen, and a local platform
//! that runs real PostgreSQL, Valkey and S3 buckets on this machine.
//!
//! # The data-flow rule
//!
//! Event → Action → `update(&mut State, Action, now)` → Effects → Event. One writer, one direction. `update` is
//! synchronous and pure but for `&mut State`: no I/O, no clock (time comes in), no terminal, no spawning. `view` only
//! reads. Only [`runtime`] performs effects, and every result returns as an action that carries the id and the generation
//! it was asked for; a stale one is dropped. A write is a value: it is proposed, shown with its effects, confirmed,
//! journaled, sent once, and followed to its end.
//!
//! # Dependencies point one way
//!
//! [`model`] ← [`platform`], [`store`] ← [`app`] ← [`view`], [`runtime`]; [`local`] uses [`model`] alone; [`verbs`] uses
//! [`platform`] and [`store`].

#[cfg(all(target_env = "gnu", target_feature = "crt-static", not(feature = "own-resolver")))]
compile_error!("a static program looks up names itself: add --features own-resolver (see scripts/dist)");

pub mod app;
pub mod config;
mod foreign;
pub mod local;
pub mod model;
pub mod platform;
mod proc_stat;
pub mod runtime;
pub mod store;
pub mod verbs;
pub mod view;
