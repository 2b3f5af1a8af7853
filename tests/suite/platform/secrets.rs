//! Where passwords are not: in no journal, log, event, command line or environment, and in no file that others may read.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use super::client::*;
use crate::support::home::Home;

fn files_below(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).unwrap().flatten() {
        let kind = entry.file_type().unwrap();
        if kind.is_dir() {
            files.extend(files_below(&entry.path()));
        } else if kind.is_file() {
            files.push(entry.path());
        }
    }
    files
}

#[test]
fn passwords_stay_where_they_belong() {
    let home = Home::new();
    home.platform_up();
    home.line("addons create postgresql --name orders --app billing --wait").expect(0);
    home.line("addons create valkey --name sessions --app billing --wait").expect(0);
    home.line("addons attach uploads --app billing").expect(0);
    home.line("addons attach orders --app billing").expect(1);
    let password = variable(&home, "billing", "PGPASSWORD");
    let url = variable(&home, "billing", "REDIS_URL");
    let key = variable(&home, "billing", "AWS_SECRET_ACCESS_KEY");
    let redis_password = url.split(['@', ':']).nth(2).unwrap().to_owned();
    // The servers get to log a refusal of a wrong password, and a query.
    psql(&variable(&home, "billing", "DATABASE_URL").replace(&password, "wrong"), "SELECT 1").unwrap_err();
    psql(&variable(&home, "billing", "DATABASE_URL"), "SELECT no_such_thing").unwrap_err();

    let secrets = [password, redis_password, key];
    assert!(secrets.iter().all(|secret| secret.len() >= 20), "these are the secrets");
    let told =
        |text: &[u8]| secrets.iter().any(|secret| text.windows(secret.len()).any(|window| window == secret.as_bytes()));

    for line in [
        "addons",
        "addons --json",
        "addons info orders",
        "addons info sessions --json",
        "config --app billing",
        "config --app billing --json",
        "config --app billing --shell",
        "operations --json",
        "releases --app billing --json",
        "addons wait orders",
        "platform status --json",
        "platform logs",
        "platform logs orders",
        "platform logs sessions",
    ] {
        let ran = home.line(line).expect(0);
        assert!(!told(ran.out.as_bytes()) && !told(ran.err.as_bytes()), "{line}");
    }

    let mut looked_at = 0;
    for file in files_below(home.path()) {
        let name = file.file_name().unwrap().to_string_lossy().into_owned();
        if file.starts_with(home.path().join("state")) || name.ends_with(".log") || name.ends_with(".conf") {
            looked_at += 1;
            // Valkey's configuration has the hash of it alone.
            assert!(!told(&fs::read(&file).unwrap()), "{}", file.display());
        }
        if file.starts_with(home.path().join("state")) || file.starts_with(home.platform_folder()) {
            let mode = fs::metadata(&file).unwrap().permissions().mode();
            assert_eq!(mode & 0o077, 0, "{} has mode {mode:o}", file.display());
        }
    }
    assert!(looked_at > 5, "journal, logs and configurations are there");

    let mut servers = servers_of(&home.platform_folder().join("addons"));
    servers.push(platform_pid(&home));
    assert!(servers.len() >= 3, "{servers:?}");
    for pid in servers {
        for about in ["cmdline", "environ"] {
            let text = fs::read(format!("/proc/{pid}/{about}")).unwrap_or_default();
            assert!(!told(&text), "{about} of {pid}");
        }
    }
}
