//! Configuration: file < environment < flags, and where things are on disk.

mod credential;
mod file;
mod notify;
mod paths;
mod profile;
mod resolve;

pub use file::{ConfigError, ConfigFile};
pub use notify::Notify;
pub use paths::{Paths, PathsError};
pub use profile::{Endpoint, PlatformKind, Profile, TokenSource};
pub use resolve::{Resolved, Wanted, resolve};
