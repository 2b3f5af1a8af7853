//! What was done: the journal with the platform's own record beside it, one operation in full, waiting, and going on with
//! what another machine began.

use attache::model::OperationId;
use attache::store::{Intent, Journal, hand_off};
use serde_json::{Value, json};

use super::tools::capture;
use crate::support::home::{Home, Ran};

/// The way to a platform that another home has, over TCP.
struct Way {
    endpoint: String,
    token: String,
}

impl Way {
    fn to(home: &Home) -> Self {
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        home.line(&format!("platform up --listen 127.0.0.1:{port}")).expect(0);
        let token = std::fs::read_to_string(home.platform_folder().join("run/token")).unwrap().trim().to_owned();
        Self { endpoint: format!("http://127.0.0.1:{port}"), token }
    }

    fn run(&self, home: &Home, words: &[&str]) -> Ran {
        let way = ["--platform", "local", "--endpoint", &self.endpoint];
        let output = home.command(way.iter().chain(words)).env("ATTACHE_TOKEN", &self.token).output().unwrap();
        Ran {
            code: output.status.code().unwrap_or(-1),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }

    fn line(&self, home: &Home, line: &str) -> Ran {
        self.run(home, &line.split_whitespace().collect::<Vec<_>>())
    }
}

fn journal(home: &Home) -> Journal {
    Journal::for_reading(&home.path().join("state/operations"))
}

#[track_caller]
fn rows(ran: Ran) -> Vec<Value> {
    ran.expect(0).json()["operations"].as_array().unwrap().clone()
}

fn sources(rows: &[Value], sentence: &str) -> Vec<String> {
    let is_it = |row: &&Value| row["sentence"].as_str().unwrap().contains(sentence);
    rows.iter().filter(is_it).map(|row| row["source"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn one_act_is_one_row_whoever_recorded_it() {
    let (home, other) = (Home::new(), Home::new());
    let way = Way::to(&home);
    home.line("addons wait uploads").expect(0);
    home.line("addons attach uploads --app billing").expect(0);
    capture(&home, "uploads");
    way.line(&other, "addons create valkey --name theirs --wait").expect(0);

    let all = rows(home.line("operations --json"));
    assert_eq!(sources(&all, "Attach uploads to billing"), ["journal"]);
    assert_eq!(sources(&all, "Back up uploads"), ["both"], "the platform's operation is the same act: {all:#?}");
    assert_eq!(sources(&all, "Create theirs"), ["platform"], "done elsewhere");
    let of_billing =
        |row: &&Value| row["app"] == "billing" && row["message"].as_str().unwrap_or("").contains("uploads");
    assert_eq!(all.iter().filter(of_billing).count(), 0, "the release of the attachment is no second act: {all:#?}");
    let theirs = all.iter().find(|row| row["sentence"] == "Create theirs").unwrap();
    assert_eq!((&theirs["kind"], &theirs["outcome"]), (&json!("work"), &json!("done")));
    assert!(theirs["by"].is_string(), "{theirs}");
    let times: Vec<&str> = all.iter().map(|row| row["started_at"].as_str().unwrap()).collect();
    assert!(times.is_sorted_by(|a, b| a[..19] >= b[..19]), "the newest first: {times:?}");

    let ours = rows(home.line("operations --json --source journal"));
    assert!(ours.iter().all(|row| row["source"] == "journal") && ours.len() == 2, "{ours:#?}");
    let theirs = rows(home.line("operations --json --source platform"));
    assert!(theirs.iter().all(|row| row["source"] == "platform") && !theirs.is_empty(), "{theirs:#?}");
    assert_eq!(rows(home.line("operations --json --limit 1")).len(), 1);
    assert_eq!(rows(home.line("operations --json --since 2h")).len(), all.len());
    let table = home.line("operations --since -35m").expect(0).out;
    assert!(table.starts_with("WHEN") && table.contains("SOURCE") && table.contains("platform"), "{table}");
    assert!(home.line("operations --since tomorrow").expect(2).err.contains("2h"));
}

#[test]
fn without_the_platform_the_journal_is_shown_and_what_is_missing_is_said() {
    let home = Home::new();
    home.platform_up();
    home.line("apps create shop").expect(0);
    home.line("platform down").expect(0);
    let ran = home.line("operations").expect(0);
    assert!(ran.out.contains("Create app shop"), "{}", ran.out);
    assert!(ran.err.contains("What the platform itself has recorded is missing"), "{}", ran.err);
    let document = home.line("operations --json").expect(0).json();
    assert_eq!(document["operations"].as_array().unwrap().len(), 1);
    assert_eq!(document["missing"].as_array().unwrap().len(), 1);
    home.line("operations --source platform").expect(6);
    assert_eq!(home.line("operations --source journal").expect(0).err, "");
}

#[test]
fn one_is_shown_with_every_line_and_waited_for() {
    let home = Home::new();
    home.platform_up();
    let begun = home.line("addons create valkey --name cache --json").expect(0).json();
    let id = begun["operation"]["id"].as_str().unwrap().to_owned();
    let waited = home.line(&format!("operations wait {id}")).expect(0);
    assert!(waited.out.contains("cache: done"), "{}", waited.out);
    home.line(&format!("operations wait {id} --timeout 1")).expect(0);
    let shown = home.line(&format!("operations show {id}")).expect(0).out;
    for words in ["Create valkey:", "intended by", "sent", "the platform took it", "done"] {
        assert!(shown.contains(words), "{words}: {shown}");
    }
    let document = home.line(&format!("operations show {id} --json")).expect(0).json();
    assert_eq!(document["operation"]["outcome"], "done");
    assert!(document["operation"]["records"].as_array().unwrap().len() >= 3, "{document:#}");
    let work = document["operation"]["work_id"].as_str().unwrap();
    assert!(home.line(&format!("operations show {work}")).expect(0).out.contains("the platform's own record"));
    for unknown in ["20261120T025900Z-00000001", "op_nowhere", "../x"] {
        assert!(home.line(&format!("operations show {unknown}")).expect(1).err.contains("no operation"));
        assert!(home.line(&format!("operations wait {unknown}")).expect(1).err.contains("no operation"));
    }
}

#[test]
fn waiting_ends_with_how_it_ended() {
    let home = Home::new();
    home.platform_up();
    let kept = Journal::open(&home.path().join("state/operations")).unwrap();
    let endpoint = home.platform_folder().join("run/api.sock").display().to_string();
    let begun = |app: &str, end: Option<Value>| {
        let command = attache::model::Command::CreateApp { app: app.into(), team: None };
        let profile = attache::model::ProfileName("local".into());
        let intent = Intent::new(profile, "local", &endpoint, command, jiff::Timestamp::now());
        let mut driver = kept.begin(intent).unwrap();
        driver.record(attache::store::RecordKind::Sent).unwrap();
        if let Some(end) = end {
            driver.record(serde_json::from_value(end).unwrap()).unwrap();
        }
        driver
    };
    let failed = json!({"record": "end", "outcome": "failed", "message": "It is refused.", "evidence": null});
    let id = |driver: &attache::store::Driver| driver.operation().id.clone();
    let wait = |id: OperationId| home.line(&format!("operations wait {id} --timeout 1"));
    let refused = id(&begun("a", Some(failed)));
    assert!(wait(refused).expect(1).err.contains("It is refused."));
    // The program ended before the answer: the platform shows no such app, which is no proof.
    let left = id(&begun("b", None));
    assert!(wait(left).expect(5).err.contains("sent once"));
    // And this one is being sent by us, here, now.
    let driver = begun("c", None);
    assert!(wait(id(&driver)).expect(4).err.contains("time is up"));
    drop(driver);
    let elsewhere = wait_elsewhere(&home, &kept);
    assert!(elsewhere.expect(2).err.contains("Name the way that leads there"));
}

fn wait_elsewhere(home: &Home, kept: &Journal) -> Ran {
    let command = attache::model::Command::CreateApp { app: "d".into(), team: None };
    let profile = attache::model::ProfileName("local".into());
    let intent = Intent::new(profile, "local", "https://paas.example", command, jiff::Timestamp::now());
    let id = kept.begin(intent).unwrap().operation().id.clone();
    home.line(&format!("operations wait {id}"))
}

#[test]
fn another_machine_goes_on_by_what_the_platform_shows() {
    let (home, other) = (Home::new(), Home::new());
    let way = Way::to(&home);
    let begun = way.line(&home, "addons create valkey --name cache --json").expect(0).json();
    let id = begun["operation"]["id"].as_str().unwrap().to_owned();
    let line = hand_off(&journal(&home), &OperationId(id.clone())).unwrap();
    assert!(!line.contains(&way.token));

    let wrong = other.run(["operations", "resume", &line]).expect(1);
    assert!(wrong.err.contains("leads to"), "{}", wrong.err);
    let torn = way.run(&other, &["operations", "resume", &line[..line.len() - 4]]).expect(1);
    assert!(torn.err.contains("checksum"), "{}", torn.err);
    assert!(!other.path().join("state/operations").join(format!("{id}.jsonl")).exists());

    let resumed = way.run(&other, &["operations", "resume", &line]).expect(0);
    assert!(resumed.err.contains("Nothing was sent"), "{}", resumed.err);
    way.run(&other, &["operations", "wait", &id]).expect(0);
    let again = way.run(&other, &["operations", "resume", &line]).expect(0);
    assert!(again.err.contains("in the journal here already") && again.out.contains("cache: done"), "{}", again.out);
    let all = rows(way.line(&other, "operations --json"));
    assert_eq!(sources(&all, "Create valkey:"), ["both"], "by the platform's own id of it: {all:#?}");
    let entry = journal(&other).get(&OperationId(id)).unwrap().unwrap();
    assert!(entry.records.iter().any(|one| matches!(one.kind, attache::store::RecordKind::Adopted { .. })));
    let works = rows(home.line("operations --json --source platform"));
    assert_eq!(works.iter().filter(|row| row["sentence"] == "Create cache").count(), 1, "it was sent once");
}
