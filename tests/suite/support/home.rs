//! The real binary in a home of its own, as root or as an ordinary user, with everything stopped and removed at the end.

use std::ffi::OsStr;
use std::os::unix::fs::{PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

/// Whose program it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RunAs {
    /// Whoever runs the tests.
    Me,
    /// An ordinary user. When root runs the tests, the system user `attache` that `scripts/setup` makes.
    OrdinaryUser,
}

/// A program run as root: directly, or through sudo where an ordinary user runs the tests (as `scripts/setup --test` does).
pub(crate) fn as_root(program: impl AsRef<OsStr>) -> Command {
    if rustix::process::geteuid().is_root() {
        return Command::new(program);
    }
    let may = Command::new("sudo").args(["-n", "true"]).stdin(Stdio::null()).stderr(Stdio::null()).status();
    assert!(
        may.is_ok_and(|status| status.success()),
        "this test has to do something as root: run the tests as root, or as a user who may use sudo without a password"
    );
    let mut command = Command::new("sudo");
    command.arg("-n").arg(program.as_ref());
    command
}

/// Runs a program beside the test.
pub(crate) trait OutputLater {
    /// What [`Command::output`] gives, when the thread is joined.
    fn output_later(self) -> std::thread::JoinHandle<Output>;
}

impl OutputLater for Command {
    fn output_later(mut self) -> std::thread::JoinHandle<Output> {
        std::thread::spawn(move || self.output().unwrap())
    }
}

/// A private `ATTACHE_HOME`.
pub(crate) struct Home {
    folder: TempDir,
    run_as: RunAs,
}

/// What a run of the program gave.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Ran {
    /// Fails with everything that was printed unless the exit code is this one.
    #[track_caller]
    pub(crate) fn expect(self, code: i32) -> Self {
        assert_eq!(self.code, code, "\n-- stdout\n{}\n-- stderr\n{}", self.out, self.err);
        self
    }

    /// The one JSON document on standard output.
    #[track_caller]
    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}\n{}\n{}", self.out, self.err))
    }
}

impl Home {
    pub(crate) fn new() -> Self {
        Self::new_as(RunAs::Me)
    }

    pub(crate) fn new_as(run_as: RunAs) -> Self {
        let folder = tempfile::Builder::new().prefix("attache-test-").tempdir_in("/tmp").unwrap();
        // The platform that root starts becomes another user, who has to get through.
        std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o755)).unwrap();
        let home = Self { folder, run_as };
        if let Some((uid, gid)) = home.other_user() {
            chown(home.path(), Some(uid), Some(gid)).unwrap();
        }
        home
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    /// The local platform's folder.
    pub(crate) fn platform_folder(&self) -> PathBuf {
        self.path().join("data/platform")
    }

    /// The user to become, if that is another than we are.
    fn other_user(&self) -> Option<(u32, u32)> {
        if self.run_as == RunAs::Me || !rustix::process::geteuid().is_root() {
            return None;
        }
        let passwd = std::fs::read_to_string("/etc/passwd").unwrap();
        let line = passwd.lines().find(|line| line.starts_with("attache:"));
        let line = line.expect("there is no user attache: run scripts/setup --test once as root");
        let fields: Vec<&str> = line.split(':').collect();
        Some((fields[2].parse().unwrap(), fields[3].parse().unwrap()))
    }

    /// The program with these arguments, its environment reduced to what an ordinary shell has.
    pub(crate) fn command<A: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = A>) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_attache"));
        command
            .args(arguments)
            .env_clear()
            .envs(std::env::vars_os().filter(|(name, _)| name == "PATH"))
            .env("ATTACHE_HOME", self.path())
            .env("ATTACHE_PROFILE", "local")
            .env("LANG", "C.UTF-8")
            .current_dir("/")
            .stdin(Stdio::null());
        if let Some((uid, gid)) = self.other_user() {
            command.uid(uid).gid(gid);
        }
        command
    }

    /// Runs the program to its end.
    pub(crate) fn run<A: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = A>) -> Ran {
        let Output { status, stdout, stderr } = self.command(arguments).output().unwrap();
        Ran {
            code: status.code().unwrap_or(-1),
            out: String::from_utf8(stdout).unwrap(),
            err: String::from_utf8(stderr).unwrap(),
        }
    }

    /// Runs the program with the words of a line.
    pub(crate) fn line(&self, line: &str) -> Ran {
        self.run(line.split_whitespace())
    }

    /// Starts the local platform in the background and waits until it answers.
    pub(crate) fn platform_up(&self) {
        self.line("platform up").expect(0);
    }

    /// The same, and its first bucket is ready: before that, attaching it gives no app anything.
    pub(crate) fn platform_ready(&self) {
        self.platform_up();
        self.line("addons wait uploads").expect(0);
    }
}

impl Drop for Home {
    fn drop(&mut self) {
        if self.platform_folder().exists() {
            let ran = self.line("platform down");
            if ran.code != 0 && !std::thread::panicking() {
                panic!("platform down: {} {}", ran.out, ran.err);
            }
        }
    }
}
