//! On a bastion host: no home folder or a closed one, nothing installed beside the program, an authority of one's own, a proxy
//! on the way.

mod bare;
mod home;
mod proxies;
mod trust;
mod way;

use std::os::unix::fs::{PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use portable_pty::CommandBuilder;

use crate::stand_ins::Rig;
use crate::stand_ins::heroku::{Heroku, router};
use crate::support::home::Ran;
use crate::support::pty;

/// A uid that no user database has.
const NOBODY: u32 = 4242;
const TOKEN: &str = "t0p-secret-t0ken";

/// A platform, and a folder of a user who may have no home.
struct Outpost {
    rig: Rig<Heroku>,
    url: String,
    folder: tempfile::TempDir,
}

impl Outpost {
    async fn new() -> Self {
        let (rig, url) = Rig::on_tcp("127.0.0.1:0", Heroku::small(), router()).await.unwrap();
        let folder = tempfile::Builder::new().prefix("attache-test-").tempdir_in("/tmp").unwrap();
        std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o755)).unwrap();
        Self { rig, url, folder }
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    /// An empty folder of the user.
    fn make(&self, name: &str) -> PathBuf {
        let path = self.path().join(name);
        std::fs::create_dir(&path).unwrap();
        if rustix::process::geteuid().is_root() {
            chown(&path, Some(NOBODY), Some(NOBODY)).unwrap();
        }
        path
    }

    /// The way to the platform, and these words.
    fn words(&self, line: &str) -> Vec<String> {
        let way = ["--platform", "heroku", "--endpoint", &self.url].map(str::to_owned);
        way.into_iter().chain(line.split_whitespace().map(str::to_owned)).collect()
    }

    /// The program as an ordinary user with that home and nothing else in its environment but the token.
    fn command(&self, home: &str, words: &[String]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_attache"));
        command.args(words).env_clear().env("HOME", home).env("ATTACHE_TOKEN", TOKEN).current_dir("/");
        if rustix::process::geteuid().is_root() {
            command.uid(NOBODY).gid(NOBODY);
        }
        command
    }

    fn run(&self, home: &str, line: &str) -> Ran {
        ran(&mut self.command(home, &self.words(line)))
    }

    /// The same in a terminal.
    fn dashboard(&self, home: &str, more: &str) -> pty::Pty {
        let mut command: CommandBuilder = if rustix::process::geteuid().is_root() {
            let mut command = pty::command("setpriv");
            let id = NOBODY.to_string();
            command.args(["--reuid", &id, "--regid", &id, "--clear-groups", env!("CARGO_BIN_EXE_attache")]);
            command
        } else {
            pty::command(env!("CARGO_BIN_EXE_attache"))
        };
        command.args(self.words(more));
        command.env("HOME", home);
        command.env("ATTACHE_TOKEN", TOKEN);
        pty::Pty::start(command, 120, 40)
    }
}

fn ran(command: &mut Command) -> Ran {
    let output = command.output().unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let (out, err) = (text(&output.stdout), text(&output.stderr));
    assert!(!out.contains(TOKEN) && !err.contains(TOKEN), "{out}{err}");
    Ran { code: output.status.code().unwrap_or(-1), out, err }
}

/// Everything below a folder, by name.
fn below(folder: &Path) -> Vec<String> {
    let mut names = Vec::new();
    for item in std::fs::read_dir(folder).unwrap().map(Result::unwrap) {
        names.push(item.path().display().to_string());
        if item.file_type().unwrap().is_dir() {
            names.extend(below(&item.path()));
        }
    }
    names
}
