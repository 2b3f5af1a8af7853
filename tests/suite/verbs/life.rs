//! An add-on's whole life through the verbs, on a real platform.

use serde_json::Value;

use crate::support::home::{Home, Ran};

fn names(ran: &Ran, list: &str) -> Vec<String> {
    let document = ran.json();
    let rows = document[list].as_array().unwrap();
    rows.iter().map(|row| row["name"].as_str().unwrap().to_owned()).collect()
}

fn profile(home: &Home, lines: &str) {
    let folder = home.path().join("config");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("config.toml"), lines).unwrap();
}

#[test]
fn create_attach_detach_destroy() {
    let home = Home::new();
    home.platform_ready();
    assert_eq!(names(&home.line("apps --json").expect(0), "apps"), ["storefront", "billing"]);
    assert_eq!(names(&home.line("addons --json").expect(0), "addons"), ["uploads"]);

    let made = home.line("addons create valkey --name cache --app storefront --wait").expect(0);
    assert_eq!(made.out, "cache is ready.\n");
    assert!(made.err.contains("local (profile local): Create valkey:"), "{}", made.err);
    let again = home.line("addons create valkey --name cache --app storefront --if-absent").expect(0);
    assert!(again.out.contains("nothing was done"), "{}", again.out);
    let other = home.line("addons create postgresql --name cache --if-absent").expect(1);
    assert!(other.err.contains("it is valkey"), "{}", other.err);
    let taken = home.line("addons create valkey --name cache").expect(1);
    assert!(taken.err.contains("cache"), "{}", taken.err);

    let masked = home.line("config --app storefront").expect(0);
    assert!(masked.out.contains("REDIS_URL") && !masked.out.contains("redis://"), "{}", masked.out);
    let shell = home.line("config --app storefront --shell").expect(0);
    assert!(shell.out.lines().all(|line| line.starts_with('#')), "{}", shell.out);
    let revealed = home.line("config --app storefront --json --reveal").expect(0).json();
    let is_url = |row: &Value| row["name"] == "REDIS_URL" && row["value"].as_str().unwrap().starts_with("redis://");
    assert!(revealed["config_vars"].as_array().unwrap().iter().any(is_url));

    home.line("addons attach cache --app billing --as REPORTING").expect(0);
    assert_eq!(home.line("config --app billing --names").expect(0).out, "REPORTING_REDIS_URL\n");
    let twice = home.line("addons attach cache --app billing --as REPORTING").expect(1);
    assert!(twice.err.contains("cache is already attached to billing as REPORTING"), "{}", twice.err);
    // The platform takes no variable away from another add-on, so nobody is asked to confirm it.
    home.line("addons create valkey --name spare --wait").expect(0);
    let clash = "addons attach spare --app storefront";
    for clash in [clash.to_owned(), format!("{clash} --confirm spare"), "addons create valkey --app storefront".into()]
    {
        let refused = home.line(&clash).expect(1);
        assert!(refused.err.contains("storefront has REDIS_URL already (from cache)"), "{}", refused.err);
        assert!(refused.err.contains("--as REPORTING") && refused.out.is_empty(), "{}", refused.err);
    }
    let info = home.line("addons info cache --json").expect(0).json();
    assert_eq!(info["addon"]["attachments"].as_array().unwrap().len(), 2);
    assert_eq!(info["addon"]["state"], "ready");
    let releases = home.line("releases --app billing --json").expect(0).json();
    assert_eq!(releases["releases"].as_array().unwrap().len(), 1);

    let detached = home.line("addons detach cache --app billing").expect(0);
    assert!(detached.err.contains("REPORTING_REDIS_URL"), "which variable goes is told: {}", detached.err);
    assert_eq!(home.line("config --app billing --names").expect(0).out, "");
    assert!(home.line("addons detach cache --app billing").expect(1).err.contains("not attached"));

    let unconfirmed = home.line("addons destroy cache").expect(3);
    assert!(unconfirmed.err.contains("All data of cache"), "{}", unconfirmed.err);
    assert!(unconfirmed.err.contains("--confirm cache"), "{}", unconfirmed.err);
    home.line("addons destroy cache --confirm Cache").expect(3);
    assert_eq!(names(&home.line("addons --json").expect(0), "addons"), ["uploads", "cache", "spare"]);
    let gone = home.line("addons destroy cache --confirm cache --wait").expect(0);
    assert_eq!(gone.out, "cache is gone.\n");
    assert!(gone.err.contains("REDIS_URL"), "who confirms beforehand is told all the same: {}", gone.err);
    assert!(home.line("addons info cache").expect(1).err.contains("cache"));

    let done = home.line("operations --json").expect(0).json();
    let done = done["operations"].as_array().unwrap();
    let outcomes: Vec<(&str, &str)> =
        done.iter().map(|row| (row["sentence"].as_str().unwrap(), row["outcome"].as_str().unwrap())).collect();
    assert_eq!(outcomes.first(), Some(&("Destroy cache", "done")));
    assert!(outcomes.contains(&("Attach cache to billing as REPORTING", "done")), "{outcomes:?}");
    let sent_twice = outcomes.iter().filter(|(what, _)| *what == "Attach cache to billing as REPORTING").count() > 1;
    let is_clash = |what: &str| what.contains("spare to storefront");
    assert!(!sent_twice && !outcomes.iter().any(|(what, _)| is_clash(what)), "it was never sent: {outcomes:?}");
}

