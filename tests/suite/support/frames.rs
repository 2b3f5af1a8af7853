//! What the dashboard writes, taken apart: frames in brackets, and what may stand between them.

const BEGIN: &[u8] = b"\x1b[?2026h";
const END: &[u8] = b"\x1b[?2026l";

/// What may stand between frames: taking over and giving back, piece by piece.
const BETWEEN: [&[u8]; 15] = [
    b"\x1b[22;0t",
    b"\x1b[23;0t",
    b"\x1b[?1049h",
    b"\x1b[?1049l",
    b"\x1b[?25l",
    b"\x1b[?25h",
    b"\x1b[?2004h",
    b"\x1b[?2004l",
    b"\x1b[?1004h",
    b"\x1b[?1004l",
    b"\x1b[?2026l",
    b"\x1b[m",
    b"\x1b[H",
    b"\x1b[2J",
    b"\x07",
];
/// Strings that may stand between frames: a title, the clipboard, notifications, and the same for a terminal around another.
const STRINGS: [&[u8]; 5] = [b"\x1b]2;", b"\x1b]52;c;", b"\x1b]9;", b"\x1b]777;", b"\x1bP"];

/// The frames, without their brackets.
///
/// Fails when one is not ended before the next begins, or when anything stands between them that is neither a part of taking
/// over nor of giving back, nor one of the known strings. After the terminal was given back anything may come, until it is
/// taken over again.
#[track_caller]
pub(crate) fn check(output: &[u8]) -> Vec<&[u8]> {
    let mut frames = Vec::new();
    let mut rest = output;
    let mut is_ours = false;
    while !rest.is_empty() {
        if !is_ours {
            // What a shell or a report writes is none of ours.
            let Some(at) = find(rest, b"\x1b[?1049h") else { break };
            let before = if rest[..at].ends_with(BETWEEN[0]) { at - BETWEEN[0].len() } else { at };
            rest = &rest[before..];
            is_ours = true;
        }
        if let Some(frame) = rest.strip_prefix(BEGIN) {
            let end = find(frame, END).unwrap_or_else(|| panic!("a frame without an end: {}", shown(frame)));
            assert_eq!(find(&frame[..end], BEGIN), None, "a frame in a frame: {}", shown(&frame[..end]));
            frames.push(&frame[..end]);
            rest = &frame[end + END.len()..];
        } else if let Some(piece) = BETWEEN.iter().find(|piece| rest.starts_with(piece)) {
            is_ours = *piece != b"\x1b[?1049l";
            rest = &rest[piece.len()..];
            rest = if is_ours { rest } else { rest.strip_prefix(BETWEEN[1]).unwrap_or(rest) };
        } else if let Some(start) = STRINGS.iter().find(|start| rest.starts_with(start)) {
            let inner = &rest[start.len()..];
            // What goes through a multiplexer has a bell of its own within.
            let is_wrapped = *start == b"\x1bP";
            let end = inner.iter().position(|byte| *byte == 0x07 && !is_wrapped).map(|at| at + 1);
            let other = find(inner, b"\x1b\\").map(|at| at + 2);
            let end = [end, other].into_iter().flatten().min().unwrap_or_else(|| panic!("no end: {}", shown(inner)));
            rest = &inner[end..];
        } else {
            panic!("between two frames: {}", shown(&rest[..rest.len().min(80)]));
        }
    }
    frames
}

/// Where one stands in the other first.
pub(crate) fn find(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes.windows(wanted.len()).position(|window| window == wanted)
}

/// Bytes as they can be read.
pub(crate) fn shown(bytes: &[u8]) -> String {
    format!("{:?}", String::from_utf8_lossy(bytes))
}
