//! What a terminal can do, as far as its name in `TERM` tells. Nothing is asked of the terminal itself: it may not answer.

use std::ffi::OsString;

/// What there is beside moving the cursor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Kind {
    /// Colours.
    pub(super) has_color: bool,
    /// The signs that we draw with beyond ASCII. The Linux console has a font of 256 or 512 letters, without most of them.
    pub(super) has_signs: bool,
    /// A window with a title.
    pub(super) has_title: bool,
    /// A clipboard, and notifications.
    pub(super) has_clipboard: bool,
}

impl Kind {
    /// Of the terminal that we run in.
    pub(super) fn here() -> Self {
        Self::from_env(|name| std::env::var_os(name))
    }

    /// As the environment has it.
    pub(super) fn from_env(env: impl Fn(&str) -> Option<OsString>) -> Self {
        Self::of(&env("TERM").unwrap_or_default().to_string_lossy())
    }

    fn of(term: &str) -> Self {
        // DEC's terminals are vt and a number; vte is GNOME's, and can do everything.
        let is_dec = term.strip_prefix("vt").is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
        let is_console = term == "linux" || term.starts_with("linux-");
        // Without a name nothing is known.
        let is_plain = matches!(term, "" | "dumb" | "unknown") || is_dec;
        let is_mono = term.ends_with("-mono") || term.ends_with("-m");
        Self {
            has_color: !is_plain && !is_mono,
            has_signs: !is_plain && !is_console,
            has_title: !is_plain && !is_console,
            has_clipboard: !is_plain && !is_console,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_tells_what_a_terminal_can_do() {
        for (term, color, rest) in [
            ("xterm-256color", true, true),
            ("tmux-256color", true, true),
            ("screen", true, true),
            ("vte-256color", true, true),
            ("xterm-mono", false, true),
            ("linux", true, false),
            ("linux-m", false, false),
            ("vt100", false, false),
            ("vt220", false, false),
            ("dumb", false, false),
            ("", false, false),
        ] {
            let Kind { has_color, has_signs, has_title, has_clipboard } = Kind::of(term);
            let seen = (has_color, has_signs, has_title, has_clipboard);
            assert_eq!(seen, (color, rest, rest, rest), "{term:?}");
        }
    }
}
