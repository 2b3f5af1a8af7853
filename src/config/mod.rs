//! Configuration: file < environment < flags, and where things are on disk.

mod account;
mod authorities;
mod credential;
mod file;
mod found;
mod nearest;
mod netrc;
mod notify;
mod offered;
mod paths;
mod place;
mod private;
mod profile;
mod resolve;

pub use authorities::Authorities;
pub use file::{ConfigError, ConfigFile, ProfileEntry, TokenEntry};
pub use notify::Notify;
pub use offered::{Listed, Listing, Offered, Token, list};
pub use paths::{Paths, PathsError, PlatformPaths};
pub use profile::{BACKUP_MAX_AGE, Endpoint, PlatformKind, Profile, TokenSource};
pub use resolve::{Resolved, Wanted, resolve};
