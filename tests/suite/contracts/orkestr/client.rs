//! The stand-in before the vendor's own client, `orkestr-cli` 0.5.3 from PyPI: what it asks is answered, and what it reads is
//! there. `scripts/setup --test` puts it where it is looked for; that it is missing is a failure.

use std::path::PathBuf;
use std::process::{Output, Stdio};

use axum::http::Method;
use serde_json::{Value, json};
use tokio::io::AsyncWriteExt;
use tokio::process::Command;

use super::Orkestr;
use crate::stand_ins::orkestr::seed;
use crate::support::plain;

/// The vendor's client with a home of its own, pointed at a stand-in.
struct Client {
    server: Orkestr,
    home: tempfile::TempDir,
}

/// Where `scripts/setup --test` puts it.
fn program() -> PathBuf {
    let var = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let cache = var("XDG_CACHE_HOME").or_else(|| Some(var("HOME")?.join(".cache"))).expect("there is no HOME");
    let program = cache.join("attache/orkestr-cli-0.5.3/bin/orkestr");
    assert!(
        program.is_file(),
        "orkestr's own client is missing, by which its stand-in is checked: {} is not there. Run scripts/setup --test.",
        program.display()
    );
    program
}

impl Client {
    async fn new() -> Self {
        Self { server: Orkestr::start().await, home: tempfile::tempdir().unwrap() }
    }

