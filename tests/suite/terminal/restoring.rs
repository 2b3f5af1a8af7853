//! A restore from the keyboard, against a real platform with a real PostgreSQL: from the broken data to an app that uses
//! what was there before, also when the dashboard is killed on the way.

use std::fs;

use rustix::process::{Pid, Signal, kill_process};

use super::journey::wait_typing;
use crate::support::home::Home;
use crate::support::pty::Pty;
use crate::support::screen::dashboard_of_own;
use crate::verbs::tools::{capture, psql, variable};

/// What an app of that name reads.
fn note(home: &Home) -> String {
    psql(&variable(home, "billing", "DATABASE_URL"), "SELECT text FROM note").unwrap()
}

/// A database whose data was backed up while it was good, and is bad now.
fn broken() -> (Home, String) {
    let home = Home::new();
    home.platform_up();
    home.line("addons create postgresql:dev --name ledger --app billing --wait").expect(0);
    let url = variable(&home, "billing", "DATABASE_URL");
    psql(&url, "CREATE TABLE note (text text); INSERT INTO note VALUES ('good')").unwrap();
    let backup = capture(&home, "ledger");
    psql(&url, "UPDATE note SET text = 'bad'").unwrap();
    (home, backup)
}

/// From the list to the confirmation of all that a restore begins with, and yes to it.
fn begin(pty: &mut Pty, backup: &str) {
    pty.wait_for("live");
    pty.wait_for("ledger");
    pty.send("R");
    pty.wait_for("last good moment");
    pty.send("\r");
    pty.wait_for(backup);
    pty.send("\r");
    pty.wait_for("ledger-restored");
    pty.wait_for("Check ledger-restored");
    pty.send("\r");
    pty.wait_for("[ Begin ]");
    press(pty);
    pty.wait_for("Restore ledger from backup");
    pty.wait_gone("[ Begin ]");
}

/// Goes to the other button, and presses it: two keys that come one by one.
fn press(pty: &mut Pty) {
    let marked = |screen: &vt100::Screen| {
        let (rows, columns) = (screen.size().0.get(), screen.size().1.get());
        (0..rows).any(|row| {
            let line = screen.contents_between(row, 0, row, columns);
            let at = line.find("[ Cancel ]").map(|bytes| line[..bytes].chars().count() as u16);
            at.is_some_and(|at| screen.cell(row, at + 13).is_some_and(vt100::Cell::inverse))
        })
    };
    pty.send("\t");
    pty.wait_until("the other button", marked);
    pty.send("\r");
}

/// Types the name that a confirmation wants.
fn type_name(pty: &mut Pty, name: &str) {
    pty.wait_for("type the name");
    wait_typing(pty);
    pty.send(name);
    pty.wait_for(&format!("Name {name}"));
    pty.send("\r");
}

/// Says that what is checked is good, and switches over by the name.
fn check_and_switch(pty: &mut Pty) {
    pty.wait_for("G it is good");
    pty.send("G");
    pty.wait_for("shows what it does, to be typed");
    pty.send("\r");
    type_name(pty, "ledger-restored");
    pty.wait_for("chooses what to put right");
}

/// Ends the clean-up.
fn clean_up(pty: &mut Pty) {
    pty.send("\r");
    pty.wait_for("Done: end the procedure");
    // The cursor stands on it.
    pty.send("\r");
    pty.wait_for("It is over: done");
}

/// The commands that the journal knows, by their kind.
fn sent(home: &Home) -> Vec<String> {
    let folder = fs::read_dir(home.path().join("state/operations")).unwrap().flatten();
    let files = folder.map(|file| file.path()).filter(|path| !path.to_str().unwrap().ends_with(".course.jsonl"));
    let mut kinds: Vec<String> = files
        .map(|path| {
            let text = fs::read_to_string(path).unwrap();
            let intent: serde_json::Value = serde_json::from_str(text.lines().next().unwrap()).unwrap();
            intent["command"]["command"].as_str().unwrap().to_owned()
        })
        .collect();
    kinds.sort();
    kinds
}

#[test]
fn broken_data_is_restored_checked_and_switched_over_from_the_keyboard() {
    let (home, backup) = broken();
    let before = sent(&home).len();
    let mut pty = dashboard_of_own(home.path(), 120, 40, &[]);
    begin(&mut pty, &backup);
    pty.wait_for("G it is good");
    assert_eq!(note(&home), "bad", "no app uses the replacement yet");
    let replacement = home.line("addons info ledger-restored").expect(0).out;
    assert!(replacement.contains(&backup), "{replacement}");
    check_and_switch(&mut pty);
    assert_eq!(note(&home), "good");
    assert_eq!(sent(&home).len(), before + 3, "{:?}", sent(&home));

    // Back to the old one, by its name, and over again.
    pty.send("m");
    pty.wait_for("Move the apps back");
    pty.send("Gk\r");
    type_name(&mut pty, "ledger");
    pty.wait_for("taken back");
    assert_eq!(note(&home), "bad");
    pty.wait_for("chooses: continue");
    pty.send("\r");
    pty.wait_for("Do it anew");
    pty.send("\r");
    pty.wait_for("shows what it does, to be typed");
    pty.send("\r");
    type_name(&mut pty, "ledger-restored");
    pty.wait_for("chooses what to put right");
    assert_eq!(note(&home), "good");
    clean_up(&mut pty);
    pty.send("\x1b");
    pty.wait_gone("It is over: done");
    pty.send("q");
    assert_eq!(pty.wait_exit().exit_code(), 0);
    pty.assert_restored();
}

#[test]
fn a_dashboard_that_is_killed_on_the_way_is_gone_on_with_by_another() {
    let (home, backup) = broken();
    let before = sent(&home);
    let mut pty = dashboard_of_own(home.path(), 120, 40, &[]);
    begin(&mut pty, &backup);
    pty.wait_for("now since");
    kill_process(Pid::from_raw(pty.pid()).unwrap(), Signal::KILL).unwrap();
    pty.wait_gone_process();
    let mut pty = dashboard_of_own(home.path(), 120, 40, &[]);
    pty.wait_for("You drive it now");
    pty.send("c");
    pty.wait_for("Restore ledger from backup");
    // What was confirmed and not begun is confirmed anew; what was begun is followed.
    loop {
        let seen = || pty.contents();
        pty.wait_until("something to do", |screen| {
            let text = screen.contents();
            text.contains("G it is good") || text.contains("shows what it does, to be confirmed")
        });
        if seen().contains("G it is good") {
            break;
        }
        pty.send("\r");
        pty.wait_for("[ Cancel ]");
        press(&mut pty);
        pty.wait_gone("[ Cancel ]");
        pty.wait_until("what was confirmed to be begun", |screen| {
            let text = screen.contents();
            text.contains("now since") || text.contains("G it is good")
        });
    }
    check_and_switch(&mut pty);
    assert_eq!(note(&home), "good");
    clean_up(&mut pty);
    let mut expected = before;
    expected.extend(["back_up", "move_attachments", "restore"].map(str::to_owned));
    expected.sort();
    assert_eq!(sent(&home), expected, "nothing was sent twice");
    pty.send("q");
    pty.wait_gone("It is over: done");
    pty.send("q");
    assert_eq!(pty.wait_exit().exit_code(), 0);
}
