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
/// How long the rest of a sequence may take; then what came of it is dropped, and its rest when that comes.
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
    /// Here begins a string that a control character ends.
    String,
    /// The rest has not come yet.
    Incomplete,
}

/// What is known of bytes that have not come yet.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Late {
    /// Nothing.
    #[default]
    No,
    /// An Esc was given out because nothing followed in time; its rest may come yet.
    Esc,
    /// A control sequence was dropped before its end: parameters and one last byte may come yet.
    Sequence,
    /// The same of the three bytes of a mouse, or of one letter after `ESC O`.
    Bytes(usize),
    /// The first half of what ends a string came; the other is no key.
    StringEnd,
}

/// Keeps what is incomplete between reads.
#[derive(Debug, Default)]
pub(super) struct Parser {
    pending: Vec<u8>,
    pasted: Option<Vec<u8>>,
    /// A string is being swallowed: an answer to what somebody asked before us, or what is left of it.
    in_string: bool,
    late: Late,
}

impl Parser {
    /// Takes what one read gave.
    pub(super) fn feed(&mut self, bytes: &[u8]) -> Vec<Input> {
        let bytes = match std::mem::take(&mut self.late) {
            // Nobody types `[` and a letter within one read: it is the late rest of a sequence whose Esc has acted already.
            Late::Esc if self.pending.is_empty() && is_late_rest(bytes) => {
                self.pending.push(ESC);
                self.pending.extend_from_slice(bytes);
                let is_key = matches!(parse(&self.pending), Parsed::Took(_, Some(Input::Key(_))));
                let mut late = self.drain();
                if is_key && !late.is_empty() {
                    late.remove(0);
                }
                return late;
            }
            Late::No | Late::Esc => bytes,
            // A key that is lost is pressed again; one that nobody pressed may do something.
            Late::Sequence => {
                let end = bytes.iter().position(|byte| !(0x20..=0x3f).contains(byte));
                match end.map(|end| (end, bytes[end])) {
                    None => {
                        self.late = Late::Sequence;
                        &[]
                    }
                    Some((end, 0x40..=0x7e)) => &bytes[end + 1..],
                    Some((end, _)) => &bytes[end..],
                }
            }
            Late::StringEnd => bytes.strip_prefix(b"\\").unwrap_or(bytes),
            Late::Bytes(count) => {
                let taken = bytes.len().min(count);
                self.late = if taken < count { Late::Bytes(count - taken) } else { Late::No };
                &bytes[taken..]
            }
        };
        self.pending.extend_from_slice(bytes);
        self.drain()
    }

    /// How long to wait for more before [`Parser::expire`]; `None`: as long as it takes.
    pub(super) fn hold(&self) -> Option<Duration> {
        match self.pending.as_slice() {
            _ if self.pasted.is_some() => None,
            [] => None,
            [ESC] if !self.in_string => Some(ESC_HOLD),
            _ => Some(SEQUENCE_HOLD),
        }
    }

    /// Nothing more came in time: a lone Esc is an Esc, anything else is dropped.
    pub(super) fn expire(&mut self) -> Vec<Input> {
        if self.pasted.is_some() || self.pending.is_empty() {
            return Vec::new();
        }
        let pending = std::mem::take(&mut self.pending);
        if std::mem::take(&mut self.in_string) {
            self.late = Late::StringEnd;
            return Vec::new();
        }
        self.late = match pending.as_slice() {
            [ESC] => Late::Esc,
            [ESC, b'[', b'M', rest @ ..] => Late::Bytes(3 - rest.len().min(3)),
            [ESC, b'[', b'['] | [ESC, b'O'] => Late::Bytes(1),
            [ESC, b'[', ..] => Late::Sequence,
            _ => Late::No,
        };
        if self.late == Late::Esc { vec![key(KeyCode::Esc, KeyModifiers::NONE)] } else { Vec::new() }
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
            if self.in_string && !self.swallow() {
                return inputs;
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
                Parsed::String => {
                    self.pending.drain(..2);
                    self.in_string = true;
                }
            }
        }
    }

    /// Swallows what belongs to a string; whether its end has come. Anything that can't be in a string ends it too, so that
    /// nobody whose terminal broke off in one is kept from the keys: Esc, Enter and Ctrl-C always get out.
    fn swallow(&mut self) -> bool {
        let end = self.pending.iter().position(|byte| *byte < 0x20 || *byte == 0x7f);
        let Some(end) = end else {
            self.pending.clear();
            return false;
        };
        let ending = match &self.pending[end..] {
            [0x07, ..] => 1,
            [ESC, b'\\', ..] => 2,
            [ESC] => {
                // What ends the string may itself be split.
                self.pending.drain(..end);
                return false;
            }
            _ => 0,
        };
        self.pending.drain(..end + ending);
        self.in_string = false;
        true
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
        // A mouse in the oldest encoding, left on by somebody before us: three bytes of any kind follow.
        [ESC, b'[', b'M', rest @ ..] if rest.len() < 3 => Parsed::Incomplete,
        [ESC, b'[', b'M', ..] => Parsed::Took(6, None),
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
        [ESC, b']' | b'P' | b'_' | b'^' | b'X'] => Parsed::Incomplete,
        [ESC, b']' | b'P' | b'_' | b'^' | b'X', ..] => Parsed::String,
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
            other => other,
        },
        _ => plain(bytes),
    }
}

/// Whether a read looks like what is left of a sequence, and not like a key.
fn is_late_rest(bytes: &[u8]) -> bool {
    match bytes {
        [b'[' | b'O' | b']', _, ..] => true,
        [b'P', next, ..] => next.is_ascii_digit() || b">!+$|".contains(next),
        _ => false,
    }
}

#[cfg(test)]
mod tests;
