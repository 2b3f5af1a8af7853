//! The dashboard in a terminal, as most terminal tests need it.

use std::path::Path;

use super::pty::{Pty, attache};

/// Starts the dashboard and waits for its first frame.
pub(crate) fn dashboard(home: &Path, columns: u16, rows: u16) -> Pty {
    dashboard_with(home, columns, rows, &[])
}

/// The same with variables on top of the usual environment.
pub(crate) fn dashboard_with(home: &Path, columns: u16, rows: u16, env: &[(&str, &str)]) -> Pty {
    let mut command = attache(home);
    for (name, value) in env {
        command.env(name, value);
    }
    let pty = Pty::start(command, columns, rows);
    wait_first_frame(&pty);
    pty
}

/// Waits for a whole first frame.
pub(crate) fn wait_first_frame(pty: &Pty) {
    pty.wait_until("the first frame", |screen| screen.alternate_screen() && !screen.contents().trim().is_empty());
    pty.wait_output("the end of the first frame", b"\x1b[?2026l");
}
