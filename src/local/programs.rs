//! Finding the server programs of this machine: an explicit setting, then PATH, then the folders of the distributions.

use std::ffi::OsString;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::model::printable;

/// Names a folder with `postgres` and `initdb`; nowhere else is then looked.
pub const POSTGRES_BIN: &str = "ATTACHE_POSTGRES_BIN";

/// Names the program to run as Valkey or Redis server; nowhere else is then looked.
pub const VALKEY_SERVER: &str = "ATTACHE_VALKEY_SERVER";

/// Under which names the kernel shows Valkey and Redis servers, also when the checker is called as the server: a running
/// one is found again by these.
pub const VALKEY_PROCESSES: [&str; 4] = ["valkey-server", "redis-server", "valkey-check-rd", "redis-check-rdb"];

/// One program that can be started.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Program {
    /// Where it is. Never canonicalised where the name decides what the program does.
    pub path: PathBuf,
    /// The name to start it under, where that is not the path's own.
    pub called: Option<&'static str>,
    /// Its version, such as `15.18`.
    pub version: String,
}

impl Program {
    /// A command that starts it with an empty environment, no input, its own process group, and `/` as working folder: it
    /// inherits neither secrets nor a terminal's Ctrl-C from us, and it holds no mounted folder.
    pub fn command(&self) -> Command {
        sealed_command(&self.path, self.called)
    }

    /// Path and version for people: `/usr/lib/postgresql/15/bin/postgres 15.18`.
    pub fn describe(&self) -> String {
        match self.called {
            Some(name) => format!("{} as {name} {}", self.path.display(), self.version),
            None => format!("{} {}", self.path.display(), self.version),
        }
    }

    /// The name that the kernel shows for its processes (`/proc/PID/comm`, 15 bytes).
    pub fn process_name(&self) -> String {
        let name = self.path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        name.chars().take(15).collect()
    }

    /// The same program under another name, where it does what its name says.
    pub fn called(&self, name: &'static str) -> Program {
        Program { called: Some(name), ..self.clone() }
    }

    /// The program of that name beside this one.
    pub fn sibling(&self, name: &str) -> Program {
        Program { path: self.path.with_file_name(name), called: None, version: self.version.clone() }
    }
}

/// Where to look.
#[derive(Clone, Debug)]
pub struct Places {
    /// Above every absolute folder that is not on PATH; `/` but in tests.
    root: PathBuf,
    /// PATH.
    path: OsString,
    /// [`POSTGRES_BIN`].
    postgres_bin: Option<PathBuf>,
    /// [`VALKEY_SERVER`].
    valkey_server: Option<PathBuf>,
}

impl Places {
    /// This machine and the environment of this process.
    pub fn here() -> Self {
        let set = |name| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
        Self {
            root: PathBuf::from("/"),
            path: std::env::var_os("PATH").unwrap_or_default(),
            postgres_bin: set(POSTGRES_BIN),
            valkey_server: set(VALKEY_SERVER),
        }
    }

    /// The newest PostgreSQL server with its `initdb` beside it, or a sentence on where was looked and what to do.
    pub fn postgresql(&self) -> Result<Program, String> {
        if let Some(folder) = &self.postgres_bin {
            return self.postgresql_in(folder).ok_or_else(|| {
                format!(
                    "{POSTGRES_BIN} is {}, which has no working postgres with initdb beside it. Correct it or unset it.",
                    folder.display()
                )
            });
        }
        let on_path = self.path_folders();
        if let Some(found) = on_path.iter().find_map(|folder| self.postgresql_in(folder)) {
            return Ok(found);
        }
        let newest = self.packaged().into_iter().max_by_key(|program| numbers(&program.version));
        newest.ok_or_else(|| {
            let install = self.install_line("postgresql");
            if on_path.iter().any(|folder| is_program(&folder.join("psql"))) {
                format!("Found psql but no server. {install}")
            } else {
                format!("PostgreSQL server not found (looked on PATH and in /usr/lib/postgresql/*/bin). {install}")
            }
        })
    }

    /// The server for a cluster that was made by this major version (`15`); `newest` is what [`Places::postgresql`] found.
    pub fn postgresql_of(&self, major: &str, newest: &Program) -> Result<Program, String> {
        let is_it = |program: &Program| {
            program.version.strip_prefix(major).is_some_and(|rest| !rest.starts_with(|c: char| c.is_ascii_digit()))
        };
        if is_it(newest) {
            return Ok(newest.clone());
        }
        self.packaged().into_iter().find(is_it).ok_or_else(|| {
            format!(
                "The data was made by PostgreSQL {major}, whose server is not installed (found {}). Install that version again.",
                newest.describe()
            )
        })
    }

    /// The servers in the distributions' folders.
    fn packaged(&self) -> Vec<Program> {
        let mut folders = Vec::new();
        for (above, prefix, below) in [
            ("usr/lib/postgresql", "", "bin"),
            ("usr", "pgsql-", "bin"),
            ("usr/libexec", "postgresql", ""),
            ("opt/homebrew/opt", "postgresql@", "bin"),
        ] {
            folders.extend(self.folders_in(above, prefix).into_iter().map(|folder| folder.join(below)));
        }
        folders.push(self.root.join("usr/local/pgsql/bin"));
        folders.push(self.root.join("usr/sbin"));
        folders.push(self.root.join("usr/local/sbin"));
        folders.iter().filter_map(|folder| self.postgresql_in(folder)).collect()
    }

