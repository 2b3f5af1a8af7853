//! The terminal is asked nothing, and what it says unasked is no key.

use crate::support::frames::{check, shown};
use crate::support::screen::{dashboard_in, shell, watching};

/// What only the help says.
const HELP: &str = "Back to the shell; fg returns";

/// The first sequence that a terminal would answer: reports of the cursor, the device, modes, colours, names, sizes, keyboards.
fn asking(output: &[u8]) -> Option<String> {
    for (at, _) in output.iter().enumerate().filter(|(_, byte)| **byte == 0x1b || **byte == 0x05) {
        let rest = &output[at..];
        let asks = match rest {
            [0x05, ..] | [0x1b, b'Z', ..] => true,
            [0x1b, b'[', rest @ ..] => {
                let end = rest.iter().position(|byte| (0x40..=0x7e).contains(byte)).unwrap_or(rest.len() - 1);
                let (parameters, last) = (&rest[..end], rest[end]);
                match last {
                    b'c' | b'n' | b'x' => true,
                    b'u' => parameters.starts_with(b"?"),
                    b'p' => parameters.ends_with(b"$"),
                    b'q' => parameters.starts_with(b">"),
                    // Keeping and giving back the title are no questions.
                    b't' => !matches!(parameters, b"22;0" | b"23;0"),
                    b'm' => parameters.starts_with(b"?"),
                    _ => false,
                }
            }
            [0x1b, b']', rest @ ..] => {
                let end = rest.iter().position(|byte| matches!(byte, 0x07 | 0x1b)).unwrap_or(rest.len());
                rest[..end].split(|byte| *byte == b';').skip(1).any(|field| field == b"?")
            }
            [0x1b, b'P', rest @ ..] => rest.starts_with(b"+q") || rest.starts_with(b"$q"),
            [0x1b, b'_', rest @ ..] => rest.starts_with(b"G"),
            _ => false,
        };
        if asks {
            return Some(shown(&rest[..rest.len().min(20)]));
        }
    }
    None
}

#[test]
fn questions_are_known_as_such() {
    for question in [
        "\x1b[6n",
        "\x1b[?6n",
        "\x1b[5n",
        "\x1b[c",
        "\x1b[0c",
        "\x1b[>c",
        "\x1b[>0q",
        "\x1b[?2026$p",
        "\x1b[?u",
        "\x1b[18t",
        "\x1b[14t",
        "\x1b[21t",
        "\x1b]10;?\x07",
        "\x1b]11;?\x1b\\",
        "\x1b]4;1;?\x07",
        "\x1b]52;c;?\x07",
        "\x1bP+q544e\x1b\\",
        "\x1bP$qm\x1b\\",
        "\x1bZ",
        "\x05",
        "\x1b_Gi=1,a=q;\x1b\\",
    ] {
        assert!(asking(format!("text{question}text").as_bytes()).is_some(), "{question:?}");
    }
    assert_eq!(
        asking(b"\x1b[22;0t\x1b[?1049h\x1b]2;attache: is it? c;\x1b\\\x1b[2;3H\x1b[1;31mx\x1b]52;c;Zm9v\x07"),
        None
    );
}

/// A session with all that is written in one: start, list, modals, copying, sizes, suspending, leaving.
#[test]
fn a_whole_session_asks_nothing() {
    let (_platform, home, _between, mut pty) = watching(120, 40);
    pty.send("?");
    pty.wait_for(HELP);
    pty.send("\x1b");
    pty.wait_gone(HELP);
    pty.send("/upl");
    pty.wait_for("/upl");
    pty.send("\r");
    pty.send("y");
    pty.wait_for("Copy");
    pty.send("\r");
    pty.wait_output("the clipboard", b"\x1b]52;c;");
    pty.resize(80, 24);
    pty.wait_until("a smaller frame", |screen| screen.contents().lines().count() == 24);
    pty.send("X");
    pty.wait_for("y does it");
    pty.send("\x1b");
    pty.wait_gone("y does it");
    pty.send("\x0c");
    pty.send("q");
    assert_eq!(pty.wait_exit().exit_code(), 0);
    let output = pty.output_after(0);
    assert_eq!(asking(&output), None);
    let frames = check(&output).len();
    assert!(frames > 5, "{frames} frames");

    let mut pty = shell(home.path(), 80, 24);
    let before = pty.bytes();
    dashboard_in(&mut pty);
    pty.send("\x1a");
    pty.wait_for("Stopped");
    pty.send("fg\n");
    pty.wait_until("a frame", |screen| screen.alternate_screen() && screen.contents().contains("local"));
    pty.send("q");
    pty.wait_until("the shell's screen", |screen| !screen.alternate_screen());
    assert_eq!(asking(&pty.output_after(before)), None);
}

/// Answers to what a program before us asked, or a multiplexer: whole, in pieces, and late. Their letters are our keys.
#[test]
fn what_a_terminal_says_unasked_is_no_key() {
    let (_platform, _home, between, mut pty) = watching(120, 40);
    let mut bytes = 0;
    while bytes < pty.bytes() {
        bytes = pty.bytes();
        between.wait_answers(4);
    }
    pty.send_apart(&[
        b"\x1b[?62;1;6c\x1b[>41;354;0c\x1b[3;4R",
        b"\x1b[?62;",
        b"1;6c",
        b"\x1b]11;rgb:DDDD/",
        b"CCCC/AAAA",
        b"\x1b\\\x1b]10;",
        b"rgb:BBBB/DDDD/XXXX\x07",
        b"\x1bP>|XTerm",
        b"(388)DCAXR?q",
        b"\x1b\\",
        b"\x1b[?2026;2$y\x1b[?1u\x1b[<0;10;5M\x1b[<0;10;5m\x1b[M Dq",
        b"\x1b_Gi=31;ODq\x1b\\",
    ]);
    pty.send("?");
    let written = pty.wait_output_after(bytes, "the help", b"\x1b[?2026l");
    pty.wait_for(HELP);
    assert_eq!(check_frames(&written), 1, "more than the help was drawn: {}", shown(&written));
    pty.send("\x1b");
    pty.wait_gone(HELP);
    pty.send("q");
    assert_eq!(pty.wait_exit().exit_code(), 0);
}

/// How many frames these are, taken from the middle.
fn check_frames(output: &[u8]) -> usize {
    check(&[b"\x1b[?1049h", output].concat()).len()
}
