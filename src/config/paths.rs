//! Where things are on disk: XDG folders, or the folders `config`, `state`, `cache` and `data` of `ATTACHE_HOME`; what the
//! program keeps of its own may be elsewhere (`--state-dir`). Where there is no home folder, there is no such place.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use rustix::process::{geteuid, getuid};

/// Root's state can't live under `/root`, which the user `attache` may not enter.
const ROOT_PLATFORM_FOLDER: &str = "/var/lib/attache";
/// Our folder in each of the XDG folders.
const OURS: &str = "attache";
/// The variable that says what `--state-dir` says.
const STATE_DIR: &str = "ATTACHE_STATE_DIR";

/// The folders that the program uses; `None` where no folder can be named. None of them is made by naming it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Paths {
    /// Holds `config.toml`; without one, nothing is configured.
    pub config: Option<PathBuf>,
    /// Holds the journal (`operations/`) and what was seen of use; without one, nothing is written to any platform.
    pub state: Option<PathBuf>,
    /// Holds what was last read from platforms; may be deleted at any time.
    pub cache: Option<PathBuf>,
    /// Holds the local platform; without one, there is none.
    pub platform: Option<PlatformPaths>,
}

/// The folder of the local platform: its state, servers and sockets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlatformPaths {
    /// Holds them all.
    pub folder: PathBuf,
}

impl PlatformPaths {
    /// The socket on which it answers, in a 0700 folder.
    pub fn socket(&self) -> PathBuf {
        self.folder.join("run").join("api.sock")
    }

    /// The bearer token for its TCP listener, mode 0600.
    pub fn token(&self) -> PathBuf {
        self.folder.join("run").join("token")
    }
}

/// A folder that is needed can't be named, or one that was named is no good.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PathsError {
    /// Nowhere to keep the journal.
    #[error(
        "Nothing can be written for want of a journal: there is no home folder. Name one with --state-dir DIR, or set HOME."
    )]
    NoState,
    /// Nowhere to keep the local platform.
    #[error(
        "There is no home folder to keep the local platform in (HOME is not set, and /etc/passwd has none for this user). Set HOME, name a folder with --state-dir DIR, or name another platform with --platform or --profile."
    )]
    NoPlatform,
    /// A folder in a variable is not absolute, so it would mean another one from another place.
    #[error("{variable} is {value:?}, which is not an absolute path. Set it to a path that starts with a slash.")]
    NotAbsolute {
        /// The variable.
        variable: &'static str,
        /// What it says.
        value: String,
    },
    /// What was named to keep things in can't be that.
    #[error("The state folder {0:?}, named by --state-dir or ATTACHE_STATE_DIR, {1}. Name a folder of your own.")]
    BadStateDir(String, &'static str),
}

/// What the folders depend on.
struct Surroundings<'a> {
    variable: &'a dyn Fn(&str) -> Option<OsString>,
    /// The home folder where no variable names one.
    passwd_home: &'a dyn Fn() -> Option<PathBuf>,
    is_root: bool,
}

impl Surroundings<'_> {
    fn named(&self, variable: &str) -> Option<OsString> {
        (self.variable)(variable).filter(|value| !value.is_empty())
    }

    fn absolute(&self, variable: &'static str) -> Result<Option<PathBuf>, PathsError> {
        match self.named(variable).map(PathBuf::from) {
            Some(path) if !path.is_absolute() => {
                Err(PathsError::NotAbsolute { variable, value: path.display().to_string() })
            }
            path => Ok(path),
        }
    }
}

impl Paths {
    /// The folders for this user and environment; `state_dir` is what `--state-dir` says, relative to the working folder.
    ///
    /// # Errors
    /// When a folder that was named is no good. That none can be named is no error.
    pub fn find(state_dir: Option<&Path>) -> Result<Self, PathsError> {
        let around = Surroundings {
            variable: &|name| std::env::var_os(name),
            passwd_home: &|| home_of(&std::fs::read_to_string("/etc/passwd").ok()?, getuid().as_raw()),
            is_root: geteuid().is_root(),
        };
        Self::decide(state_dir, &around)
    }

    fn decide(state_dir: Option<&Path>, around: &Surroundings<'_>) -> Result<Self, PathsError> {
        let mut paths = match around.absolute("ATTACHE_HOME")? {
            Some(home) => Self::below(&home),
            None => Self::of_user(around),
        };
        let state = match state_dir {
            Some(named) => Some(in_full(named)?),
            None => around.absolute(STATE_DIR)?,
        };
        if let Some(state) = state {
            check_folder(&state)?;
            paths.cache = Some(state.join("cache"));
            paths.platform = paths.platform.or_else(|| Some(PlatformPaths { folder: state.join("platform") }));
            paths.state = Some(state);
        }
        Ok(paths)
    }

