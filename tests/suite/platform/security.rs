//! Who gets at what: other users of the machine at nothing, and whoever may ask at no secret but where he asks for it.

use std::fs;
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use serde_json::json;

use super::client::*;
use crate::support::home::{Home, RunAs, as_root};
use crate::support::openapi::document;

/// Everything below a folder, with the folder.
fn all_below(folder: &Path) -> Vec<PathBuf> {
    let mut all = vec![folder.to_owned()];
    for entry in fs::read_dir(folder).unwrap().flatten() {
        match entry.file_type().unwrap().is_dir() {
            true => all.extend(all_below(&entry.path())),
            false => all.push(entry.path()),
        }
    }
    all
}

/// Those of these paths that the user `nobody` can read, write or enter.
fn open_to_nobody(paths: &[PathBuf]) -> Vec<PathBuf> {
    let look = r#"for path; do if [ -r "$path" ] || [ -w "$path" ] || [ -x "$path" ]; then echo "$path"; fi; done"#;
    let mut command = as_root("setpriv");
    command.args(["--reuid", "65534", "--regid", "65534", "--clear-groups", "sh", "-c", look, "sh"]).args(paths);
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().lines().map(PathBuf::from).collect()
}

fn closed_to_others(run_as: RunAs) {
    let home = Home::new_as(run_as);
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    home.line(&format!("platform up --listen 127.0.0.1:{port}")).expect(0);
    create(&home, "orders", "valkey", "billing", None);
    wait_for(&home, "orders", "ready");
    wait_for(&home, "uploads", "ready");
    let backup = send(&home, "POST", "/v1/addons/orders/backups", &[], b"").expect(202)["backup"]["id"].clone();
    let backup = backup.as_str().unwrap();
    until("the backup", || {
        let state = get(&home, &format!("/v1/backups/{backup}")).expect(200)["backup"]["state"].clone();
        (state == "finished").then_some(())
    });

    let all = all_below(&home.platform_folder());
    for needed in ["run/api.sock", "run/token", "state.db", "backups", "addons"] {
        assert!(all.contains(&home.platform_folder().join(needed)), "{needed} is looked at: {all:?}");
    }
    assert!(all.iter().any(|path| path.to_string_lossy().contains(backup)), "the backup's file is looked at");
    let mode = |path: &Path| fs::symlink_metadata(path).unwrap().permissions().mode() & 0o7777;
    // Others may pass through the folder of the platform that root started, and not look into it.
    let mut ways = vec![home.path().to_owned()];
    let is_roots = mode(&all[0]) == 0o711;
    assert_eq!(is_roots, run_as == RunAs::Me && rustix::process::geteuid().is_root());
    ways.extend(is_roots.then(|| all[0].clone()));
    let looked_at: Vec<_> = [home.path().to_owned()].into_iter().chain(all.clone()).collect();
    assert_eq!(open_to_nobody(&looked_at), ways, "nobody gets as far as there, and no further");
    for path in all.iter().filter(|path| !ways.contains(path)) {
        assert_eq!(mode(path) & 0o077, 0, "{} has mode {:o}", path.display(), mode(path));
    }
}

#[test]
fn no_other_user_gets_at_the_platform_of_whoever_runs_the_tests() {
    closed_to_others(RunAs::Me);
}

#[test]
fn no_other_user_gets_at_an_ordinary_users_platform() {
    closed_to_others(RunAs::OrdinaryUser);
}

#[test]
fn no_answer_holds_a_secret_but_revealed_config_vars() {
    let home = Home::new();
    home.platform_up();
    create(&home, "orders", "postgresql", "billing", None);
    create(&home, "sessions", "valkey", "billing", None);
    wait_for(&home, "uploads", "ready");
    wait_for(&home, "orders", "ready");
    wait_for(&home, "sessions", "ready");
    let body = json!({ "attachment": { "addon": "uploads", "app": "billing" } });
    post(&home, "/v1/attachments", &body).expect(201);
    let secrets_now = || {
        let url = variable(&home, "billing", "REDIS_URL");
        let of_redis = url.split(['@', ':']).nth(2).unwrap().to_owned();
        [variable(&home, "billing", "PGPASSWORD"), of_redis, variable(&home, "billing", "AWS_SECRET_ACCESS_KEY")]
    };
    let mut secrets = secrets_now().to_vec();
    let mut answers = Vec::new();
    let mut ids = Vec::new();
    for addon in ["orders", "sessions", "uploads"] {
        for action in ["backups", "rotate_credentials", "restart"] {
            let answer = send(&home, "POST", &format!("/v1/addons/{addon}/{action}"), &[], b"");
            let document = answer.json();
            answers.push((format!("{action} {addon}"), answer.body));
            if action == "backups" {
                let operation = document["operation"]["id"].as_str().unwrap().to_owned();
                ids.push((addon, operation, document["backup"]["id"].as_str().unwrap().to_owned()));
            }
        }
        until("it to be done", || {
            get(&home, &format!("/v1/addons/{addon}")).expect(200)["addon"]["operation"].is_null().then_some(())
        });
        wait_for(&home, addon, "ready");
    }
    let new = secrets_now();
    assert!(new.iter().all(|secret| secret.len() >= 20 && !secrets.contains(secret)), "there are new secrets");
    // Whatever a server may come to write.
    for (addon, secret) in [("orders", &new[0]), ("sessions", &new[1])] {
        let id = get(&home, &format!("/v1/addons/{addon}")).expect(200)["addon"]["id"].clone();
        let files = all_below(&home.platform_folder().join("addons").join(id.as_str().unwrap()));
        let log = files.into_iter().find(|path| path.extension().is_some_and(|extension| extension == "log")).unwrap();
        let line = format!("STATEMENT:  ALTER ROLE app PASSWORD '{secret}'\n");
        fs::OpenOptions::new().append(true).open(log).unwrap().write_all(line.as_bytes()).unwrap();
    }
    secrets.extend(new);

    for (path, methods) in document().paths() {
        if !methods.contains("GET") {
            continue;
        }
        for (addon, operation, backup) in &ids {
            let target = path.replace("{app}", "billing").replace("{addon}", addon).replace("{service}", "postgresql");
            let target = target.replace("{operation}", operation).replace("{backup}", backup);
            answers.push((target.clone(), get(&home, &target).body));
        }
    }
    assert!(answers.len() > 60 && answers.iter().any(|(target, _)| target.ends_with("/download")));
    for (target, body) in answers {
        for secret in &secrets {
            let told = body.windows(secret.len()).any(|window| window == secret.as_bytes());
            assert!(!told, "{target} tells a secret");
        }
    }
    for addon in ["orders", "sessions"] {
        let log = get(&home, &format!("/v1/addons/{addon}/logs")).expect(200)["log"]["lines"].to_string();
        assert!(log.contains("PASSWORD '[secret]'"), "the line is told, without its secret: {log}");
    }
}
