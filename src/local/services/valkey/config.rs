//! The server's configuration file, from the plan.

use std::fmt::Write;
use std::path::Path;

use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};

use crate::local::programs::{Program, numbers};
use crate::local::services::{Instance, limit};
use crate::model::Plan;

/// The user that the app gets.
pub(super) const APP: &str = "app";

/// The user that the platform keeps for itself.
pub(super) const ADMIN: &str = "default";

/// What the app's user may do. Everything but the server's own affairs (`@admin`) and what is marked as dangerous: reading
/// and changing its configuration, saving, replication, debugging, watching others' commands, stopping it. Of the dangerous
/// ones an app gets back those that concern nothing but its own data, because clients and job queues rely on them: `INFO`
/// (versions, eviction policy), `KEYS`, `SORT`, `FLUSHDB`, `FLUSHALL`, and `CLIENT LIST` (workers of a queue).
const APP_RIGHTS: &str = "~* &* +@all -@admin -@dangerous +info +keys +sort +flushdb +flushall +client|list";

/// What a plan asks of the server.
#[derive(Clone, Copy)]
pub(super) struct Limits {
    /// `maxmemory` in bytes.
    pub(super) memory: u64,
    /// How many seconds of writes may be lost; `None` when nothing is kept at all.
    pub(super) write_loss: Option<u64>,
}

impl Limits {
    pub(super) fn of(plan: &Plan) -> Self {
        Self { memory: limit(plan, "memory").unwrap_or(64 << 20), write_loss: limit(plan, "write_loss") }
    }

    /// `maxmemory-policy`. What is promised to be kept must not be evicted: a full store refuses writes.
    pub(super) fn policy(self) -> &'static str {
        if self.write_loss.is_some() { "noeviction" } else { "allkeys-lru" }
    }

    /// `appendfsync`.
    pub(super) fn sync(self) -> &'static str {
        if self.write_loss == Some(0) { "always" } else { "everysec" }
    }
}

/// How a server is started.
#[derive(Clone, Copy)]
pub(super) struct Start {
    /// With its append-only file, which it then reads; else it reads `dump.rdb`, if that is there.
    pub(super) append_only: bool,
    /// Whether the app's user exists from the beginning.
    pub(super) lets_app_in: bool,
}

/// The whole of the configuration file. It holds hashes of the passwords, not the passwords.
pub(super) fn text(instance: &Instance, program: &Program, data: &Path, start: Start) -> String {
    let limits = Limits::of(&instance.plan);
    let settings = &instance.settings;
    let mut lines = vec![
        "# Written by attache before each start; changes made here are lost.".to_owned(),
        "bind 127.0.0.1".to_owned(),
        format!("port {}", settings.port),
        "protected-mode yes".to_owned(),
        "daemonize no".to_owned(),
        format!("dir {}", quoted(&data.to_string_lossy())),
        // Standard output: the supervisor's log file.
        "logfile \"\"".to_owned(),
        format!("maxmemory {}", limits.memory),
        format!("maxmemory-policy {}", limits.policy()),
        "save \"\"".to_owned(),
        format!("appendonly {}", if start.append_only { "yes" } else { "no" }),
        format!("appendfsync {}", limits.sync()),
    ];
    if numbers(&program.version) >= vec![6, 2] {
        // A crash report would quote the commands of clients in the log.
        lines.push("crash-log-enabled no".to_owned());
        lines.push("set-proc-title no".to_owned());
    }
    lines.push(format!("user {ADMIN} reset on #{} ~* &* +@all", hash(&settings.admin_password)));
    if start.lets_app_in {
        lines.push(format!("user {APP} {}", app_rules(&settings.password).join(" ")));
    }
    lines.join("\n") + "\n"
}

/// The rules of the app's user, each of them one word: in the file, and for `ACL SETUSER`. Nothing of an earlier password
/// or right is left by them.
pub(super) fn app_rules(password: &SecretString) -> Vec<String> {
    let hash = format!("#{}", hash(password));
    let rights = APP_RIGHTS.split(' ').map(str::to_owned);
    ["reset".to_owned(), "on".to_owned(), hash].into_iter().chain(rights).collect()
}

/// A password as access lists keep it.
fn hash(password: &SecretString) -> String {
    Sha256::digest(password.expose_secret().as_bytes()).iter().fold(String::new(), |mut hex, byte| {
        // Writing to a String can't fail.
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

/// A value in double quotes, as the server's own parser of its file reads it.
fn quoted(value: &str) -> String {
    format!("\"{}\"", value.replace('\\', r"\\").replace('"', "\\\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_are_kept_as_the_servers_hashes() {
        // echo -n secret | sha256sum
        let expected = "2bb80d537b1da3e38bd30361aa855686bde0eacd7162fef6a25fe97bf527a25b";
        assert_eq!(hash(&SecretString::from("secret")), expected);
    }

    #[test]
    fn odd_folders_are_quoted() {
        assert_eq!(quoted(r#"/a b/"c"\d"#), r#""/a b/\"c\"\\d""#);
    }
}
