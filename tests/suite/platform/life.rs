//! The whole life of an add-on of each service: made, used, killed, back with its data, destroyed without a trace.

use std::path::PathBuf;

use serde_json::{Value, json};

use super::client::*;
use crate::support::home::{Home, RunAs};

fn folder(home: &Home, addon: &Value) -> PathBuf {
    home.platform_folder().join("addons").join(addon["id"].as_str().unwrap())
}

fn events(home: &Home, addon: &str) -> Vec<String> {
    let events = get(home, &format!("/v1/addons/{addon}/events")).expect(200);
    let line = |event: &Value| format!("{} {}", event["step"].as_str().unwrap(), event["status"].as_str().unwrap());
    events["events"].as_array().unwrap().iter().map(line).collect()
}

fn releases(home: &Home, app: &str) -> Vec<String> {
    let releases = get(home, &format!("/v1/apps/{app}/releases")).expect(200);
    let mut all: Vec<_> = releases["releases"].as_array().unwrap().clone();
    all.reverse();
    all.iter().map(|release| release["description"].as_str().unwrap().to_owned()).collect()
}

fn destroy(home: &Home, name: &str) {
    let body = delete(home, &format!("/v1/addons/{name}")).expect(202);
    assert_eq!(body["addon"]["state"], "deprovisioning");
    until("it is gone", || (get(home, &format!("/v1/addons/{name}")).status == 404).then_some(()));
    get(home, &format!("/v1/addons/{name}/events")).refused(404, "not_found");
}

fn whole_life(run_as: RunAs) {
    let home = Home::new_as(run_as);
    home.platform_up();
    create(&home, "orders", "postgresql", "billing", None);
    create(&home, "sessions", "valkey", "billing", Some("CACHE"));
    let orders = wait_for(&home, "orders", "ready");
    let sessions = wait_for(&home, "sessions", "ready");
    wait_for(&home, "uploads", "ready");
    let url = variable(&home, "billing", "DATABASE_URL");
    let cache = variable(&home, "billing", "CACHE_REDIS_URL");
    psql(&url, "CREATE TABLE t (n int); INSERT INTO t VALUES (42)").unwrap();
    assert_eq!(redis(&cache, &["SET", "answer", "42"]).unwrap(), "OK");

    for step in ["init_cluster", "start_server"] {
        let seen = events(&home, "orders");
        let started = seen.iter().position(|event| *event == format!("{step} started"));
        let done = seen.iter().position(|event| *event == format!("{step} done"));
        assert!(started.is_some() && started < done, "{step}: {seen:?}");
    }
    let mut expected = releases(&home, "billing");
    expected.sort();
    assert_eq!(expected, ["Attach orders", "Attach sessions as CACHE"]);

    // A second app under an alias; the platform is killed; the servers live on and are adopted.
    let attached = json!({ "attachment": { "addon": "orders", "app": "storefront", "alias": "REPORTING" } });
    post(&home, "/v1/attachments", &attached).expect(201);
    let servers = servers_of(&folder(&home, &orders));
    assert!(!servers.is_empty(), "the server names its folder");
    kill_9(platform_pid(&home));
    assert_eq!(psql(&url, "SELECT n FROM t").unwrap(), "42", "the server outlives the platform");
    home.platform_up();
    wait_for(&home, "orders", "ready");
    assert!(events(&home, "orders").contains(&"resume done".to_owned()), "nothing is ready before it was asked");
    assert!(servers_of(&folder(&home, &orders)).iter().any(|pid| servers.contains(pid)), "it was adopted");
    assert_eq!(variable(&home, "storefront", "REPORTING_DATABASE_URL"), url);
    assert_eq!(psql(&url, "SELECT n FROM t").unwrap(), "42");

    // Now the servers too.
    kill_9(platform_pid(&home));
    for addon in [&orders, &sessions] {
        for pid in servers_of(&folder(&home, addon)) {
            if is_alive(pid) {
                kill_9(pid);
            }
        }
    }
    home.platform_up();
    // What is called ready answers at once.
    wait_for(&home, "orders", "ready");
    assert_eq!(psql(&variable(&home, "billing", "DATABASE_URL"), "SELECT n FROM t").unwrap(), "42");
    wait_for(&home, "sessions", "ready");
    let url = variable(&home, "billing", "DATABASE_URL");
    let cache = variable(&home, "billing", "CACHE_REDIS_URL");
    assert_eq!(redis(&cache, &["GET", "answer"]).unwrap(), "42");

    destroy(&home, "orders");
    destroy(&home, "sessions");
    for addon in [&orders, &sessions] {
        assert!(!folder(&home, addon).exists());
        assert!(servers_of(&folder(&home, addon)).is_empty());
    }
    psql(&url, "SELECT 1").unwrap_err();
    redis(&cache, &["PING"]).unwrap_err();
    assert_eq!(releases(&home, "storefront").last().unwrap(), "Detach orders (destroyed)");
    get(&home, "/v1/attachments").expect(200)["attachments"].as_array().unwrap().iter().for_each(|attachment| {
        assert_eq!(attachment["addon"]["name"], "uploads");
    });
    home.line("platform down").expect(0);
    let ran = home.line("platform status").expect(6);
    assert!(ran.out.contains("does not run"), "{}", ran.out);
}

#[test]
fn postgresql_and_valkey_live_and_die_on_the_platform_of_whoever_runs_the_tests() {
    whole_life(RunAs::Me);
}

#[test]
fn postgresql_and_valkey_live_and_die_on_an_ordinary_users_platform() {
    whole_life(RunAs::OrdinaryUser);
}

const BOTO: &str = r#"
import boto3, os, sys
# Told the address, because the boto3 of Debian 12 does not read AWS_ENDPOINT_URL yet.
s3 = boto3.client("s3", endpoint_url=os.environ["AWS_ENDPOINT_URL"])
what, bucket = sys.argv[1], os.environ["S3_BUCKET"]
if what == "put":
    s3.put_object(Bucket=bucket, Key="a/b", Body=b"42")
print(s3.get_object(Bucket=bucket, Key="a/b")["Body"].read().decode())
"#;

#[test]
fn a_bucket_keeps_what_was_acknowledged_and_its_keys_die_with_it() {
    let home = Home::new();
    home.platform_up();
    let uploads = wait_for(&home, "uploads", "ready");
    let boto = |home: &Home, what: &str| {
        let vars = get(home, "/v1/apps/storefront/config_vars?reveal=true").expect(200);
        let vars = vars["config_vars"].as_array().unwrap().clone();
        let pairs: Vec<_> = vars.iter().map(|v| (v["name"].as_str().unwrap(), v["value"].as_str().unwrap())).collect();
        tool("/usr/bin/python3", &["-c", BOTO, what], &pairs)
    };
    assert_eq!(boto(&home, "put").unwrap(), "42");
    kill_9(platform_pid(&home));
    home.platform_up();
    wait_for(&home, "uploads", "ready");
    assert_eq!(boto(&home, "get").unwrap(), "42");
    let vars = get(&home, "/v1/apps/storefront/config_vars?reveal=true").expect(200);
    let pairs: Vec<(String, String)> = vars["config_vars"]
        .as_array()
        .unwrap()
        .iter()
        .map(|v| (v["name"].as_str().unwrap().to_owned(), v["value"].as_str().unwrap().to_owned()))
        .collect();
    destroy(&home, "uploads");
    assert!(!folder(&home, &uploads).exists());
    let pairs: Vec<_> = pairs.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    tool("/usr/bin/python3", &["-c", BOTO, "get"], &pairs).unwrap_err();
}
