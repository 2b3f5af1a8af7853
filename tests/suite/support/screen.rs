//! The dashboard in a terminal, as most terminal tests need it.

use std::path::Path;

use super::between::Between;
use super::home::Home;
use super::pty::{Pty, attache, command};

/// An endpoint where nobody answers. With an endpoint of its own the dashboard starts no platform.
pub(crate) const NOWHERE: &str = "http://127.0.0.1:9";

/// Starts the dashboard of a platform that does not answer, and waits for its first frame.
pub(crate) fn dashboard(home: &Path, columns: u16, rows: u16) -> Pty {
    on_endpoint(home, NOWHERE, columns, rows)
}

/// The same with the platform behind the one in between.
pub(crate) fn dashboard_through(between: &Between, home: &Path, columns: u16, rows: u16) -> Pty {
    on_endpoint(home, &between.endpoint(), columns, rows)
}

/// A platform that is ready, and a home of a dashboard that will reach it through the one in between.
pub(crate) fn between_platform() -> (Home, Home, Between) {
    let platform = Home::new();
    platform.platform_ready();
    let between = Between::start(platform.platform_folder().join("run/api.sock"));
    (platform, Home::new(), between)
}

/// The same with the dashboard, which shows what there is.
pub(crate) fn watching(columns: u16, rows: u16) -> (Home, Home, Between, Pty) {
    let (platform, home, between) = between_platform();
    let pty = dashboard_through(&between, home.path(), columns, rows);
    pty.wait_for("live");
    pty.wait_for("uploads");
    (platform, home, between, pty)
}

/// The same with the local platform of that home, and with variables on top of the usual environment.
pub(crate) fn dashboard_of_own(home: &Path, columns: u16, rows: u16, env: &[(&str, &str)]) -> Pty {
    let mut command = attache(home);
    for (name, value) in env {
        command.env(name, value);
    }
    let pty = Pty::start(command, columns, rows);
    wait_first_frame(&pty);
    pty
}

/// A shell with job control in whose folder the dashboard has its home; it has shown its prompt, `prompt>`.
pub(crate) fn shell(home: &Path, columns: u16, rows: u16) -> Pty {
    let mut shell = command("bash");
    shell.args(["--norc", "--noprofile", "--noediting", "-i"]);
    shell.env("ATTACHE_HOME", home);
    shell.env("ATTACHE_TOKEN", "not-needed");
    shell.env("PS1", "prompt> ");
    let pty = Pty::start(shell, columns, rows);
    pty.wait_for("prompt>");
    pty
}

/// Starts the dashboard of a platform that does not answer from that shell.
pub(crate) fn dashboard_in(shell: &mut Pty) {
    shell.send(&format!("{} --platform local --endpoint {NOWHERE}\n", env!("CARGO_BIN_EXE_attache")));
    wait_first_frame(shell);
}

fn on_endpoint(home: &Path, endpoint: &str, columns: u16, rows: u16) -> Pty {
    let mut command = attache(home);
    command.args(["--platform", "local", "--endpoint", endpoint]);
    command.env("ATTACHE_TOKEN", "not-needed");
    let pty = Pty::start(command, columns, rows);
    wait_first_frame(&pty);
    pty
}

/// Waits for a whole first frame.
pub(crate) fn wait_first_frame(pty: &Pty) {
    pty.wait_until("the first frame", |screen| screen.alternate_screen() && !screen.contents().trim().is_empty());
    pty.wait_output("the end of the first frame", b"\x1b[?2026l");
}
