//! The loop: it alone owns the state and performs effects. Everything else is data on its way to it or from it.

mod backend;
mod clipboard;
mod hangup;
mod input;
mod look;
mod signals;
mod suspend;
pub mod terminal;

use std::process::ExitCode;

use crate::config::{Paths, Profile};
use crate::platform::Connection;

pub use crate::app::Look;
pub use look::ColorChoice;

/// Builds the way into the platform. Called once, after the first frame, off the loop's thread but inside tokio.
/// An error is a sentence; it is shown and every read fails with it.
pub type Connect = Box<dyn FnOnce() -> Result<Connection, String> + Send>;

/// What the dashboard is started with.
pub struct DashboardOptions {
    /// The profile it shows.
    pub profile: Profile,
    /// How to reach its platform.
    pub connect: Connect,
    /// Where things are on disk.
    pub paths: Paths,
    /// What `--color` said.
    pub color: ColorChoice,
    /// Whether `--ascii` was given.
    pub ascii: bool,
}

/// Runs the dashboard until it is left, and gives the exit status: 0, 2 without a terminal, 128 + n after signal n.
///
/// It makes its own tokio runtime, so it must not be called inside one.
///
/// # Errors
/// When the terminal can't be used or a part of the program failed; the terminal is restored first.
pub fn run(options: DashboardOptions) -> color_eyre::Result<ExitCode> {
    let _ = options;
    Err(color_eyre::eyre::eyre!("The dashboard is being built; only its signature is here."))
}
