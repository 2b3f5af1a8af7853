use super::*;

fn pressed(code: KeyCode) -> Input {
    key(code, KeyModifiers::NONE)
}

fn fed(reads: &[&[u8]]) -> Vec<Input> {
    let mut parser = Parser::default();
    reads.iter().flat_map(|read| parser.feed(read)).collect()
}

#[test]
fn keys_are_named_as_crossterm_names_them() {
    assert_eq!(fed(&[b"j"]), [pressed(KeyCode::Char('j'))]);
    assert_eq!(fed(&[b"D"]), [key(KeyCode::Char('D'), KeyModifiers::SHIFT)]);
    assert_eq!(fed(&[b"\r\t\x7f"]), [pressed(KeyCode::Enter), pressed(KeyCode::Tab), pressed(KeyCode::Backspace)]);
    assert_eq!(fed(&[b"\x03"]), [key(KeyCode::Char('c'), KeyModifiers::CONTROL)]);
    assert_eq!(fed(&[b"\x1b[A\x1bOB"]), [pressed(KeyCode::Up), pressed(KeyCode::Down)]);
    assert_eq!(fed(&[b"\x1b[1;5C"]), [key(KeyCode::Right, KeyModifiers::CONTROL)]);
    assert_eq!(fed(&[b"\x1b[5~\x1b[6;2~"]), [pressed(KeyCode::PageUp), key(KeyCode::PageDown, KeyModifiers::SHIFT)]);
    assert_eq!(fed(&[b"\x1b[Z"]), [key(KeyCode::BackTab, KeyModifiers::SHIFT)]);
    assert_eq!(
        fed(&[b"\x1b[15~\x1b[[A\x1bOQ"]),
        [pressed(KeyCode::F(5)), pressed(KeyCode::F(1)), pressed(KeyCode::F(2))]
    );
    assert_eq!(fed(&[b"\x1bx"]), [key(KeyCode::Char('x'), KeyModifiers::ALT)]);
    assert_eq!(fed(&["é".as_bytes()]), [pressed(KeyCode::Char('é'))]);
    assert_eq!(fed(&[b"\x1b[I\x1b[O"]), [Input::Focus(true), Input::Focus(false)]);
}

#[test]
fn a_split_arrow_is_an_arrow_wherever_it_is_split() {
    for at in 1..3 {
        let (head, tail) = b"\x1b[A".split_at(at);
        let mut parser = Parser::default();
        assert_eq!(parser.feed(head), [], "split at {at}");
        assert!(parser.hold().is_some());
        assert_eq!(parser.feed(tail), [pressed(KeyCode::Up)], "split at {at}");
        assert_eq!(parser.hold(), None);
    }
    assert_eq!(fed(&[b"\xc3", b"\xa9"]), [pressed(KeyCode::Char('é'))]);
}

#[test]
fn a_lone_esc_is_an_esc_when_nothing_follows() {
    let mut parser = Parser::default();
    assert_eq!(parser.feed(b"\x1b"), []);
    assert_eq!(parser.hold(), Some(ESC_HOLD));
    assert_eq!(parser.expire(), [pressed(KeyCode::Esc)]);
    assert_eq!(parser.hold(), None);
    assert_eq!(parser.feed(b"A"), [key(KeyCode::Char('A'), KeyModifiers::SHIFT)]);
}

#[test]
fn the_late_rest_of_a_sequence_is_not_keys() {
    let mut parser = Parser::default();
    parser.feed(b"\x1b");
    assert_eq!(parser.expire(), [pressed(KeyCode::Esc)]);
    assert_eq!(parser.feed(b"[Aj"), [pressed(KeyCode::Char('j'))]);
    // A person who types it, types it key by key.
    parser.feed(b"\x1b");
    parser.expire();
    assert_eq!(parser.feed(b"["), [pressed(KeyCode::Char('['))]);
}

#[test]
fn an_unfinished_sequence_is_dropped() {
    let mut parser = Parser::default();
    assert_eq!(parser.feed(b"\x1b[1;"), []);
    assert_eq!(parser.expire(), []);
    assert_eq!(parser.feed(b"q"), [pressed(KeyCode::Char('q'))]);
}

#[test]
fn a_paste_is_text_however_it_is_split() {
    let bytes = b"a\x1b[200~y\r\nD\x1b[A\x1b[201~b";
    let expected = [pressed(KeyCode::Char('a')), Input::Paste("y\nD\x1b[A".into()), pressed(KeyCode::Char('b'))];
    for at in 0..bytes.len() {
        let (head, tail) = bytes.split_at(at);
        assert_eq!(fed(&[head, tail]), expected, "split at {at}");
    }
    let single: Vec<&[u8]> = bytes.chunks(1).collect();
    assert_eq!(fed(&single), expected);
}

#[test]
fn a_paste_never_expires_and_is_cut_at_its_limit() {
    let mut parser = Parser::default();
    assert_eq!(parser.feed(b"\x1b[200~y"), []);
    assert_eq!(parser.hold(), None);
    assert_eq!(parser.expire(), []);
    assert_eq!(parser.feed(&vec![b'x'; LONGEST_PASTE * 2]), []);
    let inputs = parser.feed(PASTE_END);
    assert!(matches!(inputs.as_slice(), [Input::Paste(text)] if text.len() == LONGEST_PASTE));
}

#[test]
fn answers_and_noise_are_swallowed() {
    assert_eq!(fed(&[b"\x1b]11;rgb:0000/0000/0000\x07j"]), [pressed(KeyCode::Char('j'))]);
    assert_eq!(fed(&[b"\x1bP1$r0m\x1b\\j"]), [pressed(KeyCode::Char('j'))]);
    assert_eq!(fed(&[b"\x1b[?62;c\x1b[3;4Rj"]), [pressed(KeyCode::Char('j'))]);
    assert_eq!(fed(&[b"\xff\xfe\x80j"]), [pressed(KeyCode::Char('j'))]);
    assert_eq!(fed(&[b"\x1b[1\x1b[A"]), [pressed(KeyCode::Up)]);
}

proptest::proptest! {
    #[test]
    fn any_bytes_in_any_reads_are_survived_and_used_up(reads: Vec<Vec<u8>>) {
        let mut parser = Parser::default();
        for read in &reads {
            parser.feed(read);
        }
        parser.feed(PASTE_END);
        parser.expire();
        proptest::prop_assert!(parser.pending.is_empty());
    }
}
