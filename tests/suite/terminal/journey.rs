//! The main job: the real binary in a terminal, against a real platform with a real PostgreSQL.

use crate::support::home::Home;
use crate::support::pty::Pty;
use crate::support::screen::dashboard_of_own;

/// Whether a name may be typed now: the confirmation listens.
pub(super) fn wait_typing(pty: &Pty) {
    pty.wait_until("an input that listens", |screen| {
        let (rows, columns) = (screen.size().0.get(), screen.size().1.get());
        (0..rows).any(|row| {
            let label = screen.contents_between(row, 0, row, columns);
            let at = label.find("Name").map(|bytes| label[..bytes].chars().count() as u16);
            at.is_some_and(|at| {
                (at + 5..columns).any(|column| screen.cell(row, column).is_some_and(vt100::Cell::inverse))
            })
        })
    });
}

/// Waits until one line has both.
fn wait_line(pty: &Pty, one: &str, other: &str) {
    pty.wait_until(&format!("a line with {one:?} and {other:?}"), |screen| {
        screen.contents().lines().any(|line| line.contains(one) && line.contains(other))
    });
}

/// Says yes to what interrupts, once it listens.
fn confirm(pty: &mut Pty) {
    pty.wait_for("y does it");
    pty.send("y");
    pty.wait_gone("y does it");
}

/// How many commands the journal knows.
fn sent(home: &Home) -> usize {
    std::fs::read_dir(home.path().join("state/operations")).map_or(0, Iterator::count)
}

fn state_of(home: &Home, addon: &str) -> Option<String> {
    let listed = home.line("addons --json").expect(0).json();
    let addons = listed["addons"].as_array().unwrap().clone();
    let found = addons.iter().find(|row| row["name"] == addon)?;
    Some(found["state"].as_str().unwrap().to_owned())
}

#[test]
fn an_addon_is_made_used_and_destroyed_from_the_keyboard() {
    let home = Home::new();
    home.platform_up();
    let mut pty = dashboard_of_own(home.path(), 120, 40, &[]);
    pty.wait_for("live");
    pty.wait_for("uploads");

    // Service → plan → name, app and alias → summary.
    pty.send("C");
    pty.wait_for("Create an add-on");
    pty.wait_for("valkey");
    pty.send("\r");
    pty.wait_for("Create postgresql");
    pty.send("\r");
    pty.wait_for("With an app it is attached");
    pty.send("\x15");
    pty.wait_until("an empty name", |screen| !screen.contents().contains("postgresql-"));
    pty.send("orders");
    pty.wait_for("orders");
    pty.send("\r");
    pty.send("storefront");
    pty.wait_for("storefront will get");
    pty.send("\r");
    pty.send("\r");
    pty.wait_for("POST /v1/addons");
    pty.wait_for("DATABASE_URL");
    // Enter is not a yes, and neither is a paste, nor a yes that came too early.
    pty.send("y");
    pty.wait_for("Too early");
    pty.send("\x1b[200~y\x1b[201~");
    pty.wait_for("Pasted text does not count");
    assert_eq!(sent(&home), 0);
    confirm(&mut pty);

    // Its timeline is followed live until it is ready.
    pty.wait_for("init_cluster");
    wait_line(&pty, "orders", "ready");
    pty.wait_for("✓ done     Create postgresql:small orders for storefront");
    assert_eq!(sent(&home), 1);
    let names = home.line("config --app storefront --names").expect(0).out;
    assert!(names.contains("DATABASE_URL"), "{names}");

    // A second app, under an alias.
    pty.send("A");
    pty.wait_for("Attach orders");
    pty.send("billing");
    pty.wait_for("billing will get");
    pty.send("\r");
    pty.send("REPORTING");
    pty.wait_for("REPORTING_DATABASE_URL");
    pty.send("\r");
    pty.wait_for("POST /v1/attachments");
    confirm(&mut pty);
    pty.wait_for("✓ done     Attach orders to billing as REPORTING");
    let names = home.line("config --app billing --names").expect(0).out;
    assert!(names.contains("REPORTING_DATABASE_URL"), "{names}");

    // Detached again: there are two, so which one is asked.
    pty.send("X");
    pty.wait_for("Detach");
    pty.send("j\r");
    pty.wait_for("DELETE /v1/attachments");
    confirm(&mut pty);
    pty.wait_for("✓ done     Detach orders from");
    assert_eq!(sent(&home), 3);

    // Destroyed, by its name; a wrong name, Enter and a paste change nothing.
    pty.send("D");
    pty.wait_for("DELETE /v1/addons");
    pty.wait_for("type the name");
    wait_typing(&pty);
    pty.send("\r");
    pty.wait_for("That is not the name");
    pty.send("uploads");
    pty.wait_for("Name uploads");
    pty.send("\r");
    pty.wait_for("That is not the name");
    pty.send("\x15\x1b[200~orders\r\x1b[201~");
    pty.wait_for("Pasted text does not count");
    assert_eq!(sent(&home), 3);
    assert_eq!(state_of(&home, "orders").as_deref(), Some("ready"));
    pty.send("orders");
    pty.wait_for("Name orders");
    pty.send("\r");
    pty.wait_for("✓ done     Destroy orders");
    assert_eq!(state_of(&home, "orders"), None);
    assert_eq!(sent(&home), 4);

    pty.send("q");
    assert_eq!(pty.wait_exit().exit_code(), 0);
    pty.assert_restored();
}
