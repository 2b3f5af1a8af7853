//! Bytes from the terminal → keys, pastes and focus changes.
//!
//! We parse them ourselves because crossterm 0.29 hides what a safe confirmation needs: which keys came in one read, and
//! whether an Esc is the start of an arrow key whose rest is still on a slow link (it would become Esc, `[`, `A`, and `A`
//! is a key that writes). Its reader also spins at 100 % CPU once the terminal is gone.

mod keys;

use std::time::Duration;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use keys::{control_sequence, plain, ss3};

/// How long a lone Esc is held: it may be the first byte of an arrow key.
pub(super) const ESC_HOLD: Duration = Duration::from_millis(30);
/// How long the rest of a sequence may take; then what came of it is dropped.
const SEQUENCE_HOLD: Duration = Duration::from_millis(500);
/// Longer pastes are cut: nothing that is typed here is that long.
const LONGEST_PASTE: usize = 64 * 1024;
/// A control sequence longer than this is noise.
const LONGEST_SEQUENCE: usize = 64;
const ESC: u8 = 0x1b;
const PASTE_START: &[u8] = b"\x1b[200~";
const PASTE_END: &[u8] = b"\x1b[201~";

/// One thing that the terminal told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Input {
    /// A key was pressed.
    Key(KeyEvent),
    /// Text was pasted.
    Paste(String),
    /// The terminal gained or lost the focus.
    Focus(bool),
}

/// What one read gave.
enum Parsed {
    /// So many bytes were this; nothing for what is swallowed.
    Took(usize, Option<Input>),
    /// The rest has not come yet.
    Incomplete,
}

/// Keeps what is incomplete between reads.
#[derive(Debug, Default)]
pub(super) struct Parser {
    pending: Vec<u8>,
    pasted: Option<Vec<u8>>,
    /// An Esc was given out because nothing followed in time; its rest may come yet.
    gave_esc: bool,
}

impl Parser {
    /// Takes what one read gave.
    pub(super) fn feed(&mut self, bytes: &[u8]) -> Vec<Input> {
        let was_esc = std::mem::take(&mut self.gave_esc);
        // Nobody types `[` and a letter within one read: it is the late rest of a sequence whose Esc has acted already.
        if was_esc && self.pending.is_empty() && bytes.len() > 1 && matches!(bytes[0], b'[' | b'O') {
            self.pending.push(ESC);
            self.pending.extend_from_slice(bytes);
            let mut late = self.drain();
            if !late.is_empty() {
                late.remove(0);
            }
            return late;
        }
        self.pending.extend_from_slice(bytes);
        self.drain()
    }

    /// How long to wait for more before [`Parser::expire`]; `None`: as long as it takes.
    pub(super) fn hold(&self) -> Option<Duration> {
        match self.pending.as_slice() {
            _ if self.pasted.is_some() => None,
            [] => None,
            [ESC] => Some(ESC_HOLD),
            _ => Some(SEQUENCE_HOLD),
        }
    }

    /// Nothing more came in time: a lone Esc is an Esc, anything else is dropped.
    pub(super) fn expire(&mut self) -> Vec<Input> {
        if self.pasted.is_some() {
            return Vec::new();
        }
        let pending = std::mem::take(&mut self.pending);
        if pending == [ESC] {
            self.gave_esc = true;
            return vec![key(KeyCode::Esc, KeyModifiers::NONE)];
        }
        Vec::new()
    }

    fn drain(&mut self) -> Vec<Input> {
        let mut inputs = Vec::new();
        loop {
            if self.pasted.is_some() {
                match self.take_paste() {
                    Some(paste) => inputs.push(paste),
                    None => return inputs,
                }
            }
            if self.pending.starts_with(PASTE_START) {
                self.pending.drain(..PASTE_START.len());
                self.pasted = Some(Vec::new());
                continue;
            }
            match parse(&self.pending) {
                Parsed::Took(0, _) | Parsed::Incomplete => return inputs,
                Parsed::Took(count, input) => {
                    self.pending.drain(..count);
                    inputs.extend(input);
                }
            }
        }
    }

    /// Moves pending bytes into the paste; gives it when its end has come.
    fn take_paste(&mut self) -> Option<Input> {
        let text = self.pasted.as_mut()?;
        let end = self.pending.windows(PASTE_END.len()).position(|window| window == PASTE_END);
        // The end marker may itself be split: its possible beginning stays pending.
        let take = end.unwrap_or_else(|| self.pending.len().saturating_sub(PASTE_END.len() - 1));
        let room = LONGEST_PASTE.saturating_sub(text.len());
        text.extend(self.pending.drain(..take).take(room));
        end?;
        self.pending.drain(..PASTE_END.len());
        let text = String::from_utf8_lossy(&self.pasted.take()?).replace("\r\n", "\n").replace('\r', "\n");
        Some(Input::Paste(text))
    }
}

/// A key press.
fn key(code: KeyCode, modifiers: KeyModifiers) -> Input {
    Input::Key(KeyEvent::new(code, modifiers))
}

fn parse(bytes: &[u8]) -> Parsed {
    match bytes {
        [] | [ESC] => Parsed::Incomplete,
        [ESC, ESC, ..] => Parsed::Took(1, Some(key(KeyCode::Esc, KeyModifiers::NONE))),
        [ESC, b'[', b'[', rest @ ..] => match rest.first() {
            // The Linux console's F1–F5.
            Some(last @ b'A'..=b'E') => Parsed::Took(4, Some(key(KeyCode::F(1 + last - b'A'), KeyModifiers::NONE))),
            Some(_) => Parsed::Took(4, None),
            None => Parsed::Incomplete,
        },
        [ESC, b'[', rest @ ..] => match rest.iter().position(|byte| !(0x20..=0x3f).contains(byte)) {
            // A byte that can't be in a sequence ends it, and is looked at again by itself.
            Some(end) if !(0x40..=0x7e).contains(&rest[end]) => Parsed::Took(2 + end, None),
            Some(end) => Parsed::Took(3 + end, control_sequence(&rest[..end], rest[end])),
            None if rest.len() > LONGEST_SEQUENCE => Parsed::Took(bytes.len(), None),
            None => Parsed::Incomplete,
        },
        [ESC, b'O', rest @ ..] => match rest.first() {
            Some(last) => Parsed::Took(3, ss3(*last)),
            None => Parsed::Incomplete,
        },
        // Answers to questions that somebody asked before us: swallowed up to their end.
        [ESC, b']' | b'P' | b'_' | b'^', rest @ ..] => match string_end(rest) {
            Some(end) => Parsed::Took(2 + end, None),
            None => Parsed::Incomplete,
        },
        [ESC, rest @ ..] => match plain(rest) {
            Parsed::Took(count, input) => Parsed::Took(
                count + 1,
                input.map(|input| match input {
                    Input::Key(mut event) => {
                        event.modifiers |= KeyModifiers::ALT;
                        Input::Key(event)
                    }
                    other => other,
                }),
            ),
            Parsed::Incomplete => Parsed::Incomplete,
        },
        _ => plain(bytes),
    }
}

/// Where a string ends that is closed by BEL or ESC \.
fn string_end(bytes: &[u8]) -> Option<usize> {
    let bell = bytes.iter().position(|byte| *byte == 0x07).map(|at| at + 1);
    let terminator = bytes.windows(2).position(|pair| pair == b"\x1b\\").map(|at| at + 2);
    [bell, terminator].into_iter().flatten().min()
}

#[cfg(test)]
mod tests;
