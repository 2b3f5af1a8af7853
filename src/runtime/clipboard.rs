//! The clipboard of the terminal that a person sits at, over any number of SSH hops: OSC 52.

use std::ffi::OsString;

use super::kind::Kind;
use super::terminal;

/// Terminals drop longer sequences; this is the smallest limit that was met among them.
const LONGEST: usize = 74_994;
/// GNU screen cuts strings that are longer than this (older ones at 256).
const SCREEN_CHUNK: usize = 200;

/// Through what the sequence has to pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Route {
    Direct,
    Tmux,
    Screen,
    /// The terminal knows no such sequences.
    Nowhere,
}

impl Route {
    /// As the environment has it.
    pub(super) fn from_env(env: impl Fn(&str) -> Option<OsString>) -> Self {
        if env("TMUX").is_some_and(|value| !value.is_empty()) {
            Self::Tmux
        } else if env("STY").is_some_and(|value| !value.is_empty()) {
            Self::Screen
        } else if Kind::from_env(env).has_clipboard {
            Self::Direct
        } else {
            Self::Nowhere
        }
    }
}

/// Sends the text; says how it was sent. No terminal tells whether it took it.
///
/// # Errors
/// With a sentence when it is too long or the terminal is gone.
pub(super) fn copy(text: &str, route: Route) -> Result<String, String> {
    let bytes = sequence(text, route)?;
    terminal::write(&bytes).map_err(|error| format!("Not copied: the terminal can't be written to ({error})."))?;
    let count = text.chars().count();
    let said = format!(
        "Sent {count} {} to the terminal's clipboard (OSC 52",
        if count == 1 { "character" } else { "characters" }
    );
    Ok(match route {
        Route::Direct | Route::Nowhere => format!("{said})."),
        Route::Tmux => format!("{said}, through tmux: it needs `set-clipboard on` or `allow-passthrough on`)."),
        Route::Screen => format!("{said}, through screen)."),
    })
}

fn sequence(text: &str, route: Route) -> Result<Vec<u8>, String> {
    if route == Route::Nowhere {
        return Err("Not copied: this kind of terminal (TERM) has no clipboard.".into());
    }
    let encoded = base64(text.as_bytes());
    if encoded.len() > LONGEST {
        return Err(format!(
            "Not copied: {} bytes are more than terminals take on their clipboard ({}).",
            text.len(),
            LONGEST / 4 * 3
        ));
    }
    let plain = format!("\x1b]52;c;{encoded}\x07");
    Ok(match route {
        Route::Direct | Route::Nowhere => plain.into_bytes(),
        // Which of the two tmux lets through depends on its settings; with both, the clipboard is set twice to the same.
        Route::Tmux => [plain.clone().into_bytes(), wrapped(&plain, route)].concat(),
        Route::Screen => wrapped(&plain, route),
    })
}

/// A sequence for the terminal around a multiplexer.
pub(super) fn wrapped(plain: &str, route: Route) -> Vec<u8> {
    match route {
        Route::Direct | Route::Nowhere => plain.as_bytes().to_vec(),
        Route::Tmux => format!("\x1bPtmux;{}\x1b\\", plain.replace('\x1b', "\x1b\x1b")).into_bytes(),
        Route::Screen => {
            let mut out = Vec::new();
            for chunk in plain.as_bytes().chunks(SCREEN_CHUNK) {
                out.extend_from_slice(b"\x1bP");
                out.extend_from_slice(chunk);
                out.extend_from_slice(b"\x1b\\");
            }
            out
        }
    }
}

fn base64(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for group in bytes.chunks(3) {
        let word = group.iter().fold(0_u32, |word, byte| word << 8 | u32::from(*byte)) << (8 * (3 - group.len()));
        for place in 0..4 {
            let digit = (word >> (18 - 6 * place)) as usize & 0x3f;
            text.push(if place <= group.len() { char::from(ALPHABET[digit]) } else { '=' });
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_as_in_rfc_4648() {
        for (text, encoded) in
            [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("foobar", "Zm9vYmFy")]
        {
            assert_eq!(base64(text.as_bytes()), encoded);
        }
    }

    #[test]
    fn each_route_has_its_wrapping() {
        assert_eq!(sequence("foo", Route::Direct).unwrap(), b"\x1b]52;c;Zm9v\x07");
        assert_eq!(sequence("foo", Route::Tmux).unwrap(), b"\x1b]52;c;Zm9v\x07\x1bPtmux;\x1b\x1b]52;c;Zm9v\x07\x1b\\");
        let long = "x".repeat(600);
        let wrapped = sequence(&long, Route::Screen).unwrap();
        let text = String::from_utf8(wrapped).unwrap();
        assert!(text.split("\x1b\\").all(|part| part.len() <= SCREEN_CHUNK + 2));
        let unwrapped: String = text.split("\x1b\\").map(|part| part.strip_prefix("\x1bP").unwrap_or(part)).collect();
        assert_eq!(unwrapped.as_bytes(), sequence(&long, Route::Direct).unwrap());
    }

    #[test]
    fn too_much_is_refused_with_both_numbers() {
        let error = sequence(&"x".repeat(60_000), Route::Direct).unwrap_err();
        assert!(error.contains("60000") && error.contains("56244"), "{error}");
    }

    #[test]
    fn the_route_is_read_from_the_environment() {
        let route = |set: &'static [(&str, &str)]| {
            Route::from_env(|asked| set.iter().find(|(name, _)| *name == asked).map(|(_, value)| OsString::from(value)))
        };
        assert_eq!(route(&[("TMUX", "/tmp/x"), ("TERM", "tmux-256color")]), Route::Tmux);
        assert_eq!(route(&[("STY", "1.x"), ("TERM", "screen")]), Route::Screen);
        assert_eq!(route(&[("HOME", "/tmp/x"), ("TERM", "xterm")]), Route::Direct);
        assert_eq!(route(&[("TERM", "linux")]), Route::Nowhere);
        assert_eq!(route(&[]), Route::Nowhere);
        assert!(sequence("x", Route::Nowhere).unwrap_err().contains("no clipboard"));
    }
}