#[test]
fn what_is_not_there_is_said_with_what_is() {
    let home = Home::new();
    home.platform_ready();
    let cases = [
        ("addons create mongodb", "postgresql, valkey, object-storage"),
        ("addons create valkey:huge", "there are:"),
        ("addons create valkey --app shop", "shop"),
        ("addons --app shop", "storefront, billing"),
        ("addons --team nobody", "sandbox"),
        ("addons info nothing", "nothing"),
        ("addons plans mongodb", "postgresql"),
        ("addons attach uploads --app shop", "shop"),
        ("addons attach nothing --app storefront", "nothing"),
        ("addons destroy nothing --confirm nothing", "nothing"),
        ("apps destroy shop --confirm shop", "shop"),
        ("config --app shop", "shop"),
        ("releases --app shop", "shop"),
    ];
    for (line, expected) in cases {
        let ran = home.line(line).expect(1);
        assert!(ran.err.contains(expected), "{line}: {}", ran.err);
        assert_eq!(ran.out, "", "{line}");
    }
    assert_eq!(names(&home.line("addons --json").expect(0), "addons"), ["uploads"]);
}

#[test]
fn apps_come_and_go_and_their_addons_stay() {
    let home = Home::new();
    home.platform_ready();
    home.line("apps create shop").expect(0);
    assert!(home.line("apps create shop").expect(1).err.contains("shop"));
    home.line("addons attach uploads --app shop").expect(0);
    home.line("apps destroy shop").expect(3);
    home.line("apps destroy shop --confirm shop").expect(0);
    assert_eq!(names(&home.line("apps --json").expect(0), "apps"), ["storefront", "billing"]);
    let rows = home.line("addons info uploads --json").expect(0).json();
    assert_eq!(rows["addon"]["attachments"].as_array().unwrap().len(), 1);
}

#[test]
fn on_production_what_interrupts_wants_the_name_too() {
    let home = Home::new();
    home.platform_ready();
    profile(&home, "[profiles.live]\nplatform = \"local\"\ndanger = \"production\"\n");
    let attach = "--profile live addons attach uploads --app billing";
    let refused = home.line(attach).expect(3);
    assert!(refused.err.contains("PRODUCTION") && refused.err.contains("--confirm uploads"), "{}", refused.err);
    assert_eq!(home.line("config --app billing --names").expect(0).out, "");
    home.line(&format!("{attach} --confirm uploads")).expect(0);
    let unnamed = home.line("--profile live addons create valkey --app billing").expect(2);
    assert!(unnamed.err.contains("--name NAME"), "{}", unnamed.err);
}

#[test]
fn waiting_ends_when_the_time_is_up() {
    let home = Home::new();
    home.platform_ready();
    // A cluster is never made within no time at all.
    home.line("addons create postgresql --name slow").expect(0);
    let ran = home.line("addons wait slow --timeout 0").expect(4);
    assert!(ran.err.contains("slow is still"), "{}", ran.err);
    assert_eq!(home.line("addons wait slow").expect(0).out, "slow is ready.\n");
}

#[test]
fn a_journal_that_cannot_be_written_stops_every_write() {
    let home = Home::new();
    home.platform_ready();
    // A file where the folder should be: root, too, can't write there.
    std::fs::create_dir_all(home.path().join("state")).unwrap();
    std::fs::write(home.path().join("state/operations"), "").unwrap();
    let ran = home.line("addons attach uploads --app billing").expect(1);
    assert!(ran.err.contains("operations"), "{}", ran.err);
    assert_eq!(home.line("config --app billing --names").expect(0).out, "");
}

#[test]
fn an_operation_is_undone_by_its_id_confirmed_as_far_as_the_way_back_has_to_be() {
    let home = Home::new();
    home.platform_ready();
    let last = || {
        let listed = home.line("operations --json --limit 1 --source journal").expect(0);
        listed.json()["operations"][0]["id"].as_str().unwrap().to_owned()
    };
    home.line("addons detach uploads --app storefront").expect(0);
    let undone = home.line(&format!("operations undo {}", last())).expect(0);
    assert!(undone.out.contains("Attach uploads to storefront: done."), "{}", undone.out);
    assert!(undone.out.contains("the way back from: Detach uploads from storefront"), "{}", undone.out);
    home.line("apps create shop").expect(0);
    let made = last();
    let asked = home.line(&format!("operations undo {made}")).expect(3);
    assert!(asked.err.contains("--confirm shop"), "{}", asked.err);
    home.line(&format!("operations undo {made} --confirm shop")).expect(0);
    let none = home.line(&format!("operations undo {}", last())).expect(1);
    assert!(none.err.contains("gone with it"), "{}", none.err);
    let nothing = home.line("operations undo 20261120T174600Z-01234567").expect(1);
    assert!(nothing.err.contains("There is no operation \"20261120T174600Z-01234567\""), "{}", nothing.err);
}
