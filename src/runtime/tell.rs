//! Telling somebody who looks elsewhere, and the window's title: bytes beside the frames.

use super::clipboard::{Route, wrapped};
use super::terminal;
use crate::config::Notify;
use crate::model::printable;

/// The most characters of a notification or a title: some terminals drop a longer one whole.
const LONGEST: usize = 150;

/// Tells that something has ended. A terminal that is gone is noticed elsewhere.
pub(super) fn tell(text: &str, notify: Notify, route: Route) {
    let bytes = notification(text, notify, route);
    if !bytes.is_empty()
        && let Err(error) = terminal::write(&bytes)
    {
        tracing::debug!(%error, "the end of an operation could not be told");
    }
}

fn notification(text: &str, notify: Notify, route: Route) -> Vec<u8> {
    // A semicolon ends a field of OSC 777, and a number before one means something else in OSC 9.
    let text = short(text).replace(';', ",");
    match notify {
        Notify::None => Vec::new(),
        _ if route == Route::Nowhere => b"\x07".to_vec(),
        // Multiplexers have bells of their own, and pass ours on.
        Notify::Bell => b"\x07".to_vec(),
        Notify::Osc9 => wrapped(&format!("\x1b]9;attache: {text}\x07"), route),
        Notify::Osc777 => wrapped(&format!("\x1b]777;notify;attache;{text}\x07"), route),
    }
}

/// The bytes that give the window a title.
pub(super) fn title(text: &str) -> Vec<u8> {
    // Multiplexers have titles of their own, which this sets; what is around them is theirs.
    format!("\x1b]2;{}\x1b\\", short(text)).into_bytes()
}

/// Without anything that could steer a terminal, and not too long.
fn short(text: &str) -> String {
    printable(text).chars().take(LONGEST).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_way_has_its_bytes_and_none_has_none() {
        let direct = |notify| String::from_utf8(notification("Back up orders: done", notify, Route::Direct)).unwrap();
        assert_eq!(direct(Notify::None), "");
        assert_eq!(direct(Notify::Bell), "\x07");
        assert_eq!(direct(Notify::Osc9), "\x1b]9;attache: Back up orders: done\x07");
        assert_eq!(direct(Notify::Osc777), "\x1b]777;notify;attache;Back up orders: done\x07");
    }

    #[test]
    fn a_name_steers_nothing_and_a_long_one_is_cut() {
        let hostile = format!("a;b\x07\x1b]0;x\u{9c}{}", "y".repeat(1_000));
        for bytes in [notification(&hostile, Notify::Osc777, Route::Direct), title(&hostile)] {
            let text = String::from_utf8(bytes).unwrap();
            let inner = text[1..].trim_end_matches(['\x07', '\\']).trim_end_matches('\x1b');
            assert!(!inner.chars().any(char::is_control), "{inner:?}");
            assert!(text.chars().count() < 200, "{}", text.len());
        }
        let fields = String::from_utf8(notification(&hostile, Notify::Osc777, Route::Direct)).unwrap();
        assert_eq!(fields.matches(';').count(), 3, "{fields:?}");
    }

    #[test]
    fn through_a_multiplexer_it_is_wrapped_once_and_a_bell_is_left_as_it_is() {
        let tmux = notification("x", Notify::Osc9, Route::Tmux);
        assert_eq!(tmux, b"\x1bPtmux;\x1b\x1b]9;attache: x\x07\x1b\\");
        assert_eq!(notification("x", Notify::Osc9, Route::Screen), b"\x1bP\x1b]9;attache: x\x07\x1b\\");
        assert_eq!(notification("x", Notify::Bell, Route::Tmux), b"\x07");
        assert_eq!(notification("x", Notify::Osc777, Route::Nowhere), b"\x07", "a console has a bell and nothing else");
    }
}
