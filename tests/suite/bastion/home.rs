//! Where the journal can be kept, and what is refused where it can't.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use super::{Outpost, below, ran};
use crate::support::home::{Home, RunAs};

/// Not absolute, so it is no home folder, whatever the user database says of whoever runs the tests.
const NO_HOME: &str = "none";
const WRITE: &str = "addons rename papertrail-storefront logs --confirm papertrail-storefront";

/// A write is refused with a sentence that has these words, and nothing left.
#[track_caller]
fn refused(outpost: &Outpost, home: &str, line: &str, words: &[&str]) {
    let before = outpost.rig.seen().len();
    let refused = outpost.run(home, line).expect(1);
    assert_eq!((refused.err.lines().count(), refused.out.as_str()), (1, ""), "{}", refused.err);
    for words in words.iter().chain(&["Nothing can be written for want of a journal", "--state-dir DIR"]) {
        assert!(refused.err.contains(words), "{words:?}: {}", refused.err);
    }
    assert_eq!(outpost.rig.seen().len(), before, "the platform was not even asked");
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_home_everything_can_be_read_and_nothing_written() {
    let outpost = Outpost::new().await;
    let folder = outpost.make("empty");
    // The user database names a home for whoever runs the tests, but none for the uid that root becomes.
    let homes = if rustix::process::geteuid().is_root() { &[NO_HOME, ""][..] } else { &[NO_HOME] };
    for home in homes {
        let mut command = outpost.command(home, &outpost.words("addons --json"));
        let listed = ran(command.current_dir(&folder)).expect(0);
        assert!(!listed.json()["addons"].as_array().unwrap().is_empty());
        refused(&outpost, home, WRITE, &["there is no home folder"]);
        let looked = outpost.run(home, "operations --source journal").expect(0);
        assert!(looked.err.contains("there is no home folder"), "{}", looked.err);
    }
    assert_eq!(outpost.rig.writes(), 0);
    assert!(below(outpost.path()).iter().all(|path| path.ends_with("/empty")), "{:?}", below(outpost.path()));
    let waste = outpost.run(NO_HOME, "report waste").expect(0);
    assert!(
        format!("{}{}", waste.out, waste.err).contains("could not be kept anywhere"),
        "{} {}",
        waste.out,
        waste.err
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_home_the_dashboard_shows_everything_and_says_once_why_it_writes_nothing() {
    let outpost = Outpost::new().await;
    let mut pty = outpost.dashboard(NO_HOME, "");
    pty.wait_for("NO WRITES");
    pty.wait_for("there is no home folder. Name one with --state-dir DIR");
    pty.wait_for("live");
    pty.send("j");
    pty.wait_gone("there is no home folder");
    let row = outpost.rig.world(|world| world.addons[0].name.clone());
    pty.wait_for(&row[..10]);
    pty.send("D");
    pty.wait_for("there is no home folder. Name one with --state-dir DIR");
    pty.send("q");
    assert_eq!(pty.wait_exit().exit_code(), 0);
    assert_eq!((outpost.rig.writes(), below(outpost.path()).len()), (0, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_state_folder_that_is_named_is_enough_to_write() {
    let outpost = Outpost::new().await;
    let folder = outpost.make("kept");
    let state = folder.join("new");
    let named = format!("--state-dir {} {WRITE}", state.display());
    outpost.run(NO_HOME, &named).expect(0);
    assert_eq!(outpost.rig.writes(), 1);
    let kept = below(&state);
    assert!(kept.iter().any(|path| path.contains("/operations/") && path.ends_with(".jsonl")), "{kept:?}");
    assert_eq!(fs::metadata(&state).unwrap().permissions().mode() & 0o777, 0o700);
    // The variable says the same, and a flag may be relative.
    let words = outpost.words("operations --source journal --json");
    let mut by_variable = outpost.command(NO_HOME, &words);
    let listed = ran(by_variable.env("ATTACHE_STATE_DIR", &state)).expect(0).json();
    assert_eq!(listed["operations"].as_array().map(Vec::len), Some(1), "{listed}");
    let relative = outpost.words("--state-dir new operations --source journal --json");
    let listed = ran(outpost.command(NO_HOME, &relative).current_dir(&folder)).expect(0).json();
    assert_eq!(listed["operations"].as_array().map(Vec::len), Some(1), "{listed}");
    // The dashboard keeps what it saw there, too.
    let mut pty = outpost.dashboard(NO_HOME, &format!("--state-dir {}", state.display()));
    pty.wait_for("live");
    pty.send("q");
    assert_eq!(pty.wait_exit().exit_code(), 0);
    assert!(!pty.contents().contains("NO WRITES"));
    assert_eq!(below(outpost.path()).iter().filter(|path| !path.starts_with(folder.to_str().unwrap())).count(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_home_that_can_not_be_written_is_for_reading() {
    let outpost = Outpost::new().await;
    let closed = outpost.make("closed");
    let file = outpost.path().join("file");
    fs::write(&file, "").unwrap();
    fs::set_permissions(&closed, fs::Permissions::from_mode(0o555)).unwrap();
    let below_a_file = file.join("home");
    for (home, why) in [(&closed, "Permission denied"), (&below_a_file, "Not a directory")] {
        let home = home.to_str().unwrap();
        outpost.run(home, "addons").expect(0);
        let folder = format!("{home}/.local/state/attache/operations can't be written ({why}");
        refused(&outpost, home, WRITE, &[&folder]);
        // And once one is named, it goes.
        let named = format!("--state-dir {}", outpost.path().join("no").display());
        refused(&outpost, home, &format!("{named} {WRITE}"), &["/no/operations can't be written (Permission denied"]);
    }
    let mut pty = outpost.dashboard(closed.to_str().unwrap(), "");
    pty.wait_for("NO WRITES");
    pty.wait_for("--state-dir DIR names another folder");
    pty.wait_for("live");
    pty.send("q");
    assert_eq!(pty.wait_exit().exit_code(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_keeps_a_command_from_leaving() {
    let outpost = Outpost::new().await;
    let state = outpost.make("state");
    let line = format!("--state-dir {} {WRITE}", state.display());
    // No file may grow: what a full disk does to the intent. The probe of the folder is an empty file.
    let mut shell = std::process::Command::new("sh");
    shell.args(["-c", "trap '' XFSZ; ulimit -f 0; exec \"$0\" \"$@\"", env!("CARGO_BIN_EXE_attache")]);
    shell.args(outpost.words(&line)).env_clear().env("HOME", "none").env("ATTACHE_TOKEN", super::TOKEN);
    shell.env("PATH", std::env::var_os("PATH").unwrap());
    let said = ran(&mut shell);
    assert!(said.code != 0 && said.err.contains("The intent could not be written to"), "{} {}", said.code, said.err);
    assert!(said.err.contains("so nothing was sent"), "{}", said.err);
    assert_eq!(outpost.rig.writes(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_home_there_is_no_local_platform_to_fall_back_to() {
    let outpost = Outpost::new().await;
    for line in ["--profile local addons", "platform up", "platform status"] {
        let words: Vec<String> = line.split_whitespace().map(str::to_owned).collect();
        let said = ran(&mut outpost.command(NO_HOME, &words)).expect(2);
        assert!(said.err.contains("There is no home folder to keep the local platform in"), "{}", said.err);
        assert!(said.err.contains("--state-dir DIR") && said.err.contains("--platform"), "{}", said.err);
    }
    let listed = ran(&mut outpost.command(NO_HOME, &["profiles".to_owned()])).expect(0);
    assert!(listed.err.contains("There is no home folder to keep the local platform in"), "{}", listed.err);
    let bad = ["--state-dir", "/dev/null", "addons"].map(str::to_owned);
    let said = ran(&mut outpost.command(NO_HOME, &bad)).expect(2);
    assert!(said.err.contains("\"/dev/null\"") && said.err.contains("is not a folder"), "{}", said.err);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_state_folder_that_others_may_write_in_is_told() {
    let outpost = Outpost::new().await;
    let state = outpost.make("open");
    fs::set_permissions(&state, fs::Permissions::from_mode(0o777)).unwrap();
    let line = format!("--state-dir {} {WRITE}", state.display());
    let said = outpost.run(NO_HOME, &line).expect(0);
    assert!(said.err.contains("Others may write in") && said.err.contains("chmod go-w"), "{}", said.err);
    fs::set_permissions(&state, fs::Permissions::from_mode(0o700)).unwrap();
    let line =
        format!("--state-dir {} addons rename redis-storefront sessions --confirm redis-storefront", state.display());
    let said = outpost.run(NO_HOME, &line).expect(0);
    assert!(!said.err.contains("Others may write in"), "{}", said.err);
}

#[test]
fn without_a_home_the_local_platform_is_kept_in_the_state_folder_too() {
    let home = Home::new_as(RunAs::OrdinaryUser);
    // What the test's own home stops at its end.
    let state = home.platform_folder().parent().unwrap().to_owned();
    let run = |line: &str| {
        let words = ["--state-dir", state.to_str().unwrap()].into_iter().chain(line.split_whitespace());
        ran(home.command(words).env_remove("ATTACHE_HOME").env("HOME", NO_HOME))
    };
    run("platform up").expect(0);
    run("apps create shop").expect(0);
    assert!(run("apps --json").expect(0).out.contains("shop"));
    let kept = below(&state);
    assert!(kept.iter().any(|path| path.contains("data/operations/")), "{kept:?}");
    assert!(kept.iter().any(|path| path.ends_with("data/platform/run/api.sock")), "{kept:?}");
    run("platform down").expect(0);
}