    async fn run_as(&self, token: &str, words: &[&str], typed: &str) -> Output {
        let mut child = Command::new(program())
            .args(words)
            .env_clear()
            .envs(std::env::var_os("PATH").map(|path| ("PATH", path)))
            .env("HOME", self.home.path())
            .env("ORKESTR_API_URL", &self.server.url)
            .env("ORKESTR_API_TOKEN", token)
            .env("COLUMNS", "200")
            .current_dir(self.home.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let mut stdin = child.stdin.take().unwrap();
        stdin.write_all(typed.as_bytes()).await.unwrap();
        drop(stdin);
        child.wait_with_output().await.unwrap()
    }

    /// What it prints for people.
    async fn says(&self, words: &[&str]) -> String {
        let output = self.run_as(seed::TEAM, words, "y\n").await;
        assert!(output.status.success(), "{words:?}: {output:?}");
        String::from_utf8(output.stdout).unwrap()
    }

    /// What it prints for programs.
    async fn json(&self, words: &[&str]) -> Value {
        let words: Vec<&str> = ["--json"].iter().chain(words).copied().collect();
        let text = self.says(&words).await;
        // A question that it asked stands before.
        let answer = text.split_once("[y/N]: ").map_or(text.as_str(), |(_, answer)| answer);
        serde_json::from_str(answer).unwrap_or_else(|error| panic!("{words:?}: {error}: {text}"))
    }

    /// What it says of an error; it ends with 1.
    async fn fails(&self, token: &str, words: &[&str]) -> String {
        let output = self.run_as(token, words, "y\n").await;
        assert_eq!(output.status.code(), Some(1), "{words:?}: {output:?}");
        String::from_utf8(output.stderr).unwrap()
    }
}

/// The names in a list.
fn names(list: &Value) -> Vec<&str> {
    list.as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn it_logs_in_by_a_token_and_knows_who_it_is() {
    let client = Client::new().await;
    assert!(client.says(&["login", "--token", seed::PRO]).await.contains("Logged in as ada"));
    assert_eq!(client.json(&["whoami"]).await["plan"], "team", "the variable goes before what it keeps");
    let kept = std::fs::read_to_string(client.home.path().join(".orkestr/config.json")).unwrap();
    assert_eq!(serde_json::from_str::<Value>(&kept).unwrap()["token_source"], "manual");
    assert!(client.fails(seed::EXPIRED, &["whoami"]).await.contains("Authentication required"));
    let refused = client.fails(seed::STARTER, &["projects", "list"]).await;
    assert!(refused.contains("Error (403)") && refused.contains("Upgrade to Pro or Team"), "{refused}");
    let refused = client.fails(seed::READER, &["deploy", "shop", "--detach"]).await;
    assert!(refused.contains("missing the required scope"), "{refused}");
    let made = client.json(&["tokens", "create", "ci", "--expires-in-days", "30"]).await;
    assert!(made["token"].as_str().unwrap().starts_with("ork_"));
    let tokens = client.json(&["tokens", "list"]).await;
    assert_eq!(names(&tokens["tokens"]).last(), Some(&"ci"));
    client.says(&["tokens", "delete", made["id"].as_str().unwrap()]).await;
    assert_eq!(client.json(&["tokens", "list"]).await["tokens"].as_array().unwrap().len(), 4);
    assert!(client.says(&["logout"]).await.contains("Logged out"));
}

#[tokio::test]
async fn it_sees_projects_environments_variables_and_groups() {
    let client = Client::new().await;
    let projects = client.json(&["projects", "list"]).await;
    assert_eq!((names(&projects["projects"]), &projects["total"]), (vec!["shop", "blog", "docs"], &json!(3)));
    let shop = client.json(&["projects", "show", "shop"]).await;
    assert_eq!((&shop["display_name"], &shop["domain"]), (&json!("Shop"), &json!("shop.orkestr.run")));
    assert!(client.says(&["projects", "show", "shop"]).await.contains(shop["id"].as_str().unwrap()));
    assert!(client.fails(seed::TEAM, &["projects", "show", "nope"]).await.contains("Project not found: nope"));
    client.json(&["projects", "update", "docs", "--display-name", "Docs"]).await;
    client.json(&["projects", "create", "new", "--repo", "https://git.example.test/acme/new"]).await;
    client.says(&["projects", "delete", "new"]).await;
    let environments = client.json(&["envs", "list", "shop"]).await;
    assert_eq!(names(&environments), ["production", "staging"]);
    let made = client.json(&["envs", "create", "shop", "qa", "--branch", "main"]).await;
    let qa = made["id"].as_str().unwrap();
    assert_eq!(client.json(&["envs", "update", "shop", qa, "--no-auto-deploy"]).await["auto_deploy"], false);
    let variables = client.json(&["envs", "env-vars", "shop", qa]).await;
    assert!(variables["env_vars"].get("DATABASE_URL").is_some(), "{variables}");
    client.says(&["envs", "delete", "shop", qa]).await;
    client.json(&["projects", "env-vars", "shop"]).await;
    let groups = client.json(&["groups", "list"]).await;
    assert_eq!(names(&groups["groups"]), ["Customers", "Internal"]);
    let internal = groups["groups"][1]["id"].as_str().unwrap();
    client.says(&["groups", "add", internal, "shop"]).await;
    assert_eq!(names(&client.json(&["groups", "show", internal]).await["projects"]), ["shop", "docs"]);
    client.says(&["groups", "remove", internal, "shop"]).await;
    let made = client.json(&["groups", "create", "third", "--name", "Third"]).await;
    client.says(&["groups", "delete", made["id"].as_str().unwrap()]).await;
    for words in [vec!["dashboard"], vec!["activity"], vec!["notifications", "list"], vec!["deployment-stats", "shop"]]
    {
        assert!(client.json(&words).await.is_object(), "{words:?}");
    }
    for words in ["stats", "health", "metrics", "app-health", "sleep", "wake"] {
        assert!(client.json(&[words, "shop"]).await.is_object(), "{words}");
    }
}

#[tokio::test]
async fn it_makes_shows_and_deletes_an_add_on() {
    let client = Client::new().await;
    let addons = client.json(&["addons", "list", "shop"]).await;
    assert_eq!(names(&addons["addons"]), ["orders", "sessions", "analytics", "search"]);
    let words =
        ["addons", "add", "docs", "--type", "redis", "--name", "cache", "--version", "7", "--env-var", "CACHE_URL"];
    let made = client.json(&words).await;
    assert_eq!((&made["status"], &made["env_var_name"]), (&json!("provisioning"), &json!("CACHE_URL")));
    assert!(made["connection_url"].as_str().unwrap().starts_with("redis://"));
    let id = made["id"].as_str().unwrap();
    for status in ["provisioning", "provisioning", "running"] {
        let shown = client.json(&["addons", "show", "docs", id]).await;
        assert_eq!((&shown["status"], &shown["auto_backup_enabled"]), (&json!(status), &json!(false)));
    }
    let refused = client.fails(seed::TEAM, &words).await;
    assert!(refused.contains("Error (409)") && refused.contains("already exists"), "{refused}");
    assert!(
        client.fails(seed::TEAM, &["addons", "add", "docs", "--type", "redis", "--name", "x"]).await.contains("422")
    );
    assert!(client.says(&["addons", "list", "shop"]).await.contains("rebalancing"), "an unknown word, as it is");
    assert!(client.says(&["addons", "delete", "docs", id]).await.contains("Add-on deleted."));
    assert!(client.fails(seed::TEAM, &["addons", "show", "docs", id]).await.contains("Error (404)"));
    let words = ["addons", "add", "docs", "--type", "redis", "--name", "cache"];
    assert!(client.says(&words).await.contains("Add-on 'cache' (redis) provisioned."));
    let refused = client
        .fails(seed::PRO, &["addons", "add", "docs", "--type", "redis", "--name", "more", "--env-var", "B"])
        .await;
    assert!(refused.contains("Error (402)") && refused.contains("2 add-ons"), "{refused}");
}

#[tokio::test]
async fn it_backs_up_downloads_and_deletes_backups() {
    let client = Client::new().await;
    let orders = client.server.addon("shop", "orders");
    let list = ["addons", "backups", "shop", &orders];
    let before = client.json(&list).await;
    let statuses: Vec<&Value> = before["backups"].as_array().unwrap().iter().map(|one| &one["status"]).collect();
    assert_eq!(statuses, ["completed", "failed", "completed", "completed"], "the newest first");
    let started = client.json(&["addons", "backup", "shop", &orders]).await;
    assert_eq!((&started["addon"], started.get("id")), (&json!("orders"), None), "it does not tell which one");
    let refused = client.fails(seed::TEAM, &["addons", "backup", "shop", &orders]).await;
    assert!(refused.contains("409") && refused.contains("in progress"), "{refused}");
    // Its own table takes any size for a number.
    assert!(client.says(&list).await.contains("manual"));
    client.says(&list).await;
    let after = client.json(&list).await;
    let newest = &after["backups"][0];
    assert_eq!((&newest["status"], &newest["trigger"]), (&json!("completed"), &json!("manual")));
    let id = newest["id"].as_str().unwrap();
    let link = client.says(&["addons", "download", "shop", &orders, id]).await;
    let store = link.trim().strip_prefix(&client.server.store_url).expect("on another port");
    let came = plain::send(&client.server.store_url, Method::GET, store, &[], "").await.unwrap();
    assert_eq!((came.status, came.body.len() as u64), (200, newest["size_bytes"].as_u64().unwrap()));
    let with_token = [("authorization", "Bearer x")];
    assert_eq!(plain::send(&client.server.store_url, Method::GET, store, &with_token, "").await.unwrap().status, 400);
    assert!(client.says(&["addons", "delete-backup", "shop", &orders, id]).await.contains("Backup deleted."));
    assert_eq!(client.json(&list).await["backups"].as_array().unwrap().len(), 4);
    let toggle = ["addons", "auto-backup", "shop", &orders];
    assert_eq!(client.json(&toggle).await, json!({"addon": "orders", "auto_backup_enabled": false}));
    assert!(client.says(&toggle).await.contains("ON"));
    let info = client.json(&["addons", "backup-info", "shop", &orders]).await;
    assert_eq!((&info["used_today"], &info["daily_limit"]), (&json!(1), &json!(10)));
    client.server.api.world(|world| world.project("shop").addon("orders").backups_today = 10);
    let refused = client.fails(seed::TEAM, &["addons", "backup", "shop", &orders]).await;
    assert!(refused.contains("429") && refused.contains("daily limit"), "{refused}");
}

#[tokio::test]
async fn it_deploys_follows_reads_logs_and_rolls_back() {
    let client = Client::new().await;
    let list = client.json(&["deployments", "list", "shop"]).await;
    assert_eq!(list["total"], 5);
    let live = list["deployments"].as_array().unwrap().iter().rfind(|one| one["status"] == "live").unwrap().clone();
    let started = client.json(&["deploy", "shop", "--detach"]).await;
    assert_eq!(started["status"], "queued");
    let id = started["id"].as_str().unwrap();
    let mut statuses = Vec::new();
    for _ in 0..8 {
        let shown = client.json(&["deployments", "show", id]).await;
        statuses.push(shown["status"].as_str().unwrap().to_owned());
    }
    let expected = ["queued", "building", "building", "building", "deploying", "deploying", "deploying", "live"];
    assert_eq!(statuses, expected);
    assert!(client.says(&["deployments", "show", id]).await.contains("live"));
    assert!(client.says(&["deployments", "logs", id]).await.contains("finalize"));
    // One that fails, in an environment that the query names.
    let preview = client.server.environment("blog", "preview");
    let started = client.json(&["deploy", "blog", "--env", &preview, "--detach"]).await;
    let failing = started["id"].as_str().unwrap();
    for _ in 0..5 {
        client.json(&["deployments", "show", failing]).await;
    }
    let shown = client.json(&["deployments", "show", failing]).await;
    assert_eq!((&shown["status"], &shown["steps"][2]["status"]), (&json!("failed"), &json!("failed")));
    assert_eq!(shown["environment_id"], preview.as_str());
    assert!(client.says(&["deployments", "build-log", failing]).await.contains("missing script"));
    let old = live["id"].as_str().unwrap();
    let back = client.json(&["deployments", "rollback", old]).await;
    assert_eq!(back["status"], "queued");
    let back = client.json(&["deployments", "show", back["id"].as_str().unwrap()]).await;
    assert_eq!((&back["trigger"], &back["docker_image"]), (&json!("rollback"), &live["docker_image"]));
    assert!(client.fails(seed::TEAM, &["deployments", "rollback", failing]).await.contains("409"));
}
