//! Who acts, from where.

use serde::{Deserialize, Serialize};

use crate::model::printable;

/// Who acts, from where, as far as the operating system tells.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Actor {
    /// The user of this process: a name, or `uid 1000` where no name is told.
    pub user: String,
    /// Who became that user with sudo.
    pub sudo_user: Option<String>,
    /// This machine's name.
    pub host: Option<String>,
    /// Where the SSH session comes from.
    pub ssh_client: Option<String>,
}

impl Actor {
    /// The actor of this process. The user comes from the process, not from a variable that anyone may set.
    pub fn from_env() -> Self {
        let uid = rustix::process::getuid().as_raw();
        let user = std::fs::read_to_string("/etc/passwd").ok().and_then(|passwd| user_name(&passwd, uid));
        Self {
            user: user.unwrap_or_else(|| format!("uid {uid}")),
            sudo_user: variable("SUDO_USER"),
            host: host_name(),
            ssh_client: variable("SSH_CLIENT").or_else(|| variable("SSH_CONNECTION")),
        }
    }

    /// Who it is, for people: `alice on bastion-1`, `root (alice) on bastion-1`.
    pub fn words(&self) -> String {
        let behind = self.sudo_user.as_ref().map_or(String::new(), |user| format!(" ({user})"));
        let host = self.host.as_ref().map_or(String::new(), |host| format!(" on {host}"));
        format!("{}{behind}{host}", self.user)
    }
}

fn variable(name: &str) -> Option<String> {
    let value = std::env::var(name).ok()?;
    (!value.is_empty()).then(|| printable(&value))
}

fn host_name() -> Option<String> {
    ["/proc/sys/kernel/hostname", "/etc/hostname"]
        .into_iter()
        .filter_map(|path| std::fs::read_to_string(path).ok())
        .map(|name| printable(name.trim()))
        .find(|name| !name.is_empty())
        .or_else(|| variable("HOSTNAME"))
}

fn user_name(passwd: &str, uid: u32) -> Option<String> {
    passwd.lines().find_map(|line| {
        let mut fields = line.split(':');
        let name = fields.next()?;
        (fields.nth(1)?.parse() == Ok(uid)).then(|| printable(name))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_user_is_the_one_the_process_runs_as() {
        let passwd = "root:x:0:0:root:/root:/bin/bash\nalice:x:1000:1000::/home/alice:/bin/sh\nbroken\n";
        assert_eq!(user_name(passwd, 1000).as_deref(), Some("alice"));
        assert_eq!(user_name(passwd, 7), None);
        assert!(!Actor::from_env().user.is_empty());
    }
}
