//! A secret from the terminal, without an echo.

use std::io::{BufRead, Write, stderr, stdin};

use rustix::termios::{LocalModes, OptionalActions, Termios, isatty, tcgetattr, tcsetattr};
use secrecy::SecretString;

use super::{Exit, Failure};

/// The terminal as it was, put back however this ends.
struct Quiet(Termios);

impl Quiet {
    fn begin() -> std::io::Result<Self> {
        let before = tcgetattr(stdin())?;
        let mut quiet = before.clone();
        // Ctrl-C comes as a letter, so that nobody is left with a terminal that shows nothing.
        quiet.local_modes &= !(LocalModes::ECHO | LocalModes::ICANON | LocalModes::ISIG);
        tcsetattr(stdin(), OptionalActions::Flush, &quiet)?;
        Ok(Self(before))
    }
}

impl Drop for Quiet {
    fn drop(&mut self) {
        let _ = tcsetattr(stdin(), OptionalActions::Flush, &self.0);
        let _ = writeln!(stderr());
    }
}

/// Asks for a secret; `None` where nobody can be asked, because standard input is no terminal.
///
/// # Errors
/// When it was given up with Ctrl-C or Ctrl-D: nothing is sent.
pub(super) fn ask(prompt: &str) -> Result<Option<SecretString>, Failure> {
    if !isatty(stdin()) {
        return Ok(None);
    }
    let failed = |error: std::io::Error| {
        Failure::new(Exit::NotConfirmed, format!("Nothing was sent: the terminal can't be read: {error}."))
    };
    write!(stderr(), "{prompt}: ").and_then(|()| stderr().flush()).map_err(failed)?;
    let quiet = Quiet::begin().map_err(failed)?;
    let read = line(stdin().lock());
    drop(quiet);
    match read.map_err(failed)? {
        Some(secret) if !secret.is_empty() => Ok(Some(secret.into())),
        _ => Err(Failure::new(Exit::NotConfirmed, "Nothing was sent: nothing was typed.")),
    }
}

/// One line, letter by letter; `None` if it was given up.
fn line(input: impl BufRead) -> std::io::Result<Option<String>> {
    let mut typed = Vec::new();
    for byte in input.bytes() {
        match byte? {
            b'\r' | b'\n' => break,
            0x03 | 0x04 | 0x1b => return Ok(None),
            0x7f | 0x08 => {
                typed.pop();
            }
            other => typed.push(other),
        }
    }
    Ok(Some(String::from_utf8_lossy(&typed).trim().to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_read_to_its_end_and_can_be_mended_or_given_up() {
        let read = |text: &str| line(text.as_bytes()).unwrap();
        assert_eq!(read("123456\nmore"), Some("123456".into()));
        assert_eq!(read("12\u{7f}3456\r"), Some("13456".into()));
        assert_eq!(read("123\u{3}"), None);
        assert_eq!(read(""), Some(String::new()), "the end of the input is no secret");
    }
}
