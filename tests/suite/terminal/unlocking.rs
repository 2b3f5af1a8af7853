//! A read-only profile in a terminal, against a real platform: unlocked by hand, on record, and locked again.

use crate::support::home::Home;
use crate::support::pty::{Pty, attache};
use crate::support::screen::wait_first_frame;

fn careful(home: &Home, more: &[&str]) -> Pty {
    let folder = home.path().join("config");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("config.toml"), "[profiles.careful]\nplatform = \"local\"\nread_only = true\n").unwrap();
    let mut command = attache(home.path());
    command.args(["--profile", "careful"]);
    command.args(more);
    let pty = Pty::start(command, 120, 40);
    wait_first_frame(&pty);
    pty.wait_for("live");
    pty.wait_for("uploads");
    pty
}

/// The lines of all files in the journal's folder.
fn journal(home: &Home) -> Vec<serde_json::Value> {
    let Ok(folder) = std::fs::read_dir(home.path().join("state/operations")) else { return Vec::new() };
    let files = folder.map(|file| std::fs::read_to_string(file.unwrap().path()).unwrap());
    files.flat_map(|text| text.lines().map(|line| serde_json::from_str(line).unwrap()).collect::<Vec<_>>()).collect()
}

#[test]
fn a_read_only_profile_is_unlocked_on_record_and_locked_again() {
    let home = Home::new();
    home.platform_ready();
    let mut pty = careful(&home, &[]);
    pty.wait_for("LOCKED");
    pty.send("D");
    pty.wait_for("is read-only: ! unlocks it for 30 minutes");
    pty.send("!");
    pty.wait_for("Unlock profile careful");
    pty.send("\x1b[200~careful\x1b[201~");
    pty.wait_for("Pasted text does not count");
    pty.send("careful");
    pty.wait_for("Profile careful");
    pty.send("\r");
    pty.wait_for("Enter unlocks");
    // Enter among other keys is none.
    pty.send("INC-4711\r");
    pty.wait_for("by itself");
    assert_eq!(journal(&home).len(), 0);
    pty.send("\r");
    pty.wait_for("WRITE til");
    let unlocks = journal(&home);
    assert_eq!(unlocks.len(), 1);
    assert_eq!((&unlocks[0]["profile"], &unlocks[0]["reason"]), (&"careful".into(), &"INC-4711".into()));
    assert!(unlocks[0]["until"].is_string() && unlocks[0]["user"].is_string(), "{}", unlocks[0]);

    pty.send("D");
    pty.wait_for("DELETE /v1/addons");
    pty.wait_for("type the name");
    pty.send("\x1b");
    pty.wait_gone("DELETE /v1/addons");
    // What only adds: a button that must be reached.
    pty.send("B");
    pty.wait_for("POST /v1/addons");
    pty.send("\t");
    pty.wait_until("the button with the focus", |screen| {
        let (rows, columns) = (screen.size().0.get(), screen.size().1.get());
        (0..rows).any(|row| {
            let line = screen.contents_between(row, 0, row, columns);
            let at = line.find("Back up ]").map(|bytes| line[..bytes].chars().count() as u16);
            at.is_some_and(|at| screen.cell(row, at).is_some_and(vt100::Cell::inverse))
        })
    });
    pty.send("\r");
    pty.wait_for("✓ done     Back up uploads");
    let intents: Vec<_> = journal(&home).into_iter().filter(|line| line["command"].is_object()).collect();
    assert_eq!(intents.len(), 1);
    assert_eq!(intents[0]["reason"], "INC-4711", "{}", intents[0]);

    pty.send("!");
    pty.wait_for("LOCKED");
    pty.wait_gone("WRITE til");
    pty.send("D");
    pty.wait_for("is read-only: ! unlocks it");
    pty.send("q");
    assert_eq!(pty.wait_exit().exit_code(), 0);
}

#[test]
fn a_flag_of_this_run_can_not_be_unlocked() {
    let home = Home::new();
    home.platform_ready();
    let mut pty = careful(&home, &["--read-only"]);
    pty.wait_for("LOCKED");
    pty.send("!");
    pty.wait_for("start again without it");
    pty.send("q");
    assert_eq!(pty.wait_exit().exit_code(), 0);
    assert!(journal(&home).is_empty());
}
