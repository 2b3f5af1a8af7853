//! Odd terminals: no colour, no Unicode, no title, no cursor movement, none at all.

use crate::support::frames::{check, find};
use crate::support::home::Home;
use crate::support::pty::{Pty, attache, command};
use crate::support::screen::{NOWHERE, dashboard, dashboard_of_own, wait_first_frame};

/// Whether a written sequence sets any colour.
fn has_color(output: &[u8]) -> bool {
    let text = String::from_utf8_lossy(output);
    text.split("\x1b[").skip(1).any(|rest| {
        let end = rest.find(|c: char| !(c.is_ascii_digit() || c == ';')).unwrap_or(rest.len());
        let is_style = rest[end..].starts_with('m');
        is_style && rest[..end].split(';').any(|code| matches!(code.parse::<u8>(), Ok(30..=49 | 90..=107)))
    })
}

/// Whether the row with this text is marked: reversed, and with the glyph before it.
fn is_marked(pty: &Pty, text: &str) -> bool {
    pty.screen(|screen| {
        let (rows, columns) = (screen.size().0.get(), screen.size().1.get());
        let row = (0..rows).find(|row| screen.contents_between(*row, 0, *row, columns).contains(text));
        let is_reversed = |row| (0..columns).any(|column| screen.cell(row, column).is_some_and(vt100::Cell::inverse));
        row.is_some_and(|row| is_reversed(row) && screen.contents_between(row, 0, row, columns).contains('>'))
    })
}

/// Whether something on the screen is as this says.
fn has_cell(pty: &Pty, is: impl Fn(&vt100::Cell) -> bool) -> bool {
    pty.screen(|screen| {
        let (rows, columns) = (screen.size().0.get(), screen.size().1.get());
        (0..rows).any(|row| (0..columns).any(|column| screen.cell(row, column).is_some_and(&is)))
    })
}