    /// The XDG folders. `getpwuid` is not asked for the home folder: in a static program it loads libraries of whatever C
    /// library the machine has, and may end the process.
    fn of_user(around: &Surroundings<'_>) -> Self {
        let home = around.named("HOME").map(PathBuf::from).or_else(around.passwd_home);
        let home = home.filter(|home| home.is_absolute());
        let folder = |variable: &str, below: &str| {
            let named = around.named(variable).map(PathBuf::from).filter(|path| path.is_absolute());
            Some(named.or_else(|| Some(home.as_ref()?.join(below)))?.join(OURS))
        };
        let platform = if around.is_root {
            Some(PathBuf::from(ROOT_PLATFORM_FOLDER))
        } else {
            folder("XDG_DATA_HOME", ".local/share").map(|data| data.join("platform"))
        };
        Self {
            config: folder("XDG_CONFIG_HOME", ".config"),
            state: folder("XDG_STATE_HOME", ".local/state"),
            cache: folder("XDG_CACHE_HOME", ".cache"),
            platform: platform.map(|folder| PlatformPaths { folder }),
        }
    }

    /// The folders below one that holds them all.
    pub fn below(home: &Path) -> Self {
        Self {
            config: Some(home.join("config")),
            state: Some(home.join("state")),
            cache: Some(home.join("cache")),
            platform: Some(PlatformPaths { folder: home.join("data").join("platform") }),
        }
    }

    /// The file with the profiles, where there can be one.
    pub fn config_file(&self) -> Option<PathBuf> {
        Some(self.config.as_ref()?.join(super::file::FILE))
    }

    /// The same, for people.
    pub fn config_file_shown(&self) -> String {
        match self.config_file() {
            Some(file) => file.display().to_string(),
            None => "config.toml (there is no folder for it: set HOME, or XDG_CONFIG_HOME)".to_owned(),
        }
    }

    /// The local platform's folder.
    ///
    /// # Errors
    /// When there is no home folder.
    pub fn local(&self) -> Result<&PlatformPaths, PathsError> {
        self.platform.as_ref().ok_or(PathsError::NoPlatform)
    }

    /// The journal's folder, mode 0700.
    ///
    /// # Errors
    /// When there is no home folder: then nothing is written to any platform.
    pub fn operations(&self) -> Result<PathBuf, PathsError> {
        Ok(self.state.as_ref().ok_or(PathsError::NoState)?.join("operations"))
    }
}

/// A folder that was typed, from the working folder on.
fn in_full(named: &Path) -> Result<PathBuf, PathsError> {
    let bad = |why| PathsError::BadStateDir(named.display().to_string(), why);
    if named.as_os_str().is_empty() {
        return Err(bad("has no name"));
    }
    std::path::absolute(named).map_err(|_| bad("is relative, and the working folder can't be told"))
}

/// Refuses what can't become a folder. One that is only closed to us is left to whoever writes.
fn check_folder(folder: &Path) -> Result<(), PathsError> {
    let bad = |why| Err(PathsError::BadStateDir(folder.display().to_string(), why));
    match std::fs::metadata(folder) {
        Ok(metadata) if !metadata.is_dir() => bad("is not a folder"),
        Err(error) if error.kind() == std::io::ErrorKind::NotADirectory => {
            bad("lies below something that is not a folder")
        }
        Err(error) if error.kind() == std::io::ErrorKind::InvalidInput => bad("is not a name that a folder can have"),
        Err(_) if std::fs::symlink_metadata(folder).is_ok_and(|metadata| metadata.is_symlink()) => {
            bad("is a link that leads nowhere")
        }
        _ => Ok(()),
    }
}

/// The home folder of a user in the text of `/etc/passwd`.
fn home_of(passwd: &str, uid: u32) -> Option<PathBuf> {
    let home = passwd.lines().find_map(|line| {
        let fields: Vec<&str> = line.split(':').collect();
        (fields.get(2)?.parse() == Ok(uid)).then(|| fields.get(5).copied())?
    });
    home.filter(|home| !home.is_empty()).map(PathBuf::from)
}

#[cfg(test)]
mod tests;
