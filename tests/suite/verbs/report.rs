//! Reports over several profiles: all that can be read, what can't be read told as such, and never more than half of a budget.

use axum::http::Method;
use serde_json::{Value, json};

use super::profiles::{House, SECRET, akkeris};
use crate::contracts::standin::StandIn;
use crate::stand_ins::heroku::{self, Heroku};
use crate::stand_ins::orkestr::{self, Orkestr};
use crate::stand_ins::{Fault, Rig};

/// A running Heroku.
async fn heroku_of(world: Heroku) -> (Rig<Heroku>, String) {
    Rig::on_tcp("127.0.0.1:0", world, heroku::router()).await.unwrap()
}

fn profile(name: &str, platform: &str, url: &str) -> String {
    let data = if platform == "heroku" { format!("data_endpoint = \"{url}\"\n") } else { String::new() };
    format!("[profiles.{name}]\nplatform = \"{platform}\"\nendpoint = \"{url}\"\ntoken_env = \"T\"\n{data}")
}

/// The rows of a profile in a report.
fn rows<'d>(document: &'d Value, profile: &str) -> Vec<&'d Value> {
    let rows = document["addons"].as_array().unwrap();
    rows.iter().filter(|row| row["profile"] == profile).collect()
}

fn row<'d>(document: &'d Value, name: &str) -> &'d Value {
    document["addons"].as_array().unwrap().iter().find(|row| row["name"] == name).unwrap()
}

