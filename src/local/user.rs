//! Who we are on this machine, and becoming the platform's own user.
//!
//! Servers such as PostgreSQL refuse to run as root, and a process that hands out databases has no need of it. Started by
//! root, the platform runs itself again as [`PLATFORM_USER`]; started by anybody else, it stays who it is. Servers are
//! always started as the same user as the platform.

use std::fs;
use std::io;
use std::os::unix::fs::{MetadataExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::model::shell_quote;

/// The system user that the platform becomes when root starts it.
pub const PLATFORM_USER: &str = "attache";

/// One line of the user database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    /// Login name.
    pub name: String,
    /// Numeric id.
    pub uid: u32,
    /// Numeric id of its main group.
    pub gid: u32,
    /// Home folder as written there; it need not exist.
    pub home: PathBuf,
}

/// Why a user can't be had, or can't do its work.
#[derive(Debug, thiserror::Error)]
pub enum UserError {
    /// Root has no user to become.
    #[error(
        "The platform does not run as root, and the system user {0:?} that it would become does not exist. Run scripts/setup as root, which makes it, or start the platform as an ordinary user."
    )]
    Missing(String),
    /// The uid stands in no line of the user database.
    #[error(
        "User id {0} has no entry in /etc/passwd, which PostgreSQL needs. Start the platform as a user that has one."
    )]
    NoEntry(u32),
    /// A folder on the way may not be entered.
    #[error(
        "User {user:?} may not enter {quoted}, which lies on the way to {}. Allow it with: chmod o+x {quoted}, or choose another folder.",
        target.display(),
        quoted = shell_quote(&folder.to_string_lossy())
    )]
    NotTraversable {
        /// The user that has to get there.
        user: String,
        /// The folder that it may not enter.
        folder: PathBuf,
        /// Where it has to get.
        target: PathBuf,
    },
    /// The user database could not be read.
    #[error("/etc/passwd could not be read: {0}")]
    Unreadable(io::Error),
}

/// The uid that this process acts as.
pub fn own_uid() -> u32 {
    rustix::process::geteuid().as_raw()
}

/// Whether this process acts as root.
pub fn is_root() -> bool {
    own_uid() == 0
}

/// The user of that name.
pub fn find(name: &str) -> Result<User, UserError> {
    let passwd = fs::read_to_string("/etc/passwd").map_err(UserError::Unreadable)?;
    users(&passwd).find(|user| user.name == name).ok_or_else(|| UserError::Missing(name.to_owned()))
}

/// The user that this process acts as.
///
/// Users that only a directory service knows stand in no file; `getent` asks it.
pub fn current() -> Result<User, UserError> {
    let uid = own_uid();
    let passwd = fs::read_to_string("/etc/passwd").map_err(UserError::Unreadable)?;
    if let Some(user) = users(&passwd).find(|user| user.uid == uid) {
        return Ok(user);
    }
    let told = Command::new("getent").args(["passwd", &uid.to_string()]).output().map(|output| output.stdout);
    let told = String::from_utf8_lossy(&told.unwrap_or_default()).into_owned();
    users(&told).find(|user| user.uid == uid).ok_or(UserError::NoEntry(uid))
}

/// The login name of that uid, or the uid itself where it has none.
pub fn name_of(uid: u32) -> String {
    let passwd = fs::read_to_string("/etc/passwd").unwrap_or_default();
    users(&passwd).find(|user| user.uid == uid).map_or_else(|| format!("uid {uid}"), |user| user.name)
}

/// The lines of a passwd file; broken ones are passed over.
fn users(passwd: &str) -> impl Iterator<Item = User> + '_ {
    passwd.lines().filter_map(|line| {
        let mut fields = line.split(':');
        let name = fields.next().filter(|name| !name.is_empty() && !name.starts_with('#'))?;
        let uid = fields.nth(1)?.parse().ok()?;
        let gid = fields.next()?.parse().ok()?;
        let home = fields.nth(1)?;
        Some(User { name: name.to_owned(), uid, gid, home: PathBuf::from(home) })
    })
}

impl User {
    /// Lets a child run as this user, with its main group and no other. Only root may become somebody else.
    pub fn run<'a>(&self, command: &'a mut Command) -> &'a mut Command {
        command.uid(self.uid).gid(self.gid)
    }

    /// Hands one file or folder to this user.
    pub fn take_over(&self, path: &Path) -> io::Result<()> {
        chown(path, Some(self.uid), Some(self.gid))
    }

    /// Checks that every folder above `target` may be entered by this user; names the first that may not.
    ///
    /// Only the permission bits are looked at, with the user's main group: what root's re-started child will have.
    pub fn check_way_to(&self, target: &Path) -> Result<(), UserError> {
        let mut above: Vec<&Path> = target.ancestors().skip(1).collect();
        above.reverse();
        for folder in above {
            // What does not exist yet is made by us, with the right permissions.
            let Ok(metadata) = fs::metadata(folder) else { break };
            let enter_bit = if metadata.uid() == self.uid {
                0o100
            } else if metadata.gid() == self.gid {
                0o010
            } else {
                0o001
            };
            if self.uid != 0 && metadata.mode() & enter_bit == 0 {
                return Err(UserError::NotTraversable {
                    user: self.name.clone(),
                    folder: folder.to_owned(),
                    target: target.to_owned(),
                });
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn a_passwd_file_is_read_line_by_line() {
        let passwd = "# a comment\nroot:x:0:0:root:/root:/bin/bash\nbroken\nodd:x:nine:1::/:\nattache:x:999:995::/var/lib/attache:/usr/sbin/nologin\n";
        let all: Vec<User> = users(passwd).collect();
        assert_eq!(all.len(), 2);
        assert_eq!(
            all[1],
            User { name: "attache".into(), uid: 999, gid: 995, home: PathBuf::from("/var/lib/attache") }
        );
    }

    #[test]
    fn we_find_ourselves() {
        assert_eq!(current().unwrap().uid, own_uid());
    }

    #[test]
    fn a_missing_user_names_the_script_that_makes_it() {
        let message = find("no-such-user-here").unwrap_err().to_string();
        assert!(message.contains("\"no-such-user-here\"") && message.contains("scripts/setup"), "{message}");
    }

    #[test]
    fn a_uid_without_an_entry_is_named() {
        assert!(UserError::NoEntry(23456).to_string().starts_with("User id 23456 has no entry in /etc/passwd"));
    }

    #[test]
    fn the_folder_that_bars_the_way_is_named() {
        let top = tempfile::tempdir().unwrap();
        fs::set_permissions(top.path(), fs::Permissions::from_mode(0o755)).unwrap();
        let closed = top.path().join("closed here");
        let target = closed.join("state").join("addons");
        fs::create_dir(&closed).unwrap();
        let stranger =
            User { name: "stranger".into(), uid: own_uid() + 77, gid: own_uid() + 77, home: PathBuf::from("/") };

        fs::set_permissions(&closed, fs::Permissions::from_mode(0o711)).unwrap();
        stranger.check_way_to(&target).unwrap();

        fs::set_permissions(&closed, fs::Permissions::from_mode(0o700)).unwrap();
        let message = stranger.check_way_to(&target).unwrap_err().to_string();
        assert!(message.contains("\"stranger\" may not enter") && message.contains("closed here'"), "{message}");
    }
}
