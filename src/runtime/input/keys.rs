//! What the single sequences mean. The results are named as crossterm names them, so that one keymap fits both.

use crossterm::event::{KeyCode, KeyModifiers};

use super::{Input, Parsed, key};

/// A byte or a UTF-8 character that is no escape sequence.
pub(super) fn plain(bytes: &[u8]) -> Parsed {
    let Some(&first) = bytes.first() else { return Parsed::Incomplete };
    let (code, modifiers) = match first {
        b'\r' => (KeyCode::Enter, KeyModifiers::NONE),
        b'\t' => (KeyCode::Tab, KeyModifiers::NONE),
        0x7f => (KeyCode::Backspace, KeyModifiers::NONE),
        0 => (KeyCode::Char(' '), KeyModifiers::CONTROL),
        0x01..=0x1a => (KeyCode::Char(char::from(first - 1 + b'a')), KeyModifiers::CONTROL),
        0x1c..=0x1f => (KeyCode::Char(char::from(first - 0x1c + b'4')), KeyModifiers::CONTROL),
        _ => return character(bytes),
    };
    Parsed::Took(1, Some(key(code, modifiers)))
}

fn character(bytes: &[u8]) -> Parsed {
    let length = match bytes[0] {
        0x00..=0x7f => 1,
        0xc2..=0xdf => 2,
        0xe0..=0xef => 3,
        0xf0..=0xf4 => 4,
        _ => return Parsed::Took(1, None),
    };
    let seen = &bytes[..length.min(bytes.len())];
    match std::str::from_utf8(seen) {
        Ok(text) => Parsed::Took(
            length,
            text.chars().next().map(|character| {
                let shift = if character.is_uppercase() { KeyModifiers::SHIFT } else { KeyModifiers::NONE };
                key(KeyCode::Char(character), shift)
            }),
        ),
        Err(error) if error.error_len().is_none() => Parsed::Incomplete,
        Err(_) => Parsed::Took(1, None),
    }
}

/// `ESC O` and a letter: arrows and function keys in application mode.
pub(super) fn ss3(last: u8) -> Option<Input> {
    // The keypad's Enter is one of these. As a control sequence the same letter is a mouse.
    let code = if last == b'M' { Some(KeyCode::Enter) } else { letter(last) };
    code.map(|code| key(code, KeyModifiers::NONE))
}

/// `ESC [`, parameters, and a last byte. Nothing for what we don't know.
pub(super) fn control_sequence(parameters: &[u8], last: u8) -> Option<Input> {
    match (parameters, last) {
        ([], b'I') => return Some(Input::Focus(true)),
        ([], b'O') => return Some(Input::Focus(false)),
        ([], b'Z') => return Some(key(KeyCode::BackTab, KeyModifiers::SHIFT)),
        // Answers and mice, never keys.
        ([b'<'..=b'?', ..], _) => return None,
        _ => {}
    }
    let text = std::str::from_utf8(parameters).ok()?;
    let mut numbers = text.split(';').map(|part| part.split(':').next().unwrap_or_default());
    let first = numbers.next().unwrap_or_default();
    let modifiers = modifiers(numbers.next().and_then(|mask| mask.parse().ok()).unwrap_or(1));
    let code = match last {
        b'~' => match first.parse::<u8>().ok()? {
            1 | 7 => KeyCode::Home,
            2 => KeyCode::Insert,
            3 => KeyCode::Delete,
            4 | 8 => KeyCode::End,
            5 => KeyCode::PageUp,
            6 => KeyCode::PageDown,
            number @ 11..=15 => KeyCode::F(number - 10),
            number @ 17..=21 => KeyCode::F(number - 11),
            number @ 23..=24 => KeyCode::F(number - 12),
            _ => return None,
        },
        // A cursor position report looks like F3 with modifiers; nobody asked for one, and F3 is not bound.
        b'R' => return None,
        _ => letter(last)?,
    };
    Some(key(code, modifiers))
}

fn letter(last: u8) -> Option<KeyCode> {
    Some(match last {
        b'A' => KeyCode::Up,
        b'B' => KeyCode::Down,
        b'C' => KeyCode::Right,
        b'D' => KeyCode::Left,
        b'F' => KeyCode::End,
        b'H' => KeyCode::Home,
        b'P'..=b'S' => KeyCode::F(1 + last - b'P'),
        _ => return None,
    })
}

fn modifiers(mask: u8) -> KeyModifiers {
    let bits = mask.saturating_sub(1);
    let mut modifiers = KeyModifiers::NONE;
    for (bit, modifier) in
        [(1, KeyModifiers::SHIFT), (2, KeyModifiers::ALT), (4, KeyModifiers::CONTROL), (8, KeyModifiers::SUPER)]
    {
        if bits & bit != 0 {
            modifiers |= modifier;
        }
    }
    modifiers
}