fn source<'d>(document: &'d Value, name: &str) -> &'d Value {
    document["profiles"].as_array().unwrap().iter().find(|one| one["name"] == name).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn backups_of_several_platforms_are_told_with_the_one_that_is_down() {
    let (hk, hk_url) = heroku_of(Heroku::small()).await;
    let (ak, ak_url) = akkeris().await;
    let lo = StandIn::on_tcp(Some(SECRET)).await;
    let config = [
        profile("hk", "heroku", &hk_url),
        profile("ak", "akkeris", &ak_url),
        profile("lo", "local", &lo.url()),
        profile("down", "akkeris", "http://127.0.0.1:1"),
    ];
    let house = House::new().with("T", SECRET).config(&config.concat());
    let ran = house.line("report backups --json --profile hk,ak,lo,down").expect(1);
    assert!(
        ran.err.contains("Profile down could not be read: ") && ran.err.contains("connection refused"),
        "{}",
        ran.err
    );
    assert!(ran.err.contains("The report has the other 3 of 4 profiles."), "{}", ran.err);
    let document = ran.json();
    let backup = |name: &str| row(&document, name)["backup"].as_str().unwrap().to_owned();
    assert_eq!(backup("postgresql-storefront"), "recent");
    assert_eq!(backup("postgresql-staging"), "stale");
    assert_eq!(backup("postgresql-billing"), "never");
    assert_eq!(backup("redis-storefront"), "unsupported");
    let of_akkeris = (backup("ledger"), backup("cases"), backup("sessions"));
    assert_eq!(of_akkeris, ("recent".into(), "never".into(), "unsupported".into()));
    assert_eq!(row(&document, "postgresql-billing")["age_seconds"], Value::Null, "unknown is not zero");
    assert_eq!(rows(&document, "lo").len(), 1);
    assert_eq!(
        (&source(&document, "down")["is_read"], &source(&document, "down")["addons"]),
        (&false.into(), &Value::Null)
    );
    let requests = source(&document, "hk")["requests"].as_u64().unwrap();
    assert_eq!(requests, hk.seen().len() as u64, "every request is counted");
    // The worst come first.
    let words: Vec<&str> =
        document["addons"].as_array().unwrap().iter().map(|row| row["backup"].as_str().unwrap()).collect();
    let order = ["never", "stale", "unreadable", "not_told", "unsupported", "recent"];
    assert!(words.iter().map(|word| order.iter().position(|known| known == word).unwrap()).is_sorted(), "{words:?}");
    let count = |word: &str| words.iter().filter(|one| **one == word).count();
    for word in order {
        assert_eq!(document["counts"][word], json!(count(word)), "{word}");
    }
    // As a table, and for a spreadsheet.
    let ran = house.line("report backups --profile hk,ak,lo,down").expect(1);
    assert!(ran.out.lines().any(|line| line.starts_with("down") && line.contains("unreadable")), "{}", ran.out);
    assert!(ran.out.contains("1 profile unread: "), "{}", ran.out);
    let ran = house.line("report backups --csv --profile hk,ak,lo,down").expect(1);
    let lines: Vec<&str> = ran.out.split("\r\n").collect();
    assert!(lines[0].starts_with("profile,addon,addon_id,service,plan,backup,"), "{}", ran.out);
    assert!(lines[1].starts_with("down,,,,,unreadable,,,,,,"), "{}", ran.out);
    assert_eq!(lines.len(), words.len() + 3, "a heading, the one that is down, and an end");
    assert_eq!((hk.writes(), ak.writes(), lo.writes()), (0, 0, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn how_old_one_may_be_is_said_by_the_file_and_by_each_profile() {
    let (_hk, url) = heroku_of(Heroku::small()).await;
    let both = profile("strict", "heroku", &url) + &profile("easy", "heroku", &url) + "backup_max_age = \"5 days\"\n";
    let house = House::new().with("T", SECRET).config(&format!("backup_max_age = \"30m\"\n{both}"));
    let document = house.line("report backups --json --profile strict,easy").expect(0).json();
    let of = |profile: &str| {
        let rows = rows(&document, profile);
        let row = rows.iter().find(|row| row["name"] == "postgresql-staging").unwrap();
        (row["backup"].as_str().unwrap().to_owned(), row["max_age_seconds"].clone())
    };
    assert_eq!(of("strict"), ("stale".to_owned(), json!(1800)));
    assert_eq!(of("easy"), ("recent".to_owned(), json!(5 * 24 * 3600)));
    // A check fails of what is not known to be good, and of nothing else.
    let ran = house.line("report backups --check --profile strict").expect(1);
    assert!(ran.err.contains("no backup that is known to be finished and recent enough"), "{}", ran.err);
    let (_hk, url) = heroku_of(Heroku::default()).await;
    let house = House::new().with("T", SECRET).config(&profile("empty", "heroku", &url));
    house.line("report backups --check --profile empty").expect(0);
}

/// One app with sixty databases.
fn sixty_databases() -> Heroku {
    let mut world = Heroku::large(1);
    for number in 0..60 {
        world.seed("app-00", "heroku-postgresql", "standard-0", &format!("db-{number:02}"));
    }
    world
}

#[tokio::test(flavor = "multi_thread")]
async fn half_of_a_rate_budget_is_left_to_others() {
    let mut world = sixty_databases();
    // Listing takes a few of the six that are above the half.
    world.switches.remaining = 2256;
    let (rig, url) = heroku_of(world).await;
    let house = House::new().with("T", SECRET).config(&profile("hk", "heroku", &url));
    let document = house.line("report backups --json --profile hk").expect(0).json();
    let unread: Vec<&Value> = rows(&document, "hk").into_iter().filter(|row| row["backup"] == "unreadable").collect();
    assert!(unread.len() >= 58, "{document}");
    let why = unread[0]["reason"].as_str().unwrap();
    assert!(why.starts_with("the rate budget: 225") && why.contains(" of 4500 requests are left"), "{why}");
    assert!(rig.world(|world| world.switches.remaining) >= 2250, "half of it is for others");
    assert_eq!(source(&document, "hk")["budget"]["of"], 4500);
    let ran = house.line("report backups --check --profile hk").expect(1);
    assert!(ran.err.contains("hk: ") && ran.err.contains("of 4500 are left"), "{}", ran.err);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_asks_too_often_is_not_asked_for_every_add_on() {
    let (rig, url) = heroku_of(sixty_databases()).await;
    rig.fail(Method::GET, "/client/", usize::MAX, Fault::rate_limit(Some(3600)));
    let house = House::new().with("T", SECRET).config(&profile("hk", "heroku", &url));
    let document = house.line("report backups --json --profile hk").expect(0).json();
    let unread = rows(&document, "hk").iter().filter(|row| row["backup"] == "unreadable").count();
    assert!(unread >= 60, "{document}");
    let asked = rig.count(Method::GET, "/client/");
    assert!((1..=8).contains(&asked), "{asked}: as many as were under way when it was said");
}

#[tokio::test(flavor = "multi_thread")]
async fn waste_is_unattached_or_seen_to_be_oversize_and_sums_say_what_they_lack() {
    let mut world = Heroku::small();
    world.seed("hobby", "heroku-redis", "mini", "forgotten");
    let (rig, url) = heroku_of(world).await;
    let (_ak, ak_url) = akkeris().await;
    let config = profile("hk", "heroku", &url) + &profile("ak", "akkeris", &ak_url);
    let house = House::new().with("T", SECRET).config(&config);
    let document = house.line("report waste --json --profile hk,ak").expect(0).json();
    let forgotten = row(&document, "forgotten");
    assert_eq!((&forgotten["is_unattached"], &forgotten["apps"]), (&true.into(), &json!([])));
    assert_eq!(forgotten["price"]["currency"], "USD", "of its plan in the catalog: {forgotten}");
    assert_eq!(row(&document, "papertrail-storefront")["price"]["cents_per_month"], 500, "as it was agreed");
    let large = row(&document, "postgresql-storefront");
    assert_eq!((&large["is_unattached"], &large["size"]), (&false.into(), &"too_few_samples".into()), "{large}");
    let redis = row(&document, "sessions");
    assert_eq!((&redis["size"], &redis["samples"]), (&"unknown".into(), &Value::Null));
    assert!(redis["size_words"].as_str().unwrap().contains("does not tell what an add-on uses"), "{redis}");
    assert!(
        !document["addons"].as_array().unwrap().iter().any(|row| row["name"] == "kafka-billing"),
        "it is on its way out"
    );
    assert_eq!(document["totals"]["unattached"]["addons"], 1);
    assert_eq!(document["totals"]["all"]["addons"], json!(document["addons"].as_array().unwrap().len()));
    // As if it had been seen before, for long enough.
    let path = house.home.path().join("state/samples/hk.jsonl");
    let text = std::fs::read_to_string(&path).unwrap();
    assert!(!text.contains(SECRET));
    let is_of = |line: &&str| line.contains(large["id"].as_str().unwrap());
    let sample: Value = serde_json::from_str(text.lines().find(is_of).unwrap()).unwrap();
    let mut older = String::new();
    for days in [9, 5] {
        let mut one = sample.clone();
        one["at"] = json!((jiff::Timestamp::now() - jiff::SignedDuration::from_hours(24 * days)).to_string());
        older.push_str(&format!("{one}\n"));
    }
    std::fs::write(&path, text + &older).unwrap();
    let document = house.line("report waste --json --profile hk").expect(0).json();
    let large = row(&document, "postgresql-storefront");
    assert_eq!((&large["size"], &large["samples"]["hours"]), (&"oversize".into(), &json!(3)), "{large}");
    assert_eq!(document["totals"]["oversize"]["addons"], 1);
    let ran = house.line("report waste --profile hk,ak").expect(0);
    assert!(ran.out.contains("Unattached: 1 add-on: $"), "{}", ran.out);
    let all = ran.out.lines().find(|line| line.starts_with("All: ")).unwrap();
    assert!(all.contains("≥ $") && all.contains(" unpriced"), "{all}");
    assert!(ran.out.lines().any(|line| line.contains("forgotten") && line.contains("nothing")), "{}", ran.out);
    assert!(!ran.out.contains("papertrail-storefront"), "nothing is the matter with it");
    assert!(house.line("report waste --all --profile hk").expect(0).out.contains("papertrail-storefront"));
    assert_eq!(rig.writes(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_that_a_spreadsheet_would_run_is_text_in_csv() {
    let lo = StandIn::on_tcp(Some(SECRET)).await;
    lo.world(|db| {
        db.create_addon(&json!({"addon": {"name": "=1+1,\u{1b}[2J", "service": "postgresql", "plan": "small"}}))
    });
    let house = House::new().with("T", SECRET).config(&profile("lo", "local", &lo.url()));
    for about in ["waste", "backups"] {
        let ran = house.line(&format!("report {about} --csv --profile lo")).expect(0);
        assert!(ran.out.contains("\r\nlo,\"'=1+1,·[2J\","), "{}", ran.out);
        assert!(!ran.out.contains('\u{1b}'), "{}", ran.out);
    }
}

#[test]
fn a_report_that_nobody_named_profiles_for_is_not_made_where_nobody_looks() {
    let house = House::new().with("HEROKU_API_KEY", SECRET);
    let ran = house.line("report backups").expect(2);
    assert!(ran.err.contains("No profile is named, and there is no terminal"), "{}", ran.err);
    let ran = house.line("report waste --profile local,wrok").expect(2);
    assert!(ran.err.contains("There is no profile \"wrok\""), "{}", ran.err);
    let ran = house.line("report waste --profile local").expect(6);
    assert!(
        ran.err.contains("Profile local could not be read: ") && ran.err.contains("attache platform up"),
        "{}",
        ran.err
    );
    assert!(ran.out.contains("price unknown"), "nothing read is not nothing paid: {}", ran.out);
    house.line("report waste --json --csv --profile local").expect(2);
}

/// A profile of a running orkestr.
async fn orkestr_of(addons: usize) -> (Rig<Orkestr>, House) {
    let store = "http://127.0.0.1:1";
    let world = if addons == 0 { Orkestr::small(store) } else { Orkestr::large(store, addons) };
    let (rig, url) = Rig::on_tcp("127.0.0.1:0", world, orkestr::router()).await.unwrap();
    let config = profile("ork", "orkestr", &url);
    (rig, House::new().with("T", orkestr::seed::PRO).config(&config))
}

#[tokio::test(flavor = "multi_thread")]
async fn backups_of_orkestr_are_told_with_whether_they_are_automatic() {
    let (rig, house) = orkestr_of(0).await;
    let document = house.line("report backups --json --profile ork").expect(0).json();
    let backup = |name: &str| row(&document, name)["backup"].clone();
    assert_eq!((backup("orders"), backup("analytics")), ("recent".into(), "never".into()), "{document}");
    let table = house.line("report backups --profile ork").expect(0).out;
    let line = |name: &str| table.lines().find(|line| line.contains(name)).unwrap();
    assert!(line("orders").contains("  on  ") && line("analytics").contains("  off  "), "{table}");
    assert_eq!(rig.writes(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn orkestrs_hundred_requests_a_minute_are_taken_by_half() {
    let (rig, house) = orkestr_of(40).await;
    let document = house.line("report backups --json --profile ork").expect(0).json();
    let unread = rows(&document, "ork").iter().filter(|row| row["backup"] == "unreadable").count();
    assert!(unread > 0 && unread < 40, "{document}");
    assert!(rig.seen().len() <= 50, "{} requests", rig.seen().len());
    assert_eq!(source(&document, "ork")["requests"], json!(rig.seen().len()));
}