    fn postgresql_in(&self, folder: &Path) -> Option<Program> {
        let named = folder.join("postgres");
        if !is_program(&named) {
            return None;
        }
        // A link on PATH leads to the folder where all the tools of that version are.
        let real = named.canonicalize().ok()?;
        let path = [real, named].into_iter().find(|path| is_program(&path.with_file_name("initdb")))?;
        let version = version_of(&path, None)?;
        Some(Program { path, called: None, version })
    }

    /// A Valkey or Redis server, or a sentence on what to do.
    ///
    /// `redis-server` may be a link to `redis-check-rdb`, a program that does what its own name says: so the path is never
    /// canonicalised, and the checker alone will do when it is called `redis-server`.
    pub fn valkey(&self) -> Result<Program, String> {
        let working = |path: PathBuf, called: Option<&'static str>| {
            if !is_program(&path) {
                return None;
            }
            let version = version_of(&path, called)?;
            Some(Program { path, called, version })
        };
        if let Some(path) = &self.valkey_server {
            let known = |program: &Program| VALKEY_PROCESSES.contains(&program.process_name().as_str());
            return working(path.clone(), None).filter(known).ok_or_else(|| {
                format!(
                    "{VALKEY_SERVER} is {}, which is no working server by the name of valkey-server or redis-server. Correct it or unset it.",
                    path.display()
                )
            });
        }
        let mut folders = self.path_folders();
        folders.extend(["usr/bin", "usr/sbin", "usr/local/bin", "usr/local/sbin"].map(|folder| self.root.join(folder)));
        [
            ("valkey-server", None),
            ("redis-server", None),
            ("valkey-check-rdb", Some("valkey-server")),
            ("redis-check-rdb", Some("redis-server")),
        ]
        .into_iter()
        .find_map(|(name, called)| folders.iter().find_map(|folder| working(folder.join(name), called)))
        .ok_or_else(|| format!("No valkey-server or redis-server found. {}", self.install_line("redis-server")))
    }

    fn path_folders(&self) -> Vec<PathBuf> {
        // A relative entry would let the working folder choose what we run.
        std::env::split_paths(&self.path).filter(|folder| folder.is_absolute()).collect()
    }

    /// The folders in `above` whose names begin with `prefix`.
    fn folders_in(&self, above: &str, prefix: &str) -> Vec<PathBuf> {
        let Ok(entries) = std::fs::read_dir(self.root.join(above)) else { return Vec::new() };
        entries
            .flatten()
            .filter(|entry| entry.file_name().to_string_lossy().starts_with(prefix))
            .map(|entry| entry.path())
            .collect()
    }

    /// How to install a server on this distribution. `debian` is the name of Debian's package.
    fn install_line(&self, debian: &str) -> String {
        let release = std::fs::read_to_string(self.root.join("etc/os-release")).unwrap_or_default();
        let words: Vec<String> = release
            .lines()
            .filter_map(|line| line.strip_prefix("ID=").or_else(|| line.strip_prefix("ID_LIKE=")))
            .flat_map(|value| value.trim_matches('"').split_whitespace().map(str::to_owned).collect::<Vec<_>>())
            .collect();
        let is = |names: &[&str]| words.iter().any(|word| names.contains(&word.as_str()));
        let (one, is_postgresql) = (if debian == "postgresql" { "it" } else { "one" }, debian == "postgresql");
        let command = if is(&["debian", "ubuntu"]) {
            format!("sudo apt install {debian}")
        } else if is(&["fedora", "rhel", "centos"]) {
            format!("sudo dnf install {}", if is_postgresql { "postgresql-server" } else { "valkey" })
        } else if is(&["alpine"]) {
            format!("sudo apk add {}", if is_postgresql { "postgresql" } else { "valkey" })
        } else if is(&["arch"]) {
            format!("sudo pacman -S {}", if is_postgresql { "postgresql" } else { "valkey" })
        } else {
            let server = if is_postgresql { "PostgreSQL server" } else { "Valkey or Redis server" };
            return format!("Install {one} with your system's package manager: the package with the {server}.");
        };
        format!("Install {one} with: {command}")
    }
}

fn sealed_command(path: &Path, called: Option<&str>) -> Command {
    let mut command = Command::new(path);
    if let Some(name) = called {
        command.arg0(name);
    }
    command
        .env_clear()
        .env("LC_ALL", "C.UTF-8")
        .env("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin")
        .current_dir("/")
        .stdin(Stdio::null())
        .process_group(0);
    command
}

fn is_program(path: &Path) -> bool {
    path.metadata().is_ok_and(|metadata| metadata.is_file() && metadata.permissions().mode() & 0o111 != 0)
}

/// Runs `PATH --version` and takes the first word that looks like a version.
fn version_of(path: &Path, called: Option<&str>) -> Option<String> {
    let output = sealed_command(path, called).arg("--version").stderr(Stdio::null()).output().ok()?;
    if !output.status.success() {
        return None;
    }
    let said = printable(&String::from_utf8_lossy(&output.stdout));
    // "postgres (PostgreSQL) 15.18 (Debian …)", "Redis server v=7.0.15 sha=…", "Valkey server v=8.0.1 …".
    said.split_whitespace()
        .map(|word| word.trim_start_matches("v="))
        .find(|word| word.starts_with(|c: char| c.is_ascii_digit()))
        .map(str::to_owned)
}

/// A version as numbers, to compare: `15.18` → 15, 18. Words such as `beta1` count as nothing.
pub fn numbers(version: &str) -> Vec<u32> {
    version
        .split('.')
        .map(|part| part.chars().take_while(char::is_ascii_digit).collect::<String>().parse().unwrap_or(0))
        .collect()
}

#[cfg(test)]
mod tests;
