//! Configuration: file < environment < flags, and where things are on disk.

mod paths;
mod profile;

pub use paths::{Paths, PathsError};
pub use profile::{Endpoint, PlatformKind, Profile};
