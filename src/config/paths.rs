//! Where things are on disk: XDG folders, or the folders `config`, `state`, `cache` and `data` of `ATTACHE_HOME`.

use std::path::{Path, PathBuf};

use rustix::process::geteuid;

/// Root's state can't live under `/root`, which the user `attache` may not enter.
const ROOT_PLATFORM_FOLDER: &str = "/var/lib/attache";

/// The folders that the program uses. None of them is made by naming it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Paths {
    /// Holds `config.toml`.
    pub config: PathBuf,
    /// Holds the journal (`operations/`) and the logs.
    pub state: PathBuf,
    /// Holds what was last read from platforms; may be deleted at any time.
    pub cache: PathBuf,
    /// Holds the local platform's state, servers and sockets.
    pub platform: PathBuf,
}

/// No folder could be named.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PathsError {
    /// Neither `HOME` nor `ATTACHE_HOME` names a folder.
    #[error(
        "There is no home folder to keep configuration and state in: set HOME, or set ATTACHE_HOME to a folder of your own."
    )]
    NoHome,
    /// `ATTACHE_HOME` is not absolute, so it would mean another folder from another place.
    #[error("ATTACHE_HOME is {0:?}, which is not an absolute path. Set it to a path that starts with a slash.")]
    NotAbsolute(String),
}

impl Paths {
    /// The folders for this user and environment.
    ///
    /// # Errors
    /// When no home folder can be told.
    pub fn from_env() -> Result<Self, PathsError> {
        match std::env::var_os("ATTACHE_HOME").filter(|home| !home.is_empty()) {
            Some(home) => Self::below(Path::new(&home)),
            None => {
                let dirs = directories::ProjectDirs::from("", "", "attache").ok_or(PathsError::NoHome)?;
                let state = dirs.state_dir().unwrap_or_else(|| dirs.data_local_dir()).to_path_buf();
                let platform = if geteuid().is_root() {
                    PathBuf::from(ROOT_PLATFORM_FOLDER)
                } else {
                    dirs.data_local_dir().join("platform")
                };
                Ok(Self {
                    config: dirs.config_dir().to_path_buf(),
                    state,
                    cache: dirs.cache_dir().to_path_buf(),
                    platform,
                })
            }
        }
    }

    /// The folders below one that holds them all.
    ///
    /// # Errors
    /// When `home` is not an absolute path.
    pub fn below(home: &Path) -> Result<Self, PathsError> {
        if !home.is_absolute() {
            return Err(PathsError::NotAbsolute(home.display().to_string()));
        }
        Ok(Self {
            config: home.join("config"),
            state: home.join("state"),
            cache: home.join("cache"),
            platform: home.join("data").join("platform"),
        })
    }

    /// The file with the profiles.
    pub fn config_file(&self) -> PathBuf {
        self.config.join(super::file::FILE)
    }

    /// The socket on which the local platform answers, in a 0700 folder.
    pub fn platform_socket(&self) -> PathBuf {
        self.platform.join("run").join("api.sock")
    }

    /// The bearer token for the local platform's TCP listener, mode 0600.
    pub fn platform_token(&self) -> PathBuf {
        self.platform.join("run").join("token")
    }

    /// The journal's folder, mode 0700.
    pub fn operations(&self) -> PathBuf {
        self.state.join("operations")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_home_holds_them_all() {
        let paths = Paths::below(Path::new("/srv/a")).unwrap();
        assert_eq!(paths.config, Path::new("/srv/a/config"));
        assert_eq!(paths.platform_socket(), Path::new("/srv/a/data/platform/run/api.sock"));
        assert!(matches!(Paths::below(Path::new("here")), Err(PathsError::NotAbsolute(_))));
    }
}
