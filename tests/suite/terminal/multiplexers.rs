//! Inside tmux and GNU screen, each of a server of its own within our terminal. `scripts/setup --test` installs both.

use std::process::{Command, Stdio};

use crate::support::home::Home;
use crate::support::pty::{Pty, command};

/// What only the help says.
const HELP: &str = "Back to the shell; fg returns";
const BEFORE: &str = "what was there before";

/// One of the two, with its files in a home.
struct Multiplexer<'a> {
    home: &'a Home,
    is_tmux: bool,
    settings: &'a str,
}

impl Multiplexer<'_> {
    fn words(&self, words: &[&str]) -> Vec<String> {
        let file = |name: &str| self.home.path().join(name).display().to_string();
        std::fs::write(file("settings"), self.settings).unwrap();
        let own = if self.is_tmux {
            vec!["tmux".to_owned(), "-S".into(), file("socket"), "-f".into(), file("settings")]
        } else {
            vec!["screen".to_owned(), "-U".into(), "-c".into(), file("settings")]
        };
        own.into_iter().chain(words.iter().map(|word| (*word).to_owned())).collect()
    }

    /// Its client in a terminal.
    fn client(&self, words: &[&str], columns: u16, rows: u16) -> Pty {
        let words = self.words(words);
        let mut client = command(&words[0]);
        client.args(&words[1..]);
        client.env("ATTACHE_HOME", self.home.path());
        client.env("HOME", self.home.path());
        client.env("SHELL", "/bin/sh");
        client.env("PS1", "prompt> ");
        client.env("SCREENDIR", self.home.path().join("screens"));
        Pty::start(client, columns, rows)
    }

    /// What it prints when it is told something.
    fn tell(&self, words: &[&str]) -> String {
        let words = self.words(words);
        let mut told = Command::new(&words[0]);
        told.args(&words[1..]).env("SCREENDIR", self.home.path().join("screens")).stdin(Stdio::null());
        let output = told.output().unwrap_or_else(|error| panic!("{}: {error}: run scripts/setup --test", words[0]));
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    /// A session with a shell in which something was done before.
    fn begin(&self) -> Pty {
        use std::os::unix::fs::PermissionsExt;
        let folder = self.home.path().join("screens");
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::set_permissions(&folder, std::fs::Permissions::from_mode(0o700)).unwrap();
        let words: &[&str] = if self.is_tmux { &["new-session", "-s", "ours", "sh"] } else { &["-S", "ours", "sh"] };
        let mut pty = self.client(words, 120, 40);
        pty.wait_for("prompt>");
        pty.send(&format!("echo {BEFORE}\n"));
        pty.wait_until("what is done", |screen| screen.contents().matches(BEFORE).count() == 2);
        pty
    }

    /// tmux alone: pastes into its pane, within brackets if the program there has asked for them. (Its `bracket_paste_flag`
    /// would tell, but is younger than the tmux of many systems.)
    fn paste(&self, text: &str) {
        self.tell(&["set-buffer", "-b", "pasted", text]);
        self.tell(&["paste-buffer", "-p", "-d", "-b", "pasted"]);
    }

    /// Fails if anything was begun.
    fn assert_nothing_begun(&self) {
        let journal = self.home.path().join("state/operations");
        let begun = std::fs::read_dir(journal).map_or(0, |folder| folder.count());
        assert_eq!(begun, 0, "the journal has operations");
    }

    /// Leaves the session, and comes back from a terminal of another size.
    fn come_back(&self, pty: &mut Pty, columns: u16, rows: u16) -> Pty {
        pty.send(if self.is_tmux { "\x02d" } else { "\x01d" });
        assert_eq!(pty.wait_exit().exit_code(), 0);
        self.client(if self.is_tmux { &["attach"] } else { &["-r", "ours"] }, columns, rows)
    }
}

impl Drop for Multiplexer<'_> {
    fn drop(&mut self) {
        self.tell(if self.is_tmux { &["kill-server"] } else { &["-S", "ours", "-X", "quit"] });
    }
}

/// Starts the dashboard in it and waits for the list.
fn start(pty: &mut Pty) {
    pty.send(&format!("{} --profile local\n", env!("CARGO_BIN_EXE_attache")));
    pty.wait_for("live");
    pty.wait_for("uploads");
}

/// Whether the row under the cursor is marked, and the last row of the dashboard is where it belongs.
fn is_whole(screen: &vt100::Screen, row: u16) -> bool {
    let columns = screen.size().1.get();
    let text = screen.contents();
    text.contains("> uploads") && screen.contents_between(row, 0, row, columns).contains("q quit")
}

/// What is pasted is one text, in a line and in a confirmation: its Enter confirms nothing, and its letters are no keys.
fn paste_into_it(pty: &mut Pty, multiplexer: &Multiplexer<'_>, mut paste: impl FnMut(&mut Pty, &str)) {
    pty.send("/u");
    pty.wait_for("filter \"u\"");
    paste(pty, "pl\nq");
    pty.wait_for("filter \"upl q\"");
    pty.send("\x1b");
    pty.wait_gone("filter \"");
    pty.send("X");
    pty.wait_for("y does it");
    paste(pty, "y\n");
    pty.wait_for("Pasted text does not count here.");
    pty.send("\x1b");
    pty.wait_gone("y does it");
    multiplexer.assert_nothing_begun();
}