/// Variables, flags, and whether there are colours, signs beyond ASCII, and a title then.
type Case = (&'static [(&'static str, &'static str)], &'static [&'static str], (bool, bool, bool));

/// What the environment and the flags make of the whole dashboard. In each of them the selection is seen, and what is strong
/// and what matters less stay so: no attribute goes with the colours.
#[test]
fn each_kind_of_terminal_gets_what_it_can_show() {
    let home = Home::new();
    home.platform_ready();
    const PLAIN: (bool, bool, bool) = (true, true, true);
    let cases: [Case; 16] = [
        (&[], &[], PLAIN),
        (&[("NO_COLOR", "1")], &[], (false, true, true)),
        (&[("NO_COLOR", "1"), ("COLORTERM", "truecolor")], &[], (false, true, true)),
        (&[("NO_COLOR", "")], &[], PLAIN),
        (&[("NO_COLOR", "1")], &["--color", "always"], PLAIN),
        (&[], &["--color", "never"], (false, true, true)),
        (&[("LANG", "C")], &[], (true, false, true)),
        (&[("LC_ALL", "C")], &[], (true, false, true)),
        (&[("LC_ALL", "POSIX"), ("NO_COLOR", "1")], &[], (false, false, true)),
        (&[], &["--ascii"], (true, false, true)),
        (&[("TERM", "linux")], &[], (true, false, false)),
        (&[("TERM", "")], &[], (false, false, false)),
        (&[("TERM", "vt100")], &[], (false, false, false)),
        (&[("TERM", "screen")], &[], PLAIN),
        (&[("TERM", "xterm-mono")], &[], (false, true, true)),
        (&[("TERM", "xterm-256color"), ("COLORTERM", "truecolor")], &[], PLAIN),
    ];
    for (env, flags, (color, signs, title)) in cases {
        let mut command = attache(home.path());
        for (name, value) in env {
            // An empty TERM stands for none here.
            if value.is_empty() && *name == "TERM" { command.env_remove(name) } else { command.env(name, value) }
        }
        command.args(flags);
        let mut pty = Pty::start(command, 80, 24);
        wait_first_frame(&pty);
        pty.wait_for("uploads");
        pty.wait_for("live");
        assert!(is_marked(&pty, "uploads"), "{env:?} {flags:?}\n{}", pty.contents());
        assert!(has_cell(&pty, vt100::Cell::bold) && has_cell(&pty, vt100::Cell::dim), "{env:?} {flags:?}");
        // What destroys is red where there is red.
        pty.send("D");
        pty.wait_for("type the name");
        let output = pty.output_after(0);
        let case = format!("{env:?} {flags:?}\n{}\n{:?}", pty.contents(), String::from_utf8_lossy(&output));
        assert_eq!(has_color(&output), color, "colour: {case}");
        assert_eq!(!output.is_ascii(), signs, "signs: {case}");
        let has = |wanted: &[u8]| find(&output, wanted).is_some();
        assert_eq!((has(b"\x1b]2;"), has(b"\x1b[22;0t")), (title, title), "title: {case}");
        // None of these is more than sixteen colours, whatever COLORTERM promises.
        assert!(!has(b"38;2;") && !has(b"38;5;") && !has(b"48;"), "{case}");
        pty.send("\x1b");
        pty.wait_gone("type the name");
        pty.send("q");
        assert_eq!(pty.wait_exit().exit_code(), 0);
        pty.assert_restored();
        check(&pty.output_after(0));
    }
}

/// A terminal without an alternate screen is left blank, with the shell's line at its top.
#[test]
fn what_is_left_on_a_terminal_without_an_alternate_screen_is_nothing() {
    let home = Home::new();
    let mut pty = dashboard(home.path(), 80, 24);
    pty.send("q");
    pty.wait_exit();
    let mut console = vt100::Parser::new(24.try_into().unwrap(), 80.try_into().unwrap(), 0);
    let output = String::from_utf8_lossy(&pty.output_after(0)).replace("\x1b[?1049h", "").replace("\x1b[?1049l", "");
    console.process(output.as_bytes());
    assert_eq!(console.screen().contents().trim(), "");
    assert_eq!(console.screen().cursor_position(), (0, 0));
    assert!(!console.screen().hide_cursor());
}

#[test]
fn a_terminal_without_a_clipboard_is_not_said_to_have_one() {
    let home = Home::new();
    home.platform_ready();
    let mut pty = dashboard_of_own(home.path(), 80, 24, &[("TERM", "linux")]);
    pty.wait_for("live");
    pty.wait_for("uploads");
    pty.send("y");
    pty.wait_for("Copy");
    pty.send("\r");
    pty.wait_for("no clipboard");
    assert_eq!(find(&pty.output_after(0), b"\x1b]52"), None);
    pty.send("q");
    pty.wait_exit();
}

#[test]
fn a_dumb_terminal_is_pointed_at_the_verbs() {
    let home = Home::new();
    let mut command = attache(home.path());
    command.env("TERM", "dumb");
    let pty = Pty::start(command, 80, 24);
    assert_eq!(pty.wait_exit().exit_code(), 2);
    let said = pty.contents().replace('\n', "");
    assert!(said.contains("TERM is `dumb`") && said.contains("attache addons"), "{said}");
    assert!(!pty.output_after(0).contains(&0x1b), "a dumb terminal got an escape sequence");
}

/// Standard input, output and error that are something else, one at a time, with the other two a terminal.
#[test]
fn no_terminal_is_wrong_usage() {
    let home = Home::new();
    let ran = home.run::<&str>([]).expect(2);
    assert_eq!(ran.out, "");
    assert!(ran.err.contains("needs a terminal") && ran.err.contains("attache addons"), "{}", ran.err);
    for (redirection, missing) in [
        ("</dev/null", "stdin"),
        ("<&-", "stdin"),
        ("<$ATTACHE_HOME/file", "stdin"),
        (">/dev/null", "stdout"),
        (">&-", "stdout"),
        (">$ATTACHE_HOME/file", "stdout"),
        ("| cat", "stdout"),
        ("</dev/null >&-", "stdin"),
    ] {
        std::fs::write(home.path().join("file"), "q").unwrap();
        let (before, after) = if redirection.starts_with('|') { ("", redirection) } else { (redirection, "") };
        let pty = in_shell(&home, &format!(r#"{{ "$0"; echo "status=$?." >&2; }} {before} {after}"#));
        assert_eq!(pty.wait_exit().exit_code(), 0);
        let said = pty.contents().replace('\n', "");
        assert!(said.contains("status=2."), "{redirection}: {said}");
        assert!(
            said.contains(&format!("{missing} is none")) && said.contains("attache addons"),
            "{redirection}: {said}"
        );
        assert!(!pty.output_after(0).contains(&0x1b), "{redirection}: an escape sequence");
        assert!(pty.is_cooked(), "{redirection}");
    }
    let pty = in_shell(&home, "echo q | \"$0\"; echo \"status=$?.\"");
    pty.wait_exit();
    let said = pty.contents().replace('\n', "");
    assert!(said.contains("stdin is none") && said.contains("status=2."), "{said}");
}

/// Nobody hears the sentence then; the status is the same, and a dashboard that can be shown is shown.
#[test]
fn a_closed_standard_error_changes_nothing() {
    let home = Home::new();
    for refused in ["</dev/null", ">/dev/null"] {
        let pty = in_shell(&home, &format!(r#""$0" {refused} 2>&-; exit $?"#));
        assert_eq!(pty.wait_exit().exit_code(), 2, "{refused}");
        assert!(!pty.output_after(0).contains(&0x1b), "{refused}");
    }
    let mut pty = in_shell(&home, &format!(r#""$0" --platform local --endpoint {NOWHERE} 2>&-; exit $?"#));
    wait_first_frame(&pty);
    pty.send("q");
    assert_eq!(pty.wait_exit().exit_code(), 0);
    pty.assert_restored();
}

/// A line of a script with the program as its `$0`.
fn in_shell(home: &Home, line: &str) -> Pty {
    let mut shell = command("sh");
    shell.env("ATTACHE_HOME", home.path());
    shell.env("ATTACHE_TOKEN", "not-needed");
    shell.args(["-c", line, env!("CARGO_BIN_EXE_attache")]);
    Pty::start(shell, 120, 24)
}