/// Keys, the help, a modal, copying; gives the outer terminal's bytes.
fn use_it(pty: &mut Pty) -> Vec<u8> {
    pty.send("?");
    pty.wait_for(HELP);
    pty.send("\x1b");
    pty.wait_gone(HELP);
    pty.send("X");
    pty.wait_for("y does it");
    pty.send("\x1b");
    pty.wait_gone("y does it");
    pty.send("y");
    pty.wait_for("Copy");
    pty.send("\r");
    pty.wait_for("Sent 7 characters");
    pty.wait_output("the clipboard", b"\x1b]52;");
    pty.output_after(0)
}

#[test]
fn in_tmux_it_is_seen_used_left_come_back_to_and_gone_without_a_trace() {
    let home = Home::new();
    home.platform_ready();
    let tmux = Multiplexer { home: &home, is_tmux: true, settings: "set -s set-clipboard on\nset -s escape-time 0\n" };
    let mut pty = tmux.begin();
    let title = tmux.tell(&["display-message", "-p", "#{pane_title}"]);
    start(&mut pty);
    // The last row is tmux's own.
    pty.wait_until("the whole screen", |screen| is_whole(screen, 38));
    assert!(tmux.tell(&["display-message", "-p", "#{pane_title}"]).contains("attache: local"));
    use_it(&mut pty);
    paste_into_it(&mut pty, &tmux, |_, text| tmux.paste(text));
    assert_eq!(tmux.tell(&["show-buffer"]), "uploads");
    let mut pty = tmux.come_back(&mut pty, 100, 30);
    pty.wait_until("the screen again", |screen| is_whole(screen, 28));
    pty.resize(80, 24);
    pty.wait_until("a smaller one", |screen| is_whole(screen, 22));
    pty.send("q");
    pty.wait_gone("> uploads");
    pty.wait_until("what was there", |screen| screen.contents().matches(BEFORE).count() == 2);
    let now = tmux.tell(&["display-message", "-p", "#{alternate_on} #{cursor_flag}"]);
    assert_eq!(now.trim(), "0 1");
    assert_eq!(tmux.tell(&["display-message", "-p", "#{pane_title}"]), title, "the title is the shell's again");
    // The shell asks for no brackets, and gets none: they would be a part of the command.
    tmux.paste("echo pasted-$((40 + 2))\n");
    pty.wait_for("pasted-42");
    assert!(!pty.contents().contains("200~"), "{}", pty.contents());
    pty.send("exit\n");
    pty.wait_exit();
}

#[test]
fn in_screen_it_is_seen_used_left_come_back_to_and_gone_without_a_trace() {
    for (settings, comes_back) in [("altscreen on\n", true), ("", false)] {
        let home = Home::new();
        home.platform_ready();
        let settings = format!("startup_message off\n{settings}");
        let screen = Multiplexer { home: &home, is_tmux: false, settings: &settings };
        let mut pty = screen.begin();
        // It asks the terminal around it for brackets while the program in its window does, and hands them on.
        assert!(!pty.screen(vt100::Screen::bracketed_paste), "a shell asks for no brackets");
        start(&mut pty);
        assert!(pty.screen(vt100::Screen::bracketed_paste), "what is pasted comes without brackets");
        pty.wait_until("the whole screen", |screen| is_whole(screen, 39));
        use_it(&mut pty);
        paste_into_it(&mut pty, &screen, |pty, text| pty.send(&format!("\x1b[200~{text}\x1b[201~")));
        pty.wait_output("the text itself", b"\x1b]52;c;dXBsb2Fkcw==\x07");
        // With another size it forgets what was there before.
        let (columns, rows) = if comes_back { (120, 40) } else { (100, 30) };
        let mut pty = screen.come_back(&mut pty, columns, rows);
        pty.wait_until("the screen again", |screen| is_whole(screen, rows - 1));
        assert!(pty.screen(vt100::Screen::bracketed_paste), "what is pasted comes without brackets now");
        if !comes_back {
            pty.resize(80, 24);
            pty.wait_until("a smaller one", |screen| is_whole(screen, 23));
        }
        assert!(!pty.contents().contains("attache: local"), "a title among the text: {}", pty.contents());
        pty.send("q");
        pty.wait_gone("> uploads");
        pty.wait_for("prompt>");
        assert!(!pty.screen(vt100::Screen::bracketed_paste), "the shell did not ask for brackets");
        assert_eq!(pty.contents().contains(BEFORE), comes_back, "{}", pty.contents());
        // Without its alternate screen nothing is left of ours either, and the shell's line is at the top.
        assert!(!pty.contents().contains("Add-ons"), "{}", pty.contents());
        pty.send("exit\n");
        pty.wait_exit();
    }
}
